/* clgan: generative adversarial nets on any OpenCL device. The public interface of libclgan.
 *
 * A program lists devices, reads a recipe, makes or opens a run (a folder), trains it, draws samples from it.
 * Functions return a clgan_status; on anything but CLGAN_OK, clgan_last_error() holds one message a person can act on.
 * A pointer-to-pointer parameter hands an object to the caller, if the call returns CLGAN_OK, who frees it with the
 * matching clgan_..._free; a pointer that is returned is borrowed. Texts are UTF-8, and copied where they are kept. A
 * pointer to options is never NULL; one to a log may be. Nothing here exits, prints or handles signals. An object
 * belongs to one thread at a time; different objects may be used by different threads. Functions of yours are called in
 * the thread of the call that they were given to. Free functions accept NULL. */
#ifndef CLGAN_H
#define CLGAN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Version of this header; clgan_version() is the library's. */
#define CLGAN_VERSION "0.1.0"

/* Marks what the shared library exports. */
#if defined(__GNUC__)
#define CLGAN_API __attribute__((visibility("default")))
#else
#define CLGAN_API
#endif

/* What a call came to. The numbers of the first three are the command's exit codes. */
typedef enum clgan_status {
    CLGAN_OK = 0,     /* done */
    CLGAN_FAILED = 1, /* the world did not allow it: a file, a device, a number that is not finite */
    CLGAN_USAGE = 2,  /* the caller asked for something that cannot be: a bad recipe, an unknown device */
    CLGAN_STOPPED = 3 /* training was asked to stop; it saved, and can be resumed */
} clgan_status;

/* Library version, "major.minor.patch". */
CLGAN_API const char *clgan_version(void);

/* Message of the last call that failed in this thread; "" if none did. Valid until the thread's next call: one that
 * succeeds may leave another message, too. */
CLGAN_API const char *clgan_last_error(void);

/* What a line of log is. */
typedef enum clgan_level {
    CLGAN_LEVEL_INFO,   /* what is going on */
    CLGAN_LEVEL_WARNING /* what should be known though the call goes on */
} clgan_level;

/* Where lines of log go; NULL, or a {NULL, NULL} log, drops them. A run keeps a copy of the one that it was given. */
typedef struct clgan_log {
    void (*line)(void *user, clgan_level level, const char *text); /* one line, without newline, valid in this call */
    void *user;                                                    /* given to it */
} clgan_log;

/* ---- devices ---- */

/* What is told of a device. */
typedef struct clgan_device_info {
    int index;               /* what --device takes */
    char type[16];           /* "cpu", "gpu", "accelerator", "other" */
    char name[128];          /* device name as the driver says it */
    char platform[128];      /* platform name */
    char driver[128];        /* driver version */
    char opencl[64];         /* OpenCL version of the device */
    uint64_t memory;         /* global memory, bytes */
    uint64_t largest_buffer; /* largest single allocation, bytes */
    uint64_t local_memory;   /* local memory per work-group, bytes */
    unsigned compute_units;  /* as the driver counts them: cores of a CPU */
    int usable;              /* 0: clgan can't use it; `reason` says why */
    int is_default;          /* 1 for the one chosen when nothing is asked for */
    char reason[160];        /* why it is the default, or why it is not usable; may be "" */
} clgan_device_info;

/* Every device of every platform, in the order of their indices. `*devices` is an array of `*count` (0 if there is no
 * OpenCL: the log says what to install); free it with clgan_devices_free. Broken platforms are skipped with a warning.
 * CLGAN_FAILED where memory is short. */
CLGAN_API clgan_status clgan_devices_list(clgan_device_info **devices, size_t *count, const clgan_log *log);
CLGAN_API void clgan_devices_free(clgan_device_info *devices);

/* A platform: an OpenCL implementation that is installed. */
typedef struct clgan_platform_info {
    char name[128], vendor[128], version[128]; /* as the driver says it */
    unsigned devices;                          /* how many it has */
    char trouble[160];                         /* why it is skipped; "" where it is not */
} clgan_platform_info;
/* Every platform, in the order of the devices' indices. Free `*platforms`, an array of `*count`, with
 * clgan_platforms_free. */
CLGAN_API clgan_status clgan_platforms_list(clgan_platform_info **platforms, size_t *count);
CLGAN_API void clgan_platforms_free(clgan_platform_info *platforms);

/* What a fact is. */
typedef enum clgan_fact_kind {
    CLGAN_FACT_UNKNOWN, /* the driver does not say */
    CLGAN_FACT_TEXT,    /* `text` */
    CLGAN_FACT_NUMBER,  /* `number` */
    CLGAN_FACT_FLAG,    /* `number` is 1 or 0 */
    CLGAN_FACT_NUMBERS, /* `text`: decimal numbers with a space between */
    CLGAN_FACT_WORDS    /* `text`: words with a space between */
} clgan_fact_kind;

/* One thing about a device. Groups, in order: "device" (what identifies it), "kernels", "memory", "queues" (what
 * decides how kernels run), "clgan" (what clgan makes of it), "products" (each way to make matrix products: 1 where it
 * is a candidate there), "quirks" (known ones that apply: what is done about each). */
typedef struct clgan_fact {
    const char *group;    /* one of those above */
    const char *key;      /* stable name, with its unit where it has one: "global_memory_bytes" */
    const char *about;    /* in words; "" for a product's or a quirk's name */
    clgan_fact_kind kind; /* where its value is */
    char *text;           /* owned; NULL for numbers, flags and what is unknown */
    uint64_t number;      /* 0 where it is a text */
    char reason[320];     /* why it is so; "" where the driver says it */
} clgan_fact;

/* All that is to be known of the device with that index, usable or not; opens and builds nothing. `cache_dir` as in
 * clgan_device_options. Free `*facts` with clgan_facts_free. CLGAN_USAGE if there is no such index. */
CLGAN_API clgan_status clgan_device_facts(clgan_fact **facts, size_t *count, int index, const char *cache_dir,
                                          const clgan_log *log);
CLGAN_API void clgan_facts_free(clgan_fact *facts, size_t count);

/* "OpenCL loader: ocl-icd 2.3.1 (OCL Icd free software), OpenCL 2.2"; says so where the loader doesn't tell. */
CLGAN_API void clgan_opencl_loader(char text[160]);

/* The folder of what is kept for next time, where no other is asked for; clgan_text_free. CLGAN_FAILED where neither
 * XDG_CACHE_HOME nor HOME is set. */
CLGAN_API clgan_status clgan_cache_folder(char **folder);

/* Which device to use and how. Initialise with CLGAN_DEVICE_OPTIONS. */
typedef struct clgan_device_options {
    size_t size;        /* sizeof this struct */
    const char *device; /* an index, "cpu", "gpu", part of a name (any case); NULL: a GPU if there is one, else a CPU */
    const char *cache_dir; /* folder of compiled programs; NULL: $XDG_CACHE_HOME/clgan or ~/.cache/clgan */
    int no_cache;          /* 1: neither read nor write compiled programs */
} clgan_device_options;
#define CLGAN_DEVICE_OPTIONS                                                                                           \
    {                                                                                                                  \
        sizeof(clgan_device_options), NULL, NULL, 0                                                                    \
    }

/* ---- self-test: does a device compute rightly ---- */

/* One check of a self-test. */
typedef struct clgan_check {
    char name[48];    /* what is checked: "random philox", "product XW maxout" */
    int passed;       /* 1, or 0 */
    char reason[160]; /* what was computed, what was expected and where, or what could not be run; "" where it passed */
    double seconds;   /* that it took */
} clgan_check;

/* What to check. Initialise with CLGAN_SELFTEST_OPTIONS. */
typedef struct clgan_selftest_options {
    size_t size;
    clgan_device_options device;
    int brief;        /* 1: the short one, done before a first training on a device */
    const char *only; /* checks whose name has this in it; NULL: all. CLGAN_USAGE where none has */
    void (*opened)(void *user, const clgan_device_info *device); /* which it is, before the checks; may be NULL */
    void (*progress)(void *user, const clgan_check *check);      /* after each check; may be NULL */
    void *user;
} clgan_selftest_options;
#define CLGAN_SELFTEST_OPTIONS                                                                                         \
    {                                                                                                                  \
        sizeof(clgan_selftest_options), CLGAN_DEVICE_OPTIONS, 0, NULL, NULL, NULL, NULL                                \
    }

/* Runs kernels of every family on a device and compares with known answers. `*failed`: checks that failed or could not
 * run. CLGAN_OK also where checks fail; another status where the device can't even be opened. A driver that crashes
 * takes the process along: `clgan selftest` gives each device a process of its own. */
CLGAN_API clgan_status clgan_selftest(size_t *failed, const clgan_selftest_options *options, const clgan_log *log);

/* ---- recipes ---- */

/* What to train, and how: data, noise, both nets, updates and schedules. It does not change once it is read. */
typedef struct clgan_recipe clgan_recipe;

/* The name of a recipe that ships, by position from 0; NULL past the end. Static text, as are the next two. */
CLGAN_API const char *clgan_recipe_name(size_t position);
/* What it is, in a line; NULL past the end. */
CLGAN_API const char *clgan_recipe_about(size_t position);
/* Text of a shipped recipe as its author wrote it; NULL if there is none of that name. */
CLGAN_API const char *clgan_recipe_source(const char *name);

/* Reads a recipe: the name of a shipped one or the path of a YAML file. `settings` are `count` strings "path=value"
 * that override keys ("generator.0.units=64"). CLGAN_USAGE with file, line and what was expected when it is not valid.
 */
CLGAN_API clgan_status clgan_recipe_read(clgan_recipe **recipe, const char *name_or_path, const char *const *settings,
                                         size_t count);
/* The resolved recipe (every key, defaults filled in) as YAML; the caller frees `*text` with clgan_text_free. */
CLGAN_API clgan_status clgan_recipe_text(char **text, const clgan_recipe *recipe);
/* A key that a recipe may have, in words. */
typedef struct clgan_recipe_key {
    char section[160];         /* that it is in: "data", "generator.N, discriminator.N"; "": the document itself */
    const char *section_about; /* what that is of */
    const char *name;          /* "format" */
    const char *about;         /* what it means */
    char values[480];          /* what it takes, its default, and where it belongs */
} clgan_recipe_key;
/* The key number `position`, from 0, of all, section by section; 0 past the end, else 1. */
CLGAN_API int clgan_recipe_key_at(clgan_recipe_key *key, size_t position);
/* Frees a recipe. Runs that were made of it don't need it. */
CLGAN_API void clgan_recipe_free(clgan_recipe *recipe);
/* Frees a text that a call handed over. */
CLGAN_API void clgan_text_free(char *text);

/* ---- runs ---- */

/* A training and what it learned: a folder. */
typedef struct clgan_run clgan_run;

/* Makes the run's folder; touches no device. It can be opened once clgan_train has begun in it. `folder` NULL:
 * runs/NAME-NNN, the first free number. `data` NULL: the usual places; `from`: a run whose layers the recipe takes
 * over, NULL if it takes none. CLGAN_USAGE if the folder exists and holds anything but what a training leaves that was
 * killed as it began. The folder is locked, as by clgan_train, until a training has begun in it and ended, or the run
 * is freed. */
CLGAN_API clgan_status clgan_run_create(clgan_run **run, const clgan_recipe *recipe, const char *folder,
                                        const char *data, const char *from, const clgan_log *log);
/* Opens the folder of an existing run; touches no device and locks nothing. CLGAN_USAGE where it is not the folder of a
 * run or no training has begun in it. In place of a folder it may be a file of G's weights, *.safetensors, as
 * clgan_export writes them in layout clgan: one can draw from it, measure it and export it, not train it. */
CLGAN_API clgan_status clgan_run_open(clgan_run **run, const char *folder, const clgan_log *log);
/* `*path` = the weights of a generator that was trained before, for clgan_run_open: NAME.safetensors in
 * $CLGAN_PRETRAINED, ~/.local/share/clgan/pretrained (XDG_DATA_HOME), /usr/local/share/clgan/pretrained or
 * /usr/share/clgan/pretrained. The caller frees it with clgan_text_free. CLGAN_USAGE, telling which there are, where
 * there is none of that name. */
CLGAN_API clgan_status clgan_pretrained(char **path, const char *name);
/* The run's folder, as a path; valid until the run is freed. */
CLGAN_API const char *clgan_run_folder(const clgan_run *run);
/* The same as a shell takes it for one word, quoted where it has to be: for a command to copy; valid as long. */
CLGAN_API const char *clgan_run_word(const clgan_run *run);
/* Frees the object and unlocks the folder, which stays as it is; one that was made for a training that never began is
 * removed. */
CLGAN_API void clgan_run_free(clgan_run *run);

/* Is the training collapsing? Measured on the last minibatches of an epoch; NAN: not known. src/gan/monitor.h has the
 * formulas. */
typedef struct clgan_health {
    double spread;   /* mean distance between two of G's samples over that between two of the data; 1: as far apart */
    double variance; /* variance of G's samples over that of the data, all values of a row together */
    double accuracy_real, accuracy_fake; /* shares of real and of fake rows that D tells right */
    double saturated;                    /* share of D's outputs under .01 or over .99 */
    double g_gradient, d_gradient;       /* norms of the gradients of G's loss and D's by their weights */
    double modes, good; /* data of format ring: modes that drawn samples cover; share of samples near one */
} clgan_health;

/* What a monitored training may be warned of. */
typedef enum clgan_alarm {
    CLGAN_ALARM_ALIKE,    /* G's samples are growing alike */
    CLGAN_ALARM_WON,      /* D has won: G's gradient is vanishing */
    CLGAN_ALARM_GUESSING, /* D is guessing */
    CLGAN_ALARMS          /* how many there are */
} clgan_alarm;
/* "alike", "won", "guessing": as log.jsonl names it. Static text. */
CLGAN_API const char *clgan_alarm_name(clgan_alarm alarm);

/* What a progress line shows. Means are over the epoch so far. */
typedef struct clgan_progress {
    uint64_t step;                 /* iterations done in all */
    uint64_t epoch;                /* epoch the numbers belong to, from 1 */
    uint64_t epochs;               /* total asked for */
    uint64_t steps_per_epoch;      /* iterations */
    int epoch_ended;               /* 1: the line for a whole epoch, as written to log.jsonl */
    double d_loss, g_loss;         /* D's loss as the recipe sums it; G's */
    double d_real, d_fake;         /* mean D(x) and D(G(z)) */
    double g_rate, d_rate;         /* learning rate of each net's last update, Adam's without its corrections */
    double g_momentum, d_momentum; /* of it; NAN: the optimiser has none */
    double seconds;                /* in this epoch, in this process */
    double steps_per_second;       /* iterations */
    double samples_per_second;     /* real images per second */
    double seconds_left;           /* to the end of training, estimated */
    clgan_health health;           /* where an epoch ended, else zeros */
    double log_likelihood; /* of validation rows by Parzen windows of width `sigma`, where the epoch that ended was */
    double sigma;          /* evaluated; else NAN */
    unsigned alarms;       /* bits 1 << clgan_alarm of those that stand */
    unsigned alarms_begun, alarms_ended; /* those of them that began in the epoch that ended, and that ended in it */
} clgan_progress;

/* Epochs that a run, as a recipe, may ask for at most. */
enum { CLGAN_EPOCHS = 1000000000 };

/* How to train. Initialise with CLGAN_TRAIN_OPTIONS. */
typedef struct clgan_train_options {
    size_t size;
    clgan_device_options device;
    int resume;              /* 1: go on from the newest checkpoint (or step 0); 0: the run must have none */
    const char *data;        /* resume: where the data is now; NULL: where the run found it */
    uint64_t epochs;         /* total; 0: as last asked for, else as the recipe says */
    double seconds;          /* stop, saved, after so long; 0: no limit */
    int stream_data;         /* 1: never hold the dataset on the device (same bits either way) */
    int no_tune;             /* 1: don't measure, at the first training on a device, which kernels are fastest */
    int profile;             /* 1: time each launch of the step's plan and log the shares at the end */
    uint64_t evaluate_every; /* epochs from one evaluation on the validation rows to the next; the likeliest is kept as
                                checkpoints/best.safetensors. 0: as last asked for, else never */
    int stop_on_collapse;    /* 1: CLGAN_FAILED, saved, at the end of an epoch in which an alarm begins */
    int rollback;            /* 1: where numbers are no longer finite, go back to the newest checkpoint and on with half
                                the learning rates, up to 8 times a run; 0: CLGAN_FAILED */
    int force;               /* 1: a device that fails its self-test is warned of, and trained on */
    const volatile int *stop; /* polled; not 0: finish the step, save, return CLGAN_STOPPED. May be NULL */
    void (*progress)(void *user,
                     const clgan_progress *progress); /* about once a second and at each epoch's end; may be NULL */
    void *user;
} clgan_train_options;
#define CLGAN_TRAIN_OPTIONS                                                                                            \
    {                                                                                                                  \
        sizeof(clgan_train_options), CLGAN_DEVICE_OPTIONS, 0, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL        \
    }

/* Trains to the total of epochs, keeping log, checkpoints and samples in the run's folder. Meanwhile the folder is
 * locked: CLGAN_FAILED, saying who trains, for another training there, of this process or of any. The lock ends with
 * the process. Sampling, evaluations and figures don't ask for it. At the first training on a device with its driver,
 * the device's self-test comes first: CLGAN_FAILED where it fails, unless forced. Resuming a finished run is CLGAN_OK
 * and does nothing but say so in the log. */
CLGAN_API clgan_status clgan_train(clgan_run *run, const clgan_train_options *options);

/* What one training step would do on that device, as text: the recipe, parameters per layer, device memory, and each
 * launch of the plan. Makes no folder. The caller frees `*text`. Uses device, stream_data of `options`. */
CLGAN_API clgan_status clgan_train_describe(char **text, const clgan_recipe *recipe, const char *data,
                                            const clgan_train_options *options, const clgan_log *log);

/* ---- tuning: which kernel makes each matrix product fastest on a device ---- */

/* After each candidate. */
typedef struct clgan_tune_progress {
    const char *product;        /* "XW maxout/5 200 x 1200 x 784": kind, rows x columns x inner size */
    const char *best;           /* fastest variant so far, "register 4x1x16/1*1" or "clblast" */
    double milliseconds;        /* that one's; 0: none is right yet */
    unsigned number, products;  /* which product, of how many */
    unsigned tried, candidates; /* of this product */
    unsigned wrong, failed;     /* candidates dropped so far: computed wrongly; not built or not launched */
    double seconds;             /* since the start */
} clgan_tune_progress;

/* How to tune. Initialise with CLGAN_TUNE_OPTIONS. */
typedef struct clgan_tune_options {
    size_t size;
    clgan_device_options device;
    double seconds;           /* begin no further candidate after so long; 0: measure all */
    const volatile int *stop; /* polled; not 0: keep what was found, return CLGAN_STOPPED. May be NULL */
    void (*progress)(void *user, const clgan_tune_progress *progress); /* may be NULL */
    void *user;
} clgan_tune_options;
#define CLGAN_TUNE_OPTIONS                                                                                             \
    {                                                                                                                  \
        sizeof(clgan_tune_options), CLGAN_DEVICE_OPTIONS, 0, NULL, NULL, NULL                                          \
    }

/* Measures candidates for every matrix product of the recipe on the device, both its own kernels and CLBlast, and keeps
 * the fastest right ones in the cache folder, where trainings find them. Saves after each gain; goes on where an
 * earlier call stopped. CLGAN_STOPPED where it was asked to stop. */
CLGAN_API clgan_status clgan_tune(const clgan_recipe *recipe, const clgan_tune_options *options, const clgan_log *log);

/* The file that clgan_tune keeps for a device, as it is; "" if there is none. The caller frees `*text`. */
CLGAN_API clgan_status clgan_tuning_text(char **text, const clgan_device_options *options, const clgan_log *log);

/* Rows of float32 in memory. */
typedef struct clgan_rows {
    float *values;                  /* rows x columns, row-major; owned, from malloc */
    size_t rows, columns;           /* how many, and values in each */
    size_t channels, height, width; /* shape of a row; channels * height * width == columns */
} clgan_rows;
/* Frees the values, not the struct. */
CLGAN_API void clgan_rows_free(clgan_rows *rows);

/* Reads a NumPy file (.npy): 2 or more dimensions, the trailing ones flattened; float32 as it is, uint8 divided by 255.
 * The caller frees what `rows` gets with clgan_rows_free. CLGAN_FAILED where it can't be read or is none of these. */
CLGAN_API clgan_status clgan_rows_read_npy(clgan_rows *rows, const char *path);
/* Writes rows as float32 of shape [rows, columns]. The file is there whole or, where CLGAN_FAILED is returned, as it
 * was before. */
CLGAN_API clgan_status clgan_rows_write_npy(const clgan_rows *rows, const char *path);
/* Pictures in a grid, PNG. `grid_rows` and `grid_columns` 0: as square as the count allows. Rows of 1 and 2 values are
 * drawn as a histogram and as a scatter plot. Values 0 to 1 are black to white; `signed_values`: each picture is
 * centred on grey and scaled to its own largest magnitude. */
CLGAN_API clgan_status clgan_rows_write_png(const clgan_rows *rows, const char *path, size_t grid_rows,
                                            size_t grid_columns, int signed_values);

/* What to sample. Initialise with CLGAN_SAMPLE_OPTIONS. */
typedef struct clgan_sample_options {
    size_t size;
    clgan_device_options device;
    const char *checkpoint;  /* file, a step's number, or "best"; NULL: the newest that is whole */
    size_t count;            /* samples to draw; ignored when `noise` is given */
    uint64_t seed;           /* of the noise */
    const clgan_rows *noise; /* rows of z to use instead; NULL: drawn from the seed */
    int raw_weights;         /* 1: G's weights as they are even where the run keeps an average of them */
} clgan_sample_options;
#define CLGAN_SAMPLE_OPTIONS                                                                                           \
    {                                                                                                                  \
        sizeof(clgan_sample_options), CLGAN_DEVICE_OPTIONS, NULL, 100, 1, NULL, 0                                      \
    }

/* Draws x = G(z). `samples` gets `count` rows in the data's own range, a picture channel by channel (channels, height,
 * width); `noise_used`, if not NULL, gets the z of each, a row of the recipe's noise.size. The caller frees both with
 * clgan_rows_free. The same run, checkpoint, seed and count give the same samples on the same device. CLGAN_USAGE where
 * there is no such checkpoint or `noise` has rows of another size. */
CLGAN_API clgan_status clgan_sample(clgan_rows *samples, clgan_rows *noise_used, clgan_run *run,
                                    const clgan_sample_options *options);
/* 1 if the run's data is signed (to be shown centred on grey). */
CLGAN_API int clgan_run_signed(const clgan_run *run);

/* D(x) for each row, in (0, 1), into `scores` (rows x 1), which the caller frees with clgan_rows_free. Options: device,
 * checkpoint. No dropout. CLGAN_USAGE where rows have another size than the data. `rows` are in the data's own range,
 * or, with `rows` NULL, the test images of `data` (a folder or file; NULL: the usual places), prepared as the recipe
 * says. */
CLGAN_API clgan_status clgan_score(clgan_rows *scores, clgan_run *run, const clgan_rows *rows, const char *data,
                                   const clgan_sample_options *options);

/* ---- TensorBoard ---- */

/* Writes what epochs tell, and their pictures, into a folder of event files. */
typedef struct clgan_tensorboard clgan_tensorboard;
/* Of a run, which must live as long. `folder` NULL: tensorboard/ in the run's; it is made at the first epoch.
 * CLGAN_USAGE where it is a file. */
CLGAN_API clgan_status clgan_tensorboard_open(clgan_tensorboard **board, const clgan_run *run, const char *folder);
/* To be called from a training's progress; does nothing before the epoch's end. Durable when it returns. The first call
 * begins a file, which replaces what others there say of this step and later ones; where there is none it gets what the
 * run's log has. After a failure the file may end in half a record: free it. */
CLGAN_API clgan_status clgan_tensorboard_add(clgan_tensorboard *board, const clgan_progress *progress);
CLGAN_API void clgan_tensorboard_free(clgan_tensorboard *board);
/* Writes all that the run's log has into a new file, which replaces what others in the folder say. The caller frees
 * `*written`, its path, with clgan_text_free. */
CLGAN_API clgan_status clgan_tensorboard_write(char **written, const clgan_run *run, const char *folder);

/* ---- pictures in a terminal ---- */

/* Where and how. Initialise with CLGAN_SHOW_OPTIONS; 0 and NULL are defaults. */
typedef struct clgan_show_options {
    size_t size;
    const char *how; /* "kitty", "sixel" (graphics), "symbols" or "ascii" (characters); NULL: what the terminal can, by
                        TERM, COLORTERM, NO_COLOR and the locale's character set in the environment */
    unsigned columns, rows;           /* of the terminal, in characters (80 x 24); a picture leaves a few rows free */
    unsigned cell_width, cell_height; /* pixels of a character (10 x 20) */
} clgan_show_options;
#define CLGAN_SHOW_OPTIONS                                                                                             \
    {                                                                                                                  \
        sizeof(clgan_show_options), NULL, 0, 0, 0, 0                                                                   \
    }

/* 0 where clgan was built without libchafa: the functions below are CLGAN_USAGE then. */
CLGAN_API int clgan_can_show(void);
/* What is to be written to the terminal, a line's end at its end; the caller frees `*text` with clgan_text_free. The
 * grid and `signed_values` as for clgan_rows_write_png; without a grid, terminals that show characters get so many rows
 * as can be told apart. */
CLGAN_API clgan_status clgan_rows_show(char **text, const clgan_rows *rows, size_t grid_rows, size_t grid_columns,
                                       int signed_values, const clgan_show_options *options);
/* The newest picture in the run's samples/, or as much of it as can be told apart. */
CLGAN_API clgan_status clgan_run_show(char **text, const clgan_run *run, const clgan_show_options *options);

/* ---- evaluation: how good samples are, by themselves ---- */

/* Sizes of the arrays below. */
enum {
    CLGAN_SIGMAS = 10,        /* widths of Parzen windows that are tried */
    CLGAN_MEASURE_VALUES = 8, /* numbers of a measure */
    CLGAN_REFERENCES = 2,     /* rows that are not G's */
    CLGAN_CAVEATS = 4         /* what is to be said beside a log-likelihood */
};

/* Log-likelihood under Gaussian Parzen windows on samples (Goodfellow et al. 2014, section 5), in nats. */
typedef struct clgan_parzen {
    double log_likelihood; /* mean over the test rows */
    double standard_error; /* population standard deviation / sqrt(test rows) */
    double sigma;          /* width of the windows */
    double validation;     /* mean log-likelihood of the validation rows at sigma; NAN where sigma was given */
    int at_edge;           /* 1: sigma sits on an end of the grid or beyond: another width might do better */
    size_t samples, validation_rows, test_rows;       /* how many rows of each there were */
    size_t tried;                                     /* widths of the grid: CLGAN_SIGMAS, 0 where sigma was given */
    double sigmas[CLGAN_SIGMAS], curve[CLGAN_SIGMAS]; /* those, and the validation rows' mean log-likelihood at each */
    double seconds;                                   /* that it took */
} clgan_parzen;

/* The same measure of rows that are not G's. */
typedef struct clgan_reference {
    const char *name;    /* "training images", "k-means centroids" */
    clgan_parzen parzen; /* with those rows as samples */
} clgan_reference;

/* A further measure's result. All texts are static. */
typedef struct clgan_measure {
    const char *name, *source, *meaning, *limits; /* who defined it, what it says, what it does not */
    /* Its numbers. */
    struct {
        const char *key;     /* what the number is called */
        double value, error; /* the number, and one standard error of it: NAN where none is known */
    } values[CLGAN_MEASURE_VALUES];
    size_t count;   /* of values */
    char note[160]; /* what to know about this very result; "" for nothing */
    double seconds; /* that it took */
} clgan_measure;

/* All that an evaluation found. */
typedef struct clgan_evaluation {
    clgan_parzen parzen;                  /* the paper's measure */
    const char *caveats[CLGAN_CAVEATS];   /* what to say beside that number; static texts */
    size_t caveat_count;                  /* of those */
    double *repeats;                      /* log-likelihoods of as many sets of samples, the first is parzen's */
    size_t repeat_count;                  /* of those */
    double repeat_mean, repeat_deviation; /* of those; sample standard deviation. NAN where there is one */
    clgan_reference references[CLGAN_REFERENCES]; /* where they were asked for */
    size_t reference_count;                       /* of those */
    clgan_measure *measures;                      /* the further ones that were asked for */
    size_t measure_count;                         /* of those */
} clgan_evaluation;
/* As one document of JSON, what is not finite as null; the caller frees `*json` with clgan_text_free. */
CLGAN_API clgan_status clgan_evaluation_json(char **json, const clgan_evaluation *evaluation);
/* Frees an evaluation and what it holds. */
CLGAN_API void clgan_evaluation_free(clgan_evaluation *evaluation);

/* The name of a further measure, by position from 0; NULL past the end. Static text. */
CLGAN_API const char *clgan_measure_name(size_t position);
/* What it says, in a sentence; NULL past the end. Static text. */
CLGAN_API const char *clgan_measure_about(size_t position);

/* What to evaluate and how. Initialise with CLGAN_EVALUATE_OPTIONS. */
typedef struct clgan_evaluate_options {
    size_t size;
    clgan_device_options device;
    const char *data;          /* folder of pictures; NULL: where the run found them. Drawn data needs none */
    size_t validation;         /* last training rows that choose sigma and are not trained on; 0: as the run's recipe
                                  says, or 10,000 */
    const clgan_rows *samples; /* rows made by any program, in place of a run's; NULL: drawn from the run */
    size_t count;              /* samples; 0: 10,000, or all that were given */
    const char *checkpoint;    /* of the run: a file, or "best"; NULL: the newest that is whole */
    int raw_weights;           /* 1: G's weights as they are even where the run keeps an average of them */
    uint64_t seed;             /* of samples, of subsets */
    double sigma;              /* width of the Parzen windows; 0: chosen on the validation rows */
    int refine;                /* 1: look for sigma between the neighbours of the grid's best too */
    size_t repeat;             /* sets of samples, from seed, seed + 1, ...: the figure's own spread; 0 or 1: one */
    int references;            /* 1: also training rows and k-means centroids as samples */
    const char *measures;      /* further ones: names with commas between, or "all"; NULL: none */
} clgan_evaluate_options;
#define CLGAN_EVALUATE_OPTIONS                                                                                         \
    {                                                                                                                  \
        sizeof(clgan_evaluate_options), CLGAN_DEVICE_OPTIONS, NULL, 0, NULL, 0, NULL, 0, 1, 0, 0, 1, 0, NULL           \
    }

/* Evaluates samples of `run`, or `options->samples` with `run` NULL. A run's is kept in its evaluation.json, where that
 * can be written. The caller frees `*evaluation`. CLGAN_USAGE where
 * options contradict each other, rows have another width than the data, or a measure is not known; CLGAN_FAILED where a
 * value is not finite. */
CLGAN_API clgan_status clgan_evaluate(clgan_evaluation **evaluation, clgan_run *run,
                                      const clgan_evaluate_options *options, const clgan_log *log);

/* ---- figures: those of the paper, of a run ---- */

/* What to draw. Initialise with CLGAN_FIGURE_OPTIONS; 0 and NULL are defaults. */
typedef struct clgan_figure_options {
    size_t size;
    clgan_device_options device;
    const char *const *checkpoints; /* files; density: a panel each; nearest, interpolate: at most one. NULL: the newest
                                       that is whole */
    size_t checkpoint_count;        /* of those */
    const char *data;               /* nearest: where the data is; NULL: where the run found it */
    const char *out;                /* a name that ends in .png, or a folder; NULL: RUN/figures/ */
    uint64_t seed;                  /* of the noise; interpolate: of where the lines begin */
    uint64_t seed_to;               /* interpolate: of where they end */
    size_t rows, columns;           /* nearest: of samples (4 x 5); interpolate: lines and steps along them (5 x 11) */
    size_t count;    /* density: samples that p_g is made of (100,000), or dots (2,000); filmstrip: most frames of
                        the animation (60) */
    int raw_weights; /* 1: G's weights as they are even where the run keeps an average of them */
} clgan_figure_options;
#define CLGAN_FIGURE_OPTIONS                                                                                           \
    {                                                                                                                  \
        sizeof(clgan_figure_options), CLGAN_DEVICE_OPTIONS, NULL, 0, NULL, NULL, 1, 2, 0, 0, 0, 0                      \
    }

/* Each writes a PNG, and what else it says, and gives the paths of what it wrote in `*written`, a line each; the caller
 * frees it with clgan_text_free. CLGAN_USAGE where the recipe makes nothing of that kind, or an option can't be. */

/* Random samples, not picked; beside each row's last one the training image nearest to it in squared Euclidean distance
 * (figure 2). The log says which. Recipes of pictures. */
CLGAN_API clgan_status clgan_figure_nearest(char **written, clgan_run *run, const clgan_figure_options *options);
/* G along lines in z, from a draw of `seed` to one of `seed_to` (figure 3): straight where z is uniform, on a great
 * circle where it is normal or spherical (Shoemake 1985; White 2016, arXiv 1609.04468). Recipes of pictures. */
CLGAN_API clgan_status clgan_figure_interpolate(char **written, clgan_run *run, const clgan_figure_options *options);
/* Recipes that draw numbers: p_data, p_g, D and where each z goes (figure 1). Those that draw points: data and samples
 * over D. PNG and SVG. */
CLGAN_API clgan_status clgan_figure_density(char **written, clgan_run *run, const clgan_figure_options *options);
/* The samples of fixed noise that training kept, over the epochs: one picture, and one that moves (APNG). */
CLGAN_API clgan_status clgan_figure_filmstrip(char **written, clgan_run *run, const clgan_figure_options *options);

/* The same samples straight into files, however many, a minibatch in memory at a time. Recipes of pictures; bytes as
 * clgan_rows_write_png makes them. */

/* An IDX file of unsigned bytes, as MNIST's: [count, height, width], or [count, channels, height, width] for colour.
 * gzipped where `path` ends in .gz; equal samples give equal bytes. */
CLGAN_API clgan_status clgan_sample_idx(clgan_run *run, const clgan_sample_options *options, const char *path);
/* A PNG for each sample, FOLDER/000000.png and so on (more digits where there are more than a million). The folder is
 * made where there is none. Pictures of these names in it are replaced; CLGAN_USAGE, with nothing written, where it has
 * anything else. */
CLGAN_API clgan_status clgan_sample_each(clgan_run *run, const clgan_sample_options *options, const char *folder);

/* ---- export: a run's nets for other programs (docs/export.md has names, layouts and operators) ---- */

/* What to export. Initialise with CLGAN_EXPORT_OPTIONS. */
typedef struct clgan_export_options {
    size_t size;
    const char *network;    /* "G", "D" or "both" (not for ONNX); NULL: G */
    const char *checkpoint; /* file, a step's number, or "best"; NULL: the newest that is whole */
    int raw_weights;        /* 1: G's weights as they are even where the run keeps an average of them */
    const char *layout;     /* "clgan" or "torch"; not for ONNX. NULL: clgan */
    const char *tensor;     /* .npy: the name of the one tensor */
} clgan_export_options;
#define CLGAN_EXPORT_OPTIONS                                                                                           \
    {                                                                                                                  \
        sizeof(clgan_export_options), NULL, NULL, 0, NULL, NULL                                                        \
    }

/* Writes nets of a run to `path`, by its ending: .onnx (a model of one net), .safetensors, .npz (all weights), .npy
 * (one tensor). Uses no device. `*told`: what was written, in lines; the caller frees it with clgan_text_free.
 * CLGAN_USAGE where the options don't fit the ending or the weights the format. */
CLGAN_API clgan_status clgan_export(char **told, clgan_run *run, const char *path, const clgan_export_options *options);

/* ---- import: weights of another program as the start of a run (docs/export.md has names and layouts) ---- */

/* What to import and how. Initialise with CLGAN_IMPORT_OPTIONS. */
typedef struct clgan_import_options {
    size_t size;
    clgan_device_options device;
    const char *layout;      /* of the file: "torch" (W [out, in]) or "clgan" (W [in, out]); must be given */
    const char *network;     /* "G", "D" or "both": what must be there, and all that is taken; NULL: what is there */
    const char *const *maps; /* "SOURCE=TARGET": the file's tensor SOURCE is "G.0.weight" or the like; "SOURCE=" leaves
                                it out, "=TARGET" fills with zeros. Without a '=': a file of such lines */
    size_t map_count;        /* of those */
    const char *folder;      /* of the run, made anew; NULL: runs/NAME-NNN */
    const char *data;        /* where the recipe's pictures are; NULL: the usual places */
    const clgan_rows *check_noise, *check_samples; /* z and x = G(z) where it comes from; NULL: not checked */
    double tolerance; /* of the check, times the largest magnitude in x (1, if that is less); 0: 1e-4 */
} clgan_import_options;
#define CLGAN_IMPORT_OPTIONS                                                                                           \
    {                                                                                                                  \
        sizeof(clgan_import_options), CLGAN_DEVICE_OPTIONS, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, 0             \
    }

/* Makes a run of `recipe` whose step 0 has weights of a safetensors file (F32, F16, BF16 or F64); a net that the file
 * does not have begins as the recipe says, optimisers begin at zero. Train it with `resume`. The caller frees `*run`,
 * which keeps the folder locked until then, and `*told`, what came from where in lines, with clgan_text_free. Nothing
 * is made where a name, a shape, a value or the check is not right: CLGAN_USAGE or CLGAN_FAILED say which and why. */
CLGAN_API clgan_status clgan_import(clgan_run **run, char **told, const char *path, const clgan_recipe *recipe,
                                    const clgan_import_options *options, const clgan_log *log);

/* ---- report: a run, or several, as one page of HTML ---- */

/* How to write the page. Initialise with CLGAN_REPORT_OPTIONS. */
typedef struct clgan_report_options {
    size_t size;
    const char *out; /* the file; NULL: report.html in the folder of a single run, compare.html here for several */
} clgan_report_options;
#define CLGAN_REPORT_OPTIONS                                                                                           \
    {                                                                                                                  \
        sizeof(clgan_report_options), NULL                                                                             \
    }

/* Writes one page that needs no other file and no network: what was trained and how fast, curves of every number of the
 * log, samples over the epochs, figures, evaluation, recipe; of several runs, 8 at most, curves over each other and
 * what differs. `*written`: its path; the caller frees it with clgan_text_free. Touches no device and no lock: a run
 * may be under way. CLGAN_USAGE where the file is there and is no page of clgan. */
CLGAN_API clgan_status clgan_report(char **written, clgan_run *const *runs, size_t count,
                                    const clgan_report_options *options);

/* ---- watch: the same page, served while a run is trained ---- */

/* A server of a run's page. */
typedef struct clgan_watch clgan_watch;

/* Listens at `port` of 127.0.0.1, where only this machine comes; 0: any that is free. Nothing is served yet.
 * CLGAN_FAILED where another program listens there. */
CLGAN_API clgan_status clgan_watch_begin(clgan_watch **watch, unsigned port);
/* The port where it listens. */
CLGAN_API unsigned clgan_watch_port(const clgan_watch *watch);
/* Serves the run's page at http://127.0.0.1:PORT/, from a thread of its own. `run` outlives the watch. */
CLGAN_API clgan_status clgan_watch_run(clgan_watch *watch, const clgan_run *run);
/* To be called from clgan_train_options.progress, with what that is given: the page moves on. */
CLGAN_API void clgan_watch_progress(clgan_watch *watch, const clgan_progress *progress);
/* Tells browsers what the training came to, for two seconds at most, stops serving, and frees it. */
CLGAN_API void clgan_watch_end(clgan_watch *watch, clgan_status status);

#ifdef __cplusplus
}
#endif
#endif
