// SPDX-License-Identifier: GPL-2.0
/*
 * Super-segments: what leaves ltcp as one packet of many segments stays whole
 * on a link that can carry it, and is cut into right ones before any other,
 * the TUN device of the peer among them.
 */

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <sys/ioctl.h>

#include "case.h"

#define MSS	1460
#define BULK	100000

CASES(offload)

static int quick_sender(void)
{
	int fd = passive();

	set_option(fd, TCP_NODELAY, 1);
	return fd;
}

/* S002: ten full segments of one write; PSH and FIN stand in the last only. */
CASE(offload, cut)
{
	int fd = quick_sender();
	int i;

	put(fd, 9 * MSS + 100);
	for (i = 0; i < 9; i++)
		out(". %d:%d(1460) ack 1", i * MSS + 1, (i + 1) * MSS + 1);
	out("P. 13141:13241(100) ack 1");
	in(". 1:1(0) ack 13241");
	put(fd, 2 * MSS);
	set_option(fd, TCP_CORK, 1);
	out(". 13241:14701(1460) ack 1");
	out("P. 14701:16161(1460) ack 1");
	in(". 1:1(0) ack 16161");
}

/* The FIN joins what still waits for the window. */
CASE(offload, fin_at_the_end)
{
	int fd = passive_with("S 0:0(0) win 1460 <mss 1460>", 1460);

	set_option(fd, TCP_NODELAY, 1);
	put(fd, 3 * MSS);
	close(fd);
	out(". 1:1461(1460) ack 1");
	in(". 1:1(0) ack 1461 win 65535");
	out(". 1461:2921(1460) ack 1");
	out("FP. 2921:4381(1460) ack 1");
	in("F. 1:1(0) ack 4382");
	out(". 4382:4382(0) ack 2");
}

/* MUST-34: no more than the window; what is left goes with the next one. */
CASE(offload, window)
{
	int fd = passive_with("S 0:0(0) win 4380 <mss 1460>", 4380);

	put(fd, 8 * MSS);
	out(". 1:1461(1460) ack 1");
	out(". 1461:2921(1460) ack 1");
	out(". 2921:4381(1460) ack 1");
	quiet(100);
	in(". 1:1(0) ack 2921 win 4380");
	out(". 4381:5841(1460) ack 1");
	out(". 5841:7301(1460) ack 1");
	quiet(100);
	in(". 1:1(0) ack 7301 win 65535");
	out(". 7301:8761(1460) ack 1");
	out(". 8761:10221(1460) ack 1");
	out("P. 10221:11681(1460) ack 1");
	in(". 1:1(0) ack 11681");
}

/* Part of a super-segment is acknowledged, in the middle of a segment even. */
CASE(offload, partly_acked)
{
	int fd = quick_sender();

	put(fd, 4 * MSS);
	out(". 1:1461(1460) ack 1");
	out(". 1461:2921(1460) ack 1");
	out(". 2921:4381(1460) ack 1");
	out("P. 4381:5841(1460) ack 1");
	in(". 1:1(0) ack 1561");
	out_at(RTO, ". 1561:3021(1460) ack 1");
	in(". 1:1(0) ack 3021");
	out(". 3021:4481(1460) ack 1");
	out("P. 4481:5841(1360) ack 1");
	in(". 1:1(0) ack 5841");
	quiet(10 * SEC);
}

/* A hole in the middle: one segment is sent again, not all of the packet. */
CASE(offload, hole)
{
	int fd = quick_sender();
	int i;

	put(fd, 8 * MSS);
	for (i = 0; i < 7; i++)
		out(". %d:%d(1460) ack 1", i * MSS + 1, (i + 1) * MSS + 1);
	out("P. 10221:11681(1460) ack 1");
	in(". 1:1(0) ack 2921");
	in(". 1:1(0) ack 2921");
	in(". 1:1(0) ack 2921");
	in(". 1:1(0) ack 2921");
	out(". 2921:4381(1460) ack 1");
	in(". 1:1(0) ack 11681");
	quiet(10 * SEC);
}

/* All packets of @proto that the loopback device carries, largest payload. */
static int sniffer(void)
{
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = if_nametoindex("lo"),
	};
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	int size = 1 << 20;

	check(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	check(!bind(fd, (struct sockaddr *)&sll, sizeof(sll)));
	return fd;
}

static int largest_packet(int fd)
{
	char buf[256];
	int largest = 0;
	ssize_t len;

	while ((len = recv(fd, buf, sizeof(buf), MSG_TRUNC)) > 0)
		if (((struct iphdr *)buf)->protocol == peer_proto &&
		    len > largest)
			largest = len;
	return largest;
}

static void loopback_mtu(int mtu)
{
	struct ifreq req = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	req.ifr_flags = IFF_UP;
	check(!ioctl(fd, SIOCSIFFLAGS, &req));
	req.ifr_mtu = mtu;
	check(!ioctl(fd, SIOCSIFMTU, &req));
	close(fd);
}

/* Move BULK octets over loopback, and return the largest packet. */
static int bulk_over_loopback(void)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	static char data[BULK], got[BULK];
	socklen_t len = sizeof(sin);
	int l = tcp_socket();
	int c = tcp_socket();
	size_t done = 0, sent = 0;
	int s, largest, tap;
	ssize_t n;
	int i;

	for (i = 0; i < BULK; i++)
		data[i] = i * 7 + i / 1000;
	check(!bind(l, (struct sockaddr *)&sin, len) && !listen(l, 1));
	check(!getsockname(l, (struct sockaddr *)&sin, &len));
	is(connect(c, (struct sockaddr *)&sin, len) ? errno : 0, EINPROGRESS);
	s = accepted(l);
	tap = sniffer();
	while (done < BULK) {
		n = send(c, data + sent, BULK - sent, 0);
		sent += n > 0 ? n : 0;
		n = recv(s, got + done, BULK - done, 0);
		check(n > 0);
		done += n;
	}
	check(!memcmp(data, got, BULK));
	largest = largest_packet(tap);
	close(tap);
	close(s);
	close(c);
	close(l);
	return largest;
}

/* With an MTU of 1500 packets are larger all the same, unless gso is off. */
CASE(offload, whole_over_loopback)
{
	ltcp_only("tcp_segmentation is a matter of the device");
	loopback_mtu(1500);
	check(bulk_over_loopback() > 10 * MSS);
	set_sysctl("gso", "0");
	check(bulk_over_loopback() <= 1500);
}

TEST_HARNESS_MAIN
