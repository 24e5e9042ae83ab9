"""Builds the C programs that show what the machine can do, and makes entrants of them."""

import shutil
import subprocess

import numpy as np

from harness import machine
from harness.entrant import LIMIT, Child

SOURCES = machine.ROOT / "Benchmarks/limits"
OPTIONS = ["-std=gnu11", "-O3", "-march=native", "-ffast-math", "-Wno-psabi"]


def build(source, *, name=None, options=(), libraries=()):
    """Path of the program, or None where no compiler or library is there."""
    if not shutil.which("gcc"):
        return None
    program = machine.work_folder("limits") / (name or source)
    wide = ["-mprefer-vector-width=512"] if "avx512f" in machine.vector_flags() else []
    command = ["gcc", *OPTIONS, *wide, *options, str(SOURCES / f"{source}.c"), "-o", str(program)]
    command += [f"-l{library}" for library in [*libraries, "m"]]
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode:
        print(f"  {source} is left out: {made.stderr.strip().splitlines()[0]}", flush=True)
        return None
    return program


def data_file(problem):
    """Rows with their label, then the starting weights, all float64."""
    file = machine.work_folder("data") / (problem.name.replace("/", "-") + ".bin")
    arrays = [np.column_stack([problem.x, problem.y]), *problem.weights]
    with open(file, "wb") as stream:
        for array in arrays:
            stream.write(np.ascontiguousarray(array, np.float64).tobytes())
    return file


def limit(name, program, *arguments, threads=1, **named):
    """A list of one entrant, or of none where the program could not be built."""
    if program is None:
        return []
    return [Child(name, LIMIT, [str(program), *map(str, arguments)], threads=threads, **named)]
