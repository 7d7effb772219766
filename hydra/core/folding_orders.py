"""How order and execution events change the book. Filled quantity comes from executions only, newest revision wins."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hydra.core.book_state import BookState
from hydra.core.orders import CALLED_DEAD, LIVE_STATUSES, OrderNews, after, can_follow, news_of_end
from hydra.core.positions import cash_change, flat, refolded, with_fill
from hydra.messages import decisions as d
from hydra.messages import facts as f
from hydra.records import ExecutionRecord, OrderRecord
from hydra.values import ZERO, Execution, OrderState


def intended(book: BookState, at: datetime, event: d.OrderIntended) -> None:
    """The order exists from here on, at worst case."""
    intent = event.intent
    book.orders[intent.want.order_ref] = OrderRecord(
        intent=intent,
        state=OrderState.INTENDED,
        filled=ZERO,
        paid=ZERO,
        perm_ids=(),
        reported_filled=ZERO,
        last_status="",
        last_error="",
        cancel_sent_at=None,
        doubt="",
        intended_at=at,
        changed_at=at,
    )
    book.order_id_mark = max(book.order_id_mark, intent.broker_order_id)
    book.tally = replace(book.tally, orders=book.tally.orders + 1)


def refused(book: BookState, at: datetime, event: d.OrderRefused) -> None:
    """A parent counts its refusals, so that its child can give up with the reason."""
    record = book.parents.get(event.want.parent_ref)
    if record is not None:
        book.parents[event.want.parent_ref] = replace(
            record, refusals_n=record.refusals_n + 1, last_refusal="; ".join(event.reasons)
        )


def written(book: BookState, at: datetime, event: f.OrderWritten) -> None:
    """The socket has it."""
    _move(book, event.order_ref, OrderNews.WRITTEN, at)


def doubted(book: BookState, at: datetime, event: d.OrderDoubted) -> None:
    """UNKNOWN: at worst case, blocking its slice, until evidence comes."""
    record = _move(book, event.order_ref, OrderNews.DOUBTED, at)
    if record is not None:
        book.orders[event.order_ref] = replace(record, doubt=event.reason)


def found(book: BookState, at: datetime, event: d.OrderFound) -> None:
    """A listing shows it working."""
    record = _move(book, event.order_ref, OrderNews.LIVE, at)
    if record is not None:
        book.orders[event.order_ref] = replace(
            record, doubt="", perm_ids=_with(record.perm_ids, event.perm_id), last_error=""
        )


def ended(book: BookState, at: datetime, event: d.OrderEnded) -> None:
    """The verdict; an order whose parent has ended too is forgotten."""
    record = _move(book, event.order_ref, news_of_end(event.state), at)
    if record is not None and record.intent.want.parent_ref not in book.parents:
        del book.orders[event.order_ref]


def status_reported(book: BookState, at: datetime, event: f.OrderStatusReported) -> None:
    """A live status proves the order alive; any other status only leaves its word."""
    if event.client_id == book.client_id:
        book.order_id_mark = max(book.order_id_mark, event.broker_order_id)
    record = book.orders.get(event.order_ref)
    if record is None:
        return
    lives = event.status in LIVE_STATUSES and can_follow(record.state, OrderNews.LIVE)
    book.orders[event.order_ref] = replace(
        record,
        state=after(record.state, OrderNews.LIVE) if lives else record.state,
        doubt="" if lives else record.doubt,
        last_error="" if lives else record.last_error,
        perm_ids=_with(record.perm_ids, event.perm_id),
        reported_filled=max(record.reported_filled, event.filled),
        last_status=event.status,
        changed_at=at,
    )


def error_reported(book: BookState, at: datetime, event: f.OrderErrorReported) -> None:
    """An error is a word, never a verdict; only one that says "dead" may become a part of the evidence."""
    record = book.orders.get(event.order_ref)
    if record is not None and event.effect == "order_dead":
        book.orders[event.order_ref] = replace(record, last_error=f"{event.code} {event.text}", changed_at=at)


def cancel_sent(book: BookState, at: datetime, event: f.CancelSent) -> None:
    """The wish to cancel is on the wire."""
    record = book.orders.get(event.order_ref)
    if record is not None:
        book.orders[event.order_ref] = replace(record, cancel_sent_at=at)


def execution_reported(book: BookState, at: datetime, event: f.ExecutionReported) -> None:
    """A fill, or the newer revision of one: replaced, never added (ib-gateway-behaviour 4.4)."""
    fill = event.execution
    old = book.executions.get(fill.exec_root)
    if event.of_closed_day or (old is not None and old.revision >= fill.revision):
        return
    new = _record_of(fill, old)
    multiplier = book.position(fill.con_id, fill.symbol).multiplier
    book.executions[fill.exec_root] = new
    book.cash += cash_change(new, multiplier) - (cash_change(old, multiplier) if old is not None else ZERO)
    _fill_order(book, at, fill, old)
    if old is None:
        book.positions[fill.con_id] = with_fill(book.position(fill.con_id, fill.symbol), new)
        book.tally = replace(book.tally, fills=book.tally.fills + book.opening)
    else:
        _refold(book, fill.con_id, fill.symbol)


def commission_reported(book: BookState, at: datetime, event: f.CommissionReported) -> None:
    """The cost joins its execution, whenever it comes; one for an execution of an earlier day changes cash only.

    The cost of an earlier revision, when it comes last, says nothing new; nor does one that adopted cash contains.
    """
    root, revision = split_exec_id(event.commission.exec_id)
    fill = book.executions.get(root)
    is_in_cash = book.late_costs.pop(root, False)
    if fill is None:
        book.cash -= ZERO if is_in_cash else event.commission.amount
        return
    if revision < fill.revision and fill.commission is not None:
        return
    previous = fill.commission or ZERO
    change = event.commission.amount - previous
    book.executions[root] = replace(fill, commission=event.commission.amount)
    book.cash -= ZERO if is_in_cash else change
    position = book.position(fill.con_id, fill.symbol)
    book.positions[fill.con_id] = replace(position, commissions=position.commissions + change)


def _record_of(fill: Execution, old: ExecutionRecord | None) -> ExecutionRecord:
    return ExecutionRecord(
        exec_root=fill.exec_root,
        revision=fill.revision,
        order_ref=fill.order_ref,
        con_id=fill.con_id,
        symbol=fill.symbol,
        side=fill.side,
        quantity=fill.quantity,
        price=fill.price,
        commission=old.commission if old is not None else None,
        at=fill.at,
    )


def _fill_order(book: BookState, at: datetime, fill: Execution, old: ExecutionRecord | None) -> None:
    record = book.orders.get(fill.order_ref)
    if record is None:
        return
    quantity, paid = fill.quantity, fill.quantity * fill.price
    if old is not None:
        quantity, paid = quantity - old.quantity, paid - old.quantity * old.price
    state = after(record.state, OrderNews.LIVE) if record.state in CALLED_DEAD else record.state
    book.orders[fill.order_ref] = replace(
        record,
        state=state,
        filled=record.filled + quantity,
        paid=record.paid + paid,
        perm_ids=_with(record.perm_ids, fill.perm_id),
        changed_at=at,
    )


def _refold(book: BookState, con_id: int, symbol: str) -> None:
    multiplier = book.position(con_id, symbol).multiplier
    base = book.position_bases.get(con_id, flat(con_id, symbol, multiplier))
    fills = tuple(fill for fill in book.executions.values() if fill.con_id == con_id)
    book.positions[con_id] = refolded(base, fills)


def _move(book: BookState, order_ref: str, news: OrderNews, at: datetime) -> OrderRecord | None:
    """Take the table's step; an order that the book has already forgotten stays forgotten."""
    record = book.orders.get(order_ref)
    if record is None:
        return None
    record = replace(record, state=after(record.state, news), changed_at=at)
    book.orders[order_ref] = record
    return record


def _with(perm_ids: tuple[int, ...], perm_id: int) -> tuple[int, ...]:
    return perm_ids if perm_id == 0 or perm_id in perm_ids else (*perm_ids, perm_id)


def split_exec_id(exec_id: str) -> tuple[str, int]:
    """Root and revision: a correction is the same id with its last segment raised (ib-gateway-behaviour 4.4)."""
    root, dot, last = exec_id.rpartition(".")
    return (root, int(last)) if dot and last.isdecimal() else (exec_id, 0)
