// SPDX-License-Identifier: GPL-2.0
/* "key value" words of the command line. See pairs.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pairs.h"
#include "value.h"
#include "words.h"

void pairs_fault(void *arg, int key, const char *text)
{
	struct pairs_faults *f = arg;

	f->count++;
	if (key < 0)
		tool_error(f->t, EXIT_USAGE, "%s", text);
	else
		tool_error(f->t, EXIT_USAGE, "%s: %s", f->set->setting[key].name, text);
}

int pairs_read(struct tool *t, const struct setting_set *set, void *conf, int argc, char **argv)
{
	uint32_t *seen = (uint32_t *)((char *)conf + set->seen);
	int i, rc;

	for (i = 0; i < argc; i += 2) {
		int key = setting_find(set, argv[i]);
		const char *near = key < 0 ? setting_near(set, argv[i]) : NULL;

		if (key < 0 && (strstr(argv[i], "password") || strstr(argv[i], "secret")))
			return tool_usage(t, "%s: no such key; a password is never part of a command: client-secret-file, server-secret-file, or omasec key add",
					  argv[i]);
		if (key < 0)
			return tool_usage(t, "%s: no such key%s%s%s", argv[i],
					  near ? "; did you mean " : "", near ? near : "",
					  near ? "?" : "");
		if (i + 1 == argc)
			return tool_usage(t, "%s: the value is missing: expected %s", argv[i],
					  set->setting[key].expects);
		if (*seen & 1u << key)
			return tool_usage(t, "%s: given twice", argv[i]);
		*seen |= 1u << key;
		rc = set->setting[key].parse(&set->setting[key], conf, argv[i + 1]);
		if (rc == -ENOMEM)
			return tool_error(t, EXIT_REFUSED, "out of memory");
		if (rc)
			return tool_error(t, EXIT_USAGE, "%s: expected %s", argv[i],
					  set->setting[key].expects);
	}
	return 0;
}

int pairs_name(struct tool *t, int argc, char **argv, char *name)
{
	if (!argc)
		return tool_usage(t, "the name of the %s is missing", t->command->object);
	if (value_name(argv[0], name))
		return tool_error(t, EXIT_USAGE, "%s: expected a name of 1 to %d letters, digits and . _ @ -",
				  argv[0], OMASEC_NAME_MAX);
	return 0;
}

int pairs_who(struct tool *t, const char *word, enum who *who)
{
	struct words_near near = { 0 };
	unsigned int i;

	if (!setting_find_who(word, who))
		return 0;
	for (i = 0; i < WHO_COUNT; i++)
		words_near(&near, word, setting_who[i]);
	return tool_usage(t, "%s: expected client, server, netw, pin, sign, wrap, legacy-wrap, private, public, decrypt, encrypt, legacy-decrypt or legacy-encrypt%s%s%s", word,
			  near.word ? "; did you mean " : "", near.word ? near.word : "",
			  near.word ? "?" : "");
}
