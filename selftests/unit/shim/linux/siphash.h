/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_SIPHASH_H
#define SHIM_LINUX_SIPHASH_H

/*
 * SipHash-2-4 as its authors describe it (Aumasson and Bernstein, 2012), with
 * the interface of the kernel's. test_isn.c holds it to their test vectors.
 */

#include <linux/types.h>

typedef struct {
	u64 key[2];
} siphash_key_t;

static inline u64 shim_rotl(u64 x, unsigned int n)
{
	return x << n | x >> (64 - n);
}

static inline void shim_sipround(u64 v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = shim_rotl(v[1], 13) ^ v[0];
	v[3] = shim_rotl(v[3], 16) ^ v[2];
	v[0] = shim_rotl(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = shim_rotl(v[1], 17) ^ v[2];
	v[3] = shim_rotl(v[3], 21) ^ v[0];
	v[2] = shim_rotl(v[2], 32);
}

static inline void shim_sipword(u64 v[4], u64 word)
{
	v[3] ^= word;
	shim_sipround(v);
	shim_sipround(v);
	v[0] ^= word;
}

static inline u64 siphash(const void *data, size_t len,
			  const siphash_key_t *key)
{
	u64 v[4] = {
		key->key[0] ^ 0x736f6d6570736575ULL,
		key->key[1] ^ 0x646f72616e646f6dULL,
		key->key[0] ^ 0x6c7967656e657261ULL,
		key->key[1] ^ 0x7465646279746573ULL,
	};
	const u8 *p = data;
	u64 word = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		word |= (u64)p[i] << 8 * (i % 8);
		if (i % 8 == 7) {
			shim_sipword(v, word);
			word = 0;
		}
	}
	shim_sipword(v, word | (u64)len << 56);

	v[2] ^= 0xff;
	for (i = 0; i < 4; i++)
		shim_sipround(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

#endif
