// SPDX-License-Identifier: GPL-2.0
/*
 * Bootstrap messages: parameters, keys and MACs. What depends on a secret is wiped
 * from the stack, and compared in constant time.
 */
#include "ascii.h"
#include "bootstrap.h"
#include "wsp.h"

#ifdef __KERNEL__
#include <crypto/algapi.h>
#define differ(a, b, n) crypto_memneq(a, b, n)
#else
static unsigned int differ(const void *a, const void *b, size_t n)
{
	const u8 *x = a, *y = b;
	unsigned int d = 0;

	while (n--) {
		d |= *x++ ^ *y++;
		__asm__("" : "+r"(d));	/* no early end */
	}
	return d;
}
#endif

static const struct {
	const char *lower;
	u8 sec;
	bool colon;
} sec_words[] = {
	{ "netwpin", OMASEC_SEC_NETWPIN, false },
	{ "networkid", OMASEC_SEC_NETWPIN, false },
	{ "userpin", OMASEC_SEC_USERPIN, false },
	{ "usernetwpin", OMASEC_SEC_USERNETWPIN, false },
	{ "userpin_networkid", OMASEC_SEC_USERNETWPIN, true },
	{ "userpinmac", OMASEC_SEC_USERPINMAC, false },
};

/* ---- parameters ---- */

static bool sec_by_word(struct omasec_slice s, struct omasec_bootstrap *b)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sec_words); i++) {
		if (!omasec_slice_is(s, sec_words[i].lower))
			continue;
		b->sec = sec_words[i].sec;
		b->colon = sec_words[i].colon;
		return true;
	}
	return false;
}

static int hex_digit(unsigned char c)
{
	c = omasec_lower(c);
	if (omasec_is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool hex_decode(struct omasec_slice s, u8 *out, size_t len)
{
	size_t i;

	if (s.len != 2 * len)
		return false;
	for (i = 0; i < len; i++) {
		int high = hex_digit((unsigned char)s.p[2 * i]);
		int low = hex_digit((unsigned char)s.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (u8)(high << 4 | low);
	}
	return true;
}

unsigned int omasec_bootstrap_parse(u8 form, u32 code, struct omasec_slice text,
				    struct omasec_slice mac, struct omasec_bootstrap *b)
{
	memset(b, 0, sizeof(*b));
	if (form == OMASEC_WSP_SEC_NONE) {
		b->what = mac.p ? "a MAC without SEC" : NULL;
		return mac.p ? OMASEC_REASON_BOOTSTRAP_BAD : OMASEC_REASON_NONE;
	}
	b->what = "a SEC that is not known";
	if (form == OMASEC_WSP_SEC_TEXT) {
		if (!sec_by_word(text, b))
			return OMASEC_REASON_BOOTSTRAP_BAD;
	} else {
		if (code > 3)
			return OMASEC_REASON_BOOTSTRAP_BAD;
		b->sec = (u8)(OMASEC_SEC_NETWPIN + code);
	}
	if (b->sec == OMASEC_SEC_USERPINMAC) {
		/* Two MACs of which one reader checks this and another that. */
		b->what = mac.p ? "a MAC beside USERPINMAC, whose MAC the user types" : NULL;
		return mac.p ? OMASEC_REASON_BOOTSTRAP_BAD : OMASEC_REASON_NONE;
	}
	b->what = "SEC without MAC";
	if (!mac.p)
		return OMASEC_REASON_BOOTSTRAP_BAD;
	b->what = "a MAC that is not 40 hexadecimal digits";
	if (!hex_decode(mac, b->mac, sizeof(b->mac)))
		return OMASEC_REASON_BOOTSTRAP_BAD;
	b->what = NULL;
	return OMASEC_REASON_NONE;
}

/* What is left of @s begins at the first octet that is no blank. */
static void skip_blanks(struct omasec_slice *s)
{
	while (s->len && omasec_is_blank((unsigned char)s->p[0])) {
		s->p++;
		s->len--;
	}
}

static struct omasec_slice take_token(struct omasec_slice *s)
{
	struct omasec_slice token = { s->p, 0 };

	while (s->len && omasec_is_tchar((unsigned char)s->p[0])) {
		s->p++;
		s->len--;
		token.len++;
	}
	return token;
}

/* A quoted string; with quoted pairs it is nothing that is looked for here. */
static bool take_quoted(struct omasec_slice *s, struct omasec_slice *value)
{
	size_t i;

	value->p = s->p + 1;
	for (i = 1; i < s->len && s->p[i] != '"'; i++) {
		if (s->p[i] == '\\' || omasec_is_control((unsigned char)s->p[i]))
			return false;
	}
	if (i >= s->len)
		return false;
	value->len = i - 1;
	s->p += i + 1;
	s->len -= i + 1;
	return true;
}

/* ";" name "=" value */
static bool take_param(struct omasec_slice *s, struct omasec_slice *name,
		       struct omasec_slice *value)
{
	if (s->p[0] != ';')
		return false;
	s->p++;
	s->len--;
	skip_blanks(s);
	*name = take_token(s);
	if (!name->len || !s->len || s->p[0] != '=')
		return false;
	s->p++;
	s->len--;
	if (s->len && s->p[0] == '"')
		return take_quoted(s, value);
	*value = take_token(s);
	return value->len;
}

unsigned int omasec_bootstrap_content_type(const char *s, size_t len, u32 *type,
					   struct omasec_bootstrap *b)
{
	struct omasec_slice rest = { s, len }, media, name, value, sec = { NULL, 0 };
	struct omasec_slice mac = { NULL, 0 }, *known;

	memset(b, 0, sizeof(*b));
	b->what = "a content type that cannot be read, or with a parameter twice";
	rest = omasec_slice_trim(rest);
	media.p = rest.p;
	media.len = take_token(&rest).len;
	if (!media.len || !rest.len || rest.p[0] != '/')
		return OMASEC_REASON_BOOTSTRAP_BAD;
	rest.p++;
	rest.len--;
	value = take_token(&rest);
	if (!value.len)
		return OMASEC_REASON_BOOTSTRAP_BAD;
	media.len += 1 + value.len;
	*type = omasec_wsp_media_type(media);
	for (skip_blanks(&rest); rest.len; skip_blanks(&rest)) {
		if (!take_param(&rest, &name, &value))
			return OMASEC_REASON_BOOTSTRAP_BAD;
		known = omasec_slice_is(name, "sec") ? &sec :
			omasec_slice_is(name, "mac") ? &mac : NULL;
		if (known && known->p)
			return OMASEC_REASON_BOOTSTRAP_BAD;
		if (known)
			*known = value;
	}
	return omasec_bootstrap_parse(sec.p ? OMASEC_WSP_SEC_TEXT : OMASEC_WSP_SEC_NONE, 0, sec,
				      mac, b);
}

bool omasec_bootstrap_claims(const char *s, size_t len)
{
	struct omasec_bootstrap b;
	u32 type = OMASEC_WSP_NONE;

	/* SEC without MAC and the reverse are among what cannot be read. */
	return omasec_bootstrap_content_type(s, len, &type, &b) || b.sec != OMASEC_SEC_NONE ||
	       type == OMASEC_WSP_TYPE_CP_WBXML || type == OMASEC_WSP_TYPE_CP_XML;
}

bool omasec_bootstrap_is_wbxml(struct omasec_slice body)
{
	/* Version 1.1 to 1.3, public identifier, charset, string table: at least an octet each. */
	return body.len > 4 && body.p[0] >= 1 && body.p[0] <= 3;
}

/* ---- keys and MACs ---- */

bool omasec_sec_needs_netw(unsigned int sec)
{
	return sec == OMASEC_SEC_NETWPIN || sec == OMASEC_SEC_USERNETWPIN;
}

bool omasec_sec_needs_pin(unsigned int sec)
{
	return sec == OMASEC_SEC_USERPIN || sec == OMASEC_SEC_USERNETWPIN ||
	       sec == OMASEC_SEC_USERPINMAC;
}

static bool all_digits(struct omasec_slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (!omasec_is_digit((unsigned char)s.p[i]))
			return false;
	}
	return s.len;
}

int omasec_bootstrap_key(unsigned int sec, const struct omasec_bootstrap_secrets *s,
			 u8 out[OMASEC_BOOTSTRAP_KEY_MAX])
{
	bool both = sec == OMASEC_SEC_USERNETWPIN;
	u8 *p = out;

	if (sec == OMASEC_SEC_NONE || sec > OMASEC_SEC_USERPINMAC)
		return -EINVAL;
	if (omasec_sec_needs_netw(sec) && (!s->netw.len || s->netw.len > OMASEC_SECRET_MAX))
		return -EINVAL;
	if (omasec_sec_needs_pin(sec) && (!all_digits(s->pin) || s->pin.len > OMASEC_PIN_MAX))
		return -EINVAL;
	if (sec == OMASEC_SEC_NETWPIN || (both && !s->colon)) {
		memcpy(p, s->netw.p, s->netw.len);
		p += s->netw.len;
	}
	if (omasec_sec_needs_pin(sec)) {
		memcpy(p, s->pin.p, s->pin.len);
		p += s->pin.len;
	}
	if (both && s->colon) {
		*p++ = ':';
		memcpy(p, s->netw.p, s->netw.len);
		p += s->netw.len;
	}
	return (int)(p - out);
}

static int hmac_with(const struct omasec_hmac_sha1 *hmac, unsigned int sec,
		     const struct omasec_bootstrap_secrets *s, struct omasec_slice body,
		     u8 mac[OMASEC_SHA1_LEN])
{
	u8 key[OMASEC_BOOTSTRAP_KEY_MAX];
	struct omasec_slice k = { (const char *)key, 0 };
	int n = omasec_bootstrap_key(sec, s, key);

	if (n > 0) {
		k.len = (size_t)n;
		n = hmac->digest(hmac->ctx, k, body, mac);
	}
	memzero_explicit(key, sizeof(key));
	return n;
}

/* Provisioning Bootstrap 1.1, 6.3: a decimal digit of each of the first octets. */
static void decimal_digits(const u8 mac[OMASEC_SHA1_LEN], size_t n, char *out)
{
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = (char)('0' + mac[i] % 10);
}

int omasec_bootstrap_check(const struct omasec_hmac_sha1 *hmac, const struct omasec_bootstrap *b,
			   const struct omasec_bootstrap_secrets *s, struct omasec_slice body)
{
	struct omasec_bootstrap_secrets used = *s;
	char digits[OMASEC_SHA1_LEN];
	u8 mac[OMASEC_SHA1_LEN];
	int err, right;

	if (b->sec == OMASEC_SEC_USERPINMAC) {
		used.pin.len /= 2;
		if (s->pin.len % 2 || used.pin.len > sizeof(digits))
			return 0;
	}
	err = hmac_with(hmac, b->sec, &used, body, mac);
	if (err) {
		right = err == -EINVAL ? 0 : err;
	} else if (b->sec == OMASEC_SEC_USERPINMAC) {
		decimal_digits(mac, used.pin.len, digits);
		right = !differ(digits, s->pin.p + used.pin.len, used.pin.len);
	} else {
		right = !differ(mac, b->mac, sizeof(mac));
	}
	memzero_explicit(mac, sizeof(mac));
	memzero_explicit(digits, sizeof(digits));
	return right;
}

int omasec_bootstrap_make(const struct omasec_hmac_sha1 *hmac, unsigned int sec,
			  const struct omasec_bootstrap_secrets *s, struct omasec_slice body,
			  char mac[OMASEC_BOOTSTRAP_MAC_TEXT])
{
	static const char hex[] = "0123456789ABCDEF";
	u8 octets[OMASEC_SHA1_LEN];
	unsigned int i;
	int err;

	if (sec == OMASEC_SEC_USERPINMAC && s->pin.len > sizeof(octets))
		return -EINVAL;
	err = hmac_with(hmac, sec, s, body, octets);
	if (err)
		return err;
	if (sec == OMASEC_SEC_USERPINMAC) {
		decimal_digits(octets, s->pin.len, mac);
		mac[s->pin.len] = '\0';
	} else {
		for (i = 0; i < sizeof(octets); i++) {
			mac[2 * i] = hex[octets[i] >> 4];
			mac[2 * i + 1] = hex[octets[i] & 15];
		}
		mac[2 * i] = '\0';
	}
	memzero_explicit(octets, sizeof(octets));
	return 0;
}

const char *omasec_sec_name(unsigned int sec, bool dm, bool colon)
{
	switch (sec) {
	case OMASEC_SEC_NETWPIN:
		return dm ? "NETWORKID" : "NETWPIN";
	case OMASEC_SEC_USERPIN:
		return "USERPIN";
	case OMASEC_SEC_USERNETWPIN:
		/* The name of the DM profile says how the key is made. */
		return dm && colon ? "USERPIN_NETWORKID" : "USERNETWPIN";
	case OMASEC_SEC_USERPINMAC:
		return "USERPINMAC";
	}
	return NULL;
}

int omasec_imsi_encode(const char *digits, size_t len, u8 out[OMASEC_IMSI_OCTETS])
{
	struct omasec_slice s = { digits, len };
	size_t i;
	int n = 0;

	if (len < 6 || len > OMASEC_IMSI_MAX || !all_digits(s))
		return -EINVAL;
	/* Identity type 1 and the parity of the number of digits in the first low half. */
	out[n++] = (u8)((digits[0] - '0') << 4 | 1 | (len % 2) << 3);
	for (i = 1; i < len; i += 2) {
		u8 high = i + 1 < len ? (u8)(digits[i + 1] - '0') : 0xf;

		out[n++] = (u8)(high << 4 | (digits[i] - '0'));
	}
	return n;
}
