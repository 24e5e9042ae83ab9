"""Everything but the data has a default, and the job answers with it."""

import pytest

from harness.bodies import blobs, csv_text, inline, line, make_job


@pytest.fixture(scope="module")
def settings(server):
    return server.client.train({"data": inline()})["settings"]


def test_a_job_of_data_alone_resolves_every_setting(settings):
    training = settings["training"]
    seeds = training.pop("seed"), training.pop("dropout_seed")
    assert 0 <= seeds[0] < 2**32 and seeds[1] == seeds[0]
    assert len(settings["data"].pop("table")) == 64
    assert settings == {
        "data": {
            "source": "inline", "dataset": None, "target": "y", "sample_weight": None, "features": None, "inputs": 2, "task": "binary", "classes": [0, 1],
            "class_weights": None,
            "split": {"train": 0.6, "dev": 0.2, "test": 0.2, "stratify": True}, "normalize": "standard", "missing": "error",
            "augment": None,
            "rows": {"train": 24, "dev": 8, "test": 8}},
        "network": {
            "hidden_layers": [32, 16], "activation": ["relu", "relu"], "keep_prob": [1, 1], "input_keep_prob": 1, "batch_norm": False,
            "initializer": "auto", "initial_weights": None},
        "training": {
            "epochs": 200, "batch_size": 64, "shuffle": True,
            "optimizer": {"name": "adam", "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
            "learning_rate": 0.001, "learning_rate_decay": None, "l1_lambda": 0, "l2_lambda": 0, "clip_norm": None, "early_stopping": None,
            "time_limit_seconds": None, "precision": "float32", "history_every": 1, "threads": 1, "generator": "philox",
            "dropout_mask": "resample", "monitor": "on", "stop_on": [], "class_weight": None},
        "base_error": 0}


def test_seeds_that_nobody_gave_are_drawn(client):
    seeds = {client.train({"data": inline(), "training": {"epochs": 1}})["settings"]["training"]["seed"] for _ in range(5)}
    assert len(seeds) == 5 and all(0 <= seed < 2**32 for seed in seeds)


def test_the_drawn_seed_repeats_the_job(client):
    body = make_job(training={"seed": None}, network={"keep_prob": 0.8})
    first = client.train(body)
    body["training"] |= {"seed": first["settings"]["training"]["seed"], "dropout_seed": first["settings"]["training"]["dropout_seed"]}
    second = client.train(body)
    assert client.weights_bytes(second["id"]) == client.weights_bytes(first["id"])


@pytest.mark.parametrize(("name", "constants", "learning_rate"), [
    ("sgd", {}, 0.01),
    ("momentum", {"beta": 0.9}, 0.01),
    ("rmsprop", {"rho": 0.9, "epsilon": 1e-8}, 0.001),
    ("adam", {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}, 0.001),
    ("adamw", {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01}, 0.001)])
def test_an_optimizer_brings_its_constants_and_its_learning_rate(client, name, constants, learning_rate):
    for optimizer in (name, {"name": name}):
        training = client.submit(make_job(training={"optimizer": optimizer}))["settings"]["training"]
        assert training["optimizer"] == {"name": name, **constants}
        assert training["learning_rate"] == learning_rate
    assert client.submit(make_job(training={"optimizer": name, "learning_rate": 0.5}))["settings"]["training"]["learning_rate"] == 0.5


def test_one_activation_and_one_keep_prob_become_lists(client):
    network = client.submit(make_job(network={"hidden_layers": [4, 3, 2], "activation": "tanh", "keep_prob": 0.5}))["settings"]["network"]
    assert network["activation"] == ["tanh"] * 3 and network["keep_prob"] == [0.5] * 3
    empty = client.submit(make_job(network={"hidden_layers": [], "activation": "tanh", "keep_prob": 0.5}))["settings"]["network"]
    assert empty["activation"] == [] and empty["keep_prob"] == []


def test_a_decay_and_early_stopping_resolve_their_own_defaults(client):
    training = client.submit(make_job(training={"learning_rate_decay": "cosine", "early_stopping": {}}))["settings"]["training"]
    assert training["learning_rate_decay"] == {"name": "cosine", "minimum": 0}
    assert training["early_stopping"] == {"monitor": "dev_loss", "patience": 20, "min_delta": 0, "restore_best": True}


@pytest.mark.parametrize("epochs", [1, 10, 999, 1000, 5000])
def test_the_history_has_at_most_a_thousand_rows_unless_asked_otherwise(client, epochs):
    job = client.train(make_job(training={"epochs": epochs}, network={"hidden_layers": [2]}))
    every = job["settings"]["training"]["history_every"]

    def rows(every):
        return sorted({*range(0, epochs + 1, every), epochs})

    assert min(epochs, 400) <= len(rows(every)) <= 1000
    assert [row["epoch"] for row in client.history(job["id"])] == rows(every)


@pytest.mark.parametrize(("rows", "shares", "counts"), [
    (2, (1, 0, 0), (2, 0, 0)),
    (19, (1, 0, 0), (19, 0, 0)),
    (20, (0.6, 0.2, 0.2), (12, 4, 4)),
    (100, (0.6, 0.2, 0.2), (60, 20, 20)),
    (10_000, (0.8, 0.1, 0.1), (8_000, 1_000, 1_000)),
    (1_000_000, (0.98, 0.01, 0.01), (980_000, 10_000, 10_000))])
def test_the_default_split_depends_on_the_rows(client, rows, shares, counts):
    text = "a,y\n" + "".join(f"{n % 10},{n % 2}\n" for n in range(rows))
    dataset = client.upload(text)
    assert dataset["rows"] == rows
    job = client.submit(make_job(data={"dataset": dataset["id"], "target": "y"}, training={"epochs": 1}))
    split = job["settings"]["data"]["split"]
    assert (split["train"], split["dev"], split["test"]) == pytest.approx(shares)
    assert job["settings"]["data"]["rows"] == dict(zip(("train", "dev", "test"), counts))
    client.wait(job["id"])


@pytest.mark.parametrize(("split", "counts"), [
    ({"train": 0.5, "dev": 0.25, "test": 0.25}, (20, 10, 10)),
    ({"train": 1}, (40, 0, 0)),
    ({"test": 0.25}, (30, 0, 10)),
    ({"dev": 0.5}, (20, 20, 0)),
    ({"stratify": False}, (24, 8, 8))])
def test_a_given_split_is_kept(client, split, counts):
    data = client.submit(make_job(data=inline(split=split)))["settings"]["data"]
    assert data["rows"] == dict(zip(("train", "dev", "test"), counts))
    assert sum(data["split"][name] for name in ("train", "dev", "test")) == pytest.approx(1)
    assert data["split"]["stratify"] == split.get("stratify", True)


def test_a_stratified_split_keeps_a_rare_class_in_every_set(client):
    x, _ = blobs(rows=50)
    for seed in range(5):
        job = client.train({
            "data": {"x": x, "y": ["rare" if n < 5 else "usual" for n in range(50)]},
            "network": {"hidden_layers": [], "initializer": "zeros"},
            "training": {"seed": seed, "epochs": 1, "optimizer": "sgd", "learning_rate": 1e-30}})
        assert job["settings"]["data"]["rows"] == {"train": 30, "dev": 10, "test": 10}
        shares = {job["metrics"][name]["accuracy"] for name in ("train", "dev", "test")}
        assert len(shares) == 1 and round(shares.pop(), 6) in (0.1, 0.9), "one answer for all rows is right as often in every set"


def test_a_regression_is_not_stratified(client):
    assert client.submit(make_job(data=line()))["settings"]["data"]["split"]["stratify"] is False


def test_a_column_is_answered_by_its_name_where_it_has_one(client):
    for header, target, answered in ((["a", "b", "y"], "y", "y"), (["a", "b", "y"], 2, "y"), (["a", "b", ""], 2, 2), (None, 2, 2)):
        data = {"csv": csv_text(inline(), header=header, delimiter=";"), "target": target}
        settings = client.submit(make_job(data=data))["settings"]["data"]
        assert (settings["source"], settings["dataset"], settings["target"]) == ("csv", None, answered)


def test_equal_data_has_an_equal_hash(client):
    def table(data):
        return client.submit(make_job(data=data))["settings"]["data"]["table"]

    assert table(inline()) == table(inline(normalize="none")) != table(inline(seed=6))
