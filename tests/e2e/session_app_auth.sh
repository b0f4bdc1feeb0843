#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# An application's own md5 authentication goes on under the protection: it sees
# its own 407, Cred and 212.
#
# KERNELS: 6.1
# TIMEOUT: 180
. ./lib/common.sh
network
protect_device
protect_server
session "md5 of the applications" "--user app:secret" "--user app:secret"
session "md5, two sessions, WBXML" "--user app:secret" "--user app:secret --wbxml --sessions 2 --session 20" "--least 12"
app_server --user app:secret
check_fails "a wrong password of the application is still refused" app_client "$DIRECT" --user app:wrong --session 30
expect "by the server application itself" "$WORK/client.json" '"status 401" in d["results"][0]["text"] or "Chal" in d["results"][0]["text"]'
finish
