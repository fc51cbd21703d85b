/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whole logins against flow, ledger, judge and both stores: begins, answers and sessions of several
 * people from several places in any order, with time, restarts, reboots and spoilt rows between.
 *
 * - A login is granted only for a code that left for that user, service and source in this boot,
 * not too long ago and not used before, one of the two newest; or for a recovery code of that user,
 *   once. Never for a begin, and never to whom gets no text. (A code that an early answer takes
 *   back, and nobody has seen, stays where a crash loses that answer or a disk stands still.)
 * - Every ask is answered once, and with its own id; WAIVED only where no code is required,
 *   DISABLED only where the service is off.
 * - No event names a phone or a code.
 * - Rows that were spoilt change no more than that: what is granted is still a code that left.
 * - With the first bit of the input: the same dialogue of wrong codes, for a name that exists and
 *   for one that does not, has the same answers.
 */
#include <malloc.h>
#include <stdio.h>
#include <sys/mman.h>

#include "config_file.h"
#include "flow_play.h"
#include "smsotpd/code.h"

#define PAGE 4096

struct world *world;
struct play play;
static struct ledger *visible;

void committer_give(struct committer *committer, struct job *job)
{
	(void)committer;
	must(play.jobs < JOBS);
	play.job[play.jobs++] = job;
}

void committer_lay(struct committer *committer, struct job *job)
{
	committer_give(committer, job);
}

static int64_t hook_now(void)
{
	return world->now.boottime;
}

/* A job is judged and comes back: what it sends is written down first. */
static void finish_one(void)
{
	struct job *job = play.job[0];
	const struct login_slot *login = &play.login[job->login.visitor.id[0] % LOGINS];

	memmove(play.job, play.job + 1, --play.jobs * sizeof(play.job[0]));
	judge_run(&world->judge, play.identity_txn, play.state_txn, job);
	must(play.spoilt || job->result == RESULT_OK);
	if (job_sends(job))
		flow_check_text(login, job);
	if (job->kind == JOB_VERIFY && job->view.early)
		flow_check_withdrawn(login);
	play.asking = login;
	play.finishing = job;
	flow_finished(&play.flow, job);
	flow_tell(&play.flow);
	play.finishing = NULL;
}

static void finish_all(void)
{
	while (play.jobs > 0)
		finish_one();
}

/* Nobody else is called as the other twin. */
static size_t name_of(size_t name)
{
	if (play.twin && name == NOBODY)
		name = COUNT(names) - 1;
	return name == play.swap_from ? play.swap_to : name;
}

static void new_login(struct login_slot *login)
{
	uint8_t generation = (uint8_t)(login->id[1] + 1);
	size_t slot = (size_t)(login - play.login);
	size_t name = take_u8(&play.input) % COUNT(names);

	finish_all();
	*login = (struct login_slot){.name = name_of(name)};
	login->service = take_u8(&play.input) % COUNT(services);
	login->place = take_u8(&play.input) % COUNT(places);
	memset(login->id, generation, WIRE_ID_SIZE);
	login->id[0] = (uint8_t)slot;
}

static void type(struct reply *reply)
{
	uint8_t kind = take_u8(&play.input) % 8, which = take_u8(&play.input);
	const char *text = "";

	if (kind == 1 || kind == 6)
		text = play.texts == 0 || play.twin
			       ? "111111"
			       : play.text[play.texts - 1 - which % play.texts].code.digits;
	else if (kind == 2 && !play.twin)
		text = world->codes[which % RECOVERY_CODES].symbols;
	else if (kind == 3)
		text = "r";
	else if (kind == 5)
		text = "\b\n\r\177INCORRECT";
	if (kind == 0)
		reply->length = take_part(&play.input, reply->bytes, 64);
	else
		reply->length = (size_t)snprintf(reply->bytes, sizeof(reply->bytes), "%s%.3s%s",
			kind == 6 ? " " : "", text, kind == 3 ? "" : text + strnlen(text, 3));
}

static void ask(struct login_slot *login, enum frame_type kind)
{
	struct ask frame = {.type = kind,
		.uid = places[login->place].uid,
		.service = services[login->service],
		.user = names[login->name].typed,
		.tty = places[login->place].tty,
		.rhost = "",
		.ruser = "",
		.connection = places[login->place].connection,
		.auth_info = places[login->place].auth_info};
	size_t answers = play.answers, jobs = play.jobs;

	memcpy(frame.id, login->id, WIRE_ID_SIZE);
	if (kind == FRAME_VERIFY) {
		uint8_t token = take_u8(&play.input);
		type(&frame.reply);
		memcpy(frame.token, play.login[token < 240 ? login->id[0] : token % LOGINS].token,
			TOKEN_SIZE);
		frame.token[token % TOKEN_SIZE] ^= token >= 250 ? token : 0;
	}
	play.asking = login;
	play.type = kind;
	flow_ask(&play.flow, (uint64_t)login->id[0] + 1, &frame, world->now.boottime);
	/* Now, or when its job comes back. */
	must(play.answers == answers + 1 || (play.jobs == jobs + 1 && kind == FRAME_VERIFY));
	must(!play.granted || kind != FRAME_BEGIN || play.answers == answers + 1);
}

static void wait(void)
{
	static const int32_t milliseconds[] = {
		100, 400, 1000, 10000, 31000, 61000, 300000, 901000, 3600000, 86400000};
	uint8_t how = take_u8(&play.input);
	int64_t time = milliseconds[how % COUNT(milliseconds)];

	world->now.boottime += time;
	/* A wall clock may go another way. */
	world->now.realtime += how < 200 ? time : (int64_t)(how - 220) * 100000;
}

static void forget_row(size_t place, const char *name)
{
	struct identities *identities = world->judge.identities;
	MDB_dbi tables[] = {identities->identity, identities->recovery, identities->quarantine,
		identities->meta};
	struct identity_id id;
	char bytes[255], schema[] = "schema";
	MDB_val key = {.mv_size = sizeof(id), .mv_data = &id};
	MDB_val value = {.mv_data = bytes};

	id_of_name(identities, name, &id);
	if (place == 3)
		key = (MDB_val){.mv_size = 6, .mv_data = schema};
	value.mv_size = take_part(&play.input, bytes, sizeof(bytes));
	must(mdb_put(play.identity_txn, tables[place], &key, &value, 0) == 0);
}

/* A few bytes of a user's record are others, and its tallies. */
static void spoil_record(const char *name)
{
	uint8_t id[HASH_SIZE], bytes[RECORD_SIZE];
	struct record record;

	state_id(world->judge.state, name, true, id);
	if (state_load(world->judge.state, play.state_txn, id, &record) != RESULT_OK)
		return;
	record_encode(&record, bytes);
	size_t place = take_u32(&play.input) % (RECORD_SIZE - 32);
	take_bytes(&play.input, bytes + place, take_u8(&play.input) % 32);
	if (record_decode(bytes, sizeof(bytes), &record) == RESULT_OK)
		must(state_save(world->judge.state, play.state_txn, id, &record) == RESULT_OK);
}

static void spoil(void)
{
	static const char *const real[] = {"demo", "user1", "bare", "root"};
	uint8_t what = take_u8(&play.input);

	if (play.twin)
		return;
	finish_all();
	play.spoilt = true;
	if (what % 8 < 4)
		forget_row(what % 8, real[what / 64]);
	else
		spoil_record(real[what / 64]);
}

/* As a new one, which is all zeros: what was not touched of its megabytes costs nothing. */
static void ledger_clear(struct ledger *ledger)
{
	uintptr_t begin = (uintptr_t)ledger, end = begin + malloc_usable_size(ledger);
	uintptr_t from = (begin + PAGE - 1) / PAGE * PAGE, to = end / PAGE * PAGE;

	memset(ledger, 0, from - begin);
	memset((void *)to, 0, end - to);
	must(madvise((void *)from, to - from, MADV_DONTNEED) == 0);
}

/* smsotpd ends with what it has not done; with `reboot` the host does as well. */
static void restart(bool reboot)
{
	struct flow *flow = &play.flow;

	/* What would have taken a text back may be among them: its code stays, seen by nobody. */
	for (size_t i = 0; i < play.texts && play.jobs > 0; i++)
		play.text[i].left = true;
	while (play.jobs > 0)
		job_free(&play.job[--play.jobs]);
	ledger_clear(flow->ledger);
	memset(&flow->passes, 0, sizeof(flow->passes));
	memset(&flow->waived, 0, sizeof(flow->waived));
	memset(&flow->share, 0, sizeof(flow->share));
	flow->jobs = 0;
	if (!reboot)
		return;
	world->clock.boot[0]++;
	world->keys.token[0]++;
	world->now.boottime = 60000;
	for (size_t i = 0; i < play.texts; i++)
		play.text[i].dead = true;
}

static void step(void)
{
	uint8_t what = take_u8(&play.input);
	struct login_slot *login = &play.login[what >> 5];

	if (play.jobs >= JOBS - 2)
		finish_all();
	switch (what & 31) {
	case 0:
	case 1:
	case 2:
		new_login(login);
		ask(login, FRAME_BEGIN);
		return;
	case 3:
		ask(login, FRAME_BEGIN);
		return;
	case 4:
		ask(login, FRAME_SESSION_OPEN);
		return;
	case 5:
		ask(login, FRAME_SESSION_CLOSE);
		return;
	case 6:
		spoil();
		return;
	case 7:
		restart((what >> 5) % 2 != 0);
		return;
	case 8:
	case 9:
		wait();
		return;
	case 10:
		finish_all();
		return;
	default:
		if ((what & 31) < 18)
			ask(login, FRAME_VERIFY);
		else if (play.jobs > 0)
			finish_one();
		else
			ask(login, FRAME_VERIFY);
	}
}

static void run(const uint8_t *bytes, size_t size, bool twin, size_t swap_from, size_t swap_to)
{
	static struct trail *trail;

	memset(&play, 0, sizeof(play));
	play.input = (struct input){bytes, size};
	play.twin = twin;
	play.swap_from = swap_from;
	play.swap_to = swap_to;
	world_begin(world);
	must(trail_new(NULL, &world->clock, &trail) == RESULT_OK);
	play.flow = (struct flow){.config = world->config,
		.keys = &world->keys,
		.clock = &world->clock,
		.committer = (struct committer *)&play,
		.sender = (struct sender *)&play,
		.trail = trail,
		.hooks = {.answer = flow_check_answer, .now = hook_now}};
	play.flow.ledger = visible;
	ledger_clear(visible);
	must(state_begin(world->judge.state, true, &play.state_txn) == RESULT_OK);
	must(identities_begin(world->judge.identities, true, &play.identity_txn) == RESULT_OK);
	for (uint8_t i = 0; i < LOGINS; i++)
		play.login[i] = (struct login_slot){.id = {i}, .name = name_of(0)};
	for (size_t i = 0; i < STEPS_MAX && play.input.left > 0; i++)
		step();
	finish_all();
	store_abort(&play.identity_txn);
	store_abort(&play.state_txn);
	trail_free(&trail);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct error error;

	(void)argc;
	(void)argv;
	world = world_make();
	must(ledger_new(&visible) == RESULT_OK);
	FILE *file = fmemopen((void *)(uintptr_t)settings, strlen(settings), "r");
	must(file != NULL);
	must(config_file_parse(world->config, file, "fuzz", &error) == RESULT_OK);
	fclose(file);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct seen_answer told[COUNT(play.told)];

	if (size == 0)
		return 0;
	if ((bytes[0] & 1) == 0) {
		run(bytes + 1, size - 1, false, COUNT(names), 0);
		return 0;
	}
	size_t twin = (size_t)(bytes[0] >> 1) % TWINS;
	run(bytes + 1, size - 1, true, twin, twin);
	memcpy(told, play.told, sizeof(told));
	if (play.granted)
		return 0;
	run(bytes + 1, size - 1, true, twin, NOBODY);
	must(play.granted || memcmp(told, play.told, sizeof(told)) == 0);
	return 0;
}
