# SPDX-License-Identifier: BSD-3-Clause
"""The BulkPush emulator itself: each reply form, each fault, what it drops and what it logs.

Runs alone: BUILD=build /usr/bin/python3 tests/e2e/test_emulator.py
"""
import http.client
import json
import os
import pathlib
import re
import select
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.parse

import wait

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / os.environ.get("BUILD", "build") / "tests" / "bulkpush-emulator"
PATH = "/BulkSms/SingleMsgApi"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PHONE = "919999900001"
ACCEPTED = re.compile(rb"<RESULT[^>]*\bREQID\s*=\s*'\d+'.*<MID\b[^>]*\bTID\s*=\s*'\d+'", re.S)
ERROR = re.compile(rb"<(REQUEST-)?ERROR\b", re.I)


class Emulator:
    """One emulator on loopback, in a directory of its own."""

    def __init__(self, *options, tls=True):
        self.directory = tempfile.TemporaryDirectory(prefix="emulator.")
        self.path = pathlib.Path(self.directory.name)
        self.control = self.path / "control"
        (self.path / "password").write_text("planted\n")
        transport = ["--make-cert", self.path / "tls"] if tls else ["--http"]
        self.process = subprocess.Popen(
            [PROGRAM, "--listen", "127.0.0.1:0", "--phones", self.path / "phones",
             "--log", self.path / "log", "--control", self.control,
             "--username", "user", "--feed-id", "77",
             "--password-file", self.path / "password", "--lifetime", "120",
             *transport, *options], stdout=subprocess.PIPE, bufsize=0)
        self.tls = tls
        self.printed = []
        self.port = self.wait_for_port()

    def wait_for_port(self):
        while True:
            if not select.select([self.process.stdout], [], [], 10)[0]:
                raise AssertionError("the emulator said nothing for 10 s")
            line = self.process.stdout.readline().decode()
            self.printed.append(line.strip())
            if line.startswith("listening "):
                return urllib.parse.urlsplit(line.split()[1]).port
            if not line:
                raise AssertionError("the emulator did not start")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(10)
        self.process.stdout.close()
        self.directory.cleanup()
        return status

    def connect(self, timeout=5, host="localhost"):
        if not self.tls:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        context = ssl.create_default_context(cafile=self.path / "tls" / "ca.pem")
        return http.client.HTTPSConnection(host, self.port, timeout=timeout, context=context)

    def fault(self, *lines):
        self.control.write_text("".join(line + "\n" for line in lines))

    def inbox(self, digits="all"):
        file = self.path / "phones" / digits
        return file.read_text().splitlines() if file.exists() else []

    def log(self):
        return [json.loads(line) for line in (self.path / "log").read_text().splitlines()]


def form(text, to=PHONE, drop=(), **more):
    fields = {"feedid": "77", "username": "user", "password": "planted", "To": to, "Text": text,
              "entityid": "1001", "templateid": "2002", "async": "0", **more}
    return "&".join(name + "=" + urllib.parse.quote(value, safe="")
                    for name, value in fields.items() if name not in drop)


def post(connection, body, path=PATH):
    connection.request("POST", path, body, FORM)
    response = connection.getresponse()
    return response.status, response.read(), response


class Case(unittest.TestCase):
    options = ()
    tls = True

    @classmethod
    def setUpClass(cls):
        cls.emulator = Emulator(*cls.options, tls=cls.tls)
        cls.texts = 0

    @classmethod
    def tearDownClass(cls):
        cls.emulator.stop()

    def setUp(self):
        self.emulator.fault()

    def text(self):
        """A text that no test sent before."""
        type(self).texts += 1
        return f"{type(self).__name__} number {self.texts}."

    def send(self, text=None, timeout=5, **more):
        connection = self.emulator.connect(timeout)
        try:
            return post(connection, form(text or self.text(), **more))
        finally:
            connection.close()

    def last(self):
        return self.emulator.log()[-1]

    def fate(self):
        return self.last()["fates"][0]["fate"]

    def assert_accepted(self, body):
        self.assertRegex(body, ACCEPTED)
        self.assertNotRegex(body, ERROR)


class Replies(Case):
    def test_success(self):
        status, body, _ = self.send()
        self.assertEqual(status, 200)
        self.assert_accepted(body)
        for seen in (b"BulkSmsRespV1.01.dtd", b"<RESULT REQID ='", b" TAG = 'null' TID = '"):
            self.assertIn(seen, body)
        self.assertNotIn(b"<?xml", body)

    def test_success_in_the_old_form(self):
        self.emulator.fault("v100")
        body = self.send()[1]
        self.assert_accepted(body)
        self.assertIn(b"BulkSmsRespV1.00.dtd", body)

    def test_wrapped_attributes(self):
        self.emulator.fault("wrapped")
        body = self.send()[1]
        self.assert_accepted(body)
        self.assertIn(b"TID\n= '", body)

    def test_one_line(self):
        self.emulator.fault("oneline")
        body = self.send()[1]
        self.assert_accepted(body)
        self.assertNotIn(b"\n", body)
        self.assertIn(b"\t", body)

    def test_error_of_a_message_is_nested_and_has_a_tid(self):
        body = self.send(to="999990000")[1]
        self.assertRegex(body, ACCEPTED)
        self.assertRegex(body, rb"<ERROR INDEX = '1'>\s*<ERROR>\s*<CODE>120</CODE>\s*"
                               rb"<DESC>Invalid mobile number - 999990000</DESC>")

    def test_error_of_a_message_in_the_old_form_has_no_tid(self):
        self.emulator.fault("refuse 131 v100")
        body = self.send()[1]
        self.assertRegex(body, rb"<MID[^>]*>\s*<ERROR>\s*<CODE>131</CODE>")
        self.assertNotIn(b"TID", body)
        self.assertEqual(self.fate(), "refused")

    def test_request_error_never_closes_its_code(self):
        self.emulator.fault("request-error")
        body = self.send()[1]
        self.assertRegex(body, rb"<RESULT>\s*<REQUEST-ERROR>\s*<ERROR>\s*<CODE>104<CODE>\s*"
                               rb"<DESC> Credit not sufficient </DESC>")
        self.assertNotIn(b"REQID", body)
        self.assertEqual(self.last()["error"], 104)

    def test_mixed_good_and_bad(self):
        self.emulator.fault("mixed")
        text = self.text()
        body = self.send(text)[1]
        self.assertEqual(len(re.findall(rb"<MID\b", body)), 2)
        self.assertEqual(len(re.findall(rb"<CODE>", body)), 1)
        self.assertIn(text, self.emulator.inbox(PHONE)[-1])

    def test_many_numbers_at_once(self):
        body = self.send(to="919999900001,12,919999900002")[1]
        self.assertEqual(len(re.findall(rb"<MID\b", body)), 3)
        self.assertEqual([fate["fate"] for fate in self.last()["fates"]],
                         ["delivered", "refused", "delivered"])


class Judgement(Case):
    def test_a_phone_shows_the_text(self):
        text = "Your code is 424242.\nIt ends in 15 minutes & no more, 100%+"
        self.send(text)
        line = "[phone +91 99999 00001] " + text.replace("\n", "\\n")
        self.assertEqual(self.emulator.inbox(PHONE)[-1], line)
        self.assertEqual(self.emulator.inbox()[-1], line)

    def test_ten_digits_are_indian(self):
        text = self.text()
        self.assert_accepted(self.send(text, to="9999900003")[1])
        self.assertEqual(self.emulator.inbox("919999900003"), ["[phone +91 99999 00003] " + text])

    def test_numbers_that_are_refused(self):
        for to in ("+919999900001", "12025550100", "91999990000", "abc", ""):
            with self.subTest(to=to):
                self.assertIn(b"<CODE>120</CODE>", self.send(to=to)[1])
                self.assertEqual(self.fate(), "refused")

    def test_an_empty_text(self):
        connection = self.emulator.connect()
        body = post(connection, form("", drop=("Text",)))[1]
        connection.close()
        self.assertIn(b"<CODE>106</CODE>", body)

    def test_the_account(self):
        for wrong in ("feedid", "username", "password"):
            with self.subTest(wrong=wrong):
                body = self.send(**{wrong: "other"})[1]
                self.assertRegex(body, rb"<REQUEST-ERROR>\s*<ERROR>\s*<CODE>122<CODE>")
                self.assertEqual(self.last()["error"], 122)

    def test_the_same_text_twice_is_dropped_silently(self):
        text = self.text()
        for _ in range(2):
            self.assert_accepted(self.send(text)[1])
        self.assertEqual(self.fate(), "dropped duplicate")
        self.assertEqual(sum(text in line for line in self.emulator.inbox(PHONE)), 1)
        self.send(text, to="919999900002")
        self.assertEqual(self.fate(), "delivered")

    def test_without_dlt_ids_it_is_dropped_silently(self):
        for missing in ("entityid", "templateid"):
            with self.subTest(missing=missing):
                text = self.text()
                connection = self.emulator.connect()
                self.assert_accepted(post(connection, form(text, drop=(missing,)))[1])
                connection.close()
                self.assertEqual(self.fate(), "dropped without dlt ids")
                self.assertNotIn(text, "".join(self.emulator.inbox()))

    def test_the_log(self):
        self.send("blank as it should be")
        entry = self.last()
        self.assertEqual(
            (entry["method"], entry["path"], entry["get"], entry["space"], entry["async"]),
            ("POST", PATH, False, "%20", "0"))
        self.assertEqual(entry["parameters"], ["feedid", "username", "password", "To", "Text",
                                               "entityid", "templateid", "async"])
        self.assertEqual(entry["unknown"], [])
        raw = (self.emulator.path / "log").read_text()
        self.assertNotIn("planted", raw)
        self.assertNotIn("blank as it should be", raw)

    def test_a_plus_and_a_get_are_flagged(self):
        connection = self.emulator.connect()
        query = form(self.text(), sender="X").replace("%20", "+")
        connection.request("GET", PATH + "?" + query)
        self.assert_accepted(connection.getresponse().read())
        connection.close()
        entry = self.last()
        self.assertEqual((entry["get"], entry["space"], entry["unknown"]), (True, "+", ["sender"]))

    def test_what_is_no_request_to_the_api(self):
        connection = self.emulator.connect()
        self.assertEqual(post(connection, form("x"), "/other")[0], 404)
        self.assertEqual(post(connection, "To=%zz")[0], 400)
        connection.request("PUT", PATH, "x=y", FORM)
        self.assertEqual(connection.getresponse().status, 405)
        connection.close()
        self.assertEqual([entry["path"] for entry in self.emulator.log()[-3:]],
                         ["/other", PATH, PATH])

    def test_connections_are_numbered(self):
        kept = self.emulator.connect()
        post(kept, form(self.text()))
        post(kept, form(self.text()))
        self.send()
        kept.close()
        numbers = [entry["connection"] for entry in self.emulator.log()[-3:]]
        self.assertEqual(numbers[0], numbers[1])
        self.assertNotEqual(numbers[1], numbers[2])


class Faults(Case):
    def taken(self, text):
        return any(text in line for line in self.emulator.inbox(PHONE))

    def requests(self):
        log = self.emulator.path / "log"
        return log.read_text().count("\n") if log.exists() else 0

    def test_a_status_instead_of_an_answer(self):
        for status in (500, 503, 429):
            with self.subTest(status=status):
                self.emulator.fault(str(status))
                text = self.text()
                self.assertEqual(self.send(text)[0], status)
                self.assertFalse(self.taken(text))
                self.assertEqual(self.fate(), "ignored")

    def test_answers_that_are_no_reply(self):
        for name, seen in (("garbage", b"\x8f"), ("html", b"<html>"), ("json", b'"success"')):
            with self.subTest(name=name):
                self.emulator.fault(name)
                status, body, _ = self.send()
                self.assertEqual(status, 200)
                self.assertIn(seen, body)
                self.assertNotRegex(body, ACCEPTED)
        self.emulator.fault("empty")
        self.assertEqual(self.send()[:2], (200, b""))

    def test_a_redirect(self):
        self.emulator.fault("redirect", "redirect https://127.0.0.1:1/")
        status, _, response = self.send()
        self.assertEqual((status, response.headers["Location"]), (302, "/BulkSms/Elsewhere"))
        self.assertEqual(self.send()[2].headers["Location"], "https://127.0.0.1:1/")

    def test_a_nul(self):
        self.emulator.fault("nul")
        text = self.text()
        self.assertIn(b"\0", self.send(text)[1])
        self.assertTrue(self.taken(text))

    def test_a_megabyte(self):
        self.emulator.fault("oversized")
        self.assertGreater(len(self.send()[1]), 1024 * 1024)

    def test_half_of_the_xml(self):
        self.emulator.fault("truncated")
        text = self.text()
        status, body, _ = self.send(text)
        self.assertEqual(status, 200)
        self.assertNotIn(b"</RESULT>", body)
        self.assertTrue(self.taken(text))

    def test_half_of_the_answer(self):
        self.emulator.fault("close-half")
        text = self.text()
        with self.assertRaises((http.client.IncompleteRead, ssl.SSLError, ConnectionError)):
            self.send(text)
        self.assertTrue(self.taken(text))

    def test_hangs(self):
        for name, taken in (("hang-before", False), ("hang-after", True)):
            with self.subTest(name=name):
                self.emulator.fault(name)
                text = self.text()
                before = self.requests()
                hanging = self.emulator.connect()
                self.addCleanup(hanging.close)
                hanging.request("POST", PATH, form(text), FORM)
                wait.until(lambda before=before: self.requests() > before, "request")
                hanging.sock.settimeout(0.5)
                self.assertRaises(socket.timeout, hanging.getresponse)
                self.assertEqual(self.taken(text), taken)

    def test_others_are_served_beside_a_hang(self):
        self.emulator.fault(f"always for {PHONE} hang-before")
        hanging = self.emulator.connect()
        hanging.request("POST", PATH, form(self.text()), FORM)
        self.assert_accepted(self.send(to="919999900002")[1])
        hanging.close()

    def test_a_drip(self):
        self.emulator.fault("drip 20")
        connection = self.emulator.connect()
        connection.connect()
        started = time.monotonic()
        connection.request("POST", PATH, form(self.text()), FORM)
        response = connection.getresponse()
        self.assertEqual(response.read(10), b"<!DOCTYPE ")
        self.assertGreater(time.monotonic() - started, 0.1)
        connection.close()

    def test_a_late_answer(self):
        self.emulator.fault("slow 200")
        started = time.monotonic()
        self.assert_accepted(self.send()[1])
        self.assertGreater(time.monotonic() - started, 0.19)

    def test_a_kept_connection_closed_without_a_word(self):
        self.emulator.fault("ok", "close-silent")
        text = self.text()
        connection = self.emulator.connect()
        self.assert_accepted(post(connection, form(self.text()))[1])
        kept = connection.sock
        with self.assertRaises(http.client.RemoteDisconnected):
            post(connection, form(text))
        self.assertIsNotNone(kept)
        connection.close()
        self.assertTrue(self.taken(text))
        entries = self.emulator.log()[-2:]
        self.assertEqual(entries[0]["connection"], entries[1]["connection"])

    def test_lines_are_used_up_and_always_stays(self):
        self.emulator.fault("# a remark", "for 919999900009 503", "429", "always 500", "html")
        self.assertEqual([self.send()[0] for _ in range(3)], [429, 500, 500])
        self.assertEqual(self.emulator.control.read_text(),
                         "# a remark\nfor 919999900009 503\nalways 500\nhtml\n")

    def test_a_fault_that_does_not_exist_is_told(self):
        self.emulator.fault("always")
        status, body, _ = self.send()
        self.assertEqual((status, body), (500, b"no such fault\n"))


class Certificates(Case):
    def test_the_names(self):
        for host in ("localhost", "127.0.0.1"):
            connection = self.emulator.connect(host=host)
            self.assert_accepted(post(connection, form(self.text()))[1])
            connection.close()

    def test_the_pin_is_of_the_key_that_is_served(self):
        tls = self.emulator.path / "tls"
        der = subprocess.run(["openssl", "x509", "-in", tls / "server.pem", "-noout", "-pubkey"],
                             check=True, capture_output=True).stdout
        der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=der,
                             check=True, capture_output=True).stdout
        digest = subprocess.run(["openssl", "dgst", "-sha256", "-binary"], input=der,
                                check=True, capture_output=True).stdout
        base64 = subprocess.run(["openssl", "base64"], input=digest, check=True,
                                capture_output=True).stdout.decode().strip()
        self.assertIn("pin sha256//" + base64, self.emulator.printed)
        self.assertEqual((tls / "pin").read_text(), "sha256//" + base64)

    def test_the_certificate_of_another_host(self):
        tls = self.emulator.path / "tls"
        wrong = Emulator("--cert", tls / "wrong.pem", "--key", tls / "wrong.key")
        try:
            context = ssl.create_default_context(cafile=tls / "ca.pem")
            with socket.create_connection(("127.0.0.1", wrong.port), 5) as plain:
                with self.assertRaises(ssl.SSLCertVerificationError) as refused:
                    context.wrap_socket(plain, server_hostname="localhost")
                self.assertIn("Hostname mismatch", str(refused.exception))
        finally:
            wrong.stop()


class Plain(Case):
    tls = False
    options = ("--international",)

    def test_plain_http(self):
        text = self.text()
        self.assert_accepted(self.send(text, to="12025550100")[1])
        self.assertEqual(self.emulator.inbox("12025550100"), ["[phone +1 202 555 0100] " + text])

    def test_plain_http_is_for_loopback(self):
        refused = subprocess.run([PROGRAM, "--http", "--listen", "0.0.0.0:0", "--lifetime", "1"],
                                 capture_output=True, timeout=10)
        self.assertEqual(refused.returncode, 1)
        self.assertIn(b"loopback", refused.stderr)


class Life(unittest.TestCase):
    def test_it_ends_while_requests_hang(self):
        emulator = Emulator()
        emulator.fault("hang-after")
        connection = emulator.connect()
        connection.request("POST", PATH, form("hanging"), FORM)
        wait.until(lambda: emulator.inbox(PHONE), "text")
        self.assertEqual(emulator.stop(), 0)
        connection.close()

    def test_it_ends_by_itself(self):
        done = subprocess.run([PROGRAM, "--http", "--listen", "127.0.0.1:0", "--lifetime", "1"],
                              capture_output=True, timeout=10)
        self.assertEqual(done.returncode, 0)

    def test_it_ends_with_its_parent(self):
        # The child itself says who it is, and only then becomes the emulator.
        child = 'echo $$; exec "$0" --http --listen 127.0.0.1:0 --lifetime 60'
        script = f"sh -c '{child}' \"$0\" & read line"
        parent = subprocess.Popen(["sh", "-c", script, str(PROGRAM)], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE)
        child = int(parent.stdout.readline())
        self.assertTrue(parent.stdout.readline().startswith(b"listening "))
        watch = os.pidfd_open(child)
        parent.kill()
        parent.wait()
        self.assertTrue(select.select([watch], [], [], 10)[0], "the child outlived its parent")
        os.close(watch)
        parent.stdin.close()
        parent.stdout.close()

    def test_bad_command_lines(self):
        for line in ([], ["--listen", "127.0.0.1:0"], ["--listen", "nonsense", "--http"],
                     ["--unknown"], ["--http", "--listen", "127.0.0.1:0", "more"]):
            with self.subTest(line=line):
                refused = subprocess.run([PROGRAM, *line], capture_output=True, timeout=10)
                self.assertEqual(refused.returncode, 1)
                self.assertTrue(refused.stderr)

    def test_help(self):
        shown = subprocess.run([PROGRAM, "--help"], capture_output=True, timeout=10)
        self.assertEqual(shown.returncode, 0)
        self.assertIn(b"--control FILE", shown.stdout)


if __name__ == "__main__":
    unittest.main()
