# SPDX-License-Identifier: GPL-2.0
"""Signs and verifies the objects in DM messages as the annex of DM Security 1.2 has it, with the
openssl and xmlsec1 commands and Python's canonical form, digests and HMAC. Independent of the project's code. A
key is written as in xmldsig.py. Detached Signatures, which have no URI, xmlsec1 cannot
do: those are put together with openssl; of enveloping and enveloped ones it makes all."""

import base64
import hashlib
import hmac
import os
import re
import subprocess
import tempfile
from xml.etree.ElementTree import ParseError, canonicalize

from syncml import DmError
from xmldsig import DSIG, _key, _xmlsec1

EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
INFO = """<SignedInfo%(x)s><CanonicalizationMethod Algorithm="%(e)s"></CanonicalizationMethod>\
<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#%(a)s"></SignatureMethod>\
<Reference%(u)s><Transforms><Transform Algorithm="%(e)s"></Transform></Transforms>\
<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod>\
<DigestValue>%(v)s</DigestValue></Reference></SignedInfo>"""
META = (b'<Meta><Format xmlns="syncml:metinf">xml</Format><Type xmlns="syncml:metinf">application/xml</Type></Meta>')
COMMAND = re.compile(rb"<(Add|Replace|Exec|Results)>.*?</\1>", re.S)
ITEM = re.compile(rb"<Item>.*?</Item>", re.S)
PLAIN = re.compile(rb"(<Item>.*?)((?:<Meta>.*?</Meta>)?<Data(?:/>|>.*?</Data>))(.*?</Item>)", re.S)
SIGNED = re.compile(rb"(<Item>(?:(?!</?Item>).)*?)" + META + rb"<Data><!\[CDATA\[(.*?)\]\]></Data>((?:(?!</?Item>).)*?</Item>)", re.S)
FORMS = ("detached", "enveloping", "enveloped")


def _openssl(octets, *args):
    with tempfile.TemporaryDirectory() as d:
        for name, data in (("in", octets[0]), ("sig", octets[-1])):
            with open(os.path.join(d, name), "wb") as f:
                f.write(data)
        r = subprocess.run(["openssl", *(a.replace("@", d + "/") for a in args)], capture_output=True, check=False)
        return r.returncode, r.stdout


def _hmac(octets, file):
    with open(file, "rb") as f:
        return hmac.digest(f.read(), octets, "sha256")


def _raw(der, half):
    """r and s of what openssl makes of ECDSA."""
    def number(at):
        return der[at + 2:at + 2 + der[at + 1]], at + 2 + der[at + 1]
    r, at = number(2)
    s, _ = number(at)
    return b"".join(n.lstrip(b"\0").rjust(half, b"\0") for n in (r, s))


def _der(raw):
    """The reverse."""
    def number(n):
        n = n.lstrip(b"\0") or b"\0"
        n = b"\0" + n if n[0] & 0x80 else n
        return bytes((2, len(n))) + n
    both = b"".join(number(raw[i:i + len(raw) // 2]) for i in (0, len(raw) // 2))
    return bytes((0x30, len(both))) + both


def _info(content, algorithm, uri=""):
    digest = hashlib.sha256(content).digest()
    return {"e": EXC, "a": algorithm, "u": uri, "x": "", "v": base64.b64encode(digest).decode()}


def _signature(content, key):
    """A detached Signature over these octets, which are canonical."""
    algorithm, _, file = _key(key, "")
    info = _info(content, algorithm)
    signed = (INFO % {**info, "x": ' xmlns="%s"' % DSIG}).encode()
    if algorithm.startswith("hmac"):
        rc, value = 0, _hmac(signed, file)
    else:
        rc, value = _openssl([signed], "dgst", "-sha256", "-sign", file, "-binary", "@in")
    if rc:
        raise SystemExit("xmlobjects: openssl does not sign")
    if algorithm.startswith("ecdsa"):
        value = _raw(value, 32)
    return ('<Signature xmlns="%s">' % DSIG + INFO % info + "<SignatureValue>%s</SignatureValue></Signature>"
            % base64.b64encode(value).decode()).encode()


def _by_xmlsec1(content, key, form, name):
    """What goes into Data, made by xmlsec1: the content, which has an Id, or an Object with one around it."""
    algorithm, *args = _key(key, "--privkey-pem")
    template = '<Signature xmlns="%s">' % DSIG + INFO % {"e": EXC, "a": algorithm, "u": ' URI="#%s"' % name, "x": "", "v": ""} \
        + "<SignatureValue></SignatureValue>%s</Signature>"
    if form == "enveloping":
        text = template % ('<Object Id="%s">%s</Object>' % (name, content.decode().replace("<Item>", '<Item xmlns="">', 1)))
        node = DSIG + ":Object"
    else:
        text = "<Data>%s</Data>" % (content.decode() + template % "")
        node = "Item"
    rc, out = _xmlsec1(text.encode(), "--sign", "--id-attr:Id", node, *args)
    if rc:
        raise SystemExit("xmlobjects: xmlsec1 does not sign")
    out = re.sub(rb"<\?xml.*?\?>\s*", b"", out).strip()
    return out if form == "enveloping" else out[len("<Data>"):-len("</Data>")]


def canonical(octets):
    return canonicalize(octets.decode(), with_comments=False).encode()


def sign(octets, key, form="detached", kind=None):
    """The message with each object signed; the second of them with what @kind says."""
    n = -1

    def item(m):
        nonlocal n
        octets = canonical(m.group())
        found = PLAIN.fullmatch(octets)
        if not found:
            return octets
        n += 1
        head = found.group(1)
        if form == "enveloped":
            octets, head = (x.replace(b"<Item>", b'<Item Id="it%d">' % n, 1) for x in (octets, head))
        bad = kind if n == 1 else None
        if bad == "unsigned-object":
            return m.group()
        if form == "detached":
            inside = _signature(octets, key) + octets
        else:
            inside = _by_xmlsec1(octets, key, form, "it%d" % n)
        if bad == "altered-object":
            inside = re.sub(rb"(.*<Data>)([^<]*)", rb"\1altered", inside, count=1, flags=re.S)
        elif bad == "two-object-signatures":
            inside = inside[:inside.index(b"</Signature>") + 12] + inside
        elif bad == "wrapped-object":
            inside = inside.replace(b"</Signature>", b"<Object>" + octets + b"</Object></Signature>", 1)
        elif bad == "foreign-reference":
            inside = inside.replace(b"<Reference>", b'<Reference URI="file:///etc/hostname">', 1)
        elif bad == "other-address":
            other = octets.replace(b"<LocURI>", b"<LocURI>./Other/", 1)
            inside = _signature(other, key) + other
        return head + META + b"<Data><![CDATA[" + inside + b"]]></Data>" + found.group(3)
    return COMMAND.sub(lambda m: ITEM.sub(item, m.group()), octets)


def _verify_one(inside, key):
    """The content that a detached Signature is over."""
    signature, end, content = inside.partition(b"</Signature>")
    algorithm, _, file = _key(key, "")
    values = re.search(rb"<SignedInfo>.*</SignedInfo>", signature, re.S), re.search(rb"<SignatureValue>([^<]*)", signature)
    if not end or not all(values) or signature.count(b"<Reference>") != 1 or b"#%s\"" % algorithm.encode() not in signature:
        raise DmError("an object does not have one detached Signature by " + algorithm)
    info = canonical(values[0].group().replace(b"<SignedInfo>", b'<SignedInfo xmlns="%s">' % DSIG.encode(), 1))
    value = base64.b64decode(values[1].group(1))
    if algorithm.startswith("hmac"):
        right = _hmac(info, file) == value
    else:
        value = _der(value) if algorithm.startswith("ecdsa") else value
        right = not _openssl([info, value], "dgst", "-sha256", "-verify", file, "-signature", "@sig", "@in")[0]
    try:
        digest = _info(canonical(content), algorithm)["v"].encode()
    except ParseError as e:
        raise DmError("what is signed is not one element") from e
    if not right or b"<DigestValue>%s</DigestValue>" % digest not in re.sub(rb"\s", b"", info):
        raise DmError("the signature of an object is not right")
    return content


def verify(octets, key):
    """(the message without the Signatures of its objects, number of objects); each has to be signed."""
    n = 0

    def item(m):
        nonlocal n
        n += 1
        content = _verify_one(m.group(2), key)
        if not PLAIN.fullmatch(content) or not content.startswith(m.group(1)) or not content.endswith(m.group(3)):
            raise DmError("a signed object is another one")
        return content
    out = SIGNED.sub(item, octets)
    there = sum(bool(PLAIN.fullmatch(i.group())) for c in COMMAND.finditer(out) for i in ITEM.finditer(c.group()))
    if there != n:
        raise DmError("%d objects, %d signed" % (there, n))
    return out, n
