// SPDX-License-Identifier: GPL-2.0
/* The live screen as lines. See monitor.h. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "event_text.h"
#include "monitor.h"
#include "value.h"

/* From so many columns on there is room for both ends of a flow. */
#define WIDE 110
#define DATE_LEN 11	/* of the time of an event, with the T */

/**
 * struct sheet - lines that go out one by one
 * @row: how many did
 */
struct sheet {
	FILE *f;
	const struct monitor *m;
	unsigned int row;
};

void monitor_flow_add(struct monitor *m, const struct omasec_flow *f)
{
	unsigned int i;

	if (f->listener)
		return;
	m->connections++;
	for (i = m->flows; i && m->flow[i - 1].id < f->id; i--)
		;
	if (i == MONITOR_FLOWS)
		return;
	if (m->flows < MONITOR_FLOWS)
		m->flows++;
	memmove(&m->flow[i + 1], &m->flow[i], (m->flows - 1 - i) * sizeof(m->flow[0]));
	m->flow[i] = *f;
}

void monitor_event_add(struct monitor *m, const struct omasec_event *e)
{
	struct monitor_event *kept = &m->event[m->events % MONITOR_EVENTS];
	const struct tool plain = { .secret_fd = -1 };
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (f) {
		event_text_line(f, &plain, e);
		if (fclose(f))
			len = 0;
	}
	if (!f || !len) {
		m->lost++;
		free(text);
		return;
	}
	text[len - 1] = '\0';	/* its end of line */
	snprintf(kept->text, sizeof(kept->text), "%s", len > DATE_LEN ? text + DATE_LEN : text);
	kept->bad = e->kind == OMASEC_EVENT_KIND_REFUSED || e->kind == OMASEC_EVENT_KIND_ACL_DENIED ||
		    e->kind == OMASEC_EVENT_KIND_HELPER_DOWN;
	m->events++;
	free(text);
}

/* ------------------------------------------------------------------ lines */

/* Octets of @text that are at most @cols characters; half a character is none. */
static int fitting(const char *text, unsigned int cols)
{
	size_t len = strlen(text), at = 0, next;

	while (at < len && cols--) {
		next = at + 1;
		while (((unsigned char)text[next] & 0xc0) == 0x80)
			next++;
		/* a text that was cut ends within one */
		if ((unsigned char)text[at] >= 0xc0 && next == len &&
		    next - at < ((unsigned char)text[at] >= 0xf0 ? 4u : (unsigned char)text[at] >= 0xe0 ? 3u : 2u))
			break;
		at = next;
	}
	return (int)at;
}

static void line(struct sheet *s, enum out_colour colour, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void line(struct sheet *s, enum out_colour colour, const char *fmt, ...)
{
	const struct tool t = { .colour = s->m->colour };
	bool coloured = colour != OUT_PLAIN;
	char text[2 * MONITOR_LINE];
	va_list ap;

	if (s->row == s->m->rows)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(s->f, "%s%s%.*s%s\033[K", s->row ? "\r\n" : "", coloured ? out_colour(&t, colour) : "",
		fitting(text, s->m->cols), text, coloured ? out_colour(&t, OUT_PLAIN) : "");
	s->row++;
}

/* A second's worth of what came in @elapsed_ms. */
static double rate(uint64_t now, uint64_t before, uint32_t elapsed_ms)
{
	return elapsed_ms && now > before ? (double)(now - before) * 1000 / elapsed_ms : 0;
}

static void head(struct sheet *s)
{
	const struct monitor *m = s->m;
	const struct omasec_status *st = &m->status;
	char helper[OMASEC_VERSION_MAX * 4 + 1];

	line(s, OUT_BOLD, "omasec %s   %s   q quits", st->version, m->time);
	if (st->helper)
		line(s, OUT_GOOD, "helper %s   accounts %u   rules %u",
		     value_safe(st->helper_version, helper, sizeof(helper)), st->accounts, st->rules);
	else
		line(s, st->needs_helper ? OUT_BAD : OUT_WARN, "no helper%s   accounts %u   rules %u",
		     st->needs_helper ? ", and rules need it: start omasecd" : "", st->accounts, st->rules);
	line(s, OUT_PLAIN, "received %llu (%.1f/s)   sent %llu (%.1f/s)   flows %u   waiting %u   memory %llu KiB",
	     (unsigned long long)m->now.rx, rate(m->now.rx, m->before.rx, m->elapsed_ms),
	     (unsigned long long)m->now.tx, rate(m->now.tx, m->before.tx, m->elapsed_ms), st->flows, st->pending,
	     (unsigned long long)(st->memory + 1023) / 1024);
	line(s, m->now.refused != m->before.refused && m->elapsed_ms ? OUT_BAD : OUT_PLAIN,
	     "refused %llu (%.1f/s)   passed %llu   answered by omasec %llu", (unsigned long long)m->now.refused,
	     rate(m->now.refused, m->before.refused, m->elapsed_ms), (unsigned long long)m->now.passed,
	     (unsigned long long)m->now.responded);
	line(s, OUT_PLAIN, "%s", "");
}

static void flow(struct sheet *s, const struct omasec_flow *f)
{
	char local[VALUE_ENDPOINT_MAX], peer[VALUE_ENDPOINT_MAX], state[80], account[4 * OMASEC_NAME_MAX + 1];
	bool wide = s->m->cols >= WIDE;

	value_format_endpoint(local, f->family, f->local, f->local_port);
	value_format_endpoint(peer, f->family, f->peer, f->peer_port);
	if (f->reason)
		snprintf(state, sizeof(state), "refused: %s", omasec_reason_name(f->reason));
	else
		snprintf(state, sizeof(state), "rx %s, tx %s", f->rx_state, f->tx_state);
	line(s, f->reason ? OUT_BAD : OUT_PLAIN, "%6llu %-3s %*s%s%-21s %-12s %6llu %6llu  %s",
	     (unsigned long long)f->id, omasec_name(OMASEC_NAMES_DIRECTION, f->direction), wide ? -21 : 0,
	     wide ? local : "", wide ? " " : "", peer,
	     f->account[0] ? value_safe(f->account, account, sizeof(account)) : "-",
	     (unsigned long long)f->rx_messages, (unsigned long long)f->tx_messages, state);
}

/* Half of what is left is for flows, unless there are fewer. */
static void flows(struct sheet *s)
{
	const struct monitor *m = s->m;
	unsigned int left = m->rows > s->row + 2 ? (m->rows - s->row - 2) / 2 : 0;
	unsigned int shown = m->flows < left ? m->flows : left, i;
	bool wide = m->cols >= WIDE;
	char some[64] = "";

	if (shown < m->connections)
		snprintf(some, sizeof(some), " (%u of %u)", shown, m->connections);
	line(s, OUT_BOLD, "%6s %-3s %*s%s%-21s %-12s %6s %6s  STATE%s", "FLOW", "DIR", wide ? -21 : 0, wide ? "LOCAL" : "",
	     wide ? " " : "", "PEER", "ACCOUNT", "RX", "TX", some);
	for (i = 0; i < shown; i++)
		flow(s, &m->flow[i]);
	if (!m->connections)
		line(s, OUT_PLAIN, "%6s", "none");
	line(s, OUT_PLAIN, "%s", "");
}

static void events(struct sheet *s)
{
	const struct monitor *m = s->m;
	uint64_t room = m->rows > s->row + 1 ? m->rows - s->row - 1 : 0, kept, i;

	kept = m->events < MONITOR_EVENTS ? m->events : MONITOR_EVENTS;
	kept = kept < room ? kept : room;
	if (m->lost)
		line(s, OUT_BOLD, "EVENTS (%llu lost)", (unsigned long long)m->lost);
	else
		line(s, OUT_BOLD, "EVENTS");
	for (i = m->events - kept; i < m->events; i++) {
		const struct monitor_event *e = &m->event[i % MONITOR_EVENTS];

		line(s, e->bad ? OUT_BAD : OUT_PLAIN, "%s", e->text);
	}
}

void monitor_draw(FILE *f, const struct monitor *m)
{
	struct sheet s = { f, m, 0 };

	fputs("\033[H", f);
	head(&s);
	flows(&s);
	events(&s);
	fputs("\033[J", f);
}
