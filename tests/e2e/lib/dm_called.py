#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""OBEX the other way round: the DM server is the OBEX client, and calls the device.

    dm_called.py client [OPTION of dm_client.py...] obex://HOST:PORT    listens there
    dm_called.py server [OPTION of dm_server.py...] --host HOST --port PORT    connects

Both are the applications of dm_client.py and dm_server.py, on libopenobex, with the transport
turned round: GET yields the client's next message, a PUT is the server's answer to it.
"""

import hashlib
import json
import os
import queue
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import dm_client  # noqa: E402
import dm_server  # noqa: E402
import openobex  # noqa: E402
import syncml  # noqa: E402


class Listener(openobex.Server):
    """One session after the other asks through post(); whoever has connected fetches and answers."""

    def __init__(self, opts, url):
        u = dm_client.urlsplit(url)
        self.opts, self.faults = opts, []
        self.due, self.answers, self.left = queue.Queue(), queue.Queue(), threading.Event()
        super().__init__(u.hostname, u.port, mtu=opts.mtu)
        threading.Thread(target=self.serve, daemon=True).start()

    def get(self, link, target, request):
        try:
            kind, octets = self.due.get(timeout=self.opts.timeout)
        except queue.Empty:
            return openobex.NOT_FOUND
        if request.kind != kind:
            self.fault("GET of Type %r" % request.kind)
            return openobex.NOT_FOUND
        return kind, octets

    def put(self, link, target, request):
        if any(line.lower().startswith("x-syncml-hmac") for line in request.http):
            self.fault("a MAC reached the application")
        self.answers.put((request.kind, request.body))
        return openobex.SUCCESS

    def fault(self, text):
        self.faults.append(text)
        self.answers.put(text)

    def failed_io(self, e):
        self.fault(str(e))

    def gone(self, left):
        self.left.set()

    def post(self, _path, octets, kind):
        self.due.put((kind, octets))
        try:
            answer = self.answers.get(timeout=self.opts.timeout)
        except queue.Empty:
            raise dm_client.TransportError("timeout", "nobody fetched, or answered") from None
        if isinstance(answer, str):
            raise dm_client.TransportError("obex", answer)
        return 200, answer[0], answer[1]

    def close(self):
        """After a session: the server hangs up; the listener stays."""
        self.left.wait(self.opts.timeout)
        self.left.clear()


class Caller(dm_server.Application):
    """Sessions with the device that listens at @opts.host and @opts.port."""

    def serve(self):
        try:
            while not self.ended():
                self._session()
        except (openobex.ObexError, openobex.ParseError, openobex.Closed, OSError, dm_server.DmError) as e:
            self.record.error("%s: %s" % (type(e).__name__, e))
        self.record.done.set()

    def _session(self):
        kind, before = syncml.WBXML_TYPE if self.opts.wbxml else syncml.XML_TYPE, self.record.ended
        link = openobex.Client(self.opts.host, self.opts.port, mtu=self.opts.mtu)
        try:
            link.connect()
            while self.record.ended == before:
                got = link.get(kind)
                if any(line.lower().startswith("x-syncml-hmac") for line in got.http):
                    raise dm_server.DmError("a MAC reached the application")
                self.record.requests.append({"sha256": hashlib.sha256(got.body).hexdigest()})
                answer = self.dispatch(syncml.decode(got.body, kind))
                link.put(kind, syncml.encode(answer, self.opts.wbxml))
            link.disconnect()
        finally:
            link.close()


def client():
    opts = dm_client.options()
    listener = Listener(opts, opts.url)
    dm_client.TRANSPORTS["http"] = lambda *_: listener
    with open(opts.ready, "w", encoding="ascii") as f:
        f.write("%d\n" % opts.sessions)
    return dm_client.report(opts)


def server():
    opts = dm_server.options()
    caller = Caller(opts)
    began = time.monotonic()
    caller.serve()
    rec = caller.record
    with open(opts.json, "w", encoding="utf-8") as f:
        json.dump({"ok": not rec.errors, "sessions_ended": rec.ended, "requests": rec.requests,
                   "errors": rec.errors, "seconds": time.monotonic() - began}, f)
    return 1 if rec.errors else 0


if __name__ == "__main__":
    what = sys.argv.pop(1)
    sys.exit({"client": client, "server": server}[what]())
