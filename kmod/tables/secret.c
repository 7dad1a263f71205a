// SPDX-License-Identifier: GPL-2.0
/*
 * The secrets of a namespace, and for how long it has had them.
 *
 * Sequence numbers and timestamps of a connection must grow over all its
 * incarnations (RFC 9293 3.4.1, RFC 7323 5.4), those before the module was
 * unloaded and loaded again included: a peer may still be in TIME_WAIT, and
 * our own TIME_WAIT entries are gone. So the secrets they hang on must outlive
 * the module. The kernel has one for each namespace, for the IDs of IP
 * packets; ours are derived from it by SipHash over names that the kernel does
 * not hash, so that neither tells anything of the other.
 *
 * Called once for each namespace, before it is visible.
 */

#include "ltcp.h"

struct ltcp_secret_name {
	char text[16];
	u64 part;
};

static void ltcp_secret(const siphash_key_t *root, const char *text,
			siphash_key_t *key)
{
	struct ltcp_secret_name name = { };
	unsigned int i;

	strscpy(name.text, text, sizeof(name.text));
	for (i = 0; i < ARRAY_SIZE(key->key); i++) {
		name.part = i;
		key->key[i] = siphash(&name, sizeof(name), root);
	}
}

void ltcp_secrets_init(struct ltcp_net *ln)
{
	siphash_key_t root;

	ltcp_net_root_key(ln->net, &root);
	ltcp_secret(&root, "ltcp isn", &ln->isn_key);
	ltcp_secret(&root, "ltcp timestamp", &ln->ts_key);
	memzero_explicit(&root, sizeof(root));
	/* What need not be remembered is better forgotten. */
	get_random_bytes(&ln->flow_key, sizeof(ln->flow_key));
	get_random_bytes(&ln->port_key, sizeof(ln->port_key));
	ln->since = ktime_get();
}

u32 ltcp_quiet_left(const struct ltcp_net *ln)
{
	s64 left = READ_ONCE(ln->quiet_time_ms);

	if (!left)
		return 0;
	left -= ktime_to_ms(ktime_sub(ktime_get(), ln->since));
	return left > 0 ? msecs_to_jiffies(left) : 0;
}
