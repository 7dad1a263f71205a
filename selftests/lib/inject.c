// SPDX-License-Identifier: GPL-2.0
/*
 * Segments, and the TUN device that they go through: see inject.h.
 */

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inject.h"

#define IP_LEN	20
#define TCP_LEN	20

static const uint8_t syn_options[] = { 2, 4, 0x05, 0xb4, 1, 3, 3, 7 };

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

/* @len is even here, always. */
static uint32_t sum16(uint32_t sum, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (; len > 1; p += 2, len -= 2)
		sum += get16(p);
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

size_t seg_build(const struct seg *s, int proto, uint8_t *pkt)
{
	size_t opt = s->flags & SEG_SYN ? sizeof(syn_options) : 0;
	size_t len = TCP_LEN + opt + s->len;
	uint8_t *th = pkt + IP_LEN;
	uint32_t sum;

	memset(pkt, 0, IP_LEN + len + 1);
	pkt[0] = 0x45;
	put16(pkt + 2, IP_LEN + len);
	pkt[6] = 0x40;
	pkt[8] = 64;
	pkt[9] = proto;
	memcpy(pkt + 12, &s->src, 4);
	memcpy(pkt + 16, &s->dst, 4);
	put16(pkt + 10, fold(sum16(0, pkt, IP_LEN)));

	put16(th, s->sport);
	put16(th + 2, s->dport);
	put32(th + 4, s->seq);
	put32(th + 8, s->flags & SEG_ACK ? s->ack : 0);
	th[12] = (TCP_LEN + opt) / 4 << 4;
	th[13] = s->flags;
	put16(th + 14, 0xffff);
	memcpy(th + TCP_LEN, syn_options, opt);
	sum = sum16(proto + len, pkt + 12, 8);
	put16(th + 16, fold(sum16(sum, th, len + (len & 1))));
	return IP_LEN + len;
}

int seg_parse(struct seg *s, int proto, const uint8_t *pkt, size_t len)
{
	const uint8_t *th = pkt + IP_LEN;

	if (len < IP_LEN + TCP_LEN || pkt[0] != 0x45 || pkt[9] != proto)
		return -1;
	memcpy(&s->src, pkt + 12, 4);
	memcpy(&s->dst, pkt + 16, 4);
	s->sport = get16(th);
	s->dport = get16(th + 2);
	s->seq = get32(th + 4);
	s->ack = get32(th + 8);
	s->flags = th[13];
	s->len = 0;
	return 0;
}

static void interface(int fd, struct ifreq *ifr, int call,
		      const char *address)
{
	struct sockaddr_in *sin = (struct sockaddr_in *)&ifr->ifr_addr;

	sin->sin_family = AF_INET;
	sin->sin_addr.s_addr = inet_addr(address);
	if (ioctl(fd, call, ifr))
		err(1, "%s: address %s", ifr->ifr_name, address);
}

static void up(int fd, struct ifreq *ifr)
{
	ifr->ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, ifr))
		err(1, "%s does not come up", ifr->ifr_name);
}

int tun_new(const char *address, const char *netmask)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	struct ifreq lo = { .ifr_name = "lo" };
	int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (tun < 0 || fd < 0 || ioctl(tun, TUNSETIFF, &ifr))
		err(1, "no TUN device");
	interface(fd, &ifr, SIOCSIFADDR, address);
	interface(fd, &ifr, SIOCSIFNETMASK, netmask);
	up(fd, &lo);
	up(fd, &ifr);
	close(fd);
	return tun;
}

void tun_write(int tun, const uint8_t *pkt, size_t len)
{
	if (write(tun, pkt, len) != (ssize_t)len)
		err(1, "TUN device refused a packet");
}

void sink_new(void)
{
	if (system("ip link add sink0 type dummy && ip link set sink0 up && "
		   "ip route add 198.18.0.0/15 via 10.99.0.1 dev sink0 onlink"))
		errx(1, "no device to discard answers");
}

int put_file(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, value, strlen(value));
	close(fd);
	return n < 0 ? -1 : 0;
}
