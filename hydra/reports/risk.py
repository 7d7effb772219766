"""The result of one report and what stood guard over it: drawdown, breakers, changes of what may be traded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from hydra.core.positions import unrealized
from hydra.journal.rows import StoredEvent
from hydra.messages.decisions import BreakerRearmed, BreakerTripped, TradingStateChanged
from hydra.records import PositionRecord
from hydra.reports.records import BreakerLine, HoldingLine, HoldingsPart, RiskPart, TradingLine
from hydra.reports.rounding import average, fraction, money
from hydra.reports.valuation import Valuation
from hydra.values import ZERO

BASIS = (
    "positions are valued at the newest price in the journal (the quote of an order, our own fill, a prior close), "
    "not at official closing prices; the drawdown is what was seen where the journal holds a price"
)


def risk_part(day: date, valuation: Valuation, events: Sequence[StoredEvent]) -> RiskPart:
    """`valuation` stands at the end of the events."""
    book = valuation.book
    baseline = book.day_equity if book.day == day else None
    equity = valuation.equity()
    result = valuation.result()
    return RiskPart(
        result=money(result),
        realized=money(sum(valuation.realized.values(), ZERO)),
        unrealized_change=money(valuation.unrealized() - valuation.base),
        commissions=money(valuation.commissions),
        unrealized=money(valuation.unrealized()),
        equity=money(equity) if equity is not None else None,
        day_equity=money(baseline) if baseline is not None else None,
        result_fraction=fraction(result, baseline),
        drawdown=money(valuation.drawdown),
        drawdown_fraction=fraction(valuation.drawdown, baseline),
        basis=BASIS,
        trading_state=book.trading.state.value,
        trading=tuple(_trading(events)),
        breakers=tuple(_breakers(events)),
        breakers_open=tuple(book.breakers),
    )


def holdings_part(valuation: Valuation) -> HoldingsPart:
    """What is held at the end of the events, and what was closed among them."""
    book = valuation.book
    closed = (
        book.positions[con_id] for con_id in valuation.realized if not book.positions[con_id].quantity
    )
    return HoldingsPart(
        held=tuple(_holding(position, valuation) for position in valuation.held()),
        closed=tuple(_holding(position, valuation) for position in closed),
        not_ours=tuple((line.symbol, line.quantity) for line in book.ignored.values()),
        cash=money(book.cash) if book.opening else None,
    )


def _holding(position: PositionRecord, valuation: Valuation) -> HoldingLine:
    mark = valuation.mark_of(position)
    return HoldingLine(
        symbol=position.symbol,
        con_id=position.con_id,
        quantity=position.quantity,
        average_price=average(position.average_price),
        mark=average(mark.price),
        mark_basis=mark.basis,
        mark_at=mark.at,
        unrealized=money(unrealized(position, mark.price)),
        realized=money(valuation.realized.get(position.con_id, ZERO)),
    )


def _trading(events: Sequence[StoredEvent]) -> Iterator[TradingLine]:
    for stored in events:
        if isinstance(stored.event, TradingStateChanged):
            change = stored.event
            yield TradingLine(at=stored.at, state=change.state.value, by=change.by, reason=change.reason)


def _breakers(events: Sequence[StoredEvent]) -> Iterator[BreakerLine]:
    for stored in events:
        match stored.event:
            case BreakerTripped(breaker=name, text=text):
                yield BreakerLine(at=stored.at, breaker=name, what="tripped", by="risk", text=text)
            case BreakerRearmed(breaker=name, by=by, reason=reason):
                yield BreakerLine(at=stored.at, breaker=name, what="rearmed", by=by, text=reason)
