/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * OpenSSH's certificates, as sshd has them in SSH_AUTH_INFO_0: the type, a blank, base64. One key
 * is certified again and again, each time with a nonce and an end of its own; who has it stays the
 * same.
 */
#ifndef SMSOTP_CERTIFICATE_H
#define SMSOTP_CERTIFICATE_H

#include "ask.h"

#define CERTIFICATE_KEY_MAX (KEYS_SIZE_MAX / 4 * 3)

/*
 * The bytes of the key that the certificate is for. Returns how many there are: 0 where `text` is
 * no certificate, one of another kind, or not whole.
 */
size_t certificate_read(
	const char *text, size_t length, uint8_t ret_key[static CERTIFICATE_KEY_MAX]);

#endif
