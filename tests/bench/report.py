#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Makes the benchmark's tables: report.py OUTPUT COUNTS

OUTPUT is what guest.sh printed: a line for each interval and the kernel's symbols;
COUNTS is what icnt.c wrote. Both are in the same order. The aims are judged here.
"""

import base64
import bisect
import collections
import gzip
import sys

SIZES = (1024, 16384, 262144)
ROWS = (("plain", "plain TCP"), ("static", "omasec, kernel only"), ("helper", "omasec with helper"),
        ("haproxy", "HAProxy at one end"), ("haproxy-both", "HAProxy at both ends"))
SEALED_ROWS = (("helper", "with a MAC"), ("signed", "with a MAC, signed"), ("encrypted", "with a MAC, encrypted"),
               ("sealed", "with a MAC, signed, encrypted"))
SHORT_SIZES = (1024, 16384, 32768)
TLS_ROWS = (("plain", "no module"), ("start", "tls-check = start: handed back"),
            ("all", "tls-check = all: every record walked"))
RECORD = 16384
FLOWS_PER_CONNECTION = 2
IDLE_MAX = 2048
# Where instructions go: the first group with a part of the symbol's name counts. The module's
# own functions are not among these.
GROUPS = (
    ("MD5", ("md5_", "crypto_shash", "shash_")),
    ("copies", ("memcpy", "memmove", "copy_user", "copyin", "copyout", "_copy_to_iter",
                "_copy_from_iter", "copy_page", "csum_partial", "rep_movs")),
    ("clearing memory", ("clear_page", "memset", "clear_user", "kernel_init_pages")),
    ("allocating", ("alloc_pages", "__alloc", "free_pages", "free_unref", "get_page_from", "rmqueue",
                    "kmem_cache", "kmalloc", "kfree", "slab", "__free_", "kvfree", "charge", "memcg",
                    "mod_objcg", "page_counter", "mem_cgroup", "obj_cgroup")),
    ("scheduling", ("schedule", "sched_", "switch_", "try_to_wake", "wake_up", "enqueue", "dequeue",
                    "update_curr", "update_load", "pick_next", "queue_work", "process_one_work",
                    "worker_thread", "mutex", "ttwu", "finish_task", "rcu_", "task_", "psi_",
                    "cpuacct", "vtime", "idle")),
)


class Run:
    """One interval: its label, how many times, and the instructions of it."""

    def __init__(self, kind, row, size, n, total, places):
        self.kind, self.row, self.size, self.n = kind, row, int(size), int(n)
        self.each = total / self.n
        self.places = places


def read_counts(path):
    intervals = []
    with open(path, encoding="ascii") as f:
        for line in f:
            word = line.split()
            if word[0] == "interval":
                intervals.append((int(word[2]), []))
            elif word[0] == "at":
                intervals[-1][1].append((int(word[1], 16), int(word[2])))
            else:
                sys.exit("report: %s: %s" % (path, line.strip()))
    return intervals


def read_output(path, intervals):
    runs, memory, checked, symbols = [], {}, {}, []
    text = open(path, encoding="utf-8", errors="replace").read().replace("\r", "")
    text, found, rest = text.partition("\nsymbols\n")
    if not found or not rest.rstrip().endswith("end"):
        sys.exit("report: %s is not complete" % path)
    for line in text.splitlines():
        word = line.split()
        if word[:1] == ["interval"]:
            if len(runs) == len(intervals):
                sys.exit("report: more intervals were announced than counted")
            runs.append(Run(*word[1:5], *intervals[len(runs)]))
        elif word[:2] == ["memory", "idle"]:
            memory[word[2]] = int(word[3]) / int(word[4]) / FLOWS_PER_CONNECTION
        elif word[:1] in (["checked"], ["secured"]):
            checked[word[1]] = [int(w) for w in word[2:]]
        elif word[:1] == ["pushes"]:
            checked["push"] = [int(word[1])]
    if len(runs) != len(intervals):
        sys.exit("report: %d intervals were announced, %d counted" % (len(runs), len(intervals)))
    for line in gzip.decompress(base64.b64decode(rest.rpartition("end")[0])).decode().splitlines():
        word = line.split()
        symbols.append((int(word[0], 16), word[1], word[2] if len(word) > 2 else ""))
    symbols.sort()
    return runs, memory, checked, symbols


class Profile:
    """Which function or group an address belongs to."""

    def __init__(self, symbols):
        self.symbols = symbols
        self.starts = [s[0] for s in symbols]

    def name(self, address):
        if address < 1 << 63:
            return "user space", ""
        i = bisect.bisect_right(self.starts, address) - 1
        return self.symbols[i][1:] if i >= 0 else ("?", "")

    def functions(self, run):
        out = collections.Counter()
        for address, count in run.places:
            out[self.name(address)] += count / run.n
        return out

    def groups(self, run):
        out, left = collections.Counter(), run.each
        for (name, module), count in self.functions(run).items():
            if module == "[omasec]":
                group = "omasec's own"
            elif name == "user space":
                group = name
            else:
                group = next((g for g, parts in GROUPS if any(p in name for p in parts)), "rest of the kernel")
            out[group] += count
            left -= count
        out["rest of the kernel"] += left
        return out


def number(x):
    if x >= 1e7:
        return "%.1f M" % (x / 1e6)
    if x >= 1e6:
        return "%.2f M" % (x / 1e6)
    if abs(x) >= 1e4:
        return "%.0f k" % (x / 1e3)
    if abs(x) >= 1e3:
        return "%.1f k" % (x / 1e3)
    return "%.0f" % x


def table(head, rows):
    rows = [head] + [["---"] + ["---:"] * (len(head) - 1)] + rows
    for r in rows:
        print("| " + " | ".join(str(c) for c in r) + " |")
    print()


class Report:
    def __init__(self, runs, memory, checked, profile):
        self.runs, self.memory, self.checked, self.profile = runs, memory, checked, profile
        self.aims = []

    def each(self, kind, row, size):
        return min(r.each for r in self.runs if (r.kind, r.row, r.size) == (kind, row, size))

    def run(self, row, size):
        return next(r for r in self.runs if (r.row, r.size) == (row, size))

    def aim(self, text, got, limit, form="%.2f"):
        self.aims.append([text, form % got, "<= " + form % limit, "met" if got <= limit else "MISSED"])

    def exchanges(self):
        rows = []
        for row, text in ROWS:
            cells = [text]
            for size in SIZES:
                x = self.each("exchange", row, size)
                cells += [number(x), "%.2f" % (x / self.each("exchange", "plain", size))]
            rows.append(cells)
        print("Instructions for an exchange, and how many times those of plain TCP:\n")
        table(["", "1 KiB", "", "16 KiB", "", "256 KiB", ""], rows)

    def binding(self, name, what, sizes):
        rows, head = [], [""]
        for size in sizes:
            head += ["%d KiB" % (size // 1024), ""]
        for row, text in ((name, "no module"), (name + "-static", "omasec, kernel only")):
            cells = [text]
            for size in sizes:
                x = self.each("exchange", row, size)
                cells += [number(x), "%.2f" % (x / self.each("exchange", name, size))]
            rows.append(cells)
        print("The same over %s:\n" % what)
        table(head, rows)
        same = [s for s in sizes if s in SIZES]
        added = [[self.each("exchange", a, s) - self.each("exchange", b, s) for s in same]
                 for a, b in ((name + "-static", name), ("static", "plain"))]
        print("Added there, times what is added to HTTP, %s: %s.\n" % (
            ", ".join("%d KiB" % (s // 1024) for s in same), ", ".join("%.2f" % (a / b) for a, b in zip(*added))))

    def sealed(self):
        rows = []
        for row, text in SEALED_ROWS:
            cells = [text]
            for size in SHORT_SIZES:
                x = self.each("exchange", row, size)
                cells += [number(x), "%.2f" % (x / self.each("exchange", "helper", size))]
            rows.append(cells)
        print("What the helper makes of messages, at both ends, by HMAC-SHA-256 and AES-256-GCM, and how many times"
              " those of a MAC alone:\n")
        table(["", "1 KiB", "", "16 KiB", "", "32 KiB", ""], rows)

    def added(self):
        rows = []
        for row, text in ROWS[1:]:
            add = [self.each("exchange", row, s) - self.each("exchange", "plain", s) for s in SIZES]
            rows.append([text] + [number(a) for a in add])
            if row == "static":
                rows.append(["the same without its MD5"] + [
                    number(a - 4 * self.each("yard", "md5", s)) for a, s in zip(add, SIZES)])
        for what, text in (("md5", "yardstick: MD5, 4 times"), ("copy", "yardstick: copy, 8 times")):
            k = 4 if what == "md5" else 8
            rows.append([text] + [number(k * self.each("yard", what, s)) for s in SIZES])
        print("Added to plain TCP:\n")
        table(["", "1 KiB", "16 KiB", "256 KiB"], rows)
        for size in SIZES:
            yard = 4 * self.each("yard", "md5", size) + 8 * self.each("yard", "copy", size)
            static = self.each("exchange", "static", size) - self.each("exchange", "plain", size)
            self.aim("added by the kernel alone, %d KiB: times (MD5 + two copies)" % (size // 1024),
                     static / yard, 1.3)
        for size in SIZES:
            static = self.each("exchange", "static", size) - self.each("exchange", "plain", size)
            for row, where in (("haproxy", "one end"), ("haproxy-both", "both ends")):
                proxy = self.each("exchange", row, size) - self.each("exchange", "plain", size)
                self.aim("the same, times what HAProxy at %s adds, %d KiB" % (where, size // 1024),
                         static / proxy, 1)

    def slopes(self):
        for row in ("static", "helper"):
            self.aim("%s: 256 KiB, times 16 KiB" % dict(ROWS)[row],
                     self.each("exchange", row, SIZES[2]) / self.each("exchange", row, SIZES[1]), 18, "%.1f")

    def unselected(self):
        base = self.each("connect", "unloaded", 0)
        rows = []
        for row, text in (("unloaded", "module not loaded"), ("loaded", "loaded, no rules"),
                          ("ruled", "loaded, rules on other ports")):
            all_of = [r.each for r in self.runs if (r.kind, r.row) == ("connect", row)]
            more = 100 * (min(all_of) / base - 1)
            rows.append([text] + ["%.0f" % x for x in all_of] + ["%+.2f %%" % more])
            if row != "unloaded":
                self.aim("unselected sockets, %s: per cent more" % text, more, 1)
        print("Connect, accept and close of a socket that no rule selects, three runs of 500:\n")
        table(["", "1st", "2nd", "3rd", "least to least"], rows)

    def tls(self):
        rows = []
        for row, text in TLS_ROWS:
            cells = [text]
            for size in SIZES:
                x = self.each("tls", row, size)
                cells += [number(x), "%+.2f %%" % (100 * (x / self.each("tls", "plain", size) - 1))]
            rows.append(cells)
        print("An exchange of TLS records after the hellos, made up, so without cryptography, the least of three runs:\n")
        table(["", "1 KiB", "", "16 KiB", "", "256 KiB", ""], rows)
        for size in SIZES:
            more = 100 * (self.each("tls", "start", size) / self.each("tls", "plain", size) - 1)
            self.aim("TLS that was handed back, %d KiB: per cent more" % (size // 1024), more, 1)
        # a request and a response, each looked at where it leaves and where it arrives
        per = [(self.each("tls", "all", s) - self.each("tls", "plain", s)) / (4 * -(-s // RECORD)) for s in SIZES]
        print("Walking adds for each record at each end: %s.\n" % ", ".join(
            "%s of %d KiB" % (number(x), min(s, RECORD) // 1024) for x, s in zip(per, SIZES)))

    def push(self):
        plain, checked = (min(r.each for r in self.runs if (r.kind, r.row) == ("push", row))
                          for row in ("plain", "checked"))
        print("A notification of %d octets from socket to socket: %s without the module, %s checked, "
              "%.2f times.\n" % (next(r.size for r in self.runs if r.kind == "push"), number(plain),
                                 number(checked), checked / plain))

    def idle(self):
        extra = self.memory["static"] - self.memory["plain"]
        print("Kernel memory of an idle socket after one exchange (objects of all slab caches, 1000 sockets):"
              " plain %.0f octets, attached %.0f, so %.0f more.\n"
              % (self.memory["plain"], self.memory["static"], extra))
        self.aim("octets that attaching adds to an idle socket", extra, IDLE_MAX, "%.0f")

    def where(self):
        names = ["MD5", "copies", "clearing memory", "allocating", "omasec's own", "scheduling",
                 "rest of the kernel", "user space"]
        for row in ("static", "helper"):
            rows = []
            parts = [(self.profile.groups(self.run("plain", s)), self.profile.groups(self.run(row, s)))
                     for s in SIZES]
            for name in names:
                rows.append([name] + [number(b[name] - a[name]) for a, b in parts])
            print("Where the added instructions are, %s:\n" % dict(ROWS)[row])
            table(["", "1 KiB", "16 KiB", "256 KiB"], rows)

    def functions(self, what, before, after, most):
        print("Functions with the most added instructions, %s:\n" % what)
        more = self.profile.functions(after)
        more.subtract(self.profile.functions(before))
        table(["function", "instructions"],
              [["%s %s" % (n, m) if m else n, number(c)] for (n, m), c in more.most_common(most)])

    def check(self):
        """The rows of omasec are about protected messages, or about nothing."""
        seen = {"static": 0, "helper": 0, "signed": 0, "encrypted": 0, "sealed": 0, "obex-static": 0, "wsp-static": 0,
                "wtp-static": 0}
        for r in self.runs:
            if r.kind == "exchange" and r.row in seen:
                seen[r.row] += r.n
        before = [0, 0]
        for row, n in seen.items():
            now = self.checked.get(row, [0, 0])
            if min(now[i] - before[i] for i in (0, 1)) < n:
                sys.exit("report: row %s: %d exchanges, but messages checked are %s" % (row, n, now))
            before = now
        # Two rules' connections, at the device's end: all recognised; the first ones handed back.
        n = sum(r.kind == "tls" and r.row == "start" for r in self.runs)
        start, walked = self.checked.get("start", [0] * 3), self.checked.get("all", [0] * 3)
        if start[:2] != [n, n] or walked[:2] != [2 * n, n] or walked[2] <= start[2] + n * 100:
            sys.exit("report: TLS was not recognised as it should be: %s, %s" % (start, walked))
        pushed = sum(r.n for r in self.runs if (r.kind, r.row) == ("push", "checked"))
        if self.checked.get("push", [0])[0] < pushed or not pushed:
            sys.exit("report: %d pushes, but checked were %s" % (pushed, self.checked.get("push")))


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: report.py OUTPUT COUNTS")
    runs, memory, checked, symbols = read_output(sys.argv[1], read_counts(sys.argv[2]))
    r = Report(runs, memory, checked, Profile(symbols))
    r.check()
    r.exchanges()
    r.sealed()
    r.binding("obex", "OBEX, a PUT and a GET, in packets of 64 KiB", SIZES)
    r.binding("wsp", "connectionless WSP, a Post and a Reply, in IP fragments where they are longer than a packet",
              SHORT_SIZES)
    r.binding("wtp", "WTP, a Post and a Reply as a transaction of class 2, in segments of 1400 octets", SIZES)
    r.added()
    r.slopes()
    r.unselected()
    r.tls()
    r.push()
    r.idle()
    r.where()
    for size in SIZES:
        r.functions("%s, %d KiB" % (dict(ROWS)["static"], size // 1024),
                    r.run("plain", size), r.run("static", size), 12)
    r.functions("unselected sockets, rules on other ports", r.run("unloaded", 0), r.run("ruled", 0), 10)
    print("Aims:\n")
    table(["aim", "measured", "limit", ""], r.aims)
    missed = sum(a[3] != "met" for a in r.aims)
    print("%d aims met, %d missed" % (len(r.aims) - missed, missed))


if __name__ == "__main__":
    main()
