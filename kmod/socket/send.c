// SPDX-License-Identifier: GPL-2.0
/*
 * Data from the user to the send queue.
 *
 * ltcp_sendmsg() cuts the user's data into super-segments of at most snd.goal
 * octets and appends them to sk_write_queue, where nothing has been sent yet.
 * Payload goes to page fragments, the linear part of the skb stays free for
 * headers. What of it may go out, and when, is decided in engine/output.c; this
 * file asks it now and then, and at the end of every call.
 *
 * Locks: ltcp_sendmsg() takes the socket lock. It lets go of it while it waits
 * for the connection or for memory, and lets the backlog in between: after
 * each of these the queue, the MSS and the errors are looked at afresh.
 *
 * Refused: data on the SYN (MSG_FASTOPEN). MSG_ZEROCOPY and MSG_SPLICE_PAGES
 * are hints; all data is copied. MSG_EOR means nothing to a stream. MSG_OOB
 * makes what has been queued by then urgent, once the whole call is queued: a
 * mark on its way there would be one more to the peer.
 */

#include "engine/loss.h"
#include "../ltcp.h"

/* So many octets are queued before the engine is asked to send the first. */
#define LTCP_SEND_BATCH	16384

/* A struct proto calls this after it compared sk_wmem_queued to sk_sndbuf. */
bool ltcp_stream_memory_free(const struct sock *sk, int wake)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);
	u32 lowat = READ_ONCE(ls->notsent_lowat);
	u32 unsent = READ_ONCE(ls->write_seq) - READ_ONCE(ls->snd.nxt);

	/* Wake a sleeper only when half of what he may have is free. */
	return !lowat || ((u64)unsent << wake) < lowat;
}

/*
 * sk->sk_write_space: besides, each packet that is freed ends here, in any
 * context, and then without a lock; RCU keeps sk->sk_socket.
 */
void ltcp_write_space(struct sock *sk)
{
	struct socket_wq *wq;
	struct socket *sock;

	/*
	 * Pairs with the barrier in ltcp_poll(): either the poller sees the
	 * memory that was freed, or we see that he found none. And with those
	 * in throttle.c.
	 */
	smp_mb();
	ltcp_throttle_freed(sk);

	rcu_read_lock();
	sock = READ_ONCE(sk->sk_socket);
	if (!sock || !test_bit(SOCK_NOSPACE, &sock->flags) ||
	    !__sk_stream_is_writeable(sk, 1))
		goto out;

	clear_bit(SOCK_NOSPACE, &sock->flags);
	wq = rcu_dereference(sk->sk_wq);
	if (skwq_has_sleeper(wq))
		wake_up_interruptible_poll(&wq->wait, EPOLLOUT | EPOLLWRNORM |
					   EPOLLWRBAND);
	if (wq && wq->fasync_list && !(sk->sk_shutdown & SEND_SHUTDOWN))
		sock_wake_async(wq, SOCK_WAKE_SPACE, POLL_OUT);
out:
	rcu_read_unlock();
}

/* Control messages are checked as TCP does; none changes what is sent. */
static int ltcp_send_cmsg(struct sock *sk, struct msghdr *msg)
{
	struct sockcm_cookie cookie;

	if (!msg->msg_controllen)
		return 0;
	sockcm_init(&cookie, sk);
	return sock_cmsg_send(sk, msg, &cookie) ? -EINVAL : 0;
}

/* May this call send at all? Waits until the connection is there. */
static int ltcp_send_begin(struct sock *sk, struct msghdr *msg, long *timeo)
{
	int err;

	if (msg->msg_flags & MSG_FASTOPEN)
		return -EOPNOTSUPP;

	/* RFC 9293 3.10.2: queued until ESTABLISHED; here: not accepted yet */
	if (!((1 << sk->sk_state) & (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT))) {
		err = sk_stream_wait_connect(sk, timeo);
		if (err)
			return err;
	}
	sk_clear_bit(SOCKWQ_ASYNC_NOSPACE, sk);
	return ltcp_send_cmsg(sk, msg);
}

/* The last segment, if it takes more data. A full buffer ends it, at an MSS. */
static struct sk_buff *ltcp_send_tail(const struct sock *sk)
{
	struct sk_buff *skb = skb_peek_tail(&sk->sk_write_queue);
	const struct ltcp_sock *ls = ltcp_sk(sk);

	if (skb && skb->len < ls->snd.goal &&
	    skb_shinfo(skb)->nr_frags < MAX_SKB_FRAGS &&
	    (sk_stream_memory_free(sk) || skb->len % ls->mss))
		return skb;
	return NULL;
}

/* The segment that takes the next octet. NULL: no memory now. */
static struct sk_buff *ltcp_send_segment(struct sock *sk)
{
	struct sk_buff *skb = ltcp_send_tail(sk);

	if (skb)
		return skb;
	if (!sk_stream_memory_free(sk))
		return NULL;
	skb = ltcp_tx_alloc(sk, sk->sk_allocation);
	if (skb)
		ltcp_tx_entail(sk, skb);
	return skb;
}

/* Octets that @skb may take: up to the goal, or to the end of a segment. */
static u32 ltcp_send_room(const struct sock *sk, const struct sk_buff *skb)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);
	s32 room = READ_ONCE(sk->sk_sndbuf) - sk->sk_wmem_queued;
	u32 most = ls->snd.goal - skb->len;
	s32 part;

	if (room >= (s32)most)
		return most;
	part = ls->mss - skb->len % ls->mss;
	if (room > part)
		part += (room - part) / ls->mss * ls->mss;
	return min_t(u32, most, part);
}

/*
 * Copy as much as one page fragment and one segment hold.
 * Return: octets, -ENOBUFS: no memory now, -EFAULT.
 */
static int ltcp_send_copy(struct sock *sk, struct sk_buff *skb,
			  struct msghdr *msg)
{
	struct page_frag *pfrag = sk_page_frag(sk);
	int nr = skb_shinfo(skb)->nr_frags;
	int size, err;

	if (!sk_page_frag_refill(sk, pfrag))
		return -ENOBUFS;
	size = min_t(size_t, msg_data_left(msg), ltcp_send_room(sk, skb));
	size = min_t(u32, size, pfrag->size - pfrag->offset);
	if (!ltcp_wmem_schedule(sk, size))
		return -ENOBUFS;

	err = skb_copy_to_page_nocache(sk, &msg->msg_iter, skb, pfrag->page,
				       pfrag->offset, size);
	if (err)
		return err;

	if (skb_can_coalesce(skb, nr, pfrag->page, pfrag->offset)) {
		skb_frag_size_add(&skb_shinfo(skb)->frags[nr - 1], size);
	} else {
		get_page(pfrag->page);
		skb_fill_page_desc(skb, nr, pfrag->page, pfrag->offset, size);
	}
	pfrag->offset += size;
	return size;
}

/* Queue some of the data; return value as of ltcp_send_copy(). */
static int ltcp_send_some(struct sock *sk, struct msghdr *msg)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_skb_cb *cb;
	struct sk_buff *skb;
	int size;

	skb = ltcp_send_segment(sk);
	if (!skb)
		return -ENOBUFS;
	size = ltcp_send_copy(sk, skb, msg);
	if (size < 0)
		return size;

	cb = ltcp_cb(skb);
	cb->end_seq += size;
	cb->flags &= ~LTCP_PSH;		/* it no longer ends here */
	WRITE_ONCE(ls->write_seq, ls->write_seq + size);
	return size;
}

/* A segment that was made for data which then could not be copied. */
static void ltcp_send_trim(struct sock *sk)
{
	struct sk_buff *skb = skb_peek_tail(&sk->sk_write_queue);

	if (skb && ltcp_cb(skb)->seq == ltcp_cb(skb)->end_seq) {
		__skb_unlink(skb, &sk->sk_write_queue);
		ltcp_tx_free(sk, skb);
	}
}

/* No more data is buffered: RFC 9293 3.9.1.2 MUST-61 */
static void ltcp_send_mark_push(struct sock *sk)
{
	struct sk_buff *skb = skb_peek_tail(&sk->sk_write_queue);

	if (skb)
		ltcp_cb(skb)->flags |= LTCP_PSH;
}

/* Sleep until there is memory again. Data held back cannot make room. */
static int ltcp_send_wait(struct sock *sk, long *timeo)
{
	ltcp_send_trim(sk);
	ltcp_send_mark_push(sk);
	ltcp_output_push(sk);
	return sk_stream_wait_memory(sk, timeo);
}

/* Something was queued. MSG_MORE is a cork for this one decision. */
static void ltcp_send_end(struct sock *sk, int flags)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 nxt = ls->snd.nxt;
	u8 nagle = ls->nagle;

	if (flags & MSG_OOB) {
		LTCP_INC(sock_net(sk), UrgentOut);
		ltcp_urgent_send(ls);
	}
	if (flags & MSG_MORE)
		ls->nagle |= LTCP_CORK;
	else
		ltcp_send_mark_push(sk);
	if ((flags & MSG_OOB) || !ltcp_autocork(sk))
		ltcp_output(sk);
	ls->nagle = nagle;

	/* The news need no window (RFC 9293 3.4 MUST-66), the data does. */
	if ((flags & MSG_OOB) && ls->snd.nxt == nxt)
		ltcp_send_ack(sk);
}

/* Nothing was queued: what does the user hear? */
static int ltcp_send_error(struct sock *sk, int flags, int err)
{
	err = sk_stream_error(sk, flags, err);

	/* With nothing in flight no ACK would wake who waits for room. */
	if (err == -EAGAIN && skb_queue_empty(&sk->sk_write_queue) &&
	    ltcp_rtx_empty(sk))
		sk->sk_write_space(sk);
	return err;
}

static int ltcp_send_locked(struct sock *sk, struct msghdr *msg)
{
	long timeo = sock_sndtimeo(sk, msg->msg_flags & MSG_DONTWAIT);
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 asked = ls->write_seq;
	int done = 0;
	int err;

	err = ltcp_send_begin(sk, msg, &timeo);
	while (!err) {
		/* RFC 9293 3.10.2: "connection closing" */
		err = -EPIPE;
		if (sk->sk_err || (sk->sk_shutdown & SEND_SHUTDOWN))
			break;
		err = 0;
		if (!msg_data_left(msg))
			break;

		/* Never ask with half a segment: it might go out as it is. */
		if (ls->write_seq - asked >= LTCP_SEND_BATCH &&
		    !ltcp_send_tail(sk)) {
			asked = ls->write_seq;
			ltcp_output(sk);
			/* The peer's ACKs wait there. */
			if (sk_flush_backlog(sk))
				continue;
		}
		err = ltcp_send_some(sk, msg);
		if (err == -ENOBUFS) {
			err = ltcp_send_wait(sk, &timeo);
		} else if (err > 0) {
			done += err;
			err = 0;
		}
	}

	ltcp_send_trim(sk);
	if (!done)
		return err ? ltcp_send_error(sk, msg->msg_flags, err) : 0;
	ltcp_send_end(sk, msg->msg_flags);
	return done;
}

/* struct proto .sendmsg. An address is ignored, as in TCP. */
int ltcp_sendmsg(struct sock *sk, struct msghdr *msg, size_t len)
{
	int ret;

	lock_sock(sk);
	ret = ltcp_send_locked(sk, msg);
	release_sock(sk);
	return ret;
}
