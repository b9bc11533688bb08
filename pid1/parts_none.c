/* kith-init-core: nothing but the core. */
#include "pid1/parts.h"

const struct part *const parts[] = { NULL };
