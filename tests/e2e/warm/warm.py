#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""warm.py SOCKET DIR: runs the Python programs in DIR, for those who ask at SOCKET.

In an emulated machine Python takes a second or two to start and import, which is most
of what a test costs. Here that is done once; each program is then a fork, in the network
namespace, the directory and with the open files of who asked (warm.c), and ends with it."""

import array
import atexit
import base64           # noqa: F401
import ctypes
import glob
import hmac             # noqa: F401
import http.client      # noqa: F401
import http.server      # noqa: F401
import os
import random
import selectors
import signal
import socket
import subprocess       # noqa: F401
import sys
import tempfile         # noqa: F401
import threading
import traceback
import types
import urllib.parse     # noqa: F401
import xml.etree.ElementTree    # noqa: F401

CLONE_NEWNET = 0x40000000
FDS = 5                 # stdin, stdout, stderr, network namespace, directory
LIBC = ctypes.CDLL(None, use_errno=True)


def load(where):
    """Code of each program; what they share is imported already."""
    code = {}
    sys.path.insert(0, where)
    for path in sorted(glob.glob(os.path.join(where, "*.py"))):
        with open(path, encoding="utf-8") as f:
            code[path] = compile(f.read(), path, "exec")
        __import__(os.path.basename(path)[:-3])
    sys.path.pop(0)
    return code


def run(code, argv):
    """As the interpreter would; returns the exit status."""
    main = types.ModuleType("__main__")
    main.__file__ = argv[0]
    sys.modules["__main__"] = main
    sys.argv = argv
    sys.path.insert(0, os.path.dirname(argv[0]))
    rc = 0
    try:
        exec(code, main.__dict__)
    except SystemExit as e:
        rc = e.code
        if rc is not None and not isinstance(rc, int):
            print(rc, file=sys.stderr)
            rc = 1
    except BaseException:
        traceback.print_exc()
        rc = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    for f in (sys.stdout, sys.stderr):
        try:
            f.flush()
        except OSError:
            rc = rc or 120
    return rc or 0


def child(code, argv, fds):
    signal.set_wakeup_fd(-1)
    for s in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(s, signal.SIG_DFL)
    if LIBC.setns(fds[3], CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
    os.fchdir(fds[4])
    for i in range(3):
        os.dup2(fds[i], i)
    os.closerange(3, 256)
    sys.stdin = open(0, closefd=False)
    sys.stdout = open(1, "w", closefd=False)
    sys.stderr = open(2, "w", buffering=1, closefd=False)
    random.seed()
    return run(code[argv[0]], argv)


class Server:
    def __init__(self, path, code):
        self.code, self.conns = code, {}        # pid: connection
        self.sel = selectors.DefaultSelector()
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(path)
        self.listener.listen(64)
        self.sel.register(self.listener, selectors.EVENT_READ, self.accept)
        self.woken, wakes = os.pipe()
        for fd in (self.woken, wakes):
            os.set_blocking(fd, False)
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.sel.register(self.woken, selectors.EVENT_READ, self.reap)

    def accept(self, _):
        conn, _ = self.listener.accept()
        octets, control, _, _ = conn.recvmsg(65536, socket.CMSG_SPACE(FDS * 4))
        fds = array.array("i")
        for _, _, data in control:
            fds.frombytes(data)
        argv = octets.decode().split("\0")[:-1]
        if len(fds) == FDS and argv and argv[0] in self.code:
            self.start(conn, argv, fds)
        else:
            conn.close()
        for fd in fds:
            os.close(fd)

    def start(self, conn, argv, fds):
        pid = os.fork()
        if not pid:
            rc = 1
            try:
                rc = child(self.code, argv, fds)
            except BaseException:
                traceback.print_exc()
            os._exit(rc & 0xff)
        self.conns[pid] = conn
        self.send(conn, pid)
        self.sel.register(conn, selectors.EVENT_READ, lambda _: self.gone(pid))

    @staticmethod
    def send(conn, number):
        try:
            conn.send(number.to_bytes(4, "little"))
        except OSError:
            pass

    def gone(self, pid):
        """Who asked was killed, and takes the program along."""
        conn = self.conns.get(pid)
        if conn:
            self.sel.unregister(conn)
            conn.close()
            self.conns[pid] = None
            os.kill(pid, signal.SIGKILL)

    def reap(self, fd):
        os.read(fd, 4096)
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            conn = self.conns.pop(pid, None)
            if conn:
                self.send(conn, status)
                self.sel.unregister(conn)
                conn.close()

    def serve(self):
        while True:
            for key, _ in self.sel.select():
                key.data(key.fd)


def main():
    path, where = sys.argv[1:]
    server = Server(path + ".new", load(where))
    os.rename(path + ".new", path)
    server.serve()


if __name__ == "__main__":
    main()
