#include <math.h>

#include "command.h"

void json_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') fputc('\\', out);
        fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
    }
    fputc('"', out);
}

void json_number(FILE *out, const char *before, double value)
{
    if (isfinite(value))
        fprintf(out, "%s%.9g", before, value);
    else
        fprintf(out, "%snull", before);
}
