"""The replayed market: quotes and daily bars of any instant, purely from seed, bars and time; no order here.

A calendar day of the replay is the recorded day itself. The venue stands for `venue_share` of the recorded
volume (a thousandth by default), in its daily bars as in the sizes it shows: a small account against the
whole of AAPL would always be filled at once, and partial fills and slicing would never happen. A recorded
price finer than one cent is rounded inward, the high down and the low up.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from random import Random

from hydra.gateway.bars import DailyBar
from hydra.gateway.calendar import Session, session_of
from hydra.gateway.day_path import MINUTE_S, DayPath, TickBar, day_path

SECOND_US = 1_000_000
TICKS_PER_DOLLAR = 100
VENUE_SHARE = Decimal("0.001")
QUOTE_INTERVAL_S = 20

_BASIS_POINT = 10_000
_SPREAD_BP_MAX = 3
_U_SHAPE = 0.5  # how much more is traded near open and close than at noon


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What the venue shows at one instant; prices in dollars, sizes and the day's volume so far in shares."""

    bid: Decimal
    ask: Decimal
    bid_size: Decimal
    ask_size: Decimal
    last: Decimal
    last_size: Decimal
    volume: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A jump of the market away from its recording: by `fraction` of each price, in one symbol or (empty) in all, from one
    instant until another, None for ever. The daily bars do not know of it."""

    symbol: str
    from_us: int
    until_us: int | None
    fraction: Decimal

    def holds(self, symbol: str, us: int) -> bool:
        """Whether the prices of this symbol stand elsewhere at this instant."""
        return self.symbol in ("", symbol) and self.from_us <= us and (self.until_us is None or us < self.until_us)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """One recorded day as the venue knows it."""

    session: Session
    ticks: TickBar
    bar: DailyBar


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """The path of a symbol on one day, and the prices of its quotes from the open on, as far as anybody has asked."""

    day: _Day
    path: DayPath
    prices: list[int]


class Market:
    """Every symbol's days, ready to be asked about any instant. Unknown symbols raise KeyError."""

    def __init__(
        self,
        seed: int,
        bars: Mapping[str, Sequence[DailyBar]],
        venue_share: Decimal = VENUE_SHARE,
        quote_interval_s: int = QUOTE_INTERVAL_S,
    ) -> None:
        if not 0 < venue_share <= 1:
            raise ValueError(f"the venue share {venue_share} is not above 0 and at most 1")
        if quote_interval_s < 1 or MINUTE_S % quote_interval_s:
            raise ValueError(f"the quote interval {quote_interval_s} s does not divide a minute")
        self.symbols = tuple(bars)
        self.moves: tuple[Move, ...] = ()
        self._seed = seed
        self._dice = Random(seed)
        self._interval_s = quote_interval_s
        self._days = {symbol: _days(symbol, bars[symbol], venue_share) for symbol in bars}
        every = {day.session.open_us: day.session for days in self._days.values() for day in days}
        self._sessions_of: dict[str | None, tuple[Session, ...]] = {
            symbol: tuple(day.session for day in days) for symbol, days in self._days.items()
        }
        self._sessions_of[None] = tuple(every[open_us] for open_us in sorted(every))
        self._closes_of = {
            symbol: [session.close_us for session in sessions] for symbol, sessions in self._sessions_of.items()
        }
        self._ways: dict[str, _Way] = {}
        self._shown: dict[str, tuple[int, Quote]] = {}

    def sessions(self, symbol: str | None = None) -> tuple[Session, ...]:
        """Return the sessions with recorded bars, of one symbol or of any, in order."""
        return self._sessions_of[symbol]

    def quote(self, symbol: str, us: int) -> Quote | None:
        """Return what the venue shows at this instant, None while it is closed or has no bar that day."""
        day = self._day_at(symbol, us)
        if day is None:
            return None
        second = self._second(day, us)
        key = day.session.open_us + second * SECOND_US
        shown = self._shown.get(symbol)
        if shown is None or shown[0] != key:
            shown = (key, self._draw(symbol, day, second))
            self._shown[symbol] = shown
        return shown[1] if not self.moves else self._moved(symbol, us, shown[1])

    def moved(self, moves: tuple[Move, ...]) -> "Market":
        """The same market with these moves, and no others; this one stays as it is."""
        market = copy(self)
        market.moves, market._shown = moves, {}
        return market

    def _moved(self, symbol: str, us: int, quote: Quote) -> Quote:
        factor = Decimal(1)
        for move in self.moves:
            if move.holds(symbol, us):
                factor *= 1 + move.fraction
        if factor == 1:
            return quote
        bid, spread = _cents(quote.bid * factor), quote.ask - quote.bid
        return replace(quote, bid=bid, ask=bid + spread, last=_cents(quote.last * factor))

    def next_quote_us(self, symbol: str | None, after_us: int) -> int | None:
        """Return when the next quote of a symbol (None: of any) appears, None at the recording's end."""
        sessions = self.sessions(symbol)
        step_us = self._interval_s * SECOND_US
        position = bisect_right(self._closes_of[symbol], after_us)
        for session in sessions[position : position + 2]:
            passed = max(0, (after_us - session.open_us) // step_us + 1)
            if session.open_us + passed * step_us < session.close_us:
                return session.open_us + passed * step_us
        return None

    def daily_bars(self, symbol: str, up_to_us: int, count: int) -> tuple[DailyBar, ...]:
        """Return the last `count` daily bars known at this instant; that of an open day is partial."""
        days = self._days[symbol]
        closed = bisect_right(self._closes_of[symbol], up_to_us)
        bars = [day.bar for day in days[max(0, closed - count) : closed]]
        today = self._day_at(symbol, up_to_us)
        if today is not None:
            bars.append(self._partial_bar(symbol, today, self._second(today, up_to_us)))
        return tuple(bars[-count:]) if count > 0 else ()

    def _day_at(self, symbol: str, us: int) -> _Day | None:
        days = self._days[symbol]
        position = bisect_right(self._closes_of[symbol], us)
        if position == len(days) or us < days[position].session.open_us:
            return None
        return days[position]

    def _second(self, day: _Day, us: int) -> int:
        second = (us - day.session.open_us) // SECOND_US
        return second - second % self._interval_s

    def _way(self, symbol: str, day: _Day) -> _Way:
        known = self._ways.get(symbol)
        if known is None or known.day is not day:
            chance = Random(f"{self._seed}/{symbol}/{day.bar.day}")
            known = _Way(day=day, path=day_path(day.ticks, _minutes(day.session), chance), prices=[])
            self._ways[symbol] = known
        return known

    def _chance(self, symbol: str, day: _Day, second: int) -> Random:
        """For this quote, until the next call: a new Random each time would take twice as long."""
        self._dice.seed(f"{self._seed}/{symbol}/{day.bar.day}/{second}")
        return self._dice

    def _draw(self, symbol: str, day: _Day, second: int) -> Quote:
        chance = self._chance(symbol, day, second)
        last = self._way(symbol, day).path.price_at(second, chance)
        spread = max(1, last * (1 + int(chance.random() * _SPREAD_BP_MAX)) // _BASIS_POINT)
        bid, ask = _around(last, spread, day.ticks, last_is_bid=chance.random() < 0.5)
        a_minute = day.bar.volume / _minutes(day.session)
        return Quote(
            bid=_dollars(bid),
            ask=_dollars(ask),
            bid_size=_size(a_minute, chance),
            ask_size=_size(a_minute, chance),
            last=_dollars(last),
            last_size=_size(a_minute / 4, chance),
            volume=Decimal(_traded(day, second)),
        )

    def _partial_bar(self, symbol: str, day: _Day, second: int) -> DailyBar:
        prices = self._prices(symbol, day, second)
        return DailyBar(
            day=day.bar.day,
            open=_dollars(prices[0]),
            high=_dollars(max(prices)),
            low=_dollars(min(prices)),
            close=_dollars(prices[-1]),
            volume=_traded(day, second),
        )

    def _prices(self, symbol: str, day: _Day, second: int) -> list[int]:
        """Those of every quote from the open to this second. Each is drawn once: every subscription asks for all of them."""
        way = self._way(symbol, day)
        for each in range(len(way.prices) * self._interval_s, second + 1, self._interval_s):
            way.prices.append(way.path.price_at(each, self._chance(symbol, day, each)))
        return way.prices[: second // self._interval_s + 1]


def _days(symbol: str, bars: Sequence[DailyBar], venue_share: Decimal) -> tuple[_Day, ...]:
    return tuple(_day(symbol, bar, venue_share) for bar in bars)


def _day(symbol: str, bar: DailyBar, venue_share: Decimal) -> _Day:
    session = session_of(bar.day)
    if session is None:
        raise ValueError(f"{symbol} has a bar on {bar.day}, when the exchange is closed")
    ticks = _in_ticks(symbol, bar)
    venue_bar = DailyBar(
        day=bar.day,
        open=_dollars(ticks.open),
        high=_dollars(ticks.high),
        low=_dollars(ticks.low),
        close=_dollars(ticks.close),
        volume=max(1, int(bar.volume * venue_share)),
    )
    return _Day(session=session, ticks=ticks, bar=venue_bar)


def _in_ticks(symbol: str, bar: DailyBar) -> TickBar:
    high = _ticks(bar.high, ROUND_FLOOR)
    low = _ticks(bar.low, ROUND_CEILING)
    if not 0 < low <= high:
        raise ValueError(f"{symbol} on {bar.day}: no whole cent between low {bar.low} and high {bar.high}")
    opening = min(max(_ticks(bar.open, ROUND_HALF_EVEN), low), high)
    close = min(max(_ticks(bar.close, ROUND_HALF_EVEN), low), high)
    return TickBar(open=opening, high=high, low=low, close=close)


def _ticks(price: Decimal, rounding: str) -> int:
    return int((price * TICKS_PER_DOLLAR).to_integral_value(rounding))


def _dollars(ticks: int) -> Decimal:
    return Decimal(ticks).scaleb(-2)


def _around(last: int, spread: int, day: TickBar, *, last_is_bid: bool) -> tuple[int, int]:
    """Put bid and ask around the last trade, which was at one of them, inside the day's range.

    On a day narrower than a tick the ask stands one tick above the range: a locked quote would be worse.
    """
    spread = max(1, min(spread, day.high - day.low))
    bid = last if last_is_bid else last - spread
    bid = max(min(bid, day.high - spread), day.low)
    return bid, bid + spread


def _cents(price: Decimal) -> Decimal:
    """On the tick, and one tick at least."""
    return max(_dollars(1), _dollars(_ticks(price, ROUND_HALF_EVEN)))


def _size(mean: float, chance: Random) -> Decimal:
    return Decimal(1 + int(mean * (chance.random() + chance.random())))


def _traded(day: _Day, second: int) -> int:
    """The day's volume up to this second, on a U-shaped curve."""
    passed = second / (_minutes(day.session) * MINUTE_S)
    share = (passed + _U_SHAPE * ((2 * passed - 1) ** 3 + 1) / 2) / (1 + _U_SHAPE)
    return int(day.bar.volume * share)


def _minutes(session: Session) -> int:
    return (session.close_us - session.open_us) // (MINUTE_S * SECOND_US)
