/* The pairs with known answers, and these. */
#include "gan/selftest_pair.h"

/* Of a sum over a tensor, relative to the sum of its magnitudes: rounding of float through some steps; Adam divides by
 * small second moments, and grows it. */
#define TOLERANCE 1e-5

/* Layers of a kind are of one shape, so that they share kernels: those of the brief form are built before a first
 * training. */
static const char simultaneous[] =
    "name: self-test\n"
    "data: {format: idx, name: none, shape: [1, 5, 7], validation: 0, preparation: unit}\n"
    "noise: {kind: uniform, size: 35}\n"
    "generator:\n"
    "  - {kind: dense, units: 35, activation: relu, weights: uniform, scale: 0.3}\n"
    "  - {kind: dense, units: 35, activation: sigmoid, weights: uniform, scale: 0.3}\n"
    "discriminator:\n"
    "  - {kind: maxout, units: 18, pieces: 3, keep: 0.8, weights: uniform, scale: 0.3, max_column_norm: 1.02}\n"
    "  - {kind: dense, units: 1, activation: sigmoid, keep: 0.5, weights: uniform, scale: 0.5}\n"
    "train: {batch: 19, epochs: 1, seed: 3, updates: simultaneous}\n"
    "optimiser:\n"
    "  generator: {kind: adam, learning_rate: 0.01, beta2: 0.9, epsilon: 0.001}\n"
    "  discriminator: {kind: sgd, learning_rate: 0.1, momentum: 0.6}\n";

static const char alternating[] =
    "name: self-test\n"
    "data: {format: idx, name: none, shape: [1, 5, 7], validation: 0, preparation: unit}\n"
    "noise: {kind: normal, size: 35}\n"
    "generator:\n"
    "  - {kind: maxout, units: 35, pieces: 2, weights: normal, scale: 0.3}\n"
    "  - {kind: dense, units: 35, activation: tanh, keep: 0.75, weights: normal, scale: 0.3, max_column_norm: 1.6}\n"
    "discriminator:\n"
    "  - {kind: dense, units: 31, activation: leaky-relu, slope: 0.3, keep: 0.8, weights: sparse, incoming: 9, scale: "
    "0.5}\n"
    "  - {kind: dense, units: 1, activation: sigmoid, weights: normal, scale: 0.5}\n"
    "train: {batch: 19, epochs: 1, seed: 5, updates: alternating, discriminator_steps: 2, real_label: 0.9, average: "
    "0.8,"
    " generator_loss: minimax, discriminator_loss: sum}\n"
    "optimiser:\n"
    "  generator: {kind: sgd, learning_rate: 0.1, momentum: 0.5}\n"
    "  discriminator: {kind: adam, learning_rate: 0.01, beta2: 0.9, epsilon: 0.001}\n";

/* In double precision, by tests/reference/gan.c: tests/test_selftest.c compares, and prints them where
 * CLGAN_TEST_PRINT=1. Order as in selftest_pair.h. */
static const struct selftest_answer of_simultaneous[] = {
    {-7.34528873649, 179.728},      {-0.0648363430522, 3.55258},    {0.012265455152, 0.0122655},
    {-0.0855114868851, 0.746316},   {-0.00110259548135, 0.272155},  {0.00123911933429, 0.00123912},
    {4.42621905177, 184.525},       {0.739469718253, 6.09957},      {0.0214940692101, 0.0214941},
    {0.044373049838, 0.782661},     {0.0136075979309, 0.442422},    {0.00291054848809, 0.00291055},
    {3.53867335094, 269.688},       {-0.7948841248, 1.97567},       {-0.13986074698, 0.240276},
    {-0.0505478094114, 0.0957649},  {0.578207724828, 4.01278},      {-0.0479991092377, 0.168473},
    {-0.0052109217013, 0.00521092}, {-0.0010405909898, 0.00104059}, {2.59077158666, 2.59077},
    {2.06191405592, 2.06191},       {1.49103345096, 1.49103},       {1.61731548002, 1.61732},
    {0.467176447025, 0.467176},     {0.206681186567, 0.206681},     {0.385564932089, 0.385565},
    {0.594782993598, 0.594783},
};
static const struct selftest_answer of_alternating[] = {
    {-26.0889630805, 602.832},       {-0.104488195589, 4.17904},   {-25.9963285472, 602.672},
    {-0.152390678211, 0.573707},     {-0.0607384010791, 0.229767}, {-0.0494388415351, 0.187241},
    {-0.0624104645491, 261.133},     {0.946487037611, 3.43767},    {-2.05415963427, 279.104},
    {0.076863518253, 0.252531},      {0.0333052870333, 0.100404},  {0.0247098259107, 0.0813811},
    {-5.6346801089, 131.223},        {2.98643726458, 33.6699},     {3.50585716167, 3.50586},
    {0.0649086820058, 0.689029},     {-0.340217062465, 1.61772},   {0.122691685677, 0.122692},
    {-3.75010138644, 12.7446},       {2.05512907403, 3.4472},      {0.833648134161, 0.833648},
    {-0.00898836521485, 0.00898837}, {0.0946922298963, 0.0946922}, {0.00998861980657, 0.00998862},
    {3.6941906609, 3.69419},         {-1.33036263937, 1.33036},    {2.11036658721, 2.11037},
    {1.06817639178, 1.06818},        {2.93383557652, 2.93384},     {8.04343883338, 8.04344},
    {1.37876007972, 1.37876},        {1.90626871333, 1.90627},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))
const struct selftest_pair selftest_pairs[SELFTEST_PAIRS] = {
    {simultaneous, of_simultaneous, COUNT(of_simultaneous), TOLERANCE},
    {alternating, of_alternating, COUNT(of_alternating), TOLERANCE},
};
