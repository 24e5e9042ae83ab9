"""W2: 784-512-512-10 with dropout, 60,000 examples in batches of 128, one epoch of Adam, on one and on two threads."""

import os

import problems
from harness import limits, machine
from harness.contest import Contest
from harness.entrant import Trained, peer
from harness.memory import peak_bytes, resident_bytes
from harness.results import Row, Section
from harness.service import Service, job_settings, upload_problem

TITLE = "a medium network, mini-batches"
# Everybody shuffles and drops by random numbers of their own.
TOLERANCE = 0.1
PEERS = [("JAX", "jax_mlp"), ("PyTorch", "torch_mlp"), ("Keras", "keras_mlp"), ("scikit-learn", "sklearn_mlp")]
NOTES = {"scikit-learn": "without dropout, which it lacks"}


def run(options):
    section = Section("w2", TITLE)
    problem = problems.mnist_scale(options.size(60_000, 1_950))
    products = limits.build("gemm_step", libraries=["dnnl"])
    for threads in (1, 2):
        if threads > len(os.sched_getaffinity(0)):
            section.remarks.append("Two threads are left out: there is one core.")
            break
        entrants = [Trained(problem, threads=threads)]
        if threads > 1:
            entrants.append(Trained(problem, name="Espalier, 1 thread"))
        entrants += limits.limit("GEMMs alone", products, len(problem.x), threads=threads, checked=False)
        for name, module in PEERS:
            if options.wants(name) and (threads == 1 or name in ("JAX", "PyTorch")):
                entrants.append(peer(name, module, problem, threads=threads, note=NOTES.get(name, "")))
        contest = Contest(
            f"W2, {threads} thread{'s' if threads > 1 else ''}", entrants, repetitions=options.repetitions, budget=12,
            tolerance=TOLERANCE if not options.quick else 1)
        contest.run()
        section.add(contest, within=1.2, ahead=1.7 if threads == 1 else None)
        if threads > 1:
            shared, single = entrants[:2]
            section.rows.append(
                Row("W2, 2 threads over 1", shared.best, single.best, single.name, ahead=1.8,
                    peer_word="1 thread"))
            if shared.layers != single.layers:
                section.faults.append("W2: the weights depend on the number of threads")
    job_memory(section, problem)
    section.remarks.append(
        f"Costs over the first 10,000 examples agree within {TOLERANCE:.0%}. The weights of one and of two threads are "
        "compared: they must be the same bits. PyTorch flushes denormals to zero and uses its fused optimizer.")
    return section


def job_memory(section, problem):
    """How much a server grows by training: starting weights are drawn, so that no large request counts."""
    service = Service(cpus=machine.cpus(1), workers=1)
    try:
        body = job_settings(problem, upload_problem(service, problem))
        del body["network"]["initial_weights"]
        service.reset_peak()
        before = resident_bytes(service.pid)
        service.train(body)
        grown = peak_bytes(service.pid) - before
    finally:
        service.stop()
    parameters = sum((a + 1) * b for a, b in zip(problem.units, problem.units[1:]))
    data = len(problem.x) * (problem.units[0] + 1)
    bound = 4 * (data + 4 * parameters + problem.batch * sum(problem.units)) / 2**20
    section.rows.append(
        Row(
            "W2 memory of the job", grown / 2**20, absolute=(bound, f"≤ {bound:.0f} MiB"), rate="MiB",
            less_is_better=True))
    section.remarks.append(
        "Memory of the job: what the server grows by. The data, 4 × the parameters and one batch of activations in "
        f"float32 are {bound:.0f} MiB.")
