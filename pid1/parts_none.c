/* kith-init-core: nothing but the core. */
#include "pid1/as.h"
#include "pid1/parts.h"

const struct part *const parts[] = { NULL };

const struct called others[] = { { "", 0 } };
