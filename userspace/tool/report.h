/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What DM Security 1.3 demands, clause by clause, and whether a rule or an account
 * meets it. Pure: from what the module said, to findings; report_doc.c makes a
 * document of them, cmd_report.c and report_html.c show it.
 */
#ifndef TOOL_REPORT_H
#define TOOL_REPORT_H

#include <jansson.h>
#include <omasec.h>
#include <stdio.h>

enum report_state { REPORT_MET, REPORT_NOT_MET, REPORT_NOT_APPLICABLE, REPORT_STATES };

/**
 * struct report_clause - a clause
 * @id: short, for programs
 * @section: where it stands
 * @level: must, should or may
 * @text: what it asks for, in our words
 */
struct report_clause {
	const char *id, *section, *level, *text;
};

#define REPORT_CLAUSE_MAX 16

extern const struct report_clause report_clauses[];
extern const unsigned int report_clause_count;

/**
 * struct report_finding - how a rule stands to a clause
 * @why: one sentence
 */
struct report_finding {
	enum report_state state;
	char why[256];
};

/* "met", "not met", "not applicable". */
const char *report_state_name(enum report_state s);

/*
 * One finding for each clause, room for REPORT_CLAUSE_MAX. @a: the account of the rule, NULL for any or when there
 * is none.
 */
void report_rule(const struct omasec_rule *r, const struct omasec_account *a,
		 struct report_finding *findings);

/* A document for the state of the module; what went in is copied. */
json_t *report_doc_new(const struct omasec_status *st);
/* These return 0 or -ENOMEM. */
int report_doc_account(json_t *doc, const struct omasec_account *a);
int report_doc_rule(json_t *doc, const struct omasec_rule *r, const struct omasec_account *a);
int report_doc_counter(json_t *doc, const struct omasec_counter *c);
/* Sums up; the last call. */
int report_doc_end(json_t *doc);

/* Of an object in the document: a text, "" for none; a number, also one that stands there as text. */
const char *report_text(const json_t *o, const char *key);
unsigned long long report_count(const json_t *o, const char *key);

/* The document as a page of its own. 0, or -EIO when @f did not take it. */
int report_html(FILE *f, const json_t *doc);

#endif
