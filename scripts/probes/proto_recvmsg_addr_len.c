// SPDX-License-Identifier: GPL-2.0
/* proto.recvmsg() has an addr_len argument (until 7.0). */
#include <net/sock.h>

static int probe(struct sock *sk, struct msghdr *msg, size_t len, int flags,
		 int *addr_len)
{
	return 0;
}

struct proto probe_proto = { .recvmsg = probe };
