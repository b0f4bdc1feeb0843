// SPDX-License-Identifier: GPL-2.0
/* Help and completion, both from the tables. */
#include <stdio.h>
#include <string.h>

#include "acl/judge.h"
#include "acl_source.h"
#include "keyring.h"
#include "setting.h"
#include "tool.h"
#include "words.h"

/* ------------------------------------------------------------------ help */

static void help_usage(const struct command *c, int width)
{
	char usage[256];

	snprintf(usage, sizeof(usage), "omasec %s%s%s%s%s", c->object, c->verb ? " " : "",
		 c->verb ? c->verb : "", *c->args ? " " : "", c->args);
	if (strlen(usage) > (size_t)width)
		printf("  %s\n  %*s  %s\n", usage, width, "", c->summary);
	else
		printf("  %-*s  %s\n", width, usage, c->summary);
}

static void help_options(unsigned int options)
{
	static const struct {
		unsigned int bit;
		const char *option, *text;
	} text[] = {
		{ OPT_COUNT, "--count N", "stop after N events; the newest N records" },
		{ OPT_TIMEOUT, "--timeout TIME", "stop after a time, such as 500ms or 10s" },
		{ OPT_INTERVAL, "--interval TIME", "look at the counters this often (2s)" },
		{ OPT_REPLACE, "--replace", "what the file does not have goes" },
		{ OPT_ALL, "--all", "all of them" },
		{ OPT_SECRET_FILE, "--secret-file FILE", "read the password or key from a file; - is standard input" },
		{ OPT_PASSPHRASE_FILE, "--passphrase-file FILE", "read the passphrase of an encrypted key from a file" },
		{ OPT_SECRET_FD, "--secret-fd N", "read the password or key from a descriptor" },
		{ OPT_REFUSE, "--refuse", "give the message up" },
		{ OPT_STORE, "--store DIR", "where the stores of omasecd and of ACLs, and private and public keys are (" OMASEC_STATEDIR ")" },
		{ OPT_FILE, "--file FILE", "a tree (TNDS) instead of the store, or a public key (PEM), in a file; - is standard input" },
		{ OPT_CREATE, "--create", "make the node, and those above it, where they are missing" },
		{ OPT_SERVER, "--server ID", "only what this server asked" },
		{ OPT_NODE, "--node URI", "only what was asked of this node and what is beneath" },
		{ OPT_SINCE, "--since TIME", "only what is newer: 90s, 30m, 12h, 7d, or a date (UTC)" },
		{ OPT_DRY_RUN, "-n, --dry-run", "only show what would be done" },
	};
	unsigned int i;

	for (i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		if (options & text[i].bit)
			printf("  %-24s%s\n", text[i].option, text[i].text);
}

void help_overview(void)
{
	unsigned int i;

	puts("usage: omasec [OPTION]... OBJECT VERB [KEY VALUE]...\n"
	     "OMA DM message security for the sockets of this network namespace.\n");
	for (i = 0; i < command_count; i++)
		help_usage(&commands[i], 30);
	puts("\n  -j, --json    JSON, with a schema number\n"
	     "  -p, --pretty  JSON on several lines\n"
	     "  -V, --version\n"
	     "  -h, --help    also after a command\n\n"
	     "Exit codes: 0 done, 1 refused or something is wrong, 2 usage, 3 the module is\n"
	     "not loaded, 4 not permitted. Manual: omasec(8), omasec.conf(5).");
}

static void help_settings(const struct setting_set *set)
{
	unsigned int i;

	puts("\nKeys:");
	for (i = 0; i < set->count; i++)
		printf("  %-20s%s%s\n  %20s%s\n", set->setting[i].name, set->setting[i].expects,
		       set->setting[i].required ? " (required)" : "", "", set->setting[i].help);
}

void help_command(const struct command *c)
{
	printf("usage: omasec %s%s%s%s%s\n%s\n", c->object, c->verb ? " " : "", c->verb ? c->verb : "",
	       *c->args ? " " : "", c->args, c->summary);
	if (c->help)
		printf("%s\n", c->help);
	if (c->options)
		putchar('\n');
	help_options(c->options);
	if (c->settings)
		help_settings(c->settings);
}

int help_topic(const char *object, const char *verb)
{
	char *argv[2] = { (char *)(uintptr_t)object, (char *)(uintptr_t)verb };
	const struct command *c;
	unsigned int i;
	int used;

	if (!object) {
		help_overview();
		return 0;
	}
	if (verb || !command_is_object(object)) {
		c = command_find(verb ? 2 : 1, argv, &used);
		if (c)
			help_command(c);
		return c ? 0 : EXIT_USAGE;
	}
	for (i = 0; i < command_count; i++) {
		if (strcmp(commands[i].object, object))
			continue;
		if (!commands[i].verb)
			help_command(&commands[i]);
		else
			help_usage(&commands[i], 30);
	}
	return 0;
}

int cmd_help(struct tool *t, int argc, char **argv)
{
	if (argc > 2)
		return tool_usage(t, "%s: nothing is expected here", argv[2]);
	return help_topic(argc ? argv[0] : NULL, argc > 1 ? argv[1] : NULL);
}

/* ------------------------------------------------------------------ completion */

static int complete_account(void *arg, const struct omasec_account *a)
{
	(void)arg;
	puts(a->name);
	return 0;
}

static int complete_rule(void *arg, const struct omasec_rule *r)
{
	(void)arg;
	if (r->name[0])
		puts(r->name);
	else
		printf("%u\n", r->id);
	return 0;
}

static int complete_flow(void *arg, const struct omasec_flow *f)
{
	(void)arg;
	if (!f->listener)
		printf("%llu\n", (unsigned long long)f->id);
	return 0;
}

static int complete_wait(void *arg, const struct omasec_wait *w)
{
	(void)arg;
	printf("%u\n", w->id);
	return 0;
}

static int complete_key(void *arg, const struct keyring_key *key)
{
	(void)arg;
	puts(key->account);
	return 0;
}

/* Live names; nothing when the module is not there: completion has no place for errors. */
static void complete_live(struct tool *t, enum complete what)
{
	if (what == COMPLETE_FILE) {
		puts("FILE");
		return;
	}
	if (what == COMPLETE_BLOB) {
		unsigned int i;

		for (i = 0; i < omasec_name_count(OMASEC_NAMES_BLOB_KIND); i++)
			puts(omasec_name(OMASEC_NAMES_BLOB_KIND, i));
		return;
	}
	if (what == COMPLETE_KEY)
		keyring_each(complete_key, NULL);
	if (what == COMPLETE_NONE || what == COMPLETE_KEYS || (!t->o && omasec_open(&t->o)))
		return;
	switch (what) {
	case COMPLETE_ACCOUNT:
	case COMPLETE_KEY:
		omasec_account_each(t->o, complete_account, NULL);
		break;
	case COMPLETE_RULE:
		omasec_rule_each(t->o, complete_rule, NULL);
		break;
	case COMPLETE_FLOW:
		omasec_flow_each(t->o, complete_flow, NULL);
		break;
	case COMPLETE_WAIT:
		omasec_wait_each(t->o, complete_wait, NULL);
		break;
	default:
		break;
	}
}

/* @any: every account may be meant. */
static void complete_value(struct tool *t, const struct setting *s, bool any)
{
	unsigned int i;

	if (setting_word(s, 0)) {
		for (i = 0; setting_word(s, i); i++)
			puts(setting_word(s, i));
	} else if (!strcmp(s->name, "account")) {
		if (any)
			puts("any");
		complete_live(t, COMPLETE_ACCOUNT);
	} else if (!strcmp(s->name, "rule")) {
		complete_live(t, COMPLETE_RULE);
	} else if (!strcmp(s->name, "app") || !strcmp(s->name, "carrier")) {
		for (i = 0; relay_spec_form(i); i++)
			puts(relay_spec_form(i));
	} else if (!strcmp(s->name, "tls-min")) {
		puts("1.0\n1.1\n1.2\n1.3");
	} else if (!strcmp(s->name, "unprotected")) {
		puts("no\nyes");
	} else if (strstr(s->name, "-file") || !strcmp(s->name, "config")) {
		puts("FILE");
	}
}

/* Keys that were not given yet. */
static void complete_keys(const struct setting_set *set, int argc, char **argv)
{
	unsigned int i;
	int j;

	for (i = 0; i < set->count; i++) {
		for (j = 0; j < argc; j += 2)
			if (!strcmp(argv[j], set->setting[i].name))
				break;
		if (j >= argc)
			puts(set->setting[i].name);
	}
}

static void complete_command(struct tool *t, const struct command *c, int argc, char **argv)
{
	int key, first = 1;

	if (!c->settings) {
		unsigned int i;

		if (argc < 2 && c->complete == COMPLETE_ACL_OPTION)
			acl_option_complete(argc ? argv[0] : NULL);
		else if (argc == 0 && c->complete == COMPLETE_FILES)
			complete_live(t, COMPLETE_FILE);
		else if (argc == 0 && c->complete != COMPLETE_ACL)
			complete_live(t, c->complete);
		else if (argc == 1 && c->complete == COMPLETE_FILES)
			complete_live(t, COMPLETE_FILE);
		else if (argc == 1 && c->complete == COMPLETE_ACL)
			for (i = 0; i < ACL_CMDS; i++)
				puts(acl_command_name((enum acl_command)i));
		else if (argc == 1 && c->complete == COMPLETE_KEY)
			for (i = 0; i < WHO_COUNT; i++)
				puts(setting_who[i]);
		return;
	}
	if (c->complete == COMPLETE_BLOB) {
		if (argc < 2) {
			complete_live(t, argc ? COMPLETE_FILE : COMPLETE_BLOB);
			return;
		}
		argc--;		/* the kind, beside the file */
		argv++;
	}
	/* The name of a rule may be left out. */
	if (c->settings == &setting_rule && argc && setting_find(c->settings, argv[0]) >= 0)
		first = 0;
	if (c->complete == COMPLETE_KEYS) {
		first = 0;
	} else if (argc == 0) {
		complete_live(t, c->complete);
		if (c->settings != &setting_rule)
			return;
		first = 0;
	}
	argc -= first;
	argv += first;
	if (argc % 2 == 0) {
		complete_keys(c->settings, argc, argv);
		return;
	}
	key = setting_find(c->settings, argv[argc - 1]);
	if (key >= 0)
		complete_value(t, &c->settings->setting[key], c->settings == &setting_rule);
}

int help_complete(struct tool *t, int argc, char **argv)
{
	unsigned int i;

	if (argc == 0) {
		for (i = 0; i < command_count; i++)
			if (!i || strcmp(commands[i].object, commands[i - 1].object))
				puts(commands[i].object);
		return EXIT_DONE;
	}
	for (i = 0; i < command_count; i++) {
		const struct command *c = &commands[i];

		if (strcmp(c->object, argv[0]))
			continue;
		if (!c->verb)
			complete_command(t, c, argc - 1, argv + 1);
		else if (argc == 1)
			puts(c->verb);
		else if (!strcmp(c->verb, argv[1]))
			complete_command(t, c, argc - 2, argv + 2);
	}
	return EXIT_DONE;
}
