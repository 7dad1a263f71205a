/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKAPI_H
#define SOCKAPI_H

/*
 * What the tests of the socket calls share. LTCP_PROTO is the protocol number:
 * 253 tests ltcp, 6 (or nothing) the TCP of the kernel. That is the oracle:
 * what passes there is what programs rely on. With LTCP_FAMILY=6 all sockets
 * are of AF_INET6.
 *
 * All run over loopback. Whatever may take time is waited for by its
 * condition; the harness runs each test in a process of its own and ends it
 * after 30 seconds.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>

#include "kselftest_harness.h"

#ifndef SOL_TCP
#define SOL_TCP		6
#endif
#ifndef MSG_ZEROCOPY
#define MSG_ZEROCOPY	0x4000000
#endif

#define WAIT_MS		10000		/* longest wait for a condition */
/*
 * A socket timeout. jiffies run behind the clock for some ticks when an
 * emulator shares its processor, and then catch up: what waits for jiffies may
 * end that much early.
 */
#define TIMEOUT_MS	400
#define LAG_MS		20
#define BAD_PTR		((void *)bad_address)

/* @call fails with @err. */
#define EXPECT_ERRNO(err, call) do {		\
	errno = 0;				\
	EXPECT_EQ(-1, (call));			\
	EXPECT_EQ(err, errno);			\
} while (0)

/* Did @cond come true in time? It is not asked again once it did. */
#define WAIT_UNTIL(cond) ({					\
	int left_ = WAIT_MS;					\
	bool true_;						\
								\
	while (!(true_ = (cond)) && left_-- > 0)		\
		poll(NULL, 0, 1);				\
	true_;							\
})

static int proto = IPPROTO_TCP;
static int family = AF_INET;
static atomic_int signals;
static atomic_uintptr_t bad_address = 1;	/* unknown to the compiler */

static __attribute__((constructor)) void read_proto(void)
{
	const char *env = getenv("LTCP_PROTO");

	if (env && atoi(env))
		proto = atoi(env);
	env = getenv("LTCP_FAMILY");
	if (env && atoi(env) == 6)
		family = AF_INET6;
}

/* An address of either family. */
union name {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static inline socklen_t name_len(void)
{
	return family == AF_INET6 ? sizeof(struct sockaddr_in6) :
				    sizeof(struct sockaddr_in);
}

/* @v4 or @v6, whichever it is. */
static inline union name name_of(const char *v4, const char *v6, int port)
{
	union name name = { };

	name.sa.sa_family = family;
	name.in.sin_port = htons(port);		/* in the same place */
	if (family == AF_INET6)
		inet_pton(family, v6, &name.in6.sin6_addr);
	else
		inet_pton(family, v4, &name.in.sin_addr);
	return name;
}

static inline int sock_new(int flags)
{
	return socket(family, SOCK_STREAM | flags, proto);
}

static inline union name loopback(int port)
{
	return name_of("127.0.0.1", "::1", port);
}

static inline int sock_bind(int fd, int port)
{
	union name name = loopback(port);

	return bind(fd, &name.sa, name_len());
}

static inline int sock_connect(int fd, int port)
{
	union name name = loopback(port);

	return connect(fd, &name.sa, name_len());
}

static inline int local_port(int fd)
{
	union name name = {};
	socklen_t len = sizeof(name);

	if (getsockname(fd, &name.sa, &len))
		return -1;
	return ntohs(name.in.sin_port);
}

static inline int opt_set(int fd, int level, int name, int val)
{
	return setsockopt(fd, level, name, &val, sizeof(val));
}

static inline int opt_get(int fd, int level, int name)
{
	socklen_t len = sizeof(int);
	int val = -1;

	if (getsockopt(fd, level, name, &val, &len) || len != sizeof(int))
		return -1;
	return val;
}

static inline int opt_timeout(int fd, int name, int ms)
{
	struct timeval tv = {
		.tv_sec = ms / 1000,
		.tv_usec = ms % 1000 * 1000
	};

	return setsockopt(fd, SOL_SOCKET, name, &tv, sizeof(tv));
}

static inline int nonblock(int fd)
{
	return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static inline short poll_for(int fd, short events, int ms)
{
	struct pollfd p = { .fd = fd, .events = events };

	return poll(&p, 1, ms) < 0 ? -1 : p.revents;
}

#define ALL_EVENTS (POLLIN | POLLOUT | POLLRDHUP | POLLPRI)

static inline short poll_now(int fd)
{
	return poll_for(fd, ALL_EVENTS, 0);
}

static inline long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static inline int ioctl_int(int fd, unsigned long cmd)
{
	int val = -1;

	return ioctl(fd, cmd, &val) ? -1 : val;
}

static inline void on_signal(int sig)
{
	signals++;
}

static inline void catch_signal(int sig, int flags)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = flags };

	sigaction(sig, &sa, NULL);
	signals = 0;
}

/* From now on SIGALRM comes again and again, so it cannot come too early. */
static inline void ring(int flags)
{
	struct itimerval it = {
		.it_interval.tv_usec = 20000,
		.it_value.tv_usec = 20000,
	};

	catch_signal(SIGALRM, flags);
	setitimer(ITIMER_REAL, &it, NULL);
}

static inline void ring_off(void)
{
	struct itimerval it = {};

	setitimer(ITIMER_REAL, &it, NULL);
}

/* Octet @i of every large transfer. */
static inline unsigned char pattern(size_t i)
{
	return (i * 2654435761u) >> 24;
}

/* A port on which nothing listens, and nothing will for a while. */
static inline int closed_port(void)
{
	int fd = sock_new(0);
	int port;

	sock_bind(fd, 0);
	port = local_port(fd);
	close(fd);
	return port;
}

static inline int listener_new(int backlog)
{
	int fd = sock_new(0);

	if (sock_bind(fd, 0) || listen(fd, backlog))
		return -1;
	return fd;
}

/* Receive @left octets, which are there or on their way. */
static inline bool drain(int fd, long left)
{
	static char buf[65536];
	ssize_t ret;

	while (left > 0) {
		ret = recv(fd, buf, sizeof(buf), 0);
		if (ret <= 0)
			return false;
		left -= ret;
	}
	return !left;
}

/* Two ends of one connection, and the listener it came from. */
FIXTURE(conn)
{
	int listener;
	int client;
	int server;
};

FIXTURE_SETUP(conn)
{
	self->listener = listener_new(8);
	ASSERT_LE(0, self->listener);
	self->client = sock_new(0);
	ASSERT_EQ(0, sock_connect(self->client, local_port(self->listener)));
	self->server = accept(self->listener, NULL, NULL);
	ASSERT_LE(0, self->server);
	signal(SIGPIPE, SIG_IGN);
}

FIXTURE_TEARDOWN(conn)
{
	close(self->client);
	close(self->server);
	close(self->listener);
}

#endif /* SOCKAPI_H */
