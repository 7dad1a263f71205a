// SPDX-License-Identifier: GPL-2.0
/* The flags of struct ipv6_pinfo became bits in inet_sock.inet_flags (6.7). */
#include <net/inet_sock.h>

int probe(void)
{
	return INET_FLAGS_RECVERR6 + INET_FLAGS_SNDFLOW;
}
