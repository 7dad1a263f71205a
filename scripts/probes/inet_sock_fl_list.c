// SPDX-License-Identifier: GPL-2.0
/* The leased flow labels of a socket are in struct inet_sock. */
#include <net/inet_sock.h>

void probe(struct inet_sock *inet)
{
	RCU_INIT_POINTER(inet->ipv6_fl_list, NULL);
}
