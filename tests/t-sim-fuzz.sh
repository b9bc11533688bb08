#!/bin/sh
# kith fuzz on the model alone: it holds, it is repeatable, shards and workers
# change nothing, and what it is told is checked.
. "$(dirname "$0")/tap.sh"

kith=$O/kith
fuzz() {
	"$kith" fuzz --model-only "$@" 2>"$tmp/err"
}

# So many steps, of each family, and all invariants after each.
is "$(fuzz --seed 1 --programs 40 --steps 100 | sed 's/, [0-9]* steps/, N steps/')" \
	"40 programs, N steps, 0 divergences" "random programs do not break the model"
for family in life wait signal group thread time exec limit; do
	fuzz --seed 2 --programs 10 --steps 60 --family "$family" >"$tmp/out"
	ok $? "nor do programs of $family" || sed 's/^/# /' "$tmp/out" >&2
done
fuzz --seed 3 --programs 10 --steps 60 --family wait,signal,thread >"$tmp/out"
ok $? "nor of several families"

steps() {
	sed -n 's/^[0-9]* programs, \([0-9]*\) steps, .*/\1/p'
}

once=$(fuzz --seed 5 --programs 30 --steps 50 | steps)
[ "$once" -gt 500 ]
ok $? "programs are not short ($once steps in 30)"
is "$(fuzz --seed 5 --programs 30 --steps 50 --jobs 3 | steps)" "$once" \
	"the same seed, the same programs, by however many workers"
a=$(fuzz --seed 5 --programs 30 --steps 50 --shard 1/3 | steps)
b=$(fuzz --seed 5 --programs 30 --steps 50 --shard 2/3 | steps)
c=$(fuzz --seed 5 --programs 30 --steps 50 --shard 3/3 --jobs 1 | steps)
is $((a + b + c)) "$once" "three shards together are the whole"
[ "$(fuzz --seed 6 --programs 30 --steps 50 | steps)" != "$once" ]
ok $? "another seed, other programs"
matches "$(fuzz --programs 1 --steps 1)" "seed [0-9]*
1 programs, 1 steps, 0 divergences" "without a seed it makes one, and says so"
is "$(cat "$tmp/err")" "" "there is no progress to see but on a terminal"

fuzz --seed 1 --programs 1 --out "$tmp/made" >/dev/null
[ -d "$tmp/made" ]
ok $? "the folder for transcripts is made"

# On Linux.
"$kith" fuzz --seed 1 --programs 20 --steps 60 --out "$tmp/found" >"$tmp/out" 2>"$tmp/err"
status=$?
if [ $status -eq 3 ]; then
	skip "twenty programs do the same on Linux" "$(cat "$tmp/err" "$tmp/out")"
else
	is $status 0 "twenty programs do the same on Linux" ||
		cat "$tmp/out" "$tmp"/found/* >&2
fi

# An interrupt ends it, with a summary, once it has begun to work.
"$kith" fuzz --model-only --seed 1 --programs 4000000 >"$tmp/out" &
pid=$!
while ! pgrep -P $pid >/dev/null; do :; done
kill -TERM $pid
wait $pid
is $? 143 "SIGTERM ends it"
matches "$(tail -n 1 "$tmp/out")" "* programs, * steps, 0 divergences" \
	"and the summary is the last line all the same"

# refuses MESSAGE ARGS...
refuses() {
	message=$1
	shift
	fuzz "$@" >"$tmp/out"
	is "$? $(head -n 1 "$tmp/err")" "2 kith fuzz: $message" "$*"
	[ ! -s "$tmp/out" ] || cat "$tmp/out" >&2
}
refuses "not a number of programs: x" --programs x
refuses "not a number of programs: 0" --programs 0
refuses "not a number of programs: 5000000000" --programs 5000000000
refuses "not a number of steps, 1 to 100000: 1e9" --steps 1e9
refuses "not a number of jobs, 1 to 256: 300" --jobs 300
refuses "a shard is I/N, 1/N to N/N, not 3/2" --shard 3/2
refuses "a shard is I/N, 1/N to N/N, not 2" --shard 2
refuses "a shard is I/N, 1/N to N/N, not 0/2" --shard 0/2
families="families are life wait signal group thread time exec limit, joined by commas"
refuses "$families; not lief" --family lief
refuses "$families; not wait," --family wait,
refuses "not a seed: -1" --seed -1
refuses "--out wants a folder, not nothing" --out ""
refuses "/dev/null/x: Not a directory" --out /dev/null/x
refuses "it takes no files, such as a.kith" a.kith
refuses "unknown or incomplete option --at" --at

done_testing
