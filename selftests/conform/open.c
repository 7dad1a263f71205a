// SPDX-License-Identifier: GPL-2.0
/*
 * How a connection comes to be, and how it does not: RFC 9293 3.5, 3.10.1,
 * 3.10.7.1 to 3.10.7.3. S and MUST name the requirement that a case proves.
 */

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "case.h"

CASES(open)

/* S014 S021 S022 S024 S026 S027 S053 MUST-5: figure 6, from the right. */
CASE(open, passive)
{
	int l = server();

	state_is("LISTEN");
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1 <mss 1460>");
	state_is("SYN_RECV");
	counter_is("PassiveOpens", 0);
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	get_nothing(accepted(l));
	counter_is("HalfOpens", 1);
	counter_is("PassiveOpens", 1);
}

/* S004 S017 S018 S023 S025 MUST-2: figure 6, from the left. */
CASE(open, active)
{
	int fd = client();

	out("S 0:0(0)");
	state_is("SYN_SENT");
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	out(". 1:1(0) ack 1 <>");
	state_is("ESTABLISHED");
	is(socket_error(fd), 0);
	counter_is("ActiveOpens", 1);
}

/* S038 MUST-10: figure 7, the SYNs cross, and then a plain ACK. */
CASE(open, simultaneous)
{
	int fd = client();

	out("S 0:0(0)");
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	state_is("SYN_RECV");
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	is(socket_error(fd), 0);
	put(fd, 10);
	out(". 1:11(10) ack 1");
}

/* S038 MUST-10: figure 7, both sides answer the other's SYN with SYN-ACK. */
CASE(open, simultaneous_synack)
{
	int fd = client();

	out("S 0:0(0)");
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	out(". 1:1(0) ack 1");		/* the SYN came a second time */
	state_is("ESTABLISHED");
	put(fd, 10);
	out(". 1:11(10) ack 1");
}

/* S027: a SYN-ACK in two parts, ACK first and SYN then, opens too. */
CASE(open, ack_before_syn)
{
	int fd = client();

	out("S 0:0(0)");
	in(". 0:0(0) ack 1");
	quiet(100);
	state_is("SYN_SENT");
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	is(socket_error(fd), 0);
}

/* S020 S038 S073 MUST-10: a socket that connects to its own address. */
CASE(open, self_connect)
{
	struct sockaddr_storage own;
	socklen_t len = address(&own, KERNEL_ADDR, KERNEL_PORT);
	struct pollfd pfd = { .fd = tcp_socket(), .events = POLLOUT };
	char octet = 0;

	is(bind(pfd.fd, (struct sockaddr *)&own, len), 0);
	if (connect(pfd.fd, (struct sockaddr *)&own, len))
		is(errno, EINPROGRESS);
	is(poll(&pfd, 1, 10), 1);
	is(pfd.revents, POLLOUT);
	is(send(pfd.fd, "x", 1, 0), 1);
	pfd.events = POLLIN;
	is(poll(&pfd, 1, 10), 1);
	is(recv(pfd.fd, &octet, 1, 0), 1);
	is(octet, 'x');

	/* Its FIN crosses itself. */
	is(shutdown(pfd.fd, SHUT_WR), 0);
	is(poll(&pfd, 1, 10), 1);
	get_end(pfd.fd);
	flow(KERNEL_PORT, KERNEL_PORT);
	state_is("TIME_WAIT");
}

/* S037 MUST-20 MUST-23: doubling, and three minutes at least. */
CASE(open, syn_schedule)
{
	int fd = client();
	unsigned int wait;

	out("S 0:0(0)");
	for (wait = 1 * SEC; wait <= 64 * SEC; wait *= 2)
		out_at(wait, "S 0:0(0)");
	state_is("SYN_SENT");
	dies_at(120 * SEC, fd, ETIMEDOUT);	/* the largest RTO */
	state_is("CLOSED");
	counter_is("SynRetrans", 7);
	counter_is("AttemptFails", 1);
}

static void syncnt(int count)
{
	int fd = client_socket();
	unsigned int wait = 1 * SEC;

	set_option(fd, TCP_SYNCNT, count);
	is(start_connect(fd), EINPROGRESS);
	out("S 0:0(0)");
	for (; count; count--, wait *= 2)
		out_at(wait, "S 0:0(0)");
	dies_at(wait, fd, ETIMEDOUT);
}

/* S037 S095 MUST-21: the retries of one socket. */
CASE(open, syncnt_1)
{
	syncnt(1);
}

CASE(open, syncnt_3)
{
	syncnt(3);
}

/* S033 S095: doubling from 1 s, and then the entry is gone, with no RST. */
CASE(open, synack_schedule)
{
	unsigned int wait;

	server();
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	for (wait = 1 * SEC; wait <= 16 * SEC; wait *= 2)
		out_at(wait, "S. 0:0(0) ack 1 <mss 1460>");
	quiet(31 * SEC);
	state_is("SYN_RECV");
	quiet(6 * SEC);
	state_is("LISTEN");
	in(". 1:1(0) ack 1");
	out("R 1:1(0)");
	counter_is("HalfOpenRetrans", 5);
	counter_is("HalfOpenTimeouts", 1);
}

/* S005: a lost SYN. */
CASE(open, lost_syn)
{
	int fd = client();

	out("S 0:0(0)");
	out_at(1 * SEC, "S 0:0(0)");
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	out(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	is(socket_error(fd), 0);
}

/* S030: the SYN-ACK is lost, so the SYN comes again and gets the same one. */
CASE(open, lost_synack)
{
	int l = server();

	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	quiet(900);
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	accepted(l);
	counter_is("HalfOpens", 1);
}

/* S031: the third segment is lost; the server's timer finds out. */
CASE(open, lost_last_ack)
{
	int l = server();

	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	out_at(1 * SEC, "S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	accepted(l);
	quiet(10 * SEC);
}

/* S031: the other side of the case before: a SYN-ACK again is ACKed again. */
CASE(open, synack_again)
{
	active();
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	out(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
}

/* S032 S036: data completes the opening, and is delivered. */
CASE(open, data_on_last_ack)
{
	int l = server();
	int fd;

	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	in("P. 1:101(100) ack 1");
	state_is("ESTABLISHED");
	out_between(0, 50, ". 1:1(0) ack 101");
	fd = accepted(l);
	get(fd, 100);
}

/* S036: so does a FIN. */
CASE(open, fin_on_last_ack)
{
	int l = server();

	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	in("F. 1:1(0) ack 1");
	out_between(0, 50, ". 1:1(0) ack 2");
	state_is("CLOSE_WAIT");
	get_end(accepted(l));
}

/* S035: data with a SYN is not kept, and so not acknowledged. */
CASE(open, data_on_syn)
{
	int l = server();
	int fd;

	in("S 0:100(100) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	in("P. 1:101(100) ack 1");
	out_between(0, 50, ". 1:1(0) ack 101");
	fd = accepted(l);
	get(fd, 100);
}

/* S013: RST, ACK of our SYN refuses. RFC 9293 3.10.7.3 second. */
CASE(open, refused)
{
	int fd = client();

	out("S 0:0(0)");
	in("R. 0:0(0) ack 1");
	is(socket_error(fd), ECONNREFUSED);
	state_is("CLOSED");
	quiet(10 * SEC);
	counter_is("AttemptFails", 1);
}

/* A wrong ACK makes the stock TCP send its SYN again, in a hurry. */
static void stock_hurries(void)
{
	if (!is_ltcp())
		out_between(10, 50, "S 0:0(0)");
}

/* S085: RST that acknowledges nothing of ours: 3.10.7.3 first, second. */
CASE(open, refused_by_stranger)
{
	int fd = client();

	out("S 0:0(0)");
	in("R 0:0(0)");
	in("R. 0:0(0) ack 0");
	in("R. 0:0(0) ack 2");
	stock_hurries();
	quiet(900);
	state_is("SYN_SENT");
	is(socket_error(fd), 0);
}

/* S028: an ACK of what was not sent gets RST. RFC 9293 3.10.7.3 first */
CASE(open, wrong_ack_in_syn_sent)
{
	client();
	out("S 0:0(0)");
	in("S. 0:0(0) ack 2 win 65535 <mss 1460>");
	out("R 2:2(0)");
	in("S. 0:0(0) ack 0 win 65535 <mss 1460>");
	out("R 0:0(0)");
	in(". 0:0(0) ack 1000");
	out("R 1000:1000(0)");
	state_is("SYN_SENT");
	stock_hurries();
	out_between(900, 2100, "S 0:0(0)");
}

/* RFC 9293 3.10.7.3 fifth: neither SYN nor RST, so nothing. */
CASE(open, neither_syn_nor_rst)
{
	client();
	out("S 0:0(0)");
	in(". 0:0(0) ack 1");
	in("F. 0:0(0) ack 1");
	in("P 0:10(10)");
	quiet(900);
	state_is("SYN_SENT");
}

/* S026: RFC 9293 3.10.7.4 fifth, SYN-RECEIVED. */
CASE(open, wrong_ack_in_syn_recv)
{
	server();
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 2");
	out("R 2:2(0)");
	in(". 1:1(0) ack 0");
	out("R 0:0(0)");
	state_is("SYN_RECV");
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
}

/* S029 S039 MUST-11: figure 8, an old SYN is found out by the peer's RST. */
CASE(open, old_duplicate_syn)
{
	int l = server();

	in("S -10:-10(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack -9");
	in("R -9:-9(0)");
	state_is("LISTEN");
	counter_is("HalfOpenResets", 1);

	flow(KERNEL_PORT, PEER_PORT);
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	accepted(l);
}

/* S085: RST for a half-open connection must fit it. RFC 5961 3.2 */
CASE(open, rst_in_syn_recv)
{
	server();
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	in("R 0:0(0)");
	in("R 100000:100000(0)");
	quiet(100);
	state_is("SYN_RECV");
	in("R 1:1(0)");
	state_is("LISTEN");
	quiet(5 * SEC);
}

/* What SIOCINQ says. */
static int unread(int fd)
{
	int n;

	is(ioctl(fd, SIOCINQ, &n), 0);
	return n;
}

/* S039 MUST-11: RST for an active opener that became SYN_RECV refuses it. */
CASE(open, rst_in_active_syn_recv)
{
	int fd = client();

	out("S 0:0(0)");
	in("S 5000:5000(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 5001");
	in("R 5001:5001(0)");
	/* RFC 9293 3.10.7.4 second; the stock TCP forgets who began. */
	is(socket_error(fd), is_ltcp() ? ECONNREFUSED : ECONNRESET);
	state_is("CLOSED");
	is(unread(fd), 0);
}

/* S013: RFC 9293 3.5.2 group 1 and 3.10.7.1, no ACK: sequence number 0. */
CASE(open, closed_port_without_ack)
{
	in("S 0:0(0) win 65535 <mss 1460>");
	out("R. 0:0(0) ack 1 win 0 <>");
	in("S 0:10(10)");
	out("R. 0:0(0) ack 11");
	in("F 5:5(0)");
	out("R. 0:0(0) ack 6");
	in("- 5:15(10)");
	out("R. 0:0(0) ack 15");
	counter_is("OutRsts", 4);
	counter_is("DropNoConnection", 4);
}

/* S013: with ACK: the sequence number is the one acknowledged. */
CASE(open, closed_port_with_ack)
{
	in(". 1:1(0) ack 77");
	out("R 77:77(0) win 0 <>");
	in("P. 1:101(100) ack 78");
	out("R 78:78(0)");
	in("S. 0:0(0) ack 79");
	out("R 79:79(0)");
	in("F. 0:0(0) ack 80");
	out("R 80:80(0)");
}

/* S013: RST is never answered with RST. */
CASE(open, closed_port_rst)
{
	in("R 0:0(0)");
	in("R. 0:0(0) ack 5");
	in("SR 0:0(0)");
	quiet(1 * SEC);
	counter_is("OutRsts", 0);
}

/* S013: RFC 9293 3.10.7.2 second. */
CASE(open, listen_ack)
{
	server();
	in(". 1:1(0) ack 77");
	out("R 77:77(0)");
	in("S. 0:0(0) ack 78");
	out("R 78:78(0)");
	in("P. 1:11(10) ack 79");
	out("R 79:79(0)");
	state_is("LISTEN");
}

/* RFC 9293 3.10.7.2 first and fourth, and what makes no sense at all. */
CASE(open, listen_silence)
{
	server();
	in("R 0:0(0)");
	in("R. 0:0(0) ack 1");
	in("SR 0:0(0)");
	in("F 0:0(0)");
	in("- 0:0(0)");
	in("P 0:10(10)");
	in("SF 0:0(0) <mss 1460>");
	in("SFPUEW 0:0(0) urg 1 <mss 1460>");
	quiet(2 * SEC);
	state_is("LISTEN");
	counter_is("HalfOpens", 0);
	counter_is("OutRsts", 0);
}

/* S051 MUST-8: a new incarnation starts later than the one before. */
CASE(open, isn_grows)
{
	uint32_t first;
	int32_t step;

	close(client());
	out("S 0:0(0)");
	first = peer_flow()->isn[FROM_KERNEL];
	quiet(1 * SEC);

	flow(KERNEL_PORT, PEER_PORT);
	close(client());
	out("S 0:0(0)");
	step = peer_flow()->isn[FROM_KERNEL] - first;
	check(step > 0);
}

/* S051 S052 MUST-9: other ports, and the number says nothing of the first. */
CASE(open, isn_unrelated)
{
	uint32_t isn[4];
	int i;

	for (i = 0; i < 4; i++) {
		flow(KERNEL_PORT, PEER_PORT + i);
		close(client());
		out("S 0:0(0)");
		isn[i] = peer_flow()->isn[FROM_KERNEL];
	}
	check(isn[0] != isn[1]);
	check(isn[1] - isn[0] != isn[2] - isn[1]);
	check(isn[2] - isn[1] != isn[3] - isn[2]);
}

/* MAY-3 SHLD-5: the MSS option is sent whether the peer sent one or not. */
CASE(open, mss_always)
{
	static const uint8_t mss_1460[] = { 2, 4, 1460 / 256, 1460 % 256 };

	client();
	out("S 0:0(0)");
	check(!memcmp(last_out()->opt, mss_1460, sizeof(mss_1460)));
	in("S 0:0(0)");
	out("S. 0:0(0) ack 1");
	check(!memcmp(last_out()->opt, mss_1460, sizeof(mss_1460)));

	flow(KERNEL_PORT + 1, PEER_PORT);
	server();
	in("S 0:0(0)");
	out("S. 0:0(0) ack 1 <mss 1460>");
}

static void syn_from(uint16_t port)
{
	flow(KERNEL_PORT, port);
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
}

/* MUST-41: who listens on the port of a connection does not disturb it. */
CASE(open, listen_beside)
{
	int fd = active();

	server();
	syn_from(1);
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	flow_again(KERNEL_PORT, PEER_PORT);
	in("P. 1:101(100) ack 1");
	out_between(0, 50, ". 1:1(0) ack 101");
	get(fd, 100);
	put(fd, 100);
	out("P. 1:101(100) ack 101");
}

/* S020 MUST-42: many connections on one port, and its listener. */
CASE(open, many_on_one_port)
{
	int l = server();
	int port, fd[4];

	for (port = 1; port <= 3; port++) {
		syn_from(port);
		in(". 1:1(0) ack 1");
		fd[port] = accepted(l);
	}
	state_is("ESTABLISHED");
	for (port = 1; port <= 3; port++) {
		flow_again(KERNEL_PORT, port);
		in("P. 1:%d(%d) ack 1", 1 + port, port);
		out_between(0, 50, ". 1:1(0) ack %d", 1 + port);
		get(fd[port], port);
		get_nothing(fd[port]);
		put(fd[port], 10 * port);
		out("P. 1:%d(%d) ack %d", 1 + 10 * port, 10 * port, 1 + port);
	}
	flow(KERNEL_PORT, PEER_PORT);
	state_is("LISTEN");
}

/* S044 S045: the queue is full, so the last ACK is as good as lost. */
CASE(open, accept_queue_full)
{
	int l = server_backlog(2);
	int port;

	for (port = 1; port <= 2; port++) {
		syn_from(port);
		in(". 1:1(0) ack 1");
		state_is("ESTABLISHED");
	}
	syn_from(3);
	syn_from(4);
	flow_again(KERNEL_PORT, 3);
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	counter_is("ListenOverflows", 0);

	/* A backlog of 2 has room for 3, as in every other TCP. */
	flow_again(KERNEL_PORT, 4);
	in(". 1:1(0) ack 1");
	quiet(100);
	state_is("SYN_RECV");
	counter_is("ListenOverflows", 1);
	flow(KERNEL_PORT, 5);
	in("S 0:0(0) win 65535 <mss 1460>");
	quiet(100);

	/* The SYN-ACK comes again, and by then there is room. */
	accepted(l);
	flow_again(KERNEL_PORT, 4);
	out_between(600, 1100, "S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	for (port = 2; port <= 4; port++)
		accepted(l);
}

TEST_HARNESS_MAIN
