/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Values as people write them, to and from what the module takes: the same for
 * omasec.conf(5), for the command line and for what lists print. Pure: text in,
 * value out.
 */
#ifndef TOOL_VALUE_H
#define TOOL_VALUE_H

#include <omasec.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All parsers: 0, or -EINVAL with nothing written. */
int value_u64(const char *text, uint64_t min, uint64_t max, uint64_t *out);
/* Letters, digits and . _ @ -; at most OMASEC_NAME_MAX; @out has room for that. */
int value_name(const char *text, char *out);
/* 1 to @max octets of text without control characters. */
int value_text(const char *text, size_t max, char *out);
int value_ports(const char *text, uint16_t *min, uint16_t *max);
/* An address with or without /prefix, or "any". Bits after the prefix must be 0. */
int value_prefix(const char *text, uint8_t *family, uint8_t *prefix, uint8_t address[16]);
/* Octets, with K or M for 1024 and 1024 * 1024. */
int value_size(const char *text, uint32_t max, uint32_t *out);
/* Milliseconds, with ms or s. */
int value_time(const char *text, uint32_t *ms);
/* A time with its unit, which is s, m, h or d. */
int value_span(const char *text, uint64_t *seconds);
/* "base64:..." or "text:...". */
int value_nonce(const char *text, struct omasec_nonce *nonce);

#define VALUE_ENDPOINT_MAX 64
#define VALUE_PREFIX_MAX 56
#define VALUE_PORTS_MAX 16

/* "192.0.2.1:8080", "[2001:db8::1]:8080"; "-" without an address. */
void value_format_endpoint(char out[VALUE_ENDPOINT_MAX], unsigned int family,
			   const uint8_t address[16], uint16_t port);
/* "any" without an address. */
void value_format_prefix(char out[VALUE_PREFIX_MAX], unsigned int family, unsigned int prefix,
			 const uint8_t address[16]);
void value_format_ports(char out[VALUE_PORTS_MAX], uint16_t min, uint16_t max);

/*
 * @text fit for a terminal and for JSON: control characters and what is not
 * UTF-8 as \xNN. Texts of the network end up in events. Cut at @cap.
 */
const char *value_safe(const char *text, char *out, size_t cap);

#endif
