#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# An unmodified client and an unmodified server, each behind omasec, hold a DM
# session in XML: every message on the wire is authenticated, the applications see
# nothing of it.
#
# KERNELS: 6.12 debug rt
# TIMEOUT: 180
. ./lib/common.sh
network
protect_device
protect_server
session "XML session" "--rounds 3" ""
expect "the server application saw one session of four messages" "$WORK/server.json" \
	'd["sessions_ended"] == 1 and len(d["requests"]) == 4'
check "the client sent its package 1 unchanged" test \
	"$(py -c 'import json,sys; print(json.load(open(sys.argv[1]))["results"][0]["sent_sha256"][0])' "$WORK/client.json")" = \
	"$(py -c 'import json,sys; print(json.load(open(sys.argv[1]))["requests"][0]["sha256"])' "$WORK/server.json")"
check "the device counts messages" test "$(stat device tx-messages)" -ge 4
check "the server counts messages" test "$(stat server rx-messages)" -ge 4
finish
