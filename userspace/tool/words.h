/* SPDX-License-Identifier: GPL-2.0 */
/* "Did you mean": the known word that is nearest to a mistyped one. Pure. */
#ifndef TOOL_WORDS_H
#define TOOL_WORDS_H

/**
 * struct words_near - the best so far
 * @word: or NULL
 * @distance: of @word
 */
struct words_near {
	const char *word;
	unsigned int distance;
};

/* Considers @word. Only words that are near enough to be meant are taken. */
void words_near(struct words_near *near, const char *typed, const char *word);

#endif
