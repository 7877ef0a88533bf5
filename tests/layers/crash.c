/* A driver that crashes at the first call. */
#include <stdlib.h>

#include "layer.h"

static void layer_begin(void) { abort(); }
