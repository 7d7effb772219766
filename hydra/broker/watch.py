"""Which symbols' quotes we asked for on this socket, what came of it, and what to say about market data. Pure."""

from __future__ import annotations

from datetime import datetime

from hydra.broker.codes import market_data_kind
from hydra.broker.news import ErrorSeen, QuoteKindSeen, TickSeen
from hydra.broker.quotes import QuoteTape
from hydra.core.instants import seconds_between
from hydra.core.sessions import session_at
from hydra.messages.facts import MarketDataNoticed
from hydra.values import Instrument, Quote, QuoteKind, SessionHours

LIVE, DELAYED, MISSING = "live", "delayed", "missing"
_DELAYED_KINDS = (QuoteKind.DELAYED, QuoteKind.DELAYED_FROZEN)


class QuoteWatch:
    """Subscriptions of one socket by request id. Mutable; facts come without a session number."""

    def __init__(self) -> None:
        self._tapes: dict[int, QuoteTape] = {}
        self._hours: dict[int, tuple[SessionHours, ...]] = {}
        self._subscribed_at: dict[int, datetime] = {}
        self._noticed: dict[str, str] = {}
        self._changed: dict[int, None] = {}

    def begin(
        self, request_id: int, instrument: Instrument, hours: tuple[SessionHours, ...], now: datetime
    ) -> None:
        """Quotes of this instrument were asked for; an older subscription of it counts no more."""
        for older, tape in tuple(self._tapes.items()):
            if tape.instrument.con_id == instrument.con_id:
                del self._tapes[older], self._hours[older], self._subscribed_at[older]
                self._changed.pop(older, None)
        self._tapes[request_id] = QuoteTape(instrument, QuoteKind.LIVE)
        self._hours[request_id] = hours
        self._subscribed_at[request_id] = now

    def instruments(self) -> tuple[tuple[Instrument, tuple[SessionHours, ...]], ...]:
        """What is subscribed, in order of subscription."""
        return tuple((tape.instrument, self._hours[key]) for key, tape in self._tapes.items())

    def learn_hours(self, con_id: int, hours: tuple[SessionHours, ...]) -> bool:
        """Later sessions of an instrument; False when it is not subscribed here."""
        key = next((key for key, tape in self._tapes.items() if tape.instrument.con_id == con_id), None)
        if key is None:
            return False
        self._hours[key] = hours
        return True

    def tick(self, tick: TickSeen) -> None:
        """One tick; those of the top of book make a quote at the end of the batch."""
        tape = self._tapes.get(tick.request_id)
        if tape is not None and tape.take(tick):
            self._changed[tick.request_id] = None

    def kind(self, seen: QuoteKindSeen) -> None:
        """The market data type of a subscription."""
        tape = self._tapes.get(seen.request_id)
        if tape is not None:
            tape.kind = seen.kind

    def quotes(self, now: datetime) -> tuple[tuple[Quote, ...], tuple[MarketDataNoticed, ...]]:
        """The quotes that changed since the last time, and what is new about their kind."""
        quotes: list[Quote] = []
        notices: list[MarketDataNoticed] = []
        for request_id in self._changed:
            quote = self._tapes[request_id].quote(now)
            if quote is not None:
                quotes.append(quote)
                notices.extend(self._came(quote))
        self._changed.clear()
        return tuple(quotes), tuple(notices)

    def refused(self, error: ErrorSeen) -> tuple[MarketDataNoticed, ...]:
        """An error code that names a subscription."""
        tape = self._tapes.get(error.target_id)
        if tape is None:
            return ()
        kind = market_data_kind(error.code) or MISSING
        return self._notice(tape.instrument.symbol, kind, f"{error.code} {error.text}")

    def owns(self, request_id: int) -> bool:
        """Whether a request id is one of our subscriptions."""
        return request_id in self._tapes

    def silent(self, now: datetime, limit_s: float) -> tuple[MarketDataNoticed, ...]:
        """Symbols without any quote for limit_s of an open session since we asked (or since it opened)."""
        notices: list[MarketDataNoticed] = []
        for request_id, tape in self._tapes.items():
            session = session_at(self._hours[request_id], now)
            if session is None:
                continue
            since = max(self._subscribed_at[request_id], session.open_at)
            quoted = tape.quoted_at is not None and tape.quoted_at >= since
            if not quoted and seconds_between(since, now) >= limit_s:
                text = f"no quote of {tape.instrument.symbol} within {limit_s:g} s of an open session"
                notices.extend(self._notice(tape.instrument.symbol, MISSING, text))
        return tuple(notices)

    def _came(self, quote: Quote) -> tuple[MarketDataNoticed, ...]:
        if quote.kind in _DELAYED_KINDS:
            return self._notice(quote.symbol, DELAYED, f"quotes of {quote.symbol} come 15 minutes late")
        if quote.symbol not in self._noticed:
            return ()
        return self._notice(quote.symbol, LIVE, f"quotes of {quote.symbol} come live")

    def _notice(self, symbol: str, kind: str, text: str) -> tuple[MarketDataNoticed, ...]:
        if self._noticed.get(symbol) == kind:
            return ()
        self._noticed[symbol] = kind
        return (MarketDataNoticed(session=0, symbol=symbol, kind=kind, text=text),)
