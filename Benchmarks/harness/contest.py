"""Runs entrants in turns, so that a machine whose speed drifts is the same for all of them."""

import statistics
import time

from harness import table
from harness.entrant import ESPALIER, LIMIT, PEER


class Contest:
    """A B C A B C …: up to `repetitions` turns each. Who is slow gets as many as fit in `budget` seconds, at least one.

    `tolerance` is how far a cost may be from the median of all, relative to it; None where there is none to compare.
    `work` and `unit` tell what is done in those seconds where a rate says more, in units of so many per second.
    """

    def __init__(self, title, entrants, *, repetitions, budget=10.0, tolerance=None, work=None, unit=""):
        self.title, self.entrants, self.tolerance = title, entrants, tolerance
        self.work, self.unit = work, unit
        self.repetitions, self.budget = repetitions, budget

    def run(self):
        print(f"  {self.title}", flush=True)
        try:
            for entrant in self.entrants:
                self._guarded(entrant, entrant.prepare)
            for turn in range(self.repetitions):
                for entrant in self.entrants:
                    if entrant.failure or (turn and entrant.elapsed * (turn + 1) / turn > self.budget):
                        continue
                    self._guarded(entrant, lambda: self._take(entrant))
        finally:
            for entrant in self.entrants:
                entrant.close()
        for entrant in self.entrants:
            result = self.shown(entrant.best) if entrant.seconds else f"left out: {entrant.failure[:200]}"
            cost = f"   cost {statistics.mean(entrant.costs):.6g}" if entrant.costs else ""
            print(f"    {entrant.name:<28} {result}{cost}", flush=True)
        return self

    def value(self, seconds):
        """Seconds, or the rate."""
        return self.work / seconds if self.work and seconds else seconds

    def shown(self, seconds):
        return table.rate(self.value(seconds), self.unit) if self.work else table.seconds(seconds)

    def _take(self, entrant):
        began = time.perf_counter()
        seconds, facts = entrant.run()
        entrant.elapsed += time.perf_counter() - began
        entrant.seconds.append(seconds)
        if facts.get("cost") is not None:
            entrant.costs.append(facts["cost"])
        entrant.facts = facts

    def _guarded(self, entrant, action):
        """A peer or limit that cannot run is left out and named; the service has to."""
        try:
            action()
        except Exception as error:
            if entrant.role == ESPALIER:
                raise
            entrant.failure = str(error) or type(error).__name__
            entrant.seconds.clear()

    def disagreements(self):
        """Costs too far from the median of all, in words."""
        if self.tolerance is None:
            return []
        costs = {e.name: statistics.mean(e.costs) for e in self.entrants if e.checked and e.costs}
        if not costs:
            return [f"{self.title}: nobody reported a cost"]
        middle = statistics.median(costs.values())
        return [
            f"{self.title}: the cost of {name} is {cost:.6g}, {abs(cost / middle - 1):.1%} from the median {middle:.6g}"
            for name, cost in costs.items()
            if not abs(cost / middle - 1) <= self.tolerance
        ]

    def _named(self, role):
        return [e for e in self.entrants if e.role == role and e.seconds]

    @property
    def espalier(self):
        return self._named(ESPALIER)[0]

    @property
    def best_peer(self):
        return min(self._named(PEER), key=lambda e: e.best, default=None)

    @property
    def limit(self):
        return min(self._named(LIMIT), key=lambda e: e.best, default=None)
