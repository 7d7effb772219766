"""What a complete listing says of orders."""

from __future__ import annotations

from typing import Any

import pytest

from hydra.core.book import Book
from hydra.core.judging import OrderJudgement, asked, judge_orders
from hydra.messages.decisions import OrderDoubted, OrderEnded, OrderFound
from hydra.records import OrderRecord
from hydra.values import Difference, OrderState
from tests.core.books import D, book, order
from tests.core.telling import completed_line, open_line, snapshot

S = OrderState
UNPROVEN = [state for state in OrderState if not state.is_final]


def judged(*orders: OrderRecord, of: Book | None = None, **listing: Any) -> OrderJudgement:
    made = of if of is not None else book(*orders)
    return judge_orders(made, snapshot(1, **listing), asked(made, request_n=1, at_s=0.0))


def one(judgement: OrderJudgement) -> object:
    found = (*judgement.verdicts, *judgement.absent, *judgement.differences)
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize("state", UNPROVEN)
def test_an_order_that_is_listed_open_works(state: OrderState) -> None:
    found = one(judged(order(state=state), open_orders=(open_line(),)))
    assert isinstance(found, OrderFound)
    assert ("s1.1.1", 901) == (found.order_ref, found.perm_id)


def test_one_that_is_known_to_work_is_no_news() -> None:
    assert one(judged(order(perm_ids=(901,)), open_orders=(open_line(),))) is None


def test_an_order_that_works_twice_is_a_difference() -> None:
    found = one(judged(order(), open_orders=(open_line(), open_line(perm_id=902))))
    assert isinstance(found, Difference)
    assert ("order/s1.1.1", "two_live_orders", "permIds 901, 902") == (found.item, found.kind, found.theirs)


@pytest.mark.parametrize("state", UNPROVEN)
@pytest.mark.parametrize("word", ["Cancelled", "ApiCancelled"])
def test_a_completed_order_with_the_fills_we_know_is_cancelled(state: OrderState, word: str) -> None:
    found = one(judged(order(state=state, filled=D(30)), completed_orders=(completed_line(word=word, filled=30),)))
    assert isinstance(found, OrderEnded)
    assert ("CANCELLED", D(30)) == (found.state, found.filled)


@pytest.mark.parametrize("filled", [0, 29, 31, 100])
def test_a_completed_order_with_other_fills_is_a_difference(filled: int) -> None:
    found = one(judged(order(filled=D(30)), completed_orders=(completed_line(filled=filled),)))
    assert isinstance(found, Difference)
    assert ("fills_missing", "30", str(filled)) == (found.kind, found.ours, found.theirs)


@pytest.mark.parametrize("state", UNPROVEN)
def test_an_order_that_filled_and_was_corrected_while_nobody_listened_is_filled_with_what_the_correction_left(
    state: OrderState,
) -> None:
    # The recovery matrix: filled, then corrected from 30 to 26 while the line was down, it had no end and paused trading.
    found = one(judged(order(state=state, filled=D(96)), completed_orders=(completed_line(word="Filled", filled=96),)))
    assert isinstance(found, OrderEnded)
    assert ("FILLED", D(96)) == (found.state, found.filled)


@pytest.mark.parametrize("known", [95, 97])
def test_an_order_that_filled_otherwise_than_we_know_is_a_difference(known: int) -> None:
    found = one(judged(order(filled=D(known)), completed_orders=(completed_line(word="Filled", filled=96),)))
    assert isinstance(found, Difference)
    assert ("fills_missing", str(known), "96") == (found.kind, found.ours, found.theirs)


def test_filled_means_all_of_it_where_the_line_bears_no_quantity() -> None:
    found = one(judged(order(), completed_orders=(completed_line(word="Filled", filled=0),)))
    assert isinstance(found, Difference)
    assert ("fills_missing", "0", "100") == (found.kind, found.ours, found.theirs)


@pytest.mark.parametrize(
    ("state", "filled", "expected"),
    [(S.UNKNOWN, 0, "REJECTED"), (S.UNKNOWN, 30, "CANCELLED"), (S.WORKING, 30, "CANCELLED")],
)
def test_a_completed_order_that_was_inactive_is_rejected_if_nothing_filled(
    state: OrderState, filled: int, expected: str
) -> None:
    line = completed_line(word="Inactive", filled=filled)
    found = one(judged(order(state=state, filled=D(filled)), completed_orders=(line,)))
    assert isinstance(found, OrderEnded)
    assert expected == found.state


@pytest.mark.parametrize("state", [S.INTENDED, S.WRITTEN, S.WORKING])
def test_it_is_doubted_first(state: OrderState) -> None:
    found = one(judged(order(state=state), completed_orders=(completed_line(word="Inactive"),)))
    assert isinstance(found, OrderDoubted)


def test_a_completed_order_with_a_word_we_do_not_know_is_left_as_it_is() -> None:
    assert one(judged(order(state=S.UNKNOWN), completed_orders=(completed_line(word="Strange"),))) is None


@pytest.mark.parametrize("state", [S.INTENDED, S.WRITTEN])
def test_an_order_on_its_way_is_not_missed(state: OrderState) -> None:
    assert one(judged(order(state=state))) is None


def test_a_working_order_that_is_nowhere_is_doubted() -> None:
    assert isinstance(one(judged(order())), OrderDoubted)


def test_one_that_was_acknowledged_while_the_listing_was_made_is_not() -> None:
    made = book()
    before = asked(made, request_n=1, at_s=0.0)
    made.orders["s1.1.1"] = order()
    assert one(judge_orders(made, snapshot(1), before)) is None


def test_an_unknown_order_that_is_nowhere_is_absent() -> None:
    found = one(judged(order(state=S.UNKNOWN)))
    assert isinstance(found, OrderRecord)


@pytest.mark.parametrize("state", [state for state in OrderState if state.is_final])
def test_an_open_order_that_we_thought_dead_is_a_difference(state: OrderState) -> None:
    found = one(judged(order(state=state), open_orders=(open_line(),)))
    assert isinstance(found, Difference)
    assert ("order/s1.1.1", "unknown_order") == (found.item, found.kind)


def test_one_that_ended_while_the_listing_was_made_is_none() -> None:
    made = book(order())
    before = asked(made, request_n=1, at_s=0.0)
    made.orders["s1.1.1"] = order(state=S.CANCELLED)
    assert one(judge_orders(made, snapshot(1, open_orders=(open_line(),)), before)) is None


def test_an_order_of_somebody_else_is_named_by_its_perm_id() -> None:
    found = one(judged(open_orders=(open_line("", 77, client_id=0),)))
    assert isinstance(found, Difference)
    assert ("order/77", True) == (found.item, "orderRef none, client 0" in found.text)
