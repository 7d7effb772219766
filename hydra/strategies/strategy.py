"""What a strategy is: a class that is told quotes and returns wishes. It owns its state and touches nothing
else.

Your own: subclass Strategy in any module on Python's path and name it in supervisor.toml as `module:Class`.
A wish is only a wish: risk admits or refuses it, the router works it, exits close what it opened.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from hydra.config.kinds import ParamValue
from hydra.core.instants import after_s
from hydra.errors import UsageError
from hydra.values import ZERO, Purpose, Quote, SessionHours, Side, Signal

FIGURE_MAX = Decimal(10**12)
"""Above it a quantity or a notional is an accident."""


class StrategyUnusable(UsageError):
    """A strategy cannot be loaded, or its parameters make no sense; the text says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a strategy wants to open. Exactly one of `quantity` (shares) and `notional` (US dollars) is set.

    What could not be recorded cannot be wished: it raises ValueError here, where only its own strategy dies of it.
    It is dropped when it could not be admitted within `valid_s` market seconds.
    """

    symbol: str
    side: Side
    reason: str
    quantity: Decimal | None = None
    notional: Decimal | None = None
    valid_s: float = 60.0

    def __post_init__(self) -> None:
        if (self.quantity is None) == (self.notional is None):
            raise ValueError(
                f"a wish for {self.symbol} needs a quantity or a notional, one of them: "
                f"quantity={self.quantity}, notional={self.notional}"
            )
        figure = self.quantity if self.quantity is not None else self.notional
        if not isinstance(figure, Decimal) or not figure.is_finite() or abs(figure) > FIGURE_MAX:
            raise ValueError(f"a wish for {self.symbol} of {figure!r}: expected a Decimal of at most {FIGURE_MAX}")
        for given, kind in ((self.symbol, str), (self.side, Side), (self.reason, str)):
            if not isinstance(given, kind):
                raise ValueError(f"a wish for {self.symbol}: expected {kind.__name__}, not {given!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyView:
    """What a strategy may know beside the quote.

    `positions` by symbol (absent: flat); `open_signals` have not ended; `session` is the symbol's at `now`,
    None while it is closed.
    """

    now: datetime
    session: SessionHours | None
    positions: Mapping[str, Decimal]
    open_signals: tuple[Signal, ...]

    def position(self, symbol: str) -> Decimal:
        """Signed quantity, zero when flat."""
        return self.positions.get(symbol, ZERO)

    def is_busy(self, symbol: str) -> bool:
        """Whether any signal of the symbol has not ended, exits included."""
        return any(signal.symbol == symbol for signal in self.open_signals)


class Strategy:
    """Subclass it and override `on_quote`; take parameters in `__init__` and raise StrategyUnusable on
    wrong ones.

    Time is `view.now` and chance is `self.rng`; a strategy that uses other clocks or dice does not replay.
    """

    def __init__(
        self, name: str, symbols: tuple[str, ...], params: Mapping[str, ParamValue], rng: random.Random
    ) -> None:
        self.name = name
        self.symbols = symbols
        self.params = params
        self.rng = rng

    def on_quote(self, quote: Quote, view: StrategyView) -> list[Wish]:
        """Called for every quote of its symbols (the latest, when it is slow). Returns its wishes, or []."""
        raise NotImplementedError(f"strategy {self.name}: {type(self).__name__} does not define on_quote")


def wish_to_signal(wish: Wish, name: str, quote: Quote, *, n: int, now: datetime) -> Signal:
    """The recorded form of the n-th wish of a quote. Less than one share makes 0: sizing rejects it."""
    quantity = wish.quantity
    if quantity is None and wish.notional is not None:
        quantity = (wish.notional / quote.mid).to_integral_value(ROUND_FLOOR) if quote.mid > 0 else ZERO
    stamp = f"{now:%Y%m%d-%H%M%S}{now.microsecond // 1000:03d}"
    return Signal(
        signal_id=f"{name}-{wish.symbol}-{stamp}" + (f"-{n}" if n else ""),
        source=name,
        symbol=wish.symbol,
        side=wish.side,
        quantity=quantity if quantity is not None else ZERO,
        purpose=Purpose.OPEN,
        urgent=False,
        episode="",
        reason=wish.reason,
        at=now,
        valid_until=after_s(now, wish.valid_s),
    )
