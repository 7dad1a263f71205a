// SPDX-License-Identifier: GPL-2.0
/*
 * A flood of SYNs from random addresses, and what clients notice of it.
 *
 *	flood [-p PROTOCOL] [-t SECONDS]
 *
 * A client opens a connection, gets one octet back, closes and begins again:
 * first alone, then while another process injects SYNs as fast as the
 * processor can. That process yields to client and server, which have real-time
 * priority, since what is asked for is what the listener does under a flood,
 * not how the scheduler shares. Prints
 *
 *	FLOOD protocol=P syns=N seconds=S rate=N/S connects=C failed=F
 *	      idle_p50=us idle_p99=us p50=us p99=us ratio=p99/idle_p99
 *	      slab_kib=K memory_kib=M
 *
 * on one line: times of connect() and an exchange in microseconds, and by how
 * much kernel memory grew at most. All settings have their defaults. To be run
 * as root, in a machine with one processor, with the module loaded.
 */

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../lib/inject.h"

#define ADDRESS		"10.7.0.1"
#define PORT		5001
#define MAX_TRIES	1000000
#define PATIENCE	10000	/* milliseconds for one connect() or octet */
#define PAUSE		1000	/* microseconds between two connections */
#define BATCH		32	/* SYNs with a system call */

/* What the flooding process tells, and is told. */
struct shared {
	atomic_ulong syns;
	atomic_bool stop;
};

static int proto = 253;
static double seconds = 60;
static struct shared *shared;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static struct sockaddr_in server_address(void)
{
	return (struct sockaddr_in) {
		.sin_family = AF_INET,
		.sin_addr.s_addr = inet_addr(ADDRESS),
		.sin_port = htons(PORT),
	};
}

/* Many with each system call, which costs more than a SYN does. */
static void flood(void)
{
	static const struct sched_param none;
	static uint8_t pkt[BATCH][SEG_MAX];
	static struct mmsghdr msg[BATCH];
	static struct iovec iov[BATCH];
	struct sockaddr_ll lo = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = if_nametoindex("lo"),
		.sll_halen = ETH_ALEN,
	};
	struct seg s = {
		.dst = inet_addr(ADDRESS),
		.dport = PORT,
		.flags = SEG_SYN,
	};
	int fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	uint64_t x = 88172645463325252ULL;
	int i, n;

	if (fd < 0)
		err(1, "packet socket");
	if (sched_setscheduler(0, SCHED_OTHER, &none))
		err(1, "SCHED_OTHER");
	for (i = 0; i < BATCH; i++) {
		iov[i].iov_base = pkt[i];
		msg[i].msg_hdr.msg_name = &lo;
		msg[i].msg_hdr.msg_namelen = sizeof(lo);
		msg[i].msg_hdr.msg_iov = &iov[i];
		msg[i].msg_hdr.msg_iovlen = 1;
	}
	while (!shared->stop) {
		for (i = 0; i < BATCH; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			s.src = htonl(SINK_NET + x % SINK_SIZE);
			s.sport = x >> 32;
			s.seq = x >> 24;
			iov[i].iov_len = seg_build(&s, proto, pkt[i]);
		}
		n = sendmmsg(fd, msg, BATCH, 0);
		if (n < 0)
			err(1, "SYNs");
		shared->syns += n;
	}
}

static void serve(int l)
{
	char c;

	for (;;) {
		int fd = accept(l, NULL, NULL);

		if (fd < 0)
			continue;
		if (read(fd, &c, 1) == 1)
			send(fd, &c, 1, MSG_NOSIGNAL);
		close(fd);
	}
}

static bool ready(int fd, int what)
{
	struct pollfd p = { .fd = fd, .events = what };

	return poll(&p, 1, PATIENCE) == 1 && !(p.revents & (POLLERR | POLLHUP));
}

/* Return: how long it took, or a negative number. */
static double client_once(void)
{
	struct sockaddr_in sin = server_address();
	static const struct linger reset = { .l_onoff = 1 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, proto);
	double start = now(), took = -1;
	char c = 'x';

	if (fd < 0)
		err(1, "socket");
	if (connect(fd, (struct sockaddr *)&sin, sizeof(sin)) &&
	    errno != EINPROGRESS)
		goto out;
	if (!ready(fd, POLLOUT) || send(fd, &c, 1, MSG_NOSIGNAL) != 1)
		goto out;
	if (ready(fd, POLLIN) && recv(fd, &c, 1, 0) == 1)
		took = now() - start;
out:
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
	return took;
}

static long memory(const char *name)
{
	FILE *file = fopen("/proc/meminfo", "r");
	char line[128];
	long kib = 0;

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)) &&
		    sscanf(line + strlen(name), ": %ld", &kib) == 1)
			break;
	fclose(file);
	return kib;
}

struct result {
	double *took;
	unsigned long tries;
	unsigned long failed;
	long slab;
	long used;
};

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Clients until @until. */
static void clients(struct result *r, double until)
{
	long slab = memory("SUnreclaim");
	long free = memory("MemAvailable");
	double took;

	r->took = calloc(MAX_TRIES, sizeof(*r->took));
	while (now() < until && r->tries < MAX_TRIES) {
		took = client_once();
		if (took < 0)
			r->failed++;
		/* Who gave up waited at least as long. */
		r->took[r->tries++] = took < 0 ? PATIENCE / 1e3 : took;
		usleep(PAUSE);
		if (r->tries % 100)
			continue;
		if (memory("SUnreclaim") - slab > r->slab)
			r->slab = memory("SUnreclaim") - slab;
		if (free - memory("MemAvailable") > r->used)
			r->used = free - memory("MemAvailable");
	}
	qsort(r->took, r->tries, sizeof(*r->took), compare);
}

/* In microseconds. */
static double percentile(const struct result *r, unsigned int p)
{
	return r->tries ? r->took[(r->tries - 1) * p / 100] * 1e6 : 0;
}

static pid_t child(void (*run)(int), int arg)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		run(arg);
		_exit(0);
	}
	return pid;
}

static void flood_child(int unused)
{
	(void)unused;
	flood();
}

static void report(const struct result *idle, const struct result *busy,
		   double took)
{
	unsigned long syns = shared->syns;

	printf("FLOOD protocol=%d syns=%lu seconds=%.1f rate=%.0f ", proto,
	       syns, took, syns / took);
	printf("connects=%lu failed=%lu ", busy->tries, busy->failed);
	printf("idle_p50=%.0f idle_p99=%.0f p50=%.0f p99=%.0f ratio=%.2f "
	       "slab_kib=%ld memory_kib=%ld\n",
	       percentile(idle, 50), percentile(idle, 99),
	       percentile(busy, 50), percentile(busy, 99),
	       percentile(busy, 99) / percentile(idle, 99), busy->slab,
	       busy->used);
}

static void run(void)
{
	static const struct sched_param first = { .sched_priority = 1 };
	struct sockaddr_in sin = server_address();
	struct result idle = {}, busy = {};
	pid_t server, flooder;
	double start;
	int l;

	if (sched_setscheduler(0, SCHED_FIFO, &first))
		err(1, "SCHED_FIFO");
	if (unshare(CLONE_NEWNET))
		err(1, "no new network namespace");
	tun_new(ADDRESS, "255.255.255.0");
	sink_new();
	l = socket(AF_INET, SOCK_STREAM, proto);
	if (l < 0 || bind(l, (struct sockaddr *)&sin, sizeof(sin)) ||
	    listen(l, 4096))
		err(1, "listener");
	server = child(serve, l);
	clients(&idle, now() + seconds / 4);
	flooder = child(flood_child, 0);
	start = now();
	clients(&busy, start + seconds);
	shared->stop = true;
	report(&idle, &busy, now() - start);
	waitpid(flooder, NULL, 0);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
}

int main(int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "p:t:")) != -1) {
		switch (opt) {
		case 'p':
			proto = atoi(optarg);
			break;
		case 't':
			seconds = atof(optarg);
			break;
		default:
			errx(2, "usage: flood [-p PROTOCOL] [-t SECONDS]");
		}
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		err(1, "mmap");
	run();
	return 0;
}
