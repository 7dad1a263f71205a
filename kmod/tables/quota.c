// SPDX-License-Identifier: GPL-2.0
/*
 * What one source may cost: half-open entries, and SYN-ACKs that nobody
 * acknowledges. Anybody can write a victim's address on a SYN, so a SYN-ACK is
 * reflected traffic until the handshake is complete. It is charged to the
 * prefix it went to, forgiven at synack_rate a second, and taken back when the
 * handshake is completed: so it costs real clients nothing, however many of
 * them share an address.
 *
 * Accounts are in a table of fixed size, by a hash of namespace and prefix
 * with a secret of this load. A set has a few, and a newcomer takes that of
 * whoever owes least. So spoofed addresses by the million displace each other,
 * not the ones with much on their account; and what is displaced is forgiven,
 * which errs on the side of answering. Two prefixes of the same hash,
 * which nobody outside can choose, share an account.
 *
 * Called with bottom halves off for each SYN, completed handshake and lost
 * entry, also inside the lock of a half-open row. Inside the lock of a set
 * nothing is locked.
 */

#include <linux/random.h>
#include <linux/siphash.h>
#include <net/netns/hash.h>

#include "ltcp.h"
#include "tables/tables.h"

#define QUOTA_SETS	1024
#define QUOTA_WAYS	5	/* with the lock: one cache line */
#define QUOTA_LONG	(32 * HZ)

/**
 * struct quota - the account of one prefix
 * @tag: hash of namespace and prefix
 * @stamp: jiffies up to which @spent was forgiven
 * @spent: answers that were neither acknowledged nor forgiven
 * @halfopens: half-open entries
 */
struct quota {
	u32 tag;
	u32 stamp;
	u16 spent;
	u16 halfopens;
};

struct quota_set {
	spinlock_t lock;	/* of the accounts below */
	struct quota way[QUOTA_WAYS];
};

static struct quota_set *quota_sets __read_mostly;
static hsiphash_key_t quota_key __read_mostly;

/* A prefix of IPv6, as it is hashed. */
struct quota_prefix6 {
	struct in6_addr addr;
	u32 bits;
	u32 net;
};

static u32 quota_tag6(const struct ltcp_flow *flow, u8 bits)
{
	struct quota_prefix6 p = {
		.bits = bits,
		.net = net_hash_mix(flow->net),
	};

	ipv6_addr_prefix(&p.addr, &flow->remote.v6, bits);
	return hsiphash(&p, sizeof(p), &quota_key);
}

/* Account of the @bits first bits of the address of @flow's peer. */
static struct quota_set *quota_set(const struct ltcp_flow *flow, u8 bits,
				   u32 *tag)
{
	u32 prefix;

	if (ltcp_is_v6(flow->family)) {
		*tag = quota_tag6(flow, bits);
	} else {
		prefix = ntohl(flow->remote.v4) & ~0U << (32 - bits);
		*tag = hsiphash_3u32(prefix, bits, net_hash_mix(flow->net),
				     &quota_key);
	}
	return &quota_sets[*tag % QUOTA_SETS];
}

/* How much of an address tells one source from another. */
static u8 quota_bits(const struct ltcp_flow *flow)
{
	const struct ltcp_net *ln = ltcp_net(flow->net);

	return ltcp_is_v6(flow->family) ? READ_ONCE(ln->syn_quota_prefix6) :
					  READ_ONCE(ln->syn_quota_prefix);
}

/* @rate a second is forgiven. */
static void quota_forgive(struct quota *q, u32 rate, u32 now)
{
	u32 elapsed = min_t(u32, now - q->stamp, QUOTA_LONG);
	u32 n = elapsed * rate / HZ;

	if (n >= q->spent || !rate) {
		q->spent = 0;
		q->stamp = now;
	} else if (n) {
		q->spent -= n;
		q->stamp += n * HZ / rate;
	}
}

static struct quota *quota_find(struct quota_set *set, u32 tag)
	__must_hold(&set->lock)
{
	struct quota *q;

	for (q = set->way; q < set->way + QUOTA_WAYS; q++)
		if (q->tag == tag)
			return q;
	return NULL;
}

static struct quota *quota_displace(struct quota_set *set, u32 tag, u32 rate,
				    u32 now)
	__must_hold(&set->lock)
{
	u32 owes, least_owed = U32_MAX;
	struct quota *q, *least = set->way;

	for (q = set->way; q < set->way + QUOTA_WAYS && least_owed; q++) {
		quota_forgive(q, rate, now);
		owes = q->spent + q->halfopens;
		if (owes < least_owed) {
			least_owed = owes;
			least = q;
		}
	}
	*least = (struct quota){ .tag = tag, .stamp = now };
	return least;
}

/* The account of @tag, up to date. */
static struct quota *quota_get(struct quota_set *set, u32 tag, u32 rate)
	__must_hold(&set->lock)
{
	struct quota *q = quota_find(set, tag);
	u32 now = ltcp_jiffies32();

	if (!q)
		return quota_displace(set, tag, rate, now);
	quota_forgive(q, rate, now);
	return q;
}

/* One answer more, if it is not beyond @rate. 0: any number */
static bool quota_spend(struct quota *q, u32 rate)
{
	if (rate) {
		if (q->spent >= rate)
			return false;
		q->spent++;
	}
	return true;
}

/*
 * synack_budget, for the whole namespace. Two CPUs that begin a second at once
 * may let some more pass.
 */
static bool quota_budget(struct ltcp_net *ln)
{
	int budget = READ_ONCE(ln->synack_budget);
	u32 now = ltcp_jiffies32();

	if (!budget)
		return true;
	if (now - READ_ONCE(ln->answers_since) >= HZ) {
		WRITE_ONCE(ln->answers_since, now);
		atomic_set(&ln->answers, 0);
	}
	if (atomic_inc_return(&ln->answers) <= budget)
		return true;
	atomic_dec(&ln->answers);
	return false;
}

static void quota_budget_back(struct ltcp_net *ln, int answers)
{
	if (READ_ONCE(ln->synack_budget))
		atomic_sub(answers, &ln->answers);
}

/* With @most, one half-open entry more, if there are fewer. */
static int quota_charge(const struct ltcp_flow *flow, u32 rate, u32 most)
{
	u8 bits = quota_bits(flow);
	struct quota_set *set;
	struct quota *q;
	int ret = 0;
	u32 tag;

	set = quota_set(flow, bits, &tag);
	spin_lock(&set->lock);
	q = quota_get(set, tag, rate);
	if (!quota_spend(q, rate)) {
		ret = LTCP_QUOTA_SILENT;
	} else if (most) {
		ret = q->halfopens < most ? bits : LTCP_QUOTA_FULL;
		if (ret > 0)
			q->halfopens++;
	}
	spin_unlock(&set->lock);
	return ret;
}

int ltcp_quota_syn(const struct ltcp_flow *flow, bool entry)
{
	struct ltcp_net *ln = ltcp_net(flow->net);
	u32 rate = READ_ONCE(ln->synack_rate);
	u32 most = entry ? READ_ONCE(ln->syn_quota_halfopens) : 0;
	int ret = 0;

	if (!quota_budget(ln)) {
		LTCP_INC(flow->net, QuotaSynAcks);
		return LTCP_QUOTA_SILENT;
	}
	if (rate || most)
		ret = quota_charge(flow, rate, most);
	if (ret == LTCP_QUOTA_FULL)
		LTCP_INC(flow->net, QuotaHalfOpens);
	if (ret == LTCP_QUOTA_SILENT) {
		quota_budget_back(ln, 1);
		LTCP_INC(flow->net, QuotaSynAcks);
	}
	return ret;
}

bool ltcp_quota_again(const struct ltcp_flow *flow)
{
	return ltcp_quota_syn(flow, false) != LTCP_QUOTA_SILENT;
}

void ltcp_quota_end(const struct ltcp_flow *flow, u8 quota, u8 proved)
{
	struct ltcp_net *ln = ltcp_net(flow->net);
	struct quota_set *set;
	struct quota *q;
	u32 tag;

	if (proved)
		quota_budget_back(ln, proved);
	if (!READ_ONCE(ln->synack_rate))
		proved = 0;
	if (!quota && !proved)
		return;

	set = quota_set(flow, quota ?: quota_bits(flow), &tag);
	spin_lock(&set->lock);
	q = quota_find(set, tag);
	if (q && quota && q->halfopens)
		q->halfopens--;
	if (q)
		q->spent -= min_t(u16, q->spent, proved);
	spin_unlock(&set->lock);
}

int __init ltcp_quota_init(void)
{
	unsigned int i;

	get_random_bytes(&quota_key, sizeof(quota_key));
	quota_sets = kvcalloc(QUOTA_SETS, sizeof(*quota_sets), GFP_KERNEL);
	if (!quota_sets)
		return -ENOMEM;
	for (i = 0; i < QUOTA_SETS; i++)
		spin_lock_init(&quota_sets[i].lock);
	return 0;
}

void ltcp_quota_exit(void)
{
	unsigned int i, w;

	for (i = 0; i < QUOTA_SETS; i++)
		for (w = 0; w < QUOTA_WAYS; w++)
			WARN_ON_ONCE(quota_sets[i].way[w].halfopens);
	kvfree(quota_sets);
}
