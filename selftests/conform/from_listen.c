// SPDX-License-Identifier: GPL-2.0
/*
 * connect() on a socket that listens: refused, as everywhere, unless
 * LTCP_ACTIVE_FROM_LISTEN makes an active opener of it (RFC 9293 3.10.1).
 */

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/ioctl.h>

#include "../../kmod/uapi/linux/ltcp.h"
#include "case.h"

CASES(from_listen)

static int willing_server(void)
{
	int l = server();

	set_option(l, LTCP_ACTIVE_FROM_LISTEN, 1);
	return l;
}

static void peer_opens(uint16_t port)
{
	flow(KERNEL_PORT, port);
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
}

/* Without the option connect() is refused, and the listener none the worse. */
CASE(from_listen, refused)
{
	int l = server();

	is(start_connect(l), EISCONN);
	quiet(100);
	state_is("LISTEN");
	peer_opens(PEER_PORT);
	in(". 1:1(0) ack 1");
	accepted(l);
}

/* The option is off, takes 0 and 1, and can be changed at any time. */
CASE(from_listen, option)
{
	socklen_t len = sizeof(int);
	int l, value;

	ltcp_only("no such option");
	l = server();
	is(getsockopt(l, SOL_TCP, LTCP_ACTIVE_FROM_LISTEN, &value, &len), 0);
	is(value, 0);
	set_option(l, LTCP_ACTIVE_FROM_LISTEN, 1);
	is(getsockopt(l, SOL_TCP, LTCP_ACTIVE_FROM_LISTEN, &value, &len), 0);
	is(value, 1);
	value = 2;
	is(setsockopt(l, SOL_TCP, LTCP_ACTIVE_FROM_LISTEN, &value, len), -1);
	is(errno, EINVAL);
	set_option(l, LTCP_ACTIVE_FROM_LISTEN, 0);
	is(start_connect(l), EISCONN);
}

/* S040: RFC 9293 3.10.1, LISTEN STATE: LISTEN to SYN_SENT. */
CASE(from_listen, opens)
{
	int fd;

	ltcp_only("no such option");
	fd = willing_server();
	state_is("LISTEN");
	is(start_connect(fd), EINPROGRESS);
	out("S 0:0(0)");
	state_is("SYN_SENT");
	is(start_connect(fd), EALREADY);
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	out(". 1:1(0) ack 1 <>");
	state_is("ESTABLISHED");
	is(socket_error(fd), 0);
	is(start_connect(fd), 0);
	is(start_connect(fd), EISCONN);
	put(fd, 10);
	out("P. 1:11(10) ack 1");
	in("P. 1:21(20) ack 11");
	out_between(0, 50, ". 11:11(0) ack 21");
	get(fd, 20);
	counter_is("ActiveOpens", 1);
}

/* S040: it is a listener no more. */
CASE(from_listen, listens_no_more)
{
	int fd;

	ltcp_only("no such option");
	fd = willing_server();
	is(start_connect(fd), EINPROGRESS);
	out("S 0:0(0)");
	is(accept(fd, NULL, NULL), -1);
	is(errno, EINVAL);
	is(listen(fd, 1), -1);
	is(errno, EINVAL);
	flow(KERNEL_PORT, PEER_PORT + 1);
	in("S 0:0(0) win 65535 <mss 1460>");
	out("R. 0:0(0) ack 1");
}

/* S040 S049: half-open entries go, as when it is closed. */
CASE(from_listen, half_opens_go)
{
	int fd;

	ltcp_only("no such option");
	fd = willing_server();
	peer_opens(1);
	peer_opens(2);
	flow(KERNEL_PORT, PEER_PORT);
	is(start_connect(fd), EINPROGRESS);
	out("S 0:0(0)");
	counter_is("HalfOpenPurged", 2);
	flow_again(KERNEL_PORT, 1);
	in(". 1:1(0) ack 1");
	out("R 1:1(0)");
	flow_again(KERNEL_PORT, PEER_PORT);
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	out(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
}

/* S040 S049: connections that nobody accepted are reset. */
CASE(from_listen, unaccepted_are_reset)
{
	int fd;

	ltcp_only("no such option");
	fd = willing_server();
	peer_opens(1);
	in(". 1:1(0) ack 1");
	flow(KERNEL_PORT, PEER_PORT);
	is(start_connect(fd), EINPROGRESS);
	flow_again(KERNEL_PORT, 1);
	out("R. 1:1(0) ack 1");
	flow_again(KERNEL_PORT, PEER_PORT);
	out("S 0:0(0)");
	state_is("SYN_SENT");
}

/* S040: what was accepted before has nothing to do with it. */
CASE(from_listen, accepted_live_on)
{
	int l, fd;

	ltcp_only("no such option");
	l = willing_server();
	peer_opens(1);
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	flow(KERNEL_PORT, PEER_PORT);
	is(start_connect(l), EINPROGRESS);
	out("S 0:0(0)");
	flow_again(KERNEL_PORT, 1);
	put(fd, 10);
	out("P. 1:11(10) ack 1");
	state_is("ESTABLISHED");
}

/* S039 S040 MUST-11: it has become an active opener, also for a RST. */
CASE(from_listen, rst_does_not_lead_back)
{
	int fd;

	ltcp_only("no such option");
	fd = willing_server();
	is(start_connect(fd), EINPROGRESS);
	out("S 0:0(0)");
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	state_is("SYN_RECV");
	in("R 1:1(0)");
	is(socket_error(fd), ECONNREFUSED);
	state_is("CLOSED");
}

/* S040: who has its connection already cannot have it a second time. */
CASE(from_listen, flow_is_taken)
{
	int l;

	ltcp_only("no such option");
	l = willing_server();
	peer_opens(PEER_PORT);
	in(". 1:1(0) ack 1");
	accepted(l);
	is(start_connect(l), EADDRNOTAVAIL);
	is(accept(l, NULL, NULL), -1);
	is(errno, EINVAL);
	is(listen(l, 1), 0);
	peer_opens(1);
}

/* With @len octets of the address, or 0: all. */
static int connect_to(int fd, const char *addr, int family, socklen_t len)
{
	struct sockaddr_storage sa;
	socklen_t all = address(&sa, addr, PEER_PORT);

	sa.ss_family = family;
	return connect(fd, (struct sockaddr *)&sa, len ?: all) ? errno : 0;
}

/* S040: what is no address changes nothing; one without a route does. */
CASE(from_listen, bad_address)
{
	int l;

	ltcp_only("no such option");
	l = willing_server();
	is(connect_to(l, PEER_ADDR, segment_family, 1), EINVAL);
	is(connect_to(l, PEER_ADDR, segment_family, 8), EINVAL);
	is(connect_to(l, PEER_ADDR, AF_X25, 0), EAFNOSUPPORT);
	state_is("LISTEN");
	peer_opens(PEER_PORT);
	is(connect_to(l, "198.51.100.1", segment_family, 0), ENETUNREACH);
	state_is("CLOSED");
	counter_is("HalfOpenPurged", 1);
	is(start_connect(l), EINPROGRESS);
	flow(KERNEL_PORT, PEER_PORT);
	out("S 0:0(0)");
}

static void *waits_in_accept(void *arg)
{
	int *fd = arg;

	return (void *)(long)(accept(*fd, NULL, NULL) < 0 ? errno : 0);
}

/* S040: who waits in accept() is told that there is nothing to wait for. */
CASE(from_listen, wakes_accept)
{
	struct timespec while_it_goes_to_sleep = { .tv_nsec = 10000000 };
	pthread_t thread;
	void *err;
	int l, on;

	ltcp_only("no such option");
	l = willing_server();
	on = 0;
	is(ioctl(l, FIONBIO, &on), 0);
	is(pthread_create(&thread, NULL, waits_in_accept, &l), 0);
	nanosleep(&while_it_goes_to_sleep, NULL);
	on = 1;
	is(ioctl(l, FIONBIO, &on), 0);
	is(start_connect(l), EINPROGRESS);
	is(pthread_join(thread, &err), 0);
	is((long)err, EINVAL);
	out("S 0:0(0)");
}

TEST_HARNESS_MAIN
