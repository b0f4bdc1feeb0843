// SPDX-License-Identifier: GPL-2.0 OR LGPL-2.1-or-later
/*
 * What each reason for a refusal means: to a script (name), to the application
 * (errno), to a person (text and advice). One row for each value of enum
 * omasec_reason; the man page and the tool print from here.
 */
#include "reason.h"

static const struct {
	const char *name;
	int err;
	const char *text, *advice;
} reasons[] = {
	[OMASEC_REASON_NONE] = {
		"none", 0,
		"The message was not refused.",
		"Nothing needs to be done.",
	},
	[OMASEC_REASON_MAC_MISSING] = {
		"mac-missing", EBADMSG,
		"The message has no x-syncml-hmac header, but the rule asks for one.",
		"Make the peer use auth-MAC, or set integrity to none in the rule if it cannot.",
	},
	[OMASEC_REASON_MAC_WRONG] = {
		"mac-wrong", EBADMSG,
		"The MAC does not match the credential, the nonce and the body of the message.",
		"Compare user name and password of the account with those of the peer; if they are equal, the nonces have drifted apart or the message was changed on its way.",
	},
	[OMASEC_REASON_MAC_REPLAYED] = {
		"mac-replayed", EBADMSG,
		"The MAC was made with the nonce before the current one: the message is a repetition, or the peer missed the last nonce.",
		"If it happens again and again, the peer does not store the nonce that it is given; otherwise somebody sends a recorded message.",
	},
	[OMASEC_REASON_MAC_MALFORMED] = {
		"mac-malformed", EBADMSG,
		"The x-syncml-hmac header stands there more than once or cannot be read without doubt.",
		"Have the peer send one header of the form: algorithm=MD5, username=\"name\", mac=24 characters of Base64.",
	},
	[OMASEC_REASON_MAC_ALGORITHM] = {
		"mac-algorithm", EBADMSG,
		"The x-syncml-hmac header names an algorithm other than MD5, the only one that is defined.",
		"Configure the peer to use MD5 for the message MAC.",
	},
	[OMASEC_REASON_USER_UNKNOWN] = {
		"user-unknown", EBADMSG,
		"No account has the user name that stands in the x-syncml-hmac header.",
		"Add an account with this user name, or correct the name at the peer.",
	},
	[OMASEC_REASON_USER_MISMATCH] = {
		"user-mismatch", EBADMSG,
		"The x-syncml-hmac header names another account than the one that the rule allows.",
		"Correct the account of the rule, or find out why the peer sends in the name of somebody else.",
	},
	[OMASEC_REASON_KEY_MISSING] = {
		"key-missing", ENOKEY,
		"The account has no usable key for this direction.",
		"Load the account again with its password, so that the key is put into the kernel.",
	},
	[OMASEC_REASON_KEY_REVOKED] = {
		"key-revoked", EKEYREVOKED,
		"The key of the account was revoked or has expired.",
		"Load the account again with a valid password.",
	},
	[OMASEC_REASON_NONCE_MISSING] = {
		"nonce-missing", ENOKEY,
		"There is no nonce to compute the MAC with.",
		"Set a first nonce for the account, or set first-contact to challenge in the rule.",
	},
	[OMASEC_REASON_HTTP_SYNTAX] = {
		"http-syntax", EPROTO,
		"The start line or a header field of an HTTP message is malformed or ambiguous.",
		"Check that really HTTP/1.0 or HTTP/1.1 is spoken on this port; if so, the sender must be corrected.",
	},
	[OMASEC_REASON_HTTP_LINE_END] = {
		"http-line-end", EPROTO,
		"A line of an HTTP message does not end in CR LF.",
		"Correct the sender: a lone CR or LF is not a line end in HTTP.",
	},
	[OMASEC_REASON_HTTP_TOO_MANY] = {
		"http-too-many", EPROTO,
		"The head or trailer of an HTTP message is longer than 16384 octets or has more than 100 fields.",
		"Have the sender send fewer or shorter header fields; cookies are the usual cause.",
	},
	[OMASEC_REASON_HTTP_LENGTH] = {
		"http-length", EPROTO,
		"The length of an HTTP message is given twice, contradictorily, or not as a plain number.",
		"Correct the sender: one Content-Length with a decimal number, or Transfer-Encoding: chunked, never both.",
	},
	[OMASEC_REASON_HTTP_ENCODING] = {
		"http-encoding", EPROTO,
		"The Transfer-Encoding of an HTTP message is not exactly chunked, or stands where none is allowed.",
		"Configure the sender not to compress in transfer; Content-Encoding is another matter and is allowed.",
	},
	[OMASEC_REASON_HTTP_CHUNK] = {
		"http-chunk", EPROTO,
		"A chunk of an HTTP message is malformed.",
		"Correct the sender, or have it send Content-Length in place of chunks.",
	},
	[OMASEC_REASON_HTTP_UPGRADE] = {
		"http-upgrade", EPROTO,
		"One side wants to change to another protocol (status 101, CONNECT, HTTP/2) on a protected socket.",
		"Switch off HTTP/2, WebSocket or proxy use in the application; for TLS through a proxy set tls to allow or require in the rule.",
	},
	[OMASEC_REASON_HTTP_UNEXPECTED] = {
		"http-unexpected", EPROTO,
		"A response came without a request, or octets followed after the last message.",
		"Look for a proxy or server that answers twice or announces a wrong length; request smuggling looks like this too.",
	},
	[OMASEC_REASON_HTTP_TRUNCATED] = {
		"http-truncated", EPROTO,
		"The connection ended inside a message.",
		"Look for network trouble or a crash of the sender; the part that came was not delivered.",
	},
	[OMASEC_REASON_NOT_DM] = {
		"not-dm", EBADMSG,
		"The content is not an OMA DM message, and the rule lets nothing else pass.",
		"Set other to pass in the rule if other content is wanted on this port.",
	},
	[OMASEC_REASON_TOO_LARGE] = {
		"too-large", EMSGSIZE,
		"The message is longer than the rule allows.",
		"Raise max-message in the rule, or lower MaxMsgSize at the sender.",
	},
	[OMASEC_REASON_NO_MEMORY] = {
		"no-memory", ENOBUFS,
		"There was no memory for the message, or the network namespace has reached its limit.",
		"Look at memory and memory-max in the status; lower max-message or the number of connections.",
	},
	[OMASEC_REASON_TOO_MANY] = {
		"too-many", ENOBUFS,
		"Too many messages already wait for the helper.",
		"Check that omasecd makes progress; fewer connections at a time help too.",
	},
	[OMASEC_REASON_URGENT_DATA] = {
		"urgent-data", EPROTO,
		"TCP urgent data came or was sent on a protected socket.",
		"Keep the application from using MSG_OOB; urgent data cannot be put in order with messages.",
	},
	[OMASEC_REASON_HELPER_ABSENT] = {
		"helper-absent", EHOSTDOWN,
		"The rule needs the helper, and none is registered.",
		"Start omasecd in this network namespace.",
	},
	[OMASEC_REASON_HELPER_LOST] = {
		"helper-lost", EHOSTDOWN,
		"The helper went away while it had the message.",
		"Find out from its log why omasecd ended, and start it again.",
	},
	[OMASEC_REASON_DEADLINE] = {
		"deadline", ETIMEDOUT,
		"The helper gave no verdict within the time that the rule allows.",
		"Check the load of the machine and the log of omasecd, or raise deadline in the rule.",
	},
	[OMASEC_REASON_HELPER_ERROR] = {
		"helper-error", EHOSTDOWN,
		"The helper failed while it worked on the message, or could not apply the Access Control Lists of the store to it.",
		"See the log of omasecd for what failed. For the lists it says so: give the account a server-id, restore a copy of acl.db, or do not use lists with a native application.",
	},
	[OMASEC_REASON_WORKER_DIED] = {
		"worker-died", EHOSTDOWN,
		"The process that reads messages died or was killed while it worked on this one.",
		"See the log of omasecd; a message that does this again is worth a report.",
	},
	[OMASEC_REASON_XML_BAD] = {
		"xml-bad", EBADMSG,
		"The body is not XML, or is XML of a kind that is not accepted, such as with a document type.",
		"Correct the sender: plain UTF-8 XML without DTD, entities or excessive depth.",
	},
	[OMASEC_REASON_WBXML_BAD] = {
		"wbxml-bad", EBADMSG,
		"The body is not WBXML of the SyncML code pages.",
		"Correct the sender, or have it send application/vnd.syncml.dm+xml.",
	},
	[OMASEC_REASON_DM_BAD] = {
		"dm-bad", EBADMSG,
		"The body can be read, but is not a valid OMA DM message.",
		"See the detail of the event for the element that is wrong, and correct the sender.",
	},
	[OMASEC_REASON_AUTH_FAILED] = {
		"auth-failed", EACCES,
		"Authentication still failed after the one retry with a fresh nonce.",
		"Compare user name, password and server id of the account with those of the peer.",
	},
	[OMASEC_REASON_AUTH_TYPE] = {
		"auth-type", EACCES,
		"The peer answered the challenge with another authentication type than the one asked for.",
		"Configure the peer to use syncml:auth-MAC for this account.",
	},
	[OMASEC_REASON_NONCE_NOT_STORED] = {
		"nonce-not-stored", EHOSTDOWN,
		"The next nonce could not be stored durably, so the message was not sent.",
		"Check the free space and the permissions of the state directory of omasecd.",
	},
	[OMASEC_REASON_UNATTACHED] = {
		"unattached", ECONNABORTED,
		"A rule selects the socket, but it was not attached, so its traffic is blocked.",
		"Let the application connect again; listeners that are older than the rule are taken over by omasec flow attach.",
	},
	[OMASEC_REASON_FOREIGN_ULP] = {
		"foreign-ulp", EBUSY,
		"Another protocol layer, such as kernel TLS or a BPF socket map, owns the socket.",
		"Switch off kernel TLS in the application or take the socket out of the map, or narrow the rule.",
	},
	[OMASEC_REASON_MPTCP] = {
		"mptcp", EPROTONOSUPPORT,
		"Multipath TCP was used to or from a protected port.",
		"Let the application use plain TCP (of a Go program: GODEBUG=multipathtcp=0), or switch off MPTCP with sysctl net.mptcp.enabled=0.",
	},
	[OMASEC_REASON_FAST_OPEN] = {
		"fast-open", EOPNOTSUPP,
		"TCP Fast Open data was sent or came on a protected socket.",
		"Switch off TCP Fast Open in the application or with sysctl net.ipv4.tcp_fastopen=0.",
	},
	[OMASEC_REASON_KILLED] = {
		"killed", ECONNABORTED,
		"An administrator ended the connection.",
		"Nothing needs to be done; the application can connect again.",
	},
	[OMASEC_REASON_NATIVE_UNPROTECTED] = {
		"native-unprotected", EBADMSG,
		"An application under a native rule sent a message without a valid MAC.",
		"Configure the application to use auth-MAC, or set auth-mode to transparent in the rule.",
	},
	[OMASEC_REASON_RESPONSE_LOST] = {
		"response-lost", ECONNRESET,
		"The peer closed the connection before it answered the request.",
		"See the log of the peer; it may have refused the request.",
	},
	[OMASEC_REASON_WSP_SYNTAX] = {
		"wsp-syntax", EPROTO,
		"The WSP header of a datagram is malformed or can be read in two ways.",
		"Correct the sender: a connectionless push (binding wsp) with content type, application id and nothing twice; a Get, Post or Reply (wsp-post) with one content type and nothing else.",
	},
	[OMASEC_REASON_NOTIFICATION_BAD] = {
		"notification-bad", EBADMSG,
		"The notification is malformed.",
		"See the detail of the event for what is wrong, and correct the sender.",
	},
	[OMASEC_REASON_NOTIFICATION_VERSION] = {
		"notification-version", EPROTONOSUPPORT,
		"The notification is of a version that cannot be checked.",
		"Have the server send notifications of DM 1.2; notification-1.3 = pass lets those of DM 1.3 through unchecked.",
	},
	[OMASEC_REASON_SERVER_UNKNOWN] = {
		"server-unknown", EBADMSG,
		"No account has the server identifier that stands in the notification.",
		"Add an account with this server-id, or find out who sends notifications here.",
	},
	[OMASEC_REASON_SERVER_MISMATCH] = {
		"server-mismatch", EBADMSG,
		"The notification names another server than the account of the rule.",
		"Correct the account of the rule, or find out why the sender names another server.",
	},
	[OMASEC_REASON_DIGEST_WRONG] = {
		"digest-wrong", EBADMSG,
		"The digest does not match the server's credential, the nonce and the notification.",
		"Compare server-id and password of the account with those of the server; if they are equal, the nonces have drifted apart or the notification is forged.",
	},
	[OMASEC_REASON_SESSION_REPLAYED] = {
		"session-replayed", EBADMSG,
		"A notification for this session was accepted before.",
		"Nothing needs to be done if the server repeats notifications; otherwise somebody sends recorded ones.",
	},
	[OMASEC_REASON_RESYNC_LIMIT] = {
		"resync-limit", EBUSY,
		"The account accepted a notification with the resynchronisation nonce less than a minute ago.",
		"Find out why the server loses its nonce again and again.",
	},
	[OMASEC_REASON_KIND_UNCHECKED] = {
		"kind-unchecked", EPROTONOSUPPORT,
		"A kind of DM message that cannot be checked here.",
		"Send it on another transport, in WBXML, or where the rule names the account.",
	},
	[OMASEC_REASON_TLS_REQUIRED] = {
		"tls-required", EPROTO,
		"The rule requires a transport that secures itself, and the message came without.",
		"Configure the peer to use TLS or DTLS, or set tls to allow in the rule.",
	},
	[OMASEC_REASON_TLS_FORBIDDEN] = {
		"tls-forbidden", EPROTO,
		"The rule forbids a transport that secures itself, in which messages cannot be checked.",
		"Configure the peer not to use TLS or DTLS, or set tls to allow in the rule.",
	},
	[OMASEC_REASON_DATAGRAM_BAD] = {
		"datagram-bad", EPROTO,
		"A datagram has a wrong length or checksum, or did not come in one piece.",
		"Look for network trouble or a sender that makes its datagrams by hand.",
	},
	[OMASEC_REASON_QUEUE_FULL] = {
		"queue-full", ENOBUFS,
		"Too many datagrams already wait to be checked.",
		"Find out who floods the port; the server sends a lost notification again.",
	},
	[OMASEC_REASON_BOOTSTRAP_BAD] = {
		"bootstrap-bad", EBADMSG,
		"The bootstrap message is not WBXML, or its parameters SEC and MAC cannot be read without doubt.",
		"See the detail for what is wrong, and correct the sender.",
	},
	[OMASEC_REASON_BOOTSTRAP_UNSECURED] = {
		"bootstrap-unsecured", EBADMSG,
		"The bootstrap message has no SEC and MAC, so anybody may have made it.",
		"Have the server secure it; bootstrap-unsecured = accept in the account takes such messages from anybody.",
	},
	[OMASEC_REASON_BOOTSTRAP_MAC_WRONG] = {
		"bootstrap-mac-wrong", EBADMSG,
		"The MAC of the bootstrap message does not match its octets and the secret of the account.",
		"Compare network secret, PIN and usernetwpin of the account with what the server used; otherwise the message is forged.",
	},
	[OMASEC_REASON_PIN_MISSING] = {
		"pin-missing", ENOKEY,
		"The bootstrap message is secured with a PIN, and none is known.",
		"Ask the user for the PIN and give it along, or store it: omasec key add ACCOUNT pin.",
	},
	[OMASEC_REASON_PIN_WRONG] = {
		"pin-wrong", EACCES,
		"The PIN that was given does not fit the bootstrap message.",
		"Ask the user again; after three wrong PINs none is taken for 15 minutes.",
	},
	[OMASEC_REASON_PIN_LOCKED] = {
		"pin-locked", EACCES,
		"Three wrong PINs were given for the account, so none is taken for 15 minutes.",
		"Find out who typed them, then: omasec account pin-reset ACCOUNT.",
	},
	[OMASEC_REASON_TLS_VERSION] = {
		"tls-version", EPROTO,
		"The server chose a TLS version below the lowest that the rule allows.",
		"Have client and server speak a newer TLS, or lower tls-min in the rule.",
	},
	[OMASEC_REASON_TLS_RECORD] = {
		"tls-record", EPROTO,
		"On a connection that began as TLS came octets that are no TLS record, or a record out of place.",
		"See the text of the event; plain text behind a TLS-like beginning looks like this.",
	},
	[OMASEC_REASON_TLS_TUNNEL] = {
		"tls-tunnel", EPROTO,
		"The proxy did not open the tunnel that the application asked for with CONNECT.",
		"See the text of the event and the log of the proxy; a proxy that wants credentials must get them with the first request.",
	},
	[OMASEC_REASON_PIN_WAITING] = {
		"pin-waiting", EALREADY,
		"The same bootstrap message waits for its PIN already; this copy of it is dropped.",
		"Give the PIN to the one that waits: omasec blob waiting, omasec blob pin ID.",
	},
	[OMASEC_REASON_SESSIONLESS_REFUSED] = {
		"sessionless-refused", EBADMSG,
		"The message belongs to no session, and the rule takes no such messages; or the tree of Access Control Lists does not let its server do all that it asks.",
		"Look into omasec acl audit for the latter. If they are wanted, set sessionless = accept in the rule and agree with the peer on a nonce for them.",
	},
	[OMASEC_REASON_NONCE_EXHAUSTED] = {
		"nonce-exhausted", EKEYEXPIRED,
		"The nonce that was agreed for sessionless messages has protected all that it may, or was replaced by another one before.",
		"Agree with the peer on a new nonce: client-agreed-nonce or server-agreed-nonce of the account.",
	},
	[OMASEC_REASON_SIGNATURE_MISSING] = {
		"signature-missing", EBADMSG,
		"The message has no XML signature, and the rule asks for one.",
		"Make the peer sign its messages, or set the integrity of the rule to what the peer does.",
	},
	[OMASEC_REASON_SIGNATURE_WRONG] = {
		"signature-wrong", EBADMSG,
		"The XML signature does not match the message under the key of the account: one of the two was changed, or another key signed.",
		"Compare the key of the account with that of the peer; if they agree, somebody changes messages on the way.",
	},
	[OMASEC_REASON_SIGNER_UNKNOWN] = {
		"signer-unknown", EBADMSG,
		"The KeyName in the signed or encrypted message is not the one that the account has for this peer.",
		"Use the same name on both sides.",
	},
	[OMASEC_REASON_ALGORITHM_REFUSED] = {
		"algorithm-refused", EBADMSG,
		"The message is signed or encrypted with another algorithm than the account says.",
		"Use the same algorithms on both sides; see the detail for which one differs.",
	},
	[OMASEC_REASON_PROFILE_VIOLATED] = {
		"profile-violated", EBADMSG,
		"XML signature or encryption has more, or other, parts than the one form that is taken: one enveloped Signature over the whole message, one EncryptedData of Type Element, or one in each object; or the message came in WBXML, which has neither.",
		"Have the peer make that form, and send XML; if it already does, somebody changes messages on the way.",
	},
	[OMASEC_REASON_DECRYPTION_FAILED] = {
		"decryption-failed", EBADMSG,
		"The encrypted message cannot be decrypted with the key of the account.",
		"Compare the key of the account with that of the peer; why it failed is not told, so that nobody learns from it.",
	},
	[OMASEC_REASON_OBEX_PACKET] = {
		"obex-packet", EPROTO,
		"An OBEX packet has an unknown opcode, an impossible length, or comes where it may not.",
		"Check that really OBEX is spoken on this port; if so, the sender must be corrected.",
	},
	[OMASEC_REASON_OBEX_HEADER] = {
		"obex-header", EPROTO,
		"A header of an OBEX packet is malformed, ambiguous, or stands where it may not.",
		"Correct the sender; nothing of a body comes behind End-of-Body, and Connection Id comes first.",
	},
	[OMASEC_REASON_OBEX_REFUSED] = {
		"obex-refused", EPROTO,
		"One side uses an OBEX operation or mode that device management does not have (SetPath, Action, Session, Single Response Mode, a PUT of nothing).",
		"Switch it off in the application, or serve other OBEX profiles on another port.",
	},
	[OMASEC_REASON_OBEX_TRUNCATED] = {
		"obex-truncated", EPROTO,
		"The connection ended inside an OBEX object.",
		"Look for network trouble or a crash of the sender; the part that came was not delivered.",
	},
	[OMASEC_REASON_WSP_UNASKED] = {
		"wsp-unasked", EPROTO,
		"A WSP Reply belongs to no request: none was sent, it was answered before, or the transaction id is another.",
		"Single ones are late copies on a lossy path, or Replies after a minute; many mean that somebody guesses, or that a peer numbers its Replies wrongly.",
	},
	[OMASEC_REASON_WTP_SYNTAX] = {
		"wtp-syntax", EPROTO,
		"A PDU of WTP is malformed, or of a kind that carries no message of a session (class 1, pushes, extended segmentation).",
		"Correct the sender: WTP version 0, transactions of class 2, segments of one message that fit together.",
	},
	[OMASEC_REASON_WTP_UNASKED] = {
		"wtp-unasked", EPROTO,
		"A PDU of WTP belongs to no transaction of its session, or comes from the side that may not send it.",
		"Single ones are late copies on a lossy path; many mean that somebody guesses, or that a peer does not follow WTP.",
	},
	[OMASEC_REASON_WTP_SDU] = {
		"wtp-sdu", EMSGSIZE,
		"With its MAC the message is longer than its receiver takes in this session (Client-SDU-Size, Server-SDU-Size; 1400 octets where nobody says more).",
		"Have the receiver say a larger SDU size in its Connect or ConnectReply, or the sender make smaller messages (MaxMsgSize), with 200 octets to spare.",
	},
	[OMASEC_REASON_NOT_CONVERTIBLE] = {
		"not-convertible", EBADMSG,
		"A message that is signed or encrypted says in one encoding, XML or WBXML, what has no form in the other, and one of the applications speaks WBXML.",
		"Have the applications send binary data in Base64 and no elements of their own, or both speak XML; see the detail for what it is.",
	},
	[OMASEC_REASON_CRED_MISSING] = {
		"cred-missing", EBADMSG,
		"The message is signed, but has no Cred of auth-md5 that would show that it is not a repetition.",
		"Make the peer send a Cred of auth-md5 in each message that it signs (DM Security, 5.3.2), or set integrity to what the peer does.",
	},
	[OMASEC_REASON_CRED_WRONG] = {
		"cred-wrong", EBADMSG,
		"The message is signed, but its Cred does not match the credential and the nonce.",
		"Compare user name and password of the account with those of the peer; if they are equal, the nonces have drifted apart, which a challenge mends.",
	},
	[OMASEC_REASON_CRED_REPLAYED] = {
		"cred-replayed", EBADMSG,
		"The Cred of a signed message was made with the nonce before the current one: the message is a repetition, or the peer missed the last nonce.",
		"If it happens again and again, the peer does not store the nonce that it is given; otherwise somebody sends a recorded message.",
	},
	[OMASEC_REASON_CRED_TAKEN] = {
		"cred-taken", EBADMSG,
		"The message of the application has a Cred of its own, and with integrity signature there is only room for that of omasec.",
		"Set app-cred to strip in the account, so that the application's is taken out, or switch its authentication off.",
	},
	[OMASEC_REASON_DECRYPTION_BLOCKED] = {
		"decryption-blocked", EBUSY,
		"Sixteen messages of an account with encryption-profile legacy could not be decrypted within an hour; with AES-CBC or RSA 1.5 each failure can tell somebody something, so nothing of the account is decrypted for now.",
		"Find out who sent them (omasec event, decryption-failed before this). It ends by itself an hour after the first of them; a peer that keeps failing has other keys: omasec key list, omasec key add.",
	},
};

static_assert(ARRAY_SIZE(reasons) == OMASEC_REASON_MAX + 1, "a reason without words");

static bool known(unsigned int reason)
{
	return reason < ARRAY_SIZE(reasons);
}

const char *omasec_reason_name(unsigned int reason)
{
	return known(reason) ? reasons[reason].name : "unknown";
}

int omasec_reason_errno(unsigned int reason)
{
	return known(reason) ? reasons[reason].err : EPROTO;
}

const char *omasec_reason_text(unsigned int reason)
{
	return known(reason) ? reasons[reason].text :
			       "The reason for the refusal is not known to this version.";
}

const char *omasec_reason_advice(unsigned int reason)
{
	return known(reason) ? reasons[reason].advice :
			       "Install the tool and the module from the same version of omasec.";
}
