"""The mind of TwapActor and PatienceActor: what a parent's child does next, from journaled truth alone.

It keeps nothing between calls, so a child that died goes on by calling it again. Its laws: no second
attempt of a slice before the end of the first is proven; filled plus what may fill never exceeds the
parent; what a slice leaves is carried into later ones, at most CATCH_UP_MAX times their size; a parent ends
only with all its orders proven ended, or as UNRESOLVED. It sends nothing and reads no clock.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from hydra.core.child_ends import Ending, gave_up, reason_to_end, unresolved_at
from hydra.core.child_steps import Cancel, Finish, Place, Step, Wait
from hydra.core.child_view import ChildView, is_fruitless, lapses_at
from hydra.core.instants import after_s, seconds_between
from hydra.core.patience import limit_of
from hydra.core.prices import distance_beyond
from hydra.core.rules_book import first_limit
from hydra.core.rules_market import QuoteRule, quote_problem
from hydra.core.wording import percent, seconds
from hydra.records import OrderRecord
from hydra.values import ZERO, OrderState, ParentEnd, Purpose, Quote, Slice

CATCH_UP_MAX = 2
CANCEL_RETRY_S = 30.0
RETRY_WAIT_S = 5.0
RETRY_WAIT_MAX_S = 20.0


def next_step(view: ChildView, now: datetime) -> Step:
    """What to do now. Call it again after every event of the parent, every quote, and when a Wait is over."""
    ending = reason_to_end(view, now)
    if ending is not None:
        return _wind_up(view, ending, now)
    piece = view.slice_at(now)
    if piece is None:
        return Wait(until=view.parent.slices[0].due_at, why="the first slice is not due")
    return _tend(view, piece, now) or _go_on(view, piece, now)


def _tend(view: ChildView, piece: Slice, now: datetime) -> Step | None:
    """Look after what is at the market or on its way; None when nothing stands in the way of a new order."""
    resting = [order for order in view.unended if order.state is not OrderState.UNKNOWN]
    reasons = {order.order_ref: _reason_to_cancel(view, order, piece, now) for order in resting}
    over = tuple(order for order in resting if reasons[order.order_ref] is not None)
    if over:
        return _cancel(view, over, "; ".join(dict.fromkeys(filter(None, reasons.values()))), now)
    awaited = view.awaited(now)
    if awaited is not None:
        return Wait(until=lapses_at(awaited), why=f"{awaited.order_ref} is with risk")
    if resting:
        until = min(_rests_until(view, order) for order in resting)
        return Wait(until=min(until, view.slice_ends_at(piece)), why=f"{resting[0].order_ref} rests")
    unknown = [order for order in view.orders_in(piece.slice_n) if not order.state.is_final]
    if unknown:
        why = f"{unknown[0].order_ref} is UNKNOWN: {unknown[0].doubt}"
        return Wait(until=view.slice_ends_at(piece), why=why)
    return None


def _reason_to_cancel(view: ChildView, order: OrderRecord, piece: Slice, now: datetime) -> str | None:
    if view.barred is not None:
        return view.barred
    if order.intent.want.slice_n != piece.slice_n:
        return f"slice {piece.slice_n} is due"
    return f"its {seconds(view.step_of(order).wait_s)} are over" if _rests_until(view, order) <= now else None


def _rests_until(view: ChildView, order: OrderRecord) -> datetime:
    return after_s(order.intended_at, view.step_of(order).wait_s)


def _cancel(view: ChildView, orders: tuple[OrderRecord, ...], reason: str, now: datetime) -> Step:
    """Cancel the first order whose cancel is not on its way; otherwise wait for the proof that they ended."""
    if not view.session_live:
        return Wait(until=None, why=f"cannot cancel {orders[0].order_ref} ({reason}): no session is live")
    open_orders = tuple(order for order in orders if order.open_quantity > 0)
    if not open_orders:
        return Wait(until=None, why=f"{orders[0].order_ref} is filled, the verdict is on its way")
    retries = []
    for order in open_orders:
        asked = (order.cancel_sent_at, view.memory.cancel_asked.get(order.order_ref))
        last = max((at for at in asked if at is not None), default=None)
        if last is None or after_s(last, CANCEL_RETRY_S) <= now:
            return Cancel(
                order_ref=order.order_ref, broker_order_id=order.intent.broker_order_id, reason=reason
            )
        retries.append(after_s(last, CANCEL_RETRY_S))
    return Wait(until=min(retries), why=f"the end of {orders[0].order_ref} is not proven ({reason})")


def _wind_up(view: ChildView, ending: Ending, now: datetime) -> Step:
    """Everything cancelled and proven ended before the end is told."""
    unended = view.unended
    if unended and (unresolved_at(view) > now or not view.session_live):
        return _cancel(view, unended, ending.reason, now)
    awaited = view.awaited(now)
    if awaited is not None:
        return Wait(until=lapses_at(awaited), why=f"{awaited.order_ref} is with risk ({ending.reason})")
    if unended:
        refs = ", ".join(order.order_ref for order in unended)
        ending = Ending(ParentEnd.UNRESOLVED, f"the end of {refs} could not be proven; {ending.reason}")
    return Finish(
        end=ending.end,
        filled=view.filled,
        remainder=max(ZERO, view.parent.quantity - view.filled),
        average_price=view.average_price,
        reason=ending.reason,
    )


def _go_on(view: ChildView, piece: Slice, now: datetime) -> Step:
    """Nothing of this slice is at the market: place what is due, or say what it waits for."""
    ends_at = view.slice_ends_at(piece)
    obstacle = view.barred or view.unreachable
    if obstacle is not None:
        return Wait(until=view.parent.ends_at, why=obstacle)
    quantity = _placeable(view, piece)
    if quantity <= 0 or gave_up(view, piece):
        return _slice_done(view, piece, now)
    retry_at = _retry_at(view, piece)
    if retry_at is not None and retry_at > now:
        return Wait(until=min(retry_at, ends_at), why="after a failed attempt")
    rule = QuoteRule(stale_s=view.rules.risk.quote_stale_s, delayed_allowed=view.rules.delayed_allowed)
    problem = quote_problem(view.memory.quote, view.parent.symbol, rule, now)
    if view.memory.quote is None or problem is not None:
        return _without_quote(view, piece, problem or "no quote", now)
    return _place(view, piece, quantity, view.memory.quote, now)


def _slice_done(view: ChildView, piece: Slice, now: datetime) -> Step:
    """Nothing more to try in this slice: on to the next one; after the last, the end."""
    ends_at = view.slice_ends_at(piece)
    if piece is not view.parent.slices[-1]:
        return Wait(until=ends_at, why=f"slice {piece.slice_n} is done")
    if view.unended:
        return Wait(until=ends_at, why=f"{view.unended[0].order_ref} is {view.unended[0].state}")
    return _wind_up(view, Ending(ParentEnd.EXPIRED, "every step of patience was taken"), now)


def _placeable(view: ChildView, piece: Slice) -> Decimal:
    """Due by now and not filled, nor able to fill; of that, no more than the slice may catch up."""
    due = sum((s.quantity for s in view.parent.slices if s.slice_n <= piece.slice_n), ZERO)
    filled_here = sum((order.filled for order in view.orders_in(piece.slice_n)), ZERO)
    return min(due - view.filled - view.may_fill, CATCH_UP_MAX * piece.quantity - filled_here)


def _retry_at(view: ChildView, piece: Slice) -> datetime | None:
    """After a refusal or a fruitless order a child waits, twice as long each time, within bounds."""
    times = []
    if view.memory.refused_at is not None:
        times.append(after_s(view.memory.refused_at, _backoff_s(view.record.refusals_n)))
    failed = [order for order in view.orders_in(piece.slice_n) if is_fruitless(order)]
    if failed:
        times.append(after_s(max(order.changed_at for order in failed), _backoff_s(len(failed))))
    return max(times, default=None)


def _backoff_s(failures_n: int) -> float:
    return float(min(RETRY_WAIT_MAX_S, RETRY_WAIT_S * 2 ** max(0, min(failures_n, 10) - 1)))


def _without_quote(view: ChildView, piece: Slice, problem: str, now: datetime) -> Step:
    """Wait for a usable quote, not for ever. What was before this child listened does not count."""
    quote = view.memory.quote
    since = max(
        view.memory.listening_since,
        piece.due_at,
        *(order.changed_at for order in view.orders),
        *((quote.at,) if quote is not None else ()),
    )
    limit_s = view.rules.routing.quote_wait_max_s
    if seconds_between(since, now) >= limit_s:
        reason = f"no usable quote for {seconds(limit_s)}: {problem}"
        return _wind_up(view, Ending(ParentEnd.ROUTING_FAILED, reason), now)
    until = min(after_s(since, limit_s), view.slice_ends_at(piece))
    return Wait(until=until, why=problem)


def _place(view: ChildView, piece: Slice, quantity: Decimal, quote: Quote, now: datetime) -> Step:
    orders = view.orders_in(piece.slice_n)
    tried_n = sum(1 for order in orders if not is_fruitless(order))
    limit = limit_of(
        view.step_after(tried_n),
        side=view.parent.side,
        quote=quote,
        cross_collar=view.rules.routing.cross_collar_fraction,
        tick=view.tick,
    )
    chased = _chased(view, limit)
    if chased is not None:
        return _wind_up(view, Ending(ParentEnd.EXPIRED, chased), now)
    # refused wishes used up their order_ref too, though no order bears it
    attempt_n = len(orders) + view.record.refusals_n + 1
    return Place(
        slice_n=piece.slice_n, attempt_n=attempt_n, quantity=quantity, limit=limit, quote=quote
    )


def _chased(view: ChildView, limit: Decimal) -> str | None:
    """R5: what opens follows the market only so far from its first limit; what reduces follows it."""
    first, bound = first_limit(view.orders), view.rules.risk.price_chase_fraction_max
    if first is None or view.parent.purpose is not Purpose.OPEN:
        return None
    moved = distance_beyond(view.parent.side, limit, first)
    if moved <= bound:
        return None
    return f"the market moved {percent(moved)} beyond the first limit {first}, limit {percent(bound)}"
