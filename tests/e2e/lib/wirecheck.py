#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Judges what tamper.py wrote down of the wire between two peers: is every DM
message authenticated as DM Security 1.2 section 5.4 demands?

Follows the nonces through the Chal elements that it sees, from the first ones
given. Each message must carry exactly one x-syncml-hmac with the right MAC; a
refusal (401/407) may go without, and so may --bare N first requests. Each
message but the first of a session must have Status 200 (or a refusal) for the
peer's SyncHdr with a Chal of auth-MAC; no nonce may be issued twice. A message
that tamper.py changed must not authenticate, and counts for nothing else. With
--sign KEY each message must also have a Signature that xmlsec1 takes, with --wrap KEY a
SyncBody that is encrypted, and that xmlsec1 decrypts; with --whole so must be all of it, with --objects
each object. With --cred none has an x-syncml-hmac, and each a right Cred of auth-md5 inside of what is
signed, in its place; challenges are of auth-md5.
Exit 0 when all is so; prints what it counted as JSON.
"""

import argparse
import base64
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import authmac  # noqa: E402
import syncml  # noqa: E402
import xmldsig  # noqa: E402
import xmlenc  # noqa: E402
import xmlobjects  # noqa: E402
from native_peer import asked, next_nonce, refusal  # noqa: E402
from syncml import DmError  # noqa: E402


# What tamper.py does without changing what the MAC covers or says.
HARMLESS = ("hold", "cut", "echo", "drop", "reset", "trunc", "rechunk", "junk")


def fields(head, name):
    return [v.strip() for v in re.findall(r"(?im)^%s:\s*(.*?)\r?$" % re.escape(name), head)]


class Wire:
    def __init__(self, opts):
        self.opts = opts
        self.who = dict(zip(("s2c", "c2s") if opts.called else ("c2s", "s2c"), ("client", "server")))
        self.user = {"client": opts.user.partition(":")[0], "server": opts.server_user.partition(":")[0]}
        self.key = {"client": authmac.secret(*opts.user.split(":", 1)),
                    "server": authmac.secret(*opts.server_user.split(":", 1))}
        self.nonce = {"client": base64.b64decode(opts.nonce), "server": base64.b64decode(opts.server_nonce)}
        self.sign = {"client": opts.sign, "server": opts.sign_server or opts.sign}
        self.wrap = {"client": opts.wrap, "server": opts.wrap_server or opts.wrap}
        self.sign_objects = {"client": opts.sign_objects, "server": opts.sign_objects_server or opts.sign_objects}
        self.form = authmac.compute_rfc2104 if opts.rfc2104 else authmac.compute
        self.issued, self.sessions = set(), {}
        self.count = {"messages": 0, "verified": 0, "refusals": 0, "bare": 0,
                      "tampered": 0, "signed": 0, "encrypted": 0, "objects": 0}
        self.bad = []

    def take(self, m):
        kinds = fields(m["head"], "content-type")
        kind = kinds[0].partition(";")[0].strip().lower() if kinds else ""
        if kind not in (syncml.XML_TYPE, syncml.WBXML_TYPE):
            if m["body"]:
                self.bad.append("message %s %d is not DM: %r" % (m["dir"], m["n"], kind))
            return
        where = "%s %d" % (m["dir"], m["n"])
        self.count["messages"] += 1
        body, who = base64.b64decode(m["body"]), self.who[m["dir"]]
        tampered = any(d.partition("=")[0] not in HARMLESS for d in m["did"])
        bare = body
        try:
            if self.opts.wrap and not tampered:
                if self.opts.objects:
                    bare, objects = xmlenc.decrypt_objects(bare, self.wrap[who])
                else:
                    bare, objects = xmlenc.decrypt(bare, self.wrap[who], self.opts.whole), 1
                self.count["encrypted"] += objects
            if self.opts.sign and not (tampered and self.opts.wrap):
                bare = xmldsig.cut(bare) if tampered else xmldsig.verify(bare, self.sign[who])
                self.count["signed"] += 1
            if self.opts.sign_objects and not tampered:
                bare, objects = xmlobjects.verify(bare, self.sign_objects[who])
                self.count["objects"] += objects
            root = syncml.decode(bare, kind)
            if tampered:
                self.count["tampered"] += 1
                if self.opts.cred:
                    self.altered(m, who, body, root)
                elif not authmac.judge(fields(m["head"], authmac.HEADER), self.user[who], self.key[who],
                                     self.nonce[who], body, self.form):
                    raise DmError("authenticates in spite of %s" % m["did"])
                return
            self.judge(where, who, fields(m["head"], authmac.HEADER), body, root)
        except DmError as e:
            self.bad.append("%s: %s" % (where, e))

    def altered(self, m, who, body, root):
        """It still counts when its signature is right, and so is its Cred."""
        if authmac.judge_cred(root, self.key[who], self.nonce[who]):
            return
        try:
            xmldsig.verify(body, self.sign[who])
        except DmError:
            return
        raise DmError("authenticates in spite of %s" % m["did"])

    def judge(self, where, who, headers, body, root):
        if self.opts.cred:
            why = "in a header" if headers else authmac.judge_cred(root, self.key[who], self.nonce[who])
        else:
            why = authmac.judge(headers, self.user[who], self.key[who], self.nonce[who], body, self.form)
        no = refusal(root)
        if no:
            self.count["refusals"] += 1
        if not why:
            self.count["verified"] += 1
        elif no and (why == "missing" or self.count["tampered"]):
            pass
        elif why == "missing" and who == "client" and self.count["bare"] < self.opts.bare:
            self.count["bare"] += 1
        else:
            self.bad.append("%s: MAC %s" % (where, why))
        sid = root.value("SyncHdr/SessionID")
        first = who == "client" and sid not in self.sessions
        self.sessions.setdefault(sid, 0)
        self.sessions[sid] += 1
        if self.opts.static:
            if b"NextNonce" in body:
                self.bad.append("%s: NextNonce in static mode" % where)
            return
        status = root.kids[1].find("Status")
        if status is None or status.value("CmdRef") != "0":
            if not first:
                raise DmError("no Status for the peer's SyncHdr")
            return
        if status.value("Data") not in ("200", "401", "407"):
            raise DmError("SyncHdr Status %s" % status.value("Data"))
        if (status.find("Chal/Meta") is None or
                status.value("Chal/Meta/Type", "").lower() != asked(self.opts).lower()):
            raise DmError("no Chal of %s" % asked(self.opts))
        nonce = next_nonce(status.find("Chal"), asked(self.opts))
        if nonce in self.issued or len(nonce) < 8:
            raise DmError("the nonce %r is not fresh" % nonce)
        self.issued.add(nonce)
        self.nonce["server" if who == "client" else "client"] = nonce


def main():
    p = argparse.ArgumentParser()
    p.add_argument("log")
    p.add_argument("--user", default="Device1:device-secret")
    p.add_argument("--server-user", default="Mgmt1:server-secret")
    p.add_argument("--nonce", default="")
    p.add_argument("--server-nonce", default="")
    p.add_argument("--bare", type=int, default=0, help="so many requests may have no MAC")
    p.add_argument("--least", type=int, default=4, help="so many messages must be there")
    p.add_argument("--static", action="store_true")
    p.add_argument("--rfc2104", action="store_true")
    p.add_argument("--sign", metavar="KEY", help="key of the XML signatures, see xmldsig.py")
    p.add_argument("--sign-server", metavar="KEY", help="that of the server, where it has another")
    p.add_argument("--wrap", metavar="KEY", help="key for those of the encrypted SyncBody, see xmlenc.py")
    p.add_argument("--wrap-server", metavar="KEY", help="that for messages of the server, where it is another one")
    p.add_argument("--whole", action="store_true", help="the whole message is encrypted")
    p.add_argument("--objects", action="store_true", help="each object is encrypted, and nothing else")
    p.add_argument("--sign-objects", metavar="KEY", help="key of the signatures of objects, see xmlobjects.py")
    p.add_argument("--sign-objects-server", metavar="KEY", help="that of the server, where it has another")
    p.add_argument("--cred", action="store_true", help="with --sign: a Cred in each message, and no MAC")
    p.add_argument("--called", action="store_true", help="the server has connected to the client")
    p.add_argument("--state", help="file with the nonces that the sessions before have left")
    opts = p.parse_args()
    wire = Wire(opts)
    if opts.state and os.path.exists(opts.state):
        with open(opts.state, encoding="ascii") as f:
            wire.nonce = {k: base64.b64decode(v) for k, v in json.load(f).items()}
    with open(opts.log, encoding="ascii") as f:
        for line in f:
            wire.take(json.loads(line))
    if wire.count["messages"] < opts.least:
        wire.bad.append("only %d messages" % wire.count["messages"])
    if opts.state:
        with open(opts.state, "w", encoding="ascii") as f:
            json.dump({k: base64.b64encode(v).decode() for k, v in wire.nonce.items()}, f)
    print(json.dumps({"ok": not wire.bad, "bad": wire.bad, "nonces": len(wire.issued),
                      "sessions": len(wire.sessions), **wire.count}))
    return 1 if wire.bad else 0


if __name__ == "__main__":
    sys.exit(main())
