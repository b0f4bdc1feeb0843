// SPDX-License-Identifier: GPL-2.0
/*
 * omasecd-worker: reads hostile DM messages for omasecd, in a process that can
 * do nothing else. Started by omasecd (worker_client.c) with its end of a
 * socketpair as descriptor 3; of no use from a shell.
 */
#include "sandbox.h"
#include "serve.h"

#include <dm/worker_ipc.h>
#include <xsec/xsec.h>

#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	unsigned int landlock;
	int type = 0, domain = 0;
	socklen_t len = sizeof(int);
	char why[128];

	(void)argv;
	if (argc > 1 ||
	    getsockopt(WORKER_FD, SOL_SOCKET, SO_DOMAIN, &domain, &len) || domain != AF_UNIX ||
	    getsockopt(WORKER_FD, SOL_SOCKET, SO_TYPE, &type, &len) || type != SOCK_STREAM) {
		fprintf(stderr, WORKER_NAME ": is started by omasecd, with a socket as descriptor %d\n",
			WORKER_FD);
		return WORKER_EXIT_USAGE;
	}
	/* big blocks go back to the system with the message they were for */
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
	dm_init();
	if (xsec_init()) {
		fprintf(stderr, WORKER_NAME ": libxmlsec1 does not start, or lacks an algorithm\n");
		return WORKER_EXIT_XSEC;
	}
	if (sandbox_enter(WORKER_FD, &landlock, why, sizeof(why))) {
		fprintf(stderr, WORKER_NAME ": %s\n", why);
		return WORKER_EXIT_SANDBOX;
	}
	_exit(serve(WORKER_FD, landlock));
}
