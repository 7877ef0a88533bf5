/* Pages of HTML: one file, no network; whatever text comes from elsewhere is escaped. */
#ifndef OUTPUT_HTML_H
#define OUTPUT_HTML_H

#include "base/text.h"

/* What a page's tag <meta name="generator"> says it is made by, which tells our pages from other files. */
#define HTML_GENERATOR "<meta name=\"generator\" content=\"clgan\">"

/* Ends with NULL: names of embedded files. */
typedef const char *const html_files[];

/* A page up to <main>, with these style sheets. `policy`: the directives of a Content-Security-Policy; NULL: none. */
void html_begin(struct text *text, const char *title, const char *policy, html_files styles);
/* What lets these scripts run, and no others, as a directive of such a policy. */
void html_allow_scripts(struct text *policy, html_files scripts);
/* Them, as they are. */
void html_scripts(struct text *text, html_files scripts);
/* After </main>. */
void html_end(struct text *text);

/* The characters of a text, those that mean something to HTML by their names; '?' in place of control characters but
 * newline and tab, and of bytes that are no UTF-8. */
void html_escaped(struct text *text, const char *from);
/* "<tag>text</tag>": `open` and `close` as they are, the text escaped. */
void html_element(struct text *text, const char *open, const char *from, const char *close);

/* "data:image/png;base64,..." of a PNG's bytes. */
void html_png(struct text *text, const void *bytes, size_t length);

#endif
