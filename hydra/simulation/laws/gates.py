"""S5: when an order may leave at all. The calendar is the exchange's own, the latch is what the broker was told.

The time of an order on the wire is when hydra wrote it: what the network does to it later is not hydra's doing.
"""

from __future__ import annotations

from collections.abc import Iterator

from hydra.gateway.calendar import session_at
from hydra.simulation.laws.evidence import Evidence
from hydra.simulation.laws.story import Intended
from hydra.values import Purpose, TradingState


def only_when_allowed(evidence: Evidence) -> Iterator[str]:
    """S5: no new order outside the session, after a halt or an escalation, or before the first comparison of a process."""
    intents = evidence.intents
    for ref, known in intents.items():
        yield from _intended(ref, known)
    for heard in evidence.processes:
        for order in heard.orders:
            known_ = intents.get(order.order_ref)
            purpose = known_.intent.want.purpose if known_ is not None else Purpose.OPEN
            if session_at(order.at_us) is None:
                yield f"S5: order {order.order_ref} was written while the exchange is closed"
            if order.latched and purpose is not Purpose.FLATTEN:
                yield f"S5: order {order.order_ref} was written although orders are latched off: {order.latched}"
            if heard.escalated_us is not None and order.at_us > heard.escalated_us:
                yield f"S5: order {order.order_ref} was written after the tree gave up"


def _intended(ref: str, known: Intended) -> Iterator[str]:
    purpose = known.intent.want.purpose
    if session_at(known.at_us) is None:
        yield f"S5: order {ref} was intended while the exchange is closed"
    if not _allows(known.trading, purpose, is_flattening=known.is_flattening):
        yield f"S5: order {ref} to {purpose} was intended while trading was {known.trading}"
    if not known.is_compared:
        yield f"S5: order {ref} was intended before run {known.run} had compared its books with the broker"


def _allows(state: TradingState, purpose: Purpose, *, is_flattening: bool) -> bool:
    """PRODUCT section 2: HALTED lets through what the operator's flatten closes, the two between what reduces."""
    match state:
        case TradingState.ACTIVE:
            return True
        case TradingState.HALTED:
            return purpose is Purpose.FLATTEN and is_flattening
        case _:
            return purpose is not Purpose.OPEN
