"""Time in both worlds: market time that may run faster than the machine, and machine time that never does.

It never returns freezegun's FakeDatetime: instants are made from whole microseconds by adding to an EPOCH
that is a real datetime (freezegun replaces names in modules, not objects; FakeDatetime also loses fold).
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# Even if this module is first imported inside a freeze, the real class stands behind the fake one.
_REAL_DATETIME = next(cls for cls in datetime.__mro__ if cls.__module__ == "datetime")
EPOCH: datetime = _REAL_DATETIME(1970, 1, 1, tzinfo=UTC)
NAIVE_EPOCH: datetime = _REAL_DATETIME(1970, 1, 1)  # freezegun is moved by naive UTC
MICROSECOND = timedelta(microseconds=1)


def instant_of(us: int) -> datetime:
    """Microseconds since 1970 as an aware UTC datetime, always of the real class."""
    return EPOCH + timedelta(microseconds=us)


def microseconds_of(instant: datetime) -> int:
    """An aware datetime as whole microseconds since 1970."""
    return (instant - EPOCH) // MICROSECOND


class Clock(ABC):
    """now() is market time; monotonic is machine time. `speed` is market seconds per machine second."""

    @property
    @abstractmethod
    def speed(self) -> float: ...

    @abstractmethod
    def now_us(self) -> int:
        """Market time, microseconds since 1970."""

    @abstractmethod
    def monotonic_us(self) -> int:
        """Machine time, microseconds since some start; never stored, never scaled."""

    @abstractmethod
    def due_us(self, market_us: int) -> int:
        """The monotonic microsecond at which market time will have reached market_us."""

    @abstractmethod
    def on_reanchor(self, hear: Callable[[], None]) -> None:
        """Call `hear` whenever due_us changes its mind."""

    def now(self) -> datetime:
        return instant_of(self.now_us())

    def monotonic_s(self) -> float:
        return self.monotonic_us() / 1e6


class MarketClock(Clock):
    """Production: market time = anchor + (machine time since then) * speed.

    Starts as the machine's own UTC.
    """

    def __init__(self, *, market_at: datetime | None = None, speed: float = 1.0) -> None:
        self._listeners: list[Callable[[], None]] = []
        market_us = time.time_ns() // 1000 if market_at is None else microseconds_of(market_at)
        self._anchor = (self.monotonic_us(), market_us, _valid(speed))

    @property
    def speed(self) -> float:
        return self._anchor[2]

    def now_us(self) -> int:
        anchor_us, market_us, speed = self._anchor
        return market_us + int((self.monotonic_us() - anchor_us) * speed)

    def monotonic_us(self) -> int:
        return time.monotonic_ns() // 1000

    def due_us(self, market_us: int) -> int:
        anchor_us, anchor_market_us, speed = self._anchor
        return anchor_us + math.ceil((market_us - anchor_market_us) / speed) + 1

    def reanchor(self, market_at: datetime, speed: float) -> None:
        """From now on it is market_at, running at speed. Timers set for a market instant move with it."""
        self._anchor = (self.monotonic_us(), microseconds_of(market_at), _valid(speed))
        for hear in self._listeners:
            hear()

    def on_reanchor(self, hear: Callable[[], None]) -> None:
        self._listeners.append(hear)


class VirtualClock(Clock):
    """Simulation: market time is the virtual loop's time from start_at on, at speed 1."""

    def __init__(self, start_at: datetime, elapsed_us: Callable[[], int]) -> None:
        self._start_us = microseconds_of(start_at)
        self._elapsed_us = elapsed_us
        self._latest = (self._start_us, instant_of(self._start_us))

    def now(self) -> datetime:
        """One value for all who ask at the same instant."""
        us = self.now_us()
        if us != self._latest[0]:
            self._latest = (us, instant_of(us))
        return self._latest[1]

    @property
    def speed(self) -> float:
        return 1.0

    def now_us(self) -> int:
        return self._start_us + self._elapsed_us()

    def monotonic_us(self) -> int:
        return self._elapsed_us()

    def due_us(self, market_us: int) -> int:
        return market_us - self._start_us

    def on_reanchor(self, hear: Callable[[], None]) -> None:
        """Virtual time is never re-anchored, so there is nothing to hear."""


def _valid(speed: float) -> float:
    if not (speed > 0 and math.isfinite(speed)):
        raise ValueError(f"clock speed {speed} is not a positive number of market seconds per second")
    return speed
