"""Closing what nobody can explain: by an exit that only reduces, by a cancel; and what is in the way of either."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hydra.messages import commands as c
from hydra.messages import decisions as d
from hydra.values import Difference, Purpose, Resolution, Side, Signal, SignalEnd, TradingState
from tests.core.books import AAPL, NOW, D, signal
from tests.core.paper_journal import PaperJournal, connected, trading
from tests.core.telling import CLIENT, commit, execution, figures, fill, open_line, position_line, qualified, status
from tests.core.test_resolving import FOREIGN, ITEM, answered, differing, held, quiet_afterwards, resolutions, settled

CLOSE = Resolution.CLOSE
STRANGER = 99


def closing(journal: PaperJournal) -> list[Signal]:
    return [one.signal for one in journal.events(d.SignalReceived) if one.signal.source == "operator"]


def nothing_was_done(journal: PaperJournal, item: str = ITEM) -> None:
    assert "nothing was done" in answered(journal)[1]
    assert ([], [], [item]) == (journal.events(d.BrokerSideAdopted), closing(journal), list(journal.book.differences))


# ---- positions

CLOSED: list[tuple[int, int, Side, int]] = [
    (0, 30, Side.SELL, 30),
    (0, -30, Side.BUY, 30),
    (100, 130, Side.SELL, 30),
    (100, -20, Side.BUY, 20),
]


@pytest.mark.parametrize(("ours", "theirs", "side", "quantity"), CLOSED)
def test_the_unexplained_part_is_taken_over_and_closed_by_an_exit_that_crosses_no_zero(
    ours: int, theirs: int, side: Side, quantity: int
) -> None:
    listing = {"positions": (position_line(theirs),), "figures": figures(100_000 - 100 * ours)}
    journal = differing(held(ours), **listing)
    obeyed, text = settled(journal, CLOSE, ITEM, **listing)
    (made,) = closing(journal)
    record = journal.book.positions[AAPL]
    assert (True, D(theirs)) == (obeyed, record.quantity)
    assert (side, D(quantity), Purpose.EXIT, True, record.episode) == (
        *(made.side, made.quantity, made.purpose, made.urgent, made.episode),
    )
    assert (f"{quantity} are closed by limit orders" in text, "closed") == (True, resolutions(journal)[-1][1])
    kinds = [type(page.event) for page in journal.disk.pages]
    adopted_at = kinds.index(d.BrokerSideAdopted)
    assert [d.BrokerSideAdopted, d.DifferenceResolved, d.SignalReceived] == kinds[adopted_at : adopted_at + 3]
    quiet_afterwards(journal, **listing)


def test_a_gap_that_only_more_trading_could_close_is_not_closed() -> None:
    listing = {"positions": (position_line(70),), "figures": figures(90_000)}
    journal = differing(held(100), **listing)
    obeyed, text = settled(journal, CLOSE, ITEM, **listing)
    assert (False, True) == (obeyed, "would add to the position, and hydra only reduces here" in text)
    nothing_was_done(journal)


def halted(journal: PaperJournal) -> None:
    journal.tell(c.ChangeTrading(state=TradingState.HALTED, by="ann", reason="r", force=False, reply_to="ask-0"))


def disputed(journal: PaperJournal) -> None:
    journal.tell(fill("x1.01", "", 1))


def shut(journal: PaperJournal) -> None:
    journal.tell(qualified(hours=()))


def elsewhere(journal: PaperJournal) -> None:
    del journal.book.instruments["AAPL"]


def being_closed(journal: PaperJournal) -> None:
    journal.tell(c.SubmitSignal(signal=signal(signal_id="exit-1", purpose=Purpose.EXIT, side=Side.SELL)))


def partly_ignored(journal: PaperJournal) -> None:
    journal.tell(d.ForeignSettled(line=position_line(0), how="ignore", by="policy"))


OBSTACLES: list[tuple[Any, str]] = [
    (halted, "trading is HALTED, which lets no exit through"),
    (shut, "the session of AAPL is not open"),
    (elsewhere, "hydra trades no contract 265598 of AAPL"),
    (being_closed, "exit-1 is closing AAPL already"),
    (partly_ignored, "are ignored by policy"),
]


@pytest.mark.parametrize(("obstacle", "why"), OBSTACLES, ids=lambda value: getattr(value, "__name__", ""))
def test_what_risk_or_the_market_would_refuse_is_refused_before_anything_is_changed(obstacle: Any, why: str) -> None:
    journal = differing()
    obstacle(journal)
    assert (False, True) == (settled(journal, CLOSE)[0], why in answered(journal)[1])
    nothing_was_done(journal)


def test_a_symbol_that_is_in_dispute_otherwise_too_is_not_traded() -> None:
    journal = differing()
    disputed(journal)
    obeyed, text = settled(journal, CLOSE, ITEM, positions=(position_line(31),))
    assert (False, True) == (obeyed, "settle execution/x1.01 first" in text)


def test_nothing_is_closed_beside_a_working_order() -> None:
    journal = trading()
    journal.tell(commit(as_of_seq=journal.book.seq), status())
    listing = {"open_orders": (open_line(),), **FOREIGN}
    differing(journal, **listing)
    assert not settled(journal, CLOSE, ITEM, **listing)[0]
    nothing_was_done(journal)


def test_an_end_that_is_not_an_execution_is_said() -> None:
    journal = differing()
    settled(journal, CLOSE)
    (made,) = closing(journal)
    end = d.SignalEnded(
        signal_id=made.signal_id, end=SignalEnd.EXPIRED, filled=D(10), average_price=None, reason="its time ended"
    )
    journal.tell(end)
    (alert,) = [one for one in journal.events(d.AlertRaised) if one.kind == "close"]
    assert ("warning", True) == (alert.severity, "(EXPIRED): its time ended" in alert.text)


# ---- an execution of somebody else


def test_a_trade_of_somebody_else_is_undone_as_far_as_that_reduces() -> None:
    journal = connected()
    journal.tell(fill("x1.01", "", 30))
    listing = {"positions": (position_line(30),), "executions": (execution("x1.01", "", 30),), "figures": figures(97_000)}
    assert settled(journal, CLOSE, "execution/x1.01", **listing)[0]
    (made,) = closing(journal)
    assert (Side.SELL, D(30), []) == (made.side, made.quantity, journal.events(d.BrokerSideAdopted))
    quiet_afterwards(journal, **listing)


def test_a_trade_that_reduced_what_we_hold_is_not_undone() -> None:
    journal = held(100)
    journal.tell(fill("x2.01", "", 30, side=Side.SELL))
    listing = {"positions": (position_line(70),), "figures": figures(93_000)}
    obeyed, text = settled(journal, CLOSE, "execution/x2.01", **listing)
    assert (False, True) == (obeyed, "to undo it would add to the position" in text)


def test_a_trade_of_an_earlier_day_is_not_undone() -> None:
    journal = connected()
    journal.tell(fill("x1.01", "", 30), d.DayStarted(day=(NOW + timedelta(days=1)).date(), equity=D(1)))
    listing = {"positions": (position_line(30),), "figures": figures(97_000)}
    obeyed, text = settled(journal, CLOSE, "execution/x1.01", **listing)
    assert (False, True) == (obeyed, "is of an earlier day" in text)


# ---- orders


def cancels(journal: PaperJournal) -> list[tuple[str, int]]:
    return [(one.order_ref, one.broker_order_id) for one in journal.told(c.CancelOrder, "broker")]


def test_an_unknown_order_of_our_own_client_id_is_cancelled_by_its_number() -> None:
    listing = {"open_orders": (open_line("", 77, broker_order_id=12),)}
    journal = differing(**listing)
    assert settled(journal, CLOSE, "order/77", **listing)[0]
    assert ([("", 12)], 0) == (cancels(journal), len(journal.told(c.CancelEverything)))
    assert {} == journal.book.differences
    journal.look()
    assert {} == journal.book.differences


def test_an_order_that_works_on_in_spite_of_the_cancel_is_a_difference_again() -> None:
    listing = {"open_orders": (open_line("", 77),)}
    journal = differing(**listing)
    settled(journal, CLOSE, "order/77", **listing)
    for _ in range(2):
        journal.look(**listing)
    assert ["order/77"] == list(journal.book.differences)


def test_another_clients_order_takes_a_cancel_of_everything_and_the_answer_says_so() -> None:
    listing = {"open_orders": (open_line("", 77, client_id=STRANGER),)}
    journal = differing(**listing)
    obeyed, text = settled(journal, CLOSE, "order/77", **listing)
    assert (True, [], 1) == (obeyed, cancels(journal), len(journal.told(c.CancelEverything, "broker")))
    assert "everything that works in the account is cancelled with it" in text


def test_a_third_partys_order_is_not_cancelled_along() -> None:
    mine, theirs = open_line("", 77, client_id=STRANGER), open_line("theirs", 78, client_id=STRANGER)
    listing = {"open_orders": (mine, theirs)}
    journal = differing(**listing)
    obeyed, text = settled(journal, CLOSE, "order/77", **listing)
    assert (False, True) == (obeyed, "to cancel everything would take theirs with it" in text)
    assert [] == journal.told(c.CancelEverything)
    assert ["order/77", "order/theirs"] == sorted(journal.book.differences)


def test_an_order_that_works_twice_is_cancelled_whole() -> None:
    journal = trading()
    journal.tell(commit(as_of_seq=journal.book.seq), status())
    listing = {"open_orders": (open_line(), open_line(perm_id=902))}
    differing(journal, **listing)
    obeyed, text = settled(journal, CLOSE, "order/s1.1.1", **listing)
    assert (True, True) == (obeyed, "order s1.1.1 works twice, so everything" in text)
    assert 1 == len(journal.told(c.CancelEverything, "broker"))


def forgotten() -> PaperJournal:
    """An older copy of a journal: the broker has an order of an open parent that it never intended."""
    journal = trading()
    for _ in range(2):
        journal.look(open_orders=(open_line("s1.1.9", 55, client_id=CLIENT),))
    assert ["forgotten/s1.1.9", "order/s1.1.9"] == list(journal.book.differences)
    journal.sent.clear()
    return journal


def test_a_forgotten_order_that_works_is_cancelled_and_stays_settled_after_a_restart() -> None:
    listing = {"open_orders": (open_line("s1.1.9", 55),)}
    journal = forgotten()
    assert settled(journal, CLOSE, "forgotten/s1.1.9", **listing)[0]
    assert [("s1.1.9", 1)] == cancels(journal)
    journal.crash()
    journal.look(**listing)
    assert "forgotten/s1.1.9" not in journal.book.differences


def test_a_forgotten_order_that_works_no_more_cannot_be_cancelled() -> None:
    journal = forgotten()
    obeyed, text = settled(journal, CLOSE, "forgotten/s1.1.9", open_orders=())
    assert (False, True) == (obeyed, "lists no working order s1.1.9 any more" in text)


def test_an_unknown_kind_of_difference_can_be_ignored_only() -> None:
    journal = connected()
    odd = Difference(item="thing/1", kind="odd", symbol="", ours="1", theirs="2", text="odd")
    journal.tell(d.DifferenceFound(difference=odd))
    word = c.ResolveDifference(item="thing/1", how=CLOSE, by="ann", reason="r", reply_to="ask-1")
    journal.tell(word)
    assert (False, True) == (answered(journal)[0], "does not know this kind" in answered(journal)[1])
