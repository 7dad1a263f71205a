// SPDX-License-Identifier: GPL-2.0
/*
 * Data on an established connection: acknowledging, segment sizes, Nagle,
 * reassembly, retransmission (RFC 6298), congestion control (RFC 5681, 6582,
 * 6928), the window and its silly forms (RFC 9293 3.8.6). That the octets are
 * the right ones is checked everywhere: see payload_octet().
 */

#include <linux/filter.h>

#include "case.h"

#define MSS	1460

CASES(data)

/* A window as large as one can be without scaling, and no quick ACKs. */
static int quiet_receiver(void)
{
	int fd = passive();

	set_option(fd, TCP_QUICKACK, 0);
	return fd;
}

/* S001 S003: the peer sends, the kernel acknowledges and delivers. */
CASE(data, receive)
{
	int fd = passive();

	in("P. 1:101(100) ack 1");
	out_between(0, 50, ". 1:1(0) ack 101");
	get(fd, 100);
	in("P. 101:301(200) ack 1");
	out_between(0, 50, ". 1:1(0) ack 301");
	get(fd, 200);
}

/* S001 S003 S012 MUST-60 MUST-61: sent at once; PSH ends what was written. */
CASE(data, send)
{
	int fd = passive();

	put(fd, 100);
	out("P. 1:101(100) ack 1");
	in(". 1:1(0) ack 101");
	put(fd, 200);
	out("P. 101:301(200) ack 1");
	in(". 1:1(0) ack 301");
	quiet(10 * SEC);
}

/*
 * S002 SHLD-27 RFC 2525 2.18: more than one segment, and the rest at the end.
 * Whether that waits is Nagle's business: so TCP_NODELAY, here and in the cases
 * that follow.
 */
CASE(data, segments)
{
	int fd = passive();

	set_option(fd, TCP_NODELAY, 1);
	put(fd, 2 * MSS + 10);
	out(". 1:1461(1460) ack 1");
	out(". 1461:2921(1460) ack 1");
	out("P. 2921:2931(10) ack 1");
	in(". 1:1(0) ack 2931");
}

/* A socket filter that keeps 60 octets of payload: the rest never came. */
CASE(data, filter_cuts)
{
	struct sock_filter keep = BPF_STMT(BPF_RET | BPF_K, 20 + 60);
	struct sock_fprog prog = { .len = 1, .filter = &keep };
	int fd = quiet_receiver();

	check(!setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
			  sizeof(prog)));
	in("P. 1:101(100) ack 1");
	out_between(0, 60, ". 1:1(0) ack 61");
	get(fd, 60);
	in("P. 61:101(40) ack 1");
	out_between(0, 60, ". 1:1(0) ack 101");
	get(fd, 40);
}

/* S002 MUST-15: without an MSS option segments have 536 octets. */
CASE(data, mss_default)
{
	int fd = passive_with("S 0:0(0) win 65535", 65535);
	int mss = is_v6() ? 1220 : 536;

	set_option(fd, TCP_NODELAY, 1);
	put(fd, mss + 100);
	out(". 1:%d(%d) ack 1", mss + 1, mss);
	out("P. %d:%d(100) ack 1", mss + 1, mss + 101);
	in(". 1:1(0) ack %d", mss + 101);
}

/* S002 S016 MUST-16: the peer's MSS counts. */
CASE(data, mss_of_peer)
{
	int fd = passive_with("S 0:0(0) win 65535 <mss 1000>", 65535);

	set_option(fd, TCP_NODELAY, 1);
	put(fd, 1500);
	out(". 1:1001(1000) ack 1");
	out("P. 1001:1501(500) ack 1");
	in(". 1:1(0) ack 1501");
}

/* MUST-65: an MSS option counts in a SYN only. */
CASE(data, mss_later)
{
	int fd = passive();

	in(". 1:1(0) ack 1 <mss 500>");
	put(fd, 1460);
	out("P. 1:1461(1460) ack 1");
	in(". 1:1(0) ack 1461");
}

/* S002: TCP_MAXSEG makes it smaller, both ways. */
CASE(data, maxseg)
{
	int fd = client_socket();

	set_option(fd, TCP_NODELAY, 1);
	set_option(fd, TCP_MAXSEG, 600);
	is(start_connect(fd), EINPROGRESS);
	out("S 0:0(0)");
	check(last_out()->opt[0] == 2 && last_out()->opt[2] == 600 >> 8 &&
	      last_out()->opt[3] == (600 & 0xff));
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	out(". 1:1(0) ack 1");
	put(fd, 1000);
	out(". 1:601(600) ack 1");
	out("P. 601:1001(400) ack 1");
	in(". 1:1(0) ack 1001");
}

/* S003: an ACK goes with data where there is data. */
CASE(data, piggyback)
{
	int fd = quiet_receiver();

	in("P. 1:101(100) ack 1");
	get(fd, 100);
	put(fd, 100);
	out("P. 1:101(100) ack 101");
	in(". 101:101(0) ack 101");
	quiet(1 * SEC);
}

/* SHLD-18 MUST-40 MUST-58: an ACK may wait, but not for half a second. */
CASE(data, delayed_ack)
{
	int fd = quiet_receiver();

	in("P. 1:101(100) ack 1");
	out_at(40, ". 1:1(0) ack 101");
	get(fd, 100);
	counter_is("DelayedAcks", 1);
}

/*
 * MUST-59 SHLD-19 RFC 2525 2.13: every second full segment is acknowledged
 * at once.
 */
CASE(data, ack_every_second)
{
	int fd = quiet_receiver();
	int i;

	/* Let it learn the size of the peer's segments. */
	in(". 1:1461(1460) ack 1");
	out_between(0, 50, ". 1:1(0) ack 1461");
	get(fd, MSS);
	for (i = 1; i < 9; i += 2) {
		set_option(fd, TCP_QUICKACK, 0);
		in(". %d:%d(1460) ack 1", i * MSS + 1, (i + 1) * MSS + 1);
		quiet(20);
		in(". %d:%d(1460) ack 1", (i + 1) * MSS + 1, (i + 2) * MSS + 1);
		out(". 1:1(0) ack %d", (i + 2) * MSS + 1);
		get(fd, 2 * MSS);
	}
}

/* SHLD-7: small data waits while other data is on its way. */
CASE(data, nagle)
{
	int fd = passive();

	put(fd, 10);
	out("P. 1:11(10) ack 1");
	put(fd, 20);
	put(fd, 30);
	quiet(100);
	in(". 1:1(0) ack 11");
	out("P. 11:61(50) ack 1");
	in(". 1:1(0) ack 61");
}

/* SHLD-28 SHLD-7: what fills a segment does not wait. */
CASE(data, nagle_full_segment)
{
	int fd = passive();

	put(fd, 10);
	out("P. 1:11(10) ack 1");
	put(fd, MSS + 100);
	out(". 11:1471(1460) ack 1");
	quiet(100);
	in(". 1:1(0) ack 1471");
	out("P. 1471:1571(100) ack 1");
	in(". 1:1(0) ack 1571");
}

/* MUST-17: an application can switch Nagle off. */
CASE(data, nodelay)
{
	int fd = passive();

	put(fd, 10);
	out("P. 1:11(10) ack 1");
	put(fd, 20);
	quiet(50);
	set_option(fd, TCP_NODELAY, 1);
	out("P. 11:31(20) ack 1");
	put(fd, 30);
	out("P. 31:61(30) ack 1");
	in(". 1:1(0) ack 61");
}

/* TCP_CORK: no partial segment before the cork is pulled. */
CASE(data, cork)
{
	int fd = passive();

	set_option(fd, TCP_CORK, 1);
	put(fd, 100);
	put(fd, 100);
	quiet(100);
	put(fd, MSS);
	out(". 1:1461(1460) ack 1");
	in(". 1:1(0) ack 1461");
	quiet(50);
	set_option(fd, TCP_CORK, 0);
	out("P. 1461:1661(200) ack 1");
	in(". 1:1(0) ack 1661");
}

/*
 * Receiving what is not in order
 */

/*
 * S001 SHLD-31 RFC 2525 2.5: kept, and a duplicate ACK at once (RFC 5681
 * 3.2).
 */
CASE(data, reorder)
{
	int fd = passive();

	in(". 1001:2001(1000) ack 1");
	out(". 1:1(0) ack 1");
	get_nothing(fd);
	in(". 1:1001(1000) ack 1");
	out(". 1:1(0) ack 2001");
	get(fd, 2000);
	counter_is("OooQueued", 1);
	counter_is("DupAcksOut", 1);
}

/* S001: many holes, filled in any order. */
CASE(data, reorder_many)
{
	static const int order[] = { 6, 2, 9, 4, 1, 7, 3, 8, 5 };
	int fd = passive();
	int i;

	for (i = 0; i < 9; i++) {
		in(". %d:%d(100) ack 1", order[i] * 100 + 1,
		   order[i] * 100 + 101);
		out(". 1:1(0) ack 1");
	}
	in(". 1:101(100) ack 1");
	out(". 1:1(0) ack 1001");
	get(fd, 1000);
	counter_is("OooQueued", 9);
}

/* Filling a part of a hole moves the ACK, at once. */
CASE(data, hole_filled_in_parts)
{
	int fd = passive();

	in(". 2001:3001(1000) ack 1");
	out(". 1:1(0) ack 1");
	in(". 1:1001(1000) ack 1");
	out(". 1:1(0) ack 1001");
	in(". 1001:2001(1000) ack 1");
	out(". 1:1(0) ack 3001");
	get(fd, 3000);
}

/* RFC 9293 3.10.7.4 seventh: only what is new is taken. */
CASE(data, overlap)
{
	int fd = passive();

	in(". 1:1001(1000) ack 1");
	out_between(0, 50, ". 1:1(0) ack 1001");
	in(". 501:1501(1000) ack 1");
	out_between(0, 50, ". 1:1(0) ack 1501");
	in(". 1:2001(2000) ack 1");
	out_between(0, 50, ". 1:1(0) ack 2001");
	get(fd, 2000);
}

/* The same in the out-of-order queue: left, right, within, around. */
CASE(data, overlap_out_of_order)
{
	int fd = passive();

	in(". 1001:2001(1000) ack 1");
	out(". 1:1(0) ack 1");
	in(". 501:1501(1000) ack 1");
	out(". 1:1(0) ack 1");
	in(". 1501:2501(1000) ack 1");
	out(". 1:1(0) ack 1");
	in(". 1201:1301(100) ack 1");
	out(". 1:1(0) ack 1");
	in(". 401:2601(2200) ack 1");
	out(". 1:1(0) ack 1");
	in(". 3001:3101(100) ack 1");
	out(". 1:1(0) ack 1");
	in(". 1:501(500) ack 1");
	out(". 1:1(0) ack 2601");
	in(". 2501:3051(550) ack 1");
	out(". 1:1(0) ack 3101");
	get(fd, 3100);
}

/* S001: duplicates are acknowledged again at once, and not delivered. */
CASE(data, duplicate)
{
	int fd = passive();

	in(". 1:1001(1000) ack 1");
	out_between(0, 50, ". 1:1(0) ack 1001");
	in(". 1:1001(1000) ack 1");
	out(". 1:1(0) ack 1001");
	in(". 501:601(100) ack 1");
	out(". 1:1(0) ack 1001");
	get(fd, 1000);
	get_nothing(fd);
	counter_is("DropOldData", 2);
}

/* RFC 9293 3.10.7.4 first: beyond the window nothing is taken. */
CASE(data, beyond_window)
{
	int fd = passive();

	in(". 500001:500101(100) ack 1");
	out(". 1:1(0) ack 1");
	get_nothing(fd);
	counter_is("DropOutOfWindow", 1);
}

/* S011: SO_OOBINLINE: all of it is data, wherever the pointer points. */
CASE(data, urgent)
{
	int fd = passive();

	set_socket(fd, SO_OOBINLINE, 1);
	in("PU. 1:101(100) ack 1 urg 100");
	out_between(0, 50, ". 1:1(0) ack 101");
	in("PU. 101:201(100) ack 1 urg 0");
	out_between(0, 50, ". 1:1(0) ack 201");
	in("P. 201:301(100) ack 1 urg 4000");
	out_between(0, 50, ". 1:1(0) ack 301");
	get(fd, 300);
}

/*
 * Retransmission
 */

/* S005 RFC 6298 5.5, 5.6, RFC 2525 2.10: the timeout doubles each time. */
CASE(data, rto_schedule)
{
	int fd = passive();
	unsigned int wait;

	put(fd, 100);
	out("P. 1:101(100) ack 1");
	for (wait = RTO; wait <= 6400; wait *= 2)
		out_at(wait, "P. 1:101(100) ack 1");
	in(". 1:1(0) ack 101");
	quiet(1 * MIN);
	state_is("ESTABLISHED");
	is(socket_error(fd), 0);
	counter_is("RtoTimeouts", 6);
}

/*
 * S005 RFC 6298 5.4, RFC 2525 2.14: only the oldest segment is sent again on
 * a timeout.
 */
CASE(data, rto_oldest_only)
{
	int fd = passive();

	put(fd, 3 * MSS);
	out(". 1:1461(1460) ack 1");
	out(". 1461:2921(1460) ack 1");
	out("P. 2921:4381(1460) ack 1");
	out_at(RTO, ". 1:1461(1460) ack 1");
	quiet(350);
	in(". 1:1(0) ack 4381");
	quiet(10 * SEC);
}

/*
 * RFC 5681 3.1, RFC 2525 2.2: after a timeout one segment (7), then slow
 * start.
 */
CASE(data, rto_slow_start)
{
	int fd = passive();

	put(fd, 5 * MSS);
	out(". 1:1461(1460) ack 1");
	out(". 1461:2921(1460) ack 1");
	out(". 2921:4381(1460) ack 1");
	out(". 4381:5841(1460) ack 1");
	out("P. 5841:7301(1460) ack 1");
	out_at(RTO, ". 1:1461(1460) ack 1");
	quiet(50);
	in(". 1:1(0) ack 1461");
	out(". 1461:2921(1460) ack 1");
	out(". 2921:4381(1460) ack 1");
	quiet(50);
	in(". 1:1(0) ack 7301");
	quiet(10 * SEC);
}

/* RFC 6298 2.2: RTO = SRTT + 4 * RTTVAR = 500 + 4 * 250 ms. */
CASE(data, rto_from_rtt)
{
	int fd = client();

	out("S 0:0(0)");
	quiet(500);
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	out(". 1:1(0) ack 1");
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	out_at(1500, "P. 1:101(100) ack 1");
	out_at(3000, "P. 1:101(100) ack 1");
	in(". 1:1(0) ack 101");
}

/* RFC 6298 5.7: a SYN was lost, so the first RTO for data is 3 s. */
CASE(data, rto_after_lost_syn)
{
	int fd = client();

	out("S 0:0(0)");
	out_at(1000, "S 0:0(0)");
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	out(". 1:1(0) ack 1");
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	out_at(3000, "P. 1:101(100) ack 1");
	in(". 1:1(0) ack 101");
}

/* MUST-18: Karn; the ACK of a retransmission says nothing of the path. */
CASE(data, karn)
{
	int fd = passive();

	put(fd, 100);
	out("P. 1:101(100) ack 1");
	out_at(RTO, "P. 1:101(100) ack 1");
	quiet(200);
	in(". 1:1(0) ack 101");

	/* So the backed-off timeout stays: RFC 6298 5, last paragraph. */
	put(fd, 100);
	out("P. 101:201(100) ack 1");
	out_at(2 * RTO, "P. 101:201(100) ack 1");
	in(". 1:1(0) ack 201");

	/* A segment that was sent once ends the backoff. */
	put(fd, 100);
	out("P. 201:301(100) ack 1");
	in(". 1:1(0) ack 301");
	put(fd, 100);
	out("P. 301:401(100) ack 1");
	out_at(RTO, "P. 301:401(100) ack 1");
	in(". 1:1(0) ack 401");
}

/*
 * S005 RFC 6298 5.3: what the third of several segments needs is found by
 * the timer.
 */
CASE(data, rto_restarts_on_ack)
{
	int fd = passive();

	put(fd, 2 * MSS);
	out(". 1:1461(1460) ack 1");
	out("P. 1461:2921(1460) ack 1");
	quiet(150);
	in(". 1:1(0) ack 1461");
	/* RFC 6298 5.3: from here, and the sample of 150 ms counts. */
	quiet(190);
	out_between(0, 600, "P. 1461:2921(1460) ack 1");
	in(". 1:1(0) ack 2921");
}

/* S005 MUST-20 SHLD-11: R2, retries2 in sysctl: 15 timeouts, 924 s. */
CASE(data, gives_up)
{
	int fd = passive();
	unsigned int wait = RTO;
	int i;

	put(fd, 100);
	out("P. 1:101(100) ack 1");
	for (i = 0; i < 15; i++) {
		out_at(wait, "P. 1:101(100) ack 1");
		wait = wait * 2 < RTO_MAX ? wait * 2 : RTO_MAX;
	}
	dies_at(wait, fd, ETIMEDOUT);
	state_is("CLOSED");
	counter_is("AbortOnTimeout", 1);
}

/*
 * Congestion control
 */

static void dup_acks(int seq, int n)
{
	while (n--)
		in(". 1:1(0) ack %d", seq);
}

/* RFC 6928 2, RFC 2525 2.3: ten segments at first. */
CASE(data, initial_window)
{
	int fd = passive();

	put(fd, 20 * MSS);
	out_segments(0, 10);
	quiet(150);
	in(". 1:1(0) ack 14601");
	out_segments(10, 10);
	in(". 1:1(0) ack 29201");
}

/*
 * MUST-19 RFC 5681 3.1, RFC 2525 2.1: slow start, one more for each segment
 * ACKed.
 */
CASE(data, slow_start)
{
	int fd = passive();
	int i;

	put(fd, 30 * MSS);
	out_segments(0, 10);
	for (i = 1; i <= 10; i++) {
		in(". 1:1(0) ack %d", i * MSS + 1);
		out_segments(8 + 2 * i, 2);
	}
	in(". 1:1(0) ack %d", 30 * MSS + 1);
}

/* RFC 5681 3.2, RFC 2525 2.8: the third duplicate ACK, not the second. */
CASE(data, fast_retransmit)
{
	int fd = passive();

	put(fd, 10 * MSS);
	out_segments(0, 10);
	in(". 1:1(0) ack 1461");
	dup_acks(1461, 2);
	quiet(50);
	dup_acks(1461, 1);
	out(". 1461:2921(1460) ack 1");
	quiet(50);
	in(". 1:1(0) ack 14601");
	quiet(10 * SEC);
	counter_is("FastRetransmits", 1);
	counter_is("RtoTimeouts", 0);
}

/* RFC 6582 3.2: a partial ACK in recovery names the next loss. */
CASE(data, newreno)
{
	int fd = passive();

	put(fd, 10 * MSS);
	out_segments(0, 10);
	/* Segments 0, 3 and 7 are lost: seven duplicates. */
	dup_acks(1, 3);
	out_segments(0, 1);
	dup_acks(1, 4);
	in(". 1:1(0) ack %d", 3 * MSS + 1);
	out_segments(3, 1);
	in(". 1:1(0) ack %d", 7 * MSS + 1);
	out_segments(7, 1);
	in(". 1:1(0) ack %d", 10 * MSS + 1);
	quiet(10 * SEC);
	counter_is("FastRetransmits", 1);
	counter_is("PartialAcks", 2);
	counter_is("RtoTimeouts", 0);
}

/* RFC 5681 3.2: window updates and data are no duplicate ACKs. */
CASE(data, no_duplicate_acks)
{
	int fd = passive_with("S 0:0(0) win 20000 <mss 1460>", 20000);

	put(fd, 10 * MSS);
	out_segments(0, 10);
	in(". 1:1(0) ack 1 win 21000");
	in(". 1:1(0) ack 1 win 22000");
	in(". 1:1(0) ack 1 win 23000");
	in("P. 1:101(100) ack 1 win 23000");
	out_between(0, 50, ". 14601:14601(0) ack 101");
	in("P. 101:201(100) ack 1 win 23000");
	out_between(0, 50, ". 14601:14601(0) ack 201");
	in("P. 201:301(100) ack 1 win 23000");
	out_between(0, 50, ". 14601:14601(0) ack 301");
	in(". 301:301(0) ack 14601");
	counter_is("FastRetransmits", 0);
}

/*
 * The peer's window
 */

/* S010: not an octet more than the window. */
CASE(data, window_limits)
{
	int fd = passive_with("S 0:0(0) win 2920 <mss 1460>", 2920);

	put(fd, 4 * MSS);
	out_segments(0, 2);
	quiet(100);
	in(". 1:1(0) ack 1461 win 2920");
	out_segments(2, 1);
	in(". 1:1(0) ack 4381 win 2920");
	out_segments(3, 1);
	in(". 1:1(0) ack 5841 win 2920");
}

/*
 * S010 MUST-36 SHLD-29 SHLD-30 RFC 2525 2.12: probes, first after an RTO,
 * then slower.
 */
CASE(data, zero_window_probes)
{
	int fd = passive();
	unsigned int wait;

	put(fd, 100);
	out("P. 1:101(100) ack 1");
	in(". 1:1(0) ack 101 win 0");
	put(fd, 100);
	for (wait = RTO; wait <= 6400; wait *= 2)
		out_at(wait, ". 100:100(0) ack 1");
	state_is("ESTABLISHED");
	in(". 1:1(0) ack 101 win 65535");
	out("P. 101:201(100) ack 1");
	in(". 1:1(0) ack 201");
	counter_is("WindowProbes", 6);
}

/* MUST-37: as long as the peer answers, the window may stay closed. */
CASE(data, zero_window_for_hours)
{
	int fd = passive();
	int i;

	put(fd, 100);
	out("P. 1:101(100) ack 1");
	in(". 1:1(0) ack 101 win 0");
	put(fd, 100);
	for (i = 0; i < 100; i++) {
		out_between(100, 140 * SEC, ". 100:100(0) ack 1");
		in(". 1:1(0) ack 101 win 0");
	}
	state_is("ESTABLISHED");
	is(socket_error(fd), 0);
	in(". 1:1(0) ack 101 win 1000");
	out("P. 101:201(100) ack 1");
	in(". 1:1(0) ack 201");
}

/* MUST-20: but if it does not answer, there is an end. */
CASE(data, zero_window_gives_up)
{
	int fd = passive();
	unsigned int wait = RTO;
	int i;

	put(fd, 100);
	out("P. 1:101(100) ack 1");
	in(". 1:1(0) ack 101 win 0");
	put(fd, 100);
	for (i = 0; i < 15; i++) {
		out_at(wait, ". 100:100(0) ack 1");
		wait = wait * 2 < RTO_MAX ? wait * 2 : RTO_MAX;
	}
	dies_at(wait, fd, ETIMEDOUT);
}

/* MUST-34: a window that shrank is borne; nothing beyond it is sent. */
CASE(data, window_shrinks)
{
	int fd = passive();

	put(fd, MSS);
	out("P. 1:1461(1460) ack 1");
	in(". 1:1(0) ack 1461 win 1460");
	put(fd, 3 * MSS);
	out(". 1461:2921(1460) ack 1");
	in(". 1:1(0) ack 2921 win 0");
	quiet(150);
	in(". 1:1(0) ack 2921 win 65535");
	out(". 2921:4381(1460) ack 1");
	out("P. 4381:5841(1460) ack 1");
	in(". 1:1(0) ack 5841");
}

/* MUST-38: RFC 9293 3.8.6.2.1, a small window is not filled in a hurry. */
CASE(data, sender_sws)
{
	int fd = passive();

	put(fd, MSS);
	out("P. 1:1461(1460) ack 1");
	in(". 1:1(0) ack 1461 win 500");
	put(fd, MSS);
	quiet(100);
	out_between(50, 1000, ". 1461:1961(500) ack 1");
	in(". 1:1(0) ack 1961 win 65535");
	out("P. 1961:2921(960) ack 1");
	in(". 1:1(0) ack 2921");
}

/* RFC 7323 2.3: windows are scaled, but not that of the SYN. */
CASE(data, window_scale)
{
	int fd = passive_with("S 0:0(0) win 1460 <mss 1460,wscale 3>", 365);

	put(fd, 4 * MSS);
	out_segments(0, 2);
	in(". 1:1(0) ack 2921 win 365");
	out_segments(2, 2);
	in(". 1:1(0) ack 5841 win 365");
}

/*
 * Our window
 */

/* Fill the receive buffer; returns RCV.NXT. */
static unsigned int fill(void)
{
	unsigned int edge = 1 + last_out()->win;
	unsigned int nxt = 1;
	unsigned int len;

	while (edge > nxt) {
		len = edge - nxt < MSS ? edge - nxt : MSS;
		in(". %u:%u(%u) ack 1", nxt, nxt + len, len);
		nxt += len;
		out_between(0, 60, ". 1:1(0) ack %u", nxt);
		/* SHLD-14: the right edge never moves back. */
		check(nxt + last_out()->win >= edge);
		edge = nxt + last_out()->win;
	}
	return nxt;
}

/* S010 MUST-39 MAY-8 SHLD-14: the window closes, is probed, and opens again. */
CASE(data, receiver_window)
{
	int l = server();
	unsigned int nxt;
	int fd;

	set_socket(l, SO_RCVBUF, 10000);
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	nxt = fill();
	check(nxt > 4000);

	/* A probe with data: not taken, but answered. */
	in(". %u:%u(1) ack 1", nxt, nxt + 1);
	out(". 1:1(0) ack %u win 0", nxt);
	in(". %u:%u(0) ack 1", nxt - 1, nxt - 1);
	out(". 1:1(0) ack %u win 0", nxt);

	/* A little room is not worth a word: 3.8.6.2.2. */
	get(fd, 100);
	quiet(500);
	get(fd, nxt - 1 - 100);
	out(". 1:1(0) ack %u", nxt);
	check(last_out()->win >= MSS);
	in(". %u:%u(1) ack 1", nxt, nxt + 1);
	out_between(0, 50, ". 1:1(0) ack %u", nxt + 1);
	get(fd, 1);
}

/* S010: an ACK and a RST are taken at a closed window (MUST-66). */
CASE(data, closed_window_takes_ack)
{
	int l = server();
	unsigned int nxt;
	int fd;

	set_socket(l, SO_RCVBUF, 10000);
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	nxt = fill();
	put(fd, 100);
	out("P. 1:101(100) ack %u win 0", nxt);
	in(". %u:%u(0) ack 101", nxt, nxt);
	quiet(1 * SEC);
	in("R %u:%u(0)", nxt, nxt);
	is(socket_error(fd), ECONNRESET);
}

TEST_HARNESS_MAIN
