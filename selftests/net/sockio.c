// SPDX-License-Identifier: GPL-2.0
/*
 * Data through a connection, as a program sees it: all the ways to send and to
 * receive, blocking, timeouts and signals, poll, select, epoll and SIGIO, and
 * the errno of each wrong call.
 */

#include "sockapi.h"

#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/sendfile.h>

#define BULK		(4 << 20)	/* octets of a large transfer */
#define BULK_SLOW	(256 << 10)	/* of one that must wait often */

/* S001 T37 */
TEST_F(conn, iovecs)
{
	char a[3], b[5], c[16] = {};
	struct iovec out[] = {
		{ "one", 3 }, { "", 0 }, { "three", 5 }, { "four", 4 },
	};
	struct iovec in[] = { { a, 3 }, { b, 5 }, { c, sizeof(c) } };
	struct msghdr msg = { .msg_iov = out, .msg_iovlen = 4 };

	EXPECT_EQ(12, sendmsg(self->client, &msg, 0));
	EXPECT_TRUE(WAIT_UNTIL(ioctl_int(self->server, FIONREAD) == 12));
	msg.msg_iov = in;
	msg.msg_iovlen = 3;
	EXPECT_EQ(12, recvmsg(self->server, &msg, 0));
	EXPECT_EQ(0, msg.msg_flags);
	EXPECT_EQ(0, memcmp(a, "one", 3));
	EXPECT_EQ(0, memcmp(b, "three", 5));
	EXPECT_EQ(0, memcmp(c, "four", 4));
	EXPECT_EQ(12, writev(self->server, out, 4));
	EXPECT_EQ(3, readv(self->client, in, 1));
}

struct bulk {
	int fd;
	size_t chunk;
	size_t total;
	size_t done;
};

static void *bulk_send(void *arg)
{
	unsigned char buf[65536];
	struct bulk *b = arg;
	ssize_t ret;
	size_t i, n;

	while (b->done < b->total) {
		n = b->total - b->done;
		if (n > b->chunk)
			n = b->chunk;
		for (i = 0; i < n; i++)
			buf[i] = pattern(b->done + i);
		ret = send(b->fd, buf, n, 0);
		if (ret != (ssize_t)n)
			break;		/* a blocking send sends all */
		b->done += ret;
	}
	shutdown(b->fd, SHUT_WR);
	return NULL;
}

/* Octets received in order until the end of the stream, or the first wrong. */
static size_t bulk_recv(int fd, size_t chunk)
{
	unsigned char buf[65536];
	size_t done = 0;
	ssize_t ret, i;

	while ((ret = recv(fd, buf, chunk, 0)) > 0)
		for (i = 0; i < ret; i++, done++)
			if (buf[i] != pattern(done))
				return done;
	return ret ? 0 : done;
}

/* S001 T37 */
TEST_F(conn, bulk)
{
	struct bulk b = { .fd = self->client, .chunk = 65536, .total = BULK };
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, bulk_send, &b));
	EXPECT_EQ(BULK, bulk_recv(self->server, 65536));
	pthread_join(thread, NULL);
	EXPECT_EQ(BULK, b.done);
}

/* S001 T37: small buffers, small segments */
TEST_F(conn, bulk_in_odd_pieces)
{
	struct bulk b = {
		.fd = self->client, .chunk = 1021, .total = BULK_SLOW,
	};
	pthread_t thread;

	opt_set(self->client, SOL_SOCKET, SO_SNDBUF, 8192);
	opt_set(self->server, SOL_SOCKET, SO_RCVBUF, 8192);
	opt_set(self->client, SOL_TCP, TCP_NODELAY, 1);
	ASSERT_EQ(0, pthread_create(&thread, NULL, bulk_send, &b));
	EXPECT_EQ(BULK_SLOW, bulk_recv(self->server, 3001));
	pthread_join(thread, NULL);
	EXPECT_EQ(BULK_SLOW, b.done);
}

/* S001 S019 T37 */
TEST_F(conn, bulk_both_ways)
{
	struct bulk there = {
		.fd = self->client, .chunk = 20000, .total = BULK,
	};
	struct bulk back = {
		.fd = self->server, .chunk = 60000, .total = BULK,
	};
	pthread_t a, b;
	size_t got;

	ASSERT_EQ(0, pthread_create(&a, NULL, bulk_send, &there));
	ASSERT_EQ(0, pthread_create(&b, NULL, bulk_send, &back));
	/* Nobody reads what comes back until all went there. */
	got = bulk_recv(self->server, 65536);
	EXPECT_EQ(BULK, got);
	EXPECT_EQ(BULK, bulk_recv(self->client, 65536));
	pthread_join(a, NULL);
	pthread_join(b, NULL);
}

TEST_F(conn, sendfile_and_splice)
{
	FILE *file = tmpfile();
	char buf[4096], pat[4096];
	int p[2];
	size_t i;

	ASSERT_NE(NULL, file);
	for (i = 0; i < sizeof(pat); i++)
		pat[i] = pattern(i);
	ASSERT_EQ(1, fwrite(pat, sizeof(pat), 1, file));
	fflush(file);
	rewind(file);
	EXPECT_EQ(4096, sendfile(self->client, fileno(file), NULL, 8192));
	EXPECT_EQ(4096, recv(self->server, buf, sizeof(buf), MSG_WAITALL));
	EXPECT_EQ(0, memcmp(buf, pat, sizeof(pat)));

	ASSERT_EQ(0, pipe(p));
	EXPECT_EQ(4096, send(self->server, pat, sizeof(pat), 0));
	EXPECT_TRUE(WAIT_UNTIL(ioctl_int(self->client, FIONREAD) == 4096));
	EXPECT_EQ(4096, splice(self->client, NULL, p[1], NULL, 8192, 0));
	EXPECT_EQ(4096, splice(p[0], NULL, self->client, NULL, 4096, 0));
	memset(buf, 0, sizeof(buf));
	EXPECT_EQ(4096, recv(self->server, buf, sizeof(buf), MSG_WAITALL));
	EXPECT_EQ(0, memcmp(buf, pat, sizeof(pat)));
	fclose(file);
}

/* T37 */
TEST_F(conn, peek)
{
	char buf[8] = {};

	EXPECT_EQ(6, send(self->client, "abcdef", 6, 0));
	EXPECT_EQ(6, recv(self->server, buf, 6, MSG_WAITALL | MSG_PEEK));
	EXPECT_EQ(3, recv(self->server, buf, 3, MSG_PEEK));
	EXPECT_EQ(6, ioctl_int(self->server, FIONREAD));
	EXPECT_EQ(2, recv(self->server, buf, 2, 0));
	EXPECT_EQ(4, recv(self->server, buf, 8, MSG_PEEK));
	EXPECT_EQ(0, memcmp(buf, "cdef", 4));
	EXPECT_EQ(4, recv(self->server, buf, 8, 0));
	EXPECT_ERRNO(EAGAIN, recv(self->server, buf, 8,
				  MSG_PEEK | MSG_DONTWAIT));
	close(self->client);
	EXPECT_EQ(0, recv(self->server, buf, 8, MSG_PEEK));
	EXPECT_EQ(0, recv(self->server, buf, 8, 0));
}

TEST_F(conn, peek_offset)
{
	char buf[8] = {};

	/* TCP has it since Linux 6.9. */
	if (opt_set(self->server, SOL_SOCKET, SO_PEEK_OFF, 0))
		SKIP(return, "no SO_PEEK_OFF in this kernel");
	EXPECT_EQ(6, send(self->client, "abcdef", 6, 0));
	EXPECT_TRUE(WAIT_UNTIL(ioctl_int(self->server, FIONREAD) == 6));
	EXPECT_EQ(2, recv(self->server, buf, 2, MSG_PEEK));
	EXPECT_EQ(2, recv(self->server, buf, 2, MSG_PEEK));
	EXPECT_EQ(0, memcmp(buf, "cd", 2));
	EXPECT_EQ(4, opt_get(self->server, SOL_SOCKET, SO_PEEK_OFF));
	EXPECT_EQ(3, recv(self->server, buf, 3, 0));
	EXPECT_EQ(1, opt_get(self->server, SOL_SOCKET, SO_PEEK_OFF));
	EXPECT_EQ(2, recv(self->server, buf, 8, MSG_PEEK));
	EXPECT_EQ(0, memcmp(buf, "ef", 2));
	EXPECT_ERRNO(EAGAIN, recv(self->server, buf, 8,
				  MSG_PEEK | MSG_DONTWAIT));
}

/* T37 */
TEST_F(conn, waitall)
{
	char buf[16] = {};
	pthread_t thread;
	struct bulk b = { .fd = self->client, .chunk = 4000, .total = BULK };
	static char big[BULK];

	EXPECT_EQ(3, send(self->server, "abc", 3, 0));
	shutdown(self->server, SHUT_WR);
	/* Less, when the stream ends. */
	EXPECT_EQ(3, recv(self->client, buf, sizeof(buf), MSG_WAITALL));
	ASSERT_EQ(0, pthread_create(&thread, NULL, bulk_send, &b));
	EXPECT_EQ(BULK, recv(self->server, big, BULK, MSG_WAITALL));
	pthread_join(thread, NULL);
}

TEST_F(conn, trunc_discards)
{
	char buf[8] = {};

	EXPECT_EQ(6, send(self->client, "abcdef", 6, 0));
	EXPECT_EQ(4, recv(self->server, NULL, 4, MSG_TRUNC | MSG_WAITALL));
	EXPECT_EQ(2, recv(self->server, buf, 8, 0));
	EXPECT_EQ(0, memcmp(buf, "ef", 2));
}

/* T37 */
TEST_F(conn, recv_refuses)
{
	char c = 0;

	EXPECT_ERRNO(EAGAIN, recv(self->server, &c, 1, MSG_DONTWAIT));
	EXPECT_ERRNO(EAGAIN, recv(self->server, &c, 0, MSG_DONTWAIT));
	EXPECT_ERRNO(EAGAIN, recv(self->server, &c, 1, MSG_ERRQUEUE));
	EXPECT_ERRNO(EINVAL, recv(self->server, &c, 1, MSG_OOB));
	EXPECT_EQ(0, read(self->server, &c, 0));
	EXPECT_EQ(1, send(self->client, "x", 1, 0));
	EXPECT_EQ(POLLIN, poll_for(self->server, POLLIN, WAIT_MS));
	EXPECT_EQ(0, recv(self->server, &c, 0, 0));
	EXPECT_ERRNO(EFAULT, recv(self->server, BAD_PTR, 1, 0));
	/* It was not lost by that. */
	EXPECT_EQ(1, recv(self->server, &c, 1, 0));
	EXPECT_EQ('x', c);
}

/* T37 */
TEST_F(conn, send_refuses)
{
	char control[CMSG_SPACE(4)] = {};
	struct cmsghdr *cmsg = (struct cmsghdr *)control;
	struct iovec iov = { "x", 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	union name addr = loopback(9);
	char c;

	cmsg->cmsg_len = CMSG_LEN(4);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = 9999;
	EXPECT_ERRNO(EINVAL, sendmsg(self->client, &msg, 0));
	EXPECT_ERRNO(EFAULT, send(self->client, BAD_PTR, 1, 0));
	EXPECT_EQ(0, send(self->client, "", 0, 0));
	EXPECT_ERRNO(EAGAIN, recv(self->server, &c, 1, MSG_DONTWAIT));
	/* An address is not looked at, nor are these flags a reason to fail. */
	EXPECT_EQ(1, sendto(self->client, "y", 1, MSG_EOR | MSG_ZEROCOPY,
			    &addr.sa, name_len()));
	EXPECT_EQ(1, recv(self->server, &c, 1, 0));
	EXPECT_EQ('y', c);
}

/* T37 */
TEST_F(conn, recv_timeout_and_signals)
{
	long start = now_ms();
	char c, buf[4];

	opt_timeout(self->server, SO_RCVTIMEO, TIMEOUT_MS);
	EXPECT_ERRNO(EAGAIN, recv(self->server, &c, 1, 0));
	EXPECT_LE(TIMEOUT_MS - LAG_MS, now_ms() - start);
	/* With a timeout a call is never restarted. */
	ring(SA_RESTART);
	opt_timeout(self->server, SO_RCVTIMEO, 20000);
	EXPECT_ERRNO(EINTR, recv(self->server, &c, 1, 0));
	ring(0);
	opt_timeout(self->server, SO_RCVTIMEO, 0);
	EXPECT_ERRNO(EINTR, recv(self->server, &c, 1, 0));
	/* What came before the signal counts. */
	EXPECT_EQ(1, send(self->client, "x", 1, 0));
	EXPECT_EQ(1, recv(self->server, buf, 4, MSG_WAITALL));
	ring_off();
}

static void *send_after_signals(void *arg)
{
	int fd = (long)arg;

	if (!WAIT_UNTIL(signals >= 3))
		return NULL;
	send(fd, "x", 1, 0);
	return NULL;
}

TEST_F(conn, recv_is_restarted)
{
	pthread_t thread;
	sigset_t alarm;
	char c = 0;

	/* Only this thread is to be interrupted. */
	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &alarm, NULL);
	ASSERT_EQ(0, pthread_create(&thread, NULL, send_after_signals,
				    (void *)(long)self->client));
	pthread_sigmask(SIG_UNBLOCK, &alarm, NULL);
	ring(SA_RESTART);
	EXPECT_EQ(1, recv(self->server, &c, 1, 0));
	ring_off();
	pthread_join(thread, NULL);
	EXPECT_LE(3, signals);
}

/* Send until not one octet more fits. Returns how many did. */
static long fill(int fd)
{
	static char buf[16384];
	size_t size = sizeof(buf);
	long done = 0;
	ssize_t ret;

	for (;;) {
		ret = send(fd, buf, size, MSG_DONTWAIT);
		if (ret > 0)
			done += ret;
		else if (errno != EAGAIN)
			return -1;
		else if (size > 1)
			size = 1;
		else
			return done;
	}
}

/* Until nothing moves any more: the peer's buffer is full as well. */
static long fill_up(int fd)
{
	long done = 0, more;

	do {
		more = fill(fd);
		done += more;
	} while (more > 0 || poll_for(fd, POLLOUT, 300) > 0);
	more = fill(fd);
	return more < 0 ? -1 : done + more;
}

/* S010 T37 */
TEST_F(conn, full_buffers)
{
	long filled = fill_up(self->client), start, more;
	static char big[BULK];

	EXPECT_LT(0, filled);
	EXPECT_EQ(0, poll_now(self->client));
	EXPECT_LT(0, ioctl_int(self->client, SIOCOUTQ));
	EXPECT_LE(ioctl_int(self->client, SIOCOUTQNSD),
		  ioctl_int(self->client, SIOCOUTQ));
	EXPECT_ERRNO(EAGAIN, send(self->client, "x", 1, MSG_DONTWAIT));

	start = now_ms();
	opt_timeout(self->client, SO_SNDTIMEO, TIMEOUT_MS);
	EXPECT_ERRNO(EAGAIN, send(self->client, "x", 1, 0));
	EXPECT_LE(TIMEOUT_MS - LAG_MS, now_ms() - start);
	ring(SA_RESTART);
	opt_timeout(self->client, SO_SNDTIMEO, 20000);
	EXPECT_ERRNO(EINTR, send(self->client, "x", 1, 0));
	ring_off();

	EXPECT_TRUE(drain(self->server, filled));
	EXPECT_NE(0, poll_for(self->client, POLLOUT, WAIT_MS) & POLLOUT);
	/* Part of it goes, then the timeout ends it: that part counts. */
	opt_timeout(self->client, SO_SNDTIMEO, 100);
	more = 0;
	for (;;) {
		ssize_t ret = send(self->client, big, BULK, 0);

		if (ret < 0)
			break;
		more += ret;
	}
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_LT(0, more);
	EXPECT_TRUE(drain(self->server, more));
}

TEST_F(conn, outq_empties)
{
	char buf[100] = {};

	EXPECT_EQ(0, ioctl_int(self->client, SIOCOUTQ));
	EXPECT_EQ(100, send(self->client, buf, 100, 0));
	EXPECT_TRUE(drain(self->server, 100));
	EXPECT_TRUE(WAIT_UNTIL(!ioctl_int(self->client, SIOCOUTQ)));
	EXPECT_EQ(0, ioctl_int(self->client, SIOCOUTQNSD));
}

/* T37 */
TEST_F(conn, ioctls)
{
	int on = 1;
	char c;

	EXPECT_EQ(0, ioctl_int(self->server, FIONREAD));
	EXPECT_EQ(3, send(self->client, "abc", 3, 0));
	EXPECT_TRUE(WAIT_UNTIL(ioctl_int(self->server, FIONREAD) == 3));
	EXPECT_EQ(0, ioctl_int(self->server, SIOCATMARK));
	/* The FIN is no octet. */
	shutdown(self->client, SHUT_WR);
	EXPECT_TRUE(WAIT_UNTIL(poll_now(self->server) & POLLRDHUP));
	EXPECT_EQ(3, ioctl_int(self->server, FIONREAD));
	EXPECT_EQ(1, recv(self->server, &c, 1, 0));
	EXPECT_EQ(2, ioctl_int(self->server, FIONREAD));
	EXPECT_TRUE(drain(self->server, 2));
	EXPECT_EQ(0, ioctl_int(self->server, FIONREAD));
	EXPECT_EQ(0, recv(self->server, &c, 1, 0));
	EXPECT_EQ(0, ioctl_int(self->server, FIONREAD));
	EXPECT_ERRNO(EFAULT, ioctl(self->server, FIONREAD, BAD_PTR));
	EXPECT_ERRNO(ENOTTY, ioctl(self->server, 0x1234, &on));
	EXPECT_EQ(0, ioctl(self->client, FIONBIO, &on));
	EXPECT_ERRNO(EAGAIN, recv(self->client, &c, 1, 0));
}

/* The urgent octet as MSG_OOB gives it, or negative errno. */
static int urgent(int fd, int flags)
{
	unsigned char c;
	ssize_t n = recv(fd, &c, 1, MSG_OOB | flags);

	return n < 0 ? -errno : n ? c : 0;
}

/* MUST-30 MUST-32 MUST-33 S011 T37 */
TEST_F(conn, urgent)
{
	struct msghdr msg = {};
	struct iovec iov;
	char buf[16] = {};

	catch_signal(SIGURG, SA_RESTART);
	ASSERT_EQ(0, fcntl(self->server, F_SETOWN, getpid()));
	EXPECT_EQ(3, send(self->client, "abc", 3, 0));
	EXPECT_EQ(3, send(self->client, "de!", 3, MSG_OOB));
	EXPECT_EQ(2, send(self->client, "fg", 2, 0));
	EXPECT_EQ(POLLPRI, poll_for(self->server, POLLPRI, WAIT_MS));
	EXPECT_EQ(1, signals);
	EXPECT_EQ(0, ioctl_int(self->server, SIOCATMARK));
	EXPECT_EQ(5, ioctl_int(self->server, FIONREAD));
	EXPECT_EQ('!', urgent(self->server, MSG_PEEK));
	iov = (struct iovec){ buf, 1 };
	msg.msg_iov = &iov;
	msg.msg_iovlen = 1;
	EXPECT_EQ(1, recvmsg(self->server, &msg, MSG_OOB));
	EXPECT_EQ('!', buf[0]);
	EXPECT_EQ(MSG_OOB, msg.msg_flags);
	EXPECT_EQ(-EINVAL, urgent(self->server, 0));
	EXPECT_EQ(0, poll_for(self->server, POLLPRI, 0));
	EXPECT_EQ(5, recv(self->server, buf, 16, MSG_WAITALL));
	EXPECT_EQ(0, memcmp(buf, "abcde", 5));
	EXPECT_EQ(1, ioctl_int(self->server, SIOCATMARK));
	EXPECT_EQ(2, recv(self->server, buf, 2, MSG_WAITALL));
	EXPECT_EQ(0, memcmp(buf, "fg", 2));
	EXPECT_EQ(0, ioctl_int(self->server, SIOCATMARK));
	/* And the other way, by a reader that waits. */
	EXPECT_EQ(1, send(self->server, "?", 1, MSG_OOB));
	EXPECT_EQ(1, send(self->server, "h", 1, 0));
	EXPECT_EQ(1, recv(self->client, buf, 16, 0));
	EXPECT_EQ('h', buf[0]);
}

/* S011: in line, the mark stays and the octet too; splice() stops there. */
TEST_F(conn, urgent_in_line)
{
	char buf[16] = {};
	int p[2];

	opt_set(self->server, SOL_SOCKET, SO_OOBINLINE, 1);
	EXPECT_EQ(3, send(self->client, "ab!", 3, MSG_OOB));
	EXPECT_EQ(2, send(self->client, "cd", 2, 0));
	EXPECT_TRUE(WAIT_UNTIL(ioctl_int(self->server, FIONREAD) == 5));
	EXPECT_EQ(-EINVAL, urgent(self->server, 0));
	ASSERT_EQ(0, pipe(p));
	EXPECT_EQ(2, splice(self->server, NULL, p[1], NULL, 16, 0));
	EXPECT_EQ(2, read(p[0], buf, 16));
	EXPECT_EQ(0, memcmp(buf, "ab", 2));
	EXPECT_EQ(1, ioctl_int(self->server, SIOCATMARK));
	EXPECT_EQ(3, recv(self->server, buf, 16, 0));
	EXPECT_EQ(0, memcmp(buf, "!cd", 3));
	EXPECT_EQ(0, ioctl_int(self->server, SIOCATMARK));
}

/* S011: many marks in a stream that is read meanwhile: only they are missing */
TEST_F(conn, urgent_often)
{
	int i, n, got = 0;
	char buf[64];

	for (i = 0; i < 500; i++) {
		EXPECT_EQ(10, send(self->client, "0123456789", 10, 0));
		EXPECT_EQ(1, send(self->client, "!", 1, MSG_OOB));
		if (i % 3)
			continue;
		n = recv(self->server, buf, sizeof(buf), MSG_DONTWAIT);
		got += n > 0 ? n : 0;
	}
	shutdown(self->client, SHUT_WR);
	while ((n = recv(self->server, buf, sizeof(buf), 0)) > 0)
		got += n;
	EXPECT_EQ(0, n);
	EXPECT_LE(5000, got);
	EXPECT_GT(5500, got);
}

/* MAY-16 MUST-60 T37: what is held back is not held for ever */
TEST_F(conn, more_and_cork)
{
	int c = self->client, s = self->server;
	char buf[16] = {};

	EXPECT_EQ(3, send(c, "abc", 3, MSG_MORE));
	EXPECT_EQ(3, send(c, "def", 3, 0));
	EXPECT_EQ(6, recv(s, buf, 6, MSG_WAITALL));
	EXPECT_EQ(0, memcmp(buf, "abcdef", 6));

	EXPECT_EQ(0, opt_set(c, SOL_TCP, TCP_CORK, 1));
	EXPECT_EQ(1, opt_get(c, SOL_TCP, TCP_CORK));
	EXPECT_EQ(3, send(c, "abc", 3, 0));
	EXPECT_EQ(3, ioctl_int(c, SIOCOUTQNSD));
	EXPECT_EQ(0, poll_now(s) & POLLIN);
	EXPECT_EQ(0, opt_set(c, SOL_TCP, TCP_CORK, 0));
	EXPECT_EQ(3, recv(s, buf, 3, MSG_WAITALL));

	/* A cork does not hold for ever, and the end of the stream pulls it. */
	EXPECT_EQ(0, opt_set(c, SOL_TCP, TCP_CORK, 1));
	EXPECT_EQ(3, send(c, "ghi", 3, 0));
	EXPECT_EQ(POLLIN, poll_for(s, POLLIN, WAIT_MS));
	EXPECT_EQ(3, recv(s, buf, 3, MSG_WAITALL));
	EXPECT_EQ(3, send(c, "jkl", 3, 0));
	close(c);
	EXPECT_EQ(3, recv(s, buf, 16, MSG_WAITALL));
	EXPECT_EQ(0, memcmp(buf, "jkl", 3));
}

/*
 * Events
 */

/* T37 */
TEST_F(conn, poll_and_select)
{
	struct timeval zero = {};
	fd_set in, out;
	char c;

	EXPECT_EQ(POLLOUT, poll_now(self->server));
	EXPECT_EQ(1, send(self->client, "x", 1, 0));
	EXPECT_EQ(POLLIN, poll_for(self->server, POLLIN, WAIT_MS));
	EXPECT_EQ(POLLIN | POLLOUT, poll_now(self->server));
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(self->server, &in);
	FD_SET(self->client, &in);
	FD_SET(self->client, &out);
	EXPECT_EQ(2, select(FD_SETSIZE, &in, &out, NULL, &zero));
	EXPECT_TRUE(FD_ISSET(self->server, &in));
	EXPECT_FALSE(FD_ISSET(self->client, &in));
	EXPECT_TRUE(FD_ISSET(self->client, &out));
	EXPECT_EQ(1, recv(self->server, &c, 1, 0));
	EXPECT_EQ(POLLOUT, poll_now(self->server));
}

/* T37 */
TEST_F(conn, low_water_mark)
{
	char buf[16];

	EXPECT_EQ(0, opt_set(self->server, SOL_SOCKET, SO_RCVLOWAT, 10));
	EXPECT_EQ(10, opt_get(self->server, SOL_SOCKET, SO_RCVLOWAT));
	EXPECT_EQ(9, send(self->client, "123456789", 9, 0));
	EXPECT_TRUE(WAIT_UNTIL(ioctl_int(self->server, FIONREAD) == 9));
	EXPECT_EQ(POLLOUT, poll_now(self->server));
	EXPECT_EQ(1, send(self->client, "x", 1, 0));
	EXPECT_EQ(POLLIN, poll_for(self->server, POLLIN, WAIT_MS));
	EXPECT_EQ(10, recv(self->server, buf, 16, 0));
	EXPECT_EQ(0, opt_set(self->server, SOL_SOCKET, SO_RCVLOWAT, 0));
	EXPECT_EQ(1, opt_get(self->server, SOL_SOCKET, SO_RCVLOWAT));
}

/* T37 */
TEST_F(conn, epoll_edges)
{
	struct epoll_event ev = {
		.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
	};
	int ep = epoll_create1(0);
	long filled;

	ASSERT_EQ(0, epoll_ctl(ep, EPOLL_CTL_ADD, self->client, &ev));
	EXPECT_EQ(1, epoll_wait(ep, &ev, 1, WAIT_MS));
	EXPECT_EQ(EPOLLOUT, ev.events);
	EXPECT_EQ(0, epoll_wait(ep, &ev, 1, 0));

	/* Data: told once, and again when there is more. */
	EXPECT_EQ(1, send(self->server, "x", 1, 0));
	EXPECT_EQ(1, epoll_wait(ep, &ev, 1, WAIT_MS));
	EXPECT_NE(0, ev.events & EPOLLIN);
	EXPECT_EQ(0, epoll_wait(ep, &ev, 1, 0));
	EXPECT_EQ(1, send(self->server, "y", 1, 0));
	EXPECT_EQ(1, epoll_wait(ep, &ev, 1, WAIT_MS));
	EXPECT_NE(0, ev.events & EPOLLIN);

	/* Room: told when who was refused can send again. */
	filled = fill_up(self->client);
	while (epoll_wait(ep, &ev, 1, 0) > 0)
		continue;
	EXPECT_TRUE(drain(self->server, filled));
	EXPECT_EQ(1, epoll_wait(ep, &ev, 1, WAIT_MS));
	EXPECT_NE(0, ev.events & EPOLLOUT);

	close(self->server);
	EXPECT_TRUE(WAIT_UNTIL(epoll_wait(ep, &ev, 1, 0) == 1 &&
			       (ev.events & EPOLLRDHUP)));
}

/* T37 */
TEST_F(conn, sigio)
{
	int flags = fcntl(self->server, F_GETFL);

	catch_signal(SIGIO, 0);
	ASSERT_EQ(0, fcntl(self->server, F_SETOWN, getpid()));
	ASSERT_EQ(0, fcntl(self->server, F_SETFL, flags | O_ASYNC));
	EXPECT_EQ(1, send(self->client, "x", 1, 0));
	EXPECT_TRUE(WAIT_UNTIL(signals));
}

TEST_HARNESS_MAIN
