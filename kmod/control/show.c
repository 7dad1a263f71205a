// SPDX-License-Identifier: GPL-2.0
/*
 * What readers are shown of a socket, whichever way they read: proc.c makes
 * text of it, and ltcp_diag.ko answers netlink with it. That module may use
 * nothing of ltcp but what ltcp_diag_ops names; it is a module of its own
 * since inet_diag is one, which ltcp does without.
 *
 * Nothing here locks, and nothing is changed: without the socket's lock the
 * numbers are of slightly different times.
 */

#include <linux/export.h>

#include "control/control.h"
#include "../ltcp.h"
#include "tables/tables.h"

void ltcp_show_queues(const struct sock *sk, int state, u32 *tx, u32 *rx)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);

	if (state == TCP_LISTEN) {
		*tx = READ_ONCE(sk->sk_max_ack_backlog);
		*rx = READ_ONCE(ls->accept->len);
		return;
	}
	/* A FIN counts as an octet in both, as it does in /proc/net/tcp. */
	*tx = READ_ONCE(ls->write_seq) - READ_ONCE(ls->snd.una);
	*rx = max_t(s32, READ_ONCE(ls->rcv.nxt) - READ_ONCE(ls->copied_seq), 0);
}

enum ltcp_show_timer ltcp_show_timer(const struct ltcp_sock *ls, u32 *deadline)
{
	static const u8 shown[][2] = {
		{ LTCP_TIMER_REORDER, LTCP_SHOW_RETRANS },
		{ LTCP_TIMER_TLP, LTCP_SHOW_RETRANS },
		{ LTCP_TIMER_RETRANS, LTCP_SHOW_RETRANS },
		{ LTCP_TIMER_PERSIST, LTCP_SHOW_PERSIST },
		{ LTCP_TIMER_FINWAIT2, LTCP_SHOW_KEEPALIVE },
		{ LTCP_TIMER_KEEPALIVE, LTCP_SHOW_KEEPALIVE },
	};
	u8 timers = READ_ONCE(ls->timers);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(shown); i++) {
		u8 timer = shown[i][0];
		u8 slot = ltcp_timer_slot(timer);

		if (timers & BIT(timer)) {
			*deadline = READ_ONCE(ls->deadline[slot]);
			return shown[i][1];
		}
	}
	return LTCP_SHOW_NO_TIMER;
}

const struct ltcp_diag_ops ltcp_diag_ops = {
	.ipproto	= &ltcp_ipproto,
	.listen_walk	= ltcp_listen_walk,
	.halfopen_walk	= ltcp_halfopen_walk,
	.conn_walk	= ltcp_conn_walk,
	.tw_walk	= ltcp_tw_walk,
	.flow_hash	= ltcp_flow_hash,
	.conn_lookup	= ltcp_conn_lookup,
	.conn_match	= ltcp_conn_match,
	.halfopen_find	= ltcp_halfopen_find,
	.tw_find	= ltcp_tw_find,
	.queues		= ltcp_show_queues,
	.timer		= ltcp_show_timer,
	.info		= ltcp_fill_info,
};
EXPORT_SYMBOL_GPL(ltcp_diag_ops);
