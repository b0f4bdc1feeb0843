// SPDX-License-Identifier: GPL-2.0
/*
 * Selectors, policies and what a transaction does to them: which rule a socket
 * gets, and that a change is seen whole or not at all.
 */
#include "control_kunit.h"

static bool in_cgroup_five(const void *arg, u64 id)
{
	return id == 5;
}

static const struct match_case {
	const char *name;
	struct omasec_selector sel;
	struct omasec_sock_key key;
	bool match;
} match_cases[] = {
	{ "port alone", { .port_min = 80, .port_max = 80 }, { .port = 80 }, true },
	{ "port below", { .port_min = 80, .port_max = 90 }, { .port = 79 }, false },
	{ "port above", { .port_min = 80, .port_max = 90 }, { .port = 91 }, false },
	{ "last port", { .port_min = 80, .port_max = 65535 }, { .port = 65535 }, true },
	{ "direction", { .direction = OMASEC_DIRECTION_IN, .port_min = 80, .port_max = 80 },
	  { .direction = OMASEC_DIRECTION_OUT, .port = 80 }, false },
	{ "user", { .has_uid = true, .uid = 7, .port_max = 99 }, { .port = 80, .uid = 7 }, true },
	{ "another user", { .has_uid = true, .uid = 7, .port_max = 99 },
	  { .port = 80, .uid = 8 }, false },
	{ "user 0 is a user", { .has_uid = true, .uid = 0, .port_max = 99 },
	  { .port = 80, .uid = 8 }, false },
	{ "address", { .family = 4, .prefix = 32, .address = { 10, 0, 0, 1 }, .port_max = 99 },
	  { .port = 80, .family = 4, .address = { 10, 0, 0, 1 } }, true },
	{ "last bit of the prefix", { .family = 4, .prefix = 31, .address = { 10, 0, 0, 2 },
				      .port_max = 99 },
	  { .port = 80, .family = 4, .address = { 10, 0, 0, 3 } }, true },
	{ "first bit behind", { .family = 4, .prefix = 31, .address = { 10, 0, 0, 2 },
				.port_max = 99 },
	  { .port = 80, .family = 4, .address = { 10, 0, 0, 1 } }, false },
	{ "prefix 0 is any IPv4", { .family = 4, .port_max = 99 },
	  { .port = 80, .family = 4, .address = { 200, 0, 0, 1 } }, true },
	{ "and no IPv6", { .family = 4, .port_max = 99 }, { .port = 80, .family = 6 }, false },
	{ "a listener has no peer", { .family = 4, .prefix = 32, .address = { 10, 0, 0, 1 },
				      .port_max = 99 },
	  { .port = 80 }, true },
	{ "IPv6 bit 127", { .family = 6, .prefix = 128, .address = { [15] = 1 }, .port_max = 99 },
	  { .port = 80, .family = 6 }, false },
	{ "a prefix that is too long", { .family = 4, .prefix = 33, .port_max = 99 },
	  { .port = 80, .family = 4 }, false },
	{ "cgroup", { .has_cgroup = true, .cgroup = 5, .port_max = 99 },
	  { .port = 80, .in_cgroup = in_cgroup_five }, true },
	{ "another cgroup", { .has_cgroup = true, .cgroup = 6, .port_max = 99 },
	  { .port = 80, .in_cgroup = in_cgroup_five }, false },
	{ "cgroup, and nobody to ask", { .has_cgroup = true, .cgroup = 5, .port_max = 99 },
	  { .port = 80 }, false },
};

static void match_desc(const struct match_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(match, match_cases, match_desc);

static void selector_selects(struct kunit *test)
{
	const struct match_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, omasec_selector_match(&c->sel, &c->key), c->match);
}

/* rule-add in a transaction; takes the rule over. */
static int add_rule(struct omasec_config *cfg, struct omasec_rule *r, const char *name)
{
	const char *why;
	int err;

	strscpy(r->name, name, sizeof(r->name));
	err = omasec_config_rule_add(cfg, r, &why);
	if (err)
		omasec_rule_put(r);
	return err;
}

static void first_rule_wins_and_ports_follow(struct kunit *test)
{
	struct omasec_net *on = test->priv;
	struct omasec_sock_key key = { .direction = OMASEC_DIRECTION_IN, .port = 700, .uid = 9 };
	struct omasec_rule *narrow = control_rule(test, OMASEC_DIRECTION_IN, 700);
	struct omasec_rule *wide = control_rule(test, OMASEC_DIRECTION_IN, 600), *r;
	struct omasec_config *cfg;
	const char *why = "";

	narrow->sel.has_uid = true;
	narrow->sel.uid = 9;
	wide->sel.port_max = 800;
	wide->integrity = OMASEC_INTEGRITY_NONE;
	cfg = omasec_config_open(on, 1, &why);
	KUNIT_ASSERT_FALSE(test, IS_ERR(cfg));
	KUNIT_EXPECT_EQ(test, add_rule(cfg, narrow, "narrow"), 0);
	KUNIT_EXPECT_EQ(test, add_rule(cfg, wide, "wide"), 0);
	KUNIT_EXPECT_FALSE(test, omasec_policy_port(on, OMASEC_DIRECTION_IN, 700));
	KUNIT_EXPECT_EQ(test, omasec_config_close(cfg, 0, &why), 0);

	KUNIT_EXPECT_TRUE(test, omasec_policy_port(on, OMASEC_DIRECTION_IN, 600));
	KUNIT_EXPECT_TRUE(test, omasec_policy_port(on, OMASEC_DIRECTION_IN, 800));
	KUNIT_EXPECT_FALSE(test, omasec_policy_port(on, OMASEC_DIRECTION_IN, 599));
	KUNIT_EXPECT_FALSE(test, omasec_policy_port(on, OMASEC_DIRECTION_IN, 801));
	KUNIT_EXPECT_FALSE(test, omasec_policy_port(on, OMASEC_DIRECTION_OUT, 700));

	r = omasec_policy_match(on, &key);
	KUNIT_EXPECT_PTR_EQ(test, r, narrow);
	omasec_rule_put(r);
	key.uid = 10;
	r = omasec_policy_match(on, &key);
	KUNIT_EXPECT_PTR_EQ(test, r, wide);
	omasec_rule_put(r);
	key.direction = OMASEC_DIRECTION_OUT;
	KUNIT_EXPECT_PTR_EQ(test, omasec_policy_match(on, &key), (struct omasec_rule *)NULL);
}

static unsigned int rule_count(struct omasec_net *on)
{
	struct omasec_policy *p;
	unsigned int n;

	rcu_read_lock();
	p = rcu_dereference(on->policy);
	n = p ? p->count : 0;
	rcu_read_unlock();
	return n;
}

/* Netfilter has the namespace's guard. */
static bool guarded(struct omasec_net *on)
{
	const struct nf_hook_entries *e;
	bool found = false;
	unsigned int i;

	rcu_read_lock();
	e = rcu_dereference(on->net->nf.hooks_ipv4[NF_INET_LOCAL_OUT]);
	for (i = 0; e && i < e->num_hook_entries; i++)
		found |= e->hooks[i].priv == on;
	rcu_read_unlock();
	return found;
}

static void guard_comes_and_goes_with_rules(struct kunit *test)
{
	struct omasec_account_spec spec = { .name = "a", .user = { "u", "s" } };
	static const char * const names[] = { "one", "two" };
	struct omasec_net *on = test->priv;
	struct omasec_config *cfg;
	const char *why = "";
	unsigned int i;

	KUNIT_EXPECT_EQ(test, control_account(on, &spec), 0);
	KUNIT_EXPECT_FALSE(test, guarded(on));
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		cfg = omasec_config_open(on, 1, &why);
		KUNIT_ASSERT_FALSE(test, IS_ERR(cfg));
		KUNIT_EXPECT_EQ(test, add_rule(cfg, control_rule(test, OMASEC_DIRECTION_OUT, 9),
					       names[i]), 0);
		KUNIT_EXPECT_EQ(test, guarded(on), i > 0);
		KUNIT_EXPECT_EQ(test, omasec_config_close(cfg, 0, &why), 0);
		KUNIT_EXPECT_TRUE(test, guarded(on));
	}
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		cfg = omasec_config_open(on, 1, &why);
		KUNIT_ASSERT_FALSE(test, IS_ERR(cfg));
		KUNIT_EXPECT_EQ(test, omasec_config_rule_del(cfg, 0, names[i], &why), 0);
		KUNIT_EXPECT_TRUE(test, guarded(on));
		KUNIT_EXPECT_EQ(test, omasec_config_close(cfg, 0, &why), 0);
		KUNIT_EXPECT_EQ(test, guarded(on), i == 0);
	}
}

static void transaction_shows_nothing_before_commit(struct kunit *test)
{
	struct omasec_account_spec spec = { .name = "a", .user = { "u", "s" } };
	struct omasec_net *on = test->priv;
	struct omasec_config *cfg;
	const char *why = "";
	u32 generation;

	KUNIT_ASSERT_EQ(test, omasec_config_begin(on, 1, false, &why), 0);
	cfg = omasec_config_open(on, 1, &why);
	KUNIT_ASSERT_FALSE(test, IS_ERR(cfg));
	KUNIT_EXPECT_EQ(test, omasec_config_account_set(cfg, &spec, &why), 0);
	KUNIT_EXPECT_EQ(test, add_rule(cfg, control_rule(test, OMASEC_DIRECTION_IN, 80), "r"), 0);
	KUNIT_EXPECT_EQ(test, omasec_config_close(cfg, 0, &why), 0);

	KUNIT_EXPECT_PTR_EQ(test, omasec_account_find(on, "a"), (struct omasec_account *)NULL);
	KUNIT_EXPECT_EQ(test, rule_count(on), 0U);
	/* Others have to wait, and do not drop it by going away. */
	KUNIT_EXPECT_EQ(test, control_account(on, &spec), -EBUSY);
	KUNIT_EXPECT_EQ(test, omasec_config_begin(on, 2, false, &why), -EBUSY);
	KUNIT_EXPECT_EQ(test, omasec_config_commit(on, 2, &generation, &why), -ENOENT);
	omasec_config_release(on, 2);

	KUNIT_EXPECT_EQ(test, omasec_config_commit(on, 1, &generation, &why), 0);
	KUNIT_EXPECT_EQ(test, generation, on->generation);
	KUNIT_EXPECT_EQ(test, rule_count(on), 1U);
	KUNIT_EXPECT_EQ(test, atomic_read(&on->account_count), 1);
}

static void transaction_ends_with_its_socket(struct kunit *test)
{
	struct omasec_account_spec spec = { .name = "a" };
	struct omasec_net *on = test->priv;
	struct omasec_config *cfg;
	const char *why = "";
	u32 generation;

	KUNIT_ASSERT_EQ(test, omasec_config_begin(on, 1, true, &why), 0);
	cfg = omasec_config_open(on, 1, &why);
	KUNIT_ASSERT_FALSE(test, IS_ERR(cfg));
	KUNIT_EXPECT_EQ(test, omasec_config_account_set(cfg, &spec, &why), 0);
	KUNIT_EXPECT_EQ(test, omasec_config_close(cfg, 0, &why), 0);
	omasec_config_release(on, 1);
	KUNIT_EXPECT_EQ(test, omasec_config_commit(on, 1, &generation, &why), -ENOENT);
	KUNIT_EXPECT_EQ(test, atomic_read(&on->account_count), 0);
	KUNIT_EXPECT_EQ(test, control_account(on, &spec), 0);
}

/* Loads one rule that names account "a", whose server id is @server_id. */
static int load(struct kunit *test, const char *server_id, struct omasec_account **account)
{
	struct omasec_account_spec spec = { .name = "a", .server_id = server_id };
	struct omasec_net *on = test->priv;
	struct omasec_config *cfg;
	struct omasec_rule *r;
	const char *why = "";
	u32 generation;

	KUNIT_ASSERT_EQ(test, omasec_config_begin(on, 1, true, &why), 0);
	cfg = omasec_config_open(on, 1, &why);
	KUNIT_ASSERT_FALSE(test, IS_ERR(cfg));
	KUNIT_EXPECT_EQ(test, omasec_config_account_set(cfg, &spec, &why), 0);
	r = control_rule(test, OMASEC_DIRECTION_OUT, 80);
	r->account = omasec_config_account(cfg, "a");
	KUNIT_EXPECT_EQ(test, add_rule(cfg, r, "r"), 0);
	KUNIT_EXPECT_EQ(test, omasec_config_close(cfg, 0, &why), 0);
	KUNIT_EXPECT_EQ(test, omasec_config_commit(on, 1, &generation, &why), 0);
	*account = omasec_account_find(on, "a");
	KUNIT_ASSERT_NOT_NULL(test, *account);
	return 0;
}

static struct omasec_rule *only_rule(struct kunit *test)
{
	struct omasec_sock_key key = { .direction = OMASEC_DIRECTION_OUT, .port = 80 };
	struct omasec_rule *r = omasec_policy_match(test->priv, &key);

	KUNIT_ASSERT_NOT_NULL(test, r);
	return r;
}

static void loading_the_same_again_disturbs_nobody(struct kunit *test)
{
	struct omasec_account *a1, *a2, *a3;
	struct omasec_rule *r1, *r2, *r3;

	load(test, "s", &a1);
	r1 = only_rule(test);
	load(test, "s", &a2);
	r2 = only_rule(test);
	KUNIT_EXPECT_PTR_EQ(test, a1, a2);
	KUNIT_EXPECT_PTR_EQ(test, r1, r2);

	/* Another account of the same name: another rule, which names that. */
	load(test, "t", &a3);
	r3 = only_rule(test);
	KUNIT_EXPECT_PTR_NE(test, a1, a3);
	KUNIT_EXPECT_PTR_NE(test, r1, r3);
	KUNIT_EXPECT_PTR_EQ(test, r3->account, a3);
	KUNIT_EXPECT_PTR_EQ(test, r1->account, a1);
	KUNIT_EXPECT_EQ(test, a3->rules, 1U);
	omasec_rule_put(r1);
	omasec_rule_put(r2);
	omasec_rule_put(r3);
	omasec_account_put(a1);
	omasec_account_put(a2);
	omasec_account_put(a3);
}

static void replaced_account_takes_its_rule_along(struct kunit *test)
{
	struct omasec_account_spec spec = { .name = "a", .server_id = "new" };
	struct omasec_net *on = test->priv;
	struct omasec_account *a1, *a2;
	struct omasec_rule *r1, *r2;

	load(test, "s", &a1);
	r1 = only_rule(test);
	KUNIT_EXPECT_EQ(test, control_account(on, &spec), 0);
	a2 = omasec_account_find(on, "a");
	r2 = only_rule(test);
	KUNIT_EXPECT_PTR_NE(test, a1, a2);
	KUNIT_EXPECT_PTR_EQ(test, r2->account, a2);
	KUNIT_EXPECT_EQ(test, r1->id, r2->id);
	KUNIT_EXPECT_EQ(test, a1->rules, 0U);
	KUNIT_EXPECT_EQ(test, a2->rules, 1U);
	omasec_rule_put(r1);
	omasec_rule_put(r2);
	omasec_account_put(a1);
	omasec_account_put(a2);
}

static void failed_commit_changes_nothing(struct kunit *test)
{
	struct omasec_account_spec other = { .name = "b" };
	struct omasec_net *on = test->priv;
	u32 generation, before;
	struct omasec_account *a1, *a2;
	struct omasec_config *cfg;
	const char *why = "";

	load(test, "s", &a1);
	before = on->generation;
	KUNIT_ASSERT_EQ(test, omasec_config_begin(on, 1, false, &why), 0);
	cfg = omasec_config_open(on, 1, &why);
	KUNIT_ASSERT_FALSE(test, IS_ERR(cfg));
	KUNIT_EXPECT_EQ(test, omasec_config_account_set(cfg, &other, &why), 0);
	KUNIT_EXPECT_EQ(test, omasec_config_account_del(cfg, "a", &why), 0);
	KUNIT_EXPECT_EQ(test, omasec_config_account_del(cfg, "a", &why), -ENOENT);
	KUNIT_EXPECT_EQ(test, omasec_config_close(cfg, 0, &why), 0);
	KUNIT_EXPECT_EQ(test, omasec_config_commit(on, 1, &generation, &why), -EBUSY);
	KUNIT_EXPECT_NOT_NULL(test, strstr(why, "rule"));
	KUNIT_EXPECT_EQ(test, on->generation, before);
	KUNIT_EXPECT_EQ(test, atomic_read(&on->account_count), 1);
	KUNIT_EXPECT_PTR_EQ(test, omasec_account_find(on, "b"), (struct omasec_account *)NULL);
	a2 = omasec_account_find(on, "a");
	KUNIT_EXPECT_PTR_EQ(test, a1, a2);
	omasec_account_put(a1);
	omasec_account_put(a2);
}

static void rules_have_a_cap_and_names_of_their_own(struct kunit *test)
{
	struct omasec_net *on = test->priv;
	struct omasec_config *cfg;
	const char *why = "";
	unsigned int i;
	int err = 0;

	cfg = omasec_config_open(on, 1, &why);
	KUNIT_ASSERT_FALSE(test, IS_ERR(cfg));
	KUNIT_EXPECT_EQ(test, add_rule(cfg, control_rule(test, OMASEC_DIRECTION_IN, 80), "r"), 0);
	KUNIT_EXPECT_EQ(test, add_rule(cfg, control_rule(test, OMASEC_DIRECTION_IN, 80), "r"),
			-EEXIST);
	for (i = 1; i < OMASEC_RULES_MAX && !err; i++)
		err = add_rule(cfg, control_rule(test, OMASEC_DIRECTION_IN, 80), "");
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, add_rule(cfg, control_rule(test, OMASEC_DIRECTION_IN, 80), ""),
			-ENOSPC);
	KUNIT_EXPECT_EQ(test, omasec_config_rule_del(cfg, 0, "r", &why), 0);
	KUNIT_EXPECT_EQ(test, omasec_config_rule_del(cfg, 0, "r", &why), -ENOENT);
	KUNIT_EXPECT_EQ(test, omasec_config_close(cfg, 0, &why), 0);
	KUNIT_EXPECT_EQ(test, rule_count(on), OMASEC_RULES_MAX - 1U);
}

static struct kunit_case policy_cases[] = {
	KUNIT_CASE_PARAM(selector_selects, match_gen_params),
	KUNIT_CASE(first_rule_wins_and_ports_follow),
	KUNIT_CASE(guard_comes_and_goes_with_rules),
	KUNIT_CASE(transaction_shows_nothing_before_commit),
	KUNIT_CASE(transaction_ends_with_its_socket),
	KUNIT_CASE(loading_the_same_again_disturbs_nobody),
	KUNIT_CASE(replaced_account_takes_its_rule_along),
	KUNIT_CASE(failed_commit_changes_nothing),
	KUNIT_CASE(rules_have_a_cap_and_names_of_their_own),
	{}
};

static struct kunit_suite policy_suite = {
	.name = "omasec_policy",
	.init = control_kunit_init,
	.exit = control_kunit_exit,
	.test_cases = policy_cases,
};

kunit_test_suites(&policy_suite);

MODULE_LICENSE("GPL");
