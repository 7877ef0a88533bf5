/* What follows a matrix product where the GEMM itself can't do it. Work-item: an element (column, row), unless said. */
#include "activation.clh"
#include "view.clh"

/* y = activate(y + b). */
__kernel void bias_activation(VIEW(float, y), VIEW(const float, bias), const uint rows, const uint columns, const int activation,
                              const float slope)
{
    const uint column = get_global_id(0), row = get_global_id(1);
    if (column >= columns || row >= rows) return;
    const ulong at = (ulong)row * columns + column;
    AT(y)[at] = activate(AT(y)[at] + AT(bias)[column], activation, slope);
}

/* value[u] = the largest of p[piece * units + u] + b over the pieces, winner[u] = which (ties: the lowest; NaN wins and stays). */
__kernel void bias_maxout(VIEW(const float, p), VIEW(const float, bias), VIEW(float, value), VIEW(uchar, winner),
                          const uint rows, const uint units, const uint pieces)
{
    const uint unit = get_global_id(0), row = get_global_id(1);
    if (unit >= units || row >= rows) return;
    __global const float *input = AT(p) + (ulong)row * units * pieces;
    float best = input[unit] + AT(bias)[unit];
    uchar which = 0;
    for (uint piece = 1; piece < pieces; piece++) {
        const float other = input[piece * units + unit] + AT(bias)[piece * units + unit];
        if (!(other <= best) && !isnan(best)) {
            best = other;
            which = (uchar)piece;
        }
    }
    AT(value)[row * units + unit] = best;
    AT(winner)[row * units + unit] = which;
}

/* dx = dy * signal[row] * mask * factor * derivative(y); flags say which of signal (1) and mask (2) there are. In place when dx is dy. */
__kernel void backward_activation(__global const float *dy_buffer, const uint dy_offset, __global float *dx_buffer,
                                  const uint dx_offset, VIEW(const float, y), VIEW(const float, signal),
                                  VIEW(const uchar, mask), const uint rows, const uint columns, const int flags,
                                  const float factor, const int activation, const float slope)
{
    const uint column = get_global_id(0), row = get_global_id(1);
    if (column >= columns || row >= rows) return;
    const ulong at = (ulong)row * columns + column;
    float d = AT(dy)[at];
    if (flags & 1) d *= AT(signal)[row];
    if (flags & 2) d = AT(mask)[at] ? d * factor : 0.0f;
    if (activation) d *= derivative(AT(y)[at], activation, slope);
    AT(dx)[at] = d;
}

/* The same through a maxout layer: the winning piece gets the gradient, the others 0. */
__kernel void backward_maxout(VIEW(const float, dy), VIEW(float, dp), VIEW(const uchar, winner), VIEW(const float, signal),
                              VIEW(const uchar, mask), const uint rows, const uint units, const uint pieces, const int flags,
                              const float factor)
{
    const uint unit = get_global_id(0), row = get_global_id(1);
    if (unit >= units || row >= rows) return;
    const ulong at = (ulong)row * units + unit;
    float d = AT(dy)[at];
    if (flags & 1) d *= AT(signal)[row];
    if (flags & 2) d = AT(mask)[at] ? d * factor : 0.0f;
    __global float *output = AT(dp) + (ulong)row * units * pieces;
    for (uint piece = 0; piece < pieces; piece++) output[piece * units + unit] = piece == AT(winner)[at] ? d : 0.0f;
}

/* out = x * signal[row]. */
__kernel void scale_rows(VIEW(const float, x), VIEW(float, out), VIEW(const float, signal), const uint rows, const uint columns)
{
    const uint column = get_global_id(0), row = get_global_id(1);
    if (column >= columns || row >= rows) return;
    const ulong at = (ulong)row * columns + column;
    AT(out)[at] = AT(x)[at] * AT(signal)[row];
}

/* sum[column] = the sum over rows of dy * signal[row] (`weighted` 0: of dy). Work-item: a column. */
__kernel void column_sums(VIEW(const float, dy), VIEW(float, sum), VIEW(const float, signal), const uint rows,
                          const uint columns, const int weighted)
{
    const uint column = get_global_id(0);
    if (column >= columns) return;
    float total = 0.0f;
    for (uint row = 0; row < rows; row++) {
        const float d = AT(dy)[(ulong)row * columns + column];
        total += weighted ? d * AT(signal)[row] : d;
    }
    AT(sum)[column] = total;
}
