#!/usr/bin/env python3
"""Writes the golden files of Tests/PerceptronTests/Golden from the NumPy reference beside this script.

    python3 Scripts/make_goldens.py            write them all
    python3 Scripts/make_goldens.py --check    compare with what is there (1e-10), write nothing
    python3 Scripts/make_goldens.py --drift    how far the same training in float32 ends from float64

The last one says what a float32 engine can be asked for: training amplifies rounding, most of all where ReLU's slope
jumps or the learning rate is at the edge of stability. Every case is chosen so that the drift stays well below 1e-4.
"""

import json
import sys
from pathlib import Path

import numpy as np

from reference_augmentation import augmented_image, elastic_field, movement, noise
from reference_network import Network, Settings, draw_parameters, train

FOLDER = Path(__file__).resolve().parent.parent / "Tests" / "PerceptronTests" / "Golden"
ADAM = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}


# Data ---------------------------------------------------------------------------------------------------------------


def blobs(seed, rows, columns, classes):
    """Overlapping classes around random centres, `columns` wide."""
    random = np.random.RandomState(seed)
    y = np.arange(rows) % classes
    x = random.randn(classes, columns)[y] + 0.9 * random.randn(rows, columns)
    return np.round(x, 4), y.astype(np.float64)


def curve(seed, rows, columns):
    """A smooth function of the columns with noise."""
    random = np.random.RandomState(seed)
    x = np.round(random.uniform(-2, 2, (rows, columns)), 4)
    y = np.sin(x[:, 0]) + 0.5 * x[:, 1] * x[:, -1] + 0.1 * random.randn(rows)
    return x, np.round(y, 4)


def cut(data, rows):
    """The first `rows` for training, the others as dev set."""
    x, y = data
    return (x[:rows], y[:rows]), (x[rows:], y[rows:])


# Cases --------------------------------------------------------------------------------------------------------------


def course(**settings):
    """The course's 2-20-3-1 on 211 points."""
    keep = settings.pop("keep_prob", 1.0)
    network = Network(2, [(20, "relu", keep), (3, "relu", keep)], 1, "binary")
    return dict(
        network=network,
        settings=Settings(epochs=300, learning_rate=0.3, **settings),
        data=cut(blobs(11, 251, 2, 2), 211),
        starting=("xavier", 3),
    )


def small(hidden=((7, "tanh", 1.0), (5, "tanh", 1.0)), task="binary", classes=2, rows=50, network=None, **settings):
    """A few dozen examples with 4 features; `rows` train, 20 are the dev set."""
    data = curve(21, rows + 20, 4) if task == "regression" else blobs(22, rows + 20, 4, classes)
    outputs = classes if task == "multiclass" else 1
    settings = {"epochs": 200, **settings}
    return dict(
        network=Network(4, list(hidden), outputs, task, **(network or {})),
        settings=Settings(**settings),
        data=cut(data, rows),
        starting=("glorot", 5),
        disturbed=True,  # starting biases and batch-norm vectors are not the plain 0 and 1
    )


def weighted(case, seed):
    """The case with sample weights, some of them 0."""
    random = np.random.RandomState(seed)
    case["sample_weight"] = tuple(np.round(random.choice([0, 0.25, 1, 1.5, 6], len(y)), 4) for _, y in case["data"])
    return case


def layers(activation, *units, keep_prob=1.0):
    return [(n, activation, keep_prob) for n in units]


def cases():
    yield "course_none", course()
    yield "course_l2", course(l2_lambda=0.7)
    yield "course_l1", course(l1_lambda=0.4)
    yield "course_l1_l2", course(l1_lambda=0.3, l2_lambda=0.5)
    yield "course_dropout_fixed", course(keep_prob=0.86, dropout_seed=1, dropout_mask="fixed")
    yield "course_dropout_resampled", course(keep_prob=0.86, dropout_seed=1)

    mixed = [(9, "relu", 0.8), (6, "tanh", 1.0), (5, "sigmoid", 0.7)]
    noisy = {"input_keep_prob": 0.9}
    yield "dropout_input_and_some_layers", small(
        mixed, network=noisy, batch_size=16, learning_rate=0.1, dropout_seed=2, l2_lambda=0.2, epochs=60)
    yield "dropout_fixed_minibatch", small(
        mixed, network=noisy, batch_size=16, learning_rate=0.1, dropout_seed=8, dropout_mask="fixed", epochs=60)

    yield "adam_minibatch", small(
        batch_size=16, optimizer="adam", constants=ADAM, learning_rate=0.005, l2_lambda=0.1, epochs=80)
    yield "adamw", small(
        batch_size=16, optimizer="adamw", constants={**ADAM, "weight_decay": 0.05}, learning_rate=0.005, epochs=80)
    yield "adamw_l1_l2", small(
        batch_size=16, optimizer="adamw", constants={**ADAM, "weight_decay": 0.02}, learning_rate=0.005, l1_lambda=0.1,
        l2_lambda=0.6, epochs=80)
    yield "adam_own_constants", small(
        batch_size=25, optimizer="adam", constants={"beta1": 0.7, "beta2": 0.95, "epsilon": 1e-3}, learning_rate=0.01,
        epochs=80)
    yield "momentum", small(batch_size=16, optimizer="momentum", constants={"beta": 0.9}, learning_rate=0.1, epochs=80)
    yield "rmsprop", small(
        batch_size=16, optimizer="rmsprop", constants={"rho": 0.9, "epsilon": 1e-6}, learning_rate=0.002, epochs=80)

    yield "batch_norm", small(
        layers("relu", 7, 5), network={"batch_norm": True}, batch_size=16, learning_rate=0.02, epochs=40)
    yield "batch_norm_full_batch", small(
        layers("tanh", 7, 5), network={"batch_norm": True}, learning_rate=0.03, l2_lambda=0.3, epochs=200)
    yield "batch_norm_dropout_adam", small(
        layers("sigmoid", 7, 5, keep_prob=0.8), task="multiclass", classes=3, network={"batch_norm": True},
        batch_size=16, optimizer="adam", constants=ADAM, learning_rate=0.003, l2_lambda=0.1,
        dropout_seed=4, epochs=40)
    yield "batch_norm_last_batch_of_one", small(
        layers("tanh", 6), network={"batch_norm": True}, rows=49, batch_size=16, learning_rate=0.05, epochs=40)

    yield "softmax", small(task="multiclass", classes=4, learning_rate=0.3, l2_lambda=0.1)
    yield "softmax_relu_minibatch", small(
        layers("relu", 8, 6), task="multiclass", classes=3, batch_size=16, learning_rate=0.05, epochs=80)
    yield "regression", small(task="regression", learning_rate=0.05, l2_lambda=0.2)
    yield "regression_relu_adam", small(
        layers("relu", 8), task="regression", batch_size=16, optimizer="adam", constants=ADAM, learning_rate=0.01,
        epochs=80)
    normalized = small(layers("tanh", 6), task="regression", learning_rate=0.05)
    normalized["normalize"] = True
    yield "regression_normalized", normalized

    for activation in ("tanh", "sigmoid", "leaky_relu", "identity"):
        rate = 0.3 if activation == "leaky_relu" else 0.1
        yield f"activation_{activation}", small(layers(activation, 7, 5), learning_rate=rate)
    yield "no_hidden_layers", small([], learning_rate=0.3, l2_lambda=0.5)
    yield "no_hidden_layers_softmax", small([], task="multiclass", classes=3, batch_size=16, learning_rate=0.1)

    yield "clipping", small(learning_rate=0.15, clip_norm=0.06, l2_lambda=0.4)
    yield "clipping_minibatch_adam", small(
        batch_size=16, optimizer="adam", constants=ADAM, learning_rate=0.01, clip_norm=0.1, epochs=60)

    decays = {
        "step": {"rate": 0.5, "every": 30},
        "exponential": {"rate": 0.98},
        "inverse_time": {"rate": 0.05},
        "cosine": {"minimum": 0.02},
    }
    for kind, numbers in decays.items():
        yield f"decay_{kind}", small(learning_rate=0.4, decay={"kind": kind, **numbers}, epochs=120, batch_size=25)

    for initializer, activation in (("he", "relu"), ("auto", "leaky_relu"), ("glorot", "tanh"), ("bengio", "tanh"),
                                    ("normal", "sigmoid"), ("zeros", "sigmoid")):
        case = small(layers(activation, 6, 4), rows=49, learning_rate=0.1, epochs=60)
        case["starting"] = (initializer, 3)
        case["drawn_by_engine"] = True
        case["disturbed"] = False
        yield f"initializer_{initializer}", case

    yield "weights_sample_and_class_dropout", weighted(small(
        layers("tanh", 7, 5, keep_prob=0.8), batch_size=16, learning_rate=0.1, dropout_seed=6, l2_lambda=0.3, epochs=60,
        class_weights=[0.5, 2.0]), 31)
    yield "weights_class_softmax", small(
        task="multiclass", classes=4, learning_rate=0.2, l2_lambda=0.1, class_weights=[1.0, 3.0, 0.25, 1.0])
    yield "weights_sample_regression_batch_norm", weighted(small(
        layers("sigmoid", 6), task="regression", network={"batch_norm": True}, batch_size=16, learning_rate=0.02,
        epochs=40), 32)

    confident = small(layers("identity", 3), learning_rate=1e-4, epochs=20, history_every=1)
    confident["scale_start"] = 60.0
    yield "confidently_wrong", confident
    confident = small(layers("identity", 3), task="multiclass", classes=3, learning_rate=1e-4, epochs=20, history_every=1)
    confident["scale_start"] = 60.0
    yield "confidently_wrong_softmax", confident


# Files --------------------------------------------------------------------------------------------------------------


def documents_layer(layer):
    document = {"weights": layer["W"].tolist(), "biases": layer["b"][:, 0].tolist()}
    if "gamma" in layer:
        document["batch_norm"] = {
            "gamma": layer["gamma"][:, 0].tolist(),
            "beta": layer["beta"][:, 0].tolist(),
            "running_mean": layer["mean"][:, 0].tolist(),
            "running_variance": layer["variance"][:, 0].tolist(),
        }
    return document


def run(case, dtype=np.float64):
    network, settings = case["network"], case["settings"]
    (x, y), (dev_x, dev_y) = case["data"]
    features = None
    if case.get("normalize"):
        features = {"mean": x.mean(axis=0).tolist(), "std": x.std(axis=0).tolist()}
        x, dev_x = ((v - features["mean"]) / features["std"] for v in (x, dev_x))
    initializer, seed = case["starting"]
    start = draw_parameters(network, initializer, seed)
    random = np.random.RandomState(seed + 1)
    for layer in start:
        layer["W"] *= case.get("scale_start", 1.0)
        if case.get("disturbed"):
            for key, share in (("gamma", 0.2), ("beta", 0.2), ("mean", 0.3), ("variance", 0.1), ("b", 0.2)):
                if key in layer and not (key == "b" and "gamma" in layer):
                    layer[key] += share * random.uniform(-1, 1, layer[key].shape)
    weights = case.get("sample_weight", (None, None))
    final, history = train(network, start, settings, (x, y, weights[0]), (dev_x, dev_y, weights[1]), dtype)
    return start, final, history, features


def golden(case):
    start, final, history, features = run(case)
    network, settings = case["network"], case["settings"]
    initializer, seed = case["starting"]
    drawn = case.get("drawn_by_engine", False)
    sets = [{"x": x.tolist(), "y": y.tolist()} for x, y in case["data"]]
    for examples, weights in zip(sets, case.get("sample_weight", ())):
        examples["sample_weight"] = weights.tolist()
    return {
        "network": {
            "inputs": network.inputs,
            "hidden_layers": [{"units": u, "activation": a, "keep_prob": k} for u, a, k in network.hidden],
            "outputs": network.outputs,
            "task": network.task,
            "input_keep_prob": network.input_keep_prob,
            "batch_norm": network.batch_norm,
            "initializer": initializer if drawn else "zeros",
            "initial_layers": None if drawn else [documents_layer(layer) for layer in start],
        },
        "training": {
            "epochs": settings.epochs,
            "batch_size": None if settings.batch_size == "full" else settings.batch_size,
            "optimizer": settings.optimizer,
            "constants": settings.constants,
            "learning_rate": settings.learning_rate,
            "decay": settings.decay,
            "l1_lambda": settings.l1_lambda,
            "l2_lambda": settings.l2_lambda,
            "clip_norm": settings.clip_norm,
            "seed": seed,
            "dropout_seed": settings.dropout_seed,
            "dropout_mask": settings.dropout_mask,
            "history_every": settings.history_every,
            **({} if settings.class_weights is None else {"class_weights": settings.class_weights}),
        },
        "features": features,
        "train": sets[0],
        "dev": sets[1],
        "expected": {"history": history, "layers": [documents_layer(layer) for layer in final]},
    }


def fingerprint(numbers):
    """FNV-1a, 64 bits, of the numbers as little-endian float64, in hexadecimal."""
    value = 0xCBF29CE484222325
    for byte in numbers.astype("<f8").tobytes():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:x}"


def random_streams():
    """The first numbers of `rand` and `randn`, and a fingerprint of the first 5,000."""
    streams = []
    for seed in (0, 1, 3, 42, 20_231_107, 2**31, 2**32 - 1):
        entry = {"seed": seed}
        for name in ("rand", "randn"):
            numbers = getattr(np.random.RandomState(seed), name)(5000)
            entry[name] = numbers[:20].tolist()
            entry[name + "_fnv"] = fingerprint(numbers)
        mixed = np.random.RandomState(seed)
        entry["mixed"] = [float(n) for _ in range(4) for n in (mixed.randn(), mixed.rand(), mixed.randn(), mixed.randn())]
        streams.append(entry)
    return {"count": 5000, "mixed": "randn, rand, randn, randn, and again", "streams": streams}


def augmentation():
    """Images and noise of some examples and epochs."""
    usual = {
        "channels": 1, "layout": "channels_last", "flip": {"horizontal": 0, "vertical": 0},
        "shift": {"horizontal": 0, "vertical": 0}, "rotate": 0, "scale": [1, 1], "elastic": None, "fill": "nearest",
        "fill_value": None}
    constant = {"fill": "constant", "fill_value": -0.75}
    settings = {
        "flip": {"flip": {"horizontal": 0.5, "vertical": 0.4}},
        "shift": {"shift": {"horizontal": 3, "vertical": 9}, **constant},
        "rotate": {"rotate": 180},
        "rotate_constant": {"rotate": 35, **constant},
        "scale": {"scale": [0.5, 2.5], **constant},
        "elastic": {"elastic": {"alpha": 12, "sigma": 1.3}},
        "elastic_wide": {"elastic": {"alpha": 300, "sigma": 40}, **constant},
        "everything": {
            "flip": {"horizontal": 0.5, "vertical": 0.5}, "shift": {"horizontal": 2, "vertical": 1}, "rotate": 20,
            "scale": [0.8, 1.3], "elastic": {"alpha": 8, "sigma": 2}, **constant}}
    shapes = [(7, 9, 1, "channels_last"), (6, 19, 1, "channels_first"), (5, 4, 3, "channels_last"),
              (3, 6, 2, "channels_first"), (1, 5, 1, "channels_last"), (4, 1, 1, "channels_last")]
    images = []
    for number, (name, given) in enumerate(settings.items()):
        for height, width, channels, layout in shapes:
            image = {**usual, "height": height, "width": width, "channels": channels, "layout": layout, **given}
            seed, epoch, position = 2**40 + number, 3 * number, 1000 + 7 * height
            row = np.round(np.random.RandomState(number).uniform(-1, 1, height * width * channels), 3)
            images.append({
                "name": name, "image": image, "seed": seed, "epoch": epoch, "position": position, "pixels": row.tolist(),
                "movement": movement(image, seed, epoch, position),
                "field": [] if image["elastic"] is None else np.round(
                    elastic_field(image, seed, epoch, position).ravel(), 12).tolist(),
                "expected": np.round(augmented_image(row, image, seed, epoch, position), 12).tolist()})
    noises = [{"seed": 5 + number, "epoch": number, "position": 12 * number,
               "expected": np.round(noise(count, 5 + number, number, 12 * number), 12).tolist()}
              for number, count in enumerate((1, 2, 5, 300, 517))]
    return {"images": images, "noises": noises}


def text(value, depth=0):
    """JSON with one line per row of numbers: small, and readable in a diff."""
    flat = not isinstance(value, (dict, list)) or (
        isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in value))
    if flat or not value:
        return json.dumps(value)
    inner = "\n" + " " * (depth + 1)
    if isinstance(value, dict):
        if all(not isinstance(item, (dict, list)) for item in value.values()):
            return json.dumps(value)
        items = [f"{json.dumps(key)}: {text(item, depth + 1)}" for key, item in value.items()]
        return "{" + inner + ("," + inner).join(items) + "\n" + " " * depth + "}"
    return "[" + inner + ("," + inner).join(text(item, depth + 1) for item in value) + "\n" + " " * depth + "]"


def agree(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(agree(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(agree(p, q) for p, q in zip(a, b))
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) <= 1e-10 * max(1.0, abs(a))
    return a == b


def all_files():
    for name, case in cases():
        yield name, golden(case)
    yield "numpy_random_state", random_streams()
    yield "augmentation", augmentation()


def drift():
    for name, case in cases():
        _, exact, history, _ = run(case)
        _, single, history32, _ = run(case, np.float32)
        weights = max(
            np.linalg.norm(a[k].astype(np.float64) - e[k]) / max(np.linalg.norm(e[k]), 1e-12)
            for a, e in zip(single, exact) for k in e if np.linalg.norm(e[k]) > 0)
        costs = max(abs(a["step_cost"] / e["step_cost"] - 1) for a, e in zip(history32[1:], history[1:]))
        print(f"{name:32} weights {weights:.1e}  step_cost {costs:.1e}  last {history[-1]['step_cost']:.4g}")


def main():
    if "--drift" in sys.argv:
        return drift()
    FOLDER.mkdir(parents=True, exist_ok=True)
    different = []
    names = set()
    for name, document in all_files():
        names.add(name)
        path = FOLDER / f"{name}.json"
        if "--check" in sys.argv:
            document = json.loads(json.dumps(document))
            if not path.exists() or not agree(json.loads(path.read_text()), document):
                different.append(name)
        else:
            path.write_text(text(document) + "\n")
            print(f"{path.name}: {path.stat().st_size / 1000:.1f} kB")
    different += sorted(p.stem for p in FOLDER.glob("*.json") if p.stem not in names)
    if different:
        sys.exit("not what this script makes: " + ", ".join(different))


if __name__ == "__main__":
    main()
