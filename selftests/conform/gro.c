// SPDX-License-Identifier: GPL-2.0
/*
 * Merging on receipt (GRO): segments that come in together are one packet to
 * the connection, which must make no difference to anybody; and what is
 * forwarded leaves as it came.
 */

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "case.h"

#define MSS	1460

CASES(gro)

static uint16_t next_id;

/* Identifications count on, as they do where a packet was cut up. */
static void count_on(uint8_t *pkt)
{
	struct iphdr *iph = (struct iphdr *)pkt;

	if (is_v6())
		return;
	iph->id = htons(next_id++);
	iph->check = 0;
	iph->check = htons(checksum_end(checksum_add(0, iph, sizeof(*iph))));
}

/* As in(), with an identification. */
static void come(const char *text)
{
	uint8_t pkt[MAX_PACKET];
	size_t len = packet(pkt, "%s", text);

	count_on(pkt);
	inject(pkt, len);
}

static int merging(void)
{
	next_id = 1;
	peer_gro();
	return passive();
}

/* Until the timer has let go of what is held back, and ACKs are sent. */
static void settle(void)
{
	poll(NULL, 0, 100);
	swallow();
}

/*
 * Three segments are one packet, which ends with PSH. They are counted as
 * three, and acknowledged at once, since they are more than two.
 */
CASE(gro, merge)
{
	unsigned long segs;
	int fd;

	ltcp_only("it has other counters");
	fd = merging();
	segs = counter("InSegs");
	come(". 1:1461(1460) ack 1");
	come(". 1461:2921(1460) ack 1");
	is(counter("GroSegs"), 0);
	come("P. 2921:4381(1460) ack 1");
	out(". 1:1(0) ack 4381");
	counter_is("GroSegs", 2);
	is(counter("InSegs") - segs, 3);
	get(fd, 3 * MSS);
	quiet(SEC);
}

/* Nothing ends it, but nobody waits for ever. A smaller one is the last. */
CASE(gro, ends)
{
	int fd;

	ltcp_only("it has other counters");
	fd = merging();
	come(". 1:1461(1460) ack 1");
	come(". 1461:2921(1460) ack 1");
	get_nothing(fd);
	out_between(0, 30, ". 1:1(0) ack 2921");
	counter_is("GroSegs", 1);
	get(fd, 2 * MSS);
	come(". 2921:4381(1460) ack 1");
	come(". 4381:4481(100) ack 1");
	get(fd, MSS + 100);
	counter_is("GroSegs", 2);
	settle();
}

/* A FIN is the last, too, and is not lost. */
CASE(gro, fin)
{
	int fd;

	ltcp_only("it has other counters");
	fd = merging();
	come(". 1:1461(1460) ack 1");
	come("F. 1461:2921(1460) ack 1");
	out(". 1:1(0) ack 2922");
	counter_is("GroSegs", 1);
	get(fd, 2 * MSS);
	get_end(fd);
	state_is("CLOSE_WAIT");
}

/* Two that differ in what a connection wants to know stay two. */
static void stay_two(int fd, int *seq, const char *flags, const char *rest)
{
	char text[128];

	snprintf(text, sizeof(text), ". %d:%d(100) ack 1 win 5000", *seq,
		 *seq + 100);
	come(text);
	snprintf(text, sizeof(text), "%s %d:%d(100) %s", flags, *seq + 100,
		 *seq + 200, rest);
	come(text);
	settle();
	get(fd, 200);
	counter_is("GroSegs", 0);
	*seq += 200;
}

/* Window, acknowledgment, ECN, options: each keeps them two. */
CASE(gro, differ)
{
	int fd;
	int seq = 1;

	ltcp_only("it has other counters");
	fd = merging();
	put(fd, 10);
	out("P. 1:11(10) ack 1");
	stay_two(fd, &seq, ".", "ack 1 win 5001");
	stay_two(fd, &seq, ".", "ack 11 win 5000");
	stay_two(fd, &seq, "W.", "ack 1 win 5000");
	stay_two(fd, &seq, "E.", "ack 1 win 5000");
	stay_two(fd, &seq, ".", "ack 1 win 5000 <nop,nop,nop,nop>");
}

/* A hole is a hole, and is filled later. */
CASE(gro, hole)
{
	int fd;

	ltcp_only("it has other counters");
	fd = merging();
	come(". 1:1461(1460) ack 1");
	come(". 2921:4381(1460) ack 1");
	come(". 4381:5841(1460) ack 1");
	settle();
	get(fd, MSS);
	counter_is("GroSegs", 1);
	come(". 1461:2921(1460) ack 1");
	settle();
	get(fd, 3 * MSS);
}

/* MUST-3: a wrong checksum does not hide in the middle of others. */
CASE(gro, bad_checksum)
{
	int fd;

	ltcp_only("it has other counters");
	fd = merging();
	come(". 1:1461(1460) ack 1");
	come(". 1461:2921(1460) ack 1 badsum");
	come(". 2921:4381(1460) ack 1");
	settle();
	counter_is("GroSegs", 0);
	counter_is("DropBadChecksum", 1);
	get(fd, MSS);
	come(". 1461:2921(1460) ack 1");
	settle();
	get(fd, 2 * MSS);
}

/* Two connections do not mix. */
CASE(gro, two_flows)
{
	int a, b;

	ltcp_only("it has other counters");
	a = merging();
	flow(KERNEL_PORT + 1, PEER_PORT);
	b = passive();
	come(". 1:1461(1460) ack 1");
	flow_again(KERNEL_PORT, PEER_PORT);
	come(". 1:1461(1460) ack 1");
	come("P. 1461:2921(1460) ack 1");
	out(". 1:1(0) ack 2921");
	counter_is("GroSegs", 1);
	get(a, 2 * MSS);
	flow_again(KERNEL_PORT + 1, PEER_PORT);
	out_between(0, 100, ". 1:1(0) ack 1461");
	get(b, MSS);
}

/* No more than 64 become one. */
CASE(gro, bounds)
{
	int fd;
	char text[64];
	int i;

	ltcp_only("it has other counters");
	fd = merging();
	for (i = 0; i < 70; i++) {
		snprintf(text, sizeof(text), ". %d:%d(500) ack 1",
			 i * 500 + 1, (i + 1) * 500 + 1);
		come(text);
		if (i == 64)
			counter_is("GroSegs", 63);
	}
	settle();
	counter_is("GroSegs", 68);
	get(fd, 70 * 500);
}

/* net.ltcp.gro */
CASE(gro, off)
{
	int fd;

	ltcp_only("it has other counters");
	fd = merging();
	set_sysctl("gro", "0");
	come(". 1:1461(1460) ack 1");
	get(fd, MSS);
	come(". 1461:2921(1460) ack 1");
	get(fd, MSS);
	counter_is("GroSegs", 0);
	settle();
}

/* A second interface, behind which the network of 198.51.100.2 is. */
static int other_side(void)
{
	struct ifreq ifr = {
		.ifr_name = "out0",
		.ifr_flags = IFF_TUN | IFF_NO_PI,
	};
	struct sockaddr_in *sin = (struct sockaddr_in *)&ifr.ifr_addr;
	int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	check(!ioctl(tun, TUNSETIFF, &ifr));
	memset(&ifr.ifr_addr, 0, sizeof(ifr.ifr_addr));
	sin->sin_family = AF_INET;
	sin->sin_addr.s_addr = inet_addr("198.51.100.1");
	check(!ioctl(fd, SIOCSIFADDR, &ifr));
	sin->sin_addr.s_addr = inet_addr("255.255.255.0");
	check(!ioctl(fd, SIOCSIFNETMASK, &ifr));
	ifr.ifr_flags = IFF_UP;
	check(!ioctl(fd, SIOCSIFFLAGS, &ifr));
	close(fd);
	fd = open("/proc/sys/net/ipv4/ip_forward", O_WRONLY | O_CLOEXEC);
	check(write(fd, "1", 1) == 1);
	close(fd);
	return tun;
}

/* What comes out of @tun next is @pkt, one hop later. */
static void forwarded(int tun, uint8_t *pkt, ssize_t len)
{
	struct iphdr *iph = (struct iphdr *)pkt;
	uint8_t got[MAX_PACKET];

	iph->ttl--;
	iph->check = 0;
	iph->check = htons(checksum_end(checksum_add(0, iph, sizeof(*iph))));
	do {
		is(read(tun, got, sizeof(got)) > 0, 1);
	} while (got[0] >> 4 != 4);	/* IPv6 talks to itself */
	check(!memcmp(got, pkt, len));
}

/* S002: a router merges, and what it forwards is what came, octet for octet. */
CASE(gro, forward)
{
	static const char * const text[] = {
		"W. 1:1449(1448) ack 1 <nop,nop,ts 7 8> dst 198.51.100.2",
		". 1449:2897(1448) ack 1 <nop,nop,ts 7 8> dst 198.51.100.2",
		". 2897:4345(1448) ack 1 <nop,nop,ts 7 8> dst 198.51.100.2",
		"FP. 4345:4364(19) ack 1 <nop,nop,ts 7 8> dst 198.51.100.2",
	};
	static uint8_t pkt[ARRAY_SIZE(text)][MAX_PACKET];
	size_t len[ARRAY_SIZE(text)], i;
	int tun;

	ltcp_only("it has other counters");
	ipv4_only("it compares octets of its header");
	peer_gro();
	tun = other_side();
	for (i = 0; i < ARRAY_SIZE(text); i++) {
		len[i] = packet(pkt[i], "%s", text[i]);
		count_on(pkt[i]);
		inject(pkt[i], len[i]);
	}
	poll(NULL, 0, 20);
	counter_is("GroSegs", ARRAY_SIZE(text) - 1);
	for (i = 0; i < ARRAY_SIZE(text); i++)
		forwarded(tun, pkt[i], len[i]);
	close(tun);
}

/* Another namespace, for as long as the case lasts; its process. */
static pid_t other_host(void)
{
	int ready[2];
	char c = 0;
	pid_t pid;

	check(!pipe(ready));
	pid = fork();
	check(pid >= 0);
	if (!pid) {
		if (unshare(CLONE_NEWNET) || write(ready[1], &c, 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	is(read(ready[0], &c, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void enter(int ns)
{
	check(!setns(ns, CLONE_NEWNET));
}

static int open_ns(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static void ethtool(const char *name, uint32_t cmd, uint32_t value)
{
	struct ethtool_value what = { .cmd = cmd, .data = value };
	struct ifreq ifr = { .ifr_data = (void *)&what };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	check(!ioctl(fd, SIOCETHTOOL, &ifr));
	close(fd);
}

/* A device that takes no super-segments, and has merged what comes in. */
static void plain_device(const char *name, const char *addr)
{
	char command[128];

	snprintf(command, sizeof(command),
		 "ip addr add %s/24 dev %s && ip link set %s up", addr, name,
		 name);
	check(!system(command));
	ethtool(name, ETHTOOL_STSO, 0);
	ethtool(name, ETHTOOL_SGRO, 1);
}

/* Move what fits from @from to @to, and what came must be what was sent. */
static void move(int from, int to, size_t len)
{
	static uint8_t data[65536], got[65536];
	size_t sent = 0, done = 0;
	ssize_t n;
	size_t i;

	while (done < len) {
		for (i = 0; sent < len && i < sizeof(data); i++)
			data[i] = (sent + i) * 7 + (sent + i) / 251;
		n = sent < len ? send(from, data, sizeof(data), 0) : -1;
		sent += n > 0 ? n : 0;
		poll(NULL, 0, 1);
		n = recv(to, got, sizeof(got), 0);
		for (i = 0; n > 0 && i < (size_t)n; i++)
			if (got[i] != (uint8_t)((done + i) * 7 +
						(done + i) / 251))
				peer_fail("octet %zu is wrong", done + i);
		check(n != 0);
		done += n > 0 ? n : 0;
	}
}

/* Payload in pages moves into one packet, and stays what it was. */
CASE(gro, pages)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(KERNEL_PORT),
		.sin_addr.s_addr = inet_addr("10.0.0.2"),
	};
	int here, there, l, c, s;
	char command[128];
	pid_t pid;

	ltcp_only("it has other counters");
	ipv4_only("it moves pages all the same");
	here = open_ns(getpid());
	pid = other_host();
	there = open_ns(pid);
	snprintf(command, sizeof(command),
		 "ip link add a0 type veth peer name b0 netns %d", pid);
	check(!system(command));
	plain_device("a0", "10.0.0.1");
	enter(there);
	plain_device("b0", "10.0.0.2");
	l = tcp_socket();
	check(!bind(l, (struct sockaddr *)&sin, sizeof(sin)) && !listen(l, 1));
	enter(here);
	c = tcp_socket();
	is(connect(c, (struct sockaddr *)&sin, sizeof(sin)) ? errno : 0,
	   EINPROGRESS);
	poll(NULL, 0, 100);
	s = accepted(l);
	move(c, s, 1 << 20);
	close(c);
	close(s);
	close(l);
	enter(there);
	check(counter("GroSegs") > 100);
	enter(here);
	close(there);
	close(here);
	check(!kill(pid, SIGKILL) && waitpid(pid, NULL, 0) == pid);
}

TEST_HARNESS_MAIN
