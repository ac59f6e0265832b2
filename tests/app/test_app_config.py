"""hub.toml: what is right is read, and every wrong word is answered with its line and the right one."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from hub.app.config import Config, load_config
from hub.model import Kind
from hub.sdk import ConfigurationError

WHOLE = """\
[hub]
firm = "Doyle & Vance LLP"
timezone = "America/Chicago"
currency = "USD"
ledger = "sqlite:///state/hub.db"

[connections.billing]
connector = "tabs3"
folder = "tabs3"

[connections.books]
connector = "quickbooks"
realm = "9130357"

[flows.invoices-to-books]
from = "billing"
to = "books"
kinds = ["client", "matter", "invoice"]
start = 2026-01-01
where = { client = ["100", "120"] }
voids = "apply"

[flows.history]
from = "billing"
kinds = ["trust_transaction"]

[authority]
payment = "books"
"client.email" = "books"
matter.name = "billing"

[brakes]
changed = "30%"
voided = 5
shrunk = "2.5%"

[plugins]
disabled = ["acme"]
"""


def config_of(folder: Path, text: str) -> Config:
    (folder / "hub.toml").write_text(text, encoding="utf-8", newline="")
    return load_config(folder / "hub.toml")


def refusal(folder: Path, text: str) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        config_of(folder, text)
    return caught.value


def test_everything_is_read(tmp_path: Path) -> None:
    config = config_of(tmp_path, WHOLE)
    flow = config.flow("invoices-to-books")
    assert config.hub.firm == "Doyle & Vance LLP"
    assert config.connection("books").settings == {"realm": "9130357"}
    assert (flow.name, flow.source, flow.to) == ("invoices-to-books", "billing", "books")
    assert flow.kinds == (Kind.CLIENT, Kind.MATTER, Kind.INVOICE)
    assert flow.start == date(2026, 1, 1)
    assert flow.where.client == ("100", "120")
    assert (flow.voids, config.flow("history").voids) == ("apply", "review")
    assert config.flow("history").to is None
    assert config.authority == {"payment": "books", "client.email": "books", "matter.name": "billing"}
    assert config.brakes.changed.share == Decimal("0.3")
    assert config.brakes.voided.count == 5
    assert config.brakes.shrunk.share == Decimal("0.025")
    assert not config.plugins.allows("acme")
    assert config.plugins.allows("folder")


def test_little_is_needed(tmp_path: Path) -> None:
    config = config_of(tmp_path, '[hub]\nfirm = "A"\ntimezone = "UTC"\ncurrency = "EUR"\n')
    assert config.ledger_url == f"sqlite:///{tmp_path.as_posix()}/hub.db"
    assert config.brakes.shrunk.share == Decimal("0.3")
    assert config.connections == {}


def test_relative_paths_start_at_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config_of(tmp_path, WHOLE)
    monkeypatch.chdir(tmp_path)
    config = load_config(Path("hub.toml"))
    assert config.folder == tmp_path
    assert config.ledger_url == f"sqlite:///{tmp_path.as_posix()}/state/hub.db"


@pytest.mark.parametrize(
    "url", ["sqlite:////var/lib/hub.db", "postgresql+psycopg://host/hub", "sqlite:///hub.db?timeout=5"]
)
def test_other_ledgers_keep_their_address(tmp_path: Path, url: str) -> None:
    config = config_of(tmp_path, WHOLE.replace("sqlite:///state/hub.db", url))
    expected = url.replace("///hub.db", f"///{tmp_path.as_posix()}/hub.db")
    assert config.ledger_url == expected


@pytest.mark.parametrize(
    ("right", "wrong", "line", "words"),
    [
        ("firm =", "frim =", 2, ["hub.frim", "firm"]),
        ("America/Chicago", "America/Chicgo", 3, ["hub.timezone", "America/Chicago"]),
        ('"USD"', '"dollars"', 4, ["hub.currency"]),
        ("sqlite:///state/hub.db", "hub.db", 5, ["hub.ledger", "sqlite:///hub.db"]),
        ("sqlite:///state/hub.db", "sqlite:///:memory:", 5, ["hub.ledger"]),
        ('connector = "tabs3"', 'conector = "tabs3"', 7, ["connections.billing.connector"]),
        ("[connections.books]", '[connections."my books"]', 11, ["my books", "letters"]),
        ("[connections.books]", "[connections.con]", 11, ["con", "Windows"]),
        ("[connections.books]", "[conections.books]", 11, ["conections", "connections"]),
        ('from = "billing"', 'form = "billing"', 16, ["flows.invoices-to-books.form", "from"]),
        ('from = "billing"', 'from = "biling"', 16, ["flows.invoices-to-books.from", "billing"]),
        ('to = "books"', 'to = "boks"', 17, ["flows.invoices-to-books.to", "books"]),
        ('to = "books"', 'to = "billing"', 15, ["flows.invoices-to-books", "to"]),
        ('"invoice"]', '"invoces"]', 18, ["flows.invoices-to-books.kinds", "invoces", "invoice"]),
        ('["client", "matter", "invoice"]', "[]", 18, ["kinds"]),
        ('"invoice"]', '"trust_transaction"]', 15, ["trust"]),
        ("start = 2026-01-01", 'start = "2026-01-01"', 19, ["start", "quotes"]),
        ("start = 2026-01-01", "start = 2026-01-01T00:00:00", 19, ["start"]),
        ("start = 2026-01-01", "start = 20260101", 19, ["start"]),
        ('["100", "120"]', "[100, 120]", 20, ["where.client", "quotes"]),
        ("client = [", "clients = [", 20, ["where.clients", "client"]),
        ('"apply"', '"aply"', 21, ["voids", "apply"]),
        ("payment =", "paymnet =", 28, ["authority.paymnet", "payment"]),
        ('"client.email"', '"client.e-mail"', 29, ["client.e-mail", "email"]),
        ("matter.name", "mater.name", 30, ["mater", "matter"]),
        ('payment = "books"', 'payment = "bookz"', 28, ["authority.payment", "books"]),
        ('changed = "30%"', 'changed = "30"', 33, ["brakes.changed", "30%"]),
        ('changed = "30%"', 'changed = "130%"', 33, ["brakes.changed"]),
        ("voided = 5", "voided = true", 34, ["brakes.voided"]),
        ("shrunk =", "shrink =", 35, ["brakes.shrink", "shrunk"]),
        ("disabled =", "disable =", 38, ["plugins.disable", "disabled"]),
    ],
)
def test_a_wrong_word_is_answered_with_line_key_and_the_right_one(
    tmp_path: Path, right: str, wrong: str, line: int, words: list[str]
) -> None:
    assert right in WHOLE
    answer = str(refusal(tmp_path, WHOLE.replace(right, wrong, 1)))
    assert f"hub.toml, line {line}: " in answer
    for word in words:
        assert word in answer


def test_a_word_in_a_list_over_lines_is_answered_with_its_own_line(tmp_path: Path) -> None:
    spread = WHOLE.replace('["client", "matter", "invoice"]', '[\n  "client",\n  "mattter",\n  "invoice",\n]')
    assert "hub.toml, line 20: " in refusal(tmp_path, spread).message


def test_all_wrong_words_are_answered_at_once(tmp_path: Path) -> None:
    message = refusal(tmp_path, WHOLE.replace("firm =", "frim =").replace('"apply"', '"aply"')).message
    assert [line.split(":")[1].strip() for line in message.split("\n")] == [
        "hub.firm",
        "hub.frim",
        "flows.invoices-to-books.voids",
    ]


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://hub:s3cret@host/hub", "postgresql://host/hub?password=s3cret"]
)
def test_a_password_in_the_ledgers_address_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    error = refusal(tmp_path, WHOLE.replace("sqlite:///state/hub.db", url))
    assert "PGPASSWORD" in error.remedy
    assert "s3cret" not in str(error)


def test_names_that_would_share_an_environment_variable_are_refused(tmp_path: Path) -> None:
    more = WHOLE + '\n[connections.a-b]\nconnector = "x"\n[connections.A_b]\nconnector = "x"\n'
    assert "connections.A_b: the name is too like 'a-b'" in refusal(tmp_path, more).message


def test_a_name_that_would_share_a_mapping_file_is_refused(tmp_path: Path) -> None:
    more = WHOLE + '\n[connections.tabs3]\nconnector = "folder"\n'
    assert "mappings/tabs3.toml" in refusal(tmp_path, more).message


def test_a_connection_may_have_its_connectors_name(tmp_path: Path) -> None:
    renamed = WHOLE.replace("[connections.books]", "[connections.quickbooks]").replace(
        '"books"', '"quickbooks"'
    )
    assert "quickbooks" in config_of(tmp_path, renamed).connections


def test_a_folder_without_hub_toml_is_answered_with_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_config(tmp_path / "hub.toml")
    assert "hub init" in caught.value.remedy


def test_an_unknown_name_is_answered_with_the_nearest(tmp_path: Path) -> None:
    config = config_of(tmp_path, WHOLE)
    with pytest.raises(ConfigurationError, match="Did you mean 'books'"):
        config.connection("bokos")
    with pytest.raises(ConfigurationError, match="Did you mean 'history'"):
        config.flow("histry")


def test_settings_stay_out_of_reprs(tmp_path: Path) -> None:
    assert "9130357" not in repr(config_of(tmp_path, WHOLE))
