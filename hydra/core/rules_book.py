"""Rules that hold one order against our own orders, its parent, the position and the limits on exposure.

A rule returns why the order breaks it, or None. Orders count at worst case from the moment they are
permitted until their end is proven (R11). What is missing breaks the rule (R26).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from hydra.core.prices import distance_beyond
from hydra.core.risk_view import RiskView, held, open_on_side, promised
from hydra.core.rules_market import card_of, no_card
from hydra.core.wording import number, percent
from hydra.records import OrderRecord
from hydra.values import ZERO, OrderWant, ParentOrder, Side

CURRENCY = "USD"


def new_order(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R9: an order_ref is used once, for ever."""
    ref = want.order_ref
    if ref in view.book.orders:
        return f"its order_ref is already used by an order that is {view.book.orders[ref].state}"
    return "its order_ref is already permitted" if ref in view.reserved else None


def one_attempt_a_slice(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R9: the next attempt only after the end of the former is proven."""
    records = (order for order in view.book.orders.values() if not order.state.is_final)
    others = [order.intent.want for order in records] + list(promised(view))
    for other in others:
        same = (other.parent_ref, other.slice_n) == (want.parent_ref, want.slice_n)
        if same and other.order_ref != want.order_ref:
            return f"order {other.order_ref} of the same slice has not ended"
    return None


def parent_of(want: OrderWant, view: RiskView) -> ParentOrder | None:
    """The parent order that has not ended, if it is known."""
    record = view.book.parents.get(want.parent_ref)
    return record.parent if record is not None else None


def belongs_to_parent(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R27: same contract, side and purpose as the parent that was admitted."""
    parent = parent_of(want, view)
    if parent is None:
        return no_parent(want)
    terms = want.terms
    mine = (terms.con_id, terms.symbol, terms.side, want.purpose, want.episode)
    theirs = (parent.con_id, parent.symbol, parent.side, parent.purpose, parent.episode)
    if mine == theirs:
        return None
    return f"it is {' '.join(map(str, mine))}, its parent {' '.join(map(str, theirs))}"


def no_parent(want: OrderWant) -> str:
    """One sentence for every rule that lacks the parent."""
    return f"its parent {want.parent_ref} is not open"


def within_parent(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R27: filled, what may still fill and this one never exceed the parent."""
    parent = parent_of(want, view)
    if parent is None:
        return no_parent(want)
    orders = view.book.orders_of(want.parent_ref)
    filled = sum((order.filled for order in orders), ZERO)
    may_fill = sum((order.open_quantity for order in orders), ZERO)
    siblings = (other for other in promised(view) if other.parent_ref == want.parent_ref)
    may_fill += sum((o.terms.quantity for o in siblings if o.order_ref != want.order_ref), ZERO)
    if filled + may_fill + want.terms.quantity <= parent.quantity:
        return None
    return (
        f"quantity {number(want.terms.quantity)} with {number(filled)} filled and {number(may_fill)} "
        f"that may still fill is over the parent's {number(parent.quantity)}"
    )


def first_limit(orders: tuple[OrderRecord, ...]) -> Decimal | None:
    """The limit of a parent's first order: what its later ones are measured by (R5)."""
    return min(orders, key=lambda o: o.intent.broker_order_id).intent.want.terms.limit if orders else None


def within_chase(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R5: the limits of one parent follow the market only so far."""
    first = first_limit(view.book.orders_of(want.parent_ref))
    if first is None:
        return None
    limit = view.limits.price_chase_fraction_max
    moved = distance_beyond(want.terms.side, want.terms.limit, first)
    if moved <= limit:
        return None
    return (
        f"limit {want.terms.limit} is {percent(moved)} beyond the parent's first {first}, "
        f"limit {percent(limit)}"
    )


def reduces(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R12: the position minus everything that may still close it, worst case, does not cross zero."""
    terms = want.terms
    position = held(view, terms.con_id)
    closing_side = Side.SELL if position > 0 else Side.BUY
    if position == 0 or terms.side is not closing_side:
        return f"to {terms.side} does not reduce the position of {number(position)} {terms.symbol}"
    open_already = open_on_side(view, terms.con_id, terms.side)
    if open_already + terms.quantity <= abs(position):
        return None
    return (
        f"{terms.side} {number(terms.quantity)} with {number(open_already)} that may still fill "
        f"would cross zero from {number(position)} {terms.symbol}"
    )


def same_episode(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R12: an exit of a position that is gone never closes its successor."""
    position = view.book.positions.get(want.terms.con_id)
    episode = position.episode if position is not None else ""
    if want.episode and want.episode == episode:
        return None
    return f"it is to close {want.episode or 'no episode'}, the position is {episode or 'flat'}"


def no_self_cross(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R24."""
    working = [order.intent.want for order in view.book.working(want.terms.con_id)]
    for other in [*working, *promised(view)]:
        if other.terms.con_id == want.terms.con_id and _cross(want, other):
            return (
                f"{want.terms.side} at {want.terms.limit} would meet our own order {other.order_ref}, "
                f"{other.terms.side} at {other.terms.limit}"
            )
    return None


def _cross(want: OrderWant, other: OrderWant) -> bool:
    if want.terms.side is other.terms.side:
        return False
    buy, sell = (want, other) if want.terms.side is Side.BUY else (other, want)
    return buy.terms.limit >= sell.terms.limit


def quantity_limit(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R2."""
    limit = view.limits.quantity_max
    if want.terms.quantity <= limit:
        return None
    return f"quantity {number(want.terms.quantity)} over limit {limit:,}"


def notional_limit(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R3: quantity x limit x multiplier, in the currency of the limit."""
    card, limit = card_of(want, view), view.limits.notional_max
    if card is None:
        return no_card(want)
    instrument = card.instrument
    if instrument.multiplier <= 0:
        return f"{instrument.symbol} has no multiplier, so its notional is unknown"
    if instrument.currency != CURRENCY:
        return f"{instrument.symbol} trades in {instrument.currency}; no rate to {CURRENCY} is known"
    notional = want.terms.quantity * want.terms.limit * instrument.multiplier
    if notional <= limit:
        return None
    return f"notional {number(notional)} {CURRENCY} over limit {number(limit)}"


def volume_share(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R2, of the whole parent. Where the volume is unknown, routing is patient; R2 and R3 bound it."""
    card, parent = card_of(want, view), parent_of(want, view)
    volume = card.average_daily_volume if card is not None else None
    if volume is None or volume <= 0:
        return None
    quantity = max(want.terms.quantity, parent.quantity) if parent is not None else want.terms.quantity
    if quantity <= volume * view.limits.adv_fraction_max:
        return None
    return (
        f"quantity {number(quantity)} is {percent(quantity / volume)} of the average daily volume "
        f"{number(volume)}, limit {percent(view.limits.adv_fraction_max)}"
    )


def order_count(want: OrderWant, view: RiskView, now: datetime) -> str | None:
    """R7."""
    working_n, limit = len(view.book.unproven()) + len(promised(view)), view.limits.working_orders_max
    return None if working_n < limit else f"{working_n} orders are working, limit {limit}"
