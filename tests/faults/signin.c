/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A PAM application that signs in again and again, in one process:
 *
 *	signin SERVICE
 *
 * Each line of its input is "USER TTY" and begins a login, or is what is typed at the prompt. It
 * says one line each time it waits: "ready", "asked", and of a login that is over "ended CODE" with
 * what pam_authenticate returned. A login that is granted opens its session and closes it. It
 * allocates nothing of its own after its start but replies, and it reads and writes by system
 * calls, so that faults in its process are libpam's and the module's.
 */
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LINE_SIZE 128

/* By the kernel's own door: write(2) of libc may be the one that is made to fail. */
static void say(const char *text)
{
	if (syscall(SYS_write, STDOUT_FILENO, text, strlen(text)) < 0)
		_exit(1);
}

static bool read_line(char ret[static LINE_SIZE])
{
	size_t size = 0;

	while (size < LINE_SIZE - 1 && syscall(SYS_read, STDIN_FILENO, ret + size, 1) == 1) {
		if (ret[size] == '\n') {
			ret[size] = '\0';
			return true;
		}
		size++;
	}
	return false;
}

static int converse(
	int count, const struct pam_message **messages, struct pam_response **ret, void *context)
{
	struct pam_response *response = calloc(1, sizeof(*response));
	char line[LINE_SIZE];

	(void)context;
	if (response == NULL || count != 1) {
		free(response);
		return PAM_BUF_ERR;
	}
	if (messages[0]->msg_style == PAM_PROMPT_ECHO_OFF) {
		say("asked\n");
		if (!read_line(line))
			_exit(0);
		response->resp = strdup(line);
	}
	*ret = response;
	return PAM_SUCCESS;
}

static int authenticate(pam_handle_t *pamh, const char *tty)
{
	int code = pam_set_item(pamh, PAM_TTY, tty);

	if (code == PAM_SUCCESS)
		code = pam_authenticate(pamh, 0);
	return code;
}

static void sign_in(const char *service, const char *user, const char *tty)
{
	const struct pam_conv conv = {converse, NULL};
	pam_handle_t *pamh = NULL;
	char line[LINE_SIZE];
	int code = pam_start(service, user, &conv, &pamh);

	if (code == PAM_SUCCESS)
		code = authenticate(pamh, tty);
	if (code == PAM_SUCCESS && pam_open_session(pamh, 0) == PAM_SUCCESS)
		(void)pam_close_session(pamh, 0);
	if (pamh != NULL)
		pam_end(pamh, code);
	snprintf(line, sizeof(line), "ended %d\n", code);
	say(line);
}

int main(int argc, char **argv)
{
	char line[LINE_SIZE];
	char user[LINE_SIZE];
	char tty[LINE_SIZE];

	if (argc != 2) {
		fputs("usage: signin SERVICE\n", stderr);
		return 2;
	}
	say("ready\n");
	while (read_line(line)) {
		if (sscanf(line, "%127s %127s", user, tty) != 2)
			return 2;
		sign_in(argv[1], user, tty);
	}
	return 0;
}
