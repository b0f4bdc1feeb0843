// SPDX-License-Identifier: GPL-2.0
/*
 * Giving up privileges, see privs.h. The order matters: securebits and the
 * bounding set need CAP_SETPCAP, which goes last. A root without it (in a
 * container) can still become small, so their failure is none; the end is checked.
 */
#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "privs.h"

static int privs_caps(struct __user_cap_data_struct data[2], bool set)
{
	struct __user_cap_header_struct hdr = { .version = _LINUX_CAPABILITY_VERSION_3 };

	return (int)syscall(set ? SYS_capset : SYS_capget, &hdr, data);
}

int privs_drop(char *err, size_t len)
{
	const unsigned int mask = 1u << CAP_NET_ADMIN;
	struct __user_cap_data_struct data[2];
	int cap;

	if (privs_caps(data, false)) {
		snprintf(err, len, "capget: %s", strerror(errno));
		return -errno;
	}
	if (!(data[0].permitted & mask)) {
		snprintf(err, len, "CAP_NET_ADMIN is missing: run omasecd as root or as a service");
		return -EPERM;
	}
	/* For programs started from here: root is nobody special, nothing is ambient. */
	prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
	      SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
	      SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED);
	for (cap = 0; cap <= CAP_LAST_CAP; cap++)
		prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	memset(data, 0, sizeof(data));
	data[0].effective = mask;
	data[0].permitted = mask;
	if (privs_caps(data, true)) {
		snprintf(err, len, "capset: %s", strerror(errno));
		return -errno;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)) {
		snprintf(err, len, "prctl: %s", strerror(errno));
		return -errno;
	}
	return 0;
}
