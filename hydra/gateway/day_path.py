"""The seeded way of a price through one recorded day, in whole ticks; no quote, no clock and no money here.

The law: the path starts at the open, touches the high and the low at the start of a minute, holds the close
through the last minute, and never leaves [low, high]. Between these anchors it is a straight line plus noise
that is pulled back to the line within minutes (an Ornstein-Uhlenbeck walk, constants below). So a mean
reversion strategy finds something to trade **by construction**: its profit on this path says that the
plumbing works, and nothing about real markets.

Every knot is a whole minute, and what lies between two knots depends only on the second: how often somebody
looks changes nothing in the path.
"""

from bisect import bisect_right
from dataclasses import dataclass
from random import Random

MINUTE_S = 60
HALF_LIFE_MINUTES = 5
NOISE_SHARE = 0.15  # standard deviation of the noise over the day's range
TAPER_MINUTES = 10  # the noise fades in and out over this distance from an anchor

_PULL = 1 - 0.5 ** (1 / HALF_LIFE_MINUTES)
_SHOCK = (6 * _PULL * (2 - _PULL)) ** 0.5  # a difference of two uniforms has the variance 1/6
_JITTER_TICKS_PER_TICK = 20_000  # half a basis point


@dataclass(frozen=True, slots=True, kw_only=True)
class TickBar:
    """A day's prices in whole ticks."""

    open: int
    high: int
    low: int
    close: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPath:
    """The price of every second of a session, given the chance of that second."""

    bar: TickBar
    knots: tuple[int, ...]

    def price_at(self, second: int, chance: Random) -> int:
        """Return the price, in ticks, `second` seconds after the open."""
        minute, rest = divmod(second, MINUTE_S)
        here = self.knots[minute]
        if rest == 0 or minute + 1 == len(self.knots):
            return here
        reach = max(1, here // _JITTER_TICKS_PER_TICK)
        jitter = int(chance.random() * (2 * reach + 1)) - reach
        straight = here + (self.knots[minute + 1] - here) * rest // MINUTE_S
        return _folded(straight + jitter, self.bar)


def day_path(bar: TickBar, minutes: int, chance: Random) -> DayPath:
    """Return the path of a session of so many minutes; at least five."""
    first, second = sorted(chance.sample(range(1, minutes - 1), 2))
    extremes = (bar.high, bar.low) if chance.random() < 0.5 else (bar.low, bar.high)
    anchors = ((0, bar.open), (first, extremes[0]), (second, extremes[1]), (minutes - 1, bar.close))
    deviation = NOISE_SHARE * (bar.high - bar.low)
    noise = 0.0
    knots = []
    for minute in range(minutes):
        noise += -_PULL * noise + _SHOCK * deviation * (chance.random() - chance.random())
        knots.append(_knot(bar, minute, anchors, noise))
    return DayPath(bar=bar, knots=tuple(knots))


def _knot(bar: TickBar, minute: int, anchors: tuple[tuple[int, int], ...], noise: float) -> int:
    right = min(bisect_right(anchors, minute, key=lambda anchor: anchor[0]), len(anchors) - 1)
    (start, from_price), (end, to_price) = anchors[right - 1], anchors[right]
    straight = from_price + (to_price - from_price) * (minute - start) / (end - start)
    weight = min(1.0, min(minute - start, end - minute) / TAPER_MINUTES)
    return _folded(round(straight + weight * noise), bar)


def _folded(price: int, bar: TickBar) -> int:
    """Mirror a price beyond the range back into it: clamped, it would lie flat on the high for minutes."""
    if price > bar.high:
        price = 2 * bar.high - price
    elif price < bar.low:
        price = 2 * bar.low - price
    return min(max(price, bar.low), bar.high)
