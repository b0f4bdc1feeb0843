// SPDX-License-Identifier: GPL-2.0
/*
 * omasec account import. See omasec-account(8). The document is read and wiped at
 * once; of its passwords only K leaves this process, into the keyring.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts.h"
#include "import.h"
#include "import_section.h"
#include "input.h"
#include "keyring.h"
#include "out.h"
#include "pairs.h"
#include "secret.h"

static const char *const side[] = { [WHO_CLIENT] = "client", [WHO_SERVER] = "server" };

/**
 * struct importing - a run of the command
 * @open_to_others: others can read the file
 * @index: of the account in @im
 */
struct importing {
	struct tool *t;
	const char *path;
	struct import_conf conf;
	struct import im;
	struct import_taken taken;
	bool open_to_others;
	unsigned int index;
	char section[IMPORT_SECTION_MAX];
};

/* ------------------------------------------------------------------ reading */

static int read_document(struct importing *i, uint8_t *data, size_t *len)
{
	bool standard = !strcmp(i->path, "-");
	int fd = standard ? STDIN_FILENO : open(i->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	ssize_t n;

	*len = 0;
	if (fd < 0)
		return tool_error(i->t, EXIT_REFUSED, "%s: %s", i->path, strerror(errno));
	if (!standard && (fstat(fd, &st) || !S_ISREG(st.st_mode))) {
		close(fd);
		return tool_error(i->t, EXIT_REFUSED, "%s: expected a regular file, or - for standard input",
				  i->path);
	}
	i->open_to_others = !standard && st.st_mode & 077;
	/* One octet over the limit is enough to be refused by it. */
	n = input_read(fd, data, IMPORT_FILE_MAX + 1);
	if (!standard)
		close(fd);
	if (n < 0)
		return tool_error(i->t, EXIT_REFUSED, "%s: %s", i->path, strerror((int)-n));
	*len = (size_t)n;
	return 0;
}

static const char *place(const struct importing *i, uint32_t where, char out[32])
{
	if (!where)
		out[0] = '\0';
	else
		snprintf(out, 32, i->im.lines ? ":%u" : ": octet %u", where);
	return out;
}

/* Those of the whole document and of account @index, -1 for no account. */
static void print_notes(const struct importing *i, int index)
{
	unsigned int k;
	char safe[2 * IMPORT_WHY_MAX], at[32];

	for (k = 0; k < import_notes_kept(&i->im); k++) {
		const struct import_note *n = &i->im.note[k];

		if (n->account >= 0 && n->account != index)
			continue;
		fprintf(stderr, "%s%s: %s%s\n", i->path, place(i, n->where, at), n->fault ? "" : "note: ",
			value_safe(n->text, safe, sizeof(safe)));
	}
	if (i->im.note_count > k)
		fprintf(stderr, "%s: and %u more\n", i->path, i->im.note_count - k);
}

static int load(struct importing *i)
{
	uint8_t *data = malloc(IMPORT_FILE_MAX + 1);
	size_t len = 0;
	int rc;

	if (!data)
		return tool_error(i->t, EXIT_REFUSED, "out of memory");
	rc = read_document(i, data, &len);
	if (!rc) {
		rc = import_parse(&i->im, data, len, (enum import_format)i->conf.format,
				  (enum import_nonce_form)i->conf.nonce_form);
		if (rc == -ENOMEM)
			rc = tool_error(i->t, EXIT_REFUSED, "out of memory");
		else if (rc) {
			print_notes(i, -1);
			rc = EXIT_REFUSED;
		}
	}
	secret_wipe(data, len);
	free(data);
	return rc;
}

/* ------------------------------------------------------------------ choosing */

static int choose_account(struct importing *i)
{
	int found = import_choose(&i->im, i->conf.choose);
	char safe[OMASEC_SERVER_ID_MAX * 4 + 1], label[IMPORT_LABEL_MAX * 4 + 1], at[32];
	unsigned int k;

	if (found >= 0) {
		i->index = (unsigned int)found;
		return 0;
	}
	tool_error(i->t, EXIT_USAGE, found == -ENOENT ? "%s: there is no such account: expected one of these after choose" :
		   "%s: there are several accounts: expected choose, with the server-id, the name or the number of one",
		   found == -ENOENT ? i->conf.choose : i->path);
	for (k = 0; k < i->im.count; k++)
		fprintf(stderr, "%s%s: %u: server-id \"%s\", name \"%s\"\n", i->path,
			place(i, i->im.account[k].where, at), k + 1,
			value_safe(i->im.account[k].server_id, safe, sizeof(safe)),
			value_safe(i->im.account[k].label, label, sizeof(label)));
	return EXIT_USAGE;
}

static bool has_secret(const struct importing *i, enum who who)
{
	return !i->conf.account.secret[who].file && i->taken.cred[who] && i->taken.cred[who]->has_secret;
}

/* The account of the document with what was given, checked as account add does. */
static int take(struct importing *i)
{
	struct account_conf *c = &i->conf.account;
	struct pairs_faults faults = { i->t, &setting_account, 0 };
	int rc = import_take(&i->im, i->index, c, &i->taken);

	print_notes(i, (int)i->index);
	if (rc)
		return EXIT_REFUSED;
	if (!c->a.name[0] && import_suggest(&i->im.account[i->index], c->a.name))
		return tool_error(i->t, EXIT_USAGE, "neither the server-id nor the name in the document is fit for the name of an account: expected name NAME");
	if (!strcmp(c->a.name, "any"))
		return tool_error(i->t, EXIT_USAGE, "any: expected another name; in rules it means every account");
	setting_account_check(c, true, pairs_fault, &faults);
	if (faults.count)
		return EXIT_USAGE;
	setting_account_default(c);
	if (i->open_to_others && (has_secret(i, WHO_CLIENT) || has_secret(i, WHO_SERVER)))
		fprintf(stderr, "%s: note: others may read this file, and it has passwords (chmod 600, or remove it)\n",
			i->path);
	/* A direct import does not need the file form. */
	rc = import_section(c, i->section);
	if (!rc || (rc == -EINVAL && !i->conf.config && !(i->t->given & OPT_DRY_RUN)))
		return 0;
	if (rc == -ENOMEM)
		return tool_error(i->t, EXIT_REFUSED, "out of memory");
	return tool_error(i->t, EXIT_REFUSED, "a name of this account cannot be written into omasec.conf(5): it is too long, or has blanks or comment signs where the file cuts them off");
}

/* ------------------------------------------------------------------ keys */

static int stage_side(struct importing *i, enum who of, int *staged)
{
	struct account_conf *c = &i->conf.account;
	struct omasec_cred *cred = of == WHO_CLIENT ? &c->a.client : &c->a.server;
	char why[RESOLVE_WHY_MAX];
	uint8_t k[OMASEC_K_LEN];
	int rc, key;

	if (!has_secret(i, of)) {
		rc = account_key(i->t, c, of, NULL, staged, &key, why);
		return rc ? tool_error(i->t, tool_exit_code(rc), "%s%s%s",
				       key < 0 ? "" : setting_account.setting[key].name,
				       key < 0 ? "" : ": ", why) : 0;
	}
	rc = secret_k(cred->user, &i->taken.cred[of]->secret, k, why);
	if (!rc) {
		rc = keyring_stage(c->a.name, of, k, sizeof(k));
		snprintf(why, sizeof(why), "cannot add a key to the kernel: %s%s", rc < 0 ? strerror(-rc) : "",
			 rc == -EDQUOT ? " (see /proc/key-users and kernel.keys.maxkeys)" : "");
	}
	secret_wipe(k, sizeof(k));
	if (rc < 0)
		return tool_error(i->t, tool_exit_code(rc), "%s", why);
	*staged = rc;
	cred->key = rc;
	return 0;
}

/* ------------------------------------------------------------------ results */

static const char *source(const struct importing *i, enum who who)
{
	return has_secret(i, who) ? "document" : i->conf.account.secret[who].file ? "file" : "keyring";
}

static json_t *cred_json(const struct importing *i, enum who of, const struct omasec_cred *c)
{
	json_t *o = json_object();

	out_set(o, "name", out_text(c->user));
	out_set(o, "secret", json_string(source(i, of)));
	out_set(o, "nonce", json_boolean(c->nonce.known));
	return o;
}

static int print_json(const struct importing *i)
{
	const struct omasec_account *a = &i->conf.account.a;
	json_t *top = out_object(), *o = json_object(), *notes = json_array();
	unsigned int k;

	out_set(o, "name", out_text(a->name));
	out_set(o, "server-id", out_text(a->server_id));
	out_set(o, "format", json_string(i->im.format == IMPORT_W7 ? "w7" : "dmacc"));
	out_set(o, "client", cred_json(i, WHO_CLIENT, &a->client));
	out_set(o, "server", cred_json(i, WHO_SERVER, &a->server));
	for (k = 0; k < import_notes_kept(&i->im); k++) {
		const struct import_note *n = &i->im.note[k];
		json_t *note = json_object();

		if (n->account >= 0 && n->account != (int)i->index) {
			json_decref(note);
			continue;
		}
		out_set(note, i->im.lines ? "line" : "octet", json_integer(n->where));
		out_set(note, "text", out_text(n->text));
		json_array_append_new(notes, note);
	}
	out_set(o, "notes", notes);
	out_set(top, i->t->given & OPT_DRY_RUN ? "would-import" : "imported", o);
	return out_json_object(i->t, top);
}

static int dry_run(const struct importing *i)
{
	int who;

	if (i->t->json)
		return print_json(i);
	fputs(i->section, stdout);
	for (who = WHO_CLIENT; who <= WHO_SERVER; who++)
		printf("# key of the %s: %s\n", side[who], has_secret(i, (enum who)who) ?
		       "from the secret in the document" : i->conf.account.secret[who].file ?
		       "from the file that was given" : "has to be in the keyring");
	return out_finish(i->t);
}

static int write_section(const struct importing *i)
{
	const char *path = i->conf.config;
	size_t len = strlen(i->section);
	ssize_t n;
	int fd, rc = 0;

	if (!strcmp(path, "-")) {
		fputs(i->section, stdout);
		return out_finish(i->t);
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
	if (fd < 0)
		return tool_error(i->t, EXIT_REFUSED, "%s: %s%s", path, strerror(errno), errno == EEXIST ?
				  "; expected a new file (config - prints the section)" : "");
	n = write(fd, i->section, len);
	if (n != (ssize_t)len)
		rc = n < 0 ? errno : ENOSPC;
	if (close(fd) && !rc)
		rc = errno;
	if (!rc)
		return 0;
	unlink(path);
	return tool_error(i->t, EXIT_REFUSED, "%s: %s", path, strerror(rc));
}

static int run(struct importing *i)
{
	int staged[2] = { 0 }, who, rc;

	if (i->t->given & OPT_DRY_RUN)
		return dry_run(i);
	rc = i->conf.config ? 0 : account_absent(i->t, i->conf.account.a.name);
	for (who = WHO_CLIENT; !rc && who <= WHO_SERVER; who++)
		rc = stage_side(i, (enum who)who, &staged[who]);
	if (rc)
		return rc;
	if (i->conf.config) {
		rc = write_section(i);
		if (!rc)
			rc = account_publish(i->t, staged, "the section is written, but its key");
	} else {
		rc = account_put(i->t, &i->conf.account, staged);
	}
	return rc || !i->t->json || (i->conf.config && !strcmp(i->conf.config, "-")) ? rc : print_json(i);
}

static int check_args(struct importing *i, int argc, char **argv)
{
	struct account_conf *c = &i->conf.account;
	unsigned int standard;
	int rc;

	if (!argc)
		return tool_usage(i->t, "the name of the file is missing");
	i->path = argv[0];
	rc = pairs_read(i->t, &setting_import, &i->conf, argc - 1, argv + 1);
	if (rc)
		return rc;
	standard = !strcmp(i->path, "-");
	standard += c->secret[WHO_CLIENT].file && !strcmp(c->secret[WHO_CLIENT].file, "-");
	standard += c->secret[WHO_SERVER].file && !strcmp(c->secret[WHO_SERVER].file, "-");
	if (standard > 1)
		return tool_usage(i->t, "expected standard input (-) for one thing only");
	if (i->conf.config && i->t->given & OPT_DRY_RUN)
		return tool_usage(i->t, "expected only one of config and --dry-run");
	return 0;
}

int cmd_account_import(struct tool *t, int argc, char **argv)
{
	struct importing *i = calloc(1, sizeof(*i));
	int rc;

	if (!i)
		return tool_error(t, EXIT_REFUSED, "out of memory");
	i->t = t;
	setting_import_init(&i->conf);
	rc = check_args(i, argc, argv);
	if (!rc)
		rc = load(i);
	if (!rc)
		rc = choose_account(i);
	if (!rc)
		rc = take(i);
	if (!rc)
		rc = run(i);
	import_free(&i->im);
	setting_import_free(&i->conf);
	free(i);
	return rc;
}
