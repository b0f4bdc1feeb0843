// SPDX-License-Identifier: GPL-2.0
/*
 * Finding and taking over sockets that are older than their rule. See live.h.
 *
 * What is open comes from /proc/net/tcp, which also has Multipath TCP listeners;
 * whose it is, from the descriptors of all processes, which are only walked when
 * something is found. A descriptor is borrowed with pidfd_getfd(2) and handed to
 * the module, while all that have the socket are stopped: a thread that is inside
 * accept() would bring its next connection past the module.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "array.h"
#include "kmod/policy_match.h"
#include "live.h"
#include "value.h"

#define LIVE_WHY_MAX 512

/* States of /proc/net/tcp; a socket in CLOSE is nothing yet, or nothing any more. */
#define LIVE_CLOSE	0x07
#define LIVE_LISTEN	0x0a

/* ------------------------------------------------------------------ pure */

/* Words of the machine's byte order, as the kernel prints them. */
static bool live_address(const char *text, unsigned int family, uint8_t out[16])
{
	size_t words = family == AF_INET ? 1 : 4, i;

	memset(out, 0, 16);
	if (strlen(text) != 8 * words)
		return false;
	for (i = 0; i < words; i++) {
		char digits[9] = { 0 };
		uint32_t word;

		memcpy(digits, text + 8 * i, 8);
		word = (uint32_t)strtoul(digits, NULL, 16);
		memcpy(out + 4 * i, &word, 4);
	}
	return true;
}

static bool live_mapped(const uint8_t address[16])
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(address, prefix, sizeof(prefix));
}

bool live_parse(const char *line, unsigned int family, struct live_socket *s)
{
	char local[33], peer[33];
	unsigned int lport, pport, state, uid;
	unsigned long long inode;

	memset(s, 0, sizeof(*s));
	if (sscanf(line, " %*u: %32[0-9A-F]:%4x %32[0-9A-F]:%4x %2x %*x:%*x %*x:%*x %*x %u %*u %llu",
		   local, &lport, peer, &pport, &state, &uid, &inode) != 7)
		return false;
	if (!inode || state == LIVE_CLOSE || !live_address(local, family, s->local) ||
	    !live_address(peer, family, s->peer))
		return false;
	s->family = (uint16_t)family;
	s->listener = state == LIVE_LISTEN;
	s->local_port = (uint16_t)lport;
	s->peer_port = (uint16_t)pport;
	s->uid = uid;
	s->inode = inode;
	if (family == AF_INET6 && !s->listener && live_mapped(s->peer)) {
		s->family = AF_INET;
		memmove(s->local, s->local + 12, 4);
		memmove(s->peer, s->peer + 12, 4);
		memset(s->local + 4, 0, 12);
		memset(s->peer + 4, 0, 12);
	}
	return true;
}

static bool live_any_cgroup(const void *arg, uint64_t id)
{
	(void)arg;
	(void)id;
	return true;
}

bool live_selects(const struct omasec_rule *r, const struct live_socket *s)
{
	bool in = r->direction == OMASEC_DIRECTION_IN;
	struct omasec_selector sel = {
		.direction = r->direction,
		.protocol = r->protocol,
		.has_uid = r->has_uid,
		.has_cgroup = r->has_cgroup,
		.family = r->family == AF_INET ? 4 : r->family == AF_INET6 ? 6 : 0,
		.prefix = r->prefix,
		.port_min = r->port_min,
		.port_max = r->port_max,
		.uid = r->uid,
		.cgroup = r->cgroup,
	};
	struct omasec_sock_key key = {
		.direction = r->direction,
		.protocol = OMASEC_PROTOCOL_TCP,
		.port = in ? s->local_port : s->peer_port,
		.uid = s->uid,
		.in_cgroup = live_any_cgroup,
	};

	if (s->listener && !in)
		return false;
	memcpy(sel.address, r->address, sizeof(sel.address));
	if (!s->listener) {
		key.family = s->family == AF_INET ? 4 : 6;
		memcpy(key.address, s->peer, sizeof(key.address));
	}
	return omasec_selector_match(&sel, &key);
}

/* ------------------------------------------------------------------ looking */

struct live_rules {
	struct omasec_rule *rule;
	size_t count, cap;
};

static int live_see_rule(void *arg, const struct omasec_rule *r)
{
	struct live_rules *rules = arg;
	int rc = array_grow((void **)&rules->rule, rules->count, &rules->cap, sizeof(*r));

	if (!rc)
		rules->rule[rules->count++] = *r;
	return rc;
}

static int live_read(const char *path, unsigned int family, bool connections,
		     const struct live_rules *rules, struct live_list *l)
{
	FILE *f = fopen(path, "re");
	struct live_socket s;
	char line[512];
	size_t i;
	int rc = 0;

	if (!f)
		return errno == ENOENT ? 0 : -errno;	/* no IPv6 here */
	while (!rc && fgets(line, sizeof(line), f)) {
		if (!live_parse(line, family, &s) || (!s.listener && !connections))
			continue;
		for (i = 0; i < rules->count && !live_selects(&rules->rule[i], &s); i++)
			;
		if (i == rules->count)
			continue;
		snprintf(s.rule, sizeof(s.rule), "%s", rules->rule[i].name);
		rc = array_grow((void **)&l->socket, l->count, &l->cap, sizeof(s));
		if (!rc)
			l->socket[l->count++] = s;
	}
	fclose(f);
	return rc;
}

static int live_by_inode(const void *a, const void *b)
{
	uint64_t x = ((const struct live_socket *)a)->inode;
	uint64_t y = ((const struct live_socket *)b)->inode;

	return x < y ? -1 : x > y;
}

static struct live_socket *live_socket(const struct live_list *l, uint64_t inode)
{
	struct live_socket key = { .inode = inode };

	return bsearch(&key, l->socket, l->count, sizeof(key), live_by_inode);
}

/* A socket that has a flow is protected: its inode counts no more. */
static int live_see_flow(void *arg, const struct omasec_flow *f)
{
	struct live_socket *s = f->inode ? live_socket(arg, f->inode) : NULL;

	if (s)
		s->rule[0] = '\0';
	return 0;
}

/* Keeps one of each that still counts. */
static void live_keep(struct live_list *l)
{
	size_t i, kept = 0;

	for (i = 0; i < l->count; i++) {
		/* MPTCP shows several subflows of one socket. */
		if (!l->socket[i].rule[0] || (kept && l->socket[kept - 1].inode == l->socket[i].inode))
			continue;
		l->socket[kept++] = l->socket[i];
	}
	l->count = kept;
}

static int live_see_fds(struct live_list *l, pid_t pid)
{
	struct live_holder h = { .pid = pid };
	char path[64], target[64];
	struct dirent *e;
	int rc = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	d = opendir(path);
	if (!d)
		return 0;	/* it has ended, or is not ours to look at */
	while (!rc && (e = readdir(d))) {
		unsigned long long inode;
		ssize_t n = readlinkat(dirfd(d), e->d_name, target, sizeof(target) - 1);

		if (n < 0)
			continue;
		target[n] = '\0';
		if (sscanf(target, "socket:[%llu]", &inode) != 1 || !live_socket(l, inode))
			continue;
		h.inode = inode;
		h.fd = atoi(e->d_name);
		rc = array_grow((void **)&l->holder, l->holders, &l->holder_cap, sizeof(h));
		if (!rc)
			l->holder[l->holders++] = h;
	}
	closedir(d);
	return rc;
}

static int live_by_holder(const void *a, const void *b)
{
	const struct live_holder *x = a, *y = b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

static int live_see_processes(struct live_list *l)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	int rc = 0;

	if (!d)
		return -errno;
	while (!rc && (e = readdir(d)))
		if (isdigit((unsigned char)e->d_name[0]))
			rc = live_see_fds(l, atoi(e->d_name));
	closedir(d);
	if (l->holders)
		qsort(l->holder, l->holders, sizeof(*l->holder), live_by_holder);
	return rc;
}

int live_find(struct tool *t, bool connections, struct live_list *l)
{
	struct live_rules rules = { 0 };
	int rc = omasec_rule_each(t->o, live_see_rule, &rules);

	memset(l, 0, sizeof(*l));
	/* What is open first: what is opened after it, is protected from its birth on. */
	if (!rc && rules.count)
		rc = live_read("/proc/self/net/tcp", AF_INET, connections, &rules, l);
	if (!rc && rules.count)
		rc = live_read("/proc/self/net/tcp6", AF_INET6, connections, &rules, l);
	free(rules.rule);
	if (!rc && l->count) {
		qsort(l->socket, l->count, sizeof(*l->socket), live_by_inode);
		live_keep(l);
		rc = omasec_flow_each(t->o, live_see_flow, l);
		live_keep(l);
	}
	if (!rc && l->count)
		rc = live_see_processes(l);
	return rc;
}

const struct live_holder *live_holders(const struct live_list *l, uint64_t inode, size_t *count)
{
	size_t i;

	*count = 0;
	for (i = 0; i < l->holders && l->holder[i].inode < inode; i++)
		;
	while (i + *count < l->holders && l->holder[i + *count].inode == inode)
		++*count;
	return *count ? &l->holder[i] : NULL;
}

void live_free(struct live_list *l)
{
	free(l->socket);
	free(l->holder);
	memset(l, 0, sizeof(*l));
}

static void live_program(pid_t pid, char out[32])
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	f = fopen(path, "re");
	if (!f || !fgets(out, 32, f))
		snprintf(out, 32, "?");
	if (f)
		fclose(f);
	out[strcspn(out, "\n")] = '\0';
}

void live_text(const struct live_list *l, const struct live_socket *s, char out[LIVE_TEXT_MAX])
{
	char local[VALUE_ENDPOINT_MAX], peer[VALUE_ENDPOINT_MAX], who[96] = "a process that is not seen here";
	char program[32], safe[4 * sizeof(program)];
	const struct live_holder *h;
	size_t count;

	h = live_holders(l, s->inode, &count);
	if (h) {
		live_program(h->pid, program);
		snprintf(who, sizeof(who), "process %d (%.60s)%s", h->pid,
			 value_safe(program, safe, sizeof(safe)), count > 1 ? " and others" : "");
	}
	value_format_endpoint(local, s->family, s->local, s->local_port);
	value_format_endpoint(peer, s->family, s->peer, s->peer_port);
	if (s->listener)
		snprintf(out, LIVE_TEXT_MAX, "%s listens on %s, which rule %s selects", who, local, s->rule);
	else
		snprintf(out, LIVE_TEXT_MAX, "%s has a connection from %s to %s, which rule %s selects",
			 who, local, peer, s->rule);
}

/* ------------------------------------------------------------------ taking over */

/* Our own descriptor for a socket that another process has, or a negative errno. */
static int live_borrow(const struct live_holder *h)
{
	int pidfd = (int)syscall(SYS_pidfd_open, h->pid, 0), fd, err;
	struct stat st;

	if (pidfd < 0)
		return -errno;
	fd = (int)syscall(SYS_pidfd_getfd, pidfd, h->fd, 0);
	err = errno;
	close(pidfd);
	if (fd < 0)
		return -err;
	/* It may have closed it, and opened something else. */
	if (!fstat(fd, &st) && S_ISSOCK(st.st_mode) && st.st_ino == h->inode)
		return fd;
	close(fd);
	return -ESRCH;
}

static int live_attach_one(struct tool *t, const struct live_holder *h, size_t count, bool *ended,
			   char why[LIVE_WHY_MAX])
{
	struct stopped *stopped = NULL;
	int fd = -1, rc = 0;

	if (!h) {
		snprintf(why, LIVE_WHY_MAX, "nobody who has it is seen here");
		return -ENOENT;
	}
	stopped = stop_holders(h, count, &rc);
	if (!stopped) {
		snprintf(why, LIVE_WHY_MAX, "it cannot be stopped for a moment: %s", strerror(-rc));
		return rc;
	}
	fd = live_borrow(h);
	rc = fd < 0 ? fd : omasec_flow_attach(t->o, fd, ended);
	stop_release(stopped);
	if (rc && fd < 0)
		snprintf(why, LIVE_WHY_MAX, "its socket cannot be borrowed: %s", strerror(-rc));
	else if (rc)
		snprintf(why, LIVE_WHY_MAX, "%s", omasec_error(t->o));
	if (fd >= 0)
		close(fd);
	return rc;
}

int live_attach(struct tool *t, struct live_result *r)
{
	char text[LIVE_TEXT_MAX], why[LIVE_WHY_MAX];
	const struct live_holder *h;
	struct live_list l;
	size_t i, count;
	int rc;

	memset(r, 0, sizeof(*r));
	rc = live_find(t, true, &l);
	if (rc) {
		live_free(&l);
		return rc == -ENOMEM ? tool_error(t, EXIT_REFUSED, "out of memory") : tool_refused(t, rc);
	}
	for (i = 0; i < l.count; i++) {
		struct live_socket *s = &l.socket[i];
		bool ended = false;

		h = live_holders(&l, s->inode, &count);
		rc = live_attach_one(t, h, count, &ended, why);
		/* No rule selects it after all, or it is gone. */
		if (rc == -ENOENT && h)
			continue;
		if (rc == -ENOTCONN || rc == -ESRCH)
			continue;
		if (!rc) {
			*(ended ? &r->ended : &r->listeners) += 1;
			continue;
		}
		r->left++;
		live_text(&l, s, text);
		tool_error(t, 0, "%s and is blocked: it is older than the rule, and %s", text, why);
	}
	live_free(&l);
	return 0;
}

void live_print(const struct live_result *r)
{
	if (r->listeners)
		printf("Took over %u listener%s.\n", r->listeners, r->listeners == 1 ? "" : "s");
	if (r->ended)
		printf("Reset %u connection%s older than the rule.\n", r->ended, r->ended == 1 ? "" : "s");
	if (r->left)
		printf("%u socket%s not protected and blocked: restart what has %s.\n", r->left,
		       r->left == 1 ? " is" : "s are", r->left == 1 ? "it" : "them");
}

void live_json(const struct live_result *r, json_t *object)
{
	out_set(object, "listeners", json_integer(r->listeners));
	out_set(object, "reset", json_integer(r->ended));
	out_set(object, "left", json_integer(r->left));
}
