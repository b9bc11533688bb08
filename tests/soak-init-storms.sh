#!/bin/sh
# A hundred thousand runs whose exits coalesce, twenty thousand orphans at once, a
# fork bomb for five seconds: tests/t-init-storms.sh at full size.
KITH_SOAK=1 exec "$(dirname "$0")/t-init-storms.sh"
