// SPDX-License-Identifier: GPL-2.0
/*
 * What a message goes through in a worker, and in which order, by the rule: workers and
 * engine are played here. Whatever is asked of the worker is noted as a word.
 */
#include <errno.h>
#include <stdio.h>

#include <daemon/cred.h>
#include <daemon/engine_internal.h>
#include <daemon/job.h>
#include <omasec.h>

#include "cmocka_table.h"

#define XML "application/vnd.syncml.dm+xml"
#define WBXML "application/vnd.syncml.dm+wbxml"

static struct {
	char words[256];	/* what was asked for, and of which octets */
	const char *fails;	/* the word that fails */
	const char *makes;	/* what comes out of the word under way */
	uint8_t **out;
	size_t *len;
	struct dm_error *err;
	uint8_t verdict, body;
	bool wbxml;		/* the application speaks it */
	const char *type;	/* of what goes on; NULL for what came */
	int listed;		/* what rights_wanted() says */
	bool digest;		/* the message has a Cred that can be read */
	int judged, made;	/* what the module says when it is asked */
	bool nonce;		/* the engine has one for what leaves */
	bool unsigned_one;	/* it was found to have neither signature nor MAC */
	uint8_t form;		/* what the engine says of one that leaves, where that is open */
	uint8_t content_cipher, mac_state;
	struct engine *engine;
	uint32_t reason;	/* of what fails, of what is refused */
	bool whole;		/* the whole message is encrypted, and not its SyncBody */
} play;

static uint8_t object_signature;

static void word(const char *what, const uint8_t *octets, size_t len)
{
	size_t at = strlen(play.words);

	snprintf(play.words + at, sizeof(play.words) - at, "%s%s(%.*s)", at ? " " : "", what, (int)len,
		 (const char *)octets);
}

static int begin(const char *what, const char *makes, uint8_t **out, size_t *len, struct dm_error *err)
{
	play.makes = play.fails && !strcmp(play.fails, what) ? NULL : makes;
	play.out = out;
	play.len = len;
	play.err = err;
	return 0;
}

int worker_client_start_parse(struct worker_client *wc, const char *type, const uint8_t *body,
			      size_t len, struct dm_facts *facts, struct dm_error *err)
{
	word("parse", body, len);
	memset(facts, 0, sizeof(*facts));
	facts->length = (uint32_t)len;
	facts->has_cred = facts->has_digest = play.digest;
	facts->cred_type = play.digest ? DM_AUTH_MD5 : DM_AUTH_NONE;
	memset(facts->digest, 'd', sizeof(facts->digest));
	facts->version = 12;
	facts->msg_id = 1;
	strcpy(facts->session_id, "1");
	strcpy(facts->source, "IMEI:1");
	strcpy(facts->target, "http://server/");
	return begin("parse", "", NULL, NULL, err);
}

int worker_client_start_change(struct worker_client *wc, const struct dm_edits *edits,
			       const struct dm_changes *changes, uint8_t **out, size_t *len,
			       struct dm_error *err)
{
	assert_int_equal(!!changes, play.listed > 0);
	word("edit", edits->cred, edits->set_cred ? 4 : 0);
	return begin("edit", "edited", out, len, err);
}

int worker_client_start_list(struct worker_client *wc, bool items, const struct dm_facts *facts,
			     struct dm_list *list, struct dm_error *err)
{
	word(items ? "list-items" : "list", NULL, 0);
	return begin("list", "", NULL, NULL, err);
}

int rights_wanted(struct rights *r, const struct omasec_message *msg, const struct engine_decision *d)
{
	return d->verdict == OMASEC_VERDICT_REJECT ? 0 : play.listed;
}

void rights_deliver(struct rights *r, const struct rights_in *in, int64_t now, struct dm_changes *changes,
		    struct engine_decision *d)
{
	word("deliver", NULL, 0);
	assert_int_equal(changes->text_len, 1);
	assert_int_equal(in->denied->count, 0);
	in->denied->count = 1;
	d->body = ENGINE_EDIT;
}

void rights_send(struct rights *r, const struct rights_in *in, int64_t now, struct dm_changes *changes,
		 struct engine_decision *d)
{
	word("send", NULL, 0);
	engine_reject(d, OMASEC_REASON_HELPER_ERROR, "no");
}

int worker_client_start_challenge(struct worker_client *wc, const struct dm_challenge *challenge,
				  uint8_t **out, size_t *len, struct dm_error *err)
{
	word("challenge", challenge->cred, challenge->set_cred ? 4 : 0);
	return begin("challenge", "asks", out, len, err);
}

int worker_client_start_xsec(struct worker_client *wc, const struct worker_xsec *how,
			     const uint8_t *message, size_t len, const struct xsec_crypto *crypto,
			     uint8_t **out, size_t *out_len, struct dm_error *err)
{
	static const char *const what[] = {
		"", "verify", "sign", "encrypt", "decrypt", "encrypt-objects", "decrypt-objects", "sign-objects",
		"verify-objects", "to-xml", "to-wbxml", "header",
	};
	static const char *const makes[] = {
		"", "verified", "signed", "encrypted", "decrypted", "encrypted", "decrypted", "objects", "objects",
		"as-xml", "as-wbxml", "bare",
	};
	static const enum xsec_cipher ciphers[] = {
		[OMASEC_CONTENT_CIPHER_AES_256_GCM] = XSEC_AES256_GCM,
		[OMASEC_CONTENT_CIPHER_AES_128_GCM] = XSEC_AES128_GCM,
		[OMASEC_CONTENT_CIPHER_AES_256_CBC] = XSEC_AES256_CBC,
		[OMASEC_CONTENT_CIPHER_AES_128_CBC] = XSEC_AES128_CBC,
	};

	assert_true(worker_xsec_valid(how));
	assert_int_equal(how->require, object_signature == OMASEC_OBJECT_SIGNATURE_REQUIRE ||
			 object_signature == OMASEC_OBJECT_SIGNATURE_BOTH);
	assert_int_equal(how->cipher, ciphers[play.content_cipher]);
	assert_string_equal(how->target, (how->what == WORKER_ENCRYPT || how->what == WORKER_DECRYPT) &&
			    !play.whole ? "SyncBody" : "");
	assert_string_equal(((struct keys *)crypto->private)->account, "acct");
	word(what[how->what], message, len);
	return begin(what[how->what], makes[how->what], out, out_len, err);
}

int worker_client_step(struct worker_client *wc)
{
	if (!play.makes) {
		play.err->reason = play.reason ? play.reason : OMASEC_REASON_SIGNATURE_WRONG;
		return -EBADMSG;
	}
	if (play.out) {	/* of octets */
		*play.out = (uint8_t *)strdup(play.makes);
		*play.len = strlen(play.makes);
	}
	return 0;
}

int omasec_helper_crypto(struct omasec *o, const char *account, uint32_t op, const void *data,
			 size_t len, uint8_t *out, size_t *out_len)
{
	return -ENOKEY;
}

int omasec_message_cred_judge(struct omasec *o, uint64_t cookie, const uint8_t *digest,
			      uint8_t *mac_state)
{
	assert_int_equal(cookie, 7);
	word("judge", digest, digest ? 4 : 0);
	if (digest)
		assert_memory_equal(digest, "dddddddddddddddd", OMASEC_CRED_LEN);
	*mac_state = play.judged < 0 ? 0 : (uint8_t)play.judged;
	return play.judged < 0 ? play.judged : 0;
}

int omasec_message_cred_make(struct omasec *o, uint64_t cookie, const struct omasec_nonce *nonce,
			     uint8_t digest[OMASEC_CRED_LEN])
{
	assert_int_equal(cookie, 7);
	word("make", nonce->data, nonce->len);
	memcpy(digest, "credcredcredcred", OMASEC_CRED_LEN);
	return play.made;
}

uint8_t engine_integrity(const struct engine *e, const struct omasec_message *msg,
			 const struct dm_facts *facts)
{
	assert_int_equal(msg->path, OMASEC_PATH_TX);
	return play.form;
}

void engine_decide(struct engine *e, const struct omasec_message *msg, const struct dm_facts *facts,
		   const void *body, uint64_t now, struct engine_decision *d)
{
	uint8_t state = play.mac_state;

	if (msg->path == OMASEC_PATH_RX && msg->integrity == OMASEC_INTEGRITY_SIGNATURE)
		state = play.judged;
	else if (play.unsigned_one)
		state = OMASEC_MAC_STATE_MISSING;
	word("decide", body, msg->length);
	assert_int_equal(msg->mac_state, state);
	if (play.nonce)
		d->mac_nonce = (struct omasec_nonce){ .known = true, .len = 2, .data = "n1" };
	d->verdict = play.verdict;
	d->body = play.body;
	if (d->body == ENGINE_REPEAT) {
		d->repeat = (uint8_t *)"held";
		d->repeat_len = 4;
		d->repeat_type = WBXML;
	}
}

void engine_reject(struct engine_decision *d, uint32_t reason, const char *fmt, ...)
{
	va_list ap;

	d->verdict = OMASEC_VERDICT_REJECT;
	d->reason = reason;
	va_start(ap, fmt);
	vsnprintf(d->detail, sizeof(d->detail), fmt, ap);
	va_end(ap);
}

uint32_t engine_mac_reason(const struct engine_in *in, uint8_t mac_state)
{
	assert_int_equal(in->auth, DM_AUTH_MAC);
	return mac_state == OMASEC_MAC_STATE_MISSING ? OMASEC_REASON_MAC_MISSING : OMASEC_REASON_MAC_WRONG;
}

void engine_decision_done(struct engine_decision *d) { }

static struct rights rights;
static struct job_acl acl;

static struct engine_decision last;

/* Plays a message; what has to be asked for, and what goes on ("" for the octets as they are). */
static void goes(uint8_t path, uint8_t integrity, uint8_t confidentiality, const char *type,
		 const char *words, uint8_t verdict, const char *out)
{
	struct omasec_message m = {
		.path = path, .integrity = integrity, .confidentiality = confidentiality, .length = 4,
		.object_signature = object_signature, .content_cipher = play.content_cipher,
		.account = "acct", .wbxml = play.wbxml, .mac_state = play.mac_state, .cookie = 7,
	};
	struct job j = { .state = JOB_IDLE, .rights = &rights, .acl = &acl };

	snprintf(m.content_type, sizeof(m.content_type), "%s", type);
	play.words[0] = '\0';
	play.whole = confidentiality == OMASEC_CONFIDENTIALITY_WHOLE;
	job_start(&j, play.engine, &m, (uint8_t *)strdup("wire"), 0);
	assert_int_equal(j.state, JOB_DONE);
	assert_string_equal(play.words, words);
	/* what another message was denied is not told of this one */
	assert_int_equal(acl.denied.count, !!strstr(play.words, "deliver"));
	assert_int_equal(j.d.verdict, verdict);
	last = j.d;
	assert_int_equal(!!j.out, !!*out);
	if (*out) {
		assert_int_equal(j.out_len, strlen(out));
		assert_memory_equal(j.out, out, j.out_len);
		assert_string_equal(j.type, play.type ? play.type : type);
		assert_int_equal(j.converted, !!play.type);
	}
	job_reset(&j);
}

#define RX OMASEC_PATH_RX
#define TX OMASEC_PATH_TX
#define MAC OMASEC_INTEGRITY_HMAC
#define BOTH OMASEC_INTEGRITY_BOTH
#define SIGNATURE OMASEC_INTEGRITY_SIGNATURE
#define ANY OMASEC_INTEGRITY_ANY
#define CLEAR OMASEC_CONFIDENTIALITY_NONE
#define HIDDEN OMASEC_CONFIDENTIALITY_MESSAGE
#define OBJECTS OMASEC_CONFIDENTIALITY_OBJECTS
#define WHOLE OMASEC_CONFIDENTIALITY_WHOLE
#define ACCEPT OMASEC_VERDICT_ACCEPT

static int setup(void **state)
{
	memset(&play, 0, sizeof(play));
	play.verdict = ACCEPT;
	play.body = ENGINE_KEEP;
	object_signature = OMASEC_OBJECT_SIGNATURE_NONE;
	return 0;
}

static void mac_alone_leaves_the_octets(void **state)
{
	goes(RX, MAC, CLEAR, XML, "parse(wire) decide(wire)", ACCEPT, "");
	goes(TX, MAC, CLEAR, XML, "parse(wire) decide(wire)", ACCEPT, "");
	goes(RX, MAC, CLEAR, WBXML, "parse(wire) decide(wire)", ACCEPT, "");
}

/* Nobody reads what was not verified, and what goes on is what was inside. */
static void arriving_it_is_opened_first(void **state)
{
	goes(RX, BOTH, CLEAR, XML, "verify(wire) parse(verified) decide(verified)", ACCEPT, "verified");
	goes(RX, MAC, HIDDEN, XML, "decrypt(wire) parse(decrypted) decide(decrypted)", ACCEPT, "decrypted");
	goes(RX, BOTH, HIDDEN, XML,
	     "decrypt(wire) verify(decrypted) parse(verified) decide(verified)", ACCEPT, "verified");
}

static void leaving_it_is_signed_then_encrypted(void **state)
{
	goes(TX, BOTH, CLEAR, XML, "parse(wire) decide(wire) sign(wire)", ACCEPT, "signed");
	goes(TX, MAC, HIDDEN, XML, "parse(wire) decide(wire) encrypt(wire)", ACCEPT, "encrypted");
	goes(TX, BOTH, HIDDEN, XML, "parse(wire) decide(wire) sign(wire) encrypt(signed)", ACCEPT, "encrypted");
}

static void with_the_cipher_of_the_rule(void **state)
{
	play.content_cipher = OMASEC_CONTENT_CIPHER_AES_128_GCM;
	goes(RX, MAC, HIDDEN, XML, "decrypt(wire) parse(decrypted) decide(decrypted)", ACCEPT, "decrypted");
	goes(TX, MAC, OBJECTS, XML, "parse(wire) decide(wire) encrypt-objects(wire)", ACCEPT, "encrypted");
}

/* The header is read before it is hidden, and after. */
static void the_whole_of_it(void **state)
{
	goes(RX, MAC, WHOLE, XML, "decrypt(wire) parse(decrypted) decide(decrypted)", ACCEPT, "decrypted");
	goes(RX, BOTH, WHOLE, XML,
	     "decrypt(wire) verify(decrypted) parse(verified) decide(verified)", ACCEPT, "verified");
	goes(TX, BOTH, WHOLE, XML, "parse(wire) decide(wire) sign(wire) encrypt(signed)", ACCEPT, "encrypted");
	play.type = XML;
	goes(TX, MAC, WHOLE, WBXML, "parse(wire) decide(wire) to-xml(wire) encrypt(as-xml)", ACCEPT, "encrypted");
	play.type = WBXML;
	play.wbxml = true;
	goes(RX, MAC, WHOLE, XML, "decrypt(wire) parse(decrypted) decide(decrypted) to-wbxml(decrypted)", ACCEPT,
	     "as-wbxml");
}

/* Objects take the same way; what is judged and parsed is what was inside. */
static void objects_too(void **state)
{
	goes(RX, MAC, OBJECTS, XML, "decrypt-objects(wire) parse(decrypted) decide(decrypted)", ACCEPT, "decrypted");
	goes(RX, BOTH, OBJECTS, XML,
	     "decrypt-objects(wire) verify(decrypted) parse(verified) decide(verified)", ACCEPT, "verified");
	goes(TX, MAC, OBJECTS, XML, "parse(wire) decide(wire) encrypt-objects(wire)", ACCEPT, "encrypted");
	goes(TX, BOTH, OBJECTS, XML, "parse(wire) decide(wire) sign(wire) encrypt-objects(signed)", ACCEPT, "encrypted");
	play.fails = "decrypt-objects";
	goes(RX, MAC, OBJECTS, XML, "decrypt-objects(wire)", OMASEC_VERDICT_REJECT, "");
	play.fails = NULL;
	play.listed = 1;
	goes(RX, MAC, OBJECTS, XML,
	     "decrypt-objects(wire) parse(decrypted) decide(decrypted) list-items() deliver() edit()", ACCEPT, "edited");
}

/* Objects are signed before anything else is done to what leaves, and checked after all else of what comes. */
static void signed_objects(void **state)
{
	static const struct { uint8_t how; bool makes; } rows[] = {
		{ OMASEC_OBJECT_SIGNATURE_ACCEPT, false }, { OMASEC_OBJECT_SIGNATURE_REQUIRE, false },
		{ OMASEC_OBJECT_SIGNATURE_SIGN, true }, { OMASEC_OBJECT_SIGNATURE_BOTH, true },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		object_signature = rows[i].how;
		goes(RX, MAC, CLEAR, XML, "verify-objects(wire) parse(objects) decide(objects)", ACCEPT, "objects");
		goes(RX, BOTH, OBJECTS, XML, "decrypt-objects(wire) verify(decrypted) verify-objects(verified) parse(objects) decide(objects)",
		     ACCEPT, "objects");
		goes(TX, MAC, CLEAR, XML, rows[i].makes ? "parse(wire) decide(wire) sign-objects(wire)" : "parse(wire) decide(wire)",
		     ACCEPT, rows[i].makes ? "objects" : "wire");
		goes(TX, BOTH, OBJECTS, XML, rows[i].makes ?
		     "parse(wire) decide(wire) sign-objects(wire) sign(objects) encrypt-objects(signed)" :
		     "parse(wire) decide(wire) sign(wire) encrypt-objects(signed)", ACCEPT, "encrypted");
	}
	play.fails = "verify-objects";
	goes(RX, BOTH, CLEAR, XML, "verify(wire) verify-objects(verified)", OMASEC_VERDICT_REJECT, "");
	play.fails = "sign-objects";
	goes(TX, BOTH, CLEAR, XML, "parse(wire) decide(wire) sign-objects(wire)", OMASEC_VERDICT_REJECT, "");
	/* lists judge what was signed */
	play.fails = NULL;
	play.listed = 1;
	goes(RX, MAC, CLEAR, XML, "verify-objects(wire) parse(objects) decide(objects) list-items() deliver() edit()", ACCEPT, "edited");
}

/* What the engine has changed, or made itself, is no exception. */
static void edited_and_own_messages_too(void **state)
{
	play.body = ENGINE_EDIT;
	goes(RX, BOTH, HIDDEN, XML,
	     "decrypt(wire) verify(decrypted) parse(verified) decide(verified) edit()", ACCEPT, "edited");
	goes(TX, BOTH, HIDDEN, XML,
	     "parse(wire) decide(wire) edit() sign(edited) encrypt(signed)", ACCEPT, "encrypted");
	play.verdict = OMASEC_VERDICT_RESPOND;
	play.body = ENGINE_CHALLENGE;
	goes(RX, BOTH, HIDDEN, XML,
	     "decrypt(wire) verify(decrypted) parse(verified) decide(verified) challenge() sign(asks) encrypt(signed)",
	     OMASEC_VERDICT_RESPOND, "encrypted");
}

/* Whatever fails, nothing goes on, and nothing else is tried. */
static void what_fails_is_refused(void **state)
{
	static const struct {
		uint8_t path;
		const char *fails, *words;
	} c[] = {
		{ RX, "decrypt", "decrypt(wire)" },
		{ RX, "verify", "decrypt(wire) verify(decrypted)" },
		{ RX, "parse", "decrypt(wire) verify(decrypted) parse(verified)" },
		{ TX, "parse", "parse(wire)" },
		{ TX, "sign", "parse(wire) decide(wire) sign(wire)" },
		{ TX, "encrypt", "parse(wire) decide(wire) sign(wire) encrypt(signed)" },
	};
	size_t i;

	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		play.fails = c[i].fails;
		goes(c[i].path, BOTH, HIDDEN, XML, c[i].words, OMASEC_VERDICT_REJECT, "");
	}
}

/* Lists are held against what was inside, and what they leave is what is signed. */
static void lists_stand_between(void **state)
{
	play.listed = 1;
	goes(RX, BOTH, HIDDEN, XML, "decrypt(wire) verify(decrypted) parse(verified) decide(verified) "
	     "list-items() deliver() edit()", ACCEPT, "edited");
	goes(TX, BOTH, HIDDEN, XML, "parse(wire) decide(wire) list() send()", OMASEC_VERDICT_REJECT, "");
	play.fails = "list";
	goes(RX, MAC, CLEAR, XML, "parse(wire) decide(wire) list-items()", OMASEC_VERDICT_REJECT, "");
	play.listed = -EIO;
	goes(RX, MAC, CLEAR, XML, "parse(wire) decide(wire)", OMASEC_VERDICT_REJECT, "");
	play.verdict = OMASEC_VERDICT_REJECT;
	goes(RX, MAC, CLEAR, XML, "parse(wire) decide(wire)", OMASEC_VERDICT_REJECT, "");
}

static void rejected_is_not_signed(void **state)
{
	play.verdict = OMASEC_VERDICT_REJECT;
	goes(TX, BOTH, HIDDEN, XML, "parse(wire) decide(wire)", OMASEC_VERDICT_REJECT, "");
}

/* On the way there is none. */
static void wbxml_does_not_arrive(void **state)
{
	goes(RX, BOTH, CLEAR, WBXML, "", OMASEC_VERDICT_REJECT, "");
	goes(RX, MAC, HIDDEN, WBXML, "", OMASEC_VERDICT_REJECT, "");
	goes(RX, MAC, OBJECTS, WBXML, "", OMASEC_VERDICT_REJECT, "");
	play.wbxml = true;
	goes(RX, BOTH, CLEAR, "application/vnd.syncml.dm+WBXML", "", OMASEC_VERDICT_REJECT, "");
}

/* What is signed is the XML, of what the engine made of it. */
static void wbxml_leaves_as_xml(void **state)
{
	play.type = XML;
	goes(TX, BOTH, CLEAR, WBXML, "parse(wire) decide(wire) to-xml(wire) sign(as-xml)", ACCEPT, "signed");
	goes(TX, MAC, HIDDEN, WBXML, "parse(wire) decide(wire) to-xml(wire) encrypt(as-xml)", ACCEPT, "encrypted");
	goes(TX, MAC, OBJECTS, WBXML, "parse(wire) decide(wire) to-xml(wire) encrypt-objects(as-xml)", ACCEPT,
	     "encrypted");
	play.body = ENGINE_EDIT;
	goes(TX, BOTH, HIDDEN, WBXML, "parse(wire) decide(wire) edit() to-xml(edited) sign(as-xml) encrypt(signed)",
	     ACCEPT, "encrypted");
	play.fails = "to-xml";
	goes(TX, BOTH, HIDDEN, WBXML, "parse(wire) decide(wire) edit() to-xml(edited)", OMASEC_VERDICT_REJECT, "");
}

/* Where nothing is signed or encrypted, nothing is converted either. */
static void a_mac_alone_keeps_the_encoding(void **state)
{
	play.wbxml = true;
	goes(TX, MAC, CLEAR, WBXML, "parse(wire) decide(wire)", ACCEPT, "");
	goes(RX, MAC, CLEAR, WBXML, "parse(wire) decide(wire)", ACCEPT, "");
	goes(RX, MAC, CLEAR, XML, "parse(wire) decide(wire)", ACCEPT, "");
}

/* The application that speaks it gets it; what is judged is what was signed. */
static void wbxml_is_delivered(void **state)
{
	play.wbxml = true;
	play.type = WBXML;
	goes(RX, BOTH, CLEAR, XML, "verify(wire) parse(verified) decide(verified) to-wbxml(verified)", ACCEPT,
	     "as-wbxml");
	play.body = ENGINE_EDIT;
	goes(RX, MAC, HIDDEN, XML, "decrypt(wire) parse(decrypted) decide(decrypted) edit() to-wbxml(edited)", ACCEPT,
	     "as-wbxml");
	play.fails = "to-wbxml";
	goes(RX, BOTH, CLEAR, XML, "verify(wire) parse(verified) decide(verified) edit() to-wbxml(edited)",
	     OMASEC_VERDICT_REJECT, "");
}

/* What answers the peer is for the peer; the message that is repeated is as the application wrote it. */
static void rounds_of_our_own_are_xml(void **state)
{
	play.wbxml = true;
	play.verdict = OMASEC_VERDICT_RESPOND;
	play.body = ENGINE_CHALLENGE;
	goes(RX, BOTH, CLEAR, XML, "verify(wire) parse(verified) decide(verified) challenge() sign(asks)",
	     OMASEC_VERDICT_RESPOND, "signed");
	play.body = ENGINE_REPEAT;
	play.type = XML;
	goes(RX, BOTH, CLEAR, XML,
	     "verify(wire) parse(verified) decide(verified) parse(held) edit() to-xml(edited) sign(as-xml)",
	     OMASEC_VERDICT_RESPOND, "signed");
}

/* The Cred is judged when what is signed was verified, and made before it is signed. */
static void the_cred_is_inside(void **state)
{
	(void)state;
	play.judged = OMASEC_MAC_STATE_OK;
	play.digest = true;
	play.body = ENGINE_EDIT;
	goes(RX, SIGNATURE, CLEAR, XML, "verify(wire) parse(verified) judge(dddd) decide(verified) edit()",
	     ACCEPT, "edited");
	play.digest = false;
	play.judged = OMASEC_MAC_STATE_MISSING;
	play.nonce = true;
	play.verdict = OMASEC_VERDICT_RESPOND;
	play.body = ENGINE_CHALLENGE;
	goes(RX, SIGNATURE, CLEAR, XML, "verify(wire) parse(verified) judge() decide(verified) make(n1) "
	     "challenge(cred) sign(asks)", OMASEC_VERDICT_RESPOND, "signed");
	play.body = ENGINE_REPEAT;
	play.type = XML;
	goes(RX, SIGNATURE, CLEAR, XML, "verify(wire) parse(verified) judge() decide(verified) make(n1) "
	     "parse(held) edit(cred) to-xml(edited) sign(as-xml)", OMASEC_VERDICT_RESPOND, "signed");
	play.type = NULL;
	play.verdict = ACCEPT;
	/* also where the engine has nothing to change */
	play.body = ENGINE_KEEP;
	goes(TX, SIGNATURE, CLEAR, XML, "parse(wire) decide(wire) make(n1) edit(cred) sign(edited)", ACCEPT, "signed");
	goes(TX, SIGNATURE, HIDDEN, XML, "parse(wire) decide(wire) make(n1) edit(cred) sign(edited) encrypt(signed)",
	     ACCEPT, "encrypted");
	/* a first contact without */
	play.nonce = false;
	goes(TX, SIGNATURE, CLEAR, XML, "parse(wire) decide(wire) sign(wire)", ACCEPT, "signed");
	/* for a MAC nobody asks */
	play.nonce = true;
	goes(TX, BOTH, CLEAR, XML, "parse(wire) decide(wire) sign(wire)", ACCEPT, "signed");
}

/* What is signed is taken as with integrity signature; what is not, is a message without MAC. */
static void any_is_found_out(void **state)
{
	(void)state;
	play.judged = OMASEC_MAC_STATE_OK;
	play.digest = true;
	goes(RX, ANY, CLEAR, XML, "verify(wire) parse(verified) judge(dddd) decide(verified)", ACCEPT, "verified");
	goes(RX, ANY, HIDDEN, XML, "decrypt(wire) verify(decrypted) parse(verified) judge(dddd) decide(verified)",
	     ACCEPT, "verified");
	play.nonce = true;
	play.form = SIGNATURE;
	goes(TX, ANY, CLEAR, XML, "parse(wire) decide(wire) make(n1) edit(cred) sign(edited)", ACCEPT, "signed");
	play.form = MAC;
	/* as it is, but put: the module takes it in no other way */
	goes(TX, ANY, CLEAR, XML, "parse(wire) decide(wire)", ACCEPT, "wire");
	goes(TX, ANY, CLEAR, WBXML, "parse(wire) decide(wire)", ACCEPT, "wire");
	goes(TX, ANY, HIDDEN, XML, "parse(wire) decide(wire) encrypt(wire)", ACCEPT, "encrypted");

	play.unsigned_one = true;
	play.verdict = OMASEC_VERDICT_RESPOND;
	play.body = ENGINE_CHALLENGE;
	/* no signature of WBXML either: nothing is looked for */
	goes(RX, ANY, CLEAR, WBXML, "parse(wire) decide(wire) challenge()", OMASEC_VERDICT_RESPOND, "asks");
	play.fails = "verify";
	play.reason = OMASEC_REASON_SIGNATURE_MISSING;
	goes(RX, ANY, CLEAR, XML, "verify(wire) parse(wire) decide(wire) challenge()", OMASEC_VERDICT_RESPOND, "asks");
	goes(RX, ANY, HIDDEN, XML,
	     "decrypt(wire) verify(decrypted) parse(decrypted) decide(decrypted) challenge() encrypt(asks)",
	     OMASEC_VERDICT_RESPOND, "encrypted");
	/* a wrong one is no missing one, and with integrity signature a missing one is the end */
	goes(RX, SIGNATURE, CLEAR, XML, "verify(wire)", OMASEC_VERDICT_REJECT, "");
	play.reason = OMASEC_REASON_SIGNATURE_WRONG;
	goes(RX, ANY, CLEAR, XML, "verify(wire)", OMASEC_VERDICT_REJECT, "");
	assert_int_equal(last.reason, OMASEC_REASON_SIGNATURE_WRONG);
}

static void without_the_module_it_is_refused(void **state)
{
	static const struct { int err; uint32_t reason; } rows[] = {
		{ -ENOKEY, OMASEC_REASON_KEY_MISSING }, { -EKEYREVOKED, OMASEC_REASON_KEY_REVOKED },
		{ -ENOMEM, OMASEC_REASON_NO_MEMORY }, { -EINVAL, OMASEC_REASON_AUTH_FAILED },
		{ -ESTALE, OMASEC_REASON_HELPER_ERROR },
	};
	struct omasec_message msg = { .cookie = 7, .path = RX, .integrity = SIGNATURE };
	struct engine_decision d = { .verdict = ACCEPT, .mac_nonce.known = true };
	struct dm_facts facts = { 0 };
	struct dm_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		play.judged = play.made = rows[i].err;
		assert_true(cred_judge(NULL, &msg, &facts, &err));
		assert_int_equal(err.reason, rows[i].reason);
		assert_true(cred_make(NULL, &msg, &d, &err));
		assert_int_equal(err.reason, rows[i].reason);
		assert_false(d.edits.set_cred);
	}
	play.judged = -ENOKEY;
	goes(RX, SIGNATURE, CLEAR, XML, "verify(wire) parse(verified) judge()", OMASEC_VERDICT_REJECT, "");
	play.nonce = true;
	goes(TX, SIGNATURE, CLEAR, XML, "parse(wire) decide(wire) make(n1)", OMASEC_VERDICT_REJECT, "");
	play.fails = "verify";
	goes(RX, SIGNATURE, CLEAR, XML, "verify(wire)", OMASEC_VERDICT_REJECT, "");
}

/* ------------------------------------------------------------------ AES-CBC */

static struct engine engine;

static int setup_legacy(void **state)
{
	setup(state);
	play.content_cipher = OMASEC_CONTENT_CIPHER_AES_128_CBC;
	play.mac_state = OMASEC_MAC_STATE_OK;
	play.engine = &engine;
	return accounts_init(&engine.accounts, NULL, NULL);
}

static int teardown_legacy(void **state)
{
	accounts_free(&engine.accounts);
	return 0;
}

static unsigned int spent(void)
{
	struct account *a = account_find(&engine.accounts, "acct");
	unsigned int i, n = 0;

	for (i = 0; a && i < BUDGET_SLOTS; i++)
		n += !!a->budget.failed[i];
	assert_int_equal(a ? a->budget.taken : 0, 0);
	assert_int_equal(a && a->budget_dirty, n > 0);
	assert_ptr_equal(engine.accounts.dirty, n ? a : NULL);
	return n;
}

#define OPENED "decrypt(wire) parse(decrypted) decide(decrypted)"

/* A right MAC, and it is as always. */
static void legacy_with_a_right_mac(void **state)
{
	goes(RX, MAC, HIDDEN, XML, OPENED, ACCEPT, "decrypted");
	goes(RX, MAC, WHOLE, XML, OPENED, ACCEPT, "decrypted");
	goes(TX, BOTH, OBJECTS, XML, "parse(wire) decide(wire) sign(wire) encrypt-objects(signed)", ACCEPT, "encrypted");
	play.content_cipher = OMASEC_CONTENT_CIPHER_AES_256_CBC;
	goes(RX, MAC, OBJECTS, XML, "decrypt-objects(wire) parse(decrypted) decide(decrypted)", ACCEPT, "decrypted");
	assert_int_equal(spent(), 0);
}

static uint32_t mac_reason(uint8_t mac)
{
	const struct engine_in in = { .auth = DM_AUTH_MAC };

	return engine_mac_reason(&in, mac);
}

/* Without it nothing is decrypted: what answers it comes from the header, and nothing is delivered. */
static void legacy_without_a_right_mac(void **state)
{
	uint8_t mac;

	for (mac = OMASEC_MAC_STATE_UNCHECKED; mac <= OMASEC_MAC_STATE_USER_UNKNOWN; mac++) {
		if (mac == OMASEC_MAC_STATE_OK)
			continue;
		play.mac_state = mac;
		play.verdict = OMASEC_VERDICT_RESPOND;
		play.body = ENGINE_CHALLENGE;
		goes(RX, MAC, HIDDEN, XML, "header(wire) parse(bare) decide(bare) challenge() encrypt(asks)",
		     OMASEC_VERDICT_RESPOND, "encrypted");
		goes(RX, BOTH, OBJECTS, XML,
		     "header(wire) parse(bare) decide(bare) challenge() sign(asks) encrypt-objects(signed)",
		     OMASEC_VERDICT_RESPOND, "encrypted");
		goes(RX, MAC, WHOLE, XML, "", OMASEC_VERDICT_REJECT, "");
		assert_int_equal(last.reason, mac_reason(mac));
		play.verdict = ACCEPT;
		play.body = ENGINE_KEEP;
		goes(RX, BOTH, HIDDEN, XML, "header(wire) parse(bare) decide(bare)", OMASEC_VERDICT_REJECT, "");
		assert_int_equal(last.reason, mac_reason(mac));
	}
	assert_int_equal(spent(), 0);
	/* with GCM it is as before */
	play.content_cipher = OMASEC_CONTENT_CIPHER_AES_256_GCM;
	goes(RX, MAC, HIDDEN, XML, OPENED, ACCEPT, "decrypted");
}

/* Whatever is wrong behind the cipher: one reason, one text, and one less of the budget. */
static void legacy_fails_in_one_way(void **state)
{
	static const struct {
		const char *fails, *words;
		uint32_t reason;
		bool counts;
	} c[] = {
		{ "decrypt", "decrypt(wire)", OMASEC_REASON_DECRYPTION_FAILED, true },
		{ "decrypt", "decrypt(wire)", OMASEC_REASON_WORKER_DIED, true },
		{ "decrypt", "decrypt(wire)", OMASEC_REASON_DEADLINE, true },
		{ "verify", "decrypt(wire) verify(decrypted)", OMASEC_REASON_SIGNATURE_MISSING, true },
		{ "verify", "decrypt(wire) verify(decrypted)", OMASEC_REASON_KEY_MISSING, true },
		{ "parse", "decrypt(wire) verify(decrypted) parse(verified)", OMASEC_REASON_DM_BAD, true },
		{ "parse", "decrypt(wire) verify(decrypted) parse(verified)", OMASEC_REASON_XML_BAD, true },
		{ "decrypt", "decrypt(wire)", OMASEC_REASON_ALGORITHM_REFUSED, false },
		{ "decrypt", "decrypt(wire)", OMASEC_REASON_PROFILE_VIOLATED, false },
		{ "decrypt", "decrypt(wire)", OMASEC_REASON_KEY_MISSING, false },
	};
	unsigned int i, n = 0;

	for (i = 0; i < sizeof(c) / sizeof(*c); i++) {
		play.fails = c[i].fails;
		play.reason = c[i].reason;
		goes(RX, BOTH, HIDDEN, XML, c[i].words, OMASEC_VERDICT_REJECT, "");
		n += c[i].counts;
		assert_int_equal(last.reason, c[i].counts ? OMASEC_REASON_DECRYPTION_FAILED : c[i].reason);
		if (c[i].counts)
			assert_string_equal(last.detail, "message cannot be decrypted");
		assert_int_equal(spent(), n);
	}
	/* what leaves has nothing to do with it */
	play.fails = "encrypt";
	goes(TX, MAC, HIDDEN, XML, "parse(wire) decide(wire) encrypt(wire)", OMASEC_VERDICT_REJECT, "");
	assert_int_equal(spent(), n);
}

/* Then none is decrypted any more, a right one neither; with another key of the rule it is not about that. */
static void legacy_is_blocked(void **state)
{
	unsigned int i;

	play.fails = "decrypt";
	play.reason = OMASEC_REASON_DECRYPTION_FAILED;
	for (i = 0; i < BUDGET_SLOTS; i++) {
		goes(RX, MAC, HIDDEN, XML, "decrypt(wire)", OMASEC_VERDICT_REJECT, "");
		assert_int_equal(last.reason, OMASEC_REASON_DECRYPTION_FAILED);
	}
	play.fails = NULL;
	goes(RX, MAC, HIDDEN, XML, "", OMASEC_VERDICT_REJECT, "");
	assert_int_equal(last.reason, OMASEC_REASON_DECRYPTION_BLOCKED);
	assert_non_null(strstr(last.detail, " seconds"));
	goes(TX, MAC, HIDDEN, XML, "parse(wire) decide(wire) encrypt(wire)", ACCEPT, "encrypted");
	assert_int_equal(spent(), BUDGET_SLOTS);
	account_find(&engine.accounts, "acct")->budget.failed[7] -= BUDGET_SECONDS;
	goes(RX, MAC, HIDDEN, XML, OPENED, ACCEPT, "decrypted");
}

#define LEGACY(f) cmocka_unit_test_setup_teardown(f, setup_legacy, teardown_legacy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(mac_alone_leaves_the_octets, setup),
		cmocka_unit_test_setup(arriving_it_is_opened_first, setup),
		cmocka_unit_test_setup(leaving_it_is_signed_then_encrypted, setup),
		cmocka_unit_test_setup(the_whole_of_it, setup),
		cmocka_unit_test_setup(with_the_cipher_of_the_rule, setup),
		cmocka_unit_test_setup(objects_too, setup),
		cmocka_unit_test_setup(signed_objects, setup),
		cmocka_unit_test_setup(edited_and_own_messages_too, setup),
		cmocka_unit_test_setup(what_fails_is_refused, setup),
		cmocka_unit_test_setup(lists_stand_between, setup),
		cmocka_unit_test_setup(rejected_is_not_signed, setup),
		cmocka_unit_test_setup(wbxml_does_not_arrive, setup),
		cmocka_unit_test_setup(wbxml_leaves_as_xml, setup),
		cmocka_unit_test_setup(a_mac_alone_keeps_the_encoding, setup),
		cmocka_unit_test_setup(wbxml_is_delivered, setup),
		cmocka_unit_test_setup(rounds_of_our_own_are_xml, setup),
		cmocka_unit_test_setup(the_cred_is_inside, setup),
		cmocka_unit_test_setup(any_is_found_out, setup),
		cmocka_unit_test_setup(without_the_module_it_is_refused, setup),
		LEGACY(legacy_with_a_right_mac),
		LEGACY(legacy_without_a_right_mac),
		LEGACY(legacy_fails_in_one_way),
		LEGACY(legacy_is_blocked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
