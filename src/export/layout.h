/* How nets' tensors are named and laid out outside of clgan.
 *
 * clgan: "G.0.weight" [in, width], "G.0.bias" [width]: layer 0, as in checkpoints.
 * torch: "0.weight" [width, in], "0.bias" [width]: module 0 of the nn.Sequential that layout_modules gives, in which
 * dropout and activations count too; "G.0.weight" where both nets are in one file.
 * A maxout layer's width is pieces * units, piece-major: place p * units + u is piece p of unit u. */
#ifndef EXPORT_LAYOUT_H
#define EXPORT_LAYOUT_H

#include "base/text.h"
#include "export/host_net.h"

enum layout { LAYOUT_CLGAN, LAYOUT_TORCH };
/* CLGAN_USAGE where it is neither. */
clgan_status layout_read(enum layout *layout, const char *name);
const char *layout_name(enum layout layout);

enum { LAYOUT_NAME = 48, LAYOUT_TENSORS = 2 * 2 * RECIPE_LAYERS };
struct layout_tensor {
    char name[LAYOUT_NAME];
    size_t shape[2], dimensions;
    const struct host_layer *layer; /* whose it is */
    bool is_bias, turned;           /* turned: columns of the layer's matrix are rows here */
};
/* Fills `list` (room for LAYOUT_TENSORS) with the tensors of `count` nets and returns how many there are. */
size_t layout_tensors(struct layout_tensor *list, const struct host_net *nets, size_t count, enum layout layout);
/* "[784, 100]", "[784]" */
void layout_shape(char text[LAYOUT_NAME], const size_t *shape, size_t dimensions);
/* Its values in its own order: `*owned` to be freed, or NULL where `*values` are the layer's. */
clgan_status layout_values(const float **values, float **owned, const struct layout_tensor *tensor);

/* Rows become columns: `to` [columns, rows] of `from` [rows, columns]. */
void layout_turn(float *to, const float *from, size_t rows, size_t columns);

/* The net as PyTorch writes it: "nn.Sequential(nn.Linear(100, 240), nn.ReLU(), ...)". */
void layout_modules(struct text *text, const struct host_net *net);

#endif
