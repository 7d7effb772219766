"""What the broker does by the clock: look up the symbols each morning, look for quotes that never came, raise the alarm.

Each is a timer of the actor's own (`WorkDue`); here stands when, not what.
"""

from __future__ import annotations

from hydra.broker.symbols import Symbols
from hydra.config import Config
from hydra.core.instants import after_s
from hydra.core.sessions import in_maintenance, next_nyse_session
from hydra.messages.commands import WorkDue
from hydra.messages.decisions import AlertRaised
from hydra.runtime.actor import Context
from hydra.runtime.timers import Timer

ALARM, LOUDER_ALARM = "alarm", "louder alarm"
LOOK_UP, LOOK_UP_AGAIN, SILENCE = "look up symbols", "look up symbols again", "look for silent quotes"
LOOK_UP_BEFORE_OPEN_S = 900.0
LOOK_UP_AGAIN_S = 300.0


class Duties:
    """The timers of one incarnation."""

    def __init__(self, context: Context, config: Config, symbols: Symbols) -> None:
        self.context = context
        self.config = config.broker
        self.window = config.calendar
        self.symbols = symbols
        self.quote_missing_s = config.monitor.quote_missing_alert_s
        self._alarm: Timer | None = None

    def arm_look_up(self) -> None:
        """Some minutes before the next session: hours and volume of the day."""
        now = self.context.clock.now()
        session = next_nyse_session(after_s(now, LOOK_UP_BEFORE_OPEN_S))
        self.context.at(after_s(session.open_at, -LOOK_UP_BEFORE_OPEN_S), WorkDue(what=LOOK_UP))

    def arm_look_up_again(self) -> None:
        """A symbol was not found or nobody answered."""
        self.context.after(LOOK_UP_AGAIN_S, WorkDue(what=LOOK_UP_AGAIN))

    def arm_silence(self) -> None:
        """In an open session soon, else when the next one has been open for long enough."""
        clock = self.context.clock
        now = clock.now()
        if self.symbols.is_any_open(now):
            wait_s = max(self.quote_missing_s / clock.speed, self.config.request_timeout_s)
            self.context.after(wait_s, WorkDue(what=SILENCE))
        else:
            due_at = after_s(next_nyse_session(now).open_at, self.quote_missing_s)
            self.context.at(due_at, WorkDue(what=SILENCE))

    def arm_alarm(self, what: str = ALARM) -> None:
        """The link is down: say so when it still is, later."""
        config = self.config
        louder_s = config.alarm_escalate_after_s - config.alarm_after_s
        self.drop_alarm()
        wait_s = config.alarm_after_s if what == ALARM else louder_s
        self._alarm = self.context.after(wait_s, WorkDue(what=what))

    def alarm(self, what: str, text: str) -> AlertRaised | None:
        """The alert of an alarm that is due; None in the maintenance window, which puts it off."""
        if self.is_maintenance():
            self.arm_alarm(what)
            return None
        config = self.config
        long_s = config.alarm_after_s if what == ALARM else config.alarm_escalate_after_s
        if what == ALARM:
            self.arm_alarm(LOUDER_ALARM)
        return AlertRaised(
            kind="link_down" if what == ALARM else "link_down_long",
            about="broker",
            severity="critical",
            text=f"no working link to {config.host}:{config.port} for {long_s:g} s: {text}",
        )

    def drop_alarm(self) -> None:
        """The link works, or never may."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def is_maintenance(self) -> bool:
        """Whether the gateway's nightly restart is due about now."""
        window = self.window
        return in_maintenance(self.context.clock.now(), window.maintenance_start, window.maintenance_end)
