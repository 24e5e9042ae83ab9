"""Libraries that are preloaded into a server, to stand between it and the system."""

import subprocess
from pathlib import Path


def build(name, folder):
    """Compiles `name`.c of this package; the library's path."""
    library = folder / f"{name}.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", str(library), str(Path(__file__).with_name(f"{name}.c"))], check=True)
    return library
