#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What reads captures of ltcp: ltcp-ladder, ltcp-pcap for tcpdump, and ltcp.lua
# for tshark, all on a connection that this test writes down itself, with the
# checksums of protocol 253.

# shellcheck disable=SC2317 # check calls them
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
tmp=$(mktemp -d /tmp/ltcp.XXXXXX)
trap 'rm -rf "$tmp"' EXIT
number=0
failed=0

# check FUNCTION
check() {
	number=$((number + 1))
	if (set -e; "$1") >"$tmp/output" 2>&1; then
		echo "ok $number $1"
	else
		failed=1
		sed 's/^/# /' "$tmp/output"
		echo "not ok $number $1"
	fi
}

# Opening, 100 octets, three segments of closing: one file for each family.
write() {
	python3 - "$tmp" <<-'PYTHON'
	import socket, struct, sys

	def total(data):
	    data += b"\0" * (len(data) % 2)
	    s = sum(struct.unpack(">%dH" % (len(data) // 2), data))
	    while s >> 16:
	        s = (s & 0xffff) + (s >> 16)
	    return ~s & 0xffff

	def packet(v6, client, seq, ack, flags, size):
	    a, b = ("fd00::1", "fd00::2") if v6 else ("10.0.0.1", "10.0.0.2")
	    family = socket.AF_INET6 if v6 else socket.AF_INET
	    ends = [socket.inet_pton(family, e) for e in (a, b)]
	    ports = [4000, 80]
	    if not client:
	        ends.reverse()
	        ports.reverse()
	    tcp = struct.pack(">HHIIBBHHH", *ports, seq, ack, 0x50, flags,
	                      1000, 0, 0) + b"x" * size
	    pseudo = b"".join(ends) + struct.pack(">II", len(tcp), 253)
	    tcp = tcp[:16] + struct.pack(">H", total(pseudo + tcp)) + tcp[18:]
	    if v6:
	        return struct.pack(">IHBB", 6 << 28, len(tcp), 253, 64) + \
	            b"".join(ends) + tcp
	    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 7, 0x4000, 64,
	                     253, 0) + b"".join(ends)
	    return ip[:10] + struct.pack(">H", total(ip)) + ip[12:] + tcp

	SYN, ACK, FIN, PSH = 2, 16, 1, 8
	story = [(1, 1000, 0, SYN, 0), (0, 5000, 1001, SYN | ACK, 0),
	         (1, 1001, 5001, ACK, 0), (1, 1001, 5001, ACK | PSH, 100),
	         (0, 5001, 1101, ACK, 0), (1, 1101, 5001, ACK | FIN, 0),
	         (0, 5001, 1102, ACK | FIN, 0), (1, 1102, 5002, ACK, 0)]
	for v6, name in ((False, "v4"), (True, "v6")):
	    with open("%s/%s.pcap" % (sys.argv[1], name), "wb") as f:
	        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535,
	                            101))
	        for i, segment in enumerate(story):
	            data = packet(v6, *segment)
	            f.write(struct.pack("<IIII", 1, i * 1000, len(data),
	                                len(data)) + data)
	PYTHON
}

# The states are what the segments imply; queues what is not acknowledged.
ladder() {
	local name
	for name in v4 v6; do
		"$top/scripts/ltcp-ladder" "$tmp/$name.pcap" | tee "$tmp/text"
		[ "$(grep -c "seq=" "$tmp/text")" -eq 8 ]
		grep -E "SYN_SENT +\|- SYN seq=0 .*>\| SYN_RECV" "$tmp/text"
		grep -E "FIN_WAIT1 .*FIN\|ACK seq=101 .*>\| CLOSE_WAIT" \
			"$tmp/text"
		grep -E "TIME_WAIT .*<-.*FIN\|ACK seq=1 .*\| LAST_ACK" \
			"$tmp/text"
		grep -E "at last TIME_WAIT +CLOSE" "$tmp/text"
	done
	"$top/scripts/ltcp-ladder" --queues "$tmp/v4.pcap" |
		grep -E " 100/0 ESTABLISHED \|- PSH\|ACK seq=1 "
}

# Both checksums are right afterwards, and nothing but TCP is there.
tcpdump_reads() {
	local name
	for name in v4 v6; do
		"$top/scripts/ltcp-pcap" <"$tmp/$name.pcap" |
			tcpdump -vvnr - >"$tmp/text" 2>/dev/null
		cat "$tmp/text"
		[ "$(grep -c "cksum 0x.* (correct)" "$tmp/text")" -eq 8 ]
		[ "$(grep -c "bad cksum" "$tmp/text")" -eq 0 ]
		grep -F "Flags [P.]" "$tmp/text" | grep "length 100"
	done
}

tshark_reads() {
	local name
	for name in v4 v6; do
		tshark -X "lua_script:$top/scripts/ltcp.lua" \
			-r "$tmp/$name.pcap" >"$tmp/text" 2>"$tmp/errors"
		cat "$tmp/text" "$tmp/errors"
		[ "$(grep -c " TCP " "$tmp/text")" -eq 8 ]
		grep -F "[SYN, ACK] Seq=0 Ack=1" "$tmp/text"
		grep -F "[FIN, ACK] Seq=101 Ack=1" "$tmp/text"
		[ "$(grep -ci "error" "$tmp/errors")" -eq 0 ]
	done
}

echo "TAP version 13"
echo "1..4"
check write
check ladder
check tcpdump_reads
check tshark_reads
exit "$failed"
