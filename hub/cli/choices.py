"""The mapping choices that only the firm can make: shown with samples of its data, and confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import click

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hub.cli.ask import Asker
    from hub.sdk import FieldChoice

_NOTHING = "-"
"""The answer of a firm whose system does not keep this field."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the firm said to one choice.

    Args:
        choice: the choice.
        table: how the field is mapped from now on; ``False``: not at all; ``None``: not said.
        unanswered: vendor values for which nothing was said; records that have them are held.

    """

    choice: FieldChoice
    table: dict[str, Any] | Literal[False] | None
    unanswered: tuple[str, ...] = ()

    def document(self) -> dict[str, object]:
        """The choice and its answer for ``--json``."""
        return {
            "kind": self.choice.kind,
            "field": self.choice.field,
            "question": self.choice.question,
            "candidates": {name: list(samples) for name, samples in self.choice.candidates.items()},
            "values": {name: list(samples) for name, samples in self.choice.values.items()},
            "suggested": self.choice.suggested,
            "chosen": self.table,
            "unanswered": list(self.unanswered),
        }

    def notes(self) -> Iterator[str]:
        """What is still open."""
        name = f"{self.choice.kind.words}: {self.choice.field}"
        if self.unanswered:
            key = f"{self.choice.kind}.{self.choice.field}.{self.unanswered[0]}"
            yield f"{name}: no meaning yet for {', '.join(self.unanswered)}; say it with --set {key}=…"
        elif self.table is None:
            yield f"{name}: nothing is chosen yet."


def keys_of(choice: FieldChoice) -> Iterator[str]:
    """The keys by which ``--set`` answers a choice: ``kind.field``, and ``kind.field.value`` for values."""
    name = f"{choice.kind}.{choice.field}"
    yield name
    yield from (f"{name}.{value}" for value in choice.values)


def ask_choice(asker: Asker, choice: FieldChoice, now: Mapping[str, Any]) -> Chosen:
    """Ask one choice; ``now`` is how the field is mapped so far."""
    asker.show(f"\n{choice.question}")
    vendor_field = _ask_field(asker, choice, str(now.get("field") or choice.suggested))
    if vendor_field == _NOTHING:
        return Chosen(choice, table=False)
    if not vendor_field:
        return Chosen(choice, table=None)
    kept = {key: value for key, value in now.items() if key not in ("fields", "join", "const", "values")}
    table: dict[str, Any] = {**kept, "field": vendor_field}
    values = _ask_values(asker, choice, now.get("values", {}))
    unanswered = tuple(value for value, meaning in values.items() if not meaning)
    if len(unanswered) < len(values):
        table["values"] = {value: meaning for value, meaning in values.items() if meaning}
    elif values:
        # Without a single meaning the field would take the system's own values for canonical ones.
        return Chosen(choice, None, unanswered)
    return Chosen(choice, table, unanswered)


def _ask_field(asker: Asker, choice: FieldChoice, now: str) -> str:
    if not choice.candidates:
        return now
    for name, samples in choice.candidates.items():
        asker.show(f"  {name}: {_samples(samples)}")
    key = f"{choice.kind}.{choice.field}"
    answer = asker.text(key, f"Which field? ({_NOTHING} for none)", now if now or asker.silent else None)
    if answer and answer not in (*choice.candidates, _NOTHING, now):
        raise click.UsageError(f"'{answer}' is not among {', '.join(choice.candidates)}.")
    return answer


def _ask_values(asker: Asker, choice: FieldChoice, now: Mapping[str, Any]) -> dict[str, str]:
    answers = {str(value): str(meaning) for value, meaning in now.items()}
    if choice.values:
        asker.show("What do its values mean? Leave empty what you do not know.")
    for value, samples in choice.values.items():
        key = f"{choice.kind}.{choice.field}.{value}"
        answers[value] = asker.text(key, f"  {value} ({_samples(samples)})", answers.get(value, ""))
    return answers


def _samples(samples: Sequence[str]) -> str:
    return ", ".join(samples) or "no samples"
