# SPDX-License-Identifier: GPL-2.0
"""Encrypts and decrypts DM messages with the xmlsec1 command, their SyncBody, the whole of them, or each
object in them: AES-256-GCM under a new key. A key is written as the file of one that wraps it (AES key
wrap), with 16 octets for AES-128 in both places, or as rsa:FILE (rsa128:FILE) with one in PEM
for RSA-OAEP. With cbc:FILE, rsa15:FILE and rsa15-128:FILE the content is by AES-CBC, and RSA is 1.5.
Independent of the project's code."""

import base64
import os
import re
import subprocess
import tempfile

from syncml import DmError

ENC = "http://www.w3.org/2001/04/xmlenc#"
TEMPLATE = """<EncryptedData xmlns="%(e)s" Type="%(e)sElement">\
<EncryptionMethod Algorithm="http://www.w3.org/%%s"/>\
<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><EncryptedKey xmlns="%(e)s">\
<EncryptionMethod Algorithm="%(e)s%%s"/><CipherData><CipherValue/></CipherData></EncryptedKey></KeyInfo>\
<CipherData><CipherValue/></CipherData></EncryptedData>""" % {"e": ENC}
ENCRYPTED = re.compile(rb"<(?:\w+:)?EncryptedData[\s>].*?</(?:\w+:)?EncryptedData>", re.S)
BODY = re.compile(rb"<(?:\w+:)?SyncBody[\s/>]")
PROLOG = re.compile(rb"\s*(?:<\?xml[^>]*\?>)?\s*")


COMMAND = re.compile(rb"<(Add|Replace|Results)>.*?</\1>", re.S)
ITEM = re.compile(rb"<Item>.*?</Item>", re.S)
OBJECT = re.compile(rb"(<Item>.*?)((?:<Meta>.*?</Meta>)?<Data(?:/>|>.*?</Data>))(.*?</Item>)", re.S)
META = (b'<Meta><Format xmlns="syncml:metinf">xml</Format><Type xmlns="syncml:metinf">application/xenc+xml</Type>'
        b"</Meta>")


def _key(key, pem):
    """((algorithm of the content, that which wraps its key), option of xmlsec1, file, kind of the content key)"""
    kind, _, file = key.rpartition(":")
    wraps = {"": None, "cbc": None, "rsa": "rsa-oaep-mgf1p", "rsa128": "rsa-oaep-mgf1p", "rsa15": "rsa-1_5",
             "rsa15-128": "rsa-1_5"}
    if kind not in wraps:
        raise SystemExit("xmlenc: unknown key %r" % key)
    bits = (128 if kind.endswith("128") else 256) if wraps[kind] else 8 * os.path.getsize(file)
    cbc = kind == "cbc" or kind.startswith("rsa15")
    content = "2001/04/xmlenc#aes%d-cbc" % bits if cbc else "2009/xmlenc11#aes%d-gcm" % bits
    return (content, wraps[kind] or "kw-aes%d" % bits), pem if wraps[kind] else "--aeskey", file, "aes-%d" % bits


def _xmlsec1(octets, *args, template=""):
    with tempfile.TemporaryDirectory() as d:
        for name, data in (("in", octets), ("out", b""), ("template", template.encode())):
            with open(os.path.join(d, name), "wb") as f:
                f.write(data)
        r = subprocess.run(["xmlsec1", *(a.replace("@", d + "/") for a in args)], capture_output=True, check=False)
        with open(os.path.join(d, "out"), "rb") as f:
            return r.returncode, f.read()


def encrypt(octets, key, whole=False):
    """The message with EncryptedData in place of its SyncBody, or of its root; @key: file of 32 octets."""
    method, *args, session = _key(key, "--pubkey-pem")
    rc, out = _xmlsec1(octets, "--encrypt", "--output", "@out", *args, "--session-key", session,
                       "--xml-data", "@in", "--node-xpath", "/*" if whole else '//*[local-name()="SyncBody"]',
                       "@template", template=TEMPLATE % method)
    if rc or BODY.search(out) or whole != (b"SyncHdr" not in out):
        raise SystemExit("xmlenc: xmlsec1 does not encrypt")
    return out


def decrypt(octets, key, whole=False):
    """The message as it was; nothing of its SyncBody, or of all, may be in sight before."""
    if len(ENCRYPTED.findall(octets)) != 1 or BODY.search(octets):
        raise DmError("the SyncBody is not encrypted, or not it alone")
    if whole != bool(ENCRYPTED.fullmatch(octets[PROLOG.match(octets).end():].rstrip())):
        raise DmError("the message is not encrypted as a whole" if whole else "the whole message is encrypted")
    method, *args, _ = _key(key, "--privkey-pem")
    if any(b"%s\"" % name.encode() not in octets for name in (method[0], "#" + method[1])):
        raise DmError("it is not by %s, or its key not wrapped by %s" % method)
    rc, out = _xmlsec1(octets, "--decrypt", "--output", "@out", *args, "@in")
    if rc:
        raise DmError("xmlsec1 does not decrypt the message")
    return out


def _objects(octets, change):
    """The message with @change(head, Meta and Data, tail) for each Item with Data."""
    def item(m):
        found = OBJECT.fullmatch(m.group())
        return change(*found.groups()) if found else m.group()
    return COMMAND.sub(lambda m: ITEM.sub(item, m.group()), octets)


def encrypt_objects(octets, key, leave=None):
    """The message with each object encrypted, but for the one of that number."""
    n = -1

    def change(head, plain, tail):
        nonlocal n
        n += 1
        if n == leave:
            return head + plain + tail
        method, *args, session = _key(key, "--pubkey-pem")
        rc, out = _xmlsec1(head + plain + tail, "--encrypt", "--output", "@out", *args, "--session-key",
                           session, "--binary-data", "@in", "@template", template=TEMPLATE % method)
        if rc:
            raise SystemExit("xmlenc: xmlsec1 does not encrypt")
        return head + META + b"<Data>" + ENCRYPTED.search(out).group() + b"</Data>" + tail
    return _objects(octets, change)


def decrypt_objects(octets, key):
    """(the message as it was, number of objects); each has to be encrypted, and to be what it is called."""
    n = 0

    def change(head, sealed, tail):
        nonlocal n
        n += 1
        data = ENCRYPTED.search(sealed)
        if not data or sealed != META + b"<Data>" + data.group() + b"</Data>":
            raise DmError("an object is not encrypted, or not it alone")
        # without Type xmlsec1 gives the octets
        rc, out = _xmlsec1(data.group().replace(b' Type="%sElement"' % ENC.encode(), b"", 1), "--decrypt", "--output",
                           "@out", *_key(key, "--privkey-pem")[1:3], "@in")
        if rc or not OBJECT.fullmatch(out) or not out.startswith(head) or not out.endswith(tail):
            raise DmError("xmlsec1 does not decrypt an object, or it is another one")
        return out
    return _objects(octets, change), n


def exchange(octets):
    """The message with the contents of its first two objects in each other's place."""
    first, second = ENCRYPTED.findall(octets)[:2]
    return octets.replace(first, b"@1").replace(second, first).replace(b"@1", second)


def beside(octets):
    """The message with a SyncBody that can be read behind the EncryptedData."""
    end = ENCRYPTED.search(octets).end()
    return octets[:end] + b"<SyncBody><Final/></SyncBody>" + octets[end:]


def spoil(octets, which):
    """The message with another last octet of its cipher text, another key, or one octet less."""
    head, value, tail = re.split(rb"(?<=CipherValue>)([^<]+)(?=<)", octets)[0 if which == "other-key" else 2:][:3]
    data = bytearray(base64.b64decode(value))
    if which == "other-length":
        del data[-1]
    else:
        data[-1] ^= 0x55
    return octets.replace(head + value + tail, head + base64.b64encode(data) + tail, 1)


def flip(octets):
    """The message with another cipher text (the last CipherValue) of the same length."""
    head, sep, tail = octets.rpartition(b"CipherValue>")
    text, sep2, value = head.rpartition(b"CipherValue>")
    at = len(value) // 2
    while not value[at:at + 1].isalnum():
        at += 1
    other = b"B" if value[at:at + 1] == b"A" else b"A"
    return text + sep2 + value[:at] + other + value[at + 1:] + sep + tail
