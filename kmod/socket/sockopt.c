// SPDX-License-Identifier: GPL-2.0
/*
 * Socket options of level SOL_TCP, under the names, numbers, units, bounds
 * and errors of Linux's TCP, so that programs need not know the difference.
 *
 * One table, one row per option. Most are an int: ltcp_setsockopt() fetches it
 * and calls the row's setter, ltcp_getsockopt() stores what the getter says,
 * both under the socket lock. The others move their own data. Options at level
 * SOL_IP and SOL_IPV6 are the IP layer's; SOL_SOCKET never comes here.
 *
 * Refused with ENOPROTOOPT: what is not in the table. TCP_FASTOPEN is among
 * it, which servers set as a hint and live without.
 */

#include <linux/capability.h>
#include <linux/nospec.h>
#include <linux/sockptr.h>
#include <net/ip.h>

#include "ip/ip.h"
#include "../ltcp.h"
#include "../uapi/linux/ltcp.h"

/* Bounds of what may be set, as in Linux's TCP. */
#define LTCP_MAXSEG_MIN		88
#define LTCP_MAXSEG_MAX		32767
#define LTCP_KEEPIDLE_MAX	32767	/* seconds */
#define LTCP_KEEPINTVL_MAX	32767	/* seconds */
#define LTCP_KEEPCNT_MAX	127
#define LTCP_SYNCNT_MAX		127
#define LTCP_LINGER2_MAX	120	/* seconds */
#define LTCP_RTO_MAX_SECS	(LTCP_RTO_MAX_US / USEC_PER_SEC)

/* After TCP_QUICKACK so many segments are acknowledged at once. */
#define LTCP_QUICKACK_USER	16

/**
 * struct ltcp_sockopt - one option
 * @set: check and store @val; 0 or a negative errno [s]
 * @get: its value now [s]
 * @set_data: the same for what is no int; takes the socket lock itself
 * @get_data: the same for what is no int; takes the socket lock itself
 */
struct ltcp_sockopt {
	int (*set)(struct sock *sk, int val);
	int (*get)(const struct sock *sk);
	int (*set_data)(struct sock *sk, sockptr_t val, unsigned int len);
	int (*get_data)(struct sock *sk, char __user *val, int __user *lenp,
			int len);
};

static const struct ltcp_net *ltcp_sock_net(const struct sock *sk)
{
	return ltcp_net(sock_net(sk));
}

/* Has @sk a peer whose segments it takes? */
static bool ltcp_synchronized(const struct sock *sk)
{
	return !((1 << sk->sk_state) &
		 (TCPF_CLOSE | TCPF_LISTEN | TCPF_SYN_SENT));
}

/* TCP_NODELAY: RFC 9293 3.7.4 MUST-17. Setting it sends what is held back. */
static int ltcp_set_nodelay(struct sock *sk, int val)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (!val) {
		ls->nagle &= ~LTCP_NODELAY;
		return 0;
	}
	ls->nagle |= LTCP_NODELAY;
	ltcp_output_push(sk);
	return 0;
}

static int ltcp_get_nodelay(const struct sock *sk)
{
	return !!(ltcp_sk(sk)->nagle & LTCP_NODELAY);
}

static int ltcp_set_cork(struct sock *sk, int val)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (val) {
		ls->nagle |= LTCP_CORK;
		return 0;
	}
	ls->nagle &= ~LTCP_CORK;
	ltcp_output(sk);
	return 0;
}

static int ltcp_get_cork(const struct sock *sk)
{
	return !!(ltcp_sk(sk)->nagle & LTCP_CORK);
}

/* RFC 9293 3.7.1: the MSS option is sent with the SYN, so later is too late. */
static int ltcp_set_maxseg(struct sock *sk, int val)
{
	if (val && (val < LTCP_MAXSEG_MIN || val > LTCP_MAXSEG_MAX))
		return -EINVAL;
	ltcp_sk(sk)->mss_user = val;
	return 0;
}

static int ltcp_get_maxseg(const struct sock *sk)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);

	if (ls->mss_user && ((1 << sk->sk_state) & (TCPF_CLOSE | TCPF_LISTEN)))
		return ls->mss_user;
	return ls->mss ?: ls->af->mss_default;
}

/* RFC 9293 3.8.4 MUST-27: the idle time is the user's to set. */
static int ltcp_set_keepidle(struct sock *sk, int val)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	s32 left;

	if (val < 1 || val > LTCP_KEEPIDLE_MAX)
		return -EINVAL;
	WRITE_ONCE(ls->keepalive_time, val);
	if (sock_flag(sk, SOCK_KEEPOPEN) && ltcp_synchronized(sk)) {
		left = ls->last_rcv + val * HZ - ltcp_jiffies32();
		ltcp_timer_arm(sk, LTCP_TIMER_KEEPALIVE, max(left, 0));
	}
	return 0;
}

static int ltcp_get_keepidle(const struct sock *sk)
{
	return ltcp_keepalive_time(sk) / HZ;
}

static int ltcp_set_keepintvl(struct sock *sk, int val)
{
	if (val < 1 || val > LTCP_KEEPINTVL_MAX)
		return -EINVAL;
	WRITE_ONCE(ltcp_sk(sk)->keepalive_intvl, val);
	return 0;
}

static int ltcp_get_keepintvl(const struct sock *sk)
{
	return ltcp_keepalive_intvl(sk) / HZ;
}

static int ltcp_set_keepcnt(struct sock *sk, int val)
{
	if (val < 1 || val > LTCP_KEEPCNT_MAX)
		return -EINVAL;
	WRITE_ONCE(ltcp_sk(sk)->keepalive_probes, val);
	return 0;
}

static int ltcp_get_keepcnt(const struct sock *sk)
{
	return ltcp_keepalive_probes(sk);
}

static int ltcp_set_syncnt(struct sock *sk, int val)
{
	if (val < 1 || val > LTCP_SYNCNT_MAX)
		return -EINVAL;
	ltcp_sk(sk)->syn_retries = val;
	return 0;
}

static int ltcp_get_syncnt(const struct sock *sk)
{
	return ltcp_sk(sk)->syn_retries ?:
	       READ_ONCE(ltcp_sock_net(sk)->syn_retries);
}

static int ltcp_set_linger2(struct sock *sk, int val)
{
	if (val < 0)
		ltcp_sk(sk)->linger2 = -1;
	else
		ltcp_sk(sk)->linger2 = min(val, LTCP_LINGER2_MAX);
	return 0;
}

static int ltcp_get_linger2(const struct sock *sk)
{
	int val = ltcp_sk(sk)->linger2;

	if (val)
		return val;
	return READ_ONCE(ltcp_sock_net(sk)->fin_timeout);
}

/*
 * TCP_DEFER_ACCEPT: seconds, kept as the number of SYN-ACKs that are sent in
 * that time, as in Linux's TCP; so what is read may be more than what was set.
 */
static int ltcp_set_defer_accept(struct sock *sk, int val)
{
	u32 period = 1, wait = 1;
	u8 rounds = 0;

	if (val > 0) {
		for (rounds = 1; val > period && rounds < U8_MAX; rounds++) {
			wait = min_t(u32, 2 * wait, LTCP_RTO_MAX_SECS);
			period += wait;
		}
	}
	WRITE_ONCE(ltcp_sk(sk)->defer_accept, rounds);
	return 0;
}

static int ltcp_get_defer_accept(const struct sock *sk)
{
	u8 rounds = ltcp_sk(sk)->defer_accept;
	u32 period = 0, wait = 1;

	for (; rounds; rounds--) {
		period += wait;
		wait = min_t(u32, 2 * wait, LTCP_RTO_MAX_SECS);
	}
	return period;
}

/* RFC 5482: how long data may stay unacknowledged, milliseconds. */
static int ltcp_set_user_timeout(struct sock *sk, int val)
{
	if (val < 0)
		return -EINVAL;
	ltcp_sk(sk)->user_timeout = val;
	return 0;
}

static int ltcp_get_user_timeout(const struct sock *sk)
{
	return ltcp_sk(sk)->user_timeout;
}

static int ltcp_set_window_clamp(struct sock *sk, int val)
{
	/* A live connection keeps some bound once it has one. */
	if (!val && sk->sk_state != TCP_CLOSE)
		return -EINVAL;
	ltcp_sk(sk)->window_clamp =
		val ? max_t(u32, val, SOCK_MIN_RCVBUF / 2) : 0;
	return 0;
}

static int ltcp_get_window_clamp(const struct sock *sk)
{
	return ltcp_sk(sk)->window_clamp;
}

static int ltcp_set_quickack(struct sock *sk, int val)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	ls->quickack = val ? LTCP_QUICKACK_USER : 0;
	if (val && (ls->ack_flags & LTCP_ACK_PENDING) && ltcp_synchronized(sk))
		ltcp_send_ack(sk);
	return 0;
}

static int ltcp_get_quickack(const struct sock *sk)
{
	return !!ltcp_sk(sk)->quickack;
}

/* Poll says writable only while less than this is unsent. */
static int ltcp_set_notsent_lowat(struct sock *sk, int val)
{
	WRITE_ONCE(ltcp_sk(sk)->notsent_lowat, val);
	sk->sk_write_space(sk);
	return 0;
}

static int ltcp_get_notsent_lowat(const struct sock *sk)
{
	return ltcp_sk(sk)->notsent_lowat;
}

/* [s] */
static int ltcp_may_use_congestion(const struct sock *sk, const char *name)
{
	const struct ltcp_cong_ops *ops = ltcp_sk(sk)->cong.ops;
	const struct net *net = sock_net(sk);

	if (!ltcp_cong_known(name))
		return -ENOENT;
	/* To keep what one has is not to choose. */
	if ((ops && !strcmp(ops->name, name)) || ltcp_cong_allowed(net, name) ||
	    ns_capable(net->user_ns, CAP_NET_ADMIN))
		return 0;
	return -EPERM;
}

static int ltcp_set_congestion(struct sock *sk, sockptr_t val, unsigned int len)
{
	char name[LTCP_CONG_NAME_MAX];
	int err;

	if (len < 1)
		return -EINVAL;
	err = strncpy_from_sockptr(name, val,
				   min_t(size_t, len, sizeof(name) - 1));
	if (err < 0)
		return -EFAULT;
	name[err] = '\0';
	if (!*name)
		return -ENOENT;

	lock_sock(sk);
	err = ltcp_may_use_congestion(sk, name);
	if (!err) {
		/* The algorithm's functions run with bottom halves off. */
		local_bh_disable();
		err = ltcp_cong_switch(&ltcp_sk(sk)->cong, name);
		local_bh_enable();
	}
	release_sock(sk);
	return err;
}

/* Store @len octets at most of what there is, and say how many they are. */
static int ltcp_put_data(char __user *val, int __user *lenp, int len,
			 const void *data, size_t size)
{
	len = min_t(size_t, len, size);
	if (put_user(len, lenp) || copy_to_user(val, data, len))
		return -EFAULT;
	return 0;
}

static int ltcp_get_congestion(struct sock *sk, char __user *val,
			       int __user *lenp, int len)
{
	char name[LTCP_CONG_NAME_MAX] = {};
	const struct ltcp_cong_ops *ops;

	lock_sock(sk);
	ops = ltcp_sk(sk)->cong.ops;
	if (ops)
		memcpy(name, ops->name, sizeof(name));
	release_sock(sk);
	return ltcp_put_data(val, lenp, len, name, sizeof(name));
}

static u8 ltcp_info_ca_state(const struct ltcp_sock *ls)
{
	switch (ls->loss) {
	case LTCP_LOSS_FAST:
		return TCP_CA_Recovery;
	case LTCP_LOSS_RTO:
		return TCP_CA_Loss;
	default:
		return ls->dupacks || ls->sacked_out ? TCP_CA_Disorder :
						       TCP_CA_Open;
	}
}

/* Octets as segments, at least one unless there are none. */
static u32 ltcp_info_segments(const struct ltcp_sock *ls, u32 octets)
{
	return DIV_ROUND_UP(octets, ls->mss ?: ls->af->mss_default);
}

static void ltcp_info_sender(const struct sock *sk, struct tcp_info *info)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);

	info->tcpi_ca_state = ltcp_info_ca_state(ls);
	info->tcpi_retransmits = ls->retries;
	info->tcpi_probes = ls->probes;
	info->tcpi_backoff = ls->rtt.backoff;
	info->tcpi_rto = ltcp_rtt_rto(&ls->rtt);
	info->tcpi_snd_mss = ls->mss;
	info->tcpi_pmtu = ls->pmtu;
	info->tcpi_rtt = ls->rtt.srtt_us / 8;
	info->tcpi_rttvar = ls->rtt.rttvar_us / 4;
	info->tcpi_min_rtt = ls->rtt.min_us;
	info->tcpi_unacked = ltcp_info_segments(ls, ltcp_flight(ls));
	info->tcpi_sacked = ltcp_info_segments(ls, ls->sacked_out);
	/* TCP counts what is lost until it has arrived. */
	info->tcpi_lost = ltcp_info_segments(ls, ls->lost_out +
						 ls->retrans_out);
	info->tcpi_retrans = ltcp_info_segments(ls, ls->retrans_out);
	info->tcpi_reord_seen = ls->rack.reord_seen;
	info->tcpi_total_retrans = ls->total_retrans;
	info->tcpi_bytes_acked = ltcp_bytes_acked(ls);
	info->tcpi_notsent_bytes = ls->write_seq - ls->snd.nxt;
	info->tcpi_snd_wnd = ls->snd.wnd;
	info->tcpi_snd_cwnd = ltcp_info_segments(ls, ls->cong.cwnd);
	info->tcpi_snd_ssthresh = ls->cong.ssthresh < LTCP_SSTHRESH_INF ?
		ltcp_info_segments(ls, ls->cong.ssthresh) : LTCP_SSTHRESH_INF;
	info->tcpi_last_data_sent =
		jiffies_to_msecs(ltcp_jiffies32() - ls->last_snd);
}

static void ltcp_info_receiver(const struct sock *sk, struct tcp_info *info)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);

	info->tcpi_rcv_mss = ls->rcv.mss;
	info->tcpi_ato = READ_ONCE(ltcp_sock_net(sk)->delack_ms) *
			 USEC_PER_MSEC;
	info->tcpi_rcv_ssthresh = ltcp_rcv_wnd(ls);
	info->tcpi_bytes_received = ltcp_bytes_received(sk);
	/* One stamp serves for data and for ACKs. */
	info->tcpi_last_data_recv =
		jiffies_to_msecs(ltcp_jiffies32() - ls->last_rcv);
	info->tcpi_last_ack_recv = info->tcpi_last_data_recv;
}

/* Octets a second; ~0UL is no limit. */
static u64 ltcp_info_rate(unsigned long rate)
{
	return rate == ~0UL ? ~0ULL : rate;
}

/* What is not known here stays zero. */
void ltcp_fill_info(struct sock *sk, struct tcp_info *info)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);

	memset(info, 0, sizeof(*info));
	info->tcpi_state = sk->sk_state;
	info->tcpi_reordering = READ_ONCE(ltcp_sock_net(sk)->reordering);
	info->tcpi_pacing_rate =
		ltcp_info_rate(READ_ONCE(sk->sk_pacing_rate));
	info->tcpi_max_pacing_rate =
		ltcp_info_rate(READ_ONCE(sk->sk_max_pacing_rate));
	if (sk->sk_state == TCP_LISTEN) {
		/* For a listener TCP reports its queue in these two. */
		info->tcpi_unacked = READ_ONCE(ls->accept->len);
		info->tcpi_sacked = READ_ONCE(sk->sk_max_ack_backlog);
		return;
	}

	if (ls->snd.wscale || ls->rcv.wscale) {
		info->tcpi_options |= TCPI_OPT_WSCALE;
		info->tcpi_snd_wscale = ls->snd.wscale;
		info->tcpi_rcv_wscale = ls->rcv.wscale;
	}
	if (ls->ts_ok)
		info->tcpi_options |= TCPI_OPT_TIMESTAMPS;
	if (ls->sack_ok)
		info->tcpi_options |= TCPI_OPT_SACK;
	if (ls->ecn_ok && sk->sk_state != TCP_SYN_SENT)
		info->tcpi_options |= TCPI_OPT_ECN;
	if (ls->ecn_seen)
		info->tcpi_options |= TCPI_OPT_ECN_SEEN;
	ltcp_info_sender(sk, info);
	ltcp_info_receiver(sk, info);
}

static int ltcp_get_info(struct sock *sk, char __user *val, int __user *lenp,
			 int len)
{
	struct tcp_info info;

	lock_sock(sk);
	ltcp_fill_info(sk, &info);
	release_sock(sk);
	return ltcp_put_data(val, lenp, len, &info, sizeof(info));
}

/* RFC 9293 3.10.1, LISTEN STATE: connect() on a listener */
static int ltcp_set_active_from_listen(struct sock *sk, int val)
{
	if (val < 0 || val > 1)
		return -EINVAL;
	ltcp_sk(sk)->active_from_listen = val;
	return 0;
}

static int ltcp_get_active_from_listen(const struct sock *sk)
{
	return ltcp_sk(sk)->active_from_listen;
}

#define LTCP_INT_OPT(name) { .set = ltcp_set_##name, .get = ltcp_get_##name }

static const struct ltcp_sockopt ltcp_sockopts[] = {
	[TCP_NODELAY]		= LTCP_INT_OPT(nodelay),
	[TCP_MAXSEG]		= LTCP_INT_OPT(maxseg),
	[TCP_CORK]		= LTCP_INT_OPT(cork),
	[TCP_KEEPIDLE]		= LTCP_INT_OPT(keepidle),
	[TCP_KEEPINTVL]		= LTCP_INT_OPT(keepintvl),
	[TCP_KEEPCNT]		= LTCP_INT_OPT(keepcnt),
	[TCP_SYNCNT]		= LTCP_INT_OPT(syncnt),
	[TCP_LINGER2]		= LTCP_INT_OPT(linger2),
	[TCP_DEFER_ACCEPT]	= LTCP_INT_OPT(defer_accept),
	[TCP_WINDOW_CLAMP]	= LTCP_INT_OPT(window_clamp),
	[TCP_QUICKACK]		= LTCP_INT_OPT(quickack),
	[TCP_USER_TIMEOUT]	= LTCP_INT_OPT(user_timeout),
	[TCP_NOTSENT_LOWAT]	= LTCP_INT_OPT(notsent_lowat),
	[TCP_INFO]		= { .get_data = ltcp_get_info },
	[TCP_CONGESTION]	= { .set_data = ltcp_set_congestion,
				    .get_data = ltcp_get_congestion },
};

/* Of ltcp alone: uapi/linux/ltcp.h */
static const struct ltcp_sockopt ltcp_sockopt_active_from_listen =
	LTCP_INT_OPT(active_from_listen);

/* Its row, an empty one for an option that is not in the table. */
static const struct ltcp_sockopt *ltcp_sockopt_find(int optname)
{
	static const struct ltcp_sockopt none;
	unsigned int i = optname;

	if (optname == LTCP_ACTIVE_FROM_LISTEN)
		return &ltcp_sockopt_active_from_listen;
	if (i >= ARRAY_SIZE(ltcp_sockopts))
		return &none;
	return &ltcp_sockopts[array_index_nospec(i, ARRAY_SIZE(ltcp_sockopts))];
}

/*
 * SOL_IPV6, and of an AF_INET6 socket SOL_IP as well. The extension headers
 * that may have been asked for take their room from the segments.
 */
static int ltcp_setsockopt6(struct sock *sk, int level, int optname,
			    sockptr_t optval, unsigned int optlen)
{
	int err = ipv6_setsockopt(sk, level, optname, optval, optlen);

	if (err || level != SOL_IPV6)
		return err;
	lock_sock(sk);
	if (ltcp_sk(sk)->pmtu)
		ltcp_sync_mss(sk, ltcp_sk(sk)->pmtu);
	release_sock(sk);
	return 0;
}

int ltcp_setsockopt(struct sock *sk, int level, int optname,
		    sockptr_t optval, unsigned int optlen)
{
	const struct ltcp_sockopt *opt = ltcp_sockopt_find(optname);
	int val, err;

	if (level != SOL_TCP && ltcp_is_v6(sk->sk_family))
		return ltcp_setsockopt6(sk, level, optname, optval, optlen);
	if (level != SOL_TCP)
		return ip_setsockopt(sk, level, optname, optval, optlen);
	if (opt->set_data)
		return opt->set_data(sk, optval, optlen);

	/* TCP looks at the value before it looks at the name. */
	if (optlen < sizeof(int))
		return -EINVAL;
	if (copy_from_sockptr(&val, optval, sizeof(val)))
		return -EFAULT;
	if (!opt->set)
		return -ENOPROTOOPT;

	lock_sock(sk);
	err = opt->set(sk, val);
	release_sock(sk);
	return err;
}

int ltcp_getsockopt(struct sock *sk, int level, int optname,
		    char __user *optval, int __user *optlen)
{
	const struct ltcp_sockopt *opt = ltcp_sockopt_find(optname);
	int val, len;

	if (level != SOL_TCP && ltcp_is_v6(sk->sk_family))
		return ipv6_getsockopt(sk, level, optname, optval, optlen);
	if (level != SOL_TCP)
		return ip_getsockopt(sk, level, optname, optval, optlen);

	if (get_user(len, optlen))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	if (opt->get_data)
		return opt->get_data(sk, optval, optlen, len);
	if (!opt->get)
		return -ENOPROTOOPT;

	lock_sock(sk);
	val = opt->get(sk);
	release_sock(sk);
	return ltcp_put_data(optval, optlen, len, &val, sizeof(val));
}
