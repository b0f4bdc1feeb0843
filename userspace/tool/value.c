// SPDX-License-Identifier: GPL-2.0
/* Values as people write them. See value.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "kmod/proto/base64.h"
#include "value.h"

static bool value_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits only: strtoul() would take blanks, signs and other bases. Returns what follows. */
static const char *value_digits(const char *p, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (!value_digit(*p))
		return NULL;
	for (; value_digit(*p); p++) {
		unsigned int d = (unsigned int)(*p - '0');

		if (v > (max - d) / 10 || d > max)
			return NULL;
		v = v * 10 + d;
	}
	*out = v;
	return p;
}

int value_u64(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t v;
	const char *end = value_digits(text, max, &v);

	if (!end || *end || v < min)
		return -EINVAL;
	*out = v;
	return 0;
}

int value_name(const char *text, char *out)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@-";
	size_t len = strspn(text, allowed);

	if (!len || text[len] || len > OMASEC_NAME_MAX || text[0] == '-')
		return -EINVAL;
	memcpy(out, text, len + 1);
	return 0;
}

int value_text(const char *text, size_t max, char *out)
{
	size_t len = strnlen(text, max + 1), i;

	if (!len || len > max)
		return -EINVAL;
	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return -EINVAL;
	memcpy(out, text, len + 1);
	return 0;
}

int value_ports(const char *text, uint16_t *min, uint16_t *max)
{
	uint64_t lo, hi;
	const char *end = value_digits(text, UINT16_MAX, &lo);

	if (!end || !lo)
		return -EINVAL;
	hi = lo;
	if (*end == '-')
		end = value_digits(end + 1, UINT16_MAX, &hi);
	if (!end || *end || hi < lo)
		return -EINVAL;
	*min = (uint16_t)lo;
	*max = (uint16_t)hi;
	return 0;
}

int value_prefix(const char *text, uint8_t *family, uint8_t *prefix, uint8_t address[16])
{
	char host[INET6_ADDRSTRLEN + 1];
	const char *slash = strchrnul(text, '/');
	size_t len = (size_t)(slash - text);
	struct in6_addr mapped;
	uint8_t bytes[16] = { 0 };
	uint64_t bits, width;
	unsigned int i;
	int af;

	if (!strcmp(text, "any")) {
		*family = 0;
		*prefix = 0;
		memset(address, 0, 16);
		return 0;
	}
	if (len >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, len);
	host[len] = '\0';
	af = strchr(host, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(af, host, bytes) != 1)
		return -EINVAL;
	width = af == AF_INET ? 32 : 128;
	bits = width;
	if (*slash && value_u64(slash + 1, 0, width, &bits))
		return -EINVAL;
	for (i = (unsigned int)bits; i < width; i++)
		if (bytes[i / 8] & (0x80 >> i % 8))
			return -EINVAL;
	/* Sockets with a mapped address count as IPv4. */
	memcpy(&mapped, bytes, sizeof(mapped));
	if (af == AF_INET6 && bits >= 96 && IN6_IS_ADDR_V4MAPPED(&mapped))
		return -EINVAL;
	*family = (uint8_t)af;
	*prefix = (uint8_t)bits;
	memcpy(address, bytes, 16);
	return 0;
}

int value_size(const char *text, uint32_t max, uint32_t *out)
{
	uint64_t v, unit = 1;
	const char *end = value_digits(text, UINT32_MAX, &v);

	if (!end)
		return -EINVAL;
	if (*end == 'K' || *end == 'k')
		unit = 1024;
	else if (*end == 'M')
		unit = 1024 * 1024;
	if (unit > 1)
		end++;
	if (*end || !v || v > max / unit)
		return -EINVAL;
	*out = (uint32_t)(v * unit);
	return 0;
}

int value_time(const char *text, uint32_t *ms)
{
	uint64_t v, unit = 1;
	const char *end = value_digits(text, UINT32_MAX, &v);

	if (!end)
		return -EINVAL;
	if (!strcmp(end, "s"))
		unit = 1000;
	else if (*end && strcmp(end, "ms"))
		return -EINVAL;
	if (!v || v > UINT32_MAX / unit)
		return -EINVAL;
	*ms = (uint32_t)(v * unit);
	return 0;
}

int value_span(const char *text, uint64_t *seconds)
{
	static const struct { const char *unit; uint32_t seconds; } units[] = {
		{ "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 },
	};
	uint64_t v;
	const char *end = value_digits(text, UINT32_MAX, &v);
	unsigned int i;

	for (i = 0; end && i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit))
			continue;
		*seconds = v * units[i].seconds;
		return 0;
	}
	return -EINVAL;
}

int value_nonce(const char *text, struct omasec_nonce *nonce)
{
	struct omasec_nonce n = { .known = true };
	ssize_t len;

	if (!strncmp(text, "text:", 5)) {
		size_t max = strnlen(text + 5, sizeof(n.data) + 1);

		if (max > sizeof(n.data))
			return -EINVAL;
		memcpy(n.data, text + 5, max);
		n.len = (uint8_t)max;
	} else if (!strncmp(text, "base64:", 7)) {
		len = omasec_base64_decode(text + 7, strlen(text + 7), n.data, sizeof(n.data));
		if (len < 0)
			return -EINVAL;
		n.len = (uint8_t)len;
	} else {
		return -EINVAL;
	}
	*nonce = n;
	return 0;
}

void value_format_endpoint(char out[VALUE_ENDPOINT_MAX], unsigned int family,
			   const uint8_t address[16], uint16_t port)
{
	char host[INET6_ADDRSTRLEN];

	if ((family != AF_INET && family != AF_INET6) ||
	    !inet_ntop((int)family, address, host, sizeof(host)))
		snprintf(out, VALUE_ENDPOINT_MAX, "-");
	else
		snprintf(out, VALUE_ENDPOINT_MAX, family == AF_INET6 ? "[%s]:%u" : "%s:%u", host, port);
}

void value_format_prefix(char out[VALUE_PREFIX_MAX], unsigned int family, unsigned int prefix,
			 const uint8_t address[16])
{
	char host[INET6_ADDRSTRLEN];

	if ((family != AF_INET && family != AF_INET6) ||
	    !inet_ntop((int)family, address, host, sizeof(host)))
		snprintf(out, VALUE_PREFIX_MAX, "any");
	else
		snprintf(out, VALUE_PREFIX_MAX, "%s/%u", host, prefix & 0xff);
}

void value_format_ports(char out[VALUE_PORTS_MAX], uint16_t min, uint16_t max)
{
	if (min == max)
		snprintf(out, VALUE_PORTS_MAX, "%u", min);
	else
		snprintf(out, VALUE_PORTS_MAX, "%u-%u", min, max);
}

/* Octets of the UTF-8 sequence at @p, 0 when it is not one (RFC 3629, section 4). */
static size_t value_utf8(const unsigned char *p)
{
	size_t n, i;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return 0;
	for (i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

/* C0, DEL, and C1, which some terminals obey. */
static bool value_control(const unsigned char *p, size_t n)
{
	return (n == 1 && (p[0] < 0x20 || p[0] == 0x7f)) || (n == 2 && p[0] == 0xc2 && p[1] < 0xa0);
}

const char *value_safe(const char *text, char *out, size_t cap)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t at = 0;

	while (*p) {
		size_t n = value_utf8(p);

		if (n && !value_control(p, n)) {
			if (at + n >= cap)
				break;
			memcpy(out + at, p, n);
			at += n;
			p += n;
			continue;
		}
		if (at + 4 >= cap)
			break;
		snprintf(out + at, 5, "\\x%02x", *p++);
		at += 4;
	}
	out[at] = '\0';
	return out;
}
