"""Positions from executions: quantity, average price and realised profit of one contract, fill by fill.

The only inputs are executions (and what was adopted at the opening). Prices exclude commission and multiplier.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from hydra.records import ExecutionRecord, PositionRecord
from hydra.values import ZERO


def flat(con_id: int, symbol: str, multiplier: Decimal) -> PositionRecord:
    """No position, never had one."""
    return PositionRecord(
        con_id=con_id,
        symbol=symbol,
        quantity=ZERO,
        average_price=ZERO,
        multiplier=multiplier,
        realized=ZERO,
        commissions=ZERO,
        episode="",
        episode_n=0,
        opened_at=None,
    )


def with_fill(position: PositionRecord, fill: ExecutionRecord) -> PositionRecord:
    """The position after one fill: adds at the average, closes against it, or crosses zero into a new episode."""
    change = fill.side.sign * fill.quantity
    before, after = position.quantity, position.quantity + change
    cost = fill.commission or ZERO
    position = replace(position, commissions=position.commissions + cost)
    if change == 0:  # a bust: an execution corrected to nothing
        return position
    if before == 0:
        return _opened(position, after, fill.price, fill.at)
    if (before > 0) == (change > 0):
        average = (position.average_price * abs(before) + fill.price * abs(change)) / abs(after)
        return replace(position, quantity=after, average_price=average)
    closed = min(abs(change), abs(before))
    gain = (fill.price - position.average_price) * closed * (1 if before > 0 else -1) * position.multiplier
    position = replace(position, realized=position.realized + gain)
    if after == 0:
        return replace(position, quantity=ZERO, average_price=ZERO, episode="", opened_at=None)
    if (after > 0) == (before > 0):
        return replace(position, quantity=after)
    return _opened(position, after, fill.price, fill.at)


def adopted(position: PositionRecord, *, quantity: Decimal, average_price: Decimal, at: datetime) -> PositionRecord:
    """The position as somebody else has it. An episode goes on while its direction stays; what was earned and paid stays."""
    if quantity == 0:
        return replace(position, quantity=ZERO, average_price=ZERO, episode="", opened_at=None)
    if position.quantity * quantity > 0:
        return replace(position, quantity=quantity, average_price=average_price)
    return _opened(position, quantity, average_price, at)


def _opened(position: PositionRecord, quantity: Decimal, price: Decimal, at: datetime) -> PositionRecord:
    n = position.episode_n + 1
    return replace(
        position,
        quantity=quantity,
        average_price=price,
        episode_n=n,
        episode=f"{position.symbol}#{n}",
        opened_at=at,
    )


def refolded(base: PositionRecord, fills: tuple[ExecutionRecord, ...]) -> PositionRecord:
    """The position from a base and all fills since, in order: how a correction (`.02`) is taken in exactly."""
    position = base
    for fill in fills:
        position = with_fill(position, fill)
    return position


def cash_change(fill: ExecutionRecord, multiplier: Decimal) -> Decimal:
    """What one fill does to cash, commission included when known."""
    return -fill.side.sign * fill.quantity * fill.price * multiplier - (fill.commission or ZERO)


def unrealized(position: PositionRecord, mark: Decimal) -> Decimal:
    """Profit at a mark price, in money."""
    return (mark - position.average_price) * position.quantity * position.multiplier
