// SPDX-License-Identifier: GPL-2.0
/*
 * Windows of the peer that are larger than they look, or become smaller than
 * they were.
 */

#include "case.h"

CASES(window)

#define MSS	1460

/* MUST-1: a window above 32767 is not negative. */
CASE(window, has_no_sign)
{
	int fd = passive_with("S 0:0(0) win 40000 <mss 1460>", 40000);
	unsigned int i;

	put(fd, 10 * MSS);
	for (i = 0; i < 10; i++)
		out(". %u:%u(1460) ack 1", i * MSS + 1, (i + 1) * MSS + 1);
	in(". 1:1(0) ack %u win 32768", 10 * MSS + 1);
	put(fd, MSS);
	out("P. %u:%u(1460) ack 1", 10 * MSS + 1, 11 * MSS + 1);
}

/* Four segments under way, and two more wait. */
static int four_sent(void)
{
	int fd = passive();
	unsigned int i;

	set_option(fd, TCP_NODELAY, 1);
	put(fd, 4 * MSS);
	for (i = 0; i < 4; i++)
		out(". %u:%u(1460) ack 1", i * MSS + 1, (i + 1) * MSS + 1);
	return fd;
}

/*
 * MUST-34 SHLD-15 SHLD-16 MAY-7: the window ends within what was sent: nothing
 * new goes out; what was sent is sent again as ever, also what lies beyond.
 */
CASE(window, shrinks_below_flight)
{
	int fd = four_sent();

	in(". 1:1(0) ack 1461 win 1460");
	put(fd, 2 * MSS);
	out_between(RTO - 20, 2 * RTO, ". 1461:2921(1460) ack 1");
	in(". 1:1(0) ack 2921 win 1460");
	out(". 2921:4381(1460) ack 1");
	out("P. 4381:5841(1460) ack 1");
	in(". 1:1(0) ack 5841 win 65535");
	out(". 5841:7301(1460) ack 1");
	out("P. 7301:8761(1460) ack 1");
}

/*
 * MUST-34 MUST-35 SHLD-17: it shrinks to nothing, with data beyond it. The peer
 * is asked again and again, and as long as it answers the connection lives.
 */
CASE(window, shrinks_to_zero)
{
	int fd = four_sent(), i;

	in(". 1:1(0) ack 1461 win 0");
	for (i = 0; i < 25; i++) {
		out_between(100, RTO_MAX + 10 * SEC, ". 1461:2921(1460) ack 1");
		in(". 1:1(0) ack 1461 win 0");
	}
	is(socket_error(fd), 0);
	state_is("ESTABLISHED");
	in(". 1:1(0) ack 5841 win 65535");
	put(fd, MSS);
	out("P. 5841:7301(1460) ack 1");
}

TEST_HARNESS_MAIN
