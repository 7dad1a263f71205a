// SPDX-License-Identifier: GPL-2.0
/*
 * The arithmetic of SYN cookies (RFC 4987 3.6): an initial sequence number
 * that needs no memory, since it can be computed again when the peer brings
 * it back.
 *
 *	cookie = F(tuple) + IRS + (epoch << 24) +
 *		 (G(tuple) + (data << 21)) % 2^24
 *
 * F is SipHash with a secret that stays, G is SipHash with a secret that lives
 * for one epoch, and data is what must be remembered of the SYN. Who does not
 * see the SYN-ACK knows neither: of 2^32 numbers 8 are right, or 16 as long as
 * two epochs count. Beside that, the cookies of a tuple grow with the peer's
 * clock and with ours, as sequence numbers should (RFC 9293 3.4.1). The data
 * is not in the lowest bits, or else the probe of a peer that takes itself for
 * connected, which is off by one, would seem to bring other data.
 *
 * F comes from the caller, who has it already: it is the half of the connection
 * table's hash that no table uses. The two halves of what SipHash makes of a
 * tuple tell nothing of each other, nor of what it makes of another tuple.
 *
 * The flood handling calls it for each SYN and each ACK under a flood. When a
 * cookie may be made and believed is decided there.
 *
 * No state, no locks. A leaf: it also compiles in user space.
 */

#include <linux/kernel.h>

#include "../wire.h"
#include "cookie.h"

#define COOKIE_LOW_BITS	24
#define COOKIE_LOW_MASK	((1U << COOKIE_LOW_BITS) - 1)
#define COOKIE_DATA_SHIFT	21

/* Bits of a timestamp. */
#define COOKIE_TS_WSCALE	0x0f	/* or NO_WSCALE */
#define COOKIE_TS_NO_WSCALE	0x0f
#define COOKIE_TS_SACK		0x10
#define COOKIE_TS_ECN		0x20

/*
 * Ascending. What paths take in practice: none named, IPv6 with its least MTU,
 * tunnels, PPPoE, Ethernet, jumbo frames; and for the rest as little as
 * min_snd_mss grants.
 */
static const u16 cookie_mss[LTCP_COOKIE_DATA] = {
	48, 256, 536, 1220, 1360, 1440, 1460, 8960,
};

static u32 cookie_high(const struct ltcp_cookie_id *id)
{
	return id->f + id->irs + (id->epoch << COOKIE_LOW_BITS);
}

static u32 cookie_low(const struct ltcp_cookie_id *id)
{
	return (u32)siphash(id->tuple, id->len, id->fresh);
}

u32 ltcp_cookie_make(const struct ltcp_cookie_id *id, u8 data)
{
	u32 low = cookie_low(id) + ((u32)data << COOKIE_DATA_SHIFT);

	return cookie_high(id) + (low & COOKIE_LOW_MASK);
}

int ltcp_cookie_check(const struct ltcp_cookie_id *id, u32 cookie)
{
	u32 low = cookie - cookie_high(id);

	if (low & ~COOKIE_LOW_MASK)
		return -1;
	low = (low - cookie_low(id)) & COOKIE_LOW_MASK;
	if (low & ((1U << COOKIE_DATA_SHIFT) - 1))
		return -1;
	return low >> COOKIE_DATA_SHIFT;
}

u8 ltcp_cookie_from_mss(u16 mss)
{
	u8 i = LTCP_COOKIE_DATA - 1;

	while (i && cookie_mss[i] > mss)
		i--;
	return i;
}

u16 ltcp_cookie_to_mss(u8 data)
{
	return cookie_mss[data % LTCP_COOKIE_DATA];
}

u32 ltcp_cookie_to_ts(u32 clock, const struct ltcp_cookie_options *opt)
{
	u32 bits = opt->has_wscale ? opt->wscale : COOKIE_TS_NO_WSCALE;
	u32 ts;

	if (opt->sack)
		bits |= COOKIE_TS_SACK;
	if (opt->ecn)
		bits |= COOKIE_TS_ECN;
	ts = (clock & ~LTCP_COOKIE_TS_MASK) | bits;
	/* Never ahead of the clock, or it would seem to go back afterwards. */
	return ltcp_after(ts, clock) ? ts - (1U << LTCP_COOKIE_TS_BITS) : ts;
}

void ltcp_cookie_from_ts(u32 ts, struct ltcp_cookie_options *opt)
{
	u8 wscale = ts & COOKIE_TS_WSCALE;

	opt->has_wscale = wscale != COOKIE_TS_NO_WSCALE;
	opt->wscale = opt->has_wscale ? wscale : 0;
	opt->sack = ts & COOKIE_TS_SACK;
	opt->ecn = ts & COOKIE_TS_ECN;
}
