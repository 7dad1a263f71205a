# SPDX-License-Identifier: GPL-2.0
"""For ltcp-run.sh: what a program that knows only TCP does.

tcp(s) and ltcp(s) say what a socket really is, which the program itself is not
told: they ask the kernel, past ltcp-run's library.
"""

import ctypes
import errno
import fcntl
import os
import socket
import struct
from socket import (AF_INET, AF_INET6, AF_UNIX, IPPROTO_IP, IPPROTO_TCP,
                    SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK, SOCK_STREAM,
                    SOL_SOCKET)

SO_PROTOCOL = 38
SYS_getsockopt = 55     # x86_64
LTCP = int(open("/sys/module/ltcp/parameters/ipproto").read())
libc = ctypes.CDLL(None, use_errno=True)


def protocol(s):
    val, size = ctypes.c_int(), ctypes.c_uint(4)
    err = libc.syscall(SYS_getsockopt, s.fileno(), SOL_SOCKET, SO_PROTOCOL,
                       ctypes.byref(val), ctypes.byref(size))
    assert err == 0
    return val.value


def ltcp(s):
    assert protocol(s) == LTCP, protocol(s)
    return s


def tcp(s):
    assert protocol(s) == IPPROTO_TCP, protocol(s)
    return s


def listener(port, address="127.0.0.1"):
    s = socket.socket()
    s.setsockopt(SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, port))
    s.listen(5)
    return s


def talk(server):
    """Connect to it, and send something each way."""
    client = socket.socket()
    client.connect(server.getsockname())
    accepted, _ = server.accept()
    client.sendall(b"ping")
    assert accepted.recv(10) == b"ping"
    accepted.sendall(b"pong")
    assert client.recv(10) == b"pong"
    return client, accepted


def fails(number, function, *args):
    try:
        function(*args)
    except OSError as e:
        assert e.errno == number, e
    else:
        raise AssertionError("no error")
