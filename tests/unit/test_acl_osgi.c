// SPDX-License-Identifier: GPL-2.0
/*
 * Lists against those of OSGi's Dmt Admin, the reading of another standards body, where
 * Java and Debian's libosgi-compendium-java are there (OMASEC_OSGI_JAR names another jar).
 * Lists at random, whole and damaged. What we know it to take and we refuse:
 *
 *  - identifiers with octets that the ABNF of TND has not: it takes non-ASCII characters;
 *  - and nothing else: whatever it refuses we refuse, what both take is the same.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acl_tree.h"

#define LISTS	6000
#define ORACLE	OMASEC_TEST_DATA "/oracle/AclOracle.java"

static const char *const jars[] = { "/usr/share/java/osgi.cmpn.jar", "/usr/share/java/osgi.compendium.jar" };
static const char *const ids[] = { "a", "b", "ab", "srv1", "srv10", "x.example.com-1" };
static char text[LISTS][256];

#define IDS (sizeof(ids) / sizeof(ids[0]))

static const char *jar_find(void)
{
	const char *jar = getenv("OMASEC_OSGI_JAR");
	size_t i;

	if (jar)
		return jar;
	for (i = 0; i < sizeof(jars) / sizeof(jars[0]); i++)
		if (!access(jars[i], R_OK))
			return jars[i];
	return NULL;
}

static void lists_make(void)
{
	static const char noise[] = "&=+* aGet\303\244\t";
	uint64_t seed = 0x05610;
	unsigned int i, e, k;

	for (i = 0; i < LISTS; i++) {
		unsigned int entries = 1 + tree_random(&seed) % 4;
		char *at = text[i];

		for (e = 0; e < entries; e++) {
			unsigned int count = 1 + tree_random(&seed) % 3;

			at += sprintf(at, "%s%s=", e ? "&" : "", acl_right_name(1u << tree_random(&seed) % ACL_RIGHTS));
			for (k = 0; k < count; k++) {
				unsigned int id = tree_random(&seed) % (IDS + 1);

				at += sprintf(at, "%s%s", k ? "+" : "", id == IDS ? "*" : ids[id]);
			}
		}
		if (i % 2)
			text[i][tree_random(&seed) % strlen(text[i])] = noise[tree_random(&seed) % (sizeof(noise) - 1)];
	}
}

static void child(const char *jar, FILE *in, FILE *out)
{
	const char *argv[6 + IDS + 1] = { "java", "-Xshare:auto", "-cp", jar, ORACLE };
	size_t i;

	for (i = 0; i < IDS; i++)
		argv[5 + i] = ids[i];
	dup2(fileno(in), STDIN_FILENO);
	dup2(fileno(out), STDOUT_FILENO);
	execvp("java", (char *const *)(uintptr_t)argv);
	_exit(127);
}

/* Answers of the oracle; NULL when it did not run. */
static FILE *ask(const char *jar)
{
	FILE *in = tmpfile(), *out = tmpfile();
	int status = -1;
	unsigned int i;
	pid_t pid;

	assert_true(in && out);
	for (i = 0; i < LISTS; i++)
		fprintf(in, "%s\n", text[i]);
	fflush(in);
	rewind(in);
	pid = fork();
	if (!pid)
		child(jar, in, out);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	fclose(in);
	rewind(out);
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		fclose(out);
		return NULL;
	}
	return out;
}

static bool foreign_octets(const char *list)
{
	for (; *list; list++)
		if ((unsigned char)*list < 0x21 || (unsigned char)*list > 0x7e)
			return true;
	return false;
}

static void compare(const char *list, char *line)
{
	struct acl *acl;
	char ours[ACL_TEXT_MAX + 1], *at = line + 1;
	unsigned int i, r;
	int rc = acl_parse(list, strlen(list), &acl, NULL);

	if (line[0] == '-') {
		if (!rc)
			fail_msg("\"%s\" is refused by OSGi only", list);
		return;
	}
	if (rc) {
		if (!foreign_octets(list))
			fail_msg("\"%s\" is refused by us only", list);
		return;
	}
	for (i = 0; i < IDS; i++) {
		unsigned int theirs = (unsigned int)strtoul(at, &at, 10);

		for (r = 0; r < ACL_RIGHTS; r++)
			if (!(theirs & 1u << r) !=
			    !(acl && acl_grant(acl, 1u << r, ids[i], strlen(ids[i])) >= ACL_GRANT_NAMED))
				fail_msg("\"%s\": %s of %s", list, acl_right_name(1u << r), ids[i]);
	}
	acl_format(acl, ours);
	assert_string_equal(ours, at + 1);
	acl_free(acl);
}

static void same_as_osgi(void **state)
{
	const char *jar = jar_find();
	unsigned int i, refused = 0;
	char line[512];
	FILE *answers;

	(void)state;
	if (!jar || system("java -version >/dev/null 2>&1")) {
		print_message("SKIPPED: no %s: install default-jre-headless and libosgi-compendium-java\n",
			      jar ? "Java" : "org.osgi.service.dmt.Acl");
		skip();
	}
	lists_make();
	answers = ask(jar);
	if (!answers)
		fail_msg("the oracle did not run");
	for (i = 0; i < LISTS; i++) {
		assert_non_null(fgets(line, sizeof(line), answers));
		line[strcspn(line, "\n")] = '\0';
		refused += line[0] == '-';
		compare(text[i], line);
	}
	fclose(answers);
	assert_in_range(refused, 300, LISTS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(same_as_osgi) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
