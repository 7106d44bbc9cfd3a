// SPDX-License-Identifier: GPL-2.0
/*
 * Files of rules: what is read of one is printed and read again, alone and all
 * together, and put in force, twice: the second time there is nothing to do.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../lib/apply.h"
#include "../lib/print.h"
#include "../tests/fake.h"
#include "fuzz.h"
#include "statement.h"

#define SIZE_MAX_OF_FILE	8192U

/* A file without a name, by a path that is good while it is open. */
static int put_file(const void *data, size_t size, char *path, size_t room)
{
	int fd = memfd_create("rules", MFD_CLOEXEC);

	fuzz_check(fd >= 0 && write(fd, data, size) == (ssize_t)size,
		   "a file cannot be written");
	snprintf(path, room, "/proc/self/fd/%d", fd);
	return fd;
}

static void load(const struct mcr_stated *stated, struct mcr_statement *st)
{
	struct mcr_error err;

	fuzz_check(!mcr_stated_load(stated, st, &err),
		   "a rule is not read a second time");
}

static void check_twin(const struct mcr_ruleset *set,
		       const struct mcr_statement *st)
{
	struct mcr_stated *twin = mcr_ruleset_by_match(set, &st->rule.spec);
	struct mcr_statement other;

	fuzz_check(twin, "a rule is missing in what was printed");
	load(twin, &other);
	fuzz_check(mcr_rule_same(&st->rule, &other.rule),
		   "a rule is another one in what was printed");
	mcr_statement_free(&other);
	if (st->rule.name[0])
		fuzz_check(mcr_ruleset_by_name(set, st->rule.name) == twin,
			   "a name is another rule's in what was printed");
}

/* The whole set, as mcrtool save writes it. */
static void check_saved(const struct mcr_ruleset *set,
			const struct mcr_str *text)
{
	struct mcr_ruleset again = { 0 };
	struct mcr_statement st;
	struct mcr_file file = { 0 };
	char path[64];
	size_t i;
	int fd;

	fd = put_file(text->s ? text->s : "", text->len, path, sizeof(path));
	fuzz_check(!mcr_ruleset_read(&again, &file, path),
		   "what is saved is not read again");
	fuzz_check(again.count == set->count, "rules are lost by saving them");
	for (i = 0; i < set->count; i++) {
		load(set->rules[i], &st);
		check_twin(&again, &st);
		mcr_statement_free(&st);
	}
	mcr_ruleset_free(&again);
	mcr_file_free(&file);
	close(fd);
}

static void check_rules(const struct mcr_ruleset *set)
{
	struct mcr_str text = { .verbatim = true };
	struct mcr_statement st;
	size_t i;

	for (i = 0; i < set->count; i++) {
		load(set->rules[i], &st);
		fuzz_round_trip(&st.rule);
		mcr_print_rule(&text, &st.rule, " \\\n\t");
		mcr_str_add(&text, "\n");
		mcr_statement_free(&st);
	}
	check_saved(set, &text);
	mcr_str_free(&text);
}

/* Returns how many rules stay as they are. */
static size_t apply(struct mcr_client *server, struct mcr_ruleset *set)
{
	struct mcr_transaction txn;
	struct mcr_apply a = { .txn = &txn, .set = set };
	struct mcr_error err;

	fuzz_check(!mcr_transaction_init(&txn, server, mcr_parse_stated, &err) &&
		   !mcr_apply(&a, &err), "a sound set of rules is refused");
	mcr_transaction_exit(&txn);
	fuzz_check(server->in_force.count == set->count,
		   "not all rules are in force");
	return a.n_unchanged;
}

static void check_apply(struct mcr_ruleset *set)
{
	struct mcr_client *server = fake_new();

	fuzz_check(apply(server, set) == 0, "rules are there before they are");
	fuzz_check(apply(server, set) == set->count,
		   "a rule in force is not known as the one that is stated");
	fake_free(server);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mcr_ruleset set = { 0 };
	struct mcr_file file = { 0 };
	char path[64];
	int fd;

	/* Nothing of this machine is to be read: of files, only each other. */
	if (size > SIZE_MAX_OF_FILE || memmem(data, size, "include", 7))
		return -1;
	fd = put_file(data, size, path, sizeof(path));
	if (!mcr_ruleset_read(&set, &file, path)) {
		check_rules(&set);
		check_apply(&set);
	} else {
		fuzz_check(file.errors.count && file.errors.list[0].text[0],
			   "a file is refused without a reason");
	}
	mcr_ruleset_free(&set);
	mcr_file_free(&file);
	close(fd);
	return 0;
}
