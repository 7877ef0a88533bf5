/* Reads a folder of pictures as a recipe would and writes its rows: folder DIR CHANNELS HEIGHT WIDTH [FIT BACKGROUND
 * HELD-OUT TEST]. The rows of training, validation and test are files of bytes in the current folder. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "data/dataset.h"

static void tell(void *user, clgan_level level, const char *text)
{
    (void)user;
    fprintf(stderr, "%s%s\n", level == CLGAN_LEVEL_WARNING ? "warning: " : "", text);
}

static clgan_status put(const char *path, const struct pictures *pictures)
{
    return file_write(path, pictures->bytes, pictures->count * pictures->size);
}

static clgan_status read_and_write(const struct dataset_request *request)
{
    const clgan_log log = {tell, NULL};
    struct dataset dataset;
    TRY(dataset_read(&dataset, request, &log));
    clgan_status status = put("train", &dataset.train);
    if (status == CLGAN_OK) status = put("validation", &dataset.validation);
    if (status == CLGAN_OK && request->want_test) status = put("test", &dataset.test);
    dataset_free(&dataset);
    return status;
}

static size_t number(int argc, char **argv, int at, size_t otherwise)
{
    return argc > at ? strtoul(argv[at], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    const struct dataset_request request = {.format = DATA_FOLDER,
                                            .name = "pictures",
                                            .path = argv[1],
                                            .channels = number(argc, argv, 2, 3),
                                            .height = number(argc, argv, 3, 32),
                                            .width = number(argc, argv, 4, 32),
                                            .fit = (enum data_fit)number(argc, argv, 5, FIT_CROP),
                                            .background = (uint8_t)number(argc, argv, 6, 255),
                                            .validation = number(argc, argv, 7, 0),
                                            .want_test = (int)number(argc, argv, 8, 0)};
    const clgan_status status = read_and_write(&request);
    if (status != CLGAN_OK) fprintf(stderr, "%s\n", clgan_last_error());
    return (int)status;
}
