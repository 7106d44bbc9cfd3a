// SPDX-License-Identifier: GPL-2.0
/*
 * What rules say of each port, and in which blocks.
 */
#include "common.h"

#include <string.h>

#include "../mcrd/consume_ports.h"

/* What is said of each port, port by port. */
static void test_ports(void **state)
{
	static const struct mcrd_claim claims[] = {
		{ 0, 0, MCRD_SAY_CONSUME },
		{ 65535, 65535, MCRD_SAY_PASS },
		{ 100, 200, MCRD_SAY_PASS },
		{ 150, 300, MCRD_SAY_CONSUME },
		{ 301, 1000, MCRD_SAY_CONSUME },
		{ 0, 65535, MCRD_SAY_PASS },
	};
	static __u8 by_block[65536];
	struct mcrd_blocks at = { 0 };
	struct mcrd_block block;
	struct mcrd_ports ports;
	unsigned int port, i;

	(void)state;
	assert_int_equal(mcrd_ports_paint(&ports, claims, COUNT(claims)), 0);
	while (mcrd_blocks_next(&at, &ports, &block)) {
		assert_int_equal(block.port % (65536U >> block.len), 0);
		for (i = 0; i < 65536U >> block.len; i++) {
			assert_int_equal(by_block[block.port + i], 0);
			by_block[block.port + i] = block.say;
		}
	}
	for (port = 0; port < 65536; port++) {
		for (i = 0; claims[i].min > port || claims[i].max < port;)
			i++;
		assert_int_equal(by_block[port], claims[i].say);
		assert_int_equal(mcrd_ports_say(&ports, (__u16)port),
				 claims[i].say);
	}
	mcrd_ports_free(&ports);
	/* Thirty blocks is what a range takes at most. */
	assert_int_equal(mcrd_ports_paint(&ports, &(struct mcrd_claim){
			 1, 65534, MCRD_SAY_CONSUME }, 1), 0);
	memset(&at, 0, sizeof(at));
	for (i = 0; mcrd_blocks_next(&at, &ports, &block);)
		i++;
	assert_int_equal(i, 30);
	mcrd_ports_free(&ports);
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_case(&suite, test_ports);
	return suite_run(&suite, "mcrd_consume_ports");
}
