/* stdio before jpeglib, which wants FILE. */
#include <stdio.h>

#include <jerror.h>
#include <jpeglib.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/resample.h"

/* A block of 8 x 8 pixels takes at least a bit. More scans than any program makes would only take time. */
enum { PIXELS_PER_BYTE = 512, MOST_SCANS = 100, EXIF_MARKER = JPEG_APP0 + 1 };

/* A file that is read. libjpeg's errors jump to `end`. */
struct jpeg {
    struct jpeg_decompress_struct reader;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf end;
    char message[JMSG_LENGTH_MAX];
    JSAMPLE *pixels;  /* a row; owned */
    uint16_t *values; /* a row as resample_row takes it; owned */
    struct resample resample;
};

static struct jpeg *of(j_common_ptr reader) { return reader->client_data; }

static void fail(j_common_ptr reader)
{
    reader->err->format_message(reader, of(reader)->message);
    longjmp(of(reader)->end, 1);
}

/* Warnings of what is odd but whole are passed over; after others pixels are made up. */
static void hear(j_common_ptr reader, int level)
{
    static const int harmless[] = {JWRN_ADOBE_XFORM, JWRN_BOGUS_ICC, JWRN_EXTRANEOUS_DATA, JWRN_JFIF_MAJOR,
                                   JWRN_TOO_MUCH_DATA};
    if (level >= 0) return;
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (reader->err->msg_code == harmless[i]) return;
    fail(reader);
}

static void watch(j_common_ptr reader)
{
    struct jpeg *jpeg = of(reader);
    if (jpeg->reader.input_scan_number <= MOST_SCANS) return;
    snprintf(jpeg->message, sizeof jpeg->message, "it has more than %d scans", MOST_SCANS);
    longjmp(jpeg->end, 1);
}

static unsigned orientation_of(const struct jpeg_decompress_struct *reader)
{
    static const char start[] = "Exif\0"; /* and one more NUL */
    for (jpeg_saved_marker_ptr marker = reader->marker_list; marker; marker = marker->next)
        if (marker->marker == EXIF_MARKER && marker->data_length > sizeof start &&
            memcmp(marker->data, start, sizeof start) == 0)
            return image_orientation(marker->data + sizeof start, marker->data_length - sizeof start);
    return 1;
}

static clgan_status check_promise(struct jpeg_decompress_struct *reader, size_t length)
{
    const uint64_t area = (uint64_t)reader->image_width * reader->image_height;
    const bool several = jpeg_has_multiple_scans(reader);
    if (area / PIXELS_PER_BYTE > length)
        return status_fail(CLGAN_FAILED, "its header promises %u x %u pixels, more than it can hold",
                           reader->image_width, reader->image_height);
    if (area > (several ? IMAGE_AREA_IN_MEMORY : IMAGE_AREA))
        return status_fail(CLGAN_FAILED, "%u x %u pixels%s are more than are read: make it smaller",
                           reader->image_width, reader->image_height, several ? ", progressive," : "");
    return CLGAN_OK;
}

/* Adobe's CMYK is stored as what is left of the light. */
static void give_row(struct jpeg *jpeg)
{
    const bool cmyk = jpeg->reader.out_color_space == JCS_CMYK;
    for (size_t x = 0; x < jpeg->reader.output_width; x++)
        for (size_t c = 0; c < IMAGE_ROW_VALUES; c++) {
            uint32_t value;
            if (cmyk) {
                const unsigned flip = jpeg->reader.saw_Adobe_marker ? 0 : 255;
                value = ((jpeg->pixels[4 * x + c] ^ flip) * (jpeg->pixels[4 * x + 3] ^ flip) * 257u + 127) / 255;
            } else {
                value = 257u * jpeg->pixels[IMAGE_ROW_VALUES * x + c];
            }
            jpeg->values[IMAGE_ROW_VALUES * x + c] = (uint16_t)value;
        }
    resample_row(&jpeg->resample, jpeg->values);
}

/* What a pixel of libjpeg's is. */
static clgan_status choose_output(struct jpeg *jpeg, const struct image_shape *shape)
{
    struct jpeg_decompress_struct *reader = &jpeg->reader;
    const bool cmyk = reader->jpeg_color_space == JCS_CMYK || reader->jpeg_color_space == JCS_YCCK;
    reader->out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
    TRY(memory_take(&jpeg->pixels, reader->image_width, cmyk ? 4 : 3));
    TRY(memory_take(&jpeg->values, reader->image_width, IMAGE_ROW_VALUES * sizeof *jpeg->values));
    return resample_begin(&jpeg->resample, shape, reader->image_width, reader->image_height, orientation_of(reader));
}

static clgan_status decode(struct jpeg *jpeg, uint8_t *bytes, const struct image_shape *shape, const void *file,
                           size_t length)
{
    struct jpeg_decompress_struct *reader = &jpeg->reader;
    if (setjmp(jpeg->end)) return status_fail(CLGAN_FAILED, "%s", jpeg->message);
    jpeg_create_decompress(reader);
    reader->progress = &jpeg->progress;
    jpeg_mem_src(reader, file, length);
    jpeg_save_markers(reader, EXIF_MARKER, 0xffff);
    jpeg_read_header(reader, TRUE);
    TRY(check_promise(reader, length));
    TRY(choose_output(jpeg, shape));
    jpeg_start_decompress(reader);
    while (reader->output_scanline < reader->output_height) {
        jpeg_read_scanlines(reader, &jpeg->pixels, 1);
        give_row(jpeg);
    }
    jpeg_finish_decompress(reader);
    resample_end(bytes, &jpeg->resample);
    return CLGAN_OK;
}

clgan_status image_read_jpeg(uint8_t *bytes, const struct image_shape *shape, const void *file, size_t length)
{
    struct jpeg *jpeg;
    TRY(memory_take(&jpeg, 1, sizeof *jpeg));
    jpeg->reader.client_data = jpeg;
    jpeg->reader.err = jpeg_std_error(&jpeg->errors);
    jpeg->errors.error_exit = fail;
    jpeg->errors.emit_message = hear;
    jpeg->progress.progress_monitor = watch;
    const clgan_status status = decode(jpeg, bytes, shape, file, length);
    jpeg_destroy_decompress(&jpeg->reader);
    free(jpeg->pixels);
    free(jpeg->values);
    resample_free(&jpeg->resample);
    free(jpeg);
    return status;
}
