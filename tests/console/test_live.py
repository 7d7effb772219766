"""What is drawn while hydra runs, and where."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from hydra.console.lines import progress
from hydra.console.live import LiveTable, PlainLines, view_for
from tests.control.standing_desk import STATUS


def test_without_a_terminal_there_are_lines_on_stderr_only(capsys: pytest.CaptureFixture[str]) -> None:
    view = view_for(table=True)
    with view:
        view.show(STATUS)
    assert isinstance(view, PlainLines)
    assert ("", f"{progress(STATUS)}\n") == tuple(capsys.readouterr())


@pytest.mark.parametrize(("wanted", "kind"), [(True, LiveTable), (False, PlainLines)])
def test_on_a_terminal_there_is_a_table_unless_lines_are_wanted(
    wanted: bool, kind: type[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert isinstance(view_for(table=wanted), kind)


def test_the_table_draws_the_status() -> None:
    screen = io.StringIO()
    view = LiveTable(Console(file=screen, force_terminal=True, width=140, color_system=None))
    with view:
        view.show(STATUS)
    assert "run 2 on account DU1234567" in screen.getvalue()
