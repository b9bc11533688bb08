/*
 * For t-service-fails.sh: start one child with every option there is, then a
 * plain one, and say what came of it:
 *
 *	new ERROR | spawn ERROR STEP | kill ERROR; then CODE; kept FDS CHILDREN
 *
 * With the word "session" the child leads one, otherwise a group.
 */
#include <kith/service.h>

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static const char *name(int err)
{
	return err ? strerrorname_np(-err) : "0";
}

/* As an event loop would: sleep on the descriptor, reap. */
static int reap_all(struct kith_service *s)
{
	struct pollfd p = { .fd = kith_service_fd(s), .events = POLLIN };
	int n = 0;

	for (int i = 0; i < 100 && kith_service_count(s); i++) {
		poll(&p, 1, 20);
		n += kith_service_reap(s);
	}
	return n;
}

int main(int argc, char **argv)
{
	static const struct kith_spawn_user nobody = { 65534, 65534, NULL, 0 };
	struct kith_spawn all = {
		.command = "sleep",
		.arguments = (const char *const[]){ "sleep", "100", NULL },
		.directory = "/",
		.output = KITH_STREAM_PIPE,
		.memory_bytes = UINT64_C(1) << 32,
		.group = argc > 1 && strcmp(argv[1], "session") == 0
				 ? KITH_GROUP_SESSION
				 : KITH_GROUP_NEW,
		.user = geteuid() == 0 ? &nobody : NULL,
		.no_new_privileges = true,
	};
	struct kith_spawn plain = { .command = "true" };
	struct kith_service *s;
	struct kith_spawned c;
	int before, err;

	s = kith_service_new(NULL);
	if (!s) {
		printf("new %s\n", strerrorname_np(errno));
		return 0;
	}
	before = descriptors();
	err = kith_service_spawn(s, &all, &c);
	if (err) {
		printf("spawn %s %s; ", name(err), c.step);
	} else {
		close(c.output);
		printf("kill %s; ",
		       name(kith_service_kill(s, c.handle, SIGKILL, true)));
		/* If that was refused, by the second try. */
		kith_service_kill(s, c.handle, SIGKILL, false);
		kith_service_release(s, c.handle);
	}
	err = kith_service_spawn(s, &plain, NULL);
	reap_all(s);
	printf("then %s; ", name(err));
	printf("kept %d %s\n", descriptors() - before,
	       waitpid(-1, NULL, WNOHANG | __WALL) < 0 ? "none" : "some");
	return kith_service_free(s);
}
