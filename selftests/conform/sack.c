// SPDX-License-Identifier: GPL-2.0
/*
 * Selective acknowledgment: when it is agreed on (RFC 2018 2), what the kernel
 * reports (RFC 2018 4, RFC 2883), what it makes of a report (RFC 6675), and
 * what a peer that lies can cost (T19, T20).
 */

#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "case.h"

CASES(sack)

#define MSS	1460

/*
 * Agreeing on it
 */

/* RFC 2018 2: the answer to a SYN that asks, and to one that does not. */
CASE(sack, asked)
{
	int l = server();

	in("S 0:0(0) win 65535 <mss 1460,sackok>");
	out("S. 0:0(0) ack 1 <mss 1460,sackok>");
	in(". 1:1(0) ack 1");
	check(info(accepted(l)).tcpi_options & TCPI_OPT_SACK);

	flow(KERNEL_PORT, PEER_PORT + 1);
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1 <mss 1460>");
	in(". 1:1(0) ack 1");
	check(!(info(accepted(l)).tcpi_options & TCPI_OPT_SACK));

	set_sysctl("sack", "0");
	flow(KERNEL_PORT, PEER_PORT + 2);
	in("S 0:0(0) win 65535 <mss 1460,sackok>");
	out("S. 0:0(0) ack 1 <mss 1460>");
}

/* S016 RFC 2018 2: our SYN asks; who does not say yes gets no blocks. */
CASE(sack, asks)
{
	set_sysctl("timestamps", "0");
	client();
	out("S 0:0(0) <mss 1460,sackok,wscale %d>", is_ltcp() ? 6 : 7);
	in("S. 0:0(0) ack 1 win 65535 <mss 1460,sackok>");
	out(". 1:1(0) ack 1 <>");
	in(". 1001:2001(1000) ack 1");
	out(". 1:1(0) ack 1 <sack 1001:2001>");

	flow(KERNEL_PORT + 1, PEER_PORT);
	client();
	out("S 0:0(0)");
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	out(". 1:1(0) ack 1 <>");
	in(". 1001:2001(1000) ack 1");
	out(". 1:1(0) ack 1 <>");

	set_sysctl("sack", "0");
	flow(KERNEL_PORT + 2, PEER_PORT);
	client();
	out("S 0:0(0) <mss 1460,wscale %d>", is_ltcp() ? 6 : 7);
}

/* S038: both SYNs ask. */
CASE(sack, simultaneous)
{
	set_sysctl("timestamps", "0");
	client();
	out("S 0:0(0)");
	in("S 0:0(0) win 65535 <mss 1460,sackok>");
	out("S. 0:0(0) ack 1 <mss 1460,sackok>");
	in(". 1:1(0) ack 1");
	in(". 1001:2001(1000) ack 1");
	out(". 1:1(0) ack 1 <sack 1001:2001>");
}

/* S058: a cookie remembers it, if there are timestamps to put it in. */
CASE(sack, cookie)
{
	set_sysctl("syncookies", "2");
	server();
	in("S 0:0(0) win 65535 <mss 1460,sackok,ts * 0>");
	out("S. 0:0(0) ack 1 <mss 1460,sackok,ts * *>");
	in(". 1:1(0) ack 1 <nop,nop,ts * *>");
	in(". 1001:2001(1000) ack 1 <nop,nop,ts * *>");
	out(". 1:1(0) ack 1 <ts * *,sack 1001:2001>");

	flow(KERNEL_PORT, PEER_PORT + 1);
	in("S 0:0(0) win 65535 <mss 1460,sackok>");
	out("S. 0:0(0) ack 1 <mss 1460>");
	in(". 1:1(0) ack 1");
	in(". 1001:2001(1000) ack 1");
	out(". 1:1(0) ack 1 <>");
}

/*
 * Receiving
 */

/* S001 RFC 2018 4: the block that changed last comes first; four at most. */
CASE(sack, blocks)
{
	int fd = passive_sack();

	in(". 1001:1101(100) ack 1");
	out(". 1:1(0) ack 1 <sack 1001:1101>");
	in(". 2001:2101(100) ack 1");
	out(". 1:1(0) ack 1 <sack 2001:2101 1001:1101>");
	in(". 3001:3101(100) ack 1");
	out(". 1:1(0) ack 1 <sack 3001:3101 2001:2101 1001:1101>");
	in(". 1101:1201(100) ack 1");
	out(". 1:1(0) ack 1 <sack 1001:1201 3001:3101 2001:2101>");
	in(". 4001:4101(100) ack 1");
	out(". 1:1(0) ack 1 <sack 4001:4101 1001:1201 3001:3101 2001:2101>");
	in(". 5001:5101(100) ack 1");
	out(". 1:1(0) ack 1 <sack 5001:5101 4001:4101 1001:1201 3001:3101>");
	/* The one that was forgotten is remembered when there is room. */
	in(". 4101:5001(900) ack 1");
	out(". 1:1(0) ack 1 <sack 4001:5101 1001:1201 3001:3101 2001:2101>");
	in(". 1901:2001(100) ack 1");
	out(". 1:1(0) ack 1 <sack 1901:2101 4001:5101 1001:1201 3001:3101>");
	/* What closes a hole leaves the blocks beyond. */
	in(". 1:1001(1000) ack 1");
	out(". 1:1(0) ack 1201 <sack 1901:2101 4001:5101 3001:3101>");
	in(". 1201:1901(700) ack 1");
	out(". 1:1(0) ack 2101 <sack 4001:5101 3001:3101>");
	in(". 2101:3001(900) ack 1");
	out(". 1:1(0) ack 3101 <sack 4001:5101>");
	in(". 3101:4001(900) ack 1");
	out(". 1:1(0) ack 5101 <>");
	get(fd, 5100);
}

/* RFC 2018 3: beside timestamps there is room for three. */
CASE(sack, blocks_and_timestamps)
{
	int i;

	set_sysctl("dsack", "0");
	server();
	in("S 0:0(0) win 65535 <mss 1460,sackok,ts * 0>");
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1 <nop,nop,ts * *>");
	timestamps_always();
	for (i = 1; i < 4; i++) {
		in(". %d001:%d101(100) ack 1", i, i);
		out(". 1:1(0) ack 1");
	}
	in(". 4001:4101(100) ack 1");
	out(". 1:1(0) ack 1 <ts * *,sack 4001:4101 3001:3101 2001:2101>");
}

/* Overlaps on either side, and what covers several blocks whole. */
CASE(sack, blocks_overlap)
{
	int fd = passive_sack();

	set_sysctl("dsack", "0");
	in(". 1001:1101(100) ack 1");
	out(". 1:1(0) ack 1 <sack 1001:1101>");
	in(". 1201:1301(100) ack 1");
	out(". 1:1(0) ack 1 <sack 1201:1301 1001:1101>");
	in(". 1401:1501(100) ack 1");
	out(". 1:1(0) ack 1 <sack 1401:1501 1201:1301 1001:1101>");
	in(". 1051:1251(200) ack 1");
	out(". 1:1(0) ack 1 <sack 1001:1301 1401:1501>");
	in(". 901:1601(700) ack 1");
	out(". 1:1(0) ack 1 <sack 901:1601>");
	in(". 1501:1701(200) ack 1");
	out(". 1:1(0) ack 1 <sack 901:1701>");
	in(". 801:1701(900) ack 1");
	out(". 1:1(0) ack 1 <sack 801:1701>");
	in("F. 1701:1701(0) ack 1");
	out(". 1:1(0) ack 1 <sack 801:1702>");
	in(". 1:801(800) ack 1");
	out(". 1:1(0) ack 1702 <>");
	get(fd, 1700);
	get_end(fd);
}

/*
 * RFC 2018 4: each ACK reports, those with data too where that makes no segment
 * longer than a full one.
 */
CASE(sack, with_data)
{
	int fd = passive_sack();

	in(". 1001:2001(1000) ack 1");
	out(". 1:1(0) ack 1 <sack 1001:2001>");
	put(fd, 100);
	out("P. 1:101(100) ack 1 <sack 1001:2001>");
	in(". 2001:2001(0) ack 101");
	/* A full segment is not made longer. */
	put(fd, MSS);
	out("P. 101:1561(1460) ack 1 <>");
	in(". 3001:3101(100) ack 1561");
	out(". 1561:1561(0) ack 1 <sack 3001:3101 1001:2001>");
}

/* Else the ACK goes alone, behind the data. */
CASE(sack, beside_full_segments)
{
	int fd = passive_with("S 0:0(0) win 1460 <mss 1460,sackok>", 1460);

	ltcp_only("makes the segment smaller");
	put(fd, 2 * MSS);
	out(". 1:1461(1460) ack 1");
	in(". 1001:2001(1000) ack 1461 win 1460");
	out("P. 1461:2921(1460) ack 1 <>");
	out(". 2921:2921(0) ack 1 <sack 1001:2001>");
	in(". 2001:2001(0) ack 2921");
}

/* RFC 2883 4: what came twice comes first, once. */
CASE(sack, dsack)
{
	int fd = passive_sack();

	in(". 1:1001(1000) ack 1");
	out_at(40, ". 1:1(0) ack 1001 <>");
	/* 4.1: all of it is old. */
	in(". 1:1001(1000) ack 1");
	out(". 1:1(0) ack 1001 <sack 1:1001>");
	in(". 501:601(100) ack 1");
	out(". 1:1(0) ack 1001 <sack 501:601>");
	/* 4.1.2: in a block that is waiting; that block is the second one. */
	in(". 2001:3001(1000) ack 1");
	out(". 1:1(0) ack 1001 <sack 2001:3001>");
	in(". 4001:5001(1000) ack 1");
	out(". 1:1(0) ack 1001 <sack 4001:5001 2001:3001>");
	in(". 2001:2501(500) ack 1");
	out(". 1:1(0) ack 1001 <sack 2001:2501 2001:3001 4001:5001>");
	/* 4.2: part of it is new. */
	in(". 2901:3101(200) ack 1");
	out(". 1:1(0) ack 1001 <sack 2901:3001 2001:3101 4001:5001>");
	in(". 901:1101(200) ack 1");
	out(". 1:1(0) ack 1101 <sack 901:1001 2001:3101 4001:5001>");
	/* And then no more. */
	in(". 1101:1201(100) ack 1");
	out(". 1:1(0) ack 1201 <sack 2001:3101 4001:5001>");
	counter_is("DsacksOut", 5);
	get(fd, 1200);
}

/* `dsack` off: not a word of it. */
CASE(sack, dsack_off)
{
	passive_sack();
	set_sysctl("dsack", "0");
	in(". 1:1001(1000) ack 1");
	out_between(0, 50, ". 1:1(0) ack 1001 <>");
	in(". 1:1001(1000) ack 1");
	out(". 1:1(0) ack 1001 <>");
	counter_is("DsacksOut", 0);
}

static unsigned int rmem(int fd)
{
	uint32_t mem[SK_MEMINFO_VARS];
	socklen_t len = sizeof(mem);

	check(!getsockopt(fd, SOL_SOCKET, SO_MEMINFO, mem, &len));
	return mem[SK_MEMINFO_RMEM_ALLOC];
}

/*
 * T20 RFC 2018 8: single octets behind a hole cost what their buffers cost, not
 * what they carry. What is discarded is not reported any more.
 */
CASE(sack, early_is_bounded)
{
	int l = server();
	int i, fd;

	ltcp_only("merges them");
	set_socket(l, SO_RCVBUF, 32768);	/* of which it makes twice */
	in("S 0:0(0) win 65535 <mss 1460,sackok>");
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	for (i = 0; i < 1000; i++) {
		in(". %d:%d(1) ack 1", 1001 + 2 * i, 1002 + 2 * i);
		check(rmem(fd) <= 65536 + 2048);
	}
	swallow();
	check(counter("OooQueued") < 500);
	check(counter("DropReceiveBuffer") + counter("OooPruned") > 500);
	/* The nearer the better: what is near displaces what is far. */
	in(". 501:601(100) ack 1");
	out(". 1:1(0) ack 1");
	is(last_out()->nsacks, 4);
	check(counter("OooPruned") > 0);
	/* And the stream goes on. */
	in(". 1:1001(1000) ack 1");
	out(". 1:1(0) ack 1002");
	get(fd, 1001);
}

/*
 * Sending
 */

/* RFC 6675 5: several holes in one flight, all found and filled. */
CASE(sack, holes)
{
	int fd = passive_sack();

	ltcp_only("counts otherwise");
	put(fd, 10 * MSS);
	out_segments(0, 10);
	/* Segments 0, 3 and 7 are lost. */
	in(". 1:1(0) ack 1 <nop,nop,sack 1461:4381>");
	quiet(50);
	is(info(fd).tcpi_sacked, 2);
	is(info(fd).tcpi_ca_state, TCP_CA_Disorder);
	in(". 1:1(0) ack 1 <nop,nop,sack 5841:10221 1461:4381>");
	out_segments(0, 1);
	out_segments(3, 1);
	is(info(fd).tcpi_sacked, 5);
	is(info(fd).tcpi_lost, 2);
	is(info(fd).tcpi_retrans, 2);
	is(info(fd).tcpi_unacked, 10);
	is(info(fd).tcpi_ca_state, TCP_CA_Recovery);
	quiet(50);
	in(". 1:1(0) ack 10221 <nop,nop,sack 11681:14601>");
	out_segments(7, 1);
	in(". 1:1(0) ack 14601");
	quiet(10 * SEC);
	is(info(fd).tcpi_ca_state, TCP_CA_Open);
	is(info(fd).tcpi_sacked, 0);
	is(info(fd).tcpi_lost, 0);
	counter_is("FastRetransmits", 1);
	counter_is("RetransSegs", 3);
	counter_is("RtoTimeouts", 0);
}

/* RFC 6675 2: an ACK that SACKs nothing new is no duplicate. */
CASE(sack, no_duplicates_without_news)
{
	int fd = passive_sack();
	int i;

	ltcp_only("counts them");
	put(fd, 10 * MSS);
	out_segments(0, 10);
	for (i = 0; i < 10; i++)
		in(". 1:1(0) ack 1 <nop,nop,sack 1461:2921>");
	for (i = 0; i < 10; i++)
		in(". 1:1(0) ack 1");
	quiet(50);
	counter_is("DupAcksIn", 1);
	counter_is("FastRetransmits", 0);
	in(". 1:1(0) ack 14601");
}

/* RFC 3042 2 RFC 6675 5: what was SACKed makes room for what is new. */
CASE(sack, limited_transmit)
{
	int fd = passive_sack();

	put(fd, 14 * MSS);
	out_segments(0, 10);
	in(". 1:1(0) ack 1 <nop,nop,sack 1461:2921>");
	out_segments(10, 1);
	in(". 1:1(0) ack 1 <nop,nop,sack 1461:4381>");
	out_segments(11, 1);
	in(". 1:1(0) ack 17521");
	out_segments(12, 2);
	in(". 1:1(0) ack 20441");
	counter_is("RetransSegs", 0);
}

/* RFC 6675 5.1: after a timeout what was SACKed is not sent again. */
CASE(sack, timeout_keeps_sacks)
{
	int fd = passive_sack();

	put(fd, 6 * MSS);
	out_segments(0, 6);
	in(". 1:1(0) ack 1 <nop,nop,sack 2921:5841>");
	out_between(RTO - 20, RTO + 250, ". 1:1461(1460) ack 1");
	in(". 1:1(0) ack 1461 <nop,nop,sack 2921:5841>");
	out_segments(1, 1);
	out_segments(4, 1);
	in(". 1:1(0) ack 7301");
	out_segments(5, 1);
	in(". 1:1(0) ack 8761");
	quiet(10 * SEC);
	counter_is("SackReneges", 0);
}

/* T25 RFC 2018 8: who takes back what he SACKed gets it all again. */
CASE(sack, reneging)
{
	int fd = passive_sack();
	int i;

	ltcp_only("waits for more");
	put(fd, 6 * MSS);
	out_segments(0, 6);
	in(". 1:1(0) ack 1 <nop,nop,sack 1461:2921>");
	in(". 1:1(0) ack 1 <nop,nop,sack 4381:8761 1461:2921>");
	out_segments(0, 1);
	out_segments(2, 1);
	quiet(50);
	/* It has segment 0 now, and neither 1 nor anything else. */
	in(". 1:1(0) ack 1461");
	out_between(0, 60, ". 1461:2921(1460) ack 1");
	counter_is("SackReneges", 1);
	is(info(fd).tcpi_sacked, 0);
	for (i = 2; i < 6; i++)
		in(". 1:1(0) ack %d", i * MSS + 1);
	swallow();
	in(". 1:1(0) ack 8761");
	quiet(10 * SEC);
}

/* The same, found only when the timeout comes. */
CASE(sack, reneging_in_silence)
{
	int fd = passive_sack();

	ltcp_only("waits for more");
	put(fd, 3 * MSS);
	out_segments(0, 3);
	in(". 1:1(0) ack 1 <nop,nop,sack 1:4381>");
	quiet(150);
	out_between(0, 200, ". 1:1461(1460) ack 1");
	counter_is("SackReneges", 1);
	in(". 1:1(0) ack 4381");
}

/* T19 T25: blocks of what was never sent, or is acknowledged, or of nothing. */
CASE(sack, bad_blocks)
{
	static const char *const bad[] = {
		"14601:16061",		/* never sent */
		"13141:14602",		/* one octet of it was not */
		"2921:1461",		/* the wrong way round */
		"2921:2921",		/* nothing */
		"1:2921",		/* begins with what is acknowledged */
		"-100000:2921",
		"2147483648:2147485000",
	};
	int fd = passive_sack();
	unsigned int i;

	ltcp_only("counts otherwise");
	put(fd, 10 * MSS);
	out_segments(0, 10);
	in(". 1:1(0) ack 1461");
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		in(". 1:1(0) ack 1461 <nop,nop,sack %s>", bad[i]);
		counter_is("SackBlocksBad", i + 1);
	}
	is(info(fd).tcpi_sacked, 0);
	counter_is("DupAcksIn", 0);
	quiet(50);
	/* And the good ones beside them count. */
	in(". 1:1(0) ack 1461 <nop,nop,sack 4381:5841 14601:16061>");
	is(info(fd).tcpi_sacked, 1);
	in(". 1:1(0) ack 14601");
}

/* RFC 2883 4: reports of duplicates mark nothing. */
CASE(sack, dsack_received)
{
	int fd = passive_sack();

	put(fd, 10 * MSS);
	out_segments(0, 10);
	in(". 1:1(0) ack 2921");
	in(". 1:1(0) ack 2921 <nop,nop,sack 1:1461>");
	counter_is("DsacksIn", 1);
	in(". 1:1(0) ack 2921 <nop,nop,sack 4381:5841 4381:7301>");
	counter_is("DsacksIn", 2);
	if (is_ltcp())
		is(info(fd).tcpi_sacked, 2);
	/* Of what can never have been received twice: beyond all windows. */
	in(". 1:1(0) ack 2921 <nop,nop,sack -70000:-69000>");
	counter_is("DsacksIn", 2);
	counter_is("SackBlocksBad", 1);
	in(". 1:1(0) ack 14601");
}

/* A packet of many segments is cut where segments end, and nowhere else. */
CASE(sack, cut_at_segments)
{
	int fd = passive_sack();

	ltcp_only("cuts anywhere");
	put(fd, 10 * MSS);
	out_segments(0, 10);
	/* Half a segment on either side does not count. */
	in(". 1:1(0) ack 1 <nop,nop,sack 2000:5000>");
	is(info(fd).tcpi_sacked, 1);
	in(". 1:1(0) ack 1 <nop,nop,sack 6000:6100>");
	is(info(fd).tcpi_sacked, 1);
	in(". 1:1(0) ack 1 <nop,nop,sack 7301:14601>");
	is(info(fd).tcpi_sacked, 6);
	out_segments(0, 2);
	out_segments(3, 2);
	quiet(50);
	in(". 1:1(0) ack 14601");
}

/*
 * What it costs
 */

#define TINY	48		/* octets: the least MSS, min_snd_mss */
#define MANY	1000		/* segments under way */

static unsigned int unsent(int fd)
{
	int octets;

	check(!ioctl(fd, SIOCOUTQNSD, &octets));
	return octets;
}

/* A connection with MANY tiny segments on their way, from octet 1 + *@una on */
static int many_under_way(unsigned int *una)
{
	unsigned int total = 4 * MANY * TINY, acked = 0;
	int l, fd;

	set_sysctl("wmem", "4096 4194304 4194304");
	l = server();
	in("S 0:0(0) win 65535 <mss 48,sackok,wscale 7>");
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	set_option(fd, TCP_NODELAY, 1);
	put(fd, total);
	while (total - unsent(fd) - acked < MANY * TINY) {
		swallow();
		acked += 2 * TINY;
		in(". 1:1(0) ack %u", acked + 1);
	}
	swallow();
	*una = acked;
	return fd;
}

/* T19: every second segment SACKed, singly, in any order, again and again. */
CASE(sack, work_is_bounded)
{
	unsigned int una, seq, i, j, acks = 0;
	unsigned long before;
	char blocks[256];
	int fd;

	ltcp_only("counts nothing");
	fd = many_under_way(&una);
	before = counter("SackSteps");
	for (i = 0; i < MANY; i += 8) {
		*blocks = '\0';
		for (j = 0; j < 4; j++) {
			/* A stride that comes by each odd segment once. */
			seq = una + 1 + TINY *
			      ((2 * ((i / 2 + j) * 167 % (MANY / 2))) + 1);
			snprintf(blocks + strlen(blocks),
				 sizeof(blocks) - strlen(blocks), " %u:%u",
				 seq, seq + TINY);
		}
		in(". 1:1(0) ack %u <nop,nop,sack%s>", una + 1, blocks);
		acks++;
	}
	swallow();
	is(info(fd).tcpi_sacked, MANY / 2);
	/* A search for each block, and the segment it names. */
	check(counter("SackSteps") - before <= 4 * 3 * acks);

	/* One block over all of them, and the same once more. */
	in(". 1:1(0) ack %u <nop,nop,sack %u:%u>", una + 1, una + 1 + TINY,
	   una + 1 + MANY * TINY);
	swallow();
	before = counter("SackSteps");
	for (i = 0; i < 100; i++)
		in(". 1:1(0) ack %u <nop,nop,sack %u:%u>", una + 1,
		   una + 1 + TINY, una + 1 + MANY * TINY);
	check(counter("SackSteps") - before <= 2 * 100);

	/* Each octet a block of its own: nothing is cut below a segment. */
	before = counter("SackSteps");
	for (i = 0; i < 100; i++)
		in(". 1:1(0) ack %u <nop,nop,sack %u:%u>", una + 1,
		   una + 2 + i, una + 3 + i);
	check(counter("SackSteps") - before <= 3 * 100);
	is(info(fd).tcpi_sacked, MANY - 1);
	swallow();
	in("R 1:1(0)");
}

TEST_HARNESS_MAIN
