#include "gan/evaluation_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

#define EVALUATION "evaluation.json"
enum { EVALUATION_BYTES = 1 << 20, DIGITS = 9 };

/* ---- writing ---- */

static json_t *number(double value) { return isfinite(value) ? json_real(value) : json_null(); }
static json_t *count(size_t value) { return json_integer((json_int_t)value); }

static void set_parzen(json_t *object, const clgan_parzen *parzen)
{
    json_t *curve = json_array();
    json_object_set_new(object, "log_likelihood", number(parzen->log_likelihood));
    json_object_set_new(object, "standard_error", number(parzen->standard_error));
    json_object_set_new(object, "sigma", number(parzen->sigma));
    json_object_set_new(object, "sigma_at_edge", json_boolean(parzen->at_edge));
    json_object_set_new(object, "samples", count(parzen->samples));
    json_object_set_new(object, "test_rows", count(parzen->test_rows));
    json_object_set_new(object, "validation_rows", count(parzen->validation_rows));
    json_object_set_new(object, "validation_log_likelihood", number(parzen->validation));
    for (size_t s = 0; s < parzen->tried; s++)
        json_array_append_new(curve, json_pack("{s:o, s:o}", "sigma", number(parzen->sigmas[s]), "log_likelihood",
                                               number(parzen->curve[s])));
    json_object_set_new(object, "curve", curve);
    json_object_set_new(object, "seconds", number(parzen->seconds));
}

static void set_repeats(json_t *object, const clgan_evaluation *evaluation)
{
    json_t *all = json_array();
    if (evaluation->repeat_count < 2) {
        json_decref(all);
        return;
    }
    for (size_t r = 0; r < evaluation->repeat_count; r++) json_array_append_new(all, number(evaluation->repeats[r]));
    json_object_set_new(object, "repeat",
                        json_pack("{s:o, s:o, s:o}", "mean", number(evaluation->repeat_mean), "standard_deviation",
                                  number(evaluation->repeat_deviation), "log_likelihoods", all));
}

static json_t *measure_object(const clgan_measure *measure)
{
    json_t *object = json_object();
    for (size_t i = 0; i < measure->count; i++) {
        char key[80];
        json_object_set_new(object, measure->values[i].key, number(measure->values[i].value));
        if (isnan(measure->values[i].error)) continue;
        snprintf(key, sizeof key, "%s_error", measure->values[i].key);
        json_object_set_new(object, key, number(measure->values[i].error));
    }
    json_object_set_new(object, "note", json_string(measure->note));
    json_object_set_new(object, "source", json_string(measure->source));
    json_object_set_new(object, "meaning", json_string(measure->meaning));
    json_object_set_new(object, "limits", json_string(measure->limits));
    json_object_set_new(object, "seconds", number(measure->seconds));
    return object;
}

static json_t *document_of(const clgan_evaluation *evaluation)
{
    json_t *document = json_object(), *references = json_array(), *caveats = json_array();
    set_parzen(document, &evaluation->parzen);
    set_repeats(document, evaluation);
    for (size_t i = 0; i < evaluation->reference_count; i++) {
        json_t *reference = json_pack("{s:s}", "name", evaluation->references[i].name);
        set_parzen(reference, &evaluation->references[i].parzen);
        json_array_append_new(references, reference);
    }
    json_object_set_new(document, "references", references);
    for (size_t i = 0; i < evaluation->caveat_count; i++)
        json_array_append_new(caveats, json_string(evaluation->caveats[i]));
    json_object_set_new(document, "caveats", caveats);
    for (size_t i = 0; i < evaluation->measure_count; i++)
        json_object_set_new(document, evaluation->measures[i].name, measure_object(&evaluation->measures[i]));
    return document;
}

clgan_status clgan_evaluation_json(char **json, const clgan_evaluation *evaluation)
{
    json_t *document = document_of(evaluation);
    *json = json_dumps(document, JSON_REAL_PRECISION(DIGITS));
    json_decref(document);
    return *json ? CLGAN_OK : status_fail(CLGAN_FAILED, "out of memory");
}

clgan_status evaluation_file_write(const struct clgan_run *run, const clgan_evaluation *evaluation,
                                   const struct evaluation_of *of)
{
    char *path;
    json_t *document = document_of(evaluation);
    json_object_set_new(document, "step", json_integer((json_int_t)of->step));
    json_object_set_new(document, "epoch", json_integer((json_int_t)of->epoch));
    json_object_set_new(document, "seed", json_integer((json_int_t)of->seed));
    json_object_set_new(document, "raw_weights", json_boolean(of->raw_weights));
    char *text = json_dumps(document, JSON_REAL_PRECISION(DIGITS) | JSON_INDENT(2));
    json_decref(document);
    if (!text) return status_fail(CLGAN_FAILED, "out of memory");
    clgan_status status = run_path(&path, run, EVALUATION);
    if (status == CLGAN_OK) {
        status = file_write(path, text, strlen(text));
        free(path);
    }
    free(text);
    return status;
}

/* ---- reading ---- */

static bool has_numbers(const json_t *object)
{
    static const char *const keys[] = {"log_likelihood", "standard_error", "sigma", "samples", "test_rows"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!json_is_number(json_object_get(object, keys[i]))) return false;
    return true;
}

static bool is_sound(const json_t *document)
{
    const json_t *references = json_object_get(document, "references"), *caveats = json_object_get(document, "caveats");
    size_t i;
    json_t *item;
    if (!has_numbers(document) || !json_is_array(references) || !json_is_array(caveats)) return false;
    json_array_foreach(references, i,
                       item) if (!has_numbers(item) || !json_is_string(json_object_get(item, "name"))) return false;
    json_array_foreach(caveats, i, item) if (!json_is_string(item)) return false;
    return true;
}

clgan_status evaluation_file_read(json_t **evaluation, const struct clgan_run *run)
{
    char *path, *bytes = NULL;
    size_t length;
    json_error_t error = {0};
    *evaluation = NULL;
    TRY(run_path(&path, run, EVALUATION));
    clgan_status status = file_read_if_there(&bytes, &length, path, EVALUATION_BYTES);
    if (status == CLGAN_OK && bytes) {
        json_t *document = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &error);
        if (is_sound(document))
            *evaluation = document;
        else {
            json_decref(document);
            status = status_fail(CLGAN_FAILED, "%s: no evaluation%s%s", path, *error.text ? ": " : "", error.text);
        }
    }
    free(bytes);
    free(path);
    return status;
}
