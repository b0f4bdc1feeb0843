// SPDX-License-Identifier: GPL-2.0
/*
 * The helper between a module, workers and a disk that are played here: every
 * message gets exactly one verdict, none before its nonces are stored, and
 * whatever fails refuses its message only.
 */
/* LINK: -Wl,--wrap=store_commit */
#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <daemon/helper.h>
#include <daemon/job.h>

#include "engine_play.h"
#include "helper_module.h"
#include "helper_no_keys.h"

static struct helper h;
static char dir[64];
static unsigned int clock_ms;

/* ---- the disk ------------------------------------------------------------ */

int __real_store_commit(struct store *st, struct accounts *as, struct sessions *ss, uint64_t now);
int __wrap_store_commit(struct store *st, struct accounts *as, struct sessions *ss, uint64_t now);

int __wrap_store_commit(struct store *st, struct accounts *as, struct sessions *ss, uint64_t now)
{
	if (fake.commit_error)
		return fake.commit_error;
	if (as->dirty || ss->dirty) {
		fake.commits++;
		fake.time++;
	}
	return __real_store_commit(st, as, ss, now);
}

/* ---- the workers --------------------------------------------------------- */

struct worker_client {
	int op;
	unsigned int steps;
	const uint8_t *body;
	struct dm_facts parsed, *facts;
	const struct dm_edits *edits;
	const struct dm_challenge *challenge;
	uint8_t **out;
	size_t *len;
	struct dm_error *err;
};

struct worker_client *worker_client_new(const struct worker_client_options *o)
{
	assert_non_null(o->path);
	return calloc(1, sizeof(struct worker_client));
}

void worker_client_free(struct worker_client *wc) { free(wc); }
int worker_client_fd(const struct worker_client *wc) { (void)wc; return -1; }
short worker_client_events(const struct worker_client *wc) { (void)wc; return 0; }
int worker_client_timeout(const struct worker_client *wc) { (void)wc; return 7; }

int worker_client_warm(struct worker_client *wc, struct dm_error *err)
{
	(void)wc;
	if (!fake.spawn_errors)
		return 0;
	strcpy(err->text, "no such worker");
	return -ENOENT;
}

static int worker_start(struct worker_client *wc, int op, struct dm_error *err)
{
	assert_int_equal(wc->op, 0);
	wc->op = op;
	wc->err = err;
	wc->steps = fake.slow;
	return 0;
}

int worker_client_start_parse(struct worker_client *wc, const char *type, const uint8_t *body,
			      size_t len, struct dm_facts *facts, struct dm_error *err)
{
	assert_string_equal(type, "application/vnd.syncml.dm+xml");
	assert_int_equal(len, sizeof(*facts));
	wc->body = body;
	wc->facts = facts;
	return worker_start(wc, 1, err);
}

int worker_client_start_list(struct worker_client *wc, bool items, const struct dm_facts *facts,
			     struct dm_list *list, struct dm_error *err)
{
	fail_msg("%s", "there is no tree in these tests");
	return -ENOSYS;
}

int worker_client_start_change(struct worker_client *wc, const struct dm_edits *edits,
			       const struct dm_changes *changes, uint8_t **out, size_t *len,
			       struct dm_error *err)
{
	assert_null(changes);
	wc->edits = edits;
	wc->out = out;
	wc->len = len;
	return worker_start(wc, 2, err);
}

int worker_client_start_challenge(struct worker_client *wc, const struct dm_challenge *challenge,
				  uint8_t **out, size_t *len, struct dm_error *err)
{
	wc->challenge = challenge;
	wc->out = out;
	wc->len = len;
	return worker_start(wc, 3, err);
}

static int worker_die(struct worker_client *wc, unsigned int *left)
{
	if (!*left)
		return 0;
	--*left;
	wc->err->reason = OMASEC_REASON_WORKER_DIED;
	strcpy(wc->err->text, "the worker died");
	return -EPIPE;
}

int worker_client_step(struct worker_client *wc)
{
	int op = wc->op;

	assert_true(op);
	if (wc->steps) {
		wc->steps--;
		return -EINPROGRESS;
	}
	wc->op = 0;
	if (op == 1) {
		if (worker_die(wc, &fake.parse_errors))
			return -EPIPE;
		memcpy(&wc->parsed, wc->body, sizeof(wc->parsed));
		*wc->facts = wc->parsed;
		wc->facts->length = sizeof(wc->parsed);
		return 0;
	}
	if (worker_die(wc, &fake.edit_errors))
		return -EPIPE;
	*wc->len = sizeof(struct dm_facts);
	*wc->out = malloc(*wc->len);
	if (op == 2)
		worker_edit(&wc->parsed, wc->edits, (struct dm_facts *)(void *)*wc->out);
	else
		worker_challenge(&wc->parsed, wc->challenge, (struct dm_facts *)(void *)*wc->out);
	return 0;
}

/* ---- playing -------------------------------------------------------------- */

static const struct options *options(unsigned int workers)
{
	static struct options o;

	o = (struct options){ .state_dir = dir, .worker = "/fake", .workers = workers,
			      .recycle = 1, .log_level = 2, .foreground = true };
	return &o;
}

static void start(unsigned int workers)
{
	assert_int_equal(helper_open(&h, options(workers)), 0);
}

static struct fake_msg *announce(uint8_t path, uint64_t flow, uint8_t mac_state)
{
	struct fake_msg *f = &fake.msg[fake.count++];

	assert_true(fake.count <= FAKE_MAX);
	f->m.cookie = fake.count;
	f->m.flow = flow;
	f->m.path = path;
	f->m.role = OMASEC_ROLE_CLIENT;
	f->m.mac_state = mac_state;
	f->m.length = sizeof(struct dm_facts);
	f->m.deadline_ms = 10000;
	strcpy(f->m.account, "acct");
	strcpy(f->m.content_type, "application/vnd.syncml.dm+xml");
	return f;
}

static struct fake_msg *sends(uint64_t flow, const char *id, uint32_t msg_id)
{
	struct fake_msg *f = announce(OMASEC_PATH_TX, flow, 0);

	play_begin(&f->facts, id, msg_id, true);
	if (msg_id > 1)
		play_status(&f->facts, msg_id - 1, 0, DM_CMD_SYNCHDR, 200);
	play_command(&f->facts, DM_CMD_ALERT);
	return f;
}

static struct fake_msg *gets(uint64_t flow, const char *id, uint32_t msg_id, uint8_t mac_state,
			     uint16_t code, const char *nonce)
{
	struct fake_msg *f = announce(OMASEC_PATH_RX, flow, mac_state);

	play_begin(&f->facts, id, msg_id, false);
	play_chal(play_status(&f->facts, msg_id, 0, DM_CMD_SYNCHDR, code), DM_AUTH_MAC, nonce);
	if (code == 200)
		play_command(&f->facts, DM_CMD_GET);
	return f;
}

/* Turns until nothing happens any more. */
static void run(void)
{
	unsigned int i;

	for (i = 0; i < 100; i++)
		assert_int_equal(helper_run(&h, clock_ms), 0);
}

static void verdict(const struct fake_msg *f, uint8_t want)
{
	if (f->verdicts != 1 || f->v.verdict != want)
		fail_msg("%u verdicts, the last %u: %s: %s", f->verdicts, f->v.verdict,
			 omasec_reason_name(f->v.reason), f->detail);
}

static void refused(const struct fake_msg *f, uint32_t reason)
{
	verdict(f, OMASEC_VERDICT_REJECT);
	assert_string_equal(omasec_reason_name(f->v.reason), omasec_reason_name(reason));
	assert_true(f->detail[0]);
	assert_false(f->v.mac_nonce.known || f->v.expect_nonce.known || f->v.replaced);
}

static int setup(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	memset(&h, 0, sizeof(h));
	strcpy(dir, "/tmp/omasec-helper-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	clock_ms = 1000;
	fake.accounts = 1;
	strcpy(fake.account[0].name, "acct");
	strcpy(fake.account[0].client.user, "Bruce2");
	sim_nonce(&fake.account[0].client.nonce, "provisioned-c");
	sim_nonce(&fake.account[0].server.nonce, "provisioned-s");
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = { "", "-wal", "-shm", "-journal" };
	char path[128];
	unsigned int i;

	(void)state;
	helper_close(&h);
	for (i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/" STORE_FILE "%s", dir, names[i]);
		unlink(path);
	}
	return rmdir(dir);
}

/* What the store knows of failures to decrypt, a module that was loaded anew is told. */
static void tells_who_is_blocked(void **state)
{
	struct account *a;
	unsigned int i;

	(void)state;
	start(1);
	a = account_find(&h.engine.accounts, "acct");
	assert_non_null(a);
	assert_false(a->legacy);
	for (i = 0; i < BUDGET_SLOTS; i++)
		budget_spend(&a->budget, budget_take(&a->budget, (uint64_t)time(NULL)), (uint64_t)time(NULL));
	a->budget_dirty = true;
	account_dirty(&h.engine.accounts, a);
	assert_int_equal(store_commit(h.store, &h.engine.accounts, &h.engine.sessions, 0), 0);
	helper_close(&h);
	start(1);
	assert_int_equal(fake.blocked, 0);
	helper_close(&h);
	fake.account[0].encryption_profile = OMASEC_ENCRYPTION_PROFILE_LEGACY;
	start(1);
	assert_int_equal(fake.blocked, 1);
	assert_true(account_find(&h.engine.accounts, "acct")->legacy);
	helper_close(&h);
	fake.account[0].decryption_blocked = 7;
	start(1);
	assert_int_equal(fake.blocked, 1);
}

static void exchange_goes_through(void **state)
{
	struct fake_msg *a, *b, *c;

	(void)state;
	start(1);
	assert_int_equal(fake.registered, 1);
	assert_int_equal(fake.nonces_set, 0);
	a = sends(1, "1", 1);
	run();
	verdict(a, OMASEC_VERDICT_ACCEPT);
	assert_false(a->v.replaced);
	assert_memory_equal(a->v.mac_nonce.data, "provisioned-c", 13);
	b = gets(1, "1", 1, OMASEC_MAC_STATE_OK, 200, "c1");
	run();
	verdict(b, OMASEC_VERDICT_ACCEPT);
	assert_true(b->v.replaced);
	assert_string_equal(b->type, "");
	assert_int_equal(b->out.facts.status[0].has_chal, 0);
	c = sends(1, "1", 2);
	run();
	verdict(c, OMASEC_VERDICT_ACCEPT);
	assert_memory_equal(c->v.mac_nonce.data, "c1", 2);
	assert_true(c->v.expect_nonce.known);
	assert_int_equal(c->out.facts.status[0].has_chal, 1);
	assert_true(helper_idle(&h));
}

static void nonces_are_stored_before_the_verdict(void **state)
{
	struct fake_msg *a, *b;
	unsigned int before;

	(void)state;
	start(1);
	a = sends(1, "1", 1);
	run();
	verdict(a, OMASEC_VERDICT_ACCEPT);
	before = fake.commits;
	b = gets(1, "1", 1, OMASEC_MAC_STATE_MISSING, 401, "c1");
	run();
	verdict(b, OMASEC_VERDICT_RESPOND);
	assert_int_equal(fake.commits, before + 1);
	assert_int_equal(b->at, fake.time);	/* the commit was the tick before */
	assert_string_equal(b->type, "application/vnd.syncml.dm+xml");
	assert_int_equal(b->out.facts.msg_id, 2);
	assert_int_equal(b->out.facts.command_count, 1);
	/* And they are what the next helper begins with. */
	helper_close(&h);
	start(1);
	assert_int_equal(fake.nonces_set, 1);
	assert_true(nonce_equal(&fake.set[1], &b->v.expect_nonce));
	assert_false(fake.set[0].known);
}

/* A sessionless message with a right MAC, which ends in @mac. */
static struct fake_msg *posted(uint8_t mac)
{
	struct fake_msg *f = announce(OMASEC_PATH_RX, 9, OMASEC_MAC_STATE_OK);

	play_begin(&f->facts, "1", 1, false);
	f->facts.no_resp = 1;
	f->m.take = OMASEC_SESSIONLESS_ACCEPT;
	sim_nonce(&f->m.agreed, "agreed");
	f->m.agreed_mac[15] = mac;
	return f;
}

static void sessionless_messages_are_stored_before_the_verdict(void **state)
{
	struct fake_msg *a, *b;
	unsigned int before;

	(void)state;
	sim_nonce(&fake.account[0].server.agreed, "agreed");
	start(1);
	assert_int_equal(fake.used_told, 0);
	before = fake.commits;
	a = posted(1);
	run();
	verdict(a, OMASEC_VERDICT_ACCEPT);
	assert_true(a->v.sessionless);
	assert_int_equal(a->v.agreed_used, 1);
	assert_int_equal(fake.commits, before + 1);
	assert_int_equal(a->at, fake.time);	/* the commit was the tick before */
	b = posted(1);
	run();
	refused(b, OMASEC_REASON_MAC_REPLAYED);
	assert_true(b->v.sessionless);
	fake.commit_error = -ENOSPC;
	b = posted(2);
	run();
	refused(b, OMASEC_REASON_NONCE_NOT_STORED);
	assert_true(b->v.sessionless);
	fake.commit_error = 0;
	/* The next helper knows, and tells the module how far the nonce is used. */
	helper_close(&h);
	start(1);
	assert_int_equal(fake.used_told, 1);
	assert_false(fake.used[0].agreed.known);
	assert_int_equal(fake.used[1].agreed_used, 1);
	b = posted(1);
	run();
	refused(b, OMASEC_REASON_MAC_REPLAYED);
}

static void nothing_goes_on_without_the_disk(void **state)
{
	struct fake_msg *a, *b, *c;

	(void)state;
	start(1);
	a = sends(1, "1", 1);
	run();
	verdict(a, OMASEC_VERDICT_ACCEPT);
	fake.commit_error = -ENOSPC;
	b = gets(1, "1", 1, OMASEC_MAC_STATE_OK, 200, "c1");
	run();
	refused(b, OMASEC_REASON_NONCE_NOT_STORED);
	assert_int_equal(b->put_len, 0);
	fake.commit_error = 0;
	c = sends(2, "2", 1);
	run();
	verdict(c, OMASEC_VERDICT_ACCEPT);
}

static void death_of_a_worker_costs_one_message(void **state)
{
	struct fake_msg *a, *b, *c;

	(void)state;
	start(1);
	fake.parse_errors = 1;
	a = sends(1, "1", 1);
	run();
	refused(a, OMASEC_REASON_WORKER_DIED);
	assert_string_equal(a->detail, "the worker died");
	b = sends(1, "1", 1);
	run();
	verdict(b, OMASEC_VERDICT_ACCEPT);
	fake.edit_errors = 1;
	c = gets(1, "1", 1, OMASEC_MAC_STATE_OK, 200, "c1");
	run();
	refused(c, OMASEC_REASON_WORKER_DIED);
	assert_true(helper_idle(&h));
}

/* The held message has to be read once more, before it can be changed. */
static void death_while_repeating_is_survived(void **state)
{
	struct fake_msg *a, *b;
	unsigned int i;

	(void)state;
	start(1);
	a = sends(1, "1", 1);
	run();
	verdict(a, OMASEC_VERDICT_ACCEPT);
	b = gets(1, "1", 1, OMASEC_MAC_STATE_MISSING, 401, "c1");
	fake.slow = 1;
	for (i = 0; i < 100 && !b->verdicts; i++) {
		if (h.jobs[0].state == JOB_PARSE_HELD)
			fake.parse_errors = 1;
		assert_int_equal(helper_run(&h, clock_ms), 0);
	}
	refused(b, OMASEC_REASON_WORKER_DIED);
}

static void one_transaction_serves_many_verdicts(void **state)
{
	struct fake_msg *m[8];
	unsigned int i;

	(void)state;
	start(8);
	fake.slow = 1;
	for (i = 0; i < 8; i++) {
		char id[4] = { (char)('1' + i), 0 };

		m[i] = gets(i + 1, id, 1, OMASEC_MAC_STATE_OK, 200, id);
	}
	run();
	for (i = 0; i < 8; i++)
		verdict(m[i], OMASEC_VERDICT_ACCEPT);
	assert_int_equal(fake.commits, 1);
}

static void ready_verdicts_do_not_wait_for_slow_workers(void **state)
{
	struct fake_msg *a, *b;

	(void)state;
	start(2);
	a = gets(1, "1", 1, OMASEC_MAC_STATE_OK, 200, "x");
	b = gets(2, "2", 1, OMASEC_MAC_STATE_OK, 200, "y");
	assert_int_equal(helper_run(&h, clock_ms), 0);
	fake.slow = 1000000;
	verdict(a, OMASEC_VERDICT_ACCEPT);
	verdict(b, OMASEC_VERDICT_ACCEPT);
	a = gets(1, "3", 1, OMASEC_MAC_STATE_OK, 200, "x");
	assert_int_equal(helper_run(&h, clock_ms), 0);
	fake.slow = 0;
	b = gets(2, "4", 1, OMASEC_MAC_STATE_OK, 200, "y");
	assert_int_equal(helper_run(&h, clock_ms), 0);
	assert_int_equal(b->verdicts, 0);
	assert_true(helper_timeout(&h, clock_ms) <= 2);
	clock_ms += 2;
	assert_int_equal(helper_run(&h, clock_ms), 0);
	verdict(b, OMASEC_VERDICT_ACCEPT);
	assert_int_equal(a->verdicts, 0);
	assert_false(helper_idle(&h));
}

static void exchanges_of_an_account_take_turns(void **state)
{
	struct fake_msg *a, *b, *c, *d;

	(void)state;
	start(2);
	a = sends(1, "1", 1);
	b = sends(2, "2", 1);
	run();
	verdict(a, OMASEC_VERDICT_ACCEPT);
	assert_int_equal(b->verdicts, 0);
	assert_true(helper_idle(&h));
	assert_true(helper_timeout(&h, clock_ms) > 1000);
	c = gets(1, "1", 1, OMASEC_MAC_STATE_OK, 200, "c1");
	run();
	verdict(c, OMASEC_VERDICT_ACCEPT);
	verdict(b, OMASEC_VERDICT_ACCEPT);
	assert_memory_equal(b->v.mac_nonce.data, "c1", 2);
	/* Its connection ends without an answer. */
	d = sends(3, "3", 1);
	run();
	assert_int_equal(d->verdicts, 0);
	fake.event[0].kind = OMASEC_EVENT_KIND_DETACHED;
	fake.event[0].flow = 2;
	strcpy(fake.event[0].account, "acct");
	fake.events = 1;
	run();
	verdict(d, OMASEC_VERDICT_ACCEPT);
	/* Nobody waits for ever. */
	d = sends(4, "4", 1);
	run();
	assert_int_equal(d->verdicts, 0);
	clock_ms += 5000;
	run();
	verdict(d, OMASEC_VERDICT_ACCEPT);
}

static void accounts_follow_the_configuration(void **state)
{
	struct fake_msg *a;

	(void)state;
	start(1);
	a = gets(1, "1", 1, OMASEC_MAC_STATE_OK, 200, "c1");
	run();
	verdict(a, OMASEC_VERDICT_ACCEPT);
	assert_non_null(account_find(&h.engine.accounts, "acct"));
	/* A configuration with the nonces of the beginning is put right. */
	fake.event[0].kind = OMASEC_EVENT_KIND_CONFIG;
	fake.events = 1;
	clock_ms += 1000;
	run();
	assert_int_equal(fake.nonces_set, 1);
	assert_memory_equal(fake.set[0].data, "c1", 2);
	assert_false(fake.set[1].known);
	/* A list that could not be read is read again, and nobody is forgotten. */
	fake.each_error = -EINTR;
	fake.event[1].kind = OMASEC_EVENT_KIND_CONFIG;
	fake.events = 2;
	clock_ms += 1000;
	run();
	assert_non_null(account_find(&h.engine.accounts, "acct"));
	assert_true(h.sync);
	fake.each_error = 0;
	fake.accounts = 0;
	clock_ms += 1000;
	run();
	assert_null(account_find(&h.engine.accounts, "acct"));
	assert_int_equal(h.engine.sessions.established.count, 0);
	assert_false(h.sync);
}

static void messages_that_went_away_do_no_harm(void **state)
{
	struct fake_msg *a, *b, *c;

	(void)state;
	start(1);
	a = sends(1, "1", 1);
	a->get_error = -ENOENT;
	b = sends(2, "2", 1);
	b->verdict_error = -ESTALE;
	run();
	assert_int_equal(a->verdicts + b->verdicts, 0);
	c = sends(2, "2", 1);
	run();
	verdict(c, OMASEC_VERDICT_ACCEPT);
}

static void verdict_that_the_module_refuses_becomes_a_rejection(void **state)
{
	struct fake_msg *a;

	(void)state;
	start(1);
	a = sends(1, "1", 1);
	a->verdict_error = -EPERM;
	run();
	refused(a, OMASEC_REASON_HELPER_ERROR);
}

static void ends_when_the_module_or_its_place_is_gone(void **state)
{
	(void)state;
	start(1);
	fake.next_error = -EPROTONOSUPPORT;
	assert_int_equal(helper_run(&h, clock_ms), -EPROTONOSUPPORT);
	fake.next_error = -EPERM;
	assert_int_equal(helper_run(&h, clock_ms), -EPERM);
	fake.next_error = -ENOMEM;
	assert_int_equal(helper_run(&h, clock_ms), 0);
}

static void finishes_what_is_under_way(void **state)
{
	struct fake_msg *a, *b;

	(void)state;
	start(1);
	fake.slow = 3;
	a = sends(1, "1", 1);
	b = sends(2, "2", 1);
	assert_int_equal(helper_run(&h, clock_ms), 0);
	h.stopping = true;
	assert_false(helper_idle(&h));
	run();
	assert_true(helper_idle(&h));
	verdict(a, OMASEC_VERDICT_ACCEPT);
	assert_int_equal(b->verdicts, 0);
	helper_close(&h);
}

static void worker_that_does_not_start_is_told_at_start(void **state)
{
	(void)state;
	fake.spawn_errors = 1;
	assert_int_equal(helper_open(&h, options(1)), -ENOENT);
	assert_int_equal(fake.registered, 0);
}

#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(tells_who_is_blocked),
		test(exchange_goes_through),
		test(nonces_are_stored_before_the_verdict),
		test(sessionless_messages_are_stored_before_the_verdict),
		test(nothing_goes_on_without_the_disk),
		test(death_of_a_worker_costs_one_message),
		test(death_while_repeating_is_survived),
		test(one_transaction_serves_many_verdicts),
		test(ready_verdicts_do_not_wait_for_slow_workers),
		test(exchanges_of_an_account_take_turns),
		test(accounts_follow_the_configuration),
		test(messages_that_went_away_do_no_harm),
		test(verdict_that_the_module_refuses_becomes_a_rejection),
		test(ends_when_the_module_or_its_place_is_gone),
		test(finishes_what_is_under_way),
		test(worker_that_does_not_start_is_told_at_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
