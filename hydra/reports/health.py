"""How the system itself fared in one report: runs, restarts, the link, comparisons with the broker, errors, alerts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hydra.journal.rows import StoredEvent
from hydra.messages.decisions import (
    ActorLifeChanged,
    AlertRaised,
    DifferenceFound,
    DifferenceResolved,
    LawViolated,
    ReconciliationDone,
    RunEnded,
    RunStarted,
)
from hydra.messages.facts import BrokerNoticed, OrderErrorReported, SessionClosed, SessionOpened
from hydra.records import BookImage
from hydra.reports.records import (
    AlertLine,
    DifferenceLine,
    ErrorLine,
    HealthPart,
    LinkLine,
    RestartLine,
    RunLine,
)

NO_ERROR = "notice"
ENDED, DIED, UNKNOWN = "ended", "died", "none recorded"
_CAUSES = ("down", "poisoned")
_GIVEN_UP = ("gave_up", "escalated")


def health_part(after: BookImage, events: Sequence[StoredEvent]) -> HealthPart:
    """`after` is the book as the events left it."""
    links = tuple(_links(events))
    compared = [stored.event for stored in events if isinstance(stored.event, ReconciliationDone)]
    return HealthPart(
        runs=_runs(events),
        restarts=_restarts(events),
        given_up=tuple(_given_up(events)),
        links=links,
        disconnects_n=sum(1 for link in links if link.what == "closed" and not link.planned),
        reconciliations_n=len(compared),
        repaired_n=sum(done.repaired_n for done in compared),
        differences=tuple(_differences(events)),
        differences_open=tuple(difference.text for difference in after.differences),
        errors=_errors(events),
        violations=tuple(_violations(events)),
        alerts=tuple(_alerts(events)),
    )


def _runs(events: Sequence[StoredEvent]) -> tuple[RunLine, ...]:
    """The first page of a run is written before its number is in force, so it bears its own number."""
    lines: dict[int, RunLine] = {}
    for stored in events:
        run, version = stored.run, ""
        if isinstance(stored.event, RunStarted):
            run, version = stored.event.run, stored.event.version
            lines = {n: _died(line) for n, line in lines.items()}
        if run not in lines:
            started_at = stored.at if version else None
            lines[run] = RunLine(
                run=run, version=version, started_at=started_at, ended_at=None, end=UNKNOWN, reason=""
            )
        if isinstance(stored.event, RunEnded):
            ended = stored.event
            lines[run] = replace(lines[run], ended_at=stored.at, end=ENDED, reason=ended.reason)
    return tuple(lines.values())


def _died(line: RunLine) -> RunLine:
    return replace(line, end=DIED) if line.end == UNKNOWN else line


def _restarts(events: Sequence[StoredEvent]) -> tuple[RestartLine, ...]:
    causes: dict[str, dict[str, None]] = {}
    times: dict[str, int] = {}
    for stored in events:
        if isinstance(stored.event, ActorLifeChanged):
            change = stored.event
            if change.kind in _CAUSES:
                causes.setdefault(change.actor, {})[change.reason] = None
            if change.kind == "started" and change.incarnation > 1:
                times[change.actor] = times.get(change.actor, 0) + 1
    return tuple(
        RestartLine(actor=actor, restarts_n=n, causes=tuple(causes.get(actor, {}))) for actor, n in times.items()
    )


def _given_up(events: Sequence[StoredEvent]) -> Iterator[str]:
    for stored in events:
        if isinstance(stored.event, ActorLifeChanged) and stored.event.kind in _GIVEN_UP:
            yield f"{stored.event.actor}: {stored.event.reason}"


def _links(events: Sequence[StoredEvent]) -> Iterator[LinkLine]:
    for stored in events:
        match stored.event:
            case SessionOpened(session=session, account=account):
                yield LinkLine(
                    at=stored.at, session=session, what="opened", planned=True, reason=f"account {account}"
                )
            case SessionClosed(session=session, reason=reason, planned=planned):
                yield LinkLine(at=stored.at, session=session, what="closed", planned=planned, reason=reason)


def _differences(events: Sequence[StoredEvent]) -> Iterator[DifferenceLine]:
    for stored in events:
        match stored.event:
            case DifferenceFound(difference=found):
                yield DifferenceLine(at=stored.at, item=found.item, what="found", by="", text=found.text)
            case DifferenceResolved(item=item, by=by, how=how, reason=reason):
                text = f"{how}: {reason}" if reason else how
                yield DifferenceLine(at=stored.at, item=item, what="resolved", by=by, text=text)


def _errors(events: Sequence[StoredEvent]) -> tuple[ErrorLine, ...]:
    lines: dict[tuple[int, str], ErrorLine] = {}
    for stored in events:
        event = stored.event
        if not isinstance(event, OrderErrorReported | BrokerNoticed) or event.effect == NO_ERROR:
            continue
        key = (event.code, event.effect)
        first = lines.get(key)
        lines[key] = (
            replace(first, times=first.times + 1)
            if first is not None
            else ErrorLine(
                code=event.code, effect=event.effect, times=1, first_at=stored.at, first_text=event.text
            )
        )
    return tuple(lines.values())


def _violations(events: Sequence[StoredEvent]) -> Iterator[str]:
    for stored in events:
        if isinstance(stored.event, LawViolated):
            yield f"{stored.event.law}: {stored.event.text}"


def _alerts(events: Sequence[StoredEvent]) -> Iterator[AlertLine]:
    for stored in events:
        if isinstance(stored.event, AlertRaised):
            alert = stored.event
            yield AlertLine(
                at=stored.at,
                severity=alert.severity,
                kind=alert.kind,
                about=alert.about,
                text=alert.text,
            )
