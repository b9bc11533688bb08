/*
 * The rules of metald-init about what may come from outside.  Each returns NULL
 * or, in a few words, what is wrong.
 *
 *	name     A to Z, 0 to 9 and _, beginning with a letter; 256 bytes at most;
 *	         none of LD_PRELOAD, LD_LIBRARY_PATH, DYLD_INSERT_LIBRARIES
 *	value    4096 bytes at most
 *	folder   absolute, and written in the shortest way: no empty part, no
 *	         "." or "..", no slash in the end
 *	metadata like that, and below /metadata, /var/metadata or /tmp/metadata
 */
#ifndef PID1_VMRULES_H
#define PID1_VMRULES_H

const char *vmrules_variable(const char *name, const char *value);
const char *vmrules_path(const char *path);
const char *vmrules_metadata(const char *path);

#endif
