# SPDX-License-Identifier: BSD-3-Clause
"""man/login.svg is a recording, so what it shows is what ssh says today."""

import re
import xml.etree.ElementTree as ElementTree

import recording
from case import HostCase

TEXT = "{http://www.w3.org/2000/svg}text"


def lines(svg):
    """The lines of the last picture; a text's code is another each time."""
    rows = {}
    for element in ElementTree.fromstring(svg).iter(TEXT):
        rows.setdefault(int(element.get("y")), []).append((float(element.get("x")), element.text))
    return [re.sub(r"\b\d{6}\b", "123456", "".join(text for _, text in sorted(rows[y])))
            for y in sorted(rows)]


class RecordingTest(HostCase):
    def test_the_picture_is_of_this_login(self):
        fresh = lines(recording.record(self.host))
        with open(recording.KEPT, encoding="utf-8") as file:
            self.assertEqual(lines(file.read()), fresh)
        self.assertIn("We sent a code to your registered phone.", fresh[1])
        self.assertEqual(fresh[-1], "Connection to localhost closed.")
