// SPDX-License-Identifier: GPL-2.0
/*
 * Reader and writer of the x-syncml-hmac value. DM Security 1.2, 5.4.3:
 * a comma-separated list of algorithm, username and mac. The writer makes the
 * one form that every known receiver can read: that order, user name quoted, mac
 * last. The reader takes each parameter once, quoted or not, and nothing else.
 */
#include "ascii.h"
#include "base64.h"
#include "hmac_header.h"

#define MAC_TEXT_LEN OMASEC_B64_LEN(OMASEC_MD5_LEN)

/* Longest parameter value kept; longer ones are of no use to any parameter. */
#define VALUE_MAX OMASEC_USER_MAX

struct cursor {
	const char *p, *end;
};

struct param {
	struct omasec_slice name;
	char value[VALUE_MAX];
	size_t len;
};

static bool at_end(const struct cursor *c)
{
	return c->p == c->end;
}

static void skip_blanks(struct cursor *c)
{
	while (!at_end(c) && omasec_is_blank((unsigned char)*c->p))
		c->p++;
}

static bool take(struct param *p, unsigned char c)
{
	if (omasec_is_control(c) || p->len == sizeof(p->value))
		return false;
	p->value[p->len++] = (char)c;
	return true;
}

/* After the opening quote. Resolves quoted pairs. */
static bool read_quoted(struct cursor *c, struct param *p)
{
	while (!at_end(c)) {
		unsigned char o = (unsigned char)*c->p++;

		if (o == '"')
			return true;
		if (o == '\\') {
			if (at_end(c))
				return false;
			o = (unsigned char)*c->p++;
		}
		if (!take(p, o))
			return false;
	}
	return false;
}

/*
 * A bare value ends at a blank or comma. Base64 and peculiar user names fit. It
 * may be empty here; no parameter may.
 */
static bool read_bare(struct cursor *c, struct param *p)
{
	while (!at_end(c)) {
		unsigned char o = (unsigned char)*c->p;

		if (o == ',' || omasec_is_blank(o))
			break;
		if (o == '"' || o == '\\' || !take(p, o))
			return false;
		c->p++;
	}
	return true;
}

/* name BWS "=" BWS value BWS, up to a comma or the end */
static bool read_param(struct cursor *c, struct param *p)
{
	p->len = 0;
	p->name.p = c->p;
	while (!at_end(c) && omasec_is_tchar((unsigned char)*c->p))
		c->p++;
	p->name.len = (size_t)(c->p - p->name.p);
	skip_blanks(c);
	if (at_end(c) || *c->p != '=')
		return false;
	c->p++;
	skip_blanks(c);
	if (!at_end(c) && *c->p == '"') {
		c->p++;
		if (!read_quoted(c, p))
			return false;
	} else if (!read_bare(c, p)) {
		return false;
	}
	skip_blanks(c);
	return at_end(c) || *c->p == ',';
}

unsigned int omasec_hmac_header_parse(const char *value, size_t len, struct omasec_hmac_header *h)
{
	struct cursor c = { value, value + len };
	bool algorithm = false, user = false, mac = false, known = true;
	char text[MAC_TEXT_LEN];
	struct param p;

	for (;;) {
		skip_blanks(&c);
		if (at_end(&c))
			break;
		if (*c.p == ',') {	/* also empty list elements */
			c.p++;
			continue;
		}
		if (!read_param(&c, &p))
			return OMASEC_REASON_MAC_MALFORMED;

		if (omasec_slice_is(p.name, "algorithm") && !algorithm) {
			struct omasec_slice v = { p.value, p.len };

			algorithm = true;
			known = omasec_slice_is(v, "md5");
			if (!omasec_is_token(v))
				return OMASEC_REASON_MAC_MALFORMED;
		} else if (omasec_slice_is(p.name, "username") && !user) {
			user = true;
			memcpy(h->user, p.value, p.len);
			h->user[p.len] = '\0';
			h->user_len = (u8)p.len;
			if (!p.len)
				return OMASEC_REASON_MAC_MALFORMED;
		} else if (omasec_slice_is(p.name, "mac") && !mac) {
			mac = true;
			if (p.len != sizeof(text)) {
				/* another algorithm may have another length */
				memset(text, 0, sizeof(text));
				continue;
			}
			memcpy(text, p.value, sizeof(text));
		} else {	/* unknown, or a second time */
			return OMASEC_REASON_MAC_MALFORMED;
		}
	}
	if (!user || !mac)
		return OMASEC_REASON_MAC_MALFORMED;
	if (!known)
		return OMASEC_REASON_MAC_ALGORITHM;
	if (omasec_base64_decode(text, sizeof(text), h->mac, sizeof(h->mac)) != OMASEC_MD5_LEN)
		return OMASEC_REASON_MAC_MALFORMED;
	return OMASEC_REASON_NONE;
}

ssize_t omasec_hmac_header_format(char *out, size_t cap, const char *user, size_t user_len,
				  const u8 mac[OMASEC_MD5_LEN])
{
	static const char before[] = "algorithm=MD5, username=\"";
	static const char between[] = "\", mac=";
	size_t need = sizeof(before) - 1 + user_len + sizeof(between) - 1 + MAC_TEXT_LEN + 1;
	char *o = out;
	size_t i;

	if (!user_len || user_len > OMASEC_USER_MAX)
		return -EINVAL;
	for (i = 0; i < user_len; i++) {
		if (omasec_is_control((unsigned char)user[i]))
			return -EINVAL;
		if (user[i] == '"' || user[i] == '\\')
			need++;
	}
	if (cap < need)
		return -ENOSPC;

	memcpy(o, before, sizeof(before) - 1);
	o += sizeof(before) - 1;
	for (i = 0; i < user_len; i++) {
		if (user[i] == '"' || user[i] == '\\')
			*o++ = '\\';
		*o++ = user[i];
	}
	memcpy(o, between, sizeof(between) - 1);
	o += sizeof(between) - 1;
	o += omasec_base64_encode(mac, OMASEC_MD5_LEN, o);
	*o = '\0';
	return o - out;
}
