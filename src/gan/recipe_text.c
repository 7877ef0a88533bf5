/* What is no text of a recipe is refused before the YAML library sees it: libfyaml 0.7.12 reads directives and bytes
 * that are no UTF-8 without end, or beyond it. */
#include "gan/recipe_reader.h"

/* Bytes of the UTF-8 character at the start of `left` bytes; 0: there is none. */
static size_t character(const unsigned char *at, size_t left)
{
    static const struct {
        unsigned char mask, lead; /* of the first byte */
        uint32_t least;           /* code that needs so many bytes */
    } kinds[] = {{0x80, 0, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    for (size_t more = 0; more < 4 && more < left; more++) {
        if ((*at & kinds[more].mask) != kinds[more].lead) continue;
        uint32_t code = *at & (unsigned char)~kinds[more].mask;
        for (size_t i = 1; i <= more; i++) {
            if ((at[i] & 0xc0) != 0x80) return 0;
            code = code << 6 | (at[i] & 0x3f);
        }
        return code >= kinds[more].least && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? more + 1 : 0;
    }
    return 0;
}

clgan_status recipe_reader_text(const struct recipe_reader *reader, const char *yaml, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)yaml;
    int line = 1;
    for (size_t at = 0, size; at < length; at += size) {
        const unsigned char byte = bytes[at];
        const bool starts = at == 0 || bytes[at - 1] == '\n' || bytes[at - 1] == '\r';
        size = character(bytes + at, length - at);
        if (!size) return recipe_reader_fail(reader, line, "", "expected text in UTF-8, found byte 0x%02x", byte);
        if ((byte < ' ' && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f)
            return recipe_reader_fail(reader, line, "", "expected text, found the control character 0x%02x", byte);
        if (starts && byte == '%') return recipe_reader_fail(reader, line, "", "expected a key, found a line with %%");
        line += byte == '\n';
    }
    return CLGAN_OK;
}
