/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_SEGMENT_H
#define _LTCP_SEGMENT_H

/*
 * A segment as a script writes it, and as it stands on the wire.
 *
 *	FLAGS SEQ:END(LEN) [ack N] [win N] [urg N] [ECN] [<OPTION,...>]
 *	[DEFECT ...]
 *
 * FLAGS are letters: S F R P . (ACK) U E (ECE) W (CWR), or - for none. SEQ
 * and the number behind "ack" count from the initial sequence number of who
 * sent them, so a SYN is 0:0(0) and the first octet of data is 1. Payload is
 * never written down: each octet is a function of its sequence number.
 *
 * ECN, of the IP header: not-ect, ect0, ect1 or ce (RFC 3168 5); the peer sends
 * not-ect if nothing is written.
 *
 * OPTIONs: mss N, wscale N, sackok, ts VAL ECR, sack START:END ..., nop, eol,
 * hex XX..: octets as given, for options that are unknown or broken. The edges
 * of SACK blocks count as "ack" does.
 *
 * VAL counts from the first timestamp of who sends the segment, ECR from that
 * of the other side, but is as on the wire where there is no ACK. In a segment
 * to the kernel "*" as VAL is the time since the case began, in milliseconds,
 * and "*" as ECR the kernel's last timestamp; from the kernel "*" is anything.
 *
 * DEFECTs, for segments to the kernel only: badsum: wrong checksum; doff N:
 * data offset, in words; cut N: IP packet ends after N octets of segment;
 * src A, dst A: address, as for IPv4; sport N, dport N: port.
 */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dir {
	TO_KERNEL,
	FROM_KERNEL,
};

#define FIN	0x01
#define SYN	0x02
#define RST	0x04
#define PSH	0x08
#define ACK	0x10

#define KERNEL_ADDR	"192.0.2.1"
#define PEER_ADDR	"192.0.2.2"

#define MAX_PACKET	65535
#define TCP_HDR		20

/*
 * AF_INET or AF_INET6: what packets are made of. Scripts write addresses of
 * IPv4; in IPv6 192.0.2.1 is 2001:db8::192.0.2.1, 169.254.0.1 is one of the
 * link (fe80::169.254.0.1), a group is one, and so on.
 */
extern int segment_family;

#define is_v6()		(segment_family == AF_INET6)

/* Octets of the IP header. */
#define IP_HDR		(is_v6() ? 40U : 20U)

/* The address that @addr stands for; returns its length. */
size_t address_octets(in_addr_t addr, uint8_t octets[16]);

/**
 * struct flow - one connection between the kernel under test and the peer
 * @kaddr: the kernel's address; 0: KERNEL_ADDR
 * @paddr: the peer's address; 0: PEER_ADDR
 * @kport: the kernel's port
 * @pport: the peer's port
 * @isn: initial sequence number of who sends in that direction
 * @isn_known: the kernel's SYN was seen
 * @ts: first timestamp of who sends in that direction
 * @ts_known: the kernel's first timestamp was seen
 * @ts_last: the kernel's last timestamp, as on the wire
 * @ts_always: each segment has timestamps, whether written down or not
 */
struct flow {
	in_addr_t kaddr;
	in_addr_t paddr;
	uint16_t kport;
	uint16_t pport;
	uint32_t isn[2];
	bool isn_known;
	uint32_t ts[2];
	bool ts_known;
	uint32_t ts_last;
	bool ts_always;
};

/**
 * struct segment - one segment; sequence numbers are relative
 * @seq: of the SYN or the first octet
 * @ack: valid if ACK is in @flags
 * @len: octets of payload
 * @win: window field, not scaled
 * @urg: urgent pointer
 * @ecn: bits of ECN, of the IP header
 * @flags: control bits
 * @nopt: octets in @opt
 * @opt: options as on the wire
 * @has_win: "win" was written
 * @has_urg: "urg" was written
 * @has_opt: "<...>" was written
 * @has_ecn: so was one of the words for @ecn
 * @ts_at: where in @opt timestamps stand, relative like @seq; 0: none
 * @sack_at: where in @opt SACK blocks stand, relative; 0: none
 * @nsacks: how many
 * @any_tsval: the first of them is "*"
 * @any_tsecr: the second is
 * @badsum: defect, as are the rest; 0 or -1: none
 * @doff: data offset
 * @cut: octets of segment behind the IP header
 * @src: address
 * @dst: address
 * @sport: port
 * @dport: port
 * @tos: TOS octet of the IP header, if the kernel sent it
 * @ttl: and its TTL
 * @label: and its flow label
 * @ip_id: and its identification
 * @df: and that it must not be fragmented
 * @wrong: what is wrong with a segment the kernel sent, or NULL
 */
struct segment {
	uint32_t seq;
	uint32_t ack;
	uint32_t len;
	uint16_t win;
	uint16_t urg;
	uint8_t flags;
	uint8_t nopt;
	uint8_t opt[40];
	bool has_win;
	bool has_urg;
	bool has_ecn;
	uint8_t ecn;
	bool has_opt;
	uint8_t ts_at;
	uint8_t sack_at;
	uint8_t nsacks;
	bool any_tsval;
	bool any_tsecr;

	bool badsum;
	int doff;
	int cut;
	in_addr_t src;
	in_addr_t dst;
	int sport;
	int dport;

	uint8_t tos;
	uint8_t ttl;
	uint32_t label;
	uint16_t ip_id;
	bool df;
	const char *wrong;
};

/* Text to segment. Returns NULL, or what is wrong with the text. */
const char *segment_parse(struct segment *s, const char *text);

/* Adds an option to those that @s has: "ts * *". NULL, or what is wrong. */
const char *segment_option(struct segment *s, const char *option);

/* Timestamps of @s, if @s->ts_at; relative. */
uint32_t segment_tsval(const struct segment *s);
uint32_t segment_tsecr(const struct segment *s);
void segment_set_tsval(struct segment *s, uint32_t val);
void segment_set_tsecr(struct segment *s, uint32_t ecr);

/* Segment to text, for people. */
void segment_print(const struct segment *s, char *text, size_t size);

/* Segment to a packet of @proto; returns its length. */
size_t segment_build(const struct segment *s, const struct flow *f,
		     enum dir dir, int proto, uint8_t *pkt);

/*
 * Packet that the kernel sent to segment; @s->wrong says what no sender may
 * do. Learns the kernel's initial sequence number from its first SYN.
 */
void segment_decode(struct segment *s, struct flow *f, int proto,
		    const uint8_t *pkt, size_t len);

/* NULL, or the name of the first thing in @got that @want does not allow. */
const char *segment_differs(const struct segment *want,
			    const struct segment *got);

/* The octet of payload with relative sequence number @seq. */
uint8_t payload_octet(enum dir dir, uint32_t seq);

/* Internet checksum over @len octets, to go on from @sum. */
uint32_t checksum_add(uint32_t sum, const void *data, size_t len);
uint16_t checksum_end(uint32_t sum);

/* Writes an IP header for @len octets of @proto behind it. */
void ip_header(uint8_t *pkt, size_t len, int proto, in_addr_t src,
	       in_addr_t dst, uint8_t tos);

#endif /* _LTCP_SEGMENT_H */
