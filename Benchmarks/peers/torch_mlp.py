"""PyTorch, eager: a module, autograd, the fused optimizer, and denormals flushed to zero."""

import sys
import time

import torch
from torch import nn
from torch.nn import functional

from protocol import THREADS, serve, timed

import problems


def network(problem):
    layers, hidden = [], len(problem.weights) - 1
    for number, w in enumerate(problem.weights):
        linear = nn.Linear(*w.shape, dtype=getattr(torch, problem.precision))
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(w.T))
            linear.bias.zero_()
        layers.append(linear)
        if number < hidden:
            layers.append(nn.ReLU())
            if problem.keep_prob < 1:
                layers.append(nn.Dropout(1 - problem.keep_prob))
    return nn.Sequential(*layers)


def train(problem, x, y):
    model = network(problem)
    weights = [p for p in model.parameters() if p.dim() == 2]
    biases = [p for p in model.parameters() if p.dim() == 1]
    if problem.optimizer == "sgd":
        groups = [{"params": weights, "weight_decay": problem.l2_lambda / len(x)}, {"params": biases}]
        optimizer = torch.optim.SGD(groups, lr=problem.learning_rate, fused=True)
    else:
        optimizer = torch.optim.Adam(model.parameters(), lr=problem.learning_rate, fused=True)
    loss = functional.binary_cross_entropy_with_logits if problem.binary else functional.cross_entropy
    for _ in range(problem.epochs):
        order = torch.randperm(len(x)) if problem.batch else None
        start = 0
        for rows in problem.batches:
            batch = None if order is None else order[start : start + rows]
            start += rows
            value = loss(model(x if batch is None else x[batch]), y if batch is None else y[batch])
            optimizer.zero_grad(set_to_none=True)
            value.backward()
            optimizer.step()
    return [a for w, b in zip(weights, biases) for a in (w.detach().numpy().T, b.detach().numpy())]


def main():
    problem = problems.load(sys.argv[1])
    torch.set_num_threads(THREADS)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    dtype = getattr(torch, problem.precision)
    x = torch.from_numpy(problem.x).to(dtype)
    y = torch.from_numpy(problem.y)
    if problem.binary:
        y = y.to(dtype)[:, None]
    started = time.perf_counter()
    loss = nn.BCEWithLogitsLoss() if problem.binary else nn.CrossEntropyLoss()
    for _ in range(5):
        loss(network(problem)(x[:128]), y[:128]).backward()
    serve(f"PyTorch {torch.__version__}", timed(lambda: train(problem, x, y), problem.cost), started)


if __name__ == "__main__":
    main()
