/* What a word on a command line may become. */
#ifndef TOOLS_OFFERS_H
#define TOOLS_OFFERS_H

#include <stddef.h>
#include <stdio.h>

/* A word that is being completed. Its first `lead` characters stay ("--out=", "alike," of a list). */
struct offers {
    const char *word;
    size_t lead;
    const char *how; /* the first line that complete() prints; static */
    char end[32];    /* "files": how their names end; "" for all */
    FILE *lines;     /* what was offered */
};

/* The part that is completed. */
const char *offers_part(const struct offers *offers);
/* Offers a value if it begins as the part does; `about` may be "". */
void offer(struct offers *offers, const char *value, const char *about);
/* Words with `separator` between. */
void offer_words(struct offers *offers, const char *words, char separator);
/* Folders of runs, in the folder that was begun to be typed and in those of it; else any folder. */
void offer_runs(struct offers *offers);
/* What a value of this name (an option's or an operand's) may be. `recipe` is the one on the command line, or NULL. */
void offer_named(struct offers *offers, const char *name, const char *recipe);

#endif
