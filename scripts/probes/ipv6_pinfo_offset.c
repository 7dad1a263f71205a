// SPDX-License-Identifier: GPL-2.0
/* struct proto says where in a socket the IPv6 part stands (6.6). */
#include <net/sock.h>

void probe(struct proto *prot)
{
	prot->ipv6_pinfo_offset = 1;
}
