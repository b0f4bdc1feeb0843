#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""PDUs of WSP in connectionless mode (WAP-230-WSP, 8.2), a client that posts and waits for
the Reply, repeating its datagram as WSP has it, and a server.

    wsp.py send HOST:PORT HEX...   sends datagrams as they are, and prints what comes back
    wsp.py size HOST:PORT N...     Posts that are N octets long, body included
    wsp.py pieces HOST:PORT        one Post, written in two pieces (MSG_MORE)
    wsp.py segment HOST:PORT       two datagrams in one (UDP_SEGMENT)
    wsp.py wait HOST:PORT OWN      asks from port OWN, and takes an answer from whoever sends one
    wsp.py flood HOST:PORT N       N Posts without MAC, each from a port of its own
"""

import errno
import select
import socket
import sys
import time

GET, POST, PUT, REPLY = 0x40, 0x60, 0x61, 0x04
OK, BAD_REQUEST, NOT_FOUND = 0x20, 0x40, 0x44
TYPES = {"application/vnd.syncml.dm+wbxml": 0x42, "application/vnd.syncml.dm+xml": 0x43}
NAMES = {code: name for name, code in TYPES.items()}


class WspError(Exception):
    pass


def uintvar(n):
    out = bytes([n & 0x7F])
    while n > 0x7F:
        n >>= 7
        out = bytes([0x80 | n & 0x7F]) + out
    return out


def content_type(kind):
    return bytes([0x80 | TYPES[kind]]) if kind in TYPES else kind.encode() + b"\0"


def fields(headers):
    """Headers that have no number."""
    return b"".join(n.encode() + b"\0" + v.encode() + b"\0" for n, v in headers)


def post(tid, uri, kind, data, headers=(), method=POST):
    head = content_type(kind) + fields(headers)
    uri = uri.encode()
    return bytes([tid, method]) + uintvar(len(uri)) + uintvar(len(head)) + uri + head + data


def get(tid, uri, headers=()):
    uri = uri.encode()
    return bytes([tid, GET]) + uintvar(len(uri)) + uri + fields(headers)


def reply(tid, kind, data, status=OK, headers=()):
    head = content_type(kind) + fields(headers) if kind else b""
    return bytes([tid, REPLY, status]) + uintvar(len(head)) + head + data


class Pdu:
    """What a datagram says; of headers it knows the content type and those with a name."""

    def __init__(self, octets):
        self.octets, self.at = octets, 0
        self.tid, self.type = self._octet(), self._octet()
        self.status = self._octet() if self.type == REPLY else None
        self.uri, self.kind, self.headers = "", "", []
        if self.type not in (GET, POST, PUT, REPLY):
            raise WspError("a PDU of type %#x" % self.type)
        n = self._uintvar() if self.type != REPLY else 0
        length = self._uintvar() if self.type != GET else None
        self.uri = self._take(n).decode("latin-1")
        end = len(octets) if length is None else self.at + length
        if end > len(octets):
            raise WspError("headers beyond the datagram")
        if self.type != GET and length:
            self.kind = self._content_type()
        while self.at < end:
            self.headers.append(self._header())
        if self.at != end:
            raise WspError("a header beyond the headers")
        self.data = octets[end:]

    def _octet(self):
        return self._take(1)[0]

    def _take(self, n):
        if self.at + n > len(self.octets):
            raise WspError("the datagram is cut")
        self.at += n
        return self.octets[self.at - n:self.at]

    def _uintvar(self):
        n = 0
        while True:
            c = self._octet()
            n = n << 7 | c & 0x7F
            if not c & 0x80:
                return n

    def _text(self):
        end = self.octets.find(b"\0", self.at)
        if end < 0:
            raise WspError("a text without end")
        return self._take(end + 1 - self.at)[:-1].decode("latin-1")

    def _value(self):
        c = self.octets[self.at]
        if c & 0x80:
            return self._octet() & 0x7F
        if c > 0x1F:
            return self._text()
        self._octet()
        return self._take(self._uintvar() if c == 0x1F else c)

    def _content_type(self):
        v = self._value()
        return NAMES.get(v, "number %#x" % v) if isinstance(v, int) else v if isinstance(v, str) else "general"

    def _header(self):
        c = self.octets[self.at]
        name = self._octet() & 0x7F if c & 0x80 else self._text()
        return name, self._value()

    def all(self, name):
        return [v for n, v in self.headers if isinstance(n, str) and n.lower() == name]


class Client:
    """Posts, one at a time. What is not the Reply to the last one is counted as stray."""

    def __init__(self, host, port, timeout=20, retry=2, tid=1, bind=None):
        info = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        self.sock = socket.socket(info[0], socket.SOCK_DGRAM)
        if bind:
            own, _, at = bind.rpartition(":")
            self.sock.bind((own, int(at)))
        self.sock.connect(info[4])
        self.tid, self.timeout, self.retry = tid, timeout, retry
        self.stray = self.sent = 0

    def exchange(self, octets, tid):
        """The Reply; TimeoutError without. The datagram is sent again every @retry seconds."""
        until = time.monotonic() + self.timeout
        again = 0
        while True:
            now = time.monotonic()
            if now >= until:
                raise TimeoutError(errno.ETIMEDOUT, "no Reply")
            if now >= again:
                self.sock.send(octets)
                self.sent += 1
                again = now + self.retry
            if not select.select([self.sock], [], [], min(again, until) - now)[0]:
                continue
            answer = Pdu(self.sock.recv(65536))
            if answer.type == REPLY and answer.tid == tid:
                return answer
            self.stray += 1

    def post(self, uri, kind, data, headers=()):
        tid = self.tid
        self.tid = (tid + 1) % 256
        return self.exchange(post(tid, uri, kind, data, headers), tid)

    def close(self):
        self.sock.close()


class Server:
    """Answers datagrams: answer(pdu) returns those of the Reply, or None."""

    def __init__(self, host, port):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_DGRAM)
        self.sock.bind((host, port))
        self.server_address = self.sock.getsockname()

    def serve(self):
        while True:
            octets, peer = self.sock.recvfrom(65536)
            try:
                out = self.answer(Pdu(octets))
                if out is not None:
                    self.sock.sendto(out, peer)
            except WspError as e:
                self.fault(str(e))
            except OSError as e:
                self.failed_io(e)


UDP_SEGMENT = 103


def message(tid, data=b"<SyncML/>"):
    return post(tid, "http://a/dm", "application/vnd.syncml.dm+xml", data)


def say(sock, octets, *flags):
    """What becomes of a datagram: its answer, silence, or an errno."""
    try:
        sock.send(octets, *flags)
        if flags:
            return "sent"
        return "got " + sock.recv(65536).hex()
    except TimeoutError:
        return "silence"
    except OSError as e:
        return errno.errorcode[e.errno]


def main():
    verb, where, *rest = sys.argv[1:]
    host, _, port = where.rpartition(":")
    info = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_DGRAM)[0]
    ports = int(rest[0]) if verb == "flood" else 1
    if verb == "wait":
        with socket.socket(info[0], socket.SOCK_DGRAM) as s:
            s.bind(("", int(rest[0])))
            s.settimeout(float(rest[1]) if len(rest) > 1 else 5)
            s.sendto(message(1), info[4])
            print("asked", flush=True)
            try:
                print("got", s.recvfrom(65536))
            except TimeoutError:
                print("silence")
        return 0
    for n in range(ports):
        with socket.socket(info[0], socket.SOCK_DGRAM) as s:
            s.settimeout(1)
            s.connect(info[4])
            if verb == "send":
                for octets in rest:
                    print(say(s, bytes.fromhex(octets)))
            elif verb == "size":
                for size in rest:
                    print(say(s, message(1, b"x" * (int(size) - len(message(1, b""))))))
            elif verb == "pieces":
                print(say(s, message(1)[:7], socket.MSG_MORE), say(s, message(1)[7:]))
            elif verb == "segment":
                s.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 500)
                print(say(s, b"x" * 1000))
            else:
                s.send(message(n % 256))
    return 0


if __name__ == "__main__":
    sys.exit(main())
