/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The queue between flows and the helper: announce, pull, put, verdict,
 * deadline, helper loss.
 */
#ifndef OMASEC_UPCALL_H
#define OMASEC_UPCALL_H

#include "message.h"

/*
 * Gives @m to the helper. Process context, may sleep. Returns 0 when it waits
 * (m->decided will be called unless cancelled), or enum omasec_reason when it is
 * refused at once: HELPER_ABSENT (rule says reject and nobody is registered),
 * TOO_MANY, NO_MEMORY.
 */
unsigned int omasec_upcall_submit(struct omasec_msg *m);

/*
 * Takes @m back: after return m->decided will not run any more and is not
 * running. Process context, may sleep. Fine when @m was never submitted or is
 * decided already.
 */
void omasec_upcall_cancel(struct omasec_msg *m);

/* A helper is registered in this namespace. Any context. */
bool omasec_upcall_ready(struct omasec_net *on);

/* ---- below: control plane only ---- */

int omasec_upcall_init(void);		/* module load */
void omasec_upcall_exit(void);		/* module unload, no flow is left */
void omasec_upcall_prepare(struct omasec_msg *m);	/* part of omasec_msg_new() */

/*
 * All return 0 or a negative errno and then *why in words. @portid is the netlink
 * port that asks. Process context.
 */
int omasec_upcall_register(struct omasec_net *on, u32 portid, const char *version, bool replace,
			   const char **why);
/* The netlink socket @portid was closed. */
void omasec_upcall_release(struct omasec_net *on, u32 portid);
/* The namespace goes: no helper any more, every message refused. */
void omasec_upcall_shutdown(struct omasec_net *on);

/* The oldest message that was not announced, now HANDED, with a reference; or ERR_PTR. */
struct omasec_msg *omasec_upcall_next(struct omasec_net *on, u32 portid, const char **why);
/* The helper was not told after all. */
void omasec_upcall_requeue(struct omasec_msg *m, u32 portid);
/* A message by cookie, with a reference; or ERR_PTR. */
struct omasec_msg *omasec_upcall_get(struct omasec_net *on, u32 portid, u64 cookie,
				     const char **why);
/*
 * With put_lock held: @m is HANDED to @portid, which is the helper. As long as the
 * lock is held, m->body does not change.
 */
int omasec_upcall_held(struct omasec_msg *m, u32 portid, const char **why);
/* With put_lock held: what was put or made for an earlier handing out counts no more. */
void omasec_upcall_fresh(struct omasec_msg *m);
int omasec_upcall_put(struct omasec_msg *m, u32 portid, u32 offset, const void *data, size_t len,
		      const char **why);

/**
 * struct omasec_decision - a verdict as it was asked for
 * @verdict: enum omasec_verdict, not NONE
 * @reason: enum omasec_reason for reject
 * @has_length: @length was given
 * @length: octets that the sender believes it has put
 * @no_mac: leave without MAC
 * @sessionless: it is a sessionless message
 * @agreed_used: how many messages the agreed nonce has protected, 0 for nothing new
 * @mac_nonce: nonce for the MAC of what leaves
 * @expect_nonce: the peer's next nonce
 * @account: account that the helper found, or NULL
 * @content_type: of the body that was put, or NULL
 * @detail: for events, or NULL
 */
struct omasec_decision {
	u8 verdict;
	u32 reason;
	bool has_length, no_mac, sessionless;
	u32 length, agreed_used;
	struct omasec_nonce mac_nonce, expect_nonce;
	struct omasec_account *account;
	const char *content_type, *detail;
};

int omasec_upcall_verdict(struct omasec_msg *m, u32 portid, const struct omasec_decision *d,
			  const char **why);

/* verdict.c: may this message be decided like that? put_lock is held. */
int omasec_verdict_check(const struct omasec_msg *m, const struct omasec_decision *d,
			 const char **why);

/* nl_message.c: tells @portid of @m. 0 or a negative errno. Process context. */
int omasec_notice_send(struct omasec_msg *m, u32 portid);

#endif
