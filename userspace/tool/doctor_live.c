// SPDX-License-Identifier: GPL-2.0
/* Findings on accounts, rules and listeners that are loaded. See doctor.h. Pure. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "accounts.h"
#include "daemon/pkey.h"
#include "doctor.h"

static void judge_key(const char *account, enum who who, int32_t key, int32_t key_state,
		      size_t *bad, struct doctor_findings *out)
{
	char advice[DOCTOR_TEXT_MAX];

	if ((key && !key_state) || (*bad)++ >= DOCTOR_KIND_MAX)
		return;
	snprintf(advice, sizeof(advice), who <= WHO_SERVER ?
		 "omasec key add %s %s, then omasec apply FILE" : "omasec key add %s %s",
		 account, setting_who[who]);
	doctor_found(out, DOCTOR_PROBLEM, "key", advice, "account %s: the key of %s is %s; its messages are refused",
		     account, setting_who[who], account_key_text(key, key_state));
}

/* Some rule has the helper sign or encrypt with this key of the account. */
static bool key_is_used(const struct doctor_module *m, const char *account, enum who who)
{
	size_t i;

	for (i = 0; i < m->rules; i++) {
		const struct omasec_rule *r = &m->rule[i];

		if (!strcmp(r->account, account) &&
		    ((who == WHO_SIGN && (rule_signs(r) ||
					   r->object_signature != OMASEC_OBJECT_SIGNATURE_NONE)) ||
		     (who == (rule_legacy(r) ? WHO_LEGACY_WRAP : WHO_WRAP) &&
		      r->confidentiality != OMASEC_CONFIDENTIALITY_NONE)))
			return true;
	}
	return false;
}

static void judge_secret(const struct doctor_module *m, const char *account, enum who who,
			 const struct omasec_secret *s, size_t *bad, struct doctor_findings *out)
{
	/* Few accounts have these, and few need them. */
	if (s->key || key_is_used(m, account, who))
		judge_key(account, who, s->key, s->key_state, bad, out);
}

static void judge_pkey(const char *account, enum who who, int error, size_t *bad,
		       struct doctor_findings *out)
{
	static const char *const call[] = {
		"private --secret-file", "public --file", "decrypt --secret-file", "encrypt --file",
		"legacy-decrypt --secret-file", "legacy-encrypt --file",
	};
	char advice[DOCTOR_TEXT_MAX];

	if (!error || (*bad)++ >= DOCTOR_KIND_MAX)
		return;
	snprintf(advice, sizeof(advice), "omasec key add %s %s FILE", account,
		 call[who - WHO_PRIVATE]);
	doctor_found(out, DOCTOR_PROBLEM, "key", advice,
		     "account %s: the %s key %s; its %s messages are refused", account, setting_who[who],
		     error == -ENOENT ? "is missing, and it has the other one" : "cannot be used",
		     who <= WHO_PUBLIC ? "signed" : "encrypted");
}

/* With keys of the pair @of an account does not use the secret that both sides have. */
static void judge_pair(const struct doctor_module *m, size_t i, const struct doctor_pkeys *p, enum pkey_of of,
		       size_t *bad, struct doctor_findings *out)
{
	const struct omasec_account *a = &m->account[i];
	const struct {
		enum who who;
		const struct omasec_secret *secret;
	} instead[] = {
		[PKEY_PRIVATE] = { WHO_SIGN, &a->sign }, [PKEY_DECRYPT] = { WHO_WRAP, &a->wrap },
		[PKEY_LEGACY_DECRYPT] = { WHO_LEGACY_WRAP, &a->legacy_wrap },
	};

	if (p->error[of] == -ENOENT && p->error[of + 1] == -ENOENT) {
		judge_secret(m, a->name, instead[of].who, instead[of].secret, bad, out);
		return;
	}
	judge_pkey(a->name, WHO_PRIVATE + of, p->error[of], bad, out);
	judge_pkey(a->name, WHO_PRIVATE + of + 1, p->error[of + 1], bad, out);
}

/* They are in omasecd for as long as they are used; in the kernel they would not be. */
static void judge_kept(const struct doctor_facts *f, struct doctor_findings *out)
{
	size_t i, kept = 0;

	for (i = 0; i < f->module.accounts; i++)
		kept += f->pkeys[i].kept[PKEY_PRIVATE] + f->pkeys[i].kept[PKEY_DECRYPT] +
			f->pkeys[i].kept[PKEY_LEGACY_DECRYPT];
	if (kept)
		doctor_found(out, DOCTOR_WARNING, "private-key",
			     f->kernel.takes_pkeys ? "omasec apply FILE, or omasec key add ACCOUNT private|decrypt" :
			     "modprobe pkcs8_key_parser, then omasec apply FILE, or omasec key add ACCOUNT private|decrypt",
			     "%zu RSA private key%s in files of omasecd, which the kernel could have", kept,
			     kept == 1 ? " is" : "s are");
}

/* What it takes is there for peers that have nothing better. */
static void judge_legacy(const struct doctor_module *m, struct doctor_findings *out)
{
	size_t i, count = 0;

	for (i = 0; i < m->accounts; i++) {
		if (m->account[i].decryption_blocked)
			doctor_found(out, DOCTOR_PROBLEM, "decryption", "omasec event; it ends by itself",
				     "account %s: too many messages could not be decrypted: none is for %u seconds",
				     m->account[i].name, m->account[i].decryption_blocked);
		if (m->account[i].encryption_profile != OMASEC_ENCRYPTION_PROFILE_LEGACY ||
		    count++ >= DOCTOR_KIND_MAX)
			continue;
		doctor_found(out, DOCTOR_WARNING, "encryption-profile",
			     "have the peer take AES-GCM and RSA-OAEP, then encryption-profile = standard",
			     "account %s: encryption-profile legacy, AES-CBC and RSA 1.5", m->account[i].name);
	}
	if (count > DOCTOR_KIND_MAX)
		doctor_found(out, DOCTOR_WARNING, "encryption-profile", "omasec account list",
			     "%zu more accounts with encryption-profile legacy", count - DOCTOR_KIND_MAX);
}

static void judge_keys(const struct doctor_facts *f, struct doctor_findings *out)
{
	const struct doctor_module *m = &f->module;
	size_t i, bad = 0;

	for (i = 0; i < m->accounts; i++) {
		const struct omasec_account *a = &m->account[i];

		judge_key(a->name, WHO_CLIENT, a->client.key, a->client.key_state, &bad, out);
		judge_key(a->name, WHO_SERVER, a->server.key, a->server.key_state, &bad, out);
		judge_secret(m, a->name, WHO_NETW, &a->netw, &bad, out);
		judge_secret(m, a->name, WHO_PIN, &a->pin, &bad, out);
		judge_pair(m, i, &f->pkeys[i], PKEY_PRIVATE, &bad, out);
		judge_pair(m, i, &f->pkeys[i], PKEY_DECRYPT, &bad, out);
		judge_pair(m, i, &f->pkeys[i], PKEY_LEGACY_DECRYPT, &bad, out);
	}
	judge_kept(f, out);
	judge_legacy(m, out);
	if (bad > DOCTOR_KIND_MAX)
		doctor_found(out, DOCTOR_PROBLEM, "key", "omasec account list", "%zu more keys cannot be used",
			     bad - DOCTOR_KIND_MAX);
	else if (!bad && m->accounts)
		doctor_found(out, DOCTOR_OK, "key", "", "%zu account%s, and all keys can be used", m->accounts,
			     m->accounts == 1 ? "" : "s");
	else if (!m->accounts)
		doctor_found(out, DOCTOR_WARNING, "key", "omasec apply FILE, or omasec account import FILE",
			     "no account is loaded");
}

static void judge_rules(const struct doctor_module *m, struct doctor_findings *out)
{
	char advice[DOCTOR_TEXT_MAX], name[OMASEC_NAME_MAX + 1];
	size_t i, bad = 0;

	if (!m->rules) {
		doctor_found(out, DOCTOR_WARNING, "rule", "omasec apply FILE",
			     "no rule is loaded: nothing is protected");
		return;
	}
	for (i = 0; i < m->rules; i++) {
		const struct omasec_rule *r = &m->rule[i];

		if (!setting_rule_unprotected(r) || bad++ >= DOCTOR_KIND_MAX)
			continue;
		snprintf(name, sizeof(name), "%s", r->name);
		if (!*name)
			snprintf(name, sizeof(name), "%" PRIu32, r->id);
		snprintf(advice, sizeof(advice), "write integrity = hmac or tls = require into [rule %s], then omasec apply FILE",
			 name);
		doctor_found(out, DOCTOR_WARNING, "rule", advice,
			     "rule %s: nothing protects what it selects", name);
	}
	if (bad > DOCTOR_KIND_MAX)
		doctor_found(out, DOCTOR_WARNING, "rule", "omasec report", "%zu more rules protect nothing",
			     bad - DOCTOR_KIND_MAX);
	else if (!bad)
		doctor_found(out, DOCTOR_OK, "rule", "", "%zu rule%s, and what is selected is protected", m->rules,
			     m->rules == 1 ? "" : "s");
}

static void judge_listeners(const struct doctor_module *m, struct doctor_findings *out)
{
	size_t i;

	for (i = 0; i < m->listeners && i < DOCTOR_KIND_MAX; i++)
		doctor_found(out, DOCTOR_PROBLEM, "listener", "omasec flow attach",
			     "%s, but is older than it: its connections are refused", m->listener[i]);
	if (m->listeners > DOCTOR_KIND_MAX)
		doctor_found(out, DOCTOR_PROBLEM, "listener", "omasec flow attach",
			     "%zu more listeners are older than their rules", m->listeners - DOCTOR_KIND_MAX);
	if (!m->listeners && m->rules)
		doctor_found(out, DOCTOR_OK, "listener", "", "no listener is older than its rule");
}

void doctor_judge_live(const struct doctor_facts *f, struct doctor_findings *out)
{
	const struct omasec_status *st = &f->module.status;

	judge_keys(f, out);
	judge_rules(&f->module, out);
	judge_listeners(&f->module, out);
	if (st->memory_max && st->memory > st->memory_max / 10 * 9)
		doctor_found(out, DOCTOR_WARNING, "memory", "omasec flow list",
			     "%" PRIu64 " of %" PRIu64 " octets for messages are in use: new ones are soon refused",
			     st->memory, st->memory_max);
}

/* ------------------------------------------------------------------ file and module */

static void differs(size_t *count, char text[DOCTOR_TEXT_MAX], const char *object, const char *name,
		    const char *how)
{
	if (!(*count)++)
		snprintf(text, DOCTOR_TEXT_MAX, "%s %s %s", object, name, how);
}

static bool same_account(const struct omasec_account *a, const struct omasec_account *b)
{
	return !strcmp(a->server_id, b->server_id) && !strcmp(a->client.user, b->client.user) &&
	       !strcmp(a->server.user, b->server.user) && a->mac_form == b->mac_form &&
	       a->app_cred == b->app_cred && a->usernetwpin == b->usernetwpin &&
	       a->bootstrap_unsecured == b->bootstrap_unsecured &&
	       a->encryption_profile == b->encryption_profile;
}

/* 0 in the file stands for the module's default, which is not known here. */
static bool same_or_default(uint32_t file, uint32_t loaded)
{
	return !file || file == loaded;
}

static bool same_selector(const struct omasec_rule *a, const struct omasec_rule *b)
{
	return a->direction == b->direction && a->family == b->family && a->prefix == b->prefix &&
	       !memcmp(a->address, b->address, sizeof(a->address)) && a->protocol == b->protocol &&
	       a->port_min == b->port_min && a->port_max == b->port_max && a->has_uid == b->has_uid &&
	       a->has_cgroup == b->has_cgroup && (!a->has_uid || a->uid == b->uid) &&
	       (!a->has_cgroup || a->cgroup == b->cgroup);
}

/* The module tells what belongs to the protocol only. */
static bool same_protocol(const struct omasec_rule *file, const struct omasec_rule *b)
{
	return file->protocol != OMASEC_PROTOCOL_UDP ? file->bootstrap == b->bootstrap :
	       file->notification_13 == b->notification_13 && file->nonce_resync == b->nonce_resync;
}

/* The module tells which role auto stands for. */
static bool same_role(const struct omasec_rule *file, const struct omasec_rule *b)
{
	uint8_t role = file->role;

	if (role == OMASEC_ROLE_AUTO)
		role = file->direction == OMASEC_DIRECTION_OUT || file->binding == OMASEC_BINDING_WSP ?
		       OMASEC_ROLE_CLIENT : OMASEC_ROLE_SERVER;
	return role == b->role;
}

static bool same_rule(const struct omasec_rule *file, const struct omasec_rule *b)
{
	return same_selector(file, b) && !strcmp(file->account, b->account) && same_role(file, b) &&
	       file->binding == b->binding && file->integrity == b->integrity &&
	       file->transport == b->transport && file->auth_mode == b->auth_mode &&
	       file->first_contact == b->first_contact && file->other == b->other &&
	       file->on_deny == b->on_deny && file->helper_lost == b->helper_lost &&
	       file->tls == b->tls && same_protocol(file, b) && file->sessionless == b->sessionless &&
	       file->tls_check == b->tls_check && file->confidentiality == b->confidentiality &&
	       file->content_cipher == b->content_cipher &&
	       file->object_signature == b->object_signature && file->encoding == b->encoding &&
	       file->unprotected == b->unprotected && same_or_default(file->tls_min, b->tls_min) &&
	       same_or_default(file->max_message, b->max_message) &&
	       same_or_default(file->deadline_ms, b->deadline_ms) &&
	       same_or_default(file->pin_wait, b->pin_wait);
}

static size_t find_account(const struct doctor_module *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->accounts && strcmp(m->account[i].name, name); i++)
		;
	return i;
}

static size_t find_rule(const struct doctor_module *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->rules && strcmp(m->rule[i].name, name); i++)
		;
	return i;
}

size_t doctor_differs(const struct config *c, const struct doctor_module *m,
		      char text[DOCTOR_TEXT_MAX])
{
	size_t count = 0, i, at, last = 0, extra = m->accounts + m->rules;

	*text = '\0';
	for (i = 0; i < c->account_count; i++) {
		at = find_account(m, c->account[i].a.name);
		if (at == m->accounts)
			differs(&count, text, "account", c->account[i].a.name, "is not loaded");
		else if (!same_account(&c->account[i].a, &m->account[at]))
			differs(&count, text, "account", c->account[i].a.name, "is loaded otherwise");
		extra -= at < m->accounts;
	}
	for (i = 0; i < c->rule_count; i++) {
		at = find_rule(m, c->rule[i].r.name);
		if (at == m->rules)
			differs(&count, text, "rule", c->rule[i].r.name, "is not loaded");
		else if (!same_rule(&c->rule[i].r, &m->rule[at]))
			differs(&count, text, "rule", c->rule[i].r.name, "is loaded otherwise");
		else if (at < last)
			differs(&count, text, "rule", c->rule[i].r.name, "is loaded in another order");
		extra -= at < m->rules;
		if (at < m->rules)
			last = at;
	}
	if (extra && !count)
		snprintf(text, DOCTOR_TEXT_MAX, "%zu loaded account%s not in the file", extra,
			 extra == 1 ? " or rule is" : "s and rules are");
	return count + extra;
}
