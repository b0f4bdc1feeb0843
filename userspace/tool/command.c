// SPDX-License-Identifier: GPL-2.0
/*
 * The table of commands, which is the dispatcher, the help and the completion at
 * once. See omasec(8).
 */
#include <stdio.h>
#include <string.h>

#include "setting.h"
#include "tool.h"
#include "words.h"

#define PAIRS "[KEY VALUE]..."

const struct command commands[] = {
	{ "status", NULL, "", "One screen: what is protected, by what, and what is wrong.",
	  "Also when omasec is run without words. Exit code 1 when something is wrong.",
	  0, NULL, COMPLETE_NONE, cmd_status },
	{ "apply", NULL, "FILE [--replace] [--store DIR]", "Put accounts and rules of a file into force, all or nothing.",
	  "Accounts and rules of the same names are replaced, others stay. With --replace the file is the whole truth: what is not in it goes. FILE is as in omasec.conf(5); - is standard input.",
	  OPT_REPLACE | OPT_STORE, NULL, COMPLETE_FILE, cmd_apply },
	{ "check", NULL, "FILE", "Check a file without loading it; needs no module.",
	  "All faults are reported as FILE:LINE: [SECTION] KEY: what was expected.",
	  0, NULL, COMPLETE_FILE, cmd_check },
	{ "monitor", NULL, "[--interval TIME] [--count N] [--timeout TIME]",
	  "Flows, counters and refusals as they are, until q or ^C.",
	  "On a terminal as a screen that is drawn anew at each event and each interval (2s). Otherwise, and with -j or --count, a line for each event, and one for the counters when they have changed.",
	  OPT_INTERVAL | OPT_COUNT | OPT_TIMEOUT, NULL, COMPLETE_NONE, cmd_monitor },
	{ "event", NULL, "[--count N] [--timeout TIME]", "Events as they happen, until ^C.",
	  "With -j one JSON object a line.", OPT_COUNT | OPT_TIMEOUT, NULL, COMPLETE_NONE, cmd_event },
	{ "stats", NULL, "[--all]", "Counters.",
	  "Reasons for a refusal that never occurred are left out unless --all is given.",
	  OPT_ALL, NULL, COMPLETE_NONE, cmd_stats },

	{ "doctor", NULL, "[FILE] [--store DIR]", "Whether this machine is well set up, and the next step where it is not.",
	  "Looks at kernel, module, helper, services, clock, the store of omasecd, the worker, FILE (" OMASEC_SYSCONFDIR "/omasec.conf) with the passwords that it names, and what is loaded. Changes nothing, needs no module, and says what it may not look at. Exit code 1 when there is a problem.",
	  OPT_STORE, NULL, COMPLETE_FILE, cmd_doctor },
	{ "report", NULL, "[--html FILE]", "Whether DM Security 1.3 is met, clause by clause.",
	  "For each rule: the clause, whether it is met, not met or not applicable, why, and what was seen. With --html a page of its own is written to FILE. Exit code 1 when a clause with must is not met.",
	  OPT_HTML, NULL, COMPLETE_NONE, cmd_report },

	{ "account", "list", "", "All accounts.", NULL, 0, NULL, COMPLETE_NONE, cmd_account_list },
	{ "account", "show", "NAME", "One account in full.", NULL, OPT_STORE, NULL, COMPLETE_ACCOUNT, cmd_account_show },
	{ "account", "add", "NAME " PAIRS, "Add an account.",
	  "Passwords come from files or descriptors, or from keys that omasec key add made before.",
	  OPT_STORE, &setting_account, COMPLETE_NONE, cmd_account_add },
	{ "account", "import", "FILE [--dry-run] " PAIRS, "Add an account that a document of another system has.",
	  "FILE (- is standard input) is a management tree with a DMAcc object, in XML, or client provisioning with an application w7, in XML or WBXML. The secrets go into the keyring.",
	  OPT_DRY_RUN, &setting_import, COMPLETE_FILE, cmd_account_import },
	{ "account", "set", "NAME " PAIRS, "Change an account; what is not given stays.", NULL,
	  OPT_STORE, &setting_account, COMPLETE_ACCOUNT, cmd_account_set },
	{ "account", "del", "NAME", "Remove an account that no rule names.", NULL,
	  0, NULL, COMPLETE_ACCOUNT, cmd_account_del },
	{ "account", "pin-reset", "NAME", "Forget the wrong PINs that were given for an account.",
	  "After three wrong ones none is taken for 15 minutes.", 0, NULL, COMPLETE_ACCOUNT,
	  cmd_account_pin_reset },

	{ "rule", "list", "", "All rules; the first that matches decides.", NULL,
	  0, NULL, COMPLETE_NONE, cmd_rule_list },
	{ "rule", "add", "[NAME] " PAIRS, "Append a rule.", NULL,
	  0, &setting_rule, COMPLETE_NONE, cmd_rule_add },
	{ "rule", "del", "ID|NAME", "Remove a rule; flows that it selected keep it.", NULL,
	  0, NULL, COMPLETE_RULE, cmd_rule_del },

	{ "flow", "list", "", "Protected sockets.", NULL, 0, NULL, COMPLETE_NONE, cmd_flow_list },
	{ "flow", "kill", "ID|--all", "Reset a protected socket, or all.", NULL,
	  OPT_ALL, NULL, COMPLETE_FLOW, cmd_flow_kill },
	{ "flow", "attach", "", "Take over listeners that are older than the rule that selects them.",
	  "Connections that are older are reset. Programs that have such sockets are stopped for a moment. omasec apply and omasec rule add do this too. After omasec flow detach it also lets new sockets be protected again.",
	  0, NULL, COMPLETE_NONE, cmd_flow_attach },
	{ "flow", "detach", "", "Protect no new sockets, so that the module can be unloaded.",
	  "Ports that rules name stay blocked for sockets that are not protected.",
	  0, NULL, COMPLETE_NONE, cmd_flow_detach },

	{ "blob", "verify", "KIND FILE " PAIRS " [--pin | --secret-file FILE | --secret-fd N]",
	  "May octets that came another way be used?",
	  "KIND is push, notification, bootstrap-dm, bootstrap-cp or message; FILE - is standard input. A PIN for this one is asked for with --pin, or read from a file or descriptor. Exit code 1 when it may not be used.",
	  OPT_PIN | OPT_SECRET_FILE | OPT_SECRET_FD, &setting_blob_verify, COMPLETE_BLOB,
	  cmd_blob_verify },
	{ "blob", "protect", "KIND FILE " PAIRS " [--pin | --secret-file FILE | --secret-fd N]",
	  "Make what protects octets that go another way.",
	  "KIND as for verify, but not push. A notification is given without its digest. A message is protected with the agreed nonce.",
	  OPT_PIN | OPT_SECRET_FILE | OPT_SECRET_FD, &setting_blob_protect, COMPLETE_BLOB,
	  cmd_blob_protect },
	{ "blob", "waiting", "", "Bootstrap messages that wait for a PIN.",
	  "How long a message waits is pin-wait in the rule that selected it.",
	  0, NULL, COMPLETE_NONE, cmd_blob_waiting },
	{ "blob", "pin", "ID [--refuse | --secret-file FILE | --secret-fd N]",
	  "Give the PIN for a message that waits.",
	  "The PIN is asked for, or read from a file or descriptor; with userpinmac it is the PIN and the digits of the MAC. A right one delivers the message, the third wrong one ends it. --refuse gives the message up. Exit code 1 when it was not delivered.",
	  OPT_REFUSE | OPT_SECRET_FILE | OPT_SECRET_FD, NULL, COMPLETE_WAIT, cmd_blob_pin },

	{ "obex-relay", NULL, "rule NAME app STREAM carrier STREAM",
	  "Protect OBEX over what is not TCP, such as Bluetooth RFCOMM or a serial line.",
	  "Leads one session from app to carrier through a connection over loopback that the rule protects, and ends with it. Exit code 1, with the reason, when it was refused.",
	  0, &setting_relay, COMPLETE_KEYS, cmd_obex_relay },

	{ "acl", "show", "[URI] [--file FILE]", "Nodes with the rights in force, and the node from which they come.",
	  "The tree is that of the store; with --file one in a file. With URI only that node and what is beneath.",
	  OPT_STORE | OPT_FILE, NULL, COMPLETE_NONE, cmd_acl_show },
	{ "acl", "why", "SERVER COMMAND URI [TARGET|NAME|ACL] [--file FILE]",
	  "Would a server be allowed a command, by which node and which rule?",
	  "COMMAND is Add, Copy, Delete, Exec, Get, Rename or Replace; URI may end with ?prop= or ?list=. Copy needs the URI of its target; Rename may have the new name, Replace of ?prop=ACL the new list. Exit code 0 allowed, 1 denied, 2 it cannot be told.",
	  OPT_STORE | OPT_FILE, NULL, COMPLETE_ACL, cmd_acl_why },
	{ "acl", "set", "URI ACL [--create]", "Give a node of the store an ACL; an empty one lets it inherit.",
	  "ACL is as Get=*&Replace=ServerA+ServerB. The root cannot inherit. A node that is not there is an error unless --create is given.",
	  OPT_STORE | OPT_CREATE, NULL, COMPLETE_NONE, cmd_acl_set },
	{ "acl", "del", "URI", "Delete a node of the store, with everything beneath and all their lists.",
	  "The application is not told: this is for a store that has what the device has not.",
	  OPT_STORE, NULL, COMPLETE_NONE, cmd_acl_del },
	{ "acl", "option", "[OPTION VALUE]", "How the ACLs of the store are taken.",
	  "lists own: the client has no ACLs, omasec answers for them; lists merge: it has, and what both allow is allowed. delete beneath: each ACL beneath a node has to allow its deletion; delete node: that of the node decides.",
	  OPT_STORE, NULL, COMPLETE_ACL_OPTION, cmd_acl_option },
	{ "acl", "import", "FILE [--replace] [--dry-run]", "Put a management tree of a file into the store, all or nothing.",
	  "FILE is a management tree or a description of one (DDF) as TNDS (XML); - is standard input. Nodes and lists that it has are added or replaced, others stay. With --replace the file is the whole truth. With --dry-run the changes are printed, as omasec acl diff does, and not made. Exit code 1, and nothing is changed, when there is a fault.",
	  OPT_STORE | OPT_REPLACE | OPT_DRY_RUN, NULL, COMPLETE_FILE, cmd_acl_import },
	{ "acl", "export", "[--file FILE]", "The tree as TNDS without values, with its ACLs in canonical form.",
	  NULL, OPT_STORE | OPT_FILE, NULL, COMPLETE_NONE, cmd_acl_export },
	{ "acl", "diff", "[FILE] FILE", "What the second file changes in nodes and ACLs of the first, or of the store.",
	  "Exit code 0 nothing, 1 something, 2 it cannot be told.", OPT_STORE, NULL, COMPLETE_FILES, cmd_acl_diff },
	{ "acl", "audit", "[--server ID] [--node URI] [--since TIME] [--count N] [--all]",
	  "What was denied by ACLs, oldest first.",
	  "With --all also what was allowed, as far as there are records of it. --count takes the newest ones.",
	  OPT_STORE | OPT_SERVER | OPT_NODE | OPT_SINCE | OPT_COUNT | OPT_ALL, NULL, COMPLETE_NONE, cmd_acl_audit },
	{ "acl", "check", "FILE", "Check the ACLs of a management tree in a file.",
	  "FILE is a management tree as TNDS (XML); - is standard input. Faults and notes are reported as FILE:LINE: URI: what was expected. Exit code 1 when there is a fault.",
	  0, NULL, COMPLETE_FILE, cmd_acl_check },

	{ "key", "list", "", "Keys in the user keyring, and private and public keys; what they are is not shown.", NULL,
	  OPT_STORE, NULL, COMPLETE_NONE, cmd_key_list },
	{ "key", "add", "ACCOUNT client|server|netw|pin|sign|wrap|legacy-wrap|private|public|decrypt|encrypt|legacy-decrypt|legacy-encrypt [name USER] [form imsi|text|hex] [--secret-file FILE | --secret-fd N | --file FILE] [--passphrase-file FILE]",
	  "Make the key of a credential from its password, or another key of an account; it is asked for.",
	  "With client and server the key is B64(MD5(USER:password)); USER is that of the loaded account unless it is given. With netw it is the network secret, an IMSI unless form says otherwise; with pin the digits of a PIN; with sign the key of XML signatures, with wrap the key of 32 octets (16 for content-cipher = aes-128-gcm) that wraps those of XML encryption, text unless form says hex. With private it is the key with which this side signs, RSA of 2048 to 4096 bits or EC (P-256, P-384), in PEM or PKCS#12, whose passphrase is asked for; with public, from --file, the public key or certificate (PEM) of the other side. With decrypt and encrypt they are RSA keys for encryption, by which the wrap key is not needed. legacy-wrap, legacy-decrypt and legacy-encrypt are the same for accounts with encryption-profile legacy, and have to be other keys. An RSA private key goes into the kernel, if that takes it, and otherwise into a file of omasecd: omasec key list says which; the kernel forgets it when the machine restarts. A key of the same account is replaced where it is in use.",
	  OPT_SECRET_FILE | OPT_SECRET_FD | OPT_PASSPHRASE_FILE | OPT_FILE | OPT_STORE, NULL, COMPLETE_KEY, cmd_key_add },
	{ "key", "del", "ACCOUNT client|server|netw|pin|sign|wrap|legacy-wrap|private|public|decrypt|encrypt|legacy-decrypt|legacy-encrypt", "Revoke and remove a key.",
	  "An account that uses it refuses messages from then on.", OPT_STORE, NULL, COMPLETE_KEY, cmd_key_del },

	{ "key", "expire", "ACCOUNT client|server|netw|pin|sign|wrap|legacy-wrap|private|decrypt|legacy-decrypt TIME|never", "Have a key expire after a time.",
	  "TIME is as 90s, 30m, 12h, 7d. An account that uses the key refuses messages from then on. A key that is added in its place does not expire, nor does one that is not in the kernel.",
	  OPT_STORE, NULL, COMPLETE_KEY, cmd_key_expire },

	{ "help", NULL, "[OBJECT [VERB]]", "This help, or that of an object or verb.", NULL,
	  0, NULL, COMPLETE_NONE, cmd_help },
};

const unsigned int command_count = sizeof(commands) / sizeof(commands[0]);

bool command_is_object(const char *word)
{
	unsigned int i;

	for (i = 0; i < command_count; i++)
		if (!strcmp(commands[i].object, word))
			return true;
	return false;
}

/* The verbs of @object for an error: "list, show, add, set or del". */
static void command_verbs(const char *object, char *out, size_t cap)
{
	const struct command *last = NULL;
	unsigned int i;
	size_t at = 0;

	out[0] = '\0';
	for (i = 0; i < command_count; i++) {
		const struct command *c = &commands[i];

		if (strcmp(c->object, object))
			continue;
		if (last && at < cap)
			at += (size_t)snprintf(out + at, cap - at, "%s%s", at ? ", " : "", last->verb);
		last = c;
	}
	if (last && at < cap)
		snprintf(out + at, cap - at, "%s%s", at ? " or " : "", last->verb);
}

static const struct command *command_unknown_object(const char *word)
{
	struct words_near near = { 0 };
	struct tool t = { 0 };
	unsigned int i;

	for (i = 0; i < command_count; i++)
		words_near(&near, word, commands[i].object);
	if (near.word) {
		tool_usage(&t, "%s: no such object; did you mean %s?", word, near.word);
		return NULL;
	}
	/* "omasec list accounts" */
	for (i = 0; i < command_count; i++)
		if (commands[i].verb && !strcmp(commands[i].verb, word))
			break;
	if (i < command_count)
		tool_usage(&t, "%s: expected an object before the verb, such as omasec %s %s", word,
			   commands[i].object, word);
	else
		tool_usage(&t, "%s: no such object", word);
	return NULL;
}

const struct command *command_find(int argc, char **argv, int *used)
{
	struct words_near near = { 0 };
	struct tool t = { 0 };
	char verbs[128];
	unsigned int i;

	*used = 0;
	if (!argc)
		return &commands[0];
	if (!command_is_object(argv[0]))
		return command_unknown_object(argv[0]);
	for (i = 0; i < command_count; i++) {
		const struct command *c = &commands[i];

		if (strcmp(c->object, argv[0]))
			continue;
		if (!c->verb) {
			*used = 1;
			return c;
		}
		if (argc > 1 && !strcmp(c->verb, argv[1])) {
			*used = 2;
			return c;
		}
		if (argc > 1)
			words_near(&near, argv[1], c->verb);
	}
	command_verbs(argv[0], verbs, sizeof(verbs));
	if (argc == 1)
		tool_usage(&t, "%s: expected a verb after it: %s", argv[0], verbs);
	else if (near.word)
		tool_usage(&t, "%s %s: no such verb; did you mean %s?", argv[0], argv[1], near.word);
	else
		tool_usage(&t, "%s %s: no such verb: expected %s", argv[0], argv[1], verbs);
	return NULL;
}
