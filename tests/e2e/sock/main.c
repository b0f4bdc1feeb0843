// SPDX-License-Identifier: GPL-2.0
/*
 * sock_semantics: what an application may expect of a TCP socket, on a socket
 * that omasec protects. Each case runs in a process of its own on a fresh pair of
 * connected sockets over loopback and exchanges HTTP messages; with --plain the
 * same cases run on sockets that no rule selects, so that what they expect is
 * known to be TCP's own behaviour. Meant for rules with auth-mode static, which
 * do not look into the bodies.
 *
 *	sock_semantics [--plain] [-6] [--port N] [CASE...]
 *
 * Prints "ok CASE" or "not ok CASE: why"; exits 1 if any failed.
 */
#include "sock.h"

#define CASE_SECONDS 20

static const struct item *const sets[] = { io_cases, ready_cases, end_cases, refuse_cases };

static void child(const struct item *it, int out)
{
	struct pair p;
	int rc;

	alarm(CASE_SECONDS);
	rc = pair_open(&p) || it->fn(&p);
	if (rc && write(out, why, strlen(why)) < 0)
		_exit(2);
	_exit(rc);
}

static bool run(const struct item *it)
{
	char text[sizeof(why) + 1] = "";
	int pipes[2], status;
	pid_t pid;
	long t = now_ms();

	if (pipe(pipes))
		return false;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		child(it, pipes[1]);
	}
	close(pipes[1]);
	waitpid(pid, &status, 0);
	kill(-pid, SIGKILL);
	if (read(pipes[0], text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(pipes[0]);
	if (!status) {
		printf("ok %s%s (%ld ms)\n", plain ? "plain " : "", it->name, now_ms() - t);
		return true;
	}
	if (WIFSIGNALED(status))
		snprintf(text, sizeof(text), "%s", WTERMSIG(status) == SIGALRM ?
			 "did not end in time" : strsignal(WTERMSIG(status)));
	printf("not ok %s%s: %s\n", plain ? "plain " : "", it->name, text);
	return false;
}

int main(int argc, char **argv)
{
	int failed = 0, chosen = 0;
	const struct item *it;
	size_t i;
	int a;

	for (a = 1; a < argc && argv[a][0] == '-'; a++) {
		if (!strcmp(argv[a], "--plain"))
			plain = true;
		else if (!strcmp(argv[a], "-6"))
			six = true;
		else if (!strcmp(argv[a], "--port") && a + 1 < argc)
			port = atoi(argv[++a]);
		else
			return 2;
	}
	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		for (it = sets[i]; it->name; it++) {
			bool want = a == argc;
			int k;

			for (k = a; k < argc; k++)
				want |= !strcmp(argv[k], it->name);
			if (!want || (plain && it->only))
				continue;
			chosen++;
			failed += !run(it);
		}
	printf("# %d cases, %d failed\n", chosen, failed);
	return failed || !chosen;
}
