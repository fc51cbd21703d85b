# SPDX-License-Identifier: BSD-3-Clause
"""Which gateway smsotp-send believes, which way it takes there, and what it does not send at all."""

import base64
import contextlib
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import threading

import daemon
import hosts
from dialogues import SENT, DialogueCase, left

PART = hosts.CONFIG + ".d/test.conf"
CERTIFICATES = "/etc/smsotp/gateway"
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
NOBODY_HERE = "127.0.0.1:9"
OTHER_PORT = 8444


def refuse(proxy, context, asked):
    """Answers one client that believes it, and keeps what it was asked."""
    client, _ = proxy.accept()
    with contextlib.suppress(OSError), context.wrap_socket(client, server_side=True) as believer:
        asked.append(believer.recv(4096))
        believer.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")


class GatewayCase(DialogueCase):
    def tearDown(self):
        self.gateway({})

    def gateway(self, keys):
        """smsotp-send takes these keys of [gateway] over its own."""
        said = len(self.host.sender.said())
        hosts.write_config({"gateway": keys}, PART)
        self.host.sender.signal(signal.SIGHUP)
        hosts.wait.until(lambda: "in force" in self.host.sender.said()[said:], "config in force")

    def sent(self, user):
        """What becomes of a text, and why."""
        done = self.host.ctl("send-test", user.name, "--json", check=False)
        reply = json.loads(done.stdout)
        self.assertEqual(done.returncode, 0 if reply["outcome"] == "accepted" else 1)
        return reply["outcome"], reply["detail"]

    def sends(self):
        user = self.user()
        self.assertEqual(self.sent(user), ("accepted", ""))
        user.phone.next_code()

    def does_not_send(self, why):
        """Nothing has left, and it says why."""
        user, requests = self.user(), len(self.host.gateway_saw())
        outcome, detail = self.sent(user)
        self.assertEqual(outcome, "unsent")
        self.assertRegex(detail, why)
        self.assertEqual((user.phone.lines(), len(self.host.gateway_saw())), ([], requests))


class Trust(GatewayCase):
    # What could be tried again is too old by then.
    CONFIG = {"gateway": {"max_age": 5, "timeout": 1, "connect_timeout": 1}}

    def pin(self):
        with open(CERTIFICATES + "/pin", encoding="ascii") as file:
            return file.read().strip()

    def own_in_directory(self):
        """Its authority, in the system's directory alone."""
        own = CERTIFICATES + "/ca.pem"
        name = subprocess.run(["openssl", "x509", "-in", own, "-noout", "-hash"], check=True,
                              capture_output=True, text=True).stdout.strip()
        os.symlink(own, f"/etc/ssl/certs/{name}.0")
        self.addCleanup(os.unlink, f"/etc/ssl/certs/{name}.0")
        return own

    def test_its_pin_be_it_the_second(self):
        other = "sha256//" + base64.b64encode(bytes(32)).decode()
        self.gateway({"pin": f"{other}, {self.pin()}"})
        self.sends()

    def test_another_pin(self):
        other = "sha256//" + base64.b64encode(bytes(32)).decode()
        self.gateway({"pin": f"{other}, {other}"})
        self.does_not_send("pin")

    def test_certificate_of_somebody_elses(self):
        self.gateway({"ca_file": BUNDLE})
        self.does_not_send("certificate")

    def test_the_systems_bundle_alone(self):
        """By default; beside it, or beside a file of the operator's, no directory is looked into."""
        own = self.own_in_directory()
        for file in (BUNDLE, ""):
            self.gateway({"ca_file": file})
            self.does_not_send("certificate")
        with open(own, encoding="ascii") as trusted, open(BUNDLE, "r+", encoding="ascii") as bundle:
            size = bundle.seek(0, os.SEEK_END)
            self.addCleanup(os.truncate, BUNDLE, size)
            bundle.write(trusted.read())
        self.host.sender.restart()  # which kept for a while what it has read
        self.sends()

    def test_ca_file_with_others_in_it(self):
        """Under the name it had: it is read again with the configuration, and nothing that was made
        under the one before is used."""
        file = CERTIFICATES + "/changed.pem"
        for source, step in ((BUNDLE, lambda: self.does_not_send("certificate")),
                             (CERTIFICATES + "/ca.pem", self.sends),
                             (BUNDLE, lambda: self.does_not_send("certificate"))):
            shutil.copyfile(source, file)
            self.gateway({"ca_file": file})
            step()

    def test_certificate_of_another_host(self):
        keys = hosts.gateway_config()
        argv = list(self.host.gateway.argv)
        for option, value in (("--listen", f"127.0.0.1:{OTHER_PORT}"),
                              ("--cert", CERTIFICATES + "/wrong.pem"),
                              ("--key", CERTIFICATES + "/wrong.key")):
            argv[argv.index(option) + 1] = value
        other = daemon.Daemon("other", argv, lambda: daemon.port_open(OTHER_PORT),
                              "/var/log/other.log")
        self.addCleanup(other.stop)
        other.start()
        self.gateway({"url": keys["url"].replace(str(hosts.GATEWAY_PORT), str(OTHER_PORT))})
        self.does_not_send("certificate|name")

    def test_proxy_of_the_config(self):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as proxy:
            proxy.bind(("127.0.0.1", 0))
            proxy.listen()
            self.gateway({"proxy": f"http://127.0.0.1:{proxy.getsockname()[1]}"})
            user = self.user()
            dialogue = self.dialogue(user.name)
            dialogue.prompt()
            proxy.settimeout(10)
            with proxy.accept()[0] as asked:
                self.assertTrue(asked.recv(4096).startswith(b"CONNECT 127.0.0.1:8443 "))
            self.host.event(lambda line: '"text.' in line and f'"{user.name}"' in line, 20)
            self.assertEqual(user.phone.lines(), [])

    def test_proxy_by_https(self):
        """It is believed as the gateway is: by one file."""
        own, asked = self.own_in_directory(), []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATES + "/server.pem", CERTIFICATES + "/server.key")
        with socket.create_server(("127.0.0.1", 0)) as proxy:
            proxy.settimeout(10)
            for file, words in ((BUNDLE, "certificate"), ("", "certificate"), (own, "502")):
                thread = threading.Thread(target=refuse, args=(proxy, context, asked))
                thread.start()
                url = f"https://127.0.0.1:{proxy.getsockname()[1]}"
                hosts.write_config({"gateway": {"proxy": url, "ca_file": file}}, PART)
                done = subprocess.run([*self.host.sender.argv, "--check"], check=False, timeout=20,
                                      capture_output=True, env=self.host.sender.env)
                self.assertIn(words, json.loads(done.stdout)["reason"])
                thread.join()
        self.assertEqual([each.split()[0] for each in asked], [b"CONNECT"])

    def test_it_is_told_of_a_new_config_as_soon_as_it_listens(self):
        for _ in range(10):
            self.host.sender.restart()
            self.gateway({})

    def test_proxy_of_nobody_elses(self):
        """What stands in the environment it was started in is not heeded, nor is a .curlrc."""
        proxy = f"http://{NOBODY_HERE}"
        hosts.write("/root/.curlrc", f"proxy = {proxy}\n")
        before = dict(self.host.sender.env)
        self.addCleanup(self.host.sender.restart)
        self.addCleanup(self.host.sender.env.update, before)
        self.host.sender.env.update({
            name: proxy for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY")})
        self.host.sender.env.update({"CURL_HOME": "/root", "CURL_CA_BUNDLE": "/nowhere",
                                     "SSL_CERT_FILE": "/nowhere", "SSLKEYLOGFILE": "/tmp/keys"})
        self.host.sender.restart()
        self.sends()
        self.assertFalse(os.path.exists("/tmp/keys"))
        for name in list(self.host.sender.env):
            if name not in before:
                del self.host.sender.env[name]


class Rules(GatewayCase):
    def test_india_without_the_ids(self):
        for key in ("entity_id", "template_id"):
            self.gateway({key: ""})
            self.does_not_send(key)

    def test_india_with_the_ids_at_the_panel(self):
        """It leaves; the emulator has no panel, and drops it as a carrier would."""
        self.gateway({"entity_id": "", "template_id": "", "dlt": "panel"})
        self.assertEqual(self.sent(self.user()), ("accepted", ""))

    def test_the_event_says_which(self):
        self.gateway({"template_id": ""})
        user = self.user()
        dialogue = self.dialogue(user.name)
        self.assertEqual(dialogue.prompt(), SENT)
        event = self.host.event(lambda line: "text.unsent" in line and user.name in line)
        self.assertIn("template_id", event)
        dialogue.answer("123456")
        self.assertRegex(dialogue.prompt(), left(4))
        self.assertEqual(user.phone.lines(), [])

    def test_prefix_that_is_not_allowed(self):
        self.gateway({"allow_prefixes": "+44"})
        self.does_not_send("allow_prefixes")

    def test_password_that_cannot_be_read(self):
        """At SIGHUP the old config holds; at a start no text leaves."""
        said = len(self.host.sender.said())
        hosts.write_config({"gateway": {"password_file": "/etc/smsotp/nowhere"}}, PART)
        self.host.sender.signal(signal.SIGHUP)
        hosts.wait.until(lambda: "/etc/smsotp/nowhere" in self.host.sender.said()[said:], "error")
        self.sends()
        done = subprocess.run(self.host.sender.argv, check=False, capture_output=True, text=True,
                              timeout=20, env=self.host.sender.env)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "cannot start: .*/etc/smsotp/nowhere")
