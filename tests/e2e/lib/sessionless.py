#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Sessionless messages: unmodified applications that post, are posted to and are
pushed to, and a peer that makes the MAC by itself, independently of the project's code.

  sessionless.py listen PORT FILE [--answer N|body] [--ready F]
      An HTTP server: one JSON line for each body that arrives, answered with status N
      (204) without a body, or with a DM message; until SIGTERM.
  sessionless.py post URL TEXT [KEY=VALUE...]
      Posts a message with TEXT in it. Without KEYs as an application does. nonce=TEXT
      adds the MAC (user=, password=, mac=TEXT to flip what was made); noresp=no;
      head=HTTP field. Prints the status; fails unless it is 2xx.
  sessionless.py push ADDRESS PORT SENT NAME,TEXT[,KEY=VALUE...]...
      Pushes, as push.py send does: keys as for post, and type=xml|wbxml, field=twice|none,
      app=no.
  sessionless.py message TEXT [--wbxml] [--push NONCE]
      The message alone, or as a push, on standard output.
"""

import argparse
import base64
import http.client
import http.server
import json
import signal
import socket
import sys
import threading
import urllib.parse

import authmac
import syncml
import wbxml

USERS = {"client": ("Device1", "device-secret"), "server": ("Mgmt1", "server-secret")}


def message(text, source, no_resp=True, binary=False):
    """Commands without anybody who would answer."""
    hdr = syncml.Node("SyncHdr", syncml.Node("VerDTD", "1.2"), syncml.Node("VerProto", "DM/1.2"),
                      syncml.Node("SessionID", "0"), syncml.Node("MsgID", "1"),
                      syncml.Node("Target", syncml.Node("LocURI", "IMEI:1")),
                      syncml.Node("Source", syncml.Node("LocURI", source)),
                      syncml.Node("NoResp") if no_resp else None)
    body = syncml.Node("SyncBody",
                       syncml.Node("Replace", syncml.Node("CmdID", "1"), syncml.Node("Item",
                                   syncml.Node("Target", syncml.Node("LocURI", "./A")),
                                   syncml.Node("Data", text))),
                       syncml.Node("Final"))
    tree = syncml.Node("SyncML", hdr, body)
    return wbxml.encode(tree) if binary else syncml.to_xml(tree)


def header(body, o, who):
    user, password = USERS[who]
    user = o.get("user", user)
    mac = authmac.compute(authmac.secret(user, o.get("password", password)),
                          o["nonce"].encode(), body)
    if "mac" in o:
        raw = bytearray(base64.b64decode(mac))
        raw[3] ^= 1
        mac = base64.b64encode(raw).decode()
    return authmac.emit(user, mac)


def post(args):
    url = urllib.parse.urlsplit(args.url)
    o = dict(p.partition("=")[::2] for p in args.key)
    body = message(args.text, "IMEI:1", o.get("noresp") != "no")
    fields = {"Content-Type": syncml.XML_TYPE}
    if "nonce" in o:
        fields[authmac.HEADER] = header(body, o, o.get("who", "client"))
    c = http.client.HTTPConnection(url.hostname, url.port, timeout=20)
    try:
        c.request("POST", url.path, body, fields)
        r = c.getresponse()
        print("status %d, %d octets" % (r.status, len(r.read())))
        if args.again:
            c.request("POST", url.path, message(args.again, "IMEI:1"), fields)
            r = c.getresponse()
            print("status %d, %d octets" % (r.status, len(r.read())))
    except (OSError, http.client.HTTPException) as e:
        print("failed: %r" % e)
        return 1
    return 0 if 200 <= r.status < 300 else 1


class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6


def listen(args):
    out = open(args.file, "w", encoding="utf-8")

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            out.write(json.dumps({"hex": body.hex(), "peer": self.client_address[0],
                                  "hmac": self.headers.get_all(authmac.HEADER) or []}) + "\n")
            out.flush()
            answer = message("answer", "srv", False) if args.answer == "body" else b""
            self.send_response(200 if answer else int(args.answer))
            if answer:
                self.send_header("Content-Type", syncml.XML_TYPE)
            if answer or args.answer != "204":
                self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *a):
            pass

    s = Server((args.host, args.port), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=s.shutdown).start())
    with open(args.ready, "w", encoding="utf-8") as f:
        f.write("ready\n")
    s.serve_forever()
    return 0


def make_push(text, o):
    binary = o.get("type") == "wbxml"
    body = message(text, "http://srv", False, binary)
    head = bytes([0xc2 if binary else 0xc3])
    if o.get("app") != "no":
        head += bytes([0xaf, 0x87])
    field = authmac.HEADER.encode() + b"\0" + header(body, o, "server").encode() + b"\0" \
        if "nonce" in o else b""
    head += field * {"twice": 2, "none": 0}.get(o.get("field"), 1)
    n = bytes([0x80 | len(head) >> 7, len(head) & 0x7f]) if len(head) > 127 else bytes([len(head)])
    return bytes([1, 6]) + n + head + body


def print_message(args):
    out = make_push(args.text, {"nonce": args.push}) if args.push else \
        message(args.text, "http://srv", False, args.wbxml)
    sys.stdout.buffer.write(out)
    return 0


def push(args):
    family = socket.AF_INET6 if ":" in args.address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as s, \
            open(args.sent, "a", encoding="utf-8") as log:
        for case in args.case:
            name, text, *pairs = case.split(",")
            data = make_push(text, dict(p.partition("=")[::2] for p in pairs))
            log.write(json.dumps({"name": name, "hex": data.hex()}) + "\n")
            s.sendto(data, (args.address, args.port))
    return 0


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sub = p.add_subparsers(required=True)
    c = sub.add_parser("listen")
    c.add_argument("port", type=int)
    c.add_argument("file")
    c.add_argument("--host", default="::")
    c.add_argument("--answer", default="204")
    c.add_argument("--ready", default="/dev/null")
    c.set_defaults(run=listen)
    c = sub.add_parser("post")
    c.add_argument("url")
    c.add_argument("text")
    c.add_argument("key", nargs="*")
    c.add_argument("--again", help="another one on the same connection")
    c.set_defaults(run=post)
    c = sub.add_parser("push")
    c.add_argument("address")
    c.add_argument("port", type=int)
    c.add_argument("sent")
    c.add_argument("case", nargs="+")
    c.set_defaults(run=push)
    c = sub.add_parser("message")
    c.add_argument("text")
    c.add_argument("--wbxml", action="store_true")
    c.add_argument("--push")
    c.set_defaults(run=print_message)
    args = p.parse_args()
    return args.run(args)


if __name__ == "__main__":
    sys.exit(main())
