# SPDX-License-Identifier: GPL-2.0
"""WBXML of SyncML 1.2 for the test peers: independent of the project's codec.

Pages 0 (SyncML) and 1 (MetInf); string and opaque content; string table
references are understood but not written. Trailing octets are an error.
"""

from syncml import METINF, NS, DmError, Node

_PAGE0 = {
    0x05: "Add", 0x06: "Alert", 0x07: "Archive", 0x08: "Atomic", 0x09: "Chal", 0x0A: "Cmd",
    0x0B: "CmdID", 0x0C: "CmdRef", 0x0D: "Copy", 0x0E: "Cred", 0x0F: "Data", 0x10: "Delete",
    0x11: "Exec", 0x12: "Final", 0x13: "Get", 0x14: "Item", 0x15: "Lang", 0x16: "LocName",
    0x17: "LocURI", 0x1A: "Meta", 0x1B: "MsgID", 0x1C: "MsgRef", 0x1D: "NoResp", 0x1F: "Put",
    0x20: "Replace", 0x21: "RespURI", 0x22: "Results", 0x24: "Sequence", 0x25: "SessionID",
    0x27: "Source", 0x28: "SourceRef", 0x29: "Status", 0x2B: "SyncBody", 0x2C: "SyncHdr",
    0x2D: "SyncML", 0x2E: "Target", 0x2F: "TargetRef", 0x31: "VerDTD", 0x32: "VerProto",
    0x34: "MoreData", 0x3C: "Correlator",
}
_PAGE1 = {
    0x05: "Anchor", 0x06: "EMI", 0x07: "Format", 0x0A: "Last", 0x0B: "Mark", 0x0C: "MaxMsgSize",
    0x0F: "Next", 0x10: "NextNonce", 0x12: "Size", 0x13: "Type", 0x14: "Version",
    0x15: "MaxObjSize",
}
_PAGES = {0: (NS, _PAGE0), 1: (METINF, _PAGE1)}
_TOKENS = {(ns, tag): (page, tok) for page, (ns, names) in _PAGES.items()
           for tok, tag in names.items()}
_SWITCH, _END, _STR_I, _STR_T, _OPAQUE = 0x00, 0x01, 0x03, 0x83, 0xC3


def _mb(n):
    out = [n & 0x7F]
    n >>= 7
    while n:
        out.append(0x80 | (n & 0x7F))
        n >>= 7
    return bytes(reversed(out))


def encode(root):
    out = bytearray(b"\x02\xa4\x01\x6a\x00")
    page = 0

    def put(node):
        nonlocal page
        try:
            want, tok = _TOKENS[node.ns, node.tag]
        except KeyError:
            raise DmError("no WBXML token for %s" % node.tag) from None
        if want != page:
            out.extend((_SWITCH, want))
            page = want
        filled = bool(node.text) or bool(node.kids)
        out.append(tok | (0x40 if filled else 0))
        if node.text:
            raw = node.text.encode("utf-8")
            if node.tag == "Data":
                out.append(_OPAQUE)
                out.extend(_mb(len(raw)) + raw)
            else:
                out.append(_STR_I)
                out.extend(raw + b"\0")
        for kid in node.kids:
            put(kid)
        if filled:
            out.append(_END)

    put(root)
    return bytes(out)


class _Reader:
    def __init__(self, octets):
        self.b, self.at = octets, 0

    def u8(self):
        if self.at >= len(self.b):
            raise DmError("WBXML ends early")
        self.at += 1
        return self.b[self.at - 1]

    def mb(self):
        n = 0
        for _ in range(5):
            c = self.u8()
            n = n << 7 | c & 0x7F
            if not c & 0x80:
                return n
        raise DmError("WBXML number too long")

    def take(self, n):
        if self.at + n > len(self.b):
            raise DmError("WBXML ends early")
        self.at += n
        return self.b[self.at - n:self.at]

    def string(self):
        end = self.b.find(b"\0", self.at)
        if end < 0:
            raise DmError("WBXML string without end")
        raw, self.at = self.b[self.at:end], end + 1
        return raw


def decode(octets):
    r = _Reader(octets)
    if r.u8() not in (0x01, 0x02, 0x03):
        raise DmError("WBXML version %d" % octets[0])
    public = r.mb()
    if public != 0x1201:
        raise DmError("WBXML public id 0x%x is not SyncML 1.2" % public)
    if r.mb() != 0x6A:
        raise DmError("WBXML charset is not UTF-8")
    table = r.take(r.mb())
    page, stack, root, texts = 0, [], None, []
    while True:
        c = r.u8()
        if c == _SWITCH:
            page = r.u8()
        elif c == _END:
            if not stack:
                raise DmError("WBXML END without element")
            node, pieces = stack.pop(), texts.pop()
            if pieces:
                node.text = b"".join(pieces).decode("utf-8")
        elif c in (_STR_I, _STR_T, _OPAQUE):
            if not stack:
                raise DmError("WBXML text outside of elements")
            if c == _STR_I:
                texts[-1].append(r.string())
            elif c == _OPAQUE:
                texts[-1].append(r.take(r.mb()))
            else:
                at = r.mb()
                end = table.find(b"\0", at)
                if at >= len(table) or end < 0:
                    raise DmError("WBXML string reference %d" % at)
                texts[-1].append(table[at:end])
        else:
            if c & 0x80:
                raise DmError("WBXML token 0x%02x is not expected" % c)
            try:
                ns, names = _PAGES[page]
                node = Node(names[c & 0x3F], ns=ns)
            except KeyError:
                raise DmError("WBXML token 0x%02x on page %d" % (c, page)) from None
            if stack:
                stack[-1].kids.append(node)
            elif root is None:
                root = node
            else:
                raise DmError("WBXML has two roots")
            if c & 0x40:
                stack.append(node)
                texts.append([])
        if root is not None and not stack:
            break
    if r.at != len(octets):
        raise DmError("%d octets after the WBXML document" % (len(octets) - r.at))
    return root
