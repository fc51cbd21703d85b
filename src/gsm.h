/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The operator's text as a phone gets it: GSM 7 bit default alphabet and its extension table (3GPP
 * TS 23.038 section 6.2.1), one part of at most 160 septets, one place for the code.
 */
#ifndef SMSOTP_GSM_H
#define SMSOTP_GSM_H

#include "result.h"

#define GSM_PART_SEPTETS 160
#define MESSAGE_PLACE    "{code}" /* where the code stands in the operator's text */

/*
 * Counts the septets of UTF-8 `text`; a character of the extension table takes two. RESULT_INVALID
 * where a character is in neither or the bytes are no UTF-8; then *ret_at is the byte where.
 */
CHECKED enum result gsm_septets(const char *text, size_t *ret_septets, size_t *ret_at);

/*
 * RESULT_OK where `text` has exactly one MESSAGE_PLACE and is GSM-7 and one part even with the
 * longest code; else RESULT_INVALID, and `error` says which and what to do.
 */
CHECKED enum result message_check(const char *text, struct error *error);

#endif
