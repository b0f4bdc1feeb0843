/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Blobs: DM messages that did not come, or will not go, through a socket that the
 * module has: SMS by way of a modem daemon, a smart card, OBEX. Octets in, verdict
 * out, by the same code that judges pushes and flows.
 */
#ifndef OMASEC_BLOB_H
#define OMASEC_BLOB_H

#include "account.h"
#include "proto/bootstrap.h"
#include "proto/hmac_header.h"

/**
 * struct omasec_blob - a blob
 * @kind: enum omasec_blob_kind
 * @role: of this side, client or server
 * @has_sec: @sec was given
 * @sec: enum omasec_sec
 * @account: the only one that may be meant, or NULL
 * @content_type: with parameters, or NULL
 * @mac: MAC of a bootstrap message, or NULL
 * @hmac: value of x-syncml-hmac, or NULL
 * @pin: that was typed for it, empty for none
 * @body: its octets
 */
struct omasec_blob {
	u8 kind, role;
	bool has_sec;
	u8 sec;
	struct omasec_account *account;
	const char *content_type, *mac, *hmac;
	struct omasec_slice pin, body;
};

/**
 * struct omasec_blob_verdict - what was found
 * @reason: enum omasec_reason, 0 when it is accepted
 * @unchecked: accepted, but nothing secured it
 * @has_message: @message is known
 * @message: enum omasec_message_kind
 * @sec: enum omasec_sec
 * @session: of a notification
 * @account: whose it is, or claims to be; a reference, or NULL
 * @user: user name or server identifier in it, "" for none
 * @what: what more there is to say, or NULL; a constant
 * @data: what was pushed, inside of the body
 * @note: right if the helper says that it did not come before; the next three say what of
 * @type: content type; a constant
 * @agreed: nonce that its MAC is right with
 * @mac: that MAC
 * @said: what the helper had to say, "" for nothing
 */
struct omasec_blob_verdict {
	u32 reason;
	bool unchecked, has_message;
	u8 message, sec;
	u16 session;
	struct omasec_account *account;
	char user[OMASEC_USER_MAX + 1];
	const char *what;
	struct omasec_slice data;
	bool note;
	const char *type;
	struct omasec_nonce agreed;
	u8 mac[OMASEC_MD5_LEN];
	char said[256];
};

/**
 * struct omasec_blob_protection - what protects a blob; texts are "" when not of its kind
 * @content_type: of a bootstrap message, with SEC and MAC
 * @mac: of a bootstrap message; with userpinmac the digits that the user adds to the PIN
 * @hmac: value of x-syncml-hmac
 * @has_digest: @digest was made
 * @digest: of a notification
 */
struct omasec_blob_protection {
	char content_type[128];
	char mac[OMASEC_BOOTSTRAP_MAC_TEXT];
	char hmac[OMASEC_HMAC_VALUE_MAX];
	bool has_digest;
	u8 digest[OMASEC_MD5_LEN];
};

/*
 * Process context, may sleep. verify: the caller puts v->account. protect: returns
 * enum omasec_reason, and then *@what or NULL; @blob->account is set.
 */
void omasec_blob_verify(struct omasec_net *on, const struct omasec_blob *blob,
			struct omasec_blob_verdict *v);
unsigned int omasec_blob_protect(struct omasec_net *on, const struct omasec_blob *blob,
				 struct omasec_blob_protection *p, const char **what);
/* blob_note.c: has it noted; enum omasec_reason. */
unsigned int omasec_blob_note(struct omasec_net *on, const struct omasec_blob *blob,
			      struct omasec_blob_verdict *v);

#endif
