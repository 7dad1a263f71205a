/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_H
#define _LTCP_H

/*
 * The connection, and what engine/ and socket/ offer the other parts, grouped
 * by the file that defines it; ip/ip.h, tables/tables.h and control/control.h
 * do that for those directories. Data flows one way: a system call enters in
 * socket/, the engine decides, ip/ sends; a packet enters in ip/, tables/ finds
 * its connection, the engine takes it apart, socket/ hands it to the user.
 *
 * Lock keys behind the fields:
 *	[s] socket lock: lock_sock(), or bh_lock_sock() and not owned by a user
 *	[c] constant once the socket is visible to others
 *	[a] accept lock of the listener
 *	[p] port bucket lock
 *	[o] lockless, READ_ONCE() and WRITE_ONCE()
 * Lock order and lifetimes: Documentation/design.rst.
 */

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/rbtree.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "compat.h"
#include "engine/cong.h"
#include "engine/fsm.h"
#include "engine/options.h"
#include "engine/prr.h"
#include "engine/rack.h"
#include "engine/rtt.h"
#include "engine/timestamp.h"
#include "net.h"
#include "wire.h"

/* IP protocol number in use: module parameter, constant after load. */
extern unsigned int ltcp_ipproto;

/* Room in front of the payload of a segment: TCP, IP and link headers. */
#define LTCP_TX_HEADROOM	ALIGN(LTCP_MAX_HDR_LEN + 60 + LL_MAX_HEADER, 4)

union ltcp_addr {
	__be32 v4;
	struct in6_addr v6;
};

/**
 * struct ltcp_flow - a connection as one received packet names it
 * @net: namespace
 * @local: our address
 * @remote: the peer's address
 * @lport: our port
 * @rport: the peer's port
 * @family: AF_INET or AF_INET6: what is on the wire, whatever the socket is
 * @ifindex: interface the packet came in on; 0: any
 * @hash: keyed hash of all but @ifindex, by ltcp_flow_hash()
 * @cookie: of a received segment: 32 bits more of that hash, for SYN cookies
 */
struct ltcp_flow {
	struct net *net;
	union ltcp_addr local;
	union ltcp_addr remote;
	__be16 lport;
	__be16 rport;
	u16 family;
	int ifindex;
	u32 hash;
	u32 cookie;
};

/* False, and known to the compiler, where the kernel has no IPv6. */
static inline bool ltcp_is_v6(int family)
{
	return IS_ENABLED(CONFIG_IPV6) && family == AF_INET6;
}

static inline bool ltcp_addr_equal(const union ltcp_addr *a,
				   const union ltcp_addr *b, int family)
{
	return ltcp_is_v6(family) ? ipv6_addr_equal(&a->v6, &b->v6) :
				    a->v4 == b->v4;
}

/*
 * Does @flow's peer have an address that means another host on each link?
 * Then @ifindex is part of its name.
 */
static inline bool ltcp_flow_on_link(const struct ltcp_flow *flow)
{
	return ltcp_is_v6(flow->family) &&
	       (ipv6_addr_type(&flow->remote.v6) & IPV6_ADDR_LINKLOCAL);
}

/* The names of a connection, as they are hashed: the first octets of it. */
struct ltcp_tuple {
	__be16 lport;
	__be16 rport;
	__be32 addrs[8];
};

/* Fill @t; returns how many octets those are. */
static inline size_t ltcp_tuple_fill(struct ltcp_tuple *t,
				     const struct ltcp_flow *flow)
{
	t->lport = flow->lport;
	t->rport = flow->rport;
	if (ltcp_is_v6(flow->family)) {
		memcpy(t->addrs, &flow->local, 16);
		memcpy(t->addrs + 4, &flow->remote, 16);
		return sizeof(*t);
	}
	t->addrs[0] = flow->local.v4;
	t->addrs[1] = flow->remote.v4;
	return offsetof(struct ltcp_tuple, addrs[2]);
}

/* ltcp_skb_cb.seg: what has become of a segment that was sent */
#define LTCP_SEG_SACKED	 0x1	/* it arrived, so the peer says */
#define LTCP_SEG_LOST	 0x2	/* taken for lost, and not sent again yet */
#define LTCP_SEG_RETRANS 0x4	/* what is on its way was sent again */

/**
 * struct ltcp_skb_cb - what ltcp keeps in skb->cb
 * @seq: sequence number of the first octet (or of the SYN)
 * @end_seq: @seq plus payload, plus one each for SYN and FIN
 * @flags: control bits (LTCP_FIN ...)
 * @retrans: sent: how often it was sent again, saturating
 * @seg: sent: LTCP_SEG_*
 * @has_ts: received: the segment has a timestamps option
 * @ack: received: acknowledgment number
 * @sent_us: sent: time of the last transmission, ltcp_clock_us()
 * @list: sent: ring of ls->sent, or of ls->lost if LTCP_SEG_LOST, or none
 * @tsval: received: timestamp of the sender, if @has_ts
 * @ip_flags: received: IPCB(skb)->flags, in its very place, since
 *	xfrm4_policy_check() reads it there; IPv6: IP6CB(skb)->nhoff
 * @wnd: received: window field, not scaled
 * @tsecr: received: timestamp it echoes, if @has_ts
 * @ecn: received: INET_ECN_*, of its IP header
 * @recent: first of a block that came early: in ls->ooo_recent
 * @more: and the segment after it, or NULL
 * @last: and the last one of the block, or NULL if there is no other
 */
struct ltcp_skb_cb {
	u32 seq;
	u32 end_seq;
	u8 flags;
	u8 retrans;
	u8 seg;
	u8 has_ts;
	u32 ack;
	union {
		struct {
			u64 sent_us;
			struct list_head list;
		};
		struct {
			u32 tsval;
			u16 ip_flags;
			u16 wnd;
			u32 tsecr;
			u8 ecn;
		};
		struct {
			struct hlist_node recent;
			struct sk_buff *more;
			struct sk_buff *last;
		};
	};
};

static inline struct ltcp_skb_cb *ltcp_cb(const struct sk_buff *skb)
{
	return (struct ltcp_skb_cb *)skb->cb;
}

static inline struct sk_buff *ltcp_cb_skb(struct ltcp_skb_cb *cb)
{
	return container_of((void *)cb, struct sk_buff, cb);
}

/* Sequence numbers that a segment takes. */
static inline u32 ltcp_cb_len(const struct ltcp_skb_cb *cb)
{
	return cb->end_seq - cb->seq;
}

/*
 * The timers that share the connection's one struct timer_list. Those of a pair
 * exclude each other: to arm one stops the other.
 */
enum ltcp_timer {
	LTCP_TIMER_REORDER,	/* RFC 8985 6.2: something may be lost now */
	LTCP_TIMER_TLP,		/* RFC 8985 7.2; before the next one */

	LTCP_TIMER_RETRANS,	/* RFC 6298; SYN and FIN too */
	LTCP_TIMER_PERSIST,	/* zero window, RFC 9293 3.8.6.1 */

	LTCP_TIMER_DELACK,	/* RFC 9293 3.8.6.3 */
	LTCP_TIMER_UNUSED,

	LTCP_TIMER_KEEPALIVE,	/* RFC 9293 3.8.4 */
	LTCP_TIMER_FINWAIT2,	/* orphan that waits for the peer's FIN */

	LTCP_NR_TIMERS,
};

/* Bits of sk->sk_tsq_flags: work left to release_sock(). [atomic] */
enum ltcp_deferred {
	LTCP_DEFER_TIMER,	/* the timer fired while a user had the lock */
	LTCP_DEFER_PMTU,	/* ICMP told a new path MTU */
	LTCP_DEFER_PACING,	/* the time to send on had come */
	LTCP_DEFER_ACK,		/* an ACK has waited for others */
	LTCP_THROTTLED,		/* no work yet: packets wait below */
	LTCP_UNTHROTTLE,	/* nor is this: a timer runs for it */
};

/* Loss recovery, engine/recovery.c */
enum ltcp_loss_state {
	LTCP_LOSS_NONE,
	LTCP_LOSS_FAST,		/* fast recovery, RFC 6582, RFC 6675 */
	LTCP_LOSS_RTO,		/* after a retransmission timeout */
};

/* RFC 5682: was the last timeout one too many? */
enum ltcp_frto {
	LTCP_FRTO_NONE,		/* it is not asked, or known */
	LTCP_FRTO_FIRST,	/* the next ACK of new data is the first */
	LTCP_FRTO_NEW,		/* and now new data is sent, to find out */
};

/* ltcp_sock.nagle */
#define LTCP_NODELAY	0x1	/* TCP_NODELAY */
#define LTCP_CORK	0x2	/* TCP_CORK */

/* ltcp_sock.ack_flags */
#define LTCP_ACK_PENDING 0x1	/* something received is not yet acked */
#define LTCP_ACK_NOW	0x2	/* and must not wait */
#define LTCP_ACK_EARLY	0x4	/* or only for others like it */

/* ltcp_sock.rcv.urgent: there is a mark that was not read past, */
#define LTCP_URGENT_MARK 1
#define LTCP_URGENT_READ 2	/* and MSG_OOB has fetched its octet */

/**
 * struct ltcp_accept - what only a listener has, since its first listen()
 * @node: in the table of listeners; under ltcp_listen_lock, read under RCU.
 *	  Not sk->sk_node, which a reader of the connection table may follow
 * @sk: the listener [c]
 * @first: queue of finished connections, by ltcp_sock.accept_next, the oldest
 *	   first [a]
 * @last: its end, if there is a @first [a]
 * @lock: the accept lock; taken in softirq; inside it nothing is locked
 * @len: length of the queue; also read without the lock [o]
 * @halfopens: half-open entries of this listener [atomic]
 * @flooded: jiffies when @halfopens last were too many; 0: never [o]
 * @cookies: jiffies when a SYN cookie was last sent; 0: never [o]
 * @open: listen() succeeded and the listener is not being closed [a]
 *
 * It lives as long as the socket, since who found a listener under RCU may
 * still look at it when that has been closed and does something else.
 */
struct ltcp_accept {
	struct hlist_node node;
	struct sock *sk;
	struct ltcp_sock *first;
	struct ltcp_sock *last;
	spinlock_t lock;	/* see above */
	u32 len;
	atomic_t halfopens;
	u32 flooded;
	u32 cookies;
	bool open;
};

/*
 * struct ltcp_sock - one connection or listener
 *
 * The variables of RFC 9293 3.3.1 stand in @snd and @rcv under their own
 * names. All sequence numbers are host order.
 */
struct ltcp_sock {
	struct inet_sock inet;		/* must be first */

	/* Of every segment, sent or received. */
	/*
	 * [o] of the wire, set before the socket is in the connection table: an
	 * AF_INET6 socket may talk IPv4
	 */
	const struct ltcp_af_ops *af;
	u32 write_seq;		/* [s] end of what is queued; [o] in poll */
	u32 copied_seq;		/* [s] next octet for the user; [o] in poll */
	u32 last_rcv;		/* [s] jiffies of the last segment received */
	u32 last_snd;		/* [s] jiffies of the last data sent */
	struct {
		u32 una;	/* [s] oldest octet not acked; [o] in /proc */
		u32 nxt;	/* [s] next octet to send; [o] in poll */
		u32 wnd;	/* [s] window of the peer, octets, scaled */
		u32 wl1;	/* [s] SEG.SEQ of the last window update */
		u32 wl2;	/* [s] SEG.ACK of the last window update */
		u32 max_wnd;	/* [s] largest window the peer ever offered */
		u32 sml;	/* [s] end of the last small segment sent */
		u32 iss;	/* [c] initial send sequence number */
		u32 laps;	/* [s] how often @una has come round to @iss */
		u32 up;		/* [s] octet after urgent data, if @urgent */
		u8 wscale;	/* [s] shift of the windows the peer sends */
		u8 urgent;	/* [s] not all of it may be acked */
		u16 goal;	/* [s] octets that are queued in one skb: a
				 *     multiple of @mss
				 */
	} snd;
	struct {
		u32 nxt;	/* [s] next octet expected; [o] in poll */
		u32 adv;	/* [s] right edge of the window we offered */
		u32 acked;	/* [s] RCV.NXT in the last ACK we sent */
		u32 irs;	/* [s] initial receive sequence number */
		u32 laps;	/* [s] how often @nxt has come round to it */
		u32 mss;	/* [s] guess of the peer's segment size */
		u32 space;	/* [s] most that was read in a round trip */
		u32 taken;	/* [s] copied_seq when this round trip began */
		u32 taken_us;	/* [s] and when that was, ltcp_clock_us() */
		u32 up;		/* [s] last urgent octet, if @urgent; [o] in
				 *     poll
				 */
		u8 wscale;	/* [s] shift of the windows we send */
		u8 urgent;	/* [s] LTCP_URGENT_*, or 0; [o] in poll */
		u16 icmp_mtu;	/* [o] path MTU told by ICMP, for later */
	} rcv;
	struct {
		u32 recent;	/* [s] TS.Recent: timestamp to echo */
		u32 recent_s;	/* [s] when it was set, seconds */
		u32 offset;	/* [s] of our timestamps to the clock */
	} ts;			/* RFC 7323, if @ts_ok */
	u32 mss;		/* [s] payload octets of a full segment */
	u32 pmtu;		/* [s] path MTU, octets */

	u8 ack_flags;		/* [s] LTCP_ACK_* */
	u8 quickack;		/* [s] segments still acked at once */
	u8 nagle;		/* [s] LTCP_NODELAY, LTCP_CORK */
	u8 timers;		/* [s] bit set of enum ltcp_timer */
	u8 loss;		/* [s] enum ltcp_loss_state */
	u8 dupacks;		/* [s] in a row, saturating */
	u8 retries;		/* [s] timeouts in a row without progress */
	u8 probes;		/* [s] unanswered window or keepalive probes */
	u8 cwnd_limited:1;	/* [s] cwnd held back the last send */
	u8 ts_ok:1;		/* [s] timestamps: agreed on, or asked for */
	u8 sack_ok:1;		/* [s] likewise SACK-permitted */
	u8 active_from_listen:1; /* [s] LTCP_ACTIVE_FROM_LISTEN */
	u8 tw_taken:1;		/* [s] a TIME_WAIT entry gave way to us */
	u8 persisting:1;	/* [s] data waits for a closed window */
	u8 dsack_due:1;		/* [s] the next ACK reports @dsack */
	u8 tlp_out:1;		/* [s] a loss probe is unanswered */
	u8 tlp_again:1;		/* [s] and is a retransmission */
	u8 undo_ok:1;		/* [s] the last episode can be undone */
	u8 undo_ts:1;		/* [s] @undo.ts waits for its first ACK */
	u8 frto:2;		/* [s] enum ltcp_frto */
	u8 ecn_ok:1;		/* [s] ECN: agreed on, or asked for */
	u8 ecn_seen:1;		/* [s] the peer's data has come with ECT */
	u8 ecn_echo:1;		/* [s] we have a mark to tell: ECE */
	u8 ecn_cwr:1;		/* [s] we have a reduction to tell: CWR */
	u8 ecn_low:1;		/* [s] cwnd fell for a mark in this window */
	u8 mtu_on:1;		/* [s] the path MTU is searched for */
	u8 recorded:1;		/* [s] control/history.c has a history */
	u8 defer_accept;	/* [o] TCP_DEFER_ACCEPT, in rounds of SYN-ACKs;
				 *     0: off
				 */
	u32 deadline[LTCP_NR_TIMERS / 2]; /* [s] jiffies, low 32 bits: see
					   *     ltcp_timer_slot()
					   */

	/*
	 * What is unsent stands in sk->sk_write_queue, what was sent and is
	 * neither acknowledged nor SACKed in sk->tcp_rtx_queue: engine/rtx.c
	 */
	struct ltcp_skb_cb *sent;	/* [s] on its way, by time sent: the
					 *     first of a ring
					 */
	struct rb_root sacked_queue;	/* [s] sent and SACKed, by seq */
	struct rb_root ooo_queue;	/* [s] received early: engine/ooo.c */
	struct hlist_head ooo_recent;	/* [s] the same, the latest first */
	u32 sacked_out;		/* [s] octets that arrived, beyond SND.UNA */
	u32 lost_out;		/* [s] octets that are lost, not sent again */
	u32 retrans_out;	/* [s] octets on their way once more */
	u32 sack_high;		/* [s] highest SACKed or acked: RACK.fack */
	struct ltcp_rtt rtt;	/* [s] */
	u32 tlp_seq;		/* [s] TLP.end_seq, if @tlp_out */
	struct ltcp_rack rack;	/* [s] RFC 8985 */
	struct ltcp_cong cong;	/* [s] */

	/* While something is being repaired. */
	struct ltcp_skb_cb *lost;	/* [s] to be sent again, in order: the
					 *     first of a ring
					 */
	u32 recover;		/* [s] RFC 6582 3.2, RFC 6675 RecoveryPoint */
	struct ltcp_prr prr;	/* [s] RFC 6937, if @loss is LTCP_LOSS_FAST */
	struct {
		u32 cwnd;	/* [s] when the episode began */
		u32 ssthresh;	/* [s] likewise */
		u32 una;	/* [s] SND.UNA likewise */
		u32 resent;	/* [s] octets sent again since, less those
				 *     that the peer says came twice
				 */
		u32 ts;		/* [s] timestamp of the first of those */
	} undo;			/* if @undo_ok: engine/undo.c */
	struct ltcp_sack dsack;	/* [s] duplicate to tell, if @dsack_due */
	u32 ecn_high;		/* [s] end of that window, if @ecn_low */
	u32 total_retrans;	/* [s] segments, for TCP_INFO */
	u32 challenge_stamp;	/* [s] jiffies of the last challenge ACK */
	u32 stalled_since;	/* [s] jiffies: first timeout or probe without
				 *     progress, if @retries or @probes; or the
				 *     window was closed, if @persisting
				 */

	/* What the user asked for; 0: the namespace's setting. */
	u16 keepalive_time;	/* [s] seconds */
	u16 keepalive_intvl;	/* [s] seconds */
	u8 keepalive_probes;	/* [s] */
	u8 syn_retries;		/* [s] */
	s8 linger2;		/* [s] seconds; negative: no FIN_WAIT_2 */
	u16 mss_peer;		/* [s] MSS option of the peer, or default */
	u16 mss_user;		/* [s] TCP_MAXSEG, 0: not set */
	u32 user_timeout;	/* [s] milliseconds */
	u32 window_clamp;	/* [s] octets, 0: none */
	u32 notsent_lowat;	/* [o] TCP_NOTSENT_LOWAT, octets, 0: none */

	/* Once in the life of a connection. */
	u32 state_since;	/* [o] ktime_get_seconds() of the last change
				 *     of state
				 */
	struct ltcp_extra *extra;	/* [s] engine/extra.h, or NULL */
	struct ltcp_port *port;		/* [p] bucket of the local port */
	union {
		struct ltcp_accept *accept;	/* [c] since the first listen()
						 */
		struct ltcp_sock *accept_next;	/* [a] of the listener, until
						 *     accept()
						 */
	};
};

/* What struct inet_sock leaves of a connection's memory: performance.rst */
static_assert(sizeof(struct ltcp_sock) <= sizeof(struct inet_sock) + 440);

static inline struct ltcp_sock *ltcp_sk(const struct sock *sk)
{
	return (struct ltcp_sock *)sk;
}

/* Microseconds, monotonic: RTT samples and segment stamps. */
static inline u64 ltcp_clock_us(void)
{
	return div_u64(ktime_get_ns(), NSEC_PER_USEC);
}

/* Our timestamp clock, RFC 7323 5.4: milliseconds. */
static inline u32 ltcp_clock_ts_at(ktime_t now)
{
	return div_u64(ktime_to_ns(now), NSEC_PER_MSEC);
}

static inline u32 ltcp_clock_ts(void)
{
	return ltcp_clock_ts_at(ktime_get());
}

static inline u32 ltcp_jiffies32(void)
{
	return (u32)jiffies;
}

/* Octets the peer may still send by what we told it (RCV.WND). */
static inline u32 ltcp_rcv_wnd(const struct ltcp_sock *ls)
{
	s32 wnd = ls->rcv.adv - ls->rcv.nxt;

	return wnd > 0 ? wnd : 0;
}

/* Octets sent and not acknowledged. */
static inline u32 ltcp_flight(const struct ltcp_sock *ls)
{
	return ls->snd.nxt - ls->snd.una;
}

/*
 * Octets that are on their way, as far as is known: "pipe" of RFC 6675. Without
 * SACK what has arrived is a guess, and may be too much.
 */
static inline u32 ltcp_pipe(const struct ltcp_sock *ls)
{
	u32 gone = ls->sacked_out + ls->lost_out;
	u32 flight = ltcp_flight(ls);

	return flight > gone ? flight - gone : 0;
}

/* Octets of ours that the peer acknowledged; SYN and FIN are two of them. */
static inline u64 ltcp_bytes_acked(const struct ltcp_sock *ls)
{
	return (u64)ls->snd.laps << 32 | (u32)(ls->snd.una - ls->snd.iss);
}

/* End of the data received in order: the FIN is none. */
static inline u32 ltcp_rcv_end(const struct sock *sk)
{
	return READ_ONCE(ltcp_sk(sk)->rcv.nxt) - sock_flag(sk, SOCK_DONE);
}

/* Octets of payload received in order. */
static inline u64 ltcp_bytes_received(const struct sock *sk)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);
	u64 all = (u64)ls->rcv.laps << 32 | (u32)(ls->rcv.nxt - ls->rcv.irs);

	/* The SYN is none, and neither is the FIN. */
	return all ? all - 1 - sock_flag(sk, SOCK_DONE) : 0;
}

/* Must the caller hold the socket, and does it? */
static inline void ltcp_owned(const struct sock *sk)
{
	sock_owned_by_me(sk);
}

/*
 * engine/state.c: the life of a connection
 */

/*
 * @event happened: to the state that the table in engine/fsm.c leads to. The
 * only place that writes sk->sk_state; warns of an event that the state does
 * not know, and leaves it. [s]
 */
void ltcp_change_state(struct sock *sk, enum ltcp_event event);

/*
 * Out of all tables, timers off, CLOSE, to which @event must lead. An orphan
 * is destroyed. [s]
 */
void ltcp_done(struct sock *sk, enum ltcp_event event);

/*
 * The connection died of @event: report @err (a positive errno; 0: none),
 * wake. [s]
 */
void ltcp_fail(struct sock *sk, enum ltcp_event event, int err);

/* Send RST if the state asks for one, then ltcp_fail(). [s] */
void ltcp_abort(struct sock *sk, int err);

/*
 * @event was the last of both FINs and their ACKs: leave a TIME_WAIT entry
 * behind, then ltcp_done(). [s]
 */
void ltcp_time_wait(struct sock *sk, enum ltcp_event event);

/* FIN_WAIT_2 without a user is bounded by TCP_LINGER2 or fin_timeout. [s] */
void ltcp_orphan_fin_wait2(struct sock *sk);

/* Last steps of a closed and dead socket; puts the creation reference. */
void ltcp_destroy(struct sock *sk);

/* @sk, dead, is one orphan too many, or memory is out: kill it. [s] */
bool ltcp_orphan_excess(struct sock *sk);

/*
 * engine/input.c, ack.c, reasm.c: segments come in. Loss recovery is in
 * engine/loss.h.
 */

/*
 * Segment for a connection, locked by the caller: from softirq, or from the
 * backlog. skb->data is at the TCP header. Eats skb. Returns 0.
 */
int ltcp_rcv(struct sock *sk, struct sk_buff *skb);

/**
 * ltcp_drop() - the one way a received segment dies
 * @net: namespace
 * @skb: segment; freed
 * @reason: a LTCP_MIB_Drop* counter
 */
void ltcp_drop(const struct net *net, struct sk_buff *skb,
	       enum ltcp_mib reason);

/* The same for a segment that @sk has refused: its history tells. [s] */
void ltcp_drop_from(struct sock *sk, struct sk_buff *skb,
		    enum ltcp_mib reason);

/* SEG.ACK, SEG.WND: RFC 9293 3.10.7.4 fifth. False: drop the segment. [s] */
bool ltcp_ack(struct sock *sk, const struct sk_buff *skb, u32 payload);

/* RFC 7323 5.3, R3: TS.Recent follows a segment that was accepted. [s] */
void ltcp_ts_accept(struct ltcp_sock *ls, const struct ltcp_skb_cb *cb);

/* RFC 7323 4: feed what TSecr says of the round trip, or 0. [s] */
u32 ltcp_ts_sample(struct sock *sk, const struct ltcp_skb_cb *cb);

/* Can SEG.ACK be true? RFC 5961 5.2, and no ghosts. [s] */
bool ltcp_ack_in_range(const struct ltcp_sock *ls, u32 ack);

/* Octets before SND.UNA that an ACK may still speak of: RFC 5961 5.2 */
u32 ltcp_ack_age(const struct ltcp_sock *ls);

/* RFC 5961: tell the peer where we stand, at a limited rate. [s] */
void ltcp_challenge_ack(struct sock *sk);

/* Payload and FIN: RFC 9293 3.10.7.4 seventh and eighth. Eats skb. */
void ltcp_reasm(struct sock *sk, struct sk_buff *skb);

/*
 * engine/ooo.c: what came early, and how the peer hears of it
 */
void ltcp_ooo_init(struct ltcp_sock *ls);

/* Queue @skb, charged to @sk; eats it. False: all of it was there. [s] */
bool ltcp_ooo_add(struct sock *sk, struct sk_buff *skb);

/*
 * Take out the block that begins at or before RCV.NXT, if there is one: its
 * segments, in order and linked by ->next. [s]
 */
struct sk_buff *ltcp_ooo_take(struct sock *sk);

/* Take out the segment farthest ahead, unless it begins before @seq. [s] */
struct sk_buff *ltcp_ooo_take_last(struct sock *sk, u32 seq);
void ltcp_ooo_purge(struct sock *sk);

/* @start to @end came twice: RFC 2883. [s] */
void ltcp_dsack_set(struct sock *sk, u32 start, u32 end);

/* Is there anything to report? [s] */
static inline bool ltcp_sacks_due(const struct ltcp_sock *ls)
{
	return ls->dsack_due || !hlist_empty(&ls->ooo_recent);
}

/* What to report, in @most blocks: RFC 2018 4, RFC 2883 4. [s] */
unsigned int ltcp_sacks_fill(const struct ltcp_sock *ls,
			     struct ltcp_sack *sacks, unsigned int most);

/*
 * engine/output.c: the one decision what to send, and the one builder
 */

/**
 * ltcp_output() - send what may be sent now
 * @sk: socket, locked [s]
 *
 * Looks at window, cwnd, Nagle (RFC 9293 3.7.4) and silly window avoidance
 * (3.8.6.2.1), and arms the retransmission or persist timer.
 */
void ltcp_output(struct sock *sk);

/* Data or FIN that Nagle or cork holds back goes out too. [s] */
void ltcp_output_push(struct sock *sk);

/* SYN (active open) is queued and sent. -ENOBUFS: no memory [s] */
int ltcp_send_syn(struct sock *sk);

/*
 * The timer of a SYN that was never sent, since quiet_time_ms was not over:
 * send it now, or wait on. False: it was sent before. [s]
 */
bool ltcp_send_late_syn(struct sock *sk);

/* FIN joins the queue behind the data, and goes out as soon as it may. [s] */
void ltcp_send_fin(struct sock *sk);

/* An ACK with nothing else, now. [s] */
void ltcp_send_ack(struct sock *sk);

/* <SEQ=SND.NXT><CTL=RST,ACK>: this side gives up. [s] */
void ltcp_send_rst(struct sock *sk);

/* SND.UNA - 1 without data: keepalive or zero-window probe. [s] */
void ltcp_send_probe(struct sock *sk);

/*
 * Send the first segment that is lost, or else the first of all, or as much of
 * it as is one segment, again, whatever the windows say. [s]
 */
void ltcp_retransmit(struct sock *sk);

/*
 * One more segment, for the loss probe: the next that is unsent, or else the
 * last one again. 0: new, 1: again, or negative errno. [s]
 */
int ltcp_send_one_more(struct sock *sk);

/* Recompute ls->mss from path MTU, the peer's MSS and TCP_MAXSEG. [s] */
void ltcp_sync_mss(struct sock *sk, u32 pmtu);

/* Payload of a segment that fills @mtu, by all but min_snd_mss. [s] */
u32 ltcp_mtu_payload(const struct ltcp_sock *ls, u32 mtu);

/* ICMP told rcv.icmp_mtu: smaller segments, and the lost one again. [s] */
void ltcp_mtu_reduced(struct sock *sk);

/*
 * Empty segment for the send queue: headroom reserved, memory charged to the
 * socket by ltcp_tx_entail(). NULL: over the limits, or no memory. [s]
 */
struct sk_buff *ltcp_tx_alloc(struct sock *sk, gfp_t gfp);

/* May the send queues grow by @size octets? mem, with wmem[0] granted. [s] */
bool ltcp_wmem_schedule(struct sock *sk, int size);

/* Let the send buffer follow cwnd, up to wmem[2]. [s] */
void ltcp_grow_sndbuf(struct sock *sk);

/* Append to sk_write_queue at write_seq and charge its truesize. [s] */
void ltcp_tx_entail(struct sock *sk, struct sk_buff *skb);

/* Free a segment of ours, unlinked, and give its memory back. [s] */
void ltcp_tx_free(struct sock *sk, struct sk_buff *skb);

/*
 * Cut @skb after @len octets of payload. Returns the rest, which is in no queue
 * yet, or NULL if there is no memory. [s]
 */
struct sk_buff *ltcp_tx_split(struct sock *sk, struct sk_buff *skb, u32 len);

/* All queues of the sender. [s] */
void ltcp_tx_purge(struct sock *sk);

/*
 * engine/pacing.c: what may go out by now. All [s], but for the last.
 */

/* Must the next segment wait? Then ltcp_output() will be called in time. */
bool ltcp_pacing_holds(struct sock *sk);

/* @len octets of payload have gone out. */
void ltcp_pacing_sent(struct sock *sk, u32 len);

/* The most octets that should go out together. */
u32 ltcp_pacing_burst(const struct sock *sk);

/* The window or the round trip has changed. */
void ltcp_pacing_rate(struct sock *sk);

/* The wait is over. */
void ltcp_pacing_due(struct sock *sk);

/* Nothing more will be sent for now. */
void ltcp_pacing_stop(struct sock *sk);

/*
 * engine/extra.c: what only some connections need. The connection goes, a grace
 * period after the last reference.
 */
void ltcp_extra_free(struct sock *sk);

/*
 * engine/throttle.c: what waits below the socket
 */

/* So much that @skb must wait? Then ltcp_output() will be called. [s] */
bool ltcp_throttled(struct sock *sk, const struct sk_buff *skb);

/* Should the end of what is queued wait for that? Likewise. [s] */
bool ltcp_autocork(struct sock *sk);

/* A packet of @sk is freed. Any context, even without a reference. */
void ltcp_throttle_freed(struct sock *sk);

/*
 * engine/ack_compress.c: ACKs of early segments that stand for several
 */

/* May the ACK that is due wait for others? Then it will be sent in time. [s] */
bool ltcp_ack_compress(struct sock *sk);

/* It has waited long enough. [s] */
void ltcp_ack_compressed(struct sock *sk);

/*
 * engine/urgent.c: the urgent mark of each direction
 */

/* All that is queued by now is urgent. [s] */
void ltcp_urgent_send(struct ltcp_sock *ls);

/* Does urgent data, not acknowledged, reach beyond @seq? [s] */
bool ltcp_urgent_before(struct ltcp_sock *ls, u32 seq);

/* Urgent pointer of a segment that begins at @seq; 0: it has none. [s] */
u16 ltcp_urgent_pointer(struct ltcp_sock *ls, u32 seq);

/* @skb, accepted, has URG: RFC 9293 3.10.7.4, sixth check. [s] */
void ltcp_urgent_rcv(struct sock *sk, const struct sk_buff *skb);

/*
 * engine/ecn.c: Explicit Congestion Notification, RFC 3168. What the sender
 * makes of it is in engine/loss.h.
 */

/* We open: control bits that our SYN has besides. [s] */
u8 ltcp_ecn_ask(struct sock *sk);

/* That SYN goes out again: perhaps someone dislikes those bits. [s] */
void ltcp_ecn_fall_back(struct sock *sk);

/* The peer's SYN, which has @flags, answers ours. [s] */
void ltcp_ecn_answered(struct ltcp_sock *ls, u8 flags);

/* Does @syn ask, and may @listener's children agree? Softirq, under RCU. */
bool ltcp_ecn_asked(const struct sock *listener, const struct sk_buff *syn);

/*
 * Control bits that a segment with @flags has besides. @fresh: it has data that
 * goes out for the first time. [s]
 */
u8 ltcp_ecn_flags(struct ltcp_sock *ls, u8 flags, bool fresh);

/* An acceptable segment with data. It may send the ACK that waits. [s] */
void ltcp_ecn_rcv(struct sock *sk, const struct ltcp_skb_cb *cb);

/*
 * engine/window.c: the receive window
 */

/* Receive window to offer now, octets. Never moves the right edge back. [s] */
u32 ltcp_select_window(struct sock *sk);

/* User took @copied octets: does the peer need to hear of the room? [s] */
void ltcp_window_update(struct sock *sk, u32 copied);

/* copied_seq moved: once a round trip, let the buffer follow the reader. [s] */
void ltcp_rcv_adjust(struct sock *sk);

/* Window in a SYN or SYN-ACK. */
u16 ltcp_syn_window(u32 rcvbuf);

/* The same, and the shift that goes with it. */
void ltcp_init_window(const struct ltcp_net *ln, u32 rcvbuf, u32 *wnd,
		      u8 *wscale);

/*
 * engine/timer.c: one timer for all
 */
void ltcp_timer_init(struct sock *sk);
void ltcp_timer_arm(struct sock *sk, enum ltcp_timer which, u32 delay);
void ltcp_timer_stop(struct sock *sk, enum ltcp_timer which);
void ltcp_timer_stop_all(struct sock *sk);
void ltcp_timer_run(struct sock *sk);

static inline bool ltcp_timer_armed(const struct ltcp_sock *ls,
				    enum ltcp_timer which)
{
	return ls->timers & BIT(which);
}

/* Where its deadline stands in ltcp_sock.deadline. */
static inline unsigned int ltcp_timer_slot(enum ltcp_timer which)
{
	return which / 2;
}

/* struct proto .keepalive: SO_KEEPALIVE went on or off. [s] */
void ltcp_keepalive_set(struct sock *sk, int on);

/* In force for this socket: jiffies, jiffies, count. */
u32 ltcp_keepalive_time(const struct sock *sk);
u32 ltcp_keepalive_intvl(const struct sock *sk);
u32 ltcp_keepalive_probes(const struct sock *sk);

/*
 * engine/reply.c: segments that no connection sends
 */

/**
 * struct ltcp_reply - a segment without a socket
 * @seq: SEG.SEQ
 * @ack: SEG.ACK
 * @wnd: window field, as it goes on the wire
 * @flags: control bits
 * @opt: options; has == 0: none; an MSS is cut to what the interface takes
 * @sk: listener whose TOS, TTL and mark apply, or NULL
 */
struct ltcp_reply {
	u32 seq;
	u32 ack;
	u16 wnd;
	u8 flags;
	struct ltcp_options opt;
	const struct sock *sk;
};

/* From @flow->local to @flow->remote. Any context. Errors are not fatal. */
int ltcp_reply(const struct ltcp_flow *flow, struct ltcp_reply *r, int state);

/* The same, in the memory of the segment @old if that can be. Eats @old. */
int ltcp_reply_in(const struct ltcp_flow *flow, struct ltcp_reply *r,
		  int state, struct sk_buff *old);

/* RST for a segment that belongs nowhere: RFC 9293 3.5.2 group 1. */
void ltcp_reply_rst(const struct ltcp_flow *flow, const struct sk_buff *skb);

/* The same with the timestamp in @opt, if that has one (RFC 7323 3.2). */
void ltcp_reply_rst_with(const struct ltcp_flow *flow,
			 const struct sk_buff *skb,
			 const struct ltcp_options *opt);

/*
 * socket/: system calls
 */
extern struct proto ltcp_prot;
extern struct proto ltcp_prot6;
extern long ltcp_mem[3];	/* pages, of all namespaces: sysctl.c */
int ltcp_proto_init(void);
void ltcp_proto_exit(void);

/* socket() may make our sockets from now on; and no more. */
void ltcp_proto_publish(void);
void ltcp_proto_withdraw(void);

/* socket/proto6.c: the same for AF_INET6; called by those. */
int ltcp_proto6_init(void);
void ltcp_proto6_exit(void);
void ltcp_proto6_publish(void);
void ltcp_proto6_withdraw(void);
extern const struct proto_ops ltcp_stream6_ops;

/* Connections, listeners and orphans of @net. */
static inline int ltcp_prot_inuse(struct net *net)
{
	int n = sock_prot_inuse_get(net, &ltcp_prot);

	if (IS_ENABLED(CONFIG_IPV6))
		n += sock_prot_inuse_get(net, &ltcp_prot6);
	return n;
}

/* What is set once in the life of a socket, and then ltcp_sock_reset(). */
void ltcp_sock_init(struct sock *sk);

/* The variables of a connection, as before its first SYN. [s] */
void ltcp_sock_reset(struct sock *sk);

/* Attach congestion control @name, or reno if that is gone. [s] */
void ltcp_cong_start(struct sock *sk, const char *name);

int ltcp_sendmsg(struct sock *sk, struct msghdr *msg, size_t len);
int ltcp_recvmsg(struct sock *sk, struct msghdr *msg, size_t len, int flags);
__poll_t ltcp_poll(struct file *file, struct socket *sock,
		   struct poll_table_struct *wait);
bool ltcp_stream_memory_free(const struct sock *sk, int wake);
bool ltcp_sock_is_readable(struct sock *sk);

/* Send buffer space became free: wake writers that can use it. [s] */
void ltcp_write_space(struct sock *sk);

/* Octets of contiguous data for the user. [s] */
u32 ltcp_inq(struct sock *sk);
int ltcp_peek_len(struct socket *sock);

/* struct proto_ops .set_rcvlowat: SO_RCVLOWAT. [s] */
int ltcp_set_rcvlowat(struct sock *sk, int val);

/* SIOCINQ, SIOCOUTQ, SIOCOUTQNSD, SIOCATMARK; else -ENOIOCTLCMD. Locks. */
int ltcp_ioctl_value(struct sock *sk, int cmd, int *value);
int ltcp_setsockopt(struct sock *sk, int level, int optname,
		    sockptr_t optval, unsigned int optlen);
int ltcp_getsockopt(struct sock *sk, int level, int optname,
		    char __user *optval, int __user *optlen);

/* TCP_INFO. What is not known stays zero. [s] */
void ltcp_fill_info(struct sock *sk, struct tcp_info *info);

/*
 * socket/memory.c: what sockets are charged for
 */

/* Should buffers and windows not grow: for all sockets, or its memcg? */
bool ltcp_memory_pressure(const struct sock *sk);

/* Pages that all sockets together are charged for. */
long ltcp_mem_pages(void);

/* No socket is left: warn if anything is charged still. */
void ltcp_mem_check(void);

/* @sk was accepted: from now on it costs the memcg of this process. [s] */
void ltcp_memcg_adopt(struct sock *sk);

#endif /* _LTCP_H */
