/*
 * Storms, for the tests of kith-init.
 *
 *	die CODE N		N orphans of init, and N children, which all die
 *				when we exit with the code
 *	burst N			N orphans at once; say how many stay zombies
 *	bomb TENTHS CODE	everybody forks, for so long; then exit
 *	runs COUNT INIT...	start INIT... in a namespace of its own so often,
 *				with "die" and another code each time; say how
 *				many codes were wrong
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* In a child: until the other end is closed. */
static void until_closed(int ends[2])
{
	char c;

	close(ends[1]);
	while (read(ends[0], &c, 1) < 0 && errno == EINTR)
		;
	_exit(3);
}

/* N children of init's, by double fork; as many as there can be. */
static void orphans(int ends[2], int n)
{
	pid_t pid = fork();
	int i;

	if (pid == 0) {
		for (i = 0; i < n; i++) {
			pid = fork();
			if (pid == 0)
				until_closed(ends);
			if (pid < 0)
				break;
		}
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static int die(int code, int n)
{
	int ends[2], i;

	if (pipe(ends) < 0)
		return 99;
	orphans(ends, n);
	for (i = 0; i < n; i++)
		if (fork() == 0)
			until_closed(ends);
	close(ends[1]);
	_exit(code);
}

/* Lines of status files that say zombie. */
static int zombies(int most)
{
	char path[40], text[256], *state;
	int pid, found = 0, fd;
	ssize_t n;

	for (pid = 1; pid < most; pid++) {
		snprintf(path, sizeof(path), "/proc/%d/stat", pid);
		fd = open(path, O_RDONLY);
		if (fd < 0)
			continue;
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
		text[n > 0 ? n : 0] = '\0';
		state = strrchr(text, ')');
		found += state && state[1] && state[2] == 'Z';
	}
	return found;
}

static int burst(int n)
{
	int ends[2], tries, left;

	if (pipe(ends) < 0)
		return 99;
	orphans(ends, n);
	close(ends[1]);
	close(ends[0]);
	for (tries = 0; tries < 300 && (left = zombies(32768)); tries++)
		usleep(100000);
	printf("%d left\n", left);
	return 5;
}

static void fork_for_ever(void)
{
	for (;;)
		if (fork() < 0)
			usleep(100);
}

static int bomb(int tenths, int code)
{
	if (fork() == 0)
		fork_for_ever();
	usleep((useconds_t)tenths * 100000);
	return code;
}

static int one_run(char **argv)
{
	int status;
	long pid = syscall(SYS_clone, SIGCHLD | CLONE_NEWPID, NULL, NULL, NULL,
			   NULL);

	if (pid == 0) {
		execv(argv[0], argv);
		_exit(99);
	}
	waitpid((pid_t)pid, &status, 0);
	return status;
}

static int runs(int count, char **init, int words, char *self)
{
	char code[8], **argv = calloc((size_t)words + 5, sizeof(*argv));
	int i, wrong = 0;

	memcpy(argv, init, (size_t)words * sizeof(*argv));
	argv[words] = self;
	argv[words + 1] = (char *)"die";
	argv[words + 2] = code;
	argv[words + 3] = (char *)"12";
	for (i = 0; i < count; i++) {
		snprintf(code, sizeof(code), "%d", i % 256);
		wrong += one_run(argv) != (i % 256) << 8;
	}
	printf("%d runs, %d wrong\n", count, wrong);
	free(argv);
	return wrong != 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (argc == 4 && !strcmp(what, "die"))
		return die(atoi(argv[2]), atoi(argv[3]));
	if (argc == 3 && !strcmp(what, "burst"))
		return burst(atoi(argv[2]));
	if (argc == 4 && !strcmp(what, "bomb"))
		return bomb(atoi(argv[2]), atoi(argv[3]));
	if (argc > 3 && !strcmp(what, "runs"))
		return runs(atoi(argv[2]), argv + 3, argc - 3, argv[0]);
	fprintf(stderr, "aid-storm: cannot do that\n");
	return 99;
}
