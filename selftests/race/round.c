// SPDX-License-Identifier: GPL-2.0
/*
 * What happens in a round: see round.h.
 *
 * The peer is this program, too. It sends into the TUN device, in the context
 * of the thread that writes, so the kernel's side of an ACK runs on one
 * processor while that of a close() runs on another. To open a connection it
 * needs the kernel's sequence number from the SYN-ACK, so it reads what came
 * before the race, and discards the rest.
 */

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../lib/inject.h"
#include "round.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define KERNEL_ADDR	"10.7.0.1"
#define PEER_ADDR	"10.7.0.2"
#define NPORTS		3	/* RACE_PORT and those above */
#define NFLOWS		3
#define NFDS		32
#define PEER_DATA	50	/* octets */

/* How far a connection has come when the race begins. */
enum stage {
	UNUSED,
	HALF_OPEN,
	QUEUED,		/* not accepted */
	OPEN,
	HALF_CLOSED,	/* by us: FIN_WAIT_2 */
	PEER_CLOSED,	/* CLOSE_WAIT */
	OVER,		/* TIME_WAIT */
	NSTAGES,
};

/* Only @fd changes while the threads run; who takes it out closes it. */
struct flow {
	uint16_t port;		/* the peer's */
	uint32_t isn;		/* the peer's */
	uint32_t iss;		/* the kernel's; 0: not known */
	uint32_t sent;		/* sequence numbers of the kernel, with FIN */
	uint32_t rcvd;		/* and of the peer */
	enum stage stage;
	atomic_int fd;
};

struct thread {
	pthread_t id;
	unsigned int number;
	struct rnd rnd;
};

static int proto;
static int tun;
static uint64_t seed;
static unsigned int round_number;
static bool stop;
static pthread_barrier_t begin, end;
static atomic_uint arrived;
static struct thread threads[NTHREADS];

/* The round */
static uint16_t port;
static atomic_int listener;
static unsigned int closer;		/* thread that may close it */
static struct flow flows[NFLOWS];
static int fds[NFDS];			/* accepted, connected */
static atomic_uint nfds;

uint32_t rnd(struct rnd *r)
{
	uint64_t z;

	r->state += 0x9e3779b97f4a7c15;
	z = r->state;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (z ^ z >> 31) >> 16;
}

double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

void pin(unsigned int n)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(n % sysconf(_SC_NPROCESSORS_ONLN), &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "sched_setaffinity");
}

static void spin(unsigned int n)
{
	while (n--)
		__asm__ volatile("" ::: "memory");
}

/*
 * The peer
 */

/* A segment of @f, @seq and @ack counted from the first octets of data. */
static void peer_sends(const struct flow *f, uint8_t flags, uint32_t seq,
		       uint32_t ack, uint8_t len)
{
	struct seg s = {
		.src = inet_addr(PEER_ADDR),
		.dst = inet_addr(KERNEL_ADDR),
		.sport = f->port,
		.dport = port,
		.seq = f->isn + 1 + seq,
		.ack = f->iss + 1 + ack,
		.flags = flags,
		.len = len,
	};
	uint8_t pkt[SEG_MAX];

	tun_write(tun, pkt, seg_build(&s, proto, pkt));
}

/* All that the kernel sent; SYN-ACKs tell their flows the number. */
static void peer_reads(void)
{
	uint8_t pkt[2048];
	struct seg s;
	ssize_t len;
	int i;

	while ((len = read(tun, pkt, sizeof(pkt))) > 0) {
		if (seg_parse(&s, proto, pkt, len) ||
		    s.flags != (SEG_SYN | SEG_ACK))
			continue;
		for (i = 0; i < NFLOWS; i++)
			if (flows[i].port == s.dport)
				flows[i].iss = s.seq;
	}
}

/*
 * Before the race
 */

static void remember(int fd)
{
	unsigned int n;

	if (fd < 0)
		return;
	n = atomic_fetch_add(&nfds, 1);
	if (n < NFDS)
		fds[n] = fd;
	else
		close(fd);
}

static int new_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			proto);
	int one = 1;

	if (fd < 0)
		err(1, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return fd;
}

static int listen_on(int fd, in_addr_t addr, uint16_t to, int backlog)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = addr,
		.sin_port = htons(to),
	};

	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)))
		return -1;
	return listen(fd, backlog);
}

static void new_listener(struct rnd *r)
{
	int fd = new_socket();
	int one = 1;

	if (rnd_below(r, 2))
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	port = RACE_PORT + rnd_below(r, NPORTS);
	if (listen_on(fd, INADDR_ANY, port, rnd_below(r, 4)))
		err(1, "round %u: listener on port %u", round_number, port);
	listener = fd;
}

/* @f's kernel end sends, or closes for sending. */
static void kernel_closes(struct flow *f)
{
	shutdown(f->fd, SHUT_WR);
	f->sent++;
	peer_sends(f, SEG_ACK, f->rcvd, f->sent, 0);
}

static void peer_closes(struct flow *f)
{
	peer_sends(f, SEG_FIN | SEG_ACK, f->rcvd, f->sent, 0);
	f->rcvd++;
}

static void advance(struct flow *f, enum stage to)
{
	f->stage = to;
	if (to == UNUSED)
		return;
	peer_sends(f, SEG_SYN, -1, 0, 0);
	peer_reads();
	if (to == HALF_OPEN || !f->iss)
		return;
	peer_sends(f, SEG_ACK, 0, 0, 0);
	if (to == QUEUED)
		return;
	f->fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (f->fd < 0)
		return;
	if (to == HALF_CLOSED || to == OVER)
		kernel_closes(f);
	if (to == PEER_CLOSED || to == OVER)
		peer_closes(f);
}

static void prepare(struct rnd *r)
{
	unsigned int i;

	peer_reads();
	nfds = 0;
	closer = rnd_below(r, 2 * NTHREADS);
	new_listener(r);
	for (i = 0; i < NFLOWS; i++) {
		struct flow *f = &flows[i];

		memset(f, 0, sizeof(*f));
		f->fd = -1;
		f->port = 1024 + (round_number * NFLOWS + i) % 60000;
		f->isn = rnd(r);
		/* Half of them half open: what most races are about. */
		advance(f, rnd_below(r, 2) ? HALF_OPEN : rnd_below(r, NSTAGES));
	}
}

/*
 * What a thread may do
 */

static void last_ack(struct flow *f, struct rnd *r)
{
	peer_sends(f, SEG_ACK, f->rcvd, f->sent, rnd_below(r, 2) * PEER_DATA);
}

static void last_ack_and_fin(struct flow *f, struct rnd *r)
{
	peer_sends(f, SEG_FIN | SEG_ACK, f->rcvd, f->sent,
		   rnd_below(r, 2) * PEER_DATA);
}

static void peer_acks_all(struct flow *f, struct rnd *r)
{
	peer_sends(f, SEG_ACK, f->rcvd + rnd_below(r, 2),
		   f->sent + rnd_below(r, 3), 0);
}

static void syn_again(struct flow *f, struct rnd *r)
{
	(void)r;
	peer_sends(f, SEG_SYN, -1, 0, 0);
}

/* Beyond all that was sent: it may reopen a TIME_WAIT. */
static void syn_anew(struct flow *f, struct rnd *r)
{
	peer_sends(f, SEG_SYN, 100000 + rnd_below(r, 1000), 0, 0);
}

static void peer_resets(struct flow *f, struct rnd *r)
{
	peer_sends(f, SEG_RST, f->rcvd + !rnd_below(r, 4), 0, 0);
}

static void close_listener(struct flow *f, struct rnd *r)
{
	int fd;

	(void)f;
	(void)r;
	fd = atomic_exchange(&listener, -1);
	if (fd >= 0)
		close(fd);
}

static void listen_again(struct flow *f, struct rnd *r)
{
	(void)f;
	shutdown(listener, SHUT_RD);
	listen(listener, rnd_below(r, 4));
}

static void accept_one(struct flow *f, struct rnd *r)
{
	(void)f;
	(void)r;
	remember(accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

static void reset_close(int fd)
{
	static const struct linger now = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

static void close_one(struct flow *f, struct rnd *r)
{
	int fd = atomic_exchange(&f->fd, -1);

	if (fd < 0)
		return;
	if (rnd_below(r, 2))
		reset_close(fd);
	else
		close(fd);
}

static void shut_one(struct flow *f, struct rnd *r)
{
	shutdown(f->fd, rnd_below(r, 3));
}

static void disconnect_one(struct flow *f, struct rnd *r)
{
	static const struct sockaddr none = { .sa_family = AF_UNSPEC };

	(void)r;
	connect(f->fd, &none, sizeof(none));
}

static void write_one(struct flow *f, struct rnd *r)
{
	static const char data[5000];

	send(f->fd, data, 1 + rnd_below(r, sizeof(data)),
	     MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void read_one(struct flow *f, struct rnd *r)
{
	char data[200];

	recv(f->fd, data, 1 + rnd_below(r, sizeof(data)), MSG_DONTWAIT);
}

static void option_one(struct flow *f, struct rnd *r)
{
	int fd = rnd_below(r, 2) ? f->fd : listener;
	int value = 1 + rnd_below(r, 10000);
	struct tcp_info info;
	socklen_t len = sizeof(info);

	switch (rnd_below(r, 6)) {
	case 5:
		/* So slow that it ends while something waits. */
		setsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &value,
			   sizeof(value));
		break;
	case 0:
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, sizeof(value));
		break;
	case 1:
		value &= 1;
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &value,
			   sizeof(value));
		break;
	case 2:
		setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
		break;
	case 3:
		setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &value,
			   sizeof(value));
		break;
	default:
		getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len);
	}
}

/* Over loopback, at times to itself. */
static void connect_one(struct flow *f, struct rnd *r)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
	int fd = new_socket();

	(void)f;
	if (!rnd_below(r, 4)) {
		sin.sin_port = htons(20000 + rnd_below(r, 16));
		bind(fd, (struct sockaddr *)&sin, sizeof(sin));
		sin.sin_port = htons(20000 + rnd_below(r, 16));
	}
	connect(fd, (struct sockaddr *)&sin, sizeof(sin));
	if (rnd_below(r, 2))
		remember(fd);
	else if (rnd_below(r, 4))
		reset_close(fd);
	else
		close(fd);
}

/* Beside the other: with SO_REUSEPORT it is taken, else it is refused. */
static void second_listener(struct flow *f, struct rnd *r)
{
	int fd = new_socket();
	int one = 1;

	(void)f;
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	listen_on(fd, rnd_below(r, 2) ? INADDR_ANY : inet_addr(KERNEL_ADDR),
		  port, 2);
	if (rnd_below(r, 2))
		remember(fd);
	else
		close(fd);
}

static void look(struct flow *f, struct rnd *r)
{
	static const char * const files[] = {
		"/proc/net/ltcp", "/proc/net/ltcp_snmp",
	};
	int fd = open(files[rnd_below(r, 2)], O_RDONLY | O_CLOEXEC);
	char text[8192];

	(void)f;
	while (read(fd, text, sizeof(text)) > 0)
		;
	close(fd);
}

/* Those that this version of ltcp does not have fail, which is fine. */
static void change_setting(struct flow *f, struct rnd *r)
{
	static const struct {
		const char *name;
		const char *value[3];
	} settings[] = {
		{ "abort_on_overflow", { "0", "1", "0" } },
		{ "ecn", { "0", "1", "1" } },
		{ "max_syn_backlog", { "1", "2", "4096" } },
		{ "max_tw_buckets", { "0", "2", "65536" } },
		{ "max_orphans", { "1", "8192", "8192" } },
		{ "msl_ms", { "1", "20", "1000" } },
		{ "rfc1337", { "0", "1", "0" } },
		{ "synack_retries", { "0", "1", "2" } },
		{ "syncookies", { "0", "1", "2" } },
		{ "timestamps", { "0", "1", "1" } },
		{ "tw_reuse", { "0", "1", "2" } },
		{ "window_scaling", { "0", "1", "1" } },
	};
	unsigned int i = rnd_below(r, ARRAY_SIZE(settings));
	char path[64];

	(void)f;
	snprintf(path, sizeof(path), "/proc/sys/net/ltcp/%s",
		 settings[i].name);
	put_file(path, settings[i].value[rnd_below(r, 3)]);
}

/* How often each, of a hundred; the closing of the listener is apart. */
static const struct {
	void (*act)(struct flow *f, struct rnd *r);
	unsigned int weight;
} actions[] = {
	{ last_ack, 21 },
	{ last_ack_and_fin, 7 },
	{ peer_acks_all, 6 },
	{ syn_again, 6 },
	{ syn_anew, 6 },
	{ peer_resets, 7 },
	{ accept_one, 12 },
	{ listen_again, 2 },
	{ close_one, 5 },
	{ shut_one, 3 },
	{ disconnect_one, 3 },
	{ write_one, 4 },
	{ read_one, 3 },
	{ option_one, 3 },
	{ connect_one, 5 },
	{ second_listener, 3 },
	{ look, 2 },
	{ change_setting, 2 },
};

static void act(struct rnd *r)
{
	struct flow *f = &flows[rnd_below(r, NFLOWS)];
	unsigned int n = rnd_below(r, 100);
	unsigned int i = 0;

	while (n >= actions[i].weight)
		n -= actions[i++].weight;
	actions[i].act(f, r);
}

/* They start together, if there are processors enough. */
static void together(struct thread *t)
{
	unsigned int patience = 20000;

	arrived++;
	while (arrived < NTHREADS)
		if (!--patience) {
			patience = 1;
			sched_yield();
		}
	spin(rnd_below(&t->rnd, 3000));
}

static void *run(void *arg)
{
	struct thread *t = arg;
	unsigned int n;

	pin(t->number);
	for (;;) {
		pthread_barrier_wait(&begin);
		if (stop)
			return NULL;
		t->rnd.state = seed + (uint64_t)round_number * 1000003 +
			       (t->number + 1) * 0x123456789;
		n = 1 + rnd_below(&t->rnd, 3);
		together(t);
		if (closer == t->number)
			close_listener(NULL, NULL);
		while (n--)
			act(&t->rnd);
		pthread_barrier_wait(&end);
	}
}

/*
 * After the race
 */

/* Two ACKs of one handshake must not become two connections. */
static void no_twins(void)
{
	unsigned int i, j, n = nfds < NFDS ? nfds : NFDS;
	struct sockaddr_in a[NFDS], b[NFDS];

	for (i = 0; i < n; i++) {
		socklen_t len = sizeof(a[i]);

		memset(&a[i], 0, sizeof(a[i]));
		memset(&b[i], 0, sizeof(b[i]));
		if (getpeername(fds[i], (struct sockaddr *)&a[i], &len) ||
		    getsockname(fds[i], (struct sockaddr *)&b[i], &len))
			continue;
		for (j = 0; j < i; j++)
			if (a[j].sin_port && !memcmp(&a[i], &a[j], len) &&
			    !memcmp(&b[i], &b[j], len))
				errx(1, "round %u: peer port %u twice",
				     round_number, ntohs(a[i].sin_port));
	}
}

static void clean_up(struct rnd *r)
{
	unsigned int i, n = nfds < NFDS ? nfds : NFDS;

	no_twins();
	for (i = 0; i < n; i++) {
		if (rnd_below(r, 4))
			reset_close(fds[i]);
		else
			close(fds[i]);
	}
	for (i = 0; i < NFLOWS; i++) {
		close_one(&flows[i], r);
		/* Most orphans shall not live long. */
		if (flows[i].iss && rnd_below(r, 4)) {
			peer_sends(&flows[i], SEG_RST, 0, 0, 0);
			peer_sends(&flows[i], SEG_RST, flows[i].rcvd, 0, 0);
		}
	}
	close_listener(NULL, NULL);
}

/* Is a socket or a half-open entry there? TIME_WAIT is none. */
static bool something_left(void)
{
	FILE *file = fopen("/proc/net/ltcp", "r");
	bool left = false;
	unsigned int state;
	char line[256];

	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, " %*d: %*x:%*x %*x:%*x %x", &state) == 1 &&
		    state != 6) {
			left = true;
			break;
		}
	}
	fclose(file);
	return left;
}

static void nothing_left(void)
{
	double until = now() + 60;

	while (something_left()) {
		if (now() > until) {
			system("cat /proc/net/ltcp");
			errx(1, "round %u: these never end", round_number);
		}
		usleep(20000);
	}
}

static void start(void)
{
	static const char * const soon[][2] = {
		{ "orphan_retries", "1" },
		{ "synack_retries", "1" },
		{ "syn_retries", "1" },
		{ "fin_timeout", "1" },
	};
	char path[64];
	unsigned int i;

	tun = tun_new(KERNEL_ADDR, "255.255.255.0");
	for (i = 0; proto != IPPROTO_TCP && i < ARRAY_SIZE(soon); i++) {
		snprintf(path, sizeof(path), "/proc/sys/net/ltcp/%s",
			 soon[i][0]);
		if (put_file(path, soon[i][1]))
			err(1, "%s", path);
	}
	pthread_barrier_init(&begin, NULL, NTHREADS + 1);
	pthread_barrier_init(&end, NULL, NTHREADS + 1);
	for (i = 0; i < NTHREADS; i++) {
		threads[i].number = i;
		errno = pthread_create(&threads[i].id, NULL, run, &threads[i]);
		if (errno)
			err(1, "pthread_create");
	}
}

unsigned int rounds(int p, uint64_t s, unsigned int count, double until,
		    bool clean)
{
	struct rnd r = { .state = s };

	proto = p;
	seed = s;
	start();
	for (round_number = 0; round_number < count; round_number++) {
		if (now() > until)
			break;
		prepare(&r);
		arrived = 0;
		pthread_barrier_wait(&begin);
		pthread_barrier_wait(&end);
		clean_up(&r);
	}
	if (clean)
		nothing_left();
	stop = true;
	pthread_barrier_wait(&begin);
	return round_number;
}
