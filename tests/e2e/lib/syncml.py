# SPDX-License-Identifier: GPL-2.0
"""SyncML DM 1.2 messages for the test peers: a small tree, its XML form, and
the checks that any DM application makes on what it receives.

Written from the DM 1.2 specifications (RepPro, DMPRO) and from nothing in this
project, so that the applications under test stay foreign to omasec. Knows
nothing of x-syncml-hmac.
"""

import hashlib
import xml.etree.ElementTree as ET

NS = "SYNCML:SYNCML1.2"
METINF = "syncml:metinf"
XML_TYPE = "application/vnd.syncml.dm+xml"
WBXML_TYPE = "application/vnd.syncml.dm+wbxml"
COMMANDS = ("Add", "Alert", "Atomic", "Copy", "Delete", "Exec", "Get", "Replace",
            "Results", "Sequence")


class DmError(Exception):
    """What was received is not what a DM peer may send."""


class Node:
    """An element: either text or children, never both."""

    __slots__ = ("tag", "ns", "text", "kids")

    def __init__(self, tag, *content, ns=NS):
        self.tag, self.ns, self.text, self.kids = tag, ns, None, []
        for c in content:
            if c is None:
                continue
            if isinstance(c, Node):
                self.kids.append(c)
            else:
                self.text = str(c)

    def find(self, path):
        node = self
        for tag in path.split("/"):
            node = next((k for k in node.kids if k.tag == tag), None)
            if node is None:
                return None
        return node

    def all(self, tag):
        return [k for k in self.kids if k.tag == tag]

    def value(self, path, default=None):
        node = self.find(path)
        if node is None:
            return default
        return node.text or ""


def meta(**fields):
    """A Meta element; names as in MetInf, e.g. meta(Format="b64", Type="syncml:auth-md5")."""
    return Node("Meta", *[Node(k, v, ns=METINF) for k, v in fields.items()])


def _escape(s):
    return s.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def to_xml(root):
    out = ['<?xml version="1.0" encoding="UTF-8"?>\n']

    def put(node, ns):
        decl = "" if node.ns == ns else ' xmlns="%s"' % node.ns
        if node.text is None and not node.kids:
            out.append("<%s%s/>" % (node.tag, decl))
            return
        out.append("<%s%s>" % (node.tag, decl))
        if node.text is not None:
            out.append(_escape(node.text))
        for kid in node.kids:
            put(kid, node.ns)
        out.append("</%s>" % node.tag)

    put(root, None)
    return "".join(out).encode("utf-8")


def from_xml(octets):
    try:
        top = ET.fromstring(octets)
    except ET.ParseError as e:
        raise DmError("not well-formed XML: %s" % e) from e

    def take(el):
        ns, _, tag = el.tag[1:].partition("}") if el.tag.startswith("{") else ("", "", el.tag)
        node = Node(tag, ns=ns)
        node.kids = [take(k) for k in el]
        text = el.text or ""
        if node.kids:
            if text.strip() or any((k.tail or "").strip() for k in el):
                raise DmError("text beside elements in %s" % tag)
        elif text:
            node.text = text
        return node

    return take(top)


def encode(root, wbxml):
    if wbxml:
        import wbxml as codec
        return codec.encode(root)
    return to_xml(root)


def decode(octets, content_type):
    kind = (content_type or "").partition(";")[0].strip().lower()
    if kind == WBXML_TYPE:
        import wbxml as codec
        root = codec.decode(octets)
    elif kind == XML_TYPE:
        root = from_xml(octets)
    else:
        raise DmError("Content-Type %r is not OMA DM" % content_type)
    if root.tag != "SyncML" or root.ns != NS:
        raise DmError("the root is %s {%s}" % (root.tag, root.ns))
    if [k.tag for k in root.kids] != ["SyncHdr", "SyncBody"]:
        raise DmError("SyncML holds %s" % [k.tag for k in root.kids])
    return root


def payload(length, seed="0"):
    """Text of @length characters that verifies itself (payload_ok)."""
    if length < 80:
        return ("x" * length) if length else ""
    rest = length - 65
    block = hashlib.sha256(seed.encode()).hexdigest() + " <&>'\" line\n"
    text = (block * (rest // len(block) + 1))[:rest - 1] + "."
    return hashlib.sha256(text.encode()).hexdigest() + ":" + text


def payload_ok(text):
    if len(text) < 80:
        return set(text) <= {"x"}
    digest, _, rest = text.partition(":")
    # XML parsers may hand out CR LF as LF; nothing here contains CR.
    return hashlib.sha256(rest.encode()).hexdigest() == digest


class Outgoing:
    """Collects the commands of one message and numbers them."""

    def __init__(self):
        self.kids, self.sent = [], []

    def _id(self):
        return str(len(self.kids) + 1)

    def status(self, msg_ref, cmd_ref, cmd, code, chal=None, target_ref=None):
        self.kids.append(Node("Status", Node("CmdID", self._id()), Node("MsgRef", msg_ref),
                              Node("CmdRef", cmd_ref), Node("Cmd", cmd),
                              Node("TargetRef", target_ref) if target_ref else None,
                              chal, Node("Data", code)))

    def command(self, tag, *content):
        cmd_id = self._id()
        self.kids.append(Node(tag, Node("CmdID", cmd_id), *content))
        self.sent.append((cmd_id, tag))
        return cmd_id

    def body(self, final=True):
        return Node("SyncBody", *self.kids, Node("Final") if final else None)


class Peer:
    """One side of one DM session: numbering, references, and what is outstanding."""

    def __init__(self, me, other, session_id, locname=None, gaps=False):
        self.me, self.other, self.session_id = me, other, session_id
        self.locname, self.gaps = locname, gaps     # gaps: MsgID may jump, but only up
        self.takes_cred = True      # an application that asks for none is to get none
        self.my_msg_id = self.peer_msg_id = 0
        self.open = {}      # my messages that want an answer: MsgID -> [(CmdID, Cmd)]

    def message(self, out, cred=None, resp_uri=None, final=True, max_msg_size=None, keep=False):
        """The next message to send. @keep: earlier ones still wait for their answer, as
        they do when this one refuses what should have been that answer."""
        self.my_msg_id += 1
        if not keep:
            self.open = {}
        self.open[self.my_msg_id] = list(out.sent)
        source = Node("Source", Node("LocURI", self.me),
                      Node("LocName", self.locname) if self.locname else None)
        hdr = Node("SyncHdr", Node("VerDTD", "1.2"), Node("VerProto", "DM/1.2"),
                   Node("SessionID", self.session_id), Node("MsgID", self.my_msg_id),
                   Node("Target", Node("LocURI", self.other)), source,
                   Node("RespURI", resp_uri) if resp_uri else None, cred,
                   meta(MaxMsgSize=max_msg_size) if max_msg_size else None)
        return Node("SyncML", hdr, out.body(final))

    def take(self, root, allow_chal=(), refused=False):
        """Checks a received message against this session; returns (statuses, commands),
        statuses as (MsgRef, CmdRef) -> (code, Chal or None).

        @allow_chal: challenge types that this application itself understands.
        @refused: Status 401/407 for everything is a legal answer.
        """
        hdr, body = root.kids
        want = {"VerDTD": "1.2", "VerProto": "DM/1.2", "SessionID": self.session_id,
                "MsgID": str(self.peer_msg_id + 1), "Target/LocURI": self.me,
                "Source/LocURI": self.other}
        if self.gaps and int(hdr.value("MsgID") or 0) > self.peer_msg_id:
            self.peer_msg_id = int(hdr.value("MsgID")) - 1
            del want["MsgID"]
        for path, text in want.items():
            got = hdr.value(path)
            if got != text:
                raise DmError("SyncHdr/%s is %r, expected %r" % (path, got, text))
        cred = hdr.value("Cred/Meta/Type")
        if cred is not None and cred.lower() == "syncml:auth-mac":
            raise DmError("Cred of type auth-MAC reached the application")
        if cred is not None and not self.takes_cred:
            raise DmError("Cred of type %s reached the application" % cred)
        self.peer_msg_id += 1

        seen, statuses, commands = set(), {}, []
        for i, node in enumerate(body.kids):
            if node.tag == "Final":
                if i != len(body.kids) - 1:
                    raise DmError("Final is not last")
                continue
            cmd_id = node.value("CmdID")
            if cmd_id in (None, "", "0") or cmd_id in seen:
                raise DmError("%s has CmdID %r" % (node.tag, cmd_id))
            seen.add(cmd_id)
            if node.tag == "Status":
                self._take_status(node, i, statuses, allow_chal)
            elif node.tag in COMMANDS:
                if node.tag == "Results":
                    self._take_results(node)
                commands.append(node)
            else:
                raise DmError("unexpected %s in SyncBody" % node.tag)
        if self.open:
            due = [(self.my_msg_id, "0")] + [(m, c) for m in self.open for c, _ in self.open[m]]
            code = self.hdr_status(statuses)[0]
            if code not in (200, 212) and not (refused and code in (401, 407)):
                raise DmError("Status for my SyncHdr is %s" % (code or "absent"))
            missing = [d for d in due if d not in statuses]
            if missing and not (refused and code in (401, 407)):
                raise DmError("no Status for (MsgRef, CmdRef) %s" % missing)
        elif statuses:
            raise DmError("Status in a first message")
        return statuses, commands

    def hdr_status(self, statuses):
        """(code, Chal) for the SyncHdr of my last message; code 0 when there is none."""
        return statuses.get((self.my_msg_id, "0"), (0, None))

    def results_due(self):
        return [c for m in self.open for c, tag in self.open[m] if tag == "Get"]

    def _take_status(self, node, index, statuses, allow_chal):
        ref, cmd = node.value("CmdRef"), node.value("Cmd")
        msg_ref = int(node.value("MsgRef") or 0)
        if msg_ref not in self.open:
            raise DmError("Status for %s has MsgRef %d, my last message was %d"
                          % (cmd, msg_ref, self.my_msg_id))
        if ref == "0":
            if cmd != "SyncHdr" or msg_ref == self.my_msg_id and index != 0:
                raise DmError("Status for CmdRef 0 is for %r at place %d" % (cmd, index))
        elif (ref, cmd) not in self.open[msg_ref]:
            raise DmError("Status for CmdRef %r Cmd %r, which I did not send" % (ref, cmd))
        if (msg_ref, ref) in statuses:
            raise DmError("two Status for MsgRef %d CmdRef %s" % (msg_ref, ref))
        data = node.value("Data", "")
        if len(data) != 3 or not data.isdigit():
            raise DmError("Status Data is %r" % data)
        chal = node.find("Chal")
        if chal is not None:
            kind = chal.value("Meta/Type", "").lower()
            if kind not in [a.lower() for a in allow_chal]:
                raise DmError("Chal of type %r reached the application" % kind)
        statuses[msg_ref, ref] = (int(data), chal)

    def _take_results(self, node):
        msg_ref = int(node.value("MsgRef", self.my_msg_id))
        if (node.value("CmdRef"), "Get") not in self.open.get(msg_ref, ()):
            raise DmError("Results for MsgRef %d CmdRef %r, which is no Get of mine"
                          % (msg_ref, node.value("CmdRef")))
        for item in node.all("Item"):
            data = item.value("Data", "")
            if not data.startswith("<MgmtTree>") and not payload_ok(data):
                raise DmError("Results data of %d characters is damaged" % len(data))
