# SPDX-License-Identifier: BSD-3-Clause
"""What pam_smsotp.so says to smsotpd.sock, by hand: for frames that no module sends."""

import os
import socket
import struct

import wait

SOCKET = "/run/smsotp/smsotpd.sock"
VERSION, BEGIN, VERIFY, OPEN, CLOSE, ANSWER = 1, 1, 2, 3, 4, 5
REFUSED, ASK, SPENT, UNAVAILABLE, DISABLED, GRANTED = range(6)
TOKEN = 64
# Nothing was done for the frame; smsotpd's own version.
AGAIN_FRAME = bytes((VERSION, 8))


def string(text):
    data = text.encode()
    return struct.pack("<H", len(data)) + data + b"\0"


def ask(kind, user, service="sudo", tty="", uid=1000, token=bytes(TOKEN), reply=b"", number=None,
        version=VERSION, connection=""):
    """A whole frame."""
    facts = b"".join(map(string, (service, user, tty, "", "", connection, "")))
    return (bytes((version, kind)) + (number or os.urandom(16)) + struct.pack("<IB", uid, 0) +
            facts + token + struct.pack("<I", len(reply)) + reply)


def connect(path=SOCKET, seconds=5):
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.settimeout(seconds)

    def accepted():
        try:
            connection.connect(path)
        except BlockingIOError:
            return False
        return True

    wait.until(accepted, "room in the backlog", seconds)
    return connection


def receive(connection):
    """The answer; empty where smsotpd has closed, with or without a word unread."""
    try:
        return connection.recv(16384)
    except ConnectionResetError:
        return b""


def say(frame, path=SOCKET):
    """One frame, and the answer to it."""
    with connect(path) as connection:
        connection.send(frame)
        return receive(connection)


def verdict(answer):
    assert answer[:2] == bytes((VERSION, ANSWER)), answer
    return answer[18]


def token(answer):
    return answer[32:32 + TOKEN]


class Stranger:
    """A login through the module's socket, as sshd's module would put it for that address."""

    def __init__(self, name, source):
        self.facts = {"user": name, "service": "sshd", "tty": "ssh", "uid": 0,
                      "number": os.urandom(16), "connection": f"{source} 4000 192.0.2.254 22"}
        self.answer = say(ask(BEGIN, **self.facts))

    def verdict(self):
        return verdict(self.answer)

    def guess(self, reply=b"000000"):
        self.answer = say(ask(VERIFY, token=token(self.answer), reply=reply, **self.facts))
        return self.verdict()
