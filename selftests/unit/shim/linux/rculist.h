/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_RCULIST_H
#define SHIM_LINUX_RCULIST_H

#include <assert.h>
#include <linux/compiler.h>
#include <linux/list.h>

/* RCU for one thread: readers nest, and a writer waits for none of its own. */
__weak int shim_rcu_readers;
__weak int shim_rcu_periods;

static inline void rcu_read_lock(void)
{
	shim_rcu_readers++;
}

static inline void rcu_read_unlock(void)
{
	assert(shim_rcu_readers > 0);
	shim_rcu_readers--;
}

static inline void synchronize_rcu(void)
{
	assert(!shim_rcu_readers);
	shim_rcu_periods++;
}

#define list_add_tail_rcu	list_add_tail

/* A reader may still stand on @node: its way on must stay. */
static inline void list_del_rcu(struct list_head *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	node->prev = NULL;
}

/* The last argument, if any: another lock that makes the walk safe. */
#define list_for_each_entry_rcu(pos, head, member, ...)			\
	for (assert(shim_rcu_readers || (__VA_ARGS__ + 0)),		\
	     pos = list_entry((head)->next, __typeof__(*pos), member);	\
	     &pos->member != (head);					\
	     pos = list_entry(pos->member.next, __typeof__(*pos), member))

#endif
