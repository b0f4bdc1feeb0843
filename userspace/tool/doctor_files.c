// SPDX-License-Identifier: GPL-2.0
/* Findings on store, worker, configuration and secrets. See doctor.h. Pure. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/store.h"
#include "doctor.h"

/* Less than this, and a WAL that grows may not fit. */
#define DOCTOR_FREE_MIN ((uint64_t)16 << 20)

/* ------------------------------------------------------------------ store */

/* SQLite keeps user_version at octet 60, big endian. */
int64_t doctor_schema(const uint8_t head[DOCTOR_HEAD])
{
	if (memcmp(head, "SQLite format 3", 16))
		return -1;
	return (int64_t)head[60] << 24 | head[61] << 16 | head[62] << 8 | head[63];
}

static void judge_store_file(const struct doctor_store *s, struct doctor_findings *out)
{
	char advice[DOCTOR_TEXT_MAX];

	if (s->damaged) {
		snprintf(advice, sizeof(advice), "mv %s/" STORE_FILE " %s/" STORE_FILE ".damaged; nonces are then agreed anew",
			 s->dir, s->dir);
		doctor_found(out, DOCTOR_PROBLEM, "store", advice, "%s/" STORE_FILE " is no database", s->dir);
	} else if (s->schema > STORE_SCHEMA) {
		doctor_found(out, DOCTOR_PROBLEM, "store", "install the newer omasecd that made it",
			     "%s/" STORE_FILE " has schema %" PRIu32 ", this version knows %d", s->dir, s->schema,
			     STORE_SCHEMA);
	} else if (s->file == SEEN_YES && s->file_uid != s->uid) {
		snprintf(advice, sizeof(advice), "chown --reference=%s %s/" STORE_FILE "*", s->dir, s->dir);
		doctor_found(out, DOCTOR_PROBLEM, "store", advice, "%s/" STORE_FILE " belongs to user %u, its directory to %u",
			     s->dir, s->file_uid, s->uid);
	} else if (s->file == SEEN_YES && !s->schema) {
		/* What omasecd wrote first is in the journal beside it for a while. */
		doctor_found(out, DOCTOR_OK, "store", "", "%s, just begun, %" PRIu64 " MiB free", s->dir,
			     s->free >> 20);
	} else if (s->file == SEEN_YES) {
		doctor_found(out, DOCTOR_OK, "store", "", "%s, schema %" PRIu32 ", %" PRIu64 " MiB free", s->dir,
			     s->schema, s->free >> 20);
	} else if (s->file == SEEN_NO) {
		doctor_found(out, DOCTOR_OK, "store", "", "%s is there and has no store yet; omasecd makes it", s->dir);
	} else {
		doctor_found(out, DOCTOR_UNSEEN, "store", "run omasec doctor as root",
			     "what is in %s is not for this user", s->dir);
	}
}

static void judge_store(const struct doctor_store *s, struct doctor_findings *out)
{
	char advice[DOCTOR_TEXT_MAX];
	size_t before = out->count;

	if (s->error == ENOENT) {
		doctor_found(out, DOCTOR_WARNING, "store", "systemctl start omasecd",
			     "%s is not there; the service makes it", s->dir);
		return;
	}
	if (s->error) {
		doctor_found(out, DOCTOR_UNSEEN, "store", "run omasec doctor as root", "%s: %s", s->dir,
			     strerror(s->error));
		return;
	}
	if (!s->directory) {
		doctor_found(out, DOCTOR_PROBLEM, "store", "move it away, then systemctl restart omasecd",
			     "%s is not a directory", s->dir);
		return;
	}
	if (s->read_only) {
		snprintf(advice, sizeof(advice), "mount -o remount,rw \"$(findmnt -no TARGET -T %s)\"", s->dir);
		doctor_found(out, DOCTOR_PROBLEM, "store", advice,
			     "%s is on a file system that is read only: no message that changes a nonce is let through",
			     s->dir);
	}
	if (s->mode & 022) {
		snprintf(advice, sizeof(advice), "chmod 700 %s", s->dir);
		doctor_found(out, DOCTOR_PROBLEM, "store", advice,
			     "others may write to %s, mode %04o: omasecd does not start with it", s->dir,
			     s->mode & 07777);
	}
	if (!s->read_only && s->free < DOCTOR_FREE_MIN) {
		snprintf(advice, sizeof(advice), "make room; df -h %s", s->dir);
		doctor_found(out, s->free ? DOCTOR_WARNING : DOCTOR_PROBLEM, "store", advice,
			     "%s has %" PRIu64 " KiB free", s->dir, s->free >> 10);
	}
	if (out->count == before || s->damaged || s->schema > STORE_SCHEMA)
		judge_store_file(s, out);
}

static void judge_worker(const struct doctor_facts *f, struct doctor_findings *out)
{
	if (f->worker == SEEN_YES)
		doctor_found(out, DOCTOR_OK, "worker", "", "%s is there", f->worker_path);
	else if (f->worker == SEEN_NO)
		doctor_found(out, DOCTOR_PROBLEM, "worker", "make install, or apt install --reinstall omasec",
			     "%s is not there or cannot be run: omasecd cannot work", f->worker_path);
	else
		doctor_found(out, DOCTOR_UNSEEN, "worker", "run omasec doctor as root",
			     "%s cannot be looked at", f->worker_path);
}

/* ------------------------------------------------------------------ configuration */

/* true when nothing is wrong with it, as far as it was seen. */
static bool judge_secret(const struct doctor_facts *f, const struct doctor_secret *s,
			 struct doctor_findings *out)
{
	char advice[DOCTOR_TEXT_MAX];

	if (s->error == EACCES || s->error == EPERM) {
		doctor_found(out, DOCTOR_UNSEEN, "secret", "run omasec doctor as root",
			     "%s, which line %d names, is not for this user to look at", s->path, s->line);
	} else if (s->error || !s->regular) {
		snprintf(advice, sizeof(advice), "put the password there, mode 0600: (umask 077; cat >%s)", s->path);
		doctor_found(out, DOCTOR_PROBLEM, "secret", advice, "%s, which line %d names: %s", s->path, s->line,
			     s->error ? strerror(s->error) : "not a regular file");
	} else if (s->mode & 077) {
		snprintf(advice, sizeof(advice), "chmod 600 %s; and a new password when others have read it", s->path);
		doctor_found(out, DOCTOR_PROBLEM, "secret", advice,
			     "others may use %s, mode %04o; it is refused like that", s->path, s->mode & 07777);
	} else if (s->uid && s->uid != f->user) {
		snprintf(advice, sizeof(advice), "chown root %s", s->path);
		doctor_found(out, DOCTOR_PROBLEM, "secret", advice, "%s belongs to user %u", s->path, s->uid);
	} else {
		return true;
	}
	return false;
}

static void judge_secrets(const struct doctor_facts *f, struct doctor_findings *out)
{
	size_t i, bad = 0;

	for (i = 0; i < f->conf.secrets && bad < DOCTOR_KIND_MAX; i++)
		bad += !judge_secret(f, &f->conf.secret[i], out);
	if (i < f->conf.secrets)
		doctor_found(out, DOCTOR_UNSEEN, "secret", "mend these, then omasec doctor once more",
			     "%zu more files with passwords were not judged", f->conf.secrets - i);
	else if (!bad && i)
		doctor_found(out, DOCTOR_OK, "secret", "", "%zu file%s with passwords, for %s owner only", i,
			     i == 1 ? "" : "s", i == 1 ? "its" : "their");
}

static void judge_conf(const struct doctor_facts *f, struct doctor_findings *out)
{
	const struct doctor_conf *c = &f->conf;
	char advice[DOCTOR_TEXT_MAX], text[DOCTOR_TEXT_MAX / 2];
	char first[DOCTOR_TEXT_MAX];
	size_t n;

	if (c->error == EACCES || c->error == EPERM) {
		doctor_found(out, DOCTOR_UNSEEN, "configuration", "run omasec doctor as root",
			     "%s is not for this user to read", c->path);
		return;
	}
	if (c->error) {
		doctor_found(out, c->asked ? DOCTOR_PROBLEM : DOCTOR_WARNING, "configuration",
			     "write it as in omasec.conf(5), or name it: omasec doctor FILE", "%s: %s", c->path,
			     strerror(c->error));
		return;
	}
	if (!c->parsed || c->config.error_count) {
		snprintf(advice, sizeof(advice), "omasec check %s", c->path);
		snprintf(text, sizeof(text), "%s", c->config.error_count && c->config.error[0].text ?
			 c->config.error[0].text : "it cannot be read as a configuration");
		doctor_found(out, DOCTOR_PROBLEM, "configuration", advice, "%s:%d: %s", c->path,
			     c->config.error_count ? c->config.error[0].line : 1, text);
		return;
	}
	n = f->module.error || f->kernel.loaded == SEEN_NO ? 0 : doctor_differs(&c->config, &f->module, first);
	snprintf(advice, sizeof(advice), "omasec apply --replace %s", c->path);
	if (n > 1)
		doctor_found(out, DOCTOR_WARNING, "configuration", advice,
			     "%s and what is loaded differ: %.300s, and %zu more", c->path, first, n - 1);
	else if (n)
		doctor_found(out, DOCTOR_WARNING, "configuration", advice, "%s and what is loaded differ: %.300s",
			     c->path, first);
	else
		doctor_found(out, DOCTOR_OK, "configuration", "", "%s is right%s", c->path,
			     f->module.error || f->kernel.loaded == SEEN_NO ? "" : ", and in force");
}

void doctor_judge_files(const struct doctor_facts *f, struct doctor_findings *out)
{
	judge_store(&f->store, out);
	judge_worker(f, out);
	judge_conf(f, out);
	judge_secrets(f, out);
}
