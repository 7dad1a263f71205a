// SPDX-License-Identifier: GPL-2.0
/*
 * What a SYN costs: segments written into a TUN device, which the kernel
 * processes, with the answer, before write() returns.
 *
 * The answers go to a dummy device, which discards them. What the way in costs
 * by itself is measured with as many packets of the same size that end where a
 * SYN is handed to its protocol: ICMP with a wrong checksum.
 */

#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../lib/inject.h"
#include "load.h"

#define ADDRESS		"10.7.0.1"
#define BURST		2000		/* well below the size of all tables */

struct target {
	int proto;
	int tun;
	unsigned long sent;
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Segments of another peer each; those of the same @t->sent are the same. */
static double burst(const struct target *t, int proto, uint8_t flags)
{
	struct seg s = {
		.dst = inet_addr(ADDRESS),
		.dport = LOAD_PORT,
		.flags = flags,
	};
	uint8_t pkt[SEG_MAX];
	double start = now();
	unsigned long n;

	for (n = t->sent; n < t->sent + BURST; n++) {
		s.src = htonl(SINK_NET + n * 40503 % SINK_SIZE);
		s.sport = 1024 + n % 60000;
		s.seq = n * 2654435761U + !!(flags & SEG_RST);
		tun_write(t->tun, pkt, seg_build(&s, proto, pkt));
	}
	return now() - start;
}

static void set(int proto, const char *name, const char *tcp_name,
		const char *value)
{
	char path[80];

	if (proto == IPPROTO_TCP)
		snprintf(path, sizeof(path), "/proc/sys/net/ipv4/%s", tcp_name);
	else
		snprintf(path, sizeof(path), "/proc/sys/net/ltcp/%s", name);
	if (put_file(path, value))
		err(1, "%s", path);
}

int load_listener(int proto, const char *cookies)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = inet_addr(ADDRESS),
		.sin_port = htons(LOAD_PORT),
	};
	int fd = socket(AF_INET, SOCK_STREAM, proto);

	if (put_file("/proc/sys/net/core/somaxconn", "1000000"))
		err(1, "somaxconn");
	set(proto, "max_syn_backlog", "tcp_max_syn_backlog", "1000000");
	set(proto, "syncookies", "tcp_syncookies", cookies);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sin, sizeof(sin)) ||
	    listen(fd, 100000))
		err(1, "listener");
	return fd;
}

static double syn_rate(int proto, unsigned long count, const char *cookies)
{
	struct target t = { .proto = proto };
	double syns = 0, way = 0;
	unsigned long i;
	int fd;

	t.tun = tun_new(ADDRESS, "255.255.255.0");
	sink_new();
	fd = load_listener(proto, cookies);
	for (i = 0; i < count / BURST + 1; i++) {
		double syn = burst(&t, proto, SEG_SYN);
		double none = burst(&t, IPPROTO_ICMP, SEG_SYN);

		/* Take them back; the first time is for the caches. */
		burst(&t, proto, SEG_RST);
		t.sent += BURST;
		if (!i)
			continue;
		syns += syn;
		way += none;
	}
	close(fd);
	return (t.sent - BURST) / (syns - way);
}

double load_syn(int proto, unsigned long count)
{
	return syn_rate(proto, count, "0");
}

double load_cookie(int proto, unsigned long count)
{
	return syn_rate(proto, count, "2");
}
