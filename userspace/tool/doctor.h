/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Is this machine well set up? doctor_gather() looks and judges nothing; doctor_judge()
 * is pure: from what was seen, to findings, each with the next step.
 */
#ifndef TOOL_DOCTOR_H
#define TOOL_DOCTOR_H

#include <sys/types.h>
#include <time.h>

#include "config.h"
#include "tool.h"

/**
 * enum doctor_state - how it stands
 * @DOCTOR_UNSEEN: it could not be looked at
 * @DOCTOR_PROBLEM: something is refused, or will be
 */
enum doctor_state { DOCTOR_OK, DOCTOR_UNSEEN, DOCTOR_WARNING, DOCTOR_PROBLEM, DOCTOR_STATES };

/* What was asked for, if it could be. */
enum doctor_seen { SEEN_NOT, SEEN_NO, SEEN_YES };

#define DOCTOR_TEXT_MAX 1200
#define DOCTOR_PATH_MAX 512
/* Findings of one kind; more are only counted. */
#define DOCTOR_KIND_MAX 20

/**
 * struct doctor_finding - one line
 * @check: what was looked at, one word
 * @advice: the next step, "" when there is none
 */
struct doctor_finding {
	enum doctor_state state;
	const char *check;
	char text[DOCTOR_TEXT_MAX], advice[DOCTOR_TEXT_MAX];
};

struct doctor_findings {
	struct doctor_finding *finding;
	size_t count, cap;
	unsigned int states[DOCTOR_STATES];
	bool memory;
};

/* Kernel options without which the module cannot be built or loaded. */
#define DOCTOR_OPTIONS 4
extern const char *const doctor_option[DOCTOR_OPTIONS];

/**
 * struct doctor_kernel - the kernel that runs
 * @module_file: modprobe would find the module for it
 * @config: path of its configuration, "" when there is none
 * @option: y, m or n
 * @takes_pkeys: private keys of RSA
 * @clock: of it; @unsynchronised: what adjtimex(2) says
 */
struct doctor_kernel {
	char release[72], config[DOCTOR_PATH_MAX];
	enum doctor_seen module_file, loaded, unsynchronised;
	char option[DOCTOR_OPTIONS];
	bool takes_pkeys;
	time_t clock;
};

/**
 * struct doctor_module - what the module told
 * @error: errno of asking, 0 when @status, @account, @rule and @listener are known
 * @error_text: in words
 * @listener: older than their rules, in words
 */
struct doctor_module {
	int error;
	char error_text[DOCTOR_TEXT_MAX];
	struct omasec_status status;
	struct omasec_account *account;
	size_t accounts, account_cap;
	struct omasec_rule *rule;
	size_t rules, rule_cap;
	char **listener;
	size_t listeners;
};

/**
 * struct doctor_pkeys - private and public key of an account
 * @error: [enum pkey_of]: 0, -ENOENT for none, or why it cannot be used
 * @kept: [enum pkey_of]: it is a private one of RSA and in a file
 */
struct doctor_pkeys {
	int error[6];
	bool kept[6];
};

/**
 * struct doctor_service - a unit of systemd
 * @systemd: it runs the machine; nothing else is known when it does not
 */
struct doctor_service {
	enum doctor_seen systemd, installed, enabled, active;
};

/**
 * struct doctor_store - the state directory of omasecd
 * @error: errno of looking at it
 * @file: SEEN_YES when there is a store in it, whose owner is @file_uid
 * @schema: of the store, 0 when not known; @damaged: it is no database
 * @free: octets
 */
struct doctor_store {
	char dir[DOCTOR_PATH_MAX];
	int error;
	bool directory, read_only, damaged;
	mode_t mode;
	uid_t uid, file_uid;
	enum doctor_seen file;
	uint32_t schema;
	uint64_t free;
};

/**
 * struct doctor_secret - a file with a password that the configuration names
 * @line: of the configuration
 */
struct doctor_secret {
	char path[DOCTOR_PATH_MAX];
	int line, error;
	bool regular;
	mode_t mode;
	uid_t uid;
};

/**
 * struct doctor_conf - the configuration file
 * @asked: it was named, so that it has to be there
 * @error: errno of reading it; @parsed: @config is what it says
 */
struct doctor_conf {
	char path[DOCTOR_PATH_MAX];
	bool asked, parsed;
	int error;
	struct config config;
	struct doctor_secret *secret;
	size_t secrets;
};

/**
 * struct doctor_facts - all that was seen
 * @user: of this process
 * @worker: omasecd could start it; @worker_path: where it is looked for
 */
struct doctor_facts {
	uid_t user;
	struct doctor_kernel kernel;
	struct doctor_module module;
	struct doctor_service helper, rules;
	struct doctor_store store;
	struct doctor_pkeys *pkeys;	/* of each account of @module */
	char worker_path[DOCTOR_PATH_MAX];
	enum doctor_seen worker;
	struct doctor_conf conf;
};

/* -- pure */
const char *doctor_state_name(enum doctor_state s);
/* To be freed in any case; @out->memory when memory did not last. */
void doctor_judge(const struct doctor_facts *f, struct doctor_findings *out);
void doctor_findings_free(struct doctor_findings *out);
/* For the parts of it. */
void doctor_found(struct doctor_findings *out, enum doctor_state state, const char *check,
		  const char *advice, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void doctor_judge_live(const struct doctor_facts *f, struct doctor_findings *out);
void doctor_judge_files(const struct doctor_facts *f, struct doctor_findings *out);
/*
 * How what is loaded differs from the configuration: the number of differences, the
 * first of them in @text.
 */
size_t doctor_differs(const struct config *c, const struct doctor_module *m,
		      char text[DOCTOR_TEXT_MAX]);
/* Schema of a store by the first octets of its file; -1 when it is none. */
#define DOCTOR_HEAD 72
int64_t doctor_schema(const uint8_t head[DOCTOR_HEAD]);
/* modules.dep has a line for the module. */
bool doctor_dep_line(const char *line);
/* A line of a kernel's configuration, into @option. */
void doctor_option_line(const char *line, char option[DOCTOR_OPTIONS]);
/* A line of systemctl show. */
void doctor_unit_line(const char *line, struct doctor_service *s);

/* -- looking */
/* @path: configuration, NULL for that of the system. 0 or -ENOMEM. */
int doctor_gather(struct tool *t, const char *path, struct doctor_facts *f);
int doctor_gather_files(struct tool *t, const char *path, struct doctor_facts *f);
void doctor_facts_free(struct doctor_facts *f);

#endif
