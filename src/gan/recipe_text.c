/* What is no text of a recipe is refused before the YAML library sees it: libfyaml 0.7.12 reads directives and bytes
 * that are no UTF-8 without end, or beyond it. */
#include "base/text.h"
#include "gan/recipe_reader.h"

clgan_status recipe_reader_text(const struct recipe_reader *reader, const char *yaml, size_t length)
{
    int line = 1;
    for (size_t at = 0, size; at < length; at += size) {
        const unsigned char byte = (unsigned char)yaml[at];
        const bool starts = at == 0 || yaml[at - 1] == '\n' || yaml[at - 1] == '\r';
        size = text_character(yaml + at, length - at);
        if (!size) return recipe_reader_fail(reader, line, "", "expected text in UTF-8, found byte 0x%02x", byte);
        if ((byte < ' ' && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f)
            return recipe_reader_fail(reader, line, "", "expected text, found the control character 0x%02x", byte);
        if (starts && byte == '%') return recipe_reader_fail(reader, line, "", "expected a key, found a line with %%");
        line += byte == '\n';
    }
    return CLGAN_OK;
}
