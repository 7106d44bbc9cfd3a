// SPDX-License-Identifier: GPL-2.0
/*
 * What is saved is read again as the rules that are in force, whatever bytes
 * the names of their devices have.
 */
#include "common.h"
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/ruleset.h"
#include "../lib/save.h"

/**
 * struct device - a name of a device
 * @desc: what is special about it
 * @name: the name
 */
static const struct device {
	const char *desc;
	const char *name;
} devices[] = {
	{ "plain", "eth0" },
	{ "control characters", "a\033[1mb\x7f" },
	{ "no UTF-8", "a\xe8\xff" },
	{ "what files give a meaning to", "\\\"$`;#" },
};

static void add_rule(struct mcr_client *fake, const char *dev)
{
	struct mcr_rule *rule = &fake->in_force.rules[fake->in_force.count++];
	struct mcr_output *output;
	uint64_t seed = 1;

	random_rule(&seed, rule, 1);
	rule->id = 1;
	strcpy(rule->spec.iif, dev);
	output = mcr_rule_add_output(rule);
	assert_non_null(output);
	output->spec = rule->outputs[0].spec;
	strcpy(output->spec.dev, dev);
}

static void test_save(void **state)
{
	char path[] = "/tmp/mcr-test-XXXXXX";
	const struct device *device = *state;
	struct mcr_client *fake = fake_new();
	struct mcr_ruleset set = { 0 };
	struct mcr_file file = { 0 };
	struct mcr_statement st;
	struct mcr_error err;
	int fd = mkstemp(path);
	FILE *stream;

	assert_true(fd >= 0);
	stream = fdopen(fd, "w");
	assert_non_null(stream);
	add_rule(fake, device->name);
	assert_int_equal(mcr_save(fake, stream, &err), 0);
	assert_int_equal(fclose(stream), 0);

	assert_int_equal(mcr_ruleset_read(&set, &file, path), 0);
	assert_int_equal(set.count, 1);
	assert_int_equal(mcr_stated_load(set.rules[0], &st, &err), 0);
	assert_true(mcr_rule_same(&st.rule, &fake->in_force.rules[0]));
	mcr_statement_free(&st);
	mcr_ruleset_free(&set);
	mcr_file_free(&file);
	fake_free(fake);
	remove(path);
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_table(&suite, devices, test_save);
	return suite_run(&suite, "save");
}
