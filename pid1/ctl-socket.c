#include "pid1/ctl-socket.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static bool put_path(struct sockaddr_un *a, const char *path)
{
	size_t size = strlen(path);

	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (!size || size >= sizeof(a->sun_path))
		return false;
	memcpy(a->sun_path, path, size + 1);
	return true;
}

static const struct sockaddr *any(const struct sockaddr_un *a)
{
	return (const struct sockaddr *)a;
}

/* Is somebody behind it?  If not, and it is a socket, it goes. */
static int clear_away(const struct sockaddr_un *a)
{
	struct stat st;
	int fd, err;

	if (lstat(a->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : errno;
	if (!S_ISSOCK(st.st_mode))
		return EEXIST;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return errno;
	err = connect(fd, any(a), sizeof(*a)) < 0 ? errno : 0;
	close(fd);
	if (err != ECONNREFUSED)
		return EADDRINUSE;
	return unlink(a->sun_path) < 0 ? errno : 0;
}

void ctl_tell_me(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	/* With the signal named, it is sent as by the kernel for this file. */
	fcntl(fd, F_SETSIG, SIGIO);
	fcntl(fd, F_SETOWN, getpid());
	fcntl(fd, F_SETFL, flags | O_NONBLOCK | O_ASYNC);
}

int ctl_listen(struct ctl_socket *c, const char *path)
{
	struct sockaddr_un a;
	mode_t before;
	int err;

	*c = (struct ctl_socket){ .fd = -1 };
	if (!put_path(&a, path))
		return ENAMETOOLONG;
	err = clear_away(&a);
	if (err)
		return err;
	c->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		return errno;
	/* First: who comes between listening and this is never heard of. */
	ctl_tell_me(c->fd);
	before = umask(0177);
	err = bind(c->fd, any(&a), sizeof(a)) < 0 ||
			      listen(c->fd, CTL_SLOTS) < 0
		      ? errno
		      : 0;
	umask(before);
	if (err) {
		close(c->fd);
		c->fd = -1;
	}
	return err;
}

/* --- clients --------------------------------------------------------------- */

static void leave(struct ctl_socket *c, unsigned int i)
{
	close(c->client[i]);
	c->clients--;
	memmove(&c->client[i], &c->client[i + 1],
		(c->clients - i) * sizeof(*c->client));
}

/* The mode of the file says it too, but a folder may be shared, or moved. */
static bool may_ask(int fd)
{
	struct ucred who;
	socklen_t size = sizeof(who);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 &&
	       (who.uid == 0 || who.uid == geteuid());
}

static void let_in(struct ctl_socket *c, int fd)
{
	if (!may_ask(fd)) {
		close(fd);
		return;
	}
	if (c->clients == CTL_SLOTS)
		leave(c, 0);
	c->client[c->clients++] = fd;
	ctl_tell_me(fd);
}

/* True if somebody stands outside whom there was no descriptor for. */
static bool come_in(struct ctl_socket *c)
{
	int fd;

	do {
		fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0)
			let_in(c, fd);
	} while (fd >= 0 || errno == ECONNABORTED || errno == EINTR);
	return errno != EAGAIN;
}

/* False if it has said nothing yet. */
static bool hear_out(int fd, ctl_answer *answer, void *who)
{
	struct ctl_request r;
	struct say s = SAY(fd);
	char packet[CTL_MOST];
	ssize_t n = recv(fd, packet, sizeof(packet), MSG_DONTWAIT | MSG_TRUNC);
	const char *wrong;

	if (n < 0)
		return errno != EAGAIN && errno != EINTR;
	if (n == 0)
		return true;
	wrong = (size_t)n > sizeof(packet) ? "is too long"
					   : ctl_read(packet, (size_t)n, &r);
	if (wrong)
		ctl_refuse(&s, wrong);
	else
		answer(who, &r, &s);
	say_end(&s);
	return true;
}

bool ctl_serve(struct ctl_socket *c, ctl_answer *answer, void *who)
{
	unsigned int i = 0;
	bool some;

	if (c->fd < 0)
		return false;
	some = come_in(c);
	while (i < c->clients)
		if (hear_out(c->client[i], answer, who))
			leave(c, i);
		else
			i++;
	return some;
}

/* --- the other end --------------------------------------------------------- */

static int fail(const char *about, const char *why)
{
	struct say s = SAY(2);

	say_text(&s, "kith-init: ctl: ");
	say_text(&s, about);
	say_text(&s, ": ");
	say_text(&s, why);
	say_text(&s, "\n");
	say_end(&s);
	return 1;
}

static size_t join(char *text, size_t most, char *const *words)
{
	size_t used = 0, n;

	for (; *words; words++, used += n) {
		n = strlen(*words);
		if (used + n + 1 > most)
			return most + 1;
		if (used)
			text[used++] = ' ';
		memcpy(text + used, *words, n);
	}
	return used;
}

/* Packets until the end: on stdout, or after '-' as a complaint. */
static int print_answer(int fd, const char *about)
{
	char text[4096];
	struct say s = SAY(1);
	bool first = true;
	ssize_t n;

	while ((n = recv(fd, text, sizeof(text) - 1, 0)) > 0) {
		text[n] = '\0';
		if (first && text[0] == '-') {
			text[strcspn(text, "\n")] = '\0';
			return fail(about, text + 1);
		}
		say_text(&s, text + first);
		first = false;
	}
	if (n < 0 || first)
		return fail(about, "no answer");
	return say_end(&s) ? 0 : fail("stdout", "cannot be written");
}

int ctl_ask(const char *path, char *const *words)
{
	char text[CTL_MOST];
	size_t size = join(text, sizeof(text), words);
	struct sockaddr_un a;
	int fd, code;

	if (!size || size > sizeof(text))
		return fail(size ? words[0] : "nothing", "is no request");
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0 || !put_path(&a, path) ||
	    connect(fd, any(&a), sizeof(a)) < 0)
		code = fail(path, strerror(errno ? errno : ENAMETOOLONG));
	else if (send(fd, text, size, MSG_NOSIGNAL) < 0)
		code = fail(path, strerror(errno));
	else
		code = print_answer(fd, words[0]);
	if (fd >= 0)
		close(fd);
	return code;
}
