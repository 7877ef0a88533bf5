/* Rows of results as people and programs want them. */
#include <stdio.h>
#include <string.h>

#include "bench.h"

/* As RFC 4180 has it: names of devices have commas. */
static void write_quoted(const char *string)
{
    printf("\"");
    for (; *string; string++) printf(*string == '"' ? "\"\"" : "%c", *string);
    printf("\"");
}

static void write_cell(const json_t *value, bool exact)
{
    if (json_is_string(value) && exact && strpbrk(json_string_value(value), ",\"\n"))
        write_quoted(json_string_value(value));
    else if (json_is_string(value))
        printf("%s", json_string_value(value));
    else if (json_is_integer(value))
        printf("%lld", (long long)json_integer_value(value));
    else
        printf(exact ? "%.9g" : "%.4g", json_real_value(value));
}

/* One line of keys and one for each row, cells between `between`; lists in a row are left out. */
static void write_table(const json_t *rows, const char *begin, const char *between, const char *end, bool exact)
{
    size_t i, columns = 0;
    json_t *row, *value;
    const char *key;
    json_array_foreach(rows, i, row)
    {
        if (i == 0) {
            printf("%s", begin);
            json_object_foreach(row, key, value) if (!json_is_array(value))
                printf("%s%s", columns++ ? between : "", key);
            printf("%s\n", end);
            if (*begin) {
                for (size_t c = 0; c < columns; c++) printf("|---");
                printf("|\n");
            }
        }
        bool first = true;
        printf("%s", begin);
        json_object_foreach(row, key, value)
        {
            if (json_is_array(value)) continue;
            printf("%s", first ? "" : between);
            write_cell(value, exact);
            first = false;
        }
        printf("%s\n", end);
    }
}

void rows_write(const json_t *rows, const struct bench_options *options)
{
    size_t i;
    json_t *row;
    if (options->format == FORMAT_JSON) {
        json_dumpf(rows, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
        printf("\n");
        return;
    }
    if (options->format == FORMAT_CSV) {
        write_table(rows, "", ",", "", true);
        return;
    }
    write_table(rows, "| ", " | ", " |", false);
    if (!options->launches) return;
    json_array_foreach(rows, i, row)
    {
        const json_t *plan = json_object_get(row, "plan");
        printf("\nrow %zu:\n\n", i + 1);
        write_table(plan, "| ", " | ", " |", false);
    }
}
