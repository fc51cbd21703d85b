# SPDX-License-Identifier: BSD-3-Clause
"""The tables, by the names that BENCH_ROWS takes. Each yields (title, rows),
goals and curves."""

import beside
import bulk
import cost
import flood
import flush
import machine
import memory
import names
import outage
import race
import size
import ssh
import texts

ALL = {"machine": machine.machine, "signins": beside.signins, "outage": outage.outage,
       "flush": flush.flush, "texts": texts.texts, "memory": memory.memory, "size": size.size,
       "flood": flood.flood, "race": race.race, "import": bulk.bulk, "cost": cost.cost,
       "names": names.names, "again": names.again, "second": names.second,
       "gateway": names.gateway, "peers": names.peers_names, "ssh": ssh.ssh}
GROUPS = {"speed": list(ALL)[:11], "who-exists": list(ALL)[11:]}
