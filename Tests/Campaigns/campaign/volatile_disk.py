"""Power loss: of a data directory remains what was synced, and of all else any part."""

import os
import random
import shutil
from pathlib import Path

from campaign.victim import Victim

# Sectors are written whole or not at all.
SECTOR = 512
MEMORY = Path("/dev/shm")


class PoweredVictim(Victim):
    """A server on a volatile disk. The disk is in memory, whose numbers of files are given out once."""

    library = None
    lies = False

    def __init__(self, directory, **arguments):
        directory = Path(directory)
        self.shadow = directory.with_name(directory.name + "-synced")
        for folder in (directory, self.shadow):
            folder.mkdir(parents=True)
        variables = {"LD_PRELOAD": str(self.library), "DISK_ROOT": str(directory), "DISK_SHADOW": str(self.shadow)}
        super().__init__(directory, variables=variables | ({"DISK_LIES": "1"} if self.lies else {}), **arguments)
        self._settle(self.directory)

    def lose_power(self):
        self.kill()
        chance = random.Random(self.shadow.name + str(sorted(os.listdir(self.shadow))))
        remains = self.directory.with_name(self.directory.name + "-remains")
        self._remain(self.directory, remains, chance)
        shutil.rmtree(self.directory)
        remains.rename(self.directory)
        shutil.rmtree(self.shadow)
        self.shadow.mkdir()
        self._settle(self.directory)

    def _remain(self, source, target, chance):
        """What is left of a folder: the names that were synced; of those that changed since, the one or the other."""
        target.mkdir()
        present = {entry.name: entry for entry in os.scandir(source)}
        listing = self.shadow / str(source.stat().st_ino)
        synced = dict(reversed(line.split(" ", 1)) for line in listing.read_text().splitlines()) if listing.exists() else {}
        numbers = {}
        for path in self.directory.rglob("*"):
            numbers[str(path.stat().st_ino)] = path
        for name in sorted(present.keys() | synced.keys()):
            now, then = str(present[name].inode()) if name in present else None, synced.get(name)
            number = chance.choice([now, then]) if now != then else now
            if number is None:
                continue
            here = numbers.get(number)
            if here is not None and here.is_dir():
                self._remain(here, target / name, chance)
            else:
                (target / name).write_bytes(self._content(number, here, chance))

    def _content(self, number, here, chance):
        """What was synced, with some sectors, or none or all, of what was written since."""
        kept = self.shadow / number
        synced = kept.read_bytes() if kept.exists() else b""
        written = here.read_bytes() if here is not None else synced
        if synced == written:
            return synced
        size = chance.choice([len(synced), len(written)])
        share = chance.choice([0, 0.5, 0.9, 1])
        result = bytearray(synced[:size].ljust(size, b"\0"))
        for start in range(0, size, SECTOR):
            if chance.random() < share and start < len(written):
                result[start:start + SECTOR] = written[start:start + SECTOR].ljust(min(SECTOR, size - start), b"\0")[:size - start]
        return bytes(result)

    def _settle(self, folder):
        """All that is there counts as synced."""
        lines = []
        for entry in os.scandir(folder):
            lines.append(f"{entry.inode()} {entry.name}\n")
            if entry.is_dir():
                self._settle(entry.path)
            else:
                shutil.copyfile(entry.path, self.shadow / str(entry.inode()))
        (self.shadow / str(os.stat(folder).st_ino)).write_text("".join(lines))
