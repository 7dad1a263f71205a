// SPDX-License-Identifier: GPL-2.0
/*
 * congrace COUNT: a listener whose algorithm changes all the time, from aimd to
 * cubic and back, and COUNT connections to it over loopback, one after the
 * other. cong.sh loads and unloads aimd meanwhile, so it may not be there. Each
 * connection must have an algorithm that there is, and carry an octet.
 */

#include "sockapi.h"

#include <stdio.h>

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
		if (n % 200 == 0)
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

/* What is wrong with it, NULL if nothing. */
static const char *connection(unsigned long used[3])
{
	static const char *const known[] = { "aimd", "cubic", "reno" };
	struct linger now = { .l_onoff = 1 };
	int c = sock_new(0), s, i;
	char name[16] = "", octet = 'x';
	socklen_t len = sizeof(name);

	if (c < 0 || sock_connect(c, local_port(listener)))
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

int main(int argc, char **argv)
{
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 0) : 1000, i;
	unsigned long used[3] = {};
	const char *wrong = NULL;
	void *flip_wrong;
	pthread_t thread;

	listener = sock_new(0);
	if (sock_bind(listener, 0) || listen(listener, 8) ||
	    pthread_create(&thread, NULL, flip, NULL)) {
		perror("congrace");
		return 1;
	}
	for (i = 0; i < count && !wrong; i++)
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
