#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""An unmodified DM 1.2 client application: runs management sessions.

Package 1 (Alert 1201, Replace of DevInfo), then it obeys the server's commands
until a message without commands ends the session. Checks everything it receives
(syncml.Peer) and knows nothing of x-syncml-hmac. Transports: Python's
http.client, the curl program, an own socket that can cut what it sends, OBEX, or
connectionless WSP over UDP.

Exit: 0 all sessions went as they should, 1 a peer broke the protocol, 3 the
transport failed (reset, refused, timeout, HTTP status), 2 usage.
"""

import argparse
import base64
import errno
import hashlib
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from urllib.parse import urlsplit

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import openobex  # noqa: E402
import syncml  # noqa: E402
import wsp  # noqa: E402
import wtp  # noqa: E402
from syncml import DmError, Node, Outgoing, Peer, meta  # noqa: E402


class TransportError(Exception):
    """The exchange failed below DM; @kind is for scripts, @text for people. @http_status is
    what the peer answered, of OBEX the response code."""

    def __init__(self, kind, text, http_status=None):
        super().__init__(text)
        self.kind, self.http_status = kind, http_status


def from_oserror(e):
    if isinstance(e, (socket.timeout, TimeoutError)):
        return TransportError("timeout" if e.errno is None else "ETIMEDOUT", str(e) or "timed out")
    name = errno.errorcode.get(e.errno, type(e).__name__) if e.errno else type(e).__name__
    return TransportError(name, "%s: %s" % (name, e))


class HttpClient:
    """Python's http.client; one connection as long as the server keeps it."""

    def __init__(self, opts, url):
        u = urlsplit(url)
        self.opts = opts
        self.conn = http.client.HTTPConnection(u.hostname, u.port or 80, timeout=opts.timeout)

    def post(self, path, octets, kind):
        headers = {"Content-Type": kind, "Accept": kind, "User-Agent": "DM client test",
                   "Cache-Control": "no-store"}
        body = octets
        if self.opts.close:
            headers["Connection"] = "close"
        if self.opts.chunked:
            headers["Transfer-Encoding"] = "chunked"
            step = self.opts.chunk
            body = (octets[i:i + step] for i in range(0, len(octets), step))
        try:
            self.conn.request("POST", path, body, headers, encode_chunked=self.opts.chunked)
            r = self.conn.getresponse()
            answer = r.read()
            if self.opts.close:
                self.conn.close()
        except http.client.HTTPException as e:
            raise TransportError(type(e).__name__, "%s: %s" % (type(e).__name__, e)) from e
        except OSError as e:
            raise from_oserror(e) from e
        return r.status, r.headers.get("Content-Type"), answer

    def close(self):
        self.conn.close()


class Curl:
    """The curl program, one process for each message."""

    CODES = {7: "ECONNREFUSED", 28: "timeout", 52: "RemoteDisconnected", 55: "send", 56: "ECONNRESET"}

    def __init__(self, opts, url):
        u = urlsplit(url)
        self.opts, self.base = opts, "%s://%s" % (u.scheme, u.netloc)

    def post(self, path, octets, kind):
        with tempfile.TemporaryDirectory() as d:
            cmd = ["curl", "-g", "-s", "-S", "--max-time", str(self.opts.timeout), "-o", d + "/out",
                   "-w", "%{http_code} %{content_type}", "-H", "Content-Type: " + kind,
                   "--data-binary", "@-"]
            if self.opts.chunked:
                cmd += ["-H", "Transfer-Encoding: chunked"]
            if self.opts.expect:
                cmd += ["-H", "Expect: 100-continue", "--expect100-timeout", "30"]
            if self.opts.close:
                cmd += ["-H", "Connection: close"]
            r = subprocess.run(cmd + [self.base + path], input=octets, capture_output=True, check=False)
            if r.returncode:
                raise TransportError(self.CODES.get(r.returncode, "curl-%d" % r.returncode),
                                     r.stderr.decode(errors="replace").strip())
            status, _, kind = r.stdout.decode().partition(" ")
            try:
                with open(d + "/out", "rb") as f:
                    answer = f.read()
            except FileNotFoundError:
                answer = b""
            return int(status), kind, answer

    def close(self):
        pass


class Raw:
    """An own HTTP client on a socket; can send in segments of --segment octets."""

    def __init__(self, opts, url):
        u = urlsplit(url)
        self.opts, self.host, self.port, self.sock = opts, u.hostname, u.port or 80, None
        self.buf = b""

    def _connect(self):
        self.sock = socket.create_connection((self.host, self.port), timeout=self.opts.timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buf = b""

    def _send(self, data):
        step = self.opts.segment or len(data) or 1
        for at in range(0, len(data), step):
            self.sock.sendall(data[at:at + step])

    def _more(self):
        data = self.sock.recv(65536 if not self.opts.segment else 1)
        if not data:
            return False
        self.buf += data
        return True

    def _head(self):
        while b"\r\n\r\n" not in self.buf:
            if not self._more():
                raise TransportError("closed", "the server closed before its response ended")
        head, _, self.buf = self.buf.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            fields[name.strip().lower()] = value.strip()
        return int(lines[0].split()[1]), fields

    def _exactly(self, n):
        while len(self.buf) < n:
            if not self._more():
                raise TransportError("closed", "the response ended inside its body")
        data, self.buf = self.buf[:n], self.buf[n:]
        return data

    def _line(self):
        while b"\r\n" not in self.buf:
            if not self._more():
                raise TransportError("closed", "the response ended inside its body")
        line, _, self.buf = self.buf.partition(b"\r\n")
        return line

    def _body(self, fields):
        if "chunked" in fields.get("transfer-encoding", "").lower():
            parts = []
            while True:
                n = int(self._line().split(b";")[0], 16)
                parts.append(self._exactly(n))
                if self._line():
                    raise TransportError("framing", "no CR LF after a chunk")
                if not n:
                    return b"".join(parts)
        if "content-length" in fields:
            return self._exactly(int(fields["content-length"]))
        while self._more():
            pass
        body, self.buf = self.buf, b""
        return body

    def post(self, path, octets, kind):
        try:
            if self.sock is None:
                self._connect()
            head = ["POST %s HTTP/1.1" % path, "Host: %s" % self.host, "Content-Type: " + kind]
            if self.opts.chunked:
                step = self.opts.chunk
                cut = [octets[i:i + step] for i in range(0, len(octets), step)]
                octets = b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in cut) + b"0\r\n\r\n"
                head.append("Transfer-Encoding: chunked")
            else:
                head.append("Content-Length: %d" % len(octets))
            if self.opts.close:
                head.append("Connection: close")
            if self.opts.expect:
                head.append("Expect: 100-continue")
            start = ("\r\n".join(head) + "\r\n\r\n").encode("latin-1")
            if self.opts.expect:
                self._send(start)
                status, _ = self._head()
                if status != 100:
                    raise TransportError("http", "status %d instead of 100" % status, status)
                self._send(octets)
            else:
                self._send(start + octets)
            status, fields = self._head()
            while status == 100:
                status, fields = self._head()
            body = self._body(fields)
        except OSError as e:
            raise from_oserror(e) from e
        if self.opts.close or fields.get("connection", "").lower() == "close":
            self.close()
        return status, fields.get("content-type"), body

    def close(self):
        if self.sock is not None:
            self.sock.close()
            self.sock = None


def obex_try(operation, *args, **kw):
    """The operation on openobex.py, whose errors become ours."""
    try:
        return operation(*args, **kw)
    except openobex.ObexError as e:
        raise TransportError("obex", str(e), e.code) from e
    except openobex.ParseError as e:
        raise TransportError("framing", str(e)) from e
    except openobex.Closed as e:
        raise TransportError("closed", str(e)) from e
    except OSError as e:
        raise from_oserror(e) from e


class Obex:
    """libopenobex over TCP: a message is PUT, and its answer is what GET yields."""

    def __init__(self, opts, url):
        u = urlsplit(url)
        self.opts, self.host, self.port, self.link = opts, u.hostname, u.port or 650, None

    def post(self, _path, octets, kind):
        try:
            if self.link is None:
                self.link = obex_try(openobex.Client, self.host, self.port, mtu=self.opts.mtu,
                                     timeout=self.opts.timeout)
                obex_try(self.link.connect)
            obex_try(self.link.put, kind, octets, end=not self.opts.no_end)
            answer = obex_try(self.link.get, kind)
        except TransportError:
            self._drop()
            raise
        if self.opts.close:
            self.close()
        return 200, answer.kind or kind, answer.body

    def close(self):
        try:
            if self.link is not None:
                obex_try(self.link.disconnect)
        finally:
            self._drop()

    def _drop(self):
        if self.link is not None:
            self.link.close()
            self.link = None


class Wsp:
    """Connectionless WSP: a message is a Post, its answer the Reply with the same TID."""

    def __init__(self, opts, url):
        u = urlsplit(url)
        # A gateway asks the server in the URL, and gives its answer if that is accepted.
        self.opts, self.server, self.headers = opts, "http://server", ()
        if opts.gateway:
            self.server, self.headers = "http://" + u.netloc, (("Accept", "*/*"),)
            u = urlsplit("//" + opts.gateway)
        self.link = self._open(u.hostname, u.port)

    def _open(self, host, port):
        return wsp.Client(host, port or 9200, self.opts.timeout, self.opts.retry, tid=self.opts.tid,
                          bind=self.opts.bind)

    def post(self, path, octets, kind):
        try:
            answer = self.link.post(self.server + path, kind, octets, self.headers)
        except wsp.WspError as e:
            raise TransportError("framing", str(e)) from e
        except OSError as e:
            raise from_oserror(e) from e
        if self.opts.bare and answer.all("x-syncml-hmac"):
            raise DmError("the Reply has a MAC")
        if answer.status != wsp.OK:
            raise TransportError("wsp", "status %#x" % answer.status, answer.status)
        return 200, answer.kind, answer.data

    def close(self):
        self.link.close()
        if self.link.stray:
            raise DmError("%d Replies that nobody asked for" % self.link.stray)


class Wtp(Wsp):
    """WSP in connection mode: a message is a Post in a transaction of a session."""

    def _open(self, host, port):
        return wtp.Client(host, port or 9201, self.opts)

    def close(self):
        self.link.close()
        if self.link.stray and not self.opts.strays:
            raise DmError("%d PDUs that belong to nothing" % self.link.stray)


TRANSPORTS = {"http": HttpClient, "curl": Curl, "raw": Raw, "obex": Obex, "wsp": Wsp, "wtp": Wtp}


class Session:
    """The client's half of a DM session."""

    def __init__(self, opts, number):
        self.opts = opts
        self.kind = syncml.WBXML_TYPE if opts.wbxml else syncml.XML_TYPE
        self.peer = Peer(opts.device, opts.server_id or opts.url, "%X" % (opts.session + number))
        self.peer.takes_cred = False
        self.transport = TRANSPORTS[opts.transport](opts, opts.url)
        u = urlsplit(opts.url)
        self.path = (u.path or "/") + ("?" + u.query if u.query else "")
        self.messages, self.commands, self.hashes, self.seen = 0, 0, [], []
        self.chunks = {}

    def run(self):
        try:
            self._run()
        finally:
            self.transport.close()

    def _run(self):
        cred, tries = None, 0
        while True:
            root = self._exchange(self.peer.message(self._package_1(tries), cred=cred))
            refused = self.opts.user is not None and tries == 0
            statuses, commands = self.peer.take(
                root, allow_chal=("syncml:auth-md5",) if refused else (), refused=refused)
            code, chal = self.peer.hdr_status(statuses)
            if code not in (401, 407):
                break
            if commands or tries:
                raise DmError("status %d once more, or with commands" % code)
            if len(statuses) != 3 or any(s[0] != code for s in statuses.values()):
                raise DmError("status %d, but not for every command" % code)
            cred, tries = self._cred(chal), 1
        self._check_codes(statuses)
        while commands:
            out = self._obey(root, commands)
            root = self._exchange(self.peer.message(out))
            statuses, commands = self.peer.take(root)
            self._check_codes(statuses)

    def _check_codes(self, statuses):
        bad = {r: c for r, (c, _) in statuses.items() if c not in (200, 212)}
        if bad:
            raise DmError("the server refused %s" % bad)

    def _package_1(self, tries):
        out = Outgoing()
        if tries:
            out.status(self.peer.peer_msg_id, "0", "SyncHdr", 200)
        out.command("Alert", Node("Data", "1201"))
        info = (("DevId", self.opts.device), ("Man", self.opts.man), ("Mod", "M<1>"),
                ("DmV", "1.2"), ("Lang", "en"))
        out.command("Replace", *[Node("Item", Node("Source", Node("LocURI", "./DevInfo/" + k)),
                                      meta(Format="chr", Type="text/plain"), Node("Data", v))
                                 for k, v in info])
        return out

    def _cred(self, chal):
        if chal is None or chal.value("Meta/Type") != "syncml:auth-md5":
            raise DmError("a refusal without an md5 challenge")
        nonce = base64.b64decode(chal.value("Meta/NextNonce", ""))
        inner = base64.b64encode(hashlib.md5(self.opts.user.encode()).digest())
        data = base64.b64encode(hashlib.md5(inner + b":" + nonce).digest()).decode()
        return Node("Cred", meta(Format="b64", Type="syncml:auth-md5"), Node("Data", data))

    def _item(self, uri, kind, data):
        return Node("Item", Node("Source", Node("LocURI", uri)), kind, Node("Data", data) if data else None)

    def _subtree(self, uri, nodes):
        """@uri and what is beneath it as a management tree, without namespace and values."""
        path, _, name = uri.rpartition("/")
        inside = [n for n in nodes if n.startswith(uri + "/") and "/" not in n[len(uri) + 1:]]
        return "<Node><NodeName>%s</NodeName>%s%s</Node>" % (
            name, "" if path in nodes else "<Path>%s</Path>" % path,
            "".join(self._subtree(n, nodes) for n in inside) or "<Value>v</Value>")

    def _items(self, uri):
        """What a Get of @uri reports: of a list, the nodes of --tree at and beneath it."""
        top, _, query = uri.partition("?")
        leaf = meta(Format="chr", Type="text/plain")
        if not query.startswith("list="):
            return [self._item(uri, leaf, syncml.payload(self.opts.size, uri))]
        nodes = [n for n in self.opts.tree.split(":") if n == top or n.startswith(top + "/")]
        if query == "list=TNDS":
            return [self._item(uri, meta(Format="xml", Type="application/vnd.syncml.dmtnds+xml"),
                               "<MgmtTree><VerDTD>1.2</VerDTD>%s</MgmtTree>" % self._subtree(top, nodes))]
        return [self._item(n, meta(Format="node"), None) if any(m.startswith(n + "/") for m in nodes) else
                self._item(n, leaf, syncml.payload(self.opts.size, n)) for n in nodes]

    def _replace(self, item):
        uri = item.value("Target/LocURI", "")
        self.chunks[uri] = self.chunks.get(uri, "") + item.value("Data", "")
        if item.find("MoreData") is not None:
            return
        if not uri.endswith("?prop=ACL") and not syncml.payload_ok(self.chunks[uri]):
            raise DmError("the data of Replace %s is damaged" % uri)
        del self.chunks[uri]

    def _obey(self, root, commands):
        out = Outgoing()
        out.status(self.peer.peer_msg_id, "0", "SyncHdr", 200)
        for c in commands:
            out.status(self.peer.peer_msg_id, c.value("CmdID"), c.tag,
                       213 if c.find("Item/MoreData") is not None else 200)
            self.commands += 1
            self.seen += [c.tag + " " + i.value("Target/LocURI", "") for i in c.all("Item")]
            if c.tag == "Get":
                uri = c.value("Item/Target/LocURI", "")
                out.command("Results", Node("MsgRef", self.peer.peer_msg_id),
                            Node("CmdRef", c.value("CmdID")),
                            *self._items(uri))
            elif c.tag == "Replace":
                for item in c.all("Item"):
                    self._replace(item)
            elif c.tag not in ("Exec", "Add", "Delete"):
                raise DmError("unexpected command %s" % c.tag)
        resp = root.value("SyncHdr/RespURI")
        if resp:
            u = urlsplit(resp)
            self.path = (u.path or "/") + ("?" + u.query if u.query else "")
        return out

    def _exchange(self, message):
        octets = syncml.encode(message, self.opts.wbxml)
        if self.opts.pause:
            time.sleep(self.opts.pause / 1000)
        self.messages += 1
        self.hashes.append(hashlib.sha256(octets).hexdigest())
        status, kind, answer = self.transport.post(self.path, octets, self.kind)
        if status != 200:
            raise TransportError("http", "HTTP status %d" % status, status)
        if (kind or "").partition(";")[0].strip().lower() != self.kind:
            raise DmError("the response has Content-Type %r" % kind)
        return syncml.decode(answer, kind)


def options():
    p = argparse.ArgumentParser(description="unmodified DM client application")
    p.add_argument("url")
    p.add_argument("--transport", choices=sorted(TRANSPORTS), default="http")
    p.add_argument("--device", default="IMEI:493005100592800")
    p.add_argument("--server-id", help="Target/LocURI, the URL when absent")
    p.add_argument("--session", type=int, default=1, help="first SessionID")
    p.add_argument("--sessions", type=int, default=1, help="sessions in a row")
    p.add_argument("--parallel", type=int, default=1, help="so many such rows at once")
    p.add_argument("--wbxml", action="store_true")
    p.add_argument("--man", default="Test & Co", help="its manufacturer")
    p.add_argument("--chunked", action="store_true")
    p.add_argument("--chunk", type=int, default=1000)
    p.add_argument("--close", action="store_true",
                   help="Connection: close on each request; obex: a connection for each message")
    p.add_argument("--expect", action="store_true", help="Expect: 100-continue (curl, raw)")
    p.add_argument("--segment", type=int, default=0, help="raw: octets a write and a read")
    p.add_argument("--mtu", type=int, default=openobex.MTU, help="obex: longest packet, both ways")
    p.add_argument("--no-end", action="store_true", help="obex: bodies without End-of-Body")
    p.add_argument("--retry", type=float, default=5, help="wsp, wtp: seconds until a Post is repeated")
    p.add_argument("--bare", action="store_true", help="wsp: a Reply with a MAC is wrong")
    p.add_argument("--gateway", metavar="HOST:PORT", help="wsp: who asks the server for us")
    p.add_argument("--cut", type=int, default=0, help="wtp: octets of a segment, 0 for none")
    p.add_argument("--sdu", type=int, default=0, help="wtp: longest message, 0 for any")
    p.add_argument("--concat", action="store_true", help="wtp: the last Ack goes with the next Invoke")
    p.add_argument("--strays", action="store_true", help="wtp: late copies are no fault")
    p.add_argument("--bind", help="wsp: ADDRESS:PORT of its own")
    p.add_argument("--tid", type=int, default=1, help="wsp: first transaction id")
    p.add_argument("--size", type=int, default=200, help="characters in each Results")
    p.add_argument("--tree", default="", help="URIs of the nodes that lists report, colons between")
    p.add_argument("--pause", type=int, default=0, help="milliseconds before each message")
    p.add_argument("--user", help="NAME:PASSWORD for application level md5")
    p.add_argument("--timeout", type=float, default=20, help="of one exchange")
    p.add_argument("--ready", help="where the server connects (dm_called.py): file to create once it can")
    p.add_argument("--json", help="file for the summary")
    return p.parse_args()


def run_row(opts, row, results):
    for i in range(opts.sessions):
        s = None
        entry = {"outcome": "ok", "row": row}
        began = time.monotonic()
        try:
            s = Session(opts, row * opts.sessions + i)
            s.run()
        except DmError as e:
            entry.update(outcome="protocol", text=str(e))
        except TransportError as e:
            entry.update(outcome="transport", kind=e.kind, text=str(e), http_status=e.http_status)
        entry["seconds"] = round(time.monotonic() - began, 3)
        if s is not None:
            entry.update(messages=s.messages, commands=s.commands, sent_sha256=s.hashes, seen=s.seen)
        results.append(entry)


def report(opts):
    """Runs the sessions, says how they went; returns the exit status."""
    results = []
    rows = [threading.Thread(target=run_row, args=(opts, n, results)) for n in range(opts.parallel)]
    for t in rows:
        t.start()
    for t in rows:
        t.join()
    bad = [r for r in results if r["outcome"] != "ok"]
    summary = {"ok": not bad, "sessions": len(results), "failed": len(bad), "results": results}
    text = json.dumps(summary, indent=1)
    if opts.json:
        with open(opts.json, "w", encoding="utf-8") as f:
            f.write(text + "\n")
    for r in bad[:5]:
        print("dm_client: %s: %s" % (r.get("kind", r["outcome"]), r["text"]), file=sys.stderr)
    print("dm_client: %d of %d sessions ok" % (len(results) - len(bad), len(results)))
    if not bad:
        return 0
    return 1 if any(r["outcome"] == "protocol" for r in bad) else 3


if __name__ == "__main__":
    sys.exit(report(options()))
