// SPDX-License-Identifier: GPL-2.0
/* Events as omasec event and omasec monitor print them, above all what others wrote into them. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmocka_table.h"
#include "userspace/tool/event_text.h"

static char out[1 << 14];

static const char *line(const struct omasec_event *e)
{
	struct tool t = { .secret_fd = -1 };
	int to = memfd_create("line", MFD_CLOEXEC), was = dup(STDOUT_FILENO);
	ssize_t n;

	assert_true(to >= 0 && was >= 0);
	fflush(stdout);
	dup2(to, STDOUT_FILENO);
	event_text_line(stdout, &t, e);
	fflush(stdout);
	n = pread(to, out, sizeof(out) - 1, 0);
	dup2(was, STDOUT_FILENO);
	close(was);
	close(to);
	assert_true(n >= 0);
	out[n] = '\0';
	return out;
}

static struct omasec_event denied(void)
{
	struct omasec_event e = {
		.kind = OMASEC_EVENT_KIND_ACL_DENIED, .time_ns = 1764115200123000000ull, .flow = 7, .rule = 2,
		.has_path = true, .path = OMASEC_PATH_RX, .account = "other",
		.denial = { .server = "Mgmt2", .command = "Delete", .uri = "./A", .clause = "not-named", .status = 425 },
	};

	return e;
}

static void a_denial_names_all(void **state)
{
	struct omasec_event e = denied();

	(void)state;
	assert_string_equal(line(&e), "2025-11-26T00:00:00.123Z acl-denied rx flow 7 rule 2 account other: "
				      "Mgmt2 Delete ./A: 425, not-named\n");
	e.more = 3;
	e.denial.server[0] = '\0';
	e.denial.uri[0] = '\0';
	assert_non_null(strstr(line(&e), "other: nobody Delete: 425, not-named (and 3 more)\n"));
}

static void a_terminal_obeys_nothing_of_it(void **state)
{
	struct omasec_event e = denied();

	(void)state;
	memset(e.denial.uri, 033, sizeof(e.denial.uri) - 1);
	strcpy(e.denial.server, "a\nb");
	strcpy(e.denial.command, "\302\233");
	strcpy(e.denial.clause, "\377");
	assert_null(strchr(line(&e), 033));
	assert_int_equal(strcspn(out, "\n") + 1, strlen(out));
	assert_non_null(strstr(out, "a\\x0ab"));
	assert_null(strstr(out, "\302\233"));
	assert_null(strchr(out, '\377'));
}

static void a_denial_in_json(void **state)
{
	struct omasec_event e = denied();
	json_t *o, *d;

	(void)state;
	e.more = 3;
	o = event_text_json(&e);
	assert_string_equal(json_string_value(json_object_get(o, "kind")), "acl-denied");
	assert_string_equal(json_string_value(json_object_get(o, "account")), "other");
	assert_int_equal(json_integer_value(json_object_get(o, "more")), 3);
	d = json_object_get(o, "denial");
	assert_string_equal(json_string_value(json_object_get(d, "server")), "Mgmt2");
	assert_string_equal(json_string_value(json_object_get(d, "command")), "Delete");
	assert_string_equal(json_string_value(json_object_get(d, "uri")), "./A");
	assert_string_equal(json_string_value(json_object_get(d, "clause")), "not-named");
	assert_int_equal(json_integer_value(json_object_get(d, "status")), 425);
	json_decref(o);
	e.denial.server[0] = '\0';
	e.more = 0;
	o = event_text_json(&e);
	assert_true(json_is_null(json_object_get(json_object_get(o, "denial"), "server")));
	assert_null(json_object_get(o, "more"));
	json_decref(o);
	/* and nothing of the kind in others */
	e.kind = OMASEC_EVENT_KIND_CONFIG;
	o = event_text_json(&e);
	assert_null(json_object_get(o, "denial"));
	json_decref(o);
}

int main(void)
{
	static struct table t;

	table_add(&t, "a_denial_names_all", a_denial_names_all, NULL);
	table_add(&t, "a_terminal_obeys_nothing_of_it", a_terminal_obeys_nothing_of_it, NULL);
	table_add(&t, "a_denial_in_json", a_denial_in_json, NULL);
	return table_run("event_text", &t);
}
