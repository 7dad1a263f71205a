// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors in every state: RFC 9293 3.9.2.2, with the doubts of RFC 5927.
 * Those that meet connect() are tested in malformed.c.
 */

#include <time.h>
#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <netinet/in.h>

#include "case.h"

CASES(icmp)

#define SYN_IN	"S 0:0(0) win 65535 <mss 1460>"
#define DATA	"P. 1:101(100) ack 1"

/* Every error about @quoted that means no more than "perhaps". */
static void soft_errors(const char *quoted)
{
	icmp(ICMP_DEST_UNREACH, ICMP_NET_UNREACH, 0, "%s", quoted);
	icmp(ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, "%s", quoted);
	icmp(ICMP_DEST_UNREACH, ICMP_SR_FAILED, 0, "%s", quoted);
	icmp(ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0, "%s", quoted);
	icmp(ICMP_PARAMETERPROB, 0, 0, "%s", quoted);
}

static void hard_errors(const char *quoted)
{
	icmp(ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, 0, "%s", quoted);
	icmp(ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0, "%s", quoted);
}

/*
 * A connection that is not open yet
 */

/* S049 SHLD-26: nobody is there who could complete it. */
static void halfopen_refused(int code)
{
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	icmp(ICMP_DEST_UNREACH, code, 0, "S. 0:0(0) ack 1");
	state_is("LISTEN");
	quiet(10 * SEC);
}

CASE(icmp, halfopen_hard)
{
	ltcp_only("removes it for soft errors, and not for these");
	server();
	halfopen_refused(ICMP_PORT_UNREACH);
	flow(KERNEL_PORT, PEER_PORT + 1);
	halfopen_refused(ICMP_PROT_UNREACH);
	counter_is("IcmpHard", 2);
	is(counter("HalfOpen"), 0);
}

/* MUST-56: the peer may be back in a second. */
CASE(icmp, halfopen_soft)
{
	int l = server();

	ltcp_only("removes it");
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	soft_errors("S. 0:0(0) ack 1");
	state_is("SYN_RECV");
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	is(socket_error(accepted(l)), 0);
	counter_is("IcmpSoft", 5);
}

/* T15: RFC 5927 4.1, only the number of the SYN-ACK will do. */
CASE(icmp, halfopen_wrong_sequence)
{
	server();
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	hard_errors("S. 1:1(0) ack 1");
	hard_errors("S. -1:-1(0) ack 1");
	hard_errors("S. 1000000:1000000(0) ack 1");
	state_is("SYN_RECV");
	counter_is("IcmpIgnored", 6);
	counter_is("IcmpHard", 0);
}

/* SHLD-26: SYN_RECV by simultaneous open is an attempt to connect, too. */
CASE(icmp, crossed_syns)
{
	int fd;

	ltcp_only("answers a crossed SYN otherwise");
	fd = client();
	out("S 0:0(0)");
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	state_is("SYN_RECV");
	icmp(ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, "S. 0:0(0) ack 1");
	state_is("SYN_RECV");
	icmp(ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0, "S. 0:0(0) ack 1");
	is(socket_error(fd), ECONNREFUSED);
	state_is("CLOSED");
}

/*
 * An open connection
 */

/* MUST-56: RFC 5927 5.2, no error ends it, in no state; it goes on. */
static void survives(const char *state, const char *quoted)
{
	state_is(state);
	soft_errors(quoted);
	hard_errors(quoted);
	icmp(ICMP_SOURCE_QUENCH, 0, 0, "%s", quoted);
	state_is(state);
	out_between(RTO - 50, RTO + 50, "%s", quoted);
	state_is(state);
	counter_is("IcmpHard", 0);
	counter_is("IcmpSoft", 7);
}

CASE(icmp, established)
{
	int fd = passive();

	put(fd, 100);
	out(DATA);
	survives("ESTABLISHED", DATA);
	in(". 1:1(0) ack 101");
	get_nothing(fd);
	is(socket_error(fd), 0);
}

CASE(icmp, fin_wait1)
{
	int fd = passive();

	is(shutdown(fd, SHUT_WR), 0);
	out("F. 1:1(0) ack 1");
	survives("FIN_WAIT1", "F. 1:1(0) ack 1");
	in(". 1:1(0) ack 2");
	state_is("FIN_WAIT2");
	is(socket_error(fd), 0);
}

CASE(icmp, close_wait)
{
	int fd = passive();

	in("F. 1:1(0) ack 1");
	out_between(0, 50, ". 1:1(0) ack 2");
	put(fd, 100);
	out("P. 1:101(100) ack 2");
	survives("CLOSE_WAIT", "P. 1:101(100) ack 2");
	in(". 2:2(0) ack 101");
	is(socket_error(fd), 0);
}

CASE(icmp, last_ack)
{
	int fd = passive();

	in("F. 1:1(0) ack 1");
	out_between(0, 50, ". 1:1(0) ack 2");
	is(shutdown(fd, SHUT_WR), 0);
	out("F. 1:1(0) ack 2");
	survives("LAST_ACK", "F. 1:1(0) ack 2");
	in(". 2:2(0) ack 2");
	state_is("CLOSED");
}

CASE(icmp, closing)
{
	int fd = passive();

	is(shutdown(fd, SHUT_WR), 0);
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 1");
	out(". 2:2(0) ack 2");
	survives("CLOSING", "F. 1:1(0) ack 2");
	in(". 2:2(0) ack 2");
	state_is("TIME_WAIT");
}

/* MUST-56: an orphan has the retries of any orphan, whatever ICMP says. */
CASE(icmp, orphan)
{
	close(passive());
	out("F. 1:1(0) ack 1");
	survives("FIN_WAIT1", "F. 1:1(0) ack 1");
	out_at(2 * RTO, "F. 1:1(0) ack 1");
	out_at(4 * RTO, "F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	state_is("TIME_WAIT");
}

/* T15 S085: RFC 5927 4.1, not what is acknowledged, nor what is not sent. */
CASE(icmp, wrong_sequence)
{
	int fd = passive();

	put(fd, 100);
	out(DATA);
	in(". 1:1(0) ack 101");
	/* Nothing is in flight. */
	hard_errors(DATA);
	put(fd, 100);
	out("P. 101:201(100) ack 1");
	hard_errors("P. 100:200(100) ack 1");
	hard_errors("P. 201:301(100) ack 1");
	hard_errors("P. 2000000:2000100(100) ack 1");
	counter_is("IcmpIgnored", 8);
	counter_is("IcmpSoft", 0);
	hard_errors("P. 101:201(100) ack 1");
	hard_errors("P. 200:300(100) ack 1");
	counter_is("IcmpSoft", 4);
	in(". 1:1(0) ack 201");
}

/* T15: about ports that have no connection: nobody is disturbed. */
CASE(icmp, wrong_ports)
{
	int fd = passive();

	put(fd, 100);
	out(DATA);
	hard_errors(DATA " sport 9");
	hard_errors(DATA " dport 9");
	counter_is("IcmpIgnored", 4);
	in(". 1:1(0) ack 101");
}

/* MUST-55: RFC 6633, source quench changes nothing: slow start goes on. */
CASE(icmp, source_quench)
{
	int fd, i;

	ipv4_only("there is no such message");
	fd = passive();
	put(fd, 20 * 1460);
	for (i = 0; i < 10; i++)
		out(". %d:%d(1460) ack 1", i * 1460 + 1, (i + 1) * 1460 + 1);
	for (i = 0; i < 10; i++)
		icmp(ICMP_SOURCE_QUENCH, 0, 0, ". 1:1461(1460) ack 1");
	for (i = 10; i < 20; i += 2) {
		in(". 1:1(0) ack %d", (i / 2 - 4) * 1460 + 1);
		out(". %d:%d(1460) ack 1", i * 1460 + 1, (i + 1) * 1460 + 1);
		out(". %d:%d(1460) ack 1", (i + 1) * 1460 + 1,
		    (i + 2) * 1460 + 1);
	}
	in(". 1:1(0) ack %d", 20 * 1460 + 1);
	counter_is("IcmpIgnored", 10);
}

/*
 * What the user hears of it: MUST-47
 */

/* After 4 * RTO, with this error. */
static void gives_up_soon(int fd, int err)
{
	quiet(3 * RTO);
	state_is("ESTABLISHED");
	quiet(2 * RTO);
	is(socket_error(fd), err);
	state_is("CLOSED");
}

/* MUST-47 S108: when the retransmissions run out, the last soft error. */
CASE(icmp, reported_at_the_end)
{
	int fd;

	ltcp_only("takes the count for a time");
	set_sysctl("retries2", "2");
	fd = passive();
	put(fd, 100);
	out(DATA);
	icmp(ICMP_DEST_UNREACH, ICMP_NET_UNREACH, 0, DATA);
	out_between(RTO - 50, RTO + 50, DATA);
	icmp(ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, DATA);
	out_at(2 * RTO, DATA);
	gives_up_soon(fd, EHOSTUNREACH);
}

/* MUST-47: but not if the path was seen to work since. */
CASE(icmp, forgotten_by_then)
{
	int fd;

	ltcp_only("takes the count for a time");
	set_sysctl("retries2", "2");
	fd = passive();
	put(fd, 100);
	out(DATA);
	icmp(ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, DATA);
	in(". 1:1(0) ack 51");
	out_between(RTO - 50, RTO + 50, "P. 51:101(50) ack 1");
	out_at(2 * RTO, "P. 51:101(50) ack 1");
	gives_up_soon(fd, ETIMEDOUT);
}

/* MUST-47: who asks before that, by SO_ERROR, is told; it ends nothing. */
CASE(icmp, reported_when_asked)
{
	int fd = passive();

	put(fd, 100);
	out(DATA);
	icmp(ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, DATA);
	get_nothing(fd);
	is(socket_error(fd), EHOSTUNREACH);
	is(socket_error(fd), 0);
	in(". 1:1(0) ack 101");
	state_is("ESTABLISHED");
}

static int keepalive_60(void)
{
	int fd = passive();

	set_option(fd, TCP_KEEPIDLE, 60);
	set_option(fd, TCP_KEEPINTVL, 10);
	set_option(fd, TCP_KEEPCNT, 2);
	set_socket(fd, SO_KEEPALIVE, 1);
	return fd;
}

/* S108 MUST-47: a keepalive probe that found no way. */
CASE(icmp, about_keepalive)
{
	int fd;

	ltcp_only("ignores them");
	fd = keepalive_60();
	out_at(60 * SEC, ". 0:0(0) ack 1");
	icmp(ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, ". 0:0(0) ack 1");
	state_is("ESTABLISHED");
	out_between(9 * SEC, 12 * SEC, ". 0:0(0) ack 1");
	out_at(10 * SEC, "R. 1:1(0) ack 1");
	is(socket_error(fd), EHOSTUNREACH);
}

/* The same, but the peer answers before it goes for good. */
CASE(icmp, about_keepalive_forgotten)
{
	int fd = keepalive_60();

	out_at(60 * SEC, ". 0:0(0) ack 1");
	icmp(ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, ". 0:0(0) ack 1");
	out_between(9 * SEC, 12 * SEC, ". 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	out_at(60 * SEC, ". 0:0(0) ack 1");
	out_at(10 * SEC, ". 0:0(0) ack 1");
	out_at(10 * SEC, "R. 1:1(0) ack 1");
	is(socket_error(fd), ETIMEDOUT);
}

/* T15: without a probe that waits, its number means nothing. */
CASE(icmp, about_keepalive_forged)
{
	int fd = keepalive_60();

	icmp(ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, ". 0:0(0) ack 1");
	out_between(59 * SEC, 75 * SEC, ". 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	icmp(ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, ". 0:0(0) ack 1");
	counter_is("IcmpSoft", 0);
	counter_is("IcmpIgnored", 2);
	is(socket_error(fd), 0);
}

static void hear_errors(int fd)
{
	int on = 1;

	if (is_v6())
		is(setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof(on)),
		   0);
	else
		is(setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on)), 0);
}

/* MUST-47: with IP_RECVERR at once, and the connection goes on. */
CASE(icmp, recverr)
{
	struct pollfd pfd = { .events = POLLIN };
	int fd = passive();

	hear_errors(fd);
	put(fd, 100);
	out(DATA);
	icmp(ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, DATA);
	pfd.fd = fd;
	is(poll(&pfd, 1, 0), 1);
	check(pfd.revents & POLLERR);
	is(recv_errno(fd), EHOSTUNREACH);
	get_nothing(fd);
	state_is("ESTABLISHED");
	out_between(RTO - 50, RTO + 50, DATA);
	in("P. 1:101(100) ack 101");
	out_between(0, 50, ". 101:101(0) ack 101");
	get(fd, 100);
}

/* MUST-47: and what exactly it was. */
CASE(icmp, recverr_queue)
{
	struct sock_extended_err *ee;
	char control[512], octets[64];
	struct iovec iov = { octets, sizeof(octets) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;
	int fd;

	ltcp_only("queues errors of connect() only");
	fd = passive();
	hear_errors(fd);
	put(fd, 100);
	out(DATA);
	icmp(ICMP_DEST_UNREACH, ICMP_NET_UNREACH, 0, DATA);
	check(recvmsg(fd, &msg, MSG_ERRQUEUE) >= 0);
	check(msg.msg_flags & MSG_ERRQUEUE);
	cmsg = CMSG_FIRSTHDR(&msg);
	while (cmsg && cmsg->cmsg_type != (is_v6() ? IPV6_RECVERR : IP_RECVERR))
		cmsg = CMSG_NXTHDR(&msg, cmsg);
	check(cmsg);
	ee = (struct sock_extended_err *)CMSG_DATA(cmsg);
	is(ee->ee_errno, ENETUNREACH);
	is(ee->ee_origin, is_v6() ? SO_EE_ORIGIN_ICMP6 : SO_EE_ORIGIN_ICMP);
	is(ee->ee_type, is_v6() ? ICMPV6_DEST_UNREACH : ICMP_DEST_UNREACH);
	is(ee->ee_code, is_v6() ? ICMPV6_NOROUTE : ICMP_NET_UNREACH);
	is(recvmsg(fd, &msg, MSG_ERRQUEUE), -1);
	in(". 1:1(0) ack 101");
}

/* SHLD-20 MUST-47: who does not ask is not disturbed. */
CASE(icmp, recverr_off)
{
	char control[512];
	struct msghdr msg = {
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	int fd = passive();

	put(fd, 100);
	out(DATA);
	soft_errors(DATA);
	get_nothing(fd);
	is(recvmsg(fd, &msg, MSG_ERRQUEUE), -1);
	is(errno, EAGAIN);
	in(". 1:1(0) ack 101");
}

/*
 * Path MTU
 */

static void needs_frag(int mtu, const char *quoted)
{
	icmp(ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, mtu, "%s", quoted);
}

/* T15 S002: RFC 5927 7, the floor of base_mss: 552 octets, and not one less. */
CASE(icmp, pmtu_floor)
{
	int fd;

	ltcp_only("has its floor in the routing");
	ipv4_only("its floor is another");
	fd = passive();
	put(fd, 1460);
	out("P. 1:1461(1460) ack 1");
	needs_frag(551, "P. 1:1461(1460) ack 1");
	needs_frag(68, "P. 1:1461(1460) ack 1");
	needs_frag(1, "P. 1:1461(1460) ack 1");
	needs_frag(0, "P. 1:1461(1460) ack 1");
	quiet(50);
	counter_is("IcmpIgnored", 4);
	needs_frag(552, "P. 1:1461(1460) ack 1");
	out(". 1:513(512) ack 1");
	counter_is("IcmpPmtu", 1);
	in(". 1:1(0) ack 1461");
}

/* T15: never upwards, and not to what it is. */
CASE(icmp, pmtu_not_larger)
{
	int fd = passive();

	put(fd, 1460);
	out("P. 1:1461(1460) ack 1");
	needs_frag(1500, "P. 1:1461(1460) ack 1");
	needs_frag(9000, "P. 1:1461(1460) ack 1");
	needs_frag(65535, "P. 1:1461(1460) ack 1");
	out_between(RTO - 50, RTO + 50, "P. 1:1461(1460) ack 1");
	in(". 1:1(0) ack 1461");
	counter_is("IcmpPmtu", 0);
}

/* T15: a probe has no payload that could be too much. */
CASE(icmp, pmtu_about_probe)
{
	int fd = keepalive_60();

	out_at(60 * SEC, ". 0:0(0) ack 1");
	needs_frag(600, ". 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	put(fd, 1460);
	out("P. 1:1461(1460) ack 1");
	in(". 1:1(0) ack 1461");
	counter_is("IcmpPmtu", 0);
}

TEST_HARNESS_MAIN
