"""Gives generated requests a chance to be more than refused.

A body is touched only where openapi.yaml finds nothing wrong with it, and then given what no schema can ask for: rows of one length, as many labels, columns that
exist, networks and epochs that take no minutes. Ids become those of ESPALIER_JOBS and ESPALIER_DATASETS, jobs and data sets that there are. What was
answered to what goes to the file ESPALIER_TALLY.
"""

import json
import os
from collections import defaultdict
from itertools import count, cycle, islice

import schemathesis

from harness.client import CONTRACT

KNOWN = {kind: os.environ.get(f"ESPALIER_{kind.upper()}", "").split() for kind in ("jobs", "sweeps", "datasets")}
REQUESTS = {
    "/v1/jobs": "/components/schemas/JobRequest", "/v1/gradient-checks": "/components/schemas/GradientCheckRequest",
    "/v1/jobs:validate": "/components/schemas/JobRequest", "/v1/jobs:estimate": "/components/schemas/EstimateRequest",
    "/v1/sweeps": "/components/schemas/SweepRequest", "/v1/sweeps:validate": "/components/schemas/SweepRequest",
    "/v1/jobs/{id}/predictions": "/components/schemas/PredictionRequest", "/v1/datasets": "/components/schemas/DatasetContent"}
KINDS = {"ds": "Dataset", "sweep": "Sweep"}
COMPARED = next(
    f"/paths/~1v1~1comparisons/get/parameters/{place}/schema"
    for place, parameter in enumerate(CONTRACT.document["paths"]["/v1/comparisons"]["get"]["parameters"]) if parameter.get("name") == "jobs")
# The first cases of an operation are all sent, of the others one in so many.
FIRST, EVERY = 50, int(os.environ.get("ESPALIER_EVERY", "1"))
NUMBERS = defaultdict(count)
CSV = "a,b,y\n" + "".join(f"{n % 7},{['p', 'q', 'r'][n % 3]},{n % 2}\n" for n in range(24))


@schemathesis.hook
def map_body(context, body):
    schema = REQUESTS.get(context.operation.path)
    if schema is None or not isinstance(body, (dict, list)) or CONTRACT.errors(body, schema):
        return body
    tidied = tidy(json.loads(json.dumps(body)))
    assert not CONTRACT.errors(tidied, schema), f"{body} became {tidied}"
    return tidied


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    ids = KNOWN[context.operation.path.split("/")[2]] if "{id}" in context.operation.path else []
    given = (path_parameters or {}).get("id")
    # Generated ids are one in 36²⁴: without this every request would end in 404. Two thirds name what exists.
    if ids and isinstance(given, str) and context.operation.method != "delete" and not CONTRACT.errors(given, f"/components/schemas/{KINDS.get(given.split('_')[0], 'Job')}ID"):
        choice = sum(given.encode()) % (len(ids) * 3 // 2 + 1)
        if choice < len(ids):
            varied = path_parameters.get("parameter")
            is_legal = isinstance(varied, str) and not CONTRACT.errors(varied, "/components/parameters/SweepPlotParameter/schema")
            return {**path_parameters, **({"parameter": "l2_lambda"} if is_legal else {}), "id": ids[choice]}
    return path_parameters


@schemathesis.hook
def map_query(context, query):
    """Jobs that there are, where a comparison names two or more different ones."""
    named = (query or {}).get("jobs")
    # The list as drawn, or as it goes into the query.
    is_text = isinstance(named, str)
    named = named.split(",") if is_text else named
    if context.operation.path != "/v1/comparisons" or len(KNOWN["jobs"]) < 2 or not isinstance(named, list) or CONTRACT.errors(named, COMPARED):
        return query
    jobs = KNOWN["jobs"][:len(named)]
    return {**query, "jobs": ",".join(jobs) if is_text else jobs}


@schemathesis.hook
def map_headers(context, headers):
    """Whole documents: a part of one has no schema."""
    return {name: value for name, value in headers.items() if name != "Range"} if headers else headers


@schemathesis.hook
def filter_case(context, case):
    """A header that nobody knows is no fault: HTTP has it ignored (RFC 9110, 5.1). Of an operation with very many cases some are taken."""
    if "x-schemathesis-unknown-property" in {name.lower() for name in case.headers or {}}:
        return False
    number = next(NUMBERS[case.operation.label])
    return number < FIRST or number % EVERY == 0


@schemathesis.hook
def after_call(context, case, response):
    with open(os.environ["ESPALIER_TALLY"], "a") as tally:
        tally.write(f"{case.operation.method.upper()} {case.operation.path} {response.status_code}\n")


def tidy(body):
    if isinstance(body, list):
        return rectangle(body) if all(isinstance(row, list) for row in body) else body
    if "search" in body:
        return tidy_sweep(body)
    if "x" in body and "y" not in body:
        if body.get("monte_carlo"):
            body.pop("mode", None)
            body["monte_carlo"] = 1 + int(body["monte_carlo"]) % 50
        return {**body, "x": [list(islice(cycle(number(cell) for cell in row), 2)) for row in body["x"]]}
    if "data" not in body:
        return {**body, **examples(body)}
    data, network, training = body["data"], body.get("network") or {}, body.get("training") or {}
    body["data"] = data = tidy_data(data)
    if network.get("hidden_layers"):
        network["hidden_layers"] = [1 + units % 16 for units in network["hidden_layers"][:4]]
    layers = len(network.get("hidden_layers") or [32, 16]) if network.get("hidden_layers") != [] else 0
    for name in ("activation", "keep_prob"):
        if isinstance(network.get(name), list):
            network[name] = list(islice(cycle(network[name] or [{"activation": "tanh", "keep_prob": 0.5}[name]]), layers))
    network.pop("initial_weights", None)
    if training.get("epochs"):
        training["epochs"] = 1 + int(training["epochs"]) % 50
    for name in ("seed", "dropout_seed"):
        if training.get("generator") == "numpy" and training.get(name):
            training[name] = int(training[name]) % 2**32
    if isinstance(training.get("class_weight"), dict):
        training["class_weight"] = "balanced"
    if training.get("early_stopping"):
        training["early_stopping"]["monitor"] = "train_loss"
    return body


def tidy_sweep(body):
    """Two values, or the ends of a range, of what fits every network; judged by cross-validation, which all data allows."""
    job = tidy(body["job"])
    tried = {}
    for name, given in body["search"]["parameters"].items():
        if name.rsplit("/", 1)[-1] in ("hidden_layers", "activation", "keep_prob", "epochs", "early_stopping"):
            continue
        if isinstance(given, dict) and "values" not in given:
            (scale, ends), = given.items()
            low, high = sorted([ends["from"], ends["to"]])
            tried[name] = {scale: {"from": low, "to": high if high > low else low * 2 + 1, "steps": 2}}
        else:
            tried[name] = (given["values"] if isinstance(given, dict) else given)[:2]
    parameters = dict(list(tried.items())[:3]) or {"l2_lambda": [0, 1]}
    return {**body, "job": job, "search": {"method": body["search"].get("method"), "parameters": parameters}, "judge": {"folds": 2}, "halving": None, "max_jobs": None}


def tidy_data(data):
    features = data.pop("features", None)
    if "csv" in data or "dataset" in data:
        data["sample_weight"] = None if data.get("sample_weight") is None else "a"
    are_weighted = bool((data.get("train") or {}).get("sample_weight"))
    split = data.get("split") or {}
    if abs(sum(split.get(name) or 0 for name in ("train", "dev", "test")) - 1) > 1e-9:
        data.pop("split", None)
    elif split.get("stratify"):
        split["stratify"] = None
    data.pop("task", None)
    tidy_noise((data.get("augment") or {}).get("noise"))
    if "rows" in data:
        tidy_image((data.get("augment") or {}).get("image"), 1 + features % 10_000)
        return {**data, "features": 1 + features % 10_000}
    if "train" in data:
        data["train"] = examples(data["train"])
        width = len(data["train"]["x"][0])
        for name in ("dev", "test"):
            if data.get(name):
                data[name] = {"x": [[0] * width] * 3, "y": list(islice(cycle(data["train"]["y"]), 3)), **({"sample_weight": [1, 2, 3]} if are_weighted else {})}
    elif "x" in data:
        data |= examples(data)
    else:
        data["target"] = [2, "y"][len(str(data["target"])) % 2]
        if "csv" in data and (data.get("augment") or {}).get("image"):
            data["augment"]["image"] = None
        if "csv" in data:
            data |= {"csv": CSV, "header": None, "delimiter": None}
        else:
            data["dataset"] = (KNOWN["datasets"] or [data["dataset"]])[0]
    rows = (data.get("train") or data).get("x") or [[0, 0]]
    tidy_image((data.get("augment") or {}).get("image"), len(rows[0]))
    return data


def tidy_noise(noise):
    if noise:
        noise["features"] = None
        if isinstance(noise["std"], list):
            noise["std"] = noise["std"][0]


def tidy_image(image, features):
    if image:
        image |= {"height": 1, "width": features, "channels": None}
        if image.get("scale"):
            image["scale"] = sorted(image["scale"])
        if image.get("fill") != "constant":
            image.pop("fill_value", None)


def examples(given):
    """Rows of one length, at least four, and as many labels: of the first one's type and two different ones at least."""
    rows = rectangle([[number(cell) for cell in row] for row in given["x"]])
    rows = list(islice(cycle(rows), max(4, len(rows))))
    first = given["y"][0]
    labels = [label for label in given["y"] if type(label) is type(first)]
    other = not first if isinstance(first, bool) else first + "x" if isinstance(first, str) else 1 if first != 1 else 2
    weights = {"sample_weight": [n % 3 + 1 for n in range(len(rows))]} if given.get("sample_weight") else {}
    return {"x": rows, "y": list(islice(cycle([other, *labels]), len(rows))), **weights}


def rectangle(rows):
    width = min(map(len, rows))
    return [row[:width] for row in rows]


def number(cell):
    """A number of a size that a mean can be taken of."""
    return cell if isinstance(cell, (int, float)) and not isinstance(cell, bool) and abs(cell) < 1e100 else 0.5


@schemathesis.serializer("application/x-npy")
def npy(context, value):
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.serializer("text/csv")
def csv(context, value):
    """What is no string has no form as CSV; an empty text is as wrong as it is."""
    return value.encode("utf-8", "replace") if isinstance(value, str) else b""
