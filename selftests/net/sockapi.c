// SPDX-License-Identifier: GPL-2.0
/*
 * How a connection begins and ends, as a program sees it: socket, bind, listen,
 * connect, accept, shutdown, close, the names of both ends, and the errno of
 * each wrong call.
 */

#include "sockapi.h"

/* One that the socket is not of. */
static int other_family(void)
{
	return family == AF_INET ? AF_INET6 : AF_INET;
}

/*
 * Without a connection
 */

TEST(socket_is_what_was_asked_for)
{
	int fd = sock_new(SOCK_NONBLOCK | SOCK_CLOEXEC);

	ASSERT_LE(0, fd);
	EXPECT_EQ(proto, opt_get(fd, SOL_SOCKET, SO_PROTOCOL));
	EXPECT_EQ(SOCK_STREAM, opt_get(fd, SOL_SOCKET, SO_TYPE));
	EXPECT_EQ(family, opt_get(fd, SOL_SOCKET, SO_DOMAIN));
	EXPECT_EQ(0, opt_get(fd, SOL_SOCKET, SO_ACCEPTCONN));
	EXPECT_EQ(0, opt_get(fd, SOL_SOCKET, SO_ERROR));
	EXPECT_NE(0, fcntl(fd, F_GETFL) & O_NONBLOCK);
	EXPECT_NE(0, fcntl(fd, F_GETFD) & FD_CLOEXEC);
	EXPECT_EQ(POLLOUT | POLLHUP, poll_now(fd));
	close(fd);
	EXPECT_ERRNO(EPROTONOSUPPORT, socket(family, SOCK_DGRAM, proto));
}

/* MUST-43 T37: an address of this host, and each port of it once */
TEST(bind_refuses)
{
	union name addr = loopback(0);
	int a = sock_new(0), b = sock_new(0), port;

	EXPECT_ERRNO(EINVAL, bind(a, &addr.sa, 4));
	EXPECT_ERRNO(EFAULT, bind(a, BAD_PTR, name_len()));
	addr.sa.sa_family = other_family();
	EXPECT_ERRNO(EAFNOSUPPORT, bind(a, &addr.sa, name_len()));
	addr = name_of("192.0.2.1", "2001:db8::1", 0);
	EXPECT_ERRNO(EADDRNOTAVAIL, bind(a, &addr.sa, name_len()));

	ASSERT_EQ(0, sock_bind(a, 0));
	port = local_port(a);
	EXPECT_LT(0, port);
	EXPECT_ERRNO(EINVAL, sock_bind(a, 0));
	EXPECT_ERRNO(EADDRINUSE, sock_bind(b, port));
	addr = name_of("0.0.0.0", "::", port);
	EXPECT_ERRNO(EADDRINUSE, bind(b, &addr.sa, name_len()));
	/* Another address is another name. */
	addr = name_of("127.0.0.2", "::ffff:127.0.0.2", port);
	EXPECT_EQ(0, bind(b, &addr.sa, name_len()));
}

/* S091 T37 */
TEST(bind_reuseaddr)
{
	int a = sock_new(0), b = sock_new(0), port;

	opt_set(a, SOL_SOCKET, SO_REUSEADDR, 1);
	ASSERT_EQ(0, sock_bind(a, 0));
	port = local_port(a);
	EXPECT_ERRNO(EADDRINUSE, sock_bind(b, port));
	opt_set(b, SOL_SOCKET, SO_REUSEADDR, 1);
	EXPECT_EQ(0, sock_bind(b, port));
	/* Two may have the port, but only one may listen there. */
	EXPECT_EQ(0, listen(a, 1));
	EXPECT_ERRNO(EADDRINUSE, listen(b, 1));
}

TEST(bind_port_is_free_after_close)
{
	int a = sock_new(0), b = sock_new(0), port;

	ASSERT_EQ(0, sock_bind(a, 0));
	port = local_port(a);
	close(a);
	EXPECT_EQ(0, sock_bind(b, port));
}

/* T37 */
TEST(not_connected)
{
	union name addr = loopback(closed_port()), any;
	socklen_t len = sizeof(addr);
	int fd = sock_new(0);
	char c = 0;

	signal(SIGPIPE, SIG_IGN);
	EXPECT_ERRNO(ENOTCONN, recv(fd, &c, 1, 0));
	EXPECT_ERRNO(ENOTCONN, recv(fd, &c, 0, MSG_DONTWAIT));
	EXPECT_ERRNO(EPIPE, send(fd, &c, 1, 0));
	EXPECT_ERRNO(EPIPE, send(fd, &c, 0, 0));
	EXPECT_ERRNO(EPIPE, sendto(fd, &c, 1, 0, &addr.sa, name_len()));
	EXPECT_ERRNO(ENOTCONN, shutdown(fd, SHUT_RDWR));
	EXPECT_ERRNO(EINVAL, shutdown(fd, 3));
	EXPECT_ERRNO(ENOTCONN, getpeername(fd, &addr.sa, &len));
	EXPECT_ERRNO(EINVAL, accept(fd, NULL, NULL));
	EXPECT_EQ(0, ioctl_int(fd, FIONREAD));
	EXPECT_EQ(0, ioctl_int(fd, SIOCOUTQ));

	ASSERT_EQ(0, getsockname(fd, &addr.sa, &len));
	any = name_of("0.0.0.0", "::", 0);
	EXPECT_EQ(name_len(), len);
	EXPECT_EQ(0, memcmp(&addr, &any, len));
}

/* S040 T37: connect() of a listener is refused */
TEST(listen_and_accept_refuse)
{
	int fd = sock_new(0), c = sock_new(0);
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);
	char byte = 0;

	signal(SIGPIPE, SIG_IGN);
	/* Not bound: it gets a port of its own. */
	ASSERT_EQ(0, listen(fd, 1));
	EXPECT_LT(0, local_port(fd));
	EXPECT_EQ(0, listen(fd, 2));
	EXPECT_EQ(1, opt_get(fd, SOL_SOCKET, SO_ACCEPTCONN));
	EXPECT_EQ(0, poll_now(fd));
	EXPECT_ERRNO(EISCONN, sock_connect(fd, local_port(fd)));
	EXPECT_ERRNO(ENOTCONN, recv(fd, &byte, 1, 0));
	EXPECT_ERRNO(ENOTCONN, recv(fd, &byte, 1, MSG_OOB));
	EXPECT_ERRNO(EPIPE, send(fd, &byte, 1, 0));
	EXPECT_ERRNO(ENOTCONN,
		     getpeername(fd, (struct sockaddr *)&addr, &len));
	EXPECT_ERRNO(EINVAL, ioctl(fd, FIONREAD, &len));
	EXPECT_ERRNO(EINVAL, ioctl(fd, SIOCOUTQ, &len));
	EXPECT_ERRNO(EINVAL, ioctl(fd, SIOCOUTQNSD, &len));
	EXPECT_EQ(0, ioctl_int(fd, SIOCATMARK));
	EXPECT_ERRNO(EINVAL, accept4(fd, NULL, NULL, 1));
	EXPECT_ERRNO(EINVAL, accept(c, NULL, NULL));
	nonblock(fd);
	EXPECT_ERRNO(EAGAIN, accept(fd, NULL, NULL));
}

TEST(accept_is_interrupted)
{
	int fd = listener_new(1);

	ring(0);
	EXPECT_ERRNO(EINTR, accept(fd, NULL, NULL));
	ring_off();
	EXPECT_LT(0, signals);
	opt_timeout(fd, SO_RCVTIMEO, 50);
	EXPECT_ERRNO(EAGAIN, accept(fd, NULL, NULL));
}

static void *accept_thread(void *arg)
{
	return (void *)(long)(accept((long)arg, NULL, NULL) < 0 ? errno : 0);
}

TEST(shutdown_of_a_listener_wakes_accept)
{
	int fd = listener_new(1), c = sock_new(0), port = local_port(fd);
	pthread_t thread;
	void *err;

	EXPECT_EQ(0, shutdown(fd, SHUT_WR));
	ASSERT_EQ(0, pthread_create(&thread, NULL, accept_thread,
				    (void *)(long)fd));
	EXPECT_EQ(0, shutdown(fd, SHUT_RD));
	pthread_join(thread, &err);
	EXPECT_EQ(EINVAL, (long)err);
	EXPECT_ERRNO(ECONNREFUSED, sock_connect(c, port));
	EXPECT_EQ(0, opt_get(fd, SOL_SOCKET, SO_ACCEPTCONN));
	/* It may listen again. */
	EXPECT_EQ(0, listen(fd, 1));
	EXPECT_EQ(0, sock_connect(c, local_port(fd)));
}

/* MUST-46 T37: no connection to a crowd; ECONNREFUSED by RST */
TEST(connect_refuses)
{
	union name addr = loopback(1);
	int fd = sock_new(0), l = listener_new(4);

	EXPECT_ERRNO(EINVAL, connect(fd, &addr.sa, 4));
	EXPECT_ERRNO(EFAULT, connect(fd, BAD_PTR, name_len()));
	addr.sa.sa_family = other_family();
	EXPECT_ERRNO(EAFNOSUPPORT, connect(fd, &addr.sa, name_len()));
	addr = name_of("127.255.255.255", "ff01::1", 1);
	EXPECT_ERRNO(ENETUNREACH, connect(fd, &addr.sa, name_len()));
	addr = name_of("224.0.0.1", "ff0e::1", 1);
	EXPECT_ERRNO(ENETUNREACH, connect(fd, &addr.sa, name_len()));

	EXPECT_ERRNO(ECONNREFUSED, sock_connect(fd, closed_port()));
	EXPECT_EQ(0, opt_get(fd, SOL_SOCKET, SO_ERROR));
	/* The socket is none the worse for it. */
	EXPECT_EQ(0, sock_connect(fd, local_port(l)));
	EXPECT_ERRNO(EISCONN, sock_connect(fd, local_port(l)));
	EXPECT_ERRNO(EINVAL, listen(fd, 1));
	EXPECT_ERRNO(EINVAL, sock_bind(fd, 0));
}

/* S013 T37: refused, and poll() and SO_ERROR tell it */
TEST(connect_nonblocking_refused)
{
	int fd = sock_new(SOCK_NONBLOCK), port = closed_port();
	short ready;
	char c;

	EXPECT_ERRNO(EINPROGRESS, sock_connect(fd, port));
	ready = poll_for(fd, POLLIN | POLLOUT, WAIT_MS);
	EXPECT_EQ(POLLIN | POLLOUT | POLLERR | POLLHUP, ready);
	EXPECT_EQ(ECONNREFUSED, opt_get(fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(0, opt_get(fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(0, recv(fd, &c, 1, 0));

	/* Or connect() tells it. */
	close(fd);
	fd = sock_new(SOCK_NONBLOCK);
	EXPECT_ERRNO(EINPROGRESS, sock_connect(fd, port));
	poll_for(fd, POLLOUT, WAIT_MS);
	EXPECT_ERRNO(ECONNREFUSED, sock_connect(fd, port));
}

/* S023 T37 */
TEST(connect_nonblocking)
{
	int l = listener_new(4), fd = sock_new(SOCK_NONBLOCK);
	int port = local_port(l);

	EXPECT_ERRNO(EINPROGRESS, sock_connect(fd, port));
	EXPECT_EQ(POLLOUT, poll_for(fd, ALL_EVENTS, WAIT_MS));
	EXPECT_EQ(0, opt_get(fd, SOL_SOCKET, SO_ERROR));
	/* Asked again it says yes, once; then it is an error. */
	EXPECT_EQ(0, sock_connect(fd, port));
	EXPECT_ERRNO(EISCONN, sock_connect(fd, port));
}

/* MUST-10 S038 T37 */
TEST(connect_to_itself)
{
	int fd = sock_new(0), port;
	char buf[8] = {};

	/* Simultaneous open: RFC 9293 MUST-10 */
	ASSERT_EQ(0, sock_bind(fd, 0));
	port = local_port(fd);
	ASSERT_EQ(0, sock_connect(fd, port));
	EXPECT_EQ(5, send(fd, "mirror", 5, 0));
	EXPECT_EQ(5, recv(fd, buf, sizeof(buf), 0));
	EXPECT_EQ(0, memcmp(buf, "mirro", 5));
	EXPECT_EQ(0, shutdown(fd, SHUT_WR));
	EXPECT_EQ(0, recv(fd, buf, sizeof(buf), 0));
}

/* T37 */
TEST(connect_unspec_disconnects)
{
	struct sockaddr_in none = { .sin_family = AF_UNSPEC }, addr;
	int l = listener_new(4), fd = sock_new(0), s;
	socklen_t len = sizeof(addr);
	char c;

	ASSERT_EQ(0, sock_connect(fd, local_port(l)));
	s = accept(l, NULL, NULL);
	EXPECT_EQ(0, connect(fd, (struct sockaddr *)&none, sizeof(none)));
	EXPECT_ERRNO(ENOTCONN,
		     getpeername(fd, (struct sockaddr *)&addr, &len));
	EXPECT_ERRNO(ECONNRESET, recv(s, &c, 1, 0));
	EXPECT_EQ(0, sock_connect(fd, local_port(l)));
}

/*
 * A connection that stays in SYN_SENT for a while: the listener's queue is
 * full, so it answers no SYN.
 */
FIXTURE(pending)
{
	int listener;
	int port;
	int filler;
	int client;
};

FIXTURE_SETUP(pending)
{
	self->listener = listener_new(0);
	ASSERT_LE(0, self->listener);
	self->port = local_port(self->listener);
	self->filler = sock_new(0);
	ASSERT_EQ(0, sock_connect(self->filler, self->port));
	ASSERT_EQ(POLLIN, poll_for(self->listener, POLLIN, WAIT_MS));
	self->client = sock_new(0);
}

FIXTURE_TEARDOWN(pending)
{
	close(self->client);
	close(self->filler);
	close(self->listener);
}

TEST_F(pending, nonblocking)
{
	int port = self->port, fd = self->client;
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);
	char c = 0;

	nonblock(fd);
	EXPECT_ERRNO(EINPROGRESS, sock_connect(fd, port));
	EXPECT_EQ(0, poll_now(fd));
	EXPECT_ERRNO(EALREADY, sock_connect(fd, port));
	EXPECT_ERRNO(EAGAIN, send(fd, &c, 1, 0));
	EXPECT_ERRNO(EAGAIN, recv(fd, &c, 1, 0));
	EXPECT_ERRNO(ENOTCONN,
		     getpeername(fd, (struct sockaddr *)&addr, &len));
	EXPECT_LT(0, local_port(fd));
	EXPECT_EQ(0, ioctl_int(fd, SIOCOUTQ));
	EXPECT_EQ(0, ioctl_int(fd, FIONREAD));

	/* There is room again: the next SYN gets through. */
	EXPECT_LE(0, accept(self->listener, NULL, NULL));
	EXPECT_EQ(POLLOUT, poll_for(fd, ALL_EVENTS, WAIT_MS));
	EXPECT_EQ(0, opt_get(fd, SOL_SOCKET, SO_ERROR));
	EXPECT_LE(0, accept(self->listener, NULL, NULL));
}

TEST_F(pending, send_timeout)
{
	long start = now_ms();

	opt_timeout(self->client, SO_SNDTIMEO, TIMEOUT_MS);
	EXPECT_ERRNO(EINPROGRESS, sock_connect(self->client, self->port));
	EXPECT_LE(TIMEOUT_MS - LAG_MS, now_ms() - start);
	EXPECT_ERRNO(EALREADY, sock_connect(self->client, self->port));
}

TEST_F(pending, interrupted)
{
	ring(0);
	EXPECT_ERRNO(EINTR, sock_connect(self->client, self->port));
	ring_off();
	nonblock(self->client);
	EXPECT_ERRNO(EALREADY, sock_connect(self->client, self->port));
}

TEST_F(pending, shutdown_ends_it)
{
	nonblock(self->client);
	EXPECT_ERRNO(EINPROGRESS, sock_connect(self->client, self->port));
	EXPECT_EQ(0, shutdown(self->client, SHUT_RDWR));
	EXPECT_EQ(POLLOUT | POLLERR | POLLHUP,
		  poll_for(self->client, POLLOUT, WAIT_MS));
	EXPECT_EQ(ECONNRESET, opt_get(self->client, SOL_SOCKET, SO_ERROR));
}

TEST_F(pending, send_waits_for_the_connection)
{
	int fd = self->client, s;
	char buf[8] = {};

	opt_timeout(fd, SO_SNDTIMEO, 50);
	EXPECT_ERRNO(EINPROGRESS, sock_connect(fd, self->port));
	EXPECT_ERRNO(EAGAIN, send(fd, "x", 1, 0));
	opt_timeout(fd, SO_SNDTIMEO, 0);
	EXPECT_LE(0, accept(self->listener, NULL, NULL));
	EXPECT_EQ(5, send(fd, "hello", 5, 0));
	s = accept(self->listener, NULL, NULL);
	EXPECT_EQ(5, recv(s, buf, 5, MSG_WAITALL));
	EXPECT_EQ(0, strcmp(buf, "hello"));
}

/*
 * The accept queue
 */

/* S044 S045 T37: who finds no room comes again */
TEST(backlog_overflow)
{
	int l = listener_new(2), fd[4], i;
	int port = local_port(l);

	for (i = 0; i < 3; i++) {
		fd[i] = sock_new(0);
		ASSERT_EQ(0, sock_connect(fd[i], port));
	}
	fd[3] = sock_new(SOCK_NONBLOCK);
	EXPECT_ERRNO(EINPROGRESS, sock_connect(fd[3], port));
	EXPECT_EQ(0, poll_for(fd[3], POLLOUT, 100));
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(POLLIN, poll_for(l, POLLIN, WAIT_MS));
		EXPECT_LE(0, accept(l, NULL, NULL));
	}
	EXPECT_EQ(POLLOUT, poll_for(fd[3], POLLOUT, WAIT_MS));
}

/* S044 T37: queued connections keep what came */
TEST(accepted_after_the_client_closed)
{
	int l = listener_new(4), fd = sock_new(0), s;
	char buf[8] = {};

	ASSERT_EQ(0, sock_connect(fd, local_port(l)));
	EXPECT_EQ(3, send(fd, "bye", 3, 0));
	close(fd);
	s = accept(l, NULL, NULL);
	ASSERT_LE(0, s);
	EXPECT_EQ(3, recv(s, buf, sizeof(buf), MSG_WAITALL));
	EXPECT_EQ(0, strcmp(buf, "bye"));
	EXPECT_EQ(0, recv(s, buf, sizeof(buf), 0));
}

/* S044 T37: also those that have died meanwhile */
TEST(accepted_after_the_client_aborted)
{
	struct linger now = { .l_onoff = 1 };
	int l = listener_new(4), fd = sock_new(0), s;
	char c;

	ASSERT_EQ(0, sock_connect(fd, local_port(l)));
	EXPECT_EQ(POLLIN, poll_for(l, POLLIN, WAIT_MS));
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
	s = accept(l, NULL, NULL);
	ASSERT_LE(0, s);
	EXPECT_ERRNO(ECONNRESET, recv(s, &c, 1, 0));
	EXPECT_EQ(0, recv(s, &c, 1, 0));
}

/* T37 */
TEST(closed_listener_resets_who_waits)
{
	int l = listener_new(4), fd = sock_new(0), port = local_port(l);
	char c;

	ASSERT_EQ(0, sock_connect(fd, port));
	EXPECT_EQ(POLLIN, poll_for(l, POLLIN, WAIT_MS));
	close(l);
	EXPECT_ERRNO(ECONNRESET, recv(fd, &c, 1, 0));
	close(fd);
	fd = sock_new(0);
	EXPECT_ERRNO(ECONNREFUSED, sock_connect(fd, port));
}

/* S080 S091 T37 */
TEST(time_wait_holds_the_port)
{
	int l = listener_new(4), fd = sock_new(0), s, port = local_port(l);
	char c;

	opt_set(l, SOL_SOCKET, SO_REUSEADDR, 1);
	ASSERT_EQ(0, sock_connect(fd, port));
	s = accept(l, NULL, NULL);
	close(s);			/* the server closes first */
	EXPECT_EQ(0, recv(fd, &c, 1, 0));
	close(fd);
	close(l);
	fd = sock_new(0);
	EXPECT_ERRNO(EADDRINUSE, sock_bind(fd, port));
	opt_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	EXPECT_EQ(0, sock_bind(fd, port));
	EXPECT_EQ(0, listen(fd, 1));
}

/*
 * A connection, and its end
 */

/* S020 MUST-44 MUST-45 T37: the address chosen is that of the connection */
TEST_F(conn, names)
{
	union name name = {}, peer = {}, want;
	socklen_t len = sizeof(name);

	ASSERT_EQ(0, getsockname(self->client, &name.sa, &len));
	EXPECT_EQ(name_len(), len);
	ASSERT_EQ(0, getpeername(self->server, &peer.sa, &len));
	EXPECT_EQ(0, memcmp(&name, &peer, sizeof(name)));
	want = loopback(local_port(self->client));
	EXPECT_EQ(0, memcmp(&name, &want, len));
	ASSERT_EQ(0, getpeername(self->client, &peer.sa, &len));
	EXPECT_EQ(local_port(self->listener), ntohs(peer.in.sin_port));

	/* Cut to what the caller has room for, and told in full. */
	len = 4;
	memset(&peer, 0xff, sizeof(peer));
	ASSERT_EQ(0, getpeername(self->server, &peer.sa, &len));
	EXPECT_EQ(name_len(), len);
	EXPECT_EQ(0, memcmp(&peer, &name, 4));
	EXPECT_EQ(0xffffffff, peer.in.sin_addr.s_addr);
	len = -1;
	EXPECT_ERRNO(EINVAL, getsockname(self->client, &name.sa, &len));
	len = sizeof(name);
	EXPECT_ERRNO(EFAULT, getpeername(self->client, BAD_PTR, &len));
	EXPECT_ERRNO(EFAULT, getpeername(self->client, &name.sa, BAD_PTR));
}

TEST_F(conn, accept_tells_the_peer)
{
	union name peer = {};
	socklen_t len = sizeof(peer);
	int c = sock_new(0), s;

	ASSERT_EQ(0, sock_connect(c, local_port(self->listener)));
	s = accept4(self->listener, &peer.sa, &len, SOCK_NONBLOCK);
	ASSERT_LE(0, s);
	EXPECT_EQ(local_port(c), ntohs(peer.in.sin_port));
	EXPECT_NE(0, fcntl(s, F_GETFL) & O_NONBLOCK);
	ASSERT_EQ(0, close(c));
}

/* S019 S066 S067 T37 */
TEST_F(conn, half_close)
{
	char buf[8] = {};

	EXPECT_EQ(3, send(self->client, "abc", 3, 0));
	EXPECT_EQ(0, shutdown(self->client, SHUT_WR));
	EXPECT_ERRNO(EPIPE, send(self->client, "x", 1, 0));
	EXPECT_ERRNO(EPIPE, send(self->client, "", 0, 0));
	EXPECT_EQ(3, recv(self->server, buf, 8, MSG_WAITALL));
	EXPECT_EQ(0, recv(self->server, buf, 8, 0));
	EXPECT_EQ(0, recv(self->server, buf, 8, 0));
	EXPECT_EQ(POLLIN | POLLOUT | POLLRDHUP, poll_now(self->server));
	/* The other direction is still open. */
	EXPECT_EQ(POLLOUT, poll_now(self->client));
	EXPECT_EQ(5, send(self->server, "still", 5, 0));
	EXPECT_EQ(5, recv(self->client, buf, 5, MSG_WAITALL));
	EXPECT_EQ(0, shutdown(self->server, SHUT_WR));
	EXPECT_EQ(0, recv(self->client, buf, 8, 0));
	EXPECT_NE(0, poll_for(self->client, POLLIN, WAIT_MS) & POLLHUP);
	EXPECT_NE(0, poll_for(self->server, POLLIN, WAIT_MS) & POLLHUP);
	EXPECT_TRUE(WAIT_UNTIL(shutdown(self->server, SHUT_WR) < 0));
	EXPECT_EQ(ENOTCONN, errno);
}

/* T37 */
TEST_F(conn, shutdown_of_reading)
{
	char buf[8];

	EXPECT_EQ(3, send(self->client, "abc", 3, 0));
	EXPECT_TRUE(WAIT_UNTIL(ioctl_int(self->server, FIONREAD) == 3));
	EXPECT_EQ(0, shutdown(self->server, SHUT_RD));
	EXPECT_EQ(POLLIN | POLLOUT | POLLRDHUP, poll_now(self->server));
	EXPECT_EQ(3, recv(self->server, buf, 8, 0));
	EXPECT_EQ(0, recv(self->server, buf, 8, 0));
	/* The peer hears nothing of it. */
	EXPECT_EQ(POLLOUT, poll_now(self->client));
	EXPECT_EQ(1, send(self->server, "x", 1, 0));
	EXPECT_EQ(1, recv(self->client, buf, 1, 0));
}

static void *recv_thread(void *arg)
{
	char c;

	return (void *)recv((long)arg, &c, 1, 0);
}

TEST_F(conn, shutdown_wakes_recv)
{
	pthread_t thread;
	void *ret;

	ASSERT_EQ(0, pthread_create(&thread, NULL, recv_thread,
				    (void *)(long)self->server));
	EXPECT_EQ(0, shutdown(self->server, SHUT_RD));
	pthread_join(thread, &ret);
	EXPECT_EQ(0, (long)ret);
}

/* T37 */
TEST_F(conn, sigpipe)
{
	catch_signal(SIGPIPE, 0);
	shutdown(self->client, SHUT_WR);
	EXPECT_ERRNO(EPIPE, send(self->client, "x", 1, MSG_NOSIGNAL));
	EXPECT_EQ(0, signals);
	EXPECT_ERRNO(EPIPE, send(self->client, "x", 1, 0));
	EXPECT_EQ(1, signals);
	EXPECT_ERRNO(EPIPE, write(self->client, "x", 1));
	EXPECT_EQ(2, signals);
}

/* S067 SHLD-3 MUST-12 T37 */
TEST_F(conn, reset_by_unread_data)
{
	char c;

	/* RFC 9293 3.6.1: data was lost, the peer must learn of it. */
	EXPECT_EQ(1, send(self->client, "x", 1, 0));
	EXPECT_EQ(POLLIN, poll_for(self->server, POLLIN, WAIT_MS));
	close(self->server);
	EXPECT_TRUE(WAIT_UNTIL(poll_now(self->client) & POLLERR));
	EXPECT_EQ(POLLIN | POLLOUT | POLLRDHUP | POLLERR | POLLHUP,
		  poll_now(self->client));
	/* The first call hears why. */
	EXPECT_ERRNO(ECONNRESET, recv(self->client, &c, 1, 0));
	EXPECT_EQ(0, recv(self->client, &c, 1, 0));
	EXPECT_ERRNO(EPIPE, send(self->client, "x", 1, 0));
	EXPECT_EQ(POLLIN | POLLOUT | POLLRDHUP | POLLHUP,
		  poll_now(self->client));
	EXPECT_ERRNO(ENOTCONN, shutdown(self->client, SHUT_WR));
}

/* MUST-12 S085 T37: told once, behind what came before */
TEST_F(conn, reset_by_linger)
{
	struct linger now = { .l_onoff = 1 };
	char buf[4];

	EXPECT_EQ(3, send(self->server, "abc", 3, 0));
	EXPECT_EQ(POLLIN, poll_for(self->client, POLLIN, WAIT_MS));
	setsockopt(self->server, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(self->server);
	EXPECT_TRUE(WAIT_UNTIL(poll_now(self->client) & POLLERR));
	/* What arrived before is still there. */
	EXPECT_EQ(3, recv(self->client, buf, 4, 0));
	EXPECT_ERRNO(ECONNRESET, send(self->client, "x", 1, 0));
	EXPECT_EQ(0, opt_get(self->client, SOL_SOCKET, SO_ERROR));
	EXPECT_ERRNO(EPIPE, send(self->client, "x", 1, 0));
}

/* MAY-1 T37: close() ends receiving, too */
TEST_F(conn, send_to_closed_peer)
{
	char c;

	close(self->server);
	EXPECT_EQ(0, recv(self->client, &c, 1, 0));
	/* The first is on its way before the answer is known. */
	EXPECT_EQ(1, send(self->client, "x", 1, 0));
	EXPECT_TRUE(WAIT_UNTIL(poll_now(self->client) & POLLHUP));
	/* The peer had said that it was through: EPIPE, not ECONNRESET. */
	EXPECT_ERRNO(EPIPE, send(self->client, "x", 1, 0));
	EXPECT_EQ(0, recv(self->client, &c, 1, 0));
}

TEST_HARNESS_MAIN
