// SPDX-License-Identifier: GPL-2.0
/*
 * Data from the receive queue to the user, and what the user can ask about it
 * without taking it: poll, FIONREAD and their like.
 *
 * The engine puts segments into sk_receive_queue in order and without holes;
 * the head may have been read in part, copied_seq says how far. A FIN stands
 * behind the payload of the last one and takes a sequence number there.
 * ltcp_recvmsg() frees what was used up, and once per round tells the engine
 * how much, so that it can open the window (RFC 9293 3.8.6.2.2).
 *
 * Locks: ltcp_recvmsg() takes the socket lock and lets go of it while it waits.
 * ltcp_poll(), ltcp_peek_len() and ltcp_sock_is_readable() work without it: a
 * wrong answer of the moment is made good by the wake-up that follows.
 *
 * Urgent data (engine/urgent.c) has a mark in the stream, its last octet. A
 * recv() ends before it, and the next one begins behind it, since that octet is
 * out of band: MSG_OOB fetches it, until the stream was read past it. With
 * SO_OOBINLINE it is an octet like others behind the mark.
 */

#include <asm/ioctls.h>
#include <linux/sockios.h>

#include "../ltcp.h"

/**
 * struct ltcp_recv - one call of recvmsg()
 * @msg: where the data goes
 * @left: octets still wanted
 * @flags: MSG_*
 * @seq: next octet to hand over
 * @base: copied_seq when @seq was set, to notice another reader
 * @copied: octets handed over
 * @told: how many of them the engine knows of
 */
struct ltcp_recv {
	struct msghdr *msg;
	size_t left;
	int flags;
	u32 seq;
	u32 base;
	int copied;
	int told;
};

/* Octets that are there, urgent or not. */
static u32 ltcp_recv_avail(struct sock *sk)
{
	s32 avail;

	if ((1 << inet_sk_state_load(sk)) &
	    (TCPF_LISTEN | TCPF_SYN_SENT | TCPF_SYN_RECV))
		return 0;

	avail = ltcp_rcv_end(sk) - READ_ONCE(ltcp_sk(sk)->copied_seq);
	return max(avail, 0);
}

/* Is there a mark, whose octet stands at @seq? */
static bool ltcp_recv_at_mark(const struct ltcp_sock *ls, u32 seq)
{
	return READ_ONCE(ls->rcv.urgent) && READ_ONCE(ls->rcv.up) == seq;
}

u32 ltcp_inq(struct sock *sk)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);
	u32 avail = ltcp_recv_avail(sk);
	u32 ahead;

	if (!READ_ONCE(ls->rcv.urgent) || sock_flag(sk, SOCK_URGINLINE))
		return avail;
	ahead = READ_ONCE(ls->rcv.up) - READ_ONCE(ls->copied_seq);
	return min(avail, ahead);
}

int ltcp_peek_len(struct socket *sock)
{
	return ltcp_inq(sock->sk);
}

bool ltcp_sock_is_readable(struct sock *sk)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);
	int rcvbuf = READ_ONCE(sk->sk_rcvbuf);
	u32 avail = ltcp_recv_avail(sk);

	/* The next recv() steps over an urgent octet. */
	if (avail && ltcp_recv_at_mark(ls, READ_ONCE(ls->copied_seq)) &&
	    !sock_flag(sk, SOCK_URGINLINE))
		avail--;
	if (!avail)
		return false;
	if (avail >= sock_rcvlowat(sk, 0, INT_MAX))
		return true;
	/* What SO_RCVLOWAT waits for may never come: there is no room left. */
	if (atomic_read(&sk->sk_rmem_alloc) > rcvbuf - (rcvbuf >> 3))
		return true;
	/* data_race: at worst poll wakes a moment early, or with the next */
	return data_race(ltcp_rcv_wnd(ls) <= ls->rcv.mss);
}

int ltcp_set_rcvlowat(struct sock *sk, int val)
{
	/* Only half of the buffer is sure to be payload. */
	val = min(val, sk->sk_rcvbuf >> 1);
	WRITE_ONCE(sk->sk_rcvlowat, val ?: 1);
	if (ltcp_sock_is_readable(sk))
		sk->sk_data_ready(sk);
	return 0;
}

static __poll_t ltcp_poll_out(struct sock *sk)
{
	if (__sk_stream_is_writeable(sk, 1))
		return EPOLLOUT | EPOLLWRNORM;

	sk_set_bit(SOCKWQ_ASYNC_NOSPACE, sk);
	set_bit(SOCK_NOSPACE, &sk->sk_socket->flags);
	/*
	 * Memory may have become free before the bit was seen, and then nobody
	 * wakes us: look again. Pairs with the barrier in ltcp_write_space().
	 */
	smp_mb__after_atomic();
	return __sk_stream_is_writeable(sk, 1) ? EPOLLOUT | EPOLLWRNORM : 0;
}

/* Is there an urgent octet that was not fetched? */
static bool ltcp_poll_urgent(struct sock *sk)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);

	return READ_ONCE(ls->rcv.urgent) == LTCP_URGENT_MARK &&
	       ltcp_before(READ_ONCE(ls->rcv.up), ltcp_rcv_end(sk));
}

__poll_t ltcp_poll(struct file *file, struct socket *sock,
		   struct poll_table_struct *wait)
{
	struct sock *sk = sock->sk;
	__poll_t mask = 0;
	u8 shutdown;
	int state;

	sock_poll_wait(file, sock, wait);

	state = inet_sk_state_load(sk);
	if (state == TCP_LISTEN)
		return READ_ONCE(ltcp_sk(sk)->accept->len) ?
			EPOLLIN | EPOLLRDNORM : 0;

	shutdown = READ_ONCE(sk->sk_shutdown);
	if (shutdown == SHUTDOWN_MASK || state == TCP_CLOSE)
		mask |= EPOLLHUP;
	if (shutdown & RCV_SHUTDOWN)
		mask |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;

	if (state != TCP_SYN_SENT && state != TCP_SYN_RECV) {
		if (ltcp_sock_is_readable(sk))
			mask |= EPOLLIN | EPOLLRDNORM;
		if (ltcp_poll_urgent(sk))
			mask |= EPOLLPRI;
		/* After shutdown a write fails at once, and does not block. */
		if (shutdown & SEND_SHUTDOWN)
			mask |= EPOLLOUT | EPOLLWRNORM;
		else
			mask |= ltcp_poll_out(sk);
	}

	/*
	 * Who saw the connection end sees the reason too: pairs with the
	 * barrier between sk_err and the rest in ltcp_fail().
	 */
	smp_rmb();
	if (READ_ONCE(sk->sk_err) ||
	    !skb_queue_empty_lockless(&sk->sk_error_queue))
		mask |= EPOLLERR;
	return mask;
}

int ltcp_ioctl_value(struct sock *sk, int cmd, int *value)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);
	int state = inet_sk_state_load(sk);
	int ret = 0;
	bool slow;

	if (cmd == SIOCATMARK) {
		*value = ltcp_recv_at_mark(ls, READ_ONCE(ls->copied_seq));
		return 0;
	}
	if (cmd != SIOCINQ && cmd != SIOCOUTQ && cmd != SIOCOUTQNSD)
		return -ENOIOCTLCMD;
	if (state == TCP_LISTEN)
		return -EINVAL;

	slow = lock_sock_fast(sk);
	if (cmd == SIOCINQ)
		ret = ltcp_inq(sk);
	else if (!((1 << state) & (TCPF_SYN_SENT | TCPF_SYN_RECV)))
		ret = ls->write_seq -
		      (cmd == SIOCOUTQ ? ls->snd.una : ls->snd.nxt);
	unlock_sock_fast(sk, slow);
	*value = ret;
	return 0;
}

/* Start, or start again, at the first octet this call may hand over. */
static void ltcp_recv_rewind(const struct sock *sk, struct ltcp_recv *r)
{
	r->base = ltcp_sk(sk)->copied_seq;
	r->seq = r->base + max(sk_peek_offset(sk, r->flags), 0);
}

/* All before @seq is read, and so may be the urgent octet. */
static void ltcp_recv_read(struct sock *sk, u32 seq)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	WRITE_ONCE(ls->copied_seq, seq);
	if (ls->rcv.urgent && ltcp_after(seq, ls->rcv.up))
		WRITE_ONCE(ls->rcv.urgent, 0);
}

/* The call is through with @used octets of the stream, or peeked at them. */
static void ltcp_recv_step(struct sock *sk, struct ltcp_recv *r, u32 used)
{
	r->seq += used;
	if (r->flags & MSG_PEEK) {
		sk_peek_offset_fwd(sk, used);
	} else {
		sk_peek_offset_bwd(sk, used);
		r->base = r->seq;
		ltcp_recv_read(sk, r->seq);
	}
}

/* @used octets were handed over. */
static void ltcp_recv_advance(struct sock *sk, struct ltcp_recv *r, u32 used)
{
	r->left -= used;
	r->copied += used;
	ltcp_recv_step(sk, r, used);
}

/* @skb holds no more data for the reader. Was it the last, with the FIN? */
static bool ltcp_recv_used_up(struct sock *sk, const struct ltcp_recv *r,
			      struct sk_buff *skb)
{
	bool fin = ltcp_cb(skb)->flags & LTCP_FIN;

	if (r->flags & MSG_PEEK)
		return fin;
	if (fin)
		ltcp_recv_read(sk, ltcp_cb(skb)->end_seq);
	__skb_unlink(skb, &sk->sk_receive_queue);
	consume_skb(skb);
	return fin;
}

/*
 * Of @len octets that are next, so many may be handed over together: a call
 * ends before the urgent mark, if it does not begin there.
 */
static u32 ltcp_recv_stretch(const struct sock *sk, const struct ltcp_recv *r,
			     u32 len)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);
	u32 ahead = ls->rcv.up - r->seq;

	len = min_t(size_t, len, r->left);
	return ls->rcv.urgent && ahead && ahead < len ? ahead : len;
}

/* Hand over octets of @skb, which has some. 0 or -EFAULT */
static int ltcp_recv_copy(struct sock *sk, struct ltcp_recv *r,
			  const struct sk_buff *skb)
{
	u32 offset = r->seq - ltcp_cb(skb)->seq;
	u32 used;
	int err;

	if (r->left && ltcp_recv_at_mark(ltcp_sk(sk), r->seq) &&
	    !sock_flag(sk, SOCK_URGINLINE)) {
		ltcp_recv_step(sk, r, 1);
		if (++offset == skb->len)
			return 0;
	}
	used = ltcp_recv_stretch(sk, r, skb->len - offset);
	if (!(r->flags & MSG_TRUNC)) {
		err = skb_copy_datagram_msg(skb, offset, r->msg, used);
		if (err)
			return err;
	}
	ltcp_recv_advance(sk, r, used);
	return 0;
}

/*
 * Hand over what is queued, up to what is wanted.
 * Return: 0: the queue has no more; 1: the call is served, or this is the
 * urgent mark or the end of the stream; -EFAULT.
 */
static int ltcp_recv_queue(struct sock *sk, struct ltcp_recv *r)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);
	struct sk_buff *skb, *next;
	int err;

	skb_queue_walk_safe(&sk->sk_receive_queue, skb, next) {
		if (WARN_ON_ONCE(ltcp_before(r->seq, ltcp_cb(skb)->seq)))
			return 0;
		if (r->seq - ltcp_cb(skb)->seq < skb->len) {
			err = ltcp_recv_copy(sk, r, skb);
			if (err)
				return err;
			if (r->seq - ltcp_cb(skb)->seq < skb->len)
				return 1;
		}
		if (ltcp_recv_used_up(sk, r, skb) || !r->left ||
		    (r->copied && ltcp_recv_at_mark(ls, r->seq)))
			return 1;
	}
	return 0;
}

/*
 * The queue is empty and the user wants more than he got.
 * Return: 0: wait; 1: return with what there is; negative: that error.
 */
static int ltcp_recv_empty(struct sock *sk, const struct ltcp_recv *r,
			   long timeo)
{
	if (r->copied)
		return sk->sk_err || sk->sk_state == TCP_CLOSE ||
		       (sk->sk_shutdown & RCV_SHUTDOWN) || !timeo ||
		       signal_pending(current);

	/* FIN was read before: RFC 9293 3.10.3, CLOSE-WAIT state */
	if (sock_flag(sk, SOCK_DONE))
		return 1;
	if (sk->sk_err)
		return sock_error(sk);
	if (sk->sk_shutdown & RCV_SHUTDOWN)
		return 1;
	/* RFC 9293 3.10.3: "connection does not exist" */
	if (sk->sk_state == TCP_CLOSE)
		return -ENOTCONN;
	if (!timeo)
		return -EAGAIN;
	if (signal_pending(current))
		return sock_intr_errno(timeo);
	return 0;
}

/* The engine may want to tell the peer of the room that was made. */
static void ltcp_recv_tell(struct sock *sk, struct ltcp_recv *r)
{
	if (r->copied == r->told || (r->flags & MSG_PEEK))
		return;
	ltcp_rcv_adjust(sk);
	ltcp_window_update(sk, r->copied - r->told);
	r->told = r->copied;
}

/* Sleep until the queue changed. */
static int ltcp_recv_wait(struct sock *sk, struct ltcp_recv *r, long *timeo)
{
	int ret;

	ltcp_recv_tell(sk, r);
	ret = sk_wait_data(sk, timeo, skb_peek_tail(&sk->sk_receive_queue));
	return min(ret, 0);
}

/*
 * At the urgent mark a call ends that has got something; so does one that a
 * signal, SIGURG perhaps, should interrupt, for its reader to look first.
 * Return: 0: go on; 1: return with what there is; negative: that error.
 */
static int ltcp_recv_mark(struct sock *sk, const struct ltcp_recv *r,
			  long timeo)
{
	if (likely(!ltcp_recv_at_mark(ltcp_sk(sk), r->seq)))
		return 0;
	if (r->copied)
		return 1;
	if (signal_pending(current))
		return timeo ? sock_intr_errno(timeo) : -EAGAIN;
	return 0;
}

/* The segment in the receive queue that has the urgent octet, or NULL. */
static struct sk_buff *ltcp_recv_find_urgent(struct sock *sk)
{
	u32 up = ltcp_sk(sk)->rcv.up;
	struct sk_buff *skb;

	skb_queue_walk(&sk->sk_receive_queue, skb)
		if (up - ltcp_cb(skb)->seq < skb->len)
			return skb;
	return NULL;
}

/* MSG_OOB: the urgent octet, once. */
static int ltcp_recv_urgent(struct sock *sk, const struct ltcp_recv *r)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct sk_buff *skb;

	if (sock_flag(sk, SOCK_URGINLINE) ||
	    ls->rcv.urgent != LTCP_URGENT_MARK)
		return -EINVAL;
	if (sk->sk_state == TCP_CLOSE && !sock_flag(sk, SOCK_DONE))
		return -ENOTCONN;
	skb = ltcp_recv_find_urgent(sk);
	if (!skb)	/* announced, and not there yet; will it come? */
		return sk->sk_shutdown & RCV_SHUTDOWN ? 0 : -EAGAIN;

	if (r->left && !(r->flags & MSG_TRUNC) &&
	    skb_copy_datagram_msg(skb, ls->rcv.up - ltcp_cb(skb)->seq,
				  r->msg, 1))
		return -EFAULT;
	if (!(r->flags & MSG_PEEK))
		WRITE_ONCE(ls->rcv.urgent, LTCP_URGENT_READ);
	r->msg->msg_flags |= MSG_OOB | (r->left ? 0 : MSG_TRUNC);
	return !!r->left;
}

static int ltcp_recv_locked(struct sock *sk, struct ltcp_recv *r)
{
	int target = sock_rcvlowat(sk, r->flags & MSG_WAITALL, r->left);
	long timeo = sock_rcvtimeo(sk, r->flags & MSG_DONTWAIT);
	int err;

	/* RFC 9293 3.10.3: a listener has no data to give */
	if (sk->sk_state == TCP_LISTEN)
		return -ENOTCONN;
	if (r->flags & MSG_OOB)
		return ltcp_recv_urgent(sk, r);

	ltcp_recv_rewind(sk, r);
	do {
		/* Another reader was quicker, or a mark gave way. */
		if (r->base != ltcp_sk(sk)->copied_seq)
			ltcp_recv_rewind(sk, r);
		err = ltcp_recv_mark(sk, r, timeo);
		if (!err)
			err = ltcp_recv_queue(sk, r);
		if (err)
			break;
		if (r->copied >= target) {
			/* Enough, but take what just came in as well. */
			if (!sk_flush_backlog(sk))
				break;
			continue;
		}
		err = ltcp_recv_empty(sk, r, timeo);
		if (!err)
			err = ltcp_recv_wait(sk, r, &timeo);
	} while (!err);

	ltcp_recv_tell(sk, r);
	return err < 0 && !r->copied ? err : r->copied;
}

/* struct proto .recvmsg */
int ltcp_recvmsg(struct sock *sk, struct msghdr *msg, size_t len, int flags)
{
	struct ltcp_recv r = { .msg = msg, .left = len, .flags = flags };
	int ret;

	if (unlikely(flags & MSG_ERRQUEUE))
		return ltcp_recv_error(sk, msg, len);

	lock_sock(sk);
	ret = ltcp_recv_locked(sk, &r);
	release_sock(sk);
	return ret;
}
