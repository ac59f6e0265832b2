"""Each plugin is loaded by itself: a broken one is reported and hurts nothing else."""

from __future__ import annotations

import sys
from textwrap import dedent
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

import click
import pytest

from hub.app.config_schema import PluginChoice
from hub.app.plugins import PluginHost, PluginReport
from hub.sdk import Access, Connector, Kind, Settings, hookimpl, rule

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NONE = PluginChoice(enabled=())


class Acme(Connector[Settings]):
    name = "acme"
    title = "Acme"
    settings = Settings
    access: ClassVar[Mapping[Kind, Access]] = {}


def plugin(name: str, **hooks: Any) -> ModuleType:
    """A module with these hooks; each is a function, or the answer of one."""
    module = ModuleType(name)
    for hook, answer in hooks.items():
        module.__dict__[hook] = answer if hasattr(answer, "hub_impl") else _hook(name, answer)
    return module


def _hook(module: str, answer: Any) -> Any:
    def hook() -> Any:
        if isinstance(answer, BaseException):
            raise answer
        return answer

    hook.__module__ = module
    return hookimpl(hook)


def host_of(*plugins: object) -> tuple[PluginHost, dict[str, PluginReport]]:
    host = PluginHost(NONE, extra=plugins)
    return host, {report.name: report for report in host.reports}


@rule("acme.dates", Kind.INVOICE, source="a test")
def dates(_subject: Any, _context: Any) -> Any:
    """Dates are dates."""
    return ()


def test_what_plugins_give_is_gathered(tmp_path: Path) -> None:
    a = plugin("a", hub_connectors=[Acme], hub_rules=iter([dates]), hub_mappings=tmp_path)
    b = plugin("b", hub_shapes={"flat": dict}, hub_converters={"upper": (str.upper, str.lower)})
    host, reports = host_of(a, b)
    assert host.connectors == {"acme": Acme}
    assert host.rules == (dates,)
    assert host.shapes == {"flat": dict}
    assert host.converters == {"upper": (str.upper, str.lower)}
    assert host.mapping_roots == (tmp_path,)
    assert reports["a"].gives["rules"] == ("acme.dates",)
    assert all(reports[name].loaded and not reports[name].problem for name in "ab")


class Bare(Connector[Settings]):
    name = "bare"


@pytest.mark.parametrize(
    ("hook", "answer", "words"),
    [
        ("hub_rules", RuntimeError("boom"), ["hub_rules", "RuntimeError: boom"]),
        ("hub_rules", SystemExit(3), ["hub_rules", "SystemExit"]),
        ("hub_rules", ["no rule"], ["no Rule"]),
        ("hub_rules", [dates, dates], ["given twice"]),
        ("hub_rules", 7, ["hub_rules", "TypeError"]),
        ("hub_connectors", [dict], ["Connector"]),
        ("hub_connectors", [Bare], ["Bare", "title, settings, access"]),
        ("hub_shapes", {"flat": 1}, ["flat"]),
        ("hub_converters", {"upper": str.upper}, ["upper", "pair"]),
        ("hub_mappings", "somewhere", ["no folder"]),
    ],
)
def test_a_hook_that_fails_is_reported_and_the_rest_goes_on(hook: str, answer: Any, words: list[str]) -> None:
    broken = plugin("broken", **{"hub_connectors": [Acme], hook: answer})
    sound = plugin("sound", hub_shapes={"round": dict})
    host, reports = host_of(broken, sound)
    assert host.shapes["round"] is dict
    for word in words:
        assert word in reports["broken"].problem
    assert hook.removeprefix("hub_") not in reports["broken"].gives
    assert reports["sound"].problem == ""
    assert ("acme" in host.connectors) == (hook != "hub_connectors")


def test_a_listing_that_breaks_off_gives_nothing() -> None:
    @hookimpl
    def hub_rules() -> Any:
        yield dates
        raise ValueError("half-way")

    host, reports = host_of(plugin("broken", hub_rules=hub_rules))
    assert host.rules == ()
    assert "half-way" in reports["broken"].problem


def unmarked(name: str) -> Any:
    def function() -> Any:
        return ()

    function.__module__ = "odd"
    function.__name__ = name
    return function


def test_a_misspelt_hook_is_answered_with_the_right_name() -> None:
    module = plugin("odd", hub_conectors=[Acme])
    _, reports = host_of(module)
    assert not reports["odd"].loaded
    assert "Did you mean 'hub_connectors'?" in reports["odd"].problem


@pytest.mark.parametrize(
    ("name", "words"),
    [("hub_rules", "not marked with @hookimpl"), ("hub_rule", "Did you mean 'hub_rules'?")],
)
def test_a_function_that_looks_like_a_hook_is_not_passed_over(name: str, words: str) -> None:
    module = ModuleType("odd")
    module.__dict__[name] = unmarked(name)
    _, reports = host_of(module)
    assert words in reports["odd"].problem


def test_a_function_of_another_module_is_not_meant_as_a_hook() -> None:
    module = plugin("odd", hub_rules=[dates])
    helper = unmarked("hub_title")
    helper.__module__ = "elsewhere"
    module.__dict__["hub_title"] = helper
    assert host_of(module)[1]["odd"].problem == ""


def test_a_hook_that_wants_what_it_is_not_given_is_reported() -> None:
    @hookimpl
    def hub_rules(ledger: Any) -> Any:
        return ledger

    _, reports = host_of(plugin("odd", hub_rules=hub_rules))
    assert not reports["odd"].loaded
    assert "PluginValidationError" in reports["odd"].problem


def test_a_plugin_without_any_hook_is_reported() -> None:
    _, reports = host_of(plugin("empty"))
    assert not reports["empty"].loaded
    assert "no hook" in reports["empty"].problem


def test_of_two_that_give_the_same_name_the_first_by_name_wins() -> None:
    class Other(Acme):
        pass

    host, reports = host_of(plugin("b", hub_connectors=[Other]), plugin("a", hub_connectors=[Acme]))
    assert host.connectors == {"acme": Acme}
    assert reports["a"].problem == ""
    assert "'a' gives 'acme'" in reports["b"].problem


def test_commands_are_handed_the_workspace_and_need_not_take_it() -> None:
    opened = []

    @hookimpl
    def hub_commands(workspace: Any) -> Any:
        return [click.Command("first", callback=lambda: opened.append(workspace()))]

    second = plugin("b", hub_commands=[click.Command("second")])
    host, _ = host_of(plugin("a", hub_commands=hub_commands), second)
    commands = host.commands(lambda: "the workspace")  # type: ignore[arg-type,return-value] -- any object will do
    assert list(commands) == ["first", "second"]
    assert commands["first"].callback
    commands["first"].callback()
    assert opened == ["the workspace"]


def test_sandboxes_are_gathered_around_a_broken_plugin() -> None:
    host, reports = host_of(
        plugin("a", hub_sandboxes=RuntimeError("boom")),
        plugin("b", hub_sandboxes=[click.Command("acme")]),
        plugin("c", hub_sandboxes=[click.Command("acme"), click.Command("other")]),
        plugin("d", hub_sandboxes=["no command"]),
    )
    assert list(host.sandboxes()) == ["acme", "other"]
    assert "boom" in reports["a"].problem
    assert reports["b"].gives["sandboxes"] == ("acme",)
    assert "'b' gives 'acme' of its sandboxes already" in reports["c"].problem
    assert "fails in hub_sandboxes" in reports["d"].problem


def test_a_sample_firm_is_built_by_all_that_can() -> None:
    built = []

    @hookimpl
    def hub_sample_firm(firm: Any) -> None:
        built.append(firm)

    host, reports = host_of(
        plugin("a", hub_sample_firm=OSError("disk full")), plugin("b", hub_sample_firm=hub_sample_firm)
    )
    host.sample_firm("the firm")  # type: ignore[arg-type] -- any object will do
    assert built == ["the firm"]
    assert "disk full" in reports["a"].problem


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A distribution ``acme`` 1.2 with a sound plugin, one that cannot be imported and one that is absent."""
    info = tmp_path / "acme-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(
        "[hub.plugins]\nacme = acme_sound\nbroken = acme_broken\nabsent = acme_absent\n"
    )
    (tmp_path / "acme_sound.py").write_text(
        dedent("""\
            from hub.sdk import hookimpl

            @hookimpl
            def hub_shapes():
                return {"acme-shape": dict}
        """)
    )
    (tmp_path / "acme_broken.py").write_text("raise RuntimeError('cannot start\\nand more')\n")
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_installed_plugins_are_reported_with_package_version_and_file(installed: Path) -> None:
    host = PluginHost(PluginChoice(enabled=("acme", "broken", "absent")))
    reports = {report.name: report for report in host.reports}
    sound, broken, absent = reports["acme"], reports["broken"], reports["absent"]
    assert (sound.distribution, sound.version, sound.loaded) == ("acme", "1.2", True)
    assert sound.file == str(installed / "acme_sound.py")
    assert host.shapes == {"acme-shape": dict}
    assert broken.problem == "It cannot be loaded: RuntimeError: cannot start."
    assert (absent.distribution, absent.loaded) == ("acme", False)
    assert "acme_absent" in absent.problem


@pytest.mark.usefixtures("installed")
def test_a_plugin_that_is_switched_off_is_not_even_imported() -> None:
    sys.modules.pop("acme_sound", None)
    host = PluginHost(PluginChoice(enabled=("acme",), disabled=("acme",)))
    report = next(report for report in host.reports if report.name == "acme")
    assert (report.enabled, report.loaded, report.problem) == (False, False, "")
    assert "acme_sound" not in sys.modules
