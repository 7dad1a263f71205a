// SPDX-License-Identifier: GPL-2.0
/*
 * Packetization layer path MTU discovery: RFC 4821. The peer of this program
 * sits behind a path that takes segments of so many octets, and swallows larger
 * ones without a word.
 */

#include <string.h>
#include <linux/icmp.h>

#include "case.h"

CASES(mtu)

#define MSS	1460
#define BASE	512		/* base_mss */
#define MOST	(3000 * MSS)	/* octets of one case */

/**
 * struct path - the path, and what came through it
 * @takes: octets of payload that pass
 * @sack: the receiver knows SACK
 * @nxt: its RCV.NXT
 * @last: octets of the last segment that came through
 * @least: of the smallest but those that end a write
 * @swallowed: segments that did not
 * @have: octets that arrived
 */
struct path {
	unsigned int takes;
	bool sack;
	uint32_t nxt;
	uint32_t last;
	uint32_t least;
	int swallowed;
	bool have[MOST + 2];
};

static struct path path = { .nxt = 1, .least = MSS };

/* What the receiver says of @s, which arrived. */
static void acknowledge(const struct segment *s)
{
	uint32_t start = s->seq, end = s->seq + s->len;

	while (path.have[path.nxt])
		path.nxt++;
	if (!path.sack || s->seq <= path.nxt) {
		in(". 1:1(0) ack %u", path.nxt);
		return;
	}
	while (path.have[start - 1])
		start--;
	while (path.have[end])
		end++;
	in(". 1:1(0) ack %u <sack %u:%u>", path.nxt, start, end);
}

/* Until nothing is sent for @ms, or all before @end has arrived. */
static void carry(unsigned int ms, uint32_t end)
{
	const struct segment *s;

	while (path.nxt < end && (s = next_out(ms))) {
		if (!s->len)
			continue;
		if (s->len > path.takes) {
			path.swallowed++;
			continue;
		}
		check(s->seq + s->len <= MOST + 1);
		memset(path.have + s->seq, true, s->len);
		path.last = s->len;
		if (s->len < path.least && !(s->flags & PSH))
			path.least = s->len;
		acknowledge(s);
	}
}

/* @n full segments of 1460 octets are written, and get through. */
static void move(int fd, int n)
{
	uint32_t end = path.nxt + n * MSS;

	put(fd, n * MSS);
	carry(2 * MIN, end);
	is(path.nxt, end);
}

/* A probe takes a round trip, that is a window: until the search is over. */
static void search(int fd)
{
	int i;

	for (i = 0; i < 10; i++)
		move(fd, 100);
}

static int opened(const char *probing, unsigned int takes, bool sack)
{
	set_sysctl("mtu_probing", probing);
	set_sysctl("wmem", "4096 1000000 4194304");
	path.takes = takes;
	path.sack = sack;
	return sack ? passive_sack() : passive();
}

/* RFC 4821 7.7: what is too large is lost for ever; segments become small. */
CASE(mtu, black_hole)
{
	int fd;

	ltcp_only("counts its probes elsewhere");
	fd = opened("1", 1000, false);
	move(fd, 10);
	counter_is("MtuBlackHoles", 1);
	/* And as large again as the path takes, but for the threshold. */
	search(fd);
	check(info(fd).tcpi_snd_mss > 990);
	check(info(fd).tcpi_snd_mss <= 1000);
}

/* By default nothing of this happens, as in Linux. */
CASE(mtu, off)
{
	int fd;

	ltcp_only("counts its probes elsewhere");
	fd = opened("0", 1000, false);
	put(fd, 10 * MSS);
	carry(1 * MIN, 1 + MSS);
	is(path.nxt, 1);
	check(path.swallowed > 15);
	is(info(fd).tcpi_snd_mss, MSS);
	counter_is("MtuBlackHoles", 0);
	counter_is("MtuProbes", 0);
}

/* RFC 4821 7.2 7.6.1: from base_mss up to what both ends take. */
CASE(mtu, upwards)
{
	int fd;

	ltcp_only("counts its probes elsewhere");
	fd = opened("2", MSS, true);
	put(fd, MSS);
	out(". 1:513(512) ack 1");
	out(". 513:1025(512) ack 1");
	out("P. 1025:1461(436) ack 1");
	in(". 1:1(0) ack 1461");
	path.nxt = 1461;
	search(fd);
	check(info(fd).tcpi_snd_mss > MSS - 8);
	check(counter("MtuProbes") >= 6);
	is(counter("MtuProbesAcked"), counter("MtuProbes"));
	counter_is("MtuProbesLost", 0);
}

/* RFC 4821 7.6.2 7.3: a lost probe is no congestion; half way each time. */
static void probes_are_lost(bool sack)
{
	int fd = opened("2", 1000, sack);
	unsigned int ssthresh = info(fd).tcpi_snd_ssthresh;

	search(fd);
	check(info(fd).tcpi_snd_mss > 990);
	check(info(fd).tcpi_snd_mss <= 1000);
	check(counter("MtuProbesLost") >= 2);
	check(counter("MtuProbesAcked") >= 2);
	is(path.swallowed, counter("MtuProbesLost"));
	is(info(fd).tcpi_snd_ssthresh, ssthresh);
	counter_is("FastRetransmits", 0);
	counter_is("RtoTimeouts", 0);
}

CASE(mtu, lost_probe)
{
	ltcp_only("counts its probes elsewhere");
	probes_are_lost(false);
}

/* RFC 4821 7.6.2 */
CASE(mtu, lost_probe_sack)
{
	ltcp_only("counts its probes elsewhere");
	probes_are_lost(true);
}

/* Until a probe, which is swallowed. */
static const struct segment *first_probe(int fd)
{
	const struct segment *s;

	put(fd, 60 * MSS);
	while ((s = next_out(1 * SEC)) && s->len <= BASE) {
		memset(path.have + s->seq, true, s->len);
		path.last = s->len;
		acknowledge(s);
	}
	check(s && s->len > BASE);
	return s;
}

/* RFC 4821 7.6.2: ICMP tells at once what the loss would have told. */
CASE(mtu, icmp_about_probe)
{
	int fd;
	uint32_t seq, len;

	ltcp_only("counts its probes elsewhere");
	fd = opened("2", 900, true);
	len = first_probe(fd)->len;
	seq = last_out()->seq;
	icmp(ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 940, ". %u:%u(%u) ack 1",
	     seq, seq + len, len);
	counter_is("MtuProbesLost", 1);
	carry(2 * MIN, 1 + 60 * MSS);
	is(path.nxt, 1 + 60 * MSS);
	search(fd);
	check(info(fd).tcpi_snd_mss > 890);
	check(info(fd).tcpi_snd_mss <= 900);
	is(path.swallowed, 0);
	counter_is("FastRetransmits", 0);
}

/* RFC 4821 7.6.3 7.6.4: nothing is heard any more: a timeout as any other. */
CASE(mtu, timeout_of_probe)
{
	int fd;
	uint32_t seq, len;

	ltcp_only("counts its probes elsewhere");
	fd = opened("2", MSS, true);
	len = first_probe(fd)->len;
	seq = last_out()->seq;
	/* All that follows is lost, too. */
	while (next_out(100))
		;
	check(next_out(1 * SEC)->seq == seq);
	is(last_out()->len, BASE);
	check(counter("RtoTimeouts") > 0);
	carry(2 * MIN, 1);
	in(". 1:1(0) ack %u", seq + BASE);
	path.nxt = seq + BASE;
	carry(2 * MIN, 1 + 60 * MSS);
	is(path.nxt, 1 + 60 * MSS);
	/* It was the answer to that size. */
	check(info(fd).tcpi_snd_mss < len);
}

/* probe_threshold: two probes, and what is left is not worth another. */
CASE(mtu, threshold)
{
	int fd;

	ltcp_only("counts its probes elsewhere");
	set_sysctl("probe_threshold", "300");
	fd = opened("2", MSS, true);
	search(fd);
	counter_is("MtuProbes", 2);
	/* 552, half way to 1500, and once more */
	is(info(fd).tcpi_snd_mss, 1263 - 40);
}

/* RFC 4821 7.3 probe_interval: the path becomes wider; who asks later finds. */
CASE(mtu, interval)
{
	int fd;

	ltcp_only("counts its probes elsewhere");
	set_sysctl("probe_interval", "60");
	fd = opened("2", 900, true);
	search(fd);
	check(info(fd).tcpi_snd_mss <= 900);
	path.takes = MSS;
	move(fd, 30);
	check(info(fd).tcpi_snd_mss <= 900);
	quiet(61 * SEC);
	search(fd);
	check(info(fd).tcpi_snd_mss > MSS - 8);
}

/* RFC 4821 7.7 mtu_probe_floor: smaller and smaller, but not than that. */
CASE(mtu, floor)
{
	int fd;

	ltcp_only("counts its probes elsewhere");
	set_sysctl("mtu_probe_floor", "200");
	fd = opened("1", 100, false);
	put(fd, 10 * MSS);
	carry(1 * MIN, 1 + MSS);
	is(path.nxt, 1);
	is(last_out()->len, 200);
	check(counter("MtuBlackHoles") > 3);
}

/* RFC 4821 7.4: small writes make a probe as well, and it is in order. */
CASE(mtu, of_small_writes)
{
	int fd, i;

	ltcp_only("counts its probes elsewhere");
	set_sysctl("gso", "0");
	fd = opened("2", MSS, true);
	set_option(fd, TCP_NODELAY, 1);
	for (i = 0; i < 500; i++)
		put(fd, 100);
	carry(2 * MIN, 1 + 50000);
	is(path.nxt, 1 + 50000);
	check(counter("MtuProbesAcked") > 0);
	check(info(fd).tcpi_snd_mss > BASE);
}

TEST_HARNESS_MAIN
