// SPDX-License-Identifier: GPL-2.0
/*
 * Hash table, see hash.h. Chains, doubled when there are more nodes than
 * buckets. FNV-1a with a salt: what peers can add unauthenticated is capped far
 * below the number at which long chains would matter.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "hash.h"

#define HASH_START 64

int hash_init(struct hash *h)
{
	h->bucket = calloc(HASH_START, sizeof(*h->bucket));
	h->mask = HASH_START - 1;
	h->count = 0;
	return h->bucket ? 0 : -ENOMEM;
}

void hash_free(struct hash *h)
{
	free(h->bucket);
	memset(h, 0, sizeof(*h));
}

uint64_t hash_seed(void)
{
	static uint64_t seed;

	if (!seed && getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed = 0;
	seed |= 1;
	return seed ^ 0xcbf29ce484222325u;
}

uint64_t hash_octets(uint64_t key, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len--)
		key = (key ^ *p++) * 0x100000001b3u;
	return key;
}

uint64_t hash_text(uint64_t key, const char *s)
{
	return hash_octets(key, s, strlen(s) + 1);
}

static void hash_grow(struct hash *h)
{
	size_t i, mask = h->mask * 2 + 1;
	struct hash_node **bucket = calloc(mask + 1, sizeof(*bucket)), *n;

	if (!bucket)
		return;
	for (i = 0; i <= h->mask; i++) {
		while ((n = h->bucket[i])) {
			h->bucket[i] = n->next;
			n->next = bucket[n->key & mask];
			bucket[n->key & mask] = n;
		}
	}
	free(h->bucket);
	h->bucket = bucket;
	h->mask = mask;
}

void hash_add(struct hash *h, struct hash_node *n, uint64_t key)
{
	if (h->count > h->mask)
		hash_grow(h);
	n->key = key ^ (key >> 32);
	n->next = h->bucket[n->key & h->mask];
	h->bucket[n->key & h->mask] = n;
	h->count++;
}

void hash_del(struct hash *h, struct hash_node *n)
{
	struct hash_node **p = &h->bucket[n->key & h->mask];

	while (*p && *p != n)
		p = &(*p)->next;
	if (!*p)
		return;
	*p = n->next;
	n->next = NULL;
	h->count--;
}

struct hash_node *hash_find(const struct hash *h, uint64_t key)
{
	struct hash_node *n;

	key ^= key >> 32;
	for (n = h->bucket[key & h->mask]; n && n->key != key; n = n->next)
		;
	return n;
}

struct hash_node *hash_next(const struct hash_node *n)
{
	uint64_t key = n->key;

	for (n = n->next; n && n->key != key; n = n->next)
		;
	return (struct hash_node *)n;
}
