#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""expect.py FILE EXPR: is the Python expression true of d, the JSON in FILE?
expect.py --stat NAME: prints the counter NAME of `omasec -j stats` on stdin."""

import json
import sys


def counter(d, name):
    """The value of @name, wherever a list of {name, value} or a mapping has it."""
    if isinstance(d, dict):
        if d.get("name") == name or d.get("reason") == name:
            return d.get("value")
        if isinstance(d.get(name), int):
            return d[name]
        d = list(d.values())
    if isinstance(d, list):
        for item in d:
            v = counter(item, name)
            if v is not None:
                return v
    return None


def main():
    if sys.argv[1] == "--stat":
        print(counter(json.load(sys.stdin), sys.argv[2]) or 0)
        return 0
    with open(sys.argv[1], encoding="utf-8") as f:
        d = json.load(f)
    if eval(sys.argv[2], {"d": d, "any": any, "all": all, "len": len, "bool": bool}):   # our own tests' text
        return 0
    print("not so: %s" % sys.argv[2])
    print(json.dumps(d)[:1500])
    return 1


if __name__ == "__main__":
    sys.exit(main())
