#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Shows a capture as tshark decodes it: a line for each HTTP message with its
x-syncml-hmac header, and the nonce that the message issues for the next one.

    wire.py CAPTURE --port PORT [--detail]

Exit 0 if every message carries a MAC, every one but the first a nonce, and none of
them is seen twice; 1 if not, 2 if there is no message. --detail adds how tshark sees one message in full.
"""

import argparse
import re
import subprocess
import sys


def tshark(opts, *args):
    command = ["tshark", "-n", "-r", opts.capture, "-d", "tcp.port==%d,http" % opts.port, "-Y", "http"]
    run = subprocess.run(command + list(args), capture_output=True, text=True, errors="replace", check=True)
    return run.stdout


def messages(opts):
    """Dicts of frame, src, what, length, mac, nonce in the order of the wire."""
    for block in re.split(r"(?m)^Frame (?=\d+:)", tshark(opts, "-V"))[1:]:
        http = block[block.index("Hypertext Transfer Protocol"):]
        start = re.search(r"(?m)^    (POST \S+|HTTP/1\.[01] \d+)", http)
        mac = re.search(r"(?im)^    x-syncml-hmac: (.*?)(\\r\\n)?$", http)
        # WBXML is decoded to tokens, XML is in the octets
        nonce = re.search(r"<NextNonce>\n.*?\| *'([^']*)'", http)
        yield {
            "frame": int(block.split(":")[0]),
            "src": re.search(r"Source Address: (\S+)", block).group(1),
            "what": start.group(1) if start else "?",
            "length": int(re.search(r"Content-Length: (\d+)", http, re.I).group(1)),
            "mac": mac.group(1) if mac else None,
            "nonce": nonce.group(1) if nonce else None,
            "wbxml": "WAP Binary XML" in http,
            "http": http,
        }


def xml_nonces(opts):
    """Frame number to the NextNonce in an XML body."""
    found = {}
    for line in tshark(opts, "-T", "fields", "-e", "frame.number", "-e", "http.file_data").splitlines():
        number, _, body = line.partition("\t")
        if re.fullmatch(r"(?:[0-9a-f]{2}:?)+", body):
            body = bytes.fromhex(body.replace(":", "")).decode("utf-8", "replace")
        nonce = re.search(r"<NextNonce[^>]*>([^<]*)<", body)
        if nonce:
            found[int(number)] = nonce.group(1)
    return found


def main():
    p = argparse.ArgumentParser()
    p.add_argument("capture")
    p.add_argument("--port", type=int, default=8080)
    p.add_argument("--device", default="10.1.0.2")
    p.add_argument("--detail", action="store_true")
    opts = p.parse_args()

    seen = list(messages(opts))
    nonces = xml_nonces(opts)
    if not seen:
        print("no HTTP message in the capture")
        return 2
    good = True
    for m in seen:
        m["nonce"] = m["nonce"] or nonces.get(m["frame"])
        way = "device -> server" if m["src"] == opts.device else "device <- server"
        print("  %s  %-14s %5d octets %s" % (way, m["what"], m["length"], "WBXML" if m["wbxml"] else "XML"))
        print("        x-syncml-hmac: %s" % (m["mac"] or "(none)"))
        print("        next nonce:    %s" % (m["nonce"] or "(none: it answers nothing)"))
    # the first message of a session answers nothing, and so issues no nonce
    for values in [m["mac"] for m in seen], [m["nonce"] for m in seen[1:]]:
        if None in values or len(set(values)) != len(values):
            good = False
    if opts.detail:
        text = seen[-1]["http"]
        at = text.find("<Status>")
        print("  How tshark decodes the Status that omasec put into the last of these messages:")
        for line in text[:text.find("</Status>", at)].splitlines()[-34:]:
            print("    " + line.split("|")[-1].rstrip()[:90])
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
