"""The plugin host: each plugin is loaded by itself, and a broken one is reported and hurts nothing else."""

from __future__ import annotations

import inspect
import sys
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING, Any, TypeVar

import pluggy

from hub.app.config_schema import PluginChoice
from hub.app.toml_file import Problem, nearest
from hub.sdk import Connector, Rule, hookspecs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable

    import click

    from hub.app.config import Config
    from hub.sdk import Converter, SampleFirm, Settings, Shape, Workspace

GROUP = "hub.plugins"
_HOOKS = frozenset(name for name in vars(hookspecs) if name.startswith("hub_"))

T = TypeVar("T")


@dataclass(slots=True)
class PluginReport:
    """What became of one plugin.

    Args:
        name: the name of its entry point.
        distribution: the package that brought it, empty where it was handed in.
        version: that package's version.
        file: where its code was loaded from.
        enabled: whether it was to be loaded at all; hub.toml may switch a plugin off.
        loaded: whether it was imported and its hooks are in use.
        problem: what is wrong, empty where all is well; one sentence for each thing.
        gives: what it gives: ``{"connectors": ("folder",), …}``.

    """

    name: str
    distribution: str = ""
    version: str = ""
    file: str = ""
    enabled: bool = True
    loaded: bool = False
    problem: str = ""
    gives: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def rules_failed(self) -> bool:
        """Whether it has rules that could not be loaded, so that nothing is checked by them."""
        return "fails in hub_rules" in self.problem

    def complain(self, problem: str) -> None:
        """Add a problem to those already known."""
        self.problem = f"{self.problem} {problem}".strip()


class PluginHost:
    """What all plugins give, together.

    Plugins are asked in the order of their names; of two that give the same name the first wins,
    and the other is reported. ``extra`` are plugins that no distribution declares.
    """

    def __init__(self, choice: PluginChoice | None = None, *, extra: Iterable[object] = ()) -> None:
        found = [*_installed(choice or PluginChoice()), *map(_handed_in, extra)]
        self._plugins = sorted(found, key=lambda plugin: plugin.report.name)
        self.connectors: Mapping[str, type[Connector[Settings]]] = self._collect("connectors", _connectors)
        self.rules: tuple[Rule, ...] = tuple(self._collect("rules", _rules).values())
        self.shapes: Mapping[str, Shape] = self._collect("shapes", _shapes)
        self.converters: Mapping[str, Converter] = self._collect("converters", _converters)
        self.mapping_roots: tuple[Traversable, ...] = tuple(self._collect("mappings", _mappings).values())

    @property
    def reports(self) -> tuple[PluginReport, ...]:
        """What became of each plugin, by name."""
        return tuple(plugin.report for plugin in self._plugins)

    def commands(self, workspace: Callable[[], Workspace]) -> Mapping[str, click.Command]:
        """The commands of all plugins by name; ``workspace()`` opens the one they are called for."""
        return self._collect("commands", _commands, workspace=workspace)

    def sandboxes(self) -> Mapping[str, click.Command]:
        """The commands of all plugins that start a stand-in of a system, by that system's name."""
        return self._collect("sandboxes", _commands)

    def sample_firm(self, firm: SampleFirm) -> None:
        """Let each plugin write its part of the sample firm."""
        for plugin in self._plugins:
            plugin.ask("hub_sample_firm", bool, firm=firm)

    def _collect(
        self, what: str, check: Callable[[Any], Mapping[str, T]], **arguments: object
    ) -> dict[str, T]:
        owners: dict[str, str] = {}
        result: dict[str, T] = {}
        for plugin in self._plugins:
            given = plugin.ask(f"hub_{what}", check, **arguments) or {}
            for name, thing in given.items():
                owner = owners.setdefault(name, plugin.report.name)
                if owner == plugin.report.name:
                    result[name] = thing
                else:
                    plugin.report.complain(f"The plugin '{owner}' gives '{name}' of its {what} already.")
            if given:
                plugin.report.gives[what] = tuple(given)
        return result


def open_plugins(config: Config, *, extra: Iterable[object] = ()) -> PluginHost:
    """The plugins that a workspace uses.

    Raises:
        ConfigurationError: its hub.toml names a plugin that is not installed.

    """
    host = PluginHost(config.plugins, extra=extra)
    installed = [report.name for report in host.reports]
    problems = [
        Problem(("plugins", word), f"there is no plugin '{name}'.", nearest(name, installed), name)
        for word, names in (("enabled", config.plugins.enabled or ()), ("disabled", config.plugins.disabled))
        for name in names
        if name not in installed
    ]
    if problems:
        raise config.file.error(problems)
    return host


class _Plugin:
    """One plugin with a manager of its own, so that nothing it does reaches the others."""

    def __init__(self, report: PluginReport, load: Callable[[], object]) -> None:
        self.report = report
        self._manager = pluggy.PluginManager("hub")
        self._manager.add_hookspecs(hookspecs)
        if report.enabled:
            self._guarded("cannot be loaded", lambda: self._load(load()))

    def ask(self, hook: str, check: Callable[[Any], T], **arguments: object) -> T | None:
        """What the plugin answers to a hook, checked; ``None`` where it has no answer or a broken one."""
        if not self.report.loaded:
            return None
        call = getattr(self._manager.hook, hook)
        answers = self._guarded(f"fails in {hook}", lambda: [check(one) for one in call(**arguments)])
        return answers[0] if answers else None

    def _load(self, plugin: object) -> None:
        self.report.file = _file_of(plugin)
        if problems := list(_misspelt(plugin)):
            self.report.complain(" ".join(problems))
            return
        self._manager.register(plugin, self.report.name)
        if not self._manager.get_hookcallers(plugin):
            self.report.complain("It implements no hook.")
            return
        self.report.loaded = True

    def _guarded(self, what: str, call: Callable[[], T]) -> T | None:
        try:
            return call()
        except (Exception, SystemExit) as error:  # noqa: BLE001 -- a stranger's code may raise anything
            reason = str(error).strip().partition("\n")[0].rstrip(".")
            self.report.complain(f"It {what}: {type(error).__name__}: {reason}.")
        return None


def _installed(choice: PluginChoice) -> Iterator[_Plugin]:
    about = cache(_name_and_version)  # a distribution may bring several plugins
    for entry in metadata.entry_points(group=GROUP):
        report = PluginReport(entry.name, enabled=choice.allows(entry.name))
        if entry.dist:
            report.distribution, report.version = about(entry.dist)
        yield _Plugin(report, entry.load)


def _name_and_version(distribution: metadata.Distribution) -> tuple[str, str]:
    about = distribution.metadata  # read from its file at each access
    return about["Name"], about["Version"]


def _handed_in(plugin: object) -> _Plugin:
    name = getattr(plugin, "__name__", type(plugin).__name__)
    return _Plugin(PluginReport(name), lambda: plugin)


def _file_of(plugin: object) -> str:
    module = plugin if inspect.ismodule(plugin) else sys.modules.get(_module_name(plugin))
    return getattr(module, "__file__", None) or ""


def _module_name(plugin: object) -> str:
    fallback = type(plugin).__module__
    return plugin.__name__ if inspect.ismodule(plugin) else getattr(plugin, "__module__", fallback)


def _misspelt(plugin: object) -> Iterator[str]:
    """What pluggy would pass over in silence: a hook with a wrong name, or without its mark."""
    home = _module_name(plugin)
    for name in dir(plugin):
        function = getattr(plugin, name, None)
        mark = getattr(function, "hub_impl", None)
        hook = (mark.get("specname") if isinstance(mark, dict) else None) or name
        is_own = inspect.isroutine(function) and getattr(function, "__module__", None) == home
        if mark is not None and hook not in _HOOKS:
            yield f"There is no hook '{hook}'. {nearest(hook, _HOOKS)}"
        elif mark is None and is_own and name in _HOOKS:
            yield f"'{name}' is not marked with @hookimpl."
        elif mark is None and is_own and name.startswith("hub_"):
            yield f"'{name}' looks like a hook and is none. {nearest(name, _HOOKS)}"


def _connectors(answer: Iterable[Any]) -> dict[str, type[Connector[Settings]]]:
    found: dict[str, type[Connector[Settings]]] = {}
    for connector in answer:
        if not (isinstance(connector, type) and issubclass(connector, Connector)):
            raise TypeError(f"{connector!r} is no class derived from Connector")
        absent = [name for name in ("name", "title", "settings", "access") if not hasattr(connector, name)]
        if absent:
            raise TypeError(f"{connector.__name__} does not declare its {', '.join(absent)}")
        _add(found, connector.name, connector)
    return found


def _rules(answer: Iterable[Any]) -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for one in answer:
        if not isinstance(one, Rule):
            raise TypeError(f"{one!r} is no Rule; make it with @rule")
        _add(found, one.name, one)
    return found


def _shapes(answer: Mapping[str, Any]) -> dict[str, Shape]:
    for name, shape in answer.items():
        if not callable(shape):
            raise TypeError(f"the shape '{name}' cannot be called")
    return dict(answer)


def _converters(answer: Mapping[str, Any]) -> dict[str, Converter]:
    for name, pair in answer.items():
        if not (isinstance(pair, tuple) and len(pair) == 2 and all(map(callable, pair))):  # noqa: PLR2004 -- in and out
            raise TypeError(f"the converter '{name}' is no pair of functions")
    return dict(answer)


def _mappings(answer: Any) -> dict[str, Traversable]:  # noqa: ANN401 -- a stranger's answer
    if not (hasattr(answer, "is_dir") and answer.is_dir()):
        raise TypeError("what it gives is no folder")
    return {str(answer): answer}


def _commands(answer: Iterable[Any]) -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for command in answer:
        _add(found, command.name, command)
    return found


def _add(found: dict[str, T], name: str, thing: T) -> None:
    if name in found:
        raise ValueError(f"'{name}' is given twice")
    found[name] = thing
