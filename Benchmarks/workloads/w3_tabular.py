"""W3: 64-32-16-1 on 20,000 examples in batches of 32, one epoch of Adam."""

import problems
from harness import limits
from harness.contest import Contest
from harness.entrant import Trained, peer
from harness.results import Section

TITLE = "a small network, small batches"
TOLERANCE = 0.02
PEERS = [
    ("JAX", "jax_mlp"), ("NumPy", "numpy_mlp"), ("scikit-learn", "sklearn_mlp"), ("PyTorch", "torch_mlp"),
    ("Keras", "keras_mlp")]


def run(options):
    section = Section("w3", TITLE)
    problem = problems.tabular(options.size(20_000, 2_560))
    program = limits.build("tabular_loop_nest")
    entrants = [Trained(problem), *limits.limit("C loop nest", program, limits.data_file(problem), len(problem.x))]
    entrants += [peer(name, module, problem) for name, module in PEERS if options.wants(name)]
    contest = Contest("W3", entrants, repetitions=4 * options.repetitions, budget=2, tolerance=TOLERANCE)
    section.add(contest.run(), within=1.3, ahead=6)
    section.remarks.append(
        "Everybody starts from the same weights and shuffles in an order of their own; costs agree within "
        f"{TOLERANCE:.0%}.")
    return section
