"""One line of progress, and the end of a run."""

from __future__ import annotations

from dataclasses import replace

from hydra.console.lines import ending, progress
from tests.control.standing_desk import STATUS, SUMMARY, status_with


def test_progress_is_one_line() -> None:
    expected = (
        "10:31:07 PAUSED, link READY, market open, closes 16:00 New York, 1 positions, 1 working orders, 7 fills, "
        "today -12.50, 1 restarts"
    )
    assert expected == progress(STATUS)
    assert progress(status_with(differences=("a", "b"))).endswith(", 2 differences")


def test_a_clean_end_says_that_nothing_is_unexplained() -> None:
    expected = (
        "Ended: stopped by SIGINT.\n"
        "  3 signals, 5 orders, 7 fills, 1 restarts, 4 reconciliations, 0 mismatches\n"
        "  signals ended: 2 EXECUTED, 1 EXPIRED\n"
        "  Nothing unexplained."
    )
    assert expected == ending(replace(SUMMARY, exit_reason="stopped by SIGINT"))


def test_what_is_not_explained_is_named() -> None:
    text = ending(replace(SUMMARY, terminal={}, unexplained=("order A-1 was not proven ended",)))
    assert text.endswith("  signals ended: none\n  Not explained:\n    order A-1 was not proven ended")
