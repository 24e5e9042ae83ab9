"""Holds a server that was restarted against what its clients had been told."""

import time

from harness.client import FINISHED

from campaign.command import require
from campaign.kinds import outcome, sweep_outcome

PATIENCE = 300


class Judge:
    """Raises a Violation for what is lost, other than it was, or there twice."""

    def __init__(self, server, ledger, kinds):
        self.server, self.client, self.ledger, self.kinds = server, server.client, ledger, kinds

    def judge(self, earlier, *, sweeps=True):
        """All that is new since the ledger had `earlier` entries, and that all entries are there. What a disk would not delete is swept at a start."""
        new = self.ledger.entries[earlier:]
        self._repeat_what_was_not_answered(new)
        for entry in new:
            getattr(self, f"_judge_{entry.what}")(entry)
        self._nothing_else_is_there()
        if sweeps:
            self._no_leftovers()

    def judge_again(self):
        """That nothing ended has changed since."""
        for entry in self.ledger.of("job"):
            if entry.deleted != "told" and entry.ended:
                self._is_as_it_ended(entry)

    def _repeat_what_was_not_answered(self, entries):
        for entry in entries:
            if entry.id is None:
                answer = entry.send(self.client)
                require(entry.id is not None, f"{entry.key}: an unanswered request, sent again, got {answer.status_code}: {answer.text[:300]}")
            elif entry.deleted != "told" and entry.what != "sweep":
                answer = entry.send(self.client)
                gone = entry.deleted == "asked" and answer.status_code == 409
                require(answer.status_code == 200 or gone, f"{entry.key} was acknowledged, and its repetition got {answer.status_code}: {answer.text[:300]}")

    def _is_deleted(self, entry):
        """Whether a deletion that was asked for has happened; one that was acknowledged must have."""
        if entry.deleted is None:
            return False
        status = self.client.get(entry.path).status_code
        require(status == 404 or entry.deleted == "asked", f"{entry.path} was deleted, and is there again: {status}")
        if status != 404:
            answer = self.client.delete(entry.path)
            if answer.status_code != 204:
                return False
        entry.deleted = "told"
        return True

    def _judge_dataset(self, entry):
        if entry.deleted == "asked" and self._is_deleted(entry):
            return
        answer = self.client.get(entry.path)
        if entry.deleted == "told":
            require(answer.status_code == 404, f"{entry.path} was deleted, and is there again")
            return
        require(answer.status_code == 200, f"{entry.path} was acknowledged, and now it is {answer.status_code}")
        require(answer.json() == entry.told, f"{entry.path} is another: {answer.text[:500]}, not {entry.told}")

    def _judge_job(self, entry):
        if entry.deleted == "told":
            self._is_deleted(entry)
            return
        if entry.deleted == "asked" and self.client.get(entry.path).status_code == 404:
            entry.deleted = "told"
            return
        if entry.kind == "endless" and entry.cancelled != "told":
            answer = self.client.post(f"{entry.path}/cancel")
            require(answer.status_code in (200, 202), f"{entry.path} was acknowledged; cancelling it got {answer.status_code}: {answer.text[:300]}")
            entry.cancelled, entry.after_cancel = "told", answer.json()["status"]
        job = self._end_of(entry)
        if entry.ended:
            self._is_as_it_ended(entry)
        events = self._check_events(entry, job)
        allowed = {"succeeded"} if entry.cancelled is None else {"cancelled"} if entry.after_cancel == "cancelled" else {"cancelled", "succeeded"}
        require(job["status"] in allowed, f"{entry.path} ({entry.kind}) ended as {job['status']}, not {allowed}: {job['error']}; events {[event['type'] for event in events]}")
        if job["status"] == "succeeded":
            found, expected = outcome(self.client, entry.id), self.kinds.expected[entry.kind]
            require(found == expected, f"{entry.path} ({entry.kind}) ended with other bits: {found}, not {expected}; events {[event['type'] for event in events]}")
        if entry.deleted == "asked":
            self._is_deleted(entry)
        else:
            entry.ended = entry.ended or (self.client.get(entry.path).content, self.client.get(f"{entry.path}/events").content)

    def _end_of(self, entry):
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self.client.get(entry.path, headers={"Prefer": "wait=10"})
            require(answer.status_code == 200, f"{entry.path} was acknowledged, and now it is {answer.status_code}")
            if answer.json()["status"] in FINISHED:
                return answer.json()
            require(time.monotonic() < deadline, f"{entry.path} ({entry.kind}) is {answer.json()['status']} after {PATIENCE} s")

    def _is_as_it_ended(self, entry):
        document, events = self.client.get(entry.path).content, self.client.get(f"{entry.path}/events").content
        require(document == entry.ended[0], f"{entry.path} has changed since it ended: {document[:700]}, not {entry.ended[0][:700]}")
        require(events == entry.ended[1], f"{entry.path}: its events have changed since it ended: {events[:700]}, not {entry.ended[1][:700]}")

    def _check_events(self, entry, job):
        events = self.client.events(entry.id)
        types = [event["type"] for event in events]
        require([event["id"] for event in events] == list(range(1, len(events) + 1)), f"{entry.path}: events are missing: {events}")
        require(types[0] == "queued" and types[-1] == job["status"], f"{entry.path} is {job['status']} with the events {types}")
        require(len(FINISHED & set(types[:-1])) == 0, f"{entry.path} has ended more than once: {types}")
        return events

    def _judge_sweep(self, entry):
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self.client.get(entry.path)
            require(answer.status_code == 200, f"{entry.path} was acknowledged, and now it is {answer.status_code}")
            sweep = answer.json()
            if sweep["status"] in FINISHED:
                break
            require(time.monotonic() < deadline, f"{entry.path} is {sweep['status']} after {PATIENCE} s: {sweep['progress']}")
            time.sleep(0.02)
        require(sweep_outcome(sweep) == self.kinds.expected_sweep, f"{entry.path} has found something else: {answer.text[:2000]}")
        require(outcome(self.client, sweep["final"]["job"]) == self.kinds.expected_final, f"{entry.path}: the final network has other bits")

    def _nothing_else_is_there(self):
        for what, query in (("job", "sweep=none&"), ("dataset", ""), ("sweep", "")):
            listed = self._listed(what, query)
            known = {entry.id for entry in self.ledger.of(what) if entry.deleted != "told"}
            require(len(listed) == len(set(listed)), f"a {what} is listed twice")
            require(set(listed) == known, f"of each {what}, missing are {known - set(listed)}, and nobody has asked for {set(listed) - known}")

    def _listed(self, what, query):
        ids, after = [], ""
        while True:
            answer = self.client.get(f"/v1/{what}s?{query}limit=100{after}")
            assert answer.status_code == 200, answer.text
            page = answer.json()
            ids += [element["id"] for element in page["data"]]
            if not page["has_more"]:
                return ids
            after = f"&after={ids[-1]}"

    def _no_leftovers(self):
        """When all jobs have ended no checkpoint and no half of a file is left; the last is gone a moment after its end."""
        deadline = time.monotonic() + 5
        while True:
            left = [file for folder in ("checkpoints", "uploads") for file in (self.server.directory / folder).glob("*")]
            left += list(self.server.directory.rglob(".incoming-*"))
            if not left:
                return
            require(time.monotonic() < deadline, f"left over: {left}")
            time.sleep(0.02)
