// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/engine/cong.c and cong_reno.c: who holds a reference on what, and the
 * growth of the window by RFC 5681, RFC 3465 and RFC 6928.
 */

#include <linux/kernel.h>
#include <linux/rculist.h>

#include "../../kmod/engine/cong.h"
#include "ktap.h"

#define MSS	1460U
#define ROUNDS	20000

/* An algorithm that writes down what it is asked. */
static struct module toy_module;
static unsigned int toy_inits, toy_releases;
static struct ltcp_cong toy_seen;	/* connection as ->init saw it */

static void toy_init(struct ltcp_cong *ca)
{
	toy_inits++;
	toy_seen = *ca;
	memset(ca->priv, 0x5a, sizeof(ca->priv));
}

static void toy_release(struct ltcp_cong *ca)
{
	CHECK(ca->ops);
	CHECK_EQ(toy_module.refs > 0, true);
	toy_releases++;
}

static void toy_acked(struct ltcp_cong *ca, const struct ltcp_cong_ack *ack)
{
	ca->cwnd += ack->acked;
}

static u32 toy_ssthresh(struct ltcp_cong *ca, u32 flight)
{
	return flight + ca->mss;
}

static struct ltcp_cong_ops toy = {
	.name		= "toy",
	.owner		= &toy_module,
	.init		= toy_init,
	.release	= toy_release,
	.acked		= toy_acked,
	.ssthresh	= toy_ssthresh,
};

static void register_both(void)
{
	CHECK_EQ(ltcp_cong_register(&ltcp_cong_reno), 0);
	CHECK_EQ(ltcp_cong_register(&toy), 0);
}

/* Nobody holds a module, reads the list, or has the algorithms registered. */
static void unregister_both(void)
{
	CHECK_EQ(shim_this_module.refs, 0);
	CHECK_EQ(toy_module.refs, 0);
	CHECK_EQ(toy_inits, toy_releases);
	CHECK_EQ(shim_rcu_readers, 0);
	ltcp_cong_unregister(&toy);
	ltcp_cong_unregister(&ltcp_cong_reno);
}

TEST(register__incomplete)
{
	struct ltcp_cong_ops ops;
	static const char *const bad[] = { "", "two words", " x", "x ", "a\tb",
					   "a\n" };
	unsigned int i;

	ops = toy;
	ops.acked = NULL;
	CHECK_EQ(ltcp_cong_register(&ops), -EINVAL);
	ops = toy;
	ops.ssthresh = NULL;
	CHECK_EQ(ltcp_cong_register(&ops), -EINVAL);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ops = toy;
		snprintf(ops.name, sizeof(ops.name), "%s", bad[i]);
		CHECK_EQ(ltcp_cong_register(&ops), -EINVAL);
	}
	ops = toy;
	/* no NUL but that of a pointer behind the name */
	memset(ops.name, 'x', sizeof(ops.name));
	ops.owner = NULL;
	CHECK_EQ(ltcp_cong_register(&ops), -EINVAL);

	/* none of them got in; the longest name there is does */
	ops.name[sizeof(ops.name) - 1] = '\0';
	CHECK_EQ(ltcp_cong_register(&ops), 0);
	ltcp_cong_unregister(&ops);
}

TEST(register__optional_ops)
{
	struct ltcp_cong_ops ops = toy;
	struct ltcp_cong ca;

	ops.init = NULL;
	ops.release = NULL;
	ops.owner = NULL;	/* built in */
	CHECK_EQ(ltcp_cong_register(&ops), 0);
	CHECK_EQ(ltcp_cong_attach(&ca, "toy", MSS), 0);
	CHECK(ca.ops == &ops);
	ltcp_cong_detach(&ca);
	ltcp_cong_unregister(&ops);
}

TEST(register__name_is_taken)
{
	struct ltcp_cong_ops twin = toy;

	register_both();
	CHECK_EQ(ltcp_cong_register(&twin), -EEXIST);
	CHECK_EQ(ltcp_cong_register(&toy), -EEXIST);
	ltcp_cong_unregister(&toy);
	CHECK_EQ(ltcp_cong_register(&twin), 0);
	ltcp_cong_unregister(&twin);
	ltcp_cong_unregister(&ltcp_cong_reno);
}

/* Whoever found the algorithm before must be done before it can be freed. */
TEST(unregister__waits_for_readers)
{
	struct ltcp_cong ca;

	register_both();
	shim_rcu_periods = 0;
	ltcp_cong_unregister(&toy);
	CHECK_EQ(shim_rcu_periods, 1);
	CHECK_EQ(ltcp_cong_attach(&ca, "toy", MSS), -ENOENT);
	ltcp_cong_unregister(&ltcp_cong_reno);
	CHECK_EQ(ltcp_cong_attach(&ca, NULL, MSS), -ENOENT);
}

TEST(attach__by_name)
{
	static const char *const names[] = { NULL, "", "reno" };
	struct ltcp_cong ca;
	unsigned int i;

	register_both();
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		memset(&ca, 0xa5, sizeof(ca));
		CHECK_EQ(ltcp_cong_attach(&ca, names[i], MSS), 0);
		CHECK(ca.ops == &ltcp_cong_reno);
		CHECK_EQ(ca.mss, MSS);
		CHECK_EQ(ca.cwnd, 10 * MSS);
		CHECK_EQ(ca.ssthresh, LTCP_SSTHRESH_INF);
		CHECK_EQ(ca.acked_cnt, 0);
		CHECK_EQ(shim_this_module.refs, 1);
		ltcp_cong_detach(&ca);
	}
	unregister_both();
}

TEST(attach__init_sees_a_clean_connection)
{
	static const u64 zero[LTCP_CONG_PRIV_SIZE / sizeof(u64)];
	struct ltcp_cong ca;

	register_both();
	memset(&ca, 0xa5, sizeof(ca));
	CHECK_EQ(ltcp_cong_attach(&ca, "toy", MSS), 0);
	CHECK_EQ(toy_inits, 1);
	CHECK(toy_seen.ops == &toy);
	CHECK_EQ(toy_seen.mss, MSS);
	CHECK_EQ(toy_seen.cwnd, 10 * MSS);
	CHECK_EQ(toy_seen.ssthresh, LTCP_SSTHRESH_INF);
	CHECK(!memcmp(toy_seen.priv, zero, sizeof(zero)));
	CHECK_EQ(toy_module.refs, 1);
	ltcp_cong_detach(&ca);
	unregister_both();
}

/* Unknown, or known and being unloaded: the connection is as it was. */
TEST(attach__impossible)
{
	struct ltcp_cong ca, old;

	register_both();
	memset(&ca, 0xa5, sizeof(ca));
	old = ca;
	CHECK_EQ(ltcp_cong_attach(&ca, "none", MSS), -ENOENT);
	CHECK_EQ(ltcp_cong_attach(&ca, "ren", MSS), -ENOENT);
	CHECK_EQ(ltcp_cong_attach(&ca, "renos", MSS), -ENOENT);
	CHECK_EQ(ltcp_cong_attach(&ca, "a name longer than any", MSS), -ENOENT);
	toy_module.going = true;
	CHECK_EQ(ltcp_cong_attach(&ca, "toy", MSS), -ENOENT);
	toy_module.going = false;
	CHECK(!memcmp(&ca, &old, sizeof(ca)));
	unregister_both();
}

TEST(detach__twice)
{
	struct ltcp_cong ca;

	register_both();
	CHECK_EQ(ltcp_cong_attach(&ca, "toy", MSS), 0);
	ltcp_cong_detach(&ca);
	CHECK(!ca.ops);
	CHECK_EQ(toy_releases, 1);
	ltcp_cong_detach(&ca);
	CHECK_EQ(toy_releases, 1);
	unregister_both();
}

/* A child that was copied from its listener takes a reference of its own. */
TEST(attach__over_a_copy)
{
	struct ltcp_cong listener, child;

	register_both();
	CHECK_EQ(ltcp_cong_attach(&listener, "toy", MSS), 0);
	child = listener;
	CHECK_EQ(ltcp_cong_attach(&child, "toy", 536), 0);
	CHECK_EQ(toy_module.refs, 2);
	CHECK_EQ(toy_releases, 0);
	ltcp_cong_detach(&child);
	ltcp_cong_detach(&listener);
	unregister_both();
}

TEST(switch__keeps_the_window)
{
	static const u64 zero[LTCP_CONG_PRIV_SIZE / sizeof(u64)];
	struct ltcp_cong ca;

	register_both();
	CHECK_EQ(ltcp_cong_attach(&ca, "reno", MSS), 0);
	ca.cwnd = 123456;
	ca.ssthresh = 65432;
	ca.acked_cnt = 99;
	CHECK_EQ(ltcp_cong_switch(&ca, "toy"), 0);
	CHECK(ca.ops == &toy);
	CHECK_EQ(ca.cwnd, 123456);
	CHECK_EQ(ca.ssthresh, 65432);
	CHECK_EQ(ca.acked_cnt, 0);
	CHECK(!memcmp(toy_seen.priv, zero, sizeof(zero)));
	CHECK_EQ(shim_this_module.refs, 0);
	CHECK_EQ(toy_module.refs, 1);

	CHECK_EQ(ltcp_cong_switch(&ca, NULL), 0);
	CHECK(ca.ops == &ltcp_cong_reno);
	CHECK(!memcmp(ca.priv, zero, sizeof(zero)));
	CHECK_EQ(toy_releases, 1);
	ltcp_cong_detach(&ca);
	unregister_both();
}

TEST(switch__to_the_same)
{
	struct ltcp_cong ca, old;

	register_both();
	CHECK_EQ(ltcp_cong_attach(&ca, "toy", MSS), 0);
	ca.acked_cnt = 99;
	old = ca;
	CHECK_EQ(ltcp_cong_switch(&ca, "toy"), 0);
	CHECK(!memcmp(&ca, &old, sizeof(ca)));
	CHECK_EQ(toy_module.refs, 1);
	CHECK_EQ(toy_inits, 1);
	ltcp_cong_detach(&ca);
	unregister_both();
}

TEST(switch__impossible)
{
	struct ltcp_cong ca, old;

	register_both();
	CHECK_EQ(ltcp_cong_attach(&ca, "reno", MSS), 0);
	old = ca;
	CHECK_EQ(ltcp_cong_switch(&ca, "none"), -ENOENT);
	toy_module.going = true;
	CHECK_EQ(ltcp_cong_switch(&ca, "toy"), -ENOENT);
	toy_module.going = false;
	CHECK(!memcmp(&ca, &old, sizeof(ca)));
	CHECK_EQ(shim_this_module.refs, 1);
	ltcp_cong_detach(&ca);
	unregister_both();
}

TEST(switch__after_detach)
{
	struct ltcp_cong ca;

	register_both();
	CHECK_EQ(ltcp_cong_attach(&ca, "reno", MSS), 0);
	ltcp_cong_detach(&ca);
	CHECK_EQ(ltcp_cong_switch(&ca, "toy"), 0);
	CHECK(ca.ops == &toy);
	ltcp_cong_detach(&ca);
	unregister_both();
}

/* Whole names only, and never an octet more than there is room for. */
TEST(list__any_room)
{
	size_t size;
	char *buf;
	int len;

	register_both();
	for (size = 0; size < 20; size++) {
		buf = malloc(size);
		len = ltcp_cong_list(buf, size);
		CHECK_EQ(len, size < 5 ? 0 : size < 9 ? 4 : 8);
		if (size)
			CHECK_STR(buf, size < 5 ? "" :
				  size < 9 ? "reno" : "reno toy");
		free(buf);
	}
	unregister_both();
	buf = malloc(4);
	CHECK_EQ(ltcp_cong_list(buf, 4), 0);
	CHECK_STR(buf, "");
	free(buf);
}

/* RFC 6928 2 */
TEST(init_window__rfc6928)
{
	CHECK_EQ(ltcp_cong_init_window(48), 480);
	CHECK_EQ(ltcp_cong_init_window(536), 5360);
	CHECK_EQ(ltcp_cong_init_window(1220), 12200);
	CHECK_EQ(ltcp_cong_init_window(1460), 14600);
	CHECK_EQ(ltcp_cong_init_window(1461), 14600);
	CHECK_EQ(ltcp_cong_init_window(7300), 14600);
	CHECK_EQ(ltcp_cong_init_window(7301), 14602);
	CHECK_EQ(ltcp_cong_init_window(8960), 17920);
	CHECK_EQ(ltcp_cong_init_window(65495), 130990);
}

static struct ltcp_cong window(u32 cwnd, u32 ssthresh)
{
	return (struct ltcp_cong){
		.ops = &ltcp_cong_reno,
		.cwnd = cwnd,
		.ssthresh = ssthresh,
		.mss = MSS,
	};
}

/* RFC 5681 3.1: an ACK for each two segments doubles cwnd in a round trip */
TEST(slow_start__doubles)
{
	struct ltcp_cong ca = window(10 * MSS, LTCP_SSTHRESH_INF);
	int i;

	for (i = 0; i < 5; i++)
		CHECK_EQ(ltcp_cong_slow_start_grow(&ca, 2 * MSS), 0);
	CHECK_EQ(ca.cwnd, 20 * MSS);
}

/* RFC 3465 2.2: no ACK is worth more than two segments */
TEST(slow_start__stretch_ack)
{
	struct ltcp_cong ca = window(10 * MSS, LTCP_SSTHRESH_INF);

	CHECK_EQ(ltcp_cong_slow_start_grow(&ca, 10 * MSS), 0);
	CHECK_EQ(ca.cwnd, 12 * MSS);
}

/* RFC 3465 1, T25: an ACK for each octet gains nothing */
TEST(slow_start__ack_division)
{
	struct ltcp_cong ca = window(10 * MSS, LTCP_SSTHRESH_INF);
	unsigned int i;

	for (i = 0; i < MSS; i++)
		CHECK_EQ(ltcp_cong_slow_start_grow(&ca, 1), 0);
	CHECK_EQ(ca.cwnd, 11 * MSS);
}

/* RFC 5681 3.1: slow start ends at ssthresh */
TEST(slow_start__ends_at_ssthresh)
{
	struct ltcp_cong ca = window(9 * MSS + 460, 10 * MSS);

	CHECK(ltcp_cong_slow_start(&ca));
	CHECK_EQ(ltcp_cong_slow_start_grow(&ca, 2 * MSS), 2 * MSS - 1000);
	CHECK_EQ(ca.cwnd, 10 * MSS);
	CHECK(!ltcp_cong_slow_start(&ca));
	/* called once too often: it has no room left */
	CHECK_EQ(ltcp_cong_slow_start_grow(&ca, 700), 700);
	CHECK_EQ(ca.cwnd, 10 * MSS);
	ca.cwnd++;
	CHECK_EQ(ltcp_cong_slow_start_grow(&ca, 700), 700);
	CHECK_EQ(ca.cwnd, 10 * MSS + 1);
}

/* RFC 3465 2.1, 2.2: L limits slow start; avoidance counts each octet */
TEST(slow_start__stretch_ack_to_ssthresh)
{
	struct ltcp_cong ca = window(9 * MSS, 10 * MSS);

	CHECK_EQ(ltcp_cong_slow_start_grow(&ca, 5 * MSS), 4 * MSS);
	CHECK_EQ(ca.cwnd, 10 * MSS);
	ca = window(8 * MSS, 10 * MSS);
	CHECK_EQ(ltcp_cong_slow_start_grow(&ca, 5 * MSS), 3 * MSS);
	CHECK_EQ(ca.cwnd, 10 * MSS);
}

/*
 * RFC 3465 2.1, RFC 2525 2.6: one mss when cwnd octets are acknowledged, and
 * not before
 */
TEST(avoid__one_mss_for_a_window)
{
	struct ltcp_cong ca = window(10 * MSS, 5 * MSS);
	int i;

	for (i = 0; i < 9; i++)
		ltcp_cong_avoid(&ca, MSS);
	ltcp_cong_avoid(&ca, MSS - 1);
	CHECK_EQ(ca.cwnd, 10 * MSS);
	ltcp_cong_avoid(&ca, 1);
	CHECK_EQ(ca.cwnd, 11 * MSS);
	CHECK_EQ(ca.acked_cnt, 0);
	ltcp_cong_avoid(&ca, 0);
	CHECK_EQ(ca.cwnd, 11 * MSS);
}

/* RFC 3465 1, T25: however an amount is cut into ACKs, it is worth the same */
TEST(avoid__any_division)
{
	struct ltcp_cong a, b;
	u32 left, part;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		a = window(MSS * (2 + rnd_below(200)), 2 * MSS);
		a.acked_cnt = rnd_below(a.cwnd);
		b = a;
		left = 1 + rnd_below(a.cwnd);
		ltcp_cong_avoid(&a, left);
		for (; left; left -= part) {
			part = 1 + rnd_below(left);
			ltcp_cong_avoid(&b, part);
		}
		CHECK_EQ(a.cwnd, b.cwnd);
		CHECK_EQ(a.acked_cnt, b.acked_cnt);
	}
}

/* RFC 5681 3.1: at most one mss in a round trip, even after cwnd fell */
TEST(avoid__never_in_leaps)
{
	struct ltcp_cong ca;
	u32 old, grown;
	int i, k;

	for (i = 0; i < ROUNDS; i++) {
		ca = window(MSS * (1 + rnd_below(1000)), MSS);
		ca.acked_cnt = rnd_log();	/* as from a larger window */
		old = ca.cwnd;
		ltcp_cong_avoid(&ca, rnd_log());
		CHECK(ca.cwnd == old || ca.cwnd == old + MSS);
		/* whatever was left over is spent: a window brings one mss */
		old = ca.cwnd;
		for (grown = 0, k = 0; k < 10; k++)
			ltcp_cong_avoid(&ca, old / 10);
		grown = ca.cwnd - old;
		CHECK(grown == 0 || grown == MSS);
	}
}

/* What is acknowledged beyond a window does not count for the next. */
TEST(avoid__more_than_a_window)
{
	struct ltcp_cong ca = window(10 * MSS, MSS);

	ltcp_cong_avoid(&ca, 25 * MSS);
	CHECK_EQ(ca.cwnd, 11 * MSS);
	ltcp_cong_avoid(&ca, 1);
	CHECK_EQ(ca.cwnd, 11 * MSS);

	ca = window(10 * MSS, MSS);
	ca.acked_cnt = 1;
	ltcp_cong_avoid(&ca, U32_MAX);
	CHECK_EQ(ca.cwnd, 11 * MSS);
}

/* Nothing acknowledged, nothing gained; not even with a count from before. */
TEST(avoid__nothing)
{
	struct ltcp_cong ca = window(10 * MSS, MSS);

	ca.acked_cnt = 20 * MSS;
	ltcp_cong_avoid(&ca, 0);
	CHECK_EQ(ca.cwnd, 10 * MSS);
	ltcp_cong_avoid(&ca, 1);
	CHECK_EQ(ca.cwnd, 11 * MSS);
	ltcp_cong_avoid(&ca, 1);
	CHECK_EQ(ca.cwnd, 11 * MSS);
}

TEST(avoid__bounded)
{
	struct ltcp_cong ca = window(LTCP_SSTHRESH_INF - 1, MSS);
	int i;

	for (i = 0; i < 10; i++) {
		ltcp_cong_avoid(&ca, U32_MAX);
		CHECK(ca.cwnd <= LTCP_SSTHRESH_INF);
	}
	CHECK_EQ(ca.cwnd, LTCP_SSTHRESH_INF);
	CHECK(!ltcp_cong_slow_start(&ca));
}

static void acked(struct ltcp_cong *ca, u32 octets, bool limited)
{
	struct ltcp_cong_ack ack = {
		.acked = octets,
		.flight = ca->cwnd,
		.cwnd_limited = limited,
	};

	ca->ops->acked(ca, &ack);
}

/* MUST-19 RFC 5681 3.1: exponential, then linear growth */
TEST(reno__slow_start_then_avoidance)
{
	struct ltcp_cong ca = window(10 * MSS, 12 * MSS);
	int i;

	acked(&ca, 2 * MSS, true);
	CHECK_EQ(ca.cwnd, 12 * MSS);
	CHECK_EQ(ca.acked_cnt, 0);
	for (i = 0; i < 11; i++)
		acked(&ca, MSS, true);
	CHECK_EQ(ca.cwnd, 12 * MSS);
	acked(&ca, MSS, true);
	CHECK_EQ(ca.cwnd, 13 * MSS);
}

/* What slow start does not need of an ACK counts for avoidance. */
TEST(reno__crossing_ssthresh)
{
	struct ltcp_cong ca = window(10 * MSS, 11 * MSS);

	acked(&ca, 2 * MSS, true);
	CHECK_EQ(ca.cwnd, 11 * MSS);
	CHECK_EQ(ca.acked_cnt, MSS);
}

/* RFC 2861 3: a window that was not filled does not grow */
TEST(reno__application_limited)
{
	struct ltcp_cong ca = window(10 * MSS, LTCP_SSTHRESH_INF);

	acked(&ca, 2 * MSS, false);
	CHECK_EQ(ca.cwnd, 10 * MSS);
	ca.ssthresh = 2 * MSS;
	acked(&ca, 10 * MSS, false);
	CHECK_EQ(ca.cwnd, 10 * MSS);
	CHECK_EQ(ca.acked_cnt, 0);
}

/* RFC 5681 3.1, equation 4 */
TEST(reno__half_of_the_flight)
{
	struct ltcp_cong ca = window(100 * MSS, 50 * MSS);

	ca.acked_cnt = 5000;
	CHECK_EQ(ca.ops->ssthresh(&ca, 40 * MSS), 20 * MSS);
	CHECK_EQ(ca.acked_cnt, 0);
	/* what was in flight counts, not cwnd; cwnd is not touched */
	CHECK_EQ(ca.cwnd, 100 * MSS);
	CHECK_EQ(ca.ops->ssthresh(&ca, 4 * MSS), 2 * MSS);
	CHECK_EQ(ca.ops->ssthresh(&ca, 4 * MSS + 2), 2 * MSS + 1);
	CHECK_EQ(ca.ops->ssthresh(&ca, 3 * MSS), 2 * MSS);
	CHECK_EQ(ca.ops->ssthresh(&ca, 0), 2 * MSS);
	CHECK_EQ(ca.ops->ssthresh(&ca, U32_MAX), U32_MAX / 2);
}

/* Any connection: cwnd and ssthresh stay where they may be. */
TEST(reno__random_life)
{
	struct ltcp_cong ca;
	u32 old, octets;
	int i, k;

	for (i = 0; i < ROUNDS / 100; i++) {
		ca = window(10 * MSS, LTCP_SSTHRESH_INF);
		for (k = 0; k < 1000; k++) {
			if (!rnd_below(100)) {
				ca.ssthresh = ca.ops->ssthresh(&ca, ca.cwnd);
				CHECK(ca.ssthresh >= 2 * MSS);
				CHECK(ca.ssthresh <= LTCP_SSTHRESH_INF);
				ca.cwnd = rnd_below(4) ? ca.ssthresh : MSS;
			}
			octets = 1 + rnd_below(ca.cwnd);
			old = ca.cwnd;
			acked(&ca, octets, true);
			CHECK(ca.cwnd >= old);
			CHECK(ca.cwnd - old <= 3 * MSS);
			CHECK(ca.cwnd - old <= octets ||
			      ca.cwnd - old == MSS);
		}
	}
}

KTAP_MAIN()
