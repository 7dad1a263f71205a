// SPDX-License-Identifier: GPL-2.0
/*
 * What scripts/ltcp-ss puts into ss: where that asks the kernel for sockets of
 * TCP, or to end one, it asks for those of ltcp ($LTCP_PROTO). All else is ss.
 *
 * When nobody answers ss shows nothing, as if there were no sockets. Here it
 * ends, and says what is missing.
 */

#include <dlfcn.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

typedef ssize_t (*sendmsg_fn)(int fd, const struct msghdr *msg, int flags);
typedef ssize_t (*recvmsg_fn)(int fd, struct msghdr *msg, int flags);

static bool dumps;	/* the last request was to list sockets */

static bool is_sock_diag(int fd)
{
	int domain = 0, protocol = 0;
	socklen_t len = sizeof(domain);

	return !getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) &&
	       !getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len) &&
	       domain == AF_NETLINK && protocol == NETLINK_SOCK_DIAG;
}

/* The request is in the first piece, as ss and its library build it. */
static void redirect(const struct msghdr *msg)
{
	struct inet_diag_req_v2 *req;
	struct nlmsghdr *nlh;

	if (!msg->msg_iovlen ||
	    msg->msg_iov[0].iov_len < NLMSG_SPACE(sizeof(*req)))
		return;
	nlh = msg->msg_iov[0].iov_base;
	req = NLMSG_DATA(nlh);
	if ((nlh->nlmsg_type == SOCK_DIAG_BY_FAMILY ||
	     nlh->nlmsg_type == SOCK_DESTROY) &&
	    (req->sdiag_family == AF_INET || req->sdiag_family == AF_INET6) &&
	    req->sdiag_protocol == IPPROTO_TCP) {
		dumps = nlh->nlmsg_type == SOCK_DIAG_BY_FAMILY;
		req->sdiag_protocol = atoi(getenv("LTCP_PROTO") ?: "253");
	}
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	sendmsg_fn next = (sendmsg_fn)dlsym(RTLD_NEXT, "sendmsg");

	if (is_sock_diag(fd))
		redirect(msg);
	return next(fd, msg, flags);
}

/* Does a dump end with this, since there is nobody to answer it? */
static bool nobody(const struct msghdr *msg, ssize_t len)
{
	const struct nlmsghdr *nlh;
	int err;

	if (!msg->msg_iovlen || !msg->msg_iov[0].iov_base ||
	    len < (ssize_t)NLMSG_LENGTH(sizeof(err)))
		return false;
	nlh = msg->msg_iov[0].iov_base;
	memcpy(&err, NLMSG_DATA(nlh), sizeof(err));
	return (nlh->nlmsg_type == NLMSG_DONE ||
		nlh->nlmsg_type == NLMSG_ERROR) && err == -ENOENT;
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	recvmsg_fn next = (recvmsg_fn)dlsym(RTLD_NEXT, "recvmsg");
	ssize_t len = next(fd, msg, flags);

	if (dumps && nobody(msg, len) && is_sock_diag(fd)) {
		fprintf(stderr,
			"ltcp-ss: ltcp_diag is not loaded: modprobe ltcp_diag\n"
			"Without it: PROC_NET_TCP=/proc/net/ltcp ss -tan\n");
		exit(1);
	}
	return len;
}
