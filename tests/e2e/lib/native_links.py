# SPDX-License-Identifier: GPL-2.0
"""What native_peer.py speaks auth-MAC over beside HTTP: connectionless WSP, sessions over
WTP, OBEX. To the peer, a client's link is post(), and a server's serve() with answers
from its answer(values of x-syncml-hmac, octets, type) under its lock."""

import argparse

import authmac
import openobex
import wsp
import wtp
from dm_client import TransportError, from_oserror, obex_try
from syncml import DmError

# What wtp.py wants to know of an application.
WTP = {"bind": None, "tid": 1, "sdu": 0, "concat": False, "verify": False, "hold": False}


def wtp_options(opts, retry):
    return argparse.Namespace(cut=opts.cut, timeout=opts.timeout, retry=retry, **WTP)


class WspClient:
    """Posts, over either kind of WSP."""

    def __init__(self, url, opts):
        self.path = url.path
        if url.scheme == "wtp":
            self.link = wtp.Client(url.hostname, url.port or 9201, wtp_options(opts, 5))
        else:
            self.link = wsp.Client(url.hostname, url.port or 9200, opts.timeout, retry=5)

    def post(self, name, values, octets, kind):
        """(values of x-syncml-hmac, octets) of the Reply."""
        try:
            answer = self.link.post("http://server" + self.path, kind, octets, [(name, v) for v in values])
        except OSError as e:
            raise from_oserror(e) from e
        if answer.status != wsp.OK:
            raise TransportError("wsp", "status %#x" % answer.status, answer.status)
        return answer.all(authmac.HEADER), answer.data

    def close(self):
        self.link.close()


def macs(lines):
    """The values of x-syncml-hmac in headers for HTTP, each of which may have several lines."""
    fields = (line.partition(":") for text in lines for line in text.split("\r\n"))
    return [v.strip() for n, _, v in fields if n.strip().lower() == authmac.HEADER]


class ObexClient:
    """A message is PUT, and its answer is what GET yields."""

    def __init__(self, url, opts):
        self.link = obex_try(openobex.Client, url.hostname, url.port or 650, mtu=opts.mtu, timeout=opts.timeout)
        obex_try(self.link.connect)

    def post(self, name, values, octets, kind):
        obex_try(self.link.put, kind, octets, ["%s: %s\r\n" % (name, v) for v in values])
        answer = obex_try(self.link.get, kind)
        return macs(answer.http), answer.body

    def close(self):
        self.link.close()


CLIENTS = {"wsp": WspClient, "wtp": WspClient, "obex": ObexClient}


class _WspLink:
    """answer() for both kinds of WSP."""

    native = None

    def answer(self, pdu):
        native = self.native
        with native.lock:
            try:
                status, values, name, out = native.answer(pdu.all(authmac.HEADER), pdu.data, pdu.kind)
            except DmError as e:
                self.fault(str(e))
                status, values, name, out = 400, [], "", b""
        if status != 200:
            return wsp.reply(pdu.tid, None, b"", wsp.BAD_REQUEST)
        return wsp.reply(pdu.tid, pdu.kind, out, headers=[(name, v) for v in values])

    def fault(self, text):
        self.native.counts.errors.append(text)

    def failed_io(self, e):
        print(e, flush=True)


class WspServer(_WspLink, wsp.Server):
    def __init__(self, native, opts):
        self.native = native
        super().__init__(opts.host, opts.port)


class WtpServer(_WspLink, wtp.Server):
    def __init__(self, native, opts):
        self.native = native
        super().__init__(opts.host, opts.port, wtp_options(opts, 3))


class ObexServer(openobex.Server):
    def __init__(self, native, opts):
        self.native = native
        super().__init__(opts.host, opts.port, mtu=opts.mtu)

    def put(self, link, target, request):
        native = self.native
        with native.lock:
            try:
                status, values, name, out = native.answer(macs(request.http), request.body, request.kind)
            except DmError as e:
                self.fault(str(e))
                status = 400
        link.user = None
        if status != 200:
            return openobex.BAD_REQUEST
        link.user = (request.kind, out, ["%s: %s\r\n" % (name, v) for v in values])
        return openobex.SUCCESS

    def get(self, link, target, request):
        if link.user is None or request.kind != link.user[0]:
            return openobex.NOT_FOUND
        answer, link.user = link.user, None
        return answer

    def fault(self, text):
        self.native.counts.errors.append(text)

    def failed_io(self, e):
        print(e, flush=True)

    def gone(self, left):
        pass


SERVERS = {"wsp": WspServer, "wtp": WtpServer, "obex": ObexServer}
