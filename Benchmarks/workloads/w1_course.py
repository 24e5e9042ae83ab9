"""W1: the course's network, 2-20-3-1 on 211 examples, 30,000 full-batch iterations of gradient descent."""

import problems
from harness import limits
from harness.contest import Contest
from harness.entrant import Trained, peer
from harness.results import Section

TITLE = "a small network, full batch"
# How far costs may be apart: rounding grows over 30,000 iterations, and with dropout everybody has masks of their own.
TOLERANCE = {"none": 0.02, "l2": 0.002, "dropout": 0.15}
LIMIT = {("none", "float32"): 1.2, ("none", "float64"): 1.2, ("dropout", "float32"): 1.3}
PEER = {("none", "float32"): 6, ("dropout", "float32"): 15}


def run(options):
    section = Section("w1", TITLE)
    for precision in ("float32", "float64"):
        real = "float" if precision == "float32" else "double"
        program = limits.build(
            "course_loop_nest", name=f"course_loop_nest_{precision}", options=[f"-DREAL={real}"])
        for variant in ("none", "l2", "dropout"):
            problem = problems.course(variant, precision, options.size(30_000, 1_000))
            rivals = limits.limit(
                "C loop nest", program, limits.data_file(problem), problem.epochs, problem.learning_rate,
                problem.l2_lambda, problem.keep_prob)
            for name, module, variants in PEERS:
                if options.wants(name) and f"{variant} {precision}" in variants:
                    rivals.append(peer(name, module, problem))
            contest = Contest(
                f"W1 {variant}, {precision}", [Trained(problem), *rivals], repetitions=options.repetitions + 2,
                budget=6, tolerance=TOLERANCE[variant])
            section.add(contest.run(), within=LIMIT.get((variant, precision)), ahead=PEER.get((variant, precision)))
    section.remarks.append(
        "scikit-learn and PyTorch take so long for one run that they take part in one variant only. Costs agree within "
        f"{TOLERANCE['none']:.0%}, with the penalty within {TOLERANCE['l2']:.1%}, and with dropout, where everybody "
        f"draws masks of their own, within {TOLERANCE['dropout']:.0%}. The data are chosen so that they can: at this "
        "learning rate the last loss of most random data sets is decided by rounding.")
    return section


EVERYWHERE = tuple(f"{v} {p}" for v in TOLERANCE for p in ("float32", "float64"))
PEERS = [
    ("JAX", "jax_mlp", EVERYWHERE),
    ("NumPy", "numpy_mlp", EVERYWHERE),
    ("scikit-learn", "sklearn_mlp", ("none float32",)),
    ("PyTorch", "torch_mlp", ("none float32",)),
]
