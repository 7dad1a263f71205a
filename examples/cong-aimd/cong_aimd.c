// SPDX-License-Identifier: GPL-2.0
/*
 * An example of a congestion control for ltcp: additive increase,
 * multiplicative decrease, with two knobs. Edit it, build it, and load it
 * while connections run:
 *
 *	make examples
 *	insmod examples/cong-aimd/cong_aimd.ko increase=2 decrease=30
 *	sysctl -w net.ltcp.congestion_control=aimd	# for new sockets
 *	echo 4 >/sys/module/cong_aimd/parameters/increase
 *
 * With increase=1 and decrease=50 it is Reno. A larger increase, or a smaller
 * decrease, takes bandwidth from those who share the link: see for yourself.
 *
 * rmmod is refused while a socket uses it. What the functions are told, and
 * when they are called, stands in kmod/engine/cong.h.
 */

#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/module.h>

#include "cong.h"

static unsigned int increase = 1;
module_param(increase, uint, 0644);
MODULE_PARM_DESC(increase, "segments a round trip (default 1, at most 1000)");

static unsigned int decrease = 50;
module_param(decrease, uint, 0644);
MODULE_PARM_DESC(decrease, "per cent at a loss (default 50, at most 100)");

/* What a connection remembers. It has 64 octets for that, zeroed at first. */
struct aimd {
	u32 losses;
	u32 rounds;
};

static struct aimd *aimd(struct ltcp_cong *ca)
{
	BUILD_BUG_ON(sizeof(struct aimd) > sizeof(ca->priv));
	return (struct aimd *)ca->priv;
}

/* New data was acknowledged. Windows are octets, one segment is ca->mss. */
static void aimd_acked(struct ltcp_cong *ca, const struct ltcp_cong_ack *ack)
{
	u32 acked = ack->acked;
	u64 cwnd;

	/* Who does not fill his window has not tried out a larger one. */
	if (!ack->cwnd_limited)
		return;
	if (ltcp_cong_slow_start(ca))
		acked = ltcp_cong_slow_start_grow(ca, acked);
	if (!acked)
		return;

	/* A window's worth of octets acknowledged is a round trip. */
	ca->acked_cnt = min(ca->acked_cnt, ca->cwnd) + min(acked, ca->cwnd);
	if (ca->acked_cnt < ca->cwnd)
		return;
	ca->acked_cnt -= ca->cwnd;
	aimd(ca)->rounds++;
	/* The knob may turn any moment: read it once, and do not trust it. */
	cwnd = (u64)ca->mss * min(READ_ONCE(increase), 1000U) + ca->cwnd;
	ca->cwnd = min_t(u64, cwnd, LTCP_SSTHRESH_INF);
}

/* Something was lost: what shall the window be, when it is repaired? */
static u32 aimd_ssthresh(struct ltcp_cong *ca, u32 flight)
{
	u32 percent = 100 - min(READ_ONCE(decrease), 100U);

	aimd(ca)->losses++;
	ca->acked_cnt = 0;
	return max_t(u32, div_u64((u64)flight * percent, 100), 2 * ca->mss);
}

/* The connection ends, or turns to another algorithm. */
static void aimd_release(struct ltcp_cong *ca)
{
	pr_debug("%u losses in %u round trips\n", aimd(ca)->losses,
		 aimd(ca)->rounds);
}

static struct ltcp_cong_ops aimd_ops = {
	.name		= "aimd",
	.owner		= THIS_MODULE,	/* or nothing keeps it loaded */
	.acked		= aimd_acked,
	.ssthresh	= aimd_ssthresh,
	.release	= aimd_release,
};

static int __init aimd_load(void)
{
	return ltcp_cong_register(&aimd_ops);
}

/* Called when no socket uses it any more; none can begin meanwhile. */
static void __exit aimd_unload(void)
{
	ltcp_cong_unregister(&aimd_ops);
}

module_init(aimd_load);
module_exit(aimd_unload);

MODULE_DESCRIPTION("Example of a congestion control for ltcp: AIMD");
MODULE_LICENSE("GPL");
