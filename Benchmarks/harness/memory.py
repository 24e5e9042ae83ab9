"""Peak resident memory of a process and its children, as Linux counts it."""

from pathlib import Path


def tree(pid):
    """The process and all its descendants."""
    found = [pid]
    for process in found:
        try:
            for children in Path(f"/proc/{process}/task").glob("*/children"):
                found += [int(child) for child in children.read_text().split()]
        except OSError:
            pass
    return found


def _status(pid, key):
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(key):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def peak_bytes(pid):
    """Highest resident size since the start or the last `reset_peak`; of a tree the sum."""
    return sum(_status(process, "VmHWM") for process in tree(pid))


def resident_bytes(pid):
    return sum(_status(process, "VmRSS") for process in tree(pid))


def reset_peak(pid):
    """Peaks are counted from here on, so that preparing data does not count."""
    for process in tree(pid):
        try:
            Path(f"/proc/{process}/clear_refs").write_text("5")
        except OSError:
            pass
