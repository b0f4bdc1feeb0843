#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# xsec.py PROGRAM WORKER: the table of XML security. Three rounds of the three ways in turns,
# so that a busy moment meets them all; the least time counts.
import subprocess
import sys

SIZES = (1024, 10240, 102400, 1048576)
OPERATIONS = ("sign", "verify", "encrypt", "decrypt")
WAYS = ("alone", "profile", "worker")


def measure(program, worker):
    least = {}
    for _ in range(3):
        for way in WAYS:
            command = [program, way] + ([worker] if way == "worker" else [])
            for line in subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.decode().splitlines():
                operation, size, time = line.split()
                key = operation, int(size), way
                least[key] = min(float(time), least.get(key, 1e12))
    return least


def main():
    least = measure(*sys.argv[1:])
    print("\nXML security, microseconds on the machine that builds, and how many times those of libxmlsec1 alone:\n")
    print("|  | size | libxmlsec1 alone | with the profile |  | in the worker |  |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for operation in OPERATIONS:
        for size in SIZES:
            alone, profile, worker = (least[operation, size, way] for way in WAYS)
            name = "1 MiB" if size >= 1 << 20 else "%d KiB" % (size >> 10)
            print("| %s | %s | %.0f | %.0f | %.2f | %.0f | %.2f |" % (operation, name, alone, profile, profile / alone,
                                                                   worker, worker / alone))
    verify = [least["verify", size, "profile"] for size in SIZES]
    print("\nverify, 10 KiB, times libxmlsec1 alone: %.2f with the profile, %.2f in the worker; 1 MiB times 100 KiB: %.1f"
          % (verify[1] / least["verify", 10240, "alone"], least["verify", 10240, "worker"] / least["verify", 10240, "alone"],
             verify[3] / verify[2]))


main()
