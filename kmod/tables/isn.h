/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_ISN_H
#define _LTCP_ISN_H

#include <linux/types.h>
#include <linux/siphash.h>

/**
 * ltcp_isn() - initial sequence number of a connection (RFC 6528 3)
 * @key: the namespace's secret
 * @tuple: local address and port, remote address and port, as octets
 * @len: octets of @tuple
 * @now_ns: boot time clock, nanoseconds
 *
 * ISN = M + F(tuple, secret). M ticks every 4 microseconds (RFC 9293 3.4.1,
 * MUST-8), so the numbers of one tuple grow over its incarnations; F is
 * SipHash, so those of two tuples tell nothing of each other.
 *
 * Return: the ISN.
 */
u32 ltcp_isn(const siphash_key_t *key, const void *tuple, size_t len,
	     u64 now_ns);

/**
 * ltcp_ts_hash() - what a connection adds to the timestamp clock
 * @key: the namespace's secret; not the one of the sequence numbers
 * @tuple: as for ltcp_isn()
 * @len: octets of @tuple
 *
 * The same for every incarnation of a tuple, so that its timestamps grow over
 * all of them (RFC 7323 5.4, RFC 6191), and another for each tuple, so that
 * the uptime of the host is not seen (RFC 7323 7.1).
 *
 * Return: the offset, in ticks.
 */
u32 ltcp_ts_hash(const siphash_key_t *key, const void *tuple, size_t len);

#endif /* _LTCP_ISN_H */
