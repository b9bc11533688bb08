#!/bin/sh
# trun is what stands between a hanging test and a hanging suite.
. "$(dirname "$0")/tap.sh"
trun=$O/tests/trun

# Whatever a case starts has this name, so that we can look for it afterwards.
mark=kith-trun-$$
cp "$(command -v sleep)" "$tmp/$mark"
sleeper=$tmp/$mark

alive() {
	grep -l "^$(echo "$mark" | cut -c1-15)" /proc/[0-9]*/comm 2>/dev/null | wc -l
}

said=$tmp/said

"$trun" 10 true 2>"$said"
is "$?" 0 "a test that passes has passed"
is "$(cat "$said")" "" "and nothing is said about it"

"$trun" 10 sh -c 'exit 7' 2>"$said"
is "$?" 7 "a test's status is handed on"

"$trun" 10 sh -c 'kill -SEGV $$' 2>"$said"
is "$?" 139 "a test that a signal killed has not passed"

"$trun" 10 "$tmp/nothing-here" 2>"$said"
is "$?" 125 "a test that cannot be run has not passed"

"$trun" 1 "$sleeper" 1000 2>"$said"
is "$?" 124 "a test that hangs is ended when its time is up"
matches "$(cat "$said")" "*time is up*killing kith-trun*" "and named"
is "$(alive)" 0 "and gone"

"$trun" 10 sh -c "'$sleeper' 1000 & exit 0" 2>"$said"
is "$?" 98 "a test that passes but leaves a child behind has failed"
matches "$(cat "$said")" "*left processes behind*killing kith-trun*" \
	"and what it left is named"
is "$(alive)" 0 "and killed"

"$trun" 10 sh -c "setsid sh -c '\"$sleeper\" 1000 & \"$sleeper\" 1000 & wait' &
	exit 3" 2>"$said"
is "$?" 3 "a test that failed keeps its own status"
is "$(alive)" 0 "and whatever fled to another session is killed as well"

"$trun" 10 sh -c "'$sleeper' 1000 & kill -KILL \$!; exit 0" 2>"$said"
is "$?" 0 "what a test has killed may die a moment after the test"

"$trun" 10 sh -c 'kill -USR1 0' 2>"$said"
is "$?" 138 "kill(0) in a test ends that test and nobody else"

is "$("$trun" 10 cat </proc/version)" "" "a test cannot read our input"

"$trun" 100 "$sleeper" 1000 2>"$said" &
pid=$!
until [ "$(alive)" -eq 1 ]; do sleep 0.1; done
kill "$pid"
wait "$pid"
is "$?" 143 "trun can be stopped"
is "$(alive)" 0 "and takes its test along"

"$trun" 0 true 2>"$said"
is "$?" 125 "a time limit is required"

done_testing
