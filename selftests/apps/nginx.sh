#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# nginx with sendfile and keep-alive, asked by curl and wrk.

set -eu
# shellcheck source-path=SCRIPTDIR/../lib source=apps.sh
. "$(dirname "$0")/../lib/apps.sh"

PORT=8080
SMALL=1024
BIG=$((1 * MB))
HUGE=$((100 * MB))

# configure PROTOCOL
configure() {
	local dir=$TMP/nginx.$1 address

	mkdir -p "$dir"
	cat >"$dir/nginx.conf" <<-EOC
	user root;
	daemon off;
	worker_processes 2;
	pid $dir/pid;
	error_log stderr;
	events { worker_connections 256; }
	http {
		access_log off;
		sendfile on;
		tcp_nopush on;
		keepalive_timeout 60;
		keepalive_requests 100000;
		client_body_temp_path $dir/body;
		proxy_temp_path $dir/proxy;
		fastcgi_temp_path $dir/fastcgi;
		scgi_temp_path $dir/scgi;
		uwsgi_temp_path $dir/uwsgi;
		server {
			root $TMP/www;
	$(addresses | while read -r address; do
		echo "listen $(url "$address"):$PORT deferred;"
	done)
		}
	}
	EOC
}

serve_it() {
	local protocol

	mkdir "$TMP/www"
	make_file "$TMP/www/small" "$SMALL"
	make_file "$TMP/www/big" "$BIG"
	make_file "$TMP/www/huge" "$HUGE"
	for protocol in tcp ltcp; do
		configure "$protocol"
		serve "$protocol" "$PORT" nginx -e stderr \
			-c "$TMP/nginx.$protocol/nginx.conf"
	done
}

# The file goes through a pipe, not to a disk that is memory.
huge() {
	"${by[@]}" curl -sS --noproxy '*' -w '%{stderr}%{speed_download}\n' \
		"http://$(url "$2"):$PORT/huge" 2>"$TMP/speed" |
		sha256sum >"$TMP/sum"
	cmp "$TMP/sum" <(sha256sum <"$TMP/www/huge")
	awk '{ printf "%.1f\n", $1 / 1e6 }' "$TMP/speed" >"$TMP/figure"
}

# wrk ADDRESS FILE
load_of() {
	"${by[@]}" wrk -t 1 -c 8 -d 3s --timeout 30s \
		"http://$(url "$1"):$PORT/$2" >"$TMP/wrk"
	cat "$TMP/wrk"
	fails grep -E 'Socket errors|Non-2xx' "$TMP/wrk"
	awk '/^Requests\/sec/ { print $2 }' "$TMP/wrk" >"$TMP/figure"
}

small() {
	load_of "$2" small
}

big() {
	load_of "$2" big
}

# Three answers by one connection, one by another that the client closes, part
# of one, and one that is none.
requests() {
	local at

	at=http://127.0.0.1:$PORT
	by ltcp
	"${by[@]}" curl -sS --noproxy '*' -w '%{num_connects}\n' \
		-o "$TMP/1" "$at/small" -o "$TMP/2" "$at/big" \
		-o "$TMP/3" "$at/small" >"$TMP/connects"
	diff "$TMP/connects" - <<<$'1\n0\n0'
	same_files "$TMP/1" "$TMP/www/small"
	same_files "$TMP/2" "$TMP/www/big"
	same_files "$TMP/3" "$TMP/www/small"
	"${by[@]}" curl -sS --noproxy '*' -H 'Connection: close' \
		-o "$TMP/1" "$at/big"
	same_files "$TMP/1" "$TMP/www/big"
	"${by[@]}" curl -sS --noproxy '*' -r 1000-1999 -o "$TMP/1" "$at/huge"
	same_files "$TMP/1" <(head -c 2000 "$TMP/www/huge" | tail -c 1000)
	fails "${by[@]}" curl -sSf --noproxy '*' -o "$TMP/1" "$at/none"
	"${by[@]}" curl -sSI --noproxy '*' "$at/big" | grep "Length: $BIG"
}

apps_begin
check serve serve_it
check requests requests
scene nginx_100MB MB/s "$HUGE" huge
scene nginx_1KB requests/s "$SMALL" small
scene nginx_1MB requests/s "$BIG" big
finish
