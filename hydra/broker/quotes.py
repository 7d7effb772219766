"""A quote put together from raw ticks, which come one field at a time. Nothing is kept of IB's own ticker."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from hydra.broker.news import TickSeen
from hydra.values import ZERO, Instrument, Quote, QuoteKind

BID, BID_SIZE, ASK, ASK_SIZE, LAST = "bid", "bid_size", "ask", "ask_size", "last"
PRICE_TICKS = {1: BID, 2: ASK, 4: LAST, 66: BID, 67: ASK, 68: LAST}
SIZE_TICKS = {0: BID_SIZE, 3: ASK_SIZE, 69: BID_SIZE, 70: ASK_SIZE}
SIZE_BESIDE = {1: BID_SIZE, 2: ASK_SIZE, 66: BID_SIZE, 67: ASK_SIZE}
DELAYED_TICKS = range(66, 77)


class QuoteTape:
    """The top of book of one subscription. Mutable; lives as long as its request id."""

    def __init__(self, instrument: Instrument, kind: QuoteKind) -> None:
        self.instrument = instrument
        self.kind = kind
        self.quoted_at: datetime | None = None
        self._fields: dict[str, Decimal | None] = {}

    def take(self, tick: TickSeen) -> bool:
        """Whether the tick belongs to the top of book. Delayed tick types make the quote a delayed one."""
        named = tick.tick_type in PRICE_TICKS or tick.tick_type in SIZE_TICKS
        if named and tick.tick_type in DELAYED_TICKS and self.kind is QuoteKind.LIVE:
            self.kind = QuoteKind.DELAYED
        if tick.tick_type in PRICE_TICKS:
            self._fields[PRICE_TICKS[tick.tick_type]] = tick.price
        if tick.tick_type in SIZE_BESIDE and tick.size is not None:
            self._fields[SIZE_BESIDE[tick.tick_type]] = tick.size
        if tick.tick_type in SIZE_TICKS:
            self._fields[SIZE_TICKS[tick.tick_type]] = tick.size
        return named

    def quote(self, at: datetime) -> Quote | None:
        """The quote as of now, None while a side is missing."""
        bid, ask = self._fields.get(BID), self._fields.get(ASK)
        if bid is None or ask is None:
            return None
        self.quoted_at = at
        return Quote(
            con_id=self.instrument.con_id,
            symbol=self.instrument.symbol,
            bid=bid,
            ask=ask,
            bid_size=self._fields.get(BID_SIZE) or ZERO,
            ask_size=self._fields.get(ASK_SIZE) or ZERO,
            last=self._fields.get(LAST),
            kind=self.kind,
            at=at,
        )
