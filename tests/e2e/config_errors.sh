#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A configuration with a fault changes nothing, and the message names file, line,
# key and what was expected.
#
# KERNELS: 6.12
# TIMEOUT: 180
. ./lib/common.sh
network
protect_device
on device omasec -j rule list >"$WORK/before"
on device omasec -j account list >>"$WORK/before"
unchanged()
{
	on device omasec -j rule list >"$WORK/after"
	on device omasec -j account list >>"$WORK/after"
	cmp "$WORK/before" "$WORK/after"
}
# bad TEXT LINE PATTERN: the configuration on standard input
bad()
{
	cat >"$WORK/bad.conf"
	check_fails "$1: apply" on device omasec apply "$WORK/bad.conf"
	check "$1: says where and what" grep -Eq "bad.conf:$2:.*$3" "$WORK/check.out"
	check_fails "$1: check" on device omasec check "$WORK/bad.conf"
	check "$1: changes nothing" unchanged
}
{ account; rule dm "direction = out" "deadlines = 5s"; } | bad "unknown key" "[0-9]+" "deadlines.*deadline"
{ account; rule dm "direction = sideways"; } | bad "bad value" "[0-9]+" "direction.*out or in"
{ account; rule dm "direction = out" "account = nobody"; } | bad "unknown account" "[0-9]+" "nobody"
{ account; printf 'server-id = twice\n'; rule dm "direction = out"; } | bad "key twice" "[0-9]+" "server-id"
{ account; rule dm "direction = out" "port = 70000"; } | bad "port out of range" "[0-9]+" "port"
{ account mgmt "client-secret-file = /nowhere"; rule dm "direction = out"; } | bad "no such secret file" "[0-9]+" "client-secret-file"
{ account mgmt "server-id ="; rule dm "direction = out"; } | bad "missing key" "[0-9]+" "server-id"
{ account; printf '[rules dm]\n'; } | bad "unknown section" "[0-9]+" "rule"
{ account; rule dm "direction = out"; printf 'nonsense\n'; } | bad "no key" "[0-9]+" ""
chmod 644 "$WORK/secrets/client"
{ printf '[account mgmt]\nserver-id = Mgmt1\nclient-name = Device1\nclient-secret-file = %s\n' "$WORK/secrets/client"
  rule dm "direction = out"; } | bad "secret that others can read" "[0-9]+" "client-secret-file"
chmod 600 "$WORK/secrets/client"
{ account; rule a "direction = out"; rule b "direction = in" "port = 81-90"; } >"$WORK/good.conf"
check "check of a good one" on device omasec check "$WORK/good.conf"
check "changes nothing" unchanged
check "apply of a good one" on device omasec apply "$WORK/good.conf"
check_fails "changes it" unchanged
check "no password is printed" sh -c "! cat '$WORK'/after '$WORK'/check.out | grep -q 'device-secret'"
finish
