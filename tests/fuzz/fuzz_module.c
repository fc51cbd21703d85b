/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pam_smsotp.so as libpam loads it, between an application and a smsotpd that are both made of the
 * input. Time is virtual: it passes only where the module waits in vain, or sleeps.
 *
 * - PAM_SUCCESS only where the last frame was whole, of this login, of the ask's version, granted a
 *   verify with a reply that was typed, and came from root; PAM_IGNORE only where the last frame
 *   said so twice.
 * - What is typed comes to smsotpd byte for byte, and every ask decodes.
 * - PAM_USER changes on success alone; nothing of the login is in the environment once its session
 *   is open.
 * - No deadline is passed, no descriptor stays open, no line shown is longer than it may be.
 */
#include "module_host.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "client.h"
#include "line.h"

#define SERVICE "fuzz"

static char directory[] = "/tmp/smsotp-fuzz-XXXXXX";

/* The reply to a prompt; NULL for none. */
static char *typed_make(void)
{
	uint8_t length = take_u8(&play.input);

	if (length == 255)
		return NULL;
	if (length >= 240) { /* long ones need no long input */
		play.typed.length = REPLY_MAX;
		memset(play.typed.bytes, length, REPLY_MAX);
		char *text = malloc(REPLY_MAX + 256U);
		must(text != NULL);
		memset(text, length, REPLY_MAX + 255U);
		text[REPLY_MAX + (length - 240) * 16] = '\0';
		return text;
	}
	if (length > play.input.left)
		length = (uint8_t)play.input.left;
	char *text = text_of(play.input.at, length);
	play.input.at += length;
	play.input.left -= length;
	play.typed.length = strlen(text);
	memcpy(play.typed.bytes, text, play.typed.length);
	return text;
}

static int converse(int count, const struct pam_message **messages,
	struct pam_response **ret_responses, void *context)
{
	(void)context;
	must(count == 1);
	int style = messages[0]->msg_style;
	must(strlen(messages[0]->msg) < LINE_SIZE);
	must(style == PAM_PROMPT_ECHO_OFF || style == PAM_ERROR_MSG);
	must(style != PAM_ERROR_MSG || !play.silent);
	uint8_t way = take_u8(&play.input);
	play.typed = (struct reply){0};
	if (way == 255)
		return PAM_CONV_ERR;
	if (way == 254)
		return PAM_SUCCESS; /* and no response at all */
	*ret_responses = calloc(1, sizeof(**ret_responses));
	must(*ret_responses != NULL);
	if (style == PAM_ERROR_MSG)
		return PAM_SUCCESS;
	(*ret_responses)->resp = typed_make();
	play.verifies += play.typed.length > 0 ? 1 : 0;
	return PAM_SUCCESS;
}

static void remove_directory(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", directory);
	(void)!system(command);
}

/* The module lies beside this program; libpam keeps it loaded, as its coverage is counted. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char path[PATH_MAX] = "", link[64];

	(void)argc;
	(void)argv;
	must(mkdtemp(directory) != NULL);
	must(readlink("/proc/self/exe", path, sizeof(path) - 32) > 0);
	strcpy(strrchr(path, '/'), "/pam_smsotp.so");
	snprintf(link, sizeof(link), "%s/pam_smsotp.so", directory);
	must(symlink(path, link) == 0);
	if (dlopen(link, RTLD_NOW | RTLD_NODELETE) == NULL) {
		fprintf(stderr, "%s\n", dlerror());
		abort();
	}
	snprintf(path, sizeof(path), "%s/" SERVICE, directory);
	FILE *file = fopen(path, "w");
	must(file != NULL);
	fprintf(file, "auth required %s socket=" SOCKET "\n", link);
	fprintf(file, "session required %s socket=" SOCKET "\n", link);
	fclose(file);
	atexit(remove_directory);
	return 0;
}

/* The application's facts, of which the module tells smsotpd. */
static void facts(pam_handle_t *pamh)
{
	static const struct {
		int item;
		const char *variable;
	} rows[] = {{PAM_TTY, NULL}, {PAM_RHOST, NULL}, {PAM_RUSER, NULL}, {0, "SSH_CONNECTION="},
		{0, "SSH_AUTH_INFO_0="}};
	char text[300];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t begin = 0;
		if (rows[i].variable != NULL)
			begin = strlen(strcpy(text, rows[i].variable));
		if (take_text(&play.input, text + begin, sizeof(text) - begin) == 0)
			continue;
		if (rows[i].variable != NULL)
			(void)pam_putenv(pamh, text);
		else
			(void)pam_set_item(pamh, rows[i].item, text);
	}
}

static void check_verdict(pam_handle_t *pamh, int verdict, const char *user)
{
	const void *now = NULL;

	must(verdict == PAM_SUCCESS || verdict == PAM_AUTH_ERR || verdict == PAM_MAXTRIES ||
		verdict == PAM_AUTHINFO_UNAVAIL || verdict == PAM_PERM_DENIED);
	must(verdict != PAM_SUCCESS || play.granted);
	/* libpam's word for a stack in which everybody ignored. */
	must(verdict != PAM_PERM_DENIED || play.disabled || play.waived);
	must(pam_get_item(pamh, PAM_USER, &now) == PAM_SUCCESS);
	must(verdict == PAM_SUCCESS || (now != NULL && strcmp(now, user) == 0));
}

static void sessions(pam_handle_t *pamh)
{
	play.typed = (struct reply){0};
	int64_t before = play.now;
	must(pam_open_session(pamh, 0) == PAM_SUCCESS);
	must(pam_getenv(pamh, "SMSOTP_LOGIN") == NULL);
	must(pam_close_session(pamh, 0) == PAM_SUCCESS);
	must(play.now - before <= INT64_C(2) * CLIENT_SESSION_MS);
}

static void login(void)
{
	const struct pam_conv conv = {.conv = converse};
	pam_handle_t *pamh = NULL;
	char user[80];

	if (take_text(&play.input, user, sizeof(user)) == 0)
		strcpy(user, "demo");
	must(pam_start_confdir(SERVICE, user, &conv, directory, &pamh) == PAM_SUCCESS);
	facts(pamh);
	play.silent = (take_u8(&play.input) & 1) != 0;
	int64_t before = play.now;
	int verdict = pam_authenticate(pamh, play.silent ? PAM_SILENT : 0);
	/* Where nothing is typed smsotpd may be asked once more. */
	must(play.now - before <= CLIENT_BEGIN_MS + (int64_t)(play.verifies + 1) * VERIFY_MS);
	check_verdict(pamh, verdict, user);
	sessions(pamh);
	must(pam_end(pamh, verdict) == PAM_SUCCESS);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	int before = descriptors_open();

	memset(&play, 0, sizeof(play));
	play.daemon = -1;
	play.now = 1000000;
	play.input = (struct input){bytes, size};
	play.on = true;
	login();
	play.on = false;
	module_hang_up();
	must(descriptors_open() == before);
	return 0;
}
