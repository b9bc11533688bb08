/*
 * Clients of the control socket that nobody would want.
 *
 *	hang PATH N	connect N times, say nothing, and stay until killed
 *	half PATH N	ask N times, and never read the answer
 *	late PATH 1	connect, and ask only when there is a line on stdin
 *	noise PATH N SEED	N connections with random bytes, in packets of
 *			random sizes; says how many were answered
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int reach(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	strncpy(a.sun_path, path, sizeof(a.sun_path) - 1);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		err(1, "%s", path);
	return fd;
}

static void stay(const char *path, int n, const char *words)
{
	while (n--) {
		int fd = reach(path);

		/* Who is sent away to make room for others is no matter. */
		if (words)
			send(fd, words, strlen(words), MSG_NOSIGNAL);
	}
	puts("there");
	fflush(stdout);
	pause();
}

static int late(const char *path)
{
	char text[4096];
	int fd = reach(path);
	ssize_t n;

	puts("there");
	fflush(stdout);
	if (!fgets(text, sizeof(text), stdin))
		return 1;
	send(fd, "status", 6, MSG_NOSIGNAL);
	n = recv(fd, text, sizeof(text), 0);
	printf("%.*s", n > 0 ? (int)n : 0, text);
	return 0;
}

static int noise(const char *path, int n)
{
	static const char *const words[] = { "status", "restart", "stop",
					     "update", "metrics", "report" };
	static char packet[70000];
	int answered = 0;

	while (n--) {
		size_t size = 1 + (size_t)random() % (n % 16 ? 200 : 65536);
		int fd = reach(path);
		size_t i;

		for (i = 0; i < size; i++)
			packet[i] = (char)random();
		/* Now and then almost a word; never one that is obeyed. */
		if (n % 3 == 0 && size > 16) {
			strcpy(packet, words[n % 6]);
			packet[strlen(packet)] = "x\t\r\n "[n % 5];
		}
		if (send(fd, packet, size, MSG_NOSIGNAL) == (ssize_t)size)
			answered += recv(fd, packet, sizeof(packet), 0) > 0;
		close(fd);
	}
	printf("%d\n", answered);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 4)
		errx(2, "usage");
	srandom(argc > 4 ? (unsigned)atoi(argv[4]) : 1);
	if (strcmp(argv[1], "noise") == 0)
		return noise(argv[2], atoi(argv[3]));
	if (strcmp(argv[1], "late") == 0)
		return late(argv[2]);
	stay(argv[2], atoi(argv[3]),
	     strcmp(argv[1], "half") == 0 ? "metrics" : NULL);
	return 0;
}
