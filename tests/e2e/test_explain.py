# SPDX-License-Identifier: BSD-3-Clause
"""smsotpctl explain says what a login right after it meets, changes nothing, and names the line that
decides."""

import hashlib
import json
import os
import re
import signal
import struct

import clients
import frames
import hosts
import wait
from dialogues import DialogueCase
from phone import wrong

STORES = [f"/var/lib/smsotp/{store}/data.mdb" for store in ("identity", "state")]
LINES = {1: "We sent a code", 4: "No more texts for now", 5: "Too many wrong codes"}
DAY = 86400


def stores():
    """What every byte of both stores comes to."""
    found = []
    for path in STORES:
        with open(path, "rb") as file:
            found.append(hashlib.sha256(file.read()).hexdigest())
    return found


class Login:
    """A login through the module's socket."""

    def __init__(self, name, service="sshd", source=None, uid=0, tty=""):
        self.facts = {"user": name, "service": service, "tty": tty, "uid": uid,
                      "number": os.urandom(16),
                      "connection": f"{source} 4000 192.0.2.254 22" if source else ""}
        self.answer = frames.say(frames.ask(frames.BEGIN, **self.facts))

    def verdict(self):
        return frames.verdict(self.answer)

    def line(self):
        """Its number, and the seconds that it speaks of."""
        return self.answer[19], struct.unpack_from("<I", self.answer, 24)[0]

    def guess(self, reply):
        self.answer = frames.say(frames.ask(frames.VERIFY, token=frames.token(self.answer),
                                            reply=reply.encode(), **self.facts))
        return self.verdict()


class ExplainCase(DialogueCase):
    CLOCKED = True
    sources = 0

    def setUp(self):
        self.host.clock.advance(DAY + 1)

    def source(self):
        ExplainCase.sources += 1
        return f"198.51.{ExplainCase.sources // 200}.{ExplainCase.sources % 200 + 1}"

    def explain(self, name, source=None, **more):
        """What it says, and that it changes nothing."""
        words = ["--from", source] if source else []
        for option, value in more.items():
            words += [f"--{option}"] if value is True else [f"--{option}", str(value)]
        before = stores()
        told = json.loads(self.host.ctl("explain", name, *words, "--json"))
        self.assertEqual(told, json.loads(self.host.ctl("explain", name, *words, "--json")))
        self.assertEqual(stores(), before)
        return told

    def texts(self, user):
        """How many came so far: what was asked for before a test text has left by then."""
        self.host.ctl("send-test", self.witness.name)
        return len(user.phone.lines())

    @property
    def witness(self):
        if not hasattr(type(self), "kept_witness"):
            type(self).kept_witness = self.user()
        return type(self).kept_witness

    def meets(self, told, user, name=None, code=None, **where):
        """A login right after it meets what was told. `code`: the one on its way."""
        before = len(user.phone.lines())
        login = Login(name or user.name, **where)
        self.assertEqual(login.verdict() == frames.ASK, told["asked"])
        number, seconds = login.line()
        self.assertTrue(told["line"].startswith(LINES[number]), (told["line"], number))
        if number != 1:
            self.assertIn(f"in {max(1, -(-seconds // 60))} minute", told["line"])
        if told["text"]:
            line = wait.until(lambda: user.phone.lines()[before:], "text")[-1]
            code = re.search(r"\d{6}", line.split("]")[1]).group()
        self.assertEqual(self.texts(user) - before, told["text"])
        if told["asked"]:
            granted = login.guess(code or "123456") == frames.GRANTED
            self.assertEqual(granted, told["lets_in"])

    def decided(self, told, rule, where="default"):
        self.assertIn(rule, told["reason"]["rule"])
        self.assertIn(where, told["reason"]["where"])

    def reload(self, changes):
        """The daemon serves with these over the host's own."""
        count = len([line for line in self.host.events() if "config.reloaded" in line])
        self.host.configure(changes)
        self.host.smsotpd.signal(signal.SIGHUP)
        wait.until(lambda: len([line for line in self.host.events()
                                if "config.reloaded" in line]) > count, "the new config", 5)


class Standings(ExplainCase):
    """Each reason why a name gets no text, at a service of its own."""

    CONFIG = {"service listed": {"users": "somebody"}, "service role": {"trait": "role=admin"},
              "service first": {"before": "password"}, "service off": {"enabled": "no"},
              "service open": {"root": "yes"}}

    def line_of(self, words):
        """FILE:LINE of a line of the config."""
        with open(hosts.CONFIG, encoding="utf-8") as file:
            number = [line.strip() for line in file].index(words) + 1
        return f"{hosts.CONFIG}:{number}"

    def no_text(self, user, standing, name=None, **where):
        told = self.explain(name or user.name, **where)
        self.assertEqual((told["asked"], told["text"], told["lets_in"]), (True, False, False))
        self.assertIn(standing, told["standing"])
        self.assertTrue(told["reason"]["sentence"])
        self.assertEqual(told["limits"], [])
        where.pop("password", None)
        self.meets(told, user, name, **where)
        return told

    def test_good(self):
        user, source = self.user(), self.source()
        told = self.explain(user.name, source)
        self.assertEqual((told["standing"], told["effect"], told["answer"]),
                         ("good", "text", "right"))
        self.assertEqual((told["user"], told["known"]), (user.name, False))
        self.assertNotIn(user.phone.digits, json.dumps(told))
        self.assertRegex(told["phone"], r"^\+\d\dx+\d\d$")
        self.meets(told, user, source=source)
        self.assertTrue(self.explain(user.name, source)["known"])

    def test_unknown(self):
        told = self.no_text(self.witness, "unknown", "nobody-at-all", source=self.source())
        self.assertIsNone(told["user"])
        self.assertIn("unknown: sees the same lines, gets no text", told["reason"]["sentence"])
        self.no_text(self.witness, "unknown", "a name \u00e9\t", source=self.source())

    def test_suspended(self):
        user = self.user()
        self.host.ctl("identity", "set", user.name, input="suspended: yes\n")
        told = self.no_text(user, "suspended", source=self.source())
        self.assertIn("identity resume", told["reason"]["remedy"])

    def test_no_phone(self):
        user = self.user()
        self.host.ctl("identity", "set", user.name, input="phone:\n")
        self.no_text(user, "no phone", source=self.source())

    def test_root(self):
        root = self.host.new_phone()
        self.host.ctl("identity", "set", "root", input=f"phone: {root.number}\nuid: 0\n")
        user = type("", (), {"name": "root", "phone": root})
        told = self.no_text(user, "root", source=self.source())
        self.decided(told, "[service sshd] root = no")
        told = self.explain("root", service="open", tty="/dev/tty1")
        self.assertTrue(told["text"] and told["lets_in"])
        self.meets(told, user, service="open", tty="/dev/tty1")

    def test_users(self):
        user = self.user()
        told = self.no_text(user, "users", service="listed", uid=user.uid)
        self.decided(told, "[service listed] users = somebody", self.line_of("users = somebody"))

    def test_trait(self):
        user = self.user()
        told = self.no_text(user, "trait", service="role", uid=user.uid)
        self.decided(told, "[service role] trait = role=admin",
                     self.line_of("trait = role=admin"))

    def test_before(self):
        user = self.user()
        told = self.no_text(user, "first factor", service="first", uid=user.uid)
        self.decided(told, "[service first] before = password", self.line_of("before = password"))
        told = self.explain(user.name, service="first", uid=user.uid, password=True)
        self.assertTrue(told["text"] and told["lets_in"])

    def test_services(self):
        user = self.user()
        told = self.explain(user.name, service="off", uid=user.uid)
        self.assertEqual((told["asked"], told["line"]), (False, ""))
        self.decided(told, "[service off] enabled = no", self.line_of("enabled = no"))
        self.assertEqual(Login(user.name, "off", uid=user.uid).verdict(), frames.DISABLED)
        told = self.explain(user.name, service="nowhere")
        self.assertEqual((told["asked"], told["reason"]["remedy"]),
                         (False, "write [service NAME] into smsotp.conf"))
        self.assertEqual(Login(user.name, "nowhere").verdict(), frames.UNAVAILABLE)

    def test_su_asks_its_caller(self):
        user = self.user()
        told = self.explain("root", service="su", uid=user.uid)
        self.assertEqual(told["user"], user.name)
        self.meets(told, user, "root", service="su", uid=user.uid)
        done = self.host.ctl("explain", "root", "--service", "su", check=False)
        self.assertIn("--uid", done.stderr)

    def test_key(self):
        """Over ssh itself: the place of a key is the key's."""
        user = self.user()
        path = user.key()
        told = self.explain(user.name, "127.0.0.1", key=path + ".pub")
        self.assertEqual((told["source_kind"], told["known"]), ("key", False))
        self.reload_sshd("AuthenticationMethods publickey,keyboard-interactive:pam\n")
        self.addCleanup(self.reload_sshd, "")
        client = self.open(key_ssh(user, path))
        client.prompt()
        client.send(user.phone.next_code())
        self.assertEqual(client.finish()[1], 0)
        self.assertTrue(self.explain(user.name, "127.0.0.1", key=path + ".pub")["known"])
        self.assertFalse(self.explain(user.name, "127.0.0.1")["known"])

    def reload_sshd(self, more):
        self.host.configure_sshd(more)
        self.host.sshd.restart()

    def test_wrong_places(self):
        for words, said in ((["--from", "nowhere"], "cannot come from that from"),
                            (["--uid", "1000"], "cannot come from that uid"),
                            (["--service", "sudo", "--from", "192.0.2.1"], "address"),
                            (["--key", "/etc/passwd"], "holds no public key"),
                            (["--uid", "x"], "--uid takes")):
            done = self.host.ctl("explain", "anybody", *words, check=False)
            self.assertIn(done.returncode, (1, 2))
            self.assertIn(said, done.stderr)


class NoTrait(ExplainCase):
    """On a host of its own: whom the schema took the phone has none when it is back."""

    def test_no_trait(self):
        user, before = self.user(), self.host.ctl("schema", "show")
        self.addCleanup(self.host.ctl, "schema", "set", "--force", input=before)
        self.host.ctl("schema", "set", "--force", input="note: string\n")
        told = self.explain(user.name, self.source())
        self.assertEqual((told["asked"], told["text"], told["lets_in"]), (True, False, False))
        self.assertIn("schema has no phone trait", told["standing"])
        self.assertIn("schema set", told["reason"]["remedy"])
        self.assertEqual(Login(user.name, source=self.source()).verdict(), frames.ASK)


def key_ssh(user, key):
    return clients.Terminal(["/usr/bin/ssh", "-i", key, "-o", "IdentitiesOnly=yes",
                             f"{user.name}@127.0.0.1", "true"])


class Limits(ExplainCase):
    """Each limit, set low: told, and met."""

    def begun_at(self, user, source):
        """A login of which a text came, and its code."""
        login = Login(user.name, source=source)
        return login, user.phone.next_code()

    def fails_at(self, user, source):
        login, code = self.begun_at(user, source)
        self.assertEqual(login.guess(wrong(code)), frames.ASK)

    def known_at(self, user, source):
        login, code = self.begun_at(user, source)
        self.assertEqual(login.guess(code), frames.GRANTED)

    def limited(self, limits, user, source, text, **sections):
        """What is told with these limits; the first of them decides."""
        self.reload({"limits": limits, **sections})
        told = self.explain(user.name, source)
        self.assertEqual((told["asked"], told["text"], told["lets_in"]), (True, text, False))
        key = list(limits)[0]
        self.decided(told, f"[limits] {key} = {limits[key]}", hosts.CONFIG + ":")
        self.meets(told, user, source=source)
        return told

    def test_texts_of_a_user(self):
        user = self.user()
        self.begun_at(user, self.source())
        told = self.limited({"texts_user": 2, "texts_user_kept": 1}, user, self.source(), False)
        limit = {each["key"]: each for each in told["limits"]}["texts_user"]
        self.assertEqual((limit["left"], limit["most"], limit["nearest"]), (0, 1, True))

    def test_texts_of_a_user_in_a_day(self):
        user = self.user()
        self.begun_at(user, self.source())
        self.limited({"texts_day": 2, "texts_day_kept": 1}, user, self.source(), False)

    def test_texts_of_a_source(self):
        user, source = self.user(), self.source()
        self.begun_at(self.user(), source)
        self.limited({"texts_source": 1}, user, source, False)

    def test_texts_of_a_shared_source(self):
        user, source = self.user(), self.source()
        self.begun_at(self.user(), source)
        self.limited({"texts_shared": 1, "shared_sources": source}, user, source, False)

    def test_texts_of_the_host(self):
        user = self.user()
        self.begun_at(self.user(), self.source())
        self.limited({"texts_host": 2, "texts_host_each": 0}, user, self.source(), False)

    def test_texts_to_a_prefix(self):
        user = self.user()
        for _ in range(5):
            self.begun_at(self.user(), self.source())
        self.limited({"prefix_stop": "yes", "prefix_texts": 5, "prefix_answered": 100}, user,
                     self.source(), False)

    def test_wrong_codes_of_a_user(self):
        user = self.user()
        self.fails_at(user, self.source())
        self.limited({"failures_user": 1}, user, self.source(), True)

    def test_wrong_codes_of_a_user_in_a_day(self):
        user = self.user()
        self.fails_at(user, self.source())
        self.limited({"failures_day": 1}, user, self.source(), True)

    def test_wrong_codes_of_a_source(self):
        user, source = self.user(), self.source()
        self.fails_at(self.user(), source)
        self.limited({"failures_source": 1}, user, source, True)

    def test_wrong_codes_of_the_host(self):
        user = self.user()
        self.fails_at(self.user(), self.source())
        self.limited({"failures_host": 1}, user, self.source(), True)

    def test_ceiling_of_new_places(self):
        user = self.user()
        self.fails_at(user, self.source())
        self.limited({"ceiling_strange": 1}, user, self.source(), True)

    def test_ceiling_of_known_places(self):
        user, source = self.user(), self.source()
        self.reload({})
        self.known_at(user, source)
        self.fails_at(user, source)
        self.host.clock.advance(901)
        self.limited({"ceiling_known": 1}, user, source, True)

    def test_lock(self):
        user, source = self.user(), self.source()
        self.reload({})
        login, code = self.begun_at(user, source)
        for step in range(1, 6):
            login.guess(wrong(code, step))
        told = self.explain(user.name, source)
        self.assertEqual((told["asked"], told["text"], told["lets_in"]), (False, False, False))
        self.decided(told, "[lockout] failures = 5")
        self.meets(told, user, source=source)
        self.host.smsotpd.restart()
        told = self.explain(user.name, source)
        self.assertEqual((told["asked"], told["text"], told["effect"]), (True, False, "locked"))
        self.decided(told, "[lockout] failures = 5")
        self.meets(told, user, source=source)

    def test_texts_shown(self):
        user, source = self.user(), self.source()
        self.reload({"code": {"expiry": 60}})
        for _ in range(3):
            self.begun_at(user, source)
            self.host.clock.advance(61)
        told = self.explain(user.name, source)
        self.assertIn("No more texts for now", told["line"])
        self.decided(told, "[limits] texts_user = 5")
        self.meets(told, user, source=source)

    def test_code_on_its_way(self):
        user, source = self.user(), self.source()
        self.reload({})
        code = self.begun_at(user, source)[1]
        told = self.explain(user.name, source)
        self.assertEqual((told["effect"], told["text"], told["lets_in"]), ("joined", False, True))
        self.meets(told, user, source=source, code=code)

    def test_gateway(self):
        user, source = self.user(), self.source()
        for keys, rule in (({"allow_prefixes": "+44"}, "[gateway] allow_prefixes = +44"),
                           ({"entity_id": None, "template_id": None}, "[gateway] dlt = ids")):
            if not user.phone.number.startswith("+91"):
                self.fail("these users have phones of India")
            self.reload({"gateway": keys})
            told = self.explain(user.name, source)
            self.assertIs(told["text"], False)
            self.assertIn(rule, told["reason"]["rule"])
        self.reload({})

    def test_sender_away(self):
        user, source = self.user(), self.source()
        self.reload({})
        self.host.sender.stop()
        self.addCleanup(self.host.sender.start)
        told = self.explain(user.name, source)
        self.assertEqual((told["asked"], told["text"], told["lets_in"]), (True, False, True))
        self.assertIn("smsotp-send is away", told["reason"]["sentence"])
        self.decided(told, "[gateway] max_age = 60")

    def test_people(self):
        """The same for people: each line, and the line of the config."""
        user, source = self.user(), self.source()
        self.reload({})
        said = self.host.ctl("explain", user.name, "--from", source)
        for line in (r"shown +We sent a code", r"asked +for a code", r"text +\+91x+\d\d",
                     r"right code +lets in", r"because +good", r"WHAT +NOW +RULE +WHERE",
                     r"root +\[service sshd\] root = no +default",
                     rf"source +{source}, a new place",
                     r"texts_user +3 of 3 left, the nearest +\[limits\] texts_user = 5 +default"):
            self.assertRegex(said, "(?m)^" + line)
