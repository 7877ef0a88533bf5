/* One training at a time in a run's folder: its file `lock` is locked with flock, which ends with the process that
 * holds it, however that ends. The file stays; it says who holds the lock, or held it last. On NFS, Linux makes of it a
 * lock that other hosts see; a file system without locks is warned of. */
#ifndef GAN_RUN_LOCK_H
#define GAN_RUN_LOCK_H

#include "gan/run.h"

#define RUN_LOCK "lock"
enum { RUN_UNLOCKED = -1 };

/* Nothing where the run holds it. CLGAN_FAILED, saying who, where another training does. */
clgan_status run_lock(struct clgan_run *run);
void run_unlock(struct clgan_run *run);

#endif
