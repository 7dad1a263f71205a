/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_NET_H
#define _LTCP_NET_H

/*
 * What ltcp keeps for each network namespace: settings, counters, secrets and
 * the counts behind its limits. Two namespaces share nothing but memory.
 */

#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "engine/cong.h"

struct ctl_table_header;
struct ltcp_tw_wheel;

/*
 * Every counter: name in /proc/net/ltcp_snmp, and what one more of it means.
 * Documentation/counters.rst is made from this list. The Drop* ones are also
 * the reasons that ltcp_drop() takes: a received segment dies with exactly one.
 */
#define LTCP_MIB_LIST(X)						\
	X(InSegs, "segments received, bad ones included")		\
	X(GroSegs, "segments that came right after another of their "	\
	  "connection, and became one with it (GRO)")			\
	X(OutSegs, "segments sent, retransmitted ones included")	\
	X(OutRsts, "segments sent with RST")				\
	X(ActiveOpens, "connect() sent its first SYN")			\
	X(PassiveOpens, "a half-open entry became a connection")	\
	X(AttemptFails, "connection died before it was established")	\
	X(EstabResets, "established connection ended by RST or abort")	\
	X(SynRetrans, "SYN of connect() sent again")			\
	X(HalfOpens, "half-open entry made for a SYN")			\
	X(HalfOpenRetrans, "SYN-ACK of a half-open entry sent again")	\
	X(HalfOpenTimeouts, "half-open entry gave up after "		\
	  "synack_retries")						\
	X(HalfOpenResets, "half-open entry removed by the peer's RST")	\
	X(HalfOpenTossed, "oldest half-open entry of a full row removed") \
	X(HalfOpenPurged, "half-open entry removed with its listener "	\
	  "or namespace")						\
	X(ListenOverflows, "accept queue full when the last ACK came")	\
	X(ListenDrops, "SYN or last ACK dropped by a listener")		\
	X(Floods, "half-open connections of a listener came to their "	\
	  "limit, and had not for a minute")				\
	X(SyncookiesSent, "SYN answered with a cookie, without an entry") \
	X(SyncookiesRecv, "ACK with a valid SYN cookie")		\
	X(SyncookiesFailed, "ACK without a valid SYN cookie while one "	\
	  "could come")							\
	X(QuotaHalfOpens, "SYN got no entry: its prefix has "		\
	  "syn_quota_halfopens")					\
	X(QuotaSynAcks, "answer to a SYN withheld by synack_rate or "	\
	  "synack_budget")						\
	X(DeferAcceptDrops, "last ACK without data, of no use to a "	\
	  "listener with TCP_DEFER_ACCEPT")				\
	X(AcceptAborts, "connection reset because accept queue was full " \
	  "(abort_on_overflow)")					\
	X(TimeWaits, "TIME_WAIT entry made")				\
	X(TimeWaitExpired, "TIME_WAIT entry lived its 2 MSL")		\
	X(TimeWaitOverflows, "oldest TIME_WAIT entry gave way to a "	\
	  "new one: max_tw_buckets reached")				\
	X(TimeWaitRefused, "connection closed without TIME_WAIT: "	\
	  "max_tw_buckets is 0, or no memory")				\
	X(TimeWaitAcks, "ACK sent from TIME_WAIT")			\
	X(TimeWaitReused, "TIME_WAIT entry gave way to a new SYN, or "	\
	  "to connect() by tw_reuse")					\
	X(TimeWaitPurged, "TIME_WAIT entry removed with its namespace")	\
	X(RetransSegs, "segments retransmitted")			\
	X(RtoTimeouts, "retransmission timer expired")			\
	X(FastRetransmits, "loss found by duplicate ACKs or SACK, "	\
	  "recovery begins")						\
	X(PartialAcks, "partial ACK in fast recovery (RFC 6582)")	\
	X(SacksIn, "ACK with SACK blocks received")			\
	X(SackBlocksBad, "SACK block ignored: it names what is not "	\
	  "outstanding")						\
	X(SackSteps, "segments looked at to take in SACK blocks")	\
	X(SackReneges, "peer did not keep what it SACKed: all of it "	\
	  "is sent again")						\
	X(DsacksIn, "D-SACK received: something arrived twice there")	\
	X(DsacksOut, "D-SACK sent: something arrived twice here")	\
	X(RackLost, "segment taken for lost by time (RFC 8985)")	\
	X(ReorderSeen, "segment that arrived after others that were "	\
	  "sent later")							\
	X(TlpProbes, "loss probe sent (RFC 8985 7)")			\
	X(LossProbeRecovery, "loss that was repaired by its probe")	\
	X(UndoTimestamps, "window restored: the first copy had arrived, " \
	  "by its timestamp (RFC 3522)")				\
	X(UndoDsacks, "window restored: all that was sent again "	\
	  "arrived twice (RFC 3708)")					\
	X(FrtoSpurious, "window restored: the timeout was too early "	\
	  "(RFC 5682)")							\
	X(PacingWaits, "sending put off, since the last segment was just " \
	  "sent")							\
	X(EcnCeIn, "segment received that a router had marked (RFC 3168)") \
	X(EcnReductions, "window reduced: the peer was told of a mark")	\
	X(EcnFallbacks, "SYN sent again, without asking for ECN")	\
	X(MtuProbes, "segment sent that is larger than the path is known " \
	  "to take (RFC 4821)")						\
	X(MtuProbesAcked, "such a segment arrived: all may be that large") \
	X(MtuProbesLost, "such a segment did not arrive: too large")	\
	X(MtuBlackHoles, "segments made small: nothing was answered")	\
	X(OutputThrottled, "sending put off: limit_output_bytes wait "	\
	  "below the socket")						\
	X(AutoCorks, "small write put off: packets wait below the socket") \
	X(AcksCompressed, "ACK of an early segment left to the next one") \
	X(DupAcksIn, "duplicate ACK received")				\
	X(DupAcksOut, "immediate ACK sent for an out-of-order segment")	\
	X(DelayedAcks, "ACK sent by the delayed ACK timer")		\
	X(PureAcksOut, "segments sent with nothing but an ACK")		\
	X(OooQueued, "segment put into the out-of-order queue")		\
	X(OooDuplicates, "out-of-order segment already queued")		\
	X(OooPruned, "out-of-order segments discarded for memory")	\
	X(WindowProbes, "zero-window probe sent")			\
	X(WindowProbeReplies, "segment beyond a closed window answered") \
	X(UrgentIn, "urgent mark received, ahead of all before it")	\
	X(UrgentOut, "urgent data queued: send() with MSG_OOB")		\
	X(KeepaliveProbes, "keepalive probe sent")			\
	X(ChallengeAcks, "challenge ACK sent (RFC 5961)")		\
	X(ChallengeAcksLimited, "challenge ACK withheld by "		\
	  "invalid_ratelimit")						\
	X(AbortOnData, "closed with unread data: RST (RFC 9293 3.6.1)")	\
	X(AbortOnClose, "data received after close(): RST")		\
	X(AbortOnLinger, "closed with SO_LINGER and zero timeout: RST")	\
	X(AbortOnTimeout, "retransmissions, probes or user timeout "	\
	  "ran out")							\
	X(AbortOnKeepalive, "keepalive_probes went unanswered")		\
	X(AbortOnMemory, "orphan killed for memory or max_orphans")	\
	X(FinWait2Timeouts, "orphan in FIN_WAIT_2 ended by fin_timeout") \
	X(IcmpSoft, "ICMP error noted, connection kept")		\
	X(IcmpHard, "ICMP error ended an attempt to connect")		\
	X(IcmpPmtu, "path MTU lowered by ICMP")				\
	X(IcmpIgnored, "ICMP error that fits no outstanding segment")	\
	X(MemoryPressures, "module entered memory pressure")		\
	X(HistoryFull, "connection not recorded: there are as many "	\
	  "histories as recorder says, and none is closed")		\
	X(Destroyed, "socket or entry ended by an administrator "	\
	  "(SOCK_DESTROY, ss -K)")					\
	LTCP_DROP_LIST(X)

#define LTCP_DROP_LIST(X)						\
	X(DropShort, "shorter than a header")				\
	X(DropBadOffset, "data offset below 5 or beyond the segment")	\
	X(DropBadChecksum, "checksum wrong")				\
	X(DropBadAddress, "broadcast, multicast or martian address")	\
	X(DropPortZero, "port 0")					\
	X(DropNoConnection, "no connection and no listener")		\
	X(DropBadFlags, "flags that no state accepts")			\
	X(DropNoAck, "ACK bit missing where it must be set")		\
	X(DropPaws, "sent before what was received last "		\
	  "(PAWS, RFC 7323 5.3)")					\
	X(DropNoTimestamp, "without the timestamps that both agreed to use") \
	X(DropOldData, "all of it received before")			\
	X(DropOutOfWindow, "outside the receive window")		\
	X(DropBadAck, "acknowledges what was never sent, or is too old") \
	X(DropRstSequence, "RST whose sequence number is not RCV.NXT")	\
	X(DropRstTimeWait, "RST in TIME_WAIT (RFC 1337)")		\
	X(DropSynConnected, "SYN in a synchronized state")		\
	X(DropQuietTime, "SYN within quiet_time_ms of the start")	\
	X(DropListen, "nothing a listener can use")			\
	X(DropHalfOpen, "does not complete the half-open entry it met")	\
	X(DropSynBacklog, "half-open connections at their limit")	\
	X(DropQuota, "SYN of a prefix beyond synack_rate, or beyond "	\
	  "synack_budget")						\
	X(DropAcceptQueue, "accept queue full")				\
	X(DropClosed, "connection closed meanwhile")			\
	X(DropZeroWindow, "data while our window was closed")		\
	X(DropReceiveBuffer, "receive buffer full")			\
	X(DropBacklog, "socket backlog full")				\
	X(DropNoMemory, "allocation failed")				\
	X(DropFilter, "socket filter said no")				\
	X(DropPolicy, "IPsec policy said no")

#define LTCP_MIB_ENUM(name, what) LTCP_MIB_##name,
enum ltcp_mib {
	LTCP_MIB_LIST(LTCP_MIB_ENUM)
	LTCP_MIB_MAX,
};

#undef LTCP_MIB_ENUM

/* A counter that is the reason of a drop. */
#define LTCP_MIB_FIRST_DROP LTCP_MIB_DropShort

struct ltcp_counters {
	unsigned long count[LTCP_MIB_MAX];
};

/**
 * struct ltcp_cookie_keys - secrets of SYN cookies
 * @fresh: those of two epochs; that of epoch e is in slot e % 2
 * @epoch: whose they are; written last, so who finds his epoch has its secret
 * @lock: serialises the making of new ones
 */
struct ltcp_cookie_keys {
	siphash_key_t fresh[2];
	u32 epoch[2];
	spinlock_t lock;	/* of who makes a new one */
};

#define LTCP_RECORDER_BITS 6

/**
 * struct ltcp_recorder - histories of a namespace, control/history.c
 * @lock: of the rest, and of the histories
 * @live: of sockets, by their address
 * @all: in the order in which they began
 * @closed: those whose connection is gone, in the order of that
 * @count: in @all
 * @last_id: of the last one that began
 */
struct ltcp_recorder {
	spinlock_t lock;	/* of the rest, and of the histories */
	struct hlist_head live[1 << LTCP_RECORDER_BITS];
	struct list_head all;
	struct list_head closed;
	u32 count;
	u64 last_id;
};

/**
 * struct ltcp_net - one namespace
 * @net: back pointer
 * @ctl_sk: socket that sends what belongs to no connection
 * @ctl6_sk: the same for IPv6; NULL: the kernel has none, or it is off
 * @sysctl_hdr: registered net.ltcp directory
 * @mib: counters
 * @isn_key: secret of the initial sequence numbers (RFC 6528)
 * @flow_key: secret of the hash of connections
 * @port_key: secret of the ephemeral ports (RFC 6056 3.3.4)
 * @ts_key: secret of the timestamps (RFC 7323 7.1)
 * @since: when the namespace, or the module, came to be
 * @cookie: secrets of SYN cookies
 * @answers: SYN-ACKs of the running second that nobody acknowledged [atomic]
 * @answers_since: jiffies of its beginning [o]
 * @tw_count: entries in the TIME_WAIT table [atomic]
 * @orphan_count: closed sockets that still talk to their peer [atomic]
 * @tw_wheel: TIME_WAIT entries by expiry
 * @recording: histories of connections
 *
 * Settings are read with READ_ONCE() and written by net.ltcp.* only; names,
 * units and defaults are in Documentation/sysctl.rst.
 */
struct ltcp_net {
	struct net *net;
	struct sock *ctl_sk;
	struct sock *ctl6_sk;
	struct ctl_table_header *sysctl_hdr;
	struct ltcp_counters __percpu *mib;
	siphash_key_t isn_key;
	siphash_key_t flow_key;
	siphash_key_t port_key;
	siphash_key_t ts_key;
	ktime_t since;
	struct ltcp_cookie_keys cookie;
	atomic_t answers;
	u32 answers_since;
	atomic_t tw_count;
	atomic_t orphan_count;
	struct ltcp_tw_wheel *tw_wheel;
	struct ltcp_recorder recording;

	/* private: settings, each described in Documentation/sysctl.rst */
	int syn_retries;
	int synack_retries;
	int fin_timeout;		/* seconds */
	int retries1;
	int retries2;
	int orphan_retries;
	int keepalive_time;		/* seconds */
	int keepalive_intvl;		/* seconds */
	int keepalive_probes;
	int syncookies;
	int synack_timeout_rst;
	int syn_recv_timeout_ms;
	int syn_quota_prefix;		/* bits */
	int syn_quota_prefix6;		/* bits */
	int syn_quota_halfopens;
	int synack_rate;		/* per second and prefix */
	int synack_budget;		/* per second */
	int max_syn_backlog;
	int max_tw_buckets;
	int reuse_tw;			/* tw_reuse; 2: loopback only */
	int max_orphans;
	int abort_on_overflow;
	int rfc1337;
	int window_scaling;
	int timestamps;			/* 2: without an offset */
	int sack;
	int dsack;
	int recovery;			/* LTCP_RECOVERY_* */
	int frto;
	int ecn;			/* 1: ask, 2: agree if asked */
	int ecn_fallback;
	int early_retrans;		/* 3 and 4: with loss probes */
	int msl_ms;
	int quiet_time_ms;
	int rto_min_us;
	int delack_ms;
	int reordering;			/* duplicate ACKs that mean a loss */
	int slow_start_after_idle;
	int gso;
	int gro;
	int moderate_rcvbuf;
	int min_snd_mss;
	int base_mss;			/* floor of what ICMP may set */
	int mtu_probing;		/* 1: after a black hole, 2: always */
	int mtu_probe_floor;
	int probe_interval;		/* seconds */
	int probe_threshold;		/* octets */
	int limit_output_bytes;
	int autocorking;
	int comp_sack_delay_ns;
	int comp_sack_nr;
	int invalid_ratelimit;		/* milliseconds */
	int recorder;			/* histories */
	int rmem[3];			/* octets: min, default, max */
	int wmem[3];
	int ip_local_port_range[2];
	char congestion_control[LTCP_CONG_NAME_MAX];
	char allowed_congestion_control[LTCP_CONG_NAMES_MAX];
};

extern unsigned int ltcp_net_id;

/*
 * net_generic(), which many a segment asks ten times: what rcu_read_lock() does
 * there, calling functions where readers can be preempted, is done in place by
 * not being preempted.
 */
static inline struct ltcp_net *ltcp_net(const struct net *net)
{
	struct ltcp_net *ln;

	preempt_disable();
	ln = rcu_dereference_sched(net->gen)->ptr[ltcp_net_id];
	preempt_enable();
	return ln;
}

#define LTCP_INC(net, name) \
	this_cpu_inc(ltcp_net(net)->mib->count[LTCP_MIB_##name])
static inline void ltcp_count(const struct net *net, enum ltcp_mib item)
{
	this_cpu_inc(ltcp_net(net)->mib->count[item]);
}

#define LTCP_ADD(net, name, n) \
	this_cpu_add(ltcp_net(net)->mib->count[LTCP_MIB_##name], n)

/* tables/secret.c: keys that sequence numbers and the like hang on */
void ltcp_secrets_init(struct ltcp_net *ln);

/* Jiffies left of quiet_time_ms (RFC 9293 3.4.3), or 0. */
u32 ltcp_quiet_left(const struct ltcp_net *ln);

/* control/sysctl.c: defaults are set before the namespace is visible. */
int ltcp_sysctl_net_init(struct ltcp_net *ln);
void ltcp_sysctl_net_exit(struct ltcp_net *ln);

/* May anybody in @net choose congestion control @name? Process context. */
bool ltcp_cong_allowed(const struct net *net, const char *name);

/* control/stats.c */
int ltcp_stats_net_init(struct ltcp_net *ln);
void ltcp_stats_net_exit(struct ltcp_net *ln);
unsigned long ltcp_stats_fold(const struct ltcp_net *ln, enum ltcp_mib item);
const char *ltcp_mib_name(enum ltcp_mib item);

/* control/history.c: /proc/net/ltcp_history */
int ltcp_history_net_init(struct ltcp_net *ln);
void ltcp_history_net_exit(struct ltcp_net *ln);

/* control/proc.c: /proc/net/ltcp, /proc/net/ltcp_snmp */
int ltcp_proc_net_init(struct net *net);
void ltcp_proc_net_exit(struct net *net);

#endif /* _LTCP_NET_H */
