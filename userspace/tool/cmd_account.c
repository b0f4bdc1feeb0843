// SPDX-License-Identifier: GPL-2.0
/* omasec account. See omasec-account(8). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accounts.h"
#include "keyring.h"
#include "out.h"
#include "pairs.h"
#include "pkeys.h"
#include "resolve.h"

/* ------------------------------------------------------------------ printing */

static json_t *cred_json(const struct omasec_cred *c)
{
	json_t *o = json_object();

	out_set(o, "name", out_text(c->user));
	out_set(o, "key", json_integer(c->key));
	out_set(o, "key-state", out_text(c->key ? c->key_state ? strerror(c->key_state) : "ok" :
						  "missing"));
	out_set(o, "nonce", json_boolean(c->nonce.known));
	out_set(o, "agreed-nonce", json_boolean(c->agreed.known));
	out_set(o, "agreed-used", json_integer(c->agreed_used));
	return o;
}

static json_t *secret_json(const struct omasec_secret *s)
{
	json_t *o = json_object();

	out_set(o, "key", json_integer(s->key));
	out_set(o, "key-state", out_text(s->key ? s->key_state ? strerror(s->key_state) : "ok" :
						  "missing"));
	return o;
}

json_t *account_json(const struct omasec_account *a)
{
	json_t *o = json_object();

	out_set(o, "name", out_text(a->name));
	out_set(o, "server-id", out_text(a->server_id));
	out_set(o, "client", cred_json(&a->client));
	out_set(o, "server", cred_json(&a->server));
	out_set(o, "mac-form", json_string(omasec_name(OMASEC_NAMES_MAC_FORM, a->mac_form)));
	out_set(o, "app-cred", json_string(omasec_name(OMASEC_NAMES_APP_CRED, a->app_cred)));
	out_set(o, "netw", secret_json(&a->netw));
	out_set(o, "pin", secret_json(&a->pin));
	out_set(o, "sign", secret_json(&a->sign));
	out_set(o, "wrap", secret_json(&a->wrap));
	out_set(o, "legacy-wrap", secret_json(&a->legacy_wrap));
	out_set(o, "encryption-profile",
		json_string(omasec_name(OMASEC_NAMES_ENCRYPTION_PROFILE, a->encryption_profile)));
	out_set(o, "usernetwpin", json_string(omasec_name(OMASEC_NAMES_USERNETWPIN, a->usernetwpin)));
	out_set(o, "bootstrap-unsecured", json_string(omasec_name(OMASEC_NAMES_BOOTSTRAP_UNSECURED, a->bootstrap_unsecured)));
	out_set(o, "decryption-blocked", json_integer(a->decryption_blocked));
	out_set(o, "pin-failures", json_integer(a->pin_failures));
	out_set(o, "pin-locked", json_integer(a->pin_locked));
	out_set(o, "messages-ok", out_number(a->messages_ok));
	out_set(o, "messages-refused", out_number(a->messages_refused));
	return o;
}

const char *account_key_text(int32_t key, int32_t key_state)
{
	switch (key ? key_state : ENOKEY) {
	case 0:
		return "ok";
	case ENOKEY:
		return "missing";
	case EKEYREVOKED:
		return "revoked";
	case EKEYEXPIRED:
		return "expired";
	default:
		return strerror(key_state);
	}
}

struct list {
	json_t *array;
	struct out_table *table;
};

static int list_one(void *arg, const struct omasec_account *a)
{
	struct list *l = arg;

	if (l->array)
		return json_array_append_new(l->array, account_json(a)) ? -ENOMEM : 0;
	out_cell(l->table, "%s", a->name);
	out_cell(l->table, "%s", a->server_id);
	out_cell(l->table, "%s", a->client.user);
	out_cell(l->table, "%s", account_key_text(a->client.key, a->client.key_state));
	out_cell(l->table, "%s", a->client.nonce.known ? "yes" : "no");
	out_cell(l->table, "%s", a->server.user);
	out_cell(l->table, "%s", account_key_text(a->server.key, a->server.key_state));
	out_cell(l->table, "%s", a->server.nonce.known ? "yes" : "no");
	out_cell(l->table, "%llu", (unsigned long long)a->messages_ok);
	out_cell(l->table, "%llu", (unsigned long long)a->messages_refused);
	return 0;
}

int cmd_account_list(struct tool *t, int argc, char **argv)
{
	struct list l = { 0 };
	int rc = argc ? tool_usage(t, "%s: nothing is expected here", argv[0]) : tool_connect(t);

	if (rc)
		return rc;
	if (t->json)
		l.array = json_array();
	else
		l.table = out_table_new("NAME|SERVER-ID|CLIENT|KEY|NONCE|SERVER|KEY|NONCE|>OK|>REFUSED");
	if (!l.array && !l.table)
		return tool_error(t, EXIT_REFUSED, "out of memory");
	rc = omasec_account_each(t->o, list_one, &l);
	if (rc) {
		json_decref(l.array);
		out_table_free(l.table);
		return tool_refused(t, rc);
	}
	if (l.array)
		return out_json(t, "accounts", l.array);
	out_table_end(t, l.table, 0, "No accounts.");
	return out_finish(t);
}

static void show_cred(const char *who, const struct omasec_cred *c)
{
	char safe[OMASEC_USER_MAX * 4 + 1];

	printf("%-18s%s\n", who, value_safe(c->user, safe, sizeof(safe)));
	if (c->key)
		printf("  key             %d, %s\n", c->key, account_key_text(c->key, c->key_state));
	else
		printf("  key             missing\n");
	printf("  nonce           %s\n", c->nonce.known ? "known" : "not known");
	if (c->agreed.known)
		printf("  agreed nonce    %u of %d sessionless messages\n", c->agreed_used,
		       OMASEC_SESSIONLESS_MAX);
}

static void show_pkey(const struct tool *t, const char *account, enum pkey_of of)
{
	static const char *const called[PKEY_KINDS] = {
		[PKEY_PRIVATE] = "private key     ", [PKEY_PUBLIC] = "public key      ",
		[PKEY_DECRYPT] = "decrypt key     ", [PKEY_ENCRYPT] = "encrypt key     ",
		[PKEY_LEGACY_DECRYPT] = "legacy decrypt  ", [PKEY_LEGACY_ENCRYPT] = "legacy encrypt  ",
	};
	struct pkeys_seen seen;

	pkeys_see(t, account, of, &seen);
	printf("%s  %s", called[of], seen.error == -ENOENT ? "none" : seen.error ? seen.why : seen.kind);
	if (!seen.error)
		printf("%s, SHA-256 %s", seen.serial ? " in the kernel" : "", seen.sha256);
	putchar('\n');
}

static void show_xml_keys(const struct tool *t, const struct omasec_account *a)
{
	enum pkey_of of;

	printf("sign key          %s\n", !a->sign.key ? "none" :
	       a->sign.key_state ? strerror(a->sign.key_state) : "known");
	printf("wrap key          %s\n", !a->wrap.key ? "none" :
	       a->wrap.key_state ? strerror(a->wrap.key_state) : "known");
	printf("legacy wrap key   %s\n", !a->legacy_wrap.key ? "none" :
	       a->legacy_wrap.key_state ? strerror(a->legacy_wrap.key_state) : "known");
	for (of = PKEY_PRIVATE; of < PKEY_KINDS; of++)
		show_pkey(t, a->name, of);
}

static void show_bootstrap(const struct omasec_account *a)
{
	printf("network secret    %s\n", !a->netw.key ? "none" :
	       a->netw.key_state ? strerror(a->netw.key_state) : "known");
	printf("PIN               %s\n", !a->pin.key ? "none" :
	       a->pin.key_state ? strerror(a->pin.key_state) : "known");
	if (a->pin_locked)
		printf("  locked          %u seconds more (omasec account pin-reset %s)\n", a->pin_locked,
		       a->name);
	else if (a->pin_failures)
		printf("  wrong           %u\n", a->pin_failures);
	printf("usernetwpin       %s\n", omasec_name(OMASEC_NAMES_USERNETWPIN, a->usernetwpin));
	printf("unsecured         %s\n",
	       omasec_name(OMASEC_NAMES_BOOTSTRAP_UNSECURED, a->bootstrap_unsecured));
}

static json_t *show_json(const struct tool *t, const struct omasec_account *a)
{
	json_t *o = account_json(a);
	struct pkeys_seen seen;
	enum pkey_of of;

	for (of = PKEY_PRIVATE; of < PKEY_KINDS; of++) {
		pkeys_see(t, a->name, of, &seen);
		out_set(o, setting_who[WHO_PRIVATE + of], pkeys_json(&seen, of));
	}
	return o;
}

int cmd_account_show(struct tool *t, int argc, char **argv)
{
	char name[OMASEC_NAME_MAX + 1], safe[OMASEC_SERVER_ID_MAX * 4 + 1];
	struct omasec_account a;
	int rc = pairs_name(t, argc, argv, name);

	if (!rc && argc > 1)
		rc = tool_usage(t, "%s: nothing is expected here", argv[1]);
	if (!rc)
		rc = tool_connect(t);
	if (rc)
		return rc;
	rc = omasec_account_get(t->o, name, &a);
	if (rc)
		return tool_error(t, tool_exit_code(rc), "%s: %s", name, omasec_error(t->o));
	if (t->json)
		return out_json(t, "account", show_json(t, &a));
	printf("account           %s\n", a.name);
	printf("server-id         %s\n", value_safe(a.server_id, safe, sizeof(safe)));
	show_cred("client-name", &a.client);
	show_cred("server-name", &a.server);
	printf("mac-form          %s\n", omasec_name(OMASEC_NAMES_MAC_FORM, a.mac_form));
	printf("app-cred          %s\n", omasec_name(OMASEC_NAMES_APP_CRED, a.app_cred));
	printf("encryption        %s\n",
	       omasec_name(OMASEC_NAMES_ENCRYPTION_PROFILE, a.encryption_profile));
	if (a.decryption_blocked)
		printf("  blocked         %u seconds more, after too many failures\n", a.decryption_blocked);
	show_xml_keys(t, &a);
	show_bootstrap(&a);
	printf("messages          %llu accepted, %llu refused\n", (unsigned long long)a.messages_ok,
	       (unsigned long long)a.messages_refused);
	return out_finish(t);
}

/* ------------------------------------------------------------------ changing */

static struct omasec_cred *cred_of(struct omasec_account *a, enum who who)
{
	return who == WHO_CLIENT ? &a->client : &a->server;
}

int account_key(struct tool *t, struct account_conf *c, enum who who, const char *dir,
		int *staged, int *key, char why[RESOLVE_WHY_MAX])
{
	uint8_t k[OMASEC_K_LEN];
	int rc;

	(void)t;
	*staged = 0;
	*key = -1;
	rc = resolve_secret(c, who, dir, k, key, why);
	if (rc < 0)
		return rc;
	if (rc == 0) {
		rc = keyring_stage(c->a.name, who, k, sizeof(k));
		explicit_bzero(k, sizeof(k));
		if (rc < 0) {
			snprintf(why, RESOLVE_WHY_MAX, "cannot add a key to the kernel: %s%s", strerror(-rc),
				 rc == -EDQUOT ? " (see /proc/key-users and kernel.keys.maxkeys)" : "");
			return rc;
		}
		*staged = rc;
		cred_of(&c->a, who)->key = rc;
		return 0;
	}
	rc = keyring_find(c->a.name, who);
	if (rc < 0) {
		snprintf(why, RESOLVE_WHY_MAX, "no usable key for the %s: %s; give a %s-secret-file, or add a key (omasec key add %s %s)",
			 who == WHO_CLIENT ? "client" : "server", strerror(-rc),
			 who == WHO_CLIENT ? "client" : "server", c->a.name,
			 who == WHO_CLIENT ? "client" : "server");
		return rc;
	}
	cred_of(&c->a, who)->key = rc;
	return 0;
}

struct omasec_secret *account_secret(struct omasec_account *a, enum who who)
{
	switch (who) {
	case WHO_NETW:
		return &a->netw;
	case WHO_PIN:
		return &a->pin;
	case WHO_SIGN:
		return &a->sign;
	case WHO_LEGACY_WRAP:
		return &a->legacy_wrap;
	default:
		return &a->wrap;
	}
}

void account_secrets(struct account_conf *c)
{
	enum who who;

	for (who = WHO_NETW; who < WHO_KEYRING; who++) {
		struct omasec_secret *s = account_secret(&c->a, who);
		int serial = keyring_find(c->a.name, who);

		/* One that cannot be used would keep the account from being set. */
		if (serial > 0)
			s->key = serial;
		else if (s->key_state)
			s->key = 0;
	}
}

int account_publish(struct tool *t, const int staged[2], const char *done)
{
	int who, rc;

	for (who = WHO_CLIENT; who <= WHO_SERVER; who++) {
		rc = staged[who] ? keyring_publish(staged[who]) : 0;
		if (rc)
			return tool_error(t, tool_exit_code(rc), "%s could not be put into the user keyring: %s",
					  done, strerror(-rc));
	}
	return EXIT_DONE;
}

int account_put(struct tool *t, struct account_conf *c, const int staged[2])
{
	int rc;

	account_secrets(c);
	rc = omasec_account_set(t->o, &c->a);
	if (rc)
		return tool_error(t, tool_exit_code(rc), "%s: %s", c->a.name, omasec_error(t->o));
	return account_publish(t, staged, "the account is set, but its key");
}

int account_absent(struct tool *t, const char *name)
{
	struct omasec_account old;
	int found, rc = tool_connect(t);

	if (rc)
		return rc;
	found = omasec_account_get(t->o, name, &old);
	if (!found)
		return tool_error(t, EXIT_REFUSED, "%s: there is such an account; change it with omasec account set",
				  name);
	return found == -ENOENT ? 0 : tool_refused(t, found);
}

static int account_fault(struct tool *t, int rc, int key, const char *why)
{
	return tool_error(t, tool_exit_code(rc), "%s%s%s", key < 0 ? "" : setting_account.setting[key].name,
			  key < 0 ? "" : ": ", why);
}

/* Gives @c the keys of both sides, sets it, and makes new keys lasting. */
static int account_load(struct tool *t, struct account_conf *c, const bool want[2])
{
	int staged[2] = { 0 }, who, rc, key;
	char why[RESOLVE_WHY_MAX];
	struct pkeys pkeys;

	for (who = WHO_CLIENT; who <= WHO_SERVER; who++) {
		if (!want[who])
			continue;
		rc = account_key(t, c, (enum who)who, NULL, &staged[who], &key, why);
		if (rc)
			return account_fault(t, rc, key, why);
	}
	rc = pkeys_read(c, NULL, &pkeys, &key, why);
	if (rc)
		rc = account_fault(t, rc, key, why);
	else
		rc = account_put(t, c, staged);
	if (!rc && pkeys_put(t, c->a.name, &pkeys, why))
		rc = tool_error(t, EXIT_REFUSED, "the account is set, but its private or public key could not be stored: %s",
				why);
	pkeys_free(&pkeys);
	return rc;
}

static int account_read(struct tool *t, struct account_conf *c, bool fresh, int argc, char **argv)
{
	struct pairs_faults faults = { t, &setting_account, 0 };
	int rc = pairs_read(t, &setting_account, c, argc, argv);

	if (rc)
		return rc;
	setting_account_check(c, fresh, pairs_fault, &faults);
	if (faults.count)
		return EXIT_USAGE;
	if (fresh)
		setting_account_default(c);
	return 0;
}

int cmd_account_add(struct tool *t, int argc, char **argv)
{
	static const bool both[2] = { true, true };
	struct account_conf c;
	int rc;

	setting_account_init(&c);
	rc = pairs_name(t, argc, argv, c.a.name);
	if (!rc && !strcmp(c.a.name, "any"))
		rc = tool_error(t, EXIT_USAGE, "any: expected another name; in rules it means every account");
	if (!rc)
		rc = account_read(t, &c, true, argc - 1, argv + 1);
	if (!rc)
		rc = account_absent(t, c.a.name);
	if (!rc)
		rc = account_load(t, &c, both);
	setting_account_free(&c);
	return rc;
}

int cmd_account_set(struct tool *t, int argc, char **argv)
{
	struct account_conf c;
	bool want[2] = { false, false };
	int rc, who;

	setting_account_init(&c);
	rc = pairs_name(t, argc, argv, c.a.name);
	if (!rc && argc == 1)
		rc = tool_usage(t, "nothing to change was given");
	if (!rc)
		rc = tool_connect(t);
	if (!rc) {
		char name[OMASEC_NAME_MAX + 1];

		memcpy(name, c.a.name, sizeof(name));
		rc = omasec_account_get(t->o, name, &c.a);
		if (rc)
			rc = tool_error(t, tool_exit_code(rc), "%s: %s", name, omasec_error(t->o));
		/* What the module has stays unless it is given anew. */
		c.a.client.nonce.known = false;
		c.a.server.nonce.known = false;
		c.a.client.agreed.known = false;
		c.a.server.agreed.known = false;
	}
	if (!rc)
		rc = account_read(t, &c, false, argc - 1, argv + 1);
	for (who = WHO_CLIENT; !rc && who <= WHO_SERVER; who++) {
		int name = setting_find(&setting_account, who == WHO_CLIENT ? "client-name" : "server-name");

		want[who] = c.secret[who].file || c.secret[who].fd >= 0;
		/* K is made of name and password, so the old key does not go with a new name. */
		if (c.seen & 1u << name && !want[who])
			rc = tool_error(t, EXIT_USAGE, "%s-name: expected the password too, because the key is made of both: %s-secret-file",
					who == WHO_CLIENT ? "client" : "server",
					who == WHO_CLIENT ? "client" : "server");
		/* The key of the keyring, in case the module's is not usable any more. */
		if (!want[who] && (!cred_of(&c.a, (enum who)who)->key || cred_of(&c.a, (enum who)who)->key_state))
			want[who] = true;
	}
	if (!rc)
		rc = account_load(t, &c, want);
	setting_account_free(&c);
	return rc;
}

/* What needs no more than a name. */
static int account_call(struct tool *t, int argc, char **argv,
			int (*call)(struct omasec *o, const char *name))
{
	char name[OMASEC_NAME_MAX + 1];
	int rc = pairs_name(t, argc, argv, name);

	if (!rc && argc > 1)
		rc = tool_usage(t, "%s: nothing is expected here", argv[1]);
	if (!rc)
		rc = tool_connect(t);
	if (rc)
		return rc;
	rc = call(t->o, name);
	if (rc)
		return tool_error(t, tool_exit_code(rc), "%s: %s", name, omasec_error(t->o));
	return EXIT_DONE;
}

int cmd_account_del(struct tool *t, int argc, char **argv)
{
	return account_call(t, argc, argv, omasec_account_del);
}

int cmd_account_pin_reset(struct tool *t, int argc, char **argv)
{
	return account_call(t, argc, argv, omasec_account_pin_reset);
}
