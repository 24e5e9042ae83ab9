"""How far `POST /v1/jobs:estimate` is from what jobs take: estimates, trains, and prints a table of ratios.

    python3 Benchmarks/estimates.py http://127.0.0.1:8080

The server should have nothing else to do. Each job is trained three times, and the fastest one counts.
"""

import json
import sys
import time
from urllib.request import Request, urlopen

# Name, rows, features, classes (0: regression), network, training. Every row is for training.
JOBS = [
    ("defaults, 1,000 × 10, 2 classes", 1_000, 10, 2, {}, {"epochs": 400}),
    ("2-20-3-1, full batch, gradient descent", 211, 2, 2, {"hidden_layers": [20, 3]}, {"epochs": 60_000, "batch_size": "full", "optimizer": "sgd"}),
    ("the same with dropout", 211, 2, 2, {"hidden_layers": [20, 3], "keep_prob": 0.86}, {"epochs": 60_000, "batch_size": "full", "optimizer": "sgd"}),
    ("the same in float64", 211, 2, 2, {"hidden_layers": [20, 3]}, {"epochs": 60_000, "batch_size": "full", "optimizer": "sgd", "precision": "float64"}),
    ("64-32-16-1, batch 32, Adam", 2_000, 64, 2, {"hidden_layers": [32, 16]}, {"epochs": 300, "batch_size": 32}),
    ("784-512-512-10, batch 128, Adam", 6_000, 784, 10, {"hidden_layers": [512, 512]}, {"epochs": 4, "batch_size": 128}),
    ("784-128-10, tanh", 6_000, 784, 10, {"hidden_layers": [128], "activation": "tanh"}, {"epochs": 6}),
    ("784-256-10, batch normalisation", 6_000, 784, 10, {"hidden_layers": [256], "batch_norm": True}, {"epochs": 5}),
    ("100-1024-1024-1, regression, momentum", 3_000, 100, 0, {"hidden_layers": [1024, 1024]}, {"epochs": 3, "optimizer": "momentum"}),
    ("logistic regression, 300 features", 4_000, 300, 2, {"hidden_layers": []}, {"epochs": 100}),
    ("softmax regression, 50 classes", 4_000, 40, 50, {"hidden_layers": []}, {"epochs": 100}),
    ("30-64-64-64-5, sigmoid, batch 8", 2_000, 30, 5, {"hidden_layers": [64, 64, 64], "activation": "sigmoid"}, {"epochs": 20, "batch_size": 8}),
    ("50-200-100-1, float64, RMSprop", 3_000, 50, 0, {"hidden_layers": [200, 100]}, {"epochs": 20, "precision": "float64", "optimizer": "rmsprop"}),
    ("28 × 28 images, shifted and rotated", 1_000, 784, 10, {"hidden_layers": [64]}, {"epochs": 10}),
    ("100 features with noise", 3_000, 100, 3, {"hidden_layers": [64, 32]}, {"epochs": 30}),
    ("784-512-512-10, two threads", 6_000, 784, 10, {"hidden_layers": [512, 512]}, {"epochs": 5, "batch_size": 128, "threads": 2}),
]
AUGMENT = {
    "28 × 28 images, shifted and rotated": {"image": {"height": 28, "width": 28, "shift": {"horizontal": 2, "vertical": 2}, "rotate": 10}},
    "100 features with noise": {"noise": {"std": 0.1}},
}


def call(url, body=None, media_type="application/json"):
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    with urlopen(Request(url, data=data, headers={"Content-Type": media_type} if data else {})) as answer:
        return json.load(answer)


def csv(rows, features, classes):
    """Numbers in no order (a linear congruential generator); the label last."""
    state, lines = 1, []
    for row in range(rows):
        cells = []
        for _ in range(features):
            state = (state * 1_103_515_245 + 12_345) % 2**31
            cells.append(f"{state % 2_001 / 1_000 - 1:.3f}")
        lines.append(",".join([*cells, str(row % classes) if classes else cells[0]]))
    return "\n".join(lines).encode()


def main(base):
    print("| job | estimated | took | estimated / took |\n|---|---:|---:|---:|")
    datasets = {}
    for name, rows, features, classes, network, training in JOBS:
        sizes = (rows, features, classes)
        if sizes not in datasets:
            datasets[sizes] = call(f"{base}/v1/datasets?header=false", csv(*sizes), "text/csv")["id"]
        task = "regression" if classes == 0 else "binary" if classes == 2 else "multiclass"
        data = {"dataset": datasets[sizes], "target": features, "task": task, "split": {"train": 1}}
        if name in AUGMENT:
            data["augment"] = AUGMENT[name]
        job = {"data": data, "network": network, "training": {"learning_rate": 1e-4, "seed": 1, **training}}
        estimated = call(f"{base}/v1/jobs:estimate", job)["seconds"]["training"]
        took = []
        for _ in range(3):
            answer = call(f"{base}/v1/jobs", job)
            while answer["status"] not in ("succeeded", "failed", "cancelled"):
                time.sleep(0.02)
                answer = call(f"{base}/v1/jobs/{answer['id']}")
            assert answer["status"] == "succeeded", answer["error"]
            took.append(answer["timing"]["training_seconds"])
        print(f"| {name} | {estimated:.3g} s | {min(took):.3g} s | {estimated / min(took):.2f} |", flush=True)


main(sys.argv[1].rstrip("/"))
