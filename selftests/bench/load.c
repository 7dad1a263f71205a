// SPDX-License-Identifier: GPL-2.0
/*
 * The loads of load.h. All but one are clients and servers in threads of their
 * own, so they pay for waking each other up, as programs do.
 */

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

#define STREAMS_MAX	64

/**
 * struct server - a listener and who serves it
 * @how: what the load function was asked for
 * @fd: the listener
 * @addr: its address
 * @warmup: how much of the same comes before
 * @threads: run the serve function
 * @nr_threads: their number
 * @got: octets received so far, by all
 * @start_at: what @got was when the warm-up was over
 * @start: and the time
 * @end: time when the last stream ended
 * @cpu: processor time of this process at @start
 */
struct server {
	const struct load *how;
	int fd;
	struct sockaddr_in addr;
	unsigned long warmup;
	pthread_t threads[STREAMS_MAX];
	unsigned int nr_threads;
	pthread_mutex_t lock;	/* the rest */
	uint64_t got;
	uint64_t start_at;
	double start;
	double end;
	double cpu;
};

static double clock_now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static double now(void)
{
	return clock_now(CLOCK_MONOTONIC);
}

static int socket_new(int proto)
{
	int fd = socket(AF_INET, SOCK_STREAM, proto);

	if (fd < 0)
		err(1, "socket");
	return fd;
}

static void server_listen(struct server *s, const struct load *how,
			  in_addr_t addr, uint16_t port)
{
	int one = 1;

	memset(s, 0, sizeof(*s));
	pthread_mutex_init(&s->lock, NULL);
	s->how = how;
	s->warmup = how->count / 8;
	s->addr.sin_family = AF_INET;
	s->addr.sin_addr.s_addr = addr;
	s->addr.sin_port = htons(port);

	link_there();
	s->fd = socket_new(how->proto);
	link_back();
	if (setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)))
		err(1, "SO_REUSEADDR");
	if (bind(s->fd, (struct sockaddr *)&s->addr, sizeof(s->addr)))
		err(1, "bind to port %d", port);
	if (listen(s->fd, SOMAXCONN))
		err(1, "listen");
}

/* The one server of most loads. */
static void server_new(struct server *s, const struct load *how)
{
	server_listen(s, how, link_new(how->link), LOAD_PORT);
}

static int server_accept(const struct server *s)
{
	int fd = accept(s->fd, NULL, NULL);

	if (fd < 0)
		err(1, "accept");
	return fd;
}

static pthread_t thread(void *(*run)(void *), void *arg)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, run, arg);
	if (errno)
		err(1, "pthread_create");
	return thread;
}

static void join(pthread_t thread)
{
	errno = pthread_join(thread, NULL);
	if (errno)
		err(1, "pthread_join");
}

static void server_start(struct server *s, void *(*serve)(void *))
{
	if (s->nr_threads == STREAMS_MAX)
		errx(1, "more than %d streams", STREAMS_MAX);
	s->threads[s->nr_threads++] = thread(serve, s);
}

static void server_join(struct server *s)
{
	while (s->nr_threads)
		join(s->threads[--s->nr_threads]);
	close(s->fd);
}

static int client_connect(const struct server *s)
{
	int fd = socket_new(s->how->proto);

	if (connect(fd, (struct sockaddr *)&s->addr, sizeof(s->addr)))
		err(1, "connect");
	return fd;
}

static void put_all(int fd, const char *buf, size_t len)
{
	ssize_t n;

	for (; len; buf += n, len -= n) {
		n = send(fd, buf, len, MSG_NOSIGNAL);
		if (n < 0)
			err(1, "send");
	}
}

/* Return: false at the end of the stream. */
static bool get_all(int fd, char *buf, size_t len)
{
	size_t got = 0;
	ssize_t n;

	for (; got < len; got += n) {
		n = recv(fd, buf, len - got, 0);
		if (n < 0)
			err(1, "recv");
		if (!n && got)
			errx(1, "the connection ended within a message");
		if (!n)
			return false;
	}
	return true;
}

static void exchange(int fd, char *buf, size_t len)
{
	put_all(fd, buf, len);
	if (!get_all(fd, buf, len))
		errx(1, "the connection ended before the answer");
}

static char *buffer(const struct load *how)
{
	char *buf = calloc(1, how->size);

	if (!buf)
		err(1, "no buffer of %zu octets", how->size);
	return buf;
}

/*
 * Bulk
 */

/* Octets of the warm-up, and with those that count, of all streams. */
static uint64_t bulk_warmup(const struct server *s)
{
	return (uint64_t)s->warmup << 20;
}

static uint64_t bulk_total(const struct server *s)
{
	return bulk_warmup(s) + ((uint64_t)s->how->count << 20);
}

/* The receiver's clock is the true one: what is merely queued counts not. */
static void bulk_received(struct server *s, size_t n)
{
	pthread_mutex_lock(&s->lock);
	s->got += n;
	if (!s->start_at && s->got >= bulk_warmup(s)) {
		s->start_at = s->got;
		s->start = now();
		s->cpu = clock_now(CLOCK_PROCESS_CPUTIME_ID);
	}
	s->end = now();
	pthread_mutex_unlock(&s->lock);
}

static void *serve_bulk(void *arg)
{
	struct server *s = arg;
	char *buf = malloc(65536);
	int fd = server_accept(s);
	ssize_t n;

	while ((n = recv(fd, buf, 65536, 0)) > 0)
		bulk_received(s, n);
	if (n < 0)
		err(1, "recv");
	close(fd);
	free(buf);
	return NULL;
}

/* One stream's share of the whole. */
static void *send_bulk(void *arg)
{
	struct server *s = arg;
	uint64_t left = bulk_total(s) / s->how->streams;
	char *buf = buffer(s->how);
	int fd = client_connect(s);
	size_t n;

	for (; left; left -= n) {
		n = left < s->how->size ? left : s->how->size;
		put_all(fd, buf, n);
	}
	close(fd);
	free(buf);
	return NULL;
}

static void bulk(struct server *s)
{
	pthread_t clients[STREAMS_MAX];
	unsigned int i;

	for (i = 0; i < s->how->streams; i++)
		server_start(s, serve_bulk);
	for (i = 0; i < s->how->streams; i++)
		clients[i] = thread(send_bulk, s);
	for (i = 0; i < s->how->streams; i++)
		join(clients[i]);
	server_join(s);
	if (s->got != bulk_total(s))
		errx(1, "%ju octets sent, %ju received",
		     (uintmax_t)bulk_total(s), (uintmax_t)s->got);
}

double load_bulk(const struct load *how)
{
	struct server s;

	server_new(&s, how);
	bulk(&s);
	return (s.got - s.start_at) * 8 / (s.end - s.start) / 1e9;
}

double load_cpu(const struct load *how)
{
	struct server s;
	double cpu;

	server_new(&s, how);
	bulk(&s);
	cpu = clock_now(CLOCK_PROCESS_CPUTIME_ID) - s.cpu;
	return cpu * 1e3 / ((s.got - s.start_at) / 1e9);
}

/*
 * Fairness
 */

/* A sender that goes on until all have sent what they should. */
struct rival {
	struct server s;
	struct load how;
	atomic_int *running;
	double rate;
};

static void *send_rival(void *arg)
{
	struct rival *r = arg;
	uint64_t least = bulk_total(&r->s);
	char *buf = buffer(&r->how);
	int fd = client_connect(&r->s);
	uint64_t sent = 0;

	while (atomic_load(r->running)) {
		put_all(fd, buf, r->how.size);
		if (sent < least && sent + r->how.size >= least)
			atomic_fetch_sub(r->running, 1);
		sent += r->how.size;
	}
	r->rate = (r->s.got - r->s.start_at) / (now() - r->s.start);
	close(fd);
	free(buf);
	return NULL;
}

static double jain(const struct rival *rivals, unsigned int n)
{
	double sum = 0, squares = 0;
	unsigned int i;

	for (i = 0; i < n; i++) {
		sum += rivals[i].rate;
		squares += rivals[i].rate * rivals[i].rate;
	}
	return sum * sum / (n * squares);
}

double load_fair(const struct load *how)
{
	struct rival *rivals = calloc(how->streams, sizeof(*rivals));
	in_addr_t addr = link_new(how->link);
	atomic_int running = how->streams;
	pthread_t clients[STREAMS_MAX];
	unsigned int i;
	double index;

	if (!rivals || how->streams > STREAMS_MAX)
		errx(1, "no room for %u streams", how->streams);
	for (i = 0; i < how->streams; i++) {
		rivals[i].how = *how;
		rivals[i].running = &running;
		if (i % 2 && how->beside)
			rivals[i].how.proto = how->beside;
		server_listen(&rivals[i].s, &rivals[i].how, addr,
			      LOAD_PORT + i);
		server_start(&rivals[i].s, serve_bulk);
	}
	for (i = 0; i < how->streams; i++)
		clients[i] = thread(send_rival, &rivals[i]);
	for (i = 0; i < how->streams; i++)
		join(clients[i]);
	for (i = 0; i < how->streams; i++)
		server_join(&rivals[i].s);
	index = jain(rivals, how->streams);
	free(rivals);
	return index;
}

/*
 * Request and response
 */

static void *serve_rr(void *arg)
{
	struct server *s = arg;
	char *buf = buffer(s->how);
	int fd = server_accept(s);

	while (get_all(fd, buf, s->how->size))
		put_all(fd, buf, s->how->size);
	close(fd);
	free(buf);
	return NULL;
}

/* Return: seconds for all; @times: for each, unless NULL. */
static double rr(const struct load *how, double *times)
{
	char *buf = buffer(how);
	double start, last, t;
	struct server s;
	unsigned long i;
	int fd;

	server_new(&s, how);
	server_start(&s, serve_rr);
	fd = client_connect(&s);
	for (i = 0; i < s.warmup; i++)
		exchange(fd, buf, how->size);
	start = now();
	for (i = 0, last = start; i < how->count; i++) {
		exchange(fd, buf, how->size);
		if (times) {
			t = now();
			times[i] = t - last;
			last = t;
		}
	}
	t = now();
	close(fd);
	server_join(&s);
	free(buf);
	return t - start;
}

double load_rr(const struct load *how)
{
	return how->count / rr(how, NULL);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double load_rr_time(const struct load *how)
{
	double *times = calloc(how->count, sizeof(*times));
	double at;

	if (!times)
		err(1, "no memory");
	rr(how, times);
	qsort(times, how->count, sizeof(*times), compare);
	at = times[how->count * how->percentile / 100];
	free(times);
	return at * 1e6;
}

/*
 * Opening and closing
 */

static void connect_once(const struct server *s)
{
	static const struct linger reset = { .l_onoff = 1 };
	int fd = client_connect(s);
	int child = server_accept(s);

	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)))
		err(1, "SO_LINGER");
	close(fd);
	close(child);
}

double load_connect(const struct load *how)
{
	double start, rate;
	struct server s;
	unsigned long i;

	server_new(&s, how);
	for (i = 0; i < s.warmup; i++)
		connect_once(&s);
	start = now();
	for (i = 0; i < how->count; i++)
		connect_once(&s);
	rate = how->count / (now() - start);
	close(s.fd);
	return rate;
}

static void *serve_crr(void *arg)
{
	struct server *s = arg;
	unsigned long i;
	char c;
	int fd;

	for (i = 0; i < s->warmup + s->how->count; i++) {
		fd = server_accept(s);
		while (get_all(fd, &c, 1))
			put_all(fd, &c, 1);
		close(fd);
	}
	return NULL;
}

static void crr_once(const struct server *s)
{
	int fd = client_connect(s);
	char c = 'x';

	exchange(fd, &c, 1);
	close(fd);
}

double load_crr(const struct load *how)
{
	double start, rate;
	struct server s;
	unsigned long i;

	server_new(&s, how);
	server_start(&s, serve_crr);
	for (i = 0; i < s.warmup; i++)
		crr_once(&s);
	start = now();
	for (i = 0; i < how->count; i++)
		crr_once(&s);
	rate = how->count / (now() - start);
	server_join(&s);
	return rate;
}
