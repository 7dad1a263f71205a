// SPDX-License-Identifier: GPL-2.0
/*
 * Initial sequence numbers by RFC 6528, and where timestamps start. Called by
 * connect() and for each SYN that a listener answers; what the tuple is made
 * of, and whose secret is used, is the caller's choice. The clock must not go
 * back while the secret is kept, or old segments could be taken for new ones
 * (RFC 9293 3.4.1).
 *
 * No state, no locks. A leaf: it also compiles in user space.
 */

#include <linux/math64.h>

#include "isn.h"

/* One step of M: RFC 9293 3.4.1, MUST-8 */
#define ISN_TICK_NS	4000

u32 ltcp_isn(const siphash_key_t *key, const void *tuple, size_t len,
	     u64 now_ns)
{
	u32 m = (u32)div_u64(now_ns, ISN_TICK_NS);
	u32 f = (u32)siphash(tuple, len, key);

	return m + f;
}

u32 ltcp_ts_hash(const siphash_key_t *key, const void *tuple, size_t len)
{
	return siphash(tuple, len, key);
}
