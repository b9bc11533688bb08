/*
 * Readers: how the value of an option becomes what is in struct options.  For
 * rows of any dialect; `what` is what the comment says.
 */
#ifndef PID1_READERS_H
#define PID1_READERS_H

#include "pid1/options.h"

/* What a row tells its reader: where to put it, or where and what. */
#define AT(member)         ((int)offsetof(struct options, member))
#define SET(member, value) (AT(member) << 8 | (value))

typedef const char *option_reader(struct options *o, const char *value,
				  int what);

option_reader read_flag;     /* AT(a bool): becomes true */
option_reader read_byte;     /* SET(a byte, value) */
option_reader read_word;     /* AT(a text) */
option_reader read_span;     /* AT(nanoseconds) */
option_reader read_signal;   /* AT(an int) */
option_reader read_errand;   /* enum errand */
option_reader read_scope;    /* AT(a byte): its name */
option_reader read_rest;     /* the same, of who is left: the program is not */
option_reader read_scope_is; /* enum scope */
option_reader read_louder;   /* steps */
option_reader read_rewrite;  /* unused; TERM=QUIT, 15:3; to 0: drop */
option_reader read_recode;   /* unused; 143, 143=0, 1-9=1 */
option_reader read_nothing;  /* unused */
option_reader read_reaping;  /* AT(a byte) */
option_reader read_place;    /* AT(place) */
option_reader read_level;    /* AT(a byte): name or number */
option_reader read_signals;  /* AT(a set): TERM,INT,... */
option_reader read_drop;     /* unused; adds to what is dropped */
option_reader read_delay;    /* unused; TERM=5s */
option_reader read_fd;       /* AT(an int) */
option_reader read_env;      /* unused */
option_reader read_limit;    /* unused; NAME=VALUE */
option_reader read_words;    /* AT(struct words) */

#endif
