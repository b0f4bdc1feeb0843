#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""An unmodified DM 1.2 server application on Python's http.server, on OBEX, or on
connectionless WSP.

Answers package 1 with Get, Replace and Exec for a number of rounds, checks
everything the client sends (syncml.Peer), and knows nothing of x-syncml-hmac.
It counts what reaches it: tests rely on that to say that something did not.
Ends on SIGTERM or after --sessions; exit 0 when nothing was wrong, 1 otherwise.
"""

import argparse
import base64
import errno
import hashlib
import json
import os
import select
import signal
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.etree import ElementTree

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import openobex  # noqa: E402
import syncml  # noqa: E402
import wsp  # noqa: E402
import wtp  # noqa: E402
from syncml import DmError, Node, Outgoing, Peer, meta  # noqa: E402


def reported(item):
    """The URIs of which an Item of Results is."""
    data = item.value("Data", "")
    if not data.startswith("<MgmtTree>"):
        return [item.value("Source/LocURI")]

    def walk(node, path):
        uri = "%s/%s" % (node.findtext("Path", path), node.findtext("NodeName"))
        return [uri] + [u for n in node.findall("Node") for u in walk(n, uri)]
    return [u for n in ElementTree.fromstring(data).findall("Node") for u in walk(n, "")]


class Record:
    """What happened, for the JSON summary. One lock for all threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.errors, self.transport, self.requests = [], [], []
        self.begun = self.ended = self.challenged = 0
        self.done = threading.Event()

    def error(self, text):
        with self.lock:
            self.errors.append(text)
        print("dm_server: %s" % text, file=sys.stderr, flush=True)

    def failed_io(self, e):
        name = errno.errorcode.get(e.errno, "?") if getattr(e, "errno", None) else type(e).__name__
        with self.lock:
            self.transport.append(name)


class Session:
    """The server's half of a DM session."""

    def __init__(self, opts, client, session_id, target):
        self.opts, self.round = opts, 0
        self.peer = Peer(target, client, session_id, locname=opts.locname)
        self.peer.takes_cred = opts.user is not None
        self.authorised = opts.user is None
        self.nonce = b"server-app-nonce"
        self.over, self.wanted, self.listed = False, {}, {}
        self.lock = threading.Lock()

    def handle(self, root):
        """A received message in, the answer out."""
        out = Outgoing()
        statuses, commands = self.peer.take(root)
        if self.peer.peer_msg_id == 1 or not self.authorised:
            self._check_package_1(commands)
        code = 200
        if not self.authorised:
            code = self._judge(root)
        chal = None
        if code in (401, 407):
            chal = Node("Chal", meta(Type="syncml:auth-md5", Format="b64",
                                     NextNonce=base64.b64encode(self.nonce).decode()))
        out.status(self.peer.peer_msg_id, "0", "SyncHdr", code, chal, self.peer.me)
        for c in commands:
            out.status(self.peer.peer_msg_id, c.value("CmdID"), c.tag,
                       code if code in (401, 407) else 200)
        if code in (401, 407):
            return self.peer.message(out)
        for (_, ref), (status, _) in statuses.items():
            if ref != "0" and status != self.wanted.get(ref, 200):
                raise DmError("the client answered command %s with %d" % (ref, status))
        got = [c.value("CmdRef") for c in commands if c.tag == "Results"]
        if sorted(got) != sorted(c for c in self.peer.results_due() if self.wanted.get(c, 200) == 200):
            raise DmError("Results for %s, asked for %s" % (got, self.peer.results_due()))
        for c in commands:
            items = [u for i in c.all("Item") for u in reported(i)]
            if c.tag == "Results" and items != self.listed.get(c.value("CmdRef"), items):
                raise DmError("Results of %s" % items)
        if self.round < self.opts.rounds:
            self.round += 1
            self._commands(out)
        else:
            self.over = True
        resp = None
        if self.opts.resp_uri:
            resp = self.peer.me.partition("?")[0] + "?s=" + self.peer.session_id
        return self.peer.message(out, resp_uri=resp, max_msg_size=1 << 20)

    def _check_package_1(self, commands):
        if [c.tag for c in commands] != ["Alert", "Replace"]:
            raise DmError("package 1 holds %s" % [c.tag for c in commands])
        if commands[0].value("Data") not in ("1200", "1201"):
            raise DmError("Alert %r" % commands[0].value("Data"))
        names = [i.value("Source/LocURI") for i in commands[1].all("Item")]
        if "./DevInfo/DevId" not in names:
            raise DmError("DevInfo holds %s" % names)

    def _judge(self, root):
        cred = root.find("SyncHdr/Cred")
        if cred is None:
            return 407
        name, _, password = self.opts.user.partition(":")
        inner = base64.b64encode(hashlib.md5(("%s:%s" % (name, password)).encode()).digest())
        good = base64.b64encode(hashlib.md5(inner + b":" + self.nonce).digest()).decode()
        if cred.value("Data") != good or cred.value("Meta/Type") != "syncml:auth-md5":
            return 401
        self.authorised = True
        return 212

    def _ask(self, out):
        """The next of --ask: commands as TAG URI CODE [DATA], with the Status that each is to get.
        DATA: "node"; K/N, the K-th of N chunks of a large object; of a Get the URIs that its
        Results are to have, with commas between; or the data."""
        self.wanted, self.listed = {}, {}
        for ask in self.opts.ask[self.round - 1].split(";"):
            tag, uri, code, *data = ask.split()
            kind, text, more = None, data[0] if data else None, None
            if text == "node":
                kind, text = meta(Format="node"), None
            elif tag == "Get" and text:
                items, text = text.split(","), None
            elif text and text[0].isdigit():
                k, n = (int(x) for x in text.split("/"))
                whole = syncml.payload(120 * n, uri)
                kind = meta(Format="chr", Size=str(len(whole))) if k == 1 else None
                text, more = whole[120 * (k - 1):120 * k], Node("MoreData") if k < n else None
            ref = out.command(tag, Node("Item", Node("Target", Node("LocURI", uri)), kind,
                                        Node("Data", text) if text else None, more))
            self.wanted[ref] = int(code)
            if tag == "Get" and data:
                self.listed[ref] = items

    def _commands(self, out):
        if self.opts.ask:
            self._ask(out)
            return
        uri = "./Test/Round%d" % self.round
        out.command("Get", Node("Item", Node("Target", Node("LocURI", "./DevDetail/Round%d" % self.round))))
        out.command("Replace", Node("Item", Node("Target", Node("LocURI", uri)),
                                    meta(Format="chr", Type="text/plain"),
                                    Node("Data", syncml.payload(self.opts.size, uri))))
        if self.round % 2 == 0:
            out.command("Exec", Node("Item", Node("Target", Node("LocURI", "./Test/Operation"))))


class Application:
    """The sessions, whatever the transport."""

    def __init__(self, opts):
        self.opts, self.record = opts, Record()
        self.sessions, self.lock = {}, threading.Lock()

    def dispatch(self, root):
        client = root.value("SyncHdr/Source/LocURI", "")
        session_id = root.value("SyncHdr/SessionID", "")
        key = (client, session_id)
        with self.lock:
            session = self.sessions.get(key)
            if session is None or (session.over and root.value("SyncHdr/MsgID") == "1"):
                target = root.value("SyncHdr/Target/LocURI", "")
                session = self.sessions[key] = Session(self.opts, client, session_id, target)
                self.record.begun += 1
        with session.lock:
            answer = session.handle(root)
        if session.over:
            with self.record.lock:
                self.record.ended += 1
        return answer

    def ended(self):
        return self.opts.sessions and self.record.ended >= self.opts.sessions


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def log_message(self, format, *args):
        pass

    def handle(self):
        try:
            super().handle()
        except OSError as e:
            self.server.record.failed_io(e)
            self.close_connection = True

    def finish(self):
        try:
            super().finish()
        except OSError:
            pass

    def _body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            parts = []
            while True:
                n = int(self.rfile.readline(100).split(b";")[0], 16)
                data = self.rfile.read(n)
                if len(data) != n or self.rfile.readline(3) != b"\r\n":
                    raise DmError("the request ended inside a chunk")
                if not n:
                    return b"".join(parts)
                parts.append(data)
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length)
        if len(body) != length:
            raise ConnectionError("request ended after %d of %d octets" % (len(body), length))
        return body

    def _note(self, body):
        rec = self.server.record
        with rec.lock:
            rec.requests.append({
                "method": self.command, "path": self.path, "length": len(body),
                "type": self.headers.get("Content-Type"),
                "expect": self.headers.get("Expect"),
                "hmac": self.headers.get("x-syncml-hmac"),
                "sha256": hashlib.sha256(body).hexdigest()})

    def _other(self):
        """Anything that is not DM: plain text, as a web server would."""
        body = self._body()
        self._note(body)
        text = b"not DM: " + self.command.encode() + b" " + self.path.encode() + b"\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_GET = do_HEAD = do_PUT = _other

    def do_POST(self):
        opts, rec = self.server.opts, self.server.record
        kind = (self.headers.get("Content-Type") or "").partition(";")[0].strip()
        if kind not in (syncml.XML_TYPE, syncml.WBXML_TYPE):
            self._other()
            return
        body = self._body()
        self._note(body)
        try:
            answer = self.server.dispatch(syncml.decode(body, kind))
        except DmError as e:
            rec.error("%s %s: %s" % (self.command, self.path, e))
            self.send_error(400, str(e)[:80])
            self.close_connection = True
            return
        if opts.delay:
            time.sleep(opts.delay / 1000)
        self._reply(syncml.encode(answer, kind == syncml.WBXML_TYPE), kind)
        if self.server.ended():
            rec.done.set()

    def _reply(self, octets, kind):
        opts = self.server.opts
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "private")
        if opts.close or opts.close_delimited:
            self.send_header("Connection", "close")
            self.close_connection = True
        if opts.chunked:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for at in range(0, len(octets), opts.chunk):
                piece = octets[at:at + opts.chunk]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
            return
        if not opts.close_delimited:
            self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)


class Server(Application, ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512
    allow_reuse_address = True

    def __init__(self, opts):
        if ":" in opts.host:
            self.address_family = socket.AF_INET6
        Application.__init__(self, opts)
        ThreadingHTTPServer.__init__(self, (opts.host, opts.port), Handler, bind_and_activate=False)
        if opts.mptcp:
            self.socket.close()
            self.socket = socket.socket(self.address_family, socket.SOCK_STREAM, 262)
        self.server_bind()
        self.server_activate()

    def serve(self):
        """Accepts as --accept says, for ever."""
        if self.opts.accept == "poll":
            self.serve_forever(poll_interval=0.2)
        if self.opts.accept == "blocking":
            while True:
                self._handle_request_noblock()      # which calls accept() at once
        self.socket.setblocking(False)
        ready = select.epoll()
        ready.register(self.socket.fileno(), select.EPOLLIN | select.EPOLLET)
        while True:
            if self.opts.accept == "epoll":
                ready.poll()
            else:
                time.sleep(0.02)
            while True:
                try:
                    request, address = self.socket.accept()
                except BlockingIOError:
                    break
                except ConnectionAbortedError:
                    continue
                self.process_request(request, address)

    def handle_error(self, request, client_address):
        e = sys.exc_info()[1]
        if isinstance(e, (OSError, ConnectionError)):
            self.record.failed_io(e)
        else:
            self.record.error("%s: %s" % (type(e).__name__, e))


class ObexServer(Application, openobex.Server):
    """The same over OBEX: a message is PUT, and its answer is what the next GET of its type
    on the same connection yields, once."""

    def __init__(self, opts):
        Application.__init__(self, opts)
        openobex.Server.__init__(self, opts.host, opts.port, mtu=opts.mtu)

    def put(self, link, target, request):
        rec, kind, body = self.record, (request.kind or "").partition(";")[0].strip(), request.body
        lines = [line for text in request.http for line in text.split("\r\n")]
        macs = [v.strip() for n, _, v in (line.partition(":") for line in lines)
                if n.lower() == "x-syncml-hmac"]
        with rec.lock:
            rec.requests.append({
                "method": "PUT", "path": target.decode("latin-1"), "length": len(body),
                "type": request.kind, "expect": None, "hmac": macs[0] if macs else None,
                "sha256": hashlib.sha256(body).hexdigest()})
        link.user = None
        if kind not in (syncml.XML_TYPE, syncml.WBXML_TYPE):
            link.user = ("text/plain", b"not DM: PUT " + kind.encode() + b"\n")
            return openobex.SUCCESS
        try:
            answer = self.dispatch(syncml.decode(body, kind))
        except DmError as e:
            rec.error("PUT: %s" % e)
            return openobex.BAD_REQUEST
        link.user = (kind, syncml.encode(answer, kind == syncml.WBXML_TYPE))
        return openobex.SUCCESS

    def get(self, link, target, request):
        if link.user is None or request.kind != link.user[0]:
            return openobex.NOT_FOUND
        if self.opts.delay:
            time.sleep(self.opts.delay / 1000)
        (kind, octets), link.user = link.user, None
        return None if self.opts.untyped else kind, octets

    def fault(self, text):
        self.record.error(text)

    def failed_io(self, e):
        self.record.failed_io(e)

    def gone(self, left):
        if self.ended() and not left:
            self.record.done.set()


class WspServer(Application, wsp.Server):
    """The same over connectionless WSP."""

    def __init__(self, opts):
        Application.__init__(self, opts)
        wsp.Server.__init__(self, opts.host, opts.port)

    def answer(self, pdu):
        rec = self.record
        with rec.lock:
            rec.requests.append({
                "method": {wsp.POST: "POST", wsp.GET: "GET"}.get(pdu.type, "?"), "path": pdu.uri,
                "length": len(pdu.data), "type": pdu.kind, "expect": None, "tid": pdu.tid,
                "hmac": (pdu.all("x-syncml-hmac") or [None])[0],
                "sha256": hashlib.sha256(pdu.data).hexdigest()})
        if self.opts.mute:
            return None
        if pdu.kind not in (syncml.XML_TYPE, syncml.WBXML_TYPE):
            return wsp.reply(pdu.tid, "text/plain", b"not DM")
        try:
            answer = self.dispatch(syncml.decode(pdu.data, pdu.kind))
        except DmError as e:
            rec.error("Post: %s" % e)
            return wsp.reply(pdu.tid, None, b"", wsp.BAD_REQUEST)
        if self.opts.delay:
            time.sleep(self.opts.delay / 1000)
        if self.ended():
            rec.done.set()
        return wsp.reply(pdu.tid, pdu.kind, syncml.encode(answer, pdu.kind == syncml.WBXML_TYPE))

    def fault(self, text):
        self.record.error(text)

    def failed_io(self, e):
        self.record.failed_io(e)


class WtpServer(WspServer, wtp.Server):
    """The same in sessions over WTP."""

    def __init__(self, opts):
        Application.__init__(self, opts)
        wtp.Server.__init__(self, opts.host, opts.port, opts)

    serve = wtp.Server.serve


def options():
    p = argparse.ArgumentParser(description="unmodified DM server application")
    p.add_argument("--host", default="0.0.0.0")
    p.add_argument("--port", type=int, default=8080)
    p.add_argument("--rounds", type=int, default=2, help="messages with commands in a session")
    p.add_argument("--size", type=int, default=200, help="characters in each Replace")
    p.add_argument("--sessions", type=int, default=0, help="exit after so many")
    p.add_argument("--chunked", action="store_true")
    p.add_argument("--chunk", type=int, default=1000)
    p.add_argument("--accept", choices=("poll", "blocking", "epoll", "nonblocking"), default="poll")
    p.add_argument("--mptcp", action="store_true", help="listen with Multipath TCP")
    p.add_argument("--close", action="store_true", help="Connection: close on each response")
    p.add_argument("--close-delimited", action="store_true", help="responses without a length")
    p.add_argument("--resp-uri", action="store_true")
    p.add_argument("--delay", type=int, default=0, help="milliseconds before each answer")
    p.add_argument("--user", help="NAME:PASSWORD, demands application level md5")
    p.add_argument("--ask", action="append", help="the commands of one round: TAG URI CODE [DATA]; ...")
    p.add_argument("--obex", action="store_true", help="OBEX over TCP instead of HTTP")
    p.add_argument("--wsp", action="store_true", help="connectionless WSP over UDP instead of HTTP")
    p.add_argument("--wtp", action="store_true", help="sessions of WSP over WTP")
    p.add_argument("--cut", type=int, default=0, help="wtp: octets of a segment, 0 for none")
    p.add_argument("--sdu", type=int, default=0, help="wtp: longest message, 0 for any")
    p.add_argument("--retry", type=float, default=3, help="wtp: seconds until a Result is repeated")
    p.add_argument("--verify", action="store_true", help="wtp: asks whether the first TID is valid")
    p.add_argument("--hold", action="store_true", help="wtp: says that it works on it")
    p.add_argument("--mute", action="store_true", help="wsp: never answers")
    p.add_argument("--mtu", type=int, default=openobex.MTU, help="obex: longest packet, both ways")
    p.add_argument("--wbxml", action="store_true", help="dm_called.py: what it asks for")
    p.add_argument("--untyped", action="store_true", help="obex: answers to GET without a Type")
    p.add_argument("--locname", help="Source/LocName of this server")
    p.add_argument("--timeout", type=float, default=900, help="of the whole run, 0 for none")
    p.add_argument("--ready", help="file to create once it listens")
    p.add_argument("--json", help="file for the summary")
    opts = p.parse_args()
    if opts.obex and (opts.chunked or opts.close or opts.close_delimited or opts.mptcp or
                      opts.accept != "poll"):
        p.error("an option of HTTP with --obex")
    if opts.ask:
        opts.rounds = len(opts.ask)
    return opts


def main():
    opts = options()
    server = (ObexServer if opts.obex else WspServer if opts.wsp else WtpServer if opts.wtp else Server)(opts)
    rec = server.record
    signal.signal(signal.SIGTERM, lambda *_: rec.done.set())
    threading.Thread(target=server.serve, daemon=True).start()
    if opts.ready:
        with open(opts.ready, "w", encoding="ascii") as f:
            f.write("%d\n" % server.server_address[1])
    timed_out = not rec.done.wait(opts.timeout or None)
    if opts.sessions and rec.ended < opts.sessions and timed_out:
        rec.error("%d of %d sessions ended in %g s" % (rec.ended, opts.sessions, opts.timeout))
    time.sleep(0.1)     # the last answer may still be on its way to the client
    with rec.lock:
        summary = {"ok": not rec.errors, "sessions_begun": rec.begun, "sessions_ended": rec.ended,
                   "requests": rec.requests, "said": getattr(server, "said", []), "transport_errors": rec.transport,
                   "errors": rec.errors}
    text = json.dumps(summary, indent=1)
    if opts.json:
        with open(opts.json, "w", encoding="utf-8") as f:
            f.write(text + "\n")
    else:
        print(text)
    sys.stdout.flush()
    os._exit(0 if summary["ok"] else 1)


if __name__ == "__main__":
    main()
