# SPDX-License-Identifier: BSD-3-Clause
"""Between the module and smsotpd: hands on every frame and keeps the sizes of each pair."""

import contextlib
import os
import socket
import threading

PATH = "/run/relay/smsotpd.sock"
DAEMON = "/run/smsotp/smsotpd.sock"
FRAME_SIZE = 16384


def between(stack):
    """Has the module of a stack speak to a relay from now on."""
    with open(stack, encoding="utf-8") as file:
        text = file.read()
    with open(stack, "w", encoding="utf-8") as file:
        file.write(text.replace("pam_smsotp.so", f"pam_smsotp.so socket={PATH}"))
    return Relay()


class Relay:
    def __init__(self):
        os.makedirs(os.path.dirname(PATH), mode=0o711, exist_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.bind(PATH)
        self.socket.listen(64)
        self.frames = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            caller, _ = self.socket.accept()
            # A caller that no longer waits, or no daemon, is the end of that one.
            with contextlib.suppress(OSError), caller:
                self.hand_on(caller)

    def hand_on(self, caller):
        asked = caller.recv(FRAME_SIZE)
        if not asked:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as daemon:
            daemon.connect(DAEMON)
            daemon.send(asked)
            answered = daemon.recv(FRAME_SIZE)
        # Version, type, and how many bytes: what is in them differs by name alone.
        self.frames.append((asked[1], len(asked), len(answered)))
        caller.send(answered)

    def taken(self):
        """What came since the last call."""
        frames, self.frames = self.frames, []
        return frames
