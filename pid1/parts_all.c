/* kith-init: the core, and every part there is. */
#include "pid1/parts.h"

#include <stddef.h>

#include "pid1/vm.h"

const struct part *const parts[] = { &vm_part, NULL };
