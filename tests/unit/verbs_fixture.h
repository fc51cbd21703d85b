/* SPDX-License-Identifier: BSD-3-Clause */
/* Each verb on stores that have one of everything, while calls fail one after the other. */
#ifndef SMSOTP_TEST_VERBS_FIXTURE_H
#define SMSOTP_TEST_VERBS_FIXTURE_H

#include "import_fixture.h"
#include "smsotpd/seen.h"

#define TRAITS                                                                                     \
	"[{\"name\":\"phone\",\"type\":\"phone\",\"identifier\":true},"                            \
	"{\"name\":\"mail\",\"type\":\"email\"}]"
#define MANY_STRIKES 5000

struct verb_case {
	const char *request;
	const char *text; /* what it brings; "" for a file to write to, NULL for none */
	bool reads;       /* no more */
};

/* clang-format off */
static const struct verb_case verb_cases[] = {
	{"{\"verb\":\"identity.set\",\"name\":\"dora\",\"set\":{\"uid\":\"4\","
	 "\"phone\":\"+91 99999 00004\"}}", NULL, false},
	{"{\"verb\":\"identity.set\",\"name\":\"alice\",\"set\":{\"uid\":\"9\","
	 "\"phone\":\"+91 99999 00009\"}}", NULL, false},
	{"{\"verb\":\"identity.remove\",\"name\":\"alice\"}", NULL, false},
	{"{\"verb\":\"identity.release\",\"name\":\"bob\"}", NULL, false},
	{"{\"verb\":\"identity.suspend\",\"name\":\"alice\"}", NULL, false},
	{"{\"verb\":\"identity.resume\",\"name\":\"carol\"}", NULL, false},
	{"{\"verb\":\"recovery.issue\",\"name\":\"bob\"}", NULL, false},
	{"{\"verb\":\"recovery.revoke\",\"name\":\"alice\"}", NULL, false},
	{"{\"verb\":\"schema.set\",\"force\":true,\"traits\":[{\"name\":\"mail\",\"type\":\"email\"},"
	 "{\"name\":\"mobile\",\"type\":\"phone\"}]}", NULL, false},
	{"{\"verb\":\"schema.set\",\"traits\":[{\"name\":\"phone\",\"type\":\"phone\"},"
	 "{\"name\":\"desk\",\"type\":\"string\"}]}", NULL, false},
	{"{\"verb\":\"import\",\"max_change\":100,\"format\":\"csv\"}",
	 "name,uid,phone\nalice,1,+91 99999 00011\nerin,5,+91 99999 00005\n", false},
	{"{\"verb\":\"import\",\"max_change\":100,\"format\":\"csv\",\"replace\":true}",
	 "name,uid,phone\nbob,22,+91 99999 00002\ncarol,3,+91 99999 00033\n", false},
	{"{\"verb\":\"import\",\"max_change\":100,\"format\":\"jsonl\"}",
	 "{\"name\":\"alice\",\"traits\":{\"mail\":\"a@x.org\"}}\n"
	 "{\"name\":\"fay\",\"traits\":{\"phone\":\"+91 99999 00006\"}}\n", false},
	{"{\"verb\":\"import\",\"dry_run\":true,\"format\":\"csv\"}",
	 "name,uid,phone\ndora,4,+91 99999 00004\n", true},
	{"{\"verb\":\"mode.set\",\"service\":\"sshd\",\"mode\":\"warn\",\"confirm\":60}", NULL, false},
	{"{\"verb\":\"mode.set\",\"service\":\"sudo\",\"mode\":\"observe\"}", NULL, false},
	{"{\"verb\":\"mode.confirm\",\"service\":\"sudo\",\"proven\":true}", NULL, false},
	{"{\"verb\":\"mode.fall\",\"service\":\"su\"}", NULL, false},
	{"{\"verb\":\"mode\"}", NULL, true},
	{"{\"verb\":\"lock.clear\",\"name\":\"alice\"}", NULL, false},
	{"{\"verb\":\"lock.clear\",\"all\":true}", NULL, false},
	{"{\"verb\":\"lock.list\"}", NULL, true},
	{"{\"verb\":\"identity.show\",\"name\":\"bob\"}", NULL, true},
	{"{\"verb\":\"identity.list\"}", NULL, true},
	{"{\"verb\":\"recovery.list\",\"name\":\"alice\"}", NULL, true},
	{"{\"verb\":\"schema.show\"}", NULL, true},
	{"{\"verb\":\"user.status\",\"name\":\"alice\"}", NULL, true},
	{"{\"verb\":\"send-test\",\"name\":\"alice\"}", NULL, true},
	{"{\"verb\":\"status\"}", NULL, true},
	{"{\"verb\":\"report\",\"service\":\"sshd\"}", NULL, true},
	{"{\"verb\":\"report\",\"service\":\"su\"}", NULL, true},
	{"{\"verb\":\"export\",\"format\":\"jsonl\"}", "", true},
	{"{\"verb\":\"export\",\"format\":\"csv\"}", "", true},
};
/* clang-format on */
#define VERB_CASES (sizeof(verb_cases) / sizeof(verb_cases[0]))

/* Libraries find it before their own. */
#define EXPORTED __attribute__((visibility("default")))

/* No power is lost here, and many stores are made. */
EXPORTED int fsync(int file)
{
	return file < 0 ? -1 : 0;
}

EXPORTED int fdatasync(int file)
{
	return file < 0 ? -1 : 0;
}

EXPORTED int msync(void *address, size_t size, int flags)
{
	(void)size;
	(void)flags;
	return address == NULL ? -1 : 0;
}

static void verbs_now(const struct clock *clock, struct moment *ret_now)
{
	(void)clock;
	*ret_now = (struct moment){1000000, INT64_C(1800000000000)};
}

static void verbs_minute_ago(const struct clock *clock, struct moment *ret_now)
{
	verbs_now(clock, ret_now);
	ret_now->boottime -= 60000;
	ret_now->realtime -= 60000;
}

/* login observes, sudo waits to be confirmed, and su's time to confirm in is over. */
static void verbs_choose(struct fixture *fixture)
{
	expect_ok(run(
		fixture, "{\"verb\":\"mode.set\",\"service\":\"login\",\"mode\":\"observe\"}", -1));
	fixture->clock.now = verbs_minute_ago;
	expect_ok(run(fixture,
		"{\"verb\":\"mode.set\",\"service\":\"sudo\",\"mode\":\"warn\",\"confirm\":3600}",
		-1));
	expect_ok(run(fixture,
		"{\"verb\":\"mode.set\",\"service\":\"su\",\"mode\":\"warn\",\"confirm\":60}", -1));
	fixture->clock.now = verbs_now;
}

/* alice has codes and a lock; who has the uid 1 was seen at su; bob's phone is a changed one; carol
 * is suspended. */
static void verbs_fill(struct fixture *fixture)
{
	struct state *state = fixture->context.state;
	const struct seen seen = {.service = "su", .name = "uid 1"};
	struct record record = {0};
	uint8_t id[HASH_SIZE];
	MDB_txn *txn = NULL;

	fixture->clock.now = verbs_now;
	expect_ok(run(fixture, "{\"verb\":\"schema.set\",\"traits\":" TRAITS "}", -1));
	begin(fixture);
	expect_ok(run(fixture,
		"{\"verb\":\"identity.set\",\"name\":\"bob\",\"set\":{\"phone\":\"+91 99999 "
		"00022\"}}",
		-1));
	expect_ok(run(fixture, "{\"verb\":\"identity.suspend\",\"name\":\"carol\"}", -1));
	expect_ok(run(fixture, "{\"verb\":\"recovery.issue\",\"name\":\"alice\"}", -1));
	verbs_choose(fixture);
	memcpy(record.boot, fixture->clock.boot, sizeof(record.boot));
	strcpy(record.source[2].label, "192.0.2.1");
	for (uint32_t i = 0; i < fixture->config->lockout.failures; i++)
		lockout_charge(&record.source[2].lockout, &fixture->config->lockout, 1000000);
	state_id(state, "alice", true, id);
	assert_int_equal(state_begin(state, true, &txn), RESULT_OK);
	assert_int_equal(state_save(state, txn, id, &record), RESULT_OK);
	assert_int_equal(seen_save(state, txn, &keys, &seen), RESULT_OK);
	assert_int_equal(store_commit(&txn), RESULT_OK);
}

/* All that the identity store says, and the modes; the caller's to free. */
static char *verbs_dump(struct fixture *fixture)
{
	static const char *const requests[] = {
		"{\"verb\":\"schema.show\"}",
		"{\"verb\":\"identity.list\",\"reveal\":true}",
		"{\"verb\":\"identity.show\",\"name\":\"alice\"}",
		"{\"verb\":\"identity.show\",\"name\":\"bob\"}",
		"{\"verb\":\"recovery.list\",\"name\":\"alice\"}",
		"{\"verb\":\"recovery.list\",\"name\":\"bob\"}",
		"{\"verb\":\"mode\"}",
	};
	json_t *all = json_array();

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		json_array_append_new(all, run(fixture, requests[i], -1));
	char *text = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(all);
	return text;
}

/* A call fails each time that its count reaches `verbs_strike`; 0 for none. What stands before
 * a library's own can only be file-scope. */
static unsigned int verbs_strike, verbs_count;

static inline bool verbs_struck(void)
{
	return verbs_strike != 0 && ++verbs_count == verbs_strike;
}

/* Runs the case while the call of that number fails; the reply is the caller's. */
static json_t *verbs_run(
	struct fixture *fixture, const struct verb_case *verb, unsigned int number, bool *ret_hit)
{
	json_t *request = json_loads(verb->request, 0, NULL);
	int bulk = verb->text == NULL ? -1 : memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (bulk >= 0)
		assert_int_equal(write(bulk, verb->text, strlen(verb->text)), strlen(verb->text));
	verbs_count = 0;
	verbs_strike = number;
	json_t *reply = ctl_run(&fixture->context, request, bulk);
	verbs_strike = 0;
	if (bulk >= 0)
		close(bulk);
	json_decref(request);
	*ret_hit = verbs_count >= number;
	return reply;
}

/* What the trail is to hear of a reply, or of a verb about modes all of it, which the main thread
 * goes by; the caller's to free. */
static char *verbs_told(const struct verb_case *verb, json_t *reply)
{
	bool all = strstr(verb->request, "\"verb\":\"mode") != NULL;
	json_t *told = all ? json_incref(reply)
			   : json_pack("{s:O?, s:O?}", "events", json_object_get(reply, "events"),
				     "news", json_object_get(reply, "news"));
	char *text = json_dumps(told, JSON_COMPACT | JSON_SORT_KEYS);

	json_decref(told);
	return text;
}

/* What there was before, and what a verb that is done makes of it. */
struct verbs_worth {
	char *before;
	char *changed;
	char *told;
};

/* What was refused has changed no identity, or says that it has; what is done has changed what it
 * was to change, and tells it. *ret_same: nothing was. Whether it was done. */
static bool verbs_judge(const struct verb_case *verb, unsigned int number, json_t *reply,
	const struct verbs_worth *worth, struct fixture *fixture, bool *ret_same)
{
	const char *sentence = json_string_value(json_object_get(reply, "error"));
	bool done = json_is_true(json_object_get(reply, "ok"));
	bool says = sentence != NULL && strstr(sentence, "identities were changed") != NULL;
	char *after = verbs_dump(fixture);

	bool changes = json_object_get(reply, "events") != NULL || done || says;
	char *told = verbs_told(verb, reply);
	if (strcmp(after, changes ? worth->changed : worth->before) != 0)
		fail_msg("call %u of %s: %s, %s", number, verb->request, done ? "done" : sentence,
			after);
	if (changes && strcmp(told, worth->told) != 0)
		fail_msg("call %u of %s: %s, and %s is told", number, verb->request,
			done ? "done" : sentence, told);
	*ret_same = !done && strcmp(after, worth->before) == 0;
	free(told);
	free(after);
	json_decref(reply);
	return done;
}

static struct fixture *verbs_anew(struct fixture *old)
{
	struct fixture *fixture = NULL;

	if (old != NULL)
		assert_int_equal(fixture_remove((void **)&old), 0);
	assert_int_equal(fixture_make((void **)&fixture), 0);
	verbs_fill(fixture);
	return fixture;
}

/* Every call of the case in turn, until there are no more: how many there are, and how many times
 * it was refused. */
struct verbs_tally {
	unsigned int calls;
	unsigned int refused;
};

static struct verbs_tally verbs_strike_all(const struct verb_case *verb)
{
	struct fixture *fixture = verbs_anew(NULL);
	struct verbs_worth worth = {.before = verbs_dump(fixture)};
	struct verbs_tally tally = {0};
	bool same = false;
	bool hit = true;

	json_t *reply = verbs_run(fixture, verb, MANY_STRIKES, &hit);
	worth.told = verbs_told(verb, reply);
	expect_ok(reply);
	assert_false(hit);
	worth.changed = verbs_dump(fixture);
	for (unsigned int number = 1; number == 1 || hit; number++) {
		if (!same && !verb->reads)
			fixture = verbs_anew(fixture);
		reply = verbs_run(fixture, verb, number, &hit);
		tally.refused += !verbs_judge(verb, number, reply, &worth, fixture, &same);
		tally.calls += hit;
	}
	free(worth.before);
	free(worth.changed);
	free(worth.told);
	assert_int_equal(fixture_remove((void **)&fixture), 0);
	return tally;
}

/* The same of an import that brings bob's recovery codes, which another store of that key wrote. */
static struct verbs_tally verbs_strike_codes(void)
{
	struct fixture *fixture = verbs_anew(NULL);

	expect_ok(run(fixture, "{\"verb\":\"recovery.issue\",\"name\":\"bob\"}", -1));
	char *whole = export_with(fixture, "jsonl");
	const struct verb_case verb = {"{\"verb\":\"import\",\"format\":\"jsonl\"}",
		strstr(whole, "{\"name\":\"bob\""), false};
	struct verbs_tally tally = verbs_strike_all(&verb);
	free(whole);
	assert_int_equal(fixture_remove((void **)&fixture), 0);
	return tally;
}

#endif
