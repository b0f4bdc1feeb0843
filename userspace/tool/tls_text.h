/* SPDX-License-Identifier: GPL-2.0 */
/* What flows and events say of TLS. */
#ifndef TOOL_TLS_TEXT_H
#define TOOL_TLS_TEXT_H

#include "out.h"
#include "value.h"

#define TLS_TEXT_MAX (64 + 4 * OMASEC_TLS_NAME_MAX + 1)

/* "tls" with version, cipher suite and name, unless @version is 0. */
static inline void tls_json(json_t *o, uint16_t version, uint16_t suite, const char *name)
{
	json_t *tls;
	char text[8];

	if (!version)
		return;
	tls = json_object();
	out_set(tls, "version", json_string(omasec_tls_version_name(version, text)));
	out_set(tls, "cipher-suite", json_string(omasec_tls_suite_name(suite, text)));
	if (*name)
		out_set(tls, "server-name", out_text(name));
	out_set(o, "tls", tls);
}

/* "TLS 1.3 TLS_AES_128_GCM_SHA256 name", fit for a terminal. */
static inline const char *tls_text(char out[TLS_TEXT_MAX], uint16_t version, uint16_t suite,
				   const char *name)
{
	char v[8], s[8], safe[4 * OMASEC_TLS_NAME_MAX + 1];

	snprintf(out, TLS_TEXT_MAX, "TLS %s %s%s%s", omasec_tls_version_name(version, v),
		 omasec_tls_suite_name(suite, s), *name ? " " : "",
		 value_safe(name, safe, sizeof(safe)));
	return out;
}

#endif
