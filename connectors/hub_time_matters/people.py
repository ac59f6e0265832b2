"""Clients, matters and timekeepers: which contact is the client of which matter, and who is who."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from hub.sdk import Upsert
from hub_time_matters.slots import CLASSIFICATION, Slots, is_slot
from hub_time_matters.tables import need

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hub_time_matters.settings import TimeMattersSettings
    from hub_time_matters.tables import Row, Tables

MATTER, CONTACT, STAFF, RELATED = "matter", "contact", "staff", "RelateA"
PRIVILEGED = ("memo", "notes")
"""What lawyers write about matters and contacts; nothing of it is needed, so nothing of it is read."""
_NAMES = ("first_name", "middle_init", "last_name")
_STAFF_NAMES = ("first", "middle", "last")


class Contact(NamedTuple):
    """What has to be known of a contact to see whether it is a client."""

    sysid: str
    name: str
    code: str

    def __str__(self) -> str:
        """How a person finds it."""
        return f"{self.name} (sysid {self.sysid}{', ' + self.code if self.code else ''})"


class Clients:
    """Whose client each matter is.

    Args:
        tables: the tables.
        settings: how the firm marks its clients.

    """

    def __init__(self, tables: Tables, settings: TimeMattersSettings) -> None:
        self._named = {number.casefold(): client for number, client in settings.clients_of.items()}
        self._codes = {code.casefold() for code in settings.client_codes}
        self._column = settings.client_column.lower()
        self.slots = Slots()
        """The custom fields of matters."""
        self.times: Counter[str] = Counter()
        """How often each number of a matter stands there, in lower case."""
        self._numbers: dict[str, str] = {}
        self._linked: dict[str, dict[str, None]] = {}
        self._look_at_matters(tables)
        if not self._column:
            self._look_at_links(tables)
        self._contacts = self._look_at_contacts(tables)

    def _look_at_matters(self, tables: Tables) -> None:
        need(tables, MATTER, "sysid", *filter(None, (self._column,)))
        for row in _sound(tables.rows(MATTER, _looked_at(tables, MATTER, "mat_no", self._column))):
            sysid, number = row["sysid"], row.get("mat_no", "")
            self.slots.see(row)
            self.times[number.casefold()] += 1
            self._numbers[sysid] = number
            client = self._named.get(number.casefold()) or row.get(self._column, "")
            self._linked[sysid] = {client: None} if client.strip("0") else {}

    def _look_at_links(self, tables: Tables) -> None:
        """Follow the links of matters; RelateA links everything to everything, so most lead elsewhere."""
        need(tables, RELATED, "mid", "sid")
        for row in _sound(tables.rows(RELATED, ("mid", "sid"))):
            linked = self._linked.get(row["mid"])
            if linked is not None and not self._is_said(row["mid"]):
                linked[row["sid"]] = None

    def _look_at_contacts(self, tables: Tables) -> dict[str, Contact]:
        need(tables, CONTACT, "sysid")
        wanted = {sysid for linked in self._linked.values() for sysid in linked}
        columns = ("sysid", CLASSIFICATION, "full_name", *_NAMES)
        rows = _sound(tables.rows(CONTACT, columns))
        return {row["sysid"]: _contact(row) for row in rows if row["sysid"] in wanted}

    def _is_said(self, matter: str) -> bool:
        """Whether hub.toml says whose matter it is."""
        return self._numbers[matter].casefold() in self._named

    def of(self, matter: str) -> list[Contact]:
        """The possible clients of a matter, by its sysid."""
        linked = [self._contacts[one] for one in self._linked.get(matter, ()) if one in self._contacts]
        if not self._codes or self._column or self._is_said(matter):
            return linked
        return [one for one in linked if one.code.casefold() in self._codes]

    def codes(self) -> list[str]:
        """The classifications of all contacts that are linked to matters, the usual ones first."""
        return [
            code for code, _ in Counter(one.code for one in self._contacts.values()).most_common() if code
        ]

    def settled(self) -> tuple[set[str], dict[str, str]]:
        """Those who are clients for certain, and those who may be, each with a matter that may be theirs."""
        certain: set[str] = set()
        possible: dict[str, str] = {}
        for matter, number in self._numbers.items():
            clients = self.of(matter)
            if len(clients) == 1:
                certain.add(clients[0].sysid)
            for one in clients if len(clients) > 1 else ():
                possible.setdefault(one.sysid, number or f"sysid {matter}")
        return certain, possible

    def trouble(self, matter: str) -> str:
        """Why it is not known whose matter it is; empty where it is."""
        clients = self.of(matter)
        if len(clients) == 1:
            return ""
        if not clients:
            how = f"its {self._column} names no contact" if self._column else "no client is linked to it"
            return f"the matter has no client: {how}. Give it one in Time Matters."
        who, example = "; ".join(map(str, clients)), f'"{self._numbers[matter]}" = "{clients[0].sysid}"'
        return (
            f"the matter has {len(clients)} possible clients: {who}. Name its client in hub.toml, as in "
            f"clients_of = {{ {example} }}; or say with client_codes which classifications are clients."
        )


def matters(tables: Tables, settings: TimeMattersSettings) -> Iterator[Upsert]:
    """The matters, each with its ``client``: the contact's sysid."""
    clients = Clients(tables, settings)
    for row in tables.rows(MATTER, _handed_over(tables, MATTER)):
        sysid, number = row.values.get("sysid", ""), row.values.get("mat_no", "")
        possible = clients.of(sysid)
        raw = clients.slots.spread(row.values)
        raw["client"] = possible[0].sysid if len(possible) == 1 else ""
        unsettled = ""
        if number and clients.times[number.casefold()] > 1:
            unsettled = (
                f"another matter has the number {number}, too. Give each a number of its own in Time "
                "Matters; or accept it, if their work may be billed as one."
            )
        yield _upsert(MATTER, sysid, row, raw, problem=clients.trouble(sysid), unsettled=unsettled)


def clients(tables: Tables, settings: TimeMattersSettings) -> Iterator[Upsert]:
    """The contacts to which a matter belongs, each with its ``whole_name``."""
    certain, possible = Clients(tables, settings).settled()
    slots = Slots()
    for values in _sound(tables.rows(CONTACT, _looked_at(tables, CONTACT))):
        slots.see(values)
    for row in tables.rows(CONTACT, _handed_over(tables, CONTACT)):
        sysid = row.values.get("sysid", "")
        if sysid not in certain and sysid not in possible and not row.problem:
            continue
        raw = {**slots.spread(row.values), "whole_name": _whole_name(row.values)}
        doubt = ""
        if sysid not in certain:
            doubt = (
                f"matter {possible.get(sysid)} may be this client's or another's; settle whose it is first."
            )
        yield _upsert(CONTACT, sysid, row, raw, unsettled=doubt)


def timekeepers(tables: Tables) -> Iterator[Upsert]:
    """The staff, each known by its initials, with its ``whole_name``."""
    need(tables, STAFF, "init")
    for row in tables.rows(STAFF):
        name = " ".join(filter(None, (row.values.get(one, "").strip() for one in _STAFF_NAMES)))
        yield _upsert(STAFF, row.values.get("init", ""), row, {**row.values, "whole_name": name})


def initials(tables: Tables) -> dict[str, str]:
    """The initials of all staff: in lower case → as they are spelt."""
    need(tables, STAFF, "init")
    return {row["init"].lower(): row["init"] for row in _sound(tables.rows(STAFF, ("init",)))}


def matter_numbers(tables: Tables) -> dict[str, list[str]]:
    """The numbers of all matters, in lower case → the sysids of those that have it."""
    need(tables, MATTER, "sysid", "mat_no")
    found: dict[str, list[str]] = {}
    for row in _sound(tables.rows(MATTER, ("sysid", "mat_no"))):
        found.setdefault(row["mat_no"].lower(), []).append(row["sysid"])
    return found


def _sound(rows: Iterable[Row]) -> Iterator[dict[str, str]]:
    """The rows that could be read whole."""
    return (row.values for row in rows if not row.problem)


def _upsert(
    source: str,
    external_id: str,
    row: Row,
    raw: dict[str, str],
    *,
    problem: str = "",
    unsettled: str = "",
) -> Upsert:
    if not external_id:
        problem = "the row has no id, by which it could be known again."
    name = external_id or f"row {row.number}"
    return Upsert(source, name, raw, problem=row.problem or problem, unsettled=unsettled)


def _looked_at(tables: Tables, table: str, *more: str) -> list[str]:
    """The columns that say how a table is to be read: ids, classifications, custom fields."""
    return [one for one in tables.columns(table) if one in {"sysid", CLASSIFICATION, *more} or is_slot(one)]


def _handed_over(tables: Tables, table: str) -> list[str]:
    return [one for one in tables.columns(table) if one not in PRIVILEGED]


def _contact(row: dict[str, str]) -> Contact:
    return Contact(row["sysid"], _whole_name(row), row.get(CLASSIFICATION, ""))


def _whole_name(row: dict[str, str]) -> str:
    """The full name; where a contact has none, what it is made of."""
    parts = (row.get(one, "").strip() for one in _NAMES)
    return row.get("full_name", "").strip() or " ".join(filter(None, parts))
