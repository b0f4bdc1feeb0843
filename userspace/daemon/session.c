// SPDX-License-Identifier: GPL-2.0
/*
 * The session table, see session.h. Two lists, oldest first, and one hash over
 * both; the key of an established session has no Source in it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

const struct session_limits session_limits_default = {
	.established = 32768,
	.provisional = 1024,
	.established_ms = 3600 * 1000,
	.provisional_ms = 60 * 1000,
	.held = 64 << 20,
};

int sessions_init(struct sessions *ss, const struct session_limits *limits)
{
	memset(ss, 0, sizeof(*ss));
	ss->limits = *limits;
	return hash_init(&ss->table);
}

void sessions_free(struct sessions *ss)
{
	while (ss->established.oldest)
		session_drop(ss, ss->established.oldest);
	while (ss->provisional.oldest)
		session_drop(ss, ss->provisional.oldest);
	hash_free(&ss->table);
}

static struct session_list *session_list(struct sessions *ss, const struct session *s)
{
	return s->provisional ? &ss->provisional : &ss->established;
}

static void session_link(struct sessions *ss, struct session *s)
{
	struct session_list *l = session_list(ss, s);

	s->newer = NULL;
	s->older = l->newest;
	if (s->older)
		s->older->newer = s;
	else
		l->oldest = s;
	l->newest = s;
	l->count++;
}

static void session_unlink(struct sessions *ss, struct session *s)
{
	struct session_list *l = session_list(ss, s);

	if (s->older)
		s->older->newer = s->newer;
	else
		l->oldest = s->newer;
	if (s->newer)
		s->newer->older = s->older;
	else
		l->newest = s->older;
	l->count--;
}

static uint64_t session_key(const struct account *a, uint8_t role, const char *id,
			    const char *source)
{
	uint64_t key = hash_text(hash_seed(), a ? a->name : "");

	key = hash_octets(key, &role, 1);
	key = hash_text(key, id);
	return source ? hash_text(key, source) : key;
}

static struct session *session_look_up(const struct sessions *ss, const struct account *a,
				       uint8_t role, const char *id, const char *source)
{
	struct hash_node *n;

	for (n = hash_find(&ss->table, session_key(a, role, id, source)); n; n = hash_next(n)) {
		struct session *s = hash_entry(n, struct session, node);

		if (s->acct == a && s->role == role && s->provisional == !!source &&
		    !strcmp(s->id, id) && (!source || !strcmp(s->source, source)))
			return s;
	}
	return NULL;
}

struct session *session_find(const struct sessions *ss, const struct account *a, uint8_t role,
			     const char *id)
{
	return session_look_up(ss, a, role, id, NULL);
}

struct session *session_find_provisional(const struct sessions *ss, const struct account *a,
					 uint8_t role, const char *id, const char *source)
{
	return session_look_up(ss, a, role, id, source);
}

struct session *session_new(struct sessions *ss, struct account *a, uint8_t role, const char *id,
			    const char *source, uint64_t now)
{
	struct session *s = calloc(1, sizeof(*s) + strlen(id) + 1);
	struct session_list *l;
	unsigned int max;

	if (!s)
		return NULL;
	strcpy(s->id, id);
	s->provisional = source;
	if (source) {
		s->source = strdup(source);
		if (!s->source) {
			free(s);
			return NULL;
		}
	}
	l = session_list(ss, s);
	max = source ? ss->limits.provisional : ss->limits.established;
	while (l->count && l->count >= max) {
		session_drop(ss, l->oldest);
		ss->evicted++;
	}
	s->acct = a;
	if (a)
		a->sessions++;
	s->role = role;
	s->stamp = now;
	hash_add(&ss->table, &s->node, session_key(a, role, id, source));
	session_link(ss, s);
	return s;
}

void session_drop(struct sessions *ss, struct session *s)
{
	struct session **p;

	for (p = &ss->dirty; s->dirty && *p; p = &(*p)->next_dirty) {
		if (*p == s) {
			*p = s->next_dirty;
			break;
		}
	}
	session_release(ss, s);
	session_unlink(ss, s);
	hash_del(&ss->table, &s->node);
	if (s->acct)
		s->acct->sessions--;
	free(s->peer_source);
	free(s->peer_target);
	free(s->source);
	free(s);
}

void session_establish(struct sessions *ss, struct session *s, struct account *a, uint64_t now)
{
	if (!s->provisional)
		return;
	session_unlink(ss, s);
	hash_del(&ss->table, &s->node);
	if (s->acct)
		s->acct->sessions--;
	free(s->source);
	s->source = NULL;
	s->provisional = false;
	s->acct = a;
	a->sessions++;
	s->stamp = now;
	hash_add(&ss->table, &s->node, session_key(a, s->role, s->id, NULL));
	session_link(ss, s);
	while (ss->established.count > ss->limits.established && ss->established.oldest != s) {
		session_drop(ss, ss->established.oldest);
		ss->evicted++;
	}
}

void session_restart(struct sessions *ss, struct session *s)
{
	session_release(ss, s);
	memset(&s->num, 0, sizeof(s->num));
	memset(s->cred, 0, sizeof(s->cred));
	memset(&s->issued, 0, sizeof(s->issued));
	s->peer_cred = false;
	s->mac_out = false;
	s->mac_in = false;
	s->creds = false;
	s->failed = 0;
	s->failed_flow = 0;
	if (s->stored)
		session_dirty(ss, s);
}

void session_touch(struct sessions *ss, struct session *s, uint64_t now)
{
	session_unlink(ss, s);
	s->stamp = now;
	session_link(ss, s);
}

static void list_expire(struct sessions *ss, struct session_list *l, uint64_t now,
			unsigned int idle, int *next)
{
	while (l->oldest && now - l->oldest->stamp >= idle)
		session_drop(ss, l->oldest);
	if (l->oldest) {
		int wait = (int)(idle - (now - l->oldest->stamp));

		if (*next < 0 || wait < *next)
			*next = wait;
	}
}

int sessions_expire(struct sessions *ss, uint64_t now)
{
	int next = -1;

	list_expire(ss, &ss->established, now, ss->limits.established_ms, &next);
	list_expire(ss, &ss->provisional, now, ss->limits.provisional_ms, &next);
	return next;
}

static void list_forget(struct sessions *ss, struct session_list *l)
{
	struct session *s, *newer;

	for (s = l->oldest; s; s = newer) {
		newer = s->newer;
		if (s->acct && !s->acct->listed)
			session_drop(ss, s);
	}
}

void sessions_forget(struct sessions *ss)
{
	list_forget(ss, &ss->established);
	list_forget(ss, &ss->provisional);
}

void session_cred_add(struct session *s, uint32_t app)
{
	if (session_cred_has(s, app))
		return;
	s->cred[s->next_cred] = app;
	s->next_cred = (uint8_t)((s->next_cred + 1) % SESSION_CREDS);
}

bool session_cred_has(const struct session *s, uint32_t app)
{
	unsigned int i;

	for (i = 0; i < SESSION_CREDS; i++)
		if (app && s->cred[i] == app)
			return true;
	return false;
}

static int text_replace(char **text, const char *s)
{
	char *copy;

	if (*text && !strcmp(*text, s))
		return 0;
	copy = strdup(s);
	if (!copy)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

int session_peer(struct session *s, const char *source, const char *target)
{
	return text_replace(&s->peer_source, source) || text_replace(&s->peer_target, target) ?
	       -ENOMEM : 0;
}

void session_release(struct sessions *ss, struct session *s)
{
	if (s->held.body)
		ss->held -= s->held.len;
	free(s->held.body);
	free(s->held.type);
	free(s->held.map);
	memset(&s->held, 0, sizeof(s->held));
}

static void session_make_room(struct sessions *ss, size_t len)
{
	struct session *o;

	for (o = ss->established.oldest; o && ss->held + len > ss->limits.held; o = o->newer)
		session_release(ss, o);
}

int session_hold(struct sessions *ss, struct session *s, const void *body, size_t len,
		 const char *type, const struct dm_map *map, uint16_t map_count)
{
	struct held *h = &s->held;

	session_release(ss, s);
	if (len > ss->limits.held)
		return -ENOMEM;
	session_make_room(ss, len);
	h->body = malloc(len ? len : 1);
	h->type = strdup(type);
	h->map = malloc((map_count ? map_count : 1) * sizeof(*map));
	if (!h->body || !h->type || !h->map) {
		free(h->body);
		free(h->type);
		free(h->map);
		memset(h, 0, sizeof(*h));
		return -ENOMEM;
	}
	memcpy(h->body, body, len);
	memcpy(h->map, map, map_count * sizeof(*map));
	h->map_count = map_count;
	h->len = len;
	ss->held += len;
	return 0;
}

void session_dirty(struct sessions *ss, struct session *s)
{
	if (s->dirty)
		return;
	s->dirty = true;
	s->next_dirty = ss->dirty;
	ss->dirty = s;
}
