// SPDX-License-Identifier: GPL-2.0
/* Accounting of socket memory has a header of its own (6.10). */
#include <net/proto_memory.h>

bool probe(const struct sock *sk)
{
	return sk_under_memory_pressure(sk);
}
