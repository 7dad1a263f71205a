// SPDX-License-Identifier: GPL-2.0
/*
 * Where TCP meets IPv6: traffic class and hop limit, flow labels, extension
 * headers, addresses of one link, Packet Too Big, and sockets that talk IPv4 as
 * well. What is the same in both families is tested by the programs that run
 * over both.
 */

#include <arpa/inet.h>
#include <linux/icmpv6.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "case.h"

CASES(ip6)

#define SYN_IN	"S 0:0(0) win 65535 <mss 1460>"
#define DATA	"P. 1:101(100) ack 1"

#ifndef IPV6_AUTOFLOWLABEL
#define IPV6_AUTOFLOWLABEL	70
#endif
#define IPV6_FLOWLABEL_MGR	32
#define IPV6_FLOWINFO_SEND	33

static void set_ip6(int fd, int name, int value)
{
	check(!setsockopt(fd, IPPROTO_IPV6, name, &value, sizeof(value)));
}

static int get_ip6(int fd, int name)
{
	socklen_t len = sizeof(int);
	int value = -1;

	check(!getsockopt(fd, IPPROTO_IPV6, name, &value, &len));
	return value;
}

/*
 * The header
 */

/* MUST-48 SHLD-21: the DSCP of a client, before the SYN and meanwhile. */
CASE(ip6, dscp)
{
	int fd = client_socket();

	set_ip6(fd, IPV6_TCLASS, 0x28);
	is(start_connect(fd), EINPROGRESS);
	out("S 0:0(0)");
	is(last_out()->tos, 0x28);
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	out(". 1:1(0) ack 1");
	is(last_out()->tos, 0x28);
	/* The two bits of ECN are not the application's: RFC 3168. */
	set_ip6(fd, IPV6_TCLASS, 0x8b);
	put(fd, 100);
	out(DATA);
	is(last_out()->tos, 0x88);
}

/* MUST-48 MUST-49: what a listener sends, and its connections. */
CASE(ip6, of_listener)
{
	int l = server(), fd;

	set_ip6(l, IPV6_TCLASS, 0x28);
	set_ip6(l, IPV6_UNICAST_HOPS, 7);
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	is(last_out()->tos, 0x28);
	is(last_out()->ttl, 7);
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	put(fd, 100);
	out(DATA);
	is(last_out()->tos, 0x28);
	is(last_out()->ttl, 7);
	set_ip6(fd, IPV6_UNICAST_HOPS, 9);
	in(". 1:1(0) ack 101");
	put(fd, 100);
	out("P. 101:201(100) ack 1");
	is(last_out()->ttl, 9);
}

/*
 * Flow labels
 */

/* RFC 6437 3: one label for all that is sent, with a socket or without. */
CASE(ip6, flow_label)
{
	int l = server();
	uint32_t label;
	int fd;

	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	label = last_out()->label;
	check(label);
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	put(fd, 100);
	out(DATA);
	is(last_out()->label, label);
	out_between(RTO - 50, RTO + 50, DATA);
	is(last_out()->label, label);
	in(". 1:1(0) ack 101");
	close(fd);
	out("F. 101:101(0) ack 1");
	is(last_out()->label, label);
	in("F. 1:1(0) ack 102");
	out(". 102:102(0) ack 2");
	state_is("TIME_WAIT");
	is(last_out()->label, label);
	in("F. 1:1(0) ack 102");
	out(". 102:102(0) ack 2");
	is(last_out()->label, label);
}

/* RFC 6437 3: those of other connections have other ones. */
CASE(ip6, flow_labels_differ)
{
	uint32_t label[8];
	int i, same = 0;

	server();
	for (i = 0; i < 8; i++) {
		flow(KERNEL_PORT, PEER_PORT + i);
		in(SYN_IN);
		out("S. 0:0(0) ack 1");
		label[i] = last_out()->label;
		same += i && label[i] == label[0];
	}
	check(same < 2);
}

CASE(ip6, no_flow_label)
{
	int fd = client_socket();

	set_ip6(fd, IPV6_AUTOFLOWLABEL, 0);
	is(start_connect(fd), EINPROGRESS);
	out("S 0:0(0)");
	is(last_out()->label, 0);
}

/* That of <linux/in6.h>, which does not go together with <netinet/in.h>. */
struct flow_label {
	struct in6_addr dst;
	uint32_t label;
	uint8_t action;
	uint8_t share;
	uint16_t flags;
	uint16_t expires;
	uint16_t linger;
	uint32_t pad;
};

static int connect_labelled(int fd, uint32_t label)
{
	struct sockaddr_storage sa;
	socklen_t len = address(&sa, PEER_ADDR, PEER_PORT);

	((struct sockaddr_in6 *)&sa)->sin6_flowinfo = htonl(label);
	return connect(fd, (struct sockaddr *)&sa, len) ? errno : 0;
}

/* The user's own label (IPV6_FLOWINFO_SEND), which is his if he leased it. */
CASE(ip6, own_flow_label)
{
	struct flow_label lease = {
		.label = htonl(0x12345),
		.share = 1,		/* IPV6_FL_S_EXCL */
		.flags = 1,		/* IPV6_FL_F_CREATE */
	};
	struct sockaddr_storage sa;
	int fd = client_socket(), other;

	address(&sa, PEER_ADDR, 0);
	lease.dst = ((struct sockaddr_in6 *)&sa)->sin6_addr;
	is(setsockopt(fd, IPPROTO_IPV6, IPV6_FLOWLABEL_MGR, &lease,
		      sizeof(lease)), 0);
	set_ip6(fd, IPV6_FLOWINFO_SEND, 1);
	is(connect_labelled(fd, 0x12345), EINPROGRESS);
	out("S 0:0(0)");
	is(last_out()->label, 0x12345);
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	out(". 1:1(0) ack 1");
	is(last_out()->label, 0x12345);

	flow(KERNEL_PORT + 1, PEER_PORT);
	other = client_socket();
	set_ip6(other, IPV6_FLOWINFO_SEND, 1);
	is(connect_labelled(other, 0x12345), EINVAL);
}

/*
 * Extension headers
 */

#define PADN	1, 4, 0, 0, 0, 0	/* six octets that mean nothing */

/* A segment behind the header @ext of type @kind, which names the next. */
static size_t extended(uint8_t *pkt, uint8_t kind, const uint8_t *ext,
		       size_t n, const char *text)
{
	size_t len = packet(pkt, "%s", text);

	memmove(pkt + IP_HDR + n, pkt + IP_HDR, len - IP_HDR);
	memcpy(pkt + IP_HDR, ext, n);
	pkt[IP_HDR] = pkt[6];
	pkt[6] = kind;
	pkt[4] = (len - IP_HDR + n) >> 8;
	pkt[5] = len - IP_HDR + n;
	return len + n;
}

static void in_behind(uint8_t kind, const uint8_t ext[8], const char *text)
{
	static uint8_t pkt[MAX_PACKET];

	inject(pkt, extended(pkt, kind, ext, 8, text));
}

/* RFC 8200 4: what does not concern TCP is stepped over. */
CASE(ip6, extension_headers)
{
	static const uint8_t options[8] = { 0, 0, PADN };
	int l = server(), fd;

	in_behind(IPPROTO_HOPOPTS, options, SYN_IN);
	out("S. 0:0(0) ack 1");
	in_behind(IPPROTO_DSTOPTS, options, ". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	fd = accepted(l);
	in_behind(IPPROTO_DSTOPTS, options, "P. 1:101(100) ack 1");
	out_between(0, 50, ". 1:1(0) ack 101");
	get(fd, 100);
	counter_is("DropBadChecksum", 0);
}

/* RFC 8200 4: both, one behind the other. */
CASE(ip6, two_extension_headers)
{
	static const uint8_t options[16] = {
		IPPROTO_DSTOPTS, 0, PADN, 0, 0, PADN
	};
	uint8_t pkt[MAX_PACKET];
	size_t len;

	server();
	len = extended(pkt, IPPROTO_HOPOPTS, options, 16, SYN_IN);
	pkt[IP_HDR + 8] = pkt[IP_HDR];
	pkt[IP_HDR] = IPPROTO_DSTOPTS;
	inject(pkt, len);
	out("S. 0:0(0) ack 1");
}

/* RFC 6946 4: a fragment that is the whole packet. */
CASE(ip6, atomic_fragment)
{
	static const uint8_t fragment[8] = { 0, 0, 0, 0, 1, 2, 3, 4 };

	server();
	in_behind(IPPROTO_FRAGMENT, fragment, SYN_IN);
	out("S. 0:0(0) ack 1");
}

/* RFC 5095 3: routing header 0 is no more, and nothing comes of it. */
CASE(ip6, routing_header_0)
{
	static const uint8_t routing[8] = { 0, 0, 0, 1 };

	server();
	in_behind(IPPROTO_ROUTING, routing, SYN_IN);
	quiet(1 * SEC);
	counter_is("InSegs", 0);
}

/* What a user adds to each packet (IPV6_DSTOPTS) is no room for payload. */
CASE(ip6, options_cost_payload)
{
	static const uint8_t options[8] = { 0, 0, PADN };
	int fd = passive();

	is(info(fd).tcpi_snd_mss, 1460);
	is(setsockopt(fd, IPPROTO_IPV6, IPV6_DSTOPTS, options,
		      sizeof(options)), 0);
	is(info(fd).tcpi_snd_mss, 1452);
	is(setsockopt(fd, IPPROTO_IPV6, IPV6_DSTOPTS, NULL, 0), 0);
	is(info(fd).tcpi_snd_mss, 1460);
	put(fd, 100);
	out(DATA);
}

/* V16: what a listener has of its own, its children do not share. */
CASE(ip6, children_own_theirs)
{
	static const uint8_t options[8] = { 0, 0, PADN };
	struct ipv6_mreq group = { };
	int l = server(), fd[2], i;

	inet_pton(AF_INET6, "ff02::1234", &group.ipv6mr_multiaddr);
	group.ipv6mr_interface = if_nametoindex("tun0");
	is(setsockopt(l, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &group,
		      sizeof(group)), 0);
	for (i = 0; i < 2; i++) {
		flow(KERNEL_PORT, PEER_PORT + i);
		in(SYN_IN);
		out("S. 0:0(0) ack 1");
	}
	/* Not before: the script reads no packets with options. */
	is(setsockopt(l, IPPROTO_IPV6, IPV6_DSTOPTS, options,
		      sizeof(options)), 0);
	for (i = 0; i < 2; i++) {
		flow_again(KERNEL_PORT, PEER_PORT + i);
		in(". 1:1(0) ack 1");
		fd[i] = accepted(l);
	}
	close(l);
	for (i = 0; i < 2; i++) {
		is(info(fd[i]).tcpi_snd_mss, 1452);
		is(setsockopt(fd[i], IPPROTO_IPV6, IPV6_DROP_MEMBERSHIP, &group,
			      sizeof(group)), -1);
		is(errno, EADDRNOTAVAIL);
	}
	is(setsockopt(fd[1], IPPROTO_IPV6, IPV6_DSTOPTS, NULL, 0), 0);
	put(fd[1], 100);
	out(DATA);
}

/*
 * Addresses
 */

static void in_from_nobody(const char *text)
{
	uint8_t pkt[MAX_PACKET];
	size_t len = packet(pkt, "%s", text);
	uint32_t sum;

	memset(pkt + 8, 0, 16);
	memset(pkt + IP_HDR + 16, 0, 2);
	sum = checksum_add(peer_proto + len - IP_HDR, pkt + 8, 32);
	sum = checksum_end(checksum_add(sum, pkt + IP_HDR, len - IP_HDR));
	pkt[IP_HDR + 16] = sum >> 8;
	pkt[IP_HDR + 17] = sum;
	inject(pkt, len);
}

/* MUST-63: nobody can be answered. */
CASE(ip6, from_nobody)
{
	server();
	in_from_nobody(SYN_IN);
	quiet(1 * SEC);
	counter_is("DropBadAddress", 1);
	counter_is("HalfOpens", 0);
}

/* MUST-3 RFC 8200 8.1: zero is not "no checksum". */
CASE(ip6, checksum_zero)
{
	uint8_t pkt[MAX_PACKET];
	size_t len;

	server();
	len = packet(pkt, SYN_IN);
	memset(pkt + IP_HDR + 16, 0, 2);
	inject(pkt, len);
	quiet(1 * SEC);
	counter_is("DropBadChecksum", 1);
}

#define KERNEL_LINK	"169.254.0.1"
#define PEER_LINK	"169.254.0.2"

/* That of <linux/ipv6.h>, which does not go together with <netinet/in.h>. */
struct in6_ifreq {
	struct in6_addr ifr6_addr;
	uint32_t ifr6_prefixlen;
	int ifr6_ifindex;
};

/* An address of the link; returns the link. */
static int link_address(void)
{
	struct in6_ifreq req = {
		.ifr6_prefixlen = 64,
		.ifr6_ifindex = if_nametoindex("tun0"),
	};
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	address_octets(inet_addr(KERNEL_LINK), req.ifr6_addr.s6_addr);
	is(ioctl(fd, SIOCSIFADDR, &req), 0);
	close(fd);
	quiet(10);
	return req.ifr6_ifindex;
}

static int connect_link(int fd, int scope)
{
	struct sockaddr_storage sa;
	socklen_t len = address(&sa, PEER_LINK, PEER_PORT);

	((struct sockaddr_in6 *)&sa)->sin6_scope_id = scope;
	return connect(fd, (struct sockaddr *)&sa, len) ? errno : 0;
}

static int bind_link(uint16_t port, int scope)
{
	struct sockaddr_storage sa;
	socklen_t len = address(&sa, KERNEL_LINK, port);
	int fd = tcp_socket();

	((struct sockaddr_in6 *)&sa)->sin6_scope_id = scope;
	is(bind(fd, (struct sockaddr *)&sa, len), 0);
	return fd;
}

/* RFC 4007 6: such an address means nothing without the link. */
CASE(ip6, scope_of_client)
{
	int link = link_address();
	int fd = tcp_socket();

	is(connect_link(fd, 0), EINVAL);
	is(connect_link(fd, link + 1000), ENETUNREACH);
	close(fd);

	flow_between(KERNEL_LINK, KERNEL_PORT, PEER_LINK, PEER_PORT);
	fd = bind_link(KERNEL_PORT, link);
	is(connect_link(fd, link + 1), EINVAL);
	is(connect_link(fd, 0), EINPROGRESS);
	out("S 0:0(0)");
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	out(". 1:1(0) ack 1");
	put(fd, 100);
	out(DATA);
}

/* RFC 4007 6: a connection from such an address belongs to its link. */
CASE(ip6, scope_of_peer)
{
	struct sockaddr_in6 sin6;
	socklen_t len = sizeof(sin6);
	int link = link_address();
	int on = 1;
	int l = tcp_socket(), fd;
	struct sockaddr_storage any;
	socklen_t anylen = address(&any, "0.0.0.0", KERNEL_PORT);

	setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	is(bind(l, (struct sockaddr *)&any, anylen), 0);
	is(listen(l, 1), 0);
	flow_between(KERNEL_LINK, KERNEL_PORT, PEER_LINK, PEER_PORT);
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	is(getpeername(fd, (struct sockaddr *)&sin6, &len), 0);
	is(sin6.sin6_scope_id, link);
	put(fd, 100);
	out(DATA);
	in(". 1:1(0) ack 101");
	close(fd);
	out("F. 101:101(0) ack 1");
	in("F. 1:1(0) ack 102");
	out(". 102:102(0) ack 2");
	state_is("TIME_WAIT");
	in("F. 1:1(0) ack 102");
	out(". 102:102(0) ack 2");
}

/* S062 T17: one host has a network of 64 bits, unless one says otherwise. */
CASE(ip6, syn_quota_prefix6)
{
	ltcp_only("has no quotas");
	set_sysctl("syncookies", "0");
	set_sysctl("syn_quota_halfopens", "2");
	set_sysctl("syn_quota_prefix6", "64");
	server();
	flow_from("192.0.2.4", KERNEL_PORT, 1);
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	flow_from("192.0.2.5", KERNEL_PORT, 1);
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	flow_from("192.0.2.6", KERNEL_PORT, 1);
	in(SYN_IN);
	quiet(10);
	counter_is("QuotaHalfOpens", 1);
	set_sysctl("syn_quota_prefix6", "128");
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
}

/*
 * Packet Too Big
 */

#define FULL	". 1:1461(1460) ack 1"

/* RFC 8201 4 T15: what is told of a segment on its way is believed, */
CASE(ip6, packet_too_big)
{
	int fd = passive();

	put(fd, 1460);
	out("P. 1:1461(1460) ack 1");
	icmp6(ICMPV6_PKT_TOOBIG, 0, 1300, FULL);
	out(". 1:1241(1240) ack 1");
	counter_is("IcmpPmtu", 1);
	in(". 1:1(0) ack 1461");
	put(fd, 1300);
	out(". 1461:2701(1240) ack 1");
	out("P. 2701:2761(60) ack 1");
}

/* and of no other. */
CASE(ip6, packet_too_big_elsewhere)
{
	int fd = passive();

	put(fd, 1460);
	out("P. 1:1461(1460) ack 1");
	icmp6(ICMPV6_PKT_TOOBIG, 0, 1300, ". 1461:2921(1460) ack 1");
	icmp6(ICMPV6_PKT_TOOBIG, 0, 1300, ". 0:1460(1460) ack 1");
	quiet(RTO / 2);
	counter_is("IcmpPmtu", 0);
	counter_is("IcmpIgnored", 2);
	is(info(fd).tcpi_snd_mss, 1460);
}

/* RFC 4821 7.7: a path that swallows takes 1280 octets at least. */
CASE(ip6, black_hole)
{
	int fd, i;

	set_sysctl("mtu_probing", "1");
	fd = passive();
	put(fd, 1460);
	out("P. 1:1461(1460) ack 1");
	/* As often as retries1, and once more. */
	for (i = 0; i < 3; i++)
		out_at((1 << i) * RTO, "P. 1:1461(1460) ack 1");
	out_at(8 * RTO, ". 1:1221(1220) ack 1");
	counter_is("MtuBlackHoles", 1);
	is(info(fd).tcpi_snd_mss, 1220);
}

/* RFC 8201 4: no path takes less than 1280, and who says so lies. */
CASE(ip6, packet_too_big_floor)
{
	int fd = passive();

	ltcp_only("sends smaller ones, down to 1280");
	put(fd, 1460);
	out("P. 1:1461(1460) ack 1");
	icmp6(ICMPV6_PKT_TOOBIG, 0, 1279, FULL);
	icmp6(ICMPV6_PKT_TOOBIG, 0, 68, FULL);
	quiet(RTO / 2);
	counter_is("IcmpIgnored", 2);
	is(info(fd).tcpi_snd_mss, 1460);
	icmp6(ICMPV6_PKT_TOOBIG, 0, 1280, FULL);
	out(". 1:1221(1220) ack 1");
}

/*
 * Sockets of both families
 */

/* From here on packets are of IPv4; sockets are not. */
static void talk_ipv4(void)
{
	segment_family = AF_INET;
}

static struct sockaddr_in6 mapped(const char *addr, uint16_t port)
{
	struct sockaddr_in6 sin6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
	};

	sin6.sin6_addr.s6_addr[10] = 0xff;
	sin6.sin6_addr.s6_addr[11] = 0xff;
	*(in_addr_t *)(sin6.sin6_addr.s6_addr + 12) = inet_addr(addr);
	return sin6;
}

static int bind6(struct sockaddr_in6 sin6, int only)
{
	int fd = tcp_socket();

	set_ip6(fd, IPV6_V6ONLY, only);
	if (bind(fd, (struct sockaddr *)&sin6, sizeof(sin6))) {
		close(fd);
		return -errno;
	}
	return fd;
}

static int bind4(const char *addr)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(KERNEL_PORT),
		.sin_addr.s_addr = inet_addr(addr),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, peer_proto);

	check(fd >= 0);
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin))) {
		close(fd);
		return -errno;
	}
	return fd;
}

/* Any of the kernel's addresses. */
static struct sockaddr_in6 any6(void)
{
	return (struct sockaddr_in6){
		.sin6_family = AF_INET6,
		.sin6_port = htons(KERNEL_PORT),
	};
}

static void is_name(const struct sockaddr_in6 *got, const char *addr, int port)
{
	struct sockaddr_in6 want = mapped(addr, port);

	is(memcmp(&got->sin6_addr, &want.sin6_addr, 16), 0);
	is(ntohs(got->sin6_port), port);
	is(got->sin6_family, AF_INET6);
}

static void is_named(int fd)
{
	struct sockaddr_in6 name;
	socklen_t len = sizeof(name);

	is(getpeername(fd, (struct sockaddr *)&name, &len), 0);
	is_name(&name, PEER_ADDR, PEER_PORT);
	is(getsockname(fd, (struct sockaddr *)&name, &len), 0);
	is_name(&name, KERNEL_ADDR, KERNEL_PORT);
}

/* RFC 3493 3.7: connect() to ::ffff:192.0.2.2 */
CASE(ip6, mapped_client)
{
	struct sockaddr_in6 to = mapped(PEER_ADDR, PEER_PORT);
	struct sockaddr_in6 from = mapped(KERNEL_ADDR, KERNEL_PORT);
	int fd = bind6(from, 0);

	check(fd >= 0);
	is(connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0,
	   EINPROGRESS);
	talk_ipv4();
	out("S 0:0(0)");
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	out(". 1:1(0) ack 1");
	is_named(fd);
	put(fd, 100);
	out(DATA);
	in("P. 1:101(100) ack 101");
	out_between(0, 50, ". 101:101(0) ack 101");
	get(fd, 100);
	close(fd);
	out("F. 101:101(0) ack 101");
	in("F. 101:101(0) ack 102");
	out(". 102:102(0) ack 102");
	state_is("TIME_WAIT");
}

/* RFC 3493 3.7: the attempt fails, and the socket is one of IPv6 again. */
CASE(ip6, mapped_then_not)
{
	struct sockaddr_in6 to = mapped("198.51.100.1", PEER_PORT);
	struct sockaddr unspec = { .sa_family = AF_UNSPEC };
	struct sockaddr_in6 any = any6();
	int fd = tcp_socket();

	is(connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0,
	   ENETUNREACH);
	to = mapped(PEER_ADDR, PEER_PORT);
	is(connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0,
	   EINPROGRESS);
	swallow();
	is(connect(fd, &unspec, sizeof(unspec)), 0);
	flow(KERNEL_PORT, PEER_PORT);
	is(bind(fd, (struct sockaddr *)&any, sizeof(any)), 0);
	is(start_connect(fd), EINPROGRESS);
	out("S 0:0(0)");
}

/* RFC 3493 3.7 5.3: a socket for IPv6 only does not talk IPv4. */
CASE(ip6, v6only_client)
{
	struct sockaddr_in6 to = mapped(PEER_ADDR, PEER_PORT);
	int fd = tcp_socket();

	set_ip6(fd, IPV6_V6ONLY, 1);
	is(connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0,
	   ENETUNREACH);
	quiet(100);
}

/* RFC 3493 3.7: one listener for both. */
CASE(ip6, both_families)
{
	int l = bind6(any6(), 0), fd;

	check(l >= 0);
	is(listen(l, 5), 0);
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
	accepted(l);

	talk_ipv4();
	flow(KERNEL_PORT, PEER_PORT);
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	is_named(fd);
	in("P. 1:101(100) ack 1");
	out_between(0, 50, ". 1:1(0) ack 101");
	get(fd, 100);
	put(fd, 100);
	out("P. 1:101(100) ack 101");
	/* The listener goes first: its children are their own. */
	close(l);
	in(". 101:101(0) ack 101");
	close(fd);
	out("F. 101:101(0) ack 101");
}

/* RFC 3493 3.7 S055: by cookie as well, which has no entry. */
CASE(ip6, both_families_by_cookie)
{
	int l = bind6(any6(), 0), fd;

	ltcp_only("remembers other things");
	check(l >= 0);
	set_sysctl("syncookies", "2");
	is(listen(l, 5), 0);
	talk_ipv4();
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	is_named(fd);
	counter_is("SyncookiesRecv", 1);
}

/* RFC 3493 5.3: and one for IPv6 only. */
CASE(ip6, v6only_listener)
{
	int l = bind6(any6(), 1);

	check(l >= 0);
	is(get_ip6(l, IPV6_V6ONLY), 1);
	is(listen(l, 5), 0);
	talk_ipv4();
	in(SYN_IN);
	out("R. 0:0(0) ack 1");
}

/* Bound to ::ffff:192.0.2.1, it is one for IPv4. */
CASE(ip6, mapped_listener)
{
	struct sockaddr_in6 at = mapped(KERNEL_ADDR, KERNEL_PORT);
	int l = bind6(at, 0);

	check(l >= 0);
	is(listen(l, 5), 0);
	in(SYN_IN);
	out("R. 0:0(0) ack 1");
	talk_ipv4();
	flow(KERNEL_PORT, PEER_PORT);
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	is_named(accepted(l));
}

/* MUST-41 RFC 3493 5.3: who takes both families takes the port of both. */
CASE(ip6, bind_conflicts)
{
	struct sockaddr_in6 own = any6();
	int a, b;

	address_octets(inet_addr(KERNEL_ADDR), own.sin6_addr.s6_addr);
	a = bind6(any6(), 0);
	check(a >= 0);
	is(bind4("0.0.0.0"), -EADDRINUSE);
	is(bind4(KERNEL_ADDR), -EADDRINUSE);
	is(bind6(own, 0), -EADDRINUSE);
	close(a);

	a = bind4(KERNEL_ADDR);
	check(a >= 0);
	is(bind6(any6(), 0), -EADDRINUSE);
	b = bind6(any6(), 1);
	check(b >= 0);
	close(b);
	b = bind6(own, 0);
	check(b >= 0);
	close(a);
	close(b);

	a = bind6(any6(), 1);
	check(a >= 0);
	b = bind4("0.0.0.0");
	check(b >= 0);
}

/* A socket of IPv4 is nearer to a peer of IPv4 than one of both families. */
CASE(ip6, nearest_listener)
{
	int both = bind6(any6(), 1), four = bind4("0.0.0.0");
	int fd;

	check(both >= 0 && four >= 0);
	is(listen(both, 5), 0);
	is(listen(four, 5), 0);
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	accepted(both);
	talk_ipv4();
	flow(KERNEL_PORT, PEER_PORT);
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	fd = accept(four, NULL, NULL);
	check(fd >= 0);
}

/*
 * Socket options
 */

/* Once bound it is decided, and no socket changes its family. */
CASE(ip6, options_refused)
{
	int fd = passive(), l, family = AF_INET;

	is(setsockopt(fd, IPPROTO_IPV6, IPV6_ADDRFORM, &family,
		      sizeof(family)), -1);
	ltcp_only("changes it, of a mapped one");
	is(errno, ENOPROTOOPT);
	l = bind6(any6(), 0);
	is(l, -EADDRINUSE);
	family = 1;
	is(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &family,
		      sizeof(family)), -1);
	is(errno, EINVAL);
}

TEST_HARNESS_MAIN
