# SPDX-License-Identifier: BSD-3-Clause
"""The tables, by the names that BENCH_ROWS takes. Each yields (title, rows), and goals."""

import beside
import bulk
import flush
import cost
import flood
import memory
import names
import outage
import race
import size
import ssh
import texts

ALL = {"signins": beside.signins, "outage": outage.outage, "texts": texts.texts, "memory": memory.memory, "cost": cost.cost, "names": names.names, "again": names.again,
       "second": names.second, "gateway": names.gateway, "peers": names.peers_names,
       "race": race.race, "flood": flood.flood, "size": size.size, "ssh": ssh.ssh,
       "import": bulk.bulk, "flush": flush.flush}
