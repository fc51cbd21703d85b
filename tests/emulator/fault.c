/* SPDX-License-Identifier: BSD-3-Clause */
#include "fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"

static void judge_refused(struct judgement *judgement, int code)
{
	for (size_t i = 0; i < judgement->count; i++) {
		struct message *message = &judgement->message[i];

		message->fate = FATE_REFUSED;
		message->code = code;
		snprintf(message->description, sizeof(message->description),
			"Refused on request - %s", message->to);
	}
}

static void judge_request_error(struct judgement *judgement, int code)
{
	judgement->code = code;
	judgement->description =
		code == GATEWAY_CREDIT ? "Credit not sufficient" : "Refused on request";
	judgement->count = 0;
}

static void judge_mixed(struct judgement *judgement, int code)
{
	if (judgement->count == 0 || judgement->count == RECIPIENTS_MAX)
		return;
	struct message *message = &judgement->message[judgement->count++];
	message->fate = FATE_REFUSED;
	message->code = code;
	snprintf(message->description, sizeof(message->description),
		"International sms feature not enabled");
}

#define HTML "<!DOCTYPE html>\n<html><body><h1>Scheduled maintenance</h1></body></html>\n"
#define JSON "{\"status\": \"success\", \"REQID\": \"10000000001\", \"TID\": \"20000000001\"}\n"

static const struct fault_kind kinds[] = {
	{.name = "ok", .taken = true},
	{.name = "refuse", .taken = true, .argument = GATEWAY_NUMBER, .judge = judge_refused},
	{.name = "request-error",
		.taken = true,
		.argument = GATEWAY_CREDIT,
		.judge = judge_request_error},
	{.name = "mixed", .taken = true, .argument = GATEWAY_NUMBER, .judge = judge_mixed},
	{.name = "hang-before", .travel = TRAVEL_NEVER},
	{.name = "hang-after", .taken = true, .travel = TRAVEL_NEVER},
	{.name = "close-silent", .taken = true, .travel = TRAVEL_CLOSED},
	{.name = "close-half", .taken = true, .travel = TRAVEL_HALF},
	{.name = "drip", .taken = true, .travel = TRAVEL_DRIP, .argument = 1000},
	{.name = "slow", .taken = true, .travel = TRAVEL_LATE, .argument = 1000},
	{.name = "truncated", .taken = true, .spoil = SPOIL_CUT},
	{.name = "nul", .taken = true, .spoil = SPOIL_NUL},
	{.name = "oversized", .taken = true, .spoil = SPOIL_LONG},
	{.name = "garbage", .type = "application/octet-stream", .body = "\x8f\x01<\xff>RESULT'\n"},
	{.name = "html", .type = "text/html", .body = HTML},
	{.name = "json", .type = "application/json", .body = JSON},
	{.name = "empty", .type = "text/xml", .body = ""},
	{.name = "redirect", .status = 302, .type = "text/html", .body = ""},
};

static const struct fault_kind kind_status = {
	.name = "status", .type = "text/html", .body = "<html><body>Busy</body></html>\n"};
static const struct fault_kind kind_unknown = {
	.name = "unknown", .status = 500, .type = "text/plain", .body = "no such fault\n"};

struct faults {
	char *control; /* NULL for none */
};

enum result faults_open(const char *control, struct faults **ret_faults)
{
	struct faults *faults = calloc(1, sizeof(*faults));

	if (faults == NULL)
		return RESULT_MEMORY;
	faults->control = control == NULL ? NULL : strdup(control);
	if (control != NULL && faults->control == NULL) {
		free(faults);
		return RESULT_MEMORY;
	}
	*ret_faults = faults;
	return RESULT_OK;
}

void faults_close(struct faults **faults)
{
	if (*faults == NULL)
		return;
	free((*faults)->control);
	free(*faults);
	*faults = NULL;
}

static const struct fault_kind *find_kind(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	}
	return strspn(name, "0123456789") == 3 && name[3] == '\0' ? &kind_status : &kind_unknown;
}

/* Reads "NAME [ARGUMENT] [STYLE]" or "STYLE"; cuts `words` up. */
static void parse_fault(char *words, struct fault *fault)
{
	char *rest = NULL;
	const char *name = strtok_r(words, " \t", &rest);

	fault->kind = &kinds[0];
	if (name == NULL || style_find(name, &fault->style) == RESULT_OK)
		return;
	fault->kind = find_kind(name);
	fault->number = fault->kind == &kind_status ? atol(name) : fault->kind->argument;
	for (const char *word; (word = strtok_r(NULL, " \t", &rest)) != NULL;) {
		if (style_find(word, &fault->style) == RESULT_OK)
			continue;
		fault->number = atol(word);
		snprintf(fault->argument, sizeof(fault->argument), "%s", word);
	}
}

void faults_take(struct faults *faults, const char *to, struct fault *ret_fault)
{
	char words[CONTROL_LINE_SIZE] = "";
	struct fault fault = {0};

	if (faults->control != NULL && control_take(faults->control, to, words) != RESULT_OK)
		snprintf(words, sizeof(words), "ok");
	parse_fault(words, &fault);
	if (fault.kind == &kind_unknown)
		fprintf(stderr, "bulkpush-emulator: no such fault in %s\n", faults->control);
	*ret_fault = fault;
}
