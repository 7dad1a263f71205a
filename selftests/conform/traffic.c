// SPDX-License-Identifier: GPL-2.0
/*
 * traffic MODE [COUNT]: what lifecycle.sh wants to have going on around a load
 * or an unload, COUNT times. hold: a socket, until killed; loopback: a
 * connection in the namespace at hand, which leaves a TIME_WAIT entry there;
 * leftovers: a namespace of its own that ends with entries of every kind;
 * cycle: load the module $LTCP_KO, both of these, unload. All in one process,
 * since the programs that would do it cost more than the module does.
 */

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "peer.h"

#define LEN	100000

static int hold(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, peer_proto);

	if (fd < 0) {
		perror("socket");
		return 1;
	}
	puts("open");
	fflush(stdout);
	return pause();
}

/* All of @buf through @fd, by @call. */
static bool move(ssize_t (*call)(int, void *, size_t), int fd, char *buf)
{
	size_t done = 0;
	ssize_t n;

	for (; done < LEN; done += n) {
		n = call(fd, buf + done, LEN - done);
		if (n <= 0) {
			perror(call == read ? "read" : "write");
			return false;
		}
	}
	return true;
}

static ssize_t write_call(int fd, void *buf, size_t len)
{
	return send(fd, buf, len, MSG_NOSIGNAL);
}

/* The other process: takes all, and closes last. */
static int loopback_server(int listener)
{
	int fd = accept(listener, NULL, NULL);
	static char got[LEN];
	int i;

	close(listener);
	if (fd < 0 || !move(read, fd, got))
		return 1;
	for (i = 0; i < LEN; i++)
		if (got[i] != (char)(i * 7))
			return 1;
	return read(fd, got, 1) != 0;
}

static int loopback(void)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int listener = socket(AF_INET, SOCK_STREAM, peer_proto);
	int fd = socket(AF_INET, SOCK_STREAM, peer_proto);
	socklen_t len = sizeof(sin);
	static char data[LEN];
	int status;
	pid_t pid;
	int i;

	for (i = 0; i < LEN; i++)
		data[i] = i * 7;
	if (bind(listener, (struct sockaddr *)&sin, len) ||
	    listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&sin, &len)) {
		perror("listener");
		return 1;
	}
	pid = fork();
	if (!pid) {
		close(fd);
		_exit(loopback_server(listener));
	}
	close(listener);
	if (connect(fd, (struct sockaddr *)&sin, len)) {
		perror("connect");
		return 1;
	}
	if (!move(write_call, fd, data))
		return 1;
	close(fd);
	return waitpid(pid, &status, 0) != pid || status;
}

static void syn(uint16_t port)
{
	flow(KERNEL_PORT, port);
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
}

/* Not an orphan when this process ends: that would hold the namespace. */
static int abrupt(int fd)
{
	set_linger(fd, 0);
	return fd;
}

/* Half-open, unaccepted, with holes in its data, in TIME_WAIT. */
static int leftovers(void)
{
	int fd, l;

	peer_start("lifecycle", "leftovers");
	l = server();
	syn(1);
	syn(2);
	syn(3);
	in(". 1:1(0) ack 1");
	syn(4);
	in("P. 1:101(100) ack 1");
	out_between(0, 50, ". 1:1(0) ack 101");
	abrupt(accepted(l));
	fd = abrupt(accepted(l));
	get(fd, 100);
	in("P. 201:301(100) ack 1");
	out(". 1:1(0) ack 101");
	syn(5);
	in(". 1:1(0) ack 1");
	close(accepted(l));
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2");
	out(". 2:2(0) ack 2");
	state_is("TIME_WAIT");
	syn(6);
	in(". 1:1(0) ack 1");
	peer_end();
	return 0;
}

static int load(void)
{
	const char *file = getenv("LTCP_KO");
	int fd = open(file ? file : "", O_RDONLY | O_CLOEXEC);
	int err = fd < 0 || syscall(SYS_finit_module, fd, "", 0);

	if (err)
		perror("load");
	close(fd);
	return err;
}

/* A socket of a process that just ended may hold it for a moment. */
static int unload(void)
{
	int tries;

	for (tries = 0; tries < 300; tries++) {
		if (!syscall(SYS_delete_module, "ltcp", O_NONBLOCK))
			return 0;
		if (errno != EAGAIN && errno != EBUSY)
			break;
		usleep(100 * 1000);
	}
	perror("unload");
	return 1;
}

/* In a process of its own, which enters a namespace. */
static int apart(int (*mode)(void))
{
	pid_t pid = fork();
	int status;

	if (!pid)
		exit(mode());
	return waitpid(pid, &status, 0) != pid || status;
}

static int cycle(void)
{
	if (load() || loopback() || apart(leftovers) || unload())
		return 1;
	if (!access("/proc/net/ltcp", F_OK) ||
	    !access("/proc/sys/net/ltcp", F_OK)) {
		fprintf(stderr, "something of it stayed in /proc\n");
		return 1;
	}
	return 0;
}

static int (*mode_called(const char *name))(void)
{
	static const struct {
		const char *name;
		int (*run)(void);
	} modes[] = {
		{ "hold", hold }, { "loopback", loopback },
		{ "leftovers", leftovers }, { "cycle", cycle },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(modes); i++)
		if (!strcmp(modes[i].name, name))
			return modes[i].run;
	return NULL;
}

int main(int argc, char **argv)
{
	const char *proto = getenv("LTCP_PROTO");
	int (*run)(void) = argc > 1 ? mode_called(argv[1]) : NULL;
	int count = argc > 2 ? atoi(argv[2]) : 1;
	int failed = 0;

	if (!run) {
		fprintf(stderr,
			"usage: traffic hold|loopback|leftovers|cycle [N]\n");
		return 2;
	}
	peer_proto = proto ? atoi(proto) : 253;
	while (count-- && !failed)
		failed = run();
	return failed;
}
