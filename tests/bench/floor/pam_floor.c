/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A module that does nothing but ask twice and refuse: what an application's own time differs by
 * from name to name shows in it alone. Never a grant.
 */
#include <stdlib.h>

#include <security/pam_ext.h>
#include <security/pam_modules.h>

#define EXPORTED __attribute__((visibility("default")))
#define PROMPTS  2

EXPORTED int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags;
	(void)argc;
	(void)argv;
	for (int i = 0; i < PROMPTS; i++) {
		char *typed = NULL;
		if (pam_prompt(pamh, PAM_PROMPT_ECHO_OFF, &typed, "Code: ") != PAM_SUCCESS)
			break;
		free(typed);
	}
	return PAM_AUTH_ERR;
}

EXPORTED int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}
