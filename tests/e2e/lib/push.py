#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Package 0 over UDP: an unmodified listener, and senders good and bad. Makes its
notifications by itself, independently of the project's code.

  push.py listen PORT FILE [--host H] [--group G] [--ready F]
      One JSON line for each datagram that arrives, until SIGTERM.
  push.py send ADDRESS PORT SENT CASE...
      Sends each CASE and adds a JSON line {name, hex} to SENT. A CASE is
      NAME[,KEY=VALUE...]; see KEYS. --nonce, --id, --password: of the server.
  push.py same SENT RECEIVED NAME...
      Exactly the datagrams of these names, in this order, were received.
  push.py burst ADDRESS PORT SENT CASE... -- COMMAND...
      Sends all, then runs COMMAND (rmmod: of omasec), with real-time priority
      from the first to the last.
  push.py flood ADDRESS PORT N          N datagrams with wrong digests
"""

import argparse
import base64
import ctypes
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time

import authmac

KEYS = """session=N version=N ui=N init=N future=N id=TEXT password=TEXT
nonce=B64|zero|ascii|empty   vendor=N: octets of vendor data
wsp=HEX: other header        cut=N: less octets at the end      flip=N: octet that is changed
raw=HEX: the whole datagram  gso=N: so many in one sendmsg      times=N
csum=bad|none|zero  trail=N  short=N: made by hand, in a raw socket  source=PORT
frag=first: only the first fragment of IPv6    noudp: fragment without UDP header"""

PUSH = bytes.fromhex("010603c4af87")
UDP_SEGMENT = 103


def trigger(session, version=11, ui=1, init=1, future=0, server_id=b"Mgmt1", vendor=b""):
    head = version << 54 | ui << 52 | init << 51 | future << 24 | session << 8 | len(server_id)
    return head.to_bytes(8, "big") + server_id + vendor


def digest(server_id, password, nonce, body):
    key = authmac.secret(server_id.decode(), password)
    return base64.b64decode(authmac.compute(key, nonce, body))


def nonce_of(text):
    special = {"zero": bytes(4), "ascii": b"0x00000000", "empty": b""}
    return special[text] if text in special else base64.b64decode(text)


def build(case, args):
    """(name, datagram, options)"""
    name, *pairs = case.split(",")
    o = dict(p.partition("=")[::2] for p in pairs)
    server_id = o.get("id", args.id).encode()
    body = trigger(int(o.get("session", "1"), 0), int(o.get("version", 11)), int(o.get("ui", 1)),
                   int(o.get("init", 1)), int(o.get("future", "0"), 0), server_id,
                   bytes(i % 251 for i in range(int(o.get("vendor", 0)))))
    nonce = nonce_of(o.get("nonce", args.nonce))
    data = digest(server_id, o.get("password", args.password), nonce, body) + body
    data = bytes.fromhex(o["wsp"]) + data if "wsp" in o else PUSH + data
    if "raw" in o:
        data = bytes.fromhex(o["raw"])
    if "flip" in o:
        at = int(o["flip"])
        data = data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]
    if "cut" in o:
        data = data[:-int(o["cut"])]
    return name, data, o


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    s = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return ~s & 0xffff


def by_hand(s, family, dest, port, data, o):
    """A UDP header of our own in a raw socket."""
    source = int(o.get("source", 4000))
    length = 8 + len(data) - int(o.get("short", 0)) + int(o.get("long", 0))
    head = struct.pack("!HHHH", source, port, length, 0)
    s.connect((dest, 0))
    addr = [socket.inet_pton(family, a) for a in (s.getsockname()[0], dest)]
    if family == socket.AF_INET:
        pseudo = addr[0] + addr[1] + struct.pack("!BBH", 0, 17, length)
    else:
        pseudo = addr[0] + addr[1] + struct.pack("!II", length, 17)
    covered = (head + data)[:length]
    value = checksum(pseudo + covered) or 0xffff
    value = {"bad": value ^ 0x1111, "none": 0}.get(o.get("csum"), value)
    packet = head[:6] + struct.pack("!H", value) + data + b"T" * int(o.get("trail", 0))
    s.send(packet)


def first_fragment(s, dest, port, data, o):
    """IPv6 fragments without the rest: header and all are ours."""
    s.setsockopt(socket.IPPROTO_IPV6, 36, 1)   # IPV6_HDRINCL
    s.connect((dest, 0))
    addr = [socket.inet_pton(socket.AF_INET6, a) for a in (s.getsockname()[0], dest)]
    udp = struct.pack("!HHHH", 4000, port, 8 + len(data), 0x1234) + data
    udp = udp[:len(udp) // 8 * 8]
    if "noudp" in o:
        udp = udp[:4]
    frag = struct.pack("!BBHI", 17, 0, 1, 77)
    head = struct.pack("!IHBB", 6 << 28, len(frag + udp), 44, 64) + addr[0] + addr[1]
    s.send(head + frag + udp)


def send(args):
    family = socket.AF_INET6 if ":" in args.address else socket.AF_INET
    plain = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET:
        plain.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 8)
        if args.interface:
            plain.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(args.interface))
    raw = None
    with open(args.sent, "a", encoding="utf-8") as log:
        for case in args.case:
            name, data, o = build(case, args)
            log.write(json.dumps({"name": name, "hex": data.hex()}) + "\n")
            for _ in range(int(o.get("times", 1))):
                if "frag" in o:
                    with socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW) as s:
                        first_fragment(s, args.address, args.port, data, o)
                elif {"csum", "trail", "short", "long"} & set(o):
                    raw = raw or socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_UDP)
                    by_hand(raw, family, args.address, args.port, data, o)
                else:
                    plain.sendto(data, (args.address, args.port))
    return 0


def burst(args):
    """The kernel's workers wait until the command has them wait no longer."""
    case, command = args.case[:args.case.index("--")], args.case[args.case.index("--") + 1:]
    args.case = case
    built = [build(c, args) for c in case]
    with open(args.sent, "a", encoding="utf-8") as log:
        for name, data, _ in built:
            log.write(json.dumps({"name": name, "hex": data.hex()}) + "\n")
    family = socket.AF_INET6 if ":" in args.address else socket.AF_INET
    libc = ctypes.CDLL(None, use_errno=True)
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
        for _, data, _ in built:
            s.sendto(data, (args.address, args.port))
        if command == ["rmmod"]:
            rc = libc.syscall(176, b"omasec", os.O_NONBLOCK)   # delete_module of x86-64
            if rc:
                print("delete_module: %s" % os.strerror(ctypes.get_errno()))
        else:
            rc = subprocess.call(command)
    return 1 if rc else 0


def send_gso(args):
    """All cases in one sendmsg with UDP_SEGMENT; they must be of one length."""
    with open(args.sent, "a", encoding="utf-8") as log:
        built = [build(c, args) for c in args.case]
        sizes = {len(d) for _, d, _ in built}
        if len(sizes) != 1:
            sys.exit("cases of several lengths: %s" % sizes)
        for name, data, _ in built:
            log.write(json.dumps({"name": name, "hex": data.hex()}) + "\n")
        family = socket.AF_INET6 if ":" in args.address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as s:
            s.connect((args.address, args.port))
            s.sendmsg([b"".join(d for _, d, _ in built)],
                      [(socket.SOL_UDP, UDP_SEGMENT, struct.pack("=H", sizes.pop()))])
    return 0


def listen(args):
    family = socket.AF_INET6 if ":" in args.host else socket.AF_INET
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    s.bind((args.host, args.port))
    if args.group:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                     socket.inet_aton(args.group) + socket.inet_aton(args.interface or "0.0.0.0"))
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
    s.settimeout(0.2)
    with open(args.file, "w", encoding="utf-8") as out:
        with open(args.ready, "w", encoding="utf-8") as f:
            f.write("ready\n")
        while not stop:
            try:
                data, peer = s.recvfrom(65536)
            except (socket.timeout, InterruptedError):
                continue
            out.write(json.dumps({"hex": data.hex(), "peer": peer[0], "port": peer[1]}) + "\n")
            out.flush()
    return 0


def lines(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def same(args):
    sent = {}
    for d in lines(args.sent):
        sent[d["name"]] = d["hex"]
    want = [sent[n] for n in args.name]
    until = time.monotonic() + args.wait
    while len(lines(args.received)) < len(want) and time.monotonic() < until:
        time.sleep(0.1)
    if not want or args.settle:
        time.sleep(args.settle)
    names = {v: k for k, v in sent.items()}
    got = [d["hex"] for d in lines(args.received)]
    if (sorted(got) if args.any_order else got) == (sorted(want) if args.any_order else want):
        return 0
    print("expected %s" % args.name)
    print("received %s" % [names.get(g, g[:80]) for g in got])
    return 1


def flood(args):
    family = socket.AF_INET6 if ":" in args.address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        data = PUSH + os.urandom(16) + trigger(1, server_id=args.id.encode())
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
        for i in range(args.n):
            if i == args.burst:
                os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
            s.sendto(data, (args.address, args.port))
    return 0


def main():
    p = argparse.ArgumentParser(description=__doc__, epilog=KEYS,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    sub = p.add_subparsers(required=True)
    for run in (send, send_gso, burst):
        c = sub.add_parser(run.__name__.replace("_", "-"))
        c.add_argument("address")
        c.add_argument("port", type=int)
        c.add_argument("sent")
        c.add_argument("case", nargs=argparse.REMAINDER if run is burst else "+")
        c.add_argument("--id", default="Mgmt1")
        c.add_argument("--password", default="server-secret")
        c.add_argument("--nonce", default="Zmlyc3Qtc2VydmVyLTE=")
        c.add_argument("--interface")
        c.set_defaults(run=run)
    c = sub.add_parser("listen")
    c.add_argument("port", type=int)
    c.add_argument("file")
    c.add_argument("--host", default="::")
    c.add_argument("--group")
    c.add_argument("--interface")
    c.add_argument("--ready", default="/dev/null")
    c.set_defaults(run=listen)
    c = sub.add_parser("same")
    c.add_argument("sent")
    c.add_argument("received")
    c.add_argument("name", nargs="*")
    c.add_argument("--wait", type=float, default=15)
    c.add_argument("--settle", type=float, default=0.7)
    c.add_argument("--any-order", action="store_true")
    c.set_defaults(run=same)
    c = sub.add_parser("flood")
    c.add_argument("address")
    c.add_argument("port", type=int)
    c.add_argument("n", type=int)
    c.add_argument("--id", default="Mgmt1")
    c.add_argument("--burst", type=int, default=0, help="so many with real-time priority")
    c.set_defaults(run=flood)
    args = p.parse_args()
    return args.run(args)


if __name__ == "__main__":
    sys.exit(main())
