// SPDX-License-Identifier: GPL-2.0
/*
 * What waits below a socket holds it back (limit_output_bytes, autocorking),
 * and ACKs that wait for each other (comp_sack_*).
 */

#include <stdlib.h>
#include <unistd.h>

#include "case.h"

CASES(queues)

#define MSS	1460

/* From now on packets wait below IP, as the sender's, for up to 50 ms. */
static void slow_device(void)
{
	is(system("tc qdisc add dev tun0 root netem slot 50ms packets 1000"),
	   0);
}

/* Ten packets of one segment each are in the window; SEG.SEQ of the last. */
static int ten_packets(const char *limit)
{
	int fd;

	set_sysctl("gso", "0");
	set_sysctl("limit_output_bytes", limit);
	set_sysctl("wmem", "4096 1000000 4194304");
	fd = passive();
	slow_device();
	put(fd, 10 * MSS);
	return fd;
}

/* T21: what is below is bounded; when it has left, the rest follows at once. */
CASE(queues, limit_output_bytes)
{
	int i;

	ltcp_only("has no gso=0");
	ten_packets("8000");
	counter_is("OutSegs", 1 + 4);
	for (i = 0; i < 10; i++)
		out_between(0, 60, ". %d:%d(1460) ack 1", i * MSS + 1,
			    (i + 1) * MSS + 1);
	check(counter("OutputThrottled") >= 2);
	counter_is("RtoTimeouts", 0);
	in(". 1:1(0) ack 14601");
}

/* And beneath the limit nothing waits. */
CASE(queues, no_limit)
{
	ltcp_only("has no gso=0");
	ten_packets("100000");
	counter_is("OutSegs", 1 + 10);
	counter_is("OutputThrottled", 0);
}

/* The socket goes while its packets wait: nobody is called any more. */
CASE(queues, limit_and_reset)
{
	int fd;

	ltcp_only("has no gso=0");
	fd = ten_packets("8000");
	in("R 1:1(0)");
	is(socket_error(fd), ECONNRESET);
	close(fd);
	out_between(0, 60, ". 1:1461(1460) ack 1");
	usleep(100000);
	swallow();
	counter_is("OutSegs", 1 + 4);
}

/* Three small writes, while the one before them waits below. */
static void small_writes(const char *autocorking)
{
	int fd, i;

	set_sysctl("autocorking", autocorking);
	fd = passive();
	set_option(fd, TCP_NODELAY, 1);
	slow_device();
	put(fd, 1000);
	for (i = 0; i < 3; i++)
		put(fd, 100);
	out_between(0, 60, "P. 1:1001(1000) ack 1");
}

CASE(queues, autocorking)
{
	ltcp_only("needs another device for that");
	small_writes("1");
	out_between(0, 60, "P. 1001:1301(300) ack 1");
	check(counter("AutoCorks") > 0);
	counter_is("RtoTimeouts", 0);
}

CASE(queues, autocorking_off)
{
	ltcp_only("needs another device for that");
	small_writes("0");
	out_between(0, 60, "P. 1001:1101(100) ack 1");
	out("P. 1101:1201(100) ack 1");
	out("P. 1201:1301(100) ack 1");
	counter_is("AutoCorks", 0);
}

/* Opened by a peer with SACK, in a round trip of 100 ms. */
static int far_peer(const char *nr, const char *delay_ns)
{
	int l, fd;

	set_sysctl("comp_sack_nr", nr);
	set_sysctl("comp_sack_delay_ns", delay_ns);
	l = server();
	in("S 0:0(0) win 65535 <mss 1460,sackok>");
	out("S. 0:0(0) ack 1");
	quiet(100);
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	close(l);
	return fd;
}

/* Early segments, from number @first to number @last. */
static void early(int first, int last)
{
	int i;

	for (i = first; i <= last; i++)
		in(". %d:%d(1460) ack 1", i * MSS + 1, (i + 1) * MSS + 1);
}

/* ACKs that SACK up to the end of number @first, and so on to @last. */
static void acks(int first, int last)
{
	int i;

	for (i = first; i <= last; i++)
		out(". 1:1(0) ack 1 <sack 1461:%d>", (i + 1) * MSS + 1);
}

/* RFC 5681 4.2: three at once, and one for the rest; a filled hole at once. */
CASE(queues, acks_compressed)
{
	ltcp_only("counts the wait in another file");
	far_peer("44", "1000000");
	early(1, 10);
	acks(1, 3);
	/* A jiffy in which nothing else happens. */
	out_between(0, 5, ". 1:1(0) ack 1 <sack 1461:16061>");
	counter_is("AcksCompressed", 7);
	in(". 1:1461(1460) ack 1");
	out(". 1:1(0) ack 16061");
	/* A new hole counts from the beginning. */
	in(". 17521:18981(1460) ack 1");
	out(". 1:1(0) ack 16061 <sack 17521:18981>");
	quiet(100);
}

/* What fills the hole takes the waiting ACK along. */
CASE(queues, acks_overtaken)
{
	ltcp_only("counts the wait in another file");
	far_peer("44", "1000000");
	early(1, 10);
	acks(1, 3);
	in(". 1:1461(1460) ack 1");
	out(". 1:1(0) ack 16061");
	quiet(100);
}

/* RFC 2883 4: what came twice is told at once, with all that waits. */
CASE(queues, acks_twice)
{
	ltcp_only("tells it in another order");
	far_peer("44", "1000000");
	early(1, 10);
	acks(1, 3);
	early(10, 10);
	out(". 1:1(0) ack 1 <sack 14601:16061 1461:16061>");
	quiet(100);
}

/* comp_sack_nr: so many wait at most; 0: none. */
CASE(queues, comp_sack_nr)
{
	ltcp_only("has no such order");
	far_peer("4", "1000000");
	early(1, 9);
	acks(1, 3);
	acks(8, 8);
	out_between(0, 5, ". 1:1(0) ack 1 <sack 1461:14601>");
	quiet(100);

	flow(KERNEL_PORT + 1, PEER_PORT);
	far_peer("0", "1000000");
	early(1, 9);
	acks(1, 9);
	quiet(100);
}

/* comp_sack_delay_ns: a twentieth of the round trip is 5 ms. */
CASE(queues, comp_sack_delay_ns)
{
	ltcp_only("measures another round trip");
	far_peer("44", "100000000");
	early(1, 4);
	acks(1, 3);
	quiet(4);
	acks(4, 4);
	quiet(100);

	flow(KERNEL_PORT + 1, PEER_PORT);
	far_peer("44", "2000000");
	early(1, 4);
	acks(1, 3);
	quiet(1);
	out_between(0, 3, ". 1:1(0) ack 1 <sack 1461:7301>");
}

TEST_HARNESS_MAIN
