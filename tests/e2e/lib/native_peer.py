#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A DM peer that speaks auth-MAC by itself, client or server, written from
DM Security 1.2 sections 5.3 and 5.4 and independent of omasec: the partner for
an application behind omasec, and the application in auth-mode native.

Every message carries x-syncml-hmac, and in the Status for the peer's SyncHdr 200
and a Chal with the next nonce. A message that does not authenticate is refused
once with a challenge (401 wrong, 407 missing, for every command); the second in
a row ends the session. It can misbehave on purpose (--misbehave KIND@N). With
--sign KEY every message is signed as well, by the xmlsec1 command; the MAC is over
the signed octets. With --wrap KEY its SyncBody is encrypted after that, with --whole all of it,
with --objects each object in it instead. With --sign-objects KEY each object is signed before all that.
With --cred there is no header: inside of what is signed, a Cred of auth-md5 says the same, and
challenges are of auth-md5.

Exit: 0 as it should be, 1 the peer broke the protocol or its MACs were not
right, 3 the transport failed. The JSON summary has the counts.
"""

import argparse
import base64
import hashlib
import http.client
import json
import os
import re
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import authmac  # noqa: E402
import native_links  # noqa: E402
import openobex  # noqa: E402
import syncml  # noqa: E402
import xmldsig  # noqa: E402
import xmlenc  # noqa: E402
import xmlobjects  # noqa: E402
from dm_client import TransportError, from_oserror  # noqa: E402
from syncml import DmError, Node, Outgoing, Peer, meta  # noqa: E402

AUTH_MAC = "syncml:auth-MAC"
AUTH_MD5 = "syncml:auth-md5"
BAD = ("wrong-mac", "no-header", "two-headers", "bad-algorithm", "stale-nonce", "replay",
       "altered-body", "unknown-user", "other-form", "short-mac", "garbage", "folded",
       "unpadded-mac", "two-macs", "no-user", "unsigned", "other-signature", "altered-signed",
       "two-signatures", "unencrypted", "other-cipher", "other-extent", "beside", "one-readable", "exchanged",
       "other-last", "other-key", "other-length",
       "unsigned-object", "altered-object", "two-object-signatures", "wrapped-object", "foreign-reference",
       "other-address", "no-cred", "wrong-cred", "stale-cred", "basic-cred")
GOOD = ("spare-header", "token-user", "reordered", "no-algorithm", "blanks", "field-case", "empty-elements")


class Refused(Exception):
    """The peer refuses our authentication for good."""


class Account:
    """Both credentials and both nonces, as one peer knows them."""

    def __init__(self, opts):
        self.user = {"client": opts.user.partition(":")[0], "server": opts.server_user.partition(":")[0]}
        self.key = {"client": authmac.secret(*opts.user.split(":", 1)),
                    "server": authmac.secret(*opts.server_user.split(":", 1))}
        self.nonce = {"client": base64.b64decode(opts.nonce), "server": base64.b64decode(opts.server_nonce)}
        self.before = dict(self.nonce)
        self.form = authmac.compute_rfc2104 if opts.rfc2104 else authmac.compute
        self.fixed = opts.static
        self.state = opts.state
        self.issued = []
        if self.state and os.path.exists(self.state):
            with open(self.state, encoding="ascii") as f:
                self.nonce = {k: base64.b64decode(v) for k, v in json.load(f).items()}

    def set(self, who, nonce):
        if not self.fixed:
            self.before[who], self.nonce[who] = self.nonce[who], nonce
        if self.state:
            with open(self.state, "w", encoding="ascii") as f:
                json.dump({k: base64.b64encode(v).decode() for k, v in self.nonce.items()}, f)

    def issue(self, who):
        """A fresh nonce for the peer: printable, so that every known peer survives it."""
        nonce = base64.b64encode(os.urandom(12))
        self.issued.append(nonce)
        return nonce


class Misbehaviour:
    """What to do wrong, by the number of the message that is sent."""

    def __init__(self, opts):
        self.at, self.count, self.last, self.done = {}, 0, None, []
        self.sign, self.wrap, self.objects, self.whole = opts.sign, opts.wrap, opts.objects, opts.whole
        self.sign_objects, self.form, self.cred = opts.sign_objects, opts.form, opts.cred
        for s in opts.misbehave or ():
            kind, _, n = s.partition("@")
            if kind not in BAD + GOOD:
                raise SystemExit("native_peer: unknown misbehaviour %r, one of: %s"
                                 % (kind, ", ".join(BAD + GOOD)))
            self.at[int(n or 1)] = kind

    def signed(self, kind, body):
        """The body with its Signature; what is wrong with that has a right MAC."""
        if kind == "unsigned":
            return body
        out = xmldsig.sign(body, self.sign)
        if kind == "other-signature":
            out = xmldsig.flip(out)
        elif kind == "altered-signed":
            out = out.replace(*(b"1201", b"1200") if b"1201" in out else (b"200", b"202"), 1)
        elif kind == "two-signatures":
            out = xmldsig.sign(out, self.sign)
        return out

    @staticmethod
    def with_cred(kind, body, account, who):
        if kind == "no-cred":
            return body
        if kind == "basic-cred":
            return authmac.put_cred(body, base64.b64encode(b"Device1:device-secret").decode(), "syncml:auth-basic")
        nonce = {"wrong-cred": b"wrong", "stale-cred": account.before[who]}.get(kind, account.nonce[who])
        return authmac.put_cred(body, authmac.digest(account.key[who], nonce))

    def encrypted(self, kind, body):
        if kind == "unencrypted":
            return body
        out = (xmlenc.encrypt_objects(body, self.wrap, 1 if kind == "one-readable" else None) if self.objects else
               xmlenc.encrypt(body, self.wrap, self.whole != (kind == "other-extent")))
        if kind == "beside":
            return xmlenc.beside(out)
        if kind == "exchanged":
            return xmlenc.exchange(out)
        if kind in ("other-last", "other-key", "other-length"):
            return xmlenc.spoil(out, kind)
        return xmlenc.flip(out) if kind == "other-cipher" else out

    def dress(self, account, who, body):
        """(header values, field name, body, misbehaved) for the next message of credential @who."""
        self.count += 1
        kind = self.at.get(self.count)
        if self.cred:
            body = self.with_cred(kind, body, account, who)
        if self.sign_objects:
            body = xmlobjects.sign(body, self.sign_objects, self.form, kind)
        if self.sign:
            body = self.signed(kind, body)
        if self.wrap:
            body = self.encrypted(kind, body)
        user, nonce = account.user[who], account.nonce[who]
        mac = account.form(account.key[who], nonce, body)
        headers, name = [authmac.emit(user, mac)], authmac.HEADER
        flip = ("A" if mac[0] != "A" else "B") + mac[1:]
        if kind:
            self.done.append(kind)
        if self.cred:
            headers = [authmac.emit(user, flip)] if kind == "spare-header" else []
        if kind == "wrong-mac":
            headers = [authmac.emit(user, flip)]
        elif kind == "no-header":
            headers = []
        elif kind == "two-headers":
            headers = headers * 2
        elif kind == "two-macs":
            headers = ["%s, mac=%s" % (headers[0], flip)]
        elif kind == "bad-algorithm":
            headers = [headers[0].replace("MD5", "SHA1", 1)]
        elif kind == "stale-nonce":
            headers = [authmac.emit(user, account.form(account.key[who], account.before[who], body))]
        elif kind == "replay" and self.last:
            headers, body = self.last
        elif kind == "altered-body":
            body = body.replace(*(b"1201", b"1200") if b"1201" in body else (b"200", b"202"), 1)
        elif kind == "unknown-user":
            headers = [authmac.emit("Nobody", mac)]
        elif kind == "other-form":
            other = authmac.compute if account.form is authmac.compute_rfc2104 else authmac.compute_rfc2104
            headers = [authmac.emit(user, other(account.key[who], nonce, body))]
        elif kind == "short-mac":
            headers = [authmac.emit(user, mac[:20])]
        elif kind == "unpadded-mac":
            headers = [authmac.emit(user, mac.rstrip("="))]
        elif kind == "garbage":
            headers = [";;;===, mac"]
        elif kind == "folded":
            headers = [headers[0].replace(", ", ",\r\n ")]
        elif kind == "no-user":
            headers = ["algorithm=MD5, mac=%s" % mac]
        elif kind == "token-user":
            headers = ["algorithm=MD5, username=%s, mac=%s" % (user, mac)]
        elif kind == "reordered":
            headers = ['mac=%s,username="%s",algorithm=MD5' % (mac, user)]
        elif kind == "no-algorithm":
            headers = ['username="%s", mac=%s' % (user, mac)]
        elif kind == "blanks":
            headers = ['  algorithm = MD5 ,\tusername = "%s" ,  mac = %s  ' % (user, mac)]
        elif kind == "field-case":
            name, headers = "X-SyncML-HMAC", ['Algorithm=md5, UserName="%s", MAC=%s' % (user, mac)]
        elif kind == "empty-elements":
            headers = [", ,%s, ," % headers[0]]
        else:
            self.last = (headers, body)
        return headers, name, body, kind in BAD


def bare(octets, opts):
    """A received message without the protection that it has to have, if so."""
    if opts.wrap:
        key = opts.unwrap or opts.wrap
        octets = xmlenc.decrypt_objects(octets, key)[0] if opts.objects else xmlenc.decrypt(octets, key, opts.whole)
    octets = xmldsig.verify(octets, opts.verify or opts.sign) if opts.sign else octets
    return xmlobjects.verify(octets, opts.verify_objects)[0] if opts.verify_objects else octets


def asked(opts):
    """The type of challenges, both ways."""
    return AUTH_MD5 if opts.cred else AUTH_MAC


def judge(opts, headers, account, who, octets, root):
    """'' when a received message proves that it is no repetition, else why not."""
    if not opts.cred:
        return authmac.judge(headers, account.user[who], account.key[who], account.nonce[who], octets, account.form)
    return "a header" if headers else authmac.judge_cred(root, account.key[who], account.nonce[who])


def chal(nonce, kind=AUTH_MAC):
    return Node("Chal", meta(Type=kind, Format="b64", NextNonce=base64.b64encode(nonce).decode()))


def next_nonce(node, want=AUTH_MAC):
    """The nonce in a Chal, which must be one of type @want."""
    if node is None:
        raise DmError("no Chal in the Status for my SyncHdr")
    if (node.value("Meta/Type", "").lower(), node.value("Meta/Format")) != (want.lower(), "b64"):
        raise DmError("Chal is of %r" % node.value("Meta/Type"))
    text = node.value("Meta/NextNonce")
    if text is None:
        raise DmError("Chal without NextNonce")
    return base64.b64decode(text, validate=True)


def refusal(root):
    """(code, Chal) when a received message refuses ours: nothing but Status with 401 or
    407, one of them for our SyncHdr. Else None. Checks no reference."""
    kids = [k for k in root.kids[1].kids if k.tag != "Final"]
    if any(k.tag != "Status" or k.value("Data") not in ("401", "407") for k in kids):
        return None
    for s in kids:
        if s.value("CmdRef") == "0":
            return int(s.value("Data")), s.find("Chal")
    return None


class Counts:
    def __init__(self):
        self.lock = threading.Lock()
        self.n = dict.fromkeys(("sent", "received", "verified", "refused", "refused_by_peer",
                                "sessions_begun", "sessions_ended"), 0)
        self.why, self.errors = [], []

    def add(self, name, n=1):
        with self.lock:
            self.n[name] += n

    def refuse(self, why):
        with self.lock:
            self.n["refused"] += 1
            self.why.append(why)


class NativeClient:
    """Client role: one object for all sessions in a row."""

    def __init__(self, opts):
        self.opts, self.account, self.counts = opts, Account(opts), Counts()
        self.bad = Misbehaviour(opts)
        self.kind = syncml.WBXML_TYPE if opts.wbxml else syncml.XML_TYPE
        self.url = urlsplit(opts.url)
        self.conn = None

    def post(self, root):
        """Sends one message with its MAC; (response header values, octets, misbehaved)."""
        octets = syncml.encode(root, self.opts.wbxml)
        headers, name, octets, bad = self.bad.dress(self.account, "client", octets)
        if self.opts.first_no_mac and self.counts.n["sent"] == 0:
            headers = []
        self.counts.add("sent")
        if self.url.scheme in native_links.CLIENTS:
            return (*self.post_over(headers, name, octets), bad)
        try:
            if self.conn is None:
                self.conn = http.client.HTTPConnection(self.url.hostname, self.url.port or 80,
                                                       timeout=self.opts.timeout)
            self.conn.putrequest("POST", self.url.path or "/")
            self.conn.putheader("Content-Type", self.kind)
            self.conn.putheader("Content-Length", str(len(octets)))
            for h in headers:
                self.conn.putheader(name, h)
            self.conn.endheaders(octets)
            r = self.conn.getresponse()
            answer = r.read()
        except http.client.HTTPException as e:
            self.conn = None
            raise TransportError(type(e).__name__, "%s: %s" % (type(e).__name__, e)) from e
        except OSError as e:
            self.conn = None
            raise from_oserror(e) from e
        if r.status != 200:
            raise TransportError("http", "HTTP status %d" % r.status, r.status)
        self.counts.add("received")
        return r.headers.get_all(authmac.HEADER) or [], answer, bad

    def post_over(self, headers, name, octets):
        """The same over another binding than HTTP."""
        try:
            if self.conn is None:
                self.conn = native_links.CLIENTS[self.url.scheme](self.url, self.opts)
            out = self.conn.post(name, headers, octets, self.kind)
        except TransportError:
            if self.conn:
                self.conn.close()
            self.conn = None
            raise
        self.counts.add("received")
        return out

    def session(self, number):
        acc = self.account
        self.peer = Peer(self.opts.device, self.opts.server_id or self.opts.url, "%X" % number,
                         locname=acc.user["client"], gaps=True)
        self.counts.add("sessions_begun")
        package, hdr, older = self._package_1, None, []
        retried = challenged = keep = False
        while True:
            out = Outgoing()
            issued = None
            if hdr is not None and self.opts.static:
                out.status(hdr[0], "0", "SyncHdr", 200)
            elif hdr is not None:
                issued = acc.issue("server")
                out.status(hdr[0], "0", "SyncHdr", hdr[1], chal(issued, asked(self.opts)))
            for msg_id in older:
                out.status(msg_id, "0", "SyncHdr", 200)
            package(out)
            headers, octets, bad = self.post(self.peer.message(out, keep=keep))
            if issued is not None:
                acc.set("server", issued)
            root = syncml.decode(bare(octets, self.opts), self.kind)
            why = judge(self.opts, headers, acc, "server", octets, root)
            msg_id = int(root.value("SyncHdr/MsgID", "0"))
            no = refusal(root)
            if no:
                # Its MAC, if any, may be of a nonce that got lost: then it counts as unauthenticated.
                self.counts.add("refused_by_peer")
                self._check_refusal(root, no, bad)
                if retried or no[1] is None:
                    raise Refused("refused with %d again" % no[0] if retried else "refused without Chal")
                retried, keep = True, False
                acc.set("client", next_nonce(no[1], asked(self.opts)))
                # Again what was refused, with its Status for the message before the refusal.
                if hdr is not None and hdr[1] == 200 and not self.opts.lone_status:
                    older = [hdr[0]]
                hdr = (msg_id, 407 if why else 200)
                continue
            if bad:
                raise DmError("message with %s was accepted" % self.bad.done[-1])
            if why:
                if challenged:
                    raise DmError("the server's MAC is %s twice" % why)
                self.counts.refuse(why)
                challenged = keep = True
                self.peer.peer_msg_id = msg_id
                self._volatile(root)
                code = 407 if why == "missing" else 401
                cmds = [(c.value("CmdID"), c.tag) for c in root.kids[1].kids
                        if c.tag in syncml.COMMANDS]
                package = lambda o, m=msg_id, k=cmds, c=code: [
                    o.status(m, i, tag, c) for i, tag in k] and None
                hdr, older = (msg_id, code), []
                continue
            self.counts.add("verified")
            statuses, commands = self.peer.take(root, allow_chal=(asked(self.opts),))
            code, challenge = self.peer.hdr_status(statuses)
            if self.opts.static:
                if code not in (200, 212) or challenge is not None:
                    raise DmError("static: SyncHdr Status %d, Chal %s" % (code, challenge))
            else:
                if code != 200:
                    raise DmError("Status for my SyncHdr is %d, with auth-MAC it must be 200" % code)
                acc.set("client", next_nonce(challenge, asked(self.opts)))
            failed = {r: c for r, (c, _) in statuses.items() if c != 200 and r[1] != "0"}
            if failed:
                raise DmError("the server refused commands: %s" % failed)
            retried = challenged = keep = False
            older = []
            if not commands:
                self.counts.add("sessions_ended")
                return
            hdr = (msg_id, 200)
            package = lambda o, m=msg_id, c=commands: self._obey(o, m, c)

    def _volatile(self, root):
        """The newest nonce is for the next try, also when it came unauthenticated."""
        s = root.kids[1].find("Status")
        if s is not None and s.value("CmdRef") == "0" and s.find("Chal") is not None:
            self.account.set("client", next_nonce(s.find("Chal"), asked(self.opts)))

    def _check_refusal(self, root, no, bad):
        """A refusal has one Status for each command, all with the same code; or one for the SyncHdr alone."""
        if bad and self.bad.done[-1] == "replay":
            self.peer.peer_msg_id += 1
            return
        statuses, _ = self.peer.take(root, allow_chal=(asked(self.opts),), refused=True)
        # whether Results want a Status is for each implementation to say
        want = [c for c, tag in self.peer.open[self.peer.my_msg_id] if tag != "Results"] + ["0"]
        mine = {c: s for (m, c), s in statuses.items() if m == self.peer.my_msg_id}
        if self.opts.header_alone:
            want = ["0"]
        if [c for c in want if c not in mine] or any(s[0] != no[0] for s in mine.values()):
            raise DmError("a refusal with Status for %s, not for each of %s" % (sorted(mine), want))

    def _package_1(self, out):
        out.command("Alert", Node("Data", "1201"))
        out.command("Replace", *[
            Node("Item", Node("Source", Node("LocURI", "./DevInfo/" + k)),
                 meta(Format="chr", Type="text/plain"), Node("Data", v))
            for k, v in (("DevId", self.opts.device), ("Man", "Native"), ("Mod", "Peer"),
                         ("DmV", "1.2"), ("Lang", "en"))])

    def _obey(self, out, msg_id, commands):
        for c in commands:
            out.status(msg_id, c.value("CmdID"), c.tag, 200)
            if c.tag == "Get":
                uri = c.value("Item/Target/LocURI", "")
                out.command("Results", Node("MsgRef", msg_id), Node("CmdRef", c.value("CmdID")),
                            Node("Item", Node("Source", Node("LocURI", uri)),
                                 meta(Format="chr", Type="text/plain"),
                                 Node("Data", syncml.payload(self.opts.size, uri))))

    def run(self):
        rc, text = 0, ""
        try:
            for i in range(self.opts.sessions):
                self.session(self.opts.session + i)
                if self.opts.close and self.conn:
                    self.conn.close()
            if self.conn:
                self.conn.close()
        except (DmError, Refused) as e:
            rc, text = 1, str(e)
        except TransportError as e:
            rc, text = 3, "%s: %s" % (e.kind, e)
        return rc, text


class ServerSession:
    def __init__(self, server, client, session_id, target):
        self.server, self.opts = server, server.opts
        self.peer = Peer(target, client, session_id, locname=server.account.user["server"],
                         gaps=True)
        self.round = self.failures = self.retries = 0
        self.refused_last = self.over = False
        self.last = None        # builder of my last package

    def handle(self, root, headers, octets):
        """The answer to a message, or None to answer with HTTP 403."""
        acc, counts = self.server.account, self.server.counts
        why = judge(self.opts, headers, acc, "client", octets, root)
        if self.opts.challenge and self.server.count <= self.opts.challenge and not why:
            why = "on purpose"
        msg_id = int(root.value("SyncHdr/MsgID", "0"))
        if why:
            counts.refuse(why)
            self.failures += 1
            return self._refuse(root, msg_id, 407 if why == "missing" else 401)
        counts.add("verified")
        first, refused_before = not self.peer.open, self.refused_last
        self.failures, self.refused_last = 0, False
        no, out = refusal(root), Outgoing()
        if no:
            # It may refer to a message that was put in the place of mine: no check of MsgRef.
            counts.add("refused_by_peer")
            self.retries += 1
            if self.retries > 1:
                raise DmError("the client refused my MAC twice")
            acc.set("server", next_nonce(no[1], asked(self.opts)))
            older = self.peer.peer_msg_id
            self.peer.peer_msg_id = msg_id
            if self.opts.lone_status or not self.last:
                return self._answer(out, msg_id, self.last)
            return self._answer(out, msg_id, lambda o: (o.status(older, "0", "SyncHdr", 200),
                                                        self.last(o)))
        statuses, commands = self.peer.take(root, allow_chal=(asked(self.opts),), refused=True)
        code, challenge = self.peer.hdr_status(statuses)
        if not first and not self.opts.static:
            if code not in (200, 401, 407) or code != 200 and challenge is None:
                raise DmError("Status for my SyncHdr is %d" % code)
            acc.set("server", next_nonce(challenge, asked(self.opts)))
        self.retries = 0
        if first or refused_before and self.round == 0:
            if [c.tag for c in commands] != ["Alert", "Replace"]:
                raise DmError("package 1 holds %s" % [c.tag for c in commands])
        for c in commands:
            if c.tag == "Results" and not syncml.payload_ok(c.value("Item/Data", "")):
                raise DmError("Results are damaged")
        ids = [(c.value("CmdID"), c.tag) for c in commands]
        self.round += 1
        number = self.round

        def package(o, mid=msg_id):
            for i, tag in ids:
                o.status(mid, i, tag, 200)
            if number <= self.opts.rounds:
                uri = "./Test/Round%d" % number
                o.command("Get", Node("Item", Node("Target", Node("LocURI", "./DevDetail/R%d" % number))))
                o.command("Replace", Node("Item", Node("Target", Node("LocURI", uri)),
                                          meta(Format="chr", Type="text/plain"),
                                          Node("Data", syncml.payload(self.opts.size, uri))))
        self.last = package
        self.over = number > self.opts.rounds
        return self._answer(out, msg_id, package)

    def _answer(self, out, msg_id, package, keep=False):
        acc = self.server.account
        if self.opts.static:
            out.status(msg_id, "0", "SyncHdr", 200)
        else:
            issued = acc.issue("client")
            out.status(msg_id, "0", "SyncHdr", 200, chal(issued, asked(self.opts)))
            self.server.pending = issued
        package(out)
        return self.peer.message(out, keep=keep)

    def _refuse(self, root, msg_id, code):
        acc = self.server.account
        self.peer.peer_msg_id = msg_id
        first = root.kids[1].find("Status")
        if first is not None and first.value("CmdRef") == "0" and first.find("Chal") is not None:
            acc.set("server", next_nonce(first.find("Chal"), asked(self.opts)))   # volatile, for the next try
        if self.failures > 1 + self.opts.challenge:
            self.over = True
            self.server.counts.errors.append("the client failed authentication %d times"
                                             % self.failures)
            return None
        out = Outgoing()
        issued = acc.issue("client")
        out.status(msg_id, "0", "SyncHdr", code, chal(issued, asked(self.opts)))
        for c in root.kids[1].kids:
            if c.tag in syncml.COMMANDS:
                out.status(msg_id, c.value("CmdID"), c.tag, code)
        self.server.pending = issued
        self.refused_last = True
        return self.peer.message(out, keep=True)


class NativeServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, opts):
        if ":" in opts.host:
            self.address_family = 10
        self.opts, self.account, self.counts = opts, Account(opts), Counts()
        self.bad, self.sessions = Misbehaviour(opts), {}
        self.lock, self.done = threading.Lock(), threading.Event()
        self.pending, self.count = None, 0
        if not opts.binding:
            super().__init__((opts.host, opts.port), ServerHandler)
            return
        link = native_links.SERVERS[opts.binding](self, opts)
        self.server_address = link.server_address
        self.serve_forever = lambda poll_interval: link.serve()

    def handle_error(self, request, client_address):
        e = sys.exc_info()[1]
        if not isinstance(e, OSError):
            self.counts.errors.append("%s: %s" % (type(e).__name__, e))

    def answer(self, headers, octets, kind):
        """(HTTP status, header values, field name, octets). Called with the lock held."""
        self.count += 1
        self.counts.add("received")
        root = syncml.decode(bare(octets, self.opts), kind)
        key = (root.value("SyncHdr/Source/LocURI", ""), root.value("SyncHdr/SessionID", ""))
        s = self.sessions.get(key)
        if s is None or s.over and root.value("SyncHdr/MsgID") == "1":
            s = self.sessions[key] = ServerSession(self, key[0], key[1],
                                                   root.value("SyncHdr/Target/LocURI", ""))
            self.counts.add("sessions_begun")
        self.pending = None
        message = s.handle(root, headers, octets)
        if message is None:
            return 403, [], authmac.HEADER, b""
        out = syncml.encode(message, kind == syncml.WBXML_TYPE)
        values, name, out, _ = self.bad.dress(self.account, "server", out)
        if s.refused_last and self.opts.bare_challenge:
            values = []
        self.counts.add("sent")
        if self.pending is not None:
            self.account.set("client", self.pending)
        if s.over:
            self.counts.add("sessions_ended")
            if self.opts.sessions and self.counts.n["sessions_ended"] >= self.opts.sessions:
                self.done.set()
        return 200, values, name, out


class ServerHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def log_message(self, format, *args):
        pass

    def do_POST(self):
        srv = self.server
        octets = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        kind = (self.headers.get("Content-Type") or "").partition(";")[0].strip()
        with srv.lock:
            try:
                status, values, name, out = srv.answer(self.headers.get_all(authmac.HEADER) or [],
                                                       octets, kind)
            except DmError as e:
                srv.counts.errors.append(str(e))
                print("native_peer: %s" % e, file=sys.stderr, flush=True)
                status, values, name, out = 400, [], authmac.HEADER, b""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(out)))
        if srv.opts.close or status != 200:
            self.send_header("Connection", "close")
            self.close_connection = True
        for v in values:
            self.send_header(name, re.sub(r"\r\n", "\r\n", v))
        self.end_headers()
        self.wfile.write(out)


def options():
    p = argparse.ArgumentParser(description="DM peer that implements auth-MAC")
    p.add_argument("role", choices=("client", "server"))
    p.add_argument("--url", help="client: of the server")
    p.add_argument("--host", default="0.0.0.0")
    p.add_argument("--port", type=int, default=8080)
    p.add_argument("--user", default="Device1:device-secret", help="client credential, NAME:PASSWORD")
    p.add_argument("--server-user", default="Mgmt1:server-secret", help="server credential")
    p.add_argument("--nonce", default="", help="first client nonce, base64")
    p.add_argument("--server-nonce", default="", help="first server nonce, base64")
    p.add_argument("--state", help="file that keeps the nonces between runs")
    p.add_argument("--rfc2104", action="store_true")
    p.add_argument("--sign", metavar="KEY", help="key of the XML signatures, see xmldsig.py")
    p.add_argument("--verify", metavar="KEY", help="that of the other side, where it has another")
    p.add_argument("--wrap", metavar="KEY", help="key that wraps those of the encrypted SyncBody, see xmlenc.py")
    p.add_argument("--unwrap", metavar="KEY", help="key for those of the peer, where it is another one")
    p.add_argument("--header-alone", action="store_true", help="the peer refuses messages by their SyncHdr alone")
    p.add_argument("--whole", action="store_true", help="what is encrypted is the whole message")
    p.add_argument("--objects", action="store_true", help="what is encrypted is each object in it")
    p.add_argument("--sign-objects", metavar="KEY", help="key of the signatures of objects, see xmlobjects.py")
    p.add_argument("--verify-objects", metavar="KEY", help="that of the other side, which has to have signed each")
    p.add_argument("--form", choices=xmlobjects.FORMS, default="detached", help="of the signatures of objects")
    p.add_argument("--cred", action="store_true", help="with --sign: a Cred inside, and no header")
    p.add_argument("--static", action="store_true", help="fixed nonces, no Chal in messages")
    p.add_argument("--misbehave", action="append", metavar="KIND@N")
    p.add_argument("--challenge", type=int, default=0, help="server: refuse the first N on purpose")
    p.add_argument("--bare-challenge", action="store_true", help="server: no MAC on a refusal")
    p.add_argument("--first-no-mac", action="store_true", help="client: first message without MAC")
    p.add_argument("--lone-status", action="store_true",
                   help="a repetition has a Status for the SyncHdr of the refusal only")
    p.add_argument("--device", default="IMEI:493005100592800")
    p.add_argument("--server-id")
    p.add_argument("--session", type=int, default=1)
    p.add_argument("--sessions", type=int, default=0)
    p.add_argument("--rounds", type=int, default=2)
    p.add_argument("--size", type=int, default=200)
    p.add_argument("--wbxml", action="store_true")
    for binding in native_links.SERVERS:
        p.add_argument("--" + binding, dest="binding", action="store_const", const=binding,
                       help="server: not over HTTP; client: URL %s://..." % binding)
    p.add_argument("--cut", type=int, default=0, help="wtp: octets of a segment, 0 for none")
    p.add_argument("--mtu", type=int, default=openobex.MTU, help="obex: longest packet, both ways")
    p.add_argument("--close", action="store_true")
    p.add_argument("--timeout", type=float, default=20)
    p.add_argument("--run", type=float, default=900, help="server: seconds until it ends by itself")
    p.add_argument("--ready")
    p.add_argument("--json")
    opts = p.parse_args()
    if opts.role == "client":
        opts.sessions = opts.sessions or 1
        if not opts.url:
            p.error("a client needs --url")
    return opts


def serve(opts):
    srv = NativeServer(opts)
    signal.signal(signal.SIGTERM, lambda *_: srv.done.set())
    threading.Thread(target=srv.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True).start()
    if opts.ready:
        with open(opts.ready, "w", encoding="ascii") as f:
            f.write("%d\n" % srv.server_address[1])
    if not srv.done.wait(opts.run) and opts.sessions:
        srv.counts.errors.append("%d of %d sessions ended" % (srv.counts.n["sessions_ended"], opts.sessions))
    time.sleep(0.1)
    return srv, (1 if srv.counts.errors else 0), "; ".join(srv.counts.errors)


def main():
    opts = options()
    if opts.role == "client":
        side = NativeClient(opts)
        rc, text = side.run()
    else:
        side, rc, text = serve(opts)
    nonces = [hashlib.sha256(n).hexdigest() for n in side.account.issued]
    if len(set(nonces)) != len(nonces):
        rc, text = 1, "own nonces repeat"
    summary = {"ok": rc == 0, "text": text, "why": side.counts.why,
               "misbehaved": side.bad.done, **side.counts.n}
    out = json.dumps(summary, indent=1)
    if opts.json:
        with open(opts.json, "w", encoding="utf-8") as f:
            f.write(out + "\n")
    print("native_peer %s: %s %s" % (opts.role, "ok" if rc == 0 else "failed:", text))
    sys.stdout.flush()
    os._exit(rc)


if __name__ == "__main__":
    main()
