# SPDX-License-Identifier: BSD-3-Clause
"""A forward proxy as the relay of a fleet, as smsotp-rollout(7) has it: texts go through it, it reads
none of them, and with auth = address nothing that is secret leaves the host."""

import json
import socket
import threading

from test_gateway_trust import GatewayCase

GATEWAY = ("127.0.0.1", 8443)


class Proxy:
    """Answers CONNECT, and keeps what passes."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.asked, self.passed = [], b""
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.asked.append(client.recv(4096))
            gateway = socket.create_connection(GATEWAY)
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            for pair in ((client, gateway), (gateway, client)):
                threading.Thread(target=self.pass_on, args=pair, daemon=True).start()

    def pass_on(self, source, target):
        try:
            while came := source.recv(4096):
                self.passed += came
                target.sendall(came)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            target.close()


class Relay(GatewayCase):
    def setUp(self):
        self.proxy = Proxy()
        self.addCleanup(self.proxy.listener.close)

    def read_nothing(self, *words):
        self.assertTrue(self.proxy.asked)
        for asked in self.proxy.asked:
            self.assertTrue(asked.startswith(b"CONNECT 127.0.0.1:8443 "), asked)
        passed = b"".join(self.proxy.asked) + self.proxy.passed
        self.assertGreater(len(passed), 1000)
        for word in (b"feedid", b"Authorization", *words):
            self.assertNotIn(word, passed)

    def test_a_code_goes_through_unread(self):
        self.gateway({"proxy": self.proxy.url})
        user = self.user()
        dialogue = self.dialogue(user.name)
        dialogue.prompt()
        code = user.phone.next_code()
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)
        self.read_nothing(code.encode(), user.phone.number.replace(" ", "")[1:].encode())

    def test_known_by_its_address_a_host_sends_no_secret(self):
        self.gateway({"proxy": self.proxy.url, "auth": "address", "username": "",
                      "password_file": ""})
        seen = len(self.host.gateway_saw())
        # The emulator knows accounts by their password alone.
        self.assertEqual(self.sent(self.user())[0], "refused")
        sent = json.loads(self.host.gateway_saw()[seen])["parameters"]
        self.assertIn("feedid", sent)
        self.assertEqual({"username", "password"} & set(sent), set())
        self.read_nothing()
        found = self.host.ctl("doctor", check=False).stdout
        for fault in ("gateway.password", "gateway.unreachable", "gateway.unchecked"):
            self.assertNotIn(fault, found)
