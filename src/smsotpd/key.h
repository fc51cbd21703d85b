/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The host's key: 32 random bytes and the machine-id they were made for, in a file of smsotpd's
 * own. What is used are keys derived from it (crypto_kdf), one for each purpose.
 *
 *	"smsotp-key 1\n", 32 bytes of key, 32 bytes BLAKE2b of the machine-id keyed with the key
 */
#ifndef SMSOTP_KEY_H
#define SMSOTP_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "result.h"

#define KEY_SIZE  32
#define HASH_SIZE 16

struct keys {
	uint8_t identity[KEY_SIZE]; /* of the identity store's tables */
	uint8_t name[KEY_SIZE];     /* names and sources, in the state store and in events */
	uint8_t code[KEY_SIZE];     /* what stands in the store instead of a code */
	uint8_t token[KEY_SIZE];    /* the module's tokens, of this boot */
};

/* KEY_MOVED: the file was made on another machine, an image was cloned. */
enum key_origin { KEY_READ, KEY_MADE, KEY_MOVED };

/*
 * Reads `path`. Where it is missing or was made on another machine it is made anew if `make` is
 * set; else that is RESULT_NOT_FOUND, or KEY_MOVED and *ret_keys untouched. RESULT_REFUSED: its
 * owner, mode or content is wrong; RESULT_FAILED: the machine-id is there and cannot be read. The
 * sentence says what to do.
 */
CHECKED enum result key_load(const char *path, bool make, const uint8_t boot[static 16],
	struct keys *ret_keys, enum key_origin *ret_origin, struct error *error);

/* After a rename(2) to the absolute `path`: it has come to the disk when this returns. */
CHECKED enum result key_sync(const char *path, struct error *error);

void keys_wipe(struct keys *keys);

/* BLAKE2b-128, keyed, over the concatenation of `count` parts, each with its length before it. */
struct part {
	const void *bytes;
	size_t size;
};
void key_hash(const uint8_t key[static KEY_SIZE], const struct part *parts, size_t count,
	uint8_t ret[static HASH_SIZE]);

#endif
