/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_CASE_H
#define _LTCP_CASE_H

/*
 * The frame of a test program: CASES(open) once, CASE(open, name) { ... } for
 * each case, and TEST_HARNESS_MAIN at the end. The comment above a case names
 * the requirements that it proves.
 */

#include "kselftest_harness.h"
#include "peer.h"

/* Longer in virtual seconds than any case lasts: ends one that got stuck. */
#define FOREVER		(365 * 24 * 3600)

#define CASES(program)							\
	FIXTURE(program) { };						\
	FIXTURE_SETUP(program)						\
	{								\
		peer_start(#program, _metadata->name);			\
	}								\
	FIXTURE_TEARDOWN(program)					\
	{								\
		peer_end();						\
	}

#define CASE(program, name) TEST_F_TIMEOUT(program, name, FOREVER)

/* What the stock TCP does not have, or does otherwise on purpose. */
#define ltcp_only(why)							\
	do {								\
		if (!is_ltcp())						\
			SKIP(return, "stock TCP: " why);		\
	} while (0)

/* What there is in IPv4 only, or is another in each family. */
#define ipv4_only(why)							\
	do {								\
		if (is_v6())						\
			SKIP(return, "IPv6: " why);			\
	} while (0)

#endif /* _LTCP_CASE_H */
