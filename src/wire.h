/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames, the bytes that cross a socket. One SOCK_SEQPACKET message is one frame:
 *
 *	version u8, type u8, then the fields of that type in their fixed order
 *
 * u16, u32 and u64 are little endian. A string is its length (u16), that many bytes without NUL,
 * and one NUL, so that a reader can point into the frame. A frame ends exactly after its last
 * field. Failures stick: put or get on, and ask once: a writer looks at `failed`, a reader calls
 * wire_done.
 *
 * Versions. The programs of two releases meet on one host: while a package is upgraded or rolled
 * back, and for as long as an application keeps a module that it has loaded. Whoever asks speaks
 * his own version. Whoever answers speaks the asker's, where that is his own or the one before. To
 * any other he answers FRAME_AGAIN, these two bytes in every version, with his own version in the
 * first: nothing was done for the frame. The asker, where he speaks that version, asks again in it,
 * within the same deadline; so may a verify, which was neither charged nor used. Thus a module
 * works with a smsotpd of the release before and of the one after, and smsotpd with smsotp-send.
 *
 * Who stops answers FRAME_AGAIN to what he has not begun: then its version is the asker's.
 *
 * A version that changes a frame writes and reads the new fields where `version` is high enough.
 * It lives with their absence where it is not.
 */
#ifndef SMSOTP_WIRE_H
#define SMSOTP_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "result.h"

#define WIRE_VERSION    1
#define WIRE_OLDEST     (WIRE_VERSION - (WIRE_VERSION > 1)) /* our own and the one before */
#define WIRE_FRAME_SIZE 16384
#define WIRE_AGAIN_SIZE 2
#define WIRE_ID_SIZE    16

enum frame_type {
	FRAME_BEGIN = 1,     /* module -> smsotpd: a login begins */
	FRAME_VERIFY,        /* module -> smsotpd: what was typed */
	FRAME_SESSION_OPEN,  /* module -> smsotpd */
	FRAME_SESSION_CLOSE, /* module -> smsotpd */
	FRAME_ANSWER,        /* smsotpd -> module */
	FRAME_TEXT,          /* smsotpd -> smsotp-send: one text */
	FRAME_REPORT,        /* smsotp-send -> smsotpd: what became of it */
	FRAME_AGAIN,         /* instead of an answer: nothing was done, ask again in this version */
};

struct wire {
	uint8_t *bytes;
	size_t size;
	size_t at;
	bool failed;
};

/* Starts a frame in `bytes`, which the writer does not own. `version` 0 is our own. */
void wire_start(
	struct wire *wire, uint8_t *bytes, size_t size, uint8_t version, enum frame_type type);
void wire_put_u8(struct wire *wire, uint8_t value);
void wire_put_u32(struct wire *wire, uint32_t value);
void wire_put_u64(struct wire *wire, uint64_t value);
void wire_put_bytes(struct wire *wire, const void *bytes, size_t size);
/* `text` NULL is the empty string; more than `max` bytes are cut off. */
void wire_put_string(struct wire *wire, const char *text, size_t max);

/* Opens a frame for reading. RESULT_INVALID where it is too short or of a version not spoken. */
CHECKED enum result wire_open(
	struct wire *wire, uint8_t *bytes, size_t size, uint8_t *ret_version, uint8_t *ret_type);
uint8_t wire_get_u8(struct wire *wire);
uint32_t wire_get_u32(struct wire *wire);
uint64_t wire_get_u64(struct wire *wire);
void wire_get_bytes(struct wire *wire, void *ret, size_t size);
/* Points into the frame; "" once the reader has failed. A NUL inside the string is a failure. */
const char *wire_get_string(struct wire *wire, size_t max);

/* Whether a frame is of a version that is not spoken here, so that FRAME_AGAIN answers it. */
bool wire_foreign(const uint8_t *bytes, size_t size);
/* Writes FRAME_AGAIN; `version` 0 is our own. */
void wire_put_again(uint8_t bytes[static WIRE_AGAIN_SIZE], uint8_t version);
/* Whether a frame is FRAME_AGAIN of a version that is spoken here. */
bool wire_get_again(const uint8_t *bytes, size_t size, uint8_t *ret_version);

/* RESULT_OK where every field was there and the frame ends exactly here, else RESULT_INVALID. */
CHECKED enum result wire_done(const struct wire *wire);

#endif
