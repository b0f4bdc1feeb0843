// SPDX-License-Identifier: GPL-2.0
/*
 * Passwords: which files are taken, what of them is the password, and K. The first
 * value of K is the worked example of the SyncML specifications.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "userspace/tool/secret.h"

#define TEMPLATE "/tmp/omasec-secret-XXXXXX"

static char dir[sizeof(TEMPLATE)];
static char path[64], why[SECRET_WHY_MAX];
static struct secret s;

static int make_dir(void **state)
{
	(void)state;
	memcpy(dir, TEMPLATE, sizeof(TEMPLATE));
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/file", dir);
	return 0;
}

static int remove_dir(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static void put(const void *data, size_t len, mode_t mode)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void k_is_that_of_the_specification(void **state)
{
	uint8_t k[OMASEC_K_LEN];

	(void)state;
	memcpy(s.data, "OhBehave", s.len = 8);
	assert_int_equal(secret_k("Bruce2", &s, k, why), 0);
	assert_memory_equal(k, "PtEdr8lBQ45IbT1bZIkrOQ==", OMASEC_K_LEN);
	/* The length counts, not a NUL. */
	s.len = 7;
	assert_int_equal(secret_k("Bruce2", &s, k, why), 0);
	assert_memory_not_equal(k, "PtEdr8lBQ45IbT1bZIkrOQ==", OMASEC_K_LEN);
}

static void a_line_end_is_not_part_of_the_password(void **state)
{
	static const struct {
		const char *text, *password;
	} cases[] = {
		{ "pw", "pw" }, { "pw\n", "pw" }, { "pw\r\n", "pw" }, { " p w\n", " p w" },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put(cases[i].text, strlen(cases[i].text), 0600);
		assert_int_equal(secret_from_file(path, &s, why), 0);
		assert_int_equal(s.len, strlen(cases[i].password));
		assert_string_equal(s.data, cases[i].password);
	}
}

static void refuses_what_is_not_one_line(void **state)
{
	static char longer[SECRET_MAX + 2];

	(void)state;
	put("", 0, 0600);
	assert_int_equal(secret_from_file(path, &s, why), -EINVAL);
	put("\n", 1, 0600);
	assert_int_equal(secret_from_file(path, &s, why), -EINVAL);
	put("a\nb\n", 4, 0600);
	assert_int_equal(secret_from_file(path, &s, why), -EINVAL);
	put("a\0b", 3, 0600);
	assert_int_equal(secret_from_file(path, &s, why), -EINVAL);
	memset(longer, 'x', sizeof(longer));
	put(longer, SECRET_MAX, 0600);
	assert_int_equal(secret_from_file(path, &s, why), 0);
	assert_int_equal(s.len, SECRET_MAX);
	put(longer, SECRET_MAX + 1, 0600);
	assert_int_equal(secret_from_file(path, &s, why), -EINVAL);
	put(longer, SECRET_MAX + 2, 0600);
	assert_int_equal(secret_from_file(path, &s, why), -EINVAL);
}

static void leaves_nothing_of_what_it_refused(void **state)
{
	size_t i;

	(void)state;
	put("secret\nsecret\n", 14, 0600);
	assert_int_equal(secret_from_file(path, &s, why), -EINVAL);
	for (i = 0; i < sizeof(s); i++)
		assert_int_equal(((char *)&s)[i], 0);
	assert_null(strstr(why, "secret"));
}

static void refuses_files_that_others_can_use(void **state)
{
	static const mode_t bad[] = { 0644, 0640, 0604, 0620, 0602, 0610, 0601, 0666 };
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put("pw", 2, bad[i]);
		assert_int_equal(secret_from_file(path, &s, why), -EACCES);
		assert_int_equal(secret_check_file(path, why), -EACCES);
		assert_non_null(strstr(why, "chmod 600"));
	}
	put("pw", 2, 0400);
	assert_int_equal(secret_check_file(path, why), 0);
	assert_int_equal(secret_from_file(path, &s, why), 0);
}

static void refuses_files_of_others(void **state)
{
	(void)state;
	if (geteuid())
		skip();
	put("pw", 2, 0600);
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_int_equal(secret_from_file(path, &s, why), -EACCES);
	assert_non_null(strstr(why, "chown"));
}

static void refuses_what_is_no_file_without_waiting(void **state)
{
	(void)state;
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	alarm(10);
	assert_int_equal(secret_from_file(path, &s, why), -EINVAL);
	alarm(0);
	assert_int_equal(secret_from_file(dir, &s, why), -EINVAL);
	unlink(path);
	assert_int_equal(secret_from_file(path, &s, why), -ENOENT);
	assert_non_null(strstr(why, path));
	put("", 0, 0600);
}

static void reads_a_descriptor_that_gives_little_at_a_time(void **state)
{
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], "pass", 4), 4);
	assert_int_equal(write(fd[1], "word\n", 5), 5);
	close(fd[1]);
	assert_int_equal(secret_from_fd(fd[0], &s, why), 0);
	assert_string_equal(s.data, "password");
	close(fd[0]);
	assert_int_equal(secret_from_fd(fd[0], &s, why), -EBADF);
}

static int octets_of(enum secret_form form, const char *text, uint8_t out[SECRET_OCTETS_MAX])
{
	size_t len = 0;

	put(text, strlen(text), 0600);
	assert_int_equal(secret_from_file(path, &s, why), 0);
	return secret_octets(form, &s, out, &len, why) ? -1 : (int)len;
}

static void secrets_become_octets_by_their_form(void **state)
{
	uint8_t out[SECRET_OCTETS_MAX];
	enum secret_form form;

	(void)state;
	assert_int_equal(octets_of(SECRET_IMSI, "262011234567890\n", out), 8);
	assert_memory_equal(out, "\x29\x26\x10\x21\x43\x65\x87\x09", 8);
	assert_int_equal(octets_of(SECRET_HEX, "0aFF00", out), 3);
	assert_memory_equal(out, "\x0a\xff\x00", 3);
	assert_int_equal(octets_of(SECRET_TEXT, "ESN-1", out), 5);
	assert_memory_equal(out, "ESN-1", 5);
	assert_int_equal(octets_of(SECRET_DIGITS, "0042", out), 4);
	assert_memory_equal(out, "0042", 4);
	assert_int_equal(octets_of(SECRET_IMSI, "ESN-1", out), -1);
	assert_int_equal(octets_of(SECRET_HEX, "0a0", out), -1);
	assert_int_equal(octets_of(SECRET_HEX, "0a:0b", out), -1);
	assert_int_equal(octets_of(SECRET_DIGITS, "12a4", out), -1);
	assert_int_equal(octets_of(SECRET_TEXT, "0123456789012345678901234567890123456789012345678901234567890123x",
				   out), -1);
	assert_int_equal(secret_find_form("hex", &form), 0);
	assert_int_equal(form, SECRET_HEX);
	assert_int_equal(secret_find_form("digits", &form), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(k_is_that_of_the_specification),
		cmocka_unit_test(a_line_end_is_not_part_of_the_password),
		cmocka_unit_test(refuses_what_is_not_one_line),
		cmocka_unit_test(leaves_nothing_of_what_it_refused),
		cmocka_unit_test(refuses_files_that_others_can_use),
		cmocka_unit_test(refuses_files_of_others),
		cmocka_unit_test(refuses_what_is_no_file_without_waiting),
		cmocka_unit_test(secrets_become_octets_by_their_form),
		cmocka_unit_test(reads_a_descriptor_that_gives_little_at_a_time),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
