# SPDX-License-Identifier: GPL-2.0
"""What ltcp-ladder and ltcp-plot share: events of ltcp, from the text of tracefs
or from a capture, each a dictionary of strings; and pictures as SVG.

A capture sees a segment at one place only, so each is taken for sent and
received there at once, and the states are what the segments imply.
"""

import html
import re
import socket
import struct

EVENT = re.compile(r"\s(\d+)\.(\d{6}): (ltcp_\w+): (.*)$")
FLAGS = ("FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR")
PROTOCOLS = (253, 254, 6)
# Octets in front of the IP header, by link type: null, Ethernet, raw, SLL...
LINKS = {0: 4, 1: 14, 12: 0, 101: 0, 113: 16, 228: 0, 229: 0, 276: 20}

# How a pcap file begins: order of octets, fractions in a microsecond.
ORDERS = {b"\xd4\xc3\xb2\xa1": ("<", 1), b"\xa1\xb2\xc3\xd4": (">", 1),
          b"\x4d\x3c\xb2\xa1": ("<", 1000),
          b"\xa1\xb2\x3c\x4d": (">", 1000)}


def parse(lines):
    """Yield an event for each line that is one of ltcp."""
    for line in lines:
        m = EVENT.search(line)
        if not m:
            continue
        ev = dict(f.split("=", 1) for f in m.group(4).split() if "=" in f)
        ev["time"] = int(m.group(1)) * 1000000 + int(m.group(2))
        ev["event"] = m.group(3)
        if {"src", "dst", "net"} <= ev.keys():
            yield ev


def packets(data):
    """Yield (microseconds, link type, octets) from a pcap file."""
    if data[:4] not in ORDERS:
        raise ValueError("no pcap file (of pcapng make one: editcap -F pcap)")
    end, per_us = ORDERS[data[:4]]
    link = struct.unpack_from(end + "I", data, 20)[0] & 0xffff
    at = 24
    while at + 16 <= len(data):
        sec, frac, size, _ = struct.unpack_from(end + "4I", data, at)
        yield sec * 1000000 + frac // per_us, link, data[at + 16:at + 16 + size]
        at += 16 + size


def segment(link, octets):
    """The fields of a segment of ltcp, as a tracepoint has them, or None."""
    ip = octets[LINKS.get(link, 14):]
    if len(ip) < 20:
        return None
    if ip[0] >> 4 == 4:
        head, total = (ip[0] & 15) * 4, struct.unpack_from(">H", ip, 2)[0]
        proto, family = ip[9], socket.AF_INET
        ends = ip[12:16], ip[16:20]
    elif ip[0] >> 4 == 6 and len(ip) >= 40:
        head, total = 40, 40 + struct.unpack_from(">H", ip, 4)[0]
        proto, family = ip[6], socket.AF_INET6
        ends = ip[8:24], ip[24:40]
    else:
        return None
    if proto not in PROTOCOLS or len(ip) < head + 20:
        return None
    sport, dport, seq, ack, doff, flags, win = \
        struct.unpack_from(">HHIIBBH", ip, head)
    names = [socket.inet_ntop(family, e) for e in ends]
    if family == socket.AF_INET6:
        names = ["[%s]" % name for name in names]
    return {
        "src": "%s:%d" % (names[0], sport),
        "dst": "%s:%d" % (names[1], dport),
        "seq": str(seq), "ack": str(ack), "win": str(win), "net": "0",
        "len": str(max(0, total - head - (doff >> 4) * 4)),
        "flags": "|".join(n for i, n in enumerate(FLAGS) if flags >> i & 1),
    }


class Guess:
    """The states of both ends of a connection, by its segments (RFC 9293)."""

    def __init__(self):
        self.state, self.fin = {}, {}

    def sent(self, end, flags, after):
        state = self.state.get(end)
        if "RST" in flags:
            new = "CLOSE"
        elif "SYN" in flags:
            new = "SYN_RECV" if "ACK" in flags else "SYN_SENT"
        elif "FIN" in flags:
            self.fin[end] = after
            new = {"CLOSE_WAIT": "LAST_ACK", "LAST_ACK": "LAST_ACK",
                   "CLOSING": "CLOSING"}.get(state, "FIN_WAIT1")
        else:
            new = state or "ESTABLISHED"
        self.state[end] = new
        return new

    def received(self, end, flags, ack):
        old = new = self.state.get(end, "LISTEN" if flags == {"SYN"} else
                                   "ESTABLISHED")
        if "RST" in flags:
            new = "CLOSE"
        elif "SYN" in flags:
            new = "ESTABLISHED" if "ACK" in flags else "SYN_RECV"
        else:
            if old == "SYN_RECV":
                new = "ESTABLISHED"
            if end in self.fin and ack == self.fin[end]:
                new = {"FIN_WAIT1": "FIN_WAIT2", "CLOSING": "TIME_WAIT",
                       "LAST_ACK": "CLOSE"}.get(new, new)
            if "FIN" in flags:
                new = {"ESTABLISHED": "CLOSE_WAIT", "FIN_WAIT1": "CLOSING",
                       "FIN_WAIT2": "TIME_WAIT"}.get(new, new)
        self.state[end] = new
        return old, new


def capture(path):
    """Yield the events that the segments in a pcap file stand for."""
    with open(path, "rb") as f:
        data = f.read()
    guesses = {}
    for time, link, octets in packets(data):
        ev = segment(link, octets)
        if not ev:
            continue
        ev["time"] = time
        guess = guesses.setdefault(tuple(sorted((ev["src"], ev["dst"]))),
                                   Guess())
        flags = set(ev["flags"].split("|"))
        after = (int(ev["seq"]) + int(ev["len"]) + ("SYN" in flags) +
                 ("FIN" in flags)) % 2 ** 32
        yield dict(ev, event="ltcp_send",
                   state=guess.sent(ev["src"], flags, after))
        old, new = guess.received(ev["dst"], flags, int(ev["ack"]))
        yield dict(ev, event="ltcp_receive", state=old)
        if old != new:
            yield dict(ev, event="ltcp_state", src=ev["dst"], dst=ev["src"],
                       old=old, new=new)


def is_capture(path):
    """Does this file begin as those of tcpdump and Wireshark do?"""
    with open(path, "rb") as f:
        return f.read(4) in (*ORDERS, b"\x0a\x0d\x0d\x0a")


def events_of(path):
    """Events of a file, whichever it is."""
    if is_capture(path):
        yield from capture(path)
        return
    with open(path, encoding="ascii", errors="replace") as f:
        yield from parse(f)


class Svg:
    """A picture, as a list of shapes."""

    def __init__(self, width, height):
        self.out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" '
                    'height="%d" viewBox="0 0 %d %d" '
                    'font-family="DejaVu Sans, sans-serif" font-size="12">'
                    % (width, height, width, height),
                    '<rect width="100%" height="100%" fill="white"/>']

    def line(self, x1, y1, x2, y2, color, width=1.0, dash=""):
        self.out.append('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" '
                        'stroke="%s" stroke-width="%g"%s/>'
                        % (x1, y1, x2, y2, color, width,
                           ' stroke-dasharray="%s"' % dash if dash else ""))

    def path(self, points, color, width=1.5, fill="none"):
        """A line through points; none if there are none."""
        if points:
            self.out.append('<polyline points="%s" fill="%s" stroke="%s" '
                            'stroke-width="%g"/>'
                            % (" ".join("%.1f,%.1f" % p for p in points),
                               fill, color, width))

    def rect(self, x, y, width, height, color):
        self.out.append('<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" '
                        'fill="%s"/>' % (x, y, width, height, color))

    def text(self, x, y, what, color="#222", anchor="start", size=12, bold=0):
        self.out.append('<text x="%.1f" y="%.1f" fill="%s" text-anchor="%s" '
                        'font-size="%g"%s>%s</text>'
                        % (x, y, color, anchor, size,
                           ' font-weight="bold"' if bold else "",
                           html.escape(what)))

    def save(self, path):
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(self.out + ["</svg>"]) + "\n")
