#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Joins two streams, as socat would: what comes from one goes to the other, until both
have ended.

    stream.py A B [--ready FILE]         waits for A, then connects B; one after another
    stream.py A B --pass NAME:NAME -- COMMAND...
                    runs COMMAND with both as systemd would pass them, under these names

Streams: listen:PORT, tcp:HOST:PORT, unix-listen:PATH, unix:PATH, fd:NUMBER (a socket that
was inherited), pty:LINK (a pseudo-terminal whose other end LINK names). With the last two
there is one connection.
"""

import argparse
import os
import pty
import signal
import socket
import sys
import threading


def listener(family, address):
    s = socket.socket(family)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(address)
    s.listen(8)
    return s


class Tty:
    """The master of a pseudo-terminal, as much of a socket as is needed here."""

    def __init__(self, link):
        self.fd, slave = pty.openpty()
        self.keep = slave               # until whoever uses it has said something: no hang-up before
        os.symlink(os.ttyname(slave), link)

    def recv(self, n):
        try:
            data = os.read(self.fd, n)
        except OSError:
            return b""
        if self.keep is not None:
            os.close(self.keep)
            self.keep = None
        return data

    def sendall(self, data):
        while data:
            data = data[os.write(self.fd, data):]

    def shutdown(self, _how):
        pass

    def close(self):
        os.close(self.fd)


def prepare(spec):
    """A function that returns the next stream of @spec, and the listener if it is one."""
    kind, _, rest = spec.partition(":")
    if kind == "listen":
        s = listener(socket.AF_INET, ("127.0.0.1", int(rest)))
    elif kind == "unix-listen":
        s = listener(socket.AF_UNIX, rest)
    elif kind == "tcp":
        host, _, port = rest.rpartition(":")
        return lambda: socket.create_connection((host, int(port)), timeout=20), None
    elif kind == "unix":
        def connect():
            s = socket.socket(socket.AF_UNIX)
            s.connect(rest)
            return s
        return connect, None
    elif kind == "fd":
        s = socket.socket(fileno=int(rest))
        return lambda: s, None
    else:
        tty = Tty(rest)
        return lambda: tty, None
    return lambda: s.accept()[0], s


def pump(src, dst):
    try:
        while True:
            data = src.recv(65536)
            if not data:
                break
            dst.sendall(data)
    except OSError:
        pass
    for s in (dst, src):
        try:
            s.shutdown(socket.SHUT_WR if s is dst else socket.SHUT_RD)
        except OSError:
            pass


def run_with(streams, names, command):
    files = [listening or connect() for connect, listening in streams]
    fds = [os.dup2(f.fileno(), 50 + i, inheritable=False) for i, f in enumerate(files)]
    for i, fd in enumerate(fds):
        os.dup2(fd, 3 + i, inheritable=True)
    os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(fds)), LISTEN_FDNAMES=names)
    os.execvp(command[0], command)


def main():
    argv, command = sys.argv[1:], []
    if "--" in argv:
        argv, command = argv[:argv.index("--")], argv[argv.index("--") + 1:]
    p = argparse.ArgumentParser()
    p.add_argument("a")
    p.add_argument("b")
    p.add_argument("--ready")
    p.add_argument("--pass", dest="names")
    opts = p.parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    streams = [prepare(opts.a), prepare(opts.b)]
    if command:
        run_with(streams, opts.names, command)
    if opts.ready:
        with open(opts.ready, "w", encoding="ascii") as f:
            f.write("ready\n")
    while True:
        a = streams[0][0]()
        try:
            b = streams[1][0]()
        except OSError:
            a.close()
            continue
        threads = [threading.Thread(target=pump, args=ends, daemon=True) for ends in ((a, b), (b, a))]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        a.close()
        b.close()
        if any(spec.startswith(("fd:", "pty:")) for spec in (opts.a, opts.b)):
            break


if __name__ == "__main__":
    main()
