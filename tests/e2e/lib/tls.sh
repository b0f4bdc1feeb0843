# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# What the tests of TLS share, beside common.sh: certificates, OpenSSL's programs.

# certificate: $WORK/cert.pem and key.pem, for 10.2.0.2 and dm.example.com
certificate()
{
	printf '[req]\ndistinguished_name = name\n[name]\n' >"$WORK/openssl.cnf"
	export OPENSSL_CONF="$WORK/openssl.cnf"
	# for programs that are to ask the kernel for TLS
	{
		printf 'openssl_conf = init\n[init]\nssl_conf = ssl\n[ssl]\nsystem_default = defaults\n'
		printf '[defaults]\nOptions = KTLS\n'
	} >"$WORK/ktls.cnf"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
		-keyout "$WORK/key.pem" -out "$WORK/cert.pem" -subj /CN=dm.example.com \
		-addext "subjectAltName = DNS:dm.example.com,IP:10.2.0.2" >"$WORK/cert.log" 2>&1 ||
		die "openssl makes no certificate: $(cat "$WORK/cert.log")"
}

listens() { on "$1" ss -Hltn "sport = :$2" | grep -q .; }

# tls_server [OPTION...]: openssl s_server in server that serves the files of $WORK/www
tls_server()
{
	mkdir -p "$WORK/www"
	[ -s "$WORK/www/big" ] || head -c 3000000 /dev/urandom >"$WORK/www/big"
	echo "secured page" >"$WORK/www/page"
	(cd "$WORK/www" && exec nsenter --net=/run/netns/server -- openssl s_server -accept "$PORT" \
		-cert "$WORK/cert.pem" -key "$WORK/key.pem" -WWW "$@") >"$WORK/tls-server.log" 2>&1 &
	TLS_SERVER=$!
	PIDS="$PIDS $TLS_SERVER"
	wait_for 20 listens server "$PORT" || die "s_server does not listen"
}

tls_server_stop()
{
	kill "$TLS_SERVER" 2>/dev/null
	wait "$TLS_SERVER" 2>/dev/null
	wait_for 10 sh -c '! nsenter --net=/run/netns/server -- ss -Hltn "sport = :'"$PORT"'" | grep -q .'
}

# https FILE [OPTION...]: curl fetches it into $WORK/got
https()
{
	_file=$1
	shift
	on device curl -gsS --max-time 30 --cacert "$WORK/cert.pem" -o "$WORK/got" "$@" \
		"https://10.2.0.2:$PORT/$_file"
}

# fetched FILE: what https got is the file
fetched() { cmp "$WORK/www/$1" "$WORK/got"; }

# tls_rule NS DIRECTION [LINE...]: account and one rule, helper as well
tls_rule()
{
	_ns=$1 _direction=$2
	shift 2
	{ account; rule dm "direction = $_direction" "$@"; } >"$WORK/c"
	apply "$_ns" <"$WORK/c"
}

# fake ARG...: lib/faketls.py
fake() { "$PYTHON" "$LIB/faketls.py" "$@"; }
