"""Lists of a mapping that compare a text loosely: a person is asked, and nothing is known by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.model import Kind
from hub.sdk import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.mapping import SystemMapping

    Compiled = Callable[..., SystemMapping]


def test_a_near_list_may_be_of_a_text_alone(mapping: Compiled) -> None:
    made = mapping('[client]\nnear = [["name~85"], ["tax_id", "name~60"], ["name~100", "opened_on~5"]]\n')
    assert made.near(Kind.CLIENT, "") == (("name~85",), ("tax_id", "name~60"), ("name~100", "opened_on~5"))


@pytest.mark.parametrize("way", ["match", "moved", "renewed"])
def test_by_a_text_that_is_alike_nothing_is_known_for_certain(mapping: Compiled, way: str) -> None:
    with pytest.raises(ConfigurationError, match="does not say how far apart"):
        mapping(f'[client]\n{way} = [["number", "name~85"]]\n')


@pytest.mark.parametrize(
    "said", ["name~0", "name~101", "name~8.5", "name~", "name?~85", "code_sets~85", "address.city~85"]
)
def test_how_like_is_a_whole_number_up_to_a_hundred(mapping: Compiled, said: str) -> None:
    kind = "matter" if said.startswith("code") else "client"
    with pytest.raises(ConfigurationError, match="does not say how far apart"):
        mapping(f'[{kind}]\nnear = [["number", "{said}"]]\n')


@pytest.mark.parametrize("said", ['"opened_on~5"', '"short_name?"'])
def test_what_may_lie_apart_still_needs_something_that_does_not(mapping: Compiled, said: str) -> None:
    with pytest.raises(ConfigurationError, match="without a field in which two records have to be equal"):
        mapping(f"[client]\nnear = [[{said}]]\n")
