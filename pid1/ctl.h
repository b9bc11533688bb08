/*
 * The control socket: what can be asked over it, and what is answered.
 *
 * One packet (SOCK_SEQPACKET) is one request, in words:
 *
 *	status		the state, as one JSON object
 *	metrics		the figures, as Prometheus reads them
 *	report		the figures, as one JSON object
 *	restart		start the program again, softly
 *	stop		as if a signal had asked everything to end
 *	update [HEX]	replace kith-init by what lies beside it
 *
 * The answer is packets until the end of the connection.  Its first character is
 * '+' if the request was understood and is being done, '-' if not; what follows
 * is text, and after '-' it is one line.
 *
 * What comes in is anybody's bytes.  Reading it needs no more than the packet,
 * which is never longer than CTL_MOST; nothing is allocated.
 */
#ifndef PID1_CTL_H
#define PID1_CTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "pid1/say.h"
#include "pid1/supervise.h"
#include "wait/usage.h"

enum { CTL_MOST = 128 };

enum ctl_what {
	CTL_STATUS,
	CTL_METRICS,
	CTL_REPORT,
	CTL_RESTART,
	CTL_STOP,
	CTL_UPDATE,
	NR_CTL
};

struct ctl_request {
	enum ctl_what what;
	bool has_digest;
	uint8_t digest[32]; /* of the update */
};

/* NULL, or what is wrong with it in a few words. */
const char *ctl_read(const char *packet, size_t size,
		     struct ctl_request *request);

/* What there is to tell. */
struct figures {
	const char *program; /* argv[0] of the main child */
	pid_t init, main;    /* main: 0 if there is none just now */
	enum super_state state;
	uint64_t up_ns;      /* since init began, updates or not */
	uint64_t main_up_ns; /* since main did */

	uint64_t starts;   /* new ones */
	uint64_t deaths;   /* of mains */
	uint64_t failures; /* starts that did not succeed */
	int last_status;   /* of the last main that died; -1: none did */
	struct usage used; /* by the mains that died */
	uint64_t orphans;  /* reaped */
	uint64_t passed_on, refused; /* signals */
	uint64_t updates;

	bool checks; /* there is a health check */
	uint64_t healthy, unhealthy, overdue;
	uint32_t in_a_row; /* that failed */

	bool writes;                    /* output is kept */
	uint64_t written, lost, turned; /* bytes, bytes, files */

	/* Of the living main, from /proc; known: it could be read. */
	bool known;
	uint64_t cpu_ns, rss_bytes;
};

/* The whole answer to status, metrics or report. */
void ctl_tell(const struct figures *f, enum ctl_what what, struct say *s);

/* '+' and a word, or '-' and why not. */
void ctl_done(struct say *s);
void ctl_refuse(struct say *s, const char *why);

#endif
