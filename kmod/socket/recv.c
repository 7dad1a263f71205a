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
 * Refused: MSG_OOB. Urgent data is delivered in line and has no mark, so there
 * never is any to fetch (RFC 6093 6 wants no more of an application).
 */

#include <asm/ioctls.h>
#include <linux/sockios.h>
#include <net/inet_common.h>

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

u32 ltcp_inq(struct sock *sk)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);
	s32 avail;

	if ((1 << inet_sk_state_load(sk)) &
	    (TCPF_LISTEN | TCPF_SYN_SENT | TCPF_SYN_RECV))
		return 0;

	avail = READ_ONCE(ls->rcv.nxt) - READ_ONCE(ls->copied_seq);
	/* The FIN is no data. */
	if (sock_flag(sk, SOCK_DONE))
		avail--;
	return max(avail, 0);
}

int ltcp_peek_len(struct socket *sock)
{
	return ltcp_inq(sock->sk);
}

bool ltcp_sock_is_readable(struct sock *sk)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);
	int rcvbuf = READ_ONCE(sk->sk_rcvbuf);
	u32 avail = ltcp_inq(sk);

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
		return READ_ONCE(ltcp_sk(sk)->accept.len) ?
			EPOLLIN | EPOLLRDNORM : 0;

	shutdown = READ_ONCE(sk->sk_shutdown);
	if (shutdown == SHUTDOWN_MASK || state == TCP_CLOSE)
		mask |= EPOLLHUP;
	if (shutdown & RCV_SHUTDOWN)
		mask |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;

	if (state != TCP_SYN_SENT && state != TCP_SYN_RECV) {
		if (ltcp_sock_is_readable(sk))
			mask |= EPOLLIN | EPOLLRDNORM;
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
		*value = 0;		/* no urgent mark, ever */
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

/* @used octets were handed over: of the stream, or of a peek at it. */
static void ltcp_recv_advance(struct sock *sk, struct ltcp_recv *r, u32 used)
{
	r->seq += used;
	r->left -= used;
	r->copied += used;
	if (r->flags & MSG_PEEK) {
		sk_peek_offset_fwd(sk, used);
	} else {
		sk_peek_offset_bwd(sk, used);
		r->base = r->seq;
		WRITE_ONCE(ltcp_sk(sk)->copied_seq, r->seq);
	}
}

/* @skb holds no more data for the reader. Was it the last, with the FIN? */
static bool ltcp_recv_used_up(struct sock *sk, const struct ltcp_recv *r,
			      struct sk_buff *skb)
{
	bool fin = ltcp_cb(skb)->flags & LTCP_FIN;

	if (r->flags & MSG_PEEK)
		return fin;
	if (fin)
		WRITE_ONCE(ltcp_sk(sk)->copied_seq, ltcp_cb(skb)->end_seq);
	__skb_unlink(skb, &sk->sk_receive_queue);
	consume_skb(skb);
	return fin;
}

/*
 * Hand over what is queued, up to what is wanted.
 * Return: 0: the queue has no more; 1: the call is served, or this is the end
 * of the stream; -EFAULT.
 */
static int ltcp_recv_queue(struct sock *sk, struct ltcp_recv *r)
{
	struct sk_buff *skb, *next;
	u32 offset, used;
	int err;

	skb_queue_walk_safe(&sk->sk_receive_queue, skb, next) {
		if (WARN_ON_ONCE(ltcp_before(r->seq, ltcp_cb(skb)->seq)))
			return 0;
		offset = r->seq - ltcp_cb(skb)->seq;
		if (offset < skb->len) {
			used = min_t(size_t, skb->len - offset, r->left);
			err = 0;
			if (!(r->flags & MSG_TRUNC))
				err = skb_copy_datagram_msg(skb, offset, r->msg,
							    used);
			if (err)
				return err;
			ltcp_recv_advance(sk, r, used);
			if (offset + used < skb->len)
				return 1;
		}
		if (ltcp_recv_used_up(sk, r, skb) || !r->left)
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

/* Sleep until the queue changed. Another reader may have been quicker. */
static int ltcp_recv_wait(struct sock *sk, struct ltcp_recv *r, long *timeo)
{
	int ret;

	ltcp_recv_tell(sk, r);
	ret = sk_wait_data(sk, timeo, skb_peek_tail(&sk->sk_receive_queue));
	if (ret < 0)
		return ret;
	if (r->base != ltcp_sk(sk)->copied_seq)
		ltcp_recv_rewind(sk, r);
	return 0;
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
		return -EINVAL;

	ltcp_recv_rewind(sk, r);
	do {
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

/* struct proto .recvmsg. A stream tells no address; Linux 7.1 asks for none. */
int ltcp_recvmsg(struct sock *sk, struct msghdr *msg, size_t len, int flags,
		 int *addr_len)
{
	struct ltcp_recv r = { .msg = msg, .left = len, .flags = flags };
	int ret;

	if (unlikely(flags & MSG_ERRQUEUE))
		return inet_recv_error(sk, msg, len, addr_len);

	lock_sock(sk);
	ret = ltcp_recv_locked(sk, &r);
	release_sock(sk);
	return ret;
}
