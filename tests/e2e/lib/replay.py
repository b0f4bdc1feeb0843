#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""replay.py LOG HOST PORT: sends each request that tamper.py recorded once more,
each on a connection of its own. Exit 1 if any was answered with something else
than a refusal (401 or 407 for everything), a reset or nothing."""

import base64
import json
import os
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import syncml  # noqa: E402
from native_peer import refusal  # noqa: E402
from tamper import Eof, Reader  # noqa: E402


def send(host, port, m):
    s = socket.create_connection((host, port), timeout=10)
    try:
        s.sendall(m["head"].encode("latin-1") + base64.b64decode(m["body"]))
        _, _, body = Reader(s).message(True)
    except (OSError, Eof):
        return "nothing"
    finally:
        s.close()
    return "refusal" if refusal(syncml.from_xml(body)) else "answered"


def main():
    with open(sys.argv[1], encoding="ascii") as f:
        sent = [m for m in map(json.loads, f) if m["dir"] == "c2s"]
    outcomes = [send(sys.argv[2], int(sys.argv[3]), m) for m in sent]
    print(outcomes)
    return 1 if not outcomes or "answered" in outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
