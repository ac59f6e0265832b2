"""The ``hub`` program in this process, with a stranger's plugin installed beside ours."""

from __future__ import annotations

import logging
import sys
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from hub.cli.program import program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Protocol

    class Run(Protocol):
        def __call__(self, *words: str, typed: str | None = None, **environment: str) -> Result: ...


ACME = '''\
"""A connector, its mapping and its commands, as a stranger would write them."""

import sys
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import click
from pydantic import Field, SecretStr

from hub.sdk import (
    AuthenticationFailed, Authorized, Connector, FieldChoice, Health, HubError, Kind, Settings, SourceFailed,
    hookimpl,
)


class AcmeSettings(Settings):
    url: str
    """The address of Acme."""
    port: int = 443
    safe: bool = True
    password: SecretStr
    """The password at Acme."""


class Acme(Connector[AcmeSettings]):
    name = "acme"
    title = "Acme"
    settings = AcmeSettings
    access = {}

    def check(self):
        if self.config.password.get_secret_value() != "right":
            raise AuthenticationFailed("Acme refuses the password.", remedy="Connect again.")
        if self.config.url == "down":
            return Health(ok=False, title="Acme Ltd", notes=("Acme is being mended.",))
        return Health(ok=True, identity="42", title="Acme Ltd", notes=("Two matters have no client.",))

    def choices(self):
        return (
            FieldChoice(
                Kind.MATTER, "client_matter_id", "Where is the client's own matter id?",
                candidates={"MISC_1": ("A-1", "A-2"), "MISC_2": ()}, suggested="MISC_1",
            ),
            FieldChoice(
                Kind.TIMEKEEPER, "classification", "What is each level?",
                candidates={"LEVEL": ("1", "2")}, values={"1": ("M. Vance",), "2": ("P. Doyle",)},
                suggested="LEVEL",
            ),
        )


class PortalSettings(Settings):
    company: str = ""
    redirect_uri: str
    """Where signing in sends the browser back to."""
    client_secret: SecretStr
    """The client secret at the portal."""
    token: SecretStr | None = Field(default=None, json_schema_extra={"sign_in": True})
    """The token of a sign-in."""


class Portal(Connector[PortalSettings]):
    """A person signs in there; its token is another one after each use."""

    name = "portal"
    title = "The portal"
    settings = PortalSettings
    access = {}

    def authorize(self, ui):
        if self.config.redirect_uri == "nowhere":
            return None
        came_back = ui.visit(
            lambda place: "https://portal/?" + urlencode({"redirect_uri": place, "state": "state-1"}),
            self.config.redirect_uri,
        )
        told = dict(parse_qsl(urlsplit(came_back).query))
        if told.get("state") != "state-1":
            raise HubError("What came back does not belong to this sign-in.", remedy="Sign in again.")
        if self.config.client_secret.get_secret_value() != "right":
            raise AuthenticationFailed("The portal refuses the client secret.")
        return Authorized({"company": told["company"]}, {"token": told["code"], "ends": "tomorrow"})

    def check(self):
        token = self.surroundings.secrets.get("token")
        if not token or not token.startswith("good"):
            again = f"Sign in again: hub connect {self.surroundings.connection}."
            raise AuthenticationFailed("The portal no longer accepts the sign-in.", remedy=again)
        self.surroundings.secrets.keep("token", f"{token}-and-newer")
        return Health(ok=True, identity=self.config.company, title=f"{self.config.company} Ltd")

    def survey(self):
        return ("The sign-in ends on 2026-04-15.",)


@hookimpl
def hub_connectors():
    return [Acme, Portal]


@hookimpl
def hub_mappings():
    return Path(__file__).parent / "acme_mappings"


@hookimpl
def hub_commands(workspace):
    @click.command("fail")
    @click.argument("how")
    def fail(how):
        """Fail in some way."""
        secret = "privileged narrative"
        errors = {
            "hub": SourceFailed("Acme does not answer.", remedy="Try later."),
            "bug": ValueError(secret),
            "disk": OSError(28, "No space left on device", "hub.db"),
            "click": click.ClickException("no such thing"),
            "interrupt": KeyboardInterrupt(),
        }
        raise errors[how]

    @click.group("acme")
    def acme():
        """Commands of Acme."""

    @acme.command("show")
    @click.option("-q", "question")
    @click.pass_context
    def show(ctx, question):
        said = ctx.find_root().obj
        click.echo(f"{question} {said.folder} {said.json} {said.verbosity}")
        return 7

    return [fail, acme]


@hookimpl
def hub_sandboxes():
    @click.command("acme")
    @click.option("--port", type=int, default=0, help="Where to listen.")
    def acme(port):
        """A stand-in of Acme."""
        click.echo(f"Acme stands in at port {port}.")

    return [acme]
'''

MAPPING = """\
[matter.CASE.fields]
client_matter_id = { field = "MISC_1", optional = true }
[timekeeper.STAFF.fields]
number = { field = "EMPL" }
name = { field = "NAME" }
classification = { field = "LEVEL", optional = true }
"""


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    site = tmp_path / "site"
    info = site / "acme-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text("[hub.plugins]\nacme = acme_plugin\nbroken = acme_broken\n")
    (site / "acme_plugin.py").write_text(ACME)
    (site / "acme_broken.py").write_text("raise RuntimeError('cannot start')\n")
    (site / "acme_mappings").mkdir()
    (site / "acme_mappings" / "acme.toml").write_text(MAPPING)
    monkeypatch.syspath_prepend(site)
    yield
    sys.modules.pop("acme_plugin", None)


@pytest.fixture
def workspace(tmp_path: Path, acme: None) -> Path:
    """A workspace where only Acme's plugins are switched on: the others have tests of their own."""
    del acme
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "hub.toml").write_text(
        dedent("""\
            [hub]
            firm = "Doyle & Vance LLP"
            timezone = "America/Chicago"
            currency = "USD"

            [plugins]
            enabled = ["acme", "broken"]
        """)
    )
    return folder


@pytest.fixture
def run(workspace: Path) -> Iterator[Run]:
    """Call ``hub -C WORKSPACE …`` and give what it did."""

    def call(*words: str, typed: str | None = None, **environment: str) -> Result:
        words = ("-C", str(workspace), *words)
        return CliRunner().invoke(program, words, input=typed, env=environment, catch_exceptions=False)

    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield call
    root.handlers[:] = handlers
    root.setLevel(level)
