// SPDX-License-Identifier: GPL-2.0
/*
 * The timestamps option, RFC 7323: negotiation (3.2), which one is echoed
 * (4.3), round trips (4.1), PAWS (5), and what the values give away (7.1).
 * The peer's timestamps wrap around when a case is one second old.
 */

#include <time.h>

#include "case.h"

CASES(timestamps)

#define MSS_TS	1448	/* 1460 without 12 octets of options */

/* S016: RFC 7323 3.2, offered with 0 as echo, and used once agreed on. */
CASE(timestamps, active)
{
	int fd = client();

	out("S 0:0(0) <mss 1460,sackok,wscale %d,ts * 0>", is_ltcp() ? 6 : 7);
	in("S. 0:0(0) ack 1 win 65535 <mss 1460,ts 700 *>");
	out(". 1:1(0) ack 1 <ts * 700>");
	put(fd, 100);
	out("P. 1:101(100) ack 1 <ts * 700>");
	in(". 1:1(0) ack 101 <ts 701 *>");
}

/* S016: the echo of the SYN's goes with the SYN-ACK. */
CASE(timestamps, passive)
{
	int l = server();
	int fd;

	in("S 0:0(0) win 65535 <mss 1460,ts 500 0>");
	out("S. 0:0(0) ack 1 <mss 1460,ts * 500>");
	in(". 1:1(0) ack 1 <ts 501 *>");
	fd = accepted(l);
	put(fd, 100);
	out("P. 1:101(100) ack 1 <ts * 501>");
	in(". 1:1(0) ack 101 <ts 502 *>");
}

/* RFC 7323 3.2: not in the SYN-ACK, so not at all, and MSS is whole. */
CASE(timestamps, peer_refuses)
{
	int fd = client();

	out("S 0:0(0) <mss 1460,sackok,wscale %d,ts * 0>", is_ltcp() ? 6 : 7);
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	out(". 1:1(0) ack 1 <>");
	put(fd, 1460);
	out("P. 1:1461(1460) ack 1 <>");
	in(". 1:1(0) ack 1461");
}

/* RFC 7323 3.2: a SYN-ACK has none if the SYN had none. */
CASE(timestamps, not_asked)
{
	passive();
	is(last_out()->ts_at, 0);
}

/* S038: both SYNs have them, so both ends know. */
CASE(timestamps, simultaneous)
{
	int fd = client();

	out("S 0:0(0) <mss 1460,sackok,wscale %d,ts * 0>", is_ltcp() ? 6 : 7);
	in("S 0:0(0) win 65535 <mss 1460,ts 20 0>");
	out("S. 0:0(0) ack 1 <mss 1460,ts * 20>");
	in(". 1:1(0) ack 1 <ts 21 *>");
	state_is("ESTABLISHED");
	put(fd, 10);
	out("P. 1:11(10) ack 1 <ts * 21>");
	in(". 1:1(0) ack 11 <ts 22 *>");
}

/* RFC 7323 appendix A: two NOPs align the values. */
CASE(timestamps, layout)
{
	static const uint8_t head[] = { 1, 1, 8, 10 };

	passive_ts();
	in("P. 1:101(100) ack 1");
	out_between(0, 50, ". 1:1(0) ack 101");
	is(last_out()->nopt, 12);
	check(!memcmp(last_out()->opt, head, sizeof(head)));
}

/* MUST-16: the MSS of RFC 6691 counts options as data. */
CASE(timestamps, mss)
{
	int fd = passive_ts();

	set_option(fd, TCP_NODELAY, 1);
	put(fd, 2 * MSS_TS + 1);
	out(". 1:1449(1448) ack 1");
	out(". 1449:2897(1448) ack 1");
	out("P. 2897:2898(1) ack 1");
	in(". 1:1(0) ack 2898");
}

/* RFC 7323 3.2: each segment has them; the script sees to that. */
CASE(timestamps, every_segment)
{
	int fd = active_ts();

	put(fd, 100);
	out("P. 1:101(100) ack 1");
	out_at(RTO, "P. 1:101(100) ack 1");
	in(". 1:1(0) ack 101 win 0");
	put(fd, 1);
	out_between(100, 1000, ". 100:100(0) ack 1");
	in(". 1:1(0) ack 101");
	out("P. 101:102(1) ack 1");
	in(". 1:1(0) ack 102");
	shutdown(fd, SHUT_WR);
	out("F. 102:102(0) ack 1");
	in(". 1:1(0) ack 103");
	in("P. 1:101(100) ack 103");
	out_between(0, 50, ". 103:103(0) ack 101");
	in("F. 101:101(0) ack 103");
	out_between(0, 50, ". 103:103(0) ack 102");
}

/* RFC 7323 3.2: in a RST too. */
CASE(timestamps, rst)
{
	int fd = passive_ts();

	ltcp_only("has none in a RST");
	set_linger(fd, 0);
	close(fd);
	out("R. 1:1(0) ack 1 <ts * 0>");
}

/* RFC 7323 3.2: one that answers has them too, and echoes 0 without ACK. */
CASE(timestamps, rst_that_answers)
{
	int fd = passive_ts();

	ltcp_only("has none in a RST");
	close(fd);
	out("F. 1:1(0) ack 1");
	in("P. 1:101(100) ack 2");
	out("R 2:2(0)");
	check(last_out()->ts_at);
}

/* RFC 7323 4.3: a delayed ACK echoes the first of the segments it covers. */
CASE(timestamps, echo_delayed_ack)
{
	int fd = passive_ts();

	in(". 1:1449(1448) ack 1 <ts 1000 *>");
	out_between(0, 50, ". 1:1(0) ack 1449 <ts * 1000>");
	set_option(fd, TCP_QUICKACK, 0);
	in(". 1449:2897(1448) ack 1 <ts 1100 *>");
	in(". 2897:4345(1448) ack 1 <ts 1200 *>");
	out(". 1:1(0) ack 4345 <ts * 1100>");
}

/* RFC 7323 4.3: beyond a hole the echo stays; what fills the hole counts. */
CASE(timestamps, echo_hole)
{
	passive_ts();
	in(". 1:1001(1000) ack 1 <ts 1000 *>");
	out_between(0, 50, ". 1:1(0) ack 1001 <ts * 1000>");
	in(". 2001:3001(1000) ack 1 <ts 1200 *>");
	out(". 1:1(0) ack 1001 <ts * 1000>");
	in(". 3001:4001(1000) ack 1 <ts 1300 *>");
	out(". 1:1(0) ack 1001 <ts * 1000>");
	in(". 1001:2001(1000) ack 1 <ts 1100 *>");
	out(". 1:1(0) ack 4001 <ts * 1100>");
	in(". 4001:5001(1000) ack 1 <ts 1400 *>");
	out_between(0, 50, ". 1:1(0) ack 5001 <ts * 1400>");
}

/* S078: RFC 7323 5.3 R1, old segments are acknowledged and dropped. */
CASE(timestamps, paws)
{
	int fd = passive_ts();

	in("P. 1:101(100) ack 1 <ts 1000 *>");
	out_between(0, 50, ". 1:1(0) ack 101 <ts * 1000>");
	get(fd, 100);
	in("P. 101:201(100) ack 1 <ts 999 *>");
	out(". 1:1(0) ack 101 <ts * 1000>");
	get_nothing(fd);
	counter_is("DropPaws", 1);
	in("P. 101:201(100) ack 1 <ts 1000 *>");
	out_between(0, 50, ". 1:1(0) ack 201 <ts * 1000>");
	get(fd, 100);
}

/* S078: half of all values are old, wherever they wrap around. */
CASE(timestamps, paws_wraps)
{
	int fd = passive_ts();

	in("P. 1:2(1) ack 1 <ts 0x7fffffff *>");
	out_between(0, 50, ". 1:1(0) ack 2");
	in("P. 2:3(1) ack 1 <ts 0xfffffffe *>");
	out_between(0, 50, ". 1:1(0) ack 3");
	in("P. 3:4(1) ack 1 <ts 0x7ffffffd *>");
	out_between(0, 50, ". 1:1(0) ack 4");
	in("P. 4:5(1) ack 1 <ts 0x7ffffffc *>");
	out_between(0, 50, ". 1:1(0) ack 4");
	get(fd, 3);
	get_nothing(fd);
	counter_is("DropPaws", 1);
}

/* Its ACK is limited like others (RFC 5961 7): nothing to amplify. */
CASE(timestamps, paws_ack_limited)
{
	int i;

	passive_ts();
	in("P. 1:101(100) ack 1 <ts 1000 *>");
	out_between(0, 50, ". 1:1(0) ack 101");
	in("P. 101:201(100) ack 1 <ts 900 *>");
	out(". 1:1(0) ack 101");
	for (i = 0; i < 10; i++)
		in("P. 101:201(100) ack 1 <ts 900 *>");
	quiet(400);
	counter_is("DropPaws", 11);
	counter_is("ChallengeAcksLimited", 10);
}

/*
 * RFC 7323 5.3: an ACK that a younger one overtook is heard, as long as it is
 * not too old and does not bring an old window back; TS.Recent stays.
 */
CASE(timestamps, paws_not_for_overtaken)
{
	int fd = passive_ts();

	in("P. 1:101(100) ack 1 <ts 10000 *>");
	out_between(0, 50, ". 1:1(0) ack 101");
	get(fd, 100);
	in(". 101:101(0) ack 1 <ts 9990 *>");
	quiet(100);
	if (is_ltcp())
		counter_is("DropPaws", 0);
	put(fd, 100);
	out("P. 1:101(100) ack 101 <ts * 10000>");
	in(". 101:101(0) ack 101 <ts 10001 *>");

	/* Not the window, not later than an RTO, not data */
	in(". 101:101(0) ack 101 win 5 <ts 9990 *>");
	out(". 101:101(0) ack 101 <ts * 10001>");
	if (!is_ltcp())
		return;
	in(". 101:101(0) ack 101 <ts 1 *>");
	in("P. 101:201(100) ack 101 <ts 9990 *>");
	quiet(100);
	counter_is("DropPaws", 3);
	get_nothing(fd);
}

/* RFC 7323 3.2: PAWS is not for RST; whose number fits resets. */
CASE(timestamps, paws_not_for_rst)
{
	int fd = passive_ts();

	in("P. 1:101(100) ack 1 <ts 1000 *>");
	out_between(0, 50, ". 1:1(0) ack 101");
	in("R. 101:101(0) ack 1 <ts 0 0>");
	is(socket_error(fd), ECONNRESET);
}

/* And it need not have timestamps at all. */
CASE(timestamps, rst_without)
{
	int fd = passive_ts();

	in("R 1:1(0) <>");
	is(socket_error(fd), ECONNRESET);
}

/* RFC 7323 5.3 R3: what is refused does not move TS.Recent. */
CASE(timestamps, recent_of_accepted_only)
{
	int fd = passive_ts();

	in("P. 1:101(100) ack 1 <ts 1000 *>");
	out_between(0, 50, ". 1:1(0) ack 101 <ts * 1000>");
	/* Beyond the window; what was never sent acknowledged; a RST. */
	in("P. 900001:900101(100) ack 1 <ts 2000 *>");
	out(". 1:1(0) ack 101 <ts * 1000>");
	quiet(600);
	in("P. 101:201(100) ack 5000 <ts 2000 *>");
	out(". 1:1(0) ack 101 <ts * 1000>");
	quiet(600);
	in("R 102:102(0) <ts 2000 0>");
	out(". 1:1(0) ack 101 <ts * 1000>");
	in("P. 101:201(100) ack 1 <ts 1001 *>");
	out_between(0, 50, ". 1:1(0) ack 201 <ts * 1001>");
	get(fd, 200);
}

/*
 * RFC 7323 5.5: after 24 idle days TS.Recent has no say. Even virtual days
 * take their time, so only where there is much: LTCP_SOAK=1.
 */
CASE(timestamps, paws_idle)
{
	int fd;

	if (!getenv("LTCP_SOAK"))
		SKIP(return, "24 days: LTCP_SOAK=1");
	fd = passive_ts();
	in("P. 1:101(100) ack 1 <ts 1000 *>");
	out_between(0, 50, ". 1:1(0) ack 101");
	quiet(23 * 24 * HOUR);
	in("P. 101:201(100) ack 1 <ts 0 *>");
	out(". 1:1(0) ack 101 <ts * 1000>");
	quiet(12 * HOUR);
	quiet(13 * HOUR);
	in("P. 101:201(100) ack 1 <ts 0 *>");
	out_between(0, 50, ". 1:1(0) ack 201 <ts * 0>");
	get(fd, 200);
	/* From then on there is one again. */
	in("P. 201:301(100) ack 1 <ts -1 *>");
	out(". 1:1(0) ack 201 <ts * 0>");
	get_nothing(fd);
}

/* RFC 7323 3.2: without timestamps a segment is dropped, and no word. */
CASE(timestamps, missing)
{
	int fd = passive_ts();

	ltcp_only("takes them");
	in("P. 1:101(100) ack 1 <>");
	quiet(100);
	get_nothing(fd);
	counter_is("DropNoTimestamp", 1);
	in("P. 1:101(100) ack 1");
	out_between(0, 50, ". 1:1(0) ack 101");
	get(fd, 100);
}

/* RFC 5961 4.2: a peer that forgot all sends a plain SYN, and must hear. */
CASE(timestamps, syn_on_connection)
{
	int fd = passive_ts();

	in("S 5000:5000(0) win 65535 <mss 1460>");
	out(". 1:1(0) ack 1");
	quiet(600);
	in("S 5000:5000(0) win 65535 <mss 1460,ts -5000 0>");
	out(". 1:1(0) ack 1");
	is(socket_error(fd), 0);
}

/* S078: PAWS guards the last ACK of an opening, too. */
CASE(timestamps, half_open_paws)
{
	int l = server();

	in("S 0:0(0) win 65535 <mss 1460,ts 500 0>");
	out("S. 0:0(0) ack 1 <mss 1460,ts * 500>");
	in(". 1:1(0) ack 1 <ts 499 *>");
	if (is_ltcp())
		out(". 1:1(0) ack 1 <ts * 500>");
	else
		out("S. 0:0(0) ack 1");
	state_is("SYN_RECV");
	counter_is("DropPaws", 1);
	in(". 1:1(0) ack 1 <ts 500 *>");
	state_is("ESTABLISHED");
	accepted(l);
}

CASE(timestamps, half_open_missing)
{
	int l = server();

	ltcp_only("takes it");
	in("S 0:0(0) win 65535 <mss 1460,ts 500 0>");
	out("S. 0:0(0) ack 1 <mss 1460,ts * 500>");
	in(". 1:1(0) ack 1");
	quiet(100);
	state_is("SYN_RECV");
	counter_is("DropNoTimestamp", 1);
	in(". 1:1(0) ack 1 <ts 501 *>");
	state_is("ESTABLISHED");
	accepted(l);
}

/* S030: a SYN again; the echo is of the new one. Then a bare one. */
CASE(timestamps, half_open_syn_again)
{
	int l = server();

	in("S 0:0(0) win 65535 <mss 1460,ts 500 0>");
	out("S. 0:0(0) ack 1 <mss 1460,ts * 500>");
	quiet(700);
	in("S 0:0(0) win 65535 <mss 1460,ts 1500 0>");
	out("S. 0:0(0) ack 1 <mss 1460,ts * 1500>");
	quiet(100);
	if (is_ltcp()) {
		in("S 0:0(0) win 65535");
		out("S. 0:0(0) ack 1 <mss 1460,ts * 1500>");
	}
	in(". 1:1(0) ack 1 <ts 1501 *>");
	state_is("ESTABLISHED");
	accepted(l);
}

/* The RST for an ACK of what was never sent has them, as any other. */
CASE(timestamps, half_open_rst)
{
	server();
	ltcp_only("has none in a RST");
	in("S 0:0(0) win 65535 <mss 1460,ts 500 0>");
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 7 <ts 501 *>");
	out("R 7:7(0) <ts * 0>");
}

/* RFC 7323 4: an echo tells which copy was acknowledged, so MUST-18 is met. */
CASE(timestamps, rtt_of_retransmission)
{
	int fd = passive_ts();

	put(fd, 100);
	out("P. 1:101(100) ack 1");
	out_at(RTO, "P. 1:101(100) ack 1");
	quiet(10);
	in(". 1:1(0) ack 101");

	/* There is a sample, so no backoff is left: compare data.karn. */
	put(fd, 100);
	out("P. 101:201(100) ack 1");
	out_at(RTO, "P. 101:201(100) ack 1");
	in(". 1:1(0) ack 201");
}

/* The other copy: the first one arrived, only late. */
CASE(timestamps, rtt_of_late_original)
{
	int fd = passive_ts();
	uint32_t first;

	put(fd, 100);
	out("P. 1:101(100) ack 1");
	first = segment_tsval(last_out());
	out_at(RTO, "P. 1:101(100) ack 1");
	quiet(300);
	in(". 1:1(0) ack 101 <ts * %u>", first);

	/* 500 ms were measured on top of 0: RTO = 62 + 4 * 125 or so. */
	put(fd, 100);
	out("P. 101:201(100) ack 1");
	out_between(450, 900, "P. 101:201(100) ack 1");
	in(". 1:1(0) ack 201");
}

/* What was never ours is no sample: Karn's rule stands. */
CASE(timestamps, rtt_of_nonsense)
{
	int fd = passive_ts();

	put(fd, 100);
	out("P. 1:101(100) ack 1");
	out_at(RTO, "P. 1:101(100) ack 1");
	in(". 1:1(0) ack 101 <ts * 5000000>");
	put(fd, 100);
	out("P. 101:201(100) ack 1");
	out_at(2 * RTO, "P. 101:201(100) ack 1");
	in(". 1:1(0) ack 201 <ts * -5000000>");
	put(fd, 100);
	out("P. 201:301(100) ack 1");
	out_at(4 * RTO, "P. 201:301(100) ack 1");
	in(". 1:1(0) ack 301");
}

/* RFC 6298 5.7 wants 3 s where nothing was measured; here it was. */
CASE(timestamps, rtt_of_synack)
{
	int l = server();
	int fd;

	in("S 0:0(0) win 65535 <mss 1460,ts * 0>");
	out("S. 0:0(0) ack 1");
	out_at(1 * SEC, "S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1 <ts * *>");
	timestamps_always();
	fd = accepted(l);
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	out_at(RTO, "P. 1:101(100) ack 1");
	in(". 1:1(0) ack 101");
}

/* RFC 7323 5.4: between 1 ms and 1 s; ours is 1 ms. */
CASE(timestamps, clock)
{
	int fd = passive_ts();
	uint32_t first;

	put(fd, 1);
	out("P. 1:2(1) ack 1");
	first = segment_tsval(last_out());
	in(". 1:1(0) ack 2");
	quiet(10 * SEC);
	put(fd, 1);
	out("P. 2:3(1) ack 1");
	in(". 1:1(0) ack 3");
	check(segment_tsval(last_out()) - first >= 10000);
	check(segment_tsval(last_out()) - first <= 10050);
}

/* T13: an incarnation's timestamps go on where those of the last ended. */
CASE(timestamps, grow_over_incarnations)
{
	uint32_t last;

	close(active_ts());
	out("F. 1:1(0) ack 1");
	last = peer_flow()->ts_last;
	in("R. 1:1(0) ack 2");
	quiet(100);
	flow(KERNEL_PORT, PEER_PORT);
	close(active_ts());
	out("F. 1:1(0) ack 1");
	check(peer_flow()->ts[FROM_KERNEL] - last >= 100);
	check(peer_flow()->ts[FROM_KERNEL] - last <= 110);
	in("R. 1:1(0) ack 2");

	/* The other way round it is the same connection, so the same again. */
	flow(KERNEL_PORT, PEER_PORT);
	passive_ts();
	check(peer_flow()->ts[FROM_KERNEL] - last >= 100);
	check(peer_flow()->ts[FROM_KERNEL] - last <= 110);
}

/* T13: other ports (RFC 7323, 7.1), other timestamps. */
CASE(timestamps, unrelated_over_tuples)
{
	uint32_t ts[4];
	int i;

	ltcp_only("goes by address");
	for (i = 0; i < 4; i++) {
		flow(KERNEL_PORT, PEER_PORT + i);
		close(client());
		out("S 0:0(0)");
		ts[i] = peer_flow()->ts[FROM_KERNEL];
	}
	for (i = 0; i < 3; i++)
		check(ts[i + 1] - ts[i] + 1000 > 2000);
	check(ts[1] - ts[0] != ts[2] - ts[1]);
}

TEST_HARNESS_MAIN
