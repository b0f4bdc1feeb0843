#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""screen.py TEXT KEYS COMMAND...: runs COMMAND on a terminal of 24 lines of 80 columns until
it has shown TEXT, types KEYS, and expects that it ends with 0 and leaves the terminal as it was."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

PATIENCE = 40


def main():
    text, keys, command = sys.argv[1].encode(), sys.argv[2].encode(), sys.argv[3:]
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    before = termios.tcgetattr(slave)
    # it is this process' terminal, so that ^C reaches what runs on it
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pid = os.fork()
    if not pid:
        for fd in range(3):
            os.dup2(slave, fd)
        os.execvpe(command[0], command, {**os.environ, "TERM": "linux"})
    shown, typed, until = b"", False, time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if select.select([master], [], [], 0.2)[0]:
            shown += os.read(master, 65536)
        if not typed and text in shown:
            os.write(master, keys)
            typed = True
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            break
    else:
        os.kill(pid, 9)
        print(shown.decode(errors="replace"))
        sys.exit("not ended" if typed else "not shown: %s" % text.decode())
    while select.select([master], [], [], 0)[0]:
        shown += os.read(master, 65536)
    print(shown.decode(errors="replace"))
    if status or not typed:
        sys.exit("ended with status %d%s" % (status, "" if typed else ", before it was told to"))
    if not shown.endswith(b"\033[?25h\033[?1049l"):
        sys.exit("the terminal is not as it was")
    if termios.tcgetattr(slave) != before:
        sys.exit("the settings of the terminal are not as they were")


if __name__ == "__main__":
    # a session needs a process that leads no group
    first = os.fork()
    if first:
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(first, 0)[1]))
    main()
