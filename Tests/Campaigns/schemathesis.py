#!/usr/bin/env python3
"""Requests made from openapi.yaml by the ten thousand, singly and in sequences: no answer may contradict it. A round is a request."""

from campaign.command import Campaign
from campaign.proxy import Proxy
from campaign.victim import Victim
from harness.generated import inhabit, schemathesis

EXAMPLES = {"examples,coverage": 1, "fuzzing": 250, "stateful": 250}
# What is planted is in the answers about jobs.
PLANTED = {"fuzzing": 5}
MINUTES = 30


def spoil(piece, upward):
    """Another word in each job; answers are not to be compressed, or it would not be seen."""
    return piece.replace(b"gzip", b"none") if upward else piece.replace(b'"object":"job"', b'"object":"jot"')


def main():
    campaign = Campaign("schemathesis", __doc__, rounds=50_000, plants=["other-word"], examples=(0, "examples an operation, 0 for as many as is usual"))
    tally = campaign.folder / "tally"
    tally.touch()
    run = campaign.options.first
    while len(tally.read_text().splitlines()) < campaign.rounds and not (campaign.violations and campaign.plant):
        # Jobs are forgotten as they are deleted, and thousands more would make lists long: each run has a server of its own.
        server = Victim(campaign.folder / f"run-{run}", options=["--max-queued-jobs", "100000"]).start()
        proxy = Proxy(lambda: server.address, spoil) if campaign.plant else None
        known = inhabit(server.client)
        server.put_busy_threads_last()
        for phases, examples in (PLANTED if campaign.plant else EXAMPLES).items():
            if phases == "examples,coverage" and run > campaign.options.first:
                continue
            result = schemathesis(
                (proxy or server.client).url, phases, campaign.seed + run, campaign.folder, campaign.options.examples or examples,
                {**({} if phases == "stateful" else known), "ESPALIER_TALLY": str(tally)}, timeout=60 * MINUTES)
            if result.returncode != 0:
                campaign.found(f"{phases}, run {run}:\n{result.stdout[-20_000:]}{result.stderr[-2_000:]}", f"--first {run} --rounds 1")
            if not server.running:
                campaign.found(f"the server died:\n{server.tail()}", f"--first {run} --rounds 1")
                break
        server.kill()
        run += 1
        campaign.say(f"{len(tally.read_text().splitlines())} requests")
    campaign.finished(len(tally.read_text().splitlines()))
    campaign.end()


if __name__ == "__main__":
    main()
