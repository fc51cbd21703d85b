/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a stack can come to. The stack is walked as libpam does it (pam_dispatch.c), over every
 * return that its modules may give, for what we return and for what the caller can prove.
 */
#ifndef SMSOTP_WALK_H
#define SMSOTP_WALK_H

#include "stack.h"

struct walk {
	unsigned int ours; /* a bit for each enum stack_return that our line may give */
	bool proof;        /* whoever signs in knows a password or has what other modules ask for */
	bool plain;        /* and is not root at a console: walk_for_root passes nobody */
};

/* Bits of what may happen. */
enum walk_outcome {
	WALK_ASKED = 1,   /* a line of ours is asked */
	WALK_TWICE = 2,   /* and then one of ours again */
	WALK_THROUGH = 4, /* success, and a line of ours was asked */
	WALK_PAST = 8,    /* success, and none was */
};

/* Walks the whole stack. */
unsigned int walk_stack(const struct stack *stack, const struct walk *walk);

/*
 * The lines by whose doing our first line is passed over and the end is a success all the same.
 * ret_lines has `stack->count` places; returns how many are true.
 */
size_t walk_past(const struct stack *stack, bool ret_lines[static STACK_LINES_MAX]);

/*
 * Passes root at terminals of the host and nobody else, as the shipped login-rescue has it:
 * pam_succeed_if.so with "user = root" and "tty in" terminals that no network gives out.
 */
bool walk_for_root(const struct stack_entry *entry);

/* Asks for a secret, a key or the like: success is something that the caller proved. */
bool walk_asks(const struct stack_entry *entry);

#endif
