"""What a connector's author gives the kit: the connector, its sandbox, and little else."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, ClassVar

import keyring
import pytest
from keyring.backends import null

from hub.testing.clock import FakeClock
from hub.testing.samples import sample_records
from hub.testing.stand import Stand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from hub.model import Kind
    from hub.sdk import Access, Connector
    from hub.testing.samples import Samples


class SuiteBase:
    """The connector under test and its surroundings; all but ``connector`` has a default."""

    connector: ClassVar[type[Connector[Any]]]
    """The connector under test."""
    clock: FakeClock
    """The clock of hub and connector; a sandbox that keeps time should keep this one."""
    system: Any
    """The sandbox, while a check runs."""
    stand: Stand
    """The connector at work at it."""

    def sandbox(self, folder: Path) -> AbstractContextManager[Any]:
        """Start a stand-in of the system, a new one for each check.

        A sandbox may bring along what the methods below ask for, by the same names.

        Args:
            folder: a folder that is empty at first, and the workspace's: where relative paths in
                settings start. It is also the stand-in itself unless this method is overridden.

        """
        return nullcontext(folder)

    def settings(self, sandbox: Any) -> Mapping[str, Any]:  # noqa: ANN401 -- the author's own class
        """Give the connection's settings; secret ones that are left out are made up."""
        given: Mapping[str, Any] = getattr(sandbox, "settings", {})
        return given

    def samples(self) -> Samples:
        """Give the records that are written; kinds that are left out are left out of the checks."""
        return sample_records()

    def count(self, sandbox: Any, kind: Kind) -> int:  # noqa: ANN401 -- as above
        """Count what the system holds of a kind, by default by asking the connector."""
        if hasattr(sandbox, "count"):
            return int(sandbox.count(kind))
        assert self.stand.access(kind).read, f"The connector cannot read a {kind.words}: give an own count()."
        return len(self.stand.rows(kind))

    def load(self, sandbox: Any) -> None:  # noqa: ANN401 -- as above
        """Load what was delivered, as a person does there; by default nothing has to be loaded."""
        if hasattr(sandbox, "load"):
            sandbox.load()

    def break_source(self, sandbox: Any) -> None:  # noqa: ANN401 -- as above
        """Make every reading fail from now on, as where a server is down or a table damaged."""
        _tell(sandbox, "break_source")

    def lose_answers(self, sandbox: Any) -> None:  # noqa: ANN401 -- as above
        """Make the system do what it is asked from now on, and let its answers get lost."""
        _tell(sandbox, "lose_answers")

    # What the checks stand on.

    @pytest.fixture(autouse=True)
    def _ready(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """Start the sandbox, and make the connector ready to work at it."""
        before = keyring.get_keyring()
        keyring.set_keyring(null.Keyring())  # type: ignore[no-untyped-call]
        self.clock = FakeClock()
        try:
            with self.sandbox(tmp_path) as self.system:
                settings = self.settings(self.system)
                self.stand = Stand(self.connector, settings, tmp_path, self.clock, self.samples())
                self.stand.load = lambda: self.load(self.system)
                for name, value in self.stand.environment.items():
                    monkeypatch.setenv(name, value)
                yield
        finally:
            keyring.set_keyring(before)

    def kinds(self, what: str, wanted: Callable[[Access], object]) -> list[Kind]:
        """The kinds whose access is as wanted; a check that has none is skipped."""
        found = [kind for kind in self.stand.samples if wanted(self.stand.access(kind))]
        if not found:
            pytest.skip(f"The connector promises no {what}.")
        return found

    def do(self, step: Callable[[Any], None]) -> None:
        """Do a step that the author may have left out; the check is then skipped."""
        try:
            step(self.system)
        except NotImplementedError:
            pytest.skip(f"Neither the suite nor its sandbox has {step.__name__}().")


def _tell(sandbox: Any, what: str) -> None:  # noqa: ANN401 -- the author's own class
    """Tell a sandbox to misbehave.

    Raises:
        NotImplementedError: it cannot.

    """
    if not hasattr(sandbox, what):
        raise NotImplementedError
    getattr(sandbox, what)()
