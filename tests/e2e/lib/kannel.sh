# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2034
#
# A WAP gateway on the router, between devices that speak WSP and servers that speak HTTP:
# Kannel, which knows nothing of us. Sourced after common.sh.
GATEWAY=10.1.0.1

# kannel: starts it; it listens at the ports of WAP, 9200 without sessions and 9201 with them
kannel()
{
	cat >"$WORK/kannel.conf" <<-END
	group = core
	admin-port = 13000
	admin-password = unused
	admin-deny-ip = "*.*.*.*"
	wapbox-port = 13002
	box-allow-ip = 127.0.0.1
	wdp-interface-name = "*"

	group = wapbox
	bearerbox-host = 127.0.0.1
	END
	background bearerbox router bearerbox -v 0 "$WORK/kannel.conf"
	wait_for 20 grep -q "starting wapbox connection module" "$WORK/bearerbox.log" ||
		{ tail "$WORK/bearerbox.log"; die "bearerbox does not start"; }
	background wapbox router wapbox -v 0 "$WORK/kannel.conf"
	wait_for 20 grep -q "Client connected" "$WORK/bearerbox.log" ||
		{ tail "$WORK/wapbox.log"; die "wapbox does not start"; }
}
