#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A TCP relay between OBEX peers, as tamper.py is for HTTP: writes down every object
with a body in the same form, and can do what an attacker on the path can do.

    obex_tamper.py --listen PORT --to HOST:PORT [--do ACTION@DIRECTION:N]... [--log FILE]

Actions: body (changes a digit in the last packet that keeps the message well-formed), strip
(removes the HTTP header), flip (changes the MAC in it), type=TEXT (another Type), cut=N
(segments of N octets), reset (before the last packet). The head in the log is text: Type and
the lines of the HTTP header; packets counts those of the object. Nothing here knows keys.
"""

import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tamper  # noqa: E402

TYPE, HTTP, BODY, END = 0x42, 0x47, 0x48, 0x49


class Reader(tamper.Reader):
    """Packets out of a stream, and what came of the object that they belong to."""

    def __init__(self, sock, asked):
        super().__init__(sock)
        self.asked, self.obj = asked, None


def split(octets):
    """Headers as [id, value]."""
    out = []
    while octets:
        hi = octets[0]
        n = {0: 2, 0x40: 2}.get(hi & 0xc0)
        n = struct.unpack(">H", octets[1:3])[0] if n else (2 if hi & 0xc0 == 0x80 else 5)
        out.append([hi, octets[3 if hi < 0x80 else 1:n]])
        octets = octets[n:]
    return out


def join(headers):
    return b"".join(bytes([hi]) + (struct.pack(">H", len(v) + 3) if hi < 0x80 else b"") + v for hi, v in headers)


def change(verb, arg, headers):
    if verb == "strip":
        return [h for h in headers if h[0] != HTTP]
    for h in headers:
        if verb == "body" and h[0] == END:
            h[1] = tamper.other_digit(h[1])
        elif verb == "flip" and h[0] == HTTP:
            h[1] = tamper.other_mac(h[1])
        elif verb == "type" and h[0] == TYPE:
            h[1] = arg.encode() + b"\0"
    return headers


class Relay(tamper.Relay):
    def reader(self, sock, asked):
        return Reader(sock, asked)

    def forward(self, reader, dst, direction):
        front = reader.exactly(3)
        rest = reader.exactly(struct.unpack(">H", front[1:])[0] - 3)
        code = front[0]
        fixed = 0
        if direction == "c2s":
            reader.asked.append(code)
            fixed = 4 if code == 0x80 else 0
        elif reader.asked and reader.asked.pop(0) == 0x80 and rest:
            fixed = 4
        headers = split(rest[fixed:])
        obj = reader.obj = reader.obj or {"n": 0, "did": [], "packets": 0, "head": [], "body": b""}
        obj["packets"] += 1
        if not obj["n"]:
            if any(hi in (BODY, END) for hi, _ in headers):
                with tamper.LOCK:
                    self.count[direction] += 1
                    obj["n"] = self.count[direction]
            obj["did"] = self.actions(direction, self.count[direction] + (0 if obj["n"] else 1))
        last = code not in (0x02, 0x03, 0x90)
        cut = 0
        for a in obj["did"]:
            verb, _, arg = a.partition("=")
            if verb == "cut":
                cut = int(arg or 1)
            elif verb == "reset" and last and obj["n"]:
                raise OSError("reset on purpose")
            else:
                headers = change(verb, arg, headers)
        for hi, value in headers:
            if hi in (BODY, END):
                obj["body"] += value
            elif hi == TYPE:
                obj["head"].append(b"Content-Type: " + value.rstrip(b"\0"))
            elif hi == HTTP:
                obj["head"].append(value.rstrip(b"\r\n"))
        if last and obj["n"]:
            with tamper.LOCK:
                self.note(direction, obj["n"], b"\r\n".join(obj["head"]) + b"\r\n", obj["body"], obj["did"],
                          packets=obj["packets"])
        if last:
            reader.obj = None
        out = rest[:fixed] + join(headers)
        out = bytes([code]) + struct.pack(">H", len(out) + 3) + out
        for at in range(0, len(out), cut or len(out)):
            dst.sendall(out[at:at + (cut or len(out))])


if __name__ == "__main__":
    tamper.main(Relay)
