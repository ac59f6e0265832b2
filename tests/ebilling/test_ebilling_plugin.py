"""What the plugin gives the hub."""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import hub_ebilling
from hub_ebilling.connector import EbillingSettings


@dataclass
class Firm:
    folder: Path
    records: int | None = None
    random: Random = field(default_factory=Random)
    connections: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = field(default_factory=dict)

    def connect(
        self, name: str, settings: dict[str, Any], *, gives: tuple[str, ...] = (), takes: Any = ()
    ) -> None:
        assert not gives
        self.connections[name] = (settings, tuple(takes))

    def tell(self, fault: str) -> None:
        raise AssertionError(fault)


def test_the_sample_firm_gets_a_portal_with_settings_that_are_right(tmp_path: Path) -> None:
    firm = Firm(tmp_path)

    hub_ebilling.hub_sample_firm(firm)

    [(name, (settings, takes))] = firm.connections.items()
    assert (name, takes) == ("portal", ("invoice",))
    assert settings.pop("connector") == "ebilling"
    assert EbillingSettings.model_validate(settings).portal == "default"


def test_it_gives_a_connector_and_its_shape() -> None:
    [connector] = hub_ebilling.hub_connectors()

    assert connector.name == "ebilling"
    assert dict(hub_ebilling.hub_shapes()) == {"ledes-invoice": hub_ebilling.ledes_invoice}
