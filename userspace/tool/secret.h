/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Passwords: read from a prompt, a file or a descriptor, never from the command
 * line; turned into K at once and wiped. Nothing here prints one.
 */
#ifndef TOOL_SECRET_H
#define TOOL_SECRET_H

#include <omasec.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SECRET_MAX 1024

/**
 * struct secret - a password
 * @len: octets
 */
struct secret {
	size_t len;
	char data[SECRET_MAX + 1];
};

/*
 * All: 0, or a negative errno with the reason in @why (no password in it).
 * A line end at the end of a file is not part of the password.
 */
#define SECRET_WHY_MAX 256
int secret_from_file(const char *path, struct secret *s, char why[SECRET_WHY_MAX]);
int secret_from_fd(int fd, struct secret *s, char why[SECRET_WHY_MAX]);
/* Asks twice on the controlling terminal, without echo. */
int secret_from_prompt(const char *what, struct secret *s, char why[SECRET_WHY_MAX]);
/* Once, because what it is for tells whether it is right. */
int secret_passphrase(const char *what, struct secret *s, char why[SECRET_WHY_MAX]);
#define SECRET_BARRED 077		/* what others may not do with a secret */
#define SECRET_BARRED_WRITE 022		/* or with what is none */
/* Opens a regular file of the caller or root whose mode has no bit of @barred. */
int secret_open(const char *path, mode_t barred, int *fd, char why[SECRET_WHY_MAX]);
/* Only the checks of secret_from_file(): regular, owned by the caller or root, mode 0600 or less. */
int secret_check_file(const char *path, char why[SECRET_WHY_MAX]);
/* K = B64(MD5(name ":" password)). */
int secret_k(const char *name, const struct secret *s, uint8_t k[OMASEC_K_LEN],
	     char why[SECRET_WHY_MAX]);
#define SECRET_OCTETS_MAX 64	/* that the module takes */

/**
 * enum secret_form - how a secret for bootstrap messages is written
 * @SECRET_IMSI: digits of an IMSI, which become semi-octets
 * @SECRET_TEXT: as it is
 * @SECRET_HEX: octets as hexadecimal digits
 * @SECRET_DIGITS: digits of a PIN, as they are
 */
enum secret_form { SECRET_IMSI, SECRET_TEXT, SECRET_HEX, SECRET_DIGITS };

#define SECRET_SIGN_MIN 16	/* octets of a key that signs */
#define SECRET_WRAP_LEN 32	/* of one that wraps keys */
#define SECRET_WRAP_128_LEN 16	/* of one for content-cipher = aes-128-gcm or aes-128-cbc */

/* "imsi", "text" or "hex"; 0 or -EINVAL. */
int secret_find_form(const char *word, enum secret_form *form);
int secret_octets(enum secret_form form, const struct secret *s, uint8_t octets[SECRET_OCTETS_MAX],
		  size_t *len, char why[SECRET_WHY_MAX]);
void secret_wipe(void *p, size_t len);

#endif
