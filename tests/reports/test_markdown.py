"""The page for people: held to one reviewed page, and safe against texts of others."""

from __future__ import annotations

from pathlib import Path

from hydra.messages import decisions as d
from hydra.reports.daily import daily_report
from hydra.reports.markdown import markdown
from hydra.reports.tables import table
from hydra.reports.valuation import NOTHING_CARRIED
from hydra.reports.windows import next_window
from hydra.values import Side
from tests.reports import pages as p
from tests.reports.pages import Pages, ny

GOLDEN = Path(__file__).parent / "golden"


def page_of(pages: Pages) -> str:
    window = next_window(pages.events, ny("16:01", pages.day))
    assert window is not None
    return markdown(daily_report(window, NOTHING_CARRIED)[0])


def test_a_full_day_is_the_reviewed_page() -> None:
    page = page_of(p.troubled(p.bought_and_sold(p.first_page(Pages()))))
    assert (GOLDEN / "full_day.md").read_text(encoding="utf-8") == page


def test_an_empty_half_day_is_the_reviewed_page() -> None:
    page = page_of(p.first_page(Pages(p.HALF_DAY)))
    assert (GOLDEN / "empty_half_day.md").read_text(encoding="utf-8") == page


def test_the_first_line_is_the_verdict() -> None:
    first_line = page_of(p.first_page(Pages())).splitlines()[0]
    assert "# 2026-11-23: no trades; no signals" == first_line


def test_a_text_of_others_breaks_no_table() -> None:
    assert ["| a |", "| --- |", "| x \\| y z |"] == table(["a"], [["x | y\nz"]], "nothing")


def test_what_was_closed_and_what_is_not_ours_is_a_list_of_its_own() -> None:
    page = p.opening("1000", ignored=[p.line(7, "20", "IBM", 8314)])
    pages = Pages().add("09:20", p.run_started(), p.session_opened(), page)
    pages.add("10:02", p.executed("", "e1.01", 5, "100", "10:02"))
    pages.add("10:03", p.executed("", "e2.01", 5, "101", "10:03", Side.SELL))
    expected = "No positions.\n\n- closed: AAPL, realized +5.00 USD\n- not ours, left alone: 7 IBM\n\n##"
    assert expected in page_of(pages)


def test_an_orderly_end_of_a_run_is_told_with_its_reason() -> None:
    pages = p.first_page(Pages()).add("10:00", d.RunEnded(run=1, reason="ctrl-c"))
    expected = "- run 1 of hydra 1.2.3: started 11-23 09:20:00, end: ended at 11-23 10:00:00: ctrl-c\n"
    assert expected in page_of(pages)
