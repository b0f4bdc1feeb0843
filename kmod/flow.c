// SPDX-License-Identifier: GPL-2.0
/*
 * Flow objects: where they come from and go to, the list that people see, and
 * the end of a flow that was refused.
 *
 * The tracepoint probe runs with preemption off, where PREEMPT_RT allows neither
 * an allocation nor a lock; it takes its flow from a pool that a work item fills.
 */
#include <linux/llist.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>

#include "attach.h"
#include "flow_internal.h"
#include "listen.h"
#include "trace.h"
#include "wsp_flow.h"

#define OMASEC_POOL_SIZE 128

struct workqueue_struct *omasec_wq;

static struct kmem_cache *omasec_flow_cache;
static atomic64_t omasec_flow_ids;

static DEFINE_RAW_SPINLOCK(omasec_pool_lock);
static struct omasec_flow *omasec_pool[OMASEC_POOL_SIZE];
static unsigned int omasec_pool_count;

static void omasec_pool_fill(struct work_struct *work);
static DECLARE_WORK(omasec_pool_work, omasec_pool_fill);

static void omasec_flow_work(struct work_struct *work)
{
	omasec_flow_run(container_of(work, struct omasec_flow, work));
}

static struct omasec_flow *omasec_flow_alloc(gfp_t gfp)
{
	struct omasec_flow *f = kmem_cache_zalloc(omasec_flow_cache, gfp);

	if (!f)
		return NULL;
	mutex_init(&f->mtx);
	INIT_WORK(&f->work, omasec_flow_work);
	init_waitqueue_head(&f->waiters);
	return f;
}

static void omasec_pool_fill(struct work_struct *work)
{
	for (;;) {
		struct omasec_flow *f = omasec_flow_alloc(GFP_KERNEL);
		unsigned long flags;

		if (!f)
			return;
		raw_spin_lock_irqsave(&omasec_pool_lock, flags);
		if (omasec_pool_count < OMASEC_POOL_SIZE) {
			omasec_pool[omasec_pool_count++] = f;
			f = NULL;
		}
		raw_spin_unlock_irqrestore(&omasec_pool_lock, flags);
		if (f) {
			kmem_cache_free(omasec_flow_cache, f);
			return;
		}
	}
}

/**
 * omasec_flow_new() - an empty flow
 * @gfp: GFP_KERNEL_ACCOUNT, or GFP_NOWAIT to take one from the pool
 *
 * Context: any with GFP_NOWAIT, also with preemption off on PREEMPT_RT.
 * Return: the flow, or NULL.
 */
struct omasec_flow *omasec_flow_new(gfp_t gfp)
{
	struct omasec_flow *f = NULL;
	unsigned long flags;
	bool low;

	if (gfpflags_allow_blocking(gfp))
		return omasec_flow_alloc(gfp);
	raw_spin_lock_irqsave(&omasec_pool_lock, flags);
	if (omasec_pool_count)
		f = omasec_pool[--omasec_pool_count];
	low = omasec_pool_count < OMASEC_POOL_SIZE / 2;
	raw_spin_unlock_irqrestore(&omasec_pool_lock, flags);
	if (low)
		queue_work(omasec_wq, &omasec_pool_work);
	return f;
}

void omasec_flow_drop(struct omasec_flow *f)
{
	kmem_cache_free(omasec_flow_cache, f);
}

int omasec_flow_init(void)
{
	omasec_flow_cache = KMEM_CACHE(omasec_flow, SLAB_ACCOUNT);
	if (!omasec_flow_cache)
		return -ENOMEM;
	omasec_wq = alloc_workqueue("omasec", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!omasec_wq) {
		kmem_cache_destroy(omasec_flow_cache);
		return -ENOMEM;
	}
	omasec_pool_fill(NULL);
	return 0;
}

void omasec_flow_exit(void)
{
	cancel_work_sync(&omasec_pool_work);
	destroy_workqueue(omasec_wq);
	while (omasec_pool_count)
		kmem_cache_free(omasec_flow_cache, omasec_pool[--omasec_pool_count]);
	rcu_barrier();	/* flows and accounts on their way through call_rcu() */
	kmem_cache_destroy(omasec_flow_cache);
}

/**
 * omasec_flow_set_rule() - the rule of a flow, in place of the one that it had
 * @f: flow that has carried nothing yet
 * @rule: the flow takes over this reference; NULL for none
 *
 * Context: any that owns lock_sock, also with preemption off on PREEMPT_RT. Lists
 * read rule and account under RCU meanwhile.
 */
void omasec_flow_set_rule(struct omasec_flow *f, struct omasec_rule *rule)
{
	struct omasec_account *account = NULL, *old_account = f->account;
	struct omasec_rule *old = f->rule;

	if (rule) {
		atomic_inc(&rule->flows);
		if (rule != old)
			atomic64_inc(&rule->hits);
		if (rule->account)
			account = omasec_account_get(rule->account);
	}
	WRITE_ONCE(f->account, account);
	WRITE_ONCE(f->rule, rule);
	omasec_account_put(old_account);
	if (old)
		atomic_dec(&old->flows);
	omasec_rule_put(old);
}

/*
 * One flow object for the whole life of a socket that is connected and listens in
 * turns: others may still hold it. lock_sock held; it has carried nothing yet.
 */
void omasec_flow_to_listener(struct omasec_flow *f)
{
	omasec_flow_set_rule(f, NULL);
	WRITE_ONCE(f->listener, true);
	atomic_inc(&f->on->listener_count);
	atomic_dec(&f->on->flow_count);
	omasec_stat_inc(f->on, OMASEC_STAT_FLOWS_DETACHED);
	omasec_stat_inc(f->on, OMASEC_STAT_LISTENERS_WRAPPED);
}

/* Its reverse; also with preemption off on PREEMPT_RT. */
void omasec_flow_to_connection(struct omasec_flow *f)
{
	WRITE_ONCE(f->listener, false);
	atomic_inc(&f->on->flow_count);
	atomic_dec(&f->on->listener_count);
	omasec_stat_inc(f->on, OMASEC_STAT_FLOWS_ATTACHED);
}

/**
 * omasec_flow_setup() - ties a flow to its socket
 * @f: fresh from omasec_flow_new()
 * @on: network namespace of @sk
 * @sk: the socket, not yet attached; NULL for a flow of datagrams
 * @rule: the flow takes over this reference; NULL only for a socket that asked
 *	for protection before it was connected
 *
 * Context: any, also with preemption off on PREEMPT_RT; takes no lock.
 */
void omasec_flow_setup(struct omasec_flow *f, struct omasec_net *on, struct sock *sk,
		       struct omasec_rule *rule)
{
	f->on = on;
	f->sk = sk;
	if (sk)
		f->base_prot = omasec_base_of(sk)->prot;
	omasec_flow_set_rule(f, rule);
	f->id = atomic64_inc_return(&omasec_flow_ids);
	omasec_buf_init(&f->rx.in, on);
	omasec_buf_init(&f->rx.out, on);
	omasec_buf_init(&f->tx.in, on);
	omasec_buf_init(&f->tx.out, on);
	if (sk)
		f->rcvlowat = READ_ONCE(sk->sk_rcvlowat);
	atomic_inc(f->listener ? &on->listener_count : &on->flow_count);
	llist_add(&f->new_node, &on->flows_new);
	if (f->listener)
		return;
	omasec_stat_inc(on, OMASEC_STAT_FLOWS_ATTACHED);
	trace_omasec_attach(f);
}

static void omasec_flow_insert(struct omasec_net *on, struct omasec_flow *f)
{
	struct rb_node **p = &on->flows.rb_node, *parent = NULL;

	while (*p) {
		parent = *p;
		p = f->id < rb_entry(parent, struct omasec_flow, node)->id ? &parent->rb_left :
									     &parent->rb_right;
	}
	rb_link_node(&f->node, parent, p);
	rb_insert_color(&f->node, &on->flows);
}

/* The flow with the lowest id above @after. */
static struct omasec_flow *omasec_flow_after(struct omasec_net *on, u64 after)
{
	struct rb_node *n = on->flows.rb_node;
	struct omasec_flow *best = NULL;

	lockdep_assert_held(&on->flow_lock);
	while (n) {
		struct omasec_flow *f = rb_entry(n, struct omasec_flow, node);

		if (f->id > after) {
			best = f;
			n = n->rb_left;
		} else {
			n = n->rb_right;
		}
	}
	return best;
}

/* Moves what the probe made into the tree. */
static void omasec_flow_collect(struct omasec_net *on)
{
	struct omasec_flow *f, *next;

	lockdep_assert_held(&on->flow_lock);
	llist_for_each_entry_safe(f, next, llist_del_all(&on->flows_new), new_node) {
		omasec_flow_insert(on, f);
		f->listed = true;
	}
}

void omasec_flow_unlist(struct omasec_flow *f)
{
	struct omasec_net *on = f->on;

	spin_lock_bh(&on->flow_lock);
	omasec_flow_collect(on);
	if (f->listed)
		rb_erase(&f->node, &on->flows);
	f->listed = false;
	spin_unlock_bh(&on->flow_lock);
}

static void omasec_flow_free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(omasec_flow_cache, container_of(rcu, struct omasec_flow, rcu));
}

/**
 * omasec_flow_free() - gives back all that a flow holds
 * @f: detached from its socket, its work cancelled, no upcall under way
 *
 * Context: process, may sleep.
 */
void omasec_flow_free(struct omasec_flow *f)
{
	struct omasec_net *on = f->on;

	omasec_flow_unlist(f);
	omasec_fetched_forget(f);
	omasec_relay_free(f);
	omasec_wsp_free(f);
	omasec_dir_reset(&f->rx);
	omasec_dir_reset(&f->tx);
	omasec_buf_free(&f->rx.in);
	omasec_buf_free(&f->rx.out);
	omasec_buf_free(&f->tx.in);
	omasec_buf_free(&f->tx.out);
	kvfree(f->exch.req_head);
	omasec_secure_free(f);
	kfree_sensitive(f->expect);
	omasec_account_put(f->account);
	if (f->rule) {
		atomic_dec(&f->rule->flows);
		omasec_rule_put(f->rule);
	}
	if (!f->listener)
		omasec_stat_inc(on, OMASEC_STAT_FLOWS_DETACHED);
	atomic_dec(f->listener ? &on->listener_count : &on->flow_count);
	mutex_destroy(&f->mtx);
	call_rcu(&f->rcu, omasec_flow_free_rcu);
}

static void omasec_flow_wake(struct omasec_flow *f, __poll_t mask)
{
	struct socket_wq *wq;

	/*
	 * Not by the saved callbacks: sk_stream_write_space() keeps silent while
	 * the base queue is full, and then nobody would wake the writer.
	 */
	rcu_read_lock();
	wq = rcu_dereference(f->sk->sk_wq);
	if (skwq_has_sleeper(wq))
		wake_up_interruptible_poll(&wq->wait, mask);
	sk_wake_async(f->sk, mask & EPOLLOUT ? SOCK_WAKE_SPACE : SOCK_WAKE_WAITD,
		      mask & EPOLLOUT ? POLL_OUT : POLL_IN);
	rcu_read_unlock();
}

/* Those of a flow, or of its socket. */
static void omasec_flow_addresses(const struct omasec_flow *f, u16 *family, u8 *local, u8 *peer,
				  u16 *lport, u16 *pport)
{
	const struct omasec_wsp *w = f->wsp;

	if (!w) {
		omasec_event_addresses(f->sk, family, local, peer, lport, pport);
		return;
	}
	*family = w->family == 4 ? AF_INET : AF_INET6;
	memcpy(local, w->local, sizeof(w->local));
	memcpy(peer, w->peer, sizeof(w->peer));
	*lport = ntohs(w->lport);
	*pport = ntohs(w->pport);
}

/**
 * omasec_flow_run() - runs both directions until nothing moves
 * @f: the flow
 *
 * Context: process, may sleep; takes f->mtx.
 */
void omasec_flow_run(struct omasec_flow *f)
{
	__poll_t wake;
	bool moved;

	mutex_lock(&f->mtx);
	if (f->wsp && !f->closing && !READ_ONCE(f->killed))
		omasec_wsp_run(f);
	if (f->wsp || f->closing || f->passthru || !READ_ONCE(f->used)) {
		mutex_unlock(&f->mtx);
		return;
	}
	if (!f->announced) {
		f->announced = true;
		omasec_flow_event(f, OMASEC_EVENT_KIND_ATTACHED, 0, -1, NULL, NULL);
	}
	do {
		moved = omasec_tx_run(f);
		moved |= omasec_rx_run(f);
	} while (moved);
	omasec_secure_settle(f);
	omasec_publish_len(&f->rx.out_len, f->rx.out.len);
	omasec_publish_len(&f->tx.out_len, f->tx.out.len);
	omasec_publish_len(&f->tx.in_len, f->tx.in.len);
	wake = f->wake;
	f->wake = 0;
	mutex_unlock(&f->mtx);
	if (wake)
		omasec_flow_wake(f, wake);
	if (wq_has_sleeper(&f->waiters))
		wake_up(&f->waiters);
}

/* Context: any. */
void omasec_flow_kick(struct omasec_flow *f)
{
	queue_work(omasec_wq, &f->work);
}

/**
 * omasec_flow_event() - tells administrators about a flow
 * @f: the flow
 * @kind: enum omasec_event_kind
 * @reason: enum omasec_reason; counted for OMASEC_EVENT_KIND_REFUSED
 * @path: enum omasec_path, or -1
 * @m: the message concerned, or NULL
 * @text: what exactly, or NULL
 *
 * Context: process.
 */
void omasec_flow_event(struct omasec_flow *f, u8 kind, unsigned int reason, int path,
		       const struct omasec_msg *m, const char *text)
{
	struct omasec_account *a = m && m->account ? m->account : f->account;
	struct omasec_event ev = {
		.kind = kind,
		.reason = reason,
		.flow_id = f->id,
		.direction = f->rule ? f->rule->sel.direction : 0,
		.path = path < 0 ? 0 : path,
		.has_path = path >= 0,
		.no_uid = !f->sk,
		.uid = f->sk ? from_kuid_munged(f->on->net->user_ns, omasec_sk_uid(f->sk)) : 0,
		.rule = f->rule ? f->rule->id : 0,
		.cookie = m ? m->cookie : 0,
		.account = a ? a->name : NULL,
		.user = m && m->user[0] ? m->user : NULL,
		.text = text && text[0] ? text : NULL,
		.has_message = m && (m->kind != OMASEC_MESSAGE_KIND_SESSION || m->sessionless ||
				     m->agreed.known),
		.message = m && m->kind != OMASEC_MESSAGE_KIND_SESSION ?
				m->kind : OMASEC_MESSAGE_KIND_SESSIONLESS,
	};

	if (f->secure) {
		ev.tls_version = f->secure->tls.version;
		ev.tls_suite = f->secure->tls.suite;
		ev.tls_name = f->secure->tls.sni;
	}
	omasec_flow_addresses(f, &ev.family, ev.local, ev.peer, &ev.lport, &ev.pport);
	omasec_event_send(f->on, &ev, GFP_KERNEL);
}

/* The status that stands for a refusal when the rule wants one: never a 2xx. */
static int omasec_flow_deny_status(struct omasec_flow *f, int path, unsigned int reason)
{
	static const char body[] = "Refused by message security: ";
	const char *name = omasec_reason_name(reason);
	struct omasec_slice type = { "text/plain", 10 }, none = { NULL, 0 };
	bool to_app = omasec_flow_connects(f);
	unsigned int status = to_app ? 502 : 403;
	char head[256];
	ssize_t n;
	int err;

	if (path == OMASEC_PATH_TX && !to_app)
		status = 502;
	n = omasec_http_make_response(head, sizeof(head), status, type,
				      sizeof(body) - 1 + strlen(name), none, true);
	if (n < 0)
		return n;
	if (to_app) {
		err = omasec_buf_append(&f->rx.out, head, n);
		err = err ?: omasec_buf_append(&f->rx.out, body, sizeof(body) - 1);
		return err ?: omasec_buf_append(&f->rx.out, name, strlen(name));
	}
	err = omasec_buf_append(&f->tx.out, head, n);
	err = err ?: omasec_buf_append(&f->tx.out, body, sizeof(body) - 1);
	return err ?: omasec_buf_append(&f->tx.out, name, strlen(name));
}

/**
 * omasec_flow_refuse() - ends a flow because of what was seen on it
 * @f: the flow
 * @path: enum omasec_path of the fault
 * @reason: enum omasec_reason
 * @text: what exactly was wrong, or NULL
 *
 * Nothing more is delivered or sent. What was verified before stays readable. Of a flow of
 * datagrams only the datagram is refused.
 *
 * Context: process, f->mtx held.
 */
void omasec_flow_refuse(struct omasec_flow *f, int path, unsigned int reason, const char *text)
{
	struct omasec_dir *d = omasec_flow_dir(f, path);
	bool http = f->rule->on_deny == OMASEC_ON_DENY_HTTP;
	bool between;

	lockdep_assert_held(&f->mtx);
	if (f->wsp) {
		trace_omasec_refuse(f, path, reason);
		omasec_wsp_refuse(f, path, reason, text);
		return;
	}
	if (f->rx.state == OMASEC_DIR_DEAD && f->tx.state == OMASEC_DIR_DEAD)
		return;
	if (f->killed)
		reason = OMASEC_REASON_KILLED;
	f->reason = reason;
	f->err = f->killed ? ECONNABORTED : omasec_reason_errno(reason);
	trace_omasec_refuse(f, path, reason);
	omasec_rule_saw(f->rule, OMASEC_SEEN_REFUSED);
	omasec_flow_event(f, OMASEC_EVENT_KIND_REFUSED, reason, path, d->msg,
			  text ? text : d->msg ? d->msg->detail : NULL);
	if (d->msg && d->msg->account)
		atomic64_inc(&d->msg->account->messages_refused);

	omasec_fetched_forget(f);
	/* A status only fits where no other response has begun. */
	between = (omasec_flow_connects(f) ? f->rx.state : f->tx.state) != OMASEC_DIR_PASS &&
		  !omasec_secure_owns(f->phase);
	if (http && between && !omasec_flow_deny_status(f, path, reason)) {
		if (!omasec_flow_connects(f)) {
			/* The status goes out in order, then FIN. */
			f->rx.state = OMASEC_DIR_DEAD;
			f->tx.state = OMASEC_DIR_DEAD;
			omasec_buf_consume(&f->tx.in, f->tx.in.len);
			f->shut_wr = true;
			omasec_publish_flag(&f->rx_err);
			f->wake |= EPOLLIN | EPOLLRDNORM | EPOLLERR;
			return;
		}
		f->err_seen = true;	/* the status says it; then plain EOF */
	} else {
		omasec_buf_consume(&f->tx.out, f->tx.out.len);
	}
	f->rx.state = OMASEC_DIR_DEAD;
	f->tx.state = OMASEC_DIR_DEAD;
	omasec_buf_consume(&f->tx.in, f->tx.in.len);
	omasec_publish_flag(&f->rx_err);
	f->wake |= EPOLLIN | EPOLLRDNORM | EPOLLOUT | EPOLLWRNORM | EPOLLERR | EPOLLHUP;
	f->base_prot->diag_destroy(f->sk, f->err);	/* RST to the peer */
}

/* ---- what people see ---- */

static const char *omasec_dir_name(const struct omasec_dir *d)
{
	u8 state = READ_ONCE(d->state);
	static const char * const names[] = {
		[OMASEC_DIR_HEAD] = "head", [OMASEC_DIR_BODY] = "body",
		[OMASEC_DIR_PASS] = "pass", [OMASEC_DIR_WAIT] = "verdict",
		[OMASEC_DIR_TLS] = "tls", [OMASEC_DIR_EOF] = "eof", [OMASEC_DIR_DEAD] = "refused",
	};

	if (READ_ONCE(d->direct))
		return "direct";
	return state < ARRAY_SIZE(names) ? names[state] : "?";
}

/* What was found out about its TLS, once that is final. */
static void omasec_flow_secured(const struct omasec_flow *f, struct omasec_flow_info *info)
{
	/* pairs with omasec_secure_start() */
	const struct omasec_secure *s = smp_load_acquire(&f->secure);

	/* pairs with omasec_secure_tell() */
	if (!s || !smp_load_acquire(&f->secured))
		return;
	info->tls_version = s->tls.version;
	info->tls_suite = s->tls.suite;
	strscpy(info->tls_name, s->tls.sni, sizeof(info->tls_name));
}

/* RCU and flow_lock held: the flow is listed, so its socket is not closed. */
static void omasec_flow_show(struct omasec_net *on, struct omasec_flow *f,
			     struct omasec_flow_info *info)
{
	const struct omasec_account *account = READ_ONCE(f->account);
	const struct omasec_rule *rule = READ_ONCE(f->rule);
	struct socket *sock = f->sk ? READ_ONCE(f->sk->sk_socket) : NULL;

	info->id = f->id;
	info->listener = READ_ONCE(f->listener);
	if (info->listener)
		info->direction = OMASEC_DIRECTION_IN;
	omasec_flow_addresses(f, &info->family, info->local, info->peer, &info->lport,
			      &info->pport);
	info->datagrams = f->wsp;
	if (f->sk)
		info->uid = from_kuid_munged(on->net->user_ns, omasec_sk_uid(f->sk));
	if (rule) {
		info->rule = rule->id;
		info->direction = rule->sel.direction;
	}
	if (account)
		strscpy(info->account, account->name, sizeof(info->account));
	info->reason = READ_ONCE(f->reason);
	if (!info->reason && READ_ONCE(f->killed))
		info->reason = OMASEC_REASON_KILLED;
	info->rx_messages = READ_ONCE(f->rx.messages);
	info->tx_messages = READ_ONCE(f->tx.messages);
	info->rx_bytes = READ_ONCE(f->rx.bytes);
	info->tx_bytes = READ_ONCE(f->tx.bytes);
	info->rx_state = omasec_dir_name(&f->rx);
	info->tx_state = omasec_dir_name(&f->tx);
	omasec_flow_secured(f, info);
	info->inode = sock ? SOCK_INODE(sock)->i_ino : 0;
}

bool omasec_flow_next(struct omasec_net *on, u64 after, struct omasec_flow_info *info)
{
	struct omasec_flow *f;

	memset(info, 0, sizeof(*info));
	spin_lock_bh(&on->flow_lock);
	omasec_flow_collect(on);
	f = omasec_flow_after(on, after);
	if (f) {
		rcu_read_lock();
		omasec_flow_show(on, f, info);
		rcu_read_unlock();
	}
	spin_unlock_bh(&on->flow_lock);
	return f;
}

int omasec_flow_kill(struct omasec_net *on, u64 id)
{
	u64 last = id ?: (u64)atomic64_read(&omasec_flow_ids), after = id ? id - 1 : 0;
	int killed = 0;

	for (;;) {
		struct omasec_flow *f;
		struct sock *sk = NULL;
		struct proto *prot = NULL;
		bool datagrams = false;

		spin_lock_bh(&on->flow_lock);
		omasec_flow_collect(on);
		do {
			f = omasec_flow_after(on, after);
			if (f)
				after = f->id;
		} while (f && READ_ONCE(f->listener) && !id);
		if (f && !READ_ONCE(f->listener) && f->id <= last) {
			sk = f->sk;
			prot = f->base_prot;
			datagrams = f->wsp;
			if (sk)
				sock_hold(sk);
			WRITE_ONCE(f->killed, true);
		}
		spin_unlock_bh(&on->flow_lock);
		if (!sk && !datagrams)
			break;
		omasec_stat_refused(on, OMASEC_REASON_KILLED);
		if (sk) {
			prot->diag_destroy(sk, ECONNABORTED);
			sock_put(sk);
		} else {
			omasec_wsp_killed(on);
		}
		killed++;
		if (id)
			break;
	}
	return killed ? killed : -ENOENT;
}

int omasec_flow_detach(struct omasec_net *on)
{
	u64 last, after = 0;
	int err = 0;

	WRITE_ONCE(on->draining, true);
	last = atomic64_read(&omasec_flow_ids);	/* no end of new ones */
	for (;;) {
		struct omasec_flow *f;
		struct sock *sk = NULL;

		spin_lock_bh(&on->flow_lock);
		omasec_flow_collect(on);
		do {
			f = omasec_flow_after(on, after);
			if (f)
				after = f->id;
		} while (f && !f->sk);
		if (f && f->id <= last) {
			sk = f->sk;
			sock_hold(sk);
		}
		spin_unlock_bh(&on->flow_lock);
		if (!sk)
			return err;
		if (omasec_listen_unwrap(sk))
			err = -EBUSY;
		sock_put(sk);
	}
}
