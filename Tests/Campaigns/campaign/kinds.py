"""What is submitted, and what an undisturbed server makes of it."""

import hashlib
import re

from harness.bodies import altered, csv_text, inline, make_job, make_long_job

DATASETS = {
    # One that is kept in the store, one that gets a file.
    "small": csv_text(inline(rows=60, features=3), header=["a", "b", "c", "y"]),
    "large": csv_text(inline(rows=3_000, features=8, seed=6), header=[*"abcdefgh", "y"]),
}
SEARCH = {"parameters": {"l2_lambda": [0, 1, 10]}}


def digest(content):
    """SHA-256 of a document; ids of data sets, which each server draws for itself, are left out."""
    return hashlib.sha256(re.sub(rb"ds_[0-9a-z]{24}", b"ds", content)).hexdigest()


def outcome(client, id):
    """What a job leaves: the bits that no interruption may change."""
    history = client.get(f"/v1/jobs/{id}/history")
    assert history.status_code == 200, history.text
    return {"weights": digest(client.weights_bytes(id)), "history": digest(history.content)}


def sweep_outcome(sweep):
    """What a sweep has found, without ids and times."""
    trials = [{**trial, "rungs": [{**rung, "runs": [run["score"] for run in rung["runs"]]} for rung in trial["rungs"]]} for trial in sweep["trials"]]
    kept = {name: sweep[name] for name in ("status", "stop_reason", "progress", "settings", "curves", "best", "one_standard_error")}
    return {**kept, "trials": trials}


class Bodies:
    """Bodies by the name of their kind; some are made to take `seconds` on this machine."""

    def __init__(self, server, seconds=0.6):
        client = server.client
        wide = {"hidden_layers": [150, 150]}
        self.bodies = {
            "tiny": make_job(),
            # Its network is too large for the store and gets a file; so does the table of the next.
            "wide": make_job(network=wide),
            "broad": make_job(data=inline(rows=2_500, features=8), training={"epochs": 3}),
            "adam": self._of(client, seconds, network={"hidden_layers": [32, 32], "keep_prob": 0.9}, training={"batch_size": 4}),
            "norm": self._of(
                client, seconds, network={"hidden_layers": [24, 16], "batch_norm": True}, data={"train": inline(rows=80, features=4), "dev": inline(rows=40, features=4, seed=7)},
                training={"optimizer": "momentum", "early_stopping": {"monitor": "dev_loss", "patience": 10_000_000}}),
            "large network": self._of(client, seconds, network={"hidden_layers": [200, 200]}, training={"batch_size": "full"}),
            "endless": make_long_job(),
        }
        self.sweep = {"job": make_job(data=inline(rows=60, split={"train": 0.5, "dev": 0.25, "test": 0.25})), "search": SEARCH, "seed": 5}

    @staticmethod
    def on_dataset(id):
        return make_job(data={"dataset": id, "target": "y"})

    @staticmethod
    def _of(client, seconds, **members):
        """A job that takes about so many seconds here, with few rows of history."""
        body = make_job(**members)
        probe = altered(body, "/training/epochs", 400)
        per_epoch = max(client.train(probe)["timing"]["training_seconds"] / 400, 1e-6)
        epochs = max(10, int(seconds / per_epoch))
        return altered(altered(body, "/training/epochs", epochs), "/training/history_every", max(1, epochs // 20))


class Kinds(Bodies):
    """And the outcome of each on a server that nobody disturbs."""

    def __init__(self, server, seconds=0.6):
        super().__init__(server, seconds)
        client = server.client
        self.expected = {name: self._expected(client, body) for name, body in self.bodies.items() if name != "endless"}
        for name, text in DATASETS.items():
            self.expected[f"on {name}"] = self._expected(client, self.on_dataset(client.upload(text)["id"]))
        finished = client.finished_sweep(self.sweep)
        self.expected_sweep, self.expected_final = sweep_outcome(finished), outcome(client, finished["final"]["job"])

    @staticmethod
    def _expected(client, body):
        return outcome(client, client.train(body)["id"])
