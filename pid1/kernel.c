#include "pid1/kernel.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

/* struct pidfd_info as it was in 6.13; longer ones are longer at the end. */
struct pidfd_info {
	uint64_t mask, cgroupid;
	uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid,
		fsgid;
	int32_t exit_code;
};

#define GET_INFO  _IOWR(0xff, 11, struct pidfd_info)
#define INFO_EXIT (UINT64_C(1) << 3)

/* The version in a segment of notes: type 0 of owner "Linux". */
static uint32_t in_notes(const char *at, size_t size)
{
	const char *end = at + size;
	ElfW(Nhdr) note;

	while ((size_t)(end - at) > sizeof(note) + sizeof("Linux")) {
		memcpy(&note, at, sizeof(note));
		at += sizeof(note);
		if (note.n_type == 0 && note.n_namesz == sizeof("Linux") &&
		    memcmp(at, "Linux", sizeof("Linux")) == 0) {
			uint32_t version;

			memcpy(&version, at + ((sizeof("Linux") + 3) & ~3UL),
			       sizeof(version));
			return version;
		}
		at += ((note.n_namesz + 3) & ~3U) + ((note.n_descsz + 3) & ~3U);
	}
	return 0;
}

static uint32_t from_vdso(void)
{
	unsigned long base = getauxval(AT_SYSINFO_EHDR);
	const ElfW(Ehdr) *elf = (const ElfW(Ehdr) *)base;
	const ElfW(Phdr) * part;
	uint32_t version = 0;
	int i;

	if (!base)
		return 0;
	part = (const ElfW(Phdr) *)(base + elf->e_phoff);
	for (i = 0; i < elf->e_phnum && !version; i++)
		if (part[i].p_type == PT_NOTE)
			version =
				in_notes((const char *)base + part[i].p_offset,
					 part[i].p_filesz);
	return version;
}

static uint32_t number(const char **text)
{
	uint32_t n = 0;

	while (**text >= '0' && **text <= '9')
		n = n * 10 + (uint32_t)(*(*text)++ - '0');
	if (**text == '.')
		++*text;
	return n;
}

static uint32_t from_uname(void)
{
	struct utsname u;
	const char *text = u.release;
	uint32_t major;

	if (uname(&u) < 0)
		return 0;
	major = number(&text);
	return KERNEL(major, number(&text));
}

uint32_t kernel_version(void)
{
	uint32_t version = from_vdso();

	return version ? version : from_uname();
}

bool kernel_keeps_exits(void)
{
	return kernel_version() >= KERNEL(6, 15);
}

bool kernel_tells_exits(void)
{
	struct pidfd_info info = { .mask = INFO_EXIT };
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0), told;

	if (fd < 0)
		return false;
	told = ioctl(fd, GET_INFO, &info);
	close(fd);
	return told == 0;
}

int kernel_exit_status(int pidfd, int *status)
{
	struct pidfd_info info = { .mask = INFO_EXIT };

	if (ioctl(pidfd, GET_INFO, &info) < 0)
		return -errno;
	if (!(info.mask & INFO_EXIT))
		return -ENODATA;
	*status = info.exit_code;
	return 0;
}
