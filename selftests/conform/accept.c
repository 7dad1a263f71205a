// SPDX-License-Identifier: GPL-2.0
/*
 * The queue of connections that await accept(): its length and order, who is
 * woken, and listeners that share a port. That a full one drops or resets is
 * in open.c, cookie.c and sysctl_effect.c.
 */

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/wait.h>

#include "case.h"

CASES(accept)

#define SYN_IN	"S 0:0(0) win 65535 <mss 1460>"

static void open_from(int port)
{
	flow(KERNEL_PORT, port);
	in(SYN_IN);
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	state_is("ESTABLISHED");
}

static void no_room_for(int port)
{
	flow(KERNEL_PORT, port);
	in(SYN_IN);
	quiet(10);
}

static int peer_port(int fd)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);

	is(getpeername(fd, (struct sockaddr *)&sa, &len), 0);
	return address_port(&sa);
}

/* S044: whoever opened first is accepted first. */
CASE(accept, in_order)
{
	int l = server();
	int port;

	for (port = 1; port <= 5; port++)
		open_from(port);
	for (port = 1; port <= 5; port++)
		is(peer_port(accepted(l)), port);
	is(accept(l, NULL, NULL), -1);
	is(errno, EAGAIN);
}

/* S044 S045: there is always room for one more than the backlog says. */
CASE(accept, backlog_0)
{
	int l = server_backlog(0);

	open_from(1);
	no_room_for(2);
	counter_is("ListenOverflows", 1);
	counter_is("ListenDrops", 1);
	accepted(l);
	open_from(3);
}

static void set_somaxconn(const char *value)
{
	int fd = open("/proc/sys/net/core/somaxconn", O_WRONLY | O_CLOEXEC);

	check(fd >= 0);
	is(write(fd, value, strlen(value)), strlen(value));
	close(fd);
}

/* S044: net.core.somaxconn bounds what listen() asks for. */
CASE(accept, somaxconn)
{
	int l;

	set_somaxconn("1");
	l = server_backlog(128);
	open_from(1);
	open_from(2);
	no_room_for(3);

	/* The next listen() counts, on a listener too. */
	set_somaxconn("3");
	is(listen(l, 128), 0);
	open_from(4);
	open_from(5);
	no_room_for(6);
	counter_is("ListenOverflows", 2);
}

#define WAITERS	4

/* A process that accepts, and says so by its number, for ever. */
static pid_t start_waiter(int l, int pipe_out, char number)
{
	pid_t pid = fork();

	check(pid >= 0);
	if (pid)
		return pid;
	while (accept(l, NULL, NULL) >= 0)
		if (write(pipe_out, &number, 1) != 1)
			break;
	_exit(1);
}

/* Their connections close with them. */
static void stop_waiters(const pid_t *pid, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
	}
	swallow();
}

/* How often did it go to sleep? */
static long sleeps(pid_t pid)
{
	char path[64], line[128];
	long n = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "r");
	check(file);
	while (fgets(line, sizeof(line), file))
		sscanf(line, "voluntary_ctxt_switches: %ld", &n);
	fclose(file);
	check(n >= 0);
	return n;
}

/* S044: each connection wakes one, the one that has waited longest. */
CASE(accept, wakes_one_by_one)
{
	long before[WAITERS];
	pid_t pid[WAITERS];
	char number;
	int said[2];
	int l, i, j;

	l = server();
	is(fcntl(l, F_SETFL, 0), 0);
	is(pipe(said), 0);
	for (i = 0; i < WAITERS; i++) {
		pid[i] = start_waiter(l, said[1], i);
		quiet(10);
	}

	for (i = 0; i < 3 * WAITERS; i++) {
		for (j = 0; j < WAITERS; j++)
			before[j] = sleeps(pid[j]);
		open_from(1 + i);
		is(read(said[0], &number, 1), 1);
		is(number, i % WAITERS);
		quiet(10);
		for (j = 0; j < WAITERS; j++)
			if (j != number)
				is(sleeps(pid[j]), before[j]);
	}
	stop_waiters(pid, WAITERS);
}

/* Two at once wake two, though nobody has run in between. */
CASE(accept, wakes_two)
{
	pid_t pid[2];
	int said[2];
	char number;
	int l, i;

	l = server();
	is(fcntl(l, F_SETFL, 0), 0);
	is(pipe(said), 0);
	for (i = 0; i < 2; i++)
		pid[i] = start_waiter(l, said[1], i);
	quiet(10);
	open_from(1);
	open_from(2);
	is(read(said[0], &number, 1), 1);
	is(read(said[0], &number, 1), 1);
	stop_waiters(pid, 2);
}

static int bind_shared(int share)
{
	struct sockaddr_storage sa;
	socklen_t len = address(&sa, KERNEL_ADDR, KERNEL_PORT);
	int fd = tcp_socket();

	set_socket(fd, SO_REUSEPORT, share);
	if (bind(fd, (struct sockaddr *)&sa, len) ||
	    listen(fd, 128)) {
		close(fd);
		return -errno;
	}
	return fd;
}

static int accept_all(int l)
{
	int n = 0;

	while (accept(l, NULL, NULL) >= 0)
		n++;
	is(errno, EAGAIN);
	return n;
}

/* S044: listeners with SO_REUSEPORT share what comes. */
CASE(accept, reuseport)
{
	int l[3], n[3], sum = 0, i;

	for (i = 0; i < 3; i++) {
		l[i] = bind_shared(1);
		check(l[i] >= 0);
	}
	for (i = 1; i <= 45; i++)
		open_from(i);
	for (i = 0; i < 3; i++) {
		n[i] = accept_all(l[i]);
		sum += n[i];
		/* 15 expected; 2 by chance once in a hundred thousand */
		check(n[i] >= 3);
	}
	is(sum, 45);

	/* What is left takes all. */
	close(l[0]);
	close(l[2]);
	for (i = 46; i <= 55; i++)
		open_from(i);
	is(accept_all(l[1]), 10);
}

/* S058: the ACK with a cookie comes to the listener that has sent it. */
CASE(accept, reuseport_cookies)
{
	int l[2], i, sum = 0;

	set_sysctl("syncookies", "2");
	for (i = 0; i < 2; i++) {
		l[i] = bind_shared(1);
		check(l[i] >= 0);
	}
	for (i = 1; i <= 30; i++)
		open_from(i);
	for (i = 0; i < 2; i++)
		sum += accept_all(l[i]);
	is(sum, 30);
	counter_is("SyncookiesRecv", 30);
}

/* Nobody takes part in another's port, or against its will. */
CASE(accept, reuseport_refused)
{
	int l = bind_shared(1);

	check(l >= 0);
	is(bind_shared(0), -EADDRINUSE);
	is(seteuid(65534), 0);
	is(bind_shared(1), -EADDRINUSE);
	is(seteuid(0), 0);
	close(l);

	l = bind_shared(0);
	check(l >= 0);
	is(bind_shared(1), -EADDRINUSE);
}

TEST_HARNESS_MAIN
