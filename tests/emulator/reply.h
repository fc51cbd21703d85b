/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Replies as the gateway writes them: XML of a kind, with blanks round '=', nested ERRORs, a DTD
 * that nobody should fetch, and in the request-level form a CODE that is never closed.
 */
#ifndef EMULATOR_REPLY_H
#define EMULATOR_REPLY_H

#include <stdint.h>

#include "judge.h"

enum style {
	STYLE_V101 = 0, /* as seen since 2020 */
	STYLE_V100,     /* as seen in 2008: one level of ERROR, no TID beside an error */
	STYLE_WRAPPED,  /* V1.01 with lines broken inside the tags, also before '=' */
	STYLE_ONELINE,  /* V1.01 on one line, tabs between the tags */
	STYLE_COUNT,
};

/* RESULT_NOT_FOUND where no style has that name: "v101", "v100", "wrapped", "oneline". */
CHECKED enum result style_find(const char *name, enum style *ret_style);

/*
 * The reply's text, NULL when out of memory; the caller frees it. REQID is 10^10 + `serial`, the
 * n-th TID 2 * 10^10 + 100 * `serial` + n.
 */
char *reply_write(const struct judgement *judgement, enum style style, uint64_t serial);

#endif
