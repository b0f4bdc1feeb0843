/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libdm: DM messages as octets in, facts and changed octets out. This is the
 * map of the library; one section for each step in the life of a message.
 *
 * A struct dm_doc exists only for a message that was found acceptable as markup
 * (xml_scan.c and xml_read.c, or wbxml_read.c) and as a DM message (facts.c).
 * Nothing here does I/O, logs, or keeps state between messages. The worker
 * calls it; the parent only uses facts.h, worker_ipc.h and worker_client.h.
 */
#ifndef DM_DM_H
#define DM_DM_H

#include "commands.h"
#include "facts.h"

/*
 * Octets of a message. Of XML, libxml2 takes no CDATA section and no run of
 * white space over 10,000,000 octets.
 */
#define DM_BODY_MAX	(16u << 20)
#define DM_NODES_MAX	(1u << 17)	/* elements and texts of a message */
#define DM_DEPTH_MAX	64		/* nesting; TNDS in Data nests deeper than DM itself */
#define DM_ATTR_MAX	8		/* attributes of one tag */
#define DM_TAG_MAX	4096		/* octets of one start tag */
#define DM_TYPE_MAX	128		/* octets of a content type, with parameters */

struct dm_doc;

/*
 * Why a message was refused. @text names the fault and the place, and quotes
 * nothing of the message except names from the standard and positions, so that
 * it may be logged.
 */
struct dm_error {
	uint32_t reason;	/* OMASEC_REASON_XML_BAD, _WBXML_BAD, _DM_BAD, _NO_MEMORY, ... */
	char text[128];
};

/* Once per process, before the first dm_parse() and before any sandbox. */
void dm_init(void);

/* --- octets to document (doc.c) -------------------------------------- */

/*
 * Content type: application/vnd.syncml.dm+xml, application/vnd.syncml.dm+wbxml
 * or the same without ".dm"; a charset parameter has to be UTF-8.
 * @body is not copied and has to outlive the document.
 * 0, or -EBADMSG, -EMSGSIZE, -ENOMEM with @err filled.
 */
int dm_parse(const uint8_t *body, size_t len, const char *content_type,
	     struct dm_doc **doc, struct dm_error *err);
void dm_doc_free(struct dm_doc *doc);

/* --- document to facts (facts.c) ------------------------------------- */

int dm_extract(const struct dm_doc *doc, struct dm_facts *facts, struct dm_error *err);

/* --- document to what its commands are about (commands.c) ------------ */

/*
 * @items: also what the commands name; without, only what Status refer to and Results are about.
 * -EBADMSG for commands that are not of DM, two with one CmdID, and what is not clear
 * about an Item.
 */
int dm_commands(const struct dm_doc *doc, bool items, struct dm_list *list, struct dm_error *err);

/* --- document and edits to octets (edits.c, splice.c) ----------------- */

/*
 * Octets that no edit touches stay as they are; with dm_edits_empty() the very
 * same octets come out. @out is malloc'ed. 0, or -EINVAL (edits do not fit
 * the message), -EMSGSIZE, -ENOMEM with @err filled.
 */
int dm_apply(const struct dm_doc *doc, const struct dm_edits *edits,
	     uint8_t **out, size_t *len, struct dm_error *err);
/* The same with changes to commands; NULL for none. */
int dm_change(const struct dm_doc *doc, const struct dm_edits *edits, const struct dm_changes *changes,
	      uint8_t **out, size_t *len, struct dm_error *err);

/* --- the answer to a message that fails authentication (challenge.c) -- */

/*
 * Same encoding, SessionID and versions as the received message, Target and
 * Source exchanged; a Status with @c->code for the SyncHdr (with the Chal) and
 * for every command except Status, Results and those with NoResp; Final.
 */
int dm_challenge_build(const struct dm_doc *received, const struct dm_challenge *c,
		       uint8_t **out, size_t *len, struct dm_error *err);
bool dm_challenge_valid(const struct dm_challenge *c);

/* --- the document again, in either encoding (write.c) ----------------- */

/*
 * XML or WBXML with the same meaning; -EINVAL for content that has no WBXML
 * form (foreign elements, attributes).
 */
int dm_encode(const struct dm_doc *doc, enum dm_encoding encoding,
	      uint8_t **out, size_t *len, struct dm_error *err);

/* --- octets in the other encoding (convert.c) -------------------------- */

/*
 * A message in XML as WBXML, or the other way round (@to says to what), such that turned back
 * it is the same again. -EBADMSG also for one that is not (NOT_CONVERTIBLE).
 */
int dm_convert(const uint8_t *body, size_t len, enum dm_encoding to, uint8_t **out, size_t *out_len,
	       struct dm_error *err);

#endif
