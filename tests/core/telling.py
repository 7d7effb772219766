"""What the broker and the actors say to a journal: small messages with sensible contents, each changeable."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hydra.core.permits import permit_for
from hydra.messages import commands as c
from hydra.messages import facts as f
from hydra.messages.sync import BrokerSnapshot
from hydra.values import (
    ZERO,
    AccountFigures,
    Commission,
    CompletedOrderLine,
    Execution,
    OpenOrderLine,
    OrderWant,
    PositionLine,
    Side,
)
from tests.core.books import AAPL, HOURS, NOW, D, instrument, want

CLIENT = 7
NOBODY = AccountFigures(net_liquidation=None, cash=None, buying_power=None, cushion=None)


def figures(cash: int | Decimal = 100_000) -> AccountFigures:
    return replace(NOBODY, cash=D(cash))


def session_opened(token: int = 1, **changes: Any) -> f.SessionOpened:
    plain = f.SessionOpened(
        session=0,
        link_token=token,
        account="DU1",
        client_id=CLIENT,
        server_version=178,
        next_valid_id=1,
        clock_skew_s=0.0,
    )
    return replace(plain, **changes)


def session_closed(session: int = 1, reason: str = "reset by peer") -> f.SessionClosed:
    return f.SessionClosed(session=session, reason=reason, planned=False)


def time_seen(skew_s: float, session: int = 1) -> f.GatewayTimeSeen:
    return f.GatewayTimeSeen(session=session, gateway_at=NOW, skew_s=skew_s)


def qualified(session: int = 1, **changes: Any) -> f.InstrumentQualified:
    plain = f.InstrumentQualified(
        session=session,
        instrument=instrument(),
        hours=HOURS,
        average_daily_volume=D(1_000_000),
        prior_close=D(100),
    )
    return replace(plain, **changes)


def written(ref: str = "s1.1.1", session: int = 1) -> f.OrderWritten:
    return f.OrderWritten(session=session, order_ref=ref, broker_order_id=1)


def not_written(ref: str = "s1.1.1", session: int = 1, reason: str = "halted") -> f.OrderNotWritten:
    return f.OrderNotWritten(session=session, order_ref=ref, reason=reason)


def status(word: str = "Submitted", ref: str = "s1.1.1", filled: int = 0, **changes: Any) -> f.OrderStatusReported:
    plain = f.OrderStatusReported(
        session=1,
        order_ref=ref,
        broker_order_id=1,
        perm_id=901,
        client_id=CLIENT,
        status=word,
        filled=D(filled),
        remaining=D(100 - filled),
        why_held="",
    )
    return replace(plain, **changes)


def error(code: int, effect: str, ref: str = "s1.1.1", session: int = 1) -> f.OrderErrorReported:
    return f.OrderErrorReported(
        session=session, order_ref=ref, broker_order_id=1, code=code, text="no", effect=effect
    )


def execution(
    exec_id: str = "e1.01", ref: str = "s1.1.1", quantity: int = 100, price: str = "100", **changes: Any
) -> Execution:
    root, _, revision = exec_id.rpartition(".")
    plain = Execution(
        exec_id=exec_id,
        exec_root=root,
        revision=int(revision),
        order_ref=ref,
        perm_id=901,
        broker_order_id=1,
        client_id=CLIENT,
        con_id=AAPL,
        symbol="AAPL",
        side=Side.BUY,
        quantity=D(quantity),
        price=D(price),
        at=NOW,
    )
    return replace(plain, **changes)


def fill(
    exec_id: str = "e1.01", ref: str = "s1.1.1", quantity: int = 100, price: str = "100", **changes: Any
) -> f.ExecutionReported:
    session, late = changes.pop("session", 1), changes.pop("late", False)
    return f.ExecutionReported(
        session=session,
        execution=execution(exec_id, ref, quantity, price, **changes),
        late=late,
    )


def commission(exec_id: str = "e1.01", amount: str = "1", session: int = 1) -> f.CommissionReported:
    cost = Commission(exec_id=exec_id, amount=D(amount), currency="USD")
    return f.CommissionReported(session=session, commission=cost)


def open_line(ref: str = "s1.1.1", perm_id: int = 901, **changes: Any) -> OpenOrderLine:
    plain = OpenOrderLine(
        order_ref=ref,
        perm_id=perm_id,
        broker_order_id=1,
        client_id=CLIENT,
        con_id=AAPL,
        symbol="AAPL",
        side=Side.BUY,
        quantity=D(100),
        limit=D(100),
        status="Submitted",
        filled=ZERO,
    )
    return replace(plain, **changes)


def completed_line(
    ref: str = "s1.1.1", word: str = "Cancelled", filled: int = 0, **changes: Any
) -> CompletedOrderLine:
    plain = CompletedOrderLine(
        order_ref=ref,
        perm_id=901,
        con_id=AAPL,
        symbol="AAPL",
        side=Side.BUY,
        status=word,
        filled=D(filled),
        text="",
    )
    return replace(plain, **changes)


def position_line(quantity: int = 100, average: str = "100", **changes: Any) -> PositionLine:
    plain = PositionLine(con_id=AAPL, symbol="AAPL", quantity=D(quantity), average_cost=D(average))
    return replace(plain, **changes)


def snapshot(request_n: int, **changes: Any) -> BrokerSnapshot:
    """A complete, quiet listing of an empty account with 100,000 in cash."""
    plain = BrokerSnapshot(
        session=1,
        request_n=request_n,
        requested_at=NOW,
        missing=(),
        unsettled=(),
        open_orders=(),
        completed_orders=(),
        executions=(),
        commissions=(),
        positions=(),
        figures=figures(),
    )
    return replace(plain, **changes)


def commit(wanted: OrderWant | None = None, *, as_of_seq: int, risk_sync: int = 1, **changes: Any) -> c.CommitOrder:
    """A permitted order of risk's sync 1; `changes` change the permit."""
    wanted = wanted if wanted is not None else want()
    permit = permit_for(wanted, risk_sync=risk_sync, as_of_seq=as_of_seq, now=NOW, ttl_s=10.0)
    return c.CommitOrder(want=wanted, permit=replace(permit, **changes))
