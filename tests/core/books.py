"""Small books, orders and quotes for the tests of core: one instrument, AAPL, in one open session."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hydra.config.trading import RiskConfig, RoutingConfig
from hydra.core.book import Book
from hydra.core.permits import content_hash
from hydra.core.risk_view import RiskView
from hydra.records import (
    InstrumentCard,
    OrderRecord,
    ParentRecord,
    PositionRecord,
    SignalRecord,
    TradingStatus,
)
from hydra.values import (
    ZERO,
    ChildKind,
    Instrument,
    Intent,
    OrderState,
    OrderTerms,
    OrderWant,
    ParentOrder,
    PatienceStep,
    Purpose,
    Quote,
    QuoteKind,
    SessionHours,
    Side,
    Signal,
    Slice,
    TradingState,
)

D = Decimal
AAPL = 265598
OPEN_AT = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
CLOSE_AT = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
HOURS = (SessionHours(open_at=OPEN_AT, close_at=CLOSE_AT),)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def instrument(**changes: Any) -> Instrument:
    plain = Instrument(
        con_id=AAPL,
        symbol="AAPL",
        sec_type="STK",
        exchange="SMART",
        primary_exchange="NASDAQ",
        currency="USD",
        local_symbol="AAPL",
        trading_class="NMS",
        multiplier=D(1),
        tick=D("0.01"),
    )
    return replace(plain, **changes)


def card(**changes: Any) -> InstrumentCard:
    plain = InstrumentCard(
        instrument=instrument(),
        hours=HOURS,
        average_daily_volume=D(1_000_000),
        prior_close=D(100),
        qualified_at=OPEN_AT,
    )
    return replace(plain, **changes)


def quote(bid: str = "99.99", ask: str = "100.01", at: datetime = NOW, **changes: Any) -> Quote:
    plain = Quote(
        con_id=AAPL,
        symbol="AAPL",
        bid=D(bid),
        ask=D(ask),
        bid_size=D(500),
        ask_size=D(500),
        last=None,
        kind=QuoteKind.LIVE,
        at=at,
    )
    return replace(plain, **changes)


def signal(**changes: Any) -> Signal:
    plain = Signal(
        signal_id="s1",
        source="mean-reversion",
        symbol="AAPL",
        side=Side.BUY,
        quantity=D(100),
        purpose=Purpose.OPEN,
        urgent=False,
        episode="",
        reason="cheap",
        at=NOW,
        valid_until=later(60),
    )
    return replace(plain, **changes)


def parent(**changes: Any) -> ParentOrder:
    plain = ParentOrder(
        parent_ref="s1",
        signal_id="s1",
        kind=ChildKind.PATIENCE,
        con_id=AAPL,
        symbol="AAPL",
        side=Side.BUY,
        quantity=D(100),
        purpose=Purpose.OPEN,
        episode="",
        urgent=False,
        arrival_price=D(100),
        participation=None,
        slices=(Slice(slice_n=1, quantity=D(100), due_at=NOW),),
        steps=(
            PatienceStep(attempt_n=0, aggression=D(0), wait_s=120.0),
            PatienceStep(attempt_n=1, aggression=D("0.5"), wait_s=60.0),
            PatienceStep(attempt_n=2, aggression=D(1), wait_s=30.0),
        ),
        opened_at=NOW,
        ends_at=later(420),
    )
    return replace(plain, **changes)


def want(quantity: int | str | Decimal = 100, limit: str | Decimal = "100.00", **changes: Any) -> OrderWant:
    """An order of parent s1; `side`, `con_id`, `symbol` and `tif` change its terms."""
    terms = OrderTerms(
        con_id=AAPL, symbol="AAPL", side=Side.BUY, quantity=D(quantity), limit=D(limit), tif="DAY"
    )
    names = ("con_id", "symbol", "side", "tif")
    plain = OrderWant(
        order_ref="s1.1.1",
        parent_ref="s1",
        slice_n=1,
        attempt_n=1,
        purpose=Purpose.OPEN,
        episode="",
        terms=replace(terms, **{name: changes.pop(name) for name in names if name in changes}),
        bid=D("99.99"),
        ask=D("100.01"),
        quote_at=NOW,
        origin="router/s1",
        origin_sync=1,
        valid_until=later(30),
    )
    return replace(plain, **changes)


def order(
    wanted: OrderWant | None = None, state: OrderState = OrderState.WORKING, **changes: Any
) -> OrderRecord:
    wanted = wanted if wanted is not None else want()
    plain = OrderRecord(
        intent=Intent(want=wanted, order_hash=content_hash(wanted), session=1, broker_order_id=1),
        state=state,
        filled=ZERO,
        paid=ZERO,
        perm_ids=(),
        reported_filled=ZERO,
        last_status="",
        last_error="",
        cancel_sent_at=None,
        doubt="",
        intended_at=NOW,
        changed_at=NOW,
    )
    return replace(plain, **changes)


def position(quantity: int = 100, average: str = "100", **changes: Any) -> PositionRecord:
    plain = PositionRecord(
        con_id=AAPL,
        symbol="AAPL",
        quantity=D(quantity),
        average_price=D(average),
        multiplier=D(1),
        realized=ZERO,
        commissions=ZERO,
        episode="AAPL#1" if quantity else "",
        episode_n=1,
        opened_at=NOW if quantity else None,
    )
    return replace(plain, **changes)


def book(
    *orders: OrderRecord,
    parents: tuple[ParentOrder, ...] = (),
    held: PositionRecord | None = None,
    signals: tuple[SignalRecord, ...] = (),
    trading: TradingState = TradingState.ACTIVE,
    flatten_by: str = "",
) -> Book:
    """A book that may trade: AAPL known, a session live, equity 100,000 known; parent s1 unless others are given."""
    made = Book()
    made.seq, made.session, made.session_live, made.opening = 50, 1, True, True
    made.clock_skew_s = 0.0
    made.cash, made.day, made.day_equity = D(100_000), date(2026, 11, 23), D(100_000)
    made.instruments = {"AAPL": card()}
    made.parents = {
        one.parent_ref: ParentRecord(parent=one, refusals_n=0, last_refusal="")
        for one in parents or (parent(),)
    }
    made.orders = {one.order_ref: one for one in orders}
    made.positions = {held.con_id: held} if held is not None else {}
    made.signals = {one.signal.signal_id: one for one in signals}
    made.trading = TradingStatus(state=trading, by="ann", reason="test", since=NOW)
    made.flatten_by = flatten_by
    return made


def view(of: Book | None = None, **changes: Any) -> RiskView:
    """Risk's view with a fresh quote of AAPL and the default limits."""
    plain = RiskView(
        book=of if of is not None else book(),
        quotes={AAPL: quote()},
        reserved={},
        limits=RiskConfig(),
        close_margin_s=120.0,
        unverified_max_s=30.0,
        clock_skew_max_s=5.0,
        delayed_allowed=False,
        in_maintenance=False,
        sync=3,
    )
    return replace(plain, **changes)


def routing(**changes: Any) -> RoutingConfig:
    return RoutingConfig.model_validate(changes)
