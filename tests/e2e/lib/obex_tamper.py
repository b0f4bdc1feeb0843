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

import argparse
import base64
import json
import re
import signal
import socket
import struct
import sys
import threading

LOCK = threading.Lock()
TYPE, HTTP, BODY, END = 0x42, 0x47, 0x48, 0x49


class Eof(Exception):
    pass


def exactly(sock, n):
    data = b""
    while len(data) < n:
        more = sock.recv(n - len(data))
        if not more:
            raise Eof
        data += more
    return data


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


def change_body(value):
    at = max(value.rfind(b"200"), value.rfind(b"1201"))
    if at < 0:
        raise SystemExit("obex_tamper: cannot change this body")
    return value[:at + 2] + (b"1" if value[at + 2:at + 3] == b"0" else b"9") + value[at + 3:]


def change(verb, arg, headers):
    if verb == "strip":
        return [h for h in headers if h[0] != HTTP]
    for h in headers:
        if verb == "body" and h[0] == END:
            h[1] = change_body(h[1])
        elif verb == "flip" and h[0] == HTTP:
            h[1] = re.sub(rb"mac=(.)", lambda m: b"mac=" + (b"B" if m.group(1) == b"A" else b"A"), h[1])
        elif verb == "type" and h[0] == TYPE:
            h[1] = arg.encode() + b"\0"
    return headers


class Relay:
    def __init__(self, opts):
        self.opts, self.plan, self.count, self.max_packet = opts, {}, {"c2s": 0, "s2c": 0}, 0
        self.log = open(opts.log, "w", encoding="ascii") if opts.log else None
        for spec in opts.do or ():
            action, _, where = spec.partition("@")
            direction, _, n = where.partition(":")
            self.plan.setdefault(direction, []).append((n or "*", action))

    def actions(self, direction, n):
        return [a for at, a in self.plan.get(direction, ()) if at in ("*", str(n))]

    def connection(self, client):
        try:
            server = socket.create_connection(self.opts.to, timeout=60)
        except OSError:
            client.close()
            return
        for s in (client, server):
            s.settimeout(120)
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ops = []    # what the client has asked and the server not answered
        threads = [threading.Thread(target=self.pump, args=(*way, ops), daemon=True)
                   for way in ((client, server, "c2s"), (server, client, "s2c"))]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        client.close()
        server.close()

    def pump(self, src, dst, direction, ops):
        obj = None
        try:
            while True:
                obj = self.packet(src, dst, direction, obj, ops)
        except Eof:
            try:
                dst.shutdown(socket.SHUT_WR)
            except OSError:
                pass
        except OSError:
            for s in (src, dst):
                try:
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    s.shutdown(socket.SHUT_RD)
                except OSError:
                    pass

    def packet(self, src, dst, direction, obj, ops):
        front = exactly(src, 3)
        rest = exactly(src, struct.unpack(">H", front[1:])[0] - 3)
        code = front[0]
        fixed = 0
        if direction == "c2s":
            ops.append(code)
            fixed = 4 if code == 0x80 else 0
        elif ops and ops.pop(0) == 0x80 and rest:
            fixed = 4
        headers = split(rest[fixed:])
        obj = obj or {"n": 0, "did": [], "packets": 0, "head": [], "body": b""}
        obj["packets"] += 1
        if not obj["n"]:
            if any(hi in (BODY, END) for hi, _ in headers):
                with LOCK:
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
        if last and obj["n"] and self.log:
            with LOCK:
                self.log.write(json.dumps({
                    "dir": direction, "n": obj["n"], "head": b"\r\n".join(obj["head"]).decode("latin-1") + "\r\n",
                    "body": base64.b64encode(obj["body"]).decode(), "did": obj["did"],
                    "packets": obj["packets"]}) + "\n")
                self.log.flush()
        out = rest[:fixed] + join(headers)
        out = bytes([code]) + struct.pack(">H", len(out) + 3) + out
        for at in range(0, len(out), cut or len(out)):
            dst.sendall(out[at:at + (cut or len(out))])
        return None if last else obj


def main():
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
    relay = Relay(opts)
    s = socket.socket(socket.AF_INET6 if ":" in opts.host else socket.AF_INET)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((opts.host, opts.listen))
    s.listen(16)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if opts.ready:
        with open(opts.ready, "w", encoding="ascii") as f:
            f.write("ready\n")
    while True:
        c, _ = s.accept()
        threading.Thread(target=relay.connection, args=(c,), daemon=True).start()


if __name__ == "__main__":
    main()
