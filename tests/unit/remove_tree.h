/* SPDX-License-Identifier: BSD-3-Clause */
/* Removes the directory of a test, with all that is in it. */
#ifndef SMSOTP_TEST_REMOVE_TREE_H
#define SMSOTP_TEST_REMOVE_TREE_H

#include <ftw.h>

#include "test.h"

static inline int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void remove_tree(const char *path)
{
	assert_int_equal(nftw(path, remove_one, 4, FTW_DEPTH | FTW_PHYS), 0);
}

#endif
