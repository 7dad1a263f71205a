// SPDX-License-Identifier: GPL-2.0
/* bind() and connect() take struct sockaddr_unsized (6.19). */
#include <net/sock.h>

static int probe(struct sock *sk, struct sockaddr_unsized *addr, int len)
{
	return addr->sa_family;
}

struct proto probe_proto = { .connect = probe };
