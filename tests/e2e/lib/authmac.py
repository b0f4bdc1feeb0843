# SPDX-License-Identifier: GPL-2.0
"""x-syncml-hmac as DM Security 1.2 section 5.4 has it, for the native test peers
and for judging what was seen on the wire. Independent of the project's code.

    mac = B64( MD5( B64(MD5(user:password)) ":" nonce ":" B64(MD5(body)) ) )
"""

import base64
import hashlib
import hmac
import re

HEADER = "x-syncml-hmac"


def b64md5(data):
    return base64.b64encode(hashlib.md5(data).digest())


def secret(user, password):
    """K: what both sides keep instead of the password."""
    return b64md5(("%s:%s" % (user, password)).encode())


def compute(key, nonce, body):
    return b64md5(key + b":" + nonce + b":" + b64md5(body)).decode()


def compute_rfc2104(key, nonce, body):
    """What a peer does that takes the reference to RFC 2104 literally."""
    return base64.b64encode(hmac.new(key, nonce + b":" + b64md5(body), "md5").digest()).decode()


def emit(user, mac):
    return 'algorithm=MD5, username="%s", mac=%s' % (user, mac)


class HeaderError(Exception):
    pass


def parse(value):
    """(user, mac) of a header value; strict about everything that matters."""
    fields = {}
    for m in re.finditer(r'\s*([A-Za-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^,\s]+))\s*(?:,|$)', value):
        name = m.group(1).lower()
        if name in fields:
            raise HeaderError("two %s in %r" % (name, value))
        fields[name] = re.sub(r"\\(.)", r"\1", m.group(2)) if m.group(2) is not None else m.group(3)
    if fields.get("algorithm", "MD5").upper() != "MD5":
        raise HeaderError("algorithm in %r" % value)
    if "username" not in fields or "mac" not in fields:
        raise HeaderError("username or mac missing in %r" % value)
    if len(fields["mac"]) != 24 or len(base64.b64decode(fields["mac"], validate=True)) != 16:
        raise HeaderError("mac in %r" % value)
    return fields["username"], fields["mac"]


def judge(headers, user, key, nonce, body, form=compute):
    """'' when @headers (all values of the field) authenticate @body, else why not."""
    if not headers:
        return "missing"
    if len(headers) > 1:
        return "two headers"
    try:
        got_user, got_mac = parse(headers[0])
    except HeaderError as e:
        return "malformed: %s" % e
    if got_user != user:
        return "user %r" % got_user
    if not hmac.compare_digest(got_mac, form(key, nonce, body)):
        return "wrong"
    return ""
