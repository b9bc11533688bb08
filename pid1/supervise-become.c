/*
 * Init is replaced by a newer one, which begins where it was.
 *
 *	update()      the file is there and is what was meant: see update.h
 *	become_new()  everything is written down, and the new one executed
 *	take_over()   in the new one: it is read
 *	resume...()   and each thing is put where it was
 *
 * Between the two nobody hears anything; signals wait, blocked, and the dead are
 * looked for afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pid1/child.h"
#include "pid1/journal.h"
#include "pid1/spawn.h"
#include "pid1/supervise-update.h"
#include "pid1/supervisor.h"

extern char **environ;

static const char magic[8] = "KITHINI1";

/* --- the file -------------------------------------------------------------- */

void find_oneself(struct supervisor *v)
{
	ssize_t n = readlink("/proc/self/exe", v->self, sizeof(v->self) - 1);

	v->self[n > 0 ? n : 0] = '\0';
	if (n <= 0 && v->argv[0][0] == '/' &&
	    strlen(v->argv[0]) < sizeof(v->self))
		strcpy(v->self, v->argv[0]);
}

const char *update(struct supervisor *v, const uint8_t *digest)
{
	const char *why = NULL;

	if (!v->asked->update)
		return "was not allowed with --update";
	if (v->c.super.state == SUPER_ENDING || v->c.super.state == SUPER_OVER)
		return "everything is coming to an end";
	if (v->new_file >= 0)
		return "is being done";
	if (!v->self[0])
		return "nobody knows where kith-init is";
	v->new_file = update_install(v->self, digest, &why);
	return why;
}

/* --- what is known --------------------------------------------------------- */

static void carry_core(struct carried *c, const struct remembered *core)
{
	c->remembers = true;
	c->trace = core->journal->trace;
	c->oom_kills = core->journal->oom_kills;
	c->tally = core->journal->tally;
	c->cgroup = *core->cgroup;
	c->cgroup.kept = true;
	c->delays = *core->delays;
}

static void carry(struct supervisor *v)
{
	struct carried *c = &v->c;

	memcpy(c->magic, magic, sizeof(magic));
	c->health_pid = v->health.pid;
	c->health_until = v->health.until;
	c->pre_stop_pid = v->pre_stop.pid;
	c->pre_stop_until = v->pre_stop.until;
	c->control = v->control.fd;
	c->clients = v->control.clients;
	memcpy(c->client, v->control.client, sizeof(c->client));
	c->output_in = v->output.in;
	c->output_out = v->output.out;
	c->written = v->output.written;
	c->lost = v->output.lost;
	c->turned = v->output.turned;
	c->updates++;
	carry_core(c, &v->core);
}

enum { MOST_KEPT = 10 + CTL_SLOTS };

/* The descriptors that go over; -1 is none. */
static int kept(const struct supervisor *v, int *fds)
{
	const struct carried *c = &v->c;
	int n = 0;

	for (int i = 0; i < 3; i++)
		fds[n++] = c->std[i];
	fds[n++] = c->cwd;
	fds[n++] = c->control;
	fds[n++] = v->asked->output ? c->output_in : -1;
	fds[n++] = v->asked->output ? c->output_out : -1;
	/* An older one knew of no more. */
	if (!c->remembers)
		return n;
	fds[n++] = c->trace;
	fds[n++] = c->cgroup.ours;
	fds[n++] = c->cgroup.main;
	for (unsigned int i = 0; i < c->clients; i++)
		fds[n++] = c->client[i];
	return n;
}

/* --- becoming it ----------------------------------------------------------- */

/*
 * Sockets that were handed to init are said to be main's by now.  The new one
 * must find it said as it was, or would not tell the next main.
 */
static int exec_new(struct supervisor *v)
{
	char **sockets = v->sockets ? sockets_find(environ) : NULL;
	char word[SOCKETS_WORD], *was = NULL;
	int fds[MOST_KEPT + 1], n = kept(v, fds), err;

	fds[n++] = v->report_was;
	if (sockets) {
		was = *sockets;
		sockets_name(word, v->launch->self);
		*sockets = word;
	}
	err = update_exec(v->new_file, v->argv, environ, &v->c, sizeof(v->c),
			  fds, n);
	if (sockets)
		*sockets = was;
	return err;
}

void become_new(struct supervisor *v)
{
	int report = v->options->report_fd, err;

	carry(v);
	/* By its old number, for the command line says that again. */
	if (report >= 0 && v->report_was != report)
		dup2(report, v->report_was);
	err = exec_new(v);
	if (report >= 0 && v->report_was != report)
		close(v->report_was);
	close(v->new_file);
	v->new_file = -1;
	v->c.updates--;
	update_undo(v->self);
	say_line(v, LOG_ERROR, "cannot become the new file", strerror(err));
}

/* --- having become it ------------------------------------------------------ */

static void open_again(struct supervisor *v)
{
	const struct carried *c = &v->c;

	v->control.fd = c->control;
	v->control.clients = c->clients;
	memcpy(v->control.client, c->client, sizeof(c->client));
	if (!v->asked->output)
		return;
	v->output = (struct output){ .folder = c->cwd,
				     .path = v->asked->output,
				     .limit = v->asked->output_limit,
				     .in = c->output_in,
				     .out = c->output_out,
				     .written = c->written,
				     .lost = c->lost,
				     .turned = c->turned };
	output_resume(&v->output);
}

bool take_over(struct supervisor *v)
{
	int fds[MOST_KEPT], n, i;

	v->resumed = update_resumed(&v->c, sizeof(v->c)) &&
		     memcmp(v->c.magic, magic, sizeof(magic)) == 0;
	if (!v->resumed)
		return false;
	n = kept(v, fds);
	for (i = 0; i < n; i++)
		if (fds[i] >= 0)
			fcntl(fds[i], F_SETFD, FD_CLOEXEC);
	open_again(v);
	return true;
}

/* Who was killed in time, or is to be. */
static void resume_aid(struct aid *a, pid_t pid, uint64_t until)
{
	a->pid = pid;
	a->until = pid && until ? until : NO_TIME;
}

/* Once the core has looked around for itself. */
void resume_journal(struct supervisor *v)
{
	struct journal *j = v->core.journal;

	j->main = v->c.main;
	if (v->c.remembers)
		j->oom_kills = v->c.oom_kills;
	if (j->trace >= 0)
		journal_replaced(j, v->argv[0]);
}

/* As the first launch did: there, another program held it. */
static void look_at_terminal(struct launch *l)
{
	int fd = find_terminal();

	l->terminal = fd >= 0;
	l->leader = l->terminal && getsid(0) == getpid();
	if (fd >= 0)
		close(fd);
}

pid_t resume(struct supervisor *v)
{
	struct launch *l = v->launch;

	l->mask = v->c.mask;
	l->chld_ignored = v->c.chld.sa_handler == SIG_IGN;
	l->place = v->c.place;
	l->looked = true;
	look_at_terminal(l);
	resume_aid(&v->health, v->c.health_pid, v->c.health_until);
	resume_aid(&v->pre_stop, v->c.pre_stop_pid, v->c.pre_stop_until);
	say_line(v, LOG_INFO, "replaced by a new one", NULL);
	/* There may be none just now; the loop wants a number all the same. */
	return v->c.main ? v->c.main : INT_MAX;
}

void resume_core(struct supervisor *v, const struct remembered *core)
{
	struct journal *j = core->journal;
	char **sockets = sockets_find(environ);

	v->core = *core;
	v->sockets = sockets && sockets_are_for(*sockets, j->self);
	if (!v->resumed || !v->c.remembers)
		return;
	j->trace = v->c.trace;
	j->tally = v->c.tally;
	*core->cgroup = v->c.cgroup;
	*core->delays = v->c.delays;
}
