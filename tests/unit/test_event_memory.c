/* SPDX-License-Identifier: BSD-3-Clause */
/* There is no memory for each call in turn while an event is made: its line is whole, or it is
 * dropped and counted. */
#include <fcntl.h>
#include <unistd.h>

#include "core_fixture.h"
#include "memory_fixture.h"
#include "smsotpd/event.h"

#define MANY_STRIKES 1000
#define TEXT_ROOM    (1 << 20)

/* The thread that writes has all the memory it wants. What stands before a library's own can only
 * be file-scope. */
static _Thread_local unsigned int strike, count;

bool memory_struck(void)
{
	return strike != 0 && ++count == strike;
}

struct bench {
	char directory[40];
	char path[64];
	struct config *config;
	struct clock clock;
	struct job job;
	json_t *said;
};

static void the_now(const struct clock *clock, struct moment *ret_now)
{
	(void)clock;
	*ret_now = moment_after(0);
}

static int setup(void **state)
{
	static const struct ask ask = {.service = "sshd",
		.user = "demo",
		.tty = "ssh",
		.rhost = "client.example",
		.ruser = "me",
		.connection = "192.0.2.1 1 192.0.2.2 22",
		.auth_info = "publickey ssh-ed25519 AAAA"};
	struct bench *bench = calloc(1, sizeof(*bench));
	struct keys keys;

	strcpy(bench->directory, "/tmp/smsotp-event-XXXXXX");
	assert_non_null(mkdtemp(bench->directory));
	snprintf(bench->path, sizeof(bench->path), "%s/" AUDIT_FILE, bench->directory);
	bench->config = defaults();
	bench->clock.now = the_now;
	keys_fill(&keys, 1);
	bench->job = (struct job){.config = bench->config,
		.near = "texts_user",
		.prefix_low = true,
		.waited = 9000,
		.recovery_left = 3,
		.phone.e164 = "+919999900001"};
	assert_int_equal(login_read(bench->config, &keys, &ask, &bench->job.login), RESULT_OK);
	strcpy(bench->job.user, "demo");
	bench->job.login.mode = MODE_WARN;
	bench->said = json_pack("{s:i, s:s, s:s, s:s, s:i}", "event", EVENT_PHONE_CHANGED, "user",
		"demo", "phone", "+91 ******0001", "until", "tomorrow", "left", 2);
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	json_decref(bench->said);
	config_free(&bench->config);
	unlink(bench->path);
	int failure = rmdir(bench->directory);
	free(bench);
	return failure;
}

static void say_job(struct trail *trail, struct bench *bench, enum job_kind kind,
	enum standing standing, enum effect effect)
{
	bench->job.kind = kind;
	bench->job.standing = standing;
	bench->job.effect = effect;
	event_login(trail, &bench->job);
}

static void say_text(struct trail *trail)
{
	const struct report report = {.outcome = OUTCOME_REFUSED,
		.http = 200,
		.milliseconds = 5,
		.code = "13",
		.reqid = "r",
		.tid = "t",
		.detail = "d"};

	event_text(trail, "demo", &report);
}

enum { LAST = 12 };

/* One call of event.h. */
static void say(struct trail *trail, struct bench *bench, int which)
{
	const struct login *login = &bench->job.login;

	switch (which) {
	case 0:
		say_job(trail, bench, JOB_BEGIN, STANDING_NO_ROOM, EFFECT_NONE);
		break;
	case 1:
		say_job(trail, bench, JOB_VERIFY, STANDING_GOOD, EFFECT_RECOVERED);
		break;
	case 2:
		say_job(trail, bench, JOB_VERIFY, STANDING_SUSPENDED, EFFECT_WRONG);
		break;
	case 3:
		event_observed(trail, &bench->job);
		break;
	case 4:
		event_waived(trail, login, LINE_LOCKED);
		break;
	case 5:
		event_mode(trail, EVENT_MODE_CHANGED, "sshd", CHOICE_CONFIG, CHOICE_WARN, 60);
		break;
	case 6:
		say_text(trail);
		break;
	case 7:
		event_session(trail, true, true, true, login);
		break;
	case 8:
		event_shown(trail, login, DECISION_REFUSED, RULE_LOCKOUT);
		break;
	case 9:
		event_service(trail, login->visitor.id, "vsftpd");
		break;
	case 10:
		event_lock_cleared(trail, "", login->visitor.name);
		break;
	case 11:
		event_change(trail, bench->said);
		break;
	default:
		event_daemon(trail, EVENT_DAEMON_STOP, "1");
	}
}

/* Says it once for each call that fails, from `first` on and at most to `last`. How often. */
static unsigned int say_struck(
	struct bench *bench, int which, bool journal, unsigned int first, unsigned int last)
{
	struct audit *audit = NULL;
	unsigned int said = 0;

	assert_int_equal(audit_start(bench->directory, journal, &audit), RESULT_OK);
	for (bool hit = true; hit && first + said <= last; said++) {
		struct trail *trail = NULL; /* which counts nothing yet */
		assert_int_equal(trail_new(audit, &bench->clock, &trail), RESULT_OK);
		count = 0;
		strike = first + said;
		say(trail, bench, which);
		hit = count >= strike;
		strike = 0;
		trail_free(&trail);
	}
	audit_stop(&audit);
	return said;
}

/* The file from its beginning, which is empty afterwards. */
static void take_file(const char *path, char *ret)
{
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	ret[fread(ret, 1, TEXT_ROOM - 1, file)] = '\0';
	fclose(file);
	assert_int_equal(truncate(path, 0), 0);
}

static size_t lines_of(const char *text)
{
	size_t lines = 0;

	for (; *text != '\0'; text++)
		lines += *text == '\n';
	return lines;
}

/* Each line of `text` is one of `whole`. */
static void expect_whole(const char *text, const char *whole)
{
	char line[4096];

	while (*text != '\0') {
		size_t length = strcspn(text, "\n") + 1;
		snprintf(line, sizeof(line), "%.*s", (int)length, text);
		if (strstr(whole, line) == NULL)
			fail_msg("%s is none of %s", line, whole);
		text += length;
	}
}

/* How many events the log says were dropped. */
static unsigned long dropped_of(const char *log)
{
	static const char words[] = " events were dropped";
	unsigned long dropped = 0;

	for (const char *at = log; (at = strstr(at, words)) != NULL; at += strlen(words)) {
		const char *number = at;
		while (number > log && number[-1] >= '0' && number[-1] <= '9')
			number--;
		dropped += strtoul(number, NULL, 10);
	}
	return dropped;
}

/* Whatever stands there goes to a file of the test's while it lasts. */
static int standard_error(const char *path)
{
	int kept = dup(STDERR_FILENO);
	int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);

	assert_int_equal(dup2(file, STDERR_FILENO), STDERR_FILENO);
	close(file);
	return kept;
}

static void try_all(struct bench *bench, bool journal)
{
	static char whole[TEXT_ROOM], found[TEXT_ROOM], log[TEXT_ROOM];
	char path[64];

	snprintf(path, sizeof(path), "%s/log", bench->directory);
	for (int which = 0; which <= LAST; which++) {
		int kept = standard_error(path);
		(void)say_struck(bench, which, journal, MANY_STRIKES, MANY_STRIKES);
		take_file(bench->path, whole);
		take_file(path, log);
		assert_int_equal(dropped_of(log), 0);
		unsigned int said = say_struck(bench, which, journal, 1, MANY_STRIKES - 1);
		dup2(kept, STDERR_FILENO);
		close(kept);
		take_file(bench->path, found);
		take_file(path, log);
		unlink(path);
		expect_whole(found, whole);
		/* The last time nothing fails, and in each before that one event is lost. */
		assert_in_range(said, 10, MANY_STRIKES - 2);
		assert_int_equal(lines_of(whole) * said, lines_of(found) + said - 1);
		assert_int_equal(dropped_of(log), said - 1);
	}
}

static void test_in_the_file(void **state)
{
	try_all(*state, false);
}

static void test_in_the_journal_too(void **state)
{
	try_all(*state, true);
}

static void test_none_to_begin_with(void **state)
{
	struct bench *bench = *state;
	struct audit *audit = NULL;
	struct trail *trail = NULL;

	strike = 1;
	count = 0;
	assert_int_equal(audit_start(bench->directory, true, &audit), RESULT_MEMORY);
	count = 0;
	assert_int_equal(trail_new(audit, &bench->clock, &trail), RESULT_MEMORY);
	strike = 0;
	assert_null(audit);
	assert_null(trail);
}

#define with_bench(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_bench(test_in_the_file),
		with_bench(test_in_the_journal_too),
		with_bench(test_none_to_begin_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
