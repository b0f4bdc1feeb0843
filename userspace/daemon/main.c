// SPDX-License-Identifier: GPL-2.0
/*
 * omasecd, the helper of omasec.ko: holds no secret that both sides have, and parses no markup.
 * Exit status: 0 after a signal, 1 when it cannot work, 2 for a wrong command
 * line, 3 without the module, 4 without CAP_NET_ADMIN.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "helper.h"
#include "log.h"
#include "loop.h"
#include "notify.h"
#include "pkey.h"
#include "privs.h"

static int main_status(int err)
{
	switch (err) {
	case 0:
		return 0;
	case -EPROTONOSUPPORT:
		return 3;
	case -EPERM:
		return 4;
	default:
		return 1;
	}
}

int main(int argc, char **argv)
{
	static struct helper helper;
	struct options options;
	char err[256];
	int rc, signal_fd;

	rc = options_parse(&options, argc, argv);
	if (rc)
		return rc > 0 ? 0 : 2;
	log_open(options.log_level, options.foreground);
	if (pkey_wipe_freed()) {
		log_error("libcrypto is in use already");
		return 1;
	}
	rc = privs_drop(err, sizeof(err));
	if (rc) {
		log_error("%s", err);
		return main_status(rc);
	}
	rc = loop_prepare(&signal_fd);
	if (rc) {
		log_error("signals: %s", strerror(-rc));
		return 1;
	}
	rc = helper_open(&helper, &options);
	if (!rc) {
		notify_send("READY=1\nSTATUS=Deciding messages");
		log_info("registered, version " OMASEC_VERSION);
		rc = loop_run(&helper, signal_fd);
	}
	helper_close(&helper);
	return main_status(rc);
}
