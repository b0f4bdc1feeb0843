#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Runs COMMAND with a socket as descriptor 3 and another as 4, octets waiting in both, and
says whether any came out of them. COMMAND has to end by itself.

    silent.py COMMAND...

Exit: the status of COMMAND, 99 when an octet came, 98 when COMMAND did not end.
"""

import os
import socket
import subprocess
import sys


def main():
    pairs = [socket.socketpair() for _ in range(2)]
    for mine, _ in pairs:
        mine.sendall(b"\x80\x00\x07\x10\x00\x20\x00")
    for i, (_, theirs) in enumerate(pairs):
        os.dup2(theirs.fileno(), 50 + i, inheritable=False)
        theirs.close()

    def descriptors():
        for i in range(2):
            os.dup2(50 + i, 3 + i, inheritable=True)

    try:
        r = subprocess.run(sys.argv[1:], close_fds=False, preexec_fn=descriptors, check=False, timeout=20)
    except subprocess.TimeoutExpired:
        print("%s goes on" % sys.argv[1])
        return 98
    for i in range(2):
        os.close(50 + i)
    for mine, _ in pairs:
        mine.settimeout(5)
        try:
            data = mine.recv(1000)
        except ConnectionResetError:
            data = b""
        if data:
            print("there came %r" % data)
            return 99
    return r.returncode


if __name__ == "__main__":
    sys.exit(main())
