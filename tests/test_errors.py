"""did_you_mean: what is near, and that asking among very many costs next to nothing."""

from __future__ import annotations

import pytest

from pydevpva.errors import did_you_mean

MANY = {f"LAB:SYS{n % 10}:Record:{n}": n for n in range(200_000)}


def test_of_few_choices_the_nearest_are_named() -> None:
    assert did_you_mean("DRVHH", ["DRVH", "EGU", "DRVL"]) == "; did you mean DRVH or DRVL?"
    assert did_you_mean("NOPE", ["DRVH", "EGU"]) == ""


def test_names_that_differ_by_case_alone_are_both_there_and_the_one_written_alike_comes_first() -> None:
    assert did_you_mean("metre", ["meter", "Meter"]) == "; did you mean meter or Meter?"
    assert did_you_mean("Metre", ["meter", "Meter", "Meter"]) == "; did you mean Meter or meter?"


@pytest.mark.parametrize(
    "word", ["LAB:SYS7:Recrd:1237", "LAB:SYS7:Reccord:1237", "LAB:SYS7:Rekord:1237", "LAB:SYS7:Recodr:1237"]
)
def test_of_very_many_a_name_one_slip_away_is_found(word: str) -> None:
    assert did_you_mean(word, {"x": 0}, MANY) == "; did you mean LAB:SYS7:Record:1237?"


class Unwalkable(dict[str, int]):
    """Names that may be asked for, and not gone through."""

    def __iter__(self) -> None:  # type: ignore[override]
        raise AssertionError("all names were looked at")

    keys = values = items = __iter__  # type: ignore[assignment]


def test_very_many_names_are_not_gone_through() -> None:
    names = Unwalkable(MANY)
    assert did_you_mean("LAB:SYS7:Recrd:1237", names) == "; did you mean LAB:SYS7:Record:1237?"
    assert did_you_mean("x" * 1_000_000, names) == ""
