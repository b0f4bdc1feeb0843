#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""contentkeys.py LOG CLIENT-KEY [SERVER-KEY]: the keys with which the messages in what tamper.py
wrote down were encrypted, in hexadecimal digits, one a line; each message has to have one. A
key of those that unwrap them is the file of one for AES key wrap, or rsa:FILE with a private one
in PEM for RSA-OAEP; the second one is that for messages of the server, where it is another one.
Done by the openssl command, independent of the project's code."""

import base64
import json
import os
import re
import subprocess
import sys

WRAPPED = re.compile(rb"<(?:\w+:)?EncryptedKey[\s>].*?<(?:\w+:)?CipherValue>(.*?)</", re.S)


def unwrap(wrapped, key):
    rsa, colon, file = key.rpartition(":")
    if colon:
        command = ["pkeyutl", "-decrypt", "-inkey", file, "-pkeyopt", "rsa_padding_mode:oaep"]
    else:
        with open(file, "rb") as f:
            octets = f.read()
        command = ["enc", "-d", "-id-aes%d-wrap" % (8 * len(octets)), "-K", octets.hex(), "-iv", "A6" * 8]
    r = subprocess.run(["openssl", *command], input=wrapped, capture_output=True, check=False)
    if r.returncode or len(r.stdout) not in (16, 32):
        raise SystemExit("contentkeys: openssl does not unwrap: %s" % r.stderr.decode(errors="replace"))
    return r.stdout


def main():
    keys = {"c2s": sys.argv[2], "s2c": sys.argv[3] if len(sys.argv) > 3 else sys.argv[2]}
    found = []
    with open(sys.argv[1], encoding="ascii") as f:
        for m in map(json.loads, f):
            if m["body"]:
                wrapped = WRAPPED.search(base64.b64decode(m["body"]))
                if not wrapped:
                    raise SystemExit("contentkeys: message %s %d is not encrypted" % (m["dir"], m["n"]))
                found.append(unwrap(base64.b64decode(wrapped.group(1)), keys[m["dir"]]).hex())
    if not found or len(set(found)) != len(found):
        raise SystemExit("contentkeys: %d messages, %d keys" % (len(found), len(set(found))))
    print("\n".join(found))


if __name__ == "__main__":
    main()
