// SPDX-License-Identifier: GPL-2.0
/*
 * The clauses of DM Security 1.3 (5.3 to 5.5, 5.9, 5.10, and what CR2 adds to 5.5.3),
 * and how a rule stands to each. A clause that nothing can be said of with what the
 * module knows is "not applicable", with the reason; never "met" by assumption.
 */
#include <stdarg.h>
#include <string.h>

#include "report.h"
#include "setting.h"

enum {
	C_TRANSPORT_AUTH, C_TRANSPORT_SECRECY, C_INTEGRITY, C_SECRECY, C_HMAC, C_HMAC_FRESH,
	C_HMAC_SECURED, C_ENCRYPTION, C_OBJECTS, C_ACL, C_BINDING, C_LAYER, C_SESSIONLESS,
};

const struct report_clause report_clauses[] = {
	[C_TRANSPORT_AUTH] = { "transport-authentication", "5.3", "must",
		"Authentication and integrity of the transport are used where it has them." },
	[C_TRANSPORT_SECRECY] = { "transport-confidentiality", "5.3", "should",
		"Confidentiality of the transport is used where it has it." },
	[C_INTEGRITY] = { "neutral-integrity", "5.3", "must",
		"Over any other transport each message has transport-neutral integrity." },
	[C_SECRECY] = { "neutral-confidentiality", "5.3", "should",
		"Over a transport without it, messages have transport-neutral confidentiality." },
	[C_HMAC] = { "hmac-or-signature", "5.4", "must",
		"Transport-neutral integrity is HMAC-MD5 or XML-Signature, with keys that can be used." },
	[C_HMAC_FRESH] = { "hmac-nonces", "5.4.1", "must",
		"Each message is authenticated with a nonce of its own." },
	[C_HMAC_SECURED] = { "hmac-over-secure-transport", "5.4.1.5", "must",
		"A challenge for HMAC over a transport that authenticates is answered, or the session ends." },
	[C_ENCRYPTION] = { "xml-encryption", "5.5", "must",
		"Transport-neutral confidentiality is XML-Encryption." },
	[C_OBJECTS] = { "encrypted-objects", "5.9", "may",
		"Management objects travel and rest encrypted." },
	[C_ACL] = { "acl", "5.10", "should",
		"Data of one management server is private from others by the ACL of the management tree." },
	[C_BINDING] = { "secure-binding", "5.5.3 (CR2)", "must",
		"HTTP over TLS can be used." },
	[C_LAYER] = { "one-protection", "5.5.3 (CR2)", "must",
		"Over a transport that does not secure, at least one protection of the application layer is on." },
	[C_SESSIONLESS] = { "sessionless", "5.3", "must",
		"Messages of no session have integrity too, and the same one does not count twice." },
};

const unsigned int report_clause_count = sizeof(report_clauses) / sizeof(report_clauses[0]);

_Static_assert(sizeof(report_clauses) / sizeof(report_clauses[0]) <= REPORT_CLAUSE_MAX,
	       "REPORT_CLAUSE_MAX");

const char *report_state_name(enum report_state s)
{
	static const char *const names[REPORT_STATES] = { "met", "not met", "not applicable" };

	return s < REPORT_STATES ? names[s] : "?";
}

static void found(struct report_finding *f, enum report_state state, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void found(struct report_finding *f, enum report_state state, const char *fmt, ...)
{
	va_list ap;

	f->state = state;
	va_start(ap, fmt);
	vsnprintf(f->why, sizeof(f->why), fmt, ap);
	va_end(ap);
}

/* Both credentials have keys that the module can use now; why not else. */
static const char *keys_wrong(const struct omasec_account *a)
{
	if (!a->client.key || a->client.key_state)
		return "the key of the client credential cannot be used";
	if (!a->server.key || a->server.key_state)
		return "the key of the server credential cannot be used";
	return NULL;
}

/* By enum omasec_content_cipher. */
static const char *const encrypted_by[] = {
	[OMASEC_CONTENT_CIPHER_AES_256_GCM] = "EncryptedData by AES-256-GCM, keys by AES key wrap or RSA-OAEP",
	[OMASEC_CONTENT_CIPHER_AES_128_GCM] = "EncryptedData by AES-128-GCM, keys by AES key wrap or RSA-OAEP",
	[OMASEC_CONTENT_CIPHER_AES_256_CBC] = "EncryptedData by AES-256-CBC, keys by AES key wrap or RSA 1.5 (legacy profile)",
	[OMASEC_CONTENT_CIPHER_AES_128_CBC] = "EncryptedData by AES-128-CBC, keys by AES key wrap or RSA 1.5 (legacy profile)",
};

/* Each message has a MAC or a signature with a Cred, whoever asked for it. */
static bool always_mac(const struct omasec_rule *r)
{
	return r->integrity == OMASEC_INTEGRITY_HMAC || rule_signs(r);
}

/* XML-Signature, and a Cred inside of what is signed in place of the MAC. */
static bool signature_alone(const struct omasec_rule *r)
{
	return r->integrity == OMASEC_INTEGRITY_SIGNATURE;
}

static bool hides_all(const struct omasec_rule *r)
{
	return r->confidentiality == OMASEC_CONFIDENTIALITY_WHOLE;
}

static bool hides(const struct omasec_rule *r)
{
	return hides_all(r) || r->confidentiality == OMASEC_CONFIDENTIALITY_MESSAGE;
}

static bool hides_objects(const struct omasec_rule *r)
{
	return r->confidentiality == OMASEC_CONFIDENTIALITY_OBJECTS;
}

static bool has_mac(const struct omasec_rule *r)
{
	return r->integrity != OMASEC_INTEGRITY_NONE;
}

static bool authenticated(const struct omasec_rule *r)
{
	return r->transport == OMASEC_TRANSPORT_AUTHENTICATED;
}

/* Nothing reaches the application that the transport has not authenticated. */
static bool secured(const struct omasec_rule *r)
{
	return authenticated(r) || r->tls == OMASEC_TLS_REQUIRE;
}

static void find_transport(const struct omasec_rule *r, struct report_finding *f)
{
	if (authenticated(r)) {
		found(&f[C_TRANSPORT_AUTH], REPORT_MET,
		      "the rule says that the transport authenticates; omasec cannot see that");
		found(&f[C_TRANSPORT_SECRECY], REPORT_NOT_APPLICABLE,
		      "the rule says nothing of the confidentiality of the transport");
		return;
	}
	if (r->tls != OMASEC_TLS_FORBID) {
		found(&f[C_TRANSPORT_AUTH], REPORT_MET, r->tls == OMASEC_TLS_REQUIRE ?
		      "tls require: nothing but TLS passes; the certificates are the application's" :
		      "tls allow: TLS passes where both ends speak it; the certificates are the application's");
		found(&f[C_TRANSPORT_SECRECY], REPORT_MET, "%s", f[C_TRANSPORT_AUTH].why);
		return;
	}
	found(&f[C_TRANSPORT_AUTH], REPORT_NOT_APPLICABLE, "the transport authenticates nobody");
	found(&f[C_TRANSPORT_SECRECY], REPORT_NOT_APPLICABLE, "the transport hides nothing");
}

/* The account takes bootstrap messages that nothing secures, and the rule lets them come. */
static bool takes_unsecured(const struct omasec_rule *r, const struct omasec_account *a)
{
	return a && a->bootstrap_unsecured == OMASEC_BOOTSTRAP_UNSECURED_ACCEPT &&
	       r->role != OMASEC_ROLE_SERVER && r->bootstrap != OMASEC_BOOTSTRAP_HTTP_REFUSE;
}

static void find_integrity(const struct omasec_rule *r, const struct omasec_account *a,
			   struct report_finding *f)
{
	const char *wrong = a && has_mac(r) ? keys_wrong(a) : NULL;

	if (r->tls == OMASEC_TLS_REQUIRE ||
	    (authenticated(r) && !always_mac(r)))
		found(&f[C_INTEGRITY], REPORT_NOT_APPLICABLE, "the transport gives integrity");
	else if (always_mac(r) && takes_unsecured(r, a))
		found(&f[C_INTEGRITY], REPORT_NOT_MET,
		      "account %s takes bootstrap messages that nothing secures", a->name);
	else if (always_mac(r))
		found(&f[C_INTEGRITY], REPORT_MET,
		      "integrity %s: a message without a right %s is refused, none leaves without%s",
		      omasec_name(OMASEC_NAMES_INTEGRITY, r->integrity),
		      signature_alone(r) ? "XML signature" : r->integrity == OMASEC_INTEGRITY_ANY ?
		      "MAC or XML signature" : "MAC",
		      r->bootstrap == OMASEC_BOOTSTRAP_HTTP_FETCH ?
		      "; a bootstrap message that is fetched has its own MAC" : "");
	else
		found(&f[C_INTEGRITY], REPORT_NOT_MET,
		      "integrity none over a plain transport: messages are neither made nor checked");

	if (!has_mac(r))
		found(&f[C_HMAC], secured(r) ? REPORT_NOT_APPLICABLE : REPORT_NOT_MET,
		      "the rule has integrity none");
	else if (wrong)
		found(&f[C_HMAC], REPORT_NOT_MET, "%s, but %s: its messages are refused",
		      signature_alone(r) ? "XML-Signature" : "HMAC-MD5", wrong);
	else if (a && signature_alone(r))
		found(&f[C_HMAC], REPORT_MET, "XML-Signature over a Cred of auth-md5, with the keys of account %s",
		      a->name);
	else if (!a)
		found(&f[C_HMAC], REPORT_MET, "HMAC-MD5 with the key of whichever account a message names");
	else
		found(&f[C_HMAC], REPORT_MET, "HMAC-MD5 with the keys of account %s", a->name);

	if (!has_mac(r))
		found(&f[C_HMAC_FRESH], REPORT_NOT_APPLICABLE, "the rule has integrity none");
	else if (r->auth_mode == OMASEC_AUTH_MODE_STATIC)
		found(&f[C_HMAC_FRESH], REPORT_NOT_MET,
		      "auth-mode static: the nonce never changes, a recorded message is right again");
	else
		found(&f[C_HMAC_FRESH], REPORT_MET,
		      "a nonce serves once; the next one is durable before the message that carries it leaves");

	if (!authenticated(r))
		found(&f[C_HMAC_SECURED], REPORT_NOT_APPLICABLE, "the transport authenticates nobody");
	else if (r->integrity == OMASEC_INTEGRITY_NONE)
		found(&f[C_HMAC_SECURED], REPORT_NOT_APPLICABLE,
		      "integrity none: challenges are the application's own business");
	else if (signature_alone(r))
		found(&f[C_HMAC_SECURED], REPORT_NOT_APPLICABLE,
		      "integrity signature: XML-Signature takes the place of the HMAC, and its challenges are of auth-md5");
	else
		found(&f[C_HMAC_SECURED], REPORT_MET, "omasec answers for the application, or the session ends");
}

static void find_secrecy(const struct omasec_rule *r, struct report_finding *f)
{
	if (r->tls == OMASEC_TLS_REQUIRE)
		found(&f[C_SECRECY], REPORT_NOT_APPLICABLE, "TLS gives confidentiality");
	else if (hides_all(r))
		found(&f[C_SECRECY], REPORT_MET,
		      "confidentiality whole: messages are encrypted, header included; user names in MAC headers are not");
	else if (hides(r))
		found(&f[C_SECRECY], REPORT_MET,
		      "confidentiality message: the SyncBody is encrypted; who speaks to whom in which session is not");
	else if (hides_objects(r))
		found(&f[C_SECRECY], REPORT_MET,
		      "confidentiality objects: the data of management objects are encrypted; commands, addresses and all else are not");
	else
		found(&f[C_SECRECY], REPORT_NOT_MET, "messages are not encrypted: confidentiality none");
	if (hides(r) || hides_objects(r))
		found(&f[C_ENCRYPTION], REPORT_MET, "%s",
		      r->content_cipher < sizeof(encrypted_by) / sizeof(*encrypted_by) ?
		      encrypted_by[r->content_cipher] : "EncryptedData");
	else
		found(&f[C_ENCRYPTION], REPORT_NOT_APPLICABLE, "no transport-neutral confidentiality is used");
	if (hides_objects(r))
		found(&f[C_OBJECTS], REPORT_MET,
		      "confidentiality objects: encrypted on the way, decrypted before the application has them");
	else
		found(&f[C_OBJECTS], REPORT_NOT_APPLICABLE,
		      "objects pass as the applications write them, encrypted ones too");
	if (r->role == OMASEC_ROLE_SERVER)
		found(&f[C_ACL], REPORT_NOT_APPLICABLE, "the device has the tree and its ACLs");
	else
		found(&f[C_ACL], REPORT_NOT_MET,
		      "no rule has ACLs: met only while the helper's store has a tree, which is not looked at here (omasec acl show)");
}

static void find_cr2(const struct omasec_rule *r, struct report_finding *f)
{
	if (r->binding == OMASEC_BINDING_OBEX)
		found(&f[C_BINDING], REPORT_NOT_APPLICABLE, "OBEX carries no HTTP");
	else if (rule_posts(r))
		found(&f[C_BINDING], REPORT_NOT_APPLICABLE, "datagrams carry no HTTP");
	else if (r->tls == OMASEC_TLS_FORBID)
		found(&f[C_BINDING], REPORT_NOT_APPLICABLE,
		      "tls forbid: on these sockets it is refused, others may use it");
	else
		found(&f[C_BINDING], REPORT_MET, "TLS passes, and its version is judged");
	if (r->tls == OMASEC_TLS_REQUIRE)
		found(&f[C_LAYER], REPORT_NOT_APPLICABLE, "tls require: the transport secures");
	else if (authenticated(r))
		found(&f[C_LAYER], REPORT_NOT_APPLICABLE, "the rule says that the transport secures");
	else if (has_mac(r))
		found(&f[C_LAYER], REPORT_MET, signature_alone(r) ? "XML-Signature" : "HMAC");
	else
		found(&f[C_LAYER], REPORT_NOT_MET, "integrity none over a plain transport");
}

/* Who speaks to @r, and whose agreed nonce it therefore needs; NULL when nobody posts to it. */
static const struct omasec_cred *sessionless_peer(const struct omasec_rule *r,
						  const struct omasec_account *a)
{
	if (!a || r->direction == OMASEC_DIRECTION_OUT)
		return NULL;
	return r->protocol == OMASEC_PROTOCOL_UDP || r->role == OMASEC_ROLE_CLIENT ? &a->server :
										     &a->client;
}

static void find_sessionless(const struct omasec_rule *r, const struct omasec_account *a,
			     struct report_finding *f)
{
	const struct omasec_cred *peer = sessionless_peer(r, a);

	if (r->sessionless != OMASEC_SESSIONLESS_ACCEPT)
		found(f, REPORT_NOT_APPLICABLE, "sessionless refuse: there are none");
	else if (peer && !peer->agreed.known)
		found(f, REPORT_MET, "no nonce was agreed with the peer yet: each is refused");
	else if (peer)
		found(f, REPORT_MET, "HMAC-MD5 with the agreed nonce, each MAC once: %u of %d used",
		      peer->agreed_used, OMASEC_SESSIONLESS_MAX);
	else
		found(f, REPORT_MET, "HMAC-MD5 with the agreed nonce, each MAC once");
}

/* What secures itself below a datagram. */
static void find_records(const struct omasec_rule *r, struct report_finding *f)
{
	bool forbid = r->tls == OMASEC_TLS_FORBID;

	found(&f[C_TRANSPORT_AUTH], forbid ? REPORT_NOT_MET : REPORT_MET,
	      forbid ? "tls forbid: a transport that secures itself is refused" :
	      "DTLS and WTLS, known by their records, pass: the application judges them");
	found(&f[C_TRANSPORT_SECRECY], forbid ? REPORT_NOT_MET : REPORT_MET, "%s",
	      f[C_TRANSPORT_AUTH].why);
}

/* Datagrams: notifications, whose digest is made with the server's credential. */
static void find_datagrams(const struct omasec_rule *r, const struct omasec_account *a,
			   struct report_finding *f)
{
	find_records(r, f);
	if (r->notification_13 == OMASEC_NOTIFICATION_13_PASS)
		found(&f[C_INTEGRITY], REPORT_NOT_MET, "notifications of DM 1.3 pass unchecked");
	else if (takes_unsecured(r, a))
		found(&f[C_INTEGRITY], REPORT_NOT_MET,
		      "account %s takes bootstrap messages that nothing secures", a->name);
	else
		found(&f[C_INTEGRITY], REPORT_MET,
		      "a notification whose digest is not right never reaches the application");
	if (a && (!a->server.key || a->server.key_state))
		found(&f[C_HMAC], REPORT_NOT_MET,
		      "the key of the server credential cannot be used: its notifications are dropped");
	else
		found(&f[C_HMAC], REPORT_MET, "the digest of the notification, made as the HMAC-MD5 is");
	found(&f[C_HMAC_FRESH], REPORT_NOT_APPLICABLE,
	      "a notification has the nonce of the session before; a session id serves once with it");
	found(&f[C_HMAC_SECURED], REPORT_NOT_APPLICABLE, "a notification is not answered");
	found(&f[C_SECRECY], REPORT_NOT_MET, "notifications are not encrypted");
	found(&f[C_ENCRYPTION], REPORT_NOT_APPLICABLE, "no transport-neutral confidentiality is used");
	found(&f[C_OBJECTS], REPORT_NOT_APPLICABLE, "a notification has no management objects");
	found(&f[C_ACL], REPORT_NOT_APPLICABLE, "a notification has no management objects");
	found(&f[C_BINDING], REPORT_NOT_APPLICABLE, "datagrams carry no HTTP");
	found(&f[C_LAYER], REPORT_MET, "the digest of the notification");
}

void report_rule(const struct omasec_rule *r, const struct omasec_account *a,
		 struct report_finding *findings)
{
	find_sessionless(r, a, &findings[C_SESSIONLESS]);
	if (r->protocol == OMASEC_PROTOCOL_UDP && !rule_posts(r)) {
		find_datagrams(r, a, findings);
		return;
	}
	if (r->protocol == OMASEC_PROTOCOL_UDP)
		find_records(r, findings);
	else
		find_transport(r, findings);
	find_integrity(r, a, findings);
	find_secrecy(r, findings);
	find_cr2(r, findings);
}
