/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Certificates for a test, of a CA made on the spot, all P-256, valid for a week:
 *
 *	DIRECTORY/ca.pem                   the CA
 *	DIRECTORY/server.pem, server.key   localhost, 127.0.0.1, ::1 and one name more
 *	DIRECTORY/wrong.pem, wrong.key     another host's, of the same CA
 *	DIRECTORY/pin                      "sha256//BASE64" of server.pem's public key
 */
#ifndef EMULATOR_CERT_H
#define EMULATOR_CERT_H

#include "result.h"

#define PIN_SIZE 64 /* "sha256//", 44 of base64 and a NUL */

/* `name` is a DNS name or an address, NULL for none. Existing files are replaced. */
CHECKED enum result cert_make(const char *directory, const char *name,
	char ret_pin[static PIN_SIZE], struct error *error);

#endif
