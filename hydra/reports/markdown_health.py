"""The health section of a daily report as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from hydra.reports.headline import count
from hydra.reports.records import HealthPart, RunLine
from hydra.reports.tables import bullets, clock, table


def health_lines(health: HealthPart) -> Iterator[str]:
    """Counts first, then what a person should read, each only where there is something to say."""
    yield "## System health"
    yield ""
    yield from bullets(
        (
            f"restarts: {sum(line.restarts_n for line in health.restarts)}",
            f"unplanned disconnects: {health.disconnects_n}",
            f"alerts: {len(health.alerts)}, broken laws: {len(health.violations)}",
            f"{count(health.reconciliations_n, 'comparison')} with the broker, {health.repaired_n} repaired",
            f"{count(len(health.differences_open), 'difference')} open at the end",
            *(_run(line) for line in health.runs),
        )
    )
    restarts = ((line.actor, str(line.restarts_n), "; ".join(line.causes)) for line in health.restarts)
    errors = (
        (str(line.code), line.effect, str(line.times), clock(line.first_at), line.first_text)
        for line in health.errors
    )
    alerts = ((clock(line.at), line.severity, line.kind, line.about, line.text) for line in health.alerts)
    yield from _titled("Broken laws", bullets(health.violations))
    yield from _titled("Given up", bullets(health.given_up))
    yield from _titled("Restarts", table(("actor", "times", "why"), restarts, ""))
    yield from _titled("Differences to the broker", bullets(_differences(health)))
    yield from _titled("Link", bullets(_links(health)))
    yield from _titled("Errors", table(("code", "effect", "times", "first", "text"), errors, ""))
    yield from _titled("Alerts", table(("time", "severity", "kind", "about", "text"), alerts, ""))


def _titled(title: str, lines: list[str]) -> list[str]:
    return ["", f"### {title}", "", *lines] if any(lines) else []


def _run(line: RunLine) -> str:
    began = f"started {clock(line.started_at)}" if line.started_at else "went on from before"
    ended = f" at {clock(line.ended_at)}: {line.reason}" if line.ended_at else ""
    version = f" of hydra {line.version}" if line.version else ""
    return f"run {line.run}{version}: {began}, end: {line.end}{ended}"


def _differences(health: HealthPart) -> Iterator[str]:
    for line in health.differences:
        by = f" by {line.by}" if line.by else ""
        yield f"{clock(line.at)} {line.what}{by}: {line.item}: {line.text}"
    yield from (f"open at the end: {text}" for text in health.differences_open)


def _links(health: HealthPart) -> Iterator[str]:
    for line in health.links:
        planned = "" if line.planned else " unplanned"
        yield f"{clock(line.at)} session {line.session} {line.what}{planned}: {line.reason}"
