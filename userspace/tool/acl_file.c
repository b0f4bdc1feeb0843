// SPDX-License-Identifier: GPL-2.0
/* See acl_file.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acl_file.h"
#include "input.h"
#include "secret.h"
#include "value.h"

static int open_file(struct tool *t, const char *path, int refused)
{
	struct stat st;
	int fd;

	if (!strcmp(path, "-"))
		return STDIN_FILENO;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		tool_error(t, refused, "%s: %s", path, strerror(errno));
		return -1;
	}
	if (!fstat(fd, &st) && S_ISDIR(st.st_mode)) {
		close(fd);
		tool_error(t, refused, "%s: expected a file, this is a directory", path);
		return -1;
	}
	return fd;
}

int acl_file_read(struct tool *t, const char *path, struct tnds *d, int refused)
{
	int fd = open_file(t, path, refused), rc;
	uint8_t *data, seed[16];
	ssize_t len;

	memset(d, 0, sizeof(*d));
	if (fd < 0)
		return refused;
	/* One octet over the limit is enough to be refused by it. */
	data = malloc(TNDS_FILE_MAX + 1);
	len = data ? input_read(fd, data, TNDS_FILE_MAX + 1) : -ENOMEM;
	if (fd != STDIN_FILENO)
		close(fd);
	if (len >= 0 && getrandom(seed, sizeof(seed), 0) != sizeof(seed))
		len = -errno;
	if (len < 0) {
		free(data);
		return tool_error(t, refused, "%s: %s", path, strerror((int)-len));
	}
	rc = tnds_read(d, data, (size_t)len, seed);
	secret_wipe(data, (size_t)len);
	free(data);
	return rc == -ENOMEM ? tool_error(t, refused, "out of memory") : rc;
}

void acl_file_faults(FILE *f, const char *path, const struct tnds *d)
{
	char safe[2 * ACL_URI_MAX], line[16];
	unsigned int i, all = 0;
	int w;

	for (i = 0; i < d->kept; i++) {
		const struct tnds_fault *p = &d->fault[i];

		snprintf(line, sizeof(line), ":%u", p->line);
		fprintf(f, "%s%s: %s%s\n", path, p->line ? line : "", p->weight == TNDS_NOTE ? "note: " : "",
			value_safe(p->text ? p->text : "out of memory", safe, sizeof(safe)));
	}
	for (w = 0; w < TNDS_WEIGHTS; w++)
		all += d->count[w];
	if (all > d->kept)
		fprintf(f, "%s: and %u more\n", path, all - d->kept);
}

int acl_file_load(struct tool *t, const char *path, struct tnds *d, int refused)
{
	int rc = acl_file_read(t, path, d, refused);

	if (rc > 0)
		return rc;
	fflush(stdout);
	acl_file_faults(stderr, path, d);
	if (rc || d->count[TNDS_TREE])
		return tool_error(t, refused, "%s: nothing can be told of a tree with such faults", path);
	return 0;
}

const char *acl_file_list(const struct acl_node *n, char *out)
{
	if (n->broken)
		return "(cannot be read)";
	acl_format(n->acl, out);
	return out;
}
