#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Octets that no library would send, to the HTTP end of a protected socket.

    raw.py request URL CASE...   connects, sends the case, tells what came back
    raw.py answer PORT CASE      listens, answers each request with the case
    raw.py list

Prints one JSON object for each case: {case, sent, outcome, status, octets};
outcome is reset, eof (nothing came), response, or timeout.
"""

import errno
import json
import os
import socket
import sys
import threading
import time
from urllib.parse import urlsplit

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import syncml  # noqa: E402
from syncml import Node, Outgoing, Peer, meta  # noqa: E402

DM = "Content-Type: application/vnd.syncml.dm+xml\r\n"


def package_1(size=0):
    out = Outgoing()
    out.command("Alert", Node("Data", "1201"))
    out.command("Replace", Node("Item", Node("Source", Node("LocURI", "./DevInfo/DevId")),
                                meta(Format="chr"), Node("Data", "x" * (size or 3))))
    return syncml.to_xml(Peer("IMEI:1", "http://server/dm", "7F").message(out))


BODY = package_1()
N = len(BODY)


def post(fields, body=BODY, version="HTTP/1.1", end="\r\n"):
    head = "POST /dm %s\r\nHost: a\r\n%s%s" % (version, fields, end)
    return head.encode("latin-1") + body


def chunked(text):
    return post(DM + "Transfer-Encoding: chunked\r\n", text)


LEN = "Content-Length: %d\r\n" % N
REQUESTS = {
    # framing that is refused
    "length-and-chunked": post(DM + LEN + "Transfer-Encoding: chunked\r\n", b"%x\r\n%s\r\n0\r\n\r\n" % (N, BODY)),
    "two-lengths": post(DM + LEN + "Content-Length: %d\r\n" % (N - 1)),
    "plus-length": post(DM + "Content-Length: +%d\r\n" % N),
    "list-length": post(DM + "Content-Length: %d, %d\r\n" % (N, N)),
    "negative-length": post(DM + "Content-Length: -1\r\n"),
    "huge-length": post(DM + "Content-Length: 99999999999999999999\r\n"),
    "hex-length": post(DM + "Content-Length: 0x10\r\n"),
    "identity-coding": post(DM + "Transfer-Encoding: identity\r\n"),
    "gzip-chunked": post(DM + "Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n"),
    "chunked-twice": post(DM + "Transfer-Encoding: chunked, chunked\r\n", b"0\r\n\r\n"),
    "obs-fold": post(DM + "X: a\r\n b\r\n" + LEN),
    "bare-lf": post(DM + LEN).replace(b"\r\n", b"\n", 2),
    "bare-cr": post(DM + "X: a\rb\r\n" + LEN),
    "nul": post(DM + "X: a\0b\r\n" + LEN),
    "space-before-colon": post(DM + "X : a\r\n" + LEN),
    "no-colon": post(DM + "nonsense\r\n" + LEN),
    "many-fields": post(DM + "".join("X%d: a\r\n" % i for i in range(200)) + LEN),
    "long-head": post(DM + "X: %s\r\n" % ("a" * 20000) + LEN),
    "chunk-not-hex": chunked(b"zz\r\nabc\r\n0\r\n\r\n"),
    "chunk-overflow": chunked(b"fffffffffffffffff\r\nabc"),
    "chunk-no-crlf": chunked(b"%x\r\n%sXX0\r\n\r\n" % (N, BODY)),
    "chunk-long-extension": chunked(b"%x;%s\r\n%s\r\n0\r\n\r\n" % (N, b"e" * 4000, BODY)),
    "http2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "connect": b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
    "not-http": b"\x16\x03\x01\x00\x05hello",
    "version": post(DM + LEN, version="HTTP/3.0"),
    "truncated": post(DM + "Content-Length: %d\r\n" % (N + 10)),
    "upgrade": post(DM + LEN + "Connection: Upgrade\r\nUpgrade: h2c\r\n"),
    # not DM
    "get": b"GET /page HTTP/1.1\r\nHost: a\r\n\r\n",
    "head": b"HEAD /page HTTP/1.1\r\nHost: a\r\n\r\n",
    "text": post("Content-Type: text/plain\r\nContent-Length: 5\r\n", b"hello"),
    "no-type": post("Content-Length: 5\r\n", b"hello"),
    # DM that is not acceptable
    "no-mac": post(DM + LEN),
    "bad-xml": post(DM + "Content-Length: 9\r\n", b"<SyncML><"),
    "bad-wbxml": post("Content-Type: application/vnd.syncml.dm+wbxml\r\nContent-Length: 6\r\n", b"\x02\xa4\x01\x6a\x00\xff"),
    "not-syncml": post(DM + "Content-Length: 7\r\n", b"<a></a>"),
    "doctype": post(DM + "Content-Length: 40\r\n", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
    "empty": post(DM + "Content-Length: 0\r\n", b""),
    "large": post(DM + "Content-Length: %d\r\n" % len(package_1(200000)), package_1(200000)),
    "large-chunked": chunked(b"".join(b"1000\r\n%s\r\n" % (b"x" * 4096) for _ in range(100))),
    "two-requests": post(DM + LEN) * 2,
    "urgent": post(DM + LEN),
}

OK = "HTTP/1.1 200 OK\r\n" + DM
ANSWERS = {
    "length-and-chunked": (OK + LEN + "Transfer-Encoding: chunked\r\n\r\n").encode() + BODY,
    "two-lengths": (OK + LEN + "Content-Length: 3\r\n\r\n").encode() + BODY,
    "bare-lf": (OK + LEN + "\r\n").replace("\r\n", "\n").encode() + BODY,
    "switching": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    "not-http": b"hello, this is not HTTP\r\n\r\n",
    "truncated": (OK + "Content-Length: %d\r\n\r\n" % (N + 10)).encode() + BODY,
    "unprotected": (OK + LEN + "\r\n").encode() + BODY,
    "trailing": (OK + LEN + "Connection: close\r\n\r\n").encode() + BODY + b"GET / HTTP/1.1\r\n\r\n",
    "html": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<a/>",
    "error-502": b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nno\n",
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "silence": b"",
}


def exchange(url, case):
    u = urlsplit(url)
    result = {"case": case, "sent": len(REQUESTS[case]), "outcome": "timeout", "status": 0, "octets": 0}
    got = b""
    try:
        s = socket.create_connection((u.hostname, u.port), timeout=10)
        if case == "urgent":
            s.send(b"!", socket.MSG_OOB)
        s.sendall(REQUESTS[case])
        if case == "truncated":
            s.shutdown(socket.SHUT_WR)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            data = s.recv(65536)
            if not data:
                result["outcome"] = "response" if got else "eof"
                break
            got += data
            if b"\r\n\r\n" in got:
                result["outcome"] = "response"
                s.settimeout(0.5)
    except socket.timeout:
        pass
    except OSError as e:
        if not got:
            result["outcome"] = {errno.ECONNRESET: "reset", errno.EPIPE: "reset"}.get(
                e.errno, errno.errorcode.get(e.errno, "?"))
    result["octets"] = len(got)
    if got.startswith(b"HTTP/1.1 "):
        result["status"] = int(got[9:12])
    result["text"] = got[-300:].decode("latin-1")
    return result


def answer(port, case, ready):
    s = socket.socket(socket.AF_INET6)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("::", port))
    s.listen(16)
    if ready:
        with open(ready, "w", encoding="ascii") as f:
            f.write("ready\n")

    def serve(c):
        try:
            c.settimeout(20)
            data = b"-"
            while data:
                got = b""
                while data and b"</SyncML>" not in got:
                    data = c.recv(65536)
                    got += data
                if got:
                    c.sendall(ANSWERS[case])
                if got and case in ("trailing", "truncated"):
                    c.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        c.close()

    while True:
        c, _ = s.accept()
        threading.Thread(target=serve, args=(c,), daemon=True).start()


def main():
    if sys.argv[1] == "list":
        print(" ".join(REQUESTS), "|", " ".join(ANSWERS))
    elif sys.argv[1] == "answer":
        args = sys.argv[2:]
        answer(int(args[0]), args[1], args[3] if len(args) > 3 else None)
    else:
        for case in sys.argv[3:]:
            print(json.dumps(exchange(sys.argv[2], case)), flush=True)


if __name__ == "__main__":
    main()
