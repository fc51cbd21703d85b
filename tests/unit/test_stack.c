/* SPDX-License-Identifier: BSD-3-Clause */
/* PAM stacks as libpam reads them, and what they can come to. */
#include "smsotpctl/stack_line.h"
#include "smsotpctl/walk.h"
#include "test.h"

#define OURS      "auth [success=done ignore=ignore default=die] pam_smsotp.so\n"
#define COMMON    "@include common-auth\n"
#define BIT(what) (1U << (what))

/* Files by their names; a NULL name ends. */
struct file {
	const char *name;
	const char *text;
};

static char *read_file(void *context, const char *name)
{
	static const char *const common = "auth [success=1 default=ignore] pam_unix.so nullok\n"
					  "auth requisite pam_deny.so\n"
					  "auth required pam_permit.so\n"
					  "auth optional pam_cap.so\n";

	if (strcmp(name, "common-auth") == 0)
		return strdup(common);
	for (const struct file *file = context; file->name != NULL; file++) {
		if (strcmp(file->name, name) == 0)
			return strdup(file->text);
	}
	return NULL;
}

static enum result read_stack(struct file *files, struct stack **ret_stack, struct error *error)
{
	const struct stack_reader reader = {.read = read_file, .context = files};

	return stack_read(&reader, files[0].name, "auth", ret_stack, error);
}

static struct stack *stack_of(const char *text)
{
	struct file files[] = {{"service", text}, {NULL, NULL}};
	struct stack *stack = NULL;
	struct error error;

	assert_int_equal(read_stack(files, &stack, &error), RESULT_OK);
	return stack;
}

static void test_lines(void **state)
{
	struct stack_text text = {
		.at = "# a comment\n\n  AUTH\t[success=ok  default=die]  /lib/x/pam_a.so a b # c\n"
		      "-session optional pam_b.so\n"
		      "auth \\\n  required \\\n  pam_c.so [a b\\]c] d\n"
		      "auth [x\\]y \\z] [/lib/a b\\].so] e\n"};
	struct stack_line line;

	(void)state;
	assert_true(stack_line_next(&text, &line));
	assert_int_equal(line.number, 3);
	assert_string_equal(line.type, "AUTH");
	assert_string_equal(line.control, "success=ok  default=die");
	assert_string_equal(line.module, "/lib/x/pam_a.so");
	assert_string_equal(line.arguments, "a b ");
	assert_true(stack_line_next(&text, &line));
	assert_string_equal(line.type, "session");
	assert_true(stack_line_next(&text, &line));
	assert_int_equal(line.number, 5);
	assert_string_equal(line.control, "required");
	assert_string_equal(line.module, "pam_c.so");
	assert_true(stack_line_next(&text, &line));
	assert_string_equal(line.control, "x]y \\z");
	assert_string_equal(line.module, "/lib/a b].so");
	assert_string_equal(line.arguments, "e");
	assert_false(stack_line_next(&text, &line));
}

static void test_controls(void **state)
{
	static const struct {
		const char *control;
		int success, auth_err, ignore;
	} rows[] = {
		{"required", ACTION_OK, ACTION_BAD, ACTION_IGNORE},
		{"REQUISITE", ACTION_OK, ACTION_DIE, ACTION_IGNORE},
		{"sufficient", ACTION_DONE, ACTION_IGNORE, ACTION_IGNORE},
		{"optional", ACTION_OK, ACTION_IGNORE, ACTION_IGNORE},
		{"success=2 default=reset", 2, ACTION_RESET, ACTION_RESET},
		{"success=done auth_err=die", ACTION_DONE, ACTION_DIE, ACTION_BAD},
		{"cred_err=ok default=die", ACTION_DIE, ACTION_DIE, ACTION_DIE},
	};
	static const char *const wrong[] = {"", "sometimes", "success", "success=", "success=0",
		"success=-1", "success=maybe", "success=ok default", "success ok=ok"};
	int action[STACK_RETURNS];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		HOLDS(rows[i].control, stack_control(rows[i].control, action));
		HOLDS(rows[i].control, action[RETURN_SUCCESS] == rows[i].success);
		HOLDS(rows[i].control, action[RETURN_AUTH_ERR] == rows[i].auth_err);
		HOLDS(rows[i].control, action[RETURN_IGNORE] == rows[i].ignore);
	}
	for (size_t i = 0; i < COUNT(wrong); i++)
		HOLDS(wrong[i], !stack_control(wrong[i], action));
}

static void test_includes(void **state)
{
	struct file files[] = {
		{"service", "@include a\nauth include b\naccount include nowhere\n"
			    "auth substack b\n"},
		{"a", "session required pam_s.so\nauth required pam_a.so\n"},
		{"b", "auth required pam_b.so\nauth include c\n"},
		{"c", "auth required pam_c.so x=1\n"},
		{NULL, NULL},
	};
	static const struct {
		const char *file;
		unsigned int line, level;
		const char *module;
	} rows[] = {{"a", 2, 0, "pam_a.so"}, {"b", 1, 0, "pam_b.so"}, {"c", 1, 0, "pam_c.so"},
		{"service", 4, 0, ""}, {"b", 1, 1, "pam_b.so"}, {"c", 1, 1, "pam_c.so"}};
	struct stack *stack = NULL;
	struct error error;

	(void)state;
	assert_int_equal(read_stack(files, &stack, &error), RESULT_OK);
	assert_int_equal(stack->count, COUNT(rows));
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_string_equal(stack->entry[i].file, rows[i].file);
		assert_int_equal(stack->entry[i].line, rows[i].line);
		assert_int_equal(stack->entry[i].level, rows[i].level);
		assert_string_equal(stack->entry[i].module, rows[i].module);
	}
	assert_string_equal(stack->entry[2].arguments, "x=1");
	free(stack);
}

static void test_includes_without_end(void **state)
{
	struct file loop[] = {{"service", "@include service\n"}, {NULL, NULL}};
	/* Read to their end these would be 2 to the 12th files. */
	struct file doubling[] = {{"a", "@include b\n@include b\n@include b\n"},
		{"b", "@include c\n@include c\n@include c\n"},
		{"c", "@include d\n@include d\n@include d\n"},
		{"d", "@include e\n@include e\n@include e\n"}, {"e", ""}, {NULL, NULL}};
	struct stack *stack = NULL;
	struct error error;

	(void)state;
	assert_int_equal(read_stack(loop, &stack, &error), RESULT_INVALID);
	assert_int_equal(read_stack(doubling, &stack, &error), RESULT_FULL);
	assert_null(stack);
}

/* `count` lines, and then `last`, which must be one too many or the last that there is room for. */
static void assert_lines(size_t count, const char *last, enum result expected)
{
	char *text = calloc(1, 64 * (count + 1));
	struct file files[] = {{"service", text}, {"sub", ""}, {NULL, NULL}};
	struct stack *stack = NULL;
	struct error error = {""};

	for (size_t i = 0; i < count; i++)
		strcat(text, "auth optional pam_a.so\n");
	strcat(text, last);
	HOLDS(last, read_stack(files, &stack, &error) == expected);
	assert_int_equal(stack != NULL, expected == RESULT_OK);
	if (expected != RESULT_OK)
		assert_string_equal(error.text, "service: the stack has over 128 lines or 64 "
						"files, too many to be looked at");
	free(stack);
	free(text);
}

static void test_too_many_lines(void **state)
{
	static const char *const lines[] = {"auth required pam_b.so\n", "auth substack sub\n"};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		assert_lines(STACK_LINES_MAX - 1, lines[i], RESULT_OK);
		assert_lines(STACK_LINES_MAX, lines[i], RESULT_FULL);
	}
	assert_lines(STACK_LINES_MAX, "account required pam_b.so\n", RESULT_OK);
}

static void test_no_such_service(void **state)
{
	struct file files[] = {{NULL, NULL}};
	const struct stack_reader nowhere = {.read = read_file, .context = files};
	struct stack *stack = NULL;
	struct error error = {""};

	(void)state;
	assert_int_equal(stack_read(&nowhere, "service", "auth", &stack, &error), RESULT_NOT_FOUND);
	assert_string_equal(error.text, "service cannot be read");
	assert_null(stack);
}

/* What may happen where our line gives `ours`, and whoever signs in can prove something or not. */
static unsigned int outcome(const char *text, enum stack_return ours, bool proof)
{
	struct stack *stack = stack_of(text);
	const struct walk walk = {.ours = BIT(ours), .proof = proof};
	unsigned int found = walk_stack(stack, &walk);

	free(stack);
	return found;
}

/* What a stack comes to, by libpam's rules. */
static const struct {
	const char *sentence;
	const char *text;
	enum stack_return ours;
	bool proof;
	bool through;
} walks[] = {
	{"the shipped line grants", OURS COMMON, RETURN_SUCCESS, false, true},
	{"and refuses", OURS COMMON, RETURN_AUTH_ERR, true, false},
	{"and hands over to a password", OURS COMMON, RETURN_IGNORE, true, true},
	{"which must be right", OURS COMMON, RETURN_IGNORE, false, false},
	{"ignored alone it refuses", OURS, RETURN_IGNORE, true, false},
	{"before pam_permit it is open", OURS "auth required pam_permit.so\n", RETURN_IGNORE, false,
		true},
	{"sufficient goes on", "auth sufficient pam_smsotp.so\n" COMMON, RETURN_AUTH_ERR, true,
		true},
	{"required remembers", "auth required pam_smsotp.so\n" COMMON, RETURN_AUTH_ERR, true,
		false},
	{"reset forgets", "auth [success=ok default=reset] pam_smsotp.so\n" COMMON, RETURN_AUTH_ERR,
		true, true},
	{"a jump too far refuses",
		"auth [success=2 default=ignore] pam_smsotp.so\n"
		"auth required pam_permit.so\n",
		RETURN_SUCCESS, true, false},
	{"a jump goes over a whole substack",
		"auth [success=1 default=die] pam_smsotp.so\nauth substack common-auth\n"
		"auth required pam_permit.so\n",
		RETURN_SUCCESS, false, true},
	{"done ends a substack alone",
		"auth required pam_smsotp.so\nauth substack common-auth\n"
		"auth required pam_deny.so\n",
		RETURN_SUCCESS, true, false},
	{"a failed status is not mended",
		"auth [default=ok] pam_smsotp.so\n"
		"auth required pam_permit.so\n",
		RETURN_AUTH_ERR, true, false},
};

static void test_walks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(walks); i++) {
		unsigned int found = outcome(walks[i].text, walks[i].ours, walks[i].proof);
		HOLDS(walks[i].sentence, ((found & WALK_THROUGH) != 0) == walks[i].through);
	}
	assert_true(outcome(OURS COMMON, RETURN_SUCCESS, false) & WALK_ASKED);
	assert_false(outcome(COMMON OURS, RETURN_SUCCESS, false) & WALK_ASKED);
	assert_false(outcome(OURS OURS, RETURN_SUCCESS, true) & WALK_TWICE);
	assert_true(
		outcome("auth required pam_smsotp.so\n" OURS, RETURN_SUCCESS, true) & WALK_TWICE);
}

static void test_lines_past_us(void **state)
{
	static const struct {
		const char *text;
		size_t line; /* 0 for none */
	} rows[] = {
		{OURS COMMON, 0},
		{COMMON OURS, 0},
		{"auth sufficient pam_rootok.so\n" OURS, 0},
		{"auth required pam_env.so\nauth sufficient pam_unix.so\n" OURS, 2},
		{"auth [success=1 default=ignore] pam_succeed_if.so\n" OURS COMMON, 1},
		{"auth [success=1 default=ignore] pam_succeed_if.so\n" OURS, 0},
		{"auth [success=2 default=ignore] pam_succeed_if.so\n" OURS
		 "auth requisite pam_deny.so\nauth required pam_permit.so\n",
			1},
		/* Two ways, and ours on both. */
		{"auth [success=1 default=ignore] pam_succeed_if.so\n" OURS OURS, 0},
	};
	bool lines[STACK_LINES_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct stack *stack = stack_of(rows[i].text);
		HOLDS(rows[i].text, walk_past(stack, lines) == (rows[i].line == 0 ? 0 : 1));
		HOLDS(rows[i].text, rows[i].line == 0 || lines[rows[i].line - 1]);
		free(stack);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_controls),
		cmocka_unit_test(test_includes),
		cmocka_unit_test(test_includes_without_end),
		cmocka_unit_test(test_too_many_lines),
		cmocka_unit_test(test_no_such_service),
		cmocka_unit_test(test_walks),
		cmocka_unit_test(test_lines_past_us),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
