/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_LOSS_H
#define _LTCP_LOSS_H

/*
 * Loss recovery: what its parts offer each other and the rest of the engine,
 * grouped by the file that defines it. ack.c tells recovery.c what an ACK said
 * (struct ltcp_ack_news); that asks sack.c, rack.c and undo.c, which mark
 * segments in the queue of rtx.c; output.c sends what is marked.
 */

#include "ltcp.h"

/**
 * struct ltcp_ack_news - what one acknowledgment told, for recovery.c
 * @now_us: when it came, ltcp_clock_us()
 * @acked: octets by which it moved SND.UNA
 * @sacked: octets that it was the first to SACK
 * @sacked_before: ls->sacked_out when it came
 * @rtt_us: round trip by what it acknowledged, 0: not measured
 * @sack_rtt_us: by what it acknowledged or SACKed, and was sent once; 0: none
 * @tsecr: timestamp that it echoes
 * @twice: what came twice, if @dsack
 * @dsack: it has a D-SACK block
 * @original: something arrived that was sent once, before the last episode
 * @beyond: something was SACKed that was sent after it began
 * @bare: an ACK that says nothing new, and carries nothing
 * @ece: the peer says that a router marked what we sent (RFC 3168)
 * @dup: a duplicate: @bare while something is on its way (RFC 5681 2), or with
 *	 SACK one that SACKs something (RFC 6675 2)
 */
struct ltcp_ack_news {
	u64 now_us;
	u32 acked;
	u32 sacked;
	u32 sacked_before;
	u32 rtt_us;
	u32 sack_rtt_us;
	u32 tsecr;
	struct ltcp_sack twice;
	bool dsack;
	bool original;
	bool beyond;
	bool bare;
	bool ece;
	bool dup;
};

/*
 * engine/recovery.c: when an episode of loss begins and ends
 */

/* An ACK with news: find losses, set cwnd; ltcp_output() does the rest. [s] */
void ltcp_recovery_ack(struct sock *sk, const struct ltcp_ack_news *news);
void ltcp_recovery_timeout(struct sock *sk);

/* @len octets went out; @again: not for the first time. [s] */
void ltcp_recovery_sent(struct sock *sk, u32 len, bool again);

/* LTCP_TIMER_REORDER: what was only late may be lost by now. [s] */
void ltcp_recovery_reorder(struct sock *sk);

/*
 * engine/ecn.c: routers that mark what they would otherwise drop
 */

/* Any acceptable ACK: follow the marks, and let cwnd fall for them. [s] */
void ltcp_ecn_ack(struct sock *sk, const struct ltcp_ack_news *news);

/*
 * engine/undo.c: episodes of loss in which nothing was lost
 */

/* One begins; cwnd and ssthresh are still what they were. [s] */
void ltcp_undo_begin(struct ltcp_sock *ls);

/* @len octets were sent again in it. [s] */
void ltcp_undo_resent(struct ltcp_sock *ls, u32 len);

/* A timeout began it: look out for signs that it was too early. [s] */
void ltcp_frto_begin(struct sock *sk);

/* Does @news say that nothing was lost? Then all is as before. [s] */
void ltcp_undo_ack(struct sock *sk, const struct ltcp_ack_news *news);

/*
 * engine/sack.c: what SACK options mean to the sender
 */

/* The options of @skb, whose ACK was taken: fills @news->sacked. [s] */
void ltcp_sack_rcv(struct sock *sk, const struct sk_buff *skb,
		   struct ltcp_ack_news *news);

/* Take for lost what so much was SACKed above that it must be. [s] */
void ltcp_sack_mark_lost(struct sock *sk);

/*
 * engine/rack.c: losses found by time, with SACK
 */

/* @cb has arrived, says the ACK of @news, for the first time. [s] */
void ltcp_rack_segment(struct sock *sk, const struct ltcp_skb_cb *cb,
		       struct ltcp_ack_news *news);

/* Mark what is lost, and come back when the next one may be. [s] */
void ltcp_rack_detect(struct sock *sk);
void ltcp_rack_ack(struct sock *sk, const struct ltcp_ack_news *news);

/* The retransmission timer: mark the first, and what is old enough. [s] */
void ltcp_rack_timeout(struct sock *sk);

/* Set or stop LTCP_TIMER_TLP, from now on. [s] */
void ltcp_tlp_arm(struct sock *sk);

/* It expired: send a probe. [s] */
void ltcp_tlp_send(struct sock *sk);

/* Did the last probe repair a loss that nobody else has seen? [s] */
bool ltcp_tlp_ack(struct sock *sk, const struct ltcp_ack_news *news);

/*
 * engine/rtx.c: what was sent and is not acknowledged. The queue is in order of
 * sequence numbers, and what is not SACKed also in that of time or of loss;
 * what is found is found in O(log n), and nothing is walked.
 */
void ltcp_rtx_init(struct sock *sk);
bool ltcp_rtx_empty(const struct sock *sk);

/* The one with the lowest sequence number, SACKed or not, or NULL. [s] */
struct sk_buff *ltcp_rtx_first(const struct sock *sk);

/* The first that is not SACKed and ends after @seq, or NULL. [s] */
struct sk_buff *ltcp_rtx_find(const struct sock *sk, u32 seq);

/* The first to be sent again, or NULL. [s] */
struct sk_buff *ltcp_rtx_lost_first(struct ltcp_sock *ls);

/* @skb goes out for the first time, behind all others. [s] */
void ltcp_rtx_add(struct sock *sk, struct sk_buff *skb);

/* @skb leaves the queue, for whatever reason, and is freed. [s] */
void ltcp_rtx_free(struct sock *sk, struct sk_buff *skb);

/* @skb is lost; was sent again; has arrived. [s] */
void ltcp_rtx_mark_lost(struct sock *sk, struct sk_buff *skb);
void ltcp_rtx_mark_sent(struct sock *sk, struct sk_buff *skb);
void ltcp_rtx_mark_sacked(struct sock *sk, struct sk_buff *skb);

/* All that is not SACKed is lost, in order of sequence numbers. [s] */
void ltcp_rtx_mark_all_lost(struct sock *sk);

/* Nothing was lost: what is marked so is on its way. [s] */
void ltcp_rtx_unmark_lost(struct sock *sk);

/* The peer did not keep what it SACKed (RFC 2018 8): none of it counts. [s] */
void ltcp_rtx_forget_sacks(struct sock *sk);

/* Cut @skb after @len octets of payload; returns the rest, NULL: no memory */
struct sk_buff *ltcp_rtx_split(struct sock *sk, struct sk_buff *skb, u32 len);

/*
 * engine/mtu_probe.c: the path MTU without ICMP, RFC 4821. All [s]
 */

/* The connection opens: mtu_probing may want a search from the start. */
void ltcp_mtu_search_start(struct sock *sk);

/* Of @pmtu, which the route knows, what is known to pass. */
u32 ltcp_mtu_search_limit(struct ltcp_sock *ls, u32 pmtu);

/* So many timeouts: perhaps the path swallows what is too large. */
void ltcp_mtu_black_hole(struct sock *sk);

enum ltcp_mtu_probe {
	LTCP_MTU_NO_PROBE,	/* go on */
	LTCP_MTU_PROBED,	/* it went out, and so may what follows */
	LTCP_MTU_WAIT,		/* soon; nothing else shall take its place */
};

/* ls->mtu_on: send a probe, if this is the time for it. */
enum ltcp_mtu_probe ltcp_mtu_probe(struct sock *sk);

/* ls->mtu_on: octets to a segment of what begins at @seq. */
u32 ltcp_mtu_segment(const struct ltcp_sock *ls, u32 seq);

/* ls->mtu_on: SND.UNA has moved. */
void ltcp_mtu_probe_acked(struct sock *sk);

/* SND.UNA is lost. True: it was a probe, and has been sent again. */
bool ltcp_mtu_probe_lost(struct sock *sk);

/* An episode of loss begins: no probe is on its way any more. */
void ltcp_mtu_probe_end(struct ltcp_sock *ls);

/*
 * engine/output.c, for mtu_probe.c
 */

/* Cut @skb, in the send queue, after @len octets. 0 or -ENOMEM [s] */
int ltcp_split_unsent(struct sock *sk, struct sk_buff *skb, u32 len);

/* Send the first @len octets of @skb, the head of that queue, likewise. [s] */
int ltcp_send_head(struct sock *sk, struct sk_buff *skb, u32 len);

/* Send all of @skb again, which was sent before. [s] */
void ltcp_send_whole(struct sock *sk, struct sk_buff *skb);

#endif /* _LTCP_LOSS_H */
