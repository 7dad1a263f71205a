/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_CONTROL_H
#define _LTCP_CONTROL_H

/*
 * What control/ offers the rest: nothing that changes a connection.
 */

#include "ltcp.h"
#include "tables/tables.h"

/*
 * control/trace.c
 */

/* Tracepoint of a valid segment that arrived for something in @state. */
void ltcp_trace_receive(const struct ltcp_flow *flow,
			const struct sk_buff *skb, int state);

/*
 * control/history.c: the last that befell a connection. All [s].
 */

/* A connection begins: record it, if that is asked for and there is room. */
void ltcp_history_begin(struct sock *sk);

/* It goes; its history stays, for some time. Harmless without one. */
void ltcp_history_end(struct sock *sk);

void ltcp_history_keep_state(struct sock *sk, int state, enum ltcp_event event);
void ltcp_history_keep_note(struct sock *sk, enum ltcp_mib item, u32 a, u32 b);

/* It came to @state by @event. */
static inline void ltcp_history_state(struct sock *sk, int state,
				      enum ltcp_event event)
{
	if (unlikely(ltcp_sk(sk)->recorded))
		ltcp_history_keep_state(sk, state, event);
}

/* What is counted as @item happened, at sequence numbers @a and @b. */
static inline void ltcp_history_note(struct sock *sk, enum ltcp_mib item,
				     u32 a, u32 b)
{
	if (unlikely(ltcp_sk(sk)->recorded))
		ltcp_history_keep_note(sk, item, a, b);
}

/* Count what befell @sk, and remember it. [s] */
#define LTCP_NOTE(sk, name) do {					\
	LTCP_INC(sock_net(sk), name);					\
	ltcp_history_note(sk, LTCP_MIB_##name, 0, 0);			\
} while (0)

/*
 * control/show.c: what readers are shown of a socket
 */

/* Which timer is shown, numbered as in /proc/net/tcp and inet_diag. */
enum ltcp_show_timer {
	LTCP_SHOW_NO_TIMER,
	LTCP_SHOW_RETRANS,
	LTCP_SHOW_KEEPALIVE,	/* and FIN_WAIT_2 */
	LTCP_SHOW_TIMEWAIT,
	LTCP_SHOW_PERSIST,
};

/* Octets in the queues, or of a listener connections and their limit. */
void ltcp_show_queues(const struct sock *sk, int state, u32 *tx, u32 *rx);

/* The next timer that is worth showing; if any, *@deadline in jiffies. */
enum ltcp_show_timer ltcp_show_timer(const struct ltcp_sock *ls,
				     u32 *deadline);

/**
 * struct ltcp_diag_ops - what ltcp_diag.ko may ask
 * @ipproto: IP protocol number in use
 * @listen_walk: ltcp_listen_walk()
 * @halfopen_walk: ltcp_halfopen_walk()
 * @conn_walk: ltcp_conn_walk()
 * @tw_walk: ltcp_tw_walk()
 * @flow_hash: ltcp_flow_hash()
 * @conn_lookup: ltcp_conn_lookup()
 * @conn_match: ltcp_conn_match()
 * @halfopen_find: ltcp_halfopen_find()
 * @tw_find: ltcp_tw_find()
 * @queues: ltcp_show_queues()
 * @timer: ltcp_show_timer()
 * @info: ltcp_fill_info()
 */
struct ltcp_diag_ops {
	const unsigned int *ipproto;
	bool (*listen_walk)(const struct net *net, unsigned int *pos,
			    bool (*fn)(struct sock *sk, void *arg), void *arg);
	bool (*halfopen_walk)(const struct net *net, unsigned int *pos,
			      bool (*fn)(const struct ltcp_halfopen_info *i,
					 void *arg), void *arg);
	bool (*conn_walk)(const struct net *net, unsigned int *pos,
			  bool (*fn)(struct sock *sk, void *arg), void *arg);
	bool (*tw_walk)(const struct net *net, unsigned int *pos,
			bool (*fn)(const struct ltcp_tw_info *i, void *arg),
			void *arg);
	u32 (*flow_hash)(const struct ltcp_flow *flow);
	struct sock *(*conn_lookup)(const struct ltcp_flow *flow);
	bool (*conn_match)(const struct sock *sk, const struct ltcp_flow *flow);
	bool (*halfopen_find)(const struct ltcp_flow *flow,
			      struct ltcp_halfopen_info *i, bool remove);
	bool (*tw_find)(const struct ltcp_flow *flow, struct ltcp_tw_info *i,
			bool remove);
	void (*queues)(const struct sock *sk, int state, u32 *tx, u32 *rx);
	enum ltcp_show_timer (*timer)(const struct ltcp_sock *ls,
				      u32 *deadline);
	void (*info)(struct sock *sk, struct tcp_info *info);
};

extern const struct ltcp_diag_ops ltcp_diag_ops;

#endif /* _LTCP_CONTROL_H */
