"""When positions are closed, in which order of reasons, and by which signals."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from hydra.config.trading import ExitConfig
from hydra.core.book import Book
from hydra.core.exits import (
    Exit,
    ExitReason,
    Watched,
    exit_n,
    exit_signal,
    exit_signals,
    exit_wanted,
    flatten_signals,
    gain_of,
)
from hydra.core.rules_market import QuoteRule
from hydra.records import PositionRecord, SignalRecord
from hydra.values import Difference, Purpose, Quote, Side, Signal, TradingState
from tests.core.books import AAPL, HOURS, NOW, D, book, card, later, position, quote, signal

RULE = QuoteRule(stale_s=15.0, delayed_allowed=False)
LAST_MINUTES = 21_600 - 600


def reason(
    quantity: int = 100, middle: str | None = "100", now: datetime = NOW, cfg: ExitConfig | None = None
) -> ExitReason | None:
    given = quote(middle, middle) if middle is not None else None
    seen = Watched(position=position(quantity), quote=given, session=HOURS[0], now=now)
    wanted = exit_wanted(seen, cfg if cfg is not None else ExitConfig())
    return wanted.reason if wanted is not None else None


REASONS = [
    (100, "100.39", 0, None),
    (100, "100.40", 0, ExitReason.TARGET),
    (100, "99.41", 0, None),
    (100, "99.40", 0, ExitReason.STOP),
    (-100, "99.61", 0, None),
    (-100, "99.60", 0, ExitReason.TARGET),
    (-100, "100.60", 0, ExitReason.STOP),
    (100, "100", 5399, None),
    (100, "100", 5400, ExitReason.TIME),
    (100, None, 5400, ExitReason.TIME),
    (100, "101", 5400, ExitReason.TARGET),
    (100, "99", 5400, ExitReason.STOP),
    (100, None, 0, None),
]


@pytest.mark.parametrize(("quantity", "middle", "at_s", "expected"), REASONS)
def test_target_comes_before_stop_before_time_long_and_short(
    quantity: int, middle: str | None, at_s: float, expected: ExitReason | None
) -> None:
    assert reason(quantity, middle, later(at_s)) is expected


def test_before_the_close_a_position_is_closed_only_where_configured() -> None:
    day = ExitConfig(hold_max_s=30_000.0)
    flat = day.model_copy(update={"close_flat": True})
    assert reason(now=later(LAST_MINUTES - 1), cfg=flat) is None
    assert reason(now=later(LAST_MINUTES), cfg=flat) is ExitReason.CLOSE
    assert reason(now=later(LAST_MINUTES), cfg=day) is None


@pytest.mark.parametrize("given", [position(0), position(average="0")])
def test_there_is_no_gain_without_a_position_and_a_price(given: PositionRecord) -> None:
    assert gain_of(Watched(position=given, quote=quote(), session=HOURS[0], now=NOW)) is None


def test_the_reason_has_its_figure_and_its_limit() -> None:
    seen = Watched(position=position(), quote=quote("99", "99"), session=HOURS[0], now=NOW)
    assert exit_wanted(seen, ExitConfig()) == Exit(reason=ExitReason.STOP, text="loss 1 % reached stop 0.6 %")


@pytest.mark.parametrize(("quantity", "side"), [(70, Side.SELL), (-70, Side.BUY)])
@pytest.mark.parametrize("why", ExitReason)
def test_an_exit_closes_the_whole_position_and_only_a_stop_is_urgent(
    quantity: int, side: Side, why: ExitReason
) -> None:
    made = exit_signal(position(quantity), Exit(reason=why, text="text"), 4, NOW)
    assert made == Signal(
        signal_id="exit-AAPL#1-4",
        source="exit",
        symbol="AAPL",
        side=side,
        quantity=D(70),
        purpose=Purpose.EXIT,
        urgent=why is ExitReason.STOP,
        episode="AAPL#1",
        reason=f"{why}: text",
        at=NOW,
        valid_until=later(60),
    )


def test_the_number_of_an_exit_rises_with_time_and_survives_a_restart() -> None:
    held = position()
    assert [exit_n(held, later(s)) for s in (0, 9.9, 10, 25, 10)] == [0, 0, 1, 2, 1]
    assert exit_n(position(0), NOW) == 0


def losing(**changes: Any) -> Book:
    made = book(held=position())
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def asked(of: Book, given: Quote | None = None, now: datetime = NOW) -> tuple[Signal, ...]:
    quotes = {AAPL: given if given is not None else quote("90", "90")}
    return exit_signals(of, quotes, ExitConfig(), rule=RULE, now=now)


def at_work(**changes: Any) -> dict[str, SignalRecord]:
    leaving = replace(signal(signal_id="x", purpose=Purpose.EXIT, episode="AAPL#1"), **changes)
    return {"x": SignalRecord(signal=leaving, admitted=None)}


def test_a_losing_position_gets_one_urgent_exit() -> None:
    assert [(made.signal_id, made.urgent) for made in asked(losing())] == [("exit-AAPL#1-0", True)]


DISPUTE = Difference(item="position/AAPL", kind="quantity", symbol="AAPL", ours="1", theirs="2", text="")

QUIET: list[tuple[str, Book, Quote | None, datetime]] = [
    ("an exit is at work", losing(signals=at_work()), None, NOW),
    ("a flatten is at work", losing(signals=at_work(purpose=Purpose.FLATTEN)), None, NOW),
    ("the symbol is in dispute", losing(differences={"position/AAPL": DISPUTE}), None, NOW),
    ("trading is halted", book(held=position(), trading=TradingState.HALTED), None, NOW),
    ("the account is unknown", losing(opening=False), None, NOW),
    ("the position is flat", book(held=position(0)), None, NOW),
    ("the market is closed", losing(instruments={"AAPL": card(hours=())}), None, NOW),
    ("the instrument is unknown", losing(instruments={}), None, NOW),
    ("the quote is stale", losing(), quote("90", "90", later(-16)), NOW),
    ("nothing happened", losing(), quote("100", "100"), NOW),
]


@pytest.mark.parametrize(("why", "given", "seen", "now"), QUIET)
def test_no_exit_is_made_where_it_would_be_wrong_or_refused(
    why: str, given: Book, seen: Quote | None, now: datetime
) -> None:
    assert asked(given, seen, now) == ()


def test_an_exit_of_an_earlier_episode_does_not_stand_in_the_way() -> None:
    assert len(asked(losing(signals=at_work(episode="AAPL#0")))) == 1


@pytest.mark.parametrize("state", [TradingState.PAUSED, TradingState.REDUCING])
def test_exits_go_on_while_nothing_may_open(state: TradingState) -> None:
    assert len(asked(book(held=position(), trading=state))) == 1


@pytest.mark.parametrize("state", TradingState)
def test_a_flatten_closes_every_position_in_every_state(state: TradingState) -> None:
    made = book(held=position(-30), trading=state, flatten_by="ann")
    (closing,) = flatten_signals(made, by="ann", reason="enough", now=NOW)
    assert (closing.signal_id, closing.purpose, closing.side) == (
        "flatten-AAPL#1-0",
        Purpose.FLATTEN,
        Side.BUY,
    )
    assert (closing.quantity, closing.urgent, closing.reason) == (D(30), True, "flatten by ann: enough")


def test_a_flatten_waits_for_the_exit_that_is_at_work_and_for_the_session() -> None:
    shut = losing(instruments={"AAPL": card(hours=())})
    assert flatten_signals(losing(signals=at_work()), by="a", reason="r", now=NOW) == ()
    assert flatten_signals(shut, by="a", reason="r", now=NOW) == ()
