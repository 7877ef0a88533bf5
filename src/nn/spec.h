/* What a recipe says of a net and its optimiser: the nn room builds from these. */
#ifndef NN_SPEC_H
#define NN_SPEC_H

#include <stddef.h>
#include <stdint.h>

enum { RECIPE_LAYERS = 32 };

enum layer_type { LAYER_DENSE, LAYER_MAXOUT };
enum activation { ACTIVATION_LINEAR, ACTIVATION_RELU, ACTIVATION_LEAKY_RELU, ACTIVATION_TANH, ACTIVATION_SIGMOID };
enum initialiser { INIT_UNIFORM, INIT_NORMAL, INIT_SPARSE, INIT_CONSTANT };
enum optimiser_kind { OPTIMISER_SGD, OPTIMISER_ADAM };

/* `generator.N` and `discriminator.N`. */
struct layer_recipe {
    enum layer_type kind; /* kind: dense | maxout */
    int64_t units;        /* units: 1 to 1,000,000 */
    int64_t pieces;       /* pieces: maxout only, 2 to 64, default 5 */
    enum activation
        activation; /* activation: dense only: linear | relu | leaky-relu | tanh | sigmoid, default linear */
    double slope;   /* slope: leaky-relu only, of the negative side, 0 to 1, default 0.2 */
    double keep;    /* keep: probability that an input is kept, (0, 1], default 1; kept ones are scaled by 1 / keep */
    enum initialiser weights; /* weights: uniform | normal | sparse | constant */
    double scale;     /* scale: uniform: on (-scale, scale); normal, sparse: standard deviation; constant: the value */
    int64_t incoming; /* incoming: sparse only: weights per unit that are not 0, default 100 */
    double bias;      /* bias: initial value, default 0 */
    int bias_from_marginals; /* bias: marginals (generator's last layer, sigmoid, preparation unit) */
    double max_column_norm;  /* max_column_norm: largest norm of a unit's incoming weights; 0 (default): no limit */
    int64_t
        take; /* take: layer of the same net of the run given by --from whose weights this one starts with; -1: none */
};

struct network_recipe {
    struct layer_recipe layers[RECIPE_LAYERS];
    size_t count;
};

/* `optimiser.generator`, `optimiser.discriminator`. */
struct optimiser_recipe {
    enum optimiser_kind kind; /* kind: sgd | adam */
    double learning_rate;     /* learning_rate: > 0 */
    double decay;             /* decay: the rate is learning_rate / decay^t after t updates, >= 1, default 1 */
    double lowest_rate;       /* lowest_rate: never under this, default 1e-6, or learning_rate where that is less */
    double momentum;          /* momentum: sgd only, [0, 1), default 0.5 */
    double final_momentum;    /* final_momentum: sgd only, default = momentum */
    int64_t momentum_start,
        momentum_end;             /* momentum_epochs: [first, last], rises linearly between them; default [1, 250] */
    double beta1, beta2, epsilon; /* adam only: defaults 0.5, 0.999, 1e-8 */
};

#endif
