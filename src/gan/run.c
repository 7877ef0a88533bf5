#include "gan/run.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "gan/run_lock.h"

#define RUN_SETTINGS "run.json"
#define RUN_RECIPE "recipe.yaml" /* written last: where it is, all is that a resumed training needs */
enum { SETTINGS_BYTES = 1 << 20, RUN_NUMBERS = 1000 };

clgan_status run_path(char **path, const struct clgan_run *run, const char *name)
{
    return file_join(path, run->folder, name);
}

void run_picture_name(char name[RUN_PICTURE], uint64_t epoch)
{
    snprintf(name, RUN_PICTURE, "samples/epoch-%04" PRIu64 ".png", epoch);
}

void run_halve_rates(struct clgan_run *run, int times)
{
    struct optimiser_recipe *const both[] = {&run->recipe.generator_optimiser, &run->recipe.discriminator_optimiser};
    for (int i = 0; i < 2; i++) {
        both[i]->learning_rate = ldexp(both[i]->learning_rate, -times);
        both[i]->lowest_rate = ldexp(both[i]->lowest_rate, -times);
    }
}

/* ---- run.json and recipe.yaml ---- */

/* NULL where there are none, or memory is short. */
static json_t *list_devices(const struct clgan_run *run)
{
    json_t *list = *run->devices[0] ? json_array() : NULL;
    for (size_t i = 0; i < RUN_DEVICES && *run->devices[i]; i++)
        json_array_append_new(list, json_string(run->devices[i]));
    return list;
}

static clgan_status write_settings(const struct clgan_run *run)
{
    char *path = NULL;
    json_t *json = json_pack("{s:i, s:s*, s:s*, s:I, s:I, s:I, s:I, s:o*}", "format", 1, "data", run->data, "from",
                             run->from, "epochs", (json_int_t)run->epochs, "evaluate_every",
                             (json_int_t)run->evaluate_every, "rollbacks", (json_int_t)run->rollbacks, "rolled_back_to",
                             (json_int_t)run->rolled_back_to, "devices", list_devices(run));
    char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
    json_decref(json);
    if (!text)
        return status_fail(CLGAN_FAILED, "%s/run.json: a path is not valid UTF-8, or memory is short", run->folder);
    clgan_status status = run_path(&path, run, RUN_SETTINGS);
    if (status == CLGAN_OK) status = file_write(path, text, strlen(text));
    free(path);
    free(text);
    return status;
}

clgan_status run_write(struct clgan_run *run)
{
    char *path;
    TRY(write_settings(run));
    if (run->begun) return CLGAN_OK;
    TRY(run_path(&path, run, RUN_RECIPE));
    const clgan_status status = file_write(path, run->recipe_text, strlen(run->recipe_text));
    free(path);
    run->begun = status == CLGAN_OK;
    return status;
}

clgan_status run_tidy(const struct clgan_run *run)
{
    static const struct {
        const char *folder, *name;
        double seconds;
    } parts[] = {
        {"", RUN_SETTINGS, 0},      {"", RUN_RECIPE, 0},   {"", RUN_CHOICES, 0}, {"", "log", 0},
        {"", NULL, FILE_ABANDONED}, /* of an evaluation, a page, samples: somebody may be writing them */
        {"/checkpoints", NULL, 0},  {"/samples", NULL, 0},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct text folder = {0};
        char *path;
        text_append(&folder, "%s%s", run->folder, parts[i].folder);
        TRY(text_take(&path, &folder));
        const clgan_status status = *parts[i].folder ? file_refuse_link(path) : CLGAN_OK;
        if (status == CLGAN_OK) file_sweep(path, parts[i].name, parts[i].seconds);
        free(path);
        TRY(status);
    }
    TRY(file_sync_folder(run->folder));
    return file_sync_folder_of(run->folder);
}

/* False where it is no list of devices. */
static bool parse_devices(struct clgan_run *run, const json_t *list)
{
    size_t i;
    json_t *item;
    if (list && (!json_is_array(list) || json_array_size(list) > RUN_DEVICES)) return false;
    json_array_foreach(list, i, item)
    {
        const char *words = json_string_value(item);
        if (!words || !*words || strlen(words) >= RUN_DEVICE) return false;
        snprintf(run->devices[i], RUN_DEVICE, "%s", words);
    }
    return true;
}

static clgan_status parse_settings(struct clgan_run *run, const char *bytes, size_t length, const char *path)
{
    json_error_t error = {0};
    const char *data = NULL, *from = NULL;
    json_int_t epochs = 0, every = 0, rollbacks = 0, back = 0, format = 0;
    json_t *devices = NULL;
    json_t *json = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &error);
    if (!json) return status_fail(CLGAN_FAILED, "%s:%d: %s", path, error.line, error.text);
    clgan_status status = CLGAN_OK;
    if (json_unpack_ex(json, &error, JSON_STRICT, "{s:I, s?s, s?s, s:I, s?I, s?I, s?I, s?o}", "format", &format, "data",
                       &data, "from", &from, "epochs", &epochs, "evaluate_every", &every, "rollbacks", &rollbacks,
                       "rolled_back_to", &back, "devices", &devices) ||
        format != 1 || epochs < 0 || epochs > CLGAN_EPOCHS || every < 0 || every > CLGAN_EPOCHS || rollbacks < 0 ||
        rollbacks > RUN_ROLLBACKS || back < 0 || !parse_devices(run, devices))
        status = status_fail(CLGAN_FAILED, "%s: not the settings of a run (%s)", path,
                             *error.text ? error.text : "a number or a device is out of range");
    if (status == CLGAN_OK && data) status = memory_copy_text(&run->data, data);
    if (status == CLGAN_OK && from) status = memory_copy_text(&run->from, from);
    run->epochs = (uint64_t)epochs;
    run->evaluate_every = (uint64_t)every;
    run->rollbacks = (unsigned)rollbacks;
    run->rolled_back_to = (uint64_t)back;
    json_decref(json);
    return status;
}

static clgan_status read_settings(struct clgan_run *run)
{
    char *path = NULL, *bytes = NULL;
    size_t length = 0;
    TRY(run_path(&path, run, RUN_SETTINGS));
    clgan_status status = file_read(&bytes, &length, path, SETTINGS_BYTES);
    if (status == CLGAN_OK) status = parse_settings(run, bytes, length, path);
    free(bytes);
    free(path);
    return status;
}

clgan_status run_read_again(struct clgan_run *run)
{
    struct clgan_run now = {.folder = run->folder};
    if (!run->begun) return CLGAN_OK;
    const clgan_status status = read_settings(&now);
    if (status != CLGAN_OK) {
        free(now.data);
        free(now.from);
        return status;
    }
    free(run->data);
    free(run->from);
    run->data = now.data;
    run->from = now.from;
    run->epochs = now.epochs;
    run->evaluate_every = now.evaluate_every;
    run_halve_rates(run, (int)now.rollbacks - (int)run->rollbacks);
    run->rollbacks = now.rollbacks;
    run->rolled_back_to = now.rolled_back_to;
    memcpy(run->devices, now.devices, sizeof now.devices);
    return CLGAN_OK;
}

void run_note_device(struct clgan_run *run, const clgan_device_info *device)
{
    char words[RUN_DEVICE];
    snprintf(words, sizeof words, "%s (%s, driver %s)", device->name, device->platform, device->driver);
    text_clean(words);
    size_t place = 0;
    while (place < RUN_DEVICES - 1 && *run->devices[place] && strcmp(run->devices[place], words) != 0) place++;
    memcpy(run->devices[place], words, sizeof words);
}

/* ---- making ---- */

/* `*absolute` = NULL for NULL. */
static clgan_status make_absolute(char **absolute, const char *path, const char *what)
{
    *absolute = NULL;
    if (!path) return CLGAN_OK;
    *absolute = realpath(path, NULL);
    return *absolute ? CLGAN_OK : status_fail(CLGAN_FAILED, "%s %s: %s", what, path, strerror(errno));
}

clgan_status run_set_data(struct clgan_run *run, const char *path)
{
    char *absolute;
    TRY(make_absolute(&absolute, path, "data"));
    free(run->data);
    run->data = absolute;
    return CLGAN_OK;
}

/* What a training writes before recipe.yaml. */
static const char *const beginnings[] = {RUN_LOCK, RUN_SETTINGS, RUN_CHOICES};
enum { BEGINNINGS = sizeof beginnings / sizeof *beginnings };

static bool is_beginning(const char *name)
{
    for (size_t i = 0; i < BEGINNINGS; i++)
        if (strcmp(name, beginnings[i]) == 0) return true;
    return file_is_temporary(name);
}

/* Whether nothing lies in the folder but what a training leaves there that was killed as it began. */
static clgan_status is_unused(bool *unused, const char *folder)
{
    struct file_names names;
    TRY(file_list(&names, folder));
    *unused = true;
    for (size_t i = 0; i < names.count; i++) *unused &= is_beginning(names.list[i]);
    file_names_free(&names);
    return CLGAN_OK;
}

static clgan_status name_folder(struct clgan_run *run, const char *folder)
{
    TRY(memory_copy_text(&run->folder, folder));
    return text_shell_word(&run->word, folder);
}

static void forget_folder(struct clgan_run *run)
{
    free(run->folder);
    free(run->word);
    run->folder = run->word = NULL;
}

/* `folder` becomes the run's, locked. CLGAN_USAGE where it is taken; `any`: one that is there and unused will do. */
static clgan_status take_folder(struct clgan_run *run, const char *folder, bool any)
{
    bool unused = true;
    clgan_status status = file_make_new_folder(folder);
    run->made = status == CLGAN_OK;
    if (status == CLGAN_USAGE && any && file_is_folder(folder)) status = is_unused(&unused, folder);
    if (status != CLGAN_OK) return status;
    if (!unused) return status_fail(CLGAN_USAGE, "%s: exists already", folder);
    status = name_folder(run, folder);
    if (status == CLGAN_OK) status = run_lock(run);
    if (status == CLGAN_OK) status = is_unused(&unused, folder); /* somebody may have begun until now */
    if (status == CLGAN_OK && unused) return status;
    run_unlock(run);
    forget_folder(run);
    return status == CLGAN_OK ? status_fail(CLGAN_USAGE, "%s: exists already", folder) : status;
}

static clgan_status make_numbered_folder(struct clgan_run *run)
{
    char path[RECIPE_NAME + 32];
    for (int number = 1; number < RUN_NUMBERS; number++) {
        snprintf(path, sizeof path, "runs/%s-%03d", run->recipe.name, number);
        if (file_exists(path)) continue;
        const clgan_status status = take_folder(run, path, false);
        if (status != CLGAN_USAGE) return status; /* else somebody was faster */
    }
    return status_fail(CLGAN_FAILED, "runs/%s-001 to %03d all exist: remove some, or name a folder with --out",
                       run->recipe.name, RUN_NUMBERS - 1);
}

static clgan_status make_folder(struct clgan_run *run, const char *folder)
{
    if (!folder) return make_numbered_folder(run);
    clgan_status status = take_folder(run, folder, true);
    if (status != CLGAN_USAGE) return status;
    char *word;
    TRY(text_shell_word(&word, folder));
    status = status_fail(CLGAN_USAGE, "%s exists: name another folder, or go on with --resume %s", folder, word);
    free(word);
    return status;
}

static clgan_status create(struct clgan_run *run, const char *folder, const char *data, const char *from)
{
    TRY(run_check_recipe(&run->recipe, from));
    TRY(make_absolute(&run->data, data, "data"));
    TRY(make_absolute(&run->from, from, "run"));
    TRY(recipe_write(&run->recipe_text, &run->recipe));
    return make_folder(run, folder);
}

clgan_status clgan_run_create(clgan_run **run, const clgan_recipe *recipe, const char *folder, const char *data,
                              const char *from, const clgan_log *log)
{
    clgan_run *made;
    TRY(memory_take(&made, 1, sizeof *made));
    made->lock = RUN_UNLOCKED;
    made->recipe = recipe->recipe;
    if (log) made->log = *log;
    clgan_status status = create(made, folder, data, from);
    if (status == CLGAN_OK)
        *run = made;
    else
        clgan_run_free(made);
    return status;
}

/* ---- opening ---- */

static clgan_status not_a_run(const struct clgan_run *run)
{
    const char *folder = run->folder;
    bool unused = false;
    if (file_is_folder(folder)) TRY(is_unused(&unused, folder));
    if (file_is_missing(folder))
        return status_fail(CLGAN_USAGE, "%s: not the folder of a run: it is not there", folder);
    return status_fail(CLGAN_USAGE, "%s: not the folder of a run (it has no recipe.yaml)%s%s", folder,
                       unused ? ": no training has begun in it. Begin one with --out " : "", unused ? run->word : "");
}

static clgan_status open_folder(struct clgan_run *run, const char *folder)
{
    char *path = NULL;
    clgan_recipe *recipe = NULL;
    TRY(name_folder(run, folder));
    if (text_ends_with(folder, ".safetensors") && !file_is_folder(folder)) return run_open_weights(run);
    TRY(run_path(&path, run, RUN_RECIPE));
    const bool none = file_is_missing(path) || file_is_special(path);
    const clgan_status status = none ? CLGAN_OK : clgan_recipe_read(&recipe, path, NULL, 0);
    free(path);
    TRY(status);
    if (!recipe) return not_a_run(run);
    run->recipe = recipe->recipe;
    clgan_recipe_free(recipe);
    TRY(recipe_write(&run->recipe_text, &run->recipe));
    run->begun = true;
    TRY(read_settings(run));
    run_halve_rates(run, (int)run->rollbacks);
    return CLGAN_OK;
}

clgan_status clgan_run_open(clgan_run **run, const char *folder, const clgan_log *log)
{
    clgan_run *made;
    TRY(memory_take(&made, 1, sizeof *made));
    made->lock = RUN_UNLOCKED;
    if (log) made->log = *log;
    clgan_status status = open_folder(made, folder);
    if (status == CLGAN_OK)
        *run = made;
    else
        clgan_run_free(made);
    return status;
}

const char *clgan_run_folder(const clgan_run *run) { return run->folder; }
const char *clgan_run_word(const clgan_run *run) { return run->word; }

int clgan_run_signed(const clgan_run *run)
{
    const struct recipe *recipe = &run->recipe;
    return recipe_has_pictures(recipe) && recipe->data.preparation == PREPARE_CONTRAST55;
}

/* Of a folder that was made for a training that did not come about nothing stays. */
static void remove_unbegun(const struct clgan_run *run)
{
    for (size_t i = 0; i < BEGINNINGS; i++) {
        char *path;
        if (run_path(&path, run, beginnings[i]) != CLGAN_OK) return;
        unlink(path);
        free(path);
    }
    rmdir(run->folder); /* stays where there is anything else in it */
}

void clgan_run_free(clgan_run *run)
{
    if (!run) return;
    if (run->made && !run->begun && run->folder && run->locker == getpid()) remove_unbegun(run);
    run_unlock(run);
    forget_folder(run);
    free(run->recipe_text);
    free(run->data);
    free(run->from);
    free(run);
}
