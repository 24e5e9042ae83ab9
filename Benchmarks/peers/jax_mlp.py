"""JAX: all steps of the training in one compiled loop, started once more before anything is measured."""

import os
import sys
import time

if os.environ.get("OMP_NUM_THREADS") == "1":
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import jax
import jax.numpy as jnp
import numpy as np

from protocol import serve, timed

import problems


def samples_along_lanes(problem):
    """XLA's code for full batches of narrow layers is 2.6 times as fast that way, for mini-batches a little slower."""
    return problem.batch is None


def loss(problem, parameters, x, y, key):
    """Mean loss and penalty over one batch. x (inputs, rows) where samples run along the lanes, else (rows, inputs)."""
    a, layers, lanes = x, len(parameters) // 2, samples_along_lanes(problem)
    keys = jax.random.split(key, layers) if problem.keep_prob < 1 else [None] * layers
    for layer in range(layers):
        w, b = parameters[2 * layer : 2 * layer + 2]
        z = w @ a + b if lanes else a @ w + b
        if layer == layers - 1:
            break
        a = jax.nn.relu(z)
        if problem.keep_prob < 1:
            a = jnp.where(jax.random.bernoulli(keys[layer], problem.keep_prob, a.shape), a / problem.keep_prob, 0)
    if problem.binary:
        z = z[0] if lanes else z[:, 0]
        mean = jnp.mean(jnp.logaddexp(0, z) - y * z)
    else:
        z = z.T if lanes else z
        mean = jnp.mean(jax.nn.logsumexp(z, axis=1) - jnp.take_along_axis(z, y[:, None], 1)[:, 0])
    if problem.l2_lambda:
        mean += problem.l2_lambda / (2 * len(problem.x)) * sum((w**2).sum() for w in parameters[0::2])
    return mean


def update(problem, state, gradient):
    parameters, first, second, step = state
    if problem.optimizer == "sgd":
        return [w - problem.learning_rate * g for w, g in zip(parameters, gradient)], first, second, step
    step = step + 1
    first = [0.9 * m + 0.1 * g for m, g in zip(first, gradient)]
    second = [0.999 * v + 0.001 * g * g for v, g in zip(second, gradient)]
    alpha, scale = problem.learning_rate / (1 - 0.9**step), 1 / (1 - 0.999**step)
    parameters = [w - alpha * m / (jnp.sqrt(v * scale) + 1e-8) for w, m, v in zip(parameters, first, second)]
    return parameters, first, second, step


def program(problem, x, y):
    """The whole training as a function of the state and a random key. x (examples, inputs)."""

    def step(state, rows, labels, key):
        gradient = jax.grad(lambda parameters: loss(problem, parameters, rows, labels, key))(state[0])
        return update(problem, state, gradient)

    if not problem.batch:
        columns = x.T

        def full_batches(state, key):
            def body(_, carry):
                state, key = carry
                # Keys are only split where they are used.
                key, now = jax.random.split(key) if problem.keep_prob < 1 else (key, key)
                return step(state, columns, y, now), key

            return jax.lax.fori_loop(0, problem.epochs, body, (state, key))[0]

        return full_batches

    whole, rest = divmod(len(x), problem.batch)

    def epoch(state, key):
        key, shuffle, last = jax.random.split(key, 3)
        order = jax.random.permutation(shuffle, len(x))

        def body(carry, rows):
            state, key = carry
            key, now = jax.random.split(key) if problem.keep_prob < 1 else (key, key)
            return (step(state, x[rows], y[rows], now), key), None

        whole_batches = order[: whole * problem.batch].reshape(whole, problem.batch)
        (state, key), _ = jax.lax.scan(body, (state, key), whole_batches)
        if rest:
            rows = order[whole * problem.batch :]
            state = step(state, x[rows], y[rows], last)
        return state

    def epochs(state, key):
        return jax.lax.fori_loop(0, problem.epochs, lambda i, state: epoch(state, jax.random.fold_in(key, i)), state)

    return epoch if problem.epochs == 1 else epochs


def main():
    problem = problems.load(sys.argv[1])
    jax.config.update("jax_enable_x64", problem.precision == "float64")
    dtype = problem.dtype
    x = jnp.asarray(problem.x, dtype)
    y = jnp.asarray(problem.y, dtype if problem.binary else jnp.int32)
    turn = np.transpose if samples_along_lanes(problem) else np.asarray
    parameters = [jnp.asarray(turn(a), dtype) for w in problem.weights for a in (w, np.zeros((1, w.shape[1])))]
    zeros = [jnp.zeros_like(w) for w in parameters]
    state, key = (parameters, zeros, zeros, jnp.asarray(0, dtype)), jax.random.key(1)

    started = time.perf_counter()
    compiled = jax.jit(program(problem, x, y)).lower(state, key).compile()
    jax.block_until_ready(compiled(state, key))

    def train():
        return jax.block_until_ready(compiled(state, key))[0]

    def cost(found):
        return problem.cost([turn(a) for a in found])

    serve(f"JAX {jax.__version__}", timed(train, cost), started)


if __name__ == "__main__":
    main()
