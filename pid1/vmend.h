/*
 * The end of a machine.
 *
 *	everybody is killed .. disks are written out .. the kernel is asked to
 *	end it, in one way after the other .. and if none helps, sleep
 *
 * The first process must not exit, or the kernel panics.  Which way is the right
 * one depends on the machine.  A microVM has often no way to be switched off:
 * asked to, Linux stops the processor for ever, and the monitor outside goes on
 * waiting.  What ends such a machine is a reboot.  So where the kernel does not
 * know how to switch it off, that is what is tried first.
 *
 *	wanted      where it can be switched off    where not
 *	power off   power off, reboot, halt         reboot, power off, halt
 *	reboot      reboot, power off, halt         the same
 *	halt        halt, power off, reboot         the same
 */
#ifndef PID1_VMEND_H
#define PID1_VMEND_H

#include <stdbool.h>
#include <stddef.h>

enum vm_end { VM_POWEROFF, VM_REBOOT, VM_HALT, NR_VM_ENDS };

/* In which order to try them. */
void vmend_order(enum vm_end wanted, bool can_power_off,
		 enum vm_end order[NR_VM_ENDS]);

/*
 * The ACPI table FADT: can this machine be switched off by it?  Hardware-reduced
 * ACPI can only if it has the registers for sleeping, which Firecracker's has
 * not; every other ACPI can.
 */
bool vmend_fadt(const unsigned char *table, size_t len);

/* Ask the machine itself. */
bool vmend_can_power_off(void);

/*
 * End it.  Only for a first process: anyone else comes back at once, and has
 * done nothing.  The disks are written out and taken off only if the whole machine
 * is ours: to a namespace's init they belong to others as well, and to make one
 * read-only would be felt by all of them.
 */
void vmend(enum vm_end wanted, bool whole_machine);

#endif
