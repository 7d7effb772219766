"""The walk through a journal on disk: every session once, whatever page it is read by."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hydra.journal.reading import JournalReader
from hydra.messages.decisions import ArtifactWritten, DayStarted
from hydra.reports import walk
from hydra.reports.records import DailyReport
from hydra.reports.walk import BEGINNING, next_report, recorded_days, report_of
from tests.reports import pages as p
from tests.reports.disk import write_journal
from tests.reports.pages import MONDAY, D, Pages, ny

TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Monday with trades, Tuesday without; on Wednesday the session still goes on."""
    tuesday = Pages(TUESDAY).add("09:20", DayStarted(day=TUESDAY, equity=D("99944.85")))
    tuesday.add("16:01", ArtifactWritten(day=TUESDAY, path="x"))
    wednesday = Pages(WEDNESDAY).add("09:20", DayStarted(day=WEDNESDAY, equity=D("99944.85")))
    return write_journal(tmp_path / "hydra.db", p.bought_and_sold(p.first_page(Pages())), tuesday, wednesday)


def walk_to_the_end(path: Path) -> list[DailyReport]:
    reports, walked = [], BEGINNING
    with JournalReader(path) as reader:
        while (step := next_report(reader, walked, ny("12:00", WEDNESDAY))) is not None:
            report, walked = step
            reports.append(report)
    return reports


def test_every_session_that_is_over_is_reported_once_in_order(journal: Path) -> None:
    reports = walk_to_the_end(journal)
    assert [MONDAY, TUESDAY] == [report.day for report in reports]
    assert [(1, 27), (28, 28)] == [(report.session.first_seq, report.session.last_seq) for report in reports]


def test_what_monday_left_is_held_on_tuesday(journal: Path) -> None:
    _, tuesday = walk_to_the_end(journal)
    assert [(D(50), D("99.48"))] == [(line.quantity, line.mark) for line in tuesday.holdings.held]
    assert (D("0.00"), D("99944.85")) == (tuesday.risk.result, tuesday.risk.equity)


def test_the_size_of_a_page_changes_nothing(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reports = walk_to_the_end(journal)
    monkeypatch.setattr(walk, "PAGE_ROWS", 1)
    assert reports == walk_to_the_end(journal)


def test_a_report_made_on_its_own_is_the_one_of_the_walk(journal: Path) -> None:
    with JournalReader(journal) as reader:
        assert walk_to_the_end(journal) == [report_of(reader, MONDAY), report_of(reader, TUESDAY)]


def test_a_session_that_goes_on_is_reported_so_far(journal: Path) -> None:
    with JournalReader(journal) as reader:
        report = report_of(reader, WEDNESDAY)
    assert report is not None
    assert (False, True) == (report.session.is_over, report.headline.startswith("so far: no trades"))


@pytest.mark.parametrize("day", [date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 26)])
def test_a_day_that_the_journal_does_not_have_has_no_report(journal: Path, day: date) -> None:
    with JournalReader(journal) as reader:
        assert report_of(reader, day) is None


def test_an_empty_journal_has_no_report(tmp_path: Path) -> None:
    with JournalReader(write_journal(tmp_path / "hydra.db")) as reader:
        assert next_report(reader, BEGINNING, ny("18:00")) is None
        assert report_of(reader, MONDAY) is None


def test_the_journal_says_which_artifacts_were_written(journal: Path) -> None:
    with JournalReader(journal) as reader:
        assert {TUESDAY} == recorded_days(reader)
