/*
 * Mutants: a rule broken on purpose, to see who notices.
 *
 *	if (heir && !mutant(g, RPT_02))
 *		return heir;
 *
 * In every build but one `mutant(g, NAME)` is the constant false, and nothing
 * of it is left.  `make mutants` builds with KITH_MUTANTS: there a machine is
 * the mutant that KITH_MUTANT names in the environment when it is made, for its
 * whole life, and no other machine is.  The mutants are listed in
 * base/mutants.def; each stands in the code once.  docs/mutants.md tells which
 * is noticed by whom.
 */
#ifndef BASE_MUTANT_H
#define BASE_MUTANT_H

#ifdef KITH_MUTANTS

enum mutant {
	MUTANT_NONE,
#define MUTANT(NAME, rule, what) MUTANT_##NAME,
#include "base/mutants.def"
};

/* The one that the environment names; if there is no such, the end. */
enum mutant mutant_wanted(void);

#define mutant(g, NAME)       ((g)->mutant == MUTANT_##NAME)
#define mutant_choose(ground) ((ground)->mutant = mutant_wanted())

#else

#define mutant(g, NAME)       ((void)sizeof(g), false) /* nothing is read */
#define mutant_choose(ground) ((void)0)

#endif

#endif
