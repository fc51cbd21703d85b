# SPDX-License-Identifier: BSD-3-Clause
"""One connection that asks for keyboard-interactive again and again and answers nothing: sshd 9.2
calls pam_authenticate 1024 times for it, sshd 10 as often as MaxAuthTries has it. The phone gets one
text."""

import queue
import socket

import attack
import clients
import paramiko
from dialogues import DialogueCase
from paramiko.common import (MSG_SERVICE_ACCEPT, MSG_USERAUTH_FAILURE, MSG_USERAUTH_INFO_REQUEST,
                             cMSG_SERVICE_REQUEST, cMSG_USERAUTH_REQUEST)

REQUESTS = attack.amount(100, 1023)


class Pump:
    """Takes the place of paramiko's own authentication: one request more for each prompt."""

    authenticated = False

    def __init__(self, source):
        self.came = queue.Queue()
        # Called with the message, and before it, by older paramikos, with us.
        self._handler_table = {number: lambda *_, number=number: self.came.put(number)
                               for number in (MSG_SERVICE_ACCEPT, MSG_USERAUTH_INFO_REQUEST,
                                              MSG_USERAUTH_FAILURE)}
        self.socket = socket.create_connection(("127.0.0.1", 22), source_address=(source, 0))
        self.transport = paramiko.Transport(self.socket)
        self.transport.start_client(timeout=clients.TIMEOUT)
        self.transport.auth_handler = self
        self.ask(cMSG_SERVICE_REQUEST, "ssh-userauth")

    def ask(self, kind, *strings):
        """Sends a message of strings; returns what came back."""
        message = paramiko.Message()
        message.add_byte(kind)
        for string in strings:
            message.add_string(string)
        self.transport._send_message(message)  # pylint: disable=protected-access
        return self.came.get(timeout=clients.TIMEOUT)

    def prompts(self, name, count):
        """How many of so many requests were answered by a prompt."""
        return [self.ask(cMSG_USERAUTH_REQUEST, name, "ssh-connection", "keyboard-interactive",
                         "", "") for _ in range(count)].count(MSG_USERAUTH_INFO_REQUEST)

    def is_authenticated(self):
        return False

    def abort(self):
        """paramiko's word for the end of the connection."""
        self.came.put(None)

    def close(self):
        self.transport.close()
        self.socket.close()


class Flood(DialogueCase):
    SSHD = f"MaxAuthTries {REQUESTS + 1}\n"

    def pumped(self, name, source, count):
        """Prompts that one connection got for a name without an answer to any."""
        return self.open(Pump(source)).prompts(name, count)

    def test_one_connection_is_one_text(self):
        user, other = self.user(), self.user()
        self.assertEqual(self.pumped(user.name, "127.0.5.1", REQUESTS), REQUESTS)
        code = user.phone.next_code()
        self.begun(other)
        self.assertEqual(user.phone.unread(), 0)
        again = self.dialogue(user.name, source="127.0.5.1")
        again.prompt()
        again.answer(code)
        self.signed_in(again, user.name)
        self.assertEqual(user.phone.unread(), 0)

    def test_trail_does_not_grow_with_it(self):
        user = self.user()
        self.pumped(user.name, "127.0.5.2", 2)
        user.phone.next_code()
        before = len(self.host.events())
        self.pumped(user.name, "127.0.5.2", 50)
        self.assertLess(len(self.host.events()) - before, 5)

    def test_name_that_does_not_exist_gets_as_many_prompts(self):
        self.assertEqual(self.pumped("nobody-here", "127.0.5.3", 20), 20)
