// SPDX-License-Identifier: GPL-2.0
/*
 * omasec.conf(5). inih splits lines into keys and values; sections are read
 * here, because inih cuts their names at 50 characters, does not tell of empty or
 * repeated ones and has no line numbers where Debian builds it.
 */
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "config.h"
#include "value.h"
#include "words.h"

/**
 * struct reader - a file while it is read
 * @set: keys of the section, NULL outside of one and in one that is not known
 * @skip: the section was refused; its keys are not worth an error
 * @line: number of the line
 * @memory: an allocation failed
 */
struct reader {
	struct config *c;
	const struct setting_set *set;
	bool skip, memory;
	int line;
};

/* ------------------------------------------------------------------ faults */

size_t config_errors_kept(const struct config *c)
{
	return c->error_count < CONFIG_ERRORS_MAX ? c->error_count : CONFIG_ERRORS_MAX;
}

static void config_add_error(struct config *c, int line, const char *text)
{
	char safe[512];

	if (c->error_count < CONFIG_ERRORS_MAX) {
		struct config_error *e = &c->error[c->error_count];

		e->line = line;
		e->text = strdup(value_safe(text, safe, sizeof(safe)));
	}
	c->error_count++;
}

void config_fault(struct config *c, int line, const struct setting_set *set, const char *name,
		  int key, const char *text)
{
	char full[512];

	if (!set)
		snprintf(full, sizeof(full), "%s", text);
	else if (key < 0)
		snprintf(full, sizeof(full), "[%s %s]: %s", set->object, name, text);
	else
		snprintf(full, sizeof(full), "[%s %s] %s: %s", set->object, name,
			 set->setting[key].name, text);
	config_add_error(c, line, full);
}

static int config_by_line(const void *a, const void *b)
{
	const struct config_error *x = a, *y = b;

	return (x->line > y->line) - (x->line < y->line);
}

void config_sort_errors(struct config *c)
{
	qsort(c->error, config_errors_kept(c), sizeof(c->error[0]), config_by_line);
}

int config_account_line(const struct account_conf *a, int key)
{
	return key >= 0 && a->line[key] ? a->line[key] : a->header_line;
}

int config_rule_line(const struct rule_conf *r, int key)
{
	return key >= 0 && r->line[key] ? r->line[key] : r->header_line;
}

/* ------------------------------------------------------------------ sections */

static struct account_conf *last_account(struct config *c)
{
	return &c->account[c->account_count - 1];
}

static struct rule_conf *last_rule(struct config *c)
{
	return &c->rule[c->rule_count - 1];
}

static const char *section_name(const struct reader *r)
{
	return r->set == &setting_account ? last_account(r->c)->a.name : last_rule(r->c)->r.name;
}

static void begin_account(struct reader *r, const char *name)
{
	struct config *c = r->c;

	if (array_grow((void **)&c->account, c->account_count, &c->account_cap, sizeof(*c->account))) {
		r->memory = true;
		return;
	}
	c->account_count++;
	setting_account_init(last_account(c));
	last_account(c)->header_line = r->line;
	memcpy(last_account(c)->a.name, name, strlen(name) + 1);
	r->set = &setting_account;
}

static void begin_rule(struct reader *r, const char *name)
{
	struct config *c = r->c;

	if (array_grow((void **)&c->rule, c->rule_count, &c->rule_cap, sizeof(*c->rule))) {
		r->memory = true;
		return;
	}
	c->rule_count++;
	setting_rule_init(last_rule(c));
	last_rule(c)->header_line = r->line;
	memcpy(last_rule(c)->r.name, name, strlen(name) + 1);
	r->set = &setting_rule;
}

/* A rule is deleted by name or number, so a name is not a number. */
static bool rule_name_ok(const char *name)
{
	return name[strspn(name, "0123456789")];
}

/* "account = any" in a rule is no account. */
static bool account_name_ok(const char *name)
{
	return strcmp(name, "any");
}

static const char *section_hint(const char *object)
{
	struct words_near near = { 0 };

	words_near(&near, object, "account");
	words_near(&near, object, "rule");
	return near.word;
}

/* @text: what is between the brackets; changed. */
static void read_section(struct reader *r, char *text)
{
	char name[OMASEC_NAME_MAX + 1], why[400];
	char *save, *object = strtok_r(text, " \t", &save);
	char *word = object ? strtok_r(NULL, " \t", &save) : NULL;
	char *more = word ? strtok_r(NULL, " \t", &save) : NULL;
	const char *near;

	r->set = NULL;
	r->skip = true;
	if (!object || (strcmp(object, "account") && strcmp(object, "rule"))) {
		near = object ? section_hint(object) : NULL;
		snprintf(why, sizeof(why), "[%s]: expected [account NAME] or [rule NAME]%s%s%s",
			 object ? object : "", near ? "; did you mean " : "", near ? near : "",
			 near ? "?" : "");
		config_add_error(r->c, r->line, why);
		return;
	}
	if (!word || more || value_name(word, name) ||
	    !(*object == 'r' ? rule_name_ok(name) : account_name_ok(name))) {
		snprintf(why, sizeof(why), "[%s%s%s]: expected one name of 1 to %d letters, digits and . _ @ -%s",
			 object, word ? " " : "", word ? word : "", OMASEC_NAME_MAX,
			 *object == 'r' ? ", not only digits" : " (any has a meaning of its own)");
		config_add_error(r->c, r->line, why);
		return;
	}
	if (*object == 'a')
		begin_account(r, name);
	else
		begin_rule(r, name);
	r->skip = false;
}

/* ------------------------------------------------------------------ keys */

/* Returns 1 when the line is fine for inih; faults are counted here. */
static int read_key(void *arg, const char *section, const char *name, const char *value)
{
	struct reader *r = arg;
	char why[400];
	void *conf;
	uint32_t *seen;
	int *line, key, rc;

	(void)section;
	if (r->skip)
		return 1;
	if (!r->set) {
		snprintf(why, sizeof(why), "%s: expected a section before the first key: [account NAME] or [rule NAME]",
			 name);
		config_add_error(r->c, r->line, why);
		return 1;
	}
	key = setting_find(r->set, name);
	if (key < 0) {
		const char *near = setting_near(r->set, name);

		snprintf(why, sizeof(why), "[%s %s] %s: no such key%s%s%s", r->set->object,
			 section_name(r), name, near ? "; did you mean " : "", near ? near : "",
			 near ? "?" : "");
		config_add_error(r->c, r->line, why);
		return 1;
	}
	if (r->set == &setting_account) {
		conf = last_account(r->c);
		seen = &last_account(r->c)->seen;
		line = last_account(r->c)->line;
	} else {
		conf = last_rule(r->c);
		seen = &last_rule(r->c)->seen;
		line = last_rule(r->c)->line;
	}
	if (*seen & 1u << key) {
		snprintf(why, sizeof(why), "expected once in a section; it is in line %d too", line[key]);
		config_fault(r->c, r->line, r->set, section_name(r), key, why);
		return 1;
	}
	*seen |= 1u << key;
	line[key] = r->line;
	rc = r->set->setting[key].parse(&r->set->setting[key], conf, value);
	if (rc == -ENOMEM) {
		r->memory = true;
	} else if (rc) {
		snprintf(why, sizeof(why), "expected %s", r->set->setting[key].expects);
		config_fault(r->c, r->line, r->set, section_name(r), key, why);
	}
	return 1;
}

/* @line is terminated and may be changed. */
static void read_line(struct reader *r, char *line, size_t len)
{
	/* Indented keys are keys, not continuations. */
	size_t blank = strspn(line, " \t");
	char *end;

	if (strlen(line) != len) {
		config_add_error(r->c, r->line, "expected text without NUL octets");
		return;
	}
	if (len > CONFIG_LINE_MAX) {
		char why[80];

		snprintf(why, sizeof(why), "expected a line of at most %d octets", CONFIG_LINE_MAX);
		config_add_error(r->c, r->line, why);
		/* A section that cannot be read must not lend its keys to the one before. */
		if (line[blank] == '[')
			r->skip = true;
		return;
	}
	line += blank;
	if (*line != '[') {
		if (ini_parse_string(line, read_key, r))
			config_add_error(r->c, r->line, "expected key = value, [section], or # comment");
		return;
	}
	end = strchr(line, ']');
	if (!end || (end[1 + strspn(end + 1, " \t\r")] && !strchr("#;", end[1 + strspn(end + 1, " \t\r")]))) {
		config_add_error(r->c, r->line, "expected ] at the end of the section name");
		r->skip = true;
		return;
	}
	*end = '\0';
	read_section(r, line + 1);
}

static void read_lines(struct reader *r, const char *text, size_t len)
{
	const char *p = text, *end = text + len;
	char line[CONFIG_LINE_MAX + 2];

	if (len >= 3 && !memcmp(p, "\xef\xbb\xbf", 3))
		p += 3;
	while (p < end && !r->memory) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((nl ? nl : end) - p), keep = n;

		r->line++;
		/* Too long is too long; the rest of it need not be copied. */
		if (keep > CONFIG_LINE_MAX + 1)
			keep = CONFIG_LINE_MAX + 1;
		memcpy(line, p, keep);
		if (keep && keep == n && line[keep - 1] == '\r')
			keep--;
		line[keep] = '\0';
		read_line(r, line, keep);
		p += n + (nl ? 1 : 0);
	}
}

/* ------------------------------------------------------------------ the whole */

static int by_account_name(const void *a, const void *b)
{
	const struct account_conf *x = *(struct account_conf *const *)a, *y = *(struct account_conf *const *)b;
	int d = strcmp(x->a.name, y->a.name);

	return d ? d : (x->header_line > y->header_line) - (x->header_line < y->header_line);
}

static int by_rule_name(const void *a, const void *b)
{
	const struct rule_conf *x = *(struct rule_conf *const *)a, *y = *(struct rule_conf *const *)b;
	int d = strcmp(x->r.name, y->r.name);

	return d ? d : (x->header_line > y->header_line) - (x->header_line < y->header_line);
}

static void twice(struct config *c, int line, const struct setting_set *set, const char *name,
		  int before)
{
	char why[80];

	snprintf(why, sizeof(why), "expected once; it is in line %d too", before);
	config_fault(c, line, set, name, -1, why);
}

static void check_accounts(struct config *c, struct account_conf **sorted)
{
	size_t i;

	for (i = 0; i < c->account_count; i++)
		sorted[i] = &c->account[i];
	qsort(sorted, c->account_count, sizeof(*sorted), by_account_name);
	for (i = 1; i < c->account_count; i++)
		if (!strcmp(sorted[i]->a.name, sorted[i - 1]->a.name))
			twice(c, sorted[i]->header_line, &setting_account, sorted[i]->a.name,
			      sorted[i - 1]->header_line);
}

static int check_rule_names(struct config *c)
{
	struct rule_conf **sorted = calloc(c->rule_count + 1, sizeof(*sorted));
	size_t i;

	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < c->rule_count; i++)
		sorted[i] = &c->rule[i];
	qsort(sorted, c->rule_count, sizeof(*sorted), by_rule_name);
	for (i = 1; i < c->rule_count; i++)
		if (!strcmp(sorted[i]->r.name, sorted[i - 1]->r.name))
			twice(c, sorted[i]->header_line, &setting_rule, sorted[i]->r.name,
			      sorted[i - 1]->header_line);
	free(sorted);
	return 0;
}

static int account_compare(const void *name, const void *entry)
{
	return strcmp(name, (*(struct account_conf *const *)entry)->a.name);
}

/* The module says the same when the rule is loaded. */
static void check_rule_cipher(struct config *c, struct rule_conf *r, const struct account_conf *a)
{
	bool legacy = a->a.encryption_profile == OMASEC_ENCRYPTION_PROFILE_LEGACY;
	int key = setting_find(&setting_rule, "content-cipher");

	if (r->r.confidentiality == OMASEC_CONFIDENTIALITY_NONE || legacy == rule_legacy(&r->r))
		return;
	config_fault(c, config_rule_line(r, key), &setting_rule, r->r.name, key, legacy ?
		     "expected aes-256-cbc or aes-128-cbc: its account has encryption-profile = legacy" :
		     "expected aes-256-gcm or aes-128-gcm: its account does not have encryption-profile = legacy");
}

static void check_rule_account(struct config *c, struct rule_conf *r,
			       struct account_conf *const *sorted)
{
	int key = setting_find(&setting_rule, "account");
	struct account_conf *const *a = NULL;
	char why[160];

	if (r->r.account[0])
		a = bsearch(r->r.account, sorted, c->account_count, sizeof(*sorted), account_compare);
	if (a)
		check_rule_cipher(c, r, *a);
	if (!r->r.account[0] || a)
		return;
	snprintf(why, sizeof(why), "expected an account of this file; there is no [account %s]",
		 r->r.account);
	config_fault(c, config_rule_line(r, key), &setting_rule, r->r.name, key, why);
}

struct fault_at {
	struct config *c;
	struct account_conf *a;
	struct rule_conf *r;
};

static void fault_account(void *arg, int key, const char *text)
{
	struct fault_at *f = arg;

	config_fault(f->c, config_account_line(f->a, key), &setting_account, f->a->a.name, key, text);
}

static void fault_rule(void *arg, int key, const char *text)
{
	struct fault_at *f = arg;

	config_fault(f->c, config_rule_line(f->r, key), &setting_rule, f->r->r.name, key, text);
}

static int check_whole(struct config *c)
{
	struct account_conf **sorted = calloc(c->account_count + 1, sizeof(*sorted));
	struct fault_at f = { .c = c };
	size_t i;
	int rc;

	if (!sorted)
		return -ENOMEM;
	check_accounts(c, sorted);
	rc = check_rule_names(c);
	for (i = 0; !rc && i < c->account_count; i++) {
		f.a = &c->account[i];
		setting_account_check(f.a, true, fault_account, &f);
		setting_account_default(f.a);
	}
	for (i = 0; !rc && i < c->rule_count; i++) {
		f.r = &c->rule[i];
		setting_rule_default(f.r);
		setting_rule_check(f.r, fault_rule, &f);
		check_rule_account(c, f.r, sorted);
	}
	free(sorted);
	return rc;
}

int config_parse(struct config *c, const char *text, size_t len)
{
	struct reader r = { .c = c };
	int rc;

	memset(c, 0, sizeof(*c));
	if (len > CONFIG_SIZE_MAX) {
		config_add_error(c, 1, "expected a file of at most 64 MiB");
		return -EINVAL;
	}
	read_lines(&r, text, len);
	if (r.memory)
		return -ENOMEM;
	rc = check_whole(c);
	if (rc)
		return rc;
	config_sort_errors(c);
	return c->error_count ? -EINVAL : 0;
}

void config_free(struct config *c)
{
	size_t i;

	for (i = 0; i < c->account_count; i++)
		setting_account_free(&c->account[i]);
	for (i = 0; i < c->rule_count; i++)
		setting_rule_free(&c->rule[i]);
	for (i = 0; i < config_errors_kept(c); i++)
		free(c->error[i].text);
	free(c->account);
	free(c->rule);
	memset(c, 0, sizeof(*c));
}
