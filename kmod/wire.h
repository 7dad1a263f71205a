/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_WIRE_H
#define _LTCP_WIRE_H

/*
 * Arithmetic and constants of the TCP segment. A leaf: it sees neither
 * sockets nor skbs, and compiles in user space too. Sequence numbers are
 * compared with these helpers and nowhere with a bare < or >.
 */

#include <linux/types.h>

/* Control bits, as they stand in octet 13 of the header (RFC 9293 3.1). */
#define LTCP_FIN	0x01
#define LTCP_SYN	0x02
#define LTCP_RST	0x04
#define LTCP_PSH	0x08
#define LTCP_ACK	0x10
#define LTCP_URG	0x20
#define LTCP_ECE	0x40
#define LTCP_CWR	0x80

#define LTCP_HDR_LEN	 20	/* header without options, octets */
#define LTCP_MAX_OPT_LEN 40	/* room for options, octets */
#define LTCP_MAX_HDR_LEN (LTCP_HDR_LEN + LTCP_MAX_OPT_LEN)

/* MSS when the peer named none: 576 - 40 (RFC 9293 3.7.1, MUST-15) */
#define LTCP_MSS_DEFAULT_V4 536
#define LTCP_MSS_DEFAULT_V6 1220
#define LTCP_MAX_WINDOW	65535U	/* the window field, before scaling */
#define LTCP_MAX_WSCALE	14	/* RFC 7323 2.3 */

/* Is @a earlier than @b, modulo 2^32? (RFC 9293 3.4) */
static inline bool ltcp_before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

/* Is @a later than @b, modulo 2^32? */
static inline bool ltcp_after(u32 a, u32 b)
{
	return ltcp_before(b, a);
}

/* Is @lo <= @seq <= @hi, modulo 2^32? */
static inline bool ltcp_between(u32 seq, u32 lo, u32 hi)
{
	return hi - lo >= seq - lo;
}

#endif /* _LTCP_WIRE_H */
