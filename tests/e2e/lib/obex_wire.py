# SPDX-License-Identifier: GPL-2.0
"""OBEX packets and a connection that carries them, for peers that misbehave (obex_raw.py):
what is said is up to them, and nothing of what comes is believed.
"""

import errno
import socket
import struct

TARGET = b"SYNCML-DM"
CONNECT, DISCONNECT, PUT, GET, ABORT, FINAL = 0x80, 0x81, 0x02, 0x03, 0xFF, 0x80
CONTINUE, SUCCESS, UNAUTHORIZED, NOT_FOUND, TOO_LARGE = 0x90, 0xA0, 0xC1, 0xC4, 0xCD
NAME, TYPE, TARGET_ID, HTTP, BODY, END, WHO = 0x01, 0x42, 0x46, 0x47, 0x48, 0x49, 0x4A
SRM, ACTION, LENGTH, CONNECTION = 0x97, 0x94, 0xC3, 0xCB
SMALL = 255                     # packets that every receiver takes


def header(hi, value):
    if hi & 0xC0 == 0xC0:
        return struct.pack("!BI", hi, value)
    if hi & 0xC0 == 0x80:
        return bytes((hi, value))
    return struct.pack("!BH", hi, len(value) + 3) + value


def packet(code, *headers, start=b""):
    rest = start + b"".join(headers)
    return struct.pack("!BH", code, len(rest) + 3) + rest


def cut(code, last, heads, body, size):
    """An object in packets of @size: all have @code, but for the one at the end @last."""
    out, heads = [], list(heads)
    while True:
        room, mine = size - 3, []
        while heads and len(heads[0]) <= room:
            room -= len(heads[0])
            mine.append(heads.pop(0))
        if not heads and room > 3:
            n = min(room - 3, len(body))
            done = n == len(body)
            out.append(packet(last if done else code, *mine, header(END if done else BODY, body[:n])))
            if done:
                return out
            body = body[n:]
        elif mine:
            out.append(packet(code, *mine))
        else:
            raise ValueError("a header longer than a packet")


def describe(data, connect):
    """What a packet says, for the summary; believes nothing."""
    d = {"code": "0x%02X" % data[0], "length": len(data), "headers": [], "body": 0, "http": []}
    at = 3
    if connect and len(data) >= 7:
        d["max"], at = struct.unpack("!H", data[5:7])[0], 7
    while at < len(data):
        hi = data[at]
        n = {0xC0: 5, 0x80: 2}.get(hi & 0xC0)
        if n is None and at + 3 <= len(data):
            n = struct.unpack("!H", data[at + 1:at + 3])[0]
        if n is None or n < 2 or at + n > len(data):
            d["bad"] = True
            break
        value = data[at + (1 if hi & 0x80 else 3):at + n]
        d["headers"].append("0x%02X" % hi)
        if hi in (BODY, END):
            d["body"] += len(value)
        elif hi == HTTP:
            d["http"].append(value.decode("latin-1"))
        elif hi == CONNECTION:
            d["connection"] = int.from_bytes(value, "big")
        elif hi == TYPE:
            d["type"] = value.decode("latin-1")
        at += n
    return d


class Over(Exception):
    """There is no more to say, as the outcome tells."""


class Wire:
    """A connection, and what was seen on it."""

    def __init__(self, opts, sock):
        self.opts, self.sock, self.buf = opts, sock, b""
        self.packets, self.sent, self.octets = [], 0, 0
        self.slow = False       # octet by octet
        self.max = SMALL        # longest packet that the peer takes
        self.connection = None
        sock.settimeout(opts.timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def size(self):
        return min(self.opts.mtu, self.max)

    def send(self, data):
        step = 1 if self.slow else len(data) or 1
        try:
            for at in range(0, len(data), step):
                self.sock.sendall(data[at:at + step])
                self.sent += step
        except socket.timeout:
            raise Over("timeout") from None
        except OSError as e:
            self._drain()
            raise Over(outcome(e)) from e

    def _drain(self):
        """What the peer said before it closed."""
        try:
            while True:
                self.recv()
        except Over:
            pass

    def _exactly(self, n):
        while len(self.buf) < n:
            try:
                data = self.sock.recv(65536)
            except socket.timeout:
                raise Over("timeout") from None
            except OSError as e:
                raise Over(outcome(e)) from e
            if not data:
                raise Over("eof")
            self.octets += len(data)
            self.buf += data

    def recv(self, connect=False):
        """The next packet as describe() has it, and its octets as raw."""
        self._exactly(3)
        n = max(3, struct.unpack("!H", self.buf[1:3])[0])
        self._exactly(n)
        data, self.buf = self.buf[:n], self.buf[n:]
        d = describe(data, connect or data[0] == CONNECT)
        self.packets.append(d)
        return {**d, "code": data[0], "raw": data}

    def ask(self, data, connect=False):
        self.send(data)
        return self.recv(connect)

    def ask_all(self, packets):
        """Each packet once the one before was answered with CONTINUE; the last answer."""
        answer = None
        for p in packets:
            answer = self.ask(p)
            if answer["code"] != CONTINUE:
                break
        return answer

    def watch(self):
        """How the peer leaves the connection."""
        self.sock.settimeout(self.opts.linger)
        try:
            while True:
                self.recv()
        except Over as e:
            return "open" if str(e) == "timeout" and not self.buf else str(e)

    # what good peers say

    def connect(self, target=TARGET):
        heads = [header(TARGET_ID, target)] if target is not None else []
        answer = self.ask(packet(CONNECT, *heads, start=struct.pack("!BBH", 0x10, 0, self.opts.mtu)), True)
        if answer["code"] == SUCCESS:
            self.max = max(SMALL, answer.get("max", SMALL))
            self.connection = answer.get("connection")
        return answer

    def id(self):
        return [] if self.connection is None else [header(CONNECTION, self.connection)]

    def heads(self, lines=None):
        o = self.opts
        return self.id() + [header(LENGTH, len(o.body)), header(TYPE, o.type.encode() + b"\0")] + \
            [header(HTTP, line.encode("latin-1") + b"\r\n") for line in (o.lines if lines is None else lines)]

    def object(self, lines=None, size=None, extra=()):
        return cut(PUT, PUT | FINAL, self.heads(lines) + list(extra), self.opts.body, size or self.size())

    def put(self, *args, **kw):
        return self.ask_all(self.object(*args, **kw))

    def get(self, *extra):
        answer = self.ask(packet(GET | FINAL, *self.id(), header(TYPE, self.opts.type.encode() + b"\0"), *extra))
        while answer["code"] == CONTINUE:
            answer = self.ask(packet(GET | FINAL))
        return answer

    def dialogue(self, lines=None):
        if self.put(lines)["code"] == SUCCESS and self.get()["code"] == SUCCESS:
            self.ask(packet(DISCONNECT, *self.id()))


def outcome(e):
    return {errno.ECONNRESET: "reset", errno.EPIPE: "reset"}.get(e.errno, errno.errorcode.get(e.errno, "?"))
