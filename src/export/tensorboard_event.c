#include "export/tensorboard_event.h"

#include <string.h>

/* Protocol Buffers: a field is a key (its number, and how its value is written) and the value. */
enum wire { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

/* Fields of event.proto and summary.proto. */
enum { EVENT_WALL_TIME = 1, EVENT_STEP = 2, EVENT_FILE_VERSION = 3, EVENT_SUMMARY = 5, EVENT_SESSION_LOG = 7 };
enum { SESSION_STATUS = 1, SESSION_START = 1 };
enum { SUMMARY_VALUE = 1 };
enum { VALUE_TAG = 1, VALUE_SIMPLE = 2, VALUE_IMAGE = 4, VALUE_TENSOR = 8, VALUE_METADATA = 9 };
enum { IMAGE_HEIGHT = 1, IMAGE_WIDTH = 2, IMAGE_COLOURS = 3, IMAGE_BYTES = 4 };
enum { TENSOR_TYPE = 1, TENSOR_STRING = 7, TENSOR_STRINGS = 8 };
enum { METADATA_PLUGIN = 1, PLUGIN_NAME = 1 };

/* ---- messages ---- */

static void put_varint(struct text *message, uint64_t number)
{
    char bytes[10];
    size_t length = 0;
    do {
        bytes[length++] = (char)((number & 0x7f) | (number > 0x7f ? 0x80 : 0));
        number >>= 7;
    } while (number);
    text_append_bytes(message, bytes, length);
}

static void put_key(struct text *message, unsigned field, enum wire wire) { put_varint(message, field << 3 | wire); }

/* Little-endian. */
static void put_fixed(struct text *message, uint64_t bits, size_t length)
{
    char bytes[8];
    for (size_t i = 0; i < length; i++) bytes[i] = (char)(bits >> (8 * i));
    text_append_bytes(message, bytes, length);
}

static void put_number(struct text *message, unsigned field, uint64_t number)
{
    put_key(message, field, WIRE_VARINT);
    put_varint(message, number);
}

static void put_double(struct text *message, unsigned field, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_key(message, field, WIRE_64);
    put_fixed(message, bits, sizeof bits);
}

static void put_float(struct text *message, unsigned field, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_key(message, field, WIRE_32);
    put_fixed(message, bits, sizeof bits);
}

static void put_bytes(struct text *message, unsigned field, const void *bytes, size_t length)
{
    put_key(message, field, WIRE_BYTES);
    put_varint(message, length);
    text_append_bytes(message, bytes, length);
}

static void put_string(struct text *message, unsigned field, const char *string)
{
    put_bytes(message, field, string, strlen(string));
}

/* Puts a message into another and frees it. */
static void put_message(struct text *message, unsigned field, struct text *inner)
{
    put_bytes(message, field, inner->bytes ? inner->bytes : "", inner->length);
    message->failed |= inner->failed;
    text_free(inner);
}

/* ---- records ---- */

uint32_t event_checksum(const void *bytes, size_t length)
{
    enum { POLYNOMIAL = 0x82f63b78 }; /* its bits reversed */
    uint32_t sum = UINT32_MAX;
    for (size_t i = 0; i < length; i++) {
        sum ^= ((const unsigned char *)bytes)[i];
        for (int bit = 0; bit < 8; bit++) sum = sum >> 1 ^ (sum & 1 ? (uint32_t)POLYNOMIAL : 0);
    }
    return ~sum;
}

/* Checksums of bytes that hold checksums themselves would be weak: turned and shifted. */
static uint32_t masked(uint32_t sum) { return (sum >> 15 | sum << 17) + 0xa282ead8u; }

/* Frees the event. */
static void put_record(struct text *records, struct text *event)
{
    struct text head = {0};
    put_fixed(&head, event->length, 8);
    if (!head.failed && !event->failed && event->bytes) {
        put_fixed(&head, masked(event_checksum(head.bytes, 8)), 4);
        text_append_bytes(records, head.bytes, head.length);
        text_append_bytes(records, event->bytes, event->length);
        put_fixed(records, masked(event_checksum(event->bytes, event->length)), 4);
    }
    records->failed |= head.failed | event->failed;
    text_free(&head);
    text_free(event);
}

static struct text begin_event(struct event_time at)
{
    struct text event = {0};
    put_double(&event, EVENT_WALL_TIME, at.wall);
    if (at.step) put_number(&event, EVENT_STEP, at.step);
    return event;
}

/* ---- events ---- */

void event_append_version(struct text *records, double wall)
{
    struct text event = begin_event((struct event_time){wall, 0});
    put_string(&event, EVENT_FILE_VERSION, "brain.Event:2");
    put_record(records, &event);
}

void event_append_restart(struct text *records, struct event_time at)
{
    struct text event = begin_event(at), session = {0};
    put_number(&session, SESSION_STATUS, SESSION_START);
    put_message(&event, EVENT_SESSION_LOG, &session);
    put_record(records, &event);
}

/* Frees the summary. */
static void put_summary(struct text *records, struct event_time at, struct text *summary)
{
    struct text event = begin_event(at);
    put_message(&event, EVENT_SUMMARY, summary);
    put_record(records, &event);
}

void event_append_image(struct text *records, struct event_time at, const char *tag, const struct event_image *image)
{
    struct text summary = {0}, value = {0}, inner = {0};
    put_number(&inner, IMAGE_HEIGHT, image->height);
    put_number(&inner, IMAGE_WIDTH, image->width);
    put_number(&inner, IMAGE_COLOURS, image->channels);
    put_bytes(&inner, IMAGE_BYTES, image->png, image->length);
    put_string(&value, VALUE_TAG, tag);
    put_message(&value, VALUE_IMAGE, &inner);
    put_message(&summary, SUMMARY_VALUE, &value);
    put_summary(records, at, &summary);
}

void event_append_text(struct text *records, struct event_time at, const char *tag, const char *markdown)
{
    struct text summary = {0}, value = {0}, tensor = {0}, metadata = {0}, plugin = {0};
    put_string(&value, VALUE_TAG, tag);
    put_number(&tensor, TENSOR_TYPE, TENSOR_STRING);
    put_string(&tensor, TENSOR_STRINGS, markdown);
    put_message(&value, VALUE_TENSOR, &tensor);
    put_string(&plugin, PLUGIN_NAME, "text");
    put_message(&metadata, METADATA_PLUGIN, &plugin);
    put_message(&value, VALUE_METADATA, &metadata);
    put_message(&summary, SUMMARY_VALUE, &value);
    put_summary(records, at, &summary);
}

void event_add_scalar(struct event_scalars *scalars, const char *tag, double value)
{
    struct text inner = {0};
    put_string(&inner, VALUE_TAG, tag);
    put_float(&inner, VALUE_SIMPLE, (float)value);
    put_message(&scalars->summary, SUMMARY_VALUE, &inner);
}

void event_append_scalars(struct text *records, struct event_time at, struct event_scalars *scalars)
{
    if (scalars->summary.length || scalars->summary.failed) put_summary(records, at, &scalars->summary);
}
