/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pam_smsotp(8): PAM in, conversation, verdict out. Everything else is decided by smsotpd.
 *
 * - PAM_SUCCESS leaves authenticate by one row of pam_codes; what fails anywhere is a refusal.
 * - PAM_IGNORE leaves by smsotpd's last word alone: the module does not know when to waive a code.
 * - Nothing is held while a person thinks: each step is one frame on a connection of its own.
 * - No file-scope state, and the host's descriptors, signals, environment and locale stay as they
 * are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <syslog.h>
#include <unistd.h>

#include <security/pam_ext.h>
#include <security/pam_modules.h>

#include "ask.h"
#include "client.h"
#include "line.h"

#define EXPORTED       __attribute__((visibility("default")))
#define EMPTY_MAX      3 /* empty replies that repeat the prompt */
#define LOGIN_VARIABLE "SMSOTP_LOGIN"
#define LOGIN_DATA     "smsotp_login"
#define ID_HEX_SIZE    (2 * WIRE_ID_SIZE + 1)

struct options {
	const char *socket;
	bool echo;
};

/* What a session phase in the same process knows of its login: sudo changes PAM_USER in between. */
struct login {
	uint8_t id[WIRE_ID_SIZE];
	char user[NAME_SIZE_MAX + 1];
};

static const int pam_codes[] = {
	[VERDICT_REFUSED] = PAM_AUTH_ERR,
	[VERDICT_ASK] = PAM_AUTH_ERR,
	[VERDICT_SPENT] = PAM_MAXTRIES,
	[VERDICT_UNAVAILABLE] = PAM_AUTHINFO_UNAVAIL,
	[VERDICT_DISABLED] = PAM_IGNORE,
	[VERDICT_GRANTED] = PAM_SUCCESS,
	[VERDICT_WAIVED] = PAM_IGNORE,
	[VERDICT_ASK_WAIVED] = PAM_AUTH_ERR,
};

_Static_assert(
	sizeof(pam_codes) / sizeof(pam_codes[0]) == VERDICT_COUNT, "a code for every verdict");

static bool options_read(
	pam_handle_t *pamh, int argc, const char **argv, struct options *ret_options)
{
	struct options options = {.socket = CLIENT_SOCKET};

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "echo") == 0) {
			options.echo = true;
		} else if (strncmp(argv[i], "socket=/", 8) == 0) {
			options.socket = argv[i] + 7;
		} else {
			pam_syslog(pamh, LOG_ERR,
				"unknown argument number %d: write socket=PATH or echo", i + 1);
			return false;
		}
	}
	*ret_options = options;
	return true;
}

static const void *item(pam_handle_t *pamh, int type)
{
	const void *value = NULL;

	return pam_get_item(pamh, type, &value) == PAM_SUCCESS ? value : NULL;
}

static void ask_fill(pam_handle_t *pamh, enum frame_type type,
	const uint8_t id[static WIRE_ID_SIZE], const char *user, struct ask *ret_ask)
{
	*ret_ask = (struct ask){
		.type = type,
		.uid = getuid(),
		.first_factor = item(pamh, PAM_AUTHTOK) != NULL,
		.service = item(pamh, PAM_SERVICE),
		.user = user,
		.tty = item(pamh, PAM_TTY),
		.rhost = item(pamh, PAM_RHOST),
		.ruser = item(pamh, PAM_RUSER),
		.connection = pam_getenv(pamh, "SSH_CONNECTION"),
		.auth_info = pam_getenv(pamh, "SSH_AUTH_INFO_0"),
	};
	memcpy(ret_ask->id, id, WIRE_ID_SIZE);
}

static void response_free(struct pam_response *response)
{
	if (response == NULL)
		return;
	if (response->resp != NULL)
		explicit_bzero(response->resp, strlen(response->resp));
	free(response->resp);
	free(response);
}

/* False where the application has no conversation, refuses, or has no reply to a prompt. */
static bool converse(pam_handle_t *pamh, int style, const char *text, struct reply *ret_reply)
{
	const struct pam_conv *conv = item(pamh, PAM_CONV);
	const struct pam_message message = {.msg_style = style, .msg = text};
	const struct pam_message *messages = &message;
	struct pam_response *response = NULL;

	if (conv == NULL || conv->conv == NULL)
		return false;
	if (conv->conv(1, &messages, &response, conv->appdata_ptr) != PAM_SUCCESS)
		return false;
	bool answered = response != NULL && response->resp != NULL;
	if (answered && ret_reply != NULL) {
		ret_reply->length = strnlen(response->resp, REPLY_MAX);
		memcpy(ret_reply->bytes, response->resp, ret_reply->length);
		ret_reply->bytes[ret_reply->length] = '\0';
	}
	response_free(response);
	return answered;
}

static void tell(pam_handle_t *pamh, int flags, const struct answer *answer)
{
	char text[LINE_SIZE];

	if ((flags & PAM_SILENT) != 0)
		return;
	line_write(answer, text);
	(void)converse(pamh, PAM_ERROR_MSG, text, NULL);
}

/*
 * Shows the prompt until something is typed; an empty reply repeats it, EMPTY_MAX times at most, or
 * where no code is required never.
 */
static bool prompt(pam_handle_t *pamh, const struct options *options, const struct answer *answer,
	struct reply *ret_reply)
{
	char text[LINE_SIZE];
	int style = options->echo ? PAM_PROMPT_ECHO_ON : PAM_PROMPT_ECHO_OFF;

	int more = answer->verdict == VERDICT_ASK_WAIVED ? 0 : EMPTY_MAX;

	line_write(answer, text);
	for (int i = 0; i <= more; i++) {
		if (!converse(pamh, style, text, ret_reply))
			return false;
		if (ret_reply->length > 0)
			return true;
	}
	return false;
}

/* Asks smsotpd; where it cannot be asked the answer is VERDICT_UNAVAILABLE. */
static void consult(pam_handle_t *pamh, const struct options *options, struct ask *ask,
	uint8_t frame[static CLIENT_FRAME_SIZE], struct answer *ret_answer)
{
	enum result result = client_ask(options->socket, ask, frame, ret_answer);

	if (result == RESULT_OK)
		return;
	*ret_answer = (struct answer){
		.verdict = VERDICT_UNAVAILABLE, .line = LINE_UNAVAILABLE, .user = "", .help = ""};
	pam_syslog(pamh, LOG_ERR, "no answer from smsotpd at %s: %s; see smsotpctl status",
		options->socket, result_name(result));
}

/* Nothing was typed: a refusal, unless smsotpd says that it is waived. */
static void give_up(pam_handle_t *pamh, const struct options *options, struct ask *ask,
	uint8_t frame[static CLIENT_FRAME_SIZE], struct answer *answer)
{
	bool waives = answer->verdict == VERDICT_ASK_WAIVED;

	answer->verdict = VERDICT_REFUSED;
	answer->line = LINE_NONE;
	if (!waives)
		return;
	reply_wipe(&ask->reply);
	consult(pamh, options, ask, frame, answer);
	if (answer->verdict == VERDICT_WAIVED || answer->verdict == VERDICT_UNAVAILABLE)
		return;
	answer->verdict = VERDICT_REFUSED;
	answer->line = LINE_NONE;
}

/* The dialogue: begin, then prompt and verify until the answer is no question any more. */
static void dialogue(pam_handle_t *pamh, const struct options *options, struct ask *ask,
	uint8_t frame[static CLIENT_FRAME_SIZE], struct answer *ret_answer)
{
	consult(pamh, options, ask, frame, ret_answer);
	if (ret_answer->verdict == VERDICT_GRANTED)
		ret_answer->verdict = VERDICT_REFUSED; /* nothing was typed yet */
	ask->type = FRAME_VERIFY;
	while (ret_answer->verdict == VERDICT_ASK || ret_answer->verdict == VERDICT_ASK_WAIVED) {
		memcpy(ask->token, ret_answer->token, TOKEN_SIZE);
		if (!prompt(pamh, options, ret_answer, &ask->reply)) {
			give_up(pamh, options, ask, frame, ret_answer);
			return;
		}
		consult(pamh, options, ask, frame, ret_answer);
		reply_wipe(&ask->reply);
	}
}

static void login_free(pam_handle_t *pamh, void *data, int error_status)
{
	(void)pamh;
	(void)error_status;
	free(data);
}

static void login_store(pam_handle_t *pamh, const uint8_t id[static WIRE_ID_SIZE], const char *user)
{
	struct login *login = calloc(1, sizeof(*login));

	if (login == NULL)
		return;
	memcpy(login->id, id, WIRE_ID_SIZE);
	memcpy(login->user, user, strnlen(user, NAME_SIZE_MAX));
	if (pam_set_data(pamh, LOGIN_DATA, login, login_free) != PAM_SUCCESS)
		free(login);
}

/* Of an earlier try of this handle: its session is not the one that may open. */
static void login_forget(pam_handle_t *pamh)
{
	(void)pam_set_data(pamh, LOGIN_DATA, NULL, NULL);
	if (pam_getenv(pamh, LOGIN_VARIABLE) != NULL)
		(void)pam_putenv(pamh, LOGIN_VARIABLE);
}

/* Hands the login's id on: by pam_set_data in this process, by the PAM environment under sshd. */
static void login_keep(pam_handle_t *pamh, const struct ask *ask)
{
	char variable[sizeof(LOGIN_VARIABLE "=") + ID_HEX_SIZE];
	size_t at = (size_t)snprintf(variable, sizeof(variable), "%s=", LOGIN_VARIABLE);

	for (size_t i = 0; i < WIRE_ID_SIZE; i++)
		at += (size_t)snprintf(variable + at, sizeof(variable) - at, "%02x", ask->id[i]);
	(void)pam_putenv(pamh, variable);
	login_store(pamh, ask->id, ask->user);
}

static int authenticate(
	pam_handle_t *pamh, int flags, const struct options *options, const char *user)
{
	__attribute__((cleanup(ask_wipe))) struct ask ask = {0};
	uint8_t frame[CLIENT_FRAME_SIZE];
	uint8_t id[WIRE_ID_SIZE];
	struct answer answer;

	if (getrandom(id, sizeof(id), 0) != (ssize_t)sizeof(id))
		return PAM_AUTHINFO_UNAVAIL;
	login_forget(pamh);
	ask_fill(pamh, FRAME_BEGIN, id, user, &ask);
	dialogue(pamh, options, &ask, frame, &answer);
	if (answer.verdict == VERDICT_GRANTED || answer.verdict == VERDICT_WAIVED)
		login_keep(pamh, &ask);
	if (answer.verdict == VERDICT_GRANTED) {
		bool renamed = answer.user[0] != '\0' && strcmp(answer.user, user) != 0;
		if (renamed && pam_set_item(pamh, PAM_USER, answer.user) != PAM_SUCCESS)
			answer.verdict = VERDICT_UNAVAILABLE;
	} else if (answer.line != LINE_NONE) {
		tell(pamh, flags, &answer);
	}
	return pam_codes[answer.verdict];
}

EXPORTED int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct options options;
	const char *user = NULL;

	if (!options_read(pamh, argc, argv, &options))
		return PAM_AUTHINFO_UNAVAIL;
	if (pam_get_user(pamh, &user, NULL) != PAM_SUCCESS || user == NULL || user[0] == '\0')
		return PAM_AUTH_ERR;
	return authenticate(pamh, flags, &options, user);
}

EXPORTED int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

/* An account line of a module without this symbol would refuse everybody. */
EXPORTED int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_IGNORE;
}

EXPORTED int pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_IGNORE;
}

static bool id_read(const char *hex, uint8_t ret_id[static WIRE_ID_SIZE])
{
	if (hex == NULL || strlen(hex) != ID_HEX_SIZE - 1)
		return false;
	for (size_t i = 0; i < WIRE_ID_SIZE; i++) {
		unsigned int byte;
		if (strspn(hex + 2 * i, "0123456789abcdef") < 2 ||
			sscanf(hex + 2 * i, "%2x", &byte) != 1)
			return false;
		ret_id[i] = (uint8_t)byte;
	}
	return true;
}

/* Tells smsotpd that the session of this login opens or closes; its answer decides nothing. */
static void session_tell(pam_handle_t *pamh, enum frame_type type, int argc, const char **argv)
{
	struct options options;
	struct ask ask;
	uint8_t frame[CLIENT_FRAME_SIZE];
	struct answer answer;
	const void *data = NULL;

	if (!options_read(pamh, argc, argv, &options))
		return;
	if (pam_get_data(pamh, LOGIN_DATA, &data) != PAM_SUCCESS || data == NULL)
		return;
	const struct login *login = data;
	ask_fill(pamh, type, login->id, login->user, &ask);
	(void)!client_ask(options.socket, &ask, frame, &answer);
}

EXPORTED int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const void *data = NULL;
	uint8_t id[WIRE_ID_SIZE];

	(void)flags;
	const char *variable = pam_getenv(pamh, LOGIN_VARIABLE);
	bool named = id_read(variable, id);
	/* The variable ends here: the user's own environment must not carry it on. Where there is
	 * none, libpam would log an error. */
	if (variable != NULL)
		(void)pam_putenv(pamh, LOGIN_VARIABLE);
	bool kept = pam_get_data(pamh, LOGIN_DATA, &data) == PAM_SUCCESS && data != NULL;
	const char *user = item(pamh, PAM_USER);
	if (!kept && named && user != NULL)
		login_store(pamh, id, user);
	session_tell(pamh, FRAME_SESSION_OPEN, argc, argv);
	return PAM_SUCCESS;
}

EXPORTED int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags;
	session_tell(pamh, FRAME_SESSION_CLOSE, argc, argv);
	return PAM_SUCCESS;
}
