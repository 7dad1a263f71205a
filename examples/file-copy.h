/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _FILE_COPY_H
#define _FILE_COPY_H

/*
 * What file-client and file-server say to each other, and the two loops every
 * program on a stream socket needs. One connection does one request: the
 * client sends a struct request (for PUT with the octets behind it) and shuts
 * down its side; the server answers with a struct reply (for GET with the
 * octets behind it) and closes. Numbers are big endian.
 */

#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/ltcp.h>

#define FILE_COPY_PORT	5001
#define FILE_COPY_MAGIC	0x66636f70	/* "fcop" */
#define FILE_COPY_CHUNK	(64 * 1024)

enum op { OP_PUT, OP_GET, OP_SIZE };

struct request {
	uint32_t magic;
	uint32_t op;		/* enum op */
	uint64_t offset;	/* where this connection's part begins */
	uint64_t length;	/* and how long it is; OP_SIZE: 0 */
	char name[232];		/* file, ends with NUL */
};

struct reply {
	uint32_t magic;
	uint32_t error;		/* errno of the server, 0: fine */
	uint64_t length;	/* PUT: stored; GET: follows; SIZE: of file */
};

static inline void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

/* A short read is no error on a stream: go on until @len or the end. */
static inline size_t read_all(int fd, void *buf, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = read(fd, (char *)buf + done, len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die("read");
		if (!n)
			break;
		done += n;
	}
	return done;
}

static inline void write_all(int fd, const void *buf, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = write(fd, (const char *)buf + done, len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die("write");
		done += n;
	}
}

/* Up to @len octets from @from to @to; returns how many there were. */
static inline uint64_t copy(int from, int to, uint64_t len)
{
	static char buf[FILE_COPY_CHUNK];
	uint64_t done = 0;
	size_t want, n;

	while (done < len) {
		want = len - done < sizeof(buf) ? len - done : sizeof(buf);
		n = read_all(from, buf, want);
		write_all(to, buf, n);
		done += n;
		if (n < want)
			break;
	}
	return done;
}

/* Has the peer shut down its side, with nothing left to read? */
static inline int at_end(int fd)
{
	char extra;

	return read_all(fd, &extra, 1) == 0;
}

#endif /* _FILE_COPY_H */
