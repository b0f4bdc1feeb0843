// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which attribute of Documentation/netlink/specs/omasec.yaml is kept in which
 * member, and what it is called when the module complains about it.
 */
#include "internal.h"

#define C(a, t, m, n) GENL_FIELD(OMASEC_A_CRED_##a, t, struct omasec_cred, m, n)
static const struct genl_field cred_fields[] = {
	C(USER, GENL_STR, user, "user"),
	C(KEY, GENL_S32, key, "key"),
	C(NONCE, GENL_NONCE, nonce, "nonce"),
	C(HAS_NONCE, GENL_FLAG, nonce.known, "has-nonce"),
	C(KEY_STATE, GENL_S32, key_state, "key-state"),
	C(AGREED, GENL_NONCE, agreed, "agreed"),
	C(HAS_AGREED, GENL_FLAG, agreed.known, "has-agreed"),
	C(AGREED_USED, GENL_U32, agreed_used, "agreed-used"),
};
const struct genl_set omasec_set_cred = GENL_SET(cred_fields, OMASEC_A_CRED_MAX);

#define A(a, t, m, n) GENL_FIELD(OMASEC_A_ACCOUNT_##a, t, struct omasec_account, m, n)
static const struct genl_field account_fields[] = {
	A(NAME, GENL_STR, name, "name"),
	A(SERVER_ID, GENL_STR, server_id, "server-id"),
	GENL_FIELD_NEST(OMASEC_A_ACCOUNT_CLIENT, struct omasec_account, client, &omasec_set_cred,
			"client"),
	GENL_FIELD_NEST(OMASEC_A_ACCOUNT_SERVER, struct omasec_account, server, &omasec_set_cred,
			"server"),
	A(MAC_FORM, GENL_U8, mac_form, "mac-form"),
	A(APP_CRED, GENL_U8, app_cred, "app-cred"),
	GENL_FIELD_NAME(OMASEC_A_ACCOUNT_FLAGS, "flags"),
	A(NETW_KEY, GENL_S32, netw.key, "netw-key"),
	A(PIN_KEY, GENL_S32, pin.key, "pin-key"),
	A(SIGN_KEY, GENL_S32, sign.key, "sign-key"),
	A(WRAP_KEY, GENL_S32, wrap.key, "wrap-key"),
	A(LEGACY_WRAP_KEY, GENL_S32, legacy_wrap.key, "legacy-wrap-key"),
	A(USERNETWPIN, GENL_U8, usernetwpin, "usernetwpin"),
	A(BOOTSTRAP_UNSECURED, GENL_U8, bootstrap_unsecured, "bootstrap-unsecured"),
	A(NETW_KEY_STATE, GENL_S32, netw.key_state, "netw-key-state"),
	A(PIN_KEY_STATE, GENL_S32, pin.key_state, "pin-key-state"),
	A(SIGN_KEY_STATE, GENL_S32, sign.key_state, "sign-key-state"),
	A(WRAP_KEY_STATE, GENL_S32, wrap.key_state, "wrap-key-state"),
	A(LEGACY_WRAP_KEY_STATE, GENL_S32, legacy_wrap.key_state, "legacy-wrap-key-state"),
	A(ENCRYPTION_PROFILE, GENL_U8, encryption_profile, "encryption-profile"),
	A(PIN_FAILURES, GENL_U8, pin_failures, "pin-failures"),
	A(PIN_LOCKED, GENL_U32, pin_locked, "pin-locked"),
	A(DECRYPTION_BLOCKED, GENL_U32, decryption_blocked, "decryption-blocked"),
	A(MESSAGES_OK, GENL_U64, messages_ok, "messages-ok"),
	A(MESSAGES_REFUSED, GENL_U64, messages_refused, "messages-refused"),
};
const struct genl_set omasec_set_account = GENL_SET(account_fields, OMASEC_A_ACCOUNT_MAX);

#define R(a, t, m, n) GENL_FIELD(OMASEC_A_RULE_##a, t, struct omasec_rule, m, n)
#define R_AUX(a, t, m, x, n) GENL_FIELD_AUX(OMASEC_A_RULE_##a, t, struct omasec_rule, m, x, n)
static const struct genl_field rule_fields[] = {
	R(ID, GENL_U32, id, "id"),
	R(NAME, GENL_STR, name, "name"),
	R(DIRECTION, GENL_U8, direction, "direction"),
	R(PORT_MIN, GENL_U16, port_min, "port-min"),
	R(PORT_MAX, GENL_U16, port_max, "port-max"),
	R_AUX(ADDRESS, GENL_ADDR, address, family, "address"),
	R(PREFIX, GENL_U8, prefix, "prefix"),
	R_AUX(UID, GENL_U32, uid, has_uid, "uid"),
	R_AUX(CGROUP, GENL_U64, cgroup, has_cgroup, "cgroup"),
	R(ACCOUNT, GENL_STR, account, "account"),
	R(ROLE, GENL_U8, role, "role"),
	R(BINDING, GENL_U8, binding, "binding"),
	R(INTEGRITY, GENL_U8, integrity, "integrity"),
	R(TRANSPORT, GENL_U8, transport, "transport"),
	R(AUTH_MODE, GENL_U8, auth_mode, "auth-mode"),
	R(FIRST_CONTACT, GENL_U8, first_contact, "first-contact"),
	R(CONFIDENTIALITY, GENL_U8, confidentiality, "confidentiality"),
	R(CONTENT_CIPHER, GENL_U8, content_cipher, "content-cipher"),
	R(OBJECT_SIGNATURE, GENL_U8, object_signature, "object-signature"),
	R(ENCODING, GENL_U8, encoding, "encoding"),
	R(OTHER, GENL_U8, other, "other"),
	R(MAX_MESSAGE, GENL_U32, max_message, "max-message"),
	R(DEADLINE_MS, GENL_U32, deadline_ms, "deadline-ms"),
	R(ON_DENY, GENL_U8, on_deny, "on-deny"),
	R(HELPER_LOST, GENL_U8, helper_lost, "helper-lost"),
	R(PROTOCOL, GENL_U8, protocol, "protocol"),
	R(TLS, GENL_U8, tls, "tls"),
	R(TLS_CHECK, GENL_U8, tls_check, "tls-check"),
	R(TLS_MIN, GENL_U16, tls_min, "tls-min"),
	R(UNPROTECTED, GENL_FLAG, unprotected, "unprotected"),
	R(NOTIFICATION_13, GENL_U8, notification_13, "notification-1.3"),
	R(NONCE_RESYNC, GENL_U8, nonce_resync, "nonce-resync"),
	R(PIN_WAIT, GENL_U32, pin_wait, "pin-wait"),
	R(BOOTSTRAP, GENL_U8, bootstrap, "bootstrap"),
	R(SESSIONLESS, GENL_U8, sessionless, "sessionless"),
	R(FLOWS, GENL_U32, flows, "flows"),
	R(HITS, GENL_U64, hits, "hits"),
	R(RX_MAC, GENL_U64, seen.rx_mac, "rx-mac"),
	R(TX_MAC, GENL_U64, seen.tx_mac, "tx-mac"),
	R(RX_PLAIN, GENL_U64, seen.rx_plain, "rx-plain"),
	R(TX_PLAIN, GENL_U64, seen.tx_plain, "tx-plain"),
	R(PASSED, GENL_U64, seen.passed, "passed"),
	R(REFUSED, GENL_U64, seen.refused, "refused"),
};
const struct genl_set omasec_set_rule = GENL_SET(rule_fields, OMASEC_A_RULE_MAX);

#define F(a, t, m, n) GENL_FIELD(OMASEC_A_FLOW_##a, t, struct omasec_flow, m, n)
static const struct genl_field flow_fields[] = {
	F(ID, GENL_U64, id, "id"),
	F(FAMILY, GENL_U16, family, "family"),
	F(LOCAL_ADDRESS, GENL_ADDR, local, "local-address"),
	F(LOCAL_PORT, GENL_U16, local_port, "local-port"),
	F(PEER_ADDRESS, GENL_ADDR, peer, "peer-address"),
	F(PEER_PORT, GENL_U16, peer_port, "peer-port"),
	F(UID, GENL_U32, uid, "uid"),
	F(RULE, GENL_U32, rule, "rule"),
	F(ACCOUNT, GENL_STR, account, "account"),
	F(DIRECTION, GENL_U8, direction, "direction"),
	F(RX_MESSAGES, GENL_U64, rx_messages, "rx-messages"),
	F(TX_MESSAGES, GENL_U64, tx_messages, "tx-messages"),
	F(RX_BYTES, GENL_U64, rx_bytes, "rx-bytes"),
	F(TX_BYTES, GENL_U64, tx_bytes, "tx-bytes"),
	F(RX_STATE, GENL_STR, rx_state, "rx-state"),
	F(TX_STATE, GENL_STR, tx_state, "tx-state"),
	F(REASON, GENL_U32, reason, "reason"),
	F(INODE, GENL_U64, inode, "inode"),
	F(LISTENER, GENL_FLAG, listener, "listener"),
	F(TLS_VERSION, GENL_U16, tls_version, "tls-version"),
	F(TLS_SUITE, GENL_U16, tls_suite, "tls-suite"),
	F(TLS_NAME, GENL_STR, tls_name, "tls-name"),
	F(DATAGRAMS, GENL_FLAG, datagrams, "datagrams"),
};
const struct genl_set omasec_set_flow = GENL_SET(flow_fields, OMASEC_A_FLOW_MAX);

#define M(a, t, m, n) GENL_FIELD(OMASEC_A_MSG_##a, t, struct omasec_message, m, n)
static const struct genl_field message_fields[] = {
	M(COOKIE, GENL_U64, cookie, "cookie"),
	M(FLOW, GENL_U64, flow, "flow"),
	M(PATH, GENL_U8, path, "path"),
	M(ROLE, GENL_U8, role, "role"),
	M(RULE, GENL_U32, rule, "rule"),
	M(ACCOUNT, GENL_STR, account, "account"),
	M(USER, GENL_STR, user, "user"),
	M(MAC_STATE, GENL_U8, mac_state, "mac-state"),
	M(INTEGRITY, GENL_U8, integrity, "integrity"),
	M(AUTH_MODE, GENL_U8, auth_mode, "auth-mode"),
	M(FIRST_CONTACT, GENL_U8, first_contact, "first-contact"),
	M(CONFIDENTIALITY, GENL_U8, confidentiality, "confidentiality"),
	M(CONTENT_CIPHER, GENL_U8, content_cipher, "content-cipher"),
	M(OBJECT_SIGNATURE, GENL_U8, object_signature, "object-signature"),
	M(WBXML, GENL_FLAG, wbxml, "wbxml"),
	M(APP_CRED, GENL_U8, app_cred, "app-cred"),
	M(HTTP_KIND, GENL_U8, http_kind, "http-kind"),
	M(CONTENT_TYPE, GENL_STR, content_type, "content-type"),
	M(LENGTH, GENL_U32, length, "length"),
	M(DEADLINE_MS, GENL_U32, deadline_ms, "deadline-ms"),
	M(BINDING, GENL_U8, binding, "binding"),
	M(TAKE, GENL_U8, take, "take"),
	M(AGREED, GENL_NONCE, agreed, "agreed"),
	M(AGREED_MAC, GENL_OCTETS, agreed_mac, "agreed-mac"),
	GENL_FIELD_NAME(OMASEC_A_MSG_OFFSET, "offset"),
	GENL_FIELD_NAME(OMASEC_A_MSG_CHUNK, "chunk"),
	GENL_FIELD_NAME(OMASEC_A_MSG_VERDICT, "verdict"),
	GENL_FIELD_NAME(OMASEC_A_MSG_REASON, "reason"),
	GENL_FIELD_NAME(OMASEC_A_MSG_MAC_NONCE, "mac-nonce"),
	GENL_FIELD_NAME(OMASEC_A_MSG_NO_MAC, "no-mac"),
	GENL_FIELD_NAME(OMASEC_A_MSG_EXPECT_NONCE, "expect-nonce"),
	GENL_FIELD_NAME(OMASEC_A_MSG_DETAIL, "detail"),
	GENL_FIELD_NAME(OMASEC_A_MSG_SESSIONLESS, "sessionless"),
	GENL_FIELD_NAME(OMASEC_A_MSG_AGREED_USED, "agreed-used"),
	GENL_FIELD_NAME(OMASEC_A_MSG_DENIED, "denied"),
	GENL_FIELD_NAME(OMASEC_A_MSG_DENIALS, "denials"),
	GENL_FIELD_NAME(OMASEC_A_MSG_CRED, "cred"),
};
const struct genl_set omasec_set_message = GENL_SET(message_fields, OMASEC_A_MSG_MAX);

static const struct genl_field chunk_fields[] = {
	GENL_FIELD(OMASEC_A_MSG_COOKIE, GENL_U64, struct reply_chunk, cookie, "cookie"),
	GENL_FIELD(OMASEC_A_MSG_OFFSET, GENL_U32, struct reply_chunk, offset, "offset"),
	GENL_FIELD(OMASEC_A_MSG_CHUNK, GENL_BYTES, struct reply_chunk, chunk, "chunk"),
};
const struct genl_set omasec_set_chunk = GENL_SET(chunk_fields, OMASEC_A_MSG_MAX);

static const struct genl_field msg_cred_fields[] = {
	GENL_FIELD(OMASEC_A_MSG_MAC_STATE, GENL_U8, struct reply_cred, mac_state, "mac-state"),
	GENL_FIELD(OMASEC_A_MSG_CRED, GENL_BYTES, struct reply_cred, cred, "cred"),
	GENL_FIELD_NAME(OMASEC_A_MSG_COOKIE, "cookie"),
	GENL_FIELD_NAME(OMASEC_A_MSG_MAC_NONCE, "mac-nonce"),
};
const struct genl_set omasec_set_msg_cred = GENL_SET(msg_cred_fields, OMASEC_A_MSG_MAX);

static const struct genl_field counter_fields[] = {
	GENL_FIELD(OMASEC_A_COUNTER_NAME, GENL_STR, struct omasec_counter, name, "name"),
	GENL_FIELD(OMASEC_A_COUNTER_VALUE, GENL_U64, struct omasec_counter, value, "value"),
	GENL_FIELD_AUX(OMASEC_A_COUNTER_REASON, GENL_U32, struct omasec_counter, reason, refusal,
		       "reason"),
};
const struct genl_set omasec_set_counter = GENL_SET(counter_fields, OMASEC_A_COUNTER_MAX);

#define S(a, t, m, n) GENL_FIELD(OMASEC_A_STATUS_##a, t, struct omasec_status, m, n)
static const struct genl_field status_fields[] = {
	S(VERSION, GENL_STR, version, "version"),
	S(ABI, GENL_U32, abi, "abi"),
	S(HELPER, GENL_U32, helper, "helper"),
	S(HELPER_VERSION, GENL_STR, helper_version, "helper-version"),
	S(ACCOUNTS, GENL_U32, accounts, "accounts"),
	S(RULES, GENL_U32, rules, "rules"),
	S(FLOWS, GENL_U32, flows, "flows"),
	S(LISTENERS, GENL_U32, listeners, "listeners"),
	S(PENDING, GENL_U32, pending, "pending"),
	S(MEMORY, GENL_U64, memory, "memory"),
	S(MEMORY_MAX, GENL_U64, memory_max, "memory-max"),
	S(MD5_DRIVER, GENL_STR, md5_driver, "md5-driver"),
	S(SHA256_DRIVER, GENL_STR, sha256_driver, "sha256-driver"),
	S(SHA384_DRIVER, GENL_STR, sha384_driver, "sha384-driver"),
	S(SHA512_DRIVER, GENL_STR, sha512_driver, "sha512-driver"),
	S(AES_DRIVER, GENL_STR, aes_driver, "aes-driver"),
	S(GCM_DRIVER, GENL_STR, gcm_driver, "gcm-driver"),
	S(CBC_DRIVER, GENL_STR, cbc_driver, "cbc-driver"),
	S(NEEDS_HELPER, GENL_FLAG, needs_helper, "needs-helper"),
	S(GENERATION, GENL_U32, generation, "generation"),
	S(WAITING, GENL_U32, waiting, "waiting"),
};
const struct genl_set omasec_set_status = GENL_SET(status_fields, OMASEC_A_STATUS_MAX);

static const struct genl_field config_fields[] = {
	GENL_FIELD(OMASEC_A_CONFIG_REPLACE, GENL_FLAG, struct reply_config, replace, "replace"),
	GENL_FIELD(OMASEC_A_CONFIG_GENERATION, GENL_U32, struct reply_config, generation,
		   "generation"),
};
const struct genl_set omasec_set_config = GENL_SET(config_fields, OMASEC_A_CONFIG_MAX);

static const struct genl_field attach_fields[] = {
	GENL_FIELD_NAME(OMASEC_A_FLOW_FD, "fd"),
	GENL_FIELD(OMASEC_A_FLOW_ENDED, GENL_FLAG, struct reply_attach, ended, "ended"),
};
const struct genl_set omasec_set_attach = GENL_SET(attach_fields, OMASEC_A_FLOW_MAX);

static const struct genl_field register_fields[] = {
	GENL_FIELD_NAME(OMASEC_A_HELPER_ABI, "abi"),
	GENL_FIELD_NAME(OMASEC_A_HELPER_VERSION, "version"),
	GENL_FIELD_NAME(OMASEC_A_HELPER_REPLACE, "replace"),
};
const struct genl_set omasec_set_register = GENL_SET(register_fields, OMASEC_A_HELPER_MAX);

#define D(a, t, m, n) GENL_FIELD(OMASEC_A_DENIAL_##a, t, struct omasec_denial, m, n)
static const struct genl_field denial_fields[] = {
	D(SERVER, GENL_STR, server, "server"),
	D(COMMAND, GENL_STR, command, "command"),
	D(URI, GENL_STR, uri, "uri"),
	D(STATUS, GENL_U16, status, "status"),
	D(CLAUSE, GENL_STR, clause, "clause"),
};
static const struct genl_set denial_set = GENL_SET(denial_fields, OMASEC_A_DENIAL_MAX);

#define E(a, t, m, n) GENL_FIELD(OMASEC_A_EVENT_##a, t, struct omasec_event, m, n)
#define E_AUX(a, t, m, x, n) GENL_FIELD_AUX(OMASEC_A_EVENT_##a, t, struct omasec_event, m, x, n)
static const struct genl_field event_fields[] = {
	E(KIND, GENL_U8, kind, "kind"),
	E(TIME_NS, GENL_U64, time_ns, "time-ns"),
	E(REASON, GENL_U32, reason, "reason"),
	E(ERRNO, GENL_S32, error, "errno"),
	E(FLOW, GENL_U64, flow, "flow"),
	E(FAMILY, GENL_U16, family, "family"),
	E(LOCAL_ADDRESS, GENL_ADDR, local, "local-address"),
	E(LOCAL_PORT, GENL_U16, local_port, "local-port"),
	E(PEER_ADDRESS, GENL_ADDR, peer, "peer-address"),
	E(PEER_PORT, GENL_U16, peer_port, "peer-port"),
	E_AUX(DIRECTION, GENL_U8, direction, has_direction, "direction"),
	E_AUX(UID, GENL_U32, uid, has_uid, "uid"),
	E(RULE, GENL_U32, rule, "rule"),
	E(ACCOUNT, GENL_STR, account, "account"),
	E(USER, GENL_STR, user, "user"),
	E_AUX(PATH, GENL_U8, path, has_path, "path"),
	E(COOKIE, GENL_U64, cookie, "cookie"),
	E(TEXT, GENL_STR, text, "text"),
	E_AUX(MESSAGE, GENL_U8, message, has_message, "message"),
	E(TLS_VERSION, GENL_U16, tls_version, "tls-version"),
	E(TLS_SUITE, GENL_U16, tls_suite, "tls-suite"),
	E(TLS_NAME, GENL_STR, tls_name, "tls-name"),
	E(WAIT, GENL_U32, wait, "wait"),
	E(SEC, GENL_U8, sec, "sec"),
	GENL_FIELD_NEST(OMASEC_A_EVENT_DENIAL, struct omasec_event, denial, &denial_set, "denial"),
	E(MORE, GENL_U32, more, "more"),
};
const struct genl_set omasec_set_event = GENL_SET(event_fields, OMASEC_A_EVENT_MAX);

#define B_NAMES \
	GENL_FIELD_NAME(OMASEC_A_BLOB_ROLE, "role"), GENL_FIELD_NAME(OMASEC_A_BLOB_PIN, "pin"), \
	GENL_FIELD_NAME(OMASEC_A_BLOB_BODY, "body")

#define V(a, t, m, n) GENL_FIELD(OMASEC_A_BLOB_##a, t, struct reply_verdict, v.m, n)
#define V_AUX(a, t, m, x, n) \
	GENL_FIELD_AUX(OMASEC_A_BLOB_##a, t, struct reply_verdict, v.m, x, n)
static const struct genl_field blob_verdict_fields[] = {
	V(KIND, GENL_U8, kind, "kind"),
	V(ACCOUNT, GENL_STR, account, "account"),
	V(SEC, GENL_U8, sec, "sec"),
	V_AUX(REASON, GENL_U32, reason, has_reason, "reason"),
	V(TEXT, GENL_STR, text, "text"),
	V(USER, GENL_STR, user, "user"),
	V_AUX(MESSAGE, GENL_U8, message, v.has_message, "message"),
	V(SESSION, GENL_U16, session, "session"),
	V(UNCHECKED, GENL_FLAG, unchecked, "unchecked"),
	V(OFFSET, GENL_U32, offset, "offset"),
	V(LENGTH, GENL_U32, length, "length"),
	GENL_FIELD_NAME(OMASEC_A_BLOB_CONTENT_TYPE, "content-type"),
	GENL_FIELD_NAME(OMASEC_A_BLOB_MAC, "mac"),
	GENL_FIELD_NAME(OMASEC_A_BLOB_HMAC, "hmac"),
	B_NAMES,
};
const struct genl_set omasec_set_blob_verdict = GENL_SET(blob_verdict_fields, OMASEC_A_BLOB_MAX);

#define P(a, t, m, n) GENL_FIELD(OMASEC_A_BLOB_##a, t, struct reply_protection, m, n)
static const struct genl_field blob_protection_fields[] = {
	P(ACCOUNT, GENL_STR, p.account, "account"),
	P(CONTENT_TYPE, GENL_STR, p.content_type, "content-type"),
	P(SEC, GENL_U8, p.sec, "sec"),
	P(MAC, GENL_STR, p.mac, "mac"),
	P(HMAC, GENL_STR, p.hmac, "hmac"),
	P(DIGEST, GENL_BYTES, digest, "digest"),
	GENL_FIELD_NAME(OMASEC_A_BLOB_KIND, "kind"),
	B_NAMES,
};
const struct genl_set omasec_set_blob_protection =
	GENL_SET(blob_protection_fields, OMASEC_A_BLOB_MAX);

#define W(a, t, m, n) GENL_FIELD(OMASEC_A_WAIT_##a, t, struct reply_wait, w.m, n)
static const struct genl_field wait_fields[] = {
	W(ID, GENL_U32, id, "id"),
	W(ACCOUNT, GENL_STR, account, "account"),
	W(RULE, GENL_U32, rule, "rule"),
	W(SEC, GENL_U8, sec, "sec"),
	W(KIND, GENL_U8, kind, "kind"),
	W(FAMILY, GENL_U16, family, "family"),
	W(LOCAL_ADDRESS, GENL_ADDR, local, "local-address"),
	W(LOCAL_PORT, GENL_U16, local_port, "local-port"),
	W(PEER_ADDRESS, GENL_ADDR, peer, "peer-address"),
	W(PEER_PORT, GENL_U16, peer_port, "peer-port"),
	W(LENGTH, GENL_U32, length, "length"),
	W(SECONDS, GENL_U32, seconds, "seconds"),
	W(TRIES, GENL_U32, tries, "tries"),
	GENL_FIELD_NAME(OMASEC_A_WAIT_PIN, "pin"),
	GENL_FIELD_NAME(OMASEC_A_WAIT_REFUSE, "refuse"),
	GENL_FIELD_AUX(OMASEC_A_WAIT_REASON, GENL_U32, struct reply_wait, w.reason, has_reason,
		       "reason"),
	W(TEXT, GENL_STR, text, "text"),
	W(WAITS, GENL_FLAG, waits, "waits"),
};
const struct genl_set omasec_set_wait = GENL_SET(wait_fields, OMASEC_A_WAIT_MAX);

static const struct genl_field crypto_fields[] = {
	GENL_FIELD_NAME(OMASEC_A_CRYPTO_OP, "op"),
	GENL_FIELD_NAME(OMASEC_A_CRYPTO_ACCOUNT, "account"),
	GENL_FIELD(OMASEC_A_CRYPTO_DATA, GENL_BYTES, struct reply_crypto, data, "data"),
};
const struct genl_set omasec_set_crypto = GENL_SET(crypto_fields, OMASEC_A_CRYPTO_MAX);
