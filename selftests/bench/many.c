// SPDX-License-Identifier: GPL-2.0
/*
 * What many connections take: by how much less memory is free when they are
 * there, whatever it went to. So inodes, files and dentries of descriptors
 * count, and ports, and what the allocators cannot use.
 *
 * Peers are scripted, behind a TUN device, so that only one end is in this
 * machine; for mem_pair and mem_timewait, both ends are, over loopback.
 */

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../lib/inject.h"
#include "load.h"

#define ADDRESS		"10.7.0.1"
#define NETMASK		"255.255.0.0"
#define PEERS		0x0a070100U	/* 10.7.1.0, and those behind it */
#define PER_PEER	16		/* connections, no quota's worth */
#define SEGMENT		200		/* octets of a segment of data */
#define CALM_MS		100		/* between two looks at free memory */
#define CALM_PAGES	16		/* what others may take meanwhile */

/* How far a connection gets. */
enum stage {
	HALF_OPEN,
	NOT_ACCEPTED,
	IDLE,
	NOT_READ,
	PAIR,
	TIME_WAIT,
};

/**
 * struct many - connections that are being made
 * @proto: IP protocol number
 * @stage: how far they get
 * @fd: the listener
 * @tun: behind which the peers are
 * @made: how many there are
 */
struct many {
	int proto;
	enum stage stage;
	int fd;
	int tun;
	unsigned long made;
};

/* Pages that are free, those that a processor keeps for itself too. */
static long free_pages(void)
{
	FILE *file = fopen("/proc/zoneinfo", "r");
	long pages = 0, n;
	char line[128];

	if (!file)
		err(1, "/proc/zoneinfo");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, " nr_free_pages %ld", &n) == 1 ||
		    sscanf(line, " count: %ld", &n) == 1)
			pages += n;
	fclose(file);
	return pages;
}

/*
 * Free memory in octets, when it has been the same for half a second: RCU and
 * namespaces that end give theirs back later. What files were read is dropped.
 */
static double memory(void)
{
	long last = 0, pages;
	int calm = 0;
	int i;

	for (i = 0; i < 600; i++) {
		if (put_file("/proc/sys/vm/drop_caches", "3"))
			err(1, "drop_caches");
		pages = free_pages();
		calm = labs(pages - last) > CALM_PAGES ? 0 : calm + 1;
		if (calm == 5)
			return (double)pages * sysconf(_SC_PAGESIZE);
		last = pages;
		usleep(CALM_MS * 1000);
	}
	errx(1, "free memory does not come to rest");
}

static void room_for_descriptors(unsigned long n)
{
	struct rlimit rl = { .rlim_cur = n, .rlim_max = n };

	if (setrlimit(RLIMIT_NOFILE, &rl))
		err(1, "%lu descriptors", n);
}

/* What the kernel answers, on its way to the peer at @s. */
static void answer(const struct many *m, const struct seg *s, struct seg *got)
{
	struct pollfd pfd = { .fd = m->tun, .events = POLLIN };
	uint8_t pkt[SEG_MAX];
	ssize_t n;

	for (;;) {
		if (poll(&pfd, 1, 10000) != 1)
			errx(1, "no SYN-ACK within 10 s");
		n = read(m->tun, pkt, sizeof(pkt));
		if (n < 0 && errno != EAGAIN)
			err(1, "TUN device");
		if (n > 0 && !seg_parse(got, m->proto, pkt, n) &&
		    got->dst == s->src && got->dport == s->sport &&
		    got->flags == (SEG_SYN | SEG_ACK))
			return;
	}
}

static void put(const struct many *m, const struct seg *s)
{
	uint8_t pkt[SEG_MAX];

	tun_write(m->tun, pkt, seg_build(s, m->proto, pkt));
}

static int accepted(const struct many *m)
{
	int fd = accept(m->fd, NULL, NULL);

	if (fd < 0)
		err(1, "accept");
	return fd;
}

/* The first segment of the peer with number @n. */
static struct seg syn_of(unsigned long n)
{
	return (struct seg) {
		.src = htonl(PEERS + n / PER_PEER),
		.dst = inet_addr(ADDRESS),
		.sport = 1024 + n % PER_PEER,
		.dport = LOAD_PORT,
		.seq = n * 2654435761U,
		.flags = SEG_SYN,
	};
}

static void from_peer(const struct many *m)
{
	struct seg s = syn_of(m->made);
	struct seg got;

	put(m, &s);
	answer(m, &s, &got);
	if (m->stage == HALF_OPEN)
		return;
	s.flags = SEG_ACK;
	s.seq++;
	s.ack = got.seq + 1;
	put(m, &s);
	if (m->stage == NOT_ACCEPTED)
		return;
	accepted(m);
	if (m->stage == IDLE)
		return;
	s.flags |= SEG_PSH;
	s.len = SEGMENT;
	put(m, &s);
}

static void over_loopback(const struct many *m)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = inet_addr(ADDRESS),
		.sin_port = htons(LOAD_PORT),
	};
	int fd = socket(AF_INET, SOCK_STREAM, m->proto);
	int child;

	if (fd < 0 || connect(fd, (struct sockaddr *)&sin, sizeof(sin)))
		err(1, "connection %lu", m->made);
	child = accepted(m);
	if (m->stage == PAIR)
		return;
	close(fd);
	close(child);
}

static void make(struct many *m, unsigned long n)
{
	for (; n; n--, m->made++) {
		if (m->stage < PAIR)
			from_peer(m);
		else
			over_loopback(m);
	}
}

/* The peers reset what they opened, lest the next measurement sees it end. */
static void take_back(const struct many *m)
{
	unsigned long n;
	struct seg s;

	for (n = 0; n < m->made; n++) {
		s = syn_of(n);
		s.flags = SEG_RST;
		s.seq += m->stage == NOT_READ ? 1 + SEGMENT : 1;
		put(m, &s);
	}
}

/* An eighth comes first: tables grow, and slabs have room. */
static double octets_each(const struct load *how, enum stage stage)
{
	struct many m = { .proto = how->proto, .stage = stage };
	double before, after;

	room_for_descriptors(how->count * 3 + 100);
	m.tun = tun_new(ADDRESS, NETMASK);
	m.fd = load_listener(how->proto, "0");
	make(&m, how->count / 8);
	before = memory();
	make(&m, how->count);
	after = memory();
	if (stage < PAIR)
		take_back(&m);
	return (before - after) / how->count;
}

double load_mem_halfopen(const struct load *how)
{
	return octets_each(how, HALF_OPEN);
}

double load_mem_queued(const struct load *how)
{
	return octets_each(how, NOT_ACCEPTED);
}

double load_mem_idle(const struct load *how)
{
	return octets_each(how, IDLE);
}

double load_mem_unread(const struct load *how)
{
	return octets_each(how, NOT_READ);
}

double load_mem_pair(const struct load *how)
{
	return octets_each(how, PAIR);
}

double load_mem_timewait(const struct load *how)
{
	return octets_each(how, TIME_WAIT);
}
