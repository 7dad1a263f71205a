// SPDX-License-Identifier: GPL-2.0
/*
 * Closed before it was open: RFC 9293 3.10.4 in LISTEN, SYN-SENT and
 * SYN-RECEIVED.
 */

#include "case.h"

CASES(early_close)

/* S049: who closes the door sends nobody away, but knows no one either. */
CASE(early_close, listener_closed)
{
	int l = server();

	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	close(l);
	if (is_ltcp())
		state_is("CLOSED");	/* the stock TCP lets it time out */
	in(". 1:1(0) ack 1");
	out("R 1:1(0)");
	quiet(5 * SEC);
	counter_is("HalfOpenPurged", 1);
}

/* S049: connections that nobody accepted end with their listener. */
CASE(early_close, listener_closed_on_child)
{
	int l = server();

	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	close(l);
	out("R. 1:1(0) ack 1");
	state_is("CLOSED");
}

/* S041: close() before the connection is established. */
CASE(early_close, in_syn_sent)
{
	int fd = client();

	out("S 0:0(0)");
	close(fd);
	state_is("CLOSED");
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	out("R 1:1(0)");
	quiet(10 * SEC);
}

/* S041: the FIN waits until the peer is known to have our SYN. */
CASE(early_close, in_syn_recv)
{
	int fd = client();

	out("S 0:0(0)");
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	is(shutdown(fd, SHUT_WR), 0);
	quiet(100);
	in(". 1:1(0) ack 1");
	out("F. 1:1(0) ack 1");
	state_is("FIN_WAIT1");
	in(". 1:1(0) ack 2");
	state_is("FIN_WAIT2");
}

/* S041: with close() there is nobody left, and it ends all the same. */
CASE(early_close, in_syn_recv_orphan)
{
	int fd = client();

	out("S 0:0(0)");
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	close(fd);
	state_is("FIN_WAIT1");
	out_at(1 * SEC, "S. 0:0(0) ack 1");	/* it may have got lost */
	in(". 1:1(0) ack 1");
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	state_is("TIME_WAIT");
}

/* S038 S041: the SYN-ACKs cross as well, after shutdown() on this side. */
CASE(early_close, in_syn_recv_synack)
{
	int fd = client();

	out("S 0:0(0)");
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	is(shutdown(fd, SHUT_WR), 0);
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	if (!is_ltcp())
		out(". 1:1(0) ack 1");
	out("F. 1:1(0) ack 1");
	in("P. 1:101(100) ack 2");
	out_between(0, 50, ". 2:2(0) ack 101");
	get(fd, 100);
	state_is("FIN_WAIT2");
}

/* S041: RST while the FIN waits. */
CASE(early_close, in_syn_recv_rst)
{
	int fd = client();

	out("S 0:0(0)");
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	is(shutdown(fd, SHUT_WR), 0);
	in("R 1:1(0)");
	state_is("CLOSED");
	is(socket_error(fd), ECONNRESET);
	quiet(1 * MIN);
}

TEST_HARNESS_MAIN
