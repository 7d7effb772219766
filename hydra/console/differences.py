"""The sheet of differences as lines for a person: what differs since when, both sides, what each remedy would do. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from hydra.console.wording import moment, shares
from hydra.core.wording import number
from hydra.records import BrokerSide, OurSide
from hydra.supervisor.desk_differences import OPEN, DifferenceRow, DifferenceSheet

NOT_KEPT = "not kept by the version that found it"


def lines_of(sheet: DifferenceSheet) -> Iterator[str]:
    """All of it, one difference after another, then how trading stands."""
    for row in sheet.rows:
        yield from _difference(row)
        yield ""
    if not sheet.rows:
        yield "Our books and the broker's differ in nothing that is known."
    because = f": {sheet.trading_reason}" if sheet.trading_reason else ""
    yield f"Trading is {sheet.trading} by {sheet.trading_by}{because}"


def _difference(row: DifferenceRow) -> Iterator[str]:
    yield f"{row.item}  {row.kind}, {row.status} since {moment(row.since)} New York"
    yield f"  {row.text}"
    if row.status != OPEN and row.settled_at is not None:
        yield f"  ignored by {row.by} at {moment(row.settled_at)} New York: {row.reason}"
    yield f"  ours    {row.ours}"
    yield from (f"          {line}" for line in _ours(row.our_side))
    yield f"  theirs  {row.theirs}"
    yield from (f"          {line}" for line in _theirs(row.broker_side))
    for remedy in row.remedies:
        yield f"  --{remedy.how.value:<7} {'' if remedy.is_offered else 'not offered: '}{remedy.text}"


def _ours(side: OurSide | None) -> Iterator[str]:
    if side is None:
        yield NOT_KEPT
        return
    yield f"cash {number(side.cash)}"
    for record in side.positions:
        yield (
            f"position {shares(record.quantity)} {record.symbol} at {number(round(record.average_price, 4))}, "
            f"commissions {number(record.commissions)}{', ' + record.episode if record.episode else ''}"
        )
    for line in side.ignored:
        yield f"ignored {shares(line.quantity)} {line.symbol}"
    for order in side.orders:
        terms = order.intent.want.terms
        yield (
            f"order {order.order_ref} {order.state}: {terms.side} {shares(terms.quantity)} {terms.symbol} "
            f"at {number(terms.limit)}, filled {shares(order.filled)}"
        )
    for fill in side.executions:
        cost = "unknown" if fill.commission is None else number(fill.commission)
        yield (
            f"execution {fill.exec_root} {fill.side} {shares(fill.quantity)} {fill.symbol} at {number(fill.price)}, "
            f"commission {cost}"
        )
    yield from _left_out(side.left_out)


def _theirs(side: BrokerSide | None) -> Iterator[str]:
    if side is None:
        yield NOT_KEPT
        return
    if side.listed_at is not None:
        yield f"listed at {moment(side.listed_at)} New York"
    if side.cash is not None:
        yield f"cash {number(side.cash)}"
    for line in side.positions:
        yield f"position {shares(line.quantity)} {line.symbol}, average cost {number(line.average_cost)}"
    for order in side.open_orders:
        limit = "no limit" if order.limit is None else number(order.limit)
        yield (
            f"order {order.order_ref or '(no orderRef)'} permId {order.perm_id} of client {order.client_id} {order.status}: "
            f"{order.side} {shares(order.quantity)} {order.symbol} at {limit}, filled {shares(order.filled)}"
        )
    for done in side.completed_orders:
        yield (
            f"order {done.order_ref or '(no orderRef)'} permId {done.perm_id} {done.status}: "
            f"{done.side} {done.symbol}, filled {shares(done.filled)}"
        )
    for fill in side.executions:
        yield (
            f"execution {fill.exec_id} {fill.side} {shares(fill.quantity)} {fill.symbol} at {number(fill.price)} "
            f"of client {fill.client_id}"
        )
    yield from _left_out(side.left_out)


def _left_out(rows_n: int) -> Iterator[str]:
    if rows_n:
        yield f"and {rows_n} older rows, which were not kept"
