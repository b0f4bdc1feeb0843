// SPDX-License-Identifier: GPL-2.0
/*
 * Keeping helper and module at one about accounts: which there are, whose client
 * has which name, and what the nonces are. The store is right where the two
 * differ, because a configuration file only has the nonces of the beginning.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "helper.h"
#include "log.h"

#define SYNC_EVENTS 256

/* What the module knows and the store does not was provisioned. */
static bool sync_nonce(struct account *a, enum account_who who, const struct omasec_nonce *module)
{
	if (a->nonce[who].known)
		return !nonce_equal(&a->nonce[who], module);
	a->nonce[who] = *module;
	return false;
}

/* How far the agreed nonce in @in is used, into @out unless the module knows it. */
static void sync_agreed(struct helper *h, struct account *a, enum account_who who,
			const struct omasec_cred *in, struct omasec_cred *out)
{
	uint32_t used = OMASEC_SESSIONLESS_MAX;
	struct window *w;
	int rc;

	a->agreed[who] = in->agreed.known;
	if (!in->agreed.known)
		return;
	rc = account_window(&h->engine.accounts, a, who, &in->agreed, &w);
	if (!rc)
		used = w->count;
	if ((rc && rc != -EKEYEXPIRED) || used == in->agreed_used)
		return;
	*out = *in;
	out->agreed_used = used;
}

/* 0, or -EPROTONOSUPPORT when there is no module any more. */
static int sync_used(struct helper *h, struct account *a, const struct omasec_account *in)
{
	struct omasec_cred client = { .key = 0 }, server = { .key = 0 };
	int rc = 0;

	sync_agreed(h, a, ACCOUNT_CLIENT, &in->client, &client);
	sync_agreed(h, a, ACCOUNT_SERVER, &in->server, &server);
	if (client.agreed.known || server.agreed.known)
		rc = omasec_account_agreed_used(h->o, in->name, &client, &server);
	if (rc && rc != -ENOENT)
		log_error("account %s: %s", in->name, omasec_error(h->o));
	return rc == -EPROTONOSUPPORT ? rc : 0;
}

/* What somebody has allowed is told once, in case it was somebody else. */
static void sync_legacy(struct account *a, bool legacy)
{
	if (legacy && !a->legacy)
		log_warning("account %s: encryption-profile legacy: AES-CBC and RSA 1.5 are made and taken",
			    a->name);
	a->legacy = legacy;
}

/* A module that was loaded anew does not know. */
static void sync_blocked(struct helper *h, struct account *a, const struct omasec_account *in)
{
	uint32_t wait = a->legacy ? budget_wait(&a->budget, (uint64_t)time(NULL)) : 0;

	if (wait && !in->decryption_blocked && omasec_account_blocked(h->o, in->name, wait))
		log_error("account %s: %s", in->name, omasec_error(h->o));
}

static int sync_account(void *arg, const struct omasec_account *in)
{
	struct omasec_nonce none = { 0 };
	struct helper *h = arg;
	struct account *a;
	bool client, server;
	int rc;

	rc = account_need(&h->engine.accounts, in->name, &a);
	if (!rc)
		rc = account_set_user(&h->engine.accounts, a, in->client.user);
	if (rc) {
		log_error("account %s: %s", in->name, rc == -ENOMEM ? "no memory" :
			  store_error(h->store));
		return rc;
	}
	snprintf(a->server, sizeof(a->server), "%s", in->server_id);
	a->listed = true;
	sync_legacy(a, in->encryption_profile == OMASEC_ENCRYPTION_PROFILE_LEGACY);
	sync_blocked(h, a, in);
	rc = sync_used(h, a, in);
	if (rc)
		return rc;
	client = sync_nonce(a, ACCOUNT_CLIENT, &in->client.nonce);
	server = sync_nonce(a, ACCOUNT_SERVER, &in->server.nonce);
	if (!client && !server)
		return 0;
	rc = omasec_account_nonce(h->o, in->name, client ? &a->nonce[ACCOUNT_CLIENT] : &none,
				  server ? &a->nonce[ACCOUNT_SERVER] : &none);
	/* -ENOENT: it was removed a moment ago, which is an event of its own. */
	if (rc && rc != -ENOENT)
		log_error("account %s: %s", in->name, omasec_error(h->o));
	return rc == -EPROTONOSUPPORT ? rc : 0;
}

int sync_accounts(struct helper *h)
{
	struct account *a, *next;
	int rc;

	for (a = h->engine.accounts.all; a; a = a->next)
		a->listed = false;
	rc = omasec_account_each(h->o, sync_account, h);
	if (rc) {
		for (a = h->engine.accounts.all; a; a = a->next)
			a->listed = true;
		log_error("the accounts cannot be read: %s", omasec_error(h->o));
		return rc;
	}
	sessions_forget(&h->engine.sessions);
	for (a = h->engine.accounts.all; a; a = next) {
		next = a->next;
		if (a->listed)
			continue;
		/* What was decided is stored first. */
		if (window_dirty(&a->window[ACCOUNT_CLIENT]) ||
		    window_dirty(&a->window[ACCOUNT_SERVER]))
			rc = -EAGAIN;
		else
			account_drop(&h->engine.accounts, a);
	}
	return rc;
}

int sync_events(struct helper *h)
{
	struct omasec_event ev;
	unsigned int n;
	int rc = 0;

	for (n = 0; n < SYNC_EVENTS; n++) {
		rc = omasec_events_read(h->o, &ev);
		if (rc == -ENOBUFS) {
			h->sync = true;
			continue;
		}
		if (rc <= 0)
			break;
		if (ev.kind == OMASEC_EVENT_KIND_CONFIG)
			h->sync = true;
		else if (ev.kind == OMASEC_EVENT_KIND_DETACHED)
			engine_flow_gone(&h->engine, ev.account, ev.flow);
	}
	return rc == -EPROTONOSUPPORT ? rc : 0;
}
