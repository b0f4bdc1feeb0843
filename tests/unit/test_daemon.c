// SPDX-License-Identifier: GPL-2.0
/*
 * What surrounds the helper: its command line, the service manager, the log.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <daemon/log.h>
#include <daemon/loop.h>
#include <daemon/notify.h>
#include <daemon/options.h>

#include "cmocka_table.h"

static char said[4096];

/* Runs with standard output and error in @said. */
static int heard(int (*fn)(void *), void *arg)
{
	int fds[2], out = dup(1), err = dup(2), rc;
	ssize_t n;

	assert_int_equal(pipe(fds), 0);
	fflush(NULL);
	dup2(fds[1], 1);
	dup2(fds[1], 2);
	rc = fn(arg);
	fflush(NULL);
	dup2(out, 1);
	dup2(err, 2);
	close(out);
	close(err);
	close(fds[1]);
	n = read(fds[0], said, sizeof(said) - 1);
	close(fds[0]);
	said[n > 0 ? n : 0] = '\0';
	return rc;
}

static struct options opt;

static int parse(void *arg)
{
	char **argv = arg;
	int argc = 0;

	while (argv[argc])
		argc++;
	return options_parse(&opt, argc, argv);
}

#define PARSE(...) heard(parse, (char *[]){ "omasecd", ##__VA_ARGS__, NULL })

static void options_have_safe_defaults(void **state)
{
	(void)state;
	assert_int_equal(PARSE(), 0);
	assert_string_equal(said, "");
	assert_non_null(strstr(opt.state_dir, "/omasec"));
	assert_non_null(strstr(opt.worker, "/omasecd-worker"));
	assert_int_equal(opt.workers, 1);
	assert_false(opt.replace || opt.foreground);
}

static void options_are_taken(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--state-dir", "/a", "--worker=/b", "--workers", "4", "--recycle",
			       "7", "--log-level", "debug", "-f", "--replace"), 0);
	assert_string_equal(opt.state_dir, "/a");
	assert_string_equal(opt.worker, "/b");
	assert_int_equal(opt.workers, 4);
	assert_int_equal(opt.recycle, 7);
	assert_int_equal(opt.log_level, 7);
	assert_true(opt.foreground && opt.replace);
	assert_int_equal(PARSE("--help"), 1);
	assert_non_null(strstr(said, "--state-dir"));
	assert_int_equal(PARSE("--version"), 1);
	assert_non_null(strstr(said, "omasecd "));
}

static void wrong_options_are_told(void **state)
{
	static const struct { char *a, *b; const char *word; } rows[] = {
		{ "--frob", NULL, "frob" }, { "--workers", "0", "1 to 16" },
		{ "--workers", "17", "1 to 16" }, { "--workers", "2x", "'2x'" },
		{ "--workers", "-1", "1 to 16" }, { "--workers", "", "1 to 16" },
		{ "--recycle", "99999999999999999999", "not a number" },
		{ "--log-level", "loud", "'loud'" }, { "--state-dir", NULL, "argument" },
		{ "--state-dir", "", "need a path" }, { "stray", NULL, "'stray'" },
		{ "-x", NULL, "--help" },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(PARSE(rows[i].a, rows[i].b), -1);
		if (!strstr(said, rows[i].word))
			fail_msg("%s %s: '%s'", rows[i].a, rows[i].b ? rows[i].b : "", said);
	}
}

/* ---- the service manager ---- */

static void notices_reach_the_service_manager(void **state)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char path[64], buf[64];
	unsigned int abstract;
	ssize_t n;
	int fd;

	(void)state;
	for (abstract = 0; abstract < 2; abstract++) {
		snprintf(path, sizeof(path), "%comasec-notify-%d", abstract ? '@' : '/', getpid());
		if (!abstract)
			snprintf(path, sizeof(path), "/tmp/omasec-notify-%d", getpid());
		memset(sun.sun_path, 0, sizeof(sun.sun_path));
		strcpy(sun.sun_path, path);
		if (abstract)
			sun.sun_path[0] = '\0';
		fd = socket(AF_UNIX, SOCK_DGRAM, 0);
		assert_int_equal(bind(fd, (struct sockaddr *)&sun,
				      (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
						  strlen(path))), 0);
		setenv("NOTIFY_SOCKET", path, 1);
		assert_int_equal(notify_send("READY=1\nSTATUS=x"), 0);
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		assert_int_equal(n, 16);
		assert_memory_equal(buf, "READY=1\nSTATUS=x", 16);
		close(fd);
		if (!abstract)
			unlink(path);
		assert_true(notify_send("READY=1") < 0);
	}
	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(notify_send("READY=1"), 0);
	setenv("NOTIFY_SOCKET", "relative", 1);
	assert_int_equal(notify_send("READY=1"), -EINVAL);
	unsetenv("NOTIFY_SOCKET");
}

static void watchdog_is_half_of_what_is_asked(void **state)
{
	char pid[16];

	(void)state;
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	assert_int_equal(notify_watchdog_ms(), 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(notify_watchdog_ms(), 15000);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(notify_watchdog_ms(), 0);
	snprintf(pid, sizeof(pid), "%d", getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_watchdog_ms(), 15000);
	setenv("WATCHDOG_USEC", "junk", 1);
	assert_int_equal(notify_watchdog_ms(), 0);
	setenv("WATCHDOG_USEC", "1", 1);
	assert_int_equal(notify_watchdog_ms(), 1);
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

/* ---- the log ---- */

static int say(void *arg)
{
	log_notice("session %s", (const char *)arg);
	log_debug("never");
	return 0;
}

static void one_message_is_one_line(void **state)
{
	(void)state;
	unsetenv("JOURNAL_STREAM");
	log_open(5, true);
	heard(say, "1\n<0>omasecd: error: forged\r\x1b[2J");
	assert_string_equal(said, "omasecd: notice: session 1?<0>omasecd: error: forged??[2J\n");
	setenv("JOURNAL_STREAM", "1:2", 1);
	log_open(5, false);
	heard(say, "x");
	assert_string_equal(said, "<5>session x\n");
	unsetenv("JOURNAL_STREAM");
	log_open(3, true);
	heard(say, "x");
	assert_string_equal(said, "");
	assert_int_equal(log_level("warning"), 4);
	assert_int_equal(log_level("emerg"), -1);
	assert_int_equal(log_level(""), -1);
}

static void what_peers_provoke_is_limited(void **state)
{
	struct log_limit l = { 0 };
	unsigned int i, said_count = 0;

	(void)state;
	log_open(3, true);
	for (i = 0; i < 1000; i++)
		said_count += log_allowed(&l);
	/* Two seconds at most went by. */
	assert_true(said_count >= 10 && said_count <= 30);
	assert_true(l.dropped > 0);
	l.second = 0;
	assert_true(log_allowed(&l));
	assert_int_equal(l.dropped, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_have_safe_defaults),
		cmocka_unit_test(options_are_taken),
		cmocka_unit_test(wrong_options_are_told),
		cmocka_unit_test(notices_reach_the_service_manager),
		cmocka_unit_test(watchdog_is_half_of_what_is_asked),
		cmocka_unit_test(one_message_is_one_line),
		cmocka_unit_test(what_peers_provoke_is_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
