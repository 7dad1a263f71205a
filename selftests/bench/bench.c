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
 * the median of X/Y over the rounds, A and B are the least and the largest of
 * them. (The ratio of the medians would compare different rounds, and so
 * different minutes.) All figures are rates: R above 1 means that ltcp is
 * faster. -p 6 compares TCP with itself, which tells how far to trust R.
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

struct figure {
	const char *name;
	const char *unit;
	double (*load)(int proto, unsigned long count);
	unsigned long count;	/* MiB or times; a fraction of a second */
	bool wanted;
	double ltcp[ROUNDS_MAX];
	double tcp[ROUNDS_MAX];
	double ratio[ROUNDS_MAX];
};

/* Each connection of crr keeps one of 28232 ports, those of warm-up too. */
static struct figure figures[] = {
	{ .name = "bulk", .unit = "Gbit/s", .load = load_bulk, .count = 256 },
	{ .name = "rr", .unit = "1/s", .load = load_rr, .count = 3000 },
	{ .name = "connect", .unit = "1/s", .load = load_connect,
	  .count = 2000 },
	{ .name = "crr", .unit = "1/s", .load = load_crr, .count = 1500 },
	{ .name = "syn", .unit = "1/s", .load = load_syn, .count = 16000 },
	{ .name = "cookie", .unit = "1/s", .load = load_cookie,
	  .count = 16000 },
};

static const char usage[] =
	"bench [-p PROTOCOL] [-r ROUNDS] [-t SECONDS] [FIGURE]...";
static int ltcp = IPPROTO_LTCP;
static unsigned int rounds = 15;
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
	double rate;

	alarm(limit);
	new_network();
	rate = f->load(proto, f->count);
	if (write(result, &rate, sizeof(rate)) != sizeof(rate))
		err(1, "write");
	exit(0);
}

static double measure(const struct figure *f, int proto)
{
	double rate = 0;
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
	if (status || read(fds[0], &rate, sizeof(rate)) != sizeof(rate))
		errx(1, "%s over protocol %d failed", f->name, proto);
	close(fds[0]);
	return rate;
}

/* The rate is that of both halves together: the mean of their times counts. */
static void one_round(struct figure *f, unsigned int round)
{
	double ltcp_time = 0, tcp_time = 0;
	unsigned int turn;

	for (turn = 0; turn < 4; turn++) {
		if ((turn == 1 || turn == 2) == round % 2)
			ltcp_time += 0.5 / measure(f, ltcp);
		else
			tcp_time += 0.5 / measure(f, IPPROTO_TCP);
	}
	f->ltcp[round] = 1 / ltcp_time;
	f->tcp[round] = 1 / tcp_time;
	f->ratio[round] = f->ltcp[round] / f->tcp[round];
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
	size_t i;

	for (i = 0; i < ARRAY_SIZE(figures); i++) {
		if (!strcmp(figures[i].name, name)) {
			figures[i].wanted = true;
			return;
		}
	}
	errx(2, "no figure %s; there are bulk, rr, connect, "
	     "crr, syn, cookie", name);
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
			limit = parse(optarg, 3600);
			break;
		default:
			errx(2, "usage: %s", usage);
		}
	}
	for (i = 0; optind == argc && i < ARRAY_SIZE(figures); i++)
		figures[i].wanted = true;
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
