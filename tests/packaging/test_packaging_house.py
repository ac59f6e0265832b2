"""The house rules that no linter knows: what stands where, what is declared, what is named."""

import ast
import importlib
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHELVES = ("connectors", "plugins", "mappings")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ON_SHELVES = sorted(
    path
    for shelf in SHELVES
    for path in (ROOT / shelf).iterdir()
    if path.is_dir() and path.name != "__pycache__"
)
NAMES = [path.name for path in ON_SHELVES]
PROGRAMS = {"hub_tabs3_reader"}
"""What is no plugin, but a program that runs beside the hub, in a Python of its own."""

VENDORS = ("tabs3", "bill4time", "quickbooks", "intuit", "clio", "time matters")
VENDOR = re.compile(
    "|".join(rf"(?<![a-z]){name.replace(' ', '[ _-]?')}(?![a-z])" for name in VENDORS), re.IGNORECASE
)


def contract(name: str) -> dict[str, list[str]]:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    return next(found for found in contracts if found["name"] == name)


def test_shelves_are_not_packages() -> None:
    assert ON_SHELVES
    assert [shelf for shelf in SHELVES if (ROOT / shelf / "__init__.py").exists()] == []


@pytest.mark.parametrize("package", [ROOT / "hub", *ON_SHELVES], ids=lambda path: path.name)
def test_every_package_is_importable_and_typed(package: Path) -> None:
    assert (package / "__init__.py").is_file()
    assert (package / "py.typed").is_file()


def test_every_package_on_a_shelf_is_declared_everywhere() -> None:
    tools = PROJECT["tool"]
    wheel = tools["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert sorted(wheel) == sorted(["hub", *(path.relative_to(ROOT).as_posix() for path in ON_SHELVES)])
    points = PROJECT["project"]["entry-points"]["hub.plugins"].values()
    assert sorted(points) == sorted(set(NAMES) - PROGRAMS)
    assert {path.partition(".")[0] for path in PROJECT["project"]["scripts"].values()} == {"hub", *PROGRAMS}
    assert sorted(tools["mypy"]["packages"]) == sorted(["hub", *NAMES])
    assert sorted(tools["importlinter"]["root_packages"]) == sorted(["hub", *NAMES])


def test_every_package_on_a_shelf_is_held_by_every_contract() -> None:
    alone = contract("Plugins import hub.sdk, hub.model and hub.ledes alone")
    assert sorted(alone["source_modules"]) == sorted(NAMES)
    core = contract("The core imports none of its neighbours")
    assert sorted(core["forbidden_modules"]) == sorted(NAMES)
    apart = contract("Plugins never import each other")
    assert sorted(apart["modules"]) == sorted(NAMES)


def test_plugins_may_import_nothing_else_of_the_hub() -> None:
    alone = contract("Plugins import hub.sdk, hub.model and hub.ledes alone")
    parts = {f"hub.{path.name}" for path in (ROOT / "hub").iterdir() if (path / "__init__.py").is_file()}
    assert parts - set(alone["forbidden_modules"]) == {"hub.sdk", "hub.model", "hub.ledes"}


def test_a_program_runs_where_nothing_but_its_own_requirements_is_installed() -> None:
    for program in PROGRAMS:
        alone = tomllib.loads((ROOT / "connectors" / program / "pyproject.toml").read_text(encoding="utf-8"))
        required = {re.split(r"[^\w-]", line)[0] for line in alone["project"]["dependencies"]}
        allowed = {program, *required, *sys.stdlib_module_names}
        assert imported(ROOT / "connectors" / program) - allowed == set()
        assert alone["project"]["scripts"].items() <= PROJECT["project"]["scripts"].items()
        assert alone["project"]["requires-python"] == PROJECT["project"]["requires-python"]
        assert importlib.import_module(program).__version__ == PROJECT["project"]["version"]


def imported(package: Path) -> set[str]:
    """Name the packages that are imported, other than for the type checker."""
    names: set[str] = set()
    for path in package.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(str(node.module).partition(".")[0])
    return names - {"_typeshed"}


def test_the_installed_distribution_has_the_declared_entry_points() -> None:
    declared = PROJECT["project"]["entry-points"]["hub.plugins"]
    installed = importlib.metadata.distribution("legal-billing-hub").entry_points
    assert {point.name: point.value for point in installed.select(group="hub.plugins")} == declared


@pytest.mark.parametrize("text", ["hub_tabs3", "Tabs3", "QuickBooks Online", "TimeMatters", "time_matters"])
def test_a_vendor_is_recognised_however_it_is_spelt(text: str) -> None:
    assert VENDOR.search(text)


def test_the_core_names_no_vendor() -> None:
    files = [path for path in (ROOT / "hub").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    named = [
        f"{path.relative_to(ROOT).as_posix()}:{number}: {found.group()}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (found := VENDOR.search(line))
    ]
    assert len(files) > 1
    assert named == []


def test_ci_runs_the_test_command_of_the_readme() -> None:
    command = (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().splitlines()[-1]
    assert command.endswith(".venv/bin/tox")
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_decision_is_listed() -> None:
    decisions = ROOT / "docs" / "adr"
    listed = (decisions / "README.md").read_text(encoding="utf-8")
    pages = list(decisions.glob("[0-9]*.md"))
    assert pages
    for page in pages:
        title = page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        assert f"| [{title[:4]}]({page.name}) | {title[6:]} |" in listed
