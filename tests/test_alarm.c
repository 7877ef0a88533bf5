/* Alarms on planted series of numbers, what samples say of a ring's modes, and a log that was written and read. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gan/alarm.h"
#include "gan/monitor.h"
#include "gan/run_log.h"
#include "suite.h"

static struct recipe recipe;

static void read_shipped(const char *name)
{
    clgan_recipe *read;
    CHECK_OK(clgan_recipe_read(&read, name, NULL, 0));
    recipe = read->recipe;
    clgan_recipe_free(read);
}

/* A healthy epoch. */
static clgan_progress healthy(void)
{
    return (clgan_progress){.health = {.spread = 0.9,
                                       .variance = 0.85,
                                       .accuracy_real = 0.8,
                                       .accuracy_fake = 0.8,
                                       .saturated = 0.2,
                                       .g_gradient = 1,
                                       .d_gradient = 1,
                                       .modes = NAN,
                                       .good = NAN}};
}

static struct alarms followed;

static void follow(clgan_progress progress, unsigned begun, unsigned ended, unsigned standing)
{
    alarms_follow(&followed, &recipe, &progress);
    ck_assert_uint_eq(progress.alarms_begun, begun);
    ck_assert_uint_eq(progress.alarms_ended, ended);
    ck_assert_uint_eq(progress.alarms, standing);
}

#define ALIKE (1u << CLGAN_ALARM_ALIKE)
#define WON (1u << CLGAN_ALARM_WON)
#define GUESSING (1u << CLGAN_ALARM_GUESSING)

/* After an epoch in which samples were apart. */
static void begin(void)
{
    read_shipped("mnist");
    followed = (struct alarms){.apart = 1};
}

START_TEST(the_healthy_raise_none)
{
    for (int i = 0; i < 10; i++) follow(healthy(), 0, 0, 0);
    for (clgan_alarm alarm = 0; alarm < CLGAN_ALARMS; alarm++)
        ck_assert(*clgan_alarm_name(alarm) && *alarm_words(alarm) && *alarm_help(alarm));
}
END_TEST

START_TEST(one_epoch_is_no_alarm)
{
    clgan_progress alike = healthy();
    alike.health.spread = 0.249;
    for (int i = 0; i < 5; i++) {
        follow(alike, 0, 0, 0);
        follow(healthy(), 0, 0, 0);
    }
}
END_TEST

START_TEST(alike_begins_once_and_ends_once)
{
    clgan_progress alike = healthy(), edge = healthy();
    alike.health.spread = 0.1;
    edge.health.spread = 0.25; /* not below */
    follow(alike, 0, 0, 0);
    follow(alike, ALIKE, 0, ALIKE);
    follow(alike, 0, 0, ALIKE);
    follow(edge, 0, 0, ALIKE);
    follow(alike, 0, 0, ALIKE);
    follow(edge, 0, 0, ALIKE);
    follow(edge, 0, ALIKE, 0);
    follow(edge, 0, 0, 0);
}
END_TEST

/* As many a training starts: alike, then apart. One that never parts them is told in the end. */
START_TEST(a_slow_start_is_no_collapse)
{
    static const double spreads[] = {0.05, 0.05, 0.24, 0.6, 0.1, 0.19};
    clgan_progress progress = healthy();
    followed = (struct alarms){0};
    for (int i = 0; i < 6; i++) {
        progress.health.spread = spreads[i];
        follow(progress, i == 5 ? ALIKE : 0, 0, i == 5 ? ALIKE : 0);
    }
    followed = (struct alarms){0};
    progress.health.spread = 0.05;
    for (int i = 1; i <= 8; i++) follow(progress, i == 7 ? ALIKE : 0, 0, i >= 7 ? ALIKE : 0);
}
END_TEST

/* The norms are those of released MNIST with alternating updates: seed 1, lost to D, and seed 2, which recovers. */
START_TEST(won_tells_lost_from_recovering)
{
    static const double lost[][2] = {{0.505, 0.197}, {0.955, 0.0555}, {0.96, 0.314}, {1, 0.00272}, {1, 0.00162}};
    static const double recovering[][2] = {{0.585, 0.651}, {0.59, 1.164}, {0.475, 1.254}, {0.37, 1.723}, {0.21, 1.382}};
    clgan_progress progress = healthy();
    for (int i = 0; i < 5; i++) {
        progress.health.saturated = recovering[i][0];
        progress.health.d_gradient = recovering[i][1];
        follow(progress, 0, 0, 0);
    }
    followed = (struct alarms){0};
    for (int i = 0; i < 5; i++) {
        progress.health.saturated = lost[i][0];
        progress.health.d_gradient = lost[i][1];
        follow(progress, i == 4 ? WON : 0, 0, i == 4 ? WON : 0);
    }
    progress.health.d_gradient = 0.3; /* it moves again, whatever is saturated */
    follow(progress, 0, 0, WON);
    follow(progress, 0, WON, 0);
}
END_TEST

START_TEST(guessing_is_the_goal_where_samples_are_like_data)
{
    clgan_progress progress = healthy();
    progress.health.accuracy_real = 0.7;
    progress.health.accuracy_fake = 0.3;
    for (int i = 0; i < 5; i++) follow(progress, 0, 0, 0);
    progress.health.spread = 2;
    follow(progress, 0, 0, 0);
    follow(progress, GUESSING, 0, GUESSING);
    progress.health.accuracy_fake = 0.7;
    follow(progress, 0, 0, GUESSING);
    follow(progress, 0, GUESSING, 0);
}
END_TEST

START_TEST(what_is_not_known_changes_nothing)
{
    clgan_progress unknown = healthy(), alike = healthy();
    unknown.health.spread = unknown.health.accuracy_real = unknown.health.d_gradient = NAN;
    alike.health.spread = 0.1;
    follow(alike, 0, 0, 0);
    for (int i = 0; i < 5; i++) follow(unknown, 0, 0, 0);
    follow(alike, ALIKE, 0, ALIKE);
    for (int i = 0; i < 5; i++) follow(unknown, 0, 0, ALIKE);
}
END_TEST

START_TEST(patience_is_the_recipes)
{
    clgan_progress alike = healthy();
    alike.health.spread = 0.1;
    recipe.monitor.patience = 1;
    follow(alike, ALIKE, 0, ALIKE);
    follow(healthy(), 0, ALIKE, 0);
    recipe.monitor.spread = 0.05;
    follow(alike, 0, 0, 0);
}
END_TEST

/* ---- modes ---- */

static void check_modes(const float *values, size_t rows, double modes, double good)
{
    clgan_health health = {.modes = NAN, .good = NAN};
    monitor_modes(&health, &recipe, &(clgan_rows){.values = (float *)values, .rows = rows, .columns = 2});
    ck_assert_msg(health.modes == modes && fabs(health.good - good) <= 1e-12, "%g modes, %g good", health.modes,
                  health.good);
}

START_TEST(modes_of_a_ring)
{
    /* ring8: radius 2, deviation 0.05: good within 0.15 */
    static const float at[] = {2, 0,      2.149f, 0, 2.151f, 0, 1.41421356f, 1.41421356f,
                               0, -1.86f, 0,      0, NAN,    2, -2,          -0.1f};
    read_shipped("ring8");
    check_modes(at, 1, 1, 1);
    check_modes(at, 2, 1, 1);
    check_modes(at, 3, 1, 2.0 / 3);
    check_modes(at, 4, 2, 3.0 / 4);
    check_modes(at, 8, 4, 5.0 / 8);
    check_modes(at + 10, 1, 0, 0);
    clgan_progress progress = healthy();
    progress.health.modes = 3; /* of 8, wide apart */
    follow(progress, 0, 0, 0);
    follow(progress, ALIKE, 0, ALIKE);
    progress.health.modes = NAN; /* no samples were drawn */
    follow(progress, 0, 0, ALIKE);
    follow(progress, 0, 0, ALIKE);
    follow(progress, 0, 0, ALIKE);
    progress.health.modes = 4;
    follow(progress, 0, 0, ALIKE);
    follow(progress, 0, ALIKE, 0);
    clgan_health health = {.modes = NAN, .good = NAN};
    read_shipped("gauss1d");
    monitor_modes(&health, &recipe, &(clgan_rows){.values = (float *)at, .rows = 4, .columns = 1});
    ck_assert(isnan(health.modes) && isnan(health.good));
}
END_TEST

/* ---- the log ---- */

static char folder[] = "/tmp/clgan-log-XXXXXX";
enum { UNIQUE = 6 };
static const struct clgan_run run = {.folder = folder};

static void begin_log(void)
{
    begin();
    memset(folder + sizeof folder - 1 - UNIQUE, 'X', UNIQUE);
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void end_log(void)
{
    static const char *const names[] = {"log.jsonl", "log-0001.jsonl", "log-0002.jsonl"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[80];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    ck_assert_int_eq(rmdir(folder), 0);
}

struct recalled {
    struct alarms alarms;
    uint64_t count;
};

static clgan_status recall(void *user, clgan_progress *line)
{
    struct recalled *recalled = user;
    alarms_follow(&recalled->alarms, &recipe, line);
    ck_assert_uint_eq(line->epoch, ++recalled->count);
    ck_assert_uint_eq(line->step, line->epoch * 10);
    ck_assert_double_eq(line->d_loss, 1.25);
    ck_assert(isnan(line->health.modes) && isnan(line->log_likelihood));
    return CLGAN_OK;
}

static void append(uint64_t epoch, struct alarms *live)
{
    clgan_progress progress = healthy();
    progress.epoch = epoch;
    progress.step = epoch * 10;
    progress.d_loss = 1.25;
    progress.log_likelihood = NAN;
    progress.health.spread = epoch % 7 < 4 ? 1.0 / 3 : 2.0 / 3; /* below it in nine digits only */
    progress.health.d_gradient = 1.0 / (double)(3 * epoch);
    progress.health.saturated = epoch % 5 ? 1 : 0.5;
    alarms_follow(live, &recipe, &progress);
    CHECK_OK(run_log_append(&run, &progress));
}

/* A run that goes on from its log knows what one that never stopped knows, at a threshold too. */
START_TEST(a_log_recalls_the_alarms)
{
    struct recalled recalled = {0};
    CHECK_OK(run_log_visit(&run, recall, &recalled));
    ck_assert_uint_eq(recalled.count, 0);
    struct alarms live = {0};
    recipe.monitor.spread = 1.0 / 3;
    for (uint64_t epoch = 1; epoch <= 20; epoch++) append(epoch, &live);
    CHECK_OK(run_log_visit(&run, recall, &recalled));
    ck_assert_uint_eq(recalled.count, 20);
    ck_assert_mem_eq(&recalled.alarms, &live, sizeof live);
    ck_assert_uint_ne(live.standing, 0);
}
END_TEST

/* Makes log.jsonl as long as one that is full: a line that is no epoch's. */
static void fill_log(void)
{
    char path[80];
    snprintf(path, sizeof path, "%s/log.jsonl", folder);
    FILE *stream = fopen(path, "a");
    ck_assert_ptr_nonnull(stream);
    fputc('\n', stream);
    for (size_t i = 0; i < (size_t)1 << 13; i++) fprintf(stream, "%8192s", "");
    fputc('\n', stream);
    ck_assert_int_eq(fclose(stream), 0);
}

static unsigned is_there(const char *name)
{
    char path[80];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

/* What is full is set aside, and is the log still. */
START_TEST(a_long_log_is_in_parts)
{
    struct alarms live = {0};
    for (uint64_t epoch = 1; epoch <= 6; epoch++) {
        append(epoch, &live);
        if (epoch % 2 == 0 && epoch < 6) fill_log();
    }
    ck_assert(is_there("log.jsonl") && is_there("log-0001.jsonl") && is_there("log-0002.jsonl"));
    struct recalled recalled = {0};
    CHECK_OK(run_log_visit(&run, recall, &recalled));
    ck_assert_uint_eq(recalled.count, 6);
    CHECK_OK(run_log_cut(&run, 3));
    recalled = (struct recalled){0};
    CHECK_OK(run_log_visit(&run, recall, &recalled));
    ck_assert_uint_eq(recalled.count, 3);
    append(4, &live);
    recalled = (struct recalled){0};
    CHECK_OK(run_log_visit(&run, recall, &recalled));
    ck_assert_uint_eq(recalled.count, 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("alarm");
    TCase *tests = tcase_create("alarm");
    tcase_add_checked_fixture(tests, begin, NULL);
    tcase_add_test(tests, the_healthy_raise_none);
    tcase_add_test(tests, one_epoch_is_no_alarm);
    tcase_add_test(tests, alike_begins_once_and_ends_once);
    tcase_add_test(tests, a_slow_start_is_no_collapse);
    tcase_add_test(tests, won_tells_lost_from_recovering);
    tcase_add_test(tests, guessing_is_the_goal_where_samples_are_like_data);
    tcase_add_test(tests, what_is_not_known_changes_nothing);
    tcase_add_test(tests, patience_is_the_recipes);
    tcase_add_test(tests, modes_of_a_ring);
    TCase *log = tcase_create("log");
    tcase_add_checked_fixture(log, begin_log, end_log);
    tcase_add_test(log, a_log_recalls_the_alarms);
    tcase_add_test(log, a_long_log_is_in_parts);
    suite_add_tcase(suite, tests);
    suite_add_tcase(suite, log);
    return suite_run(suite);
}
