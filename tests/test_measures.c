/* Measures against double precision, and on samples whose answer is known. */
#include "base/memory.h"
#include "evaluate/classifier.h"
#include "evaluate/measure_parts.h"
#include "reference/gan.c"
#include "rows.h"

/* ---- rows ---- */

static clgan_rows copy_of(const clgan_rows *from)
{
    clgan_rows x = rows_of(from->rows, from->columns, 0, 0);
    memcpy(x.values, from->values, x.rows * x.columns * sizeof(float));
    return x;
}

static void shift(clgan_rows *rows, size_t first, size_t count, float by)
{
    for (size_t i = first * rows->columns; i < (first + count) * rows->columns; i++) rows->values[i] += by;
}

static void set_row(clgan_rows *to, size_t row, const clgan_rows *from, size_t source)
{
    memcpy(to->values + row * to->columns, from->values + source * from->columns, to->columns * sizeof(float));
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Squared distance of row `i` to its nearest of `points` but the k - 1 nearer ones, itself left out where they are one
 * set. */
static double nearest(const clgan_rows *rows, size_t i, const clgan_rows *points, size_t k)
{
    double *all = zeros(points->rows), found;
    size_t count = 0;
    for (size_t j = 0; j < points->rows; j++)
        if (rows != points || i != j) all[count++] = squared(rows, i, points, j);
    qsort(all, count, sizeof *all, by_value);
    found = all[k - 1];
    free(all);
    return found;
}

/* ---- results ---- */

static struct measure_result run(const char *name, const clgan_rows *samples, const clgan_rows *train,
                                 const clgan_rows *test)
{
    const struct measure_input input = {harness_device, samples, train, test, 3, NULL};
    struct measure_result result;
    const struct measure *measure = measures;
    while (strcmp(measure->name, name) != 0) measure++;
    CHECK_OK(measure->run(&result, &input));
    ck_assert(result.count > 0 && result.count <= MEASURE_VALUES);
    ck_assert(strlen(result.note) + 1 < sizeof result.note);
    return result;
}

static struct measure_value value_of(const struct measure_result *result, const char *key)
{
    for (size_t i = 0; i < result->count; i++)
        if (strcmp(result->values[i].key, key) == 0) return result->values[i];
    ck_abort_msg("no value %s", key);
}

static void check_value(const struct measure_result *result, const char *key, double wanted, double tolerance)
{
    check_near(key, 0, value_of(result, key).value, wanted, tolerance);
}

static void refuse(clgan_status wanted, const char *words, const char *name, const clgan_rows *samples,
                   const clgan_rows *train, const clgan_rows *test)
{
    const struct measure_input input = {harness_device, samples, train, test, 3, NULL};
    struct measure_result result;
    const struct measure *measure = measures;
    while (strcmp(measure->name, name) != 0) measure++;
    ck_assert_int_eq(measure->run(&result, &input), wanted);
    ck_assert_msg(strstr(clgan_last_error(), words) != NULL, "%s", clgan_last_error());
}

START_TEST(table_is_whole)
{
    size_t count = 0;
    for (const struct measure *m = measures; m->name; m++, count++) {
        ck_assert(m->source && m->meaning && m->limits && m->run);
        ck_assert_msg(strstr(m->source, "arXiv") != NULL, "%s", m->name);
    }
    ck_assert_uint_eq(count, 4);
}
END_TEST

/* ---- subsets ---- */

START_TEST(drawn_rows_are_different_and_of_the_seed)
{
    clgan_rows all = rows_of(50, 1, 0, 0), first = {0}, again = {0}, other = {0};
    for (size_t i = 0; i < 50; i++) all.values[i] = (float)i;
    CHECK_OK(measure_draw(&first, &all, 20, 1, LANE_TRAIN));
    CHECK_OK(measure_draw(&again, &all, 20, 1, LANE_TRAIN));
    CHECK_OK(measure_draw(&other, &all, 20, 2, LANE_TRAIN));
    bool seen[50] = {false};
    for (size_t i = 0; i < 20; i++) {
        const size_t row = (size_t)first.values[i];
        ck_assert(!seen[row]);
        seen[row] = true;
    }
    ck_assert_mem_eq(first.values, again.values, 20 * sizeof(float));
    ck_assert_mem_ne(first.values, other.values, 20 * sizeof(float));
    clgan_rows_free(&all);
    clgan_rows_free(&first);
    clgan_rows_free(&again);
    clgan_rows_free(&other);
}
END_TEST

/* ---- precision and recall, density and coverage; sets of one size, so that all rows are drawn ---- */

static void check_precision_recall(const clgan_rows *made, const clgan_rows *real)
{
    const size_t n = made->rows;
    double precision = 0, recall = 0, density = 0, coverage = 0;
    for (size_t i = 0; i < n; i++) {
        bool precise = false, recalled = false, covered = false;
        for (size_t j = 0; j < n; j++) {
            const bool in = squared(made, i, real, j) <= (double)MEASURE_EDGE * nearest(real, j, real, 5);
            precise |= in;
            density += in / (5.0 * (double)n);
            recalled |= squared(real, i, made, j) <= (double)MEASURE_EDGE * nearest(made, j, made, 5);
            covered |= squared(real, i, made, j) <= (double)MEASURE_EDGE * nearest(real, i, real, 5);
        }
        precision += precise / (double)n;
        recall += recalled / (double)n;
        coverage += covered / (double)n;
    }
    const struct measure_result result = run("precision-recall", made, real, NULL);
    check_value(&result, "precision", precision, 1e-9);
    check_value(&result, "recall", recall, 1e-9);
    check_value(&result, "density", density, 1e-9);
    check_value(&result, "coverage", coverage, 1e-9);
}

START_TEST(precision_recall_of_all_sizes)
{
    static const size_t counts[] = {6, 7, 31, 65}, widths[] = {1, 2, 17};
    for (size_t n = 0; n < 4; n++)
        for (size_t d = 0; d < 3; d++)
            for (int levels = 0; levels <= 10; levels += 10) {
                clgan_rows made = rows_of(counts[n], widths[d], 10, levels),
                           real = rows_of(counts[n], widths[d], 8, levels);
                check_precision_recall(&made, &real);
                clgan_rows_free(&made);
                clgan_rows_free(&real);
            }
}
END_TEST

static void expect_precision_recall(const clgan_rows *made, const clgan_rows *real, const double wanted[4],
                                    double tolerance)
{
    const struct measure_result result = run("precision-recall", made, real, NULL);
    check_value(&result, "precision", wanted[0], tolerance);
    check_value(&result, "recall", wanted[1], tolerance);
    check_value(&result, "density", wanted[2], tolerance);
    check_value(&result, "coverage", wanted[3], tolerance);
}

START_TEST(precision_recall_of_known_samples)
{
    clgan_rows real = rows_of(300, 3, 1, 0), made = copy_of(&real);
    /* A copy: the density also counts each row's own ball. */
    expect_precision_recall(&made, &real, (const double[]){1, 1, 1.2, 1}, 1e-9);
    clgan_rows wide = rows_of(100, 300, 1, 0), same = copy_of(&wide);
    expect_precision_recall(&same, &wide, (const double[]){1, 1, 1.2, 1}, 1e-9);
    shift(&made, 0, 300, 50);
    expect_precision_recall(&made, &real, (const double[]){0, 0, 0, 0}, 0);
    /* Half of the modes: what there is of samples is good. */
    clgan_rows fresh = rows_of(300, 3, 1, 0);
    shift(&real, 150, 150, 50);
    expect_precision_recall(&fresh, &real, (const double[]){0.95, 0.45, 1, 0.5}, 0.1);
    /* One and the same, a training row's: in its own ball and in those about. */
    for (size_t i = 0; i < 300; i++) set_row(&made, i, &real, 7);
    size_t about = 0;
    for (size_t j = 0; j < 300; j++) about += squared(&real, 7, &real, j) <= nearest(&real, j, &real, 5);
    expect_precision_recall(&made, &real, (const double[]){1, 1 / 300.0, (double)about / 5, (double)about / 300}, 1e-9);
    clgan_rows_free(&real);
    clgan_rows_free(&made);
    clgan_rows_free(&fresh);
    clgan_rows_free(&wide);
    clgan_rows_free(&same);
}
END_TEST

START_TEST(precision_recall_of_unequal_sets)
{
    clgan_rows made = rows_of(40, 2, 1, 0), real = rows_of(100, 2, 1, 0);
    const struct measure_result a = run("precision-recall", &made, &real, NULL),
                                b = run("precision-recall", &made, &real, NULL),
                                c = run("precision-recall", &real, &made, NULL);
    ck_assert(strstr(a.note, "40 of 40 samples, 40 of 100 training rows") != NULL);
    ck_assert(strstr(c.note, "40 of 100 samples, 40 of 40 training rows") != NULL);
    for (size_t i = 0; i < a.count; i++) check_near("again", i, a.values[i].value, b.values[i].value, 0);
    clgan_rows_free(&made);
    clgan_rows_free(&real);
}
END_TEST

/* ---- birthday ---- */

static void check_birthday(const clgan_rows *made, const clgan_rows *real)
{
    const size_t n = made->rows;
    const double count = (double)n;
    double *apart = zeros(n), *q = zeros(n), mean = 0, variance = 0;
    size_t alike = 0;
    for (size_t i = 0; i < n; i++) apart[i] = nearest(real, i, real, 1);
    qsort(apart, n, sizeof *apart, by_value);
    while (apart[alike] == 0) alike++;
    const double limit = (double)MEASURE_EDGE * apart[alike + (n - alike) / 100];
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++)
            if (i != j && squared(made, i, made, j) <= limit) q[i] += 1 / (count - 1);
        mean += q[i] / count;
    }
    for (size_t i = 0; i < n; i++) variance += 4 * (q[i] - mean) * (q[i] - mean) / (count * (count - 1));
    const struct measure_result result = run("birthday", made, real, NULL);
    ck_assert(mean > 0);
    check_value(&result, "distance", sqrt(limit), 1e-5 * sqrt(limit));
    check_value(&result, "support", 1 / mean, 1e-6 / mean);
    check_value(&result, "pairs", mean * count * (count - 1) / 2, 1e-6);
    check_near("error", 0, value_of(&result, "support").error, sqrt(variance) / (mean * mean), 1e-6 / mean);
    free(apart);
    free(q);
}

START_TEST(birthday_of_all_sizes)
{
    for (size_t n = 2; n < 250; n = 3 * n + 1) {
        clgan_rows made = rows_of(n, 2, 3, 3), real = rows_of(n, 2, 20, 20);
        if (n == 2) memset(made.values, 0, 4 * sizeof(float));
        check_birthday(&made, &real);
        clgan_rows_free(&made);
        clgan_rows_free(&real);
    }
}
END_TEST

/* Pairs of the same that a batch holds, on average. */
static double pairs_of_batches(const clgan_rows *made, size_t batch)
{
    const size_t batches = made->rows / batch;
    size_t pairs = 0;
    for (size_t b = 0; b < batches; b++)
        for (size_t i = b * batch; i < (b + 1) * batch; i++)
            for (size_t j = b * batch; j < i; j++) pairs += squared(made, i, made, j) == 0;
    return (double)pairs / (double)batches;
}

/* The first batch that should hold a pair, and no smaller one. */
static void check_batch(const struct measure_result *result, const clgan_rows *made)
{
    const double support = value_of(result, "support").value, batch = value_of(result, "batch").value;
    ck_assert(batch * (batch - 1) >= 2 * support && (batch - 1) * (batch - 2) < 2 * support);
    check_near("pairs of a batch", 0, pairs_of_batches(made, (size_t)batch), batch * (batch - 1) / (2 * support), 0.2);
}

START_TEST(birthday_of_known_support)
{
    enum { ROWS = 4000, SUPPORT = 60 };
    clgan_rows real = rows_of(ROWS, 4, 1, 0), made = rows_of(ROWS, 4, 0, 0);
    for (size_t i = 0; i < ROWS; i++) made.values[4 * i] = 100 * (float)(random_word() % SUPPORT);
    struct measure_result result = run("birthday", &made, &real, NULL);
    check_value(&result, "support", SUPPORT, 3 * value_of(&result, "support").error);
    ck_assert(value_of(&result, "support").error < 2);
    check_batch(&result, &made);
    /* One as likely as all others. */
    for (size_t i = 0; i < ROWS; i++)
        if (random_word() % 2) made.values[4 * i] = 0;
    result = run("birthday", &made, &real, NULL);
    check_value(&result, "support", 1 / (0.25 * (1 + 3.0 / SUPPORT)), 0.3);
    check_batch(&result, &made);
    /* All the same. */
    memset(made.values, 0, 4 * ROWS * sizeof(float));
    result = run("birthday", &made, &real, NULL);
    check_value(&result, "support", 1, 1e-9);
    check_value(&result, "batch", 2, 0);
    check_near("error", 0, value_of(&result, "support").error, 0, 1e-9);
    /* All far apart. */
    for (size_t i = 0; i < ROWS; i++) made.values[4 * i] = 100 * (float)i;
    result = run("birthday", &made, &real, NULL);
    check_value(&result, "pairs", 0, 0);
    check_value(&result, "support", ROWS * (ROWS - 1) / (2 * 2.995732), 1);
    ck_assert(isnan(value_of(&result, "support").error) && strstr(result.note, "lower bound") != NULL);
    clgan_rows_free(&real);
    clgan_rows_free(&made);
}
END_TEST

/* ---- memorisation ---- */

static void check_memorisation(const clgan_rows *made, const clgan_rows *train, const clgan_rows *test)
{
    const size_t m = made->rows, n = test->rows;
    double *a = zeros(m), *b = zeros(n), *of_a = zeros(m), *of_b = zeros(n), nearer = 0, variance = 0, copies = 0;
    const double mn = (double)(m * n);
    for (size_t i = 0; i < m; i++) a[i] = nearest(made, i, train, 1);
    for (size_t j = 0; j < n; j++) b[j] = nearest(test, j, train, 1);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            const double won = a[i] < b[j] ? 1 : a[i] == b[j] ? 0.5 : 0;
            nearer += won / mn;
            of_a[i] += won / (double)n;
            of_b[j] += won / (double)m;
        }
    for (size_t i = 0; i < m; i++) variance += (of_a[i] - nearer) * (of_a[i] - nearer) / (double)(m * (m - 1));
    for (size_t j = 0; j < n; j++) variance += (of_b[j] - nearer) * (of_b[j] - nearer) / (double)(n * (n - 1));
    qsort(a, m, sizeof *a, by_value);
    qsort(b, n, sizeof *b, by_value);
    for (size_t i = 0; i < m; i++) copies += (a[i] <= b[n / 100]) / (double)m;
    const double made_median = (sqrt(a[(m - 1) / 2]) + sqrt(a[m / 2])) / 2;
    const double ratio = made_median / ((sqrt(b[(n - 1) / 2]) + sqrt(b[n / 2])) / 2);
    const struct measure_result result = run("memorisation", made, train, test);
    check_value(&result, "ratio", ratio, 1e-5 * fmax(ratio, 1));
    check_value(&result, "nearer", nearer, 1e-9);
    check_near("error", 0, value_of(&result, "nearer").error, sqrt(variance), 1e-9);
    check_value(&result, "z", (mn * (1 - nearer) - mn / 2) / sqrt(mn * (double)(m + n + 1) / 12), 1e-6);
    check_value(&result, "copies", copies, 1e-9);
    free(a);
    free(b);
    free(of_a);
    free(of_b);
}

/* Whole numbers: their distances are exact, and many are equal. */
START_TEST(memorisation_of_all_sizes)
{
    for (size_t m = 2; m < 250; m = 3 * m + 1)
        for (size_t n = 2; n < 250; n = 4 * n + 1) {
            clgan_rows made = rows_of(m, 2, 50, 50), train = rows_of(33, 2, 60, 60), test = rows_of(n, 2, 60, 60);
            check_memorisation(&made, &train, &test);
            clgan_rows_free(&made);
            clgan_rows_free(&train);
            clgan_rows_free(&test);
        }
}
END_TEST

START_TEST(memorisation_of_known_samples)
{
    enum { ROWS = 1000 };
    clgan_rows train = rows_of(ROWS, 6, 1, 0), test = rows_of(ROWS, 6, 1, 0), fresh = rows_of(ROWS, 6, 1, 0);
    struct measure_result result = run("memorisation", &train, &train, &test);
    check_value(&result, "ratio", 0, 0);
    check_value(&result, "nearer", 1, 0);
    check_value(&result, "copies", 1, 0);
    ck_assert(value_of(&result, "z").value < -30);
    result = run("memorisation", &fresh, &train, &test);
    check_value(&result, "ratio", 1, 0.05);
    check_value(&result, "nearer", 0.5, 4 * value_of(&result, "nearer").error);
    check_value(&result, "z", 0, 4);
    check_value(&result, "copies", 0.01, 0.01);
    /* A tenth of copies among good samples. */
    for (size_t i = 0; i < ROWS / 10; i++) set_row(&fresh, i, &train, i);
    result = run("memorisation", &fresh, &train, &test);
    check_value(&result, "copies", 0.11, 0.01);
    shift(&fresh, 0, ROWS, 50);
    result = run("memorisation", &fresh, &train, &test);
    check_value(&result, "nearer", 0, 0);
    ck_assert(value_of(&result, "z").value > 30);
    clgan_rows_free(&train);
    clgan_rows_free(&test);
    clgan_rows_free(&fresh);
}
END_TEST

/* ---- c2st ---- */

static void copy_tensor(double *to, struct tensor from)
{
    float *values = malloc(from.rows * from.columns * sizeof *values);
    CHECK_OK(tensor_read(harness_device, from, values));
    for (size_t i = 0; i < from.rows * from.columns; i++) to[i] = values[i];
    free(values);
}

/* The same net at the same weights, averages started there. */
static void begin_twin(struct reference_net *net, const struct classifier *classifier, size_t columns)
{
    begin_net(net, &classifier->spec, &classifier->network.optimiser, columns, true);
    for (size_t i = 0; i < net->count; i++) {
        const struct layer *from = &classifier->network.layers[i];
        struct reference_layer *to = &net->layers[i];
        copy_tensor(to->w, from->weight.w);
        copy_tensor(to->b, from->bias.w);
        memcpy(to->aw, to->w, to->in * to->width * sizeof *to->w);
        memcpy(to->ab, to->b, to->width * sizeof *to->b);
    }
}

static double *scaled(const clgan_rows *rows, double mean, double deviation)
{
    double *x = zeros(rows->rows * rows->columns);
    for (size_t i = 0; i < rows->rows * rows->columns; i++) x[i] = (rows->values[i] - mean) / deviation;
    return x;
}

static void train_twin(struct reference_net *net, const struct classifier *classifier, double *const classes[2],
                       size_t rows, size_t columns)
{
    const size_t batch = classifier->batch;
    const struct random_key order = random_stream(classifier->seed, RANDOM_MEASURE, LANE_ORDER);
    double *x = zeros(2 * batch * columns), *signal = zeros(2 * batch);
    for (uint64_t step = 0; step < classifier->steps; step++) {
        const struct masks masks = {random_stream(classifier->seed, RANDOM_MEASURE, LANE_DROPOUT), step, 0};
        const uint64_t epoch = step / (rows / batch), from = step % (rows / batch) * batch;
        for (size_t i = 0; i < 2 * batch; i++) {
            const size_t row =
                random_shuffled((uint32_t)(from + i % batch), (uint32_t)rows, 2 * epoch + i / batch, order);
            memcpy(x + i * columns, classes[i / batch] + row * columns, columns * sizeof *x);
        }
        struct trace trace;
        forward(&trace, net, x, 2 * batch, &masks, false);
        for (size_t i = 0; i < 2 * batch; i++) signal[i] = (logistic(trace.y[i]) - (i < batch)) / (2 * (double)batch);
        free(backward(net, &trace, signal, true));
        update(net, 1, 0.98);
        free_trace(&trace);
    }
    free(x);
    free(signal);
}

START_TEST(classifier_is_its_twin)
{
    enum { ROWS = 230, COLUMNS = 7 };
    clgan_rows first = rows_of(ROWS, COLUMNS, 3, 0), second = rows_of(ROWS, COLUMNS, 2, 0);
    struct classifier classifier = {0};
    struct reference_net net;
    float logits[ROWS];
    double sum = 0, squares = 0;
    shift(&first, 0, ROWS, 1);
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        sum += (double)first.values[i] + second.values[i];
        squares += (double)first.values[i] * first.values[i] + (double)second.values[i] * second.values[i];
    }
    const double mean = sum / (2 * ROWS * COLUMNS), deviation = sqrt(squares / (2 * ROWS * COLUMNS) - mean * mean);
    double *const classes[2] = {scaled(&first, mean, deviation), scaled(&second, mean, deviation)};
    CHECK_OK(classifier_make(&classifier, harness_device, COLUMNS, ROWS, 5));
    ck_assert_uint_eq(classifier.steps, 200);
    classifier.steps = 5;
    begin_twin(&net, &classifier, COLUMNS);
    train_twin(&net, &classifier, classes, ROWS, COLUMNS);
    CHECK_OK(classifier_train(&classifier, &first, &second));
    CHECK_OK(classifier_judge(&classifier, logits, &first));
    struct trace trace;
    forward(&trace, &net, classes[0], ROWS, NULL, true);
    for (size_t i = 0; i < ROWS; i++) check_near("logit", i, logits[i], trace.y[i], 1e-4);
    free_trace(&trace);
    for (size_t i = 0; i < net.count; i++) free(net.layers[i].w);
    for (size_t i = 0; i < 2; i++) free(classes[i]);
    classifier_free(&classifier);
    clgan_rows_free(&first);
    clgan_rows_free(&second);
}
END_TEST

static struct measure_result check_c2st(const clgan_rows *made, const clgan_rows *test, double wanted, double tolerance)
{
    const struct measure_result result = run("c2st", made, NULL, test);
    const struct measure_value accuracy = value_of(&result, "accuracy");
    const double kept = 2.0 * (double)(test->rows - test->rows / 2);
    check_value(&result, "accuracy", wanted, tolerance);
    check_near("error", 0, accuracy.error, sqrt(accuracy.value * (1 - accuracy.value) / kept), 1e-9);
    check_value(&result, "z", (accuracy.value - 0.5) / sqrt(0.25 / kept), 1e-9);
    return result;
}

START_TEST(c2st_of_known_samples)
{
    enum { ROWS = 401, COLUMNS = 5 };
    clgan_rows test = rows_of(ROWS, COLUMNS, 1, 0), made = rows_of(ROWS, COLUMNS, 1, 0),
               noise = rows_of(ROWS, COLUMNS, 4, 0);
    const double four_errors = 4 * sqrt(0.25 / (ROWS + 1));
    const struct measure_result once = check_c2st(&made, &test, 0.5, four_errors),
                                again = check_c2st(&made, &test, 0.5, four_errors);
    check_near("again", 0, again.values[0].value, once.values[0].value, 0);
    check_c2st(&noise, &test, 0.96, 0.05);
    /* A copy: a row that was learned as real comes back as a sample. */
    check_c2st(&test, &test, 0.4, 0.2);
    /* Half of the modes: all of the other half are told, and half of what is left. */
    shift(&test, 0, ROWS / 2, 5);
    check_c2st(&made, &test, 0.75, 0.08);
    /* One and the same. */
    for (size_t i = 0; i < ROWS; i++) set_row(&made, i, &noise, 3);
    check_c2st(&made, &test, 0.96, 0.05);
    /* Nothing to see. */
    memset(test.values, 0, ROWS * COLUMNS * sizeof(float));
    memset(made.values, 0, ROWS * COLUMNS * sizeof(float));
    check_c2st(&made, &test, 0.5, 0);
    clgan_rows_free(&test);
    clgan_rows_free(&made);
    clgan_rows_free(&noise);
}
END_TEST

/* What was learned by heart counts for nothing. */
START_TEST(c2st_of_rows_kept)
{
    clgan_rows test = rows_of(201, 100, 1, 0), made = rows_of(201, 100, 1, 0);
    check_c2st(&made, &test, 0.5, 4 * sqrt(0.25 / 202));
    clgan_rows_free(&test);
    clgan_rows_free(&made);
}
END_TEST

/* ---- what can't be measured ---- */

START_TEST(measures_refuse)
{
    clgan_rows few = rows_of(5, 4, 1, 0), none = few, rows = rows_of(40, 4, 1, 0), other = rows_of(40, 3, 1, 0),
               same = rows_of(40, 4, 0, 0);
    none.rows = 0;
    refuse(CLGAN_USAGE, "6 samples are needed at least, there are 5", "precision-recall", &few, &rows, &rows);
    refuse(CLGAN_USAGE, "6 training rows are needed at least, there are 5", "precision-recall", &rows, &few, &rows);
    refuse(CLGAN_USAGE, "2 samples are needed at least, there are 0", "birthday", &none, &rows, &rows);
    refuse(CLGAN_USAGE, "there are 0", "memorisation", &rows, &rows, &none);
    refuse(CLGAN_USAGE, "2 held-out rows are needed", "memorisation", &rows, &rows, NULL);
    refuse(CLGAN_USAGE, "20 held-out rows are needed at least, there are 5", "c2st", &rows, &rows, &few);
    refuse(CLGAN_FAILED, "each of 40 training rows has an exact copy", "birthday", &rows, &same, &rows);
    refuse(CLGAN_FAILED, "half of the held-out rows are training rows", "memorisation", &rows, &rows, &rows);
    for (const struct measure *m = measures; m->name; m++)
        refuse(CLGAN_USAGE, "can't be compared", m->name, &other, &rows, &rows);
    rows.values[17] = NAN;
    clgan_rows_free(&other);
    other = copy_of(&same);
    for (const struct measure *m = measures; m->name; m++)
        refuse(CLGAN_FAILED, "is not a finite number", m->name, &rows, &other, &other);
    clgan_rows_free(&few);
    clgan_rows_free(&rows);
    clgan_rows_free(&other);
    clgan_rows_free(&same);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {table_is_whole,
                                  drawn_rows_are_different_and_of_the_seed,
                                  precision_recall_of_all_sizes,
                                  precision_recall_of_known_samples,
                                  precision_recall_of_unequal_sets,
                                  birthday_of_all_sizes,
                                  birthday_of_known_support,
                                  memorisation_of_all_sizes,
                                  memorisation_of_known_samples,
                                  classifier_is_its_twin,
                                  c2st_of_known_samples,
                                  c2st_of_rows_kept,
                                  measures_refuse};
    return harness_run("measures", tests, sizeof tests / sizeof *tests);
}
