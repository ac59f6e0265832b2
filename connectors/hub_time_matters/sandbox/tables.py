"""The tables of the stand-in, as far as public SQL shows Time Matters' own; its billing table is made up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Integer, MetaData, Numeric, String, Table, Text

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

BILLING = "tm_bill"
"""The stand-in's billing table; no public page says how the real one is called."""
BILLING_COLUMNS = {
    "id": "sysid",
    "matter": "mat_id",
    "staff": "staff",
    "date": "date",
    "hours": "hrs",
    "rate": "rate",
    "amount": "amount",
    "description": "memo",
    "code": "b_code",
    "type": "b_type",
    "time_types": ["T"],
    "expense_types": ["E"],
    "status": "b_stat",
    "unbilled": ["U"],
    "billed": ["B"],
}
"""The settings that describe it."""


def _number(places: int) -> TypeEngine[Any]:
    """A number with decimals; SQLite, which has none, keeps its text."""
    return Numeric(12, places).with_variant(String(16), "sqlite")


def made(owner: str = "") -> MetaData:
    """The tables of an owner."""
    metadata = MetaData(schema=owner or None)
    slots = [Column(f"mat1_01_{place:02}", String(40)) for place in range(1, 13)]
    Table(
        "matter",
        metadata,
        Column("sysid", Integer, primary_key=True),
        *(
            Column(name, String(60))
            for name in ("mat_no", "ccode", "regarding", "Status", "staff", "created_by")
        ),
        *(Column(name, Integer) for name in ("archive", "c_date", "c_time")),
        Column("memo", Text),
        *slots,
    )
    Table(
        "contact",
        metadata,
        Column("sysid", Integer, primary_key=True),
        *(
            Column(name, String(60))
            for name in ("first_name", "middle_init", "last_name", "full_name", "org")
        ),
        *(Column(name, String(60)) for name in ("ccode", "email")),
        *(Column(name, Integer) for name in ("archive", "c_date")),
        Column("memo", Text),
        *(Column(f"con1_03_{place:02}", String(40)) for place in range(1, 4)),
    )
    Table("staff", metadata, *(Column(name, String(30)) for name in ("init", "first", "middle", "last")))
    Table("RelateA", metadata, Column("MID", Integer), Column("SID", Integer))
    for name in ("phone", "mail"):
        Table(
            name,
            metadata,
            Column("sysid", Integer, primary_key=True),
            *(Column(column, Integer) for column in ("mat_id", "date", "time")),
            *(Column(column, String(60)) for column in ("mat_no", "desc", "staff")),
            Column("memo", Text),
        )
    Table(
        BILLING,
        metadata,
        Column("sysid", Integer, primary_key=True),
        *(Column(name, Integer) for name in ("mat_id", "date", "time")),
        *(Column(name, String(12)) for name in ("staff", "b_code", "b_type", "b_stat")),
        Column("hrs", _number(2)),
        Column("rate", _number(2)),
        Column("amount", _number(2)),
        Column("memo", Text),
    )
    return metadata
