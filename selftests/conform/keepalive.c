// SPDX-License-Identifier: GPL-2.0
/*
 * Keepalive and TCP_USER_TIMEOUT together, with data, and when they are
 * changed meanwhile: RFC 9293 3.8.3 and 3.8.4, RFC 5482. The plain forms of
 * both are tested in timers.c, what ICMP says of probes in icmp.c.
 */

#include "case.h"

CASES(keepalive)

#define PROBE	". 0:0(0) ack 1"

static int probed(int fd, int idle, int intvl, int count)
{
	set_option(fd, TCP_KEEPIDLE, idle);
	set_option(fd, TCP_KEEPINTVL, intvl);
	set_option(fd, TCP_KEEPCNT, count);
	set_socket(fd, SO_KEEPALIVE, 1);
	return fd;
}

/* MAY-5 MUST-24 MUST-25: on, off and on again; it counts from the last time. */
CASE(keepalive, on_off_on)
{
	int fd = probed(passive(), 60, 10, 3);

	out_at(60 * SEC, PROBE);
	set_socket(fd, SO_KEEPALIVE, 0);
	quiet(1 * HOUR);
	set_socket(fd, SO_KEEPALIVE, 1);
	quiet(59 * SEC);
	out_between(0, 15 * SEC, PROBE);
	in(". 1:1(0) ack 1");
	out_at(60 * SEC, PROBE);
	in(". 1:1(0) ack 1");
	is(socket_error(fd), 0);
}

/* On twice is on. */
CASE(keepalive, on_on)
{
	int fd = probed(passive(), 60, 10, 3);

	quiet(50 * SEC);
	set_socket(fd, SO_KEEPALIVE, 1);
	out_at(60 * SEC, PROBE);
	in(". 1:1(0) ack 1");
}

/* MUST-24: set on a listener, it is on for what it accepts. */
CASE(keepalive, inherited)
{
	int l = server();

	probed(l, 60, 10, 1);
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	accepted(l);
	out_at(60 * SEC, PROBE);
	out_at(10 * SEC, "R. 1:1(0) ack 1");
}

/* MUST-24: set before connect(), it begins with the connection. */
CASE(keepalive, before_connect)
{
	int fd = probed(client_socket(), 60, 10, 1);

	is(start_connect(fd), EINPROGRESS);
	out("S 0:0(0)");
	out_at(1 * SEC, "S 0:0(0)");
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	out(". 1:1(0) ack 1");
	out_at(60 * SEC, PROBE);
	in(". 1:1(0) ack 1");
}

/* S106: the socket's figures count at once, probing or not. */
CASE(keepalive, changed_while_probing)
{
	int fd = probed(passive(), 60, 10, 5);

	out_at(60 * SEC, PROBE);
	set_option(fd, TCP_KEEPINTVL, 30);
	out_at(10 * SEC, PROBE);
	out_at(30 * SEC, PROBE);
	set_option(fd, TCP_KEEPCNT, 3);
	out_at(30 * SEC, "R. 1:1(0) ack 1");
	is(socket_error(fd), ETIMEDOUT);
}

/* S107: more probes than there were. */
CASE(keepalive, more_probes)
{
	int fd = probed(passive(), 60, 10, 1);

	out_at(60 * SEC, PROBE);
	set_option(fd, TCP_KEEPCNT, 3);
	out_at(10 * SEC, PROBE);
	out_at(10 * SEC, PROBE);
	out_at(10 * SEC, "R. 1:1(0) ack 1");
	is(socket_error(fd), ETIMEDOUT);
}

/* S105 MUST-26: the peer's own probes show that it lives. */
CASE(keepalive, of_both_sides)
{
	int i;

	ltcp_only("probes all the same");
	probed(passive(), 60, 10, 1);
	for (i = 0; i < 5; i++) {
		quiet(50 * SEC);
		in(". 0:0(0) ack 1");
		out(". 1:1(0) ack 1");
	}
	out_at(60 * SEC, PROBE);
	in(". 1:1(0) ack 1");
}

/* S105: who guesses sequence numbers cannot keep a connection alive. */
CASE(keepalive, not_by_guessing)
{
	int i;

	ltcp_only("takes it for a sign of life");
	probed(passive(), 60, 10, 1);
	for (i = 0; i < 5; i++) {
		quiet(10 * SEC);
		in(". 1:1(0) ack 100000");
		out(". 1:1(0) ack 1");
		in("P 1:2(1)");
		in(". 1000:1000(0) ack -100000");
		in(". 0:0(0) ack 100000");
		in(". -1:-1(0) ack 1");
		in("R 2:2(0)");
		in("S 2:2(0) win 65535");
	}
	out_between(8 * SEC, 20 * SEC, PROBE);
	out_at(10 * SEC, "R. 1:1(0) ack 1");
}

/* S105: an ACK, a window update, a duplicate: each counts. */
CASE(keepalive, any_segment)
{
	static const char * const segments[] = {
		". 1:1(0) ack 1", ". 1:1(0) ack 1 win 1000",
		". 1:1(0) ack 1 win 0", ". 1:1(0) ack 1 win 65535",
	};
	unsigned int i;

	probed(passive(), 60, 10, 1);
	for (i = 0; i < ARRAY_SIZE(segments); i++) {
		quiet(50 * SEC);
		in("%s", segments[i]);
	}
	out_at(60 * SEC, PROBE);
	in(". 1:1(0) ack 1");
}

/* S108: the peer half closed, and died. */
CASE(keepalive, in_close_wait)
{
	int fd = probed(passive(), 60, 10, 2);

	in("F. 1:1(0) ack 1");
	out_between(0, 50, ". 1:1(0) ack 2");
	out_at(60 * SEC, ". 0:0(0) ack 2");
	out_at(10 * SEC, ". 0:0(0) ack 2");
	out_at(10 * SEC, "R. 1:1(0) ack 2");
	state_is("CLOSED");
	is(socket_error(fd), ETIMEDOUT);
}

/* S108: probes and rebooting, seen by a reader that waits. */
CASE(keepalive, peer_rebooted)
{
	struct pollfd pfd = { .events = POLLIN };

	pfd.fd = probed(passive(), 60, 10, 9);
	out_at(60 * SEC, PROBE);
	out_at(10 * SEC, PROBE);
	in("R 1:1(0)");
	is(poll(&pfd, 1, 0), 1);
	is(pfd.revents, POLLIN | POLLERR | POLLHUP);
	is(recv_errno(pfd.fd), ECONNRESET);
	get_end(pfd.fd);
}

/* MUST-26: data after unanswered probes has all its retransmissions. */
CASE(keepalive, then_data)
{
	int fd = probed(passive(), 60, 10, 3);
	int i;

	out_at(60 * SEC, PROBE);
	out_at(10 * SEC, PROBE);
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	for (i = 0; i < 9; i++)
		out_at(RTO << i, "P. 1:101(100) ack 1");
	in(". 1:1(0) ack 101");
	out_at(60 * SEC, ". 100:100(0) ack 1");
	in(". 1:1(0) ack 101");
	is(socket_error(fd), 0);
}

/*
 * TCP_USER_TIMEOUT
 */

/* S108: with keepalive it takes the place of the count of probes. */
CASE(keepalive, user_timeout)
{
	int fd;

	ltcp_only("counts from the last segment received");
	fd = probed(passive(), 60, 10, 1);
	set_option(fd, TCP_USER_TIMEOUT, 25 * SEC);
	out_at(60 * SEC, PROBE);
	out_at(10 * SEC, PROBE);
	out_at(10 * SEC, PROBE);
	out_between(3 * SEC, 7 * SEC, "R. 1:1(0) ack 1");
	is(socket_error(fd), ETIMEDOUT);
}

/* The same, shorter than one interval. */
CASE(keepalive, user_timeout_short)
{
	int fd;

	ltcp_only("waits for the next probe");
	fd = probed(passive(), 60, 30, 9);
	set_option(fd, TCP_USER_TIMEOUT, 5 * SEC);
	out_at(60 * SEC, PROBE);
	out_at(5 * SEC, "R. 1:1(0) ack 1");
	is(socket_error(fd), ETIMEDOUT);
}

/* It does not count while the connection idles and is answered. */
CASE(keepalive, user_timeout_answered)
{
	int fd = probed(passive(), 60, 10, 3);
	int i;

	set_option(fd, TCP_USER_TIMEOUT, 5 * SEC);
	for (i = 0; i < 5; i++) {
		out_at(60 * SEC, PROBE);
		in(". 1:1(0) ack 1");
	}
	is(socket_error(fd), 0);
}

/* S108: data after unanswered probes has the time of any data. */
CASE(keepalive, user_timeout_then_data)
{
	int fd = probed(passive(), 60, 10, 9);
	int i;

	set_option(fd, TCP_USER_TIMEOUT, 25 * SEC);
	out_at(60 * SEC, PROBE);
	out_at(10 * SEC, PROBE);
	out_at(10 * SEC, PROBE);
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	/* The last one leaves more than 25 s after the first probe. */
	for (i = 0; i < 6; i++)
		out_at(RTO << i, "P. 1:101(100) ack 1");
	is(socket_error(fd), 0);
	in(". 1:1(0) ack 101");
}

/* S108: for connect() it can only shorten the wait. */
CASE(keepalive, user_timeout_connect)
{
	int fd = client_socket();

	set_option(fd, TCP_USER_TIMEOUT, 5 * SEC);
	is(start_connect(fd), EINPROGRESS);
	out("S 0:0(0)");
	out_at(1 * SEC, "S 0:0(0)");
	out_at(2 * SEC, "S 0:0(0)");
	quiet(1500);
	is(socket_error(fd), 0);
	quiet(2500);
	is(socket_error(fd), ETIMEDOUT);
	state_is("CLOSED");
}

CASE(keepalive, user_timeout_connect_longer)
{
	int fd = client_socket();

	set_option(fd, TCP_SYNCNT, 1);
	set_option(fd, TCP_USER_TIMEOUT, 1 * HOUR);
	is(start_connect(fd), EINPROGRESS);
	out("S 0:0(0)");
	out_at(1 * SEC, "S 0:0(0)");
	dies_at(2 * SEC, fd, ETIMEDOUT);
}

/*
 * RFC 5482: data that a closed window keeps from being sent is as stuck as
 * data that nobody acknowledges; MUST-37 is for those who set no limit.
 */
CASE(keepalive, user_timeout_window_answered)
{
	int fd = passive();
	int i;

	set_option(fd, TCP_USER_TIMEOUT, 4 * SEC);
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	in(". 1:1(0) ack 101 win 0");
	put(fd, 100);
	for (i = 0; i < 4; i++) {
		out_between((RTO << i) - 50, (RTO << i) * 2,
			    ". 100:100(0) ack 1");
		in(". 1:1(0) ack 101 win 0");
	}
	is(socket_error(fd), 0);
	quiet(2 * SEC);
	is(socket_error(fd), ETIMEDOUT);
	state_is("CLOSED");
}

/* Each time the window opens the time begins anew. */
CASE(keepalive, user_timeout_window_opens)
{
	int fd = passive();
	int i;

	set_option(fd, TCP_USER_TIMEOUT, 4 * SEC);
	for (i = 0; i < 10; i++) {
		put(fd, 100);
		out("P. %d:%d(100) ack 1", i * 200 + 1, i * 200 + 101);
		in(". 1:1(0) ack %d win 0", i * 200 + 101);
		put(fd, 100);
		out_between(RTO - 50, 2 * RTO, ". %d:%d(0) ack 1",
			    i * 200 + 100, i * 200 + 100);
		in(". 1:1(0) ack %d win 0", i * 200 + 101);
		out_between(RTO, 4 * RTO, ". %d:%d(0) ack 1",
			    i * 200 + 100, i * 200 + 100);
		in(". 1:1(0) ack %d win 65535", i * 200 + 101);
		out("P. %d:%d(100) ack 1", i * 200 + 101, i * 200 + 201);
		in(". 1:1(0) ack %d", i * 200 + 201);
	}
	is(socket_error(fd), 0);
}

/* SHLD-9: who wants to know how it stands, before R2, finds it in TCP_INFO. */
CASE(keepalive, told_of_r1)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);
	int fd = passive();
	int i;

	put(fd, 100);
	out("P. 1:101(100) ack 1");
	for (i = 0; i < 4; i++)
		out_at(RTO << i, "P. 1:101(100) ack 1");
	is(getsockopt(fd, SOL_TCP, TCP_INFO, &info, &len), 0);
	is(info.tcpi_retransmits, 4);
	is(info.tcpi_backoff, 4);
	check(info.tcpi_rto >= 3200000);
	in(". 1:1(0) ack 101");
	is(getsockopt(fd, SOL_TCP, TCP_INFO, &info, &len), 0);
	is(info.tcpi_retransmits, 0);
}

/* 0 is no limit of its own again. */
CASE(keepalive, user_timeout_unset)
{
	int fd = passive();
	int i;

	set_option(fd, TCP_USER_TIMEOUT, 1 * SEC);
	set_option(fd, TCP_USER_TIMEOUT, 0);
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	for (i = 0; i < 6; i++)
		out_at(RTO << i, "P. 1:101(100) ack 1");
	in(". 1:1(0) ack 101");
	is(socket_error(fd), 0);
}

TEST_HARNESS_MAIN
