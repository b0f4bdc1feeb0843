// SPDX-License-Identifier: GPL-2.0
/*
 * warm PROGRAM.py ARG...: runs a Python program by the process that warm.py keeps ready at
 * $WARM, or by the interpreter when there is none. Signals go on to the program; it ends
 * with this process, and this process as it does.
 *
 * warm -n NAME COMMAND ARG...: runs a command in a network namespace.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PYTHON "/usr/bin/python3"
#define FDS 5	/* stdin, stdout, stderr, network namespace, directory */

static volatile sig_atomic_t program, pending;

static void forward(int sig)
{
	if (program)
		kill(program, sig);
	else
		pending = sig;
}

static int in_namespace(char **argv)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", argv[0]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET)) {
		perror(path);
		return 1;
	}
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 127;
}

static int ask(const char *path, char **argv)
{
	char control[CMSG_SPACE(sizeof(int) * FDS)] = "", text[65536];
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	struct iovec iov = { .iov_base = text };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	int fds[FDS] = { 0, 1, 2 }, fd;

	for (; *argv; argv++) {
		size_t len = strlen(*argv) + 1;

		if (len > sizeof(text) - iov.iov_len)
			return -1;
		memcpy(text + iov.iov_len, *argv, len);
		iov.iov_len += len;
	}
	fds[3] = open("/proc/self/ns/net", O_RDONLY);
	fds[4] = open(".", O_RDONLY | O_DIRECTORY);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fds[3] < 0 || fds[4] < 0 || fd < 0)
		return -1;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(c), fds, sizeof(fds));
	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) || sendmsg(fd, &msg, 0) < 0)
		return -1;
	close(fds[3]);
	close(fds[4]);
	return fd;
}

/* The next number from @fd: the program's id, then its status. -1 without one. */
static int next(int fd)
{
	unsigned char n[4];
	ssize_t len;

	do
		len = recv(fd, n, sizeof(n), 0);
	while (len < 0 && errno == EINTR);
	return len == 4 ? n[0] | n[1] << 8 | n[2] << 16 | n[3] << 24 : -1;
}

int main(int argc, char **argv)
{
	static const int sigs[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2 };
	const char *path = getenv("WARM");
	int fd, status, pid;
	unsigned int i;

	if (argc > 3 && !strcmp(argv[1], "-n"))
		return in_namespace(argv + 2);
	if (argc < 2)
		return 2;
	for (i = 0; path && i < sizeof(sigs) / sizeof(sigs[0]); i++)
		signal(sigs[i], forward);
	fd = path ? ask(path, argv + 1) : -1;
	pid = fd < 0 ? -1 : next(fd);
	if (pid < 0) {
		for (i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++)
			signal(sigs[i], SIG_DFL);
		if (pending)
			raise(pending);
		argv[0] = (char *)PYTHON;
		execv(PYTHON, argv);
		perror(PYTHON);
		return 127;
	}
	program = pid;
	if (pending)
		kill(pid, pending);
	status = next(fd);
	if (status < 0)
		return 125;
	if (WIFSIGNALED(status)) {
		signal(WTERMSIG(status), SIG_DFL);
		kill(getpid(), WTERMSIG(status));
		return 128 + WTERMSIG(status);
	}
	return WEXITSTATUS(status);
}
