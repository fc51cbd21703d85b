/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What must hold of a store's directory and files before LMDB touches them. LMDB itself follows
 * links and takes any owner, and writes to lock.mdb through a map: a hole in it is SIGBUS when the
 * disk is full. Every refusal says which check failed and the command that repairs it.
 */
#ifndef SMSOTP_STORE_CHECK_H
#define SMSOTP_STORE_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "result.h"

/*
 * Opens `path`, made first where it is missing and `create` is set: a directory, no link, owned by
 * this process, mode 0700, locked against a second opener for as long as it is open.
 */
CHECKED enum result store_directory(
	const char *path, bool create, int *ret_directory, struct error *error);

/*
 * One file of the directory: regular, no link, this process's, mode 0600. `path` is for the
 * sentence. RESULT_NOT_FOUND where it is missing or empty.
 */
CHECKED enum result store_file(
	int directory, const char *path, const char *name, size_t *ret_size, struct error *error);

/* Gives the open file `size` bytes of disk; never shrinks it. */
CHECKED enum result store_allocate(
	int file, size_t size, const char *path, const char *name, struct error *error);

/* Makes lock.mdb where it is missing, and gives it all of its disk. */
CHECKED enum result store_lock_file(
	int directory, const char *path, size_t size, struct error *error);

/*
 * Marks every descriptor of this process that is open on the same file. LMDB 0.9.24 leaves its two
 * of data.mdb to be inherited, and names only one of them.
 */
CHECKED enum result store_close_on_exec(int file, struct error *error);

#endif
