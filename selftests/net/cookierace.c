// SPDX-License-Identifier: GPL-2.0
/*
 * cookierace ROUNDS: the ACK that brings a SYN cookie back, seen by two CPUs at
 * the same time. Each round opens one connection to a listener in the namespace
 * at hand, from a peer behind a TUN device with two queues: a thread for each
 * queue, on a processor of its own, writes the same ACK when the other one does
 * and so has it received there. There must be one child, and no RST. With
 * syncookies 1 and room, the same for half-open entries.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define KERNEL_ADDR	"192.0.2.1"
#define PEER_ADDR	"192.0.2.2"
#define PORT		8080
#define WAIT_MS		10000

struct packet {
	struct iphdr ip;
	struct tcphdr tcp;
};

static int proto = 253;
static int queue[2];
static struct packet ack;
static atomic_uint turn;	/* two for each round: go, ... */
static atomic_uint done;	/* ... and done */

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint32_t sum_add(uint32_t sum, const void *data, size_t len)
{
	const uint16_t *p = data;

	for (; len > 1; len -= 2)
		sum += *p++;
	return sum;
}

static uint16_t sum_end(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static void packet_fill(struct packet *p, uint16_t port, uint32_t seq,
			uint32_t ack_seq)
{
	uint32_t sum = htons(proto) + htons(sizeof(p->tcp));

	memset(p, 0, sizeof(*p));
	p->ip.version = 4;
	p->ip.ihl = 5;
	p->ip.tot_len = htons(sizeof(*p));
	p->ip.ttl = 64;
	p->ip.protocol = proto;
	p->ip.saddr = inet_addr(PEER_ADDR);
	p->ip.daddr = inet_addr(KERNEL_ADDR);
	p->ip.check = sum_end(sum_add(0, &p->ip, sizeof(p->ip)));
	p->tcp.source = htons(port);
	p->tcp.dest = htons(PORT);
	p->tcp.seq = htonl(seq);
	p->tcp.ack_seq = htonl(ack_seq);
	p->tcp.doff = 5;
	p->tcp.syn = !ack_seq;
	p->tcp.ack = !!ack_seq;
	p->tcp.window = htons(65535);
	sum = sum_add(sum, &p->ip.saddr, 8);
	p->tcp.check = sum_end(sum_add(sum, &p->tcp, sizeof(p->tcp)));
}

static void packet_send(int fd, const struct packet *p)
{
	if (write(fd, p, sizeof(*p)) != sizeof(*p))
		die("TUN write");
}

/* Next segment for @port from either queue into @p; 0: none in @ms. */
static int packet_receive(struct packet *p, uint16_t port, int ms)
{
	struct pollfd pfd[] = {
		{ .fd = queue[0], .events = POLLIN },
		{ .fd = queue[1], .events = POLLIN },
	};
	uint8_t buf[2048];
	int i;

	while (poll(pfd, 2, ms) > 0) {
		for (i = 0; i < 2; i++) {
			if (read(queue[i], buf, sizeof(buf)) <
			    (ssize_t)sizeof(*p))
				continue;
			memcpy(p, buf, sizeof(*p));
			if (p->ip.version == 4 && p->ip.protocol == proto &&
			    p->tcp.dest == htons(port))
				return 1;
		}
	}
	return 0;
}

static int tun_queue(char *name)
{
	struct ifreq ifr = {
		.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_MULTI_QUEUE,
	};
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);

	memcpy(ifr.ifr_name, name, IFNAMSIZ);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr))
		die("TUN");
	memcpy(name, ifr.ifr_name, IFNAMSIZ);
	return fd;
}

static void tun_up(const char *name)
{
	struct ifreq ifr = { };
	struct sockaddr_in *sin = (struct sockaddr_in *)&ifr.ifr_addr;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	memcpy(ifr.ifr_name, name, IFNAMSIZ);
	sin->sin_family = AF_INET;
	sin->sin_addr.s_addr = inet_addr(KERNEL_ADDR);
	if (ioctl(fd, SIOCSIFADDR, &ifr))
		die("SIOCSIFADDR");
	sin->sin_addr.s_addr = inet_addr("255.255.255.0");
	if (ioctl(fd, SIOCSIFNETMASK, &ifr))
		die("SIOCSIFNETMASK");
	ifr.ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		die("SIOCSIFFLAGS");
	close(fd);
}

/* Waits, busily: what counts is that both write at the same moment. */
static void wait_for(atomic_uint *counter, unsigned int value)
{
	unsigned int spins = 0;

	while (*counter < value)
		if (++spins % 10000 == 0)
			sched_yield();
}

static void *writer(void *arg)
{
	int me = *(int *)arg;
	unsigned int round;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(me, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity");
	for (round = 1; ; round++) {
		wait_for(&turn, round);
		packet_send(queue[me], &ack);
		done++;
	}
	return NULL;
}

static int listener_open(void)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(PORT),
		.sin_addr.s_addr = inet_addr(KERNEL_ADDR),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, proto);

	if (fd < 0 || bind(fd, (struct sockaddr *)&sin, sizeof(sin)) ||
	    listen(fd, 16))
		die("listener");
	return fd;
}

/* What is wrong with this round, NULL if nothing. */
static const char *play(int listener, unsigned int round)
{
	struct linger now = { .l_onoff = 1 };
	uint16_t port = 1024 + round % 60000;
	uint32_t irs = round * 12345;
	struct packet p;
	int fd;

	packet_fill(&p, port, irs, 0);
	packet_send(queue[0], &p);
	if (!packet_receive(&p, port, WAIT_MS) || !p.tcp.syn || !p.tcp.ack)
		return "no SYN-ACK";

	packet_fill(&ack, port, irs + 1, ntohl(p.tcp.seq) + 1);
	turn++;
	wait_for(&done, 2 * round);
	fd = accept(listener, NULL, NULL);
	if (fd < 0)
		return "no child";
	if (accept(listener, NULL, NULL) >= 0)
		return "two children";
	if (packet_receive(&p, port, 0))
		return p.tcp.rst ? "a RST" : "a segment that nobody asked for";

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
	if (!packet_receive(&p, port, WAIT_MS) || !p.tcp.rst)
		return "no RST at the end";
	return NULL;
}

int main(int argc, char **argv)
{
	unsigned int rounds = argc > 1 ? atoi(argv[1]) : 1000, round;
	const char *env = getenv("LTCP_PROTO");
	static int number[] = { 0, 1 };
	char name[IFNAMSIZ] = "";
	const char *wrong = NULL;
	pthread_t thread[2];
	int listener, i;

	if (env)
		proto = atoi(env);
	for (i = 0; i < 2; i++)
		queue[i] = tun_queue(name);
	tun_up(name);
	listener = listener_open();
	for (i = 0; i < 2; i++)
		if (pthread_create(&thread[i], NULL, writer, &number[i]))
			die("pthread_create");
	for (round = 1; round <= rounds && !wrong; round++)
		wrong = play(listener, round);
	printf("%u rounds%s%s\n", round - 1, wrong ? ", the last one: " : "",
	       wrong ?: "");
	return !!wrong;
}
