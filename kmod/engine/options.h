/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_OPTIONS_H
#define _LTCP_OPTIONS_H

#include <linux/types.h>

/* Kinds (RFC 9293 3.1, RFC 7323, RFC 2018). */
#define LTCP_OPT_END		0
#define LTCP_OPT_NOP		1
#define LTCP_OPT_MSS		2
#define LTCP_OPT_WSCALE		3
#define LTCP_OPT_SACK_OK	4
#define LTCP_OPT_SACK		5
#define LTCP_OPT_TIMESTAMP	8

/* Octets that timestamps take in each segment, NOPs included. */
#define LTCP_TIMESTAMP_ROOM	12

/* Which fields of struct ltcp_options are valid. */
#define LTCP_HAS_MSS		0x01
#define LTCP_HAS_WSCALE		0x02
#define LTCP_HAS_SACK_OK	0x04
#define LTCP_HAS_TIMESTAMP	0x08
#define LTCP_HAS_SACK		0x10

/* Blocks that one SACK option holds; one less beside timestamps. */
#define LTCP_MAX_SACKS		4

/* Octets that a SACK option of @n blocks takes, NOPs included. */
#define LTCP_SACK_ROOM(n)	(4 + 8 * (n))

/**
 * struct ltcp_sack - a block of a SACK option (RFC 2018 3)
 * @start: sequence number of its first octet
 * @end: sequence number behind its last one
 */
struct ltcp_sack {
	u32 start;
	u32 end;
};

/**
 * struct ltcp_options - the options of one segment
 * @has: LTCP_HAS_* bits
 * @wscale: shift count, clamped to LTCP_MAX_WSCALE (RFC 7323 2.3)
 * @mss: octets
 * @tsval: TSval, host order
 * @tsecr: TSecr, host order
 * @nsacks: blocks in @sacks, 1 to LTCP_MAX_SACKS if LTCP_HAS_SACK
 * @sacks: as they came: @start need not be before @end
 */
struct ltcp_options {
	u8 has;
	u8 wscale;
	u16 mss;
	u32 tsval;
	u32 tsecr;
	u32 nsacks;
	struct ltcp_sack sacks[LTCP_MAX_SACKS];
};

/**
 * ltcp_options_parse() - read the options of a segment
 * @opt: result; zeroed first
 * @ptr: first octet after the fixed header
 * @len: octets of options, 0..40
 * @syn: the segment has SYN set: MSS, window scale and SACK-permitted
 *	 count only then (RFC 9293 MUST-65, RFC 7323 1.3, RFC 2018 2), and
 *	 SACK only else
 *
 * Unknown options are skipped by their length (MUST-6). An option of a
 * known kind with another length than its own is skipped, and so is an MSS of
 * zero. Of an option that comes twice, the last counts. A length below 2 or
 * beyond the end stops the parse; what came before it stays (MUST-7).
 *
 * Return: 0, or -EINVAL when the parse stopped at an impossible length.
 */
int ltcp_options_parse(struct ltcp_options *opt, const u8 *ptr,
		       unsigned int len, bool syn);

/**
 * ltcp_options_timestamp() - read nothing but the timestamps
 * @ptr: first octet after the fixed header
 * @len: octets of options, 0..40
 * @tsval: result
 * @tsecr: result
 *
 * As ltcp_options_parse(), and fast for what stands in nearly all segments.
 *
 * Return: false: there are none, and the results are undefined.
 */
bool ltcp_options_timestamp(const u8 *ptr, unsigned int len, u32 *tsval,
			    u32 *tsecr);

/**
 * ltcp_options_len() - octets that ltcp_options_write() will write
 * @opt: options to send
 *
 * Return: a multiple of 4, at most 40.
 */
unsigned int ltcp_options_len(const struct ltcp_options *opt);

/**
 * ltcp_options_write() - write options in wire format, padded to 32 bits
 * @ptr: room for ltcp_options_len() octets
 * @opt: options to send
 *
 * Return: octets written.
 */
unsigned int ltcp_options_write(u8 *ptr, const struct ltcp_options *opt);

#endif /* _LTCP_OPTIONS_H */
