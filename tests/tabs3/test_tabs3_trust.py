"""Client money: FUND of Billing, and the transactions of the Trust product beside it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from hub.mapping import ForeignId, Untranslatable, compile_mapping, load_layers
from hub.sdk import Kind, SourceMissing
from hub_tabs3 import Tabs3, Tabs3Settings, hub_converters

if TYPE_CHECKING:
    from hub.sdk import Upsert
    from tests.tabs3.conftest import Exported


def movement(sequence: str, **values: str) -> dict[str, str]:
    usual = {"_SEQUENCE_NO": sequence, "CLIENT_ID": "110.00", "REFERENCE_NUMBER": "9", "RECORD_TYPE": "D"}
    return usual | {"DATE": "2026-05-04", "AMOUNT": "500.00", "DESCRIPTION": "Retainer"} | values


def with_trust(exported: Exported, **settings: str) -> Exported:
    settings = {"folder": "tabs3", "trust_folder": "trust"} | settings
    (exported.folder.parent / "trust").mkdir()
    exported.connector = Tabs3(Tabs3Settings.model_validate(settings), exported.connector.surroundings)
    return exported


def put_trust(exported: Exported, name: str, *rows: dict[str, str]) -> None:
    """Write a table of the Trust product."""
    written = exported.rows(name, *rows)
    written.rename(exported.folder.parent / "trust" / written.name)


def test_client_funds_are_movements_of_client_money(exported: Exported) -> None:
    exported.rows("FUND", movement("1"), movement("2", CLIENT_ID="120.01", RECORD_TYPE="P"))
    assert exported.ids(Kind.TRUST_TRANSACTION) == [("FUND", "1"), ("FUND", "2")]
    assert [item.raw["CLIENT_NUMBER"] for item in exported.read(Kind.TRUST_TRANSACTION)] == ["110", "120"]
    assert exported.pages(Kind.TRUST_TRANSACTION)[-1].complete


def test_without_client_funds_there_is_nothing_to_read(exported: Exported) -> None:
    with pytest.raises(SourceMissing, match="FUND"):
        exported.pages(Kind.TRUST_TRANSACTION)


def test_the_trust_product_is_kept_apart_from_billing(exported: Exported) -> None:
    """Both have tables of the same names."""
    with_trust(exported, trust_table="fund")
    put_trust(exported, "FUND", movement("1", AMOUNT="7.00"))
    exported.rows("FUND", movement("1"))
    billing, trust = exported.read(Kind.TRUST_TRANSACTION)
    assert (billing.source, billing.raw["AMOUNT"]) == ("FUND", "500.00")
    assert (trust.source, trust.external_id, trust.raw["AMOUNT"]) == ("TRUST/FUND", "1", "7.00")


def test_the_trust_table_has_a_usual_name(exported: Exported) -> None:
    with_trust(exported)
    exported.rows("FUND", movement("1"))
    put_trust(exported, "COMBINEDTRANS", movement("1"))
    assert exported.ids(Kind.TRUST_TRANSACTION)[1] == ("TRUST/COMBINEDTRANS", "1")
    assert exported.pages(Kind.TRUST_TRANSACTION)[-1].complete


@pytest.mark.parametrize("missing", ["FUND", "COMBINEDTRANS"])
def test_a_listing_that_lacks_one_of_both_says_so(exported: Exported, missing: str) -> None:
    with_trust(exported)
    if missing == "FUND":
        put_trust(exported, "COMBINEDTRANS", movement("1"))
    else:
        exported.rows("FUND", movement("1"))
    (page,) = exported.pages(Kind.TRUST_TRANSACTION)
    assert (len(page.items), page.complete) == (1, False)
    assert page.notices[0].startswith(f"{missing} is not in the export")


def test_a_trust_folder_that_is_not_there_is_told_by_its_setting(exported: Exported) -> None:
    with_trust(exported, trust_folder="elsewhere")
    exported.rows("FUND", movement("1"))
    with pytest.raises(SourceMissing, match=r"Set trust_folder in hub\.toml"):
        exported.pages(Kind.TRUST_TRANSACTION)


def test_nothing_of_client_money_is_ever_written() -> None:
    access = Tabs3.access[Kind.TRUST_TRANSACTION]
    assert not access.writes
    assert not access.by_hand


def translated(item: Upsert) -> dict[str, Any]:
    shipped = (files("hub_mappings") / "tabs3.toml").read_text(encoding="utf-8")
    mapping = compile_mapping(
        load_layers([("tabs3.toml", shipped)]), codes=lambda _: {}, converters=hub_converters(), shapes={}
    )
    inward = mapping.inward(Kind.TRUST_TRANSACTION, item.source)
    assert inward is not None
    return inward.translate(dict(item.raw))


@pytest.mark.parametrize(("code", "word"), [("D", "deposit"), ("W", "withdrawal"), ("P", "payment")])
def test_a_movement_in_the_hubs_words(exported: Exported, code: str, word: str) -> None:
    with_trust(exported)
    exported.rows("FUND", movement("1", RECORD_TYPE=code))
    put_trust(exported, "COMBINEDTRANS", movement("1", RECORD_TYPE=code))
    for item in exported.read(Kind.TRUST_TRANSACTION):
        assert translated(item) == {
            "client": ForeignId((Kind.CLIENT,), "", "110"),
            "matter": ForeignId((Kind.MATTER,), "", "110.00"),
            "moved_on": date(2026, 5, 4),
            "direction": word,
            "amount": Decimal(500),
            "reference": "9",
            "memo": "Retainer",
        }


def test_a_movement_of_no_known_sort_is_held(exported: Exported) -> None:
    exported.rows("FUND", movement("1", RECORD_TYPE="X"))
    with pytest.raises(Untranslatable, match="RECORD_TYPE"):
        translated(exported.one(Kind.TRUST_TRANSACTION))
