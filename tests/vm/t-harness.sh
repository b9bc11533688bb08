#!/bin/sh
# The harness itself: what a machine says and how it ends is what is told of it.
. "$(dirname "$0")/aid-vm.sh"

script run <<'END'
#!/bin/sh
echo "in $(uname -r)"
hello
exit 42
END
cat >"$tmp/hello.c" <<'END'
#include <stdio.h>
int main(void) { return puts("with libraries") < 0; }
END
${CC:-cc} -o "$tmp/hello" "$tmp/hello.c" || exit 1
boot -- "$tmp/run=/run" "$tmp/hello=/bin/hello"
is "$code" 42 "the status of what was run comes out" || trouble
is "$ended" guest-shutdown "the machine switched itself off"
matches "$(cat "$tmp/vm/results")" "in 6.1.*-cloud-amd64
with libraries" "what it said comes out, and a program brings its libraries" ||
	trouble

script run <<'END'
#!/bin/sh
reboot -f
END
boot -- "$tmp/run=/run"
is "$ended, $code" "guest-reset, 123" "who reboots is told from who is switched off"

script init <<'END'
#!/bin/sh
exit 7
END
boot -- "$tmp/init=/init"
is "$ended, $code" "guest-panic, 123" "an init that exits is told, too"

script init <<'END'
#!/bin/sh
exec sleep 1000
END
boot -t 10 -- "$tmp/init=/init"
is "$ended, $code" "time-up, 124" "who does not end is ended"

done_testing
