/* SPDX-License-Identifier: BSD-3-Clause */
/* What a committer was given comes back: waits for the next one. */
#ifndef SMSOTP_TEST_COMMITTER_FIXTURE_H
#define SMSOTP_TEST_COMMITTER_FIXTURE_H

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "smsotpd/committer.h"
#include "stores_fixture.h"

#define WAIT_MS 20000

/* `wake` is the eventfd that the committer writes to. */
static inline struct job *committer_next(struct committer *committer, int wake)
{
	struct pollfd ready = {.fd = wake, .events = POLLIN};
	struct job *job;
	uint64_t count;

	while ((job = committer_take(committer)) == NULL) {
		assert_int_equal(poll(&ready, 1, WAIT_MS), 1);
		assert_int_equal(read(wake, &count, sizeof(count)), sizeof(count));
	}
	return job;
}

#endif
