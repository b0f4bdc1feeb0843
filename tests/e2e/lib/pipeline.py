#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""pipeline.py HOST PORT: five requests in one write, five answers in order."""

import socket
import sys

METHODS = ["GET", "HEAD", "GET", "HEAD", "GET"]


def main():
    s = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=15)
    s.sendall("".join("%s /p%d HTTP/1.1\r\nHost: a\r\n\r\n" % (m, i)
                      for i, m in enumerate(METHODS)).encode())
    f = s.makefile("rb")
    for i, m in enumerate(METHODS):
        status = f.readline()
        if not status.startswith(b"HTTP/1.1 200 "):
            print("answer %d begins with %r" % (i, status))
            return 1
        length = 0
        for line in iter(f.readline, b"\r\n"):
            if not line:
                print("answer %d ends early" % i)
                return 1
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        body = f.read(length) if m != "HEAD" else b""
        if m != "HEAD" and body != b"not DM: %s /p%d\n" % (m.encode(), i):
            print("answer %d is %r" % (i, body))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
