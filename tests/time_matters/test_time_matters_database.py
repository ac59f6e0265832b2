"""The database: what it refuses, what it lacks, and that nothing of what it says gets out."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import pytest
import sqlalchemy
from pydantic import ValidationError
from tm_reading import KINDS, connector, pages, records, rows

from hub.sdk import AuthenticationFailed, ConfigurationError, HubError, Kind, SourceFailed, SourceMissing
from hub_time_matters import TimeMattersSettings
from hub_time_matters.sandbox import BILLING, TimeMattersSandbox, sqlite_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PASSWORD = "open-sesame-91"
NARRATIVE = "They would never settle for less than half"


@pytest.mark.parametrize(
    "url",
    [
        f"mssql+pyodbc://hub:{PASSWORD}@server/TimeMatters",
        f"mssql+pyodbc:///?odbc_connect=DRIVER%3D%7BX%7D%3BUID%3Dhub%3BPWD%3D{PASSWORD}",
        f"postgresql+psycopg://hub@server/tm?password={PASSWORD}",
    ],
)
def test_an_address_holds_no_password(url: str) -> None:
    with pytest.raises(ValidationError, match="HUB_SECRET_<CONNECTION>__PASSWORD") as caught:
        TimeMattersSettings.model_validate({"url": url})
    assert PASSWORD not in str(
        caught.value.errors(include_url=False, include_input=False, include_context=False)
    )


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "one of the two"),
        ({"url": "sqlite:///tm.db", "folder": "tm"}, "one of the two"),
        ({"url": "no address"}, "no address of a database"),
        ({"folder": "tm", "billing": {"id": "sysid"}}, "billing.matter"),
    ],
)
def test_settings_that_do_not_fit(settings: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        TimeMattersSettings.model_validate(settings)


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    settings = {"url": sqlite_url(tmp_path / "tm.db")}
    with pytest.raises(SourceFailed, match="OperationalError"):
        connector(settings).check()
    assert not list(tmp_path.iterdir())


def test_a_relative_file_starts_at_the_workspace(sandbox: TimeMattersSandbox, tmp_path: Path) -> None:
    assert connector({**sandbox.settings, "url": "sqlite:///tm.db"}, tmp_path).check().ok


def test_a_driver_that_is_not_here_is_named() -> None:
    with pytest.raises(ConfigurationError, match="There is no driver for oracle"):
        connector({"url": "oracle+oracledb://hub@server/tm"}).check()


def test_a_table_that_is_not_there(sandbox: TimeMattersSandbox) -> None:
    sandbox.drop("staff")
    health = connector(sandbox.settings).check()
    assert (health.ok, health.notes) == (False, ("The table staff is not there.",))
    with pytest.raises(SourceMissing, match="no table staff"):
        pages(sandbox.settings, Kind.TIMEKEEPER)


def test_a_reading_that_breaks_off_says_so(sandbox: TimeMattersSandbox) -> None:
    sandbox.break_off(BILLING, "memo", 112)
    with pytest.raises(SourceFailed, match="failed"):
        pages(sandbox.settings, Kind.TIME_ENTRY)


def test_a_failure_is_told_by_its_code_alone(served: TimeMattersSandbox) -> None:
    served.break_off(BILLING, "memo", 112)
    with pytest.raises(SourceFailed, match=r"failed \(DivisionByZero, 22012\)"):
        pages(served.settings, Kind.TIME_ENTRY)


def test_more_than_a_page_is_read_a_page_at_a_time(tmp_path: Path) -> None:
    with TimeMattersSandbox(sqlite_url(tmp_path / "tm.db"), matters=1, entries=0) as sandbox:
        engine = sqlalchemy.create_engine(sandbox.url)
        with engine.begin() as connection:
            many = [{"sysid": 1000 + number, "init": f"S{number}"} for number in range(2500)]
            connection.execute(sqlalchemy.text("INSERT INTO staff (init) VALUES (:init)"), many)
        engine.dispose()
        found = pages(sandbox.settings, Kind.TIMEKEEPER)
    assert [len(page.items) for page in found] == [1000, 1000, 504, 0]
    assert [page.complete for page in found] == [False, False, False, True]


@pytest.fixture
def served(postgresql: str) -> Iterator[TimeMattersSandbox]:
    with TimeMattersSandbox(postgresql, owner="lntmu11") as made:
        yield made


def test_the_owner_is_found_or_said(served: TimeMattersSandbox) -> None:
    assert 'owner = "lntmu11"' in connector(served.settings).survey()[0]
    said = {**served.settings, "owner": "lntmu11"}
    assert records(said) == records(served.settings)
    assert not any("owner =" in note for note in connector(said).survey())
    with pytest.raises(SourceMissing, match="no table staff of tm8user"):
        pages({**served.settings, "owner": "tm8user"}, Kind.TIMEKEEPER)


def test_two_owners_are_a_persons_to_choose(served: TimeMattersSandbox, postgresql: str) -> None:
    with (
        TimeMattersSandbox(postgresql, owner="tm8user", matters=0),
        pytest.raises(ConfigurationError, match="of lntmu11, tm8user"),
    ):
        connector(served.settings).check()


def test_a_listing_shows_one_moment(served: TimeMattersSandbox) -> None:
    """What changes between two tables, or two pages, of a listing is not in it."""
    before = rows(served.settings, Kind.MATTER)
    reading = connector(served.settings).read(Kind.MATTER, None)
    first = next(reading)
    changing = threading.Thread(target=served.change, args=("matter", 106), kwargs={"mat_no": "changed"})
    changing.start()
    changing.join()
    listed = [*first.items, *(item for page in reading for item in page.items)]
    assert [one.raw for one in listed] == [one.raw for one in before.values()]  # type: ignore[union-attr]
    assert rows(served.settings, Kind.MATTER)["106"].raw["mat_no"] == "changed"


def test_nothing_can_be_written(served: TimeMattersSandbox) -> None:
    with connector(served.settings)._origin.opened() as tables:
        writing = sqlalchemy.text("DELETE FROM lntmu11.staff")
        with pytest.raises(sqlalchemy.exc.InternalError, match="read-only"):
            tables._connection.execute(writing)  # type: ignore[attr-defined]


def test_a_user_who_is_refused_has_to_sign_in_anew(served: TimeMattersSandbox) -> None:
    with pytest.raises(AuthenticationFailed, match="hub connect"):
        connector({**served.locked_out(), "password": PASSWORD}).check()


def everything(served: TimeMattersSandbox) -> Iterator[str]:
    """All that is said while the connector works, and while it fails."""
    made = connector({**served.settings, "password": PASSWORD})
    yield from map(repr, (made, made.config, made.check(), made.survey(), made.choices()))
    undescribed = {key: value for key, value in served.settings.items() if not key.startswith("billing")}
    yield from connector(undescribed).survey()
    for kind in KINDS:
        yield from map(repr, made.read(kind, None))
    served.break_off(BILLING, "memo", 103)
    served.drop("RelateA")
    for kind in KINDS:
        try:
            list(made.read(kind, None))
        except HubError as error:
            chain: BaseException | None = error
            while chain is not None:
                yield f"{chain!r} {chain}"
                chain = chain.__cause__ or chain.__context__


@pytest.mark.parametrize("database", ["sandbox", "served"])
def test_no_narrative_and_no_password_gets_out(
    database: str, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    firm: TimeMattersSandbox = request.getfixturevalue(database)
    for entry in firm.rows[BILLING]:
        firm.change(BILLING, entry["sysid"], memo=f"{NARRATIVE}, {entry['sysid']}")
    for matter in firm.rows["matter"]:
        firm.change("matter", matter["sysid"], memo=NARRATIVE)
    firm._engine.dispose()
    for name in ("", "sqlalchemy", "sqlalchemy.engine", "sqlalchemy.pool", "psycopg", "hub_time_matters"):
        caplog.set_level(logging.DEBUG, logger=name)
    caplog.clear()
    firm._engine.echo = False
    told = "\n".join(everything(firm))
    logged = "\n".join(one.getMessage() for one in caplog.records if "time_matters" in one.name)
    for place in (told, logged):
        assert NARRATIVE not in place
        assert PASSWORD not in place
        assert "SELECT" not in place
