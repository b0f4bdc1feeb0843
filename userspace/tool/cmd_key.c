// SPDX-License-Identifier: GPL-2.0
/* omasec key. See omasec-key(8). Works without the module. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "accounts.h"
#include "keyfile.h"
#include "keyring.h"
#include "out.h"
#include "pairs.h"
#include "pkeys.h"
#include "secret.h"
#include "value.h"

static const char *key_state(int state)
{
	return state == -EKEYREVOKED ? "revoked" : state == -EKEYEXPIRED ? "expired" : "ok";
}

struct list {
	const struct tool *t;
	json_t *array;
	struct out_table *table;
};

static int list_one(void *arg, const struct keyring_key *key)
{
	struct list *l = arg;

	if (l->array) {
		json_t *o = json_object();

		out_set(o, "serial", json_integer(key->serial));
		out_set(o, "account", out_text(key->account));
		out_set(o, "of", json_string(setting_who[key->who]));
		out_set(o, "in", json_string("kernel"));
		out_set(o, "state", json_string(key_state(key->state)));
		out_set(o, "uid", json_integer(key->uid));
		return json_array_append_new(l->array, o) ? -ENOMEM : 0;
	}
	out_cell(l->table, "%d", key->serial);
	out_cell(l->table, "%s", key->account);
	out_cell(l->table, "%s", setting_who[key->who]);
	out_cell(l->table, "kernel");
	out_cell(l->table, "%s", key_state(key->state));
	out_cell(l->table, "-");
	return 0;
}

static int list_pkey(void *arg, const char *account, enum pkey_of of)
{
	struct list *l = arg;
	struct pkeys_seen seen;
	json_t *o;

	pkeys_see(l->t, account, of, &seen);
	if (l->array) {
		o = pkeys_json(&seen, of);
		out_set(o, "serial", seen.serial ? json_integer(seen.serial) : json_null());
		out_set(o, "account", out_text(account));
		out_set(o, "of", json_string(setting_who[WHO_PRIVATE + of]));
		return json_array_append_new(l->array, o) ? -ENOMEM : 0;
	}
	if (seen.serial)
		out_cell(l->table, "%d", seen.serial);
	else
		out_cell(l->table, "-");
	out_cell(l->table, "%s", account);
	out_cell(l->table, "%s", setting_who[WHO_PRIVATE + of]);
	out_cell(l->table, "%s", pkeys_in(&seen, of) ? pkeys_in(&seen, of) : "-");
	out_cell(l->table, "%s", pkeys_state(&seen));
	if (seen.error)
		out_cell(l->table, "%s", seen.why);
	else
		out_cell(l->table, "%s %s", seen.kind, seen.sha256);
	return 0;
}

static int key_refused(const struct tool *t, int err)
{
	if (err == -ENOSYS)
		return tool_error(t, EXIT_REFUSED, "this kernel has no key retention service (CONFIG_KEYS)");
	return tool_error(t, tool_exit_code(err), "user keyring: %s", strerror(-err));
}

/* Who may not look into the state directory has none there. */
static int list_pkeys(struct list *l)
{
	int rc = pkey_each(pkeys_dir(l->t), list_pkey, l);

	return rc == -ENOENT || rc == -EACCES ? 0 : rc;
}

int cmd_key_list(struct tool *t, int argc, char **argv)
{
	struct list l = { .t = t };
	int rc;

	if (argc)
		return tool_usage(t, "%s: nothing is expected here", argv[0]);
	if (t->json)
		l.array = json_array();
	else
		l.table = out_table_new(">SERIAL|ACCOUNT|OF|IN|STATE|KEY");
	if (!l.array && !l.table)
		return tool_error(t, EXIT_REFUSED, "out of memory");
	rc = keyring_each(list_one, &l);
	if (!rc)
		rc = list_pkeys(&l);
	if (rc) {
		json_decref(l.array);
		out_table_free(l.table);
		return key_refused(t, rc);
	}
	if (l.array)
		return out_json(t, "keys", l.array);
	out_table_end(t, l.table, 0, "No keys.");
	return out_finish(t);
}

static int key_args(struct tool *t, int argc, char **argv, char *account, enum who *who)
{
	int rc = argc ? pairs_name(t, argc, argv, account) :
			tool_usage(t, "the name of the account is missing");

	if (rc)
		return rc;
	if (argc < 2)
		return tool_usage(t, "expected client, server, netw, pin, sign, wrap, legacy-wrap, private, public, decrypt, encrypt, legacy-decrypt or legacy-encrypt after the account");
	return pairs_who(t, argv[1], who);
}

/* The user name that goes into K: given, or that of the loaded account. */
static int key_user(struct tool *t, const char *account, enum who who, int argc, char **argv,
		    char *user)
{
	struct omasec_account a;
	int rc;

	if (argc) {
		if (strcmp(argv[0], "name"))
			return tool_usage(t, "%s: expected name USER", argv[0]);
		if (argc < 2 || value_text(argv[1], OMASEC_USER_MAX, user))
			return tool_usage(t, "name: expected a name of 1 to %d octets without control characters",
					  OMASEC_USER_MAX);
		return argc > 2 ? tool_usage(t, "%s: nothing is expected here", argv[2]) : 0;
	}
	rc = tool_connect(t);
	if (rc)
		return rc;
	rc = omasec_account_get(t->o, account, &a);
	if (rc)
		return tool_error(t, tool_exit_code(rc), "%s: %s; for an account that is not loaded give the user name: name USER",
				  account, omasec_error(t->o));
	memcpy(user, who == WHO_CLIENT ? a.client.user : a.server.user, sizeof(a.client.user));
	if (!*user)
		return tool_error(t, EXIT_REFUSED, "the account has no %s name; give it: name USER",
				  setting_who[who]);
	return 0;
}

static int key_secret(struct tool *t, const char *what, struct secret *s, char why[SECRET_WHY_MAX])
{
	if (t->given & OPT_SECRET_FILE)
		return secret_from_file(t->secret_file, s, why);
	if (t->given & OPT_SECRET_FD)
		return secret_from_fd(t->secret_fd, s, why);
	return secret_from_prompt(what, s, why);
}

/* A key of XML signatures or encryption, that nobody types. */
static bool key_of_xml(enum who of)
{
	return of == WHO_SIGN || of == WHO_WRAP || of == WHO_LEGACY_WRAP;
}

/* How the network secret or such a key is written. 0 or an exit code. */
static int key_form(struct tool *t, enum who of, int argc, char **argv, enum secret_form *form)
{
	*form = of == WHO_PIN ? SECRET_DIGITS : key_of_xml(of) ? SECRET_TEXT : SECRET_IMSI;
	if (!argc)
		return 0;
	if (of == WHO_PIN || strcmp(argv[0], "form"))
		return tool_usage(t, "%s: nothing like this is expected here", argv[0]);
	if (argc < 2 || secret_find_form(argv[1], form))
		return tool_usage(t, "form: expected imsi, text or hex");
	if (key_of_xml(of) && *form == SECRET_IMSI)
		return tool_usage(t, "form: expected text or hex for a key that signs or wraps");
	return argc > 2 ? tool_usage(t, "%s: nothing is expected here", argv[2]) : 0;
}

/* A loaded account learns of a key that it has not. 0 or an exit code. */
static int key_to_account(struct tool *t, const char *account, enum who who, int serial)
{
	struct omasec_secret *secret;
	struct omasec_account a;
	int rc;

	/* Without the module the key waits for the account. */
	if (omasec_open(&t->o) || omasec_account_get(t->o, account, &a))
		return EXIT_DONE;
	secret = account_secret(&a, who);
	if (secret->key == serial)
		return EXIT_DONE;
	secret->key = serial;
	a.client.nonce.known = false;
	a.server.nonce.known = false;
	a.client.agreed.known = false;
	a.server.agreed.known = false;
	rc = omasec_account_set(t->o, &a);
	return rc ? tool_error(t, tool_exit_code(rc), "the key is there, but the account does not use it: %s",
			       omasec_error(t->o)) : EXIT_DONE;
}

static int key_add_k(struct tool *t, const char *account, enum who who, int argc, char **argv)
{
	char user[OMASEC_USER_MAX + 1], why[SECRET_WHY_MAX];
	char what[OMASEC_NAME_MAX + OMASEC_USER_MAX + 32];
	uint8_t k[OMASEC_K_LEN];
	struct secret s;
	int rc = key_user(t, account, who, argc, argv, user);

	if (rc)
		return rc;
	snprintf(what, sizeof(what), "%s (%s, %s)", user, account, setting_who[who]);
	rc = key_secret(t, what, &s, why);
	if (rc)
		return tool_error(t, tool_exit_code(rc), "%s", why);
	rc = secret_k(user, &s, k, why);
	secret_wipe(&s, sizeof(s));
	if (rc)
		return tool_error(t, tool_exit_code(rc), "%s", why);
	rc = keyring_update(account, who, k, sizeof(k));
	secret_wipe(k, sizeof(k));
	if (rc < 0)
		return key_refused(t, rc);
	return t->json ? out_json(t, "serial", json_integer(rc)) : EXIT_DONE;
}

static int key_add_secret(struct tool *t, const char *account, enum who who, int argc, char **argv)
{
	char why[SECRET_WHY_MAX], what[OMASEC_NAME_MAX + 32];
	uint8_t octets[SECRET_OCTETS_MAX];
	enum secret_form form;
	struct secret s;
	size_t len;
	bool wraps = who == WHO_WRAP || who == WHO_LEGACY_WRAP;
	int rc = key_form(t, who, argc, argv, &form), serial;

	if (rc)
		return rc;
	snprintf(what, sizeof(what), "%s (%s)", who == WHO_PIN ? "the PIN" :
		 who == WHO_SIGN ? "the sign key" : who == WHO_WRAP ? "the wrap key" :
		 who == WHO_LEGACY_WRAP ? "the legacy wrap key" : "the network",
		 account);
	rc = key_secret(t, what, &s, why);
	if (rc)
		return tool_error(t, tool_exit_code(rc), "%s", why);
	rc = secret_octets(form, &s, octets, &len, why);
	secret_wipe(&s, sizeof(s));
	if (!rc && ((who == WHO_SIGN && len < SECRET_SIGN_MIN) ||
		    (wraps && len != SECRET_WRAP_LEN && len != SECRET_WRAP_128_LEN))) {
		secret_wipe(octets, sizeof(octets));
		return wraps ?
			tool_error(t, EXIT_REFUSED, "expected a key of %d octets, or of %d for content-cipher = aes-128-gcm and aes-128-cbc",
				   SECRET_WRAP_LEN, SECRET_WRAP_128_LEN) :
			tool_error(t, EXIT_REFUSED, "expected a key of %d to %d octets",
				   SECRET_SIGN_MIN, SECRET_OCTETS_MAX);
	}
	if (rc)
		return tool_error(t, tool_exit_code(rc), "%s", why);
	serial = keyring_update(account, who, octets, len);
	secret_wipe(octets, sizeof(octets));
	if (serial < 0)
		return key_refused(t, serial);
	rc = key_to_account(t, account, who, serial);
	if (rc)
		return rc;
	return t->json ? out_json(t, "serial", json_integer(serial)) : EXIT_DONE;
}

static int key_passphrase(void *arg, struct secret *s, char why[SECRET_WHY_MAX])
{
	const struct tool *t = arg;

	return t->given & OPT_PASSPHRASE_FILE ? secret_from_file(t->passphrase_file, s, why) :
						secret_passphrase("the key", s, why);
}

/* A private or public key, which comes in a file. */
static int key_add_pkey(struct tool *t, const char *account, enum who who, int argc, char **argv)
{
	const struct keyfile_ask ask = { key_passphrase, t };
	enum pkey_of of = pkeys_of(who);
	char why[SECRET_WHY_MAX];
	struct pkeys p = { 0 };
	struct pkeys_seen seen;
	int rc;

	if (argc)
		return tool_usage(t, "%s: nothing like this is expected here", argv[0]);
	if (pkey_is_public(of) && (!(t->given & OPT_FILE) || t->given & (OPT_SECRET_FILE | OPT_SECRET_FD)))
		return tool_usage(t, "expected --file FILE with the public key or certificate of the other side, in PEM");
	if (!pkey_is_public(of) && !(t->given & (OPT_SECRET_FILE | OPT_SECRET_FD)))
		return tool_usage(t, "expected --secret-file FILE or --secret-fd N with the private key, in PEM or PKCS#12");
	if (pkey_is_public(of))
		rc = keyfile_read(t->tree_file, of, &ask, &p.key[of], why);
	else if (t->given & OPT_SECRET_FILE)
		rc = keyfile_read(t->secret_file, of, &ask, &p.key[of], why);
	else
		rc = keyfile_from_fd(t->secret_fd, of, &ask, &p.key[of], why);
	if (!rc)
		rc = pkeys_put(t, account, &p, why);
	pkeys_free(&p);
	if (rc)
		return tool_error(t, tool_exit_code(rc), "%s", why);
	pkeys_see(t, account, of, &seen);
	return t->json ? out_json(t, "key", pkeys_json(&seen, of)) : EXIT_DONE;
}

int cmd_key_add(struct tool *t, int argc, char **argv)
{
	char account[OMASEC_NAME_MAX + 1];
	enum who who;
	int rc = key_args(t, argc, argv, account, &who);

	if (!rc && !(who >= WHO_KEYRING && pkey_is_public(pkeys_of(who))) && t->given & OPT_FILE)
		rc = tool_usage(t, "--file is for a public key");
	if (!rc && !(who >= WHO_KEYRING && !pkey_is_public(pkeys_of(who))) && t->given & OPT_PASSPHRASE_FILE)
		rc = tool_usage(t, "--passphrase-file is for a private key");
	if (!rc && t->given & OPT_SECRET_FILE && t->given & OPT_SECRET_FD)
		rc = tool_usage(t, "expected only one of --secret-file and --secret-fd");
	if (rc)
		return rc;
	if (who >= WHO_KEYRING)
		return key_add_pkey(t, account, who, argc - 2, argv + 2);
	return who <= WHO_SERVER ? key_add_k(t, account, who, argc - 2, argv + 2) :
				   key_add_secret(t, account, who, argc - 2, argv + 2);
}

int cmd_key_del(struct tool *t, int argc, char **argv)
{
	char account[OMASEC_NAME_MAX + 1];
	enum who who;
	int rc = key_args(t, argc, argv, account, &who);

	if (!rc && argc > 2)
		rc = tool_usage(t, "%s: nothing is expected here", argv[2]);
	if (rc)
		return rc;
	rc = who < WHO_KEYRING ? keyring_del(account, who) :
				 pkeys_del(t, account, pkeys_of(who));
	if (rc == -ENOKEY || rc == -ENOENT)
		return tool_error(t, EXIT_REFUSED, "there is no such key (omasec key list)");
	if (rc && who >= WHO_KEYRING)
		return tool_error(t, tool_exit_code(rc), "%s: %s", pkeys_dir(t), strerror(-rc));
	return rc ? key_refused(t, rc) : EXIT_DONE;
}

int cmd_key_expire(struct tool *t, int argc, char **argv)
{
	char account[OMASEC_NAME_MAX + 1];
	uint64_t seconds = 0;
	enum who who;
	int rc = key_args(t, argc, argv, account, &who);

	if (rc)
		return rc;
	if (who >= WHO_KEYRING && pkey_is_public(pkeys_of(who)))
		return tool_usage(t, "%s: expected a key that is secret; for others: omasec key del", argv[1]);
	if (argc < 3 || (strcmp(argv[2], "never") &&
			 (value_span(argv[2], &seconds) || !seconds || seconds > UINT32_MAX)))
		return tool_usage(t, "expected when the key expires: a time such as 90s, 30m, 12h or 7d, or never");
	if (argc > 3)
		return tool_usage(t, "%s: nothing is expected here", argv[3]);
	rc = who < WHO_KEYRING ? keyring_expire(account, who, (uint32_t)seconds) :
				 pkeys_expire(t, account, pkeys_of(who), (uint32_t)seconds);
	if (rc == -ENOENT)
		return tool_error(t, EXIT_REFUSED, "there is no such key in the kernel, and no other expires: omasec key list, omasec key del");
	if (rc == -ENOKEY)
		return tool_error(t, EXIT_REFUSED, "there is no such key (omasec key list)");
	if (rc == -EKEYEXPIRED || rc == -EKEYREVOKED)
		return tool_error(t, EXIT_REFUSED, "the key is %s already; omasec key add makes another",
				  key_state(rc));
	return rc ? key_refused(t, rc) : EXIT_DONE;
}
