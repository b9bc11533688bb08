/*
 * Everything that can be asked of kith-init, and how the asking is read.
 *
 *	argv ----.    dialect             struct options
 *	          >-- rows of options --> what is asked, in
 *	environ -'                        our words       ----> main, spawn, serve
 *
 * What is asked is one struct; whoever acts on it reads the struct and never a
 * command line.  How it is written is a *dialect*: tables of rows, one row an
 * option, with a function that reads its value into the struct.  kith-init's own
 * dialect is in options.c; others (tini's, dumb-init's) fill the same struct
 * from rows of their own and differ in what they say and in the codes for what
 * goes wrong.  A part that can be left out of a build (supervision, the duties
 * of a virtual machine) brings one more table and its own struct: see parts.h.
 *
 * Guarantees:
 *
 * A.	Nothing is allocated, and what is kept points into argv and environ,
 *	which live as long as the process.
 * B.	Options end at the first word that is none, or after "--": there is no
 *	permutation, and "--" is never needed unless the program begins with "-".
 * C.	A value that cannot be read is told of by name, before anything is done.
 * D.	Who asks for help, the version or the licence gets it, whatever is behind.
 */
#ifndef PID1_OPTIONS_H
#define PID1_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "pid1/names.h"
#include "pid1/policy.h"
#include "pid1/rare.h"

/* Whom a signal is for, or who has to leave in the end. */
enum scope {
	SCOPE_CHILD,   /* the main child */
	SCOPE_GROUP,   /* its process group */
	SCOPE_SESSION, /* its session */
	SCOPE_CGROUP,  /* everybody in init's cgroup but init */
	SCOPE_TREE,    /* everybody below init */
	SCOPE_ALL,  /* all of the namespace if init is its PID 1, or the tree */
	SCOPE_NONE, /* nobody */
	NR_SCOPES
};

/* How orphans are reaped: see linux.h. */
enum reaping { REAP_AUTO, REAP_KERNEL, REAP_EACH, NR_REAPINGS };

/* What is worth saying: a level has in it all that are below. */
enum level { LOG_QUIET, LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG, NR_LEVELS };

/* What to do with the command line as a whole. */
enum errand {
	ERRAND_RUN,
	ERRAND_EXPLAIN, /* say what would be done, and why */
	ERRAND_ANSWER,  /* these, whatever is said behind them: */
	ERRAND_HELP = ERRAND_ANSWER,
	ERRAND_VERSION,
	ERRAND_LICENSE,
};

/* A list of words, in the order they came. */
enum { MAX_WORDS = 128 };
struct words {
	unsigned int n;
	const char *at[MAX_WORDS];
};

/* Codes from..to of the main child become `code`. */
struct recode {
	uint8_t from, to, code;
};
enum { MAX_RECODES = 256 };

/* Resource limits that are asked for: "pids=100", "memory=64M". */
enum { MAX_LIMITS = 24 };
struct limit {
	const char *name; /* name_len characters of it */
	const char *value;
	uint8_t name_len;
};

struct options {
	const struct dialect *dialect; /* whose words; never NULL */
	char **words;   /* argv: the name, and all that is said */
	char **program; /* argv of the main child */
	const struct conductor *conductor; /* see parts.h; NULL: nobody */
	uint8_t errand;                    /* enum errand */
	uint8_t level;                     /* enum level */
	bool stats;                        /* tell of all children in the end */
	bool warn_reaped;  /* tell of every orphan as it is reaped */
	bool pause;        /* no program: only adopt and reap */
	bool supervised;   /* one may follow another: see supervise.h */
	bool try_shell;    /* a program of no known format is given to sh */
	bool keep_stdout;  /* there is more to be said there */
	int report_fd;     /* the JSON line of the end; -1 */
	const char *trace; /* file of the event stream, or NULL */

	/* Signals.  "Heard" is what came, "sent" what it became. */
	uint8_t scope;    /* enum scope: for whom */
	uint8_t place;    /* enum place; 0: as it fits */
	int parent_death; /* signal when our parent dies, or 0 */
	uint64_t dropped; /* bit sig - 1: heard and not sent */
	uint64_t stops;   /* heard: these ask everything to end */
	bool stops_too;   /* after a TSTP, TTIN or TTOU that it passed on */
	int parting;      /* sent to `scope` in the end, or 0 */
	bool rewrites, delays; /* is anything in the two tables below? */
	uint8_t rewrite[65];   /* [heard]: sent instead, or 0 */
	uint64_t delay_ns[65]; /* [heard]: sent so much later, or 0 */

	/* The end.  Times in nanoseconds, or TIME_NEVER. */
	uint8_t rest;         /* enum scope: who else has to leave */
	uint64_t grace_ns;    /* between TERM and KILL, for the rest */
	uint64_t deadline_ns; /* from the first request to KILL, for all */
	unsigned int recodes;
	struct recode recode[MAX_RECODES];

	/* The start of the main child. */
	uint8_t reaping; /* enum reaping */
	bool clear_env;
	const char *user;      /* "name", "uid:gid,gid": see ids.h; or NULL */
	bool has_uid, has_gid; /* if not: these numbers */
	uid_t uid;
	gid_t gid;
	const char *dir; /* its working directory, or NULL */
	unsigned int limits;
	struct limit limit[MAX_LIMITS];
	struct words env; /* NAME=VALUE to set, or NAME to take away */
};

/* --- a dialect ------------------------------------------------------------- */

/*
 * One option.  The reader gets the value (NULL if the row takes none) and puts
 * what it means into the options; it returns NULL, or what is wrong with the
 * value in a few words ("is no signal").  `what` is for readers that serve
 * several rows.
 */
struct option_row {
	char letter;       /* "-g"; 0: none */
	const char *name;  /* "--scope"; NULL: none */
	const char *value; /* what the help calls its value; NULL: takes none */
	const char *(*read)(struct options *o, const char *value, int what);
	int what;
	const char *help; /* one line; NULL: understood, not spoken of */
};

/* An environment variable, read before the command line: same reader. */
struct option_env {
	const char *name;
	const char *(*read)(struct options *o, const char *value, int what);
	int what;
};

/* What can go wrong before there is a main child. */
enum trouble {
	BAD_OPTION,   /* about: the option as it was written */
	BAD_VALUE,    /* about: the option; why: what is wrong with value */
	NO_VALUE,     /* about: an option that wants one */
	BAD_USE,      /* about: what does not go together, in words */
	NO_PROGRAM,   /* nothing was given to run */
	NOT_FOUND,    /* about: the program; error: errno */
	CANNOT_RUN,   /* about: the program; error: errno; why: more exactly */
	CANNOT_START, /* about: what failed; error: errno */
};

struct complaint {
	enum trouble trouble;
	const char *about, *value, *why;
	int error;
};

/* What may be remarked while all goes well. */
enum remark {
	STARTED,    /* pid: the main child */
	PASSED_ON,  /* sig: what came; sent: what was sent */
	REFUSED,    /* sig; error: errno */
	REAPED,     /* pid, status: an orphan */
	MAIN_ENDED, /* pid, status */
};

struct remarked {
	enum remark remark;
	pid_t pid;
	int sig, sent, status, error;
};

struct dialect {
	const char *name; /* what it calls itself in messages */

	/* Tables, each ended by a row without letter and name; then NULL. */
	const struct option_row *const *tables;
	const struct option_env *env; /* ended by a row without name; or NULL */

	/* What holds if nothing is asked; called first.  NULL: kith-init's. */
	void (*defaults)(struct options *o);

	/* After the last option: what does not go together.  May be NULL. */
	const char *(*check)(struct options *o);

	/* Say what went wrong; the exit status for it. */
	int (*complain)(const struct options *o, const struct complaint *c);

	/* Say what is going on, if the level asks for it.  May be NULL. */
	void (*remark)(const struct options *o, const struct remarked *r);

	/* ERRAND_HELP, _VERSION, _LICENSE: on stdout; the exit status. */
	int (*answer)(const struct options *o);
};

extern const struct dialect own_dialect;

/* kith-init's own defaults: what a dialect can begin with. */
void options_defaults(struct options *o);

/*
 * Read the environment and the command line.  Returns 0, or the exit status of
 * a complaint that was made.
 */
int options_read(struct options *o, const struct dialect *d, char **argv);

/* Is there a long option of this name in the dialect? */
bool options_has(const struct dialect *d, const char *name, size_t len);

/*
 * One option from elsewhere than a command line (a kernel's command line, a
 * file): "scope" or "s", with its value or NULL.  NULL, or what is wrong.
 */
const char *options_set(struct options *o, const char *name, size_t len,
			const char *value);

/* Say it in kith-init's own words, and return the code. */
RARE int complain(const struct options *o, const struct complaint *c);

#endif
