"""Augmentation over HTTP: what steps descend is what docs/numerics.md says, by the NumPy twin, and it helps where it should."""

import sys
from pathlib import Path

import numpy as np
import pytest

from harness.bodies import altered, csv_text, inline, make_job

sys.path.append(str(Path(__file__).resolve().parents[2] / "Scripts"))
from reference_augmentation import augmented_image, noise  # noqa: E402

IMAGE = {
    "height": 4, "width": 3, "channels": 2, "layout": "channels_first", "flip": {"horizontal": 0.5, "vertical": 0.25},
    "shift": {"horizontal": 1, "vertical": 2}, "rotate": 40, "scale": [0.7, 1.5], "elastic": {"alpha": 3, "sigma": 1.2},
    "fill": "constant", "fill_value": 0.5}


def still(augment, normalize="standard", batch_size="full", **training):
    """A linear regression whose weights stay where they are, so that step_cost tells what the steps saw."""
    generator = np.random.default_rng(4)
    x = np.round(generator.normal(size=(60, 24)) * 8) / 8
    x[:, 7] = 2
    y = np.round(generator.normal(size=60), 3)
    weights = np.round(generator.normal(size=24), 3)
    body = {
        "data": {"train": {"x": x.tolist(), "y": y.tolist()}, "dev": {"x": x[:9].tolist(), "y": y[:9].tolist()}, "task": "regression",
                 "normalize": normalize, "augment": augment},
        "network": {"hidden_layers": [], "initial_weights": [{"weights": [weights.tolist()], "biases": [0.25]}]},
        "training": {"epochs": 4, "seed": 77, "batch_size": batch_size, "shuffle": False, "optimizer": "sgd", "learning_rate": 1e-300,
                     "precision": "float64", **training}}
    return body, x, y, weights


def expected_costs(x, y, weights, normalize, image=None, std=None, epochs=4):
    """The mean squared error of each epoch's variations."""
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    spread = np.where(deviation > 0, deviation, 1)
    if normalize == "none":
        mean, spread = 0, 1
    costs = []
    for epoch in range(epochs):
        rows = x if image is None else np.stack([augmented_image(row, image, 77, epoch, n) for n, row in enumerate(x)])
        inputs = (rows - mean) / spread
        if std is not None:
            unit = np.where(deviation > 0, deviation, 0) / spread
            inputs = inputs + std * unit * np.stack([noise(24, 77, epoch, n) for n in range(len(x))])
        costs.append(np.mean((inputs @ weights + 0.25 - y) ** 2))
    return costs


def step_costs(client, body):
    return [row["step_cost"] for row in client.history(client.train(body)["id"])[1:]]


@pytest.mark.parametrize("normalize", ["standard", "none"])
@pytest.mark.parametrize("batch_size", ["full", 15])
def test_steps_see_the_noise_of_the_reference(client, normalize, batch_size):
    each = np.zeros(24)
    each[[3, 20]] = [0.5, 2]
    for given, std in (({"std": 0.3}, np.full(24, 0.3)), ({"std": [2, 0.5], "features": ["x20", 3]}, each)):
        body, x, y, weights = still({"noise": given}, normalize, batch_size)
        assert step_costs(client, body) == pytest.approx(expected_costs(x, y, weights, normalize, std=std), rel=1e-9)


@pytest.mark.parametrize("normalize", ["standard", "none"])
@pytest.mark.parametrize("image", [IMAGE, {**IMAGE, "layout": "channels_last", "fill": "nearest", "fill_value": None, "elastic": None}])
def test_steps_see_the_images_of_the_reference(client, normalize, image):
    body, x, y, weights = still({"image": image}, normalize)
    assert step_costs(client, body) == pytest.approx(expected_costs(x, y, weights, normalize, image), rel=1e-9)
    body, x, y, weights = still({"image": image, "noise": {"std": 0.2}}, normalize, batch_size=20)
    costs = expected_costs(x, y, weights, normalize, image, np.full(24, 0.2))
    assert step_costs(client, body) == pytest.approx(costs, rel=1e-9)


def test_an_example_has_its_variation_in_whatever_batch_and_order_it_comes(client):
    costs = [step_costs(client, still({"image": IMAGE, "noise": {"std": 0.2}}, batch_size=size, shuffle=shuffle)[0])
             for size, shuffle in (("full", False), (20, False), (20, True), (60, True))]
    for other in costs[1:]:
        assert other == pytest.approx(costs[0], rel=1e-12)


def test_metrics_are_of_the_examples_as_they_are(client):
    augmented, plain = (client.train(still(augment)[0]) for augment in ({"image": IMAGE, "noise": {"std": 1}}, None))
    assert augmented["metrics"] == plain["metrics"]
    rows = [client.history(job["id"]) for job in (augmented, plain)]
    assert [(row["train"], row["dev"]) for row in rows[0]] == [(row["train"], row["dev"]) for row in rows[1]]
    assert rows[0][-1]["step_cost"] != rows[1][-1]["step_cost"]


def test_a_gradient_check_leaves_augmentation_out(client):
    bodies = [still(augment)[0] for augment in ({"image": IMAGE, "noise": {"std": 1}}, None)]
    answers = [client.post("/v1/gradient-checks", json=body).json() for body in bodies]
    assert answers[0]["verdict"] == "correct"
    assert answers[0]["settings"]["data"]["augment"]["image"] == IMAGE
    for answer in answers:
        del answer["settings"]
    assert answers[0] == answers[1]


def test_augmentation_resolves_its_own_defaults(client):
    augment = {"noise": {"std": 0.25}, "image": {"height": 1, "width": 2}}
    settings = client.submit(make_job(data=inline(augment=augment)))["settings"]
    assert settings["data"]["augment"] == {
        "noise": {"std": 0.25, "features": None},
        "image": {
            "height": 1, "width": 2, "channels": 1, "layout": "channels_last", "flip": {"horizontal": 0, "vertical": 0},
            "shift": {"horizontal": 0, "vertical": 0}, "rotate": 0, "scale": [1, 1], "elastic": None, "fill": "nearest", "fill_value": None}}
    again = client.submit(make_job(data=inline(augment=settings["data"]["augment"])))
    assert again["settings"]["data"] == settings["data"]
    constant = client.submit(make_job(data=inline(augment={"image": {"height": 1, "width": 2, "fill": "constant"}})))
    assert constant["settings"]["data"]["augment"]["image"]["fill_value"] == 0


def test_what_is_not_numeric_is_no_image_and_gets_no_noise(client):
    text = "a,colour,flag,y\n" + "".join(f"{n % 7},{['red', 'blue'][n % 2]},{['true', 'false'][n // 2 % 2]},{n % 3}\n" for n in range(30))
    dataset = client.upload(text)["id"]
    for data in ({"csv": text}, {"dataset": dataset}):
        body = make_job(data={**data, "target": "y"})
        image = altered(body, "/data/augment/image", {"height": 1, "width": 3})
        assert set(client.faults("/v1/jobs", image)) == {"/data/augment/image"}
        for column in ("colour", "flag", 2):
            noise = altered(body, "/data/augment/noise", {"std": 1, "features": ["a", column]})
            assert set(client.faults("/v1/jobs", noise)) == {"/data/augment/noise/features/1"}
        alone = altered(altered(body, "/data/augment/noise", {"std": 1}), "/data/features", ["colour", "flag"])
        assert set(client.faults("/v1/jobs", alone)) == {"/data/augment/noise"}
        unused = altered(altered(body, "/data/augment/noise", {"std": 1, "features": ["a"]}), "/data/features", ["colour"])
        assert set(client.faults("/v1/jobs", unused)) == {"/data/augment/noise/features/0"}
        client.train(altered(body, "/data/augment/noise", {"std": 1}))


def test_a_one_hot_input_gets_no_noise(client):
    x = [["red"], ["blue"], ["green"]] * 10
    text = csv_text({"x": x, "y": [n % 2 for n in range(30)]}, header=["colour", "y"])
    numbered = csv_text({"x": [[*cell, n % 5] for n, cell in enumerate(x)], "y": [n % 2 for n in range(30)]}, header=["colour", "n", "y"])
    network = {"hidden_layers": [], "initializer": "zeros"}
    training = {"epochs": 3, "optimizer": "sgd", "learning_rate": 0.1}

    def colour_weights(csv, augment):
        job = client.train(make_job(data={"csv": csv, "target": "y", "augment": augment}, network=network, training=training))
        return client.weights(job["id"])["layers"][0]["weights"][0]

    plain, noisy = (colour_weights(numbered, augment) for augment in (None, {"noise": {"std": 1, "features": ["n"]}}))
    assert plain[3] != noisy[3]
    assert set(client.faults("/v1/jobs", make_job(data={"csv": text, "target": "y", "augment": {"noise": {"std": 1}}}))) == {"/data/augment/noise"}
    # From zeros the first step's residuals are the same, and with them the gradient of inputs without noise.
    training["epochs"] = 1
    plain, noisy = (colour_weights(numbered, augment) for augment in (None, {"noise": {"std": 1}}))
    assert plain[:3] == noisy[:3] and plain[3] != noisy[3]


STROKES = [
    ["####", "#..#", "#..#", "#..#", "####"], ["..#.", ".##.", "..#.", "..#.", ".###"], ["####", "...#", "####", "#...", "####"],
    ["####", "...#", ".###", "...#", "####"], ["#..#", "#..#", "####", "...#", "...#"]]


def digits(seed, rows, shift):
    """12 × 12 images of digits, noisy, each up to `shift` pixels from the middle."""
    generator = np.random.default_rng(seed)
    labels = np.arange(rows) % len(STROKES)
    images = generator.normal(scale=0.15, size=(rows, 12, 12))
    for image, label in zip(images, labels):
        down, right = generator.integers(-shift, shift + 1, size=2) if shift else (0, 0)
        strokes = np.array([[cell == "#" for cell in line] for line in STROKES[label]], dtype=float)
        image[3 + down:8 + down, 4 + right:8 + right] += strokes
    return {"x": np.round(images.reshape(rows, 144), 3).tolist(), "y": labels.tolist()}


def test_shifts_teach_a_network_to_read_shifted_digits(client):
    for seed in range(4):
        sets = {"train": digits(seed, 100, 0), "dev": digits(100 + seed, 300, 3), "task": "multiclass", "normalize": "none"}
        augment = {"image": {"height": 12, "width": 12, "shift": {"horizontal": 3, "vertical": 3}, "fill": "constant"}}
        accuracy = [
            client.train({
                "data": {**sets, "augment": choice}, "network": {"hidden_layers": [48]},
                "training": {"epochs": 200, "batch_size": 20, "seed": seed, "learning_rate": 0.003, "history_every": 200}})["metrics"]["dev"]["accuracy"]
            for choice in (None, augment)]
        assert accuracy[0] < 0.6 and accuracy[1] > 0.8, f"seed {seed}: {accuracy}"
