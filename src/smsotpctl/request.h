/* SPDX-License-Identifier: BSD-3-Clause */
/* Asks smsotpd and waits for its reply. */
#ifndef SMSOTP_REQUEST_H
#define SMSOTP_REQUEST_H

#include "result.h"
#include "tool.h"

/* The reply, whether ok or not, is the caller's. Otherwise standard error has said why. */
enum tool_exit request_ask(
	const struct tool *tool, const struct tool_request *request, json_t **ret_reply);

/*
 * The same at `path`, without a word. RESULT_UNREACHABLE: nobody is there, and errno says why;
 * RESULT_INVALID: the input is too long; else the conversation ended or `seconds` passed,
 * anew where the process was stopped.
 */
CHECKED enum result request_try(
	const char *path, const struct tool_request *request, int seconds, json_t **ret_reply);

#endif
