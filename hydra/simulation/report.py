"""A simulation's result in words for a person, and in figures for a program. Pure."""

from __future__ import annotations

from decimal import Decimal

from hydra.simulation.world import SimulationPlan, SimulationResult

CLEAN = "every law held: orders, executions, positions, cash and signals agree with the gateway's ledger"


def figures(result: SimulationResult, wall_s: float) -> dict[str, object]:
    """One object for JSON; money as text, `violations` as whole sentences, `rss_mb_by_week` in 10^6 bytes."""
    summary, account = result.summary, result.verdict.account
    return {
        "digest": result.digest,
        "wall_s": round(wall_s, 3),
        "market_s": result.market_s,
        "orders": summary.orders,
        "fills": summary.fills,
        "signals": summary.signals,
        "restarts": summary.restarts,
        "violations": list(result.violations),
        "reconciliations": summary.reconciliations,
        "mismatches": summary.mismatches,
        "terminal": summary.terminal,
        "parents_by_child": {kind: child.parents for kind, child in result.verdict.children.items()},
        "orders_by_child": {kind: child.orders for kind, child in result.verdict.children.items()},
        "equity": f"{result.equity:.2f}",
        "pnl": f"{result.equity - account.opening:.2f}",
        "commissions": f"{account.commissions:.2f}",
        "rss_mb_by_week": [round(rss_mb, 1) for rss_mb in result.rss_mb_by_week],
    }


def report(plan: SimulationPlan, result: SimulationResult, wall_s: float) -> str:
    """What happened, for a person; the broken laws come last."""
    summary = result.summary
    ends = ", ".join(f"{count} {end}" for end, count in sorted(summary.terminal.items())) or "none"
    speed = result.market_s / wall_s
    lines = [
        f"{_length(plan.days)} from {plan.config.gateway.day}, seed {plan.seed}, clock {plan.clock}",
        f"wall             {wall_s:.1f} s, {speed:,.0f} market seconds in each",
        f"quotes           one of each symbol every {plan.quote_interval_s} market seconds",
        f"signals          {summary.signals}: {ends}",
        *(
            f"{kind:<16} {child.parents} parent orders, {child.orders} orders"
            for kind, child in result.verdict.children.items()
        ),
        f"orders           {summary.orders}, fills {summary.fills}",
        f"money            {_money(result)}",
        f"reconciliations  {summary.reconciliations}, mismatches {summary.mismatches}",
        f"restarts         {summary.restarts}",
        f"memory           {_memory(result)}",
        f"journal          {plan.directory / 'hydra.db'}",
        f"artifacts        {plan.directory / 'artifacts'}",
        f"digest           {result.digest}",
        *(f"BROKEN           {law}" for law in result.violations),
    ]
    return "\n".join(lines if result.violations else [*lines, CLEAN])


def _length(days: int) -> str:
    weeks, rest = divmod(days, 7)
    return _counted(days, "day") if rest else _counted(weeks, "week")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _money(result: SimulationResult) -> str:
    account = result.verdict.account
    gain: Decimal = result.equity - account.opening
    return f"P&L {gain:+,.2f}, of it commissions {-account.commissions:,.2f}; equity {result.equity:,.2f}"


def _memory(result: SimulationResult) -> str:
    weeks = ", ".join(f"{rss_mb:.1f}" for rss_mb in result.rss_mb_by_week)
    return f"{weeks} MB resident at the end of each week" if weeks else "not measured: shorter than a week"
