"""What a server takes, and how long its answers do."""

import os
import threading
import time
from pathlib import Path


def percentile(values, share):
    """The value that so large a share of all do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0


class Resources:
    """Resident memory (MiB) and descriptors of a process, looked at now and then until `stop`."""

    def __init__(self, pid, every=0.25):
        self.pid, self.every = pid, every
        self.memory, self.descriptors = [], []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._look)
        self.thread.start()

    def _look(self):
        while not self.ended.wait(self.every):
            try:
                pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
                descriptors = len(os.listdir(f"/proc/{self.pid}/fd"))
            except OSError:
                return
            self.memory.append(pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20))
            self.descriptors.append(descriptors)

    def stop(self):
        self.ended.set()
        self.thread.join()


class Stopwatch:
    """Seconds that things took, with when they began."""

    def __init__(self):
        self.times = []

    def timed(self, call):
        began = time.monotonic()
        result = call()
        self.times.append((began, time.monotonic() - began))
        return result

    def thirds(self):
        """The durations of the first, second and last third of the time."""
        if not self.times:
            return [], [], []
        first, last = min(self.times)[0], max(self.times)[0] + 1e-9
        parts = ([], [], [])
        for began, took in self.times:
            parts[min(2, int(3 * (began - first) / (last - first)))].append(took)
        return parts


def thirds(values):
    """A list in three parts."""
    size = max(1, len(values) // 3)
    return values[:size], values[size:2 * size], values[2 * size:]
