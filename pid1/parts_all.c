/* kith-init: the core, and every part there is. */
#include "pid1/parts.h"

const struct part *const parts[] = { NULL };
