#include "evaluate/measure.h"

const struct measure measures[] = {{0}};
