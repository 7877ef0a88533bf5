/* Text for the man macros of roff: words that a shell reads keep their dashes, options and `code` are bold. */
#ifndef TOOLS_ROFF_H
#define TOOLS_ROFF_H

#include <stdio.h>

/* `length` bytes as they are, on the current line. */
void roff_literal(FILE *out, const char *text, size_t length);
/* A paragraph of `length` bytes, filled, each sentence on a line of its own; ends with a newline. */
void roff_prose(FILE *out, const char *text, size_t length);
/* A paragraph of a phrase, as help shows it, that becomes a sentence: a capital, a full stop. */
void roff_phrase(FILE *out, const char *text, size_t length);
/* The line of a page's NAME: what it is called, what it is. */
void roff_heading(FILE *out, const char *name, const char *about);
/* Paragraphs with an empty line between. Lines that begin with a space are rows: a name, two spaces, what it is. */
void roff_paragraphs(FILE *out, const char *text);
/* A synopsis: words in capitals are placeholders, in italics; those with a dash are bold. No newline. */
void roff_synopsis(FILE *out, const char *text, size_t length);

#endif
