/* The pair of nets, G and D, and the plan of one training step: `min_G max_D V(D, G)` (Goodfellow et al. 2014, eq. 1).
 *
 * Simultaneous: both nets step at the same parameters, on the same fakes and dropout masks. A fake row's two signals
 * through D start at the same logit and differ by one scalar, so one backward pass of a unit signal serves both:
 * D's signal scales the rows on the way into each dW, G's on the way out of D's input.
 * Alternating: Algorithm 1, k steps of D, then j steps of G, each on fresh noise; after simultaneous_epochs of the
 * other form, where a recipe asks for some. */
#ifndef GAN_PAIR_H
#define GAN_PAIR_H

#include "data/batches.h"
#include "gan/recipe.h"
#include "nn/network.h"
#include "state.clh"

struct pair {
    const struct recipe *recipe; /* borrowed */
    struct device *device;
    struct arena arena; /* every tensor below */
    struct network g, d;
    struct pass g_pass;               /* B rows; its output is the fake half of d_pass's input */
    struct pass d_pass;               /* 2 B rows: real, then fake */
    struct pass d_fake;               /* the fake rows of d_pass */
    struct tensor d_signal, g_signal; /* simultaneous: row factors of the two players, 2 B x 1 and B x 1 */
    struct tensor g_squares,
        d_squares;        /* layers x 1: sums of squares of the weights' gradients, written by the probe */
    struct tensor values; /* METRICS x 2 B: what `advance` averages */
    struct buffer state;  /* step_state */
    struct buffer table;  /* SCHEDULE_STEPS rows of `entries` schedules */
    struct buffer sums;   /* METRICS pairs of floats: sum and compensation over the epoch so far */
    uint64_t table_start; /* step of the table's first row */
    uint64_t steps_per_epoch;
    unsigned entries;  /* of a step in the table: 2 * max(k, j); 2 * lane of G's, 2 * lane + 1 of D's */
    struct plan step;  /* in the form of `order`: pair_prepare_step makes it anew where another is due */
    struct plan probe; /* the same step, which also leaves g_squares and d_squares */
    enum update_order order;
    const struct batches *batches; /* borrowed: of the plans */
    bool probes;                   /* there is to be a probe */
};

/* Declares everything and says how many bytes it would take; pair_make takes them. `gradients`: those of the weights
 * are stored, for who wants to see or change them before the update. */
clgan_status pair_begin(struct pair *pair, struct device *device, const struct recipe *recipe, bool gradients);
uint64_t pair_bytes(const struct pair *pair);
clgan_status pair_make(struct pair *pair);
void pair_free(struct pair *pair);

/* What to ask of the data room for the recipe's minibatches of `pictures`, borrowed (ignored where data is drawn). */
struct batches_request pair_batches_request(const struct recipe *recipe, const struct pictures *pictures);

/* Of the training data; 0 before the plan is made, and where data is drawn. */
size_t pair_pictures(const struct pair *pair);

/* Number of minibatches of data that a step takes (k, or 1). */
size_t pair_lanes(const struct recipe *recipe);

/* Every tensor as pair_plan leaves it: what a step that went wrong left behind is gone, and so are the weights. */
clgan_status pair_clear(struct pair *pair);
/* Initial weights from the recipe's seed. */
clgan_status pair_initialise(struct pair *pair);
/* The plan of a step on data from `batches`, which must outlive the pair. */
clgan_status pair_plan(struct pair *pair, const struct batches *batches);
/* After that, the plan of a step that also measures gradients; not for a pair that stores them. Where it takes a step's
 * place the weights come out the same, bit for bit. Alternating: the norms are those of the last update of each net. */
clgan_status pair_plan_probe(struct pair *pair);

/* Sets step and epoch, zeroes or restores the sums (METRICS * 2 floats, NULL: zeros). */
clgan_status pair_set_step(struct pair *pair, uint64_t step, const float *sums);
/* To be called before each step: refills the schedule table when the step is beyond it, and makes the plans anew where
 * the recipe changes from one form to the other. */
clgan_status pair_prepare_step(struct pair *pair, uint64_t step);

/* Blocking reads. */
clgan_status pair_read_state(struct pair *pair, step_state *state);
clgan_status pair_read_sums(struct pair *pair, float sums[2 * METRICS]);
/* Zeroes the sums: a new epoch begins. */
clgan_status pair_clear_sums(struct pair *pair);

#endif
