#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Python: its http.server, and an echo between many connections of asyncio.

set -eu
# shellcheck source-path=SCRIPTDIR/../lib source=apps.sh
. "$(dirname "$0")/../lib/apps.sh"

HTTP=8000
ECHO=8007
SIZE=$((32 * MB))

serve_http() {
	local address=127.0.0.1

	! has_ipv6 || address=::
	mkdir "$TMP/www"
	make_file "$TMP/www/file" "$SIZE"
	serve_both "$HTTP" python3 -m http.server "$HTTP" --bind "$address" \
		-d "$TMP/www"
}

http() {
	"${by[@]}" curl -sS --noproxy '*' -o "$TMP/got" \
		-w '%{speed_download}\n' "http://$(url "$2"):$HTTP/file" \
		>"$TMP/speed"
	same_files "$TMP/www/file" "$TMP/got"
	awk '{ printf "%.1f\n", $1 / 1e6 }' "$TMP/speed" >"$TMP/figure"
}

# 40 clients, each of which sends 20 messages of up to 20,000 octets and wants
# them back.
echo_program() {
	cat >"$TMP/echo.py" <<-'EOP'
	import asyncio, hashlib, random, sys, time

	CLIENTS, ROUNDS = 40, 20

	async def serve(reader, writer):
	    while data := await reader.read(65536):
	        writer.write(data)
	        await writer.drain()
	    writer.close()

	async def client(number, address, port):
	    chance = random.Random(number)
	    reader, writer = await asyncio.open_connection(address, port)
	    for _ in range(ROUNDS):
	        data = chance.randbytes(chance.randint(1, 20000))
	        writer.write(data)
	        await writer.drain()
	        assert await reader.readexactly(len(data)) == data
	    writer.write_eof()
	    assert await reader.read() == b""
	    writer.close()
	    await writer.wait_closed()

	async def main(address, port):
	    server = await asyncio.start_server(serve, address, port)
	    begin = time.monotonic()
	    await asyncio.gather(*(client(i, address, port)
	                           for i in range(CLIENTS)))
	    print("%.1f" % (CLIENTS * ROUNDS / (time.monotonic() - begin)))
	    server.close()

	asyncio.run(main(sys.argv[1], int(sys.argv[2])))
	EOP
}

echoes() {
	"${by[@]}" python3 "$TMP/echo.py" "$2" "$ECHO" >"$TMP/figure"
}

apps_begin
check serve serve_http
scene http_server MB/s "$SIZE" http
echo_program
scene asyncio_echo messages/s $((40 * 20 * 20000)) echoes
finish
