/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A hash table of intrusive nodes: accounts and sessions are found in constant
 * time however many there are. The owner compares keys; equal hashes of unequal
 * keys are its business. Keys are salted, because some come from peers.
 */
#ifndef DAEMON_HASH_H
#define DAEMON_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash_node {
	struct hash_node *next;
	uint64_t key;
};

struct hash {
	struct hash_node **bucket;
	size_t mask;
	size_t count;
};

/* 0 or -ENOMEM. */
int hash_init(struct hash *h);
/* The nodes are the owner's. */
void hash_free(struct hash *h);

/* Continues @key with a text and its end, or with octets. Start with hash_seed(). */
uint64_t hash_text(uint64_t key, const char *s);
uint64_t hash_octets(uint64_t key, const void *data, size_t len);
/* One for the life of the process. */
uint64_t hash_seed(void);

/* Never fails: without memory to grow, chains become longer. */
void hash_add(struct hash *h, struct hash_node *n, uint64_t key);
void hash_del(struct hash *h, struct hash_node *n);
/* All nodes with @key, one after the other. NULL at the end. */
struct hash_node *hash_find(const struct hash *h, uint64_t key);
struct hash_node *hash_next(const struct hash_node *n);

#define hash_entry(node, type, member) ((type *)(void *)((char *)(node) - offsetof(type, member)))

#endif
