"""A server that is killed, and what is done to its data directory while it is down."""

import signal
import subprocess
import time
from pathlib import Path

from harness.server import Server

from campaign.client import CampaignClient
from campaign.command import Violation, require


class Victim(Server):
    """One server over one data directory, from start to start."""

    make_client = CampaignClient
    # Within how many seconds SIGTERM must have ended it; what is promised, kill9 asks for.
    stop_seconds = 60.0

    def begin_and_kill(self, after):
        """Starts it, and kills it before it is known to be ready."""
        process = subprocess.Popen(
            self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.environment())
        time.sleep(after)
        process.kill()
        process.wait(20)

    def stop(self):
        """SIGTERM: it must be gone, content, in time."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            raise Violation(f"SIGTERM did not end the server within {self.stop_seconds:g} s") from None
        finally:
            self.kill()
        require(status == 0, f"SIGTERM ended the server with status {status} after {time.monotonic() - began:.1f} s")

    def tail(self, lines=30):
        return "".join(self.log[-lines:])

    def threads(self, name):
        """The ids of the threads whose names begin with `name`."""
        tasks = Path(f"/proc/{self.process.pid}/task")
        return [int(task.name) for task in tasks.iterdir() if (task / "comm").read_text().startswith(name)]
