"""The benchmarks are scripts that stand beside each other; they are imported by their own names."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
