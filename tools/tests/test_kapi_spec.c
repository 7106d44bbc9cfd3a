// SPDX-License-Identifier: GPL-2.0
/*
 * Messages that are made from the spec, and devices that come and go meanwhile:
 * each is answered, one who may not changes nothing, the sums stay right, and
 * nothing is left.
 *
 * MCR_FUZZ_ROUNDS and MCR_FUZZ_SEED make it more, or others, MCR_FUZZ_SESSION is
 * how many acts a session has. A session that ends the process is left in a file,
 * for the fuzz target netlink; with MCR_FUZZ_KEEP=DIR they all are.
 */
#include "kapi_rig.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../fuzz/nlgen.h"
#include "../fuzz/nlsession.h"
#include "txn.h"

#define ROUNDS		20000U
#define SESSION		1000U

static struct nlgen g;
static struct session_count count;
static uint8_t record[SESSION_MAX];
static size_t recorded;
static int kept = -1;
static char kept_path[] = "/tmp/mcr-session-XXXXXX";

/* In the sanitizers' run time, where there is one. */
void __sanitizer_set_death_callback(void (*callback)(void));
#pragma weak __sanitizer_set_death_callback

static void keep(void)
{
	static const char text[] = "# the session is in ";

	if (write(kept, record, recorded) == (ssize_t)recorded &&
	    write(STDOUT_FILENO, text, sizeof(text) - 1) > 0 &&
	    write(STDOUT_FILENO, kept_path, sizeof(kept_path) - 1) > 0)
		kept = -1;
}

static void on_signal(int sig)
{
	keep();
	signal(sig, SIG_DFL);
	raise(sig);
}

static unsigned long setting(const char *name, unsigned long otherwise)
{
	const char *value = getenv(name);

	return value ? strtoul(value, NULL, 0) : otherwise;
}

/* Written down before it is done. Returns false if there is no room. */
static bool act(enum session_act what, const void *data, size_t len)
{
	const struct session_record r = {
		.act = (uint8_t)what,
		.len = { (uint8_t)len, (uint8_t)(len >> 8) },
	};

	if (recorded + sizeof(r) + len > sizeof(record))
		return false;
	memcpy(record + recorded, &r, sizeof(r));
	memcpy(record + recorded + sizeof(r), data, len);
	recorded += sizeof(r) + len;
	session_do(what, data, len, &count);
	return true;
}

static bool act_any(void)
{
	uint8_t bytes[2] = {
		(uint8_t)nlgen_below(&g, 256), (uint8_t)nlgen_below(&g, 256),
	};

	switch (nlgen_below(&g, 24)) {
	case 0:
		return act(SESSION_DEVICE, bytes, sizeof(bytes));
	case 1:
		return act(SESSION_TIME, bytes, 0);
	case 2:
		if (!nlgen_below(&g, 8))
			return act(SESSION_GONE, bytes, 1);
		break;
	}
	nlgen_make(&g);
	return act(nlgen_below(&g, 4) ? SESSION_PEER :
		   nlgen_below(&g, 2) ? SESSION_OTHER : SESSION_READER,
		   g.buf, g.len);
}

/* Numbers that messages may mean, as far as the sessions came. */
static void follow(void)
{
	struct mcr_net *mn = rig_net();
	u32 n = mn->n_rules ? nlgen_below(&g, mn->n_rules) : 0;
	const struct mcr_txn *txn;
	struct mcr_rule *rule;
	unsigned long id;

	xa_for_each(&mn->rules, id, rule) {
		g.id = rule->id;
		if (!n--)
			break;
	}
	txn = mn->txns[nlgen_below(&g, ARRAY_SIZE(mn->txns))];
	if (txn)
		g.txn = txn->id;
}

/* For a corpus. */
static void keep_all(unsigned long number)
{
	const char *dir = getenv("MCR_FUZZ_KEEP");
	char path[256];
	FILE *file;

	if (!dir)
		return;
	snprintf(path, sizeof(path), "%s/%lu", dir, number);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(record, 1, recorded, file), recorded);
	assert_int_equal(fclose(file), 0);
}

static void test_spec(void **state)
{
	unsigned long rounds = setting("MCR_FUZZ_ROUNDS", ROUNDS), i = 0, n;
	unsigned long acts = setting("MCR_FUZZ_SESSION", SESSION);

	(void)state;
	g.state = 1 + setting("MCR_FUZZ_SEED", 0);
	g.family = GENL_ID_CTRL + 1;
	while (i < rounds) {
		recorded = 0;
		session_begin();
		for (n = 0; n < acts && i < rounds; n++, i++) {
			follow();
			if (!act_any())
				break;
		}
		session_end();
		keep_all(i);
	}
	/* All that would be nothing if each message were refused. */
	assert_true(count.accepted > rounds / 20);
	assert_true(count.refused > rounds / 10);
	assert_true(count.rules_most > 10);
	printf("# %lu acts from seed %lu: %lu messages accepted, %lu refused, up to %u rules\n",
	       i, setting("MCR_FUZZ_SEED", 0), count.accepted, count.refused,
	       count.rules_most);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_spec) };

	kept = mkstemp(kept_path);
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(keep);
	signal(SIGABRT, on_signal);
	if (cmocka_run_group_tests_name("kapi by the spec", tests, NULL, NULL))
		return EXIT_FAILURE;
	unlink(kept_path);
	return EXIT_SUCCESS;
}
