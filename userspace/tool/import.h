/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Accounts out of documents of other systems: the DM account management object
 * (urn:oma:mo:oma-dm-dmacc:1.0, StdObj) as TNDS XML, and client provisioning with
 * the application w7 (ProvCont, DM Bootstrap), XML or WBXML. In the order of use:
 * import_parse() finds all accounts of a document, import_choose() picks one,
 * import_take() makes an account of omasec.conf(5) of it. Pure: octets in,
 * accounts and notes out; nothing here prints a password, and import_free() wipes.
 */
#ifndef TOOL_IMPORT_H
#define TOOL_IMPORT_H

#include "import_doc.h"
#include "secret.h"
#include "setting.h"

#define IMPORT_ACCOUNTS_MAX 32
#define IMPORT_CREDS_MAX 8
#define IMPORT_NOTES_MAX 64
#define IMPORT_LABEL_MAX 63

enum import_format { IMPORT_AUTO, IMPORT_DMACC, IMPORT_W7 };

/* How AAuthData is written: by the format of its node, Base64, or as it is. */
enum import_nonce_form { IMPORT_NONCE_AUTO, IMPORT_NONCE_BASE64, IMPORT_NONCE_RAW };

/* AAuthType, as far as it is made of name and password, the best last. */
enum import_auth { IMPORT_AUTH_UNTOLD, IMPORT_AUTH_BASIC, IMPORT_AUTH_DIGEST, IMPORT_AUTH_HMAC };

/**
 * struct import_cred - one credential of an account (AppAuth, APPAUTH)
 * @name: "" for none
 * @has_secret: @secret is there
 */
struct import_cred {
	enum who who;
	enum import_auth auth;
	uint32_t where;
	char name[OMASEC_USER_MAX + 1];
	bool has_secret;
	struct secret secret;
	struct omasec_nonce nonce;
};

/**
 * struct import_account - one account of a document
 * @label: name of its node (dmacc), or NAME (w7)
 * @bad: it has a fault, in the notes
 */
struct import_account {
	uint32_t where;
	char label[IMPORT_LABEL_MAX + 1];
	char server_id[OMASEC_SERVER_ID_MAX + 1];
	struct import_cred cred[IMPORT_CREDS_MAX];
	unsigned int cred_count;
	bool bad;
};

/**
 * struct import_note - what cannot be taken, or is taken in another way
 * @account: index, -1 for the whole document
 * @where: line of XML, octet of WBXML, 0 for none
 * @fault: nothing can be imported because of it
 */
struct import_note {
	int account;
	uint32_t where;
	bool fault;
	char text[IMPORT_WHY_MAX];
};

/**
 * struct import - a document
 * @lines: places are lines
 * @note_count: also those that were not kept
 */
struct import {
	enum import_format format;
	enum import_nonce_form nonce_form;
	bool lines;
	struct import_account *account;
	unsigned int count;
	struct import_note note[IMPORT_NOTES_MAX];
	unsigned int note_count;
};

/*
 * 0 when the document could be read, whatever its accounts are like; -EINVAL with
 * a note of @fault, or -ENOMEM. To be freed in any case.
 */
int import_parse(struct import *im, const uint8_t *data, size_t len, enum import_format format,
		 enum import_nonce_form nonce_form);
void import_free(struct import *im);
unsigned int import_notes_kept(const struct import *im);

/*
 * Index of the account with that server identifier, label or number (from 1); NULL
 * is the only one. -ENOENT for none, -ENOTUNIQ for several.
 */
int import_choose(const struct import *im, const char *which);

/**
 * struct import_taken - what import_take() found for the two sides
 * @cred: NULL when the document has none
 */
struct import_taken {
	const struct import_cred *cred[2];	/* [enum who] */
};

/*
 * Account @index into @c, whose names, when given, choose among several
 * credentials, or stand in for one that the document does not have; other settings
 * of @c stay. 0, or -EINVAL with notes of @fault.
 */
int import_take(struct import *im, unsigned int index, struct account_conf *c,
		struct import_taken *taken);
/* A name for the account: server identifier or label, if one is fit. 0 or -ENOENT. */
int import_suggest(const struct import_account *a, char name[OMASEC_NAME_MAX + 1]);

/* -- for the interpreters */

void import_note_add(struct import *im, int account, uint32_t where, bool fault, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* NULL when there are too many; that is noted. */
struct import_account *import_account_add(struct import *im, uint32_t where);

/**
 * struct import_auth_nodes - the parts of a credential; NULL for what is not there
 * @level: already in the words of DMAcc
 */
struct import_auth_nodes {
	uint32_t where;
	const char *level;
	const struct import_node *type, *name, *secret, *data;
};

/* Takes a credential into the last account, or notes why not. */
void import_cred_add(struct import *im, const struct import_doc *d,
		     const struct import_auth_nodes *n);
/* The value of a child, which may stand there once; 0, -ENOENT, -EINVAL after a note of @fault. */
int import_leaf(struct import *im, const struct import_doc *d, const struct import_node *of,
		const char *name, char *out, size_t size);
/* The child itself, with the same note when there are several. */
const struct import_node *import_leaf_node(struct import *im, const struct import_doc *d,
					   const struct import_node *of, const char *name);

void import_dmacc(struct import *im, const struct import_doc *d);
void import_w7(struct import *im, const struct import_doc *d);

#endif
