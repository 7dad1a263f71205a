// SPDX-License-Identifier: GPL-2.0
/*
 * Where the other end of a load is: behind loopback, or in a namespace of its
 * own behind a veth pair.
 *
 * The other namespace is that of a child process, which is killed with this
 * one. iproute2 makes the link.
 */

#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "load.h"

#define HERE	"10.11.0.1"
#define THERE	"10.11.0.2"

static int here = -1, there = -1;

static void __attribute__((format(printf, 1, 2))) command(const char *fmt, ...)
{
	char line[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (system(line))
		errx(1, "failed: %s", line);
}

static int namespace_of(const char *who)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/ns/net", who);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

/* Return: the process, which does nothing. */
static pid_t other_namespace(void)
{
	int ready[2];
	pid_t pid;
	char c;

	if (pipe(ready))
		err(1, "pipe");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET) || write(ready[1], "", 1) != 1)
			err(1, "no other network namespace");
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		exit(1);
	close(ready[0]);
	return pid;
}

static void enter(int ns)
{
	if (ns >= 0 && setns(ns, CLONE_NEWNET))
		err(1, "setns");
}

void link_there(void)
{
	enter(there);
}

void link_back(void)
{
	enter(here);
}

static void set_up(const char *dev, const char *addr, const char *netem)
{
	command("ip addr add %s/24 dev %s", addr, dev);
	command("ip link set lo up");
	command("ip link set %s up", dev);
	if (*netem)
		command("tc qdisc add dev %s root netem %s", dev, netem);
}

/*
 * What netem loses shall be segments, not bursts of them: then nothing crosses
 * the link as a super-segment.
 */
in_addr_t link_new(const char *netem)
{
	const char *whole;
	char name[16];

	if (!netem)
		return htonl(INADDR_LOOPBACK);
	whole = *netem ? "gso_max_segs 1" : "";
	snprintf(name, sizeof(name), "%d", other_namespace());
	here = namespace_of("self");
	there = namespace_of(name);
	command("ip link add a0 %s type veth peer name b0 %s netns %s",
		whole, whole, name);
	set_up("a0", HERE, netem);
	link_there();
	set_up("b0", THERE, netem);
	link_back();
	return inet_addr(THERE);
}
