// SPDX-License-Identifier: GPL-2.0
/*
 * Load and unload, in one visible order.
 *
 * What is loaded first is what the later steps use: the tables, the namespace
 * data, the packet handler, and last the socket type, with which users come
 * in. Unloading goes the other way. A socket pins the module through
 * struct proto, so when unloading starts there are none, and no listeners, so
 * no half-open entries either; TIME_WAIT entries are purged with their
 * namespace. rcu_barrier() waits for the sockets that RCU still frees.
 */

#include <linux/module.h>
#include <net/inet_common.h>
#include <net/protocol.h>

#include "ip/ip.h"
#include "ltcp.h"
#include "tables/tables.h"

unsigned int ltcp_ipproto = 253;
unsigned int ltcp_net_id;

module_param_named(ipproto, ltcp_ipproto, uint, 0444);
MODULE_PARM_DESC(ipproto, "IP protocol number, 1 to 254 (default 253, RFC 3692)");

static int __net_init ltcp_net_init(struct net *net)
{
	struct ltcp_net *ln = ltcp_net(net);
	int err;

	ln->net = net;
	ltcp_secrets_init(ln);
	ltcp_flood_net_init(ln);

	err = ltcp_stats_net_init(ln);
	if (err)
		return err;
	err = ltcp_tw_net_init(ln);
	if (err)
		goto stats;
	err = ltcp_sysctl_net_init(ln);
	if (err)
		goto timewait;
	err = ltcp_proc_net_init(net);
	if (err)
		goto sysctl;
	err = ltcp_history_net_init(ln);
	if (err)
		goto proc;
	err = ltcp_ipv4_net_init(ln);
	if (err)
		goto history;
	if (IS_ENABLED(CONFIG_IPV6))
		err = ltcp_ipv6_net_init(ln);
	if (err)
		goto ipv4;
	return 0;

ipv4:
	ltcp_ipv4_net_exit(ln);
history:
	ltcp_history_net_exit(ln);
proc:
	ltcp_proc_net_exit(net);
sysctl:
	ltcp_sysctl_net_exit(ln);
timewait:
	ltcp_tw_net_exit(ln);
stats:
	ltcp_stats_net_exit(ln);
	return err;
}

static void __net_exit ltcp_net_exit(struct net *net)
{
	struct ltcp_net *ln = ltcp_net(net);

	if (IS_ENABLED(CONFIG_IPV6))
		ltcp_ipv6_net_exit(ln);
	ltcp_ipv4_net_exit(ln);
	ltcp_history_net_exit(ln);
	ltcp_proc_net_exit(net);
	ltcp_sysctl_net_exit(ln);
	ltcp_tw_net_exit(ln);
	/* Whatever the connections were that these counted, all are gone. */
	WARN_ON_ONCE(atomic_read(&ln->tw_count));
	WARN_ON_ONCE(atomic_read(&ln->orphan_count));
	ltcp_stats_net_exit(ln);
}

static struct pernet_operations ltcp_net_ops = {
	.init	= ltcp_net_init,
	.exit	= ltcp_net_exit,
	.id	= &ltcp_net_id,
	.size	= sizeof(struct ltcp_net),
};

static int __init ltcp_check_ipproto(void)
{
	if (ltcp_ipproto >= 1 && ltcp_ipproto <= 254)
		return 0;
	pr_err("ipproto=%u is no IP protocol number: use 1 to 254, best 253 or 254 (RFC 3692)\n",
	       ltcp_ipproto);
	return -EINVAL;
}

static int __init ltcp_take_ipproto(void)
{
	int err = ltcp_ipv4_init();

	if (err)
		goto taken;
	if (IS_ENABLED(CONFIG_IPV6))
		err = ltcp_ipv6_init();
	if (err)
		goto ipv4;
	err = ltcp_offload_init();
	if (!err)
		return 0;

	if (IS_ENABLED(CONFIG_IPV6))
		ltcp_ipv6_exit();
ipv4:
	ltcp_ipv4_exit();
taken:
	pr_err("ipproto=%u is taken by another protocol: choose a free one, best 253 or 254 (RFC 3692)\n",
	       ltcp_ipproto);
	return err;
}

static struct ltcp_cong_ops *const ltcp_cong_own[] = {
	&ltcp_cong_reno, &ltcp_cong_cubic, &ltcp_cong_dctcp,
};

static void ltcp_cong_exit(void)
{
	int i = ARRAY_SIZE(ltcp_cong_own);

	while (i--)
		ltcp_cong_unregister(ltcp_cong_own[i]);
}

/* Nobody else can have taken a name yet, so none is refused. */
static void __init ltcp_cong_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(ltcp_cong_own); i++)
		WARN_ON(ltcp_cong_register(ltcp_cong_own[i]));
}

static int __init ltcp_init(void)
{
	int err = ltcp_check_ipproto();

	if (err)
		return err;
	err = ltcp_conn_init();
	if (err)
		return err;
	err = ltcp_port_init();
	if (err)
		goto conn;
	err = ltcp_quota_init();
	if (err)
		goto port;
	err = ltcp_halfopen_init();
	if (err)
		goto quota;
	err = ltcp_tw_init();
	if (err)
		goto halfopen;
	ltcp_cong_init();
	err = ltcp_proto_init();
	if (err)
		goto cong;
	err = register_pernet_subsys(&ltcp_net_ops);
	if (err)
		goto proto;
	err = ltcp_take_ipproto();
	if (err)
		goto pernet;
	ltcp_proto_publish();
	pr_info("loaded, IP protocol %u\n", ltcp_ipproto);
	return 0;

pernet:
	unregister_pernet_subsys(&ltcp_net_ops);
proto:
	ltcp_proto_exit();
cong:
	ltcp_cong_exit();
	ltcp_tw_exit();
halfopen:
	ltcp_halfopen_exit();
quota:
	ltcp_quota_exit();
port:
	ltcp_port_exit();
conn:
	ltcp_conn_exit();
	return err;
}

static void __exit ltcp_exit(void)
{
	ltcp_proto_withdraw();
	ltcp_ipv4_exit();
	if (IS_ENABLED(CONFIG_IPV6))
		ltcp_ipv6_exit();
	ltcp_offload_exit();
	/* No segment is on its way in any more: inet_del_protocol() waited. */
	unregister_pernet_subsys(&ltcp_net_ops);
	rcu_barrier();
	ltcp_proto_exit();
	ltcp_cong_exit();
	ltcp_tw_exit();
	ltcp_halfopen_exit();
	ltcp_quota_exit();
	ltcp_port_exit();
	ltcp_conn_exit();
}

module_init(ltcp_init);
module_exit(ltcp_exit);

MODULE_DESCRIPTION("Loadable TCP: a complete second TCP under its own IP protocol");
MODULE_LICENSE("GPL");
