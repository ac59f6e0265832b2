"""Mapping files are found in plugins and the workspace, layered in order, and never outside."""

from __future__ import annotations

from decimal import Decimal
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from hub.app.config_schema import Connection, PluginChoice
from hub.app.mappings import Code, MappingFiles, field_table, system_mapping
from hub.app.plugins import PluginHost
from hub.model import Kind
from hub.sdk import ConfigurationError, hookimpl

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hub.mapping import SystemMapping


def write(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8", newline="")
    return root


SHIPPED = {
    "acme.toml": """\
        [client.CUSTOMER.fields]
        number = { field = "NO" }
        name = { field = "NAME" }
        [time_entry.SLIP.fields]
        activity_code = { field = "ACT", codes = "utbms/activity" }
    """,
    "utbms/activity.csv": """\
        code,parent,name
        A100,,Activities
        A101,A100,Plan and prepare
        A102,A100,Research
        A199,A100,Research
    """,
    "portals/default.toml": """\
        title = "Any"
        limit = 0.5
        [required]
        task_code = true
        activity_code = true
    """,
    "portals/onit.toml": """\
        title = "Onit"
        [required]
        task_code = false
    """,
}


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    return write(tmp_path / "acme_mappings", SHIPPED)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "workspace").mkdir()
    return tmp_path / "workspace"


def test_layers_come_shipped_first_and_the_connections_own_last(shipped: Path, workspace: Path) -> None:
    more = write(workspace.parent / "more", {"acme.toml": "[client]\n"})
    write(workspace / "mappings", {"acme.toml": "[client]\n", "billing.toml": "[client]\n", "other.toml": ""})
    layers = MappingFiles([shipped, more], workspace).layers("acme", "billing")
    assert [layer.origin for layer in layers] == [
        "acme_mappings/acme.toml",
        "more/acme.toml",
        "mappings/acme.toml",
        "mappings/billing.toml",
    ]


def test_a_connection_named_like_its_connector_has_its_file_once(shipped: Path, workspace: Path) -> None:
    write(workspace / "mappings", {"acme.toml": "[client]\n"})
    assert len(MappingFiles([shipped], workspace).layers("acme", "acme")) == 2


def test_a_broken_mapping_file_is_named(workspace: Path) -> None:
    write(workspace / "mappings", {"acme.toml": "[client\n"})
    with pytest.raises(ConfigurationError, match=r"mappings/acme\.toml"):
        MappingFiles([], workspace).layers("acme", "billing")
    (workspace / "mappings" / "acme.toml").write_bytes(b"name = 'M\xfcller'")
    with pytest.raises(ConfigurationError, match=r"mappings/acme\.toml is not UTF-8"):
        MappingFiles([], workspace).layers("acme", "billing")


def test_the_layers_compile_with_code_lists_and_the_workspaces_word_counts(
    shipped: Path, workspace: Path
) -> None:
    write(workspace / "mappings", {"acme.toml": '[client.fields]\nname = { field = "TITLE" }\n'})

    class Plugin:
        @hookimpl
        def hub_mappings(self) -> Path:
            return shipped

    host = PluginHost(PluginChoice(enabled=()), extra=[Plugin()])
    files = MappingFiles(host.mapping_roots, workspace)
    mapping = system_mapping(files, Connection(name="billing", connector="acme"), host)
    raw = {"NO": "7", "NAME": "old", "TITLE": "Doyle"}
    assert mapping.inward(Kind.CLIENT, "CUSTOMER").translate(raw) == {"number": "7", "name": "Doyle"}


def test_who_opens_a_workspace_again_has_what_its_files_say_by_then(shipped: Path, workspace: Path) -> None:
    class Plugin:
        @hookimpl
        def hub_mappings(self) -> Path:
            return shipped

    def opened(own: Mapping[str, str]) -> SystemMapping:
        write(workspace / "mappings", own)
        host = PluginHost(PluginChoice(enabled=()), extra=[Plugin()])
        files = MappingFiles(host.mapping_roots, workspace)
        return system_mapping(files, Connection(name="billing", connector="acme"), host)

    first = opened({})
    assert opened({}).digest == first.digest
    edited = opened({"acme.toml": '[client.fields]\nname = { field = "TITLE" }\n'})
    assert edited.digest != first.digest
    listed = opened({"utbms/activity.csv": "code,parent,name\nA101,,Plan\n"})
    assert listed.digest != edited.digest
    assert opened({"utbms/activity.csv": "code,parent,name\nA102,,Plan\n"}).digest != listed.digest


def test_a_connector_without_any_mapping_is_answered_with_where_to_write_one(workspace: Path) -> None:
    host = PluginHost(PluginChoice(enabled=()))
    with pytest.raises(ConfigurationError) as caught:
        system_mapping(MappingFiles([], workspace), Connection(name="x", connector="acme"), host)
    assert "mappings/acme.toml" in caught.value.remedy


def test_a_code_list_is_read_with_parents_and_spellings(shipped: Path) -> None:
    files = MappingFiles([shipped])
    assert files.codes("utbms/activity")[1] == Code("A101", "A100", "Plan and prepare")
    spellings = files.spellings("utbms/activity")
    assert spellings["Plan and prepare"] == spellings["A101"] == "A101"
    assert "Research" not in spellings, "a name of two codes names neither"


def test_the_workspaces_code_list_replaces_the_shipped_one(shipped: Path, workspace: Path) -> None:
    write(workspace / "mappings", {"utbms/activity.csv": "\ufeffcode,parent,name\nX1,,Ours\n"})
    assert MappingFiles([shipped], workspace).codes("utbms/activity") == (Code("X1", "", "Ours"),)


def test_a_code_list_without_its_columns_is_answered(workspace: Path) -> None:
    write(workspace / "mappings", {"utbms/activity.csv": "code;name\nX1;Ours\n"})
    with pytest.raises(ConfigurationError, match=r"utbms/activity\.csv: the column code is missing"):
        MappingFiles([], workspace).codes("utbms/activity")


@pytest.mark.parametrize("name", ["utbms/activty", "portals/oint"])
def test_a_name_that_is_not_there_is_answered_with_the_nearest(shipped: Path, name: str) -> None:
    files = MappingFiles([shipped])
    ask = files.codes if name.startswith("utbms") else files.data
    with pytest.raises(ConfigurationError, match=r"Did you mean '(activity|onit)'"):
        ask(name)


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/secret", "portals/../../secret", "", "portals/", "C:secret"]
)
def test_no_name_leads_out_of_the_folder(shipped: Path, name: str) -> None:
    write(shipped.parent, {"secret.toml": "a = 1", "secret.csv": "code,parent,name\n"})
    files = MappingFiles([shipped])
    for ask in (files.data, files.codes, files.profile):
        with pytest.raises(ConfigurationError):
            ask(name)


def test_a_profile_refines_the_default_and_the_workspace_refines_both(shipped: Path, workspace: Path) -> None:
    write(workspace / "mappings", {"portals/onit.toml": "[required]\nrate = true\n"})
    profile = MappingFiles([shipped], workspace).profile("onit")
    assert profile["title"] == "Onit"
    assert profile["limit"] == Decimal("0.5")
    assert profile["required"] == {"task_code": False, "activity_code": True, "rate": True}
    assert MappingFiles([shipped], workspace).profile("default")["title"] == "Any"


def test_a_profile_of_the_workspace_alone_needs_no_default(workspace: Path) -> None:
    write(workspace / "mappings", {"portals/ours.toml": 'title = "Ours"\n'})
    assert MappingFiles([], workspace).profile("ours") == {"title": "Ours"}


def test_data_gives_a_code_list_as_a_table(shipped: Path) -> None:
    data = MappingFiles([shipped]).data("utbms/activity")
    assert data["A102"] == {"parent": "A100", "name": "Research"}


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("", {"field": "NO"}),
        ('[client.fields]\nnumber = { field = "ID" }\n', {"field": "ID"}),
        ("[client.fields]\nnumber = false\n", {}),
        ('[client]\nmatch = [["number"]]\n', {"field": "NO"}),
    ],
)
def test_how_a_field_is_mapped_now(
    shipped: Path, workspace: Path, override: str, expected: dict[str, str]
) -> None:
    write(workspace / "mappings", {"acme.toml": override})
    layers = MappingFiles([shipped], workspace).layers("acme", "billing")
    assert field_table(layers, "client", "number") == expected
    assert field_table(layers, "matter", "number") == {}
