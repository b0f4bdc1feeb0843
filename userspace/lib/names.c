// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The words for the values of the netlink contract, spelled as in
 * Documentation/netlink/specs/omasec.yaml. tests/unit/test_names.c compares.
 */
#include <errno.h>
#include <string.h>

#include <omasec.h>

#include "kmod/proto/reason.h"

#define NAMES(...) { (const char *const[]){ __VA_ARGS__ }, \
		     sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *) }

static const struct {
	const char *const *name;
	unsigned int count;
} names[OMASEC_NAMES_COUNT] = {
	/* The reasons stand in kmod/proto/reason.c. */
	[OMASEC_NAMES_REASON] = { NULL, OMASEC_REASONS },
	[OMASEC_NAMES_DIRECTION] = NAMES("out", "in"),
	[OMASEC_NAMES_PATH] = NAMES("rx", "tx"),
	[OMASEC_NAMES_ROLE] = NAMES("auto", "client", "server"),
	[OMASEC_NAMES_BINDING] = NAMES("http", "wsp", "obex", "wsp-post", "wtp"),
	[OMASEC_NAMES_INTEGRITY] = NAMES("none", "hmac", "on-challenge", "both", "signature", "any"),
	[OMASEC_NAMES_TRANSPORT] = NAMES("plain", "authenticated"),
	[OMASEC_NAMES_AUTH_MODE] = NAMES("transparent", "native", "static"),
	[OMASEC_NAMES_OTHER] = NAMES("deny", "pass"),
	[OMASEC_NAMES_ON_DENY] = NAMES("reset", "http"),
	[OMASEC_NAMES_HELPER_LOST] = NAMES("reject", "hold"),
	[OMASEC_NAMES_FIRST_CONTACT] = NAMES("nonce", "challenge"),
	[OMASEC_NAMES_CONFIDENTIALITY] = NAMES("none", "message", "objects", "whole"),
	[OMASEC_NAMES_CONTENT_CIPHER] = NAMES("aes-256-gcm", "aes-128-gcm", "aes-256-cbc", "aes-128-cbc"),
	[OMASEC_NAMES_OBJECT_SIGNATURE] = NAMES("none", "accept", "require", "sign", "both"),
	[OMASEC_NAMES_ENCODING] = NAMES("as-sent", "wbxml"),
	[OMASEC_NAMES_APP_CRED] = NAMES("pass", "strip"),
	[OMASEC_NAMES_MAC_FORM] = NAMES("oma", "rfc2104"),
	[OMASEC_NAMES_MAC_STATE] = NAMES("unchecked", "ok", "missing", "wrong", "replayed",
					 "malformed", "user-unknown"),
	[OMASEC_NAMES_VERDICT] = NAMES("none", "accept", "reject", "respond"),
	[OMASEC_NAMES_EVENT_KIND] = NAMES("refused", "attached", "detached", "challenged",
					  "helper-up", "helper-down", "config", "key", "accepted",
					  "secured", "pin-wanted", "acl-denied"),
	[OMASEC_NAMES_HTTP_KIND] = NAMES("request", "response"),
	[OMASEC_NAMES_PROTOCOL] = NAMES("tcp", "udp"),
	[OMASEC_NAMES_TLS] = NAMES("forbid", "allow", "require"),
	[OMASEC_NAMES_TLS_CHECK] = NAMES("all", "start"),
	[OMASEC_NAMES_NOTIFICATION_13] = NAMES("refuse", "pass"),
	[OMASEC_NAMES_NONCE_RESYNC] = NAMES("off", "on", "ascii"),
	[OMASEC_NAMES_BOOTSTRAP_HTTP] = NAMES("check", "fetch", "refuse"),
	[OMASEC_NAMES_SESSIONLESS] = NAMES("refuse", "accept"),
	[OMASEC_NAMES_MESSAGE_KIND] = NAMES("session", "bootstrap", "notification", "sessionless"),
	[OMASEC_NAMES_BLOB_KIND] = NAMES("push", "notification", "bootstrap-dm", "bootstrap-cp",
					 "message"),
	[OMASEC_NAMES_SEC] = NAMES("none", "netwpin", "userpin", "usernetwpin", "userpinmac"),
	[OMASEC_NAMES_USERNETWPIN] = NAMES("concat", "colon"),
	[OMASEC_NAMES_BOOTSTRAP_UNSECURED] = NAMES("refuse", "accept"),
	[OMASEC_NAMES_ENCRYPTION_PROFILE] = NAMES("standard", "legacy"),
};

unsigned int omasec_name_count(enum omasec_names which)
{
	return (unsigned int)which < OMASEC_NAMES_COUNT ? names[which].count : 0;
}

const char *omasec_name(enum omasec_names which, unsigned int value)
{
	if (value >= omasec_name_count(which))
		return "unknown";
	return names[which].name ? names[which].name[value] : omasec_reason_name(value);
}

int omasec_value(enum omasec_names which, const char *name)
{
	unsigned int i;

	for (i = 0; i < omasec_name_count(which); i++)
		if (!strcmp(omasec_name(which, i), name))
			return (int)i;
	return -EINVAL;
}
