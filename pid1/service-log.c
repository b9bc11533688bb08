/*
 * The log: one line, one write(2), so that lines of several threads and of
 * several programs do not mix.  A line that cannot be written is lost, and
 * counted: a full disk must not stop anybody.
 */
#include "pid1/service.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static bool is_wanted(struct service_log *log, enum kith_log_level level)
{
	bool wanted;

	pthread_mutex_lock(&log->lock);
	wanted = level > KITH_LOG_NOTHING && level <= log->level;
	pthread_mutex_unlock(&log->lock);
	return wanted;
}

int log_open(struct service_log *log, const char *path,
	     enum kith_log_level level)
{
	int fd = -1, old;

	if (path && strcmp(path, "-") == 0)
		fd = fcntl(2, F_DUPFD_CLOEXEC, 3);
	else if (path)
		fd = open(path,
			  O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY,
			  0640);
	if (path && fd < 0)
		return -errno;
	pthread_mutex_lock(&log->lock);
	old = log->fd;
	log->fd = fd;
	log->level = fd < 0 ? KITH_LOG_NOTHING : level;
	pthread_mutex_unlock(&log->lock);
	if (old >= 0)
		close(old);
	return 0;
}

void log_close(struct service_log *log)
{
	log_open(log, NULL, KITH_LOG_NOTHING);
	pthread_mutex_destroy(&log->lock);
}

static size_t put_time(char *text, size_t size)
{
	struct timespec now;
	struct tm tm;
	size_t n;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	n = strftime(text, size, "%Y-%m-%dT%H:%M:%S", &tm);
	return n + (size_t)snprintf(text + n, size - n, ".%06ldZ ",
				    now.tv_nsec / 1000);
}

static void put_line(struct service_log *log, const char *text, size_t size)
{
	pthread_mutex_lock(&log->lock);
	if (log->fd >= 0 && write(log->fd, text, size) != (ssize_t)size)
		log->lost++;
	pthread_mutex_unlock(&log->lock);
}

void log_lines(struct service_log *log, enum kith_log_level level,
	       const char *fmt, va_list args)
{
	static const char names[][8] = { "", "error", "warning", "info",
					 "debug" };
	char text[560];
	size_t n;
	int said, before = errno;

	if (level > KITH_LOG_DEBUG || !is_wanted(log, level))
		return;
	n = put_time(text, sizeof(text));
	n += (size_t)snprintf(text + n, sizeof(text) - n, "%s: ", names[level]);
	said = vsnprintf(text + n, 512, fmt, args);
	said = said < 0 ? 0 : said > 511 ? 511 : said;
	/* One line each: what a name may hold must not make two of it. */
	for (int i = 0; i < said; i++)
		if ((unsigned char)text[n + (size_t)i] < ' ')
			text[n + (size_t)i] = '?';
	n += (size_t)said;
	text[n++] = '\n';
	put_line(log, text, n);
	errno = before;
}

void log_line(struct service_log *log, enum kith_log_level level,
	      const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_lines(log, level, fmt, args);
	va_end(args);
}

int kith_service_set_log(struct kith_service *s, const char *path,
			 enum kith_log_level level)
{
	return log_open(&s->log, path, level);
}

void kith_service_log(struct kith_service *s, enum kith_log_level level,
		      const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_lines(&s->log, level, fmt, args);
	va_end(args);
}
