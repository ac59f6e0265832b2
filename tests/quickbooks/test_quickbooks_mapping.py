"""What the guide and the shipped mapping tell a firm to write into its own mapping, the hub understands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.app.mappings import MappingFiles
from hub.mapping import load_layers
from hub.mapping.system import SystemMapping, compile_mapping
from hub.model import Kind
from hub.testing.plugin import host_for
from hub_quickbooks import QuickBooksConnector

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "quickbooks.md"
SHIPPED = ROOT / "mappings" / "hub_mappings" / "quickbooks.toml"


def _examples() -> list[str]:
    told = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    head = SHIPPED.read_text(encoding="utf-8").partition("# -----")[0].splitlines()
    commented = "\n".join(line[4:] for line in head if line.startswith("#   "))
    return [one for one in (*told, commented) if "chosen]" in one or "shapes" in one]


def overridden(text: str) -> SystemMapping:
    host = host_for(QuickBooksConnector)
    files = MappingFiles(host.mapping_roots)
    layers = [*files.layers("quickbooks", "quickbooks"), *load_layers([("quickbooks.toml", text)])]
    return compile_mapping(layers, codes=files.spellings, converters=host.converters, shapes=host.shapes)


@pytest.mark.parametrize("example", _examples())
def test_an_example_can_be_taken_as_it_stands(example: str) -> None:
    outward = overridden(example).outward(Kind.INVOICE)
    assert outward is not None
    items = outward.chosen["charges.Item"]
    assert ("Fees:Doyle" in items) is ("Fees:Doyle" in example)
    assert items[-1] == "Legal Fees"


def test_there_are_examples_in_both_places() -> None:
    assert len(_examples()) == 3
