# SPDX-License-Identifier: BSD-3-Clause
"""smsotpctl stats: what it counts, for people, as JSON and for Prometheus, and the alerts that are
shipped with it."""

import json
import os
import re
import signal
import subprocess
import threading

import yaml

import contract
import exposition
import frames
import hosts
from dialogues import DialogueCase
from phone import wrong

RULES = hosts.PROJECT + "/etc/prometheus/smsotp.rules.yml"
PAGE = hosts.PROJECT + "/man/smsotpctl.8"
OUTPUT = "/run/collector/smsotp.prom"
REFUSED, AWAY = 1, 3
# What stands in an expression and is no metric of ours.
FUNCTIONS = {"increase", "sum", "by", "and", "or", "time", "node_textfile_mtime_seconds"}


class StatsCase(DialogueCase):
    CLOCKED = True

    def json(self):
        return json.loads(self.host.ctl("stats", "--json"))

    def metrics(self):
        return exposition.read(self.host.ctl("stats", "--prometheus"))


class Counts(StatsCase):
    def grew(self, before, after=None):
        """What counters grew by, as {(name, labels): number}."""
        after = after or self.metrics()
        return {(name, *(value for _, value in sorted(labels))):
                value - before[metric.name].samples[(name, labels)]
                for metric in after.values() if metric.kind == "counter"
                for (name, labels), value in metric.samples.items()
                if value != before[metric.name].samples[(name, labels)]}

    def test_a_login(self):
        user, before = self.user(), self.metrics()
        dialogue, code = self.begun(user)
        dialogue.answer(wrong(code))
        dialogue.prompt()
        dialogue.answer("r")
        dialogue.prompt()
        self.host.clock.advance(12)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)
        self.host.event(lambda line: "text.accepted" in line and user.name in line)
        after = self.metrics()
        self.assertEqual(self.grew(before, after), {
            ("smsotp_logins_granted_total", "right"): 1,
            ("smsotp_logins_refused_total", "wrong"): 1,
            ("smsotp_text_requests_total", "due"): 1,
            ("smsotp_text_requests_total", "too_early"): 1,
            ("smsotp_texts_total", "accepted"): 1, ("smsotp_texts_answered_total",): 1})
        answer, old = after["smsotp_answer_seconds"], before["smsotp_answer_seconds"]
        self.assertEqual((answer.count() - old.count(), answer.sum() - old.sum()), (1, 12))
        grown = [bound for (bound, count), (_, less) in zip(answer.buckets(), old.buckets())
                 if count > less]
        self.assertEqual(grown[0], 15)
        prompt = after["smsotp_prompt_seconds"].count() - before["smsotp_prompt_seconds"].count()
        self.assertEqual(prompt, 1)

    def test_refusals_by_rule(self):
        user, before = self.user(), self.metrics()
        self.locked(user, "127.0.6.1")
        self.shut(user, "127.0.6.1")
        self.refused("nobody-counted", "127.0.6.2", ["000000"] * 5)
        grown = self.grew(before)
        self.assertEqual(grown[("smsotp_logins_refused_total", "wrong")], 5)
        self.assertEqual(grown[("smsotp_logins_refused_total", "application")], 5)
        self.assertEqual(grown[("smsotp_text_requests_total", "unknown_name")], 1)
        self.assertEqual(grown[("smsotp_text_requests_total", "lockout")], 1)
        self.assertEqual(grown[("smsotp_locks_total",)], 2)

    def test_texts_by_result(self):
        user, before = self.user(), self.metrics()
        self.host.gateway_does(f"for {user.phone.digits} request-error 104")
        self.addCleanup(self.host.gateway_does)
        self.dialogue(user.name).prompt()
        self.host.event(lambda line: "text.refused" in line and user.name in line)
        self.assertEqual(self.grew(before)[("smsotp_texts_total", "refused")], 1)

    def test_every_rule_of_the_page_from_the_start(self):
        """A counter that appears with its first event is one that no alert sees grow."""
        metrics, rules = self.metrics(), contract.page()["rules"]
        decided = {"smsotp_logins_granted_total": {"granted"},
                   "smsotp_logins_refused_total": {"refused"},
                   "smsotp_logins_unavailable_total": {"unavailable"},
                   "smsotp_text_requests_total": {"text", "no text"}}
        for name, decisions in decided.items():
            found = {value for _, labels in metrics[name].samples for _, value in labels}
            self.assertEqual(found, {rule for rule, words in rules.items()
                                     if decisions & set(words.split(", "))}, name)

    def test_json_and_words(self):
        reply = self.json()
        self.assertIs(reply["ok"], True)
        self.assertEqual(len(reply["answer"]["counts"]), len(reply["answer"]["bounds"]) + 1)
        said = self.host.ctl("stats")
        self.assertRegex(said, r"(?m)^granted +(none|right \d+)$")
        self.assertRegex(said, r"(?m)^texts +")

    def test_the_same_sum_as_status(self):
        stats, status = self.json(), json.loads(self.host.ctl("status", "--json"))
        self.assertEqual(status["logins"]["granted"], sum(stats["granted"].values()))
        self.assertEqual(status["texts"], stats["texts"])


class Output(StatsCase):
    def setUp(self):
        os.makedirs(os.path.dirname(OUTPUT), exist_ok=True)

    def put(self, check=True):
        return self.host.ctl("stats", "--prometheus", "--output", OUTPUT, check=check)

    def read(self):
        with open(OUTPUT, encoding="ascii") as file:
            return file.read()

    def test_a_reader_never_sees_half(self):
        self.assertEqual(self.put(), "")
        ends, faults = threading.Event(), []

        def watch():
            while not ends.is_set():
                try:
                    exposition.read(self.read())
                except (AssertionError, OSError) as fault:
                    faults.append(fault)
        watcher = threading.Thread(target=watch)
        watcher.start()
        for _ in range(30):
            self.put()
        ends.set()
        watcher.join()
        self.assertEqual(faults, [])
        self.assertEqual(oct(os.stat(OUTPUT).st_mode), "0o100644")
        self.assertEqual(os.listdir(os.path.dirname(OUTPUT)), ["smsotp.prom"])

    def test_it_stays_where_nothing_can_be_said(self):
        self.put()
        before = self.read()
        self.away()
        done = self.put(check=False)
        self.assertEqual((done.returncode, self.read()), (AWAY, before))
        done = self.host.ctl("stats", "--output", "/run/nowhere/x", check=False)
        self.assertEqual(done.returncode, AWAY)
        self.host.smsotpd.start()
        # Of what nobody has done since there is no middle.
        said = self.host.ctl("stats")
        self.assertRegex(said, r"(?m)^granted +none$")
        self.assertNotRegex(said, r"(?m)^(answers|prompts) ")
        done = self.host.ctl("stats", "--output", "/run/nowhere/x", check=False)
        self.assertEqual((done.returncode, done.stdout), (REFUSED, ""))
        self.assertIn("/run/nowhere/x", done.stderr)

    def test_a_full_disk(self):
        directory = os.path.dirname(OUTPUT)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "prom", directory], check=True)
        self.addCleanup(subprocess.run, ["umount", "--lazy", directory], check=True)
        self.put()
        before = self.read()
        with open(directory + "/filler", "wb") as filler:
            try:
                filler.write(b"x" * 65536)
            except OSError:
                pass
        self.assertEqual(self.put(check=False).returncode, REFUSED)
        self.assertEqual(self.read(), before)
        self.assertEqual(sorted(os.listdir(directory)), ["filler", "smsotp.prom"])


class Alerts(StatsCase):
    def alerts(self):
        with open(RULES, encoding="utf-8") as file:
            return [rule for group in yaml.safe_load(file)["groups"] for rule in group["rules"]]

    def test_each_metric_is_one_that_is_written(self):
        metrics = self.metrics()
        alerts = self.alerts()
        self.assertEqual(len(alerts), 4)
        for alert in alerts:
            self.assertLessEqual({"alert", "expr", "labels", "annotations"}, set(alert))
            plain = re.sub(r"\[\w+\]|\([a-z, ]+\)", "", alert["expr"])
            for name, labels in re.findall(rf"\b({exposition.NAME})(?:\{{(.*?)\}})?", plain):
                if name in FUNCTIONS:
                    continue
                self.assertIn(name, metrics, alert["alert"])
                for label, value in re.findall(r'(\w+)!?="(\w+)"', labels):
                    self.assertTrue(any((label, value) in found
                                        for _, found in metrics[name].samples), plain)

    def test_the_page_lists_every_metric(self):
        with open(PAGE, encoding="utf-8") as file:
            listed = dict(re.findall(r"(?m)^\.It Cm (smsotp_\w+) Ta (\w+)", file.read()))
        self.assertEqual(listed, {name: each.kind for name, each in self.metrics().items()})


class Stores(StatsCase):
    def test_counted_while_the_stores_do_not_open(self):
        self.host.smsotpd.stop()
        os.rename("/var/lib/smsotp/identity", "/var/lib/smsotp/aside")
        self.host.smsotpd.start()
        self.assertEqual(self.metrics()["smsotp_stores_open"].value(), 0)
        for _ in range(2):
            self.assertEqual(frames.Stranger("nobody", "192.0.2.9").verdict(), frames.UNAVAILABLE)
        refused = self.metrics()["smsotp_logins_unavailable_total"]
        self.assertEqual(refused.value(rule="store"), 2)
        self.host.event(lambda line: "login.shown" in line and '"unavailable"' in line)
        self.host.smsotpd.kill()
        os.rename("/var/lib/smsotp/aside", "/var/lib/smsotp/identity")
        self.host.smsotpd.start()
        self.assertEqual(self.metrics()["smsotp_stores_open"].value(), 1)
        self.host.smsotpd.signal(signal.SIGHUP)
        self.assertEqual(self.metrics()["smsotp_sender_reachable"].value(), 1)
