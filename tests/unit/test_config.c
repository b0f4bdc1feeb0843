// SPDX-License-Identifier: GPL-2.0
/*
 * omasec.conf(5): what is taken, what is refused, in which words and for which
 * line.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <cmocka.h>

#include "userspace/tool/config.h"
#include "userspace/tool/value.h"

#define ACCOUNT "[account a]\nserver-id = id\nclient-name = dev\n"
#define LEGACY "encryption-profile = legacy\n"
#define UDP "[rule r]\nprotocol = udp\ndirection = in\nport = 2948\naccount = a\n"
#define POST "[rule r]\nprotocol = udp\nbinding = wsp-post\ndirection = out\nport = 9200\naccount = a\n"
#define RULE "[rule r]\ndirection = out\nport = 80\naccount = a\n"

static struct config c;

static int parse(const char *text)
{
	config_free(&c);
	return config_parse(&c, text, strlen(text));
}

static int teardown(void **state)
{
	(void)state;
	config_free(&c);
	return 0;
}

/* ------------------------------------------------------------------ taken */

static void takes_every_key_of_an_account(void **state)
{
	const struct omasec_account *a;

	(void)state;
	assert_int_equal(parse("[account srv-1.x@y_z]\n"
			       "server-id = com.example.dm\n"
			       "client-name = IMEI:1\n"
			       "client-secret-file = /etc/c\n"
			       "client-nonce = text:Nonce\n"
			       "server-name: other\n"
			       "server-secret-fd = 7\n"
			       "server-nonce = base64:AP8=\n"
			       "mac-form = rfc2104\n"
			       "app-cred = strip\n"
			       "usernetwpin = colon\n"
			       "client-agreed-nonce = text:one\nserver-agreed-nonce = base64:AP8=\n"
			       "private-key-file = k.pem\npublic-key-file = /etc/peer.pub\n"
			       "decrypt-key-file = d.pem\nencrypt-key-file = e.pub\n"
			       "bootstrap-unsecured = accept\n"), 0);
	assert_int_equal(c.account_count, 1);
	assert_string_equal(c.account[0].key_file[0], "k.pem");
	assert_string_equal(c.account[0].key_file[1], "/etc/peer.pub");
	assert_string_equal(c.account[0].key_file[2], "d.pem");
	assert_string_equal(c.account[0].key_file[3], "e.pub");
	a = &c.account[0].a;
	assert_string_equal(a->name, "srv-1.x@y_z");
	assert_string_equal(a->server_id, "com.example.dm");
	assert_string_equal(a->client.user, "IMEI:1");
	assert_string_equal(c.account[0].secret[WHO_CLIENT].file, "/etc/c");
	assert_int_equal(c.account[0].secret[WHO_CLIENT].fd, -1);
	assert_true(a->client.nonce.known);
	assert_int_equal(a->client.nonce.len, 5);
	assert_memory_equal(a->client.nonce.data, "Nonce", 5);
	assert_string_equal(a->server.user, "other");
	assert_null(c.account[0].secret[WHO_SERVER].file);
	assert_int_equal(c.account[0].secret[WHO_SERVER].fd, 7);
	assert_int_equal(a->server.nonce.len, 2);
	assert_memory_equal(a->server.nonce.data, "\0\xff", 2);
	assert_int_equal(a->mac_form, OMASEC_MAC_FORM_RFC2104);
	assert_int_equal(a->app_cred, OMASEC_APP_CRED_STRIP);
	assert_int_equal(a->usernetwpin, OMASEC_USERNETWPIN_COLON);
	assert_int_equal(a->client.agreed.len, 3);
	assert_memory_equal(a->client.agreed.data, "one", 3);
	assert_int_equal(a->server.agreed.len, 2);
	assert_memory_equal(a->server.agreed.data, "\x00\xff", 2);
	assert_int_equal(a->bootstrap_unsecured, OMASEC_BOOTSTRAP_UNSECURED_ACCEPT);
}

static void takes_every_key_of_a_rule(void **state)
{
	const struct omasec_rule *r;

	(void)state;
	assert_int_equal(parse(ACCOUNT "[rule r]\n"
			       "direction = in\n"
			       "port = 80-90\n"
			       "address = 192.0.2.0/24\n"
			       "uid = daemon\n"
			       "cgroup = system.slice/dm.service\n"
			       "account = a\n"
			       "role = server\n"
			       "binding = http\n"
			       "integrity = hmac\n"
			       "auth-mode = native\n"
			       "first-contact = challenge\n"
			       "other = pass\n"
			       "max-message = 64K\n"
			       "deadline = 2s\n"
			       "on-deny = http\n"
			       "helper-lost = hold\n"
			       "tls = allow\n"
			       "tls-check = start\n"
			       "tls-min = 1.3\n"
			       "unprotected = no\n"), 0);
	r = &c.rule[0].r;
	assert_string_equal(r->name, "r");
	assert_int_equal(r->direction, OMASEC_DIRECTION_IN);
	assert_int_equal(r->port_min, 80);
	assert_int_equal(r->port_max, 90);
	assert_int_equal(r->family, AF_INET);
	assert_int_equal(r->prefix, 24);
	assert_memory_equal(r->address, "\xc0\x00\x02\x00", 4);
	assert_string_equal(c.rule[0].uid, "daemon");
	assert_string_equal(c.rule[0].cgroup, "system.slice/dm.service");
	assert_string_equal(r->account, "a");
	assert_int_equal(r->role, OMASEC_ROLE_SERVER);
	assert_int_equal(r->integrity, OMASEC_INTEGRITY_HMAC);
	assert_int_equal(r->auth_mode, OMASEC_AUTH_MODE_NATIVE);
	assert_int_equal(r->first_contact, OMASEC_FIRST_CONTACT_CHALLENGE);
	assert_int_equal(r->other, OMASEC_OTHER_PASS);
	assert_int_equal(r->max_message, 65536);
	assert_int_equal(r->deadline_ms, 2000);
	assert_int_equal(r->on_deny, OMASEC_ON_DENY_HTTP);
	assert_int_equal(r->helper_lost, OMASEC_HELPER_LOST_HOLD);
	assert_int_equal(r->tls, OMASEC_TLS_ALLOW);
	assert_int_equal(r->tls_check, OMASEC_TLS_CHECK_START);
	assert_int_equal(r->tls_min, 0x0304);
	assert_false(r->unprotected);
}

static void takes_every_key_of_datagrams(void **state)
{
	const struct omasec_rule *r;

	(void)state;
	assert_int_equal(parse(ACCOUNT UDP "tls = forbid\nnonce-resync = ascii\n"
			       "notification-1.3 = pass\nmax-message = 2K\nother = pass\n"
			       "pin-wait = 0\nsessionless = accept\ndeadline = 2s\n"), 0);
	r = &c.rule[0].r;
	assert_int_equal(r->protocol, OMASEC_PROTOCOL_UDP);
	assert_int_equal(r->binding, OMASEC_BINDING_WSP);
	assert_int_equal(r->tls, OMASEC_TLS_FORBID);
	assert_int_equal(r->nonce_resync, OMASEC_NONCE_RESYNC_ASCII);
	assert_int_equal(r->sessionless, OMASEC_SESSIONLESS_ACCEPT);
	assert_int_equal(r->deadline_ms, 2000);
	assert_int_equal(r->notification_13, OMASEC_NOTIFICATION_13_PASS);
	assert_int_equal(r->pin_wait, 0);
	assert_int_equal(parse(ACCOUNT UDP), 0);
	r = &c.rule[0].r;
	assert_int_equal(r->pin_wait, 300);
	assert_int_equal(r->nonce_resync, OMASEC_NONCE_RESYNC_OFF);
	assert_int_equal(r->sessionless, OMASEC_SESSIONLESS_REFUSE);
	assert_int_equal(r->notification_13, OMASEC_NOTIFICATION_13_REFUSE);
	assert_int_equal(r->integrity, OMASEC_INTEGRITY_HMAC);
}

static void takes_every_key_of_posts(void **state)
{
	const struct omasec_rule *r;

	(void)state;
	assert_int_equal(parse(ACCOUNT POST), 0);
	r = &c.rule[0].r;
	assert_int_equal(r->protocol, OMASEC_PROTOCOL_UDP);
	assert_int_equal(r->binding, OMASEC_BINDING_WSP_POST);
	assert_int_equal(r->tls, OMASEC_TLS_FORBID);
	assert_int_equal(r->auth_mode, OMASEC_AUTH_MODE_TRANSPARENT);
	assert_int_equal(parse(ACCOUNT POST "auth-mode = static\ntls = require\nother = pass\ndeadline = 2s\n"
			       "max-message = 32K\nhelper-lost = hold\nrole = server\n"), 0);
	r = &c.rule[0].r;
	assert_int_equal(r->auth_mode, OMASEC_AUTH_MODE_STATIC);
	assert_int_equal(r->tls, OMASEC_TLS_REQUIRE);
	assert_int_equal(r->role, OMASEC_ROLE_SERVER);
	assert_int_equal(r->max_message, 32768);
	assert_int_equal(parse(ACCOUNT POST "integrity = both\n"), 0);
	assert_int_equal(c.rule[0].r.encoding, OMASEC_ENCODING_AS_SENT);
	assert_int_equal(parse(ACCOUNT POST "integrity = both\nencoding = wbxml\n"), 0);
	assert_int_equal(parse(ACCOUNT POST "integrity = signature\nencoding = wbxml\n"), 0);
	assert_int_equal(parse(ACCOUNT POST "integrity = any\nencoding = wbxml\nconfidentiality = message\n"), 0);
	assert_int_equal(c.rule[0].r.encoding, OMASEC_ENCODING_WBXML);
	assert_int_equal(parse(ACCOUNT POST "integrity = signature\nconfidentiality = message\n"), 0);
	assert_int_equal(parse(ACCOUNT RULE "confidentiality = objects\nencoding = wbxml\n"), 0);
	assert_int_equal(parse(ACCOUNT POST "confidentiality = message\n"), 0);
	assert_int_equal(parse(ACCOUNT RULE "confidentiality = whole\nencoding = wbxml\n"), 0);
	assert_int_equal(c.rule[0].r.confidentiality, OMASEC_CONFIDENTIALITY_WHOLE);
	assert_int_equal(c.rule[0].r.content_cipher, OMASEC_CONTENT_CIPHER_AES_256_GCM);
	assert_int_equal(parse(ACCOUNT RULE "confidentiality = objects\ncontent-cipher = aes-128-gcm\n"), 0);
	assert_int_equal(c.rule[0].r.content_cipher, OMASEC_CONTENT_CIPHER_AES_128_GCM);
	assert_int_equal(parse(ACCOUNT LEGACY RULE "confidentiality = whole\ncontent-cipher = aes-128-cbc\n"), 0);
	assert_int_equal(c.rule[0].r.content_cipher, OMASEC_CONTENT_CIPHER_AES_128_CBC);
	assert_int_equal(c.account[0].a.encryption_profile, OMASEC_ENCRYPTION_PROFILE_LEGACY);
	assert_int_equal(parse(ACCOUNT LEGACY RULE), 0);
	assert_int_equal(parse(ACCOUNT POST "integrity = none\nunprotected = yes\n"), 0);
}

static void takes_what_fetches_bootstrap(void **state)
{
	(void)state;
	assert_int_equal(parse(ACCOUNT RULE "bootstrap = fetch\n"), 0);
	assert_int_equal(c.rule[0].r.bootstrap, OMASEC_BOOTSTRAP_HTTP_FETCH);
	assert_int_equal(parse(ACCOUNT RULE "bootstrap = refuse\n"), 0);
	assert_int_equal(c.rule[0].r.bootstrap, OMASEC_BOOTSTRAP_HTTP_REFUSE);
	assert_int_not_equal(parse(ACCOUNT UDP "bootstrap = check\n"), 0);
	assert_int_not_equal(parse(ACCOUNT RULE "role = server\nbootstrap = fetch\n"), 0);
	assert_int_not_equal(parse(ACCOUNT "[rule r]\ndirection = in\nport = 80\naccount = a\n"
				   "bootstrap = fetch\n"), 0);
	assert_int_equal(parse(ACCOUNT "[rule r]\ndirection = in\nport = 80\naccount = any\n"
			       "bootstrap = check\n"), 0);
}

static void defaults_are_the_safe_ones(void **state)
{
	const struct omasec_rule *r;

	(void)state;
	assert_int_equal(parse(ACCOUNT RULE), 0);
	r = &c.rule[0].r;
	assert_int_equal(r->integrity, OMASEC_INTEGRITY_HMAC);
	assert_int_equal(r->auth_mode, OMASEC_AUTH_MODE_TRANSPARENT);
	assert_int_equal(r->other, OMASEC_OTHER_DENY);
	assert_int_equal(r->on_deny, OMASEC_ON_DENY_RESET);
	assert_int_equal(r->helper_lost, OMASEC_HELPER_LOST_REJECT);
	assert_int_equal(r->tls, OMASEC_TLS_FORBID);
	assert_int_equal(r->tls_check, OMASEC_TLS_CHECK_ALL);
	assert_int_equal(r->bootstrap, OMASEC_BOOTSTRAP_HTTP_CHECK);
	assert_false(r->unprotected);
	assert_int_equal(r->family, 0);
	assert_false(r->has_uid || r->has_cgroup);
	/* OMA DM: the server's name is its identifier. */
	assert_string_equal(c.account[0].a.server.user, "id");
	assert_false(c.account[0].a.client.nonce.known);
}

static void takes_comments_blanks_and_other_line_ends(void **state)
{
	(void)state;
	assert_int_equal(parse("\xef\xbb\xbf# first\n; second\n\n"
			       "  [ account   a ]  # why\r\n"
			       "\tserver-id=id ; inline\r\n"
			       "   client-name   =   dev ice  \r\n"
			       "[rule r]\ndirection=out\nport=80\naccount=a"), 0);
	assert_string_equal(c.account[0].a.server_id, "id");
	assert_string_equal(c.account[0].a.client.user, "dev ice");
	assert_string_equal(c.rule[0].r.account, "a");
	assert_int_equal(parse("\xef\xbb\xbf" ACCOUNT), 0);
	assert_int_equal(parse(""), 0);
	assert_int_equal(c.account_count + c.rule_count, 0);
}

static void takes_a_rule_before_its_account(void **state)
{
	(void)state;
	assert_int_equal(parse(RULE ACCOUNT), 0);
}

static void takes_no_protection_only_in_so_many_words(void **state)
{
	(void)state;
	assert_int_equal(parse(ACCOUNT RULE "integrity = none\n"), -EINVAL);
	assert_int_equal(parse(ACCOUNT RULE "integrity = none\nunprotected = no\n"), -EINVAL);
	assert_int_equal(parse(ACCOUNT RULE "integrity = none\ntls = allow\n"), -EINVAL);
	assert_int_equal(parse(ACCOUNT RULE "integrity = none\nunprotected = yes\n"), 0);
	assert_true(setting_rule_unprotected(&c.rule[0].r));
	assert_int_equal(parse(ACCOUNT RULE "integrity = none\ntls = require\n"), 0);
	assert_false(setting_rule_unprotected(&c.rule[0].r));
	assert_int_equal(parse(ACCOUNT RULE "tls = allow\ntls-min = 1.0\n"), 0);
	assert_int_equal(c.rule[0].r.tls_min, 0x0301);
	assert_false(setting_rule_unprotected(&c.rule[0].r));
}

/* ------------------------------------------------------------------ refused */

static const struct {
	const char *text;
	int line;
	const char *says;
} faults[] = {
	{ "x = 1\n", 1, "x: expected a section" },
	{ "\n\nnonsense\n", 3, "expected key = value" },
	{ "[acount a]\nx = 1\n", 1, "did you mean account?" },
	{ "[account]\n", 1, "[account]: expected one name" },
	{ "[account a b]\n", 1, "expected one name" },
	{ "[account a/b]\n", 1, "expected one name" },
	{ "[account -a]\n", 1, "expected one name" },
	{ "[account any]\n", 1, "any has a meaning of its own" },
	{ "[rule 12]\n", 1, "not only digits" },
	{ "[account a\n", 1, "expected ] at the end" },
	{ "[account a] x\n", 1, "expected ] at the end" },
	{ "[]\n", 1, "expected [account NAME] or [rule NAME]" },
	{ "[account a]\n", 1, "[account a]: server-id is missing" },
	{ "[account a]\nserver-id = x\n", 1, "[account a]: client-name is missing" },
	{ "[rule r]\n", 1, "[rule r]: direction is missing: expected out or in" },
	{ "[rule r]\n", 1, "[rule r]: port is missing" },
	{ "[rule r]\n", 1, "[rule r]: account is missing" },
	{ ACCOUNT "server-id = y\n", 4, "[account a] server-id: expected once in a section; it is in line 2 too" },
	{ ACCOUNT "clent-nonce = text:\n", 4, "no such key; did you mean client-nonce?" },
	{ ACCOUNT "zzzzzzzz = 1\n", 4, "[account a] zzzzzzzz: no such key" },
	{ ACCOUNT ACCOUNT, 4, "[account a]: expected once; it is in line 1 too" },
	{ ACCOUNT RULE RULE, 8, "[rule r]: expected once; it is in line 4 too" },
	{ RULE, 4, "[rule r] account: expected an account of this file; there is no [account a]" },
	{ ACCOUNT "client-nonce = abc\n", 4, "expected base64:... or text:..." },
	{ ACCOUNT "client-nonce = base64:abc\n", 4, "client-nonce" },
	{ ACCOUNT "client-nonce = base64:YWJj YWJj\n", 4, "client-nonce" },
	{ ACCOUNT "mac-form = oma2\n", 4, "expected oma or rfc2104" },
	{ ACCOUNT "mac-form =\n", 4, "expected oma or rfc2104" },
	{ ACCOUNT "client-secret-fd = -1\n", 4, "number of an open descriptor" },
	{ ACCOUNT "client-secret-file = /a\nclient-secret-fd = 3\n", 5, "expected only one of" },
	{ ACCOUNT "server-secret-fd = 3\nserver-secret-file = /a\n", 4, "expected only one of" },
	{ ACCOUNT "private-key-file = -\n", 4, "private-key-file: expected the path of a PEM file" },
	{ ACCOUNT "public-key-file =\n", 4, "public-key-file: expected the path of a PEM file" },
	{ ACCOUNT RULE "port = 80\n", 8, "it is in line 6 too" },
	{ ACCOUNT "[rule r]\ndirection = up\nport = 1\naccount = a\n", 5, "[rule r] direction: expected out or in" },
	{ ACCOUNT "[rule r]\ndirection = out\nport = 0\naccount = a\n", 6, "[rule r] port: expected" },
	{ ACCOUNT "[rule r]\ndirection = out\nport = 65536\naccount = a\n", 6, "port" },
	{ ACCOUNT "[rule r]\ndirection = out\nport = 9-8\naccount = a\n", 6, "port" },
	{ ACCOUNT "[rule r]\ndirection = out\nport = 80\naccount = any\n", 7, "any is for servers" },
	{ ACCOUNT "[rule r]\ndirection = in\nrole = client\nport = 80\naccount = any\n", 8, "any is for servers" },
	{ ACCOUNT UDP "uid = 0\n", 9, "[rule r] uid: is for protocol tcp" },
	{ ACCOUNT UDP "cgroup = x\n", 9, "[rule r] cgroup: is for protocol tcp" },
	{ ACCOUNT UDP "auth-mode = static\n", 9, "[rule r] auth-mode: is for protocol tcp" },
	{ ACCOUNT UDP "deadline = 2s\n", 9, "[rule r] deadline: is for protocol tcp" },
	{ ACCOUNT RULE "sessionless = accept\nintegrity = none\nunprotected = yes\n", 8, "[rule r] sessionless: accept needs integrity = hmac" },
	{ ACCOUNT RULE "sessionless = accept\nauth-mode = static\n", 8, "[rule r] sessionless: accept needs the helper" },
	{ ACCOUNT "client-agreed-nonce = text:\n", 4, "1 to 64 octets" },
	{ ACCOUNT "client-agreed-nonce = text:x\nserver-agreed-nonce = text:x\n", 5, "expected another one" },
	{ ACCOUNT UDP "binding = http\n", 9, "[rule r] binding: expected wsp" },
	{ ACCOUNT UDP "integrity = none\n", 9, "[rule r] integrity: expected hmac" },
	{ ACCOUNT UDP "role = server\n", 9, "[rule r] role: expected client" },
	{ ACCOUNT RULE "protocol = udp\n", 5, "[rule r] direction: expected in" },
	{ ACCOUNT RULE "binding = wsp\n", 8, "[rule r] binding: expected http or obex" },
	{ ACCOUNT RULE "binding = obex\ntls = allow\n", 9, "[rule r] tls: expected forbid with binding obex" },
	{ ACCOUNT RULE "binding = obex\non-deny = http\n", 9, "[rule r] on-deny: expected reset with binding obex" },
	{ ACCOUNT RULE "binding = obex\nbootstrap = refuse\n", 9, "[rule r] bootstrap: expected check" },
	{ ACCOUNT RULE "binding = wsp-post\n", 8, "[rule r] binding: expected http or obex with protocol tcp" },
	{ ACCOUNT POST "nonce-resync = on\n", 10, "[rule r] nonce-resync: is for pushes" },
	{ ACCOUNT POST "notification-1.3 = pass\n", 10, "[rule r] notification-1.3: is for pushes" },
	{ ACCOUNT POST "pin-wait = 0\n", 10, "[rule r] pin-wait: is for pushes" },
	{ ACCOUNT POST "tls-check = all\n", 10, "[rule r] tls-check: is for protocol tcp" },
	{ ACCOUNT POST "tls = allow\ntls-min = 1.3\n", 11, "[rule r] tls-min: is for protocol tcp" },
	{ ACCOUNT POST "uid = 0\n", 10, "[rule r] uid: is for protocol tcp" },
	{ ACCOUNT POST "cgroup = x\n", 10, "[rule r] cgroup: is for protocol tcp" },
	{ ACCOUNT POST "on-deny = http\n", 10, "[rule r] on-deny: expected reset with bindings wsp-post and wtp" },
	{ ACCOUNT POST "bootstrap = fetch\n", 10, "[rule r] bootstrap: expected check with bindings wsp-post and wtp" },
	{ ACCOUNT POST "sessionless = accept\n", 10, "[rule r] sessionless: expected refuse with bindings wsp-post and wtp" },
	{ ACCOUNT POST "integrity = none\n", 10, "leaves its sockets without protection" },
	{ ACCOUNT "[rule r]\nprotocol = udp\nbinding = wsp-post\ndirection = out\nport = 1\naccount = any\n", 9, "any is for servers" },
	{ ACCOUNT RULE "nonce-resync = on\n", 8, "[rule r] nonce-resync: is for protocol udp" },
	{ ACCOUNT RULE "notification-1.3 = pass\n", 8, "[rule r] notification-1.3: is for protocol udp" },
	{ ACCOUNT UDP "pin-wait = 3601\n", 9, "[rule r] pin-wait: expected seconds from 0 to 3600" },
	{ ACCOUNT UDP "pin-wait = 5s\n", 9, "[rule r] pin-wait: expected seconds" },
	{ ACCOUNT RULE "protocol = sctp\n", 8, "[rule r] protocol: expected tcp or udp" },
	{ ACCOUNT RULE "address = 192.0.2.1/24\n", 8, "[rule r] address: expected an address" },
	{ ACCOUNT RULE "address = ::ffff:1.2.3.4\n", 8, "address" },
	{ ACCOUNT RULE "cgroup = ../x\n", 8, "[rule r] cgroup" },
	{ ACCOUNT RULE "cgroup = x/..\n", 8, "[rule r] cgroup" },
	{ ACCOUNT RULE "max-message = 17M\n", 8, "[rule r] max-message" },
	{ ACCOUNT RULE "deadline = 49ms\n", 8, "expected a time from 50ms to 600s" },
	{ ACCOUNT RULE "deadline = 601s\n", 8, "expected a time from 50ms to 600s" },
	{ ACCOUNT RULE "uid =\n", 8, "[rule r] uid" },
	{ ACCOUNT RULE "integrity = both\nauth-mode = native\n", 9, "the helper signs" },
	{ ACCOUNT RULE "integrity = signature\nauth-mode = native\n", 9, "the helper signs" },
	{ ACCOUNT RULE "integrity = signature\nauth-mode = static\n", 9, "the helper signs" },
	{ ACCOUNT "[rule r]\ndirection = in\nport = 80\naccount = any\nintegrity = signature\n", 7, "its sign key is used" },
	{ ACCOUNT RULE "integrity = signature\nsessionless = accept\n", 9, "accept needs integrity = hmac" },
	{ ACCOUNT RULE "confidentiality = message\nintegrity = none\nunprotected = yes\n", 8, "messages that are authenticated" },
	{ ACCOUNT RULE "confidentiality = message\nauth-mode = static\n", 9, "the helper encrypts" },
	{ ACCOUNT "[rule r]\ndirection = in\nport = 80\naccount = any\nconfidentiality = message\n", 7, "its wrap key is used" },
	{ ACCOUNT RULE "confidentiality = objects\nintegrity = none\nunprotected = yes\n", 8, "messages that are authenticated" },
	{ ACCOUNT RULE "confidentiality = objects\nauth-mode = static\n", 9, "the helper encrypts" },
	{ ACCOUNT RULE "confidentiality = whole\nintegrity = none\nunprotected = yes\n", 8, "messages that are authenticated" },
	{ ACCOUNT RULE "content-cipher = aes-128-gcm\n", 8, "messages that are encrypted" },
	{ ACCOUNT RULE "confidentiality = message\ncontent-cipher = aes-128-cbc\n", 9, "aes-256-gcm or aes-128-gcm" },
	{ ACCOUNT LEGACY RULE "confidentiality = message\ncontent-cipher = aes-128-gcm\n", 10, "aes-256-cbc or aes-128-cbc" },
	{ ACCOUNT LEGACY RULE "confidentiality = message\n", 5, "aes-256-cbc or aes-128-cbc" },
	{ ACCOUNT LEGACY RULE "confidentiality = message\nintegrity = none\nunprotected = yes\ncontent-cipher = aes-128-cbc\n",
	  9, "messages that are authenticated" },
	{ ACCOUNT RULE "confidentiality = all\n", 8, "none, message, objects or whole" },
	{ ACCOUNT UDP "confidentiality = message\n", 9, "is for protocol tcp" },
	{ ACCOUNT RULE "object-signature = require\nintegrity = none\nunprotected = yes\n", 8, "messages that are authenticated" },
	{ ACCOUNT RULE "object-signature = accept\nauth-mode = native\n", 9, "the helper signs and checks" },
	{ ACCOUNT "[rule r]\ndirection = in\nport = 80\naccount = any\nobject-signature = both\n", 7, "its sign key is used" },
	{ ACCOUNT RULE "object-signature = yes\n", 8, "none, accept, require, sign or both" },
	{ ACCOUNT UDP "object-signature = accept\n", 9, "is for protocol tcp" },
	{ ACCOUNT RULE "encoding = wbxml\n", 8, "signed or encrypted" },
	{ ACCOUNT RULE "encoding = xml\nintegrity = both\n", 8, "as-sent or wbxml" },
	{ ACCOUNT UDP "encoding = wbxml\n", 9, "is for protocol tcp" },
	{ ACCOUNT RULE "integrity = on-challenge\n", 8, "5.4.1.5" },
	{ ACCOUNT RULE "transport = tls\n", 8, "expected plain or authenticated" },
	{ ACCOUNT RULE "integrity = on-challenge\ntransport = authenticated\nauth-mode = static\n", 10, "answers no challenge" },
	{ ACCOUNT "[rule r]\ndirection = in\nport = 80\naccount = any\nintegrity = on-challenge\ntransport = authenticated\n", 7, "expected the name of an account" },
	{ ACCOUNT RULE "integrity = none\n", 8, "DM Security 1.3, 5.5.3" },
	{ ACCOUNT RULE "unprotected = yes\n", 8, "what the rule selects is protected" },
	{ ACCOUNT RULE "unprotected = true\n", 8, "expected yes or no" },
	{ ACCOUNT RULE "tls = yes\n", 8, "expected forbid, allow or require" },
	{ ACCOUNT RULE "tls = allow\ntls-min = 1.4\n", 9, "expected 1.0, 1.1, 1.2 or 1.3" },
	{ ACCOUNT RULE "tls-min = 1.2\n", 8, "no meaning without tls" },
	{ ACCOUNT RULE "tls-check = start\n", 8, "no meaning without tls" },
	{ ACCOUNT RULE "auth-mode = static\nfirst-contact = challenge\n", 9, "nobody answers a challenge" },
};

static bool has_error(int line, const char *says)
{
	size_t i;

	for (i = 0; i < config_errors_kept(&c); i++)
		if (c.error[i].line == line && strstr(c.error[i].text, says))
			return true;
	return false;
}

static void refuses_each_fault_with_its_line(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		int rc = parse(faults[i].text);

		if (rc != -EINVAL || !has_error(faults[i].line, faults[i].says))
			fail_msg("case %u gave %d, line %d: %s, expected line %d: %s", i, rc,
				 c.error_count ? c.error[0].line : 0,
				 c.error_count ? c.error[0].text : "nothing", faults[i].line,
				 faults[i].says);
	}
}

static void reports_all_faults_in_order(void **state)
{
	size_t i;

	(void)state;
	assert_int_equal(parse("[account a]\nbad1 = 1\nbad2 = 2\n[rule r]\nport = x\nbad3 = 3\n"), -EINVAL);
	assert_true(has_error(1, "server-id is missing"));
	assert_true(has_error(1, "client-name is missing"));
	assert_true(has_error(2, "bad1"));
	assert_true(has_error(3, "bad2"));
	assert_true(has_error(4, "direction is missing"));
	assert_true(has_error(5, "port"));
	assert_true(has_error(6, "bad3"));
	for (i = 1; i < c.error_count; i++)
		assert_true(c.error[i].line >= c.error[i - 1].line);
	/* A value that was wrong is not missing. */
	assert_false(has_error(4, "port is missing"));
}

static void keys_of_a_refused_section_go_nowhere(void **state)
{
	char text[600];
	int n;

	(void)state;
	assert_int_equal(parse(ACCOUNT "[acount b]\nserver-id = evil\nclient-nonce = text:x\n"), -EINVAL);
	assert_int_equal(c.error_count, 1);
	assert_string_equal(c.account[0].a.server_id, "id");
	assert_false(c.account[0].a.client.nonce.known);
	/* One that is too long to be read, likewise. */
	n = snprintf(text, sizeof(text), ACCOUNT "[account %0250d]\nclient-nonce = text:x\n", 1);
	assert_true(n > 0);
	assert_int_equal(parse(text), -EINVAL);
	assert_true(has_error(4, "expected a line of at most 190 octets"));
	assert_int_equal(c.account_count, 1);
	assert_false(c.account[0].a.client.nonce.known);
}

static void refuses_long_lines_and_nul_octets(void **state)
{
	char text[1000];
	int n;

	(void)state;
	n = snprintf(text, sizeof(text), ACCOUNT "client-secret-file = /%0168d\n", 1);
	assert_int_equal(parse(text), 0);	/* 190 octets */
	assert_int_equal(strlen(c.account[0].secret[WHO_CLIENT].file), 169);
	n = snprintf(text, sizeof(text), ACCOUNT "client-secret-file = /%0169d\n", 1);
	assert_int_equal(parse(text), -EINVAL);
	assert_true(has_error(4, "at most 190 octets"));
	n = snprintf(text, sizeof(text), ACCOUNT "client-secret-file = /%0169d\r\n", 1);
	assert_int_equal(parse(text), -EINVAL);
	memcpy(text, ACCOUNT "app-cred = pass\n", n = sizeof(ACCOUNT "app-cred = pass\n") - 1);
	text[n - 3] = '\0';
	config_free(&c);
	assert_int_equal(config_parse(&c, text, (size_t)n), -EINVAL);
	assert_true(has_error(4, "without NUL"));
}

static void faults_are_fit_for_a_terminal(void **state)
{
	size_t i;
	const char *p;

	(void)state;
	assert_int_equal(parse(ACCOUNT "\033[31mx = 1\n\xff\xfe = 2\n"), -EINVAL);
	assert_int_equal(c.error_count, 2);
	for (i = 0; i < c.error_count; i++)
		for (p = c.error[i].text; *p; p++)
			assert_true((unsigned char)*p >= 0x20 && (unsigned char)*p < 0x7f);
}

static void counts_faults_beyond_those_it_keeps(void **state)
{
	char text[8192] = "";
	int i;

	(void)state;
	for (i = 0; i < 300; i++)
		strcat(text, "nonsense\n");
	assert_int_equal(parse(text), -EINVAL);
	assert_int_equal(c.error_count, 300);
	assert_int_equal(config_errors_kept(&c), CONFIG_ERRORS_MAX);
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Time for @n accounts, and a rule for each. */
static double parse_many(unsigned int n)
{
	size_t cap = (size_t)n * 160, at = 0;
	char *text = malloc(cap);
	double t;
	unsigned int i;

	assert_non_null(text);
	for (i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, cap - at,
				       "[account a%u]\nserver-id = s\nclient-name = c%u\n"
				       "[rule r%u]\ndirection = in\nport = 80\naccount = a%u\n", i, i, i, i);
	config_free(&c);
	t = seconds();
	assert_int_equal(config_parse(&c, text, at), 0);
	t = seconds() - t;
	assert_int_equal(c.account_count, n);
	assert_int_equal(c.rule_count, n);
	free(text);
	return t;
}

static void takes_time_in_proportion_to_the_file(void **state)
{
	double one, four;

	(void)state;
	one = parse_many(2500);
	four = parse_many(10000);
	/* Quadratic would be 16. */
	assert_true(four < one * 9 + 0.05);
}

/* ------------------------------------------------------------------ values */

static void reads_numbers_without_guessing(void **state)
{
	static const char *const bad[] = { "", " 1", "1 ", "+1", "-1", "0x1", "1a", "256", "18446744073709551616" };
	uint64_t v;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(value_u64(bad[i], 0, 255, &v), -EINVAL);
	assert_int_equal(value_u64("255", 0, 255, &v), 0);
	assert_int_equal(v, 255);
	assert_int_equal(value_u64("0", 1, 255, &v), -EINVAL);
	assert_int_equal(value_u64("18446744073709551615", 0, UINT64_MAX, &v), 0);
	assert_true(v == UINT64_MAX);
	assert_int_equal(value_u64("18446744073709551616", 0, UINT64_MAX, &v), -EINVAL);
	assert_int_equal(value_u64("5", 0, 3, &v), -EINVAL);
}

static void reads_sizes_and_times_with_units(void **state)
{
	uint32_t v;
	uint64_t span;

	(void)state;
	assert_int_equal(value_size("16M", OMASEC_MESSAGE_MAX, &v), 0);
	assert_int_equal(v, OMASEC_MESSAGE_MAX);
	assert_int_equal(value_size("16777217", OMASEC_MESSAGE_MAX, &v), -EINVAL);
	assert_int_equal(value_size("4194304K", OMASEC_MESSAGE_MAX, &v), -EINVAL);
	assert_int_equal(value_size("0", OMASEC_MESSAGE_MAX, &v), -EINVAL);
	assert_int_equal(value_size("1KB", OMASEC_MESSAGE_MAX, &v), -EINVAL);
	assert_int_equal(value_size("K", OMASEC_MESSAGE_MAX, &v), -EINVAL);
	assert_int_equal(value_time("1500", &v), 0);
	assert_int_equal(v, 1500);
	assert_int_equal(value_time("1500ms", &v), 0);
	assert_int_equal(v, 1500);
	assert_int_equal(value_time("4294967s", &v), 0);
	assert_int_equal(v, 4294967000u);
	assert_int_equal(value_time("4294968s", &v), -EINVAL);
	assert_int_equal(value_time("1m", &v), -EINVAL);
	assert_int_equal(value_span("90s", &span), 0);
	assert_int_equal(span, 90);
	assert_int_equal(value_span("12h", &span), 0);
	assert_int_equal(span, 12 * 3600);
	assert_int_equal(value_span("4294967295d", &span), 0);
	assert_int_equal(span, 4294967295ull * 86400);
	assert_int_equal(value_span("4294967296d", &span), -EINVAL);
	assert_int_equal(value_span("90", &span), -EINVAL);
	assert_int_equal(value_span("1w", &span), -EINVAL);
	assert_int_equal(value_span("1dd", &span), -EINVAL);
	assert_int_equal(value_span("-1d", &span), -EINVAL);
	assert_int_equal(value_time("0s", &v), -EINVAL);
}

static void reads_prefixes(void **state)
{
	static const char *const bad[] = { "", "1.2.3", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1", "::/129",
					   "2001:db8::1/64", "::ffff:1.2.3.4", "::ffff:1.2.3.0/120", "host", "1.2.3.4 " };
	char text[VALUE_PREFIX_MAX];
	uint8_t family, prefix, address[16];
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(value_prefix(bad[i], &family, &prefix, address), -EINVAL);
	assert_int_equal(value_prefix("0.0.0.0/0", &family, &prefix, address), 0);
	assert_int_equal(family, AF_INET);
	assert_int_equal(prefix, 0);
	assert_int_equal(value_prefix("192.0.2.129/31", &family, &prefix, address), -EINVAL);
	assert_int_equal(value_prefix("192.0.2.128/31", &family, &prefix, address), 0);
	assert_int_equal(value_prefix("2001:db8::/33", &family, &prefix, address), 0);
	value_format_prefix(text, family, prefix, address);
	assert_string_equal(text, "2001:db8::/33");
	assert_int_equal(value_prefix("any", &family, &prefix, address), 0);
	assert_int_equal(family, 0);
	value_format_prefix(text, family, prefix, address);
	assert_string_equal(text, "any");
}

static void reads_nonces_up_to_the_contract(void **state)
{
	struct omasec_nonce n = { 0 };
	char text[128] = "text:";

	(void)state;
	memset(text + 5, 'n', OMASEC_NONCE_MAX);
	assert_int_equal(value_nonce(text, &n), 0);
	assert_int_equal(n.len, OMASEC_NONCE_MAX);
	text[5 + OMASEC_NONCE_MAX] = 'n';
	assert_int_equal(value_nonce(text, &n), -EINVAL);
	assert_int_equal(value_nonce("text:", &n), 0);
	assert_true(n.known && n.len == 0);
	assert_int_equal(value_nonce("base64:", &n), 0);
	assert_true(n.known && n.len == 0);
	assert_int_equal(value_nonce("base64:AAAA AA==", &n), -EINVAL);
	assert_int_equal(value_nonce("base64:AAAAA", &n), -EINVAL);
}

static void names_cannot_be_mistaken(void **state)
{
	char name[OMASEC_NAME_MAX + 1], longer[OMASEC_NAME_MAX + 2];

	(void)state;
	memset(longer, 'n', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(value_name(longer, name), -EINVAL);
	assert_int_equal(value_name(longer + 1, name), 0);
	assert_int_equal(value_name("", name), -EINVAL);
	assert_int_equal(value_name("a:b", name), -EINVAL);
	assert_int_equal(value_name("a b", name), -EINVAL);
	assert_int_equal(value_name("--all", name), -EINVAL);
}

static void makes_texts_of_the_network_safe(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "plain", "plain" },
		{ "a\033[2Jb", "a\\x1b[2Jb" },
		{ "a\r\nb\t", "a\\x0d\\x0ab\\x09" },
		{ "\x7f", "\\x7f" },
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
		{ "\xc2\x9b[2J", "\\xc2\\x9b[2J" },		/* C1: CSI */
		{ "\xc0\xaf", "\\xc0\\xaf" },			/* overlong */
		{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },
		{ "\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },		/* surrogate */
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },	/* above U+10FFFF */
		{ "\xe2\x82", "\\xe2\\x82" },			/* cut off */
	};
	char out[64];
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(value_safe(cases[i].in, out, sizeof(out)), cases[i].out);
	/* Nothing is cut in the middle. */
	assert_string_equal(value_safe("ab\xc3\xbc", out, 4), "ab");
	assert_string_equal(value_safe("ab\033", out, 6), "ab");
}

#define T(f) cmocka_unit_test_teardown(f, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(takes_every_key_of_an_account),
		T(takes_every_key_of_a_rule),
		T(takes_every_key_of_datagrams),
		T(takes_every_key_of_posts),
		T(takes_what_fetches_bootstrap),
		T(defaults_are_the_safe_ones),
		T(takes_comments_blanks_and_other_line_ends),
		T(takes_a_rule_before_its_account),
		T(takes_no_protection_only_in_so_many_words),
		T(refuses_each_fault_with_its_line),
		T(reports_all_faults_in_order),
		T(keys_of_a_refused_section_go_nowhere),
		T(refuses_long_lines_and_nul_octets),
		T(faults_are_fit_for_a_terminal),
		T(counts_faults_beyond_those_it_keeps),
		T(takes_time_in_proportion_to_the_file),
		T(reads_numbers_without_guessing),
		T(reads_sizes_and_times_with_units),
		T(reads_prefixes),
		T(reads_nonces_up_to_the_contract),
		T(names_cannot_be_mistaken),
		T(makes_texts_of_the_network_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
