// SPDX-License-Identifier: GPL-2.0
/* The length of a sysctl table is an argument, not an empty entry (6.6). */
#include <net/net_namespace.h>

struct ctl_table_header *probe(struct net *net, struct ctl_table *table)
{
	return register_net_sysctl_sz(net, "net/probe", table, 1);
}
