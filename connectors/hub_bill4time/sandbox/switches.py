"""What nobody knows about Bill4Time, or what differs from one account of it to the next."""

from __future__ import annotations

from dataclasses import dataclass, fields

from hub_bill4time.sandbox.refusals import Refused

_WORDS: dict[str, tuple[object, ...]] = {
    "wrong_key": (401, 403, 404, 200),
    "key_opens": ("both", "v1", "v2"),
    "casing": ("pascal", "camel"),
    "envelope": ("data", "value", "list"),
}


@dataclass(slots=True)
class Switches:
    """What nobody knows about Bill4Time, or what differs from one account of it to the next."""

    limits: bool = True
    """Whether the limits below hold."""
    per_minute: int | None = None
    """How many requests any minute may have; more are answered with 429. Not documented: none unless told."""
    retry_after: bool = True
    """Whether that 429 says ``Retry-After``."""
    page_cap: int = 100
    """How many rows a page has at most, and has unless ``$top`` is given."""
    count: bool = False
    """Whether ``$count=true`` puts ``count`` into the envelope; else it is passed over."""
    wrong_key: int = 401
    """The status of the answer to a key that is wrong or has ended: 401, 403, 404 or 200."""
    key_opens: str = "both"
    """Which versions the key opens: both, v1 or v2. On another it is a wrong key."""
    casing: str = "pascal"
    """How v2 spells its names: pascal as documented, or camel as seen."""
    envelope: str = "data"
    """What the rows come in: an object with ``data`` or ``value``, or a bare list."""
    bare_days: bool = False
    """Whether a date is shown as 2024-01-15; else as 2024-01-15T00:00:00."""
    misspelt_payments: bool = False
    """Whether v2 has its payments only at ``paymentsandbalanceadustments``."""
    ignores_filter: bool = False
    """Whether ``$filter`` is passed over."""
    ignores_orderby: bool = False
    """Whether ``$orderby`` is passed over; then the newest row comes first."""
    minimum_rows: bool = False
    """Whether an import needs 50 rows (clients, projects) or 100 (time entries), as the vendor says."""

    def set(self, **values: object) -> None:
        """Set some switches.

        Raises:
            Refused: there is no such switch, or it has no such position.

        """
        known = {field.name for field in fields(self)}
        for name, value in values.items():
            if name not in known or value not in _WORDS.get(name, (value,)):
                raise Refused(f"No switch {name!r} with {value!r}: the switches are {sorted(known)}.")
            setattr(self, name, value)
