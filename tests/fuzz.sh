#!/bin/sh
# fuzz.sh STEPS [OPTION...]: random programs on the model and on Linux, by fresh
# seeds, until there were so many steps.  Ends with 1 at the first differences,
# with 3 if this machine cannot run Linux's side.
steps=$1
shift
done=0
while [ "$done" -lt "$steps" ]; do
	"$O/kith" fuzz --programs 200 --steps 150 --out "$O/found" "$@" >"$O/fuzz.out"
	status=$?
	cat "$O/fuzz.out"
	[ $status -eq 0 ] || exit $status
	these=$(sed -n 's/^[0-9]* programs, \([0-9]*\) steps, .*/\1/p' "$O/fuzz.out")
	done=$((done + these))
done
echo "$done steps, none differs"
