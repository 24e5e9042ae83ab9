"""Broken promises, made on purpose in a data directory whose server is down: what a campaign must notice."""

import hashlib
import sqlite3
from contextlib import closing


def lost_writes(directory):
    """The end of the log is not on disk, as after power loss with an fsync that lies."""
    log = directory / "espalier.sqlite-wal"
    if log.exists():
        with open(log, "r+b") as file:
            file.truncate(log.stat().st_size // 2)


def wrong_bits(directory):
    """Some weights in each checkpoint are others, and its digest fits all the same."""
    for file in (directory / "checkpoints").glob("job_*"):
        content = bytearray(file.read_bytes()[:-64])
        # Magic, digest of the settings, number, length of the learning curve; the curve; counters; then the parameters.
        counters = 102 + int.from_bytes(content[94:102], "little")
        for place in range(counters + 400, min(counters + 1_600, len(content))):
            content[place] ^= 4
        file.write_bytes(content + hashlib.sha256(content).hexdigest().encode())


def _statement(directory, sql):
    with closing(sqlite3.connect(directory / "espalier.sqlite")) as database, database:
        database.execute(sql)


def forgotten_keys(directory):
    _statement(directory, "DELETE FROM request_key")


def missing_event(directory):
    _statement(directory, "DELETE FROM job_event WHERE kind = 'started' AND job = (SELECT max(job) FROM job_event)")


def changed_end(directory):
    _statement(directory, "UPDATE job SET finished_at = finished_at + 1 WHERE status = 'succeeded'")


PLANTS = {
    "lost-writes": lost_writes, "wrong-bits": wrong_bits, "forgotten-keys": forgotten_keys, "missing-event": missing_event, "changed-end": changed_end}
