// SPDX-License-Identifier: GPL-2.0
/*
 * The flight recorder, net.ltcp.recorder and /proc/net/ltcp_history: that it
 * tells what happened to a connection and why, also when that is gone; and
 * that it keeps no more than it should.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "case.h"

CASES(history)

/* How many lines have all of these words, each followed by a blank? */
static unsigned int lines(const char *a, const char *b)
{
	FILE *file = fopen("/proc/net/ltcp_history", "r");
	unsigned int n = 0;
	char line[512];

	if (!file)
		peer_fail("ltcp_history: %s", strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = ' ';
		n += strstr(line, a) && strstr(line, b);
	}
	fclose(file);
	return n;
}

static unsigned int histories(void)
{
	return lines(" n=0 ", "");
}

/* N15: off by default, and then there is nothing. */
CASE(history, off)
{
	ltcp_only("has none");
	passive();
	is(lines("", ""), 0);
}

/* N15 S085: who ended it, and how; still there when the socket is closed. */
CASE(history, after_reset)
{
	int fd;

	ltcp_only("has none");
	set_sysctl("recorder", "8");
	fd = passive();
	is(histories(), 1);
	is(lines("src=192.0.2.1:8080 dst=192.0.2.2:40000 ",
		 " state=SYN_RECV by=RCV_SYN "), 1);
	is(lines(" state=ESTABLISHED by=", ""), 1);
	in("R. 5:5(0) ack 1 win 65535");
	swallow();
	is(lines(" event=DropRstSequence seq=5 ack=1 ", ""), 1);
	is(lines(" event=ChallengeAcks ", ""), 1);
	in("R 1:1(0) win 0");
	is(recv_errno(fd), ECONNRESET);
	is(lines(" state=CLOSED by=RCV_RST ", ""), 1);
	close(fd);
	is(lines(" state=CLOSED by=RCV_RST ", "src=192.0.2.1:8080 "), 1);
	is(histories(), 1);
}

/* N15: why something was sent again, and what ended it. */
CASE(history, why_again)
{
	int fd;

	ltcp_only("has none");
	set_sysctl("recorder", "8");
	set_sysctl("early_retrans", "0");
	set_sysctl("retries2", "2");
	fd = passive();
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	out_at(RTO, "P. 1:101(100) ack 1");
	is(lines(" event=RtoTimeouts ", ""), 1);
	is(lines(" event=RetransSegs seq=1 end=101 why=timeout ", ""), 1);
	out_at(2 * RTO, "P. 1:101(100) ack 1");
	dies_at(4 * RTO, fd, ETIMEDOUT);
	is(lines(" event=AbortOnTimeout ", ""), 1);
	is(lines(" state=CLOSED by=TIMEOUT ", ""), 1);
}

/* A loss that duplicate ACKs tell of is another reason. */
CASE(history, recovery)
{
	int fd, i;

	ltcp_only("has none");
	set_sysctl("recorder", "8");
	fd = passive();
	put(fd, 4 * 1460);
	swallow();
	for (i = 0; i < 3; i++)
		in(". 1:1(0) ack 1 win 65535");
	swallow();
	is(lines(" event=FastRetransmits ", ""), 1);
	is(lines(" event=RetransSegs seq=1 end=1461 why=recovery ", ""), 1);
}

/* Of many events the last 32 stay. */
CASE(history, ring)
{
	int i;

	ltcp_only("has none");
	set_sysctl("recorder", "8");
	passive();
	in("P. 1:101(100) ack 1 win 65535");
	for (i = 0; i < 40; i++)
		in("P. 1:101(100) ack 1 win 65535");
	swallow();
	is(lines(" event=DropOldData seq=1 ack=1 ", ""), 32);
	is(lines("", ""), 32);
	is(lines(" n=41 ", ""), 1);
	is(lines(" n=42 ", ""), 0);
}

/* One more connection, to this port of the kernel. */
static int another(int port)
{
	flow(port, PEER_PORT);
	return passive();
}

static void reset(int fd)
{
	set_linger(fd, 0);
	close(fd);
	swallow();
}

/* No more than the setting says: what has been closed for longest goes. */
CASE(history, bounded)
{
	int a, b;

	ltcp_only("has none");
	set_sysctl("recorder", "2");
	a = another(8080);
	b = another(8081);
	another(8082);
	counter_is("HistoryFull", 1);
	is(histories(), 2);
	is(lines("src=192.0.2.1:8082 ", ""), 0);
	reset(b);
	reset(a);
	is(lines("src=192.0.2.1:8081 ", " event=AbortOnLinger "), 1);
	is(lines("src=192.0.2.1:8080 ", " event=OutRsts "), 1);
	another(8083);
	is(histories(), 2);
	is(lines("src=192.0.2.1:8081 ", ""), 0);
	check(lines("src=192.0.2.1:8080 ", "") > 0);
	counter_is("HistoryFull", 1);

	/* Less from now on: the next that closes takes the others along. */
	set_sysctl("recorder", "0");
	reset(another(8084));
	is(histories(), 2);
	flow_again(8083, PEER_PORT);
	in("R 1:1(0) win 0");
}

TEST_HARNESS_MAIN
