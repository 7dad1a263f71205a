// SPDX-License-Identifier: GPL-2.0
/* A socket's own range of local ports is one number (6.8). */
#include <net/inet_sock.h>

u32 probe(struct sock *sk)
{
	return inet_sk(sk)->local_port_range;
}
