"""How the end of a parent order becomes the one terminal state of its signal."""

from __future__ import annotations

from hydra.core.wording import number
from hydra.messages.decisions import ParentEnded, SignalEnded
from hydra.values import ParentEnd, SignalEnd

ENDS: dict[ParentEnd, SignalEnd] = {
    ParentEnd.DONE: SignalEnd.EXECUTED,
    ParentEnd.EXPIRED: SignalEnd.EXPIRED,
    ParentEnd.CANCELLED_BY_OPERATOR: SignalEnd.CANCELLED_BY_OPERATOR,
    ParentEnd.REFUSED: SignalEnd.REJECTED_BY_LIMIT,
    ParentEnd.REJECTED_BY_BROKER: SignalEnd.REJECTED_BY_BROKER,
    ParentEnd.ROUTING_FAILED: SignalEnd.ROUTING_FAILED,
    ParentEnd.UNRESOLVED: SignalEnd.UNRESOLVED,
}
"""Where nothing was filled. Anything filled is EXECUTED, with its quantity; UNRESOLVED stays what it is."""


def end_of(parent: ParentEnded) -> SignalEnded:
    """The signal's end; the reason keeps how the parent ended when only a part was executed."""
    end = ENDS[parent.end]
    if parent.filled > 0 and parent.end is not ParentEnd.UNRESOLVED:
        end = SignalEnd.EXECUTED
    filled, whole = number(parent.filled), number(parent.filled + parent.remainder)
    return SignalEnded(
        signal_id=parent.parent_ref,
        end=end,
        filled=parent.filled,
        average_price=parent.average_price,
        reason=f"{filled} of {whole}: {parent.end}: {parent.reason}",
    )
