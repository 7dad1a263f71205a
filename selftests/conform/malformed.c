// SPDX-License-Identifier: GPL-2.0
/*
 * Segments that no TCP sends, addresses that none should have, and ICMP: what
 * is wrong is dropped, counted, and harms nobody (RFC 9293 3.1, 3.9.2, 5927).
 */

#include <arpa/inet.h>
#include <linux/icmp.h>

#include "case.h"

CASES(malformed)

#define SYN_OK	"S 0:0(0) win 65535 <mss 1460>"

static void nothing_happens(void)
{
	quiet(1 * SEC);
	state_is("LISTEN");
	counter_is("HalfOpens", 0);
	counter_is("OutSegs", 0);
}

/* S008: shorter than a header. */
CASE(malformed, short_header)
{
	server();
	in("S 0:0(0) cut 0");
	in("S 0:0(0) cut 1");
	in("S 0:0(0) cut 13");
	in("S 0:0(0) cut 19");
	nothing_happens();
	counter_is("DropShort", 4);
}

/* S008: data offset below 5, and beyond the end. */
CASE(malformed, data_offset)
{
	server();
	in("S 0:0(0) doff 0");
	in("S 0:0(0) doff 4");
	in("S 0:0(0) doff 6");
	in("S 0:0(0) doff 15");
	in("S 0:0(0) doff 15 <mss 1460,nop,wscale 3>");
	nothing_happens();
	counter_is("DropBadOffset", 5);
}

/* S006 MUST-3: the checksum is verified, in every state. */
CASE(malformed, checksum_listen)
{
	server();
	in("S 0:0(0) <mss 1460> badsum");
	nothing_happens();
	counter_is("DropBadChecksum", 1);
}

CASE(malformed, checksum_established)
{
	int fd = passive();

	in("P. 1:101(100) ack 1 badsum");
	in("P. 1:5001(5000) ack 1 badsum");
	in("R 1:1(0) badsum");
	in("F. 1:1(0) ack 1 badsum");
	quiet(1 * SEC);
	get_nothing(fd);
	state_is("ESTABLISHED");
	counter_is("DropBadChecksum", 4);
	in("P. 1:101(100) ack 1");
	out_between(0, 50, ". 1:1(0) ack 101");
	get(fd, 100);
}

/* S006: not even RST for a segment that may be anybody's. */
CASE(malformed, checksum_closed)
{
	in("S 0:0(0) badsum");
	in(". 1:1(0) ack 1 badsum");
	quiet(1 * SEC);
	counter_is("DropBadChecksum", 2);
	counter_is("OutRsts", 0);
}

/* A SYN with these options still opens a connection with MSS 1460. */
static void opens_with(const char *options)
{
	static int port = 1000;
	int l = server();
	int fd;

	flow(KERNEL_PORT, port++);
	in("S 0:0(0) win 65535 <%s>", options);
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	close(l);
	put(fd, 1460);
	out("P. 1:1461(1460) ack 1");
	set_linger(fd, 0);
	close(fd);
	out("R. 1461:1461(0) ack 1");
}

/* S016 MUST-7: lengths that are not possible. */
CASE(malformed, option_lengths)
{
	opens_with("mss 1460,hex 0300");
	opens_with("mss 1460,hex 0301");
	opens_with("mss 1460,hex 03ff");
	opens_with("mss 1460,hex fe00");
	opens_with("mss 1460,hex fe01");
	opens_with("mss 1460,nop,nop,nop,hex fe");
	opens_with("mss 1460,nop,nop,hex fe28");
}

/* S016 MUST-7: lengths that do not go with their kind. */
CASE(malformed, option_length_of_kind)
{
	opens_with("mss 1460,hex 030406ff");
	opens_with("mss 1460,hex 0302");
	opens_with("mss 1460,hex 04030000");
	opens_with("mss 1460,hex 080400000000");
	opens_with("mss 1460,hex 0203aa00");
	opens_with("hex 0203aa,mss 1460");
}

/* S016 MUST-4 MUST-5 MUST-6 MUST-68: none, padding, and kinds to come. */
CASE(malformed, option_unknown)
{
	set_sysctl("timestamps", "0");
	opens_with("mss 1460");
	opens_with("nop,nop,mss 1460");
	opens_with("mss 1460,eol,hex ffffff");
	opens_with("hex fe08010203040506,mss 1460,hex fd020000");
	opens_with("hex fc04abcd,hex 1c040005,hex 2202,nop,nop,mss 1460");
	opens_with("mss 1460,ts 1 0,sackok,nop,wscale 0");
}

/* RFC 7323 2.3: a shift above 14 counts as 14. */
CASE(malformed, wscale_too_large)
{
	int fd = passive_with("S 0:0(0) win 65535 <mss 1460,wscale 255>", 1);

	put(fd, 11 * 1460);
	out(". 1:1461(1460) ack 1");
	while (last_out()->seq + last_out()->len < 10 * 1460)
		out(". %u:%u(1460) ack 1", last_out()->seq + 1460,
		    last_out()->seq + 2920);
	in(". 1:1(0) ack 14601 win 1");
	out("P. 14601:16061(1460) ack 1");
	in(". 1:1(0) ack 16061 win 1");
}

/* Tiny MSS: RFC 9293 does not say, but no 20 headers for 20 octets. */
CASE(malformed, mss_tiny)
{
	int fd = passive_with("S 0:0(0) win 65535 <mss 1>", 65535);

	put(fd, 40);
	out("P. 1:41(40) ack 1");
	in(". 1:1(0) ack 41");
}

/* MUST-7: broken options on a connection: the segment counts, they do not. */
CASE(malformed, options_established)
{
	int fd = passive();

	in("P. 1:101(100) ack 1 <hex fe00>");
	out_between(0, 50, ". 1:1(0) ack 101");
	in("P. 101:201(100) ack 1 <hex fe04abcd>");
	out_between(0, 50, ". 1:1(0) ack 201");
	in("P. 201:301(100) ack 1 <nop,nop,hex 05ff>");
	out_between(0, 50, ". 1:1(0) ack 301");
	get(fd, 300);
}

/* S009: reserved bits and ECN bits from others do not matter. */
CASE(malformed, flag_bits)
{
	int fd = passive();

	in("P.EW 1:101(100) ack 1");
	out_between(0, 50, ". 1:1(0) ack 101");
	get(fd, 100);
	in(".PUEW 101:201(100) ack 1 urg 0");
	out_between(0, 50, ". 1:1(0) ack 201");
}

/* MUST-57 MUST-63: nobody listens on a broadcast or multicast address. */
CASE(malformed, destination)
{
	server();
	in(SYN_OK " dst 255.255.255.255");
	in(SYN_OK " dst 224.0.0.1");
	nothing_happens();
}

/* MUST-63: and nobody talks from one. */
CASE(malformed, source)
{
	server();
	in(SYN_OK " src 255.255.255.255");
	in(SYN_OK " src 224.0.0.1");
	in(SYN_OK " src 239.1.2.3");
	in(SYN_OK " src 127.0.0.1");
	in(SYN_OK " src 192.0.2.1");
	nothing_happens();
}

/* S007: port 0 is no port. */
CASE(malformed, port_zero)
{
	ltcp_only("answers port 0");
	server();
	in("S 0:0(0) sport 0");
	in("S 0:0(0) dport 0");
	in(". 1:1(0) ack 1 dport 0");
	nothing_happens();
	counter_is("DropPortZero", 3);
}

/*
 * ICMP
 */

/* MUST-54 SHLD-25: nobody there: connect() fails at once. */
CASE(malformed, icmp_refuses)
{
	int fd = client();

	out("S 0:0(0)");
	icmp(ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0, "S 0:0(0)");
	is(socket_error(fd), ECONNREFUSED);
	state_is("CLOSED");
	quiet(10 * SEC);
	counter_is("IcmpHard", 1);
}

/* MUST-54 SHLD-26 */
CASE(malformed, icmp_protocol)
{
	int fd = client();

	out("S 0:0(0)");
	icmp(ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, 0, "S 0:0(0)");
	is(socket_error(fd), is_v6() ? EACCES : ENOPROTOOPT);
}

/* MUST-55 MUST-56 RFC 6633 3: soft errors end nothing. */
CASE(malformed, icmp_soft_in_syn_sent)
{
	int fd;

	ltcp_only("takes soft errors for hard ones in SYN_SENT");
	fd = client();
	out("S 0:0(0)");
	icmp(ICMP_SOURCE_QUENCH, 0, 0, "S 0:0(0)");
	icmp(ICMP_DEST_UNREACH, ICMP_NET_UNREACH, 0, "S 0:0(0)");
	icmp(ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, "S 0:0(0)");
	icmp(ICMP_DEST_UNREACH, ICMP_SR_FAILED, 0, "S 0:0(0)");
	icmp(ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0, "S 0:0(0)");
	icmp(ICMP_PARAMETERPROB, 0, 0, "S 0:0(0)");
	state_is("SYN_SENT");
	out_between(900, 1100, "S 0:0(0)");
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	out(". 1:1(0) ack 1");
	is(socket_error(fd), 0);
}

/* MUST-47 MUST-56: but when the time is over they say why. */
CASE(malformed, icmp_soft_tells_why)
{
	int fd;

	ltcp_only("takes soft errors for hard ones in SYN_SENT");
	fd = client_socket();
	set_option(fd, TCP_SYNCNT, 1);
	is(start_connect(fd), EINPROGRESS);
	out("S 0:0(0)");
	icmp(ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, "S 0:0(0)");
	out_at(1 * SEC, "S 0:0(0)");
	quiet(1900);
	state_is("SYN_SENT");
	quiet(500);
	is(socket_error(fd), EHOSTUNREACH);
	state_is("CLOSED");
}

/* S085 T15 RFC 5927 4, 4.1: what is not in flight is not ours. */
CASE(malformed, icmp_wrong_sequence)
{
	int fd = client();

	out("S 0:0(0)");
	icmp(ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0, "S 1000:1000(0)");
	icmp(ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0, "S -1:-1(0)");
	quiet(500);
	state_is("SYN_SENT");
	is(socket_error(fd), 0);
	counter_is("IcmpIgnored", 2);
}

/* MUST-56: RFC 5927 5.2, on a connection even hard errors are soft. */
CASE(malformed, icmp_established)
{
	int fd = passive();

	put(fd, 100);
	out("P. 1:101(100) ack 1");
	icmp(ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0, "P. 1:101(100) ack 1");
	icmp(ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, 0, "P. 1:101(100) ack 1");
	icmp(ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0, "P. 1:101(100) ack 1");
	state_is("ESTABLISHED");
	out_between(RTO - 20, RTO + 50, "P. 1:101(100) ack 1");
	in(". 1:1(0) ack 101");
	is(recv_errno(fd), EAGAIN);
	counter_is("IcmpSoft", 3);
}

/*
 * S002 RFC 2525 2.4: RFC 1191, the path is narrower, and what was lost goes
 * again.
 */
CASE(malformed, icmp_frag_needed)
{
	int fd;

	ltcp_only("sends more again than was lost");
	fd = passive();
	set_option(fd, TCP_NODELAY, 1);
	put(fd, 2920);
	out(". 1:1461(1460) ack 1");
	out("P. 1461:2921(1460) ack 1");
	icmp(ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 1300, ". 1:1461(1460) ack 1");
	out(". 1:1261(1260) ack 1");
	in(". 1:1(0) ack 2921");
	put(fd, 1300);
	out(". 2921:4181(1260) ack 1");
	out("P. 4181:4221(40) ack 1");
	in(". 1:1(0) ack 4221");
	counter_is("IcmpPmtu", 1);
}

/*
 * S002 T15 RFC 5927 4.1, 7: not below base_mss, and not for strange segments.
 */
CASE(malformed, icmp_frag_needed_wrong)
{
	int fd = passive();

	put(fd, 1460);
	out("P. 1:1461(1460) ack 1");
	icmp(ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 1000,
	     ". 100001:101461(1460) ack 1");
	out_at(RTO, "P. 1:1461(1460) ack 1");
	in(". 1:1(0) ack 1461");
	put(fd, 1460);
	out("P. 1461:2921(1460) ack 1");
	in(". 1:1(0) ack 2921");
	counter_is("IcmpPmtu", 0);
	counter_is("IcmpIgnored", 1);
}

TEST_HARNESS_MAIN
