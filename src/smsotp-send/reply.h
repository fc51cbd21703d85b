/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What BulkPush answers: XML by looks only (blanks round '=', either quote, unclosed elements, a
 * DTD over plain http), so it is scanned for the marks that matter and never parsed as XML.
 *
 * Accepted: <RESULT ... REQID = 'digits'>, <MID ... TID = 'digits'>, </RESULT, and nowhere, in any
 * case, <ERROR or <REQUEST-ERROR. REQID and TID stand in failures too and prove nothing alone; a
 * reply cut short could have lost its <ERROR, so its end must be there. All else is no acceptance.
 */
#ifndef SMSOTP_SEND_REPLY_H
#define SMSOTP_SEND_REPLY_H

#include <stddef.h>

#include "text.h"

#define REPLY_SIZE_MAX (64 * 1024)

enum gateway_word {
	GATEWAY_STRANGE = 0, /* nothing that BulkPush says: HTML, JSON, too long, a NUL */
	GATEWAY_CUT,         /* <RESULT without its end: it could have said either */
	GATEWAY_ERROR,       /* an error, in `code` and `description` where it names them */
	GATEWAY_ACCEPTED,
};

/*
 * NUL-terminated, "" where the reply has none, cut where they are longer. `code`, `reqid` and `tid`
 * are digits; `description` is printable ASCII with every digit replaced by 'x', since the gateway
 * puts phones there.
 */
struct gateway_reply {
	enum gateway_word word;
	char code[REPORT_WORD_MAX + 1];
	char reqid[REPORT_WORD_MAX + 1];
	char tid[REPORT_WORD_MAX + 1];
	char description[REPORT_DETAIL_MAX / 2];
};

/* Any bytes. */
void gateway_reply_scan(const char *bytes, size_t size, struct gateway_reply *ret_reply);

#endif
