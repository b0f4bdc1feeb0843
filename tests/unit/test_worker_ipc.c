// SPDX-License-Identifier: GPL-2.0
/*
 * Worker and its client. The program is its own worker: started as
 * omasecd-worker it runs the worker's code, or, by a letter in the path under
 * which it was started, one that dies, stalls or answers nonsense.
 */
#include "dm_samples.h"

#include "dm/worker_client.h"
#include "dm/worker_ipc.h"

#define main worker_main
#include "../../userspace/worker/main.c"
#undef main
#include "../../userspace/worker/sandbox.c"
#include "../../userspace/worker/channel.c"
#include "../../userspace/worker/serve.c"
#include "../../userspace/worker/serve_xsec.c"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/wait.h>

static char directory[32] = "/tmp/omasec-worker-XXXXXX";

/* --- odd workers, by the first letter of their name ------------------- */

static void send_hello(uint32_t facts_size)
{
	struct worker_frame frame = { WORKER_MAGIC, WORKER_HELLO, 0, sizeof(struct worker_hello) };
	struct worker_hello hello;

	worker_hello_fill(&hello, 0);
	hello.facts_size = facts_size;
	write_all(WORKER_FD, &frame, sizeof(frame));
	write_all(WORKER_FD, &hello, sizeof(hello));
}

static struct worker_frame take_request(void)
{
	struct worker_frame frame;
	uint8_t *body;

	if (!read_all(WORKER_FD, &frame, sizeof(frame)))
		_exit(0);
	body = malloc(frame.length);
	if (!read_all(WORKER_FD, body, frame.length))
		_exit(0);
	free(body);
	return frame;
}

static void send_answer(struct worker_frame frame, uint32_t op, const void *payload, size_t sent)
{
	frame.op = op;
	write_all(WORKER_FD, &frame, sizeof(frame));
	write_all(WORKER_FD, payload, sent);
	pause();
}

static void own_facts(struct dm_facts *facts)
{
	struct dm_doc *doc;
	struct dm_error err;

	dm_init();
	if (dm_parse((const uint8_t *)SAMPLE, strlen(SAMPLE), TYPE_XML, &doc, &err) ||
	    dm_extract(doc, facts, &err))
		_exit(98);
	dm_doc_free(doc);
}

static int odd_worker(char kind)
{
	static struct dm_facts facts;
	struct worker_error error = { -EBADMSG, { OMASEC_REASON_XML_BAD, "" } };
	struct worker_frame frame;

	/* not to outlive a test that failed */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (kind == 'b') {	/* another build */
		send_hello(1);
		pause();
	}
	if (kind == 'q')	/* quits before it says a word */
		return 5;
	if (kind == 's')	/* stalls at start */
		pause();
	send_hello(sizeof(struct dm_facts));
	if (kind == 'u') {	/* speaks unasked, when idle */
		usleep(50000);
		write_all(WORKER_FD, "x", 1);
		pause();
	}
	if (kind == 'd') {	/* does not read */
		pause();
	}
	frame = take_request();
	own_facts(&facts);
	switch (kind) {
	case 'k':		/* is killed on the message */
		signal(SIGSEGV, SIG_DFL);	/* the sanitizer has a handler */
		raise(SIGSEGV);
		break;
	case 'e':		/* ends */
		return 0;
	case 't':		/* takes too long */
		pause();
		break;
	case 'm':
		frame.magic++;
		frame.length = sizeof(facts);
		send_answer(frame, WORKER_FACTS, &facts, sizeof(facts));
		break;
	case 'i':		/* wrong id */
		frame.id++;
		frame.length = sizeof(facts);
		send_answer(frame, WORKER_FACTS, &facts, sizeof(facts));
		break;
	case 'o':		/* wrong kind of answer */
		frame.length = 1;
		send_answer(frame, WORKER_BODY, "x", 1);
		break;
	case 'l':		/* wrong length */
		frame.length = sizeof(facts) - 1;
		send_answer(frame, WORKER_FACTS, &facts, sizeof(facts) - 1);
		break;
	case 'h':		/* huge length */
		frame.length = UINT32_MAX;
		send_answer(frame, WORKER_FACTS, &facts, sizeof(facts));
		break;
	case 'c':		/* facts cut off by its death */
		frame.op = WORKER_FACTS;
		frame.length = sizeof(facts);
		write_all(WORKER_FD, &frame, sizeof(frame));
		write_all(WORKER_FD, &facts, 100);
		return 0;
	case 'f':		/* facts that are not valid */
	case 'g':		/* facts of another message */
	case 'v':
		facts.version = (uint8_t)(facts.version + (kind == 'f' ? 9 : 0));
		facts.length += kind == 'g';	/* 'v': good ones */
		frame.length = sizeof(facts);
		send_answer(frame, WORKER_FACTS, &facts, sizeof(facts));
		break;
	case 'r':		/* a reason that a worker cannot have */
		error.detail.reason = OMASEC_REASON_NONE;
		frame.length = sizeof(error);
		send_answer(frame, WORKER_ERROR, &error, sizeof(error));
		break;
	case 'x':		/* a text without end */
		memset(error.detail.text, 'x', sizeof(error.detail.text));
		frame.length = sizeof(error);
		send_answer(frame, WORKER_ERROR, &error, sizeof(error));
		break;
	}
	return 99;
}

/* --- client and real worker -------------------------------------------- */

static struct worker_client *client_of(const char *name, unsigned int timeout, unsigned int recycle)
{
	char path[128];
	struct worker_client_options options = { path, timeout, recycle };
	struct worker_client *wc;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	wc = worker_client_new(&options);
	assert_non_null(wc);
	return wc;
}

static struct worker_client *real_client(void)
{
	return client_of("worker", 20000, 0);
}

static struct dm_facts facts;
static struct dm_error err;

static int ask(struct worker_client *wc, const char *body)
{
	memset(&err, 0, sizeof(err));
	return worker_client_parse(wc, TYPE_XML, (const uint8_t *)body, strlen(body), &facts, &err);
}

static void good(struct worker_client *wc)
{
	int ret = ask(wc, SAMPLE);

	if (ret)
		fail_msg("parse: %d %s", ret, err.text);
	assert_int_equal(facts.msg_id, 2);
}

/* What the worker says is what the library says. */
static void answers_as_the_library(void **state)
{
	static struct dm_edits edits = { .set_msg_id = 9, .remove_cred = 1, .insert_status = 1, .insert_code = 200,
		.insert_chal = DM_CHAL_MAC, .insert_nonce_len = 3, .insert_nonce = "abc", .insert_msg_ref = 4 };
	const struct dm_challenge challenge = { .msg_id = 1, .code = 401, .has_chal = 1, .nonce_len = 2, .nonce = "ab" };
	struct worker_client *wc = real_client();
	struct dm_doc *doc = parse_good(SAMPLE, strlen(SAMPLE), TYPE_XML);
	static struct dm_facts own;
	uint8_t *out, *own_out;
	size_t len, own_len;
	int i;

	(void)state;
	dm_extract(doc, &own, &err);
	assert_int_equal(worker_client_warm(wc, &err), 0);
	for (i = 0; i < 3; i++) {
		good(wc);
		assert_memory_equal(&facts, &own, sizeof(own));
		assert_int_equal(worker_client_edit(wc, &edits, &out, &len, &err), 0);
		assert_int_equal(dm_apply(doc, &edits, &own_out, &own_len, &err), 0);
		assert_int_equal(len, own_len);
		assert_memory_equal(out, own_out, len);
		free(out);
		free(own_out);
		assert_int_equal(worker_client_challenge(wc, &challenge, &out, &len, &err), 0);
		assert_int_equal(dm_challenge_build(doc, &challenge, &own_out, &own_len, &err), 0);
		assert_int_equal(len, own_len);
		assert_memory_equal(out, own_out, len);
		free(out);
		free(own_out);
	}
	dm_doc_free(doc);
	worker_client_free(wc);
}

static void lists_and_changes_come_through(void **state)
{
	const struct dm_answer answer = { .code = 425, .cmd = DM_CMD_GET, .msg_ref = 1, .cmd_ref = 1 };
	static struct dm_changes changes = { .text_len = 1 };
	static struct dm_list list;
	static struct dm_edits none;
	struct worker_client *wc = real_client();
	uint8_t *out;
	size_t len;

	(void)state;
	good(wc);
	assert_int_equal(worker_client_list(wc, true, &facts, &list, &err), 0);
	assert_string_equal(list.text + list.item[list.item_count - 1].target, "./c");
	dm_changes_cut(&changes, DM_CUT_COMMAND, 1, 0);
	assert_int_equal(dm_changes_answer(&changes, &answer, "./denied", NULL), 0);
	assert_int_equal(worker_client_change(wc, &none, &changes, &out, &len, &err), 0);
	assert_true(memmem(out, len, "./denied", 8) && !memmem(out, len, "<Replace>", 9));
	free(out);
	worker_client_free(wc);
}

static void refusals_come_through(void **state)
{
	static struct dm_edits edits = { .status_count = 1, .status = { { .index = 9, .op = DM_STATUS_REMOVE } } };
	static struct dm_edits bad = { .remove_cred = 2 };
	static const struct dm_challenge bad_challenge = { .msg_id = 1, .code = 5 };
	struct worker_client *wc = real_client();
	struct worker_client_stats stats;
	char type[DM_TYPE_MAX + 1];
	uint8_t *out = NULL;
	size_t len;

	(void)state;
	memset(type, 'a', DM_TYPE_MAX);
	type[DM_TYPE_MAX] = 0;
	assert_int_equal(worker_client_parse(wc, type, (const uint8_t *)"x", 1, &facts, &err), -EBADMSG);
	assert_int_equal(err.reason, OMASEC_REASON_DM_BAD);
	assert_int_equal(worker_client_parse(wc, NULL, (const uint8_t *)"x", 1, &facts, &err), -EBADMSG);
	assert_int_equal(worker_client_challenge(wc, &bad_challenge, &out, &len, &err), -EINVAL);
	assert_int_equal(ask(wc, "<SyncML>"), -EBADMSG);
	assert_int_equal(err.reason, OMASEC_REASON_XML_BAD);
	assert_string_equal(err.text, "message ends inside an element");
	assert_int_equal(ask(wc, ""), -EBADMSG);
	assert_string_equal(err.text, "message is empty");
	assert_int_equal(ask(wc, "<SyncML/>"), -EBADMSG);
	assert_int_equal(err.reason, OMASEC_REASON_DM_BAD);
	assert_int_equal(worker_client_parse(wc, TYPE_WBXML, (const uint8_t *)"x", 1, &facts, &err), -EBADMSG);
	assert_int_equal(err.reason, OMASEC_REASON_WBXML_BAD);
	assert_int_equal(worker_client_parse(wc, "text/html", (const uint8_t *)"x", 1, &facts, &err), -EBADMSG);
	assert_int_equal(err.reason, OMASEC_REASON_DM_BAD);
	/* no message: nothing to edit */
	assert_int_equal(worker_client_edit(wc, &edits, &out, &len, &err), -EPIPE);
	good(wc);
	assert_int_equal(worker_client_edit(wc, &edits, &out, &len, &err), -EINVAL);
	assert_int_equal(err.reason, OMASEC_REASON_HELPER_ERROR);
	assert_int_equal(worker_client_edit(wc, &bad, &out, &len, &err), -EINVAL);
	assert_null(out);
	/* it was one and the same worker, and it is alive */
	good(wc);
	worker_client_stats(wc, &stats);
	assert_int_equal(stats.spawns, 1);
	assert_int_equal(stats.deaths + stats.nonsense + stats.timeouts, 0);
	worker_client_free(wc);
}

static void carries_16_mib(void **state)
{
	static const char head[] = "<SyncML><SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody><Add><CmdID>1</CmdID><Item><Data>";
	static const char tail[] = "</Data></Item></Add></SyncBody></SyncML>";
	static struct dm_edits edits = { .set_msg_id = 3 };
	struct worker_client *wc = real_client();
	uint8_t *body = malloc(DM_BODY_MAX + 1), *out;
	size_t len;
	int i;

	(void)state;
	memset(body, 'v', DM_BODY_MAX);
	memcpy(body, head, sizeof(head) - 1);
	memcpy(body + DM_BODY_MAX - (sizeof(tail) - 1), tail, sizeof(tail) - 1);
	for (i = 0; i < 3; i++) {
		if (worker_client_parse(wc, TYPE_XML, body, DM_BODY_MAX, &facts, &err))
			fail_msg("%s", err.text);
		assert_int_equal(worker_client_edit(wc, &edits, &out, &len, &err), 0);
		assert_int_equal(len, DM_BODY_MAX);
		free(out);
	}
	assert_int_equal(worker_client_parse(wc, TYPE_XML, body, DM_BODY_MAX + 1, &facts, &err), -EBADMSG);
	assert_int_equal(err.reason, OMASEC_REASON_TOO_LARGE);
	good(wc);
	free(body);
	worker_client_free(wc);
}

static void works_in_an_event_loop(void **state)
{
	struct worker_client *wc = real_client();
	const uint8_t *body = (const uint8_t *)SAMPLE;
	int ret, rounds = 0;

	(void)state;
	assert_int_equal(worker_client_timeout(wc), -1);
	assert_int_equal(worker_client_events(wc), 0);
	assert_int_equal(worker_client_start_parse(wc, TYPE_XML, body, strlen(SAMPLE), &facts, &err), 0);
	assert_int_equal(worker_client_start_parse(wc, TYPE_XML, body, strlen(SAMPLE), &facts, &err), -EBUSY);
	while ((ret = worker_client_step(wc)) == -EINPROGRESS) {
		struct pollfd p = { worker_client_fd(wc), worker_client_events(wc), 0 };

		assert_in_range(worker_client_timeout(wc), 1, 20000);
		assert_int_not_equal(p.events, 0);
		assert_int_equal(poll(&p, 1, 20000), 1);
		rounds++;
	}
	assert_int_equal(ret, 0);
	assert_int_equal(facts.msg_id, 2);
	assert_in_range(rounds, 1, 50);
	assert_int_equal(worker_client_step(wc), -EINVAL);
	worker_client_free(wc);
}

static void wait_gone(pid_t pid)
{
	siginfo_t info;

	/* leaves the body for the client to reap */
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

/* Never to pid 0: that would be everybody in our process group. */
static pid_t signal_worker(const struct worker_client *wc, int signal)
{
	pid_t pid = worker_client_pid(wc);

	assert_true(pid > 1);
	assert_int_equal(kill(pid, signal), 0);
	return pid;
}

/* Killed while idle: the message that it held is gone, the next gets a new worker. */
static void survives_a_killed_worker(void **state)
{
	static struct dm_edits edits = { .set_msg_id = 3 };
	struct worker_client *wc = real_client();
	struct worker_client_stats stats;
	uint8_t *out = NULL;
	size_t len;
	pid_t pid;

	(void)state;
	good(wc);
	pid = signal_worker(wc, SIGKILL);
	wait_gone(pid);
	assert_int_equal(worker_client_edit(wc, &edits, &out, &len, &err), -EPIPE);
	assert_int_equal(err.reason, OMASEC_REASON_WORKER_DIED);
	assert_null(out);
	assert_int_equal(worker_client_pid(wc), 0);
	good(wc);
	assert_int_not_equal(worker_client_pid(wc), pid);
	pid = signal_worker(wc, SIGKILL);
	wait_gone(pid);
	good(wc);
	worker_client_stats(wc, &stats);
	assert_int_equal(stats.spawns, 3);
	assert_int_equal(stats.deaths, 2);
	worker_client_free(wc);
	assert_int_equal(kill(pid, 0), -1);
}

/* Killed in the middle of a request: that request fails, and says so. */
static void reports_death_during_a_request(void **state)
{
	struct worker_client *wc = real_client();
	pid_t pid;
	int ret;

	(void)state;
	good(wc);
	signal_worker(wc, SIGSTOP);
	assert_int_equal(worker_client_start_parse(wc, TYPE_XML, (const uint8_t *)SAMPLE, strlen(SAMPLE), &facts, &err), 0);
	assert_int_equal(worker_client_step(wc), -EINPROGRESS);
	pid = signal_worker(wc, SIGKILL);
	wait_gone(pid);
	ret = worker_client_step(wc);
	assert_int_equal(ret, -EPIPE);
	assert_int_equal(err.reason, OMASEC_REASON_WORKER_DIED);
	good(wc);
	worker_client_free(wc);
}

static void recycles(void **state)
{
	static struct dm_edits edits = { .set_msg_id = 3 };
	struct worker_client *wc = client_of("worker", 20000, 2);
	struct worker_client_stats stats;
	uint8_t *out;
	size_t len;
	int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		good(wc);
		/* never between a message and its edits */
		assert_int_equal(worker_client_edit(wc, &edits, &out, &len, &err), 0);
		free(out);
	}
	worker_client_stats(wc, &stats);
	assert_int_equal(stats.recycled, 2);
	assert_int_equal(stats.spawns, 3);
	assert_int_equal(stats.deaths, 0);
	worker_client_free(wc);
}

/* --- client and odd workers -------------------------------------------- */

static const struct odd {
	const char *name, *file;
	int ret;
	unsigned int reason;
	const char *says;
} odd[] = {
	{ "notices_death_by_signal", "k", -EPIPE, OMASEC_REASON_WORKER_DIED, "killed by signal 11" },
	{ "notices_end", "e", -EPIPE, OMASEC_REASON_WORKER_DIED, "ended with status 0" },
	{ "notices_end_before_hello", "q", -EPIPE, OMASEC_REASON_WORKER_DIED, "ended with status 5" },
	{ "notices_cut_answer", "c", -EPIPE, OMASEC_REASON_WORKER_DIED, "ended with status 0" },
	{ "ends_waiting_for_hello", "s", -ETIMEDOUT, OMASEC_REASON_DEADLINE, "in time" },
	{ "ends_waiting_for_answer", "t", -ETIMEDOUT, OMASEC_REASON_DEADLINE, "in time" },
	{ "refuses_other_build", "b", -EPROTO, OMASEC_REASON_WORKER_DIED, "nonsense" },
	{ "refuses_wrong_magic", "m", -EPROTO, OMASEC_REASON_WORKER_DIED, "nonsense" },
	{ "refuses_wrong_id", "i", -EPROTO, OMASEC_REASON_WORKER_DIED, "nonsense" },
	{ "refuses_wrong_answer", "o", -EPROTO, OMASEC_REASON_WORKER_DIED, "nonsense" },
	{ "refuses_wrong_length", "l", -EPROTO, OMASEC_REASON_WORKER_DIED, "nonsense" },
	{ "refuses_huge_length", "h", -EPROTO, OMASEC_REASON_WORKER_DIED, "nonsense" },
	{ "refuses_invalid_facts", "f", -EPROTO, OMASEC_REASON_WORKER_DIED, "nonsense" },
	{ "refuses_facts_of_other_length", "g", -EPROTO, OMASEC_REASON_WORKER_DIED, "nonsense" },
	{ "refuses_impossible_reason", "r", -EPROTO, OMASEC_REASON_WORKER_DIED, "nonsense" },
	{ "refuses_endless_text", "x", -EPROTO, OMASEC_REASON_WORKER_DIED, "nonsense" },
};

static void odd_worker_is_dropped(void **state)
{
	const struct odd *row = *state;
	struct worker_client *wc = client_of(row->file, 700, 0);
	int ret = ask(wc, SAMPLE);

	if (ret != row->ret || err.reason != row->reason)
		fail_msg("%d %u %s", ret, err.reason, err.text);
	if (!strstr(err.text, row->says))
		fail_msg("says \"%s\", not \"%s\"", err.text, row->says);
	assert_int_equal(worker_client_pid(wc), 0);
	assert_int_equal(worker_client_fd(wc), -1);
	worker_client_free(wc);
}

/* The control for the odd ones: facts that are right are taken from such a worker too. */
static void right_facts_are_taken(void **state)
{
	struct worker_client *wc = client_of("v", 5000, 0);

	(void)state;
	good(wc);
	worker_client_free(wc);
}

/* A worker that does not read: a big message cannot hang us. */
static void ends_waiting_for_a_reader(void **state)
{
	struct worker_client *wc = client_of("d", 500, 0);
	uint8_t *body = calloc(1, 8 << 20);

	(void)state;
	assert_int_equal(worker_client_parse(wc, TYPE_XML, body, 8 << 20, &facts, &err), -ETIMEDOUT);
	free(body);
	worker_client_free(wc);
}

static void warming_shows_what_is_wrong(void **state)
{
	static const struct {
		const char *file, *says;
		int ret;
	} rows[] = {
		{ "b", "another build", -EPROTO }, { "q", "status 5", -EPIPE }, { "s", "in time", -ETIMEDOUT },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct worker_client *wc = client_of(rows[i].file, 500, 0);

		assert_int_equal(worker_client_warm(wc, &err), rows[i].ret);
		assert_non_null(strstr(err.text, rows[i].says));
		assert_int_equal(worker_client_pid(wc), 0);
		worker_client_free(wc);
	}
}

static void drops_who_speaks_unasked(void **state)
{
	struct worker_client *wc = client_of("u", 5000, 0);
	struct worker_client_stats stats;
	struct pollfd p;

	(void)state;
	assert_int_equal(worker_client_warm(wc, &err), 0);
	p = (struct pollfd){ worker_client_fd(wc), POLLIN, 0 };
	assert_int_equal(poll(&p, 1, 5000), 1);
	worker_client_start_parse(wc, TYPE_XML, (const uint8_t *)SAMPLE, strlen(SAMPLE), &facts, &err);
	worker_client_stats(wc, &stats);
	assert_int_equal(stats.nonsense, 1);
	assert_int_equal(stats.spawns, 2);
	worker_client_free(wc);
}

static void backs_off(void **state)
{
	struct worker_client *wc = client_of("e", 5000, 0);
	struct worker_client_stats stats;

	(void)state;
	/* one failure: at once another; from the second on it waits */
	assert_int_equal(ask(wc, SAMPLE), -EPIPE);
	assert_int_equal(ask(wc, SAMPLE), -EPIPE);
	assert_int_equal(ask(wc, SAMPLE), -EAGAIN);
	assert_int_equal(err.reason, OMASEC_REASON_WORKER_DIED);
	assert_non_null(strstr(err.text, "failed 2 times"));
	worker_client_stats(wc, &stats);
	assert_int_equal(stats.spawns, 2);
	usleep(80000);
	assert_int_equal(ask(wc, SAMPLE), -EPIPE);
	assert_int_equal(ask(wc, SAMPLE), -EAGAIN);
	usleep(60000);
	/* twice as long now */
	assert_int_equal(ask(wc, SAMPLE), -EAGAIN);
	usleep(80000);
	assert_int_equal(ask(wc, SAMPLE), -EPIPE);
	worker_client_free(wc);
}

static void says_that_the_program_is_missing(void **state)
{
	struct worker_client *wc = client_of("../nowhere/worker", 5000, 0);

	(void)state;
	assert_int_equal(worker_client_warm(wc, &err), -ENOENT);
	assert_int_equal(err.reason, OMASEC_REASON_HELPER_ERROR);
	assert_non_null(strstr(err.text, "cannot start"));
	worker_client_free(wc);
}

/* --- what the worker process is ----------------------------------------- */

static void read_status(pid_t pid, const char *key, char *value, size_t size)
{
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	assert_non_null(f);
	value[0] = 0;
	while (fgets(line, sizeof(line), f)) {
		if (!strncmp(line, key, strlen(key)) && line[strlen(key)] == ':')
			snprintf(value, size, "%s", line + strlen(key) + 1 + strspn(line + strlen(key) + 1, "\t "));
	}
	fclose(f);
	value[strcspn(value, "\n")] = 0;
}

static void worker_has_nothing(void **state)
{
	static const char *const sets[] = { "CapInh", "CapPrm", "CapEff", "CapAmb" };
	struct worker_client *wc = real_client();
	char path[64], value[256];
	struct dirent *entry;
	unsigned int fds = 0;
	size_t i;
	DIR *d;
	int leak = open("/dev/null", O_RDONLY);	/* not close-on-exec */

	(void)state;
	assert_true(leak >= 0);
	good(wc);
	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		read_status(worker_client_pid(wc), sets[i], value, sizeof(value));
		assert_string_equal(value, "0000000000000000");
	}
	if (!geteuid()) {
		read_status(worker_client_pid(wc), "CapBnd", value, sizeof(value));
		assert_string_equal(value, "0000000000000000");
	}
	read_status(worker_client_pid(wc), "NoNewPrivs", value, sizeof(value));
	assert_string_equal(value, "1");
	read_status(worker_client_pid(wc), "Seccomp", value, sizeof(value));
	assert_string_equal(value, "2");
	snprintf(path, sizeof(path), "/proc/%d/fd", worker_client_pid(wc));
	d = opendir(path);
	if (d) {
		while ((entry = readdir(d))) {
			int fd = atoi(entry->d_name);

			if (entry->d_name[0] == '.')
				continue;
			/* the sanitizer reports on stderr */
			if (fd != WORKER_FD && !(SANITIZED && fd == 2))
				fail_msg("worker has descriptor %d", fd);
			fds++;
		}
		closedir(d);
		assert_int_equal(fds, SANITIZED ? 2 : 1);
	}
	close(leak);
	worker_client_free(wc);
}

static void worker_ends_with_its_parent(void **state)
{
	struct worker_client *wc;
	pid_t pid, child;
	int ids[2], i;

	(void)state;
	assert_int_equal(pipe(ids), 0);
	/* so that it is ours to reap when its parent is gone */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	child = fork();
	if (!child) {
		wc = real_client();
		if (worker_client_warm(wc, &err))
			_exit(1);
		pid = worker_client_pid(wc);
		write_all(ids[1], &pid, sizeof(pid));
		_exit(0);	/* without a goodbye */
	}
	close(ids[1]);
	assert_true(read_all(ids[0], &pid, sizeof(pid)));
	assert_true(pid > 1);
	waitpid(child, NULL, 0);
	for (i = 0; i < 250 && !waitpid(pid, NULL, WNOHANG); i++)
		usleep(20000);
	assert_true(i < 250);
	close(ids[0]);
}

static void worker_refuses_a_shell(void **state)
{
	char command[160];
	int status;

	(void)state;
	snprintf(command, sizeof(command), "%s/worker 2>/dev/null 3<&-", directory);
	status = system(command);
	assert_int_equal(WEXITSTATUS(status), WORKER_EXIT_USAGE);
}

/* Frames out of bounds end the worker, with nothing done. */
static void worker_refuses_wrong_frames(void **state)
{
	static const struct worker_frame frames[] = {
		{ WORKER_MAGIC + 1, WORKER_PARSE, 1, 200 },
		{ WORKER_MAGIC, WORKER_PARSE, 1, DM_TYPE_MAX - 1 },
		{ WORKER_MAGIC, WORKER_PARSE, 1, DM_TYPE_MAX + DM_BODY_MAX + 1 },
		{ WORKER_MAGIC, WORKER_EDIT, 1, sizeof(struct worker_edit) - 1 },
		{ WORKER_MAGIC, WORKER_LIST, 1, sizeof(struct worker_list) + 1 },
		{ WORKER_MAGIC, WORKER_CHALLENGE, 1, sizeof(struct worker_challenge) + 1 },
		{ WORKER_MAGIC, WORKER_FACTS, 1, sizeof(struct dm_facts) },
		{ WORKER_MAGIC, WORKER_HELLO, 1, sizeof(struct worker_hello) },
		{ WORKER_MAGIC, 0, 1, 0 }, { WORKER_MAGIC, 99, 1, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		char drain[4096];
		int pair[2], code;
		pid_t pid;

		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
		pid = fork();
		if (!pid) {
			close(pair[0]);
			_exit(serve(pair[1], 0));
		}
		close(pair[1]);
		assert_true(write_all(pair[0], &frames[i], sizeof(frames[i])));
		assert_int_equal(waitpid(pid, &code, 0), pid);
		assert_int_equal(WEXITSTATUS(code), WORKER_EXIT_PROTOCOL);
		/* HELLO and not an octet more */
		assert_int_equal(read(pair[0], drain, sizeof(drain)),
				 sizeof(struct worker_frame) + sizeof(struct worker_hello));
		close(pair[0]);
	}
}

static int make_directory(void)
{
	static const char names[] = "bcdefghiklmoqrstuxv";
	char path[128], self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	size_t i;

	if (n < 0 || !mkdtemp(directory))
		return -1;
	self[n] = 0;
	snprintf(path, sizeof(path), "%s/worker", directory);
	if (symlink(self, path))
		return -1;
	for (i = 0; names[i]; i++) {
		snprintf(path, sizeof(path), "%s/%c", directory, names[i]);
		if (symlink(self, path))
			return -1;
	}
	return 0;
}

static void remove_directory(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", directory);
	if (system(command))
		perror(directory);
}

int main(int argc, char **argv)
{
	static struct table t;
	const char *path = (const char *)getauxval(AT_EXECFN), *name = path ? strrchr(path, '/') : NULL;
	size_t i;
	int ret;

	if (name && !strncmp(path, "/tmp/omasec-worker-", 19)) {
		if (!strcmp(name, "/worker"))
			return worker_main(argc, argv);
		_exit(odd_worker(name[1]));
	}
	dm_init();
	if (make_directory()) {
		perror(directory);
		return 1;
	}
#define ADD(test) table_add(&t, #test, test, NULL)
	ADD(answers_as_the_library);
	ADD(lists_and_changes_come_through);
	ADD(refusals_come_through);
	ADD(carries_16_mib);
	ADD(works_in_an_event_loop);
	ADD(survives_a_killed_worker);
	ADD(reports_death_during_a_request);
	ADD(recycles);
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		table_add(&t, odd[i].name, odd_worker_is_dropped, &odd[i]);
	ADD(right_facts_are_taken);
	ADD(ends_waiting_for_a_reader);
	ADD(warming_shows_what_is_wrong);
	ADD(drops_who_speaks_unasked);
	ADD(backs_off);
	ADD(says_that_the_program_is_missing);
	ADD(worker_has_nothing);
	ADD(worker_ends_with_its_parent);
	ADD(worker_refuses_a_shell);
	ADD(worker_refuses_wrong_frames);
	ret = table_run("worker_ipc", &t);
	remove_directory();
	return ret;
}
