// SPDX-License-Identifier: GPL-2.0
/*
 * XML security through the worker, whose one question goes back to the parent. The
 * program is its own worker, beside the installed one; or, by a letter in the path under which it was
 * started, one that asks for what it has no business with.
 */
#include "dm_samples.h"
#include "xsec_keys.h"

#include "dm/worker_client.h"

#define main worker_main
#include "../../userspace/worker/main.c"
#undef main
#include "../../userspace/worker/sandbox.c"
#include "../../userspace/worker/channel.c"
#include "../../userspace/worker/serve.c"
#include "../../userspace/worker/serve_xsec.c"

#include <fcntl.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/wait.h>

static char directory[32] = "/tmp/omasec-worker-XXXXXX";
static struct dm_error err;

/* --- odd workers -------------------------------------------------------- */

static void ask_for(uint32_t id, struct worker_crypto ask)
{
	struct worker_frame frame;
	static uint8_t reply[sizeof(struct worker_crypto_done) + 4096];

	if (!write_frame(WORKER_FD, WORKER_CRYPTO, id, &ask, sizeof(ask), "octets", 6) ||
	    !read_all(WORKER_FD, &frame, sizeof(frame)) || frame.length > sizeof(reply) ||
	    !read_all(WORKER_FD, reply, frame.length))
		_exit(0);
}

static int odd_worker(char kind)
{
	struct worker_crypto ask = { .op = XSEC_MAC, .sign = XSEC_HMAC_SHA256 };
	struct worker_frame frame;
	struct worker_hello hello;
	uint8_t *body;
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	worker_hello_fill(&hello, 0);
	write_frame(WORKER_FD, WORKER_HELLO, 0, NULL, 0, &hello, sizeof(hello));
	if (!read_all(WORKER_FD, &frame, sizeof(frame)))
		return 0;
	body = malloc(frame.length);
	if (!read_all(WORKER_FD, body, frame.length))
		return 0;
	free(body);
	switch (kind) {
	case 'o':	/* another operation */
		ask.op = XSEC_SIGN;
		break;
	case 'd':	/* what decryption would need */
		ask.op = XSEC_OPEN;
		break;
	case 'a':	/* another algorithm */
		ask.sign = XSEC_HMAC_SHA512;
		break;
	case 'w':	/* a wrapped key over the end */
		ask.wrapped_len = XSEC_WRAPPED_MAX + 1;
		break;
	case 'i':	/* for another request */
		frame.id++;
		break;
	case 't':	/* twice */
		ask_for(frame.id, ask);
		break;
	case 'm':	/* once more than a message has objects */
		ask = (struct worker_crypto){ .op = XSEC_SEAL, .cipher = XSEC_AES256_GCM, .wrap = XSEC_KW_AES256 };
		for (i = 0; i < XSEC_OBJECTS_MAX; i++)
			ask_for(frame.id, ask);
		break;
	case 'q':	/* quits once it knows */
		ask_for(frame.id, ask);
		return 7;
	case 'c':	/* the right thing, the control for the others */
		ask_for(frame.id, ask);
		write_frame(WORKER_FD, WORKER_BODY, frame.id, NULL, 0, "x", 1);
		break;
	}
	if (kind != 'c')
		ask_for(frame.id, ask);
	pause();
	return 0;
}

/* --- client -------------------------------------------------------------- */

static struct worker_client *client_of(const char *name, unsigned int timeout)
{
	char path[128];
	struct worker_client_options options = { path, timeout, 0 };
	struct worker_client *wc;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	wc = worker_client_new(&options);
	assert_non_null(wc);
	return wc;
}

struct operation {
	struct worker_xsec how;
	const char *key, *public, *file, *result;
};

static const struct operation operations[] = {
	{ { .what = WORKER_VERIFY }, "mac.key", NULL, "ok-hmac-sha256.xml", "canonical.xml" },
	{ { .what = WORKER_VERIFY, .sign = XSEC_RSA_SHA512 }, "mac.key", "rsa.pub", "ok-rsa-sha512.xml",
	  "canonical.xml" },
	{ { .what = WORKER_VERIFY, .sign = XSEC_ECDSA_SHA384 }, "mac.key", "ec384.pub",
	  "ok-ecdsa-sha384.xml", "canonical.xml" },
	{ { .what = WORKER_VERIFY, .name = "server" }, "mac.key", NULL, "ok-key-name.xml", "canonical.xml" },
	{ { .what = WORKER_SIGN, .name = "server" }, "mac.key", NULL, "plain.xml", NULL },
	{ { .what = WORKER_SIGN, .sign = XSEC_ECDSA_SHA512 }, "ec512.pem", NULL, "plain.xml", NULL },
	{ { .what = WORKER_ENCRYPT, .target = "SyncBody", .cipher = XSEC_AES256_GCM, .wrap = XSEC_KW_AES256 },
	  "kek256.key", NULL, "plain.xml", NULL },
	{ { .what = WORKER_ENCRYPT, .wrap = XSEC_RSA_OAEP }, "rsa.pem", NULL, "plain.xml", NULL },
	{ { .what = WORKER_DECRYPT, .target = "SyncBody" }, "kek128.key", NULL, "ok-aes128-gcm-kw-aes128.xml", "" },
	{ { .what = WORKER_DECRYPT }, "kek128.key", NULL, "ok-enc-root.xml", "" },
	{ { .what = WORKER_DECRYPT, .target = "SyncBody", .wrap = XSEC_RSA_OAEP }, "rsa.pem", NULL,
	  "ok-aes128-gcm-rsa-oaep-mgf1p.xml", "" },
};

static int perform(struct worker_client *wc, const struct operation *o, const struct xsec_crypto *crypto,
		   uint8_t **out, size_t *len)
{
	struct worker_xsec how = o->how;
	size_t message_len, public_len = 0;
	uint8_t *message = xsec_file(o->file, &message_len);
	uint8_t *public = o->public ? xsec_file(o->public, &public_len) : NULL;
	int ret;

	if (public)
		memcpy(how.public, public, public_len);
	how.public_len = (uint32_t)public_len;
	memset(&err, 0, sizeof(err));
	ret = worker_client_xsec(wc, &how, message, message_len, crypto, out, len, &err);
	free(message);
	free(public);
	return ret;
}

static void good(struct worker_client *wc, const struct operation *o)
{
	struct xsec_keys keys;
	struct xsec_crypto crypto = { xsec_keys_do, &keys };
	uint8_t *out = NULL, *expected;
	size_t len, expected_len;

	xsec_keys_load(&keys, o->key);
	if (perform(wc, o, &crypto, &out, &len))
		fail_msg("%s", err.text);
	assert_int_equal(keys.asked, o->public ? 0 : 1);
	if (o->result && o->result[0]) {
		expected = xsec_file(o->result, &expected_len);
		assert_int_equal(len, expected_len);
		assert_memory_equal(out, expected, len);
		free(expected);
	} else if (o->result) {
		assert_non_null(memmem(out, len, "good", 4));
	} else {
		assert_non_null(memmem(out, len, o->how.what == WORKER_SIGN ? "<Signature" : "<EncryptedData", 10));
	}
	free(out);
	xsec_keys_free(&keys);
}

static struct worker_client *shared, *installed;

static void performs(void **state)
{
	good(shared, *state);
}

/* Without sanitizers, whose calls the sandbox has to allow. */
static void installed_performs(void **state)
{
	good(installed, *state);
}

/* Requests of both kinds in turns; the message parsed last is still there. */
static void leaves_the_message(void **state)
{
	static struct dm_edits edits = { .set_msg_id = 7 };
	static struct dm_facts facts;
	struct worker_client *wc = client_of("worker", 20000);
	uint8_t *out;
	size_t len;

	(void)state;
	assert_int_equal(worker_client_parse(wc, TYPE_XML, (const uint8_t *)SAMPLE, strlen(SAMPLE), &facts, &err), 0);
	good(wc, &operations[0]);
	assert_int_equal(worker_client_edit(wc, &edits, &out, &len, &err), 0);
	assert_non_null(memmem(out, len, "<MsgID>7</MsgID>", 16));
	free(out);
	worker_client_free(wc);
}

#define ODD MESSAGE(HDR_FIELDS, "<Add><CmdID>1</CmdID><Item><Data a='b'/></Item></Add><Final/>")

/* Needs no key, and leaves the message that was parsed. */
static void converts(void **state)
{
	static struct dm_edits edits = { .set_msg_id = 7 };
	static struct dm_facts facts;
	struct worker_client *wc = *state ? installed : shared;
	struct worker_xsec how = { .what = WORKER_TO_WBXML };
	struct xsec_crypto crypto = { 0 };
	uint8_t *out, *back;
	size_t len, back_len;

	assert_int_equal(worker_client_parse(wc, TYPE_XML, (const uint8_t *)SAMPLE, strlen(SAMPLE), &facts, &err), 0);
	assert_int_equal(worker_client_xsec(wc, &how, (const uint8_t *)SAMPLE, strlen(SAMPLE), &crypto, &out, &len,
					    &err), 0);
	assert_memory_equal(out, "\x02\xa4\x01\x6a", 4);
	how.what = WORKER_TO_XML;
	assert_int_equal(worker_client_xsec(wc, &how, out, len, &crypto, &back, &back_len, &err), 0);
	assert_non_null(memmem(back, back_len, "v &lt; w", 8));
	free(back);
	out[1] = 0x7f;
	assert_int_equal(worker_client_xsec(wc, &how, out, len, &crypto, &back, &back_len, &err), -EBADMSG);
	assert_int_equal(err.reason, OMASEC_REASON_WBXML_BAD);
	free(out);
	how.what = WORKER_HEADER;
	assert_int_equal(worker_client_xsec(wc, &how, (const uint8_t *)ODD, strlen(ODD), &crypto, &out, &len, &err), 0);
	assert_non_null(memmem(out, len, "</SyncHdr><SyncBody><Final/></SyncBody>", 39));
	free(out);
	how.what = WORKER_TO_WBXML;
	assert_int_equal(worker_client_xsec(wc, &how, (const uint8_t *)ODD, strlen(ODD), &crypto, &out, &len, &err),
			 -EBADMSG);
	assert_int_equal(err.reason, OMASEC_REASON_NOT_CONVERTIBLE);
	assert_int_equal(worker_client_edit(wc, &edits, &out, &len, &err), 0);
	assert_non_null(memmem(out, len, "<MsgID>7</MsgID>", 16));
	free(out);
}

static void refusals_come_through(void **state)
{
	static const struct {
		struct operation o;
		unsigned int reason;
	} rows[] = {
		{ { { .what = WORKER_VERIFY }, "mac.key", NULL, "wrapped1.xml", NULL }, OMASEC_REASON_PROFILE_VIOLATED },
		{ { { .what = WORKER_VERIFY }, "mac.key", NULL, "bad-content.xml", NULL }, OMASEC_REASON_SIGNATURE_WRONG },
		{ { { .what = WORKER_VERIFY }, "mac.key", NULL, "unsigned.xml", NULL }, OMASEC_REASON_SIGNATURE_MISSING },
		{ { { .what = WORKER_VERIFY }, "mac.key", NULL, "ok-key-name.xml", NULL }, OMASEC_REASON_SIGNER_UNKNOWN },
		{ { { .what = WORKER_VERIFY }, "mac.key", NULL, "hmac-sha1.xml", NULL }, OMASEC_REASON_ALGORITHM_REFUSED },
		{ { { .what = WORKER_VERIFY }, "mac.key", NULL, "bomb.xml", NULL }, OMASEC_REASON_XML_BAD },
		{ { { .what = WORKER_DECRYPT }, "kek128.key", NULL, "ok-aes128-gcm-kw-aes128.xml", NULL },
		  OMASEC_REASON_PROFILE_VIOLATED },
		{ { { .what = WORKER_DECRYPT, .target = "SyncBody", .cipher = 2, .wrap = 2 }, "kek256.key", NULL,
		    "changed-tag.xml", NULL },
		  OMASEC_REASON_DECRYPTION_FAILED },
		{ { { .what = WORKER_VERIFY, .sign = XSEC_RSA_SHA256 }, "mac.key", NULL, "ok-rsa-sha256.xml", NULL },
		  OMASEC_REASON_KEY_MISSING },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct xsec_keys keys;
		struct xsec_crypto crypto = { xsec_keys_do, &keys };
		uint8_t *out = NULL;
		size_t len;

		xsec_keys_load(&keys, rows[i].o.key);
		assert_int_equal(perform(shared, &rows[i].o, &crypto, &out, &len), -EBADMSG);
		assert_int_equal(err.reason, rows[i].reason);
		assert_null(out);
		good(shared, &operations[i % 4]);
	}
}

static void key_fails(void **state)
{
	struct xsec_keys keys;
	struct xsec_crypto crypto = { xsec_keys_do, &keys };
	uint8_t *out = NULL;
	size_t len;

	(void)state;
	xsec_keys_load(&keys, "mac.key");
	keys.error = -EKEYREVOKED;
	assert_int_equal(perform(shared, &operations[0], &crypto, &out, &len), -EBADMSG);
	assert_int_equal(err.reason, OMASEC_REASON_KEY_REVOKED);
	assert_null(out);
	good(shared, &operations[0]);
}

static int struck;

/* The worker is hit by a signal just when the parent has its question. */
static int strike(void *private, const struct xsec_request *r, struct xsec_reply *reply)
{
	(void)r;
	kill(worker_client_pid(private), struck);
	reply->data = calloc(1, 32);
	reply->len = 32;
	return reply->data ? 0 : -ENOMEM;
}

static void dies_in_the_middle(void **state)
{
	struct worker_client *wc = client_of("worker", 20000);
	struct xsec_crypto crypto = { strike, wc };
	uint8_t *out = NULL;
	size_t len, i;

	(void)state;
	struck = SIGKILL;
	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		if (operations[i].public)
			continue;
		assert_int_equal(perform(wc, &operations[i], &crypto, &out, &len), -EPIPE);
		assert_int_equal(err.reason, OMASEC_REASON_WORKER_DIED);
		assert_null(out);
		good(wc, &operations[i]);
	}
	worker_client_free(wc);
}

static void stalls_in_the_middle(void **state)
{
	struct worker_client *wc = client_of("worker", 3000);
	struct xsec_crypto crypto = { strike, wc };
	uint8_t *out = NULL;
	size_t len;

	(void)state;
	struck = SIGSTOP;
	assert_int_equal(perform(wc, &operations[0], &crypto, &out, &len), -ETIMEDOUT);
	assert_int_equal(err.reason, OMASEC_REASON_DEADLINE);
	assert_null(out);
	good(wc, &operations[0]);
	worker_client_free(wc);
}

/* As large as a message may be, either way, and one octet more. */
static void carries_the_largest(void **state)
{
	struct worker_client *wc = client_of("worker", 60000);
	struct worker_xsec how = { .what = WORKER_SIGN };
	struct xsec_keys keys;
	struct xsec_crypto crypto = { xsec_keys_do, &keys };
	size_t size = XSEC_MESSAGE_MAX + 1, len, at;
	uint8_t *message = malloc(size), *out = NULL, *back = NULL;

	(void)state;
	xsec_keys_load(&keys, "mac.key");
	memset(message, 'x', size);
	at = (size_t)sprintf((char *)message, "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncBody>");
	message[at] = 'x';
	memcpy(message + XSEC_MESSAGE_MAX - 2000, "</SyncBody></SyncML>", 20);
	assert_int_equal(worker_client_xsec(wc, &how, message, XSEC_MESSAGE_MAX - 1980, &crypto, &out, &len,
					    &err), 0);
	how.what = WORKER_VERIFY;
	assert_int_equal(worker_client_xsec(wc, &how, out, len, &crypto, &back, &len, &err), 0);
	assert_int_equal(len, XSEC_MESSAGE_MAX - 1980);
	assert_memory_equal(back, message, len);
	free(out);
	out = NULL;
	assert_int_equal(worker_client_xsec(wc, &how, message, size, &crypto, &out, &len, &err), -EBADMSG);
	assert_int_equal(err.reason, OMASEC_REASON_TOO_LARGE);
	assert_null(out);
	how.what = WORKER_HEADER + 1;
	assert_int_equal(worker_client_xsec(wc, &how, message, 100, &crypto, &out, &len, &err), -EINVAL);
	free(back);
	free(message);
	worker_client_free(wc);
}

/* True when @octets are anywhere in the memory of @pid. */
static bool in_memory(pid_t pid, const void *octets, size_t len)
{
	char path[64], line[512];
	unsigned long from, to;
	bool found = false;
	uint8_t *copy;
	FILE *maps;
	int mem;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	mem = open(path, O_RDONLY);
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "r");
	assert_true(mem >= 0 && maps);
	while (!found && fgets(line, sizeof(line), maps)) {
		ssize_t n;

		/* what can be written can hold a secret */
		if (sscanf(line, "%lx-%lx", &from, &to) != 2 || !strstr(line, " rw"))
			continue;
		copy = malloc(to - from);
		assert_non_null(copy);
		n = pread(mem, copy, to - from, (off_t)from);
		found = n > 0 && memmem(copy, (size_t)n, octets, len);
		free(copy);
	}
	fclose(maps);
	close(mem);
	return found;
}

/* After all kinds of traffic: neither the secrets nor a session key; a message is found. */
static void no_secret_in_the_worker(void **state)
{
	static const char *const files[] = { "mac.key", "kek128.key", "kek256.key" };
	struct worker_client *wc = client_of("installed", 20000);
	struct xsec_keys keys;
	size_t i;
	pid_t pid;

	(void)state;
	if (geteuid())
		skip();
	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		good(wc, &operations[i]);
	pid = worker_client_pid(wc);
	for (i = 0; i < 3; i++) {
		xsec_keys_load(&keys, files[i]);
		assert_false(in_memory(pid, keys.secret, keys.secret_len));
	}
	for (i = 0; i < sizeof(xsec_sessions) / sizeof(xsec_sessions[0]); i++)
		assert_false(in_memory(pid, xsec_sessions[i], 16));
	assert_true(in_memory(pid, "SYNCML:SYNCML1.2", 16));
	worker_client_free(wc);
}

/* Many Ids, all different, one of them twice, and too many. */
static void many_ids(void **state)
{
	static const struct { int n, twice, ret; } rows[] = { { 4096, 0, 0 }, { 4096, 1, -EBADMSG }, { 4097, 0, -EBADMSG } };
	struct worker_xsec how = { .what = WORKER_SIGN };
	struct xsec_keys keys;
	struct xsec_crypto crypto = { xsec_keys_do, &keys };
	char *message = malloc(1 << 18), *p;
	size_t i, len;
	int j;

	(void)state;
	for (i = 0; i < 3; i++) {
		uint8_t *out = NULL;

		xsec_keys_load(&keys, "mac.key");
		p = stpcpy(message, "<SyncML xmlns=\"SYNCML:SYNCML1.2\">");
		for (j = 0; j < rows[i].n; j++)
			p += sprintf(p, "<a Id=\"i%d\"/>", rows[i].twice && j == 4000 ? 17 : j);
		p = stpcpy(p, "</SyncML>");
		memset(&err, 0, sizeof(err));
		assert_int_equal(worker_client_xsec(installed, &how, (uint8_t *)message, (size_t)(p - message),
						    &crypto, &out, &len, &err), rows[i].ret);
		assert_int_equal(err.reason, rows[i].ret ? OMASEC_REASON_PROFILE_VIOLATED : OMASEC_REASON_NONE);
		free(out);
	}
	free(message);
}

static const struct odd {
	const char *name, *file;
	int ret;
	unsigned int asked;
} odd[] = {
	{ "another operation is not done", "o", -EPROTO, 0 },
	{ "nothing is decrypted while verifying", "d", -EPROTO, 0 },
	{ "another algorithm is not used", "a", -EPROTO, 0 },
	{ "a wrapped key over the end", "w", -EPROTO, 0 },
	{ "for another request", "i", -EPROTO, 0 },
	{ "one operation, one question", "t", -EPROTO, 1 },
	{ "knowing is not enough", "q", -EPIPE, 1 },
	{ "nothing to convert a message", "c", -EPROTO, 0 },
};

static void odd_worker_gets_nothing(void **state)
{
	const struct odd *row = *state;
	static const struct operation convert = { { .what = WORKER_TO_WBXML }, "mac.key", NULL, "plain.xml", NULL };
	struct worker_client *wc = client_of(row->file, 3000);
	struct xsec_keys keys;
	struct xsec_crypto crypto = { xsec_keys_do, &keys };
	uint8_t *out = NULL;
	size_t len;

	xsec_keys_load(&keys, "mac.key");
	assert_int_equal(perform(wc, row->file[0] == 'c' ? &convert : &operations[0], &crypto, &out, &len), row->ret);
	assert_int_equal(err.reason, OMASEC_REASON_WORKER_DIED);
	assert_int_equal(keys.asked, row->asked);
	assert_null(out);
	worker_client_free(wc);
}

#define OBJECT "<Item><Target><LocURI>./A</LocURI></Target><Data>hidden</Data></Item>"
#define OBJECTS "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr/><SyncBody><Add>" OBJECT OBJECT "</Add><Results>" \
	OBJECT "</Results></SyncBody></SyncML>"

static uint32_t required;

static int of_objects(struct worker_client *wc, uint32_t what, const void *message, size_t message_len,
		      struct xsec_keys *keys, uint8_t **out, size_t *len)
{
	struct worker_xsec how = {
		.what = what, .cipher = XSEC_AES256_GCM, .wrap = XSEC_KW_AES256, .require = required,
	};
	struct xsec_crypto crypto = { xsec_keys_do, keys };

	xsec_keys_load(keys, "kek256.key");
	*out = NULL;
	return worker_client_xsec(wc, &how, message, message_len, &crypto, out, len, &err);
}

/* A question for each object; between two of them the worker has nothing more to ask. */
static void objects_ask_for_each(void **state)
{
	struct worker_client *wc = *state ? installed : shared;
	struct xsec_keys keys;
	uint8_t *out, *back;
	size_t len, back_len;

	assert_int_equal(of_objects(wc, WORKER_ENCRYPT_OBJECTS, OBJECTS, strlen(OBJECTS), &keys, &out, &len), 0);
	assert_int_equal(keys.asked, 3);
	assert_null(memmem(out, len, "hidden", 6));
	assert_int_equal(of_objects(wc, WORKER_DECRYPT_OBJECTS, out, len, &keys, &back, &back_len), 0);
	assert_int_equal(keys.asked, 3);
	assert_int_equal(back_len, strlen(OBJECTS));
	assert_memory_equal(back, OBJECTS, back_len);
	free(back);
	assert_int_equal(of_objects(wc, WORKER_DECRYPT_OBJECTS, OBJECTS, strlen(OBJECTS), &keys, &back, &back_len),
			 -EBADMSG);
	assert_int_equal(err.reason, OMASEC_REASON_PROFILE_VIOLATED);
	assert_int_equal(keys.asked, 0);
	assert_null(back);
	free(out);
}

/* The same for signatures; to check those of a key that is there to be seen, nothing is asked. */
static void signed_objects_ask_for_each(void **state)
{
	struct worker_client *wc = *state ? installed : shared;
	struct xsec_keys keys;
	uint8_t *out, *back;
	size_t len, back_len;

	assert_int_equal(of_objects(wc, WORKER_SIGN_OBJECTS, OBJECTS, strlen(OBJECTS), &keys, &out, &len), 0);
	assert_int_equal(keys.asked, 3);
	assert_int_equal(of_objects(wc, WORKER_VERIFY_OBJECTS, out, len, &keys, &back, &back_len), 0);
	assert_int_equal(keys.asked, 3);
	assert_int_equal(back_len, strlen(OBJECTS));
	assert_memory_equal(back, OBJECTS, back_len);
	free(back);
	/* no signature: only where one is required is that a fault */
	assert_int_equal(of_objects(wc, WORKER_VERIFY_OBJECTS, OBJECTS, strlen(OBJECTS), &keys, &back, &back_len), 0);
	assert_int_equal(keys.asked, 0);
	free(back);
	required = 1;
	assert_int_equal(of_objects(wc, WORKER_VERIFY_OBJECTS, OBJECTS, strlen(OBJECTS), &keys, &back, &back_len), -EBADMSG);
	assert_int_equal(err.reason, OMASEC_REASON_SIGNATURE_MISSING);
	assert_null(back);
	assert_int_equal(of_objects(wc, WORKER_VERIFY_OBJECTS, out, len, &keys, &back, &back_len), 0);
	free(back);
	required = 2;
	assert_int_equal(of_objects(wc, WORKER_VERIFY_OBJECTS, out, len, &keys, &back, &back_len), -EINVAL);
	required = 0;
	free(out);
}

static void no_more_questions_than_objects(void **state)
{
	struct worker_client *wc = client_of("m", 60000);
	struct xsec_keys keys;
	uint8_t *out;
	size_t len;

	(void)state;
	assert_int_equal(of_objects(wc, WORKER_ENCRYPT_OBJECTS, OBJECTS, strlen(OBJECTS), &keys, &out, &len), -EPROTO);
	assert_int_equal(keys.asked, XSEC_OBJECTS_MAX);
	/* of a whole message, one */
	assert_int_equal(of_objects(wc, WORKER_ENCRYPT, OBJECTS, strlen(OBJECTS), &keys, &out, &len), -EPROTO);
	assert_int_equal(keys.asked, 1);
	assert_null(out);
	worker_client_free(wc);
}

static void right_question_is_answered(void **state)
{
	struct worker_client *wc = client_of("c", 3000);
	struct xsec_keys keys;
	struct xsec_crypto crypto = { xsec_keys_do, &keys };
	uint8_t *out = NULL;
	size_t len;

	(void)state;
	xsec_keys_load(&keys, "mac.key");
	assert_int_equal(perform(wc, &operations[0], &crypto, &out, &len), 0);
	assert_int_equal(len, 1);
	free(out);
	worker_client_free(wc);
}

/* Only XML security has questions. */
static void no_question_when_parsing(void **state)
{
	static struct dm_facts facts;
	struct worker_client *wc = client_of("c", 3000);

	(void)state;
	assert_int_equal(worker_client_parse(wc, TYPE_XML, (const uint8_t *)SAMPLE, strlen(SAMPLE), &facts, &err),
			 -EPROTO);
	worker_client_free(wc);
}

static int make_directory(void)
{
	static const char names[] = "acdimoqtw";
	char path[128], self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	size_t i;

	if (n < 0 || !mkdtemp(directory))
		return -1;
	self[n] = 0;
	snprintf(path, sizeof(path), "%s/worker", directory);
	if (symlink(self, path))
		return -1;
	snprintf(path, sizeof(path), "%s/installed", directory);
	if (symlink(OMASEC_WORKER, path))
		return -1;
	for (i = 0; names[i]; i++) {
		snprintf(path, sizeof(path), "%s/%c", directory, names[i]);
		if (symlink(self, path))
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct table t;
	const char *path = (const char *)getauxval(AT_EXECFN), *name = path ? strrchr(path, '/') : NULL;
	static char names[sizeof(operations) / sizeof(operations[0])][64], command[64];
	size_t i;
	int ret;

	if (name && !strncmp(path, "/tmp/omasec-worker-", 19)) {
		if (!strcmp(name, "/worker"))
			return worker_main(argc, argv);
		_exit(odd_worker(name[1]));
	}
	if (make_directory()) {
		perror(directory);
		return 1;
	}
	shared = client_of("worker", 20000);
	installed = client_of("installed", 20000);
	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		snprintf(names[i], sizeof(names[i]), "operation %u with %s", operations[i].how.what,
			 operations[i].public ? operations[i].public : operations[i].key);
		table_add(&t, names[i], performs, &operations[i]);
		table_add(&t, names[i], installed_performs, &operations[i]);
	}
#define ADD(test) table_add(&t, #test, test, NULL)
	ADD(leaves_the_message);
	ADD(converts);
	table_add(&t, "converts, installed", converts, &t);
	ADD(refusals_come_through);
	ADD(key_fails);
	ADD(dies_in_the_middle);
	ADD(stalls_in_the_middle);
	ADD(carries_the_largest);
	ADD(many_ids);
	ADD(no_secret_in_the_worker);
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		table_add(&t, odd[i].name, odd_worker_gets_nothing, &odd[i]);
	table_add(&t, "objects_ask_for_each", objects_ask_for_each, NULL);
	table_add(&t, "objects_ask_for_each, installed", objects_ask_for_each, &t);
	table_add(&t, "signed_objects_ask_for_each", signed_objects_ask_for_each, NULL);
	table_add(&t, "signed_objects_ask_for_each, installed", signed_objects_ask_for_each, &t);
	ADD(no_more_questions_than_objects);
	ADD(right_question_is_answered);
	ADD(no_question_when_parsing);
	ret = table_run("worker_xsec", &t);
	worker_client_free(shared);
	worker_client_free(installed);
	snprintf(command, sizeof(command), "rm -r %s", directory);
	if (system(command))
		perror(directory);
	return ret;
}
