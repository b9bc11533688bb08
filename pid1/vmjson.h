/*
 * JSON, read once, strictly, and never written.
 *
 * jsmn finds the tokens.  It is lenient about what stands between them, and
 * what stands in a word that is not a string, so that is checked here; what has
 * been read is JSON to the letter, of a depth that is bounded.  Tokens are
 * numbered; 0 is the whole text.
 *
 *	{ "env": { "A": "b" }, "command": [ "x", "y" ] }
 *	0  1     2  3    4      5         6  7    8
 *
 * Memory comes from a store, which whoever calls has filled once.  Guarantees:
 *
 * A.	Time and memory are in proportion to the text, whatever is in it.
 * B.	A string comes out as UTF-8 without a NUL in it, or not at all.
 *	Half of a surrogate pair becomes U+FFFD; bytes that are no UTF-8 stay.
 * C.	An error says why, and where.
 */
#ifndef PID1_VMJSON_H
#define PID1_VMJSON_H

#include <stdbool.h>
#include <stddef.h>

/* Memory that is given out from front to back and never comes back. */
struct vm_store {
	char *at;
	size_t left;
	bool failed; /* somebody wanted more than there was */
};

/* NULL when there is not so much left. */
void *vm_take(struct vm_store *s, size_t bytes);

enum vm_kind { VM_OBJECT, VM_ARRAY, VM_STRING, VM_NULL, VM_OTHER };

struct vm_token; /* one of jsmn's */

struct vm_json {
	const char *text;
	size_t len;
	const struct vm_token *token;
	int n;
	const char *why; /* after an error: in a few words */
	size_t at;       /* after an error: at which byte */
};

/* Read all of it.  False, with why and at set, if that can't be done. */
bool vmjson_read(struct vm_json *j, const char *text, size_t len,
		 struct vm_store *s);

enum vm_kind vmjson_kind(const struct vm_json *j, int i);

/*
 * The children of an array or object, one after the other: begin with i as the
 * whole's own number and its first child, and go on until -1.  In an object they
 * are the keys, and what a key stands for is the token behind it.
 */
int vmjson_first(const struct vm_json *j, int whole);
int vmjson_next(const struct vm_json *j, int whole, int child);

/* How many children.  Keys, in an object. */
int vmjson_count(const struct vm_json *j, int whole);

/*
 * What this key stands for in this object; -1 if it has no such key or if it is
 * null, which means the same.  Of several the last one counts.
 */
int vmjson_find(const struct vm_json *j, int object, const char *key);

/* A string, decoded.  NULL, with why and at set, if that can't be done. */
char *vmjson_string(struct vm_json *j, int i, struct vm_store *s);

/* Say that token i is not what it should be. */
bool vmjson_wrong(struct vm_json *j, int i, const char *why);

/* The line and the column, from 1, of the error. */
void vmjson_where(const struct vm_json *j, unsigned int *line,
		  unsigned int *column);

#endif
