"""Questions to the person at the terminal, or to the answers given on the command line."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from hub.cli.output import printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence


def parse_answers(pairs: Sequence[str]) -> dict[str, str]:
    """``KEY=VALUE`` words as a table.

    Raises:
        click.UsageError: a word has no equals sign.

    """
    if wrong := [pair for pair in pairs if "=" not in pair]:
        raise click.UsageError(f"'--set {wrong[0]}' has no '='. Write --set KEY=VALUE.")
    return {key.strip(): value for key, _, value in (pair.partition("=") for pair in pairs)}


class Asker:
    """Asks on stderr, so that stdout stays the result; asks nothing that was answered beforehand."""

    def __init__(self, answers: dict[str, str], *, silent: bool) -> None:
        self.answers = answers
        self.silent = silent
        """Whether suggestions are taken and nothing is asked."""

    def show(self, text: str) -> None:
        """Show what a person needs to see before a question."""
        if not self.silent:
            click.echo(printable(text), err=True)

    def text(self, key: str, question: str, default: str | None = None) -> str:
        """The answer to a question; without a default there has to be one.

        Raises:
            click.UsageError: nobody can be asked, and there is neither an answer nor a default.

        """
        if key in self.answers:
            return self.answers[key]
        if not self.silent:
            return _prompt(question, default)
        if default is None:
            raise click.UsageError(f"'{key}' is not known yet. Give it as --set {key}=VALUE.")
        return default

    def secret(self, question: str, *, optional: bool) -> str:
        """A secret, typed unseen; empty where it is optional and there is none."""
        return _prompt(question, "" if optional else None, is_secret=True)

    def confirm(self, question: str, default: bool | None = None) -> bool:  # noqa: FBT001 -- as click has it
        """Whether a person says yes; without a default they have to say something.

        Raises:
            click.UsageError: nobody can be asked.

        """
        with _somebody(question):
            return click.confirm(printable(question), default=default, err=True)

    def refuse_unknown(self, known: Collection[str], given: Collection[str]) -> None:
        """Answer a typo in ``--set``.

        Raises:
            click.UsageError: one of the given keys is not among the known ones.

        """
        for key in given:
            if key not in known:
                close = get_close_matches(key, known, n=1)
                hint = f"Did you mean '{close[0]}'?" if close else f"Known: {', '.join(sorted(known))}."
                raise click.UsageError(f"There is nothing called '{key}' to set. {hint}")


def _prompt(question: str, default: str | None, *, is_secret: bool = False) -> str:
    with _somebody(question):
        answer: str = click.prompt(
            printable(question),
            default=default,
            hide_input=is_secret,
            show_default=bool(default) and not is_secret,
            err=True,
        )
    return answer.strip()


@contextmanager
def _somebody(question: str) -> Iterator[None]:
    """Answer a question that reached nobody; a person who breaks off at a terminal is let go."""
    try:
        yield
    except click.Abort:
        if sys.stdin.isatty():
            raise
        raise click.UsageError(
            f"There is nobody to answer '{question}'. Use --yes and --set KEY=VALUE."
        ) from None
