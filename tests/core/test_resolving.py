"""A person's word about one difference: on which listing it acts, what it refuses, and that it is heard once."""

from __future__ import annotations

from typing import Any

import pytest

from hydra.core.resolving import WAITING_MAX, WITHIN_S
from hydra.messages import commands as c
from hydra.messages import decisions as d
from hydra.values import OrderState, Resolution, Side, TradingState
from tests.core.books import AAPL, D
from tests.core.paper_journal import PaperJournal, connected, trading
from tests.core.telling import (
    NOBODY,
    commit,
    completed_line,
    execution,
    figures,
    fill,
    open_line,
    position_line,
    session_closed,
    session_opened,
    status,
)

ADOPT, IGNORE, CLOSE = Resolution.ADOPT, Resolution.IGNORE, Resolution.CLOSE
FOREIGN: dict[str, Any] = {"positions": (position_line(30, "98"),)}
ITEM = "position/AAPL"


def word(how: Resolution, item: str = ITEM, reply_to: str = "ask-1") -> c.ResolveDifference:
    return c.ResolveDifference(item=item, how=how, by="ann", reason="looked", reply_to=reply_to)


def answers(journal: PaperJournal) -> list[tuple[bool, str]]:
    return [(said.obeyed, said.text) for said in journal.told(c.VerbAnswered, "ask-1")]


def answered(journal: PaperJournal) -> tuple[bool, str]:
    (one,) = answers(journal)
    return one


def differing(journal: PaperJournal | None = None, /, **listing: Any) -> PaperJournal:
    """Two listings agree on what differs; trading is paused."""
    journal = connected() if journal is None else journal
    for _ in range(2):
        journal.look(**(listing or FOREIGN))
    assert TradingState.PAUSED is journal.book.trading.state
    journal.sent.clear()
    return journal


def settled(journal: PaperJournal, how: Resolution, item: str = ITEM, /, **listing: Any) -> tuple[bool, str]:
    """The word, and the listing that is asked for because of it."""
    journal.advance(3)
    journal.tell(word(how, item))
    journal.answer(**(listing or FOREIGN))
    return answered(journal)


def resolutions(journal: PaperJournal) -> list[tuple[str, str, str, str]]:
    return [(one.item, one.how, one.by, one.reason) for one in journal.events(d.DifferenceResolved)]


def quiet_afterwards(journal: PaperJournal, **listing: Any) -> None:
    """Whatever was settled is not found again, and a replay makes the same book."""
    before = len(journal.events(d.DifferenceFound))
    for _ in range(3):
        journal.look(**(listing or FOREIGN))
    assert before == len(journal.events(d.DifferenceFound))
    book = journal.book.image()
    journal.crash()
    assert book == journal.book.image()


# ---- which listing counts


def test_an_adoption_waits_for_a_listing_that_begins_after_the_word() -> None:
    journal = differing()
    journal.tell(c.ReconcileNow(reason="scheduled"), word(ADOPT))
    journal.answer(**FOREIGN)
    assert ([], []) == (answers(journal), journal.events(d.BrokerSideAdopted))
    journal.answer(**FOREIGN)
    assert (True, 1) == (answered(journal)[0], len(journal.events(d.BrokerSideAdopted)))


@pytest.mark.parametrize("useless", [{"missing": ("positions",)}, {"unsettled": (AAPL,)}])
def test_an_incomplete_or_busy_listing_is_waited_out(useless: dict[str, object]) -> None:
    journal = differing()
    journal.tell(word(ADOPT))
    journal.answer(**{**FOREIGN, **useless})
    assert [] == answers(journal)
    journal.advance(1.6)
    journal.answer(**FOREIGN)
    assert (True, D(30)) == (answered(journal)[0], journal.book.positions[AAPL].quantity)


def test_cash_waits_until_it_is_stated() -> None:
    journal = differing(figures=figures(99_000))
    journal.tell(word(ADOPT, "cash"))
    journal.answer(figures=NOBODY)
    assert [] == answers(journal)
    journal.advance(1.6)
    journal.answer(figures=figures(99_000))
    assert (True, D(99_000)) == (answered(journal)[0], journal.book.cash)


def test_without_a_listing_in_time_nothing_is_done_and_that_is_said() -> None:
    journal = differing()
    journal.tell(word(ADOPT))
    journal.advance(WITHIN_S - 0.1)
    assert [] == answers(journal)
    journal.advance(0.1)
    assert (False, True) == (answered(journal)[0], "within 15 s; nothing was done" in answered(journal)[1])
    journal.answer(**FOREIGN)
    assert ([], [ITEM]) == (journal.events(d.BrokerSideAdopted), list(journal.book.differences))


@pytest.mark.parametrize("how", [ADOPT, CLOSE])
def test_a_difference_that_has_changed_meanwhile_is_left_and_told(how: Resolution) -> None:
    journal = differing()
    obeyed, text = settled(journal, how, ITEM, positions=(position_line(31),))
    assert (False, True) == (obeyed, "has changed meanwhile: the account holds 31 AAPL" in text)
    assert ("nothing was done" in text, [], []) == (
        True,
        journal.events(d.BrokerSideAdopted),
        journal.events(d.SignalReceived),
    )


def test_a_difference_that_is_gone_meanwhile_is_left_and_told() -> None:
    journal = differing()
    obeyed, text = settled(journal, ADOPT, ITEM, positions=())
    assert (False, True) == (obeyed, f"{ITEM} is no longer there" in text)
    assert "No difference is open; trading is PAUSED until `hydra resume`" in text
    assert [] == journal.events(d.BrokerSideAdopted)


def test_a_new_session_is_as_good_as_the_old_one_but_none_is_not() -> None:
    journal = differing()
    journal.tell(word(ADOPT), session_closed(), session_opened(2))
    journal.answer(**FOREIGN)
    assert answered(journal)[0]
    journal = differing()
    journal.tell(session_closed(), word(ADOPT))
    assert (False, True) == (answered(journal)[0], "no session with the broker is live" in answered(journal)[1])


# ---- adopting


ADOPTIONS: list[tuple[str, int, dict[str, Any], str]] = [
    ("foreign_position", 0, {"positions": (position_line(30, "98"),)}, "30"),
    ("wrong_quantity", 100, {"positions": (position_line(70, "98"),), "figures": figures(90_000)}, "70"),
    ("wrong_quantity", 100, {"positions": (position_line(130, "98"),), "figures": figures(90_000)}, "130"),
    ("phantom_position", 100, {"positions": (), "figures": figures(90_000)}, "0"),
]


def held(quantity: int) -> PaperJournal:
    """Somebody's executions have made a position, and that was settled."""
    journal = connected()
    if quantity:
        journal.tell(fill("x1.01", "", quantity))
        journal.tell(word(IGNORE, "execution/x1.01", "ask-0"))
    return journal


@pytest.mark.parametrize(("kind", "ours", "listing", "theirs"), ADOPTIONS)
def test_a_position_is_ours_as_the_broker_has_it(kind: str, ours: int, listing: dict[str, Any], theirs: str) -> None:
    journal = differing(held(ours), **listing)
    assert kind == journal.book.differences[ITEM].kind
    obeyed, text = settled(journal, ADOPT, ITEM, **listing)
    assert (True, D(theirs)) == (obeyed, journal.book.positions[AAPL].quantity)
    assert f"our books hold {theirs} AAPL" in text
    assert (ITEM, "adopted", "ann", "looked") == resolutions(journal)[-1]
    assert "adopt position/AAPL" == journal.events(d.OperatorActed)[-1].verb
    quiet_afterwards(journal, **listing)


@pytest.mark.parametrize("how", [ADOPT, CLOSE])
def test_a_position_that_we_closed_and_the_broker_holds_is_ours_again(how: Resolution) -> None:
    journal = held(100)
    journal.tell(fill("x2.01", "", 100, side=Side.SELL))
    journal.tell(word(IGNORE, "execution/x2.01", "ask-00"))
    listing = {"positions": (position_line(100, "98"),)}
    differing(journal, **listing)
    assert "missing_position" == journal.book.differences[ITEM].kind
    assert settled(journal, how, ITEM, **listing)[0]
    assert (how is CLOSE) is any(one.signal.signal_id.startswith("close-") for one in journal.events(d.SignalReceived))
    assert (D(100), "AAPL#2") == (journal.book.positions[AAPL].quantity, journal.book.positions[AAPL].episode)
    quiet_afterwards(journal, **listing)


def test_an_average_price_is_taken_over_and_the_quantity_stays() -> None:
    listing = {"positions": (position_line(100, "90"),), "figures": figures(90_000)}
    journal = differing(held(100), **listing)
    assert settled(journal, ADOPT, "average/AAPL", **listing)[0]
    record = journal.book.positions[AAPL]
    assert (D(100), D(90), "AAPL#1") == (record.quantity, record.average_price, record.episode)
    quiet_afterwards(journal, **listing)


def test_cash_is_taken_over() -> None:
    listing = {"figures": figures(99_000)}
    journal = differing(**listing)
    obeyed, text = settled(journal, ADOPT, "cash", **listing)
    assert (True, D(99_000), True) == (obeyed, journal.book.cash, "99,000" in text)
    quiet_afterwards(journal, **listing)


def test_nothing_is_taken_over_while_an_order_of_ours_may_still_fill() -> None:
    journal = trading()
    journal.tell(commit(as_of_seq=journal.book.seq), status())
    listing = {"open_orders": (open_line(),), **FOREIGN}
    differing(journal, **listing)
    obeyed, text = settled(journal, ADOPT, ITEM, **listing)
    assert (False, True) == (obeyed, "the end of our order s1.1.1 (WORKING) in AAPL is not proven yet" in text)
    assert [ITEM] == list(journal.book.differences)


@pytest.mark.parametrize("how", [ADOPT, IGNORE])
def test_an_order_that_works_nowhere_is_over_when_a_person_says_so(how: Resolution) -> None:
    journal = trading()
    journal.tell(commit(as_of_seq=journal.book.seq), status())
    listing = {"completed_orders": (completed_line(filled=40),)}
    differing(journal, **listing)
    item = "order/s1.1.1"
    assert "fills_missing" == journal.book.differences[item].kind
    journal.tell(word(how, item))
    if how is ADOPT:
        journal.answer(**listing)
    assert (True, OrderState.CANCELLED) == (answered(journal)[0], journal.book.orders["s1.1.1"].state)
    quiet_afterwards(journal, **listing)


def test_a_trade_of_somebody_else_is_taken_as_ours_for_the_whole_day() -> None:
    journal = connected()
    journal.tell(fill("x1.01", "", 30))
    listing = {"positions": (position_line(30),), "executions": (execution("x1.01", "", 30),), "figures": figures(97_000)}
    assert settled(journal, ADOPT, "execution/x1.01", **listing)[0]
    assert (D(30), {}) == (journal.book.positions[AAPL].quantity, journal.book.differences)
    quiet_afterwards(journal, **listing)


MEANINGLESS: list[tuple[Resolution, str, dict[str, Any], str]] = [
    (ADOPT, "order/77", {"open_orders": (open_line("", 77),)}, "never another's"),
    (CLOSE, "cash", {"figures": figures(99_000)}, "cash cannot be closed"),
]


@pytest.mark.parametrize(("how", "item", "listing", "why"), MEANINGLESS)
def test_what_makes_no_sense_for_a_kind_is_refused_with_the_reason(
    how: Resolution, item: str, listing: dict[str, Any], why: str
) -> None:
    journal = differing(**listing)
    journal.tell(word(how, item))
    obeyed, text = answered(journal)
    assert (False, True, True) == (obeyed, f"has no --{how}" in text, why in text)
    assert [item] == list(journal.book.differences)


# ---- ignoring


def test_what_is_ignored_is_silent_until_it_is_another_gap() -> None:
    journal = differing()
    journal.tell(word(IGNORE))
    assert (True, "No difference is open; trading is PAUSED until `hydra resume`") == (
        answered(journal)[0],
        answered(journal)[1].partition(". ")[2],
    )
    quiet_afterwards(journal)
    differing(journal, positions=(position_line(31),))
    assert ("31", [ITEM]) == (journal.book.differences[ITEM].theirs, list(journal.book.settled))


LEFT_ALONE: list[tuple[str, int, dict[str, Any]]] = [
    ("position/AAPL", 0, {"positions": (position_line(30),)}),
    ("position/AAPL", 100, {"positions": (position_line(70),), "figures": figures(90_000)}),
    ("position/AAPL", 100, {"positions": (), "figures": figures(90_000)}),
    ("average/AAPL", 100, {"positions": (position_line(100, "90"),), "figures": figures(90_000)}),
    ("cash", 0, {"figures": figures(99_000)}),
    ("order/77", 0, {"open_orders": (open_line("", 77),)}),
]


@pytest.mark.parametrize(("item", "ours", "listing"), LEFT_ALONE)
def test_to_ignore_changes_nothing_in_our_books(item: str, ours: int, listing: dict[str, Any]) -> None:
    journal = differing(held(ours), **listing)
    before = dict(journal.book.positions), journal.book.cash, dict(journal.book.orders)
    journal.tell(word(IGNORE, item))
    assert (True, {}, before) == (
        answered(journal)[0],
        journal.book.differences,
        (journal.book.positions, journal.book.cash, journal.book.orders),
    )
    assert (item, "accepted", "ann", "looked") == resolutions(journal)[-1]
    quiet_afterwards(journal, **listing)


def test_what_is_ignored_can_be_adopted_later_and_not_be_ignored_twice() -> None:
    journal = differing()
    journal.tell(word(IGNORE, reply_to="ask-0"))
    journal.tell(word(IGNORE, reply_to="ask-2"))
    assert [f"{ITEM} is ignored already"] == [
        said.text.partition(". ")[0] for said in journal.told(c.VerbAnswered, "ask-2")
    ]
    assert settled(journal, ADOPT)[0]
    assert ({}, {}, D(30)) == (journal.book.accepted, journal.book.settled, journal.book.positions[AAPL].quantity)
    quiet_afterwards(journal)


# ---- names, tickets, limits


def test_a_wrong_name_is_refused_with_the_names_there_are() -> None:
    journal = differing()
    journal.tell(word(ADOPT, "position/APPL"))
    assert (False, True) == (
        answered(journal)[0],
        f"no difference is called position/APPL; open are {ITEM}" in answered(journal)[1],
    )
    journal = connected()
    journal.tell(word(CLOSE, "cash"))
    assert "no difference is called cash; none is open" in answered(journal)[1]


def test_the_answer_names_what_is_still_open() -> None:
    listing = {**FOREIGN, "figures": figures(99_000)}
    journal = differing(**listing)
    assert "Trading is PAUSED; still open are cash" in settled(journal, ADOPT, ITEM, **listing)[1]


@pytest.mark.parametrize("how", [ADOPT, IGNORE])
def test_a_word_told_twice_is_used_once(how: Resolution) -> None:
    journal = differing()
    journal.tell(word(how), word(how))
    if how is ADOPT:
        journal.answer(**FOREIGN)
    journal.tell(word(how))
    assert (1, 1) == (len(journal.events(d.OperatorActed)), len(journal.events(d.DifferenceResolved)))
    assert {True} == {obeyed for obeyed, _ in answers(journal)}


def test_a_word_that_waited_when_the_journal_died_is_not_obeyed_and_can_be_said_again() -> None:
    journal = differing()
    journal.tell(word(ADOPT))
    journal.crash()
    journal.answer(**FOREIGN)
    assert ([], [ITEM]) == (journal.events(d.BrokerSideAdopted), list(journal.book.differences))
    journal.tell(word(ADOPT))
    assert (False, True) == (answered(journal)[0], "was said before" in answered(journal)[1])
    journal.sent.clear()
    assert not journal.tell(word(ADOPT, reply_to="ask-2"))[1:]
    journal.answer(**FOREIGN)
    assert [True] == [said.obeyed for said in journal.told(c.VerbAnswered, "ask-2")]


def test_only_so_many_words_wait() -> None:
    journal = differing()
    for n in range(WAITING_MAX):
        journal.tell(word(ADOPT, reply_to=f"other-{n}"))
    journal.tell(word(ADOPT))
    assert (False, True) == (answered(journal)[0], "limit 16" in answered(journal)[1])


def test_when_the_run_ends_nothing_waits_and_nothing_is_begun() -> None:
    journal = differing()
    journal.tell(word(CLOSE), c.WindDown(reason="SIGTERM"))
    assert (False, True) == (answered(journal)[0], "the run is ending: SIGTERM" in answered(journal)[1])
    journal.tell(word(IGNORE, reply_to="ask-2"))
    journal.answer(**FOREIGN)
    assert ([False], []) == (
        [said.obeyed for said in journal.told(c.VerbAnswered, "ask-2")],
        journal.events(d.SignalReceived),
    )
