"""What one share is worth at an instant, session or not. Pure; the market itself is in market.py."""

from collections.abc import Iterable
from decimal import Decimal

from hydra.gateway.market import Market


def mark(market: Market, symbol: str, now_us: int) -> Decimal:
    """USD: the last trade while the session runs, else the latest close. Raises LookupError before the first
    recorded day.
    """
    quote = market.quote(symbol, now_us)
    return quote.last if quote is not None else market.daily_bars(symbol, now_us, 1)[-1].close


def marks(market: Market, symbols: Iterable[str], now_us: int) -> dict[str, Decimal]:
    return {symbol: mark(market, symbol, now_us) for symbol in symbols}
