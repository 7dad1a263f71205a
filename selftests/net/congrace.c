// SPDX-License-Identifier: GPL-2.0
/*
 * congrace: a listener whose algorithm changes all the time, from aimd to cubic
 * and back, and connections to it over loopback, until SIGTERM. cong.sh loads
 * and unloads aimd meanwhile, so it may not be there. Each connection must have
 * an algorithm that there is, and carry an octet.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in address;
static int listener;
static atomic_bool over;
static atomic_ulong flips;

/* Bursts of changes, and between them time for the module to go. */
static void *flip(void *arg)
{
	const char *name = "cubic";
	unsigned int n;

	(void)arg;
	for (n = 1; !over; n++) {
		if (n % 200 == 1)
			poll(NULL, 0, 20);
		name = *name == 'c' ? "aimd" : "cubic";
		if (!setsockopt(listener, SOL_TCP, TCP_CONGESTION, name,
				strlen(name)))
			flips++;
		else if (errno != ENOENT)
			return "TCP_CONGESTION of the listener";
	}
	return NULL;
}

static int new_socket(void)
{
	const char *proto = getenv("LTCP_PROTO");

	return socket(AF_INET, SOCK_STREAM, proto ? atoi(proto) : 253);
}

/* What is wrong with it, NULL if nothing. */
static const char *connection(unsigned long used[3])
{
	static const char *const known[] = { "aimd", "cubic", "reno" };
	struct linger now = { .l_onoff = 1 };
	int c = new_socket(), s, i;
	char name[16] = "", octet = 'x';
	socklen_t len = sizeof(name);

	if (connect(c, (struct sockaddr *)&address, sizeof(address)))
		return "connect";
	s = accept(listener, NULL, NULL);
	if (s < 0)
		return "accept";
	if (getsockopt(s, SOL_TCP, TCP_CONGESTION, name, &len))
		return "TCP_CONGESTION";
	for (i = 0; i < 3 && strcmp(name, known[i]); i++)
		continue;
	if (i == 3)
		return "an algorithm that nobody knows";
	used[i]++;
	if (send(s, &octet, 1, 0) != 1 || recv(c, &octet, 1, 0) != 1)
		return "an octet";
	setsockopt(s, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(s);
	close(c);
	return NULL;
}

static void stop(int sig)
{
	(void)sig;
	over = true;
}

int main(void)
{
	unsigned long used[3] = {}, i;
	const char *wrong = NULL;
	void *flip_wrong;
	pthread_t thread;
	socklen_t len = sizeof(address);

	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = new_socket();
	if (bind(listener, (struct sockaddr *)&address, len) ||
	    getsockname(listener, (struct sockaddr *)&address, &len) ||
	    listen(listener, 8) ||
	    pthread_create(&thread, NULL, flip, NULL)) {
		perror("congrace");
		return 1;
	}
	signal(SIGTERM, stop);
	for (i = 0; !over && !wrong; i++)
		wrong = connection(used);
	if (wrong)
		fprintf(stderr, "connection %lu: %s: %s\n", i, wrong,
			strerror(errno));
	over = true;
	pthread_join(thread, &flip_wrong);
	if (flip_wrong)
		fprintf(stderr, "%s\n", (char *)flip_wrong);
	printf("%lu connections: aimd %lu cubic %lu reno %lu; %lu changes\n",
	       i, used[0], used[1], used[2], (unsigned long)flips);
	return wrong || flip_wrong;
}
