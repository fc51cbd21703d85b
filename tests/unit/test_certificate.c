/* SPDX-License-Identifier: BSD-3-Clause */
/* Certificates of OpenSSH: whose key each is for, and what is none. */
#include "core_fixture.h"
#include "smsotpd/certificate.h"
#include "smsotpd/login.h"

#include <sodium.h>

#define ED25519 "ssh-ed25519-cert-v01@openssh.com"

struct blob {
	uint8_t bytes[CERTIFICATE_KEY_MAX];
	size_t size;
};

static void put(struct blob *blob, const char *text)
{
	size_t length = strlen(text);
	const uint8_t head[] = {0, 0, (uint8_t)(length >> 8), (uint8_t)length};

	memcpy(blob->bytes + blob->size, head, sizeof(head));
	memcpy(blob->bytes + blob->size + sizeof(head), text, length);
	blob->size += sizeof(head) + length;
}

/* "TYPE BASE64". */
static char *text_of(const char *type, const struct blob *blob)
{
	size_t room = sodium_base64_encoded_len(blob->size, sodium_base64_VARIANT_ORIGINAL);
	char *text = malloc(strlen(type) + 1 + room);

	assert_non_null(text);
	size_t at = (size_t)sprintf(text, "%s ", type);
	sodium_bin2base64(text + at, room, blob->bytes, blob->size, sodium_base64_VARIANT_ORIGINAL);
	return text;
}

/* A certificate for the key of `strings` times `word`. */
static char *certificate(const char *type, const char *nonce, size_t strings, const char *word)
{
	struct blob blob = {.size = 0};

	put(&blob, type);
	put(&blob, nonce);
	for (size_t i = 0; i < strings; i++)
		put(&blob, word);
	put(&blob, nonce); /* serial, end, CA and signature, each time others */
	return text_of(type, &blob);
}

/* In an allocation of its own length: who reads beyond is seen by a sanitizer. */
static size_t read_at(const char *text, size_t length, uint8_t ret_key[static CERTIFICATE_KEY_MAX])
{
	char *copy = malloc(length == 0 ? 1 : length);

	assert_non_null(copy);
	memcpy(copy, text, length);
	size_t size = certificate_read(copy, length, ret_key);
	free(copy);
	return size;
}

static void test_the_key_of_each_kind(void **state)
{
	static const struct {
		const char *type;
		size_t strings;
	} rows[] = {
		{ED25519, 1},
		{"ssh-rsa-cert-v01@openssh.com", 2},
		{"ecdsa-sha2-nistp256-cert-v01@openssh.com", 2},
		{"ecdsa-sha2-nistp384-cert-v01@openssh.com", 2},
		{"ecdsa-sha2-nistp521-cert-v01@openssh.com", 2},
		{"sk-ssh-ed25519-cert-v01@openssh.com", 2},
		{"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", 3},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t key[CERTIFICATE_KEY_MAX];
		struct blob wanted = {.size = 0};
		char *text = certificate(rows[i].type, "nonce", rows[i].strings, "the key");

		for (size_t j = 0; j < rows[i].strings; j++)
			put(&wanted, "the key");
		size_t size = read_at(text, strlen(text), key);
		HOLDS(rows[i].type, size == wanted.size);
		HOLDS(rows[i].type, memcmp(key, wanted.bytes, size) == 0);
		free(text);
	}
}

/* Where it is cut, it is whole as long as its key is. */
static void test_what_is_not_whole(void **state)
{
	uint8_t key[CERTIFICATE_KEY_MAX];
	char *text = certificate(ED25519, "nonce!", 1, "keykey");
	/* Type, nonce and key are 56 bytes with their lengths, and end in the 19th four characters.
	 */
	size_t key_end = strlen(ED25519) + 1 + 76;

	(void)state;
	for (size_t length = 0; length < key_end; length++)
		assert_int_equal(read_at(text, length, key), 0);
	assert_int_equal(read_at(text, key_end, key), 10);
	free(text);
}

/* What is read of `blob` as a certificate of `type`. */
static size_t size_of(const char *type, const struct blob *blob)
{
	uint8_t key[CERTIFICATE_KEY_MAX];
	char *text = text_of(type, blob);
	size_t size = read_at(text, strlen(text), key);

	free(text);
	return size;
}

/* Its last byte is the key's; a string may be empty; and of two one alone is no key. */
static void test_a_certificate_that_ends_with_its_key(void **state)
{
	static const char rsa[] = "ssh-rsa-cert-v01@openssh.com";
	struct blob whole = {.size = 0}, half = {.size = 0};

	(void)state;
	put(&whole, ED25519);
	put(&whole, "nonce");
	struct blob empty = whole;
	put(&whole, "key");
	put(&empty, "");
	assert_int_equal(size_of(ED25519, &whole), 7);
	assert_int_equal(size_of(ED25519, &empty), 4);
	put(&half, rsa);
	put(&half, "nonce");
	put(&half, "e");
	for (int more = 0; more < 4; more++) {
		assert_int_equal(size_of(rsa, &half), 0);
		half.size++;
	}
}

/* What it calls its nonce is longer than all of it, whatever stands there. */
static void test_a_nonce_without_end(void **state)
{
	struct blob blob = {.size = 0};

	(void)state;
	put(&blob, ED25519);
	memset(blob.bytes + blob.size, 0x7f, 4);
	blob.size += 4;
	put(&blob, "key");
	assert_int_equal(size_of(ED25519, &blob), 0);
}

static void test_what_is_no_certificate(void **state)
{
	static const char *const rows[] = {
		"",
		" ",
		ED25519,
		ED25519 " ",
		ED25519 " ****",
		ED25519 " AAAA",
		ED25519 " /////w==",
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA",
		"ssh-ed25519-cert-v02@openssh.com AAAA",
		"-cert-v01@openssh.com AAAA",
	};
	uint8_t key[CERTIFICATE_KEY_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		HOLDS(rows[i], read_at(rows[i], strlen(rows[i]), key) == 0);
}

static void source_of(const char *key, uint8_t ret[static HASH_SIZE], char label[static LABEL_SIZE])
{
	struct config *config = defaults();
	struct login login;
	struct keys keys;
	char line[4096];

	keys_fill(&keys, 1);
	snprintf(line, sizeof(line), "publickey%s%s\n", key[0] == '\0' ? "" : " ", key);
	const struct ask ask = {.service = "sshd",
		.user = "demo",
		.tty = "",
		.rhost = "",
		.ruser = "",
		.connection = "",
		.auth_info = line};
	assert_int_equal(login_read(config, &keys, &ask, &login), RESULT_OK);
	assert_int_equal(login.source.kind, SOURCE_KEY);
	memcpy(ret, login.visitor.source, HASH_SIZE);
	memcpy(label, login.source.label, LABEL_SIZE);
	config_free(&config);
}

/* A new certificate each day is the same place; that of another key is another. */
static void test_a_certificate_is_its_key(void **state)
{
	char *first = certificate(ED25519, "monday", 1, "mine");
	char *second = certificate(ED25519, "tuesday", 1, "mine");
	char *other = certificate(ED25519, "monday", 1, "hers");
	uint8_t one[HASH_SIZE], two[HASH_SIZE], three[HASH_SIZE];
	char here[LABEL_SIZE], there[LABEL_SIZE];

	(void)state;
	source_of(first, one, here);
	source_of(second, two, there);
	assert_memory_equal(one, two, HASH_SIZE);
	assert_string_equal(here, there);
	source_of(other, three, there);
	assert_memory_not_equal(one, three, HASH_SIZE);
	assert_string_not_equal(here, there);
	source_of("", three, there);
	assert_memory_not_equal(one, three, HASH_SIZE);
	free(first);
	free(second);
	free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_key_of_each_kind),
		cmocka_unit_test(test_what_is_not_whole),
		cmocka_unit_test(test_a_certificate_that_ends_with_its_key),
		cmocka_unit_test(test_a_nonce_without_end),
		cmocka_unit_test(test_what_is_no_certificate),
		cmocka_unit_test(test_a_certificate_is_its_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
