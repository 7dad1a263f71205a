// SPDX-License-Identifier: GPL-2.0
/* The owner of a socket is read with sk_uid() (6.17). */
#include <net/sock.h>

kuid_t probe(struct sock *sk)
{
	return sk_uid(sk);
}
