/*
 * The producer of test lines is what all other tests rely on, so: does a check
 * that fails make a test fail, also when a child made it?
 *
 * Each case is this program again, with an argument that names it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tap.h"

static const char *self;

static int in_a_child(bool pass)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		ok(pass, "the child's claim");
		exit(done_testing());
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static int play(const char *name)
{
	if (!strcmp(name, "good")) {
		ok(true, "#1 is\nright");
		is(2, 2, "and %d", 2);
		is_str("a", "a", "and a");
		is_str(NULL, NULL, "and nothing");
	} else if (!strcmp(name, "bad")) {
		ok(false, "wrong");
		is(1, 2, "not two");
		is_str("a\nb\n", NULL, "not nothing");
	} else if (!strcmp(name, "child-good")) {
		printf("unflushed ");
		is(in_a_child(true), 0, "a silent child");
	} else if (!strcmp(name, "child-bad")) {
		is(in_a_child(false), 99, "a child that complains");
	} else if (!strcmp(name, "skip")) {
		skip(2, "no %s", "moon");
	} else if (!strcmp(name, "skip-all")) {
		skip_all("no sun");
	} else if (!strcmp(name, "early")) {
		ok(true, "one");
		exit(0);
	}
	return done_testing();
}

/* Which stream to look at: the shell knows how to throw one away. */
#define STDOUT "2>/dev/null"
#define STDERR "2>&1 >/dev/null | grep -v '#   at '" /* which may change */

static int shows(const char *name, const char *stream, const char *want)
{
	char command[512], got[2048];
	FILE *f;
	size_t n;
	int status;

	snprintf(command, sizeof(command), "%s %s %s", self, name, stream);
	f = popen(command, "r");
	if (!f)
		return -1;
	n = fread(got, 1, sizeof(got) - 1, f);
	got[n] = '\0';
	status = pclose(f);
	is_str(got, want, "the case %s says what it should", name);
	return WEXITSTATUS(status);
}

static void claims_that_hold_are_numbered(void)
{
	is(shows("good", STDOUT,
		 "ok 1 -  1 is right\n"
		 "ok 2 - and 2\n"
		 "ok 3 - and a\n"
		 "ok 4 - and nothing\n"
		 "1..4\n"),
	   0, "and the program succeeds");
}

static void claims_that_do_not_are_explained(void)
{
	is(shows("bad", STDOUT,
		 "not ok 1 - wrong\n"
		 "not ok 2 - not two\n"
		 "not ok 3 - not nothing\n"
		 "1..3\n"),
	   1, "and the program fails");
	shows("bad", STDERR,
	      "# not ok: wrong\n"
	      "# not ok: not two\n"
	      "#   got:  1\n"
	      "#   want: 2\n"
	      "# not ok: not nothing\n"
	      "#   got:\n"
	      "#     a\n"
	      "#     b\n"
	      "#   want:\n"
	      "#     (null)\n");
}

static void a_child_prints_nothing_unless_it_must(void)
{
	is(shows("child-good", STDOUT,
		 "unflushed ok 1 - a silent child\n1..1\n"),
	   0, "and nothing is printed twice");
	is(shows("child-bad", STDOUT, "ok 1 - a child that complains\n1..1\n"),
	   0, "and its status tells its parent");
	shows("child-bad", STDERR, "# not ok in a child: the child's claim\n");
}

static void what_is_skipped_is_said(void)
{
	shows("skip", STDOUT,
	      "ok 1 # SKIP no moon\n"
	      "ok 2 # SKIP no moon\n"
	      "1..2\n");
	is(shows("skip-all", STDOUT, "1..0 # SKIP no sun\n"), 0,
	   "a program may skip all");
}

static void without_an_end_there_is_no_plan(void)
{
	shows("early", STDOUT, "ok 1 - one\n");
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc > 1)
		return play(argv[1]);
	claims_that_hold_are_numbered();
	claims_that_do_not_are_explained();
	a_child_prints_nothing_unless_it_must();
	what_is_skipped_is_said();
	without_an_end_there_is_no_plan();
	return done_testing();
}
