// SPDX-License-Identifier: GPL-2.0
/*
 * Keepalive (RFC 9293 3.8.4) and TCP_USER_TIMEOUT (RFC 5482), in virtual time.
 */

#include "case.h"

CASES(timers)

#define IDLE	(2 * HOUR)
#define INTVL	(75 * SEC)
#define PROBES	9

static int keepalive(int fd)
{
	set_socket(fd, SO_KEEPALIVE, 1);
	return fd;
}

/* MUST-25: off unless asked for. */
CASE(timers, keepalive_off)
{
	passive();
	quiet(24 * HOUR);
	state_is("ESTABLISHED");
}

/*
 * S105 S106 S107 S108 MUST-24 MUST-28 SHLD-12 RFC 2525 2.9, 2.11: the whole
 * of it.
 */
CASE(timers, keepalive)
{
	int fd = keepalive(passive());
	int i;

	out_at(IDLE, ". 0:0(0) ack 1");
	for (i = 1; i < PROBES; i++)
		out_at(INTVL, ". 0:0(0) ack 1");
	state_is("ESTABLISHED");
	out_at(INTVL, "R. 1:1(0) ack 1");
	is(socket_error(fd), ETIMEDOUT);
	state_is("CLOSED");
	counter_is("KeepaliveProbes", PROBES);
	counter_is("AbortOnKeepalive", 1);
}

/* S105 MUST-26 MUST-29: any answer, and the two hours start again. */
CASE(timers, keepalive_answered)
{
	int fd = keepalive(active());
	int i;

	for (i = 0; i < 20; i++) {
		out_at(IDLE, ". 0:0(0) ack 1");
		in(". 1:1(0) ack 1");
	}
	/* An answer to the last probe is early enough. */
	out_at(IDLE, ". 0:0(0) ack 1");
	for (i = 1; i < PROBES; i++)
		out_at(INTVL, ". 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	out_at(IDLE, ". 0:0(0) ack 1");
	is(socket_error(fd), 0);
}

/* S105 MUST-26: data counts as life, too. */
CASE(timers, keepalive_data)
{
	int fd = keepalive(passive());

	quiet(1 * HOUR);
	in("P. 1:101(100) ack 1");
	out_between(0, 50, ". 1:1(0) ack 101");
	get(fd, 100);
	out_at(IDLE, ". 0:0(0) ack 101");
	in(". 101:101(0) ack 1");
}

/* S108: the peer came back without its memory. */
CASE(timers, keepalive_reset)
{
	int fd = keepalive(passive());

	out_at(IDLE, ". 0:0(0) ack 1");
	in("R 1:1(0)");
	is(socket_error(fd), ECONNRESET);
	state_is("CLOSED");
}

/* S097 S098 S106 MUST-27: the socket's own figures. */
CASE(timers, keepalive_options)
{
	int fd = passive();

	set_option(fd, TCP_KEEPIDLE, 600);
	set_option(fd, TCP_KEEPINTVL, 20);
	set_option(fd, TCP_KEEPCNT, 3);
	keepalive(fd);
	out_at(600 * SEC, ". 0:0(0) ack 1");
	out_at(20 * SEC, ". 0:0(0) ack 1");
	out_at(20 * SEC, ". 0:0(0) ack 1");
	out_at(20 * SEC, "R. 1:1(0) ack 1");
	is(socket_error(fd), ETIMEDOUT);
}

/* MUST-27: TCP_KEEPIDLE set while it runs counts from the last segment. */
CASE(timers, keepidle_later)
{
	int fd = keepalive(passive());

	quiet(30 * SEC);
	set_option(fd, TCP_KEEPIDLE, 60);
	out_at(60 * SEC, ". 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
}

/* MUST-24: SO_KEEPALIVE off again: silence. */
CASE(timers, keepalive_stopped)
{
	int fd = keepalive(passive());

	quiet(1 * HOUR);
	set_socket(fd, SO_KEEPALIVE, 0);
	quiet(24 * HOUR);
}

/* MUST-26: with data on its way the retransmissions do the work. */
CASE(timers, keepalive_not_with_data)
{
	int fd = passive();
	unsigned int wait;

	set_option(fd, TCP_KEEPIDLE, 1);
	set_option(fd, TCP_KEEPINTVL, 1);
	set_option(fd, TCP_KEEPCNT, 1);
	keepalive(fd);
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	for (wait = RTO; wait <= 32 * RTO; wait *= 2)
		out_at(wait, "P. 1:101(100) ack 1");
	in(". 1:1(0) ack 101");
	out_at(1 * SEC, ". 100:100(0) ack 1");
	in(". 1:1(0) ack 101");
}

/* S108: keepalive of a connection that is half closed. */
CASE(timers, keepalive_fin_wait2)
{
	int fd = keepalive(passive());

	is(shutdown(fd, SHUT_WR), 0);
	out("F. 1:1(0) ack 1");
	in(". 1:1(0) ack 2");
	out_at(IDLE, ". 1:1(0) ack 1");
	in(". 1:1(0) ack 2");
	state_is("FIN_WAIT2");
}

/*
 * S108 MUST-21 RFC 5482 3: data unacknowledged for longer than
 * TCP_USER_TIMEOUT.
 */
CASE(timers, user_timeout)
{
	int fd = passive();
	int i;

	set_option(fd, TCP_USER_TIMEOUT, 5 * SEC);
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	for (i = 0; i < 4; i++)
		out_at(RTO << i, "P. 1:101(100) ack 1");
	/* Retransmissions at 0.2, 0.6, 1.4 and 3; the next would be at 6.2. */
	quiet(1500);
	is(socket_error(fd), 0);
	quiet(1400);
	is(socket_error(fd), ETIMEDOUT);
	state_is("CLOSED");
}

/* MUST-21 RFC 5482 3: it may also be longer than retries2 would have it. */
CASE(timers, user_timeout_longer)
{
	int fd = passive();
	int i;

	set_sysctl("retries2", "2");
	set_option(fd, TCP_USER_TIMEOUT, 10 * SEC);
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	for (i = 0; i < 5; i++)
		out_at(RTO << i, "P. 1:101(100) ack 1");
	is(socket_error(fd), 0);
	in(". 1:1(0) ack 101");
}

/* S108: a closed window and no answers: the same. */
CASE(timers, user_timeout_zero_window)
{
	int fd = passive();
	int i;

	set_option(fd, TCP_USER_TIMEOUT, 4 * SEC);
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	in(". 1:1(0) ack 101 win 0");
	put(fd, 100);
	for (i = 0; i < 4; i++)
		out_at(RTO << i, ". 100:100(0) ack 1");
	is(socket_error(fd), 0);
	quiet(2 * SEC);		/* without the option: 3.2 */
	is(socket_error(fd), ETIMEDOUT);
}

/*
 * RFC 3465 2.3: an ACK for five segments, of which four may have arrived before
 * the timeout, opens the window by one segment and not by two.
 */
CASE(timers, slow_start_after_timeout)
{
	int fd = passive();
	int i;

	put(fd, 10 * 1460);
	for (i = 0; i < 10; i++)
		out(i < 9 ? ". %d:%d(1460) ack 1" : "P. %d:%d(1460) ack 1",
		    1 + i * 1460, 1 + (i + 1) * 1460);
	out_between(RTO, 5 * SEC, ". 1:1461(1460) ack 1");
	in(". 1:1(0) ack %d", 1 + 5 * 1460);
	out(". %d:%d(1460) ack 1", 1 + 5 * 1460, 1 + 6 * 1460);
	out(". %d:%d(1460) ack 1", 1 + 6 * 1460, 1 + 7 * 1460);
	quiet(100);
}

TEST_HARNESS_MAIN
