#include "result.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* A document being read: the first thing that is wrong with it ends the reading. */
struct reader {
    const char *origin;
    clgan_status status;
};

static void refuse(struct reader *reader, const char *where, const char *what)
{
    if (reader->status == CLGAN_OK)
        reader->status = status_fail(CLGAN_FAILED, "%s: no result of clgan-bench: %s %s", reader->origin, where, what);
}

static const char *get_text(struct reader *reader, const json_t *object, const char *key, const char *otherwise)
{
    const json_t *value = json_object_get(object, key);
    if (json_is_string(value)) return json_string_value(value);
    if (value || !otherwise) refuse(reader, key, "is not a text");
    return otherwise ? otherwise : "";
}

/* Not negative; null and nothing are 0. */
static double get_number(struct reader *reader, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!value || json_is_null(value)) return 0;
    const double number = json_number_value(value);
    if (json_is_number(value) && (number == 0 || (number >= 1e-30 && number <= 1e30))) return number;
    refuse(reader, key, "is not a number from 0 up");
    return 0;
}

static void read_row(struct reader *reader, struct result_row *row, const json_t *json)
{
    *row = (struct result_row){.key = get_text(reader, json, "key", NULL),
                               .group = get_text(reader, json, "group", NULL),
                               .about = get_text(reader, json, "about", NULL),
                               .unit = get_text(reader, json, "unit", NULL),
                               .status = get_text(reader, json, "status", NULL),
                               .reason = get_text(reader, json, "reason", ""),
                               .peak = json_is_null(json_object_get(json, "peak")) ? ""
                                                                                   : get_text(reader, json, "peak", ""),
                               .value = get_number(reader, json, "value"),
                               .low = get_number(reader, json, "low"),
                               .high = get_number(reader, json, "high"),
                               .wall = get_number(reader, json, "wall_seconds"),
                               .event = get_number(reader, json, "event_seconds"),
                               .percent = get_number(reader, json, "percent_of_peak"),
                               .repetitions = (size_t)fmin(get_number(reader, json, "repetitions"), 1e9)};
    row->less_is_better = strcmp(get_text(reader, json, "better", NULL), "less") == 0;
    row->ok = strcmp(row->status, "ok") == 0;
    if (row->ok && !(row->value > 0)) refuse(reader, "value", "is missing where status is ok");
    if (row->ok && !(row->low <= row->value && row->value <= row->high))
        refuse(reader, "value", "is not within low and high");
}

static void read_device(struct reader *reader, struct result_device *device, const json_t *json, bool labelled)
{
    const json_t *rows = json_object_get(json, "rows"), *selftest = json_object_get(json, "selftest");
    const char *label = get_text(reader, json, "label", NULL);
    *device = (struct result_device){.name = get_text(reader, json, "name", NULL),
                                     .type = get_text(reader, json, "type", ""),
                                     .platform = get_text(reader, json, "platform", ""),
                                     .driver = get_text(reader, json, "driver", ""),
                                     .loader = get_text(reader, json, "loader", ""),
                                     .tuning = get_text(reader, json, "tuning", ""),
                                     .environment = get_text(reader, json, "environment", ""),
                                     .status = get_text(reader, json, "status", NULL),
                                     .reason = get_text(reader, json, "reason", ""),
                                     .selftest = get_text(reader, selftest, "status", "skipped"),
                                     .selftest_reason = get_text(reader, selftest, "reason", ""),
                                     .others = get_number(reader, json, "others_percent"),
                                     .simulator = json_is_true(json_object_get(json, "simulator"))};
    device->busy = device->others > 10;
    snprintf(device->label, sizeof device->label, "%s%s%s", labelled ? result_plain(reader->origin) : "",
             labelled ? ": " : "", result_plain(label));
    if (!json_is_array(rows)) refuse(reader, "rows", "is not a list");
    if (reader->status != CLGAN_OK) return;
    reader->status = memory_take(&device->rows, json_array_size(rows), sizeof *device->rows);
    for (size_t i = 0; i < json_array_size(rows) && reader->status == CLGAN_OK; i++)
        read_row(reader, &device->rows[device->count++], json_array_get(rows, i));
}

clgan_status result_read(struct result *result, const json_t *document, const char *origin, bool labelled)
{
    struct reader reader = {.origin = origin, .status = CLGAN_OK};
    const json_t *devices = json_object_get(document, "devices"), *version = json_object_get(document, "version");
    *result = (struct result){0};
    const json_t *format = json_object_get(document, "format");
    if (!json_is_string(format) || strcmp(json_string_value(format), RESULT_FORMAT) != 0)
        return status_fail(CLGAN_FAILED, "%s: no result of clgan-bench: it has no \"format\": \"%s\"", origin,
                           RESULT_FORMAT);
    if (!json_is_integer(version) || json_integer_value(version) != RESULT_VERSION)
        return status_fail(CLGAN_FAILED, "%s: of another version: this clgan-bench reads version %d; measure again",
                           origin, RESULT_VERSION);
    *result = (struct result){.document = document,
                              .date = get_text(&reader, document, "date", NULL),
                              .clgan = get_text(&reader, document, "clgan", NULL),
                              .build = get_text(&reader, document, "build", ""),
                              .cpu = get_text(&reader, document, "cpu", ""),
                              .system = get_text(&reader, document, "system", ""),
                              .mode = get_text(&reader, document, "mode", "")};
    if (!json_is_array(devices)) refuse(&reader, "devices", "is not a list");
    if (reader.status == CLGAN_OK)
        reader.status = memory_take(&result->devices, json_array_size(devices), sizeof *result->devices);
    for (size_t i = 0; reader.status == CLGAN_OK && i < json_array_size(devices); i++)
        read_device(&reader, &result->devices[result->count++], json_array_get(devices, i), labelled);
    if (reader.status != CLGAN_OK) result_free(result);
    return reader.status;
}

void result_free(struct result *result)
{
    for (size_t i = 0; i < result->count; i++) free(result->devices[i].rows);
    free(result->devices);
    *result = (struct result){0};
}

const struct result_row *result_row(const struct result_device *device, const char *key)
{
    for (size_t i = 0; i < device->count; i++)
        if (strcmp(device->rows[i].key, key) == 0) return &device->rows[i];
    return NULL;
}

const struct result_row *result_score(const struct result_device *device)
{
    if (strcmp(device->selftest, "failed") == 0 || device->simulator) return NULL;
    const struct result_row *row = result_row(device, "train.mnist");
    return row && row->ok ? row : NULL;
}

double result_times(const struct result_row *a, const struct result_row *b)
{
    return a->less_is_better ? b->value / a->value : a->value / b->value;
}

/* ---- rows of several devices ---- */

const struct result_group result_groups[RESULT_GROUPS] = {
    {"training", "Training", false}, {"arithmetic", "Arithmetic", false}, {"memory", "Memory", false},
    {"launches", "Launches", false}, {"kernels", "Kernels", false},       {"products", "Matrix products", true},
};

void result_each_row(const struct result *result, const char *group, void *user,
                     void (*each)(void *user, const struct result *result, const struct result_row *row))
{
    for (size_t d = 0; d < result->count; d++)
        for (size_t i = 0; i < result->devices[d].count; i++) {
            const struct result_row *row = &result->devices[d].rows[i];
            bool known = strcmp(row->group, group) != 0;
            for (size_t before = 0; before < d; before++)
                known |= result_row(&result->devices[before], row->key) != NULL;
            if (!known) each(user, result, row);
        }
}

/* ---- words ---- */

enum { WORDS = 8, MOST_BYTES = 300, WORD_BYTES = MOST_BYTES + 8 };

static char *next_word(void)
{
    static char words[WORDS][WORD_BYTES];
    static int next;
    next = (next + 1) % WORDS;
    return words[next];
}

const char *result_plain(const char *text)
{
    char *word = next_word();
    size_t length = 0, size;
    for (; *text; text += size ? size : 1, length += size ? size : 1) {
        size = text_character(text, strnlen(text, 4));
        if (length + size > MOST_BYTES || length == MOST_BYTES) break;
        if (size)
            memcpy(word + length, text, size);
        else
            word[length] = '?';
    }
    word[length] = 0;
    text_plain(word, "");
    return word;
}

const char *result_value(double value, const char *unit)
{
    char *word = next_word(), digits[64];
    if (strcmp(unit, "s") == 0 && value >= 100) {
        const bool hours = value >= 7200;
        snprintf(word, WORD_BYTES, "%.*f %s", value / (hours ? 3600 : 60) < 10, value / (hours ? 3600 : 60),
                 hours ? "h" : "min");
        return word;
    }
    if (value >= 1e9 || value < 0.1) {
        snprintf(word, WORD_BYTES, "%.2g %s", value, result_plain(unit));
        return word;
    }
    const bool millions = value >= 1e6;
    if (millions) value /= 1e6;
    const int places = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
    snprintf(digits, sizeof digits, "%.*f", places, value);
    const bool comma = strlen(digits) > 4 && !strchr(digits, '.');
    const int head = comma ? (int)strlen(digits) - 3 : (int)strlen(digits);
    snprintf(word, WORD_BYTES, "%.*s%s%s%s %s", head, digits, comma ? "," : "", digits + head, millions ? " M" : "",
             result_plain(unit));
    return word;
}
