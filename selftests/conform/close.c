// SPDX-License-Identifier: GPL-2.0
/*
 * How a connection ends: RFC 9293 3.6, 3.10.4 and 3.10.7.4 eighth, with the
 * loss of each segment, TIME_WAIT, orphans, and the ways to abort.
 */

#include <netinet/ip.h>

#include "case.h"

CASES(close)

/* S065 S068 S070 S074 MUST-13: figure 11, with two ACKs of their own. */
CASE(close, active_four)
{
	int fd = active();

	close(fd);
	out("F. 1:1(0) ack 1");
	state_is("FIN_WAIT1");
	in(". 1:1(0) ack 2");
	state_is("FIN_WAIT2");
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	state_is("TIME_WAIT");
	state_ends_at(60 * SEC, "TIME_WAIT");
	counter_is("TimeWaits", 1);
	counter_is("TimeWaitExpired", 1);
}

/* S072 S086: the peer's FIN acknowledges ours. */
CASE(close, active_three)
{
	close(active());
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	state_is("TIME_WAIT");
}

/* S015 S066 S069 S071: the peer closes first, and the application later. */
CASE(close, passive_four)
{
	struct pollfd pfd = { .fd = passive(), .events = POLLIN | POLLRDHUP };

	in("F. 1:1(0) ack 1");
	out_between(0, 50, ". 1:1(0) ack 2");
	state_is("CLOSE_WAIT");
	is(poll(&pfd, 1, 0), 1);
	is(pfd.revents, POLLIN | POLLRDHUP);
	get_end(pfd.fd);
	close(pfd.fd);
	out("F. 1:1(0) ack 2");
	state_is("LAST_ACK");
	in(". 2:2(0) ack 2");
	state_is("CLOSED");
	quiet(2 * MIN);
}

/* S071: the same with the roles of the opening changed. */
CASE(close, passive_by_client)
{
	int fd = active();

	in("F. 1:1(0) ack 1");
	out_between(0, 50, ". 1:1(0) ack 2");
	close(fd);
	out("F. 1:1(0) ack 2");
	in(". 2:2(0) ack 2");
	state_is("CLOSED");
}

/* S073 S087: figure 12, the FINs cross. */
CASE(close, simultaneous)
{
	close(passive());
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 1");
	out(". 2:2(0) ack 2");
	state_is("CLOSING");
	in(". 2:2(0) ack 2");
	state_is("TIME_WAIT");
	state_ends_at(60 * SEC, "TIME_WAIT");
}

/* S018: a FIN behind data counts one more; both are acknowledged at once. */
CASE(close, fin_with_data)
{
	int fd = passive();

	in("FP. 1:101(100) ack 1");
	out_between(0, 50, ". 1:1(0) ack 102");
	state_is("CLOSE_WAIT");
	get(fd, 100);
	get_end(fd);
}

/* S065: what was written before close() goes before the FIN. */
CASE(close, fin_after_data)
{
	int fd = passive();

	put(fd, 100);
	out("P. 1:101(100) ack 1");
	close(fd);
	out("F. 101:101(0) ack 1");
	in(". 1:1(0) ack 102");
	state_is("FIN_WAIT2");
}

/* S015: a FIN beyond a hole waits until the hole is filled. */
CASE(close, fin_out_of_order)
{
	int fd = passive();

	in("F. 101:101(0) ack 1");
	out(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	get_nothing(fd);
	in("P. 1:101(100) ack 1");
	out_between(0, 50, ". 1:1(0) ack 102");
	state_is("CLOSE_WAIT");
	get(fd, 100);
	get_end(fd);
}

/* S019 S067: we are done, the peer is not. */
CASE(close, half_closed_receiver)
{
	int fd = passive();

	is(shutdown(fd, SHUT_WR), 0);
	out("F. 1:1(0) ack 1");
	in(". 1:1(0) ack 2");
	state_is("FIN_WAIT2");
	is(send_errno(fd), EPIPE);
	in("P. 1:1001(1000) ack 2");
	out_between(0, 50, ". 2:2(0) ack 1001");
	get(fd, 1000);
	quiet(3 * HOUR);
	in("P. 1001:2001(1000) ack 2");
	out_between(0, 50, ". 2:2(0) ack 2001");
	get(fd, 1000);
	in("F. 2001:2001(0) ack 2");
	out(". 2:2(0) ack 2002");
	get_end(fd);
	state_is("TIME_WAIT");
}

/* S019 S067: the peer is done, we are not. */
CASE(close, half_closed_sender)
{
	int fd = passive();

	in("F. 1:1(0) ack 1");
	out_between(0, 50, ". 1:1(0) ack 2");
	put(fd, 1000);
	out("P. 1:1001(1000) ack 2");
	in(". 2:2(0) ack 1001");
	quiet(3 * HOUR);
	put(fd, 1000);
	out("P. 1001:2001(1000) ack 2");
	in(". 2:2(0) ack 2001");
	state_is("CLOSE_WAIT");
	close(fd);
	out("F. 2001:2001(0) ack 2");
	in(". 2:2(0) ack 2002");
	state_is("CLOSED");
}

/* S005 S084: the schedule of a FIN that nobody answers, and its end. */
CASE(close, fin_schedule)
{
	unsigned int wait;

	close(passive());
	out("F. 1:1(0) ack 1");
	for (wait = RTO; wait <= 128 * RTO; wait *= 2)
		out_at(wait, "F. 1:1(0) ack 1");
	state_ends_at(256 * RTO, "FIN_WAIT1");
	counter_is("RetransSegs", 8);
	counter_is("AbortOnTimeout", 1);
}

/* The same from LAST_ACK. */
CASE(close, last_ack_schedule)
{
	int fd = passive();
	unsigned int wait;

	in("F. 1:1(0) ack 1");
	out_between(0, 50, ". 1:1(0) ack 2");
	close(fd);
	out("F. 1:1(0) ack 2");
	for (wait = RTO; wait <= 128 * RTO; wait *= 2)
		out_at(wait, "F. 1:1(0) ack 2");
	state_ends_at(256 * RTO, "LAST_ACK");
}

/* Our FIN is lost once. */
CASE(close, lost_fin)
{
	close(passive());
	out("F. 1:1(0) ack 1");
	out_at(RTO, "F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	state_is("TIME_WAIT");
}

/* The ACK of our FIN is lost: the peer ACKs the second FIN. */
CASE(close, lost_ack_of_fin)
{
	int fd = passive();

	in("F. 1:1(0) ack 1");
	out_between(0, 50, ". 1:1(0) ack 2");
	close(fd);
	out("F. 1:1(0) ack 2");
	out_at(RTO, "F. 1:1(0) ack 2");
	in(". 2:2(0) ack 2");
	state_is("CLOSED");
	quiet(1 * MIN);
}

/* Our ACK of the peer's FIN is lost: the FIN comes again. */
CASE(close, fin_again)
{
	passive();
	in("F. 1:1(0) ack 1");
	out_between(0, 50, ". 1:1(0) ack 2");
	in("F. 1:1(0) ack 1");
	out(". 1:1(0) ack 2");
	state_is("CLOSE_WAIT");
}

/* Simultaneous close, and our ACK of the peer's FIN is lost. */
CASE(close, fin_again_in_closing)
{
	close(passive());
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 1");
	out(". 2:2(0) ack 2");
	in("F. 1:1(0) ack 1");
	out(". 2:2(0) ack 2");
	state_is("CLOSING");
	out_between(100, 250, "F. 1:1(0) ack 2");
	in(". 2:2(0) ack 2");
	state_is("TIME_WAIT");
}

static void time_wait(void)
{
	close(passive());
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	state_is("TIME_WAIT");
}

/* S076 S077: the last ACK is lost; a FIN starts the 2 MSL again. */
CASE(close, time_wait_fin_again)
{
	time_wait();
	quiet(40 * SEC);
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	counter_is("TimeWaitAcks", 1);
	state_ends_at(60 * SEC, "TIME_WAIT");
	in("F. 1:1(0) ack 2");
	out("R 2:2(0)");
}

/* S078: old data gets an ACK, and disturbs nothing. */
CASE(close, time_wait_old_data)
{
	time_wait();
	in("P. -100:0(100) ack 2");
	out(". 2:2(0) ack 2");
	state_is("TIME_WAIT");
}

/* S085: RFC 1337, an RST must not end TIME_WAIT. */
CASE(close, time_wait_rst)
{
	time_wait();
	in("R 2:2(0)");
	in("R. 2:2(0) ack 2");
	state_ends_at(60 * SEC, "TIME_WAIT");
	counter_is("DropRstTimeWait", 2);
}

/* S078 S079: MAY-2, a new incarnation may come early, if it is newer. */
CASE(close, time_wait_new_syn)
{
	int l = server();
	uint32_t old_isn;

	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	close(accepted(l));
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	state_is("TIME_WAIT");

	/* An old duplicate SYN is none. */
	in("S -1000:-1000(0) win 65535 <mss 1460>");
	out(". 2:2(0) ack 2");
	state_is("TIME_WAIT");

	old_isn = peer_flow()->isn[FROM_KERNEL];
	flow(KERNEL_PORT, PEER_PORT);
	in("S 100000:100000(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 100001");
	check((int32_t)(peer_flow()->isn[FROM_KERNEL] - old_isn) > 2);
	in(". 100001:100001(0) ack 1");
	state_is("ESTABLISHED");
	accepted(l);
	counter_is("TimeWaitReused", 1);
}

/* S080: the port is not free before the 2 MSL are over, unless one insists. */
CASE(close, time_wait_bind)
{
	struct sockaddr_storage sa;
	socklen_t len = address(&sa, "0.0.0.0", KERNEL_PORT);
	int on = 1;
	int fd;

	/* active() binds with SO_REUSEADDR, so only the second one matters. */
	close(active());
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	fd = tcp_socket();
	is(bind(fd, (struct sockaddr *)&sa, len), -1);
	is(errno, EADDRINUSE);
	is(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	is(bind(fd, (struct sockaddr *)&sa, len), 0);
	close(fd);

	quiet(70 * SEC);
	state_is("CLOSED");
	fd = tcp_socket();
	is(bind(fd, (struct sockaddr *)&sa, len), 0);
}

/* S079: nor is the same pair of addresses and ports for connect(). */
CASE(close, time_wait_connect)
{
	close(active());
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	is(start_connect(client_socket()), EADDRNOTAVAIL);
	quiet(70 * SEC);

	flow(KERNEL_PORT, PEER_PORT);
	is(start_connect(client_socket()), EINPROGRESS);
	out("S 0:0(0)");
}

/* S082 S083 S101: nobody waits here any more, so not for ever. */
CASE(close, fin_wait2_orphan)
{
	close(passive());
	out("F. 1:1(0) ack 1");
	in(". 1:1(0) ack 2");
	state_ends_at(60 * SEC, "FIN_WAIT2");
	in("F. 1:1(0) ack 2");
	out("R 2:2(0)");
	counter_is("FinWait2Timeouts", 1);
	counter_is("TimeWaits", 0);
}

/* S082: the application still listens, so as long as it takes. */
CASE(close, fin_wait2_attached)
{
	int fd = passive();

	is(shutdown(fd, SHUT_WR), 0);
	out("F. 1:1(0) ack 1");
	in(". 1:1(0) ack 2");
	quiet(10 * HOUR);
	state_is("FIN_WAIT2");
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	get_end(fd);
}

/* S083: TCP_LINGER2 is fin_timeout for one socket. */
CASE(close, linger2)
{
	int fd = passive();

	set_option(fd, TCP_LINGER2, 5);
	close(fd);
	out("F. 1:1(0) ack 1");
	in(". 1:1(0) ack 2");
	state_ends_at(5 * SEC, "FIN_WAIT2");
}

/* S067 SHLD-3: closed with data unread; the peer learns that it is lost. */
CASE(close, unread_data)
{
	int fd = passive();

	in("P. 1:101(100) ack 1");
	out_between(0, 50, ". 1:1(0) ack 101");
	close(fd);
	out("R. 1:1(0) ack 101");
	state_is("CLOSED");
	counter_is("AbortOnData", 1);
}

/* SHLD-3: data after close() is lost too. */
CASE(close, data_after_close)
{
	close(passive());
	out("F. 1:1(0) ack 1");
	in(". 1:1(0) ack 2");
	state_is("FIN_WAIT2");
	in("P. 1:101(100) ack 2");
	out("R 2:2(0)");
	state_is("CLOSED");
	counter_is("AbortOnClose", 1);
}

/* RFC 9293 3.10.5 and SO_LINGER: RST instead of FIN, no TIME_WAIT. */
CASE(close, linger_zero)
{
	int fd = passive();

	put(fd, 100);
	out("P. 1:101(100) ack 1");
	set_linger(fd, 0);
	close(fd);
	out("R. 101:101(0) ack 1");
	state_is("CLOSED");
	quiet(1 * MIN);
	counter_is("AbortOnLinger", 1);
}

/* S085: RST while closing: RFC 9293 3.10.7.4 second. */
CASE(close, rst_in_fin_wait1)
{
	close(passive());
	out("F. 1:1(0) ack 1");
	in("R 1:1(0)");
	state_is("CLOSED");
	quiet(1 * MIN);
}

CASE(close, rst_in_fin_wait2)
{
	int fd = passive();

	is(shutdown(fd, SHUT_WR), 0);
	out("F. 1:1(0) ack 1");
	in(". 1:1(0) ack 2");
	in("R 1:1(0)");
	state_is("CLOSED");
	is(recv_errno(fd), ECONNRESET);
}

CASE(close, rst_in_close_wait)
{
	int fd = passive();

	in("F. 1:1(0) ack 1");
	out_between(0, 50, ". 1:1(0) ack 2");
	in("R 2:2(0)");
	state_is("CLOSED");
	is(socket_error(fd), EPIPE);
	is(send_errno(fd), EPIPE);
}

CASE(close, rst_in_closing)
{
	close(passive());
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 1");
	out(". 2:2(0) ack 2");
	in("R 2:2(0)");
	state_is("CLOSED");
	quiet(1 * MIN);
}

CASE(close, rst_in_last_ack)
{
	int fd = passive();

	in("F. 1:1(0) ack 1");
	out_between(0, 50, ". 1:1(0) ack 2");
	close(fd);
	out("F. 1:1(0) ack 2");
	in("R 2:2(0)");
	state_is("CLOSED");
	quiet(1 * MIN);
}

/* RFC 9293 3.10.5: in CLOSING and LAST_ACK an ABORT is not told the peer. */
CASE(close, abort_in_closing)
{
	int fd = passive();

	is(shutdown(fd, SHUT_WR), 0);
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 1");
	out(". 2:2(0) ack 2");
	state_is("CLOSING");
	set_linger(fd, 0);
	close(fd);
	state_is("CLOSED");
	quiet(1 * MIN);
}

CASE(close, abort_in_last_ack)
{
	int fd = passive();

	in("F. 1:1(0) ack 1");
	out_between(0, 50, ". 1:1(0) ack 2");
	is(shutdown(fd, SHUT_WR), 0);
	out("F. 1:1(0) ack 2");
	state_is("LAST_ACK");
	set_linger(fd, 0);
	close(fd);
	state_is("CLOSED");
	quiet(1 * MIN);
}

/* S067 SHLD-3: but that its data was lost is, wherever it stands. */
CASE(close, unread_data_in_last_ack)
{
	int fd = passive();

	in("FP. 1:101(100) ack 1");
	out_between(0, 50, ". 1:1(0) ack 102");
	is(shutdown(fd, SHUT_WR), 0);
	out("F. 1:1(0) ack 102");
	close(fd);
	out("R. 2:2(0) ack 102");
	state_is("CLOSED");
	counter_is("AbortOnData", 1);
}

/* S019: data and FIN both ways at once. */
CASE(close, data_both_ways)
{
	int fd = passive();

	put(fd, 500);
	out("P. 1:501(500) ack 1");
	in("FP. 1:301(300) ack 501");
	out_between(0, 50, ". 501:501(0) ack 302");
	get(fd, 300);
	get_end(fd);
	put(fd, 500);
	out("P. 501:1001(500) ack 302");
	close(fd);
	out("F. 1001:1001(0) ack 302");
	in(". 302:302(0) ack 1002");
	state_is("CLOSED");
}

/* The FIN waits for a window like any other octet. */
CASE(close, fin_behind_window)
{
	int fd = passive_with("S 0:0(0) win 100 <mss 1460>", 100);

	put(fd, 200);
	out(". 1:101(100) ack 1");
	close(fd);
	in(". 1:1(0) ack 101 win 0");
	quiet(100);
	state_is("FIN_WAIT1");
	in(". 1:1(0) ack 101 win 65535");
	out("FP. 101:201(100) ack 1");
	in(". 1:1(0) ack 202");
	state_is("FIN_WAIT2");
}

TEST_HARNESS_MAIN
