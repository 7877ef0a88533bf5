#include "host.h"

#include <stdio.h>
#include <string.h>
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
