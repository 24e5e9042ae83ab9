"""The machine and what runs on it: which CPUs to measure on, and what to write beside the numbers."""

import functools
import os
import platform
import re
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / ".bench"
BINARY = Path(os.environ.get("ESPALIER_BINARY", ROOT / ".build/release/espalier"))


def cpus(threads=None):
    """The last ones of the CPUs allowed, one per thread, so that clients have the first; all by default."""
    allowed = sorted(os.sched_getaffinity(0))
    return set(allowed[-threads:] if threads else allowed)


def thread_environment(threads):
    """Everybody's way to be told how many threads to use."""
    names = ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMEXPR")
    environment = {f"{name}_NUM_THREADS": str(threads) for name in names}
    return {**os.environ, **environment, "POLARS_MAX_THREADS": str(threads), "TF_CPP_MIN_LOG_LEVEL": "3"}


def work_folder(name):
    """A folder for what benchmarks make; git does not see it."""
    folder = WORK / name
    folder.mkdir(parents=True, exist_ok=True)
    (WORK / ".gitignore").write_text("*\n")
    return folder


def python():
    """The interpreter that has the peers, if `make bench-peers` has made it."""
    interpreter = WORK / "venv/bin/python"
    return str(interpreter) if interpreter.exists() else None


def _output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _first(pattern, text):
    match = re.search(pattern, text, re.MULTILINE)
    return match[1].strip() if match else "unknown"


def description():
    """Pairs of what and which, for the report."""
    cpu = _output("lscpu")
    system = Path("/etc/os-release").read_text() if Path("/etc/os-release").exists() else ""
    caches = ", ".join(f"{name} {_first(rf'^{name}.*?:(.*)', cpu)}" for name in ("L1d", "L2", "L3"))
    memory = int(_first(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())) / 2**20
    commit = _output("git", "rev-parse", "--short", "HEAD") or "unknown"
    if _output("git", "status", "--porcelain", "--untracked-files=no"):
        commit += ", with changes"
    family = f"family {_first(r'^CPU family:(.*)', cpu)}, model {_first(r'^Model:(.*)', cpu)}"
    return [
        ("Date", time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())),
        ("Espalier", f"{_output(str(BINARY), '--version') or 'unknown'}, commit {commit}"),
        ("CPU", f"{_first(r'^Model name:(.*)', cpu)} ({family}), {len(os.sched_getaffinity(0))} cores; {caches}"),
        ("Vector instructions", ", ".join(vector_flags()) or platform.machine()),
        ("Memory", f"{memory:.0f} GiB"),
        ("System", f"{_first(r'PRETTY_NAME=.(.*).$', system)}, Linux {platform.release()}"),
        ("Swift", _first_line("Scripts/swift.sh", "--version") or "unknown"),
        ("C compiler of the limits", _first_line("gcc", "--version") or "none"),
        ("Libraries and tools", ", ".join(_packages()) or "unknown"),
        ("Peers", ", ".join(_peers()) or "none"),
    ]


def _first_line(*command):
    return _output(*command).partition("\n")[0]


def _packages():
    """Debian packages whose speed is in the numbers."""
    names = "libmicrohttpd12 libopenblas0-pthread libdnnl2 libdnnl3 libsimdjson14 libsqlite3-0 libc6 wrk".split()
    listed = _output("dpkg-query", "-W", "-f", "${db:Status-Status} ${Package} ${Version}\n", *names)
    return [line.removeprefix("installed ") for line in listed.splitlines() if line.startswith("installed ")]


def _peers():
    """What is installed of the requirements, and Python and Java below it."""
    if python() is None:
        return []
    wanted = re.findall(r"^([\w-]+)==", (ROOT / "Benchmarks/peers/requirements.txt").read_text(), re.MULTILINE)
    program = (
        "import importlib.metadata as m, platform, sys; print('Python', platform.python_version())\n"
        "for d in sorted(m.distributions(), key=lambda d: d.name.lower()):\n"
        "  if d.name.lower() in sys.argv[1:]: print(d.name, d.version)")
    java = re.search(r'version "([\d._]+)', subprocess.run(["java", "-version"], capture_output=True, text=True).stderr)
    found = _output(python(), "-c", program, *wanted).splitlines()
    return found + ([f"Java {java[1]}"] if java else [])


@functools.cache
def vector_flags():
    """The vector instructions that the kernel lists."""
    information = Path("/proc/cpuinfo").read_text()
    flags = _first(r"^(?:flags|Features)\s*:(.*)", information).split()
    known = ("sse2", "avx", "avx2", "fma", "avx512f", "avx512bw", "avx512_vnni", "asimd", "sve")
    return [flag for flag in known if flag in flags]
