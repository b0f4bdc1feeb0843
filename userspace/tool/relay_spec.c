// SPDX-License-Identifier: GPL-2.0
/* Streams of omasec obex-relay as they are written. See relay_spec.h. */
#include <errno.h>
#include <string.h>

#include "relay_spec.h"
#include "value.h"

/* sd_listen_fds(3): the first one that is passed, and the name of those without one. */
#define PASSED_START 3
#define PASSED_MAX 1024
#define PASSED_UNNAMED "unknown"

static const struct { const char *form; enum relay_kind kind; } forms[] = {
	{ "-", RELAY_STDIO },
	{ "fd:", RELAY_FD },
	{ "systemd:", RELAY_SYSTEMD },
	{ "listen:", RELAY_LISTEN },
	{ "connect:", RELAY_CONNECT },
	{ "tty:", RELAY_TTY },
};

#define FORMS (sizeof(forms) / sizeof(forms[0]))

const char *relay_spec_form(unsigned int i)
{
	return i < FORMS ? forms[i].form : NULL;
}

int relay_spec_parse(const char *text, struct relay_spec *spec)
{
	const char *value = NULL;
	uint64_t fd;
	size_t len;
	unsigned int i;

	memset(spec, 0, sizeof(*spec));
	spec->fd = -1;
	if (!strcmp(text, "-")) {
		spec->kind = RELAY_STDIO;
		return 0;
	}
	for (i = 1; i < FORMS; i++) {
		len = strlen(forms[i].form);
		if (strncmp(text, forms[i].form, len))
			continue;
		spec->kind = forms[i].kind;
		value = text + len;
	}
	if (!value || !*value)
		return -EINVAL;
	if (spec->kind == RELAY_FD) {
		/* Standard error is where faults are told. */
		if (value_u64(value, 0, 65535, &fd) || fd == 2)
			return -EINVAL;
		spec->fd = (int)fd;
		return 0;
	}
	len = strlen(value);
	if (len >= sizeof(spec->name) || (spec->kind == RELAY_SYSTEMD && strchr(value, ':')))
		return -EINVAL;
	memcpy(spec->name, value, len + 1);
	return 0;
}

static bool spec_uses(const struct relay_spec *s, int fd)
{
	return s->kind == RELAY_FD ? s->fd == fd : s->kind == RELAY_STDIO && fd < 2;
}

bool relay_spec_same(const struct relay_spec *a, const struct relay_spec *b)
{
	if (a->kind == RELAY_STDIO || a->kind == RELAY_FD)
		return (a->kind == RELAY_STDIO && (spec_uses(b, 0) || spec_uses(b, 1))) ||
		       (a->kind == RELAY_FD && spec_uses(b, a->fd));
	return a->kind == b->kind && !strcmp(a->name, b->name);
}

int relay_spec_passed(const struct relay_passed *passed, long self, const char *name)
{
	const char *at = passed->names, *end;
	uint64_t pid, count, i;
	int fd = -ENOENT;

	if (!passed->pid || !passed->fds ||
	    value_u64(passed->pid, 1, INT32_MAX, &pid) || (long)pid != self ||
	    value_u64(passed->fds, 1, PASSED_MAX, &count))
		return -ESRCH;
	for (i = 0; i < count; i++) {
		bool same;

		if (at) {
			end = strchrnul(at, ':');
			same = (size_t)(end - at) == strlen(name) && !memcmp(at, name, (size_t)(end - at));
			at = *end ? end + 1 : NULL;
		} else {
			same = !strcmp(name, PASSED_UNNAMED);
		}
		if (!same)
			continue;
		if (fd >= 0)
			return -EEXIST;
		fd = PASSED_START + (int)i;
	}
	return fd;
}
