/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the tool share: the command table, options, the way errors
 * look, and the exit codes of omasec(8).
 */
#ifndef TOOL_TOOL_H
#define TOOL_TOOL_H

#include <omasec.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_RUNNING = 3,
	EXIT_NOT_PERMITTED = 4,
};

/* Options that belong to some commands only. */
enum {
	OPT_COUNT = 1 << 0,
	OPT_TIMEOUT = 1 << 1,
	OPT_REPLACE = 1 << 2,
	OPT_ALL = 1 << 3,
	OPT_INTERVAL = 1 << 4,
	OPT_SECRET_FILE = 1 << 5,
	OPT_SECRET_FD = 1 << 6,
	OPT_HTML = 1 << 7,
	OPT_DRY_RUN = 1 << 8,
	OPT_PIN = 1 << 9,
	OPT_REFUSE = 1 << 10,
	OPT_STORE = 1 << 11,
	OPT_FILE = 1 << 12,
	OPT_CREATE = 1 << 13,
	OPT_SERVER = 1 << 14,
	OPT_NODE = 1 << 15,
	OPT_SINCE = 1 << 16,
	OPT_PASSPHRASE_FILE = 1 << 17,
};

/**
 * struct tool - a run of the tool
 * @command: that runs; for errors and help
 * @o: connection, opened by tool_connect()
 * @given: OPT_ bits
 * @store_dir: where the store of ACLs is, NULL for where the helper has it
 * @tree_file: a management tree in a file instead of the store
 * @server, @node, @since: of records that are looked for
 */
struct tool {
	const struct command *command;
	struct omasec *o;
	bool json, pretty, colour;
	unsigned int given;
	uint64_t count;
	uint32_t timeout_ms, interval_ms;
	const char *secret_file, *passphrase_file, *html_file, *store_dir, *tree_file, *server, *node, *since;
	int secret_fd;
};

enum complete {
	COMPLETE_NONE,
	COMPLETE_KEYS,		/* nothing but keys and values */
	COMPLETE_ACCOUNT,	/* the name of an account first */
	COMPLETE_RULE,
	COMPLETE_FLOW,
	COMPLETE_KEY,		/* account, then client or server */
	COMPLETE_FILE,
	COMPLETE_BLOB,		/* kind of a blob, then a file */
	COMPLETE_WAIT,		/* a message that waits for a PIN */
	COMPLETE_FILES,		/* two of them */
	COMPLETE_ACL,		/* server, command */
	COMPLETE_ACL_OPTION,	/* option, value */
};

/**
 * struct command - a verb of an object, or a verb of its own
 * @object: first word
 * @verb: second word, NULL when there is none
 * @args: what follows, for usage lines
 * @summary: one line
 * @help: more, or NULL
 * @options: OPT_ bits that it takes
 * @settings: key value pairs that it takes, or NULL
 * @complete: what the first word after the verb names
 * @run: returns an exit code
 */
struct command {
	const char *object, *verb, *args, *summary, *help;
	unsigned int options;
	const struct setting_set *settings;
	enum complete complete;
	int (*run)(struct tool *t, int argc, char **argv);
};

/* command.c */
extern const struct command commands[];
extern const unsigned int command_count;
/*
 * The command that @argv begins with; *@used words of it were taken. NULL after
 * an error was printed.
 */
const struct command *command_find(int argc, char **argv, int *used);
bool command_is_object(const char *word);

/* help.c */
void help_overview(void);
/* A word of the command line, or NULL for the overview. 0 or EXIT_USAGE. */
int help_topic(const char *object, const char *verb);
void help_command(const struct command *c);
/* Candidates for the word after @argv, one a line, for completion. */
int help_complete(struct tool *t, int argc, char **argv);

/* error.c */
/* "omasec: account add: ..." on standard error; returns @code. */
int tool_error(const struct tool *t, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The same for wrong usage: with a usage line. Returns EXIT_USAGE. */
int tool_usage(const struct tool *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Exit code for a negative errno of libomasec, whose text is printed. */
int tool_refused(const struct tool *t, int err);
/* Exit code for a negative errno. */
int tool_exit_code(int err);
/* Opens the connection. 0 or an exit code, after an error was printed. */
int tool_connect(struct tool *t);

/* cmd_*.c */
int cmd_acl_audit(struct tool *t, int argc, char **argv);
int cmd_acl_check(struct tool *t, int argc, char **argv);
int cmd_acl_del(struct tool *t, int argc, char **argv);
int cmd_acl_diff(struct tool *t, int argc, char **argv);
int cmd_acl_export(struct tool *t, int argc, char **argv);
int cmd_acl_import(struct tool *t, int argc, char **argv);
int cmd_acl_option(struct tool *t, int argc, char **argv);
int cmd_acl_set(struct tool *t, int argc, char **argv);
int cmd_acl_show(struct tool *t, int argc, char **argv);
int cmd_acl_why(struct tool *t, int argc, char **argv);
int cmd_account_list(struct tool *t, int argc, char **argv);
int cmd_account_show(struct tool *t, int argc, char **argv);
int cmd_account_add(struct tool *t, int argc, char **argv);
int cmd_account_set(struct tool *t, int argc, char **argv);
int cmd_account_del(struct tool *t, int argc, char **argv);
int cmd_account_import(struct tool *t, int argc, char **argv);
int cmd_account_pin_reset(struct tool *t, int argc, char **argv);
int cmd_blob_verify(struct tool *t, int argc, char **argv);
int cmd_blob_protect(struct tool *t, int argc, char **argv);
int cmd_blob_waiting(struct tool *t, int argc, char **argv);
int cmd_blob_pin(struct tool *t, int argc, char **argv);
int cmd_obex_relay(struct tool *t, int argc, char **argv);
int cmd_rule_list(struct tool *t, int argc, char **argv);
int cmd_rule_add(struct tool *t, int argc, char **argv);
int cmd_rule_del(struct tool *t, int argc, char **argv);
int cmd_flow_list(struct tool *t, int argc, char **argv);
int cmd_flow_kill(struct tool *t, int argc, char **argv);
int cmd_flow_attach(struct tool *t, int argc, char **argv);
int cmd_flow_detach(struct tool *t, int argc, char **argv);
int cmd_key_list(struct tool *t, int argc, char **argv);
int cmd_key_add(struct tool *t, int argc, char **argv);
int cmd_key_del(struct tool *t, int argc, char **argv);
int cmd_key_expire(struct tool *t, int argc, char **argv);
int cmd_stats(struct tool *t, int argc, char **argv);
int cmd_event(struct tool *t, int argc, char **argv);
int cmd_monitor(struct tool *t, int argc, char **argv);
int cmd_status(struct tool *t, int argc, char **argv);
int cmd_doctor(struct tool *t, int argc, char **argv);
int cmd_report(struct tool *t, int argc, char **argv);
int cmd_apply(struct tool *t, int argc, char **argv);
int cmd_check(struct tool *t, int argc, char **argv);
int cmd_help(struct tool *t, int argc, char **argv);

#endif
