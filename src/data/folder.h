/* A folder of PNG and JPEG files as a dataset.
 *
 * Files count whose names end in .png, .jpg or .jpeg, in the folder and in those inside it; the content says which of
 * both a file is. Names that begin with a dot are passed over, and so are links, pipes and devices. What lies in the
 * folder "test" at the top is for testing alone. The order is that of the names' bytes, so it does not depend on the
 * disk; the rows held out are spread evenly over it. Files that can't be read are told and left out. */
#ifndef DATA_FOLDER_H
#define DATA_FOLDER_H

#include "data/dataset.h"

/* Whether there is such a file in the folder itself. */
bool folder_has_images(const char *folder);
/* Reads the pictures under request->path, or the usual places, into `dataset`; the last request->validation ones are
 * those to hold out. CLGAN_FAILED where there is none, none can be read or the host's memory is too small;
 * CLGAN_STOPPED where request->stop says so. */
clgan_status folder_read(struct dataset *dataset, const struct dataset_request *request, const clgan_log *log);

#endif
