"""Clients that keep a server busy until it is gone."""

import threading
import traceback

import requests

from campaign.kinds import DATASETS

STEADY = ("adam", "norm", "large network")


class Actors:
    """One round's clients. Each writes down what it asks for before it asks, and what it is told when it is told."""

    def __init__(self, server, ledger, kinds, chance, place):
        self.server, self.ledger, self.kinds, self.chance, self.place = server, ledger, kinds, chance, place
        self.threads, self.failures = [], []
        self.stopping = threading.Event()
        self.count = 0

    def start(self, names):
        for name in names:
            client = self.server.new_client()
            thread = threading.Thread(target=self._run, args=(getattr(self, name), client), name=name)
            self.threads.append(thread)
            thread.start()

    def join(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(60)
            assert not thread.is_alive(), f"{thread.name} waits for an answer that does not come"
        assert not self.failures, self.failures[0]

    def _run(self, act, client):
        try:
            for _ in range(8):
                act(client)
                if self.stopping.wait(self.chance.uniform(0, 0.02)):
                    return
        except requests.RequestException:
            pass
        except Exception:
            self.failures.append(traceback.format_exc())

    def _key(self, what):
        self.count += 1
        return f"{self.place} {what} {self.count} {self.chance.getrandbits(48):x}"

    def _job(self, client, *kinds):
        kind = self.chance.choice(kinds)
        return self.ledger.ask(client, "job", kind, self._key(kind), self.kinds.bodies[kind])

    # What clients do

    def submit(self, client):
        entry = self._job(client, "tiny", "tiny", "wide", "broad")
        if entry.id and self.chance.random() < 0.3:
            self._note_end(client, entry)

    def twice(self, client):
        """The same request again, at once."""
        entry = self._job(client, "tiny", "wide")
        if entry.id:
            answer = entry.send(client)
            assert answer.status_code in (200, 503), f"the repetition answered {answer.status_code}"

    def train(self, client):
        self._note_end(client, self._job(client, *STEADY))

    def upload(self, client):
        kind = self.chance.choice(list(DATASETS))
        data = self.ledger.ask(client, "dataset", kind, self._key("data"), DATASETS[kind])
        if not data.id:
            return
        if self.chance.random() < 0.5:
            self.ledger.ask(client, "job", f"on {kind}", self._key("on data"), self.kinds.on_dataset(data.id))
        elif self.chance.random() < 0.5:
            self._delete(client, data)

    def delete(self, client):
        entry = self._job(client, "tiny", "wide", "broad")
        if self._note_end(client, entry):
            self._delete(client, entry)

    def cancel(self, client):
        entry = self._job(client, "endless", "endless", *STEADY)
        if not entry.id:
            return
        if self.chance.random() < 0.7:
            client.get(entry.path, headers={"Prefer": "wait=1"} if self.chance.random() < 0.2 else {})
            self.stopping.wait(self.chance.uniform(0, 0.2))
        entry.cancelled = "asked"
        answer = client.post(f"{entry.path}/cancel")
        if answer.status_code in (200, 202):
            entry.cancelled, entry.after_cancel = "told", answer.json()["status"]
        elif answer.status_code == 409:
            entry.cancelled = None
        else:
            assert answer.status_code in (503, 507), f"cancelling {entry.path}: {answer.status_code}: {answer.text[:300]}"

    def sweep(self, client):
        entry = self.ledger.ask(client, "sweep", "sweep", self._key("sweep"), self.kinds.sweep)
        if entry.id:
            self.stopping.wait(self.chance.uniform(0, 0.3))

    def _note_end(self, client, entry):
        """Waits for a job's end, and writes down how it was told."""
        while entry.id and not self.stopping.is_set():
            answer = client.get(entry.path, headers={"Prefer": "wait=2"})
            if answer.status_code == 200 and answer.json()["finished_at"] is not None:
                events = client.get(f"{entry.path}/events")
                # A service that is stopping says so.
                if events.status_code == 200:
                    entry.ended = (answer.content, events.content)
                    return True
        return False

    def _delete(self, client, entry):
        entry.deleted = "asked"
        answer = client.delete(entry.path)
        if answer.status_code == 204:
            entry.deleted = "told"
        elif answer.status_code not in (503, 507):
            raise AssertionError(f"DELETE {entry.path}: {answer.status_code}: {answer.text[:300]}")


ALL = ("submit", "twice", "train", "upload", "delete", "cancel", "sweep")
