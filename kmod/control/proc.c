// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/ltcp, /proc/net/ltcp6 and /proc/net/ltcp_snmp: what a namespace's
 * connections and counters look like, in the formats of /proc/net/tcp,
 * /proc/net/tcp6 and /proc/net/snmp, so that programs which read those read
 * these:
 *
 *	PROC_NET_TCP=/proc/net/ltcp ss -tan
 *
 * A socket is shown by its family, even if it talks IPv4 as one of AF_INET6;
 * half-open and TIME_WAIT entries by their addresses.
 *
 * The tables are read through their *_walk() functions, one row at a time
 * under the row's lock, and each line is made there; sockets are not locked,
 * so a line may show numbers of slightly different times. A reader holds at
 * most LTCP_PROC_LINES lines, however many connections there are. A row that
 * has more is walked again, past those already shown. As with /proc/net/tcp,
 * what comes and goes during a read may be missed or seen twice.
 *
 * Nothing here changes anything, and nothing of another namespace is shown.
 */

#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>
#include <linux/user_namespace.h>

#include "control/control.h"
#include "../ltcp.h"
#include "tables/tables.h"

#define LTCP_PROC_LINES	14	/* kept by an open file; 4 KiB with the rest */
#define LTCP_PROC_WIDTH	149	/* of a line of /proc/net/tcp */
#define LTCP_PROC_LEN	276	/* room for the longest: all numbers at max */

/* In the order shown. */
enum ltcp_proc_table {
	LTCP_PROC_LISTEN,
	LTCP_PROC_CONN,
	LTCP_PROC_HALFOPEN,
	LTCP_PROC_TIMEWAIT,
	LTCP_PROC_NR_TABLES,
};

/**
 * struct ltcp_proc_iter - an open /proc/net/ltcp
 * @p: namespace; must be first
 * @family: AF_INET, or AF_INET6 for /proc/net/ltcp6
 * @uns: user namespace of the reader, for the uid column
 * @pos: number of the current line; the first one behind the header is 1
 * @table: table to walk next; LTCP_PROC_NR_TABLES: all are through
 * @row: row of @table to walk next
 * @skip: entries of that row that are already out
 * @seen: entries that the walk under way has met
 * @count: lines in @line
 * @cur: the current one
 * @line: made ahead, without the number in front
 */
struct ltcp_proc_iter {
	struct seq_net_private p;
	int family;
	struct user_namespace *uns;
	loff_t pos;
	unsigned int table;
	unsigned int row;
	unsigned int skip;
	unsigned int seen;
	unsigned int count;
	unsigned int cur;
	char line[LTCP_PROC_LINES][LTCP_PROC_LEN];
};

/* Where to write the entry that a walk just met. NULL: not now. */
static char *ltcp_proc_slot(struct ltcp_proc_iter *it)
{
	if (it->seen++ < it->skip || it->count == LTCP_PROC_LINES)
		return NULL;
	return it->line[it->count++];
}

/* One of the columns with an address; returns its length. */
static int ltcp_proc_end(char *line, int size, const union ltcp_addr *addr,
			 u16 port, int family)
{
	const __be32 *word = addr->v6.s6_addr32;

	if (!ltcp_is_v6(family))
		return scnprintf(line, size, "%08X:%04X ",
				 (__force u32)addr->v4, port);
	return scnprintf(line, size, "%08X%08X%08X%08X:%04X ",
			 (__force u32)word[0], (__force u32)word[1],
			 (__force u32)word[2], (__force u32)word[3], port);
}

/* The columns up to "st"; returns their length. */
static int ltcp_proc_ends(char *line, const struct ltcp_flow *flow, u16 num,
			  int state)
{
	int n = ltcp_proc_end(line, LTCP_PROC_LEN, &flow->local, num,
			      flow->family);

	n += ltcp_proc_end(line + n, LTCP_PROC_LEN - n, &flow->remote,
			   ntohs(flow->rport), flow->family);
	return n + scnprintf(line + n, LTCP_PROC_LEN - n, "%02X ", state);
}

/* The ends of @sk as its family writes them, whatever it talks. */
static void ltcp_proc_flow(const struct sock *sk, struct ltcp_flow *flow)
{
	const struct inet_sock *inet = inet_sk(sk);

	flow->family = sk->sk_family;
	flow->rport = inet->inet_dport;
	flow->local.v4 = inet->inet_rcv_saddr;
	flow->remote.v4 = inet->inet_daddr;
#if IS_ENABLED(CONFIG_IPV6)
	if (flow->family == AF_INET6) {
		flow->local.v6 = sk->sk_v6_rcv_saddr;
		flow->remote.v6 = sk->sk_v6_daddr;
	}
#endif
}

/* Ticks of userland until @deadline, in jiffies; none if it is over. */
static unsigned long ltcp_proc_until(u32 deadline)
{
	return jiffies_delta_to_clock_t((s32)(deadline - ltcp_jiffies32()));
}

/* retrnsmt, timeout: or of a listener half-open entries, and 1 if flooded. */
static void ltcp_proc_tries(const struct sock *sk, int state, u32 *retries,
			    u32 *probes)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);

	if (state == TCP_LISTEN) {
		*retries = atomic_read(&ls->accept->halfopens);
		*probes = ltcp_flooded(sk);
		return;
	}
	*retries = READ_ONCE(ls->retries);
	*probes = READ_ONCE(ls->probes);
}

/* Seconds that @ls has been in its state: how one finds what leaks. */
static u32 ltcp_proc_age(const struct ltcp_sock *ls)
{
	return (u32)ktime_get_seconds() - READ_ONCE(ls->state_since);
}

/*
 * The last columns: what only a full socket has. Behind those of
 * /proc/net/tcp stands one more, which ss shows as an option and netstat
 * overlooks: the age of the state.
 */
static void ltcp_proc_extra(char *buf, size_t size, const struct sock *sk)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);
	u32 mss = max(READ_ONCE(ls->cong.mss), 1U);
	u32 ssthresh = READ_ONCE(ls->cong.ssthresh);
	int delack_ms = READ_ONCE(ltcp_net(sock_net(sk))->delack_ms);
	/* Timeout and backoff of different times do no harm in a display. */
	u32 rto_us = data_race(ltcp_rtt_rto(&ls->rtt));

	scnprintf(buf, size, " %lu %lu %u %u %d %u",
		  jiffies_to_clock_t(usecs_to_jiffies(rto_us)),
		  jiffies_to_clock_t(msecs_to_jiffies(delack_ms)),
		  (unsigned int)READ_ONCE(ls->quickack) << 1,
		  READ_ONCE(ls->cong.cwnd) / mss,
		  ssthresh >= LTCP_SSTHRESH_INF ? -1 : (int)(ssthresh / mss),
		  ltcp_proc_age(ls));
}

/* Listener or connection, under the lock of its row. */
static bool ltcp_proc_sock(struct sock *sk, void *arg)
{
	struct ltcp_proc_iter *it = arg;
	int n, timer, state = READ_ONCE(sk->sk_state);
	u32 tx, rx, retries, probes;
	unsigned long when = 0;
	struct ltcp_flow flow;
	u32 deadline;
	char *line;

	if (sk->sk_family != it->family)
		return true;
	line = ltcp_proc_slot(it);
	if (!line)
		return false;

	ltcp_proc_flow(sk, &flow);
	ltcp_show_queues(sk, state, &tx, &rx);
	timer = ltcp_show_timer(ltcp_sk(sk), &deadline);
	if (timer)
		when = ltcp_proc_until(deadline);
	n = ltcp_proc_ends(line, &flow, inet_sk(sk)->inet_num, state);
	ltcp_proc_tries(sk, state, &retries, &probes);
	n += scnprintf(line + n, LTCP_PROC_LEN - n,
		       "%08X:%08X %02X:%08lX %08X %5u %8u %llu %d %pK",
		       tx, rx, timer, when, retries,
		       from_kuid_munged(it->uns, sk_uid(sk)),
		       probes, (u64)sock_i_ino(sk),
		       refcount_read(&sk->sk_refcnt), sk);
	ltcp_proc_extra(line + n, LTCP_PROC_LEN - n, sk);
	return false;
}

/*
 * Half-open and TIME_WAIT entries: no queues, no inode, and no pointer. True:
 * it is not for this file.
 */
static bool ltcp_proc_entry(struct ltcp_proc_iter *it,
			    const struct ltcp_flow *flow, int state, int timer,
			    u32 expires, unsigned int retrans, kuid_t uid)
{
	char *line;
	int n;

	if (flow->family != it->family)
		return true;
	line = ltcp_proc_slot(it);
	if (!line)
		return false;
	n = ltcp_proc_ends(line, flow, ntohs(flow->lport), state);
	scnprintf(line + n, LTCP_PROC_LEN - n,
		  "%08X:%08X %02X:%08lX %08X %5u %8d %d %d %pK", 0, 0, timer,
		  ltcp_proc_until(expires), retrans,
		  from_kuid_munged(it->uns, uid), 0, 0, 0, NULL);
	return false;
}

static bool ltcp_proc_halfopen(const struct ltcp_halfopen_info *i, void *arg)
{
	return ltcp_proc_entry(arg, &i->flow, TCP_SYN_RECV, LTCP_SHOW_RETRANS,
			       i->expires, i->retrans, i->uid);
}

static bool ltcp_proc_timewait(const struct ltcp_tw_info *i, void *arg)
{
	return ltcp_proc_entry(arg, &i->flow, TCP_TIME_WAIT,
			       LTCP_SHOW_TIMEWAIT, i->expires, 0,
			       GLOBAL_ROOT_UID);
}

/* Walk one row that is not empty; false: the table is through. */
static bool ltcp_proc_walk(struct ltcp_proc_iter *it, const struct net *net)
{
	it->seen = 0;
	it->count = 0;
	it->cur = 0;
	switch (it->table) {
	case LTCP_PROC_LISTEN:
		return ltcp_listen_walk(net, &it->row, ltcp_proc_sock, it);
	case LTCP_PROC_CONN:
		return ltcp_conn_walk(net, &it->row, ltcp_proc_sock, it);
	case LTCP_PROC_HALFOPEN:
		return ltcp_halfopen_walk(net, &it->row, ltcp_proc_halfopen,
					  it);
	default:
		return ltcp_tw_walk(net, &it->row, ltcp_proc_timewait, it);
	}
}

/* Which file is it? */
static int ltcp_proc_family(const struct seq_file *seq)
{
	return (long)pde_data(file_inode(seq->file));
}

/* Make the next lines, at least one if there is any entry left. */
static void ltcp_proc_fill(struct seq_file *seq)
{
	struct ltcp_proc_iter *it = seq->private;

	it->uns = seq_user_ns(seq);
	it->family = ltcp_proc_family(seq);
	it->count = 0;
	it->cur = 0;
	while (!it->count && it->table < LTCP_PROC_NR_TABLES) {
		unsigned int row = it->row;
		bool more = ltcp_proc_walk(it, seq_file_net(seq));

		/* What was left of this row went away: start with the next. */
		if (it->skip && it->row != row + 1) {
			it->row = row + 1;
			it->skip = 0;
			it->count = 0;
			continue;
		}
		if (it->seen > it->skip + it->count) {
			it->row--;
			it->skip += it->count;
			continue;
		}
		it->skip = 0;
		if (!more) {
			it->table++;
			it->row = 0;
		}
	}
}

static void *ltcp_proc_current(struct ltcp_proc_iter *it)
{
	return it->cur < it->count ? it->line[it->cur] : NULL;
}

/* To the next line, if there was one to start from. */
static void ltcp_proc_advance(struct seq_file *seq)
{
	struct ltcp_proc_iter *it = seq->private;

	it->pos++;
	if (it->cur < it->count)
		it->cur++;
	if (it->cur == it->count)
		ltcp_proc_fill(seq);
}

static void ltcp_proc_rewind(struct seq_file *seq)
{
	struct ltcp_proc_iter *it = seq->private;

	it->table = 0;
	it->row = 0;
	it->skip = 0;
	it->pos = 1;
	ltcp_proc_fill(seq);
}

/*
 * A read goes on at the line where the one before it stopped, and that line
 * is still in the buffer. Any other position is counted off from the start.
 */
static void *ltcp_proc_start(struct seq_file *seq, loff_t *pos)
{
	struct ltcp_proc_iter *it = seq->private;

	if (!*pos)
		return SEQ_START_TOKEN;
	if (*pos < it->pos || !it->pos)
		ltcp_proc_rewind(seq);
	while (it->pos < *pos && ltcp_proc_current(it))
		ltcp_proc_advance(seq);
	return it->pos == *pos ? ltcp_proc_current(it) : NULL;
}

static void *ltcp_proc_next(struct seq_file *seq, void *v, loff_t *pos)
{
	++*pos;
	if (v == SEQ_START_TOKEN)
		ltcp_proc_rewind(seq);
	else
		ltcp_proc_advance(seq);
	return ltcp_proc_current(seq->private);
}

static void ltcp_proc_stop(struct seq_file *seq, void *v)
{
}

#define LTCP_PROC_HEAD	"local_address rem_address   st "
#define LTCP_PROC_HEAD6	"local_address                         " \
			"remote_address                        st "

static int ltcp_proc_show(struct seq_file *seq, void *v)
{
	const struct ltcp_proc_iter *it = seq->private;
	const bool is_v6 = ltcp_proc_family(seq) == AF_INET6;

	if (!is_v6)
		seq_setwidth(seq, LTCP_PROC_WIDTH);
	if (v == SEQ_START_TOKEN) {
		seq_puts(seq, "  sl  ");
		seq_puts(seq, is_v6 ? LTCP_PROC_HEAD6 : LTCP_PROC_HEAD);
		seq_puts(seq, "tx_queue rx_queue tr tm->when retrnsmt   ");
		seq_puts(seq, "uid  timeout inode");
	} else {
		seq_printf(seq, "%4lld: %s", it->pos - 1, (char *)v);
	}
	if (is_v6)
		seq_putc(seq, '\n');
	else
		seq_pad(seq, '\n');
	return 0;
}

static const struct seq_operations ltcp_proc_ops = {
	.start	= ltcp_proc_start,
	.next	= ltcp_proc_next,
	.stop	= ltcp_proc_stop,
	.show	= ltcp_proc_show,
};

/*
 * Behind the counters stand these gauges, which go down as well.
 * Documentation/counters.rst is made from this list too.
 */
static const char * const ltcp_gauge_names[] = {
	"CurrEstab",	/* connections in ESTABLISHED or CLOSE_WAIT */
	"CloseWait",	/* of them in CLOSE_WAIT: await close() by their user */
	"CloseWaitAge",	/* seconds that the oldest of these has waited */
	"HalfOpen",	/* half-open entries */
	"TimeWait",	/* TIME_WAIT entries */
	"Orphans",	/* closed sockets that still talk to their peer */
	"InUse",	/* connections and listeners, orphans among them */
	"Allocated",	/* sockets, closed ones too, of all namespaces */
	"MemPages",	/* pages of socket memory in use, of all namespaces */
};

struct ltcp_gauges {
	long estab;
	long close_wait;
	u32 close_wait_age;
};

static bool ltcp_gauge_sock(struct sock *sk, void *arg)
{
	struct ltcp_gauges *g = arg;
	int state = READ_ONCE(sk->sk_state);

	if (state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT)
		g->estab++;
	if (state == TCP_CLOSE_WAIT) {
		g->close_wait++;
		g->close_wait_age = max(g->close_wait_age,
					ltcp_proc_age(ltcp_sk(sk)));
	}
	return true;
}

static bool ltcp_gauge_halfopen(struct sock *sk, void *arg)
{
	long *halfopens = arg;

	*halfopens += atomic_read(&ltcp_sk(sk)->accept->halfopens);
	return true;
}

/* One number for each of ltcp_gauge_names, in that order. */
static void ltcp_gauges_show(struct seq_file *seq, struct net *net)
{
	const struct ltcp_net *ln = ltcp_net(net);
	struct ltcp_gauges g = { };
	unsigned int row = 0;
	long halfopens = 0;

	while (ltcp_conn_walk(net, &row, ltcp_gauge_sock, &g))
		cond_resched();
	row = 0;
	while (ltcp_listen_walk(net, &row, ltcp_gauge_halfopen, &halfopens))
		cond_resched();
	seq_printf(seq, " %ld %ld %u %ld %d %d %d %lld %ld", g.estab,
		   g.close_wait, g.close_wait_age, halfopens,
		   atomic_read(&ln->tw_count), atomic_read(&ln->orphan_count),
		   ltcp_prot_inuse(net),
		   percpu_counter_sum_positive(ltcp_prot.sockets_allocated),
		   ltcp_mem_pages());
}

/* Two lines: all names, all numbers. */
static int ltcp_snmp_show(struct seq_file *seq, void *v)
{
	struct net *net = seq_file_single_net(seq);
	unsigned int i;

	seq_puts(seq, "Ltcp:");
	for (i = 0; i < LTCP_MIB_MAX; i++)
		seq_printf(seq, " %s", ltcp_mib_name(i));
	for (i = 0; i < ARRAY_SIZE(ltcp_gauge_names); i++)
		seq_printf(seq, " %s", ltcp_gauge_names[i]);
	seq_puts(seq, "\nLtcp:");
	for (i = 0; i < LTCP_MIB_MAX; i++)
		seq_printf(seq, " %lu", ltcp_stats_fold(ltcp_net(net), i));
	ltcp_gauges_show(seq, net);
	seq_putc(seq, '\n');
	return 0;
}

static bool ltcp_proc_create(struct net *net, const char *name, long family)
{
	return proc_create_net_data(name, 0444, net->proc_net, &ltcp_proc_ops,
				    sizeof(struct ltcp_proc_iter),
				    (void *)family);
}

int ltcp_proc_net_init(struct net *net)
{
	if (!ltcp_proc_create(net, "ltcp", AF_INET))
		return -ENOMEM;
	if (IS_ENABLED(CONFIG_IPV6) &&
	    !ltcp_proc_create(net, "ltcp6", AF_INET6))
		goto v4;
	if (proc_create_net_single("ltcp_snmp", 0444, net->proc_net,
				   ltcp_snmp_show, NULL))
		return 0;

	if (IS_ENABLED(CONFIG_IPV6))
		remove_proc_entry("ltcp6", net->proc_net);
v4:
	remove_proc_entry("ltcp", net->proc_net);
	return -ENOMEM;
}

void ltcp_proc_net_exit(struct net *net)
{
	remove_proc_entry("ltcp_snmp", net->proc_net);
	if (IS_ENABLED(CONFIG_IPV6))
		remove_proc_entry("ltcp6", net->proc_net);
	remove_proc_entry("ltcp", net->proc_net);
}
