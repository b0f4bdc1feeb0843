// SPDX-License-Identifier: GPL-2.0
/*
 * omasec apply and omasec check. All of a file or nothing of it: keys are made
 * in a keyring of this process, accounts and rules in a transaction, and only
 * after the commit the keys are put into the user keyring.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts.h"
#include "config.h"
#include "keyring.h"
#include "live.h"
#include "nameset.h"
#include "out.h"
#include "pkeys.h"
#include "resolve.h"

/* ------------------------------------------------------------------ reading */

static int read_whole(struct tool *t, int fd, const char *path, char **text, size_t *len)
{
	size_t cap = 65536;
	ssize_t n;
	char *p = malloc(cap);

	*len = 0;
	for (;;) {
		if (!p)
			return tool_error(t, EXIT_REFUSED, "out of memory");
		n = read(fd, p + *len, cap - *len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		*len += (size_t)n;
		/* One octet over the limit is enough to be refused by it. */
		if (*len > CONFIG_SIZE_MAX)
			break;
		if (*len == cap) {
			char *more = realloc(p, cap * 2);

			if (!more)
				free(p);
			p = more;
			cap *= 2;
		}
	}
	if (n < 0) {
		free(p);
		return tool_error(t, EXIT_REFUSED, "%s: %s", path, strerror(errno));
	}
	*text = p;
	return 0;
}

static int read_file(struct tool *t, const char *path, char **text, size_t *len)
{
	struct stat st;
	int fd, rc;

	if (!strcmp(path, "-"))
		return read_whole(t, STDIN_FILENO, "standard input", text, len);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return tool_error(t, EXIT_REFUSED, "%s: %s", path, strerror(errno));
	if (!fstat(fd, &st) && S_ISDIR(st.st_mode))
		rc = tool_error(t, EXIT_REFUSED, "%s: expected a file, this is a directory", path);
	else
		rc = read_whole(t, fd, path, text, len);
	close(fd);
	return rc;
}

static void print_errors(const struct tool *t, const char *path, const struct config *c)
{
	size_t kept = config_errors_kept(c), i;
	json_t *array = t->json ? json_array() : NULL;

	for (i = 0; i < kept; i++) {
		if (array) {
			json_t *o = json_object();

			out_set(o, "file", out_text(path));
			out_set(o, "line", json_integer(c->error[i].line));
			out_set(o, "text", out_text(c->error[i].text ? c->error[i].text : ""));
			json_array_append_new(array, o);
		} else {
			fprintf(stderr, "%s:%d: %s\n", path, c->error[i].line,
				c->error[i].text ? c->error[i].text : "out of memory");
		}
	}
	if (array)
		out_json(t, "errors", array);
	if (c->error_count > kept)
		fprintf(stderr, "%s: and %zu more\n", path, c->error_count - kept);
}

/* Names that the file uses; without passwords, but with private and public keys. */
static void check_names(struct config *c, const char *dir)
{
	char why[RESOLVE_WHY_MAX];
	struct pkeys pkeys;
	size_t i;
	int key, who;

	for (i = 0; i < c->rule_count; i++)
		if (resolve_rule(&c->rule[i], &key, why))
			config_fault(c, config_rule_line(&c->rule[i], key), &setting_rule,
				     c->rule[i].r.name, key, why);
	for (i = 0; i < c->account_count; i++) {
		for (who = WHO_CLIENT; who <= WHO_SERVER; who++)
			if (resolve_secret_check(&c->account[i], (enum who)who, dir, &key, why))
				config_fault(c, config_account_line(&c->account[i], key), &setting_account,
					     c->account[i].a.name, key, why);
		if (pkeys_read(&c->account[i], dir, &pkeys, &key, why))
			config_fault(c, config_account_line(&c->account[i], key), &setting_account,
				     c->account[i].a.name, key, why);
		pkeys_free(&pkeys);
	}
}

/* Reads, parses and checks. 0 or an exit code, after errors were printed. */
static int load(struct tool *t, const char *path, struct config *c, char *dir, size_t cap)
{
	char *text = NULL, *copy;
	size_t len;
	int rc;

	memset(c, 0, sizeof(*c));
	copy = strdup(path);
	if (!copy)
		return tool_error(t, EXIT_REFUSED, "out of memory");
	snprintf(dir, cap, "%s", strcmp(path, "-") ? dirname(copy) : ".");
	free(copy);
	rc = read_file(t, path, &text, &len);
	if (rc)
		return rc;
	rc = config_parse(c, text, len);
	free(text);
	if (rc == -ENOMEM)
		return tool_error(t, EXIT_REFUSED, "out of memory");
	check_names(c, dir);
	if (!c->error_count)
		return 0;
	config_sort_errors(c);
	print_errors(t, path, c);
	return EXIT_REFUSED;
}

static int one_file(struct tool *t, int argc, char **argv)
{
	if (argc == 1)
		return 0;
	return argc ? tool_usage(t, "%s: nothing is expected here", argv[1]) :
		      tool_usage(t, "the name of the file is missing");
}

/* @live: what was open already, or NULL */
static int print_counts(const struct tool *t, const char *verb, const struct config *c,
			const struct live_result *live)
{
	json_t *o;

	if (t->json) {
		o = json_object();
		out_set(o, "accounts", json_integer((json_int_t)c->account_count));
		out_set(o, "rules", json_integer((json_int_t)c->rule_count));
		if (live)
			live_json(live, o);
		return out_json(t, verb, o);
	}
	printf("%s %zu account%s and %zu rule%s.\n", verb, c->account_count,
	       c->account_count == 1 ? "" : "s", c->rule_count, c->rule_count == 1 ? "" : "s");
	if (live)
		live_print(live);
	return out_finish(t);
}

int cmd_check(struct tool *t, int argc, char **argv)
{
	char dir[SETTING_PATH_MAX];
	struct config c;
	int rc = one_file(t, argc, argv);

	if (rc)
		return rc;
	rc = load(t, argv[0], &c, dir, sizeof(dir));
	if (!rc)
		rc = print_counts(t, t->json ? "checked" : "Correct:", &c, NULL);
	config_free(&c);
	return rc;
}

/* ------------------------------------------------------------------ applying */

/**
 * struct applying - a file on its way into the module
 * @staged: serials of new keys, two for each account, 0 for none
 * @pkeys: new private and public keys, for each account
 */
struct applying {
	struct tool *t;
	struct config *c;
	const char *path, *dir;
	int *staged;
	struct pkeys *pkeys;
};

static int stage_keys(struct applying *ap)
{
	char why[RESOLVE_WHY_MAX];
	size_t i;
	int who, key;

	for (i = 0; i < ap->c->account_count; i++) {
		account_secrets(&ap->c->account[i]);
		for (who = WHO_CLIENT; who <= WHO_SERVER; who++)
			if (account_key(ap->t, &ap->c->account[i], (enum who)who, ap->dir,
					&ap->staged[2 * i + (size_t)who], &key, why))
				config_fault(ap->c, config_account_line(&ap->c->account[i], key),
					     &setting_account, ap->c->account[i].a.name, key, why);
		if (pkeys_read(&ap->c->account[i], ap->dir, &ap->pkeys[i], &key, why))
			config_fault(ap->c, config_account_line(&ap->c->account[i], key), &setting_account,
				     ap->c->account[i].a.name, key, why);
	}
	if (!ap->c->error_count)
		return 0;
	config_sort_errors(ap->c);
	print_errors(ap->t, ap->path, ap->c);
	return EXIT_REFUSED;
}

/* Accounts for which the module has a nonce, by whose it is. */
static int see_nonces(void *arg, const struct omasec_account *a)
{
	struct nameset *known = arg;
	int rc = 0;

	if (a->client.nonce.known)
		rc = nameset_add(&known[WHO_CLIENT], a->name);
	if (!rc && a->server.nonce.known)
		rc = nameset_add(&known[WHO_SERVER], a->name);
	return rc;
}

/*
 * The nonces of the file are first ones. Those that the module has are newer; to
 * go back to an old one would let recorded messages in again. Only with auth-mode
 * static do nonces never change, so the file's are the ones to use.
 */
static int keep_nonces(struct applying *ap)
{
	struct nameset known[2] = { 0 }, fixed = { 0 };
	const struct config *c = ap->c;
	bool all_fixed = false;
	size_t i;
	int rc = omasec_account_each(ap->t->o, see_nonces, known);

	for (i = 0; !rc && i < c->rule_count; i++) {
		if (c->rule[i].r.auth_mode != OMASEC_AUTH_MODE_STATIC)
			continue;
		all_fixed |= c->rule[i].any_account;
		rc = nameset_add(&fixed, c->rule[i].r.account);
	}
	for (i = 0; !rc && !all_fixed && i < c->account_count; i++) {
		struct omasec_account *a = &c->account[i].a;

		if (nameset_has(&fixed, a->name))
			continue;
		if (a->client.nonce.known && nameset_has(&known[WHO_CLIENT], a->name))
			a->client.nonce.known = false;
		if (a->server.nonce.known && nameset_has(&known[WHO_SERVER], a->name))
			a->server.nonce.known = false;
	}
	nameset_free(&known[WHO_CLIENT]);
	nameset_free(&known[WHO_SERVER]);
	nameset_free(&fixed);
	if (rc == -ENOMEM)
		return tool_error(ap->t, EXIT_REFUSED, "out of memory");
	return rc ? tool_refused(ap->t, rc) : 0;
}

/* What the module refused, with the line that it came from. */
static int refused_at(struct applying *ap, int line, const char *object, const char *name, int err)
{
	char text[1024];

	snprintf(text, sizeof(text), "[%s %s]: %s", object, name, omasec_error(ap->t->o));
	omasec_config_abort(ap->t->o);
	fprintf(stderr, "%s:%d: %s\n", ap->path, line, text);
	return tool_exit_code(err);
}

static int put_accounts(struct applying *ap)
{
	size_t i;

	for (i = 0; i < ap->c->account_count; i++) {
		struct account_conf *a = &ap->c->account[i];
		int rc = omasec_account_set(ap->t->o, &a->a);

		if (rc)
			return refused_at(ap, a->header_line, "account", a->a.name, rc);
	}
	return 0;
}

/* A rule of the same name is replaced. */
static int put_rules(struct applying *ap)
{
	size_t i;

	for (i = 0; i < ap->c->rule_count; i++) {
		struct rule_conf *r = &ap->c->rule[i];
		int rc = 0;

		if (!(ap->t->given & OPT_REPLACE))
			rc = omasec_rule_del(ap->t->o, 0, r->r.name);
		if (!rc || rc == -ENOENT)
			rc = omasec_rule_add(ap->t->o, &r->r, NULL);
		if (rc)
			return refused_at(ap, r->header_line, "rule", r->r.name, rc);
	}
	return 0;
}

static int publish_keys(struct applying *ap)
{
	char why[PKEY_WHY_MAX];
	size_t i;

	for (i = 0; i < 2 * ap->c->account_count; i++) {
		int rc = ap->staged[i] ? keyring_publish(ap->staged[i]) : 0;

		if (rc)
			return tool_error(ap->t, tool_exit_code(rc), "the file is in force, but the key of account %s could not be put into the user keyring: %s",
					  ap->c->account[i / 2].a.name, strerror(-rc));
	}
	for (i = 0; i < ap->c->account_count; i++)
		if (pkeys_put(ap->t, ap->c->account[i].a.name, &ap->pkeys[i], why))
			return tool_error(ap->t, EXIT_REFUSED, "the file is in force, but the private or public key of account %s could not be stored: %s",
					  ap->c->account[i].a.name, why);
	return 0;
}

static int apply(struct applying *ap)
{
	struct tool *t = ap->t;
	int rc = tool_connect(t);

	if (!rc)
		rc = stage_keys(ap);
	if (!rc)
		rc = keep_nonces(ap);
	if (rc)
		return rc;
	rc = omasec_config_begin(t->o, t->given & OPT_REPLACE);
	if (rc)
		return tool_refused(t, rc);
	rc = put_accounts(ap);
	if (!rc)
		rc = put_rules(ap);
	if (rc)
		return rc;
	rc = omasec_config_commit(t->o, NULL);
	if (rc) {
		rc = tool_refused(t, rc);
		omasec_config_abort(t->o);
		return rc;
	}
	return publish_keys(ap);
}

int cmd_apply(struct tool *t, int argc, char **argv)
{
	struct applying ap = { .t = t };
	struct live_result live;
	char dir[SETTING_PATH_MAX];
	struct config c;
	size_t i;
	int rc = one_file(t, argc, argv);

	if (rc)
		return rc;
	rc = load(t, argv[0], &c, dir, sizeof(dir));
	if (!rc) {
		ap.c = &c;
		ap.path = argv[0];
		ap.dir = dir;
		ap.staged = calloc(2 * c.account_count + 1, sizeof(*ap.staged));
		ap.pkeys = calloc(c.account_count + 1, sizeof(*ap.pkeys));
		rc = ap.staged && ap.pkeys ? apply(&ap) : tool_error(t, EXIT_REFUSED, "out of memory");
		if (!rc)
			rc = live_attach(t, &live);
		if (!rc)
			rc = print_counts(t, t->json ? "applied" : "Applied:", &c, &live);
		free(ap.staged);
		for (i = 0; ap.pkeys && i < c.account_count; i++)
			pkeys_free(&ap.pkeys[i]);
		free(ap.pkeys);
	}
	config_free(&c);
	return rc;
}
