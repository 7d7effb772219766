"""For each rule of the gate, wishes that break it and the words that say so."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from hydra.config.trading import RiskConfig
from hydra.core.risk import Refused, gate
from hydra.core.risk_view import RiskView
from hydra.records import BreakerRecord
from hydra.values import (
    Difference,
    OrderState,
    OrderWant,
    Purpose,
    QuoteKind,
    Side,
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

Case = tuple[OrderWant, RiskView, datetime]

EXIT_PARENT = parent(side=Side.SELL, purpose=Purpose.EXIT, episode="AAPL#1")


def exit_want(quantity: int = 100, **changes: Any) -> OrderWant:
    return want(quantity, **({"side": Side.SELL, "purpose": Purpose.EXIT, "episode": "AAPL#1"} | changes))


def holding(*orders: Any, quantity: int = 100, **changes: Any) -> RiskView:
    """A view with a long position and an open exit parent of it."""
    made = book(*orders, parents=(EXIT_PARENT,), held=position(quantity))
    return replace(view(made), **changes)


def with_book(**changes: Any) -> RiskView:
    made = book()
    for name, value in changes.items():
        setattr(made, name, value)
    return view(made)


def with_card(**changes: Any) -> RiskView:
    return with_book(instruments={"AAPL": card(**changes)})


def limits(**changes: Any) -> RiskView:
    return view(limits=RiskConfig.model_validate(changes))


def other(ref: str, *, slice_n: int = 2, **changes: Any) -> OrderWant:
    return want(order_ref=ref, slice_n=slice_n, **changes)


DISPUTE = Difference(item="position/AAPL", kind="quantity", symbol="AAPL", ours="1", theirs="2", text="")
BREAKER = BreakerRecord(breaker="daily_loss", value=D("-0.03"), limit=D("-0.02"), since=NOW)


def disputed_holding() -> RiskView:
    made = holding()
    made.book.differences = {"position/AAPL": DISPUTE}
    return made


QUOTES: dict[str, Any] = {
    "has no quote": None,
    "is crossed": quote("100.02", "100.01"),
    "not positive": quote("0", "100.01"),
    "is FROZEN, not LIVE": quote(kind=QuoteKind.FROZEN),
    "is DELAYED, not LIVE": quote(kind=QuoteKind.DELAYED),
    "is 15.1 s old, limit 15 s": quote(at=later(-15.1)),
}

CASES: list[tuple[str, str, Case]] = [
    (
        "trading state",
        "trading is PAUSED by ann (test): no order to OPEN",
        (want(), view(book(trading=TradingState.PAUSED)), NOW),
    ),
    (
        "trading state",
        "HALTED",
        (exit_want(), view(book(parents=(EXIT_PARENT,), held=position(), trading=TradingState.HALTED)), NOW),
    ),
    ("opening balance", "no opening balance", (want(), with_book(opening=False), NOW)),
    ("live session", "no session", (want(), with_book(session_live=False), NOW)),
    ("maintenance window", "maintenance", (want(), view(in_maintenance=True), NOW)),
    ("gateway's clock", "30 s ahead of ours, limit 5 s", (want(), with_book(clock_skew_s=30.0), NOW)),
    ("gateway's clock", "5.1 s behind ours, limit 5 s", (want(), with_book(clock_skew_s=-5.1), NOW)),
    ("gateway's clock", "was never read", (want(), with_book(clock_skew_s=None), NOW)),
    ("still wanted", "valid until", (want(), view(), later(30))),
    ("no dispute", "position/AAPL", (want(), with_book(differences={"position/AAPL": DISPUTE}), NOW)),
    ("no dispute", "position/AAPL", (exit_want(), disputed_holding(), NOW)),
    ("verified symbol", "for 31 s, limit 30 s", (want(), with_book(unverified={"AAPL": later(-31)}), NOW)),
    (
        "circuit breakers",
        "daily_loss (-0.03 against limit -0.02)",
        (want(), with_book(breakers={"daily_loss": BREAKER}), NOW),
    ),
    ("equity known", "opening equity", (want(), with_book(day=None), NOW)),
    ("equity known", "opening equity", (want(), with_book(day_equity=D(0)), NOW)),
    ("known instrument", "is not a qualified instrument", (want(), with_book(instruments={}), NOW)),
    ("known instrument", "con_id 7", (want(con_id=7), view(), NOW)),
    (
        "open session",
        "no open session",
        (want(valid_until=later(99999)), view(quotes={AAPL: quote(at=CLOSE_AT)}), CLOSE_AT),
    ),
    (
        "close margin",
        "last 120 s",
        (want(valid_until=CLOSE_AT), view(quotes={AAPL: quote(at=later(21480))}), later(21480)),
    ),
    ("order type", "GTC is not allowed, only DAY", (want(tif="GTC"), view(), NOW)),
    ("whole quantity", "quantity 0 is not", (want(0), view(), NOW)),
    ("whole quantity", "quantity -5 is not", (want(-5), view(), NOW)),
    ("whole quantity", "quantity 1.5 is not", (want("1.5"), view(), NOW)),
    (
        "price on tick",
        "100.005 is not a positive multiple of the tick 0.01",
        (want(1, "100.005"), view(), NOW),
    ),
    ("price on tick", "limit 0 is", (want(1, "0"), view(), NOW)),
    ("price on tick", "tick 0", (want(1), with_card(instrument=instrument(tick=D(0))), NOW)),
    *[
        ("reference price", text, (want(), view(quotes={AAPL: given} if given else {}), NOW))
        for text, given in QUOTES.items()
    ],
    (
        "price collar",
        "limit 102.01 is 2.01 % above the middle 100, collar 2 %",
        (want(1, "102.01"), view(), NOW),
    ),
    ("price collar", "below the middle", (exit_want(1, limit="97.99"), holding(), NOW)),
    (
        "new order",
        "already used by an order that is CANCELLED",
        (want(), view(book(order(want(1), OrderState.CANCELLED))), NOW),
    ),
    ("new order", "already permitted", (want(), view(reserved={"s1.1.1": want()}), NOW)),
    (
        "one attempt a slice",
        "order s1.1.2 of the same slice has not ended",
        (want(1), view(book(order(other("s1.1.2", slice_n=1), OrderState.UNKNOWN))), NOW),
    ),
    (
        "one attempt a slice",
        "order s1.1.2 of",
        (want(1), view(reserved={"s1.1.2": want(1, order_ref="s1.1.2")}), NOW),
    ),
    ("parent", "its parent s9 is not open", (want(parent_ref="s9"), view(), NOW)),
    ("parent", "its parent 265598 AAPL BUY OPEN", (want(side=Side.SELL), view(), NOW)),
    (
        "parent's remainder",
        "quantity 41 with 30 filled and 30 that may still fill is over the parent's 100",
        (
            want(41),
            view(
                book(
                    order(other("s1.2.1", slice_n=2), OrderState.CANCELLED, filled=D(30)),
                    order(replace(other("s1.3.1", slice_n=3), terms=want(30).terms)),
                )
            ),
            NOW,
        ),
    ),
    (
        "parent's remainder",
        "40 that may still fill",
        (want(61), view(reserved={"s1.2.1": replace(other("s1.2.1"), terms=want(40).terms)}), NOW),
    ),
    (
        "price chase",
        "limit 101.01 is 1.01 % beyond the parent's first 100, limit 1 %",
        (want(1, "101.01", order_ref="s1.1.2"), view(book(order(want(1, "100"), OrderState.CANCELLED))), NOW),
    ),
    (
        "same episode",
        "it is to close AAPL#1, the position is AAPL#2",
        (
            exit_want(),
            replace(holding(), book=book(parents=(EXIT_PARENT,), held=position(episode="AAPL#2"))),
            NOW,
        ),
    ),
    ("same episode", "the position is flat", (exit_want(), view(book(parents=(EXIT_PARENT,))), NOW)),
    (
        "only reduces",
        "SELL does not reduce the position of -100 AAPL",
        (exit_want(), holding(quantity=-100), NOW),
    ),
    (
        "only reduces",
        "SELL 100 with 0 that may still fill would cross zero from 99 AAPL",
        (exit_want(), holding(quantity=99), NOW),
    ),
    (
        "only reduces",
        "SELL 61 with 40 that may still fill",
        (exit_want(61), holding(order(exit_want(40, order_ref="s0.1.1", parent_ref="s0"))), NOW),
    ),
    (
        "only reduces",
        "SELL 61 with 40 that may still fill",
        (
            exit_want(61),
            holding(reserved={"s0.1.1": exit_want(40, order_ref="s0.1.1", parent_ref="s0")}),
            NOW,
        ),
    ),
    (
        "own orders do not meet",
        "BUY at 100.00 would meet our own order x.1.1, SELL at 100.00",
        (want(), view(book(order(exit_want(order_ref="x.1.1", parent_ref="x")))), NOW),
    ),
    (
        "own orders do not meet",
        "x.1.1",
        (want(), view(reserved={"x.1.1": exit_want(order_ref="x.1.1", parent_ref="x")}), NOW),
    ),
    ("order size", "quantity 5,001 over limit 5,000", (want(5001), view(), NOW)),
    ("order value", "notional 50,100 USD over limit 50,000", (want(501), view(), NOW)),
    (
        "order value",
        "notional 500,000 USD over",
        (want(100), with_card(instrument=instrument(multiplier=D(50))), NOW),
    ),
    ("order value", "has no multiplier", (want(), with_card(instrument=instrument(multiplier=D(0))), NOW)),
    ("order value", "trades in EUR", (want(), with_card(instrument=instrument(currency="EUR")), NOW)),
    (
        "share of volume",
        "is 25.06 % of the average daily volume 399, limit 25 %",
        (want(), with_card(average_daily_volume=D(399)), NOW),
    ),
    ("share of volume", "quantity 100 is", (want(1), with_card(average_daily_volume=D(399)), NOW)),
    (
        "working orders",
        "1 orders are working, limit 1",
        (want(1), replace(limits(working_orders_max=1), book=book(order(other("s1.2.1")))), NOW),
    ),
]


def refusal(case: Case) -> Refused:
    verdict = gate(*case)
    assert isinstance(verdict, Refused)
    return verdict
