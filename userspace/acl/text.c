// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The text of a list, strictly: no white space, no other spelling of a command, no
 * empty part. See acl.h. Everything is O(n log n) in the text.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "acl.h"

static const char *const right_name[ACL_RIGHTS] = { "Add", "Delete", "Exec", "Get", "Replace" };

const char *acl_right_name(unsigned int right)
{
	unsigned int i;

	for (i = 0; i < ACL_RIGHTS; i++)
		if (right == 1u << i)
			return right_name[i];
	return "?";
}

unsigned int acl_right_find(const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < ACL_RIGHTS; i++)
		if (strlen(right_name[i]) == len && !memcmp(right_name[i], name, len))
			return 1u << i;
	return 0;
}

static bool id_octet(char c)
{
	return c > ' ' && c < 0x7f && c != '=' && c != '&' && c != '*' && c != '+';
}

bool acl_id_valid(const char *id, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!id_octet(id[i]))
			return false;
	return len > 0 && len <= ACL_TEXT_MAX;
}

/* ------------------------------------------------------------------ scanning */

/* One identifier of one entry. */
struct pair {
	const char *id;
	uint16_t len;
	uint8_t rights;
};

/* @pair: room for ACL_TEXT_MAX / 2 + 1, or NULL. */
struct scan {
	struct pair *pair;
	size_t pairs;
	uint8_t named, star, loose;
};

static int bad(struct acl_fault *fault, size_t at, const char *expected)
{
	if (fault) {
		fault->at = at;
		fault->expected = expected;
	}
	return -EINVAL;
}

/* "*" or an identifier at @at. Its length, 0 for neither. */
static size_t scan_id(const char *text, size_t len, size_t at)
{
	size_t n = 0;

	if (at < len && text[at] == '*')
		return 1;
	while (at + n < len && id_octet(text[at + n]))
		n++;
	return n;
}

static int scan_entry(struct scan *s, const char *text, size_t len, size_t *at, struct acl_fault *fault)
{
	const char *equals = memchr(text + *at, '=', len - *at);
	size_t n = equals ? (size_t)(equals - text) - *at : 0, ids = 0, star = 0;
	unsigned int right = acl_right_find(text + *at, n);

	if (!right)
		return bad(fault, *at, "Add=, Delete=, Exec=, Get= or Replace=");
	if (s->named & right)
		s->loose |= ACL_LOOSE_REPEATED;
	s->named |= (uint8_t)right;
	*at += n;
	do {
		++*at;		/* the = or + */
		n = scan_id(text, len, *at);
		if (!n)
			return bad(fault, *at, "a server identifier or *");
		if (text[*at] == '*') {
			star++;
			s->star |= (uint8_t)right;
		} else if (s->pair) {
			s->pair[s->pairs++] = (struct pair){ text + *at, (uint16_t)n, (uint8_t)right };
		}
		ids++;
		*at += n;
	} while (*at < len && text[*at] == '+');
	if (star && ids > 1)
		s->loose |= ACL_LOOSE_STAR;
	return 0;
}

static int scan(struct scan *s, const char *text, size_t len, struct acl_fault *fault)
{
	size_t at = 0;
	int rc;

	if (len > ACL_TEXT_MAX) {
		bad(fault, ACL_TEXT_MAX, "the end: the list is too long");
		return -EMSGSIZE;
	}
	if (!len)
		return 0;
	for (;;) {
		rc = scan_entry(s, text, len, &at, fault);
		if (rc)
			return rc;
		if (at == len)
			return 0;
		if (text[at] != '&')
			return bad(fault, at, "+, & or the end");
		at++;
	}
}

int acl_check(const char *text, size_t len, unsigned int *star, struct acl_fault *fault)
{
	struct scan s = { 0 };
	int rc = scan(&s, text, len, fault);

	*star = rc ? 0 : s.star;
	return rc;
}

/* ------------------------------------------------------------------ building */

static int id_compare(const char *a, size_t alen, const char *b, size_t blen)
{
	int c = memcmp(a, b, alen < blen ? alen : blen);

	return c ? c : (alen > blen) - (alen < blen);
}

static int pair_compare(const void *a, const void *b)
{
	const struct pair *p = a, *q = b;

	return id_compare(p->id, p->len, q->id, q->len);
}

/* Sorts; each identifier once, with all its rights except those of "*". */
static size_t merge(struct pair *pair, size_t count, uint8_t star)
{
	size_t i, n = 0;

	qsort(pair, count, sizeof(*pair), pair_compare);
	for (i = 0; i < count; i++) {
		pair[i].rights &= (uint8_t)~star;
		if (!pair[i].rights)
			continue;
		if (n && !pair_compare(&pair[n - 1], &pair[i]))
			pair[n - 1].rights |= pair[i].rights;
		else
			pair[n++] = pair[i];
	}
	return n;
}

/* @pair: merged. NULL without memory. */
static struct acl *build(const struct pair *pair, size_t count, uint8_t named, uint8_t star, uint8_t loose)
{
	size_t i, used = 0, octets = sizeof(struct acl) + count * sizeof(struct acl_id);
	struct acl *acl;
	char *text;

	for (i = 0; i < count; i++)
		used += pair[i].len;
	octets += used;
	acl = malloc(octets);
	if (!acl)
		return NULL;
	*acl = (struct acl){ .named = named, .star = star, .loose = loose, .count = (uint16_t)count,
			     .octets = (uint32_t)octets };
	text = (char *)&acl->id[count];
	for (i = 0, used = 0; i < count; i++) {
		acl->id[i] = (struct acl_id){ (uint16_t)used, pair[i].len, pair[i].rights };
		memcpy(text + used, pair[i].id, pair[i].len);
		used += pair[i].len;
	}
	return acl;
}

int acl_parse(const char *text, size_t len, struct acl **acl, struct acl_fault *fault)
{
	struct scan s = { 0 };
	int rc;

	*acl = NULL;
	if (!len)
		return 0;
	s.pair = calloc((len < ACL_TEXT_MAX ? len : ACL_TEXT_MAX) / 2 + 1, sizeof(*s.pair));
	if (!s.pair)
		return -ENOMEM;
	rc = scan(&s, text, len, fault);
	if (!rc) {
		s.pairs = merge(s.pair, s.pairs, s.star);
		*acl = build(s.pair, s.pairs, s.named, s.star, s.loose);
		rc = *acl ? 0 : -ENOMEM;
	}
	free(s.pair);
	return rc;
}

void acl_free(struct acl *acl)
{
	free(acl);
}

/* ------------------------------------------------------------------ using */

static const char *id_text(const struct acl *acl, size_t i)
{
	return (const char *)&acl->id[acl->count] + acl->id[i].at;
}

size_t acl_format(const struct acl *acl, char out[ACL_TEXT_MAX + 1])
{
	size_t at = 0, i;
	unsigned int r;

	for (r = 0; acl && r < ACL_RIGHTS; r++) {
		unsigned int right = 1u << r, first = 1;

		if (!(acl->named & right))
			continue;
		if (at)
			out[at++] = '&';
		memcpy(out + at, right_name[r], strlen(right_name[r]));
		at += strlen(right_name[r]);
		out[at++] = '=';
		if (acl->star & right) {
			out[at++] = '*';
			continue;
		}
		for (i = 0; i < acl->count; i++) {
			if (!(acl->id[i].rights & right))
				continue;
			if (!first)
				out[at++] = '+';
			first = 0;
			memcpy(out + at, id_text(acl, i), acl->id[i].len);
			at += acl->id[i].len;
		}
	}
	out[at] = '\0';
	return at;
}

_Static_assert(sizeof(struct acl_id) == 3 * sizeof(uint16_t), "padding");

bool acl_same(const struct acl *a, const struct acl *b)
{
	if (!a || !b)
		return a == b;
	return a->named == b->named && a->star == b->star && a->octets == b->octets && a->count == b->count &&
	       !memcmp(a->id, b->id, a->octets - sizeof(*a));
}

/* Index of an identifier, @acl->count for none. */
static size_t id_find(const struct acl *acl, const char *id, size_t len)
{
	size_t low = 0, high = acl->count;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int c = id_compare(id, len, id_text(acl, mid), acl->id[mid].len);

		if (!c)
			return mid;
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return acl->count;
}

enum acl_grant acl_grant(const struct acl *acl, unsigned int right, const char *id, size_t len)
{
	size_t i;

	if (!(acl->named & right))
		return ACL_GRANT_NO_ENTRY;
	if (acl->star & right)
		return ACL_GRANT_STAR;
	i = id_find(acl, id, len);
	return i < acl->count && acl->id[i].rights & right ? ACL_GRANT_NAMED : ACL_GRANT_NOT_NAMED;
}

int acl_without(const struct acl *acl, const char *id, size_t len, bool root, struct acl **out)
{
	struct pair *pair = calloc((size_t)acl->count + 1, sizeof(*pair));
	uint8_t named = acl->star, star = acl->star;
	size_t i, n = 0, found = id_find(acl, id, len);

	*out = NULL;
	if (!pair)
		return -ENOMEM;
	for (i = 0; i < acl->count; i++) {
		if (i == found)
			continue;
		named |= (uint8_t)acl->id[i].rights;
		pair[n++] = (struct pair){ id_text(acl, i), acl->id[i].len, (uint8_t)acl->id[i].rights };
	}
	/* An entry of the root that is left empty takes its value from the default. */
	if (root)
		star |= (uint8_t)(acl->named & ~named & (ACL_ADD | ACL_GET));
	named |= star;
	if (named)
		*out = build(pair, n, named, star, 0);
	free(pair);
	return named && !*out ? -ENOMEM : 0;
}
