/*
 * In which order kith-init tries to end a machine, and what it makes of the
 * machine's own tables.
 */
#include <stdio.h>
#include <string.h>

#include "pid1/vmend.h"
#include "tests/tap.h"

static const char *in_order(enum vm_end wanted, bool can)
{
	static const char *const names[] = { "poweroff", "reboot", "halt" };
	static char out[64];
	enum vm_end order[NR_VM_ENDS];

	vmend_order(wanted, can, order);
	snprintf(out, sizeof(out), "%s %s %s", names[order[0]], names[order[1]],
		 names[order[2]]);
	return out;
}

static void what_is_wanted_is_tried_first(void)
{
	is_str(in_order(VM_POWEROFF, true), "poweroff reboot halt",
	       "to switch it off");
	is_str(in_order(VM_POWEROFF, false), "reboot poweroff halt",
	       "unless that would stop it for ever");
	is_str(in_order(VM_REBOOT, true), "reboot poweroff halt", "to reboot");
	is_str(in_order(VM_REBOOT, false), "reboot poweroff halt", "anywhere");
	is_str(in_order(VM_HALT, true), "halt poweroff reboot", "to halt");
	is_str(in_order(VM_HALT, false), "halt poweroff reboot", "anywhere");
}

static void the_table_says_whether_there_is_a_switch(void)
{
	unsigned char fadt[276];

	memset(fadt, 0, sizeof(fadt));
	ok(vmend_fadt(fadt, 244), "full ACPI can be switched off (qemu's q35)");
	fadt[114] = 0x10; /* bit 20 of the flags */
	ok(!vmend_fadt(fadt, 276),
	   "reduced without registers not (Firecracker)");
	fadt[248 + 3] = 0xfe;
	ok(!vmend_fadt(fadt, 276), "nor with one of the two");
	fadt[260 + 3] = 0xfe;
	ok(vmend_fadt(fadt, 276), "but with both (qemu's microvm)");
	ok(!vmend_fadt(fadt, 267), "if the table goes so far");
	ok(!vmend_fadt(fadt, 115) && !vmend_fadt(fadt, 0),
	   "and a torn table is none");
}

static void only_a_first_process_ends_anything(void)
{
	vmend(VM_HALT, false);
	ok(true, "for anyone else it does nothing");
}

int main(void)
{
	what_is_wanted_is_tried_first();
	the_table_says_whether_there_is_a_switch();
	only_a_first_process_ends_anything();
	return done_testing();
}
