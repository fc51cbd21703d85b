/* SPDX-License-Identifier: BSD-3-Clause */
#include "signals.h"

#include <signal.h>
#include <sys/signalfd.h>

static sigset_t ours(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	return set;
}

enum result signals_hold(void)
{
	const sigset_t set = ours();

	return sigprocmask(SIG_BLOCK, &set, NULL) == 0 ? RESULT_OK : RESULT_FAILED;
}

int signals_open(void)
{
	const sigset_t set = ours();

	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}
