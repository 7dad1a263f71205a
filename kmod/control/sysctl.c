// SPDX-License-Identifier: GPL-2.0
/*
 * net.ltcp.*: the settings of a namespace, their bounds and defaults, each in
 * one row of ltcp_settings. Names and units: Documentation/sysctl.rst.
 *
 * Called when a namespace comes and goes, and by reads and writes of
 * /proc/sys. A setting changes with WRITE_ONCE(), and the rest of ltcp reads
 * it with READ_ONCE(), no lock. What one line sets together (rmem, wmem, mem,
 * ip_local_port_range) is checked together, but a reader may see one number
 * old and the next one new: it has to bear that.
 *
 * A write that is wrong anywhere (a number out of bounds, too many numbers, a
 * pair in the wrong order) changes nothing. Nothing here acts on a change:
 * settings are looked at when they are needed.
 */

#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/swap.h>
#include <linux/sysctl.h>

#include "../ltcp.h"

#define LTCP_MAX_COUNT	127		/* of u8 counters, with room to spare */
#define LTCP_MAX_SECS	(INT_MAX / 1000) /* in jiffies it fits an int */
#define LTCP_MAX_MSECS	3600000		/* an hour */
#define LTCP_MAX_QUOTA	65535		/* of u16 counts */
#define LTCP_MAX_TABLE	SZ_16M		/* entries of 64 octets: 1 GiB */
#define LTCP_MAX_HISTORIES 4096		/* 600 octets each */
#define LTCP_MAX_BUFFER	SZ_1G		/* twice that overflows an int */

/**
 * struct ltcp_setting - a row of ltcp_settings
 * @name: file in /proc/sys/net/ltcp, and mostly the field's name
 * @offset: of the field, an int or an array of ints
 * @size: of the field, octets
 * @min: least value of each int
 * @max: largest value of each int
 * @def: values of a new namespace
 *
 * The ints of an array are kept in ascending order.
 */
struct ltcp_setting {
	const char *name;
	unsigned int offset;
	unsigned int size;
	int min;
	int max;
	int def[3];
};

#define LTCP_SETTING_AS(file, field, lo, hi, ...) {			\
	.name = file,							\
	.offset = offsetof(struct ltcp_net, field),			\
	.size = sizeof_field(struct ltcp_net, field),			\
	.min = lo,							\
	.max = hi,							\
	.def = { __VA_ARGS__ },						\
}

#define LTCP_SETTING(field, ...) LTCP_SETTING_AS(#field, field, __VA_ARGS__)

/* Some defaults of 0 depend on memory: see ltcp_settings_by_ram(). */
static const struct ltcp_setting ltcp_settings[] = {
	LTCP_SETTING(syn_retries, 1, LTCP_MAX_COUNT, 7),
	LTCP_SETTING(synack_retries, 0, LTCP_MAX_COUNT, 5),
	LTCP_SETTING(fin_timeout, 1, 3600, 60),
	LTCP_SETTING(retries1, 0, LTCP_MAX_COUNT, 3),
	LTCP_SETTING(retries2, 0, LTCP_MAX_COUNT, 15),
	LTCP_SETTING(orphan_retries, 0, LTCP_MAX_COUNT, 0),
	LTCP_SETTING(keepalive_time, 1, LTCP_MAX_SECS, 7200),
	LTCP_SETTING(keepalive_intvl, 1, LTCP_MAX_SECS, 75),
	LTCP_SETTING(keepalive_probes, 1, LTCP_MAX_COUNT, 9),
	LTCP_SETTING(syncookies, 0, 2, 1),
	LTCP_SETTING(synack_timeout_rst, 0, 1, 0),
	LTCP_SETTING(syn_recv_timeout_ms, 0, LTCP_MAX_MSECS, 0),
	LTCP_SETTING(syn_quota_prefix, 1, 32, 32),
	LTCP_SETTING(syn_quota_prefix6, 1, 128, 64),
	LTCP_SETTING(syn_quota_halfopens, 0, LTCP_MAX_QUOTA, 0),
	LTCP_SETTING(synack_rate, 0, LTCP_MAX_QUOTA, 4096),
	LTCP_SETTING(synack_budget, 0, INT_MAX, 0),
	LTCP_SETTING(max_syn_backlog, 1, LTCP_MAX_TABLE, 0),
	LTCP_SETTING(max_tw_buckets, 0, LTCP_MAX_TABLE, 0),
	LTCP_SETTING_AS("tw_reuse", reuse_tw, 0, 2, 2),	/* a macro */
	LTCP_SETTING(max_orphans, 0, LTCP_MAX_TABLE, 0),
	LTCP_SETTING(abort_on_overflow, 0, 1, 0),
	LTCP_SETTING(rfc1337, 0, 1, 1),
	LTCP_SETTING(window_scaling, 0, 1, 1),
	LTCP_SETTING(timestamps, 0, 2, 1),
	LTCP_SETTING(sack, 0, 1, 1),
	LTCP_SETTING(dsack, 0, 1, 1),
	LTCP_SETTING(recovery, 0, 7, 1),
	LTCP_SETTING(frto, 0, 2, 2),
	LTCP_SETTING(ecn, 0, 2, 2),
	LTCP_SETTING(ecn_fallback, 0, 1, 1),
	LTCP_SETTING(early_retrans, 0, 4, 3),
	LTCP_SETTING(msl_ms, 1, 120000, 30000),
	LTCP_SETTING(quiet_time_ms, 0, 240000, 0),
	LTCP_SETTING(rto_min_us, 1000, LTCP_RTO_MAX_US, 200000),
	LTCP_SETTING(delack_ms, 0, 499, 40),
	LTCP_SETTING(reordering, 1, LTCP_MAX_COUNT, 3),
	LTCP_SETTING(slow_start_after_idle, 0, 1, 1),
	LTCP_SETTING(gso, 0, 1, 1),
	LTCP_SETTING(gro, 0, 1, 1),
	LTCP_SETTING(moderate_rcvbuf, 0, 1, 1),
	LTCP_SETTING(min_snd_mss, 48, 65535, 48),
	LTCP_SETTING(base_mss, 48, 65535, 512),
	LTCP_SETTING(mtu_probing, 0, 2, 0),
	LTCP_SETTING(mtu_probe_floor, 48, 65535, 48),
	LTCP_SETTING(probe_interval, 1, LTCP_MAX_SECS, 600),
	LTCP_SETTING(probe_threshold, 1, 65535, 8),
	LTCP_SETTING(limit_output_bytes, 1, INT_MAX, SZ_1M),
	LTCP_SETTING(autocorking, 0, 1, 1),
	LTCP_SETTING(comp_sack_delay_ns, 0, NSEC_PER_SEC, NSEC_PER_MSEC),
	LTCP_SETTING(comp_sack_nr, 0, 255, 44),
	LTCP_SETTING(invalid_ratelimit, 0, 3600000, 500),
	LTCP_SETTING(recorder, 0, LTCP_MAX_HISTORIES, 0),
	LTCP_SETTING(rmem, 2048, LTCP_MAX_BUFFER, 4096, 131072, 6291456),
	LTCP_SETTING(wmem, 4096, LTCP_MAX_BUFFER, 4096, 16384, 4194304),
	LTCP_SETTING(ip_local_port_range, 1, 65535, 32768, 60999),
};

/* The files that are no ints of struct ltcp_net. */
enum ltcp_special {
	LTCP_SPECIAL_MEM = ARRAY_SIZE(ltcp_settings),
	LTCP_SPECIAL_TW_RECYCLE,
	LTCP_SPECIAL_CONG,
	LTCP_SPECIAL_CONG_ALLOWED,
	LTCP_SPECIAL_CONG_LIST,
	LTCP_NR_FILES,
};

/* Pages of socket memory of all namespaces: low, pressure, high. */
long ltcp_mem[3];

static const unsigned long ltcp_mem_min = 1;
static const unsigned long ltcp_mem_max = INT_MAX;

/* One writer at a time, so that checked together is also stored together. */
static DEFINE_MUTEX(ltcp_sysctl_mutex);

static int ltcp_sysctl_ints(LTCP_CTL_CONST struct ctl_table *ctl, int write,
			    void *buf, size_t *lenp, loff_t *ppos)
{
	int val[ARRAY_SIZE(ltcp_settings[0].def)];
	unsigned int i, n = ctl->maxlen / sizeof(int);
	struct ctl_table tmp = *ctl;
	int *live = ctl->data;
	size_t len = *lenp;
	int err;

	mutex_lock(&ltcp_sysctl_mutex);
	memcpy(val, live, ctl->maxlen);
	tmp.data = val;
	err = proc_dointvec_minmax(&tmp, write, buf, lenp, ppos);
	if (err || !write)
		goto out;

	err = -EINVAL;
	if (*lenp != len)
		goto out;
	for (i = 1; i < n; i++)
		if (val[i] < val[i - 1])
			goto out;
	for (i = 0; i < n; i++)
		WRITE_ONCE(live[i], val[i]);
	err = 0;
out:
	mutex_unlock(&ltcp_sysctl_mutex);
	return err;
}

static int ltcp_sysctl_mem(LTCP_CTL_CONST struct ctl_table *ctl, int write,
			   void *buf, size_t *lenp, loff_t *ppos)
{
	struct ctl_table tmp = *ctl;
	long val[ARRAY_SIZE(ltcp_mem)];
	size_t len = *lenp;
	unsigned int i;
	int err;

	mutex_lock(&ltcp_sysctl_mutex);
	memcpy(val, ltcp_mem, sizeof(val));
	tmp.data = val;
	err = proc_doulongvec_minmax(&tmp, write, buf, lenp, ppos);
	if (err || !write)
		goto out;

	err = -EINVAL;
	if (*lenp != len || val[0] > val[1] || val[1] > val[2])
		goto out;
	for (i = 0; i < ARRAY_SIZE(val); i++)
		WRITE_ONCE(ltcp_mem[i], val[i]);
	err = 0;
out:
	mutex_unlock(&ltcp_sysctl_mutex);
	return err;
}

/*
 * There is no such thing, and whoever wants it shall hear why, rather than
 * find out that the name is unknown, or believe that it helps.
 */
static int ltcp_sysctl_tw_recycle(LTCP_CTL_CONST struct ctl_table *ctl,
				  int write, void *buf, size_t *lenp,
				  loff_t *ppos)
{
	struct ctl_table tmp = *ctl;
	int want = 0;
	int err;

	tmp.data = &want;
	tmp.maxlen = sizeof(want);
	tmp.extra1 = SYSCTL_ZERO;
	tmp.extra2 = SYSCTL_ONE;
	err = proc_dointvec_minmax(&tmp, write, buf, lenp, ppos);
	if (err || !write || !want)
		return err;
	pr_warn_ratelimited("tw_recycle=1 is refused: it loses connections of hosts behind one NAT, so Linux dropped it in 4.12; TIME_WAIT costs 64 octets here, see max_tw_buckets\n");
	return -EOPNOTSUPP;
}

/*
 * The name is not kept alive by a reference: its module may go. Nor do
 * readers lock: while it changes they may see a mix of two names. Who finds
 * no algorithm of that name takes reno.
 */
static int ltcp_sysctl_cong(LTCP_CTL_CONST struct ctl_table *ctl, int write,
			    void *buf, size_t *lenp, loff_t *ppos)
{
	char name[LTCP_CONG_NAME_MAX] = "";
	struct ctl_table tmp = *ctl;
	int err;

	mutex_lock(&ltcp_sysctl_mutex);
	strscpy(name, ctl->data, sizeof(name));
	tmp.data = name;
	err = proc_dostring(&tmp, write, buf, lenp, ppos);
	if (err || !write)
		goto out;

	err = -ENOENT;
	if (!ltcp_cong_known(name))
		goto out;
	strscpy_pad(ctl->data, name, sizeof(name));
	err = 0;
out:
	mutex_unlock(&ltcp_sysctl_mutex);
	return err;
}

/* Is every word of @names, which this takes apart, an algorithm? */
static bool ltcp_sysctl_cong_all_known(char *names)
{
	char *name;

	while ((name = strsep(&names, " \t")))
		if (*name && !ltcp_cong_known(name))
			return false;
	return true;
}

static int ltcp_sysctl_cong_allowed(LTCP_CTL_CONST struct ctl_table *ctl,
				    int write, void *buf, size_t *lenp,
				    loff_t *ppos)
{
	char names[LTCP_CONG_NAMES_MAX], words[LTCP_CONG_NAMES_MAX];
	struct ctl_table tmp = *ctl;
	int err;

	mutex_lock(&ltcp_sysctl_mutex);
	strscpy(names, ctl->data, sizeof(names));
	tmp.data = names;
	err = proc_dostring(&tmp, write, buf, lenp, ppos);
	if (err || !write)
		goto out;

	/* It was cut, perhaps between two words. */
	err = -EINVAL;
	if (strlen(names) == sizeof(names) - 1)
		goto out;
	err = -ENOENT;
	strscpy(words, names, sizeof(words));
	if (!ltcp_sysctl_cong_all_known(words))
		goto out;
	strscpy(ctl->data, names, sizeof(names));
	err = 0;
out:
	mutex_unlock(&ltcp_sysctl_mutex);
	return err;
}

/* Is @name one of the words of @names? */
static bool ltcp_has_word(const char *names, const char *name)
{
	size_t len = strlen(name);

	for (; *names; names += strcspn(names, " \t")) {
		names += strspn(names, " \t");
		if (strcspn(names, " \t") == len && !strncmp(names, name, len))
			return true;
	}
	return false;
}

bool ltcp_cong_allowed(const struct net *net, const char *name)
{
	const struct ltcp_net *ln = ltcp_net(net);
	bool allowed;

	mutex_lock(&ltcp_sysctl_mutex);
	allowed = !strcmp(name, ln->congestion_control) ||
		  ltcp_has_word(ln->allowed_congestion_control, name);
	mutex_unlock(&ltcp_sysctl_mutex);
	return allowed;
}

static int ltcp_sysctl_cong_list(LTCP_CTL_CONST struct ctl_table *ctl,
				 int write, void *buf, size_t *lenp,
				 loff_t *ppos)
{
	struct ctl_table tmp = *ctl;
	int err, len;

	tmp.maxlen = PAGE_SIZE;
	tmp.data = kmalloc(tmp.maxlen, GFP_KERNEL);
	if (!tmp.data)
		return -ENOMEM;
	len = ltcp_cong_list(tmp.data, tmp.maxlen - 1);
	((char *)tmp.data)[len] = '\0';
	err = proc_dostring(&tmp, write, buf, lenp, ppos);
	kfree(tmp.data);
	return err;
}

/*
 * Limits that grow with the machine. As Linux does it: one slot for each
 * 128 KiB of memory, and one orphan or TIME_WAIT entry for each two slots.
 */
static void ltcp_settings_by_ram(struct ltcp_net *ln)
{
	u64 slots = (u64)totalram_pages() << PAGE_SHIFT >> 17;

	slots = roundup_pow_of_two(clamp_t(u64, slots, 512, 512 * 1024));
	ln->max_tw_buckets = slots / 2;
	ln->max_orphans = slots / 2;
	ln->max_syn_backlog = clamp_t(u64, slots / 8, 128, 4096);
	ln->syn_quota_halfopens = ln->max_syn_backlog / 2;
}

/* As Linux: a sixteenth of what is free, and half more, may be in sockets. */
static void ltcp_mem_by_ram(void)
{
	long limit = max_t(long, nr_free_buffer_pages() / 16, 128);

	ltcp_mem[0] = limit / 4 * 3;
	ltcp_mem[1] = limit;
	ltcp_mem[2] = ltcp_mem[0] * 2;
}

static void ltcp_settings_default(struct ltcp_net *ln)
{
	const struct ltcp_setting *s;

	for (s = ltcp_settings; s < ltcp_settings + LTCP_SPECIAL_MEM; s++)
		memcpy((void *)ln + s->offset, s->def, s->size);
	ltcp_settings_by_ram(ln);
	strscpy_pad(ln->congestion_control, ltcp_cong_cubic.name,
		    sizeof(ln->congestion_control));
	strscpy_pad(ln->allowed_congestion_control, "reno cubic",
		    sizeof(ln->allowed_congestion_control));

	/* The first namespace that the module sees, before any socket. */
	if (net_eq(ln->net, &init_net))
		ltcp_mem_by_ram();
}

/* @table: room for LTCP_NR_FILES entries, zeroed */
static void ltcp_sysctl_fill(struct ltcp_net *ln, struct ctl_table *table)
{
	const struct ltcp_setting *s = ltcp_settings;
	struct ctl_table *t;

	for (t = table; t < table + LTCP_SPECIAL_MEM; t++, s++) {
		t->procname = s->name;
		t->data = (void *)ln + s->offset;
		t->maxlen = s->size;
		t->mode = 0644;
		t->proc_handler = ltcp_sysctl_ints;
		t->extra1 = (void *)&s->min;
		t->extra2 = (void *)&s->max;
	}

	/* All namespaces draw on the same memory: only the first one rules. */
	t = table + LTCP_SPECIAL_MEM;
	t->procname = "mem";
	t->data = ltcp_mem;
	t->maxlen = sizeof(ltcp_mem);
	t->mode = net_eq(ln->net, &init_net) ? 0644 : 0444;
	t->proc_handler = ltcp_sysctl_mem;
	t->extra1 = (void *)&ltcp_mem_min;
	t->extra2 = (void *)&ltcp_mem_max;

	t = table + LTCP_SPECIAL_TW_RECYCLE;
	t->procname = "tw_recycle";
	t->mode = 0644;
	t->proc_handler = ltcp_sysctl_tw_recycle;

	t = table + LTCP_SPECIAL_CONG;
	t->procname = "congestion_control";
	t->data = ln->congestion_control;
	t->maxlen = sizeof(ln->congestion_control);
	t->mode = 0644;
	t->proc_handler = ltcp_sysctl_cong;

	t = table + LTCP_SPECIAL_CONG_ALLOWED;
	t->procname = "allowed_congestion_control";
	t->data = ln->allowed_congestion_control;
	t->maxlen = sizeof(ln->allowed_congestion_control);
	t->mode = 0644;
	t->proc_handler = ltcp_sysctl_cong_allowed;

	t = table + LTCP_SPECIAL_CONG_LIST;
	t->procname = "available_congestion_control";
	t->mode = 0444;
	t->proc_handler = ltcp_sysctl_cong_list;
}

int ltcp_sysctl_net_init(struct ltcp_net *ln)
{
	struct ctl_table *table;

	ltcp_settings_default(ln);
	if (!IS_ENABLED(CONFIG_SYSCTL))
		return 0;

	/* One entry more, empty: see compat.h. */
	table = kcalloc(LTCP_NR_FILES + 1, sizeof(*table), GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	ltcp_sysctl_fill(ln, table);

	ln->sysctl_hdr = register_net_sysctl_sz(ln->net, "net/ltcp", table,
						LTCP_NR_FILES);
	if (!ln->sysctl_hdr) {
		kfree(table);
		return -ENOMEM;
	}
	return 0;
}

void ltcp_sysctl_net_exit(struct ltcp_net *ln)
{
	const struct ctl_table *table;

	if (!ln->sysctl_hdr)
		return;
	table = ln->sysctl_hdr->ctl_table_arg;
	unregister_net_sysctl_table(ln->sysctl_hdr);
	ln->sysctl_hdr = NULL;
	kfree(table);
}
