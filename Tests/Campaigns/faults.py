#!/usr/bin/env python3
"""Every k-th write, sync, rename, open… of a running server failing, with EIO and ENOSPC, once and for good.

A request gets an error, or an acknowledgement that lasts: when the fault is gone all that was acknowledged is there and ends with the right bits. The server
lives on. What fails is chosen with strace, which counts each thread's calls for itself.
"""

import copy
import shutil
import time
import traceback

from campaign import strace
from campaign.command import Campaign, require
from campaign.judge import Judge
from campaign.kinds import DATASETS, Kinds
from campaign.ledger import Ledger
from campaign.preload import build
from campaign.victim import Victim

CALLS = ("write", "pwrite64", "fsync", "fdatasync", "rename", "openat", "ftruncate", "unlink")
ERRORS = ("EIO", "ENOSPC")
OPTIONS = ["--checkpoint-seconds", "0.05"]
REFUSALS = (500, 503, 507)


class Scenario:
    """What a client does while calls fail. Each request is answered, with an acknowledgement or a refusal."""

    def __init__(self, server, ledger, kinds, place):
        self.client, self.ledger, self.kinds, self.place = server.new_client(), ledger, kinds, place
        self.running = []

    def ask(self, what, kind, body):
        entry = self.ledger.new(what, kind, f"{self.place} {kind} {len(self.ledger.entries)}", body)
        answer = entry.send(self.client)
        require(answer.status_code in (201, 202, *REFUSALS), f"{kind}: {answer.status_code}: {answer.text[:300]}")
        return entry

    def change(self, entry, send):
        answer = send()
        require(answer.status_code in (200, 202, 204, *REFUSALS), f"{entry.path}: {answer.status_code}: {answer.text[:300]}")
        return answer if answer.status_code < 300 else None

    # Before the fault, and while it lasts

    def before_submit(self):
        pass

    def submit(self):
        for kind in ("tiny", "broad", "wide"):
            self.ask("job", kind, self.kinds.bodies[kind])

    before_upload = before_submit

    def upload(self):
        for kind, content in DATASETS.items():
            entry = self.ask("dataset", kind, content)
            if entry.id:
                self.ask("job", f"on {kind}", self.kinds.on_dataset(entry.id))

    def before_finish(self):
        self.running = [self.ask("job", kind, self.kinds.bodies[kind]) for kind in ("adam", "large network", "wide")]

    def finish(self):
        """Checkpoints are made and jobs end meanwhile; those who watch are answered."""
        for _ in range(12):
            for entry in self.running:
                status = self.client.get(entry.path).status_code
                require(status in (200, *REFUSALS), f"{entry.path}: {status}")
            time.sleep(0.1)

    def before_change(self):
        self.running = [self.ask("job", kind, self.kinds.bodies[kind]) for kind in ("tiny", "wide", "broad", "endless")]
        for entry in self.running[:3]:
            self.client.wait(entry.id)
        self.running.append(self.ask("dataset", "large", DATASETS["large"]))

    def change_all(self):
        for entry in self.running:
            if entry.kind == "endless":
                entry.cancelled = "asked"
                if answer := self.change(entry, lambda: self.client.cancel(entry.id)):
                    entry.cancelled, entry.after_cancel = "told", answer.json()["status"]
            else:
                entry.deleted = "asked"
                if self.change(entry, lambda: self.client.delete(entry.path)):
                    entry.deleted = "told"


SCENARIOS = {
    "submit": (Scenario.before_submit, Scenario.submit), "upload": (Scenario.before_upload, Scenario.upload),
    "finish": (Scenario.before_finish, Scenario.finish), "change": (Scenario.before_change, Scenario.change_all)}


class Faults:
    def __init__(self, campaign):
        self.campaign = campaign
        quiet = Victim(campaign.folder / "undisturbed").start()
        try:
            self.kinds = Kinds(quiet)
        finally:
            quiet.kill()
        self.library = build("deaf", campaign.folder) if campaign.plant == "deaf" else None
        self.template = self._make_template()
        self.not_reached = 0

    def _make_template(self):
        """A data directory with something in it."""
        server, ledger = Victim(self.campaign.folder / "template").start(), Ledger()
        scenario = Scenario(server, ledger, self.kinds, "template")
        scenario.submit()
        scenario.upload()
        Judge(server, ledger, self.kinds).judge(0)
        server.stop()
        return server.directory, ledger

    def _start(self, name):
        directory = self.campaign.folder / name
        shutil.copytree(self.template[0], directory)
        variables = {"LD_PRELOAD": str(self.library)} if self.library else {}
        return Victim(directory, options=OPTIONS, variables=variables).start(), copy.deepcopy(self.template[1].entries)

    def all_rounds(self):
        """Every scenario, call, error, way and k; the counts are those of a run in which nothing fails."""
        rounds = []
        for name, (before, during) in SCENARIOS.items():
            server, entries = self._start(f"count-{name}")
            scenario = Scenario(server, Ledger(entries), self.kinds, "count")
            before(scenario)
            tracer = self._trace(server, ",".join(CALLS))
            during(scenario)
            counts = strace.most_calls(tracer.detach())
            server.kill()
            shutil.rmtree(server.directory)
            # Threads do not share the work alike each time: some more than were counted.
            rounds += [
                (name, call, error, way, k)
                for call, count in counts.items() for error in ERRORS for way in ("once", "for good") for k in range(1, count + count // 4 + 2)
                if call != "write" or name == "upload"]
        return rounds

    def _trace(self, server, calls, **arguments):
        # Of write, only the threads of connections spool bodies with it; others ring bells.
        threads = server.threads("MHD") if calls == "write" else None
        assert threads != [], "the threads of connections have another name"
        return strace.Tracer(server.process, calls, log=self.campaign.folder / f"{server.directory.name}.strace", threads=threads, **arguments)

    def round(self, number, spec):
        name, call, error, way, k = spec
        server, entries = self._start(f"round-{number}")
        ledger, earlier = Ledger(entries), len(entries)
        before, during = SCENARIOS[name]
        try:
            scenario = Scenario(server, ledger, self.kinds, f"round {number}")
            before(scenario)
            tracer = self._trace(server, call, error=error, when=f"{k}+" if way == "for good" else k)
            try:
                during(scenario)
            finally:
                failed = strace.injected(tracer.detach())
            self.not_reached += not failed
            require(server.running, f"the server ended with status {server.process.poll()}")
            if self.campaign.chance(number).random() < 0.5:
                # It is well again by itself.
                probe = Scenario(server, ledger, self.kinds, f"after {number}")
                probe.submit()
                Judge(server, ledger, self.kinds).judge(earlier, sweeps=False)
            server.kill()
            server.start()
            Judge(server, ledger, self.kinds).judge(0)
        except Exception as problem:
            where = "" if isinstance(problem, AssertionError) else traceback.format_exc()
            self.campaign.found(
                f"{name}: {call} number {k} fails with {error} {way}: {type(problem).__name__}: {problem}\n{where}{server.tail(12)}", f'--only "{"/".join(map(str, spec))}"')
        finally:
            server.kill()
            shutil.rmtree(server.directory, ignore_errors=True)
        self.campaign.finished()


def main():
    campaign = Campaign("faults", __doc__, rounds=0, plants=["deaf"], only=("", "one round, as a violation names it"), scenarios=(" ".join(SCENARIOS), "which"))
    if reason := strace.missing():
        campaign.unable(f"strace: {reason}")
    faults = Faults(campaign)
    if campaign.options.only:
        *names, k = campaign.options.only.split("/")
        rounds = [(*names, int(k))]
    else:
        rounds = [spec for spec in faults.all_rounds() if spec[0] in campaign.options.scenarios.split()]
        if campaign.rounds:
            rounds = campaign.chance("sample").sample(rounds, min(campaign.rounds, len(rounds)))
    campaign.rounds = len(rounds)
    campaign.lanes(2, lambda _, number: faults.round(number, rounds[number]))
    campaign.say(f"in {faults.not_reached} of the rounds the call was not reached")
    campaign.end()


if __name__ == "__main__":
    main()
