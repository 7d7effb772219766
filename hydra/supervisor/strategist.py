"""The StrategyActor: hosts one strategy object. What it says becomes signals; what it breaks stays its own.

A crash, a hang or nonsense from a strategy never touches the six: it lives under a supervisor of its own that may give up.
"""

from __future__ import annotations

from datetime import datetime

from hydra.config import StrategyConfig
from hydra.core.sessions import session_at
from hydra.messages.commands import QuoteChanged, SubmitSignal, WindDown
from hydra.runtime.actor import Context
from hydra.runtime.message import Message
from hydra.strategies.loading import build
from hydra.strategies.strategy import Strategy, StrategyView, wish_to_signal
from hydra.supervisor.syncing import SyncingActor
from hydra.values import Quote


class StrategyActor(SyncingActor):
    """One strategy, its quotes, its positions, its open signals."""

    def __init__(self, context: Context, config: StrategyConfig) -> None:
        super().__init__(context)
        self.config = config
        self.winding_down = False
        self.strategy: Strategy | None = None

    def on_start(self) -> None:
        self.strategy = build(self.config, self.context.random("strategy"))
        super().on_start()

    def handle(self, message: Message) -> None:
        match message:
            case QuoteChanged(quote=quote):
                if quote.symbol in self.config.symbols and not self.winding_down:
                    self._decide(quote)
            case WindDown():
                self.winding_down = True
            case _:
                super().handle(message)

    def _decide(self, quote: Quote) -> None:
        if self.strategy is None:
            raise RuntimeError(f"{self.context.name} was never started")
        now = self.context.clock.now()
        for n, wish in enumerate(self.strategy.on_quote(quote, self._view(quote, now))):
            signal = wish_to_signal(wish, self.config.name, quote, n=n, now=now)
            self.context.tell("journal", SubmitSignal(signal=signal))

    def _view(self, quote: Quote, now: datetime) -> StrategyView:
        card = self.book.instruments.get(quote.symbol)
        held = (record for record in self.book.positions.values() if record.symbol in self.config.symbols)
        return StrategyView(
            now=now,
            session=session_at(card.hours, now) if card is not None else None,
            positions={record.symbol: record.quantity for record in held},
            open_signals=tuple(
                record.signal
                for record in self.book.signals.values()
                if record.signal.symbol in self.config.symbols
            ),
        )
