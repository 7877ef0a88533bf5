#include "compute/choices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/locale.h"
#include "base/memory.h"
#include "compute/cache.h"

static const char format_line[] = "clgan tuning, version 1";

enum { SIZE_MOST = 1 << 30, MS_MOST = 1000000000 }; /* of anything in a line that makes sense */

static const char *const product_names[] = {"XW", "dYWt", "XtdY"};
static const char *const epilogue_names[] = {"store", "activate", "maxout", "backward", "scatter", "momentum", "adam"};

void choices_free(struct gemm_choices *choices)
{
    free(choices->list);
    *choices = (struct gemm_choices){0};
}

struct gemm_key gemm_key(const struct gemm *g)
{
    struct gemm_key key;
    snprintf(key.text, sizeof key.text, "%s %s/%zu %zu x %zu x %zu", product_names[g->product],
             epilogue_names[g->epilogue], g->pieces, g->m, g->n, g->k);
    return key;
}

struct gemm_choice *choices_find(const struct gemm_choices *choices, const struct gemm *g)
{
    for (size_t i = 0; i < choices->count; i++) {
        const struct gemm *at = &choices->list[i].gemm;
        if (at->product == g->product && at->epilogue == g->epilogue && at->pieces == g->pieces && at->m == g->m &&
            at->n == g->n && at->k == g->k)
            return &choices->list[i];
    }
    return NULL;
}

static struct gemm_choice *add(struct gemm_choices *choices, const struct gemm *gemm)
{
    if (memory_grow(&choices->list, &choices->capacity, choices->count + 1, sizeof *choices->list) != CLGAN_OK)
        return NULL;
    choices->list[choices->count] = (struct gemm_choice){.gemm = *gemm};
    return &choices->list[choices->count++];
}

struct gemm_variant gemm_choose(const struct device *device, const struct gemm *gemm)
{
    struct gemm_variant guess[2];
    struct gemm_choice *choice = choices_find(device->choices, gemm);
    const bool known = choice && gemm_fits(gemm, &choice->variant) && gemm_allowed(device, choice->variant.backend);
    if (!known) gemm_candidates(guess, 2, device, gemm);
    if (!choice) choice = add(device->choices, gemm);
    if (!choice) return guess[0]; /* no memory to remember it */
    if (!known) choice->variant = guess[0];
    choice->gemm = *gemm;
    choice->used = true;
    return choice->variant;
}

clgan_status choices_merge(struct gemm_choices *choices, const struct gemm_choices *from)
{
    for (size_t i = 0; i < from->count; i++) {
        struct gemm_choice *choice = choices_find(choices, &from->list[i].gemm);
        if (choice && choice->tried > from->list[i].tried) continue;
        if (!choice) choice = add(choices, &from->list[i].gemm);
        if (!choice) return status_fail(CLGAN_FAILED, "out of memory for choices of kernels");
        *choice = from->list[i];
    }
    return CLGAN_OK;
}

/* ---- files ---- */

clgan_status choices_path(char **path, const struct device *device)
{
    const char *const about[] = {device->info.name, device->info.driver};
    if (!device->cache_dir) return status_fail(CLGAN_FAILED, "there is no cache folder to keep measured choices in");
    return cache_text_path(path, device->cache_dir, "tuning", about, sizeof about / sizeof *about);
}

clgan_status choices_write(const struct device *device, const char *path, bool used_only)
{
    struct plain_locale locale;
    struct text text = {0};
    char *bytes;
    TRY(locale_begin(&locale));
    text_append(&text, "%s\ndevice: %s\ndriver: %s\n", format_line, device->info.name, device->info.driver);
    for (size_t i = 0; i < device->choices->count; i++) {
        const struct gemm_choice *choice = &device->choices->list[i];
        if (used_only && !choice->used) continue;
        text_append(&text, "%s | %s | %.6f ms | %zu tried\n", gemm_key(&choice->gemm).text,
                    gemm_variant_name(&choice->variant).text, 1e3 * choice->seconds, choice->tried);
    }
    locale_end(&locale);
    TRY(text_take(&bytes, &text));
    const clgan_status status = file_write(path, bytes, strlen(bytes));
    free(bytes);
    return status;
}

static int name_number(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0) return (int)i;
    return -1;
}

/* False where a line makes no sense. */
static bool read_line(struct gemm_choices *choices, const char *line)
{
    char product[8], epilogue[12], variant[48];
    double ms;
    int end = 0;
    struct gemm_choice read = {0};
    struct gemm *g = &read.gemm;
    if (sscanf(line, "%7s %11[^/]/%zu %zu x %zu x %zu | %47[^|] | %lf ms | %zu tried%n", product, epilogue, &g->pieces,
               &g->m, &g->n, &g->k, variant, &ms, &read.tried, &end) != 9 ||
        line[end])
        return false;
    for (size_t length = strlen(variant); length && variant[length - 1] == ' ';) variant[--length] = 0;
    const size_t sizes[] = {g->pieces, g->m, g->n, g->k, read.tried};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (sizes[i] > SIZE_MOST) return false;
    const int p = name_number(product_names, 3, product), e = name_number(epilogue_names, 7, epilogue);
    if (p < 0 || e < 0 || !(ms >= 0 && ms <= MS_MOST) || !gemm_variant_parse(&read.variant, variant)) return false;
    g->product = (enum gemm_product)p;
    g->epilogue = (enum gemm_epilogue)e;
    read.seconds = 1e-3 * ms;
    read.kept = true;
    struct gemm_choice *choice = choices_find(choices, g);
    if (!choice) choice = add(choices, g);
    if (choice) *choice = read;
    return choice != NULL;
}

/* What is wrong with it, or NULL. */
static const char *read_text(struct device *device, char *bytes)
{
    const char *const wanted[] = {format_line, device->info.name, device->info.driver};
    static const char *const labels[] = {"", "device: ", "driver: "};
    static const char *const wrong[] = {"is not of this version", "is of another device", "is of another driver"};
    size_t number = 0;
    for (char *line = bytes, *next; *line; line = next, number++) {
        const size_t length = strcspn(line, "\n");
        next = line + length + (line[length] == '\n');
        line[length] = 0;
        if (number < 3) {
            const size_t label = strlen(labels[number]);
            if (strncmp(line, labels[number], label) != 0 || strcmp(line + label, wanted[number]) != 0)
                return wrong[number];
        } else if (!read_line(device->choices, line)) {
            return "has a line that makes no sense";
        }
    }
    return number >= 3 ? NULL : wrong[0];
}

clgan_status choices_read(bool *found, struct device *device, const char *path, const clgan_log *log)
{
    char *bytes;
    size_t length;
    TRY(file_read_if_there(&bytes, &length, path, CHOICES_BYTES));
    *found = false;
    if (!bytes) return CLGAN_OK;
    struct plain_locale locale;
    clgan_status status = locale_begin(&locale);
    if (status == CLGAN_OK) {
        const char *wrong = read_text(device, bytes);
        locale_end(&locale);
        *found = !wrong;
        if (wrong) {
            log_warning(log, "measured choices are ignored: %s %s", path, wrong);
            choices_free(device->choices);
        }
    }
    free(bytes);
    return status;
}

void choices_load(struct device *device, const clgan_log *log)
{
    char *path = NULL;
    bool found;
    if (choices_path(&path, device) != CLGAN_OK) return;
    if (choices_read(&found, device, path, log) != CLGAN_OK)
        log_warning(log, "measured choices are ignored: %s", clgan_last_error());
    free(path);
}
