/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What secures a bootstrap message: the parameters SEC and MAC of its content
 * type (DM Security 1.2, 5.7.2; Provisioning Bootstrap 1.1, 6.3). The MAC is a
 * real HMAC-SHA1 (RFC 2104) over the WBXML document, in hexadecimal digits:
 *
 *	SEC          in the DM profile    key
 *	NETWPIN      NETWORKID            network secret: IMSI in semi-octets, ESN, other octets
 *	USERPIN      USERPIN              digits of the PIN
 *	USERNETWPIN  USERPIN_NETWORKID    both, see omasec_bootstrap_key()
 *	USERPINMAC   -                    digits of the PIN; the user types them and the MAC
 */
#ifndef OMASEC_PROTO_BOOTSTRAP_H
#define OMASEC_PROTO_BOOTSTRAP_H

#include "types.h"

#define OMASEC_SHA1_LEN			20
#define OMASEC_SECRET_MAX		64	/* octets of a network secret */
#define OMASEC_IMSI_MAX			15	/* digits */
#define OMASEC_IMSI_OCTETS		8
#define OMASEC_BOOTSTRAP_KEY_MAX	(OMASEC_SECRET_MAX + 1 + OMASEC_PIN_MAX)
#define OMASEC_BOOTSTRAP_MAC_TEXT	(2 * OMASEC_SHA1_LEN + 1)	/* with the NUL */

/**
 * struct omasec_hmac_sha1 - how to compute an HMAC-SHA1, given by the surroundings
 * @digest: HMAC of @data with @key into @out; 0 or a negative errno
 * @ctx: handed to @digest
 */
struct omasec_hmac_sha1 {
	int (*digest)(void *ctx, struct omasec_slice key, struct omasec_slice data,
		      u8 out[OMASEC_SHA1_LEN]);
	void *ctx;
};

/**
 * struct omasec_bootstrap - security parameters that were read
 * @sec: enum omasec_sec; OMASEC_SEC_NONE when there were none
 * @colon: the name that SEC had says that the key is PIN ":" secret
 * @mac: decoded MAC; not with OMASEC_SEC_NONE and OMASEC_SEC_USERPINMAC
 * @what: on failure, what is wrong
 */
struct omasec_bootstrap {
	u8 sec;
	bool colon;
	u8 mac[OMASEC_SHA1_LEN];
	const char *what;
};

/**
 * struct omasec_bootstrap_secrets - what keys are made of
 * @netw: network secret, empty for none
 * @pin: digits; with OMASEC_SEC_USERPINMAC, when checked, followed by those of the MAC
 * @colon: the key of OMASEC_SEC_USERNETWPIN is PIN ":" secret, not secret PIN
 */
struct omasec_bootstrap_secrets {
	struct omasec_slice netw, pin;
	bool colon;
};

/*
 * All: context any in which @hmac works; return enum omasec_reason unless said
 * otherwise.
 *
 * parse: @form is enum omasec_wsp_sec, @code or @text the value of SEC by it; @mac
 * is what stood there, @mac->p NULL for nothing. 0, BOOTSTRAP_BAD.
 */
unsigned int omasec_bootstrap_parse(u8 form, u32 code, struct omasec_slice text,
				    struct omasec_slice mac, struct omasec_bootstrap *b);
/*
 * The same from a Content-Type as text, RFC 9110, 8.3; @type is its assigned
 * number as omasec_wsp_push.type.
 */
unsigned int omasec_bootstrap_content_type(const char *s, size_t len, u32 *type,
					   struct omasec_bootstrap *b);
/*
 * By its Content-Type alone some reader could take a message for a bootstrap message and
 * not for one of a session: it is of client provisioning, or has something like SEC or
 * MAC, or parameters that cannot be read.
 */
bool omasec_bootstrap_claims(const char *s, size_t len);
/* @body can be WBXML, the only form that a MAC is defined for. */
bool omasec_bootstrap_is_wbxml(struct omasec_slice body);

/* The secrets that a type needs. */
bool omasec_sec_needs_netw(unsigned int sec);
bool omasec_sec_needs_pin(unsigned int sec);

/* Length of the key in @out, or -EINVAL when @s lacks something or has no digits. */
int omasec_bootstrap_key(unsigned int sec, const struct omasec_bootstrap_secrets *s,
			 u8 out[OMASEC_BOOTSTRAP_KEY_MAX]);
/*
 * 1 when the MAC is right, 0 when not (also with secrets that make no key), or
 * what @hmac returned. Takes the same time wherever MACs differ.
 */
int omasec_bootstrap_check(const struct omasec_hmac_sha1 *hmac, const struct omasec_bootstrap *b,
			   const struct omasec_bootstrap_secrets *s, struct omasec_slice body);
/*
 * Writes the MAC: 40 digits, or with OMASEC_SEC_USERPINMAC as many as the PIN has.
 * 0, -EINVAL, or what @hmac returned.
 */
int omasec_bootstrap_make(const struct omasec_hmac_sha1 *hmac, unsigned int sec,
			  const struct omasec_bootstrap_secrets *s, struct omasec_slice body,
			  char mac[OMASEC_BOOTSTRAP_MAC_TEXT]);
/* Name of a type in a content type; of the DM profile where it has one. */
const char *omasec_sec_name(unsigned int sec, bool dm, bool colon);

/* IMSI in semi-octets: GSM 11.11, 10.3.2, without the length. Octets, or -EINVAL. */
int omasec_imsi_encode(const char *digits, size_t len, u8 out[OMASEC_IMSI_OCTETS]);

#endif
