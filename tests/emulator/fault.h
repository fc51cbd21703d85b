/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Misbehaviour on request. The control file is read at each request; a line is one fault:
 *
 *	[always] [for DIGITS] NAME [ARGUMENT] [STYLE]
 *
 * The first line that fits the request's `To` is used: once, then it is taken out of the file,
 * unless it says always. "ok" is no fault. STYLE is one of reply.h, and stands alone as well.
 * Blank lines and lines beginning with '#' stay. The emulator holds flock(2) while it changes the
 * file; a test that writes it whole before its request needs no lock.
 *
 * Taken means that the text reaches the phone although the answer is bad:
 *
 *	refuse [CODE]         per-message error, 120
 *	request-error [CODE]  request-level error, 104
 *	mixed                 taken; a second MID beside it is refused
 *	hang-before           no answer, not taken
 *	hang-after            taken, no answer
 *	close-silent          taken, the connection is closed without a byte
 *	close-half            taken, half of the reply, then closed
 *	drip [MS]             taken, a byte of the reply each 1000 ms
 *	slow [MS]             taken, the whole reply after 1000 ms
 *	truncated             taken, a whole answer with half of the XML
 *	nul                   taken, the reply with a NUL in it
 *	oversized             taken, the reply with 1 MB of blanks in it
 *	400 to 599            that HTTP status, not taken
 *	garbage, html, json   status 200, not taken
 *	empty                 likewise
 *	redirect [URL]        status 302, not taken
 */
#ifndef EMULATOR_FAULT_H
#define EMULATOR_FAULT_H

#include <stdbool.h>

#include "judge.h"
#include "reply.h"

#define FAULT_ARGUMENT_SIZE 256

/* How an answer travels. */
enum travel {
	TRAVEL_WHOLE = 0,
	TRAVEL_HALF,   /* half of it, then the connection is closed */
	TRAVEL_DRIP,   /* a byte each `milliseconds` */
	TRAVEL_LATE,   /* after `milliseconds` */
	TRAVEL_NEVER,  /* nothing, and the connection stays */
	TRAVEL_CLOSED, /* nothing, and the connection is closed */
};

/* What is done to the reply's text before it travels. */
enum spoil {
	SPOIL_NOTHING = 0,
	SPOIL_CUT,  /* only the first half is said */
	SPOIL_NUL,  /* a NUL in the middle */
	SPOIL_LONG, /* 1 MB of blanks in the middle */
};

/* A kind of fault: a row of the table in fault.c. */
struct fault_kind {
	const char *name;
	bool taken;
	enum travel travel;
	enum spoil spoil;
	unsigned int status; /* HTTP, 0 for 200 */
	const char *type;    /* of `body`; NULL for the reply's */
	const char *body;    /* NULL for the reply of the judgement */
	long argument;       /* the number where none is given */
	/* Changes what was judged; NULL for nothing. */
	void (*judge)(struct judgement *judgement, int code);
};

struct fault {
	const struct fault_kind *kind;
	long number; /* a code, milliseconds or a status */
	char argument[FAULT_ARGUMENT_SIZE];
	enum style style;
};

struct faults;

/* `control` NULL: never a fault. It is copied. */
CHECKED enum result faults_open(const char *control, struct faults **ret_faults);
void faults_close(struct faults **faults);

/* Takes the fault for a request to `to`. A line that is no fault gives "unknown", HTTP 500. */
void faults_take(struct faults *faults, const char *to, struct fault *ret_fault);

#endif
