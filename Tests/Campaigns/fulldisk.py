#!/usr/bin/env python3
"""A small disk that fills up and is freed again at random moments, now and then with a kill -9 in between.

Nothing acknowledged is lost, what is refused is a 507 problem document, and everything works again when there is space.
"""

import os
import shutil
import subprocess
import threading
import time
import traceback

from campaign.actors import Actors
from campaign.command import Campaign
from campaign.judge import Judge
from campaign.kinds import Kinds
from campaign.ledger import Ledger
from campaign.preload import build
from campaign.victim import Victim

SIZE = 16 << 20
ACTORS = ("submit", "twice", "train", "upload", "delete", "cancel")
OPTIONS = ["--min-free-disk", "0", "--checkpoint-seconds", "0.1"]


class SmallDisk:
    """A tmpfs that can be filled."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)], capture_output=True, text=True) if os.geteuid() == 0 else None
        self.reason = "only root may mount" if made is None else made.stderr.strip() if made.returncode else None

    def fill(self, but):
        """Takes all space but so many bytes."""
        with open(self.folder / "filler", "ab", buffering=0) as file:
            for piece in (1 << 20, 1 << 12):
                try:
                    while self.free() >= but + piece:
                        file.write(bytes(piece))
                except OSError:
                    pass

    def free(self):
        status = os.statvfs(self.folder)
        return status.f_bavail * status.f_bsize

    def clear(self):
        (self.folder / "filler").unlink(missing_ok=True)

    def unmount(self):
        subprocess.run(["umount", "-l", str(self.folder)], check=True)


class FullDisk:
    def __init__(self, campaign, disk):
        self.campaign, self.disk = campaign, disk
        quiet = Victim(campaign.folder / "undisturbed").start()
        try:
            self.kinds = Kinds(quiet)
        finally:
            quiet.kill()
        self.variables = {"LD_PRELOAD": str(build("deaf", campaign.folder))} if campaign.plant == "deaf" else {}

    def round(self, number):
        directory = self.disk.folder / f"round-{number}"
        server = Victim(directory, options=OPTIONS, variables=self.variables).start()
        try:
            self._round(server, number)
        except Exception as error:
            where = "" if isinstance(error, AssertionError) else traceback.format_exc()
            self.campaign.found(f"round {number}: {error}\n{where}{server.tail()}", f"--first {number} --rounds 1")
        finally:
            server.kill()
            self.disk.clear()
            shutil.rmtree(directory)
        self.campaign.finished()

    def _round(self, server, number):
        chance, ledger = self.campaign.chance(number), Ledger()
        actors = Actors(server, ledger, self.kinds, chance, number)
        actors.start(chance.choices(ACTORS, k=4))
        filler = threading.Thread(target=self._fill_and_free, args=(self.campaign.chance(number, "filler"),))
        filler.start()
        filler.join()
        if chance.random() < 0.3:
            self.disk.fill(chance.choice([0, 1 << 15]))
            time.sleep(chance.uniform(0, 0.5))
            server.kill()
            self.disk.clear()
            server.start()
        actors.join()
        Judge(server, ledger, self.kinds).judge(0)
        server.kill()
        server.start()
        Judge(server, ledger, self.kinds).judge(0)

    def _fill_and_free(self, chance):
        for _ in range(chance.randint(1, 3)):
            time.sleep(chance.uniform(0, 0.3))
            self.disk.fill(chance.choice([0, 0, 1 << 13, 1 << 16, 1 << 18]))
            time.sleep(chance.uniform(0.1, 0.8))
            self.disk.clear()


def main():
    campaign = Campaign("fulldisk", __doc__, rounds=100, plants=["deaf"])
    disk = SmallDisk(campaign.folder / "disk")
    if disk.reason:
        campaign.unable(disk.reason)
    try:
        full = FullDisk(campaign, disk)
        campaign.lanes(1, lambda _, number: full.round(number))
    finally:
        disk.unmount()
    campaign.end()


if __name__ == "__main__":
    main()
