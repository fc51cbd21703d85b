/* SPDX-License-Identifier: BSD-3-Clause */
#include "key.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC           "smsotp-key 1\n"
#define MAGIC_SIZE      (sizeof(MAGIC) - 1)
#define MACHINE_ID_PATH "/etc/machine-id"
#define MACHINE_ID_SIZE 32
#define FILE_SIZE       (MAGIC_SIZE + KEY_SIZE + KEY_SIZE)

_Static_assert(KEY_SIZE == crypto_kdf_KEYBYTES, "a key derives keys");

/*
 * A host without a machine-id has an empty one: its key is then bound to nothing. One that cannot
 * be read is not that: it would be another machine's, and all codes and locks would go.
 */
static enum result machine_hash(
	const uint8_t key[static KEY_SIZE], uint8_t ret[static KEY_SIZE], struct error *error)
{
	uint8_t id[MACHINE_ID_SIZE] = {0};
	int fd = open(MACHINE_ID_PATH, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, id, sizeof(id));
	int failure = size < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	if (failure != 0 && failure != ENOENT)
		return error_set(error, RESULT_FAILED,
			"cannot read " MACHINE_ID_PATH ": %s; the key is bound to it, let smsotpd "
			"read it",
			strerror(failure));
	if (size != (ssize_t)sizeof(id))
		memset(id, 0, sizeof(id));
	crypto_generichash(ret, KEY_SIZE, id, sizeof(id), key, KEY_SIZE);
	return RESULT_OK;
}

enum result key_sync(const char *path, struct error *error)
{
	char directory[PATH_MAX];

	snprintf(directory, sizeof(directory), "%s", path);
	*strrchr(directory, '/') = '\0';
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced = fd >= 0 && fsync(fd) == 0;
	int failure = errno;
	if (fd >= 0)
		close(fd);
	if (!synced)
		return error_set(error, RESULT_FAILED, "the key %s cannot be synced: %s", path,
			strerror(failure));
	return RESULT_OK;
}

/* Written beside its place and moved there whole: a key that is half there would lose both stores.
 */
static enum result key_make(const char *path, uint8_t bytes[static FILE_SIZE], struct error *error)
{
	char fresh[PATH_MAX];

	memcpy(bytes, MAGIC, MAGIC_SIZE);
	randombytes_buf(bytes + MAGIC_SIZE, KEY_SIZE);
	enum result result = machine_hash(bytes + MAGIC_SIZE, bytes + MAGIC_SIZE + KEY_SIZE, error);
	if (result != RESULT_OK)
		return result;
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	unlink(fresh);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set(
			error, RESULT_FAILED, "cannot make the key %s: %s", fresh, strerror(errno));
	bool written = write(fd, bytes, FILE_SIZE) == (ssize_t)FILE_SIZE && fsync(fd) == 0;
	close(fd);
	if (written && rename(fresh, path) == 0)
		return key_sync(path, error);
	unlink(fresh);
	return error_set(
		error, RESULT_FULL, "cannot write the key %s: make room on its disk", path);
}

/* RESULT_EXISTS: sound, but of another machine. */
static enum result key_read(const char *path, uint8_t bytes[static FILE_SIZE], struct error *error)
{
	struct stat status;
	uint8_t machine[KEY_SIZE];
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return RESULT_NOT_FOUND;
	if (fd < 0)
		return error_set(error, RESULT_REFUSED,
			"cannot open the key %s: %s; it must be a file of uid %u with mode 0600",
			path, strerror(errno), geteuid());
	bool sound = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
		     status.st_uid == geteuid() && (status.st_mode & 077) == 0;
	ssize_t size = sound ? read(fd, bytes, FILE_SIZE) : -1;
	close(fd);
	if (!sound)
		return error_set(error, RESULT_REFUSED,
			"the key %s must be a file of the daemon's own user with mode 0600; repair "
			"it with: chown -h %u %s; setpriv --reuid=%u --clear-groups chmod 0600 %s",
			path, geteuid(), path, geteuid(), path);
	if (size != (ssize_t)FILE_SIZE || memcmp(bytes, MAGIC, MAGIC_SIZE) != 0)
		return error_set(error, RESULT_REFUSED,
			"the key %s is damaged: restore it, both stores are read with it", path);
	enum result result = machine_hash(bytes + MAGIC_SIZE, machine, error);
	if (result != RESULT_OK)
		return result;
	if (sodium_memcmp(machine, bytes + MAGIC_SIZE + KEY_SIZE, KEY_SIZE) != 0)
		return RESULT_EXISTS;
	return RESULT_OK;
}

/* Tokens end with the boot, as codes do: the boot id goes into their key. */
static void keys_derive(
	const uint8_t master[static KEY_SIZE], const uint8_t boot[static 16], struct keys *ret_keys)
{
	static const char context[crypto_kdf_CONTEXTBYTES] = "smsotp 1";
	uint8_t token[KEY_SIZE];

	crypto_kdf_derive_from_key(ret_keys->identity, KEY_SIZE, 1, context, master);
	crypto_kdf_derive_from_key(ret_keys->name, KEY_SIZE, 2, context, master);
	crypto_kdf_derive_from_key(ret_keys->code, KEY_SIZE, 3, context, master);
	crypto_kdf_derive_from_key(token, KEY_SIZE, 4, context, master);
	crypto_generichash(ret_keys->token, KEY_SIZE, boot, 16, token, KEY_SIZE);
	explicit_bzero(token, sizeof(token));
}

enum result key_load(const char *path, bool make, const uint8_t boot[static 16],
	struct keys *ret_keys, enum key_origin *ret_origin, struct error *error)
{
	uint8_t bytes[FILE_SIZE];
	enum result result = key_read(path, bytes, error);
	enum key_origin origin = result == RESULT_EXISTS ? KEY_MOVED : KEY_READ;

	if (result == RESULT_NOT_FOUND && !make)
		return error_set(error, RESULT_NOT_FOUND,
			"the key %s is missing but the stores are there: restore it, they are read "
			"with it",
			path);
	if (make && (result == RESULT_NOT_FOUND || result == RESULT_EXISTS)) {
		origin = KEY_MADE;
		result = key_make(path, bytes, error);
	}
	if (result == RESULT_OK)
		keys_derive(bytes + MAGIC_SIZE, boot, ret_keys);
	explicit_bzero(bytes, sizeof(bytes));
	if (result != RESULT_OK && result != RESULT_EXISTS)
		return result;
	*ret_origin = origin;
	return RESULT_OK;
}

void keys_wipe(struct keys *keys)
{
	explicit_bzero(keys, sizeof(*keys));
}

void key_hash(const uint8_t key[static KEY_SIZE], const struct part *parts, size_t count,
	uint8_t ret[static HASH_SIZE])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, key, KEY_SIZE, HASH_SIZE);
	for (size_t i = 0; i < count; i++) {
		uint8_t size[4] = {(uint8_t)parts[i].size, (uint8_t)(parts[i].size >> 8),
			(uint8_t)(parts[i].size >> 16), (uint8_t)(parts[i].size >> 24)};
		crypto_generichash_update(&state, size, sizeof(size));
		crypto_generichash_update(&state, parts[i].bytes, parts[i].size);
	}
	crypto_generichash_final(&state, ret, HASH_SIZE);
	explicit_bzero(&state, sizeof(state));
}
