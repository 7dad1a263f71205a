#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# scripts/ltcp-run, with a program that knows only TCP: the Python interpreter,
# which is told what to do on its standard input (see ltcp-run.py). The conform
# level runs this, too.

set -eu
# shellcheck source-path=SCRIPTDIR/../lib source=net.sh
. "$(dirname "$0")/../lib/net.sh"

RUN=$TOP/scripts/ltcp-run
HERE=$TOP/selftests/net

# python [OPTION]... <<PROGRAM: by ltcp-run with these options
python() {
	# shellcheck disable=SC2016 # the dollar is the inner shell's
	PYTHONDONTWRITEBYTECODE=1 "$RUN" "$@" python3 -c '
import sys
sys.path.insert(0, sys.argv[1])
exec(open(sys.argv[1] + "/ltcp-run.py").read())
exec(sys.stdin.read())' "$HERE"
}

# status N COMMAND...: it ends with this; what it says goes to $TMP/said
status() {
	local want=$1 got=0

	shift
	"$@" >"$TMP/said" 2>&1 || got=$?
	cat "$TMP/said"
	[ "$got" = "$want" ]
}

says() {
	grep -qF -- "$1" "$TMP/said"
}

without_module() {
	fails is_loaded
	status 125 "$RUN" true
	says "ltcp is not loaded"
}

everything() {
	python <<-'EOP'
	server = ltcp(listener(5001))
	for s in talk(server):
	    ltcp(s)
	EOP
}

flags_and_protocols() {
	python <<-'EOP'
	for flags in 0, SOCK_NONBLOCK, SOCK_CLOEXEC, SOCK_NONBLOCK | SOCK_CLOEXEC:
	    for proto in 0, IPPROTO_TCP:
	        fd = libc.socket(AF_INET, SOCK_STREAM | flags, proto)
	        s = ltcp(socket.socket(fileno=fd))
	        nonblock = fcntl.fcntl(s, fcntl.F_GETFL) & os.O_NONBLOCK
	        cloexec = fcntl.fcntl(s, fcntl.F_GETFD) & fcntl.FD_CLOEXEC
	        assert bool(nonblock) == bool(flags & SOCK_NONBLOCK)
	        assert bool(cloexec) == bool(flags & SOCK_CLOEXEC)
	EOP
}

others_stay() {
	python <<-'EOP'
	assert protocol(socket.socket(AF_INET, SOCK_DGRAM)) == socket.IPPROTO_UDP
	assert protocol(socket.socket(AF_UNIX, SOCK_STREAM)) == 0
	raw = socket.socket(AF_INET, socket.SOCK_RAW, IPPROTO_TCP)
	assert protocol(raw) == IPPROTO_TCP
	fails(errno.EPROTONOSUPPORT, socket.socket, AF_INET, SOCK_STREAM, 200)
	EOP
}

# What it gives the program, the program gives to socket().
addrinfo() {
	python <<-'EOP'
	for proto in 0, IPPROTO_TCP:
	    found = socket.getaddrinfo("127.0.0.1", 80, type=SOCK_STREAM,
	                               proto=proto)
	    assert found
	    for family, kind, proto, _, _ in found:
	        assert proto == IPPROTO_TCP
	        ltcp(socket.socket(family, kind, proto))
	EOP
}

so_protocol() {
	python <<-'EOP'
	s = ltcp(socket.socket())
	assert s.getsockopt(SOL_SOCKET, SO_PROTOCOL) == IPPROTO_TCP
	assert s.getsockopt(SOL_SOCKET, socket.SO_TYPE) == SOCK_STREAM
	u = socket.socket(AF_INET, SOCK_DGRAM)
	assert u.getsockopt(SOL_SOCKET, SO_PROTOCOL) == socket.IPPROTO_UDP
	EOP
}

# Never one of TCP: without IPv6 in ltcp, it looks as if there were none.
ipv6() {
	python <<-'EOP'
	try:
	    ltcp(socket.socket(AF_INET6))
	except OSError as e:
	    assert e.errno == errno.EAFNOSUPPORT, e
	EOP
}

keeps_preload() {
	local other
	other=$(ldd "$(type -P python3)" | awk '$1 ~ /^libm\./ { print $3 }')
	other=${other:-$(gcc -print-file-name=libm.so.6)}
	LD_PRELOAD=$other python <<-'EOP'
	first, second = os.environ["LD_PRELOAD"].split(":")
	assert first.endswith("/ltcp-run.so") and "libm" in second
	maps = open("/proc/self/maps").read()
	assert "ltcp-run.so" in maps and "libm" in maps
	EOP
}

children() {
	# shellcheck disable=SC2016 # the dollar is the inner shell's
	"$RUN" sh -c 'exec python3 "$0" 5002' "$TMP/serve.py" &
	wait_for 60 grep -q ":138A 00000000:0000 0A" /proc/net/ltcp
	kill $!
	wait $! || true
}

only_listen() {
	local option
	for option in -l --listen; do
		python "$option" <<-'EOP'
		server = ltcp(listener(5001))
		stock = tcp(socket.socket())
		fails(errno.ECONNREFUSED, stock.connect, server.getsockname())
		peer = socket.socket(AF_INET, SOCK_STREAM, LTCP)
		peer.connect(server.getsockname())
		accepted, _ = server.accept()
		ltcp(accepted)
		EOP
	done
}

only_connect() {
	local option
	for option in -c --connect; do
		python "$option" <<-'EOP'
		server = tcp(listener(5001))
		client = tcp(socket.socket())
		fails(errno.ECONNREFUSED, client.connect, server.getsockname())
		ltcp(client)
		peer = socket.socket(AF_INET, SOCK_STREAM, LTCP)
		peer.setsockopt(SOL_SOCKET, socket.SO_REUSEADDR, 1)
		peer.bind(("127.0.0.1", 5002))
		peer.listen(5)
		client = tcp(socket.socket())
		client.connect(peer.getsockname())
		ltcp(client)
		EOP
	done
	# Both together are no limit.
	python -c -l <<-'EOP'
	ltcp(socket.socket())
	EOP
}

only_ports() {
	local option
	for option in "-p 5001,5010-5012" "--ports=5001 --ports 5010-5012"; do
		# shellcheck disable=SC2086 # several words
		python $option <<-'EOP'
		for port in 5001, 5010, 5011, 5012:
		    for s in talk(ltcp(listener(port))):
		        ltcp(s)
		for port in 5000, 5002, 5009, 5013, 15001:
		    for s in talk(tcp(listener(port))):
		        tcp(s)
		unbound = socket.socket()
		unbound.listen(1)
		tcp(unbound)
		EOP
	done
}

listen_on_ports() {
	python --listen --ports 5001 <<-'EOP'
	ltcp(listener(5001))
	talk(tcp(listener(5002)))
	client = socket.socket()
	fails(errno.ECONNREFUSED, client.connect, ("127.0.0.1", 5001))
	tcp(client)
	EOP
}

# What was set before listen() or connect() is there after it.
options_kept() {
	python --ports 5001 <<-'EOP'
	numbers = [(SOL_SOCKET, socket.SO_REUSEADDR, 1),
	           (SOL_SOCKET, socket.SO_KEEPALIVE, 1),
	           (SOL_SOCKET, socket.SO_SNDBUF, 54321),
	           (SOL_SOCKET, socket.SO_RCVBUF, 65432),
	           (SOL_SOCKET, socket.SO_PRIORITY, 3),
	           (IPPROTO_IP, socket.IP_TOS, 8),
	           (IPPROTO_IP, socket.IP_TTL, 33),
	           (IPPROTO_TCP, socket.TCP_NODELAY, 1),
	           (IPPROTO_TCP, socket.TCP_SYNCNT, 3),
	           (IPPROTO_TCP, socket.TCP_KEEPIDLE, 77),
	           (IPPROTO_TCP, socket.TCP_KEEPINTVL, 7),
	           (IPPROTO_TCP, socket.TCP_KEEPCNT, 4),
	           (IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 7777)]
	linger = struct.pack("ii", 1, 5)
	timeout = struct.pack("ll", 3, 500000)

	def prepare():
	    s = socket.socket()
	    for level, name, value in numbers:
	        s.setsockopt(level, name, value)
	    s.setsockopt(SOL_SOCKET, socket.SO_LINGER, linger)
	    s.setsockopt(SOL_SOCKET, socket.SO_RCVTIMEO, timeout)
	    s.setsockopt(SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
	    s.setsockopt(IPPROTO_TCP, socket.TCP_CONGESTION, b"reno")
	    return tcp(s), [get(s, *option) for option in numbers]

	def get(s, level, name, value):
	    return s.getsockopt(level, name)

	def same(s, before):
	    for option, was in zip(numbers, before):
	        now = get(ltcp(s), *option)
	        assert now == was, (option, was, now)
	    assert s.getsockopt(SOL_SOCKET, socket.SO_LINGER, 8) == linger
	    now = s.getsockopt(SOL_SOCKET, socket.SO_RCVTIMEO, 16)
	    assert abs(struct.unpack("ll", now)[1] - 500000) < 10000, now
	    now = s.getsockopt(SOL_SOCKET, socket.SO_BINDTODEVICE, 16)
	    assert now.rstrip(b"\0") == b"lo", now
	    now = s.getsockopt(IPPROTO_TCP, socket.TCP_CONGESTION, 16)
	    assert now.rstrip(b"\0") == b"reno", now

	# Once connected, it is what the peer made of it.
	server, before = prepare()
	server.setsockopt(IPPROTO_TCP, socket.TCP_MAXSEG, 1000)
	server.bind(("127.0.0.1", 5001))
	server.listen(5)
	same(server, before)
	assert server.getsockopt(IPPROTO_TCP, socket.TCP_MAXSEG) == 1000
	assert server.getsockname() == ("127.0.0.1", 5001)

	client, before = prepare()
	client.bind(("127.0.0.2", 0))
	port = client.getsockname()[1]
	client.connect(server.getsockname())
	same(client, before)
	assert client.getsockname() == ("127.0.0.2", port)
	EOP
}

# The number stays, and what the program knows of it.
flags_kept() {
	python --ports 5001 <<-'EOP'
	for nonblock in False, True:
	    for inherit in False, True:
	        s = socket.socket()
	        s.setsockopt(SOL_SOCKET, socket.SO_REUSEADDR, 1)
	        s.setblocking(not nonblock)
	        s.set_inheritable(inherit)
	        s.bind(("", 5001))
	        fds = os.listdir("/proc/self/fd")
	        s.listen(1)
	        assert os.listdir("/proc/self/fd") == fds
	        ltcp(s)
	        assert os.get_blocking(s.fileno()) != nonblock
	        assert os.get_inheritable(s.fileno()) == inherit
	        s.close()
	EOP
}

# They stay as they are, and leave nothing behind.
errors() {
	python --ports 5001-5002 <<-'EOP'
	taken = ltcp(listener(5001))
	s = socket.socket()
	s.bind(("127.0.0.1", 5001))
	fds = os.listdir("/proc/self/fd")
	fails(errno.EADDRINUSE, s.listen, 1)
	tcp(s)
	s = socket.socket()
	s.setblocking(False)
	fails(errno.EINPROGRESS, s.connect, ("127.0.0.1", 5002))
	ltcp(s)
	assert s.getsockopt(SOL_SOCKET, socket.SO_ERROR) == errno.ECONNREFUSED
	client, accepted = talk(taken)
	fails(errno.EISCONN, client.connect, ("127.0.0.1", 5002))
	closed = socket.socket()
	number = closed.fileno()
	closed.close()
	assert libc.listen(number, 1) < 0 and ctypes.get_errno() == errno.EBADF
	assert libc.listen(0, 1) < 0 and ctypes.get_errno() == errno.ENOTSOCK
	s.close()
	client.close()
	EOP
}

complains() {
	local list

	status 127 "$RUN" no-such-program
	says "there is no such program"
	status 126 "$RUN" "$HERE/ltcp-run.py"
	says "is no program"
	status 125 "$RUN"
	says "ltcp-run [OPTION]"
	status 125 "$RUN" --nonsense true
	for list in 1- -1 a '80,' 65536 1,,2 1-2-3; do
		status 125 "$RUN" --ports "$list" true
		says "is no list of ports"
	done
	status 0 "$RUN" --help
	says "ltcp-run [OPTION]"
	status 0 "$RUN" true
	status 7 "$RUN" sh -c 'exit 7'
}

# Each of these would run on TCP, with nobody told.
refuses_what_it_cannot_do() {
	local busybox true

	busybox=$(type -P busybox)
	true=$(type -P true)
	status 125 "$RUN" "$busybox" true
	says "is linked statically"
	printf '#!%s sh\n' "$busybox" >"$TMP/script"
	chmod +x "$TMP/script"
	status 125 "$RUN" "$TMP/script"
	says "is linked statically"
	cp "$true" "$TMP/suid"
	chown nobody "$TMP/suid"
	chmod 4755 "$TMP/suid"
	status 125 "$RUN" "$TMP/suid"
	says "is set-uid"
	cp "$true" "$TMP/foreign"
	# Byte 18 of an ELF file: the machine.
	printf '\003' | dd of="$TMP/foreign" bs=1 seek=18 conv=notrunc \
		status=none
	status 125 "$RUN" "$TMP/foreign"
	says "another kind of processor"
	cp -r "$TOP/scripts" "$TMP/scripts"
	status 125 "$TMP/scripts/ltcp-run" true
	says "ltcp-run.so is not built"
}

other_number() {
	wait_for 60 rmmod ltcp
	insmod "$LTCP_KO" ipproto=254
	python <<-'EOP'
	assert LTCP == 254
	for s in talk(ltcp(listener(5001))):
	    ltcp(s)
	EOP
	wait_for 60 rmmod ltcp
}

plan 20
cat >"$TMP/serve.py" <<-'EOP'
	import socket, sys, time
	s = socket.create_server(("", int(sys.argv[1])))
	time.sleep(60)
EOP
check without_module without_module
load
for case in everything flags_and_protocols others_stay addrinfo so_protocol \
	ipv6 keeps_preload children only_listen only_connect only_ports \
	listen_on_ports options_kept flags_kept errors complains \
	refuses_what_it_cannot_do other_number; do
	check "$case" "$case"
done
loaded=0
finish
