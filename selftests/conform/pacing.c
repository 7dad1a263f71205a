// SPDX-License-Identifier: GPL-2.0
/*
 * Pacing by the connection itself: SO_MAX_PACING_RATE, where no queueing
 * discipline paces. The stock TCP lets the first segments go unpaced.
 */

#include <string.h>
#include <unistd.h>

#include "case.h"

CASES(pacing)

#define MSS	1460
#define GAP	20			/* milliseconds */
#define RATE	(MSS * SEC / GAP)	/* octets a second */

/* tcpi_pacing_rate, or what stands behind it: glibc's structure ends there. */
static uint64_t rate_of(int fd, bool most)
{
	uint64_t all[24];
	socklen_t len = sizeof(all);

	check(!getsockopt(fd, SOL_TCP, TCP_INFO, all, &len));
	return all[sizeof(struct tcp_info) / 8 + most];
}

static int paced(int rate)
{
	int fd = passive();

	set_socket(fd, SO_SNDBUF, 400000);
	set_socket(fd, SO_MAX_PACING_RATE, rate);
	quiet(SEC);
	return fd;
}

/* The kernel's next packet is this, and comes @ms from now, to one or so. */
#define out_after(ms, ...)	out_between((ms) - 1, (ms) + 1, __VA_ARGS__)

/* Who was idle may begin a little faster: the first gap is half of one. */
static void out_paced(unsigned int first, unsigned int n)
{
	unsigned int i;

	out(". %u:%u(1460) ack 1", first, first + MSS);
	for (i = 1; i < n; i++)
		out_after(i == 1 ? GAP / 2 : GAP, ".%s %u:%u(1460) ack 1",
			  i == n - 1 ? "P" : "", first + i * MSS,
			  first + (i + 1) * MSS);
}

/* One segment at a time, evenly, and no faster than was asked for. */
CASE(pacing, max_rate)
{
	int fd = paced(RATE);

	if (!is_ltcp())
		return;
	put(fd, 8 * MSS);
	out_paced(1, 8);
	is(rate_of(fd, true), RATE);
	is(rate_of(fd, false), RATE);
	in(". 1:1(0) ack 11681");
	counter_is("PacingWaits", 7);
}

/* ACKs make room, but it is not yet time. */
CASE(pacing, acks_do_not_hurry)
{
	int fd = paced(RATE);

	if (!is_ltcp())
		return;
	put(fd, 4 * MSS);
	out(". 1:1461(1460) ack 1");
	in(". 1:1(0) ack 1461");
	quiet(GAP / 2 - 2);
	out_after(2, ". 1461:2921(1460) ack 1");
	in(". 1:1(0) ack 2921");
	out_after(GAP, ". 2921:4381(1460) ack 1");
	out_after(GAP, "P. 4381:5841(1460) ack 1");
}

/* The size counts, and who was idle for long owes nothing. */
CASE(pacing, small)
{
	int fd = paced(RATE);

	if (!is_ltcp())
		return;
	set_option(fd, TCP_NODELAY, 1);
	put(fd, MSS / 2);
	out("P. 1:731(730) ack 1");
	put(fd, MSS / 2);
	out_after(GAP / 4, "P. 731:1461(730) ack 1");
	put(fd, MSS / 2);
	out_after(GAP / 2, "P. 1461:2191(730) ack 1");
	in(". 1:1(0) ack 2191");
	quiet(SEC);
	put(fd, 2 * MSS);
	out(". 2191:3651(1460) ack 1");
	out_after(GAP / 2, "P. 3651:5111(1460) ack 1");
}

/* However low the rate: a second for a segment, as with sch_fq. */
CASE(pacing, slowest)
{
	int i, fd = paced(1);

	if (!is_ltcp())
		return;
	put(fd, 4 * MSS);
	for (i = 1; i < 4 * MSS; i += MSS) {
		out_between(0, i == 1 ? 5 : SEC + 10, ".%s %d:%d(1460) ack 1",
			    i < 3 * MSS ? "" : "P", i, i + MSS);
		in(". 1:1(0) ack %d", i + MSS);
	}
}

/* The FIN comes when all has gone, also if nobody has the socket any more. */
CASE(pacing, closed)
{
	int fd = paced(RATE);

	if (!is_ltcp())
		return;
	put(fd, 3 * MSS);
	out(". 1:1461(1460) ack 1");
	close(fd);
	out_after(GAP / 2, ". 1461:2921(1460) ack 1");
	out_after(GAP, "FP. 2921:4381(1460) ack 1");
	in("F. 1:1(0) ack 4382");
	out(". 4382:4382(0) ack 2");
	state_is("TIME_WAIT");
}

/* Nothing of it is left when the connection ends while it waits. */
CASE(pacing, reset)
{
	int fd = paced(RATE);

	if (!is_ltcp())
		return;
	put(fd, 3 * MSS);
	out(". 1:1461(1460) ack 1");
	in("R 1:1(0)");
	quiet(10 * GAP);
	is(socket_error(fd), ECONNRESET);
}

/* What begins to repair a loss is not held back, but the rest pays for it. */
CASE(pacing, sent_again)
{
	int i, fd = paced(RATE);

	if (!is_ltcp())
		return;
	put(fd, 4 * MSS);
	out_paced(1, 4);
	for (i = 0; i < 3; i++)
		in(". 1:1(0) ack 1");
	out(". 1:1461(1460) ack 1");
	in(". 1:1(0) ack 1461");
	out_after(2 * GAP, ". 1461:2921(1460) ack 1");
}

/*
 * What is wanted is more than the path takes: then a window goes out in half a
 * round trip while it grows.
 */
CASE(pacing, window)
{
	int i, una = 1, fd = paced(1000000000);

	if (!is_ltcp())
		return;
	/* The handshake took no time; by and by that is forgotten. */
	for (i = 0; i < 60; i++) {
		put(fd, MSS);
		out("P. %d:%d(1460) ack 1", una, una + MSS);
		quiet(100);
		una += MSS;
		in(". 1:1(0) ack %d", una);
	}
	/* 10 * MSS in 50 ms */
	check(rate_of(fd, false) > 280000);
	check(rate_of(fd, false) < 300000);
	put(fd, 4 * MSS);
	out(". %d:%d(1460) ack 1", una, una + MSS);
	out_between(2, 3, ". %d:%d(1460) ack 1", una + MSS, una + 2 * MSS);
	out_between(4, 6, ". %d:%d(1460) ack 1", una + 2 * MSS, una + 3 * MSS);
	out_between(4, 6, "P. %d:%d(1460) ack 1", una + 3 * MSS,
		    una + 4 * MSS);
}

TEST_HARNESS_MAIN
