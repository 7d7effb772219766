"""The whole session in one sentence: losing days and days without a trade are said first and plainly."""

from __future__ import annotations

from decimal import Decimal

from hydra.reports.records import RiskPart, SignalsPart, TradesPart


def headline(signals: SignalsPart, trades: TradesPart, risk: RiskPart, *, is_over: bool) -> str:
    """`losing day, -12.50 USD (-0.01 %); 3 fills; 4 signals: 2 executed, 1 rejected, 1 still open`."""
    so_far = "" if is_over else "so far: "
    fills_n = len(trades.fills)
    filled = f"; {count(fills_n, 'fill')}" if fills_n else ""
    return f"{so_far}{_verdict(bool(fills_n), risk)}{filled}; {_signals(signals)}"


def is_losing(risk: RiskPart) -> bool:
    """Whether the account is worth less than before, by a cent or more."""
    return risk.result < 0


def dollars(value: Decimal) -> str:
    """`+1,234.50 USD`: a gain or a loss, always with its sign."""
    return f"{value:+,.2f} USD" if value else "0.00 USD"


def count(n: int, thing: str) -> str:
    """`1 fill`, `2 fills`."""
    return f"{n} {thing}" if n == 1 else f"{n} {thing}s"


def _verdict(traded: bool, risk: RiskPart) -> str:
    share = f" ({risk.result_fraction * 100:+.2f} %)" if risk.result_fraction else ""
    result = f"{dollars(risk.result)}{share}"
    if not traded:
        if not risk.result:
            return "no trades"
        losing = "and a losing day: " if is_losing(risk) else ""
        return f"no trades, {losing}{result} on what was held"
    if is_losing(risk):
        return f"losing day, {result}"
    return f"winning day, {result}" if risk.result else f"neither gain nor loss, {result}"


def _signals(signals: SignalsPart) -> str:
    ends = (
        (len(signals.executed), "executed"),
        (len(signals.rejected), "rejected"),
        (len(signals.ended_otherwise), "ended otherwise"),
        (len(signals.still_open), "still open"),
    )
    total = sum(n for n, _ in ends)
    if not total:
        return "no signals"
    return f"{count(total, 'signal')}: {', '.join(f'{n} {what}' for n, what in ends if n)}"
