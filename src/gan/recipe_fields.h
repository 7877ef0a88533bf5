/* The table that a recipe's YAML is read, overridden, checked and written by: sections, and the fields of each. */
#ifndef GAN_RECIPE_FIELDS_H
#define GAN_RECIPE_FIELDS_H

#include <stdbool.h>

#include "gan/recipe.h"

enum field_type {
    FIELD_INTEGER,  /* int64_t */
    FIELD_REAL,     /* double */
    FIELD_CHOICE,   /* an enum: position in `names` */
    FIELD_NAME,     /* char[RECIPE_NAME]: letters, digits, - and _ */
    FIELD_LINE,     /* char[RECIPE_ABOUT]: one line of text */
    FIELD_INTEGERS, /* `items` int64_t in a row, a list in YAML */
    FIELD_BIAS      /* a layer's bias: a number, or the word marginals */
};

struct recipe_field {
    const char *key;
    enum field_type type;
    size_t offset;                 /* in the section's struct */
    double low, high;              /* range of numbers */
    bool above_low, below_high;    /* the range leaves its end out */
    bool required;                 /* no default; must be given where the field belongs */
    double standard;               /* default: a number, or a position in `names` */
    void (*settle)(void *section); /* sets a default that depends on earlier fields; NULL: `standard` */
    const char *const *names;      /* choices, ends with NULL */
    size_t items;
    unsigned kinds;    /* the section must show one of these bits for the field to belong; 0: always does */
    const char *owner; /* `kinds` in words */
    const char *about; /* what it means, for users */
};

enum recipe_section_id {
    SECTION_TOP,
    SECTION_DATA,
    SECTION_NOISE,
    SECTION_GENERATOR,
    SECTION_DISCRIMINATOR,
    SECTION_TRAIN,
    SECTION_GENERATOR_OPTIMISER,
    SECTION_DISCRIMINATOR_OPTIMISER,
    SECTION_OUTPUT,
    SECTION_MONITOR,
    RECIPE_SECTIONS
};
enum { SECTION_FIELDS = 20 }; /* at most so many fields in a section */

struct recipe_section {
    const char *group; /* the mapping it is in, NULL: the document */
    const char *key;   /* its key there; NULL: the document itself */
    const struct recipe_field *fields;
    size_t count;
    size_t offset;                          /* in struct recipe: the section, or the network of a list of layers */
    bool list;                              /* layers: a list of such sections */
    unsigned (*kinds)(const void *section); /* bits that it shows; NULL: none */
    const char *about; /* what it is of, for users; of two with the same fields the first one's counts */
};

extern const struct recipe_section recipe_sections[RECIPE_SECTIONS];

/* The section's struct in a recipe; `layer` counts for lists only. */
void *recipe_section_at(struct recipe *recipe, const struct recipe_section *section, size_t layer);
const void *recipe_section_of(const struct recipe *recipe, const struct recipe_section *section, size_t layer);
/* How many there are: 1, or the layers of a list. */
size_t recipe_section_count(const struct recipe *recipe, const struct recipe_section *section);
/* Position of a key in the section's fields, or `count`. */
size_t recipe_field_find(const struct recipe_section *section, const char *key);
bool recipe_field_belongs(const struct recipe_section *section, const void *at, const struct recipe_field *field);
/* "generator.0.units", "train", ...; `key` may be NULL. */
enum { RECIPE_PATH = 160 };
void recipe_path(char path[RECIPE_PATH], const struct recipe_section *section, size_t layer, const char *key);

/* What a key was given as, from YAML or from the command line. */
enum { VALUE_ITEMS = 8 };
struct recipe_value {
    const char *items[VALUE_ITEMS]; /* the first ones; borrowed */
    size_t count;                   /* 1, or how many the list has */
    bool list;
    bool quoted;       /* a number must not be */
    const char *other; /* what it is instead of text or a list of texts ("a mapping"); NULL otherwise */
};

/* Stores a value in the section's struct. CLGAN_USAGE "expected ..., found ..." when it does not fit. */
clgan_status recipe_value_store(void *section, const struct recipe_field *field, const struct recipe_value *value);
void recipe_value_standard(void *section, const struct recipe_field *field);
/* What the field takes, in words. */
enum { RECIPE_WORDS = 240 };
void recipe_value_words(char words[RECIPE_WORDS], const struct recipe_field *field);

/* Cross-field checks of a recipe whose fields are each in range. */
struct recipe_fault {
    enum recipe_section_id section;
    size_t layer;
    const char *key; /* NULL: the section as a whole */
    char words[RECIPE_WORDS];
};
/* True when it is sound; otherwise `fault` says what is wrong where. */
bool recipe_check(struct recipe_fault *fault, const struct recipe *recipe);

#endif
