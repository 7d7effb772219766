"""A daily report as Markdown for people: the verdict in the first line, then what it rests on. It adds no figure."""

from __future__ import annotations

from collections.abc import Iterator

from hydra.reports.headline import count, dollars
from hydra.reports.markdown_health import health_lines
from hydra.reports.records import DailyReport, FillLine, HoldingsPart, RiskPart, SignalLine, SignalsPart, TradesPart
from hydra.reports.tables import NONE, amount, bullets, clock, money, share, table


def markdown(report: DailyReport) -> str:
    """The whole page, ending in a newline. Times are New York's."""
    sections = (
        _session(report),
        _signals(report.signals),
        _trades(report.trades),
        _risk(report.risk),
        _holdings(report.holdings),
        health_lines(report.health),
        _regime(report),
    )
    lines = [f"# {report.day.isoformat()}: {report.headline}", ""]
    for section in sections:
        lines += [*section, ""]
    return "\n".join(lines[:-1]) + "\n"


def _session(report: DailyReport) -> Iterator[str]:
    session = report.session
    yield "## Session"
    yield ""
    runs = ", ".join(str(line.run) for line in report.health.runs)
    kind = "half day" if session.half_day else "full day"
    yield from bullets(
        (
            f"NYSE {clock(session.open_at)} to {clock(session.close_at)} New York, {kind}",
            f"runs: {runs}",
            f"events {session.first_seq} to {session.last_seq} of the journal",
            f"recorded {clock(session.first_at)} to {clock(session.last_at)}",
        )
    )


def _signals(signals: SignalsPart) -> Iterator[str]:
    yield "## Signals"
    yield ""
    yield f"{count(signals.received_n, 'signal')} came in."
    lists = (
        ("Executed", signals.executed),
        ("Rejected", signals.rejected),
        ("Ended otherwise", signals.ended_otherwise),
        ("Still open", signals.still_open),
    )
    for title, lines in lists:
        if lines:
            yield ""
            yield f"### {title}"
            yield ""
            heads = ("signal", "from", "wanted", "admitted", "filled", "average", "end", "why")
            yield from table(heads, map(_signal, lines), "")


def _signal(line: SignalLine) -> tuple[str, ...]:
    return (
        line.signal_id,
        line.source,
        f"{line.purpose} {line.side} {amount(line.quantity)} {line.symbol}",
        amount(line.admitted),
        amount(line.filled),
        amount(line.average_price),
        line.end,
        line.end_reason or line.reason,
    )


def _trades(trades: TradesPart) -> Iterator[str]:
    yield "## Orders and fills"
    yield ""
    states: dict[str, int] = {}
    for order in trades.orders:
        states[order.state] = states.get(order.state, 0) + 1
    listed = ", ".join(f"{n} {state}" for state, n in sorted(states.items()))
    yield from bullets(
        (
            f"orders: {len(trades.orders)}{f' ({listed})' if listed else ''}; refused wishes: {len(trades.refused)}",
            f"bought {money(trades.bought)} USD, sold {money(trades.sold)} USD",
            f"mean slippage against the quote of the order: {_points(trades)}",
        )
    )
    yield ""
    heads = ("time", "order", "fill", "price", "commission", "arrival mid", "quote mid", "slippage bp")
    yield from table(heads, map(_fill, trades.fills), "No fills.")
    if trades.refused:
        yield ""
        yield "### Refused wishes"
        yield ""
        rows = (
            (clock(line.at), line.order_ref, f"{line.side} {amount(line.quantity)} {line.symbol}", line.by,
             "; ".join(line.reasons))
            for line in trades.refused
        )  # fmt: skip
        yield from table(("time", "order", "wanted", "by", "why"), rows, "")


def _points(trades: TradesPart) -> str:
    return "unknown" if trades.slippage_bp is None else f"{trades.slippage_bp:+.2f} bp"


def _fill(line: FillLine) -> tuple[str, ...]:
    found = " (found by a listing)" if line.late else ""
    return (
        clock(line.executed_at),
        line.order_ref or "not ours",
        f"{line.side} {amount(line.quantity)} {line.symbol}{found}",
        amount(line.price),
        amount(line.commission),
        amount(line.arrival_mid),
        amount(line.quote_mid),
        NONE if line.slippage_bp is None else f"{line.slippage_bp:+.2f}",
    )


def _risk(risk: RiskPart) -> Iterator[str]:
    yield "## Risk"
    yield ""
    yield from bullets(
        (
            f"result {dollars(risk.result)}{share(risk.result_fraction)}",
            f"realized {dollars(risk.realized)}, commissions {money(risk.commissions)} USD",
            f"unrealized {dollars(risk.unrealized)}, a change of {dollars(risk.unrealized_change)}",
            f"equity {money(risk.equity)} USD, at the start of the day {money(risk.day_equity)} USD",
            f"drawdown {money(risk.drawdown)} USD{_of_equity(risk)}",
            f"basis: {risk.basis}",
            f"trading at the end: {risk.trading_state}; open breakers: {', '.join(risk.breakers_open) or 'none'}",
        )
    )
    yield from bullets(
        f"{clock(line.at)} trading {line.state} by {line.by}: {line.reason}" for line in risk.trading
    )
    yield from bullets(
        f"{clock(line.at)} breaker {line.breaker} {line.what} by {line.by}: {line.text}" for line in risk.breakers
    )


def _of_equity(risk: RiskPart) -> str:
    return "" if risk.drawdown_fraction is None else f" ({risk.drawdown_fraction * 100:.2f} %)"


def _holdings(holdings: HoldingsPart) -> Iterator[str]:
    yield "## Positions at the end"
    yield ""
    heads = ("symbol", "quantity", "average", "mark", "mark is", "unrealized", "realized today")
    rows = (
        (line.symbol, amount(line.quantity), amount(line.average_price), amount(line.mark),
         f"{line.mark_basis} {clock(line.mark_at)}", money(line.unrealized), money(line.realized))
        for line in holdings.held
    )  # fmt: skip
    yield from table(heads, rows, "No positions.")
    others = (
        *(f"closed: {line.symbol}, realized {dollars(line.realized)}" for line in holdings.closed),
        *(f"not ours, left alone: {amount(quantity)} {symbol}" for symbol, quantity in holdings.not_ours),
    )
    if others:
        yield from ("", *bullets(others))


def _regime(report: DailyReport) -> Iterator[str]:
    yield "## Market regime"
    yield ""
    regime = report.regime
    known = regime.vix is not None
    yield f"VIX {amount(regime.vix)}, regime {regime.regime}." if known else f"Not known: {regime.missing}."
