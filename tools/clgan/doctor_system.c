#include <dirent.h>
#include <dlfcn.h>
#include <glob.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "clgan.h"
#include "command.h"

extern char **environ;

/* ---- files ---- */

/* The rest of the first line of a file that begins with `beginning`, without what is around it; 0: there is none. */
static int line_of(const char *path, const char *beginning, char *value, size_t size)
{
    char line[4096];
    FILE *file = fopen(path, "r");
    int found = 0;
    if (!file) return 0;
    while (!found && fgets(line, sizeof line, file)) found = strncmp(line, beginning, strlen(beginning)) == 0;
    fclose(file);
    if (!found) return 0;
    const char *from = line + strlen(beginning);
    from += strspn(from, "\t :=\"");
    snprintf(value, size, "%.*s", (int)strcspn(from, "\"\n"), from);
    return 1;
}

static void tell_line(FILE *out, const char *what, const char *path, const char *beginning)
{
    char value[1024];
    if (line_of(path, beginning, value, sizeof value)) fprintf(out, "%-20s %s\n", what, value);
}

/* ---- the system ---- */

static void tell_limit(FILE *out, const char *what, int which)
{
    struct rlimit limit;
    if (getrlimit(which, &limit)) return;
    fprintf(out, "%-20s ", what);
    if (limit.rlim_cur == RLIM_INFINITY)
        fprintf(out, "no limit\n");
    else
        fprintf(out, "%llu\n", (unsigned long long)limit.rlim_cur);
}

static void tell_machine(FILE *out)
{
    struct utsname name;
    if (uname(&name) == 0) fprintf(out, "%-20s %s %s %s\n", "kernel", name.sysname, name.release, name.machine);
    tell_line(out, "distribution", "/etc/os-release", "PRETTY_NAME");
    tell_line(out, "processor", "/proc/cpuinfo", "model name");
    fprintf(out, "%-20s %ld\n", "processors online", sysconf(_SC_NPROCESSORS_ONLN));
    tell_line(out, "memory", "/proc/meminfo", "MemTotal");
    tell_line(out, "memory available", "/proc/meminfo", "MemAvailable");
    tell_line(out, "memory, control group", "/sys/fs/cgroup/memory.max", "");
    tell_line(out, "processors, the same", "/sys/fs/cgroup/cpu.max", "");
    tell_line(out, "huge pages", "/sys/kernel/mm/transparent_hugepage/enabled", "");
    tell_limit(out, "address space limit", RLIMIT_AS);
    tell_limit(out, "locked memory limit", RLIMIT_MEMLOCK);
    tell_limit(out, "stack limit", RLIMIT_STACK);
    tell_limit(out, "open files limit", RLIMIT_NOFILE);
}

static void tell_build(FILE *out)
{
    fprintf(out, "%-20s %s, header %s\n", "library", clgan_version(), CLGAN_VERSION);
    fprintf(out, "%-20s %s, %zu bits, %s\n", "command built by", __VERSION__, 8 * sizeof(void *),
#ifdef NDEBUG
            "without assertions"
#else
            "with assertions"
#endif
    );
}

static int by_text(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

/* Variables that decide which drivers there are and how they work. */
static void tell_environment(FILE *out)
{
    static const char *const beginnings[] = {"OCL_",     "POCL_", "RUSTICL_", "OPENCL_", "CLGAN_",          "CL_",
                                             "CLBLAST_", "MESA_", "GALLIUM_", "LP_",     "LIBGL_",          "CUDA_",
                                             "HSA_",     "ROCR_", "ROC_",     "GPU_",    "XDG_CACHE_HOME=", "LD_"};
    const char *found[64];
    size_t count = 0;
    for (char **at = environ; *at; at++)
        for (size_t i = 0; i < COUNT_OF(beginnings); i++)
            if (count < COUNT_OF(found) && strncmp(*at, beginnings[i], strlen(beginnings[i])) == 0)
                found[count++] = *at;
    qsort(found, count, sizeof *found, by_text);
    for (size_t i = 0; i < count; i++) fprintf(out, "%s\n", found[i]);
    if (!count) fprintf(out, "nothing that concerns OpenCL\n");
}

/* ---- ICD files ---- */

/* Where the loader looks: a folder, a file, or a library. */
static const char *vendors(void)
{
    const char *named = getenv("OCL_ICD_VENDORS");
    return named && *named ? named : "/etc/OpenCL/vendors";
}

static int ends_with(const char *text, const char *end)
{
    const size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static int find_icds(glob_t *found)
{
    char pattern[4096];
    snprintf(pattern, sizeof pattern, "%s%s", vendors(),
             ends_with(vendors(), ".icd") || strstr(vendors(), ".so") ? "" : "/*.icd");
    return glob(pattern, 0, NULL, found) == 0;
}

static size_t tell_icds(FILE *out)
{
    glob_t found;
    const size_t count = find_icds(&found) ? found.gl_pathc : 0;
    fprintf(out, "looked for in %s\n", vendors());
    for (size_t i = 0; i < count; i++) fprintf(out, "%s\n", found.gl_pathv[i]);
    if (!count) fprintf(out, "there are none\n");
    globfree(&found);
    return count;
}

static int try_library(FILE *out, const char *icd)
{
    char library[4096];
    if (!ends_with(icd, ".icd"))
        snprintf(library, sizeof library, "%s", icd);
    else if (!line_of(icd, "", library, sizeof library))
        return fprintf(out, "%s: can't be read, or is empty\n", icd), 0;
    void *handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
    if (handle)
        fprintf(out, "%s: %s is loaded\n", icd, library);
    else
        fprintf(out, "%s: %s CAN'T BE LOADED: %s\n", icd, library, dlerror());
    fflush(out);
    return handle != NULL;
}

int doctor_icds(FILE *out)
{
    glob_t found;
    int good = 1;
    if (!find_icds(&found)) return good;
    for (size_t i = 0; i < found.gl_pathc; i++) good &= try_library(out, found.gl_pathv[i]);
    globfree(&found);
    return good;
}

void doctor_libraries(FILE *out)
{
    char line[4096], last[4096] = "";
    FILE *maps = fopen("/proc/self/maps", "r");
    if (!maps) {
        fprintf(out, "not told by this system\n");
        return;
    }
    while (fgets(line, sizeof line, maps)) {
        const char *path = strchr(line, '/');
        line[strcspn(line, "\n")] = 0;
        if (!path || !strstr(path, ".so") || strcmp(path, last) == 0) continue;
        fprintf(out, "%s\n", path);
        snprintf(last, sizeof last, "%s", path);
    }
    fclose(maps);
}

/* ---- permissions ---- */

static unsigned tell_node(FILE *out, const char *path)
{
    struct stat about;
    if (stat(path, &about)) return 0;
    const struct group *group = getgrgid(about.st_gid);
    const int open = access(path, R_OK | W_OK) == 0;
    fprintf(out, "%-24s %03o, group %s: %s\n", path, (unsigned)about.st_mode & 0777, group ? group->gr_name : "unknown",
            open ? "open to this user" : "NOT OPEN to this user");
    return open ? 0 : SYSTEM_NO_PERMISSION;
}

/* Nodes that drivers of GPUs open. */
static unsigned tell_permissions(FILE *out)
{
    static const char *const patterns[] = {"/dev/dri/renderD*", "/dev/kfd", "/dev/nvidia[0-9]*"};
    gid_t groups[256];
    unsigned found = 0;
    for (size_t p = 0; p < COUNT_OF(patterns); p++) {
        glob_t nodes;
        if (glob(patterns[p], 0, NULL, &nodes) == 0)
            for (size_t i = 0; i < nodes.gl_pathc; i++) found |= SYSTEM_GPU_NODE | tell_node(out, nodes.gl_pathv[i]);
        globfree(&nodes);
    }
    if (!found) fprintf(out, "no GPU's node: neither /dev/dri/renderD* nor /dev/kfd nor /dev/nvidia*\n");
    const int count = getgroups(COUNT_OF(groups), groups);
    fprintf(out, "%-24s", "groups of this user");
    for (int i = 0; i < count; i++) {
        const struct group *group = getgrgid(groups[i]);
        fprintf(out, " %s", group ? group->gr_name : "unknown");
    }
    fprintf(out, "\n");
    return found;
}

/* ---- the cache ---- */

static void tell_tuning(FILE *out, const char *folder, const char *name)
{
    char path[4096], device[256] = "?", driver[256] = "?", line[512];
    size_t products = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    line_of(path, "device", device, sizeof device);
    line_of(path, "driver", driver, sizeof driver);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) products += strstr(line, " tried\n") != NULL;
    if (file) fclose(file);
    fprintf(out, "%-20s %s: %s, driver %s, %zu matrix products\n", "tuning", name, device, driver, products);
}

static unsigned tell_cache(FILE *out)
{
    char *folder, path[4096];
    struct stat about;
    size_t count = 0;
    double bytes = 0;
    if (clgan_cache_folder(&folder) != CLGAN_OK) {
        fprintf(out, "%s\n", clgan_last_error());
        return SYSTEM_CACHE_UNWRITABLE;
    }
    fprintf(out, "%-20s %s\n", "folder", folder);
    DIR *entries = opendir(folder);
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        snprintf(path, sizeof path, "%.3000s/%.255s", folder, entry->d_name);
        if (stat(path, &about) || !S_ISREG(about.st_mode)) continue;
        count++;
        bytes += (double)about.st_size;
        if (strncmp(entry->d_name, "tuning-", 7) == 0) tell_tuning(out, folder, entry->d_name);
    }
    if (entries) closedir(entries);
    /* a folder that is not there is made in the nearest one that is */
    snprintf(path, sizeof path, "%.4000s", folder);
    clgan_text_free(folder);
    while (*path && stat(path, &about)) *strrchr(path, '/') = 0;
    const int writable = access(*path ? path : "/", W_OK | X_OK) == 0;
    fprintf(out, "%-20s %zu files, %.1f MB, %s\n", "content", count, bytes / 1e6,
            writable ? "writable" : "NOT WRITABLE");
    return writable ? 0 : SYSTEM_CACHE_UNWRITABLE;
}

unsigned doctor_system(FILE *out)
{
    unsigned found = 0;
    fprintf(out, "\n== system ==\n");
    tell_machine(out);
    fprintf(out, "\n== clgan ==\n");
    tell_build(out);
    fprintf(out, "\n== environment ==\n");
    tell_environment(out);
    fprintf(out, "\n== ICD files ==\n");
    if (!tell_icds(out)) found |= SYSTEM_NO_ICD;
    fprintf(out, "\n== permissions ==\n");
    found |= tell_permissions(out);
    fprintf(out, "\n== cache ==\n");
    return found | tell_cache(out);
}
