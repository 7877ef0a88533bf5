/* Learning rates and momenta over time, computed on the host in double precision. */
#ifndef NN_SCHEDULE_H
#define NN_SCHEDULE_H

#include "nn/spec.h"
#include "state.clh"

/* What update number `update` (from 0) of a net needs, in epoch `epoch` (epochs done before it, from 0).
 * SGD: rate = max(learning_rate / decay^update, lowest_rate); the momentum rises linearly from `momentum` to
 * `final_momentum` while the current epoch, counted from 1, goes from momentum_start to momentum_end.
 * Adam (Kingma and Ba 2015, section 2, the efficient form): with c1 = 1 - beta1^(update + 1) and
 * c2 = 1 - beta2^(update + 1), rate * sqrt(c2) / c1 and epsilon * sqrt(c2). */
schedule schedule_at(const struct optimiser_recipe *optimiser, uint64_t update, uint64_t epoch);
/* The same rate, for Adam without its corrections; and the momentum of SGD. */
double schedule_rate(const struct optimiser_recipe *optimiser, uint64_t update);
double schedule_momentum(const struct optimiser_recipe *optimiser, uint64_t epoch);

#endif
