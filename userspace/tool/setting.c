// SPDX-License-Identifier: GPL-2.0
/* The keys of accounts and rules. See setting.h. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/pkey.h"
#include "setting.h"
#include "value.h"
#include "words.h"

const char *const setting_who[WHO_COUNT] = {
	[WHO_CLIENT] = "client", [WHO_SERVER] = "server", [WHO_NETW] = "netw", [WHO_PIN] = "pin",
	[WHO_SIGN] = "sign", [WHO_WRAP] = "wrap", [WHO_LEGACY_WRAP] = "legacy-wrap", [WHO_PRIVATE] = "private", [WHO_PUBLIC] = "public",
	[WHO_DECRYPT] = "decrypt", [WHO_ENCRYPT] = "encrypt",
	[WHO_LEGACY_DECRYPT] = "legacy-decrypt", [WHO_LEGACY_ENCRYPT] = "legacy-encrypt",
};

int setting_find_who(const char *word, enum who *who)
{
	unsigned int i;

	for (i = 0; i < WHO_COUNT; i++) {
		if (!strcmp(word, setting_who[i])) {
			*who = (enum who)i;
			return 0;
		}
	}
	return -ENOENT;
}

/* ------------------------------------------------------------------ parsers */

static void *member(const struct setting *s, void *conf)
{
	return (char *)conf + s->offset;
}

static int parse_enum(const struct setting *s, void *conf, const char *value)
{
	int v = omasec_value((enum omasec_names)s->words, value);

	if (v < 0)
		return -EINVAL;
	*(uint8_t *)member(s, conf) = (uint8_t)v;
	return 0;
}

static int parse_user(const struct setting *s, void *conf, const char *value)
{
	return value_text(value, OMASEC_USER_MAX, member(s, conf));
}

static int parse_server_id(const struct setting *s, void *conf, const char *value)
{
	return value_text(value, OMASEC_SERVER_ID_MAX, member(s, conf));
}

static int parse_agreed(const struct setting *s, void *conf, const char *value)
{
	struct omasec_nonce nonce;

	/* The empty one everybody knows. */
	if (value_nonce(value, &nonce) || !nonce.len)
		return -EINVAL;
	*(struct omasec_nonce *)member(s, conf) = nonce;
	return 0;
}

static int parse_nonce(const struct setting *s, void *conf, const char *value)
{
	return value_nonce(value, member(s, conf));
}

static int parse_path(const struct setting *s, void *conf, const char *value)
{
	char **to = member(s, conf);

	if (!*value || strnlen(value, SETTING_PATH_MAX) >= SETTING_PATH_MAX)
		return -EINVAL;
	free(*to);
	*to = strdup(value);
	return *to ? 0 : -ENOMEM;
}

/* Standard input is for passwords. */
static int parse_key_file(const struct setting *s, void *conf, const char *value)
{
	return strcmp(value, "-") ? parse_path(s, conf, value) : -EINVAL;
}

static int parse_fd(const struct setting *s, void *conf, const char *value)
{
	uint64_t fd;

	if (value_u64(value, 0, 65535, &fd))
		return -EINVAL;
	*(int *)member(s, conf) = (int)fd;
	return 0;
}

static int parse_ports(const struct setting *s, void *conf, const char *value)
{
	struct rule_conf *c = conf;

	(void)s;
	return value_ports(value, &c->r.port_min, &c->r.port_max);
}

static int parse_address(const struct setting *s, void *conf, const char *value)
{
	struct rule_conf *c = conf;

	(void)s;
	return value_prefix(value, &c->r.family, &c->r.prefix, c->r.address);
}

static int parse_cgroup(const struct setting *s, void *conf, const char *value)
{
	const char *p;

	/* The path names a cgroup below the root of the hierarchy, and nothing else. */
	for (p = strstr(value, ".."); p; p = strstr(p + 1, ".."))
		if ((p == value || p[-1] == '/') && (p[2] == '/' || !p[2]))
			return -EINVAL;
	return parse_path(s, conf, value);
}

static int parse_rule_account(const struct setting *s, void *conf, const char *value)
{
	struct rule_conf *c = conf;

	(void)s;
	c->any_account = !strcmp(value, "any");
	if (c->any_account) {
		c->r.account[0] = '\0';
		return 0;
	}
	return value_name(value, c->r.account);
}

static int parse_max_message(const struct setting *s, void *conf, const char *value)
{
	struct rule_conf *c = conf;

	(void)s;
	return value_size(value, OMASEC_MESSAGE_MAX, &c->r.max_message);
}

static int parse_deadline(const struct setting *s, void *conf, const char *value)
{
	struct rule_conf *c = conf;

	uint32_t ms;

	(void)s;
	if (value_time(value, &ms) || ms < 50 || ms > 600000)
		return -EINVAL;
	c->r.deadline_ms = ms;
	return 0;
}

static int parse_pin_wait(const struct setting *s, void *conf, const char *value)
{
	struct rule_conf *c = conf;
	uint64_t seconds;

	(void)s;
	if (value_u64(value, 0, OMASEC_PIN_WAIT_MAX, &seconds))
		return -EINVAL;
	c->r.pin_wait = (uint32_t)seconds;
	return 0;
}

/* Words that are only of the tool, in the order of their enum. */
enum { NO_WORDS = -1, FORMAT_WORDS = -2, NONCE_WORDS = -3 };
static const char *const format_words[] = { "auto", "dmacc", "w7", NULL };
static const char *const nonce_words[] = { "auto", "base64", "raw", NULL };

const char *setting_word(const struct setting *s, unsigned int i)
{
	if (s->words >= 0)
		return i < omasec_name_count((enum omasec_names)s->words) ?
			omasec_name((enum omasec_names)s->words, i) : NULL;
	if (s->words == NO_WORDS)
		return NULL;
	return (s->words == FORMAT_WORDS ? format_words : nonce_words)[i];
}

static int parse_word(const struct setting *s, void *conf, const char *value)
{
	const char *word;
	uint8_t i;

	for (i = 0; (word = setting_word(s, i)); i++) {
		if (strcmp(word, value))
			continue;
		*(uint8_t *)member(s, conf) = i;
		return 0;
	}
	return -EINVAL;
}

static int parse_name(const struct setting *s, void *conf, const char *value)
{
	return value_name(value, member(s, conf));
}

static int parse_stream(const struct setting *s, void *conf, const char *value)
{
	return relay_spec_parse(value, member(s, conf));
}

static int parse_content_type(const struct setting *s, void *conf, const char *value)
{
	return value_text(value, 255, member(s, conf));
}

static int parse_mac(const struct setting *s, void *conf, const char *value)
{
	return value_text(value, 64, member(s, conf));
}

static int parse_hmac(const struct setting *s, void *conf, const char *value)
{
	return value_text(value, 511, member(s, conf));
}

static int parse_tls_min(const struct setting *s, void *conf, const char *value)
{
	if (strlen(value) != 3 || strncmp(value, "1.", 2) || value[2] < '0' || value[2] > '3')
		return -EINVAL;
	*(uint16_t *)member(s, conf) = (uint16_t)(0x0301 + value[2] - '0');
	return 0;
}

static int parse_yes(const struct setting *s, void *conf, const char *value)
{
	bool yes = !strcmp(value, "yes");

	if (!yes && strcmp(value, "no"))
		return -EINVAL;
	*(bool *)member(s, conf) = yes;
	return 0;
}

/* ------------------------------------------------------------------ tables */

#define A(m) offsetof(struct account_conf, m)
#define R(m) offsetof(struct rule_conf, m)
#define I(m) offsetof(struct import_conf, m)

#define EXPECTS_USER "a name of 1 to 127 octets without control characters"
#define EXPECTS_NONCE "base64:... or text:..., at most 64 octets"
#define EXPECTS_AGREED "base64:... or text:..., 1 to 64 octets"
#define EXPECTS_FILE "the path of a file that only its owner can read, or - for standard input"
#define EXPECTS_FD "the number of an open descriptor"

enum {
	A_SERVER_ID, A_CLIENT_NAME, A_CLIENT_FILE, A_CLIENT_FD, A_CLIENT_NONCE,
	A_SERVER_NAME, A_SERVER_FILE, A_SERVER_FD, A_SERVER_NONCE, A_MAC_FORM, A_APP_CRED,
	A_USERNETWPIN, A_BOOTSTRAP_UNSECURED, A_CLIENT_AGREED, A_SERVER_AGREED,
	A_PRIVATE_FILE, A_PUBLIC_FILE, A_DECRYPT_FILE, A_ENCRYPT_FILE,
	A_ENCRYPTION_PROFILE, A_LEGACY_DECRYPT_FILE, A_LEGACY_ENCRYPT_FILE,
};

static const struct setting account_settings[] = {
	[A_SERVER_ID] = { "server-id", "an identifier of 1 to 255 octets without control characters",
		parse_server_id, true, NO_WORDS, A(a.server_id),
		"Server identifier, as in the DM account of the device." },
	[A_CLIENT_NAME] = { "client-name", EXPECTS_USER, parse_user, true, NO_WORDS, A(a.client.user),
		"User name with which the client proves itself to the server." },
	[A_CLIENT_FILE] = { "client-secret-file", EXPECTS_FILE, parse_path, false, NO_WORDS,
		A(secret[WHO_CLIENT].file), "File with the client's password." },
	[A_CLIENT_FD] = { "client-secret-fd", EXPECTS_FD, parse_fd, false, NO_WORDS,
		A(secret[WHO_CLIENT].fd), "Descriptor to read the client's password from." },
	[A_CLIENT_NONCE] = { "client-nonce", EXPECTS_NONCE, parse_nonce, false, NO_WORDS,
		A(a.client.nonce), "First nonce for messages of the client, while none is known." },
	[A_SERVER_NAME] = { "server-name", EXPECTS_USER, parse_user, false, NO_WORDS, A(a.server.user),
		"User name with which the server proves itself; the server-id unless given." },
	[A_SERVER_FILE] = { "server-secret-file", EXPECTS_FILE, parse_path, false, NO_WORDS,
		A(secret[WHO_SERVER].file), "File with the server's password." },
	[A_SERVER_FD] = { "server-secret-fd", EXPECTS_FD, parse_fd, false, NO_WORDS,
		A(secret[WHO_SERVER].fd), "Descriptor to read the server's password from." },
	[A_SERVER_NONCE] = { "server-nonce", EXPECTS_NONCE, parse_nonce, false, NO_WORDS,
		A(a.server.nonce), "First nonce for messages of the server, while none is known." },
	[A_MAC_FORM] = { "mac-form", "oma or rfc2104", parse_enum, false, OMASEC_NAMES_MAC_FORM,
		A(a.mac_form), "How the MAC is composed; rfc2104 for peers that took the reference literally." },
	[A_APP_CRED] = { "app-cred", "pass or strip", parse_enum, false, OMASEC_NAMES_APP_CRED,
		A(a.app_cred), "What happens to credentials that the application puts into its messages." },
	[A_USERNETWPIN] = { "usernetwpin", "concat or colon", parse_enum, false,
		OMASEC_NAMES_USERNETWPIN, A(a.usernetwpin),
		"Key of bootstrap messages with SEC=USERNETWPIN: network secret then PIN, or PIN:secret." },
	[A_BOOTSTRAP_UNSECURED] = { "bootstrap-unsecured", "refuse or accept", parse_enum, false,
		OMASEC_NAMES_BOOTSTRAP_UNSECURED, A(a.bootstrap_unsecured),
		"What happens to bootstrap messages that nothing secures." },
	[A_CLIENT_AGREED] = { "client-agreed-nonce", EXPECTS_AGREED, parse_agreed, false, NO_WORDS,
		A(a.client.agreed), "Nonce that was agreed for sessionless messages of the client." },
	[A_SERVER_AGREED] = { "server-agreed-nonce", EXPECTS_AGREED, parse_agreed, false, NO_WORDS,
		A(a.server.agreed), "Nonce that was agreed for sessionless messages of the server." },
	[A_PRIVATE_FILE] = { "private-key-file", "the path of a PEM file that only its owner can read", parse_key_file,
		false, NO_WORDS, A(key_file[PKEY_PRIVATE]),
		"File with the RSA or EC key with which this side signs its messages." },
	[A_PUBLIC_FILE] = { "public-key-file", "the path of a PEM file", parse_key_file, false, NO_WORDS,
		A(key_file[PKEY_PUBLIC]),
		"File with the public key or certificate by which messages of the other side are verified." },
	[A_DECRYPT_FILE] = { "decrypt-key-file", "the path of a PEM file that only its owner can read", parse_key_file,
		false, NO_WORDS, A(key_file[PKEY_DECRYPT]),
		"File with the RSA key with which this side decrypts the keys of messages." },
	[A_ENCRYPT_FILE] = { "encrypt-key-file", "the path of a PEM file", parse_key_file, false, NO_WORDS,
		A(key_file[PKEY_ENCRYPT]),
		"File with the RSA public key or certificate to which keys of messages for the other side are encrypted." },
	[A_ENCRYPTION_PROFILE] = { "encryption-profile", "standard or legacy", parse_enum, false,
		OMASEC_NAMES_ENCRYPTION_PROFILE, A(a.encryption_profile),
		"legacy: AES-CBC and RSA 1.5, as DM 1.2 has them and with keys of their own, instead of AES-GCM and RSA-OAEP." },
	[A_LEGACY_DECRYPT_FILE] = { "legacy-decrypt-key-file", "the path of a PEM file that only its owner can read",
		parse_key_file, false, NO_WORDS, A(key_file[PKEY_LEGACY_DECRYPT]),
		"As decrypt-key-file, for encryption-profile = legacy: another key." },
	[A_LEGACY_ENCRYPT_FILE] = { "legacy-encrypt-key-file", "the path of a PEM file", parse_key_file, false, NO_WORDS,
		A(key_file[PKEY_LEGACY_ENCRYPT]), "As encrypt-key-file, for encryption-profile = legacy: another key." },
};

enum {
	R_DIRECTION, R_PORT, R_ADDRESS, R_UID, R_CGROUP, R_ACCOUNT, R_ROLE, R_BINDING, R_INTEGRITY, R_TRANSPORT,
	R_AUTH_MODE, R_FIRST_CONTACT, R_OTHER, R_MAX_MESSAGE, R_DEADLINE, R_ON_DENY, R_HELPER_LOST,
	R_PROTOCOL, R_NOTIFICATION_13, R_NONCE_RESYNC, R_SESSIONLESS, R_TLS, R_TLS_CHECK, R_TLS_MIN, R_UNPROTECTED,
	R_PIN_WAIT,
	R_BOOTSTRAP, R_CONFIDENTIALITY, R_CONTENT_CIPHER, R_OBJECT_SIGNATURE, R_ENCODING,
};

static const struct setting rule_settings[] = {
	[R_DIRECTION] = { "direction", "out or in", parse_enum, true, OMASEC_NAMES_DIRECTION,
		R(r.direction), "Sockets that connect (out) or that listen (in)." },
	[R_PORT] = { "port", "a port N or a range N-M, 1 to 65535", parse_ports, true, NO_WORDS, 0,
		"Port of the peer (out) or of the listener (in)." },
	[R_ADDRESS] = { "address", "an address, a prefix ADDRESS/BITS with no bits set after it, or any",
		parse_address, false, NO_WORDS, 0, "Addresses of the peer." },
	[R_UID] = { "uid", "the number or the name of a user", parse_path, false, NO_WORDS, R(uid),
		"Owner of the socket." },
	[R_CGROUP] = { "cgroup", "a path below /sys/fs/cgroup, without ..", parse_cgroup, false,
		NO_WORDS, R(cgroup), "Sockets of this cgroup and those below it." },
	[R_ACCOUNT] = { "account", "the name of an account, or any", parse_rule_account, true,
		NO_WORDS, 0, "Account of the peer; any finds it by the user name in the MAC header." },
	[R_ROLE] = { "role", "auto, client or server", parse_enum, false, OMASEC_NAMES_ROLE, R(r.role),
		"Role of the local application; auto: client for out, server for in." },
	[R_BINDING] = { "binding", "http, obex, wsp, wsp-post or wtp", parse_enum, false, OMASEC_NAMES_BINDING, R(r.binding),
		"Transport binding: http or obex on tcp; wsp (pushes), wsp-post (Posts and Replies) or wtp (those in sessions over WTP) on udp." },
	[R_INTEGRITY] = { "integrity", "hmac, both, signature, any, on-challenge or none", parse_enum, false, OMASEC_NAMES_INTEGRITY,
		R(r.integrity), "Protection that is required; both: MAC and XML signature; signature: that alone; any: as the peer has it; on-challenge: once a side asks for it." },
	[R_CONFIDENTIALITY] = { "confidentiality", "none, message, objects or whole", parse_enum, false,
		OMASEC_NAMES_CONFIDENTIALITY, R(r.confidentiality),
		"What is encrypted (XML-Encryption): nothing, the SyncBody of each message, each management object, or the whole message." },
	[R_CONTENT_CIPHER] = { "content-cipher", "aes-256-gcm, aes-128-gcm, aes-256-cbc or aes-128-cbc", parse_enum, false,
		OMASEC_NAMES_CONTENT_CIPHER, R(r.content_cipher),
		"With what that is done, and what is taken: AES-GCM of that length, also of the key that wraps its key; AES-CBC for accounts with encryption-profile legacy." },
	[R_OBJECT_SIGNATURE] = { "object-signature", "none, accept, require, sign or both", parse_enum, false,
		OMASEC_NAMES_OBJECT_SIGNATURE, R(r.object_signature),
		"Signature of each management object: checked where there is one (accept), demanded (require), made (sign)." },
	[R_ENCODING] = { "encoding", "as-sent or wbxml", parse_enum, false, OMASEC_NAMES_ENCODING, R(r.encoding),
		"How the application gets what was signed or encrypted: as it spoke itself last on the connection, or in WBXML." },
	[R_TRANSPORT] = { "transport", "plain or authenticated", parse_enum, false,
		OMASEC_NAMES_TRANSPORT, R(r.transport),
		"What is below: nothing that protects, or what authenticates both ends (IPsec, a VPN)." },
	[R_AUTH_MODE] = { "auth-mode", "transparent, native or static", parse_enum, false,
		OMASEC_NAMES_AUTH_MODE, R(r.auth_mode),
		"Who does auth-MAC: omasec (transparent), the application (native), or nobody renews nonces (static)." },
	[R_FIRST_CONTACT] = { "first-contact", "nonce or challenge", parse_enum, false,
		OMASEC_NAMES_FIRST_CONTACT, R(r.first_contact),
		"A client without nonce starts with the empty one, or without MAC to be challenged." },
	[R_OTHER] = { "other", "deny or pass", parse_enum, false, OMASEC_NAMES_OTHER, R(r.other),
		"What happens to content that is not DM." },
	[R_MAX_MESSAGE] = { "max-message", "octets, at most 16M, with K or M", parse_max_message, false,
		NO_WORDS, 0, "Longest message." },
	[R_DEADLINE] = { "deadline", "a time from 50ms to 600s, in ms or s", parse_deadline, false,
		NO_WORDS, 0, "How long a message waits for the helper." },
	[R_ON_DENY] = { "on-deny", "reset or http", parse_enum, false, OMASEC_NAMES_ON_DENY,
		R(r.on_deny), "What the peer sees of a refusal: a reset, or an HTTP status." },
	[R_HELPER_LOST] = { "helper-lost", "reject or hold", parse_enum, false,
		OMASEC_NAMES_HELPER_LOST, R(r.helper_lost),
		"Without a helper messages are refused at once, or wait until the deadline." },
	[R_PROTOCOL] = { "protocol", "tcp or udp", parse_enum, false, OMASEC_NAMES_PROTOCOL,
		R(r.protocol), "Connections (tcp), or datagrams (udp)." },
	[R_TLS] = { "tls", "forbid, allow or require", parse_enum, false, OMASEC_NAMES_TLS, R(r.tls),
		"TLS (for datagrams DTLS) is refused, let through untouched beside protected messages, or demanded." },
	[R_TLS_CHECK] = { "tls-check", "all or start", parse_enum, false, OMASEC_NAMES_TLS_CHECK,
		R(r.tls_check),
		"TLS records are looked at as long as the connection lives, or until the ServerHello." },
	[R_TLS_MIN] = { "tls-min", "1.0, 1.1, 1.2 or 1.3", parse_tls_min, false, NO_WORDS,
		R(r.tls_min), "Lowest TLS version that a server may choose; 1.2 unless given." },
	[R_UNPROTECTED] = { "unprotected", "yes or no", parse_yes, false, NO_WORDS, R(r.unprotected),
		"Yes: the rule may leave its sockets without any protection." },
	[R_NOTIFICATION_13] = { "notification-1.3", "refuse or pass", parse_enum, false,
		OMASEC_NAMES_NOTIFICATION_13, R(r.notification_13),
		"Notifications of DM 1.3 are refused, or let through unchecked." },
	[R_NONCE_RESYNC] = { "nonce-resync", "off, on or ascii", parse_enum, false,
		OMASEC_NAMES_NONCE_RESYNC, R(r.nonce_resync),
		"A notification may use the nonce 00000000, once a minute: as octets (on), or also as text (ascii)." },
	[R_PIN_WAIT] = { "pin-wait", "seconds from 0 to 3600", parse_pin_wait, false, NO_WORDS, 0,
		"How long a bootstrap message waits for its PIN; 0: it is refused at once." },
	[R_BOOTSTRAP] = { "bootstrap", "check, fetch or refuse", parse_enum, false,
		OMASEC_NAMES_BOOTSTRAP_HTTP, R(r.bootstrap),
		"Bootstrap messages over HTTP are checked, may also be fetched with GET, or are refused." },
	[R_SESSIONLESS] = { "sessionless", "refuse or accept", parse_enum, false,
		OMASEC_NAMES_SESSIONLESS, R(r.sessionless),
		"Messages of no session, which ask for no response, are refused, or taken with the agreed nonce." },
};

static const struct setting import_settings[] = {
	{ "name", "a name of 1 to 63 letters, digits and . _ @ -", parse_name, false, NO_WORDS,
		I(account.a.name), "Name of the new account; the server-id or the name in the document unless given." },
	{ "choose", "a server-id, a name or a number", parse_path, false, NO_WORDS, I(choose),
		"Which of several accounts in the document." },
	{ "format", "auto, dmacc or w7", parse_word, false, FORMAT_WORDS, I(format),
		"What the document is: a management tree with DMAcc, or client provisioning with w7." },
	{ "nonce-form", "auto, base64 or raw", parse_word, false, NONCE_WORDS, I(nonce_form),
		"How AAuthData has the nonce; auto goes by its format, and takes what is not Base64 as it is." },
	{ "config", "the path of a new file, or - for standard output", parse_path, false, NO_WORDS,
		I(config), "Write the section of omasec.conf there, put the keys into the keyring, load nothing." },
	{ "client-name", EXPECTS_USER, parse_user, false, NO_WORDS, I(account.a.client.user),
		"Which credential of the client, or its name where the document has none." },
	{ "client-secret-file", EXPECTS_FILE, parse_path, false, NO_WORDS,
		I(account.secret[WHO_CLIENT].file), "File with the client's password, instead of that of the document." },
	{ "server-name", EXPECTS_USER, parse_user, false, NO_WORDS, I(account.a.server.user),
		"Which credential of the server, or its name where the document has none." },
	{ "server-secret-file", EXPECTS_FILE, parse_path, false, NO_WORDS,
		I(account.secret[WHO_SERVER].file), "File with the server's password, instead of that of the document." },
	{ "mac-form", "oma or rfc2104", parse_enum, false, OMASEC_NAMES_MAC_FORM, I(account.a.mac_form),
		"As for account add." },
	{ "app-cred", "pass or strip", parse_enum, false, OMASEC_NAMES_APP_CRED, I(account.a.app_cred),
		"As for account add." },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define B(m) offsetof(struct blob_conf, m)

static const struct setting blob_settings[] = {
	{ "account", "the name of an account", parse_name, false, NO_WORDS, B(account),
	  "Account that is meant; without it a notification or message finds its own." },
	{ "role", "auto, client or server", parse_enum, false, OMASEC_NAMES_ROLE, B(role),
	  "Role of this side; auto: client." },
	{ "sec", "netwpin, userpin, usernetwpin or userpinmac", parse_enum, false,
	  OMASEC_NAMES_SEC, B(sec), "How a bootstrap message is secured." },
	{ "mac", "40 hexadecimal digits", parse_mac, false, NO_WORDS, B(mac),
	  "MAC of a bootstrap message, beside sec." },
	{ "content-type", "a content type with its parameters SEC and MAC", parse_content_type, false,
	  NO_WORDS, B(content_type), "Content type of a bootstrap message, instead of sec and mac." },
	{ "hmac", "the value of the header x-syncml-hmac", parse_hmac, false, NO_WORDS, B(hmac),
	  "What protects a DM message." },
};

#define S(m) offsetof(struct relay_conf, m)
#define EXPECTS_STREAM "- (standard input and output), fd:N, systemd:NAME, listen:PATH, connect:PATH or tty:PATH"

enum { S_RULE, S_APP, S_CARRIER };

static const struct setting relay_settings[] = {
	[S_RULE] = { "rule", "the name of a rule", parse_name, true, NO_WORDS, S(rule),
		"Rule with binding obex and a port of its own: out when the application is the OBEX client, in when it is the server." },
	[S_APP] = { "app", EXPECTS_STREAM, parse_stream, true, NO_WORDS, S(app),
		"Where the application speaks OBEX, unprotected." },
	[S_CARRIER] = { "carrier", EXPECTS_STREAM, parse_stream, true, NO_WORDS, S(carrier),
		"What leads to the peer: protected OBEX." },
};

_Static_assert(COUNT(account_settings) <= SETTING_MAX, "SETTING_MAX");
_Static_assert(COUNT(rule_settings) <= SETTING_MAX, "SETTING_MAX");
_Static_assert(I(account) == 0, "the parsers of an account are used for an import");

const struct setting_set setting_account = { "account", account_settings, COUNT(account_settings),
	A(seen) };
const struct setting_set setting_rule = { "rule", rule_settings, COUNT(rule_settings), R(seen) };
const struct setting_set setting_import = { "file", import_settings, COUNT(import_settings),
	I(seen) };
const struct setting_set setting_blob_verify = { "blob", blob_settings, COUNT(blob_settings),
	B(seen) };
/* The first ones only. */
const struct setting_set setting_blob_protect = { "blob", blob_settings, 3, B(seen) };
const struct setting_set setting_relay = { "relay", relay_settings, COUNT(relay_settings), S(seen) };

int setting_find(const struct setting_set *set, const char *name)
{
	unsigned int i;

	for (i = 0; i < set->count; i++)
		if (!strcmp(set->setting[i].name, name))
			return (int)i;
	return -ENOENT;
}

const char *setting_near(const struct setting_set *set, const char *name)
{
	struct words_near near = { 0 };
	unsigned int i;

	for (i = 0; i < set->count; i++)
		words_near(&near, name, set->setting[i].name);
	return near.word;
}

/* ------------------------------------------------------------------ objects */

void setting_account_init(struct account_conf *c)
{
	memset(c, 0, sizeof(*c));
	c->secret[WHO_CLIENT].fd = -1;
	c->secret[WHO_SERVER].fd = -1;
}

void setting_rule_init(struct rule_conf *c)
{
	memset(c, 0, sizeof(*c));
	omasec_rule_init(&c->r);
}

void setting_account_free(struct account_conf *c)
{
	unsigned int i;

	free(c->secret[WHO_CLIENT].file);
	free(c->secret[WHO_SERVER].file);
	for (i = 0; i < PKEY_KINDS; i++) {
		free(c->key_file[i]);
		c->key_file[i] = NULL;
	}
	c->secret[WHO_CLIENT].file = NULL;
	c->secret[WHO_SERVER].file = NULL;
}

void setting_rule_free(struct rule_conf *c)
{
	free(c->uid);
	free(c->cgroup);
	c->uid = NULL;
	c->cgroup = NULL;
}

void setting_import_init(struct import_conf *c)
{
	memset(c, 0, sizeof(*c));
	setting_account_init(&c->account);
}

void setting_import_free(struct import_conf *c)
{
	setting_account_free(&c->account);
	free(c->choose);
	free(c->config);
	c->choose = NULL;
	c->config = NULL;
}

static void check_required(const struct setting_set *set, uint32_t seen, setting_report report,
			   void *arg)
{
	unsigned int i;

	for (i = 0; i < set->count; i++) {
		char text[256];

		if (!set->setting[i].required || seen & 1u << i)
			continue;
		snprintf(text, sizeof(text), "%s is missing: expected %s", set->setting[i].name,
			 set->setting[i].expects);
		report(arg, -1, text);
	}
}

static bool same_nonce(const struct omasec_nonce *a, const struct omasec_nonce *b)
{
	return a->known && b->known && a->len == b->len && !memcmp(a->data, b->data, a->len);
}

void setting_account_check(const struct account_conf *c, bool fresh, setting_report report,
			   void *arg)
{
	if (fresh)
		check_required(&setting_account, c->seen, report, arg);
	if (c->seen & 1u << A_CLIENT_FILE && c->seen & 1u << A_CLIENT_FD)
		report(arg, A_CLIENT_FD, "expected only one of client-secret-file and client-secret-fd");
	if (c->seen & 1u << A_SERVER_FILE && c->seen & 1u << A_SERVER_FD)
		report(arg, A_SERVER_FD, "expected only one of server-secret-file and server-secret-fd");
	if (c->seen & 1u << A_SERVER_AGREED && same_nonce(&c->a.client.agreed, &c->a.server.agreed))
		report(arg, A_SERVER_AGREED, "expected another one than client-agreed-nonce: a message of one side could be sent back to it as one of the other");
	if (fresh && !(c->seen & 1u << A_SERVER_NAME) && strlen(c->a.server_id) > OMASEC_USER_MAX)
		report(arg, A_SERVER_ID, "is too long to be the server-name too: expected a server-name of at most 127 octets");
}

void setting_account_default(struct account_conf *c)
{
	size_t len = strlen(c->a.server_id);

	if (!c->a.server.user[0] && len <= OMASEC_USER_MAX)
		memcpy(c->a.server.user, c->a.server_id, len + 1);
}

/* Who speaks first must know in whose name. */
static bool rule_needs_account(const struct omasec_rule *r)
{
	if (r->integrity == OMASEC_INTEGRITY_ON_CHALLENGE)
		return true;
	return r->integrity != OMASEC_INTEGRITY_NONE &&
	       (r->direction == OMASEC_DIRECTION_OUT || r->role == OMASEC_ROLE_CLIENT);
}

static void check_udp(const struct rule_conf *c, setting_report report, void *arg)
{
	static const int tcp_only[] = { R_UID, R_CGROUP, R_AUTH_MODE, R_FIRST_CONTACT, R_ON_DENY,
					R_HELPER_LOST, R_TLS_CHECK, R_TLS_MIN, R_UNPROTECTED,
					R_TRANSPORT, R_BOOTSTRAP, R_CONFIDENTIALITY, R_CONTENT_CIPHER,
					R_OBJECT_SIGNATURE, R_ENCODING };
	size_t i;

	if (c->seen & 1u << R_DEADLINE && c->r.sessionless != OMASEC_SESSIONLESS_ACCEPT)
		report(arg, R_DEADLINE, "is for protocol tcp, and for sessionless = accept: other datagrams do not wait for the helper");
	for (i = 0; i < COUNT(tcp_only); i++)
		if (c->seen & 1u << tcp_only[i])
			report(arg, tcp_only[i], "is for protocol tcp: datagrams are judged before their socket is known");
	if (c->seen & 1u << R_DIRECTION && c->r.direction != OMASEC_DIRECTION_IN)
		report(arg, R_DIRECTION, "expected in: protocol udp is for datagrams that come in");
	if (c->seen & 1u << R_BINDING && c->r.binding != OMASEC_BINDING_WSP)
		report(arg, R_BINDING, "expected wsp, wsp-post or wtp with protocol udp");
	if (c->r.integrity != OMASEC_INTEGRITY_HMAC)
		report(arg, R_INTEGRITY, "expected hmac with protocol udp: a rule without would check nothing");
	if (c->r.role == OMASEC_ROLE_SERVER)
		report(arg, R_ROLE, "expected client with protocol udp: notifications come from servers");
}

/* Posts and Replies: sessions, and nothing else. */
static void check_post(const struct rule_conf *c, setting_report report, void *arg)
{
	static const int pushes_only[] = { R_NOTIFICATION_13, R_NONCE_RESYNC, R_PIN_WAIT };
	static const int tcp_only[] = { R_TLS_CHECK, R_TLS_MIN };
	size_t i;

	for (i = 0; i < COUNT(pushes_only); i++)
		if (c->seen & 1u << pushes_only[i])
			report(arg, pushes_only[i], "is for pushes, binding wsp: a Post carries messages of sessions");
	for (i = 0; i < COUNT(tcp_only); i++)
		if (c->seen & 1u << tcp_only[i])
			report(arg, tcp_only[i], "is for protocol tcp: datagrams of DTLS are looked at one by one");
	if (c->seen & (1u << R_UID | 1u << R_CGROUP))
		report(arg, c->seen & 1u << R_UID ? R_UID : R_CGROUP,
		       "is for protocol tcp: datagrams are judged before their socket is known");
	if (c->r.on_deny != OMASEC_ON_DENY_RESET)
		report(arg, R_ON_DENY, "expected reset with bindings wsp-post and wtp: a datagram that is refused is dropped");
	if (c->r.bootstrap != OMASEC_BOOTSTRAP_HTTP_CHECK)
		report(arg, R_BOOTSTRAP, "expected check with bindings wsp-post and wtp: bootstrap messages are carried by http and push");
	if (c->r.sessionless != OMASEC_SESSIONLESS_REFUSE)
		report(arg, R_SESSIONLESS, "expected refuse with bindings wsp-post and wtp: sessionless messages are carried by http, obex and push");
	if (c->r.binding == OMASEC_BINDING_WTP && c->r.tls != OMASEC_TLS_FORBID)
		report(arg, R_TLS, "expected forbid with binding wtp: WTLS has a port of its own");
}

static void check_tcp(const struct rule_conf *c, setting_report report, void *arg)
{
	static const int udp_only[] = { R_NOTIFICATION_13, R_NONCE_RESYNC };
	size_t i;

	for (i = 0; i < COUNT(udp_only); i++)
		if (c->seen & 1u << udp_only[i])
			report(arg, udp_only[i], "is for protocol udp");
	if (c->r.binding == OMASEC_BINDING_WSP || rule_posts(&c->r))
		report(arg, R_BINDING, "expected http or obex with protocol tcp");
	if (c->r.binding != OMASEC_BINDING_OBEX)
		return;
	if (c->r.tls != OMASEC_TLS_FORBID)
		report(arg, R_TLS, "expected forbid with binding obex: an OBEX connection has no TLS to look at");
	if (c->r.on_deny != OMASEC_ON_DENY_RESET)
		report(arg, R_ON_DENY, "expected reset with binding obex");
	if (c->r.bootstrap != OMASEC_BOOTSTRAP_HTTP_CHECK)
		report(arg, R_BOOTSTRAP, "expected check with binding obex: bootstrap messages are carried by http and push");
}

void setting_rule_default(struct rule_conf *c)
{
	if (!(c->seen & 1u << R_BINDING) && c->r.protocol == OMASEC_PROTOCOL_UDP)
		c->r.binding = OMASEC_BINDING_WSP;
	if (!(c->seen & 1u << R_TLS) && c->r.protocol == OMASEC_PROTOCOL_UDP &&
	    c->r.binding == OMASEC_BINDING_WSP)
		c->r.tls = OMASEC_TLS_ALLOW;
}

bool setting_rule_unprotected(const struct omasec_rule *r)
{
	return r->integrity == OMASEC_INTEGRITY_NONE && r->tls != OMASEC_TLS_REQUIRE &&
	       r->transport != OMASEC_TRANSPORT_AUTHENTICATED;
}

static void check_protection(const struct rule_conf *c, setting_report report, void *arg)
{
	bool none = setting_rule_unprotected(&c->r);

	if (none && !c->r.unprotected)
		report(arg, c->seen & 1u << R_INTEGRITY ? R_INTEGRITY : -1,
		       "leaves its sockets without protection; DM Security 1.3, 5.5.3: \"If a non-secure transport is used Devices SHALL support at least one protection mechanism at the application layer\". Expected integrity = hmac, tls = require, or unprotected = yes");
	if (!none && c->r.unprotected)
		report(arg, R_UNPROTECTED, "expected no: what the rule selects is protected");
	if (c->r.tls != OMASEC_TLS_FORBID)
		return;
	if (c->seen & 1u << R_TLS_CHECK)
		report(arg, R_TLS_CHECK, "has no meaning without tls = allow or require");
	if (c->seen & 1u << R_TLS_MIN)
		report(arg, R_TLS_MIN, "has no meaning without tls = allow or require");
}

static void check_fetch(const struct rule_conf *c, setting_report report, void *arg)
{
	if (c->r.bootstrap != OMASEC_BOOTSTRAP_HTTP_FETCH)
		return;
	if (c->r.direction != OMASEC_DIRECTION_OUT || c->r.role == OMASEC_ROLE_SERVER)
		report(arg, R_BOOTSTRAP, "fetch is for direction out and role client: expected check or refuse");
	if (c->any_account)
		report(arg, R_ACCOUNT, "expected the name of an account with bootstrap = fetch: a bootstrap message names nobody");
}

/* What the helper does with keys of the account. */
static void check_xml(const struct rule_conf *c, setting_report report, void *arg)
{
	bool signs = rule_signs(&c->r);
	bool objects = c->r.object_signature != OMASEC_OBJECT_SIGNATURE_NONE;

	if (c->r.confidentiality != OMASEC_CONFIDENTIALITY_NONE && !signs &&
	    c->r.integrity != OMASEC_INTEGRITY_HMAC)
		report(arg, R_CONFIDENTIALITY, "is for messages that are authenticated: expected integrity = hmac, both, signature or any");
	if (c->r.confidentiality == OMASEC_CONFIDENTIALITY_NONE &&
	    c->r.content_cipher != OMASEC_CONTENT_CIPHER_AES_256_GCM)
		report(arg, R_CONTENT_CIPHER, "is for messages that are encrypted: expected confidentiality = message, objects or whole");
	if (objects && !signs && c->r.integrity != OMASEC_INTEGRITY_HMAC)
		report(arg, R_OBJECT_SIGNATURE, "is for messages that are authenticated: expected integrity = hmac, both, signature or any");
	if (!signs && !objects && c->r.confidentiality == OMASEC_CONFIDENTIALITY_NONE) {
		if (c->r.encoding != OMASEC_ENCODING_AS_SENT)
			report(arg, R_ENCODING, "is for messages that are signed or encrypted: expected integrity = both, signature or any, or confidentiality = message, objects or whole");
		return;
	}
	if (c->any_account)
		report(arg, R_ACCOUNT, objects ?
		       "expected the name of an account with object-signature: its sign key is used" : signs ?
		       "expected the name of an account with integrity = both, signature or any: its sign key is used" :
		       "expected the name of an account with confidentiality = message, objects or whole: its wrap key is used");
	if (c->r.auth_mode != OMASEC_AUTH_MODE_TRANSPARENT)
		report(arg, R_AUTH_MODE, objects ?
		       "expected transparent with object-signature: the helper signs and checks, the application does not" : signs ?
		       "expected transparent with integrity = both, signature or any: the helper signs, the application does not" :
		       "expected transparent with confidentiality = message, objects or whole: the helper encrypts, the application does not");
}

void setting_rule_check(const struct rule_conf *c, setting_report report, void *arg)
{
	check_required(&setting_rule, c->seen, report, arg);
	if (c->r.protocol == OMASEC_PROTOCOL_UDP && !rule_posts(&c->r)) {
		check_udp(c, report, arg);
		return;
	}
	if (c->r.protocol == OMASEC_PROTOCOL_UDP)
		check_post(c, report, arg);
	else
		check_tcp(c, report, arg);
	check_protection(c, report, arg);
	check_fetch(c, report, arg);
	check_xml(c, report, arg);
	if (c->any_account && c->seen & 1u << R_DIRECTION && rule_needs_account(&c->r))
		report(arg, R_ACCOUNT, "any is for servers, which learn from the MAC header who their peer is: expected the name of an account");
	if (c->r.integrity == OMASEC_INTEGRITY_ON_CHALLENGE &&
	    c->r.transport != OMASEC_TRANSPORT_AUTHENTICATED)
		report(arg, R_INTEGRITY, "on-challenge is for transports that authenticate (DM Security 1.3, 5.4.1.5): expected hmac, or transport = authenticated in this rule");
	if (c->r.integrity == OMASEC_INTEGRITY_ON_CHALLENGE &&
	    c->r.auth_mode == OMASEC_AUTH_MODE_STATIC)
		report(arg, R_AUTH_MODE, "expected transparent or native: static answers no challenge");
	if (c->r.sessionless == OMASEC_SESSIONLESS_ACCEPT && c->r.integrity != OMASEC_INTEGRITY_HMAC)
		report(arg, R_SESSIONLESS, "accept needs integrity = hmac: a MAC is all that protects a sessionless message");
	if (c->r.sessionless == OMASEC_SESSIONLESS_ACCEPT && c->r.auth_mode == OMASEC_AUTH_MODE_STATIC)
		report(arg, R_SESSIONLESS, "accept needs the helper, which remembers what came: auth-mode = transparent or native");
	if (c->seen & 1u << R_FIRST_CONTACT && c->r.auth_mode == OMASEC_AUTH_MODE_STATIC &&
	    c->r.first_contact == OMASEC_FIRST_CONTACT_CHALLENGE)
		report(arg, R_FIRST_CONTACT, "expected nonce: with auth-mode static nobody answers a challenge");
}

void setting_relay_check(const struct relay_conf *c, setting_report report, void *arg)
{
	check_required(&setting_relay, c->seen, report, arg);
	if (c->seen & 1u << S_APP && c->seen & 1u << S_CARRIER && relay_spec_same(&c->app, &c->carrier))
		report(arg, S_CARRIER, "expected another stream than app");
}
