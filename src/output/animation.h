/* An animation as APNG: a PNG of several frames (the extension of Mozilla, now of the PNG specification, third edition;
 * programs that do not know it show the first frame). */
#ifndef OUTPUT_ANIMATION_H
#define OUTPUT_ANIMATION_H

#include "base/file.h"
#include "output/picture.h"

struct animation {
    struct file_writer writer;
    size_t frames, added; /* to come in all; so far */
    uint32_t sequence;    /* number of the next chunk of the extension */
    size_t width, height, channels;
};

/* Begins a file of `frames` frames, at least one, shown over and over. */
clgan_status animation_begin(struct animation *animation, const char *path, size_t frames);
/* The next frame, shown for `milliseconds`. CLGAN_FAILED where its size is not that of the first. */
clgan_status animation_add(struct animation *animation, const struct picture *picture, unsigned milliseconds);
/* Completes the file after its last frame; until then the path is as it was. */
clgan_status animation_end(struct animation *animation);
/* Gives up; harmless after animation_end. */
void animation_abandon(struct animation *animation);

#endif
