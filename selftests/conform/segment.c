// SPDX-License-Identifier: GPL-2.0
/*
 * Segments between text and wire. The grammar is in segment.h.
 *
 * Pure functions: nothing here knows of devices, time or sockets. peer.c
 * sends what segment_build() makes and holds what the kernel sent against a
 * line of the script with segment_differs(). Everything the kernel sends is
 * checked here for what no line needs to ask for: checksums, reserved bits,
 * the acknowledgment field without ACK, the octets of the payload.
 */

#include <arpa/inet.h>
#include <netinet/ip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "segment.h"

int segment_family = AF_INET;

/* Bit n of octet 13 of the header is letter n. */
static const char flag_letters[] = "FSRP.UEW";

enum {
	OPT_EOL = 0,
	OPT_NOP = 1,
	OPT_MSS = 2,
	OPT_WSCALE = 3,
	OPT_SACKOK = 4,
	OPT_SACK = 5,
	OPT_TS = 8,
};

uint8_t payload_octet(enum dir dir, uint32_t seq)
{
	return (seq * 7 + (seq >> 8) * 13 + (seq >> 16)) ^
		(dir == TO_KERNEL ? 0x55 : 0);
}

uint32_t checksum_add(uint32_t sum, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (; len > 1; p += 2, len -= 2)
		sum += p[0] << 8 | p[1];
	if (len)
		sum += p[0] << 8;
	return sum;
}

uint16_t checksum_end(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

/*
 * Text to segment
 */

static const char *parse_flags(struct segment *s, const char *word)
{
	const char *at;

	if (!strcmp(word, "-"))
		return NULL;
	for (; *word; word++) {
		at = strchr(flag_letters, *word);
		if (!at)
			return "unknown flag";
		s->flags |= 1 << (at - flag_letters);
	}
	return NULL;
}

static const char *parse_numbers(struct segment *s, const char *word)
{
	long long seq, end;
	unsigned int len;
	int used = 0;

	if (sscanf(word, "%lld:%lld(%u)%n", &seq, &end, &len, &used) != 3 ||
	    word[used])
		return "not SEQ:END(LEN)";
	if (end - seq != len)
		return "END is not SEQ + LEN";
	s->seq = seq;
	s->len = len;
	return NULL;
}

static void add_option(struct segment *s, uint8_t kind, uint8_t len)
{
	s->opt[s->nopt++] = kind;
	if (len > 1)
		s->opt[s->nopt++] = len;
}

static const char *parse_hex(struct segment *s, const char *digits)
{
	unsigned int octet;
	int used;

	for (; sscanf(digits, "%2x%n", &octet, &used) == 1; digits += used)
		s->opt[s->nopt++] = octet;
	return *digits ? "not hex" : NULL;
}

uint32_t segment_tsval(const struct segment *s)
{
	return get32(s->opt + s->ts_at);
}

uint32_t segment_tsecr(const struct segment *s)
{
	return get32(s->opt + s->ts_at + 4);
}

void segment_set_tsval(struct segment *s, uint32_t val)
{
	put32(s->opt + s->ts_at, val);
}

void segment_set_tsecr(struct segment *s, uint32_t ecr)
{
	put32(s->opt + s->ts_at + 4, ecr);
}

static const char *parse_timestamps(struct segment *s, const char *text)
{
	char val[16], ecr[16];

	if (sscanf(text, "ts %15s %15s", val, ecr) != 2)
		return "not ts VAL ECR";
	add_option(s, OPT_TS, 10);
	s->any_tsval = !strcmp(val, "*");
	s->any_tsecr = !strcmp(ecr, "*");
	s->ts_at = s->nopt;
	put32(s->opt + s->nopt, strtoll(val, NULL, 0));
	put32(s->opt + s->nopt + 4, strtoll(ecr, NULL, 0));
	s->nopt += 8;
	return NULL;
}

static const char *parse_sack(struct segment *s, const char *text)
{
	long long start, end;
	uint8_t *len;
	int used;

	add_option(s, OPT_SACK, 2);
	len = s->opt + s->nopt - 1;
	s->sack_at = s->nopt;
	for (; sscanf(text, " %lld:%lld%n", &start, &end, &used) == 2;
	     text += used) {
		if (s->nopt > 32)
			return "too many SACK blocks";
		put32(s->opt + s->nopt, start);
		put32(s->opt + s->nopt + 4, end);
		s->nopt += 8;
		s->nsacks++;
		*len += 8;
	}
	return *text ? "not sack START:END ..." : NULL;
}

static const char *parse_option(struct segment *s, const char *text)
{
	unsigned int a;

	if (s->nopt > 28)
		return "too many options";
	if (!strcmp(text, "nop")) {
		add_option(s, OPT_NOP, 1);
	} else if (!strcmp(text, "eol")) {
		add_option(s, OPT_EOL, 1);
	} else if (!strcmp(text, "sackok")) {
		add_option(s, OPT_SACKOK, 2);
	} else if (sscanf(text, "mss %u", &a) == 1) {
		add_option(s, OPT_MSS, 4);
		put16(s->opt + s->nopt, a);
		s->nopt += 2;
	} else if (sscanf(text, "wscale %u", &a) == 1) {
		add_option(s, OPT_WSCALE, 3);
		s->opt[s->nopt++] = a;
	} else if (!strncmp(text, "ts ", 3)) {
		return parse_timestamps(s, text);
	} else if (!strncmp(text, "sack ", 5)) {
		return parse_sack(s, text + 5);
	} else if (!strncmp(text, "hex ", 4)) {
		return parse_hex(s, text + 4);
	} else {
		return "unknown option";
	}
	return NULL;
}

static const char *parse_options(struct segment *s, char *list)
{
	const char *wrong = NULL;
	char *next;
	char *one;

	s->has_opt = true;
	for (one = strtok_r(list, ",", &next); one && !wrong;
	     one = strtok_r(NULL, ",", &next))
		wrong = parse_option(s, one);
	while (s->nopt % 4)
		s->opt[s->nopt++] = OPT_EOL;
	return wrong;
}

const char *segment_option(struct segment *s, const char *option)
{
	char list[64];

	snprintf(list, sizeof(list), "nop,nop,%s", option);
	return parse_options(s, list);
}

static const char *parse_field(struct segment *s, const char *name,
			       const char *value)
{
	if (!value)
		return "value missing";
	if (!strcmp(name, "ack")) {
		s->ack = strtoll(value, NULL, 0);
	} else if (!strcmp(name, "win")) {
		s->win = strtoul(value, NULL, 0);
		s->has_win = true;
	} else if (!strcmp(name, "urg")) {
		s->urg = strtoul(value, NULL, 0);
		s->has_urg = true;
	} else if (!strcmp(name, "doff")) {
		s->doff = atoi(value);
	} else if (!strcmp(name, "cut")) {
		s->cut = atoi(value);
	} else if (!strcmp(name, "src")) {
		s->src = inet_addr(value);
	} else if (!strcmp(name, "dst")) {
		s->dst = inet_addr(value);
	} else if (!strcmp(name, "sport")) {
		s->sport = atoi(value);
	} else if (!strcmp(name, "dport")) {
		s->dport = atoi(value);
	} else {
		return "unknown word";
	}
	return NULL;
}

/* Options may hold blanks, so they leave @text before it is cut into words. */
static const char *take_options(struct segment *s, char *text)
{
	char *begin = strchr(text, '<');
	char *end = strchr(text, '>');
	char list[256];

	if (!begin)
		return NULL;
	if (!end)
		return "no closing >";
	snprintf(list, sizeof(list), "%.*s", (int)(end - begin - 1), begin + 1);
	memset(begin, ' ', end - begin + 1);
	return parse_options(s, list);
}

static const char *const ecn_words[] = { "not-ect", "ect1", "ect0", "ce" };

static bool parse_ecn(struct segment *s, const char *word)
{
	for (s->ecn = 0; s->ecn < 4; s->ecn++)
		if (!strcmp(word, ecn_words[s->ecn]))
			return s->has_ecn = true;
	s->ecn = 0;
	return false;
}

const char *segment_parse(struct segment *s, const char *text)
{
	const char *wrong;
	char buf[256];
	char *next;
	char *word;

	*s = (struct segment){
		.win = 65535, .doff = -1, .cut = -1, .sport = -1, .dport = -1,
	};
	snprintf(buf, sizeof(buf), "%s", text);
	wrong = take_options(s, buf);
	if (wrong)
		return wrong;

	word = strtok_r(buf, " ", &next);
	wrong = word ? parse_flags(s, word) : "empty";
	if (wrong)
		return wrong;
	word = strtok_r(NULL, " ", &next);
	wrong = word ? parse_numbers(s, word) : "sequence numbers missing";

	while (!wrong && (word = strtok_r(NULL, " ", &next))) {
		if (!strcmp(word, "badsum"))
			s->badsum = true;
		else if (!parse_ecn(s, word))
			wrong = parse_field(s, word,
					    strtok_r(NULL, " ", &next));
	}
	return wrong;
}

/*
 * Segment to text
 */

/* Octets of the option at @p, at least 1, at most @left. */
static size_t option_len(const uint8_t *p, size_t left)
{
	if (*p == OPT_EOL || *p == OPT_NOP || left < 2)
		return 1;
	return p[1] < 2 ? 1 : p[1] > left ? left : p[1];
}

static void print_option(FILE *out, const uint8_t *p, size_t len)
{
	size_t i;

	if (*p == OPT_NOP) {
		fprintf(out, "nop");
	} else if (*p == OPT_EOL) {
		fprintf(out, "eol");
	} else if (*p == OPT_SACKOK && len == 2) {
		fprintf(out, "sackok");
	} else if (*p == OPT_MSS && len == 4) {
		fprintf(out, "mss %u", get16(p + 2));
	} else if (*p == OPT_WSCALE && len == 3) {
		fprintf(out, "wscale %u", p[2]);
	} else if (*p == OPT_TS && len == 10) {
		fprintf(out, "ts %d %d", get32(p + 2), get32(p + 6));
	} else if (*p == OPT_SACK && len > 2 && len % 8 == 2) {
		fprintf(out, "sack");
		for (i = 2; i < len; i += 8)
			fprintf(out, " %d:%d", get32(p + i), get32(p + i + 4));
	} else {
		fprintf(out, "hex ");
		for (i = 0; i < len; i++)
			fprintf(out, "%02x", p[i]);
	}
}

static void print_defects(FILE *out, const struct segment *s)
{
	if (s->badsum)
		fprintf(out, " badsum");
	if (s->doff >= 0)
		fprintf(out, " doff %d", s->doff);
	if (s->cut >= 0)
		fprintf(out, " cut %d", s->cut);
	if (s->src)
		fprintf(out, " src %s", inet_ntoa((struct in_addr){ s->src }));
	if (s->dst)
		fprintf(out, " dst %s", inet_ntoa((struct in_addr){ s->dst }));
	if (s->sport >= 0)
		fprintf(out, " sport %d", s->sport);
	if (s->dport >= 0)
		fprintf(out, " dport %d", s->dport);
	if (s->wrong)
		fprintf(out, " (%s)", s->wrong);
}

void segment_print(const struct segment *s, char *text, size_t size)
{
	FILE *out = fmemopen(text, size, "w");
	size_t len;
	int i;

	if (!s->flags)
		fputc('-', out);
	for (i = 0; flag_letters[i]; i++)
		if (s->flags & 1 << i)
			fputc(flag_letters[i], out);
	fprintf(out, " %d:%d(%u)", (int32_t)s->seq, (int32_t)(s->seq + s->len),
		s->len);
	if (s->flags & ACK)
		fprintf(out, " ack %d", (int32_t)s->ack);
	fprintf(out, " win %u", s->win);
	if (s->urg)
		fprintf(out, " urg %u", s->urg);
	if (s->ecn || s->has_ecn)
		fprintf(out, " %s", ecn_words[s->ecn]);
	if (s->nopt) {
		fprintf(out, " <");
		for (i = 0; i < s->nopt; i += len) {
			len = option_len(s->opt + i, s->nopt - i);
			print_option(out, s->opt + i, len);
			fprintf(out, i + len < s->nopt ? "," : ">");
		}
	}
	print_defects(out, s);
	fclose(out);
}

/*
 * Segment to wire and back
 */

/* Groups, "any" and loopback have fixed names; the rest is one network. */
static void address_v6(in_addr_t addr, uint8_t octets[16])
{
	static const uint8_t network[12] = { 0x20, 0x01, 0x0d, 0xb8 };
	uint32_t host = ntohl(addr);

	memset(octets, 0, 16);
	if (!host)
		return;
	if (host >> 24 == 127) {
		octets[15] = 1;
		return;
	}
	/* One that all hosts hear, or the router's group 224.0.0.1 and such. */
	if (host >= 0xe0000000 || (host & 0xff) == 0xff) {
		octets[0] = 0xff;
		octets[1] = 0x02;
		octets[15] = 1;
		return;
	}
	if (host >> 16 == 0xa9fe) {
		octets[0] = 0xfe;
		octets[1] = 0x80;
	} else {
		memcpy(octets, network, sizeof(network));
	}
	memcpy(octets + 12, &addr, 4);
}

size_t address_octets(in_addr_t addr, uint8_t octets[16])
{
	if (is_v6()) {
		address_v6(addr, octets);
		return 16;
	}
	memcpy(octets, &addr, 4);
	return 4;
}

static uint32_t address_sum(uint32_t sum, in_addr_t addr)
{
	uint8_t octets[16];
	size_t len = address_octets(addr, octets);

	return checksum_add(sum, octets, len);
}

static uint32_t pseudo_header(in_addr_t src, in_addr_t dst, int proto,
			      size_t len)
{
	return address_sum(address_sum(0, src), dst) + proto + len;
}

static void ip_header_v6(uint8_t *pkt, size_t len, int proto, in_addr_t src,
			 in_addr_t dst, uint8_t tos)
{
	memset(pkt, 0, IP_HDR);
	put32(pkt, 6U << 28 | (uint32_t)tos << 20);
	put16(pkt + 4, len);
	pkt[6] = proto;
	pkt[7] = 64;
	address_v6(src, pkt + 8);
	address_v6(dst, pkt + 24);
}

void ip_header(uint8_t *pkt, size_t len, int proto, in_addr_t src,
	       in_addr_t dst, uint8_t tos)
{
	if (is_v6()) {
		ip_header_v6(pkt, len, proto, src, dst, tos);
		return;
	}
	memset(pkt, 0, IP_HDR);
	pkt[0] = 0x45;
	pkt[1] = tos;
	put16(pkt + 2, IP_HDR + len);
	put16(pkt + 6, IP_DF);
	pkt[8] = 64;
	pkt[9] = proto;
	memcpy(pkt + 12, &src, 4);
	memcpy(pkt + 16, &dst, 4);
	put16(pkt + 10, checksum_end(checksum_add(0, pkt, IP_HDR)));
}

/*
 * Timestamps count from those of the flow, as sequence numbers do. @sign: 1 to
 * the wire, -1 from it. A "*" that is left to fill in has been filled in.
 */
static void shift_timestamps(const struct segment *s, const struct flow *f,
			     enum dir dir, int sign, uint8_t *opt)
{
	uint8_t *val = opt + s->ts_at;
	uint8_t *ecr = val + 4;

	if (!s->ts_at)
		return;
	put32(val, get32(val) + sign * f->ts[dir]);
	if (s->flags & ACK)
		put32(ecr, get32(ecr) + sign * f->ts[!dir]);
}

/* The same for SACK blocks, which are in the numbers of the other side. */
static void shift_sacks(const struct segment *s, const struct flow *f,
			enum dir dir, int sign, uint8_t *opt)
{
	uint8_t *edge = opt + s->sack_at;
	int i;

	for (i = 0; i < 2 * s->nsacks; i++, edge += 4)
		put32(edge, get32(edge) + sign * f->isn[!dir]);
}

static in_addr_t kernel_addr(const struct flow *f)
{
	return f->kaddr ?: inet_addr(KERNEL_ADDR);
}

static in_addr_t peer_addr(const struct flow *f)
{
	return f->paddr ?: inet_addr(PEER_ADDR);
}

size_t segment_build(const struct segment *s, const struct flow *f,
		     enum dir dir, int proto, uint8_t *pkt)
{
	in_addr_t kernel = kernel_addr(f);
	in_addr_t peer = peer_addr(f);
	in_addr_t src = s->src ?: dir == TO_KERNEL ? peer : kernel;
	in_addr_t dst = s->dst ?: dir == TO_KERNEL ? kernel : peer;
	uint16_t sport = dir == TO_KERNEL ? f->pport : f->kport;
	uint16_t dport = dir == TO_KERNEL ? f->kport : f->pport;
	size_t len = TCP_HDR + s->nopt + s->len;
	uint8_t *th = pkt + IP_HDR;
	uint8_t *data = th + TCP_HDR + s->nopt;
	uint32_t first = s->seq + !!(s->flags & SYN);
	uint32_t sum;
	uint32_t i;

	memset(th, 0, TCP_HDR);
	put16(th, s->sport < 0 ? sport : s->sport);
	put16(th + 2, s->dport < 0 ? dport : s->dport);
	put32(th + 4, f->isn[dir] + s->seq);
	if (s->flags & ACK)
		put32(th + 8, f->isn[!dir] + s->ack);
	th[12] = (s->doff < 0 ? (TCP_HDR + s->nopt) / 4 : s->doff) << 4;
	th[13] = s->flags;
	put16(th + 14, s->win);
	put16(th + 18, s->urg);
	memcpy(th + TCP_HDR, s->opt, s->nopt);
	shift_timestamps(s, f, dir, 1, th + TCP_HDR);
	shift_sacks(s, f, dir, 1, th + TCP_HDR);
	for (i = 0; i < s->len; i++)
		data[i] = payload_octet(dir, first + i);

	if (s->cut >= 0)
		len = s->cut;
	sum = pseudo_header(src, dst, proto, len);
	put16(th + 16, checksum_end(checksum_add(sum, th, len)));
	if (s->badsum)
		th[16] ^= 0x40;
	ip_header(pkt, len, proto, src, dst, s->ecn);
	return IP_HDR + len;
}

static bool address_is(const uint8_t *at, in_addr_t addr)
{
	uint8_t octets[16];
	size_t len = address_octets(addr, octets);

	return !memcmp(at, octets, len);
}

static const char *decode_wrong(const struct segment *s, const struct flow *f,
				const uint8_t *pkt, size_t len, int proto)
{
	const uint8_t *th = pkt + IP_HDR;
	const uint8_t *data = th + TCP_HDR + s->nopt;
	uint32_t first = s->seq + !!(s->flags & SYN);
	uint32_t sum;
	uint32_t i;

	if (!is_v6() && checksum_end(checksum_add(0, pkt, IP_HDR)))
		return "IP checksum wrong";
	/* Both addresses stand at the end of the header. */
	sum = checksum_add(proto + len - IP_HDR, pkt + (is_v6() ? 8 : 12),
			   is_v6() ? 32 : 8);
	if (checksum_end(checksum_add(sum, th, len - IP_HDR)))
		return "checksum wrong";
	if (!address_is(pkt + (is_v6() ? 8 : 12), kernel_addr(f)))
		return "source address wrong";
	if (!address_is(pkt + (is_v6() ? 24 : 16), peer_addr(f)))
		return "destination address wrong";
	if (get16(th) != f->kport || get16(th + 2) != f->pport)
		return "ports of another flow";
	/* RFC 7323 3.2 */
	if (f->ts_always && !s->ts_at && !(s->flags & RST))
		return "no timestamps";
	if (th[12] & 0x0f)
		return "reserved bits not zero";
	if (!(s->flags & ACK) && get32(th + 8))
		return "acknowledgment number without ACK";
	for (i = 0; i < s->len; i++)
		if (data[i] != payload_octet(FROM_KERNEL, first + i))
			return "payload is not what was sent";
	return NULL;
}

/* Where the options with numbers are that count from others. */
static void find_options(struct segment *s)
{
	size_t i, len;

	for (i = 0; i < s->nopt; i += len) {
		len = option_len(s->opt + i, s->nopt - i);
		if (s->opt[i] == OPT_TS && len == 10)
			s->ts_at = i + 2;
		if (s->opt[i] == OPT_SACK && len > 2 && len % 8 == 2) {
			s->sack_at = i + 2;
			s->nsacks = len / 8;
		}
	}
}

/* Learns the kernel's first timestamp, and its last. */
static void decode_timestamps(struct segment *s, struct flow *f)
{
	if (!s->ts_at)
		return;
	f->ts_last = segment_tsval(s);
	if (!f->ts_known) {
		f->ts[FROM_KERNEL] = f->ts_last;
		f->ts_known = true;
	}
	shift_timestamps(s, f, FROM_KERNEL, -1, s->opt);
}

/* Of the IP header. False: it is none, or with options, or not of @proto. */
static bool decode_ip(struct segment *s, int proto, const uint8_t *pkt,
		      size_t len)
{
	if (len < IP_HDR + TCP_HDR)
		return false;
	if (is_v6()) {
		s->tos = get16(pkt) >> 4;
		s->ttl = pkt[7];
		s->label = get32(pkt) & 0xfffff;
		s->df = true;		/* there is nothing else */
		return pkt[0] >> 4 == 6 && pkt[6] == proto &&
		       get16(pkt + 4) == len - IP_HDR;
	}
	s->tos = pkt[1];
	s->ttl = pkt[8];
	s->ip_id = get16(pkt + 4);
	s->df = get16(pkt + 6) & IP_DF;
	return pkt[0] == 0x45 && pkt[9] == proto && get16(pkt + 2) == len;
}

void segment_decode(struct segment *s, struct flow *f, int proto,
		    const uint8_t *pkt, size_t len)
{
	const uint8_t *th = pkt + IP_HDR;
	size_t hdr;

	*s = (struct segment){
		.doff = -1, .cut = -1, .sport = -1, .dport = -1,
	};
	if (!decode_ip(s, proto, pkt, len)) {
		s->wrong = "not a segment";
		return;
	}
	hdr = (th[12] >> 4) * 4;
	if (hdr < TCP_HDR || hdr > len - IP_HDR) {
		s->wrong = "data offset wrong";
		return;
	}

	s->flags = th[13];
	s->win = get16(th + 14);
	s->urg = get16(th + 18);
	s->ecn = s->tos & 3;
	s->len = len - IP_HDR - hdr;
	s->nopt = hdr - TCP_HDR;
	memcpy(s->opt, th + TCP_HDR, s->nopt);
	if ((s->flags & SYN) && !f->isn_known && get16(th) == f->kport) {
		f->isn[FROM_KERNEL] = get32(th + 4);
		f->isn_known = true;
	}
	s->seq = get32(th + 4) - f->isn[FROM_KERNEL];
	if (s->flags & ACK)
		s->ack = get32(th + 8) - f->isn[TO_KERNEL];
	find_options(s);
	decode_timestamps(s, f);
	shift_sacks(s, f, FROM_KERNEL, -1, s->opt);
	s->wrong = decode_wrong(s, f, pkt, len, proto);
}

/*
 * Segment against segment
 */

/* Every option of @a stands in @b, padding aside. */
static bool options_within(const struct segment *a, const struct segment *b)
{
	size_t i, j, len;

	for (i = 0; i < a->nopt; i += len) {
		len = option_len(a->opt + i, a->nopt - i);
		if (len == 1)
			continue;
		for (j = 0; j + len <= b->nopt;
		     j += option_len(b->opt + j, b->nopt - j))
			if (!memcmp(a->opt + i, b->opt + j, len))
				break;
		if (j + len > b->nopt)
			return false;
	}
	return true;
}

/* What @want leaves open it takes from @got. */
static struct segment filled_in(const struct segment *want,
				const struct segment *got)
{
	struct segment s = *want;

	if (!s.ts_at || !got->ts_at)
		return s;
	if (s.any_tsval)
		memcpy(s.opt + s.ts_at, got->opt + got->ts_at, 4);
	if (s.any_tsecr)
		memcpy(s.opt + s.ts_at + 4, got->opt + got->ts_at + 4, 4);
	return s;
}

const char *segment_differs(const struct segment *want,
			    const struct segment *got)
{
	struct segment full = filled_in(want, got);

	/* Where a sender sets PSH is its own business (MAY-15). */
	uint8_t free_flags = want->flags & PSH ? 0 : PSH;

	if (got->wrong)
		return got->wrong;
	if ((want->flags ^ got->flags) & ~free_flags)
		return "flags differ";
	if (want->seq != got->seq)
		return "sequence number differs";
	if (want->len != got->len)
		return "length differs";
	if ((want->flags & ACK) && want->ack != got->ack)
		return "acknowledgment differs";
	if (want->has_win && want->win != got->win)
		return "window differs";
	if (want->has_urg && want->urg != got->urg)
		return "urgent pointer differs";
	if (want->has_ecn && want->ecn != got->ecn)
		return "ECN of the IP header differs";
	if (want->has_opt && (!options_within(&full, got) ||
			      !options_within(got, &full)))
		return "options differ";
	return NULL;
}
