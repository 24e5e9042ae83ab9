#!/usr/bin/env python3
"""Inputs of libFuzzer's making, with AddressSanitizer and leak detection, to all that reads bytes from outside.

Nothing crashes, traps, hangs, leaks or takes much memory, and where there are two ways to read they agree. A round is an input.
"""

import re
import subprocess

from campaign.command import Campaign
from harness.contract import ROOT

SUBJECTS = ["json", "csv", "npy", "weights", "checkpoint"]


def main():
    campaign = Campaign(
        "fuzz", __doc__, rounds=0, plants=["overread"], seconds=(3600, "how long for each subject"),
        subjects=(" ".join(SUBJECTS), "what is fuzzed"))
    subjects = ["planted"] if campaign.plant else campaign.options.subjects.split()
    for subject in subjects:
        result = subprocess.run(
            [str(ROOT / "Scripts/fuzz.sh"), str(campaign.options.seconds), subject], stdout=subprocess.PIPE, text=True, check=False)
        campaign.say(result.stdout.rstrip())
        line = re.search(rf"^fuzz {subject}: rounds (\d+), violations (\d+)$", result.stdout, re.MULTILINE)
        if line:
            campaign.finished(int(line[1]))
        if not line or int(line[2]):
            campaign.found(f"{subject}, see .build-asan/findings", f"--subjects {subject}")
    campaign.end()


if __name__ == "__main__":
    main()
