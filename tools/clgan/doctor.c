#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clgan.h"
#include "command.h"

#define SILENCE 300.0 /* seconds without a word before a part is given up */

/* What is found out of OpenCL, as bits of a child's exit code. */
enum { FOUND_PLATFORM = 1, FOUND_DEVICE = 2, FOUND_USABLE = 4, FOUND_GPU = 8 };

struct doctor {
    struct context *context;
    const char *output;
    int brief;
    FILE *body;                                 /* the report, without its first lines */
    unsigned system;                            /* SYSTEM_... */
    int found;                                  /* FOUND_..., or -1: that child crashed or hung */
    int loaded;                                 /* libraries of all ICD files could be loaded */
    int selftest;                               /* exit code of the self-test, or -1 */
    char ended_finding[80], ended_selftest[80]; /* how children ended that did not end well */
};

/* ---- parts that call OpenCL, each in a child ---- */

struct part {
    struct doctor *doctor;
    int (*run)(struct context *context, const struct doctor *doctor);
};

/* All that it writes, also by libraries, goes to the report. */
static int run_part(int to, void *user)
{
    const struct part *part = user;
    struct context context = *part->doctor->context;
    context.out = fdopen(to, "w");
    if (!context.out) return CLGAN_FAILED;
    dup2(to, STDERR_FILENO);
    dup2(to, STDOUT_FILENO);
    setvbuf(context.out, NULL, _IONBF, 0);
    context.log.user = &context;
    return part->run(&context, part->doctor);
}

/* Its exit code, or -1: `ended` then says how it ended. */
static int examine(struct doctor *doctor, const char *title, int (*run)(struct context *, const struct doctor *),
                   char ended[80])
{
    struct part part = {doctor, run};
    struct child child;
    enum heard heard;
    char bytes[4096];
    ssize_t length = 1;
    fprintf(doctor->body, "\n== %s ==\n", title);
    fflush(doctor->body);
    if (!child_begin(&child, run_part, &part)) {
        snprintf(ended, 80, "could not be started: %s", strerror(errno));
        return -1;
    }
    while ((heard = child_wait(&child, SILENCE, doctor->context->stop)) == HEARD && length > 0) {
        length = read(child.from, bytes, sizeof bytes);
        if (length > 0) fwrite(bytes, 1, (size_t)length, doctor->body);
    }
    const int code = child_end(&child, heard, SILENCE, ended);
    if (*ended) fprintf(doctor->body, "this part %s\n", ended);
    return code;
}

static int try_icds(struct context *context, const struct doctor *doctor)
{
    (void)doctor;
    return doctor_icds(context->out);
}

static int find(struct context *context, const struct doctor *doctor)
{
    clgan_platform_info *platforms;
    clgan_device_info *devices;
    size_t count;
    char loader[160];
    int found = 0;
    (void)doctor;
    clgan_opencl_loader(loader);
    fprintf(context->out, "%s\n", loader);
    if (clgan_platforms_list(&platforms, &count) != CLGAN_OK) {
        fprintf(context->out, "%s\n", clgan_last_error());
        platforms = NULL;
        count = 0;
    }
    for (size_t i = 0; i < count; i++)
        fprintf(context->out, "%s (%s), %s: %u devices%s%s\n", platforms[i].name, platforms[i].vendor,
                platforms[i].version, platforms[i].devices, *platforms[i].trouble ? "; " : "", platforms[i].trouble);
    if (count) found |= FOUND_PLATFORM;
    clgan_platforms_free(platforms);
    if (clgan_devices_list(&devices, &count, NULL) == CLGAN_OK) {
        for (size_t i = 0; i < count; i++)
            found |= FOUND_DEVICE | (devices[i].usable ? FOUND_USABLE : 0) |
                     (devices[i].usable && strcmp(devices[i].type, "gpu") == 0 ? FOUND_GPU : 0);
        clgan_devices_free(devices);
    }
    fprintf(context->out, "\n== libraries ==\n");
    doctor_libraries(context->out);
    return found;
}

static int list(struct context *context, const struct doctor *doctor)
{
    char name[] = "devices", full[] = "-v";
    (void)doctor;
    return command_devices(context, 2, (char *[]){name, full, NULL});
}

static int selftest(struct context *context, const struct doctor *doctor)
{
    char name[] = "selftest", all[] = "--all", limit[] = "--limit=250s", brief[] = "--brief";
    return command_selftest(context, doctor->brief ? 4 : 3,
                            (char *[]){name, all, limit, doctor->brief ? brief : NULL, NULL});
}

/* ---- the first lines ---- */

struct words {
    FILE *out;
    int count;
};

static void say(struct words *words, const char *trouble, const char *detail, const char *remedy)
{
    fprintf(words->out, "%d. %s%s%s\n   %s\n", ++words->count, trouble, *detail ? ": " : "", detail, remedy);
}

static void say_found(struct words *words, const struct doctor *doctor)
{
    static const char install[] = "Install one: on Debian pocl-opencl-icd (the CPU), intel-opencl-icd, mesa-opencl-icd "
                                  "(AMD; RUSTICL_ENABLE=radeonsi), "
                                  "nvidia-opencl-icd.";
    if (doctor->found < 0)
        say(words, "Listing the devices, the process", doctor->ended_finding,
            "A driver is broken: OCL_ICD_VENDORS=FILE.icd (see ICD files below) takes one alone; uninstall the other.");
    else if (doctor->system & SYSTEM_NO_ICD && !(doctor->found & FOUND_PLATFORM))
        say(words, "No OpenCL driver is installed: there is no ICD file", "", install);
    else if (!(doctor->found & FOUND_PLATFORM))
        say(words, "No driver could be loaded though there are ICD files", "",
            "Reinstall what they belong to; \"libraries of ICD files\" below says what is missing.");
    else if (!(doctor->found & FOUND_DEVICE))
        say(words, "Only platforms without a device are installed (Clover, or rusticl without RUSTICL_ENABLE)", "",
            "An AMD GPU: set RUSTICL_ENABLE=radeonsi. Others: install pocl-opencl-icd (the CPU), intel-opencl-icd or "
            "nvidia-opencl-icd.");
    else if (!(doctor->found & FOUND_USABLE))
        say(words, "No device is usable", "", "\"devices\" below says why of each; take another driver.");
    else if (!doctor->loaded)
        say(words, "A driver that is installed can't be loaded", "",
            "\"libraries of ICD files\" below says what is missing: reinstall it if its device is wanted.");
}

static void say_troubles(struct words *words, const struct doctor *doctor)
{
    say_found(words, doctor);
    if (doctor->system & SYSTEM_NO_PERMISSION)
        say(words, "No permission on a GPU's node (/dev/dri/renderD*, /dev/kfd or /dev/nvidia*)", "",
            "Join the group that \"permissions\" below names (sudo usermod -aG render USER) and log in anew.");
    else if (doctor->system & SYSTEM_GPU_NODE && doctor->found >= 0 && !(doctor->found & FOUND_GPU))
        say(words, "There is a GPU, but no OpenCL device of it", "",
            "Its OpenCL driver is missing: on Debian intel-opencl-icd, mesa-opencl-icd (AMD; RUSTICL_ENABLE=radeonsi) "
            "or "
            "nvidia-opencl-icd.");
    if (doctor->found > 0 && doctor->found & FOUND_USABLE && doctor->selftest)
        say(words, "A device fails the self-test", doctor->ended_selftest,
            "\"self-test\" below says which and how: update its driver, or train on another one (--device).");
    if (doctor->system & SYSTEM_CACHE_UNWRITABLE)
        say(words, "The cache folder can't be written: kernels are compiled anew each time", "",
            "Make it writable, or set XDG_CACHE_HOME to a folder that is.");
    if (getenv("OPENCL_LAYERS"))
        say(words, "OPENCL_LAYERS is set: a layer stands between clgan and the drivers", "",
            "Unset it, unless it is there on purpose.");
}

static void write_head(FILE *out, const struct doctor *doctor)
{
    struct words words = {out, 0};
    char date[32];
    const time_t now = time(NULL);
    strftime(date, sizeof date, "%Y-%m-%d %H:%M UTC", gmtime(&now));
    fprintf(out, "clgan doctor, clgan %s, %s\nNames of user, host and home folder are left out.\n\nlikely trouble:\n",
            clgan_version(), date);
    say_troubles(&words, doctor);
    if (!words.count) fprintf(out, "none: devices were found, and all of them compute rightly\n");
    if (getenv("OCL_ICD_VENDORS")) fprintf(out, "OCL_ICD_VENDORS is set: drivers are looked for there alone\n");
}

/* ---- the command ---- */

static int write_report(const struct doctor *doctor, const char *head, const char *body)
{
    const int to_stdout = strcmp(doctor->output, "-") == 0;
    FILE *out = to_stdout ? doctor->context->out : fopen(doctor->output, "w");
    if (!out) {
        fprintf(stderr, "clgan doctor: %s can't be written: %s\n", doctor->output, strerror(errno));
        return CLGAN_FAILED;
    }
    doctor_write_private(out, head);
    doctor_write_private(out, body);
    if (to_stdout) return 0;
    if (fclose(out)) {
        fprintf(stderr, "clgan doctor: %s can't be written: %s\n", doctor->output, strerror(errno));
        return CLGAN_FAILED;
    }
    doctor_write_private(doctor->context->out, head);
    fprintf(doctor->context->out, "\nAll of it is in %s: attach that file to a bug report.\n", doctor->output);
    return 0;
}

static int examine_all(struct doctor *doctor)
{
    char *head = NULL, *body = NULL, ended[80];
    size_t head_length, body_length;
    int code = CLGAN_FAILED;
    FILE *first = open_memstream(&head, &head_length);
    doctor->body = open_memstream(&body, &body_length);
    if (first && doctor->body) {
        doctor->system = doctor_system(doctor->body);
        doctor->loaded = examine(doctor, "libraries of ICD files", try_icds, ended) == 1;
        doctor->found = examine(doctor, "platforms", find, doctor->ended_finding);
        examine(doctor, "devices", list, ended);
        doctor->selftest = examine(doctor, "self-test", selftest, doctor->ended_selftest);
        write_head(first, doctor);
    }
    if (first) fclose(first);
    if (doctor->body) fclose(doctor->body);
    if (*doctor->context->stop)
        code = 130;
    else if (first && doctor->body)
        code = write_report(doctor, head, body);
    free(head);
    free(body);
    return code;
}

int command_doctor(struct context *context, int argc, char **argv)
{
    struct doctor doctor = {.context = context, .output = "clgan-doctor.txt"};
    const struct option_spec options[] = {
        {"output", "FILE", OPTION_TEXT, &doctor.output, "where to write it; - for stdout (clgan-doctor.txt)"},
        {"brief", NULL, OPTION_FLAG, &doctor.brief, "only the short self-test"},
    };
    const struct usage usage = {
        .name = "doctor",
        .operands = "",
        .about =
            "Writes one text file for a bug report: system, OpenCL loader, drivers, devices in full, cache, tuning "
            "and\n"
            "the self-test of every device. Its first lines say what the likely trouble is and what to do. Names of\n"
            "user, host and home folder are left out. Drivers that crash or hang are survived.",
        .options = options,
        .option_count = COUNT_OF(options),
        .examples = "clgan doctor --output report.txt\tA text to send along with a bug report:\n"};
    const char *operands[OPERANDS];
    int code;
    if (!options_read(&code, context, &usage, argc, argv, operands)) return code;
    return examine_all(&doctor);
}
