"""Strategies that a drill needs: one that raises, some that return nonsense, one that buys and holds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hydra.strategies.strategy import Strategy, StrategyView, Wish
from hydra.values import Quote, Side


class Raises(Strategy):
    """Fails on every quote."""

    def on_quote(self, quote: Quote, view: StrategyView) -> list[Wish]:
        raise ZeroDivisionError(f"a drill: {quote.symbol}")


class Exits(Strategy):
    """Tries to end the process."""

    def on_quote(self, quote: Quote, view: StrategyView) -> list[Wish]:
        raise SystemExit(1)


class ReturnsNone(Strategy):
    """Forgets to return its wishes."""

    def on_quote(self, quote: Quote, view: StrategyView) -> Any:
        return None


class ReturnsText(Strategy):
    """Returns no wishes but words."""

    def on_quote(self, quote: Quote, view: StrategyView) -> Any:
        return ["buy", "sell"]


class WishesForNaN(Strategy):
    """Divides something by nothing."""

    def on_quote(self, quote: Quote, view: StrategyView) -> list[Wish]:
        return [Wish(symbol=quote.symbol, side=Side.BUY, reason="not a number", quantity=Decimal("NaN"))]


class WishesForFloats(Strategy):
    """Has never heard of Decimal."""

    def on_quote(self, quote: Quote, view: StrategyView) -> list[Wish]:
        quantity: Any = 12.5
        return [Wish(symbol=quote.symbol, side=Side.BUY, reason="a float", quantity=quantity)]


class Greedy(Strategy):
    """Wishes for the impossible on every quote: too much, nothing, less than nothing, of something unknown."""

    def on_quote(self, quote: Quote, view: StrategyView) -> list[Wish]:
        return [
            Wish(symbol=quote.symbol, side=Side.BUY, reason="too much", quantity=Decimal(10) ** 9),
            Wish(symbol=quote.symbol, side=Side.BUY, reason="nothing", quantity=Decimal(0)),
            Wish(symbol=quote.symbol, side=Side.SELL, reason="less than nothing", quantity=Decimal(-5)),
            Wish(symbol=quote.symbol, side=Side.BUY, reason="half a share", quantity=Decimal("0.5")),
            Wish(symbol="NOSUCH", side=Side.BUY, reason="unknown", quantity=Decimal(1)),
            Wish(symbol=quote.symbol, side=Side.BUY, reason="long over", quantity=Decimal(1), valid_s=-60),
        ]


class Holder(Strategy):
    """Buys 70 shares of each symbol, again and again whenever it is free to."""

    def on_quote(self, quote: Quote, view: StrategyView) -> list[Wish]:
        if view.session is None or view.is_busy(quote.symbol):
            return []
        return [Wish(symbol=quote.symbol, side=Side.BUY, reason="a drill", quantity=Decimal(70))]
