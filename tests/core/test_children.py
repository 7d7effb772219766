"""What a child does next, case by case, and that it does it again after it died."""

from dataclasses import replace
from typing import Any

import pytest

from hydra.config.trading import RiskConfig
from hydra.core.book import Book
from hydra.core.child_steps import Cancel, Finish, Place, Wait, want_of
from hydra.core.child_view import ChildRules, child_view
from hydra.records import BreakerRecord, OrderRecord, SignalRecord
from hydra.values import (
    OrderState,
    ParentEnd,
    ParentOrder,
    Purpose,
    Quote,
    QuoteKind,
    TradingState,
)
from tests.core.books import NOW, D, book, later, parent, quote, routing, signal, want
from tests.core.child_cases import TWAP, URGENT, attempt, cancelled, fruitless, memory, step

PATIENT_LIMITS = [
    ((), "100.00"),
    ((cancelled(1),), "100.00"),
    ((cancelled(1), cancelled(2)), "100.21"),
]


@pytest.mark.parametrize(("before", "limit"), PATIENT_LIMITS)
def test_patience_goes_from_the_middle_to_the_marketable_side(
    before: tuple[OrderRecord, ...], limit: str
) -> None:
    assert step(book(*before)) == Place(
        slice_n=1, attempt_n=len(before) + 1, quantity=D(100), limit=D(limit), quote=quote()
    )


def test_after_the_last_step_the_parent_ends_with_its_remainder() -> None:
    tried = (cancelled(1), cancelled(2, filled=D(30), paid=D(2997)), cancelled(3))
    assert step(book(*tried)) == Finish(
        end=ParentEnd.EXPIRED,
        filled=D(30),
        remainder=D(70),
        average_price=D("99.9"),
        reason="every step of patience was taken",
    )


def test_a_filled_parent_is_done_with_its_average_price() -> None:
    done = attempt(1, state=OrderState.FILLED, filled=D(100), paid=D(9_950))
    assert step(book(done)) == Finish(
        end=ParentEnd.DONE, filled=D(100), remainder=D(0), average_price=D("99.5"), reason="filled 100"
    )


def test_an_order_rests_for_its_step_and_is_cancelled_after_it() -> None:
    made = book(attempt(1))
    assert step(made, later(119)) == Wait(until=later(120), why="s1.1.1 rests")
    assert step(made, later(120)) == Cancel(
        order_ref="s1.1.1", broker_order_id=101, reason="its 120 s are over"
    )


def test_a_cancel_on_its_way_is_awaited_and_repeated_when_nothing_comes() -> None:
    made = book(attempt(1, cancel_sent_at=later(120)))
    assert isinstance(step(made, later(121)), Wait)
    assert isinstance(step(made, later(150)), Cancel)


def test_a_cancel_that_was_asked_is_not_asked_again_at_once() -> None:
    asked = memory(cancel_asked={"s1.1.1": later(120)})
    assert isinstance(step(book(attempt(1)), later(121), asked), Wait)


@pytest.mark.parametrize(
    "state", [OrderState.INTENDED, OrderState.WRITTEN, OrderState.WORKING, OrderState.UNKNOWN]
)
def test_no_second_attempt_while_the_end_of_the_first_is_not_proven(state: OrderState) -> None:
    assert isinstance(step(book(attempt(1, state=state)), later(5)), Wait)


def test_a_wish_with_risk_is_awaited_until_it_lapses() -> None:
    first = step(book())
    assert isinstance(first, Place)
    wanted = want_of(first, parent(), origin="c", origin_sync=1, valid_until=later(10))
    asked = memory(pending=wanted, quote=quote(at=later(40)))
    assert step(book(), later(39), asked) == Wait(until=later(40), why="s1.1.1 is with risk")
    assert isinstance(step(book(), later(40), asked), Place)


def test_a_wish_that_became_an_order_is_no_longer_awaited() -> None:
    first = step(book())
    assert isinstance(first, Place)
    wanted = want_of(first, parent(), origin="c", origin_sync=1, valid_until=later(10))
    assert step(book(attempt(1)), later(1), memory(pending=wanted)) == Wait(
        until=later(120), why="s1.1.1 rests"
    )


def test_a_refused_wish_never_uses_its_order_ref_again() -> None:
    made = book()
    made.parents["s1"] = replace(made.parents["s1"], refusals_n=2, last_refusal="no")
    placed = step(made)
    assert isinstance(placed, Place)
    assert placed.attempt_n == 3


def test_after_a_refusal_a_child_waits_a_little_longer_each_time() -> None:
    made = book()
    waits = []
    for n in range(1, 6):
        made.parents["s1"] = replace(made.parents["s1"], refusals_n=n, last_refusal="no")
        waits.append(step(made, NOW, memory(refused_at=NOW)))
    assert [wait.until for wait in waits if isinstance(wait, Wait)] == [later(s) for s in (5, 10, 20, 20, 20)]


def test_refused_too_often_ends_with_the_last_reason() -> None:
    made = book()
    made.parents["s1"] = replace(made.parents["s1"], refusals_n=6, last_refusal="over limit")
    finish = step(made)
    assert isinstance(finish, Finish)
    assert (finish.end, finish.reason) == (ParentEnd.REFUSED, "refused 6 times, last: over limit")


@pytest.mark.parametrize(
    ("state", "end"),
    [
        (OrderState.REJECTED, ParentEnd.REJECTED_BY_BROKER),
        (OrderState.CANCELLED, ParentEnd.REJECTED_BY_BROKER),
        (OrderState.NOT_WRITTEN, ParentEnd.ROUTING_FAILED),
        (OrderState.NEVER_REACHED, ParentEnd.ROUTING_FAILED),
    ],
)
def test_orders_that_fail_in_a_row_end_the_parent(state: OrderState, end: ParentEnd) -> None:
    failed = tuple(fruitless(n, state, last_error="201 no") for n in range(1, 6))
    finish = step(book(*failed))
    assert isinstance(finish, Finish)
    assert (finish.end, "201 no" in finish.reason) == (end, True)


def test_an_attempt_that_tried_something_ends_the_row_of_failures() -> None:
    orders = (fruitless(1), fruitless(2), cancelled(3), fruitless(4), fruitless(5), fruitless(6))
    assert isinstance(step(book(*orders), later(100)), Place)


def test_a_fruitless_attempt_does_not_use_up_its_step() -> None:
    placed = step(book(fruitless(1)), later(5))
    assert isinstance(placed, Place)
    assert (placed.attempt_n, placed.limit) == (2, D("100.00"))


def test_a_fruitless_attempt_is_not_repeated_at_once() -> None:
    assert step(book(fruitless(1)), later(4)) == Wait(until=later(5), why="after a failed attempt")


STALE: list[tuple[Quote | None, str]] = [
    (None, "AAPL has no quote"),
    (quote("100.02", "100.01"), "AAPL quote 100.02 / 100.01 is crossed or not positive"),
    (quote(kind=QuoteKind.FROZEN), "AAPL quote is FROZEN, not LIVE"),
    (quote(at=later(-16)), "AAPL quote is 16 s old, limit 15 s"),
]


@pytest.mark.parametrize(("given", "why"), STALE)
def test_a_child_waits_for_a_usable_quote_and_not_for_ever(given: Quote | None, why: str) -> None:
    mine = memory(quote=given)
    assert step(book(), NOW, mine) == Wait(until=later(60), why=why)
    finish = step(book(), later(60), mine)
    assert isinstance(finish, Finish)
    assert finish.end is ParentEnd.ROUTING_FAILED


def test_a_child_that_just_came_back_gives_quotes_their_time() -> None:
    fresh = memory(listening_since=later(200), quote=None)
    assert step(book(), later(201), fresh) == Wait(until=later(260), why="AAPL has no quote")


@pytest.mark.parametrize("state", [TradingState.PAUSED, TradingState.REDUCING])
def test_what_opens_is_withdrawn_while_nothing_may_open(state: TradingState) -> None:
    assert isinstance(step(book(attempt(1), trading=state), later(1)), Cancel)
    assert step(book(cancelled(1), trading=state), later(1)) == Wait(
        until=later(420), why=f"trading is {state}: test"
    )


def test_an_open_breaker_withdraws_what_opens() -> None:
    made = book(attempt(1))
    made.breakers = {"daily_loss": BreakerRecord(breaker="daily_loss", value=D(-3), limit=D(-2), since=NOW)}
    assert isinstance(step(made, later(1)), Cancel)


def test_what_opens_makes_way_for_the_exit_of_its_symbol() -> None:
    leaving = signal(signal_id="exit-1", purpose=Purpose.EXIT, episode="AAPL#1")
    made = book(attempt(1), signals=(SignalRecord(signal=leaving, admitted=D(5)),))
    assert step(made, later(1)) == Cancel(
        order_ref="s1.1.1", broker_order_id=101, reason="exit-1 is closing AAPL"
    )


def test_an_exit_goes_on_while_trading_is_paused() -> None:
    assert isinstance(step(book(parents=(URGENT,), trading=TradingState.PAUSED)), Place)


@pytest.mark.parametrize("changes", [{"session_live": False}, {"in_maintenance": True}, {"tick": D(0)}])
def test_nothing_is_placed_where_it_cannot_be_sent(changes: dict[str, Any]) -> None:
    assert isinstance(step(book(), **changes), Wait)


def test_a_halt_cancels_and_ends_only_when_the_end_is_proven() -> None:
    halted = TradingState.HALTED
    assert isinstance(step(book(attempt(1), trading=halted)), Cancel)
    assert isinstance(step(book(attempt(1, cancel_sent_at=NOW), trading=halted)), Wait)
    finish = step(book(cancelled(1, filled=D(7), paid=D(700)), trading=halted))
    assert isinstance(finish, Finish)
    assert (finish.end, finish.filled) == (ParentEnd.CANCELLED_BY_OPERATOR, D(7))


def test_a_flatten_goes_on_in_a_halt() -> None:
    flatten = replace(URGENT, purpose=Purpose.FLATTEN)
    assert isinstance(step(book(parents=(flatten,), trading=TradingState.HALTED, flatten_by="ann")), Place)


def test_a_later_halt_ends_a_flatten() -> None:
    flatten = replace(URGENT, purpose=Purpose.FLATTEN)
    finish = step(book(parents=(flatten,), trading=TradingState.HALTED))
    assert isinstance(finish, Finish)
    assert ParentEnd.CANCELLED_BY_OPERATOR is finish.end


def test_at_its_end_a_parent_cancels_its_tail_even_if_unknown() -> None:
    assert isinstance(step(book(attempt(1, state=OrderState.UNKNOWN)), later(420)), Cancel)


def test_without_a_session_the_end_waits_for_evidence_however_long() -> None:
    unknown = book(attempt(1, state=OrderState.UNKNOWN))
    unknown.session_live = False
    assert isinstance(step(unknown, later(99_999)), Wait)


def test_an_order_that_stays_unknown_on_a_live_session_makes_its_parent_unresolved() -> None:
    unknown = book(attempt(1, state=OrderState.UNKNOWN, cancel_sent_at=later(3710)))
    assert isinstance(step(unknown, later(3719)), Wait)
    finish = step(unknown, later(3720))
    assert isinstance(finish, Finish)
    assert finish.end is ParentEnd.UNRESOLVED
    assert "s1.1.1" in finish.reason


def test_an_outstanding_wish_holds_back_the_end() -> None:
    wanted = replace(want(), valid_until=later(425))
    assert step(book(), later(421), memory(pending=wanted)) == Wait(
        until=later(455), why="s1.1.1 is with risk (its time ended at 2026-11-23T15:07:00+00:00)"
    )


URGENT_LIMITS = [(0, "99.80"), (1, "99.60"), (2, "99.40"), (3, "99.40")]


@pytest.mark.parametrize(("tried", "limit"), URGENT_LIMITS)
def test_an_urgent_exit_is_marketable_and_widens(tried: int, limit: str) -> None:
    orders = tuple(cancelled(n + 1) for n in range(tried))
    placed = step(book(*orders, parents=(URGENT,)), NOW, memory(quote=quote("100.00", "100.02")))
    assert isinstance(placed, Place)
    assert placed.limit == D(limit)


def test_what_opens_is_given_up_when_the_market_ran_away() -> None:
    far = memory(quote=quote("101.10", "101.12"))
    finish = step(book(cancelled(1)), NOW, far)
    assert isinstance(finish, Finish)
    assert (finish.end, finish.reason) == (
        ParentEnd.EXPIRED,
        "the market moved 1.12 % beyond the first limit 99.99, limit 1 %",
    )


def test_an_exit_follows_the_market_as_far_as_it_goes() -> None:
    far = memory(quote=quote("90.00", "90.02"))
    assert isinstance(step(book(cancelled(1), parents=(URGENT,)), NOW, far), Place)


def test_an_ended_parent_has_no_view() -> None:
    rules = ChildRules(routing=routing(), risk=RiskConfig(), delayed_allowed=False)
    assert child_view(book(), "gone", memory(), rules=rules, in_maintenance=False) is None


RESUMED: list[tuple[ParentOrder, tuple[OrderRecord, ...], float]] = [
    (parent(), (), 0),
    (parent(), (attempt(1),), 119),
    (parent(), (attempt(1),), 120),
    (parent(), (cancelled(1),), 121),
    (TWAP, (cancelled(1, quantity=3, filled=D(1), paid=D(1)),), 60),
    (URGENT, (cancelled(1), cancelled(2)), 20),
]


@pytest.mark.parametrize(("given", "orders", "at_s"), RESUMED)
def test_a_child_that_died_goes_on_as_if_it_had_not(
    given: ParentOrder, orders: tuple[OrderRecord, ...], at_s: float
) -> None:
    made = book(*orders, parents=(given,))
    now = later(at_s)
    before = step(made, now, memory(quote=quote(at=now)))
    after = step(Book.from_image(made.image()), now, memory(listening_since=now, quote=quote(at=now)))
    assert before == after
