#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A WAP gateway between a device that speaks connectionless WSP and a server that speaks HTTP:
# Kannel, which knows nothing of us. The MAC goes from end to end, through its translation of
# the headers. What comes twice it asks for twice, so the line is a good one here.
#
# KERNELS: 6.12
# NEEDS: kannel
# TIMEOUT: 120
. ./lib/common.sh
. ./lib/kannel.sh
network
HTTP=$PORT
PORT=9200
protect_device "protocol = udp" "binding = wsp-post"
PORT=$HTTP
protect_server "auth-mode = transparent"
events server
kannel

# gateway WHAT SERVER-OPTIONS CLIENT-OPTIONS
gateway()
{
	# shellcheck disable=SC2086
	{
		app_server $2
		check "$1: client" app_client "$DIRECT" --transport wsp --bare --gateway $GATEWAY:9200 $3
		check "$1: server" stop_peer server
	}
}
gateway "through Kannel" "--rounds 3" ""
expect "the server application saw HTTP, four messages and no MAC" "$WORK/server.json" \
	'd["sessions_ended"] == 1 and len(d["requests"]) == 4 and not any(r["hmac"] for r in d["requests"])'
check "the server checked them" test "$(stat server rx-messages)" -ge 4
check "and the device the answers" test "$(stat device rx-messages)" -ge 4
gateway "WBXML" "--rounds 1" "--wbxml --session 2"

# From who is not behind omasec: what came through Kannel is not believed.
app_server
check_fails "a request without MAC through Kannel" on router "$PYTHON" "$LIB/dm_client.py" "$DIRECT" \
	--transport wsp --gateway $GATEWAY:9200 --timeout 3 --session 9
stop_peer server
check "told: mac-missing" event server mac-missing
finish
