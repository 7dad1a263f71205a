// SPDX-License-Identifier: GPL-2.0
/*
 * What sockets are charged for: control groups, pressure, and that a flood of
 * tiny segments takes no more than the receive buffer.
 *
 * The module itself looks when it is unloaded whether anything is charged
 * still, and the run fails then, whatever program it was.
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case.h"

CASES(memory)

#define MSS	1460
#define CGROUP	"/tmp/cgroup"
#define GROUP	CGROUP "/ltcp"

/* The kernel adds up what its processors counted every other second. */
#define STAT_MS	(5 * SEC)
#define STAT_NAPS	10
#define NAP_MS	20

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		peer_fail("%s: %s: %s", path, text, strerror(errno));
	close(fd);
}

/* From now on this process is in a control group of its own. */
static void enter_group(void)
{
	mkdir(CGROUP, 0755);
	if (mount("none", CGROUP, "cgroup2", 0, NULL) && errno != EBUSY)
		peer_fail("cgroup2: %s", strerror(errno));
	write_file(CGROUP "/cgroup.subtree_control", "+memory");
	mkdir(GROUP, 0755);
	write_file(GROUP "/cgroup.procs", "0");
}

static void leave_group(void)
{
	write_file(CGROUP "/cgroup.procs", "0");
}

/* A number of the control group's file @name, of the line that has @key. */
static long group_number(const char *name, const char *key)
{
	char path[128], line[256];
	long number = -1;
	FILE *f;

	snprintf(path, sizeof(path), GROUP "/%s", name);
	f = fopen(path, "r");
	if (!f)
		peer_fail("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, key, strlen(key)))
			number = strtol(line + strlen(key), NULL, 10);
	fclose(f);
	return number;
}

/*
 * Octets of socket memory that the control group is charged for. The kernel
 * brings its figures up to date by work that is due every two seconds, but
 * wakes no processor: so once that is due, be awake a few times.
 */
static long group_sock(void)
{
	int i;

	usleep(STAT_MS * 1000);
	for (i = 0; i < STAT_NAPS; i++)
		usleep(NAP_MS * 1000);
	swallow();
	return group_number("memory.stat", "sock ");
}

/* Octets that have arrived at @fd and were not read. */
static int unread(int fd)
{
	int n;

	is(ioctl(fd, FIONREAD, &n), 0);
	return n;
}

/* The peer sends @n full segments from @seq on. */
static void fill(int seq, int n)
{
	for (; n; n--, seq += MSS)
		in(". %d:%d(1460) ack 1", seq, seq + MSS);
	swallow();
}

/* T32: what a reader leaves lying costs its control group, till close. */
CASE(memory, group_of_accepted)
{
	int fd;

	enter_group();
	fd = passive();
	is(group_sock(), 0);
	fill(1, 20);
	check(group_sock() >= 20 * MSS);
	get(fd, 20 * MSS);
	swallow();
	in("R %d:%d(0)", 1 + 20 * MSS, 1 + 20 * MSS);
	close(fd);
	is(group_sock(), 0);
	leave_group();
}

/* T32: the same for a socket that connects, and goes without reading. */
CASE(memory, group_of_connected)
{
	int fd;

	enter_group();
	fd = active();
	fill(1, 20);
	check(group_sock() >= 20 * MSS);
	in("R %d:%d(0)", 1 + 20 * MSS, 1 + 20 * MSS);
	close(fd);
	is(group_sock(), 0);
	leave_group();
}

/* T32: what came before accept() costs whoever accepts, not who listens. */
CASE(memory, group_of_accepter)
{
	int l = server();
	int fd;

	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	fill(1, 20);
	enter_group();
	is(group_sock(), 0);
	fd = accepted(l);
	check(group_sock() >= 20 * MSS);
	in("R %d:%d(0)", 1 + 20 * MSS, 1 + 20 * MSS);
	close(fd);
	close(l);
	is(group_sock(), 0);
	leave_group();
}

/*
 * T32: at the limit a writer waits, and goes on when there is room again; and
 * nobody is killed. (What comes in is let in beyond the limit, as to stock TCP:
 * the kernel charges without waiting in softirq.)
 */
CASE(memory, group_limit)
{
	static char data[1 << 20];
	ssize_t first, n;
	char limit[32];
	int fd, acked;

	set_sysctl("wmem", "4096 4194304 4194304");
	enter_group();
	fd = passive();
	/* The socket stays in it; this process needs memory of its own. */
	leave_group();
	snprintf(limit, sizeof(limit), "%ld",
		 group_number("memory.current", "") + 256 * 1024);
	write_file(GROUP "/memory.max", limit);
	first = send(fd, data, sizeof(data), MSG_NOSIGNAL);
	check(first > 16 * 1024);
	check(first < (ssize_t)sizeof(data) / 2);

	/* What has arrived makes room. */
	for (acked = 0; acked < first; acked += 10 * MSS) {
		swallow();
		in(". 1:1(0) ack %d", 1 + acked);
	}
	swallow();
	n = send(fd, data, sizeof(data), MSG_NOSIGNAL);
	check(n > 16 * 1024);
	check(group_number("memory.events", "max ") > 0);
	is(group_number("memory.events", "oom_kill "), 0);
	write_file(GROUP "/memory.max", "max");
	in("R 1:1(0)");
	close(fd);
	is(group_sock(), 0);
}

TEST_HARNESS_MAIN
