// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a message in the helper, see helper.h; from top to bottom it is the
 * way from the module and back.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "helper.h"
#include "job.h"
#include "log.h"

#define HELPER_BATCH		32	/* verdicts a transaction */
#define HELPER_BATCH_MS		2	/* how long the first of them waits for others */
#define HELPER_WAITING_MAX	1024
#define HELPER_TURN		64	/* messages until events and signals are looked at */
#define HELPER_SYNC_MS		500	/* between two readings of the accounts */
#define HELPER_EXPIRE_MS	(600 * 1000)
#define HELPER_REGISTER_TRIES	20	/* 100 ms apart, while another helper is registered */
#define HELPER_KEEP_S		(24 * 3600)	/* numbers of sessions in the store */

/* A decision that waits for its transaction. */
struct ready {
	struct ready *next;
	struct omasec_decision v;
	uint64_t flow;
	uint8_t path;
	uint8_t *out;
	struct omasec_denial *denial;
	char detail[sizeof(((struct engine_decision *)0)->detail)];
	char type[OMASEC_TYPE_MAX + 1];
	char account[OMASEC_NAME_MAX + 1];	/* for the module */
	char known[OMASEC_NAME_MAX + 1];	/* for the log */
	char session[64];
};

/* A message that waits for another exchange. */
struct waiting {
	struct waiting *next;
	struct omasec_message msg;
	uint64_t give_up;
};

/* ---- from the module ----------------------------------------------------- */

static int waiting_add(struct helper *h, const struct omasec_message *msg, uint64_t now)
{
	struct waiting *w;

	if (h->waiting_count >= HELPER_WAITING_MAX)
		return -ENOSPC;
	w = malloc(sizeof(*w));
	if (!w)
		return -ENOMEM;
	w->next = NULL;
	w->msg = *msg;
	w->give_up = now + msg->deadline_ms / 2;
	*h->waiting_tail = w;
	h->waiting_tail = &w->next;
	h->waiting_count++;
	return 0;
}

/* The first that need not wait any longer. */
static bool waiting_take(struct helper *h, struct omasec_message *msg, uint64_t now)
{
	struct waiting **p = &h->waiting, *w;

	for (; (w = *p); p = &w->next) {
		if (w->give_up > now && engine_wait(&h->engine, &w->msg, now))
			continue;
		*msg = w->msg;
		*p = w->next;
		if (!w->next)
			h->waiting_tail = p;
		h->waiting_count--;
		free(w);
		return true;
	}
	return false;
}

/* 1 with a message to decide now, 0 for none, or a negative errno. */
static int helper_next(struct helper *h, struct omasec_message *msg, uint64_t now)
{
	int rc;

	if (waiting_take(h, msg, now))
		return 1;
	while ((rc = omasec_helper_next(h->o, msg)) > 0) {
		if (!engine_wait(&h->engine, msg, now) || waiting_add(h, msg, now))
			return 1;
	}
	return rc;
}

/* Gives the next message to @j; 1, 0 when there is none, or a negative errno. */
static int helper_fetch(struct helper *h, struct job *j, uint64_t now)
{
	struct omasec_message msg;
	uint8_t *body;
	int rc;

	for (;;) {
		rc = helper_next(h, &msg, now);
		if (rc <= 0)
			return rc;
		rc = omasec_message_get(h->o, &msg, &body);
		if (!rc)
			break;
		if (rc == -EPROTONOSUPPORT)
			return rc;
		/* Decided meanwhile, or its deadline will: there are others. */
		if (rc != -ENOENT && rc != -ESTALE)
			log_error("a message cannot be read: %s", omasec_error(h->o));
	}
	job_start(j, &h->engine, &msg, body, now);
	return 1;
}

/* ---- decided -------------------------------------------------------------- */

/* Without memory they are counted and not named. */
static void ready_denied(struct ready *r, const struct denied *d)
{
	r->v.denied = d->count;
	r->denial = d->kept ? malloc(d->kept * sizeof(*d->denial)) : NULL;
	if (!r->denial)
		return;
	memcpy(r->denial, d->denial, d->kept * sizeof(*d->denial));
	r->v.denial = r->denial;
	r->v.denial_count = d->kept;
}

static void ready_fill(struct ready *r, struct job *j)
{
	struct engine_decision *d = &j->d;
	const char *type = d->body == ENGINE_REPEAT && !j->converted ? d->repeat_type : j->type;

	r->flow = j->msg.flow;
	r->path = j->msg.path;
	r->v.cookie = j->msg.cookie;
	r->v.verdict = d->verdict;
	r->v.reason = d->reason;
	r->v.no_mac = d->no_mac;
	r->v.mac_nonce = d->mac_nonce;
	r->v.expect_nonce = d->expect_nonce;
	r->v.sessionless = d->sessionless;
	r->v.agreed_used = d->agreed_used;
	snprintf(r->detail, sizeof(r->detail), "%s", d->detail);
	snprintf(r->account, sizeof(r->account), "%s", d->account);
	snprintf(r->known, sizeof(r->known), "%s", *d->account ? d->account : j->msg.account);
	snprintf(r->session, sizeof(r->session), "%.63s", j->facts.session_id);
	if (j->acl)
		ready_denied(r, &j->acl->denied);
	if (j->out) {
		r->out = j->out;
		j->out = NULL;
		r->v.replaced = true;
		r->v.length = (uint32_t)j->out_len;
		if ((d->verdict == OMASEC_VERDICT_RESPOND || j->converted) && type)
			snprintf(r->type, sizeof(r->type), "%s", type);
	}
}

/* The result of @j joins the others. Without memory the deadline decides: it is refused. */
static void helper_take(struct helper *h, struct job *j, uint64_t now)
{
	struct ready *r = calloc(1, sizeof(*r));

	/* For those who look at the account. */
	if (j->blocked && omasec_account_blocked(h->o, j->msg.account, j->blocked))
		log_error("account %s: %s", j->msg.account, omasec_error(h->o));
	if (r) {
		ready_fill(r, j);
		if (!h->ready_count++)
			h->ready_since = now;
		*h->ready_tail = r;
		h->ready_tail = &r->next;
	} else {
		log_error("no memory for a verdict");
	}
	job_reset(j);
}

static void ready_log(const struct ready *r)
{
	static struct log_limit limit;

	if (r->v.verdict == OMASEC_VERDICT_ACCEPT) {
		log_debug("flow %llu: account %s, session %s: %s", (unsigned long long)r->flow,
			  r->known, r->session, r->path ? "sent" : "delivered");
	} else if (log_allowed(&limit)) {
		if (r->v.verdict == OMASEC_VERDICT_RESPOND)
			log_info("flow %llu: account %s, session %s: a round with the peer",
				 (unsigned long long)r->flow, r->known, r->session);
		else
			log_notice("flow %llu: account %s, session %s: refused: %s: %s",
				   (unsigned long long)r->flow, r->known, r->session,
				   omasec_reason_name(r->v.reason), r->detail);
	}
}

/* 0, or -EPROTONOSUPPORT when there is no module any more. */
static int ready_send(struct helper *h, struct ready *r)
{
	struct omasec_decision reject = { .cookie = r->v.cookie };
	int err = 0;

	if (r->v.replaced)
		err = omasec_message_put(h->o, r->v.cookie, r->out, r->v.length);
	r->v.detail = *r->detail ? r->detail : NULL;
	r->v.account = *r->account ? r->account : NULL;
	r->v.content_type = *r->type ? r->type : NULL;
	if (!err)
		err = omasec_message_verdict(h->o, &r->v);
	if (!err || err == -ENOENT || err == -ESTALE || err == -EPROTONOSUPPORT)
		return err == -EPROTONOSUPPORT ? err : 0;
	log_error("flow %llu: the module took no verdict: %s", (unsigned long long)r->flow,
		  omasec_error(h->o));
	reject.verdict = OMASEC_VERDICT_REJECT;
	reject.reason = OMASEC_REASON_HELPER_ERROR;
	reject.detail = "the module took no verdict";
	err = omasec_message_verdict(h->o, &reject);
	return err == -EPROTONOSUPPORT ? err : 0;
}

/* Nonces that are not on the disk do not count: nothing goes on. */
static void ready_refuse(struct ready *r, const char *why)
{
	struct omasec_decision v = { .cookie = r->v.cookie, .verdict = OMASEC_VERDICT_REJECT,
				     .reason = OMASEC_REASON_NONCE_NOT_STORED,
				     .sessionless = r->v.sessionless, .denied = r->v.denied,
				     .denial = r->v.denial, .denial_count = r->v.denial_count };

	if (r->v.verdict == OMASEC_VERDICT_REJECT)
		return;
	r->v = v;
	r->account[0] = '\0';
	r->type[0] = '\0';
	snprintf(r->detail, sizeof(r->detail), "nonces cannot be stored: %s", why);
}

static int helper_commit(struct helper *h)
{
	static struct log_limit limit;
	struct ready *r;
	int err, rc = 0;

	err = store_commit(h->store, &h->engine.accounts, &h->engine.sessions,
			   (uint64_t)time(NULL));
	if (err && log_allowed(&limit))
		log_error("%s; messages are refused until this works", store_error(h->store));
	while ((r = h->ready)) {
		h->ready = r->next;
		if (err)
			ready_refuse(r, store_error(h->store));
		ready_log(r);
		if (!rc)
			rc = ready_send(h, r);
		free(r->out);
		free(r->denial);
		free(r);
	}
	h->ready_tail = &h->ready;
	h->ready_count = 0;
	return rc;
}

/* ---- turns ---------------------------------------------------------------- */

static bool helper_busy(const struct helper *h)
{
	unsigned int i;

	for (i = 0; i < h->job_count; i++)
		if (h->jobs[i].state != JOB_IDLE)
			return true;
	return false;
}

bool helper_idle(const struct helper *h)
{
	return !h->ready && !helper_busy(h);
}

/* Steps all workers, feeds the idle ones. How many messages moved, or a negative errno. */
static int helper_work(struct helper *h, uint64_t now)
{
	int moved = 0, rc;
	unsigned int i;

	for (i = 0; i < h->job_count; i++) {
		struct job *j = &h->jobs[i];

		job_step(j, &h->engine, now);
		if (j->state == JOB_DONE) {
			helper_take(h, j, now);
			moved++;
		}
		if (j->state == JOB_IDLE && !h->stopping) {
			rc = helper_fetch(h, j, now);
			if (rc < 0)
				return rc;
			moved += rc;
		}
	}
	return moved;
}

static int helper_housekeeping(struct helper *h, uint64_t now)
{
	int rc = sync_events(h);

	if (rc)
		return rc;
	if (h->sync && now - h->synced >= HELPER_SYNC_MS) {
		h->synced = now;
		rc = sync_accounts(h);
		if (rc == -EPROTONOSUPPORT)
			return rc;
		/* -EINTR: it changed while it was read; once more, later. */
		h->sync = rc;
	}
	if (now - h->expired >= HELPER_EXPIRE_MS) {
		h->expired = now;
		sessions_expire(&h->engine.sessions, now);
		if (store_expire(h->store, (uint64_t)time(NULL) - HELPER_KEEP_S))
			log_warning("%s", store_error(h->store));
	}
	return 0;
}

int helper_run(struct helper *h, uint64_t now)
{
	int rc, turn = 0;

	rc = helper_housekeeping(h, now);
	while (!rc && turn < HELPER_TURN) {
		rc = helper_work(h, now);
		if (rc <= 0)
			break;
		turn += rc;
		rc = h->ready_count >= HELPER_BATCH ? helper_commit(h) : 0;
	}
	if (rc >= 0 && h->ready &&
	    (!helper_busy(h) || now - h->ready_since >= HELPER_BATCH_MS || h->stopping))
		rc = helper_commit(h);
	if (rc == -EPROTONOSUPPORT)
		log_error("omasec.ko went away");
	else if (rc == -EPERM)
		log_error("another helper took over");
	else if (rc < 0)
		log_error("%s", omasec_error(h->o));
	/* What else fails is lost with its message; the module's deadline refuses it. */
	return rc == -EPROTONOSUPPORT || rc == -EPERM ? rc : 0;
}

unsigned int helper_fds(struct helper *h, struct pollfd *p)
{
	unsigned int n = 0, i;
	bool idle = false;

	p[n++] = (struct pollfd){ .fd = omasec_events_fd(h->o), .events = POLLIN };
	for (i = 0; i < h->job_count; i++) {
		struct job *j = &h->jobs[i];

		if (j->state == JOB_IDLE)
			idle = true;
		else if (worker_client_fd(j->wc) >= 0)
			p[n++] = (struct pollfd){ .fd = worker_client_fd(j->wc),
						  .events = worker_client_events(j->wc) };
	}
	if (idle && !h->stopping)
		p[n++] = (struct pollfd){ .fd = omasec_helper_fd(h->o), .events = POLLIN };
	return n;
}

static void sooner(int *ms, uint64_t at, uint64_t now)
{
	int wait = at > now ? (int)(at - now > 60000 ? 60000 : at - now) : 0;

	if (*ms < 0 || wait < *ms)
		*ms = wait;
}

int helper_timeout(struct helper *h, uint64_t now)
{
	struct waiting *w;
	unsigned int i;
	int ms = -1;

	sooner(&ms, h->expired + HELPER_EXPIRE_MS, now);
	if (h->sync)
		sooner(&ms, h->synced + HELPER_SYNC_MS, now);
	if (h->ready)
		sooner(&ms, h->ready_since + HELPER_BATCH_MS, now);
	for (i = 0; i < h->job_count; i++) {
		int t = h->jobs[i].state == JOB_IDLE ? -1 : worker_client_timeout(h->jobs[i].wc);

		if (t >= 0)
			sooner(&ms, now + (uint64_t)t, now);
	}
	for (w = h->waiting; w && !h->stopping; w = w->next) {
		unsigned int t = engine_wait(&h->engine, &w->msg, now);

		sooner(&ms, w->give_up < now + t ? w->give_up : now + t, now);
	}
	return ms;
}

/* ---- begin and end -------------------------------------------------------- */

static int helper_open_workers(struct helper *h, const struct options *o)
{
	struct worker_client_options wo = { .path = o->worker, .recycle_messages = o->recycle };
	struct dm_error err = { 0 };
	int rc;

	h->jobs = calloc(o->workers, sizeof(*h->jobs));
	if (!h->jobs)
		return -ENOMEM;
	for (; h->job_count < o->workers; h->job_count++) {
		struct job *j = &h->jobs[h->job_count];

		j->wc = worker_client_new(&wo);
		j->rights = h->rights;
		j->acl = calloc(1, sizeof(*j->acl));
		if (!j->wc || !j->acl) {
			h->job_count++;
			return -ENOMEM;
		}
		rc = worker_client_warm(j->wc, &err);
		if (rc) {
			log_error("%s does not work: %s", o->worker, *err.text ? err.text :
				  strerror(-rc));
			h->job_count++;
			return rc;
		}
	}
	return 0;
}

static int helper_open_store(struct helper *h, const struct options *o)
{
	char err[512];
	int rc = store_open(o->state_dir, &h->store, err, sizeof(err));

	if (rc) {
		log_error("%s", err);
		return rc;
	}
	rc = engine_init(&h->engine, &session_limits_default, nonce_system_random,
			 store_load_account, h->store);
	if (rc) {
		log_error("no memory");
		return rc;
	}
	h->engine.accounts.load_window = store_load_window;
	h->engine.recall = store_load_session;
	h->engine.recall_arg = h->store;
	h->rights = calloc(1, sizeof(*h->rights));
	if (!h->rights) {
		log_error("no memory");
		return -ENOMEM;
	}
	h->rights->dir = o->state_dir;
	return 0;
}

/*
 * One that was killed while it started a worker stays registered until the worker's program
 * has begun, which closes the copies of its sockets.
 */
static int helper_register(struct helper *h, bool replace)
{
	const struct timespec pause = { .tv_nsec = 100 * 1000 * 1000 };
	unsigned int i;
	int rc;

	for (i = 0; ; i++) {
		rc = omasec_helper_register(h->o, OMASEC_VERSION, replace);
		if (rc != -EBUSY || i == HELPER_REGISTER_TRIES)
			return rc;
		nanosleep(&pause, NULL);
	}
}

int helper_open(struct helper *h, const struct options *o)
{
	unsigned int i;
	int rc;

	memset(h, 0, sizeof(*h));
	h->ready_tail = &h->ready;
	h->waiting_tail = &h->waiting;
	rc = helper_open_store(h, o);
	if (rc)
		return rc;
	/* Before the netlink sockets exist: nothing of them can get into a worker. */
	rc = helper_open_workers(h, o);
	if (rc)
		return rc;
	rc = omasec_open(&h->o);
	if (!rc)
		rc = omasec_events_open(h->o);
	if (!rc)
		rc = helper_register(h, o->replace);
	if (rc) {
		log_error("%s", h->o ? omasec_error(h->o) : strerror(-rc));
		return rc;
	}
	for (i = 0; i < h->job_count; i++)
		h->jobs[i].keys = (struct keys){ .o = h->o, .dir = o->state_dir };
	rc = sync_accounts(h);
	h->sync = rc;
	return rc == -EPROTONOSUPPORT ? rc : 0;
}

void helper_close(struct helper *h)
{
	struct omasec_message msg;
	unsigned int i;

	if (h->o && h->ready)
		helper_commit(h);
	while (waiting_take(h, &msg, UINT64_MAX))
		;
	omasec_close(h->o);
	for (i = 0; i < h->job_count; i++) {
		job_reset(&h->jobs[i]);
		worker_client_free(h->jobs[i].wc);
		free(h->jobs[i].acl);
	}
	free(h->jobs);
	if (h->store)
		engine_free(&h->engine);
	store_close(h->store);
	if (h->rights)
		rights_close(h->rights);
	free(h->rights);
	memset(h, 0, sizeof(*h));
}
