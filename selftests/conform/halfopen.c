// SPDX-License-Identifier: GPL-2.0
/*
 * Half-open connections when there are too many: how long one is kept, what
 * one source may have, TCP_DEFER_ACCEPT, and that nothing is left. What a
 * single one does is in open.c; SYN cookies are in cookie.c. A case that has
 * the name of a setting shows that the setting takes effect.
 */

#include "case.h"

CASES(halfopen)

#define SYN_IN	"S 0:0(0) win 65535 <mss 1460>"
#define SYN_OUT	"S. 0:0(0) ack 1 <mss 1460>"

static void syn_from(const char *addr, int port)
{
	flow_from(addr, KERNEL_PORT, port);
	in(SYN_IN);
	out(SYN_OUT);
}

static void refused_from(const char *addr, int port)
{
	flow_from(addr, KERNEL_PORT, port);
	in(SYN_IN);
	quiet(10);
}

/* S055 S059: in a full backlog an entry gets one more chance, and no more. */
CASE(halfopen, retries_when_full)
{
	ltcp_only("looks at the backlog of the listener");
	set_sysctl("max_syn_backlog", "1");
	server();
	in(SYN_IN);
	out(SYN_OUT);
	out_at(1 * SEC, SYN_OUT);
	quiet(1900);
	state_is("SYN_RECV");
	quiet(500);
	state_is("LISTEN");
	counter_is("HalfOpenRetrans", 1);
	counter_is("HalfOpenTimeouts", 1);
	is(counter("HalfOpen"), 0);
}

/* S055: above one half it gets two. */
CASE(halfopen, retries_when_half_full)
{
	ltcp_only("looks at the backlog of the listener");
	set_sysctl("max_syn_backlog", "3");
	server();
	syn_from(PEER_ADDR, 1);
	quiet(450);
	syn_from(PEER_ADDR, 2);
	flow_again(KERNEL_PORT, 1);
	out_between(500, 700, SYN_OUT);
	flow_again(KERNEL_PORT, 2);
	out_between(300, 600, SYN_OUT);
	flow_again(KERNEL_PORT, 1);
	out_between(1200, 2000, SYN_OUT);
	flow_again(KERNEL_PORT, 2);
	out_between(50, 1000, SYN_OUT);
	/* The first one goes, so that the other one is alone. */
	out_between(3000, 5500, SYN_OUT);
	flow_again(KERNEL_PORT, 1);
	state_is("LISTEN");
	counter_is("HalfOpenTimeouts", 1);
}

/* S062 T17: no prefix has more than its share, and all others have theirs. */
CASE(halfopen, syn_quota_halfopens)
{
	ltcp_only("has no quotas");
	set_sysctl("syncookies", "0");
	set_sysctl("syn_quota_halfopens", "2");
	server();
	syn_from("192.0.2.2", 1);
	syn_from("192.0.2.2", 2);
	refused_from("192.0.2.2", 3);
	syn_from("192.0.2.3", 1);
	counter_is("QuotaHalfOpens", 1);
	counter_is("DropSynBacklog", 1);

	/* One that opens makes room, and so does one that is reset. */
	flow_again(KERNEL_PORT, 2);
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	syn_from("192.0.2.2", 4);
	refused_from("192.0.2.2", 5);
	flow_again(KERNEL_PORT, 4);
	in("R 1:1(0)");
	syn_from("192.0.2.2", 6);
	refused_from("192.0.2.2", 7);
}

/* S062 T17: what a prefix is can be set. */
CASE(halfopen, syn_quota_prefix)
{
	ltcp_only("has no quotas");
	set_sysctl("syncookies", "0");
	set_sysctl("syn_quota_halfopens", "2");
	set_quota_prefix(30);
	server();
	syn_from("192.0.2.4", 1);
	syn_from("192.0.2.7", 1);
	refused_from("192.0.2.5", 1);
	syn_from("192.0.2.8", 1);
	counter_is("QuotaHalfOpens", 1);

	/* The account follows the entry, also when prefixes change. */
	set_quota_prefix(32);
	syn_from("192.0.2.4", 9);
	in("R 1:1(0)");
	set_quota_prefix(30);
	refused_from("192.0.2.6", 1);
	counter_is("QuotaHalfOpens", 2);
}

/* S058 S062: beyond the quota comes a cookie, so a crowded NAT loses little. */
CASE(halfopen, quota_then_cookie)
{
	int l;

	ltcp_only("has no quotas");
	set_sysctl("syn_quota_halfopens", "1");
	l = server();
	syn_from(PEER_ADDR, 1);
	syn_from(PEER_ADDR, 2);
	state_is("LISTEN");
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	accepted(l);
	counter_is("QuotaHalfOpens", 1);
	counter_is("SyncookiesSent", 1);
	counter_is("Floods", 0);
}

/* S064 T17: so many SYN-ACKs a second, and they come back with time. */
CASE(halfopen, synack_rate)
{
	ltcp_only("has no quotas");
	set_sysctl("synack_rate", "2");
	server();
	syn_from("192.0.2.2", 1);
	syn_from("192.0.2.2", 2);
	refused_from("192.0.2.2", 3);
	counter_is("QuotaSynAcks", 1);
	counter_is("DropQuota", 1);
	syn_from("192.0.2.3", 1);

	/* 500 ms forgive one. */
	quiet(500);
	syn_from("192.0.2.2", 4);
	refused_from("192.0.2.2", 5);
}

/* S064: the SYN again is an answer again, and so is the timer's. */
CASE(halfopen, rate_counts_retransmissions)
{
	ltcp_only("has no quotas");
	set_sysctl("synack_rate", "1");
	server();
	syn_from(PEER_ADDR, 1);
	in(SYN_IN);
	in(SYN_IN);
	quiet(100);
	counter_is("QuotaSynAcks", 2);
	out_between(800, 1100, SYN_OUT);
	in(SYN_IN);
	quiet(900);
	state_is("SYN_RECV");
}

/* S062: a handshake that is completed costs nothing, so a NAT may have many. */
CASE(halfopen, rate_forgives_real_clients)
{
	int l;
	int i;

	ltcp_only("has no quotas");
	set_sysctl("synack_rate", "1");
	l = server();
	for (i = 1; i <= 20; i++) {
		syn_from(PEER_ADDR, i);
		in(". 1:1(0) ack 1");
		state_is("ESTABLISHED");
		accepted(l);
	}
	counter_is("QuotaSynAcks", 0);
}

/* S064: and so many from the whole namespace. */
CASE(halfopen, synack_budget)
{
	ltcp_only("has no quotas");
	set_sysctl("synack_budget", "2");
	server();
	syn_from("192.0.2.2", 1);
	syn_from("192.0.2.3", 2);
	refused_from("192.0.2.4", 3);
	counter_is("QuotaSynAcks", 1);

	/* A handshake that is completed makes room, and so does time. */
	flow_again(KERNEL_PORT, 1);
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	syn_from("192.0.2.4", 4);
	refused_from("192.0.2.4", 5);
	in("R 1:1(0)");
	flow_again(KERNEL_PORT, 2);
	in("R 1:1(0)");
	flow_again(KERNEL_PORT, 4);
	in("R 1:1(0)");
	quiet(1100);
	syn_from("192.0.2.4", 6);
}

/* S035 S063: data on a SYN is neither kept nor acknowledged. */
CASE(halfopen, syn_data_not_stored)
{
	int l = server();

	in("S 0:1400(1400) win 65535 <mss 1460>");
	out(SYN_OUT);
	in("S 0:1400(1400) win 65535 <mss 1460>");
	out(SYN_OUT);
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	get_nothing(accepted(l));
	counter_is("HalfOpens", 1);
}

/* S034: whoever wants it can have a RST at the end; off by default. */
CASE(halfopen, synack_timeout_rst)
{
	ltcp_only("never sends it");
	set_sysctl("synack_retries", "1");
	server();
	in(SYN_IN);
	out(SYN_OUT);
	out_at(1 * SEC, SYN_OUT);
	quiet(5 * SEC);
	state_is("LISTEN");

	set_sysctl("synack_timeout_rst", "1");
	flow(KERNEL_PORT, PEER_PORT + 1);
	in(SYN_IN);
	out(SYN_OUT);
	out_at(1 * SEC, SYN_OUT);
	out_at(2 * SEC, "R 1:1(0) win 0 <>");
	state_is("LISTEN");
	quiet(5 * SEC);
	counter_is("HalfOpenTimeouts", 2);
	counter_is("OutRsts", 1);
}

/* S055: no entry lives longer, whatever synack_retries says. */
CASE(halfopen, syn_recv_timeout_ms)
{
	ltcp_only("has no such bound");
	set_sysctl("syn_recv_timeout_ms", "1500");
	server();
	in(SYN_IN);
	out(SYN_OUT);
	out_at(1 * SEC, SYN_OUT);
	quiet(400);
	state_is("SYN_RECV");
	quiet(300);
	state_is("LISTEN");
	quiet(5 * SEC);

	set_sysctl("syn_recv_timeout_ms", "200");
	flow(KERNEL_PORT, PEER_PORT + 1);
	in(SYN_IN);
	out(SYN_OUT);
	quiet(150);
	state_is("SYN_RECV");
	quiet(150);
	state_is("LISTEN");
	counter_is("HalfOpenTimeouts", 2);
}

/* TCP_DEFER_ACCEPT: the ACK alone is no reason to wake anybody. */
CASE(halfopen, defer_accept)
{
	int l = server();

	set_option(l, TCP_DEFER_ACCEPT, 5);
	in(SYN_IN);
	out(SYN_OUT);
	in(". 1:1(0) ack 1");
	state_is("SYN_RECV");
	/* 1 s and 3 s pass without a SYN-ACK: the peer is known to be there. */
	quiet(2500);
	in("P. 1:101(100) ack 1");
	state_is("ESTABLISHED");
	out_between(0, 50, ". 1:1(0) ack 101");
	get(accepted(l), 100);
	counter_is("DeferAcceptDrops", 1);
}

/* When the time is up, one more SYN-ACK asks for an ACK, and that is enough. */
CASE(halfopen, defer_accept_ends)
{
	int l = server();

	set_option(l, TCP_DEFER_ACCEPT, 3);	/* two rounds: 1 s and 2 s */
	in(SYN_IN);
	out(SYN_OUT);
	in(". 1:1(0) ack 1");
	state_is("SYN_RECV");
	quiet(2 * SEC);
	in(". 1:1(0) ack 1");
	state_is("SYN_RECV");
	out_between(900, 1600, SYN_OUT);
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	get_nothing(accepted(l));
}

static int get_option(int fd, int name)
{
	socklen_t len = sizeof(int);
	int val = -1;

	is(getsockopt(fd, SOL_TCP, name, &val, &len), 0);
	return val;
}

/* Seconds become rounds of SYN-ACKs, and are read as such. */
CASE(halfopen, defer_accept_option)
{
	static const int val[][2] = {
		{ 0, 0 }, { 1, 1 }, { 2, 3 }, { 3, 3 }, { 4, 7 }, { 30, 31 },
		{ 127, 127 }, { 128, 247 }, { -5, 0 },
	};
	int fd = tcp_socket();
	unsigned int i;

	is(get_option(fd, TCP_DEFER_ACCEPT), 0);
	for (i = 0; i < ARRAY_SIZE(val); i++) {
		set_option(fd, TCP_DEFER_ACCEPT, val[i][0]);
		is(get_option(fd, TCP_DEFER_ACCEPT), val[i][1]);
	}
}

/* S047: a listener's line says how many, and each has a line of its own. */
CASE(halfopen, listed)
{
	char line[256];
	unsigned int state, halfopens = 0, lines = 0, n;
	FILE *file;
	int i;

	ltcp_only("counts them elsewhere");
	server();
	for (i = 1; i <= 5; i++)
		syn_from(PEER_ADDR, i);
	file = fopen(proc_table(), "r");
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, " %*u: %*s %*s %x %*s %*s %x", &state,
			   &n) != 2)
			continue;
		if (state == 10)
			halfopens = n;
		lines += state == 3;
	}
	fclose(file);
	is(halfopens, 5);
	is(lines, 5);
	is(counter("HalfOpen"), 5);
}

/* S049: each way out, and nothing is left. */
CASE(halfopen, nothing_left)
{
	int l = server();

	ltcp_only("has no gauge");
	syn_from(PEER_ADDR, 1);
	in(". 1:1(0) ack 1");
	is(counter("HalfOpen"), 0);
	accepted(l);

	syn_from(PEER_ADDR, 2);
	is(counter("HalfOpen"), 1);
	in("R 1:1(0)");
	is(counter("HalfOpen"), 0);

	set_sysctl("synack_retries", "0");
	syn_from(PEER_ADDR, 3);
	quiet(1200);
	is(counter("HalfOpen"), 0);

	syn_from(PEER_ADDR, 4);
	syn_from("192.0.2.9", 4);
	is(counter("HalfOpen"), 2);
	close(l);
	is(counter("HalfOpen"), 0);
	counter_is("HalfOpenPurged", 2);
	counter_is("HalfOpenTimeouts", 1);
	counter_is("HalfOpenResets", 1);
}

/* S049: a namespace that ends with some in it; lifecycle.sh looks for leaks. */
CASE(halfopen, left_to_the_namespace)
{
	int i;

	server();
	for (i = 1; i <= 20; i++)
		syn_from(PEER_ADDR, i);
}

TEST_HARNESS_MAIN
