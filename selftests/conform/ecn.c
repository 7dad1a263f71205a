// SPDX-License-Identifier: GPL-2.0
/*
 * Explicit Congestion Notification: who agrees on it, what is marked, what is
 * told of marks, and what the sender makes of that. RFC 3168, RFC 8257.
 */

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "case.h"

CASES(ecn)

#define MSS	1460

/* What the kernel of these tests does not have, or does in another way. */
#define skip_for_tcp()	do { if (!is_ltcp()) return; } while (0)

/* The default of both; but the cases for the stock TCP begin without ECN. */
static void agree(void)
{
	if (!is_ltcp())
		set_sysctl("ecn", "2");
}

/* The peer asks, and we agree. */
static int passive_ecn(void)
{
	int l, fd;

	agree();
	l = server();
	in("SEW 0:0(0) <mss 1460>");
	out("SE. 0:0(0) ack 1 not-ect");
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	close(l);
	return fd;
}

static void uses_reno(int fd)
{
	is(setsockopt(fd, SOL_TCP, TCP_CONGESTION, "reno", 4), 0);
}

/* @n full segments, the first from @first on, all of which can be marked. */
static void out_ect(unsigned int first, unsigned int n)
{
	while (n--) {
		out(".%s %u:%u(1460) ack 1 ect0", n ? "" : "P", first,
		    first + MSS);
		first += MSS;
	}
}

static bool in_use(int fd)
{
	return info(fd).tcpi_options & TCPI_OPT_ECN;
}

/*
 * Agreeing
 */

/* SHLD-8 S009 RFC 3168 6.1.1 */
CASE(ecn, agrees)
{
	int fd = passive_ecn();

	check(in_use(fd));
	put(fd, 100);
	out("P. 1:101(100) ack 1 ect0");
	in(". 1:1(0) ack 101");
	in("P. 1:101(100) ack 101 ect0");
	out_between(0, 50, ". 101:101(0) ack 101 not-ect");
	check(info(fd).tcpi_options & TCPI_OPT_ECN_SEEN);
}

static void refused(int n, const char *syn)
{
	int l, fd;

	flow(KERNEL_PORT + n, PEER_PORT + n);
	agree();
	l = server();
	in("%s", syn);
	out("S. 0:0(0) ack 1 not-ect");
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	check(!in_use(fd));
	put(fd, 100);
	out("P. 1:101(100) ack 1 not-ect");
	in("E. 1:1(0) ack 101");
	in("P. 1:101(100) ack 101 ce");
	out_between(0, 50, ". 101:101(0) ack 101");
	close(fd);
	close(l);
	swallow();
}

/* RFC 3168 6.1.1: both bits, and no mark: someone else may have set that. */
CASE(ecn, not_asked)
{
	refused(0, "S 0:0(0) <mss 1460>");
	refused(1, "SE 0:0(0) <mss 1460>");
	refused(2, "SW 0:0(0) <mss 1460>");
	skip_for_tcp();
	refused(3, "SEW 0:0(0) ce <mss 1460>");
	refused(4, "SEW 0:0(0) ect0 <mss 1460>");
}

/* The setting: 0 is neither. */
CASE(ecn, off)
{
	skip_for_tcp();
	set_sysctl("ecn", "0");
	refused(0, "SEW 0:0(0) <mss 1460>");
}

/* SHLD-8: 2, the default, does not ask. */
CASE(ecn, does_not_ask)
{
	int fd;

	agree();
	fd = client();
	out("S 0:0(0)");
	in("SE. 0:0(0) ack 1 <mss 1460>");
	out(". 1:1(0) ack 1");
	check(!in_use(fd));
	put(fd, 100);
	out("P. 1:101(100) ack 1 not-ect");
}

static int asks(int n, const char *synack)
{
	int fd;

	flow(KERNEL_PORT + n, PEER_PORT + n);
	set_sysctl("ecn", "1");
	fd = client();
	out("SEW 0:0(0) not-ect");
	in("%s", synack);
	out(". 1:1(0) ack 1 not-ect");
	return fd;
}

/* SHLD-8 RFC 3168 6.1.1 */
CASE(ecn, asks)
{
	int fd = asks(0, "SE. 0:0(0) ack 1 <mss 1460>");

	check(in_use(fd));
	put(fd, 100);
	out("P. 1:101(100) ack 1 ect0");
}

static void asks_in_vain(int n, const char *synack)
{
	int fd = asks(n, synack);

	check(!in_use(fd));
	put(fd, 100);
	out("P. 1:101(100) ack 1 not-ect");
	close(fd);
	swallow();
}

/* RFC 3168 6.1.1: no answer, or our own bits sent back by who knows nothing */
CASE(ecn, asks_in_vain)
{
	asks_in_vain(0, "S. 0:0(0) ack 1 <mss 1460>");
	asks_in_vain(1, "SEW. 0:0(0) ack 1 <mss 1460>");
	asks_in_vain(2, "SW. 0:0(0) ack 1 <mss 1460>");
}

/* RFC 3168 6.1.1.1: perhaps the SYN was dropped for what it asked. */
CASE(ecn, falls_back)
{
	int fd;

	set_sysctl("ecn", "1");
	fd = client();
	out("SEW 0:0(0)");
	out_at(SEC, "S 0:0(0)");
	in("SE. 0:0(0) ack 1 <mss 1460>");
	out(". 1:1(0) ack 1");
	/* Linux takes the answer for one to its first SYN. */
	if (is_ltcp()) {
		check(!in_use(fd));
		counter_is("EcnFallbacks", 1);
	}

	flow(KERNEL_PORT + 1, PEER_PORT + 1);
	set_sysctl("ecn_fallback", "0");
	fd = client();
	out("SEW 0:0(0)");
	out_at(SEC, "SEW 0:0(0)");
	in("SE. 0:0(0) ack 1 <mss 1460>");
	out(". 1:1(0) ack 1");
	check(in_use(fd));
}

/* Both ends open at once: RFC 3168 has no word for it, so they do without. */
CASE(ecn, simultaneous_open)
{
	int fd;

	set_sysctl("ecn", "1");
	fd = client();
	out("SEW 0:0(0)");
	in("SEW 0:0(0) <mss 1460>");
	out(is_ltcp() ? "S. 0:0(0) ack 1" : "SE. 0:0(0) ack 1");
	in("S. 0:0(0) ack 1 <mss 1460>");
	out(". 1:1(0) ack 1");
	skip_for_tcp();
	check(!in_use(fd));
	put(fd, 100);
	out("P. 1:101(100) ack 1 not-ect");
}

/* The SYN-ACK says it again. */
CASE(ecn, synack_again)
{
	int l, fd;

	agree();
	l = server();
	in("SEW 0:0(0) <mss 1460>");
	out("SE. 0:0(0) ack 1");
	out_at(SEC, "SE. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	check(in_use(fd));
}

/* S058: what a cookie cannot carry is not agreed on. */
CASE(ecn, cookie)
{
	int l, fd;

	agree();
	set_sysctl("syncookies", "2");
	l = server();
	in("SEW 0:0(0) <mss 1460>");
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	check(!in_use(fd));

	flow(KERNEL_PORT, PEER_PORT + 1);
	in("SEW 0:0(0) <mss 1460,ts * 0>");
	out("SE. 0:0(0) ack 1");
	timestamps_always();
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	check(in_use(fd));
	put(fd, 100);
	out("P. 1:101(100) ack 1 ect0");
}

/*
 * Receiving
 */

/* RFC 3168 6.1.3: ECE in all ACKs, until CWR comes */
CASE(ecn, echoes)
{
	int fd = passive_ecn();

	in("P. 1:101(100) ack 1 ce");
	out("E. 1:1(0) ack 101 not-ect");
	in("P. 101:201(100) ack 1 ect0");
	out_between(0, 50, "E. 1:1(0) ack 201");
	put(fd, 100);
	out("PE. 1:101(100) ack 201 ect0");
	in(". 201:201(0) ack 101");
	/* CWR stands in new data (6.1.2); Linux takes it from an ACK, too. */
	if (is_ltcp())
		in("W. 201:201(0) ack 101");
	in("P. 201:301(100) ack 101 ect0");
	out_between(0, 50, "E. 101:101(0) ack 301");
	in("PW. 301:401(100) ack 101 ect0");
	out_between(0, 50, ". 101:101(0) ack 401");
	/* Marked again, with the news that the last one was heard of. */
	in("P. 401:501(100) ack 101 ce");
	out("E. 101:101(0) ack 501");
	in("PW. 501:601(100) ack 101 ce");
	out("E. 101:101(0) ack 601");
	if (!is_ltcp())
		return;
	counter_is("EcnCeIn", 3);
	/* Nor is a FIN new data. */
	in("FW. 601:601(0) ack 101");
	out("E. 101:101(0) ack 602");
}

/* The mark is told at once, though an ACK may wait. */
CASE(ecn, echoes_at_once)
{
	int i, fd = passive_ecn();

	for (i = 1; i < 2001; i += 100) {
		in("P. %d:%d(100) ack 1 ect0", i, i + 100);
		out_between(0, 50, ". 1:1(0) ack %d", i + 100);
	}
	in("P. 2001:2101(100) ack 1 ce");
	out("E. 1:1(0) ack 2101");
	get(fd, 2100);
}

/* What is outside of the window has no say: RFC 3168 6.1.5, 6.1.6 */
CASE(ecn, old_data)
{
	int fd = passive_ecn();

	in("P. 1:101(100) ack 1 ect0");
	out_between(0, 50, ". 1:1(0) ack 101");
	in("P. 1:101(100) ack 1 ce");
	out(". 1:1(0) ack 101");
	in("P. 500001:500101(100) ack 1 ce");
	out(". 1:1(0) ack 101");
	get(fd, 100);
}

/*
 * Sending
 */

/* RFC 3168 6.1.2: half the window, once in a window, and CWR says so. */
CASE(ecn, reduces)
{
	int fd = passive_ecn();

	uses_reno(fd);
	set_socket(fd, SO_SNDBUF, 400000);
	put(fd, 10 * MSS);
	out_ect(1, 10);
	in("E. 1:1(0) ack 1461");
	is(info(fd).tcpi_snd_ssthresh, 5);
	in("E. 1:1(0) ack 2921");
	in("E. 1:1(0) ack 8761");
	is(info(fd).tcpi_snd_ssthresh, 5);
	in("E. 1:1(0) ack 14601");
	if (is_ltcp()) {
		is(info(fd).tcpi_snd_cwnd, 5);
		counter_is("EcnReductions", 1);
	}

	put(fd, 4 * MSS);
	out("W. 14601:16061(1460) ack 1 ect0");
	out_ect(16061, 3);
	in(". 1:1(0) ack 20441");
	put(fd, 2 * MSS);
	out_ect(20441, 2);
	/* Another window, another mark. */
	in("E. 1:1(0) ack 21901");
	is(info(fd).tcpi_snd_ssthresh, 2);
	put(fd, 10);
	in(". 1:1(0) ack 23361");
	out("PW. 23361:23371(10) ack 1 ect0");
}

/* ECE in a segment that acknowledges nothing new is heard as well. */
CASE(ecn, reduces_without_progress)
{
	int fd = passive_ecn();

	uses_reno(fd);
	put(fd, 10 * MSS);
	out_ect(1, 10);
	in("PE. 1:101(100) ack 1");
	is(info(fd).tcpi_snd_ssthresh, 5);
	swallow();
}

/* The pieces of a super-segment: CWR in the first only. */
CASE(ecn, cwr_once)
{
	int fd = passive_ecn();

	put(fd, MSS);
	out_ect(1, 1);
	in("E. 1:1(0) ack 1461");
	put(fd, 2 * MSS);
	out("W. 1461:2921(1460) ack 1 ect0");
	out("P. 2921:4381(1460) ack 1 ect0");
}

/* RFC 3168 6.1.5: who marks what is sent again could hide that it was lost. */
CASE(ecn, sent_again)
{
	int fd = passive_ecn();

	put(fd, 100);
	out("P. 1:101(100) ack 1 ect0");
	out_between(RTO - 20, 2 * RTO, "P. 1:101(100) ack 1 not-ect");
	in(". 1:1(0) ack 101");
	/* And that was a reduction, too: 6.1.2 */
	put(fd, 100);
	out("PW. 101:201(100) ack 1 ect0");
	in(". 1:1(0) ack 201");
}

/* RFC 3168 6.1.4, 6.1.6: ACKs and probes cannot be marked, nor a FIN alone. */
CASE(ecn, without_data)
{
	int l, fd;

	skip_for_tcp();
	l = server();
	in("SEW 0:0(0) win 10 <mss 1460>");
	out("SE. 0:0(0) ack 1");
	in(". 1:1(0) ack 1 win 10");
	fd = accepted(l);
	put(fd, 20);
	out(". 1:11(10) ack 1 ect0");
	in(". 1:1(0) ack 11 win 0");
	out_between(RTO - 20, 2 * RTO, ". 10:10(0) ack 1 not-ect");
	in(". 1:1(0) ack 11 win 100");
	out("P. 11:21(10) ack 1 ect0");
	in(". 1:1(0) ack 21");
	close(fd);
	out("F. 21:21(0) ack 1 not-ect");
}

/* RFC 3168 6.1.2: one window, one reduction, whatever the reasons. */
CASE(ecn, mark_then_loss)
{
	int i, fd = passive_ecn();

	uses_reno(fd);
	put(fd, 10 * MSS);
	out_ect(1, 10);
	in("E. 1:1(0) ack 1461");
	is(info(fd).tcpi_snd_ssthresh, 5);
	for (i = 0; i < 3; i++)
		in(". 1:1(0) ack 1461");
	swallow();
	is(info(fd).tcpi_snd_ssthresh, 5);
}

/* After a timeout the window grows again, as far as the mark let it fall. */
CASE(ecn, mark_then_timeout)
{
	int fd = passive_ecn();

	skip_for_tcp();		/* its window shrinks by and by */
	set_sysctl("frto", "0");
	uses_reno(fd);
	put(fd, 10 * MSS);
	out_ect(1, 10);
	in("E. 1:1(0) ack 1461");
	is(info(fd).tcpi_snd_ssthresh, 5);
	out_between(RTO - 20, 2 * RTO, ". 1461:2921(1460) ack 1 not-ect");
	in(". 1:1(0) ack 2921");
	out(". 2921:4381(1460) ack 1 not-ect");
	out(". 4381:5841(1460) ack 1 not-ect");
	in(". 1:1(0) ack 5841");
	out(". 5841:7301(1460) ack 1 not-ect");
	out(". 7301:8761(1460) ack 1 not-ect");
	out(". 8761:10221(1460) ack 1 not-ect");
	is(info(fd).tcpi_snd_ssthresh, 5);
	swallow();
}

/* And the other way round; CWR comes with the first new data. */
CASE(ecn, loss_then_mark)
{
	int i, fd = passive_ecn();

	uses_reno(fd);
	put(fd, 10 * MSS);
	out_ect(1, 10);
	for (i = 0; i < 3; i++)
		in(". 1:1(0) ack 1");
	out(". 1:1461(1460) ack 1 not-ect");
	is(info(fd).tcpi_snd_ssthresh, 5);
	in("E. 1:1(0) ack 14601");
	is(info(fd).tcpi_snd_ssthresh, 5);
	put(fd, 100);
	out("PW. 14601:14701(100) ack 1 ect0");
}

/* A window in which a mark was answered does not grow: 6.1.2 */
CASE(ecn, no_growth)
{
	int fd = passive_ecn();

	unsigned int i;

	skip_for_tcp();		/* which shrinks by and by */
	uses_reno(fd);
	set_socket(fd, SO_SNDBUF, 400000);
	put(fd, 30 * MSS);
	for (i = 1; i < 10 * MSS; i += MSS)
		out(". %u:%u(1460) ack 1 ect0", i, i + MSS);
	in("E. 1:1(0) ack 1461");
	in(". 1:1(0) ack 8761");
	out("W. 14601:16061(1460) ack 1 ect0");
	in(". 1:1(0) ack 14601");
	for (i = 16061; i < 16061 + 4 * MSS; i += MSS)
		out(". %u:%u(1460) ack 1 ect0", i, i + MSS);
	is(info(fd).tcpi_snd_cwnd, 5);
	/* The next one does. */
	in(". 1:1(0) ack 21901");
	for (; i < 16061 + 10 * MSS; i += MSS)
		out(". %u:%u(1460) ack 1 ect0", i, i + MSS);
	is(info(fd).tcpi_snd_cwnd, 6);
}

/*
 * DCTCP
 */

static int passive_dctcp(void)
{
	set_sysctl("ecn", "0");
	set_sysctl("congestion_control", "dctcp");
	return passive_ecn();
}

/* RFC 8257 3.2: the peer learns of each mark, without waiting for CWR. */
CASE(ecn, dctcp_echoes)
{
	int i, fd;

	skip_for_tcp();
	fd = passive_dctcp();
	check(in_use(fd));
	in("P. 1:101(100) ack 1 ce");
	out("E. 1:1(0) ack 101");
	in("P. 101:201(100) ack 1 ect0");
	out(". 1:1(0) ack 201");
	for (i = 201; i < 2001; i += 100) {
		in("P. %d:%d(100) ack 1 ect0", i, i + 100);
		out_between(0, 50, ". 1:1(0) ack %d", i + 100);
	}
	/* What waits has another mark than what comes. */
	in("P. 2001:2101(100) ack 1 ect0");
	in("P. 2101:2201(100) ack 1 ce");
	out(". 1:1(0) ack 2101");
	out("E. 1:1(0) ack 2201");
	in("P. 2201:2301(100) ack 1 ce");
	in("P. 2301:2401(100) ack 1 ect0");
	out("E. 1:1(0) ack 2301");
	out(". 1:1(0) ack 2401");
	get(fd, 2400);
}

/* RFC 8257 3.3: at first as for a loss, and then by how much was marked */
CASE(ecn, dctcp_reduces)
{
	int round, una = 1, fd;

	skip_for_tcp();
	fd = passive_dctcp();
	set_socket(fd, SO_SNDBUF, 400000);
	for (round = 0; round < 30; round++) {
		put(fd, 2 * MSS);
		swallow();
		una += 2 * MSS;
		in(". 1:1(0) ack %d", una);
	}
	put(fd, 10 * MSS);
	swallow();
	in("E. 1:1(0) ack %d", una + MSS);
	/* Thirty windows without a mark: alpha is (15/16)^30, 0.144. */
	check(info(fd).tcpi_snd_ssthresh >= 9);
	check(info(fd).tcpi_snd_ssthresh < 20);
}

/* It asks, whatever the setting. */
CASE(ecn, dctcp_asks)
{
	int fd;

	skip_for_tcp();
	set_sysctl("ecn", "0");
	set_sysctl("congestion_control", "dctcp");
	fd = client();
	out("SEW 0:0(0)");
	in("SE. 0:0(0) ack 1 <mss 1460>");
	out(". 1:1(0) ack 1");
	check(in_use(fd));
}

TEST_HARNESS_MAIN
