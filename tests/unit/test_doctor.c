// SPDX-License-Identifier: GPL-2.0
/*
 * omasec doctor: what is found for what was seen, with the next step, and the lines
 * that it reads.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmocka_table.h"

#include <daemon/store.h>
#include <tool/doctor.h>

static struct doctor_facts f;
static struct doctor_findings found;
static struct omasec_account account;
static struct omasec_rule rule;
static struct doctor_pkeys pkeys;
static struct account_conf account_conf;
static struct rule_conf rule_conf;
static struct doctor_secret secret;
static char *listeners[DOCTOR_KIND_MAX + 5];

/* A machine on which all is well. */
static void well(void)
{
	static char listener[64];
	unsigned int i;

	strcpy(listener, "process 7 (x) listens on [::]:80, which rule r selects");
	memset(&f, 0, sizeof(f));
	strcpy(f.kernel.release, "6.1.0");
	strcpy(f.kernel.config, "/boot/config-6.1.0");
	f.kernel.module_file = f.kernel.loaded = SEEN_YES;
	f.kernel.unsynchronised = SEEN_NO;
	memset(f.kernel.option, 'y', sizeof(f.kernel.option));
	f.kernel.clock = 1800000000;
	strcpy(f.module.status.version, "0.1.0");
	strcpy(f.module.status.helper_version, "0.1.0");
	strcpy(f.module.status.md5_driver, "md5-generic");
	f.module.status.abi = OMASEC_ABI;
	f.module.status.helper = 7;
	f.module.status.needs_helper = true;
	account = (struct omasec_account){ .name = "a", .client = { .key = 1 }, .server = { .key = 2 } };
	f.module.account = &account;
	f.module.accounts = 1;
	pkeys = (struct doctor_pkeys){ .error = { -ENOENT, -ENOENT, -ENOENT, -ENOENT, -ENOENT, -ENOENT } };
	f.pkeys = &pkeys;
	omasec_rule_init(&rule);
	strcpy(rule.name, "r");
	rule.role = rule.direction == OMASEC_DIRECTION_OUT ? OMASEC_ROLE_CLIENT : OMASEC_ROLE_SERVER;
	f.module.rule = &rule;
	f.module.rules = 1;
	for (i = 0; i < sizeof(listeners) / sizeof(listeners[0]); i++)
		listeners[i] = listener;
	f.module.listener = listeners;
	f.helper = (struct doctor_service){ SEEN_YES, SEEN_YES, SEEN_YES, SEEN_YES };
	f.rules = f.helper;
	strcpy(f.store.dir, "/var/lib/omasec");
	f.store.directory = true;
	f.store.mode = S_IFDIR | 0700;
	f.store.uid = f.store.file_uid = 99;
	f.store.file = SEEN_YES;
	f.store.schema = STORE_SCHEMA;
	f.store.free = (uint64_t)1 << 30;
	strcpy(f.worker_path, "/usr/libexec/omasecd-worker");
	f.worker = SEEN_YES;
	strcpy(f.conf.path, "/etc/omasec/omasec.conf");
	f.conf.parsed = true;
	account_conf = (struct account_conf){ .a = account };
	rule_conf = (struct rule_conf){ .r = rule };
	rule_conf.r.role = OMASEC_ROLE_AUTO;
	f.conf.config.account = &account_conf;
	f.conf.config.rule = &rule_conf;
	f.conf.config.account_count = f.conf.config.rule_count = 1;
	secret = (struct doctor_secret){ .path = "/etc/omasec/s", .line = 3, .regular = true,
					 .mode = S_IFREG | 0600 };
	f.conf.secret = &secret;
	f.conf.secrets = 1;
}

static void judge(void)
{
	doctor_findings_free(&found);
	doctor_judge(&f, &found);
	assert_false(found.memory);
}

static void all_is_well(void **state)
{
	size_t i;

	(void)state;
	well();
	judge();
	for (i = 0; i < found.count; i++)
		if (found.finding[i].state != DOCTOR_OK || found.finding[i].advice[0])
			fail_msg("%s: %s", found.finding[i].check, found.finding[i].text);
	assert_true(found.count >= 13);
	assert_int_equal(found.states[DOCTOR_OK], found.count);
}

/* The one finding that is not ok, and that it says what and what next. */
static void only(const char *what, enum doctor_state state, const char *check, const char *text,
		 const char *advice)
{
	const struct doctor_finding *one = NULL;
	size_t i;

	judge();
	for (i = 0; i < found.count; i++) {
		if (found.finding[i].state == DOCTOR_OK)
			continue;
		if (one)
			fail_msg("%s: also %s: %s", what, found.finding[i].check, found.finding[i].text);
		one = &found.finding[i];
	}
	if (!one)
		fail_msg("%s: nothing is found", what);
	if (one->state != state || strcmp(one->check, check) || !strstr(one->text, text) ||
	    (*advice ? !strstr(one->advice, advice) : one->advice[0]))
		fail_msg("%s: %s %s: %s -> %s", what, doctor_state_name(one->state), one->check, one->text,
			 one->advice);
	assert_int_equal(found.states[state], 1);
}

/* One fault of an otherwise healthy machine, one finding. */
#define FAULT(change, ...) do { well(); change; only(#change, __VA_ARGS__); } while (0)

static void kernel_is_judged(void **state)
{
	(void)state;
	FAULT(f.kernel.module_file = SEEN_NO, DOCTOR_WARNING, "kernel", "no omasec.ko", "depmod -a");
	FAULT(f.kernel.module_file = SEEN_NOT, DOCTOR_UNSEEN, "kernel", "cannot be read", "depmod");
	FAULT(f.kernel.config[0] = 0, DOCTOR_UNSEEN, "options", "/proc/config.gz", "");
	FAULT(f.kernel.option[0] = 0, DOCTOR_PROBLEM, "options", "CONFIG_NETFILTER", "CONFIG_NETFILTER");
	FAULT(f.kernel.option[1] = 0, DOCTOR_PROBLEM, "options", "CONFIG_TRACEPOINTS", "CONFIG_TRACEPOINTS");
	FAULT(f.kernel.option[2] = 0, DOCTOR_PROBLEM, "options", "CONFIG_CRYPTO_MD5", "CONFIG_CRYPTO_MD5");
	FAULT(f.kernel.option[3] = 0, DOCTOR_PROBLEM, "options", "CONFIG_KEYS", "CONFIG_KEYS");
	well();
	f.kernel.option[2] = 'm';
	judge();
	assert_int_equal(found.states[DOCTOR_OK], found.count);
	FAULT(f.kernel.clock = 86400, DOCTOR_PROBLEM, "clock", "before 2020", "date -s");
	FAULT(f.kernel.unsynchronised = SEEN_YES, DOCTOR_WARNING, "clock", "nothing keeps", "timedatectl");
	FAULT(f.kernel.unsynchronised = SEEN_NOT, DOCTOR_UNSEEN, "clock", "does not say", "");
}

static void module_is_judged(void **state)
{
	(void)state;
	FAULT(f.kernel.loaded = SEEN_NO, DOCTOR_PROBLEM, "module", "not loaded", "modprobe omasec");
	FAULT(f.module.error = EPERM, DOCTOR_UNSEEN, "module", "this user", "as root");
	FAULT(f.module.error = EACCES, DOCTOR_UNSEEN, "module", "this user", "as root");
	FAULT(f.module.error = EPROTONOSUPPORT, DOCTOR_PROBLEM, "module", "does not answer", "modprobe omasec");
	FAULT(f.module.error = ETIMEDOUT; strcpy(f.module.error_text, "late"), DOCTOR_PROBLEM, "module", "late", "dmesg");
	FAULT(f.module.status.abi++, DOCTOR_PROBLEM, "module", "speaks version", "same version");
	FAULT(f.module.status.md5_driver[0] = 0, DOCTOR_PROBLEM, "md5", "no MD5", "modprobe md5");
	/* Not even loadable: two problems. */
	well();
	f.kernel.loaded = f.kernel.module_file = SEEN_NO;
	judge();
	assert_int_equal(found.states[DOCTOR_PROBLEM], 2);
}

static void helper_is_judged(void **state)
{
	(void)state;
	FAULT(f.module.status.helper = 0, DOCTOR_PROBLEM, "helper", "some rule cannot work", "systemctl start omasecd");
	FAULT(f.module.status.helper = 0; f.module.status.needs_helper = false, DOCTOR_WARNING, "helper",
	      "no rule that is loaded needs", "systemctl start omasecd");
	FAULT(strcpy(f.module.status.helper_version, "0.0.9"), DOCTOR_WARNING, "helper", "0.0.9", "restart omasecd");
	FAULT(f.helper.systemd = SEEN_NO, DOCTOR_UNSEEN, "service", "omasecd", "");
	FAULT(f.helper.installed = SEEN_NOT, DOCTOR_UNSEEN, "service", "does not answer", "");
	FAULT(f.helper.installed = SEEN_NO, DOCTOR_WARNING, "service", "not installed", "make install");
	FAULT(f.helper.enabled = SEEN_NO, DOCTOR_WARNING, "service", "no helper", "enable --now omasecd");
	FAULT(f.helper.active = SEEN_NO, DOCTOR_WARNING, "service", "does not run", "enable --now omasecd");
	FAULT(f.rules.enabled = SEEN_NO, DOCTOR_WARNING, "service", "no rules", "enable --now omasec");
	FAULT(f.worker = SEEN_NO, DOCTOR_PROBLEM, "worker", "omasecd-worker", "make install");
	FAULT(f.worker = SEEN_NOT, DOCTOR_UNSEEN, "worker", "omasecd-worker", "as root");
}

/* The rule is of this account, in the file and loaded. */
static void with_account(const char *name)
{
	strcpy(rule.account, name);
	strcpy(rule_conf.r.account, name);
}

static void keys_are_judged(void **state)
{
	(void)state;
	FAULT(account.client.key = 0, DOCTOR_PROBLEM, "key", "client is missing", "omasec key add a client");
	FAULT(account.client.key_state = EKEYREVOKED, DOCTOR_PROBLEM, "key", "client is revoked", "omasec key add a client");
	FAULT(account.server.key_state = EKEYEXPIRED, DOCTOR_PROBLEM, "key", "server is expired", "omasec key add a server");
	FAULT(account.server.key_state = ENOKEY, DOCTOR_PROBLEM, "key", "server is missing", "omasec key add a server");
	FAULT(account.server.key_state = EIO, DOCTOR_PROBLEM, "key", strerror(EIO), "omasec key add a server");
	FAULT(account.netw.key = 3; account.netw.key_state = EKEYREVOKED, DOCTOR_PROBLEM, "key",
	      "netw is revoked", "omasec key add a netw");
	FAULT(account.pin.key = 3; account.pin.key_state = EKEYEXPIRED, DOCTOR_PROBLEM, "key",
	      "pin is expired", "omasec key add a pin");
	FAULT(account.sign.key = 3; account.sign.key_state = EKEYREVOKED, DOCTOR_PROBLEM, "key",
	      "sign is revoked", "omasec key add a sign");
	FAULT(pkeys.error[0] = 0, DOCTOR_PROBLEM, "key", "the public key is missing",
	      "omasec key add a public --file FILE");
	FAULT(pkeys.error[1] = 0, DOCTOR_PROBLEM, "key", "the private key is missing",
	      "omasec key add a private --secret-file FILE");
	FAULT(pkeys.error[0] = 0; pkeys.error[1] = -EINVAL, DOCTOR_PROBLEM, "key",
	      "the public key cannot be used", "omasec key add a public");
	FAULT(pkeys.error[2] = 0, DOCTOR_PROBLEM, "key", "the encrypt key is missing, and it has the other one; its encrypted",
	      "omasec key add a encrypt --file FILE");
	FAULT(pkeys.error[2] = -EINVAL; pkeys.error[3] = 0, DOCTOR_PROBLEM, "key", "the decrypt key cannot be used",
	      "omasec key add a decrypt --secret-file FILE");
	FAULT(pkeys.error[4] = 0, DOCTOR_PROBLEM, "key", "the legacy-encrypt key is missing",
	      "omasec key add a legacy-encrypt --file FILE");
	FAULT(account.encryption_profile = OMASEC_ENCRYPTION_PROFILE_LEGACY; account_conf.a.encryption_profile = OMASEC_ENCRYPTION_PROFILE_LEGACY,
	      DOCTOR_WARNING, "encryption-profile", "account a: encryption-profile legacy", "AES-GCM and RSA-OAEP");
	FAULT(account.decryption_blocked = 60, DOCTOR_PROBLEM, "decryption", "none is for 60 seconds", "ends by itself");
	FAULT(pkeys.kept[0] = true; f.kernel.takes_pkeys = true, DOCTOR_WARNING, "private-key",
	      "1 RSA private key is in files of omasecd", "omasec apply FILE");
	FAULT(pkeys.kept[0] = pkeys.kept[2] = true, DOCTOR_WARNING, "private-key",
	      "2 RSA private keys are in files of omasecd", "modprobe pkcs8_key_parser");
	/* Who has none needs none, until a rule asks for it. */
	FAULT(with_account("a"); rule.integrity = rule_conf.r.integrity = OMASEC_INTEGRITY_BOTH,
	      DOCTOR_PROBLEM, "key", "sign is missing", "omasec key add a sign");
	FAULT(with_account("a"); rule.integrity = rule_conf.r.integrity = OMASEC_INTEGRITY_SIGNATURE,
	      DOCTOR_PROBLEM, "key", "sign is missing", "omasec key add a sign");
	FAULT(with_account("a"); rule.confidentiality = rule_conf.r.confidentiality = OMASEC_CONFIDENTIALITY_MESSAGE,
	      DOCTOR_PROBLEM, "key", "wrap is missing", "omasec key add a wrap");
	FAULT(with_account("a"); rule.confidentiality = rule_conf.r.confidentiality = OMASEC_CONFIDENTIALITY_OBJECTS,
	      DOCTOR_PROBLEM, "key", "wrap is missing", "omasec key add a wrap");
	FAULT(with_account("a"); rule.confidentiality = rule_conf.r.confidentiality = OMASEC_CONFIDENTIALITY_MESSAGE;
	      rule.content_cipher = rule_conf.r.content_cipher = OMASEC_CONTENT_CIPHER_AES_128_CBC,
	      DOCTOR_PROBLEM, "key", "legacy-wrap is missing", "omasec key add a legacy-wrap");
	FAULT(with_account("a"); rule.object_signature = rule_conf.r.object_signature = OMASEC_OBJECT_SIGNATURE_ACCEPT,
	      DOCTOR_PROBLEM, "key", "sign is missing", "omasec key add a sign");
	/* With these two, no sign key. */
	well();
	with_account("a");
	rule.integrity = rule_conf.r.integrity = OMASEC_INTEGRITY_BOTH;
	pkeys = (struct doctor_pkeys){ .error = { 0, 0, -ENOENT, -ENOENT, -ENOENT, -ENOENT } };
	judge();
	assert_int_equal(found.states[DOCTOR_OK], found.count);
	well();
	with_account("other");
	rule.integrity = rule_conf.r.integrity = OMASEC_INTEGRITY_BOTH;
	judge();
	assert_int_equal(found.states[DOCTOR_OK], found.count);
}

static void rules_are_judged(void **state)
{
	(void)state;
	FAULT(f.module.rules = f.conf.config.rule_count = 0, DOCTOR_WARNING, "rule", "nothing is protected", "omasec apply");
	FAULT(f.module.accounts = f.conf.config.account_count = 0, DOCTOR_WARNING, "key", "no account", "omasec apply");
	FAULT(rule.integrity = rule_conf.r.integrity = OMASEC_INTEGRITY_NONE, DOCTOR_WARNING, "rule",
	      "rule r: nothing protects", "integrity = hmac");
	FAULT(f.module.listeners = 1, DOCTOR_PROBLEM, "listener", "process 7", "omasec flow attach");
	FAULT(f.module.status.memory_max = 100; f.module.status.memory = 95, DOCTOR_WARNING, "memory", "95 of 100",
	      "omasec flow list");
	/* Many are counted. */
	well();
	f.module.listeners = DOCTOR_KIND_MAX + 5;
	judge();
	assert_int_equal(found.states[DOCTOR_PROBLEM], DOCTOR_KIND_MAX + 1);
}

static void store_is_judged(void **state)
{
	(void)state;
	FAULT(f.store.error = ENOENT, DOCTOR_WARNING, "store", "not there", "systemctl start omasecd");
	FAULT(f.store.error = EACCES, DOCTOR_UNSEEN, "store", "/var/lib/omasec", "as root");
	FAULT(f.store.directory = false, DOCTOR_PROBLEM, "store", "not a directory", "restart omasecd");
	FAULT(f.store.read_only = true, DOCTOR_PROBLEM, "store", "read only", "remount,rw");
	FAULT(f.store.mode |= 020, DOCTOR_PROBLEM, "store", "mode 0720", "chmod 700 /var/lib/omasec");
	FAULT(f.store.free = 1 << 20, DOCTOR_WARNING, "store", "1024 KiB", "df -h");
	FAULT(f.store.free = 0, DOCTOR_PROBLEM, "store", "0 KiB", "df -h");
	FAULT(f.store.damaged = true, DOCTOR_PROBLEM, "store", "no database", "mv /var/lib/omasec/omasec.db");
	FAULT(f.store.schema = STORE_SCHEMA + 1, DOCTOR_PROBLEM, "store", "schema 4", "newer omasecd");
	FAULT(f.store.file_uid = 0, DOCTOR_PROBLEM, "store", "belongs to user 0", "chown --reference");
	FAULT(f.store.file = SEEN_NOT, DOCTOR_UNSEEN, "store", "not for this user", "as root");
	well();
	f.store.file = SEEN_NO;
	judge();
	assert_int_equal(found.states[DOCTOR_OK], found.count);
}

static void configuration_is_judged(void **state)
{
	static char fault[64];

	(void)state;
	strcpy(fault, "[rule x] port: expected");
	FAULT(f.conf.error = ENOENT; f.conf.parsed = false; f.conf.secrets = 0, DOCTOR_WARNING, "configuration",
	      "omasec.conf", "omasec doctor FILE");
	FAULT(f.conf.error = ENOENT; f.conf.asked = true; f.conf.secrets = 0, DOCTOR_PROBLEM, "configuration",
	      "omasec.conf", "omasec.conf(5)");
	FAULT(f.conf.error = EACCES; f.conf.secrets = 0, DOCTOR_UNSEEN, "configuration", "not for this user", "as root");
	FAULT(f.conf.config.error_count = 1; f.conf.config.error[0].line = 9; f.conf.config.error[0].text = fault,
	      DOCTOR_PROBLEM, "configuration", "omasec.conf:9: [rule x]", "omasec check /etc/omasec/omasec.conf");
	FAULT(f.conf.parsed = false, DOCTOR_PROBLEM, "configuration", "cannot be read", "omasec check");
	FAULT(rule_conf.r.port_max = 9, DOCTOR_WARNING, "configuration", "rule r is loaded otherwise",
	      "omasec apply --replace /etc/omasec/omasec.conf");
	FAULT(rule_conf.r.port_max = 9; strcpy(account.server_id, "x"), DOCTOR_WARNING, "configuration",
	      "account a is loaded otherwise, and 1 more", "omasec apply --replace");
	FAULT(secret.mode |= 04, DOCTOR_PROBLEM, "secret", "/etc/omasec/s, mode 0604", "chmod 600 /etc/omasec/s");
	FAULT(secret.error = ENOENT, DOCTOR_PROBLEM, "secret", "line 3", "umask 077");
	FAULT(secret.regular = false, DOCTOR_PROBLEM, "secret", "not a regular file", "umask 077");
	FAULT(secret.error = EACCES, DOCTOR_UNSEEN, "secret", "not for this user", "as root");
	FAULT(secret.uid = 12, DOCTOR_PROBLEM, "secret", "user 12", "chown root /etc/omasec/s");
	well();
	secret.uid = f.user = 12;
	judge();
	assert_int_equal(found.states[DOCTOR_OK], found.count);
}

/* Each key of a rule and an account that can differ. */
static void differences_are_seen(void **state)
{
	static struct omasec_rule two[2];
	static struct rule_conf conf[2];
	char text[DOCTOR_TEXT_MAX];

	(void)state;
#define DIFFERS(change, says) do { \
		well(); \
		change; \
		if (doctor_differs(&f.conf.config, &f.module, text) != 1 || !strstr(text, says)) \
			fail_msg("%s: %s", #change, text); \
	} while (0)
	well();
	assert_int_equal(doctor_differs(&f.conf.config, &f.module, text), 0);
	DIFFERS(rule.direction ^= 1, "rule r");
	DIFFERS(rule.address[15] = 1, "rule r");
	DIFFERS(rule.has_uid = true, "rule r");
	DIFFERS(rule.uid = 5; rule.has_uid = rule_conf.r.has_uid = true, "rule r");
	DIFFERS(strcpy(rule.account, "b"), "rule r");
	DIFFERS(rule.integrity ^= 1, "rule r");
	DIFFERS(rule.confidentiality ^= 1, "rule r");
	DIFFERS(rule.content_cipher ^= 1, "rule r");
	DIFFERS(rule.object_signature ^= 1, "rule r");
	DIFFERS(rule.encoding ^= 1, "rule r");
	DIFFERS(rule.role ^= OMASEC_ROLE_CLIENT ^ OMASEC_ROLE_SERVER, "rule r");
	DIFFERS(rule.other ^= 1, "rule r");
	DIFFERS(rule.tls ^= 1, "rule r");
	DIFFERS(rule.unprotected = true, "rule r");
	DIFFERS(rule_conf.r.max_message = 4096, "rule r");
	DIFFERS(strcpy(account.client.user, "u"), "account a");
	DIFFERS(account.mac_form ^= 1, "account a");
	DIFFERS(account.encryption_profile ^= 1, "account a");
	DIFFERS(f.conf.config.rule_count = 0, "1 loaded account or rule is not in the file");
	DIFFERS(f.module.rules = 0, "rule r is not loaded");
	DIFFERS(f.module.accounts = 0, "account a is not loaded");
	/* 0 is the module's default. */
	well();
	rule_conf.r.max_message = rule_conf.r.deadline_ms = 0;
	rule.max_message = 65536;
	rule.deadline_ms = 30000;
	assert_int_equal(doctor_differs(&f.conf.config, &f.module, text), 0);
	/* What belongs to the other protocol is not told by the module. */
	well();
	rule.notification_13 ^= 1;
	rule.nonce_resync ^= 1;
	assert_int_equal(doctor_differs(&f.conf.config, &f.module, text), 0);
	DIFFERS(rule.bootstrap ^= 1, "rule r");
	DIFFERS(rule.protocol = rule_conf.r.protocol = OMASEC_PROTOCOL_UDP; rule.role = OMASEC_ROLE_CLIENT; rule.nonce_resync ^= 1, "rule r");
	/* The first that matches decides: order counts. */
	well();
	two[0] = two[1] = rule;
	strcpy(two[1].name, "s");
	conf[0].r = two[1];
	conf[1].r = two[0];
	f.module.rule = two;
	f.conf.config.rule = conf;
	f.module.rules = f.conf.config.rule_count = 2;
	assert_int_equal(doctor_differs(&f.conf.config, &f.module, text), 1);
	assert_non_null(strstr(text, "another order"));
}

static void lines_are_read(void **state)
{
	char option[DOCTOR_OPTIONS] = { 0 };
	struct doctor_service s = { 0 };
	uint8_t head[DOCTOR_HEAD] = "SQLite format 3";

	(void)state;
	assert_true(doctor_dep_line("updates/dkms/omasec.ko: kernel/x.ko\n"));
	assert_true(doctor_dep_line("extra/omasec.ko.xz:\n"));
	assert_true(doctor_dep_line("omasec.ko:\n"));
	assert_false(doctor_dep_line("kernel/x.ko: updates/omasec.ko\n"));
	assert_false(doctor_dep_line("extra/omasec.kopie: x\n"));
	assert_false(doctor_dep_line("extra/xomasec.ko: x\n"));
	assert_false(doctor_dep_line("extra/omasec.ko"));
	assert_false(doctor_dep_line("extra/omasec.ko.xz"));
	assert_false(doctor_dep_line(""));
	doctor_option_line("CONFIG_KEYS=y\n", option);
	doctor_option_line("# CONFIG_NETFILTER is not set\n", option);
	doctor_option_line("CONFIG_CRYPTO_MD5=m\n", option);
	doctor_option_line("CONFIG_TRACEPOINTS_X=y\n", option);
	assert_memory_equal(option, "\0\0my", 4);
	doctor_unit_line("LoadState=loaded\n", &s);
	doctor_unit_line("ActiveState=active\n", &s);
	doctor_unit_line("UnitFileState=enabled\n", &s);
	assert_true(s.installed == SEEN_YES && s.active == SEEN_YES && s.enabled == SEEN_YES);
	doctor_unit_line("LoadState=not-found\n", &s);
	doctor_unit_line("ActiveState=inactive\n", &s);
	doctor_unit_line("UnitFileState=disabled\n", &s);
	assert_true(s.installed == SEEN_NO && s.active == SEEN_NO && s.enabled == SEEN_NO);
	head[63] = 2;
	assert_int_equal(doctor_schema(head), 2);
	head[60] = 0xff;
	assert_int_equal(doctor_schema(head), 0xff000002);
	head[0] = 's';
	assert_int_equal(doctor_schema(head), -1);
}

static int tidy(void **state)
{
	(void)state;
	doctor_findings_free(&found);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_well), cmocka_unit_test(kernel_is_judged),
		cmocka_unit_test(module_is_judged), cmocka_unit_test(helper_is_judged),
		cmocka_unit_test(keys_are_judged), cmocka_unit_test(rules_are_judged),
		cmocka_unit_test(store_is_judged), cmocka_unit_test(configuration_is_judged),
		cmocka_unit_test(differences_are_seen), cmocka_unit_test(lines_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, tidy);
}
