"""Positions, prices and cash beside the broker's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hydra.core.book import Book
from hydra.core.comparison import compare_cash, compare_positions, is_same
from hydra.values import Difference, PositionLine
from tests.core.books import AAPL, D, book, position
from tests.core.paper_journal import TOLERANCE
from tests.core.telling import NOBODY, figures, position_line, snapshot


def compared(of: Book, *lines: PositionLine, **listing: Any) -> list[tuple[str, str, str, str]]:
    found = compare_positions(of, snapshot(1, positions=lines, **listing), TOLERANCE)
    return [(one.item, one.kind, one.ours, one.theirs) for one in found]


ITEM = "position/AAPL"


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (100, 100, []),
        (100, 99, [(ITEM, "wrong_quantity", "100", "99")]),
        (100, -100, [(ITEM, "wrong_quantity", "100", "-100")]),
        (100, 0, [(ITEM, "phantom_position", "100", "0")]),
        (0, 5, [(ITEM, "missing_position", "0", "5")]),
        (None, 5, [(ITEM, "foreign_position", "0", "5")]),
        (None, 0, []),
    ],
)
def test_quantities_are_compared_exactly(
    ours: int | None, theirs: int, expected: list[tuple[str, str, str, str]]
) -> None:
    made = book(held=position(ours) if ours is not None else None)
    lines = (position_line(theirs),) if theirs else ()
    assert expected == compared(made, *lines)


def test_what_the_broker_holds_of_ours_and_what_it_does_not_are_both_seen() -> None:
    made = book(held=position(100))
    found = compared(made, position_line(7, con_id=1, symbol="IBM"))
    assert [("position/IBM", "foreign_position"), (ITEM, "phantom_position")] == [row[:2] for row in found]


def test_an_unsettled_symbol_is_not_judged() -> None:
    assert [] == compared(book(held=position(100)), position_line(99), unsettled=(AAPL,))


def test_another_contract_of_the_same_symbol_has_a_name_of_its_own() -> None:
    option = position_line(2, con_id=555)
    made = book(held=position(100))
    assert ["position/AAPL#555"] == [row[0] for row in compared(made, position_line(100), option)]


@pytest.mark.parametrize(("theirs", "differences"), [(30, 0), (29, 1), (0, 1)])
def test_an_ignored_position_is_expected_and_no_more(theirs: int, differences: int) -> None:
    made = book()
    made.ignored = {AAPL: position_line(30)}
    assert differences == len(compared(made, *((position_line(theirs),) if theirs else ())))


def test_an_ignored_position_adds_to_ours() -> None:
    made = book(held=position(100))
    made.ignored = {AAPL: position_line(30)}
    assert [] == compared(made, position_line(130, "250"))


@pytest.mark.parametrize(("average", "differences"), [("100.50", 0), ("100.51", 1), ("99.51", 0), ("99.49", 1)])
def test_average_prices_are_compared_within_the_tolerance(average: str, differences: int) -> None:
    assert differences == len(compared(book(held=position(100)), position_line(100, average)))


def test_multiplier_and_commission_are_taken_out_of_their_average_cost() -> None:
    held = position(2, "100", multiplier=D(50), commissions=D(100))
    assert [] == compared(book(held=held), position_line(2, "5075"))
    assert ["average/AAPL"] == [row[0] for row in compared(book(held=held), position_line(2, "5085"))]


@pytest.mark.parametrize(("cash", "differences"), [(100_000, 0), (100_100, 0), (100_101, 1), (99_899, 1)])
def test_cash_is_compared_within_the_tolerance(cash: int, differences: int) -> None:
    assert differences == len(compare_cash(book(), snapshot(1, figures=figures(cash)), TOLERANCE))


def test_a_dollar_is_no_difference() -> None:
    made = book()
    made.cash = D(0)
    assert () == compare_cash(made, snapshot(1, figures=figures(1)), TOLERANCE)


@pytest.mark.parametrize("changes", [{"figures": NOBODY}, {"figures": figures(5), "unsettled": (AAPL,)}])
def test_cash_is_not_judged_when_it_is_not_stated_or_anything_is_in_flight(changes: dict[str, object]) -> None:
    assert () == compare_cash(book(), snapshot(1, **changes), TOLERANCE)


def gap(item: str, ours: str, theirs: str, kind: str = "k") -> Difference:
    return Difference(item=item, kind=kind, symbol="AAPL", ours=ours, theirs=theirs, text=f"{ours} {theirs}")


@pytest.mark.parametrize(
    ("known", "seen", "expected"),
    [
        (None, gap("cash", "1", "2"), False),
        (gap("position/A", "10", "5"), gap("position/A", "20", "15", "other"), True),
        (gap("position/A", "10", "5"), gap("position/A", "10", "6"), False),
        (gap("position/A", "10", "5"), gap("position/B", "10", "5"), False),
        (gap("cash", "1000", "2000"), gap("cash", "5000", "6001"), True),
        (gap("cash", "1000", "2000"), gap("cash", "5000", "6100"), False),
        (gap("average/A", "100", "110"), gap("average/A", "100.1", "110.1"), True),
        (gap("average/A", "100", "110"), gap("average/A", "100", "111"), False),
        (gap("average/A", "100", "110"), gap("average/A", "101", "110"), False),
        (gap("order/A", "WORKING 0/5", "not listed"), gap("order/A", "WORKING 0/5", "not listed"), True),
        (gap("order/A", "WORKING 0/5", "not listed"), gap("order/A", "WORKING 1/5", "not listed"), False),
        (gap("order/A", "0", "5"), gap("order/A", "0", "5", "other"), False),
    ],
)
def test_two_sightings_are_one_difference_when_the_gap_is_the_same(
    known: Difference | None, seen: Difference, expected: bool
) -> None:
    assert expected is is_same(known, seen, TOLERANCE)


def test_its_wording_does_not_matter() -> None:
    first = gap("order/A", "0", "5")
    assert is_same(first, replace(first, text="in other words"), TOLERANCE)
