// SPDX-License-Identifier: GPL-2.0
/* Flags of struct inet_sock are atomic bits (6.6). */
#include <net/inet_sock.h>

bool probe(struct sock *sk)
{
	inet_set_bit(FREEBIND, sk);
	return inet_test_bit(TRANSPARENT, sk);
}
