# SPDX-License-Identifier: BSD-3-Clause
"""The tables, by the names that BENCH_ROWS takes. Each yields (title, rows)."""

import bulk
import cost
import flood
import names
import race
import size
import ssh

ALL = {"cost": cost.cost, "names": names.names, "again": names.again, "second": names.second,
       "gateway": names.gateway, "peers": names.peers_names, "race": race.race,
       "flood": flood.flood, "size": size.size, "ssh": ssh.ssh, "import": bulk.bulk}
