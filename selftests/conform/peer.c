// SPDX-License-Identifier: GPL-2.0
/*
 * The scripted peer: network namespace, TUN device, and the lines of a script
 * against what goes over it.
 *
 * One case per process: all state is static and starts at zero. The kernel
 * under test may only send while the script looks: every packet is claimed by
 * one line, in order, and one that no line claims is an error, at the latest
 * when the case ends.
 */

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/icmpv6.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>

#include "peer.h"

#define NSEC_PER_MSEC	1000000ULL
#define NSEC_PER_SEC	1000000000ULL

/* "At once": less than a jiffy. */
#define AT_ONCE		5

/* Most flows of one case. */
#define MAX_FLOWS	64

/*
 * Sequence numbers of the peer begin shortly before the wrap, so that all
 * cases with more than a little data go through it.
 */
#define PEER_ISN	0xfffffc00U

/* So do its timestamps: they wrap when the case is one second old. */
#define PEER_TS		0xfffffc18U

int peer_proto;

static struct flow flows[MAX_FLOWS];
static int nflows;
static struct flow *now_flow;

static struct segment got;	/* last one from the kernel */

static int tun;
static int alarm_clock;		/* timerfd */
static uint64_t started;	/* nanoseconds */
static uint64_t last_packet;	/* nanoseconds; either direction */
static FILE *trace;		/* text so far */
static char *trace_text;
static size_t trace_size;
static FILE *capture;		/* pcap file so far */
static char *capture_data;
static size_t capture_size;
static char capture_path[512];
static const char *at_file;
static int at_line;

void peer_at(const char *file, int line)
{
	const char *slash = strrchr(file, '/');

	at_file = slash ? slash + 1 : file;
	at_line = line;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

unsigned int idle_ms(void)
{
	return (now_ns() - last_packet) / NSEC_PER_MSEC;
}

const struct segment *last_out(void)
{
	return &got;
}

struct flow *peer_flow(void)
{
	return now_flow;
}

/*
 * The end of a case that failed
 */

static void print_trace(void)
{
	char *next;
	char *line;

	fflush(trace);
	ksft_print_msg("trace so far (seconds, kernel, peer):\n");
	for (line = strtok_r(trace_text, "\n", &next); line;
	     line = strtok_r(NULL, "\n", &next))
		ksft_print_msg("  %s\n", line);
}

static void save_capture(void)
{
	FILE *file = fopen(capture_path, "w");

	fflush(capture);
	if (!file || fwrite(capture_data, capture_size, 1, file) != 1)
		ksft_print_msg("cannot write %s: %s\n", capture_path,
			       strerror(errno));
	else
		ksft_print_msg("packets: %s\n", capture_path);
	if (file)
		fclose(file);
}

void peer_fail(const char *fmt, ...)
{
	va_list args;
	char why[1024];

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	ksft_print_msg("%s:%d, at %.3f: %s\n", at_file, at_line,
		       (now_ns() - started) / 1e9, why);
	if (trace) {
		print_trace();
		save_capture();
	}
	fflush(NULL);
	_exit(KSFT_FAIL);
}

/*
 * Packets
 */

struct pcap_header {
	uint32_t magic;
	uint16_t major;
	uint16_t minor;
	uint32_t zone;
	uint32_t sigfigs;
	uint32_t snaplen;
	uint32_t linktype;
};

struct pcap_record {
	uint32_t sec;
	uint32_t usec;
	uint32_t caplen;
	uint32_t len;
};

#define LINKTYPE_RAW	101

static void capture_start(const char *program, const char *name)
{
	const char *dir = getenv("LTCP_OUT");
	struct pcap_header header = {
		.magic = 0xa1b2c3d4,
		.major = 2,
		.minor = 4,
		.snaplen = MAX_PACKET,
		.linktype = LINKTYPE_RAW,
	};

	snprintf(capture_path, sizeof(capture_path), "%s/%s.%s.pcap",
		 dir ?: "/tmp", program, name);
	capture = open_memstream(&capture_data, &capture_size);
	fwrite(&header, sizeof(header), 1, capture);
}

static void capture_packet(const void *pkt, size_t len)
{
	struct pcap_record record = {
		.sec = last_packet / NSEC_PER_MSEC / 1000,
		.usec = last_packet / 1000 % 1000000,
		.caplen = len,
		.len = len,
	};

	fwrite(&record, sizeof(record), 1, capture);
	fwrite(pkt, len, 1, capture);
}

static void note(char mark, const void *pkt, size_t len, const char *text)
{
	last_packet = now_ns();
	capture_packet(pkt, len);
	fprintf(trace, "%10.3f %u %c %u  %s\n",
		(last_packet - started) / 1e9,
		now_flow->kport, mark, now_flow->pport, text);
}

static void note_segment(char mark, const void *pkt, size_t len,
			 const struct segment *s)
{
	char text[512];

	segment_print(s, text, sizeof(text));
	note(mark, pkt, len, text);
}

static void send_packet(const void *pkt, size_t len)
{
	if (write(tun, pkt, len) != (ssize_t)len)
		peer_fail("TUN device refused a packet: %s", strerror(errno));
}

void inject(const void *pkt, size_t len)
{
	note('<', pkt, len, "(raw packet)");
	send_packet(pkt, len);
}

/*
 * Sleep until a packet is there, or @deadline is. By a timerfd, since the
 * timeout of poll() may be late by 100 ms when it is long.
 */
static void wait_for_packet(uint64_t deadline)
{
	struct itimerspec when = {
		.it_value.tv_sec = deadline / NSEC_PER_SEC,
		.it_value.tv_nsec = deadline % NSEC_PER_SEC,
	};
	struct pollfd pfd[] = {
		{ .fd = tun, .events = POLLIN },
		{ .fd = alarm_clock, .events = POLLIN },
	};

	if (timerfd_settime(alarm_clock, TFD_TIMER_ABSTIME, &when, NULL) ||
	    poll(pfd, ARRAY_SIZE(pfd), -1) < 0)
		peer_fail("cannot wait: %s", strerror(errno));
}

/*
 * Is it for the script? IPv6 talks to itself, by ICMPv6, which MLD has behind
 * a hop-by-hop header.
 */
static bool is_ours(const uint8_t *pkt)
{
	if (!is_v6())
		return pkt[0] >> 4 == 4;
	return pkt[0] >> 4 == 6 && pkt[6] != IPPROTO_ICMPV6 &&
	       !(pkt[6] == IPPROTO_HOPOPTS && pkt[40] == IPPROTO_ICMPV6);
}

/* Next packet from the kernel, if one comes before @deadline; else 0. */
static size_t receive_packet(uint8_t *pkt, uint64_t deadline)
{
	ssize_t len;

	for (;;) {
		len = read(tun, pkt, MAX_PACKET);
		if (len > 0 && is_ours(pkt))
			return len;
		if (len > 0)
			continue;
		if (now_ns() >= deadline)
			return 0;
		wait_for_packet(deadline);
	}
}

/*
 * Lines of the script
 */

static void script_segment(struct segment *s, const char *text)
{
	const char *wrong = segment_parse(s, text);

	if (wrong)
		peer_fail("script: %s: \"%s\"", wrong, text);
}

/* The "*" of timestamps, and those that are understood. */
static void fill_timestamps(struct segment *s)
{
	uint32_t ms = (now_ns() - started) / NSEC_PER_MSEC;

	if (now_flow->ts_always && !s->has_opt)
		segment_option(s, "ts * *");
	if (s->any_tsval)
		segment_set_tsval(s, ms);
	if (s->any_tsecr)
		segment_set_tsecr(s, now_flow->ts_last -
				  now_flow->ts[FROM_KERNEL]);
}

size_t packet(uint8_t *pkt, const char *fmt, ...)
{
	struct segment s;
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	script_segment(&s, text);
	return segment_build(&s, now_flow, TO_KERNEL, peer_proto, pkt);
}

void peer_in(const char *fmt, ...)
{
	uint8_t pkt[MAX_PACKET];
	struct segment s;
	char text[512];
	va_list args;
	size_t len;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	script_segment(&s, text);
	fill_timestamps(&s);
	len = segment_build(&s, now_flow, TO_KERNEL, peer_proto, pkt);
	note_segment('<', pkt, len, &s);
	send_packet(pkt, len);
}

/*
 * How late a timer of @ms may be: by a jiffy of 10 ms when it is set and one
 * when it fires; by an eighth, which is what the timer wheel rounds up to; and
 * a jiffy more in the RTO of 200 ms, 5 %, is doubled with it.
 */
static unsigned int lateness(unsigned int ms)
{
	return 20 + ms * 18ULL / 100;
}

/* The next packet is @text, and it comes from @lo to @hi (nanoseconds). */
static void expect(const char *text, uint64_t lo, uint64_t hi)
{
	uint8_t pkt[MAX_PACKET];
	struct segment want;
	const char *wrong;
	char seen[512];
	size_t len;

	script_segment(&want, text);
	len = receive_packet(pkt, hi);
	if (!len)
		peer_fail("expected \"%s\", nothing came until %.3f", text,
			  (hi - started) / 1e9);
	segment_decode(&got, now_flow, peer_proto, pkt, len);
	note_segment('>', pkt, len, &got);
	wrong = segment_differs(&want, &got);
	segment_print(&got, seen, sizeof(seen));
	if (wrong)
		peer_fail("expected \"%s\", got \"%s\": %s", text, seen, wrong);
	if (last_packet < lo)
		peer_fail("\"%s\" came at %.3f, not before %.3f expected",
			  text, (last_packet - started) / 1e9,
			  (lo - started) / 1e9);
}

void peer_out(const char *fmt, ...)
{
	uint64_t now = now_ns();
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	expect(text, 0, now + AT_ONCE * NSEC_PER_MSEC);
}

void peer_out_at(unsigned int ms, const char *fmt, ...)
{
	uint64_t lo = last_packet + (ms - 10) * NSEC_PER_MSEC;
	uint64_t hi = last_packet + (ms + lateness(ms)) * NSEC_PER_MSEC;
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	expect(text, lo, hi);
}

void peer_out_between(unsigned int lo, unsigned int hi, const char *fmt, ...)
{
	uint64_t now = now_ns();
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	expect(text, now + lo * NSEC_PER_MSEC, now + hi * NSEC_PER_MSEC);
}

const struct segment *next_out(unsigned int ms)
{
	uint8_t pkt[MAX_PACKET];
	size_t len = receive_packet(pkt, now_ns() + ms * NSEC_PER_MSEC);

	if (!len)
		return NULL;
	segment_decode(&got, now_flow, peer_proto, pkt, len);
	note_segment('>', pkt, len, &got);
	if (got.wrong)
		peer_fail("wrong: %s", got.wrong);
	return &got;
}

void out_segments(int first, int n)
{
	for (; n; n--, first++)
		out(". %d:%d(1460) ack 1", first * 1460 + 1,
		    (first + 1) * 1460 + 1);
}

void peer_quiet(unsigned int ms)
{
	uint8_t pkt[MAX_PACKET];
	char seen[512];
	size_t len;

	len = receive_packet(pkt, now_ns() + ms * NSEC_PER_MSEC);
	if (!len)
		return;
	segment_decode(&got, now_flow, peer_proto, pkt, len);
	note_segment('>', pkt, len, &got);
	segment_print(&got, seen, sizeof(seen));
	peer_fail("expected nothing, got \"%s\"", seen);
}

void swallow(void)
{
	uint8_t pkt[MAX_PACKET];
	size_t len;

	while ((len = receive_packet(pkt, 0)))
		note('>', pkt, len, "(swallowed)");
}

void peer_dies_at(unsigned int ms, int fd, int err)
{
	peer_quiet(ms - 10 - idle_ms());
	peer_is("error before its time", socket_error(fd), 0);
	peer_quiet(10 + lateness(ms));
	peer_is("error of the connection", socket_error(fd), err);
}

void peer_state_ends_at(unsigned int ms, const char *name)
{
	peer_quiet(ms - 10 - idle_ms());
	peer_state_is(name);
	peer_quiet(10 + lateness(ms));
	peer_state_is("CLOSED");
}

/* What ICMPv6 says instead, or as much as it can. RFC 4443 */
static void icmp_to_v6(int *type, int *code, uint32_t *info)
{
	static const uint8_t unreach[] = {
		[ICMP_NET_UNREACH] = ICMPV6_NOROUTE,
		[ICMP_HOST_UNREACH] = ICMPV6_ADDR_UNREACH,
		[ICMP_PROT_UNREACH] = ICMPV6_ADM_PROHIBITED,
		[ICMP_PORT_UNREACH] = ICMPV6_PORT_UNREACH,
		[ICMP_SR_FAILED] = ICMPV6_NOT_NEIGHBOUR,
	};

	switch (*type) {
	case ICMP_DEST_UNREACH:
		*type = *code == ICMP_FRAG_NEEDED ? ICMPV6_PKT_TOOBIG :
						    ICMPV6_DEST_UNREACH;
		*info += *code == ICMP_FRAG_NEEDED && *info ? 20 : 0;
		*code = *code == ICMP_FRAG_NEEDED ? 0 :
			*code < (int)ARRAY_SIZE(unreach) ? unreach[*code] :
			*code;
		break;
	case ICMP_TIME_EXCEEDED:
		*type = ICMPV6_TIME_EXCEED;
		break;
	case ICMP_PARAMETERPROB:
		*type = ICMPV6_PARAMPROB;
		break;
	default:
		/* What there is not any more: none is an error there. */
		*type = 200;
	}
}

/* Both have the same eight octets in front of what they quote. */
static void send_icmp(int type, int code, uint32_t info, const char *about)
{
	uint8_t pkt[MAX_PACKET], *icmp = pkt + IP_HDR;
	int proto = is_v6() ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	size_t len = 8 + IP_HDR + 8;
	struct segment s;
	uint32_t sum = 0;
	char text[640];

	script_segment(&s, about);
	segment_build(&s, now_flow, FROM_KERNEL, peer_proto, icmp + 8);
	memset(icmp, 0, 8);
	icmp[0] = type;
	icmp[1] = code;
	info = htonl(info);
	memcpy(icmp + 4, &info, 4);
	ip_header(pkt, len, proto, inet_addr(PEER_ADDR),
		  inet_addr(KERNEL_ADDR), 0);
	if (is_v6())
		sum = checksum_add(proto + len, pkt + 8, 32);
	sum = checksum_end(checksum_add(sum, icmp, len));
	icmp[2] = sum >> 8;
	icmp[3] = sum;
	snprintf(text, sizeof(text), "%s (ICMP type %d code %d about it)",
		 about, type, code);
	note('<', pkt, IP_HDR + len, text);
	send_packet(pkt, IP_HDR + len);
}

void peer_icmp(int type, int code, int mtu, const char *fmt, ...)
{
	uint32_t info = mtu;
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (is_v6())
		icmp_to_v6(&type, &code, &info);
	send_icmp(type, code, info, text);
}

void peer_icmp6(int type, int code, uint32_t info, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	send_icmp(type, code, info, text);
}

void peer_is(const char *what, long long got, long long want)
{
	if (got != want)
		peer_fail("%s is %lld, expected %lld", what, got, want);
}

void peer_check(const char *what, bool ok)
{
	if (!ok)
		peer_fail("not so: %s", what);
}

/*
 * Flows
 */

void flow(uint16_t kernel_port, uint16_t peer_port)
{
	if (nflows == MAX_FLOWS)
		peer_fail("script: too many flows");
	now_flow = &flows[nflows++];
	now_flow->kport = kernel_port;
	now_flow->pport = peer_port;
	now_flow->isn[TO_KERNEL] = PEER_ISN;
	now_flow->ts[TO_KERNEL] = PEER_TS;
}

void flow_from(const char *addr, uint16_t kernel_port, uint16_t peer_port)
{
	flow(kernel_port, peer_port);
	now_flow->paddr = inet_addr(addr);
}

void flow_between(const char *kernel, uint16_t kernel_port, const char *peer,
		  uint16_t peer_port)
{
	flow_from(peer, kernel_port, peer_port);
	now_flow->kaddr = inet_addr(kernel);
}

void flow_again(uint16_t kernel_port, uint16_t peer_port)
{
	int i;

	for (i = nflows - 1; i >= 0; i--) {
		if (flows[i].kport != kernel_port ||
		    flows[i].pport != peer_port)
			continue;
		now_flow = &flows[i];
		return;
	}
	peer_fail("script: no flow %u-%u", kernel_port, peer_port);
}

void timestamps_always(void)
{
	now_flow->ts_always = true;
}

/*
 * Before and after
 */

static void interface_up(int fd, const char *name)
{
	struct ifreq ifr = { };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFFLAGS, &ifr))
		peer_fail("%s: %s", name, strerror(errno));
	ifr.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		peer_fail("%s: %s", name, strerror(errno));
}

static void interface_address(int fd, const char *name)
{
	struct ifreq ifr = { };
	struct sockaddr_in *sin = (struct sockaddr_in *)&ifr.ifr_addr;

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	sin->sin_family = AF_INET;
	sin->sin_addr.s_addr = inet_addr(KERNEL_ADDR);
	if (ioctl(fd, SIOCSIFADDR, &ifr))
		peer_fail("%s: address: %s", name, strerror(errno));
	sin->sin_addr.s_addr = inet_addr("255.255.255.0");
	if (ioctl(fd, SIOCSIFNETMASK, &ifr))
		peer_fail("%s: netmask: %s", name, strerror(errno));
}

/* That of <linux/ipv6.h>, which does not go together with <netinet/in.h>. */
struct in6_ifreq {
	struct in6_addr ifr6_addr;
	uint32_t ifr6_prefixlen;
	int ifr6_ifindex;
};

/* The same network, and room for a header that is 20 octets longer. */
static void interface_v6(const char *name)
{
	struct ifreq ifr = { .ifr_mtu = 1500 + 20 };
	struct in6_ifreq req = { .ifr6_prefixlen = 120 };
	struct sockaddr_storage sa;
	socklen_t len = address(&sa, KERNEL_ADDR, 0);
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	int tries = 1000;

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (ioctl(fd, SIOCSIFMTU, &ifr))
		peer_fail("%s: MTU: %s", name, strerror(errno));
	if (ioctl(fd, SIOCGIFINDEX, &ifr))
		peer_fail("%s: %s", name, strerror(errno));
	req.ifr6_ifindex = ifr.ifr_ifindex;
	address_octets(inet_addr(KERNEL_ADDR), req.ifr6_addr.s6_addr);
	if (ioctl(fd, SIOCSIFADDR, &req))
		peer_fail("%s: address: %s", name, strerror(errno));
	/* There is nobody to ask whether it is free, but that takes a moment */
	while (bind(fd, (struct sockaddr *)&sa, len)) {
		if (errno != EADDRNOTAVAIL || !tries--)
			peer_fail("%s: address: %s", name, strerror(errno));
		peer_quiet(1);
	}
	close(fd);
}

static void open_tun(short flags)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI | flags };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tun < 0)
		peer_fail("/dev/net/tun: %s", strerror(errno));
	if (ioctl(tun, TUNSETIFF, &ifr))
		peer_fail("TUNSETIFF: %s", strerror(errno));
	interface_address(fd, ifr.ifr_name);
	interface_up(fd, "lo");
	interface_up(fd, ifr.ifr_name);
	if (is_v6())
		interface_v6(ifr.ifr_name);
	close(fd);
}

/* The attributes of this namespace's interfaces are in a sysfs of its own. */
static void hold_back(const char *ns)
{
	int fd;

	if (unshare(CLONE_NEWNS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("sysfs", "/sys", "sysfs", 0, NULL))
		peer_fail("sysfs: %s", strerror(errno));
	fd = open("/sys/class/net/tun0/gro_flush_timeout", O_WRONLY);
	if (fd < 0 || write(fd, ns, strlen(ns)) < 0)
		peer_fail("gro_flush_timeout: %s", strerror(errno));
	close(fd);
}

void peer_gro(void)
{
	close(tun);
	open_tun(IFF_NAPI);
	hold_back("1000000");
}

/* The module of the rig. */
static void load_module(void)
{
	const char *path = getenv("LTCP_KO");
	int fd;

	fd = open(path ?: "", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		peer_fail("LTCP_KO: %s: %s", path ?: "not set",
			  strerror(errno));
	if (syscall(SYS_finit_module, fd, "", 0))
		peer_fail("%s: %s", path, strerror(errno));
	close(fd);
}

/* The first case of a run loads it. */
static void need_module(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, peer_proto);

	if (fd < 0)
		load_module();
	else
		close(fd);
}

void reload_module(void)
{
	int tries = 100;

	/* A socket that was closed may hold it for a moment. */
	while (syscall(SYS_delete_module, "ltcp", O_NONBLOCK)) {
		if (!tries--)
			peer_fail("rmmod: %s", strerror(errno));
		quiet(100);
	}
	load_module();
}

/* What ltcp does not have yet, or does otherwise by default, goes off. */
static void stock_like_ltcp(void)
{
	set_sysctl("recovery", "0");
	set_sysctl("early_retrans", "0");
	set_sysctl("frto", "0");
	set_sysctl("ecn", "0");
	set_sysctl("fastopen", "0");
	set_sysctl("moderate_rcvbuf", "0");
	set_sysctl("no_metrics_save", "1");
	set_sysctl("syn_linear_timeouts", "0");
	set_sysctl("syn_retries", "7");
	set_sysctl("rfc1337", "1");
	set_sysctl("tso_win_divisor", "100");	/* do not wait for more */
}

void peer_begin(const char *program, const char *name)
{
	peer_at(program, 0);
	trace = open_memstream(&trace_text, &trace_size);
	capture_start(program, name);
	started = now_ns();
	last_packet = started;
}

void peer_drain(void)
{
	uint8_t pkt[MAX_PACKET];

	while (receive_packet(pkt, 0))
		;
}

void peer_start(const char *program, const char *name)
{
	const char *proto = getenv("LTCP_PROTO");
	const char *self = program_invocation_short_name;

	peer_at(program, 0);
	peer_proto = proto ? atoi(proto) : 253;
	if (*self && self[strlen(self) - 1] == '6')
		segment_family = AF_INET6;
	flow(KERNEL_PORT, PEER_PORT);
	need_module();
	if (unshare(CLONE_NEWNET))
		peer_fail("new network namespace: %s", strerror(errno));
	peer_begin(program, name);
	if (!is_ltcp())
		stock_like_ltcp();
	else if (is_v6())
		/* Each host of the script is a source of its own. */
		set_quota_prefix(32);
	/* The scripts count as RFC 5681 does; cong.c has the others. */
	set_sysctl("congestion_control", "reno");
	alarm_clock = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (alarm_clock < 0)
		peer_fail("timerfd: %s", strerror(errno));
	open_tun(0);
	started = now_ns();
	last_packet = started;
	quiet(0);
}

void peer_end(void)
{
	quiet(0);
}
