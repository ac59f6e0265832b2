"""The stand-in keeps every create, and knows only what it was started with."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from standin_process import Server

Start = Callable[..., Server]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as running:
        yield lambda *abilities: running.enter_context(Server(tmp_path / "memory.db", *abilities))


def post(server: Server, body: object, key: str | None = None) -> requests.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return requests.post(f"{server.url}/records", json=body, headers=headers, timeout=10)


def test_ids_are_its_own_and_every_create_is_kept(start: Start) -> None:
    server = start()
    first, second = (post(server, {"reference": "r1", "id": "mine", "name": "A"}).json() for _ in range(2))
    assert first["id"] != second["id"] != "mine"
    assert server.count() == 2
    assert [record["reference"] for record in server.records()] == ["r1", "r1"]


def test_a_batch_is_answered_in_its_order(start: Start) -> None:
    answer = post(start(), {"records": [{"name": "A"}, {"name": "B"}]})
    assert answer.status_code == 201
    made = answer.json()["records"]
    assert [record["name"] for record in made] == ["A", "B"]
    assert len({record["id"] for record in made}) == 2


def test_a_known_key_gets_its_first_answer(start: Start) -> None:
    server = start("--keys")
    first, again = (post(server, {"records": [{"name": "A"}]}, key="k").json() for _ in range(2))
    assert again == first
    assert server.count() == 1


def test_a_key_is_not_for_two_requests(start: Start) -> None:
    server = start("--keys")
    post(server, {"name": "A"}, key="k")
    assert post(server, {"name": "B"}, key="k").status_code == 422
    assert server.count() == 1


def test_without_keys_a_repeat_is_a_second_record(start: Start) -> None:
    server = start()
    for _ in range(2):
        post(server, {"name": "A"}, key="k")
    assert server.count() == 2


def test_find_sees_what_was_created_with_a_reference(start: Start) -> None:
    server = start("--find")
    for reference in ("r1", "r2", "r1"):
        post(server, {"reference": reference})
    found = requests.get(f"{server.url}/find", params={"reference": "r1"}, timeout=10).json()["records"]
    assert [record["id"] for record in found] == ["1", "3"]


@pytest.mark.parametrize("place", ["/find?reference=r1", "/list", "/other"])
def test_what_it_was_not_started_with_is_not_there(start: Start, place: str) -> None:
    assert requests.get(start().url + place, timeout=10).status_code == 404


def test_the_list_holds_everything(start: Start) -> None:
    server = start("--list")
    post(server, {"records": [{"name": "A"}, {"name": "B"}]})
    listed = requests.get(f"{server.url}/list", timeout=10).json()["records"]
    assert [record["name"] for record in listed] == ["A", "B"]


def test_a_create_outlives_the_caller(start: Start) -> None:
    server = start("--delay", "0.4")
    with pytest.raises(requests.Timeout):
        requests.post(f"{server.url}/records", json={"name": "A"}, timeout=0.3)
    deadline = time.monotonic() + 10
    while not server.count() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [record["name"] for record in server.records()] == ["A"]
