"""The command line of a campaign, its rounds, and what they found."""

import argparse
import itertools
import os
import random
import shutil
import sys
import tempfile
import threading
import traceback
from pathlib import Path

from harness.server import BINARY


class Violation(AssertionError):
    """A promise that was not kept."""


def require(kept, what):
    if not kept:
        raise Violation(what)


UNABLE = 77


class Campaign:
    """`--rounds N --seed S`; the same seed makes the same choices, though not the same timing."""

    def __init__(self, name, description, *, rounds, plants=(), **options):
        parser = argparse.ArgumentParser(prog=f"Tests/Campaigns/{name}.py", description=description)
        parser.add_argument("--rounds", type=int, default=rounds, help=f"how many ({rounds} unless told)")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--first", type=int, default=0, help="the first round's number, to repeat one that found something")
        parser.add_argument("--plant", choices=plants, help="break a promise on purpose, to see that it is noticed")
        for option, (default, text) in options.items():
            parser.add_argument(f"--{option.replace('_', '-')}", type=type(default), default=default, help=f"{text} ({default} unless told)")
        self.options = parser.parse_args()
        self.name, self.seed, self.plant = name, self.options.seed, self.options.plant
        self.rounds = self.options.rounds
        self.done = 0
        self.violations = 0
        self.lock = threading.Lock()
        self.folder = Path(tempfile.mkdtemp(prefix=f"espalier-{name}-"))
        if not BINARY.exists():
            parser.error(f"{BINARY} is missing: make build, or set ESPALIER_BINARY")

    def chance(self, *place):
        """Random numbers that depend on the seed and the place alone."""
        return random.Random("/".join(map(str, (self.name, self.seed, *place))))

    def say(self, text):
        with self.lock:
            print(text, flush=True)

    def found(self, what, repeat=""):
        """Counts a violation, and says what is needed to repeat it."""
        with self.lock:
            self.violations += 1
            print(f"violation {self.violations}: {what}", flush=True)
            print(f"    again: Tests/Campaigns/{self.name}.py --seed {self.seed} {repeat}".rstrip(), flush=True)

    def finished(self, rounds=1):
        with self.lock:
            self.done += rounds

    def unable(self, reason):
        """Ends a campaign that cannot be made here."""
        print(f"{self.name} cannot be made here: {reason}", flush=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        sys.exit(UNABLE)

    def lanes(self, count, run):
        """Calls `run(lane, number)` for each number of a round, in `count` threads; it says itself what it found."""
        numbers, failures = itertools.count(self.options.first), []

        def work(lane):
            try:
                while True:
                    with self.lock:
                        number = next(numbers)
                    if number >= self.options.first + self.rounds or failures:
                        return
                    run(lane, number)
            except Exception:
                failures.append(traceback.format_exc())

        threads = [threading.Thread(target=work, args=(lane,)) for lane in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for failure in failures:
            self.found(f"the campaign itself broke:\n{failure}")

    def end(self):
        """The last line, and the exit status: 1 for a violation, 1 too where nothing was tried."""
        if self.violations == 0 or self.plant:
            shutil.rmtree(self.folder, ignore_errors=True)
        elif os.listdir(self.folder):
            print(f"data directories and logs are in {self.folder}")
        if self.done == 0:
            print("nothing was tried")
        print(f"{self.name}: rounds {self.done}, violations {self.violations}", flush=True)
        sys.exit(0 if self.violations == 0 and self.done > 0 else 1)
