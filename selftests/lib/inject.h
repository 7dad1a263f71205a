/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LTCP_INJECT_H
#define LTCP_INJECT_H

/*
 * Segments put into the kernel through a TUN device, many and fast. The
 * conformance tests have a language for that; this is for where time counts.
 */

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#define SEG_FIN	0x01
#define SEG_SYN	0x02
#define SEG_RST	0x04
#define SEG_PSH	0x08
#define SEG_ACK	0x10

#define SEG_MAX	256	/* octets of the largest packet built here */

/**
 * struct seg - what matters of a segment to or from the kernel
 * @src: address of the sender, network order
 * @dst: address of the receiver, network order
 * @sport: port of the sender
 * @dport: port of the receiver
 * @seq: sequence number
 * @ack: acknowledgment number
 * @flags: SEG_*; a SYN carries MSS and window scale
 * @len: octets of payload
 */
struct seg {
	in_addr_t src;
	in_addr_t dst;
	uint16_t sport;
	uint16_t dport;
	uint32_t seq;
	uint32_t ack;
	uint8_t flags;
	uint8_t len;
};

/* IPv4 packet of protocol @proto in @pkt (SEG_MAX octets). Return: length. */
size_t seg_build(const struct seg *s, int proto, uint8_t *pkt);

/* Return: 0, or -1 if @pkt is no IPv4 packet of protocol @proto. */
int seg_parse(struct seg *s, int proto, const uint8_t *pkt, size_t len);

/*
 * A TUN device with this address and prefix length, up, in this network
 * namespace, whose loopback comes up too. Return: its file, non-blocking. What
 * cannot be done ends the program.
 */
int tun_new(const char *address, const char *netmask);

/* A packet in, processed when this returns. */
void tun_write(int tun, const uint8_t *pkt, size_t len);

/* Answers to 198.18.0.0/15 (RFC 2544) go to a device that discards them. */
void sink_new(void);

#define SINK_NET	0xc6120000U	/* host order */
#define SINK_SIZE	0x20000U

/* Writes @value to the file @path. Return: 0 or -1 with errno. */
int put_file(const char *path, const char *value);

#endif
