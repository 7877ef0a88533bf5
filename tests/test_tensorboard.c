/* Event files' bytes: checksums that others published, and every length's way of being written. */
#include <stdlib.h>
#include <string.h>

#include "export/tensorboard_event.h"
#include "suite.h"

START_TEST(checksums)
{
    char bytes[32] = {0};
    ck_assert_uint_eq(event_checksum("123456789", 9), 0xe3069283);
    ck_assert_uint_eq(event_checksum(bytes, 32), 0x8a9136aa); /* RFC 3720, B.4 */
    memset(bytes, 0xff, 32);
    ck_assert_uint_eq(event_checksum(bytes, 32), 0x62a8ab43);
    ck_assert_uint_eq(event_checksum("", 0), 0);
}
END_TEST

START_TEST(first_record)
{
    static const char expected[] = "\x18\0\0\0\0\0\0\0\xa3\x7f\x4b\x22"
                                   "\x09\0\0\0\0\0\0\xf8\x3f\x1a\x0d"
                                   "brain.Event:2";
    struct text records = {0};
    event_append_version(&records, 1.5);
    ck_assert_uint_eq(records.length, 12 + 24 + 4);
    ck_assert_mem_eq(records.bytes, expected, sizeof expected - 1);
    text_free(&records);
}
END_TEST

/* A number in seven bits a byte. */
static uint64_t take_number(const unsigned char **at)
{
    uint64_t number = 0;
    for (unsigned shift = 0;; shift += 7) {
        number |= (uint64_t)(**at & 0x7f) << shift;
        if (!(*(*at)++ & 0x80)) return number;
    }
}

/* The field of that key must come; what it holds, of `length` bytes. */
static const unsigned char *enter(const unsigned char **at, unsigned key, size_t *length)
{
    ck_assert_uint_eq(take_number(at), key);
    *length = (size_t)take_number(at);
    return *at;
}

static void check_length(size_t length, uint64_t step)
{
    struct text records = {0};
    size_t summary, value, tag, tensor, string;
    char *markdown = calloc(length + 1, 1);
    ck_assert_ptr_nonnull(markdown);
    memset(markdown, 'x', length);
    event_append_text(&records, (struct event_time){0, step}, "t", markdown);
    const unsigned char *at = (unsigned char *)records.bytes + 12 + 9,
                        *end = (unsigned char *)records.bytes + records.length - 4;
    ck_assert_uint_eq(take_number(&at), 2 << 3);
    ck_assert_uint_eq(take_number(&at), step);
    ck_assert_ptr_eq(enter(&at, 5 << 3 | 2, &summary) + summary, end);
    ck_assert_ptr_eq(enter(&at, 1 << 3 | 2, &value) + value, end);
    at = enter(&at, 1 << 3 | 2, &tag) + tag;
    const unsigned char *inner = enter(&at, 8 << 3 | 2, &tensor);
    ck_assert_uint_eq(take_number(&inner), 1 << 3);
    ck_assert_uint_eq(take_number(&inner), 7);
    const unsigned char *content = enter(&inner, 8 << 3 | 2, &string);
    ck_assert_uint_eq(string, length);
    ck_assert_mem_eq(content, markdown, length);
    ck_assert_ptr_eq(content + string, at + tensor);
    text_free(&records);
    free(markdown);
}

START_TEST(lengths)
{
    for (size_t length = 0; length < 600; length++) check_length(length, length + 1);
    check_length(16383, 16383);
    check_length(16384, 16384);
    check_length(2097152, UINT64_MAX);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tensorboard");
    TCase *tests = tcase_create("tensorboard");
    tcase_add_test(tests, checksums);
    tcase_add_test(tests, first_record);
    tcase_add_test(tests, lengths);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
