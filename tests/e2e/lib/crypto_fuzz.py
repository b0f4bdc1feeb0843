#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""crypto_fuzz.py REQUESTS SEED (ACCOUNT SIGN-KEY-FILE WRAP-KEY-FILE)...: is the registered helper of the network
namespace and sends CRYPTO requests to the module, right ones and such as were changed at random. Whatever they
are, each is answered; what is answered with a result is what was asked for, with the keys of that account; what
it has not sealed does not open, or for accounts called legacy*, which are of that profile, comes out as something
else; and no answer has a key in it. A socket that is not the helper's
gets nothing. Written from the netlink specification, without libomasec.

Prints a summary in JSON; exit 1 with words when something is not so."""

import hashlib
import hmac
import json
import random
import socket
import struct
import sys

ABI, REGISTER, CRYPTO = 1, 16, 29
OP, ACCOUNT, DATA = 1, 2, 3
# the operations that seal, each with what opens, octets of the wrap key, and octets more
SEALS = {3: (4, 32, 68), 5: (6, 16, 52), 7: (8, 32, 72), 9: (10, 16, 56)}
OPENS = {o: (length, more) for o, length, more in SEALS.values()}
CBC = {7, 8, 9, 10}     # of accounts of the legacy profile: padded, and never said that it does not open
HASHES = [hashlib.sha256, hashlib.sha384, hashlib.sha512]
MOST = 61440
SIZES = [0, 1, 15, 16, 51, 52, 53, 55, 56, 57, 67, 68, 69, 71, 72, 73, 100, 255, 256, 1000, 4095, 4096, 4097, MOST - 68, MOST - 67, MOST - 52, MOST - 51,
         MOST, MOST + 1]
# EPERM ENOENT ENOMEM EACCES EINVAL ERANGE EOPNOTSUPP EBADMSG EMSGSIZE EKEYREJECTED
ERRORS = {1, 2, 12, 13, 22, 34, 95, 74, 90, 129}


class Wrong(Exception):
    """The module did what it must not."""


def attr(kind, data, length=None):
    head = struct.pack("=HH", 4 + len(data) if length is None else length & 0xffff, kind & 0xffff)
    return head + data + bytes(-len(data) % 4)


class Link:
    """A generic netlink socket."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.sock.bind((0, 0))
        self.sock.settimeout(30)
        self.seq = 0
        answer = self.ask(16, 3, attr(2, b"omasec\0"))[1]
        self.family = struct.unpack("=H", attributes(answer)[1][:2])[0]

    def ask(self, family, cmd, body, flags=0):
        """(0 or errno, octets behind the header of the answer, all octets that came)."""
        self.seq += 1
        self.sock.send(struct.pack("=IHHIIBBH", 20 + len(body), family, 5 | flags, self.seq, 0, cmd, 1, 0) + body)
        result, octets = b"", b""
        while True:
            try:
                came = self.sock.recv(1 << 18)
            except socket.timeout as e:
                raise Wrong("request %d is not answered" % self.seq) from e
            octets += came
            while came:
                length, kind, _, seq, _ = struct.unpack("=IHHII", came[:16])
                if seq == self.seq and kind == 2:
                    return -struct.unpack("=i", came[16:20])[0], result, octets
                if seq == self.seq:
                    result = came[20:length]
                came = came[length + 3 & ~3:]


def attributes(octets):
    """As the kernel reads them: the last of a type counts."""
    found = {}
    while len(octets) >= 4:
        length, kind = struct.unpack("=HH", octets[:4])
        if not 4 <= length <= len(octets):
            break
        found[kind & 0x3fff] = octets[4:length]
        octets = octets[length + 3 & ~3:]
    return found


class Fuzz:
    def __init__(self, accounts, seed):
        self.accounts = accounts
        self.legacy = {name for name in accounts if name.startswith(b"legacy")}
        self.random = random.Random(seed)
        self.helper, self.other = Link(), Link()
        self.sealed = {}
        self.seen = {"hmac": 0, "seal": 0, "open": 0, "cbc": 0, "garbage": 0, "other": 0, "errors": {}}
        error = self.helper.ask(self.helper.family, REGISTER, attr(1, struct.pack("=I", ABI)) + attr(2, b"fuzz\0"))[0]
        if error:
            raise Wrong("no helper: errno %d" % error)

    def some(self):
        """Octets, of a length that is near a limit or any."""
        r = self.random
        n = r.choice(SIZES) if r.random() < 0.3 else r.randrange(300)
        return r.randbytes(n)

    def parts(self):
        """What a right request has, in order: [type, octets]."""
        op, data, account = self.random.randrange(11), self.some(), self.random.choice(list(self.accounts))
        if op in OPENS and self.sealed and self.random.random() < 0.8:
            data = self.random.choice(list(self.sealed))
            if self.random.random() < 0.8:
                account, op = self.sealed[data][0], SEALS[self.sealed[data][1]][0]
        return [[OP, bytes([op])], [ACCOUNT, account + b"\0"], [DATA, data]]

    def change(self, parts):
        r = self.random
        i = r.randrange(len(parts)) if parts else 0
        what = r.randrange(9)
        if not parts or what == 0:
            parts.insert(i, [r.randrange(1 << 16) if r.random() < 0.5 else r.randrange(6), self.some()])
        elif what == 1:
            del parts[i]
        elif what == 2:
            parts.insert(r.randrange(len(parts) + 1), list(parts[i]))
        elif what == 3:
            r.shuffle(parts)
        elif what == 4:
            parts[i][0] ^= 1 << r.randrange(16)
        elif what == 5:
            parts[i][1] = self.some()
        elif what == 6 and parts[i][1]:
            at = r.randrange(len(parts[i][1]))
            parts[i][1] = parts[i][1][:at] + bytes([parts[i][1][at] ^ 1 << r.randrange(8)]) + parts[i][1][at + 1:]
        elif what == 7:
            parts[i][1] = parts[i][1][:r.randrange(len(parts[i][1]) + 1)]
        else:
            parts[i][1] += r.randbytes(r.randrange(1, 9))

    def body(self, parts):
        """Octets of a request; what is said of lengths may be wrong then, too."""
        r = self.random
        out = b""
        for kind, data in parts:
            data = data[:65531]
            out += attr(kind, data, None if r.random() < 0.95 else r.choice((0, 3, 4, len(data), len(data) + 5, 65535)))
        if r.random() < 0.05:
            out = out[:r.randrange(len(out) + 1)]
        if r.random() < 0.05:
            out += r.randbytes(r.randrange(1, 12))
        return out

    def judge(self, error, request, result, octets):
        """What came for a request of the helper."""
        for key in (key for keys in self.accounts.values() for key in keys):
            if key in octets or key[::-1] in octets:
                raise Wrong("a key is in an answer")
        if error:
            if error not in ERRORS:
                raise Wrong("errno %d" % error)
            if result:
                raise Wrong("errno %d, and a result" % error)
            self.seen["errors"][error] = self.seen["errors"].get(error, 0) + 1
            return
        asked = attributes(request)
        out = attributes(result).get(DATA, b"")
        op, data = asked[OP][0], asked[DATA]
        account, end, _ = asked[ACCOUNT].partition(b"\0")
        if len(asked[OP]) != 1 or not end or account not in self.accounts:
            raise Wrong("a request without operation or account was served")
        sign, wrap = self.accounts[account]
        if (op in SEALS or op in OPENS) and (op in CBC) != (account in self.legacy):
            raise Wrong("operation %d was served for an account of the other profile" % op)
        if op < len(HASHES):
            if out != hmac.new(sign, data, HASHES[op]).digest():
                raise Wrong("an HMAC is wrong")
            self.seen["hmac"] += 1
        elif op in SEALS:
            _, length, more = SEALS[op]
            if op in CBC:
                more -= len(data) % 16
                self.seen["cbc"] += 1
            if length != len(wrap) or len(out) != len(data) + more or len(data) > 16 and data in out:
                raise Wrong("what was sealed is not what it should be")
            self.sealed[out] = (account, op, data)
            if len(self.sealed) > 64:
                del self.sealed[next(iter(self.sealed))]
            self.seen["seal"] += 1
        elif op in CBC and self.sealed.get(data, (None,))[0] != account:
            # as many octets as padding leaves, and none of what was sealed there
            room = len(data) - OPENS[op][1] + 16
            if not room - 16 <= len(out) < room or OPENS[op][0] != len(wrap) or any(
                    len(s[2]) >= 16 and s[2] == out for s in self.sealed.values()):
                raise Wrong("something opened that was not sealed")
            self.seen["garbage"] += 1
        elif op in OPENS:
            if data not in self.sealed or self.sealed[data] != (account, op - 1, out):
                raise Wrong("what opened was not sealed like that")
            self.seen["open"] += 1
        else:
            raise Wrong("operation %d was served" % op)

    def served(self, account, op, data):
        body = attr(OP, bytes([op])) + attr(ACCOUNT, account + b"\0") + attr(DATA, data)
        error, result, octets = self.helper.ask(self.helper.family, CRYPTO, body)
        if error:
            raise Wrong("a right request of %d octets for %d: errno %d" % (len(data), op, error))
        self.judge(error, body, result, octets)
        return attributes(result)[DATA]

    def right(self):
        """All of it still works."""
        for account, (_, wrap) in self.accounts.items():
            data = self.random.randbytes(self.random.choice((1, 16, 1000, MOST - 68)))
            for op in range(len(HASHES)):
                self.served(account, op, data)
            seal = next(op for op in SEALS if SEALS[op][1] == len(wrap) and (op in CBC) == (account in self.legacy))
            data = data[:MOST - SEALS[seal][2]]
            self.served(account, SEALS[seal][0], self.served(account, seal, data))

    def run(self, requests):
        r = self.random
        for n in range(requests):
            if n % 100 == 0:
                self.right()
            parts = self.parts()
            for _ in range(r.choice((0, 1, 1, 1, 2, 3))):
                self.change(parts)
            body = self.body(parts)
            flags = 0x300 if r.random() < 0.02 else 0
            if r.random() < 0.05:
                error, result, octets = self.other.ask(self.other.family, CRYPTO, body, flags)
                if not error or result:
                    raise Wrong("who is not the helper was served")
                self.seen["other"] += 1
                continue
            error, result, octets = self.helper.ask(self.helper.family, CRYPTO, body, flags)
            self.judge(error, body, result, octets)
        self.right()


def main():
    (requests, seed), names, accounts = sys.argv[1:3], sys.argv[3:], {}
    for name, *files in zip(names[::3], names[1::3], names[2::3]):
        keys = []
        for file in files:
            with open(file, "rb") as f:
                keys.append(f.read())
        accounts[name.encode()] = keys
    fuzz = Fuzz(accounts, int(seed))
    try:
        fuzz.run(int(requests))
    except Wrong as e:
        print("%s (seed %s): %s" % (e, seed, fuzz.seen))
        return 1
    print(json.dumps(fuzz.seen))
    return 0


if __name__ == "__main__":
    sys.exit(main())
