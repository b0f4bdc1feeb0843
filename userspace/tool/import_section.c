// SPDX-License-Identifier: GPL-2.0
/* An account as a section of omasec.conf(5). See import_section.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "import_section.h"
#include "kmod/proto/base64.h"

struct section {
	char *out;
	size_t at;
};

static void put(struct section *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(struct section *s, const char *fmt, ...)
{
	size_t left = IMPORT_SECTION_MAX - s->at;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(s->out + s->at, left, fmt, ap);
	va_end(ap);
	s->at += n < 0 ? 0 : (size_t)n < left ? (size_t)n : left - 1;
}

static void put_cred(struct section *s, const char *side, const struct omasec_cred *c)
{
	char b64[OMASEC_B64_LEN(OMASEC_NONCE_MAX) + 1];

	put(s, "%s-name = %s\n", side, c->user);
	if (!c->nonce.known)
		return;
	b64[omasec_base64_encode(c->nonce.data, c->nonce.len, b64)] = '\0';
	put(s, "%s-nonce = base64:%s\n", side, b64);
}

static bool same_cred(const struct omasec_cred *a, const struct omasec_cred *b)
{
	return !strcmp(a->user, b->user) && a->nonce.known == b->nonce.known &&
	       (!a->nonce.known || (a->nonce.len == b->nonce.len &&
				    !memcmp(a->nonce.data, b->nonce.data, a->nonce.len)));
}

static bool same(const struct omasec_account *a, const struct omasec_account *b)
{
	return !strcmp(a->name, b->name) && !strcmp(a->server_id, b->server_id) &&
	       same_cred(&a->client, &b->client) && same_cred(&a->server, &b->server) &&
	       a->mac_form == b->mac_form && a->app_cred == b->app_cred;
}

int import_section(const struct account_conf *c, char out[IMPORT_SECTION_MAX])
{
	struct section s = { .out = out };
	struct config *back = calloc(1, sizeof(*back));
	int rc;

	if (!back)
		return -ENOMEM;
	put(&s, "[account %s]\nserver-id = %s\n", c->a.name, c->a.server_id);
	put_cred(&s, "client", &c->a.client);
	put_cred(&s, "server", &c->a.server);
	if (c->a.mac_form)
		put(&s, "mac-form = %s\n", omasec_name(OMASEC_NAMES_MAC_FORM, c->a.mac_form));
	if (c->a.app_cred)
		put(&s, "app-cred = %s\n", omasec_name(OMASEC_NAMES_APP_CRED, c->a.app_cred));
	rc = config_parse(back, out, s.at);
	if (!rc && (back->account_count != 1 || back->rule_count || !same(&back->account[0].a, &c->a)))
		rc = -EINVAL;
	config_free(back);
	free(back);
	return rc;
}
