/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BulkPush (Netcore BulkSMS), SingleMsgApi, POST as application/x-www-form-urlencoded:
 * https://emaildocs.netcorecloud.com/reference/single-message-api
 */
#ifndef SMSOTP_SEND_BULKPUSH_H
#define SMSOTP_SEND_BULKPUSH_H

#include "config.h"
#include "message.h"
#include "secret.h"

/* Names of the parameters, and every value at three bytes for each of its own. */
#define FORM_SIZE (160 + 3 * (5 * CONFIG_WORD + PASSWORD_MAX + PHONE_DIGITS_MAX + MESSAGE_SIZE))

/* The request's body: password, phone and code. NUL-terminated, `length` without it. */
struct form {
	size_t length;
	char bytes[FORM_SIZE];
};

/*
 * Writes the body of one text. Parameters without a value are left out, and the password where
 * auth = address. RESULT_FULL where it does not fit.
 */
CHECKED enum result form_build(const struct config_gateway *gateway,
	const struct password *password, const struct phone *phone, const struct message *message,
	struct form *ret_form);

void form_wipe(struct form *form);

#endif
