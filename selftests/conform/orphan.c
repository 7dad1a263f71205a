// SPDX-License-Identifier: GPL-2.0
/*
 * Connections that are left behind: by their user (orphans, and what bounds
 * them), or by their peer (CLOSE_WAIT, and how it can be seen).
 */

#include "case.h"

CASES(orphan)

/* Another connection, opened by the peer. */
static int next_passive(unsigned int window)
{
	static int port = 1000;
	char syn[64];

	flow(KERNEL_PORT, port++);
	snprintf(syn, sizeof(syn), "S 0:0(0) win %u <mss 1460>", window);
	return passive_with(syn, window);
}

/* S065: what was written before close() is delivered. */
CASE(orphan, delivers)
{
	int fd = passive();
	int i;

	put(fd, 20 * 1460);
	close(fd);
	for (i = 0; i < 10; i++)
		out(". %d:%d(1460) ack 1", i * 1460 + 1, (i + 1) * 1460 + 1);
	for (i = 10; i < 20; i++) {
		in(". 1:1(0) ack %d", i * 1460 + 1 - 9 * 1460);
		if (i < 15) {
			out(". %d:%d(1460) ack 1", (2 * i - 10) * 1460 + 1,
			    (2 * i - 9) * 1460 + 1);
			out(i < 14 ? ". %d:%d(1460) ack 1" :
			    "FP. %d:%d(1460) ack 1", (2 * i - 9) * 1460 + 1,
			    (2 * i - 8) * 1460 + 1);
		}
	}
	state_is("FIN_WAIT1");
	in(". 1:1(0) ack %d", 20 * 1460 + 2);
	state_is("FIN_WAIT2");
	if (is_ltcp())
		is(counter("Orphans"), 1);
	in("F. 1:1(0) ack %d", 20 * 1460 + 2);
	out(". %d:%d(0) ack 2", 20 * 1460 + 2, 20 * 1460 + 2);
	state_is("TIME_WAIT");
	if (is_ltcp())
		is(counter("Orphans"), 0);
}

/* S084: fewer are allowed than there are: whose timer fires first, goes. */
CASE(orphan, max_orphans_lowered)
{
	ltcp_only("counts for all namespaces together");
	close(next_passive(65535));
	out("F. 1:1(0) ack 1");
	quiet(100);
	close(next_passive(65535));
	out("F. 1:1(0) ack 1");
	set_sysctl("max_orphans", "1");
	flow_again(KERNEL_PORT, 1000);
	out_between(50, 150, "R. 2:2(0) ack 1");
	flow_again(KERNEL_PORT, 1001);
	out_between(50, 150, "F. 1:1(0) ack 1");
	in(". 1:1(0) ack 2");
	state_is("FIN_WAIT2");
	counter_is("AbortOnMemory", 1);
	is(counter("Orphans"), 1);
}

/* With its last octets at a closed window. */
static void held_up(void)
{
	int fd = next_passive(100);

	put(fd, 200);
	out(". 1:101(100) ack 1");
	in(". 1:1(0) ack 101 win 0");
	close(fd);
	state_is("FIN_WAIT1");
}

/*
 * S084 T21: who holds up an orphan with a closed window, and answers every
 * probe, does not do so for ever ("sockstress", CVE-2008-4609).
 */
CASE(orphan, held_up_and_answered)
{
	unsigned int wait, sum = 0;

	held_up();
	for (wait = RTO; wait < RTO_MAX; wait *= 2) {
		out_between(wait / 2, 2 * wait, ". 100:100(0) ack 1");
		in(". 1:1(0) ack 101 win 0");
		sum += wait;
	}
	check(sum > 100 * SEC);
	quiet(3 * MIN);
	state_is("CLOSED");
	counter_is("AbortOnTimeout", 1);
}

/* S084: and who answers nothing, for orphan_retries probes. */
CASE(orphan, held_up_in_silence)
{
	int i;

	ltcp_only("takes the count for a time");
	set_sysctl("orphan_retries", "3");
	held_up();
	for (i = 0; i < 3; i++)
		out_between(RTO / 2 << i, 2 * RTO << i, ". 100:100(0) ack 1");
	quiet(16 * RTO);
	state_is("CLOSED");
	counter_is("AbortOnTimeout", 1);
}

/* MUST-37: held up, then let go. */
CASE(orphan, held_up_and_let_go)
{
	int i;

	held_up();
	for (i = 0; i < 6; i++) {
		out_between(RTO / 2 << i, 2 * RTO << i, ". 100:100(0) ack 1");
		in(". 1:1(0) ack 101 win 0");
	}
	in(". 1:1(0) ack 101 win 100");
	out("FP. 101:201(100) ack 1");
	in("F. 1:1(0) ack 202");
	out(". 202:202(0) ack 2");
	state_is("TIME_WAIT");
}

/* S067 SHLD-3: a user who left data unread at a closed window: RST. */
CASE(orphan, unread_and_held_up)
{
	int fd = next_passive(100);

	put(fd, 200);
	out(". 1:101(100) ack 1");
	in("P. 1:101(100) ack 101 win 0");
	out_between(0, 50, ". 101:101(0) ack 101");
	close(fd);
	out("R. 101:101(0) ack 101");
	state_is("CLOSED");
}

/* TCP_USER_TIMEOUT may shorten the life of an orphan, too. */
CASE(orphan, user_timeout)
{
	int fd = passive();

	set_option(fd, TCP_USER_TIMEOUT, 1 * SEC);
	close(fd);
	out("F. 1:1(0) ack 1");
	out_at(RTO, "F. 1:1(0) ack 1");
	out_at(2 * RTO, "F. 1:1(0) ack 1");
	state_is("FIN_WAIT1");
	quiet(600);
	state_is("CLOSED");
}

/*
 * FIN_WAIT_2
 */

/* S083: TCP_LINGER2 goes before fin_timeout, also if it is longer. */
CASE(orphan, linger2_longer)
{
	int fd = passive();

	set_sysctl("fin_timeout", "5");
	set_option(fd, TCP_LINGER2, 20);
	close(fd);
	out("F. 1:1(0) ack 1");
	in(". 1:1(0) ack 2");
	state_ends_at(20 * SEC, "FIN_WAIT2");
}

/* S083: 0 is fin_timeout again. */
CASE(orphan, linger2_zero)
{
	int fd = passive();

	set_sysctl("fin_timeout", "5");
	set_option(fd, TCP_LINGER2, 20);
	set_option(fd, TCP_LINGER2, 0);
	close(fd);
	out("F. 1:1(0) ack 1");
	in(". 1:1(0) ack 2");
	state_ends_at(5 * SEC, "FIN_WAIT2");
}

/* S083: a negative one: no FIN_WAIT_2 at all. The stock TCP just forgets. */
CASE(orphan, linger2_negative)
{
	int fd = passive();

	set_option(fd, TCP_LINGER2, -1);
	close(fd);
	out("F. 1:1(0) ack 1");
	in(". 1:1(0) ack 2");
	if (is_ltcp())
		out("R. 2:2(0) ack 1");
	quiet(100);
	state_is("CLOSED");
	in("F. 1:1(0) ack 2");
	out("R 2:2(0)");
}

/* S083: it was in FIN_WAIT_2 long before close(): then the time begins. */
CASE(orphan, fin_wait2_then_close)
{
	int fd = passive();

	is(shutdown(fd, SHUT_WR), 0);
	out("F. 1:1(0) ack 1");
	in(". 1:1(0) ack 2");
	quiet(1 * HOUR);
	state_is("FIN_WAIT2");
	close(fd);
	quiet(59 * SEC);
	state_is("FIN_WAIT2");
	quiet(15 * SEC);
	state_is("CLOSED");
}

/* The same with TCP_LINGER2 negative: RST at close(). */
CASE(orphan, fin_wait2_then_close_negative)
{
	int fd = passive();

	set_option(fd, TCP_LINGER2, -1);
	is(shutdown(fd, SHUT_WR), 0);
	out("F. 1:1(0) ack 1");
	in(". 1:1(0) ack 2");
	quiet(1 * HOUR);
	close(fd);
	out("R. 2:2(0) ack 1");
	state_is("CLOSED");
}

/* S070: FIN in time. */
CASE(orphan, fin_wait2_fin_in_time)
{
	close(passive());
	out("F. 1:1(0) ack 1");
	in(". 1:1(0) ack 2");
	quiet(50 * SEC);
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	state_ends_at(60 * SEC, "TIME_WAIT");
	counter_is("FinWait2Timeouts", 0);
}

/* What a peer sends does not put the end off: only a FIN would. */
CASE(orphan, fin_wait2_chatter)
{
	int i;

	close(passive());
	out("F. 1:1(0) ack 1");
	in(". 1:1(0) ack 2");
	for (i = 0; i < 5; i++) {
		quiet(10 * SEC);
		in(". 1:1(0) ack 2");
	}
	quiet(20 * SEC);
	state_is("CLOSED");
}

/*
 * CLOSE_WAIT
 */

/* The last column of the connection in /proc/net/ltcp: seconds in its state. */
static unsigned int age_of_state(void)
{
	FILE *file = fopen(proc_table(), "r");
	unsigned int lport, rport, age = -1;
	char line[256], *last;

	check(file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, " %*u: %*x:%x %*x:%x", &lport, &rport) != 2 ||
		    lport != peer_flow()->kport || rport != peer_flow()->pport)
			continue;
		line[strcspn(line, "\n")] = 0;
		while ((last = strrchr(line, ' ')) && !last[1])
			*last = 0;
		check(last);
		age = atoi(last);
	}
	fclose(file);
	return age;
}

static void is_about(unsigned int got, unsigned int want)
{
	check(got + 1 >= want && got <= want + 1 + want / 100);
}

/* S088: who forgets to close is found, with the age of the oldest. */
CASE(orphan, close_wait_is_seen)
{
	int fd;

	ltcp_only("/proc/net/tcp does not tell");
	fd = next_passive(65535);
	in("F. 1:1(0) ack 1");
	out_between(0, 50, ". 1:1(0) ack 2");
	quiet(10 * 24 * HOUR);
	next_passive(65535);
	quiet(1 * HOUR);
	is(counter("CloseWait"), 1);
	is_about(age_of_state(), 3600);
	in("F. 1:1(0) ack 1");
	out_between(0, 50, ". 1:1(0) ack 2");
	quiet(10 * SEC);
	is_about(age_of_state(), 10);
	is(counter("CloseWait"), 2);
	is(counter("CurrEstab"), 2);
	is_about(counter("CloseWaitAge"), 10 * 24 * 3600 + 3610);

	flow_again(KERNEL_PORT, 1000);
	is_about(age_of_state(), 10 * 24 * 3600 + 3610);
	close(fd);
	out("F. 1:1(0) ack 2");
	is(counter("CloseWait"), 1);
	is_about(counter("CloseWaitAge"), 10);
}

/* The gauges of sockets, as in /proc/net/sockstat: here there are three. */
CASE(orphan, gauges)
{
	unsigned long others;
	int l;

	ltcp_only("has /proc/net/sockstat");
	others = counter("Allocated");
	is(counter("InUse"), 0);
	l = server();
	is(counter("InUse"), 1);
	flow(KERNEL_PORT + 1, 1);
	close(passive());
	out("F. 1:1(0) ack 1");
	is(counter("InUse"), 2);
	is(counter("Orphans"), 1);
	is(counter("Allocated"), others + 2);
	tcp_socket();
	is(counter("InUse"), 2);
	is(counter("Allocated"), others + 3);
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	is(counter("TimeWait"), 1);
	is(counter("InUse"), 1);
	is(counter("Orphans"), 0);
	close(l);
	is(counter("InUse"), 0);
}

TEST_HARNESS_MAIN
