"""The picture as text on a terminal without colours."""

from __future__ import annotations

from rich.console import Console

from hydra.console.picture import LIVE_ROWS_MAX, render
from hydra.supervisor.desk_status import ActorRow, DeskStatus
from tests.control.standing_desk import MONDAY, STATUS, status_with


def text_of(status: DeskStatus, *, rows_max: int | None = LIVE_ROWS_MAX, width: int = 140) -> str:
    console = Console(width=width, force_terminal=False, color_system=None)
    with console.capture() as captured:
        console.print(render(status, rows_max=rows_max))
    return captured.get()


def line_with(text: str, word: str) -> str:
    return " ".join(next(line for line in text.splitlines() if word in line).split())


def actors(count: int) -> tuple[ActorRow, ...]:
    """Two actors of the tree around `count` children."""
    names = ["risk", *(f"router/{n}" for n in range(count)), "exit"]
    rows = [ActorRow(name=name, state="running", incarnation=1, restarts=0, mailbox=0, why="") for name in names]
    return tuple(rows)


def test_the_head_says_what_a_person_asks_first() -> None:
    text = text_of(STATUS)
    assert "hydra run 2 on account DU1234567" == line_with(text, "on account")
    expected = "time Mon 2012-06-04 10:31:07 New York, 60 times real time; market open, closes 16:00 New York"
    assert expected == line_with(text, "New York")
    assert "trading PAUSED by ada: lunch" == line_with(text, "PAUSED")
    assert "link READY client 7 at 127.0.0.1:4002" == line_with(text, "READY")
    assert "money today -12.50, equity 1,000,123.45, cash 998,000.00 USD" == line_with(text, "equity")
    assert "compared 10:31:07 no differences, 0 repaired (scheduled)" == line_with(text, "compared")
    figures = "so far 3 signals, 5 orders, 7 fills, 1 restarts, 4 reconciliations, 0 mismatches"
    assert figures == line_with(text, "so far")


def test_each_actor_has_its_state_restarts_waiting_messages_and_why_it_ended() -> None:
    text = text_of(STATUS)
    assert "journal running 0 0" == line_with(text, "journal")
    assert "risk running 1 3 killed: killed by ada" == line_with(text, "killed by ada")
    assert "router/AAPL-1 restarting 0 0 Boom: x" == line_with(text, "Boom")


def test_positions_and_orders_have_a_row_each() -> None:
    text = text_of(STATUS)
    assert "AAPL 120 80.25 80.30 2 s +6.00 -1.50 1.20" == line_with(text, "80.30")
    assert "AAPL-1.0.1 BUY AAPL 40 of 100 80.20 WORKING 10:31:07" == line_with(text, "AAPL-1.0.1")


def test_differences_breakers_and_alerts_stand_below() -> None:
    text = text_of(status_with(differences=("AAPL: broker 100, book 0",)))
    assert "difference: AAPL: broker 100, book 0" in text
    assert "breaker: daily_loss -2.1 % (limit -2 %)" in text
    assert "10:31:07 warning link broker: the link was down for 7 minutes" in text


def test_nothing_held_and_nothing_working_is_not_an_empty_table() -> None:
    text = text_of(status_with(positions=(), orders=()))
    assert "position" not in text
    assert "side" not in text


def test_text_from_outside_is_never_taken_for_markup() -> None:
    alert = STATUS.alerts[0].__class__(at=MONDAY, kind="k", about="a", severity="info", text="[red]x[/red]")
    actor = ActorRow(name="risk", state="gave_up", incarnation=1, restarts=1, mailbox=0, why="KeyError: '[/bold]'")
    text = text_of(status_with(alerts=(alert,), actors=(actor,)))
    assert "[red]x[/red]" in text
    assert "KeyError: '[/bold]'" in text


def test_a_short_table_says_what_it_hides_and_hides_children_first() -> None:
    short = text_of(status_with(actors=actors(30)))
    assert f"and {32 - LIVE_ROWS_MAX} more" in short
    assert "exit running 0 0" == line_with(short, "exit")
    assert "router/17 running 0 0" == line_with(short, "router/17")
    assert "router/18 " not in short


def test_every_row_is_shown_when_no_limit_is_set() -> None:
    whole = text_of(status_with(actors=actors(30), alerts=STATUS.alerts * 9), rows_max=None)
    assert "router/29" in whole
    assert "more" not in whole
    assert 9 == whole.count("the link was down")
    assert 4 == text_of(status_with(alerts=STATUS.alerts * 9)).count("the link was down")
