/* SPDX-License-Identifier: GPL-2.0 OR LGPL-2.1-or-later */
/*
 * Which DM messages are sessionless. DM Security 1.3 names them (5.3) and demands that
 * something protects them; how they look is in no text that is public. This is our
 * choice, made here and nowhere else:
 *  - pushed: a push whose content type is that of DM messages and which has an
 *    x-syncml-hmac header. Nothing can answer a push. Without the header, +wbxml
 *    stays a bootstrap message;
 *  - posted: a request whose SyncHdr has NoResp.
 * What protects them, and keeps the same one from counting twice: sessionless.h.
 */
#ifndef OMASEC_PROTO_SESSIONLESS_H
#define OMASEC_PROTO_SESSIONLESS_H

#include "types.h"

/**
 * struct omasec_marks - what tells that a DM message is sessionless
 * @pushed: it came as a push
 * @hmac: pushed: there is an x-syncml-hmac header
 * @request: posted: it is in a request
 * @no_resp: posted: its SyncHdr asks for no response
 */
struct omasec_marks {
	bool pushed, hmac, request, no_resp;
};

static inline bool omasec_is_sessionless(const struct omasec_marks *m)
{
	return m->pushed ? m->hmac : m->request && m->no_resp;
}

#endif
