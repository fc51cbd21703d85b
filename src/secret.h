/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Secrets are types that wipe themselves: declare them with WIPED on the stack, call the type's
 * _wipe before freeing what holds one. libc only, because the module links nothing else.
 */
#ifndef SMSOTP_SECRET_H
#define SMSOTP_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "result.h"

#define CODE_DIGITS_MIN  6
#define CODE_DIGITS_MAX  8
#define PHONE_DIGITS_MIN 7   /* shortest subscriber number in use, country code included */
#define PHONE_DIGITS_MAX 15  /* ITU-T E.164 section 6.2.1 */
#define REPLY_MAX        512 /* PAM_MAX_RESP_SIZE */
#define PASSWORD_MAX     256

/* A code: 6 to 8 ASCII digits, NUL-terminated. */
struct code {
	char digits[CODE_DIGITS_MAX + 1];
};

/* A phone in E.164: '+' and at most 15 digits, NUL-terminated. */
struct phone {
	char e164[1 + PHONE_DIGITS_MAX + 1];
};

/* What a person typed at the prompt: any bytes, `length` of them, NUL-terminated. */
struct reply {
	size_t length;
	char bytes[REPLY_MAX + 1];
};

/* The gateway's password: the first line of its file, NUL-terminated. */
struct password {
	char text[PASSWORD_MAX + 1];
};

void code_wipe(struct code *code);
void phone_wipe(struct phone *phone);
void reply_wipe(struct reply *reply);
void password_wipe(struct password *password);

/* WIPED(code) declares a struct code that is wiped when it leaves its scope. */
#define WIPED(type) __attribute__((cleanup(type##_wipe))) struct type

/*
 * Reads a phone as people write it: blanks, '-', '.', '(' and ')' are dropped, "+" and "00" start
 * an international number, anything else is national and completed with `country` (digits, "" for
 * none; one leading 0 is dropped). RESULT_INVALID where what is left is not E.164.
 */
CHECKED enum result phone_parse(const char *text, const char *country, struct phone *ret_phone);

/* "+91xxxxxxxx01": the first two digits and the last two; the rest is x. */
#define PHONE_MASKED_SIZE 24
void phone_mask(const struct phone *phone, char ret[static PHONE_MASKED_SIZE]);

#endif
