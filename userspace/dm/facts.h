/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the session engine needs to know of a DM message (facts), and what it
 * may ask to have changed in it (edits). The worker extracts facts from XML or
 * WBXML and applies edits; the engine in the parent process never sees markup.
 * Facts come from a process that parses hostile input: the parent checks every
 * count and length with dm_facts_valid() before it uses them.
 *
 * Plain data without pointers, so that both cross a socketpair as octets
 * between two processes of the same build.
 */
#ifndef DM_FACTS_H
#define DM_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DM_TEXT_MAX	256	/* SessionID, LocURI, LocName: longer is refused (dm-bad) */
#define DM_NONCE_MAX	64
#define DM_CRED_LEN	16	/* digest of a Cred of auth-md5 */
#define DM_STATUS_MAX	512	/* Status elements of a message */
#define DM_COMMAND_MAX	512	/* commands of a message that want a Status */

enum dm_encoding { DM_XML, DM_WBXML };

/* Commands, for Status/Cmd and for counting. */
enum dm_cmd {
	DM_CMD_NONE, DM_CMD_SYNCHDR, DM_CMD_ADD, DM_CMD_ALERT, DM_CMD_ATOMIC, DM_CMD_COPY,
	DM_CMD_DELETE, DM_CMD_EXEC, DM_CMD_GET, DM_CMD_REPLACE, DM_CMD_RESULTS,
	DM_CMD_SEQUENCE, DM_CMD_STATUS,
	/* of data synchronisation: DM has no use for them */
	DM_CMD_MAP, DM_CMD_MOVE, DM_CMD_PUT, DM_CMD_SEARCH, DM_CMD_SYNC,
	DM_CMD_OTHER,
};

static inline bool dm_cmd_foreign(uint8_t cmd)
{
	return cmd >= DM_CMD_MAP;
}

/* A command with a name that others have answered with a Status. */
static inline bool dm_cmd_answered(uint8_t cmd)
{
	return cmd > DM_CMD_SYNCHDR && cmd < DM_CMD_OTHER && cmd != DM_CMD_STATUS;
}

enum dm_auth { DM_AUTH_NONE, DM_AUTH_BASIC, DM_AUTH_MD5, DM_AUTH_MAC, DM_AUTH_OTHER };

struct dm_status {
	uint32_t cmd_id;
	uint32_t msg_ref;
	uint32_t cmd_ref;	/* 0 is the SyncHdr */
	uint16_t code;		/* Data, 100..999 */
	uint8_t cmd;		/* enum dm_cmd of Status/Cmd */
	uint8_t has_chal;
	uint8_t chal_type;	/* enum dm_auth */
	uint8_t chal_nonce_len;
	uint8_t has_chal_nonce;
	uint8_t nonce[DM_NONCE_MAX];	/* decoded NextNonce */
};

struct dm_command {
	uint32_t cmd_id;
	uint8_t cmd;		/* enum dm_cmd */
	uint8_t depth;		/* 0 directly in SyncBody, more inside Atomic or Sequence */
	uint8_t no_resp;
};

struct dm_facts {
	uint8_t encoding;
	uint8_t version;	/* 11, 12 or 13: VerProto DM/1.1, 1.2, 1.3 */
	uint8_t final;
	uint8_t has_cred;
	uint8_t cred_type;	/* enum dm_auth */
	uint8_t has_digest;	/* it is of auth-md5, and can be read */
	uint8_t digest[DM_CRED_LEN];	/* decoded */
	uint8_t no_resp;	/* of the SyncHdr */
	char session_id[DM_TEXT_MAX];
	char source[DM_TEXT_MAX];	/* LocURI */
	char source_name[DM_TEXT_MAX];	/* LocName, "" when absent */
	char target[DM_TEXT_MAX];
	char target_name[DM_TEXT_MAX];
	char resp_uri[DM_TEXT_MAX];
	uint32_t msg_id;
	uint32_t max_cmd_id;	/* highest CmdID in the message */
	uint32_t max_msg_size;	/* Meta/MaxMsgSize, 0 when absent */
	uint32_t length;	/* octets of the message */
	uint16_t status_count;
	uint16_t command_count;	/* without Status; Results are in here */
	struct dm_status status[DM_STATUS_MAX];
	struct dm_command command[DM_COMMAND_MAX];
};

/* All counts and enums in range, all texts terminated. */
bool dm_facts_valid(const struct dm_facts *f);

#define DM_MAP_MAX 64

/* MsgRef @from becomes @to. */
struct dm_map { uint32_t from, to; };

enum dm_status_op {
	DM_STATUS_KEEP,
	DM_STATUS_REMOVE,
	DM_STATUS_SET,		/* new code; Chal as @chal says */
};

enum dm_chal_op {
	DM_CHAL_KEEP,
	DM_CHAL_REMOVE,
	DM_CHAL_MAC,		/* replace or add: auth-MAC, Format b64, NextNonce */
	DM_CHAL_MD5,		/* the same of auth-md5 */
};

struct dm_status_edit {
	uint16_t index;		/* into dm_facts.status */
	uint16_t code;
	uint8_t op;		/* enum dm_status_op */
	uint8_t chal;		/* enum dm_chal_op */
	uint8_t nonce_len;
	uint8_t nonce[DM_NONCE_MAX];
};

/*
 * Edits of one message. All zero means: leave every octet alone.
 * A new Status for the SyncHdr goes in front of all other commands of the
 * SyncBody (RepPro: it must be the first); its CmdID is max_cmd_id + 1.
 */
struct dm_edits {
	uint32_t set_msg_id;		/* 0: keep */
	uint8_t remove_cred;
	uint8_t set_cred;		/* Cred of auth-md5 with @cred, in place of any there is */
	uint8_t cred[DM_CRED_LEN];
	uint8_t insert_status;		/* for the peer's SyncHdr */
	uint8_t insert_chal;		/* enum dm_chal_op: REMOVE (none), MAC or MD5 */
	uint8_t insert_nonce_len;
	uint16_t insert_code;
	uint32_t insert_msg_ref;
	char insert_target_ref[DM_TEXT_MAX];	/* "" to leave out */
	char insert_source_ref[DM_TEXT_MAX];
	uint8_t insert_nonce[DM_NONCE_MAX];
	uint16_t map_count;		/* MsgRef of Status and Results; what is not listed stays */
	uint16_t status_count;
	struct dm_map map[DM_MAP_MAX];
	struct dm_status_edit status[DM_STATUS_MAX];
};

bool dm_edits_empty(const struct dm_edits *e);
bool dm_edits_valid(const struct dm_edits *e);

/*
 * A message of omasec's own: the answer to the message with @facts that fails
 * authentication (DM Security 1.2, 5.3: only Status, one for every command).
 */
struct dm_challenge {
	uint32_t msg_id;		/* MsgID of the challenge */
	uint16_t code;			/* 401 or 407, for the SyncHdr and every command */
	uint8_t nonce_len;
	uint8_t has_chal;		/* 0 to answer without a Chal (refused for good) */
	uint8_t md5;			/* Chal of auth-md5, not of auth-MAC */
	uint8_t set_cred;		/* Cred of auth-md5 with @cred */
	uint8_t cred[DM_CRED_LEN];
	uint8_t nonce[DM_NONCE_MAX];
};

#endif
