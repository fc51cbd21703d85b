# SPDX-License-Identifier: BSD-3-Clause
"""Each stack of etc/pam.d, as it is shipped, in each mode, with smsotpd running and dead: while a
service is observed or warned nobody is refused who has the password, and where a code is required
nobody gets in without."""

import re
import shutil

import clients
import hosts
from dialogues import AWAY, DialogueCase
from phone import wrong

PASSWORD = "correct horse battery staple"
WAIVED = r"We sent a code to your registered phone\. " \
         r"Code \(r: resend in 30 s\) \(not yet required\): "
SENT = r"We sent a code to your registered phone\. Code \(r: resend in 30 s\): "
# sudo has a prompt of its own; pam_unix has this one.
ASKS_PASSWORD = r"(?i)password[^:\r\n]*: "
SHIPPED = hosts.PROJECT + "/etc/pam.d/"
ONE_TRY = ("-o", "NumberOfPasswordPrompts=1")


def ssh(case, user):
    return case.open(clients.ssh(user.name, "id -un", options=ONE_TRY)), user.name


def sudo(case, user):
    return case.open(clients.sudo(user, "id", "-un")), "root"


def sudo_i(case, user):
    return case.open(clients.sudo(user, "id", "-un", options=("-i",))), "root"


def su(case, user):
    target = case.user(password=PASSWORD, number=False)
    return case.open(clients.su(user, target.name, "id -un")), target.name


def login(case, user):
    return case.open(clients.login(user.name)), user.name


# Shipped file, the service it is of, and how somebody comes by it.
STACKS = {"sshd": ("sshd", ssh), "sshd-some": ("sshd", ssh), "sshd-password-code": ("sshd", ssh),
          "sudo": ("sudo", sudo), "sudo-i": ("sudo-i", sudo_i), "su": ("su", su),
          "login": ("login", login)}


def controls(line):
    """What a line does at each return."""
    return dict(word.split("=") for word in re.findall(r"\w+=\w+", line))


def rolled_out(text):
    """The stack as its comment says: the # of the second line stands before the first."""
    strict = re.findall(r"^auth .*pam_smsotp\.so$", text, re.M)
    loose = re.findall(r"^#auth .*pam_smsotp\.so$", text, re.M)
    assert len(strict) == len(loose) == 1, text
    # A smsotpd that is away is as good as one that is switched off, and all else is the same.
    before, after = controls(strict[0]), controls(loose[0])
    assert after == {**before, "authinfo_unavail": before["ignore"]} != before, text
    return text.replace(loose[0], loose[0][1:]).replace("\n" + strict[0], "\n#" + strict[0])


class StackCase(DialogueCase):
    def install(self, stack, loose):
        """The stack for its service, with its line for rolling out or as it is shipped."""
        with open(SHIPPED + stack, encoding="utf-8") as file:
            text = file.read()
        target = "/etc/pam.d/" + STACKS[stack][0]
        hosts.write(target, rolled_out(text) if loose else text)
        if target != "/etc/pam.d/" + stack:
            self.addCleanup(shutil.copy, SHIPPED + STACKS[stack][0], target)

    def mode(self, mode):
        for service in ("sshd", "sudo", "su", "login"):
            self.host.ctl("mode", service, mode)

    def arrive(self, stack):
        user = self.user(password=PASSWORD)
        terminal, becomes = STACKS[stack][1](self, user)
        if stack == "sshd-password-code":
            self.give_password(terminal)
        return user, terminal, becomes

    def give_password(self, terminal):
        before = terminal.expect(ASKS_PASSWORD)
        self.assertNotIn("Code", before)
        terminal.send(PASSWORD)

    def is_in(self, stack, terminal, becomes):
        if stack == "login":
            terminal.expect(r"\$ ")
            terminal.send("id -un; exit")
        said, status = terminal.finish()
        self.assertIn(becomes, said.split())
        self.assertEqual(status, 0)

    def goes_on_by_password(self, stack, terminal, becomes):
        if stack != "sshd-password-code":
            self.give_password(terminal)
        self.is_in(stack, terminal, becomes)


class Running(StackCase):
    def test_observe(self):
        self.mode("observe")
        users = []
        for stack in STACKS:
            for loose in (False, True):
                self.install(stack, loose)
                user, terminal, becomes = self.arrive(stack)
                self.goes_on_by_password(stack, terminal, becomes)
                users.append(user)
        self.mode("enforce")
        self.install("sshd", False)
        self.no_text_for(*users)

    def test_warn_goes_on_where_nothing_is_typed(self):
        self.mode("warn")
        for stack in STACKS:
            for loose in (False, True):
                self.install(stack, loose)
                _, terminal, becomes = self.arrive(stack)
                terminal.expect(WAIVED)
                terminal.send("")
                self.goes_on_by_password(stack, terminal, becomes)

    def test_warn_takes_a_right_code(self):
        self.mode("warn")
        for stack in STACKS:
            self.install(stack, True)
            user, terminal, becomes = self.arrive(stack)
            terminal.expect(WAIVED)
            terminal.send(user.phone.next_code())
            self.is_in(stack, terminal, becomes)

    def test_warn_goes_on_after_wrong_codes(self):
        self.mode("warn")
        for stack in STACKS:
            self.install(stack, True)
            user, terminal, becomes = self.arrive(stack)
            terminal.expect(WAIVED)
            code = user.phone.next_code()
            for step in range(1, 5):
                terminal.send(wrong(code, step))
                terminal.expect(rf"{5 - step} (try|tries) left\. .*\(not yet required\): ")
            terminal.send(wrong(code, 5))
            self.goes_on_by_password(stack, terminal, becomes)

    def test_warn_of_somebody_without_a_phone(self):
        self.mode("warn")
        self.install("sshd", True)
        user = self.user(password=PASSWORD, number=False)
        terminal, becomes = ssh(self, user)
        terminal.expect(WAIVED)
        terminal.send("")
        self.goes_on_by_password("sshd", terminal, becomes)

    def test_enforce(self):
        self.mode("enforce")
        for stack in STACKS:
            self.install(stack, False)
            user, terminal, becomes = self.arrive(stack)
            terminal.expect(SENT)
            terminal.send(user.phone.next_code())
            self.is_in(stack, terminal, becomes)

    def test_a_wrong_password_is_a_refusal_in_each_mode(self):
        self.install("sshd", True)
        for mode, typed in (("observe", ()), ("warn", ("",))):
            self.mode(mode)
            user = self.user(password=PASSWORD)
            terminal, _ = ssh(self, user)
            for text in typed:
                terminal.expect(WAIVED)
                terminal.send(text)
            terminal.expect(ASKS_PASSWORD)
            terminal.send("not that")
            self.assertNotEqual(terminal.finish()[1], 0)


class Dead(StackCase):
    """The mode is in the stores of the daemon that is away, where the module does not look."""

    def user(self, **more):
        """smsotpd is not there to take an identity."""
        return super().user(**{**more, "number": False})

    def each(self, loose):
        """What is begun by each stack, side by side: the module waits a while for smsotpd. Those of
        one service have one file in /etc/pam.d, and come one behind the other."""
        waiting = list(STACKS)
        while waiting:
            now = {STACKS[stack][0]: stack for stack in reversed(waiting)}.values()
            for stack in now:
                self.install(stack, loose)
            yield from [(stack, *self.arrive(stack)[1:]) for stack in now]
            waiting = [stack for stack in waiting if stack not in now]

    def nobody_is_refused(self, mode):
        self.mode(mode)
        self.away()
        for stack, terminal, becomes in self.each(True):
            self.goes_on_by_password(stack, terminal, becomes)

    def test_the_line_for_rolling_out_refuses_nobody_observed(self):
        self.nobody_is_refused("observe")

    def test_the_line_for_rolling_out_refuses_nobody_warned(self):
        self.nobody_is_refused("warn")

    def test_the_line_as_it_is_shipped_refuses(self):
        self.mode("enforce")
        self.away()
        for stack, terminal, _ in self.each(False):
            if stack == "login":
                terminal.expect(re.escape(AWAY))
                terminal.expect("Login incorrect")
                self.assertNotRegex(terminal.child.before, ASKS_PASSWORD)
                continue
            said, status = terminal.finish()
            self.assertNotEqual(status, 0)
            self.assertNotRegex(said, r"(?m)^.*password[^:\n]*: $")
            if not stack.startswith("sudo"):
                self.assertIn(AWAY, said)
