/* Numbers that are not finite (NaN or infinity): whether a training that failed has come to some, and where they began.
 * Its steps are done again from the newest checkpoint, the same to the bit, with all tensors looked at after each. */
#ifndef GAN_DIVERGENCE_H
#define GAN_DIVERGENCE_H

#include "gan/trainer.h"

/* To be called after a failure. True: a loss or a tensor is not finite, and the last error now tells the step, the
 * launch and the first tensor that went bad, and which checkpoint is kept; where the training stands is then undefined
 * (trainer_rewind). False: all is finite or can't be read, and the last error is as it was. */
bool divergence_explain(struct trainer *trainer);

#endif
