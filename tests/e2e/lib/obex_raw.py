#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""OBEX as no library would speak it, to the end of a protected connection.

    obex_raw.py [OPTION...] URL CASE...             a client, a connection for each case
    obex_raw.py [OPTION...] --listen PORT CASE      a server, each connection the same
    obex_raw.py --list

Prints a JSON object for each connection: {case, outcome, last, codes, packets, sent,
octets}. Packets are what came: {code, length, headers, body, http, ...}; last is the code
of the last one, codes are those of all. Outcome is how it ended: open (all was said, and
the peer keeps the connection), eof, reset, timeout (the answer that was due did not
come), or another errno.

With --user and --nonce (of a server --server-user, --server-nonce) what is sent as an object
has the MAC that the peer wants, unless the case is about another one; --hmac has a line of
one's own instead.
"""

import argparse
import base64
import copy
import itertools
import json
import os
import signal
import socket
import struct
import sys
import threading
from urllib.parse import urlsplit

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import authmac  # noqa: E402
import syncml  # noqa: E402
from syncml import Node, Outgoing, Peer, meta  # noqa: E402
from obex_wire import (ABORT, ACTION, BODY, CONNECT, CONNECTION, CONTINUE, DISCONNECT, END,  # noqa: E402
                       FINAL, GET, HTTP, LENGTH, NAME, NOT_FOUND, PUT, SMALL, SRM, SUCCESS, TARGET,
                       TARGET_ID, TOO_LARGE, TYPE, UNAUTHORIZED, WHO, Over, Wire, cut, header, outcome,
                       packet)

WRONG = "x-syncml-hmac: algorithm=MD5, username=\"%s\", mac=AAAAAAAAAAAAAAAAAAAAAA=="


# ---- clients: each after a good CONNECT, but for those of FIRST

def c_good(w):
    w.dialogue()


def c_put_without_mac(w):
    w.dialogue([])


def c_put_wrong_mac(w):
    w.dialogue([WRONG % w.opts.name])


def c_two_macs(w):
    w.dialogue(w.opts.lines + [WRONG % w.opts.name])


def c_http_no_lines(w):
    w.dialogue(["this is no field"])


def c_byte_by_byte(w):
    w.slow = True
    w.connect()
    w.dialogue()


def c_srm_put(w):
    w.put(size=SMALL, extra=[header(SRM, 1)])


def c_srm_get(w):
    if w.put()["code"] == SUCCESS:
        w.get(header(SRM, 1))


def c_setpath(w):
    w.ask(packet(0x85, *w.id(), header(NAME, b""), start=b"\2\0"))


def c_action(w):
    w.ask(packet(0x86, *w.id(), header(ACTION, 1), header(NAME, b"\0a\0\0")))


def c_session(w):
    w.ask(packet(0x87, header(0x52, b"\5\1\0")))


def c_bad_opcode(w):
    w.ask(packet(0x9C, *w.id()))


def c_short_packet(w):
    w.ask(b"\x82\0\2")


def c_not_obex(w):
    w.ask(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" + bytes(32768))


def c_connect_short(w):
    w.ask(packet(CONNECT, start=b"\x10\0"), True)


def c_connect_small(w):
    w.ask(packet(CONNECT, header(TARGET_ID, TARGET), start=b"\x10\0\0\x64"), True)


def c_connect_version(w):
    w.ask(packet(CONNECT, header(TARGET_ID, TARGET), start=b"\x20\0\4\0"), True)


def c_connect_no_target(w):
    w.connect(None)
    w.dialogue()


def c_connect_other_target(w):
    w.connect(bytes.fromhex("f9ec7bc4953c11d2984e525400dc9e09"))
    w.dialogue()


def c_put_unconnected(w):
    w.put()


def c_connect_twice(w):
    w.connect()
    w.dialogue()


def c_long_header(w):
    w.ask(packet(PUT | FINAL, *w.heads(), b"\x49\1\0abc"))


def c_short_header(w):
    w.ask(packet(PUT | FINAL, *w.heads(), b"\x49\0\2"))


def c_half_character(w):
    w.ask(packet(PUT | FINAL, *w.heads(), header(NAME, b"\0a\0"), header(END, w.opts.body)))


def c_early_end(w):
    w.ask_all([packet(PUT, *w.heads(), header(END, w.opts.body)), packet(PUT | FINAL)])


def c_no_end(w):
    w.ask_all([packet(PUT, *w.heads()), packet(PUT | FINAL, header(BODY, w.opts.body))])


def c_body_behind_end(w):
    w.ask(packet(PUT | FINAL, *w.heads(), header(END, w.opts.body), header(BODY, b"more")))


def c_get_body(w):
    w.get(header(END, w.opts.body))


def c_two_types(w):
    first, *rest = w.object(size=SMALL)
    w.ask_all([first, packet(PUT, header(TYPE, b"text/plain\0"))] + rest)


def c_type_without_nul(w):
    w.ask(packet(PUT | FINAL, *w.id(), header(TYPE, w.opts.type.encode()), header(END, w.opts.body)))


def c_two_lengths(w):
    w.put(extra=[header(LENGTH, len(w.opts.body) + 1)])


def c_wrong_length(w):
    heads = w.heads()
    heads[-2 - len(w.opts.lines)] = header(LENGTH, len(w.opts.body) + 1)
    w.ask_all(cut(PUT, PUT | FINAL, heads, w.opts.body, w.size()))


def c_connection_changes(w):
    first, *rest = w.object(size=SMALL)
    w.ask_all([first, packet(PUT, header(CONNECTION, 0x77))] + rest)


def c_connection_unknown(w):
    w.connection = 0x77
    w.put()


def c_connection_late(w):
    heads = w.heads()
    w.ask_all(cut(PUT, PUT | FINAL, heads[1:] + heads[:1], w.opts.body, w.size()))


def c_cut_off(w):
    w.ask(w.object(size=SMALL)[0])
    w.sock.shutdown(socket.SHUT_WR)


def c_cut_in_packet(w):
    w.ask(w.object(size=SMALL)[0])
    w.send(w.object(size=SMALL)[1][:-5])
    w.sock.shutdown(socket.SHUT_WR)


def c_cut_reset(w):
    w.ask(w.object(size=SMALL)[0])
    w.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    w.sock.close()
    raise Over("closed")


def c_abort(w):
    """and that nothing came of the object"""
    first, second, *_ = w.object(size=SMALL)
    w.ask_all([first, second])
    if w.ask(packet(ABORT, *w.id()))["code"] == SUCCESS:
        w.get()


def c_abort_then_good(w):
    w.ask(w.object(size=SMALL)[0])
    if w.ask(packet(ABORT, *w.id()))["code"] == SUCCESS:
        w.dialogue()


def c_get_inside(w):
    w.ask(w.object(size=SMALL)[0])
    w.get()


def c_connect_inside(w):
    w.ask(w.object(size=SMALL)[0])
    w.connect()


def c_endless(w):
    """packets of a body, until somebody has enough"""
    body = header(BODY, bytes(w.size() - 6))
    answer = w.ask(packet(PUT, *w.id(), header(TYPE, w.opts.type.encode() + b"\0")))
    while answer["code"] == CONTINUE and w.sent < w.opts.limit:
        answer = w.ask(packet(PUT, body))
        del w.packets[2:-1]


def c_endless_headers(w):
    answer = w.ask(packet(PUT, *w.id(), header(TYPE, w.opts.type.encode() + b"\0")))
    while answer["code"] == CONTINUE and w.sent < w.opts.limit:
        answer = w.ask(packet(PUT, header(0x4C, bytes(SMALL - 6))))
        del w.packets[2:-1]


def c_too_long_announced(w):
    w.ask(packet(PUT, *w.id(), header(LENGTH, 0x7fffffff), header(TYPE, w.opts.type.encode() + b"\0"),
                 header(BODY, b"begin")))


def c_get_nothing(w):
    w.get()


def c_pipelined(w):
    """CONNECT and PUT at once"""
    connect = packet(CONNECT, header(TARGET_ID, TARGET), start=struct.pack("!BBH", 0x10, 0, w.opts.mtu))
    w.send(connect + b"".join(w.object(size=0xffff)))
    w.recv(True)
    w.recv()


def c_pipelined_puts(w):
    w.send(b"".join(w.object(size=0xffff)) * 2)
    w.recv()
    w.recv()


def c_impatient(w):
    """packets of one object, without waiting for CONTINUE"""
    packets = w.object(size=SMALL)
    w.send(b"".join(packets))
    for _ in packets:
        w.recv()


def c_oversize(w):
    """a packet that is longer than the peer takes"""
    if w.max >= 0xffff:
        raise Over("impossible")
    heads = w.heads()
    fill = header(BODY, bytes(w.max + 1 - 3 - sum(map(len, heads)) - 3))
    w.ask(packet(PUT, *heads, fill))


def c_response(w):
    """a response instead of a request"""
    w.ask(packet(SUCCESS))


FIRST = (c_byte_by_byte, c_not_obex, c_connect_short, c_connect_small, c_connect_version, c_connect_no_target,
         c_connect_other_target, c_put_unconnected, c_pipelined)
CLIENTS = {n[2:].replace("_", "-"): f for n, f in list(globals().items()) if n.startswith("c_")}


# ---- servers: (request, opcode without the final bit of PUT and GET) -> octets to answer with;
# what they do not answer is answered as by a good one

class Answers:
    def __init__(self, wire, case):
        self.w, self.case, self.left = wire, case, None

    def answer(self, request):
        code = request["code"]
        op = code & 0x7f if code & 0x7f in (PUT, GET) else code
        mine = getattr(self, case_method(self.case))(op, code)
        if mine is not None:
            return mine
        return self.good_answer(op, code)

    def good_answer(self, op, code):
        if op == CONNECT:
            return self.connected()
        if op == GET:
            if self.left is None:
                self.left = self.packets()
            p = self.left.pop(0)
            self.left = self.left or None
            return p
        if op == PUT and not code & FINAL:
            return packet(CONTINUE)
        if op in (PUT, DISCONNECT, ABORT):
            return packet(SUCCESS)
        return packet(0xD1)

    def connected(self, code=SUCCESS, version=0x10, longest=None):
        return packet(code, header(CONNECTION, 0x5D17), header(WHO, TARGET),
                      start=struct.pack("!BBH", version, 0, longest or self.w.opts.mtu))

    def heads(self, lines=None):
        o = self.w.opts
        return [header(LENGTH, len(o.body)), header(TYPE, o.type.encode() + b"\0")] + \
            [header(HTTP, line.encode("latin-1") + b"\r\n") for line in (o.lines if lines is None else lines)]

    def packets(self, lines=None, size=None):
        return cut(CONTINUE, SUCCESS, self.heads(lines), self.w.opts.body, size or self.w.size())

    def s_good(self, op, code):
        return None

    def s_without_mac(self, op, code):
        if op == GET and self.left is None:
            self.left = self.packets([])

    def s_wrong_mac(self, op, code):
        if op == GET and self.left is None:
            self.left = self.packets([WRONG % self.w.opts.name])

    def s_byte_by_byte(self, op, code):
        self.w.slow = True

    def s_untyped(self, op, code):
        if op == GET and self.left is None:
            heads = [h for h in self.heads() if h[0] != TYPE]
            self.left = cut(CONTINUE, SUCCESS, heads, self.w.opts.body, self.w.size())

    def s_no_final_bit(self, op, code):
        return packet(SUCCESS & 0x7f) if op == PUT else None

    def s_put_body(self, op, code):
        return packet(SUCCESS, header(END, self.w.opts.body)) if op == PUT else None

    def s_connect_continue(self, op, code):
        return self.connected(CONTINUE) if op == CONNECT else None

    def s_connect_short(self, op, code):
        return packet(SUCCESS) if op == CONNECT else None

    def s_connect_small(self, op, code):
        return self.connected(longest=100) if op == CONNECT else None

    def s_connect_version(self, op, code):
        return self.connected(version=0x20) if op == CONNECT else None

    def s_connect_refused(self, op, code):
        return packet(0xC3) if op == CONNECT else None

    def s_srm_put(self, op, code):
        return packet(SUCCESS if code & FINAL else CONTINUE, header(SRM, 1)) if op == PUT else None

    def s_srm_get(self, op, code):
        if op == GET and self.left is None:
            self.left = cut(CONTINUE, SUCCESS, [header(SRM, 1)] + self.heads(), self.w.opts.body, SMALL)

    def s_bad_code(self, op, code):
        return packet(0x9A) if op == PUT else None

    def s_short_packet(self, op, code):
        return b"\xa0\0\2" if op == PUT else None

    def s_long_header(self, op, code):
        return packet(SUCCESS, b"\x49\1\0abc") if op == GET else None

    def s_oversize(self, op, code):
        if op != GET:
            return None
        if self.w.max >= 0xffff:
            raise Over("impossible")
        return packet(CONTINUE, *self.heads(), header(BODY, bytes(self.w.max)))

    def s_early_end(self, op, code):
        if op == GET and self.left is None:
            self.left = [packet(CONTINUE, *self.heads(), header(END, self.w.opts.body)), packet(SUCCESS)]

    def s_no_end(self, op, code):
        if op == GET and self.left is None:
            self.left = [packet(CONTINUE, *self.heads()), packet(SUCCESS, header(BODY, self.w.opts.body))]

    def s_two_types(self, op, code):
        if op == GET and self.left is None:
            first, *rest = self.packets(size=SMALL)
            self.left = [first, packet(CONTINUE, header(TYPE, b"text/plain\0"))] + rest

    def s_cut_off(self, op, code):
        if op == GET:
            self.w.send(self.packets(size=SMALL)[0])
            raise Over("closed")

    def s_cut_in_packet(self, op, code):
        if op == GET:
            self.w.send(self.packets(size=SMALL)[0][:-5])
            raise Over("closed")

    def s_endless(self, op, code):
        if op != GET:
            return None
        if self.w.sent > self.w.opts.limit:
            raise Over("limit")
        del self.w.packets[4:-1]
        if self.left is None:
            self.left = [b""]
            return packet(CONTINUE, header(TYPE, self.w.opts.type.encode() + b"\0"))
        return packet(CONTINUE, header(BODY, bytes(self.w.size() - 6)))

    def s_unasked(self, op, code):
        """a packet that answers nothing, behind the answer to CONNECT"""
        return self.connected() + packet(SUCCESS) if op == CONNECT else None

    def s_two_answers(self, op, code):
        return packet(SUCCESS) * 2 if op == PUT and code & FINAL else None

    def s_put_refused(self, op, code):
        return packet(UNAUTHORIZED) if op == PUT and code & FINAL else None

    def s_put_refused_early(self, op, code):
        return packet(TOO_LARGE) if op == PUT else None

    def s_get_refused(self, op, code):
        return packet(NOT_FOUND) if op == GET else None

    def s_silent_put(self, op, code):
        return b"" if op == PUT and code & FINAL else None

    def s_silent(self, op, code):
        return b""

    def s_not_obex(self, op, code):
        return b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n" if op == CONNECT else None

    def s_closes(self, op, code):
        """instead of an answer to PUT"""
        if op == PUT and code & FINAL:
            raise Over("closed")


def case_method(case):
    return "s_" + case.replace("-", "_")


SERVERS = [n[2:].replace("_", "-") for n in dir(Answers) if n.startswith("s_")]


# ---- running them

def summary(case, wire, how):
    codes = [p["code"] for p in wire.packets]
    return {"case": case, "outcome": how, "last": codes[-1] if codes else None, "codes": codes,
            "sent": wire.sent, "octets": wire.octets, "packets": wire.packets}


def client(opts, case):
    try:
        sock = socket.create_connection((opts.host, opts.port), timeout=opts.timeout)
    except OSError as e:
        return {"case": case, "outcome": outcome(e), "last": None, "codes": [], "packets": []}
    wire, play = Wire(opts, sock), CLIENTS[case]
    try:
        if play not in FIRST and wire.connect()["code"] != SUCCESS:
            how = "unconnected"
        else:
            play(wire)
            how = wire.watch()
    except Over as e:
        how = str(e)
    sock.close()
    return summary(case, wire, how)


def serve_one(opts, case, sock):
    wire = Wire(opts, sock)
    answers = Answers(wire, case)
    try:
        while True:
            request = wire.recv()
            if request["code"] == CONNECT:
                wire.max = max(SMALL, request.get("max", SMALL))
            wire.send(answers.answer(request))
    except Over as e:
        how = str(e)
    sock.close()
    return summary(case, wire, how)


def serve(opts, case, report):
    s = socket.socket(socket.AF_INET6 if ":" in opts.host else socket.AF_INET)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((opts.host, opts.port))
    s.listen(16)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if opts.ready:
        with open(opts.ready, "w", encoding="ascii") as f:
            f.write("%d\n" % s.getsockname()[1])
    for number in itertools.count():
        c, _ = s.accept()
        threading.Thread(target=lambda c=c, o=dressed(opts, number): report(serve_one(o, case, c)),
                         daemon=True).start()


def package_1(session):
    out = Outgoing()
    out.command("Alert", Node("Data", "1201"))
    out.command("Replace", Node("Item", Node("Source", Node("LocURI", "./DevInfo/DevId")),
                                meta(Format="chr"), Node("Data", "x" * 300)))
    return Peer("IMEI:1", "http://server/dm", "%X" % session).message(out)


def dressed(opts, number):
    """The options with what connection @number sends as an object: body, and lines of the
    HTTP header."""
    opts = copy.copy(opts)
    if opts.file:
        with open(opts.file, "rb") as f:
            opts.body = f.read()
    else:
        opts.body = syncml.encode(package_1(opts.session + number), opts.type == syncml.WBXML_TYPE)
    user, nonce = (opts.user, opts.nonce) if opts.listen is None else (opts.server_user, opts.server_nonce)
    opts.name, _, password = (user or "nobody").partition(":")
    opts.lines = opts.hmac or []
    if user and not opts.hmac:
        mac = authmac.compute(authmac.secret(opts.name, password), base64.b64decode(nonce), opts.body)
        opts.lines = ["%s: %s" % (authmac.HEADER, authmac.emit(opts.name, mac))]
    return opts


class Report:
    def __init__(self, path):
        self.path, self.all, self.lock = path, [], threading.Lock()

    def __call__(self, result):
        with self.lock:
            print(json.dumps(result), flush=True)
            self.all.append(result)
            if self.path:
                with open(self.path, "w", encoding="utf-8") as f:
                    f.write(json.dumps(self.all, indent=1) + "\n")


def options():
    p = argparse.ArgumentParser(description="OBEX peers that misbehave")
    p.add_argument("what", nargs="*", metavar="[URL] CASE...")
    p.add_argument("--list", action="store_true", help="the cases of clients | of servers")
    p.add_argument("--listen", type=int, metavar="PORT", help="be a server")
    p.add_argument("--host", default="0.0.0.0", help="listen: address")
    p.add_argument("--ready", help="listen: file to create once it listens")
    p.add_argument("--case", action="append", default=[], help="as the word CASE")
    p.add_argument("--file", help="octets of the object; a first DM message when absent")
    p.add_argument("--type", default=syncml.XML_TYPE, help="its Type")
    p.add_argument("--session", type=int, default=0x7F, help="of the first message of that kind")
    p.add_argument("--hmac", action="append", metavar="LINE", help="HTTP header with the whole line")
    p.add_argument("--user", help="client credential NAME:PASSWORD")
    p.add_argument("--nonce", default="", help="its nonce, base64")
    p.add_argument("--server-user", help="server credential")
    p.add_argument("--server-nonce", default="")
    p.add_argument("--mtu", type=int, default=1024, help="longest packet, both ways")
    p.add_argument("--limit", type=int, default=8 << 20, help="octets of what is endless")
    p.add_argument("--timeout", type=float, default=10, help="for an answer; of a server 60 for a request")
    p.add_argument("--linger", type=float, default=1, help="seconds to see whether the peer closes")
    p.add_argument("--json", help="file for a list of all results")
    opts = p.parse_args()
    if opts.list:
        print(" ".join(CLIENTS), "|", " ".join(SERVERS))
        sys.exit(0)
    cases = opts.what + opts.case
    if opts.listen is None:
        u = urlsplit(cases.pop(0)) if opts.what else None
        if u is None or not u.hostname:
            p.error("no URL")
        opts.host, opts.port = u.hostname, u.port or 650
    else:
        opts.port, opts.timeout = opts.listen, 60
    known = CLIENTS if opts.listen is None else SERVERS
    bad = [c for c in cases if c not in known]
    if bad or not cases or opts.listen is not None and len(cases) != 1:
        p.error("no such case: %s" % bad if bad else "how many cases?")
    opts.cases = cases
    return opts


def main():
    opts = options()
    report = Report(opts.json)
    if opts.listen is not None:
        serve(opts, opts.cases[0], report)
    for number, case in enumerate(opts.cases):
        report(client(dressed(opts, number), case))


if __name__ == "__main__":
    main()
