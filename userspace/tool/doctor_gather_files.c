// SPDX-License-Identifier: GPL-2.0
/* What omasec doctor looks at: state directory, worker, configuration, secrets. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "daemon/store.h"
#include "doctor.h"
#include "kernel_key.h"
#include "pkeys.h"
#include "resolve.h"

static void gather_store_file(struct doctor_store *s)
{
	char path[DOCTOR_PATH_MAX + sizeof("/" STORE_FILE)];
	uint8_t head[DOCTOR_HEAD];
	struct stat sb;
	int64_t schema;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/" STORE_FILE, s->dir);
	/* A FIFO in its place must not hold the doctor up. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		s->file = errno == ENOENT ? SEEN_NO : SEEN_NOT;
		return;
	}
	s->file = SEEN_YES;
	if (!fstat(fd, &sb))
		s->file_uid = sb.st_uid;
	n = read(fd, head, sizeof(head));
	schema = n == (ssize_t)sizeof(head) ? doctor_schema(head) : -1;
	/* Of length 0 it is one that omasecd has just begun. */
	s->damaged = n && schema < 0;
	s->schema = schema < 0 ? 0 : (uint32_t)schema;
	close(fd);
}

static void gather_store(const char *dir, struct doctor_store *s)
{
	struct statvfs vfs;
	struct stat sb;

	snprintf(s->dir, sizeof(s->dir), "%s", dir);
	if (stat(dir, &sb) || statvfs(dir, &vfs)) {
		s->error = errno;
		return;
	}
	s->directory = S_ISDIR(sb.st_mode);
	s->mode = sb.st_mode;
	s->uid = sb.st_uid;
	s->read_only = vfs.f_flag & ST_RDONLY;
	s->free = (uint64_t)vfs.f_bavail * vfs.f_frsize;
	if (s->directory)
		gather_store_file(s);
}

static void gather_secret(const struct account_conf *a, enum who who, const char *dir,
			  struct doctor_conf *c)
{
	struct doctor_secret *s = &c->secret[c->secrets];
	const char *file = a->secret[who].file;
	struct stat sb;

	if (!file || !*file || !strcmp(file, "-"))
		return;
	c->secrets++;
	s->line = config_account_line(a, setting_find(&setting_account, who == WHO_CLIENT ?
						      "client-secret-file" : "server-secret-file"));
	if (resolve_path(dir, file, s->path, sizeof(s->path))) {
		s->error = ENAMETOOLONG;
	} else if (stat(s->path, &sb)) {
		s->error = errno;
	} else {
		s->regular = S_ISREG(sb.st_mode);
		s->mode = sb.st_mode;
		s->uid = sb.st_uid;
	}
}

/* Names that the file uses; secrets are judged one by one. */
static int gather_names(struct doctor_conf *c)
{
	char why[RESOLVE_WHY_MAX], dir[DOCTOR_PATH_MAX], copy[DOCTOR_PATH_MAX];
	size_t i;
	int key;

	for (i = 0; i < c->config.rule_count; i++)
		if (resolve_rule(&c->config.rule[i], &key, why))
			config_fault(&c->config, config_rule_line(&c->config.rule[i], key), &setting_rule,
				     c->config.rule[i].r.name, key, why);
	config_sort_errors(&c->config);
	c->secret = calloc(2 * c->config.account_count + 1, sizeof(*c->secret));
	if (!c->secret)
		return -ENOMEM;
	memcpy(copy, c->path, sizeof(copy));
	snprintf(dir, sizeof(dir), "%s", dirname(copy));
	for (i = 0; i < c->config.account_count; i++) {
		gather_secret(&c->config.account[i], WHO_CLIENT, dir, c);
		gather_secret(&c->config.account[i], WHO_SERVER, dir, c);
	}
	return 0;
}

static int gather_conf(const char *path, struct doctor_conf *c)
{
	char *text = NULL;
	struct stat sb;
	size_t len = 0;
	FILE *f;
	int rc;

	c->asked = path;
	if (!path)
		path = OMASEC_SYSCONFDIR "/omasec.conf";
	if (strlen(path) >= sizeof(c->path)) {
		c->error = ENAMETOOLONG;
		return 0;
	}
	snprintf(c->path, sizeof(c->path), "%s", path);
	f = fopen(path, "re");
	if (!f || fstat(fileno(f), &sb)) {
		c->error = errno;
	} else if (!S_ISREG(sb.st_mode)) {
		c->error = EINVAL;
	} else if (sb.st_size >= 0 && (uint64_t)sb.st_size <= CONFIG_SIZE_MAX) {
		text = malloc((size_t)sb.st_size + 1);
		if (text)
			len = fread(text, 1, (size_t)sb.st_size, f);
		else
			c->error = ENOMEM;
	} else {
		c->error = EFBIG;
	}
	if (f)
		fclose(f);
	if (c->error)
		return c->error == ENOMEM ? -ENOMEM : 0;
	rc = config_parse(&c->config, text, len);
	free(text);
	if (rc == -ENOMEM)
		return rc;
	c->parsed = !rc;
	return gather_names(c);
}

static int gather_pkeys(struct tool *t, struct doctor_facts *f)
{
	struct pkeys_seen seen;
	enum pkey_of of;
	size_t i;

	f->kernel.takes_pkeys = kernel_key_possible();
	f->pkeys = calloc(f->module.accounts + 1, sizeof(*f->pkeys));
	for (i = 0; f->pkeys && i < f->module.accounts; i++) {
		for (of = PKEY_PRIVATE; of < PKEY_KINDS; of++) {
			pkeys_see(t, f->module.account[i].name, of, &seen);
			f->pkeys[i].error[of] = seen.error;
			f->pkeys[i].kept[of] = !seen.error && !pkey_is_public(of) && seen.rsa && !seen.serial;
		}
	}
	return f->pkeys ? 0 : -ENOMEM;
}

int doctor_gather_files(struct tool *t, const char *path, struct doctor_facts *f)
{
	gather_store(t->store_dir ? t->store_dir : OMASEC_STATEDIR, &f->store);
	snprintf(f->worker_path, sizeof(f->worker_path), "%s", OMASEC_LIBEXECDIR "/omasecd-worker");
	f->worker = !access(f->worker_path, X_OK) ? SEEN_YES :
		    errno == ENOENT || errno == ENOTDIR || !f->user ? SEEN_NO : SEEN_NOT;
	return gather_pkeys(t, f) ? -ENOMEM : gather_conf(path, &f->conf);
}
