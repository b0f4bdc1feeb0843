// SPDX-License-Identifier: GPL-2.0
/* Names outside of the configuration. See resolve.h. */
#include <errno.h>
#include <linux/magic.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "resolve.h"
#include "secret.h"
#include "value.h"

#define CGROUP_ROOT "/sys/fs/cgroup"

static int resolve_uid(const char *text, uint32_t *uid)
{
	const struct passwd *pw;
	uint64_t v;

	/* (uid_t)-1 is nobody. */
	if (!value_u64(text, 0, UINT32_MAX - 1, &v)) {
		*uid = (uint32_t)v;
		return 0;
	}
	pw = getpwnam(text);
	if (!pw)
		return -ENOENT;
	*uid = pw->pw_uid;
	return 0;
}

/* The id of a cgroup is the inode number of its directory. */
static int resolve_cgroup(const char *path, uint64_t *id)
{
	char full[SETTING_PATH_MAX + sizeof(CGROUP_ROOT) + 1];
	struct statfs fs;
	struct stat st;

	snprintf(full, sizeof(full), CGROUP_ROOT "/%s", path + strspn(path, "/"));
	if (stat(full, &st) || statfs(full, &fs))
		return -errno;
	if (!S_ISDIR(st.st_mode) || fs.f_type != CGROUP2_SUPER_MAGIC)
		return -ENOTDIR;
	*id = st.st_ino;
	return 0;
}

int resolve_rule(struct rule_conf *r, int *key, char why[RESOLVE_WHY_MAX])
{
	int rc;

	if (r->uid) {
		rc = resolve_uid(r->uid, &r->r.uid);
		if (rc) {
			*key = setting_find(&setting_rule, "uid");
			snprintf(why, RESOLVE_WHY_MAX, "expected the number or name of a user; there is no user %.64s",
				 r->uid);
			return rc;
		}
		r->r.has_uid = true;
	}
	if (r->cgroup) {
		rc = resolve_cgroup(r->cgroup, &r->r.cgroup);
		if (rc) {
			*key = setting_find(&setting_rule, "cgroup");
			snprintf(why, RESOLVE_WHY_MAX, "expected a cgroup v2 below " CGROUP_ROOT ": %.128s: %s",
				 r->cgroup, rc == -ENOTDIR ? "not a cgroup v2" : strerror(-rc));
			return rc;
		}
		r->r.has_cgroup = true;
	}
	return 0;
}

int resolve_path(const char *dir, const char *path, char *out, size_t cap)
{
	int n;

	if (!dir || *path == '/' || !strcmp(path, "-"))
		n = snprintf(out, cap, "%s", path);
	else
		n = snprintf(out, cap, "%s/%s", dir, path);
	return n >= 0 && (size_t)n < cap ? 0 : -ENAMETOOLONG;
}

static int resolve_key(enum who who, const char *what)
{
	char name[32];

	snprintf(name, sizeof(name), "%s-%s", who == WHO_CLIENT ? "client" : "server", what);
	return setting_find(&setting_account, name);
}

int resolve_secret_check(const struct account_conf *a, enum who who, const char *dir, int *key,
			 char why[RESOLVE_WHY_MAX])
{
	char path[2 * SETTING_PATH_MAX];
	const char *file = a->secret[who].file;

	if (!file || !strcmp(file, "-"))
		return 0;
	*key = resolve_key(who, "secret-file");
	if (resolve_path(dir, file, path, sizeof(path))) {
		snprintf(why, RESOLVE_WHY_MAX, "expected a shorter path");
		return -ENAMETOOLONG;
	}
	return secret_check_file(path, why);
}

int resolve_secret(const struct account_conf *a, enum who who, const char *dir,
		   uint8_t k[OMASEC_K_LEN], int *key, char why[RESOLVE_WHY_MAX])
{
	const struct secret_source *from = &a->secret[who];
	const struct omasec_cred *cred = who == WHO_CLIENT ? &a->a.client : &a->a.server;
	char path[2 * SETTING_PATH_MAX];
	struct secret s;
	int rc;

	if (!from->file && from->fd < 0)
		return 1;
	*key = resolve_key(who, from->file ? "secret-file" : "secret-fd");
	if (from->file && resolve_path(dir, from->file, path, sizeof(path))) {
		snprintf(why, RESOLVE_WHY_MAX, "expected a shorter path");
		return -ENAMETOOLONG;
	}
	rc = from->file ? secret_from_file(path, &s, why) : secret_from_fd(from->fd, &s, why);
	if (rc)
		return rc;
	rc = secret_k(cred->user, &s, k, why);
	secret_wipe(&s, sizeof(s));
	return rc;
}
