// SPDX-License-Identifier: GPL-2.0
/*
 * The worker's sandbox, tried from inside: one forbidden thing a process, which
 * has to die of it; and each layer by itself.
 */
#include "cmocka_table.h"

#include "dm/worker_ipc.h"

#include "../../userspace/worker/sandbox.c"

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* Each of these ends the process, or is refused. */
static void try_open(void) { open("/etc/passwd", O_RDONLY); }
static void try_openat2(void) { syscall(SYS_openat2, -100, "/etc/passwd", "", 0); }
#ifdef SYS_open	/* old machines have these, new ones only their successors */
static void try_creat(void) { syscall(SYS_creat, "/tmp/omasec-should-not-be", 0600); }
static void try_fork(void) { syscall(SYS_fork); }
#endif
static void try_stat(void) { struct stat st; stat("/etc/passwd", &st); }
static void try_socket(void) { socket(AF_INET, SOCK_STREAM, 0); }
static void try_netlink(void) { socket(AF_NETLINK, SOCK_RAW, 16); }
static void try_socketpair(void) { int p[2]; socketpair(AF_UNIX, SOCK_STREAM, 0, p); }
static void try_pipe(void) { int p[2]; syscall(SYS_pipe2, p, 0); }
static void try_sendmsg(void) { struct msghdr m = { 0 }; sendmsg(WORKER_FD, &m, 0); }
static void try_recvmsg(void) { struct msghdr m = { 0 }; recvmsg(WORKER_FD, &m, MSG_DONTWAIT); }
static void try_exec(void) { syscall(SYS_execve, "/bin/true", NULL, NULL); }
static void try_execveat(void) { syscall(SYS_execveat, -100, "/bin/true", NULL, NULL, 0); }
static void try_clone(void) { syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); }
static void try_clone3(void) { syscall(SYS_clone3, NULL, 0); }
static void try_kill(void) { syscall(SYS_kill, getppid(), 0); }
static void try_ptrace(void) { syscall(SYS_ptrace, PTRACE_ATTACH, 1, 0, 0); }
static void try_process_vm(void) { syscall(SYS_process_vm_readv, 1, NULL, 0, NULL, 0, 0); }
static void try_bpf(void) { syscall(SYS_bpf, 0, NULL, 0); }
static void try_keyctl(void) { syscall(SYS_keyctl, 0, 0, 0, 0, 0); }
static void try_add_key(void) { syscall(SYS_add_key, "user", "x", "y", 1, -1); }
static void try_ioctl(void) { syscall(SYS_ioctl, WORKER_FD, 0, 0); }
static void try_prctl(void) { syscall(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0); }
static void try_setrlimit(void) { syscall(SYS_prlimit64, 0, RLIMIT_AS, NULL, NULL); }
static void try_unshare(void) { syscall(SYS_unshare, 0x10000000); }
static void try_io_uring(void) { syscall(SYS_io_uring_setup, 1, NULL); }
static void try_memfd(void) { syscall(SYS_memfd_create, "x", 0); }
static void try_dup(void) { syscall(SYS_dup, WORKER_FD); }
static void try_other_read(void) { char c; syscall(SYS_read, 4, &c, 1); }
static void try_other_write(void) { syscall(SYS_write, 1, "x", 1); }
static void try_mmap_exec(void) { syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }
static void try_mmap_file(void) { syscall(SYS_mmap, NULL, 4096, PROT_READ, MAP_SHARED, WORKER_FD, 0); }
#ifdef __x86_64__
/* Calls of another architecture; without 32 bit support in the kernel it is a SIGSEGV. */
static void try_int80(void)
{
	long r = 20;

	signal(SIGSEGV, SIG_DFL);
	__asm__ volatile("int $0x80" : "+a"(r) : : "memory");
}
#endif
static void try_mprotect_exec(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	syscall(SYS_mprotect, p, 4096, PROT_READ | PROT_EXEC);
}

static const struct forbidden {
	const char *name;
	void (*run)(void);
} forbidden[] = {
#define F(what) { "sandbox_forbids_" #what, try_##what }
	F(open), F(openat2), F(stat), F(socket), F(netlink), F(socketpair), F(pipe), F(sendmsg), F(recvmsg),
	F(exec), F(execveat), F(clone), F(clone3), F(kill), F(ptrace), F(process_vm), F(bpf), F(keyctl),
	F(add_key), F(ioctl), F(prctl), F(setrlimit), F(unshare), F(io_uring), F(memfd), F(dup), F(other_read),
	F(other_write), F(mmap_exec), F(mprotect_exec), F(mmap_file),
#ifdef SYS_open
	F(creat), F(fork),
#endif
#ifdef __x86_64__
	F(int80),
#endif
};

/* In a child with its socket at WORKER_FD and the sandbox closed. */
static int in_sandbox(void (*run)(void))
{
	int pair[2], status;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	pid = fork();
	if (!pid) {
		unsigned int landlock;
		char why[128];

		dup2(pair[1], WORKER_FD);
		if (sandbox_enter(WORKER_FD, &landlock, why, sizeof(why))) {
			fprintf(stderr, "%s\n", why);
			_exit(WORKER_EXIT_SANDBOX);
		}
		run();
		_exit(42);
	}
	close(pair[0]);
	close(pair[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void sandbox_forbids(void **state)
{
	const struct forbidden *row = *state;
	int status = in_sandbox(row->run);

	if (!strcmp(row->name, "sandbox_forbids_int80") && WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV)
		return;
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
		fail_msg("status %#x", status);
}

static void use_memory(void)
{
	size_t i;

	for (i = 1; i < 64; i++) {
		char *p = malloc(i << 16);

		if (!p)
			_exit(43);
		memset(p, 1, i << 16);
		p = realloc(p, i << 17);
		free(p);
	}
}

static void sandbox_allows_memory(void **state)
{
	int status = in_sandbox(use_memory);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 42);
}

#define ONE_LIMIT(resource, value) do { \
	struct rlimit r; \
	if (getrlimit(resource, &r) || r.rlim_cur != (value) || r.rlim_max != (value)) \
		_exit(44); \
} while (0)

/* Limits are looked at before the filter is in place: set_limits() alone. */
static void limits_are_set(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (!pid) {
		if (set_limits())
			_exit(43);
		ONE_LIMIT(RLIMIT_CORE, 0);
		ONE_LIMIT(RLIMIT_NOFILE, 0);
		ONE_LIMIT(RLIMIT_NPROC, 0);
		ONE_LIMIT(RLIMIT_FSIZE, 0);
		ONE_LIMIT(RLIMIT_CPU, CPU_SECONDS);
		if (!SANITIZED)
			ONE_LIMIT(RLIMIT_AS, MEMORY_MAX);
		_exit(42);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 42);
}

/* Landlock by itself, where the kernel has it: the file is refused, not the process. */
static void landlock_denies_files(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (!pid) {
		unsigned int abi;

		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (deny_files(&abi))
			_exit(43);
		if (!abi)
			_exit(77);
		_exit(open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES ? 42 : 44);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 42);
}

/* Without the seccomp filter the rest still holds: no new descriptors, no capabilities. */
static void layers_hold_without_the_filter(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (!pid) {
		int pair[2];

		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || dup2(pair[1], WORKER_FD) < 0)
			_exit(43);
		if (close_others(WORKER_FD) || drop_capabilities() || set_limits())
			_exit(44);
		if (dup(WORKER_FD) >= 0 || errno != EMFILE)
			_exit(45);
		if (pair[0] != WORKER_FD && fcntl(pair[0], F_GETFD) >= 0)
			_exit(46);
		if (!geteuid() && prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0))
			_exit(47);
		_exit(42);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 42);
}

int main(void)
{
	static struct table t;
	size_t i;

	for (i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
		table_add(&t, forbidden[i].name, sandbox_forbids, &forbidden[i]);
	table_add(&t, "sandbox_allows_memory", sandbox_allows_memory, NULL);
	table_add(&t, "limits_are_set", limits_are_set, NULL);
	table_add(&t, "landlock_denies_files", landlock_denies_files, NULL);
	table_add(&t, "layers_hold_without_the_filter", layers_hold_without_the_filter, NULL);
	return table_run("sandbox", &t);
}
