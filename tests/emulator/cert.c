/* SPDX-License-Identifier: BSD-3-Clause */
#include "cert.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define WEEK (7 * 24 * 3600)

/* A certificate and its key, not yet signed. */
struct pair {
	gnutls_x509_crt_t certificate;
	gnutls_x509_privkey_t key;
};

static void pair_free(struct pair *pair)
{
	if (pair->certificate != NULL)
		gnutls_x509_crt_deinit(pair->certificate);
	if (pair->key != NULL)
		gnutls_x509_privkey_deinit(pair->key);
}

/* Returns GnuTLS's code, as all below do: negative is a failure. */
static int pair_make(const char *common_name, bool ca, struct pair *pair)
{
	unsigned char serial[8];
	time_t now = time(NULL);
	int code = gnutls_x509_privkey_init(&pair->key);

	if (code >= 0)
		code = gnutls_x509_privkey_generate(pair->key, GNUTLS_PK_ECDSA,
			GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
	if (code >= 0)
		code = gnutls_x509_crt_init(&pair->certificate);
	if (code >= 0)
		code = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));
	if (code < 0)
		return code;
	serial[0] = (serial[0] & 0x7f) | 0x40; /* positive and of one length: RFC 5280 4.1.2.2 */
	gnutls_x509_crt_set_version(pair->certificate, 3);
	gnutls_x509_crt_set_serial(pair->certificate, serial, sizeof(serial));
	gnutls_x509_crt_set_activation_time(pair->certificate, now - 3600);
	gnutls_x509_crt_set_expiration_time(pair->certificate, now + WEEK);
	gnutls_x509_crt_set_dn_by_oid(pair->certificate, GNUTLS_OID_X520_COMMON_NAME, 0,
		common_name, (unsigned int)strlen(common_name));
	gnutls_x509_crt_set_key_usage(pair->certificate,
		ca ? GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN : GNUTLS_KEY_DIGITAL_SIGNATURE);
	gnutls_x509_crt_set_basic_constraints(pair->certificate, ca ? 1 : 0, -1);
	return gnutls_x509_crt_set_key(pair->certificate, pair->key);
}

/* Signed by `ca`, which may be the pair itself. Strict clients want each to name its key and the
 * one it is signed with: RFC 5280 4.2.1.1 and 4.2.1.2. */
static int sign(struct pair *pair, const struct pair *ca)
{
	unsigned char own[64], signer[64];
	size_t own_size = sizeof(own), signer_size = sizeof(signer);
	int code = gnutls_x509_crt_get_key_id(pair->certificate, 0, own, &own_size);

	if (code >= 0)
		code = gnutls_x509_crt_get_key_id(ca->certificate, 0, signer, &signer_size);
	if (code >= 0)
		code = gnutls_x509_crt_set_subject_key_id(pair->certificate, own, own_size);
	if (code >= 0)
		code = gnutls_x509_crt_set_authority_key_id(pair->certificate, signer, signer_size);
	return code < 0 ? code
			: gnutls_x509_crt_sign2(pair->certificate, ca->certificate, ca->key,
				  GNUTLS_DIG_SHA256, 0);
}

/* A DNS name or an address, by its looks. */
static int add_name(struct pair *pair, const char *name)
{
	unsigned char address[sizeof(struct in6_addr)];
	gnutls_x509_subject_alt_name_t kind = GNUTLS_SAN_IPADDRESS;
	const void *data = address;
	unsigned int size = 0;

	if (inet_pton(AF_INET, name, address) == 1) {
		size = sizeof(struct in_addr);
	} else if (inet_pton(AF_INET6, name, address) == 1) {
		size = sizeof(struct in6_addr);
	} else {
		kind = GNUTLS_SAN_DNSNAME;
		data = name;
		size = (unsigned int)strlen(name);
	}
	return gnutls_x509_crt_set_subject_alt_name(
		pair->certificate, kind, data, size, GNUTLS_FSAN_APPEND);
}

static int write_file(
	const char *directory, const char *name, mode_t mode, const gnutls_datum_t *data)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	unlink(path);
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (file < 0)
		return GNUTLS_E_FILE_ERROR;
	ssize_t written = write(file, data->data, data->size);
	close(file);
	return written == (ssize_t)data->size ? 0 : GNUTLS_E_FILE_ERROR;
}

/* Writes NAME.pem and, unless it is the CA's, NAME.key. */
static int pair_write(
	const struct pair *pair, const char *directory, const char *name, bool with_key)
{
	gnutls_datum_t data = {0};
	char file[64];
	int code = gnutls_x509_crt_export2(pair->certificate, GNUTLS_X509_FMT_PEM, &data);

	if (code < 0)
		return code;
	snprintf(file, sizeof(file), "%s.pem", name);
	code = write_file(directory, file, 0644, &data);
	gnutls_free(data.data);
	if (code < 0 || !with_key)
		return code;
	code = gnutls_x509_privkey_export2(pair->key, GNUTLS_X509_FMT_PEM, &data);
	if (code < 0)
		return code;
	snprintf(file, sizeof(file), "%s.key", name);
	code = write_file(directory, file, 0600, &data);
	gnutls_free(data.data);
	return code;
}

/* The pin as curl(1) --pinnedpubkey has it: SHA-256 of the SubjectPublicKeyInfo. */
static int make_pin(const struct pair *pair, char *ret_pin)
{
	gnutls_pubkey_t key = NULL;
	gnutls_datum_t der = {0};
	unsigned char hash[32];
	gnutls_datum_t base64 = {0};
	int code = gnutls_pubkey_init(&key);

	if (code >= 0)
		code = gnutls_pubkey_import_x509(key, pair->certificate, 0);
	if (code >= 0)
		code = gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &der);
	if (code >= 0)
		code = gnutls_hash_fast(GNUTLS_DIG_SHA256, der.data, der.size, hash);
	if (code >= 0)
		code = gnutls_base64_encode2(
			&(gnutls_datum_t){.data = hash, .size = sizeof(hash)}, &base64);
	if (code >= 0)
		snprintf(ret_pin, PIN_SIZE, "sha256//%.*s", (int)base64.size, base64.data);
	gnutls_free(base64.data);
	gnutls_free(der.data);
	if (key != NULL)
		gnutls_pubkey_deinit(key);
	return code;
}

/* Makes, signs and writes NAME's pair; its subject names are `names`, NULL at the end. */
static int make_host(const struct pair *ca, const char *directory, const char *name,
	const char *const *names, char *ret_pin)
{
	__attribute__((cleanup(pair_free))) struct pair host = {0};
	int code = pair_make(names[0], false, &host);

	for (; code >= 0 && *names != NULL; names++)
		code = add_name(&host, *names);
	if (code >= 0)
		code = gnutls_x509_crt_set_key_purpose_oid(
			host.certificate, GNUTLS_KP_TLS_WWW_SERVER, 0);
	if (code >= 0)
		code = sign(&host, ca);
	if (code >= 0)
		code = pair_write(&host, directory, name, true);
	return code < 0 ? code : make_pin(&host, ret_pin);
}

enum result cert_make(
	const char *directory, const char *name, char ret_pin[static PIN_SIZE], struct error *error)
{
	__attribute__((cleanup(pair_free))) struct pair ca = {0};
	const char *const names[] = {"localhost", "127.0.0.1", "::1", name, NULL};
	const char *const wrong[] = {"wrong.example", NULL};
	char pin[PIN_SIZE];
	char unused[PIN_SIZE];

	if (mkdir(directory, 0755) != 0 && errno != EEXIST)
		return error_set(error, RESULT_FAILED, "cannot make %s: %m", directory);
	int code = pair_make("BulkPush emulator CA", true, &ca);
	if (code >= 0)
		code = sign(&ca, &ca);
	if (code >= 0)
		code = pair_write(&ca, directory, "ca", false);
	if (code >= 0)
		code = make_host(&ca, directory, "server", names, pin);
	if (code >= 0)
		code = make_host(&ca, directory, "wrong", wrong, unused);
	if (code >= 0)
		code = write_file(directory, "pin", 0644,
			&(gnutls_datum_t){(unsigned char *)pin, (unsigned int)strlen(pin)});
	if (code < 0)
		return error_set(error, RESULT_FAILED, "cannot make certificates in %s: %s",
			directory, gnutls_strerror(code));
	memcpy(ret_pin, pin, sizeof(pin));
	return RESULT_OK;
}
