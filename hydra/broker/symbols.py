"""What is known of the configured symbols, and of which New York day the knowledge is. Outlives sockets, not the actor."""

from __future__ import annotations

from datetime import date, datetime

from hydra.core.sessions import nyse_session, session_at, trading_day
from hydra.messages.facts import InstrumentQualified
from hydra.values import Instrument


class Symbols:
    """Qualified contracts by symbol. `names` in the order of the configuration."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self._cards: dict[str, InstrumentQualified] = {}
        self._days: dict[str, str] = {}

    def learn(self, card: InstrumentQualified, today: date) -> None:
        """A symbol was looked up."""
        self._cards[card.instrument.symbol] = card
        self._days[card.instrument.symbol] = today.isoformat()

    def of_today(self, symbol: str, today: date) -> InstrumentQualified | None:
        """What was looked up today, None when it must be looked up (again)."""
        return self._cards.get(symbol) if self._days.get(symbol) == today.isoformat() else None

    def instrument(self, con_id: int) -> Instrument | None:
        """The instrument of a contract, however old the knowledge."""
        cards = self._cards.values()
        return next((card.instrument for card in cards if card.instrument.con_id == con_id), None)

    def is_any_open(self, now: datetime) -> bool:
        """Whether one of them trades now; New York's stock exchange speaks for them while none is known."""
        if self._cards:
            return any(session_at(card.hours, now) is not None for card in self._cards.values())
        session = nyse_session(trading_day(now))
        return session is not None and session.open_at <= now < session.close_at
