// SPDX-License-Identifier: GPL-2.0
/*
 * Management objects signed one by one. Signatures of every form are put together here with
 * OpenSSL, not with the code under test: those of the forms that are taken give what was
 * signed and nothing else, all others are refused with their reason, for the whole message.
 */
#include <unistd.h>

#include <linux/omasec.h>

#include "cmocka_table.h"
#include "xsec_keys.h"

#define DSIG "http://www.w3.org/2000/09/xmldsig#"
#define ENC "http://www.w3.org/2001/04/xmlenc#"
#define MORE "http://www.w3.org/2001/04/xmldsig-more#"
#define EXC "http://www.w3.org/2001/10/xml-exc-c14n#"

#define METINF(f, t) "<Meta><Format xmlns=\"syncml:metinf\">" f "</Format><Type xmlns=\"syncml:metinf\">" t "</Type></Meta>"
#define XML METINF("xml", "application/xml")
#define ITEM(uri, rest) "<Item><Target><LocURI>" uri "</LocURI></Target>" rest "</Item>"
#define COMMAND(tag, items) "<" tag "><CmdID>4</CmdID>" items "</" tag ">"
#define HEAD "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr/><SyncBody>"
#define TAIL "<Final/></SyncBody></SyncML>"
#define MESSAGE(commands) HEAD commands TAIL
#define ADD(rest) MESSAGE(COMMAND("Add", ITEM("./A", rest)))
#define DATA(x) ADD(XML "<Data>" x "</Data>")
#define CDATA(x) DATA("<![CDATA[" x "]]>")
#define X "<x xmlns=\"urn:u\">v</x>"

static struct xsec_keys keys;
static const struct xsec_crypto crypto = { xsec_keys_do, &keys };
static struct xsec_key key;
static struct dm_error err;

static void start(void)
{
	memset(&err, 0, sizeof(err));
	memset(&key, 0, sizeof(key));
	xsec_keys_load(&keys, "mac.key");
}

/* ------------------------------------------------------------------ signatures, by hand */

/* What is NULL is as it should be. */
struct make {
	const char *digested;		/* in canonical form */
	const char *reference, *transforms, *digest, *c14n, *method, *inside, *extra, *attrs;
	unsigned int asked;		/* of a refusal: how often the key was used */
	bool flip_value, flip_digest, short_mac, twice;
};

#define T(a) "<Transform Algorithm=\"" a "\"></Transform>"

static void base64(char *to, const uint8_t *octets, size_t len)
{
	EVP_EncodeBlock((uint8_t *)to, octets, (int)len);
}

static char *signature(const struct make *m)
{
	char info[2048], canonical[4096], digest[65], value[65], *text = malloc(8192);
	uint8_t octets[64];
	unsigned int len = 0;
	static const char format[] = "<SignedInfo%s><CanonicalizationMethod Algorithm=\"%s\"></CanonicalizationMethod>"
		"<SignatureMethod Algorithm=\"%s\">%s</SignatureMethod>%s";

	EVP_Digest(m->digested, strlen(m->digested), octets, &len, EVP_sha256(), NULL);
	octets[0] ^= m->flip_digest;
	base64(digest, octets, len);
	snprintf(info, sizeof(info), "<Reference%s><Transforms>%s</Transforms><DigestMethod Algorithm=\"%s\"></DigestMethod>"
		 "<DigestValue>%s</DigestValue></Reference>", m->reference ? m->reference : "",
		 m->transforms ? m->transforms : T(EXC), m->digest ? m->digest : ENC "sha256", digest);
	if (m->twice)
		strcat(info, strdupa(info));
	strcat(info, "</SignedInfo>");
	snprintf(canonical, sizeof(canonical), format, " xmlns=\"" DSIG "\"", m->c14n ? m->c14n : EXC,
		 m->method ? m->method : MORE "hmac-sha256",
		 m->inside ? m->inside : "", info);
	HMAC(EVP_sha256(), keys.secret, (int)keys.secret_len, (uint8_t *)canonical, strlen(canonical), octets, &len);
	octets[0] ^= m->flip_value;
	base64(value, octets, m->short_mac ? 10 : len);
	strcpy(text, "<Signature xmlns=\"" DSIG "\"");
	strcat(text, m->attrs ? m->attrs : "");
	strcat(text, ">");
	snprintf(text + strlen(text), 4096, format, "", m->c14n ? m->c14n : EXC, m->method ? m->method : MORE "hmac-sha256",
		 m->inside ? m->inside : "", info);
	snprintf(text + strlen(text), 2048, "<SignatureValue>%s</SignatureValue>%s</Signature>", value, m->extra ? m->extra : "");
	return text;
}

/* @text with what stands for @ in it; ~: the same as escaped text. */
static char *with_signature(const char *text, const struct make *m)
{
	char *sig = signature(m), *out = malloc(1 << 16), *p = out;
	const char *s;

	for (; *text; text++) {
		if (*text == '@') {
			p = stpcpy(p, sig);
		} else if (*text == '~') {
			for (s = sig; *s; s++) {
				if (*s == '<')
					p = stpcpy(p, "&lt;");
				else
					*p++ = *s;
			}
		} else {
			*p++ = *text;
		}
	}
	*p = '\0';
	free(sig);
	return out;
}

static int verify(const void *text, size_t len, bool require, uint8_t **out, size_t *out_len)
{
	char *copy = exact_copy(text, len);
	int ret;

	memset(&err, 0, sizeof(err));
	keys.asked = 0;
	*out = NULL;
	ret = xsec_verify_objects((uint8_t *)copy, len, require, XSEC_HMAC_SHA256, &key, &crypto, out, out_len, &err);
	free(copy);
	return ret;
}

static void is(const uint8_t *out, size_t len, const char *expected)
{
	if (len != strlen(expected) || memcmp(out, expected, len))
		fail_msg("got %.*s", (int)len, out);
}

/* ------------------------------------------------------------------ what is taken */

#define ID_OBJECT(x) "<Object xmlns=\"" DSIG "\" Id=\"o\">" x "</Object>"
#define INNER "<Item><Target><LocURI>./A</LocURI></Target><Meta><Format xmlns=\"syncml:metinf\">chr</Format></Meta><Data>1 &lt; 2</Data></Item>"
#define INNER_OUT MESSAGE(COMMAND("Add", INNER))

static const struct taken {
	const char *name, *text, *expected;
	struct make make;
} takens[] = {
	{ "detached, CDATA", CDATA("@" X), CDATA(X), { .digested = X } },
	{ "detached, escaped", DATA("~&lt;x xmlns=\"urn:u\">v&lt;/x>"), CDATA(X), { .digested = X } },
	{ "detached, elements", DATA("@" X), DATA(X), { .digested = X } },
	{ "detached, blanks", CDATA("\n  @\n  " X "\n"), CDATA(X), { .digested = X } },
	{ "detached, in two pieces", DATA("<![CDATA[@]]>&lt;x xmlns=\"urn:u\"><![CDATA[>v</x>]]>"), CDATA("<x xmlns=\"urn:u\">&gt;v</x>"),
		{ .digested = "<x xmlns=\"urn:u\">&gt;v</x>" } },
	{ "enveloping, no URI", CDATA("@"), CDATA(X), { .digested = X, .extra = "<Object>" X "</Object>" } },
	{ "enveloping, URI", CDATA("@"), CDATA(X), { .digested = ID_OBJECT(X), .reference = " URI=\"#o\"", .extra = "<Object Id=\"o\">" X "</Object>" } },
	{ "enveloping, elements", DATA("@"), DATA(X), { .digested = X, .extra = "<Object>" X "</Object>" } },
	{ "enveloped, behind", CDATA("<x xmlns=\"urn:u\" ID=\"c\">v</x>@"), CDATA("<x xmlns=\"urn:u\" ID=\"c\">v</x>"),
		{ .digested = "<x xmlns=\"urn:u\" ID=\"c\">v</x>", .reference = " URI=\"#c\"" } },
	{ "enveloped, before", CDATA("@<x xmlns=\"urn:u\" Id=\"c\">v</x>"), CDATA("<x xmlns=\"urn:u\" Id=\"c\">v</x>"),
		{ .digested = "<x xmlns=\"urn:u\" Id=\"c\">v</x>", .reference = " URI=\"#c\"" } },
	{ "a comment in data is not signed, and does not come out", CDATA("@<x xmlns=\"urn:u\">go<!-- not -->od</x>"),
		CDATA("<x xmlns=\"urn:u\">good</x>"), { .digested = "<x xmlns=\"urn:u\">good</x>" } },
	{ "the end of CDATA in an attribute", DATA("~&lt;x a=\"]]&gt;\"/&gt;"), DATA("&lt;x a=\"]]&gt;\"&gt;&lt;/x&gt;"), { .digested = "<x a=\"]]>\"></x>" } },
	{ "a key in KeyInfo is looked at by nobody", CDATA("@" X), CDATA(X), { .digested = X, .extra = "<KeyInfo><KeyValue><x/></KeyValue></KeyInfo>" } },
	{ "an Item", CDATA("@" INNER), INNER_OUT, { .digested = INNER } },
	{ "an Item in an Object", CDATA("@"), INNER_OUT, { .digested = INNER, .extra = "<Object>" "<Item xmlns=\"\"><Target><LocURI>./A</LocURI></Target>"
		"<Meta><Format xmlns=\"syncml:metinf\">chr</Format></Meta><Data>1 &lt; 2</Data></Item></Object>" } },
	{ "no namespace, as text", CDATA("@<x>v</x>"), CDATA("<x>v</x>"), { .digested = "<x>v</x>" } },
	{ "in Exec", MESSAGE(COMMAND("Exec", ITEM("./A", XML "<Data><![CDATA[@" X "]]></Data>"))),
		MESSAGE(COMMAND("Exec", ITEM("./A", XML "<Data><![CDATA[" X "]]></Data>"))), { .digested = X } },
	{ "a Signature inside what was signed is data", CDATA("@<x xmlns=\"urn:u\"><Signature xmlns=\"" DSIG "\"></Signature></x>"),
		CDATA("<x xmlns=\"urn:u\"><Signature xmlns=\"" DSIG "\"></Signature></x>"), { .digested = "<x xmlns=\"urn:u\"><Signature xmlns=\"" DSIG "\"></Signature></x>" } },
	{ "what has no Data, and other commands", MESSAGE(COMMAND("Get", ITEM("./B", "")) COMMAND("Add", ITEM("./A", METINF("node", "x")))
		COMMAND("Alert", "<Item><Data>a</Data></Item>")), NULL, { .digested = X } },
};

static void taken(void **state)
{
	const struct taken *t = *state;
	char *text;
	uint8_t *out;
	size_t len;

	start();
	text = with_signature(t->text, &t->make);
	if (verify(text, strlen(text), true, &out, &len))
		fail_msg("%s", err.text);
	assert_int_equal(keys.asked, t->expected ? 1 : 0);
	is(out, len, t->expected ? t->expected : text);
	free(out);
	free(text);
}

/* ------------------------------------------------------------------ what is refused */

#define PROFILE OMASEC_REASON_PROFILE_VIOLATED
#define WRONG OMASEC_REASON_SIGNATURE_WRONG
#define ALGORITHM OMASEC_REASON_ALGORITHM_REFUSED
#define MISSING OMASEC_REASON_SIGNATURE_MISSING

static const struct refused {
	const char *name, *text;
	uint32_t reason;
	struct make make;
} refuseds[] = {
	{ "no Signature", DATA("v"), MISSING, { .digested = X } },
	{ "empty Data", ADD("<Data/>"), MISSING, { .digested = X } },
	{ "elements without Signature", DATA(X), MISSING, { .digested = X } },
	{ "one of two without", MESSAGE(COMMAND("Add", ITEM("./A", XML "<Data><![CDATA[@" X "]]></Data>") ITEM("./B", "<Data>v</Data>"))), MISSING, { .digested = X, .asked = 1 } },
	{ "no Signature in Exec", MESSAGE(COMMAND("Exec", ITEM("./A", "<Data>v</Data>"))), MISSING, { .digested = X } },
	{ "no Signature in Atomic", MESSAGE("<Atomic><CmdID>1</CmdID>" COMMAND("Replace", ITEM("./A", "<Data>v</Data>")) "</Atomic>"), MISSING, { .digested = X } },
	{ "a Signature beside Data", ADD(XML "<Data>v</Data>@"), PROFILE, { .digested = "v" } },
	{ "a Signature deeper", DATA("<y xmlns=\"urn:u\">@" X "</y>"), MISSING, { .digested = X } },
	{ "another namespace", CDATA("<Signature xmlns=\"urn:u\"/>" X), MISSING, { .digested = X } },
	{ "changed", CDATA("@<x xmlns=\"urn:u\">w</x>"), WRONG, { .digested = X, .asked = 1 } },
	{ "changed in an Object", CDATA("@"), WRONG, { .digested = "<x xmlns=\"urn:u\">w</x>", .extra = "<Object>" X "</Object>", .asked = 1 } },
	{ "changed Object", CDATA("@"), WRONG, { .digested = ID_OBJECT("<x xmlns=\"urn:u\">w</x>"), .reference = " URI=\"#o\"", .extra = "<Object Id=\"o\">" X "</Object>", .asked = 1 } },
	{ "another SignatureValue", CDATA("@" X), WRONG, { .digested = X, .flip_value = true, .asked = 1 } },
	{ "another DigestValue", CDATA("@" X), WRONG, { .digested = X, .flip_digest = true, .asked = 1 } },
	{ "a truncated HMAC", CDATA("@" X), PROFILE, { .digested = X, .short_mac = true } },
	{ "HMACOutputLength", CDATA("@" X), ALGORITHM, { .digested = X, .inside = "<HMACOutputLength>80</HMACOutputLength>" } },
	{ "two Signatures", CDATA("@@" X), PROFILE, { .digested = X } },
	{ "two Signatures and their Objects", CDATA("@@"), PROFILE, { .digested = X, .extra = "<Object>" X "</Object>" } },
	{ "a Signature over a Signature", CDATA("@<Signature xmlns=\"" DSIG "\"></Signature>"), PROFILE, { .digested = "<Signature xmlns=\"" DSIG "\"></Signature>" } },
	{ "two contents", CDATA("@" X X), PROFILE, { .digested = X } },
	{ "two contents around", CDATA(X "@" X), PROFILE, { .digested = X } },
	{ "text beside", CDATA("@" X "v"), PROFILE, { .digested = X } },
	{ "text before", CDATA("v@" X), PROFILE, { .digested = X } },
	{ "a comment beside", CDATA("@<!-- -->" X), PROFILE, { .digested = X } },
	{ "a comment beside elements", DATA("@<!-- -->" X), PROFILE, { .digested = X } },
	{ "a comment beside text", DATA("<![CDATA[@]]><!-- --><![CDATA[" X "]]>"), PROFILE, { .digested = X } },
	{ "no content", CDATA("@"), PROFILE, { .digested = "" } },
	{ "text as content", CDATA("@v"), PROFILE, { .digested = "v" } },
	{ "an empty Object", CDATA("@"), PROFILE, { .digested = "", .extra = "<Object/>" } },
	{ "text in an Object", CDATA("@"), PROFILE, { .digested = "v", .extra = "<Object>v</Object>" } },
	{ "two in an Object", CDATA("@"), PROFILE, { .digested = X, .extra = "<Object>" X X "</Object>" } },
	{ "two Objects", CDATA("@"), PROFILE, { .digested = X, .extra = "<Object>" X "</Object><Object>" X "</Object>" } },
	{ "wrapped: Object and content", CDATA("@<x xmlns=\"urn:u\">w</x>"), PROFILE, { .digested = X, .extra = "<Object>" X "</Object>" } },
	{ "wrapped: Object by URI and content", CDATA("@<x xmlns=\"urn:u\">w</x>"), PROFILE, { .digested = ID_OBJECT(X), .reference = " URI=\"#o\"", .extra = "<Object Id=\"o\">" X "</Object>" } },
	{ "wrapped: what was signed is inside another", CDATA("@<y xmlns=\"urn:w\"><x xmlns=\"urn:u\" Id=\"c\">v</x></y>"), PROFILE,
		{ .digested = "<x xmlns=\"urn:u\" Id=\"c\">v</x>", .reference = " URI=\"#c\"" } },
	{ "wrapped: what was signed is in another object", MESSAGE(COMMAND("Add", ITEM("./A", XML "<Data>@<x xmlns=\"urn:u\">w</x></Data>")
		ITEM("./B", XML "<Data><x xmlns=\"urn:u\" Id=\"c\">v</x></Data>"))), PROFILE, { .digested = "<x xmlns=\"urn:u\" Id=\"c\">v</x>", .reference = " URI=\"#c\"" } },
	{ "an Id twice", CDATA("@<x xmlns=\"urn:u\" Id=\"c\"><y Id=\"c\"></y></x>"), PROFILE, { .digested = "<x xmlns=\"urn:u\" Id=\"c\"><y Id=\"c\"></y></x>", .reference = " URI=\"#c\"" } },
	{ "an Id twice, and in elements", DATA("@<x xmlns=\"urn:u\" Id=\"c\"><y ID=\"c\"></y></x>"), PROFILE,
		{ .digested = "<x xmlns=\"urn:u\" Id=\"c\"><y ID=\"c\"></y></x>", .reference = " URI=\"#c\"" } },
	{ "a detached Signature behind", CDATA(X "@"), PROFILE, { .digested = X } },
	{ "an empty URI", CDATA("@" X), PROFILE, { .digested = X, .reference = " URI=\"\"" } },
	{ "a URI without #", CDATA("@<x xmlns=\"urn:u\" Id=\"c\">v</x>"), PROFILE, { .digested = "<x xmlns=\"urn:u\" Id=\"c\">v</x>", .reference = " URI=\"/c\"" } },
	{ "a URI of nothing, which is there", CDATA("@<x xmlns=\"urn:u\" Id=\"\">v</x>"), PROFILE, { .digested = "<x xmlns=\"urn:u\" Id=\"\">v</x>", .reference = " URI=\"#\"" } },
	{ "a URI of nothing", CDATA("@" X), PROFILE, { .digested = X, .reference = " URI=\"#\"" } },
	{ "a file", CDATA("@" X), PROFILE, { .digested = X, .reference = " URI=\"file:///etc/hostname\"" } },
	{ "a host", CDATA("@" X), PROFILE, { .digested = X, .reference = " URI=\"http://127.0.0.1:9/\"" } },
	{ "an XPointer", CDATA("@" X), PROFILE, { .digested = X, .reference = " URI=\"#xpointer(/)\"" } },
	{ "another attribute of Reference", CDATA("@" X), PROFILE, { .digested = X, .reference = " Type=\"" DSIG "Object\"" } },
	{ "URI in a namespace", CDATA("@" X), PROFILE, { .digested = X, .reference = " xmlns:u=\"urn:u\" u:URI=\"#c\"" } },
	{ "two References", CDATA("@" X), PROFILE, { .digested = X, .twice = true } },
	{ "no Transform", CDATA("@" X), PROFILE, { .digested = X, .transforms = "" } },
	{ "two Transforms", CDATA("@" X), PROFILE, { .digested = X, .transforms = T(EXC) T(EXC) } },
	{ "XPath", CDATA("@" X), ALGORITHM, { .digested = X, .transforms = T("http://www.w3.org/TR/1999/REC-xpath-19991116") } },
	{ "XSLT", CDATA("@" X), ALGORITHM, { .digested = X, .transforms = T("http://www.w3.org/TR/1999/REC-xslt-19991116") } },
	{ "enveloped-signature", CDATA("@" X), ALGORITHM, { .digested = X, .transforms = T(DSIG "enveloped-signature") } },
	{ "with comments", CDATA("@" X), ALGORITHM, { .digested = X, .transforms = T(EXC "WithComments") } },
	{ "InclusiveNamespaces", CDATA("@" X), ALGORITHM, { .digested = X, .transforms = "<Transform Algorithm=\"" EXC "\"><InclusiveNamespaces PrefixList=\"u\"/></Transform>" } },
	{ "SHA-1", CDATA("@" X), ALGORITHM, { .digested = X, .digest = DSIG "sha1" } },
	{ "a digest of another length", CDATA("@" X), PROFILE, { .digested = X, .digest = ENC "sha512" } },
	{ "inclusive C14N of SignedInfo", CDATA("@" X), ALGORITHM, { .digested = X, .c14n = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315" } },
	{ "rsa-sha1", CDATA("@" X), ALGORITHM, { .digested = X, .method = DSIG "rsa-sha1" } },
	{ "another algorithm than the key's", CDATA("@" X), ALGORITHM, { .digested = X, .method = MORE "rsa-sha256" } },
	{ "another hash", CDATA("@" X), ALGORITHM, { .digested = X, .method = MORE "hmac-sha512" } },
	{ "another KeyName", CDATA("@" X), OMASEC_REASON_SIGNER_UNKNOWN, { .digested = X, .extra = "<KeyInfo><KeyName>other</KeyName></KeyInfo>" } },
	{ "RetrievalMethod", CDATA("@" X), PROFILE, { .digested = X, .extra = "<KeyInfo><RetrievalMethod URI=\"#c\"/></KeyInfo>" } },
	{ "an attribute of the Signature", CDATA("@" X), PROFILE, { .digested = X, .attrs = " a=\"1\"" } },
	{ "an attribute of the Object", CDATA("@"), PROFILE, { .digested = X, .extra = "<Object Encoding=\"" DSIG "base64\">" X "</Object>" } },
	{ "a document type", CDATA("<!DOCTYPE x [<!ENTITY e \"v\">]>@" X), PROFILE, { .digested = X } },
	{ "a declaration", CDATA("<?xml version=\"1.0\"?>@" X), PROFILE, { .digested = X } },
	{ "not well-formed", CDATA("@<x>"), PROFILE, { .digested = X } },
	{ "an end of Data in the text", CDATA("</Data><Data>@" X), PROFILE, { .digested = X } },
	{ "a prefix declared outside", "<SyncML xmlns=\"SYNCML:SYNCML1.2\" xmlns:p=\"urn:u\"><SyncHdr/><SyncBody>"
		COMMAND("Add", ITEM("./A", XML "<Data><![CDATA[@<p:x>v</p:x>]]></Data>")) TAIL, PROFILE, { .digested = "<p:x xmlns:p=\"urn:u\">v</p:x>" } },
	{ "a relative namespace", CDATA("@<x xmlns=\"./u\">v</x>"), PROFILE, { .digested = "<x xmlns=\"./u\">v</x>" } },
	{ "no namespace, as elements", DATA("@<x xmlns=\"\">v</x>"), PROFILE, { .digested = "<x>v</x>", .asked = 1 } },
	{ "no namespace inside, as elements", DATA("@<p:x xmlns:p=\"urn:u\"><y xmlns=\"\"></y></p:x>"), PROFILE, { .digested = "<p:x xmlns:p=\"urn:u\"><y></y></p:x>", .asked = 1 } },
	{ "another address", CDATA("@" ITEM("./B", "<Data>v</Data>")), PROFILE, { .digested = ITEM("./B", "<Data>v</Data>"), .asked = 1 } },
	{ "an Item without Data", CDATA("@" ITEM("./A", "")), PROFILE, { .digested = ITEM("./A", ""), .asked = 1 } },
	{ "an Item with two Data", CDATA("@" ITEM("./A", "<Data>v</Data><Data>v</Data>")), PROFILE, { .digested = ITEM("./A", "<Data>v</Data><Data>v</Data>"), .asked = 1 } },
	{ "an Item with more behind", CDATA("@" ITEM("./A", "<Data>v</Data><MoreData></MoreData>")), PROFILE, { .digested = ITEM("./A", "<Data>v</Data><MoreData></MoreData>"), .asked = 1 } },
	{ "an Item of SyncML as elements", DATA("@" ITEM("./A", "<Data>v</Data>")), PROFILE,
		{ .digested = "<Item xmlns=\"SYNCML:SYNCML1.2\"><Target><LocURI>./A</LocURI></Target><Data>v</Data></Item>", .asked = 1 } },
	{ "no Meta", ADD("<Data><![CDATA[@" X "]]></Data>"), PROFILE, { .digested = X } },
	{ "another Format", ADD(METINF("chr", "application/xml") "<Data><![CDATA[@" X "]]></Data>"), PROFILE, { .digested = X } },
	{ "another Type", ADD(METINF("xml", "text/plain") "<Data><![CDATA[@" X "]]></Data>"), PROFILE, { .digested = X } },
};

static void refused(void **state)
{
	const struct refused *r = *state;
	uint8_t *out;
	size_t len;
	char *text;

	start();
	text = with_signature(r->text, &r->make);
	assert_int_not_equal(verify(text, strlen(text), true, &out, &len), 0);
	assert_null(out);
	if (err.reason != r->reason)
		fail_msg("reason %u, expected %u: %s", err.reason, r->reason, err.text);
	/* the form is looked at before a key is used */
	assert_int_equal(keys.asked, r->make.asked);
	/* without require what is signed is not taken any more lightly */
	assert_int_equal(!verify(text, strlen(text), false, &out, &len), r->reason == MISSING);
	if (r->reason == MISSING && strcmp(r->name, "one of two without"))
		is(out, len, text);
	free(out);
	free(text);
}

/* ------------------------------------------------------------------ signing */

static const struct sample {
	const char *name, *text, *back;		/* back: NULL for the same */
	unsigned int objects;
} samples[] = {
	{ "signs one", ADD(METINF("chr", "text/plain") "<Data>v</Data>"), NULL, 1 },
	{ "signs several", MESSAGE(COMMAND("Add", ITEM("./A", "<Data>v</Data>") ITEM("./B", "<Data>w</Data>")) COMMAND("Get", ITEM("./C", ""))
		COMMAND("Exec", ITEM("./E", "<Data>x</Data>")) COMMAND("Results", "<Item><Source><LocURI>./D</LocURI></Source><Data>y</Data></Item>")), NULL, 4 },
	{ "signs in Atomic", MESSAGE("<Atomic><CmdID>1</CmdID>" COMMAND("Replace", ITEM("./A", "<Data>v</Data>")) "</Atomic>"), NULL, 1 },
	{ "signs a chunk", ADD("<Data>v</Data><MoreData></MoreData>"), NULL, 1 },
	{ "signs in canonical form", ADD("<Meta /><Data ><![CDATA[1 < 2]]></Data ><!-- c -->"), ADD("<Meta></Meta><Data>1 &lt; 2</Data>"), 1 },
	{ "signs empty Data", ADD("<Data/>"), ADD("<Data></Data>"), 1 },
	{ "signs elements", ADD("<Data><x:a xmlns:x=\"urn:u\">v<x:Item></x:Item></x:a></Data>"), NULL, 1 },
	{ "signs an Item inside", ADD("<Data><Add>" ITEM("./B", "<Data>v</Data>") "</Add></Data>"), NULL, 1 },
	{ "signs CR, quotes and the end of CDATA", ADD("<Data>a&#13;\"']]&gt;<x a=\"]]>\"></x></Data>"), ADD("<Data>a&#xD;\"']]&gt;<x a=\"]]>\"></x></Data>"), 1 },
	{ "signs what is signed", CDATA("<Signature xmlns=\"" DSIG "\"/>"), DATA("&lt;Signature xmlns=\"" DSIG "\"/&gt;"), 1 },
	{ "signs an Item with its own prefix", "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr/><SyncBody><Add>"
		"<t:Item xmlns:t=\"SYNCML:SYNCML1.2\"><t:Data>v</t:Data></t:Item></Add></SyncBody></SyncML>", NULL, 1 },
	{ "signs no namespace", "<SyncML><SyncHdr/><SyncBody><Add><Item><Meta><Format>chr</Format></Meta><Data>v</Data></Item></Add></SyncBody></SyncML>", NULL, 1 },
	{ "signs none", MESSAGE(COMMAND("Get", ITEM("./A", ""))), NULL, 0 },
};

static const struct { enum xsec_sign sign; const char *secret, *public; } pairs[] = {
	{ XSEC_HMAC_SHA256, "mac.key", NULL },
	{ XSEC_HMAC_SHA512, "mac.key", NULL },
	{ XSEC_RSA_SHA256, "rsa.pem", "rsa.pub" },
	{ XSEC_ECDSA_SHA256, "ec256.pem", "ec256.pub" },
	{ XSEC_ECDSA_SHA384, "ec384.pem", "ec384.pub" },
};

static void comes_back(void **state)
{
	const struct sample *s = *state;
	unsigned int i;

	for (i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		uint8_t *out = NULL, *back = NULL, *public = NULL;
		size_t len, back_len;

		start();
		key.name = "signer";
		xsec_keys_load(&keys, pairs[i].secret);
		if (xsec_sign_objects((const uint8_t *)s->text, strlen(s->text), pairs[i].sign, &key, &crypto, &out, &len, &err))
			fail_msg("%s", err.text);
		assert_int_equal(keys.asked, s->objects);
		assert_int_equal(!!memmem(out, len, "application/xml<", 16), s->objects > 0);
		if (pairs[i].public)
			key.public = public = xsec_file(pairs[i].public, &key.public_len);
		keys.asked = 0;
		if (xsec_verify_objects(out, len, true, pairs[i].sign, &key, &crypto, &back, &back_len, &err))
			fail_msg("%s", err.text);
		assert_int_equal(keys.asked, public ? 0 : s->objects);
		is(back, back_len, s->back ? s->back : s->text);
		free(back);
		back = NULL;
		/* another name, another key, and none */
		key.name = "other";
		if (s->objects) {
			assert_int_not_equal(xsec_verify_objects(out, len, true, pairs[i].sign, &key, &crypto, &back, &back_len, &err), 0);
			assert_int_equal(err.reason, OMASEC_REASON_SIGNER_UNKNOWN);
			key.name = "signer";
			key.public = NULL;
			keys.secret[0] ^= 1;
			assert_int_not_equal(xsec_verify_objects(out, len, true, pairs[i].sign, &key, &crypto, &back, &back_len, &err), 0);
			assert_int_equal(err.reason, public ? OMASEC_REASON_KEY_MISSING : WRONG);
			assert_null(back);
		}
		free(public);
		free(out);
		xsec_keys_free(&keys);
	}
}

/* An HMAC made with the octets of the public key is not taken for a signature. */
static void confused(void **state)
{
	const char *text = samples[0].text;
	uint8_t *out = NULL, *none = NULL, *public;
	size_t len, none_len;

	(void)state;
	start();
	public = xsec_file("rsa.pub", &key.public_len);
	keys.secret_len = key.public_len < sizeof(keys.secret) ? key.public_len : sizeof(keys.secret);
	memcpy(keys.secret, public, keys.secret_len);
	assert_int_equal(xsec_sign_objects((const uint8_t *)text, strlen(text), XSEC_HMAC_SHA256, &key, &crypto, &out, &len, &err), 0);
	key.public = public;
	keys.asked = 0;
	assert_int_not_equal(xsec_verify_objects(out, len, true, XSEC_RSA_SHA256, &key, &crypto, &none, &none_len, &err), 0);
	assert_int_equal(err.reason, ALGORITHM);
	assert_int_equal(keys.asked, 0);
	assert_null(none);
	free(public);
	free(out);
}

/* One octet at a time: refused, or what was not of an object is another one. */
static void changed(void **state)
{
	const char *text = samples[1].text;
	static const uint8_t masks[] = { 0x01, 0x20, 0x04 };
	unsigned int refusals = 0;
	uint8_t *out = NULL, *back;
	size_t len, back_len, i;

	(void)state;
	start();
	assert_int_equal(xsec_sign_objects((const uint8_t *)text, strlen(text), XSEC_HMAC_SHA256, &key, &crypto, &out, &len, &err), 0);
	for (i = 0; i < len; i++) {
		uint8_t was = out[i];

		out[i] ^= masks[i % 3];
		if (verify(out, len, true, &back, &back_len)) {
			assert_null(back);
			refusals++;
		} else {
			assert_non_null(memmem(back, back_len, "<Item><Target><LocURI>./A</LocURI></Target><Data>v</Data></Item>", 64));
			assert_non_null(memmem(back, back_len, "<Data>w</Data>", 14));
			assert_non_null(memmem(back, back_len, "<Data>x</Data>", 14));
			assert_non_null(memmem(back, back_len, "<Data>y</Data>", 14));
		}
		free(back);
		out[i] = was;
	}
	assert_true(refusals > len * 8 / 10);
	free(out);
}

static const struct sample unsents[] = {
	{ "not signed: a prefix declared outside", "<s:SyncML xmlns:s=\"SYNCML:SYNCML1.2\"><s:SyncHdr/><s:SyncBody><s:Add><s:Item>"
		"<s:Data>v</s:Data></s:Item></s:Add></s:SyncBody></s:SyncML>", "prefix", 0 },
	{ "not signed: foreign Data", ADD("<Data xmlns=\"urn:u\">v</Data>"), "foreign", 0 },
	{ "not signed: text in an Item", ADD("v<Data>x</Data>"), "text", 0 },
	{ "not signed: Meta behind Data", ADD("<Data>x</Data><Meta/>"), "behind", 0 },
	{ "not signed: an Id twice", ADD("<Data><x Id=\"a\"/><y Id=\"a\"/></Data>"), "twice", 0 },
};

static void not_sent(void **state)
{
	const struct sample *u = *state;
	uint8_t *out = NULL;
	size_t len;

	start();
	assert_int_not_equal(xsec_sign_objects((const uint8_t *)u->text, strlen(u->text), XSEC_HMAC_SHA256, &key, &crypto, &out, &len, &err), 0);
	assert_null(out);
	assert_int_equal(err.reason, PROFILE);
	assert_non_null(strstr(err.text, u->back));
	assert_int_equal(keys.asked, 0);
}

static int goes_away(void *private, const struct xsec_request *r, struct xsec_reply *reply)
{
	if (keys.asked == 1)
		keys.error = -EKEYREVOKED;
	return xsec_keys_do(private, r, reply);
}

/* The key goes between two objects: nothing comes out. */
static void key_fails(void **state)
{
	static const struct xsec_crypto going = { goes_away, &keys };
	const char *text = samples[1].text;
	uint8_t *out = NULL, *none = NULL;
	size_t len, none_len;

	(void)state;
	start();
	assert_int_equal(xsec_sign_objects((const uint8_t *)text, strlen(text), XSEC_HMAC_SHA256, &key, &crypto, &out, &len, &err), 0);
	start();
	assert_int_not_equal(xsec_sign_objects((const uint8_t *)text, strlen(text), XSEC_HMAC_SHA256, &key, &going, &none, &none_len, &err), 0);
	assert_int_equal(err.reason, OMASEC_REASON_KEY_REVOKED);
	start();
	assert_int_not_equal(xsec_verify_objects(out, len, false, XSEC_HMAC_SHA256, &key, &going, &none, &none_len, &err), 0);
	assert_int_equal(err.reason, OMASEC_REASON_KEY_REVOKED);
	/* a holder that gives a shorter MAC */
	start();
	keys.cut = 31;
	assert_int_not_equal(xsec_verify_objects(out, len, false, XSEC_HMAC_SHA256, &key, &crypto, &none, &none_len, &err), 0);
	assert_int_equal(err.reason, WRONG);
	assert_null(none);
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
		uint8_t *out = NULL, *back = NULL;
		size_t len = 0, back_len;
		char *p = stpcpy(text, HEAD "<Add>");

		start();
		for (k = 0; k < rows[i].n; k++)
			p += sprintf(p, ITEM("./N%u", "<Data>%u</Data>"), k, k);
		strcpy(p, "</Add>" TAIL);
		assert_int_equal(!!xsec_sign_objects((uint8_t *)text, strlen(text), XSEC_HMAC_SHA256, &key, &crypto, &out, &len, &err), !!rows[i].reason);
		assert_int_equal(err.reason, rows[i].reason);
		if (!rows[i].reason) {
			assert_int_equal(verify(out, len, true, &back, &back_len), 0);
			is(back, back_len, text);
		}
		free(out);
		free(back);
	}
	free(text);
}

/* A namespace that canonical form would repeat for each element is not repeated without end. */
static void bomb(void **state)
{
	char *text = malloc(1 << 19), *p;
	uint8_t *out;
	size_t len;
	unsigned int i;

	(void)state;
	start();
	p = text + sprintf(text, "%s", HEAD "<Add><CmdID>4</CmdID><Item>" XML "<Data>");
	{
		const struct make m = { .digested = X };
		char *sig = signature(&m);

		p = stpcpy(p, sig);
		free(sig);
	}
	p = stpcpy(p, "<x xmlns=\"urn:u\" xmlns:p=\"urn:");
	memset(p, 'u', 3900);
	p = stpcpy(p + 3900, "\">");
	for (i = 0; i < 1000; i++)
		p = stpcpy(p, "<p:y/>");
	strcpy(p, "</x></Data></Item></Add>" TAIL);
	assert_int_not_equal(verify(text, strlen(text), true, &out, &len), 0);
	if (err.reason != OMASEC_REASON_TOO_LARGE)
		fail_msg("%s", err.text);
	free(text);
}

/* Signed, then the message, then encrypted, and the reverse. */
static void in_order(void **state)
{
	const char *text = samples[1].text;
	struct xsec_keys wrap;
	struct xsec_crypto with = { xsec_keys_do, &wrap };
	uint8_t *a = NULL, *b = NULL, *c = NULL, *d = NULL, *e = NULL, *f = NULL;
	size_t al, bl, cl, dl, el, fl;

	(void)state;
	start();
	xsec_keys_load(&wrap, "kek256.key");
	assert_int_equal(xsec_sign_objects((const uint8_t *)text, strlen(text), XSEC_HMAC_SHA256, &key, &crypto, &a, &al, &err), 0);
	assert_int_equal(xsec_sign(a, al, XSEC_HMAC_SHA256, &key, &crypto, &b, &bl, &err), 0);
	assert_int_equal(xsec_encrypt_objects(b, bl, XSEC_AES256_GCM, XSEC_KW_AES256, &key, &with, &c, &cl, &err), 0);
	assert_int_equal(xsec_decrypt_objects(c, cl, XSEC_AES256_GCM, XSEC_KW_AES256, &key, &with, &d, &dl, &err), 0);
	assert_int_equal(xsec_verify(d, dl, XSEC_HMAC_SHA256, &key, &crypto, &e, &el, &err), 0);
	if (verify(e, el, true, &f, &fl))
		fail_msg("%s", err.text);
	assert_non_null(memmem(f, fl, "<Item><Target><LocURI>./A</LocURI></Target><Data>v</Data></Item>", 64));
	assert_null(memmem(f, fl, "Signature", 9));
	free(a);
	free(b);
	free(c);
	free(d);
	free(e);
	free(f);
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
	ROWS(taken, takens);
	ROWS(refused, refuseds);
	ROWS(comes_back, samples);
	ROWS(not_sent, unsents);
#define ADD_TEST(test) table_add(&t, #test, test, NULL)
	ADD_TEST(confused);
	ADD_TEST(changed);
	ADD_TEST(key_fails);
	ADD_TEST(many);
	ADD_TEST(bomb);
	ADD_TEST(in_order);
	return table_run("xsec_annex", &t);
}
