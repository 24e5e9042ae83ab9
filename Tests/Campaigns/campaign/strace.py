"""System calls of a running server that fail, by strace."""

import re
import shutil
import signal
import subprocess
import threading
from collections import Counter
from pathlib import Path


def missing():
    """Why no fault can be injected here; None if one can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    child = subprocess.Popen(["sleep", "20"])
    try:
        tried = subprocess.run(["timeout", "1", "strace", "-o", "/dev/null", "-p", str(child.pid)], capture_output=True, text=True)
        return None if " attached" in tried.stderr else tried.stderr.strip()
    finally:
        child.kill()
        child.wait()


class Tracer:
    """Watches calls of `process` from now on, and lets some fail. Each thread's calls are counted for themselves."""

    def __init__(self, process, calls, *, log, error=None, when=None, threads=None):
        self.log = Path(log)
        inject = [] if error is None else ["-e", f"inject={calls}:error={error}:when={when}"]
        targets = ["-f", "-p", str(process.pid)] if threads is None else [word for thread in threads for word in ("-p", str(thread))]
        self.process = subprocess.Popen(
            ["strace", "-o", str(self.log), "-e", f"trace={calls}", *inject, *targets], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        attached, wanted = 0, 1 if threads is None else len(threads)
        for line in self.process.stderr:
            attached += " attached" in line
            if attached == wanted:
                break
        assert attached == wanted, f"strace does not attach: {line}"
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def detach(self):
        """Ends it; what was seen."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        return self.log.read_text(errors="replace").splitlines()


def injected(lines):
    """The calls that were made to fail."""
    return [line for line in lines if "(INJECTED)" in line]


def most_calls(lines):
    """How many calls of each name the thread with most of them made."""
    counts = Counter(match.groups() for line in lines if (match := re.match(r"(\d+)\s+(\w+)\(", line)))
    most = Counter()
    for (_, name), count in counts.items():
        most[name] = max(most[name], count)
    return most
