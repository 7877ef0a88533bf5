/* The page that compares runs. */
#include "export/report.h"
#include "output/html.h"

static void append_heads(struct text *text, const struct report *reports, size_t count)
{
    text_append(text, "<thead><tr><td></td>");
    for (size_t i = 0; i < count; i++) {
        text_append(text, "<th scope=\"col\"><i class=\"dot d%zu\"></i>", i);
        html_element(text, "", reports[i].name, "</th>");
    }
    text_append(text, "</tr></thead>\n<tbody>\n");
}

static void append_samples(struct text *text, const struct report *reports, size_t count)
{
    text_append(text, "<section id=\"samples\"><h2>Samples</h2>\n<p>The newest of each run, never picked.</p>\n<div "
                      "class=\"side\">\n");
    for (size_t i = 0; i < count; i++) {
        text_append(text, "<figure>");
        report_newest_samples(text, &reports[i]);
        text_append(text, "<figcaption><i class=\"dot d%zu\"></i>", i);
        html_element(text, "", reports[i].name, reports[i].pictures.count ? "" : ": none yet");
        if (reports[i].pictures.count)
            text_append(text, ", epoch %llu",
                        (unsigned long long)reports[i].pictures.epochs[reports[i].pictures.count - 1]);
        text_append(text, "</figcaption></figure>\n");
    }
    text_append(text, "</div></section>\n");
}

void report_compare(struct text *text, const struct report *reports, size_t count)
{
    report_begin(text, "Runs compared", false);
    text_append(text, "<header><h1>%zu runs compared</h1></header>\n", count);
    text_append(text, "<nav aria-label=\"Sections\"><a href=\"#results\">Results</a> <a href=\"#recipes\">Recipes</a> "
                      "<a href=\"#samples\">Samples</a> <a href=\"#curves\">Curves</a></nav>\n"
                      "<section id=\"results\"><h2>Results</h2>\n<div class=\"wide\"><table>\n");
    append_heads(text, reports, count);
    report_result_rows(text, reports, count);
    report_measure_rows(text, reports, count);
    text_append(text,
                "</tbody></table></div></section>\n<section id=\"recipes\"><h2>Where the recipes differ</h2>\n<div "
                "class=\"wide\"><table>\n");
    append_heads(text, reports, count);
    report_recipe_differences(text, reports, count);
    text_append(text, "</tbody></table></div></section>\n");
    append_samples(text, reports, count);
    report_curves_section(text, reports, count);
    report_end(text, reports, count);
}
