"""The ExitActor: closes positions by rule, and all when a person says flatten. When and why stands in `core/exits.py`.

An exit is a signal like any other: it has one end, survives every restart through the journal and passes the same gate.
"""

from __future__ import annotations

from dataclasses import dataclass

from hydra.config import ExitConfig
from hydra.core.exits import exit_signals, flatten_signals
from hydra.core.rules_market import QuoteRule
from hydra.messages.commands import FlattenAll, QuoteChanged, SubmitSignal, VerbAnswered, WindDown
from hydra.messages.decisions import OperatorActed, SignalEnded, TradingStateChanged
from hydra.messages.sync import Recorded
from hydra.runtime.actor import Context
from hydra.runtime.message import Message
from hydra.supervisor.syncing import SyncingActor
from hydra.values import Quote, Signal

ASKED_MAX = 64
"""Signals asked for and not ended; only a memory against asking twice, the journal would drop the second anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitPlan:
    """The exit rules, and which quotes they may be judged by."""

    rules: ExitConfig
    quote_rule: QuoteRule


class ExitActor(SyncingActor):
    """Watches every position against its quote."""

    def __init__(self, context: Context, plan: ExitPlan) -> None:
        super().__init__(context)
        self.plan = plan
        self.quotes: dict[int, Quote] = {}
        self.asked: dict[str, None] = {}
        self.asking: dict[str, str] = {}
        self.winding_down = False

    def came_alive(self) -> None:
        self.asked.clear()
        self._watch()

    def heard(self, recorded: Recorded) -> None:
        match recorded.event:
            case SignalEnded(signal_id=signal_id):
                self.asked.pop(signal_id, None)
                self._watch()
            case OperatorActed(verb="flatten", ticket=ticket):
                self._answer(ticket)
                self._watch()
            case TradingStateChanged():
                self._watch()

    def handle(self, message: Message) -> None:
        match message:
            case QuoteChanged(quote=quote):
                self.quotes[quote.con_id] = quote
                position = self.book.positions.get(quote.con_id)
                if position is not None and position.quantity:
                    self._watch()
            case FlattenAll(by=by, reason=reason, reply_to=reply_to):
                ticket = f"{self.book.run}/{reply_to}"
                self.asking[ticket] = reply_to
                self.context.tell("journal", OperatorActed(verb="flatten", by=by, text=reason, ticket=ticket))
            case WindDown():
                self.winding_down = True
            case _:
                super().handle(message)

    def _answer(self, ticket: str) -> None:
        """Only now it is recorded, so only now it will be done whatever dies."""
        reply_to = self.asking.pop(ticket, "")
        if reply_to:
            held = sum(1 for position in self.book.positions.values() if position.quantity)
            text = f"closing {held} positions with limit orders; trading stays HALTED until resumed"
            self.context.tell(reply_to, VerbAnswered(obeyed=True, text=text))

    def _watch(self) -> None:
        """Every exit that is wanted and not at work. A flatten order stands until somebody resumes or halts again."""
        if self.winding_down:
            return
        now = self.context.clock.now()
        book, plan = self.book, self.plan
        if book.flatten_by:
            signals = flatten_signals(book, by=book.flatten_by, reason=book.trading.reason, now=now)
        else:
            signals = exit_signals(book, self.quotes, plan.rules, rule=plan.quote_rule, now=now)
        for signal in signals:
            self._submit(signal)

    def _submit(self, signal: Signal) -> None:
        if signal.signal_id not in self.asked:
            self.asked[signal.signal_id] = None
            if len(self.asked) > ASKED_MAX:
                del self.asked[next(iter(self.asked))]
            self.context.tell("journal", SubmitSignal(signal=signal))
