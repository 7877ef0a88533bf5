/* Weights of another program, in host memory: which tensor of the file goes where in the recipe's nets. */
#ifndef EXPORT_IMPORT_H
#define EXPORT_IMPORT_H

#include "export/host_net.h"
#include "export/layout.h"

/* A tensor of the recipe's nets, and where it comes from. */
struct import_slot {
    struct layout_tensor tensor; /* by clgan's name ("G.0.weight"); its shape is the one that the file must have */
    const struct safetensors_entry *from;
    bool zero; /* filled with zeros */
};

enum import_use {
    IMPORT_FREE,
    IMPORT_TAKEN,
    IMPORT_LEFT /* out: by a map, or because it belongs to a net that is not wanted */
};

struct import {
    struct safetensors_file file;
    unsigned char *use;      /* an enum import_use for each tensor of the file */
    enum layout layout;      /* of the file */
    struct host_net nets[2]; /* G, D */
    bool wanted[2];          /* may be taken */
    bool named[2];           /* a map names where its tensors come from */
    bool taken[2];           /* all of its weights come from the file */
    struct import_slot slots[LAYOUT_TENSORS];
    size_t starts[3]; /* slots of G: starts[0] to starts[1]; of D: starts[1] to starts[2] */
};

struct import_request {
    const char *path;
    enum layout layout;
    const char *network;     /* "G", "D", "both": which must be there; NULL: what is */
    const char *const *maps; /* "NAME=NAME", or the name of a file of such lines */
    size_t map_count;
};

/* Opens the file, finds each tensor's place and brings the weights to `nets`, as clgan lays them out. CLGAN_USAGE and
 * CLGAN_FAILED name the file and the tensor. Freed with import_free, which is harmless after a failure. */
clgan_status import_read(struct import *import, const struct recipe *recipe, const struct import_request *request);
void import_free(struct import *import);

/* ---- its parts ---- */

/* Applies the request's maps (import_map.c). */
clgan_status import_apply_maps(struct import *import, const struct import_request *request);
/* Finds by the layout's own names what no map has named (import_names.c). */
clgan_status import_match_names(struct import *import, const struct import_request *request);
/* Marks tensor `entry` of the file as the source of `slot`. */
void import_take(struct import *import, struct import_slot *slot, const struct safetensors_entry *entry);
/* The names of the file's tensors, some of them where there are many; freed with text_free. */
void import_list_names(struct text *text, const struct import *import);

#endif
