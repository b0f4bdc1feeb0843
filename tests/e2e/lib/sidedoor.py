#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Ways around a protected socket, each tried once.

    sidedoor.py WHAT HOST PORT [FILE]

Prints what happened as one JSON object. FILE, where used, is created when the
program is ready for what comes next, and it goes on when FILE.go exists.
"""

import ctypes
import errno
import json
import os
import socket
import struct
import sys
import threading
import time

TCP_ULP, TCP_FASTOPEN, TCP_FASTOPEN_CONNECT = 31, 23, 30
MSG_FASTOPEN, IPPROTO_MPTCP = 0x20000000, 262
SECRET = b"POST /dm HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nsecret"


def name(e):
    return errno.errorcode.get(e.errno, "timeout" if isinstance(e, socket.timeout) else str(e))


def attempt(fn, *args):
    try:
        r = fn(*args)
        return "ok" if r is None else r
    except OSError as e:
        return name(e)


def ulp(s):
    return s.getsockopt(socket.IPPROTO_TCP, TCP_ULP, 16).split(b"\0")[0].decode()


def wait_go(path):
    open(path, "w").close()
    for _ in range(300):
        if os.path.exists(path + ".go"):
            return
        time.sleep(0.1)


def explicit_ulp(host, port, path):
    """setsockopt(TCP_ULP, omasec) before connect; stays open until FILE.go."""
    s = socket.socket()
    first = attempt(s.setsockopt, socket.IPPROTO_TCP, TCP_ULP, b"omasec")
    s.settimeout(10)
    connected = attempt(s.connect, (host, port))
    r = {"set": first, "connect": connected, "ulp": attempt(ulp, s)}
    wait_go(path)
    return r


def ktls(host, port, _):
    s = socket.create_connection((host, port), timeout=10)
    return {"ulp": attempt(ulp, s), "tls": attempt(s.setsockopt, socket.IPPROTO_TCP, TCP_ULP, b"tls")}


def mptcp_connect(host, port, _):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP)
    s.settimeout(8)
    began = time.monotonic()
    r = {"connect": attempt(s.connect, (host, port))}
    r["seconds"] = time.monotonic() - began
    if r["connect"] == "ok":
        r["send"] = attempt(s.send, SECRET)
    return r


def answered(host, port, _, protocol=0):
    """Says something and waits for what comes of it."""
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol)
    s.settimeout(8)
    began = time.monotonic()
    r = {"connect": attempt(s.connect, (host, port))}
    if r["connect"] == "ok":
        r["send"] = attempt(s.send, SECRET)
        r["recv"] = attempt(lambda: len(s.recv(1000)))
        r["mptcp"] = attempt(lambda: s.getsockopt(284, 1, 64) and 1)     # SOL_MPTCP, MPTCP_INFO
    r["seconds"] = time.monotonic() - began
    return r


def mptcp_answered(host, port, _):
    return answered(host, port, _, IPPROTO_MPTCP)


def relisten(host, port, path):
    """A socket that listens, connects in vain and listens again, many times."""
    s = socket.socket(socket.AF_INET6)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("::", port))
    r = {"listen": []}
    for _ in range(20):
        r["listen"].append(attempt(s.listen, 5))
        s.shutdown(socket.SHUT_RDWR)
        attempt(s.connect, (host, port + 1))        # nobody listens there
    r["listen"].append(attempt(s.listen, 5))
    r["listen"] = sorted(set(r["listen"]))
    wait_go(path)
    return r


def ephemeral(host, port, path):
    """A listener that never called bind(); the port goes to FILE.port."""
    s = socket.socket(socket.AF_INET6)
    r = {"listen": attempt(s.listen, 5)}
    with open(path + ".port", "w", encoding="ascii") as f:
        f.write("%d\n" % s.getsockname()[1])
    open(path, "w").close()
    s.settimeout(15)
    try:
        c, _ = s.accept()
        r["ulp"] = attempt(ulp, c)
    except OSError as e:
        r["accept"] = name(e)
    return r


def unready(path, port):
    """The descriptor number of the listener of process PATH's number on @port."""
    for fd in os.listdir("/proc/%s/fd" % path):
        try:
            target = os.readlink("/proc/%s/fd/%s" % (path, fd))
        except OSError:
            continue
        for line in list(open("/proc/net/tcp6")) + list(open("/proc/net/tcp")):
            w = line.split()
            if w[1].endswith(":%04X" % port) and w[3] == "0A" and target == "socket:[%s]" % w[9]:
                return int(fd)
    return -1


def ulp_of(host, port, pid):
    """setsockopt(TCP_ULP) on the listener of a process that is not stopped."""
    libc = ctypes.CDLL(None, use_errno=True)
    fd = libc.syscall(438, os.pidfd_open(int(pid)), unready(pid, port), 0)
    if fd < 0:
        return {"set": errno.errorcode[ctypes.get_errno()]}
    return {"set": attempt(socket.socket(fileno=fd).setsockopt, socket.IPPROTO_TCP, TCP_ULP, b"omasec")}


def churn(host, port, path):
    """All that a socket can go through, in many threads, until FILE.go; PORT is
    protected in both directions, PORT + 1 is not and has a listener too."""
    stop, done = threading.Event(), {}

    def serve(number):
        s = socket.socket(socket.AF_INET6)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("::", number))
        s.listen(64)
        s.settimeout(0.2)
        while not stop.is_set():
            try:
                c, _ = s.accept()
                c.settimeout(0.01)
                attempt(c.recv, 100)
                c.close()
            except OSError:
                pass

    def fresh():
        s = socket.socket()
        s.settimeout(0.5)
        return s

    def connects():
        s = fresh()
        attempt(s.connect, (host, port))
        attempt(s.send, SECRET)
        s.close()

    def disconnect(s):
        libc.connect(s.fileno(), struct.pack("H14x", socket.AF_UNSPEC), 16)

    def reconnects():
        s = fresh()
        for to in (port, port + 1, port + 2, port, port + 1):
            attempt(s.connect, (host, to))
            disconnect(s)
        attempt(s.sendto, SECRET, MSG_FASTOPEN, (host, port))
        s.close()

    def listens():
        s = fresh()
        s.settimeout(0.01)
        attempt(s.connect, (host, port + 2))        # nobody is there
        reader = threading.Thread(target=lambda: attempt(s.recv, 10))
        reader.start()
        for _ in range(3):
            attempt(s.listen, 5)
            attempt(s.shutdown, socket.SHUT_RDWR)
            attempt(s.connect, (host, port))
        reader.join()
        s.close()

    def relistens():
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        attempt(s.bind, ("", port + 3))
        attempt(s.listen, 5)
        attempt(s.shutdown, socket.SHUT_RDWR)
        attempt(s.listen, 5)
        s.close()

    def repeat(fn):
        while not stop.is_set():
            fn()
            done[fn.__name__] = done.get(fn.__name__, 0) + 1

    libc = ctypes.CDLL(None)
    threads = [threading.Thread(target=serve, args=(p,)) for p in (port, port + 1)]
    threads += [threading.Thread(target=repeat, args=(f,)) for f in (connects, reconnects, listens, relistens)]
    for t in threads:
        t.start()
    wait_go(path)
    stop.set()
    for t in threads:
        t.join(10)
    return {"done": done, "alive": sum(t.is_alive() for t in threads)}


def trace(host, port, pid_path):
    """Traces the process whose number is in FILE.pid, as a debugger does."""
    with open(pid_path + ".pid", encoding="ascii") as f:
        pid = int(f.read())
    libc = ctypes.CDLL(None, use_errno=True)
    r = {"seized": [libc.ptrace(0x4206, int(t), None, None) for t in os.listdir("/proc/%d/task" % pid)]}
    wait_go(pid_path)
    return r


def mptcp_listen(host, port, path):
    s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM, IPPROTO_MPTCP)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((host, port))
    r = {"listen": attempt(s.listen, 5)}
    wait_go(path)
    s.settimeout(4)
    try:
        c, _ = s.accept()
        c.settimeout(3)
        r["accept"] = "ok"
        r["read"] = attempt(lambda: len(c.recv(1000)))
    except OSError as e:
        r["accept"] = name(e)
    return r


def fastopen_send(host, port, _):
    s = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    s.settimeout(8)
    r = {"send": attempt(s.sendto, SECRET, MSG_FASTOPEN, (host, port))}
    r["again"] = attempt(s.connect, (host, port))
    return r


def syn_in_pieces(host, port, own):
    """A SYN whose data are in another fragment than its header; the server wants no cookie."""
    ends = socket.inet_pton(socket.AF_INET6, own) + socket.inet_pton(socket.AF_INET6, host)
    data = SECRET[:len(SECRET) // 8 * 8]

    def segment(checksum):
        return struct.pack("!HHIIBBHHHI", 40000, port, 7, 0, 6 << 4, 2, 65535, checksum, 0, 0x020405A0) + data
    whole = segment(0)
    total = sum(struct.unpack("!%dH" % (len(whole) // 2), whole))
    total += sum(struct.unpack("!16H", ends)) + len(whole) + socket.IPPROTO_TCP
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    whole = segment(~total & 0xFFFF)
    s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
    for at, piece, more in ((0, whole[:24], 1), (24, whole[24:], 0)):
        packet = struct.pack("!IHBB", 6 << 28, 8 + len(piece), socket.IPPROTO_FRAGMENT, 64) + ends
        s.sendto(packet + struct.pack("!BBHI", socket.IPPROTO_TCP, 0, at | more, 99) + piece, (host, 0))
    time.sleep(1)
    return {}


def fastopen_connect(host, port, _):
    s = socket.socket()
    s.settimeout(8)
    r = {"set": attempt(s.setsockopt, socket.IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1)}
    r["connect"] = attempt(s.connect, (host, port))
    r["ulp"] = attempt(ulp, s)
    return r


def existing(host, port, path):
    """A connection from before the rule: may it go on?"""
    s = socket.create_connection((host, port), timeout=8)
    before = attempt(s.send, b"POST /dm HTTP/1.1\r\n")
    wait_go(path)
    began = time.monotonic()
    r = {"before": before, "send": attempt(s.send, b"Host: a\r\n")}
    r["recv"] = attempt(lambda: len(s.recv(100)))
    r["seconds"] = time.monotonic() - began
    return r


def sink(host, port, path, wait=None):
    """A plain listener that counts what reaches it; ends when FILE.go appears."""
    s = socket.socket(socket.AF_INET6)
    s.settimeout(wait)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    attempt(s.setsockopt, socket.IPPROTO_TCP, TCP_FASTOPEN, struct.pack("i", 16))
    s.bind((host, port))
    s.listen(64)
    total, conns = [0], [0]

    def take(c):
        try:
            while True:
                data = c.recv(65536)
                if not data:
                    break
                total[0] += len(data)
        except OSError:
            pass

    def loop():
        while True:
            try:
                c, _ = s.accept()
            except OSError:
                continue
            conns[0] += 1
            threading.Thread(target=take, args=(c,), daemon=True).start()

    threading.Thread(target=loop, daemon=True).start()
    wait_go(path)
    return {"octets": total[0], "connections": conns[0]}


def sink_polling(host, port, path):
    """The same, with nobody who sleeps in accept()."""
    return sink(host, port, path, 1)


def urgent_read(host, port, _):
    s = socket.create_connection((host, port), timeout=8)
    s.send(b"P")
    s.send(b"!", socket.MSG_OOB)
    time.sleep(0.5)
    return {"recv": attempt(lambda: len(s.recv(100)))}


def main():
    fn = globals()[sys.argv[1]]
    r = fn(sys.argv[2], int(sys.argv[3]), sys.argv[4] if len(sys.argv) > 4 else None)
    print(json.dumps(r), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
