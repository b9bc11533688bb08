#include "process/files.h"

#include <errno.h>
#include <string.h>

#include "base/ref.h"

struct files *files_new(struct ground *g)
{
	struct files *f = ground_alloc(g, struct files);

	if (f) {
		f->users = 1;
		f->ground = g;
		f->room = FILES_FEW;
		f->slots = f->few;
		lock_init(&f->lock, RANK_ACTION, g->mutexes);
	}
	return f;
}

struct files *files_share(struct files *f)
{
	ref_get(f->ground, &f->users);
	return f;
}

size_t files_bytes(const struct files *f)
{
	return (size_t)f->room * sizeof(f->slots[0]);
}

void files_put(struct files *f)
{
	if (!f || !ref_put(f->ground, &f->users))
		return;
	if (f->slots != f->few)
		memory_free(f->ground->memory, f->slots, files_bytes(f));
	ground_free(f->ground, f);
}

/* Room for at least this many slots, under the lock; 0 or -ENOMEM. */
static int grow(struct files *f, int want)
{
	size_t old = files_bytes(f);
	int room = f->room;
	struct file_slot *slots;

	if (want <= f->room)
		return 0;
	while (room < want)
		room *= 2;
	slots = memory_alloc(f->ground->memory,
			     (size_t)room * sizeof(slots[0]));
	if (!slots)
		return -ENOMEM;
	memcpy(slots, f->slots, old);
	if (f->slots != f->few)
		memory_free(f->ground->memory, f->slots, old);
	f->slots = slots;
	f->room = room;
	return 0;
}

/* Linux: dup_fd(); nobody else knows the copy yet, so it needs no lock. */
struct files *files_copy(struct files *f)
{
	struct files *copy = files_new(f->ground);
	int err;

	if (!copy)
		return NULL;
	lock_acquire(&f->lock);
	err = grow(copy, f->room);
	if (!err)
		memcpy(copy->slots, f->slots, files_bytes(f));
	lock_release(&f->lock);
	if (err) {
		files_put(copy);
		return NULL;
	}
	return copy;
}

void files_close_on_exec(struct files *f)
{
	lock_acquire(&f->lock);
	for (int fd = 0; fd < f->room; fd++)
		if (f->slots[fd].on_exec)
			f->slots[fd] = (struct file_slot){ FILE_NONE, false };
	lock_release(&f->lock);
}

/* The lowest free descriptor that is at least this. */
static int install(struct files *f, int lowest, struct file_slot slot)
{
	int fd = lowest, err;

	while (fd < f->room && f->slots[fd].kind != FILE_NONE)
		fd++;
	if (fd >= FILES_MAX)
		return -EMFILE;
	err = grow(f, fd + 1);
	if (err)
		return err;
	f->slots[fd] = slot;
	return fd;
}

/* Under the lock; NULL if fd is not open. */
static struct file_slot *slot_of(struct files *f, int64_t fd)
{
	if (fd < 0 || fd >= f->room || f->slots[fd].kind == FILE_NONE)
		return NULL;
	return &f->slots[fd];
}

int file_open(struct files *f, enum file_kind kind)
{
	int fd;

	lock_acquire(&f->lock);
	fd = install(f, 0, (struct file_slot){ (uint8_t)kind, false });
	lock_release(&f->lock);
	return fd;
}

int file_close(struct files *f, int64_t fd)
{
	struct file_slot *slot;

	lock_acquire(&f->lock);
	slot = slot_of(f, fd);
	if (slot)
		*slot = (struct file_slot){ FILE_NONE, false };
	lock_release(&f->lock);
	return slot ? 0 : -EBADF;
}

int file_dup(struct files *f, int64_t fd, int64_t lowest, bool on_exec)
{
	struct file_slot *slot;
	int copy = -EBADF;

	lock_acquire(&f->lock);
	slot = slot_of(f, fd);
	if (slot && (lowest < 0 || lowest >= FILES_MAX))
		copy = -EINVAL;
	else if (slot)
		copy = install(f, (int)lowest,
			       (struct file_slot){ slot->kind, on_exec });
	lock_release(&f->lock);
	return copy;
}

int file_get_on_exec(struct files *f, int64_t fd)
{
	struct file_slot *slot;
	int on_exec = -EBADF;

	lock_acquire(&f->lock);
	slot = slot_of(f, fd);
	if (slot)
		on_exec = slot->on_exec;
	lock_release(&f->lock);
	return on_exec;
}

int file_set_on_exec(struct files *f, int64_t fd, bool on_exec)
{
	struct file_slot *slot;

	lock_acquire(&f->lock);
	slot = slot_of(f, fd);
	if (slot)
		slot->on_exec = on_exec;
	lock_release(&f->lock);
	return slot ? 0 : -EBADF;
}
