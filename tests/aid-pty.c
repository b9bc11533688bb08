/*
 * A person at a terminal, for tests of what happens there.
 *
 *	aid-pty [-p] COMMAND... <script
 *
 * Runs the command as leader of a session on a new pseudo-terminal, with -p as
 * PID 1 of a new namespace, and does what the script says, line by line:
 *
 *	> text		type it, with \n, \r, \\ and ^C as one writes them
 *	= tenths	wait for so many tenths of a second, as people do
 *	< text		wait until the screen shows it, after what was seen last
 *
 * Copies the screen to stdout and ends with the command's code.  What is not
 * seen within ten seconds: says so, and ends with 124.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static char screen[1 << 16];
static size_t shown, seen;

static int open_terminal(char **argv, pid_t *child)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	int fd, sig;

	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		return -1;
	*child = fork();
	if (*child == 0) {
		for (sig = 1; sig < 32; sig++)
			signal(sig, SIG_DFL);
		setsid();
		fd = open(ptsname(master), O_RDWR);
		ioctl(fd, TIOCSCTTY, 0);
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		if (fd > 2)
			close(fd);
		execvp(argv[0], argv);
		_exit(127);
	}
	return master;
}

/* One more look at the screen; false if there is no more to come, or not soon.
 */
static int watch(int master)
{
	struct pollfd p = { .fd = master, .events = POLLIN };
	ssize_t n;

	if (poll(&p, 1, 10000) <= 0)
		return 0;
	n = read(master, screen + shown, sizeof(screen) - 1 - shown);
	if (n <= 0)
		return 0;
	if (fwrite(screen + shown, 1, (size_t)n, stdout) == 0)
		return 0;
	fflush(stdout);
	shown += (size_t)n;
	return 1;
}

static int await(int master, const char *text)
{
	char *at;

	while (!(at = strstr(screen + seen, text)))
		if (!watch(master))
			return 0;
	seen = (size_t)(at - screen) + strlen(text);
	return 1;
}

static void type(int master, const char *text)
{
	char c;

	while (*text) {
		c = *text++;
		if (c == '\\' && *text) {
			c = *text++;
			c = c == 'n' ? '\n' : c == 'r' ? '\r' : c;
		} else if (c == '^' && *text) {
			c = *text++ & 0x1f;
		}
		if (write(master, &c, 1) != 1)
			return;
	}
}

int main(int argc, char **argv)
{
	char line[500];
	pid_t child;
	int master, status;

	if (argc > 2 && strcmp(argv[1], "-p") == 0) {
		if (unshare(CLONE_NEWPID) < 0)
			return 77;
		argc--;
		argv++;
	}
	if (argc < 2)
		return 99;
	master = open_terminal(argv + 1, &child);
	if (master < 0)
		return 77;
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '>' && line[1])
			type(master, line + 2);
		if (line[0] == '=')
			usleep((useconds_t)atoi(line + 1) * 100000);
		if (line[0] == '<' && line[1] && !await(master, line + 2)) {
			printf("\nnot seen: %s\n", line + 2);
			fflush(stdout);
			kill(child, SIGKILL);
			return 124;
		}
	}
	while (watch(master))
		;
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
