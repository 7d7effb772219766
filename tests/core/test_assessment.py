"""Books that nobody continues, beside a listing."""

from __future__ import annotations

from typing import Any

from hydra.core.assessment import Assessment, assess
from hydra.core.book import Book
from hydra.values import OrderState
from tests.core.books import D, book, order, position
from tests.core.paper_journal import TOLERANCE
from tests.core.telling import commission, completed_line, execution, figures, fill, open_line, position_line, snapshot


def assessed(of: Book, *, known: frozenset[str] = frozenset(), **listing: Any) -> Assessment:
    return assess(of, snapshot(1, **listing), TOLERANCE, known.__contains__)


def test_books_that_agree_with_the_broker_have_nothing_to_say() -> None:
    made = book(order(perm_ids=(901,)), held=position(100))
    found = assessed(made, open_orders=(open_line(),), positions=(position_line(),))
    assert Assessment(unheard=(), ended=(), absent=(), differences=(), ignored=()) == found


def test_an_execution_that_the_books_lack_is_taken_in_before_anything_is_judged() -> None:
    found = assessed(
        book(order()),
        executions=(execution(),),
        commissions=(commission().commission,),
        completed_orders=(completed_line(word="Filled", filled=100),),
        positions=(position_line(),),
        figures=figures(89_999),
    )
    assert ["e1.01"] == [one.exec_id for one in found.unheard]
    assert [("s1.1.1", "FILLED", D(100))] == [(event.order_ref, event.state, event.filled) for event in found.ended]
    assert () == found.differences


def test_an_execution_that_the_journal_has_is_no_news() -> None:
    told = fill()
    made = book(order())
    made.apply(made.seq + 1, told.execution.at, told)
    found = assessed(
        made,
        known=frozenset({told.fact_id}),
        executions=(told.execution,),
        positions=(position_line(),),
        figures=figures(90_000),
    )
    assert ((), ()) == (found.unheard, found.differences)


def test_a_correction_of_a_day_that_the_books_have_closed_is_a_difference() -> None:
    earlier = fill("e1.01")
    found = assessed(book(), known=frozenset({earlier.fact_id}), executions=(execution("e1.02", quantity=90),))
    assert 1 == len(found.differences)
    assert "e1.02" in found.differences[0].text


def test_our_order_that_nothing_shows_is_absent_and_not_dead() -> None:
    for state in (OrderState.UNKNOWN, OrderState.WORKING):
        found = assessed(book(order(state=state, perm_ids=(901,))))
        assert (("s1.1.1",), (), ()) == (found.absent, found.ended, found.differences)


def test_a_strangers_order_and_a_strangers_position_are_differences() -> None:
    found = assessed(book(), open_orders=(open_line("", 77),), positions=(position_line(5),))
    assert ["order/77", "position/AAPL"] == [one.item for one in found.differences]


def test_cash_is_judged_only_by_books_that_were_opened() -> None:
    opened, never = book(), Book()
    assert ["cash"] == [one.item for one in assessed(opened, figures=figures(250_000)).differences]
    assert [] == [one.item for one in assessed(never, figures=figures(250_000)).differences]


def test_what_a_person_has_accepted_is_ignored_as_long_as_it_is_the_same() -> None:
    made = book()
    (seen,) = assessed(made, positions=(position_line(5),)).differences
    made.accepted[seen.item] = seen
    again = assessed(made, positions=(position_line(5),))
    assert ((), (seen,)) == (again.differences, again.ignored)
    other = assessed(made, positions=(position_line(6),))
    assert (1, ()) == (len(other.differences), other.ignored)
