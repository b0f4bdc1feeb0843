#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Connections that begin like TLS and do not stay so, and a proxy with CONNECT.

    faketls.py client HOST PORT CASE     sends the case, tells what came back (JSON)
    faketls.py server PORT CASE --ready FILE   answers connections with the case
    faketls.py proxy PORT HOST:PORT CASE --ready FILE   a proxy that tunnels there

The hellos are real ones in form (RFC 8446), with made-up contents. `secret` is what
must never arrive on the other side. The server notes what it got in FILE.got.
"""

import json
import os
import socket
import struct
import sys
import threading

SECRET = b"secret in plain text\r\n"
SESSION = b"\x5a" * 32


def record(kind, body):
    return struct.pack(">BHH", kind, 0x303, len(body)) + body


def handshake(kind, body):
    return struct.pack(">B", kind) + len(body).to_bytes(3, "big") + body


def extension(kind, body):
    return struct.pack(">HH", kind, len(body)) + body


def client_hello():
    ext = extension(43, b"\x04\x03\x04\x03\x03")
    return record(22, handshake(1, b"\x03\x03" + bytes(32) + b"\x20" + SESSION +
                                b"\x00\x04\x13\x01\xc0\x2b\x01\x00" + struct.pack(">H", len(ext)) + ext))


def server_hello():
    ext = extension(43, b"\x03\x04")
    return record(22, handshake(2, b"\x03\x03" + bytes(range(32)) + b"\x20" + SESSION +
                                b"\x13\x01\x00" + struct.pack(">H", len(ext)) + ext))


DATA = record(23, b"\xa5" * 40)
CLIENT = {
    "header": [b"\x16\x03\x01\x00\x40" + SECRET],
    "hello-then-plain": [client_hello() + SECRET],
    "hello-wait-plain": [client_hello(), SECRET],
    "hello": [client_hello()],
    "session": [client_hello(), DATA],
    "session-then-plain": [client_hello(), DATA + SECRET],
    "octets": [bytes([c]) for c in client_hello()] + [DATA],
    "plain": [b"GET /page HTTP/1.1\r\nHost: a\r\n\r\n"],
    "connect-plain": [b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", SECRET],
}
SERVER = {
    "plain": [SECRET],
    "header": [b"\x16\x03\x03\x00\x40" + SECRET],
    "hello-then-plain": [server_hello() + SECRET],
    "session": [server_hello() + DATA],
    "session-then-plain": [server_hello() + DATA, DATA, SECRET],
    "echo": [server_hello() + DATA, None],
}


def client(host, port, case):
    result = {"case": case, "outcome": "timeout", "secret": False, "octets": 0}
    got = b""
    try:
        s = socket.create_connection((host, port), timeout=5)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i, piece in enumerate(CLIENT[case]):
            s.sendall(piece)
            # The server answers the hello, not each of its octets.
            if i == len(CLIENT[case]) - 2 or (case != "octets" and i < len(CLIENT[case]) - 1):
                got += s.recv(65536)
        s.settimeout(3)
        while True:
            data = s.recv(65536)
            if not data:
                result["outcome"] = "eof"
                break
            got += data
    except socket.timeout:
        pass
    except OSError as e:
        result["outcome"] = os.strerror(e.errno)
    result["secret"] = SECRET in got
    result["octets"] = len(got)
    result["text"] = got[:40].decode("latin-1")
    print(json.dumps(result), flush=True)


def listen(port, ready):
    s = socket.socket(socket.AF_INET6)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("::", port))
    s.listen(16)
    with open(ready, "w", encoding="ascii") as f:
        f.write("ready\n")
    return s


def serve(c, case, note):
    try:
        c.settimeout(10)
        with open(note, "ab", buffering=0) as f:
            # A server speaks when it has the whole hello; the header says how long it is.
            hello = c.recv(65536)
            while hello[:1] == b"\x16" and len(hello) < 5 + int.from_bytes(hello[3:5], "big"):
                data = c.recv(65536)
                if not data:
                    break
                hello += data
            f.write(hello)
            for piece in SERVER[case]:
                if piece is None:
                    break
                c.sendall(piece)
            while True:
                data = c.recv(65536)
                f.write(data)
                if not data:
                    break
    except OSError:
        pass
    c.close()


def pump(a, b):
    try:
        while True:
            data = a.recv(65536)
            if not data:
                break
            b.sendall(data)
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def tunnel(c, to, case):
    try:
        c.settimeout(20)
        head = b""
        while b"\r\n\r\n" not in head:
            head += c.recv(1)
        if case == "refuse":
            c.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        c.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        if case == "plain":
            c.sendall(SECRET)
        host, port = to.rsplit(":", 1)
        s = socket.create_connection((host, int(port)), timeout=20)
        t = threading.Thread(target=pump, args=(c, s), daemon=True)
        t.start()
        pump(s, c)
        t.join(5)
        s.close()
    except OSError:
        pass
    finally:
        c.close()


def main():
    what, args = sys.argv[1], sys.argv[2:]
    if what == "client":
        client(args[0], int(args[1]), args[2])
        return
    ready = args[args.index("--ready") + 1]
    s = listen(int(args[0]), ready)
    while True:
        c, _ = s.accept()
        target, rest = (serve, (c, args[1], ready + ".got")) if what == "server" else \
            (tunnel, (c, args[1], args[2]))
        threading.Thread(target=target, args=rest, daemon=True).start()


if __name__ == "__main__":
    main()
