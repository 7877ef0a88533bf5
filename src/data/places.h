/* Where a dataset is looked for. */
#ifndef DATA_PLACES_H
#define DATA_PLACES_H

#include "data/dataset.h"

/* The folder that holds one of the files `markers` (ended by NULL; `markers` NULL: any folder): request->path where it
 * is given, else the first of $CLGAN_DATA/NAME, $CLGAN_DATA, ./data/NAME, ~/.local/share/clgan/NAME,
 * /usr/share/datasets/NAME.
 * `*folder` absolute, freed with free(). CLGAN_FAILED lists the places looked at and how to get the data. */
clgan_status places_find(char **folder, const struct dataset_request *request, const char *const *markers);

/* `*path`, freed with free(): the first of `names` (ended by NULL) that exists in `folder`; NULL if none does. */
clgan_status places_file(char **path, const char *folder, const char *const *names);

#endif
