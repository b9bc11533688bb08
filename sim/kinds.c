#include <string.h>
#include <sys/wait.h>

#include "sim/kinds.h"
#include "sim/memory.h"
#include "sim/shape.h"

/* --- pointers --------------------------------------------------------------
 */

#define LOWEST    0x10000ULL        /* vm.mmap_min_addr */
#define HIGHEST   0x7ffffffff000ULL /* TASK_SIZE of x86-64 */
#define SOMEWHERE "0x7ffe0000"      /* an address to print for KITH_HERE */

uint64_t pointer_from(uint64_t address)
{
	return address >= LOWEST && address < HIGHEST ? KITH_HERE : address;
}

bool read_pointer(struct scan *s, uint64_t *pointer)
{
	if (take_name(s, "NULL")) {
		*pointer = 0;
		return true;
	}
	if (!looking_at(s, "0x"))
		return expected(s, "NULL or an address");
	if (!read_hex(s, "an address", pointer))
		return false;
	*pointer = pointer_from(*pointer);
	return true;
}

void print_pointer(struct out *o, uint64_t pointer)
{
	if (!pointer)
		out_text(o, "NULL");
	else if (pointer == KITH_HERE)
		out_text(o, SOMEWHERE);
	else
		out(o, "%#llx", (unsigned long long)pointer);
}

/* NULL and 0x1 are read here; false: there is something else, or an error. */
static bool took_pointer(struct scan *s, struct value *v)
{
	if (!looking_at(s, "0x") && !looking_at(s, "NULL"))
		return false;
	return read_pointer(s, &v->num);
}

/* The same, or an output that is left open. */
static bool took_open(struct scan *s, struct value *v)
{
	if (took_pointer(s, v))
		return true;
	if (!take(s, "...") && !take(s, "[...]") && !take(s, "{...}") &&
	    !take(s, "[{...}]"))
		return false;
	v->num = KITH_HERE;
	return true;
}

static void *here(struct scan *s, struct value *v, size_t size)
{
	void *data = pool_alloc(s->pool, size);

	v->num = KITH_HERE;
	v->data = data;
	return data;
}

/* --- names -----------------------------------------------------------------
 */

static void list_names(struct out *o, const char *const *sets)
{
	const char *comma = "";

	for (; *sets; sets++)
		for (unsigned i = 0; i < nr_names; i++)
			if (!strcmp(names[i].set, *sets)) {
				out(o, "%s%s", comma, names[i].name);
				comma = ", ";
			}
}

/* "expected flags of wait (WNOHANG, ...), got ..." */
static bool expected_name(struct scan *s, const char *const *sets,
			  const char *what)
{
	struct out list = { 0 };

	out(&list, "%s (", what);
	list_names(&list, sets);
	if (list.len > 150) {
		list.len = 150;
		while (list.text[list.len - 1] != ' ')
			list.len--;
		out_text(&list, "...");
	}
	out_text(&list, ")");
	expected(s, out_line(&list));
	out_free(&list);
	return false;
}

static const struct named *name_in(const char *const *sets, const char *name,
				   size_t len)
{
	const struct named *found = NULL;

	for (; *sets && !found; sets++)
		found = named(*sets, name, len);
	return found;
}

/* One flag, or a number that stands for some; false if it is neither. */
static bool read_flag(struct scan *s, const char *const *sets, uint64_t *flags)
{
	size_t len = name_here(s);
	const struct named *flag;
	uint64_t n;

	if (!len) {
		if (s->p >= s->end || *s->p < '0' || *s->p > '9' ||
		    !read_unsigned(s, "flags", &n))
			return false;
		*flags |= n;
		return true;
	}
	flag = name_in(sets, s->p, len);
	if (!flag)
		return false;
	s->p += len;
	*flags |= flag->number;
	return true;
}

bool read_flags(struct scan *s, const char *const *sets, const char *what,
		uint64_t *flags)
{
	*flags = 0;
	do {
		if (!read_flag(s, sets, flags))
			return expected_name(s, sets, what);
	} while (take(s, "|"));
	return true;
}

void print_flags(struct out *o, const char *const *sets, const char *unknown,
		 uint64_t flags)
{
	const char *bar = "";

	if (!flags)
		out_text(o, "0");
	for (; *sets; sets++)
		for (unsigned i = 0; i < nr_names; i++)
			if (!strcmp(names[i].set, *sets) &&
			    (flags & names[i].number)) {
				out(o, "%s%s", bar, names[i].name);
				flags &= ~names[i].number;
				bar = "|";
			}
	if (flags && *bar)
		out(o, "|%#llx", (unsigned long long)flags);
	else if (flags)
		out(o, "%#llx /* %s */", (unsigned long long)flags, unknown);
}

/* --- signals ---------------------------------------------------------------
 */

#define FIRST_RT 32

static bool read_rt_signal(struct scan *s, size_t len, int64_t *signal)
{
	char digits[3] = "";
	int n;

	if (len < 7 || len > 8 || memcmp(s->p, "SIGRT_", 6))
		return false;
	memcpy(digits, s->p + 6, len - 6);
	if (digits[0] < '0' || digits[0] > '9')
		return false;
	n = digits[0] - '0';
	if (digits[1])
		n = n * 10 + digits[1] - '0';
	if (n > KITH_NSIG - FIRST_RT || (digits[1] && digits[1] < '0'))
		return false;
	*signal = FIRST_RT + n;
	return true;
}

bool read_signal(struct scan *s, int64_t *signal)
{
	size_t len = name_here(s);
	const struct named *name;

	if (!len)
		return read_decimal(s, "a signal, like SIGTERM", INT32_MIN,
				    INT32_MAX, signal);
	name = named("signal", s->p, len);
	if (name)
		*signal = (int64_t)name->number;
	else if (!read_rt_signal(s, len, signal))
		return expected(s, "a signal, like SIGTERM");
	s->p += len;
	return true;
}

void print_signal(struct out *o, int64_t signal)
{
	const struct named *name = numbered("signal", (uint64_t)signal);

	if (name)
		out_text(o, name->name);
	else if (signal >= FIRST_RT && signal <= KITH_NSIG)
		out(o, "SIGRT_%d", (int)signal - FIRST_RT);
	else
		out(o, "%lld", (long long)signal);
}

/* --- plain numbers ---------------------------------------------------------
 */

static bool parse_int(struct scan *s, const struct kind *k, struct value *v)
{
	int64_t n;

	if (!read_decimal(s, k->what, INT64_MIN, INT64_MAX, &n))
		return false;
	v->num = (uint64_t)n;
	return true;
}

static bool parse_int32(struct scan *s, const struct kind *k, struct value *v)
{
	int64_t n;

	if (!read_decimal(s, k->what, INT32_MIN, INT32_MAX, &n))
		return false;
	v->num = (uint64_t)n;
	return true;
}

static void print_int(struct out *o, const struct kind *k,
		      const struct value *v)
{
	(void)k;
	out(o, "%lld", (long long)v->num);
}

static bool parse_size(struct scan *s, const struct kind *k, struct value *v)
{
	return read_unsigned(s, k->what, &v->num);
}

static void print_size(struct out *o, const struct kind *k,
		       const struct value *v)
{
	(void)k;
	out(o, "%llu", (unsigned long long)v->num);
}

static bool parse_addr(struct scan *s, const struct kind *k, struct value *v)
{
	if (take_name(s, "NULL")) {
		v->num = 0;
		return true;
	}
	return read_unsigned(s, k->what, &v->num);
}

static void print_addr(struct out *o, const struct kind *k,
		       const struct value *v)
{
	(void)k;
	if (v->num)
		out(o, "%#llx", (unsigned long long)v->num);
	else
		out_text(o, "NULL");
}

static bool parse_sig(struct scan *s, const struct kind *k, struct value *v)
{
	int64_t n;

	(void)k;
	if (!read_signal(s, &n))
		return false;
	v->num = (uint64_t)n;
	return true;
}

static void print_sig(struct out *o, const struct kind *k,
		      const struct value *v)
{
	(void)k;
	print_signal(o, (int64_t)v->num);
}

/* --- numbers with names ----------------------------------------------------
 */

static bool parse_flags(struct scan *s, const struct kind *k, struct value *v)
{
	const char *sets[] = { k->set, NULL };

	return read_flags(s, sets, k->what, &v->num);
}

static void print_flags_of(struct out *o, const struct kind *k,
			   const struct value *v)
{
	const char *sets[] = { k->set, NULL };

	print_flags(o, sets, k->unknown, v->num);
}

static bool parse_enum(struct scan *s, const struct kind *k, struct value *v)
{
	const char *sets[] = { k->set, NULL };
	size_t len = name_here(s);
	const struct named *name = named(k->set, s->p, len);
	int64_t n;

	if (name) {
		s->p += len;
		v->num = name->number;
		return true;
	}
	if (len || s->p >= s->end || !strchr("-0123456789", *s->p))
		return expected_name(s, sets, k->what);
	if (looking_at(s, "0x"))
		return read_hex(s, k->what, &v->num);
	if (!read_decimal(s, k->what, INT32_MIN, UINT32_MAX, &n))
		return false;
	v->num = (uint64_t)n;
	return true;
}

static void print_enum(struct out *o, const struct kind *k,
		       const struct value *v)
{
	const struct named *name = numbered(k->set, v->num);

	if (name)
		out_text(o, name->name);
	else
		out(o, "%#x /* %s */", (unsigned)v->num, k->unknown);
}

/* clone's flags have the exit signal in their lowest byte. */
static const char *const clone_sets[] = { "clone", NULL };

static bool parse_clone_flags(struct scan *s, const struct kind *k,
			      struct value *v)
{
	uint64_t all = 0;

	do {
		size_t len = name_here(s);
		uint64_t flags = 0;
		int64_t signal;

		if (len > 3 && !memcmp(s->p, "SIG", 3)) {
			if (!read_signal(s, &signal))
				return false;
			flags = (uint64_t)signal;
		} else if (!read_flag(s, clone_sets, &flags)) {
			return expected_name(s, clone_sets, k->what);
		}
		all |= flags;
	} while (take(s, "|"));
	v->num = all;
	return true;
}

static void print_clone_flags(struct out *o, const struct kind *k,
			      const struct value *v)
{
	uint64_t flags = v->num & ~UINT64_C(0xff), signal = v->num & 0xff;

	if (flags)
		print_flags(o, clone_sets, k->unknown, flags);
	if (flags && signal)
		out_text(o, "|");
	if (signal || !flags)
		print_signal(o, (int64_t)signal);
}

/* --- what the call is given through a pointer ------------------------------
 */

static bool read_c_string(struct scan *s, struct string *string)
{
	const char *start;
	char *text;

	skip_space(s);
	start = s->p;
	if (!read_quoted(s, &text, &string->len))
		return false;
	string->text = text;
	if (strlen(text) != string->len)
		return fail_at(s, start, "a string cannot contain \\0");
	return true;
}

static bool parse_string(struct scan *s, const struct kind *k, struct value *v)
{
	if (took_pointer(s, v) || s->failed)
		return !s->failed;
	if (!looking_at(s, "\""))
		return expected(s, k->what);
	return read_c_string(s, here(s, v, sizeof(struct string)));
}

static void print_string(struct out *o, const struct kind *k,
			 const struct value *v)
{
	const struct string *string = v->data;

	(void)k;
	if (string)
		out_quoted(o, string->text, string->len);
	else
		print_pointer(o, v->num);
}

static bool parse_strings(struct scan *s, const struct kind *k, struct value *v)
{
	struct strings *strings;
	size_t room = 8;

	if (took_pointer(s, v) || s->failed)
		return !s->failed;
	if (!take(s, "["))
		return expected(s, k->what);
	strings = here(s, v, sizeof(*strings));
	strings->list = pool_alloc(s->pool, room * sizeof(*strings->list));
	while (!take(s, "]")) {
		if (strings->count && !must_take(s, ","))
			return false;
		if (strings->count == room) {
			struct string *old = strings->list;

			strings->list = pool_alloc(
				s->pool, 2 * room * sizeof(*strings->list));
			memcpy(strings->list, old, room * sizeof(*old));
			room *= 2;
		}
		if (!read_c_string(s, &strings->list[strings->count++]))
			return false;
	}
	return true;
}

static void print_strings(struct out *o, const struct kind *k,
			  const struct value *v)
{
	const struct strings *strings = v->data;

	(void)k;
	if (!strings) {
		print_pointer(o, v->num);
		return;
	}
	out_text(o, "[");
	for (size_t i = 0; i < strings->count; i++) {
		out_text(o, i ? ", " : "");
		out_quoted(o, strings->list[i].text, strings->list[i].len);
	}
	out_text(o, "]");
}

static bool parse_struct(struct scan *s, const struct kind *k, struct value *v,
			 const struct shape *shape)
{
	uint32_t present;

	if (took_pointer(s, v) || s->failed)
		return !s->failed;
	if (!looking_at(s, "{"))
		return expected(s, k->what);
	return shape_parse(s, shape, here(s, v, shape->size), &present, false);
}

static void print_struct(struct out *o, const struct value *v,
			 const struct shape *shape)
{
	if (v->data)
		shape_print(o, shape, v->data, ALL_FIELDS);
	else
		print_pointer(o, v->num);
}

static bool parse_action(struct scan *s, const struct kind *k, struct value *v)
{
	return parse_struct(s, k, v, &action_shape);
}

static void print_action(struct out *o, const struct kind *k,
			 const struct value *v)
{
	(void)k;
	print_struct(o, v, &action_shape);
}

static bool parse_spend(struct scan *s, const struct kind *k, struct value *v)
{
	return parse_struct(s, k, v, &spend_shape);
}

static void print_spend(struct out *o, const struct kind *k,
			const struct value *v)
{
	(void)k;
	print_struct(o, v, &spend_shape);
}

/* => {parent_tid=[7]} */
static bool parse_clone_after(struct scan *s, struct value *v)
{
	struct clone_text *clone = (struct clone_text *)(uintptr_t)v->data;
	int64_t n;

	if (!take(s, "=>"))
		return true;
	if (!must_take(s, "{") || !must_take(s, "parent_tid") ||
	    !must_take(s, "=") || !must_take(s, "[") ||
	    !read_decimal(s, "a number", INT32_MIN, INT32_MAX, &n) ||
	    !must_take(s, "]") || !must_take(s, "}"))
		return false;
	if (!clone)
		clone = here(s, v, sizeof(*clone));
	clone->parent_tid = (int32_t)n;
	v->checked = 1;
	return true;
}

static bool parse_clone(struct scan *s, const struct kind *k, struct value *v)
{
	return parse_struct(s, k, v, &clone_shape) && parse_clone_after(s, v);
}

static void print_clone(struct out *o, const struct kind *k,
			const struct value *v)
{
	(void)k;
	print_struct(o, v, &clone_shape);
}

static void print_clone_after(struct out *o, const void *got)
{
	out(o, " => {parent_tid=[%d]}", (int)*(const int32_t *)got);
}

static bool clone_differs(const struct value *want, const void *got)
{
	const struct clone_text *clone = want->data;

	return clone->parent_tid != *(const int32_t *)got;
}

/* --- what the call fills in ------------------------------------------------
 */

/*
 * A wait status as strace's conditions.  Its class alone may be written; then
 * that is all that is compared.
 */
enum { WHOLE_STATUS = 1, STATUS_CLASS = 2 };

enum status_class { EXITED, SIGNALED, STOPPED, CONTINUED };

static const struct {
	const char *is, *what;
} status_classes[] = {
	[EXITED] = { "WIFEXITED", "WEXITSTATUS" },
	[SIGNALED] = { "WIFSIGNALED", "WTERMSIG" },
	[STOPPED] = { "WIFSTOPPED", "WSTOPSIG" },
	[CONTINUED] = { "WIFCONTINUED", NULL },
};

static enum status_class status_class(int status)
{
	return WIFEXITED(status)      ? EXITED
	       : WIFSTOPPED(status)   ? STOPPED
	       : WIFCONTINUED(status) ? CONTINUED
				      : SIGNALED;
}

static int make_status(enum status_class class, int n, bool core)
{
	switch (class) {
	case EXITED:
		return (n & 0xff) << 8;
	case SIGNALED:
		return n | (core ? 0x80 : 0);
	case STOPPED:
		return n << 8 | 0x7f;
	case CONTINUED:
	default:
		return 0xffff;
	}
}

static bool take_s(struct scan *s, const char *condition)
{
	return must_take(s, condition) && must_take(s, "(") &&
	       must_take(s, "s") && must_take(s, ")");
}

static bool read_class(struct scan *s, enum status_class *class)
{
	for (int i = EXITED; i <= CONTINUED; i++)
		if (looking_at(s, status_classes[i].is)) {
			*class = (enum status_class)i;
			return take_s(s, status_classes[i].is);
		}
	return expected(s, "WIFEXITED(s), WIFSIGNALED(s), WIFSTOPPED(s) or "
			   "WIFCONTINUED(s)");
}

static bool read_class_value(struct scan *s, enum status_class class,
			     int64_t *n)
{
	if (!take_s(s, status_classes[class].what) || !must_take(s, "=="))
		return false;
	if (class == EXITED)
		return read_decimal(s, "an exit status, 0 to 255", 0, 255, n);
	if (!read_signal(s, n))
		return false;
	return *n > 0 && *n <= KITH_NSIG ? true : fail(s, "expected a signal");
}

static bool parse_status(struct scan *s, const struct kind *k, struct value *v)
{
	enum status_class class = EXITED;
	bool core = false;
	int64_t n = 0;
	int *status;

	if (took_open(s, v) || s->failed)
		return !s->failed;
	if (!looking_at(s, "["))
		return expected(s, k->what);
	status = here(s, v, sizeof(*status));
	if (!must_take(s, "[") || !must_take(s, "{") || !read_class(s, &class))
		return false;
	v->checked = class == CONTINUED ? WHOLE_STATUS : STATUS_CLASS;
	if (class != CONTINUED && take(s, "&&")) {
		v->checked = WHOLE_STATUS;
		if (!read_class_value(s, class, &n))
			return false;
		if (class == SIGNALED && take(s, "&&")) {
			if (!take_s(s, "WCOREDUMP"))
				return false;
			core = true;
		}
	}
	*status = make_status(class, (int)n, core);
	return must_take(s, "}") && must_take(s, "]");
}

void print_wait_status(struct out *o, int status)
{
	enum status_class class = status_class(status);

	out(o, "%s(s)", status_classes[class].is);
	if (class == CONTINUED)
		return;
	out(o, " && %s(s) == ", status_classes[class].what);
	if (class == EXITED)
		out(o, "%d", WEXITSTATUS(status));
	else
		print_signal(o, class == STOPPED ? WSTOPSIG(status)
						 : WTERMSIG(status));
	if (class == SIGNALED && WCOREDUMP(status))
		out_text(o, " && WCOREDUMP(s)");
}

static void print_status(struct out *o, const struct kind *k,
			 const struct value *v)
{
	const int *status = v->data;

	(void)k;
	if (!status) {
		print_pointer(o, v->num);
		return;
	}
	out_text(o, "[{");
	if (v->checked == STATUS_CLASS)
		out(o, "%s(s)", status_classes[status_class(*status)].is);
	else
		print_wait_status(o, *status);
	out_text(o, "}]");
}

static bool status_differs(const struct value *want, const void *got)
{
	int expected_ = *(const int *)want->data, status = *(const int *)got;

	if (want->checked == STATUS_CLASS)
		return status_class(expected_) != status_class(status);
	return expected_ != status;
}

/* [1] */
static bool parse_out_number(struct scan *s, const struct kind *k,
			     struct value *v)
{
	int64_t n;
	int32_t *number;

	if (took_open(s, v) || s->failed)
		return !s->failed;
	if (!take(s, "["))
		return expected(s, k->what);
	if (k->set ? !read_signal(s, &n)
		   : !read_decimal(s, "a number", INT32_MIN, INT32_MAX, &n))
		return false;
	number = here(s, v, sizeof(*number));
	*number = (int32_t)n;
	v->checked = 1;
	return must_take(s, "]");
}

static void print_out_number(struct out *o, const struct kind *k,
			     const struct value *v)
{
	const int32_t *number = v->data;

	if (!number) {
		print_pointer(o, v->num);
		return;
	}
	out_text(o, "[");
	if (k->set)
		print_signal(o, *number);
	else
		out(o, "%d", (int)*number);
	out_text(o, "]");
}

static bool number_differs(const struct value *want, const void *got)
{
	return *(const int32_t *)want->data != *(const int32_t *)got;
}

/* A name of at most 15 bytes. */
static bool parse_out_string(struct scan *s, const struct kind *k,
			     struct value *v)
{
	struct string string;
	char *name;

	if (took_open(s, v) || s->failed)
		return !s->failed;
	if (!looking_at(s, "\""))
		return expected(s, k->what);
	if (!read_c_string(s, &string))
		return false;
	name = here(s, v, string.len + 1);
	memcpy(name, string.text, string.len);
	v->checked = 1;
	return true;
}

static void print_out_string(struct out *o, const struct kind *k,
			     const struct value *v)
{
	(void)k;
	if (v->data)
		out_quoted(o, v->data, strlen(v->data));
	else
		print_pointer(o, v->num);
}

static bool string_differs(const struct value *want, const void *got)
{
	return strcmp(want->data, got);
}

static bool parse_out_struct(struct scan *s, const struct kind *k,
			     struct value *v, const struct shape *shape)
{
	if (took_open(s, v) || s->failed)
		return !s->failed;
	if (!looking_at(s, "{"))
		return expected(s, k->what);
	return shape_parse(s, shape, here(s, v, shape->size), &v->checked,
			   true);
}

static void print_out_struct(struct out *o, const struct value *v,
			     const struct shape *shape)
{
	if (v->data)
		shape_print(o, shape, v->data, v->checked);
	else
		print_pointer(o, v->num);
}

/* A row each for the structures that calls fill in. */
#define OUT_STRUCT(name) \
	static bool parse_out_##name(struct scan *s, const struct kind *k, \
				     struct value *v) \
	{ \
		return parse_out_struct(s, k, v, &name##_shape); \
	} \
	static void print_out_##name(struct out *o, const struct kind *k, \
				     const struct value *v) \
	{ \
		(void)k; \
		print_out_struct(o, v, &name##_shape); \
	} \
	static bool name##_differs(const struct value *want, const void *got) \
	{ \
		return shape_differs(&name##_shape, want->data, got, \
				     want->checked); \
	}

OUT_STRUCT(siginfo)
OUT_STRUCT(usage)
OUT_STRUCT(tms)
OUT_STRUCT(action)

/* --- the table -------------------------------------------------------------
 */

#define NUMBER(text, parser, printer) \
	{ \
		.what = text, .parse = parser, .print = printer \
	}
#define NAMES(text, of, not_known, how) \
	{ \
		.what = text, .set = of, .unknown = not_known, \
		.parse = parse_##how, .print = print_##how \
	}
#define OUTPUT(text, bit, member, how, difference) \
	{ \
		.what = text, .role = OUT, .filled = bit, \
		.offset = offsetof(struct kith_result, member), \
		.parse = parse_##how, .print = print_##how, \
		.differs = difference \
	}

#define BY_LOAD(text, bit, member, how, difference) \
	{ \
		.what = text, .role = OUT, .filled = bit, \
		.by_load = ALL_FIELDS, \
		.offset = offsetof(struct kith_result, member), \
		.parse = parse_##how, .print = print_##how, \
		.differs = difference \
	}

#define print_flags print_flags_of

const struct kind kinds[NR_KINDS] = {
	[KIND_INT] = NUMBER("a number", parse_int, print_int),
	[KIND_PID] = NUMBER("a process number", parse_int32, print_int),
	[KIND_FD] = NUMBER("a file descriptor", parse_int32, print_int),
	[KIND_SIZE] = NUMBER("a size", parse_size, print_size),
	[KIND_ADDR] = NUMBER("NULL or an address", parse_addr, print_addr),
	[KIND_SIG] = NUMBER("a signal", parse_sig, print_sig),

	[KIND_FLAGS_wait] = NAMES("wait's options", "wait", "W???", flags),
	[KIND_FLAGS_fd] = NAMES("a descriptor's flags", "fd", "FD_???", flags),
	[KIND_ENUM_idtype] = NAMES("a kind of id", "idtype", "P_???", enum),
	[KIND_ENUM_rusage] = NAMES("whose usage", "rusage", "RUSAGE_???", enum),
	[KIND_ENUM_prctl] =
		NAMES("an option of prctl", "prctl", "PR_???", enum),
	[KIND_ENUM_fcntl] = NAMES("a command of fcntl", "fcntl", "F_???", enum),
	[KIND_CLONEFLAGS] = NAMES("flags of clone and a signal", "clone",
				  "CLONE_???", clone_flags),

	[KIND_STRING] = NUMBER("a string in quotes, NULL or an address",
			       parse_string, print_string),
	[KIND_STRINGS] = NUMBER("a list of strings, NULL or an address",
				parse_strings, print_strings),
	[KIND_SIGACTION] = NUMBER("{sa_handler=...}, NULL or an address",
				  parse_action, print_action),
	[KIND_SPEND] = NUMBER("{utime=..., stime=..., minflt=...}", parse_spend,
			      print_spend),
	[KIND_CLONEARGS] = { .what = "{flags=...}, NULL or an address",
			     .role = BOTH,
			     .filled = KITH_OUT_PARENT_TID,
			     .offset = offsetof(struct kith_result, number),
			     .parse = parse_clone,
			     .print = print_clone,
			     .differs = clone_differs,
			     .parse_after = parse_clone_after,
			     .print_after = print_clone_after },

	[KIND_OUT_STATUS] =
		OUTPUT("a status like [{WIFEXITED(s) && "
		       "WEXITSTATUS(s) == 0}], NULL or ...",
		       KITH_OUT_STATUS, status, status, status_differs),
	[KIND_OUT_SIGINFO] =
		OUTPUT("{si_signo=...}, NULL or ...", KITH_OUT_SIGINFO, info,
		       out_siginfo, siginfo_differs),
	[KIND_OUT_RUSAGE] =
		BY_LOAD("{ru_utime=...}, NULL or ...", KITH_OUT_USAGE, usage,
			out_usage, usage_differs),
	[KIND_OUT_TMS] = BY_LOAD("{tms_utime=...}, NULL or ...", KITH_OUT_TMS,
				 tms, out_tms, tms_differs),
	[KIND_OUT_INT] = OUTPUT("[number], NULL or ...", KITH_OUT_NUMBER,
				number, out_number, number_differs),
	[KIND_OUT_TID] = OUTPUT("[number], NULL or ...", KITH_OUT_PARENT_TID,
				number, out_number, number_differs),
	[KIND_OUT_SIG] = { .what = "[signal], NULL or ...",
			   .role = OUT,
			   .filled = KITH_OUT_NUMBER,
			   .offset = offsetof(struct kith_result, number),
			   .set = "signal",
			   .parse = parse_out_number,
			   .print = print_out_number,
			   .differs = number_differs },
	[KIND_OUT_STRING] =
		OUTPUT("a name in quotes, NULL or ...", KITH_OUT_NAME, name,
		       out_string, string_differs),
	[KIND_OUT_SIGACTION] =
		OUTPUT("{sa_handler=...}, NULL or ...", KITH_OUT_ACTION, action,
		       out_action, action_differs),
};
