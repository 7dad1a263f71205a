// SPDX-License-Identifier: GPL-2.0
/*
 * Many at once: TIME_WAIT entries that end in their order, and connections of
 * which nothing stays. Over loopback, both ends in this process.
 *
 * A few thousand by default; $LTCP_TABLES_TIME_WAIT and $LTCP_TABLES_OPEN say
 * how many, and scripts/soak says a million and a hundred thousand.
 */

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "case.h"

CASES(tables)

#define BATCH		500	/* connections made at one moment */
#define SPREAD		(10 * SEC) /* from the first batch to the last */
#define PER_ADDRESS	10000	/* connections to one address, at most */
#define TW_TIME		(60 * SEC)
#define TW_LATE		200	/* milliseconds; see tables/timewait.c */

static unsigned long per_address;

/* As the environment says; they are for eight addresses or more. */
static unsigned long how_many(const char *name, unsigned long usual)
{
	const char *text = getenv(name);
	unsigned long n = text ? strtoul(text, NULL, 0) : usual;

	per_address = n / 8 < PER_ADDRESS ? n / 8 : PER_ADDRESS;
	return n;
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void sleep_until(long long ms)
{
	while (now_ms() < ms)
		usleep((ms - now_ms()) * 1000);
}

static int listener(void)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(5001),
	};
	int fd = socket(AF_INET, SOCK_STREAM, peer_proto);

	if (fd < 0 || bind(fd, (struct sockaddr *)&sin, sizeof(sin)) ||
	    listen(fd, 16))
		peer_fail("listener: %s", strerror(errno));
	return fd;
}

/* Number @n: of 127.1.0.0 and those behind it, each gets some. */
static int connected(unsigned long n)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(5001),
		.sin_addr.s_addr = htonl(0x7f010000 + n / per_address),
	};
	int fd = socket(AF_INET, SOCK_STREAM, peer_proto);

	if (fd < 0 || connect(fd, (struct sockaddr *)&sin, sizeof(sin)))
		peer_fail("connection %lu: %s", n, strerror(errno));
	return fd;
}

static int accept_blocking(int l)
{
	int fd = accept(l, NULL, NULL);

	if (fd < 0)
		peer_fail("accept: %s", strerror(errno));
	return fd;
}

/* Objects in use in a slab cache; all of a processor's own slab count. */
static unsigned long slab(const char *name)
{
	FILE *file = fopen("/proc/slabinfo", "r");
	unsigned long used = 0;
	char line[512];
	char got[64];

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %lu", got, &used) == 2 &&
		    !strcmp(got, name))
			break;
		used = 0;
	}
	fclose(file);
	return used;
}

/* Does the kernel free what it is told to free, and at once? */
static bool exact(void)
{
	const char *rig = getenv("LTCP_RIG");

	return rig && !strcmp(rig, "uml-fast");	/* the other has KASAN */
}

static void nothing_in(const char *name)
{
	peer_check(name, !exact() || slab(name) < 500);
}

static long memory(const char *name)
{
	FILE *file = fopen("/proc/meminfo", "r");
	char line[128];
	long kib = 0;

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)) &&
		    sscanf(line + strlen(name), ": %ld", &kib) == 1)
			break;
	fclose(file);
	return kib;
}

/*
 * Of all entries, by the address they are for: those of addresses below
 * @gone are gone, those from @first to @last are there.
 */
static void only_younger(unsigned int gone, unsigned int first,
			 unsigned int last)
{
	FILE *file = fopen("/proc/net/ltcp", "r");
	unsigned int *seen = calloc(last + 1, sizeof(*seen));
	unsigned int to, state, i;
	char line[256];

	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, " %*d: %*x:%*x %x:%*x %x", &to, &state) != 2 ||
		    state != 6)
			continue;
		i = ntohl(to) - 0x7f010000;
		peer_check("a known address", i <= last);
		seen[i]++;
	}
	fclose(file);
	for (i = 0; i < gone; i++)
		peer_is("older entries", seen[i], 0);
	for (i = first; i <= last; i++)
		peer_is("younger entries", seen[i], per_address);
	free(seen);
}

/*
 * They expire as they came: at any moment all that are due are gone, but for
 * those of the last moments, and none that is not due.
 */
static void expire(unsigned long n, const long long *made)
{
	unsigned long batches = n / BATCH, half = batches / 2;
	unsigned long due = 0, late = 0, gone, before = 0, i;

	for (i = 0; i <= 20; i++) {
		long long t = made[0] + TW_TIME + 300 +
			      (made[batches - 1] - made[0]) * i / 20;

		sleep_until(t);
		gone = counter("TimeWaitExpired");
		t = now_ms();
		while (due < batches && made[due] + TW_TIME <= t)
			due++;
		while (late < batches && made[late] + TW_TIME + TW_LATE <= t)
			late++;
		peer_check("none before its time", gone <= due * BATCH);
		peer_check("all in time", gone >= late * BATCH);
		peer_check("ever more", gone >= before);
		before = gone;
		if (late >= half) {
			half = batches + 1;
			only_younger(late * BATCH / per_address,
				     due * BATCH / per_address + 1,
				     (n - 1) / per_address);
		}
	}
	sleep_until(made[batches - 1] + TW_TIME + TW_LATE + 100);
	is(counter("TimeWaitExpired"), n);
	nothing_in("ltcp_tw");
}

/* S080 S102 T23 MUST-13: a great many are kept, each for its own 2 MSL */
CASE(tables, time_wait)
{
	unsigned long n = how_many("LTCP_TABLES_TIME_WAIT", 4000);
	long long *made = calloc(n / BATCH, sizeof(*made));
	unsigned long i;
	long before;
	int c, s, l;

	ltcp_only("counters");
	set_sysctl("max_tw_buckets", "16777216");
	set_sysctl("tw_reuse", "0");	/* over loopback it is on */
	l = listener();
	before = memory("SUnreclaim");
	for (i = 0; i < n; i++) {
		c = connected(i);
		s = accept_blocking(l);
		close(c);
		close(s);
		made[i / BATCH] = now_ms();
		if (i % BATCH == BATCH - 1)
			usleep(1000 * SPREAD / (n / BATCH));
	}
	is(counter("TimeWaits"), n);
	is(counter("TimeWaitExpired"), 0);
	if (exact())
		printf("# %lu entries, %.1f octets of slabs each\n", n,
		       (memory("SUnreclaim") - before) * 1024.0 / n);
	expire(n, made);
	close(l);
	free(made);
}

/* S028 S083: connections in any number leave nothing */
CASE(tables, open)
{
	unsigned long n = how_many("LTCP_TABLES_OPEN", 1000);
	struct rlimit limit = { 2 * n + 100, 2 * n + 100 };
	unsigned long i;
	long before;
	int *c = calloc(n, sizeof(*c));
	int *s = calloc(n, sizeof(*s));
	int l;

	ltcp_only("slabs");
	if (setrlimit(RLIMIT_NOFILE, &limit))
		peer_fail("RLIMIT_NOFILE: %s", strerror(errno));
	set_sysctl("max_tw_buckets", "16777216");
	l = listener();
	before = memory("MemAvailable");
	for (i = 0; i < n; i++) {
		c[i] = connected(i);
		s[i] = accept_blocking(l);
	}
	is(counter("PassiveOpens"), n);
	if (exact())
		printf("# %lu connections, %.1f octets an end\n", n,
		       (before - memory("MemAvailable")) * 512.0 / n);
	for (i = 0; i < n; i++) {
		close(c[i]);
		close(s[i]);
	}
	close(l);
	sleep_until(now_ms() + TW_TIME + 2 * SEC);
	is(counter("TimeWaitExpired"), n);
	nothing_in("ltcp_tw");
	nothing_in("ltcp_port");
	nothing_in("LTCP");
	free(c);
	free(s);
}

TEST_HARNESS_MAIN
