// SPDX-License-Identifier: GPL-2.0
/*
 * RST, and what somebody off the path may send: RFC 9293 3.5.2, 3.5.3 and
 * 3.10.7.4, RFC 5961. The RST that answers segments of no connection is
 * tested in open.c, RST while closing in close.c.
 */

#include "case.h"

CASES(rst)

#define FAR	200000		/* beyond any window without scaling */

/* S013 S085: RFC 5961 3.2 (2), sequence number exactly RCV.NXT. */
CASE(rst, exact)
{
	struct pollfd pfd = { .fd = passive(), .events = POLLIN };

	in("R 1:1(0)");
	state_is("CLOSED");
	is(poll(&pfd, 1, 0), 1);
	is(pfd.revents, POLLIN | POLLERR | POLLHUP);
	is(recv_errno(pfd.fd), ECONNRESET);
	get_end(pfd.fd);
	is(send_errno(pfd.fd), EPIPE);
	quiet(1 * MIN);
	counter_is("EstabResets", 1);
}

/* S085: the acknowledgment number of an RST does not matter there. */
CASE(rst, exact_with_ack)
{
	int fd = passive();

	in("R. 1:1(0) ack 1");
	state_is("CLOSED");
	is(socket_error(fd), ECONNRESET);
}

/* S085: after data RCV.NXT is further on. */
CASE(rst, exact_after_data)
{
	int fd = passive();

	in("P. 1:101(100) ack 1");
	out_between(0, 50, ". 1:1(0) ack 101");
	in("R 1:1(0)");
	quiet(100);
	state_is("ESTABLISHED");
	in("R 101:101(0)");
	state_is("CLOSED");
	is(socket_error(fd), ECONNRESET);
}

/* S085: RFC 5961 3.2 (3), elsewhere in the window: ask the peer. */
CASE(rst, in_window)
{
	passive();
	in("R 2:2(0)");
	out(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	quiet(1 * SEC);
	in("R 30000:30000(0)");
	out(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	counter_is("ChallengeAcks", 2);
	counter_is("DropRstSequence", 2);
	/* The peer really means it, and now knows the number. */
	in("R 1:1(0)");
	state_is("CLOSED");
}

/* S085: RFC 5961 3.2 (1), outside the window: silence. */
CASE(rst, out_of_window)
{
	passive();
	in("R 0:0(0)");
	in("R -1000:-1000(0)");
	in("R %d:%d(0)", FAR, FAR);
	in("R -2000000000:-2000000000(0)");
	in("R. %d:%d(0) ack 1", FAR, FAR);
	quiet(1 * SEC);
	state_is("ESTABLISHED");
	counter_is("ChallengeAcks", 0);
	counter_is("DropRstSequence", 5);
}

/* S085: the edges of the window, one by one. */
CASE(rst, window_edges)
{
	unsigned int edge;
	int fd = passive();

	put(fd, 1);
	out("P. 1:2(1) ack 1");
	edge = 1 + last_out()->win;
	in(". 1:1(0) ack 2");
	/* The stock TCP is one off. */
	in("R %u:%u(0)", edge + !is_ltcp(), edge + !is_ltcp());
	quiet(1 * SEC);
	in("R %u:%u(0)", edge - 1, edge - 1);
	out(". 2:2(0) ack 1");
	state_is("ESTABLISHED");
}

/* RFC 5961 7: challenge ACKs are limited, by invalid_ratelimit. */
CASE(rst, challenge_limit)
{
	int i;

	passive();
	in("R 2:2(0)");
	out(". 1:1(0) ack 1");
	for (i = 0; i < 100; i++)
		in("R 2:2(0)");
	quiet(600);
	in("R 2:2(0)");
	out(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	counter_is("ChallengeAcks", 2);
	counter_is("ChallengeAcksLimited", 100);
}

/* S109: RFC 5961 4.2, SYN on a connection: ACK, whatever its number. */
CASE(rst, syn_when_established)
{
	passive();
	in("S 1:1(0) win 65535 <mss 1460>");
	out(". 1:1(0) ack 1");
	quiet(1 * SEC);
	in("S 30000:30000(0) win 65535 <mss 1460>");
	out(". 1:1(0) ack 1");
	quiet(1 * SEC);
	in("S %d:%d(0) win 65535 <mss 1460>", FAR, FAR);
	out(". 1:1(0) ack 1");
	quiet(1 * SEC);
	in("S. 1:1(0) ack 1 win 65535 <mss 1460>");
	out(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	counter_is("ChallengeAcks", 4);
	counter_is("DropSynConnected", 4);
}

/* S085: figure 9, the peer crashed, and our answer makes it send RST. */
CASE(rst, half_open_connection)
{
	int fd = passive();

	in("S 5000:5000(0) win 65535 <mss 1460>");
	out(". 1:1(0) ack 1");
	in("R 1:1(0)");
	state_is("CLOSED");
	is(socket_error(fd), ECONNRESET);
}

/* S013: figure 10, the other side of it: data to one who knows nothing. */
CASE(rst, crashed_peer)
{
	int fd = passive();

	put(fd, 100);
	out("P. 1:101(100) ack 1");
	in("R 1:1(0)");
	is(recv_errno(fd), ECONNRESET);
	quiet(1 * MIN);
}

/* The stock TCP is silent here, against RFC 9293 3.10.7.4 fifth. */
static void answers_ack_of_unsent(void)
{
	if (is_ltcp())
		out(". 1:1(0) ack 1");
	quiet(1 * SEC);
}

/* S026: RFC 9293 3.10.7.4 fifth, ACK of what was not sent: ACK, and drop. */
CASE(rst, ack_of_unsent)
{
	int fd = passive();

	in(". 1:1(0) ack 2");
	answers_ack_of_unsent();
	in("P. 1:101(100) ack 100000");
	answers_ack_of_unsent();
	get_nothing(fd);
	state_is("ESTABLISHED");
	counter_is("DropBadAck", 2);
}

/* S085: RFC 5961 5.2, an ACK may be old, but not older than MAX.SND.WND. */
CASE(rst, ack_too_old)
{
	int fd = passive();

	put(fd, 1000);
	out("P. 1:1001(1000) ack 1");
	in(". 1:1(0) ack 1001");
	in("P. 1:101(100) ack 501");
	out_between(0, 50, ". 1001:1001(0) ack 101");
	get(fd, 100);
	in("P. 101:201(100) ack -70000");
	out(". 1001:1001(0) ack 101");
	get_nothing(fd);
	counter_is("DropBadAck", 1);
}

/* S004: RFC 9293 3.10.7.4 fifth, without ACK nothing is taken. */
CASE(rst, no_ack)
{
	int fd = passive();

	in("P 1:101(100)");
	in("- 1:101(100)");
	in("F 1:1(0)");
	quiet(1 * SEC);
	get_nothing(fd);
	state_is("ESTABLISHED");
	counter_is("DropNoAck", 3);
}

/* S013 SHLD-2: RST that carries data, which some send as an explanation. */
CASE(rst, with_data)
{
	int fd = passive();

	in("R. 1:11(10) ack 1");
	state_is("CLOSED");
	is(socket_error(fd), ECONNRESET);
}

/* S085: what was received before the RST can still be read, as everywhere. */
CASE(rst, after_data)
{
	int fd = passive();

	in("P. 1:101(100) ack 1");
	out_between(0, 50, ". 1:1(0) ack 101");
	in("R 101:101(0)");
	get(fd, 100);
	is(recv_errno(fd), ECONNRESET);
}

TEST_HARNESS_MAIN
