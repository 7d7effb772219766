"""What a person may do with each kind of difference, in words that say what it would do, or why it makes no sense.

The table is what `hydra reconcile --show` prints and what the journal goes by. Nothing is done here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hydra.values import Resolution

STAYS = "our books stay as they are; this gap pauses trading no more, a different one would"
UNDONE = "our books take that over, and what is unexplained is closed by limit orders that only reduce"
COUNTED = "it is counted in our books already"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One of the three; `text` says what it does, or where it is not offered, why not."""

    how: Resolution
    is_offered: bool
    text: str


def _row(*, adopt: str = "", no_adopt: str = "", ignore: str, close: str = "", no_close: str = "") -> tuple[Remedy, ...]:
    return (
        Remedy(how=Resolution.ADOPT, is_offered=bool(adopt), text=adopt or no_adopt),
        Remedy(how=Resolution.IGNORE, is_offered=True, text=ignore),
        Remedy(how=Resolution.CLOSE, is_offered=bool(close), text=close or no_close),
    )


_POSITION = "our books take over what the broker holds, with its average price; the exit rules go by that"
_OVER = _row(
    adopt="our books end the order, as it works nowhere; what it filled unseen shows in its position and in cash",
    ignore="our books end the order, as it works nowhere; a difference in its position or in cash stays one",
    no_close="the order works nowhere that the broker lists, so there is nothing to cancel",
)

REMEDIES: Mapping[str, tuple[Remedy, ...]] = {
    "foreign_position": _row(adopt=_POSITION, ignore=STAYS, close=UNDONE),
    "missing_position": _row(adopt=_POSITION, ignore=STAYS, close=UNDONE),
    "wrong_quantity": _row(adopt=_POSITION, ignore=STAYS, close=UNDONE),
    "phantom_position": _row(
        adopt="our books give the position up, as the broker holds none",
        ignore=STAYS,
        no_close="the broker holds none of it, so there is nothing to close",
    ),
    "average_price": _row(
        adopt="our books take over the broker's average price; the exit rules go by that",
        ignore=STAYS,
        no_close="on the quantity both sides agree, and a price cannot be closed",
    ),
    "cash": _row(
        adopt="our books take over the cash that the broker states; the day's opening equity moves by as much",
        ignore=STAYS,
        no_close="cash cannot be closed",
    ),
    "unknown_order": _row(
        no_adopt="hydra works only orders that it intended and that risk permitted, never another's",
        ignore="the order works on; what it trades will be a difference of its own",
        close="the order is cancelled at the broker",
    ),
    "two_live_orders": _row(
        no_adopt="our books know one order of this name, and cannot hold two",
        ignore="both orders work on",
        close="both orders are cancelled at the broker",
    ),
    "vanished_order": _OVER,
    "fills_missing": _OVER,
    "external_execution": _row(
        adopt=f"it counts as ours; {COUNTED}",
        ignore=f"it pauses trading no more; {COUNTED}",
        close="what it added to our position is closed by limit orders that only reduce",
    ),
    "late_correction": _row(
        no_adopt="our books of that day are closed; what it changed shows in the position and in cash, adopt it there",
        ignore="it pauses trading no more; what it changed shows in the position and in cash",
        no_close="what the exchange has corrected cannot be closed; what it changed shows in the position",
    ),
    "wrong_verdict": _row(
        adopt="our books go on by the broker's word, which they have taken already",
        ignore="it pauses trading no more; our books have taken the broker's word already",
        close="the order is cancelled at the broker, if it still works",
    ),
    "forgotten_order": _row(
        no_adopt="this journal never intended it, so it cannot tell what it belongs to",
        ignore="trading goes on by this journal, which may have forgotten more than this order",
        close="the order is cancelled at the broker, if it still works",
    ),
}
"""Kind of difference -> adopt, ignore, close."""


_UNHEARD_OF = _row(
    no_adopt="this version of hydra does not know this kind of difference",
    ignore=STAYS,
    no_close="this version of hydra does not know this kind of difference",
)


def remedies_of(kind: str) -> tuple[Remedy, ...]:
    """All three; of a kind that another version of hydra has recorded, only what changes nothing."""
    return REMEDIES.get(kind, _UNHEARD_OF)


def remedy(kind: str, how: Resolution) -> Remedy:
    """What this would do about a difference of this kind."""
    return next(one for one in remedies_of(kind) if one.how is how)
