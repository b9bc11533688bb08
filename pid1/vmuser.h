/*
 * The user of an OCI image: "USER" or "USER:GROUP", each a name or a number.
 *
 * Names are looked up in the texts of the image's own passwd and group files; a
 * number needs neither.  A user for whom no group is named has the one that
 * passwd gives him, or 0 if he is not in it.
 */
#ifndef PID1_VMUSER_H
#define PID1_VMUSER_H

/* NULL, or what is wrong in a few words.  The texts may be "", not NULL. */
const char *vmuser_read(const char *spec, const char *passwd, const char *group,
			unsigned int *uid, unsigned int *gid);

#endif
