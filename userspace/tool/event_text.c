// SPDX-License-Identifier: GPL-2.0
/* See event_text.h. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "event_text.h"
#include "tls_text.h"
#include "value.h"

void event_text_time(uint64_t ns, char out[40])
{
	time_t s = (time_t)(ns / 1000000000u);
	struct tm tm;
	size_t n = gmtime_r(&s, &tm) ? strftime(out, 32, "%Y-%m-%dT%H:%M:%S", &tm) : 0;

	snprintf(out + n, 40 - n, ".%03uZ", (unsigned int)(ns / 1000000u % 1000u));
}

static json_t *denial_json(const struct omasec_denial *d)
{
	json_t *o = json_object();

	out_set(o, "server", *d->server ? out_text(d->server) : json_null());
	out_set(o, "command", out_text(d->command));
	out_set(o, "uri", out_text(d->uri));
	out_set(o, "status", json_integer(d->status));
	out_set(o, "clause", out_text(d->clause));
	return o;
}

static void denial_text(FILE *f, const struct omasec_event *e)
{
	const struct omasec_denial *d = &e->denial;
	char safe[4 * OMASEC_URI_MAX + 1];

	fprintf(f, ": %s", *d->server ? value_safe(d->server, safe, sizeof(safe)) : "nobody");
	fprintf(f, " %s", value_safe(d->command, safe, sizeof(safe)));
	if (*d->uri)
		fprintf(f, " %s", value_safe(d->uri, safe, sizeof(safe)));
	fprintf(f, ": %u, %s", d->status, value_safe(d->clause, safe, sizeof(safe)));
	if (e->more)
		fprintf(f, " (and %u more)", e->more);
}

json_t *event_text_json(const struct omasec_event *e)
{
	char text[VALUE_ENDPOINT_MAX];
	json_t *o = json_object();

	event_text_time(e->time_ns, text);
	out_set(o, "time", json_string(text));
	out_set(o, "time-ns", out_number(e->time_ns));
	out_set(o, "kind", json_string(omasec_name(OMASEC_NAMES_EVENT_KIND, e->kind)));
	if (e->reason) {
		out_set(o, "reason", json_string(omasec_reason_name(e->reason)));
		out_set(o, "means", json_string(omasec_reason_text(e->reason)));
		out_set(o, "advice", json_string(omasec_reason_advice(e->reason)));
	}
	if (e->error)
		out_set(o, "errno", json_integer(e->error));
	if (e->flow)
		out_set(o, "flow", out_number(e->flow));
	if (e->family) {
		value_format_endpoint(text, e->family, e->local, e->local_port);
		out_set(o, "local", json_string(text));
		value_format_endpoint(text, e->family, e->peer, e->peer_port);
		out_set(o, "peer", json_string(text));
	}
	if (e->has_direction)
		out_set(o, "direction", json_string(omasec_name(OMASEC_NAMES_DIRECTION, e->direction)));
	if (e->has_path)
		out_set(o, "path", json_string(omasec_name(OMASEC_NAMES_PATH, e->path)));
	if (e->has_message)
		out_set(o, "message", json_string(omasec_name(OMASEC_NAMES_MESSAGE_KIND, e->message)));
	if (e->has_uid)
		out_set(o, "uid", json_integer(e->uid));
	if (e->rule)
		out_set(o, "rule", json_integer(e->rule));
	if (e->account[0])
		out_set(o, "account", out_text(e->account));
	if (e->user[0])
		out_set(o, "user", out_text(e->user));
	if (e->cookie)
		out_set(o, "cookie", out_number(e->cookie));
	tls_json(o, e->tls_version, e->tls_suite, e->tls_name);
	if (e->wait) {
		out_set(o, "wait", json_integer(e->wait));
		out_set(o, "sec", json_string(omasec_name(OMASEC_NAMES_SEC, e->sec)));
	}
	if (e->kind == OMASEC_EVENT_KIND_ACL_DENIED)
		out_set(o, "denial", denial_json(&e->denial));
	if (e->more)
		out_set(o, "more", json_integer(e->more));
	if (e->text[0])
		out_set(o, "text", out_text(e->text));
	return o;
}

void event_text_line(FILE *f, const struct tool *t, const struct omasec_event *e)
{
	char text[VALUE_ENDPOINT_MAX], safe[4 * OMASEC_DETAIL_MAX + 1], tls[TLS_TEXT_MAX];

	event_text_time(e->time_ns, text);
	fprintf(f, "%s %s%s%s", text,
	       out_colour(t, e->kind == OMASEC_EVENT_KIND_REFUSED ||
			     e->kind == OMASEC_EVENT_KIND_ACL_DENIED ||
			     e->kind == OMASEC_EVENT_KIND_HELPER_DOWN ? OUT_BAD : OUT_BOLD),
	       omasec_name(OMASEC_NAMES_EVENT_KIND, e->kind), out_colour(t, OUT_PLAIN));
	if (e->reason)
		fprintf(f, " %s", omasec_reason_name(e->reason));
	if (e->has_message)
		fprintf(f, " %s", omasec_name(OMASEC_NAMES_MESSAGE_KIND, e->message));
	if (e->has_path)
		fprintf(f, " %s", omasec_name(OMASEC_NAMES_PATH, e->path));
	if (e->flow)
		fprintf(f, " flow %llu", (unsigned long long)e->flow);
	if (e->family) {
		value_format_endpoint(text, e->family, e->local, e->local_port);
		fprintf(f, " local %s", text);
		value_format_endpoint(text, e->family, e->peer, e->peer_port);
		fprintf(f, " peer %s", text);
	}
	if (e->rule)
		fprintf(f, " rule %u", e->rule);
	if (e->account[0])
		fprintf(f, " account %s", value_safe(e->account, safe, sizeof(safe)));
	if (e->user[0])
		fprintf(f, " user \"%s\"", value_safe(e->user, safe, sizeof(safe)));
	if (e->has_uid)
		fprintf(f, " uid %u", e->uid);
	if (e->tls_version)
		fprintf(f, " %s", tls_text(tls, e->tls_version, e->tls_suite, e->tls_name));
	if (e->kind == OMASEC_EVENT_KIND_ACL_DENIED)
		denial_text(f, e);
	else if (e->text[0])
		fprintf(f, ": %s", value_safe(e->text, safe, sizeof(safe)));
	else if (e->reason)
		fprintf(f, ": %s", omasec_reason_text(e->reason));
	if (e->wait)
		fprintf(f, " (%s: omasec blob pin %u)", omasec_name(OMASEC_NAMES_SEC, e->sec), e->wait);
	putc('\n', f);
}
