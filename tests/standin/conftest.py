"""The stand-in's modules stand beside the tests and are imported by their own names."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
