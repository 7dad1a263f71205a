// SPDX-License-Identifier: GPL-2.0
/*
 * The loads of load.h. All but one are a client and a server in a thread of
 * its own, so they pay for waking each other up, as programs do.
 */

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

#define WRITE_SIZE	65536
#define PORT		5001	/* none that connect() would choose */

/**
 * struct server - a listener and who serves it
 * @proto: IP protocol number
 * @fd: the listener
 * @addr: its address
 * @count: what the load function was asked for
 * @warmup: how much of the same comes before
 * @rate: what the server measured, where it is the one to do so
 * @thread: runs the serve function
 */
struct server {
	int proto;
	int fd;
	struct sockaddr_in addr;
	unsigned long count;
	unsigned long warmup;
	double rate;
	pthread_t thread;
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static int socket_new(int proto)
{
	int fd = socket(AF_INET, SOCK_STREAM, proto);

	if (fd < 0)
		err(1, "socket");
	return fd;
}

static void server_listen(struct server *s, int proto, unsigned long count)
{
	int one = 1;

	s->proto = proto;
	s->count = count;
	s->warmup = count / 8;
	s->addr.sin_family = AF_INET;
	s->addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->addr.sin_port = htons(PORT);

	s->fd = socket_new(proto);
	if (setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)))
		err(1, "SO_REUSEADDR");
	if (bind(s->fd, (struct sockaddr *)&s->addr, sizeof(s->addr)))
		err(1, "bind to port %d", PORT);
	if (listen(s->fd, SOMAXCONN))
		err(1, "listen");
}

static int server_accept(const struct server *s)
{
	int fd = accept(s->fd, NULL, NULL);

	if (fd < 0)
		err(1, "accept");
	return fd;
}

static void server_start(struct server *s, void *(*serve)(void *))
{
	errno = pthread_create(&s->thread, NULL, serve, s);
	if (errno)
		err(1, "pthread_create");
}

static void server_join(struct server *s)
{
	errno = pthread_join(s->thread, NULL);
	if (errno)
		err(1, "pthread_join");
	close(s->fd);
}

static int client_connect(const struct server *s)
{
	int fd = socket_new(s->proto);

	if (connect(fd, (struct sockaddr *)&s->addr, sizeof(s->addr)))
		err(1, "connect");
	return fd;
}

static void put_byte(int fd)
{
	char c = 'x';

	if (send(fd, &c, 1, MSG_NOSIGNAL) != 1)
		err(1, "send");
}

/* Return: 1, or 0 at the end of the stream. */
static int get_byte(int fd)
{
	ssize_t n;
	char c;

	n = recv(fd, &c, 1, 0);
	if (n < 0)
		err(1, "recv");
	return n;
}

static void exchange(int fd)
{
	put_byte(fd);
	if (!get_byte(fd))
		errx(1, "the connection ended before the answer");
}

/*
 * Bulk
 */

/* The receiver's clock is the true one: what is merely queued counts not. */
static void *serve_bulk(void *arg)
{
	static char buf[WRITE_SIZE];
	struct server *s = arg;
	uint64_t warmup = (uint64_t)s->warmup << 20;
	uint64_t total = warmup + ((uint64_t)s->count << 20);
	uint64_t got = 0, start_at = 0;
	int fd = server_accept(s);
	double start = 0;
	ssize_t n;

	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0) {
		got += n;
		if (!start_at && got >= warmup) {
			start_at = got;
			start = now();
		}
	}
	if (n < 0)
		err(1, "recv");
	if (got != total)
		errx(1, "%ju octets sent, %ju received", (uintmax_t)total,
		     (uintmax_t)got);
	s->rate = (got - start_at) * 8 / (now() - start) / 1e9;
	close(fd);
	return NULL;
}

double load_bulk(int proto, unsigned long count)
{
	static char buf[WRITE_SIZE];
	struct server s = {};
	uint64_t left;
	ssize_t n;
	int fd;

	server_listen(&s, proto, count);
	server_start(&s, serve_bulk);
	fd = client_connect(&s);
	for (left = (uint64_t)(s.warmup + count) << 20; left; left -= n) {
		n = left < sizeof(buf) ? left : sizeof(buf);
		n = send(fd, buf, n, MSG_NOSIGNAL);
		if (n < 0)
			err(1, "send");
	}
	close(fd);
	server_join(&s);
	return s.rate;
}

/*
 * Request and response
 */

static void *serve_rr(void *arg)
{
	struct server *s = arg;
	int fd = server_accept(s);

	while (get_byte(fd))
		put_byte(fd);
	close(fd);
	return NULL;
}

double load_rr(int proto, unsigned long count)
{
	struct server s = {};
	unsigned long i;
	double start;
	int fd;

	server_listen(&s, proto, count);
	server_start(&s, serve_rr);
	fd = client_connect(&s);
	for (i = 0; i < s.warmup; i++)
		exchange(fd);
	start = now();
	for (i = 0; i < count; i++)
		exchange(fd);
	s.rate = count / (now() - start);
	close(fd);
	server_join(&s);
	return s.rate;
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

double load_connect(int proto, unsigned long count)
{
	struct server s = {};
	unsigned long i;
	double start;

	server_listen(&s, proto, count);
	for (i = 0; i < s.warmup; i++)
		connect_once(&s);
	start = now();
	for (i = 0; i < count; i++)
		connect_once(&s);
	s.rate = count / (now() - start);
	close(s.fd);
	return s.rate;
}

static void *serve_crr(void *arg)
{
	struct server *s = arg;
	unsigned long i;
	int fd;

	for (i = 0; i < s->warmup + s->count; i++) {
		fd = server_accept(s);
		while (get_byte(fd))
			put_byte(fd);
		close(fd);
	}
	return NULL;
}

static void crr_once(const struct server *s)
{
	int fd = client_connect(s);

	exchange(fd);
	close(fd);
}

double load_crr(int proto, unsigned long count)
{
	struct server s = {};
	unsigned long i;
	double start;

	server_listen(&s, proto, count);
	server_start(&s, serve_crr);
	for (i = 0; i < s.warmup; i++)
		crr_once(&s);
	start = now();
	for (i = 0; i < count; i++)
		crr_once(&s);
	s.rate = count / (now() - start);
	server_join(&s);
	return s.rate;
}
