"""What a person reads of what differs: since when, both sides, what each remedy does."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hydra.console.differences import NOT_KEPT, lines_of
from hydra.records import ExecutionRecord, OurSide
from hydra.supervisor.desk_differences import sheet_of
from hydra.values import Side
from tests.control.standing_desk import FOUND, SHEET, book_of_pages
from tests.core.books import AAPL, NOW, D, order, position
from tests.core.telling import completed_line, execution, open_line

SAID = """\
position/IBM  foreign_position, open since Mon 2012-06-04 10:31:07 New York
  the account holds 30 IBM that hydra never traded
  ours    0
          cash 998,000
  theirs  30
          listed at Mon 2012-06-04 10:31:07 New York
          cash 998,000
          position 30 IBM, average cost 188.4
          and 3 older rows, which were not kept
  --adopt   our books take over what the broker holds, with its average price; the exit rules go by that
  --ignore  our books stay as they are; this gap pauses trading no more, a different one would
  --close   our books take that over, and what is unexplained is closed by limit orders that only reduce

cash  cash, ignored since Mon 2012-06-04 10:31:07 New York
  cash: 8,000 apart
  ignored by bob at Mon 2012-06-04 10:31:07 New York: a withdrawal
  ours    998000.00
          not kept by the version that found it
  theirs  990000.00
          not kept by the version that found it
  --adopt   our books take over the cash that the broker states; the day's opening equity moves by as much
  --ignore  our books stay as they are; this gap pauses trading no more, a different one would
  --close   not offered: cash cannot be closed

Trading is PAUSED by reconciliation: the account holds 30 IBM that hydra never traded
"""


def test_each_difference_is_told_with_both_sides_and_what_may_be_done() -> None:
    assert SAID.splitlines() == list(lines_of(SHEET))
    assert NOT_KEPT in SAID


PAID = D(1)


def fill_record(commission: Decimal | None = PAID) -> ExecutionRecord:
    return ExecutionRecord(
        exec_root="e1",
        revision=1,
        order_ref="s1.1.1",
        con_id=AAPL,
        symbol="AAPL",
        side=Side.BUY,
        quantity=D(100),
        price=D(100),
        commission=commission,
        at=NOW,
    )


def test_orders_and_executions_of_both_sides_are_told() -> None:
    ours = OurSide(
        cash=position().average_price,
        positions=(position(),),
        ignored=(),
        orders=(order(),),
        executions=(fill_record(), fill_record(commission=None)),
        left_out=0,
    )
    assert FOUND.theirs is not None
    theirs = replace(
        FOUND.theirs, open_orders=(open_line(limit=None),), completed_orders=(completed_line(),), executions=(execution(),)
    )
    told = "\n".join(lines_of(sheet_of(book_of_pages((replace(FOUND, ours=ours, theirs=theirs),)).image())))
    for line in (
        "position 100 AAPL at 100, commissions 0, AAPL#1",
        "order s1.1.1 WORKING: BUY 100 AAPL at 100, filled 0",
        "execution e1 BUY 100 AAPL at 100, commission 1",
        "execution e1 BUY 100 AAPL at 100, commission unknown",
        "order s1.1.1 permId 901 of client 7 Submitted: BUY 100 AAPL at no limit, filled 0",
        "order s1.1.1 permId 901 Cancelled: BUY AAPL, filled 0",
        "execution e1.01 BUY 100 AAPL at 100 of client 7",
    ):
        assert f"          {line}\n" in told


def test_where_nothing_differs_that_is_said() -> None:
    assert [
        "Our books and the broker's differ in nothing that is known.",
        "Trading is ACTIVE by hydra: new journal",
    ] == list(lines_of(sheet_of(book_of_pages(()).image())))
