// SPDX-License-Identifier: GPL-2.0
/*
 * Urgent data: RFC 9293 3.8.5, RFC 6093, as the programs of Linux know it.
 *
 * The octets of a stream are told apart by their values (peer.c), so get()
 * notices when one is missing, or stands where it should not.
 */

#include <fcntl.h>
#include <linux/sockios.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "case.h"

#define MSS	1460

CASES(urgent)

static atomic_int sigurgs;

static void on_sigurg(int signal)
{
	(void)signal;
	sigurgs++;
}

/* A connection whose SIGURG is ours. */
static int signalled(void)
{
	int fd = passive();

	sigurgs = 0;
	signal(SIGURG, on_sigurg);
	check(!fcntl(fd, F_SETOWN, getpid()));
	return fd;
}

/* recv() with MSG_OOB and @flags: the octet, or negative errno. 256: none */
static int urgent(int fd, int flags)
{
	unsigned char octet = 0;
	ssize_t n = recv(fd, &octet, 1, MSG_OOB | flags);

	if (n < 0)
		return -errno;
	return n ? octet : 256;
}

/* What one recv() of the stream returns; what it was does not matter. */
static int one_recv(int fd, int flags)
{
	char buf[4096];
	ssize_t n = recv(fd, buf, sizeof(buf), flags);

	return n < 0 ? -errno : n;
}

/* The octet with this sequence number, as the peer sends it. */
static int octet_of(uint32_t seq)
{
	return payload_octet(TO_KERNEL, seq);
}

static int at_mark(int fd)
{
	int value = -1;

	check(!ioctl(fd, SIOCATMARK, &value));
	return value;
}

static int readable(int fd)
{
	int value = -1;

	check(!ioctl(fd, SIOCINQ, &value));
	return value;
}

static int polled(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLPRI };

	check(poll(&p, 1, 0) >= 0);
	return p.revents;
}

/*
 * Sending
 */

/* MUST-30 MUST-62 S011: the pointer is that of the octet behind. */
CASE(urgent, sent)
{
	int fd = passive();

	put_urgent(fd, 1);
	out("PU. 1:2(1) ack 1 urg 1");
	in(". 1:1(0) ack 2");
	put(fd, 5);
	out("P. 2:7(5) ack 1 urg 0");
	in(". 1:1(0) ack 7");
	put_urgent(fd, 10);
	out("PU. 7:17(10) ack 1 urg 10");
	in(". 1:1(0) ack 17");
	if (is_ltcp())
		counter_is("UrgentOut", 2);
}

/* The mark is told until it is acknowledged, in ACKs and again. */
CASE(urgent, sent_again)
{
	int fd = passive();

	put_urgent(fd, 3);
	out("PU. 1:4(3) ack 1 urg 3");
	out_between(RTO - 20, 2 * RTO, "PU. 1:4(3) ack 1 urg 3");
	in(". 1:1(0) ack 4");
	quiet(2 * SEC);
}

/* Nothing to send is so urgent that it has no octet. */
CASE(urgent, sent_empty)
{
	int fd = passive();

	is(send(fd, "", 0, MSG_OOB), 0);
	quiet(RTO);
	put(fd, 1);
	out("P. 1:2(1) ack 1 urg 0");
}

/* It does not wait for a small segment that is on its way, nor for a cork. */
CASE(urgent, no_nagle)
{
	int fd = passive();

	put(fd, 10);
	out("P. 1:11(10) ack 1");
	put_urgent(fd, 1);
	out("PU. 11:12(1) ack 1 urg 1");
	in(". 1:1(0) ack 12");
	set_option(fd, TCP_CORK, 1);
	put_urgent(fd, 2);
	out("PU. 12:14(2) ack 1 urg 2");
}

/* What cwnd takes is on its way: the next octet is SENT, and waits. */
#define SENT	(10 * MSS + 1)

static int busy_sender(void)
{
	int fd = passive();
	unsigned int i;

	set_option(fd, TCP_NODELAY, 1);
	set_socket(fd, SO_SNDBUF, 400000);
	put(fd, 10 * MSS);
	for (i = 1; i < SENT - MSS; i += MSS)
		out(". %u:%u(1460) ack 1 urg 0", i, i + MSS);
	out("P. %u:%u(1460) ack 1 urg 0", i, SENT);
	return fd;
}

/* A mark behind much data: each segment before it has a pointer of its own. */
CASE(urgent, each_segment)
{
	unsigned int i, end = SENT + 4 * MSS;
	int fd = busy_sender();

	put(fd, 4 * MSS - 1);
	put_urgent(fd, 1);
	put(fd, 3 * MSS);
	swallow();
	in(". 1:1(0) ack %u", SENT);
	for (i = SENT; i < end; i += MSS)
		out("U. %u:%u(1460) ack 1 urg %u", i, i + MSS, end - i);
	/* What comes after it is not urgent. */
	out(". %u:%u(1460) ack 1 urg 0", end, end + MSS);
	swallow();
}

/* Also when it was sent as one, before there was a mark, and was lost. */
CASE(urgent, each_segment_again)
{
	unsigned int end = 6 * MSS + 2;
	int fd = passive();

	put(fd, 6 * MSS);
	swallow();
	put_urgent(fd, 1);
	out("PU. %u:%u(1) ack 1 urg 1", end - 1, end);
	out_between(RTO - 20, 2 * RTO, "U. 1:1461(1460) ack 1 urg %u", end - 1);
	in(". 1:1(0) ack 1461");
	out("U. 1461:2921(1460) ack 1 urg %u", end - 1461);
	out("U. 2921:4381(1460) ack 1 urg %u", end - 2921);
	swallow();
}

/* MUST-30: who waits for cwnd tells it at once; Linux, with the data. */
CASE(urgent, told_early)
{
	int fd = busy_sender();

	put_urgent(fd, 3);
	if (is_ltcp())
		out("U. %u:%u(0) ack 1 urg 3", SENT, SENT);
	in(". 1:1(0) ack %u", SENT);
	out("PU. %u:%u(3) ack 1 urg 3", SENT, SENT + 3);
}

/*
 * Farther ahead than the pointer reaches: as far as it goes, to be moved on by
 * what follows.
 */
CASE(urgent, far_ahead)
{
	unsigned int i, end = SENT + 70000;
	int fd = busy_sender();

	put(fd, 69999);
	put_urgent(fd, 1);
	swallow();
	in(". 1:1(0) ack %u", SENT);
	for (i = SENT; i < SENT + 6 * MSS; i += MSS)
		out("U. %u:%u(1460) ack 1 urg %u", i, i + MSS,
		    end - i > 65535 ? 65535 : end - i);
	swallow();
}

/*
 * Not where another octet would be taken for the urgent one: what was sent
 * long before the mark has no pointer when it is sent again.
 */
CASE(urgent, far_behind)
{
	int fd = passive_with("S 0:0(0) win 65535 <mss 1460,wscale 7>", 2000);
	unsigned int i, una = 1;

	set_option(fd, TCP_NODELAY, 1);
	set_socket(fd, SO_SNDBUF, 1000000);
	put(fd, 110 * MSS);
	swallow();
	/* Slow start: 50 segments are on their way after this. */
	for (i = 0; i < 40; i++) {
		una += MSS;
		in(". 1:1(0) ack %u win 2000", una);
		swallow();
	}
	put_urgent(fd, 1);
	swallow();
	out_between(0, 2 * RTO, ". %u:%u(1460) ack 1 urg 0", una, una + MSS);
	swallow();
}

/* MUST-30 MUST-66: what a closed window holds back is announced. */
CASE(urgent, zero_window)
{
	int fd = passive_with("S 0:0(0) win 10 <mss 1460>", 10);

	put(fd, 10);
	out("P. 1:11(10) ack 1");
	in(". 1:1(0) ack 11 win 0");
	put_urgent(fd, 5);
	/* Linux tells it with the first probe. */
	if (is_ltcp())
		out("U. 11:11(0) ack 1 urg 5");
	out_between(RTO - 20, 2 * RTO, "U. 11:11(0) ack 1 urg 5");
	out("U. 10:10(0) ack 1 urg 6");
	in(". 1:1(0) ack 11 win 100");
	out("PU. 11:16(5) ack 1 urg 5");
	in(". 1:1(0) ack 16 win 100");
	put(fd, 1);
	out("P. 16:17(1) ack 1 urg 0");
}

/*
 * Receiving
 */

/* MUST-30 MUST-33 S011: the octet before the pointer is out of band. */
CASE(urgent, received)
{
	int fd = passive();

	is(urgent(fd, 0), -EINVAL);
	in("PU. 1:101(100) ack 1 urg 50");
	out_between(0, 50, ". 1:1(0) ack 101");
	is(polled(fd), POLLIN | POLLPRI);
	is(at_mark(fd), 0);
	is(readable(fd), 49);
	/* A read stops at the mark, which one can look for. */
	is(one_recv(fd, MSG_PEEK), 49);
	is(one_recv(fd, MSG_WAITALL), 49);
	is(at_mark(fd), 1);
	is(readable(fd), 0);
	is(polled(fd), POLLIN | POLLPRI);
	is(urgent(fd, MSG_PEEK), octet_of(50));
	is(urgent(fd, 0), octet_of(50));
	is(urgent(fd, 0), -EINVAL);
	is(polled(fd), POLLIN);
	is(at_mark(fd), 1);
	is(one_recv(fd, 0), 50);
	is(at_mark(fd), 0);
	is(urgent(fd, 0), -EINVAL);
	if (is_ltcp())
		counter_is("UrgentIn", 1);
}

/* What is read past is gone. The octet alone makes nobody readable. */
CASE(urgent, skipped)
{
	int fd = passive();

	in("PU. 1:2(1) ack 1 urg 1");
	out_between(0, 50, ". 1:1(0) ack 2");
	is(polled(fd), POLLPRI);
	is(at_mark(fd), 1);
	get_nothing(fd);
	is(at_mark(fd), 0);
	is(polled(fd), 0);
	is(urgent(fd, 0), -EINVAL);
	in("P. 2:12(10) ack 1");
	out_between(0, 50, ". 1:1(0) ack 12");
	is(one_recv(fd, 0), 10);
}

/* The mark between two segments, and the octet at both ends of one. */
CASE(urgent, edges)
{
	int fd = passive();

	in("P. 1:11(10) ack 1");
	in("PU. 11:21(10) ack 1 urg 1");
	swallow();
	is(one_recv(fd, 0), 10);
	is(at_mark(fd), 1);
	is(urgent(fd, 0), octet_of(11));
	is(one_recv(fd, 0), 9);
	in("PU. 21:31(10) ack 1 urg 10");
	in("P. 31:41(10) ack 1");
	swallow();
	is(one_recv(fd, 0), 9);
	is(at_mark(fd), 1);
	is(one_recv(fd, MSG_PEEK), 10);
	is(at_mark(fd), 1);
	is(urgent(fd, 0), octet_of(30));
	is(one_recv(fd, 0), 10);
	get_nothing(fd);
}

/* A recv() of no octets, and buffers that end at the mark. */
CASE(urgent, small_reads)
{
	int fd = passive();
	char buf[8];

	in("PU. 1:11(10) ack 1 urg 5");
	swallow();
	is(recv(fd, buf, 4, 0), 4);
	is(at_mark(fd), 1);
	is(recv(fd, buf, 0, MSG_OOB | MSG_PEEK), 0);
	is(recv(fd, buf, 2, 0), 2);
	is(buf[0] & 0xff, octet_of(6));
	is(at_mark(fd), 0);
	is(recv(fd, buf, 8, 0), 3);
	is(buf[2] & 0xff, octet_of(10));
}

/* SO_OOBINLINE: no octet is taken out, but reads stop before it. */
CASE(urgent, in_line)
{
	int fd = passive();

	set_socket(fd, SO_OOBINLINE, 1);
	in("PU. 1:101(100) ack 1 urg 50");
	out_between(0, 50, ". 1:1(0) ack 101");
	is(polled(fd), POLLIN | POLLPRI);
	is(readable(fd), 100);
	is(urgent(fd, 0), -EINVAL);
	get(fd, 49);
	is(at_mark(fd), 1);
	is(one_recv(fd, MSG_PEEK), 51);
	get(fd, 51);
	is(at_mark(fd), 0);
	is(polled(fd), 0);
	get_nothing(fd);
}

/* MUST-32: SIGURG, when a mark comes and each time it moves, but not again. */
CASE(urgent, told)
{
	int fd = signalled();

	in("PU. 1:11(10) ack 1 urg 5");
	is(sigurgs, 1);
	in("PU. 1:11(10) ack 1 urg 5");
	is(sigurgs, 1);
	in("PU. 11:21(10) ack 1 urg 5");
	is(sigurgs, 2);
	in("P. 21:31(10) ack 1");
	is(sigurgs, 2);
	swallow();
	/* The first mark is none any more. */
	is(one_recv(fd, 0), 14);
	is(urgent(fd, 0), octet_of(15));
}

/* MUST-31 MUST-33: urgent data of any length, announced before it is there. */
CASE(urgent, announced)
{
	int fd = signalled();

	in("PU. 1:1001(1000) ack 1 urg 3000");
	is(sigurgs, 1);
	is(urgent(fd, 0), -EAGAIN);
	is(polled(fd), POLLIN);
	is(one_recv(fd, 0), 1000);
	is(at_mark(fd), 0);
	in("PU. 1001:2001(1000) ack 1 urg 2000");
	in("P. 2001:3001(1000) ack 1");
	is(sigurgs, 1);
	is(polled(fd), POLLIN | POLLPRI);
	swallow();
	is(one_recv(fd, 0), 1999);
	is(at_mark(fd), 1);
	is(urgent(fd, 0), octet_of(3000));
}

/* MUST-66: with the window closed, too, and in an ACK without data. */
CASE(urgent, bare)
{
	int fd = signalled();

	in("U. 1:1(0) ack 1 urg 5");
	is(sigurgs, 1);
	is(urgent(fd, 0), -EAGAIN);
	in("P. 1:11(10) ack 1");
	swallow();
	is(one_recv(fd, 0), 4);
	is(urgent(fd, 0), octet_of(5));
	is(one_recv(fd, 0), 5);
}

/* In a segment that came early the mark counts, and what lies before comes. */
CASE(urgent, early)
{
	int fd = signalled();

	in("PU. 101:201(100) ack 1 urg 50");
	out(". 1:1(0) ack 1");
	is(sigurgs, 1);
	/* Linux has the octet before what precedes it. */
	if (is_ltcp())
		is(urgent(fd, 0), -EAGAIN);
	in("P. 1:101(100) ack 1");
	out(". 1:1(0) ack 201");
	is(polled(fd), POLLIN | POLLPRI);
	is(one_recv(fd, 0), 149);
	is(urgent(fd, 0), octet_of(150));
	is(one_recv(fd, 0), 50);
}

/* A second mark takes the place of the first, read or not. */
CASE(urgent, replaced)
{
	int fd = passive();

	in("PU. 1:11(10) ack 1 urg 5");
	swallow();
	is(one_recv(fd, 0), 4);
	is(urgent(fd, 0), octet_of(5));
	/* The octet that was read does not come back in the stream. */
	in("PU. 11:21(10) ack 1 urg 10");
	swallow();
	is(one_recv(fd, 0), 14);
	is(at_mark(fd), 1);
	is(urgent(fd, 0), octet_of(20));
	get_nothing(fd);
	/* Nor does it when nothing stood behind it. */
	in("PU. 21:22(1) ack 1 urg 1");
	in("PU. 22:23(1) ack 1 urg 1");
	swallow();
	is(urgent(fd, 0), octet_of(22));
	get_nothing(fd);
	in("P. 23:33(10) ack 1");
	swallow();
	is(one_recv(fd, 0), 10);
}

/* What points back is no news. */
CASE(urgent, old)
{
	int fd = signalled();

	in("P. 1:101(100) ack 1");
	in("U. 101:101(0) ack 1 urg 0");
	/* MUST-62: Linux takes it for the octet of the segment itself. */
	if (is_ltcp())
		is(sigurgs, 0);
	swallow();
	is(one_recv(fd, 0), 100);
	in("PU. 1:101(100) ack 1 urg 100");
	in("PU. 51:101(50) ack 1 urg 50");
	if (is_ltcp()) {
		is(sigurgs, 0);
		is(at_mark(fd), 0);
		is(urgent(fd, 0), -EINVAL);
	}
	/* Without the flag the pointer means nothing: 3.1 */
	in("P. 101:201(100) ack 1 urg 50");
	swallow();
	if (is_ltcp()) {
		is(sigurgs, 0);
		is(one_recv(fd, 0), 100);
	}
}

/* The stream ends before the mark: nothing waits for it. */
CASE(urgent, never_comes)
{
	int fd = passive();

	in("PU. 1:11(10) ack 1 urg 11");
	in("F. 11:11(0) ack 1");
	swallow();
	is(urgent(fd, 0), 256);
	is(one_recv(fd, 0), 10);
	get_end(fd);
	get_end(fd);
}

/* 3.10.7.4, sixth: after the peer's FIN there is nothing urgent. */
CASE(urgent, after_fin)
{
	int fd = signalled();

	in("F. 1:1(0) ack 1");
	swallow();
	in("U. 2:2(0) ack 1 urg 5");
	/* Linux looks at it in every state. */
	if (is_ltcp()) {
		is(sigurgs, 0);
		is(urgent(fd, 0), -EINVAL);
	}
	swallow();
	get_end(fd);
}

/* In FIN_WAIT_1 and FIN_WAIT_2 there still may be. */
CASE(urgent, fin_wait)
{
	int fd = signalled();

	shutdown(fd, SHUT_WR);
	out("F. 1:1(0) ack 1");
	in("PU. 1:2(1) ack 1 urg 1");
	is(sigurgs, 1);
	is(urgent(fd, 0), octet_of(1));
	in(". 2:2(0) ack 2");
	state_is("FIN_WAIT2");
	in("PU. 2:3(1) ack 2 urg 1");
	is(sigurgs, 2);
	is(urgent(fd, 0), octet_of(2));
	swallow();
}

/* The unread urgent octet is data that close() loses: SHLD-3 */
CASE(urgent, close_unread)
{
	int fd = passive();

	in("PU. 1:2(1) ack 1 urg 1");
	swallow();
	close(fd);
	out("R. 1:1(0) ack 2");
}

/* Nothing of it is left for the next connection of the socket. */
CASE(urgent, disconnect)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int fd = active();

	in("PU. 1:11(10) ack 1 urg 5");
	swallow();
	check(!connect(fd, &none, sizeof(none)));
	swallow();
	is(at_mark(fd), 0);
	is(urgent(fd, 0), -EINVAL);
}

TEST_HARNESS_MAIN
