/* A run's pictures in a page: samples of the epochs, figures. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "export/report.h"
#include "output/html.h"
#include "output/picture.h"

/* Of all frames together, and of a figure, bytes. */
#define FRAMES_BYTES 12e6
enum { PICTURE_BYTES = 1 << 23, LIVE_FRAMES = 2000 };

static const struct {
    const char *path, *about;
} figures[] = {
    {"figures/nearest.png",
     "Samples, and at the right, set apart, the training images nearest to the last of each row, in squared "
     "distance."},
    {"figures/interpolate.png", "What G makes along lines in z."},
    {"figures/filmstrip.png", "Samples of the same noise over the epochs."},
    {"figures/density.png", "Data, samples and D where the recipe draws its data."},
    {NULL, NULL},
};

const char *report_figure(size_t number) { return figures[number].path; }

/* A picture's source: its address, or the picture itself. False where it is not there or damaged, which is warned of.
 */
static bool append_source(struct text *text, const struct report *report, const char *name)
{
    char *path, *bytes = NULL;
    size_t length = 0;
    struct picture picture = {0};
    if (*report->live) {
        text_append(text, "%s?%s", name, report->live);
        return true;
    }
    if (run_path(&path, &report->run, name) != CLGAN_OK) return false;
    clgan_status status = picture_read_png(&picture, path); /* what is no PNG is not for the page */
    picture_free(&picture);
    if (status == CLGAN_OK) status = file_read(&bytes, &length, path, PICTURE_BYTES);
    if (status == CLGAN_OK)
        html_png(text, bytes, length);
    else
        log_warning(&report->run.log, "%s: it is left out", clgan_last_error());
    free(bytes);
    free(path);
    return status == CLGAN_OK;
}

/* ---- samples ---- */

void report_frame_address(struct text *text, const struct report *report, uint64_t epoch)
{
    char name[RUN_PICTURE];
    run_picture_name(name, epoch);
    text_append(text, "%s?%s", name, report->live);
}

/* As many as fit: their sizes are those of the first and the last. */
static size_t count_frames(const struct report *report)
{
    const bool live = *report->live;
    const struct run_pictures *pictures = &report->pictures;
    const size_t most = live ? LIVE_FRAMES : REPORT_FRAMES;
    double bytes = 0;
    for (size_t i = 0; i < 2 && pictures->count && !live; i++) {
        char name[RUN_PICTURE], *path;
        struct stat about;
        run_picture_name(name, pictures->epochs[i ? pictures->count - 1 : 0]);
        if (run_path(&path, &report->run, name) != CLGAN_OK) continue;
        if (stat(path, &about) == 0 && (double)about.st_size > bytes) bytes = (double)about.st_size;
        free(path);
    }
    const double fit = bytes > 0 ? FRAMES_BYTES / bytes : (double)most;
    size_t count = pictures->count < most ? pictures->count : most;
    if (fit < (double)count) count = fit < 2 ? 1 : (size_t)fit;
    return count;
}

void report_frames(struct text *text, const struct report *report)
{
    const size_t count = count_frames(report);
    const char *lead = "[";
    for (size_t i = 0; i < count; i++) {
        const uint64_t epoch = run_pictures_choose(&report->pictures, i, count);
        char name[RUN_PICTURE];
        struct text source = {0};
        run_picture_name(name, epoch);
        if (append_source(&source, report, name)) {
            text_append(text, "%s\n{\"epoch\":%" PRIu64 ",\"source\":\"", lead, epoch);
            text_append_text(text, &source);
            text_append(text, "\"}");
            lead = ",";
        }
        text_free(&source);
    }
    text_append(text, "%s]", *lead == '[' ? lead : "");
}

void report_newest_samples(struct text *text, const struct report *report)
{
    const struct run_pictures *pictures = &report->pictures;
    struct text source = {0};
    char name[RUN_PICTURE];
    if (!pictures->count) return;
    const uint64_t epoch = pictures->epochs[pictures->count - 1];
    run_picture_name(name, epoch);
    if (append_source(&source, report, name)) {
        text_append(text, "<img class=\"samples\" src=\"");
        text_append_text(text, &source);
        text_append(text, "\" alt=\"Samples of G after epoch %" PRIu64 "\">", epoch);
    }
    text_free(&source);
}

/* ---- figures ---- */

void report_figures(struct text *text, const struct report *report)
{
    for (size_t i = 0; figures[i].path; i++) {
        char *path;
        struct text source = {0};
        if (run_path(&path, &report->run, figures[i].path) != CLGAN_OK) continue;
        const bool there = file_exists(path);
        free(path);
        if (there && append_source(&source, report, figures[i].path)) {
            text_append(text, "<figure><img src=\"");
            text_append_text(text, &source);
            html_element(text, "\" alt=\"", figures[i].about, "\">");
            html_element(text, "<figcaption>", figures[i].about, "</figcaption></figure>\n");
        }
        text_free(&source);
    }
}
