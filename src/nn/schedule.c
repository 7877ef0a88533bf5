#include "nn/schedule.h"

#include <math.h>

double schedule_momentum(const struct optimiser_recipe *optimiser, uint64_t epoch)
{
    const double from = (double)optimiser->momentum_start, to = (double)optimiser->momentum_end;
    const double risen = fmin(fmax(((double)epoch + 1 - from) / (to - from), 0), 1);
    return optimiser->momentum + risen * (optimiser->final_momentum - optimiser->momentum);
}

double schedule_rate(const struct optimiser_recipe *optimiser, uint64_t update)
{
    return fmax(optimiser->learning_rate / pow(optimiser->decay, (double)update), optimiser->lowest_rate);
}

schedule schedule_at(const struct optimiser_recipe *optimiser, uint64_t update, uint64_t epoch)
{
    const double t = (double)update, rate = schedule_rate(optimiser, update);
    if (optimiser->kind == OPTIMISER_SGD)
        return (schedule){.rate = (float)rate, .momentum = (float)schedule_momentum(optimiser, epoch)};
    const double first = 1 - pow(optimiser->beta1, t + 1), second = sqrt(1 - pow(optimiser->beta2, t + 1));
    return (schedule){.rate = (float)(rate * second / first), .epsilon = (float)(optimiser->epsilon * second)};
}
