// SPDX-License-Identifier: GPL-2.0
/*
 * Any octets as a document with accounts, in XML and in WBXML. What is taken has to
 * be what the module takes; what is refused has to say why; nothing may be told of
 * a secret. The first octet says how nonces are read.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/tool/import.h"
#include "userspace/tool/import_section.h"
#include "userspace/tool/value.h"

#define MUST(c) do { if (!(c)) abort(); } while (0)

static void check_cred(const struct import_cred *c)
{
	char text[OMASEC_USER_MAX + 1];

	MUST(c->who == WHO_CLIENT || c->who == WHO_SERVER);
	MUST(c->auth <= IMPORT_AUTH_HMAC);
	MUST(!c->name[0] || !value_text(c->name, OMASEC_USER_MAX, text));
	MUST(c->has_secret == (c->secret.len > 0) && c->secret.len <= SECRET_MAX);
	MUST(!memchr(c->secret.data, '\0', c->secret.len) && !memchr(c->secret.data, '\n', c->secret.len));
	MUST(c->nonce.len <= OMASEC_NONCE_MAX);
	MUST(c->nonce.known || !c->nonce.len);
}

static void check_taken(struct import *im, unsigned int index)
{
	char section[IMPORT_SECTION_MAX], text[OMASEC_SERVER_ID_MAX + 1];
	struct import_taken taken;
	struct account_conf c;
	unsigned int before = im->note_count;

	setting_account_init(&c);
	if (import_take(im, index, &c, &taken)) {
		MUST(im->account[index].bad);
		MUST(before || im->note_count > before);
	} else {
		MUST(!value_text(c.a.server_id, OMASEC_SERVER_ID_MAX, text));
		MUST(c.a.client.user[0]);
		if (!import_suggest(&im->account[index], c.a.name)) {
			setting_account_default(&c);
			import_section(&c, section);
		}
	}
	setting_account_free(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct import im;
	unsigned int i, k;
	int rc;

	if (!size)
		return 0;
	rc = import_parse(&im, data + 1, size - 1, IMPORT_AUTO, (enum import_nonce_form)(data[0] % 3));
	MUST(rc == 0 || rc == -EINVAL);
	MUST((rc == 0) == (im.count > 0));
	MUST(im.count <= IMPORT_ACCOUNTS_MAX);
	MUST(rc == 0 || im.note_count > 0);
	for (i = 0; i < im.count; i++) {
		MUST(im.account[i].cred_count <= IMPORT_CREDS_MAX);
		for (k = 0; k < im.account[i].cred_count; k++)
			check_cred(&im.account[i].cred[k]);
		check_taken(&im, i);
	}
	for (i = 0; i < import_notes_kept(&im); i++) {
		MUST(im.note[i].text[0] && strlen(im.note[i].text) < IMPORT_WHY_MAX);
		MUST(im.note[i].account < (int)im.count);
	}
	import_free(&im);
	return 0;
}
