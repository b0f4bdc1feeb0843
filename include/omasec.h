/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libomasec: typed calls to the omasec kernel module, for the tool, for the
 * helper and for others that want the same protection. See libomasec(3).
 *
 * Every call returns 0 (or a count) or a negative errno, and leaves one
 * sentence in omasec_error() that says what was wrong and what to do. Texts in
 * structures are always terminated. A handle belongs to one thread at a time.
 * Some errno values have one meaning everywhere:
 *   -EPROTONOSUPPORT  the kernel module is not loaded, or went away
 *   -EPERM            CAP_NET_ADMIN is missing, or this is not the helper
 *   -ETIMEDOUT        the module did not answer
 *   -EBADMSG          the module answered with something that it should not
 */
#ifndef OMASEC_H
#define OMASEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/omasec.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OMASEC_API __attribute__((visibility("default")))

/** What the helper and the module must agree on; goes into helper-register. */
#define OMASEC_ABI OMASEC_GENL_VERSION

/** Octets of K, the payload of a logon key: B64(MD5(name ":" password)). */
#define OMASEC_K_LEN 24

#define OMASEC_SERVER_ID_MAX	255
#define OMASEC_DETAIL_MAX	255
#define OMASEC_TLS_NAME_MAX 255
#define OMASEC_VERSION_MAX	63

/** A connection to the module in the network namespace of the caller. */
struct omasec;

/* ------------------------------------------------------------------------- */
/** @name Handle @{ */

/**
 * Open a handle.
 * @param out  set also when the call fails (unless it returns -ENOMEM), so that
 *             omasec_error() can say why; to be closed in any case
 * @return 0, -EPROTONOSUPPORT without the module, or another negative errno
 */
OMASEC_API int omasec_open(struct omasec **out);

/** Close a handle. NULL is fine. A helper or an open transaction ends with it. */
OMASEC_API void omasec_close(struct omasec *o);

/** What the last failed call ran into, one line, never NULL. Valid until the next call. */
OMASEC_API const char *omasec_error(const struct omasec *o);

/** How long a call waits for the module, 5000 ms unless set. */
OMASEC_API void omasec_set_timeout(struct omasec *o, unsigned int ms);

/** @} */
/* ------------------------------------------------------------------------- */
/** @name State and counters @{ */

/** struct omasec_status - the state of the network namespace. */
struct omasec_status {
	char version[OMASEC_VERSION_MAX + 1];		/**< of the module */
	char helper_version[OMASEC_VERSION_MAX + 1];
	char md5_driver[OMASEC_TYPE_MAX + 1];		/**< "" when the kernel has no MD5 */
	char sha256_driver[OMASEC_TYPE_MAX + 1];	/**< of HMAC-SHA256; likewise the next ones */
	char sha384_driver[OMASEC_TYPE_MAX + 1], sha512_driver[OMASEC_TYPE_MAX + 1];
	char aes_driver[OMASEC_TYPE_MAX + 1];		/**< of AES key wrap */
	char gcm_driver[OMASEC_TYPE_MAX + 1];		/**< of AES-GCM */
	char cbc_driver[OMASEC_TYPE_MAX + 1];		/**< of AES-CBC */
	uint32_t abi;
	uint32_t helper;				/**< port id of the helper, 0 for none */
	uint32_t accounts, rules, flows, listeners;
	uint32_t pending;				/**< messages that wait for a verdict */
	uint32_t generation;				/**< counts changes of configuration */
	uint32_t waiting;			/**< messages that wait for a PIN */
	uint64_t memory, memory_max;			/**< octets held for messages */
	bool needs_helper;				/**< some rule cannot work without helper */
};

/** struct omasec_counter - one counter. */
struct omasec_counter {
	char name[OMASEC_NAME_MAX + 1];
	uint64_t value;
	bool refusal;		/**< counts messages refused for @reason */
	uint32_t reason;	/**< enum omasec_reason */
};

OMASEC_API int omasec_status_get(struct omasec *o, struct omasec_status *status);

/**
 * Iterators get one object at a time, after the whole list was read, so @fn may
 * use the same handle. A non-zero return of @fn ends the iteration and is
 * returned. A list that changed while it was read is read once more; when that
 * happens again the call fails with -EINTR.
 */
typedef int (*omasec_counter_fn)(void *arg, const struct omasec_counter *counter);
OMASEC_API int omasec_stats_each(struct omasec *o, omasec_counter_fn fn, void *arg);

/** @} */
/* ------------------------------------------------------------------------- */
/** @name Transactions
 * Between begin and commit, changes of accounts and rules go to a copy. One
 * transaction at a time in a network namespace (-EBUSY); it is dropped when
 * the handle is closed. @{
 */

/** @param replace  begin from nothing instead of from what is loaded */
OMASEC_API int omasec_config_begin(struct omasec *o, bool replace);
/** @param generation  may be NULL */
OMASEC_API int omasec_config_commit(struct omasec *o, uint32_t *generation);
OMASEC_API int omasec_config_abort(struct omasec *o);

/** @} */
/* ------------------------------------------------------------------------- */
/** @name Accounts @{ */

/**
 * struct omasec_nonce - a nonce, decoded.
 * In replies the module tells the octets to the registered helper only; for others
 * a nonce that it has is known and of length 0.
 */
struct omasec_nonce {
	bool known;				/**< it is set, also when it is empty */
	uint8_t len;
	uint8_t data[OMASEC_NONCE_MAX];
};

/** struct omasec_cred - one credential. */
struct omasec_cred {
	char user[OMASEC_USER_MAX + 1];		/**< "" when there is no credential */
	int32_t key;				/**< serial of a logon key with K, 0 for none */
	int32_t key_state;			/**< replies: 0, or the errno of using the key now */
	struct omasec_nonce nonce;		/**< not known: keep what the module has */
	struct omasec_nonce agreed;		/**< for sessionless messages; likewise */
	uint32_t agreed_used;			/**< replies: messages that it has protected */
};

/** struct omasec_secret - a secret of an account besides its credentials. */
struct omasec_secret {
	int32_t key;				/**< serial of a logon key, 0 for none */
	int32_t key_state;			/**< replies: 0, or the errno of using the key now */
};

/** struct omasec_account - a pair of peers that know each other's credentials. */
struct omasec_account {
	char name[OMASEC_NAME_MAX + 1];
	char server_id[OMASEC_SERVER_ID_MAX + 1];
	struct omasec_cred client;		/**< how the client proves itself */
	struct omasec_cred server;		/**< how the server proves itself */
	uint8_t mac_form;			/**< enum omasec_mac_form */
	uint8_t app_cred;			/**< enum omasec_app_cred */
	struct omasec_secret netw;		/**< of the network: IMSI in semi-octets, ESN */
	struct omasec_secret pin;		/**< digits of a PIN */
	struct omasec_secret sign;		/**< for HMACs of XML signatures */
	struct omasec_secret wrap;		/**< AES key that wraps keys of XML encryption */
	struct omasec_secret legacy_wrap;	/**< the same, for encryption_profile legacy */
	uint8_t usernetwpin;			/**< enum omasec_usernetwpin */
	uint8_t bootstrap_unsecured;		/**< enum omasec_bootstrap_unsecured */
	uint8_t encryption_profile;		/**< enum omasec_encryption_profile */
	uint8_t pin_failures;			/**< replies only: wrong PINs one after the other */
	uint32_t pin_locked;			/**< replies only: seconds for which no PIN is taken */
	uint32_t decryption_blocked;		/**< replies only: seconds for which nothing is decrypted */
	uint64_t messages_ok, messages_refused;	/**< replies only */
};

/** Create the account, or replace the one of that name; unknown nonces are kept. */
OMASEC_API int omasec_account_set(struct omasec *o, const struct omasec_account *account);
/** -ENOENT without such an account, -EBUSY while a rule names it. */
OMASEC_API int omasec_account_del(struct omasec *o, const char *name);
OMASEC_API int omasec_account_get(struct omasec *o, const char *name,
				  struct omasec_account *account);
typedef int (*omasec_account_fn)(void *arg, const struct omasec_account *account);
OMASEC_API int omasec_account_each(struct omasec *o, omasec_account_fn fn, void *arg);

/**
 * Set nonces of an account (helper only). NULL or not known: leave that one alone.
 * @param client  for the next message that the client's credential protects
 * @param server  for the next message that the server's credential protects
 */
OMASEC_API int omasec_account_nonce(struct omasec *o, const char *name,
				    const struct omasec_nonce *client,
				    const struct omasec_nonce *server);

/**
 * Tell how many messages the agreed nonces of an account have protected (helper only).
 * @param client  agreed and agreed_used of it count, when agreed is known; or NULL
 * @param server  likewise
 */
OMASEC_API int omasec_account_agreed_used(struct omasec *o, const char *name,
					  const struct omasec_cred *client,
					  const struct omasec_cred *server);

/**
 * Tell that nothing of an account is decrypted with keys of the legacy profile (helper only).
 * @param seconds  for how long, at most 3600
 */
OMASEC_API int omasec_account_blocked(struct omasec *o, const char *name, uint32_t seconds);

/** Forget the wrong PINs that were given for an account. */
OMASEC_API int omasec_account_pin_reset(struct omasec *o, const char *name);

/** @} */
/* ------------------------------------------------------------------------- */
/** @name Blobs
 * DM messages that come, or go, another way than through a socket of this host:
 * by SMS through a modem daemon, on a smart card, by OBEX. They are judged by the
 * same code as what comes through sockets. @{
 */

/** struct omasec_blob - a blob; all zero but kind, body and len is fine. */
struct omasec_blob {
	uint8_t kind;				/**< enum omasec_blob_kind */
	uint8_t role;				/**< enum omasec_role of this side; auto: client */
	uint8_t sec;				/**< enum omasec_sec, of a bootstrap message */
	const char *account;			/**< needed for bootstrap messages and to protect; NULL: found by name */
	const void *body;			/**< to protect a notification: without its digest */
	size_t len;				/**< at most OMASEC_BLOB_MAX */
	const char *content_type;		/**< verify: with SEC and MAC, instead of sec and mac; or NULL */
	const char *mac;			/**< verify a bootstrap message: 40 hexadecimal digits; or NULL */
	const char *hmac;			/**< verify a message: value of x-syncml-hmac; or NULL */
	const char *pin;			/**< that the user typed for this blob; or NULL */
};

/** struct omasec_blob_verdict - what was found. */
struct omasec_blob_verdict {
	uint32_t reason;			/**< enum omasec_reason, 0 when it is accepted */
	bool unchecked;				/**< accepted, but nothing secured it */
	bool has_message;
	uint8_t message;			/**< enum omasec_message_kind */
	uint8_t kind;				/**< enum omasec_blob_kind */
	uint8_t sec;				/**< enum omasec_sec */
	uint16_t session;			/**< that a notification asks for, 0 for none */
	uint32_t offset, length;		/**< of what was pushed, inside of the body */
	char account[OMASEC_NAME_MAX + 1];	/**< whose it is, "" when not known */
	char user[OMASEC_USER_MAX + 1];		/**< user name or server identifier in it */
	char text[OMASEC_DETAIL_MAX + 1];	/**< what exactly was wrong */
};

/** struct omasec_blob_protection - what protects a blob. */
struct omasec_blob_protection {
	char account[OMASEC_NAME_MAX + 1];
	char content_type[256];			/**< of a bootstrap message, with SEC and MAC */
	uint8_t sec;				/**< enum omasec_sec */
	char mac[65];				/**< with userpinmac: what the user types after the PIN */
	char hmac[512];				/**< of a message: value of x-syncml-hmac */
	bool has_digest;
	uint8_t digest[16];			/**< of a notification: goes before the body */
};

/**
 * Judge a blob. An accepted notification or message is refused the second time. For a
 * message the helper is asked, which may take three seconds.
 * @return 0 only when it may be used; -EKEYREJECTED when it may not, and then
 *   verdict->reason says why; another negative errno when it could not be judged
 */
OMASEC_API int omasec_blob_verify(struct omasec *o, const struct omasec_blob *blob,
				  struct omasec_blob_verdict *verdict);
/**
 * Make what protects a blob, with the keys of its account; a message is protected with
 * its agreed nonce.
 */
OMASEC_API int omasec_blob_protect(struct omasec *o, const struct omasec_blob *blob,
				   struct omasec_blob_protection *protection);

/** struct omasec_wait - a bootstrap message that came in by a rule and waits for its PIN. */
struct omasec_wait {
	uint32_t id;				/**< of the message; also in event.wait */
	uint32_t rule;
	char account[OMASEC_NAME_MAX + 1];
	uint8_t sec;				/**< enum omasec_sec */
	uint8_t kind;				/**< enum omasec_blob_kind */
	uint16_t family;			/**< AF_INET or AF_INET6 */
	uint16_t local_port, peer_port;
	uint8_t local[16], peer[16];		/**< network order */
	uint32_t length;			/**< octets, 0 when not known; lists only */
	uint32_t seconds;			/**< for which it waits on; lists only */
	uint32_t tries;				/**< how many PINs may be wrong yet */
	bool waits;				/**< it waits on */
	uint32_t reason;			/**< answers only: enum omasec_reason, 0 when it was delivered */
	char text[OMASEC_DETAIL_MAX + 1];	/**< answers only: what exactly was wrong */
};

typedef int (*omasec_wait_fn)(void *arg, const struct omasec_wait *wait);
/** The messages that wait for a PIN. */
OMASEC_API int omasec_wait_each(struct omasec *o, omasec_wait_fn fn, void *arg);
/**
 * Give the PIN for a message that waits (with userpinmac, the PIN and the digits of
 * its MAC). Wipe @p pin afterwards.
 * @param pin  NULL: give the message up
 * @return 0 when the PIN was right and the message was delivered; -EKEYREJECTED when
 *   not, and then wait->reason says why, wait->waits whether it waits on, and
 *   wait->tries for how many more; -ENOENT when no message waits by this id
 */
OMASEC_API int omasec_wait_pin(struct omasec *o, uint32_t id, const char *pin,
			       struct omasec_wait *wait);

/** @} */
/* ------------------------------------------------------------------------- */
/** @name Rules @{ */

/** struct omasec_seen - what a rule has seen since it was first in force. */
struct omasec_seen {
	uint64_t rx_mac, tx_mac;		/**< messages delivered, sent, with a MAC */
	uint64_t rx_plain, tx_plain;		/**< and without */
	uint64_t passed;			/**< not DM, let through */
	uint64_t refused;			/**< messages and sockets */
};

/** struct omasec_rule - which sockets are protected, and how. */
struct omasec_rule {
	uint32_t id;				/**< given by the module */
	char name[OMASEC_NAME_MAX + 1];
	char account[OMASEC_NAME_MAX + 1];	/**< "" for any, by user name */
	uint8_t direction;			/**< enum omasec_direction */
	uint8_t family;				/**< 0 for any address, or AF_INET, AF_INET6 */
	uint8_t prefix;				/**< bits of @ref address that count */
	uint8_t address[16];			/**< of the peer, network order */
	uint8_t protocol;			/**< enum omasec_protocol */
	uint16_t port_min, port_max;		/**< of the peer (out), of the listener (in) */
	bool has_uid, has_cgroup;
	uint32_t uid;
	uint64_t cgroup;			/**< id of a cgroup v2 */
	uint8_t role;				/**< enum omasec_role */
	uint8_t binding;			/**< enum omasec_binding: http or obex for tcp, wsp or wsp-post for udp */
	uint8_t integrity;			/**< enum omasec_integrity */
	uint8_t transport;			/**< enum omasec_transport */
	uint8_t auth_mode;			/**< enum omasec_auth_mode */
	uint8_t first_contact;			/**< enum omasec_first_contact */
	uint8_t confidentiality;		/**< enum omasec_confidentiality */
	uint8_t content_cipher;			/**< enum omasec_content_cipher */
	uint8_t object_signature;		/**< enum omasec_object_signature */
	uint8_t encoding;			/**< enum omasec_encoding */
	uint8_t other;				/**< enum omasec_other */
	uint8_t on_deny;			/**< enum omasec_on_deny */
	uint8_t helper_lost;			/**< enum omasec_helper_lost */
	uint8_t tls;				/**< enum omasec_tls */
	uint8_t notification_13;		/**< enum omasec_notification_13 */
	uint8_t nonce_resync;			/**< enum omasec_nonce_resync */
	uint8_t bootstrap;			/**< enum omasec_bootstrap_http */
	uint8_t sessionless;			/**< enum omasec_sessionless */
	uint8_t tls_check;			/**< enum omasec_tls_check */
	uint16_t tls_min;			/**< lowest version, 0x0303 is 1.2; 0 for the module's default */
	bool unprotected;			/**< the rule may leave its sockets without protection */
	uint32_t max_message;			/**< octets, 0 for the module's default */
	uint32_t deadline_ms;			/**< 0 for the module's default */
	uint32_t pin_wait;			/**< seconds for which a bootstrap message waits for its PIN */
	uint32_t flows;				/**< replies only: flows that hold the rule */
	uint64_t hits;				/**< replies only: sockets or datagrams it selected */
	struct omasec_seen seen;		/**< replies only */
};

/** The safe defaults: integrity hmac, transparent, everything else denied. */
OMASEC_API void omasec_rule_init(struct omasec_rule *rule);
/** Append a rule. @param id  may be NULL */
OMASEC_API int omasec_rule_add(struct omasec *o, const struct omasec_rule *rule, uint32_t *id);
/** By @p id, or by @p name when @p id is 0. */
OMASEC_API int omasec_rule_del(struct omasec *o, uint32_t id, const char *name);
typedef int (*omasec_rule_fn)(void *arg, const struct omasec_rule *rule);
/** In order: the first rule that matches decides. */
OMASEC_API int omasec_rule_each(struct omasec *o, omasec_rule_fn fn, void *arg);

/** @} */
/* ------------------------------------------------------------------------- */
/** @name Flows @{ */

/** struct omasec_flow - an attached socket, or a wrapped listener. */
struct omasec_flow {
	uint64_t id;
	uint16_t family;			/**< AF_INET, AF_INET6 */
	uint16_t local_port, peer_port;
	uint8_t local[16], peer[16];		/**< network order, 4 or 16 octets */
	uint32_t uid;
	uint32_t rule;
	uint32_t reason;			/**< why it was refused, 0 when it was not */
	uint8_t direction;			/**< enum omasec_direction */
	bool listener;
	char account[OMASEC_NAME_MAX + 1];
	uint64_t rx_messages, tx_messages, rx_bytes, tx_bytes;
	char rx_state[32], tx_state[32];
	uint64_t inode;
	uint16_t tls_version;			/**< that was agreed on, 0 unless TLS was recognised */
	uint16_t tls_suite;			/**< cipher suite, as IANA numbers them */
	char tls_name[OMASEC_TLS_NAME_MAX + 1];	/**< server name of the ClientHello, "" for none */
	bool datagrams;				/**< between two UDP ports: no socket, no uid */
};

typedef int (*omasec_flow_fn)(void *arg, const struct omasec_flow *flow);
OMASEC_API int omasec_flow_each(struct omasec *o, omasec_flow_fn fn, void *arg);
/** Reset one flow; -ENOENT when it is gone. */
OMASEC_API int omasec_flow_kill(struct omasec *o, uint64_t id);
/** Reset all flows. */
OMASEC_API int omasec_flow_kill_all(struct omasec *o);
/**
 * Take over a socket that is older than the rule that selects it: a listener is
 * protected from then on, a connection is reset. Whoever has it must be stopped
 * meanwhile. -EBUSY when a thread waits in accept(), -ENOENT when no rule selects it.
 * @param fd     of this process; -1 ends what omasec_flow_detach() began
 * @param ended  whether it was a connection; may be NULL
 */
OMASEC_API int omasec_flow_attach(struct omasec *o, int fd, bool *ended);
/** Attach no more sockets and unwrap listeners, so that the module can be unloaded. */
OMASEC_API int omasec_flow_detach(struct omasec *o);

/** @} */
/* ------------------------------------------------------------------------- */
/** @name Helper side
 * The helper decides the messages of its network namespace. It must not fork
 * while it holds the handle (the module sees its death only when the last copy
 * of the socket closes; all descriptors are close-on-exec). @{
 */

/** struct omasec_message - a message that waits for a verdict. */
struct omasec_message {
	uint64_t cookie;
	uint64_t flow;
	uint32_t rule;
	uint32_t length;			/**< octets of the body */
	uint32_t deadline_ms;			/**< of the rule, from the announcement on */
	uint8_t path;				/**< enum omasec_path */
	uint8_t role;				/**< enum omasec_role, of the local application */
	uint8_t mac_state;			/**< enum omasec_mac_state */
	uint8_t integrity;			/**< enum omasec_integrity, of the rule */
	uint8_t auth_mode;			/**< enum omasec_auth_mode */
	uint8_t first_contact;			/**< enum omasec_first_contact */
	uint8_t confidentiality;		/**< enum omasec_confidentiality, of the rule */
	uint8_t content_cipher;			/**< enum omasec_content_cipher, of the rule */
	uint8_t object_signature;		/**< enum omasec_object_signature, of the rule */
	uint8_t app_cred;			/**< enum omasec_app_cred */
	uint8_t http_kind;			/**< enum omasec_http_kind */
	char account[OMASEC_NAME_MAX + 1];	/**< "" when not known yet */
	char user[OMASEC_USER_MAX + 1];		/**< in the x-syncml-hmac header, "" for none */
	char content_type[OMASEC_TYPE_MAX + 1];
	uint8_t binding;			/**< enum omasec_binding; wsp: it was pushed */
	uint8_t take;				/**< enum omasec_sessionless, of the rule */
	struct omasec_nonce agreed;		/**< known: the MAC is right with this agreed nonce */
	uint8_t agreed_mac[16];			/**< and it is this one */
	bool wbxml;				/**< received: the application speaks WBXML */
};

/** struct omasec_denial - a command, or an item of one, that Access Control Lists deny. */
struct omasec_denial {
	char server[OMASEC_SERVER_ID_MAX + 1];	/**< identifier, "" for nobody */
	char command[OMASEC_WORD_MAX + 1];
	char uri[OMASEC_URI_MAX + 1];		/**< perhaps only its beginning; "" for nothing */
	char clause[OMASEC_WORD_MAX + 1];	/**< by which it is denied */
	uint16_t status;			/**< that the server gets */
};

/**
 * struct omasec_decision - a verdict on a message, in full. All zero but cookie
 * and verdict is fine.
 */
struct omasec_decision {
	uint64_t cookie;
	uint8_t verdict;			/**< enum omasec_verdict */
	uint32_t reason;			/**< enum omasec_reason, with reject */
	const char *detail;			/**< for the event, or NULL */
	bool replaced;				/**< a body was put; its length is @ref length */
	uint32_t length;
	const char *content_type;		/**< of the body that was put, NULL to keep */
	const char *account;			/**< the account that the helper found, or NULL */
	struct omasec_nonce mac_nonce;		/**< for the MAC of the message that leaves */
	bool no_mac;				/**< it leaves without MAC */
	struct omasec_nonce expect_nonce;	/**< issued in it; counts from the wire on */
	bool sessionless;			/**< it is a sessionless message */
	uint32_t agreed_used;			/**< messages that its agreed nonce has protected, or 0 */
	uint32_t denied;			/**< what of it Access Control Lists deny */
	const struct omasec_denial *denial;	/**< the first of that, for events: */
	uint32_t denial_count;			/**< so many, at most OMASEC_DENIALS_MAX */
};

/**
 * Become the helper of this network namespace.
 * @param version  shown by `omasec status`
 * @param replace  take over from a helper that still lives (else -EBUSY)
 */
OMASEC_API int omasec_helper_register(struct omasec *o, const char *version, bool replace);

/**
 * A descriptor to poll for POLLIN: readable while omasec_helper_next() may have
 * something, also notices that came in during other calls. Valid until
 * omasec_close(). -ENOTCONN before omasec_helper_register().
 */
OMASEC_API int omasec_helper_fd(struct omasec *o);

/**
 * The next message that waits. Never blocks on notices; when notices were lost
 * it asks the module for what is left, so none is forgotten.
 * @return 1 with @p message, 0 when there is none now, or a negative errno:
 *   -EPROTONOSUPPORT after the module was removed, -EPERM after another helper
 *   took over and the module was asked
 */
OMASEC_API int omasec_helper_next(struct omasec *o, struct omasec_message *message);

/**
 * The body of a message.
 * @param message  of omasec_helper_next()
 * @param body  allocated with malloc(), exactly message->length octets and a NUL
 *   after them; NULL on failure
 * @return 0, -ENOENT or -ESTALE when it was decided meanwhile, or another errno
 */
OMASEC_API int omasec_message_get(struct omasec *o, const struct omasec_message *message,
				  uint8_t **body);
/** Put a new body, in as many pieces as it takes. The verdict must say replaced. */
OMASEC_API int omasec_message_put(struct omasec *o, uint64_t cookie, const void *body,
				  size_t len);
/**
 * Have the module judge the Cred of auth-md5 of a received message, of a rule with
 * integrity signature or any. That uses the nonce up; asked again of the same message the
 * answer is the same. The verdict can be to accept only after OMASEC_MAC_STATE_OK.
 * @param digest  what the Cred has, decoded, OMASEC_CRED_LEN octets; NULL for no Cred
 * @param mac_state  set to enum omasec_mac_state
 * @return 0, -ENOENT or -ESTALE when it was decided meanwhile, -ENOKEY or -EKEYREVOKED
 *   when the account has no key to judge with, or another errno
 */
OMASEC_API int omasec_message_cred_judge(struct omasec *o, uint64_t cookie,
					 const uint8_t *digest, uint8_t *mac_state);
/**
 * Have the module make the Cred of the message that is sent in place of a message of such a
 * rule, with our own credential and a nonce, which the verdict has to name as mac_nonce.
 * @param digest  the Cred, to be put into the message before it is signed; zero on failure
 * @return as above; -EINVAL for a nonce of the peer with which the Cred would be a MAC
 */
OMASEC_API int omasec_message_cred_make(struct omasec *o, uint64_t cookie,
					const struct omasec_nonce *nonce,
					uint8_t digest[OMASEC_CRED_LEN]);
/** Decide a message. -ENOENT or -ESTALE when something else has decided it before. */
OMASEC_API int omasec_message_verdict(struct omasec *o, const struct omasec_decision *decision);

/**
 * Have the module use a key of an account: HMACs with its sign key; with its wrap key
 * AES-256-GCM under a new key, which is wrapped (RFC 3394). No key leaves the kernel
 * but so. What was sealed is 40 octets of wrapped key, 12 of IV, cipher text, 16 of tag.
 * The operations with CBC use the legacy-wrap key and AES-CBC; what they open is not told
 * apart from anything else, see enum omasec_crypto_op.
 * @param op  enum omasec_crypto_op
 * @param data  for an HMAC and what is to be opened up to OMASEC_CRYPTO_MAX octets; what
 *   is to be sealed: 1 to OMASEC_CRYPTO_MAX - OMASEC_SEAL_MORE
 * @param out  for what comes out: the HMAC in full length; what was sealed,
 *   OMASEC_SEAL_MORE octets longer; what was opened, so many shorter, with CBC up to 15
 *   more at first; wiped on failure
 * @param out_len  in: room at @p out; out: octets there, 0 on failure
 * @return 0, or a negative errno:
 *   -ENOENT without such an account, -ENOKEY when it has no key for this,
 *   -EKEYREVOKED, -EKEYEXPIRED, -EKEYREJECTED when that key cannot be used,
 *   -EACCES when the encryption-profile of the account is the other one,
 *   -EBADMSG when what was to be opened was not sealed with this key, or changed since,
 *   -EMSGSIZE when @p data have a length that this does not take or @p out has no room,
 *   -EOPNOTSUPP when the kernel lacks the algorithm or there is no such operation
 */
OMASEC_API int omasec_helper_crypto(struct omasec *o, const char *account, uint32_t op,
				    const void *data, size_t len, uint8_t *out, size_t *out_len);

/** @} */
/* ------------------------------------------------------------------------- */
/** @name Events @{ */

/** struct omasec_event - something was refused or changed. */
struct omasec_event {
	uint8_t kind;				/**< enum omasec_event_kind */
	bool has_direction, has_path, has_uid, has_message;
	uint8_t direction;			/**< enum omasec_direction */
	uint8_t path;				/**< enum omasec_path */
	uint8_t message;			/**< enum omasec_message_kind */
	uint64_t time_ns;			/**< CLOCK_REALTIME */
	uint32_t reason;			/**< enum omasec_reason */
	int32_t error;				/**< errno that the application got, or 0 */
	uint64_t flow;				/**< 0 for none */
	uint64_t cookie;			/**< of the message, 0 for none */
	uint32_t uid;
	uint32_t rule;				/**< 0 for none */
	uint16_t family;			/**< AF_INET, AF_INET6, 0 for no socket */
	uint16_t local_port, peer_port;
	uint8_t local[16], peer[16];		/**< network order */
	char account[OMASEC_NAME_MAX + 1];
	char user[OMASEC_USER_MAX + 1];
	char text[OMASEC_DETAIL_MAX + 1];
	uint16_t tls_version;			/**< 0 for none */
	uint16_t tls_suite;
	char tls_name[OMASEC_TLS_NAME_MAX + 1];
	uint32_t wait;				/**< id of a message that waits for its PIN, 0 for none */
	uint8_t sec;				/**< enum omasec_sec, of that message */
	struct omasec_denial denial;		/**< with OMASEC_EVENT_KIND_ACL_DENIED */
	uint32_t more;				/**< denials of the same message that have no event */
};

/** Listen to events. */
OMASEC_API int omasec_events_open(struct omasec *o);
/** A descriptor to poll for POLLIN. -ENOTCONN before omasec_events_open(). */
OMASEC_API int omasec_events_fd(struct omasec *o);
/**
 * The next event. Never blocks.
 * @return 1 with @p event, 0 when there is none now, -ENOBUFS when some were
 *   lost (reading goes on after that), -EPROTONOSUPPORT after the module was
 *   removed, or another negative errno
 */
OMASEC_API int omasec_events_read(struct omasec *o, struct omasec_event *event);

/** @} */
/* ------------------------------------------------------------------------- */
/** @name Names
 * The words of the command line, of omasec.conf(5) and of JSON. @{
 */

enum omasec_names {
	OMASEC_NAMES_REASON,
	OMASEC_NAMES_DIRECTION,
	OMASEC_NAMES_PATH,
	OMASEC_NAMES_ROLE,
	OMASEC_NAMES_BINDING,
	OMASEC_NAMES_INTEGRITY,
	OMASEC_NAMES_TRANSPORT,
	OMASEC_NAMES_AUTH_MODE,
	OMASEC_NAMES_OTHER,
	OMASEC_NAMES_ON_DENY,
	OMASEC_NAMES_HELPER_LOST,
	OMASEC_NAMES_FIRST_CONTACT,
	OMASEC_NAMES_CONFIDENTIALITY,
	OMASEC_NAMES_CONTENT_CIPHER,
	OMASEC_NAMES_OBJECT_SIGNATURE,
	OMASEC_NAMES_ENCODING,
	OMASEC_NAMES_APP_CRED,
	OMASEC_NAMES_MAC_FORM,
	OMASEC_NAMES_MAC_STATE,
	OMASEC_NAMES_VERDICT,
	OMASEC_NAMES_EVENT_KIND,
	OMASEC_NAMES_HTTP_KIND,
	OMASEC_NAMES_PROTOCOL,
	OMASEC_NAMES_TLS,
	OMASEC_NAMES_TLS_CHECK,
	OMASEC_NAMES_NOTIFICATION_13,
	OMASEC_NAMES_NONCE_RESYNC,
	OMASEC_NAMES_BOOTSTRAP_HTTP,
	OMASEC_NAMES_SESSIONLESS,
	OMASEC_NAMES_MESSAGE_KIND,
	OMASEC_NAMES_BLOB_KIND,
	OMASEC_NAMES_SEC,
	OMASEC_NAMES_USERNETWPIN,
	OMASEC_NAMES_BOOTSTRAP_UNSECURED,
	OMASEC_NAMES_ENCRYPTION_PROFILE,
	OMASEC_NAMES_COUNT
};

/** How many values an enum has: they run from 0 to that number less one. */
OMASEC_API unsigned int omasec_name_count(enum omasec_names which);
/** The word for a value, "unknown" out of range. */
OMASEC_API const char *omasec_name(enum omasec_names which, unsigned int value);
/** The value for a word, or -EINVAL. */
OMASEC_API int omasec_value(enum omasec_names which, const char *name);

/** "1.2" for 0x0303, "0x...." for what has no name. @param out  room for 8 octets */
OMASEC_API const char *omasec_tls_version_name(uint16_t version, char out[8]);
/** IANA's name of a common cipher suite, "0x...." for others. @param out  room for 8 octets */
OMASEC_API const char *omasec_tls_suite_name(uint16_t suite, char out[8]);

/** The word for a reason ("mac-wrong"). */
OMASEC_API const char *omasec_reason_name(unsigned int reason);
/** The errno that an application's call fails with for a reason. */
OMASEC_API int omasec_reason_errno(unsigned int reason);
/** One sentence: what is wrong. */
OMASEC_API const char *omasec_reason_text(unsigned int reason);
/** One sentence: what an administrator can do about it. */
OMASEC_API const char *omasec_reason_advice(unsigned int reason);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
