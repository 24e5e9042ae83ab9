"""Rounds of crash and restart over data directories that live for some rounds each."""

import shutil
import time
import traceback

from harness.server import Server

from campaign.actors import ALL, Actors
from campaign.judge import Judge
from campaign.kinds import Kinds
from campaign.ledger import Ledger
from campaign.victim import Victim

OPTIONS = ["--checkpoint-seconds", "0.1"]


class Life:
    """A data directory and what its clients have been told."""

    def __init__(self, server):
        self.server, self.ledger, self.rounds = server, Ledger(), 0


class Lives:
    """One life in each lane at a time."""

    def __init__(self, campaign, *, plant=None, crash=Victim.kill, victim=Victim, folder=None, rounds=12):
        self.campaign, self.plant, self.crash, self.victim = campaign, plant, crash, victim
        self.folder, self.rounds = folder or campaign.folder, rounds
        self.lives = {}
        quiet = Server(campaign.folder / "undisturbed").start()
        try:
            self.kinds = Kinds(quiet)
        finally:
            quiet.kill()
        shutil.rmtree(quiet.directory)

    def round(self, lane, number):
        """Work, a crash at a random moment, perhaps another while it recovers, and the judgement."""
        life = self.lives.get(lane)
        if life is None:
            life = self.lives[lane] = Life(self.victim(self.folder / f"round-{number}", options=OPTIONS).start())
        try:
            self._round(life, number)
            life.rounds += 1
            if life.rounds == self.rounds:
                self._end(self.lives.pop(lane))
        except Exception as error:
            self.lives.pop(lane, None)
            where = "" if isinstance(error, AssertionError) else traceback.format_exc()
            log = life.server.tail()
            life.server.kill()
            self.campaign.found(
                f"round {number}: {error}\n{where}    data directory: {life.server.directory}\n{log}",
                f"--first {number} --rounds {self.rounds}")
        self.campaign.finished()

    def end(self):
        for life in self.lives.values():
            life.server.kill()

    def _round(self, life, number):
        chance, server = self.campaign.chance(number), life.server
        earlier = len(life.ledger.entries)
        actors = Actors(server, life.ledger, self.kinds, chance, number)
        midway = chance.random() < 0.3
        actors.start(chance.choices(ALL, k=chance.randint(1, 4)) + ["train"] * midway)
        self._wait_for_the_moment(life, chance, midway)
        if chance.random() < 0.15:
            server.stop()
        else:
            self.crash(server)
        actors.join()
        if chance.random() < 0.3:
            server.begin_and_kill(chance.uniform(0, 0.15))
        elif chance.random() < 0.3:
            server.start()
            time.sleep(chance.uniform(0, 0.3))
            self.crash(server)
        if self.plant:
            self.plant(server.directory)
        server.start()
        Judge(server, life.ledger, self.kinds).judge(earlier)

    def _wait_for_the_moment(self, life, chance, midway):
        """Any moment, one right after an acknowledgement, or one when a job has a checkpoint to go on from."""
        if midway:
            deadline = time.monotonic() + 3
            while time.monotonic() < deadline and not any((life.server.directory / "checkpoints").glob("job_*")):
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.2))
            return
        while life.ledger.acknowledged.acquire(blocking=False):
            pass
        if chance.random() < 0.5:
            time.sleep(chance.uniform(0, 0.6))
        else:
            for _ in range(chance.randint(1, 4)):
                life.ledger.acknowledged.acquire(timeout=2)
            time.sleep(chance.expovariate(1 / 0.004))

    def _end(self, life):
        Judge(life.server, life.ledger, self.kinds).judge_again()
        life.server.stop()
        life.server.start()
        Judge(life.server, life.ledger, self.kinds).judge_again()
        life.server.kill()
        shutil.rmtree(life.server.directory)
