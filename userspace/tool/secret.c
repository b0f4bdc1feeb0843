// SPDX-License-Identifier: GPL-2.0
/* Passwords. See secret.h. DM Security 1.2, 5.4.3 for K. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "input.h"
#include "kmod/proto/bootstrap.h"
#include "secret.h"

static int secret_fail(int err, char why[SECRET_WHY_MAX], const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static int secret_fail(int err, char why[SECRET_WHY_MAX], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, SECRET_WHY_MAX, fmt, ap);
	va_end(ap);
	return err;
}

void secret_wipe(void *p, size_t len)
{
	OPENSSL_cleanse(p, len);
}

/* ------------------------------------------------------------------ files */

static int secret_check_stat(int fd, mode_t barred, char why[SECRET_WHY_MAX])
{
	struct stat st;

	if (fstat(fd, &st))
		return secret_fail(-errno, why, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return secret_fail(-EINVAL, why, "expected a regular file");
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return secret_fail(-EACCES, why, "expected a file of user %u or root, but user %u owns it (chown)",
				   geteuid(), st.st_uid);
	if (st.st_mode & barred && barred == SECRET_BARRED_WRITE)
		return secret_fail(-EACCES, why, "expected a file that others cannot change, mode is %04o (chmod go-w)",
				   st.st_mode & 07777);
	if (st.st_mode & barred)
		return secret_fail(-EACCES, why, "expected mode 0600, but others may use it, mode is %04o (chmod 600)",
				   st.st_mode & 07777);
	return 0;
}

int secret_open(const char *path, mode_t barred, int *fd, char why[SECRET_WHY_MAX])
{
	int rc;

	/* Not a FIFO that nobody writes to: that would wait for ever. */
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (*fd < 0)
		return secret_fail(-errno, why, "cannot open %.160s: %s", path, strerror(errno));
	rc = secret_check_stat(*fd, barred, why);
	if (rc)
		close(*fd);
	return rc;
}

int secret_check_file(const char *path, char why[SECRET_WHY_MAX])
{
	int fd, rc = secret_open(path, SECRET_BARRED, &fd, why);

	if (!rc)
		close(fd);
	return rc;
}

int secret_from_fd(int fd, struct secret *s, char why[SECRET_WHY_MAX])
{
	ssize_t n = input_read(fd, s->data, sizeof(s->data));

	if (n < 0) {
		secret_wipe(s, sizeof(*s));
		return secret_fail((int)n, why, "cannot read the password: %s", strerror((int)-n));
	}
	s->len = (size_t)n;
	if (s->len && s->data[s->len - 1] == '\n')
		s->len--;
	if (s->len && s->data[s->len - 1] == '\r')
		s->len--;
	if (!s->len || s->len > SECRET_MAX || memchr(s->data, '\0', s->len) ||
	    memchr(s->data, '\n', s->len)) {
		secret_wipe(s, sizeof(*s));
		return secret_fail(-EINVAL, why, "expected one line of 1 to %d octets with the password",
				   SECRET_MAX);
	}
	s->data[s->len] = '\0';
	return 0;
}

int secret_from_file(const char *path, struct secret *s, char why[SECRET_WHY_MAX])
{
	int fd, rc;

	if (!strcmp(path, "-"))
		return secret_from_fd(STDIN_FILENO, s, why);
	rc = secret_open(path, SECRET_BARRED, &fd, why);
	if (rc)
		return rc;
	rc = secret_from_fd(fd, s, why);
	close(fd);
	return rc;
}

/* ------------------------------------------------------------------ prompt */

static volatile sig_atomic_t secret_signal;

static void secret_on_signal(int sig)
{
	secret_signal = sig;
}

static int secret_ask(int tty, const char *text, struct secret *s, char why[SECRET_WHY_MAX])
{
	ssize_t n;

	if (dprintf(tty, "%s", text) < 0)
		return secret_fail(-errno, why, "cannot write to the terminal: %s", strerror(errno));
	n = read(tty, s->data, sizeof(s->data));
	dprintf(tty, "\n");
	if (secret_signal)
		return secret_fail(-EINTR, why, "interrupted");
	if (n < 0)
		return secret_fail(-errno, why, "cannot read from the terminal: %s", strerror(errno));
	s->len = (size_t)n;
	if (s->len && s->data[s->len - 1] == '\n')
		s->len--;
	if (!s->len || s->len > SECRET_MAX)
		return secret_fail(-EINVAL, why, "expected a password of 1 to %d octets", SECRET_MAX);
	s->data[s->len] = '\0';
	return 0;
}

static int secret_prompt(const char *text, bool twice, const char *instead, struct secret *s,
			 char why[SECRET_WHY_MAX])
{
	struct sigaction sa = { .sa_handler = secret_on_signal }, old[3];
	static const int sigs[] = { SIGINT, SIGTERM, SIGTSTP };
	struct termios quiet, was;
	struct secret again = { 0 };
	unsigned int i;
	int rc, tty = open("/dev/tty", O_RDWR | O_CLOEXEC);

	if (tty < 0 || tcgetattr(tty, &was)) {
		if (tty >= 0)
			close(tty);
		return secret_fail(-ENOTTY, why, "there is no terminal to ask on: use %s", instead);
	}
	/* The echo comes back whatever ends this. */
	secret_signal = 0;
	for (i = 0; i < 3; i++)
		sigaction(sigs[i], &sa, &old[i]);
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	tcsetattr(tty, TCSAFLUSH, &quiet);
	rc = secret_ask(tty, text, s, why);
	if (!rc && twice)
		rc = secret_ask(tty, "Again: ", &again, why);
	tcsetattr(tty, TCSAFLUSH, &was);
	for (i = 0; i < 3; i++)
		sigaction(sigs[i], &old[i], NULL);
	close(tty);
	if (!rc && twice && (again.len != s->len || CRYPTO_memcmp(again.data, s->data, s->len)))
		rc = secret_fail(-EINVAL, why, "the two passwords differ");
	secret_wipe(&again, sizeof(again));
	if (rc)
		secret_wipe(s, sizeof(*s));
	return rc;
}

int secret_from_prompt(const char *what, struct secret *s, char why[SECRET_WHY_MAX])
{
	char text[256];

	snprintf(text, sizeof(text), "Password of %s: ", what);
	return secret_prompt(text, true, "--secret-file FILE or --secret-fd N", s, why);
}

int secret_passphrase(const char *what, struct secret *s, char why[SECRET_WHY_MAX])
{
	char text[256];

	snprintf(text, sizeof(text), "Passphrase of %s: ", what);
	return secret_prompt(text, false, "--passphrase-file FILE", s, why);
}

/* ------------------------------------------------------------------ K */

int secret_k(const char *name, const struct secret *s, uint8_t k[OMASEC_K_LEN],
	     char why[SECRET_WHY_MAX])
{
	unsigned char md5[16], text[OMASEC_K_LEN + 1];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned int len = 0;
	bool ok;

	ok = ctx && EVP_DigestInit_ex(ctx, EVP_md5(), NULL) &&
	     EVP_DigestUpdate(ctx, name, strlen(name)) && EVP_DigestUpdate(ctx, ":", 1) &&
	     EVP_DigestUpdate(ctx, s->data, s->len) && EVP_DigestFinal_ex(ctx, md5, &len) &&
	     len == sizeof(md5) &&
	     EVP_EncodeBlock(text, md5, sizeof(md5)) == OMASEC_K_LEN;
	if (ok)
		memcpy(k, text, OMASEC_K_LEN);
	EVP_MD_CTX_free(ctx);
	secret_wipe(md5, sizeof(md5));
	secret_wipe(text, sizeof(text));
	if (!ok)
		return secret_fail(-EOPNOTSUPP, why, "OpenSSL has no MD5 here (FIPS mode?)");
	return 0;
}

/* ------------------------------------------------------------------ bootstrap */

int secret_find_form(const char *word, enum secret_form *form)
{
	static const char *const forms[] = {
		[SECRET_IMSI] = "imsi", [SECRET_TEXT] = "text", [SECRET_HEX] = "hex",
	};
	unsigned int i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (!strcmp(word, forms[i])) {
			*form = (enum secret_form)i;
			return 0;
		}
	}
	return -EINVAL;
}

static int secret_hex(const struct secret *s, uint8_t octets[SECRET_OCTETS_MAX], size_t *len)
{
	long n = 0;
	unsigned char *p;

	if (s->len % 2 || s->len > 2 * SECRET_OCTETS_MAX ||
	    strspn(s->data, "0123456789abcdefABCDEF") != s->len)
		return -EINVAL;
	p = OPENSSL_hexstr2buf(s->data, &n);
	if (!p)
		return -EINVAL;
	memcpy(octets, p, (size_t)n);
	*len = (size_t)n;
	OPENSSL_clear_free(p, (size_t)n);
	return 0;
}

int secret_octets(enum secret_form form, const struct secret *s, uint8_t octets[SECRET_OCTETS_MAX],
		  size_t *len, char why[SECRET_WHY_MAX])
{
	int n;

	switch (form) {
	case SECRET_IMSI:
		n = omasec_imsi_encode(s->data, s->len, octets);
		*len = n < 0 ? 0 : (size_t)n;
		return n < 0 ? secret_fail(-EINVAL, why, "expected an IMSI of 6 to 15 digits; other secrets need form text or form hex") : 0;
	case SECRET_HEX:
		return secret_hex(s, octets, len) ?
			secret_fail(-EINVAL, why, "expected 1 to 64 octets as pairs of hexadecimal digits") : 0;
	case SECRET_DIGITS:
		if (strspn(s->data, "0123456789") != s->len || s->len > OMASEC_PIN_MAX)
			return secret_fail(-EINVAL, why, "expected a PIN of 1 to %d digits", OMASEC_PIN_MAX);
		break;
	case SECRET_TEXT:
		if (s->len > SECRET_OCTETS_MAX)
			return secret_fail(-EINVAL, why, "expected 1 to 64 octets");
		break;
	}
	memcpy(octets, s->data, s->len);
	*len = s->len;
	return 0;
}
