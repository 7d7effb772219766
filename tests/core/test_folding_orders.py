"""Orders and executions in the book: filled comes from executions only, the newest revision wins."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.core.book import Book
from hydra.core.folding_orders import split_exec_id
from hydra.core.permits import content_hash
from hydra.messages import decisions as d
from hydra.messages import facts as f
from hydra.messages.base import Event
from hydra.values import ZERO, Intent, OrderState, ParentEnd, Side
from tests.core.books import AAPL, NOW, D, later, want
from tests.core.books import book as a_book
from tests.core.telling import commission, error, fill, session_opened, status, written

REF = "s1.1.1"


def intended(ref: str = REF, number: int = 1) -> d.OrderIntended:
    wanted = want(order_ref=ref)
    return d.OrderIntended(
        intent=Intent(want=wanted, order_hash=content_hash(wanted), session=1, broker_order_id=number)
    )


def folded(*events: Event, on: Book | None = None) -> Book:
    book = on if on is not None else a_book()
    for event in events:
        book.apply(book.seq + 1, NOW, event)
    return book


def state(*events: Event) -> OrderState:
    return folded(intended(), *events).orders[REF].state


DOUBT = d.OrderDoubted(order_ref=REF, reason="silence")


def ended(word: str, filled: int = 0) -> d.OrderEnded:
    return d.OrderEnded(order_ref=REF, state=word, filled=D(filled), evidence="listing")


def test_an_intent_is_an_order_at_worst_case() -> None:
    book = folded(intended(number=7))
    order = book.orders[REF]
    assert (OrderState.INTENDED, D(100), 7, 1) == (
        order.state,
        order.open_quantity,
        book.order_id_mark,
        book.tally.orders,
    )


@pytest.mark.parametrize("word", ["ApiPending", "PendingSubmit", "PendingCancel", "PreSubmitted", "Submitted"])
def test_a_live_status_proves_an_order_alive(word: str) -> None:
    assert OrderState.WORKING is state(written(), DOUBT, status(word))


@pytest.mark.parametrize("word", ["Cancelled", "ApiCancelled", "Filled", "Inactive", "Anything"])
def test_any_other_status_only_leaves_its_word(word: str) -> None:
    order = folded(intended(), written(), status(word, filled=3)).orders[REF]
    assert (OrderState.WRITTEN, word, D(3), ZERO) == (
        order.state,
        order.last_status,
        order.reported_filled,
        order.filled,
    )


def test_a_live_status_takes_the_doubt_and_the_error_back() -> None:
    order = folded(intended(), error(201, "order_dead"), DOUBT, status()).orders[REF]
    assert ("", "") == (order.doubt, order.last_error)


@pytest.mark.parametrize(("effect", "expected"), [("order_dead", "201 no"), ("order_unknown", ""), ("notice", "")])
def test_only_an_error_that_says_dead_becomes_evidence(effect: str, expected: str) -> None:
    order = folded(intended(), error(201, effect)).orders[REF]
    assert (OrderState.INTENDED, expected) == (order.state, order.last_error)


def test_a_listing_that_shows_an_order_names_its_perm_id() -> None:
    found = d.OrderFound(order_ref=REF, perm_id=5, broker_order_id=1, evidence="open")
    order = folded(intended(), DOUBT, found).orders[REF]
    assert (OrderState.WORKING, (5,), "") == (order.state, order.perm_ids, order.doubt)


def test_perm_ids_are_collected_and_zero_is_none() -> None:
    told = [status(perm_id=0), status(perm_id=5), status(perm_id=6), status(perm_id=5)]
    assert (5, 6) == folded(intended(), *told).orders[REF].perm_ids


def test_an_order_whose_parent_is_over_is_forgotten_when_it_ends() -> None:
    book = folded(intended(), DOUBT)
    over = d.ParentEnded(
        parent_ref="s1", end=ParentEnd.UNRESOLVED, filled=ZERO, remainder=D(100), average_price=None, reason=""
    )
    folded(over, on=book)
    assert [REF] == list(book.orders)
    folded(ended("CANCELLED"), on=book)
    assert {} == book.orders


def test_orders_that_ended_are_forgotten_with_their_parent() -> None:
    book = folded(intended(), DOUBT, ended("CANCELLED"))
    assert [REF] == list(book.orders)
    over = d.ParentEnded(
        parent_ref="s1", end=ParentEnd.EXPIRED, filled=ZERO, remainder=D(100), average_price=None, reason=""
    )
    assert {} == folded(over, on=book).orders


def test_only_our_own_client_raises_the_mark_of_order_ids() -> None:
    book = folded(session_opened(session=1, next_valid_id=5))
    assert 4 == book.order_id_mark
    folded(status(ref="", broker_order_id=99, client_id=8), on=book)
    assert 4 == book.order_id_mark
    folded(status(ref="", broker_order_id=9, client_id=7), on=book)
    assert 9 == book.order_id_mark


def test_a_fill_moves_order_position_and_cash() -> None:
    book = folded(intended(), fill(quantity=40, price="99.5"))
    order = book.orders[REF]
    assert (D(40), D(3980), D(60)) == (order.filled, order.paid, order.open_quantity)
    assert (D(40), D("99.5")) == (book.positions[AAPL].quantity, book.positions[AAPL].average_price)
    assert D(96_020) == book.cash


def test_an_older_or_equal_revision_changes_nothing() -> None:
    book = folded(intended(), fill("e1.02", quantity=40))
    image = book.image()
    folded(fill("e1.01", quantity=90), fill("e1.02", quantity=90), on=book)
    assert (image.cash, image.positions, image.orders) == (
        book.cash,
        book.image().positions,
        book.image().orders,
    )


@pytest.mark.parametrize("word", ["REJECTED", "NOT_WRITTEN", "NEVER_REACHED"])
def test_a_fill_brings_an_order_that_was_called_dead_back_to_life(word: str) -> None:
    order = folded(intended(), DOUBT, ended(word), fill(quantity=10)).orders[REF]
    assert (OrderState.WORKING, D(90)) == (order.state, order.open_quantity)


def test_a_late_fill_of_a_cancelled_order_leaves_it_cancelled() -> None:
    order = folded(intended(), ended("CANCELLED"), fill(quantity=10)).orders[REF]
    assert (OrderState.CANCELLED, D(10), ZERO) == (order.state, order.filled, order.open_quantity)


def test_a_correction_of_a_closed_day_changes_nothing_by_itself() -> None:
    book = folded(intended())
    image = book.image()
    late = f.ExecutionReported(session=1, execution=fill("e1.02").execution, late=True, of_closed_day=True)
    folded(late, on=book)
    assert (image.cash, image.positions, image.executions) == (book.cash, book.image().positions, ())


def test_a_commission_joins_its_execution() -> None:
    book = folded(intended(), fill(quantity=100), commission(amount="1.25"))
    assert (D("1.25"), D("1.25"), D("89998.75")) == (
        book.executions["e1"].commission,
        book.positions[AAPL].commissions,
        book.cash,
    )


def test_a_commission_of_an_earlier_day_changes_cash_only() -> None:
    book = folded(intended(), fill(quantity=100))
    folded(d.DayStarted(day=later(86_400).date(), equity=D(1)), commission(amount="1.25"), on=book)
    assert (D("89998.75"), ZERO) == (book.cash, book.positions[AAPL].commissions)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_correction_and_its_costs_come_out_the_same_in_any_order(order: tuple[int, ...]) -> None:
    told = (fill("e1.01", quantity=60), fill("e1.02", quantity=50), commission("e1.01", "1"), commission("e1.02", "2"))
    executions = [n for n in order if n < 2]
    late_costs = (*executions, *(n for n in order if n >= 2))
    book = folded(intended(), *(told[n] for n in late_costs))
    assert (D(50), D(50), D(2), D(94_998)) == (
        book.orders[REF].filled,
        book.positions[AAPL].quantity,
        book.positions[AAPL].commissions,
        book.cash,
    )


def test_the_cost_of_a_revision_replaces_the_cost_before_it() -> None:
    told = (fill("e1.01"), commission("e1.01", "1"), fill("e1.02", quantity=90), commission("e1.02", "0.9"))
    book = folded(intended(), *told)
    assert (D("0.9"), D("90999.1")) == (book.positions[AAPL].commissions, book.cash)


EXEC_IDS = (
    ("0001f4e5.58bbad52.01.01", ("0001f4e5.58bbad52.01", 1)),
    ("0001f4e5.58bbad52.01.02", ("0001f4e5.58bbad52.01", 2)),
    ("0000e0d5.6a3b.01.01.12", ("0000e0d5.6a3b.01.01", 12)),
    ("odd", ("odd", 0)),
    ("odd.x1", ("odd.x1", 0)),
)


@pytest.mark.parametrize(("exec_id", "expected"), EXEC_IDS)
def test_an_exec_id_is_a_root_and_a_revision(exec_id: str, expected: tuple[str, int]) -> None:
    assert expected == split_exec_id(exec_id)


ROWS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from([Side.BUY, Side.SELL]), st.integers(1, 50), st.integers(95, 105)),
    min_size=1,
    max_size=12,
)


@given(rows=ROWS, base=st.integers(-30, 30))
@settings(deadline=None, max_examples=60)
def test_corrections_replace_exactly_whatever_came_between(
    rows: list[tuple[int, Side, int, int]], base: int
) -> None:
    """Several tellings of one root are revisions of it: the book equals one that only ever heard the last of each."""
    revisions: dict[int, int] = {}
    told: list[tuple[int, f.ExecutionReported]] = []
    for root, side, quantity, price in rows:
        revisions[root] = revisions.get(root, 0) + 1
        told.append((root, fill(f"e{root}.{revisions[root]:02d}", "", quantity, str(price), side=side)))
    roots = list(dict.fromkeys(root for root, _ in told))
    last = dict(told)
    whole, clean = started(base), started(base)
    folded(*(event for _, event in told), on=whole)
    folded(*(last[root] for root in roots), on=clean)
    assert clean.positions == whole.positions
    assert (clean.cash, len(clean.executions)) == (whole.cash, len(whole.executions))


def started(base: int) -> Book:
    """A book whose day began with so many shares."""
    side = Side.BUY if base > 0 else Side.SELL
    book = folded(fill("base.01", "", abs(base), "100", side=side)) if base else a_book()
    return folded(d.DayStarted(day=NOW.date(), equity=Decimal(1)), on=book)
