// SPDX-License-Identifier: GPL-2.0
/*
 * vmexit [STATUS]: end the virtual machine. QEMU's isa-debug-exit device turns
 * what is written to port 0xf4 into its own exit status, 2 * STATUS + 1. A guest
 * that panics or is reset never gets here, and QEMU's status is then even: that
 * is how the host tells the two apart.
 */
#include <stdlib.h>
#include <sys/io.h>
#include <sys/reboot.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	unsigned int status = argc > 1 ? (unsigned int)atoi(argv[1]) : 0;

	sync();
	if (!ioperm(0xf4, 4, 1))
		outl(status & 0x7f, 0xf4);
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}
