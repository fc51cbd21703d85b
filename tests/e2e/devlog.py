# SPDX-License-Identifier: BSD-3-Clause
"""/dev/log: keeps what programs of the world say to syslog."""

import os
import re
import socket
import threading

import wait


class DevLog:
    def __init__(self, path="/dev/log"):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        if os.path.exists(path):
            os.unlink(path)
        self.socket.bind(path)
        os.chmod(path, 0o666)
        self.kept = []
        threading.Thread(target=self.take, daemon=True).start()

    def take(self):
        while True:
            line = self.socket.recv(65536).decode("utf-8", "replace").rstrip("\0\n")
            self.kept.append(line)

    def lines(self, pattern="", since=0):
        return [line for line in self.kept[since:] if re.search(pattern, line)]

    def wait(self, pattern, seconds=5.0, since=0):
        """The first line that matches."""
        return wait.until(lambda: self.lines(pattern, since), f"log line /{pattern}/", seconds)[0]
