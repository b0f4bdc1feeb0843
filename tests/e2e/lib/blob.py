#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Blobs made independently of the project's code (DM Security 1.2, 5.7.2,
Provisioning Bootstrap 1.1, and lib/authmac.py).

  blob.py notification FILE SESSION ID PASSWORD NONCE    NONCE as text
  blob.py wbxml FILE [N]                    a WBXML document, N octets longer
  blob.py mac FILE netwpin|userpin|usernetwpin|colon|userpinmac [IMSI] [PIN]
      Prints the MAC of the file: 40 hexadecimal digits, or the digits to type.
  blob.py push FILE OUT TYPE [SEC MAC]      the file behind a WSP header
  blob.py sms FILE                          user data of SMS with it, in lines of hex
  blob.py hmac FILE USER PASSWORD NONCE     value of x-syncml-hmac for the file
  blob.py judge FILE USER PASSWORD NONCE VALUE
"""

import hashlib
import hmac
import sys

import authmac
import push

TYPES = {"notification": 0x44, "dm": 0x42, "cp": 0x36}


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def imsi(digits):
    """GSM 11.11, 10.3.2: type and parity, then two digits an octet, low half first."""
    nibbles = [(1 if len(digits) % 2 == 0 else 9)] + [int(c) for c in digits]
    if len(nibbles) % 2:
        nibbles.append(15)
    return bytes(nibbles[i] | nibbles[i + 1] << 4 for i in range(0, len(nibbles), 2))


def notification(path, session, server_id, password, nonce):
    body = push.trigger(int(session, 0), server_id=server_id.encode())
    write(path, push.digest(server_id.encode(), password, nonce.encode(), body) + body)


def wbxml(path, more="0"):
    write(path, bytes.fromhex("03 0b 6a 00 45 c6 56 01 87 07 06 01 01 01") +
          bytes(i % 251 for i in range(int(more))))


def mac(path, sec, *secrets):
    secrets = list(secrets)
    network = imsi(secrets.pop(0)) if sec in ("netwpin", "usernetwpin", "colon") else b""
    pin = secrets.pop(0).encode() if sec != "netwpin" else b""
    key = pin + b":" + network if sec == "colon" else network + pin
    d = hmac.new(key, read(path), hashlib.sha1)
    if sec == "userpinmac":
        print("".join(str(o % 10) for o in d.digest()[:len(pin)]))
    else:
        print(d.hexdigest().upper())


def wsp(path, out, kind, sec=None, value=None):
    content_type = bytes([TYPES[kind] | 0x80])
    if sec is not None:
        content_type += bytes([0x91, 0x80 | int(sec)])
        if value:
            content_type += b"\x92" + value.encode() + b"\0"
        assert len(content_type) < 128
        head = bytes([len(content_type)]) if len(content_type) < 31 else bytes([0x1f, len(content_type)])
        content_type = head + content_type
    headers = content_type + b"\xaf\x87"
    write(out, bytes([1, 6, len(headers)]) + headers + read(path))


def sms(path):
    data = read(path)
    ports = bytes.fromhex("05040b8423f0")
    if len(data) <= 140 - 7:
        print((b"\x06" + ports + data).hex())
        return
    size = 140 - 12
    parts = [data[i:i + size] for i in range(0, len(data), size)]
    for i, part in enumerate(parts):
        print((b"\x0b" + ports + bytes([0, 3, 7, len(parts), i + 1]) + part).hex())


def hmac_value(path, user, password, nonce):
    key = authmac.secret(user, password)
    print(authmac.emit(user, authmac.compute(key, nonce.encode(), read(path))))


def judge(path, user, password, nonce, value):
    why = authmac.judge([value], user, authmac.secret(user, password), nonce.encode(), read(path))
    if why:
        sys.exit(why)


COMMANDS = {"notification": notification, "wbxml": wbxml, "mac": mac, "push": wsp, "sms": sms,
            "hmac": hmac_value, "judge": judge}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
