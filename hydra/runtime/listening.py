"""What can be heard in a virtual world by somebody who is no part of it. Listening changes nothing, not even a digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hydra.runtime.envelope import Envelope
    from hydra.runtime.message import Lifecycle
    from hydra.runtime.reasons import StopReason
    from hydra.runtime.timers import Timer


class Listener:
    """Override what you want to hear; never raise, never tell. `now_us` is virtual microseconds since the world was made.

    Each envelope that was `sent` is delivered, buried, dropped or merged in the end, or still waits. One that was delivered
    may be delivered again (a batch that failed) and may be buried (who received it died of it).
    """

    def sent(self, now_us: int, to: str, envelope: Envelope) -> None:
        """Told, whether or not anybody has this address."""

    def merged(self, now_us: int, to: str, envelope: Envelope) -> None:
        """Its message took the place of that of an older envelope, which still waits."""

    def buried(self, now_us: int, to: str, envelope: Envelope, reason: str) -> None:
        """A dead letter. What a stale context tells is buried without having been sent."""

    def dropped(self, now_us: int, to: str, envelope: Envelope) -> None:
        """Its timer was cancelled while it waited."""

    def delivered(self, now_us: int, to: str, incarnation: int, envelope: Envelope) -> None:
        """About to be received; `to` is empty when it is an answer to somebody outside."""

    def turn_ended(self, now_us: int, name: str, incarnation: int, crashed: bool) -> None:
        """It has received what was delivered to it last."""

    def timer_armed(self, now_us: int, timer: Timer) -> None:
        """It will fire, unless it is cancelled."""

    def timer_fired(self, now_us: int, timer: Timer) -> None:
        """Its message is sent now."""

    def timer_cancelled(self, now_us: int, timer: Timer) -> None:
        """Before it fired."""

    def life_launched(self, now_us: int, name: str, incarnation: int, supervisor: str | None, restarts: int) -> None:
        """A new incarnation is about to be built; the root's supervisor is None."""

    def life_started(self, now_us: int, name: str, incarnation: int) -> None:
        """Its on_start returned; of a supervisor: all its static children have started."""

    def life_ended(self, now_us: int, name: str, incarnation: int, reason: StopReason) -> None:
        """Once for each incarnation; of one that was fenced, at the fencing."""

    def announced(self, now_us: int, lifecycle: Lifecycle) -> None:
        """What hosts report and supervisors decide: restarting, gave_up, escalated and so on."""
