// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What a modem daemon does with WAP pushes that come by SMS, as an example: the
 * user data of each message, in hexadecimal digits, is a line of standard input;
 * what may be used goes to a program's standard input (here: to a file), with the
 * answer of libomasec on standard output.
 *
 *	modem ACCOUNT FILE [PIN] <messages
 *
 * ACCOUNT says for whom bootstrap messages are. PIN was typed by the user, as a
 * daemon would have asked for it over its own interface after reason pin-missing;
 * on a command line, which others can read, it is for this example only.
 *
 *	cc modem.c $(pkg-config --cflags --libs libomasec)
 */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <omasec.h>

#define SMS_MAX		140	/* octets of user data */
#define PARTS_MAX	16
#define WAP_PUSH	2948

/**
 * struct sms - user data of a message (3GPP TS 23.040, 9.2.3.24)
 * @data: behind the header
 * @port: it is for, 0 for none
 * @ref: of a message in parts
 * @total: parts, 1 for a message in one
 * @part: which it is, from 1
 */
struct sms {
	uint8_t data[SMS_MAX];
	size_t len;
	unsigned int port, ref, total, part;
};

/* A push that comes in parts; a daemon would have several, and give up old ones. */
struct push {
	struct sms part[PARTS_MAX];
	unsigned int ref, total, have;
	uint8_t data[PARTS_MAX * SMS_MAX];
	size_t len;
};

static int from_hex(const char *line, uint8_t *out, size_t cap, size_t *len)
{
	unsigned int octet;

	for (*len = 0; isxdigit((unsigned char)line[0]); line += 2) {
		if (*len == cap || !isxdigit((unsigned char)line[1]) ||
		    sscanf(line, "%2x", &octet) != 1)
			return -1;
		out[(*len)++] = (uint8_t)octet;
	}
	return *line && *line != '\n' ? -1 : 0;
}

/* The user data header: what it has in length is what counts. -1 when it is broken. */
static int read_header(const uint8_t *ud, size_t len, struct sms *sms)
{
	size_t end = len ? 1 + (size_t)ud[0] : 0, at;

	if (!len || end > len)
		return -1;
	for (at = 1; at < end; at += 2 + (size_t)ud[at + 1]) {
		const uint8_t *ie = ud + at;

		if (at + 2 > end || at + 2 + ie[1] > end)
			return -1;
		if (ie[0] == 0x05 && ie[1] == 4) {		/* ports, 16 bits */
			sms->port = (unsigned int)ie[2] << 8 | ie[3];
		} else if (ie[0] == 0x00 && ie[1] == 3) {	/* parts, reference of 8 bits */
			sms->ref = ie[2];
			sms->total = ie[3];
			sms->part = ie[4];
		}
	}
	sms->len = len - end;
	memcpy(sms->data, ud + end, sms->len);
	return 0;
}

/* 1 when the push is whole, 0 when parts are missing, -1 when it is nonsense. */
static int add_part(struct push *p, const struct sms *sms)
{
	unsigned int i;

	if (!sms->part || sms->part > sms->total || sms->total > PARTS_MAX)
		return -1;
	if (!p->have || p->ref != sms->ref || p->total != sms->total) {
		memset(p, 0, sizeof(*p));
		p->ref = sms->ref;
		p->total = sms->total;
	}
	p->part[sms->part - 1] = *sms;
	p->have |= 1u << (sms->part - 1);
	if (p->have != (1u << p->total) - 1)
		return 0;
	for (p->len = 0, i = 0; i < p->total; i++) {
		memcpy(p->data + p->len, p->part[i].data, p->part[i].len);
		p->len += p->part[i].len;
	}
	p->have = 0;
	return 1;
}

/* The part that matters: nothing is used unless the library returned 0. */
static int deliver(struct omasec *o, const struct push *p, const char *account, const char *pin,
		   FILE *to)
{
	struct omasec_blob blob = {
		.kind = OMASEC_BLOB_KIND_PUSH,
		.body = p->data,
		.len = p->len,
		.account = account,
		.pin = pin,
	};
	struct omasec_blob_verdict v;
	int rc = omasec_blob_verify(o, &blob, &v);

	if (rc && !v.reason) {
		fprintf(stderr, "cannot judge: %s\n", omasec_error(o));
		return -1;
	}
	if (rc) {
		printf("refused %s: %s\n", omasec_reason_name(v.reason), omasec_error(o));
		return 0;
	}
	printf("%s %s for %s\n", v.unchecked ? "unchecked" : "accepted",
	       omasec_name(OMASEC_NAMES_MESSAGE_KIND, v.message), v.account);
	return fwrite(p->data + v.offset, 1, v.length, to) == v.length ? 0 : -1;
}

static int take_line(struct omasec *o, struct push *p, const char *line, char **argv, FILE *to)
{
	struct sms sms = { .total = 1, .part = 1 };
	uint8_t ud[SMS_MAX];
	size_t len;
	int whole;

	if (from_hex(line, ud, sizeof(ud), &len) || read_header(ud, len, &sms)) {
		printf("ignored: no user data with a header\n");
		return 0;
	}
	if (sms.port != WAP_PUSH) {
		printf("ignored: for port %u\n", sms.port);
		return 0;
	}
	whole = add_part(p, &sms);
	if (whole < 0)
		printf("ignored: parts that do not fit together\n");
	return whole > 0 ? deliver(o, p, argv[1], argv[3], to) : 0;
}

int main(int argc, char **argv)
{
	static struct push push;
	char line[2 * SMS_MAX + 16];
	struct omasec *o;
	FILE *to;
	int rc;

	if (argc < 3 || argc > 4) {
		fprintf(stderr, "usage: modem ACCOUNT FILE [PIN] <messages\n");
		return 2;
	}
	rc = omasec_open(&o);
	if (rc) {
		fprintf(stderr, "%s\n", omasec_error(o));
		omasec_close(o);
		return 1;
	}
	to = fopen(argv[2], "wb");
	rc = to ? 0 : -1;
	while (!rc && fgets(line, sizeof(line), stdin))
		rc = take_line(o, &push, line, argv, to);
	if (to && fclose(to))
		rc = -1;
	omasec_close(o);
	return rc ? 1 : 0;
}
