// SPDX-License-Identifier: GPL-2.0
/*
 * Losses found by time: RACK and the tail loss probe (RFC 8985). The round trip
 * is 100 ms, if the script waits for so long before it acknowledges.
 */

#include "case.h"

CASES(rack)

#define MSS	1460
#define RTT	100
#define WINDOW	(RTT / 4)	/* RFC 8985 6.2 step 4 */

/* Opened by the peer; SRTT is RTT, and so the RTO is three of it. */
static int far_peer(const char *option)
{
	int l, fd;

	if (!is_ltcp()) {
		set_sysctl("recovery", "1");
		set_sysctl("early_retrans", "3");
	}
	l = server();
	in("S 0:0(0) win 65535 <mss 1460,sackok%s>", option);
	out("S. 0:0(0) ack 1");
	quiet(RTT);
	if (*option)
		timestamps_always();
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	close(l);
	set_option(fd, TCP_NODELAY, 1);
	return fd;
}

/* @n segments are sent, and a round trip passes. */
static int flight(int n)
{
	int fd = far_peer("");

	put(fd, n * MSS);
	out_segments(0, n);
	quiet(RTT);
	return fd;
}

/*
 * RACK
 */

/* RFC 8985 6.2: one that is late by more than the reordering window is lost. */
CASE(rack, one_is_enough)
{
	flight(5);

	in(". 1:1(0) ack 1 <nop,nop,sack 1461:2921>");
	quiet(WINDOW - 5);
	out_between(0, 30, ". 1:1461(1460) ack 1");
	in(". 1:1(0) ack 7301");
	quiet(10 * SEC);
	counter_is("FastRetransmits", 1);
	counter_is("RackLost", 1);
	counter_is("RtoTimeouts", 0);
}

/* Within the window it is not: nothing is sent again. */
CASE(rack, late_is_not_lost)
{
	flight(5);

	in(". 1:1(0) ack 1 <nop,nop,sack 1461:2921>");
	quiet(10);
	in(". 1:1(0) ack 2921");
	in(". 1:1(0) ack 7301");
	quiet(10 * SEC);
	counter_is("RetransSegs", 0);
	counter_is("ReorderSeen", 1);
}

/* RFC 8985 6.2 step 4: three duplicates, and no reordering so far: at once. */
CASE(rack, three_duplicates)
{
	flight(5);

	in(". 1:1(0) ack 1 <nop,nop,sack 1461:2921>");
	in(". 1:1(0) ack 1 <nop,nop,sack 1461:4381>");
	in(". 1:1(0) ack 1 <nop,nop,sack 1461:5841>");
	out_segments(0, 1);
	in(". 1:1(0) ack 7301");
	quiet(10 * SEC);
}

/* But where segments have come out of order before, the window counts. */
CASE(rack, reordering_was_seen)
{
	int fd = flight(5);

	in(". 1:1(0) ack 1 <nop,nop,sack 1461:2921>");
	in(". 1:1(0) ack 7301");
	counter_is("ReorderSeen", 1);
	put(fd, 5 * MSS);
	out_segments(5, 5);
	quiet(RTT);
	in(". 1:1(0) ack 7301 <nop,nop,sack 8761:13141>");
	quiet(WINDOW - 5);
	out_between(0, 30, ". 7301:8761(1460) ack 1");
	in(". 1:1(0) ack 14601");
}

/* `recovery` 4: three duplicates alone are never enough. */
CASE(rack, no_threshold)
{
	set_sysctl("recovery", "5");
	flight(5);
	in(". 1:1(0) ack 1 <nop,nop,sack 1461:5841>");
	quiet(WINDOW - 5);
	out_between(0, 30, ". 1:1461(1460) ack 1");
	in(". 1:1(0) ack 7301");
}

/* RFC 8985 3.1: a retransmission that is lost too is found, without timeout. */
CASE(rack, lost_retransmission)
{
	int fd = far_peer("");

	put(fd, 20 * MSS);
	out_segments(0, 10);
	quiet(RTT);
	in(". 1:1(0) ack 1 <nop,nop,sack 1461:5841>");
	out_segments(0, 1);
	in(". 1:1(0) ack 1 <nop,nop,sack 1461:14601>");
	swallow();
	is(info(fd).tcpi_retrans, 1);
	quiet(RTT);
	/* New segments, sent after it, arrive; it does not. */
	in(". 1:1(0) ack 1 <nop,nop,sack 1461:16061>");
	out_segments(0, 1);
	swallow();
	in(". 1:1(0) ack 16061");
	swallow();
	counter_is("RtoTimeouts", 0);
	counter_is("FastRetransmits", 1);
	in("R 1:1(0)");
}

/* RFC 8985 6.2 step 4: a D-SACK widens the window, once in a round trip. */
CASE(rack, window_widens)
{
	int fd = flight(10);

	in(". 1:1(0) ack 1 <nop,nop,sack 1461:2921>");
	out_between(0, 60, ". 1:1461(1460) ack 1");
	/* It was only late: the first copy comes, and the second. */
	in(". 1:1(0) ack 14601");
	in(". 1:1(0) ack 14601 <nop,nop,sack 1:1461>");
	put(fd, 5 * MSS);
	out_segments(10, 5);
	quiet(RTT);
	in(". 1:1(0) ack 16061");
	in(". 1:1(0) ack 16061 <nop,nop,sack 17521:18981>");
	quiet(2 * WINDOW - 5);
	out_between(0, 30, ". 16061:17521(1460) ack 1");
	in(". 1:1(0) ack 21901");
}

/* `recovery` 2: the window stays. */
CASE(rack, window_is_static)
{
	int fd;

	set_sysctl("recovery", "3");
	fd = flight(10);
	in(". 1:1(0) ack 1 <nop,nop,sack 1461:2921>");
	out_between(0, 60, ". 1:1461(1460) ack 1");
	in(". 1:1(0) ack 14601");
	in(". 1:1(0) ack 14601 <nop,nop,sack 1:1461>");
	put(fd, 5 * MSS);
	out_segments(10, 5);
	quiet(RTT);
	in(". 1:1(0) ack 16061");
	in(". 1:1(0) ack 16061 <nop,nop,sack 17521:18981>");
	out_between(0, WINDOW + 20, ". 16061:17521(1460) ack 1");
	in(". 1:1(0) ack 21901");
}

/* RFC 8985 6.3: a timeout takes the first for lost, and what is old enough. */
CASE(rack, timeout)
{
	int fd = far_peer("");

	set_sysctl("early_retrans", "0");
	put(fd, 2 * MSS);
	out_segments(0, 2);
	quiet(RTT + RTT / 2);
	put(fd, 2 * MSS);
	out_segments(2, 2);
	quiet(RTT);
	/* 250 ms after the first two, 100 after the others. */
	out_between(0, 100, ". 1:1461(1460) ack 1");
	is(info(fd).tcpi_lost, 4);
	in(". 1:1(0) ack 5841");
	quiet(10 * SEC);
}

/*
 * The probe
 */

/* RFC 8985 7.2, 7.3: after two round trips the last one is sent again. */
CASE(rack, probe)
{
	int fd = far_peer("");

	put(fd, 3 * MSS);
	out_segments(0, 3);
	quiet(2 * RTT - 5);
	out_between(0, 50, ". 2921:4381(1460) ack 1");
	counter_is("TlpProbes", 1);
	/* One, and then the timeout: 7.3. */
	out_between(3 * RTT - 20, 3 * RTT + 80, ". 1:1461(1460) ack 1");
	counter_is("TlpProbes", 1);
	counter_is("RtoTimeouts", 1);
	in(". 1:1(0) ack 4381");
	is(info(fd).tcpi_ca_state, TCP_CA_Open);
}

/* RFC 8985 7.3: what it finds is repaired without a timeout. */
CASE(rack, probe_finds_loss)
{
	flight(5);

	in(". 1:1(0) ack 2921");
	/* 2, 3 and 4 are lost. */
	out_between(2 * RTT - 5, 2 * RTT + 60, ". 5841:7301(1460) ack 1");
	quiet(RTT + 10);
	in(". 1:1(0) ack 2921 <nop,nop,sack 5841:7301>");
	out_segments(2, 1);
	quiet(RTT);
	in(". 1:1(0) ack 4381 <nop,nop,sack 5841:7301>");
	out_segments(3, 1);
	in(". 1:1(0) ack 7301");
	quiet(10 * SEC);
	counter_is("RtoTimeouts", 0);
	counter_is("FastRetransmits", 1);
}

/* RFC 8985 7.3: what is unsent goes rather than what was sent. */
CASE(rack, probe_with_new_data)
{
	int fd = far_peer("");

	put(fd, 12 * MSS);
	out_segments(0, 10);
	out_between(2 * RTT - 5, 2 * RTT + 50,
		    ". 14601:16061(1460) ack 1");
	counter_is("TlpProbes", 1);
	counter_is("RetransSegs", 0);
	in(". 1:1(0) ack 16061");
	out_segments(11, 1);
	is(info(fd).tcpi_snd_ssthresh, 0x7fffffff);
	in(". 1:1(0) ack 17521");
}

/* RFC 8985 7.2: the ACK of a single segment may be a delayed one. */
CASE(rack, probe_of_one_waits)
{
	int fd = far_peer("");

	put(fd, 100);
	out("P. 1:101(100) ack 1");
	/* 2 * 100 + 200, and no later than the RTO: 300. */
	quiet(3 * RTT - 20);
	out_between(0, 80, "P. 1:101(100) ack 1");
	counter_is("TlpProbes", 1);
	counter_is("RtoTimeouts", 0);
	out_between(3 * RTT - 20, 3 * RTT + 80, "P. 1:101(100) ack 1");
	counter_is("RtoTimeouts", 1);
	in(". 1:1(0) ack 101");
}

/* RFC 8985 7.4.2: a loss that the probe repaired is one, for the window. */
CASE(rack, probe_repairs)
{
	int fd = flight(5);

	in(". 1:1(0) ack 5841");
	out_between(2 * RTT, 4 * RTT, ". 5841:7301(1460) ack 1");
	in(". 1:1(0) ack 7301");
	put(fd, MSS);
	out_segments(5, 1);
	in(". 1:1(0) ack 8761");
	counter_is("LossProbeRecovery", 1);
	check(info(fd).tcpi_snd_ssthresh < 20);
	is(info(fd).tcpi_ca_state, TCP_CA_Open);
}

/* RFC 8985 7.4.1: none, if the peer says that it got both. */
CASE(rack, probe_was_not_needed)
{
	int fd = flight(5);

	in(". 1:1(0) ack 5841");
	out_between(2 * RTT, 4 * RTT, ". 5841:7301(1460) ack 1");
	in(". 1:1(0) ack 7301");
	in(". 1:1(0) ack 7301 <nop,nop,sack 5841:7301>");
	put(fd, MSS);
	out_segments(5, 1);
	in(". 1:1(0) ack 8761");
	counter_is("LossProbeRecovery", 0);
	is(info(fd).tcpi_snd_ssthresh, 0x7fffffff);
}

/* The same of a peer that has no D-SACK: a bare duplicate. */
CASE(rack, probe_was_not_needed_without_dsack)
{
	int fd = flight(5);

	in(". 1:1(0) ack 5841");
	out_between(2 * RTT, 4 * RTT, ". 5841:7301(1460) ack 1");
	in(". 1:1(0) ack 7301");
	in(". 1:1(0) ack 7301");
	put(fd, MSS);
	out_segments(5, 1);
	in(". 1:1(0) ack 8761");
	is(info(fd).tcpi_snd_ssthresh, 0x7fffffff);
}

/* RFC 8985 7.2: SACK and a sysctl allow it. */
CASE(rack, no_probe)
{
	int fd;

	set_sysctl("early_retrans", "0");
	fd = far_peer("");
	set_sysctl("early_retrans", "0");
	put(fd, 3 * MSS);
	out_segments(0, 3);
	out_between(3 * RTT - 20, 3 * RTT + 80, ". 1:1461(1460) ack 1");
	counter_is("TlpProbes", 0);
	in(". 1:1(0) ack 4381");
}

/* A FIN is probed for as data is. */
CASE(rack, probe_of_fin)
{
	int fd = far_peer("");

	put(fd, MSS);
	shutdown(fd, SHUT_WR);
	out(". 1:1461(1460) ack 1");
	out("F. 1461:1461(0) ack 1");
	out_between(2 * RTT - 5, 2 * RTT + 80, "F. 1461:1461(0) ack 1");
	quiet(RTT + 10);
	in(". 1:1(0) ack 1 <nop,nop,sack 1461:1462>");
	out_between(0, 60, ". 1:1461(1460) ack 1");
	in(". 1:1(0) ack 1462");
	state_is("FIN_WAIT2");
}

TEST_HARNESS_MAIN
