#include "pid1/vmrules.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { MAX_NAME = 256, MAX_VALUE = 4096 };

const char *vmrules_variable(const char *name, const char *value)
{
	static const char *const dangerous[] = { "LD_PRELOAD",
						 "LD_LIBRARY_PATH",
						 "DYLD_INSERT_LIBRARIES" };
	static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	size_t i, len = strlen(name);

	if (!len)
		return "has no name";
	if (len > MAX_NAME)
		return "has a name of more than 256 bytes";
	if (strlen(value) > MAX_VALUE)
		return "has a value of more than 4096 bytes";
	if (strspn(name, good) != len || *name < 'A' || *name > 'Z')
		return "has a name that is not of A-Z, 0-9 and _";
	for (i = 0; i < sizeof(dangerous) / sizeof(*dangerous); i++)
		if (strcmp(name, dangerous[i]) == 0)
			return "may not be set from outside";
	return NULL;
}

const char *vmrules_path(const char *path)
{
	const char *p = path;
	size_t len;

	if (*p != '/')
		return "is not an absolute path";
	if (!p[1])
		return NULL;
	while (*p) {
		len = strcspn(++p, "/");
		if (!len || (len == 1 && *p == '.') ||
		    (len == 2 && p[0] == '.' && p[1] == '.'))
			return "is not written in the shortest way";
		p += len;
	}
	return NULL;
}

const char *vmrules_metadata(const char *path)
{
	static const char *const below[] = { "/metadata/", "/var/metadata/",
					     "/tmp/metadata/" };
	const char *wrong = vmrules_path(path);
	size_t i;

	if (wrong)
		return wrong;
	for (i = 0; i < sizeof(below) / sizeof(*below); i++)
		if (strncmp(path, below[i], strlen(below[i])) == 0)
			return NULL;
	return "is not below /metadata, /var/metadata or /tmp/metadata";
}
