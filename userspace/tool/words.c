// SPDX-License-Identifier: GPL-2.0
/* "Did you mean". See words.h. */
#include <string.h>

#include "words.h"

#define WORD_MAX 32

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int m = a < b ? a : b;

	return m < c ? m : c;
}

/* Insertions, deletions, replacements and swaps of neighbours that lead from @a to @b. */
static unsigned int words_distance(const char *a, const char *b)
{
	unsigned int row[3][WORD_MAX + 1];
	size_t la = strlen(a), lb = strlen(b), i, j;

	if (la > WORD_MAX || lb > WORD_MAX)
		return WORD_MAX;
	for (j = 0; j <= lb; j++)
		row[0][j] = (unsigned int)j;
	for (i = 1; i <= la; i++) {
		unsigned int *prev2 = row[(i + 1) % 3], *prev = row[(i - 1) % 3], *cur = row[i % 3];

		cur[0] = (unsigned int)i;
		for (j = 1; j <= lb; j++) {
			cur[j] = min3(prev[j] + 1, cur[j - 1] + 1, prev[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    prev2[j - 2] + 1 < cur[j])
				cur[j] = prev2[j - 2] + 1;
		}
	}
	return row[la % 3][lb];
}

void words_near(struct words_near *near, const char *typed, const char *word)
{
	size_t len = strlen(typed);
	unsigned int d;

	/* The beginning of a word is nearer than any misspelling. */
	if (len && !strncmp(typed, word, len))
		d = 0;
	else
		d = words_distance(typed, word);
	if (d > (len + 2) / 3)
		return;
	if (!near->word || d < near->distance) {
		near->word = word;
		near->distance = d;
	}
}
