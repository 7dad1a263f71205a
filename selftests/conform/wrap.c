// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers that wrap around: sequence numbers and timestamps of the kernel, and
 * jiffies. Those of the peer wrap in all programs, see PEER_ISN and PEER_TS.
 *
 * The kernel's start where nobody can tell, but go on by the clock; so a case
 * looks where they stand, and sleeps until they are about to wrap.
 */

#include <time.h>

#include "case.h"

CASES(wrap)

#define MSS		1460
#define MSS_TS		1448
#define ISN_PER_MS	250

static uint64_t uptime_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

/*
 * The kernel starts its jiffies so that 32 bits of them wrap when it is up for
 * five minutes. Timers that are set before go off behind that, in time. This
 * is the first case, for there is only one chance.
 */
CASE(wrap, jiffies)
{
	int fd;

	if (uptime_ms() > 250 * SEC)
		SKIP(return, "up for more than 5 minutes");
	quiet(250 * SEC - uptime_ms());
	fd = passive();
	set_socket(fd, SO_KEEPALIVE, 1);
	set_option(fd, TCP_KEEPIDLE, 90);
	flow(KERNEL_PORT + 1, PEER_PORT);
	close(passive());
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");

	flow(KERNEL_PORT + 2, PEER_PORT);
	fd = passive();
	quiet(299900 - uptime_ms());
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	out_at(RTO, "P. 1:101(100) ack 1");
	check(uptime_ms() > 300 * SEC);
	out_at(2 * RTO, "P. 1:101(100) ack 1");
	in(". 1:1(0) ack 101");
	flow_again(KERNEL_PORT + 1, PEER_PORT);
	state_is("TIME_WAIT");
	quiet(12 * SEC);	/* to 312 and some */
	state_is("CLOSED");
	flow_again(KERNEL_PORT, PEER_PORT);
	out_between(25 * SEC, 41 * SEC, ". 0:0(0) ack 1");
}

/* The script's flow, anew, towards another port of the peer. */
static void another_port(int port)
{
	struct flow *f = peer_flow();

	f->pport = port;
	f->isn_known = false;
	f->ts_known = false;
}

/* Open from the peer and reset; the kernel's numbers are in peer_flow(). */
static void look(void)
{
	in("S 0:0(0) win 65535 <mss 1460,ts 0 0>");
	out("S. 0:0(0) ack 1");
	in("R 1:1(0)");
}

/*
 * A socket, opened by the peer with @option, whose sequence numbers wrap after
 * @octets.
 */
static int passive_before_wrap_with(unsigned int octets, const char *option)
{
	uint32_t left;
	int l = server();
	int fd;

	look();
	left = -peer_flow()->isn[FROM_KERNEL] - octets;
	quiet(left / ISN_PER_MS);
	another_port(PEER_PORT);
	in("S 0:0(0) win 65535 <mss 1460%s>", option);
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	left = -peer_flow()->isn[FROM_KERNEL];
	check(left <= octets + ISN_PER_MS);
	check(left >= octets - 10 * ISN_PER_MS);
	fd = accepted(l);
	close(l);
	return fd;
}

static int passive_before_wrap(unsigned int octets)
{
	return passive_before_wrap_with(octets, "");
}

/* S001 S050 MUST-8: data over the wrap, acknowledged in order. */
CASE(wrap, send)
{
	int fd = passive_before_wrap(10 * MSS);
	int i;

	set_option(fd, TCP_NODELAY, 1);
	for (i = 0; i < 20; i++) {
		put(fd, MSS);
		out("P. %d:%d(1460) ack 1", 1 + i * MSS, 1 + (i + 1) * MSS);
		in(". 1:1(0) ack %d", 1 + (i + 1) * MSS);
	}
	close(fd);
	out("F. %d:%d(0) ack 1", 1 + 20 * MSS, 1 + 20 * MSS);
	in("F. 1:1(0) ack %d", 2 + 20 * MSS);
	out(". %d:%d(0) ack 2", 2 + 20 * MSS, 2 + 20 * MSS);
	state_is("TIME_WAIT");
}

/* S005: losses there are found by duplicates and by the timer. */
CASE(wrap, retransmit)
{
	int fd = passive_before_wrap(4 * MSS);
	int i;

	put(fd, 8 * MSS);
	for (i = 0; i < 8; i++)
		out(". %d:%d(1460) ack 1", 1 + i * MSS, 1 + (i + 1) * MSS);
	in(". 1:1(0) ack 1461");
	for (i = 0; i < 3; i++)
		in(". 1:1(0) ack 1461");
	out(". 1461:2921(1460) ack 1");
	in(". 1:1(0) ack %d", 1 + 8 * MSS);
	put(fd, 100);
	out("P. 11681:11781(100) ack 1");
	out_at(RTO, "P. 11681:11781(100) ack 1");
	in(". 1:1(0) ack 11781");
	counter_is("FastRetransmits", 1);
	counter_is("RtoTimeouts", 1);
}

/* T34: SACK blocks before, over and behind it, in any order. */
CASE(wrap, sack)
{
	int i, fd;

	set_sysctl("recovery", "0");
	set_sysctl("early_retrans", "0");
	fd = passive_before_wrap_with(5 * MSS, ",sackok");
	put(fd, 10 * MSS);
	for (i = 0; i < 10; i++)
		out(". %d:%d(1460) ack 1", 1 + i * MSS, 1 + (i + 1) * MSS);
	/* Segments 0, 3 and 7 are lost; the wrap is in 4 or 5. */
	in(". 1:1(0) ack 1 <nop,nop,sack 11681:14601>");
	in(". 1:1(0) ack 1 <nop,nop,sack 5841:10221 1461:4381 11681:14601>");
	out(". 1:1461(1460) ack 1");
	out(". 4381:5841(1460) ack 1");
	out(". 10221:11681(1460) ack 1");
	in(". 1:1(0) ack 10221 <nop,nop,sack 11681:14601>");
	in(". 1:1(0) ack 14601");
	quiet(10 * SEC);
	counter_is("FastRetransmits", 1);
	counter_is("RetransSegs", 3);
	counter_is("SackBlocksBad", 0);
}

/* What is acknowledged is held against both sides of the wrap. */
CASE(wrap, bad_ack)
{
	int fd = passive_before_wrap(2 * MSS);

	put(fd, 4 * MSS);
	out(". 1:1461(1460) ack 1");
	out(". 1461:2921(1460) ack 1");
	out(". 2921:4381(1460) ack 1");
	out("P. 4381:5841(1460) ack 1");
	in(". 1:1(0) ack 5842");
	out(". 5841:5841(0) ack 1");
	quiet(100);
	in(". 1:1(0) ack 5841");
	in("R 1:1(0)");
	is(socket_error(fd), ECONNRESET);
}

/* A socket, opened by the peer, whose timestamps wrap after @ms. */
static int passive_before_ts_wrap(unsigned int ms)
{
	uint32_t left = 0;
	int l = server();
	int port, fd;

	/* One in 300 of them wraps within four hours. */
	for (port = 10000; port < 18000; port++) {
		another_port(port);
		look();
		left = -peer_flow()->ts[FROM_KERNEL];
		if (left > ms && left < 4 * HOUR)
			break;
	}
	check(port < 18000);
	quiet(left - ms);
	another_port(port);
	in("S 0:0(0) win 65535 <mss 1460,ts * 0>");
	out("S. 0:0(0) ack 1");
	left = -peer_flow()->ts[FROM_KERNEL];
	check(left <= ms && left >= ms - 100);
	timestamps_always();
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	close(l);
	return fd;
}

/* S078 T13: an echo from before the wrap is a sample after it. */
CASE(wrap, timestamps)
{
	int fd = passive_before_ts_wrap(500);
	int i;

	/* Sent before the wrap, and again; acknowledged behind it. */
	quiet(100);
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	out_at(RTO, "P. 1:101(100) ack 1");
	quiet(400);
	in(". 1:1(0) ack 101");
	/* A sample of 400 ms on none: less than the backoff of 400 and more. */
	put(fd, 100);
	out("P. 101:201(100) ack 1");
	out_between(380, 720, "P. 101:201(100) ack 1");
	in(". 1:1(0) ack 201");
	for (i = 0; i < 10; i++) {
		put(fd, MSS_TS);
		out("P. %d:%d(1448) ack 1", 201 + i * MSS_TS,
		    201 + (i + 1) * MSS_TS);
		in(". 1:1(0) ack %d", 201 + (i + 1) * MSS_TS);
	}
	check(segment_tsval(last_out()) >= 700);
	in("P. 1:101(100) ack %d", 201 + 10 * MSS_TS);
	out_between(0, 50, ". %d:%d(0) ack 101", 201 + 10 * MSS_TS,
		    201 + 10 * MSS_TS);
	get(fd, 100);
}

TEST_HARNESS_MAIN
