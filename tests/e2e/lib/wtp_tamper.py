#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A UDP relay between peers that speak WSP over WTP: writes down every message that passes,
put together from its packets, and is as bad as a network, or an attacker on it, can be.

    wtp_tamper.py --listen PORT --to HOST:PORT [--do ACTION@DIRECTION:N]... [--log FILE]

Actions: body, strip and flip as of wsp_tamper.py, on messages that are alone in a packet,
whose N counts Posts and Replies; lose (does not pass, but for a repetition) and stray (comes
first in another transaction), of these too; drop, echo (twice) and swap (behind the next one), whose N
counts datagrams. bad=SEED (as @c2s:1) does each of these to one in eight. Nothing here knows keys.
"""

import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tamper  # noqa: E402
import wsp  # noqa: E402
import wsp_tamper  # noqa: E402
import wtp  # noqa: E402

OF_DATAGRAMS = ("drop", "echo", "swap")
OF_PACKETS = ("lose", "stray", "bad")


class Relay(tamper.Relay):
    def __init__(self, opts):
        super().__init__(opts)
        self.parts, self.grams, self.kept = {}, {"c2s": 0, "s2c": 0}, {}
        self.before = []    # what is done to messages that are whole with this datagram
        seed = [a.partition("=")[2] for a in self.actions("c2s", 1) if a.startswith("bad=")]
        self.dice = random.Random(seed[0]) if seed else None

    def message(self, p, peer, direction):
        """The message that is whole with this packet, once; or None."""
        key = peer, direction, p.tid
        if not p.carries or p.cls != 2:
            return None
        if p.kind == wtp.INVOKE and p.data[:1] == bytes([wtp.CONNECT]):
            return None
        part = self.parts.setdefault(key, wtp.In(p.tid))
        if part.whole is None:
            part.take(p)
            if part.whole is not None and part.whole[0] in (wsp.POST, wsp.REPLY):
                return part.whole
        elif p.psn in part.have and part.have[p.psn] != p.data and not p.alone:
            self.note(direction, 0, b"repeated otherwise\r\n", b"", [])
        return None

    def change(self, octets, whole, did):
        pdu = wsp.Pdu(b"\0" + whole)
        for a in did:
            verb, _, arg = a.partition("=")
            if verb not in OF_DATAGRAMS and verb not in OF_PACKETS:
                pdu = wsp.Pdu(wsp_tamper.change(verb, arg, pdu))
        p = wtp.Pdu(octets)
        return octets[:len(octets) - len(p.data)] + pdu.octets[1:] if p.alone else octets

    def one(self, octets, peer, direction):
        """A PDU: as it goes on."""
        p = wtp.Pdu(octets)
        whole = self.message(p, peer, direction)
        if whole is None:
            return octets
        self.count[direction] += 1
        n = self.count[direction]
        did = [a for a in self.actions(direction, n) if a.partition("=")[0] not in OF_DATAGRAMS + ("bad",)]
        self.before = did
        if did:
            octets = self.change(octets, whole, did)
            # only the first is altered: who repeats gets it through
        pdu = wsp.Pdu(b"\0" + (wtp.Pdu(octets).data if p.alone else whole))
        text = "Content-Type: %s\r\n" % pdu.kind + "".join("%s: %s\r\n" % h for h in pdu.headers)
        self.note(direction, n, text.encode("latin-1"), pdu.data, did, tid=p.tid, packets=p.psn + 1)
        return octets

    def forward_one(self, octets, send, direction, peer, _back=None):
        self.grams[direction] += 1
        n = self.grams[direction]
        self.before = []
        pdus = [self.one(o, peer, direction) for o in wtp.split(octets)]
        out = pdus[0] if octets[:1] != b"\0" else wtp.concat(pdus)
        did = [a for a in self.actions(direction, n) if a in OF_DATAGRAMS]
        if self.dice:
            did += [a for a in OF_DATAGRAMS if self.dice.randrange(8) == 0]
        if "drop" in did or "lose" in self.before:
            return
        if "stray" in self.before:
            send(out[:1] + bytes([out[1] ^ 1]) + out[2:])
        if "swap" in did and direction not in self.kept:
            self.kept[direction] = out
            return
        send(out)
        if "echo" in did:
            send(out)
        if direction in self.kept:
            send(self.kept.pop(direction))


if __name__ == "__main__":
    wsp_tamper.serve(Relay)
