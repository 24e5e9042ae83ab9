"""Keras with JAX behind it: `compile` and `fit`, as its tutorials do."""

import os
import sys
import time

os.environ["KERAS_BACKEND"] = "jax"
if os.environ.get("OMP_NUM_THREADS") == "1":
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import keras
import numpy as np

from protocol import serve, timed

import problems


def network(problem):
    layers = [keras.Input((problem.units[0],))]
    for units in problem.units[1:-1]:
        layers.append(keras.layers.Dense(units, activation="relu"))
        if problem.keep_prob < 1:
            layers.append(keras.layers.Dropout(1 - problem.keep_prob))
    model = keras.Sequential([*layers, keras.layers.Dense(problem.units[-1])])
    loss = keras.losses.BinaryCrossentropy if problem.binary else keras.losses.SparseCategoricalCrossentropy
    optimizer = keras.optimizers.Adam if problem.optimizer == "adam" else keras.optimizers.SGD
    model.compile(optimizer=optimizer(problem.learning_rate), loss=loss(from_logits=True))
    return model


def main():
    problem = problems.load(sys.argv[1])
    rows = problem.batch or len(problem.x)
    y = problem.y.astype(np.float32)[:, None] if problem.binary else problem.y
    start = [a for w in problem.weights for a in (w, np.zeros(w.shape[1]))]
    started = time.perf_counter()
    model = network(problem)
    # A second epoch's ragged last batch would otherwise be compiled in the measured run.
    warm = rows + problem.batches[-1]
    model.fit(problem.x[:warm], y[:warm], batch_size=rows, epochs=1, verbose=0)
    optimizer = [np.zeros(v.shape, v.dtype) for v in model.optimizer.variables]
    rate = problem.learning_rate

    def reset():
        model.set_weights(start)
        for variable, value in zip(model.optimizer.variables, optimizer):
            variable.assign(value)
        model.optimizer.learning_rate = rate

    def train():
        model.fit(problem.x, y, batch_size=rows, epochs=problem.epochs, verbose=0)
        return model.get_weights()

    def run():
        reset()
        return timed(train, problem.cost)()

    serve(f"Keras {keras.__version__} on JAX", run, started)


if __name__ == "__main__":
    main()
