#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""An unmodified HTTP server on Python's http.server.

    http_files.py --port PORT --dir DIR --ready FILE

The query of a request says what is to be answered: type=Content-Type, file=NAME in
DIR, how=length|chunked|close, status, and header=NAME:VALUE. A body that is posted
goes to DIR/posted.
"""

import argparse
import signal
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Server(ThreadingHTTPServer):
    address_family = socket.AF_INET6
    daemon_threads = True


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    dir = ""

    def answer(self, ask):
        body = b""
        if "file" in ask:
            with open("%s/%s" % (self.dir, ask["file"]), "rb") as f:
                body = f.read()
        how = ask.get("how", "length")
        self.send_response(int(ask.get("status", "200")))
        if "type" in ask:
            self.send_header("Content-Type", ask["type"])
        if "header" in ask:
            self.send_header(*ask["header"].split(":", 1))
        if how == "length":
            self.send_header("Content-Length", str(len(body)))
        elif how == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
            step = max(len(body) // 7, 1)
            cut = [body[i:i + step] for i in range(0, len(body), step)]
            body = b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in cut) + b"0\r\n\r\n"
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer({k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with open(self.dir + "/posted", "wb") as f:
            f.write(body)
        self.do_GET()

    def log_message(self, format, *args):
        pass


def main():
    p = argparse.ArgumentParser()
    for name in ("--port", "--dir", "--ready"):
        p.add_argument(name, required=True)
    opts = p.parse_args()
    Handler.dir = opts.dir
    server = Server(("::", int(opts.port)), Handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with open(opts.ready, "w", encoding="ascii") as f:
        f.write("ready\n")
    server.serve_forever()


if __name__ == "__main__":
    main()
