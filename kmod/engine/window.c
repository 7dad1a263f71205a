// SPDX-License-Identifier: GPL-2.0
/*
 * The receive window: how much of the receive buffer is offered to the peer
 * (RFC 9293 3.8.6), when a reader makes that worth a segment of its own, and
 * how the buffer grows with what the connection could use.
 *
 * output.c asks for the window to put into a segment; socket/recv.c tells what
 * the user took. All under the socket lock, but for ltcp_init_window(), which
 * sees no connection.
 */

#include "ltcp.h"

/* Of @space octets of buffer about half carries data; skbs take the rest. */
static u32 ltcp_space_to_window(s64 space)
{
	return space > 0 ? min_t(s64, space / 2, S32_MAX / 2) : 0;
}

u16 ltcp_syn_window(u32 rcvbuf)
{
	/* The window in a SYN is not scaled (RFC 7323 2.2). */
	return min_t(u32, ltcp_space_to_window(rcvbuf), LTCP_MAX_WINDOW);
}

void ltcp_init_window(const struct ltcp_net *ln, u32 rcvbuf, u32 *wnd,
		      u8 *wscale)
{
	u32 largest = max_t(u32, rcvbuf, READ_ONCE(ln->rmem[2]));

	*wscale = 0;
	/* The least shift that leaves 16 bits. */
	if (READ_ONCE(ln->window_scaling))
		*wscale = clamp(fls(ltcp_space_to_window(largest)) - 16, 0,
				LTCP_MAX_WSCALE);
	*wnd = ltcp_syn_window(rcvbuf);
}

u32 ltcp_select_window(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 full = ltcp_space_to_window(sk->sk_rcvbuf);
	u32 now = ltcp_rcv_wnd(ls);
	u32 unit = 1U << ls->rcv.wscale;
	u32 wnd;

	wnd = ltcp_space_to_window((s64)sk->sk_rcvbuf -
				   atomic_read(&sk->sk_rmem_alloc));
	if (ls->window_clamp)
		wnd = min(wnd, ls->window_clamp);
	wnd = min_t(u64, wnd, (u64)LTCP_MAX_WINDOW << ls->rcv.wscale);
	wnd = round_down(wnd, unit);

	/*
	 * Silly window avoidance of the receiver (RFC 9293 3.8.6.2.2): the
	 * right edge moves by a full segment or by half the buffer, or not.
	 */
	if (wnd < now + min_t(u32, full / 2, ls->rcv.mss))
		wnd = now;
	/* Never take back what was offered (SHLD-14). Rounding is upwards. */
	return round_up(max(wnd, now), unit);
}

void ltcp_window_update(struct sock *sk, u32 copied)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 full = ltcp_space_to_window(sk->sk_rcvbuf);
	u32 gain;

	if (!copied || sk->sk_state == TCP_CLOSE ||
	    (sk->sk_shutdown & RCV_SHUTDOWN))
		return;

	gain = ltcp_select_window(sk) - ltcp_rcv_wnd(ls);
	if (ltcp_rcv_wnd(ls) < ls->rcv.mss ? gain > 0 :
	    gain >= max(full / 2, 2 * ls->rcv.mss))
		ltcp_send_ack(sk);
}

/* A round trip, as far as this end knows: of the handshake at least. */
static u32 ltcp_rcv_rtt(const struct ltcp_sock *ls)
{
	return ls->rtt.srtt_us ? max(ls->rtt.srtt_us >> 3, 1U) :
				 LTCP_RTO_INIT_US;
}

/*
 * The user took @copied octets in one round trip. The sender may want to send
 * twice as much in the next one, as slow start does, and what arrives until
 * it knows of the room has to fit as well. Half of the buffer is window.
 */
static void ltcp_grow_rcvbuf(struct sock *sk, u32 copied)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_net *ln = ltcp_net(sock_net(sk));
	u64 want = 2 * (3ULL * copied + 16 * ls->rcv.mss);

	if (!READ_ONCE(ln->moderate_rcvbuf) ||
	    (sk->sk_userlocks & SOCK_RCVBUF_LOCK) || ltcp_memory_pressure(sk))
		return;
	want = min_t(u64, want, READ_ONCE(ln->rmem[2]));
	if (want > sk->sk_rcvbuf)
		WRITE_ONCE(sk->sk_rcvbuf, want);
}

void ltcp_rcv_adjust(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 copied = ls->copied_seq - ls->rcv.taken;
	u32 now = (u32)ltcp_clock_us();

	ltcp_owned(sk);
	if (now - ls->rcv.taken_us < ltcp_rcv_rtt(ls))
		return;
	/* Grows only when the reader keeps up with more than ever before. */
	if (copied > ls->rcv.space) {
		ls->rcv.space = copied;
		ltcp_grow_rcvbuf(sk, copied);
	}
	ls->rcv.taken = ls->copied_seq;
	ls->rcv.taken_us = now;
}
