// SPDX-License-Identifier: GPL-2.0
/*
 * What sockets are charged for: the memory of all of them together, and that
 * of the control group (memcg) whose process uses one.
 *
 * The kernel counts: what is queued is charged through sk_mem_charge() and
 * struct proto (proto.c), in pages, and where there are control groups to that
 * of the socket too. A socket that socket() made has one from the start. One
 * that a SYN made has none, since no process was at work then: it gets that of
 * whoever accepts it, and what has arrived by then is charged afterwards.
 *
 * Called by proto.c, control/proc.c and at unload; and by the engine, which
 * asks before it lets a window or a buffer grow.
 */

#include <linux/cgroup.h>
#include <linux/memcontrol.h>
#include <linux/percpu.h>

#include "../ltcp.h"

bool ltcp_memory_pressure(const struct sock *sk)
{
	return sk_under_memory_pressure(sk);
}

long ltcp_mem_pages(void)
{
	long pages = atomic_long_read(ltcp_prot.memory_allocated);
	int cpu;

	/* What a processor has not yet added, or has set aside. */
	for_each_possible_cpu(cpu)
		pages += READ_ONCE(*per_cpu_ptr(ltcp_prot.per_cpu_fw_alloc,
						cpu));
	return pages;
}

void ltcp_mem_check(void)
{
	WARN_ON_ONCE(ltcp_mem_pages());
	WARN_ON_ONCE(percpu_counter_sum(ltcp_prot.sockets_allocated));
}

#ifdef CONFIG_MEMCG

/* The control group of this process, with a reference; NULL: none counts. */
static struct mem_cgroup *ltcp_memcg_get(void)
{
	struct mem_cgroup *memcg;

	rcu_read_lock();
	memcg = mem_cgroup_from_task(current);
	/* The root has no limits, so it is not charged. */
	if (memcg && (!memcg->css.parent || !css_tryget(&memcg->css)))
		memcg = NULL;
	rcu_read_unlock();
	return memcg;
}

/* Octets that @sk holds and is charged for: errors in its queue are not. [s] */
static int ltcp_mem_charged(struct sock *sk)
{
	int used = atomic_read(&sk->sk_rmem_alloc) + sk->sk_wmem_queued;
	struct sk_buff *skb;

	spin_lock_bh(&sk->sk_error_queue.lock);
	skb_queue_walk(&sk->sk_error_queue, skb)
		used -= skb->truesize;
	spin_unlock_bh(&sk->sk_error_queue.lock);
	return used;
}

void ltcp_memcg_adopt(struct sock *sk)
{
	struct mem_cgroup *memcg;
	int used;

	ltcp_owned(sk);
	/* That of version 1 counts other things, by other rules. */
	if (!mem_cgroup_sockets_enabled || sk->sk_memcg ||
	    !cgroup_subsys_on_dfl(memory_cgrp_subsys))
		return;
	memcg = ltcp_memcg_get();
	if (!memcg)
		return;

	/* Give back what nobody was charged for, and take it once more. */
	used = ltcp_mem_charged(sk);
	sk_mem_uncharge(sk, used);
	sk->sk_memcg = memcg;	/* and sk_free() puts the reference */
	/* Refused, it is a debt, which is charged with what comes next. */
	if (used)
		__sk_mem_schedule(sk, used, SK_MEM_RECV);
	sk_mem_charge(sk, used);
}

#else

void ltcp_memcg_adopt(struct sock *sk)
{
}

#endif
