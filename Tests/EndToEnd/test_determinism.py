"""The seed determines the result, whatever else the machine does."""

import json

import pytest

from harness.bodies import altered, inline, make_job, make_long_job

BODIES = {
    "small": make_job(training={"seed": 3, "epochs": 30}),
    "dropout": make_job(network={"keep_prob": 0.7, "input_keep_prob": 0.9}, training={"seed": 3, "batch_size": 8, "epochs": 30}),
    "batch norm": make_job(network={"batch_norm": True}, training={"seed": 3, "batch_size": 8, "optimizer": "rmsprop", "epochs": 30}),
    "wide": make_job(data=inline(rows=700, features=37, classes=3), network={"hidden_layers": [129, 65], "keep_prob": 0.8}, training={"seed": 3, "batch_size": 128, "epochs": 8}),
    "augmented": make_job(
        data=inline(rows=200, features=30, classes=3, augment={
            "noise": {"std": 0.1}, "image": {"height": 5, "width": 6, "shift": {"horizontal": 1}, "rotate": 20, "elastic": {"alpha": 4, "sigma": 1}}}),
        training={"seed": 3, "batch_size": 16, "epochs": 8}),
    "wide, full batch": make_job(data=inline(rows=700, features=37, classes=3), network={"hidden_layers": [129, 65]}, training={"batch_size": "full", "epochs": 8}),
}


def trained(client, body):
    return client.weights_bytes(client.train(body)["id"])


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", BODIES)
def test_the_same_job_twice_gives_the_same_bytes(client, name, precision):
    body = altered(BODIES[name], "/training/precision", precision)
    assert trained(client, body) == trained(client, body)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", BODIES)
def test_threads_do_not_change_the_weights(client, name, precision):
    body = altered(BODIES[name], "/training/precision", precision)
    layers = [json.loads(trained(client, altered(body, "/training/threads", threads)))["layers"] for threads in (1, 2, 5)]
    assert layers[0] == layers[1] == layers[2]


def test_the_name_is_not_part_of_the_model(client):
    assert trained(client, {**BODIES["small"], "name": "one"}) == trained(client, {**BODIES["small"], "name": "two"})


def test_busy_workers_do_not_change_the_weights(start_server):
    alone, busy = start_server(workers=1).client, start_server(workers=2).client
    expected = {name: trained(alone, body) for name, body in BODIES.items()}
    blocker = busy.submit(make_long_job())["id"]
    busy.wait(blocker, until={"running"})
    assert {name: trained(busy, body) for name, body in BODIES.items()} == expected
    busy.cancel(blocker)
    busy.wait(blocker, until={"cancelled"})
    ids = {name: [busy.submit(body)["id"] for _ in range(2)] for name, body in BODIES.items()}
    for name, pair in ids.items():
        for id in pair:
            busy.wait(id)
            assert busy.weights_bytes(id) == expected[name]


@pytest.mark.parametrize("pointer", ["/training/seed", "/training/dropout_seed"])
def test_another_seed_gives_other_weights(client, pointer):
    body = BODIES["dropout"]
    layers = [json.loads(trained(client, altered(altered(body, "/training/dropout_seed", 1), pointer, seed)))["layers"] for seed in (3, 4)]
    assert layers[0] != layers[1]


def test_a_seed_beyond_32_bits_counts_in_full(client):
    layers = [json.loads(trained(client, altered(BODIES["small"], "/training/seed", seed)))["layers"] for seed in (1, 2**32 + 1, 2**63 + 1)]
    assert layers[0] != layers[1] != layers[2] != layers[0]
