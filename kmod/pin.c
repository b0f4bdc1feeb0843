// SPDX-License-Identifier: GPL-2.0
/*
 * Messages that wait for a PIN.
 *
 * Few, for a bounded time. PINs of a namespace are tried one after the other, so an
 * owner is asked to judge for one at a time; that no more than three wrong ones get
 * through for an account, whatever tries them, is seen to where they are judged
 * (bootstrap.c). Who takes a message out of the list settles it, outside of the lock.
 */
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "bootstrap.h"
#include "event.h"
#include "flow_internal.h"
#include "pin.h"

/**
 * struct omasec_pins - messages of a namespace that wait for a PIN
 * @on: namespace
 * @giving: one PIN at a time; taken before @lock
 * @lock: protects the rest; BH-safe, takes the lock of an account
 * @waiting: messages, oldest first
 * @count: their number
 * @octets: their memory
 * @last: id that was given last
 * @closed: none waits any more
 * @expiry: ends what waited for too long
 */
struct omasec_pins {
	struct omasec_net *on;
	struct mutex giving;
	spinlock_t lock;
	struct list_head waiting;
	unsigned int count, octets;
	u32 last;
	bool closed;
	struct delayed_work expiry;
};

static struct omasec_pin_wait *omasec_pin_find(struct omasec_pins *p, u32 id)
{
	struct omasec_pin_wait *w;

	lockdep_assert_held(&p->lock);
	list_for_each_entry(w, &p->waiting, list)
		if (w->m.id == id)
			return w;
	return NULL;
}

/* Whoever calls it settles @w, once the lock is dropped. */
static void omasec_pin_remove(struct omasec_pins *p, struct omasec_pin_wait *w)
{
	lockdep_assert_held(&p->lock);
	list_del_init(&w->list);
	p->count--;
	p->octets -= w->octets;
	w->state = OMASEC_PIN_SETTLED;
}

/* How many PINs may be wrong yet, for the message and for its account. */
static unsigned int omasec_pin_tries(const struct omasec_pin_wait *w)
{
	unsigned int failures, locked;

	omasec_pin_state(w->account, &failures, &locked);
	if (locked || w->wrong >= OMASEC_PIN_TRIES)
		return 0;
	if (failures >= OMASEC_PIN_TRIES)
		failures = 0;	/* long ago */
	return OMASEC_PIN_TRIES - max_t(unsigned int, failures, w->wrong);
}

/* ---- time ---- */

static const char omasec_pin_late[] =
	"nobody gave the PIN in time: have the message sent again, or store the PIN with omasec key add ACCOUNT pin";

/* Wakes the expiry for the message that ends first. One that is tried ends after that. */
static void omasec_pin_arm(struct omasec_pins *p)
{
	unsigned long now = jiffies, delay = MAX_JIFFY_OFFSET;
	struct omasec_pin_wait *w;

	lockdep_assert_held(&p->lock);
	list_for_each_entry(w, &p->waiting, list) {
		if (w->state != OMASEC_PIN_WAITS)
			continue;
		delay = min(delay, time_after(w->deadline, now) ? w->deadline - now : 0);
	}
	if (delay != MAX_JIFFY_OFFSET && !p->closed)
		mod_delayed_work(omasec_wq, &p->expiry, delay);
}

static struct omasec_pin_wait *omasec_pin_expired(struct omasec_pins *p)
{
	struct omasec_pin_wait *w;

	spin_lock_bh(&p->lock);
	list_for_each_entry(w, &p->waiting, list) {
		if (w->state != OMASEC_PIN_WAITS || time_before(jiffies, w->deadline))
			continue;
		omasec_pin_remove(p, w);
		spin_unlock_bh(&p->lock);
		return w;
	}
	omasec_pin_arm(p);
	spin_unlock_bh(&p->lock);
	return NULL;
}

static void omasec_pin_expire(struct work_struct *work)
{
	struct omasec_pins *p = container_of(to_delayed_work(work), struct omasec_pins, expiry);
	struct omasec_pin_wait *w;

	while ((w = omasec_pin_expired(p)))
		w->ops->settle(w, OMASEC_REASON_PIN_MISSING, omasec_pin_late);
}

/* ---- to wait ---- */

/* Asks for the PIN, also again after a wrong one. @account is held by the caller. */
static void omasec_pin_ask(struct omasec_net *on, const struct omasec_pin_message *m,
			   const char *account, unsigned int reason, const char *text)
{
	struct omasec_event ev = {
		.kind = OMASEC_EVENT_KIND_PIN_WANTED,
		.reason = reason,
		.family = m->family,
		.lport = m->lport,
		.pport = m->pport,
		.direction = OMASEC_DIRECTION_IN,
		.no_uid = true,
		.rule = m->rule,
		.has_message = true,
		.message = OMASEC_MESSAGE_KIND_BOOTSTRAP,
		.wait = m->id,
		.sec = m->sec,
		.account = account,
		.text = text,
	};

	memcpy(ev.local, m->local, sizeof(ev.local));
	memcpy(ev.peer, m->peer, sizeof(ev.peer));
	omasec_event_send(on, &ev, GFP_KERNEL);
}

/* The same octets, for the same account by the same rule: sent again. */
static bool omasec_pin_same(const struct omasec_pin_wait *a, const struct omasec_pin_wait *b)
{
	return a->data.len && a->data.len == b->data.len && a->m.rule == b->m.rule &&
	       !strcmp(a->account->name, b->account->name) &&
	       !memcmp(a->data.p, b->data.p, a->data.len);
}

/* enum omasec_reason: may @w wait? */
static unsigned int omasec_pin_fits(struct omasec_pins *p, const struct omasec_pin_wait *w,
				    const char **what)
{
	const struct omasec_pin_wait *other;

	lockdep_assert_held(&p->lock);
	if (p->closed)
		return OMASEC_REASON_KILLED;
	list_for_each_entry(other, &p->waiting, list)
		if (omasec_pin_same(w, other))
			return OMASEC_REASON_PIN_WAITING;
	if (p->count < OMASEC_PIN_MESSAGES && w->octets <= OMASEC_PIN_OCTETS - p->octets)
		return OMASEC_REASON_NONE;
	*what = "too many messages, or too large ones, wait for a PIN already";
	return OMASEC_REASON_PIN_MISSING;
}

/**
 * omasec_pin_wait_add() - lets a message wait for a PIN
 * @on: namespace
 * @w: filled in by the owner, @w->state zero
 * @seconds: for how long
 * @what: for a refusal, set to more words or NULL
 *
 * Context: process, may sleep.
 * Return: enum omasec_reason: 0; PIN_WAITING when it waits already; PIN_MISSING when
 * there is no room; KILLED when the namespace goes.
 */
unsigned int omasec_pin_wait_add(struct omasec_net *on, struct omasec_pin_wait *w,
				 unsigned int seconds, const char **what)
{
	struct omasec_pins *p = on->pins;
	struct omasec_account *a = omasec_account_get(w->account);
	struct omasec_pin_message m;
	unsigned int reason;
	char text[48];

	*what = NULL;
	spin_lock_bh(&p->lock);
	reason = omasec_pin_fits(p, w, what);
	if (!reason) {
		do {
			w->m.id = ++p->last;
		} while (!w->m.id || omasec_pin_find(p, w->m.id));
		w->deadline = jiffies + seconds * HZ;
		w->state = OMASEC_PIN_WAITS;
		list_add_tail(&w->list, &p->waiting);
		p->count++;
		p->octets += w->octets;
		m = w->m;
		omasec_pin_arm(p);
	}
	spin_unlock_bh(&p->lock);
	/* From here on @w may have been settled. */
	if (!reason) {
		omasec_stat_inc(on, OMASEC_STAT_PINS_WANTED);
		snprintf(text, sizeof(text), "waits %u s for its PIN", seconds);
		omasec_pin_ask(on, &m, a->name, OMASEC_REASON_NONE, text);
	}
	omasec_account_put(a);
	return reason;
}

bool omasec_pin_wait_end(struct omasec_net *on, struct omasec_pin_wait *w, unsigned int reason,
			 const char *what)
{
	struct omasec_pins *p = on->pins;
	bool mine = false, ends = true;

	spin_lock_bh(&p->lock);
	if (w->state == OMASEC_PIN_WAITS) {
		omasec_pin_remove(p, w);
		mine = true;
	} else if (w->state == OMASEC_PIN_TRIED) {
		if (!w->ending) {
			w->ending = reason;
			w->ending_what = what;
		}
	} else {
		ends = false;
	}
	spin_unlock_bh(&p->lock);
	if (mine)
		w->ops->settle(w, reason, what);
	return ends;
}

/* ---- a user ---- */

/* The message @id, for the caller alone; it is still in the list. */
static struct omasec_pin_wait *omasec_pin_take(struct omasec_pins *p, u32 id,
					       struct omasec_pin_answer *answer)
{
	struct omasec_pin_wait *w;

	lockdep_assert_held(&p->giving);
	memset(answer, 0, sizeof(*answer));
	spin_lock_bh(&p->lock);
	w = omasec_pin_find(p, id);
	if (w) {
		w->state = OMASEC_PIN_TRIED;
		answer->m = w->m;
		strscpy(answer->account, w->account->name, sizeof(answer->account));
	}
	spin_unlock_bh(&p->lock);
	return w;
}

/* After such an answer another PIN, or the same once more, may be right. */
static bool omasec_pin_again(unsigned int reason)
{
	return reason == OMASEC_REASON_PIN_WRONG || reason == OMASEC_REASON_NO_MEMORY ||
	       reason == OMASEC_REASON_KEY_MISSING || reason == OMASEC_REASON_KEY_REVOKED;
}

/* Lets @w wait on, or settles it. */
static void omasec_pin_conclude(struct omasec_pins *p, struct omasec_pin_wait *w,
				struct omasec_pin_answer *answer)
{
	bool again;

	lockdep_assert_held(&p->giving);
	if (answer->reason == OMASEC_REASON_PIN_WRONG)
		w->wrong++;	/* by one at a time */
	answer->tries = omasec_pin_tries(w);
	again = omasec_pin_again(answer->reason) && answer->tries;
	spin_lock_bh(&p->lock);
	if (w->ending) {
		again = false;
		answer->reason = w->ending;
		answer->what = w->ending_what;
	}
	if (again) {
		w->state = OMASEC_PIN_WAITS;
		omasec_pin_arm(p);	/* its time may be over */
	} else {
		omasec_pin_remove(p, w);
	}
	spin_unlock_bh(&p->lock);
	answer->waits = again;
	if (!again) {
		answer->tries = 0;
		answer->reason = w->ops->settle(w, answer->reason, answer->what);
	}
}

/**
 * omasec_pin_give() - a user gives a PIN
 * @on: namespace
 * @id: of the message
 * @pin: the PIN, not empty
 * @answer: set to what came of it
 *
 * Context: process, may sleep.
 * Return: false when no message waits by this id.
 */
bool omasec_pin_give(struct omasec_net *on, u32 id, struct omasec_slice pin,
		     struct omasec_pin_answer *answer)
{
	struct omasec_pins *p = on->pins;
	struct omasec_pin_wait *w;
	char text[64];

	mutex_lock(&p->giving);
	w = omasec_pin_take(p, id, answer);
	if (w) {
		answer->reason = w->ops->try(w, pin, &answer->what);
		omasec_pin_conclude(p, w, answer);
	}
	mutex_unlock(&p->giving);
	if (w && answer->waits) {
		/* Of the message itself nothing is told before it ends. */
		omasec_stat_refused(on, answer->reason);
		snprintf(text, sizeof(text), "waits on for its PIN, of which %u may be wrong yet",
			 answer->tries);
		omasec_pin_ask(on, &answer->m, answer->account, answer->reason, text);
	}
	return w;
}

bool omasec_pin_give_up(struct omasec_net *on, u32 id, struct omasec_pin_answer *answer)
{
	struct omasec_pins *p = on->pins;
	struct omasec_pin_wait *w;

	mutex_lock(&p->giving);
	w = omasec_pin_take(p, id, answer);
	if (w) {
		answer->reason = OMASEC_REASON_KILLED;
		answer->what = "a user gave it up instead of giving its PIN";
		omasec_pin_conclude(p, w, answer);
	}
	mutex_unlock(&p->giving);
	return w;
}

/* ---- lists ---- */

bool omasec_pin_next(struct omasec_net *on, u32 after, struct omasec_pin_info *info)
{
	struct omasec_pins *p = on->pins;
	struct omasec_pin_wait *w, *next = NULL;

	memset(info, 0, sizeof(*info));
	spin_lock_bh(&p->lock);
	list_for_each_entry(w, &p->waiting, list)
		if (w->m.id > after && (!next || w->m.id < next->m.id))
			next = w;
	if (next) {
		info->m = next->m;
		info->octets = next->data.len;
		info->tries = omasec_pin_tries(next);
		if (time_after(next->deadline, jiffies))
			info->seconds = DIV_ROUND_UP(next->deadline - jiffies, HZ);
		strscpy(info->account, next->account->name, sizeof(info->account));
	}
	spin_unlock_bh(&p->lock);
	return next;
}

unsigned int omasec_pin_waiting(struct omasec_net *on)
{
	return READ_ONCE(on->pins->count);
}

/* ---- namespaces ---- */

int omasec_pins_init(struct omasec_net *on)
{
	struct omasec_pins *p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);

	if (!p)
		return -ENOMEM;
	p->on = on;
	mutex_init(&p->giving);
	spin_lock_init(&p->lock);
	INIT_LIST_HEAD(&p->waiting);
	INIT_DELAYED_WORK(&p->expiry, omasec_pin_expire);
	on->pins = p;
	return 0;
}

/**
 * omasec_pins_pre_exit() - nothing waits for a PIN any more
 * @on: namespace
 *
 * Nobody gives one any more: whoever could pins the namespace, and when the module
 * goes, there are no commands left.
 *
 * Context: process, may sleep.
 */
void omasec_pins_pre_exit(struct omasec_net *on)
{
	struct omasec_pins *p = on->pins;
	struct omasec_pin_wait *w;

	spin_lock_bh(&p->lock);
	p->closed = true;
	while ((w = list_first_entry_or_null(&p->waiting, struct omasec_pin_wait, list))) {
		omasec_pin_remove(p, w);
		spin_unlock_bh(&p->lock);
		w->ops->settle(w, OMASEC_REASON_KILLED, "omasec or the network namespace went");
		spin_lock_bh(&p->lock);
	}
	spin_unlock_bh(&p->lock);
	cancel_delayed_work_sync(&p->expiry);
}

void omasec_pins_exit(struct omasec_net *on)
{
	if (on->pins)
		WARN_ON_ONCE(!list_empty(&on->pins->waiting));
	kfree(on->pins);
	on->pins = NULL;
}
