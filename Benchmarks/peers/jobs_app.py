"""A training service as one builds it from parts: FastAPI in front of a process pool over scikit-learn or PyTorch.

POST /jobs answers 202 with an id, GET /jobs/{id} whether it is done. Nothing is durable.
"""

import itertools
import json
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager

import numpy as np
import orjson
from fastapi import FastAPI, Request
from fastapi.responses import Response

LIBRARY = os.environ.get("JOBS_LIBRARY", "sklearn")
WORKERS = int(os.environ.get("JOBS_WORKERS", "2"))


def starting_weights(seed, units):
    """He's variance for the hidden layer, Xavier's for the output, as the service draws them."""
    random = np.random.default_rng(seed)
    gains = [2] * (len(units) - 2) + [1]
    return [random.standard_normal((a, b)) * np.sqrt(g / a) for a, b, g in zip(units, units[1:], gains)]


def by_sklearn(body, seed):
    import warnings

    from sklearn.neural_network import MLPClassifier

    warnings.filterwarnings("ignore")

    class FromWeights(MLPClassifier):
        def _initialize(self, *arguments, **named):
            super()._initialize(*arguments, **named)
            dtype = self.coefs_[0].dtype
            self.coefs_ = [w.astype(dtype) for w in starting_weights(seed, [4, 16, 3])]
            self.intercepts_ = [b * 0 for b in self.intercepts_]

    job = orjson.loads(body)
    x, y = np.asarray(job["x"], np.float32), np.asarray(job["y"])
    model = FromWeights(
        (16,), alpha=0, batch_size=32, max_iter=job["epochs"], tol=0, n_iter_no_change=10**6, random_state=seed)
    model.fit(x, y)
    probabilities = model.predict_proba(x)[np.arange(len(y)), y]
    return -float(np.mean(np.log(probabilities)))


def by_torch(body, seed):
    import torch
    from torch import nn
    from torch.nn import functional

    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(seed)
    job = orjson.loads(body)
    x, y = torch.tensor(job["x"]), torch.tensor(job["y"])
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
    with torch.no_grad():
        for layer, w in zip((model[0], model[2]), starting_weights(seed, [4, 16, 3])):
            layer.weight.copy_(torch.from_numpy(w.T))
            layer.bias.zero_()
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    for _ in range(job["epochs"]):
        order = torch.randperm(len(x))
        for start in range(0, len(x), 32):
            rows = order[start : start + 32]
            loss = functional.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        return float(functional.cross_entropy(model(x), y))


@asynccontextmanager
async def lifespan(app):
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as app.state.pool:
        yield


app = FastAPI(lifespan=lifespan)
jobs, seeds = {}, itertools.count()


@app.post("/jobs")
async def submit(request: Request):
    number = next(seeds)
    train = by_sklearn if LIBRARY == "sklearn" else by_torch
    jobs[number] = app.state.pool.submit(train, await request.body(), number)
    return Response(json.dumps({"id": number}), 202, media_type="application/json")


@app.get("/jobs/{number}")
async def job(number: int):
    done = jobs[number].done()
    return {"done": done, "loss": jobs[number].result() if done else None}


@app.get("/livez")
async def livez():
    return {"status": "ok"}
