"""A walk through the journal, one report after another, each beginning where the one before it was cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from hydra.core.instants import EPOCH
from hydra.journal.reading import JournalReader
from hydra.journal.rows import StoredEvent
from hydra.messages.decisions import ArtifactWritten
from hydra.reports.daily import daily_report
from hydra.reports.records import DailyReport
from hydra.reports.valuation import NOTHING_CARRIED, Carried
from hydra.reports.windows import Window, next_window

PAGE_ROWS = 500
NOTHING_KNOWN = EPOCH
"""No clock says that a session is over: only what the journal holds after it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """How far the walk has come: everything up to event `seq` is in a report, `carried` is what the next one needs."""

    seq: int
    carried: Carried


BEGINNING = Walked(seq=0, carried=NOTHING_CARRIED)


def next_report(reader: JournalReader, walked: Walked, until: datetime) -> tuple[DailyReport, Walked] | None:
    """The next report and how far the walk has come with it, None when no further session is over.

    `until` is an instant up to which the journal is known to be complete.
    """
    window = next_window(_events_after(reader, walked.seq), until)
    return _step(window, walked) if window is not None and window.is_over else None


def report_of(reader: JournalReader, day: date) -> DailyReport | None:
    """The report of one session from the journal alone, None when the journal has none of it.

    It is so far only, until something is recorded after the session's cut.
    """
    walked = BEGINNING
    while (window := next_window(_events_after(reader, walked.seq), until=NOTHING_KNOWN)) is not None:
        report, walked = _step(window, walked)
        if report.day >= day:
            return report if report.day == day else None
    return None


def recorded_days(reader: JournalReader) -> frozenset[date]:
    """The sessions whose artifact the journal says was written."""
    told = reader.events(kind=ArtifactWritten.__name__)
    return frozenset(stored.event.day for stored in told if isinstance(stored.event, ArtifactWritten))


def _step(window: Window, walked: Walked) -> tuple[DailyReport, Walked]:
    report, carried = daily_report(window, walked.carried)
    return report, Walked(seq=window.events[-1].seq, carried=carried)


def _events_after(reader: JournalReader, seq: int) -> Iterator[StoredEvent]:
    while page := reader.events(after_seq=seq, limit=PAGE_ROWS):
        yield from page
        seq = page[-1].seq
