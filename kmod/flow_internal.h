/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A flow is an attached socket: what the data plane keeps for it. Exchanges of datagrams
 * (wsp_flow.h) are flows too, without a socket.
 *
 * Life: made by attach.c (tracepoint probe, accept, setsockopt), used by every
 * socket call and by its work item, detached in close() (sock_ctl.c), freed
 * after a grace period because polls and dumps read it under RCU.
 *
 * Locks, in order: @mtx, then lock_sock() (base socket calls take it inside),
 * then sk_callback_lock. Nobody waits for the network, the application or the
 * helper with @mtx held. The callbacks from softirq touch only @work.
 *
 * One exchange at a time: the next request is not looked at before the response
 * to the last one has gone through. That keeps the chain of nonces in order and
 * makes it impossible to put a response into the wrong place.
 */
#ifndef OMASEC_FLOW_INTERNAL_H
#define OMASEC_FLOW_INTERNAL_H

#include <linux/mutex.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <net/inet_connection_sock.h>
#include <net/tcp.h>

#include "buf.h"
#include "compat/compat.h"
#include "crypto.h"
#include "event.h"
#include "flow.h"
#include "message.h"
#include "obex_flow.h"
#include "policy.h"
#include "proto/hmac_header.h"
#include "proto/http.h"
#include "proto/reason.h"
#include "secure.h"
#include "upcall.h"

/* Verified octets that wait for the application before we stop reading. */
#define OMASEC_RX_READY_MAX	(256 * 1024)
/* Octets from the application that wait while a message is being decided. */
#define OMASEC_TX_AHEAD		(64 * 1024)

enum omasec_dir_state {
	OMASEC_DIR_HEAD,	/* between messages, or inside a head */
	OMASEC_DIR_BODY,	/* inside the body of a DM message */
	OMASEC_DIR_PASS,	/* inside a message that the rule lets pass */
	OMASEC_DIR_WAIT,	/* a whole message waits for its verdict */
	OMASEC_DIR_TLS,		/* secure.c walks the records of TLS */
	OMASEC_DIR_EOF,		/* ended in order */
	OMASEC_DIR_DEAD,	/* refused */
};

/**
 * struct omasec_dir - one direction of a flow; all under the flow's @mtx
 * @state: enum omasec_dir_state; read without lock for display
 * @framer: position inside the current message
 * @head: octets of the current head
 * @head_len: their number
 * @head_cap: allocated
 * @h: what @head says, from when it is whole until the message is gone; its
 *	slices are in @head
 * @msg: the message that is assembled or waits
 * @md5: MD5 of the body so far (rx)
 * @in: not yet framed; rx: from TCP; tx: from the application
 * @in_len: length of @in for readers without @mtx (tx only; release/acquire)
 * @out: rx: for the application; tx: for the wire
 * @out_len: length of @out for readers without @mtx (release/acquire)
 * @direct: handed back: socket calls go to the base protocol; never goes back, set
 *	under lock_sock
 * @messages: DM messages that went through
 * @bytes: their octets
 */
struct omasec_dir {
	u8 state;
	struct omasec_http framer;
	char *head;
	u32 head_len, head_cap;
	struct omasec_http_head h;
	struct omasec_msg *msg;
	struct omasec_md5_state *md5;
	struct omasec_buf in, out;
	size_t in_len, out_len;
	bool direct;
	u64 messages, bytes;
};

/**
 * struct omasec_exchange - the request and response in progress
 * @req_open: a request has begun and has not gone through completely
 * @resp_open: its final response has not gone through
 * @answers_head: the request was HEAD
 * @dm: the request was a DM message of a session
 * @sessionless: the request was a sessionless message: no message answers it
 * @resent: we sent the request again ourselves
 * @close_after: the request asked for the connection to close
 * @closing: no further message may follow
 * @req_head: head of the request, to send it again (connecting side only)
 * @req_head_len: its length
 */
struct omasec_exchange {
	bool req_open, resp_open, answers_head, dm, sessionless, resent, close_after, closing;
	char *req_head;
	u32 req_head_len;
};

/**
 * struct omasec_flow - an attached socket
 * @base_prot: the protocol that the socket had
 * @saved_data_ready: callbacks that it had
 * @on: its network namespace
 * @sk: the socket; valid until detach. NULL for a flow of datagrams, see @wsp.
 * @rule: with a reference; changes only while !@used
 * @account: account of the rule, or of the last authenticated message
 * @id: for people and netlink
 * @node: in on->flows
 * @new_node: in on->flows_new
 * @listed: @node is in a list; under flow_lock
 * @work: runs both directions
 * @waiters: close() waits here for a verdict
 * @phase: enum omasec_secure_phase; read without lock for display
 * @secure: what is known of its TLS; once set it stays; release/acquire
 * @secured: version and suite in @secure are final; release/acquire
 * @wbxml: the application last sent a message in WBXML
 * @relay: where the OBEX exchange is, or NULL
 * @wsp: what a flow of Posts and Replies has; its @sk is NULL. Otherwise NULL; never changes
 * @fetched: the bootstrap message that waits for its PIN, or NULL
 * @expect: nonce issued to a peer without account
 * @err: sticky, positive errno
 * @reason: enum omasec_reason of the refusal
 * @wake: poll mask to wake with when @mtx is dropped
 * @used: was established; never goes back
 * @passthru: reconnected to a peer that no rule selects, or TLS that was handed back
 * @closing: close() has begun
 * @killed: an administrator ended it
 * @rx_eof: FIN was processed in order; release/acquire
 * @rx_err: rx ends with @err; release/acquire
 * @tx_eof: the application will send no more
 * @shut_wr: shutdown(SHUT_WR) waits for @tx to drain
 * @listener: stands for a wrapped listener; nothing but lists and accept() uses it
 * @accepting: threads inside accept() of that listener
 * @err_seen: @err was given to the application
 */
struct omasec_flow {
	struct proto *base_prot;
	void (*saved_data_ready)(struct sock *sk);
	void (*saved_write_space)(struct sock *sk);
	struct omasec_net *on;
	struct sock *sk;
	struct omasec_rule *rule;
	struct omasec_account *account;
	u64 id;
	struct rb_node node;
	struct llist_node new_node;
	bool listed;

	struct mutex mtx;	/* everything below but what says otherwise */
	struct work_struct work;
	wait_queue_head_t waiters;
	struct omasec_dir rx, tx;
	struct omasec_exchange exch;
	u8 phase;
	bool secured;
	bool wbxml;
	struct omasec_secure *secure;
	struct omasec_relay *relay;
	struct omasec_wsp *wsp;
	struct omasec_fetched_wait *fetched;
	struct omasec_nonce *expect;
	int err;
	u32 reason;
	__poll_t wake;
	int rcvlowat;
	bool used, passthru, closing, killed;
	bool rx_eof, rx_err, tx_eof, shut_wr, err_seen, announced, listener;
	atomic_t accepting;
	struct rcu_head rcu;
};

extern struct workqueue_struct *omasec_wq;

/*
 * What readers without @mtx see: written after the octets or the state that they
 * stand for, read before those.
 */
static inline void omasec_publish_len(size_t *shown, size_t len)
{
	smp_store_release(shown, len);	/* pairs with omasec_shown_len() */
}

static inline size_t omasec_shown_len(const size_t *shown)
{
	return smp_load_acquire(shown);	/* pairs with omasec_publish_len() */
}

static inline void omasec_publish_flag(bool *shown)
{
	smp_store_release(shown, true);	/* pairs with omasec_shown_flag() */
}

static inline bool omasec_shown_flag(const bool *shown)
{
	return smp_load_acquire(shown);	/* pairs with omasec_publish_flag() */
}

/* The peer listens and we connected: requests go out, responses come in. */
static inline bool omasec_flow_connects(const struct omasec_flow *f)
{
	return f->rule->sel.direction == OMASEC_DIRECTION_OUT;
}

/* Its messages are OBEX objects: obex_flow.c runs both directions. */
static inline bool omasec_flow_obex(const struct omasec_flow *f)
{
	return f->rule->binding == OMASEC_BINDING_OBEX;
}

/* The application is to get WBXML. @mtx held. */
static inline bool omasec_flow_wbxml(const struct omasec_flow *f)
{
	return f->wbxml || f->rule->encoding == OMASEC_ENCODING_WBXML;
}

static inline struct omasec_dir *omasec_flow_dir(struct omasec_flow *f, int path)
{
	return path == OMASEC_PATH_RX ? &f->rx : &f->tx;
}

/* Between two messages. */
static inline bool omasec_dir_boundary(const struct omasec_dir *d)
{
	return d->state == OMASEC_DIR_HEAD && !d->head_len;
}

/* Whose credential protects what we send, and what we receive. */
static inline enum omasec_cred_who omasec_flow_own(const struct omasec_flow *f)
{
	return f->rule->role == OMASEC_ROLE_CLIENT ? OMASEC_CRED_CLIENT : OMASEC_CRED_SERVER;
}

static inline enum omasec_cred_who omasec_flow_peer(const struct omasec_flow *f)
{
	return f->rule->role == OMASEC_ROLE_CLIENT ? OMASEC_CRED_SERVER : OMASEC_CRED_CLIENT;
}

static inline bool omasec_exchange_idle(const struct omasec_exchange *x)
{
	return !x->req_open && !x->resp_open;
}

/* flow.c */
int omasec_flow_init(void);
void omasec_flow_exit(void);
struct omasec_flow *omasec_flow_new(gfp_t gfp);		/* from the pool when gfp may not block */
void omasec_flow_setup(struct omasec_flow *f, struct omasec_net *on, struct sock *sk,
		       struct omasec_rule *rule);
void omasec_flow_set_rule(struct omasec_flow *f, struct omasec_rule *rule);
void omasec_flow_to_listener(struct omasec_flow *f);
void omasec_flow_to_connection(struct omasec_flow *f);
void omasec_flow_drop(struct omasec_flow *f);		/* was never set up */
void omasec_flow_unlist(struct omasec_flow *f);
void omasec_flow_free(struct omasec_flow *f);		/* after detach and cancel */
void omasec_flow_run(struct omasec_flow *f);		/* takes mtx; process context */
void omasec_flow_kick(struct omasec_flow *f);		/* any context */
void omasec_flow_event(struct omasec_flow *f, u8 kind, unsigned int reason, int path,
		       const struct omasec_msg *m, const char *text);
/* Refuses: counts, tells, and ends the flow as the rule says. mtx held. */
void omasec_flow_refuse(struct omasec_flow *f, int path, unsigned int reason, const char *text);

/*
 * dir.c: what is the same in both directions. mtx held. step: one step of the
 * framer over the front of @in, *@moved says that it got anywhere. passed: a
 * message that the rule lets pass is through. submit: to the helper.
 */
enum omasec_http_event omasec_dir_step(struct omasec_flow *f, int path, bool *moved);
bool omasec_dir_first(struct omasec_flow *f, int path);
int omasec_dir_add_head(struct omasec_dir *d, const void *p, size_t len);
void omasec_dir_passed(struct omasec_flow *f, int path);
void omasec_dir_submit(struct omasec_flow *f, int path);
void omasec_dir_next(struct omasec_flow *f, int path);
void omasec_dir_reset(struct omasec_dir *d);
void omasec_flow_put_error(struct omasec_flow *f, int err);

/* rx.c, tx.c: run a direction as far as it goes; true when something moved. mtx held. */
bool omasec_rx_run(struct omasec_flow *f);
bool omasec_tx_run(struct omasec_flow *f);
/* A whole message is in rx.msg, or tx.msg, with its head in h; and its verdict was given. */
void omasec_rx_complete(struct omasec_flow *f);
void omasec_rx_decide(struct omasec_flow *f);
void omasec_tx_complete(struct omasec_flow *f);
void omasec_tx_decide(struct omasec_flow *f);
/* A request to a peer that has said its last octet. */
void omasec_tx_orphan(struct omasec_flow *f);
/* For secure.c and obex_flow.c: octets into rx.in (their number, 0 at FIN, or a negative errno). */
int omasec_rx_fill(struct omasec_flow *f);
/* The connection broke: what was verified stays readable, then the error. */
void omasec_rx_broken(struct omasec_flow *f, int err);
/* Hands tx.out to TCP as far as it takes it; true when some went. */
bool omasec_tx_flush(struct omasec_flow *f);
/* The FIN that shutdown(SHUT_WR) asked for, once everything has gone. */
bool omasec_tx_shutdown(struct omasec_flow *f);

/* check.c: enum omasec_reason when it cannot be judged, else 0 and m->mac_state. */
unsigned int omasec_check_mac(struct omasec_flow *f, struct omasec_msg *m);

/*
 * fetched.c: bootstrap messages. mtx held. is: the message whose head was read is
 * one. asks: this request fetches one, and may go. begin, right: false when it was
 * refused or waits. gone: it went on. resume: one that waited is judged, and right;
 * false when it waits on or was refused, which *@moved says.
 */
bool omasec_fetched_is(struct omasec_flow *f, int path);
bool omasec_fetched_asks(struct omasec_flow *f, int path);
bool omasec_fetched_begin(struct omasec_flow *f, int path);
bool omasec_fetched_right(struct omasec_flow *f, int path);
void omasec_fetched_gone(struct omasec_flow *f, int path);
bool omasec_fetched_resume(struct omasec_flow *f, bool *moved);

/* fetched_pin.c: those that wait for a PIN. mtx held, or closing for forget. */
struct omasec_bootstrap;
unsigned int omasec_fetched_wait(struct omasec_flow *f, const struct omasec_bootstrap *b, u32 type,
				 const char **what);
bool omasec_fetched_settled(struct omasec_flow *f, unsigned int *reason, const char **what);
void omasec_fetched_forget(struct omasec_flow *f);

/* emit.c: what leaves the flow in either direction. mtx held; enum omasec_reason. */
unsigned int omasec_emit_tx(struct omasec_flow *f, struct omasec_msg *m);
unsigned int omasec_emit_respond(struct omasec_flow *f, struct omasec_msg *m);
unsigned int omasec_emit_rx(struct omasec_flow *f, struct omasec_msg *m);

#endif
