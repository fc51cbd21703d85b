/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every event of the trail, with names, places, reports and jobs of the input, as it stands in
 * events.jsonl and in the journal.
 *
 * - Each line is one JSON object of printable ASCII with a time and an event; a call writes five at
 *   most.
 * - No line has a phone or a code, nor a name that is no identity's.
 * - The journal's entry has room, one field a line, and no byte that could end one early.
 * - What log_escape writes has its room and drives no terminal.
 */
#include "place.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "log.h"
#include "smsotpd/event.h"
#include "smsotpd/journal.h"

#define PHONE  "+919999900001"
#define DIGITS "9999900"
#define NAME   "Zecret-"
#define CODE   "KQZWVYKJ" /* of letters that no number and no escape has */

static struct {
	struct input input;
	struct config *config;
	struct keys keys;
	struct clock clock;
	struct trail *trail;
	bool named; /* whose name may be written */
	size_t calls;
} play;

static void clock_now(const struct clock *clock, struct moment *ret_now)
{
	(void)clock;
	*ret_now = (struct moment){INT64_C(20000000), INT64_C(1800000000123)};
}

static struct login login_make(void)
{
	static const char *const services[] = {"sshd", "sudo", "login", "su"};
	char name[80] = NAME, tty[80], rhost[200], ruser[80], connection[160], auth[200];
	struct ask ask = {.type = FRAME_BEGIN, .user = name};
	struct login login;

	ask.service = services[take_u8(&play.input) % 4];
	ask.uid = take_u8(&play.input) % 2;
	take_text(&play.input, name + strlen(NAME), sizeof(name) - strlen(NAME));
	take_text(&play.input, tty, sizeof(tty));
	take_text(&play.input, rhost, sizeof(rhost));
	take_text(&play.input, ruser, sizeof(ruser));
	take_text(&play.input, connection, sizeof(connection));
	take_text(&play.input, auth, sizeof(auth));
	ask.tty = tty;
	ask.rhost = rhost;
	ask.ruser = ruser;
	ask.connection = connection;
	ask.auth_info = auth;
	take_bytes(&play.input, ask.id, sizeof(ask.id));
	must(login_read(play.config, &play.keys, &ask, &login) == RESULT_OK);
	return login;
}

static struct job *job_make(const struct login *login)
{
	static const char *const keys[] = {NULL, "texts_user", "prefix_stop"};
	struct job *job = NULL;

	must(job_new(take_u8(&play.input) % 3, &job) == RESULT_OK);
	job->login = *login;
	job->config = play.config;
	job->result = take_u8(&play.input) % 8 == 0 ? RESULT_FULL : RESULT_OK;
	job->standing = take_u8(&play.input) % STANDING_COUNT;
	job->effect = take_u8(&play.input) % EFFECT_COUNT;
	uint8_t flags = take_u8(&play.input);
	job->known = (flags & 1) != 0;
	job->prefix_low = (flags & 2) != 0;
	job->junk = (flags & 4) != 0;
	job->view.line = (flags >> 3) % LINE_COUNT;
	job->near = keys[take_u8(&play.input) % 3];
	job->over = job->effect == EFFECT_OVER ? "texts_user" : NULL;
	strcpy(job->phone.e164, PHONE);
	strcpy(job->code.digits, CODE);
	strcpy(job->text.digits, CODE);
	if (job->standing != STANDING_UNKNOWN)
		strcpy(job->user, "demo");
	return job;
}

static void say_text(void)
{
	struct report report = {.outcome = take_u8(&play.input) % OUTCOME_COUNT,
		.stub = take_u8(&play.input) % 2 != 0,
		.http = take_u32(&play.input),
		.milliseconds = take_u32(&play.input)};

	take_text(&play.input, report.detail, sizeof(report.detail));
	take_text(&play.input, report.reqid, sizeof(report.reqid));
	event_text(play.trail, take_u8(&play.input) % 2 == 0 ? NULL : "demo", &report);
}

static void say(void)
{
	uint8_t what = take_u8(&play.input), detail = take_u8(&play.input);
	struct login login = login_make();
	struct job *job = job_make(&login);
	char text[120];

	switch (what % 8) {
	case 0:
		event_login(play.trail, job);
		break;
	case 1:
		event_observed(play.trail, job);
		break;
	case 2:
		event_waived(play.trail, &login, detail % LINE_COUNT);
		break;
	case 3:
		say_text();
		break;
	case 4:
		play.named = play.named || (detail & 2) != 0;
		event_session(play.trail, (detail & 1) != 0, (detail & 2) != 0, (detail & 4) != 0,
			&login);
		break;
	case 5:
		event_shown(
			play.trail, &login, detail % DECISION_COUNT, (detail >> 3) % RULE_COUNT);
		break;
	case 6:
		take_text(&play.input, text, sizeof(text));
		event_service(play.trail, login.visitor.id, text);
		break;
	default:
		event_lock_cleared(play.trail, (detail & 1) != 0 ? "demo" : "",
			(detail & 2) != 0 ? login.visitor.name : NULL);
	}
	play.calls++;
	job_free(&job);
}

static void check_journal(json_t *event)
{
	char entry[JOURNAL_ENTRY_SIZE];
	size_t length = journal_entry(6, "message", "login.granted", event, entry);

	must(length > 0 && length <= sizeof(entry) && entry[length - 1] == '\n');
	for (size_t i = 0; i < length; i++)
		must(entry[i] == '\n' || (entry[i] >= 0x20 && entry[i] < 0x7f));
	for (char *at = entry; at < entry + length;) {
		char *end = memchr(at, '\n', (size_t)(entry + length - at));
		must(end != NULL && memchr(at, '=', (size_t)(end - at)) != NULL);
		must((*at >= 'A' && *at <= 'Z'));
		at = end + 1;
	}
}

static void check_line(const char *line, size_t length, bool brought)
{
	json_t *event = json_loadb(line, length, 0, NULL);

	must(json_is_object(event));
	must(strlen(json_string_value(json_object_get(event, "time"))) == 24);
	must(json_is_string(json_object_get(event, "event")));
	for (size_t i = 0; i < length; i++)
		must(line[i] >= 0x20 && line[i] < 0x7f);
	must(memmem(line, length, CODE, strlen(CODE)) == NULL || brought);
	must(memmem(line, length, DIGITS, strlen(DIGITS)) == NULL || brought);
	must(memmem(line, length, NAME, strlen(NAME)) == NULL || play.named || brought);
	check_journal(event);
	json_decref(event);
}

static void check_file(bool brought)
{
	static char text[1 << 20];
	int fd = open(place_path, O_RDONLY | O_CLOEXEC);
	ssize_t size = read(fd, text, sizeof(text));
	size_t lines = 0;

	close(fd);
	must(size >= 0 && size < (ssize_t)sizeof(text));
	for (char *at = text; at < text + size; lines++) {
		char *end = memchr(at, '\n', (size_t)(text + size - at));
		must(end != NULL);
		check_line(at, (size_t)(end - at), brought);
		at = end + 1;
	}
	/* What is near, low, full or recovered is an event of its own. */
	must(lines <= 5 * play.calls);
}

static void try_escape(const uint8_t *bytes, size_t size)
{
	char *text = text_of(bytes, size), escaped[64];

	must(log_escape(text, escaped, sizeof(escaped)) == escaped);
	must(strlen(escaped) < sizeof(escaped));
	for (const char *at = escaped; *at != '\0'; at++)
		must(*at >= 0x20 && *at < 0x7f && *at != '"');
	free(text);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	place_make(AUDIT_FILE);
	/* The trail makes it with the first event, and an input may have none. */
	must(close(open(place_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640)) == 0);
	must(config_defaults(&play.config) == RESULT_OK);
	memset(&play.keys, 7, sizeof(play.keys));
	play.clock = (struct clock){.now = clock_now};
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct audit *audit = NULL;

	try_escape(bytes, size);
	play.input = (struct input){bytes, size};
	play.named = false;
	play.calls = 0;
	must(audit_start(place_directory, false, &audit) == RESULT_OK);
	must(trail_new(audit, &play.clock, &play.trail) == RESULT_OK);
	for (int i = 0; i < 8 && play.input.left > 0; i++)
		say();
	trail_free(&play.trail);
	audit_stop(&audit);
	check_file(memmem(bytes, size, "99", 2) != NULL ||
		   memmem(bytes, size, "\x99\x99", 2) != NULL ||
		   memmem(bytes, size, "Zec", 3) != NULL || memmem(bytes, size, "KQZ", 3) != NULL);
	must(truncate(place_path, 0) == 0);
	return 0;
}
