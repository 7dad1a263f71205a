// SPDX-License-Identifier: GPL-2.0
/*
 * Memory runs out: of all that is allocated in the life of a connection over
 * loopback, each fails once, and then many at random (the kernel's failslab,
 * Documentation/fault-injection in its sources). A call may then say so;
 * whatever was not refused still happens, and nothing stays behind.
 */

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "case.h"

CASES(faults)

#define FAILSLAB	"/sys/kernel/debug/failslab/"
#define STEP		32	/* octets; no object is smaller */
#define LEN		30000
#define PATIENCE	600	/* polls of 100 ms */

/* Open all the time, since opening them would allocate. */
enum { TIMES, PROBABILITY, SPACE, NR_OPEN };
static int failslab_fd[NR_OPEN];

static int failslab_open(const char *name)
{
	char path[80];
	int fd;

	snprintf(path, sizeof(path), FAILSLAB "%s", name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		peer_fail("%s: %s", path, strerror(errno));
	return fd;
}

static void failslab_write(int fd, long value)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%ld\n", value);

	if (write(fd, text, len) != len)
		peer_fail("failslab: %s", strerror(errno));
}

static long failslab_read(const char *name)
{
	int fd = failslab_open(name);
	char text[24] = "";

	if (read(fd, text, sizeof(text) - 1) <= 0)
		peer_fail("failslab: %s", strerror(errno));
	close(fd);
	return strtol(text, NULL, 10);
}

static void failslab_set(const char *name, long value)
{
	int fd = failslab_open(name);

	failslab_write(fd, value);
	close(fd);
}

/* In user and in softirq context, whether or not the caller could wait. */
static void failslab_setup(void)
{
	failslab_fd[TIMES] = failslab_open("times");
	failslab_fd[PROBABILITY] = failslab_open("probability");
	failslab_fd[SPACE] = failslab_open("space");
	failslab_write(failslab_fd[TIMES], 0);
	failslab_set("verbose", 0);
	failslab_set("ignore-gfp-wait", 0);
	failslab_set("task-filter", 0);
	failslab_set("interval", 1);
}

/*
 * The next @times of those behind @space octets, each with a probability of
 * @percent. A case that ends early leaves a kernel that recovers.
 */
static void fail(long times, long percent, long space)
{
	failslab_write(failslab_fd[SPACE], space);
	failslab_write(failslab_fd[PROBABILITY], percent);
	failslab_write(failslab_fd[TIMES], times);
}

/* No more of them; how many are left that did not. */
static long fail_no_more(void)
{
	failslab_write(failslab_fd[PROBABILITY], 0);
	return failslab_read("times");
}

/* Did a call fail for want of memory? Anything else is a bug. */
static bool refused(const char *call, bool failed)
{
	if (!failed)
		return false;
	if (errno != ENOMEM && errno != ENOBUFS && errno != ENFILE)
		peer_fail("%s: %s", call, strerror(errno));
	return true;
}

/* The ends of one connection; -1: not there (yet, or any more). */
struct life {
	int l, c, s;
	size_t sent, got;
};

static char octet(size_t i)
{
	return i * 7 + i / 1000;
}

/* To the end of the handshake. False: refused. */
static bool life_begin(struct life *life)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(5001),
	};
	int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
	int on = 1;

	life->l = socket(AF_INET, type, peer_proto);
	if (refused("socket", life->l < 0))
		return false;
	setsockopt(life->l, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (refused("bind", bind(life->l, (void *)&sin, sizeof(sin))) ||
	    refused("listen", listen(life->l, 4)))
		return false;
	life->c = socket(AF_INET, type, peer_proto);
	if (refused("socket", life->c < 0))
		return false;
	if (!connect(life->c, (void *)&sin, sizeof(sin)) ||
	    errno == EINPROGRESS)
		return true;
	refused("connect", true);
	return false;
}

/* One round of what can be done now. False: refused. */
static bool life_go_on(struct life *life)
{
	char buf[4096];
	ssize_t n, i;

	if (life->s < 0) {
		life->s = accept4(life->l, NULL, NULL, SOCK_NONBLOCK);
		if (life->s < 0 && errno != EAGAIN &&
		    refused("accept", true))
			return false;
	}
	while (life->sent < LEN) {
		size_t want = LEN - life->sent;

		if (want > sizeof(buf))
			want = sizeof(buf);
		for (i = 0; i < (ssize_t)want; i++)
			buf[i] = octet(life->sent + i);
		n = send(life->c, buf, want, MSG_NOSIGNAL);
		if (n < 0 && (errno == EAGAIN || errno == ENOTCONN))
			break;
		if (refused("send", n < 0))
			return false;
		life->sent += n;
		if (life->sent == LEN)
			shutdown(life->c, SHUT_WR);
	}
	while (life->s >= 0) {
		n = recv(life->s, buf, sizeof(buf), 0);
		if (n < 0 && errno == EAGAIN)
			break;
		if (refused("recv", n < 0))
			return false;
		if (!n) {
			peer_is("octets before the end", life->got, LEN);
			close(life->s);
			life->s = -2;
			break;
		}
		for (i = 0; i < n; i++)
			if (buf[i] != octet(life->got + i))
				peer_fail("octet %zu", life->got + i);
		life->got += n;
	}
	return true;
}

static void life_end(struct life *life)
{
	close(life->c);
	close(life->s);
	close(life->l);
}

/* Nothing of it is there any more. */
static bool is_over(void)
{
	return !counter("InUse") && !counter("TimeWait") &&
	       !counter("HalfOpen") && !counter("Orphans");
}

/*
 * One connection from socket() to the end of TIME_WAIT, in which allocations
 * fail as fail() says. Returns how many did.
 */
static long live(long times, long percent, long space)
{
	struct life life = { -1, -1, -1, 0, 0 };
	bool going;
	int i;

	fail(times, percent, space);
	going = life_begin(&life);
	for (i = 0; going && life.s != -2; i++) {
		if (i == PATIENCE)
			peer_fail("stuck: %zu sent, %zu received", life.sent,
				  life.got);
		if (i)
			usleep(100 * 1000);
		going = life_go_on(&life);
	}
	life_end(&life);
	times -= fail_no_more();
	for (i = 0; !is_over(); i++) {
		if (i == PATIENCE)
			peer_fail("something stays");
		usleep(1000 * 1000);
	}
	return times;
}

static void brief_lives(void)
{
	failslab_setup();
	set_sysctl("msl_ms", "100");
	set_sysctl("fin_timeout", "1");
}

/* T28 T32: each allocation fails, one in each life. */
CASE(faults, each)
{
	unsigned int n = 0;
	long space = 0;

	ltcp_only("gauges");
	brief_lives();
	for (; live(1, 100, space); space += STEP)
		n++;
	printf("# %u lives, %ld octets allocated in one\n", n, space);
	check(n > 100);
	is(counter("CurrEstab"), 0);
}

/* T28 T32: and as one fails, so does what follows. */
CASE(faults, many)
{
	long failed = 0;
	int i;

	ltcp_only("gauges");
	brief_lives();
	for (i = 0; i < 150; i++)
		failed += live(50, 2 + i % 12, 0);
	printf("# %ld allocations failed\n", failed);
	check(failed > 50);
	is(live(1000, 0, 0), 0);
	is(counter("CurrEstab"), 0);
}

TEST_HARNESS_MAIN
