/*
 * The control socket itself: a few clients at a time, and none that init would
 * wait for.
 *
 * Nothing here sleeps.  The kernel says by SIGIO that somebody came or said
 * something; then all are looked at.  Of SLOTS clients that say nothing the one
 * who has been silent for longest goes when another comes.  An answer that does
 * not fit into the socket's buffer is cut off.
 */
#ifndef PID1_CTL_SOCKET_H
#define PID1_CTL_SOCKET_H

#include <stdbool.h>
#include <stddef.h>

#include "pid1/ctl.h"
#include "pid1/rare.h"

enum { CTL_SLOTS = 8 };

struct ctl_socket {
	int fd;                /* that listens; -1: none */
	int client[CTL_SLOTS]; /* oldest first */
	unsigned int clients;
};

/*
 * A socket of mode 0600 at path.  A dead one that lies there is replaced.
 * Returns 0 or an errno.
 */
int ctl_listen(struct ctl_socket *c, const char *path);

/* Have the kernel send SIGIO when there is something at this descriptor. */
void ctl_tell_me(int fd);

/*
 * Take what has come.  `answer` is called for each request of one who may ask:
 * root of init's user namespace, or whoever init itself is.  True if somebody
 * could not be let in just now, and nothing will tell of him again.
 */
typedef void ctl_answer(void *who, const struct ctl_request *r, struct say *s);
bool ctl_serve(struct ctl_socket *c, ctl_answer *answer, void *who);

/* The other end: send the words, print the answer on stdout.  An exit status. */
RARE int ctl_ask(const char *path, char *const *words);

#endif
