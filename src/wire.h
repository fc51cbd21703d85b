/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames, the bytes that cross a socket. One SOCK_SEQPACKET message is one frame:
 *
 *	version u8, type u8, then the fields of that type in their fixed order
 *
 * u16, u32 and u64 are little endian. A string is its length (u16), that many bytes without NUL,
 * and one NUL, so that a reader can point into the frame. A frame ends exactly after its last
 *field. Failures stick: put or get on, and ask once: a writer looks at `failed`, a reader calls
 *wire_done.
 */
#ifndef SMSOTP_WIRE_H
#define SMSOTP_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "result.h"

#define WIRE_VERSION    1
#define WIRE_OLDEST     1 /* smsotpd answers this version and all up to its own */
#define WIRE_FRAME_SIZE 16384
#define WIRE_ID_SIZE    16

enum frame_type {
	FRAME_BEGIN = 1,     /* module -> smsotpd: a login begins */
	FRAME_VERIFY,        /* module -> smsotpd: what was typed */
	FRAME_SESSION_OPEN,  /* module -> smsotpd */
	FRAME_SESSION_CLOSE, /* module -> smsotpd */
	FRAME_ANSWER,        /* smsotpd -> module */
	FRAME_TEXT,          /* smsotpd -> smsotp-send: one text */
	FRAME_REPORT,        /* smsotp-send -> smsotpd: what became of it */
};

struct wire {
	uint8_t *bytes;
	size_t size;
	size_t at;
	bool failed;
};

/* Starts a frame in `bytes`; the writer does not own them. */
void wire_start(struct wire *wire, uint8_t *bytes, size_t size, enum frame_type type);
void wire_put_u8(struct wire *wire, uint8_t value);
void wire_put_u32(struct wire *wire, uint32_t value);
void wire_put_u64(struct wire *wire, uint64_t value);
void wire_put_bytes(struct wire *wire, const void *bytes, size_t size);
/* `text` NULL is the empty string; more than `max` bytes are cut off. */
void wire_put_string(struct wire *wire, const char *text, size_t max);

/* Opens a frame for reading. RESULT_INVALID where it is too short or of a version not spoken. */
CHECKED enum result wire_open(struct wire *wire, uint8_t *bytes, size_t size, uint8_t *ret_type);
uint8_t wire_get_u8(struct wire *wire);
uint32_t wire_get_u32(struct wire *wire);
uint64_t wire_get_u64(struct wire *wire);
void wire_get_bytes(struct wire *wire, void *ret, size_t size);
/* Points into the frame; "" once the reader has failed. A NUL inside the string is a failure. */
const char *wire_get_string(struct wire *wire, size_t max);

/* RESULT_OK where every field was there and the frame ends exactly here, else RESULT_INVALID. */
CHECKED enum result wire_done(const struct wire *wire);

#endif
