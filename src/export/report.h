/* What is known of a run, read from its folder, and the pages that are made of it: one of a run, one that compares
 * several. */
#ifndef EXPORT_REPORT_H
#define EXPORT_REPORT_H

#include <jansson.h>

#include "base/text.h"
#include "export/report_curves.h"
#include "gan/run.h"
#include "gan/run_pictures.h"

struct report {
    struct clgan_run run; /* a copy: its texts are borrowed */
    char name[256];       /* last part of the folder's path */
    struct curves curves;
    struct run_pictures pictures;
    json_t *evaluation; /* of the last `clgan evaluate`; NULL: none */
    int64_t changed;    /* when an epoch was last logged, seconds since 1970; 0: not known */
    char live[32];      /* of a page that is served while the run is trained: what tells it from other such pages, in
                           the addresses of pictures; "": the page holds its pictures */
    char from[64];      /* of such a page: where its events go on */
};

enum { REPORT_FRAMES = 100, REPORT_RUNS = 8 };

/* Reads log, pictures and evaluation; `run` keeps its texts as long as the report is used. A run without epochs has
 * none, which is no fault; a file that is damaged is warned of and passed over. */
clgan_status report_read(struct report *report, const struct clgan_run *run);
/* Reads anew how many pictures there are, and the evaluation. */
clgan_status report_refresh(struct report *report);
void report_free(struct report *report);

/* ---- facts (report_facts.c) ---- */

/* A line about a run: its label, and what it says in plain text, nothing where nothing is known. */
struct report_fact {
    const char *label;
    void (*tell)(struct text *text, const struct report *report);
};
enum { REPORT_FACTS = 17 };
extern const struct report_fact report_facts[REPORT_FACTS];
/* All in a sentence or two. */
void report_verdict(struct text *text, const struct report *report);
/* Lines "<li>" about the alarms: when, what is wrong, what helps. */
void report_alarms(struct text *text, const struct report *report);
/* "12,300", "305", "4.21"; "1 h 20 min". */
void report_amount(struct text *text, double amount);
void report_duration(struct text *text, double seconds);

/* ---- data for the charts (report_data.c) ---- */

/* A number of JSON; null where it is not finite. */
void report_number(struct text *text, double value);
/* A string of JSON that may stand within a page's <script>. */
void report_string(struct text *text, const char *from);
/* The curves as an object of JSON. */
void report_curves(struct text *text, const struct report *report);
/* An epoch as one. */
void report_epoch(struct text *text, const clgan_progress *epoch);

/* ---- parts of pages ---- */

/* A chart's place for each curve or pair of them: heading, what it shows, and in words what its curves do. Of a
 * live page also where there is nothing to draw yet (report_charts.c). */
void report_charts(struct text *text, const struct report *reports, size_t count);
/* Some epochs' numbers; the last evaluation (report_tables.c). */
void report_table(struct text *text, const struct report *report);
void report_evaluation(struct text *text, const struct report *report);
/* Rows of tables of runs side by side: the facts, the further measures' numbers, the keys in which recipes differ. */
void report_result_rows(struct text *text, const struct report *reports, size_t count);
void report_measure_rows(struct text *text, const struct report *reports, size_t count);
void report_recipe_differences(struct text *text, const struct report *reports, size_t count);
/* The pictures of samples, an array of JSON; the newest as <img>; the figures that were made, as <figure>
 * (report_pictures.c). */
void report_frames(struct text *text, const struct report *report);
void report_newest_samples(struct text *text, const struct report *report);
void report_figures(struct text *text, const struct report *report);
/* "figures/NAME.png", where a figure lies in the run that the page shows; NULL past the last. */
const char *report_figure(size_t number);
/* The address of an epoch's picture in a live page. */
void report_frame_address(struct text *text, const struct report *report, uint64_t epoch);

/* ---- pages (report_page.c, report_compare.c) ---- */

/* Numbers are written as the thread's locale says: locale_begin comes first. */
void report_page(struct text *text, const struct report *report);
/* The elements of a live page that change while it is trained, marked data-live, with those around them. */
void report_parts(struct text *text, const struct report *report);
/* The data of the charts and of the slider, as JSON. */
void report_data(struct text *text, const struct report *reports, size_t count);
void report_compare(struct text *text, const struct report *reports, size_t count);
/* What they share: the beginning, the charts with their controls, the end with licences, data and scripts. */
void report_begin(struct text *text, const char *title, bool live);
void report_curves_section(struct text *text, const struct report *reports, size_t count);
void report_end(struct text *text, const struct report *reports, size_t count);

#endif
