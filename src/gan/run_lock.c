#include "gan/run_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"

enum { HOLDER = 320, HOST = 256 };

/* "process 123 on host", as the holder wrote it; it may not have yet. */
static void read_holder(char holder[HOLDER], int handle)
{
    ssize_t length;
    FILE_RETRY(length, pread(handle, holder, HOLDER - 1, 0));
    holder[length > 0 ? length : 0] = 0;
    holder[strcspn(holder, "\n")] = 0;
    if (!*holder) snprintf(holder, HOLDER, "another process");
}

/* For people: it may fail, the lock is held all the same. */
static void write_holder(int handle)
{
    char holder[HOLDER], host[HOST] = "";
    gethostname(host, sizeof host - 1);
    const int length = snprintf(holder, sizeof holder, "process %ld on %s\n", (long)getpid(), host);
    ssize_t done;
    FILE_RETRY(done, ftruncate(handle, 0));
    if (done == 0) FILE_RETRY(done, pwrite(handle, holder, (size_t)length, 0));
}

/* CLGAN_OK too where the file system has no locks. */
static clgan_status lock_file(const struct clgan_run *run, int handle)
{
    char holder[HOLDER];
    int result;
    FILE_RETRY(result, flock(handle, LOCK_EX | LOCK_NB));
    if (result == 0) {
        write_holder(handle);
        return CLGAN_OK;
    }
    if (errno == EWOULDBLOCK) {
        read_holder(holder, handle);
        return status_fail(CLGAN_FAILED, "%s: a training is under way there, by %s: wait for it, or stop it first",
                           run->folder, holder);
    }
    log_warning(&run->log, "%s: the folder can't be locked (%s): see to it that nothing else trains there", run->folder,
                strerror(errno));
    return CLGAN_OK;
}

clgan_status run_lock(struct clgan_run *run)
{
    char *path;
    int handle;
    if (run->lock != RUN_UNLOCKED) return CLGAN_OK;
    TRY(run_path(&path, run, RUN_LOCK));
    FILE_RETRY(handle, open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666));
    clgan_status status = CLGAN_OK;
    if (handle < 0 && errno == ELOOP)
        status = status_fail(CLGAN_FAILED, "%s: a link, which may lead anywhere; remove it", path);
    else if (handle < 0)
        status = status_fail(CLGAN_FAILED, "%s: can't be written: %s", path, strerror(errno));
    free(path);
    TRY(status);
    status = lock_file(run, handle);
    if (status == CLGAN_OK) {
        run->lock = handle;
        run->locker = getpid();
    } else {
        close(handle);
    }
    return status;
}

void run_unlock(struct clgan_run *run)
{
    if (run->lock == RUN_UNLOCKED) return;
    if (run->locker == getpid()) flock(run->lock, LOCK_UN); /* a child that was forked meanwhile has the handle, too */
    close(run->lock);
    run->lock = RUN_UNLOCKED;
}
