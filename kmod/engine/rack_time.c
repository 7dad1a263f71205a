// SPDX-License-Identifier: GPL-2.0
/*
 * The arithmetic of RACK and TLP (RFC 8985), of which rack.c makes decisions.
 * All times are microseconds. No state but what is handed in, no locks, no
 * kernel: it also compiles in user space.
 */

#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/minmax.h>

#include "rack.h"

void ltcp_rack_arrived(struct ltcp_rack *r, u64 us, u32 end, u32 rtt_us)
{
	r->rtt_us = rtt_us;
	if (!ltcp_rack_after(us, end, r->xmit_us, r->end_seq))
		return;
	r->xmit_us = us;
	r->end_seq = end;
}

void ltcp_rack_round(struct ltcp_rack *r, u32 una, u32 nxt, bool dsack)
{
	if (r->in_round && !ltcp_before(una, r->dsack_round))
		r->in_round = 0;
	if (!dsack || r->in_round)
		return;
	r->dsack_round = nxt;
	r->in_round = 1;
	r->wnd_mult += r->wnd_mult < U8_MAX;
	r->wnd_persist = LTCP_RACK_PERSIST;
}

void ltcp_rack_episode(struct ltcp_rack *r)
{
	if (r->wnd_persist)
		r->wnd_persist--;
	if (!r->wnd_persist)
		r->wnd_mult = 1;
}

u32 ltcp_rack_window(const struct ltcp_rack *r, u32 min_us, u32 srtt_us)
{
	return min_t(u64, (u64)min_us * r->wnd_mult / 4, srtt_us);
}

u32 ltcp_rack_left(const struct ltcp_rack *r, u64 us, u32 window_us, u64 now_us)
{
	u64 due = us + r->rtt_us + window_us;

	return due > now_us ? min_t(u64, due - now_us, U32_MAX) : 0;
}

u32 ltcp_tlp_pto(u32 srtt_us, bool single)
{
	u32 pto = srtt_us ? 2 * srtt_us : LTCP_TLP_PTO_INIT_US;

	return srtt_us && single ? pto + LTCP_TLP_ACK_DELAY_US : pto;
}
