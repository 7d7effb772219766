"""What the outside sees of differences: what waits for a person, and what a person has left as it is."""

from __future__ import annotations

import pytest

from hydra.messages.decisions import DifferenceFound, DifferenceResolved
from hydra.supervisor.desk_differences import sheet_of
from hydra.values import Difference
from tests.control.standing_desk import PAGES, book_of_pages

TRADE = Difference(
    item="execution/x1.01", kind="external_execution", symbol="IBM", ours="no such order", theirs="BUY 3 IBM", text="IBM"
)


def test_what_is_open_stands_before_what_is_ignored() -> None:
    sheet = sheet_of(book_of_pages((*PAGES[2:], *PAGES[:2])).image())
    assert [("position/IBM", "open"), ("cash", "ignored")] == [(row.item, row.status) for row in sheet.rows]
    assert ("position/IBM",) == sheet.open_items


@pytest.mark.parametrize(("how", "shown"), [("accepted", ["ignored"]), ("adopted", []), ("closed", [])])
def test_what_is_remembered_only_so_that_it_is_not_raised_again_is_not_called_ignored(how: str, shown: list[str]) -> None:
    settled = DifferenceResolved(item=TRADE.item, by="ann", how=how, reason="mine")
    book = book_of_pages((DifferenceFound(difference=TRADE), settled))
    assert [TRADE.item] == list(book.accepted)
    assert shown == [row.status for row in sheet_of(book.image()).rows]
