#include "host.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

void host_cpu(char text[HOST_TEXT])
{
    char line[256], name[128] = "unknown processor";
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "model name", 10) == 0 && strchr(line, ':')) {
            snprintf(name, sizeof name, "%.*s", (int)strcspn(strchr(line, ':') + 2, "\n"), strchr(line, ':') + 2);
            break;
        }
    if (file) fclose(file);
    snprintf(text, HOST_TEXT, "%s, %ld threads", name, sysconf(_SC_NPROCESSORS_ONLN));
}

void host_system(char text[HOST_TEXT])
{
    struct utsname name;
    if (uname(&name) != 0)
        snprintf(text, HOST_TEXT, "unknown system");
    else
        snprintf(text, HOST_TEXT, "%.40s %.80s %.40s", name.sysname, name.release, name.machine);
}

void host_build(char text[HOST_TEXT])
{
#ifdef NDEBUG
    static const char how[] = "optimised";
#else
    static const char how[] = "for debugging";
#endif
    snprintf(text, HOST_TEXT, "%.150s, %s", __VERSION__, how);
}

void host_date(char text[HOST_TEXT])
{
    const time_t now = time(NULL);
    struct tm parts;
    strftime(text, HOST_TEXT, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &parts));
}

static double seconds_of(struct timeval time) { return (double)time.tv_sec + 1e-6 * (double)time.tv_usec; }

struct host_work host_work(void)
{
    /* of /proc/stat: user, nice, system, idle, waiting, interrupts, soft ones, stolen */
    enum { IDLE = 3, WAITING = 4, KINDS = 8 };
    unsigned long long ticks[KINDS];
    struct host_work work = {.all = -1};
    struct rusage usage;
    FILE *file = fopen("/proc/stat", "r");
    if (file) {
        if (fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &ticks[0], &ticks[1], &ticks[2], &ticks[3],
                   &ticks[4], &ticks[5], &ticks[6], &ticks[7]) == KINDS) {
            work.all = 0;
            for (int i = 0; i < KINDS; i++)
                if (i != IDLE && i != WAITING) work.all += (double)ticks[i] / (double)sysconf(_SC_CLK_TCK);
        }
        fclose(file);
    }
    if (getrusage(RUSAGE_CHILDREN, &usage) == 0) work.own = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    return work;
}

double host_others(struct host_work before, struct host_work after, double seconds)
{
    const double others = (after.all - before.all) - (after.own - before.own);
    if (before.all < 0 || after.all < 0 || !(others > 0)) return 0;
    return 100 * others / seconds / (double)sysconf(_SC_NPROCESSORS_ONLN);
}
