# The figures of all modes, as one table.  Input: MODE NAME MEDIAN LOW HIGH RUNS FAILED.
{
	mid[$1, $2] = $3
	low[$1, $2] = $4
	high[$1, $2] = $5
	if ($7)
		failed[++nr_failed] = $1 ", " $2 ": " $7 " runs failed"
	if (!($2 in seen)) {
		seen[$2] = 1
		name[++names] = $2
	}
	measured[$1] = 1
}

function is_peer(n)
{
	return n !~ /^(kith-init|core|shared|tracking|direct|floor)$/
}

# The least that a peer needs; what tini -g loses is not tini at its best.
function best(mode,   i, found, b)
{
	found = 0
	for (i = 1; i <= names; i++) {
		if (!is_peer(name[i]) || !((mode, name[i]) in mid))
			continue
		if (!found || mid[mode, name[i]] + 0 < b)
			b = mid[mode, name[i]] + 0
		found = 1
	}
	return found ? b : "none"
}

function figure(x)
{
	if (x ~ /nan/)
		return "failed"
	x += 0
	return x >= 100 || x == int(x) ? sprintf("%d", x + 0.5) : sprintf("%.2f", x)
}

function ratio(a, b)
{
	if (b == "none")
		return "-"
	if (b == 0)
		return a == 0 ? "1.00" : "inf"
	return sprintf("%.2f", a / b)
}

# goal(words, who, kept): one line under the table.
function goal(words, who, kept)
{
	goals[++nr_goals] = sprintf("  %-9s %-10s %s", kept, who, words)
}

function verdict(kept)
{
	return kept ? "kept" : "MISSED"
}

function row(mode, title,   i, out, r)
{
	if (!(mode in measured))
		return
	out = sprintf("%-26s", title)
	for (i = 1; i <= names; i++)
		out = out sprintf(" %*s", width(name[i]),
				  cell(mode, name[i]))
	r = has(mode, "kith-init") ? ratio(mid[mode, "kith-init"], best(mode)) : "-"
	print out sprintf(" %8s", r)
}

# Without an init there is no overhead: what is known is how long it took.
function cell(mode, who,   text)
{
	text = (mode, who) in mid ? figure(mid[mode, who]) : "-"
	return mode ~ /^(start|alone)$/ && who == "direct" ? "(" text ")" : text
}

function width(n)
{
	return length(n) < 6 ? 6 : length(n)
}

function has(mode, who)
{
	return (mode, who) in mid && mid[mode, who] !~ /nan/
}

# at_most(mode, who, limit, words)
function at_most(mode, who, limit, words)
{
	if (has(mode, who) && limit != "none")
		goal(words ": " figure(mid[mode, who]) ", at most " figure(limit),
		     who, verdict(mid[mode, who] + 0 <= limit))
}

function part(mode, share,   b)
{
	b = best(mode)
	return b == "none" ? b : b * share
}

function start_up(who)
{
	at_most("start", who, part("start", 0.25),
		"start-up overhead, a quarter of the best peer's, us")
	at_most("alone", who, part("alone", 0.25),
		"  on one processor, a quarter of the best peer's, us")
	at_most("alone", who, 125, "  on one processor, aim, us")
}

function loss(who,   l, h)
{
	if (!has("pairs-above", who))
		return
	l = low["pairs-above", who]
	h = high["pairs-above", who]
	goal("lost above the floor: " sprintf("%.2f", mid["pairs-above", who]) \
	     " points, 95 % of " sprintf("%.2f to %.2f", l, h) ", at most 1", who,
	     h <= 1 ? "kept" : l > 1 ? "MISSED" : "unclear")
}

END {
	out = sprintf("%-26s", "")
	for (i = 1; i <= names; i++)
		out = out sprintf(" %*s", width(name[i]), name[i])
	print out sprintf(" %8s", "to best")
	row("start", "start-up overhead, us")
	row("alone", "  on one processor, us")
	row("memory", "resident, kB")
	row("memory-pss", "  its share (Pss)")
	row("memory-private", "  private")
	row("size", "file, bytes")
	row("calls", "system calls, exec to exit")
	row("crowd", "CPU per orphan, us (" live ")")
	row("storm", "signal in a storm, us")
	row("lost", "lost in the first 1.2 ms, %")
	row("pairs", "  again, in more runs, %")
	row("wakeups", "wake-ups per second")
	row("forward", "signal passed on in, us")
	row("coalesce", "wrong exit codes")

	split(release, r, ".")
	releases = r[1] > 6 || (r[1] == 6 && r[2] + 0 >= 15)
	start_up("kith-init")
	start_up("core")
	at_most("memory", "kith-init", 64, "resident, kB")
	at_most("memory", "kith-init", 24, "resident, aim, kB")
	at_most("memory", "core", 64, "resident, kB")
	at_most("size", "core", 40000, "file, bytes")
	at_most("size", "kith-init", 128000, "file, bytes")
	at_most("calls", "kith-init", 14, "system calls")
	if (releases)
		at_most("crowd", "kith-init", 0, "CPU per orphan, us")
	at_most("crowd", "tracking", part("crowd", 0.2),
		"CPU per orphan, a fifth of the best peer's, us")
	if (releases)
		at_most("storm", "kith-init", 200, "signal in a storm, us")
	at_most("storm", "tracking", 5000, "signal in a storm, us")
	loss("kith-init")
	loss("core")
	at_most("wakeups", "kith-init", 0, "wake-ups")
	at_most("coalesce", "kith-init", 0, "wrong exit codes")
	print ""
	for (i = 1; i <= nr_goals; i++)
		print goals[i]
	for (i = 1; i <= nr_failed; i++)
		print "  failed    " failed[i]
}
