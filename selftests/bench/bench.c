// SPDX-License-Identifier: GPL-2.0
/*
 * Compares ltcp with the kernel's own TCP, in one boot, in turns.
 *
 *	bench [-p PROTOCOL] [-r ROUNDS] [-t SECONDS] [FIGURE]...
 *
 * In each round every figure is taken four times: of the one, twice of the
 * other, and of the one again; of whom first changes from round to round. So
 * what else the machine does, and what it becomes slower or faster by, meets
 * both alike. Prints
 *
 *	ROUND name ltcp=X tcp=Y
 *	FIGURE name ltcp=X tcp=Y unit ratio=R min=A max=B
 *
 * the former for each round, the latter at the end: X and Y are medians, R is
 * the median over the rounds of X/Y, or of Y/X if the figure is a cost: above
 * 1, ltcp is better. A and B are the least and the largest of these. (The ratio
 * of the medians would compare different rounds, and so different minutes.)
 * -p 6 compares TCP with itself, which tells how far to trust R.
 *
 * FIGURE is a name, or how the names of several begin. Without, all are taken
 * that are about time; those about what a link lets through want a kernel whose
 * time passes only while it waits, and those about memory one that does little
 * else.
 *
 * Every measurement is a process in a new network namespace, with the default
 * settings of both protocols but for room for all TIME_WAITs: so none finds
 * what the one before left behind, and ports cannot run out. It is killed
 * after SECONDS. To be run as root, with ltcp loaded.
 */

#include <err.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ltcp.h>

#include "load.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define ROUNDS_MAX	1000
#define TIME_WAITS	"65536"

/**
 * struct figure - what is measured
 * @name: its name
 * @unit: of the values
 * @load: how
 * @how: with which arguments; its @proto is filled in
 * @cost: less is better
 * @apart: only by name
 * @wanted: it is to be taken
 * @ltcp: of each round
 * @tcp: likewise
 * @ratio: likewise
 */
struct figure {
	const char *name;
	const char *unit;
	double (*load)(const struct load *how);
	struct load how;
	bool cost;
	bool apart;
	bool wanted;
	double ltcp[ROUNDS_MAX];
	double tcp[ROUNDS_MAX];
	double ratio[ROUNDS_MAX];
};

static double syn(const struct load *how)
{
	return load_syn(how->proto, how->count);
}

static double cookie(const struct load *how)
{
	return load_cookie(how->proto, how->count);
}

static double goodput(const struct load *how)
{
	return load_bulk(how) * 1e3;
}

#define RATE(name_, unit_, load_, count_, size_)			\
	{ .name = name_, .unit = unit_, .load = load_,			\
	  .how = { .count = count_, .size = size_, .streams = 1 } }

#define COST(name_, unit_, load_, count_, size_, percentile_)		\
	{ .name = name_, .unit = unit_, .load = load_, .cost = true,	\
	  .how = { .count = count_, .size = size_, .streams = 1,	\
		   .percentile = percentile_ } }

#define BULK(name_, mib, size_, streams_, link_)			\
	{ .name = name_, .unit = "Gbit/s", .load = load_bulk,		\
	  .how = { .count = mib, .size = size_, .streams = streams_,	\
		   .link = link_ } }

#define MEMORY(name_, load_)						\
	{ .name = name_, .unit = "octets", .load = load_, .cost = true,	\
	  .apart = true, .how = { .count = 8192 } }

#define LINK(name_, unit_, load_, mib, netem)				\
	{ .name = name_, .unit = unit_, .load = load_, .apart = true,	\
	  .how = { .count = mib, .size = 65536, .streams = 1,		\
		   .link = netem } }

/* So many streams of at least 16 MiB, in one bottleneck. */
#define FAIR(name_, streams_, beside_)					\
	{ .name = name_, .unit = "Jain", .load = load_fair,		\
	  .apart = true,						\
	  .how = { .count = 16, .size = 65536, .streams = streams_,	\
		   .beside = beside_, .link = NARROW("100") } }

#define WIDE	"limit 20000 "

/* Loss in either direction, and a round trip of that many milliseconds. */
#define CELL(loss, rtt, delay, mib)					\
	LINK("goodput_loss" loss "_rtt" rtt, "Mbit/s", goodput, mib,	\
	     WIDE "delay " delay " loss " loss "%")

/* 10 Mbit/s, 20 ms, and a queue of this many packets (with those under way) */
#define NARROW(limit) "rate 10mbit delay 10ms limit " limit

/* Each connection of crr keeps one of 28232 ports, those of warm-up too. */
static struct figure figures[] = {
	BULK("bulk", 256, 65536, 1, NULL),
	BULK("bulk8", 256, 65536, 8, NULL),
	BULK("bulk1k", 32, 1024, 1, NULL),
	BULK("bulk8_1k", 32, 1024, 8, NULL),
	BULK("veth", 256, 65536, 1, ""),
	BULK("veth8", 256, 65536, 8, ""),
	BULK("veth1k", 32, 1024, 1, ""),
	BULK("veth8_1k", 32, 1024, 8, ""),
	COST("cpu", "ms/GB", load_cpu, 256, 65536, 0),
	RATE("rr", "1/s", load_rr, 3000, 1),
	RATE("rr1k", "1/s", load_rr, 3000, 1024),
	COST("rr_p50", "us", load_rr_time, 3000, 1, 50),
	COST("rr_p99", "us", load_rr_time, 3000, 1, 99),
	COST("rr1k_p50", "us", load_rr_time, 3000, 1024, 50),
	COST("rr1k_p99", "us", load_rr_time, 3000, 1024, 99),
	RATE("connect", "1/s", load_connect, 2000, 1),
	RATE("crr", "1/s", load_crr, 1500, 1),
	RATE("syn", "1/s", syn, 16000, 1),
	RATE("cookie", "1/s", cookie, 16000, 1),
	CELL("0.1", "1", "500us", 64),
	CELL("0.1", "20", "10ms", 64),
	CELL("0.1", "100", "50ms", 64),
	CELL("1", "1", "500us", 32),
	CELL("1", "20", "10ms", 32),
	CELL("1", "100", "50ms", 32),
	CELL("3", "1", "500us", 16),
	CELL("3", "20", "10ms", 16),
	CELL("3", "100", "50ms", 16),
	CELL("10", "1", "500us", 4),
	CELL("10", "20", "10ms", 4),
	CELL("10", "100", "50ms", 4),
	LINK("goodput_reorder", "Mbit/s", goodput, 32,
	     WIDE "delay 10ms reorder 30% 25%"),
	LINK("goodput_jitter", "Mbit/s", goodput, 32, WIDE "delay 10ms 2ms"),
	LINK("goodput_small_queue", "Mbit/s", goodput, 16, NARROW("40")),
	LINK("goodput_bloated_queue", "Mbit/s", goodput, 16, NARROW("1000")),
	FAIR("fair_own", 4, 0),
	FAIR("fair_cubic", 2, IPPROTO_TCP),
	MEMORY("mem_halfopen", load_mem_halfopen),
	MEMORY("mem_queued", load_mem_queued),
	MEMORY("mem_idle", load_mem_idle),
	MEMORY("mem_unread", load_mem_unread),
	MEMORY("mem_pair", load_mem_pair),
	MEMORY("mem_timewait", load_mem_timewait),
};

static const char usage[] =
	"bench [-p PROTOCOL] [-r ROUNDS] [-t SECONDS] [FIGURE]...";
static int ltcp = IPPROTO_LTCP;
static unsigned int rounds = 7;
static unsigned int limit = 60;

static void set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		err(1, "%s", path);
	close(fd);
}

static void new_network(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (unshare(CLONE_NEWNET))
		err(1, "no new network namespace");
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo))
		err(1, "loopback does not come up");
	close(fd);
	set("/proc/sys/net/ipv4/tcp_max_tw_buckets", TIME_WAITS);
	if (ltcp != IPPROTO_TCP)
		set("/proc/sys/net/ltcp/max_tw_buckets", TIME_WAITS);
}

/* In the new process: the result is what it leaves in the pipe. */
static void run(const struct figure *f, int proto, int result)
{
	struct load how = f->how;
	double value;

	alarm(limit);
	new_network();
	how.proto = proto;
	value = f->load(&how);
	if (write(result, &value, sizeof(value)) != sizeof(value))
		err(1, "write");
	exit(0);
}

static double measure(const struct figure *f, int proto)
{
	double value = 0;
	int fds[2];
	int status;
	pid_t pid;

	fflush(NULL);
	if (pipe(fds))
		err(1, "pipe");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid)
		run(f, proto, fds[1]);
	close(fds[1]);
	if (waitpid(pid, &status, 0) != pid)
		err(1, "waitpid");
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		errx(1, "%s over protocol %d: no end after %u s", f->name,
		     proto, limit);
	if (status || read(fds[0], &value, sizeof(value)) != sizeof(value))
		errx(1, "%s over protocol %d failed", f->name, proto);
	close(fds[0]);
	return value;
}

/* What both halves together took: of rates, the mean of the times counts. */
static double mean(const struct figure *f, double a, double b)
{
	return f->cost ? (a + b) / 2 : 2 / (1 / a + 1 / b);
}

static void one_round(struct figure *f, unsigned int round)
{
	double of_ltcp[2], of_tcp[2];
	unsigned int turn;

	for (turn = 0; turn < 4; turn++) {
		if ((turn == 1 || turn == 2) == round % 2)
			of_ltcp[turn / 2] = measure(f, ltcp);
		else
			of_tcp[turn / 2] = measure(f, IPPROTO_TCP);
	}
	f->ltcp[round] = mean(f, of_ltcp[0], of_ltcp[1]);
	f->tcp[round] = mean(f, of_tcp[0], of_tcp[1]);
	f->ratio[round] = f->cost ? f->tcp[round] / f->ltcp[round] :
				    f->ltcp[round] / f->tcp[round];
	printf("ROUND %s ltcp=%.5g tcp=%.5g\n", f->name, f->ltcp[round],
	       f->tcp[round]);
	fflush(stdout);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts @v. */
static double median(double *v)
{
	qsort(v, rounds, sizeof(*v), compare);
	return (v[(rounds - 1) / 2] + v[rounds / 2]) / 2;
}

static void report(struct figure *f)
{
	double ratio = median(f->ratio);

	printf("FIGURE %s ltcp=%.5g tcp=%.5g %s ratio=%.3f min=%.3f max=%.3f\n",
	       f->name, median(f->ltcp), median(f->tcp), f->unit, ratio,
	       f->ratio[0], f->ratio[rounds - 1]);
}

static unsigned int parse(const char *arg, unsigned int max)
{
	char *end;
	unsigned long n = strtoul(arg, &end, 10);

	if (*end || end == arg || !n || n > max)
		errx(2, "%s is not a number from 1 to %u", arg, max);
	return n;
}

static void want(const char *name)
{
	bool found = false, whole = false;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(figures); i++)
		whole |= !strcmp(figures[i].name, name);
	for (i = 0; i < ARRAY_SIZE(figures); i++) {
		if (strncmp(figures[i].name, name, strlen(name)) ||
		    (whole && strcmp(figures[i].name, name)))
			continue;
		figures[i].wanted = true;
		found = true;
	}
	if (found)
		return;
	fprintf(stderr, "bench: no figure %s; there are", name);
	for (i = 0; i < ARRAY_SIZE(figures); i++)
		fprintf(stderr, " %s", figures[i].name);
	fputc('\n', stderr);
	exit(2);
}

static void arguments(int argc, char **argv)
{
	size_t i;
	int opt;

	while ((opt = getopt(argc, argv, "p:r:t:")) != -1) {
		switch (opt) {
		case 'p':
			ltcp = parse(optarg, 255);
			break;
		case 'r':
			rounds = parse(optarg, ROUNDS_MAX);
			break;
		case 't':
			limit = parse(optarg, 1000000);
			break;
		default:
			errx(2, "usage: %s", usage);
		}
	}
	for (i = 0; optind == argc && i < ARRAY_SIZE(figures); i++)
		figures[i].wanted = !figures[i].apart;
	while (optind < argc)
		want(argv[optind++]);
}

int main(int argc, char **argv)
{
	unsigned int round;
	size_t i;

	arguments(argc, argv);
	for (round = 0; round < rounds; round++) {
		for (i = 0; i < ARRAY_SIZE(figures); i++)
			if (figures[i].wanted)
				one_round(&figures[i], round);
	}
	for (i = 0; i < ARRAY_SIZE(figures); i++)
		if (figures[i].wanted)
			report(&figures[i]);
	return 0;
}
