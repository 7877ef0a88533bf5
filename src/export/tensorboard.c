/* clgan_tensorboard: a run's numbers and pictures in a folder of event files. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "base/memory.h"
#include "export/tensorboard_event.h"
#include "gan/run_log.h"
#include "gan/run_pictures.h"

#define FILE_START "events.out.tfevents."
#define OWN_FOLDER "tensorboard"
enum { PICTURE_BYTES = 1 << 26, FLUSH_BYTES = 1 << 20 };

struct clgan_tensorboard {
    const struct clgan_run *run;
    char *asked;         /* the folder that was asked for; NULL: the run's own */
    char *path;          /* of the file; NULL: none yet */
    bool whole;          /* what the run's log has comes first, in place of what other files have */
    uint64_t last;       /* step of the newest event */
    double wall;         /* time of the next event */
    struct text records; /* that are not in the file yet */
};

/* ---- numbers ---- */

/* What a line of the log has, by the names under which TensorBoard groups it. */
static const struct {
    const char *tag, *key; /* key: of the log's line */
} numbers[] = {
    {"loss/discriminator", "d_loss"},
    {"loss/generator", "g_loss"},
    {"discriminator/D(x)", "d_real"},
    {"discriminator/D(G(z))", "d_fake"},
    {"discriminator/accuracy_real", "accuracy_real"},
    {"discriminator/accuracy_fake", "accuracy_fake"},
    {"discriminator/saturated", "saturated"},
    {"gradient_norm/discriminator", "d_gradient"},
    {"gradient_norm/generator", "g_gradient"},
    {"samples/spread", "spread"},
    {"samples/variance", "variance"},
    {"samples/modes", "modes"},
    {"samples/good", "good"},
    {"validation/log_likelihood", "log_likelihood"},
    {"validation/sigma", "sigma"},
    {"speed/steps_per_second", "steps_per_second"},
    {"speed/samples_per_second", "samples_per_second"},
    {"learning_rate/generator", "g_rate"},
    {"learning_rate/discriminator", "d_rate"},
    {"momentum/generator", "g_momentum"},
    {"momentum/discriminator", "d_momentum"},
};

static void put_numbers(struct clgan_tensorboard *board, struct event_time at, const clgan_progress *progress)
{
    struct event_scalars scalars = {{0}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const double value = run_log_number(progress, numbers[i].key);
        if (isfinite(value)) event_add_scalar(&scalars, numbers[i].tag, value);
    }
    event_append_scalars(&board->records, at, &scalars);
}

/* ---- pictures and the recipe ---- */

/* The picture of an epoch, where training kept one: its bytes as they are, its size from its header. */
static clgan_status put_picture(struct clgan_tensorboard *board, struct event_time at, uint64_t epoch)
{
    char name[RUN_PICTURE], *path, *png = NULL;
    struct event_image image = {0};
    run_picture_name(name, epoch);
    TRY(run_path(&path, board->run, name));
    clgan_status status = file_read_if_there(&png, &image.length, path, PICTURE_BYTES);
    image.png = png;
    if (status == CLGAN_OK && png && picture_png_shape(&image.width, &image.height, &image.channels, png, image.length))
        event_append_image(&board->records, at, "samples/fixed_noise", &image);
    free(png);
    free(path);
    return status;
}

/* The recipe as a block of code. */
static clgan_status put_recipe(struct clgan_tensorboard *board, double wall)
{
    struct text markdown = {0};
    char *text;
    for (const char *line = board->run->recipe_text; *line; line += strcspn(line, "\n") + 1)
        text_append(&markdown, "    %.*s\n", (int)strcspn(line, "\n"), line);
    TRY(text_take(&text, &markdown));
    event_append_text(&board->records, (struct event_time){wall, 0}, "recipe", text);
    free(text);
    return CLGAN_OK;
}

/* ---- the file ---- */

static clgan_status flush(struct clgan_tensorboard *board)
{
    clgan_status status =
        board->records.failed ? status_fail(CLGAN_FAILED, "%s: memory is short", board->path) : CLGAN_OK;
    if (status == CLGAN_OK && board->records.length)
        status = file_append(board->path, board->records.bytes, board->records.length);
    text_free(&board->records);
    return status;
}

static double wall_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Seconds in the names of the folder's event files, the largest; 0: there is none. TensorBoard reads files in the order
 * of their names. */
static clgan_status newest_file(uint64_t *seconds, const char *folder)
{
    struct file_names names;
    *seconds = 0;
    TRY(file_list(&names, folder));
    for (size_t i = 0; i < names.count; i++) {
        uint64_t number;
        if (sscanf(names.list[i], FILE_START "%18" SCNu64, &number) == 1 && number > *seconds) *seconds = number;
    }
    file_names_free(&names);
    return CLGAN_OK;
}

static clgan_status find_folder(char **folder, const struct clgan_tensorboard *board)
{
    if (!board->asked) return file_make_inner_folder(folder, board->run->folder, OWN_FOLDER);
    TRY(file_make_folders(board->asked));
    return memory_copy_text(folder, board->asked);
}

/* Chooses the file's name, after those of all others there. */
static clgan_status begin_file(struct clgan_tensorboard *board, const char *folder, bool *first)
{
    struct text path = {0};
    uint64_t newest, now = (uint64_t)wall_now();
    TRY(newest_file(&newest, folder));
    *first = newest == 0;
    text_append(&path, "%s/" FILE_START "%010" PRIu64 ".clgan", folder, now > newest ? now : newest + 1);
    return text_take(&board->path, &path);
}

/* ---- epochs ---- */

/* What an epoch's line says, at board->wall; its picture. */
static clgan_status put_epoch(struct clgan_tensorboard *board, const clgan_progress *progress)
{
    const struct event_time at = {board->wall, progress->step};
    if (progress->step <= board->last) event_append_restart(&board->records, at);
    board->last = progress->step;
    put_numbers(board, at, progress);
    return put_picture(board, at, progress->epoch);
}

static clgan_status put_line(void *user, clgan_progress *line)
{
    struct clgan_tensorboard *board = user;
    board->wall += line->seconds > 0 ? line->seconds : 0;
    TRY(put_epoch(board, line));
    return board->records.length > FLUSH_BYTES ? flush(board) : CLGAN_OK;
}

static clgan_status add_seconds(void *user, clgan_progress *line)
{
    *(double *)user += line->seconds > 0 ? line->seconds : 0;
    return CLGAN_OK;
}

/* All that the run's log has. It says how long epochs took, not when: they end now, without pauses. */
static clgan_status put_log(struct clgan_tensorboard *board)
{
    double seconds = 0;
    TRY(run_log_visit(board->run, add_seconds, &seconds));
    board->wall = wall_now() - seconds;
    TRY(put_recipe(board, board->wall));
    TRY(put_picture(board, (struct event_time){board->wall, 0}, 0));
    return run_log_visit(board->run, put_line, board);
}

static clgan_status begin(struct clgan_tensorboard *board)
{
    char *folder;
    bool first = false;
    TRY(find_folder(&folder, board));
    clgan_status status = begin_file(board, folder, &first);
    free(folder);
    TRY(status);
    event_append_version(&board->records, wall_now());
    if (!first && board->whole) event_append_restart(&board->records, (struct event_time){wall_now(), 0});
    /* others' events of the steps to come are void, whatever those steps are */
    board->last = first || board->whole ? 0 : UINT64_MAX;
    return first || board->whole ? put_log(board) : CLGAN_OK;
}

clgan_status clgan_tensorboard_add(clgan_tensorboard *board, const clgan_progress *progress)
{
    if (!progress->epoch_ended) return CLGAN_OK;
    if (!board->path) TRY(begin(board));
    board->wall = wall_now();
    TRY(put_epoch(board, progress));
    return flush(board);
}

/* `folder` as asked for. */
static clgan_status aim(struct clgan_tensorboard *board, const struct clgan_run *run, const char *folder)
{
    *board = (struct clgan_tensorboard){.run = run};
    TRY(run_check_folder(run));
    if (folder && file_exists(folder) && !file_is_folder(folder))
        return status_fail(CLGAN_USAGE, "%s: not a folder, which event files are written into", folder);
    return folder ? memory_copy_text(&board->asked, folder) : CLGAN_OK;
}

clgan_status clgan_tensorboard_open(clgan_tensorboard **board, const clgan_run *run, const char *folder)
{
    struct clgan_tensorboard *made;
    TRY(memory_take(&made, 1, sizeof *made));
    const clgan_status status = aim(made, run, folder);
    if (status == CLGAN_OK)
        *board = made;
    else
        free(made);
    return status;
}

static void empty(struct clgan_tensorboard *board)
{
    text_free(&board->records);
    free(board->asked);
    free(board->path);
}

void clgan_tensorboard_free(clgan_tensorboard *board)
{
    if (!board) return;
    empty(board);
    free(board);
}

clgan_status clgan_tensorboard_write(char **written, const clgan_run *run, const char *folder)
{
    struct clgan_tensorboard board;
    clgan_status status = aim(&board, run, folder);
    board.whole = true;
    if (status == CLGAN_OK) status = begin(&board);
    if (status == CLGAN_OK) status = flush(&board);
    if (status == CLGAN_OK) status = memory_copy_text(written, board.path);
    empty(&board);
    return status;
}
