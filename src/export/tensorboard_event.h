/* Event files as TensorBoard reads them: records, each an Event of TensorFlow's event.proto, of which only the fields
 * named here are written. A record is the length of the event (64 bits, little-endian), a checksum of that, the event
 * and a checksum of it; a checksum is a masked CRC-32C. */
#ifndef EXPORT_TENSORBOARD_EVENT_H
#define EXPORT_TENSORBOARD_EVENT_H

#include "base/text.h"

/* When and at which step. */
struct event_time {
    double wall; /* seconds since 1970 */
    uint64_t step;
};

/* Each appends a record. `records` remembers where memory was short. */

/* The first one of a file. */
void event_append_version(struct text *records, double wall);
/* From here on only what follows holds of this step and later ones: a run that went back begins anew. */
void event_append_restart(struct text *records, struct event_time at);
/* The file's `length` bytes are a PNG of `width` x `height` with `channels`. */
struct event_image {
    const void *png;
    size_t length, width, height, channels;
};
void event_append_image(struct text *records, struct event_time at, const char *tag, const struct event_image *image);
/* Shown as Markdown. */
void event_append_text(struct text *records, struct event_time at, const char *tag, const char *markdown);

/* Scalars of one step share a record: begin, add each, end. */
struct event_scalars {
    struct text summary;
};
void event_add_scalar(struct event_scalars *scalars, const char *tag, double value);
/* Appends them, if there are any, and frees them. */
void event_append_scalars(struct text *records, struct event_time at, struct event_scalars *scalars);

/* CRC-32C (Castagnoli). */
uint32_t event_checksum(const void *bytes, size_t length);

#endif
