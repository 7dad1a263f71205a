// SPDX-License-Identifier: GPL-2.0
/* proto.accept() takes one argument block (6.10). */
#include <net/sock.h>

static struct sock *probe(struct sock *sk, struct proto_accept_arg *arg)
{
	return arg->err ? NULL : sk;
}

struct proto probe_proto = { .accept = probe };
