/* SPDX-License-Identifier: BSD-3-Clause */
/* What is handed to the sender: which text, for whom, and when it may leave. */
#include "flow_fixture.h"
#include "smsotpd/ctl.h"

/* No verb is asked here. */
json_t *ctl_run(const struct ctl_context *context, const json_t *request, int bulk)
{
	(void)context;
	(void)request;
	(void)bulk;
	return json_object();
}

/* Stands for sender.c: what was put last. */
struct sender {
	struct parcel parcel;
	int64_t due;
	int64_t dead;
	int puts;
	bool full;
};

enum result sender_new(const char *path, int epoll, uint32_t tag, const struct sender_hooks *hooks,
	struct sender **ret_sender)
{
	(void)path;
	(void)epoll;
	(void)tag;
	(void)hooks;
	*ret_sender = calloc(1, sizeof(**ret_sender));
	return RESULT_OK;
}

void sender_free(struct sender **sender)
{
	free(*sender);
	*sender = NULL;
}

enum result sender_put(
	struct sender *sender, const struct parcel *parcel, int64_t due, int64_t dead)
{
	sender->puts++;
	sender->parcel = *parcel;
	sender->due = due;
	sender->dead = dead;
	return sender->full ? RESULT_FULL : RESULT_OK;
}

int sender_turn(struct sender *sender, int64_t now)
{
	(void)sender;
	(void)now;
	return -1;
}

static void test_the_text_that_was_asked_for(void **state)
{
	static const char *const names[] = {"demo", "gone", "nobody-here"};
	struct bench *bench = *state;
	const struct config *config = bench->scene->config;
	const struct sender *sender = bench->flow.sender;

	at(bench, SECONDS(7));
	for (uint8_t i = 0; i < COUNT(names); i++) {
		ask(bench, 1 + i, names[i], NULL);
		settle(bench);
		assert_int_equal(sender->puts, 1 + i);
		assert_int_equal(sender->parcel.dummy, i > 0);
		assert_int_equal(sender->due, SECONDS(7) + config->resend.hold);
		assert_int_equal(sender->dead, SECONDS(7) + SECONDS(config->gateway.max_age));
		assert_int_equal(sender->parcel.visitor.id[0], 1 + i);
		if (i > 0)
			continue;
		assert_int_equal(sender->parcel.text.id[0], 1);
		assert_string_equal(sender->parcel.text.phone.e164, "+919999900001");
		assert_string_equal(sender->parcel.text.code.digits, bench->code.digits);
		assert_string_equal(sender->parcel.user, "demo");
	}
}

static void test_no_text_outlives_its_code(void **state)
{
	struct bench *bench = *state;
	struct config *config = bench->scene->config;
	const struct sender *sender = bench->flow.sender;

	config->code.expiry = 60;
	config->gateway.max_age = 600;
	at(bench, SECONDS(7));
	ask(bench, 1, "demo", NULL);
	settle(bench);
	assert_int_equal(sender->puts, 1);
	assert_int_equal(sender->dead, SECONDS(7) + SECONDS(60));
}

/* Where a code is on its way, or was not kept, nothing is sent. */
static void test_no_text_is_put_where_none_is_due(void **state)
{
	struct bench *bench = *state;

	calls.most = -1;
	ask(bench, 1, "demo", NULL);
	settle(bench);
	assert_int_equal(bench->flow.sender->puts, 0);
	calls.most = 0;
	for (uint8_t i = 2; i < 4; i++) {
		ask(bench, i, "demo", NULL);
		settle(bench);
		assert_int_equal(bench->flow.sender->puts, 1);
	}
}

static void test_what_is_observed_puts_none(void **state)
{
	struct bench *bench = *state;
	struct config_service *service =
		(struct config_service *)config_service_find(bench->scene->config, "sshd");

	service->mode = MODE_OBSERVE;
	ask(bench, 1, "demo", NULL);
	settle(bench);
	assert_int_equal(bench->answer.verdict, VERDICT_WAIVED);
	assert_int_equal(bench->flow.sender->puts, 0);
}

/* Whether the trail has the event, of the login whose id begins with this byte. */
static bool trail_has(struct bench *bench, const char *event, uint8_t login)
{
	char path[512], line[2048], named[64], of[64];
	bool found = false;

	audit_stop(&bench->audit);
	snprintf(path, sizeof(path), "%s/" AUDIT_FILE, bench->scene->directory);
	snprintf(named, sizeof(named), "\"event\":\"%s\"", event);
	snprintf(of, sizeof(of), "\"id\":\"%02x000000", login);
	FILE *trail = fopen(path, "re");
	assert_non_null(trail);
	while (fgets(line, sizeof(line), trail) != NULL)
		found = found || (strstr(line, named) != NULL && strstr(line, of) != NULL);
	fclose(trail);
	return found;
}

/* Reported at once, as unsent; but nobody waited for a text that is none. */
static void test_a_text_that_is_not_taken(void **state)
{
	struct bench *bench = *state;
	const uint64_t *unsent = &bench->flow.counters.texts[OUTCOME_UNSENT];

	bench->flow.sender->full = true;
	ask(bench, 1, "gone", NULL);
	settle(bench);
	assert_int_equal(*unsent, 0);
	ask(bench, 2, "demo", NULL);
	settle(bench);
	assert_int_equal(*unsent, 1);
	assert_true(trail_has(bench, "text.unsent", 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_flow(test_the_text_that_was_asked_for),
		with_flow(test_no_text_outlives_its_code),
		with_flow(test_no_text_is_put_where_none_is_due),
		with_flow(test_what_is_observed_puts_none),
		with_flow(test_a_text_that_is_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
