#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# Makes the vectors beside it anew, with xmlsec1 and openssl: keys, messages that
# are signed or encrypted as omasec wants it, and messages whose signature or
# encryption is as good but that are not of the one form. cases.tsv says what has to
# become of each: file, operation (verify:ALGORITHM or decrypt:CIPHER:WRAP), key name
# that the account has ("-": none), reason ("none": taken).
import os
import subprocess
import sys

os.chdir(os.path.dirname(os.path.abspath(sys.argv[0])))
DS = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
ENC = "http://www.w3.org/2001/04/xmlenc#"
ENC11 = "http://www.w3.org/2009/xmlenc11#"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
INC = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
DIGEST = {"sha1": DS, "sha256": ENC, "sha384": MORE, "sha512": ENC}
cases = []

HEAD = '<SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID><MsgID>1</MsgID>' \
       '<Target><LocURI>http://dm.example/</LocURI></Target><Source><LocURI>IMEI:1</LocURI></Source></SyncHdr>'
GOOD = '<Alert><CmdID>1</CmdID><Data>1201</Data></Alert><Replace><CmdID>2</CmdID><Item><Source><LocURI>./DevInfo/Mod' \
       '</LocURI></Source><Data>good &amp; plain</Data></Item></Replace><Final/>'
EVIL = GOOD.replace("good", "evil")


def run(*args):
    done = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        sys.exit("%s\n%s" % (" ".join(args), done.stdout.decode(errors="replace")))


def write(name, text):
    with open(name, "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())


def read(name):
    with open(name) as f:
        return f.read()


def keys():
    write("mac.key", b"a secret of thirty-two octets ok")
    for n in 16, 24, 32:
        write("kek%d.key" % (8 * n), os.urandom(n))
    for name in "rsa", "other":
        run("openssl", "genrsa", "-out", name + ".pem", "2048")
    for curve, bits in ("P-256", 256), ("P-384", 384), ("P-521", 512):
        run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:" + curve, "-out", "ec%d.pem" % bits)
    for name in "rsa", "other", "ec256", "ec384", "ec512":
        run("openssl", "pkey", "-in", name + ".pem", "-pubout", "-outform", "DER", "-out", name + ".pub")


def transforms(*list_):
    return "<Transforms>%s</Transforms>" % "".join(t if t[0] == "<" else '<Transform Algorithm="%s"/>' % t for t in list_)


NORMAL = transforms(DS + "enveloped-signature", EXC)


def reference(uri='URI=""', trans=NORMAL, digest="sha256"):
    return '<Reference %s>%s<DigestMethod Algorithm="%s%s"/><DigestValue/></Reference>' % (uri, trans, DIGEST[digest], digest)


def signature(method="hmac-sha256", refs=None, c14n=EXC, info="", inside="", after="", base=MORE):
    return '<Signature xmlns="%s"><SignedInfo><CanonicalizationMethod Algorithm="%s"/><SignatureMethod Algorithm="%s%s">%s' \
           '</SignatureMethod>%s</SignedInfo><SignatureValue/>%s%s</Signature>' % (
               DS, c14n, base, method, inside, refs or reference(), info, after)


def message(sig="", body=GOOD, attrs="", root="", prolog='<?xml version="1.0" encoding="UTF-8"?>\n'):
    return '%s<SyncML xmlns="SYNCML:SYNCML1.2"%s>%s<SyncBody%s>%s</SyncBody>%s</SyncML>' % (
        prolog, root, HEAD, attrs, body, sig)


def case(name, op, reason, account="-"):
    cases.append("%s\t%s\t%s\t%s" % (name, op, account, reason))


def key_options(key):
    if key.endswith(".pem"):
        return ["--privkey-pem", key]
    return ["--hmackey", key]


def sign(name, template, reason, key="mac.key", op="verify:hmac-sha256", account="-", options=(), change=None):
    write("tmp.xml", template)
    run("xmlsec1", "--sign", "--output", name, *key_options(key), "--id-attr:Id", "SyncBody", *options, "tmp.xml")
    os.remove("tmp.xml")
    if change:
        write(name, change(read(name)))
    case(name, op, reason, account)


def plain(name, text, reason, op="verify:hmac-sha256"):
    write(name, text)
    case(name, op, reason)


def good_signatures():
    for kind, key in ("hmac", "mac.key"), ("rsa", "rsa.pem"), ("ecdsa", "ec%d.pem"):
        for n in 256, 384, 512:
            alg = "%s-sha%d" % (kind, n)
            sign("ok-%s.xml" % alg, message(signature(alg)), "none", key % n if "%" in key else key, "verify:" + alg)
    sign("ok-digest-sha512.xml", message(signature(refs=reference(digest="sha512"))), "none")
    sign("ok-key-name.xml", message(signature(info="<KeyInfo><KeyName>server</KeyName></KeyInfo>")), "none",
         options=["--hmackey:server", "mac.key"], account="server")
    case("ok-hmac-sha256.xml", "verify:hmac-sha256", "none", "server")
    case("ok-key-name.xml", "verify:hmac-sha256", "signer-unknown", "another")
    case("ok-key-name.xml", "verify:hmac-sha256", "signer-unknown")
    sign("ok-comment.xml", message(signature(), GOOD.replace("good", "go<!-- no -->od")), "none")
    sign("ok-key-value.xml", message(signature("rsa-sha256", info="<KeyInfo><KeyValue/></KeyInfo>")), "none", "rsa.pem",
         "verify:rsa-sha256")
    sign("bad-attackers-key-value.xml", message(signature("rsa-sha256", info="<KeyInfo><KeyValue/></KeyInfo>"), EVIL),
         "signature-wrong", "other.pem", "verify:rsa-sha256")
    sign("bad-content.xml", message(signature()), "signature-wrong", change=lambda s: s.replace("good", "evil"))
    case("ok-hmac-sha256.xml", "verify:hmac-sha512", "algorithm-refused")
    case("ok-hmac-sha256.xml", "verify:rsa-sha256", "algorithm-refused")
    case("ok-rsa-sha256.xml", "verify:hmac-sha256", "algorithm-refused")
    case("ok-rsa-sha256.xml", "verify:ecdsa-sha256", "algorithm-refused")
    sign("confused-public-key-as-secret.xml", message(signature(), EVIL), "algorithm-refused", "rsa.pub", "verify:rsa-sha256")
    plain("unsigned.xml", message(), "signature-missing")


def wrapping():
    ref = reference('URI="#body"', transforms(EXC))

    def signed(move):
        def change(text):
            start = text.index("<Signature")
            sig = text[start:text.index("</Signature>") + 12]
            body = text[text.index("<SyncBody"):text.index("</SyncBody>") + 11]
            return move(text.replace(sig, "@").replace(body, "%"), sig, body)
        return change

    evil = "<SyncBody>%s</SyncBody>" % EVIL
    same = "<SyncBody Id=\"body\">%s</SyncBody>" % EVIL
    # what is moved beneath Signature has to keep its namespace
    obj = lambda sig, x: sig.replace("</Signature>", '<Object>%s</Object></Signature>' %
                                     x.replace("<SyncBody", '<SyncBody xmlns="SYNCML:SYNCML1.2"'))
    moves = [
        lambda t, s, b: t.replace("%", evil).replace("@", obj(s, b)),
        lambda t, s, b: t.replace("%", evil + b).replace("@", s),
        lambda t, s, b: t.replace("%", b + evil).replace("@", s),
        lambda t, s, b: t.replace("%", evil[:-11] + b + "</SyncBody>").replace("@", s),
        lambda t, s, b: t.replace("%", evil).replace("@", s + b),
        lambda t, s, b: t.replace("%", same).replace("@", obj(s, b)),
        lambda t, s, b: t.replace("%", same + b).replace("@", s),
        lambda t, s, b: t.replace("%", evil[:-11] + s + "</SyncBody>").replace("@", b),
        lambda t, s, b: t.replace("@", "").replace("%", s + evil + b),
    ]
    for i, move in enumerate(moves, 1):
        sign("wrapped%d.xml" % i, message(signature(refs=ref), attrs=' Id="body"'), "profile-violated",
             change=signed(move))
        # but for the two with an Id twice, they are what xmlsec1 takes for good
        if i not in (6, 7):
            run("xmlsec1", "--verify", "--hmackey", "mac.key", "--id-attr:Id", "SyncBody", "wrapped%d.xml" % i)
    sign("reference-by-id.xml", message(signature(refs=ref), attrs=' Id="body"'), "profile-violated")


def forms():
    bad = "profile-violated"
    alg = "algorithm-refused"
    sign("not-last.xml", message(signature()).replace("</Signature></SyncML>", "</Signature><SyncBody/></SyncML>"), bad)
    sign("not-child-of-root.xml", message("", GOOD + signature()), bad)
    sign("two-signatures.xml", message(signature()), bad,
         change=lambda s: s.replace("</SyncML>", s[s.index("<Signature"):s.index("</Signature>") + 12] + "</SyncML>"))
    sign("object.xml", message(signature(after="<Object>evil</Object>")), bad)
    sign("manifest.xml", message(signature(after='<Object><Manifest>%s</Manifest></Object>' % reference())), bad)
    sign("two-references.xml", message(signature(refs=reference() + reference())), bad)
    sign("no-uri.xml", message(signature()), bad, change=lambda s: s.replace(' URI=""', ""))
    sign("xpointer.xml", message(signature(refs=reference('URI="#xpointer(/)"'))), bad)
    write("tmp.bin", "x")
    sign("file.xml", message(signature(refs=reference('URI="tmp.bin"', ""))), bad)
    os.remove("tmp.bin")
    plain("http.xml", read("file.xml").replace("tmp.bin", "http://127.0.0.1:9/"), bad)
    plain("file-absolute.xml", read("file.xml").replace("tmp.bin", "file:///etc/hostname"), bad)
    env = DS + "enveloped-signature"
    xpath = '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><XPath>false()</XPath></Transform>'
    xslt = '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><xsl:stylesheet version="1.0" ' \
           'xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><x/></xsl:template></xsl:stylesheet></Transform>'
    filter2 = '<Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"><XPath xmlns="http://www.w3.org/2002/06/' \
              'xmldsig-filter2" Filter="intersect">/</XPath></Transform>'
    included = '<Transform Algorithm="%s"><InclusiveNamespaces xmlns="%s" PrefixList="a"/></Transform>' % (EXC, EXC)
    for name, list_, reason in (
            ("xpath", [env, xpath], alg), ("xslt", [env, xslt], alg), ("filter2", [env, filter2], alg),
            ("xpath-three", [env, xpath, EXC], bad), ("enveloped-only", [env], bad), ("inclusive", [env, INC], alg),
            ("with-comments", [env, EXC + "WithComments"], alg), ("prefix-list", [env, included], alg)):
        sign("transform-%s.xml" % name, message(signature(refs=reference(trans=transforms(*list_)))), reason)
    text = read("ok-hmac-sha256.xml")
    plain("transform-c14n-twice.xml", text.replace(env, EXC), alg)
    plain("transform-swapped.xml", text.replace(env, "@").replace('Transform Algorithm="' + EXC, 'Transform Algorithm="' + env)
          .replace("@", EXC), alg)
    sign("c14n-inclusive.xml", message(signature(c14n=INC)), alg)
    sign("c14n-with-comments.xml", message(signature(c14n=EXC + "WithComments")), alg)
    sign("digest-sha1.xml", message(signature(refs=reference(digest="sha1"))), alg)
    sign("hmac-sha1.xml", message(signature("hmac-sha1", base=DS)), alg)
    sign("rsa-sha1.xml", message(signature("rsa-sha1", base=DS)), alg, "rsa.pem", "verify:rsa-sha256")
    for n in 80, 128, 248, 256:
        sign("truncated%d.xml" % n, message(signature(inside="<HMACOutputLength>%d</HMACOutputLength>" % n)), alg)
    for n in 0, 1, 8, 64, 79:
        plain("truncated%d.xml" % n, read("truncated80.xml").replace(">80<", ">%d<" % n), alg)
    sign("truncated-value.xml", message(signature(inside="<HMACOutputLength>128</HMACOutputLength>")), bad,
         change=lambda s: s.replace("<HMACOutputLength>128</HMACOutputLength>", ""))
    for name, info in (
            ("retrieval", '<RetrievalMethod URI="http://127.0.0.1:9/" Type="%sX509Data"/>' % DS),
            ("reference", '<KeyInfoReference xmlns="http://www.w3.org/2009/xmldsig11#" URI="#x"/>'),
            ("encrypted", '<EncryptedKey xmlns="%s"/>' % ENC)):
        sign("key-info-%s.xml" % name, message(signature()), bad,
             change=lambda s, info=info: s.replace("</Signature>", "<KeyInfo>%s</KeyInfo></Signature>" % info))
    sign("same-id.xml", message(signature(), GOOD + '<x Id="a"/><x Id="a"/>'), bad)
    sign("same-xml-id.xml", message(signature(), GOOD + '<x Id="a"/><x xml:id="a"/>'), bad)
    sign("comment-in-signature.xml", message(signature(info="<!-- -->")), bad)


def markup():
    bad = "xml-bad"
    for name, dtd in (
            ("default-attribute", '<!DOCTYPE SyncML [<!ATTLIST SyncBody Id CDATA "x">]>'),
            ("entity", '<!DOCTYPE SyncML [<!ENTITY e "evil">]>'),
            ("id", '<!DOCTYPE SyncML [<!ATTLIST SyncBody Id ID #IMPLIED>]>')):
        sign("doctype-%s.xml" % name, message(signature(), prolog=dtd), bad)
    plain("doctype-external.xml", message(signature(), GOOD.replace("good", "&e;"),
                                          prolog='<!DOCTYPE SyncML [<!ENTITY e SYSTEM "file:///etc/hostname">]>'), bad)
    laughs = "".join('<!ENTITY e%d "%s">' % (i, "&e%d;" % (i - 1) * 10) for i in range(1, 10))
    plain("bomb.xml", message(signature(), GOOD.replace("good", "&e9;"),
                              prolog='<!DOCTYPE SyncML [<!ENTITY e0 "ha">%s]>' % laughs), bad)
    sign("relative-namespace.xml", message(signature(), GOOD), "signature-wrong",
         change=lambda s: s.replace("<SyncBody>", '<SyncBody xmlns:r="relative">').replace("<Final/>", "<r:Final/>"))
    text = read("ok-hmac-sha256.xml")
    plain("utf16.xml", text.replace("UTF-8", "UTF-16").encode("utf-16"), bad)
    plain("utf7.xml", text.replace("UTF-8", "UTF-7"), bad)
    plain("latin1.xml", text.replace("UTF-8", "ISO-8859-1"), bad)
    plain("nul.xml", text.replace("good", "go\0od"), bad)
    plain("deep.xml", message(signature(), "<x>" * 300 + "</x>" * 300), bad)
    plain("attributes.xml", message(signature(), "<x%s/>" % "".join(' a%d=""' % i for i in range(400))), bad)
    plain("instruction.xml", text.replace("<SyncHdr>", "<?xml-stylesheet href='x'?><SyncHdr>"), bad)
    plain("cut.xml", text[:-20], bad)


def enc_template(cipher, wrap, key_name=None, base=ENC11, type_=ENC + "Element", digest="", after="", attrs="", more=""):
    info = '<KeyInfo xmlns="%s"><KeyName>%s</KeyName></KeyInfo>' % (DS, key_name) if key_name else ""
    return '<EncryptedData xmlns="%s" Type="%s"%s><EncryptionMethod Algorithm="%s%s"/><KeyInfo xmlns="%s"><EncryptedKey xmlns="%s">' \
           '<EncryptionMethod Algorithm="%s%s">%s</EncryptionMethod>%s<CipherData><CipherValue/></CipherData>%s</EncryptedKey></KeyInfo>' \
           '<CipherData><CipherValue/></CipherData>%s</EncryptedData>' % (
               ENC, type_, attrs, base, cipher, DS, ENC, ENC, wrap, digest, info, more, after)


SESSION = {"aes128-gcm": "aes-128", "aes192-gcm": "aes-192", "aes256-gcm": "aes-256", "aes128-cbc": "aes-128",
           "tripledes-cbc": "des-192"}


def encrypt(name, cipher, wrap, reason, account="-", what="SYNCML:SYNCML1.2:SyncBody", text=None, change=None, op=None, **more):
    key = ["--privkey-pem:kek", "rsa.pem"] if wrap.startswith("rsa") else ["--aeskey:kek", "kek%s.key" % wrap[-3:]]
    write("tmp.xml", enc_template(cipher, wrap, **more))
    write("tmp.data", text or message())
    run("xmlsec1", "--encrypt", *key, "--session-key", SESSION[cipher], "--xml-data", "tmp.data", "--node-name", what,
        "--output", name, "tmp.xml")
    os.remove("tmp.xml")
    os.remove("tmp.data")
    if change:
        write(name, change(read(name)))
    case(name, op or "decrypt:%s:%s" % (cipher, wrap), reason, account)


def flip(text, which, place):
    """Changes one octet of the CipherValue of the key (0) or the content (1)."""
    import base64
    parts = text.split("<CipherValue>")
    value, rest = parts[which + 1].split("</CipherValue>", 1)
    raw = bytearray(base64.b64decode(value))
    raw[place if place >= 0 else len(raw) + place] ^= 1
    parts[which + 1] = base64.b64encode(raw).decode() + "</CipherValue>" + rest
    return "<CipherValue>".join(parts)


def encryption():
    for cipher in "aes128-gcm", "aes192-gcm", "aes256-gcm":
        for wrap in "kw-aes128", "kw-aes192", "kw-aes256", "rsa-oaep-mgf1p":
            encrypt("ok-%s-%s.xml" % (cipher, wrap), cipher, wrap, "none")
    encrypt("ok-enc-name.xml", "aes256-gcm", "kw-aes256", "none", key_name="kek", account="kek")
    case("ok-enc-name.xml", "decrypt:aes256-gcm:kw-aes256", "signer-unknown", "another")
    encrypt("ok-oaep-digest.xml", "aes128-gcm", "rsa-oaep-mgf1p", "none",
            digest='<DigestMethod xmlns="%s" Algorithm="%ssha1"/>' % (DS, DS))
    whole = "decrypt-whole:aes128-gcm:kw-aes128"
    encrypt("ok-enc-root.xml", "aes128-gcm", "kw-aes128", "none", what="SYNCML:SYNCML1.2:SyncML", op=whole)
    case("ok-enc-root.xml", "decrypt:aes128-gcm:kw-aes128", "profile-violated")
    case("ok-aes128-gcm-kw-aes128.xml", whole, "profile-violated")
    base = "ok-aes256-gcm-kw-aes256.xml"
    for name, which, place in (("iv", 1, 0), ("middle", 1, 40), ("tag", 1, -1), ("key", 0, 0), ("key-end", 0, -1)):
        plain("changed-%s.xml" % name, flip(read(base), which, place), "decryption-failed", "decrypt:aes256-gcm:kw-aes256")
    plain("changed-oaep.xml", flip(read("ok-aes128-gcm-rsa-oaep-mgf1p.xml"), 0, 5), "decryption-failed",
          "decrypt:aes128-gcm:rsa-oaep-mgf1p")
    alg = "algorithm-refused"
    case(base, "decrypt:aes128-gcm:kw-aes256", alg)
    case(base, "decrypt:aes256-gcm:kw-aes128", alg)
    gcm = "decrypt:aes128-gcm:"
    encrypt("cbc.xml", "aes128-cbc", "kw-aes128", alg, base=ENC, op=gcm + "kw-aes128")
    encrypt("tripledes.xml", "tripledes-cbc", "kw-aes128", alg, base=ENC, op=gcm + "kw-aes128")
    encrypt("rsa15.xml", "aes128-gcm", "rsa-1_5", alg, op=gcm + "rsa-oaep-mgf1p")
    bad = "profile-violated"
    for name, options in (
            ("content", dict(type_=ENC + "Content")),
            ("mime-type", dict(attrs=' MimeType="text/plain"'))):
        encrypt("enc-%s.xml" % name, "aes128-gcm", "kw-aes128", bad, **options)
    text = read("ok-aes128-gcm-kw-aes128.xml")
    op = gcm + "kw-aes128"
    plain("enc-type-content.xml", text.replace("#Element", "#Content"), bad, op)
    plain("enc-no-type.xml", text.replace(' Type="%sElement"' % ENC, ""), bad, op)
    plain("enc-properties.xml", text.replace("</EncryptedData>", "<EncryptionProperties/></EncryptedData>"), bad, op)
    plain("enc-reference-list.xml", text.replace("</EncryptedKey>", "<ReferenceList/></EncryptedKey>"), bad, op)
    plain("enc-carried-name.xml", text.replace("</EncryptedKey>", "<CarriedKeyName>x</CarriedKeyName></EncryptedKey>"), bad, op)
    start = text.rindex("<CipherValue>")
    plain("enc-cipher-reference.xml", text[:start] + '<CipherReference URI="http://127.0.0.1:9/"/>' +
          text[text.rindex("</CipherValue>") + 14:], bad, op)
    data = text[text.index("<EncryptedData"):text.index("</EncryptedData>") + 16]
    plain("enc-twice.xml", text.replace(data, data + data), bad, op)
    plain("enc-deep.xml", text.replace(data, "<SyncBody>" + data + "</SyncBody>"), bad, op)
    plain("enc-none.xml", message(), bad, op)
    plain("enc-no-key.xml", text[:text.index("<KeyInfo")] + text[text.index("</KeyInfo>") + 10:], bad, op)
    plain("enc-doctype.xml", "<!DOCTYPE SyncML>" + text[text.index("<SyncML"):], "xml-bad", op)


def main():
    for name in os.listdir("."):
        if name.endswith((".xml", ".pem", ".pub", ".key", ".tsv")):
            os.remove(name)
    keys()
    write("plain.xml", message(prolog=""))
    write("canonical.xml", message(prolog="").replace("<Final/>", "<Final></Final>"))
    good_signatures()
    wrapping()
    forms()
    markup()
    encryption()
    write("cases.tsv", "\n".join(cases) + "\n")


main()
