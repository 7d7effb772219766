"""Admission: which end a signal meets and why, and that a whole parent passes no limit in slices."""

from dataclasses import replace
from typing import Any

import pytest

from hydra.core.admission import CONDITIONS, Admitted, Ended, admit
from hydra.core.risk_view import RiskView
from hydra.records import BreakerRecord, PositionRecord, SignalRecord
from hydra.values import Difference, Purpose, Side, Signal, SignalEnd, TradingState
from tests.core.books import (
    AAPL,
    CLOSE_AT,
    NOW,
    D,
    book,
    card,
    later,
    order,
    position,
    quote,
    signal,
    view,
    want,
)

EXIT = signal(signal_id="exit-AAPL#1-0", side=Side.SELL, purpose=Purpose.EXIT, episode="AAPL#1")
AT_WORK = SignalRecord(signal=replace(EXIT, signal_id="exit-AAPL#1-9"), admitted=D(100))
S = SignalEnd


def with_book(held: PositionRecord | None = None, **changes: Any) -> RiskView:
    made = book(held=held)
    for name, value in changes.items():
        setattr(made, name, value)
    return view(made)


def at(seconds: float, seen: RiskView) -> RiskView:
    return replace(seen, quotes={AAPL: quote(at=later(seconds))})


DISPUTE = Difference(item="position/AAPL", kind="quantity", symbol="AAPL", ours="1", theirs="2", text="")
BREAKER = BreakerRecord(breaker="daily_loss", value=D("-0.03"), limit=D("-0.02"), since=NOW)

ENDS: list[tuple[SignalEnd, str, Signal, RiskView, float]] = [
    (S.EXPIRED, "valid until", signal(), at(60, view()), 60),
    (S.REJECTED_BY_STATE, "PAUSED by ann (test)", signal(), view(book(trading=TradingState.PAUSED)), 0),
    (S.REJECTED_BY_STATE, "HALTED", EXIT, view(book(held=position(), trading=TradingState.HALTED)), 0),
    (S.REJECTED_BY_STATE, "opening balance", signal(), with_book(opening=False), 0),
    (S.REJECTED_BY_STATE, "no session", signal(), with_book(session_live=False), 0),
    (S.REJECTED_BY_STATE, "maintenance", signal(), view(in_maintenance=True), 0),
    (S.REJECTED_BY_STATE, "30 s ahead of ours, limit 5 s", signal(), with_book(clock_skew_s=30.0), 0),
    (S.REJECTED_BY_STATE, "in dispute", signal(), with_book(differences={"x": DISPUTE}), 0),
    (S.REJECTED_BY_STATE, "in dispute", EXIT, with_book(position(), differences={"x": DISPUTE}), 0),
    (S.REJECTED_BY_STATE, "could not be compared", signal(), with_book(unverified={"AAPL": later(-31)}), 0),
    (S.REJECTED_BY_CIRCUIT_BREAKER, "daily_loss", signal(), with_book(breakers={"b": BREAKER}), 0),
    (S.REJECTED_BY_STATE, "opening equity", signal(), with_book(day=None), 0),
    (S.REJECTED_BY_STATE, "not a qualified", signal(), with_book(instruments={}), 0),
    (S.REJECTED_BY_STATE, "no open session", signal(valid_until=later(99_999)), at(21_600, view()), 21_600),
    (S.REJECTED_BY_STATE, "last 120 s", signal(valid_until=CLOSE_AT), at(21_480, view()), 21_480),
    (S.REJECTED_BY_SIZING, "quantity 0", signal(quantity=D(0)), view(), 0),
    (S.REJECTED_BY_SIZING, "quantity 1.5", signal(quantity=D("1.5")), view(), 0),
    (S.REJECTED_BY_SIZING, "NaN is not a number", signal(quantity=D("NaN")), view(), 0),
    (S.REJECTED_BY_STATE, "has no quote", signal(), view(quotes={}), 0),
    (
        S.REJECTED_BY_STATE,
        "exit-AAPL#1-9 is closing AAPL",
        signal(),
        with_book(position(), signals={"exit-AAPL#1-9": AT_WORK}),
        0,
    ),
    (
        S.REJECTED_BY_STATE,
        "exit-AAPL#1-9 is already closing AAPL#1",
        EXIT,
        with_book(position(), signals={"exit-AAPL#1-9": AT_WORK}),
        0,
    ),
    (S.REJECTED_BY_STATE, "the position is AAPL#2", EXIT, with_book(position(episode="AAPL#2")), 0),
    (S.REJECTED_BY_SIZING, "would cross zero from 99", EXIT, with_book(position(99)), 0),
    (S.REJECTED_BY_SIZING, "does not reduce", replace(EXIT, side=Side.BUY), with_book(position()), 0),
    (S.REJECTED_BY_LIMIT, "quantity 5,001 over limit 5,000", signal(quantity=D(5001)), view(), 0),
    (S.REJECTED_BY_LIMIT, "notional 50,100 USD over", signal(quantity=D(501)), view(), 0),
    (
        S.REJECTED_BY_LIMIT,
        "of the average daily volume",
        signal(),
        with_book(instruments={"AAPL": card(average_daily_volume=D(100))}),
        0,
    ),
]


@pytest.mark.parametrize(("end", "words", "given", "seen", "at_s"), ENDS)
def test_a_signal_that_may_not_come_in_ends_with_its_reason(
    end: SignalEnd, words: str, given: Signal, seen: RiskView, at_s: float
) -> None:
    verdict = admit(given, seen, later(at_s))
    assert isinstance(verdict, Ended)
    assert (verdict.end, words in verdict.reason) == (end, True), verdict.reason


def test_every_terminal_state_of_the_table_has_a_case() -> None:
    assert {condition.end for condition in CONDITIONS} == {end for end, *_ in ENDS}


def test_a_signal_within_all_limits_comes_in_whole() -> None:
    assert admit(signal(), view(), NOW) == Admitted(
        quantity=D(100), text="OPEN BUY 100 AAPL: within all limits"
    )


def test_an_exit_comes_in_whatever_exposure_breakers_or_link_say() -> None:
    made = book(held=position(9000), trading=TradingState.PAUSED)
    made.breakers, made.session_live, made.day, made.clock_skew_s = {"b": BREAKER}, False, None, 30.0
    seen = view(made, quotes={}, in_maintenance=True)
    assert isinstance(admit(replace(EXIT, quantity=D(9000)), seen, NOW), Admitted)


def test_a_flatten_comes_in_while_trading_is_halted() -> None:
    seen = view(book(held=position(), trading=TradingState.HALTED, flatten_by="ann"))
    assert isinstance(admit(replace(EXIT, purpose=Purpose.FLATTEN), seen, NOW), Admitted)


def test_the_exit_that_is_judged_does_not_stand_in_its_own_way() -> None:
    mine = SignalRecord(signal=EXIT, admitted=D(100))
    assert isinstance(admit(EXIT, with_book(position(), signals={EXIT.signal_id: mine}), NOW), Admitted)


def test_working_orders_that_close_count_against_an_exit() -> None:
    selling = order(want(1, order_ref="x.1.1", parent_ref="x", side=Side.SELL))
    verdict = admit(EXIT, view(book(selling, held=position())), NOW)
    assert isinstance(verdict, Ended)
    assert verdict.end is SignalEnd.REJECTED_BY_SIZING


def test_the_first_broken_rule_names_the_end_and_all_are_told() -> None:
    verdict = admit(signal(quantity=D(0)), view(book(trading=TradingState.PAUSED)), NOW)
    assert verdict == Ended(
        end=SignalEnd.REJECTED_BY_STATE,
        reason="signal s1: trading is PAUSED by ann (test): no order to OPEN; "
        "quantity 0 is not a whole number above 0",
    )


def test_of_two_exits_that_came_together_the_earlier_one_is_admitted() -> None:
    second = replace(EXIT, signal_id="exit-AAPL#1-1")
    both = {one.signal_id: SignalRecord(signal=one, admitted=None) for one in (EXIT, second)}
    seen = with_book(position(), signals=both)
    assert isinstance(admit(EXIT, seen, NOW), Admitted)
    assert isinstance(admit(second, seen, NOW), Ended)
