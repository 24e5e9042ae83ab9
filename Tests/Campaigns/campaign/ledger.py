"""What a client has been told, which no crash may take back."""

import threading
from dataclasses import dataclass, field

PATHS = {"job": "/v1/jobs", "sweep": "/v1/sweeps", "dataset": "/v1/datasets"}


@dataclass
class Entry:
    """One thing that was asked for under a key of its own; `id` once the server has acknowledged it."""

    what: str
    kind: str
    key: str
    body: object
    id: str | None = None
    # What the acknowledgement said, of a data set.
    told: dict | None = None
    # "asked" when no answer came, "told" with the answer.
    cancelled: str | None = None
    deleted: str | None = None
    # Status in the answer to the cancellation.
    after_cancel: str | None = None
    # The document and the events, from when the end was first seen.
    ended: tuple | None = None

    @property
    def path(self):
        return f"{PATHS[self.what]}/{self.id}"

    def send(self, client):
        """Asks for it, for the first time or once more; the answer."""
        headers = {"Idempotency-Key": self.key}
        if self.what == "dataset":
            answer = client.post(PATHS["dataset"], data=self.body, headers={**headers, "Content-Type": "text/csv"}, params={"name": self.key})
        else:
            answer = client.post(PATHS[self.what], json=self.body, headers=headers)
        if answer.status_code in (200, 201, 202):
            assert answer.headers.get("Idempotent-Replayed") == ("true" if answer.status_code == 200 else None), f"{answer.status_code} with {answer.headers}"
            id = answer.json()["id"]
            assert self.id in (None, id), f"{self.key} made {self.id}, and then {id}"
            self.id = id
            if self.what == "dataset" and self.told is None:
                self.told = answer.json()
        return answer


@dataclass
class Ledger:
    """All entries of a data directory."""

    entries: list = field(default_factory=list)
    acknowledged: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def new(self, what, kind, key, body):
        if what == "job":
            body = {**body, "name": key}
        entry = Entry(what, kind, key, body)
        self.entries.append(entry)
        return entry

    def ask(self, client, what, kind, key, body):
        """A new thing, asked for; the entry. One that was not answered raises, and stays without an id."""
        entry = self.new(what, kind, key, body)
        answer = entry.send(client)
        assert answer.status_code in (201, 202, 429, 503, 507), f"{entry.kind}: {answer.status_code}: {answer.text[:300]}"
        self.acknowledged.release()
        return entry

    def of(self, what):
        return [entry for entry in self.entries if entry.what == what]
