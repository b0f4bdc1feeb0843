// SPDX-License-Identifier: GPL-2.0
/*
 * Management objects encrypted one by one: they come back to the octet, xmlsec1 reads
 * them, nothing of them is in sight, and whatever is not each of them encrypted in the one
 * form, or has something else inside, is refused as a whole.
 */
#include <unistd.h>

#include <linux/omasec.h>

#include "cmocka_table.h"
#include "xsec_keys.h"

#define ENC "http://www.w3.org/2001/04/xmlenc#"
#define METINF(f, t) "<Meta><Format xmlns=\"syncml:metinf\">" f "</Format><Type xmlns=\"syncml:metinf\">" t "</Type></Meta>"
#define ITEM(uri, rest) "<Item><Target><LocURI>" uri "</LocURI></Target>" rest "</Item>"
#define COMMAND(tag, items) "<" tag "><CmdID>4</CmdID>" items "</" tag ">"
#define HEAD "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr/><SyncBody>"
#define TAIL "<Final/></SyncBody></SyncML>"
#define MESSAGE(commands) HEAD commands TAIL

static const struct sample {
	const char *name, *text;
	unsigned int objects;
} samples[] = {
	{ "one object", MESSAGE(COMMAND("Replace", ITEM("./A", METINF("chr", "text/plain") "<Data>secret</Data>"))), 1 },
	{ "no Meta", MESSAGE(COMMAND("Add", ITEM("./A", "<Data>secret</Data>"))), 1 },
	{ "several commands and items", MESSAGE(COMMAND("Add", ITEM("./A", "<Data>secret</Data>") ITEM("./B", "<Data>secret</Data>"))
		COMMAND("Get", ITEM("./C", "")) COMMAND("Results", "<Item><Source><LocURI>./D</LocURI></Source><Data>secret</Data></Item>")), 3 },
	{ "in Atomic and Sequence", MESSAGE("<Atomic><CmdID>1</CmdID><Sequence><CmdID>2</CmdID>" COMMAND("Add", ITEM("./A", "<Data>secret</Data>"))
		"</Sequence>" COMMAND("Replace", ITEM("./B", "<Data>secret</Data>")) "</Atomic>"), 2 },
	{ "a chunk", MESSAGE(COMMAND("Add", ITEM("./A", "<Data>secret</Data><MoreData/>"))), 1 },
	{ "blanks and comments", MESSAGE(COMMAND("Add", "\n <Item>\n<Target><LocURI>./A</LocURI></Target> <!-- c -->\n"
		"<Meta/>\t<!-- secret --><Data ><![CDATA[secret]]></Data >\n</Item >")), 1 },
	{ "elements inside", MESSAGE(COMMAND("Add", ITEM("./A", "<Data><x:a xmlns:x=\"u\">secret<x:Item/></x:a></Data>"))), 1 },
	{ "an Item inside", MESSAGE(COMMAND("Add", ITEM("./A", "<Data><Add>" ITEM("./B", "<Data>secret</Data>") "</Add></Data>"))), 1 },
	{ "encrypted already", MESSAGE(COMMAND("Add", ITEM("./A", METINF("xml", "application/xenc+xml")
		"<Data><EncryptedData xmlns=\"" ENC "\">secret</EncryptedData></Data>"))), 1 },
	{ "empty", MESSAGE(COMMAND("Add", ITEM("./A", "<Data/>"))), 1 },
	{ "prefixes", "<s:SyncML xmlns:s=\"SYNCML:SYNCML1.2\"><s:SyncHdr/><s:SyncBody><s:Add><t:Item xmlns:t=\"SYNCML:SYNCML1.2\">"
		"<s:Meta/><s:Data>secret</s:Data></t:Item></s:Add></s:SyncBody></s:SyncML>", 1 },
	{ "no namespace", "<SyncML><SyncHdr/><SyncBody><Add><Item><Meta><Format>chr</Format></Meta><Data>secret</Data></Item>"
		"</Add></SyncBody></SyncML>", 1 },
	{ "none: no Data", MESSAGE(COMMAND("Get", ITEM("./A", "")) COMMAND("Add", ITEM("./B", METINF("node", "x")))), 0 },
	{ "none: Alert and Exec", MESSAGE(COMMAND("Alert", "<Item><Data>a</Data></Item>") COMMAND("Exec", ITEM("./A", "<Data>a</Data>"))), 0 },
};

static struct xsec_keys keys;
static const struct xsec_crypto crypto = { xsec_keys_do, &keys };
static const struct xsec_key key;
static struct dm_error err;

static int setup(void **state)
{
	(void)state;
	xsec_keys_load(&keys, "kek256.key");
	memset(&err, 0, sizeof(err));
	return 0;
}

static int encrypt(const void *text, size_t len, uint8_t **out, size_t *out_len)
{
	setup(NULL);
	*out = NULL;
	return xsec_encrypt_objects(text, len, XSEC_AES256_GCM, XSEC_KW_AES256, &key, &crypto, out, out_len, &err);
}

static int decrypt(const void *text, size_t len, uint8_t **out, size_t *out_len)
{
	setup(NULL);
	*out = NULL;
	return xsec_decrypt_objects(text, len, XSEC_AES256_GCM, XSEC_KW_AES256, &key, &crypto, out, out_len, &err);
}

static void refused(const void *text, size_t len, uint32_t reason, unsigned int asked)
{
	uint8_t *out;
	size_t out_len;

	assert_int_not_equal(decrypt(text, len, &out, &out_len), 0);
	assert_null(out);
	if (err.reason != reason)
		fail_msg("reason %u, expected %u: %s", err.reason, reason, err.text);
	assert_int_equal(keys.asked, asked);
}

/* xmlsec1 decrypts the first EncryptedData by itself. */
static void peer_reads(const uint8_t *message, size_t len)
{
	const char *from = memmem(message, len, "<EncryptedData", 14), *to;
	char path[] = "/tmp/xsec.XXXXXX", command[512], text[4096] = "";
	int fd = mkstemp(path);
	FILE *f;

	to = memmem(from, len - (size_t)(from - (const char *)message), "</EncryptedData>", 16);
	assert_non_null(to);
	assert_int_equal(write(fd, from, (size_t)(to + 16 - from)), to + 16 - from);
	close(fd);
	snprintf(command, sizeof(command), "cd %s && xmlsec1 --decrypt --aeskey kek256.key %s 2>/dev/null", XSEC_DATA, path);
	f = popen(command, "r");
	assert_non_null(f);
	assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
	assert_int_equal(pclose(f), 0);
	unlink(path);
	assert_non_null(strstr(text, "Item"));
}

static void comes_back(void **state)
{
	const struct sample *s = *state;
	uint8_t *out, *back;
	size_t len, back_len;

	if (encrypt(s->text, strlen(s->text), &out, &len))
		fail_msg("%s", err.text);
	assert_int_equal(keys.asked, s->objects);
	assert_null(memmem(out, len, "secret", 6));
	assert_int_equal(!!memmem(out, len, "application/xenc+xml", 20), s->objects > 0);
	if (!s->objects) {
		assert_int_equal(len, strlen(s->text));
		assert_memory_equal(out, s->text, len);
	}
	if (decrypt(out, len, &back, &back_len))
		fail_msg("%s", err.text);
	assert_int_equal(keys.asked, s->objects);
	assert_int_equal(back_len, strlen(s->text));
	assert_memory_equal(back, s->text, back_len);
	if (s->objects == 1 && !strstr(s->text, "xmlns:"))
		peer_reads(out, len);
	free(out);
	free(back);
}

/* One octet at a time: refused, or the same octets in its place come out. */
static void changed(void **state)
{
	const char *text = samples[2].text;
	unsigned int refusals = 0;
	uint8_t *out, *back;
	size_t len, back_len, i, differ, k;

	(void)state;
	assert_int_equal(encrypt(text, strlen(text), &out, &len), 0);
	for (i = 0; i < len; i++) {
		static const uint8_t masks[] = { 0x01, 0x20, 0x04 };
		uint8_t was = out[i];

		out[i] ^= masks[i % 3];
		if (decrypt(out, len, &back, &back_len)) {
			assert_null(back);
			refusals++;
		} else {
			/* what is not of an object is not encrypted, and the MAC's business */
			assert_int_equal(back_len, strlen(text));
			for (k = 0, differ = 0; k < back_len; k++)
				differ += back[k] != (uint8_t)text[k];
			assert_true(differ <= 1);
			assert_non_null(memmem(back, back_len, "secret", 6));
		}
		free(back);
		out[i] = was;
	}
	assert_true(refusals > len * 9 / 10);
	free(out);
}

/* What the message is made of, with the object that it should have. */
static void sealed(char *text, size_t size, const char *before, const char *item, const char *after)
{
	struct xsec_request r = {
		.op = XSEC_SEAL, .cipher = XSEC_AES256_GCM, .wrap = XSEC_KW_AES256,
		.data = (const uint8_t *)item, .len = strlen(item),
	};
	struct xsec_reply reply = { 0 };
	char wrapped[128], *data;

	setup(NULL);
	assert_int_equal(xsec_keys_do(&keys, &r, &reply), 0);
	data = malloc(2 * reply.len + 8);
	EVP_EncodeBlock((uint8_t *)wrapped, reply.wrapped, (int)reply.wrapped_len);
	EVP_EncodeBlock((uint8_t *)data, reply.data, (int)reply.len);
	snprintf(text, size, "%s<EncryptedData xmlns=\"" ENC "\" Type=\"" ENC "Element\">"
		 "<EncryptionMethod Algorithm=\"http://www.w3.org/2009/xmlenc11#aes256-gcm\"/>"
		 "<KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><EncryptedKey xmlns=\"" ENC "\">"
		 "<EncryptionMethod Algorithm=\"" ENC "kw-aes256\"/><CipherData><CipherValue>%s</CipherValue></CipherData>"
		 "</EncryptedKey></KeyInfo><CipherData><CipherValue>%s</CipherValue></CipherData></EncryptedData>%s",
		 before, wrapped, data, after);
	free(data);
	free(reply.data);
}

#define OPEN HEAD "<Add><CmdID>4</CmdID><Item><Target><LocURI>./A</LocURI></Target>"
#define XENC METINF("xml", "application/xenc+xml")
#define CLOSE "</Item></Add>" TAIL

static const struct inside {
	const char *name, *text;
} insides[] = {
	{ "inside: the Item", ITEM("./A", "<Data>x</Data>") },
	{ "inside: another address", ITEM("./B", "<Data>x</Data>") },
	{ "inside: a second address", ITEM("./A", "<Target><LocURI>./B</LocURI></Target><Data>x</Data>") },
	{ "inside: no Data", ITEM("./A", "<Meta/>") },
	{ "inside: two Data", ITEM("./A", "<Data>x</Data><Data>y</Data>") },
	{ "inside: Data and more", ITEM("./A", "<Data>x</Data><MoreData/>") },
	{ "inside: something before Meta", ITEM("./A", "<LocName>n</LocName><Meta/><Data>x</Data>") },
	{ "inside: two Items", ITEM("./A", "<Data>x</Data>") ITEM("./A", "<Data>x</Data>") },
	{ "inside: a command behind", ITEM("./A", "<Data>x</Data></Item></Add><Add><Item><Target><LocURI>./A</LocURI></Target><Data>x</Data>") },
	{ "inside: Data alone", "<Data>x</Data>" },
	{ "inside: another name", "<Itch><Target><LocURI>./A</LocURI></Target><Data>x</Data></Itch>" },
	{ "inside: text", "x" },
	{ "inside: another namespace", "<Item xmlns=\"u\"><Target><LocURI>./A</LocURI></Target><Data>x</Data></Item>" },
	{ "inside: foreign Data", ITEM("./A", "<Data xmlns=\"u\">x</Data>") },
	{ "inside: text beside Data", ITEM("./A", "x<Data>x</Data>") },
	{ "inside: a comment before", ITEM("./A", "<!-- --><Data>x</Data>") },
	{ "inside: a document type", "<!DOCTYPE Item>" ITEM("./A", "<Data>x</Data>") },
	{ "inside: an unknown prefix", ITEM("./A", "<Data><u:x/></Data>") },
	{ "inside: no end", "<Item><Target><LocURI>./A</LocURI></Target><Data></Item>" },
};

static void hidden(void **state)
{
	const struct inside *in = *state;
	size_t len;
	uint8_t *out;
	char text[8192];

	sealed(text, sizeof(text), OPEN XENC "<Data>", in->text, "</Data>" CLOSE);
	if (in != insides) {
		refused(text, strlen(text), OMASEC_REASON_DECRYPTION_FAILED, 1);
		assert_string_equal(err.text, "message cannot be decrypted");
		return;
	}
	if (decrypt(text, strlen(text), &out, &len))
		fail_msg("%s", err.text);
	assert_int_equal(len, strlen(OPEN "<Data>x</Data>" CLOSE));
	assert_memory_equal(out, OPEN "<Data>x</Data>" CLOSE, len);
	free(out);
}

static const struct outside {
	const char *name, *before, *after;
} outsides[] = {
	{ "outside: no Meta", OPEN "<Data>", "</Data>" CLOSE },
	{ "outside: another Format", OPEN METINF("chr", "application/xenc+xml") "<Data>", "</Data>" CLOSE },
	{ "outside: another Type", OPEN METINF("xml", "application/xml") "<Data>", "</Data>" CLOSE },
	{ "outside: more in Meta", OPEN "<Meta><Format>xml</Format><Type>application/xenc+xml</Type><Size>1</Size></Meta><Data>", "</Data>" CLOSE },
	{ "outside: text in Meta", OPEN "<Meta>x<Format>xml</Format><Type>application/xenc+xml</Type></Meta><Data>", "</Data>" CLOSE },
	{ "outside: a comment between", OPEN XENC "<!-- --><Data>", "</Data>" CLOSE },
	{ "outside: text beside", OPEN XENC "<Data>x", "</Data>" CLOSE },
	{ "outside: an element beside", OPEN XENC "<Data>", "<x/></Data>" CLOSE },
	{ "outside: deeper", OPEN XENC "<Data><x>", "</x></Data>" CLOSE },
	{ "outside: an attribute of Data", OPEN XENC "<Data a=\"1\">", "</Data>" CLOSE },
	{ "outside: in place of Data", OPEN XENC, CLOSE },
	{ "outside: a second Data", OPEN XENC "<Data>", "</Data><Data>x</Data>" CLOSE },
	{ "outside: Meta behind", OPEN "<Data>", "</Data>" XENC CLOSE },
	{ "outside: something between", OPEN XENC "<MoreData/><Data>", "</Data>" CLOSE },
	{ "outside: one that can be read", OPEN XENC "<Data>", "</Data></Item><Item><Data>x</Data></Item></Add>" TAIL },
	{ "outside: one that can be read before", HEAD "<Results>" ITEM("./B", "<Data>x</Data>") "</Results><Add>"
		"<Item><Target><LocURI>./A</LocURI></Target>" XENC "<Data>", "</Data>" CLOSE },
	{ "outside: an Id twice", OPEN XENC "<Data>", "</Data></Item></Add><Get Id=\"a\"/><Get Id=\"a\"/>" TAIL },
	{ "outside: another root", "<x xmlns=\"SYNCML:SYNCML1.2\">", "</x>" },
};

/* Before any key is asked for. */
static void readable(void **state)
{
	const struct outside *o = *state;
	char text[8192];

	sealed(text, sizeof(text), o->before, insides[0].text, o->after);
	refused(text, strlen(text), OMASEC_REASON_PROFILE_VIOLATED, 0);
}

static const struct unsent {
	const char *name, *text;
} unsents[] = {
	{ "not sent: foreign Data", MESSAGE(COMMAND("Add", ITEM("./A", "<Data xmlns=\"u\">secret</Data>"))) },
	{ "not sent: text in an Item", MESSAGE(COMMAND("Add", ITEM("./A", "secret<Data>x</Data>"))) },
	{ "not sent: Meta behind Data", MESSAGE(COMMAND("Add", ITEM("./A", "<Data>x</Data><Meta/>"))) },
	{ "not sent: Data twice", MESSAGE(COMMAND("Add", ITEM("./A", "<Data>x</Data><Data>x</Data>"))) },
};

static void not_sent(void **state)
{
	const struct unsent *u = *state;
	uint8_t *out;
	size_t len;

	assert_int_not_equal(encrypt(u->text, strlen(u->text), &out, &len), 0);
	assert_null(out);
	assert_int_equal(err.reason, OMASEC_REASON_PROFILE_VIOLATED);
	assert_int_equal(keys.asked, 0);
}

/* Two objects that changed places, with their addresses left where they were. */
static void exchanged(void **state)
{
	static const char text[] = MESSAGE(COMMAND("Add", ITEM("./A", "<Data>secret</Data>") ITEM("./B", "<Data>secret</Data>")));
	uint8_t *out, *other;
	size_t len, piece;
	uint8_t *a, *b;

	(void)state;
	assert_int_equal(encrypt(text, strlen(text), &out, &len), 0);
	a = memmem(out, len, "<EncryptedData", 14);
	piece = (size_t)((uint8_t *)memmem(a, len - (size_t)(a - out), "</EncryptedData>", 16) - a);
	b = memmem(a + piece, len - (size_t)(a - out) - piece, "<EncryptedData", 14);
	other = malloc(piece);
	memcpy(other, a, piece);
	memcpy(a, b, piece);
	memcpy(b, other, piece);
	refused(out, len, OMASEC_REASON_DECRYPTION_FAILED, 1);
	free(other);
	free(out);
}

static void many(void **state)
{
	static const struct { unsigned int n; uint32_t reason; } rows[] = {
		{ XSEC_OBJECTS_MAX, 0 }, { XSEC_OBJECTS_MAX + 1, OMASEC_REASON_TOO_LARGE },
	};
	char *text = malloc(1 << 18);
	unsigned int i, k;

	(void)state;
	for (i = 0; i < 2; i++) {
		uint8_t *out, *back = NULL;
		size_t len = 0, back_len;
		char *p = stpcpy(text, HEAD "<Add>");

		for (k = 0; k < rows[i].n; k++)
			p += sprintf(p, ITEM("./N%u", "<Data>%u</Data>"), k, k);
		strcpy(p, "</Add>" TAIL);
		assert_int_equal(!!encrypt(text, strlen(text), &out, &len), !!rows[i].reason);
		assert_int_equal(err.reason, rows[i].reason);
		assert_int_equal(keys.asked, rows[i].reason ? 0 : rows[i].n);
		if (!rows[i].reason) {
			assert_int_equal(decrypt(out, len, &back, &back_len), 0);
			assert_int_equal(keys.asked, rows[i].n);
			assert_int_equal(back_len, strlen(text));
			assert_memory_equal(back, text, back_len);
		}
		free(out);
		free(back);
	}
	free(text);
}

/* A message that would become longer than one may be is not sent. */
static void too_long(void **state)
{
	size_t size = XSEC_MESSAGE_MAX - 100, len;
	char *text = malloc(size + 1);
	uint8_t *out;

	(void)state;
	memset(text, 'x', size);
	memcpy(text, HEAD "<Add><Item><Data>", strlen(HEAD "<Add><Item><Data>"));
	strcpy(text + size - 100, "</Data></Item></Add>" TAIL);
	assert_int_not_equal(encrypt(text, strlen(text), &out, &len), 0);
	assert_null(out);
	assert_int_equal(err.reason, OMASEC_REASON_TOO_LARGE);
	free(text);
}

/* The key goes between two objects: nothing comes out. */
static int goes_away(void *private, const struct xsec_request *r, struct xsec_reply *reply)
{
	if (keys.asked == 1)
		keys.error = -EKEYREVOKED;
	return xsec_keys_do(private, r, reply);
}

static void key_fails(void **state)
{
	static const struct xsec_crypto going = { goes_away, &keys };
	const char *text = samples[2].text;
	uint8_t *out, *none = NULL;
	size_t len, none_len;

	(void)state;
	assert_int_equal(encrypt(text, strlen(text), &out, &len), 0);
	setup(NULL);
	assert_int_not_equal(xsec_decrypt_objects(out, len, XSEC_AES256_GCM, XSEC_KW_AES256, &key, &going, &none,
						  &none_len, &err), 0);
	assert_int_equal(err.reason, OMASEC_REASON_KEY_REVOKED);
	assert_null(none);
	setup(NULL);
	assert_int_not_equal(xsec_encrypt_objects((const uint8_t *)text, strlen(text), XSEC_AES256_GCM,
						  XSEC_KW_AES256, &key, &going, &none, &none_len, &err), 0);
	assert_int_equal(err.reason, OMASEC_REASON_KEY_REVOKED);
	assert_null(none);
	free(out);
}

/* Signed, then encrypted: the signature fits what comes back. */
static void signed_before(void **state)
{
	const char *text = samples[2].text;
	struct xsec_keys mac;
	struct xsec_crypto with = { xsec_keys_do, &mac };
	uint8_t *sig, *out, *back, *bare = NULL;
	size_t sig_len, len, back_len, bare_len;

	(void)state;
	xsec_keys_load(&mac, "mac.key");
	assert_int_equal(xsec_sign((const uint8_t *)text, strlen(text), XSEC_HMAC_SHA256, &key, &with, &sig, &sig_len,
				   &err), 0);
	assert_int_equal(encrypt(sig, sig_len, &out, &len), 0);
	assert_int_equal(decrypt(out, len, &back, &back_len), 0);
	assert_int_equal(back_len, sig_len);
	assert_memory_equal(back, sig, sig_len);
	assert_int_equal(xsec_verify(back, back_len, XSEC_HMAC_SHA256, &key, &with, &bare, &bare_len, &err), 0);
	free(sig);
	free(out);
	free(back);
	free(bare);
}

int main(void)
{
	static struct table t;
	size_t i;

	dm_init();
	if (xsec_init()) {
		fprintf(stderr, "no libxmlsec1\n");
		return 1;
	}
#define ROWS(test, rows) \
	for (i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++) \
		table_add(&t, (rows)[i].name, test, &(rows)[i])
	ROWS(comes_back, samples);
	ROWS(hidden, insides);
	ROWS(readable, outsides);
	ROWS(not_sent, unsents);
#define ADD(test) table_add(&t, #test, test, NULL)
	ADD(changed);
	ADD(exchanged);
	ADD(many);
	ADD(too_long);
	ADD(key_fails);
	ADD(signed_before);
	return table_run("xsec_objects", &t);
}
