// SPDX-License-Identifier: GPL-2.0
/*
 * The sandbox, outermost first: limits, descriptors, capabilities, Landlock
 * (by raw system calls: no library, and headers may be older than the kernel),
 * and seccomp as the last door. Each layer alone would be enough to keep a
 * taken-over parser from files, network and other processes. A missing
 * Landlock is tolerated, anything else that fails is fatal.
 */
#include "sandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define MEMORY_MAX	(192u << 20)	/* a message of 16 MiB takes about 100 */
#define CPU_SECONDS	300		/* the parent replaces a worker long before */

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif

struct landlock_attr {
	uint64_t fs, net, scoped;
};

static int limit(int resource, rlim_t value)
{
	struct rlimit r = { value, value };

	return setrlimit(resource, &r) ? -errno : 0;
}

static int set_limits(void)
{
	int ret = limit(RLIMIT_CORE, 0);

	if (!ret)
		ret = limit(RLIMIT_NOFILE, 0);
	if (!ret)
		ret = limit(RLIMIT_NPROC, 0);
	if (!ret)
		ret = limit(RLIMIT_FSIZE, 0);
	if (!ret)
		ret = limit(RLIMIT_MSGQUEUE, 0);
	if (!ret)
		ret = limit(RLIMIT_CPU, CPU_SECONDS);
	/* the address sanitizer reserves terabytes */
	if (!ret && !SANITIZED)
		ret = limit(RLIMIT_AS, MEMORY_MAX);
	return ret;
}

/* All but @fd and, until the end, stderr. */
static int close_others(int fd)
{
	close(0);
	close(1);
	if (fd > 3 && syscall(SYS_close_range, 3, fd - 1, 0))
		return -errno;
	return syscall(SYS_close_range, fd + 1, ~0u, 0) ? -errno : 0;
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct none[2], left[2];
	int cap;

	/* needs CAP_SETPCAP; without it the set cannot be used any more anyway */
	for (cap = 0; cap < 64; cap++)
		prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) && errno != EINVAL)
		return -errno;
	memset(none, 0, sizeof(none));
	if (syscall(SYS_capset, &header, none) || syscall(SYS_capget, &header, left))
		return -errno;
	return memcmp(none, left, sizeof(none)) ? -EPERM : 0;
}

/* A ruleset that handles every right and has no rule: nothing is allowed. */
static int deny_files(unsigned int *abi)
{
	struct landlock_attr attr = { 0 };
	size_t size = sizeof(attr.fs);
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1u);
	int fd, ret = 0;

	*abi = 0;
	if (version < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP ? 0 : -errno;
	attr.fs = version >= 5 ? 0xffff : version >= 3 ? 0x7fff : version == 2 ? 0x3fff : 0x1fff;
	if (version >= 4) {
		attr.net = 3;
		size += sizeof(attr.net);
	}
	if (version >= 6) {
		attr.scoped = 3;
		size += sizeof(attr.scoped);
	}
	fd = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0u);
	if (fd < 0)
		return -errno;
	if (syscall(SYS_landlock_restrict_self, fd, 0u))
		ret = -errno;
	else
		*abi = (unsigned int)version;
	close(fd);
	return ret;
}

/* System calls without conditions: none of them reaches beyond the process. */
static const int harmless[] = {
	SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
	SCMP_SYS(close), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(restart_syscall), SCMP_SYS(futex), SCMP_SYS(futex_time64),
	SCMP_SYS(getrandom), SCMP_SYS(clock_gettime), SCMP_SYS(clock_gettime64),
	SCMP_SYS(gettimeofday), SCMP_SYS(sigreturn),
	SCMP_SYS(getpid),	/* OpenSSL's random numbers, for blinding; it looks for a fork */
#if SANITIZED
	/* the runtime's own, to report what it has found */
	SCMP_SYS(gettid), SCMP_SYS(sched_yield), SCMP_SYS(sigaltstack),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(tgkill),
#endif
};

/* 32 bit machines have mmap2; their mmap may take its arguments out of our sight. */
#ifdef SYS_mmap2
#define CALL_MMAP SCMP_SYS(mmap2)
#else
#define CALL_MMAP SCMP_SYS(mmap)
#endif

/* Memory, but never a file's, and never to be executed. */
static int filter_memory(scmp_filter_ctx filter)
{
	int ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, CALL_MMAP, 2,
				   SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
				   SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));

	if (!ret)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
				       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	return ret;
}

static int filter_rules(scmp_filter_ctx filter, int fd)
{
	size_t i;
	int ret = 0;

	for (i = 0; i < sizeof(harmless) / sizeof(harmless[0]) && !ret; i++)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, harmless[i], 0);
	if (!ret)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(read), 1,
				       SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)fd, 0));
	if (!ret)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
				       SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)fd, 0));
	if (!ret && SANITIZED)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
				       SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO, 0));
	return ret ? ret : filter_memory(filter);
}

static int filter_calls(int fd)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int ret;

	if (!filter)
		return -ENOMEM;
	ret = filter_rules(filter, fd);
	if (!ret)
		ret = seccomp_load(filter);
	seccomp_release(filter);
	return ret;
}

int sandbox_enter(int fd, unsigned int *landlock, char *why, size_t size)
{
	const char *step = "tie itself to the parent";
	int ret = 0;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		ret = -errno;
	if (!ret) {
		step = "restrict itself with Landlock";
		ret = deny_files(landlock);
	}
	if (!ret) {
		step = "close descriptors";
		ret = close_others(fd);
	}
	if (!ret) {
		step = "drop capabilities";
		ret = drop_capabilities();
	}
	if (!ret) {
		step = "set resource limits";
		ret = set_limits();
	}
	if (!ret) {
		step = "load its seccomp filter";
		ret = filter_calls(fd);
	}
	if (ret) {
		snprintf(why, size, "cannot %s: %s", step, strerror(-ret));
		return ret;
	}
	if (!SANITIZED)
		close(STDERR_FILENO);
	return 0;
}
