/* NumPy's NPY files (format 1.0 to 3.0), rows of float32 or bytes. clgan_rows_read_npy and clgan_rows_write_npy of the
 * public header are implemented here. */
#ifndef DATA_NPY_H
#define DATA_NPY_H

#include "base/status.h"
#include "base/text.h"
#include "compute/random.h"

/* Reads 2 or more dimensions, C order, '<f4' or '|u1', trailing dimensions flattened (a row's shape is kept in
 * channels, height, width where there are 3 or 4 dimensions, else 1, 1, columns). Bytes are divided by 255;
 * `*was_bytes` (may be NULL) says so. A header that promises more than the file holds is refused before memory is
 * taken. */
clgan_status npy_read(clgan_rows *rows, int *was_bytes, const char *path);
/* What comes before the values of a float32 file of that shape. */
clgan_status npy_append_header(struct text *text, const size_t *shape, size_t dimensions);
/* A float32 file of that shape, written atomically. */
clgan_status npy_write_values(const float *values, const size_t *shape, size_t dimensions, const char *path);
/* The same, shape (rows, columns). */
clgan_status npy_write(const clgan_rows *rows, const char *path);

/* Room for `count` rows of a shape, zeros; freed with clgan_rows_free. */
clgan_status rows_take(clgan_rows *rows, size_t count, size_t channels, size_t height, size_t width);
/* `drawn` = `count`, at most all, different rows of `from`, copied, in the order of the key's shuffle; freed with
 * clgan_rows_free. */
clgan_status rows_draw(clgan_rows *drawn, const clgan_rows *from, size_t count, struct random_key key);

#endif
