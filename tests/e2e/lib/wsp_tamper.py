#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A UDP relay between peers that speak connectionless WSP, as tamper.py is for HTTP: writes
down every Post and Reply in the same form, and can do what an attacker on the path can do.

    wsp_tamper.py --listen PORT --to HOST:PORT [--do ACTION@DIRECTION:N]... [--log FILE]

Actions: body (changes a digit), strip (without x-syncml-hmac), flip (changes the MAC in it),
type=TEXT (another content type), tid (another transaction id), drop, echo (twice), early (a
Reply of that Post's peer, as it was the last time, before the Post), trunc (without its last
octet). N counts datagrams that are not the same as the one before; what is, is written down
as a repetition, and goes on untouched. Nothing here knows keys.
"""

import os
import select
import socket
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tamper  # noqa: E402
import wsp  # noqa: E402

HEADER = "x-syncml-hmac"


def build(pdu, headers, data, kind, tid):
    if pdu.type == wsp.REPLY:
        return wsp.reply(tid, kind, data, pdu.status, headers)
    return wsp.post(tid, pdu.uri, kind, data, headers)


def change(verb, arg, pdu):
    """With an altered body all else stays as it is; of the datagrams of peers here headers have names."""
    headers, data, kind, tid = pdu.headers, pdu.data, pdu.kind, pdu.tid
    if verb == "body":
        return pdu.octets[:len(pdu.octets) - len(data)] + tamper.other_digit(data)
    if verb == "strip":
        headers = [h for h in headers if h[0] != HEADER]
    elif verb == "flip":
        headers = [(n, tamper.other_mac(v.encode()).decode() if n == HEADER else v) for n, v in headers]
    elif verb == "type":
        kind = arg
    elif verb == "tid":
        tid = (tid + 7) % 256
    elif verb != "trunc":
        raise SystemExit("wsp_tamper: unknown action %s" % verb)
    octets = build(pdu, headers, data, kind, tid)
    return octets[:-1] if verb == "trunc" else octets


class Relay(tamper.Relay):
    def __init__(self, opts):
        super().__init__(opts)
        self.before = {}

    def forward_one(self, octets, send, direction, _peer, back=None):
        pdu = wsp.Pdu(octets)
        if pdu.type == wsp.GET or self.before.get(direction) == octets:
            self.note(direction, 0, b"repeated\r\n" if pdu.type != wsp.GET else b"get\r\n", b"", [])
            send(octets)
            return
        self.before[direction] = octets
        self.count[direction] += 1
        n = self.count[direction]
        did = self.actions(direction, n)
        out, copies = octets, 1
        for a in did:
            verb, _, arg = a.partition("=")
            if verb == "drop":
                copies = 0
            elif verb == "echo":
                copies = 2
            elif verb == "early":
                back(self.last["s2c"])
            else:
                out = change(verb, arg, wsp.Pdu(out))
        if direction == "s2c":
            self.last["s2c"] = octets
        if "trunc" not in did:
            pdu = wsp.Pdu(out)
            head = "Content-Type: %s\r\n" % pdu.kind + "".join("%s: %s\r\n" % h for h in pdu.headers)
            self.note(direction, n, head.encode("latin-1"), pdu.data, [a for a in did if a != "early" and a != "tid"],
                      tid=pdu.tid, octets=len(octets))
        for _ in range(copies):
            send(out)


def serve(kind):
    """Relays datagrams by a Relay of that kind, for ever."""
    opts = tamper.options()
    relay = kind(opts)
    front = socket.socket(socket.AF_INET6 if ":" in opts.host else socket.AF_INET, socket.SOCK_DGRAM)
    front.bind((opts.host, opts.listen))
    tamper.announce(opts)
    family = socket.AF_INET6 if ":" in opts.to[0] else socket.AF_INET
    peers = {}

    def answers(peer, back):
        while True:
            octets = back.recv(65536)
            with tamper.LOCK:
                relay.forward_one(octets, lambda o: front.sendto(o, peer), "s2c", peer)

    while True:
        select.select([front], [], [])
        octets, peer = front.recvfrom(65536)
        if peer not in peers:
            peers[peer] = socket.socket(family, socket.SOCK_DGRAM)
            peers[peer].connect(opts.to)
            threading.Thread(target=answers, args=(peer, peers[peer]), daemon=True).start()
        with tamper.LOCK:
            relay.forward_one(octets, peers[peer].send, "c2s", peer, lambda o, p=peer: front.sendto(o, p))


if __name__ == "__main__":
    serve(Relay)
