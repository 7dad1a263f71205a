// SPDX-License-Identifier: GPL-2.0
/*
 * SYN cookies (RFC 4987 3.6) and the flood that brings them about. The
 * arithmetic is in selftests/unit/test_cookie.c.
 */

#include <time.h>

#include "case.h"

CASES(cookie)

#define SYN_IN	"S 0:0(0) win 65535 <mss 1460>"
#define SYN_OUT	"S. 0:0(0) ack 1 <mss 1460>"

/* A secret lives that long, and its cookies as long again. */
#define EPOCH	34360

/* Everybody gets a cookie, and needs one: no entry is made. */
static int always(void)
{
	set_sysctl("syncookies", "2");
	return server();
}

static void syn(int port)
{
	flow(KERNEL_PORT, port);
	in(SYN_IN);
	out(SYN_OUT);
}

static void no_entry(void)
{
	state_is("LISTEN");
	if (is_ltcp())
		is(counter("HalfOpen"), 0);
}

/* S058 S060 S063 T16: a SYN leaves nothing behind, and its ACK opens. */
CASE(cookie, always)
{
	int l = always();
	int fd;

	in("S 0:1000(1000) win 65535 <mss 1460>");
	out(SYN_OUT);
	no_entry();
	quiet(10 * SEC);		/* sent once only: S064 */
	in(". 1:1(0) ack 1 win 20000");
	state_is("ESTABLISHED");
	fd = accepted(l);
	get_nothing(fd);
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	counter_is("HalfOpens", 0);
	counter_is("SyncookiesSent", 1);
	counter_is("SyncookiesRecv", 1);
	counter_is("SyncookiesFailed", 0);
	counter_is("PassiveOpens", 1);
}

/* S036 S058: data with the ACK opens, and is delivered. */
CASE(cookie, data_on_last_ack)
{
	int l = always();

	in(SYN_IN);
	out(SYN_OUT);
	in("P. 1:101(100) ack 1");
	state_is("ESTABLISHED");
	out_between(0, 50, ". 1:1(0) ack 101");
	get(accepted(l), 100);
}

/* S031: nobody resends the SYN-ACK; data says what the lost ACK said. */
CASE(cookie, lost_last_ack)
{
	int l = always();

	in(SYN_IN);
	out(SYN_OUT);
	quiet(3 * SEC);
	in("P. 1:101(100) ack 1");
	state_is("ESTABLISHED");
	out_between(0, 50, ". 1:1(0) ack 101");
	get(accepted(l), 100);
}

/* Cookies change with each epoch, of 2^35 ns: a new one, if this one ends. */
static void early_in_epoch(void)
{
	struct timespec ts;
	uint64_t left;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	left = (1ULL << 35) - (ts.tv_sec * 1000000000ULL + ts.tv_nsec) %
	       (1ULL << 35);
	if (left < 5 * 1000000000ULL)
		quiet(left / 1000000 + 100);
}

/* S030: the SYN again, and a cookie that is as good as the first. */
CASE(cookie, lost_synack)
{
	int l = always();

	early_in_epoch();
	in(SYN_IN);
	out(SYN_OUT);
	quiet(1 * SEC);
	in(SYN_IN);
	out("S. 0:0(0) ack 1");		/* even the same, in one epoch */
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	accepted(l);
	counter_is("SyncookiesSent", 2);
}

/* The largest MSS of the table that the peer takes. */
static void mss(const char *option, int want)
{
	static int port = 1000;
	int l = server();
	int fd;

	flow(KERNEL_PORT, port++);
	in("S 0:0(0) win 65535 %s", option);
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	close(l);
	put(fd, want);
	out(". 1:%d(%d) ack 1", want + 1, want);
	in("R 1:1(0)");
}

/* S058: what is remembered of the MSS option is never more than it said. */
CASE(cookie, mss)
{
	ltcp_only("has another table");
	set_sysctl("syncookies", "2");
	mss("<mss 1460>", 1460);
	mss("<mss 1459>", 1440);
	mss("<mss 1380>", 1360);
	mss("", 536);
	mss("<mss 535>", 256);
}

/* S058: without timestamps there is no room for window scaling. */
CASE(cookie, no_window_scale)
{
	int l = always();
	int fd;

	in("S 0:0(0) win 65535 <mss 1460,nop,wscale 7>");
	out("S. 0:0(0) ack 1 <mss 1460>");
	in(". 1:1(0) ack 1 win 1000");
	fd = accepted(l);
	set_option(fd, TCP_NODELAY, 1);
	put(fd, 1460);
	out(". 1:1001(1000) ack 1");
	in("R 1:1(0)");
}

/* S058: timestamps bring back all that was agreed on. */
CASE(cookie, options_in_timestamps)
{
	int l = always();
	int fd;

	in("S 0:0(0) win 65535 <mss 1460,ts 500 0,nop,wscale 3>");
	out("S. 0:0(0) ack 1 <mss 1460,wscale %d,ts * 500>",
	    is_ltcp() ? 6 : 7);
	no_entry();
	quiet(3 * SEC);
	in(". 1:1(0) ack 1 win 125 <ts 501 *>");	/* 1000 octets */
	state_is("ESTABLISHED");
	fd = accepted(l);
	set_option(fd, TCP_NODELAY, 1);
	put(fd, 1400);
	out(". 1:1001(1000) ack 1 <ts * 501>");
	in(". 1:1(0) ack 1001 win 125 <ts 502 *>");
	out("P. 1001:1401(400) ack 1 <ts * 502>");
	in(". 1:1(0) ack 1401 win 125 <ts 503 *>");
	counter_is("SyncookiesRecv", 1);
}

/* S058: no scale asked for, and none is made up. */
CASE(cookie, timestamps_alone)
{
	int l = always();
	int fd;

	in("S 0:0(0) win 65535 <mss 1460,ts 500 0>");
	out("S. 0:0(0) ack 1 <mss 1460,ts * 500>");
	in(". 1:1(0) ack 1 win 1000 <ts 501 *>");
	fd = accepted(l);
	set_option(fd, TCP_NODELAY, 1);
	put(fd, 1400);
	out(". 1:1001(1000) ack 1 <ts * 501>");
	in("R 1:1(0)");
}

/* V15: a timestamp that was never sent comes with no cookie of ours. */
CASE(cookie, wrong_timestamp)
{
	ltcp_only("believes any");
	always();
	in("S 0:0(0) win 65535 <mss 1460,ts 500 0,nop,wscale 3>");
	out("S. 0:0(0) ack 1 <mss 1460,wscale 6,ts * 500>");
	in(". 1:1(0) ack 1 <ts 501 1000>");
	out("R 1:1(0)");
	in(". 1:1(0) ack 1 <ts 501 -100000>");
	out("R 1:1(0)");
	counter_is("SyncookiesFailed", 2);
	no_entry();
}

/* S058 T18: what was not sent is not believed, and the stranger told so. */
CASE(cookie, wrong)
{
	always();
	in(SYN_IN);
	out(SYN_OUT);
	in(". 1:1(0) ack 2");
	out("R 2:2(0)");
	in(". 1:1(0) ack 100000");
	out("R 100000:100000(0)");
	in(". 2:2(0) ack 1");		/* another sequence number */
	out("R 1:1(0)");
	in(". 0:0(0) ack 1");		/* a keepalive's */
	out("R 1:1(0)");
	no_entry();
}

/* T18 V15: good for two epochs, and then for nothing. */
CASE(cookie, expires)
{
	int l;

	ltcp_only("has other times");
	l = always();
	syn(1);
	quiet(EPOCH - SEC);
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	accepted(l);

	syn(2);
	quiet(2 * EPOCH + SEC);
	in(". 1:1(0) ack 1");
	out("R 1:1(0)");
	state_is("LISTEN");

	/* Nor does it come back to life with the next flood. */
	syn(3);
	flow_again(KERNEL_PORT, 2);
	in(". 1:1(0) ack 1");
	out("R 1:1(0)");
	counter_is("SyncookiesRecv", 1);
	counter_is("SyncookiesFailed", 1);
}

/* V15: no cookie was sent, so no ACK is one, however right. */
CASE(cookie, not_without_flood)
{
	int l;

	ltcp_only("checks less");
	l = always();
	in(SYN_IN);
	out(SYN_OUT);
	close(l);
	set_sysctl("syncookies", "1");
	server();
	in(". 1:1(0) ack 1");
	out("R 1:1(0)");
	counter_is("SyncookiesRecv", 0);
	counter_is("SyncookiesFailed", 0);
}

/* V15 T18: one cookie, one connection; the second ACK belongs to that. */
CASE(cookie, one_child)
{
	int l = always();
	int fd;

	in(SYN_IN);
	out(SYN_OUT);
	in(". 1:1(0) ack 1");
	in(". 1:1(0) ack 1");
	in("P. 1:11(10) ack 1");
	out_between(0, 50, ". 1:1(0) ack 11");
	fd = accepted(l);
	get(fd, 10);
	is(accept(l, NULL, NULL), -1);
	is(errno, EAGAIN);
	counter_is("PassiveOpens", 1);
	counter_is("SyncookiesRecv", 1);
}

static void fill_accept_queue(void)
{
	int port;

	for (port = 1; port <= 2; port++) {
		syn(port);
		in(". 1:1(0) ack 1");
		state_is("ESTABLISHED");
	}
}

/* S045: a full accept queue, and the ACK says its cookie in vain. */
CASE(cookie, accept_queue_full)
{
	int l;

	ltcp_only("counts otherwise");
	set_sysctl("syncookies", "2");
	l = server_backlog(2);
	syn(3);
	syn(4);
	fill_accept_queue();
	flow_again(KERNEL_PORT, 3);
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");

	flow_again(KERNEL_PORT, 4);
	in(". 1:1(0) ack 1");
	quiet(100);
	counter_is("ListenOverflows", 1);
	set_sysctl("abort_on_overflow", "1");
	in(". 1:1(0) ack 1");
	out("R 1:1(0)");
	counter_is("AcceptAborts", 1);

	/* It is not used up: as soon as there is room it opens. */
	accepted(l);
	in("P. 1:11(10) ack 1");
	state_is("ESTABLISHED");
	out_between(0, 50, ". 1:1(0) ack 11");
}

/* Is the listener marked in the listing? */
static bool marked(void)
{
	unsigned int state, mark = 2, n;
	char line[256];
	FILE *file = fopen(proc_table(), "r");

	while (fgets(line, sizeof(line), file))
		if (sscanf(line, " %*u: %*s %*s %x %*s %*s %*s %*s %u", &state,
			   &n) == 2 && state == 10)
			mark = n;
	fclose(file);
	check(mark < 2);
	return mark;
}

static int log_lines(void)
{
	FILE *log = popen("dmesg | grep -c 'port 8080: more SYNs'", "r");
	int n = -1;

	check(fscanf(log, "%d", &n) == 1);
	pclose(log);
	return n;
}

/* S048 S054 S058: beyond max_syn_backlog, and said once. */
CASE(cookie, on_overflow)
{
	int lines, l, port;

	ltcp_only("has a limit of its own making");
	lines = log_lines();
	set_sysctl("max_syn_backlog", "2");
	l = server();
	syn(1);
	syn(2);
	is(marked(), 0);
	counter_is("Floods", 0);

	for (port = 3; port <= 10; port++)
		syn(port);
	counter_is("HalfOpens", 2);
	counter_is("SyncookiesSent", 8);
	counter_is("Floods", 1);
	is(marked(), 1);
	is(log_lines(), lines + 1);

	/* Those with an entry and those with a cookie all get in. */
	for (port = 10; port >= 1; port--) {
		flow_again(KERNEL_PORT, port);
		in(". 1:1(0) ack 1");
		state_is("ESTABLISHED");
		accepted(l);
	}
	counter_is("SyncookiesRecv", 8);

	quiet(61 * SEC);
	is(marked(), 0);
}

/* S100 S058: never, when there is no room, always. */
CASE(cookie, syncookies)
{
	ltcp_only("has a limit of its own making");
	set_sysctl("syncookies", "0");
	set_sysctl("max_syn_backlog", "1");
	server();
	syn(1);
	flow(KERNEL_PORT, 2);
	in(SYN_IN);
	quiet(100);
	counter_is("SyncookiesSent", 0);
	counter_is("DropSynBacklog", 1);
	counter_is("Floods", 1);
	is(marked(), 1);

	set_sysctl("syncookies", "1");
	syn(3);
	counter_is("SyncookiesSent", 1);
	set_sysctl("max_syn_backlog", "2");
	syn(4);
	counter_is("SyncookiesSent", 1);
	counter_is("HalfOpens", 2);
	set_sysctl("max_syn_backlog", "10");
	set_sysctl("syncookies", "2");
	syn(5);
	counter_is("SyncookiesSent", 2);
	counter_is("HalfOpens", 2);
	counter_is("Floods", 1);
}

/* S054 S064 T16: thousands of SYNs from everywhere leave nothing. */
CASE(cookie, flood_leaves_nothing)
{
	char addr[32];
	int i, l;

	l = always();
	for (i = 0; i < 3000; i++) {
		snprintf(addr, sizeof(addr), "192.0.2.%d", 3 + i % 250);
		in("S 0:0(0) win 65535 <mss 1460> src %s sport %d", addr,
		   1024 + i);
		swallow();
	}
	no_entry();
	in(SYN_IN);
	out(SYN_OUT);
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	accepted(l);
}

/* RFC 9293 MAY-2: whom TIME_WAIT gives way to starts later, so gets an entry */
CASE(cookie, not_from_time_wait)
{
	uint32_t before;
	int32_t step;
	int l, fd;

	ltcp_only("has it with timestamps only");
	l = always();
	in(SYN_IN);
	out(SYN_OUT);
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	close(fd);
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	before = peer_flow()->isn[FROM_KERNEL];
	flow(KERNEL_PORT, PEER_PORT);
	peer_flow()->isn[TO_KERNEL] += 1000;
	in(SYN_IN);
	out(SYN_OUT);
	state_is("SYN_RECV");
	step = peer_flow()->isn[FROM_KERNEL] - before;
	check(step > 2);
	counter_is("SyncookiesSent", 1);
	counter_is("HalfOpens", 1);
}

TEST_HARNESS_MAIN
