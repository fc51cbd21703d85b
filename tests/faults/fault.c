/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Preloaded into a program, it makes the n-th call that the page names fail, or ends the program
 * there.
 */
#include "fault.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The calls that are stood in for bring no context of ours. */
static struct fault_page *page;

__attribute__((constructor)) static void page_map(void)
{
	const char *path = getenv(FAULT_VARIABLE);
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	void *map = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map != MAP_FAILED)
		page = map;
}

void fault_die(void)
{
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}

bool fault_struck(enum fault_class kind, const char *name, enum fault_act *ret_act)
{
	if (page == NULL || (page->classes & kind) == 0)
		return false;
	uint32_t number = ++page->count;
	if (number < page->first || number > page->last)
		return false;
	if (++page->hits == 1)
		strncpy(page->name, name, sizeof(page->name) - 1);
	*ret_act = page->act;
	if (*ret_act == FAULT_DIE)
		fault_die();
	return true;
}
