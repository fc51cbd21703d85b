/* SPDX-License-Identifier: BSD-3-Clause */
#include "walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How libpam's impression and status stand: what its end would be. */
enum impression { NONE = 0, GOOD, GOOD_BUT_FAILED, BAD, IMPRESSIONS };

/* Where a walk stands; at `index` == count it has come to the end. */
struct place {
	size_t index;
	enum impression impression;
	bool asked;
};

#define PLACES ((STACK_LINES_MAX + 1) * IMPRESSIONS * 2)

struct tour {
	const struct stack *stack;
	struct walk walk;
	unsigned int outcome;
	size_t count;
	bool seen[PLACES];
	struct place todo[PLACES]; /* each place enters once */
};

#define BIT(what) (1U << (what))
#define REFUSALS  (BIT(RETURN_AUTH_ERR) | BIT(RETURN_UNKNOWN) | BIT(RETURN_UNAVAIL))

enum kind {
	CONDITION = 0, /* may say anything, by who asks, when and from where */
	ASKS,          /* for a secret, a key, a token */
	PERMITS,
	DENIES,
	SILENT, /* does something, and PAM_IGNORE */
};

static const struct {
	const char *module;
	enum kind kind;
} modules[] = {
	{"pam_permit.so", PERMITS},
	{"pam_deny.so", DENIES},
	{"pam_rootok.so", DENIES}, /* whoever is not root already */
	{"pam_unix.so", ASKS},
	{"pam_sss.so", ASKS},
	{"pam_krb5.so", ASKS},
	{"pam_ldap.so", ASKS},
	{"pam_winbind.so", ASKS},
	{"pam_systemd_home.so", ASKS},
	{"pam_u2f.so", ASKS},
	{"pam_fprintd.so", ASKS},
	{"pam_p11.so", ASKS},
	{"pam_pkcs11.so", ASKS},
	{"pam_yubico.so", ASKS},
	{"pam_oath.so", ASKS},
	{"pam_google_authenticator.so", ASKS},
	{"pam_duo.so", ASKS},
	{"pam_radius_auth.so", ASKS},
	{"pam_ssh_agent_auth.so", ASKS},
	{"pam_cap.so", SILENT},
	{"pam_echo.so", SILENT},
	{"pam_env.so", SILENT},
	{"pam_faildelay.so", SILENT},
	{"pam_group.so", SILENT},
	{"pam_warn.so", SILENT},
};

static enum kind kind_of(const struct stack_entry *entry)
{
	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		if (strcmp(modules[i].module, entry->module) == 0)
			return modules[i].kind;
	}
	return CONDITION;
}

bool walk_asks(const struct stack_entry *entry)
{
	return kind_of(entry) == ASKS;
}

bool walk_for_root(const struct stack_entry *entry)
{
	char left[STACK_ARGUMENTS], is[STACK_ARGUMENTS], right[STACK_ARGUMENTS];
	const char *at = entry->arguments;
	bool root = false, console = false;

	if (strcmp(entry->module, "pam_succeed_if.so") != 0)
		return false;
	while (sscanf(at, "%255s %255s %255s", left, is, right) == 3) {
		root = root || (strcmp(left, "user") == 0 && strcmp(is, "=") == 0 &&
				       strcmp(right, "root") == 0);
		console = console ||
			  (strcmp(left, "tty") == 0 && strcmp(is, "in") == 0 &&
				  strstr(right, "pts") == NULL && strstr(right, "ssh") == NULL);
		at += strspn(at, " \t");
		at += strcspn(at, " \t");
	}
	return root && console;
}

/* The returns that a line may give, as bits. */
static unsigned int returns_of(const struct stack_entry *entry, const struct walk *walk)
{
	if (stack_is_ours(entry))
		return walk->ours;
	if (walk->plain && walk_for_root(entry))
		return BIT(RETURN_AUTH_ERR);
	switch (kind_of(entry)) {
	case PERMITS:
		return BIT(RETURN_SUCCESS);
	case DENIES:
		return BIT(RETURN_AUTH_ERR);
	case SILENT:
		return BIT(RETURN_IGNORE);
	case ASKS:
		return REFUSALS | (walk->proof ? BIT(RETURN_SUCCESS) : 0);
	default:
		return BIT(RETURN_SUCCESS) | BIT(RETURN_AUTH_ERR) | BIT(RETURN_IGNORE);
	}
}

/* Behind the lines of this level and deeper ones: what `done` and `die` go on with. */
static size_t leave(const struct stack *stack, size_t index)
{
	unsigned int level = stack->entry[index].level;

	do
		index++;
	while (index < stack->count && stack->entry[index].level >= level);
	return index;
}

/* Over so many lines of this level; a jump out of it is an error, and a refusal. */
static void jump(const struct stack *stack, int lines, struct place *place)
{
	unsigned int level = stack->entry[place->index].level;
	size_t last = place->index;

	while (last + 1 < stack->count && stack->entry[last + 1].level >= level && lines > 0) {
		do
			last++;
		while (last + 1 < stack->count && stack->entry[last + 1].level > level);
		lines--;
	}
	if (lines > 0)
		place->impression = BAD;
	place->index = last + 1;
}

/* What libpam does when the line at `place` returns `value`. */
static struct place step(const struct stack *stack, struct place place, enum stack_return value)
{
	const struct stack_entry *entry = &stack->entry[place.index];
	int action = entry->action[value];
	struct place next = place;

	next.index++;
	switch (action) {
	case ACTION_IGNORE:
		return next;
	case ACTION_OK:
	case ACTION_DONE:
		if (place.impression == NONE || place.impression == GOOD)
			next.impression = value == RETURN_SUCCESS ? GOOD : GOOD_BUT_FAILED;
		if (action == ACTION_DONE && next.impression != BAD)
			next.index = leave(stack, place.index);
		return next;
	case ACTION_BAD:
	case ACTION_DIE:
		next.impression = BAD;
		if (action == ACTION_DIE)
			next.index = leave(stack, place.index);
		return next;
	case ACTION_RESET:
		next.impression = NONE;
		return next;
	default:
		jump(stack, action, &place);
		return place;
	}
}

static void note(struct tour *tour, struct place place)
{
	size_t number = (place.index * IMPRESSIONS + place.impression) * 2 + place.asked;

	if (tour->seen[number])
		return;
	tour->seen[number] = true;
	tour->todo[tour->count++] = place;
}

static void visit(struct tour *tour, struct place place)
{
	const struct stack *stack = tour->stack;

	if (place.index >= stack->count) {
		if (place.impression == GOOD)
			tour->outcome |= place.asked ? WALK_THROUGH : WALK_PAST;
		return;
	}
	const struct stack_entry *entry = &stack->entry[place.index];
	if (entry->substack) {
		place.index++;
		note(tour, place);
		return;
	}
	unsigned int returns = returns_of(entry, &tour->walk);
	if (stack_is_ours(entry)) {
		tour->outcome |= place.asked ? WALK_TWICE | WALK_ASKED : WALK_ASKED;
		place.asked = true;
	}
	for (int value = 0; value < STACK_RETURNS; value++) {
		if ((returns & BIT(value)) != 0)
			note(tour, step(stack, place, (enum stack_return)value));
	}
}

static void tour_from(struct tour *tour, struct place place)
{
	note(tour, place);
	for (size_t i = 0; i < tour->count; i++)
		visit(tour, tour->todo[i]);
}

unsigned int walk_stack(const struct stack *stack, const struct walk *walk)
{
	struct tour tour = {.stack = stack, .walk = *walk};

	tour_from(&tour, (struct place){0});
	return tour.outcome;
}

/* Whether from `place` there is a success without any line of ours. */
static bool ends_well(const struct stack *stack, const struct walk *walk, struct place place)
{
	struct tour tour = {.stack = stack, .walk = *walk};

	tour_from(&tour, place);
	return (tour.outcome & WALK_PAST) != 0;
}

static size_t first_of_ours(const struct stack *stack)
{
	size_t index = 0;

	while (index < stack->count && !stack_is_ours(&stack->entry[index]))
		index++;
	return index;
}

/* Whether a return of the line at `place`, before our first, leads past it and to a success. */
static bool leads_past(
	const struct stack *stack, const struct walk *walk, struct place place, size_t ours)
{
	unsigned int returns = returns_of(&stack->entry[place.index], walk);

	for (int value = 0; value < STACK_RETURNS; value++) {
		if ((returns & BIT(value)) == 0)
			continue;
		struct place next = step(stack, place, (enum stack_return)value);
		if (next.index > ours && ends_well(stack, walk, next))
			return true;
	}
	return false;
}

size_t walk_past(const struct stack *stack, bool ret_lines[static STACK_LINES_MAX])
{
	struct tour tour = {.stack = stack, .walk = {.proof = true}};
	size_t ours = first_of_ours(stack);
	size_t found = 0;

	memset(ret_lines, 0, STACK_LINES_MAX * sizeof(*ret_lines));
	tour_from(&tour, (struct place){0});
	for (size_t i = 0; i < tour.count && ours < stack->count; i++) {
		struct place place = tour.todo[i];
		if (place.index >= ours || stack->entry[place.index].substack ||
			ret_lines[place.index])
			continue;
		ret_lines[place.index] = leads_past(stack, &tour.walk, place, ours);
		found += ret_lines[place.index] ? 1 : 0;
	}
	return found;
}
