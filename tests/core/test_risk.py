"""The gate: what passes, and the laws of all rules together."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.config.trading import RiskConfig
from hydra.core.permits import check_permit
from hydra.core.risk import Approved, Refused, gate
from hydra.core.risk_view import RiskView
from hydra.core.rules import RULES, Rule, Scope
from hydra.records import ParentRecord
from hydra.values import (
    OrderState,
    OrderWant,
    Purpose,
    QuoteKind,
    TradingState,
)
from tests.core.books import (
    AAPL,
    CLOSE_AT,
    NOW,
    D,
    book,
    card,
    instrument,
    later,
    order,
    parent,
    position,
    quote,
    view,
    want,
)
from tests.core.risk_cases import (
    BREAKER,
    DISPUTE,
    EXIT_PARENT,
    exit_want,
    holding,
    refusal,
    with_book,
    with_card,
)


def test_an_order_within_all_limits_is_approved_with_a_permit_for_exactly_it() -> None:
    verdict = gate(want(), view(), NOW)
    assert isinstance(verdict, Approved)
    assert check_permit(want(), verdict.permit, now=NOW, risk_sync=3, gate_seq=50) is None


def test_an_exit_of_the_position_is_approved() -> None:
    assert isinstance(gate(exit_want(), holding(), NOW), Approved)


def test_all_broken_rules_are_told_and_what_several_lack_is_told_once() -> None:
    verdict = gate(want(tif="GTC"), with_book(instruments={}, session_live=False), NOW)
    assert isinstance(verdict, Refused)
    assert verdict.reasons == (
        "order s1.1.1: no session with the broker is live (R25)",
        "order s1.1.1: AAPL with con_id 265598 is not a qualified instrument (R20)",
        "order s1.1.1: time in force GTC is not allowed, only DAY (R21)",
    )


@pytest.mark.parametrize("changes", [{"quantity": "NaN"}, {"limit": "Infinity"}, {"limit": "NaN"}])
def test_what_is_not_a_number_is_refused_and_not_compared(changes: dict[str, str]) -> None:
    assert [breach.rule_id for breach in refusal((want(**changes), view(), NOW)).breaches] == ["R26"]


STATES = [
    (Purpose.OPEN, {TradingState.ACTIVE}),
    (Purpose.EXIT, {TradingState.ACTIVE, TradingState.REDUCING, TradingState.PAUSED}),
    (Purpose.FLATTEN, set(TradingState)),
]


@pytest.mark.parametrize(("purpose", "allowed"), STATES)
@pytest.mark.parametrize("state", TradingState)
def test_each_trading_state_lets_through_what_it_should(
    purpose: Purpose, allowed: set[TradingState], state: TradingState
) -> None:
    opens = purpose is Purpose.OPEN
    made = replace(EXIT_PARENT, purpose=purpose) if not opens else parent()
    wanted = want() if opens else exit_want(purpose=purpose)
    seen = view(book(parents=(made,), held=None if opens else position(), trading=state, flatten_by="ann"))
    assert isinstance(gate(wanted, seen, NOW), Approved) is (state in allowed)


def test_a_halt_lets_no_flatten_through_that_was_called_off() -> None:
    flatten = replace(EXIT_PARENT, purpose=Purpose.FLATTEN)
    seen = view(book(parents=(flatten,), held=position(), trading=TradingState.HALTED))
    assert "no order to FLATTEN" in refusal((exit_want(purpose=Purpose.FLATTEN), seen, NOW)).reasons[0]


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.scope is Scope.OPENING], ids=lambda r: r.title
)
def test_no_rule_on_exposure_holds_back_an_order_that_only_reduces(rule: Rule) -> None:
    assert not rule.scope.covers(Purpose.EXIT)
    assert not rule.scope.covers(Purpose.FLATTEN)


def test_a_reducing_order_beyond_every_limit_on_exposure_is_approved() -> None:
    big = replace(EXIT_PARENT, quantity=D(9000))
    made = book(parents=(big,), held=position(9000))
    made.breakers, made.day = {"daily_loss": BREAKER}, None
    made.instruments = {"AAPL": card(average_daily_volume=D(10))}
    seen = view(made, quotes={AAPL: quote(at=later(21590))}, limits=RiskConfig(working_orders_max=1))
    assert isinstance(gate(exit_want(9000, valid_until=CLOSE_AT), seen, later(21590)), Approved)


def test_delayed_quotes_price_orders_only_where_the_configuration_says_so() -> None:
    delayed = {AAPL: quote(kind=QuoteKind.DELAYED)}
    assert isinstance(gate(want(), view(quotes=delayed, delayed_allowed=True), NOW), Approved)


def test_a_symbol_that_waits_for_its_comparison_a_moment_still_trades() -> None:
    assert isinstance(gate(want(), with_book(unverified={"AAPL": later(-30)}), NOW), Approved)


def test_a_dispute_about_another_symbol_does_not_stop_this_one() -> None:
    elsewhere = replace(DISPUTE, item="position/IBM", symbol="IBM")
    assert isinstance(gate(want(), with_book(differences={"position/IBM": elsewhere}), NOW), Approved)


def test_an_unknown_volume_is_bounded_by_size_and_value() -> None:
    assert isinstance(gate(want(), with_card(average_daily_volume=None), NOW), Approved)


def test_a_sell_far_above_the_market_needs_no_collar() -> None:
    assert isinstance(gate(exit_want(limit="150.00"), holding(), NOW), Approved)


MISSING: list[Callable[[], RiskView]] = [
    lambda: with_book(instruments={}),
    lambda: view(quotes={}),
    lambda: with_card(hours=()),
    lambda: with_card(instrument=instrument(multiplier=D(0))),
    lambda: with_book(parents={}),
    lambda: with_book(day=None),
    lambda: with_book(opening=False),
    lambda: with_book(session_live=False),
]


@pytest.mark.parametrize("missing", MISSING)
def test_the_gate_fails_closed_when_something_is_missing(missing: Callable[[], RiskView]) -> None:
    assert isinstance(gate(want(), missing(), NOW), Refused)


@given(
    quantity=st.integers(1, 8000),
    more=st.integers(0, 8000),
    cents=st.integers(9700, 10300),
    whole=st.integers(1, 8000),
    state=st.sampled_from(TradingState),
    volume=st.integers(1, 100_000),
)
@settings(deadline=None, max_examples=150)
def test_a_larger_quantity_never_turns_a_refusal_into_an_approval(
    quantity: int, more: int, cents: int, whole: int, state: TradingState, volume: int
) -> None:
    made = book(parents=(parent(quantity=D(whole)),), trading=state)
    made.instruments = {"AAPL": card(average_daily_volume=D(volume))}
    limit = D(cents) / 100
    small, large = (
        gate(want(quantity, limit), view(made), NOW),
        gate(want(quantity + more, limit), view(made), NOW),
    )
    assert isinstance(small, Approved) or isinstance(large, Refused)


@given(
    held_n=st.integers(1, 500),
    working=st.integers(0, 500),
    reserved=st.integers(0, 500),
    n=st.integers(1, 500),
)
@settings(deadline=None, max_examples=150)
def test_approved_exits_never_cross_zero_even_if_everything_fills(
    held_n: int, working: int, reserved: int, n: int
) -> None:
    orders = [order(exit_want(working, order_ref="a.1.1", parent_ref="a"))] if working else []
    made = book(*orders, parents=(replace(EXIT_PARENT, quantity=D(500)),), held=position(held_n))
    promised = {"b.1.1": exit_want(reserved, order_ref="b.1.1", parent_ref="b")} if reserved else {}
    verdict = gate(exit_want(n), view(made, reserved=promised), NOW)
    assert isinstance(verdict, Approved) is (working + reserved + n <= held_n)


@given(
    parent_n=st.integers(1, 300),
    filled=st.integers(0, 300),
    working=st.integers(0, 300),
    promised=st.integers(0, 300),
    n=st.integers(1, 300),
)
@settings(deadline=None, max_examples=150)
def test_a_parent_is_never_exceeded_even_if_everything_fills(
    parent_n: int, filled: int, working: int, promised: int, n: int
) -> None:
    def part(ref: str, slice_n: int, quantity: int) -> OrderWant:
        return want(max(1, quantity), order_ref=ref, slice_n=slice_n)

    done = order(part("s1.2.1", 2, filled), OrderState.CANCELLED, filled=D(filled))
    live = [order(part("s1.3.1", 3, working))] if working else []
    made = book(done, *live, parents=(parent(quantity=D(parent_n)),))
    reserved = {"s1.4.1": part("s1.4.1", 4, promised)} if promised else {}
    verdict = gate(want(n), view(made, reserved=reserved), NOW)
    assert isinstance(verdict, Approved) is (filled + working + promised + n <= parent_n)


def test_a_final_order_counts_only_what_it_filled() -> None:
    done = order(want(order_ref="s1.2.1", slice_n=2), OrderState.NEVER_REACHED)
    record = ParentRecord(parent=parent(), refusals_n=0, last_refusal="")
    made = book(done)
    made.parents = {"s1": record}
    assert isinstance(gate(want(Decimal(100)), view(made), NOW), Approved)
