#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kith/kith.h>

#include "sim/sim.h"

static const struct command {
	const char *name, *synopsis, *summary;
	int (*run)(const struct options *options, int files, char **file);
	const char *letters; /* options it has, of those below */
	int least, most;     /* words; most 0: as many as one likes */
} commands[] = {
	{ "run", "[--on linux] [--seed N] [--format json] FILE...",
	  "run transcripts; print them completed; check what is written in "
	  "them",
	  cmd_run, "sfL", 1, 0 },
	{ "conform", "[--seed N] [--format json] FILE...",
	  "run transcripts on the model and on this kernel; print the first "
	  "difference of each",
	  cmd_conform, "sf", 1, 0 },
	{ "tree", "[--at LINE] [--ascii] [--seed N] [--format json] FILE",
	  "draw the tree of processes after each line, or after one", cmd_tree,
	  "asfi", 1, 1 },
	{ "step", "[--micro] [--ascii] [--seed N] [--format json] FILE",
	  "go through a transcript, forward and back; its command help tells "
	  "how",
	  cmd_step, "misf", 1, 1 },
	{ "why", "[--at LINE] [--seed N] [--format json] PID FILE",
	  "why it is a zombie, an orphan, asleep or gone; who could change "
	  "that",
	  cmd_why, "asf", 2, 2 },
	{ "stats", "[--seed N] [--format json] FILE",
	  "zombies, adoptions, reaps, waits and signals: who, and how many",
	  cmd_stats, "sf", 1, 1 },
	{ "fuzz",
	  "[--seed S] [--programs N] [--steps M] [--family F,...] "
	  "[--shard I/N] [--out DIR] [--jobs J] [--model-only]",
	  "random programs on the model and on Linux; shrink and save what "
	  "differs",
	  cmd_fuzz, "spnFSojM", 0, 0 },
	{ "rules", "[--on linux] [--format json] [FILE...]",
	  "which rules of the rulebook the files cite, and whether they hold",
	  cmd_rules, "fL", 0, 0 },
};

enum { NR_COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void help(FILE *f)
{
	fputs("usage: kith COMMAND [OPTION...] [FILE...]\n\n"
	      "A model of Linux's processes, for transcripts in strace's "
	      "words.\n\n",
	      f);
	for (int i = 0; i < NR_COMMANDS; i++)
		fprintf(f, "  kith %s %s\n      %s\n", commands[i].name,
			commands[i].synopsis, commands[i].summary);
	fputs("\nA FILE of - is standard input.  Exit status: 0 all held, 1 an "
	      "expectation failed,\n2 usage or syntax, 3 something is missing "
	      "here.  See kith(1), kith-transcript(5).\n",
	      f);
}

static void command_help(FILE *f, const struct command *command)
{
	fprintf(f, "usage: kith %s %s\n%s%s.\n", command->name,
		command->synopsis, f == stdout ? "\n" : "", command->summary);
}

static int bad_usage(const struct command *command, const char *what,
		     const char *which)
{
	fprintf(stderr, "kith %s: %s%s\n", command->name, what, which);
	command_help(stderr, command);
	return USAGE;
}

static bool number(const char *text, uint64_t max, uint64_t *n)
{
	char *end;

	errno = 0;
	*n = strtoull(text, &end, 0);
	return !errno && *text >= '0' && *text <= '9' && !*end && *n <= max;
}

/* 0, or -1 after a complaint. */
static int read_option_of_fuzz(const struct command *command,
			       struct options *options, int c, const char *arg)
{
	const char *wrong = fuzz_option(&options->fuzz, c, arg);

	if (wrong)
		bad_usage(command, wrong, arg);
	return wrong ? -1 : 0;
}

/* 0; -1 after a complaint; 1 if help was asked for. */
static int read_option(const struct command *command, struct options *options,
		       int c, const char *arg)
{
	uint64_t n = 0;

	switch (c) {
	case 'h':
		command_help(stdout, command);
		return 1;
	case 'i':
		options->ascii = true;
		return 0;
	case 'm':
		options->micro = true;
		return 0;
	case 'L':
		options->on_linux = !strcmp(arg, "linux");
		if (!options->on_linux && strcmp(arg, "model"))
			bad_usage(command, "--on is linux or model, not ", arg);
		return options->on_linux || !strcmp(arg, "model") ? 0 : -1;
	case 'f':
		options->json = !strcmp(arg, "json");
		if (!options->json && strcmp(arg, "text"))
			bad_usage(command, "--format is json or text, not ",
				  arg);
		return options->json || !strcmp(arg, "text") ? 0 : -1;
	case 'a':
		options->has_at = number(arg, UINT32_MAX, &n);
		options->at = (uint32_t)n;
		if (!options->has_at)
			bad_usage(command, "not a line: ", arg);
		return options->has_at ? 0 : -1;
	case 'p':
	case 'n':
	case 'F':
	case 'S':
	case 'o':
	case 'j':
	case 'M':
		return read_option_of_fuzz(command, options, c, arg);
	default:
		options->has_seed = number(arg, UINT64_MAX, &options->seed);
		if (!options->has_seed)
			bad_usage(command, "not a seed: ", arg);
		return options->has_seed ? 0 : -1;
	}
}

static const struct option long_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "at", required_argument, NULL, 'a' },
	{ "ascii", no_argument, NULL, 'i' },
	{ "family", required_argument, NULL, 'F' },
	{ "format", required_argument, NULL, 'f' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "micro", no_argument, NULL, 'm' },
	{ "model-only", no_argument, NULL, 'M' },
	{ "out", required_argument, NULL, 'o' },
	{ "programs", required_argument, NULL, 'p' },
	{ "on", required_argument, NULL, 'L' },
	{ "seed", required_argument, NULL, 's' },
	{ "shard", required_argument, NULL, 'S' },
	{ "steps", required_argument, NULL, 'n' },
	{ NULL, 0, NULL, 0 },
};

static int run_command(const struct command *command, int argc, char **argv)
{
	struct options options = { 0 };
	int c, err, files;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		if (c == '?' || (c != 'h' && !strchr(command->letters, c)))
			return bad_usage(command,
					 "unknown or incomplete option ",
					 argv[optind - 1]);
		err = read_option(command, &options, c, optarg);
		if (err)
			return err < 0 ? USAGE : HELD;
	}
	files = argc - optind;
	if (files < command->least)
		return bad_usage(command,
				 files + 1 < command->least
					 ? "which number, and which file?"
					 : "which file?",
				 "");
	if (command->most && files > command->most)
		return bad_usage(command, "one file at a time, not also ",
				 argv[optind + command->most]);
	return command->run(&options, files, argv + optind);
}

static int choose(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	if (!strcmp(name, "--help") || !strcmp(name, "-h") ||
	    !strcmp(name, "help")) {
		help(stdout);
		return HELD;
	}
	if (!strcmp(name, "--version")) {
		printf("kith %s\n", kith_version());
		return HELD;
	}
	for (int i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(name, commands[i].name))
			return run_command(&commands[i], argc - 1, argv + 1);
	if (*name)
		fprintf(stderr, "kith: there is no command '%s'\n", name);
	help(stderr);
	return USAGE;
}

/* A reader that went away needs no message, a full disk does. */
static int flush(int status)
{
	int err = 0;

	if (fflush(stdout) || ferror(stdout))
		err = errno ? errno : EIO;
	if (!err)
		return status;
	if (err != EPIPE)
		fprintf(stderr, "kith: cannot write: %s\n", strerror(err));
	return status ? status : FAILED;
}

int main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	return flush(choose(argc, argv));
}
