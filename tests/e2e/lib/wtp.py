#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""WSP in connection mode over WTP (WAP-224-WTP), transactions of class 2 with segments: a
client that opens a session and posts, and a server, both with their own timers. Within, a
message has the form of a datagram of connectionless WSP (wsp.py) with transaction id 0.

    wtp.py send HOST:PORT HEX...   sends datagrams as they are, from one port, and prints what
                                   comes back to each within half a second; within ten
                                   seconds where = is in front of it
    wtp.py flood HOST:PORT N [SIZE]    N first segments of messages, each from a port of its own
"""

import errno
import select
import socket
import sys
import time

import wsp

INVOKE, RESULT, ACK, ABORT, SEG_INVOKE, SEG_RESULT, NACK = range(1, 8)
CONNECT, CONNECT_REPLY, DISCONNECT = 1, 2, 5
GROUP = 4


class Pdu:
    """A PDU of WTP that has no TPI but the number of an Ack."""

    def __init__(self, o):
        self.octets, self.kind, self.rid = o, o[0] >> 3 & 15, bool(o[0] & 1)
        self.gtr, self.ttr = bool(o[0] & 4), bool(o[0] & 2)
        self.answers, self.tid = bool(o[1] & 0x80), (o[1] << 8 | o[2]) & 0x7FFF
        self.psn, self.tve, self.missing, self.data = 0, False, b"", b""
        self.cls = o[3] & 3 if self.kind == INVOKE else 2
        if self.kind in (SEG_INVOKE, SEG_RESULT):
            self.psn, self.data = o[3], o[4:]
        elif self.kind == INVOKE:
            self.data = o[4:]
        elif self.kind == RESULT:
            self.data = o[3:]
        elif self.kind == ACK:
            self.tve = self.gtr
            self.psn = o[4] if o[0] & 0x80 and o[3] == 0x19 else None
        elif self.kind == NACK:
            self.missing = o[4:4 + o[3]]
        if o[0] & 0x80 and self.kind != ACK:
            raise wsp.WspError("a TPI that nobody here sends")

    @property
    def carries(self):
        return self.kind in (INVOKE, RESULT, SEG_INVOKE, SEG_RESULT)

    @property
    def alone(self):
        return self.ttr and self.kind in (INVOKE, RESULT)


def split(octets):
    """The PDUs of a datagram."""
    if octets[:1] != b"\0":
        return [octets]
    out, at = [], 1
    while at < len(octets):
        n, at = octets[at], at + 1
        if n & 0x80:
            n, at = (n & 0x7F) << 8 | octets[at], at + 1
        out.append(octets[at:at + n])
        at += n
    return out


def concat(pdus):
    return b"\0" + b"".join(bytes([0x80 | len(p) >> 8, len(p) & 255]) + p if len(p) > 127 else
                            bytes([len(p)]) + p for p in pdus)


def head(kind, tid, flags=0):
    return bytes([kind << 3 | flags, tid >> 8, tid & 255])


def ack(tid, psn=None, tve=False):
    o = head(ACK, tid, 4 if tve else 0)
    return o if psn is None else bytes([o[0] | 0x80]) + o[1:] + bytes([0x19, psn])


class Out:
    """A message that goes: packets, in groups that are acknowledged."""

    def __init__(self, first, tid, data, cut, how=b""):
        self.kind, self.tid, self.how, self.data = first, tid, how, data
        self.size = cut if cut and cut < len(data) else len(data)
        self.count = -(-len(data) // self.size)
        self.at, self.end = 0, 0

    def packet(self, n, rid=False):
        last = n == self.count - 1
        flags = (2 if last else 4 if n == self.end else 0) | rid
        data = self.data[n * self.size:(n + 1) * self.size]
        if n:
            return head(self.kind + 4, self.tid, flags) + bytes([n]) + data
        return head(self.kind, self.tid, flags) + self.how + data

    def group(self):
        return [self.packet(n) for n in range(self.at, self.end + 1)]

    def last(self):
        return [self.packet(self.end, True)]

    def acked(self, psn):
        """The next group, when there is one."""
        if psn != self.end or self.end == self.count - 1:
            return []
        self.at, self.end = self.end + 1, min(self.end + GROUP, self.count - 1)
        return self.group()

    def again(self, missing):
        return [self.packet(n, True) for n in missing if self.at <= n <= self.end]


class In:
    """A message that comes; take() returns what to say to it, and @whole is it then."""

    def __init__(self, tid):
        self.tid, self.have, self.end, self.last, self.whole = tid, {}, -1, None, None

    def take(self, p):
        self.have.setdefault(p.psn, p.data)
        if p.ttr:
            self.last = p.psn
        if p.ttr or p.gtr:
            self.end = max(self.end, p.psn)
        if p.psn > self.end:
            return []
        missing = [n for n in range(self.end) if n not in self.have]
        if missing:
            return [head(NACK, self.tid) + bytes([len(missing)] + missing)] if p.ttr or p.gtr else []
        if self.end == self.last:
            self.whole = b"".join(self.have[n] for n in range(self.last + 1))
            return []
        return [ack(self.tid, self.end)]

    def final(self):
        return ack(self.tid, self.last or None)


def capability(code, value):
    return wsp.uintvar(1 + len(value)) + bytes([0x80 | code]) + value


def connect(sdu):
    caps = capability(0, wsp.uintvar(sdu)) + capability(1, wsp.uintvar(sdu)) + \
        capability(2, b"\xf0") + capability(3, b"\x04")
    return bytes([CONNECT, 0x10]) + wsp.uintvar(len(caps)) + b"\0" + caps


def capabilities(octets):
    """By number, those of a Connect or ConnectReply."""
    at = 1
    while octets[0] == CONNECT_REPLY and octets[at] & 0x80:
        at += 1
    at += 1
    n, at, out = octets[at], at + 2, {}
    end = at + n
    while at < end:
        length = octets[at]
        out[octets[at + 1] & 0x7F] = octets[at + 2:at + 1 + length]
        at += 1 + length
    return out


class Aborted(ConnectionError):
    pass


class Client:
    """Posts, one at a time, in a session. What belongs to nothing is counted as stray."""

    def __init__(self, host, port, opts):
        info = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        self.sock = socket.socket(info[0], socket.SOCK_DGRAM)
        if opts.bind:
            own, _, at = opts.bind.rpartition(":")
            self.sock.bind((own, int(at)))
        self.sock.connect(info[4])
        self.opts, self.tid = opts, opts.tid
        self.stray = self.verified = 0
        self.session, self.said, self.before = None, {}, None
        self.late = []      # of a datagram, what is still to be looked at
        self.unsent = []    # goes with the next datagram

    def send(self, pdus):
        if self.unsent and pdus:
            pdus, self.unsent = [concat(self.unsent + pdus[:1])] + pdus[1:], []
        for o in pdus:
            self.sock.send(o)

    def receive(self, until):
        if self.late:
            return self.late.pop(0)
        while True:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                return None
            self.late = [Pdu(o) for o in split(self.sock.recv(65536))]
            return self.late.pop(0)

    def transaction(self, data):
        tid, self.tid = self.tid, self.tid + 1 & 0x7FFF
        out, come = Out(INVOKE, tid, data, self.opts.cut, b"\x02"), In(tid)
        self.send(out.group())
        until = time.monotonic() + self.opts.timeout
        again = time.monotonic() + self.opts.retry
        while come.whole is None:
            p = self.receive(min(again, until))
            if p is None:
                if time.monotonic() >= until:
                    raise TimeoutError(errno.ETIMEDOUT, "no Result")
                self.send(out.last())
                again = time.monotonic() + self.opts.retry
            elif p.tid != tid or not p.answers:
                if p.carries and self.before and p.tid == self.before.tid:
                    if p.ttr:
                        self.send([self.before.final()])
                else:
                    self.stray += 1
            elif p.kind == ABORT:
                raise Aborted(errno.ECONNABORTED, "aborted")
            elif p.kind == ACK and p.tve:
                self.verified += 1
                self.send([ack(tid, tve=True)])
            elif p.kind == ACK:
                self.send(out.acked(p.psn))
            elif p.kind == NACK:
                self.send(out.again(p.missing))
            else:
                self.send(come.take(p))
        self.before = come
        if self.opts.concat:
            self.unsent = [come.final()]
        else:
            self.send([come.final()])
        return come.whole

    def begin(self):
        answer = self.transaction(connect(self.opts.sdu))
        if answer[0] != CONNECT_REPLY:
            raise wsp.WspError("a Connect is answered by %#x" % answer[0])
        self.session, self.said = answer[1], capabilities(answer)

    def post(self, uri, kind, data, headers=()):
        if self.session is None:
            self.begin()
        answer = wsp.Pdu(b"\0" + self.transaction(wsp.post(0, uri, kind, data, headers)[1:]))
        if answer.type != wsp.REPLY:
            raise wsp.WspError("a Post is answered by %#x" % answer.type)
        return answer

    def close(self):
        if self.session is not None:
            tid, self.tid = self.tid, self.tid + 1 & 0x7FFF
            self.send([head(INVOKE, tid, 6) + b"\0" + bytes([DISCONNECT, self.session])])
        self.sock.close()


class Transaction:
    def __init__(self, tid):
        self.come, self.out, self.due, self.tries, self.verify = In(tid | 0x8000), None, None, 0, None


class Server:
    """answer(pdu) returns a Reply as wsp.reply() makes it, or None."""

    def __init__(self, host, port, opts):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_DGRAM)
        self.sock.bind((host, port))
        self.server_address = self.sock.getsockname()
        self.wtp, self.all, self.said = opts, {}, []

    def send(self, peer, pdus):
        for o in pdus:
            self.sock.sendto(o, peer)

    def reply(self, peer, data):
        if data[0] == CONNECT:
            self.said.append({k: v.hex() for k, v in capabilities(data).items()})
            caps = capability(0, wsp.uintvar(self.wtp.sdu)) + capability(1, wsp.uintvar(self.wtp.sdu))
            return bytes([CONNECT_REPLY, 7]) + wsp.uintvar(len(caps)) + b"\0" + caps
        if data[0] == DISCONNECT:
            self.said.append("disconnect")
            return None
        out = self.answer(wsp.Pdu(b"\0" + data))
        return out[1:] if out else None

    def take(self, peer, p):
        key = peer, p.tid
        t = self.all.get(key)
        if p.answers:
            raise wsp.WspError("a PDU of who answers")
        if p.kind == INVOKE and p.cls == 0:
            self.reply(peer, p.data)
            return
        if t is None:
            if p.kind != INVOKE:
                if p.kind not in (ACK, ABORT):
                    raise wsp.WspError("a PDU %d of no transaction" % p.kind)
                return
            t = self.all[key] = Transaction(p.tid)
            if self.wtp.verify and not [k for k in self.all if k[0] == peer and k != key]:
                t.verify = p
                self.send(peer, [ack(p.tid | 0x8000, tve=True)])
                return
        if p.kind == ABORT:
            del self.all[key]
        elif p.carries and t.verify:
            self.send(peer, [ack(p.tid | 0x8000, tve=True)])
        elif p.kind == ACK and p.tve and t.verify:
            p, t.verify = t.verify, None
            self.carried(peer, t, p)
        elif p.carries:
            self.carried(peer, t, p)
        elif p.kind == ACK and t.out:
            if t.out.end == t.out.count - 1:
                t.due = None
            else:
                self.send(peer, t.out.acked(p.psn))
                t.due = time.monotonic() + self.wtp.retry
        elif p.kind == NACK and t.out:
            self.send(peer, t.out.again(p.missing))

    def carried(self, peer, t, p):
        if t.come.whole is not None:
            return
        self.send(peer, t.come.take(p))
        if t.come.whole is None:
            return
        if self.wtp.hold:
            self.send(peer, [t.come.final()])
        data = self.reply(peer, t.come.whole)
        if data is None:
            return
        t.out = Out(RESULT, t.come.tid, data, self.wtp.cut)
        t.due = time.monotonic() + self.wtp.retry
        self.send(peer, t.out.group())

    def repeat(self):
        now = time.monotonic()
        for (peer, _), t in self.all.items():
            if t.due and now >= t.due:
                t.due, t.tries = now + self.wtp.retry, t.tries + 1
                if t.tries > 8:
                    t.due = None
                else:
                    self.send(peer, t.out.last())

    def serve(self):
        while True:
            if not select.select([self.sock], [], [], 0.1)[0]:
                self.repeat()
                continue
            octets, peer = self.sock.recvfrom(65536)
            try:
                for o in split(octets):
                    self.take(peer, Pdu(o))
            except (wsp.WspError, IndexError) as e:
                self.fault(str(e))
            except OSError as e:
                self.failed_io(e)


def main():
    verb, where, *rest = sys.argv[1:]
    host, _, port = where.rpartition(":")
    info = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_DGRAM)[0]
    if verb == "flood":
        for n in range(int(rest[0])):
            with socket.socket(info[0], socket.SOCK_DGRAM) as s:
                s.connect(info[4])
                s.send(head(INVOKE, 1, 4) + b"\x02" + b"x" * int((*rest, 1000)[1]))
        return 0
    with socket.socket(info[0], socket.SOCK_DGRAM) as s:
        s.connect(info[4])
        for octets in rest:
            s.settimeout(10 if octets[0] == "=" else 0.5)
            print(wsp.say(s, bytes.fromhex(octets.lstrip("="))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
