"""What the campaigns share: promises held against a server that is treated badly, many times over."""

import sys
from pathlib import Path

# The end-to-end tests' client, whose every answer is held against openapi.yaml.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "EndToEnd"))
