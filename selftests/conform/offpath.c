// SPDX-License-Identifier: GPL-2.0
/*
 * What somebody can do who knows the addresses and ports of a connection, but
 * sees none of its segments: RFC 5961, ghost ACKs, and segments that should
 * not exist at all. Nothing of it may change a connection, and nothing that is
 * sent in answer may tell of another connection.
 */

#include <arpa/inet.h>

#include "case.h"

CASES(offpath)

#define FAR	200000		/* beyond any window without scaling */

static int next_passive(void)
{
	static int port = 1000;

	flow(KERNEL_PORT, port++);
	return passive();
}

/*
 * RST
 */

/* T7 S085: RFC 5961 3.2, at every offset: only RCV.NXT resets. */
CASE(offpath, rst_at_every_offset)
{
	int fd, seq, edge;

	ltcp_only("one off at the right edge");
	set_sysctl("invalid_ratelimit", "0");
	set_sysctl("rmem", "2304 4608 4608");
	fd = passive();
	put(fd, 1);
	out("P. 1:2(1) ack 1");
	in(". 1:1(0) ack 2");
	edge = 1 + last_out()->win;
	check(edge > 2000 && edge < 5000);

	for (seq = -500; seq < edge + 500; seq++) {
		if (seq == 1)
			continue;
		in("R %d:%d(0)", seq, seq);
		if (seq > 1 && seq < edge)
			out(". 2:2(0) ack 1");
	}
	state_is("ESTABLISHED");
	counter_is("ChallengeAcks", edge - 2);
	in("R 1:1(0)");
	state_is("CLOSED");
	is(socket_error(fd), ECONNRESET);
}

/* T7: with the window closed, RCV.NXT is all that is left of it. */
CASE(offpath, rst_at_closed_window)
{
	int fd;

	ltcp_only("one off at the right edge");
	set_sysctl("rmem", "2304 4608 4608");
	fd = passive();
	in("P. 1:2001(2000) ack 1");
	out_between(0, 50, ". 1:1(0) ack 2001");
	while (last_out()->win) {
		in("P. %u:%u(%u) ack 1", last_out()->ack,
		   last_out()->ack + last_out()->win, last_out()->win);
		out_between(0, 50, ". 1:1(0) ack %u",
			    last_out()->ack + last_out()->win);
	}
	in("R %u:%u(0)", last_out()->ack + 1, last_out()->ack + 1);
	in("R %u:%u(0)", last_out()->ack - 1, last_out()->ack - 1);
	quiet(1 * SEC);
	state_is("ESTABLISHED");
	in("R %u:%u(0)", last_out()->ack, last_out()->ack);
	state_is("CLOSED");
	close(fd);
}

/**
 * struct place - a synchronized state
 * @state: its name
 * @go: takes a new connection there
 * @stands: an ACK of it
 * @rst: how it is aborted, or NULL: in silence (RFC 9293 3.10.5)
 */
struct place {
	const char *state;
	int (*go)(void);
	const char *stands;
	const char *rst;
};

static int go_established(void)
{
	return next_passive();
}

static int go_close_wait(void)
{
	int fd = next_passive();

	in("F. 1:1(0) ack 1");
	out_between(0, 50, ". 1:1(0) ack 2");
	return fd;
}

static int go_fin_wait1(void)
{
	int fd = next_passive();

	is(shutdown(fd, SHUT_WR), 0);
	out("F. 1:1(0) ack 1");
	return fd;
}

static int go_fin_wait2(void)
{
	int fd = go_fin_wait1();

	in(". 1:1(0) ack 2");
	return fd;
}

static int go_closing(void)
{
	int fd = go_fin_wait1();

	in("F. 1:1(0) ack 1");
	out(". 2:2(0) ack 2");
	return fd;
}

static int go_last_ack(void)
{
	int fd = go_close_wait();

	is(shutdown(fd, SHUT_WR), 0);
	out("F. 1:1(0) ack 2");
	return fd;
}

static const struct place places[] = {
	{ "ESTABLISHED", go_established, ". 1:1(0) ack 1",
	  "R. 1:1(0) ack 1" },
	{ "CLOSE_WAIT", go_close_wait, ". 1:1(0) ack 2",
	  "R. 1:1(0) ack 2" },
	{ "FIN_WAIT1", go_fin_wait1, ". 2:2(0) ack 1",
	  "R. 2:2(0) ack 1" },
	{ "FIN_WAIT2", go_fin_wait2, ". 2:2(0) ack 1",
	  "R. 2:2(0) ack 1" },
	{ "CLOSING", go_closing, ". 2:2(0) ack 2",
	  NULL },
	{ "LAST_ACK", go_last_ack, ". 2:2(0) ack 2",
	  NULL },
};

/* @text arrives in each synchronized state: an ACK, and nothing changes. */
static void challenged_everywhere(const char *text)
{
	const struct place *p;
	int fd;

	set_sysctl("invalid_ratelimit", "0");
	for (p = places; p < places + ARRAY_SIZE(places); p++) {
		fd = p->go();
		state_is(p->state);
		in("%s", text);
		out("%s", p->stands);
		state_is(p->state);
		is(socket_error(fd), 0);
		/* Not to be met again by its retransmissions. */
		set_linger(fd, 0);
		close(fd);
		if (p->rst)
			out("%s", p->rst);
	}
}

/* T8 S109: RFC 5961 4.2, SYN in each state, wherever it lies. */
CASE(offpath, syn_at_left_edge)
{
	challenged_everywhere("S 2:2(0) win 65535 <mss 1460>");
}

CASE(offpath, syn_in_window)
{
	challenged_everywhere("S 30000:30000(0) win 65535 <mss 1460>");
}

CASE(offpath, syn_below_window)
{
	challenged_everywhere("S -30000:-30000(0) win 65535 <mss 1460>");
}

CASE(offpath, syn_beyond_window)
{
	challenged_everywhere("S 200000:200000(0) win 65535 <mss 1460>");
}

CASE(offpath, synack_in_window)
{
	challenged_everywhere("S. 30000:30000(0) ack 1 win 65535 <mss 1460>");
}

/* T8 V25: SYN and FIN together are a SYN, and close nothing. */
CASE(offpath, syn_fin)
{
	challenged_everywhere("SF 2:2(0) win 65535");
}

/* T7 S085: RFC 5961 3.2, RST in the window, in each state. */
CASE(offpath, rst_in_window)
{
	challenged_everywhere("R 30000:30000(0)");
}

/*
 * ACK: RFC 5961 5.2, draft-ietf-tcpm-tcp-ghost-acks
 */

/* Data at the right place with this ACK: taken, or not and challenged. */
static void data_with_ack(int fd, int una, int ack, bool taken)
{
	in("P. 1:101(100) ack %d", ack);
	if (taken) {
		out_between(0, 50, ". %d:%d(0) ack 101", una, una);
		get(fd, 100);
		in("R 101:101(0)");
		return;
	}
	out(". %d:%d(0) ack 1", una, una);
	quiet(100);
	get_nothing(fd);
}

/* T9: nothing was acknowledged but the SYN, and that only once. */
CASE(offpath, ghost_ack_fresh)
{
	int fd = passive();

	set_sysctl("invalid_ratelimit", "0");
	data_with_ack(fd, 1, 0, false);
	data_with_ack(fd, 1, -1, false);
	data_with_ack(fd, 1, -60000, false);
	data_with_ack(fd, 1, -2000000000, false);
	if (is_ltcp())
		data_with_ack(fd, 1, 2, false);
	data_with_ack(fd, 1, 1, true);
	counter_is("DropBadAck", 5);
}

/* T9: the same for the side that opened. */
CASE(offpath, ghost_ack_fresh_active)
{
	int fd;

	ltcp_only("takes an ACK of less than its SYN");
	fd = active();
	set_sysctl("invalid_ratelimit", "0");
	data_with_ack(fd, 1, 0, false);
	data_with_ack(fd, 1, -1, false);
	data_with_ack(fd, 1, 1, true);
}

/* T9: as far back as octets were acknowledged. */
CASE(offpath, ghost_ack_by_octets)
{
	int fd = passive();

	set_sysctl("invalid_ratelimit", "0");
	put(fd, 1000);
	out("P. 1:1001(1000) ack 1");
	in(". 1:1(0) ack 1001");
	data_with_ack(fd, 1001, 0, false);
	data_with_ack(fd, 1001, -64000, false);
	data_with_ack(fd, 1001, 1, true);
}

/* T9: but not farther than the largest window. */
CASE(offpath, ghost_ack_by_window)
{
	int fd = passive_with("S 0:0(0) win 500 <mss 500>", 500);
	int i;

	set_sysctl("invalid_ratelimit", "0");
	for (i = 0; i < 3; i++) {
		put(fd, 500);
		out("P. %d:%d(500) ack 1", 500 * i + 1, 500 * i + 501);
		in(". 1:1(0) ack %d win 500", 500 * i + 501);
	}
	data_with_ack(fd, 1501, 1000, false);
	data_with_ack(fd, 1501, 1001, true);
}

/* T9: an old ACK may bring data, but no window, and frees nothing. */
CASE(offpath, old_ack_brings_no_window)
{
	int fd = passive_with("S 0:0(0) win 1000 <mss 1460>", 1000);

	put(fd, 1000);
	out("P. 1:1001(1000) ack 1");
	in(". 1:1(0) ack 1001 win 500");
	in("P. 1:101(100) ack 501 win 65535");
	out_between(0, 50, ". 1001:1001(0) ack 101");
	put(fd, 1000);
	out(". 1001:1501(500) ack 101");
	in(". 101:101(0) ack 1501 win 65535");
	out("P. 1501:2001(500) ack 101");
	in(". 101:101(0) ack 2001");
}

/*
 * What an attacker could learn: T10, T14
 */

/* An ACK in answer to @n segments, and the rest withheld. */
static void one_challenge(int n)
{
	in("R 30000:30000(0)");
	out(". 1:1(0) ack 1");
	while (--n)
		in("R 30000:30000(0)");
	quiet(20);
}

/* T10 V4: CVE-2016-5696, the limit of one connection says nothing of others. */
CASE(offpath, challenges_of_two_connections)
{
	int i;

	flow(KERNEL_PORT, 1);
	passive();
	flow(KERNEL_PORT, 2);
	passive();
	for (i = 0; i < 3; i++) {
		flow_again(KERNEL_PORT, 1);
		one_challenge(200);
		flow_again(KERNEL_PORT, 2);
		one_challenge(1);
		quiet(600);
		one_challenge(200);
		flow_again(KERNEL_PORT, 1);
		one_challenge(1);
		quiet(600);
	}
	counter_is("ChallengeAcks", 12);
}

/* T10: nor does that of a half-open one, of TIME_WAIT, or of a closed port. */
CASE(offpath, challenges_beside_other_states)
{
	int i;

	ltcp_only("has its own limits");
	flow(KERNEL_PORT, 1);
	close(passive());
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	server();
	flow(KERNEL_PORT, 2);
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	flow(KERNEL_PORT + 1, 3);
	passive();
	flow(KERNEL_PORT + 2, 4);

	for (i = 0; i < 2; i++) {
		/* Both within the second before the SYN-ACK comes again. */
		if (i)
			quiet(600);
		flow_again(KERNEL_PORT, 1);
		in("S 1:1(0) win 65535");
		out(". 2:2(0) ack 2");
		in("S 1:1(0) win 65535");
		flow_again(KERNEL_PORT, 2);
		in("S 100:100(0) win 65535");
		out(". 1:1(0) ack 1");
		in("S 100:100(0) win 65535");
		flow_again(KERNEL_PORT + 1, 3);
		one_challenge(3);
		flow_again(KERNEL_PORT + 2, 4);
		in(". 1:1(0) ack 1");
		out("R 1:1(0)");
		in(". 1:1(0) ack 1");
		out("R 1:1(0)");
	}
}

/* T14: each connection counts its packets alone; replies have no number. */
CASE(offpath, ip_id)
{
	uint16_t first, id;
	int a, b, i;

	ipv4_only("packets have no number");
	server();
	flow(KERNEL_PORT, 1);
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	check(last_out()->df && !last_out()->ip_id);
	flow(KERNEL_PORT + 9, 1);
	in(". 1:1(0) ack 1");
	out("R 1:1(0)");
	check(last_out()->df && !last_out()->ip_id);

	flow(KERNEL_PORT + 1, 1);
	a = passive();
	flow(KERNEL_PORT + 2, 1);
	b = passive();
	put(b, 1);
	out("P. 1:2(1) ack 1");
	flow_again(KERNEL_PORT + 1, 1);
	put(a, 1);
	out("P. 1:2(1) ack 1");
	check(last_out()->df);
	first = last_out()->ip_id;
	in(". 1:1(0) ack 2");
	for (i = 1; i < 10; i++) {
		flow_again(KERNEL_PORT + 2, 1);
		in(". 1:1(0) ack %d", i + 1);
		put(b, 1);
		out("P. %d:%d(1) ack 1", i + 1, i + 2);
		flow_again(KERNEL_PORT + 1, 1);
		put(a, 1);
		out("P. %d:%d(1) ack 1", i + 1, i + 2);
		id = first + i;
		is(last_out()->ip_id, id);
		in(". 1:1(0) ack %d", i + 2);
	}
	flow_again(KERNEL_PORT + 2, 1);
	in(". 1:1(0) ack 11");
}

/*
 * T24: two ends that disagree about everything stop talking
 */

/* T24: the peer answers each ACK with another, from far outside. */
CASE(offpath, no_ack_loop)
{
	int i;

	passive();
	in(". %d:%d(0) ack 1", FAR, FAR);
	out(". 1:1(0) ack 1");
	for (i = 0; i < 10; i++)
		in(". %d:%d(0) ack 1", FAR, FAR);
	quiet(10 * SEC);
	state_is("ESTABLISHED");
	counter_is("ChallengeAcks", 1);
}

/*
 * T24: over a path so slow that the limit does not help: two a second at most.
 */
CASE(offpath, no_ack_storm)
{
	unsigned int n = 0;
	int i;

	set_sysctl("invalid_ratelimit", "500");
	passive();
	for (i = 0; i < 100; i++) {
		in(". %d:%d(0) ack 1", FAR, FAR);
		if (i % 10 == 0) {
			out(". 1:1(0) ack 1");
			n++;
		}
		quiet(52);
	}
	counter_is("ChallengeAcks", n);
}

/* T24: in TIME_WAIT likewise. */
CASE(offpath, no_ack_loop_in_time_wait)
{
	int i;

	close(passive());
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	in(". %d:%d(0) ack 2", FAR, FAR);
	out(". 2:2(0) ack 2");
	for (i = 0; i < 10; i++)
		in(". %d:%d(0) ack 2", FAR, FAR);
	quiet(10 * SEC);
	state_is("TIME_WAIT");
}

/*
 * V25: what should not exist
 */

static void no_answer(const char *text)
{
	in("%s", text);
	quiet(100);
}

/* RFC 9293 3.10.7.2: a listener answers SYN, and RST to an ACK. */
CASE(offpath, strange_flags_at_listener)
{
	server();
	no_answer("- 0:0(0)");
	no_answer("F 0:0(0)");
	no_answer("FPU 0:0(0) urg 1");
	no_answer("SF 0:0(0)");
	no_answer("SR 0:0(0)");
	no_answer("SFRPU 0:0(0)");
	no_answer("R 0:0(0)");
	no_answer("R. 0:0(0) ack 1");
	in("FPU. 0:0(0) ack 1 urg 1");
	out("R 1:1(0)");
	in("S. 0:0(0) ack 1");
	out("R 1:1(0)");
	state_is("LISTEN");
	counter_is("HalfOpens", 0);
}

/* RFC 9293 3.10.7.1: a closed port answers all but RST. */
CASE(offpath, strange_flags_at_closed_port)
{
	ltcp_only("does not answer what has neither SYN nor ACK nor FIN");
	in("- 0:0(0)");
	out("R. 0:0(0) ack 0");
	in("FPU 0:0(0) urg 1");
	out("R. 0:0(0) ack 1");
	in("SF 0:0(0)");
	out("R. 0:0(0) ack 2");
	in("SFPU. 0:0(0) ack 1");
	out("R 1:1(0)");
	no_answer("R 0:0(0)");
	no_answer("SR. 0:0(0) ack 1");
}

/* RFC 9293 3.10.7.4: nothing of it does anything to a connection. */
CASE(offpath, strange_flags_at_connection)
{
	int fd = passive();

	no_answer("- 1:1(0)");
	no_answer("FPU 1:1(0) urg 1");
	no_answer("P 1:101(100)");
	state_is("ESTABLISHED");
	get_nothing(fd);
	counter_is("DropNoAck", 3);
}

/*
 * A packet that comes over the loopback device, as one of this host does.
 */
static void local_packet(const char *text)
{
	int fd = socket(segment_family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	struct sockaddr_storage sa;
	socklen_t salen = address(&sa, KERNEL_ADDR, 0);
	uint8_t pkt[MAX_PACKET];
	struct segment s;
	size_t len;

	check(!segment_parse(&s, text));
	len = segment_build(&s, peer_flow(), TO_KERNEL, peer_proto, pkt);
	is(sendto(fd, pkt, len, 0, (struct sockaddr *)&sa, salen), len);
	close(fd);
	quiet(100);
}

/* V25: LAND, CVE-1999-0016: a SYN that seems to come from the listener. */
CASE(offpath, land)
{
	ltcp_only("answers itself, and that ends in RST");
	server();
	local_packet("S 0:0(0) src " KERNEL_ADDR " sport 8080");
	state_is("LISTEN");
	counter_is("HalfOpens", 0);
	counter_is("OutSegs", 0);
	counter_is("DropBadAddress", 1);
	/* From another port of the same host it is a SYN like any other. */
	local_packet("S 0:0(0) src " KERNEL_ADDR " sport 8081");
	counter_is("HalfOpens", 1);
}

/* V25: LAND at a connection, from outside: no host is its own peer. */
CASE(offpath, land_from_outside)
{
	server();
	no_answer("S 0:0(0) src " KERNEL_ADDR " sport 8080");
	no_answer("S 0:0(0) src " KERNEL_ADDR " sport 8081");
	no_answer(". 0:0(0) ack 1 src " KERNEL_ADDR " sport 8081");
	counter_is("HalfOpens", 0);
}

/* MUST-57: to a broadcast or multicast address nobody answers, SYN or not. */
CASE(offpath, to_a_crowd)
{
	server();
	no_answer("S 0:0(0) dst 192.0.2.255");
	no_answer("S 0:0(0) dst 255.255.255.255");
	no_answer("S 0:0(0) dst 224.0.0.1");
	no_answer(". 0:0(0) ack 1 dst 192.0.2.255");
	no_answer("R 0:0(0) dst 192.0.2.255");
	no_answer("F. 0:0(0) ack 1 dst 255.255.255.255 dport 9");
	counter_is("HalfOpens", 0);
	counter_is("OutSegs", 0);
}

/* MUST-63: who seems to be a crowd gets no answer, or all of it would. */
CASE(offpath, from_a_crowd)
{
	ltcp_only("answers to a broadcast address");
	server();
	no_answer("S 0:0(0) src 192.0.2.255");
	no_answer("S 0:0(0) src 192.0.2.255 dport 9");
	no_answer(". 0:0(0) ack 1 src 192.0.2.255");
	no_answer("S 0:0(0) src 224.0.0.9");
	no_answer("S 0:0(0) src 255.255.255.255");
	quiet(1 * MIN);
}

/* MUST-63 V25: addresses that come from nowhere ("martians"). */
CASE(offpath, martians)
{
	server();
	no_answer("S 0:0(0) src 127.0.0.1");
	no_answer("S 0:0(0) src 127.1.2.3");
	no_answer("S 0:0(0) dst 127.0.0.1");
	counter_is("HalfOpens", 0);
	counter_is("OutSegs", 0);
}

/* MUST-57: connect() to a crowd fails at once. */
CASE(offpath, connect_to_a_crowd)
{
	static const char * const crowds[] = {
		"192.0.2.255", "255.255.255.255", "224.0.0.1",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(crowds); i++) {
		struct sockaddr_storage sa;
		socklen_t len = address(&sa, crowds[i], 80);
		int fd = tcp_socket();

		is(connect(fd, (struct sockaddr *)&sa, len), -1);
		check(errno == ENETUNREACH || errno == EACCES);
		close(fd);
	}
	quiet(1 * SEC);
}

TEST_HARNESS_MAIN
