"""What is kept of both sides when a difference is found: what concerns it, and never too much."""

from __future__ import annotations

from hydra.core.sides import ROWS_MAX, broker_side, our_side
from hydra.journal.codec import decode, encode
from hydra.messages import decisions as d
from hydra.values import Difference
from tests.core.books import AAPL, D, instrument
from tests.core.paper_journal import PaperJournal, connected, trading
from tests.core.telling import (
    commit,
    completed_line,
    execution,
    figures,
    fill,
    open_line,
    position_line,
    qualified,
    snapshot,
    status,
)

IBM = 8314
CASH = Difference(item="cash", kind="cash", symbol="", ours="1", theirs="2", text="")
POSITION = Difference(item="position/AAPL", kind="wrong_quantity", symbol="AAPL", ours="1", theirs="2", text="")


def busy() -> PaperJournal:
    """An order of AAPL works and has filled 40 of 100; somebody traded IBM."""
    journal = trading()
    journal.tell(qualified(instrument=instrument(con_id=IBM, symbol="IBM")))
    journal.tell(commit(as_of_seq=journal.book.seq), status(), fill(quantity=40))
    journal.tell(fill("i1.01", "", 5, con_id=IBM, symbol="IBM"))
    return journal


def test_of_a_position_both_sides_keep_what_is_of_its_symbol() -> None:
    side = our_side(busy().book, POSITION)
    assert ([D(40)], ["s1.1.1"], ["e1"]) == (
        [record.quantity for record in side.positions],
        [order.order_ref for order in side.orders],
        [one.exec_root for one in side.executions],
    )
    ibm = {"con_id": IBM, "symbol": "IBM"}
    listing = snapshot(
        1,
        positions=(position_line(50), position_line(5, **ibm)),
        open_orders=(open_line(), open_line("", 77, **ibm)),
        completed_orders=(completed_line("s0.1.1"), completed_line("x", **ibm)),
        executions=(execution(), execution("i1.01", "", **ibm)),
        figures=figures(7),
    )
    theirs = broker_side(listing, POSITION)
    assert (D(7), [D(50)], ["s1.1.1"], ["s0.1.1"], ["e1.01"], listing.requested_at) == (
        theirs.cash,
        [line.quantity for line in theirs.positions],
        [line.order_ref for line in theirs.open_orders],
        [line.order_ref for line in theirs.completed_orders],
        [one.exec_id for one in theirs.executions],
        theirs.listed_at,
    )


def test_of_cash_they_keep_what_cash_is_made_of_in_every_symbol() -> None:
    side = our_side(busy().book, CASH)
    assert (["e1", "i1"], [AAPL, IBM], ()) == (
        [one.exec_root for one in side.executions],
        [record.con_id for record in side.positions],
        side.orders,
    )


def test_an_order_that_nobody_knows_is_kept_by_its_perm_id() -> None:
    stranger = Difference(item="order/77", kind="unknown_order", symbol="GE", ours="", theirs="", text="")
    side = broker_side(snapshot(1, open_orders=(open_line("", 77), open_line("", 78))), stranger)
    assert [77] == [line.perm_id for line in side.open_orders]


def test_what_is_kept_is_bounded_and_says_how_much_it_is_not() -> None:
    many = tuple(execution(f"e{n}.01", f"s{n}.1.1") for n in range(ROWS_MAX + 7))
    orders = tuple(open_line(f"s{n}.1.1", n) for n in range(ROWS_MAX + 2))
    side = broker_side(snapshot(1, executions=many, open_orders=orders, completed_orders=()), POSITION)
    assert (ROWS_MAX, "e26.01", 9) == (len(side.executions), side.executions[-1].exec_id, side.left_out)
    journal = connected()
    for n in range(ROWS_MAX + 7):
        journal.tell(fill(f"x{n}.01", ""))
    event = d.DifferenceFound(difference=POSITION, ours=our_side(journal.book, POSITION), theirs=side)
    body = encode(event)
    assert (event, True) == (decode("DifferenceFound", body), len(body) < 50_000)


def test_a_difference_that_two_listings_show_is_recorded_with_both_sides() -> None:
    journal = busy()
    for _ in range(2):
        journal.look(open_orders=(open_line(filled=D(40)),), positions=(position_line(50),), figures=figures(96_000))
    found = next(one for one in journal.events(d.DifferenceFound) if one.difference.item == "position/AAPL")
    assert found.ours is not None
    assert found.theirs is not None
    assert ([D(40)], [D(50)]) == (
        [record.quantity for record in found.ours.positions],
        [line.quantity for line in found.theirs.positions],
    )
    assert journal.book.found["position/AAPL"].theirs == found.theirs


def test_a_trade_of_somebody_else_is_kept_as_the_execution_that_told_of_it() -> None:
    journal = connected()
    journal.tell(fill("x1.01", "", 5))
    (found,) = journal.events(d.DifferenceFound)
    assert found.theirs is not None
    assert (None, ["x1.01"]) == (found.theirs.listed_at, [one.exec_id for one in found.theirs.executions])
