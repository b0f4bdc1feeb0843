/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flows whose transport is TLS: recognised, judged, and walked or handed back. The
 * data plane only; see secure.c.
 */
#ifndef OMASEC_SECURE_H
#define OMASEC_SECURE_H

#include "proto/http.h"
#include "proto/tls.h"

struct omasec_flow;

enum omasec_secure_phase {
	OMASEC_SECURE_NEW,	/* not one octet was seen: TLS is possible */
	OMASEC_SECURE_PLAIN,	/* HTTP; only CONNECT can change that */
	OMASEC_SECURE_CONNECT,	/* the request for a tunnel has gone, its answer has not come */
	OMASEC_SECURE_TLS,	/* records are walked, or both directions are handed back */
};

/**
 * struct omasec_secure - what is known of the TLS of a flow
 * @tls: the walker
 * @counted: records that were added to the counter
 * @told: the event was sent
 */
struct omasec_secure {
	struct omasec_tls_conn tls;
	u32 counted;
	bool told;
};

/* The whole direction is ours, not that of rx.c or tx.c. f->mtx held. */
static inline bool omasec_secure_owns(u8 phase)
{
	return phase >= OMASEC_SECURE_CONNECT;
}

/*
 * The first octet of a flow: true when secure.c took over, or refused. f->mtx held;
 * @path is the direction in which the octet goes.
 */
bool omasec_secure_first(struct omasec_flow *f, int path, u8 octet);
/*
 * A head that was parsed, with @reason: true when it asks for a tunnel and is taken
 * over, or when the rule demands TLS and it was refused. f->mtx held.
 */
bool omasec_secure_head(struct omasec_flow *f, int path, const struct omasec_http_head *h,
			unsigned int reason);
/* Run a direction as omasec_rx_run() and omasec_tx_run() do. f->mtx held. */
bool omasec_secure_rx(struct omasec_flow *f);
bool omasec_secure_tx(struct omasec_flow *f);
/* Hands back what can be handed back. f->mtx held. */
void omasec_secure_settle(struct omasec_flow *f);
void omasec_secure_free(struct omasec_flow *f);

#endif
