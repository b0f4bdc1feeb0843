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


def digest(key, nonce):
    """Data of a Cred of auth-md5 (5.3.2)."""
    return b64md5(key + b":" + nonce).decode()


def put_cred(octets, data, kind="syncml:auth-md5"):
    """The message in XML with a Cred, behind the Source of its SyncHdr."""
    cred = ('<Cred><Meta><Format xmlns="syncml:metinf">b64</Format><Type xmlns="syncml:metinf">%s</Type></Meta>'
            '<Data>%s</Data></Cred>' % (kind, data))
    at = octets.index(b"</Source>") + len(b"</Source>")
    return octets[:at] + cred.encode() + octets[at:]


def judge_cred(root, key, nonce):
    """'' when the Cred in the message is of auth-md5 and right, else why not."""
    cred = root.find("SyncHdr/Cred")
    if cred is None or cred.value("Meta/Type", "").lower() != "syncml:auth-md5":
        return "missing"
    if cred.value("Meta/Format") != "b64":
        return "Format %r" % cred.value("Meta/Format")
    return "" if hmac.compare_digest(cred.value("Data", ""), digest(key, nonce)) else "wrong"


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
