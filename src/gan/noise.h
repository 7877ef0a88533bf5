/* The noise z that enters G at its lowest layer. */
#ifndef GAN_NOISE_H
#define GAN_NOISE_H

#include "compute/plan.h"
#include "compute/random.h"
#include "gan/recipe.h"

/* Appends what fills `z` (rows x noise.size) as the recipe says, from the stream `key` at the step and first row that
 * `state` (step_state) tells. */
clgan_status noise_append(struct plan *plan, const struct recipe *recipe, struct tensor z, struct random_key key,
                          const struct buffer *state);

#endif
