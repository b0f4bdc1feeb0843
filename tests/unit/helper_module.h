/* SPDX-License-Identifier: GPL-2.0 */
/* The module as the helper sees it, played: its messages, accounts and events. */
#ifndef HELPER_MODULE_H
#define HELPER_MODULE_H

#include <errno.h>

#include <daemon/helper.h>

#include "engine_play.h"

struct fake_msg {
	struct omasec_message m;
	struct dm_facts facts;
	struct sim_msg out;		/* what was put */
	struct omasec_decision v;
	char account[64], detail[256], type[128];
	unsigned int verdicts, at, put_len;
	int get_error, verdict_error;
};

#define FAKE_MAX 64

static struct {
	struct fake_msg msg[FAKE_MAX];
	unsigned int count, next, verdicts, commits, time;
	struct omasec_account account[2];
	unsigned int accounts, nonces_set, registered, each;
	struct omasec_nonce set[2];
	unsigned int used_told, blocked;
	struct omasec_cred used[2];
	struct omasec_event event[4];
	unsigned int events, event_next;
	int next_error, commit_error, each_error;
	unsigned int spawn_errors, parse_errors, edit_errors, slow;
} fake;

int omasec_open(struct omasec **out)
{
	*out = (struct omasec *)&fake;
	return 0;
}

void omasec_close(struct omasec *o) { (void)o; }
const char *omasec_error(const struct omasec *o) { (void)o; return "the fake says no"; }
int omasec_events_open(struct omasec *o) { (void)o; return 0; }
int omasec_events_fd(struct omasec *o) { (void)o; return -1; }
int omasec_helper_fd(struct omasec *o) { (void)o; return -1; }

int omasec_helper_register(struct omasec *o, const char *version, bool replace)
{
	(void)o;
	(void)replace;
	assert_true(version[0]);
	fake.registered++;
	return 0;
}

int omasec_helper_next(struct omasec *o, struct omasec_message *m)
{
	(void)o;
	if (fake.next_error)
		return fake.next_error;
	if (fake.next == fake.count)
		return 0;
	*m = fake.msg[fake.next++].m;
	return 1;
}

static struct fake_msg *by_cookie(uint64_t cookie)
{
	assert_true(cookie >= 1 && cookie <= fake.count);
	return &fake.msg[cookie - 1];
}

int omasec_message_get(struct omasec *o, const struct omasec_message *m, uint8_t **body)
{
	struct fake_msg *f = by_cookie(m->cookie);

	(void)o;
	*body = NULL;
	if (f->get_error)
		return f->get_error;
	*body = malloc(sizeof(f->facts));
	memcpy(*body, &f->facts, sizeof(f->facts));
	return 0;
}

int omasec_message_put(struct omasec *o, uint64_t cookie, const void *body, size_t len)
{
	(void)o;
	assert_int_equal(len, sizeof(struct dm_facts));
	memcpy(&by_cookie(cookie)->out.facts, body, len);
	by_cookie(cookie)->put_len = (unsigned int)len;
	return 0;
}

int omasec_message_verdict(struct omasec *o, const struct omasec_decision *d)
{
	struct fake_msg *f = by_cookie(d->cookie);

	(void)o;
	if (f->verdict_error && d->verdict != OMASEC_VERDICT_REJECT)
		return f->verdict_error;
	assert_int_equal(d->replaced, f->put_len > 0 && d->verdict != OMASEC_VERDICT_REJECT);
	f->v = *d;
	snprintf(f->type, sizeof(f->type), "%s", d->content_type ? d->content_type : "");
	snprintf(f->account, sizeof(f->account), "%s", d->account ? d->account : "");
	snprintf(f->detail, sizeof(f->detail), "%s", d->detail ? d->detail : "");
	f->verdicts++;
	f->at = ++fake.time;
	fake.verdicts++;
	return 0;
}

int omasec_account_each(struct omasec *o, omasec_account_fn fn, void *arg)
{
	unsigned int i;
	int rc = 0;

	(void)o;
	fake.each++;
	if (fake.each_error)
		return fake.each_error;
	for (i = 0; i < fake.accounts && !rc; i++)
		rc = fn(arg, &fake.account[i]);
	return rc;
}

int omasec_account_nonce(struct omasec *o, const char *name, const struct omasec_nonce *client,
			 const struct omasec_nonce *server)
{
	(void)o;
	assert_string_equal(name, "acct");
	fake.nonces_set++;
	fake.set[0] = *client;
	fake.set[1] = *server;
	return 0;
}

int omasec_account_agreed_used(struct omasec *o, const char *name, const struct omasec_cred *client,
			       const struct omasec_cred *server)
{
	(void)o;
	assert_string_equal(name, "acct");
	fake.used_told++;
	fake.used[0] = *client;
	fake.used[1] = *server;
	return 0;
}

int omasec_account_blocked(struct omasec *o, const char *name, uint32_t seconds)
{
	(void)o;
	assert_string_equal(name, "acct");
	assert_in_range(seconds, 1, BUDGET_SECONDS);
	fake.blocked++;
	return 0;
}

int omasec_events_read(struct omasec *o, struct omasec_event *ev)
{
	(void)o;
	if (fake.event_next == fake.events)
		return 0;
	*ev = fake.event[fake.event_next++];
	return 1;
}

#endif
