"""A multi-layer perceptron in plain NumPy, written from the formulas of docs/numerics.md and the HTTP contract.

It shares nothing with the Swift engine: examples are columns here, as in the course's notebooks, and every step is
the textbook expression. Shapes: X (n_0, m), W[l] (n_l, n_{l-1}), b[l] (n_l, 1), Z[l] and A[l] (n_l, m).
"""

from dataclasses import dataclass, field

import numpy as np

BATCH_NORM_EPSILON = 1e-5
RUNNING_SHARE = 0.9


@dataclass
class Network:
    inputs: int
    hidden: list  # of (units, activation, keep_prob)
    outputs: int
    task: str  # binary, multiclass, regression
    input_keep_prob: float = 1.0
    batch_norm: bool = False


@dataclass
class Settings:
    epochs: int
    batch_size: object = "full"  # or a number of examples
    optimizer: str = "sgd"
    constants: dict = field(default_factory=dict)
    learning_rate: float = 0.1
    decay: dict | None = None
    l1_lambda: float = 0.0
    l2_lambda: float = 0.0
    clip_norm: float | None = None
    dropout_seed: int = 0
    dropout_mask: str = "resample"
    history_every: int = 20
    class_weights: list | None = None


# Activations --------------------------------------------------------------------------------------------------------


def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


ACTIVATIONS = {
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0),
    "leaky_relu": (lambda z: np.where(z > 0, z, 0.01 * z), lambda z: np.where(z > 0, 1.0, 0.01)),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "identity": (lambda z: z, lambda z: np.ones_like(z)),
}


# Losses: the weighted mean over the examples, and its derivative with respect to the output's Z ---------------------


def one_hot(y, classes):
    return (np.arange(classes)[:, None] == y[None, :]) * 1.0


def losses(z, y, task):
    """Loss of every example, shape (m,)."""
    if task == "binary":
        z = z[0]
        return np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))
    if task == "multiclass":
        top = z.max(axis=0)
        log_sum = top + np.log(np.exp(z - top).sum(axis=0))
        return log_sum - (one_hot(y, z.shape[0]) * z).sum(axis=0)
    return (z[0] - y) ** 2


def loss_gradient(z, y, w, task):
    m = z.shape[1]
    if task == "binary":
        return w * (sigmoid(z) - y[None, :]) / m
    if task == "multiclass":
        e = np.exp(z - z.max(axis=0))
        return w * (e / e.sum(axis=0) - one_hot(y, z.shape[0])) / m
    return w * 2 * (z - y[None, :]) / m


def example_weights(y, sample_weight, class_weights):
    """What each example counts: class weight times sample weight, their mean over the set 1."""
    w = np.ones(len(y)) if sample_weight is None else np.array(sample_weight, dtype=np.float64)
    if class_weights is not None:
        w = w * np.array(class_weights)[y.astype(int)]
    return w / w.mean()


# Parameters ---------------------------------------------------------------------------------------------------------


def standard_deviation(initializer, activation, fan_in, fan_out):
    if initializer == "auto":
        initializer = "he" if activation in ("relu", "leaky_relu") else "xavier"
    variance = {
        "he": 2 / fan_in,
        "xavier": 1 / fan_in,
        "glorot": 2 / (fan_in + fan_out),
        "bengio": 2 / (fan_in * fan_out),
        "normal": 1,
        "zeros": 0,
    }[initializer]
    return np.sqrt(variance)


def draw_parameters(network, initializer, seed):
    """Starting parameters as a notebook draws them after `np.random.seed(seed)`."""
    np.random.seed(seed)
    sizes = [network.inputs] + [h[0] for h in network.hidden] + [network.outputs]
    kinds = [h[1] for h in network.hidden] + ["output"]
    parameters = []
    for fan_in, fan_out, kind in zip(sizes, sizes[1:], kinds):
        scale = standard_deviation(initializer, kind, fan_in, fan_out)
        layer = {"W": np.random.randn(fan_out, fan_in) * scale, "b": np.zeros((fan_out, 1))}
        if network.batch_norm and kind != "output":
            layer["gamma"] = np.ones((fan_out, 1))
            layer["beta"] = np.zeros((fan_out, 1))
            layer["mean"] = np.zeros((fan_out, 1))
            layer["variance"] = np.ones((fan_out, 1))
        parameters.append(layer)
    return parameters


def trained_keys(layer):
    return ("W", "gamma", "beta") if "gamma" in layer else ("W", "b")


# Forward and backward -----------------------------------------------------------------------------------------------


def draw_masks(network, columns, generator):
    """One mask per layer with dropout, input first; None where everything is kept."""
    masks = []
    keeps = [network.input_keep_prob] + [h[2] for h in network.hidden]
    units = [network.inputs] + [h[0] for h in network.hidden]
    for n, keep in zip(units, keeps):
        masks.append((generator.rand(n, columns) < keep) / keep if keep < 1 else None)
    return masks


def forward(network, parameters, x, masks=None, update_running=False):
    """The output's Z, and what the way back needs. Without masks and running updates: inference."""
    training = masks is not None
    a = x
    if training and masks[0] is not None:
        a = a * masks[0].astype(x.dtype)
    tape = []
    for index, layer in enumerate(parameters):
        step = {"input": a}
        z = layer["W"] @ a + layer["b"]
        if index == len(parameters) - 1:
            tape.append(step)
            return z, tape
        if "gamma" in layer:
            if training:
                mean = z.mean(axis=1, keepdims=True)
                variance = ((z - mean) ** 2).mean(axis=1, keepdims=True)
                if update_running:
                    layer["mean"] = RUNNING_SHARE * layer["mean"] + (1 - RUNNING_SHARE) * mean
                    layer["variance"] = RUNNING_SHARE * layer["variance"] + (1 - RUNNING_SHARE) * variance
            else:
                mean, variance = layer["mean"], layer["variance"]
            step["deviation"] = np.sqrt(variance + z.dtype.type(BATCH_NORM_EPSILON))
            step["normal"] = (z - mean) / step["deviation"]
            z = layer["gamma"] * step["normal"] + layer["beta"]
        step["z"] = z
        a = ACTIVATIONS[network.hidden[index][1]][0](z).astype(x.dtype)
        if training and masks[index + 1] is not None:
            step["mask"] = masks[index + 1].astype(x.dtype)
            a = a * step["mask"]
        tape.append(step)


def backward(network, parameters, tape, z, y, w):
    """The gradient of the batch's mean weighted loss, layer by layer."""
    gradient = [None] * len(parameters)
    dz = loss_gradient(z, y, w, network.task).astype(z.dtype)
    for index in reversed(range(len(parameters))):
        layer, step = parameters[index], tape[index]
        grads = {}
        if index < len(parameters) - 1:
            if "mask" in step:
                da = da * step["mask"]
            dz = da * ACTIVATIONS[network.hidden[index][1]][1](step["z"]).astype(z.dtype)
            if "gamma" in layer:
                grads["gamma"] = (dz * step["normal"]).sum(axis=1, keepdims=True)
                grads["beta"] = dz.sum(axis=1, keepdims=True)
                dn = dz * layer["gamma"]
                dz = (
                    dn
                    - dn.mean(axis=1, keepdims=True)
                    - step["normal"] * (dn * step["normal"]).mean(axis=1, keepdims=True)
                ) / step["deviation"]
        grads["W"] = dz @ step["input"].T
        if "gamma" not in layer:
            grads["b"] = dz.sum(axis=1, keepdims=True)
        gradient[index] = grads
        da = layer["W"].T @ dz
    return gradient


def penalty(parameters, settings, m):
    squares = sum(float((layer["W"].astype(np.float64) ** 2).sum()) for layer in parameters)
    sizes = sum(float(np.abs(layer["W"].astype(np.float64)).sum()) for layer in parameters)
    return settings.l2_lambda / (2 * m) * squares + settings.l1_lambda / (2 * m) * sizes


# Training -----------------------------------------------------------------------------------------------------------


def learning_rate(settings, epoch):
    """α of epoch 0, 1, …"""
    start, decay = settings.learning_rate, settings.decay
    if decay is None:
        return start
    if decay["kind"] == "step":
        return start * decay["rate"] ** (epoch // decay["every"])
    if decay["kind"] == "exponential":
        return start * decay["rate"] ** epoch
    if decay["kind"] == "inverse_time":
        return start / (1 + decay["rate"] * epoch)
    low = decay["minimum"]
    return low + (start - low) * (1 + np.cos(np.pi * epoch / settings.epochs)) / 2


def update(settings, memory, t, key, w, g, rate, m):
    """The new value of one parameter array; `memory` holds its moments."""
    c = settings.constants
    if settings.optimizer == "sgd":
        return w - rate * g
    first, second = memory.get((key, 1), np.zeros_like(w)), memory.get((key, 2), np.zeros_like(w))
    if settings.optimizer == "momentum":
        memory[key, 1] = first = c["beta"] * first + (1 - c["beta"]) * g
        return w - rate * first
    if settings.optimizer == "rmsprop":
        memory[key, 2] = second = c["rho"] * second + (1 - c["rho"]) * g**2
        return w - rate * g / (np.sqrt(second) + c["epsilon"])
    memory[key, 1] = first = c["beta1"] * first + (1 - c["beta1"]) * g
    memory[key, 2] = second = c["beta2"] * second + (1 - c["beta2"]) * g**2
    first = first / (1 - c["beta1"] ** t)
    second = second / (1 - c["beta2"] ** t)
    moved = w - rate * first / (np.sqrt(second) + c["epsilon"])
    if settings.optimizer == "adamw" and key[1] == "W":
        moved = moved - rate * (c["weight_decay"] + settings.l2_lambda / m) * w
    return moved


def metrics(network, parameters, settings, x, y, sample_weight, m):
    z, _ = forward(network, parameters, x)
    z = z.astype(np.float64)
    loss = float(np.average(losses(z, y, network.task), weights=example_weights(y, sample_weight, settings.class_weights)))
    row = {"loss": loss, "cost": loss + penalty(parameters, settings, m)}
    if network.task == "binary":
        row["accuracy"] = float(np.average((z[0] > 0) == (y > 0.5), weights=sample_weight))
    elif network.task == "multiclass":
        row["accuracy"] = float(np.average(z.argmax(axis=0) == y, weights=sample_weight))
    else:
        row["rmse"] = float(np.sqrt(loss))
        spread = np.average((y - np.average(y, weights=sample_weight)) ** 2, weights=sample_weight)
        row["r2"] = float(1 - loss / spread)
    return row


def train(network, parameters, settings, train_set, dev_set=None, dtype=np.float64):
    """Trains a copy of `parameters`; answers it with the history rows. Sets are (x (m, n_0), y (m,), sample weights (m,) or None)."""
    parameters = [{k: v.astype(dtype) for k, v in layer.items()} for layer in parameters]
    x, y = train_set[0].T.astype(dtype), train_set[1]
    shares = example_weights(y, train_set[2], settings.class_weights)
    m = x.shape[1]
    size = m if settings.batch_size == "full" else min(settings.batch_size, m)
    generator = np.random.RandomState(settings.dropout_seed)
    memory, t, history = {}, 0, []

    def record(epoch, step_cost, rate, norm):
        row = {"epoch": epoch, "step_cost": step_cost, "learning_rate": rate, "gradient_norm": norm}
        row["train"] = metrics(network, parameters, settings, x, y, train_set[2], m)
        if dev_set is not None:
            row["dev"] = metrics(network, parameters, settings, dev_set[0].T.astype(dtype), dev_set[1], dev_set[2], m)
        history.append(row)

    record(0, None, settings.learning_rate, None)
    for epoch in range(settings.epochs):
        rate = float(learning_rate(settings, epoch))
        costs = []
        for start in range(0, m, size):
            xb, yb, wb = x[:, start : start + size], y[start : start + size], shares[start : start + size]
            if settings.dropout_mask == "fixed":
                generator = np.random.RandomState(settings.dropout_seed)
            masks = draw_masks(network, xb.shape[1], generator)
            z, tape = forward(network, parameters, xb, masks, update_running=True)
            loss = float((wb * losses(z, yb, network.task).astype(np.float64)).mean())
            costs.append(loss + penalty(parameters, settings, m))
            gradient = backward(network, parameters, tape, z, yb, wb)
            for layer, grads in zip(parameters, gradient):
                w = layer["W"]
                grads["W"] = grads["W"] + settings.l1_lambda / (2 * m) * np.sign(w)
                if settings.optimizer != "adamw":  # which takes λ₂ as decay
                    grads["W"] = grads["W"] + settings.l2_lambda / m * w
            norm = float(np.sqrt(sum((g.astype(np.float64) ** 2).sum() for grads in gradient for g in grads.values())))
            shrink = 1.0
            if settings.clip_norm is not None and norm > settings.clip_norm:
                shrink = settings.clip_norm / norm
            t += 1
            for index, (layer, grads) in enumerate(zip(parameters, gradient)):
                for key in trained_keys(layer):
                    new = update(settings, memory, t, (index, key), layer[key], grads[key] * shrink, rate, m)
                    layer[key] = new.astype(dtype)
        done = epoch + 1
        if done % settings.history_every == 0 or done == settings.epochs:
            record(done, float(np.mean(costs)), rate, norm)
    return parameters, history
