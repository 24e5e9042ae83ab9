"""README.md keeps its word: its commands, pasted one after the other into one shell in a clean copy of the repository, print
what it says they print."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.contract import ROOT
from harness.server import BINARY

# A block of commands, and the block of output that may follow it.
BLOCKS = re.compile(r"^```sh\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", re.DOTALL | re.MULTILINE)
END_OF_BLOCK = "--- end of block ---"


def clean_copy(directory):
    """What a clone would hold, changes not committed yet included and build results not."""
    listing = ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listing, check=True, capture_output=True, text=True).stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, directory / name, follow_symlinks=False)
    return directory


def matches(expected, printed):
    """Whether the two are the same, where … in `expected` stands for any text within a line."""
    pattern = ".*".join(map(re.escape, expected.split("…")))
    return re.fullmatch(pattern, printed) is not None


@pytest.fixture(scope="module")
def readme():
    return BLOCKS.findall((ROOT / "README.md").read_text())


def test_the_commands_print_what_the_readme_says(readme, server, tmp_path):
    assert len(readme) >= 10
    run(readme, server, tmp_path)


def run(blocks, server, tmp_path):
    """Pastes the commands of `blocks` into one shell, and compares what each prints with what the page says."""
    script = f"\necho '{END_OF_BLOCK}'\n".join(commands for commands, _ in blocks)
    environment = {
        **os.environ, "URL": server.client.url, "no_proxy": "127.0.0.1",
        "PATH": f"{Path(sys.executable).parent}:{BINARY.parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-e", "-u", "-c", script], cwd=clean_copy(tmp_path), env=environment,
        capture_output=True, text=True, timeout=110)
    printed = done.stdout.split(END_OF_BLOCK + "\n")
    assert done.returncode == 0, f"stopped in block {len(printed)}:\n{blocks[len(printed) - 1][0]}\n{printed[-1]}\n{done.stderr}"
    for (commands, expected), actual in zip(blocks, printed, strict=True):
        assert matches(expected, actual), f"{commands}\nshould print\n{expected}\nand printed\n{actual}"


@pytest.mark.parametrize("page", ["diagnosis.md", "method.md"])
def test_the_commands_of_a_page_print_what_it_says(page, server, tmp_path):
    blocks = BLOCKS.findall((ROOT / "docs" / page).read_text())
    assert blocks
    run(blocks, server, tmp_path)


def test_the_examples_are_what_their_scripts_make(tmp_path):
    copy = clean_copy(tmp_path)
    made = ["course/none.json", "course/l2.json", "course/dropout.json", "course/points.json", "flowers/flowers.csv"]
    for name in made:
        (copy / "Examples" / name).unlink()
    for script in ["course/make_data.py", "flowers/make_flowers.py"]:
        subprocess.run([sys.executable, copy / "Examples" / script], check=True, capture_output=True)
    for name in made:
        assert (copy / "Examples" / name).read_bytes() == (ROOT / "Examples" / name).read_bytes(), name


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", *sorted(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))])
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text()
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert ((ROOT / page).parent / target).exists(), f"{page} links to {target}"
