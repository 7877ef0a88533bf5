/* Is it collapsing? What is measured at the end of each epoch, on the minibatches of its last step: the rows that the
 * pair's tensors still hold, so that nothing is computed twice and no state outlives the epoch. */
#ifndef GAN_MONITOR_H
#define GAN_MONITOR_H

#include "gan/pair.h"

/* Pairs of rows are looked at among so many rows of a minibatch at most: their number grows with the square. */
enum { MONITOR_ROWS = 256 };
/* D's output p is saturated where p (1 - p) < this (1 - this): where p < this or p > 1 - this. */
#define MONITOR_SATURATED 0.01

struct monitor {
    const struct pair *pair; /* borrowed */
    struct arena arena;
    size_t rows, some, columns; /* of a minibatch; those whose pairs are looked at; values of a row */
    struct tensor distances;    /* 2 x some: of each row of data, of samples, to the rows before it */
    struct tensor variances;    /* 2 x columns: of data, of samples */
    struct plan plan;
};

/* For a pair with its probe planned, which must outlive it. */
clgan_status monitor_make(struct monitor *monitor, const struct pair *pair);
void monitor_free(struct monitor *monitor);

/* After the pair's probe, waits. All but `modes` and `good`, which become NAN; NAN also where
 * a number can't be (a minibatch of one row has no pairs; data that doesn't vary gives no ratio).
 *   spread    mean of |x_i - x_j| over the pairs i < j of G's samples, over the same mean of data; the idea of Odena et
 *             al. 2017 (arXiv 1610.09585, section 4.2: similarity of random pairs of samples), with Euclidean distance
 *   variance  sum over the values of a row of their variances over G's samples, over the same sum of data; as the
 *             minibatch deviation of Karras et al. 2018 (arXiv 1710.10196, section 3), which is shown to D there
 *   accuracy_real, accuracy_fake   shares of rows with D(x) > 1/2, and with D(G(z)) < 1/2, under D's dropout
 *   saturated share of D's outputs, of both, that are saturated
 *   g_gradient, d_gradient   square roots of the sum of squares of the loss's gradient by all weights of a net, biases
 *             left out; of the last minibatch, before D's or G's update */
clgan_status monitor_measure(struct monitor *monitor, clgan_health *health);

/* `modes` and `good` of samples from a ring; NAN of other data. A sample is good within three deviations of a mode; a
 * mode is covered by one good sample or more (Lin et al. 2018, arXiv 1712.04086, section 4.1, as Srivastava et al.
 * 2017, arXiv 1705.07761). `samples` of the recipe's shape. */
void monitor_modes(clgan_health *health, const struct recipe *recipe, const clgan_rows *samples);

#endif
