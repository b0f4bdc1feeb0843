#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The examples of libomasec(3) do what the page says, with the module: they were taken out
# of the page and compiled as they stand there.
#
# KERNELS: 6.12
# TIMEOUT: 60
. ./lib/common.sh
PAGE=/usr/local/bin/page
# example CALL: the one that has it
example() { _f=$(grep -l "$1" $PAGE/*.c) && echo "${_f%.c}"; }
network
{ account; rule one "direction = out"; rule two "direction = in"; } >"$WORK/c"
apply device <"$WORK/c"
check "how many rules are in force" [ "$(on device "$(example omasec_status_get)")" = "2 rules" ]
check "an account and a rule that come into force together" on device "$(example omasec_config_commit)"
on device omasec rule list >"$WORK/rules"
check "are there" grep -Eq 'dm .*operator' "$WORK/rules"
check "and what was there before as well" [ "$(on device "$(example omasec_status_get)")" = "3 rules" ]
PORT=80
background events device "$(example omasec_events_read)"
app_server
sleep 1
check_fails "without a helper nothing passes" app_client http://10.2.0.2:80/dm
check "what is refused, and what to do about it" wait_for 5 grep -q '^helper-absent: .*omasecd' "$WORK/events.log"
finish
