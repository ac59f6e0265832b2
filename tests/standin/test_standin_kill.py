"""A run that is killed and started again doubles nothing and loses nothing: the short form."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("kill_rounds.py")


@pytest.mark.parametrize("mode", ["keys", "find", "blind", "ledes"])
def test_killed_runs_double_nothing_and_lose_nothing(mode: str) -> None:
    command = [sys.executable, str(SCRIPT), "--mode", mode, "--rounds", "2", "--creates", "120"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
