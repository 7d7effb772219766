"""A strategy that measures how soon anything can be traded: it wishes everything at once, as soon as it may, and no more.

For benches (`hydra bench restart`). It waits for nothing but a quote in an open session.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal

from hydra.config.kinds import ParamValue
from hydra.strategies.params import Number, numbers
from hydra.strategies.strategy import Strategy, StrategyView, Wish
from hydra.values import Quote, Side

SPEC = {"wishes": Number(Decimal(1), Decimal(1), Decimal(100), whole=True)}


class Eager(Strategy):
    """Parameter: wishes, orders to buy one share each. When all were refused, as before books are opened, it tries again."""

    def __init__(
        self, name: str, symbols: tuple[str, ...], params: Mapping[str, ParamValue], rng: random.Random
    ) -> None:
        super().__init__(name, symbols, params, rng)
        self._wishes_n = int(numbers(name, params, SPEC)["wishes"])
        self._found: frozenset[str] | None = None
        """The signals that were open when it came to life: those of an earlier process."""

    def on_quote(self, quote: Quote, view: StrategyView) -> list[Wish]:
        if self._found is None:
            self._found = frozenset(signal.signal_id for signal in view.open_signals)
        is_busy = any(signal.signal_id not in self._found for signal in view.open_signals)
        if view.session is None or is_busy:
            return []
        one = Wish(symbol=quote.symbol, side=Side.BUY, quantity=Decimal(1), reason="as soon as possible")
        return [one] * self._wishes_n
