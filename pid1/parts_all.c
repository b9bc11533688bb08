/* kith-init: the core, and every part there is. */
#include "pid1/parts.h"

#include <stddef.h>

#include "pid1/supervise-part.h"
#include "pid1/vm.h"

const struct part *const parts[] = { &supervise_first, &vm_part,
				     &supervise_part, NULL };
