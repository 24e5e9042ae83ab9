"""scikit-learn's MLPClassifier, begun from the same weights as everybody. It has no dropout."""

import sys
import time
import warnings

import sklearn
from sklearn.neural_network import MLPClassifier

from protocol import serve, timed

import problems


class FromWeights(MLPClassifier):
    """Starts from given weights in place of drawn ones; `starting_weights` is set after construction."""

    def _initialize(self, *arguments, **named):
        super()._initialize(*arguments, **named)
        dtype = self.coefs_[0].dtype
        self.coefs_ = [w.astype(dtype) for w in self.starting_weights]
        self.intercepts_ = [b * 0 for b in self.intercepts_]


def train(problem):
    examples = len(problem.x)
    batch = problem.batch or examples
    model = FromWeights(
        tuple(problem.units[1:-1]), solver=problem.optimizer, batch_size=batch, momentum=0.0, nesterovs_momentum=False,
        # alpha / 2 over the rows of the batch; the others' penalty is over all examples.
        alpha=problem.l2_lambda * batch / examples, learning_rate_init=problem.learning_rate, max_iter=problem.epochs,
        tol=0.0, n_iter_no_change=problem.epochs + 1, shuffle=problem.batch is not None, random_state=1)
    model.starting_weights = problem.weights
    model.fit(problem.x, problem.y)
    assert model.n_iter_ == problem.epochs
    return [a for w, b in zip(model.coefs_, model.intercepts_) for a in (w, b)]


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    problem = problems.load(sys.argv[1])
    started = time.perf_counter()
    MLPClassifier((4,), max_iter=2).fit(problem.x[:256], problem.y[:256])
    serve(f"scikit-learn {sklearn.__version__}", timed(lambda: train(problem), problem.cost), started)
