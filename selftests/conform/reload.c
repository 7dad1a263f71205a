// SPDX-License-Identifier: GPL-2.0
/*
 * The module goes and comes back, and with it all that it remembers: what must
 * not start anew are sequence numbers and timestamps (RFC 9293 3.4.1, RFC 7323
 * 5.4), since peers and old segments are still there.
 */

#include <stdio.h>

#include "case.h"

CASES(reload)

/* What a connection to the peer's @port starts with; it is given up. */
static struct flow starts(int port)
{
	flow(KERNEL_PORT, port);
	close(client());
	out("S 0:0(0)");
	return *peer_flow();
}

static uint32_t isn_step(const struct flow *from, const struct flow *to)
{
	return to->isn[FROM_KERNEL] - from->isn[FROM_KERNEL];
}

static uint32_t ts_step(const struct flow *from, const struct flow *to)
{
	return to->ts[FROM_KERNEL] - from->ts[FROM_KERNEL];
}

/* S051 S081 T11 T13: both go on by their clocks, for each tuple. */
CASE(reload, clocks_go_on)
{
	struct flow before[4], after;
	int i;

	ltcp_only("is not a module");
	for (i = 0; i < 4; i++)
		before[i] = starts(PEER_PORT + i);
	reload_module();
	quiet(2 * SEC);
	for (i = 0; i < 4; i++) {
		after = starts(PEER_PORT + i);
		/* 250000 in a second, and 1000 */
		check(isn_step(&before[i], &after) >= 2 * 250000);
		check(isn_step(&before[i], &after) <= 20 * 250000);
		check(ts_step(&before[i], &after) >= 2000);
		check(ts_step(&before[i], &after) <= 20000);
	}
}

/* S052: and tuples are as unrelated as before. */
CASE(reload, tuples_are_unrelated)
{
	struct flow a, b, c;

	ltcp_only("is not a module");
	a = starts(PEER_PORT);
	reload_module();
	b = starts(PEER_PORT + 1);
	c = starts(PEER_PORT + 2);
	check(isn_step(&a, &b) != isn_step(&b, &c));
	check(isn_step(&b, &c) + 1000000 > 2000000);
	check(ts_step(&b, &c) + 100000 > 200000);
}

/* S078: the next incarnation is beyond one whose TIME_WAIT was forgotten. */
CASE(reload, time_wait_is_forgotten)
{
	struct flow before;
	int i, fd;

	ltcp_only("is not a module");
	fd = active_ts();
	for (i = 0; i < 20; i++) {
		put(fd, 1000);
		out("P. %d:%d(1000) ack 1", 1 + i * 1000, 1001 + i * 1000);
		in(". 1:1(0) ack %d", 1001 + i * 1000);
		quiet(10);
	}
	close(fd);
	out("F. 20001:20001(0) ack 1");
	in("F. 1:1(0) ack 20002");
	out(". 20002:20002(0) ack 2");
	state_is("TIME_WAIT");
	before = *peer_flow();

	reload_module();
	state_is("CLOSED");
	flow(KERNEL_PORT, PEER_PORT);
	set_linger(active_ts(), 0);	/* or else it holds the module */
	check((int32_t)isn_step(&before, peer_flow()) > 20002);
	check((int32_t)(peer_flow()->ts[FROM_KERNEL] - before.ts_last) > 0);
}

#define TUPLES	16

/* Connections to these ports of the peer, as the table has them; then none. */
static void table_order(int *order)
{
	FILE *file;
	char line[256];
	int fd[TUPLES];
	int i, n = 0;

	for (i = 0; i < TUPLES; i++) {
		flow(KERNEL_PORT, PEER_PORT + i);
		fd[i] = client();
		out("S 0:0(0)");
	}
	file = fopen("/proc/net/ltcp", "r");
	while (file && fgets(line, sizeof(line), file) && n <= TUPLES)
		n += sscanf(line, " %*d: %*x:%*x %*x:%x 02", &order[n]) == 1;
	if (file)
		fclose(file);
	is(n, TUPLES);
	for (i = 0; i < TUPLES; i++)
		close(fd[i]);
}

/* T22: who knows the tuples does not know where they go: of 16! orders */
CASE(reload, table_is_keyed)
{
	int before[TUPLES + 1], again[TUPLES + 1], after[TUPLES + 1];

	ltcp_only("is not a module");
	table_order(before);
	table_order(again);
	check(!memcmp(before, again, sizeof(int) * TUPLES));
	reload_module();
	table_order(after);
	check(memcmp(before, after, sizeof(int) * TUPLES));
}

TEST_HARNESS_MAIN
