"""Stretches of market history by name, and instants of them at which a world may begin. Real dates, no invented days.

Prices are the bundled recordings, or made of closes for 2020 (closes.py). Nothing here draws without the chance it is given.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from random import Random

from hydra.config import Config
from hydra.errors import UsageError
from hydra.gateway.bars import DailyBar, bundled_bars
from hydra.gateway.calendar import Session, next_session, session_of
from hydra.gateway.instants import SECOND_US, clock_text, exchange_day, midnight_us
from hydra.gateway.tape import AFTER_OPEN_US
from hydra.simulation.closes import bars_of_closes

Recorded = Callable[[], Mapping[str, tuple[DailyBar, ...]]]

DAYS = 28
MINUTE_US = 60 * SECOND_US
DAY_US = 24 * 60 * MINUTE_US
HISTORY_SESSIONS = 60
"""So many recorded sessions lie before a drawn beginning: average volumes need them."""
AHEAD_SESSIONS = 10
SINCE = date(2005, 6, 1)
"""Later than the last split in the bundled prices, by more than any position is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A stretch of market history: it begins on `first_day` or the session after, and is meant for `days` calendar days."""

    name: str
    sentence: str
    first_day: date
    days: int = DAYS
    recorded: Recorded = bundled_bars


_HISTORIES = (
    History(name="2012", sentence="four quiet weeks, the default", first_day=date(2012, 6, 4)),
    History(
        name="2008-storm",
        sentence="September to December 2008, with the half days 28 November and 24 December",
        first_day=date(2008, 9, 1),
        days=122,
    ),
    History(
        name="dst-spring",
        sentence="two weeks over the change to summer time, 11 March 2012",
        first_day=date(2012, 3, 5),
        days=12,
    ),
    History(
        name="dst-autumn",
        sentence="two weeks over the change to winter time, 6 November 2011",
        first_day=date(2011, 10, 31),
        days=12,
    ),
    History(
        name="thanksgiving",
        sentence="the week of 26 November 2009: a holiday, then a half day on the 27th",
        first_day=date(2009, 11, 23),
        days=8,
    ),
    History(
        name="christmas",
        sentence="from 21 December 2009 into the new year: a half day on the 24th, two holidays",
        first_day=date(2009, 12, 21),
        days=15,
    ),
    History(
        name="expiry",
        sentence="the week of the third Friday of June 2012, when options and futures expire",
        first_day=date(2012, 6, 11),
        days=8,
    ),
    History(
        name="2020",
        sentence="ten stocks, February to May 2020, bars made of closes in ../shared/data",
        first_day=date(2020, 2, 18),
        days=98,
        recorded=bars_of_closes,
    ),
)


def markets() -> tuple[History, ...]:
    """Every history that has a name."""
    return _HISTORIES


def market_named(name: str) -> History:
    """The history of this name, or four weeks from a day given as yyyy-mm-dd.

    Raises UsageError for any other name and for a day without bundled prices.
    """
    for history in _HISTORIES:
        if history.name == name:
            return history
    try:
        day = SINCE.fromisoformat(name)
    except ValueError:
        known = "".join(f"\n  {history.name:<13}{history.sentence}" for history in _HISTORIES)
        raise UsageError(f"there is no market {name!r}; there are{known}\n  yyyy-mm-dd   from any day on") from None
    first, last = _days()[0], _days()[-1]
    if not first <= day <= last:
        raise UsageError(f"there are no prices of {day}, only of {first} to {last}")
    return History(name=name, sentence=f"from {day} on", first_day=day)


def config_in(history: History, config: Config) -> tuple[Config, tuple[str, ...]]:
    """The configuration as it can be run in this history, and the symbols that it has no prices of, left out.

    Raises UsageError when a strategy would be left without any symbol.
    """
    offered = history.recorded().keys()
    left_out = tuple(
        dict.fromkeys(symbol for strategy in config.strategies for symbol in strategy.symbols if symbol not in offered)
    )
    strategies = []
    for strategy in config.strategies:
        symbols = tuple(symbol for symbol in strategy.symbols if symbol in offered)
        if strategy.symbols and not symbols:
            raise UsageError(f"market {history.name} has no prices of any symbol of strategy {strategy.name}")
        strategies.append(strategy.model_copy(update={"symbols": symbols}))
    gateway = config.gateway.model_copy(update={"day": history.first_day})
    return config.model_copy(update={"gateway": gateway, "strategies": tuple(strategies)}), left_out


def drawn_beginning(chance: Random) -> int:
    """A random instant of the bundled recordings, market microseconds. Most have a session before them; the others are
    those at which calendars go wrong."""
    (name,) = chance.choices(list(_MOMENTS), weights=[weight for weight, _ in _MOMENTS.values()])
    return _MOMENTS[name][1](chance)


def tape_day(begins_us: int) -> date:
    """The day on which a tape must start so that it can be played to this instant: that of the last recorded session that
    had opened by then. Raises ValueError before the first one."""
    day = exchange_day(begins_us)
    for recorded in reversed(_days()[: bisect_right(_days(), day)]):
        session = session_of(recorded)
        if session is not None and session.open_us + AFTER_OPEN_US <= begins_us:
            return recorded
    raise ValueError(f"no recorded session had opened by {clock_text(begins_us)}, the first one is of {_days()[0]}")


@cache
def _days() -> tuple[date, ...]:
    """The days of the bundled recordings."""
    return tuple(bar.day for bar in bundled_bars()["AAPL"])


@cache
def _sessions() -> tuple[Session, ...]:
    """The sessions that a drawing may begin in: history before them, days to come after them."""
    usable = [day for day in _days()[HISTORY_SESSIONS:-AHEAD_SESSIONS] if day >= SINCE]
    return tuple(session for session in map(session_of, usable) if session is not None)


@cache
def _half_days() -> tuple[Session, ...]:
    return tuple(session for session in _sessions() if session.is_half)


@cache
def _before_clock_changes() -> tuple[Session, ...]:
    """The sessions whose next one opens at another hour of UTC."""
    return tuple(each for each in _sessions() if (next_session(each.open_us).open_us - each.open_us) % DAY_US)


def _at_open(chance: Random) -> int:
    return chance.choice(_sessions()).open_us + AFTER_OPEN_US


def _midday(chance: Random) -> int:
    return chance.choice(_sessions()).open_us + chance.randrange(60, 150) * MINUTE_US


def _before_close(chance: Random) -> int:
    return chance.choice(_sessions()).close_us - 45 * MINUTE_US


def _before_half_close(chance: Random) -> int:
    return chance.choice(_half_days()).close_us - 45 * MINUTE_US


def _before_open(chance: Random) -> int:
    return chance.choice(_sessions()).open_us - chance.randrange(1, 16) * MINUTE_US


def _before_restart(chance: Random) -> int:
    """Half past eleven in the evening: the gateway restarts at a quarter to twelve."""
    return midnight_us(chance.choice(_sessions()).close_us) + (23 * 60 + 30) * MINUTE_US


def _after_clock_change(chance: Random) -> int:
    return next_session(chance.choice(_before_clock_changes()).open_us).open_us - 10 * MINUTE_US


_MOMENTS: Mapping[str, tuple[int, Callable[[Random], int]]] = {
    "open": (4, _at_open),
    "midday": (4, _midday),
    "before close": (3, _before_close),
    "before half day's close": (2, _before_half_close),
    "before open": (2, _before_open),
    "before the nightly restart": (1, _before_restart),
    "after a clock change": (2, _after_clock_change),
}
