// SPDX-License-Identifier: GPL-2.0
/*
 * Where TCP meets IP: what an application may say of the header, options,
 * interfaces, errors that IP reports, and several names for one host.
 */

#include <arpa/inet.h>
#include <linux/icmp.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "case.h"

CASES(ip)

#define MSS	1460
#define SYN_IN	"S 0:0(0) win 65535 <mss 1460>"

static void set_ip(int fd, int name, int value)
{
	check(!setsockopt(fd, IPPROTO_IP, name, &value, sizeof(value)));
}

/* MUST-48 SHLD-21: the DSCP of a client, before the SYN and meanwhile. */
CASE(ip, dscp)
{
	int fd = client_socket();

	set_ip(fd, IP_TOS, 0x28);
	is(start_connect(fd), EINPROGRESS);
	out("S 0:0(0)");
	is(last_out()->tos, 0x28);
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	out(". 1:1(0) ack 1");
	is(last_out()->tos, 0x28);
	set_ip(fd, IP_TOS, 0x88);
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	is(last_out()->tos, 0x88);
	/* The two bits of ECN are not the application's: RFC 3168. */
	set_ip(fd, IP_TOS, 0x2b);
	in(". 1:1(0) ack 101");
	put(fd, 100);
	out("P. 101:201(100) ack 1");
	is(last_out()->tos, 0x28);
}

/* MUST-48: the DSCP of a listener is in its SYN-ACKs and its connections. */
CASE(ip, dscp_of_listener)
{
	int l = server(), fd;

	set_ip(l, IP_TOS, 0x28);
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	is(last_out()->tos, 0x28);
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	is(last_out()->tos, 0x28);
}

/* MUST-49: the TTL, in the SYN-ACK and in data. */
CASE(ip, ttl)
{
	int l = server(), fd;

	set_ip(l, IP_TTL, 7);
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	is(last_out()->ttl, 7);
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	is(last_out()->ttl, 7);
	set_ip(fd, IP_TTL, 9);
	put(fd, 100);
	in(". 1:1(0) ack 101");
	out("P. 101:201(100) ack 1");
	is(last_out()->ttl, 9);

	flow(KERNEL_PORT + 1, PEER_PORT);
	client();
	out("S 0:0(0)");
	is(last_out()->ttl, 64);
}

/* A segment in a packet with these IP options, padded to words. */
static void in_with_ip_options(const void *options, size_t n, const char *text)
{
	static uint8_t pkt[MAX_PACKET];
	size_t len = packet(pkt, "%s", text);
	uint16_t sum;

	memmove(pkt + IP_HDR + n, pkt + IP_HDR, len - IP_HDR);
	memcpy(pkt + IP_HDR, options, n);
	len += n;
	pkt[0] = 0x40 + (IP_HDR + n) / 4;
	pkt[2] = len >> 8;
	pkt[3] = len;
	pkt[10] = 0;
	pkt[11] = 0;
	sum = checksum_end(checksum_add(0, pkt, IP_HDR + n));
	pkt[10] = sum >> 8;
	pkt[11] = sum;
	inject(pkt, len);
}

/* MUST-50: IP options that nobody knows do not matter, whatever is in them. */
CASE(ip, options_ignored)
{
	int l = server(), fd;

	in_with_ip_options("\x01\x01\x01\x00", 4, SYN_IN);
	out("S. 0:0(0) ack 1");
	in_with_ip_options("\x9e\x06\xff\xff\xff\xff\x01\x01", 8,
			   ". 1:1(0) ack 1 win 65535");
	fd = accepted(l);
	in_with_ip_options("\x1e\x04\x00\x00\xde\x04\xff\xff", 8,
			   "P. 1:101(100) ack 1 win 65535");
	out_between(0, 50, ". 1:1(0) ack 101");
	get(fd, 100);
}

/* The MTU of the interface to the peer. */
static void set_mtu(int mtu)
{
	struct ifreq ifr = { .ifr_mtu = mtu };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "tun0");
	check(!ioctl(fd, SIOCSIFMTU, &ifr));
	close(fd);
}

/* MUST-14 MUST-67 SHLD-5 SHLD-6 MAY-3: the MSS sent is the MTU less 40. */
CASE(ip, mss_of_mtu)
{
	static const int mtu[] = { 1500, 1000, 576, 9000, 65535 };
	int port = 1000, l = server();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mtu); i++) {
		set_mtu(mtu[i]);
		flow(KERNEL_PORT, port++);
		in(SYN_IN);
		out("S. 0:0(0) ack 1 <mss %d>", mtu[i] - 40);
		in("R 1:1(0)");
	}
	close(l);
	for (i = 0; i < ARRAY_SIZE(mtu); i++) {
		set_mtu(mtu[i]);
		flow(KERNEL_PORT + 1 + i, port++);
		client();
		out("S 0:0(0)");
		check(last_out()->opt[0] == 2 && last_out()->opt[1] == 4);
		is(last_out()->opt[2] << 8 | last_out()->opt[3], mtu[i] - 40);
		in("R. 0:0(0) ack 1");
	}
}

/*
 * MUST-41 MUST-42: listeners come and go, on this port and on others, and the
 * connections that they had go on.
 */
CASE(ip, listeners_beside_connections)
{
	int l = server(), other, a, b;

	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	a = accepted(l);
	flow(KERNEL_PORT, PEER_PORT + 1);
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	b = accepted(l);

	flow(KERNEL_PORT + 1, PEER_PORT);
	other = server();
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	close(other);
	flow_again(KERNEL_PORT, PEER_PORT);
	put(a, 100);
	out("P. 1:101(100) ack 1");
	in(". 1:1(0) ack 101");

	/* The same port is listened to anew, while one is half-open. */
	flow(KERNEL_PORT, PEER_PORT + 2);
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	close(l);
	l = server();
	flow(KERNEL_PORT, PEER_PORT + 3);
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	accepted(l);

	flow_again(KERNEL_PORT, PEER_PORT + 1);
	in("P. 1:101(100) ack 1");
	out_between(0, 50, ". 1:1(0) ack 101");
	get(b, 100);
	flow_again(KERNEL_PORT, PEER_PORT);
	in("P. 1:101(100) ack 101");
	out_between(0, 50, ". 101:101(0) ack 101");
	get(a, 100);
}

/* MUST-47 SHLD-20 SHLD-25: who wants to know of soft errors asks SO_ERROR. */
CASE(ip, soft_error_kept)
{
	int fd = passive();

	put(fd, 100);
	out("P. 1:101(100) ack 1");
	icmp(ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, "P. 1:101(100) ack 1");
	get_nothing(fd);
	is(socket_error(fd), EHOSTUNREACH);
	is(socket_error(fd), 0);
	state_is("ESTABLISHED");
	in(". 1:1(0) ack 101");
}

/* MUST-47 SHLD-25: IP_RECVERR has them told at once; the connection lives. */
CASE(ip, soft_error_reported)
{
	int fd = passive();

	set_ip(fd, IP_RECVERR, 1);
	put(fd, 100);
	out("P. 1:101(100) ack 1");
	icmp(ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, "P. 1:101(100) ack 1");
	is(recv_errno(fd), EHOSTUNREACH);
	get_nothing(fd);
	state_is("ESTABLISHED");
	in("P. 1:101(100) ack 101");
	out_between(0, 50, ". 101:101(0) ack 101");
	get(fd, 100);

	/* What does not quote anything in flight is not reported either. */
	icmp(ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, "P. 1:101(100) ack 1");
	is(socket_error(fd), 0);
}

/*
 * T14 MAY-4: packets of one connection are not counted in the identification
 * of another, and a retransmission has a new one.
 */
CASE(ip, identification)
{
	int a = passive(), b, i;
	uint16_t of_a, of_b;

	set_option(a, TCP_NODELAY, 1);
	put(a, 100);
	out("P. 1:101(100) ack 1");
	of_a = last_out()->ip_id;
	flow(KERNEL_PORT, PEER_PORT + 1);
	b = passive();
	set_option(b, TCP_NODELAY, 1);
	put(b, 100);
	out("P. 1:101(100) ack 1");
	of_b = last_out()->ip_id;
	in(". 1:1(0) ack 101");
	flow_again(KERNEL_PORT, PEER_PORT);
	in(". 1:1(0) ack 101");

	for (i = 1; i <= 5; i++) {
		put(a, 100);
		out("P. %u:%u(100) ack 1", i * 100 + 1, i * 100 + 101);
		is(last_out()->ip_id, (uint16_t)(of_a + i));
		in(". 1:1(0) ack %u", i * 100 + 101);
	}
	flow_again(KERNEL_PORT, PEER_PORT + 1);
	put(b, 100);
	out("P. 101:201(100) ack 1");
	is(last_out()->ip_id, (uint16_t)(of_b + 1));
	out_between(RTO - 20, 2 * RTO, "P. 101:201(100) ack 1");
	is(last_out()->ip_id, (uint16_t)(of_b + 2));
}

/* A raw socket of this network that the SYN-ACK for 127.0.0.2 comes to. */
static int listens_raw(void)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = inet_addr("127.0.0.2"),
	};
	int fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK, peer_proto);

	check(fd >= 0);
	check(!bind(fd, (struct sockaddr *)&sin, sizeof(sin)));
	set_socket(fd, SO_RCVMARK, 1);
	return fd;
}

/* Mark of the next packet of @fd, which has these flags. */
static uint32_t received_mark(int fd, uint8_t flags)
{
	uint8_t pkt[128], ctl[CMSG_SPACE(sizeof(uint32_t))];
	struct iovec iov = { .iov_base = pkt, .iov_len = sizeof(pkt) };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = ctl,
		.msg_controllen = sizeof(ctl),
	};
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint32_t mark;

	is(poll(&p, 1, 100), 1);
	check(recvmsg(fd, &msg, 0) >= IP_HDR + TCP_HDR);
	is(pkt[IP_HDR + 13], flags);
	check(CMSG_FIRSTHDR(&msg));
	is(CMSG_FIRSTHDR(&msg)->cmsg_type, SO_MARK);
	memcpy(&mark, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(mark));
	return mark;
}

/*
 * What sticks to the packet of a SYN, here the mark that it is routed by, is
 * not on the answer, though that is made in the same memory.
 */
CASE(ip, synack_has_no_mark)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = inet_addr(KERNEL_ADDR),
	};
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	int answers = listens_raw();
	uint8_t pkt[MAX_PACKET];
	size_t len;

	server();
	set_socket(fd, SO_MARK, 7);
	set_socket(fd, SO_PRIORITY, 5);
	len = packet(pkt, SYN_IN " src 127.0.0.2");
	is(sendto(fd, pkt, len, 0, (struct sockaddr *)&sin, sizeof(sin)), len);
	is(received_mark(answers, SYN | ACK), 0);
}

/* Who captures a SYN sees the SYN, whatever was made of its memory. */
CASE(ip, syn_captured)
{
	struct ifreq ifr = { .ifr_name = "tun0" };
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
	};
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	uint8_t sent[MAX_PACKET], seen[MAX_PACKET];
	size_t len;

	check(!ioctl(fd, SIOCGIFINDEX, &ifr));
	sll.sll_ifindex = ifr.ifr_ifindex;
	check(!bind(fd, (struct sockaddr *)&sll, sizeof(sll)));
	server();
	len = packet(sent, SYN_IN);
	inject(sent, len);
	out("S. 0:0(0) ack 1");
	is(recv(fd, seen, sizeof(seen), 0), len);
	check(!memcmp(sent, seen, len));
}

TEST_HARNESS_MAIN
