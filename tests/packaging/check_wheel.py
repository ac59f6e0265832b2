"""Build the wheel, look into it, and load every entry point from a foreign folder: ``tox -e pkg``."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]

PROBE = """
import importlib.metadata, sys
from pathlib import Path

points = importlib.metadata.entry_points(group="hub.plugins")
for point in points:
    place = Path(point.load().__file__).resolve()
    assert place.is_relative_to(Path(sys.prefix).resolve()), f"{point.name} was loaded from {place}"
print(*sorted(point.name for point in points))
"""


def main() -> None:
    """Check the wheel; the one argument is a folder to work in."""
    work = Path(sys.argv[1]).resolve()
    work.mkdir(parents=True, exist_ok=True)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = [ROOT / name for name in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]]
    wheel = build(work / "wheel")
    check_contents(wheel, packages)
    check_loading(wheel, work, set(project["project"]["entry-points"]["hub.plugins"]))
    print(f"{wheel.name} is in order.")


def build(folder: Path) -> Path:
    """Build the wheel into an emptied folder."""
    for old in folder.glob("*.whl"):
        old.unlink()
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    return wheel


def check_contents(wheel: Path, packages: list[Path]) -> None:
    """Hold the wheel to exactly our packages, each with all of its files, and the dist-info."""
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if not name.endswith("/")}
    info = "{}-{}.dist-info".format(*wheel.name.split("-")[:2])
    top_level = {name.partition("/")[0] for name in inside}
    demand(top_level == {info, *(package.name for package in packages)}, f"top level: {sorted(top_level)}")
    for package in packages:
        demand(f"{package.name}/py.typed" in inside, f"{package.name} has no py.typed")
    wanted = {name for package in packages for name in source_files(package)}
    demand(wanted <= inside, f"left out: {sorted(wanted - inside)}")
    for suffix in (".csv", ".toml"):
        demand(any(name.endswith(suffix) for name in inside), f"no {suffix} inside")
    demand(f"{info}/licenses/LICENSE" in inside, "no LICENSE inside")


def source_files(package: Path) -> list[str]:
    """Name a package's files as the wheel should."""
    files = (path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return [path.relative_to(package.parent).as_posix() for path in files]


def check_loading(wheel: Path, work: Path, declared: set[str]) -> None:
    """Install the wheel into a fresh venv and load its entry points where names lie in wait."""
    home = work / "venv"
    venv.create(home, clear=True, with_pip=True)
    scripts = home / ("Scripts" if sys.platform == "win32" else "bin")
    run(scripts / "python", "-m", "pip", "install", "-q", wheel)
    foreign = work / "foreign"
    for name in ("plugins", "connectors", "mappings"):
        (foreign / name).mkdir(parents=True, exist_ok=True)
        (foreign / name / "__init__.py").write_text("raise AssertionError('not ours')\n", encoding="utf-8")
    loaded = set(run(scripts / "python", "-c", PROBE, cwd=foreign).split())
    demand(loaded == declared, f"loaded {sorted(loaded)}, declared {sorted(declared)}")
    for name in ("hub", "hub-tabs3-reader"):
        usage = run(scripts / name, "--help", cwd=foreign).lower()
        demand(f"usage: {name}" in usage, f"{name} --help shows no usage")


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a command, let its complaints through, and give what it printed."""
    done = subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def demand(holds: bool, complaint: str) -> None:  # noqa: FBT001 -- the condition reads first, as in assert
    """End the check with a complaint unless the condition holds."""
    if not holds:
        sys.exit(f"The wheel is not in order: {complaint}.")


if __name__ == "__main__":
    main()
