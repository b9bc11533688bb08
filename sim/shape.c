#include <string.h>

#include "sim/memory.h"
#include "sim/shape.h"

/*
 * Types of fields.  Each is stored in so many bytes, which is also how two of
 * them are compared.
 */
struct field_type {
	size_t size; /* 4, 8; 0: it is not kept at all */
	bool (*parse)(struct scan *s, void *data, void *field);
	void (*print)(struct out *o, const void *data, const void *field);
	uint64_t grain; /* what is finer than this is not seen; 0: 1 */
};

struct field {
	const char *name;
	const struct field_type *type;
	size_t offset;
	bool (*shown)(const void *data); /* by strace; NULL: always */
};

static int32_t get32(const void *field)
{
	int32_t n;

	memcpy(&n, field, sizeof(n));
	return n;
}

static uint64_t get64(const void *field)
{
	uint64_t n;

	memcpy(&n, field, sizeof(n));
	return n;
}

static void put32(void *field, int64_t n)
{
	memcpy(field, &(int32_t){ (int32_t)n }, 4);
}

static void put64(void *field, uint64_t n)
{
	memcpy(field, &n, sizeof(n));
}

/* --- numbers ---------------------------------------------------------------
 */

static bool parse_int(struct scan *s, void *data, void *field)
{
	int64_t n;

	(void)data;
	if (!read_decimal(s, "a number", INT32_MIN, UINT32_MAX, &n))
		return false;
	put32(field, n);
	return true;
}

static void print_int(struct out *o, const void *data, const void *field)
{
	(void)data;
	out(o, "%d", (int)get32(field));
}

static void print_uint(struct out *o, const void *data, const void *field)
{
	(void)data;
	out(o, "%u", (unsigned)get32(field));
}

static bool parse_hex32(struct scan *s, void *data, void *field)
{
	uint64_t n;

	(void)data;
	if (!read_hex(s, "0x and a number", &n))
		return false;
	put32(field, (int64_t)n);
	return true;
}

static void print_hex32(struct out *o, const void *data, const void *field)
{
	(void)data;
	out(o, "%#x", (unsigned)get32(field));
}

static bool parse_count(struct scan *s, void *data, void *field)
{
	uint64_t n;

	(void)data;
	if (!read_unsigned(s, "a number", &n))
		return false;
	put64(field, n);
	return true;
}

static void print_count(struct out *o, const void *data, const void *field)
{
	(void)data;
	out(o, "%llu", (unsigned long long)get64(field));
}

static void print_size(struct out *o, const void *data, const void *field)
{
	(void)data;
	out(o, "%#llx", (unsigned long long)get64(field));
}

/* What Linux has a place for, but never counts. */
static bool parse_nothing(struct scan *s, void *data, void *field)
{
	int64_t n;

	(void)data;
	(void)field;
	return read_decimal(s, "0", 0, 0, &n);
}

static void print_nothing(struct out *o, const void *data, const void *field)
{
	(void)data;
	(void)field;
	out_text(o, "0");
}

/* Clock ticks of 10 ms, with what that is in seconds. */
static void print_ticks(struct out *o, const void *data, const void *field)
{
	unsigned long long n = get64(field);

	(void)data;
	out(o, "%llu", n);
	if (n)
		out(o, " /* %llu.%02llu s */", n / 100, n % 100);
}

/* --- time ------------------------------------------------------------------
 */

static const struct unit {
	const char *name;
	uint64_t ns;
} units[] = {
	{ "s", 1000000000 }, { "ms", 1000000 }, { "us", 1000 }, { "ns", 1 }
};

static bool parse_span(struct scan *s, void *data, void *field)
{
	const char *start;
	uint64_t n = 0;

	(void)data;
	skip_space(s);
	start = s->p;
	while (s->p < s->end && *s->p >= '0' && *s->p <= '9') {
		if (n > UINT64_MAX / 100)
			return fail_at(s, start, "this time is too long");
		n = n * 10 + (uint64_t)(*s->p++ - '0');
	}
	if (s->p == start)
		return expected(s, "a time, like 10ms");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (take_name(s, units[i].name)) {
			if (n > INT64_MAX / units[i].ns)
				return fail_at(s, start,
					       "this time is too long");
			put64(field, n * units[i].ns);
			return true;
		}
	return n ? expected(s, "a unit: ns, us, ms or s") : true;
}

static void print_span(struct out *o, const void *data, const void *field)
{
	uint64_t ns = get64(field);
	size_t i = 0;

	(void)data;
	while (ns % units[i].ns)
		i++;
	if (!ns)
		i = 1;
	out(o, "%llu%s", (unsigned long long)(ns / units[i].ns), units[i].name);
}

/* {tv_sec=0, tv_usec=0} */
static bool parse_timeval(struct scan *s, void *data, void *field)
{
	int64_t sec, usec;

	(void)data;
	if (!must_take(s, "{") || !must_take(s, "tv_sec") ||
	    !must_take(s, "=") ||
	    !read_decimal(s, "seconds", 0, INT64_MAX / 2000000000, &sec) ||
	    !must_take(s, ",") || !must_take(s, "tv_usec") ||
	    !must_take(s, "=") ||
	    !read_decimal(s, "microseconds", 0, 999999, &usec) ||
	    !must_take(s, "}"))
		return false;
	put64(field, (uint64_t)sec * 1000000000 + (uint64_t)usec * 1000);
	return true;
}

static void print_timeval(struct out *o, const void *data, const void *field)
{
	uint64_t usec = get64(field) / 1000;

	(void)data;
	out(o, "{tv_sec=%llu, tv_usec=%llu}",
	    (unsigned long long)(usec / 1000000),
	    (unsigned long long)(usec % 1000000));
}

/* --- signals ---------------------------------------------------------------
 */

static bool parse_signo(struct scan *s, void *data, void *field)
{
	int64_t n;

	(void)data;
	if (!read_signal(s, &n))
		return false;
	put32(field, n);
	return true;
}

static void print_signo(struct out *o, const void *data, const void *field)
{
	(void)data;
	print_signal(o, get32(field));
}

static bool parse_code(struct scan *s, void *data, void *field)
{
	size_t len = name_here(s);
	const struct named *name = NULL;
	uint64_t n;

	if (!len) {
		if (looking_at(s, "0x")) {
			if (!read_hex(s, "a code", &n))
				return false;
			put32(field, (int64_t)n);
			return true;
		}
		return parse_int(s, data, field);
	}
	name = named("code", s->p, len);
	if (!name)
		name = named("cldcode", s->p, len);
	if (!name)
		return expected(s, "a code, like SI_USER or CLD_EXITED");
	s->p += len;
	put32(field, (int64_t)name->number);
	return true;
}

static void print_code(struct out *o, const void *data, const void *field)
{
	const struct kith_siginfo *info = data;
	int32_t code = get32(field);
	const struct named *name = numbered("code", (uint64_t)(int64_t)code);

	if (!name && info->signo == KITH_SIGCHLD)
		name = numbered("cldcode", (uint64_t)(int64_t)code);
	if (name)
		out_text(o, name->name);
	else
		out(o, "%#x", (unsigned)code);
}

/* A number where the child exited, and a signal where it was told one. */
static void print_si_status(struct out *o, const void *data, const void *field)
{
	const struct kith_siginfo *info = data;

	if (info->code == KITH_CLD_EXITED)
		print_int(o, data, field);
	else
		print_signal(o, get32(field));
}

/* [USR2 CHLD], or ~[USR2] for all the others */
static bool parse_mask(struct scan *s, void *data, void *field)
{
	bool others = take(s, "~");
	uint64_t mask = 0;

	(void)data;
	if (!must_take(s, "["))
		return false;
	while (!take(s, "]")) {
		size_t len = name_here(s);
		char name[20] = "SIG";
		struct scan word = *s;
		int64_t signal;

		if (!len || len > 12)
			return expected(s, "a signal without SIG, or ']'");
		if (len > 3 && !memcmp(s->p, "SIG", 3))
			name[0] = '\0';
		strncat(name, s->p, len);
		word.line = word.p = name;
		word.end = name + strlen(name);
		if (!read_signal(&word, &signal))
			return expected(s, "a signal without SIG, or ']'");
		mask |= UINT64_C(1) << (signal - 1);
		s->p += len;
	}
	put64(field, others ? ~mask : mask);
	return true;
}

static unsigned bits(uint64_t n)
{
	unsigned count = 0;

	for (; n; n &= n - 1)
		count++;
	return count;
}

static void print_mask(struct out *o, const void *data, const void *field)
{
	uint64_t mask = get64(field);
	const char *space = "";

	(void)data;
	if (bits(mask) >= 64 * 2 / 3) {
		out_text(o, "~");
		mask = ~mask;
	}
	out_text(o, "[");
	for (int signal = 1; signal <= 64; signal++) {
		struct out name = { 0 };

		if (!(mask >> (signal - 1) & 1))
			continue;
		print_signal(&name, signal);
		out(o, "%s%s", space, out_line(&name) + 3);
		out_free(&name);
		space = " ";
	}
	out_text(o, "]");
}

static bool parse_handler(struct scan *s, void *data, void *field)
{
	uint64_t n;

	(void)data;
	if (take_name(s, "SIG_DFL"))
		n = KITH_SIG_DFL;
	else if (take_name(s, "SIG_IGN"))
		n = KITH_SIG_IGN;
	else if (name_here(s))
		s->p += name_here(s), n = 2; /* some handler or other */
	else if (!read_hex(s, "SIG_DFL, SIG_IGN or a handler", &n))
		return false;
	put64(field, n);
	return true;
}

static void print_handler(struct out *o, const void *data, const void *field)
{
	uint64_t n = get64(field);

	(void)data;
	if (n <= KITH_SIG_IGN)
		out_text(o, n == KITH_SIG_IGN ? "SIG_IGN" : "SIG_DFL");
	else
		out(o, "%#llx", (unsigned long long)n);
}

static const char *const sa_sets[] = { "sa", NULL };

static bool parse_sa_flags(struct scan *s, void *data, void *field)
{
	uint64_t n;

	(void)data;
	if (!read_flags(s, sa_sets, "flags of sigaction", &n))
		return false;
	put64(field, n);
	return true;
}

static void print_sa_flags(struct out *o, const void *data, const void *field)
{
	(void)data;
	print_flags(o, sa_sets, "SA_???", get64(field));
}

/* Where glibc's handlers return to; the model has no use for it. */
static bool parse_restorer(struct scan *s, void *data, void *field)
{
	uint64_t n;

	(void)data;
	(void)field;
	return read_pointer(s, &n);
}

static void print_restorer(struct out *o, const void *data, const void *field)
{
	(void)data;
	(void)field;
	print_pointer(o, KITH_HERE);
}

/* --- clone3 ----------------------------------------------------------------
 */

static const char *const clone_sets[] = { "clone", "clone3", NULL };

static bool parse_clone_flags(struct scan *s, void *data, void *field)
{
	uint64_t n;

	(void)data;
	if (!read_flags(s, clone_sets, "flags of clone", &n))
		return false;
	put64(field, n);
	return true;
}

static void print_clone_flags(struct out *o, const void *data,
			      const void *field)
{
	(void)data;
	print_flags(o, clone_sets, "CLONE_???", get64(field));
}

static bool parse_exit_signal(struct scan *s, void *data, void *field)
{
	int64_t n;

	if (!name_here(s))
		return parse_count(s, data, field);
	if (!read_signal(s, &n))
		return false;
	put64(field, (uint64_t)n);
	return true;
}

static void print_exit_signal(struct out *o, const void *data,
			      const void *field)
{
	uint64_t n = get64(field);

	if (n && n <= KITH_NSIG)
		print_signal(o, (int64_t)n);
	else
		print_count(o, data, field);
}

static bool parse_address(struct scan *s, void *data, void *field)
{
	uint64_t n = 0;

	(void)data;
	if (!take_name(s, "NULL") &&
	    !read_unsigned(s, "NULL or an address", &n))
		return false;
	put64(field, n);
	return true;
}

static void print_address(struct out *o, const void *data, const void *field)
{
	uint64_t n = get64(field);

	(void)data;
	if (n)
		out(o, "%#llx", (unsigned long long)n);
	else
		out_text(o, "NULL");
}

static bool parse_pointer(struct scan *s, void *data, void *field)
{
	uint64_t n;

	(void)data;
	if (!read_pointer(s, &n))
		return false;
	put64(field, n);
	return true;
}

static void print_pointer_field(struct out *o, const void *data,
				const void *field)
{
	(void)data;
	print_pointer(o, get64(field));
}

/* [7], innermost namespace first */
static bool parse_numbers(struct scan *s, void *data, void *field)
{
	struct clone_text *clone = data;
	int64_t n;

	if (!take(s, "["))
		return parse_pointer(s, data, field);
	clone->numbers = 0;
	while (!take(s, "]")) {
		if (clone->numbers && !must_take(s, ","))
			return false;
		if (clone->numbers == 4)
			return fail(s, "expected at most 4 numbers");
		if (!read_decimal(s, "a number", INT32_MIN, INT32_MAX, &n))
			return false;
		clone->args.set_tid_numbers[clone->numbers++] = (int32_t)n;
	}
	put64(field, KITH_HERE);
	return true;
}

static void print_numbers(struct out *o, const void *data, const void *field)
{
	const struct clone_text *clone = data;

	if (get64(field) != KITH_HERE) {
		print_pointer(o, get64(field));
		return;
	}
	out_text(o, "[");
	for (unsigned i = 0; i < clone->numbers; i++)
		out(o, "%s%d", i ? ", " : "",
		    (int)clone->args.set_tid_numbers[i]);
	out_text(o, "]");
}

/* Bytes after the fields that this kernel knows: only whether all are zero. */
static bool parse_clone_tail(struct scan *s, void *data)
{
	struct clone_text *clone = data;
	char *text;
	size_t len;

	if (!read_quoted(s, &text, &len))
		return false;
	for (size_t i = 0; i < len; i++)
		clone->args.tail_is_dirty |= text[i] != '\0';
	return true;
}

static void print_clone_tail(struct out *o, const void *data)
{
	const struct clone_text *clone = data;

	if (clone->args.tail_is_dirty)
		out_text(o, ", \"\\1\"");
}

/* --- which fields strace shows ---------------------------------------------
 */

static bool is_any(const void *data)
{
	const struct kith_siginfo *info = data;

	return info->signo || info->code || info->pid || info->status;
}

static bool has_sender(const void *data)
{
	const struct kith_siginfo *info = data;

	return is_any(data) && info->code != KITH_SI_KERNEL;
}

static bool is_child(const void *data)
{
	const struct kith_siginfo *info = data;

	return info->signo == KITH_SIGCHLD && info->code > 0 &&
	       info->code != KITH_SI_KERNEL;
}

/* strace sees a child's status as a union's int and pointer then. */
static bool is_other_child(const void *data)
{
	const struct kith_siginfo *info = data;

	return info->signo != KITH_SIGCHLD && info->code > 0 &&
	       info->code != KITH_SI_KERNEL && info->status;
}

static bool has_restorer(const void *data)
{
	const struct kith_sigaction *action = data;

	return action->flags & KITH_SA_RESTORER;
}

static bool has_pidfd(const void *data)
{
	const struct kith_clone_args *c = data;

	return c->pidfd || (c->flags & KITH_CLONE_PIDFD);
}

static bool has_child_tid(const void *data)
{
	const struct kith_clone_args *c = data;

	return c->child_tid || (c->flags & (KITH_CLONE_CHILD_SETTID |
					    KITH_CLONE_CHILD_CLEARTID));
}

static bool has_parent_tid(const void *data)
{
	const struct kith_clone_args *c = data;

	return c->parent_tid || (c->flags & KITH_CLONE_PARENT_SETTID);
}

static bool has_tls(const void *data)
{
	const struct kith_clone_args *c = data;

	return c->tls || (c->flags & KITH_CLONE_SETTLS);
}

static bool has_set_tid(const void *data)
{
	const struct kith_clone_args *c = data;

	return c->set_tid || c->set_tid_size;
}

static bool has_cgroup(const void *data)
{
	const struct kith_clone_args *c = data;

	return c->cgroup || (c->flags & (uint64_t)KITH_CLONE_INTO_CGROUP);
}

static bool has_utime(const void *data)
{
	return ((const struct kith_spend *)data)->utime;
}

static bool has_stime(const void *data)
{
	return ((const struct kith_spend *)data)->stime;
}

static bool has_pages(const void *data)
{
	return ((const struct kith_spend *)data)->pages;
}

/* --- shapes ----------------------------------------------------------------
 */

static const struct field_type
	INT32 = { 4, parse_int, print_int, 0 },
	UINT32 = { 4, parse_int, print_uint, 0 },
	HEX32 = { 4, parse_hex32, print_hex32, 0 },
	SIGNO = { 4, parse_signo, print_signo, 0 },
	CODE = { 4, parse_code, print_code, 0 },
	SI_STATUS = { 4, parse_signo, print_si_status, 0 },
	COUNT = { 8, parse_count, print_count, 0 },
	SIZE = { 8, parse_count, print_size, 0 },
	TICKS = { 8, parse_count, print_ticks, 0 },
	SPAN = { 8, parse_span, print_span, 0 },
	TIMEVAL = { 8, parse_timeval, print_timeval, 1000 },
	NOTHING = { 0, parse_nothing, print_nothing, 0 },
	MASK = { 8, parse_mask, print_mask, 0 },
	HANDLER = { 8, parse_handler, print_handler, 0 },
	SA_FLAGS = { 8, parse_sa_flags, print_sa_flags, 0 },
	RESTORER = { 0, parse_restorer, print_restorer, 0 },
	CLONE_FLAGS = { 8, parse_clone_flags, print_clone_flags, 0 },
	EXIT_SIGNAL = { 8, parse_exit_signal, print_exit_signal, 0 },
	ADDRESS = { 8, parse_address, print_address, 0 },
	POINTER = { 8, parse_pointer, print_pointer_field, 0 },
	NUMBERS = { 8, parse_numbers, print_numbers, 0 };

#define FIELDS(list) list, sizeof(list) / sizeof(list[0])

#define AT(member) offsetof(struct kith_siginfo, member)
static const struct field siginfo_fields[] = {
	{ "si_signo", &SIGNO, AT(signo), is_any },
	{ "si_code", &CODE, AT(code), is_any },
	{ "si_pid", &INT32, AT(pid), has_sender },
	{ "si_uid", &UINT32, AT(uid), has_sender },
	{ "si_status", &SI_STATUS, AT(status), is_child },
	{ "si_utime", &TICKS, AT(utime), is_child },
	{ "si_stime", &TICKS, AT(stime), is_child },
	{ "si_int", &INT32, AT(status), is_other_child },
	{ "si_ptr", &HEX32, AT(status), is_other_child },
};
#undef AT
const struct shape siginfo_shape = { "siginfo", sizeof(struct kith_siginfo),
				     FIELDS(siginfo_fields), NULL, NULL };

#define AT(member) offsetof(struct kith_usage, member)
static const struct field usage_fields[] = {
	{ "ru_utime", &TIMEVAL, AT(utime), NULL },
	{ "ru_stime", &TIMEVAL, AT(stime), NULL },
	{ "ru_maxrss", &COUNT, AT(maxrss), NULL },
	{ "ru_ixrss", &NOTHING, 0, NULL },
	{ "ru_idrss", &NOTHING, 0, NULL },
	{ "ru_isrss", &NOTHING, 0, NULL },
	{ "ru_minflt", &COUNT, AT(minflt), NULL },
	{ "ru_majflt", &COUNT, AT(majflt), NULL },
	{ "ru_nswap", &NOTHING, 0, NULL },
	{ "ru_inblock", &NOTHING, 0, NULL },
	{ "ru_oublock", &NOTHING, 0, NULL },
	{ "ru_msgsnd", &NOTHING, 0, NULL },
	{ "ru_msgrcv", &NOTHING, 0, NULL },
	{ "ru_nsignals", &NOTHING, 0, NULL },
	{ "ru_nvcsw", &COUNT, AT(nvcsw), NULL },
	{ "ru_nivcsw", &COUNT, AT(nivcsw), NULL },
};
#undef AT
const struct shape usage_shape = { "rusage", sizeof(struct kith_usage),
				   FIELDS(usage_fields), NULL, NULL };

#define AT(member) offsetof(struct kith_tms, member)
static const struct field tms_fields[] = {
	{ "tms_utime", &COUNT, AT(utime), NULL },
	{ "tms_stime", &COUNT, AT(stime), NULL },
	{ "tms_cutime", &COUNT, AT(cutime), NULL },
	{ "tms_cstime", &COUNT, AT(cstime), NULL },
};
#undef AT
const struct shape tms_shape = { "tms", sizeof(struct kith_tms),
				 FIELDS(tms_fields), NULL, NULL };

#define AT(member) offsetof(struct kith_sigaction, member)
static const struct field action_fields[] = {
	{ "sa_handler", &HANDLER, AT(handler), NULL },
	{ "sa_mask", &MASK, AT(mask), NULL },
	{ "sa_flags", &SA_FLAGS, AT(flags), NULL },
	{ "sa_restorer", &RESTORER, 0, has_restorer },
};
#undef AT
const struct shape action_shape = { "sigaction", sizeof(struct kith_sigaction),
				    FIELDS(action_fields), NULL, NULL };

#define AT(member) offsetof(struct kith_clone_args, member)
static const struct field clone_fields[] = {
	{ "flags", &CLONE_FLAGS, AT(flags), NULL },
	{ "pidfd", &POINTER, AT(pidfd), has_pidfd },
	{ "child_tid", &ADDRESS, AT(child_tid), has_child_tid },
	{ "parent_tid", &POINTER, AT(parent_tid), has_parent_tid },
	{ "exit_signal", &EXIT_SIGNAL, AT(exit_signal), NULL },
	{ "stack", &ADDRESS, AT(stack), NULL },
	{ "stack_size", &SIZE, AT(stack_size), NULL },
	{ "tls", &ADDRESS, AT(tls), has_tls },
	{ "set_tid", &NUMBERS, AT(set_tid), has_set_tid },
	{ "set_tid_size", &COUNT, AT(set_tid_size), has_set_tid },
	{ "cgroup", &COUNT, AT(cgroup), has_cgroup },
};
#undef AT
const struct shape clone_shape = { "clone_args", sizeof(struct clone_text),
				   FIELDS(clone_fields), parse_clone_tail,
				   print_clone_tail };

#define AT(member) offsetof(struct kith_spend, member)
static const struct field spend_fields[] = {
	{ "utime", &SPAN, AT(utime), has_utime },
	{ "stime", &SPAN, AT(stime), has_stime },
	{ "minflt", &COUNT, AT(pages), has_pages },
};
#undef AT
const struct shape spend_shape = { "spend", sizeof(struct kith_spend),
				   FIELDS(spend_fields), NULL, NULL };

/* --- reading, printing, comparing ------------------------------------------
 */

static bool no_such_field(struct scan *s, const struct shape *shape)
{
	struct out list = { 0 };

	for (unsigned i = 0; i < shape->count; i++)
		if (shape->fields[i].type != &NOTHING)
			out(&list, "%s%s", i ? ", " : "",
			    shape->fields[i].name);
	out(&list, " or '}'");
	expected(s, out_line(&list));
	out_free(&list);
	return false;
}

static int field_here(struct scan *s, const struct shape *shape)
{
	for (unsigned i = 0; i < shape->count; i++)
		if (take_name(s, shape->fields[i].name))
			return (int)i;
	return -1;
}

static bool parse_field(struct scan *s, const struct shape *shape, void *data,
			uint32_t *present)
{
	const char *start;
	const struct field *f;
	int i;

	skip_space(s);
	start = s->p;
	i = field_here(s, shape);
	if (i < 0)
		return no_such_field(s, shape);
	f = &shape->fields[i];
	if (*present >> i & 1)
		return fail_at(s, start, "%s is there twice", f->name);
	*present |= UINT32_C(1) << i;
	return must_take(s, "=") &&
	       f->type->parse(s, data, (char *)data + f->offset);
}

bool shape_parse(struct scan *s, const struct shape *shape, void *data,
		 uint32_t *present, bool may_be_open)
{
	if (!must_take(s, "{"))
		return false;
	if (take(s, "}")) {
		*present = ALL_FIELDS;
		return true;
	}
	*present = 0;
	do {
		if (may_be_open && take(s, "..."))
			break;
		if (shape->parse_tail && looking_at(s, "\"")) {
			if (!shape->parse_tail(s, data))
				return false;
			break;
		}
		if (!parse_field(s, shape, data, present))
			return false;
	} while (take(s, ","));
	return take(s, "}") ? true : expected(s, "',' or '}'");
}

void shape_print(struct out *o, const struct shape *shape, const void *data,
		 uint32_t mask)
{
	const char *comma = "";
	bool all = true;

	out_text(o, "{");
	for (unsigned i = 0; i < shape->count; i++) {
		const struct field *f = &shape->fields[i];
		bool shown = !f->shown || f->shown(data);
		bool wanted = mask >> i & 1;

		all = all && (wanted || !shown);
		if (!wanted || (!shown && mask == ALL_FIELDS))
			continue;
		out(o, "%s%s=", comma, f->name);
		f->type->print(o, data, (const char *)data + f->offset);
		comma = ", ";
	}
	if (!all)
		out(o, "%s...", comma);
	else if (shape->print_tail)
		shape->print_tail(o, data);
	out_text(o, "}");
}

static uint64_t seen(const struct field *f, const void *data)
{
	const char *field = (const char *)data + f->offset;
	uint64_t grain = f->type->grain ? f->type->grain : 1;

	switch (f->type->size) {
	case 4:
		return (uint32_t)get32(field);
	case 8:
		return get64(field) / grain;
	default:
		return 0;
	}
}

bool shape_differs(const struct shape *shape, const void *expected_,
		   const void *got, uint32_t mask)
{
	for (unsigned i = 0; i < shape->count; i++)
		if ((mask >> i & 1) && seen(&shape->fields[i], expected_) !=
					       seen(&shape->fields[i], got))
			return true;
	return false;
}
