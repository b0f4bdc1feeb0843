#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""memory.py PID NAME=TEXT...: which of the texts are in the memory of a process.
Prints the names of those that were found. Also looked for: K of a text that is a
user name, a colon and a password, as Base64 and as the digest itself. A text hex:...
stands for octets, also as the words of a number: in reverse."""

import base64
import sys

import authmac


def forms(text):
    if text.startswith("hex:"):
        octets = bytes.fromhex(text[4:])
        yield octets
        yield octets[::-1]
        return
    yield text.encode()
    if ":" in text:
        yield text.partition(":")[2].encode()
        key = authmac.secret(*text.split(":", 1))
        yield key
        yield base64.b64decode(key)


def regions(pid):
    """What can be read of each writable or private piece of memory."""
    with open("/proc/%s/maps" % pid, encoding="utf-8") as maps, open("/proc/%s/mem" % pid, "rb", 0) as mem:
        for line in maps:
            span, mode = line.split()[:2]
            if "r" not in mode or line.rstrip().endswith(("[vvar]", "[vsyscall]", "[vdso]")):
                continue
            begin, end = (int(x, 16) for x in span.split("-"))
            at, keep = begin, b""
            while at < end:
                try:
                    mem.seek(at)
                    piece = mem.read(min(end - at, 1 << 20))
                except OSError:
                    break
                if not piece:
                    break
                yield keep + piece
                keep = piece[-256:]
                at += len(piece)


def main():
    wanted = [(name, list(forms(text))) for name, text in (arg.partition("=")[::2] for arg in sys.argv[2:])]
    found, octets = set(), 0
    for piece in regions(sys.argv[1]):
        octets += len(piece)
        found.update(name for name, octets_of in wanted if any(form in piece for form in octets_of))
    if octets < 1 << 16:
        print("only %d octets could be read" % octets)
        return 2
    print(" ".join(sorted(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
