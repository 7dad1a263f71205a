// SPDX-License-Identifier: GPL-2.0
/*
 * TIME_WAIT with timestamps: PAWS and RFC 6191, connect() in place of an old
 * connection (tw_reuse), and what happens when there are too many. What needs
 * no timestamps is in close.c.
 */

#include <arpa/inet.h>

#include "case.h"

CASES(timewait)

/* The kernel, a server, closes first. Returns the listener. */
static int server_waits(void)
{
	int l = server();

	in("S 0:0(0) win 65535 <mss 1460,ts * 0>");
	out("S. 0:0(0) ack 1");
	timestamps_always();
	in(". 1:1(0) ack 1");
	close(accepted(l));
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2 <ts 1000 *>");
	out(". 2:2(0) ack 2 <ts * 1000>");
	state_is("TIME_WAIT");
	return l;
}

/* The kernel, a client, closes first. */
static void client_waits(void)
{
	close(active_ts());
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2 <ts 1000 *>");
	out(". 2:2(0) ack 2 <ts * 1000>");
	state_is("TIME_WAIT");
}

/* S076 S077: the FIN came again: ACK, never RST, and 2 MSL from here. */
CASE(timewait, fin_again)
{
	close(server_waits());
	quiet(40 * SEC);
	in("F. 1:1(0) ack 2 <ts 41000 *>");
	out(". 2:2(0) ack 2 <ts * 41000>");
	state_ends_at(60 * SEC, "TIME_WAIT");
}

/* S078: an old FIN is not one that came again; it starts nothing anew. */
CASE(timewait, old_fin)
{
	server_waits();
	quiet(30 * SEC);
	in("F. 1:1(0) ack 2 <ts 999 *>");
	out(". 2:2(0) ack 2 <ts * 1000>");
	counter_is("DropPaws", 1);
	quiet(29 * SEC);
	state_is("TIME_WAIT");
	quiet(2 * SEC);
	state_is("LISTEN");
}

/* S078: RFC 7323 5.3; the ACKs are limited (RFC 5961 7). */
CASE(timewait, paws)
{
	int i;

	server_waits();
	in("P. -100:0(100) ack 2 <ts 900 *>");
	out(". 2:2(0) ack 2 <ts * 1000>");
	for (i = 0; i < 5; i++)
		in("P. -100:0(100) ack 2 <ts 900 *>");
	quiet(400);
	counter_is("DropPaws", 6);
	counter_is("TimeWaitAcks", 1);
	state_is("TIME_WAIT");
}

/* RFC 7323 3.2: one without timestamps is dropped, and no word. */
CASE(timewait, no_timestamp)
{
	server_waits();
	in("F. 1:1(0) ack 2 <>");
	quiet(100);
	counter_is("DropNoTimestamp", 1);
	state_is("TIME_WAIT");
}

/* S085: RFC 1337, for RST with and without timestamps. */
CASE(timewait, rst)
{
	server_waits();
	in("R. 2:2(0) ack 2");
	in("R 2:2(0) <>");
	in("R 2:2(0) <ts 5000 0>");
	quiet(100);
	state_is("TIME_WAIT");
	counter_is("DropRstTimeWait", 3);
}

/* A new SYN to the server; it is @opens, or refused with an ACK. */
static void new_syn(int l, int seq, const char *options, bool opens)
{
	uint32_t old = peer_flow()->isn[FROM_KERNEL];

	if (!opens) {
		quiet(600);	/* the limit of challenge ACKs */
		in("S %d:%d(0) win 65535 %s", seq, seq, options);
		out(". 2:2(0) ack 2 <ts * 1000>");
		state_is("TIME_WAIT");
		return;
	}
	flow(KERNEL_PORT, PEER_PORT);
	in("S %d:%d(0) win 65535 %s", seq, seq, options);
	out("S. 0:0(0) ack %d", seq + 1);
	/* Beyond all that was ever sent. */
	check((int32_t)(peer_flow()->isn[FROM_KERNEL] - old) > 2);
	in(". %d:%d(0) ack 1 <ts 2000 *>", seq + 1, seq + 1);
	state_is("ESTABLISHED");
	accepted(l);
	counter_is("TimeWaitReused", 1);
}

/* S079 S091 SHLD-4: RFC 6191 2, a later timestamp opens, whatever the ISN. */
CASE(timewait, syn_later_timestamp)
{
	new_syn(server_waits(), -100000, "<mss 1460,ts 1001 0>", true);
}

/* S079: RFC 6191 2, an equal one opens if the sequence number is later. */
CASE(timewait, syn_equal_timestamp)
{
	int l = server_waits();

	new_syn(l, 2, "<mss 1460,ts 1000 0>", false);
	new_syn(l, 3, "<mss 1460,ts 1000 0>", true);
}

/* S078 S079: an earlier one is an old duplicate, whatever the ISN. */
CASE(timewait, syn_earlier_timestamp)
{
	int l = server_waits();

	new_syn(l, 100000, "<mss 1460,ts 999 0>", false);
	new_syn(l, -100000, "<mss 1460,ts 999 0>", false);
}

/* S079 MAY-2: a SYN without timestamps is known by its sequence number. */
CASE(timewait, syn_without_timestamp)
{
	int l = server_waits();

	new_syn(l, -1000, "<mss 1460>", false);
	new_syn(l, 2, "<mss 1460>", false);
	new_syn(l, 3, "<mss 1460>", true);
}

/* S079 MAY-2: (2) the SYN was an old duplicate after all: back to TIME_WAIT. */
CASE(timewait, stale_syn_reset)
{
	server_waits();
	quiet(10 * SEC);
	flow(KERNEL_PORT, PEER_PORT);
	in("S 5000:5000(0) win 65535 <mss 1460,ts 1001 0>");
	out("S. 0:0(0) ack 5001");
	state_is("SYN_RECV");
	in("R 5001:5001(0)");
	state_is("TIME_WAIT");
	/* For the rest of its time. */
	quiet(49 * SEC);
	state_is("TIME_WAIT");
	quiet(2 * SEC);
	state_is("LISTEN");
}

/* The same when nothing more is heard of it. */
CASE(timewait, stale_syn_times_out)
{
	set_sysctl("synack_retries", "1");
	server_waits();
	flow(KERNEL_PORT, PEER_PORT);
	in("S 5000:5000(0) win 65535 <mss 1460,ts 1001 0>");
	out("S. 0:0(0) ack 5001");
	out_at(1 * SEC, "S. 0:0(0) ack 5001");
	quiet(3 * SEC);
	state_is("TIME_WAIT");
}

/* The place of a connection in TIME_WAIT, or none: errno of connect(). */
static int take_place(void)
{
	int fd = client_socket();
	int err = start_connect(fd);

	if (err != EINPROGRESS)
		close(fd);
	return err;
}

/* S091 MUST-13: SO_REUSEADDR, which client_socket() sets, is for ports only. */
CASE(timewait, connect_refused)
{
	client_waits();
	quiet(10 * SEC);
	is(take_place(), EADDRNOTAVAIL);
	state_ends_at(60 * SEC, "TIME_WAIT");
	is(take_place(), EINPROGRESS);
	flow(KERNEL_PORT, PEER_PORT);
	out("S 0:0(0)");
}

/* S092: tw_reuse, after a second, and beyond all that was sent before. */
CASE(timewait, reuse)
{
	const struct flow *old;
	int32_t isn, ts;

	client_waits();
	old = peer_flow();
	set_sysctl("tw_reuse", "1");
	is(take_place(), EADDRNOTAVAIL);
	quiet(900);
	is(take_place(), EADDRNOTAVAIL);
	quiet(1200);
	is(take_place(), EINPROGRESS);

	flow(KERNEL_PORT, PEER_PORT);
	out("S 0:0(0)");
	isn = peer_flow()->isn[FROM_KERNEL] - old->isn[FROM_KERNEL];
	ts = peer_flow()->ts[FROM_KERNEL] - old->ts_last;
	check(isn > 2);
	check(ts > 1000);
	in("S. 0:0(0) ack 1 win 65535 <mss 1460,ts 2000 *>");
	out(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	counter_is("TimeWaitReused", 1);

	/* And it may come to TIME_WAIT again. */
	timestamps_always();
	in("F. 1:1(0) ack 1 <ts 2001 *>");
	out_between(0, 50, ". 1:1(0) ack 2");
	in("R 2:2(0)");
	state_is("CLOSED");
}

/* S092: what was sent before is beyond the clock of the ISN, too. */
CASE(timewait, reuse_after_much_data)
{
	const struct flow *old;
	int fd, i;

	set_sysctl("tw_reuse", "1");
	fd = active_ts();
	for (i = 0; i < 500; i++) {
		put(fd, 1448);
		out("P. %d:%d(1448) ack 1", 1 + i * 1448, 1449 + i * 1448);
		in(". 1:1(0) ack %d", 1449 + i * 1448);
	}
	close(fd);
	out("F. 724001:724001(0) ack 1");
	in("F. 1:1(0) ack 724002 <ts 1000 *>");
	out(". 724002:724002(0) ack 2");
	old = peer_flow();
	quiet(1200);
	is(take_place(), EINPROGRESS);
	flow(KERNEL_PORT, PEER_PORT);
	out("S 0:0(0)");
	check((int32_t)(peer_flow()->isn[FROM_KERNEL] -
			old->isn[FROM_KERNEL]) > 724002 + 65535);
}

/* S092: 0 is never; and 2, the default, is for loopback addresses. */
CASE(timewait, reuse_off)
{
	client_waits();
	quiet(5 * SEC);
	is(take_place(), EADDRNOTAVAIL);
	set_sysctl("tw_reuse", "0");
	is(take_place(), EADDRNOTAVAIL);
	set_sysctl("tw_reuse", "1");
	is(take_place(), EINPROGRESS);
	flow(KERNEL_PORT, PEER_PORT);
	out("S 0:0(0)");
}

/* Without timestamps old segments would not be known: never. */
CASE(timewait, reuse_needs_timestamps)
{
	set_sysctl("tw_reuse", "1");
	close(active());
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	quiet(5 * SEC);
	is(take_place(), EADDRNOTAVAIL);
}

/* Nor if the new one has none, or others: they must grow. */
CASE(timewait, reuse_needs_same_timestamps)
{
	ltcp_only("has offsets in both");
	set_sysctl("tw_reuse", "1");
	client_waits();
	quiet(5 * SEC);
	set_sysctl("timestamps", "0");
	is(take_place(), EADDRNOTAVAIL);
	set_sysctl("timestamps", "2");
	is(take_place(), EADDRNOTAVAIL);
	set_sysctl("timestamps", "1");
	is(take_place(), EINPROGRESS);
	flow(KERNEL_PORT, PEER_PORT);
	out("S 0:0(0)");
}

/* The attempt fails: TIME_WAIT is back for the rest of its time. */
CASE(timewait, reuse_fails)
{
	int fd;

	ltcp_only("forgets TIME_WAIT");
	set_sysctl("tw_reuse", "1");
	client_waits();
	quiet(10 * SEC);
	fd = client_socket();
	is(start_connect(fd), EINPROGRESS);
	flow(KERNEL_PORT, PEER_PORT);
	out("S 0:0(0)");
	state_is("SYN_SENT");
	in("R. 0:0(0) ack 1");
	is(socket_error(fd), ECONNREFUSED);
	state_is("TIME_WAIT");
	quiet(49 * SEC);
	state_is("TIME_WAIT");
	quiet(2 * SEC);
	state_is("CLOSED");
}

/* From port 1000 to port 2000: errno of connect(), or 0. */
static int loopback_connect(int *fd)
{
	struct sockaddr_storage from, to;
	socklen_t len = address(&from, "127.0.0.1", 1000);
	struct pollfd pfd = { .events = POLLOUT };
	int on = 1;

	*fd = tcp_socket();
	setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	address(&to, "127.0.0.1", 2000);
	is(bind(*fd, (struct sockaddr *)&from, len), 0);
	if (connect(*fd, (struct sockaddr *)&to, len) &&
	    errno != EINPROGRESS)
		return errno;
	pfd.fd = *fd;
	is(poll(&pfd, 1, 1000), 1);
	return socket_error(*fd);
}

/* S092: the default, where both ends are this host. */
CASE(timewait, reuse_loopback)
{
	struct sockaddr_storage at;
	socklen_t len = address(&at, "127.0.0.1", 2000);
	int l = tcp_socket();
	int fd, i;

	is(bind(l, (struct sockaddr *)&at, len), 0);
	is(listen(l, 10), 0);
	for (i = 0; i < 3; i++) {
		is(loopback_connect(&fd), 0);
		close(fd);
		quiet(10);
		close(accepted(l));
		quiet(100);
		is(loopback_connect(&fd), EADDRNOTAVAIL);
		close(fd);
		quiet(1200);
	}
	counter_is("TimeWaitReused", 2);
}

/* S094: the oldest gives way, then the next oldest. */
CASE(timewait, overflow_in_order)
{
	int i;

	ltcp_only("refuses the new one");
	set_sysctl("max_tw_buckets", "3");
	for (i = 0; i < 5; i++) {
		flow(KERNEL_PORT, 1000 + i);
		close(passive());
		out("F. 1:1(0) ack 1");
		in("F. 1:1(0) ack 2");
		out(". 2:2(0) ack 2");
		quiet(1 * SEC);
	}
	for (i = 0; i < 5; i++) {
		flow_again(KERNEL_PORT, 1000 + i);
		state_is(i < 2 ? "CLOSED" : "TIME_WAIT");
	}
	counter_is("TimeWaitOverflows", 2);

	/* The others live as long as they would have. */
	flow_again(KERNEL_PORT, 1002);
	quiet(56 * SEC);
	state_is("TIME_WAIT");
	quiet(2 * SEC);
	state_is("CLOSED");
	counter_is("TimeWaitExpired", 1);
}

/* The limit is lowered: the next newcomer brings the number down to it. */
CASE(timewait, overflow_lowered)
{
	int i;

	ltcp_only("refuses the new one");
	for (i = 0; i < 5; i++) {
		if (i == 4)
			set_sysctl("max_tw_buckets", "2");
		flow(KERNEL_PORT, 1000 + i);
		close(passive());
		out("F. 1:1(0) ack 1");
		in("F. 1:1(0) ack 2");
		out(". 2:2(0) ack 2");
		quiet(1 * SEC);
	}
	for (i = 0; i < 5; i++) {
		flow_again(KERNEL_PORT, 1000 + i);
		state_is(i < 3 ? "CLOSED" : "TIME_WAIT");
	}
	counter_is("TimeWaitOverflows", 3);
}

/* Longer than the wheel goes around: the order stays. */
CASE(timewait, overflow_with_long_msl)
{
	int i;

	ltcp_only("has no such setting");
	set_sysctl("msl_ms", "120000");
	set_sysctl("max_tw_buckets", "2");
	for (i = 0; i < 4; i++) {
		flow(KERNEL_PORT, 1000 + i);
		close(passive());
		out("F. 1:1(0) ack 1");
		in("F. 1:1(0) ack 2");
		out(". 2:2(0) ack 2");
		quiet(20 * SEC);
	}
	for (i = 0; i < 4; i++) {
		flow_again(KERNEL_PORT, 1000 + i);
		state_is(i < 2 ? "CLOSED" : "TIME_WAIT");
	}
}

TEST_HARNESS_MAIN
