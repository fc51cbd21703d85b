/* SPDX-License-Identifier: BSD-3-Clause */
#include "stores_fixture.h"

#include <dlfcn.h>
#include <errno.h>
#include <unistd.h>

#include "remove_tree.h"
#include "smsotpd/code.h"
#include "smsotpd/identity_quarantine.h"
#include "smsotpd/identity_recovery.h"
#include "smsotpd/pace.h"

#define STORE_SIZE ((size_t)16 << 20)

/* Of these only `nobody-here` is no identity's. */
#define ACCOUNTS                                                                                   \
	"root:x:0:0::/root:/bin/sh\ndemo:x:1000:1000::/:\nbare:x:1002:1002::/:\n"                  \
	"nobody-here:x:1010:1010::/:\ntoor:x:1011:1011::/:\n"

/* What stands between the stores and LMDB can only be file-scope: its calls bring no context. */
struct calls calls;
static MDB_txn *writer;
static int pending; /* saves of `writer` */

#define REAL(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

int mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned int flags, MDB_txn **ret_txn)
{
	if (++calls.begins == calls.bad_begin)
		return MDB_PANIC;
	int error = REAL(mdb_txn_begin)(env, parent, flags, ret_txn);

	if (error == 0 && (flags & MDB_RDONLY) == 0) {
		writer = *ret_txn;
		pending = 0;
	}
	return error;
}

int mdb_get(MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *ret_value)
{
	bool load = txn == writer;

	if (load ? ++calls.loads == calls.bad_load : ++calls.look_ups == calls.bad_look_up)
		return EIO;
	int error = REAL(mdb_get)(txn, table, key, ret_value);
	if (error == 0 && !load && calls.look_ups == calls.cut_look_up)
		ret_value->mv_size--;
	return error;
}

int mdb_put(MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *value, unsigned int flags)
{
	if (++calls.saves == calls.bad_save)
		return EIO;
	pending++;
	return REAL(mdb_put)(txn, table, key, value, flags);
}

int mdb_reader_check(MDB_env *env, int *ret_dead)
{
	calls.checks++;
	return REAL(mdb_reader_check)(env, ret_dead);
}

int stat(const char *path, struct stat *ret_status)
{
	calls.stats++;
	return REAL(stat)(path, ret_status);
}

int mdb_txn_commit(MDB_txn *txn)
{
	calls.commits++;
	bool fits = (calls.most == 0 || pending <= calls.most) && calls.commits != calls.nth;
	if (fits)
		return REAL(mdb_txn_commit)(txn);
	calls.failed++;
	mdb_txn_abort(txn);
	return MDB_MAP_FULL;
}

static void put(struct scene *scene, MDB_txn *txn, const char *name, uint32_t uid, bool suspended,
	const char *phone)
{
	struct identity identity = {.uid = uid, .suspended = suspended};
	struct error error = {""};

	strcpy(identity.name, name);
	strcpy(identity.value[0], phone);
	if (identities_put(scene->judge.identities, txn, &identity, "", &error) != RESULT_OK)
		fail_msg("%s", error.text);
}

static void people(struct scene *scene)
{
	MDB_txn *txn = NULL;
	char name[16], phone[16];

	assert_int_equal(identities_begin(scene->judge.identities, true, &txn), RESULT_OK);
	put(scene, txn, "demo", 1000, false, "+919999900001");
	put(scene, txn, "gone", 1001, true, "+919999900002");
	put(scene, txn, "bare", 1002, false, "");
	put(scene, txn, "root", 0, false, "+919999900003");
	put(scene, txn, "toor", UID_NONE, false, "+919999900004");
	for (uint32_t i = 0; i < 80; i++) {
		snprintf(name, sizeof(name), "user%u", i);
		snprintf(phone, sizeof(phone), "+9199999000%02u", 10 + i);
		put(scene, txn, name, 2000 + i, false, phone);
	}
	assert_int_equal(store_commit(&txn), RESULT_OK);
}

void scene_accounts(struct scene *scene, const char *lines)
{
	FILE *file = fopen(scene->accounts, "we");

	assert_non_null(file);
	assert_true(fputs(lines, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void clock_now(const struct clock *clock, struct moment *ret_now)
{
	const struct scene *scene = clock->context;

	*ret_now = scene->now;
}

static void open_stores(struct scene *scene)
{
	struct error error = {""};
	char path[64];

	snprintf(path, sizeof(path), "%s/identity", scene->directory);
	if (identities_open(path, IDENTITY_STORE_SIZE, true, scene->keys.identity,
		    &scene->judge.identities, &error) != RESULT_OK)
		fail_msg("%s", error.text);
	snprintf(path, sizeof(path), "%s/state", scene->directory);
	if (state_open(path, STORE_SIZE, &scene->keys, &scene->judge.state, &error) != RESULT_OK)
		fail_msg("%s", error.text);
}

int scene_setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	assert_non_null(scene);
	memset(&calls, 0, sizeof(calls));
	strcpy(scene->directory, "/tmp/smsotp-stores-XXXXXX");
	assert_non_null(mkdtemp(scene->directory));
	scene->config = defaults();
	scene->config->limits.texts_source = 1000; /* many names ask from one address here */
	keys_fill(&scene->keys, 1);
	scene->now = moment_after(0);
	scene->clock = (struct clock){.boot = {1}, .now = clock_now, .context = scene};
	scene->judge.keys = &scene->keys;
	scene->judge.clock = &scene->clock;
	snprintf(scene->accounts, sizeof(scene->accounts), "%s/passwd", scene->directory);
	scene_accounts(scene, ACCOUNTS);
	assert_int_equal(accounts_new(scene->accounts, &scene->judge.accounts), RESULT_OK);
	open_stores(scene);
	people(scene);
	memset(&calls, 0, sizeof(calls));
	*state = scene;
	return 0;
}

int scene_teardown(void **state)
{
	struct scene *scene = *state;

	identities_close(&scene->judge.identities);
	state_close(&scene->judge.state);
	accounts_free(&scene->judge.accounts);
	config_free(&scene->config);
	remove_tree(scene->directory);
	free(scene);
	return 0;
}

static void set_schema(struct scene *scene, const struct schema *schema)
{
	struct error error = {""};
	MDB_txn *txn = NULL;

	assert_int_equal(identities_begin(scene->judge.identities, true, &txn), RESULT_OK);
	enum result result =
		identities_set_schema(scene->judge.identities, txn, schema, "", true, &error);
	if (result != RESULT_OK)
		fail_msg("%s", error.text);
	assert_int_equal(store_commit(&txn), RESULT_OK);
	memset(&calls, 0, sizeof(calls));
}

static void get_schema(struct scene *scene, struct schema *ret_schema)
{
	MDB_txn *txn = NULL;

	assert_int_equal(identities_begin(scene->judge.identities, false, &txn), RESULT_OK);
	assert_int_equal(identities_schema(scene->judge.identities, txn, ret_schema), RESULT_OK);
	store_abort(&txn);
}

void scene_drop_phones(struct scene *scene)
{
	const struct schema schema = {.count = 1, .trait = {{.name = "note"}}};

	set_schema(scene, &schema);
}

void scene_phones_identify(struct scene *scene)
{
	struct schema schema;

	get_schema(scene, &schema);
	schema.trait[0].identifier = true;
	set_schema(scene, &schema);
}

void scene_find_by_phone(struct scene *scene)
{
	for (uint32_t i = 0; i < scene->config->services; i++)
		scene->config->service[i].identify = IDENTIFY_PHONE;
}

void scene_add_trait(struct scene *scene, const char *trait)
{
	struct schema schema;

	get_schema(scene, &schema);
	schema.trait[schema.count] = (struct trait){.type = TRAIT_STRING};
	strcpy(schema.trait[schema.count++].name, trait);
	set_schema(scene, &schema);
}

void scene_set(struct scene *scene, const char *name, const char *trait, const char *value)
{
	struct identities *identities = scene->judge.identities;
	struct identity identity;
	struct schema schema;
	struct error error = {""};
	MDB_txn *txn = NULL;

	get_schema(scene, &schema);
	assert_int_equal(identities_begin(identities, true, &txn), RESULT_OK);
	assert_int_equal(identities_find(identities, txn, name, &identity), RESULT_OK);
	strcpy(identity.value[schema_find(&schema, trait)], value);
	if (identities_put(identities, txn, &identity, "", &error) != RESULT_OK)
		fail_msg("%s", error.text);
	assert_int_equal(store_commit(&txn), RESULT_OK);
	memset(&calls, 0, sizeof(calls));
}

void scene_filter(struct scene *scene, const char *service, const char *const *users, size_t count,
	const char *trait)
{
	struct config *config = scene->config;
	uint32_t place = 0;

	while (place < config->services && strcmp(config->service[place].name, service) != 0)
		place++;
	assert_true(place < config->services);
	struct config_service *section = &config->service[place];
	memset(section->users, 0, sizeof(section->users));
	for (size_t i = 0; i < count && users[i] != NULL; i++)
		strcpy(section->users[i], users[i]);
	strcpy(section->trait, trait);
}

struct job *scene_job(
	struct scene *scene, enum job_kind kind, const char *service, const char *name)
{
	const struct ask ask = {.type = FRAME_BEGIN,
		.id = {1},
		.uid = strcmp(service, "sshd") == 0 ? 0 : 1000,
		.service = service,
		.user = name,
		.tty = "",
		.rhost = "",
		.ruser = "",
		.connection = "192.0.2.1 1 192.0.2.2 22",
		.auth_info = ""};
	struct job *job = NULL;

	assert_int_equal(job_new(kind, &job), RESULT_OK);
	job->config = scene->config;
	job->now = scene->now;
	job->arrived = pace_now() / 1000;
	job->begun = scene->now.boottime;
	assert_int_equal(login_read(scene->config, &scene->keys, &ask, &job->login), RESULT_OK);
	return job;
}

struct job *scene_guess(
	struct scene *scene, const char *service, const char *name, const struct code *code)
{
	struct job *job = scene_job(scene, JOB_VERIFY, service, name);

	job->code = *code;
	job->comparable = true;
	return job;
}

struct job *scene_type(
	struct scene *scene, const char *service, const char *name, const char *reply)
{
	struct job *job = scene_job(scene, JOB_VERIFY, service, name);
	struct reply typed = {.length = strlen(reply)};

	strcpy(typed.bytes, reply);
	enum result read = code_read(&typed, scene->config->code.digits, &job->code);
	job->comparable = read == RESULT_OK;
	job->junk = read == RESULT_REFUSED;
	job->long_reply = recovery_length(typed.length);
	job->recoverable = recovery_read(&typed, &job->recovery) == RESULT_OK;
	return job;
}

void scene_issue(struct scene *scene, const char *name,
	struct recovery_code ret_codes[static RECOVERY_CODES])
{
	MDB_txn *txn = NULL;

	assert_int_equal(identities_begin(scene->judge.identities, true, &txn), RESULT_OK);
	assert_int_equal(identities_recovery_issue(scene->judge.identities, txn, name,
				 scene->now.realtime, ret_codes),
		RESULT_OK);
	assert_int_equal(store_commit(&txn), RESULT_OK);
	memset(&calls, 0, sizeof(calls));
}

void scene_change_phone(struct scene *scene, const char *name)
{
	static const struct phone before = {"+919999900098"}, after = {"+919999900099"};
	int64_t left = 0;
	bool changed = false;
	MDB_txn *txn = NULL;

	assert_int_equal(identities_begin(scene->judge.identities, true, &txn), RESULT_OK);
	assert_int_equal(
		identities_quarantine_change(scene->judge.identities, txn, name, &before, &after,
			scene->config->identity.quarantine, &scene->clock, &left, &changed),
		RESULT_OK);
	assert_true(changed);
	assert_int_equal(store_commit(&txn), RESULT_OK);
	memset(&calls, 0, sizeof(calls));
}

void scene_run(struct scene *scene, struct job *job)
{
	MDB_txn *identity_txn = NULL, *state_txn = NULL;

	assert_int_equal(identities_begin(scene->judge.identities, job->long_reply, &identity_txn),
		RESULT_OK);
	assert_int_equal(state_begin(scene->judge.state, true, &state_txn), RESULT_OK);
	judge_run(&scene->judge, identity_txn, state_txn, job);
	if (job->long_reply)
		assert_int_equal(store_commit(&identity_txn), RESULT_OK);
	store_abort(&identity_txn);
	assert_int_equal(store_commit(&state_txn), RESULT_OK);
}

struct job *scene_note(struct scene *scene, struct job *job)
{
	job->findings = calloc(1, sizeof(*job->findings));
	assert_non_null(job->findings);
	scene_run(scene, job);
	assert_int_equal(job->result, RESULT_OK);
	return job;
}
