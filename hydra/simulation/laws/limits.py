"""S4 and S6: what may be at the gateway at one time, computed from its ledger and the wire, never by risk's own rules.

In flight counts: an order is judged by what had been placed and filled at the gateway when it arrived there.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from decimal import Decimal

from hydra.config import RiskConfig
from hydra.core.child_steps import parent_ref_of
from hydra.core.instants import to_us
from hydra.simulation.laws.evidence import Evidence
from hydra.simulation.laws.story import Intended, Story
from hydra.simulation.laws.truth import TrueOrder
from hydra.values import ZERO, ChildKind, ParentOrder, Purpose


def within_limits(evidence: Evidence) -> Iterator[str]:
    """S4: size, value and number of orders, and what reduces, stay within the limits in force, at the gateway."""
    if evidence.config is None:
        return
    limits = evidence.config.risk
    for ref, known in evidence.intents.items():
        if known.intent.want.purpose is Purpose.OPEN:
            yield from _size(ref, known, limits)
            if known.breakers:
                yield f"S4: order {ref} opens although the breaker {', '.join(known.breakers)} is open"
    ours = [order for order in evidence.truth.orders if order.client_id in evidence.client_ids]
    # by journal: what one has forgotten is a difference to the next until a person has accepted it, and then that person's
    stories = (*evidence.lost, evidence.story)
    yield from dict.fromkeys(found for story in stories for found in _not_too_many(story, ours, limits.working_orders_max))
    disputed = _disputed(evidence)
    beside: dict[tuple[str, int], list[TrueOrder]] = {}
    for order in ours:
        beside.setdefault((order.symbol, order.sign), []).append(order)
    for order in ours:
        known_ = evidence.intents.get(order.order_ref)
        if known_ is not None and known_.intent.want.purpose is not Purpose.OPEN and order.symbol not in disputed:
            yield from _reduces(evidence, order, beside[order.symbol, order.sign])


def _not_too_many(story: Story, ours: list[TrueOrder], limit: int) -> Iterator[str]:
    intended = [order for order in ours if order.order_ref in story.intents]
    placed_us = sorted(order.placed_us for order in intended)
    finished_us = sorted(order.finished_us for order in intended if order.finished_us)
    for order in intended:
        purpose = story.intents[order.order_ref].intent.want.purpose
        living = bisect_left(placed_us, order.placed_us) - bisect_right(finished_us, order.placed_us)
        if living >= limit and purpose is Purpose.OPEN:
            yield f"S4: order {order.order_ref} is one more than {living} working orders, limit {limit}"


def _size(ref: str, known: Intended, limits: RiskConfig) -> Iterator[str]:
    terms = known.intent.want.terms
    if terms.quantity > limits.quantity_max:
        yield f"S4: order {ref}: quantity {terms.quantity} over limit {limits.quantity_max}"
    if terms.quantity * terms.limit > limits.notional_max:
        yield f"S4: order {ref}: notional {terms.quantity * terms.limit} over limit {limits.notional_max}"
    if known.volume is not None and known.volume > 0 and terms.quantity > known.volume * limits.adv_fraction_max:
        share = known.volume * limits.adv_fraction_max
        yield f"S4: order {ref}: quantity {terms.quantity} over {share}, its share of the average daily volume"


def _reduces(evidence: Evidence, order: TrueOrder, beside: list[TrueOrder]) -> Iterator[str]:
    """An exit, with all that may still fill beside it, never crosses zero."""
    truth, at_us = evidence.truth, order.placed_us
    if order.finished_us == at_us:
        return
    held = truth.held(order.symbol, at_us)
    living = (other for other in beside if other.lives_at(at_us))
    closing = sum((other.quantity - truth.filled(other.order_ref, at_us) for other in living), ZERO)
    if closing > max(ZERO, -order.sign * held):
        text = f"{closing} may still fill to close a position of {held} {order.symbol}"
        yield f"S4: order {order.order_ref} may cross zero: {text}"


def _disputed(evidence: Evidence) -> frozenset[str]:
    """Symbols in which the gateway itself revised its word, somebody else traded, or a difference was recorded: there an
    order may have left before anybody could know."""
    truth = evidence.truth
    touched = [fill.symbol for fill in truth.newest.values() if fill.client_id not in evidence.client_ids]
    touched += [truth.newest[root].symbol for root in sorted(truth.corrected)]
    touched += [told.event.difference.symbol for told in evidence.story.found]
    return frozenset(touched)


def within_parent(evidence: Evidence) -> Iterator[str]:
    """S6: the slices of a parent never exceed it, none comes before its time, and none after the parent's end."""
    for parent_ref, parent in evidence.story.parents.items():
        planned = sum((piece.quantity for piece in parent.slices), ZERO)
        if planned > parent.quantity:
            yield f"S6: parent {parent_ref} of {parent.quantity} was planned in slices of {planned}"
    for ref, known in evidence.story.intents.items():
        yield from _in_time(evidence, ref, known)
    yield from _never_too_much(evidence)


def _in_time(evidence: Evidence, ref: str, known: Intended) -> Iterator[str]:
    want = known.intent.want
    if not known.is_parent_open:
        yield f"S6: order {ref} was intended when its parent {want.parent_ref} was not open"
    parent = evidence.story.parents.get(want.parent_ref)
    if parent is None:
        return
    due = next((piece.due_at for piece in parent.slices if piece.slice_n == want.slice_n), None)
    if due is None:
        yield f"S6: order {ref} is of slice {want.slice_n}, which its parent does not have"
    elif parent.kind is ChildKind.TWAP and known.at_us < to_us(due):
        yield f"S6: order {ref} was intended {to_us(due) - known.at_us} us before its slice was due"
    late_us = known.at_us - to_us(parent.ends_at)
    ttl_s = evidence.config.risk.permit_ttl_s if evidence.config is not None else 0.0
    if evidence.config is not None and late_us > ttl_s * 1e6:
        yield f"S6: order {ref} was intended {late_us} us after its parent's time, a wish lives {ttl_s:g} s"


def _never_too_much(evidence: Evidence) -> Iterator[str]:
    """By the gateway's ledger alone: what a parent had filled and what might still fill, whenever an order came."""
    disputed = _disputed(evidence)
    named_twice = {ref: None for story in evidence.lost for ref in story.parents}  # a lost journal gives its names anew
    of_parent: dict[str, list[TrueOrder]] = {}
    for order in evidence.truth.orders:
        if order.client_id in evidence.client_ids and order.symbol not in disputed:
            of_parent.setdefault(parent_ref_of(order.order_ref), []).append(order)
    for parent_ref, orders in of_parent.items():
        parent = evidence.story.parents.get(parent_ref)
        if parent is not None and parent_ref not in named_twice:
            yield from _too_much(evidence, parent, orders)


def _too_much(evidence: Evidence, parent: ParentOrder, orders: list[TrueOrder]) -> Iterator[str]:
    truth = evidence.truth
    filled = sum((fill.quantity for order in orders for fill in truth.fills_of.get(order.order_ref, ())), ZERO)
    if filled > parent.quantity:
        yield f"S6: parent {parent.parent_ref} of {parent.quantity} was filled {filled} at the gateway"
        return
    for order in orders:
        at_us = order.placed_us
        may_be = sum((_worst(evidence, other, at_us) for other in orders if other.placed_us <= at_us), ZERO)
        if may_be > parent.quantity:
            text = f"{may_be} were filled or might fill when order {order.order_ref} came"
            yield f"S6: parent {parent.parent_ref} of {parent.quantity}: {text}"
            return


def _worst(evidence: Evidence, order: TrueOrder, at_us: int) -> Decimal:
    return order.quantity if order.lives_at(at_us) else evidence.truth.filled(order.order_ref, at_us)
