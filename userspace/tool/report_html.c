// SPDX-License-Identifier: GPL-2.0
/*
 * The report as one HTML page: no script, no picture and nothing else from elsewhere,
 * so that it can be mailed and archived. Every text of the document is escaped here.
 */
#include <errno.h>
#include <string.h>

#include "report.h"

static const char page_head[] =
	"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<title>omasec report</title>\n<style>\n"
	"body{font:15px/1.45 system-ui,sans-serif;color:#1d2329;max-width:70em;margin:2em auto;padding:0 1em}\n"
	"h1{font-size:1.6em;margin-bottom:.1em}h2{font-size:1.2em;margin-top:2em}\n"
	"h3{font-size:1em;margin:1.6em 0 .3em}\n"
	"table{border-collapse:collapse;width:100%}\n"
	"th,td{text-align:left;vertical-align:top;padding:.3em .6em;border-bottom:1px solid #d8dee4}\n"
	"th{font-weight:600}td.n{text-align:right;font-variant-numeric:tabular-nums}\n"
	".state{white-space:nowrap;font-weight:600}\n"
	".met{color:#1a7f37}.not-met{color:#b42318}.not-applicable{color:#59636e;font-weight:400}\n"
	".sub{color:#59636e}svg{display:block;margin:.4em 0}svg text{font:13px system-ui,sans-serif;fill:#1d2329}\n"
	"@media print{body{margin:0}h3{break-after:avoid}tr{break-inside:avoid}}\n"
	"</style>\n</head>\n<body>\n";

static void put(FILE *f, const char *text)
{
	for (; text && *text; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", f);
			break;
		case '>':
			fputs("&gt;", f);
			break;
		case '&':
			fputs("&amp;", f);
			break;
		case '"':
			fputs("&quot;", f);
			break;
		case '\'':
			fputs("&#39;", f);
			break;
		default:
			fputc(*text, f);
		}
	}
}

static double number_of(const json_t *o, const char *key)
{
	return (double)report_count(o, key);
}

static void cell(FILE *f, const char *tag, const char *text)
{
	fprintf(f, "<%s>", tag);
	put(f, text);
	fprintf(f, "</%.2s>", tag);
}

static void cell_number(FILE *f, double v)
{
	fprintf(f, "<td class=\"n\">%.0f</td>", v);
}

/* ---- charts ---- */

/**
 * struct slice - a part of a bar
 * @label: what it stands for
 * @value: its size
 * @colour: CSS colour
 */
struct slice {
	const char *label;
	double value;
	const char *colour;
};

#define BAR_WIDTH 560.0

/* A bar of parts with its legend, and the same in words for who cannot see it. */
static void bar(FILE *f, const char *title, const struct slice *s, unsigned int count)
{
	double sum = 0, x = 0;
	unsigned int i, at = 0;

	for (i = 0; i < count; i++)
		sum += s[i].value;
	fprintf(f, "<svg width=\"%.0f\" height=\"48\" role=\"img\" aria-label=\"", BAR_WIDTH);
	put(f, title);
	fputs(":", f);
	for (i = 0; i < count; i++)
		fprintf(f, " %s %.0f%s", s[i].label, s[i].value, i + 1 < count ? "," : "");
	fputs("\">\n", f);
	if (!(sum > 0))
		fprintf(f, "<rect x=\"0\" y=\"0\" width=\"%.0f\" height=\"20\" fill=\"#eaeef2\"/>\n", BAR_WIDTH);
	for (i = 0; i < count && sum > 0; i++) {
		double w = BAR_WIDTH * s[i].value / sum;

		fprintf(f, "<rect x=\"%.1f\" y=\"0\" width=\"%.1f\" height=\"20\" fill=\"%s\"/>\n", x, w,
			s[i].colour);
		x += w;
	}
	for (i = 0; i < count; i++) {
		fprintf(f, "<rect x=\"%u\" y=\"30\" width=\"11\" height=\"11\" fill=\"%s\"/>"
			"<text x=\"%u\" y=\"40\">%s %.0f</text>\n", at, s[i].colour, at + 16, s[i].label,
			s[i].value);
		at += 16 + 9 * (unsigned int)strlen(s[i].label) + 60;
	}
	fputs("</svg>\n", f);
}

static void chart_findings(FILE *f, const json_t *sum)
{
	const struct slice s[] = {
		{ "met", number_of(sum, report_state_name(REPORT_MET)), "#2da44e" },
		{ "not met", number_of(sum, report_state_name(REPORT_NOT_MET)), "#cf222e" },
		{ "not applicable", number_of(sum, report_state_name(REPORT_NOT_APPLICABLE)), "#c8d1da" },
	};

	bar(f, "Clauses of all rules", s, 3);
}

static void chart_seen(FILE *f, const json_t *seen)
{
	const struct slice s[] = {
		{ "with MAC", number_of(seen, "rx-mac") + number_of(seen, "tx-mac"), "#2da44e" },
		{ "without", number_of(seen, "rx-plain") + number_of(seen, "tx-plain"), "#d4a72c" },
		{ "not DM", number_of(seen, "passed"), "#6e93c8" },
		{ "refused", number_of(seen, "refused"), "#cf222e" },
	};

	bar(f, "Messages seen", s, 4);
}

/* ---- sections ---- */

static void about(FILE *f, const json_t *doc)
{
	const json_t *a = json_object_get(doc, "about"), *sum = json_object_get(doc, "summary");

	fputs("<h1>omasec report</h1>\n<p class=\"sub\">", f);
	put(f, report_text(a, "host"));
	fputs(", ", f);
	put(f, report_text(a, "made"));
	fputs(". Kernel ", f);
	put(f, report_text(a, "kernel"));
	fputs(", module ", f);
	put(f, report_text(a, "module"));
	if (json_object_get(a, "helper")) {
		fputs(", helper ", f);
		put(f, report_text(a, "helper"));
	} else if (json_is_true(json_object_get(a, "needs-helper"))) {
		fputs(", <b>no helper: messages are refused</b>", f);
	}
	fprintf(f, ". Configuration %.0f, %.0f open flows. From live state only.</p>\n",
		number_of(a, "generation"), number_of(a, "flows"));
	fputs("<h2>Clauses</h2>\n", f);
	chart_findings(f, sum);
	fprintf(f, "<p>%.0f finding(s) that a clause with <i>must</i> is not met.</p>\n",
		number_of(sum, "must not met"));
}

static void css_class(FILE *f, const char *state)
{
	for (; *state; state++)
		fputc(*state == ' ' ? '-' : *state, f);
}

static void rule(FILE *f, const json_t *doc, const json_t *r)
{
	const json_t *c, *clauses = json_object_get(doc, "clauses");
	const json_t *found = json_object_get(r, "findings");
	size_t i;

	fputs("<h3>Rule ", f);
	put(f, report_text(r, "name"));
	fprintf(f, " (%.0f): ", number_of(r, "id"));
	put(f, report_text(r, "direction"));
	fprintf(f, ", port %.0f", number_of(r, "port-min"));
	if (number_of(r, "port-max") > number_of(r, "port-min"))
		fprintf(f, " to %.0f", number_of(r, "port-max"));
	fputs(", account ", f);
	put(f, report_text(r, "account"));
	fputs("</h3>\n", f);
	chart_seen(f, json_object_get(r, "seen"));
	fputs("<table><tr><th>Clause</th><th>asks</th><th>state</th><th>why</th></tr>\n", f);
	json_array_foreach(clauses, i, c) {
		const json_t *x = json_array_get(found, i);

		fputs("<tr>", f);
		cell(f, "td", report_text(c, "section"));
		fputs("<td>", f);
		put(f, report_text(c, "text"));
		fputs(" <span class=\"sub\">(", f);
		put(f, report_text(c, "level"));
		fputs(")</span></td><td class=\"state ", f);
		css_class(f, report_text(x, "state"));
		fputs("\">", f);
		put(f, report_text(x, "state"));
		fputs("</td>", f);
		cell(f, "td", report_text(x, "why"));
		fputs("</tr>\n", f);
	}
	fputs("</table>\n", f);
}

static void accounts(FILE *f, const json_t *all)
{
	const json_t *a;
	size_t i;

	fputs("<h2>Accounts</h2>\n<table><tr><th>Account</th><th>server id</th><th>client key</th>"
	      "<th>server key</th><th>authenticated</th><th>refused</th></tr>\n", f);
	json_array_foreach(all, i, a) {
		fputs("<tr>", f);
		cell(f, "td", report_text(a, "name"));
		cell(f, "td", report_text(a, "server-id"));
		cell(f, "td", report_text(a, "client-key"));
		cell(f, "td", report_text(a, "server-key"));
		cell_number(f, number_of(a, "messages-ok"));
		cell_number(f, number_of(a, "messages-refused"));
		fputs("</tr>\n", f);
	}
	fputs("</table>\n", f);
}

static void refusals(FILE *f, const json_t *all)
{
	const json_t *r;
	double most = 1;
	size_t i;

	fputs("<h2>Refused since the module was loaded</h2>\n", f);
	if (!json_array_size(all)) {
		fputs("<p>Nothing.</p>\n", f);
		return;
	}
	json_array_foreach(all, i, r)
		if (number_of(r, "count") > most)
			most = number_of(r, "count");
	fputs("<table>\n", f);
	json_array_foreach(all, i, r) {
		fputs("<tr>", f);
		cell(f, "td", report_text(r, "reason"));
		cell_number(f, number_of(r, "count"));
		fprintf(f, "<td><svg width=\"160\" height=\"12\" aria-hidden=\"true\">"
			"<rect width=\"%.1f\" height=\"12\" fill=\"#cf222e\"/></svg></td>",
			160 * number_of(r, "count") / most);
		cell(f, "td", report_text(r, "means"));
		fputs("</tr>\n", f);
	}
	fputs("</table>\n", f);
}

int report_html(FILE *f, const json_t *doc)
{
	const json_t *r, *rules = json_object_get(doc, "rules");
	size_t i;

	fputs(page_head, f);
	about(f, doc);
	fputs("<h2>Rules</h2>\n", f);
	if (!json_array_size(rules))
		fputs("<p>There are no rules: nothing is protected.</p>\n", f);
	json_array_foreach(rules, i, r)
		rule(f, doc, r);
	accounts(f, json_object_get(doc, "accounts"));
	refusals(f, json_object_get(doc, "refusals"));
	fputs("</body>\n</html>\n", f);
	return fflush(f) || ferror(f) ? -EIO : 0;
}
