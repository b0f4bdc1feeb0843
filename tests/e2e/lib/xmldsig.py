# SPDX-License-Identifier: GPL-2.0
"""Signs and verifies DM messages with the xmlsec1 command: one enveloped Signature,
the last child of the root. Independent of the project's code. A key is written as the
file of a secret, for HMAC-SHA256, or as ALGORITHM:FILE with a key in PEM, such as
rsa-sha256:device.pem to sign and rsa-sha256:device.pub to verify."""

import base64
import os
import re
import subprocess
import tempfile

from syncml import DmError

DSIG = "http://www.w3.org/2000/09/xmldsig#"
TEMPLATE = """<Signature xmlns="%(d)s"><SignedInfo>\
<CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>\
<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#%(a)s"/>\
<Reference URI=""><Transforms><Transform Algorithm="%(d)senveloped-signature"/>\
<Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></Transforms>\
<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue></DigestValue>\
</Reference></SignedInfo><SignatureValue></SignatureValue></Signature>"""
CDATA = re.compile(rb"<!\[CDATA\[.*?\]\]>", re.S)
SIGNATURE = re.compile(rb"<(?:\w+:)?Signature[\s>].*?</(?:\w+:)?Signature>", re.S)


def _xmlsec1(octets, *args):
    with tempfile.TemporaryDirectory() as d:
        for name in ("in", "out"):
            with open(os.path.join(d, name), "wb") as f:
                f.write(octets)
        r = subprocess.run(["xmlsec1", *args, "--output", os.path.join(d, "out"), os.path.join(d, "in")],
                           capture_output=True, check=False)
        with open(os.path.join(d, "out"), "rb") as f:
            return r.returncode, f.read()


def _key(key, pem):
    """(algorithm, option of xmlsec1, file)"""
    algorithm, colon, file = key.rpartition(":")
    return (algorithm, pem, file) if colon else ("hmac-sha256", "--hmackey", file)


def sign(octets, key):
    """The message with a Signature by @key."""
    at = octets.rindex(b"</")
    algorithm, *args = _key(key, "--privkey-pem")
    template = TEMPLATE % {"d": DSIG, "a": algorithm}
    rc, out = _xmlsec1(octets[:at] + template.encode() + octets[at:], "--sign", *args)
    if rc:
        raise SystemExit("xmldsig: xmlsec1 does not sign")
    return out


def _without_text(octets):
    """Of the same length, and what is markup only by name is blank."""
    return CDATA.sub(lambda m: b" " * len(m.group()), octets)


def cut(octets):
    """The message without its Signature, which has to be the last thing in the root."""
    found = list(SIGNATURE.finditer(_without_text(octets)))
    if len(found) != 1:
        raise DmError("%d signatures in the message" % len(found))
    head, tail = octets[:found[0].start()], octets[found[0].end():]
    if not re.fullmatch(rb"\s*</[\w:]+>\s*", tail):
        raise DmError("the Signature is not the last child of the root")
    return head + tail


def verify(octets, key):
    """The message without its Signature, after xmlsec1 took that for good."""
    bare = cut(octets)
    found = SIGNATURE.search(_without_text(octets)).group()
    algorithm, *args = _key(key, "--pubkey-pem")
    if found.count(b"Reference ") != 1 or b'URI=""' not in found or b"#%s\"" % algorithm.encode() not in found:
        raise DmError("the Signature is not over the whole message, or not " + algorithm)
    if _xmlsec1(octets, "--verify", *args)[0]:
        raise DmError("xmlsec1 does not take the signature")
    return bare


def flip(octets):
    """The message with another SignatureValue of the same length."""
    def other(m):
        value = bytearray(base64.b64decode(m.group(2)))
        value[0] ^= 1
        return m.group(1) + base64.b64encode(value)
    return re.sub(rb"(SignatureValue>)([^<]+)", other, octets, count=1)
