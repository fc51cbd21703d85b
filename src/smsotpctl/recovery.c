/* SPDX-License-Identifier: BSD-3-Clause */
/* recovery issue, list, revoke; identity release */
#include <stdio.h>

#include "output.h"
#include "tool.h"

enum tool_exit recovery_build(const struct tool *tool, struct tool_request *request)
{
	json_object_set_new(request->json, "name", json_string(tool->operand));
	return TOOL_OK;
}

void recovery_issue_show(const json_t *reply)
{
	const json_t *codes = json_object_get(reply, "codes");

	for (size_t i = 0; i < json_array_size(codes); i++)
		puts(output_item(codes, i));
	fflush(stdout);
	fputs("Each code signs in once, typed in place of the code by text. They are not shown "
	      "again,\nand those that were issued before are void. Keep them on paper.\n",
		stderr);
}

void recovery_list_show(const json_t *reply)
{
	const json_t *used = json_object_get(reply, "used");
	const char *issued = output_field(reply, "issued");

	if (issued[0] == '\0') {
		puts("never issued");
		return;
	}
	printf("issued  %s\nleft    %lld\n", issued,
		(long long)json_integer_value(json_object_get(reply, "left")));
	for (size_t i = 0; i < json_array_size(used); i++)
		printf("used    %s\n", output_item(used, i));
}

void recovery_revoke_show(const json_t *reply)
{
	printf("revoked %lld\n", (long long)json_integer_value(json_object_get(reply, "revoked")));
}

void identity_release_show(const json_t *reply)
{
	printf("released, %lld s before its time\n",
		(long long)json_integer_value(json_object_get(reply, "released")));
}
