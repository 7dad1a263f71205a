// SPDX-License-Identifier: GPL-2.0
/*
 * Options of the TCP header: from the octets of a segment into struct
 * ltcp_options, and back.
 *
 * Input and the half-open table call the parser with what a stranger sent:
 * it must end, and must not look at an octet beyond the end, whatever stands
 * there. Output and the replies call the writer. Neither judges a value by
 * what the connection is doing; that is left to the caller.
 *
 * No state, no locks, no kernel: this file also compiles in user space, where
 * the unit tests and the fuzzer live.
 */

#include <linux/errno.h>
#include <linux/string.h>

#include "../wire.h"
#include "options.h"

/* Octets on the wire, kind and length included. */
#define LEN_MSS		4
#define LEN_WSCALE	3
#define LEN_SACK_OK	2
#define LEN_TIMESTAMP	10
#define LEN_SACK_BLOCK	8

static u16 get_u16(const u8 *ptr)
{
	return ptr[0] << 8 | ptr[1];
}

static u32 get_u32(const u8 *ptr)
{
	return (u32)get_u16(ptr) << 16 | get_u16(ptr + 2);
}

static u8 *put_u16(u8 *ptr, u16 val)
{
	*ptr++ = val >> 8;
	*ptr++ = val & 0xff;
	return ptr;
}

static u8 *put_u32(u8 *ptr, u32 val)
{
	return put_u16(put_u16(ptr, val >> 16), val & 0xffff);
}

/* Kind and length octet of an option. */
static u8 *put_head(u8 *ptr, u8 kind, u8 len)
{
	*ptr++ = kind;
	*ptr++ = len;
	return ptr;
}

/* Options that count on a SYN only. @val: what follows the length octet. */
static void parse_syn_option(struct ltcp_options *opt, u8 kind, u8 len,
			     const u8 *val)
{
	switch (kind) {
	case LTCP_OPT_MSS:
		/* Zero would mean that we can never send anything. */
		if (len != LEN_MSS || !get_u16(val))
			return;
		opt->mss = get_u16(val);
		opt->has |= LTCP_HAS_MSS;
		return;
	case LTCP_OPT_WSCALE:
		if (len != LEN_WSCALE)
			return;
		/* RFC 7323 2.3: more than 14 is an error, to be taken as 14 */
		opt->wscale = *val < LTCP_MAX_WSCALE ? *val : LTCP_MAX_WSCALE;
		opt->has |= LTCP_HAS_WSCALE;
		return;
	case LTCP_OPT_SACK_OK:
		if (len == LEN_SACK_OK)
			opt->has |= LTCP_HAS_SACK_OK;
		return;
	}
}

static void parse_timestamp(struct ltcp_options *opt, u8 len, const u8 *val)
{
	if (len != LEN_TIMESTAMP)
		return;
	opt->tsval = get_u32(val);
	opt->tsecr = get_u32(val + 4);
	opt->has |= LTCP_HAS_TIMESTAMP;
}

/* RFC 2018 3: pairs of edges, as many as the length says. */
static void parse_sack(struct ltcp_options *opt, u8 len, const u8 *val)
{
	unsigned int i, n = (len - 2) / LEN_SACK_BLOCK;

	if (!n || n > LTCP_MAX_SACKS || len != 2 + n * LEN_SACK_BLOCK)
		return;
	for (i = 0; i < n; i++, val += LEN_SACK_BLOCK) {
		opt->sacks[i].start = get_u32(val);
		opt->sacks[i].end = get_u32(val + 4);
	}
	/* Of an option that came before, nothing is left. */
	memset(opt->sacks + n, 0, (LTCP_MAX_SACKS - n) * sizeof(*opt->sacks));
	opt->nsacks = n;
	opt->has |= LTCP_HAS_SACK;
}

int ltcp_options_parse(struct ltcp_options *opt, const u8 *ptr,
		       unsigned int len, bool syn)
{
	const u8 *end = ptr + len;
	u8 kind, olen;

	memset(opt, 0, sizeof(*opt));
	while (ptr < end) {
		kind = *ptr;
		if (kind == LTCP_OPT_END)
			return 0;
		if (kind == LTCP_OPT_NOP) {
			ptr++;
			continue;
		}

		/* RFC 9293 3.1 MUST-7: survive any length, 0 and 1 too */
		if (end - ptr < 2)
			return -EINVAL;
		olen = ptr[1];
		if (olen < 2 || olen > end - ptr)
			return -EINVAL;

		if (kind == LTCP_OPT_TIMESTAMP)
			parse_timestamp(opt, olen, ptr + 2);
		else if (syn)
			parse_syn_option(opt, kind, olen, ptr + 2);
		else if (kind == LTCP_OPT_SACK)
			parse_sack(opt, olen, ptr + 2);
		/* anything else is skipped: RFC 9293 3.1 MUST-6 */
		ptr += olen;
	}
	return 0;
}

bool ltcp_options_timestamp(const u8 *ptr, unsigned int len, u32 *tsval,
			    u32 *tsecr)
{
	static const u8 usual[] = {
		LTCP_OPT_NOP, LTCP_OPT_NOP, LTCP_OPT_TIMESTAMP, LEN_TIMESTAMP
	};
	const u8 *end = ptr + len, *found = NULL;

	if (len == LTCP_TIMESTAMP_ROOM && !memcmp(ptr, usual, sizeof(usual))) {
		found = ptr + sizeof(usual);
		end = ptr;
	}
	/* As in ltcp_options_parse(), but nothing else is kept. */
	while (ptr < end && *ptr != LTCP_OPT_END) {
		if (*ptr == LTCP_OPT_NOP) {
			ptr++;
			continue;
		}
		if (end - ptr < 2 || ptr[1] < 2 || ptr[1] > end - ptr)
			break;
		if (*ptr == LTCP_OPT_TIMESTAMP && ptr[1] == LEN_TIMESTAMP)
			found = ptr + 2;
		ptr += ptr[1];
	}
	if (!found)
		return false;
	*tsval = get_u32(found);
	*tsecr = get_u32(found + 4);
	return true;
}

unsigned int ltcp_options_len(const struct ltcp_options *opt)
{
	unsigned int len = 0;

	if (opt->has & LTCP_HAS_MSS)
		len += LEN_MSS;
	if (opt->has & LTCP_HAS_WSCALE)
		len += 1 + LEN_WSCALE;
	/* SACK-permitted takes the place of the NOPs before a timestamp. */
	if (opt->has & LTCP_HAS_TIMESTAMP)
		len += LTCP_TIMESTAMP_ROOM;
	else if (opt->has & LTCP_HAS_SACK_OK)
		len += 2 + LEN_SACK_OK;
	if (opt->has & LTCP_HAS_SACK)
		len += LTCP_SACK_ROOM(opt->nsacks);
	return len;
}

static u8 *put_sacks(u8 *ptr, const struct ltcp_options *opt)
{
	unsigned int i;

	ptr = put_head(ptr, LTCP_OPT_NOP, LTCP_OPT_NOP);
	ptr = put_head(ptr, LTCP_OPT_SACK, 2 + opt->nsacks * LEN_SACK_BLOCK);
	for (i = 0; i < opt->nsacks; i++) {
		ptr = put_u32(ptr, opt->sacks[i].start);
		ptr = put_u32(ptr, opt->sacks[i].end);
	}
	return ptr;
}

/*
 * NOPs stand in front of an option so that its value is aligned (RFC 7323
 * appendix A). Each part is a multiple of four octets: nothing is left to pad.
 */
unsigned int ltcp_options_write(u8 *ptr, const struct ltcp_options *opt)
{
	const u8 *start = ptr;

	if (opt->has & LTCP_HAS_MSS) {
		ptr = put_head(ptr, LTCP_OPT_MSS, LEN_MSS);
		ptr = put_u16(ptr, opt->mss);
	}
	if (opt->has & LTCP_HAS_WSCALE) {
		*ptr++ = LTCP_OPT_NOP;
		ptr = put_head(ptr, LTCP_OPT_WSCALE, LEN_WSCALE);
		*ptr++ = opt->wscale;
	}
	if (opt->has & LTCP_HAS_SACK_OK)
		ptr = put_head(ptr, LTCP_OPT_SACK_OK, LEN_SACK_OK);
	else if (opt->has & LTCP_HAS_TIMESTAMP)
		ptr = put_head(ptr, LTCP_OPT_NOP, LTCP_OPT_NOP);
	if (opt->has & LTCP_HAS_TIMESTAMP) {
		ptr = put_head(ptr, LTCP_OPT_TIMESTAMP, LEN_TIMESTAMP);
		ptr = put_u32(ptr, opt->tsval);
		ptr = put_u32(ptr, opt->tsecr);
	} else if (opt->has & LTCP_HAS_SACK_OK) {
		ptr = put_head(ptr, LTCP_OPT_NOP, LTCP_OPT_NOP);
	}
	if (opt->has & LTCP_HAS_SACK)
		ptr = put_sacks(ptr, opt);
	return ptr - start;
}
