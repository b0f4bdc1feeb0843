#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A TCP relay between a DM client and a DM server that can do what an attacker
on the path can do, and writes down every HTTP message that passes.

    tamper.py --listen PORT --to HOST:PORT [--do ACTION@DIRECTION:N]... [--log FILE]

DIRECTION is c2s or s2c, N counts the HTTP messages with a body in it from 1
(over all connections), "*" is all. Actions: body (changes an octet that keeps the
message well-formed), sub=OLD/NEW (replaces text in it by as much), strip (removes x-syncml-hmac), twice (doubles the header),
replay (sends the message before it instead), echo (sends it twice), swap (keeps it
until the next one has passed), drop, hold=MS (delays), cut=N (segments of N
octets), reset, trunc (half of it, then FIN), flip (flips a bit of the MAC),
user=NAME (another username), algo (another algorithm), length (Content-Length one
less), rechunk (chunked instead of Content-Length), junk (octets after it).

The log is JSON lines: dir, n, head, body (base64), did. Nothing here knows keys.
"""

import argparse
import base64
import json
import re
import signal
import socket
import struct
import sys
import threading
import time

LOCK = threading.Lock()


class Eof(Exception):
    pass


class Reader:
    """HTTP messages out of a stream; close-delimited ones end with it."""

    def __init__(self, sock):
        self.sock, self.buf = sock, b""

    def more(self):
        data = self.sock.recv(65536)
        if not data:
            raise Eof
        self.buf += data

    def until(self, mark):
        while mark not in self.buf:
            self.more()
        at = self.buf.index(mark) + len(mark)
        data, self.buf = self.buf[:at], self.buf[at:]
        return data

    def exactly(self, n):
        while len(self.buf) < n:
            self.more()
        data, self.buf = self.buf[:n], self.buf[n:]
        return data

    def message(self, response):
        """(head octets, body octets as carried, decoded body)."""
        head = self.until(b"\r\n\r\n")
        low = head.lower()
        m = re.search(rb"\r\ncontent-length:\s*(\d+)", low)
        if re.search(rb"\r\ntransfer-encoding:\s*chunked", low):
            raw, body = b"", b""
            while True:
                line = self.until(b"\r\n")
                n = int(line.split(b";")[0], 16)
                data = self.exactly(n + 2)
                raw += line + data
                body += data[:-2]
                if not n:
                    return head, raw, body
        if m:
            body = self.exactly(int(m.group(1)))
            return head, body, body
        if response and not re.match(rb"HTTP/1\.[01] (1\d\d|204|304)", head):
            body = b""
            try:
                while True:
                    body += self.exactly(len(self.buf) or 1)
            except Eof:
                return head, body, body
        return head, b"", b""


class Relay:
    def __init__(self, opts):
        self.opts, self.plan, self.count = opts, {}, {"c2s": 0, "s2c": 0}
        self.last, self.kept = {}, {}
        self.log = open(opts.log, "w", encoding="ascii") if opts.log else None
        for spec in opts.do or ():
            action, _, where = spec.partition("@")
            direction, _, n = where.partition(":")
            self.plan.setdefault(direction, []).append((n or "*", action))

    def actions(self, direction, n):
        return [a for at, a in self.plan.get(direction, ()) if at in ("*", str(n))]

    def note(self, direction, n, head, body, did, **more):
        if self.log:
            self.log.write(json.dumps({
                "dir": direction, "n": n, "head": head.decode("latin-1"),
                "body": base64.b64encode(body).decode(), "did": did, **more}) + "\n")
            self.log.flush()

    def connection(self, client):
        try:
            server = socket.create_connection(self.opts.to, timeout=60)
        except OSError:
            client.close()
            return
        for s in (client, server):
            s.settimeout(120)
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        asked = []      # for a binding in which a response does not say what it answers
        threads = [threading.Thread(target=self.pump, args=(client, server, "c2s", asked), daemon=True),
                   threading.Thread(target=self.pump, args=(server, client, "s2c", asked), daemon=True)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        client.close()
        server.close()

    def reader(self, sock, asked):
        return Reader(sock)

    def pump(self, src, dst, direction, asked):
        reader = self.reader(src, asked)
        try:
            while True:
                self.forward(reader, dst, direction)
        except Eof:
            try:
                if reader.buf:
                    dst.sendall(reader.buf)
                dst.shutdown(socket.SHUT_WR)
            except OSError:
                pass
        except OSError:
            for s in (src, dst):
                try:
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    s.shutdown(socket.SHUT_RD)     # wakes the other thread; close then resets
                except OSError:
                    pass

    def forward(self, reader, dst, direction):
        head, raw, body = reader.message(direction == "s2c")
        if not body:
            with LOCK:
                self.note(direction, 0, head, body, [])
            dst.sendall(head + raw)
            return
        with LOCK:
            self.count[direction] += 1
            n = self.count[direction]
            did = self.actions(direction, n)
        cut, after, original = 0, b"", (head, raw, body)
        for a in did:
            verb, _, arg = a.partition("=")
            if verb == "cut":
                cut = int(arg or 1)
            elif verb == "hold":
                time.sleep(int(arg) / 1000)
            elif verb == "drop":
                with LOCK:
                    self.note(direction, n, head, body, did)
                return
            elif verb == "reset":
                raise OSError("reset on purpose")
            elif verb == "replay":
                head, raw, body = self.last.get(direction, original)
            elif verb == "echo":
                after += head + raw
            elif verb == "swap":
                self.kept[direction] = head + raw
                return
            elif verb == "junk":
                after += b"\r\nGET / HTTP/1.1\r\n\r\n"
            else:
                head, raw, body = change(verb, arg, head, raw, body)
        self.last[direction] = original
        with LOCK:
            self.note(direction, n, head, body, did)
        if "trunc" in did:
            dst.sendall(head + raw[:len(raw) // 2])
            dst.shutdown(socket.SHUT_WR)
            raise Eof
        data = head + raw + after + self.kept.pop(direction, b"")
        for at in range(0, len(data), cut or len(data)):
            dst.sendall(data[at:at + (cut or len(data))])


def field(head, value):
    """Replaces the value of x-syncml-hmac by @value(old), or the line by None."""
    def put(m):
        new = value(m.group(2))
        return b"" if new is None else m.group(1) + new + b"\r\n"
    return re.sub(rb"(?im)^(x-syncml-hmac:\s*)(.*)\r\n", put, head)


def other_digit(body):
    """With another last digit of a Data, in XML or in WBXML."""
    at = max(body.rfind(b"200"), body.rfind(b"1201"))
    if at < 0:
        raise SystemExit("tamper: cannot change this body")
    return body[:at + 2] + (b"1" if body[at + 2:at + 3] == b"0" else b"9") + body[at + 3:]


def other_mac(value):
    return re.sub(rb"mac=(.)", lambda m: b"mac=" + (b"B" if m.group(1) == b"A" else b"A"), value)


def change(verb, arg, head, raw, body):
    if verb == "body":
        if raw != body:
            raise SystemExit("tamper: cannot change this body")
        raw = body = other_digit(body)
    elif verb == "sub":
        old, _, new = arg.partition("/")
        if raw != body or old.encode() not in body or len(old) != len(new):
            raise SystemExit("tamper: cannot put that into this body")
        raw = body = body.replace(old.encode(), new.encode())
    elif verb == "strip":
        head = field(head, lambda v: None)
    elif verb == "twice":
        head = field(head, lambda v: v + b"\r\nx-syncml-hmac: " + v)
    elif verb == "flip":
        head = field(head, other_mac)
    elif verb == "user":
        head = field(head, lambda v: re.sub(rb'username="[^"]*"', b'username="%s"' % arg.encode(), v))
    elif verb == "algo":
        head = field(head, lambda v: v.replace(b"algorithm=MD5", b"algorithm=SHA1"))
    elif verb == "length":
        head = re.sub(rb"(?i)(\r\ncontent-length:\s*)(\d+)",
                      lambda m: m.group(1) + b"%d" % (int(m.group(2)) - 1), head)
    elif verb == "rechunk":
        head = re.sub(rb"(?i)\r\ncontent-length:[^\r]*", b"\r\nTransfer-Encoding: chunked", head)
        raw = b"".join(b"%x;ext=1\r\n%s\r\n" % (len(c), c) for c in
                       (body[i:i + 7] for i in range(0, len(body), 7))) + b"0\r\n\r\n"
    elif verb != "trunc":
        raise SystemExit("tamper: unknown action %s" % verb)
    return head, raw, body


def options():
    p = argparse.ArgumentParser()
    p.add_argument("--listen", type=int, required=True)
    p.add_argument("--host", default="0.0.0.0")
    p.add_argument("--to", required=True)
    p.add_argument("--do", action="append", metavar="ACTION@DIR:N")
    p.add_argument("--log")
    p.add_argument("--ready")
    opts = p.parse_args()
    host, _, port = opts.to.rpartition(":")
    opts.to = (host.strip("[]"), int(port))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    return opts


def announce(opts):
    if opts.ready:
        with open(opts.ready, "w", encoding="ascii") as f:
            f.write("ready\n")


def main(kind=Relay):
    opts = options()
    relay = kind(opts)
    s = socket.socket(socket.AF_INET6 if ":" in opts.host else socket.AF_INET)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((opts.host, opts.listen))
    s.listen(128)
    announce(opts)
    while True:
        c, _ = s.accept()
        threading.Thread(target=relay.connection, args=(c,), daemon=True).start()


if __name__ == "__main__":
    main()
