/*
 * The first process of a machine: what it does before and after it is an init
 * like any other.
 *
 *	begin   is this the first process of all?  Then the words it was started
 *	        with are the kernel's, and say nothing
 *	run     mounts, console; what the command line and the files say becomes
 *	        a program, its environment and options; Ctrl-Alt-Del becomes SIGINT
 *	        ... the core serves, as in a container ...
 *	end     never an exit: the machine is switched off or rebooted
 *
 * It is by itself where it belongs: as PID 1 of the machine's own pid namespace.
 * --vm asks for it in another namespace (which then ends as a machine would),
 * --container forbids it; so does the variable KITH_INIT_MODE, vm or container.
 *
 * Started by the kernel, kith-init does not look at its arguments, but at
 * /proc/cmdline: see vmline.h.  Started by hand (exec from a script that was
 * PID 1 before), it does; a "--" among them is how one is told from the other,
 * for the kernel never leaves one there.
 */
#ifndef PID1_VM_H
#define PID1_VM_H

#include "pid1/parts.h"

extern const struct part vm_part;

#endif
