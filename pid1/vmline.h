/*
 * Words of the kernel's command line, as the kernel takes it apart.
 *
 *	panic=1 env.MOTD="hello there" workdir=/app -- sh -c "exit 3"
 *	^^^^^^^ ^^^^^^^^^^^^^^^^^^^^^^ ^^^^^^^^^^^^ ^^ ^^ ^^ ^^^^^^^^
 *
 * What the kernel hands its init is not this line.  A name with a dot is kept
 * from it, NAME=VALUE becomes environment, the first "--" is taken away, and
 * plain words on both sides of it are put together, so that nobody can say any
 * more where the program began.  Therefore init reads /proc/cmdline for itself,
 * and must then group and strip as the kernel does, or both would mean different
 * things by one line.
 *
 * The rules, of Linux's next_arg():
 *
 * A.	Words end at white space that is not between double quotes.  Quotes can't
 *	be escaped; a quote that is never closed goes to the end of the line.
 * B.	The name ends at the first "=" that is not the word's first character.
 * C.	Quotes around the whole word, or around the value, are taken away; those
 *	elsewhere group, and stay.
 *
 * One difference, on purpose: the kernel also takes the byte 0xA0 for a space,
 * which would cut through letters in UTF-8.
 */
#ifndef PID1_VMLINE_H
#define PID1_VMLINE_H

struct vm_word {
	char *name;  /* never NULL; may be empty */
	char *value; /* behind the "=", or NULL if there is none */
};

/*
 * Cut the next word off *rest, in place, and move *rest behind it.  Returns 0
 * when there is none.
 */
int vmline_next(char **rest, struct vm_word *word);

/* The word as one argument again: NAME, or NAME=VALUE, with quotes gone. */
char *vmline_whole(struct vm_word *word);

#endif
