"""What a workload hands over to be printed and written down."""

from dataclasses import dataclass, field

from harness import table


@dataclass
class Row:
    """One line of the summary. Values are seconds, or rates where `rate` names a unit: then more is better."""

    name: str
    espalier: float
    peer: float | None = None
    peer_name: str = ""
    limit: float | None = None
    within: float | None = None  # reach: so many times the limit's seconds, or at least this share of its rate
    ahead: float | None = None  # reach: so many times as fast as the best peer
    absolute: tuple[float, str] | None = None  # reach: a number of its own, and in words
    rate: str = ""
    less_is_better: bool = False  # of a `rate`
    peer_word: str = "peer"
    peak_bytes: int = 0
    cost: float | None = None

    @property
    def against_peer(self):
        """How many times as fast as the best peer."""
        if self.peer is None:
            return None
        return self.espalier / self.peer if self.rate else self.peer / self.espalier

    @property
    def against_limit(self):
        """Seconds in units of the limit's; for rates the share of the limit's that is reached."""
        return self.espalier / self.limit if self.limit else None

    @property
    def verdicts(self):
        """Whether each reach that can be judged here is met."""
        found = []
        if self.within is not None and self.against_limit is not None:
            found.append(self.against_limit >= self.within if self.rate else self.against_limit <= self.within)
        if self.ahead is not None and self.against_peer is not None:
            found.append(self.against_peer >= self.ahead)
        if self.absolute is not None:
            bound = self.absolute[0]
            more = self.rate and not self.less_is_better
            found.append(self.espalier >= bound if more else self.espalier <= bound)
        return found

    @property
    def is_judged(self):
        """Whether all that its reach speaks of was measured."""
        asked = [self.within, self.ahead, self.absolute]
        return len(self.verdicts) == sum(reach is not None for reach in asked)

    @property
    def reach(self):
        words = []
        if self.within is not None:
            words.append(f"≥ {self.within:.0%} of limit" if self.rate else f"≤ {self.within:g} × limit")
        if self.ahead is not None:
            words.append(f"≥ {self.ahead:g} × {self.peer_word}")
        if self.absolute is not None:
            words.append(self.absolute[1])
        return "; ".join(words)


@dataclass
class Section:
    """One workload: its lines in the summary, a table of everybody's numbers, remarks, and what is wrong."""

    key: str
    title: str
    rows: list[Row] = field(default_factory=list)
    tables: list[tuple[str, list[str], list[list[str]]]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def add(self, contest, **reach):
        """A contest's table and its line in the summary."""
        self.tables.append((contest.title, *table.of_entrants(contest)))
        self.faults += contest.disagreements()
        self.add_row(contest.title, contest, contest.espalier, **reach)

    def add_row(self, name, contest, own, **reach):
        """A line of the summary: one of Espalier's entries against the best peer and the limit."""
        best, limit = contest.best_peer, contest.limit
        self.rows.append(
            Row(name, contest.value(own.best), contest.value(best and best.best), best.name if best else "",
                contest.value(limit and limit.best), rate=contest.unit, peak_bytes=own.peak_bytes,
                cost=_mean(own.costs), **reach))


def _mean(numbers):
    return sum(numbers) / len(numbers) if numbers else None
