/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_COMPAT_H
#define _LTCP_COMPAT_H

/*
 * Differences between kernels, all of them. The rest of ltcp is written for
 * the newest kernel; what an older one calls otherwise gets its new name
 * here. HAVE_* come from scripts/probes, compiled against the kernel at hand:
 * version numbers are not asked, since distributions carry changes back.
 *
 * Where the signature of a callback changed, the code defines the function as
 * the newest kernel wants it, and LTCP_DEFINE_*(fn) makes fn_op of it, which
 * has the signature that this kernel wants.
 */

#include <linux/hrtimer.h>
#include <linux/ipv6.h>
#include <linux/random.h>
#include <linux/sockptr.h>
#include <linux/sysctl.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <net/gro.h>
#include <net/inet_common.h>
#include <net/inet_sock.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "compat_probe.h"

#ifdef HAVE_PROTO_MEMORY_H
#include <net/proto_memory.h>
#endif

#ifdef HAVE_GSO_H
#include <net/gso.h>
#endif

/* struct sock *fn(struct sock *sk, struct proto_accept_arg *arg) */
#ifdef HAVE_PROTO_ACCEPT_ARG
#define LTCP_DEFINE_ACCEPT(fn)						\
static struct sock *fn##_op(struct sock *sk,				\
			    struct proto_accept_arg *arg)		\
{									\
	return fn(sk, arg);						\
}
#else
struct proto_accept_arg {
	int flags;
	int err;
	int is_empty;
	bool kern;
};

#define LTCP_DEFINE_ACCEPT(fn)						\
static struct sock *fn##_op(struct sock *sk, int flags, int *err,	\
			    bool kern)					\
{									\
	struct proto_accept_arg arg = { .flags = flags, .kern = kern };	\
	struct sock *child = fn(sk, &arg);				\
									\
	*err = arg.err;							\
	return child;							\
}
#endif

/* int fn(struct sock *sk, int cmd, int *karg) */
#ifdef HAVE_PROTO_IOCTL_KARG
#define LTCP_DEFINE_IOCTL(fn)						\
static int fn##_op(struct sock *sk, int cmd, int *karg)			\
{									\
	return fn(sk, cmd, karg);					\
}
#else
#define LTCP_DEFINE_IOCTL(fn)						\
static int fn##_op(struct sock *sk, int cmd, unsigned long arg)		\
{									\
	int val = 0;							\
	int err = fn(sk, cmd, &val);					\
									\
	return err ? err : put_user(val, (int __user *)arg);		\
}
#endif

/*
 * int fn(struct sock *sk, struct msghdr *msg, size_t len, int flags)
 *
 * Only the error queue has an address to tell, and sets msg->msg_namelen; the
 * caller in an older kernel makes it what addr_len says.
 */
#ifdef HAVE_PROTO_RECVMSG_ADDR_LEN
#define LTCP_DEFINE_RECVMSG(fn)						\
static int fn##_op(struct sock *sk, struct msghdr *msg, size_t len,	\
		   int flags, int *addr_len)				\
{									\
	int ret = fn(sk, msg, len, flags);				\
									\
	if (flags & MSG_ERRQUEUE)					\
		*addr_len = msg->msg_namelen;				\
	return ret;							\
}

static inline int ltcp_recv_error(struct sock *sk, struct msghdr *msg, int len)
{
	return inet_recv_error(sk, msg, len, &msg->msg_namelen);
}
#else
#define LTCP_DEFINE_RECVMSG(fn)						\
static int fn##_op(struct sock *sk, struct msghdr *msg, size_t len,	\
		   int flags)						\
{									\
	return fn(sk, msg, len, flags);					\
}

static inline int ltcp_recv_error(struct sock *sk, struct msghdr *msg, int len)
{
	return inet_recv_error(sk, msg, len);
}
#endif

/* What bind() and connect() get: an address whose length is told apart. */
#ifndef HAVE_SOCKADDR_UNSIZED
#define sockaddr_unsized sockaddr
#endif

/*
 * Older kernels find the end of a table by an empty entry, newer ones reject
 * it: give @table room for @size + 1 entries, and leave the last one zeroed.
 */
#ifndef HAVE_REGISTER_NET_SYSCTL_SZ
static inline struct ctl_table_header *
register_net_sysctl_sz(struct net *net, const char *path,
		       struct ctl_table *table, size_t size)
{
	return register_net_sysctl(net, path, table);
}
#endif

/* int fn(LTCP_CTL_CONST struct ctl_table *ctl, int write, ...) */
#ifdef HAVE_CONST_CTL_TABLE
#define LTCP_CTL_CONST const
#else
#define LTCP_CTL_CONST
#endif

#ifndef HAVE_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*fn)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = fn;
}
#endif

#ifndef HAVE_TIMER_CONTAINER_OF
#define timer_container_of(var, timer, field) from_timer(var, timer, field)
#endif

#ifndef HAVE_TIMER_DELETE
#define timer_delete(timer)		del_timer(timer)
#define timer_delete_sync(timer)	del_timer_sync(timer)
#endif

/* Not the same: the caller must also see that nobody arms the timer again. */
#ifndef HAVE_TIMER_SHUTDOWN_SYNC
#define timer_shutdown_sync(timer)	timer_delete_sync(timer)
#endif

/* inet_test_bit(FREEBIND, sk) and its like, for the flags that ltcp uses. */
#ifndef HAVE_INET_FLAGS_BITS
#define LTCP_INET_RECVERR		recverr
#define LTCP_INET_FREEBIND		freebind
#define LTCP_INET_HDRINCL		hdrincl
#define LTCP_INET_TRANSPARENT		transparent
#define LTCP_INET_NODEFRAG		nodefrag
#define LTCP_INET_MC_LOOP		mc_loop
#define LTCP_INET_BIND_ADDRESS_NO_PORT	bind_address_no_port

#define inet_test_bit(nr, sk)	(inet_sk(sk)->LTCP_INET_##nr)
#define inet_set_bit(nr, sk)	(inet_sk(sk)->LTCP_INET_##nr = 1)
#define inet_clear_bit(nr, sk)	(inet_sk(sk)->LTCP_INET_##nr = 0)
#define inet_assign_bit(nr, sk, val) \
	(inet_sk(sk)->LTCP_INET_##nr = !!(val))
#endif

/* The same for the flags of IPv6. */
#ifndef HAVE_INET6_FLAGS_BITS
#define LTCP_INET6_RECVERR6	recverr
#define LTCP_INET6_SNDFLOW	sndflow

#define inet6_test_bit(nr, sk)	(inet6_sk(sk)->LTCP_INET6_##nr)
#endif

#if IS_ENABLED(CONFIG_IPV6)
/* Where the IPv6 part stands in a socket; older ones take it from the size. */
static inline void ltcp_set_pinfo_offset(struct proto *prot,
					 unsigned int offset)
{
#ifdef HAVE_IPV6_PINFO_OFFSET
	prot->ipv6_pinfo_offset = offset;
#endif
}

static inline unsigned int ltcp_pinfo_offset(const struct sock *sk)
{
#ifdef HAVE_IPV6_PINFO_OFFSET
	return sk->sk_prot->ipv6_pinfo_offset;
#else
	return sk->sk_prot->obj_size - sizeof(struct ipv6_pinfo);
#endif
}

/* @sk, a clone, has leased no flow label (IPV6_FLOWLABEL_MGR). */
static inline void ltcp_no_flowlabels(struct sock *sk)
{
#ifdef HAVE_INET_SOCK_FL_LIST
	RCU_INIT_POINTER(inet_sk(sk)->ipv6_fl_list, NULL);
#else
	RCU_INIT_POINTER(inet6_sk(sk)->ipv6_fl_list, NULL);
#endif
}
#endif /* CONFIG_IPV6 */

/* IP_LOCAL_PORT_RANGE: high port << 16 | low port, 0: none */
static inline u32 ltcp_local_port_range(const struct sock *sk)
{
#ifdef HAVE_INET_LOCAL_PORT_RANGE
	return READ_ONCE(inet_sk(sk)->local_port_range);
#else
	return 0;
#endif
}

/* First IP identification of a connection; ip_queue_xmit() counts on. */
static inline void ltcp_set_ip_id(struct sock *sk, u16 id)
{
#ifdef HAVE_INET_ID_ATOMIC
	atomic_set(&inet_sk(sk)->inet_id, id);
#else
	inet_sk(sk)->inet_id = id;
#endif
}

/* An inet_diag_handler names its module, or is found under a mutex. */
#ifdef HAVE_INET_DIAG_OWNER
#define LTCP_DIAG_OWNER(module)	.owner = module,
#else
#define LTCP_DIAG_OWNER(module)
#endif

/* Does the filter of a dump, struct inet_diag_dump_data, let @sk pass? */
#ifdef HAVE_INET_DIAG_BC_DATA
#define ltcp_diag_bc_sk(data, sk)	inet_diag_bc_sk(data, sk)
#else
#define ltcp_diag_bc_sk(data, sk) \
	inet_diag_bc_sk((data)->inet_diag_nla_bc, sk)
#endif

#ifndef HAVE_GET_RANDOM_U32_BELOW
static inline u32 get_random_u32_below(u32 ceil)
{
	return prandom_u32_max(ceil);
}
#endif

#ifndef HAVE_SK_UID
static inline kuid_t sk_uid(const struct sock *sk)
{
	return READ_ONCE(sk->sk_uid);
}
#endif

#ifndef HAVE_COPY_SAFE_FROM_SOCKPTR
static inline int copy_safe_from_sockptr(void *dst, size_t ksize,
					 sockptr_t optval, unsigned int optlen)
{
	if (optlen < ksize)
		return -EINVAL;
	return copy_from_sockptr(dst, optval, ksize) ? -EFAULT : 0;
}
#endif

/*
 * A secret of @net that stays the same while modules come and go; where there
 * is none a new one. The kernel makes it when it is needed first.
 */
static inline void ltcp_net_root_key(struct net *net, siphash_key_t *key)
{
#ifdef HAVE_NETNS_IP_ID_KEY
	struct iphdr iph = { };

	__ip_select_ident(net, &iph, 1);
	*key = net->ipv4.ip_id_key;
#else
	get_random_bytes(key, sizeof(*key));
#endif
}

/*
 * GRO: is there a difference between the IP headers before @th and before
 * @first, that of @held, so that they must not be merged? Older kernels have
 * compared them and noted it down. Identifications have to count on: only
 * then they come out the same when the packet is cut up again.
 */
static inline bool ltcp_gro_network_differs(const void *th, const void *first,
					    struct sk_buff *held)
{
#ifdef HAVE_GRO_NETWORK_FLUSH
	return gro_receive_network_flush(th, first, held) ||
	       NAPI_GRO_CB(held)->ip_fixedid;
#else
	return NAPI_GRO_CB(held)->flush || NAPI_GRO_CB(held)->flush_id;
#endif
}

#endif /* _LTCP_COMPAT_H */
