// SPDX-License-Identifier: GPL-2.0
/*
 * Credentials of imported accounts. Level and type decide whether one can be
 * taken: omasec proves itself with x-syncml-hmac (DM Security 1.2, 5.4.3), which
 * is made of the same name and password as BASIC and DIGEST (StdObj, AAuthType).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "import.h"
#include "kmod/proto/base64.h"
#include "value.h"

#define WORD_MAX 64

static int last(const struct import *im)
{
	return (int)im->count - 1;
}

const struct import_node *import_leaf_node(struct import *im, const struct import_doc *d,
					   const struct import_node *of, const char *name)
{
	bool twice = false;
	const struct import_node *n = import_child(d, of, name, &twice);

	if (twice)
		import_note_add(im, last(im), n->where, true, "%s stands there more than once", name);
	return n;
}

int import_leaf(struct import *im, const struct import_doc *d, const struct import_node *of,
		const char *name, char *out, size_t size)
{
	const struct import_node *n = import_leaf_node(im, d, of, name);
	int rc = import_value(d, n, out, size);

	if (rc == -EINVAL)
		import_note_add(im, last(im), n->where, true, "%s: expected at most %zu octets without control characters",
				name, size - 1);
	return rc;
}

/* AAuthType, perhaps several with commas; the best counts. -EINVAL for none that can be taken. */
static int auth_of(const char *text, enum import_auth *auth)
{
	static const struct {
		const char *name;
		enum import_auth auth;
	} types[] = {
		{ "HMAC", IMPORT_AUTH_HMAC }, { "DIGEST", IMPORT_AUTH_DIGEST }, { "BASIC", IMPORT_AUTH_BASIC },
		{ "syncml:auth-MAC", IMPORT_AUTH_HMAC }, { "syncml:auth-md5", IMPORT_AUTH_DIGEST },
		{ "syncml:auth-basic", IMPORT_AUTH_BASIC },
	};
	size_t i, len;
	int rc = -EINVAL;

	*auth = IMPORT_AUTH_UNTOLD;
	for (; *text; text += len + (text[len] == ',')) {
		len = strcspn(text, ",");
		for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
			if (strlen(types[i].name) != len || strncasecmp(types[i].name, text, len))
				continue;
			if (types[i].auth > *auth)
				*auth = types[i].auth;
			rc = 0;
		}
	}
	return rc;
}

/* Base64 without the white space in it. Octets or -EINVAL. */
static ssize_t decode(const char *text, size_t len, uint8_t *out, size_t cap)
{
	char coded[2 * SECRET_MAX];
	size_t i, n = 0;
	ssize_t rc;

	for (i = 0; i < len; i++) {
		if (strchr(" \t\r\n", text[i]) && text[i])
			continue;
		if (n == sizeof(coded))
			break;
		coded[n++] = text[i];
	}
	rc = i < len ? -EINVAL : omasec_base64_decode(coded, n, out, cap);
	secret_wipe(coded, sizeof(coded));
	return rc;
}

/* AAuthSecret. True when it could be taken. */
static bool take_secret(struct import *im, const struct import_doc *d, const struct import_node *n,
			struct import_cred *c)
{
	const char *text = d->text + n->value;
	struct secret *s = &c->secret;
	ssize_t len = n->value_len;

	if (n->form == IMPORT_FORM_B64 || n->form == IMPORT_FORM_BIN)
		len = decode(text, n->value_len, (uint8_t *)s->data, SECRET_MAX);
	else if (len <= SECRET_MAX)
		memcpy(s->data, text, (size_t)len);
	else
		len = -EINVAL;
	if (len <= 0 || memchr(s->data, '\0', (size_t)len) || memchr(s->data, '\n', (size_t)len)) {
		secret_wipe(s, sizeof(*s));
		import_note_add(im, last(im), n->where, false, "the secret is not taken: expected one line of 1 to %d octets%s",
				SECRET_MAX, n->form == IMPORT_FORM_B64 || n->form == IMPORT_FORM_BIN ?
				" in Base64, as its format says" : "");
		return false;
	}
	s->len = (size_t)len;
	s->data[len] = '\0';
	if (strchr(" \t\r", s->data[0]) || strchr(" \t\r", s->data[len - 1]))
		import_note_add(im, last(im), n->where, false, "the secret begins or ends with white space, which is part of it");
	return true;
}

/* Whether @form, or what was asked for, has the octets in Base64. */
static bool coded(const struct import *im, const struct import_node *n)
{
	if (im->nonce_form != IMPORT_NONCE_AUTO)
		return im->nonce_form == IMPORT_NONCE_BASE64;
	/* DMAcc has format bin, which XML carries in Base64; so do w7 documents without format. */
	return n->form != IMPORT_FORM_CHR && n->form != IMPORT_FORM_OCTETS;
}

static void take_nonce(struct import *im, const struct import_doc *d, const struct import_node *n,
		       struct omasec_nonce *nonce)
{
	const char *text = d->text + n->value;
	uint8_t other[OMASEC_NONCE_MAX];
	bool base64 = coded(im, n);
	ssize_t len = -EINVAL;

	if (!n->has_value || !n->value_len)
		return;
	if (base64)
		len = decode(text, n->value_len, nonce->data, sizeof(nonce->data));
	if (len < 0 && im->nonce_form != IMPORT_NONCE_BASE64 && n->value_len <= sizeof(nonce->data)) {
		len = n->value_len;
		memcpy(nonce->data, text, (size_t)len);
		if (base64)
			import_note_add(im, last(im), n->where, false, "the nonce is not Base64, and taken as it is");
		else if (im->nonce_form == IMPORT_NONCE_AUTO && n->form == IMPORT_FORM_CHR &&
			 decode(text, n->value_len, other, sizeof(other)) >= 8)
			import_note_add(im, last(im), n->where, false, "the nonce is taken as it is, by its format chr, but looks like Base64; if it is: nonce-form base64");
	}
	if (len < 0) {
		memset(nonce, 0, sizeof(*nonce));
		import_note_add(im, last(im), n->where, false, "the nonce is not taken: expected at most %d octets%s; the peer will challenge first",
				OMASEC_NONCE_MAX, base64 ? " in Base64" : "");
		return;
	}
	nonce->len = (uint8_t)len;
	nonce->known = true;
}

static int take_level(struct import *im, const struct import_auth_nodes *n, enum who *who)
{
	if (!strcasecmp(n->level, "CLCRED")) {
		*who = WHO_CLIENT;
		return 0;
	}
	if (!strcasecmp(n->level, "SRVCRED")) {
		*who = WHO_SERVER;
		return 0;
	}
	if (!strcasecmp(n->level, "OBEX") || !strcasecmp(n->level, "HTTP"))
		import_note_add(im, last(im), n->where, false, "a credential of level %s is left out: it belongs to the transport, not to DM",
				n->level);
	else
		import_note_add(im, last(im), n->where, false, "a credential of level \"%s\" is left out: expected that of the client or of the server",
				n->level);
	return -EINVAL;
}

static int take_type(struct import *im, const struct import_doc *d, const struct import_auth_nodes *n,
		     enum who who, enum import_auth *auth)
{
	const char *of = who == WHO_CLIENT ? "client" : "server";
	char type[WORD_MAX + 1];
	int rc = import_value(d, n->type, type, sizeof(type));

	*auth = IMPORT_AUTH_UNTOLD;
	if (rc == -ENOENT) {
		import_note_add(im, last(im), n->where, false, "the credential of the %s has no type; name and secret are used for HMAC",
				of);
		return 0;
	}
	if (rc || auth_of(type, auth)) {
		import_note_add(im, last(im), n->where, false, "the credential of the %s is left out: type \"%s\" is not made of a name and a password that HMAC could use",
				of, type);
		return -EINVAL;
	}
	if (*auth != IMPORT_AUTH_HMAC)
		import_note_add(im, last(im), n->where, false, "the credential of the %s has type %s; name and secret are used for HMAC, which the peer has to accept",
				of, type);
	return 0;
}

void import_cred_add(struct import *im, const struct import_doc *d,
		     const struct import_auth_nodes *n)
{
	struct import_account *a = &im->account[im->count - 1];
	struct import_cred *c;
	enum import_auth auth;
	enum who who;

	if (take_level(im, n, &who) || take_type(im, d, n, who, &auth))
		return;
	if (a->cred_count == IMPORT_CREDS_MAX) {
		import_note_add(im, last(im), n->where, true, "expected at most %d credentials",
				IMPORT_CREDS_MAX);
		return;
	}
	c = &a->cred[a->cred_count++];
	c->who = who;
	c->auth = auth;
	c->where = n->where;
	if (import_value(d, n->name, c->name, sizeof(c->name)) == -EINVAL)
		import_note_add(im, last(im), n->where, true, "the name in the credential of the %s: expected at most %d octets without control characters",
				who == WHO_CLIENT ? "client" : "server", OMASEC_USER_MAX);
	if (n->secret && n->secret->has_value && n->secret->value_len)
		c->has_secret = take_secret(im, d, n->secret, c);
	/* That of BASIC is no nonce. */
	if (n->data && auth != IMPORT_AUTH_BASIC)
		take_nonce(im, d, n->data, &c->nonce);
}
