/* SPDX-License-Identifier: BSD-3-Clause */
#include "certificate.h"

#include <sodium.h>
#include <string.h>

/* How many strings behind the nonce are the key: of ECDSA its curve, of security keys what they
 * were made for is one, too. */
static size_t strings_of(const char *type, size_t length)
{
	static const struct {
		const char *type;
		size_t strings;
	} kinds[] = {
		{"ssh-ed25519-cert-v01@openssh.com", 1},
		{"ssh-rsa-cert-v01@openssh.com", 2},
		{"ecdsa-sha2-nistp256-cert-v01@openssh.com", 2},
		{"ecdsa-sha2-nistp384-cert-v01@openssh.com", 2},
		{"ecdsa-sha2-nistp521-cert-v01@openssh.com", 2},
		{"sk-ssh-ed25519-cert-v01@openssh.com", 2},
		{"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", 3},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strlen(kinds[i].type) == length && memcmp(kinds[i].type, type, length) == 0)
			return kinds[i].strings;
	}
	return 0;
}

/* Goes over `count` strings, each its length and then its bytes; false where one is not whole. */
static bool skip(const uint8_t *blob, size_t size, size_t count, size_t *at)
{
	for (size_t i = 0; i < count; i++) {
		if (size - *at < 4)
			return false;
		const uint8_t *length = blob + *at;
		size_t bytes = (size_t)length[0] << 24 | (size_t)length[1] << 16 |
			       (size_t)length[2] << 8 | length[3];
		*at += 4;
		if (size - *at < bytes)
			return false;
		*at += bytes;
	}
	return true;
}

size_t certificate_read(
	const char *text, size_t length, uint8_t ret_key[static CERTIFICATE_KEY_MAX])
{
	const char *blank = memchr(text, ' ', length);
	size_t type = blank == NULL ? 0 : (size_t)(blank - text);
	size_t strings = strings_of(text, type);
	const char *end;
	size_t size, at = 0;

	if (strings == 0 ||
		sodium_base642bin(ret_key, CERTIFICATE_KEY_MAX, blank + 1, length - type - 1, NULL,
			&size, &end, sodium_base64_VARIANT_ORIGINAL) != 0)
		return 0;
	/* The type once more, and the nonce. */
	if (!skip(ret_key, size, 2, &at))
		return 0;
	size_t begin = at;
	if (!skip(ret_key, size, strings, &at))
		return 0;
	memmove(ret_key, ret_key + begin, at - begin);
	return at - begin;
}
