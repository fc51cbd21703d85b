# SPDX-License-Identifier: BSD-3-Clause
"""What LMDB says of a store that a daemon has open."""

import ctypes


class EnvInfo(ctypes.Structure):
    """MDB_envinfo of lmdb.h."""

    _fields_ = [("address", ctypes.c_void_p), ("size", ctypes.c_size_t),
                ("last_page", ctypes.c_size_t), ("last_txn", ctypes.c_size_t),
                ("readers_most", ctypes.c_uint), ("readers", ctypes.c_uint)]


def info(directory):
    lmdb, env, found = ctypes.CDLL("liblmdb.so.0"), ctypes.c_void_p(), EnvInfo()
    assert lmdb.mdb_env_create(ctypes.byref(env)) == 0
    opened = lmdb.mdb_env_open(env, directory.encode(), 0x20000, 0o600)  # MDB_RDONLY
    assert opened == 0, f"mdb_env_open {directory}: {opened}"
    lmdb.mdb_env_info(env, ctypes.byref(found))
    lmdb.mdb_env_close(env)
    return found


def readers(directory):
    """How many places in the table of readers have ever been taken at once."""
    return info(directory).readers


def commits(directory):
    """How many transactions have written so far."""
    return info(directory).last_txn
