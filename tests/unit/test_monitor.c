// SPDX-License-Identifier: GPL-2.0
/* The live screen of omasec monitor: never more than the terminal has, and nothing of what others wrote moves it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include <linux/omasec.h>

#include "userspace/tool/monitor.h"

static struct monitor m;
static char *drawn;

static int begin(void **state)
{
	(void)state;
	memset(&m, 0, sizeof(m));
	m.rows = 24;
	m.cols = 80;
	strcpy(m.time, "2026-01-02T03:04:05.678Z");
	strcpy(m.status.version, "9.8.7");
	return 0;
}

static int end(void **state)
{
	(void)state;
	free(drawn);
	drawn = NULL;
	return 0;
}

/* Draws, and sees that it fits. What is left is text: lines with \n. */
static const char *screen(void)
{
	static char text[65536];
	unsigned int lines = 1, cols = 0;
	char *to = text, *p;
	size_t len;
	FILE *f;

	free(drawn);
	drawn = NULL;
	f = open_memstream(&drawn, &len);
	monitor_draw(f, &m);
	assert_int_equal(fclose(f), 0);
	assert_memory_equal(drawn, "\033[H", 3);
	for (p = drawn; *p; p++) {
		if (*p == '\033') {
			assert_int_equal(p[1], '[');
			p += 1 + strcspn(p + 1, "HKJm");
			continue;
		}
		if (*p == '\r') {
			assert_int_equal(*++p, '\n');
			lines++;
			cols = 0;
		} else {
			assert_true((unsigned char)*p >= ' ');
			cols += ((unsigned char)*p & 0xc0) != 0x80;
			assert_true(cols <= m.cols);
		}
		*to++ = *p;
	}
	*to = '\0';
	assert_true(lines <= m.rows);
	return text;
}

static void has(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("no \"%s\" in\n%s", what, text);
}

static void flow(uint64_t id, const char *account, uint32_t reason)
{
	struct omasec_flow f = {
		.id = id, .family = AF_INET, .local = { 10, 0, 0, 1 }, .peer = { 10, 0, 0, 2 }, .local_port = 1234,
		.peer_port = 8080, .reason = reason, .rx_messages = 3, .tx_messages = 4,
		.rx_state = "head", .tx_state = "idle",
	};

	strcpy(f.account, account);
	monitor_flow_add(&m, &f);
}

static void refused(const char *text)
{
	struct omasec_event e = {
		.kind = OMASEC_EVENT_KIND_REFUSED, .reason = OMASEC_REASON_MAC_WRONG, .flow = 7,
	};

	snprintf(e.text, sizeof(e.text), "%s", text);
	monitor_event_add(&m, &e);
}

static void says_what_there_is(void **state)
{
	const char *text;

	(void)state;
	m.now = (struct monitor_totals){ .rx = 50, .tx = 30, .refused = 6, .passed = 2, .responded = 1 };
	m.before = (struct monitor_totals){ .rx = 40, .tx = 30, .refused = 5 };
	m.elapsed_ms = 2000;
	m.status.flows = 1;
	m.status.memory = 1025;
	flow(77, "mgmt", 0);
	refused("");
	text = screen();
	has(text, "omasec 9.8.7   2026-01-02T03:04:05.678Z   q quits\n");
	has(text, "no helper   accounts 0   rules 0\n");
	has(text, "received 50 (5.0/s)   sent 30 (0.0/s)   flows 1   waiting 0   memory 2 KiB\n");
	has(text, "refused 6 (0.5/s)   passed 2   answered by omasec 1\n");
	has(text, "    77 out 10.0.0.2:8080         mgmt              3      4  rx head, tx idle\n");
	m.cols = 130;
	has(screen(), "    77 out 10.0.0.1:1234         10.0.0.2:8080         mgmt              3      4  rx head, tx idle\n");
	text = screen();
	has(text, "refused mac-wrong flow 7");
	assert_null(strstr(drawn, "\033[3"));
}

static void says_what_is_wrong(void **state)
{
	(void)state;
	m.colour = true;
	m.cols = 200;
	m.status.needs_helper = true;
	flow(1, "", OMASEC_REASON_MAC_WRONG);
	refused("");
	has(screen(), "no helper, and rules need it: start omasecd");
	has(drawn, "\033[31mno helper");
	has(drawn, "refused: mac-wrong\033[0m\033[K");
	has(drawn, "\033[31m00:00:00.000Z refused");
	m.status.helper = 4711;
	strcpy(m.status.helper_version, "1.2");
	has(screen(), "helper 1.2   accounts");
	has(drawn, "\033[32mhelper");
	/* since when would they be new? */
	m.now.refused = 5;
	screen();
	assert_null(strstr(drawn, "\033[31mrefused 5"));
	m.elapsed_ms = 1000;
	screen();
	has(drawn, "\033[31mrefused 5");
}

static void the_last_flows_come_first(void **state)
{
	struct omasec_flow listener = { .id = 100000, .listener = true };
	unsigned int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		flow(i * 7 % 1000, "a", 0);
	monitor_flow_add(&m, &listener);
	assert_int_equal(m.flows, MONITOR_FLOWS);
	assert_int_equal(m.connections, 1000);
	for (i = 0; i < MONITOR_FLOWS; i++)
		assert_int_equal(m.flow[i].id, 999 - i);
	m.cols = 120;
	has(screen(), "STATE (8 of 1000)");
	has(screen(), "\n   992 ");
	assert_null(strstr(screen(), "\n   991 "));
}

static void the_last_events_are_kept(void **state)
{
	unsigned int i;
	char text[20];

	(void)state;
	m.cols = 150;
	for (i = 0; i < 3 * MONITOR_EVENTS / 2; i++) {
		snprintf(text, sizeof(text), "number %u.", i);
		refused(text);
	}
	has(screen(), "number 191.");
	assert_null(strstr(screen(), "number 170."));
	m.rows = 1000;
	has(screen(), "number 64.");
	assert_null(strstr(screen(), "number 63."));
	m.lost = 3;
	has(screen(), "EVENTS (3 lost)");
}

/* What comes from the network moves no cursor, and half a character is not shown. */
static void texts_of_others_stay_in_their_line(void **state)
{
	unsigned int i;

	(void)state;
	refused("\033[2J\r\nspoofed\033]0;title\a");
	refused("\303\244\303\244\303\244\342\202\254\342\202\254\360\237\230\200\360\237\230\200");
	for (i = 0; i < sizeof(m.event[0].text); i += 97) {
		m.cols = i;
		screen();
	}
	m.cols = 200;
	has(screen(), "\\x1b[2J\\x0d\\x0aspoofed\\x1b]0;title\\x07");
	memset(m.event[1].text, 'x', MONITOR_LINE - 1);
	strcpy(m.event[1].text + MONITOR_LINE - 3, "\342\202");
	m.cols = 2000;
	assert_null(strstr(screen(), "\342\202"));
}

static void fits_any_terminal(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 200; i++) {
		flow(i, "account", i % 3 ? 0 : OMASEC_REASON_MAC_WRONG);
		refused("something that is longer than a narrow terminal would have in one line of it");
	}
	for (i = 1; i < 60; i++) {
		m.rows = i;
		m.cols = 61 - i;
		screen();
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(says_what_there_is), T(says_what_is_wrong), T(the_last_flows_come_first), T(the_last_events_are_kept),
		T(texts_of_others_stay_in_their_line), T(fits_any_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
