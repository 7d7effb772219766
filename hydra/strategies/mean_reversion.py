"""Buys what has fallen unusually far below its recent mean, and leaves selling to the exit rules.

Every `sample_s` market seconds the middle of the quote is sampled; at `entry_z` standard deviations below
the mean of the last `window` samples it wishes to buy, when flat and nothing is open. With `shorts` it also
sells what rose. It is an honest example and a load for the machine, not a promise of profit.
"""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from hydra.config.kinds import ParamValue
from hydra.core.instants import seconds_between
from hydra.core.prices import usable
from hydra.strategies.params import Number, flag, numbers
from hydra.strategies.strategy import Strategy, StrategyView, Wish
from hydra.values import Quote, Side

D = Decimal

SPEC: dict[str, Number] = {
    "notional": Number(D(10_000), D(1), D(10**9)),
    "window": Number(D(12), D(3), D(10_000), whole=True),
    "sample_s": Number(D(20), D("0.1"), D(86_400)),
    "entry_z": Number(D("1.5"), D("0.1"), D(20)),
    "cooldown_s": Number(D(300), D(0), D(10**6)),
}
GAP_SAMPLES_MAX = 10
"""After a gap of so many sample times (a night, an outage) the window begins anew."""


@dataclass(slots=True)
class _Watch:
    """One symbol: its samples, when the last was taken, when it last wished."""

    samples: deque[float] = field(default_factory=deque)
    sampled_at: datetime | None = None
    wished_at: datetime | None = None


class MeanReversion(Strategy):
    """Parameters: notional (US dollars a trade), window (samples), sample_s, entry_z, cooldown_s, shorts."""

    def __init__(
        self, name: str, symbols: tuple[str, ...], params: Mapping[str, ParamValue], rng: random.Random
    ) -> None:
        super().__init__(name, symbols, params, rng)
        figures = numbers(name, params, SPEC)
        self._shorts = flag(name, params, "shorts")
        self._notional = figures["notional"]
        self._window = int(figures["window"])
        self._sample_s = float(figures["sample_s"])
        self._entry_z = float(figures["entry_z"])
        self._cooldown_s = float(figures["cooldown_s"])
        self._watches = {symbol: _Watch() for symbol in symbols}

    def on_quote(self, quote: Quote, view: StrategyView) -> list[Wish]:
        """At most one wish, and only at a sample."""
        watch = self._watches.get(quote.symbol)
        if watch is None or view.session is None or not usable(quote) or not self._is_due(watch, view.now):
            return []
        score = self._sample(watch, float(quote.mid), view.now)
        side = self._side(score)
        if side is None or not self._is_free(watch, quote.symbol, view):
            return []
        watch.wished_at = view.now
        reason = f"middle {quote.mid} is {score:+.2f} deviations from the mean of {self._window} samples"
        return [Wish(symbol=quote.symbol, side=side, notional=self._notional, reason=reason)]

    def _is_due(self, watch: _Watch, now: datetime) -> bool:
        return watch.sampled_at is None or seconds_between(watch.sampled_at, now) >= self._sample_s

    def _sample(self, watch: _Watch, price: float, now: datetime) -> float:
        """Take the price into the window; its z-score among the earlier ones, 0 until the window is full."""
        gap_s = seconds_between(watch.sampled_at, now) if watch.sampled_at is not None else 0.0
        if gap_s > GAP_SAMPLES_MAX * self._sample_s:
            watch.samples.clear()
        score = z_score(price, watch.samples) if len(watch.samples) == self._window else 0.0
        watch.sampled_at = now
        watch.samples.append(price)
        if len(watch.samples) > self._window:
            watch.samples.popleft()
        return score

    def _side(self, score: float) -> Side | None:
        if score <= -self._entry_z:
            return Side.BUY
        return Side.SELL if self._shorts and score >= self._entry_z else None

    def _is_free(self, watch: _Watch, symbol: str, view: StrategyView) -> bool:
        cooled = (
            watch.wished_at is None or seconds_between(watch.wished_at, view.now) >= self._cooldown_s
        )
        return cooled and view.position(symbol) == 0 and not view.is_busy(symbol)


def z_score(price: float, samples: deque[float]) -> float:
    """How many standard deviations the price lies from the mean of the samples; 0 when they do not vary."""
    mean = math.fsum(samples) / len(samples)
    deviation = math.sqrt(math.fsum((sample - mean) ** 2 for sample in samples) / len(samples))
    return (price - mean) / deviation if deviation > 0 else 0.0
