/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_COOKIE_H
#define _LTCP_COOKIE_H

#include <linux/types.h>
#include <linux/siphash.h>

/* An epoch is 2^35 ns, 34 s. A cookie of the one before is good, too. */
#define LTCP_COOKIE_EPOCH_SHIFT	35

/* Values that a cookie can carry: an index into the table of MSSs. */
#define LTCP_COOKIE_DATA	8

/* Low bits of a timestamp that carry what does not fit the cookie. */
#define LTCP_COOKIE_TS_BITS	6
#define LTCP_COOKIE_TS_MASK	((1U << LTCP_COOKIE_TS_BITS) - 1)

/* Age of a timestamp that can come back with a good cookie, milliseconds. */
#define LTCP_COOKIE_LIFE_MS						\
	((2ULL << LTCP_COOKIE_EPOCH_SHIFT) / 1000000 +			\
	 (2 << LTCP_COOKIE_TS_BITS))

/**
 * struct ltcp_cookie_id - what a cookie is bound to
 * @f: 32 bits that stay the same for one tuple, and that nobody else knows
 * @fresh: the secret of the epoch
 * @tuple: local address and port, remote address and port, as octets
 * @len: octets of @tuple
 * @irs: the peer's initial sequence number
 * @epoch: ltcp_cookie_epoch() of when it was made
 */
struct ltcp_cookie_id {
	const siphash_key_t *fresh;
	const void *tuple;
	size_t len;
	u32 f;
	u32 irs;
	u32 epoch;
};

/* Epoch of @now_ns, boot time. */
static inline u32 ltcp_cookie_epoch(u64 now_ns)
{
	return (u32)(now_ns >> LTCP_COOKIE_EPOCH_SHIFT);
}

/**
 * ltcp_cookie_make() - an initial sequence number that can be recognised
 * @id: what it is bound to
 * @data: below LTCP_COOKIE_DATA
 *
 * Return: the cookie.
 */
u32 ltcp_cookie_make(const struct ltcp_cookie_id *id, u8 data);

/**
 * ltcp_cookie_check() - is this the number that ltcp_cookie_make() gave out?
 * @id: what it must be bound to
 * @cookie: what the peer brought back
 *
 * Return: the data it was made with, or -1. Of all 2^32 numbers
 * LTCP_COOKIE_DATA are right.
 */
int ltcp_cookie_check(const struct ltcp_cookie_id *id, u32 cookie);

/* Index of the largest MSS in the table that is not above @mss. */
u8 ltcp_cookie_from_mss(u16 mss);

/* The MSS that @data stands for. */
u16 ltcp_cookie_to_mss(u8 data);

/**
 * struct ltcp_cookie_options - what a timestamp carries for a cookie
 * @wscale: shift that the peer asked for, if @has_wscale
 * @has_wscale: both sides scale
 * @sack: SACK is permitted
 * @ecn: the peer asked for ECN
 */
struct ltcp_cookie_options {
	u8 wscale;
	bool has_wscale;
	bool sack;
	bool ecn;
};

/* The latest timestamp not after @clock that carries @opt. */
u32 ltcp_cookie_to_ts(u32 clock, const struct ltcp_cookie_options *opt);

/* What @ts carries. */
void ltcp_cookie_from_ts(u32 ts, struct ltcp_cookie_options *opt);

#endif /* _LTCP_COOKIE_H */
