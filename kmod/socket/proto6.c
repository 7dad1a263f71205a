// SPDX-License-Identifier: GPL-2.0
/*
 * The socket of AF_INET6: socket/proto.c with another size, other addresses and
 * the IPv6 part that the kernel wants at the end of the structure. Not built
 * where the kernel has no IPv6.
 *
 * Its struct proto is a copy, made before anybody can see it, so that what
 * ltcp_prot can do for IPv4 it can do for IPv6. Called by socket/proto.c, which
 * also has its struct proto_ops, when the module comes and goes. Memory and
 * sockets are counted together.
 */

#include <net/inet_common.h>
#include <net/ipv6.h>
#include <net/protocol.h>
#include <net/transp_v6.h>

#include "ltcp.h"

struct ltcp6_sock {
	struct ltcp_sock ls;		/* must be first */
	struct ipv6_pinfo inet6;	/* must be last */
};

/* Where older kernels look for the IPv6 part. */
static_assert(offsetof(struct ltcp6_sock, inet6) +
	      sizeof(struct ipv6_pinfo) == sizeof(struct ltcp6_sock));

struct proto ltcp_prot6;

static struct inet_protosw ltcp_protosw6 = {
	.list		= LIST_HEAD_INIT(ltcp_protosw6.list),
	.type		= SOCK_STREAM,
	.prot		= &ltcp_prot6,
	.ops		= &ltcp_stream6_ops,
};

int ltcp_proto6_init(void)
{
	ltcp_prot6 = ltcp_prot;
	strscpy(ltcp_prot6.name, "LTCPv6", sizeof(ltcp_prot6.name));
	ltcp_prot6.obj_size = sizeof(struct ltcp6_sock);
	ltcp_set_pinfo_offset(&ltcp_prot6, offsetof(struct ltcp6_sock, inet6));
	return proto_register(&ltcp_prot6, 1);
}

void ltcp_proto6_exit(void)
{
	proto_unregister(&ltcp_prot6);
}

void ltcp_proto6_publish(void)
{
	ltcp_protosw6.protocol = ltcp_ipproto;
	if (ipv6_mod_enabled() && inet6_register_protosw(&ltcp_protosw6))
		pr_warn("no AF_INET6 sockets: IP protocol %u is taken\n",
			ltcp_ipproto);
}

void ltcp_proto6_withdraw(void)
{
	if (ipv6_mod_enabled())
		inet6_unregister_protosw(&ltcp_protosw6);
}
