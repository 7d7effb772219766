"""Small values for the broker's tests: one instrument, intents, rows of the wire."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hydra.broker.news import OpenOrderSeen, StatusSeen
from hydra.values import (
    Commission,
    Execution,
    Instrument,
    Intent,
    OpenOrderLine,
    OrderTerms,
    OrderWant,
    Purpose,
    SessionHours,
    Side,
)

D = Decimal
HUNDRED, LIMIT = D(100), D("155.25")
AAPL = 265598
NOW = datetime(2012, 6, 4, 15, 0, tzinfo=UTC)
HOURS = (
    SessionHours(
        open_at=datetime(2012, 6, 4, 13, 30, tzinfo=UTC), close_at=datetime(2012, 6, 4, 20, 0, tzinfo=UTC)
    ),
)
APPLE = Instrument(
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


def intent(
    ref: str = "s1/0/0",
    *,
    order_id: int = 1,
    session: int = 1,
    side: Side = Side.BUY,
    quantity: Decimal = HUNDRED,
    limit: Decimal = LIMIT,
    now: datetime = NOW,
) -> Intent:
    terms = OrderTerms(con_id=AAPL, symbol="AAPL", side=side, quantity=quantity, limit=limit, tif="DAY")
    want = OrderWant(
        order_ref=ref,
        parent_ref="s1",
        slice_n=0,
        attempt_n=0,
        purpose=Purpose.OPEN,
        episode="",
        terms=terms,
        bid=limit,
        ask=limit,
        quote_at=now,
        origin="router/s1",
        origin_sync=1,
        valid_until=now + timedelta(hours=1),
    )
    return Intent(want=want, order_hash="h", session=session, broker_order_id=order_id)


def execution(exec_id: str = "0001.01", **changes: object) -> Execution:
    plain = Execution(
        exec_id=exec_id,
        exec_root=exec_id.rpartition(".")[0],
        revision=1,
        order_ref="s1/0/0",
        perm_id=9,
        broker_order_id=1,
        client_id=7,
        con_id=AAPL,
        symbol="AAPL",
        side=Side.BUY,
        quantity=D(10),
        price=D(155),
        at=NOW,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def commission(exec_id: str = "0001.01") -> Commission:
    return Commission(exec_id=exec_id, amount=D(1), currency="USD")


def opened(ref: str = "s1/0/0", *, order_id: int = 1, perm_id: int = 9, status: str = "Submitted") -> OpenOrderSeen:
    line = OpenOrderLine(
        order_ref=ref,
        perm_id=perm_id,
        broker_order_id=order_id,
        client_id=7,
        con_id=AAPL,
        symbol="AAPL",
        side=Side.BUY,
        quantity=D(100),
        limit=D("155.25"),
        status=status,
        filled=D(0),
    )
    return OpenOrderSeen(line=line)


def status(word: str = "Submitted", *, order_id: int = 1, perm_id: int = 9, filled: int = 0) -> StatusSeen:
    return StatusSeen(
        broker_order_id=order_id,
        perm_id=perm_id,
        client_id=7,
        status=word,
        filled=D(filled),
        remaining=D(100 - filled),
        why_held="",
    )
