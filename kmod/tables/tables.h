/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_TABLES_H
#define _LTCP_TABLES_H

/*
 * What tables/ offer the rest: who a segment is for.
 */

#include "ltcp.h"

/*
 * tables/conn.c: connections by their four names. Read under RCU without a
 * reference: sockets are freed after a grace period (SOCK_RCU_FREE).
 */
int ltcp_conn_init(void);
void ltcp_conn_exit(void);

/* Keyed hash (SipHash, a secret of the namespace) of the 4-tuple. */
u64 ltcp_flow_hash64(const struct ltcp_flow *flow);

/* The lower half of it: what the tables go by. */
u32 ltcp_flow_hash(const struct ltcp_flow *flow);

/* Under rcu_read_lock(). The caller locks and calls ltcp_conn_match(). */
struct sock *ltcp_conn_lookup(const struct ltcp_flow *flow);

/* Is @sk (still) the connection that @flow names? */
bool ltcp_conn_match(const struct sock *sk, const struct ltcp_flow *flow);

/*
 * Make @sk findable under its addresses and ports, if no other connection
 * has them. Sets sk->sk_hash. Returns 0 or -EADDRNOTAVAIL. [s]
 */
int ltcp_conn_insert(struct sock *sk);

/* Harmless when @sk is not in the table. [s] */
void ltcp_conn_remove(struct sock *sk);

/*
 * Walk for /proc and for tests: calls @fn for each socket of @net, under the
 * bucket lock, bottom halves off. Starts at bucket *@pos and stops behind the
 * bucket in which @fn first returned false; *@pos then says where to go on.
 * That bucket is walked to its end all the same: a reader that had no room for
 * all of it sets *@pos back by one. Returns false when the table is through.
 * The other *_walk() functions do likewise.
 */
bool ltcp_conn_walk(const struct net *net, unsigned int *pos,
		    bool (*fn)(struct sock *sk, void *arg), void *arg);

/*
 * tables/port.c: local ports, and who may share them
 */
int ltcp_port_init(void);
void ltcp_port_exit(void);

/* struct proto .get_port: bind(). 0: choose one. Returns 0 or -EADDRINUSE,
 * which the socket layer maps. [s]
 */
int ltcp_port_bind(struct sock *sk, unsigned short port);

/*
 * connect() without bind(): choose an ephemeral port by RFC 6056 3.3.4
 * (double hash, random increments) that is free towards this destination,
 * and insert @sk in the connection table. With a bound port: insert only.
 * Returns 0 or -EADDRNOTAVAIL. If a TIME_WAIT entry gave way (tw_reuse), our
 * sequence numbers must start later than *@isn, else that stays as it was. [s]
 */
int ltcp_port_connect(struct sock *sk, u32 *isn);

/* @child of a listener uses the listener's port. [s of child] */
int ltcp_port_inherit(struct sock *child, const struct sock *listener);

/* @sk lets go of its port. Harmless when it has none. [s] */
void ltcp_port_release(struct sock *sk);

/*
 * TIME_WAIT entries hold the port too. get: called while @sk still holds it.
 * put: any context.
 */
struct ltcp_port *ltcp_port_tw_get(const struct sock *sk);
void ltcp_port_tw_put(struct ltcp_port *port);
struct net *ltcp_port_net(const struct ltcp_port *port);

/*
 * tables/listen.c: listeners, and their queues of finished connections
 */

/* 0, -EADDRINUSE or -ENOMEM [s] */
int ltcp_listen_start(struct sock *sk);
void ltcp_listen_stop(struct sock *sk);

/* The socket goes, a grace period after the last reference. */
void ltcp_accept_free(struct sock *sk);

/* Like stop, but the state is left to the caller. [s] */
void ltcp_listen_shut(struct sock *sk);

/* Most specific listener for @flow; under rcu_read_lock(). */
struct sock *ltcp_listen_lookup(const struct ltcp_flow *flow);

/* Segment for a listener that no half-open entry took. Eats skb. */
void ltcp_listen_rcv(struct sock *sk, const struct ltcp_flow *flow,
		     struct sk_buff *skb, u32 tw_isn);
bool ltcp_accept_full(const struct sock *sk);

/* The accept queue is full for @skb, which completes @o. Eats skb. */
struct ltcp_opening;
void ltcp_listen_overflow(const struct ltcp_opening *o, struct sk_buff *skb);

/* Child, established, to its listener's queue. False: listener is gone. */
bool ltcp_accept_add(struct sock *listener, struct sock *child);

/* Oldest finished connection, or NULL. [s of listener] */
struct sock *ltcp_accept_take(struct sock *sk);

bool ltcp_listen_walk(const struct net *net, unsigned int *pos,
		      bool (*fn)(struct sock *sk, void *arg), void *arg);

/*
 * tables/child.c: from an opening to a connection
 */

/**
 * struct ltcp_opening - what a SYN-RECEIVED connection is made of
 * @flow: addresses and ports
 * @iss: our initial sequence number
 * @irs: the peer's
 * @mss: the peer's MSS option, or the default
 * @wnd: window of the peer's SYN
 * @sent_us: ltcp_clock_us() of the SYN-ACK, low 32 bits; 0: ambiguous
 * @ts_recent: timestamp of the peer's SYN, if @ts_ok
 * @ts_offset: of our timestamps
 * @now: ktime_get() when its SYN is answered; 0: that was before
 * @snd_wscale: shift of the windows the peer sends
 * @rcv_wscale: shift of the windows we send
 * @retrans: how often the SYN-ACK was sent again
 * @wscale_ok: window scaling was negotiated
 * @ts_ok: timestamps were negotiated
 * @sack_ok: SACK was negotiated
 * @ecn_ok: ECN was negotiated
 * @by_cookie: nothing is kept but what the SYN-ACK carries
 */
struct ltcp_opening {
	struct ltcp_flow flow;
	u32 iss;
	u32 irs;
	u16 mss;
	u16 wnd;
	u32 sent_us;
	u32 ts_recent;
	u32 ts_offset;
	ktime_t now;
	u8 snd_wscale;
	u8 rcv_wscale;
	u8 retrans;
	u8 wscale_ok:1;
	u8 ts_ok:1;
	u8 sack_ok:1;
	u8 ecn_ok:1;
	u8 by_cookie:1;
};

/*
 * Make the socket, in SYN_RECV and in the connection table. It is returned
 * with bh_lock_sock() and two references: its own and the caller's. NULL: no
 * memory, or the flow is taken. Softirq.
 */
struct sock *ltcp_child_create(const struct sock *listener,
			       const struct ltcp_opening *o);

/*
 * Hand the segment that completed the handshake to @child, and @child to its
 * listener. Eats skb, unlocks, and puts the caller's reference.
 */
void ltcp_child_start(struct sock *listener, struct sock *child,
		      struct sk_buff *skb);

/* Nobody will accept @child: reset it. [s of child] */
void ltcp_child_kill(struct sock *child);

/*
 * tables/synack.c: what an opening answers. Under RCU, nothing locked.
 */

/* What the SYN in @skb, which has @opt, asks of @listener; all but @o->iss. */
void ltcp_opening_init(struct ltcp_opening *o, const struct sock *listener,
		       const struct ltcp_flow *flow, const struct sk_buff *skb,
		       const struct ltcp_options *opt);

/*
 * What the timestamp in @cb, which comes back with a cookie, says of the
 * options of @o. False: it is none of ours.
 */
bool ltcp_opening_restore(struct ltcp_opening *o, const struct sock *listener,
			  const struct ltcp_skb_cb *cb);

/*
 * <SEQ=ISS><ACK=IRS+1><CTL=SYN,ACK>. Eats @syn, the segment that it answers, if
 * that is not needed any more; NULL otherwise.
 */
void ltcp_synack_send(const struct sock *listener,
		      const struct ltcp_opening *o, struct sk_buff *syn);

/* <SEQ=ISS+1><ACK=IRS+1><CTL=ACK>: this is where we stand. */
void ltcp_synack_remind(const struct sock *listener,
			const struct ltcp_opening *o);

/* <SEQ=ISS+1><CTL=RST>: we gave up. */
void ltcp_synack_reset(const struct sock *listener,
		       const struct ltcp_opening *o);

/* RST for @skb, as the peer of @o expects it. Does not eat skb. */
void ltcp_synack_refuse(const struct ltcp_opening *o,
			const struct sk_buff *skb);

/* Jiffies from the @n-th SYN-ACK (0: the first) to the next, or to the end. */
u32 ltcp_synack_wait(const struct sock *listener, unsigned int n);

/*
 * After @retrans SYN-ACKs more than the first one, and the wait for an ACK: is
 * that all? @there: there was one, but it was not enough.
 */
bool ltcp_synack_over(const struct sock *listener, u8 retrans, bool there);

/*
 * tables/halfopen.c: SYNs that await the last ACK
 */
int ltcp_halfopen_init(void);
void ltcp_halfopen_exit(void);

/**
 * struct ltcp_halfopen_terms - what goes for an entry beside its opening
 * @quota: what ltcp_quota_syn() said
 * @reopens: a TIME_WAIT entry gave way to it
 * @toss: in a full row, make room
 */
struct ltcp_halfopen_terms {
	u8 quota;
	bool reopens;
	bool toss;
};

/*
 * Make an entry of @o for @listener, and answer @syn with SYN-ACK: that eats
 * it. Else -EEXIST: there is one, -ENOSPC: the row is full, -ENOMEM, or
 * -EINVAL: listener is closing. Softirq.
 */
int ltcp_halfopen_add(struct sock *listener, const struct ltcp_opening *o,
		      const struct ltcp_halfopen_terms *terms,
		      struct sk_buff *syn);

/* True: an entry took the segment (and skb is eaten). Softirq, under RCU. */
bool ltcp_halfopen_rcv(const struct ltcp_flow *flow, struct sk_buff *skb);

/*
 * ICMP quotes a SYN-ACK with sequence number @seq: is it that of @flow's
 * entry? A hard error takes the entry away.
 */
bool ltcp_halfopen_icmp(const struct ltcp_flow *flow, u32 seq, bool hard);
void ltcp_halfopen_purge_listener(struct sock *listener);

struct ltcp_halfopen_info {
	const void *id;		/* which one, as long as it lives */
	struct ltcp_flow flow;
	u32 expires;		/* jiffies of the next retransmission */
	u8 retrans;
	kuid_t uid;
};

bool ltcp_halfopen_walk(const struct net *net, unsigned int *pos,
			bool (*fn)(const struct ltcp_halfopen_info *i,
				   void *arg), void *arg);

/* Is there an entry of @flow? If so, fill *@i, and @remove it. */
bool ltcp_halfopen_find(const struct ltcp_flow *flow,
			struct ltcp_halfopen_info *i, bool remove);

/*
 * tables/quota.c: what one source may cost
 */
int ltcp_quota_init(void);
void ltcp_quota_exit(void);

#define LTCP_QUOTA_FULL		(-1)	/* answer, but no entry */
#define LTCP_QUOTA_SILENT	(-2)	/* not even an answer */

/*
 * May @flow's SYN be answered, and if so wanted, have an entry? If so, the
 * number for ltcp_quota_end(), 0 to 128; else LTCP_QUOTA_*. Softirq.
 */
int ltcp_quota_syn(const struct ltcp_flow *flow, bool entry);

/* May an answer for @flow be sent once more? */
bool ltcp_quota_again(const struct ltcp_flow *flow);

/*
 * An entry that got number @quota is gone. @proved: so many answers went to a
 * peer that is where it says it is.
 */
void ltcp_quota_end(const struct ltcp_flow *flow, u8 quota, u8 proved);

/*
 * tables/flood.c: when SYNs are too many
 */
void ltcp_flood_net_init(struct ltcp_net *ln);

/* Has @sk room for one more half-open entry? If not, that is noted. */
bool ltcp_flood_room(struct sock *sk, const struct ltcp_flow *flow);

/* More came than there is room for: tell it, but not each time. */
void ltcp_flood_note(struct sock *sk, const struct ltcp_flow *flow);

/* Were the half-open entries of @sk too many within the last minute? */
bool ltcp_flooded(const struct sock *sk);

/* Answer @syn, which @o is of, with a cookie, and forget it. Eats @syn. */
void ltcp_cookie_send(struct sock *listener, struct ltcp_opening *o,
		      struct sk_buff *syn);

/* True: an ACK, it brings a cookie of ours back, and skb is eaten. */
bool ltcp_cookie_rcv(struct sock *listener, const struct ltcp_flow *flow,
		     struct sk_buff *skb);

/*
 * tables/timewait.c: connections that are over but must not be forgotten
 */
int ltcp_tw_init(void);
void ltcp_tw_exit(void);
int ltcp_tw_net_init(struct ltcp_net *ln);
void ltcp_tw_net_exit(struct ltcp_net *ln);

/*
 * @sk reached TIME_WAIT: put an entry in its place, for 2 * msl_ms. The entry
 * is in its table when this returns; the caller then calls ltcp_done().
 * False: max_tw_buckets is 0, or no memory: the connection ends at once. [s]
 */
bool ltcp_tw_enter(struct sock *sk);

/**
 * enum ltcp_tw_verdict - what ltcp_tw_rcv() did
 * @LTCP_TW_NONE: no entry; the segment is untouched
 * @LTCP_TW_EATEN: answered or dropped; the skb is gone
 * @LTCP_TW_SYN: the entry gave way to this SYN (RFC 9293 3.10.7.4 MAY-2);
 *		 give it to a listener, with an ISN later than *@isn
 */
enum ltcp_tw_verdict {
	LTCP_TW_NONE,
	LTCP_TW_EATEN,
	LTCP_TW_SYN,
};

enum ltcp_tw_verdict ltcp_tw_rcv(const struct ltcp_flow *flow,
				 struct sk_buff *skb, u32 *isn);

/*
 * The SYN of an LTCP_TW_SYN opened nothing (its half-open entry was refused,
 * reset or timed out), or that of a connect() did not: the entry is back for
 * the rest of its time, RFC 9293 MAY-2 (2). Harmless for any other @flow.
 */
void ltcp_tw_return(const struct ltcp_flow *flow);

/*
 * connect() wants @flow. -EADDRNOTAVAIL: there is an entry that tw_reuse does
 * not give away. With @isn one that it does gives way, and *@isn is set; until
 * then nothing is changed. ltcp_tw_return() takes that back.
 */
int ltcp_tw_claim(const struct ltcp_flow *flow, u32 *isn);

struct ltcp_tw_info {
	const void *id;		/* which one, as long as it lives */
	struct ltcp_flow flow;
	u32 expires;		/* jiffies */
};

bool ltcp_tw_walk(const struct net *net, unsigned int *pos,
		  bool (*fn)(const struct ltcp_tw_info *i, void *arg),
		  void *arg);

/* Is there an entry of @flow? If so, fill *@i, and end it if @remove. */
bool ltcp_tw_find(const struct ltcp_flow *flow, struct ltcp_tw_info *i,
		  bool remove);

/*
 * ISN for @flow, later than @floor if that is not 0. @now: ktime_get()
 * tables/listen.c
 */
u32 ltcp_isn_for(const struct ltcp_flow *flow, u32 floor, ktime_t now);

/* What @flow's connections add to ltcp_clock_ts(), by a secret. */
u32 ltcp_ts_offset(const struct ltcp_flow *flow);

#endif /* _LTCP_TABLES_H */
