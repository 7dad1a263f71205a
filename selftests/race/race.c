// SPDX-License-Identifier: GPL-2.0
/*
 * Races the ways in which connections begin and end against each other, on
 * several processors: close of a listener x SYN x last ACK x accept x exit of
 * the namespace x unload of the module.
 *
 *	race [-r ROUNDS] [-t SECONDS] [-s SEED] [-n ROUNDS-A-NAMESPACE]
 *
 * round.c does the rounds, a number of them in each of many network
 * namespaces. A namespace ends with the process that used it, in the middle of
 * all that its last round left; and while it ends, another thread floods it
 * with SYNs through a veth. Between two namespaces the module is unloaded and
 * loaded, while threads open and close sockets of it and a flood meets its
 * packet handler. The judge is the kernel, which must have KASAN and lockdep
 * to be a good one; this program only looks for what stays behind, for two
 * connections out of one handshake, and that the module can be unloaded.
 *
 * Prints its seed. -s takes one back: the same things are tried then in the
 * same order, but what meets what is up to the machine. LTCP_KO is the module,
 * not loaded yet.
 */

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/inject.h"
#include "round.h"

#define PROTO		253
#define VETH_KERNEL	"10.8.0.1"	/* in the namespace */
#define VETH_PEER	"10.8.0.2"
#define PATIENCE	90	/* seconds, for what must come to an end */

static unsigned int want = 1000;
static unsigned int in_namespace = 100;
static double limit = 3600;
static uint64_t seed;
static unsigned int done, namespaces, loads;

/*
 * The module
 */

static bool load(void)
{
	const char *path = getenv("LTCP_KO");
	int fd = open(path ?: "", O_RDONLY | O_CLOEXEC);
	int status;

	if (fd < 0)
		err(1, "LTCP_KO: %s", path ?: "not set");
	status = syscall(SYS_finit_module, fd, "", 0);
	close(fd);
	if (status && errno != EEXIST)
		err(1, "%s", path);
	loads += !status;
	return !status;
}

/* Refused while there are sockets; who closes them is busy with it. */
static void unload(void)
{
	double until = now() + PATIENCE;

	while (syscall(SYS_delete_module, "ltcp", O_NONBLOCK)) {
		if (errno != EWOULDBLOCK && errno != EBUSY)
			err(1, "delete_module");
		if (now() > until) {
			system("cat /proc/net/ltcp /proc/modules");
			errx(1, "the module is held by something");
		}
		usleep(1000);
	}
}

static atomic_bool unloading;

/*
 * In bursts: a socket holds the module until RCU has freed it, so with one
 * after the other there would be no moment to unload it in.
 */
static void *open_and_close(void *arg)
{
	struct rnd r = { .state = seed + done + (uintptr_t)arg };
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd;

	pin((uintptr_t)arg);
	while (unloading) {
		sin.sin_port = htons(RACE_PORT + rnd_below(&r, 4));
		fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			    PROTO);
		if (fd < 0) {
			usleep(1000);
			continue;
		}
		if (rnd_below(&r, 2)) {
			bind(fd, (struct sockaddr *)&sin, sizeof(sin));
			listen(fd, 4);
		} else {
			connect(fd, (struct sockaddr *)&sin, sizeof(sin));
		}
		close(fd);
		if (!rnd_below(&r, 4))
			usleep(rnd_below(&r, 400000));
	}
	return NULL;
}

/* Any segments, over loopback, also when no one is there to take them. */
static void *raw_flood(void *arg)
{
	struct rnd r = { .state = seed + done + (uintptr_t)arg };
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct seg s = {
		.src = inet_addr("127.0.0.2"),
		.dst = sin.sin_addr.s_addr,
	};
	uint8_t pkt[SEG_MAX];

	if (fd < 0)
		err(1, "raw socket");
	pin((uintptr_t)arg);
	while (unloading) {
		s.sport = rnd(&r);
		s.dport = RACE_PORT + rnd_below(&r, 4);
		s.flags = rnd_below(&r, 4) ? SEG_SYN : SEG_ACK;
		sendto(fd, pkt, seg_build(&s, PROTO, pkt), MSG_DONTWAIT,
		       (struct sockaddr *)&sin, sizeof(sin));
	}
	close(fd);
	return NULL;
}

static void reload(void)
{
	void *(* const run[])(void *) = {
		open_and_close, open_and_close, raw_flood,
	};
	pthread_t threads[3];
	uintptr_t i;

	unloading = true;
	for (i = 0; i < 3; i++) {
		errno = pthread_create(&threads[i], NULL, run[i],
				       (void *)(i + 1));
		if (errno)
			err(1, "pthread_create");
	}
	for (i = 0; i < 2; i++) {
		unload();
		load();
	}
	unloading = false;
	for (i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
}

/*
 * A namespace
 */

/* "race0" is here, "race1" in the namespace of process @pid. */
static void new_link(pid_t pid)
{
	char command[300];

	snprintf(command, sizeof(command),
		 "ip link add race0 address 02:00:00:00:00:02 type veth "
		 "peer name race1 address 02:00:00:00:00:01 netns %d && "
		 "ip link set race0 up", pid);
	if (system(command))
		errx(1, "no veth");
}

static void set_up_link(void)
{
	struct ifreq ifr = { .ifr_name = "race1" };
	struct sockaddr_in *sin = (struct sockaddr_in *)&ifr.ifr_addr;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	sin->sin_family = AF_INET;
	sin->sin_addr.s_addr = inet_addr(VETH_KERNEL);
	if (ioctl(fd, SIOCSIFADDR, &ifr))
		err(1, "race1: address");
	ifr.ifr_flags = IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		err(1, "race1: up");
	close(fd);
}

static atomic_bool dying;

/* SYNs, rare while there is work in the namespace, many while it ends. */
static void *link_flood(void *arg)
{
	struct rnd r = { .state = seed + done };
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = if_nametoindex("race0"),
		.sll_halen = ETH_ALEN,
		.sll_addr = { 2, 0, 0, 0, 0, 1 },
	};
	struct seg s = {
		.src = inet_addr(VETH_PEER),
		.dst = inet_addr(VETH_KERNEL),
		.flags = SEG_SYN,
	};
	uint8_t pkt[SEG_MAX];
	ssize_t n;

	(void)arg;
	if (fd < 0)
		err(1, "packet socket");
	do {
		s.sport = rnd(&r);
		s.dport = RACE_PORT + rnd_below(&r, 3);
		s.seq = rnd(&r);
		n = sendto(fd, pkt, seg_build(&s, PROTO, pkt), 0,
			   (struct sockaddr *)&to, sizeof(to));
		if (!dying)
			usleep(2000);
	} while (n > 0 || errno == ENETDOWN || errno == ENOBUFS);
	close(fd);
	return NULL;
}

/* In the process that takes the namespace with it. */
static void namespace_life(int ready, int go, int result, double until)
{
	bool clean = namespaces % 4 == 0;
	unsigned int n;
	char c = 0;

	if (unshare(CLONE_NEWNET))
		err(1, "no new network namespace");
	if (write(ready, &c, 1) != 1 || read(go, &c, 1) != 1)
		err(1, "pipe");
	set_up_link();
	n = want - done < in_namespace ? want - done : in_namespace;
	n = rounds(PROTO, seed + done, n, until, clean);
	if (write(result, &n, sizeof(n)) != sizeof(n))
		err(1, "pipe");
	_exit(0);
}

static void one_namespace(double until)
{
	int ready[2], go[2], result[2];
	pthread_t flood;
	unsigned int n;
	int status;
	pid_t pid;
	char c;

	if (pipe(ready) || pipe(go) || pipe(result))
		err(1, "pipe");
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid)
		namespace_life(ready[1], go[0], result[1], until);
	close(ready[1]);
	close(result[1]);
	if (read(ready[0], &c, 1) != 1)
		errx(1, "the process in the namespace is gone");
	new_link(pid);
	dying = false;
	errno = pthread_create(&flood, NULL, link_flood, NULL);
	if (errno || write(go[1], &c, 1) != 1)
		err(1, "cannot begin");
	if (read(result[0], &n, sizeof(n)) != sizeof(n))
		n = 0;
	dying = true;
	if (waitpid(pid, &status, 0) != pid || status)
		errx(1, "seed %llu, round %u: status %d",
		     (unsigned long long)seed, done, status);
	pthread_join(flood, NULL);
	close(ready[0]);
	close(go[0]);
	close(go[1]);
	close(result[0]);
	done += n;
	namespaces++;
}

static void arguments(int argc, char **argv)
{
	struct timeval tv;
	int opt;

	gettimeofday(&tv, NULL);
	seed = tv.tv_sec * 1000 + tv.tv_usec / 1000;
	while ((opt = getopt(argc, argv, "r:t:s:n:")) != -1) {
		switch (opt) {
		case 'r':
			want = strtoul(optarg, NULL, 0);
			break;
		case 't':
			limit = strtod(optarg, NULL);
			break;
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		case 'n':
			in_namespace = strtoul(optarg, NULL, 0);
			break;
		default:
			errx(2, "usage: race [-r ROUNDS] [-t SECONDS] "
			     "[-s SEED] [-n ROUNDS-A-NAMESPACE]");
		}
	}
}

/* Into the kernel's log too, between what it has to say. */
static void report(double since)
{
	FILE *log = fopen("/dev/kmsg", "w");
	char text[100];

	snprintf(text, sizeof(text),
		 "# %u rounds, %u namespaces, %u loads, %.0f s\n", done,
		 namespaces, loads, now() - since);
	fputs(text, stdout);
	fflush(stdout);
	if (log) {
		fprintf(log, "race: %s", text + 2);
		fclose(log);
	}
}

int main(int argc, char **argv)
{
	double since = now(), until, told = since;

	arguments(argc, argv);
	printf("# seed %llu\n", (unsigned long long)seed);
	fflush(stdout);
	/* socket() without the module shall fail at once. */
	put_file("/proc/sys/kernel/modprobe", "");
	put_file("/proc/sys/net/core/somaxconn", "128");
	until = since + limit;
	load();
	while (done < want && now() < until) {
		one_namespace(until);
		reload();
		if (now() > told + 30) {
			told = now();
			report(since);
		}
	}
	unload();
	report(since);
	return !done;
}
