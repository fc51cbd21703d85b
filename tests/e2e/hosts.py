# SPDX-License-Identifier: BSD-3-Clause
"""The host inside a world: the gateway emulator, smsotp-send, smsotpd and sshd, installed and
configured as an operator would, and its accounts. To be used inside of a world only."""

import contextlib
import glob
import os
import shutil
import subprocess

import clock
import daemon
import devlog
import phone
import users
import wait
import world

PROJECT = "/project"
BUILD = f"{PROJECT}/{world.BUILT}"
LOG = "/var/log/smsotp"
CONFIG = "/etc/smsotp/smsotp.conf"
PHONES = "/run/phones"
GATEWAY_PORT = 8443
PASSWORD_FILE = "/etc/smsotp/gateway.password"
GATEWAY_PASSWORD = "not-a-real-password-5d2f"
MESSAGE = "{code} is your sign-in code."
# The first word on a subject counts: a test's own, then the shipped ones, then Debian's and ours.
SSHD = """Include /etc/ssh/sshd_config.d/*.conf
ListenAddress 0.0.0.0
HostKey /etc/ssh/ssh_host_ed25519_key
UsePAM yes
UseDNS no
PrintMotd no
MaxStartups 200
LogLevel VERBOSE
Subsystem sftp /usr/lib/openssh/sftp-server
"""
# Many fail from one address here, which this sshd, the first that has it, would shut out for a while.
if os.path.exists("/usr/lib/openssh/sshd-session"):
    SSHD += "PerSourcePenalties no\n"
# Where sanitized daemons are built, what they are told. They are undumpable, so that the leak
# checker, a tracer, cannot look at them; what they lock would be their whole shadow.
SANITIZED = {"ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1",
             "UBSAN_OPTIONS": "print_stacktrace=1:abort_on_error=1",
             "TSAN_OPTIONS": "halt_on_error=1:die_after_fork=0:second_deadlock_stack=1:"
                             f"suppressions={PROJECT}/tests/analyze/tsan"}


def gateway_config():
    return {"url": f"https://127.0.0.1:{GATEWAY_PORT}/BulkSms/SingleMsgApi",
            "username": "919999900000", "feed_id": "300001", "password_file": PASSWORD_FILE,
            "sender_id": "SMSOTP", "entity_id": "1101000000000000001",
            "template_id": "1107000000000000001", "ca_file": "/etc/smsotp/gateway/ca.pem"}


def merged(base, changes):
    """`changes` over `base`, section by section; a value of None takes the key away."""
    sections = {name: dict(keys) for name, keys in base.items()}
    for name, keys in (changes or {}).items():
        sections.setdefault(name, {}).update(keys)
        for key in [key for key, value in sections[name].items() if value is None]:
            del sections[name][key]
    return sections


def write(path, text, mode=0o644, owner=None):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    if owner:
        shutil.chown(path, owner, owner)


def write_config(sections, path=CONFIG):
    lines = []
    for name, keys in sections.items():
        lines += [f"[{name}]", *(f"{key} = {value}" for key, value in keys.items()), ""]
    write(path, "\n".join(lines))


def example(service):
    """The section of a service that etc/smsotp.conf shows in comments, as it is to be written."""
    with open(PROJECT + "/etc/smsotp.conf", encoding="ascii") as file:
        found = file.read().split(f"\n#[service {service}]\n")[1].split("\n\n")[0]
    return f"[service {service}]\n" + "".join(line.lstrip("#") + "\n"
                                             for line in found.rstrip().split("\n"))


def module_directory():
    return os.path.dirname(glob.glob("/usr/lib/*/security/pam_unix.so")[0])


def install():
    """Puts what was built where an operator's host has it."""
    built = os.environ.get("SMSOTP_DAEMONS", BUILD)
    shutil.copy(f"{BUILD}/pam_smsotp.so", module_directory())
    for source, target in (("smsotpd", "/usr/sbin"), ("smsotpctl", "/usr/sbin"),
                           ("smsotp-send", "/usr/libexec/smsotp")):
        os.makedirs(target, exist_ok=True)
        shutil.copy(f"{built}/{source}", target)
    for kind in ("pam.d", "sshd_config.d"):
        target = "/etc/ssh/sshd_config.d" if kind == "sshd_config.d" else "/etc/pam.d"
        os.makedirs(target, exist_ok=True)
        for path in glob.glob(f"{PROJECT}/etc/{kind}/*"):
            shutil.copy(path, target)
    for path in ("/var/lib/smsotp", LOG):
        os.makedirs(path, exist_ok=True)
        os.chmod(path, 0o700)
        shutil.chown(path, "smsotp", "smsotp")
    for path in ("/etc/shadow", "/etc/sudoers"):
        os.chmod(path, 0o440)
        os.chown(path, 0, 0)
    write(PASSWORD_FILE, GATEWAY_PASSWORD + "\n", 0o400, "smsotp-send")


class Host:
    """`config` is laid over the default configuration; with `clocked`, smsotpd's time stands still
    until the test moves it, and texts do not wait; `sshd` is added to sshd's configuration."""

    # The world's phones outlive a host: no two users of a world share one.
    phones = 0

    def __init__(self, config=None, clocked=False, sshd=""):
        install()
        os.makedirs("/run/sshd", exist_ok=True)
        self.syslog = devlog.DevLog()
        self.sanitized = SANITIZED if "SMSOTP_DAEMONS" in os.environ else {}
        self.clock = clock.Clock("/run/clock", self.settle) if clocked else None
        # Many names sign in from one address here; tests of these limits set them.
        base = {"gateway": gateway_config(), "message": {"text": MESSAGE},
                "limits": {"texts_source": 1000, "texts_host": 10000, "failures_source": 1000,
                           "failures_host": 10000}}
        if clocked:
            base["resend"] = {"hold": 0}
        self.base = merged(base, config)
        self.make_daemons()
        self.configure()
        self.configure_sshd(sshd)

    def make_daemons(self):
        def made(name, argv, ready, env=None, ends=(0,)):
            return daemon.Daemon(name, argv, ready, f"/var/log/{name}.log", env, ends)

        program = ["/usr/sbin/smsotpd", "--config", CONFIG]
        if self.clock:
            built = os.environ.get("SMSOTP_DAEMONS", BUILD)
            program = [built + "/tests/smsotpd", "--clock", self.clock.path, "--config", CONFIG]
        # valgrind(1) and its arguments, for the daemons.
        under = os.environ.get("SMSOTP_UNDER", "").split()
        self.gateway = made("gateway", self.gateway_argv(),
                            lambda: daemon.port_open(GATEWAY_PORT))
        self.sender = made("smsotp-send",
                           [*under, "/usr/libexec/smsotp/smsotp-send", "--config", CONFIG],
                           lambda: daemon.socket_open("/run/smsotp/send.sock"), self.sanitized)
        self.smsotpd = made("smsotpd", [*under, *program],
                            lambda: daemon.socket_open("/run/smsotp/smsotpd.sock")
                            and daemon.socket_open("/run/smsotp/ctl.sock"), self.sanitized)
        self.sshd = made("sshd", ["/usr/sbin/sshd", "-D", "-e"], lambda: daemon.port_open(22),
                         ends=())
        self.daemons = (self.gateway, self.sender, self.smsotpd, self.sshd)

    def gateway_argv(self):
        keys = gateway_config()
        return [BUILD + "/tests/bulkpush-emulator", "--listen", f"127.0.0.1:{GATEWAY_PORT}",
                "--cert", "/etc/smsotp/gateway/server.pem", "--key",
                "/etc/smsotp/gateway/server.key", "--username", keys["username"],
                "--feed-id", keys["feed_id"], "--password-file", "/run/gateway/password",
                "--phones", PHONES, "--log", "/run/gateway/log", "--control",
                "/run/gateway/control"]

    def configure(self, changes=None):
        """Writes the configuration; a running daemon learns of it by SIGHUP or a restart."""
        write_config(merged(self.base, changes))

    def gateway_does(self, *faults):
        """The emulator's faults to come, one a line; none, and it behaves."""
        write("/run/gateway/control", "".join(line + "\n" for line in faults), 0o600)

    def gateway_saw(self):
        """One line of JSON for each request that came."""
        with open("/run/gateway/log", encoding="utf-8") as log:
            return log.read().splitlines()

    def configure_sshd(self, more=""):
        write("/etc/ssh/sshd_config", more + SSHD)
        key = "/etc/ssh/ssh_host_ed25519_key"
        if not os.path.exists(key):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key],
                           check=True)
            with open(key + ".pub", encoding="ascii") as public:
                write("/etc/ssh/ssh_known_hosts", f"127.0.0.1,localhost {public.read()}")

    def start_gateway(self):
        if not os.path.exists("/etc/smsotp/gateway"):
            subprocess.run([BUILD + "/tests/bulkpush-emulator", "--make-cert",
                            "/etc/smsotp/gateway"], check=True, stdout=subprocess.DEVNULL)
        write("/run/gateway/password", GATEWAY_PASSWORD + "\n", 0o600)
        self.gateway.start()

    def start_daemons(self):
        os.makedirs("/run/smsotp", exist_ok=True)
        os.chmod("/run/smsotp", 0o711)
        self.sender.start()
        self.smsotpd.start()
        self.sshd.start()

    def start(self):
        self.start_gateway()
        self.start_daemons()
        return self

    def stop(self):
        with contextlib.ExitStack() as stops:
            for each in self.daemons:
                stops.callback(each.stop)

    def phone(self, number):
        return phone.Phone(PHONES, number)

    def new_phone(self):
        """A number that nobody here has yet."""
        Host.phones += 1
        count = Host.phones
        number = f"+91 99999 000{count:02d}" if count < 100 else f"+1 202 555 0{count:03d}"
        return self.phone(number)

    def user(self, name, password=None, number=True):
        """A new account; with `number`, an identity with a phone of its own."""
        user = users.add(name, self.new_phone() if number else None, password)
        if number:
            self.set_identity(user)
        return user

    def set_identity(self, user):
        traits = f"phone: {user.phone.number}\nuid: {user.uid}\n"
        self.ctl("identity", "set", user.name, input=traits)

    def ctl(self, *verb, check=True, **more):
        """smsotpctl; `input` is its standard input. Returns what it said."""
        done = subprocess.run(["/usr/sbin/smsotpctl", "--config", CONFIG, *verb], check=False,
                              capture_output=True, text=True, timeout=20, **more)
        assert not check or done.returncode == 0, \
            f"smsotpctl {' '.join(verb)}: {done.returncode} {done.stdout}{done.stderr}"
        return done.stdout if check else done

    def log_rests(self):
        """Whether the thread that writes events, the one that is a batch, waits for some."""
        for path in glob.glob(f"/proc/{self.smsotpd.pid}/task/*/stat"):
            try:
                with open(path, encoding="ascii") as file:
                    fields = file.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if fields[38] == str(os.SCHED_BATCH):
                return fields[0] == "S"
        return True

    def settle(self):
        """All that was answered is in the trail: smsotpd writes it a little later, or when it is
        asked for its stats."""
        if not self.smsotpd.running():
            return
        try:
            subprocess.run(["/usr/sbin/smsotpctl", "--config", CONFIG, "stats"], check=False,
                           capture_output=True, timeout=2)
        except subprocess.TimeoutExpired:
            return
        wait.until(self.log_rests, "rest of the log")

    def events(self):
        """The trail's lines; one that is still being written is none yet."""
        self.settle()
        path = LOG + "/events.jsonl"
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as file:
            return [line for line in file.read().split("\n")[:-1] if line]

    def event(self, has, seconds=5.0):
        """The first event for which `has(line)` is true."""
        return wait.until(lambda: [line for line in self.events() if has(line)], "event",
                          seconds)[0]
