"""Holds by their causes, worded for a billing specialist."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hub.ledger import Hold
from hub.mapping import UNPAIRED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from hub.ledger import StoredRecord, Stream
    from hub.mapping import Crosswalk, ForeignId, Problem, Untranslatable
    from hub.model import Kind
    from hub.sdk import Remark, Upsert
    from hub.sync.rows import Row
    from hub.sync.session import Peer


def pull_scope(peer: Peer, kind: Kind) -> str:
    """The scope of what is held while a kind is read from a connection."""
    return f"pull:{peer.name}:{kind.value}"


def plan_scope(peer: Peer, flow: str) -> str:
    """The scope of what a flow holds back from a connection."""
    return f"plan:{peer.name}:{flow}"


def drift_scope(peer: Peer) -> str:
    """The scope of edits made at a connection that only receives."""
    return f"drift:{peer.name}"


def subject_of(source: str, external_id: str) -> str:
    """How something is named that is no record yet."""
    return f"{source}/{external_id}"


def unreadable(peer: Peer, stream: Stream, item: Upsert, message: str) -> Hold:
    """A row that cannot be read as a record of its system."""
    return row_hold(
        peer,
        stream,
        item.external_id,
        cause=f"unreadable:{peer.name}:{stream.kind.value}:{stream.source}",
        code="unreadable",
        message=message,
        remedy=f"Correct the row at {peer.name}; it is read again in every run.",
    )


def untranslatable(peer: Peer, stream: Stream, external_id: str, error: Untranslatable) -> list[Hold]:
    """A row with values that its mapping cannot turn into a record; one hold for each vendor field."""
    holds: dict[str, Hold] = {}
    for problem in error.problems:
        cause = _problem_cause(peer, stream, problem)
        if cause in holds:
            first = holds[cause]
            fields = f"{first.field}, {problem.field}"
            remedy = first.remedy.replace(f" {first.field} ", f" {fields} ")
            holds[cause] = replace(first, field=fields, remedy=remedy)
            continue
        holds[cause] = row_hold(
            peer,
            stream,
            external_id,
            cause=cause,
            code=problem.code,
            message=problem.message,
            remedy=problem.remedy,
            field=problem.field,
            facts=_pair_facts(peer, problem, error.values) if problem.code == UNPAIRED else None,
        )
    return list(holds.values())


def _pair_facts(peer: Peer, problem: Problem, values: Mapping[str, object]) -> dict[str, object]:
    """What is known of something that no row of a crosswalk names: enough to see what it may be."""
    walk = peer.mapping.crosswalks[problem.crosswalk]
    known = {name: values[name] for name in ("name", "initials", "email") if values.get(name)}
    return {"crosswalk": walk.name, "system": walk.system, "spelling": problem.value, "known": known}


def pairs_scope(peer: Peer) -> str:
    """The scope of what a connection's crosswalks lack."""
    return f"pairs:{peer.name}"


def unpaired(peer: Peer, walk: Crosswalk, spelling: str) -> Hold:
    """What is read as no value, since no row of a crosswalk names it."""
    return Hold(
        scope=pairs_scope(peer),
        cause=f"{UNPAIRED}:{peer.name}:{walk.name}",
        code=UNPAIRED,
        subject=spelling,
        label=f"{peer.name} {spelling}",
        message=f'"{spelling}" is in no row of {walk.title}, and is read as no value.',
        remedy=f"Give it a row in mappings/{walk.title}, in the column {walk.system}.",
        connection=peer.number,
        severity="warn",
        facts={"crosswalk": walk.name, "system": walk.system, "spelling": spelling, "known": {}},
    )


def _problem_cause(peer: Peer, stream: Stream, problem: Problem) -> str:
    if problem.code == UNPAIRED:
        return f"{UNPAIRED}:{peer.name}:{problem.crosswalk}"
    value = problem.value if problem.code.startswith("unknown") else ""
    where = f"{peer.name}:{stream.kind.value}:{stream.source}:{problem.vendor_field or problem.field}"
    return f"{problem.code}:{where}:{value}"


def invalid(peer: Peer, stream: Stream, external_id: str, error: ValidationError) -> list[Hold]:
    """A row whose values no record of its kind can have."""
    holds = []
    for fault in error.errors(include_input=False, include_url=False):
        field = ".".join(str(part) for part in fault["loc"]) or "record"
        code = "missing" if fault["type"] == "missing" else "invalid"
        told = _in_words(fault)
        holds.append(
            row_hold(
                peer,
                stream,
                external_id,
                cause=f"{code}:{peer.name}:{stream.kind.value}:{stream.source}:{field}:{fault['type']}",
                code=code,
                message=f"{field} {told}.",
                remedy=f"Correct it at {peer.name}, or change mappings/{peer.connector.name}.toml.",
                field=field,
            ),
        )
    return holds


def _in_words(fault: ErrorDetails) -> str:
    """What pydantic found, without the value, which may be privileged."""
    limits = fault.get("ctx", {})
    known = {
        "missing": "is missing",
        "less_than_equal": f"is more than {limits.get('le')}, which no source can hold",
        "greater_than_equal": f"is less than {limits.get('ge')}, which no source can hold",
        "finite_number": "is no number",
        "decimal_max_digits": "has too many digits",
        "string_pattern_mismatch": "is not spelt as it should be",
    }
    told = fault["msg"].removeprefix("Value error, ")
    return known.get(fault["type"], f"is wrong: {told}")


def unresolved(
    peer: Peer,
    stream: Stream,
    external_id: str,
    missing: Sequence[tuple[str, ForeignId]],
) -> list[Hold]:
    """A row that refers to what is not here yet."""
    return [
        row_hold(
            peer,
            stream,
            external_id,
            cause=f"reference:{peer.name}:{foreign.kinds[0].value}:{foreign.external_id}",
            code="reference",
            message=f"{foreign.kinds[0].words} {foreign.external_id} is not at {peer.name}, or is held.",
            remedy=f"Enter the {foreign.kinds[0].words} there, or correct the row; it follows by itself.",
            field=path,
        )
        for path, foreign in missing
    ]


BOTH = "in-both"
"""What is held because it stands in two tables at once."""
MISSING = "missing"
"""What is told of because no table shows it any more."""


def in_both(peer: Peer, stream: Stream, external_id: str, stored: StoredRecord, since: datetime) -> Hold:
    """A row that stands in two tables of its system at once."""
    return row_hold(
        peer,
        stream,
        external_id,
        cause=f"{BOTH}:{peer.name}:{stream.kind.value}",
        code=BOTH,
        message=f"It is like {stored.kind.words} {stored.label}, which still stands in another table of "
        f"{peer.name}.",
        remedy="It is read again: on its way between two tables it is one record. Accept if these are two.",
        facts={"as_of": since.isoformat(), "record": stored.id},
    )


def missing(peer: Peer, stream: Stream, external_id: str, stored: StoredRecord, since: datetime) -> Hold:
    """A row that no table shows any more; it may be on its way between two."""
    where = subject_of(stream.source, external_id)
    return Hold(
        scope=pull_scope(peer, stream.kind),
        cause=f"{MISSING}:{peer.name}:{stream.kind.value}",
        code=MISSING,
        subject=where,
        label=f"{stored.kind.words} {stored.label}",
        message=f"It is in no table of {peer.name} any more ({where}).",
        remedy="It counts as deleted once a later reading lacks it, too; it may be between two tables.",
        connection=peer.number,
        kind=stream.kind,
        record=stored.id,
        severity="info",
        facts={"as_of": since.isoformat()},
    )


def unsettled(peer: Peer, stream: Stream, row: Row) -> Hold:
    """A record that its system is still at work on."""
    return row_hold(
        peer,
        stream,
        row.item.external_id,
        cause=f"still-updating:{peer.name}:{stream.kind.value}:{stream.source}",
        code="still-updating",
        message=row.item.unsettled,
        remedy="It is read again in every run, and follows by itself; accept it if it is right as it is.",
        facts={"digest": row.digest.hex()},
    )


def remarked(peer: Peer, stream: Stream, remark: Remark) -> Hold:
    """What a connector says of a record that is taken all the same."""
    told = row_hold(
        peer,
        stream,
        remark.external_id,
        cause=f"remark:{peer.name}:{stream.kind.value}:{remark.about}",
        code="remark",
        message=remark.message,
        remedy=remark.remedy,
    )
    return replace(told, severity="warn", field=remark.about)


def twice(peer: Peer, stream: Stream, item: Upsert) -> Hold:
    """A second row with the same id and other content."""
    return row_hold(
        peer,
        stream,
        item.external_id,
        cause=f"twice:{peer.name}:{stream.kind.value}:{stream.source}",
        code="twice",
        message=f"The id {item.external_id} stands twice, with different content.",
        remedy=f"Give one of the two rows its own id at {peer.name}; only the first was taken.",
    )


def unfinished(peer: Peer, stream: Stream, external_id: str) -> Hold:
    """A row that can only be told from others when a listing comes to its end."""
    return row_hold(
        peer,
        stream,
        external_id,
        cause=f"unfinished:{peer.name}:{stream.kind.value}",
        code="unfinished",
        message=f"The listing of {peer.name} did not come to its end.",
        remedy="Run again; it follows by itself.",
    )


def drifted(peer: Peer, stream: Stream, columns: Sequence[str]) -> Hold:
    """Columns that a mapping needs and a listing no longer has."""
    names = ", ".join(columns)
    plural = len(columns) > 1
    return Hold(
        scope=pull_scope(peer, stream.kind),
        cause=f"columns:{peer.name}:{stream.kind.value}:{stream.source}",
        code="columns",
        subject=stream.source,
        label=f"{peer.name} {stream.source}",
        message=f"{'Columns' if plural else 'Column'} {names} {'are' if plural else 'is'} gone.",
        remedy=f"Export {'them' if plural else 'it'} again, or change mappings/{peer.connector.name}.toml. "
        "Nothing of this table was read.",
        connection=peer.number,
        kind=stream.kind,
    )


def unwritable(peer: Peer, flow: str, stored: StoredRecord, problem: Problem) -> Hold:
    """A record with a value that a target's mapping cannot spell."""
    return Hold(
        scope=plan_scope(peer, flow),
        cause=f"{problem.code}:{peer.name}:{stored.kind.value}:{problem.field}:{problem.value}",
        code=problem.code,
        subject=f"{stored.id}:{problem.field}",
        label=f"{stored.kind.words} {stored.label}",
        message=problem.message,
        remedy=problem.remedy,
        field=problem.field,
        connection=peer.number,
        kind=stored.kind,
        record=stored.id,
    )


def until_scope(peer: Peer) -> str:
    """The scope of what waits until a person has done something at a connection."""
    return f"until:{peer.name}"


def until(peer: Peer, kind: Kind, count: int, text: str) -> Hold:
    """What waits until a person has done something at the target."""
    return Hold(
        scope=until_scope(peer),
        cause=f"until:{peer.name}",
        code="waits-there",
        subject=kind.value,
        label=f"{kind.words} for {peer.name}",
        message=text,
        remedy="What waits goes with the next run after that.",
        connection=peer.number,
        kind=kind,
        facts={"waiting": count},
    )


def not_shown(peer: Peer, stream: Stream, known: int) -> Hold:
    """A source of which a listing showed nothing, although there was something before."""
    return Hold(
        scope=pull_scope(peer, stream.kind),
        cause=f"absent:{peer.name}:{stream.kind.value}:{stream.source}",
        code="absent",
        subject=stream.source,
        label=f"{peer.name} {stream.source}",
        message=f"{stream.source} is missing or cannot be read. "
        f"The {known} rows known from it stay as they are.",
        remedy="Export the table again.",
        connection=peer.number,
        kind=stream.kind,
    )


def conflict(
    peer: Peer,
    kind: Kind,
    stored: StoredRecord,
    fields: Sequence[str],
    facts: dict[str, object],
) -> Hold:
    """Fields that were changed on two sides, with nobody named as right."""
    names = ", ".join(fields)
    return Hold(
        scope=pull_scope(peer, kind),
        cause=f"conflict:{peer.name}:{kind.value}:{names}",
        code="conflict",
        subject=str(stored.id),
        label=f"{kind.words} {stored.label}",
        message=f"{names} changed here and at {peer.name}.",
        remedy=f'Name who is right under [authority] in hub.toml, such as "{kind.value}.{fields[0]}" = '
        f'"{peer.name}", or accept to keep what the hub has.',
        field=names,
        connection=peer.number,
        kind=kind,
        record=stored.id,
        facts=facts,
    )


def drift(peer: Peer, kind: Kind, stored: StoredRecord, edits: dict[str, object]) -> Hold:
    """An edit made at a target that is only written to."""
    fields = sorted(edits)
    told = f"{', '.join(fields).replace('_', ' ')} changed at {peer.name}, which only receives."
    if edits.get("reversed"):
        told = f"It was reversed at {peer.name}, and stands at the source."
    return Hold(
        scope=drift_scope(peer),
        cause=f"drift:{peer.name}:{kind.value}",
        code="drift",
        subject=str(stored.id),
        label=f"{kind.words} {stored.label}",
        message=told,
        remedy=f"Change it back there, or change it at the source; accept to leave {peer.name} as it is.",
        field=", ".join(fields),
        connection=peer.number,
        kind=kind,
        record=stored.id,
        facts={"edits": edits},
    )


def row_hold(  # noqa: PLR0913 -- the parts of a hold, named
    peer: Peer,
    stream: Stream,
    external_id: str,
    *,
    cause: str,
    code: str,
    message: str,
    remedy: str,
    field: str = "",
    facts: dict[str, object] | None = None,
) -> Hold:
    """What is held of a row that is no record yet."""
    where = subject_of(stream.source, external_id)
    return Hold(
        scope=pull_scope(peer, stream.kind),
        cause=cause,
        code=code,
        subject=f"{where}:{field}" if field else where,
        label=f"{stream.kind.words} {where}",
        message=message,
        remedy=remedy,
        field=field,
        connection=peer.number,
        kind=stream.kind,
        facts=facts or {},
    )
