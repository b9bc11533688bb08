#include "pid1/vmsay.h"

void vmsay_begin(struct say *s)
{
	*s = (struct say)SAY(2);
	say_text(s, "kith-init: ");
}

void vmsay_clean(struct say *s, const char *text)
{
	char c[2] = "";
	int i;

	for (i = 0; text[i] && i < 64; i++) {
		c[0] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
		say_text(s, c);
	}
	if (text[i])
		say_text(s, "...");
}

void vmsay_end(struct say *s)
{
	say_text(s, "\n");
	say_end(s);
}

void vmsay_remark(const char *sort, const struct vm_remark *r)
{
	struct say s;

	vmsay_begin(&s);
	say_text(&s, sort);
	vmsay_clean(&s, r->file);
	if (r->line) {
		say_text(&s, ":");
		say_number(&s, r->line);
		say_text(&s, ":");
		say_number(&s, r->column);
	}
	say_text(&s, ": ");
	if (r->about && *r->about) {
		vmsay_clean(&s, r->about);
		say_text(&s, " ");
	}
	say_text(&s, r->why);
	vmsay_end(&s);
}
