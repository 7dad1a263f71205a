// SPDX-License-Identifier: GPL-2.0
/*
 * close() that waits (SO_LINGER), and shutdown() in both directions: RFC 9293
 * 3.6 and 3.10.4. FIN and RST without them are tested in close.c.
 */

#include <fcntl.h>
#include <pthread.h>

#include "case.h"

CASES(linger)

/**
 * struct closer - close() in a thread of its own, since it may block
 * @thread: that thread
 * @fd: what it closes
 * @result: of close()
 * @done: close() came back
 */
struct closer {
	pthread_t thread;
	int fd;
	int result;
	bool done;
};

static void *closer_main(void *arg)
{
	struct closer *c = arg;

	c->result = close(c->fd);
	__atomic_store_n(&c->done, true, __ATOMIC_RELEASE);
	return NULL;
}

static void start_close(struct closer *c, int fd)
{
	*c = (struct closer){ .fd = fd };
	is(pthread_create(&c->thread, NULL, closer_main, c), 0);
}

/* Nothing is sent for a moment, and close() has come back by now, or not. */
static bool closed(struct closer *c)
{
	quiet(20);
	return __atomic_load_n(&c->done, __ATOMIC_ACQUIRE);
}

static void end_close(struct closer *c)
{
	check(closed(c));
	is(pthread_join(c->thread, NULL), 0);
	is(c->result, 0);
}

/* A connection with 100 octets on their way, that lingers so long. */
static int sender(int seconds)
{
	int fd = passive();

	set_linger(fd, seconds);
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	return fd;
}

/* S065: off, so close() does not wait for anything. */
CASE(linger, off)
{
	struct linger off = { .l_onoff = 0, .l_linger = 10 };
	struct closer c;
	int fd = sender(10);

	is(setsockopt(fd, SOL_SOCKET, SO_LINGER, &off, sizeof(off)), 0);
	start_close(&c, fd);
	out("F. 101:101(0) ack 1");
	end_close(&c);
	in(". 1:1(0) ack 102");
	state_is("FIN_WAIT2");
}

/* S065: on, and all is acknowledged in time, though the peer is not done. */
static void acked_in_time(int fd)
{
	struct closer c;

	start_close(&c, fd);
	out("F. 101:101(0) ack 1");
	check(!closed(&c));
	in(". 1:1(0) ack 101");
	check(!closed(&c));
	in(". 1:1(0) ack 102");
	state_is("FIN_WAIT2");
	end_close(&c);
	in("F. 1:1(0) ack 102");
	out(". 102:102(0) ack 2");
	state_is("TIME_WAIT");
}

CASE(linger, acked)
{
	acked_in_time(sender(10));
}

/* The same for a blocking socket: O_NONBLOCK is not for close(). */
CASE(linger, acked_blocking)
{
	int fd = sender(10);

	is(fcntl(fd, F_SETFL, 0), 0);
	acked_in_time(fd);
}

/* S065: the time is over: close() gives up, the connection does not. */
CASE(linger, elapses)
{
	struct closer c;
	int i;

	start_close(&c, sender(2));
	out("F. 101:101(0) ack 1");
	for (i = 0; i < 3; i++)
		out_at(RTO << i, "P. 1:101(100) ack 1");
	check(!closed(&c));
	quiet(700);
	end_close(&c);
	state_is("FIN_WAIT1");
	out_between(500, 1100, "P. 1:101(100) ack 1");
	in(". 1:1(0) ack 102");
	state_is("FIN_WAIT2");
}

/* S073: the peer closes as well. */
CASE(linger, both_close)
{
	struct closer c;

	start_close(&c, sender(10));
	out("F. 101:101(0) ack 1");
	in("F. 1:1(0) ack 101");
	out(". 102:102(0) ack 2");
	state_is("CLOSING");
	check(!closed(&c));
	in(". 2:2(0) ack 102");
	state_is("TIME_WAIT");
	end_close(&c);
}

/* S071: the peer has closed before. */
CASE(linger, last_ack)
{
	struct closer c;
	int fd = sender(10);

	in("F. 1:1(0) ack 101");
	out_between(0, 50, ". 101:101(0) ack 2");
	start_close(&c, fd);
	out("F. 101:101(0) ack 2");
	check(!closed(&c));
	in(". 2:2(0) ack 102");
	end_close(&c);
	state_is("CLOSED");
}

/* S085: there is nothing left to wait for. */
CASE(linger, reset)
{
	struct closer c;

	start_close(&c, sender(10));
	out("F. 101:101(0) ack 1");
	check(!closed(&c));
	in("R 1:1(0)");
	end_close(&c);
	state_is("CLOSED");
}

/* S065: the FIN was sent by shutdown(), and close() waits for its ACK. */
CASE(linger, after_shutdown)
{
	struct closer c;
	int fd = sender(10);

	is(shutdown(fd, SHUT_WR), 0);
	out("F. 101:101(0) ack 1");
	start_close(&c, fd);
	check(!closed(&c));
	in(". 1:1(0) ack 102");
	end_close(&c);
	state_is("FIN_WAIT2");
}

/* RFC 9293 3.10.5: zero throws away what was not sent, and does not wait. */
CASE(linger, zero_with_unsent_data)
{
	struct closer c;
	int fd = passive();

	put(fd, 100);
	out("P. 1:101(100) ack 1");
	in(". 1:1(0) ack 101 win 0");
	put(fd, 1000);
	set_linger(fd, 0);
	start_close(&c, fd);
	out("R. 101:101(0) ack 1");
	end_close(&c);
	state_is("CLOSED");
	quiet(1 * MIN);
	counter_is("AbortOnLinger", 1);
}

/* RFC 9293 3.10.5: in SYN_SENT there is nobody to tell. */
CASE(linger, zero_in_syn_sent)
{
	int fd = client();

	out("S 0:0(0)");
	set_linger(fd, 0);
	close(fd);
	quiet(1 * MIN);
	state_is("CLOSED");
}

/*
 * SHLD-3 RFC 2525 2.17: unread data makes RST of it, whatever SO_LINGER says
 */
CASE(linger, unread_data)
{
	struct closer c;
	int fd = sender(10);

	in("P. 1:101(100) ack 101");
	out_between(0, 50, ". 101:101(0) ack 101");
	start_close(&c, fd);
	out("R. 101:101(0) ack 101");
	end_close(&c);
	counter_is("AbortOnData", 1);
}

/*
 * shutdown()
 */

static short polled(int fd)
{
	struct pollfd pfd = {
		.fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP,
	};

	poll(&pfd, 1, 0);
	return pfd.revents;
}

/* S067: SHUT_RD ends reading, and the peer does not hear of it. */
CASE(linger, shut_rd)
{
	int fd = passive();

	is(shutdown(fd, SHUT_RD), 0);
	quiet(1 * SEC);
	state_is("ESTABLISHED");
	get_end(fd);
	is(polled(fd), POLLIN | POLLOUT | POLLRDHUP);
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	in("P. 1:101(100) ack 101");
	out_between(0, 50, ". 101:101(0) ack 101");
	get(fd, 100);
	get_end(fd);
	close(fd);
	out("F. 101:101(0) ack 101");
}

/* S019 S065: SHUT_WR sends FIN, once. */
CASE(linger, shut_wr)
{
	int fd = passive();

	is(shutdown(fd, SHUT_WR), 0);
	out("F. 1:1(0) ack 1");
	is(shutdown(fd, SHUT_WR), 0);
	is(polled(fd), POLLOUT);
	is(send_errno(fd), EPIPE);
	in(". 1:1(0) ack 2");
	is(shutdown(fd, SHUT_WR), 0);
	quiet(1 * SEC);
	state_is("FIN_WAIT2");
	get_nothing(fd);
	close(fd);
	quiet(10);
	state_is("FIN_WAIT2");
}

/*
 * SHLD-3 RFC 2525 2.16: SHUT_RDWR, and data that nobody will read gets RST.
 */
CASE(linger, shut_rdwr)
{
	int fd = passive();

	is(shutdown(fd, SHUT_RDWR), 0);
	out("F. 1:1(0) ack 1");
	is(polled(fd), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
	get_end(fd);
	is(send_errno(fd), EPIPE);
	in(". 1:1(0) ack 2");
	in("P. 1:101(100) ack 2");
	out("R 2:2(0)");
	state_is("CLOSED");
	counter_is("AbortOnClose", 1);
}

/* S070: and without data it is a close like any other. */
CASE(linger, shut_rdwr_quietly)
{
	int fd = passive();

	is(shutdown(fd, SHUT_RDWR), 0);
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	state_is("TIME_WAIT");
	is(shutdown(fd, SHUT_RDWR), -1);
	is(errno, ENOTCONN);
}

/* S037: a connect() that is called off. */
CASE(linger, shut_in_syn_sent)
{
	int fd = client();

	out("S 0:0(0)");
	is(shutdown(fd, SHUT_RDWR), 0);
	state_is("CLOSED");
	quiet(1 * MIN);
	is(socket_error(fd), ECONNRESET);
}

/* S067 RFC 2525 2.15: data out of order, twice and late, after our FIN. */
CASE(linger, receives_after_fin)
{
	int fd = passive();

	is(shutdown(fd, SHUT_WR), 0);
	out("F. 1:1(0) ack 1");
	/* The ACK of our FIN is lost; data comes all the same. */
	in("P. 101:201(100) ack 1");
	out(". 2:2(0) ack 1");
	in("P. 1:101(100) ack 2");
	out(". 2:2(0) ack 201");
	state_is("FIN_WAIT2");
	get(fd, 200);
	in("P. 101:201(100) ack 2");
	out(". 2:2(0) ack 201");
	in("FP. 201:301(100) ack 2");
	out(". 2:2(0) ack 302");
	get(fd, 100);
	get_end(fd);
	state_is("TIME_WAIT");
}

/* S067: our data is lost, and waits for a window, all after the peer's FIN. */
CASE(linger, sends_after_fin)
{
	int fd = passive();

	in("F. 1:1(0) ack 1");
	out_between(0, 50, ". 1:1(0) ack 2");
	put(fd, 1000);
	out("P. 1:1001(1000) ack 2");
	out_at(RTO, "P. 1:1001(1000) ack 2");
	in(". 2:2(0) ack 1001 win 0");
	put(fd, 1000);
	out_between(100, 2 * SEC, ". 1000:1000(0) ack 2");
	in(". 2:2(0) ack 1001 win 65535");
	out("P. 1001:2001(1000) ack 2");
	in(". 2:2(0) ack 2001");
	state_is("CLOSE_WAIT");
	close(fd);
	out("F. 2001:2001(0) ack 2");
	in(". 2:2(0) ack 2002");
	state_is("CLOSED");
}

TEST_HARNESS_MAIN
