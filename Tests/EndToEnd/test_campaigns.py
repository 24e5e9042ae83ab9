"""The campaigns of Tests/Campaigns in small, and that each finds what is planted for it."""

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location

import pytest

from harness.contract import ROOT

CAMPAIGNS = ROOT / "Tests/Campaigns"
UNABLE = 77


def sizes():
    spec = spec_from_file_location("campaign_sizes", CAMPAIGNS / "campaign/sizes.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: size for name, size in module.SIZES.items() if size.get("tested", True)}


SIZES = sizes()


def run(name, options):
    result = subprocess.run([sys.executable, str(CAMPAIGNS / f"{name}.py"), *options], capture_output=True, text=True)
    if result.returncode == UNABLE:
        pytest.skip(result.stdout.splitlines()[-1])
    print(result.stdout)
    return result


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", [name for name in SIZES if SIZES[name]["ci"] is not None])
def test_a_campaign_finds_nothing(name):
    result = run(name, SIZES[name]["ci"])
    assert result.returncode == 0 and result.stdout.splitlines()[-1].endswith("violations 0"), result.stdout[-20_000:] + result.stderr


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name, plant", [(name, plant) for name in SIZES for plant in SIZES[name]["planted"]])
def test_a_campaign_finds_a_planted_fault(name, plant):
    result = run(name, ["--plant", plant, *SIZES[name]["planted"][plant]])
    last = result.stdout.splitlines()[-1]
    assert result.returncode == 1 and last.startswith(f"{name}: rounds") and int(last.split()[-1]) > 0, result.stdout[-20_000:] + result.stderr
    assert "the campaign itself broke" not in result.stdout and SIZES[name].get("signs", {}).get(plant, "") in result.stdout, result.stdout[-20_000:]
