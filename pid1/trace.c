#include "pid1/trace.h"

#include <errno.h>
#include <fcntl.h>

#include "pid1/files.h"
#include "pid1/say.h"

/* {"event":"what","time":t */
static void begin(struct say *s, const char *what, uint64_t t)
{
	say_text(s, "{\"event\":\"");
	say_text(s, what);
	say_text(s, "\",\"time\":");
	say_number(s, t);
}

static void add(struct say *s, const char *name, int64_t n)
{
	say_text(s, ",\"");
	say_text(s, name);
	say_text(s, "\":");
	say_signed(s, n);
}

static void add_text(struct say *s, const char *name, const char *text)
{
	say_text(s, ",\"");
	say_text(s, name);
	say_text(s, "\":");
	say_json(s, text);
}

static void end(struct say *s)
{
	say_text(s, "}\n");
}

int trace_open(const char *path)
{
	int fd = open_at(AT_FDCWD, path,
			 O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);

	return fd < 0 ? -errno : fd;
}

bool trace_start(int fd, pid_t self)
{
	struct say s = SAY(fd);

	begin(&s, "start", 0);
	add(&s, "actor", self);
	end(&s);
	return say_end(&s);
}

static void add_exec(struct say *s, uint64_t t, pid_t who, const char *name)
{
	begin(s, "exec", t);
	add(s, "actor", who);
	add_text(s, "name", name);
	end(s);
}

bool trace_born(int fd, uint64_t t, pid_t self, pid_t main, const char *name)
{
	struct say s = SAY(fd);

	begin(&s, "fork", t);
	add(&s, "actor", self);
	add(&s, "subject", main);
	end(&s);
	add_exec(&s, t, main, name);
	return say_end(&s);
}

bool trace_exec(int fd, uint64_t t, pid_t who, const char *name)
{
	struct say s = SAY(fd);

	add_exec(&s, t, who, name);
	return say_end(&s);
}

bool trace_signal(int fd, uint64_t t, pid_t from, pid_t to, int sig)
{
	struct say s = SAY(fd);

	begin(&s, "signal", t);
	add(&s, "actor", from);
	add(&s, "subject", to);
	add(&s, "value", sig);
	end(&s);
	return say_end(&s);
}

bool trace_death(int fd, uint64_t t, pid_t self, const struct death *d,
		 bool is_main)
{
	struct say s = SAY(fd);

	if (!is_main) {
		begin(&s, "seen", t);
		add(&s, "actor", self);
		add(&s, "subject", d->pid);
		if (d->name[0])
			add_text(&s, "name", d->name);
		end(&s);
	}
	begin(&s, "dead", t);
	add(&s, "actor", d->pid);
	add(&s, "value", d->status);
	add(&s, "other", 1);
	end(&s);
	begin(&s, "reap", t);
	add(&s, "actor", self);
	add(&s, "subject", d->pid);
	add(&s, "value", d->status);
	add(&s, "utime", (int64_t)d->used.utime);
	add(&s, "stime", (int64_t)d->used.stime);
	add(&s, "maxrss", (int64_t)d->used.maxrss);
	end(&s);
	return say_end(&s);
}

bool trace_end(int fd, uint64_t t, pid_t self, int code)
{
	struct say s = SAY(fd);

	begin(&s, "exit", t);
	add(&s, "actor", self);
	add(&s, "value", code << 8);
	end(&s);
	return say_end(&s);
}
