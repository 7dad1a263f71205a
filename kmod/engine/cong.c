// SPDX-License-Identifier: GPL-2.0
/*
 * Congestion control, all but the algorithms: the list of those there are,
 * which of them a connection uses, and the arithmetic that they share.
 *
 * The list is walked under RCU by whoever opens a connection, in softirq too,
 * and changed under ltcp_cong_lock by modules that come and go. A connection
 * holds a reference on the module of its algorithm from attach to detach, so
 * that an algorithm in use cannot be unloaded; what is done to a connection
 * is done under its socket lock. A leaf: it also compiles in user space.
 *
 * When a loss is found, and what cwnd becomes then, is not decided here but
 * in engine/recovery.c.
 */

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/rculist.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "cong.h"

#define INIT_WINDOW_OCTETS	14600U	/* RFC 6928 2 */

static LIST_HEAD(ltcp_cong_algos);
static DEFINE_SPINLOCK(ltcp_cong_lock);

/* Under rcu_read_lock() or ltcp_cong_lock. */
static struct ltcp_cong_ops *cong_find(const char *name)
{
	struct ltcp_cong_ops *ops;

	list_for_each_entry_rcu(ops, &ltcp_cong_algos, node,
				lockdep_is_held(&ltcp_cong_lock)) {
		if (!strcmp(ops->name, name))
			return ops;
	}
	return NULL;
}

/* As cong_find(), with a reference on the module. */
static const struct ltcp_cong_ops *cong_get(const char *name)
{
	const struct ltcp_cong_ops *ops;

	if (!name || !*name)
		name = ltcp_cong_reno.name;

	rcu_read_lock();
	ops = cong_find(name);
	if (ops && !try_module_get(ops->owner))
		ops = NULL;
	rcu_read_unlock();
	return ops;
}

/* A name is one word, ends inside its array, and is not empty. */
static bool cong_name_valid(const char *name)
{
	size_t len = strnlen(name, LTCP_CONG_NAME_MAX);

	return len && len < LTCP_CONG_NAME_MAX && strcspn(name, " \t\n") == len;
}

int ltcp_cong_register(struct ltcp_cong_ops *ops)
{
	int err = 0;

	if (!ops->acked || !ops->ssthresh || !cong_name_valid(ops->name))
		return -EINVAL;

	spin_lock(&ltcp_cong_lock);
	if (cong_find(ops->name))
		err = -EEXIST;
	else
		list_add_tail_rcu(&ops->node, &ltcp_cong_algos);
	spin_unlock(&ltcp_cong_lock);
	return err;
}
EXPORT_SYMBOL_GPL(ltcp_cong_register);

void ltcp_cong_unregister(struct ltcp_cong_ops *ops)
{
	spin_lock(&ltcp_cong_lock);
	list_del_rcu(&ops->node);
	spin_unlock(&ltcp_cong_lock);

	/* cong_get() may still look at @ops->owner */
	synchronize_rcu();
}
EXPORT_SYMBOL_GPL(ltcp_cong_unregister);

static void cong_use(struct ltcp_cong *ca, const struct ltcp_cong_ops *ops)
{
	ca->ops = ops;
	ca->acked_cnt = 0;
	memset(ca->priv, 0, sizeof(ca->priv));
	if (ops->init)
		ops->init(ca);
}

int ltcp_cong_attach(struct ltcp_cong *ca, const char *name, u32 mss)
{
	const struct ltcp_cong_ops *ops = cong_get(name);

	if (!ops)
		return -ENOENT;
	ca->mss = mss;
	ca->cwnd = ltcp_cong_init_window(mss);
	ca->ssthresh = LTCP_SSTHRESH_INF;
	cong_use(ca, ops);
	return 0;
}

void ltcp_cong_detach(struct ltcp_cong *ca)
{
	const struct ltcp_cong_ops *ops = ca->ops;

	if (!ops)
		return;
	if (ops->release)
		ops->release(ca);
	ca->ops = NULL;
	module_put(ops->owner);
}

int ltcp_cong_switch(struct ltcp_cong *ca, const char *name)
{
	const struct ltcp_cong_ops *ops = cong_get(name);

	if (!ops)
		return -ENOENT;
	if (ops == ca->ops) {
		/* It keeps what it has learnt, and has its reference already */
		module_put(ops->owner);
		return 0;
	}
	ltcp_cong_detach(ca);
	cong_use(ca, ops);
	return 0;
}

bool ltcp_cong_known(const char *name)
{
	bool known;

	rcu_read_lock();
	known = cong_find(name);
	rcu_read_unlock();
	return known;
}

int ltcp_cong_list(char *buf, size_t size)
{
	const struct ltcp_cong_ops *ops;
	int len = 0;

	if (size)
		*buf = '\0';
	rcu_read_lock();
	list_for_each_entry_rcu(ops, &ltcp_cong_algos, node) {
		/* blank, name, and the NUL must fit, or the name stays out */
		if (len + !!len + strlen(ops->name) >= size)
			break;
		len += scnprintf(buf + len, size - len, "%s%s", len ? " " : "",
				 ops->name);
	}
	rcu_read_unlock();
	return len;
}

u32 ltcp_cong_init_window(u32 mss)
{
	return min(LTCP_INIT_CWND * mss, max(2 * mss, INIT_WINDOW_OCTETS));
}
EXPORT_SYMBOL_GPL(ltcp_cong_init_window);

static void cong_grow(struct ltcp_cong *ca, u32 octets)
{
	ca->cwnd = min(ca->cwnd + octets, LTCP_SSTHRESH_INF);
}

u32 ltcp_cong_slow_start_upto(struct ltcp_cong *ca, u32 acked, u32 limit)
{
	u32 room = ltcp_cong_slow_start(ca) ? ca->ssthresh - ca->cwnd : 0;
	u32 grow = min(acked, limit);

	if (grow < room) {
		cong_grow(ca, grow);
		return 0;
	}
	cong_grow(ca, room);
	return acked - room;
}
EXPORT_SYMBOL_GPL(ltcp_cong_slow_start_upto);

u32 ltcp_cong_slow_start_grow(struct ltcp_cong *ca, u32 acked)
{
	return ltcp_cong_slow_start_upto(ca, acked, 2 * ca->mss);
}
EXPORT_SYMBOL_GPL(ltcp_cong_slow_start_grow);

/*
 * RFC 3465 2.1. No more than one mss for one call, however much it was that
 * was acknowledged: a call is at most one round trip (RFC 5681 3.1).
 */
void ltcp_cong_avoid(struct ltcp_cong *ca, u32 acked)
{
	/* cwnd may have fallen since the last call */
	ca->acked_cnt = min(ca->acked_cnt, ca->cwnd);
	ca->acked_cnt += min(acked, ca->cwnd);
	if (!acked || ca->acked_cnt < ca->cwnd)
		return;
	ca->acked_cnt -= ca->cwnd;
	cong_grow(ca, ca->mss);
}
EXPORT_SYMBOL_GPL(ltcp_cong_avoid);
