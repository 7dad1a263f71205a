// SPDX-License-Identifier: GPL-2.0
/*
 * The flight recorder: what befell a connection last, for as long as it lives
 * and some time after. /proc/net/ltcp_history shows it.
 *
 * net.ltcp.recorder is how many histories a namespace keeps, of live
 * connections and of closed ones together; 0, the default, costs a look at a
 * bit. A connection that begins gets one, and if there are
 * that many the closed one that ended first gives way; if none is closed the
 * new connection goes without (HistoryFull). Listeners and entries have none.
 *
 * Events are noted by who holds the socket [s], in softirq or not. One lock
 * serves all histories of a namespace: with recording off nobody takes it. A
 * socket knows by a bit that there is one, and its address finds it, until the
 * socket is destroyed. Only then the history may be thrown away.
 */

#include <linux/hash.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>
#include <linux/slab.h>
#include <linux/sock_diag.h>

#include "control/control.h"
#include "ip/ip.h"
#include "../ltcp.h"

#define HISTORY_EVENTS	32

/**
 * struct history_event - something that happened
 * @ms: when, milliseconds from the beginning
 * @item: counter that it is counted by; LTCP_MIB_MAX: change of state
 * @how: loss recovery under way, enum ltcp_loss_state; or enum ltcp_event
 * @state: the state it led to, or it was in
 * @a: sequence number, from the beginning of its direction
 * @b: and another one
 */
struct history_event {
	u32 ms;
	u16 item;
	u8 how;
	u8 state;
	u32 a;
	u32 b;
};

static_assert(sizeof(struct history_event) == 16);

/**
 * struct ltcp_history - of one connection
 * @list: all of the namespace, in the order of @id
 * @closed: those that are closed, the first to go in front
 * @node: in ltcp_recorder.live, until it is closed
 * @sk: its socket, if in there
 * @id: counted up in the namespace [c]
 * @since: when it began [c]
 * @cookie: of the socket, as sock_diag tells it [c]
 * @src: our address and port
 * @dst: the peer's address and port
 * @n: events so far; the last HISTORY_EVENTS of them are in @ring
 * @ring: number i is at i % HISTORY_EVENTS
 */
struct ltcp_history {
	struct list_head list;
	struct list_head closed;
	struct hlist_node node;
	const struct sock *sk;
	u64 id;
	ktime_t since;
	u32 cookie[2];
	struct sockaddr_in6 src;
	struct sockaddr_in6 dst;
	u32 n;
	struct history_event ring[HISTORY_EVENTS];
};

#define HISTORY_EVENT_NAME(name, text, flags, what) #name,

static const char * const event_names[] = {
	LTCP_EVENT_LIST(HISTORY_EVENT_NAME)
};

/* @end is a struct sockaddr_in6, or one of IPv4. */
static void history_end_of(void *end, int family, const union ltcp_addr *addr,
			   __be16 port)
{
	struct sockaddr_in6 *sin6 = end;
	struct sockaddr_in *sin = end;

	if (ltcp_is_v6(family)) {
		sin6->sin6_family = AF_INET6;
		sin6->sin6_port = port;
		sin6->sin6_addr = addr->v6;
	} else {
		sin->sin_family = AF_INET;
		sin->sin_port = port;
		sin->sin_addr.s_addr = addr->v4;
	}
}

/* The ports are known a little after the beginning, and forgotten at the end */
static void history_names(struct ltcp_history *h, const struct sock *sk)
{
	struct ltcp_flow flow;

	if (!sk->sk_num || !sk->sk_dport)
		return;
	ltcp_sk(sk)->af->flow_of(sk, &flow);
	history_end_of(&h->src, flow.family, &flow.local, flow.lport);
	history_end_of(&h->dst, flow.family, &flow.remote, flow.rport);
}

static struct hlist_head *history_bucket(struct ltcp_recorder *r,
					 const struct sock *sk)
{
	return &r->live[hash_ptr(sk, LTCP_RECORDER_BITS)];
}

static struct ltcp_history *history_of(struct ltcp_recorder *r,
				       const struct sock *sk)
	__must_hold(&r->lock)
{
	struct ltcp_history *h;

	lockdep_assert_held(&r->lock);
	hlist_for_each_entry(h, history_bucket(r, sk), node)
		if (h->sk == sk)
			return h;
	return NULL;
}

static void history_add(struct sock *sk, const struct history_event *event)
{
	struct ltcp_recorder *r = &ltcp_net(sock_net(sk))->recording;
	struct history_event *e;
	struct ltcp_history *h;

	ltcp_owned(sk);
	spin_lock_bh(&r->lock);
	h = history_of(r, sk);
	if (!WARN_ON_ONCE(!h)) {
		history_names(h, sk);
		e = &h->ring[h->n++ % HISTORY_EVENTS];
		*e = *event;
		e->ms = ktime_ms_delta(ktime_get(), h->since);
	}
	spin_unlock_bh(&r->lock);
}

void ltcp_history_keep_state(struct sock *sk, int state, enum ltcp_event event)
{
	history_add(sk, &(struct history_event) {
		.item = LTCP_MIB_MAX,
		.how = event,
		.state = state,
	});
}

void ltcp_history_keep_note(struct sock *sk, enum ltcp_mib item, u32 a, u32 b)
{
	history_add(sk, &(struct history_event) {
		.item = item,
		.how = ltcp_sk(sk)->loss,
		.state = sk->sk_state,
		.a = a,
		.b = b,
	});
}

static void history_free(struct ltcp_recorder *r, struct ltcp_history *h)
	__must_hold(&r->lock)
{
	lockdep_assert_held(&r->lock);
	list_del(&h->list);
	list_del(&h->closed);
	r->count--;
	kfree(h);
}

/* Closed ones go until there are less than @most. False: there are not. */
static bool history_make_room(struct ltcp_recorder *r, u32 most)
	__must_hold(&r->lock)
{
	while (r->count >= most && !list_empty(&r->closed))
		history_free(r, list_first_entry(&r->closed,
						 struct ltcp_history, closed));
	return r->count < most;
}

void ltcp_history_begin(struct sock *sk)
{
	struct ltcp_net *ln = ltcp_net(sock_net(sk));
	struct ltcp_recorder *r = &ln->recording;
	u32 most = READ_ONCE(ln->recorder);
	struct ltcp_history *h;
	bool room;

	ltcp_history_end(sk);
	if (!most)
		return;
	h = kzalloc(sizeof(*h), GFP_ATOMIC | __GFP_NOWARN);
	if (!h)
		return;
	INIT_LIST_HEAD(&h->closed);
	h->sk = sk;
	h->since = ktime_get();
	sock_diag_save_cookie(sk, h->cookie);
	h->src.sin6_family = AF_INET;	/* none yet, perhaps */
	h->dst.sin6_family = AF_INET;
	history_names(h, sk);

	spin_lock_bh(&r->lock);
	room = history_make_room(r, most);
	if (room) {
		h->id = ++r->last_id;
		list_add_tail(&h->list, &r->all);
		hlist_add_head(&h->node, history_bucket(r, sk));
		r->count++;
	}
	spin_unlock_bh(&r->lock);
	if (room) {
		ltcp_sk(sk)->recorded = 1;
	} else {
		LTCP_INC(sock_net(sk), HistoryFull);
		kfree(h);
	}
}

void ltcp_history_end(struct sock *sk)
{
	struct ltcp_net *ln = ltcp_net(sock_net(sk));
	struct ltcp_recorder *r = &ln->recording;
	struct ltcp_history *h;

	if (!ltcp_sk(sk)->recorded)
		return;
	ltcp_sk(sk)->recorded = 0;
	spin_lock_bh(&r->lock);
	h = history_of(r, sk);
	hlist_del(&h->node);
	list_add_tail(&h->closed, &r->closed);
	history_make_room(r, READ_ONCE(ln->recorder) + 1);
	spin_unlock_bh(&r->lock);
}

/*
 * Reading
 */

/**
 * struct history_iter - an open /proc/net/ltcp_history
 * @p: namespace; must be first
 * @after: the last history that is through
 * @copy: the one that is shown
 */
struct history_iter {
	struct seq_net_private p;
	u64 after;
	struct ltcp_history copy;
};

static void *history_fetch(struct seq_file *seq)
{
	struct ltcp_recorder *r = &ltcp_net(seq_file_net(seq))->recording;
	struct history_iter *it = seq->private;
	struct ltcp_history *h;
	void *found = NULL;

	spin_lock_bh(&r->lock);
	list_for_each_entry(h, &r->all, list) {
		if (h->id <= it->after)
			continue;
		it->copy = *h;
		found = &it->copy;
		break;
	}
	spin_unlock_bh(&r->lock);
	return found;
}

/* A read goes on where the last one stopped: only 0 begins anew. */
static void *history_start(struct seq_file *seq, loff_t *pos)
{
	struct history_iter *it = seq->private;

	if (!*pos)
		it->after = 0;
	return history_fetch(seq);
}

static void *history_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct history_iter *it = seq->private;

	++*pos;
	it->after = it->copy.id;
	return history_fetch(seq);
}

static void history_stop(struct seq_file *seq, void *v)
{
}

static void history_show_event(struct seq_file *seq,
			       const struct history_event *e)
{
	static const char * const why[] = {
		[LTCP_LOSS_NONE] = "probe",
		[LTCP_LOSS_FAST] = "recovery",
		[LTCP_LOSS_RTO] = "timeout",
	};

	seq_printf(seq, " ms=%u state=%s", e->ms, ltcp_state_name(e->state));
	if (e->item == LTCP_MIB_MAX) {
		seq_printf(seq, " by=%s", event_names[e->how]);
		return;
	}
	seq_printf(seq, " event=%s", ltcp_mib_name(e->item));
	if (e->item == LTCP_MIB_RetransSegs)
		seq_printf(seq, " seq=%u end=%u why=%s", e->a, e->b,
			   why[e->how]);
	else if (e->item >= LTCP_MIB_FIRST_DROP)
		seq_printf(seq, " seq=%d ack=%d", (s32)e->a, (s32)e->b);
}

/* A line for each event, with all that one may want to look for. */
static int history_show(struct seq_file *seq, void *v)
{
	const struct ltcp_history *h = v;
	u32 i = h->n > HISTORY_EVENTS ? h->n - HISTORY_EVENTS : 0;

	for (; i != h->n; i++) {
		seq_printf(seq, "cookie=%llx src=%pISpc dst=%pISpc n=%u",
			   (u64)h->cookie[1] << 32 | h->cookie[0],
			   &h->src, &h->dst, i);
		history_show_event(seq, &h->ring[i % HISTORY_EVENTS]);
		seq_putc(seq, '\n');
	}
	return 0;
}

static const struct seq_operations history_ops = {
	.start	= history_start,
	.next	= history_next,
	.stop	= history_stop,
	.show	= history_show,
};

int ltcp_history_net_init(struct ltcp_net *ln)
{
	struct ltcp_recorder *r = &ln->recording;

	spin_lock_init(&r->lock);
	INIT_LIST_HEAD(&r->all);
	INIT_LIST_HEAD(&r->closed);
	if (!proc_create_net("ltcp_history", 0444, ln->net->proc_net,
			     &history_ops, sizeof(struct history_iter)))
		return -ENOMEM;
	return 0;
}

/* No socket is left, so all of them are closed. */
void ltcp_history_net_exit(struct ltcp_net *ln)
{
	struct ltcp_recorder *r = &ln->recording;

	remove_proc_entry("ltcp_history", ln->net->proc_net);
	spin_lock_bh(&r->lock);
	WARN_ON_ONCE(!history_make_room(r, 1));
	spin_unlock_bh(&r->lock);
}
