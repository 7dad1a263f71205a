// SPDX-License-Identifier: GPL-2.0
/*
 * Each setting of a namespace does what it says: every case shows a behaviour
 * with two values, changed at run time. Those about half-open connections in
 * numbers are in halfopen.c and cookie.c.
 */

#include <fcntl.h>
#include <linux/icmp.h>
#include <sched.h>
#include <time.h>

#include "case.h"

CASES(sysctl_effect)

#define MSS	1460
#define SYN_IN	"S 0:0(0) win 65535 <mss 1460>"

/* Another connection, opened by the peer. */
static int next_passive(void)
{
	static int port = 1000;

	flow(KERNEL_PORT, port++);
	return passive();
}

static void syn_retries(const char *value, int count)
{
	unsigned int wait;
	int fd;

	set_sysctl("syn_retries", value);
	fd = client();
	out("S 0:0(0)");
	for (wait = 1 * SEC; count; count--, wait *= 2)
		out_at(wait, "S 0:0(0)");
	dies_at(wait, fd, ETIMEDOUT);
	close(fd);
}

/* S037 S095 MUST-22 RFC 2525 2.7: the first wait is one second */
CASE(sysctl_effect, syn_retries)
{
	syn_retries("1", 1);
	flow(KERNEL_PORT, PEER_PORT + 1);
	syn_retries("3", 3);
}

static void synack_retries(const char *value, int count)
{
	unsigned int wait;

	set_sysctl("synack_retries", value);
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	for (wait = 1 * SEC; count; count--, wait *= 2)
		out_at(wait, "S. 0:0(0) ack 1");
	quiet(wait - 100);
	state_is("SYN_RECV");
	quiet(wait);
	state_is("LISTEN");
}

/* S033 S096 */
CASE(sysctl_effect, synack_retries)
{
	server();
	synack_retries("1", 1);
	flow(KERNEL_PORT, PEER_PORT + 1);
	synack_retries("3", 3);
}

static void fin_timeout(const char *value, unsigned int ms)
{
	set_sysctl("fin_timeout", value);
	close(next_passive());
	out("F. 1:1(0) ack 1");
	in(". 1:1(0) ack 2");
	state_ends_at(ms, "FIN_WAIT2");
}

/* S083 S101 */
CASE(sysctl_effect, fin_timeout)
{
	fin_timeout("5", 5 * SEC);
	fin_timeout("30", 30 * SEC);
}

static void retries2(const char *value, int count)
{
	unsigned int wait;
	int fd;

	set_sysctl("retries2", value);
	fd = next_passive();
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	for (wait = RTO; count; count--, wait *= 2)
		out_at(wait, "P. 1:101(100) ack 1");
	dies_at(wait, fd, ETIMEDOUT);
}

/* MUST-20 */
CASE(sysctl_effect, retries2)
{
	ltcp_only("takes the count for a time");
	retries2("2", 2);
	retries2("4", 4);
}

static void orphan_retries(const char *value, int count)
{
	unsigned int wait;

	set_sysctl("orphan_retries", value);
	close(next_passive());
	out("F. 1:1(0) ack 1");
	for (wait = RTO; count; count--, wait *= 2)
		out_at(wait, "F. 1:1(0) ack 1");
	state_ends_at(wait, "FIN_WAIT1");
}

/* S084 S102 */
CASE(sysctl_effect, orphan_retries)
{
	ltcp_only("takes the count for a time");
	orphan_retries("2", 2);
	orphan_retries("4", 4);
}

/*
 * After R1 a connection asks the routing anew. What can be seen of that is the
 * lookup, with a route that may be doubted since ICMP made it.
 */
#define TRACING	"/sys/kernel/tracing/"

static void tracing_write(const char *file, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), TRACING "%s", file);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	check(fd >= 0);
	is(write(fd, value, strlen(value)), strlen(value));
	close(fd);
}

static int lookups_traced(void)
{
	FILE *file = fopen(TRACING "trace", "r");
	char line[512];
	int n = 0;

	check(file);
	while (fgets(line, sizeof(line), file))
		if (strstr(line, "fib_table_lookup:") &&
		    strstr(line, "-> " PEER_ADDR))
			n++;
	fclose(file);
	return n;
}

/* A route that ICMP taught; what is in flight goes again, smaller. */
static void doubtful_route(void)
{
	put(next_passive(), MSS);
	out("P. 1:1461(1460) ack 1");
	icmp(ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 1400,
	     "P. 1:1461(1460) ack 1");
	out(". 1:1361(1360) ack 1");
	if (!is_ltcp())
		out("P. 1361:1461(100) ack 1");
	in("R 1:1(0)");
}

static int route_lookups(const char *value)
{
	int fd, i;

	set_sysctl("retries1", value);
	fd = next_passive();
	put(fd, 1000);
	out("P. 1:1001(1000) ack 1");
	tracing_write("trace", "\n");
	tracing_write("events/fib/fib_table_lookup/enable", "1");
	for (i = 0; i < 6; i++)
		out_at(RTO << i, "P. 1:1001(1000) ack 1");
	tracing_write("events/fib/fib_table_lookup/enable", "0");
	in(". 1:1(0) ack 1001");
	return lookups_traced();
}

/* MUST-20 */
CASE(sysctl_effect, retries1)
{
	ipv4_only("nothing is doubtful but what ICMP told");
	doubtful_route();
	is(route_lookups("10"), 0);
	check(route_lookups("2") > 0);
}

/* S097 MUST-27 */
CASE(sysctl_effect, keepalive_time)
{
	set_sysctl("keepalive_time", "1200");
	set_socket(next_passive(), SO_KEEPALIVE, 1);
	out_at(1200 * SEC, ". 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	set_sysctl("keepalive_time", "300");
	out_between(200 * SEC, 1400 * SEC, ". 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	out_at(300 * SEC, ". 0:0(0) ack 1");
	in("R 1:1(0)");
}

/* S106 */
CASE(sysctl_effect, keepalive_intvl)
{
	set_sysctl("keepalive_time", "300");
	set_sysctl("keepalive_intvl", "10");
	set_socket(next_passive(), SO_KEEPALIVE, 1);
	out_at(300 * SEC, ". 0:0(0) ack 1");
	out_at(10 * SEC, ". 0:0(0) ack 1");
	set_sysctl("keepalive_intvl", "30");
	out_at(10 * SEC, ". 0:0(0) ack 1");
	out_at(30 * SEC, ". 0:0(0) ack 1");
	in("R 1:1(0)");
}

static void keepalive_probes(const char *value, int count)
{
	int fd, i;

	set_sysctl("keepalive_probes", value);
	fd = next_passive();
	set_socket(fd, SO_KEEPALIVE, 1);
	out_at(300 * SEC, ". 0:0(0) ack 1");
	for (i = 1; i < count; i++)
		out_at(10 * SEC, ". 0:0(0) ack 1");
	out_at(10 * SEC, "R. 1:1(0) ack 1");
	is(socket_error(fd), ETIMEDOUT);
}

/* S098 S107 */
CASE(sysctl_effect, keepalive_probes)
{
	set_sysctl("keepalive_time", "300");
	set_sysctl("keepalive_intvl", "10");
	keepalive_probes("2", 2);
	keepalive_probes("10", 10);
}

/* S046 S056 S099 */
CASE(sysctl_effect, max_syn_backlog)
{
	ltcp_only("counts by the backlog of the listener");
	set_sysctl("syncookies", "0");
	set_sysctl("max_syn_backlog", "1");
	server();
	flow(KERNEL_PORT, 1);
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	flow(KERNEL_PORT, 2);
	in(SYN_IN);
	quiet(100);
	counter_is("ListenDrops", 1);

	set_sysctl("max_syn_backlog", "2");
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	flow(KERNEL_PORT, 3);
	in(SYN_IN);
	quiet(100);
	counter_is("ListenDrops", 2);
	counter_is("HalfOpens", 2);
}

static const struct flow *enter_time_wait(void)
{
	close(next_passive());
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	return peer_flow();
}

/* S094 */
CASE(sysctl_effect, max_tw_buckets)
{
	const struct flow *first, *second;

	ltcp_only("refuses the new one");
	set_sysctl("max_tw_buckets", "0");
	enter_time_wait();
	state_is("CLOSED");
	counter_is("TimeWaitRefused", 1);

	set_sysctl("max_tw_buckets", "1");
	first = enter_time_wait();
	state_is("TIME_WAIT");
	quiet(1 * SEC);
	second = enter_time_wait();
	state_is("TIME_WAIT");
	flow_again(first->kport, first->pport);
	state_is("CLOSED");
	counter_is("TimeWaitOverflows", 1);

	set_sysctl("max_tw_buckets", "2");
	enter_time_wait();
	state_is("TIME_WAIT");
	flow_again(second->kport, second->pport);
	state_is("TIME_WAIT");
	counter_is("TimeWaitOverflows", 1);
	counter_is("TimeWaitRefused", 1);
}

static void msl(const char *value, unsigned int ms)
{
	set_sysctl("msl_ms", value);
	close(next_passive());
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	state_ends_at(2 * ms, "TIME_WAIT");
}

/* S074 S075 S090 MUST-13 */
CASE(sysctl_effect, msl_ms)
{
	ltcp_only("60 s, whatever happens");
	msl("1000", 1 * SEC);
	msl("120000", 120 * SEC);
}

/* S092 */
CASE(sysctl_effect, tw_reuse)
{
	set_sysctl("tw_reuse", "0");
	close(active_ts());
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	quiet(2 * SEC);
	is(start_connect(client_socket()), EADDRNOTAVAIL);
	set_sysctl("tw_reuse", "1");
	is(start_connect(client_socket()), EINPROGRESS);
	flow(KERNEL_PORT, PEER_PORT);
	out("S 0:0(0)");
}

/* S081: RFC 9293 3.4.3. The namespace, and so the case, has just begun. */
CASE(sysctl_effect, quiet_time_ms)
{
	int fd;

	ltcp_only("knows no quiet time");
	set_sysctl("quiet_time_ms", "10000");
	fd = client();
	state_is("SYN_SENT");
	in("S 0:0(0) win 65535 <mss 1460>");
	quiet(100);
	flow(KERNEL_PORT + 1, PEER_PORT);
	server();
	in(SYN_IN);
	quiet(100);
	state_is("LISTEN");
	counter_is("DropQuietTime", 2);

	flow_again(KERNEL_PORT, PEER_PORT);
	out_between(9700, 11500, "S 0:0(0)");
	counter_is("SynRetrans", 0);
	out_at(1 * SEC, "S 0:0(0)");
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	out(". 1:1(0) ack 1");
	is(socket_error(fd), 0);
	flow_again(KERNEL_PORT + 1, PEER_PORT);
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");

	/* Skipped: at once. */
	set_sysctl("quiet_time_ms", "240000");
	flow(KERNEL_PORT + 2, PEER_PORT);
	client();
	quiet(10 * SEC);
	set_sysctl("quiet_time_ms", "0");
	flow(KERNEL_PORT + 3, PEER_PORT);
	client();
	out("S 0:0(0)");
}

static unsigned int window_offered(const char *rmem)
{
	set_sysctl("rmem", rmem);
	close(next_passive());
	out("F. 1:1(0) ack 1");
	return last_out()->win;
}

/* S010 */
CASE(sysctl_effect, rmem)
{
	unsigned int small = window_offered("4096 16384 65536");
	unsigned int large = window_offered("4096 65536 65536");

	check(small >= 4096 && small <= 16384);
	check(large >= 2 * small);
}

/* Octets that can be written while the peer's window is closed. */
static unsigned int use_up_memory(void)
{
	int fd = next_passive();
	char data[1000] = { };
	unsigned int sum = 0;

	put(fd, 1);
	out("P. 1:2(1) ack 1");
	in(". 1:1(0) ack 2 win 0");
	while (send(fd, data, sizeof(data), MSG_NOSIGNAL) == sizeof(data))
		sum += sizeof(data);
	is(errno, EAGAIN);
	return sum;
}

static unsigned int room_to_write(const char *wmem)
{
	unsigned int sum;

	set_sysctl("wmem", wmem);
	sum = use_up_memory();
	in("R 1:1(0)");
	return sum;
}

CASE(sysctl_effect, wmem)
{
	unsigned int small, large;

	ltcp_only("grows the buffer by other rules");
	small = room_to_write("4096 16384 16384");
	large = room_to_write("4096 262144 262144");
	check(small > 0 && small <= 16384);
	check(large > 4 * small);
	/* The buffer follows the congestion window, up to the third. */
	large = room_to_write("4096 16384 65536");
	check(large > small && large <= 65536);
}

/* mem belongs to all namespaces, and is set in the first. */
static void set_mem(const char *pages)
{
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int first = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC);

	check(!setns(first, CLONE_NEWNET));
	set_sysctl("mem", pages);
	check(!setns(here, CLONE_NEWNET));
	close(first);
	close(here);
}

#define MEM_NONE	"1 1 1"
#define MEM_PLENTY	"100000 100000 100000"

/*
 * Memory is counted in steps of 1 MiB a processor, so that is what there is
 * when there is none; and what the first number of wmem promises.
 */
CASE(sysctl_effect, mem)
{
	unsigned int none, granted, plenty;

	ltcp_only("grants by other rules");
	set_mem(MEM_NONE);
	none = room_to_write("4096 8388608 8388608");
	granted = room_to_write("4194304 8388608 8388608");
	set_mem(MEM_PLENTY);
	plenty = room_to_write("4096 8388608 8388608");
	check(none < 1 << 20);
	check(granted > 2 * none);
	check(granted < 1 << 22);
	check(plenty > 1 << 22);
}

/* Three segments in order, of 2 KiB of memory each; the last is acked so. */
static void receive_three(const char *rmem, unsigned int last_ack)
{
	set_sysctl("rmem", rmem);
	next_passive();
	in(". 1:1461(1460) ack 1");
	in(". 1461:2921(1460) ack 1");
	out(". 1:1(0) ack 2921");
	in("P. 2921:4381(1460) ack 1");
	out_between(0, 60, ". 1:1(0) ack %u", last_ack);
}

/* What the first number of rmem promises is granted without memory. */
CASE(sysctl_effect, rmem_least)
{
	ltcp_only("grants by other rules");
	set_sysctl("wmem", "4096 8388608 8388608");
	set_mem(MEM_NONE);
	use_up_memory();
	receive_three("131072 131072 131072", 4381);
	receive_three("4096 131072 131072", 2921);
	set_mem(MEM_PLENTY);
	counter_is("DropReceiveBuffer", 1);
}

/* S007 S089 */
CASE(sysctl_effect, ip_local_port_range)
{
	set_sysctl("ip_local_port_range", "50000 50000");
	flow(50000, PEER_PORT);
	is(start_connect(tcp_socket()), EINPROGRESS);
	out("S 0:0(0)");
	is(start_connect(tcp_socket()), EADDRNOTAVAIL);
	set_sysctl("ip_local_port_range", "50000 50001");
	flow(50001, PEER_PORT);
	is(start_connect(tcp_socket()), EINPROGRESS);
	out("S 0:0(0)");
}

static void fill_accept_queue(void)
{
	int port;

	for (port = 1; port <= 2; port++) {
		flow(KERNEL_PORT, port);
		in(SYN_IN);
		out("S. 0:0(0) ack 1");
		in(". 1:1(0) ack 1");
		state_is("ESTABLISHED");
	}
}

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE	51
#endif

static int connect_from(uint32_t range)
{
	int fd = tcp_socket();

	is(setsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &range,
		      sizeof(range)), 0);
	return start_connect(fd);
}

/* S089: one socket can narrow it, and not widen it. */
CASE(sysctl_effect, ip_local_port_range_of_socket)
{
	set_sysctl("ip_local_port_range", "50000 50009");
	flow(50004, PEER_PORT);
	is(connect_from(50004 << 16 | 50004U), EINPROGRESS);
	out("S 0:0(0)");
	is(connect_from(50004 << 16 | 50004U), EADDRNOTAVAIL);
	flow(50009, PEER_PORT);
	is(connect_from(60000U << 16 | 50009), EINPROGRESS);
	out("S 0:0(0)");
	flow(50000, PEER_PORT);
	is(connect_from(50000U << 16 | 40000), EINPROGRESS);
	out("S 0:0(0)");
}

/* S045 */
CASE(sysctl_effect, abort_on_overflow)
{
	server_backlog(2);
	fill_accept_queue();
	flow(KERNEL_PORT, 3);
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	flow(KERNEL_PORT, 4);
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");

	flow_again(KERNEL_PORT, 3);
	in(". 1:1(0) ack 1");
	quiet(100);
	set_sysctl("abort_on_overflow", "1");
	in(". 1:1(0) ack 1");
	out("R 1:1(0)");
	state_is("LISTEN");
	counter_is("AcceptAborts", 1);
}

/* S085 RFC 1337 3 */
CASE(sysctl_effect, rfc1337)
{
	close(passive());
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	in("R 2:2(0)");
	state_is("TIME_WAIT");
	set_sysctl("rfc1337", "0");
	in("R 2:2(0)");
	state_is("CLOSED");
}

/* S010 S016 */
CASE(sysctl_effect, window_scaling)
{
	int l = server();

	set_sysctl("timestamps", "0");
	set_sysctl("rmem", "4096 131072 6291456");
	in("S 0:0(0) win 65535 <mss 1460,nop,wscale 3>");
	out("S. 0:0(0) ack 1 <mss 1460,wscale %d>", is_ltcp() ? 6 : 7);
	set_sysctl("window_scaling", "0");
	flow(KERNEL_PORT, PEER_PORT + 1);
	in("S 0:0(0) win 65535 <mss 1460,nop,wscale 3>");
	out("S. 0:0(0) ack 1 <mss 1460>");
	close(l);

	flow(KERNEL_PORT + 1, PEER_PORT);
	client();
	out("S 0:0(0) <mss 1460,sackok>");
	set_sysctl("window_scaling", "1");
	flow(KERNEL_PORT + 2, PEER_PORT);
	client();
	out("S 0:0(0) <mss 1460,sackok,wscale %d>", is_ltcp() ? 6 : 7);
}

/* T13: 2 shows the uptime in milliseconds, 1 does not. */
CASE(sysctl_effect, timestamps)
{
	struct timespec ts;
	uint32_t ms;

	ltcp_only("has another clock");
	client();
	out("S 0:0(0) <mss 1460,sackok,wscale 6,ts 0 0>");
	clock_gettime(CLOCK_MONOTONIC, &ts);
	ms = ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
	check(peer_flow()->ts[FROM_KERNEL] - (ms - 100) > 200);

	set_sysctl("timestamps", "2");
	flow(KERNEL_PORT + 1, PEER_PORT);
	client();
	out("S 0:0(0) <mss 1460,sackok,wscale 6,ts 0 0>");
	clock_gettime(CLOCK_MONOTONIC, &ts);
	ms = ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
	check(peer_flow()->ts[FROM_KERNEL] - (ms - 100) <= 200);

	set_sysctl("timestamps", "0");
	flow(KERNEL_PORT + 2, PEER_PORT);
	client();
	out("S 0:0(0) <mss 1460,sackok,wscale 6>");
	flow(KERNEL_PORT + 3, PEER_PORT);
	server();
	in("S 0:0(0) win 65535 <mss 1460,ts 1 0>");
	out("S. 0:0(0) ack 1 <mss 1460>");
	set_sysctl("timestamps", "1");
	flow(KERNEL_PORT + 3, PEER_PORT + 1);
	in("S 0:0(0) win 65535 <mss 1460,ts 1 0>");
	out("S. 0:0(0) ack 1 <mss 1460,ts 0 1>");
}

static void rto_min(const char *value, unsigned int ms)
{
	int fd;

	set_sysctl("rto_min_us", value);
	fd = next_passive();
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	out_at(ms, "P. 1:101(100) ack 1");
	in(". 1:1(0) ack 101");
}

/* S005 */
CASE(sysctl_effect, rto_min_us)
{
	rto_min("100000", 100);
	rto_min("1000000", 1000);
}

static void delack(const char *value, unsigned int ms)
{
	int fd;

	set_sysctl("delack_ms", value);
	fd = next_passive();
	set_option(fd, TCP_QUICKACK, 0);
	in("P. 1:101(100) ack 1");
	out_at(ms, ". 1:1(0) ack 101");
}

/* MUST-58 SHLD-19 */
CASE(sysctl_effect, delack_ms)
{
	ltcp_only("chooses by itself");
	delack("100", 100);
	delack("400", 400);
	delack("0", 10);
}

static void reordering(const char *value, int count)
{
	int fd, i;

	set_sysctl("reordering", value);
	fd = next_passive();
	put(fd, 10 * MSS);
	for (i = 0; i < 10; i++)
		out(". %d:%d(1460) ack 1", i * MSS + 1, (i + 1) * MSS + 1);
	for (i = 1; i < count; i++)
		in(". 1:1(0) ack 1");
	quiet(20);
	in(". 1:1(0) ack 1");
	out(". 1:1461(1460) ack 1");
	in(". 1:1(0) ack 14601");
}

/* RFC 5681 3.2 */
CASE(sysctl_effect, reordering)
{
	reordering("3", 3);
	reordering("6", 6);
}

/* RFC 5961 7 */
CASE(sysctl_effect, invalid_ratelimit)
{
	int i;

	set_sysctl("invalid_ratelimit", "0");
	passive();
	for (i = 0; i < 5; i++) {
		in("R 2:2(0)");
		out(". 1:1(0) ack 1");
	}
	set_sysctl("invalid_ratelimit", "5000");
	in("R 2:2(0)");
	quiet(4 * SEC);
	in("R 2:2(0)");
	quiet(4 * SEC);
	in("R 2:2(0)");
	out(". 1:1(0) ack 1");
}

static int sent_after_idle(const char *value)
{
	int fd, i, n;

	set_sysctl("slow_start_after_idle", value);
	fd = next_passive();
	put(fd, 20 * MSS);
	for (i = 0; i < 10; i++)
		out(". %d:%d(1460) ack 1", i * MSS + 1, (i + 1) * MSS + 1);
	for (i = 1; i <= 10; i++) {
		in(". 1:1(0) ack %d", i * MSS + 1);
		n = 8 + 2 * i;
		if (n < 20) {
			out(". %d:%d(1460) ack 1", n * MSS + 1,
			    (n + 1) * MSS + 1);
			out(". %d:%d(1460) ack 1", (n + 1) * MSS + 1,
			    (n + 2) * MSS + 1);
		}
	}
	in(". 1:1(0) ack %d", 20 * MSS + 1);
	quiet(10 * SEC);
	put(fd, 15 * MSS);
	for (n = 0; n < 10; n++)
		out(". %d:%d(1460) ack 1", (20 + n) * MSS + 1,
		    (21 + n) * MSS + 1);
	return fd;
}

/* RFC 5681 4.1 */
CASE(sysctl_effect, slow_start_after_idle)
{
	int i;

	sent_after_idle("1");
	quiet(100);
	in("R 1:1(0)");
	sent_after_idle("0");
	for (i = 30; i < 35; i++)
		out(". %d:%d(1460) ack 1", i * MSS + 1, (i + 1) * MSS + 1);
	in("R 1:1(0)");
}

static void min_snd_mss(const char *value, int mss)
{
	int fd;

	set_sysctl("min_snd_mss", value);
	flow(KERNEL_PORT, mss);
	fd = passive_with("S 0:0(0) win 65535 <mss 50>", 65535);
	set_option(fd, TCP_NODELAY, 1);
	put(fd, mss + 1);
	out(". 1:%d(%d) ack 1", mss + 1, mss);
	out("P. %d:%d(1) ack 1", mss + 1, mss + 2);
	in("R 1:1(0)");
}

/* V1 */
CASE(sysctl_effect, min_snd_mss)
{
	ltcp_only("means another number: with options and headers");
	min_snd_mss("48", 50);
	min_snd_mss("200", 200);
}

/* S002 */
CASE(sysctl_effect, base_mss)
{
	ltcp_only("has it for another purpose");
	put(passive(), MSS);
	out("P. 1:1461(1460) ack 1");
	set_sysctl("base_mss", "1300");
	icmp(ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 1300,
	     "P. 1:1461(1460) ack 1");
	quiet(50);
	counter_is("IcmpIgnored", 1);
	set_sysctl("base_mss", "1200");
	icmp(ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 1300,
	     "P. 1:1461(1460) ack 1");
	out(". 1:1261(1260) ack 1");
	in("R 1:1(0)");
}

static void orphan(void)
{
	close(next_passive());
	out("F. 1:1(0) ack 1");
}

/* S084 */
CASE(sysctl_effect, max_orphans)
{
	ltcp_only("counts for all namespaces together");
	set_sysctl("max_orphans", "1");
	orphan();
	state_is("FIN_WAIT1");
	orphan();
	out("R. 2:2(0) ack 1");
	state_is("CLOSED");
	counter_is("AbortOnMemory", 1);
	set_sysctl("max_orphans", "2");
	orphan();
	state_is("FIN_WAIT1");
}

/* S084: its data is delivered under pressure still, but not over the limit. */
CASE(sysctl_effect, mem_of_orphans)
{
	static char data[3 << 20];
	int fd;

	ltcp_only("counts its memory for itself");
	set_sysctl("wmem", "4096 4194304 4194304");
	set_mem("1 2 100000");
	fd = next_passive();
	put(fd, 1);
	out("P. 1:2(1) ack 1");
	in(". 1:1(0) ack 2 win 0");
	check(send(fd, data, sizeof(data), MSG_NOSIGNAL) > 2 << 20);
	check(counter("MemoryPressures") > 0);
	close(fd);
	quiet(100);
	state_is("FIN_WAIT1");
	counter_is("AbortOnMemory", 0);
	set_mem(MEM_NONE);
	out_between(0, 1000, "R. 2:2(0) ack 1");
	counter_is("AbortOnMemory", 1);
	set_mem(MEM_PLENTY);
}

/* One round trip: @n pairs of segments arrive, the reader takes all at once. */
static void round_trip(int fd, int *seq, int n, bool update)
{
	int len = 2 * n * MSS;

	for (; n; n--) {
		in(". %d:%d(1460) ack 1", *seq, *seq + MSS);
		in(". %d:%d(1460) ack 1", *seq + MSS, *seq + 2 * MSS);
		*seq += 2 * MSS;
		out(". 1:1(0) ack %d", *seq);
	}
	get(fd, len);
	if (update)
		out(". 1:1(0) ack %d", *seq);
	quiet(100);
}

/* What a receive buffer gains in three round trips, each twice as full. */
static int buffer_growth(const char *value, bool fixed, bool grows)
{
	int buffer, first, fd, l, seq = 1;
	socklen_t len = sizeof(buffer);
	static int port = 2000;

	set_sysctl("moderate_rcvbuf", value);
	flow(KERNEL_PORT, port++);
	l = server();
	in("S 0:0(0) win 65535 <mss 1460,nop,wscale 7>");
	out("S. 0:0(0) ack 1");
	quiet(100);
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	close(l);
	set_option(fd, TCP_QUICKACK, 0);
	if (fixed)
		set_socket(fd, SO_RCVBUF, 65536);
	check(!getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &first, &len));
	round_trip(fd, &seq, 5, false);
	/* Half a window became free: soon where it grows, later where not. */
	round_trip(fd, &seq, 10, grows);
	round_trip(fd, &seq, 15, !grows);
	in("R %d:%d(0)", seq, seq);
	check(!getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, &len));
	close(fd);
	return buffer - first;
}

/* It grows so that twice as much fits next time, but not against the user. */
CASE(sysctl_effect, moderate_rcvbuf)
{
	ltcp_only("grows by other rules");
	check(buffer_growth("1", false, true) >= 60 * MSS);
	is(buffer_growth("1", true, false), 0);
	is(buffer_growth("0", false, false), 0);
}

TEST_HARNESS_MAIN
