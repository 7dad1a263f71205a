// SPDX-License-Identifier: GPL-2.0
/*
 * Socket options: what is set is what is read, bounds and defaults, what a
 * connection inherits from its listener, and the errno of each wrong call.
 */

#include <linux/ltcp.h>
#include <sched.h>

#include "sockapi.h"

/* MUST-27 MUST-48 MUST-49 T36: set and read back */
TEST(options_keep_what_was_set)
{
	static const struct {
		int level, name, val;
	} opts[] = {
		{ SOL_TCP, TCP_NODELAY, 1 }, { SOL_TCP, TCP_CORK, 1 },
		{ SOL_TCP, TCP_MAXSEG, 88 }, { SOL_TCP, TCP_MAXSEG, 32767 },
		{ SOL_TCP, TCP_KEEPIDLE, 1 }, { SOL_TCP, TCP_KEEPIDLE, 32767 },
		{ SOL_TCP, TCP_KEEPINTVL, 32767 },
		{ SOL_TCP, TCP_KEEPCNT, 127 },
		{ SOL_TCP, TCP_SYNCNT, 127 }, { SOL_TCP, TCP_LINGER2, 120 },
		{ SOL_TCP, TCP_LINGER2, -1 }, { SOL_TCP, TCP_QUICKACK, 0 },
		{ SOL_TCP, TCP_QUICKACK, 1 }, { SOL_TCP, TCP_USER_TIMEOUT, 7 },
		{ SOL_TCP, TCP_WINDOW_CLAMP, 100000 },
		{ SOL_TCP, TCP_WINDOW_CLAMP, 0 },
		{ SOL_TCP, TCP_NOTSENT_LOWAT, 12345 },
		{ SOL_IP, IP_TOS, 0x10 }, { SOL_IP, IP_TTL, 7 },
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ SOL_SOCKET, SO_REUSEPORT, 1 },
	};
	int fd = sock_new(0);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(opts); i++) {
		EXPECT_EQ(0, opt_set(fd, opts[i].level, opts[i].name,
				     opts[i].val))
			TH_LOG("option %d", opts[i].name);
		EXPECT_EQ(opts[i].val, opt_get(fd, opts[i].level, opts[i].name))
			TH_LOG("option %d", opts[i].name);
	}
	/* Rounded up to what a number of SYN-ACKs takes: 1, 3, 7 s ... */
	EXPECT_EQ(0, opt_set(fd, SOL_TCP, TCP_DEFER_ACCEPT, 5));
	EXPECT_EQ(7, opt_get(fd, SOL_TCP, TCP_DEFER_ACCEPT));
	EXPECT_EQ(0, opt_set(fd, SOL_TCP, TCP_DEFER_ACCEPT, -1));
	EXPECT_EQ(0, opt_get(fd, SOL_TCP, TCP_DEFER_ACCEPT));
	EXPECT_EQ(0, opt_set(fd, SOL_TCP, TCP_LINGER2, 5000));
	EXPECT_EQ(120, opt_get(fd, SOL_TCP, TCP_LINGER2));
	EXPECT_EQ(0, opt_set(fd, SOL_TCP, TCP_LINGER2, -7));
	EXPECT_EQ(-1, opt_get(fd, SOL_TCP, TCP_LINGER2));
}

/* T36 */
TEST(options_defaults)
{
	int fd = sock_new(0);

	EXPECT_EQ(0, opt_get(fd, SOL_TCP, TCP_NODELAY));
	EXPECT_EQ(0, opt_get(fd, SOL_TCP, TCP_CORK));
	EXPECT_EQ(536, opt_get(fd, SOL_TCP, TCP_MAXSEG));
	EXPECT_EQ(0, opt_get(fd, SOL_TCP, TCP_USER_TIMEOUT));
	EXPECT_EQ(0, opt_get(fd, SOL_TCP, TCP_WINDOW_CLAMP));
	EXPECT_LT(0, opt_get(fd, SOL_TCP, TCP_KEEPIDLE));
	EXPECT_LT(0, opt_get(fd, SOL_TCP, TCP_KEEPINTVL));
	EXPECT_LT(0, opt_get(fd, SOL_TCP, TCP_KEEPCNT));
	EXPECT_LT(0, opt_get(fd, SOL_TCP, TCP_SYNCNT));
	EXPECT_LT(0, opt_get(fd, SOL_TCP, TCP_LINGER2));
	EXPECT_EQ(64, opt_get(fd, SOL_IP, IP_TTL));
}

/* T36: wrong values, sizes, pointers */
TEST(options_refused)
{
	static const int bad[][2] = {
		{ TCP_MAXSEG, 87 }, { TCP_MAXSEG, 32768 }, { TCP_MAXSEG, -1 },
		{ TCP_KEEPIDLE, 0 }, { TCP_KEEPIDLE, 32768 },
		{ TCP_KEEPINTVL, 0 }, { TCP_KEEPINTVL, 32768 },
		{ TCP_KEEPCNT, 0 }, { TCP_KEEPCNT, 128 },
		{ TCP_SYNCNT, 0 }, { TCP_SYNCNT, 128 },
		{ TCP_USER_TIMEOUT, -1 },
	};
	int fd = sock_new(0), one = 1, val;
	socklen_t len = sizeof(val);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_ERRNO(EINVAL, opt_set(fd, SOL_TCP, bad[i][0],
					     bad[i][1]));
	EXPECT_ERRNO(EINVAL, setsockopt(fd, SOL_TCP, TCP_NODELAY, &one, 3));
	EXPECT_ERRNO(EINVAL, setsockopt(fd, SOL_TCP, TCP_NODELAY, &one, -1));
	EXPECT_ERRNO(EFAULT, setsockopt(fd, SOL_TCP, TCP_NODELAY, BAD_PTR, 4));
	EXPECT_ERRNO(ENOPROTOOPT, opt_set(fd, SOL_TCP, 9999, 1));
	EXPECT_ERRNO(ENOPROTOOPT, opt_set(fd, SOL_TCP, TCP_INFO, 1));
	EXPECT_ERRNO(ENOPROTOOPT, opt_set(fd, SOL_TCP, -1, 1));
	EXPECT_ERRNO(EINVAL, setsockopt(fd, SOL_TCP, 9999, &one, 3));
	EXPECT_ERRNO(EFAULT, setsockopt(fd, SOL_TCP, 9999, BAD_PTR, 4));
	EXPECT_ERRNO(ENOPROTOOPT, opt_set(fd, 9999, 1, 1));
	EXPECT_ERRNO(ENOPROTOOPT, opt_set(fd, IPPROTO_UDP, 1, 1));

	EXPECT_ERRNO(ENOPROTOOPT, getsockopt(fd, SOL_TCP, 9999, &val, &len));
	EXPECT_ERRNO(EFAULT, getsockopt(fd, SOL_TCP, TCP_NODELAY, BAD_PTR,
					&len));
	EXPECT_ERRNO(EFAULT, getsockopt(fd, SOL_TCP, TCP_NODELAY, &val,
					BAD_PTR));
	EXPECT_ERRNO(EOPNOTSUPP, getsockopt(fd, 9999, 1, &val, &len));
	len = -1;
	EXPECT_ERRNO(EINVAL, getsockopt(fd, SOL_TCP, TCP_NODELAY, &val, &len));
}

/* T36: every length, and not an octet more */
TEST(options_are_cut_to_length)
{
	char buf[512];
	int fd = sock_new(0);
	socklen_t len = 1;

	memset(buf, 0xff, sizeof(buf));
	EXPECT_EQ(0, getsockopt(fd, SOL_TCP, TCP_NODELAY, buf, &len));
	EXPECT_EQ(1, len);
	EXPECT_EQ(0, buf[0]);
	EXPECT_EQ(-1, buf[1]);
	len = 0;
	EXPECT_EQ(0, getsockopt(fd, SOL_TCP, TCP_NODELAY, BAD_PTR, &len));
	EXPECT_EQ(0, len);
	len = 100;
	EXPECT_EQ(0, getsockopt(fd, SOL_TCP, TCP_NODELAY, buf, &len));
	EXPECT_EQ(4, len);

	len = 5;
	memset(buf, 0xff, sizeof(buf));
	EXPECT_EQ(0, getsockopt(fd, SOL_TCP, TCP_INFO, buf, &len));
	EXPECT_EQ(5, len);
	EXPECT_EQ(7, buf[0]);		/* CLOSE */
	EXPECT_EQ(-1, buf[5]);
	len = sizeof(buf);
	EXPECT_EQ(0, getsockopt(fd, SOL_TCP, TCP_INFO, buf, &len));
	EXPECT_LE(104, len);
	EXPECT_GT(sizeof(buf), len);
	/* sshd turns away who comes with IP options. */
	len = sizeof(buf);
	EXPECT_EQ(0, getsockopt(fd, SOL_IP, IP_OPTIONS, buf, &len));
	EXPECT_EQ(0, len);
}

/* MAY-18 T36: TCP_CONGESTION */
TEST(option_congestion)
{
	char name[32] = {}, again[32] = {};
	socklen_t len = sizeof(name);
	int fd = sock_new(0);

	ASSERT_EQ(0, getsockopt(fd, SOL_TCP, TCP_CONGESTION, name, &len));
	EXPECT_EQ(16, len);
	EXPECT_LT(0, strlen(name));
	EXPECT_EQ(0, setsockopt(fd, SOL_TCP, TCP_CONGESTION, "reno", 4));
	len = sizeof(again);
	ASSERT_EQ(0, getsockopt(fd, SOL_TCP, TCP_CONGESTION, again, &len));
	EXPECT_EQ(0, strcmp(again, "reno"));
	EXPECT_EQ(0, setsockopt(fd, SOL_TCP, TCP_CONGESTION, name, 16));
	EXPECT_ERRNO(ENOENT, setsockopt(fd, SOL_TCP, TCP_CONGESTION, "xx", 2));
	EXPECT_ERRNO(ENOENT, setsockopt(fd, SOL_TCP, TCP_CONGESTION, "", 1));
	EXPECT_ERRNO(EINVAL, setsockopt(fd, SOL_TCP, TCP_CONGESTION, "x", 0));
	EXPECT_ERRNO(EFAULT, setsockopt(fd, SOL_TCP, TCP_CONGESTION,
					BAD_PTR, 4));
	len = 2;
	memset(again, 'z', sizeof(again));
	EXPECT_EQ(0, getsockopt(fd, SOL_TCP, TCP_CONGESTION, again, &len));
	EXPECT_EQ(2, len);
	EXPECT_EQ('z', again[2]);
}

/*
 * How long 300,000 octets take at a million a second, in milliseconds, in a
 * network whose packets are of the usual size.
 */
static long paced_transfer(const char *set_up)
{
	static const char data[300000];
	int l, from, to;
	long start;

	if (unshare(CLONE_NEWNET) || system("ip link set lo up mtu 1500") ||
	    system(set_up))
		return -1;
	l = listener_new(1);
	from = sock_new(0);
	opt_set(from, SOL_SOCKET, SO_SNDBUF, 2 * sizeof(data));
	opt_set(from, SOL_SOCKET, SO_MAX_PACING_RATE, 1000000);
	start = now_ms();
	if (sock_connect(from, local_port(l)))
		return -1;
	to = accept(l, NULL, NULL);
	if (send(from, data, sizeof(data), MSG_DONTWAIT) != sizeof(data) ||
	    !drain(to, sizeof(data)))
		return -1;
	return now_ms() - start;
}

/* Was anything held back by the connection itself? Only ltcp can tell. */
static long pacing_waits(void)
{
	FILE *pipe = popen("awk 'NR == 1 { while ($++i != \"PacingWaits\"); }"
			   " END { print $i }' /proc/net/ltcp_snmp", "r");
	long n = -1;

	if (fscanf(pipe, "%ld", &n) != 1)
		n = -1;
	pclose(pipe);
	return n;
}

TEST(max_pacing_rate)
{
	EXPECT_LT(200, paced_transfer("true"));
	if (proto != IPPROTO_TCP)
		EXPECT_LT(100, pacing_waits());
}

/* Where a queueing discipline paces, the connection leaves it to that. */
TEST(pacing_by_fq)
{
	EXPECT_LT(200, paced_transfer("tc qdisc replace dev lo root fq"));
	if (proto != IPPROTO_TCP)
		EXPECT_GT(20, pacing_waits());
}

/* T36 */
TEST_F(conn, options_of_a_connection)
{
	struct tcp_info info = {};
	socklen_t len = sizeof(info);
	char buf[1000] = {};

	EXPECT_LT(536, opt_get(self->client, SOL_TCP, TCP_MAXSEG));
	/* A bound on the window stays a bound. */
	EXPECT_EQ(0, opt_set(self->client, SOL_TCP, TCP_WINDOW_CLAMP, 65535));
	EXPECT_ERRNO(EINVAL, opt_set(self->client, SOL_TCP, TCP_WINDOW_CLAMP,
				     0));
	EXPECT_EQ(1000, send(self->client, buf, 1000, 0));
	EXPECT_TRUE(drain(self->server, 1000));
	EXPECT_TRUE(WAIT_UNTIL(!ioctl_int(self->client, SIOCOUTQ)));
	ASSERT_EQ(0, getsockopt(self->client, SOL_TCP, TCP_INFO, &info, &len));
	EXPECT_EQ(1, info.tcpi_state);		/* ESTABLISHED */
	EXPECT_EQ(0, info.tcpi_ca_state);
	EXPECT_EQ(0, info.tcpi_unacked);
	EXPECT_EQ(0, info.tcpi_total_retrans);
	EXPECT_EQ(opt_get(self->client, SOL_TCP, TCP_MAXSEG),
		  info.tcpi_snd_mss);
	EXPECT_LE(info.tcpi_snd_mss + 40, info.tcpi_pmtu);
	EXPECT_LT(0, info.tcpi_snd_cwnd);
	EXPECT_LT(0, info.tcpi_rtt);
	EXPECT_LT(0, info.tcpi_rto);
	len = sizeof(info);
	ASSERT_EQ(0, getsockopt(self->listener, SOL_TCP, TCP_INFO, &info,
				&len));
	EXPECT_EQ(10, info.tcpi_state);		/* LISTEN */
	EXPECT_EQ(0, info.tcpi_unacked);
	EXPECT_EQ(8, info.tcpi_sacked);
}

/* T36: what a connection has from its listener */
TEST(accepted_inherits)
{
	int l = listener_new(4), fd = sock_new(0), s, flags;
	struct linger lg = { .l_onoff = 1, .l_linger = 7 };
	socklen_t len = sizeof(lg);

	opt_set(l, SOL_TCP, TCP_NODELAY, 1);
	opt_set(l, SOL_TCP, TCP_KEEPIDLE, 1234);
	opt_set(l, SOL_TCP, TCP_USER_TIMEOUT, 4321);
	opt_set(l, SOL_SOCKET, SO_KEEPALIVE, 1);
	opt_set(l, SOL_IP, IP_TTL, 42);
	setsockopt(l, SOL_SOCKET, SO_LINGER, &lg, sizeof(lg));
	nonblock(l);
	ASSERT_EQ(0, sock_connect(fd, local_port(l)));
	EXPECT_EQ(POLLIN, poll_for(l, POLLIN, WAIT_MS));
	s = accept4(l, NULL, NULL, SOCK_CLOEXEC);
	ASSERT_LE(0, s);
	EXPECT_EQ(1, opt_get(s, SOL_TCP, TCP_NODELAY));
	EXPECT_EQ(1234, opt_get(s, SOL_TCP, TCP_KEEPIDLE));
	EXPECT_EQ(4321, opt_get(s, SOL_TCP, TCP_USER_TIMEOUT));
	EXPECT_EQ(1, opt_get(s, SOL_SOCKET, SO_KEEPALIVE));
	EXPECT_EQ(42, opt_get(s, SOL_IP, IP_TTL));
	memset(&lg, 0, sizeof(lg));
	EXPECT_EQ(0, getsockopt(s, SOL_SOCKET, SO_LINGER, &lg, &len));
	EXPECT_EQ(7, lg.l_linger);
	/* But not the flags of the file. */
	flags = fcntl(s, F_GETFL);
	EXPECT_EQ(0, flags & O_NONBLOCK);
	EXPECT_NE(0, fcntl(s, F_GETFD) & FD_CLOEXEC);
}

#define KNOCKERS	3
#define ROUNDS		300

static atomic_bool all_done;

static int reset_on_close(int fd)
{
	struct linger now = { .l_onoff = 1 };

	return setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

/* Open connections to a port where one may listen or not. */
static void *knock(void *arg)
{
	while (!all_done) {
		int fd = sock_new(SOCK_NONBLOCK);

		reset_on_close(fd);
		sock_connect(fd, (long)arg);
		poll_for(fd, POLLOUT, 1);
		close(fd);
	}
	return NULL;
}

static int listener_at(int port)
{
	int fd = sock_new(0);

	opt_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	opt_set(fd, SOL_TCP, LTCP_ACTIVE_FROM_LISTEN, 1);
	reset_on_close(fd);
	if (sock_bind(fd, port) || listen(fd, 4))
		return -1;
	return fd;
}

static bool set_syncookies(const char *value)
{
	int fd = open("/proc/sys/net/ltcp/syncookies", O_WRONLY);
	bool ok = write(fd, value, 1) == 1;

	close(fd);
	return ok;
}

FIXTURE(busy) { };

FIXTURE_VARIANT(busy)
{
	const char *syncookies;
};

FIXTURE_VARIANT_ADD(busy, entries)
{
	.syncookies = "0",
};

FIXTURE_VARIANT_ADD(busy, cookies)
{
	.syncookies = "2",
};

FIXTURE_SETUP(busy)
{
	if (proto == IPPROTO_TCP)
		SKIP(return, "the kernel's TCP has no such option");
	ASSERT_TRUE(set_syncookies(variant->syncookies));
}

FIXTURE_TEARDOWN(busy)
{
	if (proto != IPPROTO_TCP)
		set_syncookies("1");
}

/*
 * S040 S049: a listener becomes an active opener while SYNs and last ACKs come
 * in for it, on other processors if there are any.
 */
TEST_F(busy, active_from_listen)
{
	int sink = listener_new(4), port = closed_port(), i, k;
	pthread_t thread[KNOCKERS];
	char octet;

	for (k = 0; k < KNOCKERS; k++)
		ASSERT_EQ(0, pthread_create(&thread[k], NULL, knock,
					    (void *)(long)port));
	for (i = 0; i < ROUNDS; i++) {
		int l = listener_at(port), peer;

		ASSERT_LE(0, l);
		poll_for(l, i & 1 ? POLLIN : 0, i % 4);
		ASSERT_EQ(0, sock_connect(l, local_port(sink)))
			TH_LOG("round %d: %s", i, strerror(errno));
		peer = accept(sink, NULL, NULL);
		ASSERT_LE(0, peer);
		EXPECT_EQ(1, send(l, "x", 1, 0));
		EXPECT_EQ(1, recv(peer, &octet, 1, 0));
		close(l);
		close(peer);
	}
	all_done = true;
	for (k = 0; k < KNOCKERS; k++)
		pthread_join(thread[k], NULL);
}

TEST_HARNESS_MAIN
