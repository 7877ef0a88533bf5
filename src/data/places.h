/* Where a dataset is looked for. */
#ifndef DATA_PLACES_H
#define DATA_PLACES_H

#include "data/dataset.h"

/* The folder that holds the file `marker` (or it with ".gz", or `other_marker`): request->path where it is given, else
 * the first of $CLGAN_DATA/NAME, $CLGAN_DATA, ./data/NAME, ~/.local/share/clgan/NAME, /usr/share/datasets/NAME.
 * `*folder` absolute, freed with free(). CLGAN_FAILED lists the places looked at and how to get the data. */
clgan_status places_find(char **folder, const struct dataset_request *request, const char *const *markers);

#endif
