"""One picture of a running hydra as something rich can draw, for the live table and for `hydra status`.

Pure: the same status is the same picture. Long lists are cut to `rows_max` and say so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hydra.console import wording
from hydra.supervisor.desk_status import ActorRow, AlertRow, DeskStatus, OrderRow, PositionRow

LIVE_ROWS_MAX = 20
LIVE_ALERTS_MAX = 4
CHILDREN_OF = "router/"
"""Children of the router come and go, so in a short table they make room for the others."""
_STYLES = {
    "ACTIVE": "bold green",
    "REDUCING": "bold yellow",
    "PAUSED": "bold yellow",
    "HALTED": "bold red",
    "READY": "green",
    "FAILED": "bold red",
    "running": "green",
    "gave_up": "bold red",
    "critical": "bold red",
}
_OTHERWISE = "yellow"
Row = TypeVar("Row")


def render(status: DeskStatus, *, rows_max: int | None = LIVE_ROWS_MAX) -> RenderableType:
    """The whole picture; `rows_max` None shows every row."""
    alerts_max = None if rows_max is None else LIVE_ALERTS_MAX
    parts: list[RenderableType] = [_head(status), _actors(status.actors, rows_max)]
    if status.positions:
        parts.append(_positions(status.positions, rows_max))
    if status.orders:
        parts.append(_orders(status.orders, rows_max))
    parts += [Text(f"difference: {text}", style="bold red") for text in status.differences]
    if status.differences:
        parts.append(Text("hydra reconcile --show has both sides, and what may be done", style="bold red"))
    parts += [Text(f"breaker: {text}", style="bold red") for text in status.breakers]
    parts += _alerts(status.alerts, alerts_max)
    return Group(*parts)


def _head(status: DeskStatus) -> RenderableType:
    head = Table.grid(padding=(0, 2))
    head.add_column(style="dim")
    head.add_column(overflow="fold")
    speed = f", {status.speed:g} times real time" if status.speed != 1 else ""
    now = f"{wording.moment(status.market_at)} New York{speed}; {wording.market(status)}"
    head.add_row("hydra", Text(f"run {status.run} on account {status.account or wording.UNKNOWN}"))
    head.add_row("time", Text(now))
    head.add_row("trading", _coloured(status.trading, wording.trading(status)))
    head.add_row("link", _coloured(status.link, f"{status.link} {status.link_text}".rstrip()))
    head.add_row("money", Text(_money(status)))
    head.add_row("so far", Text(wording.counts(status.summary)))
    head.add_row("compared", Text(wording.reconciled(status)))
    return head


def _money(status: DeskStatus) -> str:
    equity, cash = wording.money(status.equity), wording.money(status.cash)
    return f"today {wording.signed(status.day_pnl)}, equity {equity}, cash {cash} USD"


def _coloured(word: str, text: str) -> Text:
    return Text(text, style=_STYLES.get(word, _OTHERWISE))


def _table(*columns: str, right: Sequence[str] = ()) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def _fill(table: Table, rows: Sequence[Row], rows_max: int | None, cells: Callable[[Row], tuple[str | Text, ...]]) -> Table:
    """Every cell is a Text: what a strategy or a broker says is never markup."""
    for row in rows[:rows_max]:
        table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in cells(row)))
    hidden = len(rows) - len(rows[:rows_max])
    if hidden:
        table.caption = f"and {hidden} more"
    return table


def _actors(rows: Sequence[ActorRow], rows_max: int | None) -> Table:
    def cells(row: ActorRow) -> tuple[str | Text, ...]:
        why = row.why if row.restarts or row.state != "running" else ""
        return (row.name, _coloured(row.state, row.state), str(row.restarts), str(row.mailbox), why)

    table = _table("actor", "state", "restarts", "waiting", "why it ended last", right=("restarts", "waiting"))
    cut = rows_max is not None and len(rows) > rows_max
    ordered = sorted(rows, key=lambda row: cut and row.name.startswith(CHILDREN_OF))
    return _fill(table, ordered, rows_max, cells)


def _positions(rows: Sequence[PositionRow], rows_max: int | None) -> Table:
    def cells(row: PositionRow) -> tuple[str | Text, ...]:
        age = wording.UNKNOWN if row.quote_age_s is None else f"{row.quote_age_s:.0f} s"
        held = (row.symbol, wording.shares(row.quantity), wording.money(row.average_price))
        earned = (wording.signed(row.unrealized), wording.signed(row.realized), wording.money(row.commissions))
        return (*held, wording.money(row.mark), age, *earned)

    columns = ("shares", "average", "mark", "quote age", "unrealized", "realized", "commission")
    return _fill(_table("position", *columns, right=columns), rows, rows_max, cells)


def _orders(rows: Sequence[OrderRow], rows_max: int | None) -> Table:
    def cells(row: OrderRow) -> tuple[str | Text, ...]:
        of = f"{wording.shares(row.filled)} of {wording.shares(row.quantity)}"
        since = wording.clock(row.since)
        return (row.order_ref, row.side, row.symbol, of, wording.money(row.limit), row.state, since)

    table = _table("order", "side", "symbol", "filled", "limit", "state", "since", right=("filled", "limit"))
    return _fill(table, rows, rows_max, cells)


def _alerts(rows: Sequence[AlertRow], alerts_max: int | None) -> list[RenderableType]:
    """The newest last; the oldest are cut."""
    shown = rows if alerts_max is None else rows[-alerts_max:]
    return [
        _coloured(row.severity, f"{wording.clock(row.at)} {row.severity} {row.kind} {row.about}: {row.text}")
        for row in shown
    ]
