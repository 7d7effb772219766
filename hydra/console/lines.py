"""What is said where no table can be drawn: one line of progress, and the end of a run in a few. Pure."""

from __future__ import annotations

from hydra.console import wording
from hydra.supervisor.desk_status import DeskStatus, Summary


def progress(status: DeskStatus) -> str:
    """`10:31:07 ACTIVE, link READY, ...`: a run in one line."""
    held = sum(1 for position in status.positions if position.quantity)
    parts = [
        f"{wording.clock(status.market_at)} {status.trading}",
        f"link {status.link}",
        wording.market(status),
        f"{held} positions",
        f"{len(status.orders)} working orders",
        f"{status.summary.fills} fills",
        f"today {wording.signed(status.day_pnl)}",
    ]
    if status.summary.restarts:
        parts.append(f"{status.summary.restarts} restarts")
    if status.differences:
        parts.append(f"{len(status.differences)} differences")
    return ", ".join(parts)


def ending(summary: Summary) -> str:
    """What happened, for a person."""
    ended = ", ".join(f"{count} {state}" for state, count in sorted(summary.terminal.items()))
    lines = [f"Ended: {summary.exit_reason}.", f"  {wording.counts(summary)}"]
    lines.append(f"  signals ended: {ended or 'none'}")
    if summary.unexplained:
        lines.append("  Not explained:")
        lines += [f"    {text}" for text in summary.unexplained]
    else:
        lines.append("  Nothing unexplained.")
    return "\n".join(lines)
