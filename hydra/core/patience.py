"""Where the limits of a patient, or of an urgent, parent stand, and for how long each rests. Never a market
order.

Aggression 0 is the middle of the quote, 1 the far touch plus the cross collar; above 1 it counts cross
collars past the far touch, which is how an urgent order widens.
"""

from __future__ import annotations

from decimal import Decimal

from hydra.core.prices import crossing, far_touch, passive
from hydra.values import ZERO, PatienceStep, Quote, Side

URGENT_AGGRESSIONS = (Decimal(1), Decimal(2), Decimal(3))
URGENT_WAIT_S = 10.0
_MARKETABLE = Decimal(1)


def steps(waits_s: tuple[float, ...]) -> tuple[PatienceStep, ...]:
    """One step per wait, evenly from the middle to the marketable side; a single step is marketable."""
    last = len(waits_s) - 1
    return tuple(
        PatienceStep(
            attempt_n=n, aggression=Decimal(n) / last if last else _MARKETABLE, wait_s=wait_s
        )
        for n, wait_s in enumerate(waits_s)
    )


def urgent_steps() -> tuple[PatienceStep, ...]:
    """Marketable from the start with a widening collar; the last repeats until the parent ends."""
    return tuple(
        PatienceStep(attempt_n=n, aggression=aggression, wait_s=URGENT_WAIT_S)
        for n, aggression in enumerate(URGENT_AGGRESSIONS)
    )


def fitted(planned: tuple[PatienceStep, ...], room_s: float) -> tuple[PatienceStep, ...]:
    """The same steps with their waits shrunk in proportion so that together they fit into the room."""
    factor = min(1.0, room_s / total_s(planned))
    return tuple(
        PatienceStep(attempt_n=step.attempt_n, aggression=step.aggression, wait_s=step.wait_s * factor)
        for step in planned
    )


def total_s(planned: tuple[PatienceStep, ...]) -> float:
    """How long all steps rest together."""
    return sum(step.wait_s for step in planned)


def limit_of(
    step: PatienceStep, *, side: Side, quote: Quote, cross_collar: Decimal, tick: Decimal
) -> Decimal:
    """The limit price of a step by this quote, on the tick. A passive step never rounds toward the market."""
    if step.aggression >= _MARKETABLE:
        return crossing(side, quote, beyond=cross_collar * step.aggression, tick=tick)
    reach = (far_touch(side, quote) - quote.mid) * max(ZERO, step.aggression)
    return passive(side, quote.mid + reach, tick)
