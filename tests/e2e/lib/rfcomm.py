#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Bluetooth for the relay: two controllers, the first calls the second.

    rfcomm.py up                      brings both up, the second can be called
    rfcomm.py listen CHANNEL [--ready FILE] COMMAND...
    rfcomm.py connect CHANNEL COMMAND...
                                      opens a connection and becomes COMMAND, in which
                                      "fd:@" is its descriptor
    rfcomm.py sniff FILE              writes what controllers and kernel say to each other

Bluetooth sockets exist in the first network namespace alone: COMMAND changes to its own.
"""

import ctypes
import errno
import fcntl
import os
import socket
import struct
import sys
import time

HCIDEVUP, HCIGETDEVINFO, HCISETSCAN = 0x400448C9, 0x800448D3, 0x400448DD
PAGE_SCAN = 2
MONITOR = 2             # HCI_CHANNEL_MONITOR, of no device


def hci():
    return socket.socket(socket.AF_BLUETOOTH, socket.SOCK_RAW, socket.BTPROTO_HCI)


def address(number):
    """That of the controller, as text."""
    info = bytearray(struct.pack("H", number) + bytes(92))
    with hci() as s:
        fcntl.ioctl(s, HCIGETDEVINFO, info)
    return ":".join("%02X" % b for b in reversed(info[10:16]))


def up():
    with hci() as s:
        for number in (0, 1):
            deadline = time.monotonic() + 20
            while True:
                try:
                    fcntl.ioctl(s, HCIDEVUP, number)
                except OSError as e:
                    if e.errno == errno.ENODEV and time.monotonic() < deadline:
                        time.sleep(0.2)         # it is being made
                        continue
                    if e.errno != errno.EALREADY:
                        raise
                break
        fcntl.ioctl(s, HCISETSCAN, struct.pack("=HxxI", 1, PAGE_SCAN))
    print(address(0), address(1))


def become(sock, command):
    os.set_inheritable(sock.fileno(), True)
    sock.setblocking(True)
    command = [c.replace("fd:@", "fd:%d" % sock.fileno()) for c in command]
    os.execvp(command[0], command)


def rfcomm(number):
    s = socket.socket(socket.AF_BLUETOOTH, socket.SOCK_STREAM, socket.BTPROTO_RFCOMM)
    s.settimeout(30)
    return s, address(number)


def listen(channel, args):
    s, own = rfcomm(1)
    s.bind((own, channel))
    s.listen(1)
    if args[0] == "--ready":
        with open(args[1], "w", encoding="ascii") as f:
            f.write("%d\n" % channel)
        args = args[2:]
    conn, _ = s.accept()
    s.close()
    become(conn, args)


def connect(channel, args):
    s, own = rfcomm(0)
    s.bind((own, 0))
    s.connect((address(1), channel))
    become(s, args)


def sniff(path):
    s = hci()
    # bind() of Python knows no channel: struct sockaddr_hci
    libc = ctypes.CDLL(None, use_errno=True)
    where = struct.pack("=HHH", socket.AF_BLUETOOTH, 0xFFFF, MONITOR)
    if libc.bind(s.fileno(), where, len(where)):
        raise OSError(ctypes.get_errno(), "bind")
    with open(path, "wb", buffering=0) as f:
        while True:
            f.write(s.recv(65536)[6:])


def main():
    what, args = sys.argv[1], sys.argv[2:]
    if what == "up":
        up()
    elif what == "sniff":
        sniff(args[0])
    else:
        {"listen": listen, "connect": connect}[what](int(args[0]), args[1:])


if __name__ == "__main__":
    main()
