// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: kmod/tables/cookie.c. Input: a timestamp and a cookie as a peer
 * may bring them back, and then a tuple of any length. Whatever comes, the
 * values read from it are in bounds, and what is accepted is what was made.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../../kmod/tables/cookie.h"
#include "../../kmod/wire.h"
#include "fuzz.h"

static void check_timestamp(u32 ts)
{
	struct ltcp_cookie_options opt;

	ltcp_cookie_from_ts(ts, &opt);
	assert(opt.wscale <= LTCP_MAX_WSCALE);
	assert(opt.has_wscale || !opt.wscale);
	/* The clock at which it could have been made is its own. */
	assert(ltcp_cookie_to_ts(ts, &opt) == ts);
}

static void check_cookie(const u8 *tuple, size_t len, u32 cookie)
{
	static const siphash_key_t fresh = { { 3, 4 } };
	const struct ltcp_cookie_id id = {
		.fresh = &fresh,
		.tuple = tuple,
		.len = len,
		.f = cookie / 5,
		.irs = cookie / 3,
		.epoch = cookie % 7,
	};
	int data = ltcp_cookie_check(&id, cookie);

	assert(data >= -1 && data < LTCP_COOKIE_DATA);
	assert(data < 0 || ltcp_cookie_make(&id, data) == cookie);
	data = cookie % LTCP_COOKIE_DATA;
	assert(ltcp_cookie_check(&id, ltcp_cookie_make(&id, data)) == data);
}

int fuzz_one_input(const u8 *data, size_t size)
{
	u32 ts, cookie;
	u8 *exact;

	if (size < 8)
		return 0;
	memcpy(&ts, data, 4);
	memcpy(&cookie, data + 4, 4);
	check_timestamp(ts);

	/* a copy with nothing behind it, for the address sanitizer */
	exact = malloc(size - 8);
	memcpy(exact, data + 8, size - 8);
	check_cookie(exact, size - 8, cookie);
	free(exact);
	return 0;
}
