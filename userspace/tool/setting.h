/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The keys of accounts and rules, one table for each: what omasec.conf(5) takes
 * in a section is what the command line takes as words, with the same checks.
 * Pure: names of users, cgroups and files are looked up later (resolve.c).
 */
#ifndef TOOL_SETTING_H
#define TOOL_SETTING_H

#include <omasec.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay_spec.h"

#define SETTING_MAX 32
#define SETTING_PATH_MAX 1024

/* Whose credential; then secrets for bootstrap messages, and keys for XML. */
enum who {
	WHO_CLIENT, WHO_SERVER, WHO_NETW, WHO_PIN, WHO_SIGN, WHO_WRAP, WHO_LEGACY_WRAP,
	WHO_KEYRING,			/* how many are in the keyring */
	WHO_PRIVATE = WHO_KEYRING,	/* in the state directory, in the order of enum pkey_of */
	WHO_PUBLIC, WHO_DECRYPT, WHO_ENCRYPT, WHO_LEGACY_DECRYPT, WHO_LEGACY_ENCRYPT,
	WHO_COUNT,
};
extern const char *const setting_who[WHO_COUNT];
/* By word; 0 or -ENOENT. */
int setting_find_who(const char *word, enum who *who);

/**
 * struct secret_source - where the password of a credential comes from
 * @file: path, "-" for standard input, "" for none
 * @fd: descriptor, -1 for none
 */
struct secret_source {
	char *file;
	int fd;
};

/**
 * struct account_conf - an account as it was written
 * @key_file: [enum pkey_of], path, NULL for none
 * @seen: bit of each key that was given
 * @line: of each key, 0 when not given or not from a file
 */
struct account_conf {
	struct omasec_account a;
	struct secret_source secret[2];	/* [enum who] */
	char *key_file[6];
	uint32_t seen;
	int header_line;
	int line[SETTING_MAX];
};

/* Its messages, or some of them, are signed, by themselves or beside a MAC. */
static inline bool rule_signs(const struct omasec_rule *r)
{
	return r->integrity == OMASEC_INTEGRITY_BOTH || r->integrity == OMASEC_INTEGRITY_SIGNATURE ||
	       r->integrity == OMASEC_INTEGRITY_ANY;
}

/* What the rule encrypts with is for accounts of the legacy profile. */
static inline bool rule_legacy(const struct omasec_rule *r)
{
	return r->content_cipher >= OMASEC_CONTENT_CIPHER_AES_256_CBC;
}

/* Datagrams of the rule are Posts and Replies of sessions. */
static inline bool rule_posts(const struct omasec_rule *r)
{
	return r->binding == OMASEC_BINDING_WSP_POST || r->binding == OMASEC_BINDING_WTP;
}

/**
 * struct rule_conf - a rule as it was written
 * @uid: number or name, NULL for none
 * @cgroup: path, NULL for none
 * @any_account: "account any" was given
 */
struct rule_conf {
	struct omasec_rule r;
	char *uid, *cgroup;
	bool any_account;
	uint32_t seen;
	int header_line;
	int line[SETTING_MAX];
};

/**
 * struct import_conf - what is wanted of a document with accounts
 * @account: what was given stands in for what the document has; the first member,
 *	because its keys are those of an account
 * @format, @nonce_form: enum import_format, enum import_nonce_form
 * @choose: which account, NULL for the only one
 * @config: file for the section, NULL to load the account
 */
struct import_conf {
	struct account_conf account;
	uint8_t format, nonce_form;
	char *choose, *config;
	uint32_t seen;
};

/**
 * struct blob_conf - what is said of a blob
 * @role: enum omasec_role
 * @sec: enum omasec_sec
 * @account: "" for none, like the others
 */
struct blob_conf {
	uint8_t role, sec;
	char account[OMASEC_NAME_MAX + 1];
	char content_type[256], mac[65], hmac[512];
	uint32_t seen;
};

/**
 * struct relay_conf - what omasec obex-relay is to connect
 * @rule: by name
 */
struct relay_conf {
	char rule[OMASEC_NAME_MAX + 1];
	struct relay_spec app, carrier;
	uint32_t seen;
};

/**
 * struct setting - a key
 * @name: the word
 * @expects: what a value is, for errors and help
 * @parse: takes a value into a struct account_conf or rule_conf; 0, -EINVAL or -ENOMEM
 * @required: must be given for a new object
 * @words: enum omasec_names of the words that are allowed, or less than 0 for others
 *	or none (setting_word())
 * @help: what it means
 */
struct setting {
	const char *name, *expects;
	int (*parse)(const struct setting *s, void *conf, const char *value);
	bool required;
	int words;
	uint16_t offset;
	const char *help;
};

/**
 * struct setting_set - the keys of an object
 * @object: "account"
 * @seen: where in its structure the bits of the keys that were given are
 */
struct setting_set {
	const char *object;
	const struct setting *setting;
	unsigned int count;
	size_t seen;
};

extern const struct setting_set setting_account, setting_rule, setting_import,
	setting_blob_verify, setting_blob_protect, setting_relay;

/* Index of the key, or -ENOENT. */
int setting_find(const struct setting_set *set, const char *name);
/* The words that a value may be, from 0 on; NULL after the last, or for other values. */
const char *setting_word(const struct setting *s, unsigned int i);
/* The word of @set nearest to @name, or NULL. */
const char *setting_near(const struct setting_set *set, const char *name);

void setting_account_init(struct account_conf *c);
void setting_rule_init(struct rule_conf *c);
void setting_import_init(struct import_conf *c);
void setting_account_free(struct account_conf *c);
void setting_rule_free(struct rule_conf *c);
void setting_import_free(struct import_conf *c);

/*
 * What single keys cannot say. @report is called for each fault with the index of
 * the key (or -1 for the whole object). @fresh: also require what a new object needs.
 */
typedef void (*setting_report)(void *arg, int key, const char *text);
void setting_account_check(const struct account_conf *c, bool fresh, setting_report report,
			   void *arg);
/* What a new account has when it is not given: the server's name is its identifier. */
void setting_account_default(struct account_conf *c);
/* What a rule has when it is not given: binding by protocol. */
void setting_rule_default(struct rule_conf *c);
/* Nothing protects what @r selects when its peers do not want it. */
bool setting_rule_unprotected(const struct omasec_rule *r);
void setting_rule_check(const struct rule_conf *c, setting_report report, void *arg);
void setting_relay_check(const struct relay_conf *c, setting_report report, void *arg);

#endif
