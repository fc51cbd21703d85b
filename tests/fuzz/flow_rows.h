/* SPDX-License-Identifier: BSD-3-Clause */
/* Who signs in where and from which place, for fuzz_flow.c: all that its inputs choose from. */
#ifndef SMSOTP_FUZZ_FLOW_ROWS_H
#define SMSOTP_FUZZ_FLOW_ROWS_H

#include "fuzz.h"

#include "ask.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define TWINS    6 /* names that exist */
#define NOBODY   6 /* one that does not */

/* `real`: whose codes count. */
static const struct {
	const char *typed;
	const char *real;
} names[] = {{"demo", "demo"}, {"user1", "user1"}, {"gone", ""}, {"bare", ""}, {"root", "root"},
	{"toor", "toor"}, {"nobody-here", ""}, {"+919999900001", "demo"}, {"", ""},
	{"Code (r: resend) \033[2J\n", ""}};

static const char *const services[] = {
	"sshd", "sudo", "login", "su", "warned", "watched", "off", "numbers", "rooted", "foreign"};

/* `seen`: the place that sshd's logins come from, and others'. */
static const struct {
	const char *connection;
	const char *auth_info;
	const char *tty;
	uint32_t uid;
	const char *caller; /* whom su asks */
	const char *seen[2];
} places[] = {{"192.0.2.1 1 192.0.2.2 22", "", "", 0, "root", {"192.0.2.1", ""}},
	{"192.0.2.9 1 192.0.2.2 22", "", "", 0, "root", {"192.0.2.9", ""}},
	{"2001:db8::1 5 2001:db8::2 22", "", "", 0, "root", {"2001:db8::", ""}},
	{"192.0.2.1 1 192.0.2.2 22", "publickey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZ1eno=\n", "",
		0, "root", {"key", ""}},
	{"", "", "pts/1", 1000, "demo", {"", "1000"}},
	{"", "", "pts/2", 2001, "user1", {"", "2001"}}, {"", "", "tty1", 0, "root", {"", "tty1"}},
	{"", "", "", 0, "root", {"", ""}}};

static const char settings[] = "[service warned]\nmode = warn\n[service watched]\nmode = observe\n"
			       "[service off]\nenabled = no\n[service numbers]\nidentify = phone\n"
			       "[service rooted]\nroot = yes\n";

struct login_slot {
	uint8_t id[WIRE_ID_SIZE];
	size_t name, service, place;
	uint8_t token[TOKEN_SIZE];
};

/* No code is required there. */
static inline bool lenient(const struct login_slot *login)
{
	return strcmp(services[login->service], "watched") == 0 ||
	       strcmp(services[login->service], "warned") == 0;
}

/* Whoever calls is asked, for an account that he names. */
static inline bool asks_caller(const struct login_slot *login)
{
	return strcmp(services[login->service], "su") == 0;
}

/* Whose codes count for a login, "" for nobody's. */
static inline const char *user_of(const struct login_slot *login)
{
	const char *service = services[login->service];

	if (asks_caller(login))
		return places[login->place].caller;
	if (names[login->name].typed[0] == '+' && strcmp(service, "numbers") != 0)
		return "";
	if (strcmp(names[login->name].real, "root") == 0 && strcmp(service, "sshd") == 0)
		return "";
	return names[login->name].real;
}

static inline const char *place_of(const struct login_slot *login)
{
	return places[login->place].seen[strcmp(services[login->service], "sshd") == 0 ? 0 : 1];
}

#endif
