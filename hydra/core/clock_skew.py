"""Our clock beside the gateway's: while they differ by too much nothing is opened, and a person hears of it once.

Sessions, deadlines and stamps go by our clock, the broker's by its own; which of the two is wrong is not for us to guess. It
holds back no exit and ends no session.
"""

from __future__ import annotations

from hydra.core.book_state import BookState
from hydra.core.effects import Effects
from hydra.core.wording import seconds
from hydra.messages.decisions import AlertRaised


def objection(skew_s: float | None, skew_max_s: float) -> str | None:
    """Why nothing may be opened by this reading (market seconds, positive: the gateway is ahead), or None.

    A clock that was never read breaks the rule, as does one whose reading is no number (R26).
    """
    if skew_s is None:
        return "the gateway's clock was never read"
    if abs(skew_s) <= skew_max_s:
        return None
    side = "behind" if skew_s < 0 else "ahead of"
    return f"the gateway's clock is {seconds(abs(skew_s))} {side} ours, limit {seconds(skew_max_s)}"


def alarm(book: BookState, skew_max_s: float) -> Effects:
    """One alert when the clocks come apart: the book remembers the reading before, also over sessions and restarts."""
    text = objection(book.clock_skew_s, skew_max_s)
    is_told = book.clock_skew_before_s is not None and objection(book.clock_skew_before_s, skew_max_s) is not None
    if text is not None and not is_told:
        yield AlertRaised(kind="clock", about="gateway", severity="critical", text=f"nothing is opened: {text}")
