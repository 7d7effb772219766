"""The MonitorActor: marks, data that is missing, the schedule of reconciliations, signals that should have ended.

It decides nothing about orders; it looks, asks for comparison, and raises alerts, each once until it has cleared.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hydra.config import MonitorConfig
from hydra.core.instants import after_s, seconds_between
from hydra.core.sessions import next_nyse_session, nyse_session, session_at, trading_day
from hydra.messages.commands import QuoteChanged, ReconcileNow, WorkDue
from hydra.messages.decisions import AlertRaised, LawViolated
from hydra.messages.facts import LinkChanged
from hydra.messages.sync import Recorded
from hydra.records import InstrumentCard
from hydra.runtime.actor import Context
from hydra.runtime.message import Message
from hydra.runtime.timers import Timer
from hydra.supervisor.syncing import SyncingActor
from hydra.values import LinkState, Quote

LOOK = "look at everything"
CLOSE_GRACE_S = 600.0
BEFORE_OPEN_S = 300.0
SLEPT_S = 30.0
"""A look that comes later than this was not late by chance: the machine was suspended, and nobody else could act either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The latest quote of every contract, as monitor knows them."""

    quotes: tuple[Quote, ...]


class MonitorActor(SyncingActor):
    """The eyes."""

    def __init__(self, context: Context, rules: MonitorConfig) -> None:
        super().__init__(context)
        self.rules = rules
        self.quotes: dict[int, Quote] = {}
        self.raised: set[str] = set()
        self.reported_open: set[str] = set()
        self.watching_since = self.answerable_since = context.clock.now()
        self.reconciled_at: datetime | None = None
        self.look_at: datetime | None = None
        self.timer: Timer | None = None

    def came_alive(self) -> None:
        self.watching_since = self.answerable_since = self.context.clock.now()
        self._look()

    def heard(self, recorded: Recorded) -> None:
        """While the broker cannot be asked what became of our orders, no signal of theirs can end in truth."""
        match recorded.event:
            case LinkChanged(state=LinkState.READY):
                self.answerable_since = self.context.clock.now()
                if self.book.signals:
                    self._look()
            case _:
                pass

    def handle(self, message: Message) -> None:
        match message:
            case QuoteChanged(quote=quote):
                self.quotes[quote.con_id] = quote
                self.raised.discard(f"no quotes {quote.symbol}")
                self.context.publish(Marks(quotes=tuple(self.quotes.values())))
            case WorkDue(what=what) if what == LOOK:
                self._look()
            case _:
                super().handle(message)

    def _look(self) -> None:
        now = self.context.clock.now()
        if self.look_at is not None and seconds_between(self.look_at, now) > SLEPT_S:
            self.watching_since = self.answerable_since = now
        for card in tuple(self.book.instruments.values()):
            self._look_for_quotes(card, now)
        self._look_for_open_signals(now)
        self._keep_reconciled(now)
        if self.timer is not None:
            self.timer.cancel()
        self.look_at = self._next_look(now)
        self.timer = self.context.at(self.look_at, WorkDue(what=LOOK))

    def _look_for_quotes(self, card: InstrumentCard, now: datetime) -> None:
        """Silence in an open session is said, so that no trading does not look like nothing to trade."""
        session = session_at(card.hours, now)
        if session is None or not self.book.session_live:
            return
        quote = self.quotes.get(card.instrument.con_id)
        since = max(session.open_at, self.watching_since, quote.at if quote else self.watching_since)
        silent_s = seconds_between(since, now)
        if silent_s > self.rules.quote_missing_alert_s:
            symbol = card.instrument.symbol
            text = (
                f"{symbol}: no quote for {silent_s:.0f} s although its session is open; nothing is traded in it. "
                "Check the market data subscription of the account"
            )
            self._alert(f"no quotes {symbol}", symbol, "warning", text)

    def _look_for_open_signals(self, now: datetime) -> None:
        """A signal that outlives its validity and its session by the grace is a broken law (PRODUCT section 8). The grace
        runs while there is a broker to be asked: without one, the alert is about the link."""
        if not self.book.session_live:
            return
        for record in tuple(self.book.signals.values()):
            signal = record.signal
            session = nyse_session(trading_day(signal.at))
            if session is None or signal.signal_id in self.reported_open:
                continue
            if now > after_s(max(session.close_at, signal.at, self.answerable_since), CLOSE_GRACE_S):
                self.reported_open.add(signal.signal_id)
                text = f"signal {signal.signal_id} of {signal.at:%Y-%m-%d %H:%M} UTC has not ended by its close"
                self.context.tell("journal", LawViolated(law="every signal ends once", text=text))

    def _keep_reconciled(self, now: datetime) -> None:
        last = self.reconciled_at
        if self.book.last_reconciliation is not None:
            done_at = self.book.last_reconciliation.at
            last = done_at if last is None else max(last, done_at)
        if last is None or seconds_between(last, now) >= self.rules.reconcile_interval_s:
            self.reconciled_at = now
            self.context.tell("journal", ReconcileNow(reason="scheduled"))

    def _next_look(self, now: datetime) -> datetime:
        """Each interval while a session is on; else shortly before the next open. After the close once more."""
        today = nyse_session(trading_day(now))
        interval_s = min(self.rules.quote_missing_alert_s, self.rules.reconcile_interval_s)
        if today is not None and after_s(today.open_at, -BEFORE_OPEN_S) <= now < after_s(today.close_at, 60):
            return after_s(now, interval_s)
        if today is not None:
            again_at = after_s(max(today.close_at, self.answerable_since), CLOSE_GRACE_S + 60)
            if today.close_at <= now < again_at and (now < after_s(today.close_at, CLOSE_GRACE_S) or self.book.signals):
                return after_s(again_at, 1)
        opening = next_nyse_session(now).open_at
        return max(after_s(opening, -BEFORE_OPEN_S), now + timedelta(seconds=1))

    def _alert(self, key: str, about: str, severity: str, text: str) -> None:
        """Once until it clears."""
        if key in self.raised:
            return
        self.raised.add(key)
        self.context.tell("journal", AlertRaised(kind="market_data", about=about, severity=severity, text=text))
